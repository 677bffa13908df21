//! Figures, tables and verdicts of a fit, as far as the fit has advanced.

use crate::fit::bootstrap;
use crate::fit::choose::{self, Extrapolation};
use crate::fit::derived::Ask;
use crate::fit::minimise::Stop;
use crate::fit::profile::{Profile, critical, determined, sharpness, silent};
use crate::fit::{Fit, Problem, Published, Role};
use crate::kit::fits::words;
use crate::output::{Id, Output, Verdict};
use crate::stats::correlation;
use crate::text;
use crate::text::{Template, Text, count, name};

mod figures;
mod tables;

/// Everything that is known so far about the fit of one law to one set of runs.
#[derive(Debug)]
pub struct Study<'a> {
    /// The law, the runs and the objective.
    pub problem: &'a Problem,
    /// The law with the selection of runs that figures show.
    pub shown: &'a Problem,
    /// The fit; `None` before the search has finished.
    pub fit: Option<&'a Fit>,
    /// Parameters that were refitted to bootstrap resamples.
    pub refits: &'a [Vec<f64>],
    /// Profiles of free parameters, each with the index of the parameter.
    pub profiles: &'a [(usize, Profile)],
    /// How well a fit to the smaller runs predicts the largest runs.
    pub largest: Option<&'a Extrapolation>,
    /// Other laws, fitted to the same runs.
    pub compared: &'a [Compared],
    /// Numbers of the lines that were left out, each with the rule as it was typed.
    pub excluded: &'a [(usize, String)],
    /// For each row, the number of its line in the table.
    pub lines: &'a [usize],
    /// Phrases that say which column is read as what.
    pub how: &'a [Text],
    /// Sentences about unusual properties of the columns.
    pub notes: &'a [Text],
    /// Number of runs that the rows belong to.
    pub runs: usize,
    /// Are the runs simulated from an example of the law?
    pub simulated: bool,
    /// Is there a bootstrap?
    pub resampled: bool,
    /// The quantities to compute from the fit.
    pub ask: Ask,
}

/// A law that is compared with others on the same runs.
#[derive(Clone, Debug)]
pub struct Compared {
    name: &'static str,
    /// Number of free parameters, objective, R², corrected Akaike criterion (`AICc`), and error and bias on the largest
    /// runs.
    numbers: [f64; 6],
    /// Why there are no numbers; `None` if the fit succeeded.
    failed: Option<Text>,
}

impl Compared {
    /// The comparison of a law that was fitted.
    pub fn of(name: &'static str, problem: &Problem, fit: &Fit, largest: Option<&Extrapolation>) -> Self {
        let [error, bias] = largest.map_or([f64::NAN; 2], |out| [out.error, out.bias]);
        let (r2, aicc) = (choose::r2(problem, &fit.params), choose::aicc(problem, fit).unwrap_or(f64::NAN));
        Self { name, numbers: [problem.free() as f64, fit.value, r2, aicc, error, bias], failed: None }
    }

    /// The comparison of a law that could not be fitted.
    pub fn failed(name: &'static str, why: &Text) -> Self {
        Self { name, numbers: [f64::NAN; 6], failed: Some(why.clone()) }
    }
}

/// The share of the refits that an interval contains.
const LEVEL: f64 = 0.95;
/// Fewest refits from which the ends of an interval are estimated.
const ENOUGH: usize = 20;
/// Absolute correlation from which on two inputs, or the refits of two parameters, count as tied: then only a tenth of
/// the variance of one is independent of the other.
const TOGETHER: f64 = 0.95;
/// Some combination of parameters is flat, which means that the runs do not determine it, if the least pivot of the
/// scaled curvature is below this number.
const FLAT: f64 = 1e-11;

/// The id of the curve that shows the set number k of published parameters.
fn published_id(k: usize) -> Id {
    if k == 0 { "published".into() } else { format!("published-{}", k + 1).into() }
}

/// The reason why a minimisation stopped, in words.
const fn stopped(stop: Stop) -> Template<0> {
    match stop {
        Stop::Converged => words::CONVERGED,
        Stop::Rounding => words::ROUNDING,
        Stop::Steps => words::STEPS,
        Stop::NoValue => words::NO_VALUE,
    }
}

/// Parameters that somebody published, or that the runs were simulated from.
struct Claimed {
    /// The authors; `None` for parameters that the runs were simulated from and nobody published.
    by: Option<&'static str>,
    /// The publication, or the example that the runs were simulated from.
    source: Template<0>,
    values: &'static [f64],
}

impl Study<'_> {
    /// All figures, tables and verdicts that can be shown so far.
    pub fn output(&self) -> Output {
        let mut figures: Vec<_> = self.worth().into_iter().collect();
        figures.push(self.data());
        let mut tables = vec![self.notes()];
        let mut verdicts = Vec::new();
        if let Some(fit) = self.fit {
            figures.extend(self.contours(fit));
            figures.extend(self.frontier(fit));
            figures.push(self.predicted(fit));
            figures.push(self.residuals(fit));
            figures.extend(self.ridge());
            let drawn = self.profiles.iter().filter(|(_, profile)| profile.points().len() > 1);
            figures.extend(drawn.map(|(j, profile)| self.profile(fit, *j, profile)));
            tables.extend([
                self.parameters(fit),
                self.derived(fit),
                self.published(),
                self.quality(fit),
                self.compared(fit),
                self.valleys(fit),
            ]);
            verdicts = self.verdicts(fit);
        }
        tables.push(self.left_out());
        tables.retain(|table| !table.rows.is_empty());
        Output { figures, tables, verdicts }
    }

    fn place(&self, role: Role) -> Option<usize> {
        self.problem.law.info.inputs.iter().position(|input| input.role == role)
    }

    /// Published parameters with which the runs may be consistent. There are none if an input of the law is just called
    /// `x`, because the `x` of a user's table is not the `x` of the paper.
    fn printed(&self) -> &'static [Published] {
        let info = self.problem.law.info;
        let same = self.simulated || self.place(Role::X).is_none();
        if same { info.published } else { &[] }
    }

    /// Published parameters, and the parameters that the runs were simulated from.
    fn claimed(&self) -> Vec<Claimed> {
        let example = &self.problem.law.info.example;
        let one = |published: &Published| Claimed {
            by: Some(published.by),
            source: published.source,
            values: published.values,
        };
        let mut list: Vec<_> = self.printed().iter().map(one).collect();
        if self.simulated && !list.iter().any(|claimed| claimed.values == example.values) {
            list.push(Claimed { by: None, source: example.says, values: example.values });
        }
        list
    }

    /// The parameters that the runs were simulated from; `None` for the user's runs.
    fn truth(&self) -> Option<&'static [f64]> {
        self.simulated.then_some(self.problem.law.info.example.values)
    }

    /// The strongest correlation between the refits of two free parameters, and the indices of these parameters.
    fn tied(&self) -> Option<(f64, [usize; 2])> {
        let params = self.problem.law.info.params;
        let moved = |j: usize| self.refits.iter().map(|p| params[j].transform.forward(p[j])).collect::<Vec<_>>();
        let free: Vec<usize> = (0..params.len()).filter(|&j| self.problem.held[j].is_none()).collect();
        if self.refits.len() < ENOUGH {
            return None;
        }
        let pairs = free.iter().flat_map(|&i| free.iter().filter(move |j| **j > i).map(move |&j| (i, j)));
        let tied = pairs.map(|(i, j)| (correlation(&moved(i), &moved(j)), [i, j]));
        tied.filter(|(r, _)| r.is_finite()).max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))
    }

    /// The bootstrap interval of every parameter; `None` if there are too few refits.
    fn bootstrapped(&self) -> Option<Vec<[f64; 2]>> {
        (self.refits.len() >= ENOUGH).then(|| bootstrap::intervals(self.problem, self.refits, LEVEL))
    }

    /// Do the residuals allow an estimate of the noise?
    fn noise_is_known(&self) -> bool {
        self.fit.is_some_and(|fit| silent(self.problem, fit).is_none())
    }

    /// Do the runs determine parameter `j`? Returns the answer, and a sentence that says it. `boot` holds the bootstrap
    /// intervals of all parameters.
    fn judged(&self, j: usize, profile: &Profile, boot: Option<&[[f64; 2]]>) -> (bool, Text) {
        let called = |j: usize| self.problem.law.info.params[j].name;
        if !self.noise_is_known() {
            return (false, text!(words::NO_INTERVAL, parameter = name(called(j))));
        }
        let (yes, said) = determined(called(j), profile.interval(), boot.map(|ends| ends[j]));
        match profile.stopped().filter(|_| yes) {
            Some(k) => (false, text!(words::STOPPED, parameter = name(called(j)), other = name(called(k)))),
            None => (yes, said),
        }
    }

    /// Verdicts on whether the runs are consistent with published parameters, and with the parameters that they were
    /// simulated from. For such parameters p, the measured number is `2 (Q(p) - Q(fit))` in units of chi-squared, as in
    /// profiles, where Q is the objective.
    ///
    /// A verdict is "differs" if the runs rule the parameters out. It is "agrees" if the runs do not rule them out but
    /// determine every free parameter. Otherwise it is "cannot tell", because runs that do not determine the parameters
    /// rule out nothing.
    fn verdicts(&self, fit: &Fit) -> Vec<Verdict> {
        let sharpness = sharpness(self.problem, fit);
        let free = self.problem.free();
        let most = critical(self.problem, 0.999, free);
        let silent = silent(self.problem, fit);
        let boot = self.bootstrapped();
        let clear = |(j, profile): &&(usize, Profile)| self.judged(*j, profile, boot.as_deref()).0;
        let telling = self.profiles.iter().filter(clear).count() == free;
        let one = |(k, claimed): (usize, Claimed)| {
            let mut theirs = claimed.values.to_vec();
            for (value, held) in theirs.iter_mut().zip(&self.problem.held) {
                *value = held.unwrap_or(*value);
            }
            let rise = 2.0 * (self.problem.value(&theirs) - fit.value) * sharpness;
            let possible = rise <= most;
            let claim = text!(words::COULD_COME, source = text::phrase(claimed.source));
            let verdict = Verdict {
                measured: rise,
                theory: Some(most),
                agrees: rise.is_finite().then_some(possible),
                ..Verdict::pending(published_id(k), claim).note(text!(words::LIMIT, free = count(free)))
            };
            match &silent {
                Some(why) => verdict.cannot_tell(why.clone()),
                None if possible && !telling => verdict.cannot_tell(words::NOT_RULED_OUT),
                None => verdict,
            }
        };
        self.claimed().into_iter().enumerate().map(one).collect()
    }
}

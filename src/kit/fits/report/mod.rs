//! A fit as figures, tables and verdicts, as far as it is done.

use crate::fit::bootstrap;
use crate::fit::choose::{self, Extrapolation};
use crate::fit::derived::Ask;
use crate::fit::minimise::Stop;
use crate::fit::profile::{Profile, critical, determined, sharpness, silent};
use crate::fit::{Fit, Problem, Published, Role};
use crate::output::{Id, Output, Verdict};
use crate::stats::correlation;
use crate::text::Text;

mod figures;
mod tables;

/// Everything that is known so far about one law on one set of runs.
#[derive(Debug)]
pub struct Study<'a> {
    /// The law and the runs.
    pub problem: &'a Problem,
    /// The same with as many of the runs as figures show.
    pub shown: &'a Problem,
    /// The fit.
    pub fit: Option<&'a Fit>,
    /// Parameters of the bootstrap's refits.
    pub refits: &'a [Vec<f64>],
    /// Profiles of free parameters, each with its number.
    pub profiles: &'a [(usize, Profile)],
    /// How it does on the largest runs when it has not seen them.
    pub largest: Option<&'a Extrapolation>,
    /// Other laws on the same runs.
    pub compared: &'a [Compared],
    /// Lines left out, with the rule.
    pub excluded: &'a [(usize, String)],
    /// Lines of the rows in their file.
    pub lines: &'a [usize],
    /// Which column is what, in words.
    pub how: &'a [Text],
    /// What is odd about them, in sentences.
    pub notes: &'a [Text],
    /// How many runs the rows are of.
    pub runs: usize,
    /// Are the runs simulated from the law's example?
    pub simulated: bool,
    /// What is asked.
    pub ask: Ask,
}

/// A law beside others.
#[derive(Clone, Debug)]
pub struct Compared {
    name: &'static str,
    /// Free parameters, objective, R^2, `AICc`, error and bias on the largest runs.
    numbers: [f64; 6],
    /// Why there are none.
    failed: String,
}

impl Compared {
    /// A law that was fitted.
    pub fn of(name: &'static str, problem: &Problem, fit: &Fit, largest: Option<&Extrapolation>) -> Self {
        let [error, bias] = largest.map_or([f64::NAN; 2], |out| [out.error, out.bias]);
        let (r2, aicc) = (choose::r2(problem, &fit.params), choose::aicc(problem, fit).unwrap_or(f64::NAN));
        Self { name, numbers: [problem.free() as f64, fit.value, r2, aicc, error, bias], failed: String::new() }
    }

    /// One that could not be.
    pub const fn failed(name: &'static str, why: String) -> Self {
        Self { name, numbers: [f64::NAN; 6], failed: why }
    }
}

/// Share of the refits inside an interval.
const LEVEL: f64 = 0.95;
/// How figures call the parameters that runs were simulated from.
const TRUTH: &str = "truth of the simulation";
/// Fewer refits say nothing of the ends of an interval.
const ENOUGH: usize = 20;
/// Inputs whose logarithms correlate so strongly, or refits of two parameters, move together: of the spread of one, a tenth
/// is its own.
const TOGETHER: f64 = 0.95;
/// Some combination of parameters is flat where the least pivot of the scaled curvature is below this.
const FLAT: f64 = 1e-11;

/// The id of the k-th curve that somebody published.
fn published_id(k: usize) -> Id {
    if k == 0 { "published".into() } else { format!("published-{}", k + 1).into() }
}

/// Why a minimisation stopped, in words.
pub const fn words(stop: Stop) -> &'static str {
    match stop {
        Stop::Converged => "converged",
        Stop::Rounding => "exact to rounding",
        Stop::Steps => "stopped after as many steps as allowed: not exact",
        Stop::NoValue => "no value",
    }
}

impl Study<'_> {
    /// All figures, tables and verdicts.
    pub fn output(&self) -> Output {
        let mut figures: Vec<_> = self.worth().into_iter().collect();
        figures.push(self.data());
        let mut tables = vec![self.words()];
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

    /// What somebody printed about such runs. Nothing where the law reads a bare x: that of a reader's table is not theirs.
    fn printed(&self) -> &'static [Published] {
        let info = self.problem.law.info;
        let same = self.simulated || self.place(Role::X).is_none();
        if same { info.published } else { &[] }
    }

    /// What somebody printed, and what the runs were simulated from.
    fn claimed(&self) -> Vec<(&'static str, &'static [f64])> {
        let info = self.problem.law.info;
        let mut list: Vec<_> = self.printed().iter().map(|published| (published.source, published.values)).collect();
        if self.simulated && !list.iter().any(|(_, values)| *values == info.example.values) {
            list.push((info.example.says, info.example.values));
        }
        list
    }

    /// The parameters that the runs were simulated from, where they were.
    fn truth(&self) -> Option<&'static [f64]> {
        self.simulated.then_some(self.problem.law.info.example.values)
    }

    /// The two free parameters that the refits tie together most closely, after their correlation.
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

    /// The bootstrap's interval of every parameter, where there are refits enough.
    fn bootstrapped(&self) -> Option<Vec<[f64; 2]>> {
        (self.refits.len() >= ENOUGH).then(|| bootstrap::intervals(self.problem, self.refits, LEVEL))
    }

    /// Does anything say how large the noise is?
    fn noise_is_known(&self) -> bool {
        self.fit.is_some_and(|fit| silent(self.problem, fit).is_none())
    }

    /// Do the runs determine parameter j? And in words. `boot`: the bootstrap's intervals of all.
    fn judged(&self, j: usize, profile: &Profile, boot: Option<&[[f64; 2]]>) -> (bool, String) {
        let params = self.problem.law.info.params;
        let name = params[j].name;
        if !self.noise_is_known() {
            return (false, format!("no interval of {name}: nothing says how large the noise is"));
        }
        let (yes, said) = determined(name, profile.interval(), boot.map(|ends| ends[j]));
        match profile.stopped().filter(|_| yes) {
            Some(k) => (
                false,
                format!("the runs hardly determine {name}: its interval depends on the bound of {}", params[k].name),
            ),
            None => (yes, said),
        }
    }

    /// Could the runs be of these parameters? `2 (Q(theirs) - Q(fit))` in units of chi-squared, as profiles have it.
    ///
    /// Runs that rule a published fit out differ from it. Runs that do not, agree with it only if they determine every
    /// free parameter: few runs rule out nothing.
    fn verdicts(&self, fit: &Fit) -> Vec<Verdict> {
        let sharpness = sharpness(self.problem, fit);
        let free = self.problem.free();
        let most = critical(self.problem, 0.999, free);
        let rise = |(source, values): (&'static str, &'static [f64])| {
            let mut theirs = values.to_vec();
            for (value, held) in theirs.iter_mut().zip(&self.problem.held) {
                *value = held.unwrap_or(*value);
            }
            (source, 2.0 * (self.problem.value(&theirs) - fit.value) * sharpness)
        };
        let rises: Vec<_> = self.claimed().into_iter().map(rise).collect();
        let boot = self.bootstrapped();
        let clear = |(j, profile): &&(usize, Profile)| self.judged(*j, profile, boot.as_deref()).0;
        let silent = silent(self.problem, fit);
        let telling = self.profiles.iter().filter(clear).count() == free;
        let one = |(k, (source, rise)): (usize, &(&str, f64))| {
            let possible = *rise <= most;
            let settle = if let Some(why) = &silent {
                &format!(" {why}")
            } else if possible && !telling {
                " These runs do not rule it out, but the profiles do not show that they determine every parameter: more runs, or less noise, would tell."
            } else {
                ""
            };
            let claim =
                format!("Could these runs come from {source}? How much worse it fits them, in units of chi-squared");
            let note = format!(
                "The theory value is a limit: if the runs came from it, 999 of 1000 sets of runs would stay below {most:.1} ({free} free parameters).{settle}"
            );
            Verdict {
                measured: *rise,
                theory: Some(most),
                agrees: (rise.is_finite() && settle.is_empty()).then_some(possible),
                ..Verdict::pending(published_id(k), claim).note(note)
            }
        };
        rises.iter().enumerate().map(one).collect()
    }
}

/// Whose a published fit is.
fn author(source: &str) -> &str {
    source.split(',').next().unwrap_or(source)
}

//! Figures, tables and verdicts of a fit, including a fit that is still in progress.

use crate::fit::bootstrap;
use crate::fit::choose::{self, Extrapolation};
use crate::fit::derived::Ask;
use crate::fit::minimise::Stop;
use crate::fit::profile::{Profile, critical, determined, sharpness, silent};
use crate::fit::{Entry, Fit, Problem, Published, Role};
use crate::kit::fits::words;
use crate::output::{Against, Id, Limit, Output, Verdict};
use crate::stats::correlation;
use crate::text;
use crate::text::{Template, Text, count, name};

mod answer;
mod figures;
mod tables;

pub(crate) use answer::ranged;

/// Everything that is known so far about the fit of one law to a set of runs.
#[derive(Debug)]
pub struct Study<'a> {
    /// The law, the runs and the objective.
    pub problem: &'a Problem,
    /// The problem that figures show: the law with all runs, or with a selection of them if there are many.
    pub shown: &'a Problem,
    /// The fit; `None` before the search has finished.
    pub fit: Option<&'a Fit>,
    /// The parameters that each refit to a bootstrap resample found.
    pub refits: &'a [Vec<f64>],
    /// Profiles of free parameters, each with the index of its parameter.
    pub profiles: &'a [(usize, Profile)],
    /// How well a fit to all but the largest runs predicts the largest runs.
    pub largest: Option<&'a Extrapolation>,
    /// Comparisons with other laws that were fitted to these runs.
    pub compared: &'a [Compared],
    /// Number of other laws that are to be fitted to these runs.
    pub others: usize,
    /// Rows that were left out: for each, the number of its line and the rule, as the user typed it.
    pub excluded: &'a [(usize, String)],
    /// For each row, the number of its line in the table.
    pub lines: &'a [usize],
    /// Phrases that say which column has which role.
    pub how: &'a [Text],
    /// Name of the only input: the heading of the user's column, or what the simulated runs call it.
    pub heading: Option<&'a Text>,
    /// Sentences about unusual properties of the columns.
    pub notes: &'a [Text],
    /// Number of runs. Several rows may belong to one run.
    pub runs: usize,
    /// Whether the runs are simulated from an example of the law.
    pub simulated: bool,
    /// Whether the user asked for bootstrap resamples.
    pub resampled: bool,
    /// Whether the user asked for a comparison with published parameters. Simulated runs are always compared.
    pub published: bool,
    /// What to compute from the fit in addition to the parameters, such as the best split of a compute budget.
    pub ask: Ask,
}

/// One row of the comparison between laws that were fitted to the same runs.
#[derive(Clone, Debug)]
pub struct Compared {
    name: &'static str,
    /// Number of free parameters, objective, R², corrected Akaike information criterion (`AICc`), and, for the largest
    /// runs, error and bias of the prediction.
    numbers: [f64; 6],
    /// The law and its fitted parameters; `None` if it could not be fitted.
    fitted: Option<(&'static Entry, Vec<f64>)>,
    /// Why the law could not be fitted; `None` if it was fitted.
    failed: Option<Text>,
}

impl Compared {
    /// The comparison of a law that was fitted.
    pub fn of(name: &'static str, problem: &Problem, fit: &Fit, largest: Option<&Extrapolation>) -> Self {
        let [error, bias] = largest.map_or([f64::NAN; 2], |out| [out.error, out.bias]);
        let (r2, aicc) = (choose::r2(problem, &fit.params), choose::aicc(problem, fit).unwrap_or(f64::NAN));
        let numbers = [problem.free() as f64, fit.value, r2, aicc, error, bias];
        Self { name, numbers, fitted: Some((problem.law, fit.params.clone())), failed: None }
    }

    /// The comparison of a law that could not be fitted.
    pub fn failed(name: &'static str, why: &Text) -> Self {
        Self { name, numbers: [f64::NAN; 6], fitted: None, failed: Some(why.clone()) }
    }

    /// The law and its fitted parameters, if the law was fitted and knows repeated data.
    fn repeats(&self) -> Option<(&'static Entry, &[f64])> {
        let (law, p) = self.fitted.as_ref()?;
        law.info.inputs.iter().any(|input| input.role == Role::Unique).then_some((*law, p))
    }
}

/// Share of the refits that a bootstrap interval contains.
const LEVEL: f64 = 0.95;
/// Fewest refits from which the endpoints of a bootstrap interval are estimated.
const ENOUGH: usize = 20;
/// Two inputs count as tied if the absolute value of their correlation is at least this number. Two parameters count as
/// tied if the correlation of their refitted values is that strong. At this correlation, each of the two explains nine
/// tenths of the variance of the other.
const TOGETHER: f64 = 0.95;
/// The runs do not determine some combination of parameters if the smallest pivot of the scaled curvature matrix is
/// below this number: the objective is then flat along that combination.
const FLAT: f64 = 1e-11;

/// The id of the curve for the `k`-th set of published parameters, counted from 0.
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

/// Parameters with which the fit is compared. They were published, or the runs were simulated from them.
struct Claimed {
    /// The authors of the publication; `None` for parameters that were not published but only used to simulate the
    /// runs.
    by: Option<&'static str>,
    /// The publication, or the example that the runs were simulated from.
    source: Template<0>,
    values: &'static [f64],
}

impl Study<'_> {
    /// The answer, and all figures, tables and verdicts that can be shown so far. The first figure shows the answer;
    /// all figures after the second are folded.
    pub fn output(&self) -> Output {
        let [n, d, u] = self.roles();
        let mut output = Output { answer: Some(self.answer()), tables: vec![self.notes()], ..Output::default() };
        match (n, d, u) {
            (_, Some(d), Some(u)) => output.figures.push(self.worth(d, u)),
            (Some(n), Some(d), None) => output.figures.push(self.contours(n, d)),
            _ => {}
        }
        output.figures.push(match (n, d) {
            (Some(n), Some(d)) => self.data(n, d, u),
            _ => self.data_of_one(),
        });
        if let Some(fit) = self.fit {
            self.of_fit(fit, &mut output);
        }
        if !self.excluded.is_empty() {
            output.tables.push(self.left_out());
        }
        output.tables.retain(|table| !table.rows.is_empty());
        output.figures.iter_mut().skip(2).for_each(|figure| figure.folded = true);
        output
    }

    /// Adds to `output` what is known after the search.
    #[inline(never)]
    fn of_fit(&self, fit: &Fit, output: &mut Output) {
        let figures = &mut output.figures;
        if let [Some(n), Some(d), Some(_)] = self.roles() {
            figures.push(self.contours(n, d));
        }
        figures.extend(self.frontier(fit));
        figures.push(self.predicted(fit));
        figures.push(self.residuals(fit));
        figures.extend(self.ridge());
        let drawn = self.profiles.iter().filter(|(_, profile)| profile.points().len() > 1);
        figures.extend(drawn.map(|(j, profile)| self.profile(fit, *j, profile)));
        output.tables.extend([
            self.parameters(fit),
            self.derived(fit),
            self.published(),
            self.quality(fit),
            self.compared(fit),
            self.valleys(fit),
        ]);
        output.verdicts = self.verdicts(fit);
    }

    fn place(&self, role: Role) -> Option<usize> {
        self.problem.law.info.inputs.iter().position(|input| input.role == role)
    }

    /// Published parameters with which the fit is compared. Runs from the user's table are compared only if the user asks
    /// for it, and never if an input of the law is just called `x`, because the `x` of a table need not be the quantity
    /// that the publication calls `x`. Simulated runs are always compared.
    fn printed(&self) -> &'static [Published] {
        let info = self.problem.law.info;
        let same = self.simulated || self.published && self.place(Role::X).is_none();
        if same { info.published } else { &[] }
    }

    /// All parameters with which the fit is compared: published ones, and those from which the runs were simulated.
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

    /// The parameters from which the runs were simulated; `None` if the runs come from the user's table.
    fn truth(&self) -> Option<&'static [f64]> {
        self.simulated.then_some(self.problem.law.info.example.values)
    }

    /// Of all pairs of free parameters, the pair whose refitted values have the strongest correlation. Returns this
    /// correlation and the indices of the two parameters.
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

    /// Whether the residuals allow an estimate of the noise.
    fn noise_is_known(&self) -> bool {
        self.fit.is_some_and(|fit| silent(self.problem, fit).is_none())
    }

    /// Whether the runs determine parameter `j`, and a sentence that says so. `boot` contains the bootstrap interval of
    /// every parameter.
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

    /// Verdicts on whether the runs are consistent with the parameters from [`Self::claimed`], one for each set. For a
    /// set p, the measured number is `2 (Q(p) - Q(fit))`, where Q is the objective, multiplied by a factor that makes
    /// it comparable with chi-squared (see [`sharpness`]).
    ///
    /// A verdict is "differs" if the runs rule the set out. It is "agrees" if the runs do not rule the set out and
    /// determine every free parameter. Otherwise it is "cannot tell", because runs that do not determine the parameters
    /// are consistent with very different ones. The true parameters of simulated runs are a prediction: the fit should
    /// allow them. All other parameters are rivals.
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
            let truth = self.truth() == Some(claimed.values);
            let source = text::phrase(claimed.source);
            let claim = if truth {
                text!(words::ALLOWS_TRUTH, source = source)
            } else {
                text!(words::COULD_COME, source = source)
            };
            let verdict = Verdict {
                measured: rise,
                theory: Some(most),
                limit: Some(Limit::Upper),
                against: if truth { Against::Prediction } else { Against::Rival },
                agrees: rise.is_finite().then_some(possible),
                ..Verdict::pending(published_id(k), claim).note(text!(words::LIMIT, free = count(free)))
            };
            match &silent {
                Some(why) => verdict.cannot_tell(why.clone()),
                None if possible && !telling && self.profiles.is_empty() => verdict.cannot_tell(words::NO_PROFILES),
                None if possible && !telling => verdict.cannot_tell(words::NOT_RULED_OUT),
                None => verdict,
            }
        };
        self.claimed().into_iter().enumerate().map(one).collect()
    }
}

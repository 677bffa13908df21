//! When does it help to train on a mixture that differs from the test mixture?
//!
//! Model: part k of K parts has the test weight `p_k`, a share `q_k` of the N samples, and the error `e_k(n)` after n
//! samples of its own. The loss is `sum_k p_k e_k(N q_k)`. Prediction: `q = p` is a stationary point only if the
//! derivative of every `e_k` falls like 1/n, so a shift improves almost every mixture. With logarithmic curves, which
//! are the control, no shift improves a mixture. Falsifier: random mixtures that no shift improves, or a shift that
//! improves the control.

use std::cell::OnceCell;

use run::{Problem, Sweep, Tally};

use crate::error::{Error, ErrorKind, Result};
use crate::exec::{Exec, Inputs, Twin};
use crate::kit::{Budget, Claim, Experiment, Info};
use crate::math;
use crate::output::{Answer, Output, Progress};
use crate::params::{Choice, Spec, Value, broadcast, to_text};
use crate::sim::positive_shift::Gains;
use crate::text;
use crate::theory::positive_shift::{self as theory, Curve, MIXING_PARTS, Optimum, Point, Solver};

/// Expands to the text of 99 ones, each after a comma, for a preset with 99 equal minorities.
macro_rules! ones {
    () => {
        ",1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"
    };
}

mod answer;
mod claims;
mod figures;
mod run;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod verdicts;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Weight of each part of the test mixture. Weights are divided by their sum.
        weights: Vec<f64> = Spec::simplex("0.6,0.3,0.1", 2, 128);
        /// How the error of a part falls with its number of training samples $n$: as $c/n^a$ (power law), $c/(n^a + b)$ (with offset), $c e^{-an/N_0}$ (exponential), $-\ln(n/N)$ (logarithm), $b/N^a + c/n^a$ (with transfer) or $c + b e^{-Tq}$ (mixing law). With logarithmic curves no shift helps: they are the control.
        family: &'static str = Spec::choice("power", FAMILIES);
        /// Exponent $a$ of the power law of each part, or rate $a$ of its exponential curve. A single number applies to all parts.
        a: Vec<f64> = Spec::list("1", 0.05, 4.0, 1, 128).log();
        /// Constant $b$ in the error of each part. A part that gets $n$ of all $N$ samples has the error $c/(n^a + b)$ in a power law with offset, $b/N^a + c/n^a$ in a power law with transfer, and $c + b e^{-Tq}$ in the mixing law, where $q$ are the shares of all parts and $T$ is the transfer matrix. The other families have no $b$.
        b: Vec<f64> = Spec::list("1", 0.0, 1e6, 1, 128);
        /// Constant $c$ of each part: the factor of the term that falls as the part gets more samples, such as $c/n^a$. In the mixing law, $c$ is the part of the error that does not fall. Logarithmic curves do not use $c$.
        c: Vec<f64> = Spec::list("1", 0.001, 1000.0, 1, 128).log();
        /// Transfer matrix $T$ of the mixing law: how much part $k$ (row) learns from data of part $j$ (column). Leave it empty if each part learns only from its own data.
        t: Vec<Vec<f64>> = Spec::matrix("", -20.0, 20.0);
        /// Total number $N$ of training samples.
        samples: f64 = Spec::number("1000", 10.0, 1e9).log().unit("samples");
        /// Number of samples N₀ after which an exponential curve has fallen from $c$ to $c e^{-a}$.
        scale: f64 = Spec::number("300", 1.0, 1e9).log().unit("samples");
        /// Number of random test mixtures to draw. The results show for how many of them training on the mixture itself is best. 0 turns this off.
        draws: u32 = Spec::integer("100000", 0.0, 1_000_000.0).unit("mixtures");
    }
}

const FAMILIES: &[Choice] = &[
    Choice { value: "power", label: "power law" },
    Choice { value: "offset", label: "power law with offset" },
    Choice { value: "exponential", label: "exponential" },
    Choice { value: "log", label: "logarithm" },
    Choice { value: "transfer", label: "power law with transfer" },
    Choice { value: "mixing-law", label: "mixing law" },
];

/// Number of points of a sweep over the number of samples.
const SWEEP: i32 = 49;
/// Indices of the points of the sweep whose number of samples is within half a power of ten of the number that the user
/// chose.
const NEAR: std::ops::Range<usize> = 18..31;
/// Number of bins of the histogram of gains for each factor of 10 of the gain. `BINS` is the number of all bins.
const PER_DECADE: f64 = 4.0;
const BINS: usize = 68;
/// Limits for relative gains, as decimal logarithms. For each limit, the random mixtures with a smaller gain are
/// counted. Every gain with the logarithmic curves of the control must be below the last limit.
const RARE: [f64; 4] = [-2.0, -3.0, -4.0, -12.0];
/// The theory predicts that the share of some kind of mixture is 0 or 1. The prediction counts as supported if neither
/// end of the measured interval is farther than this from the predicted share.
const FEW: f64 = 0.01;

/// The experiment `positive-shift`.
pub struct PositiveShift {
    seed: u32,
    problem: Problem,
    samples: f64,
    draws: u32,
    best: Optimum,
    shares: Vec<f64>,
    /// The samples ratio `N'/N`: with the optimal shares, N' samples reach the loss that the matched shares reach with
    /// N samples. It is `None` if there is no such ratio.
    ratio: Option<f64>,
    mirror: Point,
    direction: Vec<f64>,
    sweep: Option<Sweep>,
    inputs: OnceCell<Inputs>,
    /// Counts of the gains of random mixtures: first with the chosen family of error curves, then with the logarithmic
    /// curves of the control.
    tallies: [Tally; 2],
    done: u32,
}

/// The form of the error curves in the family with the name `family`. It is `None` for the mixing law, in which the
/// error of a part depends on the shares of all parts.
fn curve(family: &str, scale: f64) -> Option<Curve> {
    match family {
        "offset" => Some(Curve::Offset),
        "exponential" => Some(Curve::Exponential { scale }),
        "log" => Some(Curve::Log),
        "transfer" => Some(Curve::Transfer),
        "power" => Some(Curve::Power),
        // The last of [`FAMILIES`].
        _ => None,
    }
}

/// Makes the error message for a transfer matrix whose size is not the number of parts. The code is a separate function
/// because the build splits the wasm by function, and can then leave it out of the page's first download.
#[inline(never)]
fn misfit(t: &[Vec<f64>], count: usize) -> Error {
    let allowed = text!(words::SQUARE_MATRIX, parts = text::count(count));
    Error::parameter("t", &to_text(&Value::Matrix(t.to_vec())), allowed)
}

impl Experiment for PositiveShift {
    const SLUG: &'static str = "positive-shift";
    const INFO: Info = words::INFO;
    const TEXTS: text::Templates = words::TEXTS;
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const QUICK: &'static str = "draws=2000";
    const MAIN: &'static [&'static str] = &["weights", "family"];
    const FIRST: &'static [&'static str] = &["weights=0.2,0.5,0.3", "weights=0.9,0.1&a=0.5", "samples=30"];
    /// The first figures search the shares of least loss for seven families of curves.
    const BUDGET: Budget = Budget { ready: 104_000, ..Budget::USUAL };
    const KERNELS: &'static [Twin] = &[Twin::job::<Gains>()];
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        let Params { weights, family, a, b, c, t, .. } = params;
        let count = weights.len();
        let steepest = broadcast("a", a, count)?.into_iter().fold(0.0, f64::max);
        broadcast("b", b, count)?;
        broadcast("c", c, count)?;
        match curve(family, params.scale) {
            Some(Curve::Offset) if steepest > 1.0 => {
                Err(Error::parameter("a", &steepest.to_string(), words::CONVEX_EXPONENT))
            }
            None if count > MIXING_PARTS => {
                let [weights, most] = [count, MIXING_PARTS].map(text::count);
                let message = text!(words::MANY_WEIGHTS, weights = weights, most = most);
                Err(Error::new(ErrorKind::Parameter, message).blaming("weights"))
            }
            None if !t.is_empty() && (t.len() != count || t[0].len() != count) => Err(misfit(t, count)),
            _ => Ok(()),
        }
    }

    fn start(params: Params, seed: u32) -> Result<Self> {
        let Params { weights: p, family, a, b, c, t, samples, scale, draws } = params;
        let count = p.len();
        let curve = curve(family, scale);
        let [a, b, c] = [broadcast("a", &a, count)?, broadcast("b", &b, count)?, broadcast("c", &c, count)?];
        let identity = || (0..count * count).map(|i| f64::from(u8::from(i % (count + 1) == 0))).collect();
        let matrix = if curve.is_none() && !t.is_empty() { t.concat() } else { identity() };
        let problem = Problem { p, curve, a, b, c, t: matrix };
        let (best, shares) = problem.solve(samples);
        let sweep = curve.map(|_| {
            let mut sweep = Sweep { samples: vec![], matched: vec![], loss: vec![], shares: vec![] };
            for i in 0..SWEEP {
                // Two factors of 100 around N.
                let n = samples * math::pow(10.0, 4.0 * f64::from(i) / f64::from(SWEEP - 1) - 2.0);
                let (best, shares) = problem.solve(n);
                sweep.samples.push(n);
                sweep.matched.push(best.matched);
                sweep.loss.push(best.loss);
                sweep.shares.push(shares);
            }
            sweep
        });
        let tally = || Tally { bins: vec![0; BINS], ..Tally::default() };
        Ok(Self {
            seed,
            ratio: curve.and_then(|curve| Solver::default().samples_ratio(&problem.parts(curve), samples)),
            mirror: problem.mirror(samples),
            direction: theory::direction(&problem.pull(&problem.p, samples)),
            problem,
            samples,
            draws,
            best,
            shares,
            sweep,
            inputs: OnceCell::new(),
            tallies: [tally(), tally()],
            done: 0,
        })
    }

    fn progress(&self) -> Progress {
        let batch = self.batch();
        Progress::of(self.done.div_ceil(batch), self.draws.div_ceil(batch))
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        let last = (self.done + self.batch()).min(self.draws);
        let gains = exec.map::<Gains>(self.inputs(), self.done..last).await?;
        for pair in gains.chunks_exact(2) {
            for (tally, gain) in self.tallies.iter_mut().zip(pair) {
                tally.add(*gain);
            }
        }
        self.done = last;
        Ok(())
    }

    fn output(&self) -> Output {
        // The figure that shows the gain comes first, and that of the shares second or, without such a figure, first.
        let mut figures = Vec::new();
        if let Some((p, count, a)) = self.problem.majority() {
            figures.push(self.majority_figure(p, count, a));
        }
        if let Some(sweep) = &self.sweep {
            figures.extend(self.sweep_figures(sweep));
        }
        let gain_is_shown = self.problem.has_ratio() && self.best.matched > 0.0 && self.best.loss > 0.0;
        figures.insert(usize::from(gain_is_shown), self.shares_figure());
        if self.tallies.iter().any(|tally| tally.count > 0) {
            figures.push(self.gain_figure());
        }
        figures.push(self.direction_figure());
        Output { answer: Some(Answer::new(self.answer())), figures, tables: self.tables(), verdicts: self.verdicts() }
    }
}

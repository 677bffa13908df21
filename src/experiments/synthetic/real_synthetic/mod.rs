//! What does a small share of real data buy, if synthetic data leave out rare facts?
//!
//! Model: fact i has the probability `p_i ~ i^-beta`, synthetic samples show only the facts up to a rank k, and a share
//! `pi` of the training samples is real (see [`crate::theory::real_synthetic`]). A learner is right about the facts that
//! it has seen. Prediction: with a small pi the test error falls in three phases, namely as a power law until the head
//! is known, then hardly at all, then as a power law again. Falsifier: simulated learners whose slopes, plateau or
//! breakpoints differ from those of the exact sum.

use std::cell::OnceCell;

use run::{Simulation, edges, slopes};

use crate::error::{Error, Result};
use crate::exec::{Exec, Lanes, Twin};
use crate::kit::legs::{Block, Carried, Legs, Place, blocks};
use crate::kit::{Budget, Claim, Experiment, Info};
use crate::math;
use crate::output::{Answer, Output, Progress};
use crate::params::{Choice, Spec};
use crate::sim::membership::{self as sim, Membership};
use crate::text;
use crate::text::count;
use crate::theory::real_synthetic::{Cut, Knowledge, Learner, Mixture};

mod answer;
mod claims;
mod figures;
mod run;
mod tables;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod verdicts;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Share $\pi$ of real samples in the training data. With 0 all training data are synthetic.
        real: f64 = Spec::number("0.01", 0.0, 1.0).log().label("share of real data");
        /// Rank $k$ of the rarest fact that synthetic data show. If it is the number of facts, synthetic data leave out nothing.
        cut: u32 = Spec::integer("100", 1.0, 1_000_000.0).log().label("cutoff rank");
        /// Exponent $\beta$ of the knowledge: fact $i$ has a probability proportional to $i^{-\beta}$. A larger exponent makes the tail lighter.
        exponent: f64 = Spec::number("1.5", 1.05, 4.0);
        /// Number of facts that a learner can learn. All rarer facts stay unknown.
        facts: u32 = Spec::integer("1000000", 10.0, 1_000_000.0).log();
        /// Number of training samples at the end of a run.
        samples: u32 = Spec::integer("10000000", 1000.0, 10_000_000.0).log().unit("samples");
        /// How the model that writes the synthetic data loses the tail: it leaves out all facts after a rank, or it prefers frequent facts (temperature), or it knows only what it has seen in a sample of its own.
        generator: &'static str = Spec::choice("cut", GENERATORS);
        /// Sampling temperature of the model that writes the synthetic data. Below 1 it prefers frequent facts; 1 changes nothing.
        temperature: f64 = Spec::number("0.8", 0.3, 1.0);
        /// Number of real samples that the model which writes the synthetic data has seen.
        seen: u32 = Spec::integer("10000", 10.0, 100_000_000.0).log().unit("samples").label("samples of the generator");
        /// Exponent $\alpha$ of the error on facts that the learner has not seen: the error on fact $i$ is $i^{-\alpha}$. With 0 it is always wrong about them.
        unseen_exponent: f64 = Spec::number("0", 0.0, 2.0).label("exponent (unseen)");
        /// Error $b$ on the most frequent fact once the learner has seen it. With 0 it is right about everything that it has seen.
        seen_error: f64 = Spec::number("0", 0.0, 1.0).label("error (seen)");
        /// Exponent $\lambda$ of the error on facts that the learner has seen: the error on fact $i$ is $b\, i^{-\lambda}$.
        seen_exponent: f64 = Spec::number("1", 0.0, 2.0).label("exponent (seen)");
        /// Share of wrong labels in the training data, for the terms of the bound only.
        wrong: f64 = Spec::number("0", 0.0, 0.5).label("wrong labels");
        /// Number of simulated learners.
        runs: u32 = Spec::integer("48", 2.0, 256.0).unit("runs");
    }
}

const GENERATORS: &[Choice] = &[
    Choice { value: "cut", label: "leaves out rare facts" },
    Choice { value: "temperature", label: "prefers frequent facts" },
    Choice { value: "sample", label: "knows a sample" },
];

/// Number of checkpoints in each factor of 10 of the training samples.
const PER_DECADE: f64 = 8.0;
/// Number of checkpoints over which a local slope is measured: half a factor of 10, so that chance matters less.
const SPAN: usize = 4;
/// Number of training samples at the first checkpoint.
const FIRST: f64 = 10.0;
/// Number of points of the curves that are not read at the checkpoints.
const GRID: u32 = 49;
/// Number of points of the curve on which the edges of the plateau are found.
const FINE: u32 = 321;

/// The experiment `real-synthetic`.
pub struct RealSynthetic {
    params: Params,
    seed: u32,
    knowledge: Knowledge,
    mixture: Mixture,
    /// Numbers of training samples at the checkpoints, in increasing order.
    marks: Vec<u32>,
    /// Test error of each run at each checkpoint, `found[checkpoint][run]`: the part of the facts up to the cut, and the
    /// part of all others.
    found: Vec<Vec<[f64; 2]>>,
    /// Where the plateau of the exact curve begins and ends; see [`edges`].
    plateau: Option<[Option<f64>; 2]>,
    simulation: OnceCell<Simulation>,
    lanes: Carried<Lanes<Membership>>,
    legs: Legs<Block>,
    done: u32,
}

impl RealSynthetic {
    /// How the synthetic data lose the tail.
    fn generator(params: &Params) -> Cut {
        match params.generator {
            "temperature" => Cut::Temperature(params.temperature),
            "sample" => Cut::Samples(f64::from(params.seen)),
            _ => Cut::Hard(params.cut),
        }
    }

    /// The mixture with another cut or another share of real data.
    fn other(&self, cut: Cut, real: f64) -> Mixture {
        Mixture::new(&self.knowledge, cut, real)
    }

    /// The learner with the errors of the parameters.
    fn learner(&self) -> Learner {
        let Params { unseen_exponent, seen_error, seen_exponent, .. } = self.params;
        Learner::first_reading([1.0, unseen_exponent], [seen_error, seen_exponent])
    }

    /// Exact test error of the learner on a mixture.
    fn error(&self, mixture: &Mixture, samples: f64) -> f64 {
        self.learner().error(mixture, samples)
    }

    /// Numbers of training samples at the checkpoints.
    fn samples(&self) -> Vec<f64> {
        self.marks.iter().map(|samples| f64::from(*samples)).collect()
    }

    /// Exact test errors at the checkpoints.
    fn exact(&self) -> Vec<f64> {
        self.samples().into_iter().map(|samples| self.error(&self.mixture, samples)).collect()
    }

    /// Where the plateau of the exact curve begins and ends. The curve goes on until all facts are known, so an edge may
    /// lie after the last checkpoint.
    fn edges_of_curve(&self) -> Option<[Option<f64>; 2]> {
        let (phases, power) = (self.mixture.phases()?, self.power()?);
        let known = phases.breaks[0] * math::pow(f64::from(self.params.facts), self.params.exponent);
        let last = [phases.breaks[1], known]
            .into_iter()
            .fold(1e4, |last: f64, at| if at < 1e14 { last.max(at) } else { last });
        let samples = math::ratios(1.0, 100.0 * last, FINE);
        let errors: Vec<f64> = samples.iter().map(|samples| self.error(&self.mixture, *samples)).collect();
        edges(&slopes(&samples, &errors, 1), 0.5 * power, phases.breaks)
    }

    /// Whether the learner is right about all facts that it has seen, and wrong about all others.
    fn plain(&self) -> bool {
        self.params.unseen_exponent == 0.0 && self.params.seen_error == 0.0
    }

    /// Slope of the power laws of phases 1 and 3 in the log-log plot, `-(alpha + beta - 1)/beta`; `None` if the error on
    /// facts that the learner has seen does not vanish, because then the test error ends at a floor.
    fn power(&self) -> Option<f64> {
        let Params { exponent, unseen_exponent, seen_error, .. } = self.params;
        (seen_error == 0.0).then(|| -(unseen_exponent + exponent - 1.0) / exponent)
    }

    fn ended(&self) -> bool {
        self.done == self.legs.total()
    }
}

/// Numbers of training samples at the checkpoints, up to `last`.
fn marks(last: u32) -> Vec<u32> {
    let powers = (0..).map(|i| FIRST * math::pow(10.0, f64::from(i) / PER_DECADE));
    let mut marks: Vec<u32> =
        powers.map(|samples| samples.round() as u32).take_while(|samples| *samples < last).collect();
    marks.push(last);
    marks
}

impl Experiment for RealSynthetic {
    const SLUG: &'static str = "real-synthetic";
    const INFO: Info = words::INFO;
    const TEXTS: text::Templates = words::TEXTS;
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const QUICK: &'static str = "runs=8&facts=20000&samples=300000&cut=30&real=0.03";
    const MAIN: &'static [&'static str] = &["real", "cut", "exponent"];
    const FIRST: &'static [&'static str] = &["real=0", "cut=1000", "exponent=2", "real=0.1"];
    const KERNELS: &'static [Twin] = &[Twin::kernel::<Membership>()];
    /// The figures compare three ways to lose the tail, and show the terms of the paper's bound, before anything runs.
    const BUDGET: Budget = Budget { ready: 114_500, ..Budget::USUAL };
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        if params.cut > params.facts {
            let allowed = text!(words::AT_MOST_FACTS, facts = count(params.facts));
            return Err(Error::parameter("cut", &params.cut.to_string(), allowed));
        }
        Ok(())
    }

    fn start(params: Params, seed: u32) -> Result<Self> {
        let knowledge = Knowledge::new(params.exponent, params.facts);
        let mixture = Mixture::new(&knowledge, Self::generator(&params), params.real);
        let marks = marks(params.samples);
        let mut legs = Legs::default();
        blocks(params.runs, params.runs).for_each(|block| legs.push(block, marks.len() as u32));
        let found = vec![Vec::new(); marks.len()];
        let (simulation, lanes) = (OnceCell::new(), Carried::default());
        let mut run =
            Self { params, seed, knowledge, mixture, marks, found, plateau: None, simulation, lanes, legs, done: 0 };
        run.plateau = run.edges_of_curve();
        Ok(run)
    }

    fn progress(&self) -> Progress {
        Progress::of(self.done, self.legs.total()).by_work(|| self.work())
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        let Some(Place { leg: Block { first, runs }, checkpoint, last }) = self.legs.after(self.done) else {
            return Ok(());
        };
        let simulation = self.simulation.get_or_init(|| self.simulation());
        let mark = checkpoint as usize;
        let carried = self.lanes.take(checkpoint);
        // If the state was lost, the runs start over.
        let from = if mark > 0 && carried.is_some() { self.marks[mark - 1] } else { 0 };
        let table = &simulation.table;
        let mut lanes = carried.unwrap_or_else(|| Lanes::zeroed(runs, table.rows(), table.inputs()));
        let uniforms = sim::Uniforms::new(self.seed, first, table);
        exec.advance(&mut lanes, &uniforms, from..self.marks[mark]).await?;
        let states = exec.read(&mut lanes).await?.chunks(table.rows());
        let found: Vec<[f64; 2]> = states.map(|state| simulation.errors(state)).collect();
        self.found[mark].extend(found);
        self.lanes.put(lanes, last);
        self.done += 1;
        Ok(())
    }

    fn output(&self) -> Output {
        let answer = if self.ended() { self.measured_answer() } else { self.expected_answer() };
        Output {
            answer: Some(Answer::new(answer)),
            figures: self.figures(),
            tables: self.tables(),
            verdicts: self.verdicts(),
        }
    }
}

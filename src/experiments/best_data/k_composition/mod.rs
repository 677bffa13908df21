//! Why does a power law over skills beat the uniform distribution, when the test is uniform?
//!
//! Model: a training sample consists of k skills, drawn from `p_j ~ j^-alpha`. The learner predicts the product of the
//! weights `w_j` of these skills, and the truth is a product of signs. It is trained by online SGD on half the squared
//! error. The test distribution is uniform, and the test loss is exact. Prediction: for k >= 3 the start is near a
//! saddle point of order k. A power law leaves it faster, because its first skills alone make a signal
//! `A = sum p_j w_j` that does not shrink with the number of skills. For k = 2 there is no such saddle point, and what
//! counts is how often the rarest skill is drawn. Falsifier: median times to the target whose ratio shows the opposite.

use std::cell::OnceCell;

use run::{BLOCK_BYTES, Expected, Leg, Snapshot};

use crate::error::{Error, Result};
use crate::exec::{Exec, Inputs, Lanes, Twin};
use crate::kit::legs::{Block, Carried, Legs, Place, blocks};
use crate::kit::race::rates::{Rates, ladder};
use crate::kit::race::{Race, Racer, each_once};
use crate::kit::{Budget, Claim, Experiment, Info};
use crate::math;
use crate::output::{Answer, Figure, Output, Picture, Progress};
use crate::params::Spec;
use crate::rng::Gaussian;
use crate::sim::k_composition as sim;
use crate::text;
use crate::text::setting;
use crate::theory::k_composition as theory;

mod answer;
mod claims;
mod figures;
mod picture;
mod run;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod verdicts;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Number of skills.
        skills: u32 = Spec::integer("64", 8.0, 1024.0).log().unit("skills");
        /// Number of skills that a task composes. The answer to a task is a product with one factor for each of these skills.
        hops: u32 = Spec::integer("4", 1.0, 8.0);
        /// Exponents $\alpha$ of the training distributions to compare, separated by commas: training draws the $j$-th skill with a probability proportional to $j^{-\alpha}$. 0 is the uniform distribution.
        exponents: Vec<f64> = Spec::list("0,1.5", 0.0, 4.0, 1, 12);
        /// Learning rate of SGD. It multiplies the mean gradient of a batch.
        lr: f64 = Spec::number("0.05", 0.0001, 4.0).log().label("learning rate");
        /// Standard deviation of the initial weights, which are independent and Gaussian.
        init: f64 = Spec::number("0.3", 0.01, 2.0).log().label("size of the initial weights");
        /// Number of training samples of a run.
        samples: u32 = Spec::integer("100000", 256.0, 2e7).log().unit("samples");
        /// Batch size. 1 trains on one sample at a time.
        batch: u32 = Spec::integer("1", 1.0, 1024.0).log().unit("samples");
        /// Number of independent runs for each training distribution.
        runs: u32 = Spec::integer("32", 1.0, 65_536.0).log().unit("runs");
        /// Number of samples after which training changes from the power law to the uniform distribution. 0 turns this off.
        uniform_after: u32 = Spec::integer("0", 0.0, 2e7).unit("samples").was(&["switch_after"]);
        /// Test loss, on the uniform distribution, at which the task counts as solved.
        target: f64 = Spec::number("0.01", 0.0001, 0.4).log();
        /// Number of times to repeat the comparison, each time with half as many skills as before, but never below 8 skills. 0 turns this off.
        halvings: u32 = Spec::integer("0", 0.0, 7.0);
        /// Number of further learning rates with which to repeat the comparison. They lie between 0.1 times and 10 times the learning rate that you set, and show which rate is best for each training distribution. 0 turns this off.
        rates: u32 = Spec::integer("0", 0.0, 32.0).label("learning rates to compare");
    }
}

/// Largest number of runs, summed over the training distributions. The results of all runs at every checkpoint are
/// kept, and must fit into memory.
const RUNS_MAX: u32 = 131_072;
/// Number of checkpoints of a run with 1e5 samples or more.
const MARKS: u32 = 48;
/// Number of checkpoints of a run with a halved number of skills, and of a run that compares learning rates.
const RUNG_MARKS: u32 = 4;

/// The experiment `k-composition`.
pub struct KComposition {
    params: Params,
    seed: u32,
    gaussian: Gaussian,
    /// Probabilities of the skills in each training distribution.
    trainings: Vec<Vec<f64>>,
    /// The numbers of skills that are compared, the largest first. Each is half of the number before it.
    sizes: Vec<u32>,
    /// The numbers of steps after which a run has its checkpoints, ascending.
    marks: Vec<u32>,
    legs: Legs<Leg>,
    /// Predictions of the gradient flow (SGD without noise), `[training][checkpoint]`. The list of a training
    /// distribution ends early if its flow was not followed to the last checkpoint.
    flows: Vec<Vec<Expected>>,
    /// Figures that do not depend on the runs.
    fixed: OnceCell<Vec<Figure>>,
    inputs: Vec<OnceCell<(Inputs, u32)>>,
    /// State of the runs in progress, as it was at their last checkpoint.
    lanes: Carried<(Lanes<sim::Compose>, u32)>,
    /// Statistics of the runs, `[training][checkpoint]`.
    snapshots: Vec<Vec<Snapshot>>,
    /// Results of the finished blocks of runs, `[halvings of the number of skills][training]`. They are the times to
    /// the target and the numbers of diverged runs.
    finished: Vec<Vec<Racer>>,
    /// Results of the block of runs that is in progress: the times to the target and the numbers of diverged runs.
    current: Vec<Racer>,
    /// Results of the finished blocks of runs that compare learning rates.
    rates: Rates,
    /// Mean weights of the skills in the picture, `lit[training][skill]`, at the last checkpoint of the runs whose number of
    /// skills is not halved. It is empty before the first checkpoint.
    lit: Vec<Vec<f64>>,
    done: u32,
}

impl KComposition {
    /// Times to the target of the runs whose number of skills was halved `rung` times. These are the finished runs, or,
    /// if none has finished, the runs in progress.
    pub fn race(&self, rung: usize) -> Race {
        let racers = &self.finished[rung];
        let place = self.legs.after(self.done);
        let under_way = place.filter(|place| place.leg.rung == rung && !place.leg.ladder && place.checkpoint > 0);
        if let Some(place) = under_way.filter(|_| racers.iter().all(|racer| racer.hits.is_empty())) {
            let budget = self.seen(self.stop(place.leg, place.checkpoint - 1)) as u64;
            return Race { racers: self.current.clone(), budget };
        }
        Race { racers: racers.clone(), budget: self.seen(self.steps()) as u64 }
    }

    fn trainings(&self) -> std::ops::Range<usize> {
        0..self.trainings.len()
    }
}

impl Experiment for KComposition {
    const SLUG: &'static str = "k-composition";
    const INFO: Info = words::INFO;
    const TEXTS: text::Templates = words::TEXTS;
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const QUICK: &'static str = "runs=40&samples=6000&halvings=1";
    const MAIN: &'static [&'static str] = &["hops", "skills", "exponents"];
    const FIRST: &'static [&'static str] = &["skills=128", "hops=2", "exponents=0,1,2&lr=0.1"];
    /// The first figures integrate the flow of the weights for each exponent and compare the exponents with each other,
    /// which only this experiment does.
    const BUDGET: Budget = Budget { ready: 120_000, run: 204_500 };
    const KERNELS: &'static [Twin] = &[Twin::kernel::<sim::Compose>()];
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        let Params { samples, batch, runs, rates, .. } = *params;
        let count = each_once(&params.exponents).len() as u32;
        let lanes = count * rates.max(1);
        if u64::from(runs) * u64::from(lanes) > u64::from(RUNS_MAX) {
            let most = setting(f64::from(RUNS_MAX / lanes));
            let exponents = setting(f64::from(count));
            let allowed = if rates > 1 {
                let rates = setting(f64::from(rates));
                text!(words::RUNS_AT_RATES_ALLOWED, runs = most, exponents = exponents, rates = rates)
            } else {
                text!(words::RUNS_ALLOWED, runs = most, exponents = exponents)
            };
            return Err(Error::parameter("runs", &runs.to_string(), allowed));
        }
        if batch > samples {
            let allowed = text!(words::BATCH_ALLOWED, samples = setting(f64::from(samples)));
            return Err(Error::parameter("batch", &batch.to_string(), allowed));
        }
        Ok(())
    }

    fn start(mut params: Params, seed: u32) -> Result<Self> {
        params.exponents = each_once(&params.exponents);
        let Params { skills, exponents, samples, batch, runs, halvings, rates, .. } = &params;
        let (skills, samples, batch, runs) = (*skills, *samples, *batch, *runs);
        let sizes: Vec<u32> = (0..=*halvings).map(|r| skills >> r).filter(|&d| d >= 8).collect();
        let steps = sim::steps(samples, batch);
        // From 64 samples on, evenly in the logarithm; with few steps every one.
        let first = f64::from((64 / batch).clamp(1, steps));
        let places = math::ratios(first, f64::from(steps), MARKS);
        let mut marks: Vec<u32> = places.into_iter().map(|mark| mark.round() as u32).collect();
        marks.dedup();
        let mut legs = Legs::default();
        for (rung, d, ladder) in
            sizes.iter().enumerate().map(|(rung, &d)| (rung, d, false)).chain((*rates > 0).then_some((0, skills, true)))
        {
            // Groups of all trainings go together; one is as many runs as it has lanes, or one run.
            let group = size_of::<[f32; sim::LANES]>() * sim::rows(d, batch) * exponents.len();
            let runs_of_group = if ladder { 1 } else { sim::LANES };
            let most = ((BLOCK_BYTES / group).max(1) * runs_of_group) as u32;
            let main = rung == 0 && !ladder;
            let checkpoints = if main { marks.len() as u32 } else { RUNG_MARKS.min(steps) };
            blocks(runs, most).for_each(|block| legs.push(Leg { rung, ladder, block }, checkpoints));
        }
        let trainings: Vec<Vec<f64>> = exponents.iter().map(|&alpha| theory::power_law(skills, alpha)).collect();
        let racers = |_| exponents.iter().map(|&exponent| Racer { exponent, ..Racer::default() }).collect();
        let mut run = Self {
            seed,
            gaussian: Gaussian::new(),
            snapshots: vec![vec![Snapshot::default(); marks.len()]; trainings.len()],
            finished: (0..sizes.len()).map(racers).collect(),
            inputs: (0..=sizes.len()).map(|_| OnceCell::new()).collect(),
            rates: Rates::new(ladder(params.lr, *rates), exponents, u64::from(steps) * u64::from(batch)),
            current: Vec::new(),
            flows: Vec::new(),
            fixed: OnceCell::new(),
            lanes: Carried::default(),
            lit: Vec::new(),
            done: 0,
            trainings,
            sizes,
            marks,
            legs,
            params,
        };
        run.flows = run.trainings().map(|i| run.expected(i)).collect();
        Ok(run)
    }

    fn progress(&self) -> Progress {
        Progress::of(self.done, self.legs.total()).by_work(|| self.work())
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        let Some(Place { leg, checkpoint: mark, last }) = self.legs.after(self.done) else { return Ok(()) };
        let Params { batch, init, .. } = self.params;
        let skills = self.sizes[leg.rung];
        let (inputs, bits) = self.inputs(leg).clone();
        let stop = self.stop(leg, mark);
        let (mut lanes, from) = self.lanes.take(mark).unwrap_or_else(|| {
            let (table, trainings) = (&self.gaussian.table, self.trainings.len());
            let Block { first, runs } = leg.block;
            let host = sim::state(table, self.seed, first, runs, trainings, skills, batch, init, leg.ladder);
            (Lanes::new(&host, sim::rows(skills, batch), inputs), 0)
        });
        exec.advance(&mut lanes, &self.uniforms(leg, bits, stop), from..stop).await?;
        let shown = if leg.is_main() { self.shown() } else { 0 };
        let host = exec.read_first(&mut lanes, sim::RECORDS + shown).await?;
        self.lanes.put((lanes, stop), last);
        self.done += 1;
        if leg.is_main() {
            self.lit = self.lit(&host, leg.block.runs);
        }
        if leg.ladder {
            if last {
                self.take_rates(leg, &host);
            }
            return Ok(());
        }
        let mut snapshots: Vec<Snapshot> = if leg.is_main() {
            self.snapshots.iter_mut().map(|marks| std::mem::take(&mut marks[mark as usize])).collect()
        } else {
            vec![]
        };
        self.current = self.take(leg, &host, &mut snapshots);
        for (marks, snapshot) in self.snapshots.iter_mut().zip(snapshots) {
            marks[mark as usize] = snapshot;
        }
        if last {
            for (all, racer) in self.finished[leg.rung].iter_mut().zip(std::mem::take(&mut self.current)) {
                all.hits.extend(racer.hits);
                all.diverged += racer.diverged;
            }
        }
        Ok(())
    }

    fn output(&self) -> Output {
        let race = self.race(0);
        let best = (!self.rates.rates.is_empty()).then(|| self.rates.table());
        let tables = [self.table()].into_iter().chain(best).collect();
        let finished = Experiment::progress(self).finished();
        let answer = if finished { self.answer(&race) } else { self.expectation() };
        let answer = Some(Answer::new(answer));
        Output { answer, figures: self.figures(&race), tables, verdicts: self.verdicts(&race) }
    }

    fn picture(&self) -> Option<Picture> {
        Some(self.skills_picture())
    }
}

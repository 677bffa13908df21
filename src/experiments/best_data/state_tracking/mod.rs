//! Can a learner follow a permutation through k steps, and does it learn faster when some steps are common?
//!
//! Model: each of the n! permutations of n symbols has a learned n x n matrix. The learner is trained by SGD on
//! products of k permutations. In training, they are drawn uniformly or by a power law over random ranks; the test
//! sequences are drawn uniformly. Prediction: for k = 4 a power law reaches the target in far fewer samples than the
//! uniform distribution. The reason is that a few frequent permutations give a signal that does not vanish as the
//! number of permutations grows. For k = 2 there is such a signal with both, and uniform training is faster. Falsifier:
//! median times to the target whose ratio shows the opposite.

use run::{BIN_TESTS, Record, Rest, STATE_BYTES, TESTS};

use crate::error::{Error, Result};
use crate::exec::{Exec, Lanes, Twin};
use crate::kit::legs::Carried;
use crate::kit::race::words as shared;
use crate::kit::race::{CROWD, Favourite, Race, Racer, each_once};
use crate::kit::{Claim, Experiment, Info};
use crate::math;
use crate::output::{Answer, Column, Output, Picture, Progress};
use crate::params::Spec;
use crate::sim::state_tracking::{self as sim, CHECK, LANES, Track};
use crate::text;
use crate::text::{Template, Text, count, setting};

mod claims;
mod figures;
mod picture;
mod run;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Number $n$ of symbols that are permuted. A skill is one of their $n!$ permutations.
        symbols: u32 = Spec::integer("5", 3.0, 5.0).unit("symbols");
        /// Number $k$ of skills that a sequence composes.
        hops: u32 = Spec::integer("4", 1.0, 8.0);
        /// Exponents $\alpha$ of the training distributions to compare, separated by commas. The probability of the skill of rank $j$ is proportional to $j^{-\alpha}$. 0 is the uniform distribution.
        exponents: Vec<f64> = Spec::list("0,1.5", 0.0, 4.0, 1, 8);
        /// Learning rate of SGD, which trains on one sample at a time.
        lr: f64 = Spec::number("0.5", 0.01, 4.0).log().label("learning rate");
        /// Standard deviation of the initial weights.
        init: f64 = Spec::number("0.24", 0.01, 2.0).log().label("size of the initial weights");
        /// Number of training samples after which a run ends, rounded down to whole thousands.
        samples: u32 = Spec::integer("50000", 1000.0, 10_000_000.0).log().unit("samples");
        /// Number of independent runs for each exponent.
        runs: u32 = Spec::integer("128", 1.0, 1024.0).log().unit("runs");
        /// Largest norm of a gradient. A gradient with a larger norm is shortened to this norm.
        clip: f64 = Spec::number("1", 0.01, 100.0).log();
    }
}

/// Number of checkpoints per factor of 10 in the number of samples.
const PER_DECADE: f64 = 16.0;

/// The experiment `state-tracking`.
pub struct StateTracking {
    seed: u32,
    params: Params,
    skills: u32,
    /// The checkpoints: numbers of samples after which results are recorded, ascending. The last number is the budget.
    marks: Vec<u32>,
    /// Four sets of test sequences. The first has permutations of all ranks, and each of the others has permutations of
    /// one third of the ranks.
    tests: [Vec<u32>; 4],
    /// The weights of all runs, and the number of samples on which they have been trained. They are made when the
    /// simulation starts.
    lanes: Carried<(Lanes<Track>, u32)>,
    /// Records of the runs at the checkpoints, `records[mark][exponent * runs + run]`.
    records: Vec<Vec<Record>>,
}

impl StateTracking {
    fn done(&self) -> usize {
        self.records.len()
    }

    /// Records of the runs with one exponent at the last checkpoint; empty before the first checkpoint.
    fn last(&self, exponent: usize) -> &[Record] {
        let runs = self.params.runs as usize;
        self.records.last().map_or(&[], |records| &records[exponent * runs..][..runs])
    }

    /// Times to the target of all runs so far. The result document contains only quantiles of these times.
    pub fn race(&self) -> Race {
        let racer = |(i, &exponent): (usize, &f64)| Racer {
            exponent,
            then_uniform: false,
            hits: self.last(i).iter().map(|r| (r.solved > 0).then_some(u64::from(r.solved))).collect(),
            diverged: self.last(i).iter().filter(|r| r.rest == Rest::Diverged).count() as u32,
        };
        let budget = self.done().checked_sub(1).map_or(0, |mark| u64::from(self.marks[mark]));
        Race { racers: self.params.exponents.iter().enumerate().map(racer).collect(), budget }
    }
}

impl StateTracking {
    /// What experiments with other learners, or earlier runs of this one, let us expect. Without these, what will be
    /// measured.
    fn expectation(&self) -> Text {
        let Params { hops, exponents, .. } = &self.params;
        if !exponents.contains(&0.0) || exponents.len() < 2 {
            return shared::RUN_WILL_SHOW.into();
        }
        match Favourite::with(*hops) {
            Favourite::PowerLaw => words::EXPECT_POWER_LAW.into(),
            Favourite::Uniform => text!(words::EXPECT_UNIFORM, hops = count(*hops)),
        }
    }
}

/// Number of permutations of `symbols` symbols.
fn skills(symbols: u32) -> u32 {
    (1..=symbols).product()
}

impl Experiment for StateTracking {
    const SLUG: &'static str = "state-tracking";
    const INFO: Info = words::INFO;
    const TEXTS: text::Templates = words::TEXTS;
    const QUICK: &'static str = "samples=20000&runs=16";
    const MAIN: &'static [&'static str] = &["symbols", "hops", "exponents"];
    const FIRST: &'static [&'static str] = &["symbols=4", "hops=2", "exponents=0,2&lr=0.1"];
    const KERNELS: &'static [Twin] = &[Twin::kernel::<Track>()];
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        let Params { symbols, hops, runs, .. } = *params;
        let exponents = each_once(&params.exponents).len();
        let group = sim::rows(symbols as usize, skills(symbols) as usize, hops as usize) * LANES * size_of::<f32>();
        let most = STATE_BYTES / group / exponents * LANES;
        if runs as usize <= most {
            return Ok(());
        }
        let (most, exponents, limit) = (setting(most as f64), count(exponents), count(STATE_BYTES >> 20));
        let allowed = text!(words::RUNS, most = most, exponents = exponents, limit = limit);
        Err(Error::parameter("runs", &runs.to_string(), allowed))
    }

    fn start(mut params: Params, seed: u32) -> Result<Self> {
        params.exponents = each_once(&params.exponents);
        let Params { symbols, hops, samples, .. } = params;
        let skills = skills(symbols);
        let budget = samples / CHECK * CHECK;
        let marks = {
            let at = |i: u32| (math::pow(10.0, f64::from(i) / PER_DECADE).round() as u32).saturating_mul(CHECK);
            let mut marks: Vec<u32> = (0..).map(at).take_while(|&mark| mark < budget).chain([budget]).collect();
            marks.dedup();
            marks
        };
        let third = skills / 3;
        let tests =
            [(0..skills, TESTS), (0..third, BIN_TESTS), (third..2 * third, BIN_TESTS), (2 * third..skills, BIN_TESTS)];
        let mut purpose = 0;
        let tests = tests.map(|(range, count)| {
            purpose += 1;
            sim::sequences(seed, purpose, hops, range, count)
        });
        Ok(Self { seed, skills, marks, tests, lanes: Carried::default(), records: Vec::new(), params })
    }

    fn progress(&self) -> Progress {
        Progress::of(self.done() as u32, self.marks.len() as u32).by_work(|| self.work())
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        let done = self.done();
        let (mut lanes, at) = self.lanes.take(done as u32).unwrap_or_else(|| (self.fresh(), 0));
        let mark = self.marks[done];
        exec.advance(&mut lanes, &self.uniforms(), at..mark).await?;
        let state = exec.read(&mut lanes).await?;
        let width = sim::width(self.params.symbols as usize, self.skills as usize);
        let runs = self.params.runs as usize;
        let groups = runs.div_ceil(LANES);
        let records = (0..self.params.exponents.len() * runs)
            .map(|i| {
                let (exponent, run) = (i / runs, i % runs);
                let group = &state[(exponent * groups + run / LANES) * self.rows()..][..self.rows()];
                let last = self.records.last().map(|records| records[i]);
                self.record(sim::lane(group, run % LANES, width), last)
            })
            .collect();
        self.records.push(records);
        self.lanes.put((lanes, mark), done + 1 == self.marks.len());
        Ok(())
    }

    fn output(&self) -> Output {
        let race = self.race();
        let number = |name: Template<0>| Column { name, unit: "" };
        let Params { symbols, hops, lr, ref exponents, .. } = self.params;
        let lead = [
            (number(words::SYMBOLS), f64::from(symbols)),
            (number(words::HOPS), f64::from(hops)),
            (number(words::LEARNING_RATE), lr),
        ];
        let finished = Experiment::progress(self).finished();
        let favourite = Favourite::with(hops);
        let verdict = race.verdict(favourite, finished).map(|verdict| match favourite {
            Favourite::PowerLaw => verdict.adding(words::AS_TRANSFORMERS),
            Favourite::Uniform => verdict.adding(words::NO_PLATEAU).adding(words::AS_EARLIER_RUNS),
        });
        let answer = if finished { race.answer() } else { self.expectation() };
        let times = race.figure((exponents.len() > CROWD).then(|| {
            let budget = self.marks[self.marks.len() - 1];
            race.budget_line(f64::from(budget))
        }));
        let mut figures = vec![Some(self.accuracy_figure()), Some(self.loss_figure()), self.ranks_figure(), times];
        // Many exponents are compared by their times, a few by their curves.
        if exponents.len() > CROWD {
            figures.rotate_right(1);
        }
        Output {
            answer: Some(Answer::new(answer)),
            figures: figures.into_iter().flatten().collect(),
            tables: vec![race.table(&lead)],
            verdicts: verdict.into_iter().collect(),
        }
    }

    fn picture(&self) -> Option<Picture> {
        Some(self.cups_picture())
    }
}

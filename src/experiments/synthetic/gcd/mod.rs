//! Which greatest common divisors does a network learn, and what do synthetic data take away?
//!
//! Model: a small network reads two numbers as digits in a base, and learns their greatest common divisor from pairs
//! that are drawn anew at every step (see [`crate::sim::gcd`]). Prediction: it learns divisors of powers of the base
//! only, suddenly and one after another, and answers with the largest learned divisor that divides the true one. If all
//! training pairs are synthetic, with divisors up to a limit, its accuracy stops at the probability of these divisors;
//! a small share of real pairs ends this plateau. Falsifier: a learned divisor that does not divide a power of the base,
//! an accuracy that the learned divisors do not explain, or synthetic pairs that teach more than they show.

use crate::error::{Error, Result};
use crate::exec::{Exec, Lanes, Twin};
use crate::kit::legs::Carried;
use crate::kit::{Claim, Experiment, Info};
use crate::output::{Answer, Output, Picture, Progress};
use crate::params::{Choice, Spec};
use crate::sim::gcd::{Gcd, Test};
use crate::text;
use crate::text::count;

use run::{Compared, Seen, marks};

mod answer;
mod claims;
mod figures;
mod picture;
mod run;
mod tables;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod verdicts;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Base in which the network reads the digits of both numbers. It decides which divisors can be learned.
        base: u32 = Spec::integer("30", 2.0, 1000.0).log();
        /// What differs between the networks that run side by side: nothing, the base, the law of the two numbers, the law of their divisors, or the share of real pairs.
        compare: &'static str = Spec::choice("data", COMPARISONS);
        /// Share of real pairs in the mixture of real and synthetic pairs. It matters only if shares of real pairs are compared.
        real: f64 = Spec::number("0.03", 0.0, 1.0).log().label("share of real pairs");
        /// Largest divisor of a synthetic pair. It matters only if shares of real pairs are compared.
        limit: u32 = Spec::integer("5", 1.0, 100.0).log().label("largest synthetic divisor");
        /// Share of pairs whose divisors are drawn evenly from 1 to 100. It matters only if laws of the divisors are compared.
        even: f64 = Spec::number("0.05", 0.0, 1.0).label("share with equally frequent divisors");
        /// Bases that run beside the chosen one if bases are compared. Their largest numbers are as near to a million as the digits allow.
        bases: Vec<f64> = Spec::list("6,10,31", 2.0, 1000.0, 1, 6).log().label("other bases");
        /// Largest number of a pair. The number of digits follows from it and from the base.
        largest: u32 = Spec::integer("809999", 1000.0, 1_000_000.0).log().label("largest number");
        /// Number of networks of each kind. They differ in their initial weights and in their training pairs.
        networks: u32 = Spec::integer("2", 1.0, 8.0).unit("networks");
        /// Width of both hidden layers, a multiple of 16.
        width: u32 = Spec::integer("32", 16.0, 128.0).log();
        /// Number of training pairs of a step, a multiple of 4.
        batch: u32 = Spec::integer("256", 64.0, 512.0).log().unit("pairs");
        /// Learning rate of Adam. With a rate that is too large, networks diverge, or answer 1 for ever.
        rate: f64 = Spec::number("0.005", 0.00001, 10.0).log().label("learning rate");
        /// Decay of the weights: at every step each weight shrinks by this number times the learning rate, as a share of itself.
        decay: f64 = Spec::number("0", 0.0, 1.0).label("weight decay");
        /// Number of pairs that each network learns from, unless the run stops early. It is rounded to whole steps.
        samples: u32 = Spec::integer("820000", 10_000.0, 4_000_000.0).log().unit("pairs").label("training pairs");
        /// The run stops when all networks of the first kind know at least this many divisors; if laws are compared, those of both kinds. The first kind has real pairs only, and the chosen base. With 0 it does not stop early.
        divisors: u32 = Spec::integer("11", 0.0, 100.0).label("stop at known divisors");
    }
}

const COMPARISONS: &[Choice] = &[
    Choice { value: "nothing", label: "nothing" },
    Choice { value: "data", label: "shares of real pairs" },
    Choice { value: "base", label: "bases" },
    Choice { value: "operands", label: "laws of the numbers" },
    Choice { value: "outcomes", label: "laws of the divisors" },
];

/// Number of training pairs at the first checkpoint.
const FIRST: u32 = 1600;
/// Number of checkpoints while the number of training pairs doubles.
const PER_DOUBLING: f64 = 3.0;
/// Largest number of checkpoints.
const MOST: u32 = 30;

/// The experiment `gcd`.
pub struct CommonDivisors {
    params: Params,
    seed: u32,
    /// What runs side by side.
    kinds: Vec<Compared>,
    /// Numbers of steps at the checkpoints, in increasing order.
    marks: Vec<u32>,
    /// What each network knows at each checkpoint, `found[kind][checkpoint][network]`.
    found: Vec<Vec<Vec<Seen>>>,
    /// State of the networks of each kind.
    lanes: Vec<Carried<Lanes<Gcd>>>,
    /// Whether enough divisors are known, so that nothing is trained at the checkpoints that are left.
    stopped: bool,
    done: u32,
}

impl CommonDivisors {
    fn total(&self) -> u32 {
        (self.marks.len() * self.kinds.len()) as u32
    }

    fn ended(&self) -> bool {
        self.done == self.total()
    }
}

impl Experiment for CommonDivisors {
    const SLUG: &'static str = "gcd";
    const INFO: Info = words::INFO;
    const TEXTS: text::Templates = words::TEXTS;
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const QUICK: &'static str = "base=6&largest=46655&width=16&batch=128&samples=10000&networks=1&rate=0.02";
    const MAIN: &'static [&'static str] = &["base", "compare", "real"];
    const FIRST: &'static [&'static str] = &["base=6", "base=10", "compare=nothing", "compare=base", "real=0.1"];
    const KERNELS: &'static [Twin] = &[Twin::kernel::<Gcd>(), Twin::job::<Test>()];
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        for (name, value, of) in [("width", params.width, 16), ("batch", params.batch, 4)] {
            if !value.is_multiple_of(of) {
                return Err(Error::parameter(name, &value.to_string(), text!(words::MULTIPLE, of = count(of))));
            }
        }
        if let Some(base) = params.bases.iter().find(|base| base.fract() != 0.0) {
            return Err(Error::parameter("bases", &base.to_string(), words::WHOLE_BASES));
        }
        let alone = params.bases.iter().all(|base| *base == f64::from(params.base));
        if params.compare == "base" && alone {
            return Err(Error::parameter("bases", &params.base.to_string(), words::OTHER_BASE));
        }
        Ok(())
    }

    fn start(params: Params, seed: u32) -> Result<Self> {
        let kinds = Compared::all(&params);
        let marks = marks(params.samples, params.batch);
        let found = vec![Vec::new(); kinds.len()];
        let lanes = kinds.iter().map(|_| Carried::default()).collect();
        Ok(Self { params, seed, kinds, marks, found, lanes, stopped: false, done: 0 })
    }

    fn progress(&self) -> Progress {
        Progress::of(self.done, self.total()).by_work(|| self.work())
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        if !self.stopped {
            let kinds = self.kinds.len() as u32;
            let (checkpoint, kind) = (self.done / kinds, (self.done % kinds) as usize);
            let (mark, networks) = (checkpoint as usize, self.params.networks);
            let setting = &self.kinds[kind].setting;
            let carried = self.lanes[kind].take(checkpoint);
            // If the state was lost, the networks start over.
            let from = if mark > 0 && carried.is_some() { self.marks[mark - 1] } else { 0 };
            let fresh = || Lanes::new(&setting.start(self.seed, 0, networks), setting.rows(), setting.inputs());
            let mut lanes = carried.unwrap_or_else(fresh);
            exec.advance(&mut lanes, &setting.uniforms(self.seed, 0), from..self.marks[mark]).await?;
            let states = exec.read_first(&mut lanes, setting.weight_rows()).await?;
            let inputs = Test::inputs(setting, self.seed, &states);
            let tested = exec.map::<Test>(&inputs, 0..networks).await?;
            self.found[kind].push(Seen::all(&tested, &states, setting.weight_rows()));
            self.lanes[kind].put(lanes, mark + 1 == self.marks.len());
            self.stopped = kind + 1 == self.kinds.len() && self.knows_enough();
        }
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

    fn picture(&self) -> Option<Picture> {
        Some(self.divisors_picture())
    }
}

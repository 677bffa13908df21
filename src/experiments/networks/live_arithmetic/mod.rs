//! Do small networks learn to compute modulo n in several steps, and does it help if some numbers are frequent?
//!
//! Model: a residual block that is looped over the steps (see [`crate::sim::looped`]) reads a number, or an operation with
//! a number, at a time, and names the result modulo n. It is trained on tokens drawn uniformly or by a power law over
//! random ranks, and tested on uniform ones. Prediction, from experiments with transformers: with three or more tokens
//! networks learn sooner from a power law, and if they add, uniform training stays at the loss of guessing. Falsifier:
//! median times whose ratio shows the opposite, or uniform training that leaves the loss of guessing. A second
//! prediction: networks that add arrange the numbers on circles. Its falsifier is an embedding whose strongest frequency
//! is no stronger than before training.

use super::live::{self, Live};
use crate::error::Result;
use crate::exec::{Exec, Twin};
use crate::kit::race::{Favourite, each_once, words as race};
use crate::kit::{Budget, Claim, Experiment, Info};
use crate::output::{Answer, Column, Output, Picture, Progress};
use crate::params::{Choice, Spec};
use crate::sim::looped::Looped;
use crate::sim::sequences::{Network, Setting, Test};
use crate::text;
use crate::text::{Template, Text};
use crate::theory::automaton::Automaton;

mod claims;
mod clock;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// What is computed modulo n. In a chain each operation is an addition, a subtraction or a multiplication.
        task: &'static str = Spec::choice("sum", TASKS);
        /// The modulus $n$: numbers run from 0 to $n - 1$.
        modulus: u32 = Spec::integer("13", 3.0, 61.0);
        /// Number $k$ of tokens of a sequence: terms of a sum, or a number and then operations. The task a × b + c − d always has four.
        terms: u32 = Spec::integer("4", 2.0, 6.0);
        /// Exponents $\alpha$ of the training distributions to compare, separated by commas. The probability of the token of rank $j$ is proportional to $j^{-\alpha}$. 0 is the uniform distribution.
        exponents: Vec<f64> = Spec::list("0,1", 0.0, 4.0, 1, 8);
        /// Power law first, then uniform: a second set of networks learns from each power law. When their loss on uniform sequences falls below this share of the loss of guessing, they go on with uniform sequences. 0 turns this off.
        then_uniform: f64 = Spec::number("0", 0.0, 1.0).label("then uniform, below");
        /// Number of networks for each exponent. They differ in their initial weights, in the order of the tokens' frequencies and in their training sequences.
        networks: u32 = Spec::integer("11", 1.0, 64.0).unit("networks");
        /// Number of training steps of a network, a multiple of 100. A network that has learned the task stops sooner.
        steps: u32 = Spec::integer("4000", 100.0, 100_000.0).log().unit("steps");
        /// Width of the network, a multiple of 16. The hidden layer is four times as wide.
        width: u32 = Spec::integer("16", 16.0, 64.0);
        /// Number of training sequences of a step, a multiple of 4.
        batch: u32 = Spec::integer("64", 16.0, 256.0).log().unit("sequences");
        /// Learning rate of Adam. With a rate that is too large, networks learn nothing or diverge.
        rate: f64 = Spec::number("0.008", 0.00001, 10.0).log().label("learning rate");
        /// Decay of the weights: at every step each weight shrinks by this number times the learning rate, as a share of itself.
        decay: f64 = Spec::number("0.2", 0.0, 1.0).label("weight decay");
    }
}

const TASKS: &[Choice] = &[
    Choice { value: "sum", label: "sum of k numbers" },
    Choice { value: "arithmetic", label: "a × b + c − d" },
    Choice { value: "chain", label: "chain of operations + − ×" },
];

/// The experiment `live-arithmetic`.
pub struct LiveArithmetic {
    params: Params,
    live: Live,
}

impl Params {
    /// What a network learns.
    fn automaton(&self) -> Automaton {
        match self.task {
            "sum" => Automaton::sum(self.modulus, self.terms),
            "arithmetic" => Automaton::arithmetic(self.modulus),
            _ => Automaton::chain(self.modulus, self.terms - 1),
        }
    }

    /// What the networks are, and what they learn.
    fn setting(&self) -> Setting {
        let Self { width, batch, rate, decay, .. } = *self;
        let (network, task, rate, decay) = (Network::Looped, self.automaton(), rate as f32, decay as f32);
        Setting { network, task, laws: Vec::new(), width, batch, facts: 0, rate, decay }
    }

    /// The training distribution that earlier runs let us expect to be faster. If the modulus is large, even sums of two
    /// numbers begin on a plateau.
    fn favourite(&self) -> Favourite {
        match self.task {
            "arithmetic" => Favourite::PowerLaw,
            "sum" if self.modulus > 23 => Favourite::PowerLaw,
            _ => Favourite::with(self.terms),
        }
    }
}

impl LiveArithmetic {
    /// What earlier experiments let us expect.
    fn expectation(&self) -> Text {
        let Params { task, modulus, exponents, .. } = &self.params;
        match (*task, self.params.favourite()) {
            _ if !exponents.contains(&0.0) || exponents.len() < 2 => race::RUN_WILL_SHOW.into(),
            ("chain", Favourite::PowerLaw) if *modulus < 23 => race::RACE_WILL_SHOW.into(),
            ("chain", Favourite::PowerLaw) => words::EXPECT_UNSOLVED.into(),
            ("chain", Favourite::Uniform) => words::EXPECT_UNIFORM.into(),
            (_, Favourite::PowerLaw) => words::EXPECT_POWER_LAW.into(),
            (_, Favourite::Uniform) => words::EXPECT_NO_PLATEAU.into(),
        }
    }
}

impl Experiment for LiveArithmetic {
    const SLUG: &'static str = "live-arithmetic";
    const INFO: Info = words::INFO;
    const TEXTS: text::Templates = words::TEXTS;
    const BUDGET: Budget = Budget { ready: 107_000, run: 220_000 };
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const QUICK: &'static str = "modulus=13&steps=1200&networks=2";
    const MAIN: &'static [&'static str] = &["task", "modulus", "exponents"];
    const FIRST: &'static [&'static str] = &["task=arithmetic", "task=chain", "modulus=23", "exponents=0,1.5"];
    const KERNELS: &'static [Twin] = &[Twin::kernel::<Looped>(), Twin::job::<Test>()];
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        live::check(params.width, params.batch, params.steps)?;
        live::check_memory(&params.setting(), &params.exponents, params.then_uniform, params.networks)
    }

    fn start(mut params: Params, seed: u32) -> Result<Self> {
        params.exponents = each_once(&params.exponents);
        let setting = params.setting();
        let Params { ref exponents, then_uniform, networks, steps, .. } = params;
        let adds = params.task == "sum";
        let live = Live::new(setting, exponents, networks, steps, seed)
            .becoming_uniform(then_uniform)
            .keeping_embeddings(adds);
        Ok(Self { params, live })
    }

    fn progress(&self) -> Progress {
        self.live.progress()
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        self.live.advance(exec).await
    }

    fn output(&self) -> Output {
        let live = &self.live;
        let (race, finished) = (live.race(), live.finished());
        let Params { task, modulus, terms, rate, .. } = self.params;
        let number = |name: Template<0>| Column { name, unit: "" };
        let lead = [
            (number(words::MODULUS), f64::from(modulus)),
            (number(words::TOKENS), live.hops() as f64),
            (number(words::LEARNING_RATE), rate),
        ];
        let favourite = self.params.favourite();
        let verdict = race.verdict(favourite, finished).map(|verdict| match favourite {
            Favourite::PowerLaw => verdict.adding(words::AS_TRANSFORMERS),
            Favourite::Uniform => verdict.adding(words::AS_EARLIER_RUNS),
        });
        // In other tasks single networks leave the plateau.
        let flat = (task == "sum" && terms > 2).then(|| live.flat_verdict()).flatten();
        let answer = if finished { live.answer() } else { self.expectation() };
        let mut figures = live.figures();
        let mut verdicts = vec![verdict, flat, live.head_verdict(), race.switch_verdict(finished)];
        if task == "sum" {
            figures.splice(1..1, clock::figures(live, modulus));
            verdicts.push(Some(clock::verdict(live, modulus)));
        }
        Output {
            answer: Some(Answer::new(answer)),
            figures,
            tables: vec![race.table(&lead)],
            verdicts: verdicts.into_iter().flatten().collect(),
        }
    }

    fn picture(&self) -> Option<Picture> {
        Some(self.live.picture())
    }
}

//! Do small networks learn to follow several relations in a row, and does it help if some relations are frequent?
//!
//! Model: a residual block that is looped over the steps (see [`crate::sim::looped`]) reads an entity and then one
//! relation at a time, and names the entity that these lead to. Each relation is a random permutation of the entities. A
//! share of the training sequences are facts, which have only one relation. Entities are always uniform. Relations are
//! drawn uniformly or by a power law over random ranks, and the test draws them uniformly. Prediction, from earlier runs
//! with this network: with three hops or fewer, uniform training needs no more sequences than a power law. With four hops
//! and many relations, a power law learns and uniform training stays at the loss of guessing. Falsifier: median times
//! whose ratio shows the opposite, or uniform training that leaves the loss of guessing. Published transformers learn
//! three hops sooner from a power law, at a size that is not solved here.

use super::live::{self, Live};
use crate::error::Result;
use crate::exec::{Exec, Twin};
use crate::kit::race::{Favourite, each_once, words as race};
use crate::kit::{Budget, Claim, Experiment, Info};
use crate::output::{Answer, Column, Output, Picture, Progress};
use crate::params::Spec;
use crate::sim::looped::Looped;
use crate::sim::sequences::{Network, Setting, Test};
use crate::text;
use crate::text::{Template, Text, count};
use crate::theory::automaton::Automaton;

mod claims;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Number of entities, for instance of people. A network chooses its answer among them.
        entities: u32 = Spec::integer("12", 3.0, 64.0).unit("entities");
        /// Number of relations, for instance "teacher of". A relation leads from each entity to one entity, possibly itself, and it never leads from two entities to one.
        relations: u32 = Spec::integer("6", 2.0, 64.0).unit("relations");
        /// Number $k$ of relations that a question chains.
        hops: u32 = Spec::integer("3", 1.0, 6.0);
        /// Share of the training sequences that are facts: questions with one relation only. The test has no facts.
        facts: f64 = Spec::number("0.2", 0.0, 1.0).label("share of facts");
        /// Exponents $\alpha$ of the training distributions to compare, separated by commas. The probability of the relation of rank $j$ is proportional to $j^{-\alpha}$. 0 is the uniform distribution. Entities are always uniform.
        exponents: Vec<f64> = Spec::list("0,1.25", 0.0, 4.0, 1, 8);
        /// Number of networks for each exponent. They differ in their initial weights, in the order of the relations' frequencies and in their training sequences.
        networks: u32 = Spec::integer("15", 1.0, 64.0).unit("networks");
        /// Number of training steps of a network, a multiple of 100. A network that has learned the task stops sooner.
        steps: u32 = Spec::integer("4000", 100.0, 100_000.0).log().unit("steps");
        /// Width of the network, a multiple of 16. The hidden layer is four times as wide.
        width: u32 = Spec::integer("16", 16.0, 64.0);
        /// Number of training sequences of a step, a multiple of 4.
        batch: u32 = Spec::integer("64", 16.0, 256.0).log().unit("sequences");
        /// Learning rate of Adam. With a rate that is too large, networks learn nothing or diverge.
        rate: f64 = Spec::number("0.005", 0.00001, 10.0).log().label("learning rate");
        /// Decay of the weights: at every step each weight shrinks by this number times the learning rate, as a share of itself.
        decay: f64 = Spec::number("0.2", 0.0, 1.0).label("weight decay");
    }
}

/// The experiment `live-hops`.
pub struct LiveHops {
    params: Params,
    live: Live,
}

/// Largest number of facts, entities times relations, of which chains of three hops were solved within a minute.
const SOLVED: u32 = 300;

impl Params {
    /// What the networks are, and what they learn.
    fn setting(&self, seed: u32) -> Setting {
        let Self { entities, relations, hops, facts, width, batch, rate, decay, .. } = *self;
        let task = Automaton::hops(entities, relations, hops, seed);
        let facts = (facts * f64::from(batch)).round() as u32;
        let (network, rate, decay) = (Network::Looped, rate as f32, decay as f32);
        Setting { network, task, laws: Vec::new(), width, batch, facts, rate, decay }
    }

    /// The training distribution that earlier runs let us expect to be faster. Without facts, with more than three hops and more than a
    /// few relations, uniform training stays at the loss of guessing for so long that a power law overtakes it.
    const fn favourite(&self) -> Favourite {
        if self.hops > 3 && self.relations > 6 && self.facts == 0.0 { Favourite::PowerLaw } else { Favourite::Uniform }
    }
}

impl LiveHops {
    /// What earlier runs let us expect.
    fn expectation(&self) -> Text {
        let Params { entities, relations, hops, facts, exponents, .. } = &self.params;
        match self.params.favourite() {
            _ if !exponents.contains(&0.0) || exponents.len() < 2 => race::RUN_WILL_SHOW.into(),
            _ if *hops > 2 && entities * relations > SOLVED => words::EXPECT_UNSOLVED.into(),
            Favourite::PowerLaw => text!(words::EXPECT_POWER_LAW, hops = count(*hops)),
            Favourite::Uniform if *hops > 3 || *facts == 1.0 || (*hops > 2 && *entities < 10) => {
                race::RACE_WILL_SHOW.into()
            }
            Favourite::Uniform => text!(words::EXPECT_UNIFORM, hops = count(*hops)),
        }
    }
}

impl Experiment for LiveHops {
    const SLUG: &'static str = "live-hops";
    const INFO: Info = words::INFO;
    const TEXTS: text::Templates = words::TEXTS;
    const BUDGET: Budget = Budget { ready: 104_500, run: 206_000 };
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const QUICK: &'static str = "hops=2&steps=500&networks=6";
    const MAIN: &'static [&'static str] = &["hops", "facts", "exponents"];
    const FIRST: &'static [&'static str] = &["hops=1", "hops=4", "facts=0", "exponents=0,1.5"];
    const KERNELS: &'static [Twin] = &[Twin::kernel::<Looped>(), Twin::job::<Test>()];
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        live::check(params.width, params.batch, params.steps)?;
        // The relations of another seed take as much memory.
        live::check_memory(&params.setting(0), &params.exponents, 0.0, params.networks)
    }

    fn start(mut params: Params, seed: u32) -> Result<Self> {
        params.exponents = each_once(&params.exponents);
        let setting = params.setting(seed);
        let Params { ref exponents, networks, steps, .. } = params;
        let live = Live::new(setting, exponents, networks, steps, seed);
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
        let Params { entities, relations, hops, facts, rate, .. } = self.params;
        let number = |name: Template<0>| Column { name, unit: "" };
        let lead = [
            (number(words::ENTITIES), f64::from(entities)),
            (number(words::RELATIONS), f64::from(relations)),
            (number(words::HOPS), f64::from(hops)),
            (number(words::FACTS), facts),
            (number(words::LEARNING_RATE), rate),
        ];
        let favourite = self.params.favourite();
        let verdict = race.verdict(favourite, finished).map(|verdict| match favourite {
            Favourite::PowerLaw => verdict.adding(words::LONG_PLATEAU),
            Favourite::Uniform => verdict.adding(words::AS_EARLIER_RUNS),
        });
        let flat = (favourite == Favourite::PowerLaw).then(|| live.flat_verdict()).flatten();
        let answer = if finished { live.answer() } else { self.expectation() };
        Output {
            answer: Some(Answer::new(answer)),
            figures: live.figures(),
            tables: vec![race.table(&lead)],
            verdicts: [verdict, flat, live.head_verdict()].into_iter().flatten().collect(),
        }
    }

    fn picture(&self) -> Option<Picture> {
        Some(self.live.picture())
    }
}

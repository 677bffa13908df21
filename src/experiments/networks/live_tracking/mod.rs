//! Do small networks learn to follow a permutation through several steps, and does it help if some steps are frequent?
//!
//! Model: a residual block that is looped over the steps (see [`crate::sim::looped`]) reads one permutation of n symbols
//! at a time, and after the last one names the symbol that stands in each place; or a transformer with two layers (see
//! [`crate::sim::transformer`]) reads all permutations at once. It is trained on permutations drawn uniformly or
//! by a power law over random ranks, and tested on uniform ones. Prediction, from experiments with transformers: with
//! three or more steps networks learn from a power law, while uniform training stays at the loss of guessing. With two,
//! uniform training is as good. Falsifier: median times whose ratio shows the opposite, or uniform training that leaves
//! the loss of guessing.

use self::own::Own;
use super::live::{self, Live};
use crate::error::{Error, Result};
use crate::exec::{Exec, Twin};
use crate::kit::race::{Favourite, each_once, words as race};
use crate::kit::{Budget, Claim, Experiment, Info};
use crate::output::{Answer, Column, Figure, Output, Picture, Progress, Table};
use crate::params::{Choice, Spec};
use crate::sim::looped::Looped;
use crate::sim::sequences::{Network, Setting, Test};
use crate::sim::transformer::Transformer;
use crate::text;
use crate::text::{Template, Text, count};
use crate::theory::automaton::Automaton;

mod claims;
mod own;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Number $n$ of symbols that are permuted. A skill is one of their $n!$ permutations.
        symbols: u32 = Spec::integer("4", 3.0, 5.0).unit("symbols");
        /// A multiplication table of your own, which replaces the permutations. The elements are numbered from 0. Rows are separated by semicolons, and the products of a row by commas or spaces. For instance, `0,1,2; 1,2,0; 2,0,1` is addition modulo 3.
        group: String = Spec::text(800).label("your own table");
        /// Number $k$ of skills that a sequence composes.
        hops: u32 = Spec::integer("4", 1.0, MOST_HOPS as f64);
        /// Other numbers of skills that a sequence composes, separated by commas. For each of them as many networks are trained, one race after another. Among the further figures, a small one for each number of hops then shows the exact answers. 0 turns this off.
        also_hops: Vec<f64> = Spec::list("0", 0.0, MOST_HOPS as f64, 1, MOST_HOPS as usize).label("also with other numbers of hops");
        /// Exponents $\alpha$ of the training distributions to compare, separated by commas. The probability of the skill of rank $j$ is proportional to $j^{-\alpha}$. 0 is the uniform distribution.
        exponents: Vec<f64> = Spec::list("0,1.25", 0.0, 4.0, 1, 8);
        /// Power law first, then uniform: a second set of networks learns from each power law. When their loss on uniform sequences falls below this share of the loss of guessing, they go on with uniform sequences. 0 turns this off.
        then_uniform: f64 = Spec::number("0", 0.0, 1.0).label("then uniform, below");
        /// The kind of network. The looped network reads one skill after another with a single block. The transformer has two layers, and compares all skills by attention; one of its steps takes many times as long, and it runs on the CPU only.
        network: &'static str = Spec::choice("looped", NETWORKS);
        /// Number of networks for each exponent. They differ in their initial weights, in the order of the skills' frequencies and in their training sequences.
        networks: u32 = Spec::integer("11", 1.0, 64.0).unit("networks");
        /// Number of training steps of a network, a multiple of 100. A network that has learned the task stops sooner.
        steps: u32 = Spec::integer("5000", 100.0, 100_000.0).log().unit("steps");
        /// Width of the network, a multiple of 16. Hidden layers are four times as wide. A transformer has a head of attention for every 16.
        width: u32 = Spec::integer("16", 16.0, 64.0);
        /// Number of training sequences of a step, a multiple of 4.
        batch: u32 = Spec::integer("64", 16.0, 256.0).log().unit("sequences");
        /// Learning rate of Adam. With a rate that is too large, networks learn nothing or diverge.
        rate: f64 = Spec::number("0.008", 0.00001, 10.0).log().label("learning rate");
        /// Decay of the weights: at every step each weight shrinks by this number times the learning rate, as a share of itself.
        decay: f64 = Spec::number("0.2", 0.0, 1.0).label("weight decay");
    }
}

const NETWORKS: &[Choice] =
    &[Choice { value: "looped", label: "looped network" }, Choice { value: "transformer", label: "transformer" }];

/// Largest number of hops.
const MOST_HOPS: u32 = 6;

/// The experiment `live-tracking`.
pub struct LiveTracking {
    params: Params,
    /// The table that replaces the permutations.
    own: Option<Own>,
    /// The race that all results are about, except for the figures of single numbers of hops and the rows of the table.
    live: Live,
    /// Races with other numbers of hops, in ascending order. They run after the first race, one after another.
    others: Vec<Live>,
}

impl Params {
    /// The table that replaces the permutations, if one is given.
    fn own(&self) -> Result<Option<Own>> {
        if self.group.trim().is_empty() { Ok(None) } else { Own::read(&self.group).map(Some) }
    }

    /// The other numbers of hops, in ascending order.
    fn others(&self) -> Result<Vec<u32>> {
        if let Some(hops) = self.also_hops.iter().find(|hops| hops.fract() != 0.0) {
            return Err(Error::parameter("also-hops", &hops.to_string(), words::WHOLE));
        }
        let other = |hops: &u32| *hops != self.hops && self.also_hops.contains(&f64::from(*hops));
        Ok((1..=MOST_HOPS).filter(other).collect())
    }

    /// What the networks are, and what they learn with a number of hops: products of the reader's own table, or
    /// permutations.
    fn setting(&self, own: Option<&Own>, hops: u32) -> Setting {
        let Self { network, symbols, width, batch, rate, decay, .. } = *self;
        let task = match own {
            Some(table) => Automaton::table(table.elements, &table.products, hops),
            None => Automaton::permutations(symbols, hops),
        };
        let network = if network == "looped" { Network::Looped } else { Network::Transformer };
        let (rate, decay) = (rate as f32, decay as f32);
        Setting { network, task, laws: Vec::new(), width, batch, facts: 0, rate, decay }
    }

    /// The training distribution that is expected to be faster. With five symbols even two hops begin on a plateau.
    fn favourite(&self) -> Favourite {
        let permutations = self.group.trim().is_empty();
        if permutations && self.symbols == 5 && self.hops == 2 {
            Favourite::PowerLaw
        } else {
            Favourite::with(self.hops)
        }
    }
}

impl LiveTracking {
    /// What the published experiments let us expect.
    fn expectation(&self) -> Text {
        let Params { hops, exponents, .. } = &self.params;
        if let Some(own) = &self.own {
            return own.said();
        }
        if !exponents.contains(&0.0) || exponents.len() < 2 {
            return race::RUN_WILL_SHOW.into();
        }
        match self.params.favourite() {
            Favourite::PowerLaw => words::EXPECT_POWER_LAW.into(),
            Favourite::Uniform => text!(words::EXPECT_UNIFORM, hops = count(*hops)),
        }
    }

    /// The races with all numbers of hops, in the order in which they run.
    fn races(&self) -> impl Iterator<Item = &Live> {
        std::iter::once(&self.live).chain(&self.others)
    }

    /// The races with all numbers of hops, in ascending order of these numbers.
    fn by_hops(&self) -> Vec<&Live> {
        let mut races: Vec<&Live> = self.races().collect();
        races.sort_by_key(|race| race.hops());
        races
    }

    /// The figures of the first race. If there are other numbers of hops, a small figure for each number follows the
    /// headline, once there is something to compare.
    fn figures(&self) -> Vec<Figure> {
        let mut figures = self.live.figures();
        if !self.others.is_empty() && self.live.progress().done > 0 {
            figures.splice(1..1, self.small_figures());
        }
        figures
    }

    /// The exact answers in a figure for each number of hops, in ascending order of these numbers.
    #[inline(never)]
    fn small_figures(&self) -> Vec<Figure> {
        self.by_hops().into_iter().map(Live::hops_figure).collect()
    }

    /// The times to the target in the races with all numbers of hops.
    fn table(&self) -> Option<Table> {
        let Params { symbols, rate, .. } = self.params;
        let number = |name: Template<0>| Column { name, unit: "" };
        let size = match &self.own {
            Some(own) => (number(words::ELEMENTS), f64::from(own.elements)),
            None => (number(words::SYMBOLS), f64::from(symbols)),
        };
        let of = |live: &Live| {
            let hops = (number(words::HOPS), live.hops() as f64);
            live.race().table(&[size, hops, (number(words::LEARNING_RATE), rate)])
        };
        self.by_hops().into_iter().map(of).reduce(|mut table, more| {
            table.rows.extend(more.rows);
            table
        })
    }
}

impl Experiment for LiveTracking {
    const SLUG: &'static str = "live-tracking";
    const INFO: Info = words::INFO;
    const TEXTS: text::Templates = words::TEXTS;
    const BUDGET: Budget = Budget { ready: 109_500, run: 223_500 };
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const QUICK: &'static str = "symbols=3&steps=500&networks=2";
    const MAIN: &'static [&'static str] = &["symbols", "hops", "exponents"];
    const FIRST: &'static [&'static str] = &["symbols=3", "hops=2", "exponents=0,2"];
    const KERNELS: &'static [Twin] = &[Twin::kernel::<Looped>(), Twin::kernel::<Transformer>(), Twin::job::<Test>()];
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        live::check(params.width, params.batch, params.steps)?;
        let own = params.own()?;
        // A race drops the states of its networks when it ends, before the next one begins. So each must fit alone.
        for hops in std::iter::once(params.hops).chain(params.others()?) {
            let setting = params.setting(own.as_ref(), hops);
            live::check_memory(&setting, &params.exponents, params.then_uniform, params.networks)?;
        }
        Ok(())
    }

    fn start(mut params: Params, seed: u32) -> Result<Self> {
        params.exponents = each_once(&params.exponents);
        let own = params.own()?;
        let Params { ref exponents, hops, then_uniform, networks, steps, .. } = params;
        let race = |hops: u32| {
            let setting = params.setting(own.as_ref(), hops);
            Live::new(setting, exponents, networks, steps, seed).becoming_uniform(then_uniform)
        };
        let live = race(hops);
        let others = params.others()?.into_iter().map(|hops| race(hops).without_landscape()).collect();
        Ok(Self { params, own, live, others })
    }

    fn progress(&self) -> Progress {
        let sum = |part: fn(Progress) -> u32| self.races().map(|race| part(race.progress())).sum();
        // A network takes a step for each skill that it reads, so a checkpoint of a race with more hops takes longer.
        let work = |part: fn(Progress) -> u32| -> f64 {
            self.races().map(|race| race.hops() as f64 * f64::from(part(race.progress()))).sum()
        };
        Progress::of(sum(|race| race.done), sum(|race| race.total))
            .by_work(|| [work(|race| race.done), work(|race| race.total)])
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        let mut races = std::iter::once(&mut self.live).chain(&mut self.others);
        match races.find(|race| !race.finished()) {
            Some(race) => race.advance(exec).await,
            None => Ok(()),
        }
    }

    fn output(&self) -> Output {
        let race = self.live.race();
        let finished = self.live.finished();
        let favourite = self.params.favourite();
        let verdict = race.verdict(favourite, finished).map(|verdict| match (&self.own, favourite) {
            (Some(own), _) => verdict.adding(own.said()).adding(words::AS_PERMUTATIONS),
            (None, Favourite::PowerLaw) => verdict.adding(words::AS_TRANSFORMERS),
            (None, Favourite::Uniform) => verdict.adding(words::NO_PLATEAU),
        });
        let flat = (favourite == Favourite::PowerLaw && self.own.is_none()).then(|| self.live.flat_verdict()).flatten();
        let answer = if finished { self.live.answer() } else { self.expectation() };
        Output {
            answer: Some(Answer::new(answer)),
            figures: self.figures(),
            tables: self.table().into_iter().collect(),
            verdicts: [verdict, flat, self.live.head_verdict(), race.switch_verdict(finished)]
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    fn picture(&self) -> Option<Picture> {
        Some(self.live.picture())
    }
}

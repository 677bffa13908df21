//! Networks that learn one task from several training distributions.
//!
//! The experiments of this part share this module. Networks with equal numbers start from equal weights, draw equal random
//! numbers and have equal orders of the tokens' frequencies, whatever distribution they are trained on. Networks are tested
//! at fixed checkpoints. A network that answers 95% of the test sequences exactly at two checkpoints in a row has
//! learned the task and rests, and its last results stand for the rest of the run. A network that has diverged rests too.

use std::ops::Range;

use super::plane::Plane;
use super::states::States;
use super::words;
use crate::error::{Error, Result};
use crate::exec::Exec;
use crate::kit::legs::Carried;
use crate::kit::race::{self, CROWD, Race, Racer, Time, rows_shown, words as shared};
use crate::math::Z999;
use crate::output::{Axis, Drawing, Field, Figure, Frame, Id, Mark, Picture, Points, Progress, Series, Verdict, units};
use crate::params::Scale;
use crate::sim::layers::PANEL;
use crate::sim::sequences::{LANES, Network, Run, Sequences, Setting, Test, Tested, become_uniform, diverged};
use crate::sim::transformer;
use crate::stats::{mean_and_error, quartiles, student};
use crate::text;
use crate::text::{Argument, Text, count, number, phrase, setting, share};
use crate::theory::automaton::Chance;

const SAMPLES: Axis = Axis::linear(words::SAMPLES);
const EXACT: Axis = Axis::linear(words::EXACT).unit(units::PERCENT);

const ATTENTION: Axis = Axis::linear(words::ATTENTION_SHARE).unit(units::PERCENT);

/// Number of steps between two checkpoints, in runs that are not long.
pub const CHECK: u32 = 100;
/// Largest number of checkpoints.
const MOST: u32 = 60;
/// Share of exact answers with which a network has solved the task.
const SOLVED: f64 = 0.9;
/// Share of exact answers at two checkpoints in a row after which a network rests.
const REST: f64 = 0.95;
/// Share of exact answers at which sequences of frequent and of rare skills are compared.
const COMPARED: f64 = 0.5;
/// Least number of networks for the interval of a mean over them.
pub const LEAST: usize = 6;
/// Largest distance of a loss from that of guessing, in nats, with which nothing is learned. On the test sequences the
/// loss of a network that knows nothing varies by a tenth of it.
const FLAT: f64 = 0.02;
/// Largest amount by which the share of exact answers may exceed that of the best blind guess, with which nothing is
/// learned. On the 1,024 test sequences the share of a network that knows nothing has a standard error of at most 0.016,
/// and this is three times as much.
const BLIND: f64 = 0.05;
/// A network whose loss exceeds this, in nats, has diverged. Networks that learn only frequent skills have losses of a few
/// nats on uniform sequences.
const BEYOND: f64 = 20.0;
/// Largest size of the states of all networks, in bytes. A worker may hold a few copies of them.
const MEMORY: usize = 256 << 20;
/// Largest number of cells of a row of the picture.
const CELLS: usize = 64;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

/// What became of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It still learns.
    Learns,
    /// It has learned the task.
    Done,
    /// It has diverged.
    Diverged,
}

/// From what a network learns.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    /// Exponent of the training distribution.
    pub exponent: f64,
    /// Whether the network learns from uniform sequences after it has left the plateau.
    pub then_uniform: bool,
}

/// A network at a checkpoint.
#[derive(Clone, Debug)]
pub struct Record {
    /// Results of the test.
    pub tested: Tested,
    /// Number of training samples at the first checkpoint at which the network had solved the task.
    pub solved: Option<u64>,
    /// Number of steps after which the network learns from uniform sequences, if it has reached that point.
    uniform_from: Option<u32>,
    /// Whether the network still learns.
    pub rest: Rest,
}

impl Record {
    /// Number of training samples until the network solved the task; `None` if it has not, or has diverged since.
    fn time(&self) -> Option<u64> {
        self.solved.filter(|_| !self.diverged())
    }

    /// Whether the network has diverged.
    pub fn diverged(&self) -> bool {
        self.rest == Rest::Diverged
    }
}

impl Training {
    fn name(self) -> Text {
        if self.then_uniform { race::then_uniform(self.exponent) } else { race::name(self.exponent) }
    }
}

/// States of the networks that still learn, and which these are.
struct Active {
    states: States,
    runs: Vec<usize>,
}

/// Networks that learn one task from several training distributions.
pub struct Live {
    seed: u32,
    /// What the networks are. Its first law is uniform, and the laws of the training distributions follow.
    setting: Setting,
    /// What guessing achieves.
    chance: Chance,
    /// What is compared: every training distribution, and then those that become uniform.
    trainings: Vec<Training>,
    /// A network whose training becomes uniform does so when its loss on uniform sequences is below this share of that
    /// of guessing.
    below: f64,
    /// Number of networks for each training.
    networks: u32,
    /// Numbers of steps at the checkpoints, in increasing order.
    marks: Vec<u32>,
    active: Carried<Active>,
    /// The networks at the checkpoints so far, `records[mark][training * networks + network]`.
    records: Vec<Vec<Record>>,
    /// For each training, the attention of its first network at the last checkpoint so far, if it is a transformer.
    attention: Vec<Vec<Vec<f64>>>,
    /// The networks' embeddings at the last checkpoint so far, in the order of the records; `None` if they are not kept.
    embeddings: Option<Vec<Vec<Vec<f64>>>>,
    /// Sequences on which the networks are tested.
    sequences: Sequences,
    /// The first rows of the states of each training's first network at the checkpoints at which it learned, if a
    /// landscape is drawn.
    paths: Vec<Vec<Vec<[f32; LANES]>>>,
    /// Whether the run may end with a landscape.
    explores: bool,
    /// The landscape around the path of a network, after the last checkpoint. It is empty if no network has solved the task.
    landscape: Option<Option<Plane>>,
}

/// Checks the sizes of networks and of their training.
///
/// # Errors
/// A size is not a multiple of what the kernel or the checkpoints need.
pub fn check(width: u32, batch: u32, steps: u32) -> Result<()> {
    for (name, value, of) in [("width", width, 16), ("batch", batch, 4), ("steps", steps, CHECK)] {
        if !value.is_multiple_of(of) {
            return Err(Error::parameter(name, &value.to_string(), text!(words::MULTIPLE, of = count(of))));
        }
    }
    Ok(())
}

/// Checks that the states of the networks fit into memory, if there are as many for each exponent, and again for each
/// power law if some change to the uniform distribution.
///
/// # Errors
/// There are too many networks.
pub fn check_memory(setting: &Setting, exponents: &[f64], then_uniform: f64, networks: u32) -> Result<()> {
    let exponents = race::each_once(exponents);
    let powers = exponents.iter().filter(|exponent| **exponent != 0.0 && then_uniform > 0.0).count();
    let of_one = (exponents.len() + powers) * setting.rows() * size_of::<[f32; LANES]>();
    let most = (MEMORY / of_one).max(1);
    if networks as usize > most {
        return Err(Error::parameter("networks", &networks.to_string(), text!(words::FEWER, most = count(most))));
    }
    Ok(())
}

impl Live {
    /// Networks that learn the task of `setting` from the training distributions with the given exponents, for `steps`
    /// steps. There are `networks` for each exponent. The laws in `setting` are replaced.
    pub fn new(setting: Setting, exponents: &[f64], networks: u32, steps: u32, seed: u32) -> Self {
        let laws = std::iter::once(0.0).chain(exponents.iter().copied()).collect();
        let every = CHECK * steps.div_ceil(CHECK * MOST);
        let mut marks: Vec<u32> = (1..=steps / every).map(|i| i * every).collect();
        if marks.last() != Some(&steps) {
            marks.push(steps);
        }
        Self {
            seed,
            sequences: setting.uniform_sequences(seed),
            chance: setting.task.chance(),
            setting: Setting { laws, ..setting },
            trainings: exponents.iter().map(|&exponent| Training { exponent, then_uniform: false }).collect(),
            below: 0.0,
            networks,
            marks,
            active: Carried::default(),
            records: Vec::new(),
            attention: Vec::new(),
            embeddings: None,
            paths: Vec::new(),
            explores: true,
            landscape: None,
        }
    }

    /// Ends the run without a landscape.
    pub fn without_landscape(mut self) -> Self {
        self.explores = false;
        self
    }

    /// Keeps the networks' embeddings if `keeps` is true; see [`Live::embedding`].
    pub fn keeping_embeddings(mut self, keeps: bool) -> Self {
        self.embeddings = keeps.then(Vec::new);
        self
    }

    /// Adds networks that learn from a power law until their loss on uniform sequences is below a share of that of
    /// guessing, and then from uniform sequences. There are as many for each power law. A share of 0 adds none.
    pub fn becoming_uniform(mut self, below: f64) -> Self {
        let powers: Vec<f64> = self.exponents().filter(|exponent| *exponent != 0.0 && below > 0.0).collect();
        self.trainings.extend(powers.into_iter().map(|exponent| Training { exponent, then_uniform: true }));
        self.below = below;
        self
    }

    fn exponents(&self) -> impl Iterator<Item = f64> {
        self.trainings.iter().map(|training| training.exponent)
    }

    /// Number of the run's checkpoints that are done, and of all. The landscape counts as one.
    pub fn progress(&self) -> Progress {
        let done = self.records.len() + usize::from(self.landscape.is_some());
        let total = self.marks.len() + usize::from(self.draws_landscape());
        Progress::of(done as u32, total as u32)
    }

    /// Whether the run has ended.
    pub fn finished(&self) -> bool {
        self.progress().finished()
    }

    /// Whether the run ends with a landscape. With many trainings the paths would take too much memory. Transformers take
    /// too long.
    fn draws_landscape(&self) -> bool {
        let powers = self.exponents().any(|exponent| exponent != 0.0);
        self.explores && self.setting.network == Network::Looped && powers && self.trainings.len() <= CROWD
    }

    /// Number of training samples at a checkpoint.
    pub fn samples(&self, mark: usize) -> f64 {
        f64::from(self.marks[mark]) * f64::from(self.setting.batch)
    }

    /// Number of training samples of the whole run.
    pub fn budget(&self) -> f64 {
        self.samples(self.marks.len() - 1)
    }

    /// Number of tokens of a sequence.
    pub const fn hops(&self) -> usize {
        self.setting.task.places.len()
    }

    /// Number of skills of a sequence, that is, of tokens that the training distributions rank.
    fn skills(&self) -> usize {
        self.setting.task.places.iter().filter(|place| place.ranked).count()
    }

    /// What a network draws.
    fn run(&self, run: usize) -> Run {
        let networks = self.networks as usize;
        let exponent = self.trainings[run / networks].exponent;
        let law = self.setting.laws[1..].iter().position(|law| *law == exponent).unwrap_or_default();
        let numbered = Run::of((run % networks) as u32, law as u32 + 1);
        let uniform_from = self.records.last().and_then(|records| records[run].uniform_from);
        Run { until: uniform_from.unwrap_or(numbered.until), ..numbered }
    }

    /// States from which the given networks start.
    fn fresh(&self, runs: Vec<usize>) -> Active {
        let numbered: Vec<Run> = runs.iter().map(|run| self.run(*run)).collect();
        let inputs = self.setting.inputs(self.seed, self.networks);
        Active { states: States::new(&self.setting, &self.setting.start(self.seed, &numbered), inputs), runs }
    }

    /// Trains to the next checkpoint and tests. After the last checkpoint it computes the landscape.
    ///
    /// # Errors
    /// Fails as [`Exec::advance`] and [`Exec::map`] do.
    pub async fn advance(&mut self, exec: &Exec) -> Result<()> {
        let mark = self.records.len();
        if mark == self.marks.len() {
            self.landscape = Some(self.plane(exec).await?);
            return Ok(());
        }
        let last = self.records.last();
        let learning = || {
            (0..self.trainings.len() * self.networks as usize)
                .filter(|run| last.is_none_or(|records| records[*run].rest == Rest::Learns))
        };
        let carried = self.active.take(mark as u32);
        // If the states were lost, the networks that still learn start over.
        let from = if carried.is_some() { self.marks[mark - 1] } else { 0 };
        let mut active = carried.unwrap_or_else(|| self.fresh(learning().collect()));
        let mut records = last.cloned().unwrap_or_default();
        let mut embeddings = self.embeddings.clone();
        let mut attention = self.attention.clone();
        let mut places = Vec::new();
        if !active.runs.is_empty() {
            active.states.advance(exec, &self.setting.uniforms(self.seed), from..self.marks[mark]).await?;
            let rows = self.setting.weight_rows();
            let states = active.states.read_first(exec, rows).await?;
            let inputs = Test::inputs(&self.setting, self.seed, &self.sequences, &states);
            let tested = exec.map::<Test>(&inputs, 0..active.runs.len() as u32).await?;
            let diverged = states.chunks(rows).map(diverged);
            let found = Test::results(&tested).into_iter().zip(diverged);
            for (run, (tested, diverged)) in active.runs.iter().zip(found) {
                let record = self.record(mark, *run, records.get(*run), tested, diverged);
                match records.get_mut(*run) {
                    Some(before) => *before = record,
                    None => records.push(record),
                }
            }
            if let Some(embeddings) = &mut embeddings {
                embeddings.resize(records.len(), Vec::new());
                for (run, state) in active.runs.iter().zip(states.chunks(rows)) {
                    embeddings[*run] = self.setting.embedding(state);
                }
            }
            attention.resize(self.trainings.len(), Vec::new());
            for (run, state) in active.runs.iter().zip(states.chunks(rows)) {
                // Only the first network of each training is shown.
                if !run.is_multiple_of(self.networks as usize) {
                    continue;
                }
                let training = run / self.networks as usize;
                if self.draws_landscape() {
                    places.push((training, state.to_vec()));
                }
                if self.setting.network == Network::Transformer {
                    attention[training] = transformer::attention(&self.setting, self.seed, state);
                }
            }
            let step = self.marks[mark];
            let changes = |run: &usize| records[*run].rest != Rest::Learns || records[*run].uniform_from == Some(step);
            if active.runs.iter().any(changes) && mark + 1 < self.marks.len() {
                active = self.changed(exec, active, &records, step).await?;
            }
        }
        self.records.push(records);
        self.embeddings = embeddings;
        self.attention = attention;
        self.paths.resize(self.trainings.len(), Vec::new());
        places.into_iter().for_each(|(training, state)| self.paths[training].push(state));
        self.active.put(active, mark + 1 == self.marks.len());
        Ok(())
    }

    /// The landscape around the path of the first network of the best power law; `None` if it has not solved the task.
    async fn plane(&self, exec: &Exec) -> Result<Option<Plane>> {
        let solved = |best: &usize| self.last(*best).first().is_some_and(|record| record.time().is_some());
        let Some(best) = self.best().filter(solved) else { return Ok(None) };
        let run = self.run(best * self.networks as usize);
        let mut start = self.setting.start(self.seed, &[run]);
        start.truncate(self.setting.weight_rows());
        let states = [&[start], &self.paths[best][..]].concat();
        Plane::of(&self.setting, self.seed, run, &self.sequences, &states, exec).await
    }

    /// Loses the states, as a worker that dies does.
    #[cfg(test)]
    pub(super) fn lose(&mut self) {
        self.active = Carried::default();
    }

    /// Network `run` at checkpoint `mark`, which was `before` at the checkpoint before it.
    fn record(&self, mark: usize, run: usize, before: Option<&Record>, tested: Tested, diverged: bool) -> Record {
        // A loss that is not a number has diverged too.
        let diverged = diverged || tested.loss.is_nan() || tested.loss > BEYOND;
        let done = tested.exact >= REST && before.is_some_and(|before| before.tested.exact >= REST);
        let solved = (tested.exact >= SOLVED && !diverged).then(|| self.samples(mark) as u64);
        let rest = if diverged {
            Rest::Diverged
        } else if done {
            Rest::Done
        } else {
            Rest::Learns
        };
        let escaped =
            self.trainings[run / self.networks as usize].then_uniform && tested.loss < self.below * self.chance.loss;
        let uniform_from = before.and_then(|before| before.uniform_from).or(escaped.then(|| self.marks[mark]));
        Record { tested, solved: before.and_then(|before| before.solved).or(solved), uniform_from, rest }
    }

    /// The states of the networks that still learn. Those whose training becomes uniform at `step` know it.
    async fn changed(&self, exec: &Exec, mut active: Active, records: &[Record], step: u32) -> Result<Active> {
        let mut states = active.states.read(exec).await?.to_vec();
        let rows = self.setting.rows();
        for (run, state) in active.runs.iter().zip(states.chunks_mut(rows)) {
            if records[*run].uniform_from == Some(step) {
                become_uniform(state, step);
            }
        }
        let learns = |run: &usize| records[*run].rest == Rest::Learns;
        let kept: Vec<[f32; LANES]> = (active.runs.iter().zip(states.chunks(rows)))
            .filter(|(run, _)| learns(run))
            .flat_map(|(_, state)| state.iter().copied())
            .collect();
        let runs: Vec<usize> = active.runs.iter().copied().filter(learns).collect();
        let inputs = self.setting.inputs(self.seed, self.networks);
        Ok(Active { states: States::new(&self.setting, &kept, inputs), runs })
    }

    /// The networks with one training at a checkpoint.
    pub fn at(&self, mark: usize, training: usize) -> &[Record] {
        let networks = self.networks as usize;
        self.records.get(mark).map_or(&[], |records| &records[training * networks..][..networks])
    }

    /// The networks with one training at the last checkpoint so far; empty before the first.
    pub fn last(&self, training: usize) -> &[Record] {
        self.at(self.records.len().wrapping_sub(1), training)
    }

    /// The vectors that stand for the tokens in a network at the last checkpoint so far. It is `None` before the first
    /// checkpoint, and if embeddings are not kept.
    pub fn embedding(&self, training: usize, network: usize) -> Option<&[Vec<f64>]> {
        Some(self.embeddings.as_ref()?.get(training * self.networks as usize + network)?)
    }

    /// The vectors that stand for the tokens in a network before training.
    pub fn untrained(&self, network: usize) -> Vec<Vec<f64>> {
        self.setting.embedding(&self.setting.start(self.seed, &[Run::of(network as u32, 0)]))
    }

    /// Indices of the power laws from which networks learn from the start to the end.
    fn powers(&self) -> impl Iterator<Item = usize> {
        let alone = |training: &Training| training.exponent != 0.0 && !training.then_uniform;
        (0..self.trainings.len()).filter(move |i| alone(&self.trainings[*i]))
    }

    /// Number of networks with one training that have diverged.
    fn have_diverged(&self, training: usize) -> usize {
        self.last(training).iter().filter(|record| record.diverged()).count()
    }

    /// Whether the first network with some training has not diverged.
    pub fn sound(&self, training: usize) -> bool {
        self.last(training).first().is_some_and(|record| !record.diverged())
    }

    /// Index of uniform training among the training distributions.
    pub fn uniform(&self) -> Option<usize> {
        self.exponents().position(|exponent| exponent == 0.0)
    }

    /// Times until the networks have solved the task.
    pub fn race(&self) -> Race {
        let racer = |(i, &Training { exponent, then_uniform }): (usize, &Training)| Racer {
            exponent,
            then_uniform,
            hits: self.last(i).iter().map(Record::time).collect(),
            diverged: self.have_diverged(i) as u32,
        };
        let budget = self.records.len().checked_sub(1).map_or(0.0, |mark| self.samples(mark));
        Race { racers: self.trainings.iter().enumerate().map(racer).collect(), budget: budget as u64 }
    }

    /// What became of the networks, at the end of the run.
    #[inline(never)]
    pub fn answer(&self) -> Text {
        if let Some(diverged) = self.said_of_divergence() {
            return diverged;
        }
        if let Some(guess) = self.said_of_guessing() {
            return guess;
        }
        let race = self.race();
        let solved = |i: usize| self.last(i).iter().filter_map(Record::time).count();
        let median = |i: usize| race.quantile(i, 0.5);
        match (self.uniform(), race.best(), race.best().and_then(median)) {
            (Some(uniform), Some(best), Some(Time::At(fast))) if solved(uniform) == 0 => {
                let alpha = setting(self.trainings[best].exponent);
                let law = phrase(match self.powers().count() {
                    1 => text!(words::A_LAW, alpha = alpha),
                    _ => text!(words::BEST_LAW, alpha = alpha),
                });
                let (networks, fast, budget) = (count(self.networks), count(fast), count(self.budget()));
                match race.switched().and_then(median) {
                    Some(Time::At(both)) => text!(
                        words::BOTH_TEACH,
                        law = law,
                        networks = networks,
                        fast = fast,
                        both = count(both),
                        budget = budget
                    ),
                    _ => text!(
                        words::POWER_LAW_TEACHES,
                        law = law,
                        some = self.some(solved(best)),
                        networks = networks,
                        fast = fast,
                        budget = budget
                    ),
                }
            }
            (Some(uniform), Some(best), Some(Time::After(budget))) if median(uniform) == Some(Time::After(budget)) => {
                match race.switched().and_then(median) {
                    Some(Time::At(both)) => text!(
                        words::ONLY_WITH_CHANGE,
                        alpha = setting(self.trainings[best].exponent),
                        networks = count(self.networks),
                        both = count(both),
                        budget = count(budget)
                    ),
                    _ => self.unsolved(uniform, budget).unwrap_or_else(|| race.answer()),
                }
            }
            _ => race.answer(),
        }
    }

    /// The exact answers of the median networks, if fewer than half of the networks have solved the task with each
    /// training distribution; `None` if there is no power law.
    fn unsolved(&self, uniform: usize, budget: u64) -> Option<Text> {
        let power = self.foremost()?;
        Some(text!(
            words::UNSOLVED,
            networks = count(self.networks),
            budget = count(budget),
            power = share(self.exact(power)),
            alpha = setting(self.trainings[power].exponent),
            uniform = share(self.exact(uniform))
        ))
    }

    /// Share of the test sequences that the median network with some training answers exactly.
    fn exact(&self, training: usize) -> f64 {
        let all: Vec<f32> = self.last(training).iter().map(|record| record.tested.exact as f32).collect();
        quartiles(&all)[1]
    }

    /// Index of the power law that the answer is about: the one with which the median network solves the task soonest. If
    /// it solves the task with none, it is the one with which the median network answers the most test sequences exactly.
    /// Power laws with which half of the networks have diverged then come last.
    fn foremost(&self) -> Option<usize> {
        let race = self.race();
        let solved = race.best().filter(|best| matches!(race.quantile(*best, 0.5), Some(Time::At(_))));
        let exact = |i: usize| if self.mostly_diverged(i) { -1.0 } else { self.exact(i) };
        solved.or_else(|| self.powers().max_by(|a, b| exact(*a).total_cmp(&exact(*b))))
    }

    /// Some of the networks with one training, as an argument of a sentence: "7 of 11 networks" or, if there is only one,
    /// "the network".
    fn some(&self, some: usize) -> Argument {
        phrase(match self.networks {
            1 => words::THE_NETWORK.into(),
            all => text!(words::SOME_NETWORKS, some = count(some), all = count(all)),
        })
    }

    /// Whether half of the networks with some training have diverged.
    fn mostly_diverged(&self, training: usize) -> bool {
        2 * self.have_diverged(training) >= self.networks as usize
    }

    /// A sentence that says which networks have diverged. It is `None` unless these are half of the networks with a
    /// training distribution that the answer is about: uniform training or the foremost power law.
    fn said_of_divergence(&self) -> Option<Text> {
        let (trainings, networks) = (self.trainings.len(), self.networks as usize);
        let rate = number(f64::from(self.setting.rate));
        if trainings > 1 && (0..trainings).all(|training| self.mostly_diverged(training)) {
            let (diverged, samples) = self.diverged(0..trainings * networks)?;
            return Some(text!(
                words::HAVE_DIVERGED,
                diverged = count(diverged),
                networks = count(trainings * networks),
                samples = count(samples),
                rate = rate
            ));
        }
        let mut spoken_of = [self.uniform(), self.foremost()].into_iter().flatten();
        let training = spoken_of.find(|training| self.mostly_diverged(*training))?;
        let (diverged, samples) = self.diverged(training * networks..(training + 1) * networks)?;
        let law = match self.trainings[training].exponent {
            0.0 => words::UNIFORM_DATA.into(),
            exponent => text!(words::A_LAW, alpha = setting(exponent)),
        };
        Some(text!(
            words::HAVE_DIVERGED_WITH,
            law = phrase(law),
            some = self.some(diverged),
            networks = count(networks),
            samples = count(samples),
            rate = rate
        ))
    }

    /// Number of networks in a range of the records that have diverged, and the number of training samples at the first
    /// checkpoint that shows it. It is `None` if none has diverged.
    fn diverged(&self, networks: Range<usize>) -> Option<(usize, f64)> {
        let at = |records: &Vec<Record>| records[networks.clone()].iter().filter(|record| record.diverged()).count();
        let mark = self.records.iter().position(|records| at(records) > 0)?;
        Some((self.records.last().map_or(0, at), self.samples(mark)))
    }

    /// A sentence that says what to try if no network was better than a blind guess at any checkpoint, by its test loss or
    /// by its exact answers. Losses above that of guessing show that the learning rate is rather too large than too small.
    fn said_of_guessing(&self) -> Option<Text> {
        let Chance { loss, exact, .. } = self.chance;
        let budget = count(self.budget());
        let all = || self.records.iter().flatten().map(|record| &record.tested);
        match (all().any(|t| t.loss < loss - FLAT || t.exact > exact + BLIND), all().any(|t| t.loss > loss + FLAT)) {
            (true, _) => None,
            (false, true) => Some(text!(words::ALL_ABOVE, budget = budget)),
            (false, false) => Some(text!(words::ALL_GUESS, budget = budget)),
        }
    }

    /// Curve of a value over the training samples: median and quartiles over the networks with one training that have not
    /// diverged.
    #[inline(never)]
    fn curve(&self, training: usize, value: impl Fn(&Record) -> f64) -> Option<Series> {
        let mut points = Points::default();
        for mark in 0..self.records.len() {
            let sound = self.at(mark, training).iter().filter(|record| !record.diverged());
            let values: Vec<f32> = sound.map(|record| value(record) as f32).collect();
            if !values.is_empty() {
                let [low, median, high] = quartiles(&values);
                points.push(self.samples(mark), median, [low, high]);
            }
        }
        let label = match self.trainings[training] {
            Training { exponent: 0.0, .. } => words::UNIFORM.into(),
            Training { exponent, then_uniform: false } => text!(words::POWER, alpha = setting(exponent)),
            Training { exponent, .. } => text!(words::POWER_THEN_UNIFORM, alpha = setting(exponent)),
        };
        points.series(id_of(training), label).map(|series| series.line().how(shared::QUARTILES))
    }

    /// Curves of a value for all trainings; none before the first checkpoint.
    fn curves(&self, value: impl Fn(&Record) -> f64 + Copy) -> Vec<Series> {
        if self.records.is_empty() {
            return Vec::new();
        }
        (0..self.trainings.len()).filter_map(|i| self.curve(i, value)).collect()
    }

    /// A figure with a curve for each training.
    fn by_training(&self, id: &'static str, title: impl Into<Text>, y: Axis) -> Figure {
        Figure::new(id, title, SAMPLES, y).groups(self.groups())
    }

    /// Ids and names of the groups of curves, one for each training.
    pub fn groups(&self) -> impl Iterator<Item = (Id, Text)> {
        self.trainings.iter().enumerate().map(|(i, training)| (id_of(i), training.name()))
    }

    /// A level before the run.
    fn level(&self, label: impl Into<Text>, y: f64) -> Series {
        Series::theory("guess", label, vec![self.samples(0), self.budget()], vec![y; 2])
    }

    /// The headline: the share of exact answers over the training samples.
    pub fn accuracy_figure(&self) -> Figure {
        let guess = self.chance.exact;
        let mut figure = self
            .by_training("accuracy", words::ACCURACY, EXACT)
            .series(self.curves(|record| record.tested.exact))
            .marks([
                Mark::at_y(text!(words::GUESSING, share = share(guess)), guess),
                Mark::at_y(text!(words::SOLVED, share = share(SOLVED)), SOLVED),
            ]);
        if self.records.is_empty() {
            figure.series.push(self.level(words::BEFORE, guess));
            figure.marks.push(Mark::note(shared::RUN_DRAWS));
        }
        figure.where_empty(words::ALL_DIVERGED)
    }

    /// The headline under another id and a title that names the number of hops, for races with several numbers of hops.
    /// In all of them a training distribution has one colour, and with equal numbers of steps the axes are equal too. The
    /// figure is folded, so that it stands beside those of the other numbers.
    #[inline(never)]
    pub fn hops_figure(&self) -> Figure {
        let hops = self.hops();
        let title = text!(words::ACCURACY_OF_HOPS, hops = count(hops));
        Figure { id: format!("hops-{hops}").into(), title, ..self.accuracy_figure() }.folded()
    }

    /// The loss over the training samples, with the loss of guessing.
    pub fn loss_figure(&self) -> Figure {
        let guess = self.chance.loss;
        let mut figure = self
            .by_training("loss", words::TEST_LOSS, Axis::linear(words::LOSS))
            .series(self.curves(|record| record.tested.loss))
            .marks([Mark::at_y(text!(words::FLAT, loss = number(guess)), guess)]);
        if self.records.is_empty() {
            figure.series.push(self.level(words::BEFORE, guess));
        }
        figure.where_empty(words::ALL_DIVERGED)
    }

    /// Index of the power law with which networks solve the task soonest. If none solves it, the first power law.
    pub fn best(&self) -> Option<usize> {
        self.race().best().or_else(|| self.exponents().position(|exponent| exponent != 0.0))
    }

    /// Exact answers over the training samples, by the number of rare skills in a sequence, with the best power law.
    pub fn rare_figure(&self) -> Option<Figure> {
        if self.records.is_empty() { None } else { self.measured_rare_figure(self.best()?) }
    }

    #[inline(never)]
    fn measured_rare_figure(&self, best: usize) -> Option<Figure> {
        let skills = self.skills();
        let curve = |rare: usize| {
            let mut points = Points::default();
            for mark in 0..self.records.len() {
                let sound = self.at(mark, best).iter().filter(|record| !record.diverged());
                let [all, right] = sound
                    .map(|record| record.tested.by_rare[rare])
                    .fold([0.0; 2], |[all, right], [more, also]| [all + more, right + also]);
                if all > 0.0 {
                    points.push(self.samples(mark), right / all, [right / all; 2]);
                }
            }
            let label = text!(words::RARE, rare = count(rare));
            points.series(format!("rare-{rare}"), label).map(|series| series.line().how(words::ALL_RUNS))
        };
        let title = text!(words::BY_RARE, alpha = setting(self.trainings[best].exponent));
        Figure::new("rare", title, SAMPLES, EXACT).series((0..=skills).filter_map(curve)).drawn()
    }

    /// The samples until each network has solved the task, as a heat map with a column for each training distribution
    /// and a row for each network. A network that has not solved the task has no colour.
    fn map(&self) -> Figure {
        let mut columns: Vec<usize> = (0..self.trainings.len()).filter(|i| !self.trainings[*i].then_uniform).collect();
        columns.sort_by(|a, b| self.trainings[*a].exponent.total_cmp(&self.trainings[*b].exponent));
        let time = |network: usize, training: usize| {
            self.last(training).get(network).and_then(Record::time).map_or(f64::NAN, |time| time as f64)
        };
        let networks = 0..self.networks as usize;
        let field = Field {
            x: columns.iter().map(|i| self.trainings[*i].exponent).collect(),
            y: networks.clone().map(|network| network as f64 + 1.0).collect(),
            z: networks.map(|network| columns.iter().map(|i| time(network, *i)).collect()).collect(),
            label: shared::SAMPLES_TO_TARGET,
            unit: units::SAMPLES.english(),
            scale: Scale::Log,
            frame: Frame::Plane,
        };
        Figure::new("map", words::MAP, Axis::linear(shared::EXPONENT), Axis::linear(words::NETWORK))
            .field(field)
            .where_empty(words::NONE_SOLVED)
    }

    /// Shares of the attention of the last token in the first transformer with the best power law, by layer and head. It is
    /// `None` before the first checkpoint, and for other networks.
    #[inline(never)]
    pub fn attention_figure(&self) -> Option<Figure> {
        let best = self.best().or_else(|| self.uniform())?;
        let attention = self.attention.get(best).filter(|_| self.sound(best))?;
        let heads = self.setting.width as usize / PANEL;
        let curve = |(i, shares): (usize, &Vec<f64>)| {
            let mut points = Points::default();
            shares.iter().zip(1..).for_each(|(share, place)| points.push(f64::from(place), *share, [*share; 2]));
            let (layer, head) = (i / heads + 1, i % heads + 1);
            let label = text!(words::HEAD, layer = count(layer), head = count(head));
            points.series(format!("head-{layer}-{head}"), label).map(|series| series.line().how(words::TEST_SEQUENCES))
        };
        let title = text!(words::ATTENTION, training = phrase(self.trainings[best].name()));
        let figure = Figure::new("attention", title, Axis::linear(words::PLACE), ATTENTION);
        figure.series(attention.iter().enumerate().filter_map(curve)).drawn()
    }

    /// All figures of a race. Many exponents are compared by their times, which then come first. A few are compared by
    /// their curves.
    pub fn figures(&self) -> Vec<Figure> {
        let race = self.race();
        let crowd = self.trainings.len() > CROWD;
        let times = race.figure(crowd.then(|| race.budget_line(self.budget())));
        let curves = [Some(self.accuracy_figure()), Some(self.loss_figure()), self.rare_figure()];
        let (first, last) = if crowd { ([times, Some(self.map())], None) } else { ([None, None], times) };
        let landscape = self.landscape.iter().flatten().flat_map(Plane::figures);
        let curves = first.into_iter().chain(curves).flatten();
        curves.chain(landscape).chain([last, self.attention_figure()].into_iter().flatten()).collect()
    }

    /// Uniform training stays at the loss of guessing. It is `None` if there is no uniform training.
    pub fn flat_verdict(&self) -> Option<Verdict> {
        let uniform = self.uniform()?;
        let verdict = Verdict::pending("uniform-stays-flat", text!(words::STAYS_FLAT, samples = count(self.budget())));
        Some(if self.finished() { self.measured_flat_verdict(uniform, verdict) } else { verdict })
    }

    #[inline(never)]
    fn measured_flat_verdict(&self, uniform: usize, pending: Verdict) -> Verdict {
        let diverged = self.have_diverged(uniform);
        if diverged > 0 {
            return pending.cannot_tell(text!(words::DIVERGED, diverged = count(diverged)));
        }
        let guess = self.chance.loss;
        let losses = || self.last(uniform).iter().map(|record| record.tested.loss);
        let ends = [losses().fold(f64::INFINITY, f64::min), losses().fold(f64::NEG_INFINITY, f64::max)];
        let mean = losses().sum::<f64>() / losses().count() as f64;
        let range = text!(words::RANGE, low = number(ends[0]), high = number(ends[1]), flat = setting(FLAT));
        let verdict = Verdict { measured: mean, theory: Some(guess), resolution: FLAT, ..pending.adding(range) };
        let holds = |agrees| Verdict { agrees: Some(agrees), ..verdict.clone() };
        let learned = |power: usize| self.last(power).iter().any(|record| record.tested.loss < guess - FLAT);
        match self.powers().count() {
            _ if ends[0] < guess - FLAT => holds(false).adding(words::NO_PLATEAU),
            _ if ends[1] > guess + FLAT => verdict.cannot_tell(words::ABOVE_GUESSING),
            1.. if !self.powers().any(learned) => verdict.cannot_tell(words::NOTHING_LEARNED),
            _ => holds(true).adding(text!(words::NOT_LONGER, samples = count(self.budget()))),
        }
    }

    /// Sequences of frequent skills are answered first, with the best power law. It is `None` if there is no power law.
    pub fn head_verdict(&self) -> Option<Verdict> {
        self.exponents().any(|exponent| exponent != 0.0).then(|| {
            let verdict = Verdict::pending("head-first", text!(words::HEAD_FIRST, least = share(COMPARED)));
            if self.finished() { self.measured_head_verdict(verdict) } else { verdict }
        })
    }

    #[inline(never)]
    fn measured_head_verdict(&self, pending: Verdict) -> Verdict {
        let (best, skills) = (self.best().unwrap_or_default(), self.skills());
        if skills == 1 {
            return pending.cannot_tell(words::ONE_HOP);
        }
        let share_of = |tested: &Tested, rare: Range<usize>| {
            let sums = tested.by_rare[rare].iter().fold([0.0; 2], |sum, one| [sum[0] + one[0], sum[1] + one[1]]);
            sums[1] / sums[0]
        };
        let differences: Vec<f64> = (0..self.networks as usize)
            .filter_map(|network| {
                let at = |mark: &usize| &self.at(*mark, best)[network];
                let mark = (0..self.records.len()).find(|mark| at(mark).tested.exact >= COMPARED)?;
                let tested = &at(&mark).tested;
                Some(share_of(tested, 0..skills.div_ceil(2)) - share_of(tested, skills / 2 + 1..skills + 1))
            })
            .collect();
        if differences.len() < LEAST {
            return pending.cannot_tell(text!(words::NEVER_THERE, least = share(COMPARED)));
        }
        above_zero(pending.adding(words::RARE_HALF), &differences)
    }

    /// The picture of the networks: a row of cells for each training, with a cell for each network.
    pub fn picture(&self) -> Picture {
        let networks = self.networks as usize;
        let picture = Picture::new(words::RUNS_THAT_SOLVE, words::HOW_CELLS_FILL);
        let (rows, others) = rows_shown(self.trainings.len());
        let picture = self.trainings.iter().take(rows).enumerate().fold(picture, |picture, (i, training)| {
            let records = self.last(i);
            let mut cells: Vec<f64> = records.iter().take(CELLS).map(|record| record.tested.exact).collect();
            cells.resize(networks.min(CELLS), 0.0);
            let value = match (records.len(), records.iter().filter_map(Record::time).count()) {
                (0, _) => shared::NOT_YET.into(),
                (1, 0) => words::NOT_SOLVED.into(),
                (1, _) => words::HAS_SOLVED.into(),
                (networks, solved) => text!(words::SOLVED_OF, solved = count(solved), networks = count(networks)),
            };
            picture.shares(training.name(), value, Drawing::Cells, cells)
        });
        let few = networks > CELLS;
        let cells = few.then(|| text!(words::FIRST_NETWORKS, shown = count(CELLS), networks = count(networks)));
        picture.without(others).without(cells)
    }
}

/// Finishes the verdict on the claim that one share exceeds another, given the difference in each network.
#[inline(never)]
pub fn above_zero(pending: Verdict, differences: &[f64]) -> Verdict {
    let (mean, error) = mean_and_error(differences);
    let half = student(Z999, differences.len() as f64 - 1.0) * error;
    let interval = [mean - half, mean + half];
    let agrees = (interval[0] > 0.0 || interval[1] < 0.0).then_some(interval[0] > 0.0);
    let verdict = pending.unit(units::PERCENT);
    Verdict { measured: mean, interval: Some(interval), null: Some(0.0), agrees, ..verdict }
        .from_runs(differences.len(), LEAST)
}

/// Id of the curves of a training.
fn id_of(training: usize) -> Id {
    format!("alpha-{training}").into()
}

//! What networks learn that follow an automaton: they read one token after another, and name the label of the last state.
//!
//! The kernels of such networks share the task and the laws of its tokens, the state of a run and the steps of its
//! training, and the test on uniform sequences. Networks differ in how they turn tokens into scores. Each group of labels
//! has scores, and a softmax, of its own.

use std::ops::Range;

use crate::exec::{Inputs, Job};
use crate::math;
use crate::rng::{self, Alias, Draws, Gaussian, Stream};
use crate::sim::layers::{Adam, PANEL, Panel};
use crate::sim::{layers, looped, transformer};
use crate::theory::automaton::{Automaton, Place};

/// Random stream of the tokens that a network learns from.
const TOKENS: Stream = Stream(24);
/// Random stream of the initial weights.
const WEIGHTS: Stream = Stream(25);
/// Random stream of the order of the tokens' frequencies.
const ORDERS: Stream = Stream(26);
/// Random stream of the sequences on which networks are tested.
const TESTS: Stream = Stream(27);

/// Number of words in a row of a run's state, equal to the number of invocations of a workgroup.
pub const LANES: usize = 128;
/// Largest number of tokens of a sequence.
pub const HOPS: usize = 8;

crate::uniforms! {
    /// Uniforms of the kernels, at binding 0.
    pub struct Uniforms {
        /// Seed of all draws.
        seed: u32,
        /// Number of rows of a run's state.
        rows: u32,
        /// Number of rows of a run's scratch.
        scratch: u32,
        /// Number of tokens of a sequence, at most [`HOPS`].
        hops: u32,
        /// Number of different tokens.
        tokens: u32,
        /// Width of the residual stream, a multiple of 16.
        width: u32,
        /// Width of the hidden layer, a multiple of 16.
        hidden: u32,
        /// Number of sequences of a step, a multiple of 4.
        batch: u32,
        /// Number of groups of labels.
        groups: u32,
        /// Number of labels of a group.
        classes: u32,
        /// Place of the automaton's next states in the input.
        next: u32,
        /// Place of the automaton's labels in the input.
        label: u32,
        /// Learning rate.
        rate: f32,
        /// Decoupled decay of the weights, per step and learning rate.
        decay: f32,
        /// Number of sequences of a step that are facts.
        facts: u32,
    }
}

/// Kind of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// See [`looped`].
    Looped,
    /// See [`transformer`].
    Transformer,
}

/// What networks are, and what they learn.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Kind of the networks.
    pub network: Network,
    /// What the networks learn.
    pub task: Automaton,
    /// Exponents of the power laws of the tokens. Tokens are drawn with probabilities proportional to `rank^-alpha`
    /// within their place if the place is ranked. Law 0 must be uniform, that is, have exponent 0.
    pub laws: Vec<f64>,
    /// Width of the residual stream, a multiple of 16. The hidden layer is four times as wide.
    pub width: u32,
    /// Number of sequences of a step, a multiple of 4.
    pub batch: u32,
    /// Number of sequences of a step that are facts, at most `batch`. A fact has the tokens of the first two places, and
    /// then only the task's last token, which must not change the state.
    pub facts: u32,
    /// Learning rate.
    pub rate: f32,
    /// Decoupled decay of the weights.
    pub decay: f32,
}

/// A run of a network: what it draws, and from which law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Number of the run, below 2^24. Runs with equal numbers have equal initial weights, equal orders of the tokens'
    /// frequencies, and equal random words.
    pub number: u32,
    /// Index of the law from which it draws its tokens.
    pub law: u32,
    /// Number of the step from which on it draws from the uniform law instead, at most 2^24.
    pub until: u32,
}

impl Run {
    /// A run that draws from one law all the time.
    pub const fn of(number: u32, law: u32) -> Self {
        Self { number, law, until: 1 << 24 }
    }
}

/// Sizes of a network.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) network: Network,
    pub(super) hops: usize,
    pub(super) tokens: usize,
    pub(super) width: usize,
    pub(super) hidden: usize,
    /// Number of sequences that are computed together.
    pub(super) samples: usize,
    pub(super) groups: usize,
    pub(super) classes: usize,
}

impl Shape {
    /// Number of panels of the scores of one group.
    pub(super) const fn group_panels(self) -> usize {
        self.classes.div_ceil(PANEL)
    }

    /// Number of panels of all scores.
    pub(super) const fn head(self) -> usize {
        self.groups * self.group_panels()
    }

    /// Number of panels of the weights.
    pub(super) fn weights(self) -> usize {
        match self.network {
            Network::Looped => looped::parts(self).iter().sum(),
            Network::Transformer => transformer::parts(self).iter().sum(),
        }
    }

    /// Number of rows of a run's state: a panel with the powers of the betas, the status and the run, the weights, and
    /// their two moments.
    fn rows(self) -> usize {
        ((1 + 3 * self.weights()) * PANEL).div_ceil(LANES)
    }

    /// Number of rows of the state that hold the weights.
    fn weight_rows(self) -> usize {
        ((1 + self.weights()) * PANEL).div_ceil(LANES)
    }
}

/// Index of the status in the first panel of a state. It is 1 after the network has diverged.
pub(super) const STATUS: usize = 2;
/// Index of [`Run::until`] in the first panel of a state.
const UNTIL: usize = 5;

/// Whether the network with this state, or with the first rows of it, has diverged.
pub fn diverged(state: &[[f32; LANES]]) -> bool {
    state[0][STATUS] != 0.0
}

/// Lets the network with this state learn from the uniform law from `step` on, at most 2^24.
pub fn become_uniform(state: &mut [[f32; LANES]], step: u32) {
    state[0][UNTIL] = step as f32;
}

/// Advances a run through the range of steps in the uniforms. In each step `learn` receives the weights, the tokens and
/// the labels, and writes the gradients of the mean cross-entropy over sequences and groups of labels. It returns whether
/// the network is sound; if not, the gradients mean nothing. Token i of sample s is `tokens[i * samples + s]`, and the
/// label of group g is `labels[g * samples + s]`.
pub(super) fn train<const FUSED: bool>(
    u: &Uniforms,
    network: Network,
    task: &[u32],
    orders: &[u32],
    state: &mut [[f32; LANES]],
    mut learn: impl FnMut(&[Panel], &[u32], &[u32], &mut [Panel]) -> bool,
) {
    let shape = u.shape(network);
    let (head, rest) = state.as_flattened_mut().split_at_mut(PANEL);
    let (panels, _) = rest.as_chunks_mut::<PANEL>();
    let (weights, moments) = panels.split_at_mut(shape.weights());
    let (means, squares) = moments.split_at_mut(shape.weights());
    let squares = &mut squares[..shape.weights()];
    let mut gradients = vec![[0.0; PANEL]; shape.weights()];
    let mut tokens = vec![0; shape.hops * shape.samples];
    let mut labels = vec![0; shape.groups * shape.samples];
    let [run, law, until] = [head[3], head[4], head[UNTIL]].map(|word| word as u32);
    let order = &orders[(run * u.tokens) as usize..][..shape.tokens];
    for step in u.first..u.first + u.steps {
        if head[STATUS] != 0.0 {
            return;
        }
        let law = if step >= until { 0 } else { law };
        for s in 0..shape.samples {
            let last = draw(u, task, order, [run, law, step], s, &mut tokens);
            for g in 0..shape.groups {
                labels[g * shape.samples + s] = task[u.label as usize + last * shape.groups + g];
            }
        }
        if !learn(weights, &tokens, &labels, &mut gradients) {
            head[STATUS] = 1.0;
            return;
        }
        let mut powers = [head[0], head[1]];
        let rate = match network {
            Network::Looped => u.rate,
            Network::Transformer => u.rate * transformer::warm_up(step),
        };
        let adam = Adam::next::<FUSED>(&mut powers, rate, u.decay);
        head[..2].copy_from_slice(&powers);
        adam.update::<FUSED>(weights, means, squares, &gradients);
    }
}

/// Replaces the scores of all groups of labels by the errors of the mean cross-entropy over `batch` sequences and the groups.
/// The labels are those of [`train`]. Returns whether all scores are sound; if not, the errors mean nothing.
pub(super) fn score_errors<const FUSED: bool>(
    shape: Shape,
    scores: &mut [Panel],
    labels: &[u32],
    batch: usize,
) -> bool {
    let Shape { samples, groups, classes, .. } = shape;
    let scores = scores.chunks_exact_mut(shape.group_panels() * samples);
    scores.zip(labels.chunks_exact(samples)).fold(true, |sound, (scores, labels)| {
        sound & layers::softmax_errors::<FUSED>(scores, labels, classes, batch * groups)
    })
}

/// Parts of all weights.
pub(super) fn split<T, const N: usize>(weights: &[T], parts: [usize; N]) -> [&[T]; N] {
    let mut rest = weights;
    parts.map(|count| rest.split_off(..count).unwrap_or_default())
}

/// Parts of all weights, to be changed.
pub(super) fn split_mut<T, const N: usize>(weights: &mut [T], parts: [usize; N]) -> [&mut [T]; N] {
    let mut rest = weights;
    parts.map(|count| rest.split_off_mut(..count).unwrap_or_default())
}

/// Panels of zeros.
pub(super) fn zeros(panels: usize) -> Vec<Panel> {
    vec![[0.0; PANEL]; panels]
}

/// Rough cost of a step, as a multiple of the cost with two tokens, 64 sequences and width 16.
pub(super) const fn cost(u: &Uniforms) -> u32 {
    (u.batch * u.hops * u.width * u.hidden).div_ceil(64 * 2 * 16 * 64)
}

impl Uniforms {
    pub(super) const fn shape(&self, network: Network) -> Shape {
        Shape {
            network,
            hops: self.hops as usize,
            tokens: self.tokens as usize,
            width: self.width as usize,
            hidden: self.hidden as usize,
            samples: self.batch as usize,
            groups: self.groups as usize,
            classes: self.classes as usize,
        }
    }
}

/// Draws the tokens of sample s, writes token i to `tokens[i * samples + s]`, and returns the automaton's last state.
fn draw(u: &Uniforms, task: &[u32], order: &[u32], [run, law, step]: [u32; 3], s: usize, tokens: &mut [u32]) -> usize {
    let (mut words, mut state) = ([0; 4], 0);
    let form = 2 * law + u32::from(s < u.facts as usize);
    for i in 0..u.hops {
        if i % 4 == 0 {
            words = rng::philox([u.seed, TOKENS.0], [run, step, s as u32, i / 4]);
        }
        let place = 3 * (form * u.hops + i) as usize;
        let [first, bits, at] = [task[place], task[place + 1], task[place + 2]];
        let rank = Alias::pick_packed(&task[at as usize..], bits, words[i as usize % 4]);
        let token = order[(first + rank) as usize];
        state = task[(u.next + state * u.tokens + token) as usize];
        tokens[i as usize * u.batch as usize + s] = token;
    }
    state as usize
}

/// Networks that learn to compose four permutations of four symbols, from a power law with exponent 1.25.
impl Default for Setting {
    fn default() -> Self {
        Self {
            network: Network::Looped,
            task: Automaton::permutations(4, 4),
            laws: vec![0.0, 1.25],
            width: 32,
            batch: 64,
            facts: 0,
            rate: 2e-3,
            decay: 0.1,
        }
    }
}

impl Setting {
    pub(super) fn shape(&self, samples: usize) -> Shape {
        let Automaton { tokens, groups, classes, .. } = self.task;
        Shape {
            network: self.network,
            hops: self.task.places.len(),
            tokens: tokens as usize,
            width: self.width as usize,
            hidden: 4 * self.width as usize,
            samples,
            groups: groups as usize,
            classes: classes as usize,
        }
    }

    /// Number of rows of a run's state.
    pub fn rows(&self) -> usize {
        self.shape(1).rows()
    }

    /// Number of the first rows of a run's state that hold the weights.
    pub fn weight_rows(&self) -> usize {
        self.shape(1).weight_rows()
    }

    /// The embedding E of the network with this state, or with the first rows of it: a vector for each token.
    pub fn embedding(&self, state: &[[f32; LANES]]) -> Vec<Vec<f64>> {
        let tokens = self.task.tokens as usize;
        let panels = &state.as_flattened().as_chunks::<PANEL>().0[1..][..self.width as usize / PANEL * tokens];
        let row = |token| panels.iter().skip(token).step_by(tokens).flatten().map(|x| f64::from(*x)).collect();
        (0..tokens).map(row).collect()
    }

    /// Uniforms of runs with this setting.
    pub fn uniforms(&self, seed: u32) -> Uniforms {
        let shape = self.shape(self.batch as usize);
        let next = self.tables().len() as u32;
        Uniforms {
            seed,
            rows: shape.rows() as u32,
            scratch: match self.network {
                Network::Looped => looped::scratch(shape) as u32,
                Network::Transformer => 0,
            },
            hops: shape.hops as u32,
            tokens: self.task.tokens,
            width: self.width,
            hidden: shape.hidden as u32,
            batch: self.batch,
            groups: self.task.groups,
            classes: self.task.classes,
            next,
            label: next + self.task.next.len() as u32,
            rate: self.rate,
            decay: self.decay,
            facts: self.facts,
            first: 0,
            steps: 0,
        }
    }

    /// The laws, each for whole sequences and then for facts: for each place the first token, the number of bits and the
    /// place of an alias table, and then the tables.
    fn tables(&self) -> Vec<u32> {
        let whole = &self.task.places;
        let mut facts = whole.clone();
        facts.iter_mut().skip(2).for_each(|place| *place = Place { first: self.task.tokens - 1, count: 1, ..*place });
        let (mut words, mut tables) = (Vec::new(), Vec::new());
        let after = 6 * self.laws.len() * whole.len();
        for alpha in &self.laws {
            for place in whole.iter().chain(&facts) {
                let table = Alias::new(&power_law(place.count, if place.ranked { *alpha } else { 0.0 }));
                words.extend([place.first, table.bits(), (after + tables.len()) as u32]);
                tables.extend(table.words);
            }
        }
        words.extend(tables);
        words
    }

    /// The laws and the automaton.
    fn words(&self) -> Vec<u32> {
        [self.tables(), self.task.next.clone(), self.task.label.clone()].concat()
    }

    /// Inputs of the kernels, for runs with numbers below `runs`: the laws and the automaton, and for each run the tokens
    /// in the order of their frequencies.
    pub fn inputs(&self, seed: u32, runs: u32) -> Inputs {
        let task = self.words();
        let orders: Vec<u32> = (0..runs).flat_map(|run| self.order(seed, run)).collect();
        Inputs::new(&[bytemuck::cast_slice(&task), bytemuck::cast_slice(&orders)])
    }

    /// The tokens of each place in the order of their frequencies, in the run of the given number. Places that share
    /// their tokens share the order.
    pub fn order(&self, seed: u32, run: u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.task.tokens).collect();
        for place in &self.task.places {
            let mut draws = Draws::new(seed, ORDERS, run, place.first);
            let ranks = rng::permutation(&mut draws, place.count);
            for (to, rank) in order[place.first as usize..].iter_mut().zip(ranks) {
                *to = place.first + rank;
            }
        }
        order
    }

    /// Initial states of runs. A state consists of panels of 16 words. The first panel has the powers of Adam's betas, the
    /// status, and the [`Run`]. Then follow the weights, and the first and second moments of their gradients.
    /// Weights are Gaussian with standard deviation 0.05 in looped networks and 0.02 in transformers. Those of positions,
    /// and columns of scores that stand for no label, are 0.
    pub fn start(&self, seed: u32, runs: &[Run]) -> Vec<[f32; LANES]> {
        let (shape, gaussian) = (self.shape(1), Gaussian::new());
        let (spread, zero) = match self.network {
            Network::Looped => (looped::SPREAD, 0..0),
            Network::Transformer => (transformer::SPREAD, transformer::positions(shape)),
        };
        let mut states = vec![[0.0; LANES]; runs.len() * shape.rows()];
        for (run, state) in runs.iter().zip(states.chunks_exact_mut(shape.rows())) {
            let (panels, _) = state.as_flattened_mut().as_chunks_mut::<PANEL>();
            panels[0][..2].fill(1.0);
            panels[0][3..6].copy_from_slice(&[run.number, run.law, run.until].map(|word| word as f32));
            let mut draws = Draws::new(seed, WEIGHTS, run.number, 0);
            let weights = &mut panels[1..=shape.weights()];
            for weight in weights.as_flattened_mut() {
                *weight = spread * gaussian.sample(draws.word());
            }
            weights[zero.clone()].fill([0.0; PANEL]);
            let head = weights.len() - shape.head() * shape.width;
            for (c, panel) in weights[head..].chunks_exact_mut(shape.width).enumerate() {
                let classes = shape.classes - c % shape.group_panels() * PANEL;
                panel.iter_mut().for_each(|row| row[classes.min(PANEL)..].fill(0.0));
            }
        }
        states
    }
}

/// Probabilities of `count` ranks that are proportional to `rank^-alpha`.
pub fn power_law(count: u32, alpha: f64) -> Vec<f64> {
    let weights: Vec<f64> = (1..=count).map(|rank| math::pow(f64::from(rank), -alpha)).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// Token i of test sequence s, which is uniform among the `count` tokens from `first` on.
pub(super) fn uniform_token(seed: u32, s: u32, i: u32, [first, count]: [u32; 2]) -> u32 {
    let words = rng::philox([seed, TESTS.0], [s, i / 4, 0, 0]);
    first + rng::mulhi(words[i as usize % 4], count)
}

/// A function that writes the scores of a network with the given weights and tokens.
fn scores_of(shape: Shape) -> Box<dyn FnMut(&[Panel], &[u32], &mut [Panel])> {
    match shape.network {
        Network::Looped => {
            let mut outputs = looped::Outputs::new(shape);
            Box::new(move |weights, tokens, scores| {
                outputs.compute::<false>(shape, weights, tokens);
                scores.copy_from_slice(&outputs.scores);
            })
        }
        Network::Transformer => {
            let mut outputs = transformer::Outputs::new(shape);
            Box::new(move |weights, tokens, scores| {
                outputs.compute(weights, tokens);
                scores.copy_from_slice(&outputs.scores);
            })
        }
    }
}

/// Number of sequences on which networks are tested.
pub const SEQUENCES: u32 = 1024;

/// Number of a step that no training has. It draws the sequences of a law on which networks are tested.
const NO_STEP: u32 = u32::MAX;

/// Sequences on which networks are tested, [`SEQUENCES`] of them.
#[derive(Debug)]
pub struct Sequences {
    /// The tokens of all sequences, one sequence after another.
    tokens: Vec<u32>,
    /// The automaton's state after each sequence.
    last: Vec<u32>,
}

impl Setting {
    /// Sequences whose tokens are uniform in their places. All networks of a seed are tested on them.
    pub fn uniform_sequences(&self, seed: u32) -> Sequences {
        let places = || (0..).zip(&self.task.places);
        let token = |s, (i, place): (u32, &Place)| uniform_token(seed, s, i, [place.first, place.count]);
        let tokens: Vec<u32> = (0..SEQUENCES).flat_map(|s| places().map(move |place| token(s, place))).collect();
        let last = tokens.chunks(self.task.places.len()).map(|sequence| self.task.run(sequence)).collect();
        Sequences { tokens, last }
    }

    /// Whole sequences, and no facts, from the law of a run.
    pub fn sequences(&self, seed: u32, Run { number, law, .. }: Run) -> Sequences {
        let all = Self { batch: SEQUENCES, facts: 0, ..self.clone() };
        let (uniforms, task, order) = (all.uniforms(seed), all.words(), all.order(seed, number));
        let mut by_place = vec![0; self.task.places.len() * SEQUENCES as usize];
        let drawn = [number, law, NO_STEP];
        let last =
            (0..SEQUENCES as usize).map(|s| draw(&uniforms, &task, &order, drawn, s, &mut by_place) as u32).collect();
        let of_sequence = |s: usize| by_place.iter().skip(s).step_by(SEQUENCES as usize).copied();
        Sequences { tokens: (0..SEQUENCES as usize).flat_map(of_sequence).collect(), last }
    }
}

/// Tests networks of one setting on the same sequences.
#[derive(Debug)]
pub struct Test;

/// The result of a [`Test`] of one network.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// Mean cross-entropy over sequences and groups of labels, in nats.
    pub loss: f64,
    /// Share of the groups of labels that the network names rightly.
    pub symbols: f64,
    /// Share of the sequences for which it names all groups of labels rightly.
    pub exact: f64,
    /// For each number of rare tokens in a sequence, how many sequences have so many, and for how many of these the
    /// network names all groups of labels rightly. A token is rare if it is in the less frequent half of a ranked place.
    pub by_rare: Vec<[f64; 2]>,
}

impl Test {
    /// Inputs of the job, for `states` with the first [`Setting::weight_rows`] rows of each run.
    pub fn inputs(setting: &Setting, seed: u32, sequences: &Sequences, states: &[[f32; LANES]]) -> Inputs {
        let Automaton { places, tokens, groups, classes, label, .. } = &setting.task;
        let sizes = [setting.network as u32, setting.width, places.len() as u32, *tokens, *groups, *classes];
        let runs = states.chunks(setting.weight_rows()).map(|state| state[0][3] as u32);
        let orders: Vec<u32> = runs.flat_map(|run| setting.order(seed, run)).collect();
        let frequent = |place: &Place| if place.ranked { place.count.div_ceil(2) } else { place.count };
        let places: Vec<u32> = places.iter().flat_map(|place| [place.first, place.count, frequent(place)]).collect();
        let of_group = |g: u32| sequences.last.iter().map(move |state| label[(state * groups + g) as usize]);
        let labels: Vec<u32> = (0..*groups).flat_map(of_group).collect();
        let all: Vec<u32> = [&sizes[..], &places, &labels, &sequences.tokens].concat();
        Inputs::new(&[bytemuck::cast_slice(&all), bytemuck::cast_slice(&orders), bytemuck::cast_slice(states)])
    }

    /// Results of the networks, from what the job returns.
    pub fn results(found: &[f64]) -> Vec<Tested> {
        let tested = |found: &[f64]| Tested {
            loss: found[0],
            symbols: found[1],
            exact: found[2],
            by_rare: found[3..].as_chunks().0.to_vec(),
        };
        found.chunks(Self::WIDTH).map(tested).collect()
    }
}

impl Job for Test {
    const NAME: &'static str = "sequences-test";
    const WIDTH: usize = 3 + 2 * (HOPS + 1);

    fn items(inputs: &Inputs, items: Range<u32>, out: &mut Vec<f64>) {
        /// Number of sequences that are tested together.
        const PART: usize = 128;
        let &[network, width, hops, tokens, groups, classes, ref rest @ ..] = inputs.u32(0) else { return };
        let [width, hops, tokens, groups, classes] = [width, hops, tokens, groups, classes].map(|count| count as usize);
        let count = SEQUENCES as usize;
        let (places, rest) = rest.split_at(3 * hops);
        let (labels, sequences) = rest.split_at(groups * count);
        let network = if network == 0 { Network::Looped } else { Network::Transformer };
        let shape = Shape { network, hops, tokens, width, hidden: 4 * width, samples: PART, groups, classes };
        let rows = shape.weight_rows();
        let mut compute = scores_of(shape);
        let mut scores = zeros(shape.head() * PART);
        for run in items {
            let state = &inputs.f32(2)[run as usize * rows * LANES..][..rows * LANES];
            let weights = &state.as_chunks::<PANEL>().0[1..=shape.weights()];
            let mut rank = vec![0; tokens];
            for place in places.chunks(3) {
                let order = &inputs.u32(1)[run as usize * tokens + place[0] as usize..][..place[1] as usize];
                (0..).zip(order).for_each(|(r, token)| rank[*token as usize] = r);
            }
            let (mut loss, mut symbols, mut by_rare) = (0.0, 0.0, [[0.0; 2]; HOPS + 1]);
            for (part, sequences) in sequences.chunks_exact(PART * hops).enumerate() {
                let mut drawn = vec![0; hops * PART];
                let mut rare = [0; PART];
                for (s, (sequence, rare)) in sequences.chunks_exact(hops).zip(&mut rare).enumerate() {
                    for (i, &token) in sequence.iter().enumerate() {
                        *rare += usize::from(rank[token as usize] >= places[3 * i + 2]);
                        drawn[i * PART + s] = token;
                    }
                }
                compute(weights, &drawn, &mut scores);
                for (s, rare) in rare.iter().enumerate() {
                    let mut right = 0;
                    for g in 0..groups {
                        let score =
                            |class: usize| scores[(g * shape.group_panels() + class / PANEL) * PART + s][class % PANEL];
                        let best = (1..classes).fold(0, |best, c| if score(c) > score(best) { c } else { best });
                        let label = labels[g * count + part * PART + s] as usize;
                        let powers = (0..classes).map(|c| math::exp(f64::from(score(c)) - f64::from(score(best))));
                        loss += math::ln(powers.sum()) + f64::from(score(best)) - f64::from(score(label));
                        right += usize::from(best == label);
                    }
                    symbols += right as f64;
                    by_rare[*rare][0] += 1.0;
                    by_rare[*rare][1] += if right == groups { 1.0 } else { 0.0 };
                }
            }
            let count = count as f64;
            let exact: f64 = by_rare.iter().map(|[_, right]| right).sum();
            out.extend([loss / (count * groups as f64), symbols / (count * groups as f64), exact / count]);
            out.extend(by_rare.as_flattened());
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(super) mod tests {
    use super::*;
    use crate::exec::{Exec, Kernel, Lanes};
    use crate::sim::layers;
    use crate::sim::looped::{Looped, said_twice};
    use crate::sim::transformer::Transformer;

    const NETWORKS: [Network; 2] = [Network::Looped, Network::Transformer];

    /// Small networks that compose two permutations of three symbols. Law 1 is uniform, as law 0 is.
    fn small(network: Network) -> Setting {
        Setting {
            network,
            task: Automaton::permutations(3, 2),
            laws: vec![0.0, 0.0, 1.25],
            width: 16,
            batch: 8,
            ..Setting::default()
        }
    }

    /// Trains runs from one of `cuts` to the next.
    pub(in crate::sim) fn train(setting: &Setting, seed: u32, runs: &[Run], cuts: &[u32]) -> Vec<[f32; LANES]> {
        go_on(setting, seed, &setting.start(seed, runs), cuts)
    }

    /// Trains the runs with these states from one of `cuts` to the next.
    pub(in crate::sim) fn go_on(
        setting: &Setting,
        seed: u32,
        states: &[[f32; LANES]],
        cuts: &[u32],
    ) -> Vec<[f32; LANES]> {
        match setting.network {
            Network::Looped => go_on_as::<Looped>(setting, seed, states, cuts),
            Network::Transformer => go_on_as::<Transformer>(setting, seed, states, cuts),
        }
    }

    fn go_on_as<K: Kernel<Row = [f32; LANES], Uniforms = Uniforms>>(
        setting: &Setting,
        seed: u32,
        states: &[[f32; LANES]],
        cuts: &[u32],
    ) -> Vec<[f32; LANES]> {
        let exec = Exec::cpu();
        let last = states.chunks(setting.rows()).map(|run| run[0][3] as u32).max().expect("runs");
        let mut lanes = Lanes::<K>::new(states, setting.rows(), setting.inputs(seed, last + 1));
        for cut in cuts.windows(2) {
            pollster::block_on(exec.advance(&mut lanes, &setting.uniforms(seed), cut[0]..cut[1])).expect("runs");
        }
        pollster::block_on(exec.read(&mut lanes)).expect("reads").to_vec()
    }

    /// The state without the run, that is, what the run has learned.
    fn learned(run: &[[f32; LANES]]) -> Vec<f32> {
        let mut words = run.as_flattened().to_vec();
        words[3..6].fill(0.0);
        words
    }

    pub(in crate::sim) fn test(setting: &Setting, seed: u32, states: &[[f32; LANES]]) -> Vec<Tested> {
        let firsts: Vec<_> =
            states.chunks(setting.rows()).flat_map(|run| &run[..setting.weight_rows()]).copied().collect();
        let runs = (states.len() / setting.rows()) as u32;
        let inputs = Test::inputs(setting, seed, &setting.uniform_sequences(seed), &firsts);
        Test::results(&pollster::block_on(Exec::cpu().map::<Test>(&inputs, 0..runs)).expect("tests"))
    }

    /// Cross-entropy of the scores of one group of labels.
    fn cross_entropy(scores: &[f64], label: u32) -> f64 {
        math::ln(scores.iter().map(|z| math::exp(*z)).sum()) - scores[label as usize]
    }

    /// Row of a matrix in f64, given its number of rows.
    pub(in crate::sim) fn row(matrix: &[Panel], rows: usize, row: usize) -> Vec<f64> {
        matrix.iter().skip(row).step_by(rows).flatten().map(|x| f64::from(*x)).collect()
    }

    /// The product `x W` in f64.
    pub(in crate::sim) fn product(x: &[f64], w: &[Panel]) -> Vec<f64> {
        let rows = x.len();
        let mut sums = vec![0.0; w.len() / rows * PANEL];
        for (i, x) in x.iter().enumerate() {
            sums.iter_mut().zip(row(w, rows, i)).for_each(|(sum, w)| *sum += x * w);
        }
        sums
    }

    /// Root mean square normalisation in f64.
    pub(in crate::sim) fn norm(x: &[f64]) -> Vec<f64> {
        let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
        x.iter().map(|x| x / (mean + 1e-5).sqrt()).collect()
    }

    /// Adds `y` to `x`.
    pub(in crate::sim) fn add(x: &mut [f64], y: Vec<f64>) {
        x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
    }

    /// Scores of a network in f64, with matrices of the usual form, `scores[sample][group][class]`.
    fn scores(shape: Shape, weights: &[Panel], tokens: &[u32]) -> Vec<Vec<Vec<f64>>> {
        let of_sample = |s: usize| -> Vec<Vec<f64>> {
            let own: Vec<usize> = tokens.iter().skip(s).step_by(shape.samples).map(|token| *token as usize).collect();
            let all = match shape.network {
                Network::Looped => looped::tests::scores(shape, weights, &own),
                Network::Transformer => transformer::tests::scores(shape, weights, &own),
            };
            all.chunks(shape.group_panels() * PANEL).map(|group| group[..shape.classes].to_vec()).collect()
        };
        (0..shape.samples).map(of_sample).collect()
    }

    /// Loss of a network in f64.
    fn loss(shape: Shape, weights: &[Panel], tokens: &[u32], labels: &[u32]) -> f64 {
        let mut total = 0.0;
        for (s, groups) in scores(shape, weights, tokens).iter().enumerate() {
            for (g, own) in groups.iter().enumerate() {
                total += cross_entropy(own, labels[g * shape.samples + s]);
            }
        }
        total / (shape.samples * shape.groups) as f64
    }

    /// Compares the gradients of a network with finite differences of its loss, for each `every`-th weight.
    pub(in crate::sim) fn check_gradients(
        setting: &Setting,
        every: usize,
        mut learn: impl FnMut(Shape, &[Panel], &[u32], &[u32], &mut [Panel]) -> bool,
    ) {
        let shape = setting.shape(setting.batch as usize);
        let samples = shape.samples;
        // Larger weights than those at the start, so that every part matters.
        let (gaussian, mut draws) = (Gaussian::new(), Draws::new(3, rng::stream::PROBE, 0, 0));
        let mut weights = zeros(shape.weights());
        weights.as_flattened_mut().iter_mut().for_each(|w| *w = 0.3 * gaussian.sample(draws.word()));
        let task = &setting.task;
        let mut tokens = Vec::new();
        for i in 0..shape.hops as u32 {
            tokens.extend((0..setting.batch).map(|s| (5 * s + 3 * i + s * i) % task.tokens));
        }
        let mut labels = vec![0; samples * shape.groups];
        for s in 0..samples {
            let own: Vec<u32> = tokens.iter().skip(s).step_by(samples).copied().collect();
            for (g, label) in task.label_of(task.run(&own)).iter().enumerate() {
                labels[g * samples + s] = *label;
            }
        }
        let mut gradients = vec![[f32::NAN; PANEL]; shape.weights()];
        assert!(learn(shape, &weights, &tokens, &labels, &mut gradients), "sound");
        layers::check_gradients(&weights, &gradients, every, 2e-5, |weights| loss(shape, weights, &tokens, &labels));
    }

    #[test]
    fn windows_compose_and_every_step_matters() {
        for setting in NETWORKS.map(small) {
            let runs = [Run { until: 4, ..Run::of(1, 2) }, Run::of(0, 2)];
            let whole = train(&setting, 7, &runs, &[0, 9]);
            assert_eq!(whole, train(&setting, 7, &runs, &[0, 1, 5, 9]), "windows compose");
            assert_ne!(whole, train(&setting, 7, &runs, &[0, 8]), "the last step matters");
            assert_eq!(
                whole[setting.rows()..],
                train(&setting, 7, &runs[1..], &[0, 9]),
                "runs do not know of each other"
            );
        }
    }

    #[test]
    fn runs_with_equal_numbers_differ_only_by_their_laws() {
        for setting in NETWORKS.map(small) {
            let rows = setting.rows();
            let runs = [Run::of(3, 0), Run::of(3, 1), Run::of(3, 2), Run::of(2, 0)];
            let start = setting.start(5, &runs);
            let weights = |i: usize| learned(&start[i * rows..][..rows]);
            assert!(weights(0) == weights(1) && weights(0) == weights(2), "initial weights");
            assert_ne!(weights(0), weights(3), "another number has other initial weights");
            let end = train(&setting, 5, &runs, &[0, 6]);
            let end = |i: usize| learned(&end[i * rows..][..rows]);
            assert_eq!(end(0), end(1), "two laws that are both uniform");
            assert_ne!(end(0), end(2), "a power law");
            assert_ne!(setting.order(5, 3), setting.order(5, 2), "orders");
        }
    }

    #[test]
    fn a_run_draws_from_the_uniform_law_from_a_step_on() {
        for setting in NETWORKS.map(small) {
            let until = train(&setting, 5, &[Run { until: 3, ..Run::of(1, 2) }], &[0, 8]);
            let mut state = train(&setting, 5, &[Run::of(1, 2)], &[0, 3]);
            state[0][4] = 0.0;
            assert_eq!(learned(&until), learned(&go_on(&setting, 5, &state, &[3, 8])), "three steps of law 2");
            let at_once = train(&setting, 5, &[Run { until: 0, ..Run::of(1, 2) }], &[0, 8]);
            assert_eq!(learned(&at_once), learned(&train(&setting, 5, &[Run::of(1, 0)], &[0, 8])), "uniform at once");
        }
    }

    #[test]
    fn draws_follow_the_laws_in_the_run_s_order() {
        /// Number of steps of 256 sequences.
        const STEPS: u32 = 100;
        for (task, facts) in [
            (Automaton::permutations(4, 4), 0),
            (Automaton::arithmetic(5), 0),
            (Automaton::sum(7, 8), 0),
            (Automaton::hops(6, 4, 3, 1), 0),
            (Automaton::hops(6, 4, 3, 1), 96),
        ] {
            let setting = Setting { task, batch: 256, facts, ..Setting::default() };
            let (u, task, automaton) = (setting.uniforms(3), setting.inputs(3, 1), &setting.task);
            let samples = u.batch as usize;
            let mut tokens = vec![0; u.hops as usize * samples];
            for run in [0, 6] {
                let order = setting.order(3, run);
                for (law, alpha) in (0..).zip(&setting.laws) {
                    let mut counts = vec![vec![0; u.tokens as usize]; u.hops as usize];
                    for step in 0..STEPS {
                        for s in 0..samples {
                            let last = draw(&u, task.u32(0), &order, [run, law, step], s, &mut tokens);
                            let own: Vec<u32> = tokens[s..].iter().step_by(samples).copied().collect();
                            assert_eq!(last as u32, automaton.run(&own), "the last state");
                            (counts.iter_mut().zip(own)).for_each(|(counts, token)| counts[token as usize] += 1);
                        }
                    }
                    for (i, (place, counts)) in automaton.places.iter().zip(counts).enumerate() {
                        let facts = if i > 1 { STEPS * facts } else { 0 };
                        let stay = counts[u.tokens as usize - 1];
                        assert!(setting.facts == 0 || stay == facts, "facts have one hop: {stay}");
                        let n = f64::from(STEPS * u.batch - facts);
                        let order = &order[place.first as usize..][..place.count as usize];
                        let alpha = if place.ranked { *alpha } else { 0.0 };
                        for (token, p) in order.iter().zip(power_law(place.count, alpha)) {
                            let z = (f64::from(counts[*token as usize]) - n * p) / (n * p * (1.0 - p)).sqrt();
                            assert!(z.abs() < 4.5, "run {run}, exponent {alpha}, token {token}: z = {z}");
                        }
                        assert_eq!(order.iter().map(|token| counts[*token as usize]).sum::<u32>(), n as u32);
                    }
                }
            }
        }
    }

    #[test]
    fn a_network_that_diverges_is_frozen_before_its_numbers_break() {
        for (network, rate) in NETWORKS.into_iter().flat_map(|network| [100.0, 1e6].map(|rate| (network, rate))) {
            let setting = Setting { rate, ..small(network) };
            let runs = [Run::of(0, 2), Run::of(1, 2)];
            let state = train(&setting, 7, &runs, &[0, 400]);
            assert!(state.chunks(setting.rows()).all(diverged), "diverged at the rate {rate}");
            assert!(state.as_flattened().iter().all(|x| x.is_finite()), "no infinities");
            assert_eq!(state, go_on(&setting, 7, &state, &[400, 420]), "frozen");
        }
        let setting = small(Network::Transformer);
        let mut resting = setting.start(7, &[Run::of(0, 2)]);
        resting[0][STATUS] = 1.0;
        assert_eq!(resting, go_on(&setting, 7, &resting, &[0, 3]), "resting");
    }

    #[test]
    fn scores_that_stand_for_no_label_keep_weights_of_zero() {
        let cases = [
            (Network::Looped, Automaton::permutations(3, 3)),
            (Network::Looped, said_twice()),
            (Network::Transformer, Automaton::permutations(3, 3)),
        ];
        for (network, task) in cases {
            let setting = Setting { task, ..small(network) };
            let shape = setting.shape(1);
            let state = train(&setting, 2, &[Run::of(0, 2)], &[0, 50]);
            assert!(!diverged(&state) && state.as_flattened().iter().all(|x| x.is_finite()), "sound");
            let panels = state.as_flattened().as_chunks::<PANEL>().0;
            // The weights, and their two moments.
            for part in panels[1..].chunks_exact(shape.weights()).take(3) {
                for (c, panel) in part[part.len() - shape.head() * shape.width..].chunks(shape.width).enumerate() {
                    let own = (shape.classes - c % shape.group_panels() * PANEL).min(PANEL);
                    assert!(panel.iter().all(|row| row[own..].iter().all(|w| *w == 0.0)), "columns after the classes");
                    assert!(panel.iter().any(|row| row[..own].iter().all(|w| *w != 0.0)), "columns of the classes");
                }
            }
        }
    }

    #[test]
    fn sequences_for_tests_are_uniform_or_from_a_law() {
        let setting = small(Network::Looped);
        let most = setting.order(3, 5)[0];
        for (sequences, p) in [
            (setting.uniform_sequences(3), 1.0 / 6.0),
            (setting.sequences(3, Run::of(5, 0)), 1.0 / 6.0),
            (setting.sequences(3, Run::of(5, 2)), power_law(6, 1.25)[0]),
        ] {
            let Sequences { tokens, last } = sequences;
            assert_eq!((tokens.len(), last.len()), (2 * SEQUENCES as usize, SEQUENCES as usize));
            assert!(tokens.chunks(2).zip(&last).all(|(sequence, last)| setting.task.run(sequence) == *last));
            let n = tokens.len() as f64;
            let found = tokens.iter().filter(|token| **token == most).count() as f64 / n;
            assert!((found - p).abs() < 4.0 * (p * (1.0 - p) / n).sqrt(), "{found} instead of {p}");
        }
        assert_ne!(setting.sequences(3, Run::of(5, 2)).tokens, setting.sequences(4, Run::of(5, 2)).tokens, "seeds");
    }

    /// Results of [`Test`] in f64, from the formulas.
    fn tested(setting: &Setting, seed: u32, state: &[[f32; LANES]]) -> Tested {
        let shape = setting.shape(SEQUENCES as usize);
        let weights = &state.as_flattened().as_chunks::<PANEL>().0[1..=shape.weights()];
        let (task, order) = (&setting.task, setting.order(seed, state[0][3] as u32));
        let sequence = |s: u32| -> Vec<u32> {
            let word = |i: u32| rng::philox([seed, TESTS.0], [s, i / 4, 0, 0])[i as usize % 4];
            let token = |(i, place): (u32, &Place)| place.first + rng::mulhi(word(i), place.count);
            (0..).zip(&task.places).map(token).collect()
        };
        let sequences: Vec<Vec<u32>> = (0..SEQUENCES).map(sequence).collect();
        let tokens: Vec<u32> =
            (0..shape.hops).flat_map(|i| sequences.iter().map(move |sequence| sequence[i])).collect();
        let (mut loss, mut symbols, mut by_rare) = (0.0, 0, vec![[0.0; 2]; HOPS + 1]);
        for (sequence, groups) in sequences.iter().zip(scores(shape, weights, &tokens)) {
            let is_rare = |(token, place): &(&u32, &Place)| {
                let frequent = place.count.div_ceil(2) as usize;
                place.ranked && !order[place.first as usize..][..frequent].contains(token)
            };
            let rare = sequence.iter().zip(&task.places).filter(is_rare).count();
            let mut right = 0;
            for (own, label) in groups.iter().zip(task.label_of(task.run(sequence))) {
                loss += cross_entropy(own, *label);
                right += u32::from(own.iter().all(|z| *z <= own[*label as usize]));
            }
            symbols += right;
            by_rare[rare][0] += 1.0;
            by_rare[rare][1] += if right == setting.task.groups { 1.0 } else { 0.0 };
        }
        let count = f64::from(SEQUENCES);
        let all = count * f64::from(task.groups);
        let exact = by_rare.iter().map(|[_, right]| right).sum::<f64>() / count;
        Tested { loss: loss / all, symbols: f64::from(symbols) / all, exact, by_rare }
    }

    #[test]
    fn tests_are_those_of_the_formulas() {
        let cases = [
            (Network::Looped, Automaton::permutations(3, 2), 200),
            (Network::Looped, said_twice(), 300),
            (Network::Looped, Automaton::arithmetic(3), 400),
            (Network::Looped, Automaton::sum(3, 7), 100),
            (Network::Transformer, Automaton::permutations(3, 2), 200),
            (Network::Transformer, said_twice(), 300),
            (Network::Transformer, Automaton::arithmetic(3), 400),
            (Network::Looped, Automaton::hops(5, 3, 2, 1), 100),
        ];
        for (network, task, steps) in cases {
            let setting = Setting { task, width: 32, ..small(network) };
            let state = train(&setting, 4, &[Run::of(0, 2), Run::of(5, 0)], &[0, steps]);
            let found = test(&setting, 4, &state);
            assert!(found.iter().any(|one| one.exact > 0.02 && one.exact < 0.98), "some answers are right: {found:?}");
            for (found, state) in found.iter().zip(state.chunks(setting.rows())) {
                let exact = tested(&setting, 4, state);
                assert!((found.loss - exact.loss).abs() < 1e-5, "loss {}, not {}", found.loss, exact.loss);
                assert_eq!(*found, Tested { loss: found.loss, ..exact });
            }
        }
    }
}

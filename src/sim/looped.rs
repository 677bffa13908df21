//! Kernel of networks that follow an automaton: they read one token after another, and name the label of the last state.
//!
//! A network has one block with two layers and a residual connection, which it applies to each token after the first:
//! `h = E[x_1]`, then `h = h + relu(norm(h) A + E[x_i] B) C` for i from 2 to k, and the scores are `norm(h) U`. Norms are
//! root mean squares without gain, and no layer has biases. It is the block of a transformer's layer without attention,
//! looped over the tokens. Each group of labels has scores, and a softmax, of its own.
//!
//! A group of lanes is one run. Its lanes own tokens, samples and weights in turn. The layers are those of [`layers`].

use std::ops::Range;

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Job, Kernel, Parity};
use crate::math;
use crate::rng::{self, Alias, Draws, Gaussian, Stream};
use crate::sim::layers::{self, Adam, PANEL, Panel};
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
/// Standard deviation of the initial weights.
const SPREAD: f32 = 0.05;

crate::uniforms! {
    /// Uniforms of the kernel, at binding 0.
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

/// What networks are, and what they learn.
#[derive(Clone, Debug)]
pub struct Setting {
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
struct Shape {
    hops: usize,
    tokens: usize,
    width: usize,
    hidden: usize,
    /// Number of sequences that are computed together.
    samples: usize,
    groups: usize,
    classes: usize,
}

impl Shape {
    /// Number of panels of the scores of one group.
    const fn group_panels(self) -> usize {
        self.classes.div_ceil(PANEL)
    }

    /// Number of panels of all scores.
    const fn head(self) -> usize {
        self.groups * self.group_panels()
    }

    /// Numbers of panels of the weights E, A, B, C and U.
    const fn parts(self) -> [usize; 5] {
        let inner = self.hidden / PANEL * self.width;
        [self.width / PANEL * self.tokens, inner, inner, self.width / PANEL * self.hidden, self.head() * self.width]
    }

    fn weights(self) -> usize {
        self.parts().iter().sum()
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

    /// Number of rows of a run's scratch: the tokens of the samples, a copy of E, the table E B and its errors, and for
    /// each sample h, the norms, hidden layers, errors of the hidden layers and of h of all hops, the scores, and the
    /// errors of a norm.
    const fn scratch(self) -> usize {
        let tables = self.tokens * (self.width + 2 * self.hidden);
        let sample = self.hops.next_multiple_of(4)
            + (2 + 2 * self.hops) * self.width
            + 2 * (self.hops - 1) * self.hidden
            + self.head() * PANEL;
        (tables + self.samples * sample).div_ceil(LANES)
    }
}

/// Weights E, A, B, C and U.
fn split<T>(weights: &[T], parts: [usize; 5]) -> [&[T]; 5] {
    let mut rest = weights;
    parts.map(|count| rest.split_off(..count).unwrap_or_default())
}

/// Weights E, A, B, C and U, to be changed.
fn split_mut<T>(weights: &mut [T], parts: [usize; 5]) -> [&mut [T]; 5] {
    let mut rest = weights;
    parts.map(|count| rest.split_off_mut(..count).unwrap_or_default())
}

/// Panels of zeros.
fn zeros(panels: usize) -> Vec<Panel> {
    vec![[0.0; PANEL]; panels]
}

/// Outputs of the layers for some sequences.
struct Outputs {
    /// E B, the hidden layer's input from each token.
    table: Vec<Panel>,
    /// h.
    state: Vec<Panel>,
    /// Norm of h after each token, and the factors of the norms.
    normed: Vec<Vec<Panel>>,
    factors: Vec<Vec<f32>>,
    /// Hidden layer for each token after the first.
    active: Vec<Vec<Panel>>,
    scores: Vec<Panel>,
}

impl Outputs {
    fn new(shape: Shape) -> Self {
        let Shape { hops, samples, .. } = shape;
        let layer = |columns: usize| zeros(columns / PANEL * samples);
        Self {
            table: zeros(shape.hidden / PANEL * shape.tokens),
            state: layer(shape.width),
            normed: vec![layer(shape.width); hops],
            factors: vec![vec![0.0; samples]; hops],
            active: vec![layer(shape.hidden); hops - 1],
            scores: zeros(shape.head() * samples),
        }
    }

    /// Computes the outputs of a network with the given weights, for sequences whose tokens number i are
    /// `tokens[i * samples..][..samples]`.
    fn compute<const FUSED: bool>(&mut self, shape: Shape, weights: &[Panel], tokens: &[u32]) {
        let Shape { samples, width, hidden, .. } = shape;
        let [embedding, inner, read, outer, head] = split(weights, shape.parts());
        self.table.fill([0.0; PANEL]);
        layers::add_product::<FUSED>(embedding, read, width, &mut self.table, shape.tokens);
        let mut tokens = tokens.chunks_exact(samples);
        self.state.fill([0.0; PANEL]);
        layers::add_gathered(tokens.next().unwrap_or_default(), embedding, shape.tokens, &mut self.state);
        layers::normalize::<FUSED>(&self.state, &mut self.normed[0], &mut self.factors[0]);
        for (i, tokens) in tokens.enumerate() {
            let active = &mut self.active[i];
            active.fill([0.0; PANEL]);
            layers::add_gathered(tokens, &self.table, shape.tokens, active);
            layers::add_product::<FUSED>(&self.normed[i], inner, width, active, samples);
            layers::relu(active);
            layers::add_product::<FUSED>(active, outer, hidden, &mut self.state, samples);
            layers::normalize::<FUSED>(&self.state, &mut self.normed[i + 1], &mut self.factors[i + 1]);
        }
        self.scores.fill([0.0; PANEL]);
        let last = &self.normed[shape.hops - 1];
        layers::add_product::<FUSED>(last, head, width, &mut self.scores, samples);
    }
}

/// What a step computes, kept from step to step so that nothing is allocated in a step.
struct Learner {
    shape: Shape,
    outputs: Outputs,
    /// A, B, C and U, transposed.
    transposed: [Vec<Panel>; 4],
    table_errors: Vec<Panel>,
    active_errors: Vec<Panel>,
    normed_errors: Vec<Panel>,
    state_errors: Vec<Panel>,
    /// Gradients of the mean cross-entropy, in the layout of the weights.
    gradients: Vec<Panel>,
}

impl Learner {
    fn new(shape: Shape) -> Self {
        let layer = |columns: usize| zeros(columns / PANEL * shape.samples);
        let [_, inner, read, outer, head] = shape.parts();
        Self {
            shape,
            outputs: Outputs::new(shape),
            // The transposed matrices have the panels of the inputs, with a row for each output.
            transposed: [inner, read, outer, head].map(zeros),
            table_errors: zeros(shape.hidden / PANEL * shape.tokens),
            active_errors: layer(shape.hidden),
            normed_errors: layer(shape.width),
            state_errors: layer(shape.width),
            gradients: zeros(shape.weights()),
        }
    }

    /// Computes the gradients of the mean cross-entropy over sequences and groups of labels. The labels of group g are
    /// `labels[g * samples..][..samples]`. Returns whether the network is sound. If not, the gradients mean nothing.
    fn learn<const FUSED: bool>(&mut self, weights: &[Panel], tokens: &[u32], labels: &[u32]) -> bool {
        let shape = self.shape;
        let Shape { samples, width, hidden, .. } = shape;
        let out = &mut self.outputs;
        out.compute::<FUSED>(shape, weights, tokens);
        let mut sound = true;
        let scores = out.scores.chunks_exact_mut(shape.group_panels() * samples);
        for (scores, labels) in scores.zip(labels.chunks_exact(samples)) {
            sound &= layers::softmax_errors::<FUSED>(scores, labels, shape.classes, samples * shape.groups);
        }
        if !sound {
            return false;
        }

        let [embedding, inner, read, outer, head] = split(weights, shape.parts());
        let [inner_back, read_back, outer_back, head_back] = &mut self.transposed;
        layers::transpose(inner, width, inner_back);
        layers::transpose(read, width, read_back);
        layers::transpose(outer, hidden, outer_back);
        layers::transpose(head, width, head_back);
        for zeroed in [&mut self.table_errors, &mut self.state_errors, &mut self.normed_errors, &mut self.gradients] {
            zeroed.fill([0.0; PANEL]);
        }
        let [d_embedding, d_inner, d_read, d_outer, d_head] = split_mut(&mut self.gradients, shape.parts());
        let last = shape.hops - 1;
        layers::add_product_gradients::<FUSED>(&out.normed[last], &out.scores, d_head, width, samples);
        let columns = shape.head() * PANEL;
        layers::add_product::<FUSED>(&out.scores, head_back, columns, &mut self.normed_errors, samples);
        let errors = &mut self.state_errors;
        layers::add_normalize_errors::<FUSED>(&out.normed[last], &out.factors[last], &self.normed_errors, errors);
        for i in (0..last).rev() {
            let (active, normed) = (&out.active[i], &out.normed[i]);
            layers::add_product_gradients::<FUSED>(active, errors, d_outer, hidden, samples);
            self.active_errors.fill([0.0; PANEL]);
            layers::add_product::<FUSED>(errors, outer_back, width, &mut self.active_errors, samples);
            layers::relu_errors(active, &mut self.active_errors);
            layers::scatter(
                &tokens[(i + 1) * samples..][..samples],
                &self.active_errors,
                &mut self.table_errors,
                shape.tokens,
            );
            layers::add_product_gradients::<FUSED>(normed, &self.active_errors, d_inner, width, samples);
            self.normed_errors.fill([0.0; PANEL]);
            layers::add_product::<FUSED>(&self.active_errors, inner_back, hidden, &mut self.normed_errors, samples);
            layers::add_normalize_errors::<FUSED>(normed, &out.factors[i], &self.normed_errors, errors);
        }
        // E is read twice: as the first state, and through the table E B.
        layers::add_product::<FUSED>(&self.table_errors, read_back, hidden, d_embedding, shape.tokens);
        layers::scatter(&tokens[..samples], errors, d_embedding, shape.tokens);
        layers::add_product_gradients::<FUSED>(embedding, &self.table_errors, d_read, width, shape.tokens);
        true
    }
}

/// Kernel that trains networks. The state of a run consists of panels of 16 words. The first panel has the powers of
/// Adam's betas, the status, and the [`Run`]. Then follow the weights E, A, B, C and U, and the first and second moments
/// of their gradients. The inputs are the laws and the automaton, and for each run the tokens in the order of their
/// frequencies.
///
/// A network has diverged when a score exceeds 1e6 in absolute value. From then on its state does not change.
#[derive(Debug)]
pub struct Looped;

/// Index of the status in the first panel of a state. It is 1 after the network has diverged.
const STATUS: usize = 2;

impl Looped {
    /// Whether the network with this state, or with the first rows of it, has diverged.
    pub fn diverged(state: &[[f32; LANES]]) -> bool {
        state[0][STATUS] != 0.0
    }

    /// Advances a run through the range of steps in the uniforms.
    fn run<const FUSED: bool>(u: &Uniforms, task: &[u32], orders: &[u32], state: &mut [[f32; LANES]]) {
        let shape = u.shape();
        let (head, rest) = state.as_flattened_mut().split_at_mut(PANEL);
        let (panels, _) = rest.as_chunks_mut::<PANEL>();
        let (weights, moments) = panels.split_at_mut(shape.weights());
        let (means, squares) = moments.split_at_mut(shape.weights());
        let squares = &mut squares[..shape.weights()];
        let mut learner = Learner::new(shape);
        let mut tokens = vec![0; shape.hops * shape.samples];
        let mut labels = vec![0; shape.groups * shape.samples];
        let [run, law, until] = [head[3], head[4], head[5]].map(|word| word as u32);
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
            if !learner.learn::<FUSED>(weights, &tokens, &labels) {
                head[STATUS] = 1.0;
                return;
            }
            let mut powers = [head[0], head[1]];
            let adam = Adam::next::<FUSED>(&mut powers, u.rate, u.decay);
            head[..2].copy_from_slice(&powers);
            adam.update::<FUSED>(weights, means, squares, &learner.gradients);
        }
    }
}

impl Uniforms {
    const fn shape(&self) -> Shape {
        Shape {
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

impl Kernel for Looped {
    const NAME: &'static str = "looped";
    const WGSL: &'static str = concat!(
        include_str!("looped.wgsl"),
        include_str!("layers.wgsl"),
        include_str!("arithmetic.wgsl"),
        include_str!("../rng.wgsl")
    );
    const HARDWARE: Parity = Parity::Close {
        rel: 5e-5,
        abs: 5e-5,
        reason: "WGSL may fuse a * b + c; between no and all fused, the steps of the cases move w by 5e-7 (1 + |w|), and by \
                 twice that while a network diverges; a device that fuses some products may move a weight with a \
                 gradient near 0 further",
    };
    const INPUTS: usize = 2;
    type Uniforms = Uniforms;
    type Row = [f32; LANES];

    fn software_steps(u: &Uniforms) -> u32 {
        (65_535 / turns(u)).max(1)
    }

    fn scratch(u: &Uniforms) -> usize {
        u.scratch as usize
    }

    fn weight(u: &Uniforms) -> u32 {
        // Products of layers, compared with those of two tokens, 64 sequences and width 16.
        (u.batch * u.hops * u.width * u.hidden).div_ceil(64 * 2 * 16 * 64)
    }

    fn group(u: &Uniforms, inputs: &Inputs, _: u32, state: &mut [[f32; LANES]]) {
        Self::run::<false>(u, inputs.u32(0), inputs.u32(1), state);
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        let plain = Setting::default();
        let small = Setting { task: Automaton::permutations(3, 2), width: 16, batch: 4, ..plain.clone() };
        let case = |name, runs: &[Run], seed, setting: &Setting, cuts: &[u32]| Case::<Self> {
            name,
            host: setting.start(seed, runs),
            rows: setting.rows(),
            inputs: setting.inputs(seed, runs.iter().map(|run| run.number + 1).max().unwrap_or(1)),
            uniforms: setting.uniforms(seed),
            cuts: cuts.to_vec(),
        };
        let [one, two] = [Run::of(0, 1), Run { until: 2, ..Run::of(3, 1) }];
        let mut resting = case("a run that has diverged before", &[one, two], 9, &small, &[0, 2]);
        resting.host[0][STATUS] = 1.0;
        // The scores of the second of three groups of labels are too large.
        let mut one_group = case("a network with one group of scores that diverges", &[one, two], 10, &small, &[0, 2]);
        let (shape, panels) = (small.shape(1), one_group.host.as_flattened_mut().as_chunks_mut::<PANEL>().0);
        split_mut(&mut panels[1..=shape.weights()], shape.parts())[4][shape.width] = [1e9; PANEL];
        // Columns after the classes have no gradients, so that their moments decay.
        let mut small_moments = case("moments that become too small", &[one], 13, &small, &[0, 2]);
        let (means, squares) = small_moments.host.as_flattened_mut()[PANEL * (1 + shape.weights())..]
            .split_at_mut(PANEL * shape.weights());
        means.fill(1.1e-30);
        squares[..PANEL * shape.weights()].fill(1.0005e-30);
        vec![
            case("one step", &[one], 1, &plain, &[0, 1]),
            case("four steps of two laws", &[one, Run::of(0, 0)], 2, &plain, &[0, 1, 4]),
            case("sixteen steps of a small network", &[one, two], u32::MAX, &small, &[0, 1, 2, 16]),
            case("one token", &[one], 3, &Setting { task: Automaton::permutations(4, 1), ..small.clone() }, &[0, 4]),
            case("two groups of labels", &[one], 12, &Setting { task: said_twice(), ..small.clone() }, &[0, 2]),
            case("eight tokens", &[two], 4, &Setting { task: Automaton::sum(16, 8), ..small.clone() }, &[0, 3]),
            case(
                "more tokens, samples and classes than a workgroup",
                &[one],
                5,
                &Setting { task: Automaton::sum(211, 3), batch: 132, ..small.clone() },
                &[5, 7],
            ),
            case(
                "tokens of their own",
                &[one],
                6,
                &Setting { task: Automaton::arithmetic(5), decay: 0.5, ..small.clone() },
                &[0, 4],
            ),
            case(
                "facts beside questions",
                &[one, two],
                14,
                &Setting { task: Automaton::hops(6, 4, 3, 1), batch: 8, facts: 3, ..small.clone() },
                &[0, 3],
            ),
            case("wider layers", &[one], 7, &Setting { width: 48, batch: 8, ..plain.clone() }, &[0, 2]),
            resting,
            one_group,
            small_moments,
            case("a network that diverges", &[one, two], 8, &Setting { rate: 1e6, ..small.clone() }, &[0, 3, 16]),
        ]
    }
}

/// A task for tests: a label says the sum of two numbers modulo 17 twice, the second time plus 5. The scores of each of
/// its two groups need two panels.
#[cfg(not(target_arch = "wasm32"))]
fn said_twice() -> Automaton {
    let label = (0..17).flat_map(|state| [state, (state + 5) % 17]).collect();
    Automaton { groups: 2, label, ..Automaton::sum(17, 2) }
}

/// Most turns of all loops of an invocation in one step.
fn turns(u: &Uniforms) -> u32 {
    let per_lane = |items: u32| items.div_ceil(LANES as u32);
    let (d, f, later) = (u.width / 16, u.hidden / 16, u.hops - 1);
    let group = u.classes.div_ceil(16);
    let head = u.groups * group;
    // Turns of a product with so many inputs and panels of outputs, and of the errors of its inputs.
    let product = |inputs: u32, panels: u32| panels * (1 + inputs / 4);
    let errors = |inputs: u32, panels: u32| inputs / 4 * (1 + 4 * panels);
    let table = per_lane(u.tokens) * (1 + d + f + product(u.width, f));
    let draw = u.hops + 10 * u.hops.div_ceil(4);
    let forward = 2 * d
        + head
        + u.hops * (1 + 8 * d)
        + later * (2 + 6 * f + product(u.width, f) + product(u.hidden, d))
        + product(u.width, head);
    let softmax = u.groups * (1 + 12 * group);
    let backward =
        d + u.hops * (1 + 8 * d) + later * (4 * f + errors(u.hidden, d) + errors(u.width, f)) + errors(u.width, head);
    let sample = per_lane(u.batch) * (1 + draw + forward + softmax + backward);
    // Sums over the samples of one use of a layer, and Adam.
    let (once, adam) = (1 + u.batch / 4, 4);
    let update = per_lane(u.tokens * f) * (1 + later * once)
        + per_lane(u.tokens * d) * (1 + errors(16, f) + once + adam)
        + (per_lane(u.width * f) + per_lane(u.hidden * d)) * (1 + later * once + adam)
        + per_lane(u.width * head) * (1 + once + adam)
        + per_lane(u.width * f) * (1 + u.tokens / 4 + 3 + adam);
    1 + table + sample + update + 4
}

/// Networks that learn to compose four permutations of four symbols, from a power law with exponent 1.25.
impl Default for Setting {
    fn default() -> Self {
        Self {
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
    fn shape(&self, samples: usize) -> Shape {
        let Automaton { tokens, groups, classes, .. } = self.task;
        Shape {
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
        let panels = &state.as_flattened().as_chunks::<PANEL>().0[1..][..self.shape(1).parts()[0]];
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
            scratch: shape.scratch() as u32,
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

    /// Inputs of the kernel, for runs with numbers below `runs`.
    pub fn inputs(&self, seed: u32, runs: u32) -> Inputs {
        let task = [self.tables(), self.task.next.clone(), self.task.label.clone()].concat();
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

    /// Initial states of runs. All weights are Gaussian with standard deviation 0.05; columns of scores that stand for no
    /// label are 0.
    pub fn start(&self, seed: u32, runs: &[Run]) -> Vec<[f32; LANES]> {
        let (shape, gaussian) = (self.shape(1), Gaussian::new());
        let mut states = vec![[0.0; LANES]; runs.len() * shape.rows()];
        for (run, state) in runs.iter().zip(states.chunks_exact_mut(shape.rows())) {
            let (panels, _) = state.as_flattened_mut().as_chunks_mut::<PANEL>();
            panels[0][..2].fill(1.0);
            panels[0][3..6].copy_from_slice(&[run.number, run.law, run.until].map(|word| word as f32));
            let mut draws = Draws::new(seed, WEIGHTS, run.number, 0);
            let weights = &mut panels[1..=shape.weights()];
            for weight in weights.as_flattened_mut() {
                *weight = SPREAD * gaussian.sample(draws.word());
            }
            let head = &mut split_mut(weights, shape.parts())[4];
            for (c, panel) in head.chunks_exact_mut(shape.width).enumerate() {
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

/// Number of sequences on which networks are tested.
pub const SEQUENCES: u32 = 1024;

/// Tests networks of one setting on [`SEQUENCES`] sequences whose tokens are uniform in their places. All networks of a
/// seed are tested on the same sequences.
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
    pub fn inputs(setting: &Setting, seed: u32, states: &[[f32; LANES]]) -> Inputs {
        let Automaton { places, tokens, states: last, groups, classes, next, label } = &setting.task;
        let sizes = [seed, setting.width, places.len() as u32, *tokens, *last, *groups, *classes];
        let runs = states.chunks(setting.weight_rows()).map(|state| state[0][3] as u32);
        let orders: Vec<u32> = runs.flat_map(|run| setting.order(seed, run)).collect();
        let frequent = |place: &Place| if place.ranked { place.count.div_ceil(2) } else { place.count };
        let places: Vec<u32> = places.iter().flat_map(|place| [place.first, place.count, frequent(place)]).collect();
        let all: Vec<u32> = [&sizes[..], &places, next, label].concat();
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
    const NAME: &'static str = "looped-test";
    const WIDTH: usize = 3 + 2 * (HOPS + 1);

    fn items(inputs: &Inputs, items: Range<u32>, out: &mut Vec<f64>) {
        /// Number of sequences that are tested together.
        const PART: usize = 128;
        let &[seed, width, hops, tokens, states, groups, classes, ref rest @ ..] = inputs.u32(0) else { return };
        let (places, rest) = rest.split_at(3 * hops as usize);
        let (next, label) = rest.split_at((states * tokens) as usize);
        let [hops, tokens, groups] = [hops, tokens, groups].map(|count| count as usize);
        let [width, classes] = [width, classes].map(|count| count as usize);
        let shape = Shape { hops, tokens, width, hidden: 4 * width, samples: PART, groups, classes };
        let rows = shape.weight_rows();
        let mut outputs = Outputs::new(shape);
        for run in items {
            let state = &inputs.f32(2)[run as usize * rows * LANES..][..rows * LANES];
            let weights = &state.as_chunks::<PANEL>().0[1..=shape.weights()];
            let mut rank = vec![0; tokens];
            for place in places.chunks(3) {
                let order = &inputs.u32(1)[run as usize * tokens + place[0] as usize..][..place[1] as usize];
                (0..).zip(order).for_each(|(r, token)| rank[*token as usize] = r);
            }
            let (mut loss, mut symbols, mut by_rare) = (0.0, 0.0, [[0.0; 2]; HOPS + 1]);
            for part in 0..SEQUENCES as usize / PART {
                let mut drawn = vec![0; hops * PART];
                let mut last = [(0, 0); PART];
                for (s, (last, rare)) in last.iter_mut().enumerate() {
                    let mut words = [0; 4];
                    for i in 0..hops {
                        if i % 4 == 0 {
                            words = rng::philox([seed, TESTS.0], [(part * PART + s) as u32, i as u32 / 4, 0, 0]);
                        }
                        let [first, count, frequent] = [0, 1, 2].map(|field| places[3 * i + field]);
                        let token = first + rng::mulhi(words[i % 4], count);
                        *last = next[*last * tokens + token as usize] as usize;
                        *rare += usize::from(rank[token as usize] >= frequent);
                        drawn[i * PART + s] = token;
                    }
                }
                outputs.compute::<false>(shape, weights, &drawn);
                for (s, (last, rare)) in last.iter().enumerate() {
                    let mut right = 0;
                    for g in 0..groups {
                        let score = |class: usize| {
                            outputs.scores[(g * shape.group_panels() + class / PANEL) * PART + s][class % PANEL]
                        };
                        let best = (1..classes).fold(0, |best, c| if score(c) > score(best) { c } else { best });
                        let label = label[last * groups + g] as usize;
                        let powers = (0..classes).map(|c| math::exp(f64::from(score(c)) - f64::from(score(best))));
                        loss += math::ln(powers.sum()) + f64::from(score(best)) - f64::from(score(label));
                        right += usize::from(best == label);
                    }
                    symbols += right as f64;
                    by_rare[*rare][0] += 1.0;
                    by_rare[*rare][1] += if right == groups { 1.0 } else { 0.0 };
                }
            }
            let count = f64::from(SEQUENCES);
            let exact: f64 = by_rare.iter().map(|[_, right]| right).sum();
            out.extend([loss / (count * groups as f64), symbols / (count * groups as f64), exact / count]);
            out.extend(by_rare.as_flattened());
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::exec::parity::agree;
    use crate::exec::{Exec, Lanes, Uniforms as _};
    use crate::rng::Digest;

    /// A small network that composes two permutations of three symbols. Law 1 is uniform, as law 0 is.
    fn small() -> Setting {
        Setting {
            task: Automaton::permutations(3, 2),
            laws: vec![0.0, 0.0, 1.25],
            width: 16,
            batch: 8,
            ..Setting::default()
        }
    }

    /// Trains runs from one of `cuts` to the next.
    fn train(setting: &Setting, seed: u32, runs: &[Run], cuts: &[u32]) -> Vec<[f32; LANES]> {
        go_on(setting, seed, &setting.start(seed, runs), cuts)
    }

    /// Trains the runs with these states from one of `cuts` to the next.
    fn go_on(setting: &Setting, seed: u32, states: &[[f32; LANES]], cuts: &[u32]) -> Vec<[f32; LANES]> {
        let exec = Exec::cpu();
        let last = states.chunks(setting.rows()).map(|run| run[0][3] as u32).max().expect("runs");
        let mut lanes = Lanes::<Looped>::new(states, setting.rows(), setting.inputs(seed, last + 1));
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

    fn test(setting: &Setting, seed: u32, states: &[[f32; LANES]]) -> Vec<Tested> {
        let firsts: Vec<_> =
            states.chunks(setting.rows()).flat_map(|run| &run[..setting.weight_rows()]).copied().collect();
        let runs = (states.len() / setting.rows()) as u32;
        let inputs = Test::inputs(setting, seed, &firsts);
        Test::results(&pollster::block_on(Exec::cpu().map::<Test>(&inputs, 0..runs)).expect("tests"))
    }

    /// Scores of a network in f64, with matrices of the usual form, `scores[sample][group][class]`.
    fn scores(shape: Shape, weights: &[Panel], tokens: &[u32]) -> Vec<Vec<Vec<f64>>> {
        let parts = split(weights, shape.parts());
        let entry =
            |part: usize, rows: usize, i: usize, j: usize| f64::from(parts[part][j / PANEL * rows + i][j % PANEL]);
        let norm = |h: &[f64]| -> Vec<f64> {
            let mean = h.iter().map(|h| h * h).sum::<f64>() / h.len() as f64;
            h.iter().map(|h| h / (mean + 1e-5).sqrt()).collect()
        };
        let product = |x: &[f64], part: usize, columns: usize| -> Vec<f64> {
            let rows = x.len();
            let sum = |j| x.iter().enumerate().map(|(i, x)| x * entry(part, rows, i, j)).sum();
            (0..columns).map(sum).collect()
        };
        let row =
            |token: u32| -> Vec<f64> { (0..shape.width).map(|j| entry(0, shape.tokens, token as usize, j)).collect() };
        let of_sample = |s: usize| {
            let mut h = row(tokens[s]);
            for i in 1..shape.hops {
                let read = product(&row(tokens[i * shape.samples + s]), 2, shape.hidden);
                let known = product(&norm(&h), 1, shape.hidden);
                let hidden: Vec<f64> = known.iter().zip(&read).map(|(a, b)| (a + b).max(0.0)).collect();
                let change = product(&hidden, 3, shape.width);
                h.iter_mut().zip(change).for_each(|(h, change)| *h += change);
            }
            let all = product(&norm(&h), 4, shape.head() * PANEL);
            all.chunks(shape.group_panels() * PANEL).map(|own| own[..shape.classes].to_vec()).collect()
        };
        (0..shape.samples).map(of_sample).collect()
    }

    /// Cross-entropy of the scores of one group of labels.
    fn cross_entropy(scores: &[f64], label: u32) -> f64 {
        math::ln(scores.iter().map(|z| math::exp(*z)).sum()) - scores[label as usize]
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

    #[test]
    fn gradients_are_those_of_the_loss() {
        for task in [Automaton::permutations(3, 1), Automaton::permutations(3, 4), said_twice()] {
            let setting = Setting { task, width: 16, batch: 4, ..Setting::default() };
            let shape = setting.shape(4);
            let state = setting.start(3, &[Run::of(0, 0)]);
            let mut weights = state.as_flattened().as_chunks::<PANEL>().0[1..=shape.weights()].to_vec();
            // Larger weights than those at the start, so that every part matters.
            weights.as_flattened_mut().iter_mut().for_each(|w| *w *= 6.0);
            let task = &setting.task;
            let mut tokens = Vec::new();
            for i in 0..shape.hops as u32 {
                tokens.extend((0..4).map(|s| (5 * s + 3 * i + s * i) % task.tokens));
            }
            let mut labels = vec![0; 4 * shape.groups];
            for s in 0..4 {
                let own: Vec<u32> = tokens.iter().skip(s).step_by(4).copied().collect();
                for (g, label) in task.label_of(task.run(&own)).iter().enumerate() {
                    labels[g * 4 + s] = *label;
                }
            }
            let mut learner = Learner::new(shape);
            assert!(learner.learn::<false>(&weights, &tokens, &labels), "sound");
            layers::check_gradients(&weights, &learner.gradients, 2e-5, |weights| {
                loss(shape, weights, &tokens, &labels)
            });
        }
    }

    #[test]
    fn windows_compose_and_every_step_matters() {
        let setting = small();
        let runs = [Run { until: 4, ..Run::of(1, 2) }, Run::of(0, 2)];
        let whole = train(&setting, 7, &runs, &[0, 9]);
        assert_eq!(whole, train(&setting, 7, &runs, &[0, 1, 5, 9]), "windows compose");
        assert_ne!(whole, train(&setting, 7, &runs, &[0, 8]), "the last step matters");
        assert_eq!(whole[setting.rows()..], train(&setting, 7, &runs[1..], &[0, 9]), "runs do not know of each other");
    }

    #[test]
    fn runs_with_equal_numbers_differ_only_by_their_laws() {
        let setting = small();
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

    #[test]
    fn a_run_draws_from_the_uniform_law_from_a_step_on() {
        let setting = small();
        let until = train(&setting, 5, &[Run { until: 3, ..Run::of(1, 2) }], &[0, 8]);
        let mut state = train(&setting, 5, &[Run::of(1, 2)], &[0, 3]);
        state[0][4] = 0.0;
        assert_eq!(learned(&until), learned(&go_on(&setting, 5, &state, &[3, 8])), "three steps of law 2");
        let at_once = train(&setting, 5, &[Run { until: 0, ..Run::of(1, 2) }], &[0, 8]);
        assert_eq!(learned(&at_once), learned(&train(&setting, 5, &[Run::of(1, 0)], &[0, 8])), "uniform at once");
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
        for rate in [100.0, 1e6] {
            let setting = Setting { rate, ..small() };
            let runs = [Run::of(0, 2), Run::of(1, 2)];
            let state = train(&setting, 7, &runs, &[0, 400]);
            assert!(state.chunks(setting.rows()).all(Looped::diverged), "diverged at the rate {rate}");
            assert!(state.as_flattened().iter().all(|x| x.is_finite()), "no infinities");
            assert_eq!(state, go_on(&setting, 7, &state, &[400, 420]), "frozen");
        }
        let mut resting = small().start(7, &[Run::of(0, 2)]);
        resting[0][STATUS] = 1.0;
        assert_eq!(resting, go_on(&small(), 7, &resting, &[0, 3]), "resting");
    }

    #[test]
    fn scores_that_stand_for_no_label_keep_weights_of_zero() {
        for task in [Automaton::permutations(3, 3), said_twice()] {
            let setting = Setting { task, ..small() };
            let shape = setting.shape(1);
            let state = train(&setting, 2, &[Run::of(0, 2)], &[0, 50]);
            assert!(!Looped::diverged(&state) && state.as_flattened().iter().all(|x| x.is_finite()), "sound");
            let panels = state.as_flattened().as_chunks::<PANEL>().0;
            // The weights, and their two moments.
            for part in panels[1..].chunks_exact(shape.weights()).take(3) {
                for (c, panel) in split(part, shape.parts())[4].chunks(shape.width).enumerate() {
                    let own = (shape.classes - c % shape.group_panels() * PANEL).min(PANEL);
                    assert!(panel.iter().all(|row| row[own..].iter().all(|w| *w == 0.0)), "columns after the classes");
                    assert!(panel.iter().any(|row| row[..own].iter().all(|w| *w != 0.0)), "columns of the classes");
                }
            }
        }
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
            (Automaton::permutations(3, 2), 200),
            (said_twice(), 300),
            (Automaton::arithmetic(3), 400),
            (Automaton::sum(3, 7), 100),
            (Automaton::hops(5, 3, 2, 1), 100),
        ];
        for (task, steps) in cases {
            let setting = Setting { task, ..small() };
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

    /// Facts of the issue: with the exponent 1.25, 20 networks named all symbols of 90 % of uniform sequences rightly after
    /// 1200 to 3700 steps, 1700 in the median, and uniform training stayed at the loss of guessing for 40 000 steps.
    #[test]
    fn networks_learn_from_a_power_law_and_not_from_uniform_tokens() {
        let setting = Setting::default();
        let mut state = setting.start(1, &(0..10).map(|run| Run::of(run, 1)).collect::<Vec<_>>());
        let mut solved = Vec::new();
        for step in (0..3000).step_by(100) {
            state = go_on(&setting, 1, &state, &[step, step + 100]);
            let mut left = Vec::new();
            for (run, tested) in state.chunks(setting.rows()).zip(test(&setting, 1, &state)) {
                if tested.exact >= 0.9 { solved.push(step + 100) } else { left.extend_from_slice(run) }
            }
            state = left;
            if solved.len() > 5 {
                break;
            }
        }
        // The mean of the fifth and the sixth is the median of ten.
        let median = f64::from(solved[4] + solved[5]) / 2.0;
        assert!((median / 1700.0 - 1.0).abs() < 0.3, "{solved:?}");
        let uniform = test(&setting, 1, &train(&setting, 1, &[Run::of(0, 0)], &[0, 4000]));
        assert!((uniform[0].loss - math::ln(4.0)).abs() < 0.005, "{uniform:?}");
    }

    /// `tests/bench/steps.mjs` and the browser tests compare whole runs of wasm with native ones. This digest compares
    /// machines: a change of it changes the results of everyone.
    #[test]
    fn three_hundred_steps_have_one_digest() {
        let mut digest = Digest::default();
        for x in train(&Setting::default(), 1, &[Run::of(0, 1)], &[0, 300]).as_flattened() {
            digest.word(u64::from(x.to_bits()));
        }
        assert_eq!(digest.hex(), "ba9cb9ab4082f946");
    }

    #[test]
    fn fused_products_move_weights_less_than_parity_allows() {
        let Parity::Close { abs, .. } = Looped::HARDWARE else { panic!("is close") };
        let mut most = 0.0_f32;
        for case in Looped::cases() {
            let run = |fused: bool| {
                let mut host = case.host.clone();
                let uniforms = case.uniforms.window(case.cuts[0]..case.cuts[case.cuts.len() - 1]);
                for state in host.chunks_mut(case.rows) {
                    let (task, orders) = (case.inputs.u32(0), case.inputs.u32(1));
                    if fused {
                        Looped::run::<true>(&uniforms, task, orders, state);
                    } else {
                        Looped::run::<false>(&uniforms, task, orders, state);
                    }
                }
                host
            };
            let (fused, plain) = (run(true), run(false));
            for (x, y) in fused.as_flattened().iter().zip(plain.as_flattened()) {
                most = most.max((x - y).abs() / (1.0 + y.abs()));
            }
            agree::<Looped>(&fused, &plain, Looped::HARDWARE).expect(case.name);
        }
        assert!(most > abs / 100.0, "the tolerance is far from what it covers: {most:e}");
    }

    #[test]
    fn a_software_adapter_does_eight_steps_of_the_default() {
        assert!(Looped::software_steps(&Setting::default().uniforms(1)) >= 8);
        for task in [Automaton::permutations(5, 6), Automaton::chain(61, 5), Automaton::hops(64, 64, 6, 1)] {
            let largest = Setting { task, width: 64, batch: 256, ..Setting::default() };
            assert!(turns(&largest.uniforms(1)) <= 65_535, "{}", turns(&largest.uniforms(1)));
        }
    }
}

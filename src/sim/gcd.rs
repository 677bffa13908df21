//! Kernel of networks that learn greatest common divisors.
//!
//! A network reads two operands as digits in a base, and chooses the greatest common divisor from the classes 1 to 100
//! and "larger". It has two hidden layers of ReLU, and learns by Adam from pairs that are drawn anew at every step.
//!
//! A group is one run. In the first half of a step, each lane computes the errors of its own samples. In the second half,
//! each lane owns some of the weights: it sums their gradients over all samples, and updates them. The layers are those
//! of [`layers`].

use std::ops::Range;

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Job, Kernel, Parity};
use crate::rng::{self, Draws, Gaussian, Stream};
use crate::sim::layers::{self, Adam, PANEL, Panel};
use crate::theory::gcd::{digits, log_uniform_table};

/// Random stream of the pairs that a network learns from.
const PAIRS: Stream = Stream(21);
/// Random stream of the initial weights.
const WEIGHTS: Stream = Stream(22);
/// Random stream of the pairs on which networks are tested.
const TESTS: Stream = Stream(23);

/// Number of words in a row of a run's state, equal to the number of invocations of a workgroup.
pub const LANES: usize = 256;

/// Largest greatest common divisor that has a class of its own.
pub const DIVISORS: usize = 100;
/// Number of classes. The last class stands for all larger divisors.
const CLASSES: usize = 101;
/// Number of panels of the scores of the classes.
const SCORES: usize = 7;
const _: () = assert!(CLASSES == DIVISORS + 1 && SCORES == CLASSES.div_ceil(PANEL));
/// Number of pairs that a rejection draws at most.
const TRIALS: u32 = 16;
/// Number of cells of the table of operands whose logarithms are uniform.
const CELLS: u32 = 4096;

crate::uniforms! {
    /// Uniforms of the kernel, at binding 0.
    pub struct Uniforms {
        /// Seed of all draws.
        seed: u32,
        /// Index of the run in group 0.
        first_run: u32,
        /// Number of rows of a run's state.
        rows: u32,
        /// Number of rows of a run's scratch.
        scratch: u32,
        /// Base of the digits, at least 2.
        base: u32,
        /// Number of digits of an operand.
        digits: u32,
        /// Largest operand.
        largest: u32,
        /// Whether the logarithms of operands are uniform (1), or the operands are (0).
        logarithmic: u32,
        /// Width of the hidden layers, a multiple of 16.
        width: u32,
        /// Number of pairs of a step, a multiple of 4.
        batch: u32,
        /// Largest greatest common divisor of a synthetic pair.
        limit: u32,
        /// A pair is real if its random word is below this, and else synthetic.
        real: u32,
        /// A real or synthetic pair is replaced by one whose divisor is uniform in 1..=100, if another word is below this.
        even: u32,
        /// Learning rate.
        rate: f32,
        /// Decoupled decay of the weights, per step and learning rate.
        decay: f32,
    }
}

/// What a network is and what it learns from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Base of the digits, at least 2.
    pub base: u32,
    /// Largest operand, at most 1e6.
    pub largest: u32,
    /// Whether operands are drawn with probabilities proportional to 1/n, and not uniformly.
    pub logarithmic: bool,
    /// Width of the hidden layers, a multiple of 16.
    pub width: u32,
    /// Number of pairs of a step, a multiple of 4.
    pub batch: u32,
    /// Largest greatest common divisor of a synthetic pair.
    pub limit: u32,
    /// Share of real pairs among the pairs whose divisors are not even.
    pub real: f64,
    /// Share of pairs whose divisors are drawn uniformly from 1 to 100.
    pub even: f64,
    /// Learning rate.
    pub rate: f32,
    /// Decoupled decay of the weights.
    pub decay: f32,
}

/// A network of base 30 that learns from real, uniform pairs.
impl Default for Setting {
    fn default() -> Self {
        Self {
            base: 30,
            largest: 809_999,
            logarithmic: false,
            width: 32,
            batch: 256,
            limit: u32::MAX,
            real: 1.0,
            even: 0.0,
            rate: 5e-3,
            decay: 0.0,
        }
    }
}

/// A share as a threshold of random words.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates at the ends of the range")]
fn threshold(share: f64) -> u32 {
    (share * 4_294_967_296.0).round() as u32
}

impl Setting {
    /// Uniforms of runs with this setting.
    #[expect(clippy::cast_possible_truncation, reason = "far fewer rows than 2^32")]
    pub fn uniforms(&self, seed: u32, first_run: u32) -> Uniforms {
        let shape = self.shape();
        Uniforms {
            seed,
            first_run,
            rows: shape.rows() as u32,
            scratch: shape.scratch() as u32,
            base: self.base,
            digits: self.digits(),
            largest: self.largest,
            logarithmic: self.logarithmic.into(),
            width: self.width,
            batch: self.batch,
            // A threshold cannot say "always".
            limit: if self.real < 1.0 { self.limit } else { u32::MAX },
            real: threshold(self.real),
            even: threshold(self.even),
            rate: self.rate,
            decay: self.decay,
            first: 0,
            steps: 0,
        }
    }

    /// Number of digits of an operand.
    pub const fn digits(&self) -> u32 {
        digits(self.base, self.largest)
    }
}

/// Sizes of a network.
#[derive(Clone, Copy, Debug)]
struct Shape {
    /// Number of digits of both operands, each of which is one-hot.
    positions: usize,
    /// Number of inputs.
    inputs: usize,
    /// Width of the hidden layers.
    width: usize,
    /// Number of samples of a step.
    batch: usize,
}

impl Shape {
    const fn of(base: u32, digits: u32, width: u32, batch: u32) -> Self {
        let positions = 2 * digits as usize;
        Self { positions, inputs: positions * base as usize, width: width as usize, batch: batch as usize }
    }

    /// Numbers of panels of the weights of the three layers.
    const fn layers(self) -> [usize; 3] {
        let panels = self.width / PANEL;
        [panels * (self.inputs + 1), panels * (self.width + 1), SCORES * (self.width + 1)]
    }

    const fn weights(self) -> usize {
        let [first, second, third] = self.layers();
        first + second + third
    }

    /// Number of rows of a run's state: a panel with the powers of the betas and the status, the weights, and their two
    /// moments.
    const fn rows(self) -> usize {
        ((1 + 3 * self.weights()) * PANEL).div_ceil(LANES)
    }

    /// Number of rows of the state that hold the weights.
    const fn weight_rows(self) -> usize {
        ((1 + self.weights()) * PANEL).div_ceil(LANES)
    }

    /// Number of rows of a run's scratch: the digits of the samples, the outputs of the hidden layers, the scores, and
    /// the errors of the hidden layers.
    const fn scratch(self) -> usize {
        (self.batch * (self.positions.next_multiple_of(4) + 4 * self.width + SCORES * PANEL)).div_ceil(LANES)
    }
}

/// Weights of the three layers.
fn split<T>(weights: &[T], [first, second, _]: [usize; 3]) -> [&[T]; 3] {
    let (one, rest) = weights.split_at(first);
    let (two, three) = rest.split_at(second);
    [one, two, three]
}

/// The greatest common divisor of two numbers of which one is above 0, by Euclid's algorithm.
#[inline(always)]
pub const fn gcd(a: u32, b: u32) -> u32 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Draws operands.
struct Operands<'a> {
    largest: u32,
    /// Table of a logarithmic law, or nothing for a uniform law.
    table: Option<&'a [u32]>,
}

impl Operands<'_> {
    /// The operand of a random word.
    fn pick(&self, word: u32) -> u32 {
        match self.table {
            None => 1 + rng::mulhi(word, self.largest),
            Some(table) => {
                let cell = (word >> 20) as usize;
                (table[cell] + rng::mulhi(word << 12, table[cell + 1] - table[cell])) >> 12
            }
        }
    }
}

/// A pair with the greatest common divisor `divisor`, or with a multiple of it after [`TRIALS`] trials. The pair has
/// the law of uniform operands up to `largest`, given their divisor. `words(t)` are the random words of trial t.
fn pair_with(divisor: u32, largest: u32, words: impl Fn(u32) -> [u32; 4]) -> [u32; 2] {
    let mut pair = [1, 1];
    for trial in 1..=TRIALS {
        let words = words(trial);
        pair = [0, 1].map(|i: usize| 1 + rng::mulhi(words[i], largest / divisor));
        if gcd(pair[0], pair[1]) == 1 {
            break;
        }
    }
    pair.map(|part| part * divisor)
}

/// The pair that sample number `sample` of a step shows, and its greatest common divisor.
fn draw(u: &Uniforms, operands: &Operands<'_>, run: u32, step: u32, sample: u32) -> ([u32; 2], u32) {
    let words = |trial| rng::philox([u.seed, PAIRS.0], [run, step, sample, trial]);
    let [first, second, kind, even] = words(0);
    if even < u.even {
        // The kind of an even pair does not matter, so its word is free for the divisor.
        let pair = pair_with(1 + rng::mulhi(kind, DIVISORS as u32), u.largest, words);
        return (pair, gcd(pair[0], pair[1]));
    }
    let mut pair = [operands.pick(first), operands.pick(second)];
    let mut divisor = gcd(pair[0], pair[1]);
    let mut trial = 1;
    while kind >= u.real && divisor > u.limit {
        // After so many trials, which hardly ever happens, the pair is (1, 1).
        let words = words(trial);
        pair = if trial < TRIALS { [operands.pick(words[0]), operands.pick(words[1])] } else { [1, 1] };
        divisor = gcd(pair[0], pair[1]);
        trial += 1;
    }
    (pair, divisor)
}

/// Class of a greatest common divisor.
const fn class(divisor: u32) -> u32 {
    if divisor <= DIVISORS as u32 { divisor - 1 } else { DIVISORS as u32 }
}

/// Writes the rows of the first layer that sample number s of `samples` gathers: one for each digit, the highest first.
fn encode(base: u32, digits: u32, pair: [u32; 2], rows: &mut [u32], s: usize, samples: usize) {
    for (i, operand) in pair.into_iter().enumerate() {
        let mut rest = operand;
        for place in (0..digits as usize).rev() {
            let position = i * digits as usize + place;
            rows[position * samples + s] = position as u32 * base + rest % base;
            rest /= base;
        }
    }
}

/// Outputs of the layers for some samples.
struct Outputs {
    first: Vec<Panel>,
    second: Vec<Panel>,
    scores: Vec<Panel>,
}

impl Outputs {
    /// Outputs of a network with the given weights, for samples that gather the given rows.
    fn of<const FUSED: bool>(shape: Shape, weights: &[Panel], rows: &[u32]) -> Self {
        let (samples, panels) = (shape.batch, shape.width / PANEL);
        let [one, two, three] = split(weights, shape.layers());
        let outputs = |panels: usize| vec![[0.0; PANEL]; panels * samples];
        let mut all = Self { first: outputs(panels), second: outputs(panels), scores: outputs(SCORES) };
        layers::biases(one, shape.inputs + 1, &mut all.first, samples);
        for rows in rows.chunks_exact(samples) {
            layers::add_gathered(rows, one, shape.inputs + 1, &mut all.first);
        }
        layers::relu(&mut all.first);
        layers::biases(two, shape.width + 1, &mut all.second, samples);
        layers::add_product::<FUSED>(&all.first, two, shape.width + 1, &mut all.second, samples);
        layers::relu(&mut all.second);
        layers::biases(three, shape.width + 1, &mut all.scores, samples);
        layers::add_product::<FUSED>(&all.second, three, shape.width + 1, &mut all.scores, samples);
        all
    }
}

/// Gradients of the mean cross-entropy over the samples, in the layout of the weights. It is `None` if the network has
/// diverged: the scores of a sample are too large or not numbers, or a hidden layer is 0 for all samples.
fn gradients<const FUSED: bool>(shape: Shape, weights: &[Panel], rows: &[u32], labels: &[u32]) -> Option<Vec<Panel>> {
    let samples = shape.batch;
    let Outputs { first, second, scores: mut errors } = Outputs::of::<FUSED>(shape, weights, rows);
    let active = [&first, &second].map(|outputs| outputs.as_flattened().iter().fold(false, |any, x| any | (*x > 0.0)));
    if !layers::softmax_errors::<FUSED>(&mut errors, labels, CLASSES, samples) || active != [true; 2] {
        return None;
    }
    let [_, two, three] = split(weights, shape.layers());
    // The errors of a layer's inputs, which are the outputs y of ReLU.
    let back = |errors: &[Panel], w: &[Panel], y: &[Panel]| {
        let outputs = errors.len() / samples * PANEL;
        let mut transposed = vec![[0.0; PANEL]; shape.width / PANEL * outputs];
        layers::transpose(w, shape.width + 1, &mut transposed);
        let mut found = vec![[0.0; PANEL]; y.len()];
        layers::add_product::<FUSED>(errors, &transposed, outputs, &mut found, samples);
        layers::relu_errors(y, &mut found);
        found
    };
    let second_errors = back(&errors, three, &second);
    let first_errors = back(&second_errors, two, &first);

    let mut all = vec![[0.0; PANEL]; weights.len()];
    let [in_first, in_second, _] = shape.layers();
    let (one, rest) = all.split_at_mut(in_first);
    let (two, three) = rest.split_at_mut(in_second);
    for rows in rows.chunks_exact(samples) {
        layers::scatter(rows, &first_errors, one, shape.inputs + 1);
    }
    layers::bias_gradients(&first_errors, one, shape.inputs + 1, samples);
    for (x, dy, dw) in [(&first, &second_errors, two), (&second, &errors, three)] {
        layers::add_product_gradients::<FUSED>(x, dy, dw, shape.width + 1, samples);
        layers::bias_gradients(dy, dw, shape.width + 1, samples);
    }
    Some(all)
}

/// Kernel that trains networks. The state of a run consists of panels of 16 words. The first panel has the powers of
/// Adam's betas, and the status, which is 1 after the network has diverged. Then follow the weights of the three layers,
/// and the first and second moments of their gradients. The input is the table of logarithmic operands.
///
/// A network has diverged when a score exceeds 1e6 in absolute value, or when a hidden layer is 0 for all pairs of a
/// step, so that nothing reaches the layers before it any more. From then on its state does not change.
#[derive(Debug)]
pub struct Gcd;

/// Index of the status in the first panel of a state.
const STATUS: usize = 2;

impl Gcd {
    /// Whether the network with this state, or with the first rows of it, has diverged.
    pub fn diverged(state: &[[f32; LANES]]) -> bool {
        state[0][STATUS] != 0.0
    }

    /// Advances a run through the range of steps in the uniforms.
    fn run<const FUSED: bool>(u: &Uniforms, table: &[u32], group: u32, state: &mut [[f32; LANES]]) {
        let shape = Shape::of(u.base, u.digits, u.width, u.batch);
        let operands = Operands { largest: u.largest, table: (u.logarithmic == 1).then_some(table) };
        let (head, rest) = state.as_flattened_mut().split_at_mut(PANEL);
        let (panels, _) = rest.as_chunks_mut::<PANEL>();
        let (weights, moments) = panels.split_at_mut(shape.weights());
        let (means, squares) = moments.split_at_mut(shape.weights());
        let squares = &mut squares[..shape.weights()];
        let (mut rows, mut labels) = (vec![0; shape.positions * shape.batch], vec![0; shape.batch]);
        for step in u.first..u.first + u.steps {
            if head[STATUS] != 0.0 {
                return;
            }
            for (s, label) in labels.iter_mut().enumerate() {
                let (pair, divisor) = draw(u, &operands, u.first_run.wrapping_add(group), step, s as u32);
                encode(u.base, u.digits, pair, &mut rows, s, shape.batch);
                *label = class(divisor);
            }
            let Some(gradients) = gradients::<FUSED>(shape, weights, &rows, &labels) else {
                head[STATUS] = 1.0;
                return;
            };
            let mut powers = [head[0], head[1]];
            let adam = Adam::next::<FUSED>(&mut powers, u.rate, u.decay);
            head[..2].copy_from_slice(&powers);
            adam.update::<FUSED>(weights, means, squares, &gradients);
        }
    }
}

impl Kernel for Gcd {
    const NAME: &'static str = "gcd";
    const WGSL: Option<&'static str> = Some(concat!(
        include_str!("gcd.wgsl"),
        include_str!("layers.wgsl"),
        include_str!("arithmetic.wgsl"),
        include_str!("../rng.wgsl")
    ));
    const HARDWARE: Parity = Parity::Close {
        rel: 1e-4,
        abs: 1e-4,
        reason: "WGSL may fuse a * b + c; between no and all fused, the steps of the cases move w by 2e-6 (1 + |w|), and a \
                 gradient near 0 may move it further",
    };
    const INPUTS: usize = 1;
    type Uniforms = Uniforms;
    type Row = [f32; LANES];

    fn software_steps(u: &Uniforms) -> u32 {
        (65_535 / turns(u)).max(1)
    }

    fn scratch(u: &Uniforms) -> usize {
        u.scratch as usize
    }

    fn weight(u: &Uniforms) -> u32 {
        // Products of layers, compared with those of 64 pairs and layers of width 16.
        (u.batch * u.width * (u.width + (SCORES * PANEL) as u32)).div_ceil(64 * 16 * 128)
    }

    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
        Self::run::<false>(u, inputs.u32(0), group, state);
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        let plain = Setting::default();
        let small = Setting { base: 6, largest: 200, width: 16, batch: 64, ..plain.clone() };
        let case = |name, runs, first_run, seed, setting: &Setting, cuts: &[u32]| Case {
            name,
            host: setting.start(seed, first_run, runs),
            rows: setting.rows(),
            inputs: setting.inputs(),
            uniforms: setting.uniforms(seed, first_run),
            cuts: cuts.to_vec(),
        };
        // All scores are negative, most classes are so improbable that their gradients have no square, and moments of
        // weights without gradients become too small.
        let (shape, panels) = (small.shape(), small.width as usize / PANEL);
        let [first, second, _] = shape.layers();
        let biases = |host: &mut [[f32; LANES]], from: usize, c: usize, bias: f32| {
            host.as_flattened_mut().as_chunks_mut::<PANEL>().0[from + (c + 1) * (shape.width + 1)] = [bias; PANEL];
        };
        let mut certain = case("a network that is nearly certain", 1, 0, 9, &small, &[0, 2]);
        (0..SCORES).for_each(|c| biases(&mut certain.host, first + second, c, if c == 0 { -1.0 } else { -38.0 }));
        certain.host.as_flattened_mut()[PANEL * (1 + shape.weights())..][..PANEL * shape.weights()].fill(1.1e-30);
        let mut dead = case("units of the second layer that are dead", 2, 0, 8, &small, &[0, 2]);
        (0..panels).for_each(|c| biases(&mut dead.host, first, c, -100.0));
        vec![
            case("one step", 1, 0, 1, &plain, &[0, 1]),
            case("four steps", 2, 0, 2, &plain, &[0, 1, 4]),
            case("sixteen steps of a small network", 2, u32::MAX, u32::MAX, &small, &[0, 1, 2, 16]),
            case(
                "widest layers",
                1,
                7,
                3,
                &Setting { base: 2, largest: 1_000_000, width: 128, batch: 20, ..plain.clone() },
                &[0, 2],
            ),
            case(
                "largest base, batches larger than a workgroup, decay",
                1,
                7,
                4,
                &Setting { base: 997, largest: 994_008, batch: 300, decay: 0.5, ..small.clone() },
                &[5, 8],
            ),
            case("synthetic pairs", 2, 0, 5, &Setting { limit: 1, real: 0.1, ..small.clone() }, &[0, 4]),
            case("even divisors", 2, 0, 6, &Setting { even: 0.9, limit: 3, real: 0.5, ..small.clone() }, &[0, 4]),
            case("logarithmic operands", 2, 0, 7, &Setting { logarithmic: true, ..small.clone() }, &[0, 4]),
            certain,
            dead,
            case("a network that diverges", 2, 0, 8, &Setting { rate: 1e4, ..small.clone() }, &[0, 3, 16]),
        ]
    }
}

/// Most turns of all loops of an invocation in one step.
fn turns(u: &Uniforms) -> u32 {
    let (panels, inputs, lanes) = (u.width / 16, 2 * u.digits * u.base, LANES as u32);
    // Operands below 2^24 take Euclid's algorithm at most 35 turns, and random words take 10.
    let trials = if u.even > 0 || u.limit < u32::MAX { 1 + TRIALS } else { 1 };
    let draw = 45 * trials + 35 + 4 * u.digits;
    let forward = panels * (1 + 2 * u.digits) + 8 * panels + (panels + SCORES as u32) * (2 + u.width / 4);
    let backward = 12 * SCORES as u32 + 9 + 8 * panels + u.width / 4 * (2 + 4 * SCORES as u32 + 4 * panels);
    let owned = |weights: u32| weights.div_ceil(lanes) * (u.batch / 4 + 6);
    let update = owned(panels * (inputs + 1)) + owned(panels * (u.width + 1)) + owned(SCORES as u32 * (u.width + 1));
    1 + u.batch.div_ceil(lanes) * (1 + draw + forward + backward) + update + 6
}

impl Setting {
    const fn shape(&self) -> Shape {
        Shape::of(self.base, self.digits(), self.width, self.batch)
    }

    /// Number of rows of a run's state.
    pub const fn rows(&self) -> usize {
        self.shape().rows()
    }

    /// Number of the first rows of a run's state that hold the weights.
    pub const fn weight_rows(&self) -> usize {
        self.shape().weight_rows()
    }

    /// Inputs of the kernel.
    pub fn inputs(&self) -> Inputs {
        Inputs::new(&[bytemuck::cast_slice(&self.cells())])
    }

    /// Boundaries of the cells of the operands, for a logarithmic law. A uniform law needs none.
    fn cells(&self) -> Vec<u32> {
        if self.logarithmic { log_uniform_table(self.largest, CELLS) } else { vec![0] }
    }

    /// Initial states of `runs` runs, from run number `first_run` on. Weights of the three layers are Gaussian, with
    /// the variances 1/(number of digits of both operands), 2/width and 0.01/width. Biases are 0. Runs with equal
    /// numbers start from equal weights if the sizes are equal.
    pub fn start(&self, seed: u32, first_run: u32, runs: u32) -> Vec<[f32; LANES]> {
        let (shape, gaussian) = (self.shape(), Gaussian::new());
        let mut states = vec![[0.0; LANES]; runs as usize * shape.rows()];
        for (run, state) in states.chunks_exact_mut(shape.rows()).enumerate() {
            let (panels, _) = state.as_flattened_mut().as_chunks_mut::<PANEL>();
            panels[0][..2].fill(1.0);
            let mut draws = Draws::new(seed, WEIGHTS, first_run.wrapping_add(run as u32), 0);
            let mut rest = &mut panels[1..];
            let width = shape.width as f32;
            let layers = [
                (shape.inputs, 1.0 / shape.positions as f32, usize::MAX),
                (shape.width, 2.0 / width, usize::MAX),
                (shape.width, 0.01 / width, CLASSES),
            ];
            for (count, (inputs, variance, columns)) in shape.layers().into_iter().zip(layers) {
                let (weights, others) = rest.split_at_mut(count);
                for (c, panel) in weights.chunks_exact_mut(inputs + 1).enumerate() {
                    for row in &mut panel[..inputs] {
                        for (i, weight) in row.iter_mut().enumerate() {
                            let z = gaussian.sample(draws.word());
                            *weight = if PANEL * c + i < columns { variance.sqrt() * z } else { 0.0 };
                        }
                    }
                }
                rest = others;
            }
        }
        states
    }
}

/// Number of pairs with natural divisors on which a network is tested.
pub const NATURAL: u32 = 10_000;
/// Number of pairs for each divisor from 1 to 100 on which a network is tested.
pub const EACH: u32 = 40;

/// Tests networks of equal settings. Item i is run number i. All networks are tested on the same pairs: [`NATURAL`] pairs
/// of uniform operands, and [`EACH`] pairs for each divisor from 1 to 100.
#[derive(Debug)]
pub struct Test;

/// The result of a [`Test`] of one network.
#[derive(Clone, Debug)]
pub struct Tested {
    /// Share of the natural pairs whose divisor the network chooses.
    pub accuracy: f64,
    /// Results for the divisors from 1 to 100.
    pub divisors: Vec<Divisor>,
}

/// The choices of a network for pairs with one greatest common divisor.
#[derive(Clone, Copy, Debug)]
pub struct Divisor {
    /// Share of the pairs whose divisor the network chooses.
    pub right: f64,
    /// The class that the network chooses most often, as a divisor. 101 stands for all larger ones. Of equally frequent
    /// ones it is the smallest.
    pub usual: u32,
    /// Share of the pairs for which the network chooses the usual class.
    pub agree: f64,
    /// Share of the natural pairs that have the divisor.
    pub natural: f64,
}

impl Test {
    /// Inputs of the job, for `states` with the first [`Setting::weight_rows`] rows of each run.
    pub fn inputs(setting: &Setting, seed: u32, states: &[[f32; LANES]]) -> Inputs {
        let sizes = [setting.base, setting.largest, setting.width, seed];
        Inputs::new(&[bytemuck::cast_slice(&sizes), bytemuck::cast_slice(states)])
    }

    /// Results of the networks, from what the job returns.
    pub fn results(found: &[f64]) -> Vec<Tested> {
        let divisor = |d: &[f64]| Divisor { right: d[0], usual: d[1] as u32, agree: d[2], natural: d[3] };
        let tested =
            |found: &[f64]| Tested { accuracy: found[0], divisors: found[1..].chunks(4).map(divisor).collect() };
        found.chunks(Self::WIDTH).map(tested).collect()
    }
}

/// How often each class occurs, and the class that occurs most often; of several, the first.
fn tally(choices: &[usize]) -> ([u32; CLASSES], usize) {
    let mut counts = [0; CLASSES];
    choices.iter().for_each(|choice| counts[*choice] += 1);
    (counts, (1..CLASSES).fold(0, |best, i| if counts[i] > counts[best] { i } else { best }))
}

impl Job for Test {
    const NAME: &'static str = "gcd-test";
    const WIDTH: usize = 1 + 4 * DIVISORS;

    fn items(inputs: &Inputs, items: Range<u32>, out: &mut Vec<f64>) {
        /// Number of pairs that are tested together.
        const PART: usize = 200;
        let &[base, largest, width, seed] = inputs.u32(0) else { return };
        let digits = digits(base, largest);
        let shape = Shape::of(base, digits, width, PART as u32);
        let rows = shape.weight_rows();
        let natural = |i: u32| {
            let [first, second, ..] = rng::philox([seed, TESTS.0], [i, 0, 0, 0]);
            [first, second].map(|word| 1 + rng::mulhi(word, largest))
        };
        let even = |i: u32| pair_with(1 + i / EACH, largest, |trial| rng::philox([seed, TESTS.0], [i, 1, trial, 0]));
        let pairs: Vec<[u32; 2]> = (0..NATURAL).map(natural).chain((0..EACH * DIVISORS as u32).map(even)).collect();
        let truth: Vec<usize> = pairs[..NATURAL as usize].iter().map(|[a, b]| class(gcd(*a, *b)) as usize).collect();
        let (frequencies, _) = tally(&truth);
        for run in items {
            let state = &inputs.f32(1)[run as usize * rows * LANES..][..rows * LANES];
            let (panels, _) = state.as_chunks::<PANEL>();
            let mut choices = Vec::with_capacity(pairs.len());
            let (mut gathered, mut own) = (vec![0; shape.positions * PART], vec![0.0; SCORES * PANEL]);
            for part in pairs.chunks(PART) {
                for (s, pair) in part.iter().enumerate() {
                    encode(base, digits, *pair, &mut gathered, s, PART);
                }
                let scores = Outputs::of::<false>(shape, &panels[1..1 + shape.weights()], &gathered).scores;
                for s in 0..part.len() {
                    for (own, panel) in own.chunks_exact_mut(PANEL).zip(scores.iter().skip(s).step_by(PART)) {
                        own.copy_from_slice(panel);
                    }
                    choices.push((1..CLASSES).fold(0, |best, i| if own[i] > own[best] { i } else { best }));
                }
            }
            let (natural, even) = choices.split_at(NATURAL as usize);
            let right = natural.iter().zip(&truth).filter(|(choice, class)| choice == class);
            out.push(right.count() as f64 / f64::from(NATURAL));
            for (divisor, choices) in even.chunks(EACH as usize).enumerate() {
                let (counts, usual) = tally(choices);
                let share = |class: usize| f64::from(counts[class]) / f64::from(EACH);
                let natural = f64::from(frequencies[divisor]) / f64::from(NATURAL);
                out.extend([share(divisor), usual as f64 + 1.0, share(usual), natural]);
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::exec::parity::agree;
    use crate::exec::{Exec, Lanes, Uniforms as _};
    use crate::math;
    use crate::theory::gcd::masses;

    fn setting() -> Setting {
        Setting::default()
    }

    /// A small network that reads few digits.
    fn small() -> Setting {
        Setting { base: 6, largest: 200, width: 16, batch: 64, ..setting() }
    }

    fn train(setting: &Setting, seed: u32, runs: u32, cuts: &[u32]) -> Vec<[f32; LANES]> {
        let exec = Exec::cpu();
        let mut lanes = Lanes::<Gcd>::new(&setting.start(seed, 0, runs), setting.rows(), setting.inputs());
        for cut in cuts.windows(2) {
            pollster::block_on(exec.advance(&mut lanes, &setting.uniforms(seed, 0), cut[0]..cut[1])).expect("runs");
        }
        pollster::block_on(exec.read(&mut lanes)).expect("reads").to_vec()
    }

    /// Divisors that a network chooses for at least half of their pairs.
    fn known(tested: &Tested) -> Vec<u32> {
        (1..=100).filter(|g| tested.divisors[*g as usize - 1].right >= 0.5).collect()
    }

    fn test(setting: &Setting, states: &[[f32; LANES]]) -> Vec<Tested> {
        let firsts: Vec<_> =
            states.chunks(setting.rows()).flat_map(|run| &run[..setting.weight_rows()]).copied().collect();
        let runs = (states.len() / setting.rows()) as u32;
        Test::results(
            &pollster::block_on(Exec::cpu().map::<Test>(&Test::inputs(setting, 1, &firsts), 0..runs)).expect("tests"),
        )
    }

    /// Mean cross-entropy of a network in f64, with dense one-hot inputs and matrices of the usual form.
    fn loss(shape: Shape, weights: &[Panel], rows: &[u32], labels: &[u32]) -> f64 {
        let dense = |x: &[f64], w: &[Panel], outputs: usize| -> Vec<f64> {
            let entry = |i: usize, j: usize| f64::from(w[j / PANEL * (x.len() + 1) + i][j % PANEL]);
            (0..outputs).map(|j| entry(x.len(), j) + (0..x.len()).map(|i| x[i] * entry(i, j)).sum::<f64>()).collect()
        };
        let relu = |x: Vec<f64>| -> Vec<f64> { x.into_iter().map(|x| x.max(0.0)).collect() };
        let [one, two, three] = split(weights, shape.layers());
        let sample = |s: usize| {
            let mut x = vec![0.0; shape.inputs];
            rows.iter().skip(s).step_by(labels.len()).for_each(|row| x[*row as usize] = 1.0);
            let h = relu(dense(&relu(dense(&x, one, shape.width)), two, shape.width));
            let scores = dense(&h, three, CLASSES);
            math::ln(scores.iter().map(|z| math::exp(*z)).sum()) - scores[labels[s] as usize]
        };
        (0..labels.len()).map(sample).sum::<f64>() / labels.len() as f64
    }

    #[test]
    fn gradients_are_those_of_the_loss() {
        for (base, digits, width) in [(2, 2, 16), (5, 1, 32)] {
            let shape = Shape::of(base, digits, width, 4);
            let setting = Setting { base, largest: base.pow(digits) - 1, width, batch: 4, ..setting() };
            let state = setting.start(3, 0, 1);
            let weights: Vec<Panel> = state.as_flattened().as_chunks::<PANEL>().0[1..][..shape.weights()].to_vec();
            let (mut rows, labels) = (vec![0; shape.positions * 4], [0, 1, 5, 100]);
            for (s, pair) in [[1, 3], [2, 2], [3, 1], [4 % base, 2]].into_iter().enumerate() {
                encode(base, digits, pair, &mut rows, s, 4);
            }
            let found = gradients::<false>(shape, &weights, &rows, &labels).expect("sound");
            layers::check_gradients(&weights, &found, 1, 1e-5, |weights| loss(shape, weights, &rows, &labels));
        }
    }

    #[test]
    fn pairs_follow_their_laws() {
        const PAIRS: u32 = 40_000;
        let laws = masses(809_999);
        let frequencies = |setting: &Setting| {
            let u = setting.uniforms(7, 0);
            let table = setting.cells();
            let operands = Operands { largest: u.largest, table: setting.logarithmic.then_some(&table[..]) };
            let mut counts = [0.0; CLASSES];
            for i in 0..PAIRS {
                let ([a, b], divisor) = draw(&u, &operands, 3, i / 256, i % 256);
                assert!((1..=setting.largest).contains(&a) && (1..=setting.largest).contains(&b), "{a} and {b}");
                assert_eq!((a % divisor, b % divisor, gcd(a / divisor, b / divisor)), (0, 0, 1), "{a} and {b}");
                counts[class(divisor) as usize] += 1.0 / f64::from(PAIRS);
            }
            counts
        };
        let check = |what: &str, found: &[f64], law: &dyn Fn(usize) -> f64| {
            for (i, found) in found.iter().enumerate() {
                let p = law(i);
                let within = 4.5 * (p * (1.0 - p) / f64::from(PAIRS)).sqrt() + 1e-5;
                assert!((found - p).abs() < within, "{what}, class {i}: {found}, not {p}");
            }
        };
        let natural = frequencies(&setting());
        check("natural", &natural, &|i| laws[i]);
        let head: f64 = laws[..5].iter().sum();
        let cut = |i: usize| if i < 5 { laws[i] / head } else { 0.0 };
        check("synthetic", &frequencies(&Setting { limit: 5, real: 0.0, ..setting() }), &cut);
        let mixed = frequencies(&Setting { limit: 5, real: 0.3, ..setting() });
        check("a mixture", &mixed, &|i| 0.3 * laws[i] + 0.7 * cut(i));
        let even = frequencies(&Setting { even: 0.5, ..setting() });
        check("even", &even, &|i| 0.5 * laws[i] + if i < DIVISORS { 0.005 } else { 0.0 });
        // Both operands are multiples of g with the probability P(g)^2, where P(g) is the sum of 1/n over multiples of g.
        let largest = 20_000;
        let logarithmic = frequencies(&Setting { logarithmic: true, largest, ..setting() });
        let harmonic = |n: usize| (1..=n).map(|i| 1.0 / i as f64).sum::<f64>();
        let all = harmonic(largest as usize);
        let mut law = vec![0.0; largest as usize + 1];
        for g in (1..law.len()).rev() {
            let multiples = harmonic(largest as usize / g) / (g as f64 * all);
            law[g] = multiples * multiples - (2 * g..law.len()).step_by(g).map(|multiple| law[multiple]).sum::<f64>();
        }
        check("logarithmic", &logarithmic[..DIVISORS], &|i| law[i + 1]);
    }

    #[test]
    fn rows_of_the_first_layer_are_digits() {
        let mut rows = vec![0; 8 * 3];
        for (s, pair) in [[809_999, 0], [1, 900], [30, 59]].into_iter().enumerate() {
            encode(30, 4, pair, &mut rows, s, 3);
        }
        let digits = |s: usize| -> Vec<u32> { (0..8).map(|p| rows[p * 3 + s] - 30 * p as u32).collect() };
        assert_eq!(digits(0), [29, 29, 29, 29, 0, 0, 0, 0]);
        assert_eq!(digits(1), [0, 0, 0, 1, 0, 1, 0, 0]);
        assert_eq!(digits(2), [0, 0, 1, 0, 0, 0, 1, 29]);
    }

    #[test]
    fn the_usual_choice_is_the_first_of_the_most_frequent() {
        let (counts, usual) = tally(&[100, 7, 3, 7, 100, 0]);
        assert_eq!(([0, 3, 7, 100].map(|class| counts[class]), usual), ([1, 1, 2, 2], 7));
    }

    #[test]
    fn initial_weights_have_their_variances_and_depend_on_the_run_alone() {
        let setting = setting();
        let both = setting.start(5, 7, 2);
        assert_eq!(both[setting.rows()..], setting.start(5, 8, 1), "the second run");
        let panels = both.as_flattened().as_chunks::<PANEL>().0;
        let [one, two, three] = split(&panels[1..][..setting.shape().weights()], setting.shape().layers());
        for (weights, inputs, columns, variance) in
            [(one, 240, 32, 1.0 / 8.0), (two, 32, 32, 2.0 / 32.0), (three, 32, CLASSES, 0.01 / 32.0)]
        {
            let at = |i: usize, j: usize| f64::from(weights[j / PANEL * (inputs + 1) + i][j % PANEL]);
            let n = (inputs * columns) as f64;
            let found = (0..inputs * columns).map(|k| at(k / columns, k % columns)).map(|w| w * w).sum::<f64>() / n;
            assert!((found / variance - 1.0).abs() < 4.0 * (2.0 / n).sqrt(), "{found}, not {variance}");
            assert!((0..columns).all(|j| at(inputs, j) == 0.0), "biases");
            let beyond = (columns..weights.len() / (inputs + 1) * PANEL).all(|j| (0..inputs).all(|i| at(i, j) == 0.0));
            assert!(beyond, "columns after the classes");
        }
    }

    #[test]
    fn windows_compose_and_every_step_matters() {
        let setting = small();
        let whole = train(&setting, 7, 2, &[0, 9]);
        assert_eq!(whole, train(&setting, 7, 2, &[0, 1, 5, 9]), "windows compose");
        assert_ne!(whole, train(&setting, 7, 2, &[0, 8]), "the last step matters");
        assert_ne!(whole[..setting.rows()], whole[setting.rows()..], "runs differ");
    }

    #[test]
    fn a_network_that_diverges_is_frozen_before_its_numbers_break() {
        // With the lower rate, all units of a layer die before scores become too large.
        for rate in [10.0, 1e4] {
            let setting = Setting { rate, ..small() };
            let state = train(&setting, 7, 2, &[0, 400]);
            for run in state.chunks(setting.rows()) {
                assert_eq!(run[0][STATUS], 1.0, "diverged at the rate {rate}");
                assert!(run.as_flattened().iter().all(|x| x.is_finite()), "no infinities");
            }
            assert_eq!(state, train(&setting, 7, 2, &[0, 400, 420]), "frozen");
        }
        let sound = train(&small(), 7, 2, &[0, 400]);
        assert!(sound.chunks(small().rows()).all(|run| run[0][STATUS] == 0.0), "not diverged");
    }

    /// With base 30, a network first knows the divisors of 30, then stays there, then learns 4 (facts of the issue: 8
    /// divisors after 1e5 samples, the same 12 after 8e5, and times move by a factor of 2).
    #[test]
    fn networks_learn_the_divisors_of_the_base_first() {
        let setting = setting();
        let state = train(&setting, 1, 2, &[0, 800]);
        for tested in test(&setting, &state) {
            let learned = [1, 2, 3, 5, 6, 10, 15, 30].iter().filter(|g| known(&tested).contains(g)).count();
            assert!(learned >= 7, "after 204800 samples: {:?}", known(&tested));
            assert!((tested.accuracy - 0.88).abs() < 0.01, "{}", tested.accuracy);
            // The accuracy is the share of the test pairs whose divisor is known, free of the chance of these pairs. Divisors
            // that are known partly, and those above 100, allow for a difference.
            let (mut share, mut within) = (0.0, 1.0);
            for Divisor { right, natural, .. } in &tested.divisors {
                share += natural * right.round();
                within -= natural - natural * (right - right.round()).abs();
            }
            assert!((tested.accuracy - share).abs() < within, "{}, not {share} within {within}", tested.accuracy);
            assert!(within < 0.015, "{within}");
            for (divisor, p) in tested.divisors.iter().zip(masses(setting.largest)) {
                let within = 4.5 * (p * (1.0 - p) / f64::from(NATURAL)).sqrt() + 1e-4;
                assert!((divisor.natural - p).abs() < within, "{}, not {p}", divisor.natural);
            }
            // Pairs of a divisor that is not known get the largest known divisor of it.
            assert_eq!([7, 49].map(|g: usize| tested.divisors[g - 1].usual), [1, 1]);
            assert!(tested.divisors[6].agree > 0.9, "{}", tested.divisors[6].agree);
        }
    }

    #[test]
    fn fused_products_move_weights_less_than_parity_allows() {
        let Parity::Close { abs, .. } = Gcd::HARDWARE else { panic!("is close") };
        let mut most = 0.0_f32;
        for case in Gcd::cases() {
            let run = |fused: bool| {
                let mut host = case.host.clone();
                let uniforms = case.uniforms.window(case.cuts[0]..case.cuts[case.cuts.len() - 1]);
                for (group, state) in (0..).zip(host.chunks_mut(case.rows)) {
                    let table = case.inputs.u32(0);
                    if fused {
                        Gcd::run::<true>(&uniforms, table, group, state);
                    } else {
                        Gcd::run::<false>(&uniforms, table, group, state);
                    }
                }
                host
            };
            let (fused, plain) = (run(true), run(false));
            for (x, y) in fused.as_flattened().iter().zip(plain.as_flattened()) {
                most = most.max((x - y).abs() / (1.0 + y.abs()));
            }
            agree::<Gcd>(&fused, &plain, Gcd::HARDWARE).expect(case.name);
        }
        assert!(most > abs / 100.0, "the tolerance is far from what it covers: {most:e}");
    }

    #[test]
    fn a_software_adapter_does_twenty_steps_of_the_default() {
        assert!(Gcd::software_steps(&setting().uniforms(1, 0)) >= 20);
        let largest = Setting { base: 1000, largest: 1_000_000, width: 128, batch: 512, even: 0.5, ..setting() };
        assert!(turns(&largest.uniforms(1, 0)) <= 65_535);
    }
}

//! Kernel of SGD that runs many epochs over the samples of a linear regression. Each lane of a workgroup is one
//! learning rate.
//!
//! A sample is features x and a label `y = <w*, x> + noise`, where w* are the true weights. The kernel stores the error
//! `v = w - w*` of the weights w. The residual is `<v, x> - noise`, so w* matters only for the initial error `v = -w*`.
//! The excess risk is exactly `1/2 sum_i l_i v_i^2`, with `l_i = E x_i^2`.
//!
//! The lanes of a group share its samples and their order, so learning rates are compared on the same random samples,
//! and each row of features is read once for all lanes. A run may have several groups, each with its own learning
//! rates, schedule and number of steps. Sample number n of a run is the same in all of its groups. A step takes one
//! sample. Up to [`LANES`] steps are prepared together, one by each lane.

use crate::error::Result;
#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Exec, Inputs, Kernel, Lanes, Parity};
use crate::math;
use crate::rng::{self, Alias, Gaussian, Stream, gaussian, gaussian_entry};

#[cfg(not(target_arch = "wasm32"))]
mod cases;

/// Random stream from which the samples are drawn.
const EPOCHS: Stream = Stream(12);
/// Random stream from which the order of the samples is drawn.
const EPOCHS_ORDER: Stream = Stream(13);

/// Number of learning rates that a group tries together.
pub const LANES: usize = 16;

/// Largest number of features of the dense model. A workgroup must be able to store one sample per lane.
pub const DIM_MAX: u32 = 128;

/// Largest number of coordinates of the one-hot model. Its alias table must have the packed form, with one word per
/// column.
pub const COORDINATES_MAX: u32 = 1024;

/// Largest number of parts of a schedule. Each part has one multiplier of the learning rate, and all parts have equally
/// many steps. If a run has no more steps than this number, each part is one step.
pub const PARTS: u32 = 1024;

/// Largest size in bytes of one buffer. Every device can bind a buffer of this size.
pub const BYTES_MAX: u64 = 128 << 20;

/// Limit of the absolute value of a residual. A lane that exceeds this limit has diverged and is frozen.
const BOUND: f32 = 1e6;

/// A residual whose absolute value is smaller than this does not change the weights, because it could lead to subnormal
/// numbers, on which devices differ.
const TINY: f32 = 1e-15;

/// Smallest excess risk that the kernel computes correctly, for true weights of about 1. At a lower risk, single
/// precision stops the weights from changing.
///
/// The state is `v = w - w*`, the error of the weights. Single precision rounds it relative to its own size, so a small
/// risk keeps its digits until residuals reach `TINY`. At risk R, residuals are about `sqrt(2 R)`: at R = 1e-24 that is
/// 1.4e-12, and one Gaussian residual in 1800 is below `TINY` (`TINY sqrt(2/pi) / 1.4e-12`). So the logarithm of a risk
/// below 1e-24 may be wrong by more than a thousandth, and at 1e-30 the risk stops falling. In the one-hot model, the
/// weights stop changing one after the other, and those that have stopped add `TINY^2 / 2 = 5e-31` together to the
/// risk.
pub const FLOOR: f64 = 1e-24;

/// Dense model: the features are independent Gaussians, feature i with variance `l_i`.
const DENSE: u32 = 0;
/// One-hot model: with probability `p_i` the features are `x = sqrt(L_i) e_i`, where `e_i` is unit vector i and `L_i` a
/// scale.
const ONE_HOT: u32 = 1;

const FRESH: u32 = 0;
const ONCE: u32 = 1;
const RESHUFFLE: u32 = 2;
const REPLACE: u32 = 3;

/// Rule for which sample a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Order {
    /// Every step takes a new sample: one pass over unlimited data.
    Fresh = FRESH,
    /// Every epoch visits the samples in the order in which they were drawn.
    Once = ONCE,
    /// Every epoch visits the samples in a new random order.
    Reshuffle = RESHUFFLE,
    /// Every step draws one of the samples with replacement.
    Replace = REPLACE,
}

/// How the learning rate changes during a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// The learning rate stays constant.
    Constant,
    /// Cosine decay: after t of T steps the multiplier is `(1 + cos(pi t/T)) / 2`.
    Cosine,
    /// The learning rate stays constant for 80% of the steps, and then falls linearly to 0.
    Wsd,
}

impl Schedule {
    /// Multiplier of the learning rate when the fraction `share` of the steps is done.
    pub fn multiplier(self, share: f64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Cosine => 0.5 * (1.0 + math::cos(std::f64::consts::PI * share)),
            Self::Wsd => (5.0 * (1.0 - share)).min(1.0),
        }
    }

    /// Multiplier of the learning rate in each part of this schedule over `steps` steps. It is the value at the middle
    /// of the part.
    #[expect(clippy::cast_possible_truncation, reason = "factors as f32")]
    fn parts(self, steps: u32) -> impl Iterator<Item = f32> {
        let share = f64::from(part(steps)) / f64::from(steps.max(1));
        (0..PARTS).map(move |i| self.multiplier(((f64::from(i) + 0.5) * share).min(1.0)) as f32)
    }

    /// Multiplier of the learning rate in each of `steps` steps. It is constant within each part of the schedule.
    pub fn multipliers(self, steps: u32) -> impl Iterator<Item = f64> {
        self.parts(steps).flat_map(move |x| (0..part(steps)).map(move |_| f64::from(x))).take(steps as usize)
    }
}

/// Learning rates that are tried together, with one schedule.
#[derive(Clone, Debug)]
pub struct Trial {
    /// At most [`LANES`] learning rates, one for each lane. A lane without a rate stays at the initial weights.
    pub rates: Vec<f64>,
    /// How the learning rates change during the steps.
    pub schedule: Schedule,
    /// Number of steps of this trial. After the last of them its weights stay as they are.
    pub steps: u32,
}

/// How features are distributed.
#[derive(Clone, Copy, Debug)]
pub enum Features<'a> {
    /// Independent Gaussians with these variances, at most [`DIM_MAX`] of them.
    Dense(&'a [f64]),
    /// One-hot features: `sqrt(L_i)` times unit vector i with probability `p_i`, given as `(p, L)`; at most
    /// [`COORDINATES_MAX`] coordinates.
    OneHot(&'a [f64], &'a [f64]),
}

impl Features<'_> {
    fn dim(self) -> usize {
        match self {
            Self::Dense(spectrum) => spectrum.len(),
            Self::OneHot(p, _) => p.len(),
        }
    }

    /// Number of words in which a sample is stored: one for the noise, and one for each feature (dense) or one for the
    /// index of the non-zero feature (one-hot).
    const fn width(self) -> usize {
        match self {
            Self::Dense(spectrum) => spectrum.len() + 1,
            Self::OneHot(..) => 2,
        }
    }

    /// Second moment of each feature, `E x_i^2`.
    pub fn spectrum(self) -> Vec<f64> {
        match self {
            Self::Dense(spectrum) => spectrum.to_vec(),
            Self::OneHot(p, scales) => p.iter().zip(scales).map(|(p, scale)| p * scale).collect(),
        }
    }
}

/// What a sweep simulates: every run goes through every trial.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Seed of all draws.
    pub seed: u32,
    /// Index of the first run.
    pub first_run: u32,
    /// Number of runs. Each run has its own samples, in its own order.
    pub runs: u32,
    /// Distribution of the features.
    pub features: Features<'a>,
    /// Standard deviation of the noise.
    pub noise: f64,
    /// True weights w*. Learning starts from weights 0.
    pub teacher: &'a [f64],
    /// Rule for which sample a step takes.
    pub order: Order,
    /// Number of samples per epoch. It is not used if every step takes a new sample.
    pub samples: u32,
    /// Trials that each run goes through.
    pub trials: &'a [Trial],
}

impl Plan<'_> {
    /// Size in bytes of the largest buffer. A plan whose largest buffer exceeds [`BYTES_MAX`] cannot run.
    pub fn bytes(&self) -> u64 {
        let [runs, samples, width] = [u64::from(self.runs), u64::from(self.samples), self.features.width() as u64];
        let stored = if self.order == Order::Fresh { 0 } else { 4 * runs * samples * width };
        let group = (rows(self.features.dim(), self.order, self.samples) * size_of::<[f32; LANES]>()) as u64;
        stored.max(self.trials.len() as u64 * runs * group)
    }

    /// Largest number of samples per epoch for which no buffer of this plan exceeds [`BYTES_MAX`]. It is 0 if there is
    /// no such number.
    pub fn most_samples(&self) -> u32 {
        let fits = |samples: &u32| Plan { samples: *samples, ..*self }.bytes() <= BYTES_MAX;
        // Bisection up to 2^24, the range in which f32 holds every whole number.
        let (mut least, mut most) = (0u32, 1 << 24);
        while least < most {
            let middle = (least + most).div_ceil(2);
            if fits(&middle) { least = middle } else { most = middle - 1 }
        }
        least
    }

    /// Inputs of the kernel, in this order: the table of Gaussian quantiles; the alias table of the one-hot model; the
    /// factors of the features and of the noise; the samples; the number of steps of each trial; and for each trial its
    /// learning rates and the multipliers of its parts.
    #[expect(clippy::cast_possible_truncation, reason = "factors and rates as f32")]
    fn inputs(&self, u: &Uniforms) -> Inputs {
        let table = Gaussian::new().table;
        let aliases = match self.features {
            Features::Dense(_) => vec![0],
            Features::OneHot(p, _) => Alias::new(p).words,
        };
        let (Features::Dense(squares) | Features::OneHot(_, squares)) = self.features;
        let factors: Vec<f32> =
            squares.iter().map(|square| square.sqrt()).chain([self.noise]).map(|factor| factor as f32).collect();
        let horizons: Vec<u32> = self.trials.iter().map(|trial| trial.steps).collect();
        let mut rates = Vec::with_capacity(self.trials.len() * (LANES + PARTS as usize));
        for trial in self.trials {
            assert!(trial.rates.len() <= LANES, "at most {LANES} rates a trial");
            let lanes = trial.rates.iter().map(|&rate| rate as f32).chain(std::iter::repeat(0.0));
            rates.extend(lanes.take(LANES));
            rates.extend(trial.schedule.parts(trial.steps));
        }
        let mut samples = vec![0.0];
        if self.order != Order::Fresh {
            let draw = Draw { u, table: &table, aliases: &aliases, factors: &factors };
            samples.resize(self.runs as usize * self.samples as usize * self.features.width(), 0.0);
            for (run, samples) in (0..).zip(samples.chunks_mut(self.samples as usize * self.features.width())) {
                for (first, some) in (0..).step_by(LANES).zip(samples.chunks_mut(LANES * self.features.width())) {
                    if u.model == DENSE {
                        draw.draw_samples::<DENSE>(run, first, some);
                    } else {
                        draw.draw_samples::<ONE_HOT>(run, first, some);
                    }
                }
            }
        }
        Inputs::new(&[
            bytemuck::cast_slice(&table),
            bytemuck::cast_slice(&aliases),
            bytemuck::cast_slice(&factors),
            bytemuck::cast_slice(&samples),
            bytemuck::cast_slice(&horizons),
            bytemuck::cast_slice(&rates),
        ])
    }

    /// Inputs, initial state and uniforms of the kernel.
    #[expect(clippy::cast_possible_truncation, reason = "bounded by memory; the start as f32")]
    pub fn parts(&self) -> (Inputs, Vec<[f32; LANES]>, Uniforms) {
        let dim = self.features.dim();
        assert!(self.runs > 0 && self.teacher.len() == dim && dim > 0, "a teacher of {dim} weights");
        let (model, most) = match self.features {
            Features::Dense(_) => (DENSE, DIM_MAX),
            Features::OneHot(..) => (ONE_HOT, COORDINATES_MAX),
        };
        assert!(dim <= most as usize && self.bytes() <= BYTES_MAX, "more than a device can hold");
        assert!(self.order == Order::Fresh || self.samples > 0, "an epoch of samples");
        let uniforms = Uniforms {
            seed: self.seed,
            first_run: self.first_run,
            runs: self.runs,
            trials: self.trials.len() as u32,
            model,
            order: self.order as u32,
            samples: self.samples,
            dim: dim as u32,
            width: self.features.width() as u32,
            bits: dim.next_power_of_two().trailing_zeros(),
            first: 0,
            steps: 0,
        };
        let rows = rows(dim, self.order, self.samples);
        let mut group = vec![[0.0; LANES]; rows];
        for (row, w) in group[WEIGHTS..].iter_mut().zip(self.teacher) {
            *row = [-*w as f32; LANES];
        }
        let order: &mut [f32] = bytemuck::cast_slice_mut(&mut group[WEIGHTS + dim..]);
        order.iter_mut().zip(0u32..).for_each(|(place, i)| *place = i as f32);
        let host = group.repeat(self.trials.len() * self.runs as usize);
        (self.inputs(&uniforms), host, uniforms)
    }
}

/// Index of the row that is 1 if the lane has diverged, and else 0. A diverged lane is frozen.
pub const DIVERGED: usize = 0;
/// Index of the first row of the errors of the weights, `v = w - w*`, with one row per weight.
pub const WEIGHTS: usize = 1;

/// Number of rows of a group's state.
pub const fn rows(dim: usize, order: Order, samples: u32) -> usize {
    WEIGHTS + dim + if matches!(order, Order::Reshuffle) { (samples as usize).div_ceil(LANES) } else { 0 }
}

/// Number of steps in each part of a schedule that has `steps` steps in all.
const fn part(steps: u32) -> u32 {
    steps.div_ceil(PARTS)
}

crate::uniforms! {
    /// Uniforms of the kernel, at binding 0. One step takes one sample.
    pub struct Uniforms {
        /// Seed of all draws.
        seed: u32,
        /// Index of the run in the first group of each trial.
        first_run: u32,
        /// Number of runs of each trial.
        runs: u32,
        /// Number of trials.
        trials: u32,
        /// Distribution of the features: 0 for dense, 1 for one-hot.
        model: u32,
        /// Order of the samples, a value of [`Order`].
        order: u32,
        /// Number of samples in an epoch.
        samples: u32,
        /// Number d of weights.
        dim: u32,
        /// Number of words in which a sample is stored.
        width: u32,
        /// Binary logarithm of the number of columns of the alias table.
        bits: u32,
    }
}

/// Kernel of SGD over repeated samples. The state begins with the row [`DIVERGED`] and the rows of the weights, from
/// row [`WEIGHTS`] on. If each epoch has a new order, more rows follow with the numbers of the samples in the current
/// order. These numbers fill the lanes of one row after the other. [`Plan::parts`] makes the inputs.
#[derive(Debug)]
pub struct Epochs;

/// The tables and constants that are needed to draw samples.
#[derive(Clone, Copy)]
struct Draw<'a> {
    u: &'a Uniforms,
    table: &'a [[i32; 2]],
    aliases: &'a [u32],
    factors: &'a [f32],
}

impl Draw<'_> {
    fn normal(self, word: u32) -> f32 {
        gaussian(word, self.table[gaussian_entry(word) as usize])
    }

    /// Draws consecutive samples of a run, from sample number `first` on, and writes them to `out`. There are as many
    /// as `out` has room for, but at most [`LANES`].
    #[inline(never)]
    fn draw_samples<const MODEL: u32>(self, run: u32, first: u32, out: &mut [f32]) {
        let (width, run) = (self.u.width as usize, self.u.first_run.wrapping_add(run));
        let steps: [u32; LANES] = std::array::from_fn(|l| first + l as u32);
        let draw = |block| rng::philox_lanes([self.u.seed, EPOCHS.0], [run; LANES], steps, block);
        if MODEL == ONE_HOT {
            let [place, noise, ..] = draw(0);
            for (l, sample) in out.chunks_exact_mut(width).enumerate() {
                sample[0] = Alias::pick_packed(self.aliases, self.u.bits, place[l]) as f32;
                sample[1] = self.normal(noise[l]) * self.factors[self.u.dim as usize];
            }
            return;
        }
        for (block, factors) in (0..).zip(self.factors.chunks(4)) {
            let words = draw(block);
            for (l, sample) in out.chunks_exact_mut(width).enumerate() {
                let sample = &mut sample[4 * block as usize..];
                for (i, factor) in factors.iter().enumerate() {
                    sample[i] = self.normal(words[i][l]) * factor;
                }
            }
        }
    }
}

/// Scalar product of the vectors v and y in every lane. This function, [`shift`] and [`shift_product`] are not inlined,
/// because the compiler does not vectorise inlined code over the lanes.
#[inline(never)]
fn product(v: &[[f32; LANES]], y: &[f32]) -> [f32; LANES] {
    let mut sum = [0.0; LANES];
    for (v, y) in v.iter().zip(y) {
        for l in 0..LANES {
            sum[l] += v[l] * y;
        }
    }
    sum
}

/// Adds `-g x` to the vector v in every lane, where g is the lane's factor.
#[inline(never)]
fn shift(v: &mut [[f32; LANES]], g: &[f32; LANES], x: &[f32]) {
    for (v, x) in v.iter_mut().zip(x) {
        for l in 0..LANES {
            v[l] -= g[l] * x;
        }
    }
}

/// Does what [`shift`] does to v, and returns the [`product`] of the new v with y. It reads v only once.
#[inline(never)]
fn shift_product(v: &mut [[f32; LANES]], g: &[f32; LANES], x: &[f32], y: &[f32]) -> [f32; LANES] {
    let mut sum = [0.0; LANES];
    for ((v, x), y) in v.iter_mut().zip(x).zip(y) {
        for l in 0..LANES {
            v[l] -= g[l] * x;
            sum[l] += v[l] * y;
        }
    }
    sum
}

/// Factor g of each lane: learning rate times multiplier times residual. The step then adds `-g x` to the errors of the
/// lane's weights, where x are the features. The function also freezes every lane whose residual is out of bounds.
#[inline(always)]
fn pull(
    sum: &[f32; LANES],
    noise: f32,
    multiplier: f32,
    rate: &mut [f32; LANES],
    frozen: &mut [f32; LANES],
) -> [f32; LANES] {
    let mut g = [0.0; LANES];
    for l in 0..LANES {
        let residual = sum[l] - noise;
        let bounded = residual.abs() <= BOUND;
        frozen[l] = if bounded { frozen[l] } else { 1.0 };
        rate[l] = if bounded { rate[l] } else { 0.0 };
        g[l] = if residual.abs() < TINY { 0.0 } else { rate[l] * multiplier * residual };
    }
    g
}

/// Random words for the order of the samples, one for each of [`LANES`] steps from step number `first` on. The
/// generator makes four words at a time.
#[inline(never)]
fn order_words(u: &Uniforms, run: u32, first: u32) -> [u32; LANES] {
    let runs = [u.first_run.wrapping_add(run); LANES];
    let blocks = std::array::from_fn(|l| (first + l as u32) / 4);
    let words = rng::philox_lanes([u.seed, EPOCHS_ORDER.0], runs, blocks, 0);
    std::array::from_fn(|l| words[(first as usize + l) % 4][l])
}

/// Advances a group through the range of steps in the kernel's uniforms.
fn run<const MODEL: u32>(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
    let (trial, run) = ((group / u.runs) as usize, group % u.runs);
    let draw = Draw { u, table: bytemuck::cast_slice(inputs.u32(0)), aliases: inputs.u32(1), factors: inputs.f32(2) };
    let width = u.width as usize;
    let stored = if u.order == FRESH { &[] } else { &inputs.f32(3)[(run * u.samples) as usize * width..] };
    let horizon = inputs.u32(4)[trial];
    let (rates, multipliers) = inputs.f32(5)[trial * (LANES + PARTS as usize)..].split_at(LANES);
    let (diverged, rest) = state.split_at_mut(WEIGHTS);
    let (v, order) = rest.split_at_mut(u.dim as usize);
    let order: &mut [f32] = bytemuck::cast_slice_mut(order);

    let mut frozen = diverged[DIVERGED];
    let mut rate: [f32; LANES] = std::array::from_fn(|l| if frozen[l] == 0.0 { rates[l] } else { 0.0 });
    let mut tile = vec![0.0; LANES * width];
    let (mut first, end) = (u.first, (u.first + u.steps).min(horizon));
    while first < end {
        let count = (end - first).min(LANES as u32) as usize;
        let mut samples: [&[f32]; LANES] = [&[]; LANES];
        if u.order == FRESH {
            draw.draw_samples::<MODEL>(run, first, &mut tile[..count * width]);
            samples.iter_mut().zip(tile.chunks_exact(width)).for_each(|(x, sample)| *x = sample);
        } else {
            let words = if u.order == ONCE { [0; LANES] } else { order_words(u, run, first) };
            for ((step, word), x) in (first..end).zip(words).zip(&mut samples) {
                let mut place = step % u.samples;
                if u.order == RESHUFFLE {
                    // Fisher-Yates: whatever the order was before, every order is now equally likely.
                    order.swap(place as usize, (place + rng::mulhi(word, u.samples - place)) as usize);
                    place = order[place as usize] as u32;
                } else if u.order == REPLACE {
                    place = rng::mulhi(word, u.samples);
                }
                *x = &stored[place as usize * width..][..width];
            }
        }
        let mut sum = if MODEL == DENSE { product(v, &samples[0][..width - 1]) } else { [0.0; LANES] };
        for i in 0..count {
            let (x, noise) = samples[i].split_at(width - 1);
            let at = if MODEL == ONE_HOT { x[0] as usize } else { 0 };
            if MODEL == ONE_HOT {
                for l in 0..LANES {
                    sum[l] = v[at][l] * draw.factors[at];
                }
            }
            let multiplier = multipliers[((first + i as u32) / part(horizon)) as usize];
            let g = pull(&sum, noise[0], multiplier, &mut rate, &mut frozen);
            if MODEL == ONE_HOT {
                for l in 0..LANES {
                    v[at][l] -= g[l] * draw.factors[at];
                }
            } else if i + 1 < count {
                sum = shift_product(v, &g, x, samples[i + 1]);
            } else {
                shift(v, &g, x);
            }
        }
        first += count as u32;
    }
    diverged[DIVERGED] = frozen;
}

impl Kernel for Epochs {
    const NAME: &'static str = "multi_epoch";
    const WGSL: Option<&'static str> = Some(concat!(include_str!("multi_epoch.wgsl"), include_str!("../rng.wgsl")));
    const HARDWARE: Parity = Parity::Close {
        rel: 1e-5,
        abs: 1e-5,
        reason: "WGSL may fuse a * b + c; between no and all fused, 1e5 steps below the stability edge move v by 3e-6",
    };
    const INPUTS: usize = 6;
    type Uniforms = Uniforms;
    type Row = [f32; LANES];

    fn software_steps(u: &Uniforms) -> u32 {
        let lanes = LANES as u32;
        let prepare = match u.order {
            FRESH => u.width + 10 * (u.width / 4 + 1),
            _ => 10 + lanes + lanes * (1 + u.width.div_ceil(lanes)),
        };
        let learn = if u.model == DENSE { u.dim + lanes * (1 + u.dim) } else { lanes };
        lanes * (65_000 / (1 + prepare + learn))
    }

    fn weight(u: &Uniforms) -> u32 {
        match (u.model, u.order) {
            (ONE_HOT, _) => 1,
            (_, FRESH) => 2 + u.dim,
            _ => 1 + u.dim / 8,
        }
    }

    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
        if u.model == DENSE { run::<DENSE>(u, inputs, group, state) } else { run::<ONE_HOT>(u, inputs, group, state) }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }
}

/// A plan and the state of its simulation.
pub struct Sweep {
    lanes: Lanes<Epochs>,
    uniforms: Uniforms,
    spectrum: Vec<f64>,
    step: u32,
}

impl Sweep {
    /// Prepares the simulation of a plan, without a step.
    pub fn new(plan: &Plan<'_>) -> Self {
        let (inputs, host, uniforms) = plan.parts();
        let lanes = Lanes::new(&host, rows(plan.features.dim(), plan.order, plan.samples), inputs);
        Self { lanes, uniforms, spectrum: plan.features.spectrum(), step: 0 }
    }

    /// Number of steps done so far.
    pub const fn step(&self) -> u32 {
        self.step
    }

    /// Advances until `to` steps have been done since the start. A trial that has fewer steps stays as it was after its
    /// last step.
    ///
    /// # Errors
    /// Fails as [`Exec::advance`] does.
    pub async fn advance(&mut self, exec: &Exec, to: u32) -> Result<()> {
        exec.advance(&mut self.lanes, &self.uniforms, self.step..to.max(self.step)).await?;
        self.step = to.max(self.step);
        Ok(())
    }

    /// Excess risks `1/2 sum_i l_i v_i^2` after the steps done so far, where `l_i` is the second moment of feature i
    /// and `v_i` the error of its weight. Entry `[trial * runs + run][rate]` is NaN if that lane has diverged.
    ///
    /// # Errors
    /// Fails as [`Exec::read_first`] does.
    pub async fn risks(&mut self, exec: &Exec) -> Result<Vec<[f64; LANES]>> {
        let rows = exec.read_first(&mut self.lanes, WEIGHTS + self.spectrum.len()).await?;
        let risk = |group: &[[f32; LANES]]| {
            std::array::from_fn(|l| {
                let squares = group[WEIGHTS..].iter().zip(&self.spectrum);
                let sum: f64 = squares.map(|(v, eigenvalue)| eigenvalue * f64::from(v[l]) * f64::from(v[l])).sum();
                if group[DIVERGED][l] == 0.0 { 0.5 * sum } else { f64::NAN }
            })
        };
        Ok(rows.chunks_exact(WEIGHTS + self.spectrum.len()).map(risk).collect())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::theory::dense::{MeanField, OnePass, least_squares};
    use crate::theory::one_hot::OneHot;
    use crate::theory::reuse::{self, Model as _};

    /// The settings that a test varies.
    #[derive(Clone, Copy)]
    struct Setting<'a> {
        features: Features<'a>,
        noise: f64,
        order: Order,
        samples: u32,
        runs: u32,
        rates: &'a [f64],
        schedule: Schedule,
        steps: u32,
    }

    const SETTING: Setting<'_> = Setting {
        features: Features::Dense(&[1.0, 0.8, 0.6, 0.4, 0.2]),
        noise: 0.7,
        order: Order::Reshuffle,
        samples: 50,
        runs: 3,
        rates: &[0.01, 0.05, 0.1],
        schedule: Schedule::Constant,
        steps: 1000,
    };

    const ORDERS: [Order; 4] = [Order::Fresh, Order::Once, Order::Reshuffle, Order::Replace];

    /// Builds the plan of a setting and passes it to `use_plan`.
    fn plan<T>(s: Setting<'_>, use_plan: impl FnOnce(&Plan<'_>) -> T) -> T {
        let trials = [Trial { rates: s.rates.to_vec(), schedule: s.schedule, steps: s.steps }];
        use_plan(&Plan {
            seed: 3,
            first_run: 2,
            runs: s.runs,
            features: s.features,
            noise: s.noise,
            teacher: &vec![1.0; s.features.dim()],
            order: s.order,
            samples: s.samples,
            trials: &trials,
        })
    }

    /// Final state of each group. The computation is interrupted after each of the numbers of steps in `cuts`.
    fn state(s: Setting<'_>, cuts: &[u32]) -> Vec<Vec<[f32; LANES]>> {
        plan(s, |plan| {
            let (inputs, host, uniforms) = plan.parts();
            let rows = rows(s.features.dim(), s.order, s.samples);
            let mut lanes = Lanes::<Epochs>::new(&host, rows, inputs);
            let exec = Exec::cpu();
            for window in cuts.windows(2) {
                pollster::block_on(exec.advance(&mut lanes, &uniforms, window[0]..window[1])).expect("runs");
            }
            let all = pollster::block_on(exec.read(&mut lanes)).expect("reads");
            all.chunks(rows).map(<[_]>::to_vec).collect()
        })
    }

    /// For each learning rate, the mean excess risk over the runs and the standard error of this mean.
    fn risks(s: Setting<'_>) -> Vec<[f64; 2]> {
        let found = plan(s, |plan| {
            let (exec, mut sweep) = (Exec::cpu(), Sweep::new(plan));
            pollster::block_on(sweep.advance(&exec, s.steps)).expect("runs");
            pollster::block_on(sweep.risks(&exec)).expect("reads")
        });
        let n = f64::from(s.runs);
        (0..s.rates.len())
            .map(|l| {
                let mean = found.iter().map(|risks| risks[l]).sum::<f64>() / n;
                let square = found.iter().map(|risks| (risks[l] - mean) * (risks[l] - mean)).sum::<f64>();
                [mean, (square / (n * (n - 1.0))).sqrt()]
            })
            .collect()
    }

    /// Runs SGD in f64 as it is defined, `w <- w + rate (y - <w, x>) x`, from w = 0. All true weights are 1. Returns
    /// the final weights.
    fn by_hand(s: Setting<'_>, run: u32, rate: f64) -> Vec<f64> {
        let (table, dim) = (Gaussian::new(), s.features.dim());
        let sample = |n: u32| -> (Vec<f64>, f64) {
            let words: Vec<u32> =
                (0..33).flat_map(|block| rng::philox([3, EPOCHS.0], [2 + run, n, block, 0])).collect();
            let (mut x, noise) = match s.features {
                Features::Dense(spectrum) => {
                    let x = spectrum.iter().zip(&words).map(|(l, &word)| l.sqrt() * f64::from(table.sample(word)));
                    (x.collect(), words[dim])
                }
                Features::OneHot(p, scales) => {
                    let alias = Alias::new(p);
                    let i = Alias::pick_packed(&alias.words, alias.bits(), words[0]) as usize;
                    let mut x = vec![0.0; dim];
                    x[i] = scales[i].sqrt();
                    (x, words[1])
                }
            };
            let y = x.iter().sum::<f64>() + s.noise * f64::from(table.sample(noise));
            x.truncate(dim);
            (x, y)
        };
        let mut order: Vec<u32> = (0..s.samples).collect();
        let mut w = vec![0.0; dim];
        for step in 0..s.steps {
            let word = rng::philox([3, EPOCHS_ORDER.0], [2 + run, step / 4, 0, 0])[step as usize % 4];
            let i = step % s.samples;
            let n = match s.order {
                Order::Fresh => step,
                Order::Once => i,
                Order::Reshuffle => {
                    order.swap(i as usize, (i + rng::mulhi(word, s.samples - i)) as usize);
                    order[i as usize]
                }
                Order::Replace => rng::mulhi(word, s.samples),
            };
            let (x, y) = sample(n);
            let share = (f64::from(step) + 0.5) / f64::from(s.steps);
            let g = rate * s.schedule.multiplier(share) * (y - x.iter().zip(&w).map(|(x, w)| x * w).sum::<f64>());
            w.iter_mut().zip(&x).for_each(|(w, x)| *w += g * x);
        }
        w
    }

    /// Logarithm of the risk for one dense feature without noise. In this case the error of the weight is a product of
    /// factors `1 - rate x^2`, one for each step.
    fn by_factors(s: Setting<'_>, run: u32, rate: f64) -> f64 {
        let table = Gaussian::new();
        let mut order: Vec<u32> = (0..s.samples).collect();
        let mut sum = math::ln(0.5);
        for step in 0..s.steps {
            let word = rng::philox([3, EPOCHS_ORDER.0], [2 + run, step / 4, 0, 0])[step as usize % 4];
            let i = step % s.samples;
            order.swap(i as usize, (i + rng::mulhi(word, s.samples - i)) as usize);
            let x = f64::from(table.sample(rng::philox([3, EPOCHS.0], [2 + run, order[i as usize], 0, 0])[0]));
            sum += 2.0 * math::ln((1.0 - rate * x * x).abs());
        }
        sum
    }

    const P: [f64; 6] = [0.5, 0.2, 0.1, 0.1, 0.06, 0.04];
    const SCALES: [f64; 6] = [1.0, 0.5, 0.25, 0.3, 0.2, 0.1];

    #[test]
    fn a_lane_is_sgd_as_defined() {
        for order in ORDERS {
            for features in [SETTING.features, Features::OneHot(&P, &SCALES)] {
                for schedule in [Schedule::Constant, Schedule::Cosine, Schedule::Wsd] {
                    let s = Setting { features, order, schedule, ..SETTING };
                    let found = state(s, &[0, s.steps]);
                    for (run, group) in (0..).zip(&found) {
                        for (l, rate) in s.rates.iter().enumerate() {
                            let w = by_hand(s, run, *rate);
                            for (v, w) in group[WEIGHTS..].iter().zip(&w) {
                                // The tolerance is for rounding in f32, which the dynamics below the edge of stability
                                // do not amplify.
                                let difference = f64::from(v[l]) - (w - 1.0);
                                assert!(difference.abs() < 1e-5, "{order:?} {schedule:?} run {run}: {difference}");
                            }
                        }
                        assert_eq!(group[WEIGHTS][s.rates.len()], -1.0, "lanes left over stay at the start");
                    }
                }
            }
        }
    }

    #[test]
    fn windows_compose() {
        for order in ORDERS {
            let s = Setting { order, ..SETTING };
            let whole = state(s, &[0, 500]);
            assert_eq!(whole, state(s, &[0, 1, 16, 49, 51, 377, 500]), "{order:?}");
            assert_ne!(whole, state(s, &[0, 499]), "the last step matters");
        }
        let rested = state(SETTING, &[0, 1000]);
        assert_eq!(rested, state(SETTING, &[0, 900, 1200, 1300]), "a trial rests when its steps are done");
    }

    #[test]
    fn the_first_samples_are_those_of_any_number() {
        let once = Setting { order: Order::Once, samples: 200, steps: 200, ..SETTING };
        let fresh = state(Setting { order: Order::Fresh, ..once }, &[0, 200]);
        assert_eq!(state(once, &[0, 200]), fresh, "stored or drawn anew");
        let weights = |s| state(s, &[0, 50]).iter().map(|group| group[..6].to_vec()).collect::<Vec<_>>();
        assert_eq!(weights(once), weights(Setting { samples: 50, ..once }), "whatever N");
    }

    #[test]
    fn every_order_of_an_epoch_is_equally_likely_whatever_the_last_was() {
        let s = Setting { samples: 4, runs: 57_600, rates: &[0.0], features: Features::Dense(&[1.0]), ..SETTING };
        let mut pairs = std::collections::BTreeMap::new();
        for (first, second) in state(s, &[0, 4]).iter().zip(state(s, &[0, 8])) {
            let code = |group: &[[f32; LANES]]| group[2][..4].iter().fold(0, |code, i| 10 * code + *i as u32);
            *pairs.entry((code(first), code(&second))).or_insert(0.0) += 1.0;
        }
        assert_eq!(pairs.len(), 576, "24 orders, then 24");
        let chi2: f64 = pairs.values().map(|n: &f64| (n - 100.0) * (n - 100.0) / 100.0).sum();
        // 575 degrees of freedom have a standard deviation of 33.9; 4 of them are allowed.
        assert!((chi2 - 575.0).abs() < 136.0, "chi-square {chi2}");
    }

    /// Asserts that the simulated risk is right at every learning rate of the setting. `exact` computes the right risk
    /// at a learning rate, with a relative error of at most `own_error`. The simulated risk may differ from it by this
    /// error and 4 standard errors.
    fn agrees(s: Setting<'_>, exact: impl Fn(f64) -> f64, own_error: f64) {
        for ([mean, error], rate) in risks(s).into_iter().zip(s.rates) {
            let exact = exact(*rate);
            let excess = ((mean - exact).abs() - own_error * exact) / error;
            assert!(
                excess < 4.0 && error < 0.1 * exact,
                "{:?}, {} samples, {} steps, rate {rate}: {mean} +- {error}, not {exact}",
                s.order,
                s.samples,
                s.steps
            );
        }
    }

    const KNOWN: [(Order, reuse::Order); 3] = [
        (Order::Reshuffle, reuse::Order::Reshuffle),
        (Order::Once, reuse::Order::Once),
        (Order::Replace, reuse::Order::WithReplacement),
    ];

    #[test]
    fn one_hot_risk_is_the_exact_one() {
        for (order, known) in KNOWN {
            for (samples, epochs, noise) in [(20, 1, 0.5), (20, 8, 0.5), (100, 4, 0.3), (30, 4, 0.0), (7, 32, 1.0)] {
                let s = Setting {
                    features: Features::OneHot(&P, &SCALES),
                    order,
                    noise,
                    samples,
                    runs: 2000,
                    rates: &[0.02, 0.3, 1.0, 1.7],
                    steps: samples * epochs,
                    ..SETTING
                };
                let exact = OneHot::new(&P, &SCALES, &[1.0; 6], noise * noise, known);
                agrees(s, exact.risk(epochs.into(), samples.into()), 0.0);
            }
        }
    }

    #[test]
    fn dense_risk_of_one_pass_is_the_exact_recursion() {
        for spectrum in [&[1.0; 10][..], &[1.0, 0.5, 0.25, 0.125]] {
            let exact = OnePass::new(spectrum, &vec![1.0; spectrum.len()], 0.49, 3.0);
            for order in [Order::Fresh, Order::Once, Order::Reshuffle] {
                let (features, rates) = (Features::Dense(spectrum), &[0.005, 0.02, 0.1]);
                let s = Setting { features, order, runs: 4000, rates, samples: 100, steps: 100, ..SETTING };
                agrees(s, |rate| exact.recursion(rate, &[100])[0], 0.0);
            }
        }
    }

    #[test]
    fn one_pass_at_a_decaying_rate_is_the_exact_recursion() {
        for schedule in [Schedule::Cosine, Schedule::Wsd] {
            // Beyond 1024 steps, a part of the schedule has two steps.
            for steps in [100, 1500] {
                let dense = OnePass::new(&[1.0, 0.5, 0.25, 0.125], &[1.0; 4], 0.49, 3.0);
                let hot = OneHot::new(&P, &SCALES, &[1.0; 6], 0.49, reuse::Order::Reshuffle);
                let multipliers = || schedule.multipliers(steps);
                let base = Setting { order: Order::Fresh, runs: 2000, steps, schedule, ..SETTING };
                let features = Features::Dense(&[1.0, 0.5, 0.25, 0.125]);
                let s = Setting { features, rates: &[0.005, 0.02, 0.1], ..base };
                agrees(s, |rate| dense.scheduled(f64::from(rate as f32), multipliers()), 0.0);
                let s = Setting { features: Features::OneHot(&P, &SCALES), rates: &[0.02, 0.3, 1.0, 1.7], ..base };
                agrees(s, |rate| hot.scheduled(f64::from(rate as f32), multipliers()), 0.0);
            }
        }
    }

    #[test]
    fn a_risk_keeps_its_digits_down_to_the_floor() {
        // One direction without noise: f64 by hand, which has no floor, agrees at every step of the way down.
        let s = Setting { features: Features::Dense(&[1.0]), noise: 0.0, rates: &[0.3], runs: 8, ..SETTING };
        let (mut above, mut below) = (0, 0);
        for steps in (10..200).step_by(5) {
            let s = Setting { steps, ..s };
            for (run, group) in (0..).zip(state(s, &[0, steps])) {
                // w near 1 cannot resolve v = w - 1, so the factors give the logarithm of v.
                let exact = by_factors(s, run, 0.3);
                let w = f64::from(group[WEIGHTS][0]);
                let found = w * w * 0.5;
                if found >= FLOOR {
                    above += 1;
                    assert!((math::ln(found) - exact).abs() < 1e-3 * exact.abs(), "{steps} steps: {found:e}, {exact}");
                } else {
                    below += 1;
                }
            }
        }
        assert!(above > 100 && below > 20, "{above} {below}");
    }

    #[test]
    fn many_epochs_end_at_least_squares() {
        // With steps this small, the noise of the order is 6e-4 of the risk, and what is left of the start is e^-30.
        let features = Features::Dense(&[1.0; 5]);
        let s = Setting { features, runs: 4000, rates: &[0.005], steps: 50 * 128, ..SETTING };
        agrees(s, |_| least_squares(5.0, 0.49, 50.0), 1e-3);
    }

    #[test]
    fn dense_risk_of_some_epochs_is_near_the_mean_field() {
        // The model's own error is of order d/N and of order rate tr(H) log(KN): at most 3% here.
        let (spectrum, samples) = ([1.0, 0.5], 2000);
        for (order, known) in KNOWN {
            let mean_field = MeanField::new(&spectrum, &[1.0; 2], 0.49, known);
            for (epochs, rate) in [(1, 0.0038), (3, 0.0015), (10, 0.0005)] {
                let (features, rates) = (Features::Dense(&spectrum), &[rate]);
                let s = Setting { features, order, runs: 500, rates, samples, steps: samples * epochs, ..SETTING };
                agrees(s, mean_field.risk(epochs.into(), samples.into()), 0.03);
            }
        }
    }

    #[test]
    fn a_lane_that_diverges_is_frozen_and_said_to_have() {
        let s = Setting { rates: &[0.05, 3.0, 0.1], ..SETTING };
        let (some, more) = (state(s, &[0, 400]), state(s, &[0, 400, 410, 1000]));
        for (some, more) in some.iter().zip(&more) {
            assert_eq!(some[DIVERGED][..4], [0.0, 1.0, 0.0, 0.0], "only the one above the edge");
            for (some, more) in some[WEIGHTS..].iter().zip(&more[WEIGHTS..6]) {
                assert!(some[1] == more[1] && some[1].is_finite(), "frozen where it was: {}", some[1]);
                assert_ne!(some[0], more[0], "others go on");
            }
        }
        let found = risks(s);
        assert!(found[1][0].is_nan() && found[0][0] > 0.0 && found[2][0] > 0.0, "{found:?}");
    }

    #[test]
    fn schedules_start_at_the_rate_and_end_at_nothing() {
        let [constant, cosine, wsd] = [Schedule::Constant, Schedule::Cosine, Schedule::Wsd];
        assert_eq!([0.0, 0.5, 1.0].map(|share| constant.multiplier(share)), [1.0; 3], "constant");
        let found = [0.0, 0.5, 1.0].map(|share| cosine.multiplier(share));
        assert!(found.iter().zip([1.0, 0.5, 0.0]).all(|(x, y)| (x - y).abs() < 1e-15), "cosine: {found:?}");
        let found = [0.0, 0.8, 0.9, 1.0].map(|share| wsd.multiplier(share));
        assert!(found.iter().zip([1.0, 1.0, 0.5, 0.0]).all(|(x, y)| (x - y).abs() < 1e-12), "wsd: {found:?}");
    }

    #[test]
    fn a_long_schedule_is_its_parts() {
        // Of 5000 steps in parts of 5, the mean multiplier is that of the schedule.
        for (schedule, mean) in [(Schedule::Cosine, 0.5), (Schedule::Wsd, 0.9), (Schedule::Constant, 1.0)] {
            let multipliers =
                plan(Setting { schedule, steps: 5000, ..SETTING }, |plan| plan.parts().0.f32(5)[LANES..].to_vec());
            assert_eq!(multipliers.len(), PARTS as usize, "one trial");
            let steps: Vec<f64> = schedule.multipliers(5000).collect();
            let taken = (0..5000).map(|step| f64::from(multipliers[step / part(5000) as usize]));
            assert!(steps.len() == 5000 && taken.eq(steps.iter().copied()), "{schedule:?}, step by step");
            let sum: f64 = steps.iter().sum();
            assert!((sum / 5000.0 - mean).abs() < 1e-6, "{schedule:?}: {sum}");
            assert!(multipliers.is_sorted_by(|a, b| a >= b), "{schedule:?} never rises");
        }
    }

    #[test]
    fn memory_is_bounded_by_the_largest_buffer() {
        let s = Setting { runs: 32, rates: &[0.1], ..SETTING };
        let most = plan(s, |plan| plan.most_samples());
        // A sample has 6 words.
        assert_eq!(u64::from(most), BYTES_MAX / (32 * 6 * 4), "{most}");
        let bytes = |samples| plan(Setting { samples, ..s }, |plan| plan.bytes());
        assert!(bytes(most) <= BYTES_MAX && bytes(most + 1) > BYTES_MAX, "the most, and no more");
        assert_eq!(plan(Setting { order: Order::Fresh, ..s }, |plan| plan.most_samples()), 1 << 24, "none are stored");
    }

    #[test]
    fn loops_of_a_dispatch_turn_less_often_than_a_software_adapter_allows() {
        for order in ORDERS {
            for (model, dim, width) in [(DENSE, 1, 2), (DENSE, 8, 9), (DENSE, 128, 129), (ONE_HOT, 1024, 2)] {
                let u = Uniforms { model, dim, width, order: order as u32, ..bytemuck::Zeroable::zeroed() };
                let (steps, d) = (Epochs::software_steps(&u), u64::from(dim));
                let tiles = u64::from(steps.div_ceil(LANES as u32));
                let prepare = match (order, model) {
                    (Order::Fresh, ONE_HOT) => 10,
                    (Order::Fresh, _) => d + 1 + 10 * ((d + 1) / 4 + 1),
                    _ => 10 + 16 + 16 + u64::from(width.div_ceil(16)) * 16,
                };
                let learn = if model == DENSE { d + 16 + 16 * d } else { 16 };
                let turns = tiles * (1 + prepare + learn);
                assert!(steps > 0 && turns <= 65_535, "{order:?}, {dim}: {turns} in {steps}");
            }
        }
    }
}

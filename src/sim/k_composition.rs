//! Kernel of SGD on products of skills. Each lane of a workgroup is one run, or one learning rate of a run.
//!
//! A sample is k skills `s_1..s_k`, drawn independently from the distribution p. The learner predicts the product of
//! their weights, `f = w_(s_1) ... w_(s_k)`; the truth y is the product of their signs w*. A step of SGD goes against
//! the gradient of `(f - y)^2 / 2`, averaged over a batch of samples. All signs can be taken as 1 without loss of
//! generality: replacing `w` by `w w*` makes the truth 1, and changes neither p, nor the distribution of the initial
//! weights, nor the losses.
//!
//! Different runs use different random words, but a run uses the same words for every training distribution and every
//! learning rate, so that differences between distributions or learning rates are not due to chance. A group whose
//! lanes are learning rates of one run draws once for all of them. The weights are f32. Only the first rows of the
//! state, which hold the records, are read back.

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Kernel, Parity};
use crate::rng::{self, Alias, Stream, gaussian, gaussian_entry};

#[cfg(not(target_arch = "wasm32"))]
mod cases;

/// Random stream from which the samples are drawn.
const COMPOSE: Stream = Stream(6);
/// Random stream from which the initial weights are drawn.
const COMPOSE_START: Stream = Stream(7);

/// Number of lanes of a group.
pub const LANES: usize = 32;

/// Number of samples between two checks of the test loss. So the measured time to a target loss is a multiple of this
/// number, rounded up to whole batches.
pub const CHECK: u32 = 256;

/// Number of bins into which the skills are divided by rank: the first eighth, the second eighth, the second quarter,
/// the second half.
pub const BINS: usize = 4;

/// Number of rows of the state that hold records. They come before the weights.
pub const RECORDS: usize = 11;
/// Index of the row with the number of the check that first found the test loss below the target, or 0 if no check has.
pub const HIT: usize = 0;
/// Index of the row that is 1 if the run has diverged, and else 0. The weights of a diverged run are 0.
pub const DIVERGED: usize = 1;
/// Index of the row of `sum_j p_j v_j`. Here p is the training distribution, and v are the weights w, or `-w` if the
/// number k of hops is even and `-w` is nearer to the true weights.
pub const SIGNAL: usize = 2;
/// Index of the row of `sum_j p_j v_j^2`, with p and v as in [`SIGNAL`].
pub const POWER: usize = 3;
/// Index of the row of `sum_j (1 - v_j)`, with v as in [`SIGNAL`].
pub const MISS: usize = 4;
/// Index of the row of `sum_j (1 - v_j)^2`, with v as in [`SIGNAL`]. This sum and that of [`MISS`] together give the
/// exact test loss without cancellation when the weights are near the true weights.
pub const MISS_SQUARE: usize = 5;
/// Index of the row with the number of entries `v_j` that are above 0, with v as in [`SIGNAL`].
pub const RIGHT: usize = 6;
/// Index of the first of [`BINS`] rows. Each of these rows is the sum of `v_j` over the skills j of one bin, with v as
/// in [`SIGNAL`].
pub const BIN: usize = 7;

/// Limit of the absolute value of a prediction (a product of weights), and of the mean square of all weights. A run
/// that exceeds this limit has diverged.
const BOUND: f32 = 1e6;

/// A weight whose absolute value is smaller than this is set to 0, because devices differ on subnormal numbers.
const TINY: f32 = 1e-30;

/// Largest number of hops k, which is the number of skills in a sample.
pub const HOPS_MAX: usize = 8;

crate::uniforms! {
    /// Uniforms of the kernel, at binding 0. One step takes one batch of samples.
    pub struct Uniforms {
        /// Seed of all draws.
        seed: u32,
        /// Index of the run in lane 0 of the first group of each training distribution.
        first_run: u32,
        /// Number of runs of each training distribution.
        runs: u32,
        /// Number of groups (workgroups) that simulate each training distribution.
        blocks: u32,
        /// 1 if the lanes of a group are learning rates of one run, and 0 if each lane is a run.
        one_run: u32,
        /// Number of training distributions, not counting the uniform distribution that is stored after them.
        trainings: u32,
        /// Number d of skills.
        skills: u32,
        /// Uniform probability of a skill: 1 divided by the number of skills.
        share: f32,
        /// Number k of hops: the number of skills in a sample.
        hops: u32,
        /// Number of samples in a batch.
        batch: u32,
        /// Number of samples after which the skills are drawn uniformly instead of from the training distribution.
        switch_after: u32,
        /// The test loss that a run is to reach.
        loss_target: f32,
        /// The records are written when this number of steps has been done.
        record: u32,
        /// Binary logarithm of the number of columns of an alias table.
        bits: u32,
    }
}

/// Kernel of SGD on products of skills. The state holds the records, the weights w, and, if a batch has more than one
/// sample, the new weights that the current batch is computing. The inputs are packed [`Alias`] tables, first of the
/// training distributions and then of the uniform distribution; the probabilities of the training distributions; and
/// the learning rate of each lane, divided by the batch size.
#[derive(Debug)]
pub struct Compose;

/// Number of rows of a group's state.
pub const fn rows(skills: u32, batch: u32) -> usize {
    RECORDS + skills as usize * if batch > 1 { 2 } else { 1 }
}

/// Smallest number of steps that take at least `samples` samples. One step takes one batch.
pub const fn steps(samples: u32, batch: u32) -> u32 {
    samples.div_ceil(batch)
}

/// Number of samples that a run has seen at check number `check`. Row [`HIT`] of the state holds such a number.
pub const fn samples_at(check: u32, batch: u32) -> u32 {
    steps(check * CHECK, batch) * batch
}

/// First rank of each bin of skills, where ranks are counted from 0. The last entry is the number of skills.
pub const fn bins(skills: u32) -> [u32; BINS + 1] {
    [0, skills / 8, skills / 4, skills / 2, skills]
}

/// Number of groups (workgroups) that `runs` runs of one training distribution need.
pub const fn blocks(runs: u32, one_run: bool) -> u32 {
    if one_run { runs } else { runs.div_ceil(LANES as u32) }
}

/// Inputs of the kernel for several training distributions over the same skills, of which there are at most 1024. Each
/// lane has one of the learning rates `rates`. The function also returns the binary logarithm of the number of columns
/// of an alias table.
#[expect(clippy::cast_possible_truncation, reason = "frequencies and rates as f32")]
pub fn inputs(trainings: &[Vec<f64>], rates: [f64; LANES], batch: u32) -> (Inputs, u32) {
    let flat = vec![1.0; trainings[0].len()];
    let tables: Vec<Alias> = trainings.iter().chain([&flat]).map(|p| Alias::new(p)).collect();
    assert!(tables.iter().all(|table| table.packed), "at most 1024 skills");
    let words: Vec<u32> = tables.iter().flat_map(|table| table.words.iter().copied()).collect();
    let p: Vec<f32> = trainings.iter().flatten().map(|&p| p as f32).collect();
    let rates = rates.map(|lr| (lr / f64::from(batch)) as f32);
    let inputs = [bytemuck::cast_slice(&words), bytemuck::cast_slice(&p), bytemuck::cast_slice(&rates)];
    (Inputs::new(&inputs), tables[0].bits())
}

/// Initial weights of a run: independent Gaussians of standard deviation `init`. They are equal for all training
/// distributions. `table` is the table of Gaussian quantiles.
#[expect(clippy::cast_possible_truncation, reason = "at most 1024 skills; init as f32")]
pub fn start(table: &[[i32; 2]], seed: u32, run: u32, skills: u32, init: f64) -> Vec<f32> {
    let words = (0..skills.div_ceil(4)).flat_map(|i| rng::philox([seed, COMPOSE_START.0], [run, i, 0, 0]));
    words.take(skills as usize).map(|word| init as f32 * gaussian(word, table[gaussian_entry(word) as usize])).collect()
}

/// Initial state of all groups. Each of the `trainings` training distributions has the runs
/// `first_run..first_run + runs`. If `one_run` is true, all lanes of a group hold the same run, and otherwise each lane
/// holds a run of its own.
pub fn state(
    table: &[[i32; 2]],
    seed: u32,
    first_run: u32,
    runs: u32,
    trainings: usize,
    skills: u32,
    batch: u32,
    init: f64,
    one_run: bool,
) -> Vec<[f32; LANES]> {
    let (d, rows, blocks) = (skills as usize, rows(skills, batch), blocks(runs, one_run) as usize);
    let mut host = vec![[0.0; LANES]; trainings * blocks * rows];
    for run in 0..runs as usize {
        #[expect(clippy::cast_possible_truncation, reason = "below `runs`")]
        let w = start(table, seed, first_run.wrapping_add(run as u32), skills, init);
        for training in 0..trainings {
            let (block, lanes) = if one_run { (run, 0..LANES) } else { (run / LANES, run % LANES..run % LANES + 1) };
            let group = &mut host[(training * blocks + block) * rows..][..rows];
            // For batches, the weights that the next batch makes start as a copy of w.
            for (row, i) in group[RECORDS..].iter_mut().zip((0..d).cycle()) {
                row[lanes.clone()].fill(w[i]);
            }
        }
    }
    host
}

fn flushed(x: f32) -> f32 {
    if x.abs() < TINY { 0.0 } else { x }
}

/// Sets the weights of a diverged run to 0.
fn empty(state: &mut [[f32; LANES]], lane: usize) {
    state[DIVERGED][lane] = 1.0;
    state[RECORDS..].iter_mut().for_each(|row| row[lane] = 0.0);
}

impl Kernel for Compose {
    const NAME: &'static str = "k_composition";
    const WGSL: Option<&'static str> = Some(concat!(include_str!("k_composition.wgsl"), include_str!("../rng.wgsl")));
    const HARDWARE: Parity = Parity::Close {
        rel: 1e-5,
        abs: 1e-5,
        reason: "WGSL may fuse a * b + c; between no and all fused, 1e5 steps below the stability edge move w by 3e-6",
    };
    const INPUTS: usize = 3;
    type Uniforms = Uniforms;
    type Row = [f32; LANES];

    fn weight(u: &Uniforms) -> u32 {
        u.batch
    }

    fn software_steps(u: &Uniforms) -> u32 {
        let sample = 1 + 10 * u.hops.div_ceil(4) + 2 * u.hops;
        let step = 1 + u.batch * sample + if u.batch > 1 { u.skills } else { 0 };
        let check = u.skills + u.hops;
        // A dispatch writes the records, may empty a run and makes a first check; then a check follows every so many
        // steps.
        let rest = 65_000 - 4 * u.skills - check;
        (u64::from(rest) * u64::from(CHECK)
            / (u64::from(step) * u64::from(CHECK) + u64::from(check * u.batch.min(CHECK)))) as u32
    }

    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
        // Up to four hops need one block of draws; a bound known to the compiler keeps a sample in registers.
        if u.hops <= 4 { run::<4>(u, inputs, group, state) } else { run::<HOPS_MAX>(u, inputs, group, state) }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }
}

/// Advances a group through the range of steps in the kernel's uniforms. The number of hops must be at most `K`.
fn run<const K: usize>(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
    let (training, block) = ((group / u.blocks) as usize, group % u.blocks);
    let columns = 1 << u.bits;
    let tables = inputs.u32(0);
    let (trained, flat) = (&tables[training * columns..][..columns], &tables[u.trainings as usize * columns..]);
    let p = &inputs.f32(1)[training * u.skills as usize..][..u.skills as usize];
    let mut learner = Learner::<K>::new(u, inputs.f32(2), block);
    for step in u.first..u.first + u.steps {
        for sample in step * u.batch..(step + 1) * u.batch {
            let table = if sample < u.switch_after { trained } else { flat };
            if u.one_run == 1 {
                learner.learn_shared(u, table, sample, state);
            } else {
                learner.learn_lanes(u, table, sample, state);
            }
        }
        let (records, w) = state.split_at_mut(RECORDS);
        if u.batch > 1 {
            let (w, made) = w.split_at_mut(p.len());
            w.copy_from_slice(made);
        }
        let seen = (step + 1) * u.batch;
        let check = seen / CHECK;
        let due = check > (seen - u.batch) / CHECK;
        if due || step + 1 == u.record {
            let [sum, square] = sums(&w[..p.len()]);
            for lane in 0..LANES {
                let (m1, m2) = (sum[lane] * u.share, square[lane] * u.share);
                let (mut a, mut b) = (1.0, 1.0);
                for _ in 0..u.hops {
                    (a, b) = (a * m1, b * m2);
                }
                if due && records[HIT][lane] == 0.0 && 0.5 * (b - 2.0 * a + 1.0) < u.loss_target {
                    records[HIT][lane] = check as f32;
                }
            }
            for lane in 0..LANES {
                // A mean square of NaN has diverged too.
                let bounded = square[lane] * u.share <= BOUND;
                if !bounded {
                    empty(state, lane);
                }
            }
        }
        if step + 1 == u.record {
            write_records(u, p, state);
        }
    }
}

/// Number of lanes, or of samples, for which random words are drawn together. With this number, they fill the widest
/// vector registers.
const PART: usize = 16;

/// Learning rates and prepared random words with which a group learns from samples of at most `K` hops.
struct Learner<const K: usize> {
    rates: [f32; LANES],
    first_run: u32,
    /// Number of lanes of the group that are in use, if each lane holds a run of its own.
    lanes: usize,
    /// Random words `[block][word][sample]` for a run that all lanes share. They are for the samples of part number
    /// `part`, where a part is [`PART`] consecutive samples.
    words: [[[u32; PART]; 4]; 2],
    part: Option<u32>,
}

impl<const K: usize> Learner<K> {
    fn new(u: &Uniforms, rates: &[f32], block: u32) -> Self {
        let first_lane = if u.one_run == 1 { block } else { block * LANES as u32 };
        Self {
            rates: std::array::from_fn(|lane| rates[lane]),
            first_run: u.first_run.wrapping_add(first_lane),
            lanes: (u.runs - first_lane).min(LANES as u32) as usize,
            words: [[[0; PART]; 4]; 2],
            part: None,
        }
    }

    /// Draws two blocks of four random words for each pair of a run and a sample. Each word selects one skill, so the
    /// second block is not needed and left 0 if `K` is at most 4.
    #[inline(always)]
    fn draws(u: &Uniforms, runs: [u32; PART], samples: [u32; PART]) -> [[[u32; PART]; 4]; 2] {
        let block = |block| rng::philox_lanes([u.seed, COMPOSE.0], runs, samples, block);
        [block(0), if K > 4 { block(1) } else { [[0; PART]; 4] }]
    }

    /// Updates all lanes on sample number `sample`, in the case that each lane is a run of its own.
    #[inline(always)]
    fn learn_lanes(&self, u: &Uniforms, table: &[u32], sample: u32, state: &mut [[f32; LANES]]) {
        for part in (0..self.lanes).step_by(PART) {
            let runs = std::array::from_fn(|l| self.first_run.wrapping_add((part + l) as u32));
            let words = Self::draws(u, runs, [sample; PART]);
            for l in 0..PART.min(self.lanes - part) {
                let skill = std::array::from_fn(|i| pick(u, table, words[i / 4][i % 4][l]));
                self.learn(u, skill, part + l, state);
            }
        }
    }

    /// Updates one lane on one sample, which consists of the skills `skill`.
    #[inline(always)]
    fn learn(&self, u: &Uniforms, skill: [usize; K], lane: usize, state: &mut [[f32; LANES]]) {
        if state[DIVERGED][lane] != 0.0 {
            return;
        }
        let (mut value, mut before) = ([0.0; K], [0.0; K]);
        let mut f = 1.0;
        let hops = (u.hops as usize).min(K);
        for i in 0..hops {
            value[i] = state[RECORDS + skill[i]][lane];
            before[i] = f;
            f *= value[i];
        }
        let bounded = f.abs() <= BOUND;
        if !bounded {
            empty(state, lane);
            return;
        }
        let g = self.rates[lane] * (f - 1.0);
        let mut after = 1.0;
        for i in (0..hops).rev() {
            let w = &mut state[made(u) + skill[i]][lane];
            *w = flushed(*w - g * (before[i] * after));
            after *= value[i];
        }
    }

    /// Updates all lanes on sample number `sample`, in the case that the lanes are learning rates of one run. All lanes
    /// then read and write the same rows.
    #[inline(always)]
    fn learn_shared(&mut self, u: &Uniforms, table: &[u32], sample: u32, state: &mut [[f32; LANES]]) {
        let (part, l) = (sample / PART as u32, sample as usize % PART);
        if self.part != Some(part) {
            let samples = std::array::from_fn(|l| part * PART as u32 + l as u32);
            (self.words, self.part) = (Self::draws(u, [self.first_run; PART], samples), Some(part));
        }
        let skill: [usize; K] = std::array::from_fn(|i| pick(u, table, self.words[i / 4][i % 4][l]));
        let (mut value, mut before) = ([[0.0; LANES]; K], [[0.0; LANES]; K]);
        let mut f = [1.0; LANES];
        let hops = (u.hops as usize).min(K);
        for i in 0..hops {
            value[i] = state[RECORDS + skill[i]];
            before[i] = f;
            for lane in 0..LANES {
                f[lane] *= value[i][lane];
            }
        }
        // Lanes diverge rarely; then each lane is updated alone.
        let bounded = f.iter().fold(true, |all, f| all & (f.abs() <= BOUND));
        if !bounded {
            (0..LANES).for_each(|lane| self.learn(u, skill, lane, state));
            return;
        }
        // A lane that has diverged stays where it is.
        let gone = state[DIVERGED];
        let g: [f32; LANES] =
            std::array::from_fn(|lane| if gone[lane] == 0.0 { self.rates[lane] * (f[lane] - 1.0) } else { 0.0 });
        let mut after = [1.0; LANES];
        for i in (0..hops).rev() {
            let w = &mut state[made(u) + skill[i]];
            for lane in 0..LANES {
                w[lane] = flushed(w[lane] - g[lane] * (before[i][lane] * after[lane]));
                after[lane] *= value[i][lane];
            }
        }
    }
}

/// The skill that the random word `word` selects from an alias table.
#[inline(always)]
fn pick(u: &Uniforms, table: &[u32], word: u32) -> usize {
    Alias::pick_packed(table, u.bits, word) as usize
}

/// Index of the first of the rows to which a step writes weights. If a batch has several samples, these rows come after
/// the weights that the step reads.
#[inline(always)]
const fn made(u: &Uniforms) -> usize {
    if u.batch > 1 { RECORDS + u.skills as usize } else { RECORDS }
}

/// Sum of the weights and sum of their squares, for each lane.
fn sums(w: &[[f32; LANES]]) -> [[f32; LANES]; 2] {
    let (mut sum, mut square) = ([0.0; LANES], [0.0; LANES]);
    for row in w {
        for lane in 0..LANES {
            sum[lane] += row[lane];
            square[lane] += row[lane] * row[lane];
        }
    }
    [sum, square]
}

/// Writes the record rows of a group.
fn write_records(u: &Uniforms, p: &[f32], state: &mut [[f32; LANES]]) {
    let (records, w) = state.split_at_mut(RECORDS);
    records[SIGNAL..].fill([0.0; LANES]);
    for (row, p) in w.iter().zip(p) {
        for lane in 0..LANES {
            records[SIGNAL][lane] += p * row[lane];
            records[POWER][lane] += p * (row[lane] * row[lane]);
        }
    }
    let mut sign = [1.0; LANES];
    for lane in 0..LANES {
        if u.hops.is_multiple_of(2) && records[SIGNAL][lane] < 0.0 {
            sign[lane] = -1.0;
            records[SIGNAL][lane] = -records[SIGNAL][lane];
        }
    }
    let [_, b1, b2, b3, _] = bins(u.skills);
    for (row, i) in w.iter().zip(0..u.skills) {
        let bin = BIN + usize::from(i >= b1) + usize::from(i >= b2) + usize::from(i >= b3);
        for lane in 0..LANES {
            let v = sign[lane] * row[lane];
            let miss = 1.0 - v;
            records[MISS][lane] += miss;
            records[MISS_SQUARE][lane] += miss * miss;
            records[RIGHT][lane] += if v > 0.0 { 1.0 } else { 0.0 };
            records[bin][lane] += v;
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::exec::{Exec, Lanes};
    use crate::rng::Gaussian;
    use crate::theory::k_composition as theory;

    /// The settings that a test varies.
    #[derive(Clone, Copy)]
    struct Setting {
        skills: u32,
        hops: u32,
        alpha: f64,
        runs: u32,
        batch: u32,
        lr: f64,
        init: f64,
        switch_after: u32,
        record: u32,
        one_run: bool,
    }

    const SETTING: Setting = Setting {
        skills: 20,
        hops: 3,
        alpha: 1.5,
        runs: 40,
        batch: 1,
        lr: 0.1,
        init: 0.5,
        switch_after: u32::MAX,
        record: 0,
        one_run: false,
    };

    /// The learning rate of each lane. The rates differ only if all lanes of a group hold one run.
    fn rates(s: Setting) -> [f64; LANES] {
        std::array::from_fn(|lane| if s.one_run { s.lr * (0.1 + lane as f64 / 16.0) } else { s.lr })
    }

    /// Final state, as `[run][row]`. If all lanes of a group hold one run, it is that of the first run, as
    /// `[learning rate][row]`. The computation is interrupted after each of the numbers of steps in `cuts`.
    fn run(s: Setting, cuts: &[u32]) -> Vec<Vec<f32>> {
        let (inputs, bits) = inputs(&[theory::power_law(s.skills, s.alpha)], rates(s), s.batch);
        let uniforms = Uniforms {
            seed: 3,
            first_run: 2,
            runs: s.runs,
            blocks: blocks(s.runs, s.one_run),
            one_run: u32::from(s.one_run),
            trainings: 1,
            skills: s.skills,
            share: 1.0 / s.skills as f32,
            hops: s.hops,
            batch: s.batch,
            switch_after: s.switch_after,
            loss_target: 0.01,
            record: s.record,
            bits,
            first: 0,
            steps: 0,
        };
        let host = state(&Gaussian::new().table, 3, 2, s.runs, 1, s.skills, s.batch, s.init, s.one_run);
        let rows = rows(s.skills, s.batch);
        let mut lanes = Lanes::<Compose>::new(&host, rows, inputs);
        let exec = Exec::cpu();
        for cut in cuts.windows(2) {
            pollster::block_on(exec.advance(&mut lanes, &uniforms, cut[0]..cut[1])).expect("runs");
        }
        let host = pollster::block_on(exec.read(&mut lanes)).expect("reads");
        let lane = |run: usize| host[run / LANES * rows..][..rows].iter().map(|row| row[run % LANES]).collect();
        (0..if s.one_run { LANES } else { s.runs as usize }).map(lane).collect()
    }

    /// Runs SGD in f64 as it is defined. Returns the weights after `steps` steps, and the number of the check that
    /// first found the loss below the target.
    fn by_hand(s: Setting, run: u32, steps: u32) -> (Vec<f64>, u32) {
        let p = theory::power_law(s.skills, s.alpha);
        let (trained, flat) = (Alias::new(&p), Alias::new(&vec![1.0; p.len()]));
        let mut w: Vec<f64> =
            start(&Gaussian::new().table, 3, 2 + run, s.skills, s.init).into_iter().map(f64::from).collect();
        let mut hit = 0;
        for step in 0..steps {
            let mut gradient = vec![0.0; w.len()];
            for sample in step * s.batch..(step + 1) * s.batch {
                let words: Vec<u32> =
                    (0..2).flat_map(|block| rng::philox([3, COMPOSE.0], [2 + run, sample, block, 0])).collect();
                let table = if sample < s.switch_after { &trained } else { &flat };
                let skills: Vec<usize> = words[..s.hops as usize]
                    .iter()
                    .map(|&word| Alias::pick_packed(&table.words, table.bits(), word) as usize)
                    .collect();
                let f: f64 = skills.iter().map(|&j| w[j]).product();
                for i in 0..skills.len() {
                    let others: f64 = (0..skills.len()).filter(|&o| o != i).map(|o| w[skills[o]]).product();
                    gradient[skills[i]] += (f - 1.0) * others / f64::from(s.batch);
                }
            }
            w.iter_mut().zip(&gradient).for_each(|(w, g)| *w -= s.lr * g);
            let (seen, before) = ((step + 1) * s.batch, step * s.batch);
            let uniform = theory::loss(s.hops, theory::moments(&theory::power_law(s.skills, 0.0), &w));
            if hit == 0 && seen / CHECK > before / CHECK && uniform < 0.01 {
                hit = seen / CHECK;
            }
        }
        (w, hit)
    }

    #[test]
    fn a_run_is_sgd_as_defined() {
        for (s, steps) in [
            (SETTING, 3000),
            (Setting { hops: 1, skills: 8, ..SETTING }, 600),
            (Setting { hops: 8, init: 0.7, lr: 0.005, ..SETTING }, 300),
            (Setting { hops: 4, batch: 100, lr: 0.3, ..SETTING }, 60),
            (Setting { switch_after: 700, ..SETTING }, 2000),
        ] {
            let found = run(s, &[0, steps]);
            for lane in [0, 15, 16, 31, 32, 39] {
                let (w, hit) = by_hand(s, lane as u32, steps);
                for (i, (found, w)) in found[lane][RECORDS..].iter().zip(&w).enumerate() {
                    // The tolerance is for rounding in f32, which the dynamics below the edge of stability do not
                    // amplify.
                    assert!(
                        (f64::from(*found) - w).abs() < 2e-5,
                        "{} hops, run {lane}, skill {i}: {found} {w}",
                        s.hops
                    );
                }
                assert_eq!(found[lane][HIT], hit as f32, "{} hops, run {lane}: the check that met the target", s.hops);
            }
        }
    }

    #[test]
    fn lanes_that_are_learning_rates_are_the_runs_of_those_rates() {
        let mut partly = 0;
        for shared in [
            Setting { one_run: true, runs: 1, lr: 0.3, ..SETTING },
            Setting { one_run: true, runs: 1, hops: 4, batch: 10, lr: 0.5, record: 170, ..SETTING },
            Setting { one_run: true, runs: 1, hops: 6, init: 1.2, lr: 0.3, switch_after: 100, ..SETTING },
        ] {
            let found = run(shared, &[0, 150, 313]);
            let mut diverged = 0;
            for (lane, lr) in rates(shared).into_iter().enumerate() {
                let alone = run(Setting { one_run: false, lr, ..shared }, &[0, 313]);
                assert_eq!(found[lane], alone[0], "{} hops, learning rate {lr}", shared.hops);
                diverged += alone[0][DIVERGED] as u32;
            }
            partly += u32::from((1..30).contains(&diverged));
        }
        assert!(partly > 0, "in some group some lanes must diverge, and others go on");
    }

    #[test]
    fn windows_compose() {
        for (batch, one_run) in [(1, false), (7, false), (1, true), (7, true)] {
            let s = Setting { batch, one_run, runs: if one_run { 2 } else { 40 }, record: 100, ..SETTING };
            let whole = run(s, &[0, 500]);
            assert_eq!(whole, run(s, &[0, 1, 99, 100, 101, 377, 500]), "windows, batch {batch}");
            assert_ne!(whole, run(s, &[0, 499]), "the last step matters");
        }
    }

    #[test]
    fn records_are_the_moments_of_the_weights() {
        for hops in [3, 4] {
            let s = Setting { hops, skills: 50, record: 400, ..SETTING };
            let p = theory::power_law(50, 1.5);
            let mut turned = 0;
            for (lane, found) in run(s, &[0, 400]).iter().enumerate() {
                let w: Vec<f64> = found[RECORDS..].iter().map(|&w| f64::from(w)).collect();
                let [a, b] = theory::moments(&p, &w);
                let sign = if hops == 4 && a < 0.0 { -1.0 } else { 1.0 };
                turned += u32::from(sign < 0.0);
                let v: Vec<f64> = w.iter().map(|w| sign * w).collect();
                let misses = |power: u32| v.iter().map(|v| theory::power(1.0 - v, power)).sum::<f64>();
                let ends = bins(50);
                assert_eq!(ends, [0, 6, 12, 25, 50], "eighth, quarter, half");
                let mut want = vec![sign * a, b, misses(1), misses(2), v.iter().filter(|v| **v > 0.0).count() as f64];
                want.extend(ends.windows(2).map(|b| v[b[0] as usize..b[1] as usize].iter().sum::<f64>()));
                for (row, want) in (SIGNAL..RECORDS).zip(want) {
                    assert!(
                        (f64::from(found[row]) - want).abs() < 2e-5,
                        "run {lane}, row {row}: {} {want}",
                        found[row]
                    );
                }
            }
            assert_eq!(turned > 0, hops == 4, "for even k some runs are nearer to the other solution");
        }
    }

    #[test]
    fn a_run_that_diverges_is_emptied_and_stays_so() {
        let s = Setting { hops: 5, init: 1.5, lr: 0.5, record: 500, ..SETTING };
        let found = run(s, &[0, 500]);
        let diverged = found.iter().filter(|run| run[DIVERGED] == 1.0).count();
        assert!(diverged > 10, "{diverged}");
        for run in &found {
            assert!(run.iter().all(|x| x.is_finite()), "{run:?}");
            if run[DIVERGED] == 1.0 {
                assert!(run[RECORDS..].iter().all(|w| *w == 0.0) && run[HIT] == 0.0, "{run:?}");
            }
        }
    }

    #[test]
    fn the_time_of_a_check_is_whole_batches() {
        for batch in [1, 3, 100, 256, 1000] {
            let mut last = 0;
            for step in 1..3000 {
                let (seen, check) = (step * batch, step * batch / CHECK);
                if check > last {
                    assert_eq!(samples_at(check, batch), seen, "batch {batch}");
                    last = check;
                }
            }
        }
    }

    #[test]
    fn loops_of_a_dispatch_turn_less_often_than_a_software_adapter_allows() {
        for (skills, hops, batch) in [(8, 1, 1), (64, 4, 1), (1024, 8, 1), (1024, 8, 1024), (8, 8, 300), (1024, 5, 100)]
        {
            let (_, bits) = inputs(&[theory::power_law(skills, 1.0)], [0.1; LANES], batch);
            let uniforms = Uniforms { hops, skills, batch, bits, ..bytemuck::Zeroable::zeroed() };
            let steps = u64::from(Compose::software_steps(&uniforms));
            let (d, k, m) = (u64::from(skills), u64::from(hops), u64::from(batch));
            let samples = steps * m * (1 + 10 * k.div_ceil(4) + 2 * k);
            let checks = (steps * m).div_ceil(u64::from(CHECK)).min(steps);
            let turns = steps + samples + if m > 1 { steps * d } else { 0 } + (checks + 1) * (d + k) + 4 * d;
            assert!(steps > 0 && turns <= 65_535, "{skills} skills, {hops} hops, batch {batch}: {turns} in {steps}");
            assert!(steps == 1 || turns > 50_000, "and not much less: {turns}");
        }
    }

    #[test]
    fn small_steps_follow_the_flow() {
        // Large batches and a small learning rate leave no noise and no discretisation error: A and B of every run
        // follow the flow.
        let s = Setting { hops: 2, batch: 1000, lr: 0.05, init: 0.8, runs: 8, record: 2000, ..SETTING };
        let p = theory::power_law(20, 1.5);
        let mut left = 0;
        for (lane, found) in run(s, &[0, 2000]).iter().enumerate() {
            let w = start(&Gaussian::new().table, 3, 2 + lane as u32, 20, 0.8).into_iter().map(f64::from).collect();
            let mut end = [0.0; 2];
            theory::flow(
                &mut |w, out| {
                    theory::gradient(&p, 2, w, out);
                    out.iter_mut().for_each(|g| *g = -*g);
                },
                w,
                &[0.05 * 2000.0],
                1e-8,
                100_000,
                &mut |w| {
                    end = theory::moments(&p, w);
                    true
                },
            );
            let (a, b) = (f64::from(found[SIGNAL]), f64::from(found[POWER]));
            left += u32::from(end[0].abs() > 0.5);
            assert!((a - end[0].abs()).abs() < 0.02 && (b - end[1]).abs() < 0.03, "run {lane}: {a} {b} {end:?}");
        }
        assert!(left >= 3, "only {left} flows have left the start");
    }
}

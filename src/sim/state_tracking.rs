//! Kernel that learns to follow a permutation through k steps. Each lane of a workgroup is one run of SGD on a product
//! of matrices.
//!
//! Skill j is a permutation of n symbols with a learned n x n matrix `W_j`. A sample is k skills `s_1..s_k`, drawn from
//! an alias table over their ranks. The product `f = W_{s_k} ... W_{s_1}` should equal the product P of the permutation
//! matrices of these skills. The gradient of `|f - P|^2 / (2 n)` is rescaled to the norm `clip` if its norm is larger.
//! After every [`CHECK`] samples, a lane that has not solved the task yet is tested on sequences that all lanes share.
//! A lane that has solved the task trains for as many samples again as it needed to solve it, and then rests. A lane
//! whose error or gradient is out of bounds has diverged and is frozen.
//!
//! A lane's matrices are contiguous, unlike the rows of other kernels. Lanes draw different skills, so no layout can
//! merge their reads, but a contiguous matrix needs only four cache lines instead of n^2.

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Kernel, Parity};
use crate::rng::{self, Alias, Draws, Gaussian, Stream, permutation};
use crate::sim::arithmetic::inverse_root;
use crate::theory::state_tracking::{image, permutations};

/// Random stream from which the training sequences are drawn.
const TRACK: Stream = Stream(9);
/// Random stream from which the initial weights and the ranks of the skills are drawn.
const TRACK_START: Stream = Stream(10);
/// Random stream from which the test sequences are drawn.
const TRACK_TEST: Stream = Stream(11);

/// Number of runs that a workgroup advances together.
pub const LANES: usize = 16;

/// Number of samples between two checks of a lane on the test sequences.
pub const CHECK: u32 = 1000;

/// Largest number of hops k, which is the number of skills in a sequence.
pub const HOPS_MAX: usize = 8;

/// Limit of two numbers: of the squared error `|f - P|^2` between the product f of the learned matrices and the product
/// P of the permutation matrices, and of the squared norm of the gradient. A lane that exceeds this limit has diverged.
const BOUND: f32 = 1e10;

/// A weight whose absolute value is smaller than this is set to 0, because devices differ on subnormal numbers.
const TINY: f32 = 1e-30;

/// Number of lanes that the CPU computes together. With this number they fill the vector registers, and their products
/// stay in the first-level cache.
const PART: usize = 8;

crate::uniforms! {
    /// Uniforms of the kernel, at binding 0.
    pub struct Uniforms {
        /// Seed of all draws.
        seed: u32,
        /// Number n of symbols.
        symbols: u32,
        /// Number of skills, n!.
        skills: u32,
        /// Number k of hops: the number of skills in a sequence.
        hops: u32,
        /// Number of groups (workgroups) for each training distribution. The runs of each distribution are numbered
        /// from 0.
        groups: u32,
        /// Binary logarithm of the number of columns of an alias table.
        bits: u32,
        /// Number of test sequences in a check.
        tests: u32,
        /// Largest number of wrong answers in a check with which a lane counts as having solved the task.
        misses: u32,
        /// Learning rate.
        lr: f32,
        /// Largest norm of a gradient. A longer gradient is rescaled to this norm.
        clip: f32,
        /// Reciprocal of the number of symbols, 1/n.
        share: f32,
    }
}

/// Kernel of SGD on products of matrices. The state begins with the words of each lane, one lane after the other,
/// [`width`] words each. Then come [`scratch`] rows that only a GPU uses, and that are zero between dispatches. The
/// inputs are the packed alias tables of all distributions, one after the other, and the ranks of the skills in the
/// test sequences, `[test][hop]`.
#[derive(Debug)]
pub struct Track;

/// Index of the word with the number of the check that found the task solved. The word is 0 before that check. The
/// index is counted from the first word after the codes of the skills.
pub const SOLVED: usize = 0;
/// Index of the word that is 0 if the lane trains, 1 if the lane rests, and 2 if the lane has diverged. The index is
/// counted from the first word after the codes of the skills.
pub const REST: usize = 1;

/// Number of words of a lane. The first words are the learned matrices, `[skill][row][column]`. Then comes a code for
/// the permutation of each skill: bits 3i to 3i + 2 of this whole number are the symbol to which symbol i is sent. The
/// last two words are [`SOLVED`] and [`REST`].
pub const fn width(symbols: usize, skills: usize) -> usize {
    skills * symbols * symbols + skills + 2
}

/// Number of rows in which a GPU keeps the matrices, products and gradients of one sample with k = `hops` hops. They
/// are `k + (k - 1) + 2` matrices, and each entry of a matrix has a row.
pub const fn scratch(symbols: usize, hops: usize) -> usize {
    (2 * hops + 1) * symbols * symbols
}

/// Number of rows of a group's state.
pub const fn rows(symbols: usize, skills: usize, hops: usize) -> usize {
    width(symbols, skills) + scratch(symbols, hops)
}

/// Initial state of `runs` runs on each of `distributions` training distributions. The weights are Gaussian with
/// standard deviation `init`. The skills get their ranks in a random order. For every distribution, run i has the same
/// weights and the same order. A lane without a run rests.
#[expect(clippy::cast_possible_truncation, reason = "at most 120 skills and some thousand lanes")]
pub fn start(seed: u32, symbols: u32, hops: u32, init: f32, runs: u32, distributions: u32) -> Vec<[f32; LANES]> {
    let (codes, gaussian) = (permutations(symbols), Gaussian::new());
    let (n, skills) = (symbols as usize, codes.len());
    let (width, rows) = (width(n, skills), rows(n, skills, hops as usize));
    let groups = runs.div_ceil(LANES as u32);
    let mut state = vec![[0.0; LANES]; rows * groups as usize];
    for (run, words) in (0..).zip(state.chunks_exact_mut(rows).flat_map(|group| {
        let words: &mut [f32] = bytemuck::cast_slice_mut(group);
        words[..LANES * width].chunks_exact_mut(width)
    })) {
        let (order, mut draws) = order(seed, run, skills as u32);
        let (weights, rest) = words.split_at_mut(skills * n * n);
        weights.iter_mut().for_each(|w| *w = init * gaussian.sample(draws.word()));
        rest.iter_mut().zip(order).for_each(|(code, place)| *code = codes[place as usize] as f32);
        rest[skills + REST] = if run < runs { 0.0 } else { 1.0 };
    }
    state.repeat(distributions as usize)
}

/// The order in which the skills get their ranks in a run: the place of each rank's skill in [`permutations`]. Also
/// returns the draws from which the initial weights follow.
fn order(seed: u32, run: u32, skills: u32) -> (Vec<u32>, Draws) {
    let mut draws = Draws::new(seed, TRACK_START, run, 0);
    (permutation(&mut draws, skills), draws)
}

/// The codes of the skills of a run, in the order of their ranks.
#[expect(clippy::cast_possible_truncation, reason = "at most 120 skills")]
pub fn skills_of(seed: u32, symbols: u32, run: u32) -> Vec<u32> {
    let codes = permutations(symbols);
    let (order, _) = order(seed, run, codes.len() as u32);
    order.into_iter().map(|place| codes[place as usize]).collect()
}

/// The ranks of the skills in `tests` test sequences, each of `hops` skills. The ranks are drawn uniformly from the
/// range `skills`. Different values of `purpose` give independent sequences.
pub fn sequences(seed: u32, purpose: u32, hops: u32, skills: std::ops::Range<u32>, tests: u32) -> Vec<u32> {
    let mut draws = Draws::new(seed, TRACK_TEST, purpose, 0);
    (0..tests * hops).map(|_| skills.start + draws.below(skills.end - skills.start)).collect()
}

/// The words of lane number `lane` in the state of its group. A lane has `width` words.
pub fn lane(state: &[[f32; LANES]], lane: usize, width: usize) -> &[f32] {
    &bytemuck::cast_slice(state)[lane * width..][..width]
}

#[inline(always)]
fn flushed(x: f32) -> f32 {
    if x.abs() < TINY { 0.0 } else { x }
}

/// One matrix for each of [`PART`] lanes.
type Matrix<const NN: usize> = [[f32; PART]; NN];

/// Index of the entry `M[row][column]` of a matrix M with N columns, stored row by row.
#[inline(always)]
const fn at<const N: usize>(row: usize, column: usize) -> usize {
    row * N + column
}

/// Writes the matrix product `sum_m a(row, m) b(m, column)` to `out`. Each sum is added from its first term to its
/// last. `a_at` and `b_at` give the index of an entry of a and of b, so that the caller can have a factor transposed.
#[inline(always)]
fn product<const N: usize, const NN: usize>(
    out: &mut Matrix<NN>,
    a: &Matrix<NN>,
    a_at: impl Fn(usize, usize) -> usize,
    b: &Matrix<NN>,
    b_at: impl Fn(usize, usize) -> usize,
) {
    for row in 0..N {
        for column in 0..N {
            let mut sum = [0.0; PART];
            for l in 0..PART {
                sum[l] = a[a_at(row, 0)][l] * b[b_at(0, column)][l];
            }
            for m in 1..N {
                for l in 0..PART {
                    sum[l] += a[a_at(row, m)][l] * b[b_at(m, column)][l];
                }
            }
            out[row * N + column] = sum;
        }
    }
}

/// Whether the lane answers at most `u.misses` of the test sequences wrongly. [`answers`] says what a right answer is.
fn solves<const N: usize, const NN: usize>(u: &Uniforms, tests: &[u32], lane: &[f32]) -> bool {
    let (weights, rest) = lane.split_at(u.skills as usize * NN);
    let mut misses = 0;
    for ranks in tests.chunks_exact(u.hops as usize) {
        if !answers::<N, NN>(weights, &rest[..u.skills as usize], ranks) {
            misses += 1;
            if misses > u.misses {
                return false;
            }
        }
    }
    true
}

/// Whether the learned matrices answer a sequence correctly: in every column of the product of these matrices, the
/// largest entry is where the product of the permutation matrices has its 1.
fn answers<const N: usize, const NN: usize>(weights: &[f32], codes: &[f32], ranks: &[u32]) -> bool {
    for column in 0..N {
        let (mut symbol, mut v) = (column as u32, [0.0; N]);
        v[column] = 1.0;
        for &rank in ranks {
            let w = &weights[rank as usize * NN..][..NN];
            symbol = image(codes[rank as usize] as u32, symbol);
            let old = v;
            for row in 0..N {
                v[row] = w[at::<N>(row, 0)] * old[0];
                for m in 1..N {
                    v[row] += w[at::<N>(row, m)] * old[m];
                }
            }
        }
        let symbol = symbol as usize;
        if !(0..N).all(|row| row == symbol || v[row] < v[symbol]) {
            return false;
        }
    }
    true
}

/// Whether a lane answers a sequence of ranks correctly: in every column of the product of its learned matrices, the
/// largest entry is where the product of the permutation matrices has its 1. `lane` holds the lane's words of the
/// state.
pub fn exact_match(symbols: u32, skills: u32, lane: &[f32], ranks: &[u32]) -> bool {
    let (weights, rest) = lane.split_at((skills * symbols * symbols) as usize);
    let codes = &rest[..skills as usize];
    match symbols {
        3 => answers::<3, 9>(weights, codes, ranks),
        4 => answers::<4, 16>(weights, codes, ranks),
        _ => answers::<5, 25>(weights, codes, ranks),
    }
}

/// Advances `PART` lanes of a group through the range of steps in the kernel's uniforms.
fn part<const N: usize, const NN: usize>(
    u: &Uniforms,
    table: &[u32],
    tests: &[u32],
    first_run: u32,
    lanes: &mut [&mut [f32]; PART],
) {
    let (skills, hops) = (u.skills as usize, u.hops as usize);
    let runs: [u32; PART] = std::array::from_fn(|l| first_run + l as u32);
    let codes = skills * NN;
    let end = codes + skills;
    let (mut w, mut prefix, mut g) =
        ([[[0.0; PART]; NN]; HOPS_MAX], [[[0.0; PART]; NN]; HOPS_MAX], [[[0.0; PART]; NN]; HOPS_MAX]);
    for step in u.first..u.first + u.steps {
        if lanes.iter().all(|lane| lane[end + REST] != 0.0) {
            return;
        }
        let mut ranks = [[0; PART]; HOPS_MAX];
        for block in 0..hops.div_ceil(4) {
            let words = rng::philox_lanes([u.seed, TRACK.0], runs, [step; _], block as u32);
            for i in 0..4.min(hops - 4 * block) {
                for l in 0..PART {
                    ranks[4 * block + i][l] = Alias::pick_packed(table, u.bits, words[i][l]) as usize;
                }
            }
        }
        let mut code = [[0; PART]; HOPS_MAX];
        for i in 0..hops {
            for l in 0..PART {
                code[i][l] = lanes[l][codes + ranks[i][l]] as u32;
                let from = &lanes[l][ranks[i][l] * NN..][..NN];
                for e in 0..NN {
                    w[i][e][l] = from[e];
                }
            }
        }
        // prefix[i] = W_{s_i} ... W_{s_1}.
        prefix[0] = w[0];
        for i in 1..hops {
            let (before, after) = prefix.split_at_mut(i);
            product::<N, NN>(&mut after[0], &w[i], at::<N>, &before[i - 1], at::<N>);
        }
        let mut error = prefix[hops - 1];
        for l in 0..PART {
            for column in 0..N {
                let mut symbol = column as u32;
                for i in 0..hops {
                    symbol = image(code[i][l], symbol);
                }
                error[at::<N>(symbol as usize, column)][l] -= 1.0;
            }
        }
        let mut squares = [0.0; PART];
        for e in 0..NN {
            for l in 0..PART {
                squares[l] += error[e][l] * error[e][l];
                error[e][l] *= u.share;
            }
        }
        // g[i] = D_i prefix[i-1]^T, D_{i-1} = W_{s_i}^T D_i, from D_k = (f - P)/n.
        for i in (1..hops).rev() {
            product::<N, NN>(&mut g[i], &error, at::<N>, &prefix[i - 1], |m, column| column * N + m);
            let above = error;
            product::<N, NN>(&mut error, &w[i], |row, m| m * N + row, &above, at::<N>);
        }
        g[0] = error;
        // A skill that occurs twice has one gradient, kept where it occurs first.
        let mut again = [[false; PART]; HOPS_MAX];
        for l in 0..PART {
            for j in 1..hops {
                if let Some(i) = (0..j).find(|&i| ranks[i][l] == ranks[j][l]) {
                    again[j][l] = true;
                    for e in 0..NN {
                        g[i][e][l] += g[j][e][l];
                        g[j][e][l] = 0.0;
                    }
                }
            }
        }
        let mut norm = [0.0; PART];
        for i in 0..hops {
            let mut sum = [0.0; PART];
            for e in 0..NN {
                for l in 0..PART {
                    sum[l] += g[i][e][l] * g[i][e][l];
                }
            }
            for l in 0..PART {
                norm[l] += sum[l];
            }
        }
        let mut rate = [u.lr; PART];
        for l in 0..PART {
            if norm[l] > u.clip * u.clip {
                rate[l] = u.lr * (u.clip * inverse_root::<false>(norm[l]));
            }
        }
        for i in 0..hops {
            for e in 0..NN {
                for l in 0..PART {
                    w[i][e][l] = flushed(w[i][e][l] - rate[l] * g[i][e][l]);
                }
            }
        }
        let check = (step + 1) % CHECK == 0;
        for l in 0..PART {
            let lane = &mut *lanes[l];
            if lane[end + REST] != 0.0 {
                continue;
            }
            if !(squares[l] <= BOUND && norm[l] <= BOUND) {
                lane[end + REST] = 2.0;
                continue;
            }
            for i in 0..hops {
                if !again[i][l] {
                    let to = &mut lane[ranks[i][l] * NN..][..NN];
                    for e in 0..NN {
                        to[e] = w[i][e][l];
                    }
                }
            }
            if check {
                let count = ((step + 1) / CHECK) as f32;
                if lane[end + SOLVED] == 0.0 && solves::<N, NN>(u, tests, lane) {
                    lane[end + SOLVED] = count;
                }
                if lane[end + SOLVED] != 0.0 && count >= 2.0 * lane[end + SOLVED] {
                    lane[end + REST] = 1.0;
                }
            }
        }
    }
}

impl Kernel for Track {
    const NAME: &'static str = "state_tracking";
    const WGSL: Option<&'static str> = Some(concat!(
        include_str!("state_tracking.wgsl"),
        include_str!("arithmetic.wgsl"),
        include_str!("../rng.wgsl")
    ));
    const HARDWARE: Parity = Parity::Close {
        rel: 1e-5,
        abs: 1e-5,
        reason: "WGSL may fuse a * b + c; between no and all fused, 20000 samples move a weight by less than 1e-6",
    };
    const INPUTS: usize = 2;
    type Uniforms = Uniforms;
    type Row = [f32; LANES];

    fn software_steps(u: &Uniforms) -> u32 {
        // Loop iterations of a step: 3 k - 2 products, k matrices in, their norms and k matrices out, the error twice,
        // its symbols; then draws and repeats.
        let step = (6 * u.hops + 2) * u.symbols * u.symbols + u.symbols * (u.hops + 1) + 14 * u.hops + u.hops * u.hops;
        let check = u.tests * (1 + u.symbols * (1 + u.hops));
        // More steps than lie between two checks would have to allow for two checks.
        (65_000_u32.saturating_sub(check) / step).clamp(1, CHECK)
    }

    fn weight(u: &Uniforms) -> u32 {
        // The lightest case is one hop of three symbols.
        u.hops * u.symbols.pow(3) / 27
    }

    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
        let (symbols, skills) = (u.symbols as usize, u.skills as usize);
        let table = &inputs.u32(0)[((group / u.groups) << u.bits) as usize..][..1 << u.bits];
        let tests = &inputs.u32(1)[..(u.tests * u.hops) as usize];
        let first_run = group % u.groups * LANES as u32;
        let width = width(symbols, skills);
        let words: &mut [f32] = &mut bytemuck::cast_slice_mut(state)[..LANES * width];
        for (i, words) in words.chunks_exact_mut(PART * width).enumerate() {
            let mut lanes = words.chunks_exact_mut(width);
            let mut lanes: [&mut [f32]; PART] = std::array::from_fn(|_| lanes.next().unwrap_or_default());
            let first_run = first_run + (i * PART) as u32;
            match symbols {
                3 => part::<3, 9>(u, table, tests, first_run, &mut lanes),
                4 => part::<4, 16>(u, table, tests, first_run, &mut lanes),
                _ => part::<5, 25>(u, table, tests, first_run, &mut lanes),
            }
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        let case = |name, symbols: u32, hops, exponents: &[u32], init, clip, cuts: &[u32]| {
            let skills: u32 = (1..=symbols).product();
            let tables: Vec<Alias> = exponents
                .iter()
                .map(|&a| Alias::new(&(1..=skills).map(|j| 1.0 / f64::from(j.pow(a))).collect::<Vec<_>>()))
                .collect();
            let words: Vec<u32> = tables.iter().flat_map(|table| table.words.clone()).collect();
            let tests = sequences(13, 0, hops, 0..skills, 100);
            let inputs = Inputs::new(&[bytemuck::cast_slice(&words), bytemuck::cast_slice(&tests)]);
            let runs = 20;
            let uniforms = Uniforms {
                seed: 13,
                symbols,
                skills,
                hops,
                groups: 2,
                bits: tables[0].bits(),
                tests: 100,
                misses: 5,
                lr: 0.5,
                clip,
                share: 1.0 / symbols as f32,
                first: 0,
                steps: 0,
            };
            let host = start(13, symbols, hops, init, runs, exponents.len() as u32);
            let rows = rows(symbols as usize, skills as usize, hops as usize);
            Case { name, host, rows, inputs, uniforms, cuts: cuts.to_vec() }
        };
        vec![
            case("one step of one hop", 3, 1, &[0], 0.24, 1.0, &[0, 1]),
            case("five symbols, two distributions", 5, 4, &[0, 1], 0.24, 1.0, &[0, 1, 17, 1001]),
            case("the longest sequences", 4, 8, &[2, 0, 1], 0.4, 1.0, &[0, 5, 100]),
            case("checks, and runs that rest", 3, 2, &[0, 2], 0.3, 0.5, &[0, 999, 1000, 2001, 5000]),
            case("runs that diverge are frozen", 3, 4, &[0], 30.0, 10.0, &[0, 2, 200]),
            case("weights that vanish are flushed", 3, 2, &[0], 1e-31, 1.0, &[0, 3, 40]),
        ]
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::math;

    struct Task {
        u: Uniforms,
        table: Alias,
        inputs: Inputs,
    }

    fn task(symbols: u32, hops: u32, exponent: f64) -> Task {
        let skills: u32 = (1..=symbols).product();
        let p: Vec<f64> = (1..=skills).map(|j| math::pow(f64::from(j), -exponent)).collect();
        let table = Alias::new(&p);
        let tests = sequences(3, 0, hops, 0..skills, 100);
        let inputs = Inputs::new(&[bytemuck::cast_slice(&table.words), bytemuck::cast_slice(&tests)]);
        let u = Uniforms {
            seed: 3,
            symbols,
            skills,
            hops,
            groups: 1,
            bits: table.bits(),
            tests: 100,
            misses: 5,
            lr: 0.5,
            clip: 1.0,
            share: 1.0 / symbols as f32,
            first: 0,
            steps: 0,
        };
        Task { u, table, inputs }
    }

    impl Task {
        fn start(&self, init: f32) -> Vec<[f32; LANES]> {
            start(self.u.seed, self.u.symbols, self.u.hops, init, LANES as u32, 1)
        }

        fn run(&self, state: &mut [[f32; LANES]], window: std::ops::Range<u32>) {
            use crate::exec::Uniforms as _;
            Track::group(&self.u.window(window), &self.inputs, 0, state);
        }

        fn width(&self) -> usize {
            width(self.u.symbols as usize, self.u.skills as usize)
        }

        /// Ranks of the skills that a run draws in a step.
        fn ranks(&self, run: u32, step: u32) -> Vec<usize> {
            (0..self.u.hops)
                .map(|i| {
                    let words = rng::philox([self.u.seed, TRACK.0], [run, step, i / 4, 0]);
                    Alias::pick_packed(&self.table.words, self.u.bits, words[i as usize % 4]) as usize
                })
                .collect()
        }

        /// Loss of the learned matrices on one sequence, computed in f64.
        fn loss(&self, weights: &[f64], codes: &[u32], ranks: &[usize]) -> f64 {
            let n = self.u.symbols as usize;
            let mut squares = 0.0;
            for column in 0..n {
                let (mut symbol, mut v) = (column as u32, vec![0.0; n]);
                v[column] = 1.0;
                for &rank in ranks {
                    let w = &weights[rank * n * n..][..n * n];
                    symbol = image(codes[rank], symbol);
                    v = (0..n).map(|row| (0..n).map(|m| w[row * n + m] * v[m]).sum()).collect();
                }
                v[symbol as usize] -= 1.0;
                squares += v.iter().map(|x| x * x).sum::<f64>();
            }
            squares / (2.0 * n as f64)
        }
    }

    #[test]
    fn a_step_goes_down_the_gradient() {
        let mut repeats = 0;
        for (symbols, hops, clip) in [(3, 1, 1e3), (3, 4, 1e3), (4, 5, 1e3), (5, 4, 1e3), (5, 8, 1e3), (5, 4, 0.01)] {
            let mut task = task(symbols, hops, 1.5);
            task.u.clip = clip;
            let width = task.width();
            let before = task.start(0.5);
            let mut after = before.clone();
            task.run(&mut after, 0..1);
            let weights = task.u.skills as usize * (symbols * symbols) as usize;
            for run in 0..4 {
                let ranks = task.ranks(run, 0);
                repeats += usize::from((1..ranks.len()).any(|j| ranks[..j].contains(&ranks[j])));
                let (old, new) = (lane(&before, run as usize, width), lane(&after, run as usize, width));
                let codes: Vec<u32> = old[weights..].iter().map(|&c| c as u32).collect();
                let w: Vec<f64> = old[..weights].iter().map(|&w| f64::from(w)).collect();
                let slope = |e: usize| {
                    let at = |h: f64| {
                        let mut w = w.clone();
                        w[e] += h;
                        task.loss(&w, &codes, &ranks)
                    };
                    (at(1e-4) - at(-1e-4)) / 2e-4
                };
                let gradient: Vec<f64> = (0..weights).map(slope).collect();
                let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
                let rate = 0.5 * (f64::from(clip) / norm).min(1.0);
                for e in 0..weights {
                    let (moved, want) = (f64::from(new[e]) - w[e], -rate * gradient[e]);
                    // The tolerance is for the error of finite differences, and for f32.
                    assert!((moved - want).abs() < 1e-6 + 1e-5 * want.abs(), "{symbols}, {hops}: {moved}, not {want}");
                }
                assert_eq!(old[weights..], new[weights..], "nothing else changes");
            }
        }
        assert!(repeats > 3, "skills that occur twice are tried: {repeats}");
    }

    #[test]
    fn windows_compose() {
        let task = task(3, 4, 1.0);
        let (mut whole, mut cut) = (task.start(0.3), task.start(0.3));
        task.run(&mut whole, 0..9000);
        for window in [0..1, 1..1000, 1000..1999, 1999..1999, 1999..9000] {
            task.run(&mut cut, window);
        }
        assert_eq!(whole, cut);
        let width = task.width();
        let count = |rest: f32| (0..LANES).filter(|&l| lane(&whole, l, width)[width - 1] == rest).count();
        assert!(count(0.0) > 0 && count(1.0) > 0, "some train and some rest: {}, {}", count(0.0), count(1.0));
        for l in 0..LANES {
            let [solved, rest] = [2, 1].map(|i| lane(&whole, l, width)[width - i]);
            assert!(rest != 1.0 || solved > 0.0 && 2.0 * solved <= 9.0, "rests after as many again: {solved}");
        }
    }

    #[test]
    fn lanes_do_not_know_their_neighbours() {
        let task = task(4, 4, 1.0);
        let mut together = task.start(0.24);
        task.run(&mut together, 0..500);
        let mut alone = task.start(0.24);
        let width = task.width();
        let words: &mut [f32] = bytemuck::cast_slice_mut(&mut alone);
        for l in (0..LANES).filter(|&l| l != 11) {
            words[l * width + width - 1] = 1.0;
        }
        task.run(&mut alone, 0..500);
        assert_eq!(lane(&together, 11, width), lane(&alone, 11, width));
    }

    /// Sets the learned matrices of each lane to its permutation matrices, after `factor` has been applied to every
    /// entry.
    fn set(task: &Task, state: &mut [[f32; LANES]], factor: impl Fn(f32) -> f32) {
        let (n, skills, width) = (task.u.symbols, task.u.skills as usize, task.width());
        let words: &mut [f32] = bytemuck::cast_slice_mut(state);
        for lane in words[..LANES * width].chunks_exact_mut(width) {
            for j in 0..skills {
                let code = lane[skills * (n * n) as usize + j] as u32;
                for row in 0..n {
                    for column in 0..n {
                        let one = if image(code, column) == row { 1.0 } else { 0.0 };
                        lane[j * (n * n) as usize + (row * n + column) as usize] = factor(one);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_right_stays_and_is_seen_to_be_right() {
        let task = task(5, 4, 0.0);
        let mut state = task.start(0.24);
        set(&task, &mut state, |one| one);
        let learned = state.clone();
        task.run(&mut state, 0..5000);
        let width = task.width();
        for l in 0..LANES {
            let (before, after) = (lane(&learned, l, width), lane(&state, l, width));
            assert_eq!(before[..width - 2], after[..width - 2], "no gradient");
            assert_eq!(after[width - 2..], [1.0, 1.0], "solved at the first check, at rest since the second");
        }
        // Without the mean of the symbols every answer is still right; with the mean alone, none is.
        let ranks = sequences(1, 0, 4, 0..120, 200);
        let right = |state: &[[f32; LANES]]| {
            ranks.chunks(4).filter(|ranks| exact_match(5, 120, lane(state, 0, width), ranks)).count()
        };
        set(&task, &mut state, |one| one - 0.2);
        assert_eq!(right(&state), 200, "all but the mean");
        set(&task, &mut state, |_| 0.2);
        assert_eq!(right(&state), 0, "ties are no answers");
    }

    #[test]
    fn lanes_that_diverge_are_frozen() {
        let task = task(3, 4, 0.0);
        let mut state = task.start(100.0);
        task.run(&mut state, 0..5000);
        let (width, numbers) = (task.width(), bytemuck::cast_slice::<_, f32>(&state));
        assert!(numbers.iter().all(|x| x.is_finite()), "no infinities");
        let diverged = (0..LANES).filter(|&l| lane(&state, l, width)[width - 1] == 2.0).count();
        assert!(diverged > 0, "none diverged");
        let frozen = state.clone();
        task.run(&mut state, 5000..6000);
        for l in (0..LANES).filter(|&l| lane(&frozen, l, width)[width - 1] == 2.0) {
            assert_eq!(lane(&state, l, width), lane(&frozen, l, width), "frozen");
        }
    }
}

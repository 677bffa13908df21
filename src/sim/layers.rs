//! Layers of small networks that a kernel trains: products with biases, gathers of rows, ReLU, causal attention, softmax
//! with cross-entropy, and Adam with decoupled decay. `layers.wgsl` has the layers for shaders, but for attention, which only
//! the CPU computes.
//!
//! A matrix with rows and columns is stored in panels of 16 columns, so that every inner loop runs over 16 neighbours.
//! Row r of panel c has the columns 16 c to 16 c + 15, and is number `c * rows + r` in the list. Numbers of columns are
//! multiples of 16. Activations have a row for each sample. Weights have a row for each input of the layer, and perhaps a
//! last row with biases. Functions add to their outputs, so that a sum can go on over several calls.
//!
//! Every sum has a fixed order, and nothing is used but + - * and integers, so that equal inputs give equal bits in every
//! build. Devices may fuse a product and a sum. The parameter `FUSED` of a layer fuses all of them, which shows how far
//! the results of such a device can be from those of the CPU.

use super::arithmetic::{self, exp, inverse_root, reciprocal};

/// Number of columns of a panel.
pub const PANEL: usize = 16;

/// Row of a panel.
pub type Panel = [f32; PANEL];

/// Largest absolute value of an input of [`softmax_errors`] for which a network counts as sound.
const BOUND: f32 = 1e6;
/// Moments whose absolute values are smaller than this become 0, before devices round subnormal numbers differently.
const TINY: f32 = 1e-30;
/// Added to a mean square, so that its root is not 0.
const NORM_EPSILON: f32 = 1e-5;
/// Square of Adam's epsilon of 1e-8.
const EPSILON_SQUARED: f32 = 1e-16;
/// Factor of the inner products of [`attend`]: one divided by the root of the number of columns of a head.
const HEAD_SCALE: f32 = 0.25;
/// Decay of Adam's mean of the gradients.
const BETA_1: f32 = 0.9;
/// `1 - BETA_1`.
const REST_1: f32 = 0.1;
/// Decay of Adam's mean of the squared gradients.
const BETA_2: f32 = 0.999;
/// `1 - BETA_2`.
const REST_2: f32 = 0.001;
/// Adds `a` times the row `b` to `sum`.
#[inline(always)]
fn add_row<const FUSED: bool>(sum: &mut Panel, a: f32, b: &Panel) {
    for j in 0..PANEL {
        sum[j] = arithmetic::add_product::<FUSED>(sum[j], a, b[j]);
    }
}

/// Adds `x w` to one panel of outputs. Panel k of x is `x[k * samples..][..samples]`. The sums of two samples fill the
/// vector registers of WebAssembly.
#[inline(always)]
fn add_panel_product<const FUSED: bool>(x: &[Panel], w: &[Panel], out: &mut [Panel]) {
    let samples = out.len();
    for s in (0..samples).step_by(2) {
        let t = (s + 1).min(samples - 1);
        let (mut first, mut second) = (out[s], out[t]);
        for (x, w) in x.chunks_exact(samples).zip(w.as_chunks::<PANEL>().0) {
            let (a, b) = (&x[s], &x[t]);
            for i in 0..PANEL {
                add_row::<FUSED>(&mut first, a[i], &w[i]);
                add_row::<FUSED>(&mut second, b[i], &w[i]);
            }
        }
        (out[s], out[t]) = (first, second);
    }
}

/// Adds the product `x W` to `out`. Each sum follows the order of the inputs. `rows` is the number of rows of W: the
/// number of inputs, and one more if there are biases, which this function does not use.
pub fn add_product<const FUSED: bool>(x: &[Panel], w: &[Panel], rows: usize, out: &mut [Panel], samples: usize) {
    for (w, out) in w.chunks_exact(rows).zip(out.chunks_exact_mut(samples)) {
        add_panel_product::<FUSED>(x, &w[..x.len() / samples * PANEL], out);
    }
}

/// Writes the biases of W, which has so many rows with them, to each sample's outputs.
pub fn biases(w: &[Panel], rows: usize, out: &mut [Panel], samples: usize) {
    for (w, out) in w.chunks_exact(rows).zip(out.chunks_exact_mut(samples)) {
        out.fill(w[rows - 1]);
    }
}

/// Writes the transposed matrix of W, without biases, to `out`. The error of the inputs of a product is
/// `dx = dy W^T`, where dy is the error of its outputs.
pub fn transpose(w: &[Panel], rows: usize, out: &mut [Panel]) {
    let outputs = w.len() / rows * PANEL;
    for (k, out) in out.chunks_exact_mut(outputs).enumerate() {
        for (w, out) in w.chunks_exact(rows).zip(out.chunks_exact_mut(PANEL)) {
            for (i, row) in w[PANEL * k..][..PANEL].iter().enumerate() {
                for (column, out) in row.iter().zip(&mut *out) {
                    out[i] = *column;
                }
            }
        }
    }
}

/// Adds `x^T dy`, the gradient of the weights of a product, to `dw`, which has so many rows. Sums follow the order of
/// the samples.
pub fn add_product_gradients<const FUSED: bool>(
    x: &[Panel],
    dy: &[Panel],
    dw: &mut [Panel],
    rows: usize,
    samples: usize,
) {
    for (dy, dw) in dy.chunks_exact(samples).zip(dw.chunks_exact_mut(rows)) {
        for (x, dw) in x.chunks_exact(samples).zip(dw.chunks_exact_mut(PANEL)) {
            for (i, dw) in dw.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                let [mut first, mut second] = *dw;
                for s in 0..samples {
                    add_row::<FUSED>(&mut first, x[s][2 * i], &dy[s]);
                    add_row::<FUSED>(&mut second, x[s][2 * i + 1], &dy[s]);
                }
                *dw = [first, second];
            }
        }
    }
}

/// Writes the gradient of the biases, which is the sum of dy over the samples, to the last row of `dw`.
pub fn bias_gradients(dy: &[Panel], dw: &mut [Panel], rows: usize, samples: usize) {
    for (dy, dw) in dy.chunks_exact(samples).zip(dw.chunks_exact_mut(rows)) {
        dw[rows - 1] = [0.0; PANEL];
        dy.iter().for_each(|row| add(&mut dw[rows - 1], row));
    }
}

/// Adds a row to a sum.
#[inline(always)]
fn add(sum: &mut Panel, row: &Panel) {
    for j in 0..PANEL {
        sum[j] += row[j];
    }
}

/// Adds rows of W, which has `rows` rows, to the outputs: `out_s += W[row of sample s]`. The product of W with inputs of
/// which one is 1 and the others are 0.
pub fn add_gathered(gathered: &[u32], w: &[Panel], rows: usize, out: &mut [Panel]) {
    for (w, out) in w.chunks_exact(rows).zip(out.chunks_exact_mut(gathered.len())) {
        for (out, row) in out.iter_mut().zip(gathered) {
            add(out, &w[*row as usize]);
        }
    }
}

/// Adds the gradient of the weights of [`add_gathered`] to `dw`: to row r, dy of the samples that gather row r, in their
/// order.
pub fn scatter(gathered: &[u32], dy: &[Panel], dw: &mut [Panel], rows: usize) {
    for (dy, dw) in dy.chunks_exact(gathered.len()).zip(dw.chunks_exact_mut(rows)) {
        for (dy, row) in dy.iter().zip(gathered) {
            add(&mut dw[*row as usize], dy);
        }
    }
}

/// Root mean square normalisation without gain: writes `x / sqrt(mean of x^2 + 1e-5)` of each sample to `out`, and the
/// factors by which x was multiplied to `factors`. The squares are summed in four parts, one for each quarter of
/// neighbouring columns.
pub fn normalize<const FUSED: bool>(x: &[Panel], out: &mut [Panel], factors: &mut [f32]) {
    let samples = factors.len();
    let share = share_of_columns::<FUSED>(x, samples);
    for (s, factor) in factors.iter_mut().enumerate() {
        let squares = dot::<FUSED>(x, x, s, samples);
        *factor = inverse_root::<FUSED>(arithmetic::add_product::<FUSED>(NORM_EPSILON, squares, share));
        for (x, out) in x.iter().skip(s).step_by(samples).zip(out.iter_mut().skip(s).step_by(samples)) {
            *out = x.map(|x| x * *factor);
        }
    }
}

/// Adds the errors of the inputs of [`normalize`] to `dx`: with its outputs u, factors r and errors du of the outputs,
/// `dx += r (du - u mean(u du))` for each sample.
pub fn add_normalize_errors<const FUSED: bool>(u: &[Panel], factors: &[f32], du: &[Panel], dx: &mut [Panel]) {
    let samples = factors.len();
    let share = share_of_columns::<FUSED>(u, samples);
    for (s, factor) in factors.iter().enumerate() {
        let mean = dot::<FUSED>(u, du, s, samples) * share;
        for k in (s..u.len()).step_by(samples) {
            for j in 0..PANEL {
                let along = arithmetic::add_product::<FUSED>(du[k][j], -mean, u[k][j]);
                dx[k][j] = arithmetic::add_product::<FUSED>(dx[k][j], *factor, along);
            }
        }
    }
}

/// One divided by the number of columns.
fn share_of_columns<const FUSED: bool>(x: &[Panel], samples: usize) -> f32 {
    reciprocal::<FUSED>((x.len() / samples * PANEL) as f32)
}

/// Inner product of the rows of sample s.
#[inline(always)]
fn dot<const FUSED: bool>(x: &[Panel], y: &[Panel], s: usize, samples: usize) -> f32 {
    let mut sums = [0.0; 4];
    for (x, y) in x.iter().skip(s).step_by(samples).zip(y.iter().skip(s).step_by(samples)) {
        add_quarters::<FUSED>(&mut sums, x, y);
    }
    ((sums[0] + sums[1]) + sums[2]) + sums[3]
}

/// Inner product of two rows of a panel.
#[inline(always)]
fn inner<const FUSED: bool>(x: &Panel, y: &Panel) -> f32 {
    let mut sums = [0.0; 4];
    add_quarters::<FUSED>(&mut sums, x, y);
    ((sums[0] + sums[1]) + sums[2]) + sums[3]
}

/// Adds the products of the entries of two rows to four sums, one for each quarter of neighbouring columns.
#[inline(always)]
fn add_quarters<const FUSED: bool>(sums: &mut [f32; 4], x: &Panel, y: &Panel) {
    for (x, y) in x.chunks_exact(4).zip(y.chunks_exact(4)) {
        for j in 0..4 {
            sums[j] = arithmetic::add_product::<FUSED>(sums[j], x[j], y[j]);
        }
    }
}

/// Adds the rows of x to `sum`.
pub fn add_all(sum: &mut [Panel], x: &[Panel]) {
    sum.iter_mut().zip(x).for_each(|(sum, x)| add(sum, x));
}

/// ReLU: replaces x by `max(x, 0)`.
pub fn relu(x: &mut [Panel]) {
    x.as_flattened_mut().iter_mut().for_each(|x| *x = if *x > 0.0 { *x } else { 0.0 });
}

/// Errors of the inputs of ReLU: errors remain where the output y is above 0.
pub fn relu_errors(y: &[Panel], errors: &mut [Panel]) {
    for (y, error) in y.as_flattened().iter().zip(errors.as_flattened_mut()) {
        *error = if *y > 0.0 { *error } else { 0.0 };
    }
}

/// Causal attention. A head is a panel of 16 columns, so there are as many heads as panels of q.
///
/// A sample has a row of keys and of values at each of its positions, and a row of queries q at each of the last ones.
/// The keys of all heads are the first half of the panels of `kv`, and the values the second half. Rows are ordered by
/// position, and then by sample. The query at position i writes `out_i = sum of p_ij v_j` over the positions j up to i,
/// where `p_ij` is the softmax over j of `q_i k_j / 4`. It writes `p_ij` of sample s to `shares`, at
/// `((head * queries + i) * positions + j) * samples + s`, where i counts from the first query.
pub fn attend<const FUSED: bool>(
    q: &[Panel],
    kv: &[Panel],
    shares: &mut [f32],
    out: &mut [Panel],
    heads: usize,
    samples: usize,
) {
    let (own, rows) = (q.len() / heads, kv.len() / (2 * heads));
    let (keys, values) = kv.split_at(heads * rows);
    let before = rows / samples - own / samples;
    let (mut most, mut total) = (vec![0.0; samples], vec![0.0; samples]);
    for (head, shares) in shares.chunks_exact_mut(own / samples * rows).enumerate() {
        let (k, v) = (&keys[head * rows..][..rows], &values[head * rows..][..rows]);
        let (q, out) = (&q[head * own..][..own], &mut out[head * own..][..own]);
        let queries = q.chunks_exact(samples).zip(out.chunks_exact_mut(samples));
        for (i, ((q, out), shares)) in queries.zip(shares.chunks_exact_mut(rows)).enumerate() {
            let shares = &mut shares[..(before + i + 1) * samples];
            for (shares, k) in shares.chunks_exact_mut(samples).zip(k.chunks_exact(samples)) {
                for ((share, q), k) in shares.iter_mut().zip(q).zip(k) {
                    *share = inner::<FUSED>(q, k) * HEAD_SCALE;
                }
            }
            most.copy_from_slice(&shares[..samples]);
            for shares in shares.chunks_exact(samples).skip(1) {
                most.iter_mut().zip(shares).for_each(|(most, z)| *most = if *z > *most { *z } else { *most });
            }
            total.fill(0.0);
            for shares in shares.chunks_exact_mut(samples) {
                for ((share, most), total) in shares.iter_mut().zip(&most).zip(&mut total) {
                    *share = exp::<FUSED>(*share - most);
                    *total += *share;
                }
            }
            total.iter_mut().for_each(|total| *total = reciprocal::<FUSED>(*total));
            out.fill([0.0; PANEL]);
            for (shares, v) in shares.chunks_exact_mut(samples).zip(v.chunks_exact(samples)) {
                shares.iter_mut().zip(&total).for_each(|(share, scale)| *share *= scale);
                for ((out, share), v) in out.iter_mut().zip(&*shares).zip(v) {
                    add_row::<FUSED>(out, *share, v);
                }
            }
        }
    }
}

/// Adds the errors of the queries, keys and values of [`attend`] to dq and `dkv`, given the shares and the errors of its
/// outputs: with `e_j = dout_i v_j` and `m = sum of p_ij e_j`, the score of the query at i and the key at j has the error
/// `p_ij (e_j - m)`.
pub fn add_attend_errors<const FUSED: bool>(
    [q, kv]: [&[Panel]; 2],
    shares: &[f32],
    dout: &[Panel],
    [dq, dkv]: [&mut [Panel]; 2],
    heads: usize,
    samples: usize,
) {
    let (own, rows) = (q.len() / heads, kv.len() / (2 * heads));
    let (keys, values) = kv.split_at(heads * rows);
    let (dkeys, dvalues) = dkv.split_at_mut(heads * rows);
    let before = rows / samples - own / samples;
    let mut errors = vec![0.0; rows / samples];
    for (head, shares) in shares.chunks_exact(own / samples * rows).enumerate() {
        let (k, v) = (&keys[head * rows..][..rows], &values[head * rows..][..rows]);
        let (dk, dv) = (&mut dkeys[head * rows..][..rows], &mut dvalues[head * rows..][..rows]);
        for (i, shares) in shares.chunks_exact(rows).enumerate() {
            let errors = &mut errors[..=before + i];
            for s in 0..samples {
                let at = head * own + i * samples + s;
                let (q, dout, dq) = (&q[at], &dout[at], &mut dq[at]);
                let mut mean = 0.0;
                for (j, error) in errors.iter_mut().enumerate() {
                    let row = j * samples + s;
                    *error = inner::<FUSED>(dout, &v[row]);
                    mean = arithmetic::add_product::<FUSED>(mean, shares[row], *error);
                }
                for (j, error) in errors.iter().enumerate() {
                    let row = j * samples + s;
                    let score = (shares[row] * (error - mean)) * HEAD_SCALE;
                    add_row::<FUSED>(dq, score, &k[row]);
                    add_row::<FUSED>(&mut dk[row], score, q);
                    add_row::<FUSED>(&mut dv[row], shares[row], dout);
                }
            }
        }
    }
}

/// Whether a number is at most [`BOUND`] in absolute value. NaN is not.
#[inline(always)]
const fn sound(x: f32) -> bool {
    x.to_bits() & 0x7fff_ffff <= BOUND.to_bits()
}

/// Softmax with cross-entropy. Replaces the scores z of each sample by the errors `(softmax(z) - one_hot(label))/count`
/// of the sum of the cross-entropies, divided by `count`. Only the first `classes` columns are classes; errors of the
/// others are 0.
///
/// Returns whether all scores of classes are sound. If not, the errors mean nothing.
pub fn softmax_errors<const FUSED: bool>(z: &mut [Panel], labels: &[u32], classes: usize, count: usize) -> bool {
    let (samples, share) = (labels.len(), reciprocal::<FUSED>(count as f32));
    let mut all_sound = true;
    // Loops over a slice become vector instructions, also where they select.
    let mut scores = vec![0.0; z.len() / samples * PANEL];
    for (s, label) in labels.iter().enumerate() {
        for (scores, z) in scores.chunks_exact_mut(PANEL).zip(z.iter().skip(s).step_by(samples)) {
            scores.copy_from_slice(z);
        }
        all_sound &= scores[..classes].iter().fold(true, |all, z| all & sound(*z));
        let scale = reciprocal::<FUSED>(powers::<FUSED>(&mut scores, classes));
        let label = *label as usize;
        let right = arithmetic::add_product::<FUSED>(-1.0, scores[label], scale) * share;
        scores.iter_mut().for_each(|power| *power = (*power * scale) * share);
        scores[label] = right;
        for (scores, z) in scores.chunks_exact(PANEL).zip(z.iter_mut().skip(s).step_by(samples)) {
            z.copy_from_slice(scores);
        }
    }
    all_sound
}

/// Replaces the scores z of one sample by `exp(z - most)`, where `most` is the largest score of a class, and scores after
/// the classes by 0. Returns the sum. The number of scores is a multiple of 4.
fn powers<const FUSED: bool>(scores: &mut [f32], classes: usize) -> f32 {
    let (inside, outside) = scores.split_at_mut(classes);
    // `f32::max` would be a call in WebAssembly.
    let most = inside.iter().fold(f32::MIN, |most, z| if *z > most { *z } else { most });
    inside.iter_mut().for_each(|z| *z = exp::<FUSED>(*z - most));
    outside.fill(0.0);
    let mut sums = [0.0; 4];
    for quarter in scores.chunks_exact(4) {
        sums.iter_mut().zip(quarter).for_each(|(sum, power)| *sum += power);
    }
    ((sums[0] + sums[1]) + sums[2]) + sums[3]
}

/// Adam with decoupled decay of the weights (Loshchilov and Hutter, ICLR 2019, algorithm 2), at one step.
///
/// With the gradient g and the powers of the betas up to this step, `m = b1 m + (1 - b1) g`,
/// `v = b2 v + (1 - b2) g^2`, and `w = w - rate (m/(1 - b1^t) / sqrt(v/(1 - b2^t) + epsilon^2) + decay w)`. Epsilon
/// stands under the root, where other implementations add it to the root.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    /// `rate / (1 - b1^t)`.
    first: f32,
    /// `1 / (1 - b2^t)`.
    second: f32,
    /// `rate * decay`.
    shrink: f32,
}

impl Adam {
    /// Adam's next step. `powers` are `b1^t` and `b2^t` of the step before it, and 1 before the first step.
    pub fn next<const FUSED: bool>(powers: &mut [f32; 2], rate: f32, decay: f32) -> Self {
        powers[0] *= BETA_1;
        powers[1] *= BETA_2;
        let [first, second] = powers.map(|power| reciprocal::<FUSED>(1.0 - power));
        Self { first: rate * first, second, shrink: rate * decay }
    }

    /// Updates weights w with the moments m and v and the gradients g.
    pub fn update<const FUSED: bool>(self, w: &mut [Panel], m: &mut [Panel], v: &mut [Panel], g: &[Panel]) {
        let moments = m.as_flattened_mut().iter_mut().zip(v.as_flattened_mut());
        for ((w, (m, v)), g) in w.as_flattened_mut().iter_mut().zip(moments).zip(g.as_flattened()) {
            let mean = arithmetic::add_product::<FUSED>(REST_1 * g, BETA_1, *m);
            let square = arithmetic::add_product::<FUSED>((REST_2 * g) * g, BETA_2, *v);
            *m = if mean.abs() < TINY { 0.0 } else { mean };
            *v = if square < TINY { 0.0 } else { square };
            let root = inverse_root::<FUSED>(arithmetic::add_product::<FUSED>(EPSILON_SQUARED, self.second, *v));
            let moved = arithmetic::add_product::<FUSED>(*w, -(self.first * *m), root);
            *w = arithmetic::add_product::<FUSED>(moved, -self.shrink, *w);
        }
    }
}

/// Compares gradients of a loss with finite differences, for each `every`-th weight alone. An error may be `within` times
/// the largest gradient, or a tenth of `within` if all are small.
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) fn check_gradients(
    weights: &[Panel],
    found: &[Panel],
    every: usize,
    within: f64,
    loss: impl Fn(&[Panel]) -> f64,
) {
    let mut weights = weights.to_vec();
    let size = found.as_flattened().iter().fold(0.0, |most: f32, g| most.max(g.abs()));
    let all = (0..weights.len() * PANEL).step_by(every);
    let mut wrong = 0;
    for i in all.clone() {
        let (weight, step) = (weights.as_flattened()[i], 1.0 / 8192.0);
        let mut at = |x: f32| {
            weights.as_flattened_mut()[i] = x;
            (loss(&weights), f64::from(x))
        };
        let ((above, high), (below, low)) = (at(weight + step), at(weight - step));
        weights.as_flattened_mut()[i] = weight;
        let (exact, found) = ((above - below) / (high - low), f64::from(found.as_flattened()[i]));
        // The difference has an error of the second order in the step, 1.5e-8, and the gradient that of single precision.
        wrong += usize::from((exact - found).abs() > within * f64::from(size).max(0.1));
    }
    // Where an input of ReLU crosses 0 within the step, the loss has a kink.
    assert!(wrong <= all.len() / 200, "{wrong} of {} gradients", all.len());
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::math;
    use crate::rng::{Draws, stream};

    /// Relative error of one rounding.
    const UNIT: f64 = 1.0 / 16_777_216.0;

    fn random(seed: u32, panels: usize) -> Vec<Panel> {
        let mut draws = Draws::new(seed, stream::PROBE, 0, 0);
        (0..panels).map(|_| std::array::from_fn(|_| draws.uniform() as f32 - 0.5)).collect()
    }

    /// Entry of a matrix with so many rows.
    fn at(matrix: &[Panel], rows: usize, row: usize, column: usize) -> f64 {
        f64::from(matrix[column / PANEL * rows + row][column % PANEL])
    }

    /// Checks a sum of products in single precision against its terms: each term is rounded at most as often as there
    /// are terms.
    fn close(found: f64, terms: impl Iterator<Item = f64>, what: &str) {
        let terms: Vec<f64> = terms.collect();
        let (sum, size) = (terms.iter().sum::<f64>(), terms.iter().map(|term| term.abs()).sum::<f64>());
        let within = (terms.len() + 1) as f64 * UNIT * size;
        assert!((found - sum).abs() <= within, "{what}: {found}, not {sum} to {within:e}");
    }

    fn layers_are_sums<const FUSED: bool>() {
        for (samples, inputs, outputs) in [(1, 16, 16), (2, 32, 16), (3, 16, 48), (5, 48, 32)] {
            let what = format!("{samples} samples, {inputs} inputs, {outputs} outputs");
            let x = random(1, inputs / PANEL * samples);
            let w = random(2, outputs / PANEL * (inputs + 1));
            let dy = random(3, outputs / PANEL * samples);

            let (rows, zero) = (inputs + 1, [0.0; PANEL]);
            let mut y = dy.clone();
            biases(&w, rows, &mut y, samples);
            add_product::<FUSED>(&x, &w, rows, &mut y, samples);
            let (mut transposed, mut dx) = (vec![zero; inputs / PANEL * outputs], vec![zero; x.len()]);
            transpose(&w, rows, &mut transposed);
            add_product::<FUSED>(&dy, &transposed, outputs, &mut dx, samples);
            // The gradients of the weights go on from sums that are there.
            let mut dw = w.clone();
            add_product_gradients::<FUSED>(&x, &dy, &mut dw, rows, samples);
            bias_gradients(&dy, &mut dw, rows, samples);
            for s in 0..samples {
                for j in 0..outputs {
                    let terms = (0..inputs).map(|i| at(&x, samples, s, i) * at(&w, inputs + 1, i, j));
                    close(at(&y, samples, s, j), terms.chain([at(&w, inputs + 1, inputs, j)]), &what);
                }
                for i in 0..inputs {
                    let terms = (0..outputs).map(|j| at(&dy, samples, s, j) * at(&w, inputs + 1, i, j));
                    close(at(&dx, samples, s, i), terms, &what);
                }
            }
            for j in 0..outputs {
                for i in 0..inputs {
                    let terms = (0..samples).map(|s| at(&x, samples, s, i) * at(&dy, samples, s, j));
                    close(at(&dw, rows, i, j), terms.chain([at(&w, rows, i, j)]), &what);
                }
                close(at(&dw, inputs + 1, inputs, j), (0..samples).map(|s| at(&dy, samples, s, j)), &what);
            }

            let gathered: Vec<u32> = (0..samples as u32).map(|s| s % 3 * 5).collect();
            biases(&w, rows, &mut y, samples);
            add_gathered(&gathered, &w, rows, &mut y);
            dw.fill(zero);
            scatter(&gathered, &dy, &mut dw, rows);
            for j in 0..outputs {
                for s in 0..samples {
                    let terms = [inputs, gathered[s] as usize].map(|row| at(&w, rows, row, j));
                    close(at(&y, samples, s, j), terms.into_iter(), &what);
                }
                for row in 0..inputs {
                    let terms = (0..samples).filter(|s| gathered[*s] as usize == row).map(|s| at(&dy, samples, s, j));
                    close(at(&dw, rows, row, j), terms, &what);
                }
            }
        }
    }

    #[test]
    fn products_and_gathers_are_the_sums_that_they_stand_for() {
        layers_are_sums::<false>();
        layers_are_sums::<true>();
    }

    #[test]
    fn softmax_gives_the_gradient_of_the_cross_entropy() {
        for (samples, classes) in [(1, 2), (3, 16), (4, 17), (2, 101)] {
            let panels = usize::div_ceil(classes, PANEL);
            let scores: Vec<Panel> = random(4, panels * samples).iter().map(|row| row.map(|z| 30.0 * z)).collect();
            let labels: Vec<u32> = (0..samples as u32).map(|s| s * 7 % classes as u32).collect();
            let mut errors = scores.clone();
            assert!(softmax_errors::<false>(&mut errors, &labels, classes, samples), "sound");
            for (s, label) in labels.iter().enumerate() {
                let total: f64 = (0..classes).map(|j| math::exp(at(&scores, samples, s, j))).sum();
                for j in 0..panels * PANEL {
                    let one = if j == *label as usize { 1.0 } else { 0.0 };
                    let p = if j < classes { math::exp(at(&scores, samples, s, j)) / total } else { 0.0 };
                    let (found, exact) = (at(&errors, samples, s, j), (p - one) / samples as f64);
                    // The exponential and the two reciprocals have relative errors of 3e-7 each, their sum of a few units.
                    assert!((found - exact).abs() <= 2e-6 * p.max(one), "{classes} classes: {found}, not {exact}");
                }
            }
            for broken in [f32::NAN, f32::INFINITY, -2e6] {
                let mut errors = scores.clone();
                errors[samples - 1][1] = broken;
                assert!(!softmax_errors::<false>(&mut errors, &labels, classes, samples), "{broken} is not sound");
            }
        }
        let mut beyond = vec![[f32::NAN; PANEL]; 1];
        beyond[0][..2].fill(0.0);
        assert!(softmax_errors::<false>(&mut beyond, &[1], 2, 1), "columns after the classes do not matter");
        assert!((beyond[0][1] + 0.5).abs() < 1e-6 && beyond[0][2] == 0.0, "{:?}", beyond[0]);
    }

    #[test]
    fn norms_and_their_errors_are_those_of_the_formula() {
        let (samples, columns) = (3, 32);
        let (mut x, du) = (random(8, 2 * samples), random(9, 2 * samples));
        x[1] = [0.0; PANEL];
        x[1 + samples] = [0.0; PANEL];
        let mut u = x.clone();
        let mut factors = vec![0.0; samples];
        normalize::<false>(&x, &mut u, &mut factors);
        let mut dx = du.clone();
        add_normalize_errors::<false>(&u, &factors, &du, &mut dx);
        for s in 0..samples {
            let row = |m: &[Panel]| -> Vec<f64> { (0..columns).map(|j| at(m, samples, s, j)).collect() };
            let (x, du) = (row(&x), row(&du));
            // The objective whose gradient the errors are: the inner product of the norm's outputs and du.
            let objective = |x: &[f64]| {
                let mean = x.iter().map(|x| x * x).sum::<f64>() / columns as f64;
                x.iter().zip(&du).map(|(x, du)| x * du).sum::<f64>() / (mean + 1e-5).sqrt()
            };
            for j in 0..columns {
                let moved = |step: f64| {
                    objective(
                        &x.iter().enumerate().map(|(i, x)| x + if i == j { step } else { 0.0 }).collect::<Vec<_>>(),
                    )
                };
                let (step, factor) = (1e-6, f64::from(factors[s]));
                let exact = du[j] + (moved(step) - moved(-step)) / (2.0 * step);
                let found = at(&dx, samples, s, j);
                assert!((found - exact).abs() < 1e-5 * factor.max(1.0), "sample {s}, column {j}: {found}, not {exact}");
                let size = x[j] * factor;
                assert!((at(&u, samples, s, j) - size).abs() <= 1e-6 * size.abs(), "output {j}");
            }
        }
    }

    /// Outputs of attention in f64, `out[column][row of the queries]`.
    fn attended(q: &[f64], kv: &[f64], heads: usize, samples: usize) -> Vec<Vec<f64>> {
        let (own, rows) = (q.len() / (heads * PANEL), kv.len() / (2 * heads * PANEL));
        let place = |rows: usize, row: usize, column: usize| (column / PANEL * rows + row) * PANEL + column % PANEL;
        let output = |column: usize, row: usize| {
            let head = column / PANEL * PANEL..(column / PANEL + 1) * PANEL;
            let seen = (row % samples..=row + rows - own).step_by(samples);
            let score = |key: usize| -> f64 {
                head.clone().map(|j| q[place(own, row, j)] * kv[place(rows, key, j)]).sum::<f64>() / 4.0
            };
            let powers: Vec<f64> = seen.clone().map(|key| math::exp(score(key))).collect();
            let values = seen.map(|key| kv[place(rows, key, heads * PANEL + column)]);
            powers.iter().zip(values).map(|(power, v)| power * v).sum::<f64>() / powers.iter().sum::<f64>()
        };
        (0..heads * PANEL).map(|column| (0..own).map(|row| output(column, row)).collect()).collect()
    }

    fn attention_is_that_of_the_formula<const FUSED: bool>() {
        for (heads, samples, positions, queries) in [(1, 1, 1, 1), (2, 3, 4, 4), (3, 2, 5, 1), (1, 2, 3, 2)] {
            let what = format!("{heads} heads, {samples} samples, {positions} positions, {queries} queries");
            let twice =
                |seed, panels| -> Vec<Panel> { random(seed, panels).iter().map(|row| row.map(|x| 2.0 * x)).collect() };
            let (own, rows) = (queries * samples, positions * samples);
            let (q, kv) = (twice(11, heads * own), twice(12, 2 * heads * rows));
            let dout = twice(13, heads * own);
            let wide = |x: &[Panel]| -> Vec<f64> { x.as_flattened().iter().map(|x| f64::from(*x)).collect() };
            let mut shares = vec![f32::NAN; heads * queries * rows];
            let mut out = vec![[f32::NAN; PANEL]; heads * own];
            attend::<FUSED>(&q, &kv, &mut shares, &mut out, heads, samples);
            for (column, exact) in attended(&wide(&q), &wide(&kv), heads, samples).iter().enumerate() {
                for (row, exact) in exact.iter().enumerate() {
                    // A score has at most 16 products of at most 1/4, with 17 roundings, which move a share by at most
                    // twice their sum; values are at most 1.
                    let found = at(&out, own, row, column);
                    assert!(
                        (found - exact).abs() < 1e-5,
                        "{what}: output {column} of row {row} is {found}, not {exact}"
                    );
                }
            }

            // Errors go on from sums that are there.
            let (mut dq, mut dkv) = (q.clone(), kv.clone());
            add_attend_errors::<FUSED>([&q, &kv], &shares, &dout, [&mut dq, &mut dkv], heads, samples);
            let objective = |q: &[f64], kv: &[f64]| -> f64 {
                let out = attended(q, kv, heads, samples);
                let products = out.iter().enumerate().flat_map(|(column, out)| {
                    let dout = &dout;
                    out.iter().enumerate().map(move |(row, out)| out * at(dout, own, row, column))
                });
                products.sum()
            };
            for (part, (before, after)) in [(&q, &dq), (&kv, &dkv)].into_iter().enumerate() {
                for i in 0..before.len() * PANEL {
                    let moved = |step: f64| {
                        let mut inputs = [wide(&q), wide(&kv)];
                        inputs[part][i] += step;
                        objective(&inputs[0], &inputs[1])
                    };
                    let exact = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                    let found = f64::from(after.as_flattened()[i]) - f64::from(before.as_flattened()[i]);
                    // An error is a share, exact to 1e-5 as above, times at most 16 products.
                    assert!((found - exact).abs() < 2e-4, "{what}: part {part}, error {i} is {found}, not {exact}");
                }
            }
        }
    }

    #[test]
    fn attention_and_its_errors_are_those_of_the_formula() {
        attention_is_that_of_the_formula::<false>();
        attention_is_that_of_the_formula::<true>();
    }

    #[test]
    fn relu_and_its_errors_are_exact() {
        let mut x = random(5, 3);
        x[1] = [0.0; PANEL];
        let (before, mut errors) = (x.clone(), random(6, 3));
        let given = errors.clone();
        relu(&mut x);
        relu_errors(&x, &mut errors);
        for (i, before) in before.as_flattened().iter().enumerate() {
            let passes = *before > 0.0;
            assert_eq!(x.as_flattened()[i], if passes { *before } else { 0.0 });
            assert_eq!(errors.as_flattened()[i], if passes { given.as_flattened()[i] } else { 0.0 });
        }
    }

    #[test]
    fn adam_follows_its_definition() {
        const STEPS: u32 = 300;
        let (rate, decay) = (0.01, 0.1);
        let mut w = random(7, 1);
        let (mut m, mut v, mut powers) = (vec![[0.0; PANEL]], vec![[0.0; PANEL]], [1.0, 1.0]);
        let mut exact: Vec<[f64; 3]> = w[0].iter().map(|w| [f64::from(*w), 0.0, 0.0]).collect();
        for step in 1..=STEPS {
            let mut g = random(100 + step, 1);
            // Gradients of many sizes, of which one is always zero and one too small for its square.
            for (j, g) in g[0].iter_mut().enumerate() {
                *g = if j == 0 { 0.0 } else { *g * math::exp(-3.0 * j as f64) as f32 };
            }
            let adam = Adam::next::<false>(&mut powers, rate as f32, decay as f32);
            adam.update::<false>(&mut w, &mut m, &mut v, &g);
            let corrections = [0.9, 0.999].map(|beta| 1.0 - math::pow(beta, f64::from(step)));
            for ([w, m, v], g) in exact.iter_mut().zip(&g[0]) {
                let g = f64::from(*g);
                *m = 0.9 * *m + 0.1 * g;
                *v = 0.999 * *v + 0.001 * g * g;
                *w -= rate * (*m / corrections[0] / (*v / corrections[1] + 1e-16).sqrt() + decay * *w);
            }
        }
        for (j, [exact, ..]) in exact.iter().enumerate() {
            let found = f64::from(w[0][j]);
            // A step moves a weight by about the rate; its factors have relative errors of about 1e-6, and the rounding
            // of the weight adds a unit.
            let within = f64::from(STEPS) * (rate * 3e-6 + UNIT);
            assert!((found - exact).abs() < within, "weight {j}: {found}, not {exact}");
        }
        assert_eq!((m[0][0], v[0][0]), (0.0, 0.0), "no gradient");
        // A gradient of 1e-16 is too small for a second moment, and one of 1e-30 for a first moment.
        let (mut m, mut v) = (vec![[0.0; PANEL]], vec![[0.0; PANEL]]);
        let mut g = vec![[1e-16; PANEL]];
        g[0][1] = 1e-30;
        Adam::next::<false>(&mut [1.0, 1.0], 0.01, 0.0).update::<false>(&mut w, &mut m, &mut v, &g);
        assert!(m[0][0] > 0.0 && m[0][1] == 0.0 && v[0] == [0.0; PANEL], "small moments become 0");
    }
}

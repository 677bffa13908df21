//! Layers of small networks that a kernel trains: products with biases, gathers of rows, ReLU, softmax with
//! cross-entropy, and Adam with decoupled decay. `layers.wgsl` has the layers for shaders.
//!
//! A matrix with rows and columns is stored in panels of 16 columns, so that every inner loop runs over 16 neighbours.
//! Row r of panel c has the columns 16 c to 16 c + 15, and is number `c * rows + r` in the list. Numbers of columns are
//! multiples of 16. Activations have a row for each sample. Weights have a row for each input of the layer, and a last
//! row with the biases.
//!
//! Every sum has a fixed order, and nothing is used but + - * and integers, so that equal inputs give equal bits in every
//! build. Devices may fuse a product and a sum. The parameter `FUSED` of a layer fuses all of them, which shows how far
//! the results of such a device can be from those of the CPU.

use super::arithmetic::{add_product, exp, inverse_root, reciprocal};

/// Number of columns of a panel.
pub const PANEL: usize = 16;

/// Row of a panel.
pub type Panel = [f32; PANEL];

/// Largest absolute value of an input of [`softmax_errors`] for which a network counts as sound.
const BOUND: f32 = 1e6;
/// Moments whose absolute values are smaller than this become 0, before devices round subnormal numbers differently.
const TINY: f32 = 1e-30;
/// Square of Adam's epsilon of 1e-8.
const EPSILON_SQUARED: f32 = 1e-16;
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
        sum[j] = add_product::<FUSED>(sum[j], a, b[j]);
    }
}

/// Writes `start + x w` to one panel of outputs. Each sum follows the order of the inputs. Panel k of x is
/// `x[k * samples..][..samples]`. The sums of two samples fill the vector registers of WebAssembly.
#[inline(always)]
fn panel_product<const FUSED: bool>(x: &[Panel], w: &[Panel], start: Panel, out: &mut [Panel]) {
    let samples = out.len();
    for s in (0..samples).step_by(2) {
        let t = (s + 1).min(samples - 1);
        let [mut first, mut second] = [start; 2];
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

/// `out = x W + bias`. The sum over the inputs starts with the bias and follows the order of the inputs.
pub fn product<const FUSED: bool>(x: &[Panel], w: &[Panel], out: &mut [Panel], samples: usize) {
    let inputs = x.len() / samples * PANEL;
    for (w, out) in w.chunks_exact(inputs + 1).zip(out.chunks_exact_mut(samples)) {
        panel_product::<FUSED>(x, &w[..inputs], w[inputs], out);
    }
}

/// Error of the inputs of a product, `dx = dy W^T`, where dy is the error of its outputs. The sum follows the order of
/// the outputs.
pub fn product_errors<const FUSED: bool>(dy: &[Panel], w: &[Panel], dx: &mut [Panel], samples: usize) {
    let inputs = dx.len() / samples * PANEL;
    let mut transposed = vec![[0.0; PANEL]; dy.len() / samples * PANEL];
    for (k, dx) in dx.chunks_exact_mut(samples).enumerate() {
        for (w, transposed) in w.chunks_exact(inputs + 1).zip(transposed.chunks_exact_mut(PANEL)) {
            for (i, row) in w[PANEL * k..][..PANEL].iter().enumerate() {
                for (column, transposed) in row.iter().zip(&mut *transposed) {
                    transposed[i] = *column;
                }
            }
        }
        panel_product::<FUSED>(dy, &transposed, [0.0; PANEL], dx);
    }
}

/// Gradient of the weights of a product, `dW = x^T dy`, with the gradient of the biases, `sum_s dy_s`, in the last row.
/// Sums follow the order of the samples.
pub fn product_gradients<const FUSED: bool>(x: &[Panel], dy: &[Panel], dw: &mut [Panel], samples: usize) {
    let inputs = x.len() / samples * PANEL;
    for (dy, dw) in dy.chunks_exact(samples).zip(dw.chunks_exact_mut(inputs + 1)) {
        for (x, dw) in x.chunks_exact(samples).zip(dw.chunks_exact_mut(PANEL)) {
            for (i, dw) in dw.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                let [mut first, mut second] = [[0.0; PANEL]; 2];
                for s in 0..samples {
                    add_row::<FUSED>(&mut first, x[s][2 * i], &dy[s]);
                    add_row::<FUSED>(&mut second, x[s][2 * i + 1], &dy[s]);
                }
                *dw = [first, second];
            }
        }
        dw[inputs] = sum_of_rows(dy);
    }
}

/// Sum of the rows of a panel, in order.
fn sum_of_rows(rows: &[Panel]) -> Panel {
    let mut sum = [0.0; PANEL];
    rows.iter().for_each(|row| add(&mut sum, row));
    sum
}

/// Adds a row to a sum.
#[inline(always)]
fn add(sum: &mut Panel, row: &Panel) {
    for j in 0..PANEL {
        sum[j] += row[j];
    }
}

/// Product with inputs of which a few are 1 and the others are 0: `out_s = bias + sum_p W[rows[p][s]]`, in the order of
/// p. `rows` has a list of `samples` rows for each p, and `inputs` is the number of rows without the bias.
pub fn gather(rows: &[u32], w: &[Panel], inputs: usize, out: &mut [Panel], samples: usize) {
    for (w, out) in w.chunks_exact(inputs + 1).zip(out.chunks_exact_mut(samples)) {
        out.fill(w[inputs]);
        for rows in rows.chunks_exact(samples) {
            for (out, row) in out.iter_mut().zip(rows) {
                add(out, &w[*row as usize]);
            }
        }
    }
}

/// Gradient of the weights of [`gather`]: row r is the sum of `dy_s` over the samples that gather row r, in their order.
/// Samples gather a row at most once.
pub fn gather_gradients(rows: &[u32], dy: &[Panel], inputs: usize, dw: &mut [Panel], samples: usize) {
    for (dy, dw) in dy.chunks_exact(samples).zip(dw.chunks_exact_mut(inputs + 1)) {
        dw.fill([0.0; PANEL]);
        for rows in rows.chunks_exact(samples) {
            for (dy, row) in dy.iter().zip(rows) {
                add(&mut dw[*row as usize], dy);
            }
        }
        dw[inputs] = sum_of_rows(dy);
    }
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

/// Whether a number is at most [`BOUND`] in absolute value. NaN is not.
#[inline(always)]
const fn sound(x: f32) -> bool {
    x.to_bits() & 0x7fff_ffff <= BOUND.to_bits()
}

/// Softmax with cross-entropy. Replaces the scores z of each sample by the errors `(softmax(z) - one_hot(label))/samples`
/// of the mean cross-entropy. Only the first `classes` columns are classes; errors of the others are 0.
///
/// Returns whether all scores of classes are sound. If not, the errors mean nothing.
pub fn softmax_errors<const FUSED: bool>(z: &mut [Panel], labels: &[u32], classes: usize, samples: usize) -> bool {
    let share = reciprocal::<FUSED>(samples as f32);
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
        let right = add_product::<FUSED>(-1.0, scores[label], scale) * share;
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
            let mean = add_product::<FUSED>(REST_1 * g, BETA_1, *m);
            let square = add_product::<FUSED>((REST_2 * g) * g, BETA_2, *v);
            *m = if mean.abs() < TINY { 0.0 } else { mean };
            *v = if square < TINY { 0.0 } else { square };
            let root = inverse_root::<FUSED>(add_product::<FUSED>(EPSILON_SQUARED, self.second, *v));
            let moved = add_product::<FUSED>(*w, -(self.first * *m), root);
            *w = add_product::<FUSED>(moved, -self.shrink, *w);
        }
    }
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

            let mut y = dy.clone();
            product::<FUSED>(&x, &w, &mut y, samples);
            let mut dx = x.clone();
            product_errors::<FUSED>(&dy, &w, &mut dx, samples);
            let mut dw = w.clone();
            product_gradients::<FUSED>(&x, &dy, &mut dw, samples);
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
                    close(at(&dw, inputs + 1, i, j), terms, &what);
                }
                close(at(&dw, inputs + 1, inputs, j), (0..samples).map(|s| at(&dy, samples, s, j)), &what);
            }

            // Sample s gathers one of the first three rows and one of the others.
            let rows: Vec<u32> =
                (0..2 * samples as u32).map(|i| if i < samples as u32 { i % 3 } else { 3 + i % 7 }).collect();
            gather(&rows, &w, inputs, &mut y, samples);
            gather_gradients(&rows, &dy, inputs, &mut dw, samples);
            for j in 0..outputs {
                for s in 0..samples {
                    let terms =
                        [inputs as u32, rows[s], rows[samples + s]].map(|row| at(&w, inputs + 1, row as usize, j));
                    close(at(&y, samples, s, j), terms.into_iter(), &what);
                }
                for row in 0..inputs {
                    let gathers = |s: &usize| rows[*s] as usize == row || rows[samples + s] as usize == row;
                    let terms = (0..samples).filter(gathers).map(|s| at(&dy, samples, s, j));
                    close(at(&dw, inputs + 1, row, j), terms, &what);
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

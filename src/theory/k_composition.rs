//! Composition of k skills: the loss of a product of weights, and its gradient flow.
//!
//! Skills `s_1..s_k` are drawn independently from the distribution p. The learner predicts the product of their
//! weights, `f = w_(s_1) ... w_(s_k)`, and the truth `y` is the product of their signs w*. Without loss of generality
//! all signs are 1, so this file calls `w = 1` the truth. The loss L and its gradient follow from two moments,
//! `A = sum_j p_j w_j` and `B = sum_j p_j w_j^2`:
//!
//! `L = E (f - y)^2 / 2 = (B^k - 2 A^k + 1) / 2`, `dL/dw_j = k p_j (B^(k-1) w_j - A^(k-1))`.
//!
//! Source: Wang, Dang, Lee, Lyu, "The Power of Power Law: Asymmetry Enables Compositional Reasoning", arXiv 2604.22951.
//! The time of gradient flow is the learning rate times the number of steps.

use super::sum;
use crate::math;

/// Power `x^n` by repeated multiplication.
#[inline(never)]
pub fn power(x: f64, n: u32) -> f64 {
    (0..n).fold(1.0, |product, _| product * x)
}

/// Probabilities `p_j` for j = 1..=d, proportional to `j^-alpha`. They are uniform for alpha = 0.
pub fn power_law(d: u32, alpha: f64) -> Vec<f64> {
    let raw: Vec<f64> = (1..=d).map(|j| math::pow(f64::from(j), -alpha)).collect();
    let total = sum(raw.iter().copied());
    raw.iter().map(|p| p / total).collect()
}

/// Moments `A = sum_j p_j w_j` and `B = sum_j p_j w_j^2` of weights w.
pub fn moments(p: &[f64], w: &[f64]) -> [f64; 2] {
    let (mut a, mut b) = (0.0, 0.0);
    for (p, w) in p.iter().zip(w) {
        a += p * w;
        b += p * (w * w);
    }
    [a, b]
}

/// Loss `(B^k - 2 A^k + 1) / 2` of weights with the moments `A = sum_j p_j w_j` and `B = sum_j p_j w_j^2`. Where the
/// loss is near 0, this function loses digits by cancellation, but [`loss_of_misses`] does not.
pub fn loss(k: u32, [a, b]: [f64; 2]) -> f64 {
    0.5 * (power(b, k) - 2.0 * power(a, k) + 1.0)
}

/// The loss of weights w whose distance from the truth `w = 1` has the moments `e = sum p (1 - w)` and
/// `e2 = sum p (1 - w)^2`.
///
/// With `A = 1 - e` and `B = 1 - 2e + e2 = A^2 + v`, where `v = e2 - e^2`, the loss is
/// `((1 - A^k)^2 + B^k - A^(2k)) / 2`. The code factors `1 - A^k` and `B^k - A^(2k)`, so no digit is lost when e is
/// small.
pub fn loss_of_misses(k: u32, e: f64, e2: f64) -> f64 {
    let (a, b) = (1.0 - e, 1.0 - 2.0 * e + e2);
    let geometric: f64 = (0..k).map(|i| power(a, i)).sum();
    let mixed: f64 = (0..k).map(|i| power(b, i) * power(a * a, k - 1 - i)).sum();
    let miss = e * geometric;
    0.5 * (miss * miss + (e2 - e * e) * mixed)
}

/// Gradient of the loss, `dL/dw_j = k p_j (B^(k-1) w_j - A^(k-1))` with the moments A and B of [`moments`], written to
/// `out`.
pub fn gradient(p: &[f64], k: u32, w: &[f64], out: &mut [f64]) {
    let [a, b] = moments(p, w);
    let (pull, drag) = (power(a, k - 1), power(b, k - 1));
    for ((out, p), w) in out.iter_mut().zip(p).zip(w) {
        *out = f64::from(k) * p * (drag * w - pull);
    }
}

/// Gradient descent: `steps` steps of `w <- w - rate dL/dw`, where L is the loss.
pub fn descend(p: &[f64], k: u32, w: &mut [f64], rate: f64, steps: u32) {
    let mut slope = vec![0.0; w.len()];
    for _ in 0..steps {
        gradient(p, k, w, &mut slope);
        w.iter_mut().zip(&slope).for_each(|(w, g)| *w -= rate * g);
    }
}

/// Largest eigenvalue of the Hessian of the loss at the true weights, `k diag(p) + k(k-1) p p^T`. Here k is the number
/// of skills in a sample, and p are the probabilities of the skills in descending order.
///
/// It is the largest root x of `k(k-1) sum_j p_j^2 / (x - k p_j) = 1`, and the only root above every `k p_j`. For
/// uniform p over d skills it is `k^2/d`. The search takes 100 halvings, each of which costs O(d).
pub fn curvature(p: &[f64], k: u32) -> f64 {
    let k = f64::from(k);
    if k == 1.0 {
        return p[0];
    }
    let square: f64 = p.iter().map(|p| p * p).sum();
    let (mut lo, mut hi) = (k * p[0], k * p[0] + k * (k - 1.0) * square);
    for _ in 0..100 {
        let x = 0.5 * (lo + hi);
        // It falls from infinity to 0 above the largest pole.
        let secular: f64 = k * (k - 1.0) * p.iter().map(|p| p * p / (x - k * p)).sum::<f64>();
        if secular > 1.0 { lo = x } else { hi = x }
    }
    0.5 * (lo + hi)
}

/// Learning rate above which SGD with batches of M = `batch` samples cannot stay at the true weights:
/// `2 / (k/M + (1 - 1/M) lambda_max)`, where `lambda_max` is the largest eigenvalue of the Hessian at the true weights.
///
/// At the true weights, the gradient of the prediction for a sample of k different skills has the squared length k. So
/// a step with learning rate eta changes the squared distance in the steepest direction, of eigenvalue lambda, by the
/// factor `1 - 2 eta lambda + eta^2 (k lambda / M + (1 - 1/M) lambda^2)`. For one sample per step the limit is 2/k; for
/// very large batches it is `2 / lambda_max`, the limit for gradient descent. A rate below the limit is necessary but
/// not sufficient: far from the true weights, and in unlucky runs, SGD may diverge at such a rate too.
pub fn stable_rate(k: u32, lambda_max: f64, batch: u32) -> f64 {
    let m = f64::from(batch);
    2.0 / (f64::from(k) / m + (1.0 - 1.0 / m) * lambda_max)
}

/// Probability that a sequence of k uniformly drawn skills is predicted with the right sign, when a share c = `right`
/// of the weights has the right sign: `(1 + (2c - 1)^k) / 2`. For even k, weights of which all signs are wrong (c = 0)
/// predict as well as weights of which all are right.
pub fn sign_accuracy(k: u32, right: f64) -> f64 {
    0.5 * (1.0 + power(2.0 * right - 1.0, k))
}

/// Norm of the part of the gradient that points to the true weights: `k |p|_2 |A|^(k-1)`, where A = `a` is the moment
/// `sum_j p_j w_j` of the weights.
pub fn pull(p: &[f64], k: u32, a: f64) -> f64 {
    f64::from(k) * norm(p) * power(a.abs(), k - 1)
}

/// Euclidean norm of `p`.
pub fn norm(p: &[f64]) -> f64 {
    sum(p.iter().map(|p| p * p)).sqrt()
}

/// Moments `sum_j p_j w_j` and `sum_j p_j w_j^2` of weights w, of which the first `head` are `x` and the others `y`.
/// From these moments, [`loss`] gives the exact loss.
pub fn slice(p: &[f64], head: usize, x: f64, y: f64) -> [f64; 2] {
    let share = sum(p[..head].iter().copied());
    [share * x + (1.0 - share) * y, share * (x * x) + (1.0 - share) * (y * y)]
}

/// Time derivative under gradient flow of the moments A and B of [`moments`], for uniform p over `d` skills. For
/// uniform p it depends only on the two moments: `A' = (k/d)(A^(k-1) - B^(k-1) A)`, `B' = (2k/d)(A^k - B^k)`.
///
/// The fixed points (A, B) of the flow are a saddle at (0, 0), the true weights at (1, 1), and, for even k, (-1, 1).
pub fn uniform_slope(d: u32, k: u32, [a, b]: [f64; 2]) -> [f64; 2] {
    let rate = f64::from(k) / f64::from(d);
    [rate * (power(a, k - 1) - power(b, k - 1) * a), 2.0 * rate * (power(a, k) - power(b, k))]
}

/// An adaptive integrator of `y' = slope(y)`: Dormand and Prince's 5(4) pair (J. Comp. Appl. Math. 6, 1980).
///
/// In every component, the estimated error of a step is kept below `tolerance`, or below `tolerance` times the absolute
/// value of the component where this value exceeds 1.
pub struct Integrator<'a> {
    slope: &'a mut dyn FnMut(&[f64], &mut [f64]),
    tolerance: f64,
    /// Current time.
    pub t: f64,
    /// Current state.
    pub y: Vec<f64>,
    /// Slopes of the seven stages; the first is the slope at `y`.
    slopes: [Vec<f64>; 7],
    /// State at the end of the step that is being tried.
    trial: Vec<f64>,
    /// Length of the next step.
    h: f64,
    /// Number of slopes evaluated so far.
    pub evaluations: usize,
}

/// Runge-Kutta coefficients of the stages, one row per stage.
const STAGES: [&[f64]; 6] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// Weights of the slopes of the stages in the error estimate.
const ERROR: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];

impl<'a> Integrator<'a> {
    /// Integrator that starts at time 0 in state `y`.
    pub fn new(slope: &'a mut dyn FnMut(&[f64], &mut [f64]), y: Vec<f64>, tolerance: f64) -> Self {
        let mut slopes: [Vec<f64>; 7] = std::array::from_fn(|_| vec![0.0; y.len()]);
        slope(&y, &mut slopes[0]);
        let steepest = slopes[0].iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let h = if steepest > 0.0 { 1e-3 / steepest } else { 1.0 };
        Self { slope, tolerance, t: 0.0, trial: y.clone(), y, slopes, h, evaluations: 1 }
    }

    /// Takes one step that keeps the error within the tolerance and does not go beyond the time `until`.
    pub fn step(&mut self, until: f64) {
        let n = self.y.len();
        loop {
            let rest = until - self.t;
            let last = self.h >= rest;
            let h = if last { rest } else { self.h };
            for (i, row) in STAGES.iter().enumerate() {
                self.trial.copy_from_slice(&self.y);
                for (a, slope) in row.iter().zip(&self.slopes) {
                    add(&mut self.trial, h * a, slope);
                }
                (self.slope)(&self.trial, &mut self.slopes[i + 1]);
            }
            self.evaluations += STAGES.len();
            let error = (0..n)
                .map(|j| {
                    let error = h * ERROR.iter().zip(&self.slopes).map(|(e, slope)| e * slope[j]).sum::<f64>();
                    error.abs() / self.y[j].abs().max(self.trial[j].abs()).max(1.0)
                })
                .fold(0.0, f64::max)
                / self.tolerance;
            let factor = if error > 0.0 { (0.9 * math::pow(error, -0.2)).clamp(0.2, 5.0) } else { 5.0 };
            if error <= 1.0 {
                self.t = if last { until } else { self.t + h };
                // A step cut short says little about the next one.
                self.h = if last { self.h.max(h * factor) } else { h * factor };
                std::mem::swap(&mut self.y, &mut self.trial);
                self.slopes.swap(0, 6);
                return;
            }
            self.h = h * factor;
        }
    }
}

/// Adds `a` times `slope` to `y`. It is not inlined, because the stages would unroll to a copy for each coefficient.
#[inline(never)]
fn add(y: &mut [f64], a: f64, slope: &[f64]) {
    y.iter_mut().zip(slope).for_each(|(y, slope)| *y += a * slope);
}

/// Follows the flow `y' = slope(y)` from `start`, and calls `visit` with the state at each of `times` (ascending). It
/// stops when `visit` returns false, or before a step if `slope` has been evaluated `most` times or more.
pub fn flow(
    slope: &mut dyn FnMut(&[f64], &mut [f64]),
    start: Vec<f64>,
    times: &[f64],
    tolerance: f64,
    most: usize,
    visit: &mut dyn FnMut(&[f64]) -> bool,
) {
    let mut flow = Integrator::new(slope, start, tolerance);
    for &time in times {
        while flow.t < time {
            if flow.evaluations >= most {
                return;
            }
            flow.step(time);
        }
        if !visit(&flow.y) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Draws, close};
    use super::*;

    /// Mean of `f` over all sequences of k skills, where each skill is drawn from p.
    fn enumerate(p: &[f64], k: u32, f: &dyn Fn(&[usize]) -> f64) -> f64 {
        let d = p.len();
        let mut total = 0.0;
        for code in 0..d.pow(k) {
            let sequence: Vec<usize> = (0..k).map(|i| code / d.pow(i) % d).collect();
            total += sequence.iter().map(|&s| p[s]).product::<f64>() * f(&sequence);
        }
        total
    }

    fn cases() -> impl Iterator<Item = (Vec<f64>, u32, Vec<f64>)> {
        let mut draws = Draws(7);
        [(3, 2), (3, 3), (4, 4), (3, 5), (5, 1), (2, 8)].into_iter().map(move |(d, k)| {
            let w = (0..d).map(|_| 2.4 * draws.unit() - 1.2).collect();
            (power_law(d, 1.3), k, w)
        })
    }

    #[test]
    fn the_loss_is_the_mean_over_all_sequences() {
        for (p, k, w) in cases() {
            let brute = enumerate(&p, k, &|s| {
                let miss = s.iter().map(|&s| w[s]).product::<f64>() - 1.0;
                0.5 * miss * miss
            });
            close(loss(k, moments(&p, &w)), brute, 1e-13);
            let e = sum(p.iter().zip(&w).map(|(p, w)| p * (1.0 - w)));
            let e2 = sum(p.iter().zip(&w).map(|(p, w)| p * (1.0 - w) * (1.0 - w)));
            close(loss_of_misses(k, e, e2), brute, 1e-12);
        }
    }

    #[test]
    fn the_loss_of_small_misses_keeps_its_digits() {
        // To leading order, L = (k^2 e^2 + k (e2 - e^2)) / 2.
        let (k, e, e2) = (4, 1e-9, 3e-17);
        close(loss_of_misses(k, e, e2), 0.5 * (16.0 * e * e + 4.0 * (e2 - e * e)), 1e-7);
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_loss() {
        for (p, k, w) in cases() {
            let mut g = vec![0.0; p.len()];
            gradient(&p, k, &w, &mut g);
            for j in 0..p.len() {
                let at = |h: f64| {
                    let mut w = w.clone();
                    w[j] += h;
                    loss(k, moments(&p, &w))
                };
                let h = 1e-5;
                let difference = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
                assert!((g[j] - difference).abs() < 1e-9, "k = {k}, j = {j}: {} against {difference}", g[j]);
            }
            let mut next = w.clone();
            descend(&p, k, &mut next, 0.1, 1);
            for j in 0..p.len() {
                close(next[j], w[j] - 0.1 * g[j], 1e-14);
            }
        }
    }

    #[test]
    fn the_curvature_at_the_truth_is_that_of_the_gradient() {
        for (d, k, alpha) in [(2, 2, 1.0), (6, 4, 1.5), (9, 3, 0.0), (8, 8, 1.0), (1, 3, 0.0), (5, 1, 1.0)] {
            let p = power_law(d, alpha);
            let n = d as usize;
            // The Hessian comes from differences of the gradient, its extreme eigenvalues from power iteration.
            let column = |j: usize, sign: f64| {
                let mut w = vec![1.0; n];
                w[j] += sign * 1e-5;
                let mut g = vec![0.0; n];
                gradient(&p, k, &w, &mut g);
                g
            };
            let hessian: Vec<Vec<f64>> = (0..n)
                .map(|j| column(j, 1.0).iter().zip(column(j, -1.0)).map(|(a, b)| (a - b) / 2e-5).collect())
                .collect();
            let largest = {
                let mut v: Vec<f64> = (0..n).map(|i| 1.0 + i as f64 * 0.37).collect();
                let mut size = 0.0;
                for _ in 0..20_000 {
                    let next: Vec<f64> = (0..n).map(|i| (0..n).map(|j| hessian[j][i] * v[j]).sum::<f64>()).collect();
                    size = next.iter().map(|x| x * x).sum::<f64>().sqrt();
                    if size == 0.0 {
                        break;
                    }
                    v = next.iter().map(|x| x / size).collect();
                }
                size
            };
            close(curvature(&p, k), largest, 1e-6);
        }
        close(curvature(&power_law(64, 0.0), 4), 16.0 / 64.0, 1e-12);
        // Gradient descent on the default power law allows a learning rate of about 0.5 at most.
        let largest = curvature(&power_law(64, 1.5), 4);
        assert!((0.4..0.6).contains(&stable_rate(4, largest, u32::MAX)), "{largest}");
    }

    #[test]
    fn gradient_descent_is_stable_up_to_its_bound() {
        let p = power_law(16, 1.5);
        let bound = stable_rate(4, curvature(&p, 4), u32::MAX);
        for (rate, stays) in [(0.98 * bound, true), (1.02 * bound, false)] {
            let mut w: Vec<f64> = (0..16).map(|j| 1.0 + 1e-6 * f64::from(j % 3)).collect();
            descend(&p, 4, &mut w, rate, 300);
            let off = w.iter().map(|w| (w - 1.0).abs()).fold(0.0, f64::max);
            assert_eq!(off < 1e-5, stays, "rate {rate}: off by {off}");
        }
        close(stable_rate(4, 3.0, 1), 0.5, 1e-15);
    }

    #[test]
    fn sign_accuracy_is_the_share_of_right_products() {
        for (d, right, k) in [(5usize, 3usize, 3u32), (4, 4, 2), (4, 1, 4), (6, 0, 3)] {
            let p = vec![1.0 / d as f64; d];
            let brute = enumerate(&p, k, &|s| f64::from(s.iter().filter(|&&s| s >= right).count() % 2 == 0));
            close(sign_accuracy(k, right as f64 / d as f64), brute, 1e-12);
        }
    }

    #[test]
    fn the_slice_is_the_loss_on_that_plane() {
        let p = power_law(12, 1.5);
        for (x, y) in [(0.0, 0.0), (1.0, -0.3), (0.7, 0.2)] {
            let w: Vec<f64> = (0..12).map(|j| if j < 3 { x } else { y }).collect();
            let ([a, b], [c, d]) = (slice(&p, 3, x, y), moments(&p, &w));
            assert!((a - c).abs() < 1e-15 && (b - d).abs() < 1e-15, "{x} {y}");
        }
    }

    #[test]
    fn the_integrator_is_of_fifth_order_and_keeps_its_tolerance() {
        // y' = -y and its double, integrated to t = 2.
        let run = |tolerance: f64| {
            let mut slope = |y: &[f64], out: &mut [f64]| {
                out[0] = -y[0];
                out[1] = 2.0 * y[0];
            };
            let mut flow = Integrator::new(&mut slope, vec![1.0, 0.0], tolerance);
            while flow.t < 2.0 {
                flow.step(2.0);
            }
            ((flow.y[0] - math::exp(-2.0)).abs() + (flow.y[1] + 2.0 * math::expm1(-2.0)).abs(), flow.evaluations)
        };
        let ((loose, few), (tight, many)) = (run(1e-6), run(1e-11));
        assert!(loose < 1e-5 && tight < 1e-10, "{loose:e} {tight:e}");
        // The step length goes with the fifth root of the tolerance: 1e5 needs ten times more steps, not 300.
        assert!(many < 15 * few, "{few} {many}");
    }

    #[test]
    fn two_moments_are_the_whole_uniform_flow() {
        let (d, k) = (12u32, 4);
        let p = power_law(d, 0.0);
        let mut draws = Draws(3);
        let w: Vec<f64> = (0..d).map(|_| draws.unit() - 0.3).collect();
        let times = [1.0, 10.0, 100.0, 400.0];
        let mut full = Vec::new();
        flow(
            &mut |w, out| {
                gradient(&p, k, w, out);
                out.iter_mut().for_each(|g| *g = -*g);
            },
            w.clone(),
            &times,
            1e-9,
            1_000_000,
            &mut |w| {
                full.push(moments(&p, w));
                true
            },
        );
        let mut closed = Vec::new();
        let mut slope = |y: &[f64], out: &mut [f64]| out.copy_from_slice(&uniform_slope(d, k, [y[0], y[1]]));
        flow(&mut slope, moments(&p, &w).to_vec(), &times, 1e-9, 1_000_000, &mut |y| {
            closed.push([y[0], y[1]]);
            true
        });
        for (full, closed) in full.iter().zip(&closed) {
            assert!((full[0] - closed[0]).abs() + (full[1] - closed[1]).abs() < 1e-7, "{full:?} {closed:?}");
        }
        assert!(loss(k, closed[3]) < 0.01, "it got there: {closed:?}");
        // Small steps of gradient descent follow the flow.
        let mut descended = w;
        descend(&p, k, &mut descended, 0.01, 1000);
        let [a, b] = moments(&p, &descended);
        assert!((a - closed[1][0]).abs() + (b - closed[1][1]).abs() < 1e-3, "{a} {b} {:?}", closed[1]);
    }

    /// Time at which the gradient flow from the weights `w`, trained on `p`, first has a loss below 0.01 under the
    /// uniform distribution.
    fn flow_time(p: &[f64], k: u32, w: Vec<f64>) -> f64 {
        let flat = power_law(p.len() as u32, 0.0);
        let loss = |w: &[f64]| loss(k, moments(&flat, w));
        let mut slope = |w: &[f64], out: &mut [f64]| {
            gradient(p, k, w, out);
            out.iter_mut().for_each(|g| *g = -*g);
        };
        let mut flow = Integrator::new(&mut slope, w, 1e-6);
        loop {
            let (t, before) = (flow.t, loss(&flow.y));
            flow.step(f64::INFINITY);
            let after = loss(&flow.y);
            if after < 0.01 {
                return t + math::ln(before / 0.01) / math::ln(before / after) * (flow.t - t);
            }
        }
    }

    #[test]
    fn flow_times_are_those_measured_elsewhere() {
        // Medians of 15 starts of standard deviation 0.5 (uniform k = 4 spreads over decades), and of 7 starts for
        // alpha = 1.5.
        let mut draws = Draws(11);
        for (k, alpha, within, times) in [
            (2, 0.0, 1.35, [36.6, 71.3, 160.0, 353.0]),
            (2, 1.5, 1.35, [115.0, 332.0, 1.01e3, 2.80e3]),
            (4, 1.5, 2.0, [204.0, 322.0, 833.0, 2.11e3]),
        ] {
            for (d, published) in [16u32, 32, 64, 128].into_iter().zip(times) {
                let p = power_law(d, alpha);
                let mut found: Vec<f64> = (0..15)
                    .map(|_| {
                        let w = (0..d).map(|_| 0.5 * math::normal_quantile(draws.unit())).collect();
                        flow_time(&p, k, w)
                    })
                    .collect();
                found.sort_unstable_by(f64::total_cmp);
                let ratio = found[7] / published;
                assert!((1.0 / within..within).contains(&ratio), "k = {k}, d = {d}, {alpha}: {} {published}", found[7]);
            }
        }
    }
}

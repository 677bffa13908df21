//! A mixture of K parts. Part k gets the share `q_k` of the N training samples, has the test weight `p_k`, and has the
//! error `e_k(n)` after n samples. The loss is `L(p, q) = sum_k p_k e_k(q_k N)`.
//!
//! When does it help to train on a distribution other than the test distribution? At the matched shares `q = p` the
//! loss is stationary only if `p_k e_k'(p_k N)` is equal for all k. This holds for every p only if `e'(n)` is
//! proportional to `1/n`. So the logarithm is the only curve for which the matched shares are always best. The lab uses
//! it as a control, for which the gain must be 0.
//!
//! [`Solver`] finds the best shares q* for separable losses, by a one-dimensional search for the Lagrange multiplier
//! lambda; [`Mixing`] finds the best shares under the mixing law, by an active-set Newton method. [`mirror_descent`]
//! checks both independently. It returns a [`Point`] with a loss L and a proven `gap`: no shares have a loss below
//! `L - gap`.
//!
//! The gain is the loss of the matched shares minus the least loss, but the code never computes it as a difference of
//! losses. At the optimum it equals a sum of terms that are all at least 0 (the Bregman divergences of the convex
//! curves between p and q*, and the slack of the parts without data). None of these terms cancels, so gains far below
//! the rounding of the loss are right.

use crate::math;

/// The error curve `e(n)` of a part that gets `n` of all N samples. All curves are convex and fall with n. Each part
/// has its own constants a, b and c.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Curve {
    /// Power law `c n^-a` in the number n of samples.
    Power,
    /// Offset power law `c / (n^a + b)` in the number n of samples, with `b >= 0` and with `a <= 1`, because the curve
    /// is convex only for such a. Source: "Shift is Good", Model 3.1.
    Offset,
    /// Exponential decay `c exp(-a n / scale)` in the number n of samples.
    Exponential {
        /// Scale > 0 of the decay, in samples.
        scale: f64,
    },
    /// Logarithm `-ln(n / N)` of the share of all N samples that the part gets. The constants a, b and c are not used.
    Log,
    /// Power law with transfer, `b N^-a + c n^-a` for n of all N samples: the first term depends on the samples of all
    /// parts. Source: "Shift is Good", Model 6.1.
    Transfer,
}

/// Test weights and error curves of all parts of a mixture. All slices have one entry for each part.
///
/// The `weights` are at least 0 and have the sum 1. All `a` and `c` are above 0, and all `b` are at least 0. A part of
/// weight 0 gets no data and adds no loss.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// Shape of all error curves.
    pub curve: Curve,
    /// Test weight of each part.
    pub weights: &'a [f64],
    /// Exponent or rate `a` of the error curve of each part.
    pub a: &'a [f64],
    /// Constant `b` of each part: the offset in [`Curve::Offset`], or the factor of the term `b N^-a` in
    /// [`Curve::Transfer`]. Other curves do not use it.
    pub b: &'a [f64],
    /// Factor `c` of the error curve of each part. [`Curve::Log`] does not use it.
    pub c: &'a [f64],
}

impl Parts<'_> {
    /// Error of part k if it gets n >= 0 of all `total` samples.
    pub fn error(&self, k: usize, n: f64, total: f64) -> f64 {
        let (a, b, c) = (self.a[k], self.b[k], self.c[k]);
        match self.curve {
            Curve::Power => c * math::pow(n, -a),
            Curve::Offset => c / (math::pow(n, a) + b),
            Curve::Exponential { scale } => c * math::exp(-a * n / scale),
            Curve::Log => -math::ln(n / total),
            Curve::Transfer => b * math::pow(total, -a) + c * math::pow(n, -a),
        }
    }

    /// Minus the derivative of the error of part k with respect to its own number n >= 0 of samples, at a fixed number
    /// of samples in all. Infinite at n = 0 where the curve is vertical.
    pub fn fall(&self, k: usize, n: f64) -> f64 {
        let (a, b, c) = (self.a[k], self.b[k], self.c[k]);
        match self.curve {
            Curve::Power | Curve::Transfer => a * c * math::pow(n, -a - 1.0),
            Curve::Offset => {
                let y = math::pow(n, a) + b;
                a * c * math::pow(n, a - 1.0) / (y * y)
            }
            Curve::Exponential { scale } => a * c / scale * math::exp(-a * n / scale),
            Curve::Log => 1.0 / n,
        }
    }

    /// Test loss if the parts get the given shares of `total` samples.
    pub fn loss(&self, shares: &[f64], total: f64) -> f64 {
        let others = |k: usize| (0..shares.len()).filter(|&j| j != k).map(|j| shares[j]).sum::<f64>();
        let error = |k: usize| match self.curve {
            // A share near 1 is rounded; the sum of the other shares is not.
            Curve::Log if shares[k] > 0.5 => -math::ln_1p(-others(k)),
            _ => self.error(k, shares[k] * total, total),
        };
        (0..shares.len()).filter(|&k| self.weights[k] > 0.0).map(|k| self.weights[k] * error(k)).sum()
    }

    /// Pull of each part: minus the derivative of the test loss with respect to the share of the part. It is 0 for
    /// parts of weight 0.
    pub fn pull(&self, shares: &[f64], total: f64) -> Vec<f64> {
        (0..shares.len())
            .map(
                |k| if self.weights[k] > 0.0 { self.weights[k] * total * self.fall(k, shares[k] * total) } else { 0.0 },
            )
            .collect()
    }
}

/// Direction in which the shares of a mixture should move to lower the loss: minus the gradient of the loss (`pull`),
/// with the mean subtracted so that the sum is 0.
///
/// The unit is loss per share. Where an entry is positive, more data for that part lowers the loss to first order.
pub fn direction(pull: &[f64]) -> Vec<f64> {
    let mean = pull.iter().sum::<f64>() / pull.len() as f64;
    pull.iter().map(|x| x - mean).collect()
}

/// Loss of the best shares of a mixture, and their gain over the matched shares (equal to the test weights).
///
/// Every field is NaN if the best shares were not found, so a failed search cannot be mistaken for a gain of 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Optimum {
    /// Loss of the matched shares.
    pub matched: f64,
    /// Loss of the best shares.
    pub loss: f64,
    /// Loss of the matched shares minus loss of the best shares. The relative error is about 1e-9, however small the
    /// gain is.
    pub gain: f64,
    /// Lagrange multiplier: the pull (see [`Parts::pull`]) that all parts with data have in common. The pull of a part
    /// without data is at most as large.
    pub multiplier: f64,
}

impl Optimum {
    /// Result of a failed solve: NaN in every field.
    const LOST: Self = Self { matched: f64::NAN, loss: f64::NAN, gain: f64::NAN, multiplier: f64::NAN };

    /// Gain divided by the loss of the matched shares; NaN if the best shares were not found.
    pub fn relative_gain(&self) -> f64 {
        self.gain / self.matched
    }
}

/// The shares count as found if their sum differs from 1 by less than this. Newton's method usually ends at a
/// difference of 2e-14. Where the shares change fast with the Lagrange multiplier, a change in the last bit of the
/// multiplier's logarithm changes the sum by up to 1e-5. Dividing the shares by their sum corrects this.
const SOLVED: f64 = 1e-3;

/// Finds the best shares for one mixture after another, and reuses its buffers.
#[derive(Clone, Debug, Default)]
pub struct Solver {
    /// For each part, the terms of the logarithm of its pull that do not depend on its number of samples, as in
    /// `Parts::load`.
    load: Vec<f64>,
    /// For each part, the logarithm of its number of samples at the last step, and the derivative of this logarithm
    /// with respect to the logarithm of the Lagrange multiplier. The inner search of [`Curve::Offset`] starts there.
    last: Vec<(f64, f64)>,
    /// Best shares of the last problem, exactly 0 for parts that get no data.
    pub shares: Vec<f64>,
}

impl Solver {
    /// Finds the best shares for N = `total` > 0 samples, leaves them in `self.shares`, and returns their loss and
    /// gain.
    ///
    /// Solves `sum_k n_k(mu) = N` for the logarithm mu of the Lagrange multiplier lambda. Here `n_k(mu)` is the number
    /// n of samples at which the pull of part k is lambda. It is 0 if the pull is smaller than lambda even at n = 0,
    /// which is possible for `Offset` with a = 1 and for `Exponential`. The method is Newton's, on the logarithm of the
    /// sum, within a bracket. Power laws need 3 to 5 steps with one exponential per part. A call takes about 0.5
    /// microseconds for three parts.
    pub fn solve(&mut self, parts: &Parts<'_>, total: f64) -> Optimum {
        let count = parts.weights.len();
        self.shares.clear();
        self.shares.extend_from_slice(parts.weights);
        self.load.clear();
        self.last.clear();
        let mut mu = 0.0;
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        let log_total = math::ln(total);
        let log_even = log_total - math::ln(count as f64);
        for k in 0..count {
            let p = parts.weights[k];
            if p == 0.0 {
                self.load.push(f64::NEG_INFINITY);
                self.last.push((0.0, 0.0));
                continue;
            }
            let load = parts.load(k, p, total);
            self.load.push(load);
            // With all samples on the part of greatest pull, the sum is at least N; with at most an equal share on
            // every part, it is at most N.
            low = low.max(parts.log_pull(k, load, total, log_total));
            high = high.max(parts.log_pull(k, load, total / count as f64, log_even));
            let matched = log_total + math::ln(p);
            self.last.push((matched, 0.0));
            mu += p * parts.log_pull(k, load, total * p, matched);
        }
        mu = mu.clamp(low, high);
        let mut moved = 0.0;
        for _ in 0..200 {
            let (mut used, mut slope) = (0.0, 0.0);
            for (k, share) in self.shares.iter_mut().enumerate().filter(|(k, _)| parts.weights[*k] > 0.0) {
                let last = &mut self.last[k];
                last.0 += moved * last.1;
                let (n, dn) = parts.samples_at(k, self.load[k], mu, last);
                *share = n / total;
                used += *share;
                slope += dn / total;
            }
            if used > 1.0 {
                low = low.max(mu);
            } else {
                high = high.min(mu);
            }
            // d ln(sum) = slope/sum d mu, slope < 0.
            let step = if (used - 1.0).abs() < 1e-3 { math::ln_1p(used - 1.0) } else { math::ln(used) } * used / -slope;
            if (used - 1.0).abs() < 2e-14 || high - low <= 4e-16 * mu.abs() {
                break;
            }
            let newton = mu + step;
            let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            moved = next - mu;
            mu = next;
        }
        let used: f64 = self.shares.iter().sum();
        let solved = (used - 1.0).abs() < SOLVED;
        if !solved {
            return Optimum::LOST;
        }
        let multiplier = math::exp(mu);
        let mut optimum = Optimum { multiplier, ..Optimum::default() };
        for (k, share) in self.shares.iter_mut().enumerate() {
            *share /= used;
            let p = parts.weights[k];
            if p > 0.0 {
                let (error, divergence) = parts.divergence(k, *share, total, multiplier);
                optimum.loss += p * error;
                optimum.gain += divergence;
            }
        }
        if parts.curve == Curve::Log {
            optimum.loss = parts.loss(&self.shares, total);
        }
        optimum.matched = optimum.loss + optimum.gain;
        optimum
    }

    /// Ratio `N'/N` for N = `total` samples. In the best shares, N' samples reach the loss that N samples reach in the
    /// matched shares. The ratio is at most 1.
    ///
    /// Solves for N' by Newton's method in `ln N'`. The derivative of the least loss with respect to N' is -lambda/N'
    /// with the Lagrange multiplier lambda (envelope theorem; for `Transfer`, the fall of the shared term is added).
    /// The function leaves the shares for N' in `self.shares`. The result is `None` for `Log`, for which N' has no
    /// meaning, and if a loss is 0 or infinite in f64. The cost is about six calls of [`Solver::solve`].
    pub fn samples_ratio(&mut self, parts: &Parts<'_>, total: f64) -> Option<f64> {
        if parts.curve == Curve::Log {
            return None;
        }
        let target = self.solve(parts, total).matched;
        if !(1e-300..f64::INFINITY).contains(&target) {
            return None;
        }
        let (mut low, mut high) = (f64::NEG_INFINITY, 0.0);
        let mut t: f64 = 0.0;
        for _ in 0..200 {
            let n = total * math::exp(t);
            let best = self.solve(parts, n);
            let shared = match parts.curve {
                Curve::Transfer => (0..parts.weights.len())
                    .map(|k| parts.weights[k] * parts.a[k] * parts.b[k] * math::pow(n, -parts.a[k]))
                    .sum(),
                _ => 0.0,
            };
            // Above 0, N' is too small. At t = 0, a small but exact gain stands in for the difference.
            let small = t == 0.0 && best.gain < 0.5 * target;
            let excess = if small { math::ln_1p(-best.gain / target) } else { math::ln(best.loss / target) };
            if excess.is_nan() {
                return None;
            }
            if excess > 0.0 {
                low = t;
            } else {
                high = t;
            }
            let step = excess * best.loss / (best.multiplier + shared);
            if step.abs() <= 1e-13 || high - low < 1e-15 {
                return Some(math::exp(if step.abs() <= 1e-13 { t + step } else { t }));
            }
            let newton = t + step;
            t = if newton > low && newton < high {
                newton
            } else if low == f64::NEG_INFINITY {
                // Move by at most a factor of 8 at once, also where a loss of 0 leaves no step.
                high - 2.0
            } else {
                0.5 * (low + high)
            };
        }
        None
    }
}

impl Parts<'_> {
    /// For part k, the terms of the logarithm of its pull that do not depend on its number of samples. The pull is
    /// minus the derivative of the loss with respect to the share of the part.
    fn load(&self, k: usize, p: f64, total: f64) -> f64 {
        match self.curve {
            Curve::Log => math::ln(p * total),
            Curve::Exponential { scale } => math::ln(p * self.a[k] * self.c[k] * total / scale),
            _ => math::ln(p * self.a[k] * self.c[k] * total),
        }
    }

    /// Logarithm of the pull of part k with `n` samples, given the terms `load` of [`Parts::load`] and `x = ln n`.
    fn log_pull(&self, k: usize, load: f64, n: f64, x: f64) -> f64 {
        let a = self.a[k];
        match self.curve {
            Curve::Power | Curve::Transfer => load - (1.0 + a) * x,
            Curve::Log => load - x,
            Curve::Exponential { scale } => load - a * n / scale,
            Curve::Offset => load + (a - 1.0) * x - 2.0 * math::ln(math::exp(a * x) + self.b[k]),
        }
    }

    /// The number of samples n at which the logarithm of the pull of part k is `mu`, and the derivative dn/dmu; both
    /// are 0 if the part gets no data. For [`Curve::Offset`], an inner search starts from `last` and writes its result
    /// there, in the form of the field `last` of [`Solver`].
    fn samples_at(&self, k: usize, load: f64, mu: f64, last: &mut (f64, f64)) -> (f64, f64) {
        let a = self.a[k];
        match self.curve {
            Curve::Power | Curve::Transfer => {
                let inverse = 1.0 / (1.0 + a);
                let n = math::exp((load - mu) * inverse);
                (n, -n * inverse)
            }
            Curve::Log => {
                let n = math::exp(load - mu);
                (n, -n)
            }
            Curve::Exponential { scale } => {
                let n = (load - mu) * scale / a;
                if n > 0.0 { (n, -scale / a) } else { (0.0, 0.0) }
            }
            Curve::Offset if a == 1.0 => {
                let y = math::exp(0.5 * (load - mu));
                let n = y - self.b[k];
                if n > 0.0 { (n, -0.5 * y) } else { (0.0, 0.0) }
            }
            Curve::Offset => {
                // The log pull is concave and falling in x = ln n with slope between a-1 and -(1+a).
                let b = self.b[k];
                let mut x = last.0.clamp(-745.0, 100.0);
                let mut slope = -1.0;
                for _ in 0..100 {
                    let y = math::exp(a * x);
                    let excess = load + (a - 1.0) * x - 2.0 * math::ln(y + b) - mu;
                    slope = (a - 1.0) - 2.0 * a * y / (y + b);
                    let step = excess / slope;
                    x = (x - step).clamp(-745.0, 100.0);
                    // Newton's method doubles the digits: the next step would be below 1e-14.
                    if step.abs() < 1e-7 {
                        break;
                    }
                }
                *last = (x, 1.0 / slope);
                let n = math::exp(x);
                (n, n / slope)
            }
        }
    }

    /// Error of part k with the best share `q`, and the contribution of the part to the gain over the matched shares.
    /// `multiplier` is the Lagrange multiplier lambda.
    ///
    /// The contribution is `p [e(n0) - e(n) - e'(n)(n0 - n)] + (lambda - p N(-e'(n))) (p - q)` with test weight p,
    /// error curve e, n0 = N p and n = N q of N = `total` samples. Its second term is 0 for parts that get data and at
    /// least 0 for others; both terms are computed without cancellation.
    fn divergence(&self, k: usize, q: f64, total: f64, multiplier: f64) -> (f64, f64) {
        let (p, a, b, c) = (self.weights[k], self.a[k], self.b[k], self.c[k]);
        // ln(n0/n) and n0/n - 1. Where p and q are far apart the second is -1 or infinite; the first never is.
        let u = (p - q) / q;
        let x = if u > -0.99 && u < 1e10 { math::ln_1p(u) } else { math::ln(p) - math::ln(q) };
        // Far apart nothing cancels: on the support p N (-e'(n)) is the multiplier.
        let far = |e0: f64, e: f64| p * e0 - p * e + multiplier * (p - q);
        match self.curve {
            Curve::Power | Curve::Transfer => {
                // p e(n) as one exponential: e(n) alone may overflow where p is tiny.
                let error = |share: f64| c * math::exp(-a * (math::ln(total) + math::ln(share)));
                let weighted = |share: f64| c * math::exp(math::ln(p) - a * (math::ln(total) + math::ln(share)));
                let rise = if x.abs() > FAR {
                    weighted(p) - weighted(q) + multiplier * (p - q)
                } else {
                    weighted(q) * power_excess(-a, u, x)
                };
                let shared = if self.curve == Curve::Transfer { b * math::pow(total, -a) } else { 0.0 };
                (error(q) + shared, rise)
            }
            Curve::Log => (-math::ln(q), p * log_excess(u, x)),
            Curve::Exponential { scale } => {
                let error = c * math::exp(-a * total * q / scale);
                let slack = if q == 0.0 { p * (multiplier - p * total * a * c / scale).max(0.0) } else { 0.0 };
                let d = a * total * (q - p) / scale;
                // Far apart there is nothing to cancel, but e^d may overflow.
                let rise = if d > 30.0 {
                    c * math::exp(-a * total * p / scale) - error * (1.0 + d)
                } else {
                    error * exp_excess(d)
                };
                (error, p * rise + slack)
            }
            // q = 0 is not a corner, but a share below the smallest f64.
            Curve::Offset if a < 1.0 && (q == 0.0 || x > OFFSET_FAR) => {
                let error = self.error(k, total * q, total);
                (error, far(self.error(k, total * p, total), error))
            }
            Curve::Offset if q == 0.0 => {
                let n0 = total * p;
                let slack = p * (multiplier - p * total * c / (b * b)).max(0.0);
                (c / b, p * c * n0 * n0 / (b * b * (n0 + b)) + slack)
            }
            Curve::Offset => {
                let y = math::pow(total * q, a);
                // 1 + w v as a sum: it is tiny where p is far below q and b is 0.
                let (kept, w) = (b / (y + b), y / (y + b));
                let v = math::expm1(a * x);
                let curved = (a * u * w * v - power_excess(a, u, x)) / (kept + w * math::exp(a * x));
                (c / (y + b), p * c * y / ((y + b) * (y + b)) * curved)
            }
        }
    }
}

/// Limit of the distance `|ln(p/q)|` between test weight p and share q. Beyond it, the terms of a power law's gain
/// differ so much that they do not cancel.
const FAR: f64 = 30.0;

/// Limit of `ln(p/q)`, for test weight p and share q. Above it, the gain of an offset curve is computed from separate
/// terms, because products might overflow. Below it, products are used, because separate terms would cancel where the
/// exponent is near 1.
const OFFSET_FAR: f64 = 300.0;

/// Excess of a power over its tangent at u = 0, `(1+u)^s - 1 - s u`. For u near 0 it is computed by a series. The
/// relative error is about 1e-12 for all u. The caller also gives `x = ln(1+u)`, because where u is near -1 or very
/// large, the caller's x is more accurate than a logarithm of the rounded `1+u`.
fn power_excess(s: f64, u: f64, x: f64) -> f64 {
    if u.abs() > 0.02 {
        return math::expm1(s * x) - s * u;
    }
    let mut term = s * (s - 1.0) * 0.5 * u * u;
    let mut total = term;
    for j in 2..9 {
        let j = f64::from(j);
        term *= u * (s - j) / (j + 1.0);
        total += term;
    }
    total
}

/// The difference `u - ln(1+u)`, given u and `x = ln(1+u)`. For u near 0 it is computed by a series. The relative error
/// is about 1e-12.
fn log_excess(u: f64, x: f64) -> f64 {
    if u.abs() > 0.02 {
        return u - x;
    }
    u * u * (0.5 - u * (1.0 / 3.0 - u * (0.25 - u * (0.2 - u * (1.0 / 6.0 - u * (1.0 / 7.0 - u * (0.125 - u / 9.0)))))))
}

/// Excess of the exponential over its tangent at d = 0, `e^d - 1 - d`. For d near 0 it is computed by a series. The
/// relative error is about 1e-12.
fn exp_excess(d: f64) -> f64 {
    if d.abs() > 0.1 {
        return math::expm1(d) - d;
    }
    let mut term = 0.5 * d * d;
    let mut total = term;
    for j in 3..12 {
        term *= d / f64::from(j);
        total += term;
    }
    total
}

/// The mixing law `e_k(q) = c_k + b_k exp(-sum_j t_kj q_j)` for the error of part k with training shares q. In this law
/// the data of every part may lower the error of every other part.
///
/// There are at most [`MIXING_PARTS`] parts. `transfer` is the square matrix of all `t_kj` in row order, which may have
/// any sign. `heights` are the `b_k`, at least 0, and `floors` are the `c_k`. The errors do not depend on the number of
/// samples. Source: "Shift is Good", Model 6.2, after Ye et al., ICLR 2025.
#[derive(Clone, Copy, Debug)]
pub struct Mixing<'a> {
    /// Test weights of the parts, at least 0 with sum 1.
    pub weights: &'a [f64],
    /// Height of each part: its error above the floor if nothing is learned.
    pub heights: &'a [f64],
    /// Floor of each part: the error that training cannot remove.
    pub floors: &'a [f64],
    /// Transfer matrix in row order. Entry (k, j) says how fast the data of part j lower the error of part k.
    pub transfer: &'a [f64],
}

/// Largest number of parts of a [`Mixing`].
pub const MIXING_PARTS: usize = 8;
type Small = [f64; MIXING_PARTS];

impl Mixing<'_> {
    fn count(&self) -> usize {
        self.weights.len()
    }

    /// Entry k of the product of the transfer matrix with the vector `x`.
    fn row(&self, k: usize, x: &[f64]) -> f64 {
        let count = self.count();
        self.transfer[k * count..][..count].iter().zip(x).map(|(t, x)| t * x).sum()
    }

    /// For each part, the weighted error above its floor, `p_k b_k exp(-(T q)_k)`, with test weight `p_k`, height
    /// `b_k`, transfer matrix T and shares q.
    fn heat(&self, q: &[f64]) -> Small {
        let mut heat = [0.0; MIXING_PARTS];
        for (k, heat) in heat.iter_mut().enumerate().take(self.count()) {
            *heat = self.weights[k] * self.heights[k] * math::exp(-self.row(k, q));
        }
        heat
    }

    /// Test loss with the given training shares: the mean of the errors of the parts, weighted by the test weights.
    pub fn loss(&self, shares: &[f64]) -> f64 {
        let floor: f64 = self.weights.iter().zip(self.floors).map(|(p, c)| p * c).sum();
        floor + self.heat(shares).iter().sum::<f64>()
    }

    /// Pull of each part, which is minus the derivative of the test loss with respect to the share of the part. It is
    /// `sum_k p_k b_k exp(-(T q)_k) t_kj` for part j, with test weights `p_k`, heights `b_k`, transfer matrix T and
    /// shares q.
    pub fn pull(&self, shares: &[f64]) -> Vec<f64> {
        let heat = self.heat(shares);
        (0..self.count()).map(|j| self.pull_of(&heat, j)).collect()
    }

    fn pull_of(&self, heat: &Small, j: usize) -> f64 {
        let count = self.count();
        (0..count).map(|k| heat[k] * self.transfer[k * count + j]).sum()
    }

    /// The best shares in closed form, if all parts get data: `q* = T^-1 (((1 + u^T T^-1 tau) / (u^T T^-1 u)) u - tau)`
    /// with `tau_l = ln([T^-T u]_l / (p_l b_l))`, transfer matrix T, test weights p, heights b, and the vector u of
    /// ones.
    ///
    /// The result is `None` if T is singular, if `T^-T u` has an entry <= 0, or if this formula gives a negative share.
    /// In the last case some part gets no data, and [`Mixing::solve`] must be used. Source: "Shift is Good", Prop. 6.3.
    pub fn interior(&self) -> Option<Vec<f64>> {
        let count = self.count();
        let transposed: Vec<f64> = (0..count * count).map(|i| self.transfer[i % count * count + i / count]).collect();
        let ones = [1.0; MIXING_PARTS];
        let dual = linear(&transposed, &ones[..count])?;
        if dual.iter().take(count).any(|x| *x <= 0.0) || (0..count).any(|l| self.weights[l] * self.heights[l] <= 0.0) {
            return None;
        }
        let tau: Vec<f64> = (0..count).map(|l| math::ln(dual[l] / (self.weights[l] * self.heights[l]))).collect();
        let total: f64 = dual.iter().sum();
        let level = (1.0 + dual.iter().zip(&tau).map(|(d, t)| d * t).sum::<f64>()) / total;
        let right: Vec<f64> = tau.iter().map(|t| level - t).collect();
        let q = linear(self.transfer, &right)?;
        q.iter().take(count).all(|q| *q >= 0.0).then(|| q[..count].to_vec())
    }

    /// Finds the best shares and writes them to `shares`, which has one entry per part. The old values are ignored. A
    /// share may be 0.
    ///
    /// The search is Newton's method on the shares that are not fixed, with the sum kept at 1. A step ends where a
    /// share would turn negative, and that share is then fixed at 0. A step is halved until the loss falls. A fixed
    /// share is released if its pull exceeds the Lagrange multiplier. The loss is convex, so the search ends at the
    /// minimum. Where the Hessian is singular (for example for parts without transfer), 1e-13 of its trace is added to
    /// its diagonal, which picks one of the minima.
    pub fn solve(&self, shares: &mut [f64]) -> Optimum {
        let count = self.count();
        let mut q = [0.0; MIXING_PARTS];
        q[..count].copy_from_slice(self.weights);
        let mut free = [false; MIXING_PARTS];
        for j in 0..count {
            free[j] = q[j] > 0.0;
        }
        let mut multiplier = 0.0;
        for _ in 0..500 {
            let heat = self.heat(&q[..count]);
            let mut pull = [0.0; MIXING_PARTS];
            for (j, pull) in pull.iter_mut().enumerate().take(count) {
                *pull = self.pull_of(&heat, j);
            }
            // [H 1; 1' 0] [d; mu] = [pull; 0] on the free shares.
            let index: Vec<usize> = (0..count).filter(|j| free[*j]).collect();
            let m = index.len();
            let mut system = vec![0.0; (m + 1) * (m + 1)];
            let mut trace = 0.0;
            for (r, &i) in index.iter().enumerate() {
                for (s, &j) in index.iter().enumerate() {
                    system[r * (m + 1) + s] =
                        (0..count).map(|k| heat[k] * self.transfer[k * count + i] * self.transfer[k * count + j]).sum();
                }
                trace += system[r * (m + 1) + r];
                system[r * (m + 1) + m] = 1.0;
                system[m * (m + 1) + r] = 1.0;
            }
            let ridge = if trace > 0.0 { 1e-13 * trace } else { 1.0 };
            for r in 0..m {
                system[r * (m + 1) + r] += ridge;
            }
            let mut right = [0.0; MIXING_PARTS + 1];
            for (r, &i) in index.iter().enumerate() {
                right[r] = pull[i];
            }
            let Some(step) = linear(&system, &right[..=m]).filter(|step| step.iter().all(|x| x.is_finite())) else {
                return Optimum::LOST;
            };
            multiplier = step[m];
            let longest = step[..m].iter().fold(0.0_f64, |l, d| l.max(d.abs()));
            // The step length at which the first share reaches 0.
            let (mut reach, mut blocking) = (1.0, None);
            for (r, &i) in index.iter().enumerate() {
                if step[r] < 0.0 && -q[i] / step[r] < reach {
                    (reach, blocking) = (-q[i] / step[r], Some(i));
                }
            }
            if longest < 1e-15 {
                let freed = (0..count)
                    .filter(|j| !free[*j] && pull[*j] > multiplier + 1e-12 * multiplier.abs())
                    .max_by(|i, j| pull[*i].total_cmp(&pull[*j]));
                match freed {
                    Some(j) => free[j] = true,
                    None => break,
                }
                continue;
            }
            let before: f64 = heat.iter().sum();
            let mut t = reach;
            let mut next = q;
            while t > 1e-18 {
                for (r, &i) in index.iter().enumerate() {
                    next[i] = (q[i] + t * step[r]).max(0.0);
                }
                // Close to the end the losses are equal up to rounding and the Newton step is right.
                if longest < 1e-9 || self.heat(&next[..count]).iter().sum::<f64>() <= before {
                    break;
                }
                t *= 0.5;
            }
            q = next;
            if let (Some(i), true) = (blocking, t == reach) {
                q[i] = 0.0;
                free[i] = false;
            }
            if longest < 1e-14 && blocking.is_none() {
                let total: f64 = q.iter().sum();
                q.iter_mut().for_each(|q| *q /= total);
            }
        }
        shares.copy_from_slice(&q[..count]);
        let solved = (q.iter().sum::<f64>() - 1.0).abs() < SOLVED;
        if solved { self.optimum(shares, multiplier) } else { Optimum::LOST }
    }

    /// Losses of the matched shares and of the best shares `q`, and the gain, given the Lagrange multiplier.
    ///
    /// The gain over the matched shares is `sum_k p_k b_k e^-(Tq)_k (e^-d_k - 1 + d_k)` with `d = T(p - q)`, test
    /// weights p, heights b and transfer matrix T, plus `(multiplier - pull_j) p_j` for each part j without data.
    fn optimum(&self, q: &[f64], multiplier: f64) -> Optimum {
        let count = self.count();
        let heat = self.heat(q);
        let mut moved = [0.0; MIXING_PARTS];
        for j in 0..count {
            moved[j] = self.weights[j] - q[j];
        }
        let mut gain = 0.0;
        for k in 0..count {
            gain += heat[k] * exp_excess(-self.row(k, &moved[..count]));
            if q[k] == 0.0 {
                gain += self.weights[k] * (multiplier - self.pull_of(&heat, k)).max(0.0);
            }
        }
        let loss = self.loss(q);
        Optimum { matched: loss + gain, loss, gain, multiplier }
    }
}

/// Exact best share of the first part, and leading term of the gain, for a mixing law with two parts of equal weight
/// and height. Only the first part learns from data of the other.
///
/// With the transfer matrix `[[1, t], [0, 1]]` and test weights (1/2, 1/2) the gain is
/// `(9/32) b e^(-1/2) t^2 + O(t^3)`, and the share is `(1 + ln(1-t) - t)/(2-t)`, for `t` in [0, 1) and height b > 0.
/// Deviation from the paper: "Shift is Good", Cor. 6.4, prints a gain of `2 b e^(-1/2) (1 - t/4)`. The printed gain is
/// not 0 at t = 0, although by symmetry nothing can be gained there.
pub fn one_way_transfer(t: f64, height: f64) -> (f64, f64) {
    ((1.0 + math::ln_1p(-t) - t) / (2.0 - t), 9.0 / 32.0 * height * math::exp(-0.5) * t * t)
}

/// Solves the linear system `matrix x = right` for at most 9 unknowns, by Gaussian elimination with row pivoting. The
/// matrix is given in row order. The result is `None` if the matrix is singular.
fn linear(matrix: &[f64], right: &[f64]) -> Option<[f64; MIXING_PARTS + 1]> {
    let n = right.len();
    let mut m = [[0.0; MIXING_PARTS + 2]; MIXING_PARTS + 1];
    for i in 0..n {
        m[i][..n].copy_from_slice(&matrix[i * n..][..n]);
        m[i][n] = right[i];
    }
    let scale = matrix.iter().fold(0.0_f64, |s, x| s.max(x.abs()));
    for i in 0..n {
        let pivot = (i..n).max_by(|r, s| m[*r][i].abs().total_cmp(&m[*s][i].abs()))?;
        if m[pivot][i].abs() <= 1e-16 * scale {
            return None;
        }
        m.swap(i, pivot);
        for r in i + 1..n {
            let factor = m[r][i] / m[i][i];
            for c in i..=n {
                m[r][c] -= factor * m[i][c];
            }
        }
    }
    let mut x = [0.0; MIXING_PARTS + 1];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|c| m[i][c] * x[c]).sum();
        x[i] = (m[i][n] - known) / m[i][i];
    }
    Some(x)
}

/// Shares that may be the best, with an upper bound on how far their loss is above the least loss.
#[derive(Clone, Debug)]
pub struct Point {
    /// Training share of each part.
    pub shares: Vec<f64>,
    /// Test loss of the shares.
    pub loss: f64,
    /// Upper bound on how far `loss` is above the least loss, computed by [`gap`] but not less than the rounding error
    /// of the pulls. The bound holds for any convex loss.
    pub gap: f64,
    /// Number of steps taken.
    pub steps: u32,
}

/// Upper bound on how far the loss of the shares q is above the least loss on the simplex, for any convex loss:
/// `max_j pull_j - sum_k q_k pull_k`, where `pull` is minus the gradient of the loss.
///
/// The result is NaN if a pull is NaN, because then there is no bound.
pub fn gap(shares: &[f64], pull: &[f64]) -> f64 {
    let mean: f64 = shares.iter().zip(pull).map(|(q, g)| q * g).sum();
    // `max` would drop a NaN.
    pull.iter().map(|g| g - mean).fold(0.0_f64, |most, above| if most.is_nan() || above <= most { most } else { above })
}

/// Minimises a convex loss over the simplex by mirror descent on the shares q, `q_k <- q_k exp(eta pull_k) / Z`, where
/// Z makes the sum 1.
///
/// The search starts from equal shares of the parts of positive weight. It uses only the functions `loss` and `pull`,
/// where the pull is minus the gradient of the loss. The pulls are divided by the mean of their absolute values, so the
/// step size eta is a pure number. The step size is halved when the loss rises, and grows by a tenth when the loss
/// falls. The search stops when [`gap`] is below `tolerance` times the loss, or after `limit` steps.
pub fn mirror_descent(
    weights: &[f64],
    loss: &dyn Fn(&[f64]) -> f64,
    pull: &dyn Fn(&[f64]) -> Vec<f64>,
    tolerance: f64,
    limit: u32,
) -> Point {
    let active = weights.iter().filter(|p| **p > 0.0).count() as f64;
    let mut q: Vec<f64> = weights.iter().map(|p| if *p > 0.0 { 1.0 / active } else { 0.0 }).collect();
    let mut value = loss(&q);
    let mut eta = 0.5;
    let mut steps = 0;
    loop {
        let g = pull(&q);
        let certificate = gap(&q, &g);
        if certificate <= tolerance * value.abs() || steps >= limit {
            // A difference of pulls proves nothing below the rounding of the pulls.
            let rounding = 4.0 * f64::EPSILON * q.iter().zip(&g).map(|(q, g)| q * g.abs()).sum::<f64>();
            let gap = if certificate < rounding { rounding } else { certificate };
            return Point { shares: q, loss: value, gap, steps };
        }
        let size = q.iter().zip(&g).map(|(q, g)| q * g.abs()).sum::<f64>();
        let top = g.iter().fold(f64::NEG_INFINITY, |m, g| m.max(*g));
        loop {
            steps += 1;
            let mut next: Vec<f64> = q.iter().zip(&g).map(|(q, g)| q * math::exp(eta * (g - top) / size)).collect();
            let total: f64 = next.iter().sum();
            next.iter_mut().for_each(|x| *x /= total);
            let after = loss(&next);
            if after <= value * (1.0 + 1e-15) || eta < 1e-12 {
                (q, value) = (next, after);
                eta *= 1.1;
                break;
            }
            eta *= 0.5;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::tests::{Draws, close};

    const CURVES: [Curve; 5] =
        [Curve::Power, Curve::Offset, Curve::Exponential { scale: 300.0 }, Curve::Log, Curve::Transfer];

    struct Owned {
        p: Vec<f64>,
        a: Vec<f64>,
        b: Vec<f64>,
        c: Vec<f64>,
    }
    impl Owned {
        fn draw(draws: &mut Draws, count: usize, curve: Curve) -> Self {
            let raw: Vec<f64> = (0..count).map(|_| -math::ln(draws.unit())).collect();
            let total: f64 = raw.iter().sum();
            let most = if curve == Curve::Offset { 1.0 } else { 2.0 };
            Self {
                p: raw.iter().map(|p| p / total).collect(),
                // One exponent in four is exactly 1, where `Offset` has corners.
                a: (0..count)
                    .map(|_| if draws.unit() < 0.25 { 1.0 } else { 0.2 + (most - 0.2) * draws.unit() })
                    .collect(),
                b: (0..count).map(|_| 30.0 * draws.unit()).collect(),
                c: (0..count).map(|_| math::pow(10.0, 2.0 * draws.unit() - 1.0)).collect(),
            }
        }
        fn parts(&self, curve: Curve) -> Parts<'_> {
            Parts { curve, weights: &self.p, a: &self.a, b: &self.b, c: &self.c }
        }
    }

    fn power<'a>(p: &'a [f64], a: &'a [f64], c: &'a [f64]) -> Parts<'a> {
        Parts { curve: Curve::Power, weights: p, a, b: c, c }
    }

    #[test]
    fn the_fall_is_the_derivative() {
        let mut draws = Draws(1);
        for curve in CURVES {
            let owned = Owned::draw(&mut draws, 4, curve);
            let parts = owned.parts(curve);
            for k in 0..4 {
                for n in [0.7, 20.0, 700.0] {
                    let h = 1e-5 * n;
                    close(
                        parts.fall(k, n),
                        (parts.error(k, n - h, 1000.0) - parts.error(k, n + h, 1000.0)) / (2.0 * h),
                        1e-8,
                    );
                }
            }
        }
    }

    #[test]
    fn the_optimum_satisfies_kkt_and_mirror_descent_agrees() {
        let mut draws = Draws(2);
        let mut solver = Solver::default();
        let mut corners = 0;
        for curve in CURVES {
            for trial in 0..60 {
                let owned = Owned::draw(&mut draws, 2 + trial % 7, curve);
                let parts = owned.parts(curve);
                let total = 10.0 * math::pow(100.0, draws.unit());
                let best = solver.solve(&parts, total);
                let q = solver.shares.clone();
                close(q.iter().sum::<f64>(), 1.0, 1e-12);
                let pull = parts.pull(&q, total);
                for (k, &share) in q.iter().enumerate() {
                    if share > 0.0 {
                        close(pull[k], best.multiplier, 1e-7);
                    } else {
                        corners += 1;
                        assert!(
                            pull[k] <= best.multiplier * (1.0 + 1e-9),
                            "{curve:?} corner {k}: {} above {}",
                            pull[k],
                            best.multiplier
                        );
                    }
                }
                assert!(gap(&q, &pull) <= 1e-7 * best.multiplier);
                close(best.loss, parts.loss(&q, total), 1e-12);
                close(best.matched, parts.loss(parts.weights, total), 1e-11);
                let other =
                    mirror_descent(parts.weights, &|q| parts.loss(q, total), &|q| parts.pull(q, total), 1e-8, 5000);
                assert!(
                    other.gap <= 1e-8 * other.loss.abs(),
                    "{curve:?} {trial}: gap {:e} after {}",
                    other.gap,
                    other.steps
                );
                close(other.loss, best.loss, 1.1e-8);
                for (x, y) in q.iter().zip(&other.shares) {
                    assert!((x - y).abs() < 2e-3, "{curve:?} {q:?} {:?}", other.shares);
                }
            }
        }
        assert!(corners > 20, "the grid must reach the corners: {corners}");
    }

    #[test]
    fn equal_exponents_give_the_closed_form() {
        let (p, c, a) = ([0.5, 0.3, 0.15, 0.05], [1.0, 0.2, 7.0, 3.0], 0.6);
        let mut solver = Solver::default();
        let best = solver.solve(&power(&p, &[a; 4], &c), 12_345.0);
        for (x, y) in solver.shares.iter().zip(crate::theory::exam_time::optimal_shares(&p, &c, a)) {
            close(*x, y, 1e-13);
        }
        let gain = crate::theory::exam_time::gain(&p, &c, a);
        close(best.loss / best.matched, gain.loss_ratio, 1e-13);
        close(1.0 - best.relative_gain(), gain.loss_ratio, 1e-13);
        close(solver.samples_ratio(&power(&p, &[a; 4], &c), 12_345.0).unwrap(), gain.hours_ratio, 1e-12);
    }

    #[test]
    fn the_exam_and_the_majority() {
        let mut solver = Solver::default();
        close(solver.solve(&power(&[0.9, 0.1], &[1.0; 2], &[1.0; 2]), 100.0).loss, 0.016, 1e-13);
        close(solver.shares[0], 0.75, 1e-13);
        for p in [0.3, 0.7, 0.87, 0.95] {
            let weights: Vec<f64> = std::iter::once(p).chain(std::iter::repeat_n((1.0 - p) / 99.0, 99)).collect();
            let ratio = solver.samples_ratio(&power(&weights, &[0.28; 100], &[1.0; 100]), 1e5).unwrap();
            close(ratio, crate::theory::exam_time::majority_gain(p, 100, 0.28).hours_ratio, 1e-11);
        }
    }

    /// The best shares depend on the number of samples when the exponents differ.
    #[test]
    fn mixed_exponents() {
        let (p, a, c) = ([0.5, 0.5], [0.5, 1.0], [1.0, 1.0]);
        let mut solver = Solver::default();
        for (n, first) in [(100.0, 0.669), (1e4, 0.872)] {
            solver.solve(&power(&p, &a, &c), n);
            assert!((solver.shares[0] - first).abs() < 5e-4);
        }
        // SIG Prop 3.2: the slow part takes everything but N^-(a2-a1)/(a2+1) (a2 p2 c2 / (a1 p1 c1))^(1/(a2+1)).
        let n = 1e12;
        solver.solve(&power(&p, &a, &c), n);
        close(solver.shares[1], math::pow(n, -0.25) * math::pow(0.5 / 0.25, 0.5), 5e-3);
    }

    #[test]
    fn transfer_does_not_move_the_optimum_but_dilutes_the_gain() {
        let (p, a, c) = ([0.6, 0.3, 0.1], [0.4, 0.4, 0.9], [1.0, 2.0, 3.0]);
        let mut solver = Solver::default();
        let alone = solver.solve(&power(&p, &a, &c), 500.0);
        let shares = solver.shares.clone();
        let b = [5.0, 1.0, 2.0];
        let parts = Parts { curve: Curve::Transfer, weights: &p, a: &a, b: &b, c: &c };
        let shared = solver.solve(&parts, 500.0);
        assert_eq!(shares, solver.shares);
        close(shared.gain, alone.gain, 1e-14);
        assert!(shared.relative_gain() < alone.relative_gain());
    }

    #[test]
    fn the_samples_ratio_reaches_the_matched_loss() {
        let mut draws = Draws(8);
        let mut solver = Solver::default();
        for curve in CURVES {
            for _ in 0..20 {
                let owned = Owned::draw(&mut draws, 5, curve);
                let parts = owned.parts(curve);
                let total = 10.0 * math::pow(100.0, draws.unit());
                match solver.samples_ratio(&parts, total) {
                    None => assert_eq!(curve, Curve::Log),
                    Some(ratio) => {
                        assert!(ratio > 0.0 && ratio <= 1.0);
                        close(solver.solve(&parts, total * ratio).loss, parts.loss(parts.weights, total), 1e-11);
                    }
                }
            }
        }
    }

    #[test]
    fn the_logarithm_gains_nothing_for_any_weights() {
        let mut draws = Draws(4);
        let mut solver = Solver::default();
        for trial in 0..20_000 {
            let owned = Owned::draw(&mut draws, 2 + trial % 5, Curve::Log);
            let parts = owned.parts(Curve::Log);
            let best = solver.solve(&parts, 1e3);
            assert!(best.gain >= 0.0 && best.relative_gain() < 1e-20, "{best:?}");
        }
        // The measure tells a logarithm from a curve that is almost one: n^-a - 1 ~ -a ln n.
        let parts = power(&[0.7, 0.2, 0.1], &[1e-4; 3], &[1e4; 3]);
        let best = solver.solve(&parts, 1e3);
        assert!(best.gain > 1e-9 && best.relative_gain() < 1e-9, "{best:?}");
    }

    /// Gains far below the rounding of the loss agree with the second-order expansion of the loss.
    #[test]
    fn small_gains_are_not_lost_in_rounding() {
        let mut solver = Solver::default();
        for shift in [1e-3, 1e-5, 1e-7] {
            // p = (1/2, 1/2), c2 = c1 (1 + shift): q_1 - 1/2 = -shift/(4 (1+a)), gain = a shift^2 L / (8 (1+a)).
            let a = 0.7;
            let best = solver.solve(&power(&[0.5, 0.5], &[a; 2], &[1.0, 1.0 + shift]), 1e4);
            close(best.relative_gain(), a * shift * shift / (8.0 * (1.0 + a)), 2.0 * shift + 1e-6);
        }
    }

    #[test]
    fn the_gain_is_the_difference_of_the_losses() {
        let mut draws = Draws(6);
        let mut solver = Solver::default();
        for curve in CURVES {
            for _ in 0..200 {
                let owned = Owned::draw(&mut draws, 3, curve);
                let parts = owned.parts(curve);
                let total = 10.0 * math::pow(100.0, draws.unit());
                let best = solver.solve(&parts, total);
                let matched = parts.loss(parts.weights, total);
                assert!(
                    (matched - parts.loss(&solver.shares, total) - best.gain).abs() < 1e-13 * matched.abs().max(1.0),
                    "{curve:?} {best:?}"
                );
            }
        }
    }

    #[test]
    fn the_excess_series_meet_the_direct_forms() {
        for s in [-3.0, -0.5, 0.3, 1.0, 2.5] {
            for u in [-0.0199999, 0.0199999] {
                let direct = math::expm1(s * math::ln_1p(u)) - s * u;
                assert!((power_excess(s, u, math::ln_1p(u)) - direct).abs() < 2e-16 * (1.0 + s.abs()));
            }
        }
        for u in [-0.0199999, 0.0199999] {
            assert!((log_excess(u, math::ln_1p(u)) - (u - math::ln_1p(u))).abs() < 1e-17);
            assert!((exp_excess(5.0 * u) - (math::expm1(5.0 * u) - 5.0 * u)).abs() < 2e-16);
        }
    }

    #[test]
    fn a_part_of_weight_zero_gets_nothing() {
        let mut solver = Solver::default();
        let best = solver.solve(&power(&[0.6, 0.0, 0.4], &[1.0; 3], &[1.0; 3]), 100.0);
        assert_eq!(solver.shares[1], 0.0);
        assert!(best.loss.is_finite() && best.gain > 0.0);
        let pull = power(&[0.6, 0.0, 0.4], &[1.0; 3], &[1.0; 3]).pull(&[0.6, 0.0, 0.4], 100.0);
        assert!(direction(&pull).iter().sum::<f64>().abs() < 1e-15 && pull.iter().all(|x| x.is_finite()));
    }

    #[test]
    fn shares_below_the_smallest_normal_number_have_their_gain() {
        // (p - q)/q overflows below q = 6e-309: the second part's share is 1.8e-310.
        let parts =
            Parts { curve: Curve::Offset, weights: &[0.9, 0.1], a: &[0.5, 0.98], b: &[1.0, 1e5], c: &[1.0, 1.0] };
        let mut solver = Solver::default();
        let best = solver.solve(&parts, 1000.0);
        assert!(solver.shares[1] > 0.0 && solver.shares[1] < 6e-309, "{:?}", solver.shares);
        close(best.matched, 0.9 / (30.0 + 1.0) + 0.1 / (math::pow(100.0, 0.98) + 1e5), 1e-12);
        close(best.loss, 0.9 / (math::pow(1000.0, 0.5) + 1.0) + 0.1 / 1e5, 1e-12);
        close(best.gain, best.matched - best.loss, 1e-12);
        let ratio = solver.samples_ratio(&parts, 1000.0).expect("a ratio");
        close(0.9 / ((1000.0 * ratio).sqrt() + 1.0) + 0.1 / 1e5, best.matched, 1e-11);
        // Cover the range around the smallest numbers, and the switch between formulas.
        for power in 0..160 {
            for a in [0.5, 0.9, 0.98, 0.999] {
                let b = math::pow(10.0, f64::from(power) / 20.0);
                let parts =
                    Parts { curve: Curve::Offset, weights: &[0.9, 0.1], a: &[0.5, a], b: &[1.0, b], c: &[1.0; 2] };
                let best = solver.solve(&parts, 1000.0);
                let (matched, loss) = (parts.loss(parts.weights, 1000.0), parts.loss(&solver.shares, 1000.0));
                assert!((matched - loss - best.gain).abs() < 1e-15, "a = {a}, b = {b}: {best:?}, {}", matched - loss);
                close(best.matched, matched, 1e-12);
            }
        }
    }

    #[test]
    fn parts_that_hardly_count_have_their_loss() {
        // With a = c = 1 the matched loss is K/N for any weights, and the least loss is (sum sqrt p)^2/N.
        let mut solver = Solver::default();
        for rare in [1e-15, 1e-17, 1e-35, 1e-100, 1e-300] {
            let p = [1.0, rare];
            let parts = power(&p, &[1.0; 2], &[1.0; 2]);
            let best = solver.solve(&parts, 1000.0);
            close(best.matched, 0.002, 1e-12);
            close(best.loss, 0.001 * math::pow(1.0 + f64::sqrt(rare), 2.0), 1e-12);
            close(best.gain, 0.001, 1e-7);
            close(solver.samples_ratio(&parts, 1000.0).expect("a ratio"), best.loss / best.matched, 1e-11);
            // Offset curves with an offset of 0 are power laws.
            let offset = Parts { curve: Curve::Offset, b: &[0.0; 2], a: &[0.5; 2], ..parts };
            let best = solver.solve(&offset, 1000.0);
            close(best.matched, offset.loss(&p, 1000.0), 1e-12);
        }
        // With a larger exponent the matched loss overflows: the result is "not found", not "no gain".
        let best = solver.solve(&power(&[1.0, 1e-300], &[4.0; 2], &[1.0; 2]), 1000.0);
        assert!(!best.relative_gain().is_finite(), "{best:?}");
        assert_eq!(solver.samples_ratio(&power(&[1.0, 1e-300], &[4.0; 2], &[1.0; 2]), 1000.0), None);
    }

    #[test]
    fn what_is_not_a_number_certifies_nothing() {
        assert!(gap(&[0.5, 0.5], &[1.0, f64::NAN]).is_nan() && gap(&[0.5, 0.5], &[f64::NAN, 1.0]).is_nan());
        let mut solver = Solver::default();
        let best = solver.solve(&power(&[0.5, 0.5], &[f64::NAN, 1.0], &[1.0; 2]), 100.0);
        assert!(best.gain.is_nan() && best.loss.is_nan() && best.relative_gain().is_nan(), "{best:?}");
        let mut q = [0.0; 2];
        let lost = mixing(&[0.5, 0.5], &[f64::NAN, 1.0], &[0.0; 2], &[1.0, 0.0, 0.0, 1.0]).solve(&mut q);
        assert!(lost.gain.is_nan(), "{lost:?}");
    }

    #[test]
    fn the_direction_points_to_the_optimum() {
        let parts = power(&[0.9, 0.1], &[0.5; 2], &[1.0; 2]);
        let v = direction(&parts.pull(&[0.9, 0.1], 100.0));
        assert!(v[0] < 0.0 && v[1] > 0.0);
        // The logarithm leaves nothing to gain.
        let log = Parts { curve: Curve::Log, ..parts };
        assert!(direction(&log.pull(&[0.9, 0.1], 100.0)).iter().all(|v| v.abs() < 1e-12));
    }

    #[test]
    fn large_and_extreme_problems_converge() {
        let mut draws = Draws(10);
        let mut solver = Solver::default();
        for curve in CURVES {
            for total in [10.0, 1e9] {
                let owned = Owned::draw(&mut draws, 128, curve);
                let parts = owned.parts(curve);
                let best = solver.solve(&parts, total);
                assert!(
                    (best.matched - parts.loss(parts.weights, total)).abs() <= 1e-11 * best.matched.abs(),
                    "{curve:?} {total}"
                );
                assert!(
                    gap(&solver.shares, &parts.pull(&solver.shares, total)) <= 1e-7 * best.multiplier,
                    "{curve:?} {total}"
                );
            }
        }
        // With a just below 1, shares are almost corners.
        let parts =
            Parts { curve: Curve::Offset, weights: &[0.999, 0.001], a: &[0.99, 0.99], b: &[1.0, 50.0], c: &[1.0, 1.0] };
        let best = solver.solve(&parts, 20.0);
        assert!(best.gain > 0.0 && solver.shares.iter().all(|q| q.is_finite()));
        close(best.matched, parts.loss(parts.weights, 20.0), 1e-10);
    }

    fn mixing<'a>(p: &'a [f64], b: &'a [f64], c: &'a [f64], t: &'a [f64]) -> Mixing<'a> {
        Mixing { weights: p, heights: b, floors: c, transfer: t }
    }

    #[test]
    fn the_mixing_loss_is_its_formula() {
        let law = mixing(&[0.25, 0.75], &[2.0, 3.0], &[0.5, 0.1], &[1.0, 0.5, 0.0, 2.0]);
        let hand = 0.25 * (0.5 + 2.0 * math::exp(-0.4 - 0.3)) + 0.75 * (0.1 + 3.0 * math::exp(-1.2));
        close(law.loss(&[0.4, 0.6]), hand, 1e-15);
    }

    /// With one-way transfer, the best share and the leading term of the gain agree with [`one_way_transfer`]. The gain
    /// that is printed in Corollary 6.4 of "Shift is Good" is wrong.
    #[test]
    fn one_way_transfer_has_the_corrected_gap() {
        let t = [1.0, 0.1, 0.0, 1.0];
        let law = mixing(&[0.5, 0.5], &[1.0, 1.0], &[0.0, 0.0], &t);
        let mut q = [0.0; 2];
        let best = law.solve(&mut q);
        let (share, gap) = one_way_transfer(0.1, 1.0);
        close(q[0], share, 1e-12);
        close(law.interior().unwrap()[0], share, 1e-13);
        assert!((best.gain - 0.001781).abs() < 5e-7 && (gap - 0.001706).abs() < 5e-7, "{} {gap}", best.gain);
        // Without transfer there is no gain; the printed 2 b e^(-1/2) (1 - t/4) would be 1.21.
        let none = mixing(&[0.5, 0.5], &[1.0, 1.0], &[0.0, 0.0], &[1.0, 0.0, 0.0, 1.0]).solve(&mut q);
        assert!(none.gain < 1e-25, "{}", none.gain);
        for t in [1e-2, 1e-3] {
            let matrix = [1.0, t, 0.0, 1.0];
            let best = mixing(&[0.5, 0.5], &[1.0, 1.0], &[0.0, 0.0], &matrix).solve(&mut q);
            close(best.gain, one_way_transfer(t, 1.0).1, t);
        }
    }

    #[test]
    fn mixing_laws_satisfy_kkt_and_mirror_descent_agrees() {
        let mut draws = Draws(12);
        let (mut inside, mut outside) = (0, 0);
        for trial in 0..150 {
            let count = 2 + trial % 7;
            let owned = Owned::draw(&mut draws, count, Curve::Power);
            let t: Vec<f64> = (0..count * count)
                .map(|i| if i % (count + 1) == 0 { 1.0 + 4.0 * draws.unit() } else { draws.unit() - 0.2 })
                .collect();
            let law = mixing(&owned.p, &owned.c, &owned.b, &t);
            let mut q = vec![0.0; count];
            let best = law.solve(&mut q);
            close(q.iter().sum::<f64>(), 1.0, 1e-12);
            let pull = law.pull(&q);
            assert!(gap(&q, &pull) <= 1e-10 * best.multiplier.abs(), "{trial}: gap {:e}", gap(&q, &pull));
            close(best.matched, law.loss(&owned.p), 1e-12);
            close(best.loss, law.loss(&q), 1e-13);
            match law.interior() {
                Some(closed) => {
                    inside += 1;
                    for (x, y) in q.iter().zip(&closed) {
                        assert!((x - y).abs() < 1e-9, "{q:?} {closed:?}");
                    }
                }
                None => outside += 1,
            }
            let other = mirror_descent(&vec![1.0; count], &|q| law.loss(q), &|q| law.pull(q), 1e-9, 20_000);
            assert!(other.gap <= 1e-9 * other.loss, "{trial}: {:e} after {}", other.gap, other.steps);
            close(other.loss, best.loss, 1.1e-9);
        }
        assert!(inside > 10 && outside > 10, "{inside} {outside}");
    }

    #[test]
    fn mixing_laws_without_a_unique_optimum_still_end() {
        let mut q = [0.0; 3];
        let p = [0.2, 0.3, 0.5];
        let flat = mixing(&p, &[1.0; 3], &[0.0; 3], &[0.0; 9]).solve(&mut q);
        assert_eq!((flat.gain, q), (0.0, p));
        let same = mixing(&p, &[1.0; 3], &[1.0; 3], &[1.0; 9]).solve(&mut q);
        assert!(same.gain.abs() < 1e-15 && same.loss.is_finite());
        // A part of weight 0 that teaches the others better than they do themselves gets all data.
        let helper = mixing(&[0.5, 0.5, 0.0], &[1.0; 3], &[0.0; 3], &[1.0, 0.0, 5.0, 0.0, 1.0, 5.0, 0.0, 0.0, 1.0])
            .solve(&mut q);
        assert_eq!(q, [0.0, 0.0, 1.0]);
        close(helper.loss, math::exp(-5.0), 1e-13);
    }
}

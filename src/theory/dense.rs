//! Multi-epoch SGD on dense features with covariance `H = diag(l_1, ..., l_d)`: a mean-field model, and an exact model
//! of one pass.
//!
//! With learning rate eta, a step on the features x multiplies the error of the weights by `1 - eta x x^T`. The
//! mean-field model replaces each product of these matrices by its mean. For K epochs over N samples, this is accurate
//! if there are many samples per dimension and the rate is small: `N >> d`, `eta^2 tr(H) K N << 1`, and
//! `2 eta l K N sqrt(d/N) << 1` for each eigenvalue l of H. At N = 1000 the mean-field risk is 4% too low for d = 5,
//! and up to 45% too low for d = 100. For one pass over independent Gaussian coordinates there is an exact recursion,
//! which this module solves for any number of steps.

use super::reuse::{Curve, Model, Order, bracketed_zero, forgotten, kept, variance};
use super::sum;
use crate::math;
use crate::stats::{order, sort_by};

/// Directions in which the feature covariance has equal eigenvalues.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// Number of directions.
    copies: f64,
    /// Eigenvalue of the feature covariance.
    scale: f64,
    /// Sum of the squared target weights of these directions.
    signal: f64,
}

/// Divides the directions into parts: neighbouring directions with equal eigenvalues in `spectrum` form one part.
fn parts(spectrum: &[f64], targets: &[f64]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (&scale, target) in spectrum.iter().zip(targets) {
        let signal = target * target;
        match parts.last_mut() {
            Some(last) if last.scale == scale => {
                last.copies += 1.0;
                last.signal += signal;
            }
            _ => parts.push(Part { copies: 1.0, scale, signal }),
        }
    }
    parts
}

/// Power-law spectrum `l_i = i^-a` for i = 1..=dim; a = 0 is isotropic.
pub fn power_spectrum(dim: u32, a: f64) -> Vec<f64> {
    (1..=dim).map(|i| math::pow(f64::from(i), -a)).collect()
}

/// Mean-field model of multi-epoch SGD.
#[derive(Clone, Debug)]
pub struct MeanField {
    parts: Vec<Part>,
    noise: f64,
    order: Order,
}

impl MeanField {
    /// Makes the model. `spectrum` holds the eigenvalues of the feature covariance, all above 0, and `targets` one
    /// target weight for each eigenvalue. `noise` is the variance of the label noise.
    pub fn new(spectrum: &[f64], targets: &[f64], noise: f64, order: Order) -> Self {
        Self { parts: parts(spectrum, targets), noise, order }
    }

    /// Bias and variance, the two terms of the risk. They are valid if `|1 - eta l| < 1` for the learning rate eta and
    /// every eigenvalue l of the feature covariance. A call takes about 80 ns for each different l.
    ///
    /// They are `sum l w*^2 (1 - eta l)^(2 K N) / 2` and `sigma^2 sum V(N) / 2`, for K epochs over N samples, target
    /// weights w* and noise variance sigma^2. V is the function [`super::reuse::variance`]. For K -> infinity and small
    /// rates the variance is about `sigma^2/2 sum (eta l/2 + (1 - tanh(eta l N/2)) / N)`; at rate 0 and d dimensions it
    /// is `sigma^2 d/(2N)`.
    pub fn terms(&self, epochs: f64, samples: f64, rate: f64) -> [f64; 2] {
        let each = |part: &Part| {
            let g = rate * part.scale;
            let left = kept(g * (2.0 - g), epochs * samples);
            let spread = if self.noise > 0.0 { variance(self.order, g, samples, epochs, 1.0) } else { 0.0 };
            [part.scale * part.signal * left, part.copies * spread]
        };
        let terms: Vec<[f64; 2]> = self.parts.iter().map(each).collect();
        [0.5 * sum(terms.iter().map(|t| t[0])), 0.5 * self.noise * sum(terms.iter().map(|t| t[1]))]
    }

    /// Largest eigenvalue of the feature covariance.
    pub fn largest_scale(&self) -> f64 {
        self.parts.iter().fold(0.0, |most, part| part.scale.max(most))
    }
}

impl Model for MeanField {
    fn risk(&self, epochs: f64, samples: f64) -> Curve<'_> {
        let largest = self.largest_scale();
        Box::new(move |rate| {
            if rate * largest >= 2.0 {
                return f64::INFINITY;
            }
            let [bias, variance] = self.terms(epochs, samples, rate);
            bias + variance
        })
    }

    fn flow(&self, samples: f64) -> Curve<'_> {
        Box::new(move |time| {
            0.5 * sum(self.parts.iter().map(|part| {
                let fitted = -math::expm1(-samples * part.scale * time);
                let left = math::exp(-2.0 * samples * part.scale * time);
                part.scale * part.signal * left + self.noise * part.copies * fitted * fitted / samples
            }))
        })
    }

    fn one_pass(&self, samples: f64) -> Curve<'_> {
        let largest = self.largest_scale();
        Box::new(move |rate| {
            if rate * largest >= 2.0 {
                return f64::INFINITY;
            }
            0.5 * sum(self.parts.iter().map(|part| {
                let g = rate * part.scale;
                let (left, gone) = (kept(g * (2.0 - g), samples), forgotten(g * (2.0 - g), samples));
                part.scale * part.signal * left + self.noise * part.copies * (g / (2.0 - g)) * gone
            }))
        })
    }
}

/// Effective reuse rate (see [`super::reuse`]) of infinitely many epochs over N = `samples`, to leading order in N:
/// `mean(l) / (4 min(l)) ln N` for the eigenvalues l of the feature covariance (`ln N / 4` if all are equal). Source:
/// "Larger Datasets Can Be Repeated More", theorem 4.2.
///
/// Corrections are of relative order `ln ln N / ln N`, so slopes in ln N agree much earlier than values.
pub fn plateau(spectrum: &[f64], samples: f64) -> f64 {
    condition(spectrum) * math::ln(samples) / 4.0
}

/// Mean of the eigenvalues in `spectrum`, divided by the smallest of them.
fn condition(spectrum: &[f64]) -> f64 {
    let least = spectrum.iter().fold(f64::INFINITY, |least, l| l.min(least));
    sum(spectrum.iter().map(|l| l / least)) / spectrum.len() as f64
}

/// Best learning rate to leading order, `ln(K N) / (2 l K N)`, for K epochs over N samples and the smallest eigenvalue
/// l = `least`.
pub fn leading_rate(least: f64, epochs: f64, samples: f64) -> f64 {
    math::ln(epochs * samples) / (2.0 * least * epochs * samples)
}

/// Crossover of the effective reuse rate E (see [`super::reuse`]) from few to many epochs: for K epochs over N samples,
/// `E(K, N)/ln N -> phi(K/ln N)` for N -> infinity. Returns phi(kappa) for kappa > 0.
///
/// The mean-field variance at the best learning rate gives, to leading order,
/// `phi(kappa) = mean(l)/(4 min(l)) / mean_i (1 + x_i - tanh x_i)`, with `x_i = (l_i/min(l))/(4 kappa)` for the
/// eigenvalues l of the feature covariance. phi is about kappa where kappa is small, and tends to `mean(l)/(4 min(l))`
/// where kappa is large.
pub fn crossover(spectrum: &[f64], kappa: f64) -> f64 {
    let least = spectrum.iter().fold(f64::INFINITY, |least, l| l.min(least));
    let variance = |l: &f64| {
        let x = l / least / (4.0 * kappa);
        1.0 + x - math::tanh(x)
    };
    0.25 * condition(spectrum) * spectrum.len() as f64 / sum(spectrum.iter().map(variance))
}

/// The kappa at which [`crossover`] is `share kappa`, for 0 < share < 1. At this kappa and for large N,
/// `K = kappa ln N` epochs over N samples are worth `share K` epochs of new samples.
pub fn crossover_saturation(spectrum: &[f64], share: f64) -> f64 {
    let gap = |kappa: f64| crossover(spectrum, kappa) - share * kappa;
    // phi is about kappa near 0 and at most the plateau.
    let (low, high) = (1e-3, 0.25 * condition(spectrum) / share);
    bracketed_zero(&gap, [low, gap(low)], [high, gap(high)], [1e-14, 0.0])
}

/// Risk of the least-squares fit, which is the limit of many epochs: `sigma^2 d / (2 (N - d - 1))` for Gaussian
/// features in d dimensions, N samples and noise variance sigma^2.
///
/// It is infinite unless N > d + 1.
pub fn least_squares(dim: f64, noise: f64, samples: f64) -> f64 {
    if samples > dim + 1.0 { 0.5 * noise * dim / (samples - dim - 1.0) } else { f64::INFINITY }
}

/// The risk of one pass as a sum of exponentials in the number of steps. For each exponential, three numbers are
/// stored: the fraction `mu` by which it shrinks per step, and its amplitudes due to signal and due to noise.
#[derive(Clone, Debug)]
pub struct Modes(Vec<[f64; 3]>);

impl Modes {
    /// Risk after n steps (a real number), `sum_k (signal_k (1 - mu_k)^n + noise_k (1 - (1 - mu_k)^n)/mu_k) / 2`,
    /// summed over the exponentials k.
    pub fn risk(&self, steps: f64) -> f64 {
        let each = |&[mu, signal, noise]: &[f64; 3]| {
            let grown = if mu == 0.0 { steps } else { forgotten(mu, steps) / mu };
            signal * kept(mu, steps) + if noise > 0.0 { noise * grown } else { 0.0 }
        };
        0.5 * sum(self.0.iter().map(each))
    }
}

/// Exact model of one pass of SGD over samples whose coordinates are independent and have a given kurtosis (3 for
/// Gaussians, 1 for random signs).
///
/// The mean squared errors of the weights, `m_i = E (w_i - w*_i)^2`, follow
/// `m_i <- (1 - c_i) m_i + eta^2 l_i (sum_j l_j m_j + sigma^2)` with `c_i = 2 eta l_i - (kurtosis - 1) eta^2 l_i^2`,
/// for learning rate eta, eigenvalues `l_i` of the feature covariance and noise variance sigma^2.
#[derive(Clone, Debug)]
pub struct OnePass {
    parts: Vec<Part>,
    noise: f64,
    kurtosis: f64,
}

impl OnePass {
    /// Model of one pass. `spectrum` holds the eigenvalues of the feature covariance, all above 0, and `targets` one
    /// target weight for each eigenvalue. `noise` is the variance of the label noise. `kurtosis` is the kurtosis of a
    /// feature, at least 1.
    pub fn new(spectrum: &[f64], targets: &[f64], noise: f64, kurtosis: f64) -> Self {
        let mut order: Vec<usize> = (0..spectrum.len()).collect();
        sort_by(&mut order, &|i| -spectrum[i]);
        let [spectrum, targets] = [spectrum, targets].map(|list| order.iter().map(|&i| list[i]).collect::<Vec<_>>());
        Self { parts: parts(&spectrum, &targets), noise, kurtosis }
    }

    /// Learning rate above which the risk grows: the root eta of `sum eta l/(2 - (kurtosis-1) eta l) = 1`, summed over
    /// the eigenvalues l of the feature covariance.
    ///
    /// For isotropic Gaussian features in d dimensions it is 2/(d+2).
    pub fn stable_rate(&self) -> f64 {
        let top = self.parts[0].scale;
        let (mut lo, mut hi) = (0.0, 2.0 / (top * (self.kurtosis - 1.0).max(1.0)));
        for _ in 0..100 {
            let rate = 0.5 * (lo + hi);
            if self.gain(rate) < 1.0 { lo = rate } else { hi = rate }
        }
        lo
    }

    /// The sum `sum eta l / (2 - (kurtosis-1) eta l)` over the eigenvalues l, for learning rate eta. The risk grows if
    /// this sum exceeds 1. The sum counts as infinite if a denominator is not positive.
    fn gain(&self, rate: f64) -> f64 {
        sum(self.parts.iter().map(|part| {
            let left = 2.0 - (self.kurtosis - 1.0) * rate * part.scale;
            if left > 0.0 { part.copies * rate * part.scale / left } else { f64::INFINITY }
        }))
    }

    /// The risk at learning rate eta as a sum of exponentials in the number of steps. This costs about `10 d^2`
    /// divisions for d different eigenvalues.
    ///
    /// The recursion of [`OnePass`] has a symmetric matrix: the diagonal matrix of `1 - c_i` plus `eta^2 l l^T`. Its
    /// eigenvalues are `1 - mu_k` for the roots `mu_k` of `sum_i v_i^2/(c_i - mu) = 1`, with `v_i = eta l_i`. One root
    /// is below the smallest `c_i`, and one is between any two neighbouring `c_i`. The eigenvectors are
    /// `v_i/(c_i - mu)`. A root is stored as its distance from the nearest pole `c_i`, so the differences `c_i - mu` do
    /// not cancel.
    pub fn modes(&self, rate: f64) -> Modes {
        // c, v^2 and v z of all parts, sorted by c. Equal c are joined: what is orthogonal to v there never enters the
        // risk.
        let mut poles: Vec<[f64; 3]> = Vec::new();
        let all: Vec<[f64; 3]> = self
            .parts
            .iter()
            .map(|part| {
                let g = rate * part.scale;
                [g * (2.0 - (self.kurtosis - 1.0) * g), part.copies * g * g, g * part.signal]
            })
            .collect();
        for pole in order(&all.iter().map(|pole| pole[0]).collect::<Vec<_>>()).into_iter().map(|k| all[k]) {
            match poles.last_mut() {
                Some(last) if last[0] == pole[0] => (last[1], last[2]) = (last[1] + pole[1], last[2] + pole[2]),
                _ => poles.push(pole),
            }
        }
        let weight = sum(poles.iter().map(|p| p[1]));
        let modes = (0..poles.len()).map(|k| {
            // Start from the pole above, or from the pole below if the root is in the lower half.
            let below = if k > 0 { poles[k - 1][0] } else { f64::NEG_INFINITY };
            // The first root lies below its pole by at most the whole weight.
            let half = (0.5 * (poles[k][0] - below)).min(2.0 * weight);
            let slack = |origin: f64, x: f64| 1.0 - sum(poles.iter().map(|[c, v, _]| v / ((c - origin) - x)));
            let above = k == 0 || slack(poles[k][0], -half) > 0.0;
            let (origin, sign, own) =
                if above { (poles[k][0], -1.0, poles[k][1]) } else { (below, 1.0, poles[k - 1][1]) };
            // The distance to the pole times the slack is smooth, and equals the pole's weight at the pole.
            let smooth = |x: f64| x * slack(origin, sign * x);
            let end = smooth(half);
            // Equal signs at both ends put the root half way, within rounding.
            let x = if sign * end < 0.0 {
                bracketed_zero(&smooth, [0.0, sign * own], [half, end], [2e-16, 0.0])
            } else {
                half
            };
            let differences = poles.iter().map(|[c, v, z]| (*v, *z, 1.0 / ((c - origin) - sign * x)));
            let (mut size, mut signal) = (0.0, 0.0);
            for (v, z, inverse) in differences {
                size += v * inverse * inverse;
                signal += z * inverse;
            }
            [origin + sign * x, signal / (rate * size), self.noise / size]
        });
        Modes(modes.collect())
    }

    /// Risk after a real number of steps, as a function of the learning rate; see [`OnePass::modes`].
    pub fn risk(&self, steps: f64) -> impl Fn(f64) -> f64 {
        move |rate| self.modes(rate).risk(steps)
    }

    /// Risk after each number of steps in `marks` (ascending), by the recursion of [`OnePass`]. A step costs O(d) for d
    /// different eigenvalues.
    pub fn recursion(&self, rate: f64, marks: &[u64]) -> Vec<f64> {
        let (mut m, mut risk) = self.begin();
        let (mut step, mut out) = (0, Vec::with_capacity(marks.len()));
        for &mark in marks {
            while step < mark {
                risk = self.step(rate, &mut m, risk);
                step += 1;
            }
            out.push(0.5 * risk);
        }
        out
    }

    /// Risk after one pass, by the recursion of [`OnePass`]. Step t has the learning rate `rate` times the t-th of the
    /// `multipliers`.
    pub fn scheduled(&self, rate: f64, multipliers: impl IntoIterator<Item = f64>) -> f64 {
        let (mut m, start) = self.begin();
        0.5 * multipliers.into_iter().fold(start, |risk, multiplier| self.step(rate * multiplier, &mut m, risk))
    }

    /// The state before the first step, and twice the risk in this state. For each set of directions of equal
    /// eigenvalue, the state holds the sum of the mean squared errors of their weights.
    fn begin(&self) -> (Vec<f64>, f64) {
        let m: Vec<f64> = self.parts.iter().map(|part| part.signal).collect();
        let risk = self.twice(&m);
        (m, risk)
    }

    fn twice(&self, m: &[f64]) -> f64 {
        self.parts.iter().zip(m).map(|(part, m)| part.scale * m).sum()
    }

    /// Takes one step of the recursion. For each set of directions of equal eigenvalue, `m` holds the sum of the mean
    /// squared errors of their weights, and is updated. `risk` is twice the risk before the step. The result is twice
    /// the risk after it.
    fn step(&self, rate: f64, m: &mut [f64], risk: f64) -> f64 {
        for (part, m) in self.parts.iter().zip(&mut *m) {
            let g = rate * part.scale;
            *m += -g * (2.0 - (self.kurtosis - 1.0) * g) * *m + rate * g * part.copies * (risk + self.noise);
        }
        self.twice(m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::one_hot::OneHot;
    use crate::theory::reuse::{best, best_rate, effective_reuse};
    use crate::theory::tests::close;

    const SPECTRUM: [f64; 5] = [1.0, 0.8, 0.6, 0.4, 0.2];

    fn five() -> MeanField {
        MeanField::new(&SPECTRUM, &[1.0; 5], 1.0, Order::Reshuffle)
    }

    /// Isotropic model in which the squared norm of the target weights equals the noise variance times the number of
    /// dimensions.
    fn isotropic() -> MeanField {
        MeanField::new(&[1.0], &[1.0], 1.0, Order::Reshuffle)
    }

    #[test]
    fn mean_field_risks_are_those_computed_elsewhere() {
        for (samples, epochs, rate, bias, variance) in [
            (1000.0, 1.0, 0.017269, 9.901780447357e-5, 1.303348735321e-2),
            (1000.0, 4.0, 0.005184, 2.489622390265e-5, 4.316052572478e-3),
            (1000.0, 16.0, 0.0015, 6.764038038574e-6, 2.599781880678e-3),
        ] {
            let terms = five().terms(epochs, samples, rate);
            close(terms[0], bias, 1e-12);
            close(terms[1], variance, 1e-12);
            close(five().risk(epochs, samples)(rate), bias + variance, 1e-12);
        }
        close(five().one_pass(1000.0)(0.017269), five().risk(1.0, 1000.0)(0.017269), 1e-14);
    }

    #[test]
    fn many_epochs_tend_to_the_closed_limit() {
        let (samples, rate) = (50.0, 0.03);
        let limit: f64 = SPECTRUM
            .iter()
            .map(|l| {
                let g = rate * l;
                g / (2.0 - g)
                    + (1.0 - (1.0 - math::pow(1.0 - g, samples)) / (1.0 + math::pow(1.0 - g, samples))) / samples
            })
            .sum();
        close(five().risk(f64::INFINITY, samples)(rate), 0.5 * limit, 1e-13);
        close(five().risk(1e6, samples)(rate), 0.5 * limit, 1e-13);
        let found = best(&five(), 1.0, f64::INFINITY, samples);
        assert_eq!(found.rate, 0.0);
        close(best(&five(), 1.0, 1e7, samples).risk, found.risk, 1e-6);
        close(five().flow(samples)(f64::INFINITY), 2.5 / samples, 1e-13);
        assert!(found.risk < 2.5 / samples, "stopping early is better");
    }

    #[test]
    fn effective_reuse_is_that_computed_elsewhere() {
        for (samples, reuse) in [
            (1e3, [1.742, 2.308, 2.508, 2.552, 2.560, 2.561]),
            (1e4, [1.864, 2.714, 3.081, 3.170, 3.186, 3.189]),
            (1e5, [1.930, 3.045, 3.624, 3.775, 3.804, 3.809]),
        ] {
            for (epochs, want) in [2.0, 4.0, 8.0, 16.0, 32.0, f64::INFINITY].into_iter().zip(reuse) {
                let found = effective_reuse(&isotropic(), 1.0, epochs, samples).unwrap();
                assert!((found - want).abs() < 6e-4, "N = {samples}, K = {epochs}: {found}, {want}");
            }
        }
        let plateau = |samples| effective_reuse(&isotropic(), 1.0, f64::INFINITY, samples).unwrap();
        assert!((plateau(1e6) - 4.422).abs() < 6e-4 && (plateau(1e8) - 5.634).abs() < 6e-4);
        // The slope of the plateau in ln N is near 1/4.
        let slope = (plateau(1e6) - plateau(1e3)) / math::ln(1e3);
        assert!((slope - 0.27).abs() < 0.005, "{slope}");
        for (samples, want) in [(1e3, 0.636), (1e4, 0.601), (1e5, 0.577), (1e6, 0.561), (1e8, 0.542)] {
            let steps = 4.0 * samples;
            let found = best(&isotropic(), 1.0, 4.0, samples).rate * steps / math::ln(steps);
            assert!((found - want).abs() < 6e-4, "{found} {want}");
        }
    }

    #[test]
    fn the_recursion_is_its_closed_form() {
        let (d, rate) = (10, 0.02);
        let one = OnePass::new(&vec![1.0; d], &vec![1.0; d], 1.0, 3.0);
        let r = 1.0 - 2.0 * rate + rate * rate * (d as f64 + 2.0);
        for (steps, risk) in [0u64, 1, 7, 100, 1000].into_iter().zip(one.recursion(rate, &[0, 1, 7, 100, 1000])) {
            let left = math::pow(r, steps as f64);
            close(risk, 0.5 * d as f64 * (left + rate * rate * (1.0 - left) / (1.0 - r)), 1e-12);
        }
        // A separate simulation measured 0.1936 +- 0.0007.
        assert!((one.recursion(rate, &[100])[0] - 0.19414).abs() < 6e-6);
        close(one.stable_rate(), 2.0 / 12.0, 1e-14);
        close(least_squares(10.0, 0.3, 111.0), 0.5 * 0.3 * 0.1, 1e-14);
    }

    #[test]
    fn one_direction_alone_is_the_one_hot_model() {
        // With x = sqrt(l) in every sample, products have no spread, so mean field is exact.
        for order in [Order::Reshuffle, Order::Once, Order::WithReplacement] {
            let dense = MeanField::new(&[0.7], &[1.5], 0.3, order);
            let hot = OneHot::new(&[1.0], &[0.7], &[1.5], 0.3, order);
            for (epochs, samples, rate) in
                [(1.0, 9.0, 0.2), (5.0, 30.0, 0.01), (3.0, 20.0, 2.0), (f64::INFINITY, 7.0, 0.4)]
            {
                close(dense.risk(epochs, samples)(rate), hot.risk(epochs, samples)(rate), 1e-12);
            }
            close(dense.flow(20.0)(0.1), hot.flow(20.0)(0.1), 1e-12);
        }
    }

    #[test]
    fn one_pass_is_a_sum_of_exponentials() {
        let steep = power_spectrum(40, 1.5);
        let signs: Vec<f64> = (0..40).map(|i| 0.1 * f64::from(i % 7) - 0.2).collect();
        for (spectrum, targets, noise) in [
            (steep.as_slice(), signs.as_slice(), 0.3),
            (&SPECTRUM, &[1.0; 5], 1.0),
            (&SPECTRUM, &[0.0, 0.0, 0.0, 0.0, 2.0], 0.0),
            (&[1.0, 1.0, 0.5], &[1.0, -2.0, 0.3], 0.1),
            (&[1.0, 1.0 - 1e-9, 1e-6], &[1.0, 1.0, 3.0], 0.1),
        ] {
            for kurtosis in [1.0, 3.0] {
                let one = OnePass::new(spectrum, targets, noise, kurtosis);
                let edge = one.stable_rate();
                // At half the edge, kurtosis 3 gives l = 1 and l = 0.5 equal c: g and 1 - g have the same 2 g (1 - g).
                for rate in [0.01 * edge, 0.4 * edge, 0.97 * edge, edge, 1.1 * edge] {
                    let modes = one.modes(rate);
                    let steps = [0u64, 1, 2, 10, 300];
                    for (steps, want) in steps.into_iter().zip(one.recursion(rate, &steps)) {
                        // Two modes cross at the edge, where they are known to fewer digits.
                        close(modes.risk(steps as f64), want, 1e-9);
                    }
                }
            }
        }
        let two = OnePass::new(&[1.0, 0.5], &[1.0, 1.0], 0.2, 3.0);
        close(two.risk(50.0)(2.0 / 3.0), two.recursion(2.0 / 3.0, &[50])[0], 1e-11);
    }

    #[test]
    fn one_pass_is_stable_up_to_its_edge() {
        for kurtosis in [1.0, 3.0, 9.0] {
            let one = OnePass::new(&power_spectrum(6, 1.0), &[1.0; 6], 0.1, kurtosis);
            let edge = one.stable_rate();
            let late = |share| one.risk(2e5)(share * edge) / one.risk(1e5)(share * edge);
            let [stays, grows] = [0.999, 1.001].map(late);
            assert!(stays < 1.0 + 1e-9 && grows > 2.0, "kurtosis {kurtosis}: {stays} {grows}");
        }
    }

    #[test]
    fn mean_field_is_the_limit_of_one_pass() {
        let exact = OnePass::new(&SPECTRUM, &[1.0; 5], 1.0, 3.0);
        for (samples, within) in [(1e3, 0.05), (1e5, 2e-3), (1e7, 4e-5)] {
            let found = best_rate(&exact.risk(samples), exact.stable_rate(), samples).risk;
            let mean_field = best(&five(), 1.0, 1.0, samples).risk;
            assert!((1.0..1.0 + within).contains(&(found / mean_field)), "N = {samples}: {}", found / mean_field);
        }
    }

    #[test]
    fn the_crossover_is_that_computed_elsewhere() {
        let flat = [1.0; 4];
        for (kappa, phi) in [
            (0.05, 0.04999909),
            (0.1, 0.09946742),
            (0.25, 0.20187243),
            (0.5, 0.24087497),
            (1.0, 0.24873609),
            (3.0, 0.24995192),
        ] {
            assert!((crossover(&flat, kappa) - phi).abs() < 6e-9, "{kappa}: {}", crossover(&flat, kappa));
        }
        let steep = [1.0, 0.75, 0.5, 0.25];
        assert!((crossover(&steep, 0.25) - 0.2432).abs() < 6e-5 && (crossover(&steep, 1.0) - 0.569).abs() < 6e-4);
        close(crossover(&steep, 1e9) * math::ln(1e5), plateau(&steep, 1e5), 1e-12);
        close(plateau(&flat, 1e6), 0.25 * math::ln(1e6), 1e-14);
        assert!((crossover_saturation(&flat, 0.75) - 0.284).abs() < 6e-4, "{}", crossover_saturation(&flat, 0.75));
        let kappa = crossover_saturation(&steep, 0.5);
        close(crossover(&steep, kappa), 0.5 * kappa, 1e-12);
    }

    #[test]
    fn mean_field_tends_to_the_crossover() {
        // N goes up to 1e100, because corrections fall as ln ln N / ln N.
        for (spectrum, kappa, known) in [
            (vec![1.0], 0.25, [0.2169, 0.2117, 0.2079, 0.2055, 0.2044]),
            (vec![1.0, 0.75, 0.5, 0.25], 1.0, [0.583, 0.584, 0.580, 0.577, 0.575]),
        ] {
            let d = spectrum.len();
            let model = MeanField::new(&spectrum, &vec![(1.0 / d as f64).sqrt(); d], 1.0 / d as f64, Order::Reshuffle);
            for (digits, known) in [8.0, 16.0, 32.0, 64.0, 100.0].into_iter().zip(known) {
                let log = digits * math::ln(10.0);
                let reuse = effective_reuse(&model, 1.0, kappa * log, math::exp(log)).unwrap() / log;
                assert!((reuse - known).abs() < 6e-4, "d = {d}, N = 1e{digits}: {reuse}");
            }
        }
    }

    #[test]
    fn the_recursion_is_the_mean_over_all_data() {
        // Coordinates of kurtosis 1 (signs) or 3 (0 or +-sqrt 3), noise of two values, two coordinates, three steps: at
        // most 5832 cases.
        let (l, targets, noise, rate) = ([1.0_f64, 0.4], [1.0, -0.5], 0.3_f64, 0.35);
        let root = 3.0_f64.sqrt();
        let (signs, three) =
            (vec![(1.0, 0.5), (-1.0, 0.5)], vec![(root, 1.0 / 6.0), (-root, 1.0 / 6.0), (0.0, 2.0 / 3.0)]);
        for (kurtosis, values) in [(1.0, signs), (3.0, three)] {
            let mut worlds = vec![(targets.map(|w| -w), 1.0)];
            for _ in 0..3 {
                let mut next = Vec::new();
                for (e, chance) in worlds {
                    for (z0, p0) in &values {
                        for (z1, p1) in &values {
                            for sign in [-1.0, 1.0] {
                                let x = [z0 * l[0].sqrt(), z1 * l[1].sqrt()];
                                let residual = x[0] * e[0] + x[1] * e[1] - sign * noise.sqrt();
                                let e = [e[0] - rate * residual * x[0], e[1] - rate * residual * x[1]];
                                next.push((e, chance * p0 * p1 * 0.5));
                            }
                        }
                    }
                }
                worlds = next;
            }
            let risk: f64 = worlds.iter().map(|(e, p)| 0.5 * p * (l[0] * e[0] * e[0] + l[1] * e[1] * e[1])).sum();
            close(OnePass::new(&l, &targets, noise, kurtosis).recursion(rate, &[3])[0], risk, 1e-12);
        }
    }
}

//! Multi-epoch SGD on dense features with covariance `H = diag(l_1, ..., l_d)`: mean field, and one pass exactly.
//!
//! Mean field replaces each product of `1 - eta x x^T` by its mean. It holds for many samples per dimension and small
//! rates: `N >> d`, `eta^2 tr(H) K N << 1`, `2 eta l K N sqrt(d/N) << 1`; at d = 5, N = 1000 the risk it gives is 4% low,
//! at d = 100, N = 1000 up to 45%. One pass over independent Gaussian coordinates has an exact recursion, solved here
//! for any number of steps.

use super::reuse::{Model, Order, forgotten, kept, variance};
use super::sum;
use crate::math;

/// Directions that are alike.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// How many there are.
    copies: f64,
    /// The eigenvalue l of H.
    scale: f64,
    /// `sum w*^2` over the copies.
    signal: f64,
}

/// Equal neighbours together.
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

/// `l_i = i^-a` for i = 1..=dim; a = 0 is isotropic.
pub fn power_spectrum(dim: u32, a: f64) -> Vec<f64> {
    (1..=dim).map(|i| math::pow(f64::from(i), -a)).collect()
}

/// The mean-field model.
#[derive(Clone, Debug)]
pub struct MeanField {
    parts: Vec<Part>,
    noise: f64,
    order: Order,
}

impl MeanField {
    /// A spectrum l > 0 and targets w* of one length; `noise` is the variance sigma^2.
    pub fn new(spectrum: &[f64], targets: &[f64], noise: f64, order: Order) -> Self {
        Self { parts: parts(spectrum, targets), noise, order }
    }

    /// Bias and variance, the two terms of the risk. `|1 - eta l| < 1`. About 80 ns per different l.
    ///
    /// `sum l w*^2 (1 - eta l)^(2 K N) / 2` and `sigma^2 sum V(N) / 2`, V of [`super::reuse::variance`]. For K -> infinity the second
    /// tends to `sigma^2/2 sum (eta l/(2 - eta l) + (1 - tanh(eta l N/2)) / N)`, which is `sigma^2 d/(2N)` at small rates.
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

    /// The largest eigenvalue.
    pub fn largest_scale(&self) -> f64 {
        self.parts.iter().fold(0.0, |most, part| part.scale.max(most))
    }
}

impl Model for MeanField {
    fn risk(&self, epochs: f64, samples: f64) -> impl Fn(f64) -> f64 {
        let largest = self.largest_scale();
        move |rate| {
            if rate * largest >= 2.0 {
                return f64::INFINITY;
            }
            let [bias, variance] = self.terms(epochs, samples, rate);
            bias + variance
        }
    }

    fn flow(&self, samples: f64) -> impl Fn(f64) -> f64 {
        move |time| {
            0.5 * sum(self.parts.iter().map(|part| {
                let fitted = -math::expm1(-samples * part.scale * time);
                let left = math::exp(-2.0 * samples * part.scale * time);
                part.scale * part.signal * left + self.noise * part.copies * fitted * fitted / samples
            }))
        }
    }

    fn one_pass(&self, samples: f64) -> impl Fn(f64) -> f64 {
        let largest = self.largest_scale();
        move |rate| {
            if rate * largest >= 2.0 {
                return f64::INFINITY;
            }
            0.5 * sum(self.parts.iter().map(|part| {
                let g = rate * part.scale;
                let (left, gone) = (kept(g * (2.0 - g), samples), forgotten(g * (2.0 - g), samples));
                part.scale * part.signal * left + self.noise * part.copies * (g / (2.0 - g)) * gone
            }))
        }
    }
}

/// Risk of the least-squares fit, `sigma^2 d / (2 (N - d - 1))`: the limit of many epochs, for Gaussian features.
///
/// Infinite unless N > d + 1.
pub fn least_squares(dim: f64, noise: f64, samples: f64) -> f64 {
    if samples > dim + 1.0 { 0.5 * noise * dim / (samples - dim - 1.0) } else { f64::INFINITY }
}

/// One pass over samples with independent coordinates of a given kurtosis (Gaussian 3, signs 1), exactly.
///
/// `m_i = E (w_i - w*_i)^2` goes by `m_i <- (1 - c_i) m_i + eta^2 l_i (sum_j l_j m_j + sigma^2)`,
/// `c_i = 2 eta l_i - (kurtosis - 1) eta^2 l_i^2`.
#[derive(Clone, Debug)]
pub struct OnePass {
    parts: Vec<Part>,
    noise: f64,
    kurtosis: f64,
}

impl OnePass {
    /// A spectrum l > 0 and targets w* of one length; `noise` is the variance sigma^2, kurtosis >= 1.
    pub fn new(spectrum: &[f64], targets: &[f64], noise: f64, kurtosis: f64) -> Self {
        let mut sorted: Vec<(f64, f64)> = spectrum.iter().copied().zip(targets.iter().copied()).collect();
        sorted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let (spectrum, targets): (Vec<f64>, Vec<f64>) = sorted.into_iter().unzip();
        Self { parts: parts(&spectrum, &targets), noise, kurtosis }
    }

    /// The rate from which on the risk grows: the root of `sum eta l/(2 - (kurtosis-1) eta l) = 1`; isotropic Gaussian 2/(d+2).
    pub fn stable_rate(&self) -> f64 {
        let top = self.parts[0].scale;
        let (mut lo, mut hi) = (0.0, 2.0 / (top * (self.kurtosis - 1.0).max(1.0)));
        for _ in 0..100 {
            let rate = 0.5 * (lo + hi);
            if self.gain(rate) < 1.0 { lo = rate } else { hi = rate }
        }
        lo
    }

    /// `sum eta l / (2 - (kurtosis-1) eta l)`, infinite where a term has no sense.
    fn gain(&self, rate: f64) -> f64 {
        sum(self.parts.iter().map(|part| {
            let left = 2.0 - (self.kurtosis - 1.0) * rate * part.scale;
            if left > 0.0 { part.copies * rate * part.scale / left } else { f64::INFINITY }
        }))
    }

    /// The risk after each number of steps in `marks`, ascending, by the recursion itself: O(d) a step.
    pub fn recursion(&self, rate: f64, marks: &[u64]) -> Vec<f64> {
        let mut m: Vec<f64> = self.parts.iter().map(|part| part.signal).collect();
        let total = |m: &[f64]| self.parts.iter().zip(m).map(|(part, m)| part.scale * m).sum::<f64>();
        let (mut step, mut risk) = (0, total(&m));
        let mut out = Vec::with_capacity(marks.len());
        for &mark in marks {
            while step < mark {
                for (part, m) in self.parts.iter().zip(&mut m) {
                    let g = rate * part.scale;
                    *m += -g * (2.0 - (self.kurtosis - 1.0) * g) * *m + rate * g * part.copies * (risk + self.noise);
                }
                risk = total(&m);
                step += 1;
            }
            out.push(0.5 * risk);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::reuse::{best, effective_reuse};
    use crate::theory::tests::close;

    const SPECTRUM: [f64; 5] = [1.0, 0.8, 0.6, 0.4, 0.2];

    fn five() -> MeanField {
        MeanField::new(&SPECTRUM, &[1.0; 5], 1.0, Order::Reshuffle)
    }

    /// Isotropic with `d sigma^2 = |w*|^2`.
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
        // The slope in ln N, near 1/4.
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
        close(one.stable_rate(), 2.0 / 12.0, 1e-14);
        close(least_squares(10.0, 0.3, 111.0), 0.5 * 0.3 * 0.1, 1e-14);
    }
}

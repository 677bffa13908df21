//! Comparison of several laws on the same runs.
//!
//! `AICc` weighs the number of parameters against the fit. An objective with the loss function rho implies the density
//! `e^(-rho(r) / s) / Z(s)` of a residual r, where the scale `s` maximises the likelihood of the runs and Z(s) makes
//! the integral 1. The density is normal for squares, Laplace's for L1, and between these two for Huber's function.
//! Densities of residuals of logarithms are converted to densities of the loss, so that laws with and without
//! logarithms can be compared.
//!
//! The other test leaves the largest runs out: it fits the smaller runs and predicts the largest. This is what a
//! scaling law is for.

use super::objective::Room;
use super::{Data, Fit, Problem, Residual};
use crate::math;
use crate::stats::sort;

/// Minus twice the logarithm of the likelihood of the runs, at parameters where the objective is `value`. The scale of
/// the noise is the one that maximises the likelihood.
fn deviance(problem: &Problem, value: f64) -> f64 {
    let data = &problem.data;
    let n: f64 = data.weight.iter().sum();
    let of_logs: f64 = match problem.objective.residual {
        Residual::Log => data.ln_y.iter().zip(&data.weight).map(|(y, w)| w * y).sum(),
        Residual::Plain => 0.0,
    };
    let pi = std::f64::consts::PI;
    let delta = problem.objective.delta;
    let fitted = if delta.is_infinite() {
        n * (math::ln(4.0 * pi * value / n) + 1.0)
    } else if delta == 0.0 {
        2.0 * n * (math::ln(2.0 * value / n) + 1.0)
    } else {
        let at = |ln_s: f64| {
            let s = math::exp(ln_s);
            let inner = (2.0 * pi * s).sqrt() * (1.0 - math::erfc(delta / (2.0 * s).sqrt()));
            let z = inner + 2.0 * s / delta * math::exp(-delta * delta / (2.0 * s));
            2.0 * value / s + 2.0 * n * math::ln(z)
        };
        // The scale lies between Gauss's, 2 Q / n, and Laplace's, Q / n, or nearly.
        let middle = math::ln((value / n).max(1e-300));
        at(least(at, middle - 3.0, middle + 3.0))
    };
    fitted + 2.0 * of_logs
}

/// Point between `lo` and `hi` at which `f` is least, found by golden-section search. `f` must have a single minimum.
pub(super) fn least(f: impl Fn(f64) -> f64, mut lo: f64, mut hi: f64) -> f64 {
    const GOLD: f64 = 0.618_033_988_749_894_9;
    let (mut a, mut b) = (hi - GOLD * (hi - lo), lo + GOLD * (hi - lo));
    let (mut fa, mut fb) = (f(a), f(b));
    for _ in 0..60 {
        if fa <= fb {
            (hi, b, fb) = (b, a, fa);
            a = hi - GOLD * (hi - lo);
            fa = f(a);
        } else {
            (lo, a, fa) = (a, b, fb);
            b = lo + GOLD * (hi - lo);
            fb = f(b);
        }
    }
    0.5 * (lo + hi)
}

/// Akaike's information criterion, corrected for few runs; lower is better. `None` if there are too few runs for the
/// correction.
pub fn aicc(problem: &Problem, fit: &Fit) -> Option<f64> {
    let n: f64 = problem.data.weight.iter().sum();
    // The scale of the noise is a parameter too.
    let k = problem.free() as f64 + 1.0;
    (n > k + 1.0).then(|| deviance(problem, fit.value) + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0))
}

/// Share of the variance of the loss that the law explains at the parameters `p`,
/// `1 - sum (y - f)^2 / sum (y - mean)^2`, for losses y and predictions f.
pub fn r2(problem: &Problem, p: &[f64]) -> f64 {
    let mut room = Room::default();
    problem.at(p, &mut room);
    let data = &problem.data;
    let n: f64 = data.weight.iter().sum();
    let mean = data.y.iter().zip(&data.weight).map(|(y, w)| w * y).sum::<f64>() / n;
    let sum = |f: &dyn Fn(usize) -> f64| (0..data.len()).map(|i| data.weight[i] * f(i) * f(i)).sum::<f64>();
    1.0 - sum(&|i| data.y[i] - room.values[i]) / sum(&|i| data.y[i] - mean)
}

/// How well a law that was fitted to the smaller runs predicts the largest runs.
#[derive(Clone, Debug)]
pub struct Extrapolation {
    /// Predicted losses of the largest runs.
    pub predicted: Vec<f64>,
    /// Measured losses of the largest runs.
    pub measured: Vec<f64>,
    /// Root mean square of the residuals of the largest runs.
    pub error: f64,
    /// Mean of the residuals of the largest runs. It is above 0 if the law predicts too high a loss.
    pub bias: f64,
}

/// Size of run `i`: the product of its inputs other than unique tokens, such as parameters times tokens.
pub fn scale(problem: &Problem, i: usize) -> f64 {
    let inputs = problem.data.input(i).iter().zip(problem.law.info.inputs);
    inputs.filter(|(_, input)| input.role != super::Role::Unique).map(|(x, _)| x).product()
}

/// Splits the rows in two: the smaller ones, and the largest fifth. The size of a row is its [`scale`]. Rows of equal
/// size stay together.
fn split(problem: &Problem) -> (Data, Data) {
    let data = &problem.data;
    let scale: Vec<f64> = (0..data.len()).map(|i| scale(problem, i)).collect();
    let mut sorted = scale.clone();
    sort(&mut sorted);
    let from = sorted[data.len() * 4 / 5];
    let pick = |large: bool| {
        let weight: Vec<f64> = scale.iter().map(|s| f64::from((*s >= from) == large)).collect();
        data.weighted(&weight)
    };
    (pick(false), pick(true))
}

/// Splits a problem into one with the smaller runs and one with the largest fifth of the runs. `None` if one of the two
/// would have too few runs.
pub fn without_largest(problem: &Problem) -> Option<(Problem, Problem)> {
    let (small, large) = split(problem);
    (small.len() > problem.free() && !large.is_empty()).then(|| (problem.over(small), problem.over(large)))
}

/// Predicts the runs of `large` with `fit`, a fit to smaller runs, and measures the errors of the predictions.
pub fn judge(large: &Problem, fit: &Fit) -> Extrapolation {
    let mut room = Room::default();
    large.at(&fit.params, &mut room);
    let n = large.data.len() as f64;
    let mean = |f: &dyn Fn(f64) -> f64| room.residuals.iter().map(|r| f(*r)).sum::<f64>() / n;
    let (error, bias) = (mean(&|r| r * r).sqrt(), mean(&|r| r));
    Extrapolation { error, bias, predicted: room.values, measured: large.data.y.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::{Objective, Search, find};
    use super::*;

    /// The density that an objective implies integrates to 1, and the deviance agrees with a sum of the logarithms of
    /// this density.
    #[test]
    fn the_deviance_is_that_of_a_density() {
        let law = find("log-linear").expect("a law");
        let mut data = Data::empty(law);
        let residuals = [0.3, -0.1, 0.02, 0.7, -0.4, 0.05];
        for (i, r) in residuals.iter().enumerate() {
            data.push(law, &[1.0 + i as f64], *r, 1.0, i as u32);
        }
        for delta in [0.0, 0.05, 0.3, f64::INFINITY] {
            let mut problem = Problem::new(law, data.clone());
            problem.objective = Objective { residual: Residual::Plain, delta };
            let value = problem.value(&[0.0, 0.0]);
            // Minimise over scales, with the density summed by brute force: at least 100 steps to where it falls by a
            // factor of e.
            let direct = (0..300)
                .map(|k| {
                    let s = math::exp(-8.0 + 0.03 * f64::from(k));
                    let step = 0.01 * if delta == 0.0 { s } else { s.sqrt() };
                    let density = |i: u32| math::exp(-problem.objective.rho((f64::from(i) + 0.5) * step) / s);
                    let z = 2.0 * step * (0..20_000).map(density).sum::<f64>();
                    2.0 * value / s + 2.0 * residuals.len() as f64 * math::ln(z)
                })
                .fold(f64::INFINITY, f64::min);
            let ours = deviance(&problem, value);
            assert!((ours - direct).abs() < 2e-3, "delta {delta}: {ours} {direct}");
        }
    }

    #[test]
    fn criteria_of_a_straight_line_are_known() {
        let law = find("log-linear").expect("a law");
        let inputs: Vec<Vec<f64>> = (1..=20).map(|i| vec![f64::from(i)]).collect();
        let data = Data::simulated(law, &[3.3, 7.0], &inputs, 0.5, 1, 0);
        let problem = Problem::new(law, data.clone());
        let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
        let n = 20.0;
        let gauss = n * (math::ln(2.0 * std::f64::consts::PI * 2.0 * fit.value / n) + 1.0);
        let k = 3.0;
        let want = gauss + 2.0 * k * n / (n - k - 1.0);
        assert!((aicc(&problem, &fit).expect("enough") - want).abs() < 1e-9, "{want}");
        let few = problem.over(data.weighted(&[1.0; 4]));
        assert!(aicc(&few, &fit).is_none(), "four rows are too few for three parameters");

        // Losses read as logarithms have the density of the losses: -2 sum ln (p(ln y) / y).
        let mut of_logs = problem.clone();
        of_logs.objective.residual = Residual::Log;
        let shift = deviance(&of_logs, 1.0) - deviance(&problem, 1.0);
        assert!((shift - 2.0 * data.ln_y.iter().sum::<f64>()).abs() < 1e-9, "{shift}");

        // A row of weight two counts as two rows.
        let mean = data.y.iter().sum::<f64>() / n;
        let total: f64 = data.y.iter().map(|y| (y - mean) * (y - mean)).sum();
        assert!((r2(&problem, &fit.params) - (1.0 - 2.0 * fit.value / total)).abs() < 1e-12, "the share explained");
        let mut twice = Data::empty(law);
        let weights: Vec<f64> = (0..20).map(|i| f64::from(1 + i % 2)).collect();
        for (i, w) in weights.iter().enumerate() {
            for _ in 0..*w as usize {
                twice.push(law, data.input(i), data.y[i], 1.0, 0);
            }
        }
        let (weighed, twice) = (problem.over(data.weighted(&weights)), problem.over(twice));
        assert!((r2(&weighed, &fit.params) - r2(&twice, &fit.params)).abs() < 1e-12, "weights");
    }

    #[test]
    fn the_largest_are_predicted_by_the_others() {
        let law = find("data-constrained").expect("a law");
        let published = law.info.published[0].values;
        // 25 runs, in which unique tokens fall faster than the scale rises.
        let inputs: Vec<Vec<f64>> = (0..25)
            .map(|i| {
                let scale = math::pow(1.5, f64::from(i));
                vec![1e7 * scale.sqrt(), 1e9 * scale, 1e9 * math::pow(0.5, f64::from(i))]
            })
            .collect();
        let mut data = Data::simulated(law, published, &inputs, 0.0, 1, 0);
        let (small, large) = split(&Problem::new(law, data.clone()));
        assert_eq!((small.len(), large.block.as_slice()), (20, &[20, 21, 22, 23, 24][..]), "the largest fifth");
        // The largest runs are 1% better than the law that the others follow, so it predicts too high a loss.
        for i in 20..25 {
            data.ln_y[i] -= 0.01;
            data.y[i] *= math::exp(-0.01);
        }
        let mut problem = Problem::new(law, data);
        for j in 0..5 {
            problem = problem.hold(j, Some(published[j])).expect("in bounds");
        }
        let (small, large) = without_largest(&problem).expect("enough");
        let found = judge(&large, &Search::new(small, 1).expect("free").run().expect("a fit"));
        assert_eq!((found.predicted.len(), &found.measured[..]), (5, &problem.data.y[20..]), "rows");
        assert!((found.bias - 0.01).abs() < 1e-6 && (found.error - 0.01).abs() < 1e-6, "{found:?}");
    }
}

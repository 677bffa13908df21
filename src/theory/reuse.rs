//! Repeating data: how many fresh samples K epochs over N samples are worth.
//!
//! SGD on linear regression, with labels `y = <w*, x> + noise`, starts at weights w = 0. Its excess risk is
//! `R = E <w - w*, x>^2 / 2`. Let `R(K, N; eta)` be the risk after K epochs over N fixed samples with learning rate
//! eta, and `R*(K, N)` its least value over the learning rates. The *effective reuse rate*
//!
//! `E(K, N) = N'/N` with `R*(1, N') = R*(K, N)`
//!
//! is the number of fresh epochs that K epochs are worth. It is K as long as a repeated sample is as good as a fresh
//! one. For many epochs it tends to a limit, its plateau. This module computes the variance that label noise leaves
//! after K epochs, and searches for three things: the best learning rate, N', and the K at which `E = lambda K` for a
//! given lambda. The models that provide a risk, and the limit laws of E, are in [`super::one_hot`] (exact) and
//! [`super::dense`] (mean field).
//!
//! Source: Yan, Wen, Li, Luo, Chen, Lyu, "Larger Datasets Can Be Repeated More", arXiv 2511.13421. Logarithms are
//! natural. K is a real number, and an infinite K stands for the limit of many epochs.

use crate::math;

/// Order in which an epoch visits the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// A new random permutation in each epoch.
    Reshuffle,
    /// One permutation for all epochs.
    Once,
    /// Every step draws a sample with replacement, so there are no real epochs. There are as many steps as in K epochs.
    WithReplacement,
}

/// The risk as a function of the learning rate, or of the time in gradient flow.
pub type Curve<'a> = Box<dyn Fn(f64) -> f64 + 'a>;

/// A model with a known expected risk.
pub trait Model {
    /// Risk after `epochs` epochs over `samples` samples, as a function of the learning rate. Everything that does not
    /// depend on the learning rate is computed once, before the function is returned.
    ///
    /// `epochs` is at least 1. It may be infinite, which stands for the limit of many epochs at a fixed learning rate
    /// above 0. With label noise, the risk is infinite at learning rates that are not stable.
    fn risk(&self, epochs: f64, samples: f64) -> Curve<'_>;

    /// Risk of gradient flow on `samples` samples, as a function of the time. The time is the learning rate times the
    /// number of epochs, and may be infinite. Gradient flow is the limit of infinitely many epochs at small learning
    /// rates. It does not depend on the order of the samples.
    fn flow(&self, samples: f64) -> Curve<'_>;

    /// Risk of one pass over `samples` fresh samples (a real number), as a function of the learning rate.
    fn one_pass(&self, samples: f64) -> Curve<'_>;
}

/// The power `(1-g)^exponent` for g >= 0, to full relative precision. The function [`forgotten`] gives 1 minus this
/// power.
///
/// If the base `1-g` is negative, the power is a real number only at whole exponents. At other exponents the result is
/// the real part of the power.
pub(super) fn kept(g: f64, exponent: f64) -> f64 {
    power(g, exponent, math::exp, |signed| signed)
}

/// The number `1 - (1-g)^exponent` for g >= 0, to full relative precision. See [`kept`] for a negative base.
pub(super) fn forgotten(g: f64, exponent: f64) -> f64 {
    power(g, exponent, |x| -math::expm1(x), |signed| 1.0 - signed)
}

/// Evaluates a function of the power `(1 - g)^exponent`. The caller gives the function in two forms: `positive` takes
/// the logarithm of the power, where `1 - g` is at least 0; `signed` takes the power itself, where `1 - g` is negative.
fn power(g: f64, exponent: f64, positive: fn(f64) -> f64, signed: fn(f64) -> f64) -> f64 {
    if exponent == f64::INFINITY {
        return positive(f64::NEG_INFINITY);
    }
    if g <= 1.0 {
        return positive(exponent * math::ln_1p(-g));
    }
    // The remainder of the exponent divided by 2, without rounding.
    let turn = exponent - 2.0 * (0.5 * exponent).trunc();
    signed(math::cos(std::f64::consts::PI * turn) * math::exp(exponent * math::ln(g - 1.0)))
}

/// Variance that label noise of variance 1 leaves in one direction after K epochs over n = `count` samples. Each sample
/// multiplies the error of the weights in this direction by `1 - g`.
///
/// It is `g^2 S(n)`, where S is the sum of the squares of the coefficients with which the n noises enter the weight.
/// With `q = (1-g)^n` and `u = q^K`, the variance depends on the order of the samples:
///
/// - reshuffle: `g (1-u^2)/(2-g) + ((1-u)^2 - (1-q)(1-u^2)/(1+q)) / n`;
/// - once: `g/(2-g) (1+q)/(1-q) (1-u)^2`;
/// - with replacement, where each step visits the direction with probability v, so all steps visit it
///   `T ~ Binomial(steps, v)` times: `E (1-(1-g)^T)^2 / n + (1-1/n) g/(2-g) E (1-(1-g)^(2T))`, as two steps meet the
///   same noise with probability 1/n.
///
/// All three tend to 1/n for K -> infinity, then g -> 0. Ranges: 0 < g < 2, `count` > 0, 0 < `visited` = v <= 1
/// (`visited` is used only with replacement). A call takes about 50 ns. Tests compare the formulas with averages over
/// all sequences of samples of small problems.
pub fn variance(order: Order, g: f64, count: f64, epochs: f64, visited: f64) -> f64 {
    if order == Order::WithReplacement {
        let stationary = g / (2.0 - g);
        let steps = epochs * (count / visited);
        let (once, twice) = (forgotten(g * visited, steps), forgotten(g * (2.0 - g) * visited, steps));
        return (2.0 * once - twice) / count + (1.0 - 1.0 / count) * stationary * twice;
    }
    shuffled(order, g, count, forgotten(g, count), forgotten(g, count * epochs))
}

/// The function [`variance`] for the two orders that visit every sample once in each epoch. The caller gives the powers
/// `epoch = 1-(1-g)^n` and `all = 1-(1-g)^(nK)`, for n = `count` and K epochs. A call takes about 3 ns.
pub(super) fn shuffled(order: Order, g: f64, count: f64, epoch: f64, all: f64) -> f64 {
    let stationary = g / (2.0 - g);
    let tilt = epoch / (2.0 - epoch);
    if order == Order::Once {
        return stationary / tilt * all * all;
    }
    stationary * all * (2.0 - all) + all * (all - tilt * (2.0 - all)) / count
}

/// The best learning rate and its risk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// The best learning rate; 0 for infinitely many epochs.
    pub rate: f64,
    /// Risk at the best learning rate.
    pub risk: f64,
}

/// Relative tolerance of the best learning rate. The risk is flat near the best rate, so the relative error of the risk
/// is of the order of the square of this tolerance.
const RATE_TOLERANCE: f64 = 1e-9;

/// Searches the learning rates in `(0, edge]` for the one with the least risk, and returns this rate and its risk. The
/// function `risk` gives the risk after `steps` steps at a learning rate.
///
/// The search halves the rate from `edge` down to `edge/(10 steps)`, at which `steps` steps move the weights little,
/// and further as long as the risk falls. Brent's method then searches between the two tried rates next to the best of
/// them. The halving ends early when the risk is twice the least risk found. Then no smaller rate can be better,
/// because the bias falls and the variance rises with the rate (in one-hot models, at rates below the inverse of the
/// scale). The search takes about `log2(edge/rate) + 15` evaluations, where `rate` is the best rate. A rate whose risk
/// is NaN is never chosen; the least risk is infinite if the risk is NaN at every rate.
pub fn best_rate(risk: &dyn Fn(f64) -> f64, edge: f64, steps: f64) -> Best {
    let risk = |rate: f64| Some(risk(rate)).filter(|risk| !risk.is_nan()).unwrap_or(f64::INFINITY);
    let mut best = Best { rate: edge, risk: risk(edge) };
    let mut rate = edge;
    while rate > 0.1 * edge / steps.max(1.0) || (rate == best.rate && rate > f64::MIN_POSITIVE) {
        rate *= 0.5;
        let risk = risk(rate);
        if risk < best.risk {
            best = Best { rate, risk };
        } else if best.risk.is_finite() && risk >= 2.0 * best.risk {
            break;
        }
    }
    let (lo, hi) = (0.5 * best.rate, edge.min(2.0 * best.rate));
    let (x, risk) = brent(&|x| risk(math::exp(x)), math::ln(best.rate), best.risk, math::ln(lo), math::ln(hi));
    if risk < best.risk { Best { rate: math::exp(x).min(edge), risk } } else { best }
}

/// Minimises f on `[lo, hi]` by Brent's method, which uses parabolas where they help and golden sections elsewhere. The
/// search starts at `x`, where f has the value `fx`. Returns the minimiser and the minimum.
fn brent(f: &dyn Fn(f64) -> f64, x: f64, fx: f64, mut lo: f64, mut hi: f64) -> (f64, f64) {
    const SECTION: f64 = 0.381_966_011_250_105_1;
    let (mut x, mut fx) = (x, fx);
    let (mut w, mut fw, mut v, mut fv) = (x, fx, x, fx);
    let (mut step, mut before) = (0.0_f64, 0.0_f64);
    for _ in 0..100 {
        let middle = 0.5 * (lo + hi);
        if (x - middle).abs() + 0.5 * (hi - lo) <= 2.0 * RATE_TOLERANCE {
            break;
        }
        // Distance to the vertex of the parabola through x, w, v.
        let (r, s) = ((x - w) * (fx - fv), (x - v) * (fx - fw));
        let jump = ((x - v) * s - (x - w) * r) / (2.0 * (r - s));
        if before.abs() > RATE_TOLERANCE && jump.abs() < 0.5 * before.abs() && x + jump > lo && x + jump < hi {
            (before, step) = (step, jump);
            if (x + step - lo).min(hi - x - step) < 2.0 * RATE_TOLERANCE {
                step = RATE_TOLERANCE.copysign(middle - x);
            }
        } else {
            before = if x < middle { hi - x } else { lo - x };
            step = SECTION * before;
        }
        let next = x + if step.abs() < RATE_TOLERANCE { RATE_TOLERANCE.copysign(step) } else { step };
        let value = f(next);
        if value <= fx {
            *(if next < x { &mut hi } else { &mut lo }) = x;
            (v, fv, w, fw, x, fx) = (w, fw, x, fx, next, value);
        } else {
            *(if next < x { &mut lo } else { &mut hi }) = next;
            if value <= fw || w == x {
                (v, fv, w, fw) = (w, fw, next, value);
            } else if value <= fv || v == x || v == w {
                (v, fv) = (next, value);
            }
        }
    }
    (x, fx)
}

/// Zero of a falling function f to within 1e-12. The search starts at `x` and moves towards the zero until f changes
/// sign. The first move has the length `step`, and each move is 1.5 times as long as the one before.
///
/// The search takes about 10 evaluations. The result is `None` if 60 moves do not reach a change of sign.
fn falling_zero(f: &dyn Fn(f64) -> f64, x: f64, step: f64) -> Option<f64> {
    let mut a = [x, f(x)];
    let mut step = step.copysign(a[1]);
    for _ in 0..60 {
        let b = [a[0] + step, f(a[0] + step)];
        if a[1] * b[1] <= 0.0 {
            return Some(bracketed_zero(f, a, b, [0.0, 1e-12])).filter(|zero| zero.is_finite());
        }
        step *= 1.5;
        a = b;
    }
    None
}

/// Zero of f between two points `[x, f(x)]` of opposite sign. `within` is the relative and the absolute tolerance.
///
/// The method is regula falsi with the weights of Anderson and Björck, and takes about 8 evaluations. The result is NaN
/// if f is NaN at a point of the search.
pub(super) fn bracketed_zero(f: &dyn Fn(f64) -> f64, a: [f64; 2], b: [f64; 2], within: [f64; 2]) -> f64 {
    let ([mut a, mut fa], [mut b, mut fb]) = (a, b);
    if fa == 0.0 {
        return a;
    }
    // b is the newest point, a the point on the other side of the zero.
    for _ in 0..100 {
        if fb == 0.0 || (b - a).abs() <= (within[0] * b.abs()).max(within[1]) {
            break;
        }
        let secant = b - fb * (b - a) / (fb - fa);
        let inside = (secant - a) * (secant - b) < 0.0;
        let next = if inside { secant } else { 0.5 * (a + b) };
        let value = f(next);
        if next == a || next == b {
            break;
        }
        if value.is_nan() {
            return f64::NAN;
        }
        if value * fb < 0.0 {
            (a, fa) = (b, fb);
        } else {
            let weight = 1.0 - value / fb;
            fa *= if weight > 0.0 { weight } else { 0.5 };
        }
        (b, fb) = (next, value);
    }
    b
}

/// Best learning rate in `(0, edge]` for `epochs` epochs over `samples` samples, and its risk.
///
/// For infinitely many epochs the best learning rate tends to 0, while the best time, learning rate times epochs, tends
/// to a limit. So the least risk is the risk of gradient flow at the best time. The search covers times up to
/// `1e9/edge`, and the infinite time. With label noise, the best time is finite.
pub fn best(model: &dyn Model, edge: f64, epochs: f64, samples: f64) -> Best {
    if epochs < f64::INFINITY {
        return best_rate(&*model.risk(epochs, samples), edge, epochs * samples);
    }
    let flow = model.flow(samples);
    let fit = flow(f64::INFINITY);
    let stopped = best_rate(&*flow, 1e9 / edge, 1e9 * samples).risk;
    // `min` would drop a NaN.
    Best { rate: 0.0, risk: if stopped < fit { stopped } else { fit } }
}

/// Best learning rate in `(0, edge]` of one pass over `samples` > 0 (a real number), and its risk.
pub fn best_one_pass(model: &dyn Model, edge: f64, samples: f64) -> Best {
    best_rate(&*model.one_pass(samples), edge, samples)
}

/// The number of fresh samples at which one pass with the best learning rate has the given risk. `one_pass` is the
/// falling function from the number of samples to this risk; the search begins at `start`.
///
/// The relative tolerance is 1e-12, and the search takes about 10 evaluations. The result is `None` if no number of
/// samples up to about `start e^1000` is enough.
pub fn samples_for(one_pass: &dyn Fn(f64) -> f64, risk: f64, start: f64) -> Option<f64> {
    let target = math::ln(risk);
    falling_zero(&|x| math::ln(one_pass(math::exp(x))) - target, math::ln(start), 0.5).map(math::exp)
}

/// Effective reuse rate: the number of fresh samples that are as good as `epochs` epochs over `samples` samples,
/// divided by `samples`. It is `None` if no number of fresh samples is as good, for example if the epochs reach a risk
/// of 0.
///
/// This takes about 12 searches for a best learning rate.
pub fn effective_reuse(model: &dyn Model, edge: f64, epochs: f64, samples: f64) -> Option<f64> {
    let target = best(model, edge, epochs, samples).risk;
    samples_for(&|n| best_one_pass(model, edge, n).risk, target, samples).map(|n| n / samples)
}

/// The number K of epochs over `samples` samples, a real number, at which the effective reuse rate is `share K`. It is
/// `None` unless `0 < share < 1`.
///
/// K epochs then have the risk of one pass over `share K` times as many fresh samples. This takes about 20 searches for
/// a best learning rate.
pub fn saturation(model: &dyn Model, edge: f64, samples: f64, share: f64) -> Option<f64> {
    if !(share > 0.0 && share < 1.0) {
        return None;
    }
    let gap = |x: f64| {
        let epochs = math::exp(x);
        let fresh = best_one_pass(model, edge, share * epochs * samples).risk;
        math::ln(fresh / best(model, edge, epochs, samples).risk)
    };
    falling_zero(&gap, math::ln(1.0 / share), 0.5).map(math::exp)
}

/// Number of epochs K at which the effective reuse rate of language models is 0.75 K, given the number of fresh tokens.
/// It is the published line `0.80 ln(tokens/1e9) + 5.21`, fitted to models of 0.3B parameters (`AdamW`, constant
/// learning rate) on 0.2B to 2B fresh tokens, with a correlation of 0.97. Source: "Larger Datasets Can Be Repeated
/// More".
pub fn language_model_epochs(tokens: f64) -> f64 {
    LANGUAGE_MODEL[0] * math::ln(tokens / 1e9) + LANGUAGE_MODEL[1]
}

/// Slope of [`language_model_epochs`] against `ln(tokens)`, and its value at 1e9 tokens.
pub const LANGUAGE_MODEL: [f64; 2] = [0.80, 5.21];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::dense::{MeanField, crossover_saturation, power_spectrum};
    use crate::theory::one_hot::OneHot;
    use crate::theory::tests::{Draws, close};

    #[test]
    fn the_best_rate_is_found_inside_and_at_the_edge() {
        // a/x + b x is least at sqrt(a/b), with value 2 sqrt(a b).
        for (a, b) in [(1e-3, 1.0), (1e-8, 3.0), (0.2, 1e-3)] {
            let found = best_rate(&|x| a / x + b * x, 20.0, 1e6);
            close(found.rate, (a / b).sqrt(), 1e-7);
            close(found.risk, 2.0 * (a * b).sqrt(), 1e-15);
        }
        let falling = best_rate(&|x| 1.0 / (1.0 + x), 0.7, 100.0);
        assert_eq!((falling.rate, falling.risk), (0.7, 1.0 / 1.7));
        // Risks with a wall before the edge, and with a best rate below the edge over the steps.
        let wall = best_rate(&|x| if x >= 0.9 { f64::INFINITY } else { 1.0 / x }, 1.0, 100.0);
        close(wall.rate, 0.9, 1e-8);
        close(best_rate(&|x| 1e-9 / x + x, 1.0, 10.0).rate, 1e-9_f64.sqrt(), 1e-7);
        assert_eq!(best_rate(&|_| 1.0, 1.0, 10.0), Best { rate: 1.0, risk: 1.0 });
        let lost = best_rate(&|x| if x > 0.2 { f64::NAN } else { 1e-3 / x + x }, 1.0, 100.0);
        close(lost.rate, 1e-3_f64.sqrt(), 1e-7);
        assert_eq!(best_rate(&|_| f64::NAN, 1.0, 10.0).risk, f64::INFINITY, "no rate");
        assert_eq!(falling_zero(&|x| if x > 1.0 { f64::NAN } else { 2.0 - x }, 0.0, 0.5), None, "no zero");
        let hole = |x: f64| if (0.9..1.1).contains(&x) { f64::NAN } else { 1.0 - x };
        assert_eq!(falling_zero(&hole, 0.0, 5.0), None, "nor one that cannot be approached");
    }

    #[test]
    fn brent_takes_few_steps() {
        let calls = std::cell::Cell::new(0);
        let f = |x: f64| {
            calls.set(calls.get() + 1);
            math::exp(x) - 2.0 * x
        };
        let (x, least) = brent(&f, 0.0, 1.0, -1.0, 1.5);
        close(x, math::ln(2.0), 1e-8);
        close(least, 2.0 - 2.0 * math::ln(2.0), 1e-15);
        assert!(calls.get() < 20, "{}", calls.get());
    }

    #[test]
    fn zeros_are_found_on_both_sides_of_the_start() {
        let calls = std::cell::Cell::new(0);
        for start in [-30.0, 0.0, 1.2, 40.0] {
            let f = |x: f64| {
                calls.set(calls.get() + 1);
                math::tanh(0.3 * (1.1 - x)) - 0.2
            };
            let zero = falling_zero(&f, start, 0.5).unwrap();
            assert!((math::tanh(0.3 * (1.1 - zero)) - 0.2).abs() < 1e-13, "{zero}");
        }
        assert!(calls.get() < 100, "{}", calls.get());
        assert_eq!(falling_zero(&|x| 1.0 + math::exp(-x), 0.0, 0.5), None);
        assert_eq!(falling_zero(&|_| f64::NAN, 0.0, 0.5), None);
        // R = 1/(2N) needs twice the samples for half the risk.
        close(samples_for(&|n| 0.5 / n, 1e-4, 1e3).unwrap(), 5e3, 1e-12);
    }

    #[test]
    fn fresh_samples_are_worth_themselves() {
        for order in [Order::Reshuffle, Order::Once] {
            for samples in [30.0, 1e4] {
                close(
                    effective_reuse(&OneHot::power(20, 2.5, 1.0, 0.1, order), 1.0, 1.0, samples).unwrap(),
                    1.0,
                    1e-10,
                );
                let dense = MeanField::new(&[1.0, 0.3], &[1.0, 2.0], 0.1, order);
                close(effective_reuse(&dense, 1.0, 1.0, samples).unwrap(), 1.0, 1e-10);
            }
        }
        let redrawn = OneHot::power(20, 2.5, 1.0, 0.1, Order::WithReplacement);
        assert!(effective_reuse(&redrawn, 1.0, 1.0, 1e3).unwrap() < 1.0, "some samples are missed");
    }

    #[test]
    fn reuse_grows_with_epochs_to_its_plateau() {
        for order in [Order::Reshuffle, Order::Once, Order::WithReplacement] {
            let model = OneHot::power(32, 3.0, 1.0, 0.1, order);
            let reuse = |epochs| effective_reuse(&model, 1.0, epochs, 300.0).unwrap();
            let all = [1.0, 2.0, 4.0, 16.0, 64.0, 65_536.0, f64::INFINITY].map(reuse);
            assert!(all.is_sorted(), "{order:?}: {all:?}");
            // Draws with replacement leave an error of order 1/K.
            close(all[5], all[6], 2e-3);
        }
    }

    #[test]
    fn saturation_is_where_reuse_falls_to_its_share() {
        let dense = MeanField::new(&[1.0, 0.5], &[1.0, 1.0], 0.3, Order::Reshuffle);
        let hot = OneHot::isotropic(8, 0.1, Order::Reshuffle);
        for share in [0.3, 0.75, 0.9] {
            let epochs = saturation(&dense, 1.0, 5e3, share).unwrap();
            close(effective_reuse(&dense, 1.0, epochs, 5e3).unwrap(), share * epochs, 1e-8);
            let epochs = saturation(&hot, 1.0, 500.0, share).unwrap();
            close(effective_reuse(&hot, 1.0, epochs, 500.0).unwrap(), share * epochs, 1e-8);
        }
        assert_eq!(saturation(&dense, 1.0, 5e3, 1.0), None);
    }

    #[test]
    fn every_valid_setting_has_a_risk() {
        let mut draws = Draws(5);
        let mut pick = |low: f64, high: f64| math::exp(math::ln(low) + draws.unit() * math::ln(high / low));
        for case in 0..75 {
            let order = [Order::Reshuffle, Order::Once, Order::WithReplacement][case % 3];
            let (dim, b, noise) =
                (pick(1.0, 300.0) as u32, pick(0.01, 3.0), if case % 4 == 0 { 0.0 } else { pick(1e-6, 1e2) });
            let (samples, rate, a) = (pick(1.0, 1e5).round(), pick(1e-10, 1.999), b + pick(0.01, 6.0));
            let epochs = if case % 5 == 0 { f64::INFINITY } else { pick(1.0, 1e5).round() };
            let hot = OneHot::power(dim, a, b, noise, order);
            let spectrum = power_spectrum(dim, a.min(3.0));
            let dense = MeanField::new(&spectrum, &vec![1.0; dim as usize], noise, order);
            for risk in [hot.risk(epochs, samples)(rate), dense.risk(epochs, samples)(rate)] {
                assert!((0.0..f64::INFINITY).contains(&risk), "case {case}: {risk}");
            }
            let found = [best(&hot, 1.0, epochs, samples), best(&dense, 1.0, epochs, samples)];
            let start = [hot.start(), 0.5 * spectrum.iter().sum::<f64>()];
            for (found, start) in found.iter().zip(start) {
                assert!((0.0..=1.0).contains(&found.rate) && found.risk <= start, "case {case}: {found:?}, {start}");
            }
            // No rate of a scan has a lower risk.
            if epochs < f64::INFINITY && dim < 30 {
                let risks = (hot.risk(epochs, samples), dense.risk(epochs, samples));
                for rate in (0..100).map(|i| math::exp(-0.3 * f64::from(i))) {
                    assert!(risks.0(rate) >= found[0].risk * (1.0 - 1e-12), "case {case}: {rate} {found:?}");
                    assert!(risks.1(rate) >= found[1].risk * (1.0 - 1e-12), "case {case}: {rate} {found:?}");
                }
            }
            let reuse = [effective_reuse(&hot, 1.0, epochs, samples), effective_reuse(&dense, 1.0, epochs, samples)];
            for (found, reuse) in found.iter().zip(reuse) {
                assert_eq!(reuse.is_some_and(|e| e > 0.0), found.risk > 0.0, "case {case}: {found:?}, {reuse:?}");
            }
        }
    }

    #[test]
    fn saturation_comes_later_the_more_samples() {
        // K_0.75 rises with ln N; its slope tends to that of the crossover, 0.284.
        let model = MeanField::new(&[1.0], &[1.0], 1.0, Order::Reshuffle);
        let at = |digits: f64| saturation(&model, 1.0, math::exp(digits * math::ln(10.0)), 0.75).unwrap();
        let slope = |from: f64, to: f64| (at(to) - at(from)) / ((to - from) * math::ln(10.0));
        let limit = crossover_saturation(&[1.0], 0.75);
        let slopes = [slope(3.0, 6.0), slope(8.0, 12.0), slope(50.0, 100.0), slope(100.0, 120.0)].map(|s| s - limit);
        assert!(slopes.is_sorted_by(|a, b| a > b) && slopes[0] < 0.02 && slopes[3] < 0.002, "{slopes:?}");
        // The two ends of the published line.
        assert!((language_model_epochs(0.2e9) - 3.9).abs() < 0.05 && (language_model_epochs(200e9) - 9.5).abs() < 0.06);
    }
}

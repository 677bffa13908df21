//! Fisher's F distribution: how large a ratio of two variances becomes by chance.
//!
//! The noise of a fit is estimated from its residuals. The estimate has as many degrees of freedom as there are rows
//! minus free parameters. With few degrees of freedom, a rise of the objective may be likely although a chi-squared
//! test calls it improbable.

use crate::math;

/// Value below which an F-distributed number with `a` and `b` degrees of freedom lies with probability `q`.
pub(super) fn quantile(q: f64, a: f64, b: f64) -> f64 {
    let (mut lo, mut hi) = (-20.0, 30.0);
    for _ in 0..60 {
        let middle = 0.5 * (lo + hi);
        if below(math::exp(middle), a, b) < q { lo = middle } else { hi = middle }
    }
    math::exp(0.5 * (lo + hi))
}

/// Probability that an F-distributed number with `a` and `b` degrees of freedom is below `f`. It is the regularised
/// incomplete beta function with the parameters `a / 2` and `b / 2` at `a f / (a f + b)`.
fn below(f: f64, a: f64, b: f64) -> f64 {
    let (x, rest) = (a * f / (a * f + b), b / (a * f + b));
    let (a, b) = (0.5 * a, 0.5 * b);
    let front = math::lgamma(a + b) - math::lgamma(a) - math::lgamma(b) + a * math::ln(x) + b * math::ln(rest);
    // The continued fraction converges fast on one side of the mean.
    if x < (a + 1.0) / (a + b + 2.0) {
        math::exp(front) * fraction(x, a, b) / a
    } else {
        1.0 - math::exp(front) * fraction(rest, b, a) / b
    }
}

/// Continued fraction in the incomplete beta function of `x` with the parameters `a` and `b`, computed by Lentz's
/// method.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let safe = |y: f64| if y.abs() < 1e-300 { 1e-300 } else { y };
    let mut c = 1.0;
    let mut d = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for k in 1..2000 {
        let k = f64::from(k);
        let even = k * (b - k) * x / ((a + 2.0 * k - 1.0) * (a + 2.0 * k));
        let odd = -(a + k) * (a + b + k) * x / ((a + 2.0 * k) * (a + 2.0 * k + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / safe(1.0 + term * d);
            c = safe(1.0 + term / c);
            change = c * d;
            h *= change;
        }
        if (change - 1.0).abs() < 1e-14 {
            break;
        }
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_printed_tables() {
        // Squares of Student's t at 97.5%; F at 99.9%; chi-squared over its degrees of freedom.
        for (q, a, b, want) in [
            (0.95, 1.0, 1.0, 12.706_204_736_432_1 * 12.706_204_736_432_1),
            (0.95, 1.0, 4.0, 2.776_445_105_198 * 2.776_445_105_198),
            (0.95, 1.0, 28.0, 2.048_407_141_795_2 * 2.048_407_141_795_2),
            (0.999, 2.0, 10.0, 14.905_4),
            (0.95, 5.0, 20.0, 2.710_9),
            (0.95, 1.0, 1e6, 3.841_458_820_694_124),
            (0.999, 5.0, 1e7, 20.515_006 / 5.0),
        ] {
            let ours = quantile(q, a, b);
            assert!((ours / want - 1.0).abs() < 2e-5, "{q} of F({a}, {b}): {ours} {want}");
        }
    }
}

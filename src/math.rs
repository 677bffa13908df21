//! The transcendental functions of f64 that all code of the project uses.
//!
//! The standard library's `exp`, `ln`, `powf` call the platform's own code and differ between native programs and
//! WebAssembly. The functions here do not, so a CPU result has the same bits on every machine. `clippy.toml` forbids
//! the functions of the standard library. To replace `libm` by a faster implementation that also gives the same bits
//! everywhere, it is enough to change this file.

/// Exponential, `e^x`.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Exponential minus 1, `e^x - 1`, to full relative precision near 0.
pub fn expm1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Logarithm `ln(1 + x)`, to full relative precision near 0.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Logarithm to base 10.
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// Cosine of x radians.
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Sine of x radians.
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Hyperbolic tangent.
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
}

/// Power `x^y`.
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// Logarithm of the absolute value of the Gamma function, `ln |Γ(x)|`.
pub fn lgamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Gamma function `Γ(x)`.
pub fn gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

/// Complementary error function, `erfc(x) = 1 - erf(x)`, to full relative precision for large x.
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// Upper incomplete Gamma function `Γ(a, x)`, the integral of `t^(a-1) e^-t` from x to infinity, for 0 < a <= 2 and
/// x >= 0.
///
/// For small x, it is computed as the Gamma function minus the series of the lower incomplete Gamma function, and for
/// larger x as a continued fraction (Lentz's method). The relative error is below 1e-12.
pub fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return gamma(a);
    }
    let front = exp(-x + a * ln(x));
    if x < GAMMA_SERIES.max(a) {
        return gamma(a) - front * lower_series(a, x);
    }
    let mut b = x + 1.0 - a;
    let mut d = 1.0 / b;
    let (mut c, mut fraction) = (1e300, d);
    for i in 1..500 {
        let n = f64::from(i);
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    front * fraction
}

/// Lower incomplete Gamma function divided by a power, `x^-a γ(a, x)`, for 0 < a <= 2 and x >= 0. Here `γ(a, x)` is the
/// integral of `t^(a-1) e^-t` from 0 to x. At x = 0 the quotient is 1/a. The relative error is below 1e-12.
pub fn lower_gamma_over_power(a: f64, x: f64) -> f64 {
    if x < GAMMA_SERIES.max(a) { exp(-x) * lower_series(a, x) } else { (gamma(a) - upper_gamma(a, x)) * pow(x, -a) }
}

/// Up to this x, or up to a if that is larger, the incomplete Gamma functions are computed by a series.
const GAMMA_SERIES: f64 = 1.5;

/// The series `e^x x^-a γ(a, x) = sum_n x^n / (a (a+1) ... (a+n))`, with the lower incomplete Gamma function.
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut total) = (1.0 / a, 1.0 / a);
    let mut n = a;
    while term > 1e-17 * total {
        n += 1.0;
        term *= x / n;
        total += term;
    }
    total
}

/// Half the width of the central 95% interval of the standard normal distribution: `normal_quantile(0.975)`.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Half the width of the central 99.9% interval of the standard normal distribution: `normal_quantile(0.9995)`.
pub const Z999: f64 = 3.290_526_731_491_926;

/// Quantile of the standard normal distribution for a probability `0 < p < 1`: `Φ(normal_quantile(p)) = p`, with the
/// distribution function Φ.
///
/// Acklam's rational approximation is refined by two Halley steps on `erfc`, to full precision.
pub fn normal_quantile(p: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return if p == 0.0 {
            f64::NEG_INFINITY
        } else if p == 1.0 {
            f64::INFINITY
        } else {
            f64::NAN
        };
    }
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416];
    let poly = |c: &[f64], x: f64| c.iter().fold(0.0, |sum, &c| sum * x + c);
    let tail = |p: f64| {
        let q = (-2.0 * ln(p)).sqrt();
        poly(&C, q) / (poly(&D, q) * q + 1.0)
    };
    let mut x = if p < 0.02425 {
        tail(p)
    } else if p > 1.0 - 0.02425 {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        let r = q * q;
        poly(&A, r) * q / (poly(&B, r) * r + 1.0)
    };
    for _ in 0..2 {
        let e = 0.5 * erfc(-x / std::f64::consts::SQRT_2) - p;
        let u = e * (2.0 * std::f64::consts::PI).sqrt() * exp(0.5 * x * x);
        x -= u / (1.0 + 0.5 * x * u);
    }
    x
}

/// Points of a logarithmic axis: `count` >= 2 points, geometrically spaced from `first` to `last`. Point i, counted
/// from 0, is `first (last / first)^(i / (count - 1))`, up to rounding.
pub fn ratios(first: f64, last: f64, count: u32) -> Vec<f64> {
    (0..count).map(|i| first * pow(last / first, f64::from(i) / f64::from(count - 1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_a_grid_have_equal_ratios() {
        let grid = ratios(2.0, 200.0, 5);
        assert_eq!((grid.len(), grid[0]), (5, 2.0));
        assert!((grid[4] / 200.0 - 1.0).abs() < 1e-15, "{grid:?}");
        assert!(grid.windows(2).all(|pair| (pair[1] / pair[0] / 10_f64.sqrt() - 1.0).abs() < 1e-15), "{grid:?}");
    }

    #[test]
    fn normal_quantile_inverts_the_normal_distribution() {
        // Reference values: Abramowitz and Stegun, table 26.5, and R's qnorm.
        for (p, z) in [(0.975, Z95), (0.999_5, Z999), (1e-10, -6.361_340_902_404_056)] {
            assert!((normal_quantile(p) - z).abs() < 1e-12 * z.abs().max(1.0) * 10.0, "p = {p}");
        }
        assert_eq!(normal_quantile(0.5), 0.0, "the median");
    }

    #[test]
    fn gamma_of_a_half_is_root_pi() {
        assert!((gamma(0.5) - std::f64::consts::PI.sqrt()).abs() < 1e-15, "Γ(1/2) = √π");
        assert!((lgamma(101.0) - 363.739_375_555_563_5).abs() < 1e-10, "ln 100!");
    }

    #[test]
    fn the_incomplete_gamma_functions_have_known_values() {
        // G(1/2, x) = sqrt(pi) erfc(sqrt x); the other values are gammainc(a, x) of mpmath 1.3.0.
        let close = |got: f64, want: f64, rel: f64| {
            assert!((got - want).abs() <= rel * want.abs(), "got {got:e}, want {want:e}");
        };
        for (a, x, want) in REFERENCE {
            close(upper_gamma(a, x), want, 1e-12);
            close(lower_gamma_over_power(a, x), (gamma(a) - want) * pow(x, -a), 1e-12);
        }
        close(upper_gamma(0.3, 0.0), gamma(0.3), 1e-15);
        close(lower_gamma_over_power(0.3, 0.0), 1.0 / 0.3, 1e-15);
        // γ(1/2, x) = sqrt(pi) erf(sqrt x) = 2 sqrt(x) (1 - x/3 + ...), which a difference could not give.
        close(lower_gamma_over_power(0.5, 1e-12), 2.0 * (1.0 - 1e-12 / 3.0), 1e-15);
        for a in [0.4, 1.9] {
            let at = GAMMA_SERIES.max(a);
            close(upper_gamma(a, at + 1e-12), upper_gamma(a, at - 1e-12), 1e-11);
            close(lower_gamma_over_power(a, at + 1e-12), lower_gamma_over_power(a, at - 1e-12), 1e-11);
            // Γ(a + 1, x) = a Γ(a, x) + x^a e^-x joins the ranges of a.
            for x in [0.2, 1.4, 1.7, 3.0, 20.0] {
                let low = if a > 1.0 { a - 1.0 } else { a };
                let next = low * upper_gamma(low, x) + exp(low * ln(x) - x);
                close(upper_gamma(low + 1.0, x), next, 1e-12);
            }
        }
    }
    const REFERENCE: [(f64, f64, f64); 6] = [
        (0.5, 0.25, 0.8498918380799312),
        (0.5, 2.0, 0.08064711796031769),
        (0.05, 0.001, 5.311843685022096),
        (0.05, 1.2, 0.16312151729969246),
        (0.75, 5.0, 0.004320936672307328),
        (0.3, 40.0, 3.1580542711961473e-19),
    ];
}

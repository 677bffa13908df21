//! Hours over subjects: test loss `sum_k p_k c_k e(n_k)` when every error falls with one exponent `a`.
//!
//! Two curves for the error after `n` hours: the power law `G(a+1) n^-a`, and the exact finite-n
//! curve `E[(1 - theta)^n] = G(n+1) G(a+1) / G(n+a+1)` of a student whose facts show up with
//! probability `theta ~ Beta(a, 1)` in an hour (G = Gamma). The first is the limit of the second.
//! Shares, ratios and weights are pure numbers; `n` and `N` are hours.

use crate::math;

/// Best shares under the power law: `q_k = (p_k c_k)^(1/(1+a)) / sum_j (p_j c_j)^(1/(1+a))`.
///
/// `weights` p >= 0 with a positive sum, `difficulty` c > 0 of the same length, `a` > 0. The same for
/// every number of hours. Cost K powers. Source: SIG Prop. 3.2 / Cor. 3.3 with one exponent, where
/// the factors `a` cancel.
pub fn optimal_shares(weights: &[f64], difficulty: &[f64], a: f64) -> Vec<f64> {
    let root: Vec<f64> = weights.iter().zip(difficulty).map(|(p, c)| math::pow(p * c, 1.0 / (1.0 + a))).collect();
    let total: f64 = root.iter().sum();
    root.iter().map(|r| r / total).collect()
}

/// What the optimal shares buy over the matched ones, under the power law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// `N^a L_same = sum_k c_k p_k^(1-a)`, without the common factor G(a+1).
    pub matched: f64,
    /// `N^a L* = (sum_k (p_k c_k)^(1/(1+a)))^(1+a)`.
    pub optimal: f64,
    /// `L* / L_same`, at most 1.
    pub loss_ratio: f64,
    /// Hours needed with the optimal shares per hour needed with the matched ones:
    /// `N_ratio = loss_ratio^(1/a)`, at most 1.
    pub hours_ratio: f64,
}

/// [`Gain`] of the optimal over the matched shares; weights of 0 add nothing (the limit for `a < 1`).
///
/// Arguments as in [`optimal_shares`]. Cost 2K powers. Source: SIG Cor. 3.3. At `a = 1` the matched
/// loss is `sum_k c_k / N` whatever the weights.
pub fn gain(weights: &[f64], difficulty: &[f64], a: f64) -> Gain {
    let (mut matched, mut root) = (0.0, 0.0);
    for (&p, &c) in weights.iter().zip(difficulty).filter(|(p, _)| **p > 0.0) {
        matched += c * math::pow(p, 1.0 - a);
        root += math::pow(p * c, 1.0 / (1.0 + a));
    }
    let optimal = math::pow(root, 1.0 + a);
    let loss_ratio = optimal / matched;
    Gain { matched, optimal, loss_ratio, hours_ratio: math::pow(loss_ratio, 1.0 / a) }
}

/// [`Gain`] for one majority of weight `p` in (0, 1) and `k - 1` equal minorities (k >= 2), unit difficulty.
///
/// Source: SIG Cor. 3.3 and its figure (k = 100, a = 0.28). Deviates: SIG prints a ratio of about 0.75 at
/// p = 0.7, where the formula gives 0.802; the least value over p is 0.764, at p = 0.87.
pub fn majority_gain(p: f64, k: u32, a: f64) -> Gain {
    let others = f64::from(k - 1);
    let rare = (1.0 - p) / others;
    let matched = math::pow(p, 1.0 - a) + others * math::pow(rare, 1.0 - a);
    let optimal = math::pow(math::pow(p, 1.0 / (1.0 + a)) + others * math::pow(rare, 1.0 / (1.0 + a)), 1.0 + a);
    let loss_ratio = optimal / matched;
    Gain { matched, optimal, loss_ratio, hours_ratio: math::pow(loss_ratio, 1.0 / a) }
}

/// Power-law error `G(a+1) n^-a` after `n` > 0 hours; `a` > 0.
pub fn power_error(a: f64, n: f64) -> f64 {
    math::gamma(a + 1.0) * math::pow(n, -a)
}

/// Exact error `G(n+1) G(a+1) / G(n+a+1)` after `n` >= 0 hours (real or whole); 1 at n = 0. `a` > 0.
///
/// Relative error below 1e-14 for n up to 1e6: the logarithms of the two Gammas are never
/// subtracted (that would lose five digits at n = 1e4). Below 16 the argument is raised by
/// `G(x)/G(x+a) = (x+a)/x G(x+1)/G(x+1+a)`; above, the two Stirling series are subtracted term by
/// term. Cost at most 16 divisions and six transcendental functions.
pub fn exact_error(a: f64, n: f64) -> f64 {
    let (mut x, mut product) = (n + 1.0, math::gamma(a + 1.0));
    while x < 16.0 {
        product *= (x + a) / x;
        x += 1.0;
    }
    let y = x + a;
    let stirling = |x: f64| {
        let r = 1.0 / (x * x);
        (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0)))) / x
    };
    product * math::exp(a - (x - 0.5) * math::ln_1p(a / x) - a * math::ln(y) + (stirling(x) - stirling(y)))
}

/// `psi(n+a+1) - psi(n+1) = -d/dn ln exact_error(a, n)`, n >= 0.
fn exact_slope(a: f64, n: f64) -> f64 {
    let (mut x, mut total) = (n + 1.0, 0.0);
    while x < 16.0 {
        total += a / (x * (x + a));
        x += 1.0;
    }
    let tail = |x: f64| {
        let r = 1.0 / (x * x);
        -0.5 / x - r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r * (1.0 / 240.0 - r / 132.0))))
    };
    total + math::ln_1p(a / x) + (tail(x + a) - tail(x))
}

/// Test loss of an allocation, `sum_k p_k c_k error(a, n_k)`; subjects of weight 0 add nothing.
///
/// `error` is [`power_error`] or [`exact_error`]; `hours` real or whole.
pub fn loss(weights: &[f64], difficulty: &[f64], a: f64, hours: &[f64], error: fn(f64, f64) -> f64) -> f64 {
    weights
        .iter()
        .zip(difficulty)
        .zip(hours)
        .filter(|((p, _), _)| **p > 0.0)
        .map(|((p, c), &n)| p * c * error(a, n))
        .sum()
}

/// Whole hours from shares: one hour each, the remaining `total - K` by largest remainder.
///
/// `shares` q >= 0 with sum 1, `total` >= K. Every subject gets `floor(q_k (total - K))` more; what is
/// left goes to the largest fractional parts, ties to the lower index. Fractional parts are
/// compared on a grid of 2^-32, so that a tie stays a tie when the shares carry rounding.
pub fn whole_hours(shares: &[f64], total: u32) -> Vec<u32> {
    let k = shares.len();
    let spare = total - k as u32;
    const GRID: f64 = 4_294_967_296.0;
    let ideal: Vec<u64> = shares.iter().map(|q| (q * f64::from(spare) * GRID).round() as u64).collect();
    let mut hours: Vec<u32> = ideal.iter().map(|i| 1 + (i >> 32) as u32).collect();
    let mut remainders: Vec<u32> = ideal.iter().map(|i| *i as u32).collect();
    for _ in hours.iter().sum()..total {
        let largest = (1..k).fold(0, |best, i| if remainders[i] > remainders[best] { i } else { best });
        hours[largest] += 1;
        remainders[largest] = 0;
    }
    hours
}

/// Best real hours for the exact curve with at least one hour each: the minimum of [`loss`] over
/// `n_k >= 1`, `sum n_k = total`, relative error below 1e-9.
///
/// A subject above one hour has `-p_k c_k e'(n_k)` = multiplier; subjects at one hour have less. The
/// multiplier is found by a bracketed Newton iteration on the sum of hours. `total` >= K, `a` > 0.
pub fn best_real_hours(weights: &[f64], difficulty: &[f64], a: f64, total: f64) -> Vec<f64> {
    let k = weights.len();
    // In ln(n + shift) the logarithm of -e' is a straight line of slope -(1+a) up to O(n^-2).
    let shift = 0.5 * (1.0 + a);
    let pull = |w: f64, n: f64| math::ln(w * exact_error(a, n) * exact_slope(a, n));
    let load: Vec<f64> = weights.iter().zip(difficulty).map(|(p, c)| p * c).collect();
    let hours_at = |multiplier: f64, n: &mut [f64]| {
        for (n, &w) in n.iter_mut().zip(&load) {
            if w == 0.0 || pull(w, 1.0) <= multiplier {
                *n = 1.0;
                continue;
            }
            for _ in 0..100 {
                let step = (pull(w, *n) - multiplier) / (1.0 + a);
                *n = ((*n + shift) * math::exp(step) - shift).max(1.0);
                if step.abs() < 1e-13 {
                    break;
                }
            }
        }
        n.iter().sum::<f64>()
    };
    let greatest = |n: f64| load.iter().filter(|w| **w > 0.0).map(|&w| pull(w, n)).fold(f64::NEG_INFINITY, f64::max);
    // One subject alone with all hours: too low. Nobody above an equal share: too high.
    let (mut low, mut high) = (greatest(total), greatest(total / k as f64));
    let mut n = vec![total / k as f64; k];
    let mut multiplier = 0.5 * (low + high);
    for _ in 0..200 {
        let used = hours_at(multiplier, &mut n);
        if used > total {
            low = multiplier;
        } else {
            high = multiplier;
        }
        let slope: f64 = n.iter().filter(|n| **n > 1.0).map(|n| (*n + shift) / (1.0 + a)).sum();
        let step = (used - total) / slope;
        if step.abs() < 1e-13 || high - low < 1e-14 {
            break;
        }
        let newton = multiplier + step;
        multiplier = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::tests::{Draws, close};

    const EXAM: [f64; 2] = [0.9, 0.1];
    const ONE: [f64; 2] = [1.0, 1.0];

    /// Facts, section 1; the rows a = 1 and a = 1/2 are SIG's and the Talk's numbers.
    #[test]
    fn the_exam_table_holds() {
        for (a, q, matched, optimal, loss_ratio, hours_ratio) in [
            (0.28, 0.847688, 1.117492, 1.111989, 0.995075, 0.982522),
            (0.5, 0.812268, 1.264911, 1.229400, 0.971926, 0.944641),
            (1.0, 0.75, 2.0, 1.6, 0.8, 0.8),
            (2.0, 0.675334, 11.1111, 2.92205, 0.262984, 0.512820),
        ] {
            close(optimal_shares(&EXAM, &ONE, a)[0], q, 1e-6);
            let g = gain(&EXAM, &ONE, a);
            close(g.matched, matched, 2e-6);
            close(g.optimal, optimal, 2e-6);
            close(g.loss_ratio, loss_ratio, 2e-6);
            close(g.hours_ratio, hours_ratio, 2e-6);
        }
        close(optimal_shares(&EXAM, &ONE, 1.0)[0], 0.75, 1e-15);
        close(gain(&EXAM, &ONE, 1.0).hours_ratio, 0.8, 1e-15);
    }

    #[test]
    fn the_gain_is_what_the_losses_say() {
        let (p, c, a, n) = ([0.2, 0.3, 0.5], [2.0, 0.5, 1.0], 0.7, 500.0);
        let g = gain(&p, &c, a);
        let hours = |q: &[f64]| q.iter().map(|q| q * n).collect::<Vec<_>>();
        let scale = math::pow(n, a) / math::gamma(a + 1.0);
        close(loss(&p, &c, a, &hours(&p), power_error) * scale, g.matched, 1e-13);
        close(loss(&p, &c, a, &hours(&optimal_shares(&p, &c, a)), power_error) * scale, g.optimal, 1e-13);
        let fewer: Vec<f64> = optimal_shares(&p, &c, a).iter().map(|q| q * n * g.hours_ratio).collect();
        close(loss(&p, &c, a, &fewer, power_error), loss(&p, &c, a, &hours(&p), power_error), 1e-13);
    }

    #[test]
    fn no_other_shares_do_better_under_the_power_law() {
        let mut draws = Draws(3);
        let (p, c, a) = ([0.1, 0.2, 0.7], [1.0, 4.0, 0.3], 1.3);
        let best = gain(&p, &c, a).optimal * math::gamma(a + 1.0);
        for _ in 0..1000 {
            let q: Vec<f64> = (0..3).map(|_| draws.unit()).collect();
            let total: f64 = q.iter().sum();
            let q: Vec<f64> = q.iter().map(|q| q / total).collect();
            assert!(loss(&p, &c, a, &q, power_error) >= best * (1.0 - 1e-14));
        }
    }

    #[test]
    fn the_loss_at_exponent_one_does_not_know_the_weights() {
        for p in [0.5, 0.7, 0.99] {
            close(gain(&[p, 1.0 - p], &ONE, 1.0).matched, 2.0, 1e-15);
        }
    }

    #[test]
    fn majority_and_minorities() {
        for (p, want) in [
            (0.3, 0.9366),
            (0.5, 0.8707),
            (0.6, 0.8358),
            (0.7, 0.8019),
            (0.8, 0.7736),
            (0.87, 0.7640),
            (0.9, 0.7662),
            (0.95, 0.7916),
        ] {
            close(majority_gain(p, 100, 0.28).hours_ratio, want, 7e-5);
        }
        // SIG's text says about 0.75 at p = 0.7: no p reaches that.
        let least = (1..1000).map(|i| majority_gain(f64::from(i) / 1000.0, 100, 0.28).hours_ratio).fold(1.0, f64::min);
        assert!(least > 0.7635 && least < 0.7645, "{least}");
        let weights: Vec<f64> = std::iter::once(0.7).chain(std::iter::repeat_n(0.3 / 99.0, 99)).collect();
        close(gain(&weights, &[1.0; 100], 0.28).hours_ratio, majority_gain(0.7, 100, 0.28).hours_ratio, 1e-12);
    }

    #[test]
    fn the_exact_curve_is_the_product_it_stands_for() {
        for a in [0.1, 0.28, 0.5, 1.0, 1.7, 2.0, 3.0] {
            assert!((exact_error(a, 0.0) - 1.0).abs() < 1e-14);
            for n in [1, 2, 7, 15, 16, 17, 100, 10_000] {
                // The product of i/(i+a), by its logarithm.
                let product = math::exp(-crate::theory::sum((1..=n).map(|i| math::ln_1p(a / f64::from(i)))));
                close(exact_error(a, f64::from(n)), product, 2e-14);
            }
        }
        close(exact_error(1.0, 9999.0), 1e-4, 1e-14);
        close(exact_error(2.0, 1e6), 2.0 / (1_000_001.0 * 1_000_002.0), 1e-14);
        // Half-integers: G(n+1)G(3/2)/G(n+3/2) at n = 1/2 is G(3/2)^2 = pi/4.
        close(exact_error(0.5, 0.5), std::f64::consts::FRAC_PI_4, 1e-14);
    }

    #[test]
    fn the_exact_curve_tends_to_the_power_law() {
        for a in [0.3, 1.0, 2.5] {
            for n in [1e3, 1e5] {
                let ratio = exact_error(a, n) / power_error(a, n);
                close(1.0 - ratio, a * (a + 1.0) / 2.0 / n, 0.02);
            }
        }
    }

    #[test]
    fn the_slope_is_the_derivative() {
        for a in [0.2, 1.0, 2.9] {
            for n in [0.0, 0.4, 3.0, 40.0, 1e4] {
                let h = 1e-4 * (1.0 + n);
                let difference = (math::ln(exact_error(a, n + h)) - math::ln(exact_error(a, n + 2.0 * h))) / h;
                close(difference, exact_slope(a, n + 1.5 * h), 1e-6);
            }
        }
    }

    #[test]
    fn whole_hours_follow_the_rule() {
        assert_eq!(whole_hours(&[0.9, 0.1], 100), [89, 11]); // 98 spare: 88.2 and 9.8, the last to the second
        assert_eq!(whole_hours(&[0.75, 0.25], 100), [75, 25]); // 73.5 and 24.5: a tie, to the lower index
        assert_eq!(whole_hours(&[0.25, 0.75], 100), [26, 74]);
        assert_eq!(whole_hours(&[1.0 / 3.0; 3], 11), [4, 4, 3]);
        assert_eq!(whole_hours(&[0.0, 1.0], 10), [1, 9]);
        assert_eq!(whole_hours(&[0.1; 10], 10), [1; 10]);
        let mut draws = Draws(9);
        for _ in 0..500 {
            let k = 2 + (draws.unit() * 7.0) as usize;
            let q: Vec<f64> = (0..k).map(|_| draws.unit()).collect();
            let total: f64 = q.iter().sum();
            let q: Vec<f64> = q.iter().map(|q| q / total).collect();
            let hours = 10 + (draws.unit() * 1000.0) as u32;
            let n = whole_hours(&q, hours);
            assert_eq!(n.iter().sum::<u32>(), hours);
            for (n, q) in n.iter().zip(&q) {
                let ideal = 1.0 + q * f64::from(hours - k as u32);
                assert!((f64::from(*n) - ideal).abs() < 1.0 + 1e-9, "{n} for {ideal}");
            }
        }
    }

    #[test]
    fn ties_survive_rounding() {
        // 0.1 + 0.2 != 0.3 in binary; both shares still stand for the same tie.
        assert_eq!(whole_hours(&[0.3, 0.1 + 0.2, 0.4], 8)[..2], [3, 2]);
        assert_eq!(whole_hours(&[0.1 + 0.2, 0.3, 0.4], 8)[..2], [3, 2]);
    }

    #[test]
    fn real_hours_satisfy_the_stationarity_conditions() {
        let mut draws = Draws(5);
        for _ in 0..200 {
            let k = 2 + (draws.unit() * 7.0) as usize;
            let p: Vec<f64> = (0..k).map(|_| draws.unit()).collect();
            let c: Vec<f64> = (0..k).map(|_| math::pow(10.0, 2.0 * draws.unit() - 1.0)).collect();
            let a = 0.1 + 2.9 * draws.unit();
            let total = 10.0 * math::pow(1000.0, draws.unit());
            let n = best_real_hours(&p, &c, a, total);
            close(n.iter().sum::<f64>(), total, 1e-9);
            let pull: Vec<f64> = (0..k).map(|i| p[i] * c[i] * exact_error(a, n[i]) * exact_slope(a, n[i])).collect();
            let multiplier = (0..k).filter(|i| n[*i] > 1.0).map(|i| pull[i]).fold(0.0, f64::max);
            for i in 0..k {
                if n[i] > 1.0 {
                    close(pull[i], multiplier, 1e-8);
                } else {
                    assert!(pull[i] <= multiplier * (1.0 + 1e-9));
                }
            }
        }
    }

    #[test]
    fn real_whole_and_power_law_optima_meet() {
        let real = best_real_hours(&EXAM, &ONE, 1.0, 100.0);
        // a = 1: e = 1/(n+1), so (n_k + 1) is in the ratio 3 : 1 exactly.
        close(real[0], 102.0 * 0.75 - 1.0, 1e-10);
        // The best of all whole allocations is next to it.
        let at = |n: u32| loss(&EXAM, &ONE, 1.0, &[f64::from(n), f64::from(100 - n)], exact_error);
        let whole = f64::from((1..100).min_by(|&n, &m| at(n).total_cmp(&at(m))).unwrap());
        assert!((whole - real[0]).abs() <= 0.5, "{whole} {}", real[0]);
        let far = best_real_hours(&EXAM, &ONE, 0.5, 1e4);
        close(far[0] / 1e4, optimal_shares(&EXAM, &ONE, 0.5)[0], 1e-4);
        assert_eq!(best_real_hours(&[1.0, 0.0], &ONE, 1.0, 50.0)[1], 1.0);
    }
}

//! How to divide hours of study among the subjects of an exam. The test loss is `sum_k p_k c_k e(n_k)`, where subject k
//! has the weight `p_k`, the difficulty `c_k` and `n_k` hours. The error e falls with the number of hours, with the
//! exponent `a` in all subjects.
//!
//! There are two curves for the error after `n` hours: the power law `G(a+1) n^-a`, and the exact curve for finite n,
//! `E[(1 - theta)^n] = G(n+1) G(a+1) / G(n+a+1)`, where G is the Gamma function. The exact curve describes a student
//! who meets each fact in an hour with a probability `theta` of its own, drawn from Beta(a, 1). The power law is the
//! limit of the exact curve for large n. Shares, ratios and weights are pure numbers.

use crate::math;

/// Best shares of the hours if the error in subject k after `h` hours is proportional to `c_k h^-a`:
/// `q_k = (p_k c_k)^(1/(1+a)) / sum_j (p_j c_j)^(1/(1+a))`.
///
/// The `weights` are the `p_k`, at least 0 with a positive sum. `difficulty` holds the `c_k`, which are above 0. The
/// exponent `a` is above 0. The shares do not depend on the number of hours. The cost is one power per subject. Source:
/// "Shift is Good", Prop. 3.2 and Cor. 3.3. The paper allows an exponent for each subject; with one exponent for all
/// subjects, the factor `a` in the paper's formula cancels.
pub fn optimal_shares(weights: &[f64], difficulty: &[f64], a: f64) -> Vec<f64> {
    let root: Vec<f64> = weights.iter().zip(difficulty).map(|(p, c)| math::pow(p * c, 1.0 / (1.0 + a))).collect();
    let total: f64 = root.iter().sum();
    root.iter().map(|r| r / total).collect()
}

/// Losses under the power law for two divisions of the hours among the subjects. One division has the optimal shares,
/// and the other has the matched shares, which are equal to the weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// Loss of the matched shares, `sum_k c_k p_k^(1-a)` for weights `p_k`, difficulties `c_k` and exponent a, without
    /// the factor G(a+1) N^-a for N hours.
    pub matched: f64,
    /// Loss of the optimal shares, `(sum_k (p_k c_k)^(1/(1+a)))^(1+a)` for weights `p_k`, difficulties `c_k` and
    /// exponent a, without the factor G(a+1) N^-a for N hours.
    pub optimal: f64,
    /// Loss of the optimal shares divided by the loss of the matched shares, at most 1.
    pub loss_ratio: f64,
    /// Hours that the optimal shares need, divided by the hours that the matched shares need to reach an equal loss:
    /// `loss_ratio^(1/a)`, at most 1.
    pub hours_ratio: f64,
}

/// [`Gain`] of the optimal over the matched shares. A subject of weight 0 adds nothing to either loss; if `a < 1`, this
/// is the limit of a small weight.
///
/// The arguments are those of [`optimal_shares`]. The cost is two powers per subject. Source: "Shift is Good", Cor.
/// 3.3. At `a = 1` the matched loss is `sum_k c_k / N` for any weights, with difficulties `c_k` and N hours.
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

/// [`Gain`] for `k` subjects (k >= 2) of difficulty 1: one has the weight `p` in (0, 1), and the others have equal
/// weights.
///
/// Source: "Shift is Good", Cor. 3.3 and its figure (k = 100, a = 0.28). Deviation from the paper: for the field
/// `hours_ratio` at p = 0.7, it prints about 0.75, but the formula gives 0.802. The least value of this field over all
/// p is 0.764, at p = 0.87.
pub fn majority_gain(p: f64, k: u32, a: f64) -> Gain {
    let others = f64::from(k - 1);
    let rare = (1.0 - p) / others;
    let matched = math::pow(p, 1.0 - a) + others * math::pow(rare, 1.0 - a);
    let optimal = math::pow(math::pow(p, 1.0 / (1.0 + a)) + others * math::pow(rare, 1.0 / (1.0 + a)), 1.0 + a);
    let loss_ratio = optimal / matched;
    Gain { matched, optimal, loss_ratio, hours_ratio: math::pow(loss_ratio, 1.0 / a) }
}

/// Error under the power law after `n` > 0 hours, `G(a+1) n^-a`, with `a` > 0 and the Gamma function G.
pub fn power_error(a: f64, n: f64) -> f64 {
    math::gamma(a + 1.0) * math::pow(n, -a)
}

/// Exact error after `n` >= 0 hours (real or whole), `G(n+1) G(a+1) / G(n+a+1)`, with the Gamma function G and `a` > 0.
/// It is 1 at n = 0.
///
/// The relative error is below 1e-14 for n up to 1e6. The logarithms of the two Gamma functions are never subtracted,
/// because that would lose five digits at n = 1e4. Instead, an argument x below 16 is raised by
/// `G(x)/G(x+a) = (x+a)/x G(x+1)/G(x+1+a)`. For x from 16 on, the two Stirling series are subtracted term by term. The
/// cost is at most 16 divisions and six transcendental functions.
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

/// Test loss of a division of the hours, `sum_k p_k c_k error(a, n_k)`, with weights `p_k`, difficulties `c_k` and
/// `n_k` hours. A subject of weight 0 adds nothing.
///
/// `error` is [`power_error`] or [`exact_error`]; `hours` are real or whole.
pub fn loss(weights: &[f64], difficulty: &[f64], a: f64, hours: &[f64], error: fn(f64, f64) -> f64) -> f64 {
    weights
        .iter()
        .zip(difficulty)
        .zip(hours)
        .filter(|((p, _), _)| **p > 0.0)
        .map(|((p, c), &n)| p * c * error(a, n))
        .sum()
}

/// Divides `total` hours by the given shares into whole hours, by the method of the largest remainder. A subject may
/// get no hours.
///
/// The `shares` are at least 0 with sum 1. Every subject first gets its share of `total`, rounded down. The hours that
/// remain go to the subjects with the largest fractional parts, and in a tie to the lower index. Before all this, each
/// product of share and `total` is rounded to a multiple of 2^-32, which removes the rounding error of the share. So
/// the share 0.9 of 100 hours gives exactly 90 hours, and subjects with equal fractional parts tie.
pub fn whole_hours(shares: &[f64], total: u32) -> Vec<u32> {
    const GRID: f64 = 4_294_967_296.0;
    let ideal: Vec<u64> = shares.iter().map(|q| (q * f64::from(total) * GRID).round() as u64).collect();
    let mut hours: Vec<u32> = ideal.iter().map(|i| (i >> 32) as u32).collect();
    let mut remainders: Vec<u32> = ideal.iter().map(|i| *i as u32).collect();
    for _ in hours.iter().sum()..total {
        let largest = (1..shares.len()).fold(0, |best, i| if remainders[i] > remainders[best] { i } else { best });
        hours[largest] += 1;
        remainders[largest] = 0;
    }
    hours
}

/// The best whole hours for the exact curve: the minimum of [`loss`] over all allocations of `total` hours.
///
/// The search starts from the best shares under the power law, rounded to whole hours. It then moves one hour at a time
/// from the subject where an hour is worth least to the subject where it is worth most, until no move helps. The error
/// of each subject is convex in its hours, so no allocation is better than the one that is found. The number of moves
/// is of order `a` times the number of subjects. Every `difficulty` and `a` must be above 0.
pub fn best_whole_hours(weights: &[f64], difficulty: &[f64], a: f64, total: u32) -> Vec<u32> {
    let mut hours = whole_hours(&optimal_shares(weights, difficulty, a), total);
    // e(n) - e(n+1) = e(n) a/(n+1+a), and e(n-1) - e(n) = e(n) a/n.
    let worth = |k: usize, n: u32| {
        let cost = weights[k] * difficulty[k] * a * exact_error(a, f64::from(n));
        (cost / (f64::from(n) + 1.0 + a), if n > 0 { cost / f64::from(n) } else { f64::INFINITY })
    };
    let mut worths: Vec<_> = hours.iter().enumerate().map(|(k, &n)| worth(k, n)).collect();
    loop {
        let most = (1..hours.len()).fold(0, |best, k| if worths[k].0 > worths[best].0 { k } else { best });
        let least = (1..hours.len()).fold(0, |best, k| if worths[k].1 < worths[best].1 { k } else { best });
        // A tie, up to rounding, moves nothing.
        if worths[most].0 <= worths[least].1 * (1.0 + 1e-12) {
            return hours;
        }
        hours[most] += 1;
        hours[least] -= 1;
        for k in [most, least] {
            worths[k] = worth(k, hours[k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::tests::{Draws, close};

    const EXAM: [f64; 2] = [0.9, 0.1];
    const ONE: [f64; 2] = [1.0, 1.0];

    /// Checks shares, losses and ratios against reference values. The values at a = 1 and a = 1/2 are printed in the
    /// paper "Shift is Good" and in the talk on it.
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
        // SIG's text says about 0.75 at p = 0.7, which no p reaches.
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
                // The product of i/(i+a), computed by its logarithm.
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
    fn whole_hours_follow_the_rule() {
        assert_eq!(whole_hours(&[0.9, 0.1], 100), [90, 10], "whole already");
        assert_eq!(whole_hours(&[0.75, 0.25], 10), [8, 2], "7.5 and 2.5: a tie, to the lower index");
        assert_eq!(whole_hours(&[0.25, 0.75], 10), [3, 7], "2.5 and 7.5");
        assert_eq!(whole_hours(&[1.0 / 3.0; 3], 11), [4, 4, 3]);
        assert_eq!(whole_hours(&[0.0, 1.0], 10), [0, 10], "nothing is studied that does not count");
        assert_eq!(whole_hours(&[0.98, 0.02], 10), [10, 0]);
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
                let ideal = q * f64::from(hours);
                assert!((f64::from(*n) - ideal).abs() < 1.0 + 1e-9, "{n} for {ideal}");
            }
        }
    }

    #[test]
    fn ties_survive_rounding() {
        // 0.1 + 0.2 != 0.3 in binary; both shares still tie.
        assert_eq!(whole_hours(&[0.3, 0.1 + 0.2, 0.4], 5)[..2], [2, 1]);
        assert_eq!(whole_hours(&[0.1 + 0.2, 0.3, 0.4], 5)[..2], [2, 1]);
    }

    #[test]
    fn the_best_whole_hours_are_the_best_of_all() {
        // Compare every allocation of a few hours to three subjects, one of which may have weight 0.
        let mut draws = Draws(5);
        for case in 0..300 {
            let p: Vec<f64> = (0..3).map(|k| if case % 7 == 0 && k == 1 { 0.0 } else { draws.unit() }).collect();
            let c: Vec<f64> = (0..3).map(|_| math::pow(10.0, 2.0 * draws.unit() - 1.0)).collect();
            let (a, total) = (0.1 + 2.9 * draws.unit(), 10 + (draws.unit() * 20.0) as u32);
            let at = |hours: [u32; 3]| loss(&p, &c, a, &hours.map(f64::from), exact_error);
            let best = best_whole_hours(&p, &c, a, total);
            assert_eq!(best.iter().sum::<u32>(), total, "every hour is used");
            let found = at([best[0], best[1], best[2]]);
            for n in 0..=total {
                for m in 0..=total - n {
                    let other = at([n, m, total - n - m]);
                    assert!(found <= other * (1.0 + 1e-9), "{p:?} {c:?} {a} {total}: {best:?} and {n}, {m}");
                }
            }
            if case % 7 == 0 {
                assert_eq!(best[1], 0, "a subject that does not count gets no hour");
            }
        }
    }

    #[test]
    fn the_best_whole_hours_are_next_to_the_real_ones() {
        // a = 1: e = 1/(n+1), so that the best real n_k + 1 are in the ratio 3 : 1, at 75.5 and 24.5 hours: a tie.
        assert_eq!(best_whole_hours(&EXAM, &ONE, 1.0, 100), [75, 25]);
        assert_eq!(best_whole_hours(&EXAM, &ONE, 1.0, 1001), [751, 250], "751.25 and 249.75");
        let far = best_whole_hours(&EXAM, &ONE, 0.5, 10_000);
        close(f64::from(far[0]) / 1e4, optimal_shares(&EXAM, &ONE, 0.5)[0], 1e-4);
    }
}

//! Computes the effective reuse rate from measured risks, in three steps. The first step computes the moments of the
//! risks over the runs. The second finds the best learning rate and the risk at this rate. The third finds the number
//! of fresh samples with which one pass reaches the same risk.
//!
//! No step uses theory. The second step takes the least of the mean risks and up to two neighbours on each side, and
//! fits a curve to the logarithm of the risk against the logarithm of the rate. The best learning rate is where this
//! curve is lowest. If there is no such curve, it is the rate with the least mean risk. In the third step, the number
//! of fresh samples is interpolated between the measured risks of one pass, also in logarithms.

use crate::math;
use crate::stats::bottom;

/// Statistics of the risks of the runs at one learning rate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    count: f64,
    sum: f64,
    square: f64,
    cube: f64,
    /// Number of runs that diverged. Such a run has no risk.
    pub diverged: u32,
}

/// Limit for [`Cell::uneven`], as a ratio of standard deviation to mean, for risks that are due to label noise. Such a
/// risk is a sum of squares of Gaussian numbers. A single square has the ratio 1.4, and a sum of several squares has a
/// smaller ratio.
pub const NOISY: f64 = 2.0;
/// Limit for [`Cell::uneven`], as a ratio of standard deviation to mean, for risks that are products of many random
/// factors. Their distribution has a heavy tail, of which a sample shows only a part. If the ratio in a sample is 1 or
/// more, the true standard deviation may be infinite.
pub const FALLING: f64 = 0.7;

impl Cell {
    /// Adds the risk of a run. A risk that is NaN or infinite means that the run diverged.
    pub fn push(&mut self, risk: f64) {
        if risk.is_finite() {
            self.count += 1.0;
            self.sum += risk;
            self.square += risk * risk;
            self.cube += risk * risk * risk;
        } else {
            self.diverged += 1;
        }
    }

    /// The mean risk. It is infinite if a run diverged, and NaN if there are no runs.
    pub fn mean(&self) -> f64 {
        if self.diverged > 0 { f64::INFINITY } else { self.sum / self.count }
    }

    /// Whether a few runs dominate the mean risk. In that case neither the mean nor its standard error is known.
    ///
    /// They do if the standard deviation over the runs exceeds `most` times the mean, or `sqrt(runs) / 4` times the
    /// mean. For comparison: if a single run contributed the whole mean, the standard deviation would be `sqrt(runs)`
    /// times the mean. Values for `most` are [`NOISY`] and [`FALLING`]. With fewer than 16 runs the answer is always
    /// false.
    pub fn uneven(&self, most: f64) -> bool {
        let most = (self.count.sqrt() / 4.0).min(most);
        self.count >= 16.0 && self.error() * (self.count - 1.0).sqrt() > most
    }

    /// Skewness of the risks. It is 0 if the risks are nearly equal.
    pub fn skewness(&self) -> f64 {
        let (mean, square) = (self.sum / self.count, self.square / self.count);
        let variance = square - mean * mean;
        let third = self.cube / self.count - 3.0 * mean * square + 2.0 * mean * mean * mean;
        if variance > 1e-8 * square { third / (variance * variance.sqrt()) } else { 0.0 }
    }

    /// Interval for the mean risk divided by the exactly known risk `exact`. `error` is the standard error of the
    /// logarithm of the mean risk. On a logarithmic scale, the lower end lies `z` standard errors below the ratio. The
    /// upper end lies farther above it, because the sample may lack rare large risks.
    ///
    /// A sample from a distribution with positive skewness often lacks large values. Then both its mean and its
    /// standard deviation are too small. The upper end is therefore moved up by `(1 + 2 z^2) skewness / (6 sqrt(runs))`
    /// standard errors (Johnson, J. Am. Stat. Assoc. 73, 1978; Hall, J. R. Stat. Soc. B 54, 1992). The correction in
    /// these papers would also move the lower end up, but this function does not move it.
    pub fn over(&self, exact: f64, z: f64, error: f64) -> Option<[f64; 2]> {
        let ratio = self.mean() / exact;
        let skew = (1.0 + 2.0 * z * z) * self.skewness().max(0.0) / (6.0 * self.count.sqrt());
        let ends = [ratio * math::exp(-z * error), ratio * math::exp((z + skew) * error)];
        ends.iter().all(|end| end.is_finite()).then_some(ends)
    }

    /// Standard error of the logarithm of the mean risk. It is infinite if there is only one run.
    pub fn error(&self) -> f64 {
        let mean = self.sum / self.count;
        let variance = (self.square / self.count - mean * mean).max(0.0) / (self.count - 1.0);
        if self.count > 1.0 { variance.sqrt() / mean } else { f64::INFINITY }
    }
}

/// The best learning rate, and the mean risk at this rate. Both are read from a curve through the measured risks if
/// there is such a curve. The function [`tuned`] finds them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuned {
    /// The best learning rate.
    pub rate: f64,
    /// The least mean risk, which is the risk at the best learning rate.
    pub risk: f64,
    /// Standard error of the logarithm of the risk. It is infinite if a few runs dominate the mean risk.
    pub error: f64,
    /// Whether the best rate is the smallest rate that was tried. If so, a smaller rate might be better still.
    pub at_least: bool,
}

/// Finds the best learning rate from the risks at `rates`, which are ascending. A rate at which a run diverged, or at
/// which there are no runs, is left out. The result is `None` if no rate remains. `most` is the limit for
/// [`Cell::uneven`].
///
/// The best rate is the minimum of a curve through the least mean risk and up to two neighbours on each side. If the
/// least mean risk has no neighbour on one side, or the curve is nowhere lower, the best rate is the rate of the least
/// mean risk.
pub fn tuned(rates: &[f64], cells: &[Cell], most: f64) -> Option<Tuned> {
    let means: Vec<f64> = cells.iter().map(Cell::mean).collect();
    let least = (0..rates.len()).filter(|&i| means[i].is_finite()).min_by(|&i, &j| means[i].total_cmp(&means[j]))?;
    let mut best = Tuned {
        rate: rates[least],
        risk: means[least],
        error: if cells[least].uneven(most) { f64::INFINITY } else { cells[least].error() },
        at_least: least == 0 && rates.len() > 1,
    };
    // Up to two neighbours on each side, as far as all are known there.
    let known = |i: usize| i < rates.len() && means[i].is_finite() && means[i] > 0.0;
    let side = |places: [usize; 2]| places.iter().take_while(|&&i| known(i)).count();
    let below = side([least.wrapping_sub(1), least.wrapping_sub(2)]);
    let above = side([least + 1, least + 2]);
    if below > 0 && above > 0 {
        let x: Vec<f64> = (least - below..=least + above).map(|i| math::ln(rates[i])).collect();
        let y: Vec<f64> = (least - below..=least + above).map(|i| math::ln(means[i])).collect();
        let (at, ln_risk) = bottom(&x, &y, x[below - 1], x[below + 1]);
        if ln_risk < y[below] {
            (best.rate, best.risk) = (math::exp(at), math::exp(ln_risk));
        }
    }
    Some(best)
}

/// An estimate of a positive number, with the standard error of its logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimated number.
    pub value: f64,
    /// Standard error of the logarithm of the number.
    pub error: f64,
}

impl Estimate {
    /// The interval from `z` standard errors below the estimate to `z` standard errors above it, on a logarithmic
    /// scale.
    pub fn interval(&self, z: f64) -> [f64; 2] {
        [self.value * math::exp(-z * self.error), self.value * math::exp(z * self.error)]
    }
}

/// The standard error on the straight line between two points, at `share` of the way from the first point to the
/// second. It is interpolated linearly between `first` and `second`, the standard errors of the two points. It is
/// infinite if one of these is infinite.
fn between(first: f64, second: f64, share: f64) -> f64 {
    if first.is_finite() && second.is_finite() { (1.0 - share) * first + share * second } else { f64::INFINITY }
}

/// The number N' of fresh samples with which one pass reaches the risk `risk`. `one_pass` lists the risk of one pass at
/// ascending N'. The result is interpolated between the first two successive points whose risks enclose `risk`. It is
/// `None` if there are no such points.
///
/// The standard error of ln N' is the standard error of the logarithm of the risks, divided by the slope of ln risk
/// against ln N'. The slope between the two points may be steep or flat by chance, so the slope between the point
/// before them and the point after them is used.
pub fn fresh_samples(one_pass: &[(f64, Tuned)], risk: &Tuned) -> Option<Estimate> {
    let target = math::ln(risk.risk);
    let slope = |from: usize, to: usize| {
        let [(n, above), (m, below)] = [one_pass[from], one_pass[to]];
        (math::ln(below.risk) - math::ln(above.risk)) / (math::ln(m) - math::ln(n))
    };
    (1..one_pass.len()).find_map(|i| {
        let [(n, above), (m, below)] = [one_pass[i - 1], one_pass[i]];
        if !(above.risk >= risk.risk && below.risk <= risk.risk && above.risk > below.risk) {
            return None;
        }
        let [x, y] = [math::ln(n), math::ln(m)];
        let steep = slope(i - 1, i);
        let wide = slope(i.saturating_sub(2), (i + 1).min(one_pass.len() - 1));
        let at = (target - math::ln(above.risk)) / steep;
        // The line's own error, at most that of its ends.
        let share = at / (y - x);
        let line = between(above.error, below.error, share);
        // Where even the wide slope does not fall, the slope between the two points is all that is known.
        let slope = if wide < 0.0 { wide } else { steep };
        let error = (line * line + risk.error * risk.error).sqrt() / slope.abs();
        Some(Estimate { value: math::exp(x + at), error })
    })
}

/// The number of epochs K at which the effective reuse rate falls below `share` times K. `known` lists pairs of K and
/// the effective reuse rate, with K ascending. The result is interpolated between two of these pairs, on logarithmic
/// scales.
pub fn saturation(known: &[(f64, Estimate)], share: f64) -> Option<Estimate> {
    known.windows(2).find_map(|pair| {
        let [(k, e), (l, f)] = [pair[0], pair[1]];
        let (y, z) = (math::ln(e.value / k / share), math::ln(f.value / l / share));
        if y < 0.0 || z >= 0.0 {
            return None;
        }
        let (width, part) = (math::ln(l / k), y / (y - z));
        let error = between(e.error, f.error, part) * width / (y - z);
        Some(Estimate { value: k * math::exp(part * width), error })
    })
}

/// Root mean square of the differences between curves, on a logarithmic scale, and its standard error. Each point of a
/// curve is compared with every other curve whose range contains the point's abscissa. Points with an abscissa below
/// `first` are left out. `None` if there are no points to compare.
pub fn apart(curves: &[Vec<(f64, Estimate)>], first: f64) -> Option<[f64; 2]> {
    let at = |curve: &[(f64, Estimate)], x: f64| {
        curve.windows(2).find_map(|pair| {
            let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
            let share = math::ln(x / x0) / math::ln(x1 / x0);
            let value = math::ln(y0.value) + share * math::ln(y1.value / y0.value);
            (0.0..=1.0).contains(&share).then_some((value, y0.error.max(y1.error)))
        })
    };
    let (mut count, mut squares, mut errors) = (0.0, 0.0, 0.0);
    for (i, curve) in curves.iter().enumerate() {
        for (x, y) in curve.iter().filter(|(x, _)| *x >= first) {
            for (_, other) in curves.iter().enumerate().filter(|(j, _)| *j != i) {
                let Some((z, error)) = at(other, *x) else { continue };
                let off = math::ln(y.value) - z;
                count += 1.0;
                squares += off * off;
                errors += y.error * y.error + error * error;
            }
        }
    }
    (count > 0.0).then(|| [(squares / count).sqrt(), (errors / count).sqrt()])
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::rng::{Draws, stream};
    use crate::stats::{line, student};

    fn cell(risks: &[f64]) -> Cell {
        let mut cell = Cell::default();
        risks.iter().for_each(|&risk| cell.push(risk));
        cell
    }

    #[test]
    fn cells_are_means_with_their_errors() {
        let found = cell(&[1.0, 2.0, 6.0]);
        assert_eq!((found.mean(), found.diverged), (3.0, 0));
        // Standard deviation sqrt(7), of three.
        assert!((found.error() - (7.0f64 / 3.0).sqrt() / 3.0).abs() < 1e-15);
        let gone = cell(&[1.0, f64::NAN]);
        assert_eq!((gone.mean(), gone.diverged), (f64::INFINITY, 1), "a mean of survivors is no mean");
        assert!(cell(&[]).mean().is_nan() && cell(&[1.0]).error().is_infinite());
    }

    #[test]
    fn a_mean_that_a_few_runs_carry_is_not_known() {
        // Squares of Gaussians of d directions, by their quantiles: of one the deviation is 1.4 means.
        let gaussian = |n: usize| (0..n).map(move |i| math::normal_quantile((i as f64 + 0.5) / n as f64));
        let squares = |n| cell(&gaussian(n).map(|z| z * z).collect::<Vec<_>>());
        assert!(!squares(256).uneven(NOISY) && squares(16).uneven(NOISY), "sixteen do not know the mean of these");
        let even = cell(&gaussian(16).map(|z| 1.0 + 0.5 * z).collect::<Vec<_>>());
        assert!(!even.uneven(NOISY) && !even.uneven(FALLING));
        let spread = cell(&gaussian(64).map(math::exp).collect::<Vec<_>>());
        assert!(!spread.uneven(NOISY) && spread.uneven(FALLING), "what may be the start of a tail");
        // Risks that differ by powers of ten.
        let falling = cell(&gaussian(256).map(|z| math::exp(3.0 * z)).collect::<Vec<_>>());
        assert!(falling.uneven(NOISY));
        let best = tuned(&[0.1], &[falling], NOISY).expect("runs");
        assert!(best.error.is_infinite() && best.risk == falling.mean());
        let known = Tuned { error: 0.1, ..best };
        let one_pass = [(10.0, Tuned { risk: 2.0 * best.risk, ..known }), (20.0, known)];
        let found = fresh_samples(&one_pass, &best).expect("at the second mark");
        assert!(
            (found.value - 20.0).abs() < 1e-9 && found.error.is_infinite(),
            "open at both ends, not NaN: {found:?}"
        );
    }

    #[test]
    fn the_mean_of_skew_risks_is_held_by_its_interval() {
        // Exponential risks, skewness 2, of 48 runs: the plain interval of 99 % ends too low for 3 in 100 samples.
        let mut draws = Draws::new(3, stream::BOOTSTRAP, 0, 0);
        let z = student(math::normal_quantile(0.995), 47.0);
        let [mut plain, mut skew] = [0, 0];
        for _ in 0..4000 {
            let risks: Vec<f64> = (0..48).map(|_| -math::ln(draws.uniform())).collect();
            let found = cell(&risks);
            plain += u32::from(found.mean() * (1.0 + z * found.error()) < 1.0);
            skew += u32::from(found.over(1.0, z, found.error()).expect("finite")[1] < 1.0);
        }
        assert!(
            plain > 60 && skew <= 24,
            "of 4000 samples 20 may end too low: {plain} by normal ends, {skew} by these"
        );
        let even = cell(&[1.0, 2.0, 3.0]);
        assert!(even.skewness().abs() < 1e-12 && cell(&[1.0; 5]).skewness() == 0.0);
        // Of 0, 0, 3: third moment 2, variance 2.
        assert!((cell(&[0.0, 0.0, 3.0]).skewness() - 0.5f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn the_best_rate_is_the_bottom_of_the_valley() {
        // a/x + b x in logarithms: best at sqrt(a/b) = 0.03, of value 2 sqrt(a b).
        let rates: Vec<f64> = (0..12).map(|i| 1e-3 * math::pow(1.7, f64::from(i))).collect();
        let of = |x: &f64| cell(&[9e-4 / x + x; 3]);
        let mut cells: Vec<Cell> = rates.iter().map(of).collect();
        let best = tuned(&rates, &cells, NOISY).expect("runs");
        assert!(
            (best.rate / 0.03 - 1.0).abs() < 0.01 && (best.risk / 0.06 - 1.0).abs() < 1e-3,
            "sixth order: {best:?}"
        );
        assert!(!best.at_least && best.error < 1e-7, "{best:?}");
        for cell in &mut cells[6..] {
            cell.push(f64::NAN);
        }
        let best = tuned(&rates, &cells, NOISY).expect("some runs");
        assert_eq!((best.rate, best.risk), (rates[5], cells[5].mean()), "beside a rate that diverges no curve");
        let falling: Vec<Cell> = rates.iter().map(|x| cell(&[*x])).collect();
        assert!(tuned(&rates, &falling, NOISY).expect("runs").at_least, "a smaller rate may be better");
        assert_eq!(tuned(&rates, &[cell(&[f64::NAN]); 12], NOISY), None);
        assert!(!tuned(&[0.1], &[cell(&[2.0])], NOISY).expect("runs").at_least, "one that was asked for is no end");
    }

    #[test]
    fn fresh_samples_are_read_off_a_power_law_exactly() {
        let tuned = |risk, error| Tuned { rate: 0.1, risk, error, at_least: false };
        let one_pass: Vec<(f64, Tuned)> =
            [10.0, 20.0, 50.0, 200.0].map(|n: f64| (n, tuned(3.0 / (n * n), 0.01))).to_vec();
        let found = fresh_samples(&one_pass, &tuned(3.0 / 1600.0, 0.01)).expect("between 20 and 50");
        assert!((found.value - 40.0).abs() < 1e-12, "{found:?}");
        assert!((found.error - 0.01 * 2.0f64.sqrt() / 2.0).abs() < 1e-12, "two errors over the slope: {found:?}");
        let [lo, hi] = found.interval(2.0);
        assert!((lo * hi - 1600.0).abs() < 1e-9 && lo < 40.0);
        // By chance the risk falls by much from 20 to 21: the error is that of the slope from 10 to 40.
        let points = [(10.0, 4.0), (20.0, 2.2), (21.0, 1.8), (40.0, 1.0)];
        let chance: Vec<(f64, Tuned)> = points.map(|(n, risk): (f64, f64)| (n, tuned(risk, 0.1))).to_vec();
        let found = fresh_samples(&chance, &tuned(2.0, 0.0)).expect("between 20 and 21");
        assert!((20.0..21.0).contains(&found.value) && (0.05..=0.1).contains(&found.error), "{found:?}");
        assert!(fresh_samples(&one_pass, &tuned(1.0, 0.0)).is_none(), "better than any");
        assert!(fresh_samples(&one_pass, &tuned(1e-9, 0.0)).is_none(), "not reached");
    }

    #[test]
    fn saturation_is_read_off_a_power_law_exactly() {
        // E/K = K^-1/2 is 3/4 at K = 16/9.
        let known = [1.0f64, 3.0, 9.0].map(|k| (k, Estimate { value: k.sqrt(), error: 0.1 }));
        let found = saturation(&known, 0.75).expect("between 1 and 3");
        assert!((found.value - 16.0 / 9.0).abs() < 1e-12, "{found:?}");
        assert!((found.error - 0.2).abs() < 1e-12, "an error of E over the slope 1/2: {found:?}");
        assert!(saturation(&known[1..], 0.75).is_none() && saturation(&known, 0.1).is_none(), "before, and after");
    }

    #[test]
    fn curves_apart_by_a_factor_are_apart_by_its_logarithm() {
        let curve = |factor: f64, error| -> Vec<(f64, Estimate)> {
            let xs = [0.5, 1.3, 2.0 * factor, 40.0];
            xs.map(|x: f64| (x, Estimate { value: factor * math::pow(x, 0.3), error })).to_vec()
        };
        let [off, error] = apart(&[curve(1.0, 0.03), curve(1.2, 0.04)], 1.0).expect("they overlap");
        assert!((off - math::ln(1.2)).abs() < 1e-12 && (error - 0.05).abs() < 1e-12, "{off} {error}");
        let [off, _] = apart(&[curve(1.0, 0.1), curve(1.0, 0.1), curve(1.0, 0.1)], 1.0).expect("they overlap");
        assert!(off < 1e-12, "one curve");
        assert!(apart(&[curve(1.0, 0.1)], 1.0).is_none() && apart(&[curve(1.0, 0.1), curve(1.2, 0.1)], 50.0).is_none());
    }

    #[test]
    fn lines_cover_their_slope() {
        assert!(line(&[(1.0, 2.0, 0.1)]).is_none() && line(&[(1.0, 2.0, 0.1), (1.0, 3.0, 0.1)]).is_none());
        let [slope, _, offset] = line(&[(1.0, 2.0, 0.1), (3.0, 8.0, 0.5)]).expect("two points");
        assert!((slope - 3.0).abs() < 1e-12 && (offset + 1.0).abs() < 1e-12);
        let mut draws = Draws::new(3, stream::BOOTSTRAP, 0, 0);
        let missed = (0..2000).filter(|_| {
            // Uniform errors of the stated size.
            let mut y =
                |x: f64, error: f64| (x, 5.0 - 2.0 * x + error * (draws.uniform() - 0.5) * 12.0f64.sqrt(), error);
            let points = [y(0.0, 0.3), y(1.0, 0.1), y(2.5, 0.2), y(4.0, 1.0)];
            let [slope, error, _] = line(&points).expect("points");
            (slope + 2.0).abs() > 1.96 * error
        });
        assert!((50..150).contains(&missed.count()), "95%");
    }
}

//! Verdicts and tables of `atoms`.

use super::run::HEAD;
use super::{Atoms, NAMES, words};
use crate::kit::Experiment;
use crate::math::{self, Z999};
use crate::output::{Column, Table, Verdict, units};
use crate::stats::{mean_and_error, slope_weights};
use crate::text;
use crate::text::{count, error, number};

/// A measured slope of ln loss against ln N.
#[derive(Clone, Copy)]
pub(super) struct Slope {
    pub(super) value: f64,
    /// Standard error of the slope.
    pub(super) error: f64,
    /// Upper bound for the bias of the slope. The slope is biased because it is computed from logarithms of mean
    /// losses.
    pub(super) bias: f64,
}

impl Atoms {
    pub(super) fn logs(&self) -> Vec<f64> {
        self.samples.iter().map(|&n| math::ln(f64::from(n))).collect()
    }

    pub(super) fn exact_slope(&self, distribution: usize) -> f64 {
        let weights = slope_weights(&self.logs());
        weights.iter().enumerate().map(|(i, w)| w * math::ln(self.exact(distribution, i))).sum()
    }

    /// Measured slope of ln loss against ln N, for the training distribution with index `distribution`. It is `None` if
    /// there is only one N, if some N has fewer than two runs, or if for some N fewer than ten runs missed an atom that
    /// they could have drawn.
    ///
    /// A run uses the same draws for every N, so its losses are correlated. The standard error of the slope is
    /// therefore computed from the quantity `sum_i w_i loss_i / mean_i`, which has one value for each run: it is the
    /// standard error of the mean of these values. Here i numbers the values of N, and `w_i` are the weights with which
    /// the logarithms enter the least-squares slope. With few runs, the spread of the measured losses may be too small:
    /// a common atom is rarely missed, and if no run misses it, both the mean and the spread of the losses are too
    /// small. So the standard error is never less than that of independent losses with the variance
    /// [`Atoms::head_variance`].
    #[inline(never)]
    pub(super) fn slope(&self, distribution: usize) -> Option<Slope> {
        let losses = &self.losses[distribution];
        let runs = losses.iter().map(Vec::len).min().filter(|&n| n > 1 && losses.len() > 1)?;
        // So few runs that missed an atom do not show how often this happens.
        if (0..losses.len())
            .any(|i| losses[i][..runs].iter().filter(|l| **l > self.outside(distribution, i)).count() < 10)
        {
            return None;
        }
        let stats: Vec<(f64, f64)> = losses.iter().map(|l| mean_and_error(&l[..runs])).collect();
        let weights = slope_weights(&self.logs());
        let value = weights.iter().zip(&stats).map(|(w, (mean, _))| w * math::ln(*mean)).sum();
        let influence: Vec<f64> =
            (0..runs).map(|run| (0..losses.len()).map(|i| weights[i] * losses[i][run] / stats[i].0).sum()).collect();
        let bias =
            weights.iter().zip(&stats).map(|(w, (mean, error))| 0.5 * w.abs() * (error / mean) * (error / mean)).sum();
        let expected: f64 = weights
            .iter()
            .zip(&stats)
            .enumerate()
            .map(|(i, (w, (mean, _)))| w * w / (mean * mean) * self.head_variance(distribution, i))
            .sum();
        let error = mean_and_error(&influence).1.max((expected / runs as f64).sqrt());
        Some(Slope { value, error, bias })
    }

    /// Upper bound for the variance of a run's loss that is due to the [`HEAD`] most frequent atoms:
    /// `sum_k p_k^2 m_k (1 - m_k)`. Here `p_k` is the test probability of atom k, `q_k` its training probability, and
    /// `m_k = (1 - q_k)^N` the probability that N draws miss it. The sum leaves out the covariances between atoms.
    /// These are negative, because a run that misses one atom is less likely to miss another.
    pub(super) fn head_variance(&self, distribution: usize, i: usize) -> f64 {
        let n = f64::from(self.samples[i]);
        let flat = self.flat[i].top;
        let share = |k: u32| match distribution {
            0 => self.atoms.probability(k),
            1 => self.best[i].share(k),
            _ => 1.0 / f64::from(flat),
        };
        let last = [self.atoms.count(), self.best[i].support, flat][distribution];
        (1..=last.min(HEAD))
            .map(|k| {
                let (p, missed) = (self.atoms.probability(k), math::exp(n * math::ln_1p(-share(k))));
                p * p * missed * (1.0 - missed)
            })
            .sum()
    }

    /// Mean of the losses of some runs, and the standard error of this mean. The standard error is computed in two
    /// ways: from the spread of `losses`, and from [`Atoms::head_variance`]. The larger value is returned, because the
    /// spread is too small if no run has missed a common atom.
    pub(super) fn mean_and_error(&self, distribution: usize, i: usize, losses: &[f64]) -> (f64, f64) {
        let (mean, error) = mean_and_error(losses);
        (mean, error.max((self.head_variance(distribution, i) / losses.len() as f64).sqrt()))
    }

    /// The optimal distribution draws about N/alpha atoms if N is neither too small nor too large. The result is the
    /// range of N in which the lab checks this: from `10 alpha` to `K/10`, where K is the number of all atoms. It may
    /// be empty.
    pub(super) fn window(&self) -> [f64; 2] {
        [10.0 * self.alpha, f64::from(self.atoms.count()) / 10.0]
    }

    pub(super) fn tables(&self, measured_slopes: [Option<Slope>; 2]) -> Vec<Table> {
        let plain = |name| Column { name, unit: "" };
        let measured = |d: usize, i: usize| {
            if self.losses[d][i].is_empty() { f64::NAN } else { mean_and_error(&self.losses[d][i]).0 }
        };
        let rows = (0..self.samples.len()).map(|i| {
            let n = f64::from(self.samples[i]);
            let mut row = vec![n.into()];
            for d in 0..3 {
                row.extend([self.exact(d, i).into(), measured(d, i).into()]);
            }
            row.extend([
                f64::from(self.best[i].support).into(),
                (n / self.alpha).into(),
                f64::from(self.flat[i].top).into(),
            ]);
            row
        });
        let exponents = [-1.0 + 1.0 / self.alpha, 1.0 - self.alpha];
        let slopes = (0..2).map(|d| {
            let exact = if self.samples.len() > 1 { self.exact_slope(d) } else { f64::NAN };
            vec![
                NAMES[d].into(),
                exponents[d].into(),
                exact.into(),
                measured_slopes[d].map_or(f64::NAN, |slope| slope.value).into(),
            ]
        });
        vec![
            Table {
                id: "losses",
                nothing: None,
                title: words::LOSSES.into(),
                columns: [
                    words::SAMPLES_COLUMN,
                    words::MATCHED_LOSS,
                    words::MATCHED_LOSS_SIMULATED,
                    words::OPTIMAL_LOSS,
                    words::OPTIMAL_LOSS_SIMULATED,
                    words::FLAT_LOSS,
                    words::FLAT_LOSS_SIMULATED,
                    words::OPTIMAL_ATOMS,
                    words::OPTIMAL_ATOMS_LIMIT,
                    words::FLAT_ATOMS,
                ]
                .map(plain)
                .to_vec(),
                rows: rows.collect(),
            },
            Table {
                id: "exponents",
                nothing: None,
                title: words::EXPONENTS.into(),
                columns: [words::TRAINING, words::EXPONENT, words::EXACT_SLOPE_COLUMN, words::MEASURED_SLOPE]
                    .map(plain)
                    .to_vec(),
                rows: slopes.collect(),
            },
        ]
    }

    pub(super) fn verdicts(&self, slopes: [Option<Slope>; 2]) -> Vec<Verdict> {
        let finished = Experiment::progress(self).finished();
        let mut verdicts = Vec::new();
        if self.samples.len() > 1 {
            for (d, id, claim, limit) in [
                (0, "slope-matched", words::MATCHED_SLOPE, -1.0 + 1.0 / self.alpha),
                (1, "slope-optimal", words::OPTIMAL_SLOPE, 1.0 - self.alpha),
            ] {
                let (slope, interval, bias) = slopes[d]
                    .map_or((f64::NAN, None, 0.0), |Slope { value, error, bias }| {
                        (value, Some([value - Z999 * error, value + Z999 * error]), bias)
                    });
                let exact = self.exact_slope(d);
                let note = if exact.is_finite() {
                    text!(words::EXACT_SLOPE, slope = number(exact))
                } else {
                    words::NO_EXACT_SLOPE.into()
                };
                let verdict = Verdict::of(id, claim, slope, interval, exact, bias)
                    .note(note)
                    .adding(text!(words::SLOPE_LIMIT, limit = number(limit)));
                // Optimal training should change the slope of matched training, which should differ from 0.
                let mut verdict = if d == 0 {
                    verdict.against(0.0, words::LEVEL_NOT_RULED_OUT)
                } else {
                    let matched = self.exact_slope(0);
                    verdict.against(matched, text!(words::MATCHED_NOT_RULED_OUT, slope = number(matched)))
                };
                if finished && interval.is_none() {
                    verdict = verdict.warning(words::FEW_MISSED);
                }
                verdicts.push(verdict.once(finished));
            }
        }
        let [from, to] = self.window();
        // The largest N in the window, else the largest.
        let i = self.samples.iter().rposition(|&n| f64::from(n) <= to).unwrap_or(self.samples.len() - 1);
        let (n, support) = (f64::from(self.samples[i]), f64::from(self.best[i].support));
        // s = N/alpha + ln(2 pi s)/2 + 1 - 1/alpha + ..., by Stirling.
        let resolution = 2.0 + 0.5 * math::ln(2.0 * std::f64::consts::PI * support);
        let claim = text!(words::SUPPORT, samples = count(n));
        let verdict =
            Verdict::of("support", claim, support, Some([support; 2]), n / self.alpha, resolution).unit(units::FACTS);
        let verdict =
            if from < to {
                verdict
                    .note(text!(words::SUPPORT_LIMIT, resolution = error(resolution), samples = count(n)))
                    .adding(text!(words::SUPPORT_WINDOW, least = number(from), most = number(to)))
            } else {
                verdict.note(text!(words::NO_SUPPORT_WINDOW, atoms = count(self.atoms.count())))
            };
        let mut verdict = verdict.against(n, text!(words::SUPPORT_NOT_TOLD, samples = count(n)));
        if !(from..=to).contains(&n) {
            verdict.agrees = None;
        }
        verdicts.push(verdict);
        verdicts
    }
}

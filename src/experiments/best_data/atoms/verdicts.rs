//! Verdicts and tables of `atoms`.

use super::run::HEAD;
use super::{Atoms, NAMES};
use crate::kit::Experiment;
use crate::math::{self, Z999};
use crate::output::{Column, Table, Verdict, significant};
use crate::stats::{mean_and_error, slope_weights};

/// A measured slope.
#[derive(Clone, Copy)]
pub(super) struct Slope {
    pub(super) value: f64,
    /// Standard error.
    pub(super) error: f64,
    /// How far the logarithms of the means are biased.
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

    /// Measured slope; none before two runs of every number of samples, or where fewer than ten runs missed an atom they could have met.
    ///
    /// A run uses the same draws for every N, so its losses belong together: the error is that of the mean over
    /// runs of `sum_i w_i loss_i / mean_i`, or that of independent losses with the variance of [`Atoms::head_variance`]
    /// if that is larger. Few runs show too little of it: where a common atom is rarely missed, a sample without such a
    /// run has a low mean and a low spread at once.
    pub(super) fn slope(&self, distribution: usize) -> Option<Slope> {
        let losses = &self.losses[distribution];
        let runs = losses.iter().map(Vec::len).min().filter(|&n| n > 1 && losses.len() > 1)?;
        // A handful of runs that missed anything says little about how often it happens.
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

    /// Variance of a run's loss due to the first [`HEAD`] atoms, `sum_k p_k^2 m_k (1 - m_k)` with `m_k = (1 - q_k)^N`: an
    /// upper bound, as missing one atom makes it less likely to miss another.
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

    /// Mean of these losses and its standard error: that of the sample, or, if that is larger, the one that the common
    /// atoms must have, which few runs may not show (see [`Atoms::slope`]).
    pub(super) fn mean_and_error(&self, distribution: usize, i: usize, losses: &[f64]) -> (f64, f64) {
        let (mean, error) = mean_and_error(losses);
        (mean, error.max((self.head_variance(distribution, i) / losses.len() as f64).sqrt()))
    }

    /// Where the support is compared with its limit: `10 alpha <= N <= K/10`; may be empty.
    pub(super) fn window(&self) -> [f64; 2] {
        [10.0 * self.alpha, f64::from(self.atoms.count()) / 10.0]
    }

    pub(super) fn tables(&self, measured_slopes: [Option<Slope>; 2]) -> Vec<Table> {
        let plain = |name| Column { name: crate::text::word(name), unit: "" };
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
                title: "Losses, and what the best distributions train on".into(),
                columns: [
                    "samples N",
                    "matched, exact",
                    "matched, simulated",
                    "optimal, exact",
                    "optimal, simulated",
                    "best flat, exact",
                    "best flat, simulated",
                    "optimal: atoms",
                    "N / alpha",
                    "best flat: atoms",
                ]
                .map(plain)
                .to_vec(),
                rows: rows.collect(),
            },
            Table {
                id: "exponents",
                nothing: None,
                title: "Slopes in log-log: the limit, the exact curve over these N, the simulation".into(),
                columns: ["training", "asymptotic exponent", "exact slope", "measured slope"].map(plain).to_vec(),
                rows: slopes.collect(),
            },
        ]
    }

    pub(super) fn verdicts(&self, slopes: [Option<Slope>; 2]) -> Vec<Verdict> {
        let finished = Experiment::progress(self).finished();
        let mut verdicts = Vec::new();
        if self.samples.len() > 1 {
            for (d, id, exponent) in
                [(0, "slope-matched", -1.0 + 1.0 / self.alpha), (1, "slope-optimal", 1.0 - self.alpha)]
            {
                let (slope, interval, bias) = slopes[d]
                    .map_or((f64::NAN, None, 0.0), |Slope { value, error, bias }| {
                        (value, Some([value - Z999 * error, value + Z999 * error]), bias)
                    });
                let claim =
                    format!("With {} training the loss falls with N as steeply as the exact curve does", NAMES[d]);
                let exact = self.exact_slope(d);
                let limit = format!("its limit, for many samples and far more atoms, is {}.", significant(exponent, 4));
                let note = if exact.is_finite() {
                    format!("Theory is the slope of the exact curve over these N, {}; {limit}", significant(exact, 4))
                } else {
                    format!(
                        "At the largest N the exact loss is too small for 64-bit numbers, so its curve has no slope; {limit}"
                    )
                };
                // Optimal training is to change the slope of matched training; that is to be a slope at all.
                let null = if d == 0 { 0.0 } else { self.exact_slope(0) };
                let settle = format!(
                    "A slope of {} is not ruled out: more runs, or smaller N, would tell.",
                    significant(null, 4)
                );
                let mut verdict = Verdict::of(id, claim, slope, interval, self.exact_slope(d), bias)
                    .note(note)
                    .against(null, &settle);
                if finished && interval.is_none() {
                    verdict = verdict.warning("At some N fewer than ten runs missed an atom, too few to tell.");
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
        let claim =
            format!("For N = {n} the optimal distribution trains on the top N/alpha atoms, up to a term of order ln N");
        let mut verdict = Verdict::of("support", claim, support, Some([support; 2]), n / self.alpha, resolution)
            .unit("atoms")
            .note(if from < to {
                format!(
                    "Closed form against its limit, within {resolution:.1} atoms; compared for N from {from:.0} to {to:.0} \
                     (10 alpha to K/10)."
                )
            } else {
                let count = self.atoms.count();
                format!("The limit is one of many samples and far more atoms: with {count} atoms there is no such N.")
            })
            .against(n, "So few samples do not tell N/alpha from N atoms: take more.");
        if !(from..=to).contains(&n) {
            verdict.agrees = None;
        }
        verdicts.push(verdict);
        verdicts
    }
}

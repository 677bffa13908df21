//! Verdicts and tables of `k-composition`.

use super::{KComposition, Params, words};
use crate::kit::Experiment;
use crate::kit::race::words as shared;
use crate::kit::race::{Favourite, Race, Time};
use crate::math::{self, Z95, Z999};
use crate::output::{Column, Limit, Table, Verdict};
use crate::sim::k_composition as sim;
use crate::text;
use crate::text::{Text, setting};

impl KComposition {
    /// For each number of skills with which runs have begun: this number, and three quantiles of the times to the
    /// target, namely the median, the lower and the upper quartile.
    pub(super) fn medians(&self, training: usize) -> Vec<(f64, [Time; 3])> {
        let mut out = Vec::new();
        for (rung, &d) in self.sizes.iter().enumerate() {
            let race = self.race(rung);
            let all = [0.5, 0.25, 0.75].map(|share| race.quantile(training, share));
            if let [Some(median), Some(low), Some(high)] = all {
                out.push((f64::from(d), [median, low, high]));
            }
        }
        out
    }

    /// Exponent with which a theoretical bound for the time to the target grows with the number of skills d. The time
    /// is a number of samples. For uniform training there is a lower bound, of order `d^(k/2)`. For a power law with
    /// alpha > 1 and even k there is an upper bound, of order `d^(2 alpha)`. The result is `None` if there is no bound.
    pub(super) fn bound(&self, training: usize) -> Option<f64> {
        let Params { hops, exponents, .. } = &self.params;
        match exponents[training] {
            0.0 => Some(0.5 * f64::from(*hops)),
            alpha if alpha > 1.0 && hops % 2 == 0 => Some(2.0 * alpha),
            _ => None,
        }
    }

    /// Least-squares slope of the logarithm of the median time to the target against the logarithm of the number of
    /// skills, and the standard error of this slope. The result is `None` if there are fewer than three numbers of
    /// skills, or if the budget cut off a median or its interval.
    pub(super) fn slope(&self, training: usize) -> Option<(f64, f64)> {
        let (mut x, mut y, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (rung, &d) in self.sizes.iter().enumerate() {
            let race = self.race(rung);
            let n = race.racers[training].hits.len() as f64;
            let ln = |share: f64| match race.quantile(training, share)? {
                Time::At(t) => Some(math::ln(t as f64)),
                Time::After(_) => None,
            };
            // The 95% interval of a median is between the ranks n/2 - 1.96 sqrt(n)/2 and n/2 + 1.96 sqrt(n)/2.
            let off = 0.5 * Z95 / n.sqrt();
            let middle = ln(0.5)?;
            let width = (ln((0.5 + off).min(1.0))? - ln((0.5 - off).max(0.0))?) / (2.0 * Z95);
            // The loss is checked every so many samples: a uniform error of that width.
            let grid = f64::from(sim::CHECK) / 12.0f64.sqrt() / math::exp(middle);
            x.push(math::ln(f64::from(d)));
            y.push(middle);
            errors.push((width * width + grid * grid).sqrt());
        }
        if x.len() < 3 {
            return None;
        }
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let square: f64 = x.iter().map(|x| (x - mean) * (x - mean)).sum();
        let weights: Vec<f64> = x.iter().map(|x| (x - mean) / square).collect();
        let slope = weights.iter().zip(&y).map(|(w, y)| w * y).sum();
        let error = weights.iter().zip(&errors).map(|(w, e)| w * w * e * e).sum::<f64>().sqrt();
        Some((slope, error))
    }

    pub(super) fn table(&self) -> Table {
        let Params { hops, lr, .. } = self.params;
        let column = |name| Column { name, unit: "" };
        let mut tables = self.sizes.iter().enumerate().map(|(rung, &d)| {
            let lead = [
                (column(words::HOPS_COLUMN), f64::from(hops)),
                (column(words::SKILLS_COLUMN), f64::from(d)),
                (column(shared::RATE), lr),
            ];
            self.race(rung).table(&lead)
        });
        let mut table = tables.next().unwrap_or_else(|| self.race(0).table(&[]));
        tables.for_each(|more| table.rows.extend(more.rows));
        table
    }

    pub(super) fn verdicts(&self, race: &Race) -> Vec<Verdict> {
        let Params { hops, lr, .. } = self.params;
        let finished = Experiment::progress(self).finished();
        let mut verdicts = Vec::new();
        if let Some(mut verdict) = race.verdict(Favourite::with(hops), finished) {
            if hops <= 2 {
                verdict = verdict.adding(words::NO_BARRIER);
            }
            verdicts.push(verdict);
        }
        if !self.rates.rates.is_empty() {
            verdicts.extend(self.rates.verdict(Favourite::with(hops), finished));
        }
        if self.sizes.len() > 2 {
            self.judge_growth(&mut verdicts);
        }
        let bound = self.edges().into_iter().fold(f64::INFINITY, f64::min);
        let stable = lr < bound;
        let note = if stable { words::BELOW_EDGE } else { words::BEYOND_EDGE };
        let mut verdict = Verdict::of("stable", words::STABLE, lr, None, bound, 0.0).limit(Limit::Upper).note(note);
        verdict.agrees = Some(stable);
        verdicts.push(verdict);
        verdicts
    }

    /// Adds the verdicts on how the times to the target grow with the number of skills.
    #[inline(never)]
    fn judge_growth(&self, verdicts: &mut Vec<Verdict>) {
        let hops = self.params.hops;
        let finished = Experiment::progress(self).finished();
        for i in self.trainings() {
            let uniform = self.params.exponents[i] == 0.0;
            let id = if uniform { "slope-uniform" } else { "slope-power-law" };
            let Some(bound) = self.bound(i) else { continue };
            if verdicts.iter().any(|v: &Verdict| v.id == id) {
                continue;
            }
            let found = self.slope(i);
            let interval = found.map(|(slope, error)| [slope - Z999 * error, slope + Z999 * error]);
            let (claim, note): (Text, Text) = if uniform {
                (words::UNIFORM_GROWTH.into(), words::LOWER_BOUND.into())
            } else {
                let alpha = setting(self.params.exponents[i]);
                (text!(words::POWER_LAW_GROWTH, alpha = alpha), words::UPPER_BOUND.into())
            };
            let limit = if uniform { Limit::Lower } else { Limit::Upper };
            let verdict =
                Verdict::of(id, claim, found.map_or(f64::NAN, |f| f.0), interval, bound, 0.0).limit(limit).note(note);
            let mut verdict = if !uniform {
                verdict.within(0.0, words::BOUND_NOT_RULED_OUT)
            } else if hops > 2 {
                // Seeing every skill once takes of order d ln d samples, whatever k is.
                verdict.against(1.0, words::COVERAGE_NOT_RULED_OUT)
            } else {
                verdict.against(0.0, words::LEVEL_NOT_RULED_OUT)
            };
            if interval.is_some_and(|[lo, hi]| if uniform { lo > bound } else { hi < bound }) {
                verdict.agrees = Some(true);
            }
            if !finished {
                verdict.agrees = None;
            } else if found.is_none() {
                verdict = verdict.note(words::TOO_MANY_CUT_OFF);
            }
            verdicts.push(verdict);
        }
    }
}

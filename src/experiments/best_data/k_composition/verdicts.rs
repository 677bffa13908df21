//! Verdicts and tables of `k-composition`.

use super::{KComposition, Params};
use crate::experiments::best_data::race::{Race, Time};
use crate::kit::Experiment;
use crate::math::{self, Z95, Z999};
use crate::output::{Column, Table, Verdict};
use crate::sim::k_composition as sim;

impl KComposition {
    /// Medians at every size that was raced, `(d, median, lower quartile, upper quartile)`.
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

    /// The exponent of d in the theorem on a training distribution: at least d^(k/2) samples when it is uniform, at most of
    /// order d^(2 alpha) for alpha > 1 and even k.
    pub(super) fn bound(&self, training: usize) -> Option<f64> {
        let Params { hops, exponents, .. } = &self.params;
        match exponents[training] {
            0.0 => Some(0.5 * f64::from(*hops)),
            alpha if alpha > 1.0 && hops % 2 == 0 => Some(2.0 * alpha),
            _ => None,
        }
    }

    /// Least-squares slope of ln median against ln d, and its standard error; `None` below three sizes or where a median
    /// or its interval was cut off.
    pub(super) fn slope(&self, training: usize) -> Option<(f64, f64)> {
        let (mut x, mut y, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (rung, &d) in self.sizes.iter().enumerate() {
            let race = self.race(rung);
            let n = race.racers[training].hits.len() as f64;
            let ln = |share: f64| match race.quantile(training, share)? {
                Time::At(t) => Some(math::ln(t as f64)),
                Time::After(_) => None,
            };
            // The interval of a median is between two ranks: 95% at n/2 +- 1.96 sqrt(n)/2.
            let off = 0.5 * Z95 / n.sqrt();
            let middle = ln(0.5)?;
            let width = (ln((0.5 + off).min(1.0))? - ln((0.5 - off).max(0.0))?) / (2.0 * Z95);
            // The loss is looked at every so many samples: a uniform error of that width.
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
        let column = |name| Column { name: crate::text::word(name), unit: "" };
        let mut tables = self.sizes.iter().enumerate().map(|(rung, &d)| {
            let lead = [
                (column("hops k"), f64::from(hops)),
                (column("skills d"), f64::from(d)),
                (column("learning rate"), lr),
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
        if let Some(mut verdict) = race.verdict(finished) {
            if hops <= 2 {
                verdict = verdict.adding(
                    "With k = 2 or less there is no barrier to leave: what counts is how often the rarest skill is drawn, and uniform draws it most.",
                );
            }
            verdicts.push(verdict);
        }
        if !self.rates.rates.is_empty() {
            verdicts.extend(self.rates.verdict(finished));
        }
        for i in self.trainings() {
            let uniform = self.params.exponents[i] == 0.0;
            let id = if uniform { "slope-uniform" } else { "slope-power-law" };
            let Some(bound) = self.bound(i).filter(|_| self.sizes.len() > 2) else { continue };
            if verdicts.iter().any(|v: &Verdict| v.id == id) {
                continue;
            }
            let found = self.slope(i);
            let interval = found.map(|(slope, error)| [slope - Z999 * error, slope + Z999 * error]);
            let claim = if uniform {
                "With uniform training the samples to the target grow with the number of skills at least as d^(k/2)"
                    .to_owned()
            } else {
                format!("With {} they grow at most as d^(2 alpha), up to logarithms", self.label(i))
            };
            let mut verdict = Verdict::of(id, claim, found.map_or(f64::NAN, |f| f.0), interval, bound, 0.0)
                .note(if uniform {
                    "A lower bound: a slope that is clearly above it agrees, one clearly below differs."
                } else {
                    "An upper bound, which need not be reached: a slope that is clearly below it agrees, one clearly above differs."
                });
            // Seeing every skill once takes of order d ln d samples, whatever k is.
            let rival = if hops > 2 { 1.0 } else { 0.0 };
            let settle = "The fit does not tell: more runs, or more sizes, would.";
            verdict = if uniform { verdict.against(rival, settle) } else { verdict.within(0.0, settle) };
            if interval.is_some_and(|[lo, hi]| if uniform { lo > bound } else { hi < bound }) {
                verdict.agrees = Some(true);
            }
            if !finished {
                verdict.agrees = None;
            } else if found.is_none() {
                verdict.note = vec!["Too many runs were cut off by the budget to tell a slope.".into()];
            }
            verdicts.push(verdict);
        }
        let bound = self.edges().into_iter().fold(f64::INFINITY, f64::min);
        let mut verdict = Verdict::of(
            "stable",
            "The learning rate is below the bound above which SGD cannot stay at the truth",
            lr,
            None,
            bound,
            0.0,
        );
        verdict.agrees = Some(lr < bound);
        verdict.note = vec![if lr < bound {
            "Necessary, not sufficient: unlucky runs diverge at smaller rates too, and are counted.".into()
        } else {
            "Expect every run that gets near the truth to diverge; choose a smaller learning rate.".into()
        }];
        verdicts.push(verdict);
        verdicts
    }
}

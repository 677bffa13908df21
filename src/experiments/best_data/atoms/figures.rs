//! Figures of `atoms`.

use super::{Atoms, SAMPLES, words};
use crate::math::{self, Z95};
use crate::output::{Axis, Figure, Points, Series};
use crate::text;
use crate::text::{Template, Text, count};

/// Upper end of the 95% interval of the mean loss, for the case that none of `runs` runs missed an atom:
/// `1 - 0.05^(1/runs)`.
///
/// In this case, `1 - 0.05^(1/runs)` is an upper limit for the probability that a run misses at least one atom. So it
/// is also an upper limit for the probability that a run misses one particular atom. The mean loss is an average of
/// these probabilities over the atoms, weighted by their test probabilities.
pub(super) fn none_missed(runs: usize) -> f64 {
    -math::expm1(math::ln(0.05) / runs as f64)
}

impl Atoms {
    pub(super) fn loss_figure(&self) -> Figure {
        const THEORY: [(&str, &str, Template<0>); 5] = [
            ("matched", "matched", words::MATCHED_EXACT),
            ("optimal", "optimal", words::OPTIMAL_EXACT),
            ("flat", "flat", words::FLAT_EXACT),
            ("matched-power", "matched", words::MATCHED_ASYMPTOTE),
            ("optimal-power", "optimal", words::OPTIMAL_ASYMPTOTE),
        ];
        let exact = |(&(id, group, label), y): (&(&'static str, &'static str, _), &Vec<f64>)| {
            let curve = Series::theory(id, label, self.curves[0].clone(), y.clone()).group(group);
            // The asymptotes of many samples lie close to the exact curves.
            if id == group { curve.how(words::BY_THEORY) } else { curve.hidden() }
        };
        let mut series: Vec<Series> = THEORY.iter().zip(&self.curves[1..]).map(exact).collect();
        if self.done > 0 {
            series.extend(self.measured());
        }
        Figure::new("loss-vs-samples", words::LOSS_AGAINST_SAMPLES, SAMPLES, Axis::log(words::LOSS))
            .groups([("matched", words::MATCHED), ("optimal", words::OPTIMAL_GROUP), ("flat", words::FLAT_GROUP)])
            .series(series)
    }

    /// The mean losses of the runs, with their 95% intervals.
    #[inline(never)]
    fn measured(&self) -> Vec<Series> {
        const SIMULATED: [(&str, Template<0>, Template<0>); 3] = [
            ("matched", words::MATCHED_RUNS, words::MATCHED_NONE),
            ("optimal", words::OPTIMAL_RUNS, words::OPTIMAL_NONE),
            ("flat", words::FLAT_RUNS, words::FLAT_NONE),
        ];
        let mut series = Vec::new();
        for (d, (group, runs, bound)) in SIMULATED.into_iter().enumerate() {
            let (mut seen, mut none) = (Points::default(), Points::default());
            for (i, losses) in self.losses[d].iter().enumerate().filter(|(_, losses)| losses.len() > 1) {
                let n = f64::from(self.samples[i]);
                let (mean, error) = self.mean_and_error(d, i, losses);
                let least = self.outside(d, i);
                if losses.iter().all(|l| *l <= least) {
                    // Nothing was missed that could have been met: all that is known is a bound.
                    let hi = least + (1.0 - least) * none_missed(losses.len());
                    if least > 0.0 {
                        seen.push(n, mean, [mean, hi]);
                    } else {
                        none.push(n, 0.0, [0.0, hi]);
                    }
                } else {
                    let lo = mean - Z95 * error;
                    // On a logarithmic axis an interval that reaches 0 is open below.
                    let lo = if lo > 0.0 { lo } else { f64::NAN };
                    seen.push(n, mean, [lo, mean + Z95 * error]);
                }
            }
            let runs = seen.series(format!("{group}-runs"), runs).map(|runs| runs.how(words::BY_RUNS));
            let none = none.series(format!("{group}-none"), bound);
            let none = none.map(|none| none.at_floor().how(words::NONE_MISSED));
            series.extend([runs, none].into_iter().flatten().map(|series| series.group(group)));
        }
        series
    }

    /// Figure of three training distributions at the largest number of samples: the matched, the optimal and the best
    /// flat one.
    pub(super) fn distribution_figure(&self) -> Figure {
        let i = self.samples.len() - 1;
        let (best, flat, all) = (&self.best[i], &self.flat[i], self.atoms.count());
        let ranks = |last: u32| {
            let mut ranks: Vec<u32> =
                (0..=200).map(|j| math::pow(f64::from(last), f64::from(j) / 200.0).round() as u32).collect();
            ranks.dedup();
            ranks
        };
        let series = |id, label: Text, last: u32, share: &dyn Fn(u32) -> f64| {
            let ranks = ranks(last);
            let y = ranks.iter().map(|&k| share(k)).collect();
            Series::theory(id, label, ranks.iter().map(|&k| f64::from(k)).collect(), y)
        };
        let level = 1.0 / f64::from(flat.top);
        Figure::new(
            "distribution",
            text!(words::DISTRIBUTIONS, samples = count(self.samples[i])),
            Axis::log(words::RANK),
            Axis::log(words::SHARE),
        )
        .series([
            series("matched", words::MATCHED_SHARES.into(), all, &|k| self.atoms.probability(k)),
            series("optimal", text!(words::OPTIMAL_SHARES, atoms = count(best.support)), best.support, &|k| {
                best.share(k)
            }),
            series("flat", text!(words::FLAT_SHARES, atoms = count(flat.top)), flat.top, &|_| level),
        ])
    }
}

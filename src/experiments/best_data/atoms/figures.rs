//! Figures of `atoms`.

use super::{Atoms, NAMES, SAMPLES};
use crate::math::{self, Z95};
use crate::output::{Axis, Figure, Points, Series};
use crate::text::word;

/// Upper end of the 95% interval of the mean loss when none of `runs` runs missed an atom: `1 - 0.05^(1/runs)`.
///
/// That bounds the chance that a run misses any atom, hence the chance of every single atom, and the loss is the mean
/// of these chances with weights p.
pub(super) fn none_missed(runs: usize) -> f64 {
    -math::expm1(math::ln(0.05) / runs as f64)
}

impl Atoms {
    pub(super) fn loss_figure(&self) -> Figure {
        const THEORY: [(&str, &str, &str); 5] = [
            ("matched", "matched", "matched, exact"),
            ("optimal", "optimal", "optimal, exact"),
            ("flat", "flat", "best flat, exact"),
            ("matched-power", "matched", "matched, asymptote"),
            ("optimal-power", "optimal", "optimal, asymptote"),
        ];
        const GROUPS: [&str; 3] = ["matched", "optimal", "flat"];
        let mut series: Vec<Series> = THEORY
            .iter()
            .zip(&self.curves[1..])
            .map(|(&(id, group, label), y)| Series::theory(id, label, self.curves[0].clone(), y.clone()).group(group))
            .collect();
        for d in 0..3 {
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
            let group = GROUPS[d];
            let runs = seen.series(format!("{group}-runs"), format!("{}, simulated, mean and 95% interval", NAMES[d]));
            let bound = format!("{}, no atom missed in any run, 95% bound", NAMES[d]);
            let none = none.series(format!("{group}-none"), bound).map(Series::at_floor);
            series.extend([runs, none].into_iter().flatten().map(|series| series.group(group)));
        }
        Figure::new(
            "loss-vs-samples",
            "Test loss against the number of training samples",
            SAMPLES,
            Axis::log(word("test mass not memorised")),
        )
        .series(series)
    }

    /// p, q* and the best flat q at the largest N.
    pub(super) fn distribution_figure(&self) -> Figure {
        let i = self.samples.len() - 1;
        let (best, flat, count) = (&self.best[i], &self.flat[i], self.atoms.count());
        let ranks = |last: u32| {
            let mut ranks: Vec<u32> =
                (0..=200).map(|j| math::pow(f64::from(last), f64::from(j) / 200.0).round() as u32).collect();
            ranks.dedup();
            ranks
        };
        let series = |id, label: String, last: u32, share: &dyn Fn(u32) -> f64| {
            let ranks = ranks(last);
            let y = ranks.iter().map(|&k| share(k)).collect();
            Series::theory(id, label, ranks.iter().map(|&k| f64::from(k)).collect(), y)
        };
        let level = 1.0 / f64::from(flat.top);
        Figure::new(
            "distribution",
            format!("What to train on, for N = {} samples", self.samples[i]),
            Axis::log(word("rank k")),
            Axis::log(word("share of the samples")),
        )
        .series([
            series("matched", "matched: p".into(), count, &|k| self.atoms.probability(k)),
            series("optimal", format!("optimal: the top {} atoms", best.support), best.support, &|k| best.share(k)),
            series("flat", format!("best flat: the top {} atoms", flat.top), flat.top, &|_| level),
        ])
    }
}

//! Figures of `atoms`.

use super::{Atoms, NAMES, SAMPLES};
use crate::math::{self, Z95};
use crate::output::{Axis, Figure, Kind, Role, Series};
use crate::params::Scale;

/// Upper end of the 95% interval of the mean loss when none of `runs` runs missed an atom: `1 - 0.05^(1/runs)`.
///
/// That bounds the chance that a run misses any atom, hence the chance of every single atom, and the loss is the mean
/// of these chances with weights p.
pub(super) fn none_missed(runs: usize) -> f64 {
    -math::expm1(math::ln(0.05) / runs as f64)
}

impl Atoms {
    pub(super) fn loss_figure(&self) -> Figure {
        const THEORY: [(&str, &str); 5] = [
            ("matched", "matched, exact"),
            ("optimal", "optimal, exact"),
            ("flat", "best flat, exact"),
            ("matched-power", "matched, asymptote"),
            ("optimal-power", "optimal, asymptote"),
        ];
        const MEASURED: [(&str, &str); 3] =
            [("matched-runs", "matched-none"), ("optimal-runs", "optimal-none"), ("flat-runs", "flat-none")];
        let mut series: Vec<Series> = THEORY
            .iter()
            .zip(&self.curves[1..])
            .map(|((id, label), y)| {
                Series::new(id, *label, Kind::Line, Role::Theory, self.curves[0].clone(), y.clone())
            })
            .collect();
        for d in 0..3 {
            let (mut seen, mut none) = ([vec![], vec![], vec![], vec![]], [vec![], vec![], vec![]]);
            for (i, losses) in self.losses[d].iter().enumerate().filter(|(_, losses)| losses.len() > 1) {
                let n = f64::from(self.samples[i]);
                let (mean, error) = self.mean_and_error(d, i, losses);
                let least = self.outside(d, i);
                if losses.iter().all(|l| *l <= least) {
                    // Nothing was missed that could have been met: all that is known is a bound.
                    let hi = least + (1.0 - least) * none_missed(losses.len());
                    if least > 0.0 {
                        seen.iter_mut().zip([n, mean, mean, hi]).for_each(|(list, x)| list.push(x));
                    } else {
                        none.iter_mut().zip([n, 0.0, hi]).for_each(|(list, x)| list.push(x));
                    }
                } else {
                    let lo = mean - Z95 * error;
                    // On a logarithmic axis an interval that reaches 0 is open below.
                    let lo = if lo > 0.0 { lo } else { f64::NAN };
                    seen.iter_mut().zip([n, mean, lo, mean + Z95 * error]).for_each(|(list, x)| list.push(x));
                }
            }
            let [x, y, lo, hi] = seen;
            if !x.is_empty() {
                let label = format!("{}, simulated, mean and 95% interval", NAMES[d]);
                series
                    .push(Series::new(MEASURED[d].0, label, Kind::Points, Role::Measured, x, y).with_interval(lo, hi));
            }
            let [x, y, hi] = none;
            if !x.is_empty() {
                let label = format!("{}, no atom missed in any run, 95% bound", NAMES[d]);
                let open = vec![0.0; x.len()];
                let mut none =
                    Series::new(MEASURED[d].1, label, Kind::Points, Role::Measured, x, y).with_interval(open, hi);
                none.floor = true;
                series.push(none);
            }
        }
        Figure {
            id: "loss-vs-samples",
            title: "Test loss against the number of training samples".into(),
            x: SAMPLES,
            y: Axis { label: "test mass not memorised", unit: "", scale: Scale::Log },
            field: None,
            series,
            marks: vec![],
        }
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
            Series::new(id, label, Kind::Line, Role::Theory, ranks.iter().map(|&k| f64::from(k)).collect(), y)
        };
        let level = 1.0 / f64::from(flat.top);
        Figure {
            id: "distribution",
            title: format!("What to train on, for N = {} samples", self.samples[i]),
            x: Axis { label: "rank k", unit: "", scale: Scale::Log },
            y: Axis { label: "share of the samples", unit: "", scale: Scale::Log },
            field: None,
            series: vec![
                series("matched", "matched: p".into(), count, &|k| self.atoms.probability(k)),
                series("optimal", format!("optimal: the top {} atoms", best.support), best.support, &|k| best.share(k)),
                series("flat", format!("best flat: the top {} atoms", flat.top), flat.top, &|_| level),
            ],
            marks: vec![],
        }
    }
}

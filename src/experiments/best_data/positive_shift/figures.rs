//! Figures of `positive-shift`.

use super::run::Sweep;
use super::{BINS, NEAR, PER_DECADE, PositiveShift};
use crate::math;
use crate::output::{Axis, Figure, Kind, Mark, Role, Series};
use crate::params::Scale;
use crate::sim::positive_shift::LEAST;
use crate::stats::wilson;
use crate::theory::exam_time::majority_gain;
use crate::theory::positive_shift::Curve;

/// Series of the shares against N.
pub(super) const PARTS_SHOWN: [&str; 8] =
    ["part-1", "part-2", "part-3", "part-4", "part-5", "part-6", "part-7", "part-8"];
pub(super) const PART: Axis = Axis { label: "part", unit: "", scale: Scale::Linear };
pub(super) const SAMPLES: Axis = Axis { label: "training samples N", unit: "samples", scale: Scale::Log };

impl PositiveShift {
    pub(super) fn shares_figure(&self) -> Figure {
        let x: Vec<f64> = (1..=self.shares.len()).map(|k| k as f64).collect();
        let points =
            |id, label: &str, y: &[f64]| Series::new(id, label, Kind::Points, Role::Theory, x.clone(), y.to_vec());
        Figure {
            id: "shares",
            title: "What to train on".into(),
            x: PART,
            y: Axis { label: "share", unit: "%", scale: Scale::Linear },
            field: None,
            series: vec![
                points("matched", "matched: the test weights", &self.problem.p),
                points("optimal", "optimal", &self.shares),
            ],
            marks: vec![],
        }
    }

    pub(super) fn direction_figure(&self) -> Figure {
        let x: Vec<f64> = (1..=self.shares.len()).map(|k| k as f64).collect();
        Figure {
            id: "direction",
            title: "Where to shift from the matched shares: minus the centred gradient of the loss".into(),
            x: PART,
            y: Axis { label: "fall of the loss per unit of share, less the mean", unit: "", scale: Scale::Linear },
            field: None,
            series: vec![Series::new(
                "direction",
                "above 0: more of this part",
                Kind::Points,
                Role::Theory,
                x,
                self.direction.clone(),
            )],
            marks: vec![],
        }
    }

    pub(super) fn sweep_figures(&self, sweep: &Sweep) -> Vec<Figure> {
        let line =
            |id, label: String, y: Vec<f64>| Series::new(id, label, Kind::Line, Role::Theory, sweep.samples.clone(), y);
        // Half a decade around N, where the gap between the curves can be seen.
        let near = |id, label: &str, y: &[f64]| {
            Series::new(id, label, Kind::Line, Role::Theory, sweep.samples[NEAR].to_vec(), y[NEAR].to_vec())
        };
        let mut figures = Vec::new();
        if self.problem.has_ratio() {
            let mut marks = vec![Mark::at("matched, N", self.samples, self.best.matched)];
            marks.extend(self.ratio.map(|ratio| Mark::at("optimal, N'", self.samples * ratio, self.best.matched)));
            figures.push(Figure {
                id: "loss-vs-samples",
                title: "Loss against the number of training samples".into(),
                x: SAMPLES,
                y: Axis { label: "test loss", unit: "", scale: Scale::Log },
                field: None,
                series: vec![
                    near("matched", "matched shares", &sweep.matched),
                    near("optimal", "optimal shares, for every N its own", &sweep.loss),
                ],
                marks,
            });
        }
        // The parts of greatest weight, in their own order.
        let mut shown: Vec<usize> = (0..self.shares.len()).collect();
        shown.sort_unstable_by(|&i, &j| self.problem.p[j].total_cmp(&self.problem.p[i]).then(i.cmp(&j)));
        shown.truncate(PARTS_SHOWN.len());
        shown.sort_unstable();
        let series = shown
            .iter()
            .zip(PARTS_SHOWN)
            .map(|(&k, id)| line(id, format!("part {}", k + 1), sweep.shares.iter().map(|q| q[k]).collect()));
        figures.push(Figure {
            id: "shares-vs-samples",
            title: "Optimal shares against the number of training samples".into(),
            x: SAMPLES,
            y: Axis { label: "optimal share", unit: "%", scale: Scale::Linear },
            field: None,
            series: series.collect(),
            marks: vec![Mark::at_x("N", self.samples)],
        });
        figures
    }

    pub(super) fn gain_figure(&self) -> Figure {
        let mut series = Vec::new();
        let control = self.problem.curve == Some(Curve::Log);
        let names = [("family", "this family"), ("control", "control: the same weights, logarithmic curves")];
        for ((id, label), tally) in names
            .into_iter()
            .zip(&self.tallies)
            .filter(|((id, _), tally)| tally.count > 0 && !(control && *id == "family"))
        {
            let full: Vec<usize> = (0..BINS).filter(|&i| tally.bins[i] > 0).collect();
            let list = |f: &dyn Fn(usize) -> f64| full.iter().map(|&i| f(i)).collect::<Vec<_>>();
            let x = list(&|i| math::pow(10.0, LEAST + (i as f64 + 0.5) / PER_DECADE));
            let y = list(&|i| f64::from(tally.bins[i]) / f64::from(tally.count));
            let end = |side: usize| list(&|i| wilson(tally.bins[i], tally.count)[side]);
            series.push(Series::new(id, label, Kind::Points, Role::Measured, x, y).with_interval(end(0), end(1)));
        }
        let mut marks = vec![];
        if self.problem.has_ratio() && self.best.relative_gain() > 1e-17 {
            marks.push(Mark::at_x("this mixture", self.best.relative_gain()));
        }
        Figure {
            id: "gain",
            title: "How rare is no gain? Random mixtures by their gain".into(),
            x: Axis { label: "gain, 1 - L*/L_same; at the left end 1e-17 and less", unit: "", scale: Scale::Log },
            y: Axis { label: "share of the mixtures, per quarter of a decade", unit: "", scale: Scale::Log },
            field: None,
            series,
            marks,
        }
    }

    pub(super) fn majority_figure(&self, p: f64, count: u32, a: f64) -> Figure {
        let x: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
        let y = x.iter().map(|&p| majority_gain(p, count, a).hours_ratio).collect();
        let mut series = vec![Series::new("exact", "exact", Kind::Line, Role::Theory, x, y)];
        if count == 100 && (a - 0.28).abs() < 1e-9 {
            series.push(Series::new(
                "printed",
                "printed: about 0.75 at p = 0.7",
                Kind::Points,
                Role::Published,
                vec![0.7],
                vec![0.75],
            ));
        }
        Figure {
            id: "majority",
            title: format!("One majority, {} equal minorities: samples needed with the optimal shares", count - 1),
            x: Axis { label: "weight p of the majority", unit: "%", scale: Scale::Linear },
            y: Axis { label: "samples ratio N'/N", unit: "", scale: Scale::Linear },
            field: None,
            series,
            marks: vec![Mark::at_x("this mixture", p)],
        }
    }
}

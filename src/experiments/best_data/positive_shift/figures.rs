//! Figures of `positive-shift`.

use super::run::Sweep;
use super::{BINS, NEAR, PER_DECADE, PositiveShift};
use crate::math;
use crate::output::{Axis, Figure, Id, Mark, Series};
use crate::sim::positive_shift::LEAST_LOG_GAIN;
use crate::stats::wilson;
use crate::text::word;
use crate::theory::exam_time::majority_gain;
use crate::theory::positive_shift::Curve;

/// More parts than these would not be told apart in a figure of their shares.
const PARTS_SHOWN: usize = 8;
pub(super) const PART: Axis = Axis::linear(word("part"));
pub(super) const SAMPLES: Axis = Axis::log(word("training samples N")).unit("samples");

impl PositiveShift {
    pub(super) fn shares_figure(&self) -> Figure {
        let x: Vec<f64> = (1..=self.shares.len()).map(|k| k as f64).collect();
        let points = |id, label: &'static str, y: &[f64]| Series::theory(id, label, x.clone(), y.to_vec()).points();
        Figure::new("shares", "What to train on", PART, Axis::linear(word("share")).unit("%")).series([
            points("matched", "matched: the test weights", &self.problem.p),
            points("optimal", "optimal", &self.shares),
        ])
    }

    pub(super) fn direction_figure(&self) -> Figure {
        let x: Vec<f64> = (1..=self.shares.len()).map(|k| k as f64).collect();
        Figure::new(
            "direction",
            "Where to shift from the matched shares: minus the centred gradient of the loss",
            PART,
            Axis::linear(word("fall of the loss per unit of share, less the mean")),
        )
        .folded()
        .where_empty(word("For these weights the slope of the loss is beyond 64-bit numbers."))
        .series([Series::theory("direction", "above 0: more of this part", x, self.direction.clone()).points()])
    }

    pub(super) fn sweep_figures(&self, sweep: &Sweep) -> Vec<Figure> {
        let line = |id: Id, label: String, y: Vec<f64>| Series::theory(id, label, sweep.samples.clone(), y);
        // Half a decade around N, where the gap between the curves can be seen.
        let near = |id, label: &'static str, y: &[f64]| {
            Series::theory(id, label, sweep.samples[NEAR].to_vec(), y[NEAR].to_vec())
        };
        let mut figures = Vec::new();
        if self.problem.has_ratio() {
            let mut marks = vec![Mark::at("matched, N", self.samples, self.best.matched)];
            marks.extend(self.ratio.map(|ratio| Mark::at("optimal, N'", self.samples * ratio, self.best.matched)));
            figures.push(
                Figure::new(
                    "loss-vs-samples",
                    "Loss against the number of training samples",
                    SAMPLES,
                    Axis::log(word("test loss")),
                )
                .series([
                    near("matched", "matched shares", &sweep.matched),
                    near("optimal", "optimal shares, for every N its own", &sweep.loss),
                ])
                .marks(marks)
                .where_empty(word("The losses are too small for 64-bit numbers.")),
            );
        }
        // The parts of greatest weight, in their own order.
        let mut shown: Vec<usize> = (0..self.shares.len()).collect();
        shown.sort_unstable_by(|&i, &j| self.problem.p[j].total_cmp(&self.problem.p[i]).then(i.cmp(&j)));
        let parts = shown.len();
        shown.truncate(PARTS_SHOWN);
        shown.sort_unstable();
        let of = if parts > PARTS_SHOWN { format!(": the {PARTS_SHOWN} of greatest weight") } else { String::new() };
        let series = shown
            .iter()
            .enumerate()
            .map(|(i, &k)| (format!("part-{}", i + 1), format!("part {}", k + 1), k))
            .map(|(id, label, k)| line(id.into(), label, sweep.shares.iter().map(|q| q[k]).collect()));
        figures.push(
            Figure::new(
                "shares-vs-samples",
                format!("Optimal shares against the number of training samples{of}"),
                SAMPLES,
                Axis::linear(word("optimal share")).unit("%"),
            )
            .series(series)
            .marks([Mark::at_x("N", self.samples)]),
        );
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
            let x = list(&|i| math::pow(10.0, LEAST_LOG_GAIN + (i as f64 + 0.5) / PER_DECADE));
            let y = list(&|i| f64::from(tally.bins[i]) / f64::from(tally.count));
            let end = |side: usize| list(&|i| wilson(tally.bins[i], tally.count)[side]);
            series.push(Series::measured(id, label, x, y).interval(end(0), end(1)));
        }
        let mut marks = vec![];
        if self.problem.has_ratio() && self.best.relative_gain() > 1e-17 {
            marks.push(Mark::at_x("this mixture", self.best.relative_gain()));
        }
        Figure::new(
            "gain",
            "How rare is no gain? Random mixtures by their gain",
            Axis::log(word("gain, 1 - L*/L_same; at the left end 1e-17 and less")),
            Axis::log(word("share of the mixtures, per quarter of a decade")),
        )
        .series(series)
        .marks(marks)
    }

    pub(super) fn majority_figure(&self, p: f64, count: u32, a: f64) -> Figure {
        let x: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
        let y = x.iter().map(|&p| majority_gain(p, count, a).hours_ratio).collect();
        let mut series = vec![Series::theory("exact", "exact", x, y).group("ratio")];
        if count == 100 && (a - 0.28).abs() < 1e-9 {
            series.push(
                Series::published("printed", "printed: about 0.75 at p = 0.7", vec![0.7], vec![0.75]).group("ratio"),
            );
        }
        Figure::new(
            "majority",
            format!("One majority, {} equal minorities: samples needed with the optimal shares", count - 1),
            Axis::linear(word("weight p of the majority")).unit("%"),
            Axis::linear(word("samples ratio N'/N")),
        )
        .series(series)
        .marks([Mark::at_x("this mixture", p)])
    }
}

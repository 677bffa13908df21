//! Figures of `positive-shift`.

use super::run::Sweep;
use super::{BINS, NEAR, PER_DECADE, PositiveShift, words};
use crate::math;
use crate::output::{Axis, Figure, Id, Mark, Series, units};
use crate::sim::positive_shift::LEAST_LOG_GAIN;
use crate::stats::{sort_by, wilson};
use crate::text;
use crate::text::{Template, Text, count, number};
use crate::theory::exam_time::majority_gain;
use crate::theory::positive_shift::Curve;

/// Largest number of parts whose shares are drawn as one curve each. More curves could not be told apart.
const PARTS_SHOWN: usize = 8;
pub(super) const PART: Axis = Axis::linear(words::PART_AXIS);
pub(super) const SAMPLES: Axis = Axis::log(words::SAMPLES).unit(units::SAMPLES);

impl PositiveShift {
    pub(super) fn shares_figure(&self) -> Figure {
        let x: Vec<f64> = (1..=self.shares.len()).map(|k| k as f64).collect();
        let points = |id, label: Template<0>, y: &[f64]| Series::theory(id, label, x.clone(), y.to_vec()).points();
        Figure::new("shares", words::SHARES, PART, Axis::linear(words::SHARE).unit(units::PERCENT)).series([
            points("matched", words::MATCHED, &self.problem.p),
            points("optimal", words::OPTIMAL, &self.shares),
        ])
    }

    pub(super) fn direction_figure(&self) -> Figure {
        let x: Vec<f64> = (1..=self.shares.len()).map(|k| k as f64).collect();
        Figure::new("direction", words::DIRECTION, PART, Axis::linear(words::SLOPE))
            .folded()
            .series([Series::theory("direction", words::MORE_OF_PART, x, self.direction.clone()).points()])
            .where_empty(words::SLOPE_UNKNOWN)
    }

    pub(super) fn sweep_figures(&self, sweep: &Sweep) -> Vec<Figure> {
        let line = |id: Id, label: Text, y: Vec<f64>| Series::theory(id, label, sweep.samples.clone(), y);
        // Half a decade around N, where the gap between the curves can be seen.
        let near = |id, label: Template<0>, y: &[f64]| {
            Series::theory(id, label, sweep.samples[NEAR].to_vec(), y[NEAR].to_vec())
        };
        let mut figures = Vec::new();
        if self.problem.has_ratio() {
            let matched = text!(words::MATCHED_SAMPLES, samples = number(self.samples));
            let mut marks = vec![Mark::at(matched, self.samples, self.best.matched)];
            marks.extend(self.ratio.map(|ratio| self.samples * ratio).map(|samples| {
                Mark::at(text!(words::OPTIMAL_SAMPLES, samples = number(samples)), samples, self.best.matched)
            }));
            figures.push(
                Figure::new("loss-vs-samples", words::LOSS_AGAINST_SAMPLES, SAMPLES, Axis::log(words::TEST_LOSS))
                    .series([
                        near("matched", words::MATCHED, &sweep.matched),
                        near("optimal", words::OPTIMAL_AT_EACH, &sweep.loss),
                    ])
                    .series((self.tallies[0].count > 0).then(|| self.mixtures()))
                    .marks(marks)
                    .where_empty(words::LOSS_UNKNOWN),
            );
        }
        // The parts of greatest weight, in their own order.
        let mut shown: Vec<usize> = (0..self.shares.len()).collect();
        sort_by(&mut shown, &|k| -self.problem.p[k]);
        let parts = shown.len();
        shown.truncate(PARTS_SHOWN);
        sort_by(&mut shown, &|k| k as f64);
        let title: Text = if parts > PARTS_SHOWN {
            text!(words::SHARES_OF_HEAVIEST, parts = count(PARTS_SHOWN))
        } else {
            words::SHARES_AGAINST_SAMPLES.into()
        };
        let series = shown
            .iter()
            .enumerate()
            .map(|(i, &k)| (format!("part-{}", i + 1), text!(words::PART, part = count(k + 1)), k))
            .map(|(id, label, k)| line(id.into(), label, sweep.shares.iter().map(|q| q[k]).collect()));
        figures.push(
            Figure::new("shares-vs-samples", title, SAMPLES, Axis::linear(words::OPTIMAL_SHARE).unit(units::PERCENT))
                .series(series)
                .marks([Mark::at_x(words::SAMPLES_HERE, self.samples)]),
        );
        figures
    }

    /// The losses that the random mixtures reach with their optimal shares, each divided by its loss with matched shares
    /// and multiplied by that of this mixture: the median, and the range of the middle 90%.
    #[inline(never)]
    fn mixtures(&self) -> Series {
        let left = |below: f64| vec![self.best.matched * (1.0 - self.tallies[0].quantile(below))];
        Series::measured("mixtures", words::MIXTURES, vec![self.samples], left(0.5)).interval(left(0.95), left(0.05))
    }

    #[inline(never)]
    pub(super) fn gain_figure(&self) -> Figure {
        let mut series = Vec::new();
        let control = self.problem.curve == Some(Curve::Log);
        let names = [("family", words::THIS_FAMILY), ("control", words::CONTROL)];
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
            marks.push(Mark::at_x(words::THIS_MIXTURE, self.best.relative_gain()));
        }
        let (x, y) = (Axis::log(words::GAIN), Axis::log(words::SHARE_OF_MIXTURES));
        Figure::new("gain", words::MIXTURES_BY_GAIN, x, y).series(series).marks(marks)
    }

    #[inline(never)]
    pub(super) fn majority_figure(&self, p: f64, parts: u32, a: f64) -> Figure {
        let x: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
        let y = x.iter().map(|&p| majority_gain(p, parts, a).hours_ratio).collect();
        let mut series = vec![Series::theory("exact", words::EXACT, x, y).group("ratio")];
        if parts == 100 && (a - 0.28).abs() < 1e-9 {
            series.push(Series::published("printed", words::PUBLISHED, vec![0.7], vec![0.75]).group("ratio"));
        }
        Figure::new(
            "majority",
            text!(words::MAJORITY, minorities = count(parts - 1)),
            Axis::linear(words::WEIGHT_OF_MAJORITY).unit(units::PERCENT),
            Axis::linear(words::SAMPLES_RATIO),
        )
        .series(series)
        .marks([match self.ratio {
            Some(ratio) => Mark::at(text!(words::THIS_RATIO, ratio = number(ratio)), p, ratio),
            None => Mark::at_x(words::THIS_MIXTURE, p),
        }])
    }
}

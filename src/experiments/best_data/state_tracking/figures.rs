//! Figures of `state-tracking`.

use super::StateTracking;
use super::run::{MISSES, Record, Rest, TESTS};
use crate::experiments::best_data::race::name;
use crate::output::{Axis, Figure, Kind, Mark, Role, Series};
use crate::params::Scale;
use crate::sim::state_tracking::CHECK;
use crate::stats::quartiles;
use crate::theory::state_tracking as theory;

/// Names of the series, one for each exponent.
pub(super) const SERIES: [&str; 8] =
    ["alpha-0", "alpha-1", "alpha-2", "alpha-3", "alpha-4", "alpha-5", "alpha-6", "alpha-7"];
pub(super) const THIRDS: [(&str, &str); 3] =
    [("head", "the most frequent third"), ("middle", "the middle third"), ("tail", "the least frequent third")];
pub(super) const SAMPLES: Axis = Axis { label: "training samples", unit: "samples", scale: Scale::Log };
pub(super) const EXACT: Axis = Axis { label: "sequences answered exactly", unit: "%", scale: Scale::Linear };

impl StateTracking {
    /// Median and quartiles over the runs of an exponent that have not diverged, at every mark.
    pub(super) fn curve(
        &self,
        id: &'static str,
        label: String,
        exponent: usize,
        value: impl Fn(&Record) -> f32,
    ) -> Option<Series> {
        let runs = self.params.runs as usize;
        let mut lists = [vec![], vec![], vec![], vec![]];
        for (mark, records) in self.marks.iter().zip(&self.records) {
            let values: Vec<f32> =
                records[exponent * runs..][..runs].iter().filter(|r| r.rest != Rest::Diverged).map(&value).collect();
            if !values.is_empty() {
                let [low, median, high] = quartiles(&values);
                lists.iter_mut().zip([f64::from(*mark), median, low, high]).for_each(|(list, x)| list.push(x));
            }
        }
        let [x, y, lo, hi] = lists;
        (!x.is_empty()).then(|| Series::new(id, label, Kind::Line, Role::Measured, x, y).with_interval(lo, hi))
    }

    pub(super) fn curves(&self, value: impl Fn(&Record) -> f32 + Copy) -> impl Iterator<Item = Series> {
        self.params.exponents.iter().enumerate().filter_map(move |(i, alpha)| {
            self.curve(SERIES[i], format!("{}: median and quartiles", name(*alpha)), i, value)
        })
    }

    /// A level across the figure.
    pub(super) fn level(&self, id: &'static str, label: String, y: f64) -> Series {
        let x = vec![f64::from(CHECK), f64::from(self.marks[self.marks.len() - 1]).max(2.0 * f64::from(CHECK))];
        Series::new(id, label, Kind::Line, Role::Theory, x, vec![y; 2])
    }

    pub(super) fn guess(&self) -> Series {
        self.level("guess", format!("guessing, 1 in {}", self.skills), 1.0 / f64::from(self.skills))
    }

    pub(super) fn accuracy_figure(&self) -> Figure {
        Figure {
            id: "accuracy",
            title: "Exact answers on uniform sequences".into(),
            x: SAMPLES,
            y: EXACT,
            field: None,
            series: self.curves(|r| r.accuracy).chain([self.guess()]).collect(),
            marks: vec![Mark { label: "solved".into(), x: None, y: Some(1.0 - f64::from(MISSES) / f64::from(TESTS)) }],
        }
    }

    pub(super) fn loss_figure(&self) -> Figure {
        let n = self.params.symbols;
        let levels = [
            self.level("nothing", "nothing learned: 1/2".into(), theory::NOTHING),
            self.level("mean-only", format!("only the mean learned: {}/{}", n - 1, 2 * n), theory::mean_only(n)),
            self.level("all-but-mean", format!("all but the mean learned: 1/{}", 2 * n), theory::all_but_mean(n)),
        ];
        Figure {
            id: "loss",
            title: "Expected loss on uniform sequences".into(),
            x: SAMPLES,
            y: Axis { label: "loss", unit: "", scale: Scale::Log },
            field: None,
            series: self.curves(|r| r.loss).chain(levels).collect(),
            marks: vec![],
        }
    }

    /// Accuracy by rank for the fastest power law, or the only distribution there is.
    pub(super) fn ranks_figure(&self) -> Option<Figure> {
        let exponent = self.race().best().unwrap_or(0);
        let mut series: Vec<Series> = THIRDS
            .iter()
            .enumerate()
            .filter_map(|(third, (id, label))| {
                self.curve(id, format!("sequences of {label} of skills"), exponent, |r| r.thirds[third])
            })
            .collect();
        if series.is_empty() {
            return None;
        }
        series.push(self.guess());
        Some(Figure {
            id: "ranks",
            title: format!("Exact answers by rank of the skills, {}", name(self.params.exponents[exponent])),
            x: SAMPLES,
            y: EXACT,
            field: None,
            series,
            marks: vec![],
        })
    }
}

//! Figures of `state-tracking`.

use super::StateTracking;
use super::run::{MISSES, Record, Rest, TESTS};
use crate::experiments::best_data::race::name;
use crate::output::{Axis, Figure, Id, Mark, Points, Series};
use crate::sim::state_tracking::CHECK;
use crate::stats::quartiles;
use crate::text::word;
use crate::theory::state_tracking as theory;

pub(super) const THIRDS: [(&str, &str); 3] =
    [("head", "the most frequent third"), ("middle", "the middle third"), ("tail", "the least frequent third")];
pub(super) const SAMPLES: Axis = Axis::log(word("training samples")).unit("samples");
pub(super) const EXACT: Axis = Axis::linear(word("sequences answered exactly")).unit("%");

impl StateTracking {
    /// Median and quartiles over the runs of an exponent that have not diverged, at every mark.
    pub(super) fn curve(
        &self,
        id: impl Into<Id>,
        label: String,
        exponent: usize,
        value: impl Fn(&Record) -> f32,
    ) -> Option<Series> {
        let runs = self.params.runs as usize;
        let mut points = Points::default();
        for (mark, records) in self.marks.iter().zip(&self.records) {
            let values: Vec<f32> =
                records[exponent * runs..][..runs].iter().filter(|r| r.rest != Rest::Diverged).map(&value).collect();
            if !values.is_empty() {
                let [low, median, high] = quartiles(&values);
                points.push(f64::from(*mark), median, [low, high]);
            }
        }
        points.series(id, label).map(Series::line)
    }

    pub(super) fn curves(&self, value: impl Fn(&Record) -> f32 + Copy) -> impl Iterator<Item = Series> {
        self.params.exponents.iter().enumerate().filter_map(move |(i, alpha)| {
            self.curve(format!("alpha-{i}"), format!("{}: median and quartiles", name(*alpha)), i, value)
        })
    }

    /// A level across the figure.
    pub(super) fn level(&self, id: &'static str, label: String, y: f64) -> Series {
        let x = vec![f64::from(CHECK), f64::from(self.marks[self.marks.len() - 1]).max(2.0 * f64::from(CHECK))];
        Series::theory(id, label, x, vec![y; 2])
    }

    pub(super) fn guess(&self) -> Series {
        self.level("guess", format!("guessing, 1 in {}", self.skills), 1.0 / f64::from(self.skills))
    }

    pub(super) fn accuracy_figure(&self) -> Figure {
        Figure::new("accuracy", "Exact answers on uniform sequences", SAMPLES, EXACT)
            .series(self.curves(|r| r.accuracy).chain([self.guess()]))
            .marks([Mark::at_y("solved", 1.0 - f64::from(MISSES) / f64::from(TESTS))])
    }

    pub(super) fn loss_figure(&self) -> Figure {
        let n = self.params.symbols;
        let levels = [
            self.level("nothing", "nothing learned: 1/2".into(), theory::NOTHING),
            self.level("mean-only", format!("only the mean learned: {}/{}", n - 1, 2 * n), theory::mean_only(n)),
            self.level("all-but-mean", format!("all but the mean learned: 1/{}", 2 * n), theory::all_but_mean(n)),
        ];
        Figure::new("loss", "Expected loss on uniform sequences", SAMPLES, Axis::log(word("loss")))
            .series(self.curves(|r| r.loss).chain(levels))
    }

    /// Accuracy by rank for the fastest power law, or the only distribution there is.
    pub(super) fn ranks_figure(&self) -> Option<Figure> {
        let exponent = self.race().best().unwrap_or(0);
        let mut series: Vec<Series> = THIRDS
            .iter()
            .enumerate()
            .filter_map(|(third, (id, label))| {
                self.curve(*id, format!("sequences of {label} of skills"), exponent, |r| r.thirds[third])
            })
            .collect();
        if series.is_empty() {
            return None;
        }
        series.push(self.guess());
        Some(
            Figure::new(
                "ranks",
                format!("Exact answers by rank of the skills, {}", name(self.params.exponents[exponent])),
                SAMPLES,
                EXACT,
            )
            .series(series),
        )
    }
}

//! Figures of `state-tracking`.

use super::run::{MISSES, Record, Rest, TESTS};
use super::{StateTracking, words};
use crate::kit::race::name;
use crate::kit::race::words as shared;
use crate::output::{Axis, Figure, Id, Mark, Points, Series, units};
use crate::sim::state_tracking::CHECK;
use crate::stats::quartiles;
use crate::text;
use crate::text::{Template, Text, count, setting, share};
use crate::theory::state_tracking as theory;

pub(super) const THIRDS: [(&str, Template<0>); 3] =
    [("head", words::HEAD), ("middle", words::MIDDLE), ("tail", words::TAIL)];
pub(super) const SAMPLES: Axis = Axis::log(words::SAMPLES).unit(units::SAMPLES);
pub(super) const EXACT: Axis = Axis::linear(words::EXACT).unit(units::PERCENT);

impl StateTracking {
    /// Curve of a recorded value against the number of samples. It shows the median and the quartiles over the runs
    /// with one exponent. Runs that have diverged are left out.
    pub(super) fn curve(
        &self,
        id: impl Into<Id>,
        label: impl Into<Text>,
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
            let label = match *alpha {
                0.0 => words::UNIFORM.into(),
                alpha => text!(words::POWER, alpha = setting(alpha)),
            };
            self.curve(format!("alpha-{i}"), label, i, value).map(|curve| curve.how(shared::QUARTILES))
        })
    }

    /// A figure of [`StateTracking::curves`], which has one group for each training distribution.
    fn by_training(&self, id: &'static str, title: Template<0>, y: Axis) -> Figure {
        let named = |(i, alpha): (usize, &f64)| (format!("alpha-{i}"), name(*alpha));
        Figure::new(id, title, SAMPLES, y).groups(self.params.exponents.iter().enumerate().map(named))
    }

    /// A horizontal line at the height `y`, for a figure whose abscissa is the number of samples.
    pub(super) fn level(&self, id: &'static str, label: impl Into<Text>, y: f64) -> Series {
        let x = vec![f64::from(CHECK), f64::from(self.marks[self.marks.len() - 1]).max(2.0 * f64::from(CHECK))];
        Series::theory(id, label, x, vec![y; 2])
    }

    /// The accuracy of guessing as a mark: a line would hide the curves of learners that have learned nothing.
    fn guess(&self) -> Mark {
        Mark::at_y(text!(words::GUESSING, skills = count(self.skills)), 1.0 / f64::from(self.skills))
    }

    pub(super) fn accuracy_figure(&self) -> Figure {
        let solved = 1.0 - f64::from(MISSES) / f64::from(TESTS);
        let mut figure = self
            .by_training("accuracy", words::ACCURACY, EXACT)
            .series(self.curves(|r| r.accuracy))
            .marks([self.guess(), Mark::at_y(text!(words::SOLVED, share = share(solved)), solved)]);
        if figure.series.is_empty() {
            figure.series.push(self.level("guess", words::START, 1.0 / f64::from(self.skills)));
            figure.marks.push(Mark::note(shared::RUN_DRAWS));
        }
        figure
    }

    pub(super) fn loss_figure(&self) -> Figure {
        let n = self.params.symbols;
        let mean = text!(words::MEAN_LEARNED, above = count(n - 1), below = count(2 * n));
        let rest = text!(words::ALL_BUT_MEAN_LEARNED, below = count(2 * n));
        let levels = [
            self.level("nothing", words::NOTHING_LEARNED, theory::NOTHING),
            self.level("mean-only", mean, theory::mean_only(n)),
            self.level("all-but-mean", rest, theory::all_but_mean(n)),
        ];
        self.by_training("loss", words::EXPECTED_LOSS, Axis::log(words::LOSS))
            .series(self.curves(|r| r.loss).chain(levels))
    }

    /// Figure of the accuracy on sequences of frequent, of middle and of rare permutations. It shows the power law that
    /// reaches the target first, or the first distribution if there is no power law.
    pub(super) fn ranks_figure(&self) -> Option<Figure> {
        let exponent = self.race().best().unwrap_or(0);
        let series: Vec<Series> = THIRDS
            .iter()
            .enumerate()
            .filter_map(|(third, (id, label))| self.curve(*id, *label, exponent, |r| r.thirds[third]))
            .collect();
        if series.is_empty() {
            return None;
        }
        let title = match self.params.exponents[exponent] {
            0.0 => words::RANKS_UNIFORM.into(),
            alpha => text!(words::RANKS_POWER, alpha = setting(alpha)),
        };
        Some(Figure::new("ranks", title, SAMPLES, EXACT).series(series).marks([self.guess()]))
    }
}

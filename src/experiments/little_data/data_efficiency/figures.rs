//! Figures of `data-efficiency`.

use super::models::Models;
use super::{DataEfficiency, words};
use crate::fit::bootstrap::interval;
use crate::math;
use crate::output::{Axis, Figure, Handle, Mark, Series, units};
use crate::text;
use crate::text::{Template, amount, multiple};
use crate::theory::data_efficiency::DataLaw;

/// Number of points of each curve.
const CURVE: u32 = 61;
/// How far the curves of the losses continue beyond the largest runs, as a factor of the data.
const ONWARD: f64 = 10.0;
/// How far the curves of the losses begin before the smallest runs, as a factor of the data.
const BACK: f64 = 2.0;
/// Largest number of resamples from which a band is computed.
const BAND: usize = 400;
/// Ids of the series of each recipe: the true law, the runs, the fit, and their group.
const IDS: [[&str; 4]; 2] = [
    ["reference-truth", "reference-runs", "reference-fit", "reference"],
    ["other-truth", "other-runs", "other-fit", "other"],
];

impl DataEfficiency {
    /// The unit of the amounts of data; `None` for runs from a table.
    pub(super) fn unit(&self) -> Option<Template<0>> {
        let known = if self.recipes.models.is_some() { units::SAMPLES } else { units::TOKENS };
        self.recipes.truth.map(|_| known)
    }

    /// The axis of the amounts of data.
    fn axis(&self) -> Axis {
        let axis = Axis::log(words::DATA);
        self.unit().map_or(axis, |unit| axis.unit(unit))
    }

    /// How the laws were found that the fits should find again.
    fn known(&self) -> Template<0> {
        if self.recipes.models.is_some() { words::MANY_DRAWS } else { words::TRUE_LAW }
    }

    /// The mean losses of the toy models of a recipe, once there are some.
    #[inline(never)]
    fn means(&self, models: &Models, recipe: usize) -> Option<Series> {
        let [_, runs, _, group] = IDS[recipe];
        let label = text!(words::MODELS_OF, recipe = self.called(recipe));
        let series = models.means(models.recipes[recipe]).series(runs, label)?;
        Some(series.group(group).how(words::MEAN_OF_MODELS))
    }

    /// Adds a band to a curve: at each point, the interval that contains 95% of the curves of the resamples.
    #[inline(never)]
    fn banded(&self, line: Series, of: &dyn Fn(&[DataLaw; 2], f64) -> f64) -> Series {
        let keep = self.refits.len().min(BAND);
        if keep == 0 {
            return line;
        }
        let some = || (0..keep).map(|k| &self.refits[k * self.refits.len() / keep]);
        let band: Vec<[f64; 2]> = line.x.iter().map(|&x| interval(some().map(|laws| of(laws, x)), 0.95)).collect();
        let [lo, hi] = [0, 1].map(|end| band.iter().map(|ends| ends[end]).collect());
        line.interval(lo, hi)
    }

    /// The headline figure: the losses of both recipes, and the horizontal distance between their curves. `sound` are the
    /// fitted laws if the runs show them.
    pub(super) fn curves(&self, laws: Option<[DataLaw; 2]>, sound: Option<[DataLaw; 2]>) -> Figure {
        let [lo, hi] = self.recipes.ends();
        let [lo, hi] = [lo / BACK, ONWARD * hi];
        let x = math::ratios(lo, hi, CURVE);
        let along = |law: &DataLaw| x.iter().map(|x| law.loss(*x)).collect::<Vec<_>>();
        let how = if self.recipes.truth.is_some() { words::SIMULATED_RUNS } else { words::TABLE_RUNS };
        let mut series = Vec::new();
        for (recipe, [truth, runs, fit, group]) in IDS.into_iter().enumerate() {
            if let Some(laws) = self.recipes.truth {
                let label = if self.recipes.models.is_some() {
                    text!(words::MANY_DRAWS_OF, recipe = self.called(recipe))
                } else {
                    text!(words::TRUE_LAW_OF, recipe = self.called(recipe))
                };
                let line = Series::theory(truth, label, x.clone(), along(&laws[recipe]));
                series.push(line.group(group).how(self.known()));
            }
            if let Some(models) = &self.recipes.models {
                if models.count() > 0 {
                    series.extend(self.means(models, recipe));
                }
            } else {
                let data = &self.recipes.problems[recipe].data;
                let label = text!(words::RUNS_OF, recipe = self.called(recipe));
                series.push(Series::measured(runs, label, data.x.clone(), data.y.clone()).group(group).how(how));
            }
            if let Some(laws) = laws {
                let label = text!(words::FITTED_LAW_OF, recipe = self.called(recipe));
                let line = Series::theory(fit, label, x.clone(), along(&laws[recipe]));
                let line = self.banded(line, &|laws, x| laws[recipe].loss(x));
                series.push(line.group(group).how(words::FITTED_LAW));
            }
        }
        let distance = text!(words::DISTANCE, reference = self.called(0), other = self.called(1));
        let groups = [
            ("reference", self.recipes.names[0].clone()),
            ("other", self.recipes.names[1].clone()),
            ("distance", words::EQUAL_LOSS.into()),
        ];
        let mut figure = Figure::new("curves", words::CURVES, self.axis(), Axis::linear(words::LOSS)).groups(groups);
        figure.heading.clone_from(&self.recipes.heading);
        let Some(shown) = sound.or(self.recipes.truth) else { return figure.series(series) };
        let (level, worth) = (shown[1].loss(self.data), self.worth(&shown));
        // The distance ends at the edge of the figure if it is longer.
        let end = (worth * self.data).clamp(lo, hi);
        series.push(Series::theory("distance", distance, vec![self.data, end], vec![level; 2]).group("distance"));
        let label = if worth.is_finite() {
            text!(words::AT_WORTH, data = amount(self.data), multiple = multiple(worth))
        } else {
            text!(words::AT_NEVER, data = amount(self.data))
        };
        let mark = Mark::at(label, self.data, level);
        let figure = figure.series(series);
        if self.data >= lo && self.data <= hi {
            let curve = IDS[1][if sound.is_some() { 2 } else { 0 }];
            figure.handle(Handle::along("amount", curve), mark)
        } else {
            figure.marks([mark])
        }
    }

    /// Figure of the multiple against the amount of data; `None` if the multiple is nowhere finite or nothing is fitted.
    pub(super) fn multiples(&self, laws: Option<[DataLaw; 2]>) -> Option<Figure> {
        let [lo, hi] = self.recipes.ends();
        let x = math::ratios(lo, hi, CURVE);
        let along =
            |[reference, other]: &[DataLaw; 2]| x.iter().map(|x| reference.multiple(other, *x)).collect::<Vec<_>>();
        let truth = self.recipes.truth.map(|laws| {
            let models = self.recipes.models.is_some();
            let label = if models { words::MANY_MULTIPLE } else { words::TRUE_MULTIPLE };
            Series::theory("truth", label, x.clone(), along(&laws)).group("multiple").how(self.known())
        });
        let fit = laws.map(|laws| {
            let line = Series::theory("fit", words::FITTED_MULTIPLE, x.clone(), along(&laws));
            let line = self.banded(line, &|[reference, other], x| reference.multiple(other, x));
            line.group("multiple").how(words::FITTED_LAW)
        });
        let title = text!(words::MULTIPLES, reference = self.called(0), other = self.called(1));
        let mut figure = Figure::new("multiple", title, self.axis(), Axis::log(words::MULTIPLE))
            .group("multiple", words::MULTIPLE)
            .series(truth.into_iter().chain(fit))
            .marks([Mark::at_y(words::SAME, 1.0)]);
        figure.heading.clone_from(&self.recipes.heading);
        figure.drawn()
    }
}

//! Figures of `multi-epoch`.

use super::run::{Expected, Reuse};
use super::{CURVE, MultiEpoch, SHARE, words};
use crate::experiments::repeats::reuse::{Cell as Risks, Estimate, Tuned, saturation};
use crate::math::{self, Z95};
use crate::output::{Axis, Figure, Id, Mark, Points, Series, units};
use crate::text;
use crate::text::{Template, Text, count, multiple, number};
use crate::theory::one_hot::PowerLaw;
use crate::theory::{dense, muennighoff, reuse};

pub(super) const EPOCHS: Axis = Axis::log(words::EPOCHS).unit(units::EPOCHS);
pub(super) const REUSE: Axis = Axis::log(words::REUSE_RATE);
pub(super) const SIZES: Axis = Axis::log(words::SAMPLES).unit(units::SAMPLES);

impl MultiEpoch {
    /// Two curves of mean-field theory against the number of samples N, up to the size of language models' data sets.
    /// One curve shows the number of epochs K at which the effective reuse rate E is 0.75 K. The other shows the
    /// plateau of E.
    pub(super) fn theory_curves(&self) -> Vec<Series> {
        if !self.dense() || self.params.lr > 0.0 {
            return vec![];
        }
        let first = f64::from(self.sizes[0]);
        let x = math::ratios(first, 3e9, CURVE);
        let saturation = x.iter().map(|&n| self.saturation(n).unwrap_or(f64::NAN)).collect();
        let plateau =
            |&n: &f64| reuse::effective_reuse(self.world.model(), self.edge(), f64::INFINITY, n).unwrap_or(f64::NAN);
        let plateau = x.iter().map(plateau).collect();
        vec![
            Series::theory("saturation-theory", words::SATURATION_MEAN_FIELD, x.clone(), saturation)
                .group("saturation")
                .how(words::BY_MEAN_FIELD),
            Series::theory("plateau-theory", words::PLATEAU_MEAN_FIELD, x, plateau)
                .group("plateau")
                .how(words::BY_MEAN_FIELD),
        ]
    }

    /// Makes a series of estimates against x, with their 95% intervals.
    #[inline(never)]
    pub(super) fn points(&self, id: Id, label: Text, x: &[f64], estimates: &[Option<Estimate>]) -> Option<Series> {
        let mut list = Points::default();
        for (&x, estimate) in x.iter().zip(estimates) {
            let Some(estimate) = estimate else { continue };
            // Where the error is not known both ends are open, not 0 and infinite.
            let known = estimate.error.is_finite();
            list.push(x, estimate.value, if known { estimate.interval(self.errors(Z95)) } else { [f64::NAN; 2] });
        }
        list.series(id, label)
    }

    pub(super) fn epochs_of(&self) -> impl Iterator<Item = f64> {
        self.epochs.iter().map(|&k| f64::from(k))
    }

    /// For each number of samples N, the simulated points and the theoretical curve against the number of epochs K.
    /// Both coordinates are divided by the number that `unit` returns for N.
    pub(super) fn against_epochs(
        &self,
        theory: &dyn Fn(&Expected) -> Vec<f64>,
        measured: &dyn Fn(usize) -> Vec<Option<Estimate>>,
        unit: &dyn Fn(f64) -> f64,
    ) -> Vec<Series> {
        let mut series = Vec::new();
        for (i, &n) in self.sizes.iter().enumerate() {
            let unit = unit(f64::from(n));
            let x: Vec<f64> = self.epochs_of().map(|k| k / unit).collect();
            let id = format!("n{}", i + 1);
            if self.begun() {
                let mut estimates = measured(i);
                estimates.iter_mut().flatten().for_each(|estimate| estimate.value /= unit);
                let label = text!(words::SIMULATED, samples = count(n));
                let points = self.points(id.clone().into(), label, &x, &estimates);
                series.extend(points.map(|points| points.how(words::BY_SIMULATION)));
            }
            if let Some(expected) = &self.expected[i] {
                let y = theory(expected).into_iter().map(|y| y / unit).collect();
                let (label, how) = if self.dense() {
                    (text!(words::MEAN_FIELD, samples = count(n)), words::BY_MEAN_FIELD)
                } else {
                    (text!(words::EXACT, samples = count(n)), words::BY_EXACT)
                };
                series.push(Series::theory(id.clone() + "-theory", label, x, y).group(id).how(how));
            }
        }
        series
    }

    /// A figure of [`MultiEpoch::against_epochs`], which has one group for each number of samples.
    fn by_samples(&self, id: &'static str, title: Template<0>, x: Axis, y: Axis) -> Figure {
        let name = |(i, &n): (usize, &u32)| (format!("n{}", i + 1), text!(words::SIZE, samples = count(n)));
        Figure::new(id, title, x, y).groups(self.sizes.iter().enumerate().map(name))
    }

    pub(super) fn risk_figure(&self, reuse: &[Reuse]) -> Option<Figure> {
        let estimate = |best: &Option<Tuned>| best.map(|best| Estimate { value: best.risk, error: best.error });
        let series =
            self.against_epochs(&|e| e.risk.clone(), &|i| reuse[i].best.iter().map(estimate).collect(), &|_| 1.0);
        let y = Axis::log(if self.params.lr > 0.0 { words::RISK } else { words::BEST_RISK });
        self.by_samples("risk", words::RISK_AGAINST_EPOCHS, EPOCHS, y).series(series).drawn()
    }

    pub(super) fn known(list: &[Option<f64>]) -> Vec<f64> {
        list.iter().map(|e| e.unwrap_or(f64::NAN)).collect()
    }

    /// The line on which the effective reuse rate E equals the number of epochs K. It ends at twice the largest E in
    /// the series `shown`, or at the largest K if this is less or no E is known.
    pub(super) fn as_good_as_fresh(&self, shown: &[Series]) -> Series {
        let known = shown.iter().flat_map(|series| &series.y).copied().filter(|y| y.is_finite());
        let end = known.reduce(f64::max).map_or(f64::INFINITY, |most| 2.0 * most);
        let end = end.min(f64::from(self.most_epochs())).max(2.0);
        let x = vec![1.0, end];
        Series::theory("fresh", words::AS_GOOD_AS_FRESH, x.clone(), x)
    }

    pub(super) fn reuse_figure(&self, reuse: &[Reuse]) -> Option<Figure> {
        let mut series = self.against_epochs(&|e| Self::known(&e.reuse), &|i| reuse[i].reuse.clone(), &|_| 1.0);
        series.push(self.as_good_as_fresh(&series));
        let mut figure = self.by_samples("reuse", words::REUSE_AGAINST_EPOCHS, EPOCHS, REUSE).series(series).drawn()?;
        // The last point of the largest data set says its number.
        let size = self.largest();
        if let Some(worth) = reuse[size].plateau().map(|e| e.value).or_else(|| self.expected_worth(size)) {
            let label = text!(words::WORTH_THERE, worth = multiple(worth));
            figure.marks.push(Mark::at(label, f64::from(self.most_epochs()), worth));
        }
        Some(figure)
    }

    pub(super) fn saturation_figure(&self, reuse: &[Reuse]) -> Option<Figure> {
        let mut series = self.curves.clone();
        let sizes = || self.sizes.iter().map(|&n| f64::from(n));
        if !self.dense() {
            for (group, label, of) in [
                ("saturation", words::SATURATION_EXACT, (|e| e.saturation) as fn(&Expected) -> Option<f64>),
                ("plateau", words::PLATEAU_EXACT, |e| e.plateau),
            ] {
                let y = self.expected.iter().map(|e| e.as_ref().and_then(of).unwrap_or(f64::NAN)).collect();
                series.push(
                    Series::theory(group.to_owned() + "-theory", label, sizes().collect(), y)
                        .group(group)
                        .how(words::BY_EXACT),
                );
            }
        }
        if self.begun() {
            series.extend(self.measured_saturation(reuse));
        }
        let tokens = [2e8, 5e8, 8e8, 1e9, 2e9];
        let published = tokens.map(reuse::language_model_epochs).to_vec();
        let [slope, offset] = reuse::LANGUAGE_MODEL;
        let label = text!(words::LANGUAGE_MODELS_FIT, slope = number(slope), offset = number(offset));
        series.push(Series::published("language-models", label, tokens.to_vec(), published));
        let y = Axis::linear(words::EPOCHS_OR_REUSE);
        Figure::new("saturation", words::SATURATION_AGAINST_SAMPLES, SIZES, y)
            .groups([("saturation", words::WHERE_SATURATED), ("plateau", words::PLATEAU)])
            .series(series)
            .drawn()
    }

    /// Series against the number of samples: the measured number of epochs K at which the effective reuse rate E is
    /// 0.75 K, the measured plateau of E, and a line that is fitted to the plateaus.
    #[inline(never)]
    fn measured_saturation(&self, reuse: &[Reuse]) -> Vec<Series> {
        let sizes: Vec<f64> = self.sizes.iter().map(|&n| f64::from(n)).collect();
        let saturation: Vec<_> = reuse.iter().map(|reuse| saturation(&self.known_reuse(reuse), SHARE)).collect();
        let plateau: Vec<_> = reuse.iter().map(Reuse::plateau).collect();
        let last = text!(words::REUSE_AT, epochs = count(self.most_epochs()));
        let fit = self.plateau_line(reuse).map(|[slope, _, offset]| {
            let y = sizes.iter().map(|n| offset + slope * math::ln(*n)).collect();
            let label = if offset < 0.0 {
                text!(words::PLATEAU_FIT_LESS, slope = number(slope), offset = number(-offset))
            } else {
                text!(words::PLATEAU_FIT, slope = number(slope), offset = number(offset))
            };
            Series::measured("plateau-fit", label.clone(), sizes.clone(), y).line().group("plateau").how(label)
        });
        let saturation = self.points("saturation".into(), words::SATURATION_SIMULATED.into(), &sizes, &saturation);
        let plateau = self.points("plateau".into(), last, &sizes, &plateau);
        let simulated = [saturation, plateau].into_iter().flatten().map(|points| points.how(words::BY_SIMULATION));
        simulated.chain(fit).collect()
    }

    pub(super) fn collapse_figure(&self, reuse: &[Reuse]) -> Option<Figure> {
        // The units are those of a constant rate, and of noise or power-law data.
        if !self.has_theory() {
            return None;
        }
        let mut series =
            self.against_epochs(&|e| Self::known(&e.reuse), &|i| reuse[i].reuse.clone(), &|n| self.unit(n));
        series.extend(self.limit.get_or_init(|| self.limit_curve()).clone());
        let [title, x, y] = if self.power_law().is_some() {
            [words::COLLAPSE_IN_POWER, words::EPOCHS_IN_POWER, words::REUSE_IN_POWER]
        } else {
            [words::COLLAPSE_IN_LOG, words::EPOCHS_IN_LOG, words::REUSE_IN_LOG]
        };
        self.by_samples("collapse", title, Axis::log(x), Axis::log(y)).folded().series(series).drawn()
    }

    /// The curve that the scaled curves of the effective reuse rate approach as the number of samples grows; `None` if
    /// it is not known. For power-law data, it takes about 10 ms to compute.
    pub(super) fn limit_curve(&self) -> Option<Series> {
        let x = math::ratios(0.05, 50.0, 40);
        let y = match self.power_law() {
            _ if !self.has_theory() => return None,
            Some(law) => x.iter().map(|&kappa| law.crossover(kappa)).collect(),
            None if self.dense() => x.iter().map(|&kappa| dense::crossover(&self.squares, kappa)).collect(),
            None => return None,
        };
        Some(Series::theory("limit", words::LIMIT, x, y))
    }

    /// Figure of the risk against the learning rate, for the largest number of samples.
    pub(super) fn rates_figure(&self) -> Option<Figure> {
        let size = self.largest();
        let n = f64::from(self.sizes[size]);
        let dense = self.dense();
        // What is looked for comes first: first colours and shapes tell apart best.
        let mut series = Vec::new();
        let searched = self.params.lr == 0.0;
        if self.begun() && searched {
            series.extend(self.best_rates());
        }
        if let Some(expected) = self.expected[size].as_ref().filter(|_| searched) {
            let label = if dense { words::BEST_RATES_MEAN_FIELD } else { words::BEST_RATES_EXACT };
            let (x, y) = (expected.rate.clone(), expected.risk.clone());
            series.push(Series::theory("best-theory", label, x, y).points().group("best"));
            if dense && self.params.noise > 0.0 {
                let least = self.squares.iter().copied().fold(f64::INFINITY, f64::min);
                let x: Vec<f64> = self.epochs_of().map(|k| dense::leading_rate(least, k, n)).collect();
                let leading = Series::theory("leading", words::LEADING_RATES, x, expected.risk.clone()).points();
                series.push(leading.hidden());
            }
        }
        if self.begun() {
            series.extend(self.risks_against_rate());
        }
        let x = Axis::log(words::LEARNING_RATE);
        let y = Axis::log(words::RISK);
        let title = text!(words::RISK_AGAINST_RATE, samples = count(n));
        let mut figure = Figure::new("learning-rate", title, x, y).folded().series(series).drawn()?;
        if searched {
            figure.marks.push(Mark::at_x(words::LARGEST_RATE, self.edge()));
        }
        Some(figure)
    }

    /// The learning rate with the least measured risk at each number of epochs, for the largest number of samples.
    #[inline(never)]
    fn best_rates(&self) -> Option<Series> {
        let tried = &self.measured[0].data[self.largest()];
        let best: Vec<Tuned> = tried.iter().filter_map(|cells| self.tuned(cells)).collect();
        let (x, y) = best.iter().map(|best| (best.rate, best.risk)).unzip();
        (!best.is_empty()).then(|| Series::measured("best", words::BEST_RATES, x, y))
    }

    /// A series for each number of epochs: the measured risk against the learning rate, for the largest number of
    /// samples.
    #[inline(never)]
    fn risks_against_rate(&self) -> Vec<Series> {
        let mut series = Vec::new();
        for (j, cells) in self.measured[0].data[self.largest()].iter().enumerate() {
            let estimate = |cell: &Risks| Some(Estimate { value: cell.mean(), error: cell.error() });
            let stable = |cell: &Risks| estimate(cell).filter(|e| e.value.is_finite());
            let stable: Vec<_> = cells.iter().map(stable).collect();
            let epochs = count(self.epochs[j]);
            let label = if cells.iter().any(|cell| cell.diverged > 0) {
                text!(words::RATES_OF_STABLE, epochs = epochs)
            } else {
                text!(words::RATES_OF, epochs = epochs)
            };
            series.extend(self.points(format!("k{}", j + 1).into(), label, &self.rates, &stable).map(Series::line));
        }
        series
    }

    #[inline(never)]
    pub(super) fn zipf_figure(&self, law: &PowerLaw, reuse: &[Reuse]) -> Option<Figure> {
        let x: Vec<f64> = self.sizes.iter().map(|&n| f64::from(n)).collect();
        let [factor, exponent] = law.plateau();
        let y = x.iter().map(|n| factor * math::pow(*n, exponent)).collect();
        let label = text!(words::POWER_IN_LIMIT, factor = number(factor), exponent = number(exponent));
        // The limit is known before the run, so it comes first and keeps its colour.
        let mut series = vec![Series::theory("limit", label, x.clone(), y)];
        let measured: Vec<_> = reuse.iter().map(Reuse::plateau).collect();
        let last = self.most_epochs();
        let measured = self.points("measured".into(), text!(words::REUSE_AT, epochs = count(last)), &x, &measured);
        // What was measured at the most epochs, and is exact there, are one thing.
        let group_of = |k: f64| match k {
            f64::INFINITY => "k = inf".to_owned(),
            _ if k == f64::from(last) => "most".to_owned(),
            _ => format!("k = {}", k as u32),
        };
        series.extend(measured.map(|measured| measured.group("most")));
        for (i, (k, points)) in self.zipf().into_iter().enumerate() {
            let Some([factor, exponent]) = Self::power_fit(&points) else { continue };
            let (n, y) = points.into_iter().unzip();
            let group = group_of(k);
            // The fitted exponent of equal values is a rounding error.
            let alike = exponent.abs() < 1e-9;
            let [factor, exponent] = [factor, exponent].map(number);
            let label = if k.is_finite() && alike {
                text!(words::SAME_FOR_ALL, epochs = count(k), factor = factor)
            } else if k.is_finite() {
                text!(words::POWER_OF, epochs = count(k), factor = factor, exponent = exponent)
            } else {
                text!(words::POWER_OF_PLATEAU, factor = factor, exponent = exponent)
            };
            series.push(Series::theory(format!("k{}", i + 1), label, n, y).group(group));
        }
        Figure::new("zipf", words::PLATEAU_IS_A_POWER, SIZES, REUSE).folded().series(series).drawn()
    }

    /// Figure that compares the learning-rate schedules.
    #[inline(never)]
    pub(super) fn schedules_figure(&self) -> Option<Figure> {
        let epochs: Vec<f64> = self.epochs_of().collect();
        let size = self.largest();
        let mut series = Vec::new();
        for (i, (_, label)) in self.schedules.iter().enumerate() {
            let found = self.reuse(i, size, &self.one_pass_measured(i));
            let id = format!("n{}", i + 1).into();
            series.extend(self.points(id, (*label).into(), &epochs, &found.reuse).map(Series::line));
        }
        if series.is_empty() {
            return None;
        }
        series.push(self.as_good_as_fresh(&series));
        let title = text!(words::REUSE_OF_SCHEDULES, samples = count(self.sizes[size]));
        Figure::new("schedules", title, EPOCHS, REUSE).folded().series(series).drawn()
    }

    pub(super) fn advice_figure(&self) -> Option<Figure> {
        let [x, regression] = &self.advice;
        let law = muennighoff::PUBLISHED.saturation(SHARE);
        let line = |id, label: Template<0>, epochs: &dyn Fn(f64) -> f64| {
            let y = x.iter().map(|&n| Some(epochs(n)).filter(|&k| k >= 1.0).unwrap_or(f64::NAN)).collect();
            Series::theory(id, label, x.clone(), y)
        };
        let thumb = vec![muennighoff::RULE_OF_THUMB; x.len()];
        let series = vec![
            line("muennighoff", words::MUENNIGHOFF, &|_| law),
            Series::theory("regression", words::REGRESSION, x.clone(), regression.clone()),
            line("language-models", words::LANGUAGE_MODELS, &reuse::language_model_epochs),
            Series::published("thumb", words::THUMB, x.clone(), thumb).line(),
        ];
        let x = Axis::log(words::DATA_SET).unit(units::TOKENS);
        let y = Axis::linear(words::SATURATION).unit(units::EPOCHS);
        let mut figure = Figure::new("advice", words::FOUR_EPOCHS, x, y).folded().series(series).drawn()?;
        figure.marks.push(Mark::at_x(words::YOUR_DATA, self.params.tokens));
        Some(figure)
    }
}

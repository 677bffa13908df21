//! Figures and tables of `infinite-compute`.

use super::run::{self, DECAYS, Recipe, STANDARD, TIMES, TRAINED};
use super::{InfiniteCompute, published, words};
use crate::experiments::little_data::draws::estimate;
use crate::experiments::little_data::words as shared;
use crate::math;
use crate::output::{Axis, Cell, Column, Figure, Handle, Mark, Points, Series, Table};
use crate::text;
use crate::text::{Text, count, loss, multiple, number, setting};
use crate::theory::lottery_ridge::Width;

const WIDTH: Axis = Axis::log(shared::WIDTH);
const LOSS: Axis = Axis::linear(shared::LOSS);

/// The axis of losses: logarithmic if they differ by more than a factor of 10.
fn losses(series: &[Series]) -> Axis {
    let all = || series.iter().flat_map(|series| series.y.iter().copied());
    if all().fold(0.0, f64::max) > 10.0 * all().fold(f64::INFINITY, f64::min) { Axis::log(shared::LOSS) } else { LOSS }
}

/// An endless ensemble.
const ENDLESS: f64 = f64::INFINITY;

impl InfiniteCompute {
    /// The finite widths, with their indices.
    fn finite(&self) -> impl Iterator<Item = (usize, f64)> {
        self.widths.iter().enumerate().filter_map(|(i, width)| match width {
            Width::Of(count) => Some((i, *count as f64)),
            Width::Infinite => None,
        })
    }

    /// A curve over the finite widths.
    fn across(&self, id: &'static str, label: impl Into<Text>, loss: impl Fn(usize) -> f64) -> Series {
        let (x, y) = self.finite().map(|(i, width)| (width, loss(i))).unzip();
        Series::theory(id, label, x, y)
    }

    /// Index of the recipe whose weight decay is best for an ensemble of `members` members at a width.
    fn best(&self, width: usize, members: f64) -> usize {
        1 + self.curves().best_decay(width, members)
    }

    /// Losses of trained members, for each draw: of single members, or of an endless ensemble.
    pub(super) fn measured(&self, width: usize, recipe: Recipe, endless: bool) -> Vec<f64> {
        let trained = &self.trained[width][TRAINED.iter().position(|one| *one == recipe).unwrap_or(0)];
        if endless { trained.endless() } else { trained.singles.clone() }
    }

    /// Measured points over the finite widths.
    #[inline(never)]
    fn points(&self, id: &'static str, group: &'static str, recipe: Recipe, endless: bool) -> Option<Series> {
        let mut points = Points::default();
        for (i, width) in self.finite() {
            self.point(&mut points, width, &self.measured(i, recipe, endless));
        }
        points.series(id, shared::TRAINED_POINTS).map(|series| series.group(group).how(shared::BY_TRAINING))
    }

    fn point(&self, points: &mut Points, x: f64, values: &[f64]) {
        if let (mean, Some(interval)) = estimate(values) {
            points.push(x, mean, interval);
        }
    }

    pub(super) fn figures(&self) -> Vec<Figure> {
        let mut figures = vec![self.widths_figure(), self.epochs_figure(), self.decays_figure(), self.members_figure()];
        figures.extend([self.asymptotes_figure(), self.sizes_figure()]);
        if self.ended() {
            figures.extend(self.extrapolation_figure());
        }
        figures.extend(published::figures(self.ended()));
        figures
    }

    /// The headline: loss against width.
    fn widths_figure(&self) -> Figure {
        let curves = self.curves();
        let infinite = curves.tuned(self.infinite(), 1.0);
        let mut series = vec![
            self.across("standard", words::STANDARD, |i| curves.mean(i, STANDARD, 1.0)).how(shared::BY_THEORY),
            self.across("tuned", words::TUNED, |i| curves.tuned(i, 1.0)),
            self.across("ensemble", words::ENDLESS, |i| curves.tuned(i, ENDLESS)),
        ];
        if self.done > 0 {
            series.extend(self.points("standard-trained", "standard", Recipe::Standard, false));
            series.extend(self.points("tuned-trained", "tuned", Recipe::Tuned, false));
            series.extend(self.points("ensemble-trained", "ensemble", Recipe::Retuned, true));
        }
        Figure::new("loss-vs-width", words::LOSS_AGAINST_WIDTH, WIDTH, losses(&series))
            .groups([("standard", words::STANDARD), ("tuned", words::TUNED), ("ensemble", words::ENDLESS)])
            .series(series)
            .marks([Mark::at_y(text!(words::INFINITE_WIDTH, loss = loss(infinite)), infinite)])
    }

    /// Loss against the number of epochs at one width: it falls, then rises.
    fn epochs_figure(&self) -> Figure {
        let (curves, i) = (self.curves(), self.shown);
        let x: Vec<f64> = (0..TIMES).map(run::epochs).collect();
        let loss_at = |t: usize, members: f64| curves.mean(i, 1 + DECAYS + t, members);
        let single: Vec<f64> = (0..TIMES).map(|t| loss_at(t, 1.0)).collect();
        let best = (0..TIMES).min_by(|&a, &b| single[a].total_cmp(&single[b])).unwrap_or(0);
        let mark = Mark::at(text!(words::BEST_EPOCHS, epochs = setting(x[best])), x[best], single[best]);
        let all = (0..TIMES).map(|t| loss_at(t, ENDLESS)).collect();
        let mut series = vec![
            Series::theory("single", words::SINGLE, x.clone(), single).how(shared::BY_THEORY),
            Series::theory("ensemble", words::ENSEMBLE_OF_THESE, x, all),
        ];
        if self.done > 0 {
            series.extend(self.trained_at("trained", "single", self.params.epochs, Recipe::Standard, false));
            series.extend(self.trained_at("ensemble-trained", "ensemble", self.params.epochs, Recipe::Standard, true));
        }
        let here = curves.mean(i, STANDARD, 1.0);
        let figure = Figure::new(
            "loss-vs-epochs",
            text!(words::LOSS_AGAINST_EPOCHS, width = count(self.params.width)),
            Axis::log(words::EPOCHS),
            losses(&series),
        )
        .groups([("single", words::SINGLE), ("ensemble", words::ENSEMBLE_OF_THESE)])
        .series(series)
        .marks([mark]);
        if self.params.until == "epochs" {
            let label = text!(words::THESE_EPOCHS, loss = loss(here));
            figure.handle(Handle::along("epochs", "single"), Mark::at(label, self.params.epochs, here))
        } else {
            figure.marks([Mark::at_y(text!(words::NO_END, loss = loss(here)), here)])
        }
    }

    /// A measured point at the shown width.
    #[inline(never)]
    fn trained_at(
        &self,
        id: &'static str,
        group: &'static str,
        x: f64,
        recipe: Recipe,
        endless: bool,
    ) -> Option<Series> {
        let mut points = Points::default();
        self.point(&mut points, x, &self.measured(self.shown, recipe, endless));
        points.series(id, shared::TRAINED_POINTS).map(|series| series.group(group).how(shared::BY_TRAINING))
    }

    /// Loss against weight decay at one width, of a single model and of an endless ensemble.
    fn decays_figure(&self) -> Figure {
        let (curves, i) = (self.curves(), self.shown);
        let x: Vec<f64> = (0..DECAYS).map(run::decay).collect();
        let curve = |members: f64| (0..DECAYS).map(|d| curves.mean(i, 1 + d, members)).collect::<Vec<_>>();
        let mut series = vec![
            Series::theory("single", words::SINGLE, x.clone(), curve(1.0)).how(shared::BY_THEORY),
            Series::theory("ensemble", words::ENSEMBLE_OF_THESE, x.clone(), curve(ENDLESS)),
        ];
        if self.done > 0 {
            let [tuned, retuned] = [1.0, ENDLESS].map(|members| run::decay(self.pilot.best_decay(i, members)));
            series.extend(self.trained_at("trained", "single", tuned, Recipe::Tuned, false));
            series.extend(self.trained_at("ensemble-trained", "ensemble", retuned, Recipe::Retuned, true));
        }
        // The mark of the ensemble is lower, and its label has room below it.
        let marks = [ENDLESS, 1.0].map(|members| {
            let best = curves.best_decay(i, members);
            let decay = run::decay(best);
            let times = decay / self.params.decay;
            let label = match (members == 1.0, times.is_finite()) {
                (true, true) => text!(words::SINGLE_TIMES, times = multiple(times)),
                (false, true) => text!(words::ENSEMBLE_TIMES, times = multiple(times)),
                (true, false) => text!(words::SINGLE_BEST, decay = number(decay)),
                (false, false) => text!(words::ENSEMBLE_BEST, decay = number(decay)),
            };
            Mark::at(label, decay, curves.mean(i, 1 + best, members))
        });
        Figure::new(
            "loss-vs-decay",
            text!(words::LOSS_AGAINST_DECAY, width = count(self.params.width)),
            Axis::log(shared::DECAY),
            LOSS,
        )
        .groups([("single", words::SINGLE), ("ensemble", words::ENSEMBLE_OF_THESE)])
        .series(series)
        .marks(marks)
    }

    /// Loss against the number of members at one width, with the weight decay of the single model and retuned.
    fn members_figure(&self) -> Figure {
        let (curves, i) = (self.curves(), self.shown);
        let most = self.params.members.max(8);
        let x: Vec<f64> = (1..=most).map(f64::from).collect();
        let recipes = [self.best(i, 1.0), self.best(i, ENDLESS)];
        let curve = |recipe: usize| x.iter().map(|members| curves.mean(i, recipe, *members)).collect::<Vec<_>>();
        let mut series = vec![
            Series::theory("tuned", words::DECAY_OF_SINGLE, x.clone(), curve(recipes[0])).how(shared::BY_THEORY),
            Series::theory("retuned", words::DECAY_RETUNED, x.clone(), curve(recipes[1])),
        ];
        if self.done > 0 {
            series.extend(self.trained_ensembles("tuned-trained", "tuned", Recipe::Tuned));
            series.extend(self.trained_ensembles("retuned-trained", "retuned", Recipe::Retuned));
        }
        let marks = recipes.map(|recipe| {
            let limit = curves.mean(i, recipe, ENDLESS);
            Mark::at_y(text!(words::WITHOUT_END, loss = loss(limit)), limit)
        });
        Figure::new(
            "loss-vs-members",
            text!(words::LOSS_AGAINST_MEMBERS, width = count(self.params.width)),
            Axis::log(words::MEMBERS),
            LOSS,
        )
        .groups([("tuned", words::DECAY_OF_SINGLE), ("retuned", words::DECAY_RETUNED)])
        .series(series)
        .marks(marks)
    }

    /// Measured losses of the ensembles of the first K members.
    #[inline(never)]
    fn trained_ensembles(&self, id: &'static str, group: &'static str, recipe: Recipe) -> Option<Series> {
        let mut points = Points::default();
        let trained = &self.trained[self.shown][TRAINED.iter().position(|one| *one == recipe)?];
        for members in 0..self.params.members as usize {
            let values: Vec<f64> = trained.ensembles.iter().map(|losses| losses[members]).collect();
            self.point(&mut points, members as f64 + 1.0, &values);
        }
        points.series(id, shared::TRAINED_POINTS).map(|series| series.group(group).how(shared::BY_TRAINING))
    }

    /// Asymptotes against width: single model, endless ensemble with its weight decay, endless ensemble retuned.
    fn asymptotes_figure(&self) -> Figure {
        let curves = self.curves();
        let joint = curves.tuned(self.infinite(), ENDLESS);
        Figure::new("asymptotes", words::ASYMPTOTES, WIDTH, LOSS)
            .series([
                self.across("single", words::TUNED, |i| curves.tuned(i, 1.0)).how(shared::BY_THEORY),
                self.across("ensemble", words::ENDLESS_UNTUNED, |i| curves.mean(i, self.best(i, 1.0), ENDLESS)),
                self.across("retuned", words::ENDLESS, |i| curves.tuned(i, ENDLESS)),
            ])
            .marks([Mark::at_y(text!(words::JOINT, loss = loss(joint)), joint)])
    }

    /// Loss against the total number of features: one wide model or many small ones.
    fn sizes_figure(&self) -> Figure {
        let curves = self.curves();
        let curve = |members: u32| {
            let k = f64::from(members);
            let (x, y) = self.finite().map(|(i, width)| (width * k, curves.tuned(i, k))).unzip();
            let label = text!(words::MEMBERS_OF, members = count(members));
            let series = Series::theory(format!("members-{members}"), label, x, y);
            if members == 1 { series.how(shared::BY_THEORY) } else { series }
        };
        Figure::new("equal-size", words::EQUAL_SIZE, Axis::log(words::TOTAL), LOSS).series([1, 2, 4, 8].map(curve))
    }

    /// The tuned curve and its fitted law, beyond the largest width, beside the loss computed at infinite width.
    #[inline(never)]
    fn extrapolation_figure(&self) -> Option<Figure> {
        let curves = self.curves();
        let (x, y): (Vec<f64>, Vec<f64>) = self.finite().map(|(i, width)| (width, curves.tuned(i, 1.0))).unzip();
        let [floor, factor, exponent] = published::refit(&x, &y)?;
        let first = x[0];
        let wide: Vec<f64> = (0..=64).map(|i| first * math::pow(10_000.0 / first, f64::from(i) / 64.0)).collect();
        let law = wide.iter().map(|x| floor + factor * math::pow(*x, -exponent)).collect();
        let infinite = curves.tuned(self.infinite(), 1.0);
        Some(
            Figure::new("extrapolation", words::EXTRAPOLATION, WIDTH, LOSS)
                .series([
                    Series::theory("fit", words::FITTED_LAW, wide, law),
                    Series::theory("tuned", words::TUNED, x, y).points().how(shared::BY_THEORY),
                ])
                .marks([
                    Mark::at_y(text!(words::FITTED_FLOOR, loss = loss(floor)), floor),
                    Mark::at_y(text!(words::TRUE_FLOOR, loss = loss(infinite)), infinite),
                ])
                .folded(),
        )
    }

    pub(super) fn tables(&self) -> Vec<Table> {
        let curves = self.curves();
        let rows = self.widths.iter().enumerate().map(|(i, width)| {
            let name: Cell = match width {
                Width::Of(count) => (*count as f64).into(),
                Width::Infinite => words::INFINITE.into(),
            };
            let [single, endless] = [self.best(i, 1.0), self.best(i, ENDLESS)];
            vec![
                name,
                curves.mean(i, STANDARD, 1.0).into(),
                curves.mean(i, single, 1.0).into(),
                decay_cell(single - 1),
                curves.mean(i, single, ENDLESS).into(),
                curves.mean(i, endless, ENDLESS).into(),
                decay_cell(endless - 1),
            ]
        });
        let column = |name| Column { name, unit: "" };
        let recipes = Table {
            id: "recipes",
            title: words::RECIPES_TITLE.into(),
            columns: vec![
                column(shared::WIDTH),
                column(words::STANDARD),
                column(words::TUNED),
                column(words::TUNED_DECAY),
                column(words::ENDLESS_UNTUNED),
                column(words::ENDLESS),
                column(words::RETUNED_DECAY),
            ],
            rows: rows.collect(),
            nothing: None,
        };
        vec![recipes, published::table(self.ended())]
    }
}

/// The weight decay with this index as a cell. The lowest one that was tried may not be the best one.
fn decay_cell(index: usize) -> Cell {
    let decay = run::decay(index);
    if index == 0 { text!(words::AT_MOST, decay = number(decay)).into() } else { decay.into() }
}

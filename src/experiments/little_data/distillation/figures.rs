//! Figures and tables of `distillation`.

use super::run::{Curves, FEW_SHARES, Kind};
use super::verdicts::ratio;
use super::{Distillation, published, words};
use crate::experiments::little_data::draws::{estimate, minus};
use crate::experiments::little_data::words as shared;
use crate::output::units::PERCENT;
use crate::output::{Axis, Cell, Column, Figure, Handle, Mark, Points, Series, Table};
use crate::text;
use crate::text::{Template, count, loss, multiple, setting};

const SHARE: Axis = Axis::linear(words::SHARE);
const LOSS: Axis = Axis::linear(shared::LOSS);

/// Number of shares of real data that are tried at each width, the first ones of [`FEW_SHARES`].
const TRIED: usize = FEW_SHARES.len() - 1;

impl Distillation {
    pub(super) fn figures(&self) -> Vec<Figure> {
        let mut figures = vec![self.shares_figure(), self.decays_figure(), self.seeds_figure(), self.widths_figure()];
        figures.extend(published::figures());
        figures
    }

    /// The loss of a kind of student against the share of real data.
    fn curve(&self, id: &'static str, label: Template<0>, kind: Kind) -> Series {
        let curves = self.curves();
        let losses = (0..self.shares.len()).map(|share| curves.tuned(kind, share)).collect();
        Series::theory(id, label, self.shares.clone(), losses)
    }

    /// Measured losses of a kind of student against the share of real data.
    #[inline(never)]
    fn points(&self, id: &'static str, group: &'static str, kind: Kind) -> Option<Series> {
        let mut points = Points::default();
        for (other, share) in self.slots() {
            if let (true, (mean, Some(interval))) = (other == kind, estimate(self.measured(kind, share))) {
                points.push(self.shares[share], mean, interval);
            }
        }
        points.series(id, shared::TRAINED_POINTS).map(|series| series.group(group).how(shared::BY_TRAINING))
    }

    /// The name of the student of a single model.
    fn alone(&self) -> Template<0> {
        if self.taught_by_one() == Kind::Same { words::SAME } else { words::FRESH }
    }

    /// The headline: the loss of students against the share of real data.
    fn shares_figure(&self) -> Figure {
        let curves = self.curves();
        let [single, ensemble] = curves.levels();
        let here = curves.tuned(Kind::Distilled, self.share(self.params.mu));
        let mut series = vec![
            self.curve("distilled", words::DISTILLED, Kind::Distilled).how(shared::BY_THEORY),
            self.curve("alone", self.alone(), self.taught_by_one()),
        ];
        if self.done > 0 {
            series.extend(self.points("distilled-trained", "distilled", Kind::Distilled));
            series.extend(self.points("alone-trained", "alone", self.taught_by_one()));
        }
        Figure::new("loss-vs-share", words::LOSS_AGAINST_SHARE, SHARE, LOSS)
            .groups([("distilled", words::DISTILLED), ("alone", self.alone())])
            .series(series)
            .marks([
                Mark::at_y(text!(words::SINGLE_LEVEL, loss = loss(single)), single),
                Mark::at_y(
                    text!(words::ENSEMBLE_LEVEL, members = count(self.params.members), loss = loss(ensemble)),
                    ensemble,
                ),
            ])
            .handle(
                Handle::along("mu", "distilled"),
                Mark::at(text!(words::THIS_SHARE, loss = loss(here)), self.params.mu, here),
            )
    }

    /// Loss against weight decay: single model, ensemble, and the student with the share of real data of the parameters.
    fn decays_figure(&self) -> Figure {
        let (curves, mu) = (self.curves(), self.share(self.params.mu));
        let x = || self.decays.clone();
        let curve = |loss: &dyn Fn(usize) -> f64| (0..self.decays.len()).map(loss).collect::<Vec<_>>();
        let student = curve(&|decay| curves.mean(Kind::Distilled, mu, decay));
        let lowest = (0..student.len()).min_by(|&i, &j| student[i].total_cmp(&student[j])).unwrap_or(0);
        let [single, _] = curves.teachers;
        let times = self.decays[single] / self.decays[lowest];
        let label = if times > 1.0 {
            text!(words::TIMES_SMALLER, times = multiple(times))
        } else {
            words::BEST_OF_STUDENT.into()
        };
        let marks = [
            Mark::at(words::BEST_OF_SINGLE, self.decays[single], curves.single(single)),
            Mark::at(label, self.decays[lowest], student[lowest]),
        ];
        let mut series = vec![
            Series::theory("distilled", words::DISTILLED, x(), student).how(shared::BY_THEORY),
            Series::theory("single", words::SINGLE, x(), curve(&|decay| curves.single(decay))),
            Series::theory("ensemble", words::ENSEMBLE, x(), curve(&|decay| curves.together(decay))),
        ];
        if self.done > 0 {
            series.extend(self.trained_decays(mu));
        }
        Figure::new(
            "loss-vs-decay",
            text!(words::LOSS_AGAINST_DECAY, mu = setting(self.params.mu)),
            Axis::log(shared::DECAY),
            LOSS,
        )
        .groups([("distilled", words::DISTILLED), ("single", words::SINGLE), ("ensemble", words::ENSEMBLE)])
        .series(series)
        .marks(marks)
    }

    /// Measured losses at the weight decays with which single model, ensemble and student are trained.
    #[inline(never)]
    fn trained_decays(&self, mu: usize) -> Vec<Series> {
        let [single, ensemble] = self.pilot.teachers.map(|decay| self.decays[decay]);
        let student = self.student_decay(Kind::Distilled, mu);
        let trained = [
            ("distilled-trained", "distilled", student, self.measured(Kind::Distilled, mu)),
            ("single-trained", "single", single, &self.trained.singles),
            ("ensemble-trained", "ensemble", ensemble, &self.trained.ensembles),
        ];
        let point = |(id, group, decay, values): (&'static str, &'static str, f64, &[f64])| {
            let mut points = Points::default();
            if let (mean, Some(interval)) = estimate(values) {
                points.push(decay, mean, interval);
            }
            points.series(id, shared::TRAINED_POINTS).map(|series| series.group(group).how(shared::BY_TRAINING))
        };
        trained.into_iter().filter_map(point).collect()
    }

    /// Students of a single model, with a fresh seed and with their teacher's.
    fn seeds_figure(&self) -> Figure {
        let kinds = [("fresh", words::FRESH, Kind::Fresh), ("same", words::SAME, Kind::Same)];
        let computed = self.curves.count() > self.pilot.count();
        let shown = kinds.iter().filter(|(.., kind)| computed || *kind == self.taught_by_one());
        let mut series: Vec<Series> = shown.map(|(id, label, kind)| self.curve(id, *label, *kind)).collect();
        series[0].how = Some(shared::BY_THEORY.into());
        if self.done > 0 {
            series.extend(self.points("fresh-trained", "fresh", Kind::Fresh));
            series.extend(self.points("same-trained", "same", Kind::Same));
        }
        let [single, _] = self.curves().levels();
        Figure::new("seeds", words::SEEDS, SHARE, LOSS)
            .groups(kinds.map(|(id, label, _)| (id, label)))
            .series(series)
            .marks([Mark::at_y(text!(words::TEACHER_LEVEL, loss = loss(single)), single)])
    }

    /// The retained share of the ensemble's gain against width, with the best share of real data at each width.
    fn widths_figure(&self) -> Figure {
        let figure = Figure::new(
            "retained-vs-width",
            text!(words::RETAINED_AGAINST_WIDTH, members = count(self.params.members)),
            Axis::log(shared::WIDTH),
            Axis::linear(words::RETAINED).unit(PERCENT),
        )
        .group("retained", words::RETAINED);
        let few: Vec<usize> = FEW_SHARES[..TRIED].iter().map(|mu| self.share(*mu)).collect();
        let here = (f64::from(self.params.width), kept(self.curves(), &few));
        if self.widths.is_empty() {
            let point = Series::theory("retained", words::RETAINED, vec![here.0], vec![here.1]).points();
            return figure.series([point.how(shared::BY_THEORY)]);
        }
        figure.series(self.retained_series(here, &few))
    }

    /// The curve over all widths, and what was measured at the width of the parameters.
    #[inline(never)]
    fn retained_series(&self, here: (f64, f64), few: &[usize]) -> impl Iterator<Item = Series> {
        let others = self.other_widths().into_iter().map(f64::from).zip(&self.widths);
        let mut computed: Vec<(f64, f64)> =
            others.map(|(width, curves)| (width, kept(curves, &(0..TRIED).collect::<Vec<_>>()))).collect();
        computed.push(here);
        computed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (x, y) = computed.into_iter().unzip();
        let curve = Series::theory("retained", words::RETAINED, x, y).how(shared::BY_THEORY);
        // The share of real data that is best on the curves, among those that are trained.
        let loss = |share: usize| self.curves.tuned(Kind::Distilled, share);
        let best = few.iter().copied().min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(0);
        let trained = &self.trained;
        let mut points = Points::default();
        let (kept, gains) = (self.kept(best), minus(&trained.singles, &trained.ensembles));
        if let (mean, Some(interval)) = ratio(&kept, &gains) {
            points.push(here.0, mean, interval);
        }
        let measured = points.series("retained-trained", shared::TRAINED_POINTS);
        [curve].into_iter().chain(measured.map(|series| series.group("retained").how(shared::BY_TRAINING)))
    }

    pub(super) fn tables(&self) -> Vec<Table> {
        let curves = self.curves();
        let [single, ensemble] = curves.levels();
        let row = |share: usize| -> Vec<Cell> {
            let decay = |kind: Kind| self.decays[curves.best(kind, share)];
            let distilled = curves.tuned(Kind::Distilled, share);
            vec![
                self.shares[share].into(),
                distilled.into(),
                decay(Kind::Distilled).into(),
                curves.kept_share(share, curves.best(Kind::Distilled, share)).into(),
                curves.tuned(self.taught_by_one(), share).into(),
                decay(self.taught_by_one()).into(),
            ]
        };
        let column = |name| Column { name, unit: "" };
        let students = Table {
            id: "students",
            title: text!(words::STUDENTS_TITLE, single = loss(single), ensemble = loss(ensemble)),
            columns: vec![
                column(words::SHARE),
                column(words::DISTILLED),
                column(words::DECAY_OF_DISTILLED),
                Column { name: words::RETAINED, unit: PERCENT.english() },
                column(self.alone()),
                column(words::DECAY_OF_ALONE),
            ],
            rows: (0..self.shares.len()).map(row).collect(),
            nothing: None,
        };
        vec![students, published::table()]
    }
}

/// The share of the ensemble's gain that its student keeps, with the best of some shares of real data.
fn kept(curves: &Curves, shares: &[usize]) -> f64 {
    let loss = |share: usize| curves.tuned(Kind::Distilled, share);
    let best = shares.iter().copied().min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(0);
    curves.kept_share(best, curves.best(Kind::Distilled, best))
}

//! Figures of a fit.

use super::answer::EPOCHS;
use super::{Claimed, Compared, LEVEL, Study, published_id};
use crate::fit::bootstrap::{self, interval};
use crate::fit::choose;
use crate::fit::derived::{allocation, tokens_for};
use crate::fit::objective::Room;
use crate::fit::profile::Profile;
use crate::fit::{Fit, Residual, Role, Transform};
use crate::kit::fits::words;
use crate::math;
use crate::output::{Axis, Figure, Handle, Id, Mark, Series, units};
use crate::stats::{order, sort};
use crate::text;
use crate::text::{Argument, Template, Text, amount, count, interval as ends_of, loss, multiple, name, number};

/// Largest number of refits that are used to compute a band.
const BAND: usize = 400;
/// Largest number of groups of rows in a figure. It is the number of colours that the page has.
const GROUPS: usize = 8;
/// Largest ratio of the values of two rows that are put into one group at first. Groups may be merged later.
const CLOSE: f64 = 1.03;
/// Number of points at which a curve is computed.
const CURVE: u32 = 60;

/// An axis that is logarithmic if `log`, and otherwise linear.
const fn axis(label: Template<0>, log: bool) -> Axis {
    if log { Axis::log(label) } else { Axis::linear(label) }
}

/// The smallest and the largest of some values. If all of them are negative, the second number is 0.
fn ends(values: impl IntoIterator<Item = f64>) -> [f64; 2] {
    values.into_iter().fold([f64::INFINITY, 0.0], |[lo, hi], x| [lo.min(x), hi.max(x)])
}

/// Puts rows with about equal values into groups, in ascending order of the values, which must be positive. While there
/// are more than [`GROUPS`] groups, the two neighbours whose values differ least are merged.
fn apart(values: impl Iterator<Item = f64>) -> Vec<Group> {
    let values: Vec<f64> = values.collect();
    let mut groups: Vec<Group> = Vec::new();
    for row in order(&values) {
        let x = values[row];
        match groups.last_mut() {
            Some(Group { ends, rows }) if x <= CLOSE * ends[0] => {
                ends[1] = x;
                rows.push(row);
            }
            _ => groups.push(Group { ends: [x; 2], rows: vec![row] }),
        }
    }
    while groups.len() > GROUPS {
        let span = |k: usize| groups[k + 1].ends[1] / groups[k].ends[0];
        let nearest = (0..groups.len() - 1).min_by(|&a, &b| span(a).total_cmp(&span(b))).unwrap_or(0);
        let next = groups.remove(nearest + 1);
        groups[nearest].ends[1] = next.ends[1];
        groups[nearest].rows.extend(next.rows);
    }
    groups
}

/// A group of rows with about equal values. `ends` contains the smallest and the largest of the values.
#[derive(Clone, Debug, PartialEq)]
struct Group {
    ends: [f64; 2],
    rows: Vec<usize>,
}

/// The range of a group's values, as an argument of a label. It is a single number if the two ends differ by at most
/// 0.05%.
fn spanned([least, most]: [f64; 2]) -> Argument {
    if most <= least * 1.0005 { number(least) } else { ends_of([least, most]) }
}

impl Study<'_> {
    /// The name in the legend for a curve with published or true parameters.
    pub(super) fn whose(&self, claimed: &Claimed) -> Text {
        match claimed.by {
            None => words::TRUTH.into(),
            Some(by) if self.truth() == Some(claimed.values) => text!(words::TRUTH_OF, authors = name(by)),
            Some(by) => Text::verbatim(by),
        }
    }

    /// At most [`BAND`] refits, evenly spaced in the list of all refits.
    pub(super) fn some_refits(&self) -> Vec<Vec<f64>> {
        let keep = self.refits.len().min(BAND);
        (0..keep).map(|k| self.refits[k * self.refits.len() / keep].clone()).collect()
    }

    /// Adds a band to the curve `line`. `of` computes the curve for given parameters. At each point, the band is the
    /// interval that contains 95% of the curves for the refitted parameters.
    pub(super) fn banded(&self, line: Series, of: &dyn Fn(&[f64]) -> Vec<f64>) -> Series {
        let curves: Vec<_> = self.some_refits().iter().map(|p| of(p)).collect();
        if curves.is_empty() {
            return line;
        }
        let band = |i: usize| interval(curves.iter().map(|y| y[i]), LEVEL);
        let [lo, hi] = [0, 1].map(|end| (0..line.x.len()).map(|i| band(i)[end]).collect());
        line.interval(lo, hi)
    }

    /// Curves for the parameters with which the fit is compared: one for each published set and one for the set from
    /// which the runs were simulated. `of` computes the ordinates of a curve from parameters.
    pub(super) fn theirs(&self, x: &[f64], of: &dyn Fn(&[f64]) -> Vec<f64>) -> Vec<Series> {
        let one = |(k, claimed): (usize, Claimed)| {
            Series::published(published_id(k), self.whose(&claimed), x.to_vec(), of(claimed.values)).line()
        };
        self.claimed().into_iter().enumerate().map(one).collect()
    }

    /// Adds a band to the curve `line`, which has the fitted predictions for `inputs`. The band is computed from the
    /// refitted parameters.
    pub(super) fn curve(&self, line: Series, inputs: &[Vec<f64>]) -> Series {
        self.banded(line, &|p| self.along(p, inputs))
    }

    /// Predictions of the law with parameters `p` for the given inputs.
    fn along(&self, p: &[f64], inputs: &[Vec<f64>]) -> Vec<f64> {
        inputs.iter().map(|x| self.problem.law.predict(p, x)).collect()
    }

    /// Title of the figure of the runs, and its axis for the losses.
    fn runs(&self) -> (Template<0>, Axis) {
        let title = match (self.simulated, self.fit.is_some()) {
            (false, false) => words::DATA,
            (false, true) => words::DATA_AND_FIT,
            (true, false) => words::SIMULATED_DATA,
            (true, true) => words::SIMULATED_DATA_AND_FIT,
        };
        let log = self.problem.objective.residual == Residual::Log;
        let value = if self.problem.law.info.objective.residual == Residual::Log { words::LOSS } else { words::VALUE };
        (title, axis(value, log))
    }

    /// Figure of the runs and of the law fitted to them, for a law of parameters, tokens and perhaps unique tokens. The
    /// indices of these inputs are `n`, `d` and `unique`.
    #[inline(never)]
    pub(super) fn data(&self, n: usize, d: usize, unique: Option<usize>) -> Figure {
        let data = &self.shown.data;
        // A law of repeated data is drawn over epochs, with one group for each number of unique tokens. Other laws are drawn
        // over tokens, with one group for each number of parameters.
        let by = unique.unwrap_or(n);
        let over = |x: &[f64]| unique.map_or(x[d], |u| (x[d] / x[u]).max(1.0));
        let groups = apart((0..data.len()).map(|i| data.input(i)[by]));
        let (mut series, mut named) = (Vec::new(), Vec::new());
        for (g, Group { ends: span, rows }) in groups.iter().enumerate() {
            let x: Vec<f64> = rows.iter().map(|&i| over(data.input(i))).collect();
            let y = rows.iter().map(|&i| data.y[i]).collect();
            let group = format!("g{}", g + 1);
            series.extend(self.fit.map(|fit| self.curve_of(fit, rows, ends(x.iter().copied()), [n, d], &group)));
            let span = spanned(*span);
            let (label, name) = match unique {
                Some(_) => (text!(words::RUNS_OF_UNIQUE, unique = span.clone()), text!(words::UNIQUE, unique = span)),
                None => (text!(words::RUNS_OF_SIZE, size = span.clone()), text!(words::SIZE, size = span)),
            };
            series.push(Series::measured(format!("{group}-runs"), label, x, y).group(group.clone()).how(words::RUNS));
            named.push((group, name));
        }
        let x = Axis::log(if unique.is_some() { words::EPOCHS } else { words::TOKENS_D });
        let (title, value) = self.runs();
        Figure::new("data", title, x, value).groups(named).series(series)
    }

    /// The fitted curve for a group of rows. `lo` and `hi` are the smallest and the largest abscissa of the rows, `n`
    /// and `d` are the indices of the inputs for parameters and tokens, and `group` is the id of the group.
    #[inline(never)]
    fn curve_of(&self, fit: &Fit, rows: &[usize], [lo, hi]: [f64; 2], [n, d]: [usize; 2], group: &str) -> Series {
        let (data, law, unique) = (&self.shown.data, self.problem.law, self.place(Role::Unique));
        let middle =
            |k: usize| math::exp(rows.iter().map(|&i| math::ln(data.input(i)[k])).sum::<f64>() / rows.len() as f64);
        let xs = math::ratios(lo, hi * 2.0, CURVE + 1);
        let at = |x: &f64| {
            let mut inputs: Vec<f64> = (0..law.info.inputs.len()).map(middle).collect();
            inputs[d] = unique.map_or(*x, |u| x * inputs[u]);
            inputs
        };
        let inputs: Vec<_> = xs.iter().map(at).collect();
        let size = number(middle(n));
        let label = match unique {
            Some(u) => text!(words::FIT_OF_UNIQUE, unique = number(middle(u)), size = size),
            None => text!(words::FIT_OF_SIZE, size = size),
        };
        let line = Series::theory(format!("{group}-curve"), label, xs, self.along(&fit.params, &inputs));
        self.curve(line, &inputs).group(group.to_owned()).how(words::FIT)
    }

    #[inline(never)]
    pub(super) fn data_of_one(&self) -> Figure {
        let data = &self.shown.data;
        let xs = || (0..data.len()).map(|i| data.input(i)[0]);
        let [lo, hi] = ends(xs().filter(|x| *x > 0.0));
        // The curve goes half a decade beyond the runs, because a law is used to extrapolate.
        let curve = math::ratios(lo, 3.0 * hi, 2 * CURVE + 1);
        let inputs: Vec<_> = curve.iter().map(|x| vec![*x]).collect();
        let mut series = vec![Series::measured("runs", words::RUNS, xs().collect(), data.y.clone())];
        for (k, claimed) in self.claimed().into_iter().enumerate() {
            let y = self.along(claimed.values, &inputs);
            series.push(Series::theory(published_id(k), self.whose(&claimed), curve.clone(), y));
        }
        if let Some(fit) = self.fit {
            let line = Series::theory("fit", words::FIT, curve.clone(), self.along(&fit.params, &inputs));
            series.push(self.curve(line, &inputs));
            series.extend(self.other_laws(&curve, &inputs));
        }
        let (title, value) = self.runs();
        let mut figure = Figure::new("data", title, Axis::log(words::X), value).series(series);
        figure.heading = self.heading.cloned();
        figure
    }

    /// The fitted curves of other laws with one input. On a logarithmic axis they end at half the least value of the
    /// runs, because a curve that tends to 0 would leave no room for the others.
    #[inline(never)]
    fn other_laws(&self, x: &[f64], inputs: &[Vec<f64>]) -> Vec<Series> {
        let log = self.problem.objective.residual == Residual::Log;
        let least = if log { 0.5 * ends(self.shown.data.y.iter().copied())[0] } else { f64::NEG_INFINITY };
        let one = |(k, other): (usize, &Compared)| {
            let (law, p) = other.fitted.as_ref().filter(|(law, _)| law.info.inputs.len() == 1)?;
            let y =
                inputs.iter().map(|x| Some(law.predict(p, x)).filter(|y| *y >= least).unwrap_or(f64::NAN)).collect();
            Some(Series::theory(format!("law-{}", k + 1), Text::verbatim(other.name), x.to_vec(), y))
        };
        self.compared.iter().enumerate().filter_map(one).collect()
    }

    /// Figure of the worth of K epochs over U unique tokens. The worth is the number of fresh tokens that would give an
    /// equal loss, divided by U.
    ///
    /// `d` and `u` are the indices of the inputs for tokens and unique tokens. The number of parameters of the model is
    /// U / 100, so small that the unique tokens support all of them.
    #[inline(never)]
    pub(super) fn worth(&self, d: usize, u: usize) -> Figure {
        let (data, law) = (&self.shown.data, self.problem.law);
        let over = self.worth_over(u);
        let [_, most] = ends((0..data.len()).map(|i| data.input(i)[d] / data.input(i)[u]));
        let asked = self.ask.epochs.unwrap_or(EPOCHS);
        let xs = math::ratios(1.0, most.max(asked).clamp(16.0, 1000.0), CURVE / 2 + 1);
        let of = |p: &[f64]| xs.iter().map(|&k| over.of(law, p, k)).collect::<Vec<_>>();
        let fitted =
            self.fit.map(|fit| self.banded(Series::theory("fit", words::FIT, xs.clone(), of(&fit.params)), &of));
        let fresh = Series::theory("fresh", words::FRESH, xs.clone(), xs.clone());
        let mut series: Vec<_> = fitted.into_iter().chain([fresh]).collect();
        series.extend(self.theirs(&xs, &of));
        if !self.compared.is_empty() {
            series.extend(self.worth_by_other_laws(&xs, u));
        }
        series.retain(|series| series.y.iter().any(|y| y.is_finite()));
        let (x, y) = (Axis::log(words::EPOCHS), Axis::log(words::WORTH));
        let mut figure = Figure::new("worth", words::WORTH_OF_EPOCHS, x, y).group("fit", words::FIT).series(series);
        if let Some(p) = self.best_known() {
            let worth = over.of(law, p, asked);
            let mark = Mark::at(text!(words::WORTH_OF, epochs = count(asked), worth = multiple(worth)), asked, worth);
            match self.best_known_curve().filter(|_| self.ask.epochs.is_some() && worth.is_finite()) {
                Some(curve) => figure = figure.handle(Handle::along("epochs", curve), mark),
                None => figure.marks.push(mark),
            }
        }
        figure
    }

    /// The id of the curve with the parameters [`Study::best_known`].
    fn best_known_curve(&self) -> Option<Id> {
        let truth = || self.claimed().iter().position(|claimed| Some(claimed.values) == self.truth()).map(published_id);
        self.fit.map_or_else(truth, |_| Some("fit".into()))
    }

    /// The parameters that a figure shows: those of the fit and, before it, those that the runs were simulated from.
    fn best_known(&self) -> Option<&[f64]> {
        self.fit.map_or_else(|| self.truth(), |fit| Some(&fit.params))
    }

    /// The worth of epochs under other laws of repeated data that were fitted to the runs.
    #[inline(never)]
    fn worth_by_other_laws(&self, x: &[f64], u: usize) -> Vec<Series> {
        let one = |(k, other): (usize, &Compared)| {
            let (law, p) = other.repeats()?;
            let y = x.iter().map(|&epochs| self.worth_over(u).of(law, p, epochs)).collect();
            Some(Series::theory(format!("law-{}", k + 1), Text::verbatim(other.name), x.to_vec(), y))
        };
        self.compared.iter().enumerate().filter_map(one).collect()
    }

    /// Figure of parameters against tokens: the runs, the compute-optimal split, all splits of the budget and, after the
    /// fit, lines of equal loss. `n` and `d` are the places of the parameters and of the tokens among the inputs.
    #[inline(never)]
    pub(super) fn contours(&self, n: usize, d: usize) -> Figure {
        let data = &self.shown.data;
        let at = |k: usize| (0..data.len()).map(|i| data.input(i)[k]).collect::<Vec<_>>();
        let (sizes, tokens) = (at(n), at(d));
        let mut compute = ends(sizes.iter().zip(&tokens).map(|(n, d)| 6.0 * n * d));
        let mut frame = [ends(sizes.iter().copied()), ends(tokens.iter().copied())];
        let p = self.best_known();
        // The best split of the budget may lie far beyond the runs. There is room for 100 times the compute of the largest
        // run, so that the axes stay while the budget is dragged.
        let asked = p.zip(self.ask.compute);
        let best = asked.and_then(|(p, budget)| self.split(p, budget));
        if let Some((p, budget)) = asked.filter(|_| best.is_some()) {
            for budget in [budget, 100.0 * compute[1]] {
                let Some(split) = self.split(p, budget) else { continue };
                let within = |[lo, hi]: [f64; 2], x: f64| [lo.min(x), hi.max(x)];
                frame = [within(frame[0], split[0]), within(frame[1], split[1])];
                compute = within(compute, budget);
            }
        }
        let frame = frame.map(|[lo, hi]| [0.5 * lo, 2.0 * hi]);
        let mut series = vec![Series::measured("runs", words::RUNS, sizes, tokens)];
        let splits = p.map(|p| self.best_splits(p, frame, compute));
        let budgets = splits.map_or_else(Vec::new, |(line, budgets)| {
            series.push(line);
            budgets
        });
        series.extend(self.all_splits(frame));
        if let Some(fit) = self.fit {
            series.extend(self.equal_loss(&fit.params, frame));
            series.extend(self.true_optimum());
        }
        series.retain(|series| series.y.iter().any(|y| y.is_finite()));
        let (x, y) = (Axis::log(words::PARAMETERS_N), Axis::log(words::TOKENS_D));
        let mut figure = Figure::new("contours", words::CONTOURS, x, y)
            .groups([("runs", words::RUNS), ("best", words::BEST), ("loss", words::EQUAL_LOSSES)])
            .series(series);
        if let Some([n, d]) = best {
            let (size, tokens) = (amount(n), amount(d));
            let label = if self.fit.is_some() {
                text!(words::FIT_OPTIMUM, parameters = size, tokens = tokens)
            } else {
                text!(words::TRUE_OPTIMUM, parameters = size, tokens = tokens)
            };
            let mark = Mark::at(label, n, d);
            if budgets.len() > 1 {
                figure = figure.handle(Handle::along("budget", "best").values(budgets), mark);
            } else {
                figure.marks.push(mark);
            }
        }
        figure
    }

    /// The best number of parameters and of tokens for a budget at the parameters `p`; `None` if there is no best split.
    fn split(&self, p: &[f64], budget: f64) -> Option<[f64; 2]> {
        let [n, d, _] = allocation(self.problem.law, p, budget, self.ask.unique);
        (n.is_finite() && d.is_finite()).then_some([n, d])
    }

    /// The best split of the budget at the true parameters of simulated runs.
    #[inline(never)]
    fn true_optimum(&self) -> Option<Series> {
        let [n, d] = self.split(self.truth()?, self.ask.compute?)?;
        let label = text!(words::TRUE_OPTIMUM, parameters = amount(n), tokens = amount(d));
        Some(Series::theory("true-optimum", label, vec![n], vec![d]).points())
    }

    /// The curve of the best split into parameters and tokens, by the law with parameters `p`, for all budgets from `lo`
    /// to `hi`, and these budgets. Points outside `frame`, which holds the least and largest parameters and tokens, are
    /// left out.
    fn best_splits(&self, p: &[f64], frame: [[f64; 2]; 2], [lo, hi]: [f64; 2]) -> (Series, Vec<f64>) {
        let (mut x, mut y, mut budgets) = (Vec::new(), Vec::new(), Vec::new());
        for c in math::ratios(lo, hi, 25) {
            let [n, d, _] = allocation(self.problem.law, p, c, self.ask.unique);
            if [n, d].iter().zip(frame).all(|(x, [lo, hi])| (lo..=hi).contains(x)) {
                x.push(n);
                y.push(d);
                budgets.push(c);
            }
        }
        (Series::theory("best", words::BEST, x, y), budgets)
    }

    /// Lines of equal loss within a frame of parameters and tokens.
    #[inline(never)]
    fn equal_loss(&self, p: &[f64], [[n_lo, n_hi], [d_lo, d_hi]]: [[f64; 2]; 2]) -> Vec<Series> {
        let inside = |d: f64| if (d_lo..=d_hi).contains(&d) { d } else { f64::NAN };
        let xs = || math::ratios(n_lo, n_hi, CURVE + 1);
        let mut losses = self.shown.data.y.clone();
        sort(&mut losses);
        let line = |k: u32| {
            let level = bootstrap::quantile(&losses, 0.1 + 0.25 * f64::from(k));
            let tokens = |n: &f64| inside(tokens_for(self.problem.law, p, *n, level, self.ask.unique));
            let (id, label) = (format!("loss-{}", k + 1), text!(words::EQUAL_LOSS, loss = loss(level)));
            let line = Series::theory(id, label, xs(), xs().iter().map(tokens).collect());
            line.group("loss").tag(text!(words::LOSS_THERE, loss = loss(level)))
        };
        (0..4).map(line).collect()
    }

    /// The line of all splits of the budget within a frame of parameters and tokens.
    fn all_splits(&self, [[n_lo, n_hi], [d_lo, d_hi]]: [[f64; 2]; 2]) -> Option<Series> {
        let budget = self.ask.compute?;
        let x = math::ratios(n_lo, n_hi, CURVE + 1);
        let tokens = |n: &f64| Some(budget / (6.0 * n)).filter(|d| (d_lo..=d_hi).contains(d)).unwrap_or(f64::NAN);
        let y = x.iter().map(tokens).collect();
        Some(Series::theory("budget", text!(words::BUDGET, compute = number(budget)), x, y))
    }

    /// Figure of the compute-optimal number of tokens per parameter as a function of the compute budget.
    pub(super) fn frontier(&self, fit: &Fit) -> Option<Figure> {
        let (n, d) = (self.place(Role::Params)?, self.place(Role::Tokens)?);
        let (data, law) = (&self.shown.data, self.problem.law);
        let [c_lo, c_hi] = ends((0..data.len()).map(|i| 6.0 * data.input(i)[n] * data.input(i)[d]));
        let budget = self.ask.compute.unwrap_or(c_hi);
        let xs = math::ratios(c_lo.min(budget), c_hi.max(10.0 * budget), 13);
        let at = |p: &[f64], c: f64| {
            let [n, d, _] = allocation(law, p, c, self.ask.unique);
            d / n
        };
        let of = |p: &[f64]| xs.iter().map(|&c| at(p, c)).collect::<Vec<_>>();
        let mut series = vec![self.banded(Series::theory("fit", words::FIT, xs.clone(), of(&fit.params)), &of)];
        series.extend(self.theirs(&xs, &of));
        let mut figure = Figure::new(
            "frontier",
            words::FRONTIER,
            Axis::log(words::COMPUTE).unit(units::FLOPS),
            Axis::log(words::RATIO),
        )
        .series(series);
        let label = text!(words::RATIO_AT_BUDGET, ratio = multiple(at(&fit.params, budget)));
        figure.marks.push(Mark::at_x(label, budget));
        Some(figure)
    }

    /// Figure of measured against predicted losses. All runs are predicted by the fit; the largest runs are also
    /// predicted by a fit without them.
    pub(super) fn predicted(&self, fit: &Fit) -> Figure {
        let mut room = Room::default();
        self.shown.at(&fit.params, &mut room);
        let data = &self.shown.data;
        let log = self.problem.objective.residual == Residual::Log;
        let [lo, hi] = data
            .y
            .iter()
            .chain(&room.values)
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], y| [a.min(*y), b.max(*y)]);
        let mut series = vec![
            Series::measured("runs", words::FITTED_RUNS, room.values.clone(), data.y.clone()),
            Series::theory("equal", words::EQUAL, vec![lo, hi], vec![lo, hi]),
        ];
        if let Some(out) = self.largest {
            series.push(Series::measured("largest", words::LARGEST_RUNS, out.predicted.clone(), out.measured.clone()));
        }
        let (x, y) = (axis(words::PREDICTED, log), axis(words::MEASURED, log));
        Figure::new("predicted", words::PREDICTED_AND_MEASURED, x, y).series(series)
    }

    pub(super) fn residuals(&self, fit: &Fit) -> Figure {
        let mut room = Room::default();
        self.shown.at(&fit.params, &mut room);
        let size: Vec<f64> = (0..self.shown.data.len()).map(|i| choose::scale(self.shown, i)).collect();
        let label = match self.problem.objective.residual {
            Residual::Log => words::LOG_RESIDUAL,
            Residual::Plain => words::PLAIN_RESIDUAL,
        };
        let many = self.problem.law.info.inputs.len() > 1;
        let size_label = if many { words::SIZE_OF_RUN } else { words::X };
        let from_zero = size.iter().any(|x| *x <= 0.0);
        let runs = Series::measured("residuals", words::RESIDUALS, size, room.residuals);
        let (x, y) = (axis(size_label, !from_zero), axis(label, false));
        let mut figure = Figure::new("residuals", words::RESIDUALS_OF_FIT, x, y).series([runs]);
        figure.heading = self.heading.cloned();
        figure
    }

    /// Figure of the refitted values of the two parameters whose values have the strongest correlation.
    pub(super) fn ridge(&self) -> Option<Figure> {
        let params = self.problem.law.info.params;
        let (r, [i, j]) = self.tied()?;
        let of = |j: usize| self.refits.iter().map(|p| p[j]).collect::<Vec<_>>();
        let scale = |j: usize| {
            axis(Template::new(params[j].name), params[j].transform == Transform::Log)
                .unit(Template::new(params[j].unit))
        };
        let [first, second] = [i, j].map(|j| name(params[j].name));
        let title = text!(words::RIDGE, first = first, second = second, correlation = number(r));
        let mut figure = Figure::new("ridge", title, scale(i), scale(j)).series([Series::measured(
            "refits",
            words::REFITS,
            of(i),
            of(j),
        )]);
        figure.marks.extend(self.truth().map(|truth| Mark::at(words::TRUTH, truth[i], truth[j])));
        Some(figure)
    }

    pub(super) fn profile(&self, fit: &Fit, j: usize, profile: &Profile) -> Figure {
        let param = &self.problem.law.info.params[j];
        let (x, y): (Vec<f64>, Vec<f64>) = profile.points().iter().map(|point| (point.value, point.objective)).unzip();
        let level = profile.threshold();
        let [lo, hi] = [x[0], x[x.len() - 1]];
        let mut figure = Figure::new(
            param.name,
            text!(words::PROFILE, parameter = name(param.name)),
            axis(Template::new(param.name), param.transform == Transform::Log).unit(Template::new(param.unit)),
            Axis::log(words::LOWEST),
        )
        .series([
            Series::theory("profile", words::LOWEST, x, y),
            Series::theory("level", words::LEVEL, vec![lo, hi], vec![level; 2]),
        ]);
        let ends = profile.interval().into_iter().filter(|end| end.is_finite());
        figure.marks = ends.map(|end| Mark::at_x(text!(words::END, value = number(end)), end)).collect();
        if !self.undetermined(j, fit.params[j]) {
            let value = fit.params[j];
            figure.marks.push(Mark::at_x(text!(words::FIT_AT, value = number(value)), value));
        }
        let at = |truth: &[f64]| Mark::at_x(text!(words::TRUTH_AT, value = number(truth[j])), truth[j]);
        figure.marks.extend(self.truth().map(at));
        figure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_curves_of_their_own_as_long_as_there_are_colours() {
        let ends = |values: &[f64]| apart(values.iter().copied()).iter().map(|group| group.ends).collect::<Vec<_>>();
        let sizes = [1e7, 2e7, 4e7, 1e8, 2e8, 4e8, 1e9];
        let seven = apart(sizes.into_iter().chain(sizes));
        assert_eq!(seven.len(), 7, "a curve each: {seven:?}");
        assert_eq!(seven[2], Group { ends: [4e7; 2], rows: vec![2, 9] });
        assert_eq!(ends(&[1e8, 1.01e8, 2e8]), [[1e8, 1.01e8], [2e8; 2]], "about one size");
        let nine = ends(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 40.0, 80.0, 1e9]);
        assert_eq!((nine.len(), nine[5], nine[7]), (GROUPS, [32.0, 40.0], [1e9; 2]), "the two that differ least");
        let many: Vec<f64> = (0..10_000).map(|i| math::exp(f64::from(i) / 700.0)).collect();
        assert_eq!(apart(many.into_iter()).iter().map(|group| group.rows.len()).sum::<usize>(), 10_000);
    }
}

//! Figures of a fit.

use super::{LEVEL, Study, TRUTH, author, published_id};
use crate::fit::bootstrap::{self, interval};
use crate::fit::choose;
use crate::fit::derived::{allocation, inputs, tokens_for};
use crate::fit::objective::Room;
use crate::fit::profile::Profile;
use crate::fit::{Fit, Residual, Role, Transform};
use crate::math;
use crate::output::{Axis, Figure, Id, Mark, Series};
use crate::text::word;

/// Refits that make a band of a curve, at most.
const BAND: usize = 400;
/// Groups of runs that are drawn apart: as many as the page has colours.
const GROUPS: usize = 8;
/// Sizes within this factor are drawn as one.
const CLOSE: f64 = 1.03;
/// Points of a curve.
const CURVE: u32 = 60;

/// An axis whose scale depends on the data.
const fn axis(label: crate::text::Template<0>, log: bool) -> Axis {
    if log { Axis::log(label) } else { Axis::linear(label) }
}

/// Least and greatest.
fn ends(values: impl IntoIterator<Item = f64>) -> [f64; 2] {
    values.into_iter().fold([f64::INFINITY, 0.0], |[lo, hi], x| [lo.min(x), hi.max(x)])
}

/// A number of three digits, as a label has it: thousands as k, millions as M, then B and T.
fn short(x: f64) -> String {
    let size = x.abs();
    let known =
        [(1e15, f64::NAN, ""), (1e12, 1e12, "T"), (1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e3, 1e3, "k"), (1e-3, 1.0, "")];
    match known.into_iter().find(|(least, ..)| size >= *least) {
        Some((_, unit, letter)) if unit.is_finite() => {
            let power = math::ln((size / unit).max(1e-3)) / std::f64::consts::LN_10;
            let decimals = (2.0 - (power + 1e-9).floor()).clamp(0.0, 5.0) as usize;
            let text = format!("{:.decimals$}", x / unit);
            let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            format!("{text}{letter}")
        }
        _ if x == 0.0 => "0".into(),
        _ => format!("{x:.2e}"),
    }
}

/// Rows apart by a positive value, in rising order: those of about one value together; where these are too many, the
/// neighbours that differ least together, until there are as many as can be drawn.
fn apart(values: impl Iterator<Item = f64>) -> Vec<Group> {
    let mut order: Vec<(f64, usize)> = values.enumerate().map(|(row, x)| (x, row)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut groups: Vec<Group> = Vec::new();
    for (x, row) in order {
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

/// Rows of about one value, and the ends of those values.
#[derive(Clone, Debug, PartialEq)]
struct Group {
    ends: [f64; 2],
    rows: Vec<usize>,
}

impl Study<'_> {
    /// What a curve of claimed parameters is called.
    pub(super) fn whose(&self, source: &str, values: &[f64]) -> String {
        let of = author(source);
        if self.truth() == Some(values) { format!("{TRUTH} ({of})") } else { of.to_owned() }
    }

    /// At most so many refits, at places that their number decides.
    pub(super) fn some_refits(&self) -> Vec<Vec<f64>> {
        let keep = self.refits.len().min(BAND);
        (0..keep).map(|k| self.refits[k * self.refits.len() / keep].clone()).collect()
    }

    /// A curve with the band of what it is for refits.
    pub(super) fn banded(&self, line: Series, of: &dyn Fn(&[f64]) -> Vec<f64>) -> Series {
        let curves: Vec<_> = self.some_refits().iter().map(|p| of(p)).collect();
        if curves.is_empty() {
            return line;
        }
        let band = |i: usize| interval(curves.iter().map(|y| y[i]), LEVEL);
        let [lo, hi] = [0, 1].map(|end| (0..line.x.len()).map(|i| band(i)[end]).collect());
        line.interval(lo, hi)
    }

    /// The same curve of parameters that were published.
    pub(super) fn theirs(&self, x: &[f64], of: &dyn Fn(&[f64]) -> Vec<f64>) -> Vec<Series> {
        let one = |(k, (source, values)): (usize, (&str, &[f64]))| {
            Series::published(published_id(k), self.whose(source, values), x.to_vec(), of(values)).line()
        };
        self.claimed().into_iter().enumerate().map(one).collect()
    }

    /// A curve of the fit over inputs, with the band of its refits.
    pub(super) fn curve(&self, fit: &Fit, (id, label): (Id, String), x: Vec<f64>, inputs: &[Vec<f64>]) -> Series {
        let of = |p: &[f64]| inputs.iter().map(|x| self.problem.law.predict(p, x)).collect::<Vec<_>>();
        self.banded(Series::theory(id, label, x, of(&fit.params)), &of)
    }

    /// The runs, and the fit through them.
    pub(super) fn data(&self) -> Figure {
        let (data, law) = (&self.shown.data, self.problem.law);
        let what = if self.simulated { "Simulated runs" } else { "Runs" };
        let title = format!("{what}{}", if self.fit.is_some() { " and fit" } else { "" });
        let log = self.problem.objective.residual == Residual::Log;
        let loss = axis(word(if law.info.objective.residual == Residual::Log { "loss" } else { "y" }), log);
        let (Some(n), Some(d)) = (self.place(Role::Params), self.place(Role::Tokens)) else {
            return self.data_of_one(&title, loss);
        };
        // With unique tokens, over epochs and apart by those; without, over tokens and apart by parameters.
        let unique = self.place(Role::Unique);
        let by = unique.unwrap_or(n);
        let over = |x: &[f64]| unique.map_or(x[d], |u| (x[d] / x[u]).max(1.0));
        let groups = apart((0..data.len()).map(|i| data.input(i)[by]));
        let mut series = Vec::new();
        for (g, Group { ends: [least, most], rows }) in groups.iter().enumerate() {
            let middle =
                |k: usize| math::exp(rows.iter().map(|&i| math::ln(data.input(i)[k])).sum::<f64>() / rows.len() as f64);
            let (from, to) = (short(*least), short(*most));
            let span = if from == to { String::new() } else { format!(" to {to}") };
            let label = format!("{} = {from}{span}", law.info.inputs[by].symbol);
            let x: Vec<f64> = rows.iter().map(|&i| over(data.input(i))).collect();
            let y = rows.iter().map(|&i| data.y[i]).collect();
            if let Some(fit) = self.fit {
                let [lo, hi] = ends(x.iter().copied());
                let xs = math::ratios(lo, hi * 2.0, CURVE + 1);
                let at = |x: &f64| {
                    let mut inputs: Vec<f64> = (0..law.info.inputs.len()).map(middle).collect();
                    inputs[d] = unique.map_or(*x, |u| x * inputs[u]);
                    inputs
                };
                let inputs: Vec<_> = xs.iter().map(at).collect();
                let at = if span.is_empty() { String::new() } else { format!(" at {}", short(middle(by))) };
                let size = unique.map_or_else(String::new, |_| format!(", N = {}", short(middle(n))));
                let of = format!("{label}{size}, fit{at}");
                let id = format!("g{}-curve", g + 1).into();
                series.push(self.curve(fit, (id, of), xs, &inputs).group(format!("g{}", g + 1)));
            }
            series.push(Series::measured(format!("g{}-runs", g + 1), label, x, y).group(format!("g{}", g + 1)));
        }
        let x = if unique.is_some() { Axis::log(word("epochs D/U")) } else { Axis::log(word("tokens D")) };
        Figure::new("data", title, x, loss).series(series)
    }

    pub(super) fn data_of_one(&self, title: &String, loss: Axis) -> Figure {
        let (data, law) = (&self.shown.data, self.problem.law);
        let xs = || (0..data.len()).map(|i| data.input(i)[0]);
        let [lo, hi] = ends(xs().filter(|x| *x > 0.0));
        // Half a decade further on: what a law is for.
        let curve = math::ratios(lo, 3.0 * hi, 2 * CURVE + 1);
        let inputs: Vec<_> = curve.iter().map(|x| vec![*x]).collect();
        let mut series = vec![Series::measured("runs", "runs", xs().collect(), data.y.clone())];
        for (k, (source, values)) in self.claimed().into_iter().enumerate() {
            let y = inputs.iter().map(|x| law.predict(values, x)).collect();
            series.push(Series::theory(published_id(k), self.whose(source, values), curve.clone(), y));
        }
        if let Some(fit) = self.fit {
            series.push(self.curve(fit, ("fit".into(), "fit".into()), curve, &inputs));
        }
        Figure::new("data", title, Axis::log(word("x")), loss).series(series)
    }

    /// What K epochs over U tokens are worth: the fresh tokens that give the same loss, over U.
    ///
    /// Of a model so small that it has no parameters beyond those that the unique tokens can use.
    pub(super) fn worth(&self) -> Option<Figure> {
        let (d, u) = (self.place(Role::Tokens)?, self.place(Role::Unique)?);
        let (data, law) = (&self.shown.data, self.problem.law);
        let middle = (0..data.len()).map(|i| math::ln(data.input(i)[u])).sum::<f64>() / data.len() as f64;
        let unique = math::exp(middle);
        let size = unique / 100.0;
        let [_, most] = ends((0..data.len()).map(|i| data.input(i)[d] / data.input(i)[u]));
        let xs = math::ratios(1.0, most.clamp(16.0, 1000.0), CURVE / 2 + 1);
        let worth = |p: &[f64], k: f64| {
            let loss = law.predict(p, &inputs(law, size, k * unique, Some(unique)));
            tokens_for(law, p, size, loss, None) / unique
        };
        let of = |p: &[f64]| xs.iter().map(|&k| worth(p, k)).collect::<Vec<_>>();
        let fitted = self.fit.map(|fit| self.banded(Series::theory("fit", "fit", xs.clone(), of(&fit.params)), &of));
        let fresh = Series::theory("fresh", "as good as fresh", xs.clone(), xs.clone());
        let mut series: Vec<_> = fitted.into_iter().chain([fresh]).collect();
        series.extend(self.theirs(&xs, &of));
        series.retain(|series| series.y.iter().any(|y| y.is_finite()));
        let title = "What K epochs are worth, in epochs of fresh tokens";
        Some(Figure::new("worth", title, Axis::log(word("epochs K")), Axis::log(word("worth D'/U"))).series(series))
    }

    /// Parameters against tokens: the runs, equal loss, equal compute, and what is best.
    pub(super) fn contours(&self, fit: &Fit) -> Option<Figure> {
        let (n, d) = (self.place(Role::Params)?, self.place(Role::Tokens)?);
        let (data, law) = (&self.shown.data, self.problem.law);
        let at = |k: usize| (0..data.len()).map(move |i| data.input(i)[k]).collect::<Vec<_>>();
        let (sizes, tokens) = (at(n), at(d));
        let ([n_lo, n_hi], [d_lo, d_hi]) = (ends(sizes.iter().copied()), ends(tokens.iter().copied()));
        let [c_lo, c_hi] = ends(sizes.iter().zip(&tokens).map(|(n, d)| 6.0 * n * d));
        let inside = |d: f64| if (0.5 * d_lo..=2.0 * d_hi).contains(&d) { d } else { f64::NAN };
        let xs = || math::ratios(0.5 * n_lo, 2.0 * n_hi, CURVE + 1);
        let mut losses = data.y.clone();
        losses.sort_by(f64::total_cmp);
        let mut series = vec![Series::measured("runs", "runs", sizes, tokens)];
        let best: Vec<_> = math::ratios(c_lo, c_hi, 25)
            .into_iter()
            .map(|c| allocation(law, &fit.params, c, self.ask.unique))
            .filter(|[n, d, _]| (0.5 * n_lo..=2.0 * n_hi).contains(n) && inside(*d).is_finite())
            .collect();
        let (x, y) = best.iter().map(|[n, d, _]| (*n, *d)).unzip();
        series.push(Series::theory("best", "best split of the compute", x, y));
        for k in 0..4 {
            let loss = bootstrap::quantile(&losses, 0.1 + 0.25 * f64::from(k));
            let tokens = |n: &f64| inside(tokens_for(law, &fit.params, *n, loss, self.ask.unique));
            let (id, label) = (format!("loss-{}", k + 1), format!("loss = {}", short(loss)));
            series.push(Series::theory(id, label, xs(), xs().iter().map(tokens).collect()).group("loss"));
        }
        let power = |c: f64| math::ln(c) / std::f64::consts::LN_10;
        let step = ((power(c_hi) - power(c_lo)) / 3.0).ceil().max(1.0);
        for k in 0..3 {
            let exponent = power(c_lo).ceil() + step * f64::from(k);
            let c = math::pow(10.0, exponent);
            let y = xs().iter().map(|n| inside(c / (6.0 * n))).collect();
            series.push(
                Series::theory(format!("compute-{}", k + 1), format!("C = 1e{exponent:.0}"), xs(), y).group("compute"),
            );
        }
        series.retain(|series| series.y.iter().any(|y| y.is_finite()));
        let title = "Equal loss, equal compute, and the best split of it";
        Some(
            Figure::new("contours", title, Axis::log(word("parameters N")), Axis::log(word("tokens D"))).series(series),
        )
    }

    /// Tokens for each parameter where a budget is split best, against the budget.
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
        let mut series = vec![self.banded(Series::theory("fit", "fit", xs.clone(), of(&fit.params)), &of)];
        series.extend(self.theirs(&xs, &of));
        let mut figure = Figure::new(
            "frontier",
            "Tokens for each parameter, where a budget is split best",
            Axis::log(word("compute C = 6 N D")),
            Axis::log(word("tokens per parameter")),
        )
        .series(series);
        figure.marks.push(Mark::at_x("your budget", budget));
        Some(figure)
    }

    /// Predicted against measured; the largest runs once more, as predicted by a fit without them.
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
            Series::measured("runs", "all runs, fitted", room.values.clone(), data.y.clone()),
            Series::theory("equal", "equal", vec![lo, hi], vec![lo, hi]),
        ];
        if let Some(out) = self.largest {
            let label = "largest runs, predicted by a fit to the others";
            series.push(Series::measured("largest", label, out.predicted.clone(), out.measured.clone()));
        }
        Figure::new("predicted", "Predicted and measured", axis(word("predicted"), log), axis(word("measured"), log))
            .series(series)
    }

    pub(super) fn residuals(&self, fit: &Fit) -> Figure {
        let mut room = Room::default();
        self.shown.at(&fit.params, &mut room);
        let size: Vec<f64> = (0..self.shown.data.len()).map(|i| choose::scale(self.shown, i)).collect();
        let label = match self.problem.objective.residual {
            Residual::Log => "ln predicted - ln measured",
            Residual::Plain => "predicted - measured",
        };
        let many = self.problem.law.info.inputs.len() > 1;
        let size_label = if many { "parameters times tokens" } else { "x" };
        let from_zero = size.iter().any(|x| *x <= 0.0);
        let runs = Series::measured("residuals", "residuals", size, room.residuals);
        Figure::new("residuals", "Residuals", axis(word(size_label), !from_zero), axis(word(label), false))
            .series([runs])
    }

    /// Their refits.
    pub(super) fn ridge(&self) -> Option<Figure> {
        let params = self.problem.law.info.params;
        let (r, [i, j]) = self.tied()?;
        let of = |j: usize| self.refits.iter().map(|p| p[j]).collect::<Vec<_>>();
        let scale = |j: usize| axis(word(params[j].name), params[j].transform == Transform::Log).unit(params[j].unit);
        let title = format!("Refits of resampled runs: {} and {}, correlation {r:.3}", params[i].name, params[j].name);
        let mut figure = Figure::new("ridge", title, scale(i), scale(j)).series([Series::measured(
            "refits",
            "refits",
            of(i),
            of(j),
        )]);
        figure.marks.extend(self.truth().map(|truth| Mark::at(TRUTH, truth[i], truth[j])));
        Some(figure)
    }

    pub(super) fn profile(&self, fit: &Fit, j: usize, profile: &Profile) -> Figure {
        let param = &self.problem.law.info.params[j];
        let (x, y): (Vec<f64>, Vec<f64>) = profile.points().iter().map(|point| (point.value, point.objective)).unzip();
        let level = profile.threshold();
        let [lo, hi] = [x[0], x[x.len() - 1]];
        let mut figure = Figure::new(
            param.name,
            format!("Profile of {}: the least objective with it held", param.name),
            axis(word(param.name), param.transform == Transform::Log).unit(param.unit),
            Axis::log(word("least objective")),
        )
        .series([
            Series::theory("profile", "least objective", x, y),
            Series::theory("level", "below it, the runs allow the value", vec![lo, hi], vec![level; 2]),
        ]);
        let ends = profile.interval().into_iter().filter(|end| end.is_finite());
        figure.marks = ends.map(|end| Mark::at_x("95 % end", end)).collect();
        figure.marks.push(Mark::at_x("fit", fit.params[j]));
        figure.marks.extend(self.truth().map(|truth| Mark::at_x(TRUTH, truth[j])));
        figure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short() {
        let said = [1.0, 2.345_67, 123_456.0, 5e7, 1e9, 0.000_123, 31.0, 0.05, 0.0, 3e15, 7.95e7].map(short);
        assert_eq!(said, ["1", "2.35", "123k", "50M", "1B", "1.23e-4", "31", "0.05", "0", "3.00e15", "79.5M"]);
    }

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

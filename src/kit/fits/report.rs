//! A fit as figures, tables and verdicts, as far as it is done.

use crate::error::number;
use crate::fit::bootstrap::{self, interval, opened};
use crate::fit::choose::{self, Extrapolation};
use crate::fit::derived::{Ask, allocation, answers, inputs, tokens_for};
use crate::fit::minimise::Stop;
use crate::fit::objective::Room;
use crate::fit::profile::{Profile, bounded, critical, determined, sharpness, silent};
use crate::fit::{Fit, Problem, Published, Residual, Role, Transform};
use crate::math;
use crate::output::{Axis, Cell, Column, Figure, Id, Mark, Output, Series, Table, Verdict};
use crate::stats::correlation;

/// Everything that is known so far about one law on one set of runs.
#[derive(Debug)]
pub struct Study<'a> {
    /// The law and the runs.
    pub problem: &'a Problem,
    /// The same with as many of the runs as figures show.
    pub shown: &'a Problem,
    /// The fit.
    pub fit: Option<&'a Fit>,
    /// Parameters of the bootstrap's refits.
    pub refits: &'a [Vec<f64>],
    /// Profiles of free parameters, each with its number.
    pub profiles: &'a [(usize, Profile)],
    /// How it does on the largest runs when it has not seen them.
    pub largest: Option<&'a Extrapolation>,
    /// Other laws on the same runs.
    pub compared: &'a [Compared],
    /// Lines left out, with the rule.
    pub excluded: &'a [(usize, String)],
    /// Which column is what, in words.
    pub how: &'a [String],
    /// What is odd about them, in sentences.
    pub notes: &'a [String],
    /// How many runs the rows are of.
    pub runs: usize,
    /// Are the runs simulated from the law's example?
    pub simulated: bool,
    /// What is asked.
    pub ask: Ask,
}

/// A law beside others.
#[derive(Clone, Debug)]
pub struct Compared {
    name: &'static str,
    /// Free parameters, objective, R^2, `AICc`, error and bias on the largest runs.
    numbers: [f64; 6],
    /// Why there are none.
    failed: String,
}

impl Compared {
    /// A law that was fitted.
    pub fn of(name: &'static str, problem: &Problem, fit: &Fit, largest: Option<&Extrapolation>) -> Self {
        let [error, bias] = largest.map_or([f64::NAN; 2], |out| [out.error, out.bias]);
        let (r2, aicc) = (choose::r2(problem, &fit.params), choose::aicc(problem, fit).unwrap_or(f64::NAN));
        Self { name, numbers: [problem.free() as f64, fit.value, r2, aicc, error, bias], failed: String::new() }
    }

    /// One that could not be.
    pub const fn failed(name: &'static str, why: String) -> Self {
        Self { name, numbers: [f64::NAN; 6], failed: why }
    }
}

/// Share of the refits inside an interval.
const LEVEL: f64 = 0.95;
/// How figures call the parameters that runs were simulated from.
const TRUTH: &str = "truth of the simulation";
/// Fewer refits say nothing of the ends of an interval.
const ENOUGH: usize = 20;
/// Inputs whose logarithms correlate so strongly, or refits of two parameters, move together: of the spread of one, a tenth
/// is its own.
const TOGETHER: f64 = 0.95;
/// Some combination of parameters is flat where the least pivot of the scaled curvature is below this.
const FLAT: f64 = 1e-11;
/// Refits that make a band of a curve, at most.
const BAND: usize = 400;
/// Groups of runs that are drawn apart: as many as the page has colours.
const GROUPS: usize = 8;
/// Sizes within this factor are drawn as one.
const CLOSE: f64 = 1.03;
/// Points of a curve.
const CURVE: u32 = 60;

/// The id of the k-th curve that somebody published.
fn published_id(k: usize) -> Id {
    if k == 0 { "published".into() } else { format!("published-{}", k + 1).into() }
}

const fn column(name: &'static str) -> Column {
    Column { name, unit: "" }
}

/// An axis whose scale depends on the data.
const fn axis(label: &'static str, log: bool) -> Axis {
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

/// Why a minimisation stopped, in words.
pub const fn words(stop: Stop) -> &'static str {
    match stop {
        Stop::Converged => "converged",
        Stop::Rounding => "exact to rounding",
        Stop::Steps => "stopped after as many steps as allowed: not exact",
        Stop::NoValue => "no value",
    }
}

impl Study<'_> {
    /// All figures, tables and verdicts.
    pub fn output(&self) -> Output {
        let mut figures: Vec<_> = self.worth().into_iter().collect();
        figures.push(self.data());
        let mut tables = vec![self.words()];
        let mut verdicts = Vec::new();
        if let Some(fit) = self.fit {
            figures.extend(self.contours(fit));
            figures.extend(self.frontier(fit));
            figures.push(self.predicted(fit));
            figures.push(self.residuals(fit));
            figures.extend(self.ridge());
            let drawn = self.profiles.iter().filter(|(_, profile)| profile.points().len() > 1);
            figures.extend(drawn.map(|(j, profile)| self.profile(fit, *j, profile)));
            tables.extend([
                self.parameters(fit),
                self.derived(fit),
                self.published(),
                self.quality(fit),
                self.compared(fit),
                self.valleys(fit),
            ]);
            verdicts = self.verdicts(fit);
        }
        tables.push(self.left_out());
        tables.retain(|table| !table.rows.is_empty());
        Output { figures, tables, verdicts }
    }

    fn place(&self, role: Role) -> Option<usize> {
        self.problem.law.info.inputs.iter().position(|input| input.role == role)
    }

    /// What somebody printed about such runs. Nothing where the law reads a bare x: that of a reader's table is not theirs.
    fn printed(&self) -> &'static [Published] {
        let info = self.problem.law.info;
        let same = self.simulated || self.place(Role::X).is_none();
        if same { info.published } else { &[] }
    }

    /// What somebody printed, and what the runs were simulated from.
    fn claimed(&self) -> Vec<(&'static str, &'static [f64])> {
        let info = self.problem.law.info;
        let mut list: Vec<_> = self.printed().iter().map(|published| (published.source, published.values)).collect();
        if self.simulated && !list.iter().any(|(_, values)| *values == info.example.values) {
            list.push((info.example.says, info.example.values));
        }
        list
    }

    /// The parameters that the runs were simulated from, where they were.
    fn truth(&self) -> Option<&'static [f64]> {
        self.simulated.then_some(self.problem.law.info.example.values)
    }

    /// What a curve of claimed parameters is called.
    fn whose(&self, source: &str, values: &[f64]) -> String {
        let of = author(source);
        if self.truth() == Some(values) { format!("{TRUTH} ({of})") } else { of.to_owned() }
    }

    /// At most so many refits, at places that their number decides.
    fn some_refits(&self) -> Vec<Vec<f64>> {
        let keep = self.refits.len().min(BAND);
        (0..keep).map(|k| self.refits[k * self.refits.len() / keep].clone()).collect()
    }

    /// A curve with the band of what it is for refits.
    fn banded(&self, line: Series, of: &dyn Fn(&[f64]) -> Vec<f64>) -> Series {
        let curves: Vec<_> = self.some_refits().iter().map(|p| of(p)).collect();
        if curves.is_empty() {
            return line;
        }
        let band = |i: usize| interval(curves.iter().map(|y| y[i]), LEVEL);
        let [lo, hi] = [0, 1].map(|end| (0..line.x.len()).map(|i| band(i)[end]).collect());
        line.interval(lo, hi)
    }

    /// The same curve of parameters that were published.
    fn theirs(&self, x: &[f64], of: &dyn Fn(&[f64]) -> Vec<f64>) -> Vec<Series> {
        let one = |(k, (source, values)): (usize, (&str, &[f64]))| {
            Series::published(published_id(k), self.whose(source, values), x.to_vec(), of(values)).line()
        };
        self.claimed().into_iter().enumerate().map(one).collect()
    }

    /// A curve of the fit over inputs, with the band of its refits.
    fn curve(&self, fit: &Fit, (id, label): (Id, String), x: Vec<f64>, inputs: &[Vec<f64>]) -> Series {
        let of = |p: &[f64]| inputs.iter().map(|x| self.problem.law.predict(p, x)).collect::<Vec<_>>();
        self.banded(Series::theory(id, label, x, of(&fit.params)), &of)
    }

    /// The runs, and the fit through them.
    fn data(&self) -> Figure {
        let (data, law) = (&self.shown.data, self.problem.law);
        let what = if self.simulated { "Simulated runs" } else { "Runs" };
        let title = format!("{what}{}", if self.fit.is_some() { " and fit" } else { "" });
        let log = self.problem.objective.residual == Residual::Log;
        let loss = axis(if law.info.objective.residual == Residual::Log { "loss" } else { "y" }, log);
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
        let x = if unique.is_some() { Axis::log("epochs D/U") } else { Axis::log("tokens D") };
        Figure::new("data", title, x, loss).series(series)
    }

    fn data_of_one(&self, title: &str, loss: Axis) -> Figure {
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
        Figure::new("data", title, Axis::log("x"), loss).series(series)
    }

    /// What K epochs over U tokens are worth: the fresh tokens that give the same loss, over U.
    ///
    /// Of a model so small that it has no parameters beyond those that the unique tokens can use.
    fn worth(&self) -> Option<Figure> {
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
        Some(Figure::new("worth", title, Axis::log("epochs K"), Axis::log("worth D'/U")).series(series))
    }

    /// Parameters against tokens: the runs, equal loss, equal compute, and what is best.
    fn contours(&self, fit: &Fit) -> Option<Figure> {
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
        Some(Figure::new("contours", title, Axis::log("parameters N"), Axis::log("tokens D")).series(series))
    }

    /// Tokens for each parameter where a budget is split best, against the budget.
    fn frontier(&self, fit: &Fit) -> Option<Figure> {
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
            Axis::log("compute C = 6 N D"),
            Axis::log("tokens per parameter"),
        )
        .series(series);
        figure.marks.push(Mark::at_x("your budget", budget));
        Some(figure)
    }

    /// Predicted against measured; the largest runs once more, as predicted by a fit without them.
    fn predicted(&self, fit: &Fit) -> Figure {
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
        Figure::new("predicted", "Predicted and measured", axis("predicted", log), axis("measured", log)).series(series)
    }

    fn residuals(&self, fit: &Fit) -> Figure {
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
        Figure::new("residuals", "Residuals", axis(size_label, !from_zero), axis(label, false)).series([runs])
    }

    /// The two free parameters that the refits tie together most closely, after their correlation.
    fn tied(&self) -> Option<(f64, [usize; 2])> {
        let params = self.problem.law.info.params;
        let moved = |j: usize| self.refits.iter().map(|p| params[j].transform.forward(p[j])).collect::<Vec<_>>();
        let free: Vec<usize> = (0..params.len()).filter(|&j| self.problem.held[j].is_none()).collect();
        if self.refits.len() < ENOUGH {
            return None;
        }
        let pairs = free.iter().flat_map(|&i| free.iter().filter(move |j| **j > i).map(move |&j| (i, j)));
        let tied = pairs.map(|(i, j)| (correlation(&moved(i), &moved(j)), [i, j]));
        tied.filter(|(r, _)| r.is_finite()).max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))
    }

    /// Their refits.
    fn ridge(&self) -> Option<Figure> {
        let params = self.problem.law.info.params;
        let (r, [i, j]) = self.tied()?;
        let of = |j: usize| self.refits.iter().map(|p| p[j]).collect::<Vec<_>>();
        let scale = |j: usize| axis(params[j].name, params[j].transform == Transform::Log).unit(params[j].unit);
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

    fn profile(&self, fit: &Fit, j: usize, profile: &Profile) -> Figure {
        let param = &self.problem.law.info.params[j];
        let (x, y): (Vec<f64>, Vec<f64>) = profile.points().iter().map(|point| (point.value, point.objective)).unzip();
        let level = profile.threshold();
        let [lo, hi] = [x[0], x[x.len() - 1]];
        let mut figure = Figure::new(
            param.name,
            format!("Profile of {}: the least objective with it held", param.name),
            axis(param.name, param.transform == Transform::Log).unit(param.unit),
            Axis::log("least objective"),
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

    /// What a reader should know, in sentences.
    fn words(&self) -> Table {
        let params = self.problem.law.info.params;
        let data = &self.problem.data;
        let mut list = Vec::new();
        if self.simulated {
            let says = self.problem.law.info.example.says;
            list.push(format!(
                "These runs are simulated from the law itself, with noise; its parameters are those of {says}."
            ));
        } else {
            list.push(format!("Columns: {}.", self.how.join(", ")));
        }
        list.extend(self.notes.iter().cloned());
        let left = if self.excluded.is_empty() { String::new() } else { format!("; {} left out", self.excluded.len()) };
        let runs = if self.runs == 1 { "1 run".to_owned() } else { format!("{} runs", self.runs) };
        list.push(format!("{} rows of {runs}{left}.", data.len()));
        list.push(format!("The fit minimises the {}.", self.problem.objective.words()));
        if bootstrap::draws_losses(self.problem) {
            let free = self.problem.free();
            // Measured: tests/bench/RESULTS.md, few rows.
            let wide = if data.len() < 2 * free {
                " In simulations with fewer than two rows for each free parameter, 95 % intervals held the truth in up to \
                 99 % of the tables: they are rather too wide."
            } else {
                ""
            };
            list.push(format!(
                "{} rows are few for {free} free parameters: the bootstrap draws losses, as the fit predicts them with \
                 normal noise, and not rows. Both intervals take the law to be right and the rows to be independent.{wide}",
                data.len()
            ));
        } else if self.runs < bootstrap::RUNS && self.runs < data.len() {
            list.push(format!(
                "{} too few to be resampled whole ({} would do), so rows are resampled one by one. Rows of one run say \
                 nearly the same, so the intervals may be too narrow.",
                if self.runs == 1 { "One run is".into() } else { format!("{} runs are", self.runs) },
                bootstrap::RUNS
            ));
        }
        list.extend(self.together());
        let boot = self.bootstrapped();
        if let Some((r, pair)) = self.tied().filter(|(r, _)| r.abs() >= TOGETHER) {
            let loose =
                |(j, profile): &&(usize, Profile)| pair.contains(j) && !self.judged(*j, profile, boot.as_deref()).0;
            let neither = if self.profiles.iter().filter(loose).count() == 2 { ". Neither is known well" } else { "" };
            list.push(format!(
                "{} and {} trade off: the correlation of their refits is {r:.3}, so the pair is known better than either \
                 alone{neither}.",
                params[pair[0]].name, params[pair[1]].name
            ));
        }
        for (j, profile) in self.profiles {
            let (yes, said) = self.judged(*j, profile, boot.as_deref());
            if !yes && self.noise_is_known() {
                list.push(format!("{}{}.", said[..1].to_uppercase(), &said[1..]));
            }
            let lower = profile.points().iter().map(|p| p.objective).fold(f64::INFINITY, f64::min);
            if self.fit.is_some_and(|fit| lower < fit.value * (1.0 - 1e-6)) {
                list.push(format!("While {} was held, a better fit was found: {lower:.6e}.", params[*j].name));
            }
        }
        if let Some(fit) = self.fit {
            list.extend(silent(self.problem, fit));
            list.extend(self.at_bounds(fit));
            list.extend(self.minima(fit));
        }
        Table {
            id: "words",
            title: "In words".into(),
            columns: vec![column("what to know")],
            rows: list.into_iter().map(|text| vec![text.into()]).collect(),
        }
    }

    /// The bootstrap's interval of every parameter, where there are refits enough.
    fn bootstrapped(&self) -> Option<Vec<[f64; 2]>> {
        (self.refits.len() >= ENOUGH).then(|| bootstrap::intervals(self.problem, self.refits, LEVEL))
    }

    /// Does anything say how large the noise is?
    fn noise_is_known(&self) -> bool {
        self.fit.is_some_and(|fit| silent(self.problem, fit).is_none())
    }

    /// Do the runs determine parameter j? And in words. `boot`: the bootstrap's intervals of all.
    fn judged(&self, j: usize, profile: &Profile, boot: Option<&[[f64; 2]]>) -> (bool, String) {
        let params = self.problem.law.info.params;
        let name = params[j].name;
        if !self.noise_is_known() {
            return (false, format!("no interval of {name}: nothing says how large the noise is"));
        }
        let (yes, said) = determined(name, profile.interval(), boot.map(|ends| ends[j]));
        match profile.stopped().filter(|_| yes) {
            Some(k) => (
                false,
                format!("the runs hardly determine {name}: its interval depends on the bound of {}", params[k].name),
            ),
            None => (yes, said),
        }
    }

    /// Parameters of the fit at a bound.
    fn at_bounds(&self, fit: &Fit) -> Vec<String> {
        let one = |(j, pressed): (usize, bool)| {
            let param = &self.problem.law.info.params[j];
            let [lo, hi] = param.bounds;
            let value = number(if (fit.params[j] / lo - 1.0).abs() < 1e-6 { lo } else { hi });
            let then = if pressed {
                "and beyond it the fit would be better: the other parameters are those of this bound. Another unit of the \
                 inputs, or a parameter held, would settle it"
            } else {
                "and beyond it the fit would be no better"
            };
            format!("{} is at its bound, {value}, {then}.", param.name)
        };
        bounded(self.problem, &fit.params, sharpness(self.problem, fit)).into_iter().map(one).collect()
    }

    /// Inputs that move together: what one does cannot be told from what the other does.
    fn together(&self) -> Vec<String> {
        let (data, inputs) = (&self.shown.data, self.problem.law.info.inputs);
        let column = |k: usize| (0..data.len()).map(|i| math::ln(data.input(i)[k])).collect::<Vec<_>>();
        let mut list = Vec::new();
        for (i, j) in (0..inputs.len()).flat_map(|i| (i + 1..inputs.len()).map(move |j| (i, j))) {
            let r = correlation(&column(i), &column(j));
            if r.abs() < TOGETHER {
                continue;
            }
            let [a, b] = [inputs[i].label, inputs[j].label];
            let how = match (inputs[i].role, inputs[j].role, r > 0.0) {
                (Role::Params, Role::Tokens, true) => "nearly one number of tokens for each parameter",
                (Role::Params, Role::Tokens, false) => "nearly one budget of compute",
                (Role::Tokens, Role::Unique, true) => "nearly one number of epochs",
                (_, _, true) => "nearly one ratio of the two",
                _ => "nearly one product of the two",
            };
            list.push(format!(
                "{}{} and {b} move together in these runs: the correlation of their logarithms is {r:.3}, {how}. What \
                 either does can hardly be told from what the other does. Runs that change one and hold the other would \
                 settle it.",
                a[..1].to_uppercase(),
                &a[1..]
            ));
        }
        list
    }

    /// Is the minimum the lowest, and the only one?
    fn minima(&self, fit: &Fit) -> Vec<String> {
        let mut list = Vec::new();
        let (met, starts) = (fit.met, fit.starts);
        if fit.valleys.len() > 1 {
            let minima = fit.valleys.len();
            list.push(format!(
                "The objective has at least {minima} local minima; {met} of {starts} starts ended in the lowest."
            ));
        }
        if !fit.sure {
            list.push(format!(
                "It is not certain that this is the lowest minimum: only {met} of {starts} starts ended in it. More runs, \
                 or a parameter held, would settle it."
            ));
        }
        let allowed = fit.value + critical(self.problem, LEVEL, 1) / (2.0 * sharpness(self.problem, fit));
        let known = self.noise_is_known();
        let others = fit.valleys.iter().skip(1).filter(|valley| known && valley.value <= allowed);
        if let Some(most) = others.clone().map(|valley| valley.value / fit.value - 1.0).reduce(f64::min) {
            list.push(format!(
                "The fit is not the only one: {} with an objective {}. Runs of another kind would settle it.",
                match others.count() {
                    1 => "1 other local minimum fits about as well,".to_owned(),
                    count => format!("{count} other local minima fit about as well, the next"),
                },
                if most < 1e-4 {
                    "higher by less than 0.01 %".to_owned()
                } else {
                    format!("higher by {:.2} %", 100.0 * most)
                }
            ));
        }
        if self.problem.flat(&fit.params) < FLAT {
            list.push(
                "The fit is not the only one: some combination of the parameters changes nothing that the runs show, so \
                 other parameters fit as well. Hold one, or add runs of another kind."
                    .into(),
            );
        }
        list
    }

    fn parameters(&self, fit: &Fit) -> Table {
        let params = self.problem.law.info.params;
        let boot = bootstrap::intervals(self.problem, self.refits, LEVEL);
        let judged = self.bootstrapped();
        let rows = params.iter().enumerate().map(|(j, param)| {
            let mut row: Vec<Cell> = vec![param.name.into(), fit.params[j].into()];
            let held = self.problem.held[j].is_some();
            let profile = self.profiles.iter().find(|(k, _)| *k == j).map(|(_, profile)| profile);
            let none = [f64::NAN; 2];
            let ends = if held { [none; 2] } else { [boot[j], profile.map_or(none, Profile::interval)] };
            row.extend(ends.as_flattened().iter().map(|end| Cell::from(*end)));
            let said = profile.map(|profile| self.judged(j, profile, judged.as_deref()).1);
            row.push(if held { "held".into() } else { said.unwrap_or_default().into() });
            row.push(param.help.into());
            row
        });
        Table {
            id: "parameters",
            title: "Parameters, with 95 % intervals of the bootstrap and of the profile; an open end is empty".into(),
            columns: ["parameter", "fit", "from", "to", "profile from", "profile to", "verdict", "what it is"]
                .map(column)
                .to_vec(),
            rows: rows.collect(),
        }
    }

    fn quality(&self, fit: &Fit) -> Table {
        let problem = self.problem;
        let mut rows: Vec<Vec<Cell>> = vec![
            vec!["objective at the fit".into(), fit.value.into()],
            vec!["R^2".into(), choose::r2(problem, &fit.params).into()],
            vec!["AICc".into(), choose::aicc(problem, fit).unwrap_or(f64::NAN).into()],
            vec!["rows".into(), (problem.data.len() as f64).into()],
            vec!["free parameters".into(), (problem.free() as f64).into()],
            vec!["refits".into(), (self.refits.len() as f64).into()],
            vec!["search".into(), words(fit.stop).into()],
            vec!["starts".into(), (fit.starts as f64).into()],
            vec!["starts that ended in the lowest minimum".into(), (fit.met as f64).into()],
            vec!["evaluations".into(), (fit.evaluations as f64).into()],
        ];
        if let Some(found) = self.largest {
            rows.push(vec!["rows in the test on the largest runs".into(), (found.measured.len() as f64).into()]);
            rows.push(vec!["root mean square residual in the test on the largest runs".into(), found.error.into()]);
            rows.push(vec!["mean residual in the test on the largest runs".into(), found.bias.into()]);
        }
        Table { id: "quality", title: "The fit".into(), columns: vec![column("what"), column("value")], rows }
    }

    fn derived(&self, fit: &Fit) -> Table {
        let law = self.problem.law;
        let refits: Vec<_> = self.some_refits().iter().map(|p| answers(law, p, &self.ask)).collect();
        let published = self.printed().first().map(|published| answers(law, published.values, &self.ask));
        let rows = answers(law, &fit.params, &self.ask).into_iter().enumerate().map(|(k, answer)| {
            let ends = interval(refits.iter().map(|answers| answers[k].value), LEVEL);
            let [lo, hi] = opened([f64::NEG_INFINITY, 1e30], ends);
            let theirs = published.as_ref().map_or(f64::NAN, |answers| answers[k].value);
            vec![answer.name.into(), answer.value.into(), lo.into(), hi.into(), answer.unit.into(), theirs.into()]
        });
        Table {
            id: "derived",
            title: "What follows, with 95 % intervals of the bootstrap".into(),
            columns: ["what", "value", "from", "to", "unit", "as published"].map(column).to_vec(),
            rows: rows.collect(),
        }
    }

    /// Laws side by side on the same rows.
    fn compared(&self, fit: &Fit) -> Table {
        let own = Compared::of("this one", self.problem, fit, self.largest);
        let all = if self.compared.is_empty() { vec![] } else { [&[own][..], self.compared].concat() };
        let row = |law: Compared| {
            let numbers = law.numbers.into_iter().map(Cell::from);
            std::iter::once(law.name.into()).chain(numbers).chain([law.failed.into()]).collect()
        };
        Table {
            id: "laws",
            title: "Laws side by side: the lower AICc and the error on the largest rows, left out, the better".into(),
            columns: [
                "law",
                "free parameters",
                "objective",
                "R^2",
                "AICc",
                "error on the largest",
                "bias there",
                "not fitted",
            ]
            .map(column)
            .to_vec(),
            rows: all.into_iter().map(row).collect(),
        }
    }

    fn valleys(&self, fit: &Fit) -> Table {
        let valleys = if fit.valleys.len() > 1 { fit.valleys.as_slice() } else { &[] };
        let rows = valleys.iter().take(20).map(|valley| {
            let numbers = [valley.value, valley.reached as f64].into_iter().chain(valley.params.iter().copied());
            numbers.map(Cell::from).collect()
        });
        Table {
            id: "valleys",
            title: "Local minima, with how many starts ended in each".into(),
            columns: self.with_parameters(&["objective", "starts"]),
            rows: rows.collect(),
        }
    }

    fn published(&self) -> Table {
        let rows = self.claimed().into_iter().map(|(source, values)| {
            let numbers = [self.problem.value(values), choose::r2(self.problem, values)];
            let numbers = numbers.into_iter().chain(values.iter().copied());
            std::iter::once(source.into()).chain(numbers.map(Cell::from)).collect()
        });
        Table {
            id: "published",
            title: "Published parameters, with the objective they have on these rows".into(),
            columns: self.with_parameters(&["source", "objective", "R^2"]),
            rows: rows.collect(),
        }
    }

    /// Lines left out, those of a rule together.
    fn left_out(&self) -> Table {
        let mut rules: Vec<(&str, Vec<usize>)> = Vec::new();
        for (line, rule) in self.excluded {
            match rules.iter_mut().find(|(known, _)| known == rule) {
                Some((_, lines)) => lines.push(*line),
                None => rules.push((rule, vec![*line])),
            }
        }
        let row =
            |(rule, lines): (&str, Vec<usize>)| vec![rule.into(), (lines.len() as f64).into(), spans(&lines).into()];
        Table {
            id: "excluded",
            title: "Lines left out, with the rule that did it".into(),
            columns: ["rule", "lines", "which"].map(column).to_vec(),
            rows: rules.into_iter().map(row).collect(),
        }
    }

    fn with_parameters(&self, first: &[&'static str]) -> Vec<Column> {
        let params = self.problem.law.info.params.iter().map(|param| Column { name: param.name, unit: param.unit });
        first.iter().map(|name| column(name)).chain(params).collect()
    }

    /// Could the runs be of these parameters? `2 (Q(theirs) - Q(fit))` in units of chi-squared, as profiles have it.
    ///
    /// Runs that rule a published fit out differ from it. Runs that do not, agree with it only if they determine every
    /// free parameter: few runs rule out nothing.
    fn verdicts(&self, fit: &Fit) -> Vec<Verdict> {
        let sharpness = sharpness(self.problem, fit);
        let free = self.problem.free();
        let most = critical(self.problem, 0.999, free);
        let rise = |(source, values): (&'static str, &'static [f64])| {
            let mut theirs = values.to_vec();
            for (value, held) in theirs.iter_mut().zip(&self.problem.held) {
                *value = held.unwrap_or(*value);
            }
            (source, 2.0 * (self.problem.value(&theirs) - fit.value) * sharpness)
        };
        let rises: Vec<_> = self.claimed().into_iter().map(rise).collect();
        let boot = self.bootstrapped();
        let clear = |(j, profile): &&(usize, Profile)| self.judged(*j, profile, boot.as_deref()).0;
        let silent = silent(self.problem, fit);
        let telling = self.profiles.iter().filter(clear).count() == free;
        let one = |(k, (source, rise)): (usize, &(&str, f64))| {
            let possible = *rise <= most;
            let settle = if let Some(why) = &silent {
                &format!(" {why}")
            } else if possible && !telling {
                " These runs do not rule it out, but the profiles do not show that they determine every parameter: more runs, or less noise, would tell."
            } else {
                ""
            };
            let claim =
                format!("Could these runs be of {source}? How much worse it fits them, in units of chi-squared");
            let note = format!(
                "If it could, 999 of 1000 sets of runs would stay below {most:.1} ({free} free parameters).{settle}"
            );
            Verdict {
                measured: *rise,
                theory: Some(most),
                agrees: (rise.is_finite() && settle.is_empty()).then_some(possible),
                ..Verdict::pending(published_id(k), claim).note(note)
            }
        };
        rises.iter().enumerate().map(one).collect()
    }
}

/// Rows of about one value, and the ends of those values.
#[derive(Clone, Debug, PartialEq)]
struct Group {
    ends: [f64; 2],
    rows: Vec<usize>,
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

/// Rising numbers, neighbours joined: `2-6, 9`; no more than a few hundred.
fn spans(lines: &[usize]) -> String {
    let spans: Vec<_> = lines.chunk_by(|a, b| a + 1 == *b).collect();
    let one = |span: &&[usize]| match span {
        [one] => one.to_string(),
        _ => format!("{}-{}", span[0], span[span.len() - 1]),
    };
    let more = if spans.len() > 300 { ", ..." } else { "" };
    spans.iter().take(300).map(one).collect::<Vec<_>>().join(", ") + more
}

/// Whose a published fit is.
fn author(source: &str) -> &str {
    source.split(',').next().unwrap_or(source)
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

    #[test]
    fn neighbours_are_joined() {
        assert_eq!(spans(&[2, 3, 4, 9, 11, 12]), "2-4, 9, 11-12");
        let odd: Vec<usize> = (0..400).map(|i| 2 * i).collect();
        assert!(spans(&odd).ends_with("598, ...") && spans(&[]).is_empty());
    }

    #[test]
    fn a_correlation_is_one_along_a_line() {
        assert!((correlation(&[1.0, 2.0, 4.0], &[3.0, 1.0, -3.0]) + 1.0).abs() < 1e-15);
        assert_eq!(correlation(&[1.0, 2.0, 3.0], &[1.0, 0.0, 1.0]), 0.0);
    }
}

//! A fit as figures and tables.

use super::bootstrap::{self, interval, opened};
use super::choose::{self, Extrapolation};
use super::derived::{Ask, answers};
use super::minimise::Stop;
use super::objective::Room;
use super::profile::Profile;
use super::{Fit, Problem, Residual, Role, Transform};
use crate::math;
use crate::output::{Axis, Cell, Column, Figure, Kind, Mark, Output, Role as From, Series, Table};
use crate::params::Scale;

/// Everything that was found out about one law on one set of runs.
#[derive(Debug)]
pub struct Study<'a> {
    /// The law and the runs.
    pub problem: &'a Problem,
    /// The fit.
    pub fit: &'a Fit,
    /// Parameters of the bootstrap's refits; may be empty.
    pub refits: &'a [Vec<f64>],
    /// Profiles of the free parameters, each with its number; may be empty.
    pub profiles: &'a [(usize, Profile)],
    /// How it does on the largest runs when it has not seen them.
    pub extrapolation: Option<Extrapolation>,
    /// What is asked.
    pub ask: Ask,
}

/// Share of the refits inside an interval.
const LEVEL: f64 = 0.95;

const fn column(name: &'static str) -> Column {
    Column { name, unit: "" }
}

const fn axis(label: &'static str, log: bool) -> Axis {
    Axis { label, unit: "", scale: if log { Scale::Log } else { Scale::Linear } }
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
    /// All figures and tables.
    pub fn output(&self) -> Output {
        let law = self.problem.law.info;
        let mut figures = vec![self.data(), self.residuals()];
        figures.extend(self.profiles.iter().map(|(j, profile)| self.profile(*j, profile)));
        let mut tables = vec![self.parameters(), self.quality()];
        let more = [self.derived(), self.valleys(), self.published()];
        tables.extend(more.into_iter().filter(|table| !table.rows.is_empty()));
        for figure in &mut figures {
            figure.title = format!("{}: {}", law.title, figure.title);
            figure.series.iter_mut().for_each(Series::thin);
        }
        Output { figures, tables, verdicts: Vec::new() }
    }

    /// What a reader should know, in sentences: the objective, and what the runs do not determine.
    pub fn notices(&self) -> Vec<String> {
        let params = self.problem.law.info.params;
        let mut list = vec![format!("The fit makes the {} small.", self.problem.objective.words())];
        for (j, profile) in self.profiles {
            let identified = profile.identified();
            if identified != super::profile::Identified::Yes {
                let said = identified.words(params[*j].name);
                list.push(format!("{}{}.", said[..1].to_uppercase(), &said[1..]));
            }
            let lower = profile.points().iter().map(|p| p.objective).fold(f64::INFINITY, f64::min);
            if lower < self.fit.value * (1.0 - 1e-6) {
                list.push(format!("While {} was held, a better fit was found: {lower:.6e}.", params[*j].name));
            }
        }
        if self.fit.valleys.len() > 1 {
            let (here, all) = (self.fit.valleys[0].reached, self.fit.valleys.iter().map(|v| v.reached).sum::<usize>());
            list.push(format!(
                "The objective has at least {} local minima; {here} of {all} starts ended in the lowest.",
                self.fit.valleys.len()
            ));
        }
        list
    }

    /// The product of the inputs but unique tokens: how large a run is.
    fn scale(&self, i: usize) -> f64 {
        let inputs = self.problem.data.input(i).iter().zip(self.problem.law.info.inputs);
        inputs.filter(|(_, input)| input.role != Role::Unique).map(|(x, _)| x).product()
    }

    fn data(&self) -> Figure {
        let (problem, data) = (self.problem, &self.problem.data);
        let mut room = Room::default();
        problem.at(&self.fit.params, &mut room);
        let log = problem.objective.residual == Residual::Log;
        if problem.law.info.inputs.len() > 1 {
            let ends = data.y.iter().chain(&room.values).fold([f64::INFINITY, 0.0], |[a, b], y| [a.min(*y), b.max(*y)]);
            return Figure {
                id: "data",
                title: "predicted and measured".into(),
                x: axis("predicted loss", log),
                y: axis("measured loss", log),
                field: None,
                series: vec![
                    Series::new("runs", "runs", Kind::Points, From::Measured, room.values, data.y.clone()),
                    Series::new("equal", "equal", Kind::Line, From::Theory, ends.to_vec(), ends.to_vec()),
                ],
                marks: Vec::new(),
            };
        }
        let xs = || (0..data.len()).map(|i| data.input(i)[0]);
        let (lo, hi) =
            xs().filter(|x| *x > 0.0).fold((f64::INFINITY, 0.0), |(a, b): (f64, f64), x| (a.min(x), b.max(x)));
        // A fifth further on: what a law is for.
        let curve: Vec<f64> = (0..=120).map(|i| lo * math::pow(hi / lo, f64::from(i) / 100.0)).collect();
        let predicted = curve.iter().map(|x| problem.law.predict(&self.fit.params, &[*x])).collect();
        let mut line = Series::new("fit", "fit", Kind::Line, From::Theory, curve.clone(), predicted);
        if !self.refits.is_empty() {
            let inputs: Vec<_> = curve.iter().map(|x| vec![*x]).collect();
            let band = bootstrap::band(problem, self.refits, &inputs, LEVEL);
            line = line.with_interval(band.iter().map(|b| b[0]).collect(), band.iter().map(|b| b[1]).collect());
        }
        Figure {
            id: "data",
            title: "runs and fit".into(),
            x: axis("x", true),
            y: axis("y", log),
            field: None,
            series: vec![
                Series::new("runs", "runs", Kind::Points, From::Measured, xs().collect(), data.y.clone()),
                line,
            ],
            marks: Vec::new(),
        }
    }

    fn residuals(&self) -> Figure {
        let mut room = Room::default();
        self.problem.at(&self.fit.params, &mut room);
        let size = (0..self.problem.data.len()).map(|i| self.scale(i)).collect();
        let label = match self.problem.objective.residual {
            Residual::Log => "ln predicted - ln measured",
            Residual::Plain => "predicted - measured",
        };
        let size_label = if self.problem.law.info.inputs.len() > 1 { "parameters times tokens" } else { "x" };
        Figure {
            id: "residuals",
            title: "residuals".into(),
            x: axis(size_label, true),
            y: axis(label, false),
            field: None,
            series: vec![Series::new("residuals", "residuals", Kind::Points, From::Measured, size, room.residuals)],
            marks: Vec::new(),
        }
    }

    fn profile(&self, j: usize, profile: &Profile) -> Figure {
        let param = &self.problem.law.info.params[j];
        let (x, y) = profile.points().iter().map(|point| (point.value, point.objective)).unzip();
        let ends = profile.interval().into_iter().filter(|end| end.is_finite());
        let marks = ends.map(|end| Mark::at_x("95 % end", end)).chain([Mark::at_x("fit", self.fit.params[j])]);
        Figure {
            id: param.name,
            title: format!("profile of {}", param.name),
            x: Axis { label: param.name, unit: param.unit, ..axis("", param.transform == Transform::Log) },
            y: axis("least objective", true),
            field: None,
            series: vec![Series::new("profile", "least objective", Kind::Line, From::Theory, x, y)],
            marks: marks.collect(),
        }
    }

    fn parameters(&self) -> Table {
        let params = self.problem.law.info.params;
        let boot = bootstrap::intervals(self.problem, self.refits, LEVEL);
        let rows = params.iter().enumerate().map(|(j, param)| {
            let mut row: Vec<Cell> = vec![param.name.into(), self.fit.params[j].into()];
            let held = self.problem.held[j].is_some();
            let profile = self.profiles.iter().find(|(k, _)| *k == j).map(|(_, profile)| profile);
            let none = [f64::NAN; 2];
            let ends = if held { [none; 2] } else { [boot[j], profile.map_or(none, Profile::interval)] };
            row.extend(ends.as_flattened().iter().map(|end| Cell::from(*end)));
            let said = profile.map(|profile| profile.identified().words(param.name));
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

    fn quality(&self) -> Table {
        let (problem, fit) = (self.problem, self.fit);
        let mut rows: Vec<Vec<Cell>> = vec![
            vec!["objective".into(), problem.objective.words().into()],
            vec!["objective at the fit".into(), fit.value.into()],
            vec!["R^2".into(), choose::r2(problem, &fit.params).into()],
            vec!["AICc".into(), choose::aicc(problem, fit).unwrap_or(f64::NAN).into()],
            vec!["rows".into(), (problem.data.len() as f64).into()],
            vec!["free parameters".into(), (problem.free() as f64).into()],
            vec!["refits".into(), (self.refits.len() as f64).into()],
            vec!["search".into(), words(fit.stop).into()],
            vec!["evaluations".into(), (fit.evaluations as f64).into()],
        ];
        if let Some(found) = self.extrapolation {
            rows.push(vec!["largest rows left out".into(), (found.rows as f64).into()]);
            rows.push(vec!["error on them, root mean square residual".into(), found.error.into()]);
            rows.push(vec!["mean residual on them".into(), found.bias.into()]);
        }
        Table { id: "quality", title: "The fit".into(), columns: vec![column("what"), column("value")], rows }
    }

    fn derived(&self) -> Table {
        let law = self.problem.law;
        let refits: Vec<_> = self.refits.iter().map(|p| answers(law, p, &self.ask)).collect();
        let rows = answers(law, &self.fit.params, &self.ask).into_iter().enumerate().map(|(k, answer)| {
            let ends = interval(refits.iter().map(|answers| answers[k].value), LEVEL);
            let [lo, hi] = opened([f64::NEG_INFINITY, 1e30], ends);
            vec![answer.name.into(), answer.value.into(), lo.into(), hi.into(), answer.unit.into()]
        });
        Table {
            id: "derived",
            title: "What follows, with 95 % intervals of the bootstrap".into(),
            columns: ["what", "value", "from", "to", "unit"].map(column).to_vec(),
            rows: rows.collect(),
        }
    }

    fn valleys(&self) -> Table {
        let valleys = if self.fit.valleys.len() > 1 { self.fit.valleys.as_slice() } else { &[] };
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
        let rows = self.problem.law.info.published.iter().map(|published| {
            let numbers = [self.problem.value(published.values)].into_iter().chain(published.values.iter().copied());
            std::iter::once(published.source.into()).chain(numbers.map(Cell::from)).collect()
        });
        Table {
            id: "published",
            title: "Published parameters, with the objective they have on these rows".into(),
            columns: self.with_parameters(&["source", "objective"]),
            rows: rows.collect(),
        }
    }

    fn with_parameters(&self, first: &[&'static str]) -> Vec<Column> {
        let params = self.problem.law.info.params.iter().map(|param| Column { name: param.name, unit: param.unit });
        first.iter().map(|name| column(name)).chain(params).collect()
    }
}

//! Tables of a fit, and what to know in words.

use super::{Compared, FLAT, LEVEL, Study, TOGETHER, words};
use crate::error::number;
use crate::fit::bootstrap::{self, interval, opened};
use crate::fit::derived::{allocation, answers};
use crate::fit::objective::Room;
use crate::fit::profile::{Profile, bounded, critical, sharpness, silent};
use crate::fit::{Fit, Role, choose};
use crate::math;
use crate::output::{Cell, Column, Table, significant};
use crate::stats::correlation;
use crate::text::Text;
use crate::text::word;

/// A residual so many times the middle one is not noise.
const FAR: f64 = 12.0;

const fn column(name: &'static str) -> Column {
    Column { name: crate::text::word(name), unit: "" }
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

impl Study<'_> {
    /// What a reader should know, in sentences.
    pub(super) fn words(&self) -> Table {
        let params = self.problem.law.info.params;
        let data = &self.problem.data;
        let mut list = Vec::new();
        if self.simulated {
            let says = self.problem.law.info.example.says;
            list.push(format!(
                "These runs are simulated from the law itself, with noise; its parameters are those of {says}."
            ));
        } else {
            list.push(format!("Columns: {}.", self.how.iter().map(Text::english).collect::<Vec<_>>().join(", ")));
        }
        list.extend(self.notes.iter().map(Text::english));
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
                list.push(format!(
                    "While {} was held, a better fit was found: {}.",
                    params[*j].name,
                    significant(lower, 7)
                ));
            }
        }
        if let Some(fit) = self.fit {
            list.extend(silent(self.problem, fit));
            list.extend(self.at_bounds(fit));
            list.extend(self.minima(fit));
            list.extend(self.beyond(fit));
            list.extend(self.far_off(fit));
        }
        Table {
            id: "words",
            nothing: None,
            title: "In words".into(),
            columns: vec![column("what to know")],
            rows: list.into_iter().map(|text| vec![text.into()]).collect(),
        }
    }

    /// Is the best that a budget buys worse than every run? Then the budget lies below the runs, or a unit is wrong.
    fn beyond(&self, fit: &Fit) -> Option<String> {
        let worst = self.problem.data.y.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let law = self.problem.law;
        let has = |role: Role| law.info.inputs.iter().any(|input| input.role == role);
        let compute = self.ask.compute.filter(|_| has(Role::Params) && has(Role::Tokens))?;
        let [_, _, loss] = allocation(law, &fit.params, compute, self.ask.unique);
        (loss > worst).then(|| {
            format!(
                "The compute-optimal loss at the budget of {compute:.3e} operations is {loss:.3}, above every loss of the \
                 runs ({worst:.3} at most): the budget lies far below that of the runs, or a unit is wrong."
            )
        })
    }

    /// The row whose residual is many times the usual one: a damaged cell, or a run that failed.
    fn far_off(&self, fit: &Fit) -> Option<String> {
        // A curve through few rows passes close to most of them.
        if self.problem.data.len() < 4 * self.problem.free() {
            return None;
        }
        let mut room = Room::default();
        self.problem.at(&fit.params, &mut room);
        let size: Vec<f64> = room.residuals.iter().map(|r| r.abs()).collect();
        let mut sorted = size.clone();
        sorted.sort_by(f64::total_cmp);
        // An exact fit has residuals of rounding.
        let usual = sorted[sorted.len() / 2].max(1e-6);
        let worst = (0..size.len()).max_by(|&i, &j| size[i].total_cmp(&size[j]))?;
        // Of Gaussian residuals one in a million lies seven times the middle one away.
        let many = size.iter().filter(|r| **r > FAR * usual).count();
        (!self.simulated && size[worst] > (FAR * usual).max(1e-3)).then(|| {
            let others = if many == 1 { String::new() } else { format!(", and {} more lie beyond {FAR} times it", many - 1) };
            format!(
                "Line {} lies far from the fit: its loss is {}, the law gives {}, which is {} times the middle distance{others}. \
                 Check its cells, or leave it out.",
                self.lines[worst],
                significant(self.problem.data.y[worst], 5),
                significant(room.values[worst], 5),
                significant(size[worst] / usual, 2)
            )
        })
    }

    /// Parameters of the fit at a bound.
    pub(super) fn at_bounds(&self, fit: &Fit) -> Vec<String> {
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
    pub(super) fn together(&self) -> Vec<String> {
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
                (Role::Params, Role::Tokens, true) => "nearly the same number of tokens per parameter in all runs",
                (Role::Params, Role::Tokens, false) => "nearly the same compute budget in all runs",
                (Role::Tokens, Role::Unique, true) => "nearly the same number of epochs in all runs",
                (_, _, true) => "nearly the same ratio of the two in all runs",
                _ => "nearly the same product of the two in all runs",
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
    pub(super) fn minima(&self, fit: &Fit) -> Vec<String> {
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
                    format!("higher by {} %", significant(100.0 * most, 3))
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

    pub(super) fn parameters(&self, fit: &Fit) -> Table {
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
            nothing: None,
            title: "Parameters, with 95 % intervals of the bootstrap and of the profile; an open end is empty".into(),
            columns: ["parameter", "fit", "from", "to", "profile from", "profile to", "verdict", "what it is"]
                .map(column)
                .to_vec(),
            rows: rows.collect(),
        }
    }

    pub(super) fn quality(&self, fit: &Fit) -> Table {
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
        Table {
            id: "quality",
            nothing: None,
            title: "The fit".into(),
            columns: vec![column("what"), column("value")],
            rows,
        }
    }

    pub(super) fn derived(&self, fit: &Fit) -> Table {
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
            nothing: Some(word(
                "No input that a number can hold answers this: the fitted curve does not come to that loss.",
            )),
            title: "What follows, with 95 % intervals of the bootstrap".into(),
            columns: ["what", "value", "from", "to", "unit", "as published"].map(column).to_vec(),
            rows: rows.collect(),
        }
    }

    /// Laws side by side on the same rows.
    pub(super) fn compared(&self, fit: &Fit) -> Table {
        let own = Compared::of("this one", self.problem, fit, self.largest);
        let all = if self.compared.is_empty() { vec![] } else { [&[own][..], self.compared].concat() };
        let row = |law: Compared| {
            let numbers = law.numbers.into_iter().map(Cell::from);
            std::iter::once(law.name.into()).chain(numbers).chain([law.failed.into()]).collect()
        };
        Table {
            id: "laws",
            nothing: None,
            title: "Laws fitted to the same runs. Lower is better: AICc, and error on the largest runs, which the fit has not seen".into(),
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

    pub(super) fn valleys(&self, fit: &Fit) -> Table {
        let valleys = if fit.valleys.len() > 1 { fit.valleys.as_slice() } else { &[] };
        let rows = valleys.iter().take(20).map(|valley| {
            let numbers = [valley.value, valley.reached as f64].into_iter().chain(valley.params.iter().copied());
            numbers.map(Cell::from).collect()
        });
        Table {
            id: "valleys",
            nothing: None,
            title: "Local minima, with how many starts ended in each".into(),
            columns: self.with_parameters(&["objective", "starts"]),
            rows: rows.collect(),
        }
    }

    pub(super) fn published(&self) -> Table {
        let rows = self.claimed().into_iter().map(|(source, values)| {
            let numbers = [self.problem.value(values), choose::r2(self.problem, values)];
            let numbers = numbers.into_iter().chain(values.iter().copied());
            std::iter::once(source.into()).chain(numbers.map(Cell::from)).collect()
        });
        Table {
            id: "published",
            nothing: None,
            title: "Published parameters, with the objective they have on these rows".into(),
            columns: self.with_parameters(&["source", "objective", "R^2"]),
            rows: rows.collect(),
        }
    }

    /// Lines left out, those of a rule together.
    pub(super) fn left_out(&self) -> Table {
        let mut rules: Vec<(&str, Vec<usize>)> = Vec::new();
        for (line, rule) in self.excluded {
            match rules.iter_mut().find(|(known, _)| known == rule) {
                Some((_, lines)) => lines.push(*line),
                None => rules.push((rule, vec![*line])),
            }
        }
        let row = |(rule, lines): (&str, Vec<usize>)| {
            vec![rule.to_owned().into(), (lines.len() as f64).into(), spans(&lines).into()]
        };
        Table {
            id: "excluded",
            nothing: None,
            title: "Lines left out, with the rule that did it".into(),
            columns: ["rule", "lines", "which"].map(column).to_vec(),
            rows: rules.into_iter().map(row).collect(),
        }
    }

    pub(super) fn with_parameters(&self, first: &[&'static str]) -> Vec<Column> {
        let params = self
            .problem
            .law
            .info
            .params
            .iter()
            .map(|param| Column { name: crate::text::word(param.name), unit: param.unit });
        first.iter().map(|name| column(name)).chain(params).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_joined() {
        assert_eq!(spans(&[2, 3, 4, 9, 11, 12]), "2-4, 9, 11-12");
        let odd: Vec<usize> = (0..400).map(|i| 2 * i).collect();
        assert!(spans(&odd).ends_with("598, ...") && spans(&[]).is_empty());
    }
}

//! Tables of a fit, and notes about its runs.

use super::{Compared, FLAT, LEVEL, Study, TOGETHER, stopped};
use crate::fit::bootstrap::{self, interval, opened};
use crate::fit::derived::{Ask, allocation, answers, inputs};
use crate::fit::objective::Room;
use crate::fit::profile::{Profile, bounded, critical, sharpness, silent};
use crate::fit::words::TOKENS_TO_TARGET;
use crate::fit::{Fit, Role, choose};
use crate::kit::fits::words;
use crate::math;
use crate::output::{Cell, Column, Table};
use crate::stats::{correlation, sort};
use crate::text;
use crate::text::{Argument, Template, Text, count, error, list, loss, name, number, phrase, setting, share};

/// A residual is too large to be noise if its absolute value is more than this many times the median absolute residual.
const FAR: f64 = 12.0;

/// A minimum counts as nearly as low as the fit if its objective is higher by less than this share. Its note then says
/// that the objective is less than 0.001% higher.
const NEARLY: f64 = 1e-5;

const fn column(name: Template<0>) -> Column {
    Column { name, unit: "" }
}

/// Writes ascending numbers as text, in which successive numbers are joined to spans, as in `2-6, 9`. Only the first
/// 300 spans are listed.
fn spans(lines: &[usize]) -> String {
    let spans: Vec<_> = lines.chunk_by(|a, b| a + 1 == *b).collect();
    let one = |span: &&[usize]| match span {
        [one] => one.to_string(),
        _ => format!("{}-{}", span[0], span[span.len() - 1]),
    };
    let more = if spans.len() > 300 { ", ..." } else { "" };
    spans.iter().take(300).map(one).collect::<Vec<_>>().join(", ") + more
}

/// The note on two inputs whose logarithms are correlated. `r` is the correlation, and `called` contains the symbols of
/// the inputs.
#[inline(never)]
fn move_together(first: Role, second: Role, r: f64, called: [Argument; 2]) -> Text {
    let [a, b] = called;
    let correlation = number(r);
    match (first, second, r > 0.0) {
        (Role::Params, Role::Tokens, true) => text!(words::SAME_RATIO, correlation = correlation),
        (Role::Params, Role::Tokens, false) => text!(words::SAME_COMPUTE, correlation = correlation),
        (Role::Tokens, Role::Unique, true) => text!(words::SAME_EPOCHS, correlation = correlation),
        (_, _, true) => text!(words::SAME_QUOTIENT, first = a, second = b, correlation = correlation),
        _ => text!(words::SAME_PRODUCT, first = a, second = b, correlation = correlation),
    }
}

impl Study<'_> {
    /// Table of notes: what a reader should know about the runs and about the fit.
    pub(super) fn notes(&self) -> Table {
        let mut notes = self.of_runs();
        notes.extend(self.together());
        if let Some(fit) = self.fit {
            self.notes_of_fit(fit, &mut notes);
        }
        Table {
            id: "words",
            nothing: None,
            title: words::NOTES.into(),
            columns: vec![column(words::NOTE)],
            rows: notes.into_iter().map(|note| vec![note.into()]).collect(),
        }
    }

    /// Adds notes on the fit, the refits and the profiles.
    #[inline(never)]
    fn notes_of_fit(&self, fit: &Fit, notes: &mut Vec<Text>) {
        notes.extend(self.of_refits());
        notes.extend(self.of_profiles());
        notes.extend(silent(self.problem, fit));
        notes.extend(self.at_bounds(fit));
        notes.extend(self.minima(fit));
        notes.extend(self.beyond(fit));
        notes.extend(self.too_small(fit));
        notes.extend(self.far_off(fit));
    }

    /// Notes on the runs, on the objective, and on how the runs are resampled.
    fn of_runs(&self) -> Vec<Text> {
        let (rows, runs, free) = (self.problem.data.len(), self.runs, self.problem.free());
        let mut notes = vec![if self.simulated {
            text!(words::SIMULATED, source = phrase(self.problem.law.info.example.says))
        } else {
            text!(words::COLUMNS, columns = list(self.how.to_vec()))
        }];
        notes.extend(self.simulated.then(|| words::OTHER_SEEDS.into()));
        notes.extend(self.notes.iter().cloned());
        notes.push(text!(words::ROWS_OF_RUNS, rows = count(rows), runs = count(runs)));
        if !self.excluded.is_empty() {
            notes.push(text!(words::LEFT_OUT, lines = count(self.excluded.len())));
        }
        notes.push(self.problem.objective.words());
        if !self.resampled || self.fit.is_some() && !self.noise_is_known() {
            return notes;
        }
        if bootstrap::draws_losses(self.problem) {
            notes.push(text!(words::FEW_ROWS, rows = count(rows), free = count(free)));
            // Measured: tests/bench/RESULTS.md, few rows.
            notes.extend((rows < 2 * free).then(|| words::TOO_WIDE.into()));
        } else if runs < bootstrap::RUNS && runs < rows {
            notes.push(text!(words::FEW_RUNS, runs = count(runs), least = count(bootstrap::RUNS)));
        }
        notes
    }

    /// Notes on two parameters whose refits are strongly correlated.
    fn of_refits(&self) -> Vec<Text> {
        let Some((r, pair)) = self.tied().filter(|(r, _)| r.abs() >= TOGETHER) else { return Vec::new() };
        let called = || pair.map(|j| name(self.problem.law.info.params[j].name));
        let [first, second] = called();
        let mut notes = vec![text!(words::TRADE_OFF, first = first, second = second, correlation = number(r))];
        let boot = self.bootstrapped();
        let loose = |(j, profile): &&(usize, Profile)| pair.contains(j) && !self.judged(*j, profile, boot.as_deref()).0;
        if self.profiles.iter().filter(loose).count() == 2 {
            let [first, second] = called();
            notes.push(text!(words::NEITHER, first = first, second = second));
        }
        notes
    }

    /// Notes on parameters that the runs do not determine. If a profile found a better fit, a note says so.
    fn of_profiles(&self) -> Vec<Text> {
        let boot = self.bootstrapped();
        let mut notes = Vec::new();
        for (j, profile) in self.profiles {
            let (yes, said) = self.judged(*j, profile, boot.as_deref());
            if !yes && self.noise_is_known() {
                notes.push(said);
            }
            let lower = profile.points().iter().map(|p| p.objective).fold(f64::INFINITY, f64::min);
            if self.fit.is_some_and(|fit| lower < fit.value * (1.0 - 1e-6)) {
                let parameter = name(self.problem.law.info.params[*j].name);
                notes.push(text!(words::BETTER_FOUND, parameter = parameter, objective = number(lower)));
            }
        }
        notes
    }

    /// A note if the compute-optimal loss at the budget is higher than the loss of every run. The budget is then far
    /// below the compute of the runs, or it has the wrong unit.
    fn beyond(&self, fit: &Fit) -> Option<Text> {
        let worst = self.problem.data.y.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let law = self.problem.law;
        let has = |role: Role| law.info.inputs.iter().any(|input| input.role == role);
        let budget = self.ask.compute.filter(|_| has(Role::Params) && has(Role::Tokens))?;
        let [_, _, best] = allocation(law, &fit.params, budget, self.ask.unique);
        let said = || text!(words::BEYOND, compute = number(budget), loss = loss(best), worst = loss(worst));
        (best > worst).then(said)
    }

    /// A note if the model that the user asks about cannot reach the target loss with any number of tokens.
    fn too_small(&self, fit: &Fit) -> Option<Text> {
        let (law, Ask { loss: target, params, unique, .. }) = (self.problem.law, self.ask);
        let (target, size) = (target?, params?);
        let asked = answers(law, &fit.params, &self.ask).iter().any(|answer| answer.name == TOKENS_TO_TARGET);
        let most = law.predict(&fit.params, &inputs(law, size, 1e30, unique));
        (asked && most > target).then(|| text!(words::TOO_SMALL, size = setting(size), loss = setting(target)))
    }

    /// Notes on rows whose residual is far above the median residual, for example because a cell is damaged or the run
    /// failed.
    fn far_off(&self, fit: &Fit) -> Vec<Text> {
        // A curve through few rows passes close to most of them.
        if self.simulated || self.problem.data.len() < 4 * self.problem.free() {
            return Vec::new();
        }
        let mut room = Room::default();
        self.problem.at(&fit.params, &mut room);
        let size: Vec<f64> = room.residuals.iter().map(|r| r.abs()).collect();
        let mut sorted = size.clone();
        sort(&mut sorted);
        // The residuals of an exact fit are rounding errors.
        let usual = sorted[sorted.len() / 2].max(1e-6);
        let worst = (0..size.len()).max_by(|&i, &j| size[i].total_cmp(&size[j]));
        let Some(worst) = worst.filter(|&i| size[i] > (FAR * usual).max(1e-3)) else { return Vec::new() };
        let line = || setting(self.lines[worst] as f64);
        let mut notes = vec![text!(
            words::FAR_OFF,
            line = line(),
            measured = loss(self.problem.data.y[worst]),
            predicted = loss(room.values[worst]),
            ratio = error(size[worst] / usual),
        )];
        // One in a million Gaussian residuals is more than seven times the median.
        let others = size.iter().filter(|r| **r > FAR * usual).count().saturating_sub(1);
        if others > 0 {
            notes.push(text!(words::MORE_FAR_OFF, line = line(), others = count(others), factor = setting(FAR)));
        }
        notes
    }

    /// Notes on parameters whose fitted value is at a bound.
    pub(super) fn at_bounds(&self, fit: &Fit) -> Vec<Text> {
        let one = |(j, pressed): (usize, bool)| {
            let param = &self.problem.law.info.params[j];
            let [lo, hi] = param.bounds;
            let bound = number(if (fit.params[j] / lo - 1.0).abs() < 1e-6 { lo } else { hi });
            if pressed {
                text!(words::PRESSED, parameter = name(param.name), bound = bound)
            } else {
                text!(words::AT_BOUND, parameter = name(param.name), bound = bound)
            }
        };
        let at_bounds = bounded(self.problem, &fit.params, sharpness(self.problem, fit)).into_iter();
        // An exact fit cannot be better beyond a bound.
        at_bounds.map(|(j, pressed)| (j, pressed && self.noise_is_known())).map(one).collect()
    }

    /// Notes on inputs with so strong a correlation that the runs cannot tell their effects apart.
    pub(super) fn together(&self) -> Vec<Text> {
        let (data, inputs) = (&self.shown.data, self.problem.law.info.inputs);
        let column = |k: usize| (0..data.len()).map(|i| math::ln(data.input(i)[k])).collect::<Vec<_>>();
        let mut notes = Vec::new();
        for (i, j) in (0..inputs.len()).flat_map(|i| (i + 1..inputs.len()).map(move |j| (i, j))) {
            let r = correlation(&column(i), &column(j));
            if r.abs() < TOGETHER {
                continue;
            }
            let called = [i, j].map(|k| name(inputs[k].symbol));
            notes.push(move_together(inputs[i].role, inputs[j].role, r, called));
        }
        notes
    }

    /// Notes that say whether the fit is the lowest minimum of the objective, and whether other minima fit nearly as
    /// well.
    pub(super) fn minima(&self, fit: &Fit) -> Vec<Text> {
        let mut notes = Vec::new();
        let (met, starts) = (|| count(fit.met), || count(fit.starts));
        if fit.valleys.len() > 1 {
            notes.push(text!(words::MINIMA, minima = count(fit.valleys.len()), met = met(), starts = starts()));
        }
        if !fit.sure {
            notes.push(text!(words::NOT_SURE, met = met(), starts = starts()));
        }
        let allowed = fit.value + critical(self.problem, LEVEL, 1) / (2.0 * sharpness(self.problem, fit));
        let known = self.noise_is_known();
        let others = fit.valleys.iter().skip(1).filter(|valley| known && valley.value <= allowed);
        if let Some(rise) = others.clone().map(|valley| valley.value / fit.value - 1.0).reduce(f64::min) {
            let others = count(others.count());
            notes.push(if rise < NEARLY {
                text!(words::NEARLY_AS_LOW, others = others)
            } else {
                text!(words::NOT_THE_ONLY, others = others, rise = share(rise))
            });
        }
        if self.problem.flat(&fit.params) < FLAT {
            notes.push(words::FLAT.into());
        }
        notes
    }

    /// The value of parameter `j` in a table; words if the value says nothing about the runs.
    fn value(&self, j: usize, value: f64) -> Cell {
        if self.undetermined(j, value) { words::UNDETERMINED.into() } else { value.into() }
    }

    /// The law of this fit, to compare with others.
    pub(super) fn compared_own(&self, fit: &Fit) -> Compared {
        Compared::of(self.problem.law.info.slug, self.problem, fit, self.largest)
    }

    pub(super) fn parameters(&self, fit: &Fit) -> Table {
        let params = self.problem.law.info.params;
        let boot = bootstrap::intervals(self.problem, self.refits, LEVEL);
        let judged = self.bootstrapped();
        let rows = params.iter().enumerate().map(|(j, param)| {
            let mut row: Vec<Cell> = vec![Template::new(param.name).into(), self.value(j, fit.params[j])];
            let held = self.problem.held[j].is_some();
            let profile = self.profiles.iter().find(|(k, _)| *k == j).map(|(_, profile)| profile);
            let none = [f64::NAN; 2];
            let ends = if held { [none; 2] } else { [boot[j], profile.map_or(none, Profile::interval)] };
            row.extend(ends.as_flattened().iter().map(|end| Cell::from(*end)));
            let said = profile.map(|profile| self.judged(j, profile, judged.as_deref()).1);
            row.push(if held { words::HELD.into() } else { said.unwrap_or_else(|| words::NOT_JUDGED.into()).into() });
            row.push(param.help.into());
            row
        });
        Table {
            id: "parameters",
            nothing: None,
            title: words::PARAMETERS.into(),
            columns: [
                words::PARAMETER,
                words::FIT,
                words::BOOTSTRAP_LOWER,
                words::BOOTSTRAP_UPPER,
                words::PROFILE_LOWER,
                words::PROFILE_UPPER,
                words::VERDICT,
                words::MEANING,
            ]
            .map(column)
            .to_vec(),
            rows: rows.collect(),
        }
    }

    pub(super) fn quality(&self, fit: &Fit) -> Table {
        let problem = self.problem;
        let mut rows: Vec<Vec<Cell>> = vec![
            vec![words::OBJECTIVE_AT_FIT.into(), fit.value.into()],
            vec![words::R2.into(), choose::r2(problem, &fit.params).into()],
            vec![words::AICC.into(), choose::aicc(problem, fit).unwrap_or(f64::NAN).into()],
            vec![words::ROWS.into(), (problem.data.len() as f64).into()],
            vec![words::FREE_PARAMETERS.into(), (problem.free() as f64).into()],
            vec![words::REFITS.into(), (self.refits.len() as f64).into()],
            vec![words::SEARCH.into(), stopped(fit.stop).into()],
            vec![words::STARTS_OF_SEARCH.into(), (fit.starts as f64).into()],
            vec![words::STARTS_MET.into(), (fit.met as f64).into()],
            vec![words::EVALUATIONS.into(), (fit.evaluations as f64).into()],
        ];
        if let Some(found) = self.largest {
            rows.push(vec![words::LARGEST_ROWS.into(), (found.measured.len() as f64).into()]);
            rows.push(vec![words::LARGEST_SQUARE.into(), found.error.into()]);
            rows.push(vec![words::LARGEST_MEAN.into(), found.bias.into()]);
        }
        Table {
            id: "quality",
            nothing: None,
            title: words::QUALITY.into(),
            columns: vec![column(words::QUANTITY), column(words::NUMBER)],
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
            let mut row: Vec<Cell> = vec![answer.name.into(), answer.value.into(), lo.into(), hi.into()];
            row.extend(published.as_ref().map(|answers| Cell::from(answers[k].value)));
            row
        });
        let mut columns = [words::QUANTITY, words::NUMBER, words::LOWER, words::UPPER].map(column).to_vec();
        columns.extend(published.as_ref().map(|_| column(words::AS_PUBLISHED)));
        Table {
            id: "derived",
            nothing: Some(words::NEVER_REACHED),
            title: words::DERIVED.into(),
            rows: rows.collect(),
            columns,
        }
    }

    /// Table of the laws that are fitted to the same rows.
    pub(super) fn compared(&self, fit: &Fit) -> Table {
        let own = self.compared_own(fit);
        let row = |called: Text, law: &Compared| {
            let failed = law.failed.clone().map(|reason| text!(words::LAW_FAILED, reason = phrase(reason)));
            let outcome = failed.unwrap_or_else(|| words::LAW_FITTED.into());
            let numbers = law.numbers.into_iter().map(Cell::from);
            std::iter::once(called.into()).chain(numbers).chain([outcome.into()]).collect()
        };
        let others = self.compared.iter().map(|law| row(Text::verbatim(law.name), law));
        let own = (!self.compared.is_empty()).then(|| row(words::THIS_LAW.into(), &own));
        Table {
            id: "laws",
            nothing: None,
            title: words::LAWS.into(),
            columns: [
                words::LAW,
                words::FREE_PARAMETERS,
                words::OBJECTIVE,
                words::R2,
                words::AICC,
                words::LARGEST_ERROR,
                words::LARGEST_BIAS,
                words::OUTCOME,
            ]
            .map(column)
            .to_vec(),
            rows: own.into_iter().chain(others).collect(),
        }
    }

    pub(super) fn valleys(&self, fit: &Fit) -> Table {
        let valleys = if fit.valleys.len() > 1 { fit.valleys.as_slice() } else { &[] };
        let rows = valleys.iter().take(20).map(|valley| {
            let numbers = [valley.value, valley.reached as f64].map(Cell::from);
            numbers.into_iter().chain(valley.params.iter().enumerate().map(|(j, p)| self.value(j, *p))).collect()
        });
        Table {
            id: "valleys",
            nothing: None,
            title: words::MINIMA_MET.into(),
            columns: self.with_parameters(&[words::OBJECTIVE, words::STARTS]),
            rows: rows.collect(),
        }
    }

    pub(super) fn published(&self) -> Table {
        let rows = self.claimed().into_iter().map(|claimed| {
            let numbers = [self.problem.value(claimed.values), choose::r2(self.problem, claimed.values)];
            let numbers = numbers.into_iter().chain(claimed.values.iter().copied());
            std::iter::once(claimed.source.into()).chain(numbers.map(Cell::from)).collect()
        });
        Table {
            id: "published",
            nothing: None,
            title: words::KNOWN.into(),
            columns: self.with_parameters(&[words::SOURCE, words::OBJECTIVE, words::R2]),
            rows: rows.collect(),
        }
    }

    /// Table of the lines that each rule leaves out.
    #[inline(never)]
    pub(super) fn left_out(&self) -> Table {
        let mut rules: Vec<(&str, Vec<usize>)> = Vec::new();
        for (line, rule) in self.excluded {
            match rules.iter_mut().find(|(known, _)| known == rule) {
                Some((_, lines)) => lines.push(*line),
                None => rules.push((rule, vec![*line])),
            }
        }
        let row = |(rule, lines): (&str, Vec<usize>)| {
            vec![Text::verbatim(rule).into(), (lines.len() as f64).into(), Text::verbatim(spans(&lines)).into()]
        };
        Table {
            id: "excluded",
            nothing: None,
            title: words::EXCLUDED.into(),
            columns: [words::RULE, words::LINES, words::WHICH].map(column).to_vec(),
            rows: rules.into_iter().map(row).collect(),
        }
    }

    pub(super) fn with_parameters(&self, first: &[Template<0>]) -> Vec<Column> {
        let params = self.problem.law.info.params.iter();
        let params = params.map(|param| Column { name: Template::new(param.name), unit: param.unit });
        first.iter().copied().map(column).chain(params).collect()
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

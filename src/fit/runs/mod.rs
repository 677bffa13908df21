//! Reads runs from a table: decides which column has which role, and which rows are left out.

mod columns;
mod doubts;
mod heading;
mod rules;
mod source;
#[cfg(test)]
mod tests;
pub(crate) mod words;

pub use columns::Columns;
pub use rules::{Compare, Rule};

use super::{Data, Entry, Input, Objective, Role};
use crate::error::{Error, ErrorKind, Result};
use crate::table::{Column, Mark, Table, number};
use crate::text;
use crate::text::{Text, count, name, phrase, setting};
use doubts::{contradictions, far_off, odd, sure, thousands, twice};
use source::{Part, Source, source};

/// Largest plausible weight. A larger number is probably a count, such as a model size.
const COUNT: f64 = 1e4;

fn bad(message: impl Into<Text>) -> Error {
    Error::new(ErrorKind::Parameter, message)
}

/// Runs to which a law can be fitted, and what was found while they were read from a table.
#[derive(Clone, Debug)]
pub struct Runs {
    /// The rows that were kept, as arrays of inputs, losses and weights.
    pub data: Data,
    /// Line number in the file of each row that was kept.
    pub lines: Vec<usize>,
    /// Line numbers of the rows that were left out, each with the index of the rule that left the row out.
    pub excluded: Vec<(usize, usize)>,
    /// Sentences that say from which columns each input came.
    pub how: Vec<Text>,
    /// Heading of the column of the only input, for a law of one input that is read as it stands.
    pub heading: Option<Text>,
    /// Sentences about implausible numbers in the rows.
    pub notes: Vec<Text>,
}

/// Reads from a table the runs to which a law can be fitted. The `rules` say which rows are left out.
///
/// # Errors
/// A column is missing or holds text; a cell has no number, or a value that the law cannot use (the message names the
/// line); or too few rows are left.
pub fn runs(law: &Entry, table: &Table, columns: &Columns, objective: Objective, rules: &[Rule]) -> Result<Runs> {
    runs_but(None, law, table, columns, objective, rules)
}

/// Reads the runs of a part of a table, as [`runs`] does. The rows that the rule `others` means are no rows of this part, so
/// they are not counted among those that are left out.
///
/// # Errors
/// Those of [`runs`].
pub fn runs_but(
    others: Option<Rule>,
    law: &Entry,
    table: &Table,
    columns: &Columns,
    objective: Objective,
    rules: &[Rule],
) -> Result<Runs> {
    let first = usize::from(others.is_some());
    let rules = &others.into_iter().chain(rules.iter().cloned()).collect::<Vec<_>>()[..];
    let both = table.disagree(&columns.witnesses(table));
    let settled = settled(columns, table)?;
    let table = settled.as_ref().unwrap_or(table);
    let sources = sources(law, columns, table)?;
    numbers(&sources, table, rules, both)?;
    twice(columns, table, law)?;
    let parts: Vec<Part> = sources.iter().flat_map(Source::parts).copied().collect();
    let mut notes = table.notes.clone();
    notes.extend(columns.ask(table, &parts)?);

    let all: Vec<usize> = (0..table.len()).collect();
    let values: Vec<Vec<f64>> = sources.iter().map(|source| source.of(table, &all)).collect();
    let (out, idle) = rules::left_out(rules, columns, table, &values, both)?;
    notes.extend(idle);
    let missing = all.iter().filter(|row| out[**row].is_some_and(|rule| rules[rule] == Rule::Missing));
    missing.copied().try_for_each(|row| not_missing(&sources, table, row))?;
    let kept: Vec<usize> = all.iter().copied().filter(|row| out[*row].is_none()).collect();
    kept.iter().try_for_each(|row| whole(&sources, table, *row))?;

    let sized = parts.iter().any(|part| matches!(part.role, Role::Params | Role::X));
    let weights = weights(columns, table, &kept, sized, both)?;
    let lines: Vec<usize> = kept.iter().map(|&row| table.lines[row]).collect();
    let lists: Vec<Vec<f64>> =
        values.iter().map(|list| kept.iter().map(|&row| list[row]).collect::<Vec<_>>()).collect();
    let (y, x) = lists.split_last().ok_or_else(|| bad(words::READS_NOTHING))?;
    let inputs: Vec<&[f64]> = x.iter().map(Vec::as_slice).collect();
    let mut data = Data::new(law, &inputs, y, objective.residual, Some(&lines)).map_err(|e| {
        // The rules may be the reason that too few rows are left.
        let left = out.iter().flatten().filter(|rule| **rule >= first).count();
        if left == 0 {
            return e;
        }
        let problem = phrase(e.text().clone());
        bad(text!(words::LEFT_OUT, problem = problem, left = count(left), rows = count(kept.len() + left)))
    })?;
    let roles: Vec<Role> = law.info.inputs.iter().map(|input| input.role).chain([Role::Loss]).collect();
    notes.extend(odd(columns, table, &roles, &lists, &lines)?);
    notes.extend(contradictions(columns, table, &kept));
    notes.extend(far_off(y, &lines));

    let differ = match columns.get(Role::Run) {
        None => data.weigh_apart(law, &weights)?,
        Some(column) => {
            data.block = blocks(&table.columns[column], &kept);
            data.weigh(law, &weights)?
        }
    };
    if differ.len() < lines.len() {
        let copies = lines.len() - differ.len();
        notes.push(text!(words::COPIES, copies = count(copies)));
    }
    let heading = match &sources[..] {
        [x, _] => x.alone().map(|column| Text::verbatim(&table.columns[column].name)),
        _ => None,
    };
    let formulas = sources.iter().map(|source| phrase(source.formula(table)));
    let symbols = law.info.inputs.iter().map(|input| Some(input.symbol)).chain([None]);
    let mut how: Vec<Text> = symbols
        .zip(formulas)
        .map(|(symbol, formula)| match symbol {
            Some(symbol) => text!(words::INPUT, symbol = name(symbol), formula = formula),
            None => text!(words::LOSS_FROM, formula = formula),
        })
        .collect();
    let weight = columns.get(Role::Weight).map(|k| name(&table.columns[k].name));
    how.extend(weight.map(|column| text!(words::WEIGHT_FROM, column = column)));
    let excluded = out.iter().zip(&table.lines).filter_map(|(rule, line)| Some((*line, (*rule)?.checked_sub(first)?)));
    let excluded = excluded.collect();
    Ok(Runs { data, lines: differ.iter().map(|&i| lines[i]).collect(), excluded, how, heading, notes })
}

/// Decides the table's decimal mark, and returns the table as it is read with this mark. The user gives the mark;
/// otherwise the loss or other columns of the fit decide it. `None` if no cell is ambiguous or nothing decides the
/// mark.
fn settled(columns: &Columns, table: &Table) -> Result<Option<Table>> {
    let by_loss = || columns.sure_loss(table).and_then(|column| column.mark_below(doubts::THOUSAND));
    let by_others = || table.mark(&columns.witnesses(table));
    let mark = columns.mark.or_else(by_loss).or_else(by_others).filter(|_| table.in_doubt());
    if columns.mark.is_none() && mark == Some(Mark::Point) {
        thousands(columns, table)?;
    }
    Ok(mark.map(|mark| {
        let mut table = table.clone();
        table.settle(mark);
        table
    }))
}

/// The source of each input of the law, in the law's order, and then the source of the loss. A source is the columns
/// from which a quantity is computed.
fn sources(law: &Entry, columns: &Columns, table: &Table) -> Result<Vec<Source>> {
    let loss = Input { role: Role::Loss, symbol: "L", label: "loss", from_zero: false };
    let of = |input: &Input| source(input.role, columns, table).ok_or_else(|| columns.missing(input, table));
    law.info.inputs.iter().chain([&loss]).map(of).collect()
}

/// Returns an error if a column holds text where numbers are needed. `both` says whether the table has decimals with
/// both marks.
fn numbers(sources: &[Source], table: &Table, rules: &[Rule], both: bool) -> Result<()> {
    let read: Vec<usize> = sources.iter().flat_map(Source::columns).collect();
    let all_words = |row: &usize| read.len() > 1 && read.iter().all(|k| table.columns[*k].is_word(*row));
    if let Some(row) = (1..table.len()).find(all_words) {
        return Err(bad(text!(words::ALL_WORDS, line = setting(table.lines[row] as f64))));
    }
    for column in read.iter().map(|k| &table.columns[*k]) {
        sure(column, both)?;
        let alone = column.numbers.iter().all(|x| x.is_nan());
        if alone && column.text.is_none() {
            return Err(bad(text!(words::NO_NUMBERS, column = name(&column.name))));
        }
        if let Some((line, text)) = column.text.as_ref().filter(|_| alone || !rules.contains(&Rule::Missing)) {
            let (line, column, cell) = (setting(*line as f64), name(&column.name), name(text));
            return Err(bad(match (alone, number::why(text).map(phrase)) {
                // The rule `missing` does not leave out what somebody wrote as a number.
                (_, Some(why)) => text!(words::NOT_NUMBER_WHY, line = line, column = column, cell = cell, why = why),
                (true, None) => text!(words::NOT_NUMBER, line = line, column = column, cell = cell),
                (false, None) => text!(words::NOT_NUMBER_HERE, line = line, column = column, cell = cell),
            }));
        }
    }
    Ok(())
}

/// Returns an error if a row is incomplete only because of a cell such as `~70M`. The user wrote a number there, so the
/// row must not be left out silently.
fn not_missing(sources: &[Source], table: &Table, row: usize) -> Result<()> {
    for column in sources.iter().flat_map(Source::columns).map(|k| &table.columns[k]) {
        if let Some((text, why)) = column.unread(row).filter(|_| column.numbers[row].is_nan()) {
            return Err(bad(text!(
                words::NOT_MISSING,
                line = setting(table.lines[row] as f64),
                column = name(&column.name),
                cell = name(text),
                why = phrase(why),
            )));
        }
    }
    Ok(())
}

/// Returns an error if a number is missing in a row.
fn whole(sources: &[Source], table: &Table, row: usize) -> Result<()> {
    let mut columns = sources.iter().flat_map(Source::columns).map(|k| &table.columns[k]);
    let Some(column) = columns.find(|column| column.numbers[row].is_nan()) else { return Ok(()) };
    let (line, called) = (setting(table.lines[row] as f64), name(&column.name));
    Err(bad(match column.hole(row) {
        Some("") => text!(words::EMPTY_CELL, line = line, column = called),
        Some(cell) => text!(words::NOT_FINITE, line = line, column = called, cell = name(cell)),
        None => text!(words::NO_FINITE, line = line, column = called),
    }))
}

/// Index of each row's run. A row without a name of its run is a run of its own.
fn blocks(column: &Column, kept: &[usize]) -> Vec<u32> {
    let labels = column.labels();
    let first = labels.iter().max().map_or(0, |most| most + 1);
    let of = |&row: &usize| if column.is_empty(row) { first + row as u32 } else { labels[row] };
    kept.iter().map(of).collect()
}

/// Weight of each row, which is 1 if no column has weights. `sized` says whether another column gives the parameters or
/// x. If none does, a column that was guessed to be weights may hold the sizes of models, and the result is an error.
fn weights(columns: &Columns, table: &Table, kept: &[usize], sized: bool, both: bool) -> Result<Vec<f64>> {
    let Some(column) = columns.get(Role::Weight).map(|k| &table.columns[k]) else { return Ok(vec![1.0; kept.len()]) };
    sure(column, both)?;
    let most = kept.iter().map(|&row| column.numbers[row]).fold(0.0, f64::max);
    if columns.is_guess(Role::Weight) && (most > COUNT || !sized) {
        return Err(bad(text!(words::MAYBE_SIZE, column = name(&column.name), most = setting(most))));
    }
    let of = |&row: &usize| {
        let weight = column.numbers[row];
        if weight > 0.0 && weight.is_finite() {
            return Ok(weight);
        }
        let line = setting(table.lines[row] as f64);
        Err(bad(text!(words::WEIGHT_ABOVE_0, line = line, column = name(&column.name))))
    };
    kept.iter().map(of).collect()
}

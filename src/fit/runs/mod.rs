//! From a table to runs: which column is what, and which rows are left out.

mod columns;
mod doubts;
mod heading;
mod rules;
mod source;
#[cfg(test)]
mod tests;

pub use columns::Columns;
pub use rules::Rule;

use super::{Data, Entry, Input, Objective, Role};
use crate::error::{Error, ErrorKind, Result};
use crate::table::{Mark, Table, number};
use doubts::{contradictions, far_off, odd, sure, thousands, twice};
use source::{Part, Source, source};

/// A weight above this is rather a count.
const COUNT: f64 = 1e4;

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Parameter, message)
}

/// Runs that a law can be fitted to, and what was left out.
#[derive(Clone, Debug)]
pub struct Runs {
    /// The rows.
    pub data: Data,
    /// Their lines.
    pub lines: Vec<usize>,
    /// Lines left out, and which rule did it.
    pub excluded: Vec<(usize, usize)>,
    /// How each input was had, in words.
    pub how: Vec<String>,
    /// What is odd about them, in sentences.
    pub notes: Vec<String>,
}

/// The runs of a table that a law reads, less those that a rule leaves out.
///
/// # Errors
/// A column that is missing or holds text, a cell without a number, a value that the law cannot use, each with its
/// line; too few rows left.
pub fn runs(law: &Entry, table: &Table, columns: &Columns, objective: Objective, rules: &[Rule]) -> Result<Runs> {
    let witnesses = columns.witnesses(table);
    let both = table.disagree(&witnesses);
    let by_loss = || columns.sure_loss(table).and_then(|column| column.mark_below(doubts::THOUSAND));
    let mark = columns.mark.or_else(by_loss).or_else(|| table.mark(&witnesses)).filter(|_| table.in_doubt());
    let settled = mark.map(|mark| {
        let mut table = table.clone();
        table.settle(mark);
        table
    });
    if columns.mark.is_none() && mark == Some(Mark::Point) {
        thousands(columns, table)?;
    }
    let table = settled.as_ref().unwrap_or(table);
    let loss = Input { role: Role::Loss, symbol: "L", label: "loss", from_zero: false };
    let mut sources = Vec::new();
    for input in law.info.inputs.iter().chain([&loss]) {
        sources.push(source(input.role, columns, table).ok_or_else(|| columns.missing(input, table))?);
    }
    let read: Vec<usize> = sources.iter().flat_map(Source::columns).collect();
    if let Some(row) =
        (1..table.len()).find(|&row| read.len() > 1 && read.iter().all(|k| table.columns[*k].is_word(row)))
    {
        return Err(bad(format!(
            "line {} holds words in all columns that are read: if a second table begins there, keep only one table",
            table.lines[row]
        )));
    }
    for source in &sources {
        for k in source.columns() {
            let column = &table.columns[k];
            sure(column, both)?;
            let alone = column.numbers.iter().all(|x| x.is_nan());
            let way = if alone { "" } else { "; `exclude=missing` leaves such rows out" };
            if let Some((line, text)) = column.text.as_ref().filter(|_| alone || !rules.contains(&Rule::Missing)) {
                let why = number::why(text).map_or_else(String::new, |why| format!(": {why}"));
                return Err(bad(format!(
                    "line {line}: column `{}` holds `{text}` where a number is needed{why}{way}",
                    column.name
                )));
            }
        }
    }
    twice(columns, table, law)?;
    let parts: Vec<Part> = sources.iter().flat_map(Source::parts).copied().collect();
    let asked = columns.ask(table, &parts)?;
    let all: Vec<usize> = (0..table.len()).collect();
    let values: Vec<Vec<f64>> = sources.iter().map(|source| source.of(table, &all)).collect();
    let (out, idle) = rules::left_out(rules, columns, table, &values, both)?;
    // `~70M` is a number that somebody wrote, and not missing.
    for row in (0..table.len()).filter(|row| out[*row].is_some_and(|rule| rules[rule] == Rule::Missing)) {
        for column in sources.iter().flat_map(Source::columns).map(|k| &table.columns[k]) {
            if let Some((text, why)) = column.unread(row).filter(|_| column.numbers[row].is_nan()) {
                return Err(bad(format!(
                    "line {}: column `{}` holds `{text}` where a number is needed: {why}; `exclude=missing` leaves out only \
                     cells without a number",
                    table.lines[row], column.name
                )));
            }
        }
    }
    let kept: Vec<usize> = (0..table.len()).filter(|row| out[*row].is_none()).collect();
    for &row in &kept {
        for source in &sources {
            for k in source.columns() {
                if table.columns[k].numbers[row].is_nan() {
                    let (line, column) = (table.lines[row], &table.columns[k]);
                    return Err(bad(format!(
                        "line {line}: column `{}` {}; `exclude=missing` leaves such rows out",
                        column.name,
                        column.hole(row)
                    )));
                }
            }
        }
    }
    let lines: Vec<usize> = kept.iter().map(|&row| table.lines[row]).collect();
    let lists: Vec<Vec<f64>> =
        values.iter().map(|list| kept.iter().map(|&row| list[row]).collect::<Vec<_>>()).collect();
    let roles: Vec<Role> = law.info.inputs.iter().map(|input| input.role).chain([Role::Loss]).collect();
    let mut notes = table.notes.clone();
    notes.extend(asked);
    notes.extend(idle);
    let (y, x) = lists.split_last().ok_or_else(|| bad("the law reads nothing"))?;
    let inputs: Vec<&[f64]> = x.iter().map(Vec::as_slice).collect();
    let mut data = Data::new(law, &inputs, y, objective.residual, Some(&lines)).map_err(|e| {
        // What is too little may be so because of the rules.
        let left = table.len() - kept.len();
        if left == 0 { e } else { bad(format!("{} ({left} of {} rows are left out)", e.message(), table.len())) }
    })?;
    notes.extend(odd(columns, table, &roles, &lists, &lines)?);
    notes.extend(contradictions(columns, table, &kept));
    notes.extend(far_off(y, &lines));
    // Rows of no run are one apart from the other only where they differ.
    let mut blocks: Vec<u32> = vec![0; kept.len()];
    if let Some(run) = columns.get(Role::Run) {
        let labels = table.columns[run].labels();
        // A cell that names no run is a run of its own.
        let first = labels.iter().max().map_or(0, |most| most + 1);
        let own = |row: usize| if table.columns[run].is_empty(row) { first + row as u32 } else { labels[row] };
        blocks = kept.iter().map(|&row| own(row)).collect();
    }
    let rows = std::mem::replace(&mut data.block, blocks);
    let mut weights = vec![1.0; kept.len()];
    if let Some(k) = columns.get(Role::Weight) {
        let column = &table.columns[k];
        sure(column, both)?;
        let most = kept.iter().map(|&row| column.numbers[row]).fold(0.0, f64::max);
        let sized = parts.iter().any(|part| matches!(part.role, Role::Params | Role::X));
        if columns.is_guess(Role::Weight) && (most > COUNT || !sized) {
            return Err(bad(format!(
                "column `{}`, with numbers up to {}, is guessed to say how much a row counts, but may be a size: say which column is the weight, or that none is",
                column.name,
                crate::error::number(most)
            )));
        }
        for (i, &row) in kept.iter().enumerate() {
            let weight = column.numbers[row];
            if !(weight > 0.0 && weight.is_finite()) {
                let (line, name) = (table.lines[row], &column.name);
                return Err(bad(format!("line {line}: the weight in column `{name}` must be a number above 0")));
            }
            weights[i] = weight;
        }
    }
    let differ = data.weigh(law, &weights)?;
    if columns.get(Role::Run).is_none() {
        data.block = differ.iter().map(|&i| rows[i]).collect();
    }
    if differ.len() < lines.len() {
        let copies = lines.len() - differ.len();
        notes.push(format!(
            "{copies} {} another in all that is read: equal rows count as one row. If they are separate runs, name the runs in a column `run`.",
            if copies == 1 { "row equals" } else { "rows equal" }
        ));
    }
    let lines = differ.iter().map(|&i| lines[i]).collect();
    let names = law.info.inputs.iter().map(|input| input.symbol).chain(["loss"]);
    let mut how: Vec<String> =
        names.zip(&sources).map(|(name, source)| format!("{name} = {}", source.words(table))).collect();
    how.extend(columns.get(Role::Weight).map(|k| format!("weight = `{}`", table.columns[k].name)));
    let excluded = out.iter().enumerate().filter_map(|(row, rule)| rule.map(|rule| (table.lines[row], rule))).collect();
    Ok(Runs { data, lines, excluded, how, notes })
}

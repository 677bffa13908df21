//! Implausible numbers in a table, and questions that the user must answer before such numbers are used.

use super::heading::{Heading, Level};
use super::source::Source;
use super::{Columns, bad, words};
use crate::error::Result;
use crate::fit::{Entry, Role};
use crate::stats::sort;
use crate::table::{Column, Table};
use crate::text;
use crate::text::{Argument, Text, count, loss, multiple, name, number, phrase, setting};

/// The number of a line, as an argument of a sentence.
fn at(line: usize) -> Argument {
    setting(line as f64)
}

/// Returns an error if the cells of a column do not show whether their decimal mark is a comma or a point. `both` says
/// whether other columns have decimals with both marks.
pub(super) fn sure(column: &Column, both: bool) -> Result<()> {
    if let Some([point, comma]) = column.both_marks() {
        let column = name(&column.name);
        return Err(bad(text!(words::BOTH_MARKS, column = column, point = at(point), comma = at(comma))));
    }
    let Some((line, cell)) = &column.doubt else { return Ok(()) };
    let (line, cell, column) = (at(*line), name(cell), name(&column.name));
    Err(bad(if both {
        text!(words::CONTRARY_MARKS, line = line, cell = cell, column = column)
    } else {
        text!(words::OPEN_MARK, line = line, cell = cell, column = column)
    }))
}

/// Returns an error if one column has two roles that a fit of `law` uses.
pub(super) fn twice(columns: &Columns, table: &Table, law: &Entry) -> Result<()> {
    let used: Vec<Role> = law.info.inputs.iter().map(|input| input.role).chain([Role::Loss, Role::Weight]).collect();
    for (i, role) in used.iter().enumerate() {
        let Some(k) = columns.get(*role) else { continue };
        if let Some(other) = used[..i].iter().find(|other| columns.get(**other) == Some(k)) {
            return Err(bad(text!(
                words::TWO_ROLES,
                column = name(&table.columns[k].name),
                first = phrase(other.plural()),
                second = phrase(role.plural()),
            ))
            .blaming("columns"));
        }
    }
    Ok(())
}

/// Smallest loss in nats that counts as too large to be true.
pub(super) const THOUSAND: f64 = 1000.0;

/// Checks losses such as `4,107` in a table whose other columns show that commas separate thousands. As a loss, 4107 is
/// implausible, so the comma may be a decimal comma.
///
/// # Errors
/// Every loss would be at least a thousand.
pub(super) fn thousands(columns: &Columns, table: &Table) -> Result<()> {
    let Some(column) = columns.get(Role::Loss).map(|k| &table.columns[k]) else { return Ok(()) };
    let Some((line, cell)) = &column.doubt else { return Ok(()) };
    if !column.numbers.iter().all(|x| x.is_nan() || *x >= THOUSAND) {
        return Ok(());
    }
    Err(bad(text!(words::LOSS_OF_THOUSANDS, line = at(*line), cell = name(cell))))
}

/// Median of a list of numbers, or the larger of the two middle numbers; NaN if the list is empty.
pub(super) fn median(mut list: Vec<f64>) -> f64 {
    sort(&mut list);
    list.get(list.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Checks parameters, tokens and losses for implausible numbers. `lists` has the values of each role in `roles`, and
/// `lines` has the line of each row. The result is an error if a wrong guess of a role or unit is the likely cause of
/// an implausible number. Otherwise the result is a list of notes.
pub(super) fn odd(
    columns: &Columns,
    table: &Table,
    roles: &[Role],
    lists: &[Vec<f64>],
    lines: &[usize],
) -> Result<Vec<Text>> {
    let called = |role| name(columns.get(role).map_or("", |k| table.columns[k].name.as_str()));
    let list = |role| roles.iter().position(|r| *r == role).map(|at| &lists[at]);
    // A column that is called the loss may hold whole numbers if all of them are below a hundred.
    let exact =
        |k: usize| Role::Loss.rank(&Heading::of(&table.columns[k].name)).is_some_and(|rank| rank.0 == Level::Name);
    let named = columns.get(Role::Loss).is_some_and(exact);
    if let Some(losses) = list(Role::Loss).filter(|loss| loss.len() > 3 && loss.iter().all(|x| x.fract() == 0.0))
        && columns.is_guess(Role::Loss)
        && !(named && losses.iter().all(|x| *x < 100.0))
    {
        return Err(bad(text!(words::WHOLE_LOSS, column = called(Role::Loss), loss = setting(losses[0]))));
    }
    beyond_all(columns, table, roles, lists)?;
    if let (Some(u), Some(d)) = (list(Role::Unique), list(Role::Tokens))
        && median(u.iter().zip(d).map(|(u, d)| d / u).collect()) > MANY
        && columns.is_guess(Role::Unique)
    {
        return Err(bad(text!(
            words::SHARES,
            column = called(Role::Unique),
            unique = number(median(u.clone())),
            epochs = number(MANY),
        ))
        .blaming("columns"));
    }
    let (Some(n), Some(d)) = (list(Role::Params), list(Role::Tokens)) else { return Ok(Vec::new()) };
    let (size, tokens) = (median(n.clone()), median(d.clone()));
    let each = median(n.iter().zip(d).map(|(n, d)| d / n).collect());
    let own = columns.get(Role::Params).is_some() && columns.get(Role::Tokens).is_some();
    if own && each < 1e-3 && (columns.is_guess(Role::Tokens) && columns.is_guess(Role::Params)) {
        return Err(bad(text!(
            words::SWAPPED,
            parameters = called(Role::Params),
            tokens = called(Role::Tokens),
            seen = number(tokens),
            size = number(size),
        )));
    }
    let mut notes = Vec::new();
    // A model of 70 parameters among models of 70 millions is a row with a forgotten unit.
    let fine = |n: f64, d: f64| (1e-2..=1e6).contains(&(d / n));
    if fine(1.0, each)
        && let Some(i) = (0..n.len()).find(|&i| !fine(n[i], d[i]))
    {
        let (parameters, tokens) = (number(n[i]), number(d[i]));
        notes.push(text!(words::UNLIKE, line = at(lines[i]), parameters = parameters, tokens = tokens));
    }
    if size < 1e5 {
        notes.push(text!(words::SMALL, parameters = number(size)));
    }
    if !(1e-2..=1e6).contains(&each) {
        notes.push(text!(words::ODD_RATIO, tokens = number(each)));
    }
    Ok(notes)
}

/// Returns an error if parameters or tokens of a guessed column are below 1, or larger than those of all known models
/// and corpora, because a wrong unit is the likely cause.
fn beyond_all(columns: &Columns, table: &Table, roles: &[Role], lists: &[Vec<f64>]) -> Result<()> {
    for (role, list) in roles.iter().zip(lists) {
        // Limits without a unit, and with a unit that a heading gives.
        let (most, most_scaled) = match role {
            Role::Params => (1e14, 2e12),
            Role::Tokens | Role::Unique => (1e16, 1e15),
            _ => continue,
        };
        let Some(part) = columns.part(*role, table).filter(|_| columns.is_guess(*role)) else { continue };
        let middle = median(list.clone());
        let least = list.iter().copied().fold(f64::INFINITY, f64::min);
        if least < 1.0 {
            let column = name(&table.columns[part.column].name);
            return Err(bad(text!(
                words::BELOW_1,
                column = column,
                least = setting(least),
                role = phrase(role.plural()),
                short = name(role.name()),
            ))
            .blaming("columns"));
        }
        if middle > if part.unit == 1.0 { most } else { most_scaled } {
            let (column, short) = (name(&table.columns[part.column].name), name(role.name()));
            let (middle, role) = (number(middle), phrase(role.plural()));
            return Err(bad(if part.unit == 1.0 {
                text!(words::BEYOND_ALL, column = column, middle = middle, role = role, short = short)
            } else {
                let unit = number(part.unit);
                text!(
                    words::BEYOND_ALL_IN_UNITS,
                    column = column,
                    unit = unit,
                    middle = middle,
                    role = role,
                    short = short
                )
            })
            .blaming("columns"));
        }
    }
    Ok(())
}

/// Warns of columns that contradict each other. There are three cases: the compute differs much from 6 N D for N
/// parameters and D tokens, the tokens differ from the unique tokens times the epochs, or there are more unique tokens
/// than tokens seen.
pub(super) fn contradictions(columns: &Columns, table: &Table, kept: &[usize]) -> Vec<Text> {
    let values = |role: Role| {
        let part = columns.part(role, table).filter(|_| columns.is_sure(role, table))?;
        Some((&table.columns[part.column].name, Source::column(part).of(table, kept)))
    };
    let [n, d, u, e, c] = [Role::Params, Role::Tokens, Role::Unique, Role::Epochs, Role::Flops].map(values);
    let mut notes = Vec::new();
    let middle = |ratios: Vec<f64>| median(ratios.into_iter().filter(|x| x.is_finite()).collect());
    if let (Some((size, n)), Some((seen, d)), Some((work, c))) = (&n, &d, &c) {
        let ratio = middle((0..kept.len()).map(|i| c[i] / (6.0 * n[i] * d[i])).collect());
        if !ratio.is_nan() && !(0.2..=5.0).contains(&ratio) {
            notes.push(text!(
                words::NOT_SIX,
                flops = name(*work),
                ratio = multiple(ratio),
                parameters = name(*size),
                tokens = name(*seen),
            ));
        }
    }
    if let (Some((seen, d)), Some((unique, u))) = (&d, &u) {
        if let Some(i) = (0..kept.len()).find(|&i| u[i] > 1.01 * d[i]) {
            notes.push(text!(
                words::TOO_UNIQUE,
                line = at(table.lines[kept[i]]),
                unique = name(*unique),
                count = number(u[i]),
                tokens = name(*seen),
                seen = number(d[i]),
            ));
        } else if let Some((epochs, e)) = &e {
            let ratio = middle((0..kept.len()).map(|i| d[i] / (u[i] * e[i])).collect());
            if !ratio.is_nan() && !(0.8..=1.25).contains(&ratio) {
                notes.push(text!(
                    words::NOT_PRODUCT,
                    tokens = name(*seen),
                    ratio = multiple(ratio),
                    unique = name(*unique),
                    epochs = name(*epochs),
                ));
            }
        }
    }
    notes
}

/// Smallest number of epochs that counts as too large to be true.
const MANY: f64 = 1e6;

/// A run probably went wrong if its loss is above the median loss times this number.
const FAR: f64 = 20.0;

/// Sentence about losses that are far above the others, such as 999 for a run that diverged. `None` if there are none.
pub(super) fn far_off(losses: &[f64], lines: &[usize]) -> Option<Text> {
    let middle = median(losses.to_vec());
    let far: Vec<usize> = (0..losses.len()).filter(|&i| losses[i] > FAR * middle).collect();
    let first = *far.first()?;
    let (line, high, limit) = (at(lines[first]), setting(losses[first]), setting((FAR * middle).ceil()));
    let (times, middle) = (number(FAR), loss(middle));
    Some(if far.len() == 1 {
        text!(words::FAR_OFF, line = line, loss = high, times = times, middle = middle, limit = limit)
    } else {
        let more = count(far.len() - 1);
        text!(words::MORE_FAR_OFF, line = line, loss = high, more = more, times = times, middle = middle, limit = limit)
    })
}

//! Odd numbers in a table, and questions to the user before they are used.

use super::heading::{Heading, Level};
use super::source::Source;
use super::{Columns, bad};
use crate::error::Result;
use crate::fit::{Entry, Role};
use crate::table::{Column, Table};

/// Refuses a column whose decimal mark is open; `both` says that other columns have decimals with both marks.
pub(super) fn sure(column: &Column, both: bool) -> Result<()> {
    if let Some([point, comma]) = column.both_marks() {
        return Err(bad(format!(
            "column `{}` can only be read with a decimal point on line {point}, and only with a decimal comma on line {comma}: write all of its numbers alike",
            column.name
        )));
    }
    let Some((line, cell)) = &column.doubt else { return Ok(()) };
    let why = if both {
        "the columns of the fit have decimals with a point and with a comma, so nothing says"
    } else {
        "nothing in the columns of the fit says"
    };
    Err(bad(format!(
        "line {line}: {why} whether the mark in `{cell}` of column `{}` separates thousands or decimals: say {ASK}",
        column.name
    )))
}

/// Refuses a column that has two roles in a fit.
pub(super) fn twice(columns: &Columns, table: &Table, law: &Entry) -> Result<()> {
    let used: Vec<Role> = law.info.inputs.iter().map(|input| input.role).chain([Role::Loss, Role::Weight]).collect();
    for (i, role) in used.iter().enumerate() {
        let Some(k) = columns.get(*role) else { continue };
        if let Some(other) = used[..i].iter().find(|other| columns.get(**other) == Some(k)) {
            return Err(bad(format!(
                "column `{}` cannot be both the {} and the {}: say another column for one of them",
                table.columns[k].name,
                other.plural(),
                role.plural()
            ))
            .blaming("columns"));
        }
    }
    Ok(())
}

/// Smallest loss in nats that is impossibly large.
pub(super) const THOUSAND: f64 = 1000.0;

/// Refuses losses such as `4,107` that other columns make four thousand, because their comma may be a decimal comma.
///
/// # Errors
/// Every loss would be above a thousand.
pub(super) fn thousands(columns: &Columns, table: &Table) -> Result<()> {
    let Some(column) = columns.get(Role::Loss).map(|k| &table.columns[k]) else { return Ok(()) };
    let Some((line, cell)) = &column.doubt else { return Ok(()) };
    if !column.numbers.iter().all(|x| x.is_nan() || *x >= THOUSAND) {
        return Ok(());
    }
    Err(bad(format!(
        "line {line}: the loss `{cell}` is above a thousand if its comma separates thousands, as other columns suggest: say \
         {ASK}"
    )))
}

/// How the user can give the decimal mark, as the end of a sentence.
const ASK: &str =
    "`decimal:comma` or `decimal:point` in `columns`, or `--decimal comma` or `--decimal point` on the command line";

/// Median of a list of numbers.
pub(super) fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list.get(list.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Odd parameters, tokens and losses: an error if a wrong guess is the likely cause, else notes.
pub(super) fn odd(
    columns: &Columns,
    table: &Table,
    roles: &[Role],
    lists: &[Vec<f64>],
    lines: &[usize],
) -> Result<Vec<String>> {
    let name = |role| columns.get(role).map_or("", |k| table.columns[k].name.as_str());
    let list = |role| roles.iter().position(|r| *r == role).map(|at| &lists[at]);
    // A column that is called the loss may hold whole numbers if all of them are below a hundred.
    let exact =
        |k: usize| Role::Loss.rank(&Heading::of(&table.columns[k].name)).is_some_and(|rank| rank.0 == Level::Name);
    let named = columns.get(Role::Loss).is_some_and(exact);
    if let Some(loss) = list(Role::Loss).filter(|loss| loss.len() > 3 && loss.iter().all(|x| x.fract() == 0.0))
        && columns.is_guess(Role::Loss)
        && !(named && loss.iter().all(|x| *x < 100.0))
    {
        return Err(bad(format!(
            "the loss is guessed to be column `{}`, which holds whole numbers, such as {}: say which column is the loss",
            name(Role::Loss),
            crate::error::number(loss[0])
        )));
    }
    beyond_all(columns, table, roles, lists)?;
    if let (Some(u), Some(d)) = (list(Role::Unique), list(Role::Tokens))
        && median(u.iter().zip(d).map(|(u, d)| d / u).collect()) > MANY
        && columns.is_guess(Role::Unique)
    {
        return Err(bad(format!(
            "column `{}` says that there are about {} unique tokens, each seen more than {MANY:e} times: if it holds shares, convert \
             it, or set the unit of unique tokens (1, k, M, B or T)",
            name(Role::Unique),
            crate::error::number(median(u.clone()))
        ))
        .blaming("columns"));
    }
    let (Some(n), Some(d)) = (list(Role::Params), list(Role::Tokens)) else { return Ok(Vec::new()) };
    let (size, tokens) = (median(n.clone()), median(d.clone()));
    let each = median(n.iter().zip(d).map(|(n, d)| d / n).collect());
    let own = columns.get(Role::Params).is_some() && columns.get(Role::Tokens).is_some();
    if own && each < 1e-3 && (columns.is_guess(Role::Tokens) && columns.is_guess(Role::Params)) {
        return Err(bad(format!(
            "parameters are guessed to be column `{}` and tokens column `{}`, about {size:e} and {tokens:e}, less than a thousandth: say which columns they are, or their unit (k, M, B or T)",
            name(Role::Params),
            name(Role::Tokens)
        )));
    }
    let mut notes = Vec::new();
    // A model of 70 parameters among models of 70 millions is a row with a forgotten unit.
    let fine = |n: f64, d: f64| (1e-2..=1e6).contains(&(d / n));
    if fine(1.0, each)
        && let Some(i) = (0..n.len()).find(|&i| !fine(n[i], d[i]))
    {
        notes.push(format!(
            "Line {} has {:.3e} parameters and {:.3e} tokens, unlike the other lines: check the units of its cells.",
            lines[i], n[i], d[i]
        ));
    }
    if size < 1e5 {
        notes.push(format!(
            "Models of about {} parameters are small: if the column is in thousands, millions or billions, set its unit (k, M or B); if it holds logarithms, convert it.",
            crate::error::number(size)
        ));
    }
    if !(1e-2..=1e6).contains(&each) {
        notes.push(format!(
            "There are about {each:.3e} tokens for each parameter: if a column is in thousands, millions or billions, set its unit (k, M or B)."
        ));
    }
    Ok(notes)
}

/// Refuses guessed sizes below 1 or above those of all known models and corpora, because a wrong unit is the likely
/// cause.
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
            return Err(bad(format!(
                "column `{}` says that a run has {} {}: set the unit of {} (1, k, M, B or T)",
                table.columns[part.column].name,
                crate::error::number(least),
                role.plural(),
                role.plural()
            ))
            .blaming("columns"));
        }
        if middle > if part.unit == 1.0 { most } else { most_scaled } {
            let unit = if part.unit == 1.0 { String::new() } else { format!(" in units of {:e}", part.unit) };
            return Err(bad(format!(
                "column `{}`{unit} holds about {middle:.1e} {}, more than any run has had: set the unit of {} (1, k, M, B or T)",
                table.columns[part.column].name,
                role.plural(),
                role.plural()
            ))
            .blaming("columns"));
        }
    }
    Ok(())
}

/// Sentences about columns that cannot all be right: operations that are not about 6 N D, tokens that are not unique
/// tokens times epochs, more unique tokens than tokens seen.
pub(super) fn contradictions(columns: &Columns, table: &Table, kept: &[usize]) -> Vec<String> {
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
            notes.push(format!(
                "`{work}` is about {ratio:.1e} times 6 `{size}` `{seen}`, where operations are about C = 6 N D: a unit may be wrong, or a column is not what its heading says."
            ));
        }
    }
    if let (Some((seen, d)), Some((unique, u))) = (&d, &u) {
        if let Some(i) = (0..kept.len()).find(|&i| u[i] > 1.01 * d[i]) {
            notes.push(format!(
                "Line {} has more unique tokens (`{unique}`, {:.3e}) than tokens seen (`{seen}`, {:.3e}).",
                table.lines[kept[i]], u[i], d[i]
            ));
        } else if let Some((epochs, e)) = &e {
            let ratio = middle((0..kept.len()).map(|i| d[i] / (u[i] * e[i])).collect());
            if !ratio.is_nan() && !(0.8..=1.25).contains(&ratio) {
                notes.push(format!(
                    "`{seen}` is about {ratio:.2} times `{unique}` `{epochs}`, where D = U x epochs: a column is not what its heading says."
                ));
            }
        }
    }
    notes
}

/// Number of epochs that nobody trains for.
const MANY: f64 = 1e6;

/// Ratio to the median loss above which a loss is not that of a run that went well.
const FAR: f64 = 20.0;

/// Sentence about losses far above the others, such as a 999 for a run that diverged.
pub(super) fn far_off(loss: &[f64], lines: &[usize]) -> Option<String> {
    let middle = median(loss.to_vec());
    let far: Vec<usize> = (0..loss.len()).filter(|&i| loss[i] > FAR * middle).collect();
    let first = *far.first()?;
    let limit = crate::error::number((FAR * middle).ceil());
    let more = if far.len() == 1 { String::new() } else { format!(" (as do {} more)", far.len() - 1) };
    Some(format!(
        "Line {} has a loss of {}{more}, more than {FAR} times the middle one, {}: if it marks a run that diverged, leave it out, as with `exclude=loss>{limit}`.",
        lines[first],
        crate::error::number(loss[first]),
        crate::error::number(middle)
    ))
}

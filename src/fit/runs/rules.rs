//! Rules for leaving rows out.

use std::fmt;

use super::doubts::sure;
use super::{Columns, bad, words};
use crate::error::{Error, Result};
use crate::stats::sort_by;
use crate::table::{Table, number};
use crate::text;
use crate::text::{Text, name};

/// A rule for leaving rows out.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Leaves out rows that have no number in a column that is needed.
    Missing,
    /// Leaves out this many of the rows with the largest losses.
    Largest(usize),
    /// Leaves out rows whose cell meets a comparison with a value. The fields are the column (by heading or role), the
    /// comparison and the value.
    Compare(String, Compare, String),
}

/// Comparison of a cell with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Less than, `<`.
    Less,
    /// At most, `<=`.
    AtMost,
    /// More than, `>`.
    More,
    /// At least, `>=`.
    AtLeast,
    /// Equal to, `=`.
    Equal,
    /// Not equal to, `!=`.
    Other,
}

const SIGNS: [(&str, Compare); 9] = [
    ("==", Compare::Equal),
    ("=<", Compare::AtMost),
    ("=>", Compare::AtLeast),
    ("<=", Compare::AtMost),
    (">=", Compare::AtLeast),
    ("!=", Compare::Other),
    ("<", Compare::Less),
    (">", Compare::More),
    ("=", Compare::Equal),
];

impl Compare {
    fn sign(self) -> &'static str {
        SIGNS.iter().rev().find(|(_, how)| *how == self).map_or("", |(sign, _)| sign)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Largest(count) => write!(f, "largest={count}"),
            Self::Compare(column, how, value) => write!(f, "{column}{}{value}", how.sign()),
        }
    }
}

impl Rule {
    /// Parses a rule such as `missing`, `largest=5`, `loss>6` or `family!=dense`.
    ///
    /// # Errors
    /// The text is not a valid rule.
    #[inline(never)]
    pub fn parse(text: &str) -> Result<Self> {
        if text.trim() == "missing" {
            return Ok(Self::Missing);
        }
        // Take the first sign; longer signs come before the shorter ones that begin them.
        let at = text.find(['<', '>', '=', '!']);
        let found = at.and_then(|at| SIGNS.iter().find_map(|(sign, c)| Some((at, *c, text[at..].strip_prefix(sign)?))));
        match found.map(|(at, compare, value)| (text[..at].trim(), compare, value.trim())) {
            Some(("largest", Compare::Equal, count)) if count.parse::<usize>().is_ok() => {
                Ok(Self::Largest(count.parse().unwrap_or(0)))
            }
            Some(("largest", Compare::Equal, _)) => Err(Error::parameter("exclude", text, words::LARGEST)),
            Some((column, compare, value)) if !column.is_empty() && !value.is_empty() => {
                Ok(Self::Compare(column.to_owned(), compare, value.to_owned()))
            }
            _ => Err(Error::parameter("exclude", text, words::RULES)),
        }
    }
}

/// Returns two lists. The first has, for each row, the index of the rule that leaves the row out, if there is one. The
/// second has a sentence about each comparison that is true for no row. `values` has the inputs of the law and, last,
/// the loss; `both` says whether the table has decimals with both marks.
///
/// # Errors
/// A rule names a column that does not exist, or its value cannot be compared with the cells.
pub(super) fn left_out(
    rules: &[Rule],
    columns: &Columns,
    table: &Table,
    values: &[Vec<f64>],
    both: bool,
) -> Result<(Vec<Option<usize>>, Vec<Text>)> {
    let mut out: Vec<Option<usize>> = vec![None; table.len()];
    let mut notes = Vec::new();
    for (r, rule) in rules.iter().enumerate() {
        let says: Vec<bool> = match rule {
            Rule::Missing => (0..table.len()).map(|row| values.iter().any(|list| !list[row].is_finite())).collect(),
            Rule::Compare(column, how, value) => {
                let says = compare(columns, table, (column, *how, value), both)?;
                if !says.contains(&true) {
                    notes.push(text!(words::NO_ROW_MEETS, rule = name(rule.to_string())));
                }
                says
            }
            Rule::Largest(count) => {
                let loss = |row: usize| values[values.len() - 1][row];
                let mut order: Vec<usize> = (0..table.len()).filter(|row| out[*row].is_none()).collect();
                sort_by(&mut order, &|row| -loss(row));
                let mut says = vec![false; table.len()];
                for row in order.into_iter().take(*count) {
                    says[row] = true;
                }
                says
            }
        };
        for (out, _) in out.iter_mut().zip(says).filter(|(out, says)| *says && out.is_none()) {
            *out = Some(r);
        }
    }
    Ok((out, notes))
}

/// Whether the comparison in `rule` is true for each row. `rule` has the name of a column, the comparison and a value.
/// In a column of millions, the value `100M` means a hundred millions; the value `100` is an error in comparisons such
/// as `<`, because it is ambiguous.
fn compare(columns: &Columns, table: &Table, rule: (&str, Compare, &str), both: bool) -> Result<Vec<bool>> {
    let (called, how, value) = rule;
    let k = columns.find(called, table)?;
    let column = &table.columns[k];
    let number = number::typed(value);
    if number.is_some() {
        sure(column, both)?;
    }
    let ordered = !matches!(how, Compare::Equal | Compare::Other);
    if number.is_none() && ordered {
        return Err(Error::parameter("exclude", &format!("{called}{}{value}", how.sign()), words::ORDERED));
    }
    let unit = columns.part_of(k, table).map_or(1.0, |part| part.unit);
    let whole = number::read(value).1 || value.contains(['e', 'E']);
    if unit != 1.0 && ordered && !whole {
        let letters = [(1e3, "k"), (1e6, "M"), (1e9, "B"), (1e12, "T")];
        let letter = letters.into_iter().find(|(size, _)| *size == unit).map(|(_, letter)| format!("{value}{letter}"));
        let in_units = letter.unwrap_or_else(|| format!("{:e}", number.unwrap_or(f64::NAN) * unit));
        return Err(bad(text!(
            words::TWO_WAYS,
            rule = name(format!("{called}{}{value}", how.sign())),
            column = name(&column.name),
            unit = text::number(unit),
            in_units = name(in_units),
            as_typed = name(format!("{value}e0")),
            value = name(value),
        ))
        .blaming("exclude"));
    }
    let factor = |row: usize| if whole && unit != 1.0 && !column.is_scaled(row) { unit } else { 1.0 };
    let says = |row: usize| {
        let equal = column.is(row, value);
        number.filter(|_| !equal).map_or(
            if how == Compare::Other { !equal } else { equal && how == Compare::Equal },
            |number| {
                let x = column.numbers[row] * factor(row);
                match how {
                    Compare::Less => x < number,
                    Compare::AtMost => x <= number,
                    Compare::More => x > number,
                    Compare::AtLeast => x >= number,
                    Compare::Equal => x == number,
                    Compare::Other => x != number,
                }
            },
        )
    };
    Ok((0..table.len()).map(says).collect())
}

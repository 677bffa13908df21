//! Columns from which an input of a law is computed: its own column, or other columns that determine it.

use super::{Columns, words};
use crate::fit::Role;
use crate::table::Table;
use crate::text;
use crate::text::{Text, name, number, phrase};

/// A column of a table, with its role and unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) role: Role,
    pub(super) column: usize,
    pub(super) unit: f64,
}

/// How an input is computed: a product of columns, divided by other columns and perhaps by 6.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    times: Vec<Part>,
    over: Vec<Part>,
    /// Whether the result is also divided by 6, the number of operations per parameter and token.
    over_six: bool,
}

pub(super) fn ten(power: i32) -> f64 {
    format!("1e{power}").parse().unwrap_or(f64::NAN)
}

impl Source {
    pub(super) fn column(part: Part) -> Self {
        Self { times: vec![part], ..Self::default() }
    }

    fn times(mut self, part: Part) -> Self {
        self.times.push(part);
        self
    }

    fn over(mut self, part: Part) -> Self {
        self.over.push(part);
        self
    }

    /// Returns this source divided by 6 times a column, because operations are 6 times parameters times tokens.
    fn over_six(self, part: Part) -> Self {
        Self { over_six: true, ..self.over(part) }
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.times.iter().chain(&self.over)
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        self.parts().map(|part| part.column)
    }

    /// The column that holds the input as it stands; `None` if the input is computed.
    pub(super) fn alone(&self) -> Option<usize> {
        match (&self.times[..], &self.over[..]) {
            ([part], []) => (part.unit == 1.0).then_some(part.column),
            _ => None,
        }
    }

    /// Values of the input in the rows with the indices `rows`.
    pub(super) fn of(&self, table: &Table, rows: &[usize]) -> Vec<f64> {
        let product = |list: &[Part], row: usize| {
            let of = |part: &Part| {
                let column = &table.columns[part.column];
                column.numbers[row] * if part.unit == 1.0 || column.is_scaled(row) { 1.0 } else { part.unit }
            };
            list.iter().map(of).product::<f64>()
        };
        let six = if self.over_six { 6.0 } else { 1.0 };
        rows.iter().map(|&row| product(&self.times, row) / (product(&self.over, row) * six)).collect()
    }

    /// Formula that says how the input is computed from columns.
    pub(super) fn formula(&self, table: &Table) -> Text {
        let one = |part: &Part| {
            let column = name(&table.columns[part.column].name);
            if part.unit == 1.0 {
                text!(words::COLUMN, column = column)
            } else {
                text!(words::IN_UNITS, column = column, unit = number(part.unit))
            }
        };
        let times = |a: Text, b: Text| text!(words::TIMES, first = phrase(a), second = phrase(b));
        let product = |list: &[Part]| list.iter().map(one).reduce(times);
        let above = product(&self.times).unwrap_or_else(|| Text::verbatim(""));
        let Some(below) = product(&self.over) else { return above };
        let several = self.over.len() > 1 || self.over.iter().any(|part| part.unit != 1.0);
        let (above, below) = (phrase(above), phrase(below));
        if self.over_six {
            text!(words::OVER_SIX, above = above, below = below)
        } else if several {
            text!(words::OVER_PRODUCT, above = above, below = below)
        } else {
            text!(words::OVER, above = above, below = below)
        }
    }
}

/// How an input is computed from its own column or from other columns that determine it; `None` if there are no such
/// columns.
pub(super) fn source(role: Role, columns: &Columns, table: &Table) -> Option<Source> {
    let get = |role| columns.part(role, table);
    let own = get(role).map(Source::column);
    match role {
        Role::Params => own.or_else(|| Some(Source::column(get(Role::Flops)?).over_six(get(Role::Tokens)?))),
        Role::Tokens => own
            .or_else(|| Some(Source::column(get(Role::Unique)?).times(get(Role::Epochs)?)))
            .or_else(|| Some(Source::column(get(Role::Flops)?).over_six(get(Role::Params)?))),
        Role::Unique => own.or_else(|| Some(source(Role::Tokens, columns, table)?.over(get(Role::Epochs)?))),
        _ => own,
    }
}

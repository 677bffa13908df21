//! Tables of numbers and texts.

use serde::Serialize;

use super::finite;
use crate::text::{Template, Text};

/// A cell of a table.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// A number.
    Number(#[serde(serialize_with = "finite")] f64),
    /// A text.
    Text(Text),
}

impl From<f64> for Cell {
    fn from(x: f64) -> Self {
        Self::Number(x)
    }
}

impl From<Text> for Cell {
    fn from(x: Text) -> Self {
        Self::Text(x)
    }
}

impl From<Template<0>> for Cell {
    fn from(x: Template<0>) -> Self {
        Self::Text(x.into())
    }
}

/// The heading of a column.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Column {
    /// What the column contains.
    pub name: Template<0>,
    /// The unit of the numbers in the column; empty for pure numbers.
    pub unit: &'static str,
}

impl Column {
    /// Columns of texts and pure numbers.
    pub fn plain<const N: usize>(names: [Template<0>; N]) -> Vec<Self> {
        names.map(|name| Self { name, unit: "" }).to_vec()
    }
}

/// A table of a result.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// Id of the table, unique in the experiment.
    pub id: &'static str,
    /// The title of the table.
    pub title: Text,
    /// The headings of the columns.
    pub columns: Vec<Column>,
    /// The cells, row by row.
    pub rows: Vec<Vec<Cell>>,
    /// A sentence that says why the table has no rows, or why its numbers are missing; `None` if there is something to
    /// show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nothing: Option<Template<0>>,
}

impl Table {
    /// Whether the table has something to show. A table that contains only texts always has something to show. A table
    /// with cells for numbers has something to show if at least one of the numbers is known.
    pub(super) fn shows(&self) -> bool {
        let mut cells = self.rows.iter().flatten();
        let number = |cell: &Cell| matches!(cell, Cell::Number(_));
        let known = |cell: &Cell| matches!(cell, Cell::Number(x) if x.is_finite());
        !self.rows.is_empty() && (cells.clone().any(known) || !cells.any(number))
    }
}

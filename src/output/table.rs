//! Tables of numbers and words.

use serde::Serialize;

use super::finite;
use crate::text::{Template, Text};

/// A cell of a table.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// A number.
    Number(#[serde(serialize_with = "finite")] f64),
    /// A word.
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

// MIGRATION
impl From<String> for Cell {
    fn from(x: String) -> Self {
        Self::Text(x.into())
    }
}
impl From<&'static str> for Cell {
    fn from(x: &'static str) -> Self {
        Self::Text(x.into())
    }
}

/// A column's heading.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Column {
    /// What it holds.
    pub name: Template<0>,
    /// Its unit.
    pub unit: &'static str,
}

/// One table.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// Unique in the experiment.
    pub id: &'static str,
    /// Heading.
    pub title: Text,
    /// Headings of the columns.
    pub columns: Vec<Column>,
    /// Cells.
    pub rows: Vec<Vec<Cell>>,
    /// Why there is no row, or no number where numbers should be: a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nothing: Option<Template<0>>,
}

impl Table {
    /// Is anything in it? Words are enough, unless they stand beside numbers of which there is none.
    pub(super) fn shows(&self) -> bool {
        let mut cells = self.rows.iter().flatten();
        let number = |cell: &Cell| matches!(cell, Cell::Number(_));
        let known = |cell: &Cell| matches!(cell, Cell::Number(x) if x.is_finite());
        !self.rows.is_empty() && (cells.clone().any(known) || !cells.any(number))
    }
}

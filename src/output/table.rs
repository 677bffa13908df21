//! Tables of numbers and words.

use serde::Serialize;

use super::finite;

/// A cell of a table.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// A number.
    Number(#[serde(serialize_with = "finite")] f64),
    /// A word.
    Text(String),
}

impl From<f64> for Cell {
    fn from(x: f64) -> Self {
        Self::Number(x)
    }
}

impl From<String> for Cell {
    fn from(x: String) -> Self {
        Self::Text(x)
    }
}

impl From<&str> for Cell {
    fn from(x: &str) -> Self {
        Self::Text(x.to_owned())
    }
}

/// A column's heading.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Column {
    /// What it holds.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
}

/// One table.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// Unique in the experiment.
    pub id: &'static str,
    /// Heading.
    pub title: String,
    /// Headings of the columns.
    pub columns: Vec<Column>,
    /// Cells.
    pub rows: Vec<Vec<Cell>>,
    /// Why there is no row, a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nothing: Option<&'static str>,
}

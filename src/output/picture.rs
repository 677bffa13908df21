//! A small picture beside the main controls, which shows the idea of an experiment with the data of its run.

use serde::Serialize;

use super::finite_rows;
use crate::text::Text;

/// A small picture that shows the idea of an experiment with the data of its run. Before a run it shows what theory
/// predicts, or the state from which the run starts. It only illustrates results, so it has no part in the digest of a
/// result.
#[derive(Clone, Debug, Serialize)]
pub struct Picture {
    /// What the picture shows, in a few words.
    pub title: Text,
    /// How to read the picture.
    pub about: Text,
    /// The rows, from top to bottom.
    pub rows: Vec<Row>,
    /// What the picture has no room for, such as further rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Text>,
}

/// A row of a picture. A reader who does not see the picture reads its label and its value.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What the row is about, such as a training distribution.
    pub label: Text,
    /// The number that the row illustrates, with its unit.
    pub value: Text,
    /// How the values are drawn.
    pub drawing: Drawing,
    /// What is drawn: one list of shares between 0 and 1 for cells and bars, and a list of places for each path.
    #[serde(serialize_with = "finite_rows")]
    pub values: Vec<Vec<f64>>,
}

/// How a row of a picture draws its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Drawing {
    /// Parts of a whole, side by side. The rest of the bar stays empty.
    Bar,
    /// A cell for each value: empty at 0, full at 1.
    Cells,
    /// Paths of things that change places, such as cups that are shuffled. Each path lists the places of one thing,
    /// counted from 0, first at the start and then after every step.
    Paths,
}

impl Picture {
    /// Makes a picture without rows.
    pub fn new(title: impl Into<Text>, about: impl Into<Text>) -> Self {
        Self { title: title.into(), about: about.into(), rows: Vec::new(), left_out: Vec::new() }
    }

    /// Adds a row.
    pub fn row(
        mut self,
        label: impl Into<Text>,
        value: impl Into<Text>,
        drawing: Drawing,
        values: Vec<Vec<f64>>,
    ) -> Self {
        self.rows.push(Row { label: label.into(), value: value.into(), drawing, values });
        self
    }

    /// Says what the picture has no room for.
    pub fn without(mut self, what: impl IntoIterator<Item = Text>) -> Self {
        self.left_out.extend(what);
        self
    }

    /// Adds a row of one list of shares: a bar or cells.
    pub fn shares(self, label: impl Into<Text>, value: impl Into<Text>, drawing: Drawing, shares: Vec<f64>) -> Self {
        self.row(label, value, drawing, vec![shares])
    }
}

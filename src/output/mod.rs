//! What an experiment answers: figures, tables, verdicts, and the one document that page, widget and command
//! line all emit.
//!
//! Numbers keep full precision; what is not finite is `null` in the document.

use serde::{Serialize, Serializer};

use crate::params::Value;
use crate::text::Text;
// MIGRATION
pub use crate::text::people as significant;
/// MIGRATION
pub fn decimal(x: f64, places: usize) -> String {
    format!("{x:.places$}")
}

mod digest;
mod figure;
mod table;
mod verdict;
pub(crate) mod words;

pub use digest::{Numbers, digest, numbers};
pub use figure::{Axis, Field, Figure, Frame, Id, Kind, Mark, POINTS_MAX, Points, Role, Series};
pub use table::{Cell, Column, Table};
pub use verdict::Verdict;

fn finite<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    x.is_finite().then_some(*x).serialize(serializer)
}

fn finite_option<S: Serializer>(x: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    x.filter(|x| x.is_finite()).serialize(serializer)
}

fn finite_pair<S: Serializer>(pair: &Option<[f64; 2]>, serializer: S) -> Result<S::Ok, S::Error> {
    pair.map(|pair| pair.map(|x| x.is_finite().then_some(x))).serialize(serializer)
}

fn finite_list<S: Serializer>(xs: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(xs.iter().map(|x| x.is_finite().then_some(*x)))
}

fn finite_list_option<S: Serializer>(xs: &Option<Vec<f64>>, serializer: S) -> Result<S::Ok, S::Error> {
    xs.as_ref().map(|xs| xs.iter().map(|x| x.is_finite().then_some(*x)).collect::<Vec<_>>()).serialize(serializer)
}

fn finite_rows<S: Serializer>(rows: &[Vec<f64>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter().map(|row| row.iter().map(|x| x.is_finite().then_some(*x)).collect::<Vec<_>>()))
}

/// Everything an experiment has to show so far.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Output {
    /// Figures in the order of the page.
    pub figures: Vec<Figure>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Verdicts.
    pub verdicts: Vec<Verdict>,
}

impl Output {
    /// Gives what is empty at the end of a run a sentence that says why, and takes it from what is not. A function of its own, because the page's first
    /// part holds no function that only a run needs.
    #[inline(never)]
    pub fn explain(&mut self) {
        for figure in &mut self.figures {
            figure.nothing = (!figure.shows()).then_some(figure.nothing.unwrap_or(words::NOTHING));
        }
        for table in &mut self.tables {
            table.nothing = (!table.shows()).then_some(table.nothing.unwrap_or(words::NOTHING));
        }
    }
}

/// How far a run is, in marks fixed by its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Marks recorded.
    pub done: u32,
    /// Marks in all; 0 when the closed form is everything.
    pub total: u32,
}

impl Progress {
    /// Is there nothing left to do?
    pub const fn finished(self) -> bool {
        self.done >= self.total
    }
}

/// A back end used by a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceUse {
    /// `cpu` or `gpu`.
    pub kind: &'static str,
    /// The name of the adapter, or how many threads or workers computed.
    pub adapter: Text,
    /// The first mark it computed.
    pub from_mark: u32,
}

/// The table that a run read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataUse {
    /// Its rows.
    pub rows: usize,
    /// A digest of its bytes: whether two runs read the same table.
    pub digest: String,
}

/// The one result document.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// Always `scaling-lab`.
    pub lab: &'static str,
    /// Version of the lab.
    pub version: &'static str,
    /// Commit it was built from, `unknown` outside git.
    pub commit: &'static str,
    /// Slug.
    pub experiment: &'static str,
    /// Values as read, by name.
    #[serde(serialize_with = "crate::params::as_map")]
    pub params: Vec<(&'static str, Value)>,
    /// The table it read; nothing where it read none.
    pub data: Option<DataUse>,
    /// Seed of all draws.
    pub seed: u32,
    /// Back ends used.
    pub device: Vec<DeviceUse>,
    /// Seconds of work.
    #[serde(serialize_with = "finite")]
    pub elapsed_s: f64,
    /// How far the run is.
    pub progress: Progress,
    /// What the reader should know about the run, sentences.
    pub notices: Vec<Text>,
    /// Figures, tables, verdicts.
    #[serde(flatten)]
    pub output: Output,
}

//! The results of an experiment: figures, tables, verdicts, and the one document that page, widget and command line all
//! write.
//!
//! Numbers keep full precision; a number that is not finite is `null` in the document.

use serde::{Serialize, Serializer};

use crate::params::Value;
use crate::text::Text;

mod digest;
mod figure;
mod table;
pub(crate) mod units;
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

/// The results of an experiment so far.
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
    /// Gives each figure and table that is empty at the end of a run a sentence that says why, and takes the sentence from
    /// those that are not. It is a separate function because the page's first part holds no function that only a run needs.
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

/// How far a run is, in checkpoints fixed by its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The checkpoints recorded.
    pub done: u32,
    /// The checkpoints in all; 0 for an experiment that only computes closed forms.
    pub total: u32,
}

impl Progress {
    /// Is there nothing left to do?
    pub const fn finished(self) -> bool {
        self.done >= self.total
    }
}

/// A device that a run used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceUse {
    /// `cpu` or `gpu`.
    pub kind: &'static str,
    /// The name of the adapter, or how many threads or workers computed.
    pub adapter: Text,
    /// The first checkpoint that the device computed, counted from 0.
    pub from_mark: u32,
}

/// The table that a run read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataUse {
    /// The number of rows.
    pub rows: usize,
    /// A digest of the bytes of the table, which tells whether two runs read the same table.
    pub digest: String,
}

/// The result document of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// Always `scaling-lab`.
    pub lab: &'static str,
    /// The version of the lab.
    pub version: &'static str,
    /// The commit that the lab was built from; `unknown` outside git.
    pub commit: &'static str,
    /// The slug of the experiment.
    pub experiment: &'static str,
    /// The values of the parameters as read, by name.
    #[serde(serialize_with = "crate::params::as_map")]
    pub params: Vec<(&'static str, Value)>,
    /// The table that the run read; nothing where it read none.
    pub data: Option<DataUse>,
    /// The seed of all draws.
    pub seed: u32,
    /// The devices that the run used, in their order.
    pub device: Vec<DeviceUse>,
    /// Seconds of work.
    #[serde(serialize_with = "finite")]
    pub elapsed_s: f64,
    /// How far the run is.
    pub progress: Progress,
    /// Notices about the run, such as a change of the device.
    pub notices: Vec<Text>,
    /// The figures, tables and verdicts.
    #[serde(flatten)]
    pub output: Output,
}

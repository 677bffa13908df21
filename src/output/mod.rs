//! The results of an experiment: figures, tables, verdicts and a small picture. The page, the widget and the command
//! line all write them as the same kind of result document.
//!
//! Numbers are written with full precision. A number that is not finite is `null` in the document.

use serde::{Serialize, Serializer};

use crate::params::Value;
use crate::text::Text;

mod answer;
mod digest;
mod figure;
mod handle;
mod picture;
mod table;
pub(crate) mod units;
mod verdict;
pub(crate) mod words;

pub use answer::{Answer, Fact};
pub use digest::{Numbers, digest, numbers};
pub use figure::{Axis, Field, Figure, Frame, Group, Id, Kind, Mark, POINTS_MAX, Points, Role, Series};
pub use handle::Handle;
pub use picture::{Drawing, Picture, Row};
pub use table::{Cell, Column, Table};
pub use verdict::{Against, Limit, Verdict};

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
    /// The answer to the question of the experiment.
    pub answer: Option<Answer>,
    /// The figures in the order of the page. The first figure is the headline figure, which shares the first screen with
    /// the answer and the main controls.
    pub figures: Vec<Figure>,
    /// The tables in the order of the page.
    pub tables: Vec<Table>,
    /// The verdicts in the order of the page.
    pub verdicts: Vec<Verdict>,
}

impl Output {
    /// Sets the sentence `nothing` of every figure and table, at the end of a run. A figure or table that is empty gets
    /// a sentence that says why it is empty; for all others the sentence is removed. This is a separate function
    /// because the build splits the wasm by function, and can then leave it out of the page's first download.
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

/// How far a run has advanced. The parameters fix the number of checkpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Progress {
    /// Number of checkpoints whose results are recorded.
    pub done: u32,
    /// Number of all checkpoints; 0 for an experiment that only computes closed forms.
    pub total: u32,
    /// Share of the work that is done, between 0 and 1. After t seconds of computing, about `t (1 - share) / share`
    /// seconds are left.
    pub share: f64,
}

impl Progress {
    /// Progress of a run whose checkpoints need about the same work.
    pub const fn of(done: u32, total: u32) -> Self {
        Self { done, total, share: if total == 0 { 0.0 } else { done as f64 / total as f64 } }
    }

    /// Sets the share of the work. `work` gives the work that is done and the work of the whole run, in any unit. It is
    /// called only in the middle of a run, so that a page can open an experiment without this code.
    #[must_use]
    pub fn by_work(self, work: impl Fn() -> [f64; 2]) -> Self {
        if self.done == 0 || self.finished() {
            return self;
        }
        let [done, all] = work();
        Self { share: (done / all).clamp(0.0, 1.0), ..self }
    }

    /// Whether the results of all checkpoints are recorded.
    pub const fn finished(self) -> bool {
        self.done >= self.total
    }
}

/// A device that a run used, and the first checkpoint that this device computed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceUse {
    /// `cpu` or `gpu`.
    pub kind: &'static str,
    /// The name of the GPU adapter, or the number of CPU threads or workers.
    pub adapter: Text,
    /// Index of the first checkpoint that the device computed, counted from 0.
    pub from_mark: u32,
}

/// The table that a run read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataUse {
    /// The number of rows.
    pub rows: usize,
    /// A digest of the bytes of the table. If two runs have equal digests, they read the same table.
    pub digest: String,
}

/// The result document of a run. It is written as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// The name of the program: always `scaling-lab`.
    pub lab: &'static str,
    /// The version of the lab.
    pub version: &'static str,
    /// The commit of the source from which the lab was built; `unknown` if it was built outside git.
    pub commit: &'static str,
    /// The name of the experiment in URLs and on the command line.
    pub experiment: &'static str,
    /// The names and values of the parameters.
    #[serde(serialize_with = "crate::params::as_map")]
    pub params: Vec<(&'static str, Value)>,
    /// The table that the run read; `None` if it read no table.
    pub data: Option<DataUse>,
    /// The seed of all random draws.
    pub seed: u32,
    /// The devices that the run used, in order of use.
    pub device: Vec<DeviceUse>,
    /// Seconds of computing time.
    #[serde(serialize_with = "finite")]
    pub elapsed_s: f64,
    /// How far the run has advanced.
    pub progress: Progress,
    /// Notices about the run, such as a change of the device.
    pub notices: Vec<Text>,
    /// The figures, tables and verdicts.
    #[serde(flatten)]
    pub output: Output,
    /// The small picture, if the experiment has one. The page asks for it apart from the rest of the document, because
    /// the code that makes pictures arrives after the first figure.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

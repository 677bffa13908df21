//! What an experiment is, and its line in the registry.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use serde::Serialize;

use super::{Claim, Info};
use crate::error::{Error, ErrorKind, Result};
use crate::exec::{Exec, Twin};
use crate::output::{Output, Progress};
use crate::params::{Params, Spec, Value};
use crate::table::Table;
use crate::text::Texts;

/// An experiment: started with parameters and a seed, advanced mark by mark, asked for its output at any time.
///
/// Marks are fixed by the parameters, draws by (seed, run, step): no number depends on slicing, order, pausing or
/// the machine. Dropping it cancels it.
pub trait Experiment: Sized + 'static {
    /// Its name in URLs and on the command line.
    const SLUG: &'static str;
    /// What the page says of it beside its results.
    const INFO: Info;
    /// The templates of its results: the `TEXTS` of its `words.rs`.
    const TEXTS: Texts;
    /// The numbers it recomputes: published ones, and its own.
    const CLAIMS: &'static [Claim];
    /// What a table of the reader's own must hold, a sentence; empty where none is read.
    const DATA: &'static str = "";
    /// The kernels and jobs that it runs: [`Twin::kernel`] and [`Twin::job`]. A page's workers, the tests of parity and the
    /// tests of shaders find them here.
    const KERNELS: &'static [Twin] = &[];
    /// A setting that runs within a second and lets at least one verdict tell: what tests run, `name=value&...`.
    const QUICK: &'static str;
    /// Its parameters.
    type Params: Params;

    /// Checks what the declaration cannot: do values that are valid alone fit each other? It computes no closed form:
    /// a page asks at every change of a control.
    ///
    /// # Errors
    /// A sentence naming the parameter, its value and what is allowed; see [`Error::parameter`].
    fn check(_params: &Self::Params) -> Result<()> {
        Ok(())
    }

    /// Checks whether the values fit each other and a table, where [`Experiment::DATA`] asks for one.
    ///
    /// # Errors
    /// What [`Experiment::check`] refuses; a table that cannot be used, with the line.
    fn check_on(params: &Self::Params, _table: Option<&Rc<Table>>) -> Result<()> {
        Self::check(params)
    }

    /// Computes the closed forms for values that were checked: after this, [`Experiment::output`] shows theory. Fast
    /// enough for a slider.
    ///
    /// # Errors
    /// Only what [`Experiment::check`] refuses.
    fn start(params: Self::Params, seed: u32) -> Result<Self>;

    /// Starts over a table, where [`Experiment::DATA`] asks for one. The values were checked, the table was not: what reads
    /// one refuses it here, so that it is read once.
    ///
    /// # Errors
    /// Only what [`Experiment::check_on`] refuses.
    fn start_on(params: Self::Params, _table: Option<Rc<Table>>, seed: u32) -> Result<Self> {
        Self::start(params, seed)
    }

    /// How far it is.
    fn progress(&self) -> Progress;

    /// Goes to the next mark. Called only while [`Experiment::progress`] is not finished; what a mark adds is
    /// recorded only when all of it is known, so that a failed or cancelled call changes nothing.
    ///
    /// # Errors
    /// A device that no replay can mend.
    fn advance(&mut self, exec: &Exec) -> impl Future<Output = Result<()>>;

    /// Everything there is to show so far.
    fn output(&self) -> Output;
}

/// An experiment without its types.
pub trait Run {
    /// How far it is.
    fn progress(&self) -> Progress;
    /// Goes to the next mark.
    fn advance<'a>(&'a mut self, exec: &'a Exec) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
    /// Everything there is to show so far.
    fn output(&self) -> Output;
}

impl<E: Experiment> Run for E {
    fn progress(&self) -> Progress {
        Experiment::progress(self)
    }
    fn advance<'a>(&'a mut self, exec: &'a Exec) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>> {
        Box::pin(Experiment::advance(self, exec))
    }
    fn output(&self) -> Output {
        let mut output = Experiment::output(self);
        if Experiment::progress(self).finished() {
            output.explain();
        }
        output
    }
}

/// Refuses a table where none is read.
fn may_read<E: Experiment>(given: bool) -> Result<()> {
    if E::DATA.is_empty() && given { Err(reads_no_table(E::SLUG)) } else { Ok(()) }
}

#[cold]
#[inline(never)]
fn reads_no_table(slug: &str) -> Error {
    Error::new(ErrorKind::Parameter, format!("experiment {slug} reads no table"))
}

/// One line of the registry.
#[derive(Clone, Copy, Serialize)]
pub struct Entry {
    /// Name in URLs and on the command line.
    pub slug: &'static str,
    /// Its words. A page reads them from the catalogue that it was built with, so its wasm carries none.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(flatten)]
    pub info: Info,
    /// The templates of its results, by the names of their constants.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(serialize_with = "crate::params::as_map")]
    pub texts: Texts,
    /// Its parameters.
    pub params: &'static [Spec],
    /// The numbers it recomputes: published ones, and its own.
    #[cfg(not(target_arch = "wasm32"))]
    pub claims: &'static [Claim],
    /// What a table of the reader's own must hold; empty where none is read.
    #[cfg(not(target_arch = "wasm32"))]
    pub data: &'static str,
    /// Has it a kernel, which a GPU can run?
    #[cfg(not(target_arch = "wasm32"))]
    pub kernel: bool,
    /// A setting that runs within a second, at which at least one verdict can tell.
    #[cfg(not(target_arch = "wasm32"))]
    pub quick: &'static str,
    /// Do the values of its parameters fit each other, and the table where it reads one?
    #[serde(skip)]
    pub check: fn(&[Value], Option<&Rc<Table>>) -> Result<()>,
    /// Its kernels and jobs.
    #[serde(skip)]
    pub kernels: &'static [Twin],
    /// Starts it with values that fit each other, over a table where it reads one, with a seed; refuses what does not.
    #[serde(skip)]
    pub start: fn(&[Value], Option<Rc<Table>>, u32) -> Result<Box<dyn Run>>,
}

impl Entry {
    /// The entry of an experiment.
    pub const fn of<E: Experiment>() -> Self {
        Self {
            slug: E::SLUG,
            #[cfg(not(target_arch = "wasm32"))]
            info: E::INFO,
            #[cfg(not(target_arch = "wasm32"))]
            texts: E::TEXTS,
            params: E::Params::SPECS,
            #[cfg(not(target_arch = "wasm32"))]
            claims: E::CLAIMS,
            #[cfg(not(target_arch = "wasm32"))]
            data: E::DATA,
            #[cfg(not(target_arch = "wasm32"))]
            kernel: has_kernel(E::KERNELS),
            #[cfg(not(target_arch = "wasm32"))]
            quick: E::QUICK,
            check: |values, table| {
                may_read::<E>(table.is_some())?;
                E::check_on(&E::Params::from_values(values)?, table)
            },
            kernels: E::KERNELS,
            // A table is read once: `start_on` refuses what it cannot use.
            start: |values, table, seed| {
                may_read::<E>(table.is_some())?;
                let params = E::Params::from_values(values)?;
                E::check(&params)?;
                Ok(Box::new(E::start_on(params, table, seed)?))
            },
        }
    }
}

/// Is there work for a GPU among the twins?
#[cfg(not(target_arch = "wasm32"))]
const fn has_kernel(twins: &[Twin]) -> bool {
    match twins {
        [] => false,
        [first, rest @ ..] => first.suite.is_some() || has_kernel(rest),
    }
}

/// A part of the story: its experiments in the order of the page.
#[derive(Clone, Copy, Serialize)]
pub struct Part {
    /// Heading.
    #[cfg(not(target_arch = "wasm32"))]
    pub title: &'static str,
    /// What it is about, one sentence.
    #[cfg(not(target_arch = "wasm32"))]
    pub lead: &'static str,
    /// The templates that its experiments share.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(serialize_with = "crate::params::as_map")]
    pub texts: Texts,
    /// Its experiments.
    pub entries: &'static [Entry],
}

impl Part {
    /// A part. A page reads its words from the catalogue that it was built with, so its wasm carries none.
    #[cfg_attr(target_arch = "wasm32", expect(unused_variables, reason = "words are not in the wasm"))]
    pub const fn new(title: &'static str, lead: &'static str, texts: Texts, entries: &'static [Entry]) -> Self {
        Self {
            #[cfg(not(target_arch = "wasm32"))]
            title,
            #[cfg(not(target_arch = "wasm32"))]
            lead,
            #[cfg(not(target_arch = "wasm32"))]
            texts,
            entries,
        }
    }
}

/// Declares a part of the story in its `mod.rs`: title, lead, the templates that its experiments share, and a line for each
/// experiment, which is its module and its place in the story.
#[macro_export]
macro_rules! part {
    ($title:literal, $lead:literal, texts: $texts:expr, $($module:ident::$experiment:ident,)+) => {
        $(pub mod $module;)+

        /// This part of the story.
        pub const PART: $crate::kit::Part =
            $crate::kit::Part::new($title, $lead, $texts, &[$($crate::kit::Entry::of::<$module::$experiment>(),)+]);
    };
}

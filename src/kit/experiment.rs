//! The trait of an experiment, and its entry in the list of experiments.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use serde::Serialize;

use super::{Claim, Info, words};
use crate::error::{Error, ErrorKind, Result};
use crate::exec::{Exec, Twin};
use crate::output::{Output, Picture, Progress};
use crate::params::{Params, Spec, Value};
use crate::table::Table;
use crate::text;
use crate::text::{Templates, name};

/// An experiment: it is started with parameters and a seed, advanced from checkpoint to checkpoint, and asked for its
/// results at any time.
///
/// The parameters fix the checkpoints, and each random draw depends only on the seed, the run and the step. So no
/// number depends on how the work is divided, on its order, on pauses or on the machine. Dropping an experiment cancels
/// it.
pub trait Experiment: Sized + 'static {
    /// The name of the experiment in URLs and on the command line.
    const SLUG: &'static str;
    /// The texts of the page about the experiment that do not depend on results.
    const INFO: Info;
    /// The text templates of the results: the constant `TEXTS` in the experiment's `words.rs`.
    const TEXTS: Templates;
    /// The numbers that the experiment recomputes: published numbers, and earlier results of this lab.
    const CLAIMS: &'static [Claim];
    /// A sentence that says what the user's table must contain; empty if the experiment reads no table.
    const DATA: &'static str = "";
    /// A table that the experiment can read, as CSV; empty if it reads none. The page offers it as an example.
    #[cfg(not(target_arch = "wasm32"))]
    fn example() -> String {
        String::new()
    }
    /// The kernels and jobs that the experiment runs, made by [`Twin::kernel`] and [`Twin::job`]. The workers of a
    /// page, the parity tests and the shader tests take them from this list.
    const KERNELS: &'static [Twin] = &[];
    /// Parameter values for tests, as `name=value&...`. With these values a run takes less than a second, and yields at
    /// least one verdict that is not "cannot tell".
    const QUICK: &'static str;
    /// The names of the one to three parameters whose controls share the first screen with the headline figure and the
    /// answer. The controls of all other parameters are folded.
    const MAIN: &'static [&'static str];
    /// Settings, as `name=value&...`, that the page must be able to show after the first download of the experiment, in
    /// addition to the default setting. They are the settings that a visitor is likely to choose in the first seconds,
    /// with the main controls. The build of the page opens the experiment at each of them and records which functions
    /// run. Functions that only other settings need arrive a moment later.
    const FIRST: &'static [&'static str] = &[];
    /// The most that a first visit to the experiment may fetch. The build of the page fails above it.
    const BUDGET: Budget = Budget::USUAL;
    /// The parameters of the experiment.
    type Params: Params;

    /// Checks whether parameter values fit each other. Each value has already been checked alone, against its
    /// declaration. The check must be fast, because the page calls it at every change of a control; so it computes no
    /// closed form.
    ///
    /// # Errors
    /// The values do not fit each other. The message names one parameter, its value and what is allowed; see
    /// [`Error::parameter`].
    fn check(_params: &Self::Params) -> Result<()> {
        Ok(())
    }

    /// Checks whether the values fit each other and, if a table is given, whether they fit the table. A table is given
    /// only to an experiment whose [`Experiment::DATA`] asks for one.
    ///
    /// # Errors
    /// The values do not fit each other (see [`Experiment::check`]), or the table cannot be used. A message about the
    /// table names the line.
    fn check_on(params: &Self::Params, _table: Option<&Rc<Table>>) -> Result<()> {
        Self::check(params)
    }

    /// Starts the experiment with values that [`Experiment::check`] accepted. The function computes the closed forms,
    /// because the page shows them before the first checkpoint. It must be fast, because it runs at every move of a
    /// slider.
    ///
    /// # Errors
    /// The values do not fit each other. There is no other reason to fail.
    fn start(params: Self::Params, seed: u32) -> Result<Self>;

    /// Starts the experiment. The values have been checked by [`Experiment::check`]. A table is given only to an
    /// experiment whose [`Experiment::DATA`] asks for one. The table has not been checked, because a check would read
    /// it a second time, so a table that cannot be used must be rejected here.
    ///
    /// # Errors
    /// The values do not fit each other, or the table cannot be used. There is no other reason to fail.
    fn start_on(params: Self::Params, _table: Option<Rc<Table>>, seed: u32) -> Result<Self> {
        Self::start(params, seed)
    }

    /// Number of checkpoints that the run has passed, and number of all checkpoints.
    fn progress(&self) -> Progress;

    /// Runs to the next checkpoint. It is called only while [`Experiment::progress`] is not finished. It must record
    /// the results of a checkpoint only when all of them are known: then a failed or cancelled call changes nothing.
    ///
    /// # Errors
    /// A device failed, and the work could not be repeated on another device.
    fn advance(&mut self, exec: &Exec) -> impl Future<Output = Result<()>>;

    /// The results so far.
    ///
    /// The page calls this function before anything is measured, at every move of a slider. Code that is needed only
    /// when there are measurements must be in separate functions with `#[inline(never)]`, which are called only then.
    /// The build splits the wasm by function, and leaves such functions out of the first download.
    fn output(&self) -> Output;

    /// A small picture that shows the idea of the experiment with the data of its run so far; `None` if the experiment
    /// has none. Before a run the picture shows what theory predicts, or the state from which the run starts.
    ///
    /// The page asks for the picture only after it has drawn the first figure, so no code of it is in the first
    /// download.
    fn picture(&self) -> Option<Picture> {
        None
    }
}

/// The most bytes of gzip that a first visit to an experiment may fetch: the page, the engine and the experiment.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Budget {
    /// Bytes until the experiment is ready.
    pub ready: u32,
    /// Bytes until its default run has ended on the CPU.
    pub run: u32,
}

impl Budget {
    /// The budget of an experiment that does not declare another one.
    pub const USUAL: Self = Self { ready: 100_000, run: 200_000 };
}

/// A running experiment as a trait object: [`Experiment`] without its associated types.
pub trait Run {
    /// Number of checkpoints that the run has passed, and number of all checkpoints.
    fn progress(&self) -> Progress;
    /// Runs to the next checkpoint.
    fn advance<'a>(&'a mut self, exec: &'a Exec) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
    /// The results so far, without the picture.
    fn output(&self) -> Output;
    /// The picture of the results so far.
    fn picture(&self) -> Option<Picture>;
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
    fn picture(&self) -> Option<Picture> {
        Experiment::picture(self)
    }
}

/// Returns an error if a table is `given` to an experiment that reads none.
fn may_read<E: Experiment>(given: bool) -> Result<()> {
    if E::DATA.is_empty() && given { Err(reads_no_table(E::SLUG)) } else { Ok(()) }
}

#[cold]
#[inline(never)]
fn reads_no_table(slug: &str) -> Error {
    Error::new(ErrorKind::Parameter, text!(words::READS_NO_TABLE, experiment = name(slug)))
}

/// The entry of an experiment in the list of experiments.
#[derive(Clone, Copy, Serialize)]
pub struct Entry {
    /// Name in URLs and on the command line.
    pub slug: &'static str,
    /// The texts of the page about the experiment. They are not in the page's wasm, because the page reads them from
    /// the catalogue that was built with it.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(flatten)]
    pub info: Info,
    /// The text templates of the results, each with the name of its constant.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(serialize_with = "crate::params::as_map")]
    pub texts: Templates,
    /// The declarations of the experiment's parameters.
    pub params: &'static [Spec],
    /// The names of the parameters whose controls share the first screen with the headline figure.
    #[cfg(not(target_arch = "wasm32"))]
    pub main: &'static [&'static str],
    /// The numbers that the experiment recomputes: published numbers, and earlier results of this lab.
    #[cfg(not(target_arch = "wasm32"))]
    pub claims: &'static [Claim],
    /// A sentence that says what the user's table must contain; empty if the experiment reads no table.
    #[cfg(not(target_arch = "wasm32"))]
    pub data: &'static str,
    /// Makes a table that the experiment can read, as CSV; empty if it reads none.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(skip)]
    pub example: fn() -> String,
    /// Whether the experiment has a kernel that can run on a GPU. A job, or a kernel without a shader, cannot.
    #[cfg(not(target_arch = "wasm32"))]
    pub kernel: bool,
    /// Parameter values with which a run takes less than a second and yields at least one verdict that is not "cannot
    /// tell".
    #[cfg(not(target_arch = "wasm32"))]
    pub quick: &'static str,
    /// Settings that the page must be able to show after the first download of the experiment.
    #[cfg(not(target_arch = "wasm32"))]
    pub first: &'static [&'static str],
    /// The most that a first visit to the experiment may fetch.
    #[cfg(not(target_arch = "wasm32"))]
    pub budget: Budget,
    /// Checks whether the parameter values fit each other and, if a table is given, whether they fit the table.
    #[serde(skip)]
    pub check: fn(&[Value], Option<&Rc<Table>>) -> Result<()>,
    /// The kernels and jobs of the experiment.
    #[serde(skip)]
    pub kernels: &'static [Twin],
    /// Starts the experiment with parameter values, a table if the experiment reads one, and a seed. Returns an error
    /// if the values do not fit each other or the table.
    #[serde(skip)]
    pub start: fn(&[Value], Option<Rc<Table>>, u32) -> Result<Box<dyn Run>>,
}

impl Entry {
    /// Makes the entry of an experiment.
    pub const fn of<E: Experiment>() -> Self {
        Self {
            slug: E::SLUG,
            #[cfg(not(target_arch = "wasm32"))]
            info: E::INFO,
            #[cfg(not(target_arch = "wasm32"))]
            texts: E::TEXTS,
            params: E::Params::SPECS,
            #[cfg(not(target_arch = "wasm32"))]
            main: E::MAIN,
            #[cfg(not(target_arch = "wasm32"))]
            claims: E::CLAIMS,
            #[cfg(not(target_arch = "wasm32"))]
            data: E::DATA,
            #[cfg(not(target_arch = "wasm32"))]
            example: E::example,
            #[cfg(not(target_arch = "wasm32"))]
            kernel: has_kernel(E::KERNELS),
            #[cfg(not(target_arch = "wasm32"))]
            quick: E::QUICK,
            #[cfg(not(target_arch = "wasm32"))]
            first: E::FIRST,
            #[cfg(not(target_arch = "wasm32"))]
            budget: E::BUDGET,
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

/// Whether the list contains a kernel that can run on a GPU, and not only jobs and kernels without a shader.
#[cfg(not(target_arch = "wasm32"))]
const fn has_kernel(twins: &[Twin]) -> bool {
    match twins {
        [] => false,
        [first, rest @ ..] => first.suite.is_some() || has_kernel(rest),
    }
}

/// A part of the lab: its experiments in the order of the page.
#[derive(Clone, Copy, Serialize)]
pub struct Part {
    /// Heading of the part on the page.
    #[cfg(not(target_arch = "wasm32"))]
    pub title: &'static str,
    /// One sentence that says what the part is about.
    #[cfg(not(target_arch = "wasm32"))]
    pub lead: &'static str,
    /// The text templates that the experiments of the part share.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(serialize_with = "crate::params::as_map")]
    pub texts: Templates,
    /// The names of the experiments, in the order of `entries`. They are stored apart from the entries because the
    /// page's wasm is divided (`www/pieces.mjs`): the names are in the piece that is always loaded, but each entry is
    /// in the piece of its experiment.
    #[serde(skip)]
    pub slugs: &'static [&'static str],
    /// The experiments of the part.
    pub entries: &'static [&'static Entry],
}

impl Part {
    /// Makes a part from its texts and experiments. The texts are not in the page's wasm, because the page reads them
    /// from the catalogue that was built with it.
    #[cfg_attr(target_arch = "wasm32", expect(unused_variables, reason = "words are not in the wasm"))]
    pub const fn new(
        title: &'static str,
        lead: &'static str,
        texts: Templates,
        slugs: &'static [&'static str],
        entries: &'static [&'static Entry],
    ) -> Self {
        Self {
            #[cfg(not(target_arch = "wasm32"))]
            title,
            #[cfg(not(target_arch = "wasm32"))]
            lead,
            #[cfg(not(target_arch = "wasm32"))]
            texts,
            slugs,
            entries,
        }
    }
}

/// Declares a part of the lab in its `mod.rs`: its title, its introduction, the text templates that its experiments
/// share, and one line `module::Type` for each experiment. Such a line also declares the module of the experiment. The
/// order of the lines is the order of the experiments on the page.
#[macro_export]
macro_rules! part {
    ($title:literal, $lead:literal, texts: $texts:expr, $($module:ident::$experiment:ident,)+) => {
        $(pub mod $module;)+

        /// A part of the lab: its title, its words and its experiments, which are the modules declared here.
        pub const PART: $crate::kit::Part = $crate::kit::Part::new(
            $title,
            $lead,
            $texts,
            &[$(<$module::$experiment as $crate::kit::Experiment>::SLUG,)+],
            &[$(&$crate::kit::Entry::of::<$module::$experiment>(),)+],
        );
    };
}

//! Runs experiments, for the page and for the command line, and recomputes claims.

use std::rc::Rc;

use crate::error::{Error, ErrorKind, Result};
use crate::exec::Exec;
use crate::experiments::PARTS;
use crate::kit::{Claim, Entry, Reproduced, Run};
use crate::output::{DataUse, DeviceUse, Document, Output, Picture, Progress, Series};
use crate::params::{self, Problem, Texts, Value};
use crate::table::Table;
use crate::text::{Text, list, name};
use crate::{text, texts};

texts! {
    UNKNOWN = "unknown experiment `{experiment}`; available: {experiments}";
    ITS_DEFAULT = "its default is used instead";
    DEFAULTS = "the defaults are used instead";
    NO_NUMBER = "the result does not contain the number that claim `{claim}` is about";
}

/// Text templates that only the page uses. They are not in the module `web`, because the catalogue of texts is made by
/// a native build, and a native build does not contain `web`.
#[allow(dead_code, reason = "a native build has no page")]
pub(crate) mod page {
    crate::texts! {
        BUSY = "this run is computing a checkpoint: ask again when it has finished";
        CANCELLED = "the run was cancelled";
        NO_SUCH_NUMBER = "the claim does not say where its number stands: in a verdict, a cell or a point";
    }
}

/// Finds the experiment with the name `slug`.
///
/// # Errors
/// There is no such experiment. The message lists those that exist.
pub fn find(slug: &str) -> Result<&'static Entry> {
    // Two loops weigh less in the page than one joined iterator.
    for part in PARTS {
        for (name, entry) in part.slugs.iter().zip(part.entries) {
            if *name == slug {
                return Ok(entry);
            }
        }
    }
    Err(unknown(slug))
}

#[inline(never)]
fn unknown(slug: &str) -> Error {
    let slugs = PARTS.iter().flat_map(|part| part.slugs).map(|slug| Text::verbatim(*slug)).collect();
    let shown: String = slug.chars().take(60).collect();
    Error::new(ErrorKind::Unknown, text!(UNKNOWN, experiment = name(shown), experiments = list(slugs)))
}

/// Reads parameter values from a URL that may contain mistakes; see [`params::check`]. Values that are allowed one by
/// one may still not fit each other, or may not fit the table. In that case the parameter that the check's error names
/// takes its default value.
///
/// # Errors
/// There is no experiment with the name `slug`.
pub fn check(slug: &str, texts: &Texts, table: Option<&Rc<Table>>) -> Result<params::Checked> {
    let entry = find(slug)?;
    let checked = params::check(entry.params, texts);
    let fits = |texts: &Texts| (entry.check)(&params::read(entry.params, texts)?, table);
    match fits(&checked.values) {
        Ok(()) => Ok(checked),
        Err(error) => Ok(fitting(checked, error, table, &fits)),
    }
}

/// Replaces values by their defaults, one after another, until all values fit each other. Each step replaces the value
/// that the error names. If the error names no value, the fault is in the table, and no more values are replaced; if
/// there is no table, all values are replaced. This is a separate function because the build splits the wasm by
/// function, and can then leave it out of the page's first download.
#[inline(never)]
fn fitting(
    mut checked: params::Checked,
    mut error: Error,
    table: Option<&Rc<Table>>,
    fits: &dyn Fn(&Texts) -> Result<()>,
) -> params::Checked {
    loop {
        match checked.values.iter().position(|(name, _)| error.blamed() == Some(name)) {
            Some(place) => {
                checked.problems.push(Problem::of(&error, Some(ITS_DEFAULT.into())));
                checked.values.remove(place);
            }
            // What is wrong is in the table: no setting is to blame.
            None if table.is_some() => break,
            None => {
                checked.problems.push(Problem::of(&error, Some(DEFAULTS.into())));
                checked.values.clear();
                break;
            }
        }
        match fits(&checked.values) {
            Ok(()) => break,
            Err(next) => error = next,
        }
    }
    checked
}

/// One run of one experiment, driven by the page or the command line.
pub struct Session {
    entry: &'static Entry,
    params: Vec<(&'static str, Value)>,
    data: Option<DataUse>,
    seed: u32,
    run: Box<dyn Run>,
    exec: Rc<Exec>,
    devices: Vec<DeviceUse>,
    /// Number of notices that the executor had before this run. These notices are not part of the run's results.
    old_notices: usize,
}

impl Session {
    /// Starts a run with the given parameter values.
    ///
    /// # Errors
    /// The experiment is unknown, or a parameter cannot be used.
    pub fn open(exec: Rc<Exec>, slug: &str, texts: &Texts, seed: u32) -> Result<Self> {
        Self::open_on(exec, slug, texts, None, seed)
    }

    /// Starts a run with the given parameter values, on a table if one is given.
    ///
    /// # Errors
    /// The experiment is unknown, or a parameter or the table cannot be used.
    pub fn open_on(exec: Rc<Exec>, slug: &str, texts: &Texts, table: Option<Rc<Table>>, seed: u32) -> Result<Self> {
        let entry = find(slug)?;
        let values = params::read(entry.params, texts)?;
        let data = table.as_ref().map(|table| DataUse { rows: table.len(), digest: table.digest() });
        let run = (entry.start)(&values, table, seed)?;
        let params = entry.params.iter().map(|spec| spec.name).zip(params::typed(entry.params, texts)?).collect();
        let old_notices = exec.old_notices();
        Ok(Self { entry, params, data, seed, run, exec, devices: Vec::new(), old_notices })
    }

    /// Number of checkpoints that the run has passed, and number of all checkpoints.
    pub fn progress(&self) -> Progress {
        self.run.progress()
    }

    /// Runs to the next checkpoint. If the run is finished, it does nothing.
    ///
    /// # Errors
    /// See [`crate::kit::Experiment::advance`].
    pub async fn advance(&mut self) -> Result<Progress> {
        let before = self.run.progress();
        if !before.finished() {
            self.run.advance(&self.exec).await?;
            let first = || self.devices.is_empty().then(|| self.exec.device());
            if let Some(device) = self.exec.take_used().or_else(first) {
                let used = DeviceUse { kind: device.kind, adapter: device.adapter, from_mark: before.done };
                if !self.devices.last().is_some_and(|last| last.kind == used.kind && last.adapter == used.adapter) {
                    self.devices.push(used);
                }
            }
        }
        Ok(self.run.progress())
    }

    /// The small picture of the results so far; `None` if the experiment has none.
    pub fn picture(&self) -> Option<Picture> {
        self.run.picture()
    }

    /// The results so far, without the picture. Series with too many points are thinned.
    pub fn output(&self) -> Output {
        let mut output = self.run.output();
        output.figures.iter_mut().flat_map(|figure| &mut figure.series).for_each(Series::thin);
        output
    }

    /// The result document of the run so far. `elapsed_s` is the computing time in seconds.
    pub fn document(&self, elapsed_s: f64) -> Document {
        Document {
            lab: "scaling-lab",
            version: VERSION,
            commit: COMMIT,
            experiment: self.entry.slug,
            params: self.params.clone(),
            data: self.data.clone(),
            seed: self.seed,
            device: self.devices.clone(),
            elapsed_s,
            progress: self.run.progress(),
            notices: self.exec.notices(self.old_notices),
            output: self.output(),
            #[cfg(not(target_arch = "wasm32"))]
            picture: self.picture(),
        }
    }
}

/// Recomputes the number of a claim, from `table` if the claim needs one. Nothing is simulated if the closed-form
/// results already contain the number; otherwise the run goes to its end.
///
/// # Errors
/// The run cannot start or fails, or the result does not contain the number.
pub async fn reproduce(exec: &Rc<Exec>, slug: &str, claim: &Claim, table: Option<Rc<Table>>) -> Result<Reproduced> {
    let mut session = Session::open_on(Rc::clone(exec), slug, &claim.texts(), table, claim.seed)?;
    if let Some(found) = claim.compare(&session.output()) {
        return Ok(found);
    }
    while !session.progress().finished() {
        session.advance().await?;
    }
    let missing = || Error::new(ErrorKind::Unknown, text!(NO_NUMBER, claim = name(claim.id)));
    claim.compare(&session.output()).ok_or_else(missing)
}

/// Version of the lab.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Commit from which the lab was built, as `build.rs` found it; `unknown` outside git.
pub const COMMIT: &str = env!("LAB_COMMIT");

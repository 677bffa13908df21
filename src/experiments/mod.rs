//! Experiments: one file each, and the one registry.
//!
//! To add one: write `x.rs` with an [`Experiment`], add `Entry::of::<x::X>()` to [`ALL`]. Page, command line,
//! tests and the table of published numbers find it there.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::exec::Exec;
use crate::output::{Cell, DataUse, DeviceUse, Document, Output, Progress, Series};
use crate::params::{self, Params, Spec, Texts, Value};
use crate::table::Table;

pub mod atoms;
pub mod chinchilla;
pub mod data_constrained;
pub mod exam_time;
pub mod fit;
pub mod fitting;
pub mod k_composition;
pub mod multi_epoch;
pub mod positive_shift;
pub mod race;
pub mod rates;
pub mod reuse;
pub mod state_tracking;

/// Every experiment, in the order of the catalogue.
pub const ALL: &[Entry] = &[
    Entry::of::<exam_time::ExamTime>(),
    Entry::of::<positive_shift::PositiveShift>(),
    Entry::of::<atoms::Atoms>(),
    Entry::of::<k_composition::KComposition>(),
    Entry::of::<state_tracking::StateTracking>(),
    Entry::of::<multi_epoch::MultiEpoch>(),
    Entry::of::<fitting::Fits<data_constrained::DataConstrained>>(),
    Entry::of::<fitting::Fits<chinchilla::Chinchilla>>(),
    Entry::of::<fitting::Fits<fit::FitRuns>>(),
];

/// A formula, typeset when the page is built.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Formula {
    /// What it says, in words.
    pub label: &'static str,
    /// TeX.
    pub tex: &'static str,
}

/// Where something comes from.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Source {
    /// Authors, title, year.
    pub text: &'static str,
    /// Address; empty when there is none.
    pub url: &'static str,
}

/// A named setting.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Preset {
    /// Its name.
    pub title: &'static str,
    /// The query string that sets it, `name=value&...`.
    pub query: &'static str,
}

/// What an experiment is about: all of its words, in English.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Info {
    /// Heading.
    pub title: &'static str,
    /// The question in one sentence.
    pub question: &'static str,
    /// What to notice, a paragraph each.
    pub notice: &'static [&'static str],
    /// The model, a paragraph each; says what it does not show.
    pub model: &'static [&'static str],
    /// Formulas.
    pub formulas: &'static [Formula],
    /// Papers and talks.
    pub sources: &'static [Source],
    /// Named settings.
    pub presets: &'static [Preset],
    /// Figures that start folded.
    pub figures_more: &'static [&'static str],
}

/// Which number of a result a claim is about.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pick<'a> {
    /// The measured value of a verdict, with its interval.
    Verdict(&'a str),
    /// A cell of a table: id, row, column.
    Cell(&'a str, usize, usize),
    /// The point of a series nearest to `x`: figure, series, x.
    Point(&'a str, &'a str, f64),
}

impl Pick<'_> {
    /// The value and its interval; `None` when the result does not hold it yet.
    pub fn of(self, output: &Output) -> Option<(f64, Option<[f64; 2]>)> {
        let found = match self {
            Self::Verdict(id) => output.verdicts.iter().find(|v| v.id == id).map(|v| (v.measured, v.interval)),
            Self::Cell(id, row, column) => {
                let table = output.tables.iter().find(|table| table.id == id)?;
                match table.rows.get(row)?.get(column)? {
                    Cell::Number(x) => Some((*x, None)),
                    Cell::Text(_) => None,
                }
            }
            Self::Point(figure, series, x) => {
                let figure = output.figures.iter().find(|f| f.id == figure)?;
                let series = figure.series.iter().find(|s| s.id == series)?;
                let distance = |i: usize| (series.x[i] - x).abs();
                let i = (0..series.x.len()).min_by(|&i, &j| distance(i).total_cmp(&distance(j)))?;
                let ends = series.lo.as_ref().zip(series.hi.as_ref());
                Some((series.y[i], ends.map(|(lo, hi)| [lo[i], hi[i]])))
            }
        };
        found.filter(|(value, _)| value.is_finite())
    }
}

/// Whose number a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Somebody printed the number.
    Printed,
    /// Somebody printed the formula; the number is what it gives for this setting.
    Formula,
    /// This lab measured it before, with another program: nobody published it.
    Own,
}

impl Origin {
    /// In a word, for a table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::Formula => "from a printed formula",
            Self::Own => "this lab's own",
        }
    }
}

/// A number to check, most often a published one, and how to recompute it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Claim {
    /// Unique in the experiment.
    pub id: &'static str,
    /// Who said so; the version of the paper where versions differ.
    pub source: &'static str,
    /// Whose number it is.
    pub origin: Origin,
    /// Where: section, figure, table.
    pub place: &'static str,
    /// What the number is.
    pub what: &'static str,
    /// The number as it was printed, or as the printed formula or an earlier program gives it.
    pub printed: f64,
    /// The setting that recomputes it.
    pub query: &'static str,
    /// The seed.
    pub seed: u32,
    /// Which number of the result.
    pub pick: Pick<'static>,
    /// How far our number may be from the one it should be, beyond its own interval.
    pub tolerance: f64,
    /// Why that far.
    pub reason: &'static str,
    /// The number that we get instead, where ours is expected to differ; nothing where it is expected to agree.
    pub ours: Option<f64>,
    /// Why it differs, or what else to know; may be empty.
    pub note: &'static str,
    /// The table it is computed from, where that is somebody else's.
    pub data: Option<File>,
}

/// A table that the lab may not ship.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct File {
    /// Its name.
    pub file: &'static str,
    /// Where to get it, a sentence.
    pub from: &'static str,
}

/// What recomputing a claim gave.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Reproduced {
    /// Our number.
    pub ours: f64,
    /// Its interval.
    pub interval: Option<[f64; 2]>,
    /// Is it the printed one, within tolerance?
    pub agrees: bool,
    /// Is that what the claim expects: the printed number, or, where they are to differ, the number we got before?
    pub as_expected: bool,
}

impl Reproduced {
    /// Compares a printed number with a result. `instead` is the number that we get where ours is expected to differ.
    pub fn of(pick: Pick<'_>, printed: f64, tolerance: f64, instead: Option<f64>, output: &Output) -> Option<Self> {
        let (ours, interval) = pick.of(output)?;
        let [lo, hi] = interval.unwrap_or([ours, ours]);
        let holds = |number: f64| number >= lo - tolerance && number <= hi + tolerance;
        let agrees = holds(printed);
        Some(Self { ours, interval, agrees, as_expected: instead.map_or(agrees, |number| !agrees && holds(number)) })
    }
}

impl Claim {
    /// Compares the claim with a result; `None` when the result does not hold the number (yet).
    pub fn compare(&self, output: &Output) -> Option<Reproduced> {
        Reproduced::of(self.pick, self.printed, self.tolerance, self.ours, output)
    }

    /// The setting as texts.
    pub fn texts(&self) -> Texts {
        query(self.query)
    }
}

/// Splits `name=value&name=value`. Values here hold nothing that needs decoding.
pub fn query(text: &str) -> Texts {
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

/// An experiment: started with parameters and a seed, advanced mark by mark, asked for its output at any time.
///
/// Marks are fixed by the parameters, draws by (seed, run, step): no number depends on slicing, order, pausing or
/// the machine. Dropping it cancels it.
pub trait Experiment: Sized + 'static {
    /// Its name in URLs and on the command line.
    const SLUG: &'static str;
    /// Its words.
    const INFO: Info;
    /// The numbers it recomputes: published ones, and its own.
    const CLAIMS: &'static [Claim];
    /// What a table of the reader's own must hold, a sentence; empty where none is read.
    const DATA: &'static str = "";
    /// Has it a kernel? Without one there is nothing for a GPU to do.
    const KERNEL: bool = true;
    /// A setting that runs within a second and lets at least one verdict tell: what tests run, `name=value&...`.
    const QUICK: &'static str;
    /// Its parameters.
    type Params: Params;

    /// Checks what the declaration cannot, and computes the closed forms: after this, [`Experiment::output`]
    /// shows theory. Fast enough for a slider.
    ///
    /// # Errors
    /// A sentence naming the parameter, its value and what is allowed.
    fn start(params: Self::Params, seed: u32) -> Result<Self>;

    /// The same over a table, where [`Experiment::DATA`] asks for one.
    ///
    /// # Errors
    /// As [`Experiment::start`]; a table that cannot be used, with the line.
    fn start_on(params: Self::Params, table: Option<Rc<Table>>, seed: u32) -> Result<Self> {
        if table.is_some() {
            return Err(Error::new(ErrorKind::Parameter, format!("experiment {} reads no table", Self::SLUG)));
        }
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
trait Run {
    fn progress(&self) -> Progress;
    fn advance<'a>(&'a mut self, exec: &'a Exec) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
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
        Experiment::output(self)
    }
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
    #[serde(skip)]
    start: fn(&[Value], Option<Rc<Table>>, u32) -> Result<Box<dyn Run>>,
}

impl Entry {
    /// The entry of an experiment.
    pub const fn of<E: Experiment>() -> Self {
        Self {
            slug: E::SLUG,
            #[cfg(not(target_arch = "wasm32"))]
            info: E::INFO,
            params: E::Params::SPECS,
            #[cfg(not(target_arch = "wasm32"))]
            claims: E::CLAIMS,
            #[cfg(not(target_arch = "wasm32"))]
            data: E::DATA,
            #[cfg(not(target_arch = "wasm32"))]
            kernel: E::KERNEL,
            #[cfg(not(target_arch = "wasm32"))]
            quick: E::QUICK,
            start: |values, table, seed| Ok(Box::new(E::start_on(E::Params::from_values(values)?, table, seed)?)),
        }
    }
}

/// The experiment of that slug.
///
/// # Errors
/// When there is none; names those there are.
pub fn find(slug: &str) -> Result<&'static Entry> {
    ALL.iter().find(|entry| entry.slug == slug).ok_or_else(|| {
        let slugs: Vec<_> = ALL.iter().map(|entry| entry.slug).collect();
        let shown: String = slug.chars().take(60).collect();
        Error::new(ErrorKind::Unknown, format!("there is no experiment `{shown}`: there are {}", slugs.join(", ")))
    })
}

/// Reads a URL's values leniently; see [`params::check`]. Where values that are valid alone do not fit each other,
/// the one that is blamed takes its default.
///
/// # Errors
/// When there is no such experiment.
pub fn check(slug: &str, texts: &Texts, table: Option<&Rc<Table>>) -> Result<params::Checked> {
    let entry = find(slug)?;
    let mut checked = params::check(entry.params, texts);
    let start = |texts: &Texts| {
        params::read(entry.params, texts).and_then(|values| (entry.start)(&values, table.cloned(), 0).map(drop))
    };
    while let Err(error) = start(&checked.values) {
        let blamed = checked.values.iter().position(|(name, _)| error.message().contains(&format!("`{name}`")));
        match blamed {
            Some(place) => {
                checked.problems.push(format!("{error}; its default is used instead"));
                checked.values.remove(place);
            }
            // What is wrong is in the table: no setting is to blame.
            None if table.is_some() => break,
            None => {
                checked.problems.push(format!("{error}; the defaults are used instead"));
                checked.values.clear();
                break;
            }
        }
    }
    Ok(checked)
}

/// One run of one experiment: what page and command line drive.
pub struct Session {
    entry: &'static Entry,
    params: Vec<(&'static str, Value)>,
    data: Option<DataUse>,
    seed: u32,
    run: Box<dyn Run>,
    exec: Rc<Exec>,
    devices: Vec<DeviceUse>,
    /// Notices of the executor that were there before this run.
    old_notices: usize,
}

impl Session {
    /// Reads the values strictly and starts.
    ///
    /// # Errors
    /// An unknown experiment, or a parameter that cannot be used.
    pub fn open(exec: Rc<Exec>, slug: &str, texts: &Texts, seed: u32) -> Result<Self> {
        Self::open_on(exec, slug, texts, None, seed)
    }

    /// The same over a table.
    ///
    /// # Errors
    /// As [`Session::open`]; a table that cannot be used.
    pub fn open_on(exec: Rc<Exec>, slug: &str, texts: &Texts, table: Option<Rc<Table>>, seed: u32) -> Result<Self> {
        let entry = find(slug)?;
        let values = params::read(entry.params, texts)?;
        let data = table.as_ref().map(|table| DataUse { rows: table.len(), digest: table.digest() });
        let run = (entry.start)(&values, table, seed)?;
        let params = entry.params.iter().map(|spec| spec.name).zip(params::typed(entry.params, texts)?).collect();
        // A fall-back that happened when the device was opened concerns every run.
        let old_notices = if exec.device().kind == "cpu" { 0 } else { exec.notices(0).len() };
        Ok(Self { entry, params, data, seed, run, exec, devices: Vec::new(), old_notices })
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.run.progress()
    }

    /// Goes to the next mark, if there is one.
    ///
    /// # Errors
    /// See [`Experiment::advance`].
    pub async fn advance(&mut self) -> Result<Progress> {
        let before = self.run.progress();
        if !before.finished() {
            self.run.advance(&self.exec).await?;
            let device = self.exec.used();
            let used = DeviceUse { kind: device.kind, adapter: device.adapter, from_mark: before.done };
            if !self.devices.last().is_some_and(|last| last.kind == used.kind && last.adapter == used.adapter) {
                self.devices.push(used);
            }
        }
        Ok(self.run.progress())
    }

    /// Everything there is to show so far; long series thinned.
    pub fn output(&self) -> Output {
        let mut output = self.run.output();
        output.figures.iter_mut().flat_map(|figure| &mut figure.series).for_each(Series::thin);
        output
    }

    /// The result document so far.
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
        }
    }
}

/// Recomputes a claim, over its table where it has one: advances its run only as far as its number needs.
///
/// # Errors
/// When the setting cannot run, or its result does not hold the number.
pub async fn reproduce(exec: &Rc<Exec>, slug: &str, claim: &Claim, table: Option<Rc<Table>>) -> Result<Reproduced> {
    let mut session = Session::open_on(Rc::clone(exec), slug, &claim.texts(), table, claim.seed)?;
    if let Some(found) = claim.compare(&session.output()) {
        return Ok(found);
    }
    while !session.progress().finished() {
        session.advance().await?;
    }
    let missing =
        || Error::new(ErrorKind::Unknown, format!("the result of claim `{}` does not hold its number", claim.id));
    claim.compare(&session.output()).ok_or_else(missing)
}

/// Version of the lab.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Commit the lab was built from, found by `build.rs`; `unknown` outside git.
pub const COMMIT: &str = env!("LAB_COMMIT");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Axis, Figure, Kind, Role, Table, Verdict};
    use crate::params::Scale;

    fn output() -> Output {
        let axis = Axis { label: "", unit: "", scale: Scale::Linear };
        let series =
            Series::new("s", "", Kind::Points, Role::Measured, vec![1.0, 2.0, 4.0], vec![10.0, 20.0, f64::NAN])
                .with_interval(vec![9.0, 18.0, 0.0], vec![11.0, 22.0, 0.0]);
        Output {
            figures: vec![Figure {
                id: "f",
                title: String::new(),
                x: axis,
                y: axis,
                field: None,
                series: vec![series],
                marks: vec![],
            }],
            tables: vec![Table {
                id: "t",
                title: String::new(),
                columns: vec![],
                rows: vec![vec!["word".into(), 7.0.into()]],
            }],
            verdicts: vec![Verdict::of("v", "", 0.5, Some([0.4, 0.6]), 0.5, 0.0)],
        }
    }

    #[test]
    fn a_pick_finds_its_number() {
        let of = |pick: Pick<'_>| pick.of(&output());
        assert_eq!(of(Pick::Verdict("v")), Some((0.5, Some([0.4, 0.6]))));
        assert_eq!(of(Pick::Cell("t", 0, 1)), Some((7.0, None)));
        assert_eq!(of(Pick::Point("f", "s", 2.2)), Some((20.0, Some([18.0, 22.0]))), "the nearest");
        for pick in [Pick::Cell("t", 0, 0), Pick::Cell("t", 1, 0), Pick::Point("f", "s", 5.0), Pick::Verdict("none")] {
            assert_eq!(of(pick), None, "{pick:?}");
        }
    }

    #[test]
    fn a_claim_agrees_within_interval_and_tolerance() {
        let claim = |printed, tolerance, ours| Claim {
            id: "",
            source: "",
            origin: Origin::Printed,
            place: "",
            what: "",
            printed,
            query: "",
            seed: 1,
            pick: Pick::Verdict("v"),
            tolerance,
            reason: "",
            ours,
            note: "",
            data: None,
        };
        for (printed, tolerance, agrees) in
            [(0.41, 0.0, true), (0.35, 0.1, true), (0.65, 0.1, true), (0.35, 0.0, false), (0.65, 0.0, false)]
        {
            let found = claim(printed, tolerance, None).compare(&output()).expect("a number");
            assert_eq!((found.agrees, found.as_expected), (agrees, agrees), "{printed} within {tolerance}");
            let found = claim(printed, tolerance, Some(0.5)).compare(&output()).expect("a number");
            assert_eq!(found.as_expected, !agrees, "expected to differ: {printed} within {tolerance}");
        }
        for (ours, tolerance, expected) in [(0.6, 0.0, true), (0.61, 0.0, false), (0.39, 0.0, false), (0.61, 0.1, true)]
        {
            let found = claim(0.9, tolerance, Some(ours)).compare(&output()).expect("a number");
            assert!(!found.agrees, "0.9 is not what we get");
            assert_eq!(found.as_expected, expected, "a number that differs must still be ours: {ours}, {tolerance}");
        }
    }
}

//! Whole runs on the CPU. Each is done once, by the first test that asks for it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock};

use scaling_lab::error::Result;
use scaling_lab::exec::Exec;
use scaling_lab::kit::Entry;
use scaling_lab::output::{Document, Output};
use scaling_lab::params::{self, Texts};
use scaling_lab::session::Session;

use crate::catalogue::check_picture;

/// What a run showed before it began, and after it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) before: Output,
    pub(crate) after: Document,
}

type Cell = Arc<OnceLock<Result<Arc<Run>>>>;

static RUNS: Mutex<BTreeMap<(&str, Texts, u32), Cell>> = Mutex::new(BTreeMap::new());

/// The run of an experiment with the given values and seed.
///
/// # Errors
/// The values are refused.
pub(crate) fn run(entry: &'static Entry, texts: &Texts, seed: u32) -> Result<Arc<Run>> {
    let mut sorted = texts.clone();
    sorted.sort_unstable();
    let cell = Cell::clone(RUNS.lock().expect("no test panics here").entry((entry.slug, sorted, seed)).or_default());
    cell.get_or_init(|| play(entry, texts, seed).map(Arc::new)).clone()
}

/// The run of an experiment with the values of a query and seed 1.
pub(crate) fn of(entry: &'static Entry, query: &str) -> Arc<Run> {
    run(entry, &params::query(query), 1).unwrap_or_else(|e| panic!("{}?{query}: {e}", entry.slug))
}

/// Plays a run to its end, and checks what every run has in common: it passes one mark at a time, and its pictures can
/// be drawn.
fn play(entry: &'static Entry, texts: &Texts, seed: u32) -> Result<Run> {
    let what = format!("{} {texts:?}", entry.slug);
    let mut session = Session::open(Rc::new(Exec::cpu()), entry.slug, texts, seed)?;
    let before = session.output();
    let total = session.progress().total;
    while !session.progress().finished() {
        let done = session.progress().done;
        let now = pollster::block_on(session.advance()).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!((now.done, now.total), (done + 1, total), "{what}: one mark at a time");
        if let Some(picture) = session.picture() {
            check_picture(&what, &picture);
        }
    }
    Ok(Run { before, after: session.document(0.0) })
}

/// The values of a preset, with the sizes of the quick setting.
pub(crate) fn quick(entry: &Entry, preset: &str) -> Texts {
    let mut texts = params::query(entry.quick);
    for (name, value) in params::query(preset) {
        if params::text(&texts, &name).is_none() {
            texts.push((name, value));
        }
    }
    texts
}

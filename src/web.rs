//! The functions that the page calls.
//!
//! An [`Engine`] stands for the device that does the work; a [`Run`] is one run of one experiment. Everything else is
//! plain data. Errors reach JavaScript as `{kind, message}`.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::MessagePort;

use crate::error::{Error, ErrorKind};
use crate::exec::Exec;
use crate::exec::pool::{Pool, serve};
use crate::exec::remote::now;
use crate::fit::Role;
use crate::fit::runs::Columns;
use crate::kit::{Pick, Reproduced};
use crate::params::{Texts, as_map, to_number};
use crate::session::page::{BUSY, CANCELLED, NO_SUCH_NUMBER};
use crate::session::{self, Session};
use crate::table::{Reader, Table};

type Js<T> = Result<T, JsValue>;

fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

fn throw(error: &Error) -> JsValue {
    to_js(error)
}

/// Makes pairs of a name and a value from a list that contains names and values in turn: name, value, name, value.
fn texts(values: Vec<String>) -> Texts {
    let mut values = values.into_iter();
    std::iter::from_fn(|| Some((values.next()?, values.next()?))).collect()
}

#[derive(Serialize)]
struct Stamp {
    version: &'static str,
    commit: &'static str,
}

/// The version and the commit of the lab, as `{version, commit}`.
#[wasm_bindgen]
pub fn stamp() -> JsValue {
    to_js(&Stamp { version: session::VERSION, commit: session::COMMIT })
}

/// Reads parameter values from a URL that may contain mistakes, and checks whether they fit the table, if one is given.
/// `values` holds names and values in turn: name, value, name, value. Returns `{values, problems}`.
///
/// # Errors
/// There is no experiment with the name `slug`.
#[wasm_bindgen]
pub fn check(slug: &str, values: Vec<String>, table: Option<RunTable>) -> Js<JsValue> {
    let table = table.map(|handle| handle.table);
    session::check(slug, &texts(values), table.as_ref()).map(|checked| to_js(&checked)).map_err(|e| throw(&e))
}

/// Digests of random numbers and of the functions of `math`; see [`crate::rng::digest`]. They must be equal in a native
/// build and on the page.
#[wasm_bindgen]
pub fn digest() -> String {
    crate::rng::digest()
}

#[wasm_bindgen]
extern "C" {
    /// A JavaScript function of the worker. It loads a piece of this wasm module.
    #[wasm_bindgen(js_name = loadPiece)]
    fn page_load_piece(piece: u32);
}

/// Loads a piece of this wasm module. `www/split.mjs` divides the module into pieces. A call of a function whose piece
/// may be missing goes to a stub, which calls `load_piece` and then the function.
#[wasm_bindgen]
pub fn load_piece(piece: u32) {
    page_load_piece(piece);
}

/// Computes a chunk of work that an engine sent; called in a worker of the pool.
#[wasm_bindgen]
pub fn serve_chunk(request: &JsValue) -> JsValue {
    serve(crate::experiments::twin, request)
}

/// The device that computes the runs of a page: workers on the CPU, or a GPU.
#[wasm_bindgen]
pub struct Engine {
    exec: Rc<Exec>,
}

#[wasm_bindgen]
impl Engine {
    /// Makes an engine on the CPU. `ports` are the message ports of the pool's workers.
    #[wasm_bindgen(constructor)]
    pub fn new(ports: Vec<MessagePort>) -> Self {
        Self { exec: Rc::new(Exec::cpu(Pool::new(ports))) }
    }

    /// Opens a GPU for the work of this engine. The page decides whether an adapter is worth using before it loads the
    /// module of the device, and says whether it has chosen a software adapter.
    ///
    /// # Errors
    /// No GPU passes the self-test.
    pub fn open_gpu(&self, software: bool) -> js_sys::Promise {
        let exec = Rc::clone(&self.exec);
        wasm_bindgen_futures::future_to_promise(async move {
            exec.open_gpu(software).await.map(|()| JsValue::UNDEFINED).map_err(|e| throw(&e))
        })
    }

    /// The device that is in use now, as `{kind, adapter}`.
    pub fn device(&self) -> JsValue {
        to_js(&self.exec.device())
    }
}

/// Reads a table that arrives in pieces, which may be cut anywhere.
#[wasm_bindgen]
#[derive(Default)]
pub struct TableReader {
    reader: Reader,
}

#[wasm_bindgen]
impl TableReader {
    /// Makes a reader that has received nothing.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next piece of the file.
    ///
    /// # Errors
    /// The file is too large.
    pub fn push(&mut self, piece: &[u8]) -> Js<()> {
        self.reader.push(piece).map_err(|e| throw(&e))
    }

    /// Parses the pieces and returns the table.
    ///
    /// # Errors
    /// A line does not fit the table, a limit is exceeded, or there are no rows.
    pub fn finish(self) -> Js<RunTable> {
        self.reader.finish().map(|table| RunTable { table: Rc::new(table) }).map_err(|e| throw(&e))
    }
}

/// A handle to a table that was read. Several runs can share the table.
#[wasm_bindgen]
pub struct RunTable {
    table: Rc<Table>,
}

#[derive(Serialize)]
struct Summary<'a> {
    rows: usize,
    columns: Vec<&'a str>,
    #[serde(serialize_with = "as_map")]
    guesses: Vec<(&'static str, &'a str)>,
    #[serde(serialize_with = "as_map")]
    powers: Vec<(&'static str, i32)>,
    doubt: Option<Doubt<'a>>,
    hole: Option<&'a str>,
}

/// The first ambiguous cell of a table, as the page shows it. Its number depends on whether the table has decimal
/// points or decimal commas.
#[derive(Serialize)]
struct Doubt<'a> {
    column: &'a str,
    line: usize,
    cell: &'a str,
}

#[wasm_bindgen]
impl RunTable {
    /// What the page shows of the table: `{rows, columns, guesses, powers, doubt, hole}`. `columns` lists the headings.
    /// `guesses` gives the heading for each role that was recognised, and `powers` the power of ten of the unit for
    /// each role that has one. `doubt` is the first ambiguous cell in the recognised columns, unless these columns show
    /// clearly which decimal mark the table has. `hole` is the heading of the first recognised column in which a cell
    /// has no number.
    pub fn summary(&self) -> JsValue {
        let columns: Vec<&str> = self.table.columns.iter().map(|column| column.name.as_str()).collect();
        let guess = Columns::guess(&self.table);
        let guessed = |role: Role| Some((role.name(), columns[guess.get(role)?]));
        let guesses = Role::ALL.into_iter().filter_map(guessed).collect();
        let powers = Role::ALL.into_iter().map(|role| (role.name(), guess.power(role, &self.table)));
        let witnesses = guess.witnesses(&self.table);
        let open = if self.table.mark(&witnesses).is_none() { &witnesses[..] } else { &[] };
        let doubt = open.iter().find_map(|&k| {
            let column = &self.table.columns[k];
            let (line, cell) = column.doubt.as_ref()?;
            Some(Doubt { column: &column.name, line: *line, cell })
        });
        let hole = Role::ALL.into_iter().filter(|role| !role.is_name()).find_map(|role| {
            let column = &self.table.columns[guess.get(role)?];
            column.first_hole().map(|_| column.name.as_str())
        });
        let powers = powers.filter(|(_, power)| *power != 0).collect();
        to_js(&Summary { rows: self.table.len(), guesses, powers, doubt, hole, columns: columns.clone() })
    }

    /// Makes another handle to this table, which can be given to a run.
    pub fn share(&self) -> Self {
        Self { table: Rc::clone(&self.table) }
    }
}

/// One run of one experiment.
#[wasm_bindgen]
pub struct Run {
    /// The session; `None` while a checkpoint is being computed.
    session: Rc<RefCell<Option<Session>>>,
    cancelled: Rc<Cell<bool>>,
    waker: Rc<RefCell<Option<Waker>>>,
    /// Number of milliseconds that were spent on computing.
    elapsed_ms: Rc<Cell<f64>>,
}

fn busy() -> JsValue {
    throw(&Error::new(ErrorKind::Cancelled, BUSY))
}

#[wasm_bindgen]
impl Run {
    /// Starts a run, on a table if one is given. `values` holds parameter names and values in turn: name, value, name,
    /// value. The closed-form results can be read immediately; each call of [`Run::advance`] adds simulated results.
    ///
    /// # Errors
    /// The experiment is unknown, or a parameter or the table cannot be used.
    #[wasm_bindgen(constructor)]
    pub fn new(engine: &Engine, slug: &str, values: Vec<String>, seed: u32, table: Option<RunTable>) -> Js<Self> {
        let (exec, table) = (Rc::clone(&engine.exec), table.map(|handle| handle.table));
        let session = Session::open_on(exec, slug, &texts(values), table, seed).map_err(|e| throw(&e))?;
        Ok(Self {
            session: Rc::new(RefCell::new(Some(session))),
            cancelled: Rc::default(),
            waker: Rc::default(),
            elapsed_ms: Rc::default(),
        })
    }

    /// Runs to the next checkpoint, and gives the progress as `{done, total, share}`. The previous call must have ended.
    ///
    /// # Errors
    /// The error has the kind `cancelled` if the run was cancelled with [`Run::cancel`], or if the previous call has not
    /// ended. Any other error means that a device failed, and that the work could not be repeated on another device.
    pub fn advance(&self) -> js_sys::Promise {
        let (slot, cancelled, waker, elapsed) =
            (Rc::clone(&self.session), Rc::clone(&self.cancelled), Rc::clone(&self.waker), Rc::clone(&self.elapsed_ms));
        wasm_bindgen_futures::future_to_promise(async move {
            // The session is moved out for the time of the work, so that an overlapping call is a clean error.
            let mut session = slot.borrow_mut().take().ok_or_else(busy)?;
            let begun = now();
            let outcome = {
                let mut work = pin!(session.advance());
                poll_fn(|context| {
                    if cancelled.get() {
                        return Poll::Ready(Err(Error::new(ErrorKind::Cancelled, CANCELLED)));
                    }
                    *waker.borrow_mut() = Some(context.waker().clone());
                    work.as_mut().poll(context)
                })
                .await
            };
            elapsed.set(elapsed.get() + now() - begun);
            *slot.borrow_mut() = Some(session);
            outcome.map(|progress| to_js(&progress)).map_err(|e| throw(&e))
        })
    }

    /// Cancels the run. The results of the checkpoint that is being computed are lost.
    pub fn cancel(&self) {
        self.cancelled.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    /// The result document so far, without the picture.
    ///
    /// # Errors
    /// A checkpoint is being computed.
    pub fn result(&self) -> Js<JsValue> {
        let session = self.session.borrow();
        Ok(to_js(&session.as_ref().ok_or_else(busy)?.document(self.elapsed_ms.get() / 1000.0)))
    }

    /// The small picture of the results so far, or `null` if the experiment has none.
    ///
    /// # Errors
    /// A checkpoint is being computed.
    pub fn picture(&self) -> Js<JsValue> {
        let session = self.session.borrow();
        Ok(to_js(&session.as_ref().ok_or_else(busy)?.picture()))
    }

    /// Compares a published number with the result so far. Returns `{ours, interval, agrees, as_expected}`, or
    /// `undefined` if the result does not contain the number yet. `pick` says where the number is in the result:
    /// `verdict, id`, or `cell, id, row, column`, or `point, figure, series, x`. If our number is known to differ from
    /// the published one, `ours` is the number that we expect.
    ///
    /// # Errors
    /// `pick` has none of these forms, or a checkpoint is being computed.
    pub fn judge(&self, pick: Vec<String>, printed: f64, tolerance: f64, ours: Option<f64>) -> Js<JsValue> {
        let session = self.session.borrow();
        let output = session.as_ref().ok_or_else(busy)?.output();
        let pick: Vec<&str> = pick.iter().map(String::as_str).collect();
        let pick = match pick[..] {
            ["verdict", id] => Pick::Verdict(id),
            ["cell", id, row, column] => Pick::Cell(id, row, column),
            ["point", figure, series, x] => Pick::Point(figure, series, to_number(x).unwrap_or(f64::NAN)),
            _ => return Err(throw(&Error::new(ErrorKind::Unknown, NO_SUCH_NUMBER))),
        };
        let found = Reproduced::of(pick, printed, tolerance, ours, &output);
        Ok(found.map_or(JsValue::UNDEFINED, |r| to_js(&r)))
    }
}

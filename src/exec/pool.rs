//! The CPU back end of a page: a pool of workers that are reached through message ports. The workers share no memory,
//! because pages that embed the lab could not allow this.
//!
//! A request is `{owner, id, name, inputs_id, inputs?, uniforms, first, count, data}`, and the answer is
//! `{id, data, ms}` or `{id, error}`. Buffers are transferred, not copied. Read-only inputs are sent to a worker once.
//! Each worker keeps the last `KEPT` inputs of each engine that uses the pool, and the engine keeps a list of their ids
//! for each worker.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessageEvent, MessagePort};

use super::remote::{get, now};
use super::{Inputs, Twin, Work, words};
use crate::error::{Error, Result};
use crate::text;

/// Largest number of [`Inputs`] that a worker keeps for one engine. If more arrive, the oldest are dropped.
const KEPT: usize = 8;

/// Target duration of a request in ms: long enough to hide the cost of its message, short enough to divide the work
/// evenly among the workers and to cancel it.
const CHUNK_MS: f64 = 25.0;

/// Resolution of a page's clock in ms. Work that took no time by this clock is assumed to have taken this long.
const CLOCK_MS: f64 = 0.1;

/// Requests that have no answer yet, by id. A list is fast enough, because there are few of them.
type Pending = Rc<RefCell<Vec<(u32, oneshot::Sender<Reply>)>>>;

/// The answer of a worker. If the worker failed, it is an error with the worker's message, or with `None` if there was
/// no message.
type Reply = Result<Answer, Option<String>>;

struct Answer {
    data: Vec<u8>,
    ms: f64,
}

struct Worker {
    port: MessagePort,
    sent: RefCell<VecDeque<u64>>,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

/// The ports of the page's workers.
pub struct Pool {
    workers: Vec<Worker>,
    pending: Pending,
    /// Number of the engine that uses this pool. A worker may be shared by several engines, and uses this number to
    /// keep their inputs apart.
    owner: f64,
    next: Cell<u32>,
    turn: Cell<usize>,
    /// Last measured time in ms under the name of each kernel or job. For a kernel it is the time per group and step of
    /// weight 1, and for a job the time per item. These times determine the sizes of requests and never change a
    /// result.
    cost: RefCell<Vec<(&'static str, f64)>>,
    turns: Option<Turns>,
    /// Time at which waiting messages were last read, in ms of the page's clock.
    breathed: Cell<f64>,
}

/// A message channel from a worker to itself. A message that is sent now is read after all messages that already wait.
///
/// The channel lives as long as the pool. If a listener were dropped with its future, a message still on its way would
/// call the dropped listener, and the WebAssembly module would abort.
struct Turns {
    ask: MessagePort,
    answer: MessagePort,
    /// Waiting tasks, in the order of their messages in the channel.
    waiting: Rc<RefCell<VecDeque<oneshot::Sender<()>>>>,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl Turns {
    /// Opens the channel. It is `None` if the browser has no message channels.
    fn new() -> Option<Self> {
        let channel = MessageChannel::new().ok()?;
        let waiting = Rc::<RefCell<VecDeque<oneshot::Sender<()>>>>::default();
        let queue = Rc::clone(&waiting);
        let listener = Closure::new(move |_: MessageEvent| {
            let next = queue.borrow_mut().pop_front();
            // A cancelled task no longer waits, although its message still arrives.
            next.map(|sender| sender.send(()));
        });
        channel.port1().set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Some(Self { ask: channel.port2(), answer: channel.port1(), waiting, _listener: listener })
    }

    /// Waits until all messages that have already arrived are read.
    async fn next(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.ask.post_message(&JsValue::NULL).is_ok() {
            self.waiting.borrow_mut().push_back(sender);
            receiver.await.ok();
        }
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        self.answer.set_onmessage(None);
        self.answer.close();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
    }
}

fn set(object: &Object, key: &str, value: &JsValue) {
    Reflect::set(object, &key.into(), value).ok();
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of buffers, times"
)]
impl Pool {
    /// Pool of the workers at `ports`. Each worker has one port.
    pub fn new(ports: Vec<MessagePort>) -> Self {
        let pending = Pending::default();
        let workers = ports
            .into_iter()
            .map(|port| {
                let pending = Rc::clone(&pending);
                let listener = Closure::new(move |event: MessageEvent| {
                    let reply = event.data();
                    let id = get(&reply, "id").as_f64().unwrap_or_default() as u32;
                    let answer = match get(&reply, "data").dyn_into::<Uint8Array>() {
                        Ok(data) => {
                            Ok(Answer { data: data.to_vec(), ms: get(&reply, "ms").as_f64().unwrap_or(CLOCK_MS) })
                        }
                        Err(_) => Err(get(&reply, "error").as_string()),
                    };
                    // A run that was cancelled no longer waits for its answer.
                    let mut pending = pending.borrow_mut();
                    if let Some(i) = pending.iter().position(|(waiting, _)| *waiting == id) {
                        pending.swap_remove(i).1.send(answer).ok();
                    }
                });
                port.set_onmessage(Some(listener.as_ref().unchecked_ref()));
                Worker { port, sent: RefCell::default(), _listener: listener }
            })
            .collect();
        Self {
            workers,
            pending,
            owner: js_sys::Math::random(),
            next: Cell::new(0),
            turn: Cell::new(0),
            cost: RefCell::default(),
            turns: Turns::new(),
            breathed: Cell::new(0.0),
        }
    }

    /// Lets waiting messages be read, but only if the last time was at least `CHUNK_MS` ago.
    pub(super) async fn breathe(&self) {
        if now() - self.breathed.get() < CHUNK_MS {
            return;
        }
        if let Some(turns) = &self.turns {
            turns.next().await;
        }
        self.breathed.set(now());
    }

    /// Number of workers, at least 1.
    pub fn workers(&self) -> usize {
        self.workers.len().max(1)
    }

    /// Sends a request with one part of the work to the next worker in turn. Returns a receiver for the answer.
    fn send(
        &self,
        name: &str,
        inputs: &Inputs,
        uniforms: &[u8],
        first: u32,
        count: u32,
        data: &[u8],
    ) -> Result<oneshot::Receiver<Reply>> {
        let turn = self.turn.get();
        self.turn.set(turn + 1);
        let worker = self.workers.get(turn % self.workers());
        let worker = worker.ok_or_else(|| Error::device(words::NO_WORKERS))?;
        let id = self.next.get();
        self.next.set(id.wrapping_add(1));
        let request = Object::new();
        set(&request, "owner", &self.owner.into());
        set(&request, "id", &id.into());
        set(&request, "name", &name.into());
        set(&request, "inputs_id", &(inputs.id() as f64).into());
        if !worker.sent.borrow().contains(&inputs.id()) {
            let mut sent = worker.sent.borrow_mut();
            sent.push_back(inputs.id());
            if sent.len() > KEPT {
                sent.pop_front();
            }
            let buffers: Array = (0..inputs.len()).map(|i| Uint8Array::from(inputs.bytes(i))).collect();
            set(&request, "inputs", &buffers);
        }
        set(&request, "uniforms", &Uint8Array::from(uniforms));
        set(&request, "first", &first.into());
        set(&request, "count", &count.into());
        let data = Uint8Array::from(data);
        let transfer = Array::of1(&data.buffer());
        set(&request, "data", &data);
        let (sender, receiver) = oneshot::channel();
        {
            let mut pending = self.pending.borrow_mut();
            // A cancelled run waits for nothing, so its entry is dropped even if a worker never answers.
            pending.retain(|(_, waiting)| !waiting.is_canceled());
            pending.push((id, sender));
        }
        worker
            .port
            .post_message_with_transferable(&request, &transfer)
            .map_err(|_| Error::device(words::WORKER_REFUSES))?;
        Ok(receiver)
    }

    fn cost(&self, name: &str) -> Option<f64> {
        self.cost.borrow().iter().find(|(known, _)| *known == name).map(|(_, cost)| *cost)
    }

    fn learn(&self, name: &'static str, cost: f64) {
        let mut costs = self.cost.borrow_mut();
        costs.retain(|(known, _)| *known != name);
        costs.push((name, cost));
    }

    async fn answer(receiver: oneshot::Receiver<Reply>) -> Result<Answer> {
        match receiver.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Some(reason))) => {
                Err(Error::device(text!(words::WORKER_FAILED_BECAUSE, reason = text::name(reason))))
            }
            Ok(Err(None)) => Err(Error::device(words::WORKER_FAILED)),
            Err(_) => Err(Error::device(words::WORKER_GONE)),
        }
    }

    /// Advances the state of a kernel's groups through the steps of `work`. The groups are shared out over the workers.
    pub(super) async fn advance(
        &self,
        name: &'static str,
        inputs: &Inputs,
        state: &mut [u8],
        groups: u32,
        work: &Work,
    ) -> Result<()> {
        let (steps, weight) = (&work.steps, f64::from(work.weight));
        let bytes = state.len() / groups.max(1) as usize;
        let mut step = steps.start;
        while step < steps.end {
            let cost = self.cost(name);
            // The first request of a kernel is small, because its cost is unknown.
            let share = groups.div_ceil(self.workers() as u32).max(1);
            let window = cost.map_or(16.0, |cost| CHUNK_MS / cost) / weight;
            let window = window.clamp(1.0, f64::from(steps.end - step)) as u32;
            let size = weight * f64::from(window);
            let per_chunk = cost.map_or(1.0, |cost| CHUNK_MS / (cost * size)).clamp(1.0, f64::from(share)) as u32;
            let uniforms = work.window(step..step + window);
            let mut waiting = Vec::new();
            for first in (0..groups).step_by(per_chunk as usize) {
                let count = per_chunk.min(groups - first);
                let chunk = &state[first as usize * bytes..(first + count) as usize * bytes];
                waiting.push((first, count, self.send(name, inputs, &uniforms, first, count, chunk)?));
            }
            let (mut ms, mut done) = (0.0, 0.0);
            for (first, count, receiver) in waiting {
                let answer = Self::answer(receiver).await?;
                state[first as usize * bytes..(first + count) as usize * bytes].copy_from_slice(&answer.data);
                ms += answer.ms;
                done += f64::from(count) * size;
            }
            self.learn(name, ms / done);
            step += window;
        }
        Ok(())
    }

    /// Runs a job over `items`, which are shared out over the workers.
    pub(super) async fn map(&self, name: &'static str, inputs: &Inputs, items: Range<u32>) -> Result<Vec<f64>> {
        let cost = self.cost(name);
        let share = items.len().div_ceil(self.workers()).max(1) as f64;
        let per_chunk = cost.map_or(256.0, |cost| CHUNK_MS / cost).clamp(1.0, share) as usize;
        let mut waiting = Vec::new();
        for first in items.clone().step_by(per_chunk) {
            let count = (per_chunk as u32).min(items.end - first);
            waiting.push(self.send(name, inputs, &[], first, count, &[])?);
        }
        let (mut out, mut ms) = (Vec::new(), 0.0);
        for receiver in waiting {
            let answer = Self::answer(receiver).await?;
            ms += answer.ms;
            let at = out.len();
            out.resize(at + answer.data.len() / 8, 0.0);
            bytemuck::cast_slice_mut(&mut out[at..]).copy_from_slice(&answer.data);
        }
        self.learn(name, ms / items.len().max(1) as f64);
        Ok(out)
    }
}

thread_local! {
    static CACHE: RefCell<Vec<(f64, VecDeque<(f64, Inputs)>)>> = RefCell::default();
}

/// Computes the answer to one request, in a worker of the pool. `twin` finds the kernel or job by the name in the
/// request.
pub fn serve(twin: fn(&str) -> Option<&'static Twin>, request: &JsValue) -> JsValue {
    let reply = Object::new();
    set(&reply, "id", &get(request, "id"));
    let start = now();
    match serve_inner(twin, request) {
        Ok(data) => {
            set(&reply, "data", &Uint8Array::from(data.as_slice()));
            set(&reply, "ms", &(now() - start).max(CLOCK_MS).into());
        }
        Err(reason) => set(&reply, "error", &reason.into()),
    }
    reply.into()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts made by `Pool::send`")]
fn serve_inner(twin: fn(&str) -> Option<&'static Twin>, request: &JsValue) -> std::result::Result<Vec<u8>, String> {
    let number = |key| get(request, key).as_f64().ok_or_else(|| format!("the request has no {key}"));
    let bytes = |value: JsValue| {
        value.dyn_into::<Uint8Array>().map(|a| a.to_vec()).map_err(|_| "the request has no bytes".to_owned())
    };
    let name = get(request, "name").as_string().unwrap_or_default();
    let twin = twin(&name).ok_or_else(|| format!("there is no kernel `{name}`"))?;
    let (owner, id) = (number("owner")?, number("inputs_id")?);
    let sent = get(request, "inputs");
    let inputs = CACHE.with_borrow_mut(|cache| {
        let known = cache.iter().position(|(kept, _)| *kept == owner);
        let at = known.unwrap_or_else(|| {
            cache.push((owner, VecDeque::new()));
            cache.len() - 1
        });
        let kept = &mut cache[at].1;
        if let Ok(buffers) = sent.dyn_into::<Array>() {
            let buffers = buffers.iter().map(bytes).collect::<std::result::Result<Vec<_>, _>>()?;
            let views: Vec<&[u8]> = buffers.iter().map(Vec::as_slice).collect();
            kept.push_back((id, Inputs::new(&views)));
            if kept.len() > KEPT {
                kept.pop_front();
            }
        }
        let found = kept.iter().find(|(kept, _)| *kept == id).map(|(_, inputs)| inputs.clone());
        found.ok_or_else(|| "the inputs did not arrive".to_owned())
    })?;
    let mut data = bytes(get(request, "data"))?;
    let uniforms = bytes(get(request, "uniforms"))?;
    (twin.run)(&uniforms, &inputs, number("first")? as u32, number("count")? as u32, &mut data);
    Ok(data)
}

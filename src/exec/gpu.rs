//! The GPU back end, and the only file that names `wgpu`. A native program uses Vulkan, Metal or Direct3D 12; a page
//! uses WebGPU.
//!
//! Opening a device ends with a self-test against the CPU. The state of a run stays on the device. A range of steps is
//! cut into dispatches of some milliseconds, two in flight. Any failure (a refused command, too little memory, a lost
//! device) becomes an error message before a number is used.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::ops::Range;
use std::pin::{Pin, pin};
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use futures_channel::oneshot;

#[cfg(target_arch = "wasm32")]
use super::pool::now as now_ms;
use super::{Inputs, Kernel, Lanes, Uniforms as _, probe, words};
use crate::error::{Error, Result};
use crate::text;
use crate::text::{Text, count, name, phrase};

/// Number of submissions in flight: one runs while the next waits, so that the device never idles and a page never
/// builds up a queue.
const IN_FLIGHT: usize = 2;

/// Work of a kernel's first dispatch, whose duration cannot be predicted yet. Work is the number of steps times the
/// cost of a step in units of the cheapest step.
const FIRST_WORK: u32 = 16;

/// Target duration of a dispatch in ms: if it takes less, the next dispatch does more steps; if it takes more, the next
/// does fewer. The target is long enough to hide the cost of a submission, and short enough for 60 frames a second and
/// for every watchdog of a driver.
const DISPATCH_MS: Range<f64> = 6.0..10.0;

/// Number of seconds that a browser has to answer a request for an adapter, not counting time in which the page is
/// hidden.
const ADAPTER_S: u32 = 3;

/// Number of seconds that a device has to answer a request, not counting time in which the page is hidden.
const ANSWER_S: u32 = 10;

/// Largest number of groups along one axis of a grid: a limit that WebGPU guarantees on every device.
const GRID_MAX: u32 = 65_535;

/// An open device that has passed the self-test.
pub struct Gpu {
    /// Number that tells this device's state from the state of an earlier device.
    id: u64,
    name: Text,
    software: bool,
    allows_software: bool,
    largest_buffer: u64,
    device: wgpu::Device,
    queue: wgpu::Queue,
    health: Arc<Health>,
    /// Pipelines by [`Kernel::NAME`].
    pipelines: RefCell<BTreeMap<&'static str, wgpu::ComputePipeline>>,
    /// Buffers by [`Inputs::id`], for as long as some state uses them.
    inputs: RefCell<BTreeMap<u64, Weak<[wgpu::Buffer]>>>,
    /// Work that the next dispatch should do, by kernel and by number of groups. Work is the number of steps times the
    /// cost of a step in units of the cheapest step.
    pace: RefCell<BTreeMap<(&'static str, u32), u32>>,
}

/// The buffers of one [`Lanes`] on one device.
pub struct State {
    /// [`Gpu::id`] of the device that holds the buffers.
    device: u64,
    uniforms: wgpu::Buffer,
    state: wgpu::Buffer,
    bindings: wgpu::BindGroup,
    /// Input buffers. The device's cache, which all states share, keeps a buffer only as long as some state holds it.
    _inputs: Rc<[wgpu::Buffer]>,
}

/// Health of a device, shared with the callbacks of `wgpu`.
#[derive(Default)]
struct Health {
    /// Message about the first failure of the device.
    failure: Mutex<Option<Text>>,
    /// Senders that are dropped when the device breaks. This wakes every task that waits for an answer.
    waiting: Mutex<Vec<oneshot::Sender<()>>>,
}

impl Health {
    fn fail(&self, sentence: Text) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(sentence);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn check(&self) -> Result<()> {
        match &*self.failure.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(()),
            Some(sentence) => Err(Error::device(sentence.clone())),
        }
    }

    /// Returns a receiver that ends with an error when the device breaks.
    fn watch(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|sender| !sender.is_canceled());
        if self.check().is_ok() {
            waiting.push(sender);
        }
        receiver
    }
}

/// Two futures. Each gives the error, if there is one, that the device reports later about the commands it was given.
type Verdicts = [Pin<Box<dyn Future<Output = Option<wgpu::Error>>>>; 2];

/// A submitted dispatch that has not been waited for yet.
struct Flight {
    work: u32,
    submitted_ms: f64,
    submission: wgpu::SubmissionIndex,
    /// Receives the time in ms at which the dispatch was done.
    done: oneshot::Receiver<f64>,
    verdicts: Verdicts,
}

/// Milliseconds since the first call in this program.
#[cfg(not(target_arch = "wasm32"))]
fn now_ms() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "sizes dispatches only; no number depends on it")]
    let start = START.get_or_init(Instant::now);
    start.elapsed().as_secs_f64() * 1e3
}

fn instance() -> wgpu::Instance {
    wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle())
}

/// Clock of a page's worker that stops while the page is hidden. A timer of the worker calls [`tick`](clock::tick),
/// except while the page is hidden: nothing can answer then, so that time does not count against a deadline.
#[cfg(target_arch = "wasm32")]
pub mod clock {
    use std::cell::{Cell, RefCell};
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::{Poll, Waker};

    /// Number of ticks per second.
    pub const RATE: u32 = 4;

    thread_local! {
        static TICKS: Cell<u32> = const { Cell::new(0) };
        static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
    }

    /// Counts one tick, of which [`RATE`] make a second.
    pub fn tick() {
        TICKS.set(TICKS.get().wrapping_add(1));
        WAITING.take().into_iter().for_each(Waker::wake);
    }

    /// Waits for the answer; `None` after `seconds` seconds of ticks without one.
    pub(super) async fn within<T>(seconds: u32, answer: impl Future<Output = T>) -> Option<T> {
        let mut answer = pin!(answer);
        let begun = TICKS.get();
        poll_fn(|context| match answer.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending if TICKS.get().wrapping_sub(begun) >= seconds * RATE => Poll::Ready(None),
            Poll::Pending => {
                WAITING.with_borrow_mut(|waiting| {
                    if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                        waiting.push(context.waker().clone());
                    }
                });
                Poll::Pending
            }
        })
        .await
    }
}

#[cfg(target_arch = "wasm32")]
use clock::within;

/// Waits for the answer, without a deadline: a native driver answers at once or during [`Gpu::drive`], and that
/// function has its own deadline.
#[cfg(not(target_arch = "wasm32"))]
async fn within<T>(_: u32, answer: impl Future<Output = T>) -> Option<T> {
    Some(answer.await)
}

/// A message of a driver or browser, shortened to one line that can end a sentence. Of a browser's exception, only the
/// message is kept.
fn one_line(message: &str) -> String {
    let message = match message.split_once("JsValue(") {
        // A stack trace may follow the message.
        Some((_, thrown)) => thrown.split_once('\n').map_or_else(|| thrown.trim_end_matches(')'), |(first, _)| first),
        None => message,
    };
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(300).collect();
    cut.trim_end_matches(['.', ' ']).to_owned()
}

/// Error message for a device that missed its deadline.
fn silence() -> Text {
    text!(words::SILENT, seconds = count(ANSWER_S))
}

fn refusal(error: &wgpu::Error) -> Error {
    match error {
        wgpu::Error::OutOfMemory { .. } => Error::device(words::OUT_OF_MEMORY),
        error => Error::device(text!(words::REFUSED, reason = name(one_line(&error.to_string())))),
    }
}

impl Gpu {
    /// Opens the best adapter, and returns it only if it passes the self-test.
    ///
    /// # Errors
    /// No adapter was found or none answered in time; only a software adapter was found and `allow_software` is false
    /// (it would be slower than the CPU path); the adapter's limits are below WebGPU's defaults; or the device fails
    /// the self-test.
    pub async fn open(allow_software: bool) -> Result<Self> {
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..wgpu::RequestAdapterOptions::default()
        };
        match within(ADAPTER_S, instance().request_adapter(&options)).await {
            Some(Ok(adapter)) => Self::open_adapter(adapter, allow_software).await,
            Some(Err(_)) => Err(Error::device(words::NO_ADAPTER)),
            None => Err(Error::device(text!(words::NO_ADAPTER_ANSWERED, seconds = count(ADAPTER_S)))),
        }
    }

    /// Names of this machine's adapters, software ones included; for tests.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn adapters() -> Vec<String> {
        let describe = |adapter: &wgpu::Adapter| {
            let wgpu::AdapterInfo { name, backend, .. } = adapter.get_info();
            format!("{name}, {backend}")
        };
        instance().enumerate_adapters(wgpu::Backends::all()).await.iter().map(describe).collect()
    }

    /// Opens adapter number `place` in the list of [`Gpu::adapters`]; for tests.
    ///
    /// # Errors
    /// Fails as [`Gpu::open`] does, or if the adapter is no longer there.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn open_nth(place: usize) -> Result<Self> {
        let adapter = instance().enumerate_adapters(wgpu::Backends::all()).await.into_iter().nth(place);
        Self::open_adapter(adapter.ok_or_else(|| Error::device(words::ADAPTER_GONE))?, true).await
    }

    async fn open_adapter(adapter: wgpu::Adapter, allows_software: bool) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let wgpu::AdapterInfo { name: called, device_type, .. } = adapter.get_info();
        let software = device_type == wgpu::DeviceType::Cpu;
        // Browsers rarely name the adapter.
        let unnamed = if software { words::SOFTWARE_ADAPTER } else { words::WEBGPU_ADAPTER };
        let adapter_name = if called.is_empty() { unnamed.into() } else { Text::verbatim(called) };
        if software && !allows_software {
            return Err(Error::device(words::ONLY_SOFTWARE));
        }
        let has = adapter.limits();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("scaling-lab"),
            required_limits: wgpu::Limits {
                max_storage_buffer_binding_size: has.max_storage_buffer_binding_size,
                max_buffer_size: has.max_buffer_size,
                ..wgpu::Limits::defaults()
            },
            ..wgpu::DeviceDescriptor::default()
        };
        let called = || phrase(adapter_name.clone());
        let (device, queue) = within(ANSWER_S, adapter.request_device(&descriptor))
            .await
            .ok_or_else(|| Error::device(text!(words::NOT_OPENED, device = called(), seconds = count(ANSWER_S))))?
            .map_err(|error| {
                let reason = name(one_line(&error.to_string()));
                Error::device(text!(words::CANNOT_OPEN, device = called(), reason = reason))
            })?;

        let health = Arc::new(Health::default());
        let shared = Arc::clone(&health);
        device.set_device_lost_callback(move |_, message| {
            // A browser's message is about its internals, and its console shows it.
            let message = if cfg!(target_arch = "wasm32") { String::new() } else { one_line(&message) };
            shared.fail(if message.is_empty() {
                words::LOST.into()
            } else {
                text!(words::LOST_BECAUSE, reason = name(message))
            });
        });
        // Natively, an error outside the scopes below would panic. On a page it is only printed, and wgpu's own handler
        // would panic on a kind of error that it does not know.
        #[cfg(not(target_arch = "wasm32"))]
        {
            let shared = Arc::clone(&health);
            device.on_uncaptured_error(Arc::new(move |error| shared.fail(refusal(&error).text().clone())));
        }

        let gpu = Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            name: adapter_name,
            software,
            allows_software,
            largest_buffer: has.max_storage_buffer_binding_size.min(has.max_buffer_size),
            device,
            queue,
            health,
            pipelines: RefCell::default(),
            inputs: RefCell::default(),
            pace: RefCell::default(),
        };
        let lanes = Lanes::<probe::Probe>::zeroed(5, probe::ROWS, probe::inputs());
        gpu.self_test(lanes, probe::uniforms()).await?;
        Ok(gpu)
    }

    /// Advances newly made lanes through two ranges of steps and compares every bit with the CPU version of the kernel.
    /// A device is used only if it passes.
    ///
    /// # Errors
    /// The numbers are wrong, or the device is lost or refuses a command.
    pub async fn self_test<K: Kernel>(&self, mut lanes: Lanes<K>, uniforms: K::Uniforms) -> Result<()> {
        lanes.log = vec![(uniforms, 0..21), (uniforms, 21..64)];
        self.load_and_replay(&mut lanes).await?;
        let ours = self.read(&lanes, lanes.rows).await?;

        let uniforms = uniforms.window(0..64);
        let (groups, mut right) = (lanes.groups(), lanes.host);
        for (group, state) in (0..groups).zip(right.chunks_mut(lanes.rows)) {
            K::group(&uniforms, &lanes.inputs, group, state);
        }
        if bytemuck::cast_slice::<_, u8>(&ours) == bytemuck::cast_slice::<_, u8>(&right) {
            Ok(())
        } else {
            Err(Error::device(text!(words::WRONG_NUMBERS, device = phrase(self.name()))))
        }
    }

    /// Name of the adapter.
    pub fn name(&self) -> Text {
        self.name.clone()
    }

    /// Whether this device, or one that replaces it, may be a software adapter.
    pub const fn allows_software(&self) -> bool {
        self.allows_software
    }

    /// Whether this device is a software adapter, such as lavapipe or SwiftShader.
    pub const fn is_software(&self) -> bool {
        self.software
    }

    /// Destroys the device during its work, as a crashing driver would; for tests.
    pub fn destroy(&self) {
        self.device.destroy();
    }

    /// Whether the state of these lanes is on this device.
    pub fn holds<K: Kernel>(&self, lanes: &Lanes<K>) -> bool {
        lanes.state.as_ref().is_some_and(|state| state.device == self.id)
    }

    /// This device with a smaller limit on the size of buffers; for tests.
    #[must_use]
    pub const fn limited_to(mut self, largest_buffer: u64) -> Self {
        self.largest_buffer = largest_buffer;
        self
    }

    /// Checks that the buffers of these lanes can be bound on this device.
    ///
    /// # Errors
    /// The buffers are too large; the message names the limit. This is not a failure of the device.
    pub fn fits<K: Kernel>(&self, lanes: &Lanes<K>) -> Result<()> {
        let inputs = (0..lanes.inputs.len()).map(|i| lanes.inputs.bytes(i).len());
        let largest = inputs.chain([size_of_val(&lanes.host[..])]).max().unwrap_or(0) as u64;
        if largest <= self.largest_buffer {
            return Ok(());
        }
        let (largest, most) = (largest.div_ceil(1 << 20), self.largest_buffer >> 20);
        Err(Error::device(text!(
            words::TOO_LARGE,
            kernel = name(K::NAME),
            needed = count(largest),
            device = phrase(self.name()),
            allowed = count(most),
        )))
    }

    /// Copies the host's state and the inputs to this device, and runs all steps in the log of the lanes.
    ///
    /// # Errors
    /// The device is lost, refuses a command or has too little memory.
    pub async fn load_and_replay<K: Kernel>(&self, lanes: &mut Lanes<K>) -> Result<()> {
        self.fits(lanes)?;
        let pipeline = self.pipeline::<K>().await?;
        let (state, verdicts) = self.guarded(|| {
            let inputs = self.upload(&lanes.inputs);
            let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC;
            let state = self.buffer(K::NAME, bytemuck::cast_slice(&lanes.host), usage);
            let uniforms = self.buffer(
                K::NAME,
                bytemuck::bytes_of(&<K::Uniforms as bytemuck::Zeroable>::zeroed()),
                wgpu::BufferUsages::UNIFORM,
            );
            let buffers = [&uniforms, &state].into_iter().chain(inputs.iter());
            let entries: Vec<_> = (0..)
                .zip(buffers)
                .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
                .collect();
            let bindings = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(K::NAME),
                layout: &pipeline.get_bind_group_layout(0),
                entries: &entries,
            });
            State { device: self.id, uniforms, state, bindings, _inputs: inputs }
        });
        self.settle(verdicts).await?;
        lanes.state = Some(state);
        self.run(lanes, 0).await
    }

    /// Runs the steps in the log of the lanes, from entry `from` on; the state must be on this device.
    ///
    /// # Errors
    /// The device is lost or refuses a command.
    pub async fn run<K: Kernel>(&self, lanes: &mut Lanes<K>, from: usize) -> Result<()> {
        let pipeline = self.pipeline::<K>().await?;
        let state = self.state(lanes)?;
        let key = (K::NAME, lanes.groups());
        let mut flights = VecDeque::new();
        let mut landed_ms = 0.0;
        for (uniforms, steps) in &lanes.log[from..] {
            let mut first = steps.start;
            while first < steps.end {
                if flights.len() == IN_FLIGHT {
                    self.land(&mut flights, key, &mut landed_ms).await?;
                }
                let pace = self.pace.borrow().get(&key).copied().unwrap_or(FIRST_WORK);
                let most = if self.is_software() { K::software_steps(uniforms) } else { u32::MAX };
                let wanted = (pace / K::weight(uniforms)).clamp(1, most);
                let end = first.saturating_add(wanted).min(steps.end);
                flights.push_back(self.launch::<K>(&pipeline, state, uniforms, first..end, key.1));
                first = end;
            }
        }
        while !flights.is_empty() {
            self.land(&mut flights, key, &mut landed_ms).await?;
        }
        Ok(())
    }

    /// Copies the first `rows` rows of the state of every group to the host.
    ///
    /// # Errors
    /// The device is lost or refuses a command. A failed copy is always an error, never zeros.
    pub async fn read<K: Kernel>(&self, lanes: &Lanes<K>, rows: usize) -> Result<Vec<K::Row>> {
        let state = self.state(lanes)?;
        let (part, group) = ((rows * size_of::<K::Row>()) as u64, (lanes.rows * size_of::<K::Row>()) as u64);
        let groups = u64::from(lanes.groups());
        let (sender, mapped) = oneshot::channel();
        let ((staging, submission), verdicts) = self.guarded(|| {
            let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(K::NAME),
                size: (groups * part).max(16),
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            if part == group {
                encoder.copy_buffer_to_buffer(&state.state, 0, &staging, 0, groups * part);
            } else {
                for i in 0..groups {
                    encoder.copy_buffer_to_buffer(&state.state, i * group, &staging, i * part, part);
                }
            }
            let submission = self.queue.submit([encoder.finish()]);
            staging.map_async(wgpu::MapMode::Read, .., move |result| {
                sender.send(result).ok();
            });
            (staging, submission)
        });
        self.drive(submission)?;
        let mapped = self.wait(mapped).await?;
        self.settle(verdicts).await?;
        let unmappable = || Error::device(words::NOT_READ_BACK);
        mapped.map_err(|_| unmappable())?.map_err(|_| unmappable())?;
        let view = staging.get_mapped_range(..).map_err(|_| unmappable())?;
        let mut host = vec![bytemuck::Zeroable::zeroed(); lanes.groups() as usize * rows];
        let bytes = size_of_val(&host[..]);
        bytemuck::cast_slice_mut::<K::Row, u8>(&mut host).copy_from_slice(&view[..bytes]);
        Ok(host)
    }

    fn state<'a, K: Kernel>(&self, lanes: &'a Lanes<K>) -> Result<&'a State> {
        let state = lanes.state.as_ref().filter(|state| state.device == self.id);
        state.ok_or_else(|| Error::device(words::NOT_ON_DEVICE))
    }

    /// Pipeline of the kernel, made on first use.
    async fn pipeline<K: Kernel>(&self) -> Result<wgpu::ComputePipeline> {
        if let Some(pipeline) = self.pipelines.borrow().get(K::NAME) {
            return Ok(pipeline.clone());
        }
        let (pipeline, verdicts) = self.guarded(|| {
            let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(K::NAME),
                source: wgpu::ShaderSource::Wgsl(K::WGSL.into()),
            });
            let entries: Vec<_> = (0..)
                .zip([wgpu::BufferBindingType::Uniform, wgpu::BufferBindingType::Storage { read_only: false }])
                .chain((2..).zip([wgpu::BufferBindingType::Storage { read_only: true }].repeat(K::INPUTS)))
                .map(|(binding, ty)| wgpu::BindGroupLayoutEntry {
                    binding,
                    visibility: wgpu::ShaderStages::COMPUTE,
                    ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
                    count: None,
                })
                .collect();
            let bindings = self
                .device
                .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(K::NAME), entries: &entries });
            let layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(K::NAME),
                bind_group_layouts: &[Some(&bindings)],
                immediate_size: 0,
            });
            self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(K::NAME),
                layout: Some(&layout),
                module: &module,
                entry_point: Some(K::NAME),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        });
        self.settle(verdicts).await?;
        self.pipelines.borrow_mut().insert(K::NAME, pipeline.clone());
        Ok(pipeline)
    }

    /// Buffers of these inputs, shared by every state that uses them.
    fn upload(&self, inputs: &Inputs) -> Rc<[wgpu::Buffer]> {
        let mut cache = self.inputs.borrow_mut();
        if let Some(buffers) = cache.get(&inputs.id()).and_then(Weak::upgrade) {
            return buffers;
        }
        cache.retain(|_, buffers| buffers.strong_count() > 0);
        let buffers: Rc<[wgpu::Buffer]> =
            (0..inputs.len()).map(|i| self.buffer("input", inputs.bytes(i), wgpu::BufferUsages::STORAGE)).collect();
        cache.insert(inputs.id(), Rc::downgrade(&buffers));
        buffers
    }

    fn buffer(&self, label: &'static str, bytes: &[u8], usage: wgpu::BufferUsages) -> wgpu::Buffer {
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            // A binding must not be empty, and uniforms must be whole rows of 16 bytes.
            size: (bytes.len().max(1) as u64).next_multiple_of(16),
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.queue.write_buffer(&buffer, 0, bytes);
        buffer
    }

    /// Submits one dispatch that advances every group through `steps`.
    fn launch<K: Kernel>(
        &self,
        pipeline: &wgpu::ComputePipeline,
        state: &State,
        uniforms: &K::Uniforms,
        steps: Range<u32>,
        groups: u32,
    ) -> Flight {
        let uniforms = uniforms.window(steps.clone());
        // Above the limit the grid is nearly square; kernels skip the surplus groups.
        let y = groups.div_ceil(GRID_MAX);
        let x = groups.div_ceil(y.max(1));
        let submitted_ms = now_ms();
        let (submission, verdicts) = self.guarded(|| {
            // The queue writes this before this submission and after the one before it.
            self.queue.write_buffer(&state.uniforms, 0, bytemuck::bytes_of(&uniforms));
            let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, &state.bindings, &[]);
            pass.dispatch_workgroups(x, y, 1);
            drop(pass);
            self.queue.submit([encoder.finish()])
        });
        let (sender, done) = oneshot::channel();
        self.queue.on_submitted_work_done(move || {
            sender.send(now_ms()).ok();
        });
        Flight {
            work: (steps.end - steps.start).saturating_mul(K::weight(&uniforms)),
            submitted_ms,
            submission,
            done,
            verdicts,
        }
    }

    /// Waits for the oldest dispatch, and adjusts the work of later dispatches to its duration.
    async fn land(&self, flights: &mut VecDeque<Flight>, key: (&'static str, u32), landed_ms: &mut f64) -> Result<()> {
        let Some(Flight { work, submitted_ms, submission, done, verdicts }) = flights.pop_front() else {
            return Ok(());
        };
        self.drive(submission)?;
        let done_ms = self.wait(done).await?.map_err(|_| Error::device(words::NEVER_FINISHED))?;
        self.settle(verdicts).await?;

        let took = done_ms - submitted_ms.max(*landed_ms);
        *landed_ms = done_ms;
        let mut pace = self.pace.borrow_mut();
        let pace = pace.entry(key).or_insert(FIRST_WORK);
        // The short last dispatch of a window says nothing about the pace; a single step may be most of it.
        if took > DISPATCH_MS.end || (took < DISPATCH_MS.start && work > *pace / 2) {
            let middle = f64::midpoint(DISPATCH_MS.start, DISPATCH_MS.end);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and steps are u32")]
            let fit = (f64::from(work) * (middle / took).clamp(0.25, 2.0)) as u32;
            *pace = fit.max(1);
        }
        Ok(())
    }

    /// Runs `work`, which submits commands, and collects the errors that the device reports about them later.
    fn guarded<T>(&self, work: impl FnOnce() -> T) -> (T, Verdicts) {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = work();
        // Pop the scopes before anything is awaited: they are a stack that other runs use in between.
        (made, [Box::pin(validation.pop()), Box::pin(memory.pop())])
    }

    async fn settle(&self, verdicts: Verdicts) -> Result<()> {
        for verdict in verdicts {
            if let Some(error) = self.wait(verdict).await? {
                // A lost device refuses every command, so report that it is lost.
                self.hear();
                self.health.check()?;
                return Err(refusal(&error));
            }
        }
        Ok(())
    }

    /// Waits for an answer of the device, or for the failure of the device. A device that misses its deadline counts as
    /// failed.
    async fn wait<T>(&self, answer: impl Future<Output = T>) -> Result<T> {
        let mut answer = pin!(answer);
        let mut broken = self.health.watch();
        let answer = poll_fn(|cx| match Pin::new(&mut broken).poll(cx) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => answer.as_mut().poll(cx).map(Some),
        });
        let answer = within(ANSWER_S, answer).await.unwrap_or_else(|| {
            self.health.fail(silence());
            None
        });
        // Report why the device broke, and discard what it answered meanwhile.
        self.health.check()?;
        answer.ok_or_else(|| Error::device(words::LOST))
    }

    /// Blocks until a submission is done, because a native driver makes progress only when it is polled. A browser
    /// polls by itself, so there this does nothing. If a native driver crashes, wgpu 30 panics here and the program
    /// ends.
    #[cfg(not(target_arch = "wasm32"))]
    fn drive(&self, submission: wgpu::SubmissionIndex) -> Result<()> {
        let timeout = Some(std::time::Duration::from_secs(ANSWER_S.into()));
        let wait = wgpu::PollType::Wait { submission_index: Some(submission), timeout };
        let waited = self.device.poll(wait);
        self.hear();
        self.health.check()?;
        waited.map(drop).map_err(|_| Error::device(silence()))
    }

    /// Runs the callbacks of a lost device in a native program; a browser runs them by itself.
    fn hear(&self) {
        self.device.poll(wgpu::PollType::Poll).ok();
    }

    #[cfg(target_arch = "wasm32")]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "natively it polls")]
    fn drive(&self, _: wgpu::SubmissionIndex) -> Result<()> {
        Ok(())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::one_line;

    #[test]
    fn a_message_is_one_line_in_the_browsers_own_words() {
        assert_eq!(one_line("too\n  many  buffers. "), "too many buffers");
        assert_eq!(one_line("Failed: JsValue(TypeError: no device)"), "TypeError: no device");
        assert_eq!(
            one_line("Failed: JsValue(TypeError: none (yet)\nTypeError: none (yet)\n    at f)"),
            "TypeError: none (yet)"
        );
    }
}

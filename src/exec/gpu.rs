//! A GPU device. This is the only file that names `wgpu`. A native program uses Vulkan, Metal or Direct3D 12. A page
//! uses WebGPU, through a separate wasm module that contains little else (the feature `device`).
//!
//! The device knows only shaders and bytes: read-only inputs, the state of a run, and uniforms. The file `device.rs`
//! decides what runs when. Any failure (a refused command, too little memory, a lost device) becomes a [`Fault`] before
//! a number is used.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use futures_channel::oneshot;

use super::fault::{ADAPTER_S, ANSWER_S, Fault, Kind};
#[cfg(target_arch = "wasm32")]
pub(super) use super::remote::now;

/// An open device.
pub(super) struct Device {
    name: String,
    software: bool,
    largest_buffer: u64,
    queue: wgpu::Queue,
    link: Link,
    /// Compiled pipelines, each under the name of its kernel.
    pipelines: RefCell<BTreeMap<String, wgpu::ComputePipeline>>,
}

/// Read-only buffers on a device. Any number of states can use them.
pub(super) type Inputs = Vec<wgpu::Buffer>;

/// The state of one run on a device, ready to be dispatched.
#[derive(Clone)]
pub(super) struct State {
    pipeline: wgpu::ComputePipeline,
    uniforms: wgpu::Buffer,
    state: wgpu::Buffer,
    bindings: wgpu::BindGroup,
    /// Size of the state in bytes.
    size: usize,
}

/// Handles with which a future waits for an answer of the device.
#[derive(Clone)]
struct Link {
    device: wgpu::Device,
    health: Arc<Health>,
}

/// Record of whether the device still works. The callbacks of `wgpu` share it.
#[derive(Default)]
struct Health {
    /// The first failure of the device.
    failure: Mutex<Option<Fault>>,
    /// Senders that are dropped when the device fails, which wakes every task that waits for an answer.
    waiting: Mutex<Vec<oneshot::Sender<()>>>,
}

impl Health {
    fn fail(&self, fault: impl Into<Fault>) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(fault.into());
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn check(&self) -> Result<(), Fault> {
        match &*self.failure.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(()),
            Some(fault) => Err(fault.clone()),
        }
    }

    /// Returns a receiver that ends with an error when the device fails.
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

/// Two futures for errors that the device reports some time after it was given commands. Each gives such an error, or
/// `None`.
type Verdicts = [Pin<Box<dyn Future<Output = Option<wgpu::Error>>>>; 2];

/// Time in ms since this function was first called in this program.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn now() -> f64 {
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

/// Clock of a page's worker. A timer of the worker calls [`tick`](clock::tick), but not while the page is hidden. A
/// hidden page gets no answers, so this time does not count against a deadline.
#[cfg(target_arch = "wasm32")]
pub(super) mod clock {
    use std::cell::{Cell, RefCell};
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::{Poll, Waker};

    /// Number of ticks per second.
    pub(super) const RATE: u32 = 4;

    thread_local! {
        static TICKS: Cell<u32> = const { Cell::new(0) };
        static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
    }

    /// Counts one tick of the clock. A second has [`RATE`] ticks.
    pub(in crate::exec) fn tick() {
        TICKS.set(TICKS.get().wrapping_add(1));
        WAITING.take().into_iter().for_each(Waker::wake);
    }

    /// Waits for the answer. Returns `None` if the clock's ticks add up to `seconds` seconds before the answer comes.
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

/// Waits for the answer without a deadline. In a native program none is needed here: a driver answers at once or during
/// [`Link::drive`], which has a deadline of its own.
#[cfg(not(target_arch = "wasm32"))]
async fn within<T>(_: u32, answer: impl Future<Output = T>) -> Option<T> {
    Some(answer.await)
}

/// Shortens a message of a driver or browser to one line that can end a sentence. If the message is a browser's
/// exception, only the text of the exception is kept.
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

fn refusal(error: &wgpu::Error) -> Fault {
    match error {
        wgpu::Error::OutOfMemory { .. } => Kind::OutOfMemory.into(),
        error => Fault::because(Kind::Refused, one_line(&error.to_string())),
    }
}

impl Device {
    /// Opens the best adapter.
    ///
    /// # Errors
    /// No adapter was found, or none answered in time. Only a software adapter was found, and `allow_software` is
    /// false. Or the device does not open.
    pub(super) async fn open(allow_software: bool) -> Result<Self, Fault> {
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..wgpu::RequestAdapterOptions::default()
        };
        match within(ADAPTER_S, instance().request_adapter(&options)).await {
            Some(Ok(adapter)) => Self::open_adapter(adapter, allow_software).await,
            Some(Err(_)) => Err(Kind::NoAdapter.into()),
            None => Err(Kind::NoAdapterAnswered.into()),
        }
    }

    /// Names of the adapters of this machine, including software adapters. This function is for tests.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) async fn adapters() -> Vec<String> {
        let describe = |adapter: &wgpu::Adapter| {
            let wgpu::AdapterInfo { name, backend, .. } = adapter.get_info();
            format!("{name}, {backend}")
        };
        instance().enumerate_adapters(wgpu::Backends::all()).await.iter().map(describe).collect()
    }

    /// Opens adapter number `place` in the list of [`Device::adapters`]. This function is for tests.
    ///
    /// # Errors
    /// Fails as [`Device::open`] does, or if the adapter is no longer there.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) async fn open_nth(place: usize) -> Result<Self, Fault> {
        let adapter = instance().enumerate_adapters(wgpu::Backends::all()).await.into_iter().nth(place);
        Self::open_adapter(adapter.ok_or(Kind::AdapterGone)?, true).await
    }

    async fn open_adapter(adapter: wgpu::Adapter, allow_software: bool) -> Result<Self, Fault> {
        let wgpu::AdapterInfo { name, device_type, .. } = adapter.get_info();
        let software = device_type == wgpu::DeviceType::Cpu;
        if software && !allow_software {
            return Err(Kind::OnlySoftware.into());
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
        let fault = |kind, reason| Fault { kind, reason, adapter: name.clone() };
        let (device, queue) = within(ANSWER_S, adapter.request_device(&descriptor))
            .await
            .ok_or_else(|| fault(Kind::NotOpened, String::new()))?
            .map_err(|error| fault(Kind::CannotOpen, one_line(&error.to_string())))?;

        let health = Arc::new(Health::default());
        let shared = Arc::clone(&health);
        device.set_device_lost_callback(move |_, message| {
            // A browser's message is about its internals, and its console shows it.
            let message = if cfg!(target_arch = "wasm32") { String::new() } else { one_line(&message) };
            shared.fail(Fault::because(Kind::Lost, message));
        });
        // Natively, an error outside the scopes below would panic. On a page it is only printed, and wgpu's own handler
        // would panic on a kind of error that it does not know.
        #[cfg(not(target_arch = "wasm32"))]
        {
            let shared = Arc::clone(&health);
            device.on_uncaptured_error(Arc::new(move |error| shared.fail(refusal(&error))));
        }

        Ok(Self {
            name,
            software,
            largest_buffer: has.max_storage_buffer_binding_size.min(has.max_buffer_size),
            queue,
            link: Link { device, health },
            pipelines: RefCell::default(),
        })
    }

    /// Name of the adapter. It is empty if the adapter has no name, as in most browsers.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether this device is a software adapter, such as lavapipe or SwiftShader.
    pub(super) const fn software(&self) -> bool {
        self.software
    }

    /// Size in bytes of the largest buffer that can be bound.
    pub(super) const fn largest_buffer(&self) -> u64 {
        self.largest_buffer
    }

    /// Destroys the device during its work, as a crash of the driver would. This function is for tests.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn destroy(&self) {
        self.link.device.destroy();
    }

    /// Compiles the shader `wgsl` of the kernel `name`, which has `inputs` read-only inputs. The binding after them is
    /// scratch, which most shaders do not use.
    ///
    /// # Errors
    /// The device is lost or refuses the shader.
    pub(super) async fn compile(&self, name: &str, wgsl: &str, inputs: usize) -> Result<(), Fault> {
        let device = &self.link.device;
        let (pipeline, verdicts) = self.link.guarded(|| {
            let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(name),
                source: wgpu::ShaderSource::Wgsl(wgsl.into()),
            });
            let entries: Vec<_> = (0..)
                .zip([wgpu::BufferBindingType::Uniform, wgpu::BufferBindingType::Storage { read_only: false }])
                .chain((2..).zip([wgpu::BufferBindingType::Storage { read_only: true }].repeat(inputs)))
                .chain([(2 + inputs as u32, wgpu::BufferBindingType::Storage { read_only: false })])
                .map(|(binding, ty)| wgpu::BindGroupLayoutEntry {
                    binding,
                    visibility: wgpu::ShaderStages::COMPUTE,
                    ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
                    count: None,
                })
                .collect();
            let bindings = device
                .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(name), entries: &entries });
            let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(name),
                bind_group_layouts: &[Some(&bindings)],
                immediate_size: 0,
            });
            device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(name),
                layout: Some(&layout),
                module: &module,
                entry_point: Some(name),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        });
        self.link.settle(verdicts).await?;
        self.pipelines.borrow_mut().insert(name.to_owned(), pipeline);
        Ok(())
    }

    /// Copies the read-only inputs of a kernel into buffers of the device.
    ///
    /// # Errors
    /// The device is lost or has too little memory.
    pub(super) async fn upload(&self, buffers: &[&[u8]]) -> Result<Inputs, Fault> {
        let (inputs, verdicts) = self
            .link
            .guarded(|| buffers.iter().map(|bytes| self.buffer("input", bytes, wgpu::BufferUsages::STORAGE)).collect());
        self.link.settle(verdicts).await?;
        Ok(inputs)
    }

    /// Copies the state of a run to the device, for the kernel `name`, which must have been compiled. The kernel's
    /// uniforms have `uniforms` bytes, and its scratch has `scratch` bytes.
    ///
    /// # Errors
    /// The device is lost, refuses a command or has too little memory.
    pub(super) async fn load(
        &self,
        name: &str,
        inputs: &[wgpu::Buffer],
        state: &[u8],
        uniforms: usize,
        scratch: usize,
    ) -> Result<State, Fault> {
        let pipeline = self.pipelines.borrow().get(name).cloned();
        let pipeline = pipeline.ok_or_else(|| Fault::because(Kind::NoShader, name.to_owned()))?;
        let size = state.len();
        let (loaded, verdicts) = self.link.guarded(|| {
            let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC;
            let state = self.buffer(name, state, usage);
            let uniforms = self.buffer(name, &vec![0; uniforms], wgpu::BufferUsages::UNIFORM);
            let scratch = self.empty(name, scratch, wgpu::BufferUsages::STORAGE);
            let buffers = [&uniforms, &state].into_iter().chain(inputs).chain([&scratch]);
            let entries: Vec<_> = (0..)
                .zip(buffers)
                .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
                .collect();
            let bindings = self.link.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(name),
                layout: &pipeline.get_bind_group_layout(0),
                entries: &entries,
            });
            State { pipeline, uniforms, state, bindings, size }
        });
        self.link.settle(verdicts).await?;
        Ok(loaded)
    }

    fn buffer(&self, label: &str, bytes: &[u8], usage: wgpu::BufferUsages) -> wgpu::Buffer {
        let buffer = self.empty(label, bytes.len(), usage);
        self.queue.write_buffer(&buffer, 0, bytes);
        buffer
    }

    fn empty(&self, label: &str, size: usize, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.link.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            // A binding must not be empty, and uniforms must be whole rows of 16 bytes.
            size: (size.max(1) as u64).next_multiple_of(16),
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// Submits one dispatch with the given uniforms on a grid of groups. The future gives the time at which the
    /// dispatch was done, in ms of the clock [`now`].
    ///
    /// # Errors
    /// The device is lost or refuses a command.
    pub(super) fn dispatch(
        &self,
        state: &State,
        uniforms: &[u8],
        grid: [u32; 2],
    ) -> impl Future<Output = Result<f64, Fault>> + use<> {
        let (submission, verdicts) = self.link.guarded(|| {
            // The queue writes this before this submission and after the one before it.
            self.queue.write_buffer(&state.uniforms, 0, uniforms);
            let mut encoder = self.encoder();
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&state.pipeline);
            pass.set_bind_group(0, &state.bindings, &[]);
            pass.dispatch_workgroups(grid[0], grid[1], 1);
            drop(pass);
            self.queue.submit([encoder.finish()])
        });
        let (sender, done) = oneshot::channel();
        self.queue.on_submitted_work_done(move || {
            sender.send(now()).ok();
        });
        let link = self.link.clone();
        async move {
            link.drive(submission)?;
            let done = link.wait(done).await?.map_err(|_| Kind::NeverFinished)?;
            link.settle(verdicts).await?;
            Ok(done)
        }
    }

    /// Copies the first `part` bytes of every group's state to the host. The state of a group has `group` bytes.
    ///
    /// # Errors
    /// The device is lost or refuses a command. A failed copy is always an error, never zeros.
    pub(super) async fn read(&self, state: &State, group: usize, part: usize) -> Result<Vec<u8>, Fault> {
        let groups = state.size / group;
        let size = (groups * part) as u64;
        let (sender, mapped) = oneshot::channel();
        let ((staging, submission), verdicts) = self.link.guarded(|| {
            let staging = self.link.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("result"),
                size: size.max(16),
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            let mut encoder = self.encoder();
            if part == group {
                encoder.copy_buffer_to_buffer(&state.state, 0, &staging, 0, size);
            } else {
                for i in 0..groups {
                    let (from, to) = ((i * group) as u64, (i * part) as u64);
                    encoder.copy_buffer_to_buffer(&state.state, from, &staging, to, part as u64);
                }
            }
            let submission = self.queue.submit([encoder.finish()]);
            staging.map_async(wgpu::MapMode::Read, .., move |result| {
                sender.send(result).ok();
            });
            (staging, submission)
        });
        self.link.drive(submission)?;
        let mapped = self.link.wait(mapped).await?;
        self.link.settle(verdicts).await?;
        mapped.map_err(|_| Kind::NotReadBack)?.map_err(|_| Kind::NotReadBack)?;
        let view = staging.get_mapped_range(..).map_err(|_| Kind::NotReadBack)?;
        Ok(view[..groups * part].to_vec())
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        self.link.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
    }
}

impl Link {
    /// Runs `work`, which gives commands to the device. Also returns futures for the errors that the device reports
    /// later about these commands.
    fn guarded<T>(&self, work: impl FnOnce() -> T) -> (T, Verdicts) {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = work();
        // Pop the scopes before anything is awaited: they are a stack that other runs use in between.
        (made, [Box::pin(validation.pop()), Box::pin(memory.pop())])
    }

    async fn settle(&self, verdicts: Verdicts) -> Result<(), Fault> {
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

    /// Waits for an answer of the device, and stops waiting if the device fails. A device that does not answer before
    /// the deadline counts as failed.
    async fn wait<T>(&self, answer: impl Future<Output = T>) -> Result<T, Fault> {
        let mut answer = pin!(answer);
        let mut broken = self.health.watch();
        let answer = poll_fn(|cx| match Pin::new(&mut broken).poll(cx) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => answer.as_mut().poll(cx).map(Some),
        });
        let answer = within(ANSWER_S, answer).await.unwrap_or_else(|| {
            self.health.fail(Kind::Silent);
            None
        });
        // Report why the device broke, and discard what it answered meanwhile.
        self.health.check()?;
        answer.ok_or_else(|| Kind::Lost.into())
    }

    /// Blocks until a submission is done, because a native driver makes progress only when it is polled. In a browser
    /// this function does nothing, because a browser polls by itself. If a native driver crashes, wgpu 30 panics here
    /// and the program ends.
    #[cfg(not(target_arch = "wasm32"))]
    fn drive(&self, submission: wgpu::SubmissionIndex) -> Result<(), Fault> {
        let timeout = Some(std::time::Duration::from_secs(ANSWER_S.into()));
        let wait = wgpu::PollType::Wait { submission_index: Some(submission), timeout };
        let waited = self.device.poll(wait);
        self.hear();
        self.health.check()?;
        waited.map(drop).map_err(|_| Kind::Silent.into())
    }

    /// Runs the callbacks of a lost device. Only a native program needs this, because a browser runs them by itself.
    fn hear(&self) {
        self.device.poll(wgpu::PollType::Poll).ok();
    }

    #[cfg(target_arch = "wasm32")]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "natively it polls")]
    fn drive(&self, _: wgpu::SubmissionIndex) -> Result<(), Fault> {
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

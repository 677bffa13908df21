//! Runs kernels on CPU threads, on a page's pool of workers, or on a GPU.
//!
//! An experiment makes [`Lanes`], asks [`Exec::advance`] to move them through a range of steps, and reads them back.
//! This module cuts the work into pieces, replaces a lost device and falls back to the CPU. None of this changes a
//! number. Random draws depend only on their indices, so the steps that a lost device has done can be repeated from the
//! last state on the host.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytemuck::Pod;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::text;
use crate::text::{Text, phrase};

mod cpu;
pub mod device;
mod fault;
#[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
mod gpu;
#[cfg(not(any(feature = "gpu", target_arch = "wasm32")))]
mod none;
#[cfg(not(target_arch = "wasm32"))]
pub mod parity;
#[cfg(target_arch = "wasm32")]
pub mod pool;
pub mod probe;
#[cfg(target_arch = "wasm32")]
pub mod remote;
#[allow(dead_code, reason = "threads are native, workers are a page's, and a build may have no GPU")]
pub(crate) mod words;

#[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
use gpu as raw;
#[cfg(not(any(feature = "gpu", target_arch = "wasm32")))]
use none as raw;
#[cfg(target_arch = "wasm32")]
use remote as raw;

/// How closely the numbers of a device must agree with those of the CPU version of a kernel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parity {
    /// The state on the device must equal the state on the CPU bit for bit.
    Bits,
    /// Every f32 of the state must satisfy `|gpu - cpu| <= abs + rel |cpu|`.
    Close {
        /// Relative tolerance.
        rel: f32,
        /// Absolute tolerance.
        abs: f32,
        /// Why some bits on the device may differ from those on the CPU, and where the tolerances come from.
        reason: &'static str,
    },
}

/// The uniforms of a kernel, with the names and offsets of their fields. The macro [`uniforms!`](crate::uniforms!)
/// implements this trait.
pub trait Uniforms: Pod + Send + Sync {
    /// Pairs `(name, byte offset)`, one for each field, in the order of the fields. The test `tests/wgsl.rs` compares
    /// the struct in WGSL with them.
    const FIELDS: &'static [(&'static str, usize)];

    /// Copy of these uniforms for another range of steps.
    #[must_use]
    fn window(mut self, steps: Range<u32>) -> Self {
        set_window(bytemuck::bytes_of_mut(&mut self), steps);
        self
    }
}

/// Writes the range of steps `steps` into the bytes of uniforms. Their last two fields, `first` and `steps`, hold this
/// range.
fn set_window(uniforms: &mut [u8], steps: Range<u32>) {
    let at = uniforms.len() - 8;
    uniforms[at..].copy_from_slice(bytemuck::bytes_of(&[steps.start, steps.end - steps.start]));
}

/// Declares a kernel's uniforms. Fields can only be `u32` and `f32`, because then the layout in Rust equals the layout
/// in WGSL. At the end, the macro adds the fields `first` and `steps`, which are the range of steps of a dispatch.
#[macro_export]
macro_rules! uniforms {
    ($(#[$doc:meta])+ pub struct $name:ident { $($(#[$help:meta])+ $field:ident: $type:ty,)+ }) => {
        $(#[$doc])+
        #[repr(C)]
        #[derive(Clone, Copy, Debug, ::bytemuck::Pod, ::bytemuck::Zeroable)]
        pub struct $name {
            $($(#[$help])+ pub $field: $type,)+
            /// First step of the dispatch.
            pub first: u32,
            /// Number of steps of the dispatch.
            pub steps: u32,
        }
        impl $crate::exec::Uniforms for $name {
            const FIELDS: &'static [(&'static str, usize)] = &[
                $((stringify!($field), ::std::mem::offset_of!($name, $field)),)+
                ("first", ::std::mem::offset_of!($name, first)),
                ("steps", ::std::mem::offset_of!($name, steps)),
            ];
        }
    };
}

/// One row of a group's state, which is the value of one variable for every lane of the group. The type is `[u32; L]`
/// or `[f32; L]` for L lanes.
pub trait Row: Pod + Send + Sync {
    /// Number of lanes of a group, equal to the size of a workgroup on a GPU.
    const LANES: usize;
}

impl<const L: usize> Row for [u32; L]
where
    Self: Pod,
{
    const LANES: usize = L;
}

impl<const L: usize> Row for [f32; L]
where
    Self: Pod,
{
    const LANES: usize = L;
}

/// A simulation that can run on a GPU and on the CPU: a WGSL shader, and a CPU version with equal results. A group of L
/// lanes is a workgroup of the GPU. A kernel may have no shader; then it runs on the CPU even if there is a GPU.
///
/// The groups are independent of each other. The state of a group is a list of rows. The host makes the initial state,
/// and running a range of steps changes it. Running `0..a` and then `a..b` gives the same state as running `0..b`.
pub trait Kernel: Sized + 'static {
    /// Name of the kernel: its file stem, entry point and pipeline label.
    const NAME: &'static str;
    /// Source of the shader. The kernel's own file comes first, and the parts that it shares with other kernels follow.
    /// So the line numbers in errors are those of the kernel's file. It is `None` if only the CPU runs the kernel.
    const WGSL: Option<&'static str>;
    /// How closely a software adapter (lavapipe, SwiftShader) must agree with the CPU version.
    const SOFTWARE: Parity = Parity::Bits;
    /// How closely a hardware adapter must agree with the CPU version.
    const HARDWARE: Parity = Parity::Bits;
    /// Number of read-only inputs, at bindings 2, 3, ...
    const INPUTS: usize;
    /// Type of the uniforms, at binding 0.
    type Uniforms: Uniforms;
    /// Type of a row of the state. The shader has the state at binding 1 (`read_write`), where lane number `lane` of a
    /// row is `state[(group * rows + row) * L + lane]`.
    type Row: Row;

    /// Largest number of steps in one dispatch on a software adapter, at least 1. The limit is needed because Mesa's
    /// llvmpipe silently ends all loops of an invocation after 65535 iterations, inner loops included. The default
    /// assumes that a step takes at most 11 iterations: one of its own loop, and the ten rounds of one block of draws.
    fn software_steps(_: &Self::Uniforms) -> u32 {
        5900
    }

    /// Number of rows of a group's scratch on a GPU, for work that the lanes of a group share within a step. Scratch is
    /// no state: it exists only on the device, nobody reads it, and a step must not use what an earlier step left
    /// there. The shader has it at the binding after the inputs (`read_write`), in the layout of the state. All ranges
    /// of steps of one state must need equally much.
    fn scratch(_: &Self::Uniforms) -> usize {
        0
    }

    /// Least number of groups with which a hardware GPU is about as fast as the CPU. With fewer the CPU does the work,
    /// unless the user has asked for a GPU on the command line.
    const LEAST_GROUPS: u32 = 1;

    /// Rough cost of a step, as a multiple of the cost of the kernel's cheapest step. It determines the sizes of
    /// dispatches and never changes a number.
    fn weight(_: &Self::Uniforms) -> u32 {
        1
    }

    /// The CPU version of the kernel. It advances one group, whose state is `state[row][lane]`, through the range of
    /// steps in the uniforms.
    fn group(uniforms: &Self::Uniforms, inputs: &Inputs, group: u32, state: &mut [Self::Row]);

    /// Cases on which devices are compared with the CPU version. They cover every branch of the shader, ranges of steps
    /// that end anywhere, and sizes at their bounds. A kernel without a shader has none.
    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<parity::Case<Self>> {
        Vec::new()
    }
}

/// Work in f64 that only the CPU does, item by item. The result of an item is a pure function of the inputs and the
/// item's index.
pub trait Job: 'static {
    /// Name under which pool workers find the job.
    const NAME: &'static str;
    /// Number of results of each item.
    const WIDTH: usize;

    /// Appends the results of `items` to `out`, in order: [`Job::WIDTH`] numbers for each item.
    fn items(inputs: &Inputs, items: Range<u32>, out: &mut Vec<f64>);
}

/// Read-only buffers, shared by every group, worker and device.
#[derive(Clone, Debug)]
pub struct Inputs {
    id: u64,
    /// The buffers as words of 64 bits, so that they are aligned also when they are read as u32, f32 or f64.
    buffers: Arc<[Vec<u64>]>,
    /// Lengths of the buffers in words of 32 bits.
    lengths: Arc<[usize]>,
}

impl Inputs {
    /// Copies the buffers. Each is a slice of `u32`, `f32` or `f64` that [`bytemuck::cast_slice`] has turned into
    /// bytes.
    pub fn new(buffers: &[&[u8]]) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let aligned = |bytes: &&[u8]| {
            let mut words = vec![0u64; bytes.len().div_ceil(8)];
            bytemuck::cast_slice_mut::<u64, u8>(&mut words)[..bytes.len()].copy_from_slice(bytes);
            words
        };
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            buffers: buffers.iter().map(aligned).collect(),
            lengths: buffers.iter().map(|bytes| bytes.len() / 4).collect(),
        }
    }

    /// Number under which workers and devices keep these buffers in their caches. No result depends on it.
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// Number of buffers.
    pub fn len(&self) -> usize {
        self.buffers.len()
    }

    /// Whether there are no buffers.
    pub fn is_empty(&self) -> bool {
        self.buffers.is_empty()
    }

    /// Buffer `i` as u32.
    pub fn u32(&self, i: usize) -> &[u32] {
        &bytemuck::cast_slice(&self.buffers[i])[..self.lengths[i]]
    }

    /// Buffer `i` as f32.
    pub fn f32(&self, i: usize) -> &[f32] {
        &bytemuck::cast_slice(&self.buffers[i])[..self.lengths[i]]
    }

    /// Buffer `i` as f64.
    pub fn f64(&self, i: usize) -> &[f64] {
        &bytemuck::cast_slice(&self.buffers[i])[..self.lengths[i] / 2]
    }

    /// Buffer `i` as bytes.
    pub fn bytes(&self, i: usize) -> &[u8] {
        bytemuck::cast_slice(self.u32(i))
    }
}

/// A kernel or job without generic types: its function takes and returns bytes. A worker of the page's pool finds it by
/// its name.
#[derive(Clone, Copy)]
pub struct Twin {
    /// Name of the kernel or job, [`Kernel::NAME`] or [`Job::NAME`].
    pub name: &'static str,
    /// Function that computes a part of the work. Its arguments are the uniforms, the inputs, the index of the first
    /// group or item, the number of groups or items, and the data, which the function changes in place.
    pub run: fn(&[u8], &Inputs, u32, u32, &mut Vec<u8>),
    /// Makes the tests that compare the kernel on devices with the CPU version; `None` for a job, and for a kernel that
    /// has no shader.
    #[cfg(not(target_arch = "wasm32"))]
    pub suite: Option<fn() -> parity::Suite>,
}

impl Twin {
    /// Makes the entry of a kernel. The data of its function are the state of the groups, which is changed in place.
    pub const fn kernel<K: Kernel>() -> Self {
        Self {
            name: K::NAME,
            run: |uniforms, inputs, first, count, data| {
                let uniforms: K::Uniforms = bytemuck::pod_read_unaligned(uniforms);
                let mut state: Vec<K::Row> = vec![bytemuck::Zeroable::zeroed(); data.len() / size_of::<K::Row>()];
                bytemuck::cast_slice_mut(&mut state).copy_from_slice(data);
                let rows = (state.len() / count.max(1) as usize).max(1);
                for (group, state) in (first..first + count).zip(state.chunks_mut(rows)) {
                    K::group(&uniforms, inputs, group, state);
                }
                data.clear();
                data.extend_from_slice(bytemuck::cast_slice(&state));
            },
            #[cfg(not(target_arch = "wasm32"))]
            suite: match K::WGSL {
                Some(_) => Some(parity::Suite::new::<K>),
                None => None,
            },
        }
    }

    /// Makes the entry of a job. When its function returns, the data are the results in f64.
    pub const fn job<J: Job>() -> Self {
        Self {
            name: J::NAME,
            run: |_, inputs, first, count, data| {
                let mut out = Vec::with_capacity(count as usize * J::WIDTH);
                J::items(inputs, first..first + count, &mut out);
                data.clear();
                data.extend_from_slice(bytemuck::cast_slice(&out));
            },
            #[cfg(not(target_arch = "wasm32"))]
            suite: None,
        }
    }
}

/// What the back ends need to know about a kernel.
struct Shader {
    name: &'static str,
    /// Source of the shader, or `None` if the kernel has none. The source is empty in the wasm modules of a page, because
    /// a page fetches the shader's file by name.
    wgsl: Option<&'static str>,
    /// [`Kernel::LEAST_GROUPS`].
    least_groups: u32,
    /// Number of read-only inputs.
    inputs: usize,
    /// Size of the uniforms in bytes.
    uniforms: usize,
    /// [`Kernel::group`], for threads.
    #[cfg(not(target_arch = "wasm32"))]
    group: fn(&[u8], &Inputs, u32, &mut [u32]),
}

/// A range of steps for a back end to run, with the uniforms, and with what the kernel says about the cost of a step.
#[derive(Clone)]
struct Work {
    uniforms: Vec<u8>,
    steps: Range<u32>,
    /// [`Kernel::weight`] of a step, at least 1.
    weight: u32,
    /// [`Kernel::software_steps`].
    software_steps: u32,
    /// Number of words of a group's scratch on a GPU.
    scratch: usize,
}

impl Work {
    fn of<K: Kernel>(uniforms: &K::Uniforms, steps: Range<u32>) -> Self {
        let (weight, software_steps) = (K::weight(uniforms), K::software_steps(uniforms));
        let scratch = K::scratch(uniforms) * Lanes::<K>::ROW;
        Self { uniforms: bytemuck::bytes_of(uniforms).to_vec(), steps, weight, software_steps, scratch }
    }

    /// The uniforms for a part of these steps, as bytes.
    fn window(&self, steps: Range<u32>) -> Vec<u8> {
        let mut uniforms = self.uniforms.clone();
        set_window(&mut uniforms, steps);
        uniforms
    }
}

/// The state of lanes of any kernel, on the host and perhaps on a device. Back ends work on words, so that their code
/// exists once and not once for each kernel.
struct Held {
    shader: &'static Shader,
    /// State on the host, which may be older than the state on the device.
    host: Vec<u32>,
    /// Number of words of one group's state.
    group: usize,
    /// Read-only buffers.
    inputs: Inputs,
    /// Work that the device has done since `host` was up to date. If the device is lost, this work is repeated from
    /// `host`.
    log: Vec<Work>,
    /// The state on a device, or `None` if no device has received it yet. The device may have been lost since then.
    state: Option<device::State>,
}

impl Held {
    fn new(shader: &'static Shader, host: Vec<u32>, group: usize, inputs: Inputs) -> Self {
        assert!(group > 0 && host.len().is_multiple_of(group), "{}: whole groups of rows", shader.name);
        assert_eq!(inputs.len(), shader.inputs, "{}: read-only inputs", shader.name);
        Self { shader, host, group, inputs, log: Vec::new(), state: None }
    }

    #[expect(clippy::cast_possible_truncation, reason = "made from a u32 or bounded by memory")]
    fn groups(&self) -> u32 {
        (self.host.len() / self.group) as u32
    }

    /// Number of bytes of the scratch that the work in the log needs on a GPU. The number of groups is computed first,
    /// because the product of two sizes may exceed the 32 bits of `usize` in WebAssembly.
    fn scratch(&self) -> usize {
        let words = self.log.iter().map(|work| work.scratch).max().unwrap_or_default();
        4 * words * (self.host.len() / self.group)
    }
}

/// The state of a kernel's lanes, on the host and perhaps on a device.
pub struct Lanes<K: Kernel> {
    held: Held,
    kernel: PhantomData<K>,
}

impl<K: Kernel> Lanes<K> {
    /// Number of words of a row.
    const ROW: usize = size_of::<K::Row>() / 4;

    const SHADER: &'static Shader = &Shader {
        name: K::NAME,
        wgsl: match K::WGSL {
            Some(_) if cfg!(target_arch = "wasm32") => Some(""),
            source => source,
        },
        least_groups: K::LEAST_GROUPS,
        inputs: K::INPUTS,
        uniforms: size_of::<K::Uniforms>(),
        #[cfg(not(target_arch = "wasm32"))]
        group: |uniforms, inputs, group, state| {
            K::group(&bytemuck::pod_read_unaligned(uniforms), inputs, group, bytemuck::cast_slice_mut(state));
        },
    };

    /// Lanes of `groups` groups. The state of each group has `rows` rows and is all zero.
    pub fn zeroed(groups: u32, rows: usize, inputs: Inputs) -> Self {
        Self::of(vec![0; groups as usize * rows * Self::ROW], rows, inputs)
    }

    /// Lanes with the given state, `host[group * rows + row][lane]`.
    pub fn new(host: &[K::Row], rows: usize, inputs: Inputs) -> Self {
        Self::of(bytemuck::cast_slice(host).to_vec(), rows, inputs)
    }

    fn of(host: Vec<u32>, rows: usize, inputs: Inputs) -> Self {
        Self { held: Held::new(Self::SHADER, host, rows * Self::ROW, inputs), kernel: PhantomData }
    }

    /// Number of groups.
    pub fn groups(&self) -> u32 {
        self.held.groups()
    }
}

/// The device that the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// A hardware GPU if there is one that passes the self-test, else the CPU.
    Auto,
    /// A GPU, which may be a software adapter.
    Gpu,
    /// The CPU.
    Cpu,
}

/// A device that runs work.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceInfo {
    /// Kind of the device, `cpu` or `gpu`.
    pub kind: &'static str,
    /// Name of the adapter, or the number of threads or workers.
    pub adapter: Text,
}

enum Backend {
    Cpu,
    Gpu(Rc<device::Gpu>),
}

/// Executor of all work. All runs of a program or page share one executor.
pub struct Exec {
    backend: RefCell<Backend>,
    #[cfg(target_arch = "wasm32")]
    pool: pool::Pool,
    /// Messages for the user, oldest first. No message is ever removed, so every run can show the messages that arrived
    /// while it ran.
    notices: RefCell<Vec<Text>>,
    /// The device that ran the work since [`Exec::take_used`] was last called, or `None` if there was none.
    used: RefCell<Option<DeviceInfo>>,
    /// Number of devices lost so far. The first lost device is replaced by a new one, the second by the CPU.
    losses: Cell<u32>,
}

impl Exec {
    /// Executor on the CPU: with threads in a native program, with the workers of `pool` on a page.
    pub fn cpu(#[cfg(target_arch = "wasm32")] pool: pool::Pool) -> Self {
        Self {
            backend: RefCell::new(Backend::Cpu),
            #[cfg(target_arch = "wasm32")]
            pool,
            notices: RefCell::default(),
            used: RefCell::default(),
            losses: Cell::default(),
        }
    }

    /// Executor on the given device. This function is for tests and benchmarks.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn on_gpu(gpu: device::Gpu) -> Self {
        let exec = Self::cpu();
        *exec.backend.borrow_mut() = Backend::Gpu(gpu.into());
        exec
    }

    /// Executor on the device that the user asked for. If this is `Auto` and the CPU must be used, the user is told
    /// why.
    ///
    /// # Errors
    /// The user asked for a GPU, and none can be used.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn open(device: Device) -> Result<Self> {
        let exec = Self::cpu();
        if device != Device::Cpu {
            match exec.open_gpu(device == Device::Gpu).await {
                Err(error) if device == Device::Gpu => return Err(error),
                Err(error) => exec.notice(text!(words::ON_CPU, reason = phrase(error.text().clone()))),
                Ok(()) => {}
            }
        }
        Ok(exec)
    }

    /// Opens a GPU, which then runs all kernels.
    ///
    /// # Errors
    /// No GPU can be used.
    pub async fn open_gpu(&self, allow_software: bool) -> Result<()> {
        let gpu = device::Gpu::open(allow_software).await?;
        *self.backend.borrow_mut() = Backend::Gpu(gpu.into());
        Ok(())
    }

    /// The device that work is given to now.
    pub fn device(&self) -> DeviceInfo {
        match &*self.backend.borrow() {
            Backend::Cpu => self.cpu_info(),
            Backend::Gpu(gpu) => DeviceInfo { kind: "gpu", adapter: gpu.name() },
        }
    }

    /// The device that ran the work since the last call, or `None` if there was no work. Work of kernels counts before
    /// jobs, which run on the CPU even if there is a GPU. Kernels without a shader, and lanes too large for the GPU, run on
    /// the CPU as well.
    pub fn take_used(&self) -> Option<DeviceInfo> {
        self.used.take()
    }

    fn cpu_info(&self) -> DeviceInfo {
        DeviceInfo { kind: "cpu", adapter: self.cpu_name() }
    }

    /// Messages for the user, from message number `from` on.
    pub fn notices(&self, from: usize) -> Vec<Text> {
        self.notices.borrow()[from..].to_vec()
    }

    /// Number of messages that do not concern a run that starts now. It is 0 after a fall-back to the CPU, because this
    /// concerns every run.
    pub fn old_notices(&self) -> usize {
        match *self.backend.borrow() {
            Backend::Cpu => 0,
            Backend::Gpu(_) => self.notices.borrow().len(),
        }
    }

    fn notice(&self, sentence: Text) {
        self.notices.borrow_mut().push(sentence);
    }

    /// Advances lanes through `steps`. On return the lanes hold the state after the last step, on the host or on the
    /// device.
    ///
    /// # Errors
    /// Something failed other than a device, for example the page's workers died. (Work on a lost device is repeated.)
    pub async fn advance<K: Kernel>(
        &self,
        lanes: &mut Lanes<K>,
        uniforms: &K::Uniforms,
        steps: Range<u32>,
    ) -> Result<()> {
        self.work(&mut lanes.held, Work::of::<K>(uniforms, steps)).await
    }

    async fn work(&self, lanes: &mut Held, work: Work) -> Result<()> {
        while let Some(gpu) = self.gpu() {
            lanes.log.push(work.clone());
            // The device has not failed if it cannot run these lanes: other work stays on it.
            if let Err(error) = gpu.source(lanes) {
                lanes.log.pop();
                let sentence = text!(words::PART_ON_CPU, reason = phrase(error.text().clone()));
                if !self.notices.borrow().contains(&sentence) {
                    self.notice(sentence);
                }
                break;
            }
            let done = if gpu.holds(lanes) {
                gpu.run(lanes, lanes.log.len() - 1).await
            } else {
                gpu.load_and_replay(lanes).await
            };
            match done {
                Ok(()) => {
                    *self.used.borrow_mut() = Some(DeviceInfo { kind: "gpu", adapter: gpu.name() });
                    return Ok(());
                }
                Err(error) => {
                    lanes.log.pop();
                    self.replace(&gpu, &error).await;
                }
            }
        }
        self.settle(lanes).await?;
        self.advance_cpu(lanes, &work).await?;
        *self.used.borrow_mut() = Some(self.cpu_info());
        Ok(())
    }

    /// The state of every lane, `[group * rows + row][lane]`.
    ///
    /// # Errors
    /// Fails as [`Exec::advance`] does.
    pub async fn read<'a, K: Kernel>(&self, lanes: &'a mut Lanes<K>) -> Result<&'a [K::Row]> {
        self.refresh(&mut lanes.held).await?;
        Ok(bytemuck::cast_slice(&lanes.held.host))
    }

    /// Brings the state on the host up to date.
    async fn refresh(&self, lanes: &mut Held) -> Result<()> {
        if let Some(found) = self.fetch(lanes, lanes.group).await {
            bytemuck::cast_slice_mut(&mut lanes.host).copy_from_slice(&found);
            lanes.log.clear();
        }
        self.settle(lanes).await
    }

    /// The first `rows` rows of every group, `[group * rows + row][lane]`. The rest of the state is not copied and
    /// stays where it is.
    ///
    /// # Errors
    /// Fails as [`Exec::advance`] does.
    pub async fn read_first<K: Kernel>(&self, lanes: &mut Lanes<K>, rows: usize) -> Result<Vec<K::Row>> {
        let bytes = self.first(&mut lanes.held, rows * Lanes::<K>::ROW).await?;
        let mut found = vec![bytemuck::Zeroable::zeroed(); bytes.len() / size_of::<K::Row>()];
        bytemuck::cast_slice_mut::<K::Row, u8>(&mut found).copy_from_slice(&bytes);
        Ok(found)
    }

    /// The first `part` words of every group, as bytes.
    async fn first(&self, lanes: &mut Held, part: usize) -> Result<Vec<u8>> {
        if let Some(found) = self.fetch(lanes, part).await {
            return Ok(found);
        }
        self.settle(lanes).await?;
        Ok(lanes.host.chunks(lanes.group).flat_map(|group| bytemuck::cast_slice(&group[..part])).copied().collect())
    }

    /// The first `part` words of every group, read from the device, as bytes. It is `None` if the host has the current
    /// state, or if no device is left.
    async fn fetch(&self, lanes: &mut Held, part: usize) -> Option<Vec<u8>> {
        while let Some(gpu) = self.gpu().filter(|_| !lanes.log.is_empty()) {
            let read = async {
                if !gpu.holds(lanes) {
                    gpu.load_and_replay(lanes).await?;
                }
                gpu.read(lanes, part).await
            };
            match read.await {
                Ok(found) => {
                    *self.used.borrow_mut() = Some(DeviceInfo { kind: "gpu", adapter: gpu.name() });
                    return Some(found);
                }
                Err(error) => self.replace(&gpu, &error).await,
            }
        }
        None
    }

    /// Lets waiting tasks run, so that a page's worker can read its messages. Long work that is not done by a kernel
    /// calls this between two pieces.
    #[cfg_attr(not(target_arch = "wasm32"), expect(clippy::unused_async, reason = "a page's worker waits here"))]
    pub async fn breathe(&self) {
        #[cfg(target_arch = "wasm32")]
        self.pool.breathe().await;
    }

    /// Runs the job on `items` on the CPU, even if there is a GPU. Returns [`Job::WIDTH`] numbers for each item, in
    /// order.
    ///
    /// # Errors
    /// The page's workers died.
    pub async fn map<J: Job>(&self, inputs: &Inputs, items: Range<u32>) -> Result<Vec<f64>> {
        let out = self.map_cpu::<J>(inputs, items).await?;
        self.used.borrow_mut().get_or_insert_with(|| self.cpu_info());
        Ok(out)
    }

    /// Brings lanes up to date if their device was lost: the CPU repeats the steps in the log of the lanes.
    async fn settle(&self, lanes: &mut Held) -> Result<()> {
        for work in std::mem::take(&mut lanes.log) {
            self.advance_cpu(lanes, &work).await?;
            *self.used.borrow_mut() = Some(self.cpu_info());
        }
        Ok(())
    }

    /// Destroys the device, as a reset of the driver would. This function is for tests.
    #[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
    pub fn lose_device(&self) {
        if let Some(gpu) = self.gpu() {
            gpu.destroy();
        }
    }

    fn gpu(&self) -> Option<Rc<device::Gpu>> {
        match &*self.backend.borrow() {
            Backend::Gpu(gpu) => Some(Rc::clone(gpu)),
            Backend::Cpu => None,
        }
    }

    /// Replaces a device that failed. The first time it is replaced by a new device, and later by the CPU. If the
    /// reason is that the file of a shader is missing, it is replaced by the CPU at once. Each replacement is reported
    /// to the user.
    async fn replace(&self, failed: &Rc<device::Gpu>, error: &Error) {
        // Another run of this page may have replaced the device already.
        if !self.gpu().is_some_and(|gpu| Rc::ptr_eq(&gpu, failed)) {
            return;
        }
        // Runs that ask while a new device opens use the CPU; they lose nothing.
        *self.backend.borrow_mut() = Backend::Cpu;
        self.losses.set(self.losses.get() + 1);
        // Report before anything is awaited, because a task that awaits may be cancelled.
        let place = self.notices.borrow().len();
        let reason = || phrase(error.text().clone());
        self.notice(text!(words::REST_ON_CPU, reason = reason()));
        let missing = [words::NO_SHADER.english(), words::NEWER.english()].contains(&error.text().template());
        if self.losses.get() == 1 && !missing && self.open_gpu(failed.allows_software()).await.is_ok() {
            self.notices.borrow_mut()[place] = text!(words::RESTARTED, reason = reason());
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn inputs_keep_their_words() {
        let inputs = Inputs::new(&[bytemuck::cast_slice(&[1u32, 2, 3]), bytemuck::cast_slice(&[0.5f64])]);
        assert_eq!(inputs.u32(0), [1, 2, 3], "an odd number of words");
        assert_eq!(inputs.f64(1), [0.5], "f64");
        assert_eq!(inputs.len(), 2, "buffers");
    }

    #[test]
    fn slicing_does_not_change_bits() {
        let run = |cuts: &[u32]| {
            let exec = Exec::cpu();
            let mut lanes = Lanes::<probe::Probe>::zeroed(3, probe::ROWS, probe::inputs());
            for cut in cuts.windows(2) {
                pollster::block_on(exec.advance(&mut lanes, &probe::uniforms(), cut[0]..cut[1])).expect("runs");
            }
            pollster::block_on(exec.read(&mut lanes)).expect("reads").to_vec()
        };
        assert_eq!(run(&[0, 40]), run(&[0, 1, 17, 40]), "windows compose");
        assert_ne!(run(&[0, 40]), run(&[0, 39]), "the last step matters");
    }
}

//! The GPU back end, which decides what runs on a device, and when. The device itself is `gpu.rs` in a native program.
//! On a page it is in another wasm module, which `remote.rs` calls. In a build without a GPU it is `none.rs`.
//!
//! When a device is opened, a self-test compares it with the CPU. The state of a run stays on the device. A range of
//! steps is cut into dispatches of some milliseconds, of which two are in flight at a time.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicU64, Ordering};

use super::fault::{ADAPTER_S, ANSWER_S, Fault, Kind};
use super::{Held, Inputs, Kernel, Lanes, Uniforms as _, Work, probe, raw, words};
use crate::error::{Error, Result};
use crate::text;
use crate::text::{Text, count, name, phrase};

/// Number of dispatches that are in flight at a time. One runs while the next one waits, so the device is never idle,
/// and a page never builds up a queue.
const IN_FLIGHT: usize = 2;

/// Amount of work in a kernel's first dispatch, whose duration cannot be predicted yet. The amount of work is the
/// number of steps times [`Kernel::weight`].
const FIRST_WORK: u32 = 16;

/// Target duration of a dispatch in ms. If a dispatch takes less time, later ones do more steps, and if it takes more
/// time, they do fewer. The target is long enough to hide the cost of a submission. It is short enough for 60 frames a
/// second, and for the watchdogs of all drivers.
const DISPATCH_MS: Range<f64> = 6.0..10.0;

/// Largest number of groups along one axis of a dispatch's grid. WebGPU guarantees on every device that this number is
/// allowed.
const GRID_MAX: u32 = 65_535;

/// An open device that has passed the self-test.
pub struct Gpu {
    /// Number of this device. It tells a state on this device from a state on an earlier device.
    id: u64,
    name: Text,
    allows_software: bool,
    /// Size in bytes of the largest buffer that can be bound.
    largest_buffer: u64,
    raw: raw::Device,
    /// Names of the kernels that the device has compiled.
    compiled: RefCell<Vec<&'static str>>,
    /// Inputs that are on the device, by [`Inputs::id`]. They stay there as long as some state uses them.
    inputs: RefCell<Vec<(u64, Weak<raw::Inputs>)>>,
    /// Amount of work that the next dispatch should do, by kernel and number of groups.
    pace: RefCell<Vec<((&'static str, u32), u32)>>,
}

/// The part of a [`Held`] that is on a device.
pub(super) struct State {
    /// [`Gpu::id`] of the device that holds the state.
    device: u64,
    raw: raw::State,
    /// Number of bytes of the scratch.
    scratch: usize,
    /// Inputs that this state uses. The cache of the device keeps inputs only as long as some state holds them.
    _inputs: Rc<raw::Inputs>,
}

/// A submitted dispatch that has not been waited for yet.
struct Flight<F> {
    work: u32,
    submitted_ms: f64,
    /// Future that gives the time in ms at which the dispatch was done.
    done: F,
}

/// Words for an adapter in a sentence: its name, or a description if it has no name, as in most browsers.
fn called(adapter: &str, software: bool) -> Text {
    match (adapter, software) {
        ("", true) => words::SOFTWARE_ADAPTER.into(),
        ("", false) => words::WEBGPU_ADAPTER.into(),
        _ => Text::verbatim(adapter),
    }
}

impl From<Fault> for Error {
    fn from(Fault { kind, reason, adapter }: Fault) -> Self {
        let device = phrase(called(&adapter, false));
        Self::device(match kind {
            Kind::NoSupport => words::NO_GPU_SUPPORT.into(),
            Kind::NoAdapter => words::NO_ADAPTER.into(),
            Kind::NoAdapterAnswered => text!(words::NO_ADAPTER_ANSWERED, seconds = count(ADAPTER_S)),
            Kind::AdapterGone => words::ADAPTER_GONE.into(),
            Kind::OnlySoftware => words::ONLY_SOFTWARE.into(),
            Kind::NotOpened => text!(words::NOT_OPENED, device = device, seconds = count(ANSWER_S)),
            Kind::CannotOpen => text!(words::CANNOT_OPEN, device = device, reason = name(reason)),
            Kind::NoShader => text!(words::NO_SHADER, kernel = name(reason)),
            Kind::Newer => words::NEWER.into(),
            Kind::OutOfMemory => words::OUT_OF_MEMORY.into(),
            Kind::Refused => text!(words::REFUSED, reason = name(reason)),
            Kind::Lost if reason.is_empty() => words::LOST.into(),
            Kind::Lost => text!(words::LOST_BECAUSE, reason = name(reason)),
            Kind::Silent => text!(words::SILENT, seconds = count(ANSWER_S)),
            Kind::NeverFinished => words::NEVER_FINISHED.into(),
            Kind::NotReadBack => words::NOT_READ_BACK.into(),
        })
    }
}

impl Gpu {
    /// Opens the best adapter, and returns it only if it passes the self-test.
    ///
    /// # Errors
    /// Returns an error in four cases: no adapter is found, or none answers in time; only a software adapter is found
    /// and `allow_software` is false, because it would be slower than the CPU back end; the limits of the adapter are
    /// below WebGPU's defaults; the device fails the self-test.
    pub async fn open(allow_software: bool) -> Result<Self> {
        Self::test(raw::Device::open(allow_software).await?, allow_software).await
    }

    /// Names of the adapters of this machine, including software adapters. This function is for tests.
    #[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
    pub async fn adapters() -> Vec<String> {
        raw::Device::adapters().await
    }

    /// Opens adapter number `place` in the list of [`Gpu::adapters`]. This function is for tests.
    ///
    /// # Errors
    /// Fails as [`Gpu::open`] does, or if the adapter is no longer there.
    #[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
    pub async fn open_nth(place: usize) -> Result<Self> {
        Self::test(raw::Device::open_nth(place).await?, true).await
    }

    async fn test(raw: raw::Device, allows_software: bool) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let gpu = Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            name: called(raw.name(), raw.software()),
            allows_software,
            largest_buffer: raw.largest_buffer(),
            raw,
            compiled: RefCell::default(),
            inputs: RefCell::default(),
            pace: RefCell::default(),
        };
        let lanes = Lanes::<probe::Probe>::zeroed(5, probe::ROWS, probe::inputs());
        gpu.self_test(lanes, probe::uniforms()).await?;
        Ok(gpu)
    }

    /// Advances new lanes through two ranges of steps on the device, and compares every bit with the CPU version of the
    /// kernel. A device is used only if it passes this test.
    ///
    /// # Errors
    /// The numbers are wrong, or the device is lost or refuses a command.
    pub async fn self_test<K: Kernel>(&self, mut lanes: Lanes<K>, uniforms: K::Uniforms) -> Result<()> {
        let held = &mut lanes.held;
        held.log = [0..21, 21..64].map(|steps| Work::of::<K>(&uniforms, steps)).into();
        self.load_and_replay(held).await?;
        let ours = self.read(held, held.group).await?;

        let uniforms = uniforms.window(0..64);
        for (group, state) in (0..).zip(held.host.chunks_mut(held.group)) {
            K::group(&uniforms, &held.inputs, group, bytemuck::cast_slice_mut(state));
        }
        if ours == bytemuck::cast_slice::<u32, u8>(&held.host) {
            Ok(())
        } else {
            Err(Error::device(text!(words::WRONG_NUMBERS, device = phrase(self.name()))))
        }
    }

    /// Name of the adapter.
    pub fn name(&self) -> Text {
        self.name.clone()
    }

    /// Whether a software adapter is allowed, for this device and for a device that replaces it.
    pub const fn allows_software(&self) -> bool {
        self.allows_software
    }

    /// Whether this device is a software adapter, such as lavapipe or SwiftShader.
    pub const fn is_software(&self) -> bool {
        self.raw.software()
    }

    /// Destroys the device during its work, as a crash of the driver would. This function is for tests.
    #[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
    pub fn destroy(&self) {
        self.raw.destroy();
    }

    /// Returns this device as one that the lab has chosen, so that it takes no work for which the CPU is faster. This
    /// function is for tests.
    #[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
    #[must_use]
    pub const fn chosen_by_the_lab(mut self) -> Self {
        self.allows_software = false;
        self
    }

    /// Returns this device with a smaller limit on the size of buffers. This function is for tests.
    #[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
    #[must_use]
    pub const fn limited_to(mut self, largest_buffer: u64) -> Self {
        self.largest_buffer = largest_buffer;
        self
    }

    /// Whether the state of these lanes is on this device.
    pub(super) fn holds(&self, lanes: &Held) -> bool {
        lanes.state.as_ref().is_some_and(|state| state.device == self.id)
    }

    /// Source of the shader with which this device can run these lanes.
    ///
    /// # Errors
    /// The kernel has no shader, or the CPU is faster for so few groups, or the buffers are too large; the message names
    /// the limit. This is not a failure of the device.
    pub(super) fn source(&self, lanes: &Held) -> Result<&'static str> {
        let kernel = name(lanes.shader.name);
        let Some(wgsl) = lanes.shader.wgsl else {
            return Err(Error::device(text!(words::ONLY_CPU, kernel = kernel)));
        };
        if !self.allows_software && lanes.groups() < lanes.shader.least_groups {
            let (groups, least) = (count(lanes.groups()), count(lanes.shader.least_groups));
            return Err(Error::device(text!(words::TOO_FEW, kernel = kernel, groups = groups, least = least)));
        }
        let inputs = (0..lanes.inputs.len()).map(|i| lanes.inputs.bytes(i).len());
        let largest = inputs.chain([size_of_val(&lanes.host[..]), lanes.scratch()]).max().unwrap_or(0) as u64;
        if largest <= self.largest_buffer {
            return Ok(wgsl);
        }
        let (largest, most) = (largest.div_ceil(1 << 20), self.largest_buffer >> 20);
        Err(Error::device(text!(
            words::TOO_LARGE,
            kernel = kernel,
            needed = count(largest),
            device = phrase(self.name()),
            allowed = count(most),
        )))
    }

    /// Copies the host's state and the inputs to this device, and runs all steps in the log of the lanes.
    ///
    /// # Errors
    /// The device is lost, refuses a command or has too little memory.
    pub(super) async fn load_and_replay(&self, lanes: &mut Held) -> Result<()> {
        let wgsl = self.source(lanes)?;
        let shader = lanes.shader;
        if !self.compiled.borrow().contains(&shader.name) {
            self.raw.compile(shader.name, wgsl, shader.inputs).await?;
            self.compiled.borrow_mut().push(shader.name);
        }
        let inputs = self.upload(&lanes.inputs).await?;
        let state = bytemuck::cast_slice(&lanes.host);
        let scratch = lanes.scratch();
        let raw = self.raw.load(shader.name, &inputs, state, shader.uniforms, scratch).await?;
        lanes.state = Some(State { device: self.id, raw, scratch, _inputs: inputs });
        self.run(lanes, 0).await
    }

    /// Returns the buffers on the device that hold these inputs. If the device does not hold them yet, they are copied
    /// there; all states that use the inputs then share the buffers.
    async fn upload(&self, inputs: &Inputs) -> Result<Rc<raw::Inputs>> {
        let known = |(id, kept): &(u64, Weak<_>)| kept.upgrade().filter(|_| *id == inputs.id());
        let found = self.inputs.borrow().iter().find_map(known);
        if let Some(found) = found {
            return Ok(found);
        }
        let buffers: Vec<&[u8]> = (0..inputs.len()).map(|i| inputs.bytes(i)).collect();
        let uploaded = Rc::new(self.raw.upload(&buffers).await?);
        let mut cache = self.inputs.borrow_mut();
        cache.retain(|(_, kept)| kept.strong_count() > 0);
        cache.push((inputs.id(), Rc::downgrade(&uploaded)));
        Ok(uploaded)
    }

    /// Runs the steps in the log of the lanes, from entry `from` on; the state must be on this device.
    ///
    /// # Errors
    /// The device is lost or refuses a command.
    pub(super) async fn run(&self, lanes: &Held, from: usize) -> Result<()> {
        let state = self.state(lanes)?;
        let room = lanes.state.as_ref().map_or(0, |state| state.scratch);
        assert!(lanes.scratch() <= room, "{}: all ranges of steps need equal scratch", lanes.shader.name);
        let groups = lanes.groups();
        let key = (lanes.shader.name, groups);
        // Above the limit the grid is nearly square; kernels skip the surplus groups.
        let y = groups.div_ceil(GRID_MAX);
        let grid = [groups.div_ceil(y.max(1)), y];
        let mut flights = VecDeque::new();
        let mut landed_ms = 0.0;
        for work in &lanes.log[from..] {
            let mut first = work.steps.start;
            while first < work.steps.end {
                if flights.len() == IN_FLIGHT {
                    self.land(&mut flights, key, &mut landed_ms).await?;
                }
                let most = if self.is_software() { work.software_steps } else { u32::MAX };
                let wanted = (self.pace(key) / work.weight).clamp(1, most);
                let end = first.saturating_add(wanted).min(work.steps.end);
                flights.push_back(Flight {
                    work: (end - first).saturating_mul(work.weight),
                    submitted_ms: raw::now(),
                    done: Box::pin(self.raw.dispatch(state, &work.window(first..end), grid)),
                });
                first = end;
            }
        }
        while !flights.is_empty() {
            self.land(&mut flights, key, &mut landed_ms).await?;
        }
        Ok(())
    }

    /// Copies the first `part` words of the state of every group to the host. Returns them as bytes.
    ///
    /// # Errors
    /// The device is lost or refuses a command. A failed copy is always an error, never zeros.
    pub(super) async fn read(&self, lanes: &Held, part: usize) -> Result<Vec<u8>> {
        Ok(self.raw.read(self.state(lanes)?, 4 * lanes.group, 4 * part).await?)
    }

    fn state<'a>(&self, lanes: &'a Held) -> Result<&'a raw::State> {
        let state = lanes.state.as_ref().filter(|state| state.device == self.id);
        state.map(|state| &state.raw).ok_or_else(|| Error::device(words::NOT_ON_DEVICE))
    }

    fn pace(&self, key: (&'static str, u32)) -> u32 {
        self.pace.borrow().iter().find(|(known, _)| *known == key).map_or(FIRST_WORK, |(_, pace)| *pace)
    }

    /// Waits until the oldest dispatch is done, and adjusts the amount of work of later dispatches to the time that it
    /// took.
    async fn land<F: Future<Output = Result<f64, Fault>>>(
        &self,
        flights: &mut VecDeque<Flight<F>>,
        key: (&'static str, u32),
        landed_ms: &mut f64,
    ) -> Result<()> {
        let Some(Flight { work, submitted_ms, done }) = flights.pop_front() else {
            return Ok(());
        };
        let done_ms = done.await?;
        let took = done_ms - submitted_ms.max(*landed_ms);
        *landed_ms = done_ms;
        // The short last dispatch of a window says nothing about the pace; a single step may be most of it.
        if took > DISPATCH_MS.end || (took < DISPATCH_MS.start && work > self.pace(key) / 2) {
            let middle = f64::midpoint(DISPATCH_MS.start, DISPATCH_MS.end);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and steps are u32")]
            let fit = (f64::from(work) * (middle / took).clamp(0.25, 2.0)) as u32;
            let mut pace = self.pace.borrow_mut();
            pace.retain(|(known, _)| *known != key);
            pace.push((key, fit.max(1)));
        }
        Ok(())
    }
}

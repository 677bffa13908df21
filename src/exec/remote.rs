//! The bridge between the two wasm modules of a page. The first module computes experiments. The second is the GPU
//! device (a build of this crate with the feature `device`). Both are in the same worker, where
//! `www/js/engine/device.js` passes the calls of the first module to the second.
//!
//! Bytes cross the bridge as `Uint8Array`, objects of the device as handles, and faults as `{kind, reason, adapter}`.
//! After a panic, a module cannot be used any more. [`panic_message`] then gives the reason, and the page starts a new
//! worker.

use std::cell::RefCell;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::Performance;

#[cfg(not(feature = "device"))]
pub(super) use caller::{Device, Inputs, State};

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs when a wasm module starts. It installs a panic hook, which keeps the message of a panic for the page and prints
/// it to the console with its stack.
#[wasm_bindgen(start)]
pub fn begin() {
    std::panic::set_hook(Box::new(|info| {
        PANIC.with_borrow_mut(|message| *message = info.to_string());
        console_error_panic_hook::hook(info);
    }));
}

/// The message of the panic that ended this wasm module. It is empty if there was no panic.
#[wasm_bindgen]
pub fn panic_message() -> String {
    PANIC.with_borrow(String::clone)
}

/// Current time in ms, by the page's finest clock, which all modules of a worker share.
pub fn now() -> f64 {
    let performance = get(&js_sys::global(), "performance");
    performance.dyn_into::<Performance>().map_or_else(|_| js_sys::Date::now(), |p| p.now())
}

/// The property `key` of a JavaScript object. It is undefined if the object has no such property.
pub(super) fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// The GPU device as the module that computes experiments sees it. Its functions call the module of the device.
#[cfg(not(feature = "device"))]
mod caller {
    use std::future::Future;

    use bytemuck::checked::try_cast;
    use js_sys::{Array, Promise, Uint8Array};
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_futures::JsFuture;

    use super::super::fault::{Fault, Kind};
    use super::get;

    #[wasm_bindgen]
    extern "C" {
        /// A JavaScript function of the worker. It calls the method `verb` of an object of the device's module. For the
        /// verbs `open` and `shader`, the object is undefined.
        #[wasm_bindgen(js_name = askDevice)]
        fn ask(object: &JsValue, verb: &str, values: Array) -> Promise;
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the device sends a `Kind` as a number"
    )]
    fn fault(thrown: &JsValue) -> Fault {
        let text = |key| get(thrown, key).as_string().unwrap_or_default();
        let kind = get(thrown, "kind").as_f64().and_then(|kind| try_cast(kind as u8).ok());
        kind.map_or_else(
            || Fault::because(Kind::Refused, text("message")),
            |kind| Fault { kind, reason: text("reason"), adapter: text("adapter") },
        )
    }

    /// Calls the method `verb` of `object` at once. The future waits for the answer.
    fn call(object: &JsValue, verb: &str, values: &[JsValue]) -> impl Future<Output = Result<JsValue, Fault>> + use<> {
        let answer = JsFuture::from(ask(object, verb, values.iter().collect()));
        async { answer.await.map_err(|thrown| fault(&thrown)) }
    }

    /// An object of the device's module. When this handle is dropped, the module frees the object.
    struct Handle(JsValue);

    impl Drop for Handle {
        fn drop(&mut self) {
            drop(ask(&self.0, "free", Array::new()));
        }
    }

    pub(in super::super) struct Device {
        name: String,
        software: bool,
        largest_buffer: u64,
        handle: Handle,
    }

    pub(in super::super) struct Inputs(Handle);

    pub(in super::super) struct State(Handle);

    fn bytes(bytes: &[u8]) -> JsValue {
        Uint8Array::from(bytes).into()
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of buffers")]
    impl Device {
        pub(in super::super) async fn open(allow_software: bool) -> Result<Self, Fault> {
            let device = call(&JsValue::UNDEFINED, "open", &[allow_software.into()]).await?;
            Ok(Self {
                name: get(&device, "name").as_string().unwrap_or_default(),
                software: get(&device, "software").as_f64() == Some(1.0),
                largest_buffer: get(&device, "largest_buffer").as_f64().unwrap_or_default() as u64,
                handle: Handle(device),
            })
        }

        pub(in super::super) fn name(&self) -> &str {
            &self.name
        }

        pub(in super::super) const fn software(&self) -> bool {
            self.software
        }

        pub(in super::super) const fn largest_buffer(&self) -> u64 {
            self.largest_buffer
        }

        /// Compiles the shader of the kernel `name`. The wasm module contains no shaders, so the worker fetches the
        /// kernel's file. The worker answers null if a newer version of the lab has replaced the file, and undefined if
        /// there is another reason why the file cannot be fetched.
        pub(in super::super) async fn compile(&self, name: &str, _: &str, inputs: usize) -> Result<(), Fault> {
            let wgsl = call(&JsValue::UNDEFINED, "shader", &[name.into()]).await?;
            if wgsl.is_null() {
                return Err(Kind::Newer.into());
            }
            if !wgsl.is_string() {
                return Err(Fault::because(Kind::NoShader, name.to_owned()));
            }
            self.call("compile", &[name.into(), wgsl, inputs.into()]).await.map(drop)
        }

        pub(in super::super) async fn upload(&self, buffers: &[&[u8]]) -> Result<Inputs, Fault> {
            let buffers: Array = buffers.iter().map(|buffer| bytes(buffer)).collect();
            self.call("upload", &[buffers.into()]).await.map(|object| Inputs(Handle(object)))
        }

        pub(in super::super) async fn load(
            &self,
            name: &str,
            Inputs(inputs): &Inputs,
            state: &[u8],
            uniforms: usize,
            scratch: usize,
        ) -> Result<State, Fault> {
            let values = [name.into(), inputs.0.clone(), bytes(state), uniforms.into(), scratch.into()];
            self.call("load", &values).await.map(|object| State(Handle(object)))
        }

        pub(in super::super) fn dispatch(
            &self,
            State(state): &State,
            uniforms: &[u8],
            [x, y]: [u32; 2],
        ) -> impl Future<Output = Result<f64, Fault>> + use<> {
            let done = self.call("dispatch", &[state.0.clone(), bytes(uniforms), x.into(), y.into()]);
            async { done.await.map(|ms| ms.as_f64().unwrap_or_default()) }
        }

        pub(in super::super) async fn read(
            &self,
            State(state): &State,
            group: usize,
            part: usize,
        ) -> Result<Vec<u8>, Fault> {
            let read = self.call("read", &[state.0.clone(), group.into(), part.into()]).await?;
            read.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).map_err(|_| Kind::NotReadBack.into())
        }

        fn call(&self, verb: &str, values: &[JsValue]) -> impl Future<Output = Result<JsValue, Fault>> + use<> {
            call(&self.handle.0, verb, values)
        }
    }
}

/// The functions that the wasm module of the GPU device exports.
#[cfg(feature = "device")]
pub mod door {
    use std::future::Future;
    use std::rc::Rc;

    use js_sys::{Object, Promise, Reflect, Uint8Array};
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_futures::future_to_promise;

    use crate::exec::fault::Fault;
    use crate::exec::gpu;

    /// Advances the clock that counts only the time while the page is visible. A timer of the worker calls this
    /// function.
    #[wasm_bindgen]
    pub fn tick() {
        gpu::clock::tick();
    }

    fn thrown(Fault { kind, reason, adapter }: Fault) -> JsValue {
        let object = Object::new();
        let fields: [(&str, JsValue); 3] =
            [("kind", (kind as u8).into()), ("reason", reason.into()), ("adapter", adapter.into())];
        for (key, value) in fields {
            Reflect::set(&object, &key.into(), &value).ok();
        }
        object.into()
    }

    fn promise<T: Into<JsValue>>(answer: impl Future<Output = Result<T, Fault>> + 'static) -> Promise {
        future_to_promise(async { answer.await.map(Into::into).map_err(thrown) })
    }

    /// An open GPU.
    #[wasm_bindgen]
    pub struct Device {
        gpu: Rc<gpu::Device>,
    }

    /// Read-only buffers on the GPU.
    #[wasm_bindgen]
    pub struct Inputs {
        buffers: gpu::Inputs,
    }

    /// The state of a run on the GPU.
    #[wasm_bindgen]
    pub struct State {
        state: gpu::State,
    }

    /// The functions of [`gpu::Device`], whose documentation says what they do. A function that does not answer at once
    /// returns a promise. If it fails, the promise is rejected with a fault `{kind, reason, adapter}`.
    #[wasm_bindgen]
    impl Device {
        /// Opens the best adapter.
        pub fn open(allow_software: bool) -> Promise {
            promise(async move { gpu::Device::open(allow_software).await.map(|gpu| Self { gpu: Rc::new(gpu) }) })
        }

        /// Name of the adapter. It is empty if the adapter has no name.
        #[wasm_bindgen(getter)]
        pub fn name(&self) -> String {
            self.gpu.name().to_owned()
        }

        /// 1 for a software adapter, and else 0. It is a number because the module that computes experiments reads only
        /// numbers and texts.
        #[wasm_bindgen(getter)]
        pub fn software(&self) -> u32 {
            self.gpu.software().into()
        }

        /// Size in bytes of the largest buffer that can be bound.
        #[wasm_bindgen(getter)]
        #[expect(clippy::cast_precision_loss, reason = "a size of a buffer")]
        pub fn largest_buffer(&self) -> f64 {
            self.gpu.largest_buffer() as f64
        }

        /// Compiles the shader `wgsl` of the kernel `name`, which has `inputs` read-only inputs.
        pub fn compile(&self, name: String, wgsl: String, inputs: usize) -> Promise {
            let gpu = Rc::clone(&self.gpu);
            promise(async move { gpu.compile(&name, &wgsl, inputs).await.map(|()| JsValue::UNDEFINED) })
        }

        /// Copies read-only buffers to the device. The promise gives [`Inputs`].
        pub fn upload(&self, buffers: Vec<Uint8Array>) -> Promise {
            let gpu = Rc::clone(&self.gpu);
            promise(async move {
                let buffers: Vec<Vec<u8>> = buffers.iter().map(Uint8Array::to_vec).collect();
                let views: Vec<&[u8]> = buffers.iter().map(Vec::as_slice).collect();
                gpu.upload(&views).await.map(|buffers| Inputs { buffers })
            })
        }

        /// Copies the state of a run to the device, for the kernel `name`, which must have been compiled. The promise
        /// gives a [`State`].
        pub fn load(&self, name: String, inputs: &Inputs, state: Vec<u8>, uniforms: usize, scratch: usize) -> Promise {
            let (gpu, inputs) = (Rc::clone(&self.gpu), inputs.buffers.clone());
            promise(
                async move { gpu.load(&name, &inputs, &state, uniforms, scratch).await.map(|state| State { state }) },
            )
        }

        /// Submits one dispatch on a grid of `x` times `y` groups. The promise gives the time in ms at which the
        /// dispatch was done.
        pub fn dispatch(&self, state: &State, uniforms: &[u8], x: u32, y: u32) -> Promise {
            promise(self.gpu.dispatch(&state.state, uniforms, [x, y]))
        }

        /// Copies the first `part` bytes of every group's state, which has `group` bytes. The promise gives a
        /// `Uint8Array`.
        pub fn read(&self, state: &State, group: usize, part: usize) -> Promise {
            let (gpu, state) = (Rc::clone(&self.gpu), state.state.clone());
            promise(async move { gpu.read(&state, group, part).await.map(|bytes| Uint8Array::from(&bytes[..])) })
        }
    }
}

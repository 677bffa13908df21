//! Faults of a GPU, as the device reports them. The sentences about them are in `device.rs`, because the wasm module of
//! the device contains no texts.

use bytemuck::CheckedBitPattern;

/// Deadline in seconds for a browser's answer to a request for an adapter. Time in which the page is hidden does not
/// count.
pub(super) const ADAPTER_S: u32 = 3;

/// Deadline in seconds for a device's answer to a request. Time in which the page is hidden does not count.
pub(super) const ANSWER_S: u32 = 10;

/// The kind of a [`Fault`]. One wasm module of a page sends it to the other as a number. Both modules are of the same
/// version, so the number means the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CheckedBitPattern)]
#[repr(u8)]
#[allow(dead_code, reason = "each build can meet only some of these")]
pub(super) enum Kind {
    /// This build cannot use a GPU.
    NoSupport,
    /// The machine has no adapter.
    NoAdapter,
    /// No adapter answered within [`ADAPTER_S`] seconds.
    NoAdapterAnswered,
    /// The adapter that was asked for is no longer there.
    AdapterGone,
    /// There are only software adapters, and these are not allowed.
    OnlySoftware,
    /// The device did not open within [`ANSWER_S`] seconds.
    NotOpened,
    /// The adapter refused to open the device.
    CannotOpen,
    /// The shader's file could not be fetched.
    NoShader,
    /// The device has too little memory.
    OutOfMemory,
    /// The device refused a command.
    Refused,
    /// The device was lost.
    Lost,
    /// The device has not answered for [`ANSWER_S`] seconds.
    Silent,
    /// The device dropped a dispatch.
    NeverFinished,
    /// A result could not be read back.
    NotReadBack,
    /// The shader's file is gone, because a newer version of the lab has replaced the files of this one.
    Newer,
}

/// A failure of a GPU, as the device reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Kind of the failure.
    pub(super) kind: Kind,
    /// The reason in the words of the device, or the name of what is missing. It is empty if the kind says everything.
    pub(super) reason: String,
    /// Name of the adapter, for a failure to open it. It is empty for other failures, and if the adapter has no name.
    pub(super) adapter: String,
}

impl From<Kind> for Fault {
    fn from(kind: Kind) -> Self {
        Self::because(kind, String::new())
    }
}

impl Fault {
    /// Makes a fault from its kind and from the reason that the device gives.
    pub(super) const fn because(kind: Kind, reason: String) -> Self {
        Self { kind, reason, adapter: String::new() }
    }
}

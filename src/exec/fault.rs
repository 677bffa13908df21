//! What can go wrong with a GPU, as the device reports it. The sentences for it are in `device.rs`, because the build
//! of the device contains no texts.

use bytemuck::CheckedBitPattern;

/// Number of seconds that a browser has to answer a request for an adapter, not counting time in which the page is
/// hidden.
pub(super) const ADAPTER_S: u32 = 3;

/// Number of seconds that a device has to answer a request, not counting time in which the page is hidden.
pub(super) const ANSWER_S: u32 = 10;

/// The kind of a [`Fault`]. Its number crosses the border between two wasm modules of one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CheckedBitPattern)]
#[repr(u8)]
#[allow(dead_code, reason = "each build can meet only some of these")]
pub(super) enum Kind {
    /// This build cannot use a GPU.
    NoSupport,
    /// There is no adapter.
    NoAdapter,
    /// No adapter answered within [`ADAPTER_S`] seconds.
    NoAdapterAnswered,
    /// The adapter was there, and it is no longer there.
    AdapterGone,
    /// There are only software adapters, and none was allowed.
    OnlySoftware,
    /// The device did not open within [`ANSWER_S`] seconds.
    NotOpened,
    /// The device cannot be opened.
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

/// A failure of a GPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// What happened.
    pub(super) kind: Kind,
    /// The reason in the words of the device, or what is missing; empty if there is nothing to say.
    pub(super) reason: String,
    /// Name of the adapter, if it could not be opened; empty if it has no name.
    pub(super) adapter: String,
}

impl From<Kind> for Fault {
    fn from(kind: Kind) -> Self {
        Self::because(kind, String::new())
    }
}

impl Fault {
    /// A fault with the reason that the device gives.
    pub(super) const fn because(kind: Kind, reason: String) -> Self {
        Self { kind, reason, adapter: String::new() }
    }
}

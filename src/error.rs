//! The only public error type of the lab. Every error describes itself in one sentence.
//!
//! The sentences are in lower case, say what was attempted and what is allowed, and contain no markup.

use std::fmt;

use serde::Serialize;

use crate::text::{Text, name, phrase};
use crate::{text, texts};

texts! {
    CANNOT_BE = "parameter `{parameter}` cannot be `{value}`: it takes {allowed}";
    EMPTY = "parameter `{parameter}` is empty: it takes {allowed}";
}

/// A result whose error type is [`Error`], unless another type is given.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kind of an error. It decides how the page reacts and with which status the command line exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// A parameter is unknown, malformed or out of range.
    Parameter,
    /// There is no experiment, claim or kernel with the given name.
    Unknown,
    /// There is no device, the device was lost, or the device computes wrong numbers.
    Device,
    /// The user cancelled the run.
    Cancelled,
    /// A file cannot be read or written.
    Io,
}

/// An error of the lab, with a kind for programs and a sentence for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Error {
    // Boxed, so that a `Result` stays small: errors are rare.
    parts: Box<Parts>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Parts {
    kind: ErrorKind,
    message: Text,
    /// The name of the parameter that caused the error; `None` if no parameter caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
}

impl Error {
    /// Makes an error of the given kind. `message` is one lower-case sentence without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<Text>) -> Self {
        Self { parts: Box::new(Parts { kind, message: message.into(), parameter: None }) }
    }

    /// Records that the parameter `name` caused the error. The message should name this parameter too.
    pub fn blaming(mut self, name: &str) -> Self {
        self.parts.parameter = Some(name.to_owned());
        self
    }

    /// Makes the error for a parameter that cannot have the value `value`. The message names the parameter, its value
    /// and the allowed values.
    pub fn parameter(parameter: &str, value: &str, allowed: impl Into<Text>) -> Self {
        // A long pasted text must not make a long message.
        let shown: String = value.chars().take(60).collect();
        let cut = if shown.len() < value.len() { "…" } else { "" };
        let (called, allowed) = (name(parameter), phrase(allowed));
        let message = if value.trim().is_empty() {
            text!(EMPTY, parameter = called, allowed = allowed)
        } else {
            text!(CANNOT_BE, parameter = called, value = name(shown + cut), allowed = allowed)
        };
        Self::new(ErrorKind::Parameter, message).blaming(parameter)
    }

    /// Makes the error for a device that is missing, was lost, or computes wrong numbers.
    pub fn device(message: impl Into<Text>) -> Self {
        Self::new(ErrorKind::Device, message)
    }

    /// The kind of the error.
    pub const fn kind(&self) -> ErrorKind {
        self.parts.kind
    }

    /// The name of the parameter that caused the error; `None` if no parameter caused it.
    pub fn blamed(&self) -> Option<&str> {
        self.parts.parameter.as_deref()
    }

    /// The sentence that describes the error.
    pub const fn text(&self) -> &Text {
        &self.parts.message
    }

    /// The sentence that describes the error, in English.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn message(&self) -> String {
        self.parts.message.english()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(not(target_arch = "wasm32"))]
        return f.write_str(&self.message());
        // A page fills the sentence itself.
        #[cfg(target_arch = "wasm32")]
        f.write_str(self.parts.message.template())
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, Text::verbatim(error.to_string()))
    }
}

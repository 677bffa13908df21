//! One public error type: every failure reaches a person as one sentence.
//!
//! Messages are lower case, say what was attempted and what is allowed, and never carry markup.

use std::fmt;

use serde::Serialize;

/// A result of the lab.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, coarsely: decides the exit status and how the page reacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// A parameter is unknown, malformed or out of range.
    Parameter,
    /// There is no experiment, claim or kernel of that name.
    Unknown,
    /// No device, a lost device, or a device that computes wrong numbers.
    Device,
    /// The run was cancelled by its owner.
    Cancelled,
    /// Reading or writing a file failed.
    Io,
}

/// An error of the lab: a kind for programs, a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

impl Error {
    /// An error of the given kind; `message` is one lower-case sentence without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// A parameter that cannot be used: names it, its value and what is allowed.
    pub fn parameter(name: &str, value: &str, allowed: &str) -> Self {
        // A pasted novel must not become the message.
        let shown: String = value.chars().take(60).collect();
        let cut = if shown.len() < value.len() { "…" } else { "" };
        Self::new(ErrorKind::Parameter, format!("parameter `{name}` cannot be `{shown}{cut}`: it takes {allowed}"))
    }

    /// A device that is missing, lost or wrong.
    pub fn device(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Device, message)
    }

    /// What went wrong, coarsely.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, error.to_string())
    }
}

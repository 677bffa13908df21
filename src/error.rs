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

/// A number as a sentence shows it: `1e-60`, never sixty zeros.
pub fn number(x: f64) -> String {
    let (plain, short) = (x.to_string(), format!("{x:e}"));
    if plain.len() > 12 && short.len() < plain.len() { short } else { plain }
}

/// An error of the lab: a kind for programs, a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Error {
    // Boxed, so that results which are nearly always fine stay small.
    parts: Box<Parts>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Parts {
    kind: ErrorKind,
    message: String,
    /// The parameter that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
}

impl Error {
    /// An error of the given kind; `message` is one lower-case sentence without a full stop, and is shown on one line.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { parts: Box::new(Parts { kind, message: visible(&message.into()), parameter: None }) }
    }

    /// Blames the parameter `name`. The sentence should name it, too.
    pub fn blaming(mut self, name: &str) -> Self {
        self.parts.parameter = Some(name.to_owned());
        self
    }

    /// A parameter that cannot be used: names it, its value and what is allowed.
    pub fn parameter(name: &str, value: &str, allowed: &str) -> Self {
        // A pasted novel must not become the message.
        let shown: String = value.chars().take(60).collect();
        let cut = if shown.len() < value.len() { "…" } else { "" };
        Self::new(ErrorKind::Parameter, format!("parameter `{name}` cannot be `{shown}{cut}`: it takes {allowed}"))
            .blaming(name)
    }

    /// A device that is missing, lost or wrong.
    pub fn device(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Device, message)
    }

    /// What went wrong, coarsely.
    pub const fn kind(&self) -> ErrorKind {
        self.parts.kind
    }

    /// The name of the parameter that is to blame, where one is.
    pub fn blamed(&self) -> Option<&str> {
        self.parts.parameter.as_deref()
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.parts.message
    }
}

/// `text` on one line with everything in it visible: a control character, or a mark that turns the direction of reading,
/// is replaced by its picture or its code point. The page does this in `www/js/visible.js`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let code = u32::from(c);
        match c {
            '\0'..='\x1f' => out.extend(char::from_u32(0x2400 + code)),
            '\x7f' => out.push('\u{2421}'),
            '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                // Hexadecimal by hand: the standard printer of it would be the page's only use.
                out.push_str("\u{27e8}U+");
                out.extend(
                    (0..4)
                        .rev()
                        .filter_map(|place| char::from_digit((code >> (4 * place)) & 15, 16))
                        .map(|d| d.to_ascii_uppercase()),
                );
                out.push('\u{27e9}');
            }
            _ => out.push(c),
        }
    }
    out
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.message)
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_visible_line() {
        let error = Error::parameter("exponent", "1\n2\r\t\0\u{7f}\u{85}\u{2028}\u{202e}", "a number");
        assert_eq!(
            error.message(),
            "parameter `exponent` cannot be `1\u{240a}2\u{240d}\u{2409}\u{2400}\u{2421}\u{27e8}U+0085\u{27e9}\u{27e8}U+2028\u{27e9}\u{27e8}U+202E\u{27e9}`: it takes a number",
            "each has a name"
        );
        assert_eq!(
            visible("loss, 10\u{207b}\u{b3} \u{d7} \u{3b1}, \u{6570}\u{636e}"),
            "loss, 10\u{207b}\u{b3} \u{d7} \u{3b1}, \u{6570}\u{636e}",
            "what is seen stays"
        );
    }

    #[test]
    fn numbers_in_sentences_are_short() {
        let known = [
            (1e-60, "1e-60"),
            (-1e200, "-1e200"),
            (1e30, "1e30"),
            (f64::MAX, "1.7976931348623157e308"),
            (0.001, "0.001"),
            (-2.5, "-2.5"),
            (1e9, "1000000000"),
            (237_336_955_477.55, "237336955477.55"),
            (f64::INFINITY, "inf"),
            (0.0, "0"),
        ];
        for (x, text) in known {
            assert_eq!(number(x), text);
        }
    }
}

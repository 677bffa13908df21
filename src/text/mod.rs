//! Sentences as data: a template in English and its arguments.
//!
//! A sentence that is glued together in code can be neither translated nor typeset, and its numbers are digits for ever. Here a
//! sentence stays data until somebody reads it: the command line fills the English template ([`Text::english`]); the page
//! fills the template of its reader's language and writes the numbers as that language does (`www/js/text.js`). Every
//! template is a named constant, declared by [`texts!`](crate::texts!) and filled by [`text!`](crate::text!); an argument
//! that is missing or unknown does not compile.
//!
//! # Templates
//! - `{name}` is replaced by the argument of that name.
//! - `{name:run|runs}` is replaced by the form that the number of that name asks for: in English the first for 1, the second for
//!   all others. A translation gives one form for each plural category of its language.
//! - `$...$` is TeX. Its braces are TeX's: no argument stands in it.
//!
//! ```
//! use scaling_lab::text::{count, share};
//!
//! scaling_lab::texts! {
//!     WON = "{wins} {wins:run|runs} of {runs} won, {rate} of them all.";
//! }
//!
//! let text = scaling_lab::text!(WON, wins = count(1), runs = count(2048), rate = share(1.0 / 2048.0));
//! assert_eq!(text.english(), "1 run of 2,048 won, 0.0488% of them all.");
//! ```
//!
//! ```compile_fail
//! scaling_lab::texts! {
//!     WON = "{wins} runs won.";
//! }
//! let text = scaling_lab::text!(WON, lost = scaling_lab::text::count(1));
//! ```

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::texts;

#[cfg(not(target_arch = "wasm32"))]
mod english;
#[cfg(not(target_arch = "wasm32"))]
mod number;
#[cfg(not(target_arch = "wasm32"))]
mod samples;
mod template;
#[cfg(not(target_arch = "wasm32"))]
mod visible;

#[cfg(not(target_arch = "wasm32"))]
pub use english::plain;
#[cfg(not(target_arch = "wasm32"))]
pub use number::{people, typed};
#[cfg(not(target_arch = "wasm32"))]
pub use samples::samples;
pub use template::{Template, word};
#[doc(hidden)]
pub use template::{holes, takes};
#[cfg(not(target_arch = "wasm32"))]
pub use visible::visible;

/// The templates of a module, each with the name of its constant.
pub type Texts = &'static [(&'static str, &'static str)];

/// What an argument is: it decides how many digits people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// How many: whole.
    Count,
    /// A measured or computed number: 4 digits.
    Number,
    /// A loss: 4 digits.
    Loss,
    /// How far a number may be off: 2 digits.
    Error,
    /// A share of one, read as a percentage: 3 digits.
    Share,
    /// How many times as much: 3 digits.
    Multiple,
    /// A number that somebody typed: every digit, and as it can be typed again.
    Setting,
    /// Two ends: 4 digits; an end that is not finite is open.
    Interval,
    /// What is called so by somebody: a heading, a file, a parameter.
    Name,
    /// A sentence or phrase of its own.
    Text,
    /// Phrases, one after the other.
    List,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// One number; not finite where there is none.
    Number(#[serde(serialize_with = "extended")] f64),
    /// The ends of an interval; not finite where open.
    Interval(#[serde(serialize_with = "extended_pair")] [f64; 2]),
    /// A name, which is data and never markup.
    Name(String),
    /// A text.
    Text(Text),
    /// Texts in their order.
    List(Vec<Text>),
}

/// A finite number as one; what is not finite by its sign, because JSON knows no infinity.
fn extended<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match *x {
        f64::INFINITY => serializer.serialize_str("inf"),
        f64::NEG_INFINITY => serializer.serialize_str("-inf"),
        x => x.is_finite().then_some(x).serialize(serializer),
    }
}

fn extended_pair<S: Serializer>(pair: &[f64; 2], serializer: S) -> Result<S::Ok, S::Error> {
    pair.map(|x| x.is_finite().then_some(x)).serialize(serializer)
}

/// What a template is filled with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Argument {
    kind: Kind,
    value: Value,
    /// A unit that follows the number, such as `nats`; may be empty.
    #[serde(skip_serializing_if = "str::is_empty")]
    unit: &'static str,
}

impl Argument {
    const fn of(kind: Kind, value: Value) -> Self {
        Self { kind, value, unit: "" }
    }

    /// Gives the number a unit, which follows it.
    pub const fn unit(mut self, unit: Template<0>) -> Self {
        self.unit = unit.english();
        self
    }
}

/// A whole number that is counted.
pub trait Count {
    /// The number; exact up to 2^53.
    fn number(self) -> f64;
}

macro_rules! counts {
    ($($whole:ty),*) => {
        $(impl Count for $whole {
            fn number(self) -> f64 {
                self as f64
            }
        })*
    };
}
counts!(u8, u32, i32, u64, usize, f64);

/// How many there are.
pub fn count(x: impl Count) -> Argument {
    Argument::of(Kind::Count, Value::Number(x.number()))
}

/// A measured or computed number.
pub const fn number(x: f64) -> Argument {
    Argument::of(Kind::Number, Value::Number(x))
}

/// A loss.
pub const fn loss(x: f64) -> Argument {
    Argument::of(Kind::Loss, Value::Number(x))
}

/// How far a number may be off.
pub const fn error(x: f64) -> Argument {
    Argument::of(Kind::Error, Value::Number(x))
}

/// A share of one, read as a percentage.
pub const fn share(x: f64) -> Argument {
    Argument::of(Kind::Share, Value::Number(x))
}

/// How many times as much.
pub const fn multiple(x: f64) -> Argument {
    Argument::of(Kind::Multiple, Value::Number(x))
}

/// A number that somebody typed, or may type.
pub const fn setting(x: f64) -> Argument {
    Argument::of(Kind::Setting, Value::Number(x))
}

/// Two ends; an end that is not finite is open.
pub const fn interval(ends: [f64; 2]) -> Argument {
    Argument::of(Kind::Interval, Value::Interval(ends))
}

/// What somebody called something: a heading, a file, a parameter.
pub fn name(name: impl Into<String>) -> Argument {
    Argument::of(Kind::Name, Value::Name(name.into()))
}

/// A text in another.
pub fn phrase(text: impl Into<Text>) -> Argument {
    Argument::of(Kind::Text, Value::Text(text.into()))
}

/// Texts in their order, separated as a language separates them.
pub const fn list(texts: Vec<Text>) -> Argument {
    Argument::of(Kind::List, Value::List(texts))
}

/// A sentence or a phrase: a template in English, and its arguments by name.
///
/// In a document a text without arguments is the string itself; another is `{template, arguments, text}`, where `text` is the
/// filled English. The page's engine leaves `text` out, because the page fills the template of its own language.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    template: &'static str,
    arguments: Vec<(&'static str, Argument)>,
}

impl Text {
    /// A filled template; called by [`text!`](crate::text!), which checks the names.
    #[doc(hidden)]
    pub const fn filled(template: &'static str, arguments: Vec<(&'static str, Argument)>) -> Self {
        Self { template, arguments }
    }

    /// The template in English.
    pub const fn template(&self) -> &'static str {
        self.template
    }

    /// Whether it says exactly this: as a template without arguments, or verbatim.
    pub fn is(&self, said: &str) -> bool {
        match &self.arguments[..] {
            [] => self.template == said,
            [(_, Argument { value: Value::Name(name), .. })] => self.template == VERBATIM.english() && name == said,
            _ => false,
        }
    }

    /// What somebody else said: a message of a device or of the system, or a name from a table. It is shown as it is.
    pub fn verbatim(said: impl Into<String>) -> Self {
        Self::filled(VERBATIM.english(), vec![("said", name(said))])
    }
}

texts! {
    VERBATIM = "{said}";
}

impl From<Template<0>> for Text {
    fn from(template: Template<0>) -> Self {
        Self { template: template.english(), arguments: Vec::new() }
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.arguments.is_empty() {
            return serializer.serialize_str(self.template);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("template", self.template)?;
        map.serialize_entry("arguments", &Arguments(&self.arguments))?;
        #[cfg(not(target_arch = "wasm32"))]
        map.serialize_entry("text", &self.english())?;
        map.end()
    }
}

struct Arguments<'a>(&'a [(&'static str, Argument)]);

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, argument)| (name, argument)))
    }
}

/// Declares templates as constants: `texts! { NAME = "A sentence with {argument}."; }`, and `TEXTS`, which lists them.
#[macro_export]
macro_rules! texts {
    ($($name:ident = $english:literal;)+) => {
        $(pub(crate) const $name: $crate::text::Template<{ $crate::text::holes($english) }> =
            $crate::text::Template::new($english);)+

        /// The templates of this module.
        #[allow(dead_code, reason = "a page takes the words from the catalogue it was built with")]
        pub(crate) const TEXTS: $crate::text::Texts = &[$((stringify!($name), $english)),+];
    };
}

/// Fills a template that [`texts!`](crate::texts!) declared: `text!(NAME, argument = count(3))`. An argument that is missing or
/// unknown does not compile.
#[macro_export]
macro_rules! text {
    ($template:expr $(, $name:ident = $value:expr)+ $(,)?) => {{
        const _: () = $crate::text::takes($template.english(), &[$(stringify!($name)),+]);
        $crate::text::Text::filled($template.english(), vec![$((stringify!($name), $value)),+])
    }};
}

//! Sentences as data: a template in English and its arguments.
//!
//! A sentence that is put together in code can be neither translated nor typeset, and its numbers have a fixed format.
//! So a sentence stays data until it is shown. The command line fills the English template ([`Text::english`]). The
//! page fills the template in the user's language, and formats the numbers as that language does (`www/js/text.js`).
//! Every template is a named constant, declared by [`texts!`](crate::texts!) and filled by [`text!`](crate::text!). A
//! missing or unknown argument is a compile-time error.
//!
//! # Templates
//! - `{name}` is replaced by the argument of that name.
//! - `{name:run|runs}` is replaced by one of the listed words, chosen by the number in the argument of that name. In
//!   English, the first word is for 1 and the second for all other numbers. A translation lists one word for each
//!   plural category of its language.
//! - `$...$` is TeX. Its braces belong to TeX, so it cannot contain an argument.
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
pub type Templates = &'static [(&'static str, &'static str)];

/// The kind of an argument. It decides how the value is formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A count, shown as a whole number.
    Count,
    /// A number that is not of any other kind, shown with 4 significant digits.
    Number,
    /// A loss, shown with 4 significant digits.
    Loss,
    /// An amount of parameters, tokens or operations, shown with 3 significant digits and a letter: `48.3 B`, `1.99 T`.
    Amount,
    /// An error or a tolerance: how far a number may be off. Shown with 2 significant digits.
    Error,
    /// A share as a fraction of 1, shown as a percentage with 3 significant digits.
    Share,
    /// A ratio, such as 3 for three times as large, shown with 3 significant digits.
    Multiple,
    /// A number that the user typed or may type. It is shown with all digits, in a form that can be typed again.
    Setting,
    /// The two endpoints of an interval, shown with 4 significant digits. An endpoint that is not finite means that the
    /// interval is unbounded on that side.
    Interval,
    /// A name, such as a heading, a file name or the name of a parameter. It is not translated.
    Name,
    /// A sentence or phrase that is inserted into another sentence.
    Text,
    /// A list of phrases.
    List,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// One number. It is infinite or NaN if the quantity is unbounded or unknown.
    Number(#[serde(serialize_with = "extended")] f64),
    /// The two endpoints of an interval. An endpoint that is not finite means that the interval is unbounded on that
    /// side.
    Interval(#[serde(serialize_with = "extended_pair")] [f64; 2]),
    /// A name, such as a heading, a file name or the name of a parameter. It is shown verbatim and never as markup.
    Name(String),
    /// A sentence or phrase that is inserted into another sentence.
    Text(Text),
    /// A list of phrases.
    List(Vec<Text>),
}

/// Writes a number as JSON. JSON has no infinite numbers and no NaN, so an infinite number becomes the string `inf` or
/// `-inf`, and NaN becomes null.
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

/// The value of an argument of a template, with its kind and unit.
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

    /// Sets the unit, which is shown after the number.
    pub const fn unit(mut self, unit: Template<0>) -> Self {
        self.unit = unit.english();
        self
    }
}

/// An integer type whose values can be counts.
pub trait Count {
    /// The count as f64. The conversion is exact up to 2^53.
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

/// A count as an argument.
pub fn count(x: impl Count) -> Argument {
    Argument::of(Kind::Count, Value::Number(x.number()))
}

/// A measured or computed number as an argument.
pub const fn number(x: f64) -> Argument {
    Argument::of(Kind::Number, Value::Number(x))
}

/// A loss as an argument.
pub const fn loss(x: f64) -> Argument {
    Argument::of(Kind::Loss, Value::Number(x))
}

/// An amount of parameters, tokens or operations as an argument. It is shown with a letter, as in `48.3 B`.
pub const fn amount(x: f64) -> Argument {
    Argument::of(Kind::Amount, Value::Number(x))
}

/// An error or a tolerance as an argument: how far a number may be off.
pub const fn error(x: f64) -> Argument {
    Argument::of(Kind::Error, Value::Number(x))
}

/// A share as an argument. It is given as a fraction of 1 and shown as a percentage.
pub const fn share(x: f64) -> Argument {
    Argument::of(Kind::Share, Value::Number(x))
}

/// A ratio as an argument, such as 3 for three times as large.
pub const fn multiple(x: f64) -> Argument {
    Argument::of(Kind::Multiple, Value::Number(x))
}

/// A number that the user typed, or may type, as an argument.
pub const fn setting(x: f64) -> Argument {
    Argument::of(Kind::Setting, Value::Number(x))
}

/// The two endpoints of an interval as an argument. An endpoint that is not finite means that the interval is unbounded
/// on that side.
pub const fn interval(ends: [f64; 2]) -> Argument {
    Argument::of(Kind::Interval, Value::Interval(ends))
}

/// A name as an argument, such as a heading, a file name or the name of a parameter. It is not translated.
pub fn name(name: impl Into<String>) -> Argument {
    Argument::of(Kind::Name, Value::Name(name.into()))
}

/// A text as an argument of another text.
pub fn phrase(text: impl Into<Text>) -> Argument {
    Argument::of(Kind::Text, Value::Text(text.into()))
}

/// A list of texts as an argument. Each language has its own separator of list items.
pub const fn list(texts: Vec<Text>) -> Argument {
    Argument::of(Kind::List, Value::List(texts))
}

/// A sentence or a phrase: a template in English, and its arguments by name.
///
/// In a result document, a text without arguments is a string. Any other text is `{template, arguments, text}`, where
/// `text` is the English sentence. Documents that are made in the page lack `text`, because the page fills the template
/// in the user's language.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    template: &'static str,
    arguments: Vec<(&'static str, Argument)>,
}

impl Text {
    /// Makes a text from a template and its arguments. It is called by [`text!`](crate::text!), which checks the names
    /// of the arguments.
    #[doc(hidden)]
    pub const fn filled(template: &'static str, arguments: Vec<(&'static str, Argument)>) -> Self {
        Self { template, arguments }
    }

    /// The English template, before the arguments are filled in.
    pub const fn template(&self) -> &'static str {
        self.template
    }

    /// Whether this is the text `said`, either as a template without arguments or as a verbatim text.
    pub fn is(&self, said: &str) -> bool {
        match &self.arguments[..] {
            [] => self.template == said,
            [(_, Argument { value: Value::Name(name), .. })] => self.template == VERBATIM.english() && name == said,
            _ => false,
        }
    }

    /// Makes a text that is shown unchanged in every language, because it comes from outside the lab: a message of a
    /// device or of the operating system, or a name from a table.
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

/// Declares templates as constants: `texts! { NAME = "A sentence with {argument}."; }`. It also declares the constant
/// `TEXTS`, a list of these templates.
#[macro_export]
macro_rules! texts {
    ($($name:ident = $english:literal;)+) => {
        $(pub(crate) const $name: $crate::text::Template<{ $crate::text::holes($english) }> =
            $crate::text::Template::new($english);)+

        /// All templates of this module.
        #[allow(dead_code, reason = "a page takes the words from the catalogue it was built with")]
        pub(crate) const TEXTS: $crate::text::Templates = &[$((stringify!($name), $english)),+];
    };
}

/// Fills a template that [`texts!`](crate::texts!) declared: `text!(NAME, argument = count(3))`. A missing or unknown
/// argument is a compile-time error.
#[macro_export]
macro_rules! text {
    ($template:expr $(, $name:ident = $value:expr)+ $(,)?) => {{
        const _: () = $crate::text::takes($template.english(), &[$(stringify!($name)),+]);
        $crate::text::Text::filled($template.english(), vec![$((stringify!($name), $value)),+])
    }};
}

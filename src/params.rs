//! The parameters of experiments. Each parameter is declared once.
//!
//! One declaration gives the control on the page, the parameter in the URL, the option of `--set` on the command line,
//! the checks and the property tests. Values are passed around as text (for example `0.9,0.1`, or `1,0;0,1` for a
//! matrix), because then a value means the same on the page, in a URL and in a terminal.

use serde::{Serialize, Serializer};

use crate::error::{Error, ErrorKind, Result};
use crate::text::{Argument, Text, count, list, name, setting};
use crate::{text, texts};

texts! {
    // What is allowed; follows "it takes".
    NUMBER = "a number from {min} to {max}";
    WHOLE = "a whole number from {min} to {max}";
    CHOICES = "one of {choices}";
    LIST_OF = "{len} numbers separated by commas, each from {min} to {max}";
    LIST = "{fewest} to {most} numbers separated by commas, each from {min} to {max}";
    SHARES_OF = "{len} numbers separated by commas, each from {min} to {max}, not all zero";
    SHARES = "{fewest} to {most} numbers separated by commas, each from {min} to {max}, not all zero";
    MATRIX = "up to {size} rows of up to {size} numbers, such as 1,0;0,1, each from {min} to {max}";
    CHARACTERS = "at most {most} characters";
    COLUMNS = "items separated by commas, each of the form role:heading, role.unit:M or decimal:comma; the roles are {roles}, and only x, params, tokens, unique and flops have a unit";
    ONE_OR_ALL = "one number for all, or {len} {len:number|numbers}, as many as there are weights";
    OF_ITS_KIND = "a value of the right type";
    // Errors.
    UNKNOWN = "unknown parameter `{parameter}`; available: {parameters}";
    BOTH_NAMES = "`{old}` is an old name of `{parameter}`, and both are given";
    // What is used instead of a value that cannot be used; follows the error.
    OTHER_USED = "`{parameter}` is used";
    NEAREST_USED = "{value} is used instead";
    DEFAULT_USED = "the default {value} is used instead";
    LEFT_EMPTY = "it is left empty instead";
}

/// Largest number of rows, and of columns, of a matrix.
pub const MATRIX_MAX: usize = 8;

/// The kind of values that a parameter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A real number.
    Number,
    /// A whole number.
    Integer,
    /// One of several fixed words.
    Choice,
    /// Numbers separated by commas.
    List,
    /// Non-negative numbers that are divided by their sum when they are read.
    Simplex,
    /// A matrix: rows separated by semicolons, numbers in a row by commas.
    Matrix,
    /// A text that the experiment itself parses.
    Text,
    /// An assignment of table columns to roles, such as loss or tokens. It consists of items `role:heading` separated
    /// by commas. The field `choices` of the declaration lists the roles.
    Columns,
}

/// How the steps of a control divide its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Neighbouring steps have equal differences.
    Linear,
    /// Neighbouring steps have equal ratios.
    Log,
}

/// One option of a parameter of kind [`Kind::Choice`], or one role of a parameter of kind [`Kind::Columns`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Choice {
    /// The option in URLs and on the command line.
    pub value: &'static str,
    /// The text of the option on the page.
    pub label: &'static str,
}

/// The declaration of a parameter: its name, its allowed values, and what the page shows for it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spec {
    /// Name of the parameter in URLs and on the command line.
    pub name: &'static str,
    /// Former names of the parameter, the newest first. URLs with a former name still work.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub was: &'static [&'static str],
    /// Name of the parameter on the page. If it is empty, the page shows `name` with spaces instead of hyphens.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub label: &'static str,
    /// A description of the parameter in one or two sentences: the doc comment of its declaration.
    pub help: &'static str,
    /// The kind of values. It also decides which control the page shows.
    pub kind: Kind,
    /// Unit of the value; empty for a pure number.
    pub unit: &'static str,
    /// How the steps of the control divide its range: linearly or logarithmically.
    pub scale: Scale,
    /// The default value, as text.
    pub default: &'static str,
    /// Smallest allowed number; in a list, simplex or matrix, the smallest allowed element.
    pub min: f64,
    /// Largest allowed number; in a list, simplex or matrix, the largest allowed element.
    pub max: f64,
    /// Smallest number of elements of a list, simplex or matrix row.
    pub min_len: usize,
    /// Largest number of elements of a list, simplex or matrix row, or of characters of a text.
    pub max_len: usize,
    /// The options of a choice, or the roles of columns.
    pub choices: &'static [Choice],
}

impl Spec {
    const fn new(kind: Kind, default: &'static str, min: f64, max: f64) -> Self {
        Self {
            name: "",
            was: &[],
            label: "",
            help: "",
            kind,
            unit: "",
            scale: Scale::Linear,
            default,
            min,
            max,
            min_len: 1,
            max_len: 1,
            choices: &[],
        }
    }
    /// Declares a real number in `min..=max`.
    pub const fn number(default: &'static str, min: f64, max: f64) -> Self {
        Self::new(Kind::Number, default, min, max)
    }
    /// Declares a whole number in `min..=max`.
    pub const fn integer(default: &'static str, min: f64, max: f64) -> Self {
        Self::new(Kind::Integer, default, min, max)
    }
    /// Declares a value that is one of `choices`.
    pub const fn choice(default: &'static str, choices: &'static [Choice]) -> Self {
        let mut spec = Self::new(Kind::Choice, default, 0.0, 0.0);
        spec.choices = choices;
        spec
    }
    /// Declares a list of `min_len..=max_len` numbers, each in `min..=max`.
    pub const fn list(default: &'static str, min: f64, max: f64, min_len: usize, max_len: usize) -> Self {
        let mut spec = Self::new(Kind::List, default, min, max);
        spec.min_len = min_len;
        spec.max_len = max_len;
        spec
    }
    /// Declares `min_len..=max_len` shares: non-negative numbers that are divided by their sum.
    pub const fn simplex(default: &'static str, min_len: usize, max_len: usize) -> Self {
        let mut spec = Self::list(default, 0.0, 1e12, min_len, max_len);
        spec.kind = Kind::Simplex;
        spec
    }
    /// Declares a matrix of up to 8 x 8 numbers, each in `min..=max`. The empty text stands for the identity matrix.
    pub const fn matrix(default: &'static str, min: f64, max: f64) -> Self {
        let mut spec = Self::list(default, min, max, 1, MATRIX_MAX);
        spec.kind = Kind::Matrix;
        spec
    }
    /// Declares a text of at most `max_len` characters, which is empty by default.
    pub const fn text(max_len: usize) -> Self {
        let mut spec = Self::new(Kind::Text, "", 0.0, 0.0);
        (spec.min_len, spec.max_len) = (0, max_len);
        spec
    }
    /// Declares an assignment of the columns of a table to the given roles.
    pub const fn columns(roles: &'static [Choice]) -> Self {
        let mut spec = Self::text(4000);
        (spec.kind, spec.choices) = (Kind::Columns, roles);
        spec
    }
    /// Divides the range of the control logarithmically: neighbouring steps have equal ratios. If the range begins at 0,
    /// the first step is 0, and the others begin at a ten-thousandth of the maximum.
    pub const fn log(mut self) -> Self {
        self.scale = Scale::Log;
        self
    }
    /// Sets the unit of the value.
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }
    /// Sets the former names of the parameter.
    pub const fn was(mut self, names: &'static [&'static str]) -> Self {
        self.was = names;
        self
    }
    /// Sets the name of the parameter on the page.
    pub const fn label(mut self, label: &'static str) -> Self {
        self.label = words(label);
        self
    }
    /// Sets the name and the description of the parameter; called by [`params!`](crate::params!).
    #[doc(hidden)]
    pub const fn named(mut self, name: &'static str, help: &'static str) -> Self {
        self.name = name;
        self.help = help;
        self
    }

    /// Whether `name` is the present name of the parameter or a former one.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.was.contains(&name)
    }

    /// Describes the allowed values in words.
    pub fn allowed(&self) -> Text {
        let (min, max) = (setting(self.min), setting(self.max));
        let len = (self.min_len == self.max_len).then(|| count(self.min_len));
        let (fewest, most) = (count(self.min_len), count(self.max_len));
        match (self.kind, len) {
            (Kind::Number, _) => text!(NUMBER, min = min, max = max),
            (Kind::Integer, _) => text!(WHOLE, min = min, max = max),
            (Kind::Choice, _) => text!(CHOICES, choices = self.values()),
            (Kind::List, Some(len)) => text!(LIST_OF, len = len, min = min, max = max),
            (Kind::List, None) => text!(LIST, fewest = fewest, most = most, min = min, max = max),
            (Kind::Simplex, Some(len)) => text!(SHARES_OF, len = len, min = min, max = max),
            (Kind::Simplex, None) => text!(SHARES, fewest = fewest, most = most, min = min, max = max),
            (Kind::Matrix, _) => text!(MATRIX, size = count(MATRIX_MAX), min = min, max = max),
            (Kind::Text, _) => text!(CHARACTERS, most = most),
            (Kind::Columns, _) => text!(COLUMNS, roles = self.values()),
        }
    }

    /// The names of all options, as an argument of a sentence.
    fn values(&self) -> Argument {
        list(self.choices.iter().map(|choice| Text::verbatim(choice.value)).collect())
    }

    // Not inlined: the page's first part meets only good values.
    #[inline(never)]
    fn refuse(&self, text: &str) -> Error {
        Error::parameter(self.name, text, self.allowed())
    }

    /// Reads a value from `text`, and divides the shares of a simplex by their sum. Returns an error if the text is not
    /// allowed.
    pub fn parse(&self, text: &str) -> Result<Value> {
        let mut value = self.read(text, false)?;
        if let (Kind::Simplex, Value::List(shares)) = (self.kind, &mut value) {
            let sum: f64 = shares.iter().sum();
            for share in shares {
                *share /= sum;
            }
        }
        Ok(value)
    }

    /// Reads a value from `text` for display. Shares are not divided by their sum, because the user should see the
    /// numbers that were typed. Returns an error if the text is not allowed.
    pub fn typed(&self, text: &str) -> Result<Value> {
        self.read(text, false)
    }

    /// Reads a value from `text` without dividing shares by their sum. A number out of range is moved to the nearest
    /// allowed value if `nearest` is true; otherwise it is an error.
    fn read(&self, text: &str, nearest: bool) -> Result<Value> {
        let number = |part: &str| -> Result<f64> {
            let x = to_number(part).ok_or_else(|| self.refuse(text))?;
            let near = x.clamp(self.min, self.max);
            // Adding zero turns -0 into 0, so that no sign of zero is observable.
            if near == x || nearest { Ok(near + 0.0) } else { Err(self.refuse(text)) }
        };
        let list = |text: &str| -> Result<Vec<f64>> { text.split(',').map(number).collect() };
        match self.kind {
            Kind::Number => Ok(Value::Number(number(text)?)),
            Kind::Integer => {
                let x = number(text)?;
                if x.fract() == 0.0 {
                    Ok(Value::Number(x))
                } else if nearest {
                    Ok(Value::Number(x.round().clamp(self.min, self.max)))
                } else {
                    Err(self.refuse(text))
                }
            }
            Kind::Choice => {
                let found = self.choices.iter().find(|c| c.value == text.trim());
                found.map(|c| Value::Choice(c.value)).ok_or_else(|| self.refuse(text))
            }
            Kind::List | Kind::Simplex => {
                let mut values = list(text)?;
                if values.len() > self.max_len && nearest {
                    values.truncate(self.max_len);
                }
                // A one-element list stands for a list of any length.
                let broadcast = self.kind == Kind::List && values.len() == 1;
                if !(broadcast || (self.min_len..=self.max_len).contains(&values.len())) {
                    return Err(self.refuse(text));
                }
                if self.kind == Kind::Simplex {
                    let sum: f64 = values.iter().sum();
                    if !(sum > 0.0 && sum.is_finite()) {
                        return Err(self.refuse(text));
                    }
                }
                Ok(Value::List(values))
            }
            Kind::Matrix => {
                if text.trim().is_empty() {
                    return Ok(Value::Matrix(Vec::new()));
                }
                let rows: Vec<Vec<f64>> = text.split(';').map(list).collect::<Result<_>>()?;
                let width = rows[0].len();
                if rows.len() > MATRIX_MAX || width > MATRIX_MAX || rows.iter().any(|row| row.len() != width) {
                    return Err(self.refuse(text));
                }
                Ok(Value::Matrix(rows))
            }
            Kind::Text | Kind::Columns => {
                let known = |name: &str| name == "decimal" || self.knows(name.strip_suffix(".unit").unwrap_or(name));
                let roles =
                    || text.split(',').all(|pair| pair.split_once(':').is_some_and(|(role, _)| known(role.trim())));
                let fine =
                    text.chars().count() <= self.max_len && (self.kind == Kind::Text || text.is_empty() || roles());
                if fine { Ok(Value::Text(text.to_owned())) } else { Err(self.refuse(text)) }
            }
        }
    }

    fn knows(&self, choice: &str) -> bool {
        self.choices.iter().any(|c| c.value == choice.trim())
    }
}

/// The value of a parameter after its text was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A real or whole number.
    Number(f64),
    /// The name of the chosen option.
    Choice(&'static str),
    /// A list of numbers, or of shares normalised to sum to 1.
    List(Vec<f64>),
    /// The rows of a matrix. An empty list stands for the identity matrix.
    Matrix(Vec<Vec<f64>>),
    /// The text of a parameter of kind [`Kind::Text`] or [`Kind::Columns`].
    Text(String),
}

/// A Rust type that can be made from a [`Value`]. The declaration of a parameter fixes both its Rust type and the kind
/// of its values. If the two do not fit each other, the declaration is wrong, and any test that reads the default
/// values fails.
pub trait FromValue: Sized {
    /// Converts a value; `None` if its kind does not fit the type.
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for f64 {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Number(x) = value { Some(*x) } else { None }
    }
}

impl FromValue for u32 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked on the left")]
            Value::Number(x) if *x >= 0.0 && *x <= f64::from(Self::MAX) && x.fract() == 0.0 => Some(*x as Self),
            _ => None,
        }
    }
}

impl FromValue for &'static str {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Choice(x) = value { Some(x) } else { None }
    }
}

impl FromValue for Vec<f64> {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::List(x) = value { Some(x.clone()) } else { None }
    }
}

impl FromValue for Vec<Vec<f64>> {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Matrix(x) = value { Some(x.clone()) } else { None }
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(x) = value { Some(x.clone()) } else { None }
    }
}

/// Extends a list to `len` numbers: a list of one number is repeated `len` times, and a list of `len` numbers is
/// returned unchanged.
///
/// # Errors
/// The list has neither one number nor `len` numbers.
pub fn broadcast(name: &str, list: &[f64], len: usize) -> Result<Vec<f64>> {
    match list {
        [one] => Ok(vec![*one; len]),
        _ if list.len() == len => Ok(list.to_vec()),
        _ => Err(wrong_length(name, list, len)),
    }
}

#[inline(never)]
fn wrong_length(name: &str, list: &[f64], len: usize) -> Error {
    let typed = list.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
    Error::parameter(name, &typed, text!(ONE_OR_ALL, len = count(len)))
}

/// The values of an experiment's parameters; implemented by [`params!`](crate::params!).
pub trait Params: Sized + 'static {
    /// The declarations of the parameters, in the order of the page.
    const SPECS: &'static [Spec];

    /// Makes the struct from values in the order of [`Params::SPECS`].
    fn from_values(values: &[Value]) -> Result<Self>;

    /// Reads the values of all parameters. A parameter that is not listed in `texts` takes its default. A text that is
    /// not allowed is an error.
    fn read(texts: &Texts) -> Result<Self> {
        Self::from_values(&read(Self::SPECS, texts)?)
    }
}

/// Pairs of a parameter name and its value as text. It is a list and not a map: there are only a few pairs, and a map
/// would need more code in the page's wasm.
pub type Texts = Vec<(String, String)>;

/// The text that `texts` has for the given name; `None` if the name is not listed.
pub fn text<'a>(texts: &'a Texts, name: &str) -> Option<&'a str> {
    texts.iter().find(|(other, _)| other == name).map(|(_, text)| text.as_str())
}

/// Serialises pairs of a name and a value as one JSON object.
pub(crate) fn as_map<S: Serializer>(
    pairs: &[(impl Serialize, impl Serialize)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

/// Reads the values of all parameters for display, with [`Spec::typed`]. The function must be given only texts that
/// [`read`] accepts.
pub fn typed(specs: &[Spec], texts: &Texts) -> Result<Vec<Value>> {
    if stranger(specs, texts).is_some() {
        return typed(specs, &renamed(specs, texts)?);
    }
    specs.iter().map(|spec| spec.typed(text(texts, spec.name).unwrap_or(spec.default))).collect()
}

/// Reads the values of all parameters. A parameter that is not listed in `texts` takes its default. An unknown name is
/// an error, and so is a text that is not allowed.
pub fn read(specs: &[Spec], texts: &Texts) -> Result<Vec<Value>> {
    if stranger(specs, texts).is_some() {
        return read(specs, &renamed(specs, texts)?);
    }
    specs.iter().map(|spec| spec.parse(text(texts, spec.name).unwrap_or(spec.default))).collect()
}

/// The first name in `texts` that is not the present name of a parameter. It may be a former name, or unknown.
fn stranger<'a>(specs: &[Spec], texts: &'a Texts) -> Option<&'a str> {
    texts.iter().map(|(name, _)| name.as_str()).find(|name| !specs.iter().any(|spec| spec.name == *name))
}

/// Replaces former names of parameters in `texts` by the present ones. This is a separate function because the build
/// splits the wasm by function, and can then leave it out of the page's first download.
#[inline(never)]
fn renamed(specs: &[Spec], texts: &Texts) -> Result<Texts> {
    let now = |(name, text): &(String, String)| {
        let spec = specs.iter().find(|spec| spec.is_called(name)).ok_or_else(|| unknown(name, specs))?;
        if newer(texts, spec, name) {
            return Err(both(spec, name));
        }
        Ok((spec.name.to_owned(), text.clone()))
    };
    texts.iter().map(now).collect()
}

#[inline(never)]
fn unknown(called: &str, specs: &[Spec]) -> Error {
    let parameters = specs.iter().map(|spec| Text::verbatim(spec.name)).collect();
    let shown: String = called.chars().take(60).collect();
    Error::new(ErrorKind::Parameter, text!(UNKNOWN, parameter = name(shown), parameters = list(parameters)))
}

/// Parameter values that were read from a URL, and the mistakes that were found in it.
#[derive(Debug, Default, Serialize)]
pub struct Checked {
    /// Parameter values as text, in the form that [`read`] accepts. A parameter that is not listed takes its default.
    #[serde(serialize_with = "as_map")]
    pub values: Texts,
    /// One entry for each text of the URL that was changed or ignored.
    pub problems: Vec<Problem>,
}

/// A text of a URL that cannot be used, and what is used instead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// What is wrong with the text, in one sentence without a full stop.
    pub message: Text,
    /// The name of the parameter that has the problem; `None` if no single parameter has it.
    pub parameter: Option<String>,
    /// What is used instead of the text, as a phrase that follows `message`; `None` if the text is only ignored.
    pub instead: Option<Text>,
}

impl Problem {
    /// Makes a problem from an error. `instead` says what is used instead of the text; it is `None` if the text is only
    /// ignored.
    pub fn of(error: &Error, instead: Option<Text>) -> Self {
        let parameter = error.blamed().map(ToOwned::to_owned);
        Self { message: error.text().clone(), parameter, instead }
    }
}

/// Reads parameter values that may contain mistakes. A value that cannot be used is replaced by the nearest allowed
/// value or, if there is none, by the default. An unknown name is ignored. Each of these changes is listed as a
/// problem.
pub fn check(specs: &[Spec], texts: &Texts) -> Checked {
    let mut checked = Checked::default();
    for (name, text) in texts {
        match specs.iter().find(|spec| spec.name == name) {
            Some(spec) if spec.parse(text).is_ok() => checked.values.push((name.clone(), text.clone())),
            _ => mend(specs, texts, (name, text), &mut checked),
        }
    }
    checked
}

/// Reads a text whose name or value cannot be used unchanged, and adds what is used instead to `checked`. This is a
/// separate function because the build splits the wasm by function, and can then leave it out of the page's first
/// download.
#[inline(never)]
fn mend(specs: &[Spec], texts: &Texts, (called, text): (&str, &str), checked: &mut Checked) {
    let Some(spec) = specs.iter().find(|spec| spec.is_called(called)) else {
        checked.problems.push(Problem::of(&unknown(called, specs), None));
        return;
    };
    if newer(texts, spec, called) {
        let used = text!(OTHER_USED, parameter = name(spec.name));
        checked.problems.push(Problem::of(&both(spec, called), Some(used)));
        return;
    }
    match (spec.parse(text), spec.read(text, true)) {
        (Ok(_), _) => checked.values.push((spec.name.to_owned(), text.to_owned())),
        (Err(error), Ok(value)) => {
            let near = to_text(&value);
            checked.problems.push(Problem::of(&error, Some(text!(NEAREST_USED, value = name(&*near)))));
            checked.values.push((spec.name.to_owned(), near));
        }
        (Err(error), Err(_)) => {
            let instead = match spec.default {
                "" => LEFT_EMPTY.into(),
                usual => text!(DEFAULT_USED, value = name(usual)),
            };
            checked.problems.push(Problem::of(&error, Some(instead)));
        }
    }
}

/// Whether `texts` also contains the parameter under a name that is newer than `name`.
fn newer(texts: &Texts, spec: &Spec, name: &str) -> bool {
    let names = || std::iter::once(&spec.name).chain(spec.was);
    names().take_while(|newer| **newer != name).any(|newer| text(texts, newer).is_some())
}

fn both(spec: &Spec, old: &str) -> Error {
    let message = text!(BOTH_NAMES, old = name(old), parameter = name(spec.name));
    Error::new(ErrorKind::Parameter, message).blaming(spec.name)
}

/// Writes a value as text, which [`Spec::parse`] can read again.
pub fn to_text(value: &Value) -> String {
    let list = |xs: &[f64]| xs.iter().map(digits).collect::<Vec<_>>().join(",");
    match value {
        Value::Number(x) => digits(x),
        Value::Choice(x) => (*x).to_owned(),
        Value::Text(x) => x.clone(),
        Value::List(xs) => list(xs),
        Value::Matrix(rows) => rows.iter().map(|row| list(row)).collect::<Vec<_>>().join(";"),
    }
}

/// A number as text. Many zeros at its end are written as an exponent: `1e30`.
fn digits(x: &f64) -> String {
    let plain = x.to_string();
    let short = plain.trim_end_matches('0');
    let zeros = plain.len() - short.len();
    if zeros > 12 && !plain.contains('.') { format!("{short}e{zeros}") } else { plain }
}

/// Parses a decimal number, correctly rounded; `None` if the text is not a decimal number.
pub(crate) fn to_number(text: &str) -> Option<f64> {
    let text = text.trim();
    // Both readers below agree on these characters; neither is given hexadecimal digits, infinities or an empty text.
    let decimal = text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    if !decimal {
        return None;
    }
    #[cfg(not(target_arch = "wasm32"))]
    let x = text.parse().ok();
    // The page asks the browser: the standard library's reader needs 10 KB of tables that do not compress.
    #[cfg(target_arch = "wasm32")]
    let x = Some(wasm_bindgen::JsValue::from_str(text).unchecked_into_f64());
    x.filter(|x: &f64| !x.is_nan())
}

/// Returns `text` in a native build, and an empty text in the page's wasm, because the page reads its texts from the
/// catalogue that was built with it.
#[doc(hidden)]
pub const fn words(text: &'static str) -> &'static str {
    if cfg!(target_arch = "wasm32") { "" } else { text }
}

/// Replaces the underscores of a name by hyphens, as in URLs: `model_size` becomes `model-size`.
#[doc(hidden)]
pub const fn hyphenated<const N: usize>(name: &str) -> [u8; N] {
    let (mut out, mut i) = ([0; N], 0);
    while i < N {
        let byte = name.as_bytes()[i];
        out[i] = if byte == b'_' { b'-' } else { byte };
        i += 1;
    }
    out
}

/// The name of a field with hyphens instead of underscores, as in URLs.
#[doc(hidden)]
#[macro_export]
macro_rules! hyphens {
    ($field:ident) => {{
        const BYTES: [u8; stringify!($field).len()] = $crate::params::hyphenated(stringify!($field));
        const NAME: &str = match ::core::str::from_utf8(&BYTES) {
            Ok(name) => name,
            Err(_) => panic!("an identifier is text"),
        };
        NAME
    }};
}

/// The error for a field of [`params!`](crate::params!) whose Rust type does not fit the kind of values that its
/// declaration gives.
#[doc(hidden)]
#[inline(never)]
pub fn of_another_kind(name: &str) -> Error {
    Error::parameter(name, "", OF_ITS_KIND)
}

/// Declares the parameters of an experiment as a struct. Each field has a doc comment, which is also the description on
/// the page, and a declaration `name: type = Spec::...;`. In URLs, the field `a_name` is called `a-name`.
///
/// ```
/// use scaling_lab::params::{Params as _, Spec, Texts};
/// scaling_lab::params! {
///     /// Parameters of an example.
///     pub struct Params {
///         /// Step size.
///         lr: f64 = Spec::number("0.1", 0.001, 1.9).log();
///     }
/// }
/// assert_eq!(Params::SPECS[0].help, "Step size.");
/// assert_eq!(Params::read(&Texts::new()).unwrap().lr, 0.1);
/// ```
#[macro_export]
macro_rules! params {
    ($(#[doc = $doc:literal])+ pub struct $name:ident { $($(#[doc = $help:literal])+ $field:ident: $type:ty = $spec:expr;)+ }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub struct $name { $($(#[doc = $help])+ pub $field: $type,)+ }

        impl $crate::params::Params for $name {
            const SPECS: &'static [$crate::params::Spec] =
                &[$($spec.named($crate::hyphens!($field), $crate::params::words(concat!($($help),+).trim_ascii()))),+];

            fn from_values(values: &[$crate::params::Value]) -> $crate::error::Result<Self> {
                let mut values = values.iter();
                Ok(Self { $($field: values
                    .next()
                    .and_then($crate::params::FromValue::from_value)
                    .ok_or_else(|| $crate::params::of_another_kind($crate::hyphens!($field)))?,)+ })
            }
        }
    };
}

/// Splits `name=value&name=value` into pairs. It does not decode percent escapes, because no parameter value needs
/// them.
pub fn query(text: &str) -> Texts {
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: Spec = Spec::integer("3", 1.0, 10.0).named("count", "");
    const LIST: Spec = Spec::list("1", 0.5, 2.0, 1, 3).named("list", "");
    const SHARES: Spec = Spec::simplex("1,1", 2, 3).named("shares", "");
    const MATRIX: Spec = Spec::matrix("", -2.0, 2.0).named("matrix", "");
    const WORDS: Spec = Spec::text(4).named("words", "");
    const COLUMNS: Spec =
        Spec::columns(&[Choice { value: "x", label: "" }, Choice { value: "loss", label: "" }]).named("columns", "");
    const SPECS: &[Spec] = &[COUNT, LIST, SHARES, MATRIX];

    #[test]
    fn old_names_still_work_and_the_new_one_wins() {
        const SPECS: &[Spec] = &[Spec::integer("3", 1.0, 10.0).was(&["newer", "oldest"]).named("count", "")];
        for name in ["count", "newer", "oldest"] {
            let texts = query(&format!("{name}=5"));
            assert_eq!(read(SPECS, &texts).expect("a name"), [Value::Number(5.0)]);
            let checked = check(SPECS, &texts);
            assert_eq!(checked.values, query("count=5"), "links are rewritten");
            assert!(checked.problems.is_empty());
        }
        for (texts, old, used) in [("oldest=4&count=5", "oldest", "5"), ("newer=6&oldest=4", "oldest", "6")] {
            let texts = query(texts);
            let said = format!("`{old}` is an old name of `count`, and both are given");
            assert_eq!(read(SPECS, &texts).expect_err("two").message(), said);
            let checked = check(SPECS, &texts);
            assert_eq!(checked.values, query(&format!("count={used}")));
            let problem = &checked.problems[0];
            assert_eq!(problem.message, said.as_str());
            assert_eq!(problem.instead.as_ref().expect("a name").english(), "`count` is used");
        }
    }

    #[test]
    fn what_is_allowed_is_read() {
        assert_eq!(COUNT.parse(" 10 "), Ok(Value::Number(10.0)), "spaces, the upper end");
        assert_eq!(LIST.parse("0.5,2"), Ok(Value::List(vec![0.5, 2.0])), "both ends");
        assert_eq!(SHARES.parse("3,1"), Ok(Value::List(vec![0.75, 0.25])), "divided by the sum");
        assert_eq!(SHARES.typed("0.6,0.3,0.1"), Ok(Value::List(vec![0.6, 0.3, 0.1])), "shown as typed");
        assert_eq!(MATRIX.parse("1,0;0,1"), Ok(Value::Matrix(vec![vec![1.0, 0.0], vec![0.0, 1.0]])), "rows");
        assert_eq!(MATRIX.parse(" "), Ok(Value::Matrix(vec![])), "the identity");
        for (spec, text) in
            [(WORDS, ""), (WORDS, "<b>é"), (COLUMNS, ""), (COLUMNS, "loss:val_loss, x:#3,x.unit:M,decimal:comma")]
        {
            assert_eq!(spec.parse(text), Ok(Value::Text(text.to_owned())), "as it is");
            assert_eq!(to_text(&spec.parse(text).expect("a text")), text, "and back");
        }
        let written = |x| to_text(&Value::Number(x));
        assert_eq!([1e30, 5.76e23, -1e13, 1e12, 0.5].map(written), ["1e30", "576e21", "-1e13", "1000000000000", "0.5"]);
        let Ok(Value::Matrix(rows)) = MATRIX.parse("-0") else { panic!("a number") };
        assert!(rows[0][0].is_sign_positive(), "no sign of zero");
    }

    #[test]
    fn what_is_not_allowed_is_refused() {
        for text in ["11", "0", "2.5", "NaN", "inf", "", "1,2"] {
            assert!(COUNT.parse(text).is_err(), "count {text}");
        }
        for text in ["0.4,1", "1,2.1", "1,1,1,1", "1,,1", "1;1"] {
            assert!(LIST.parse(text).is_err(), "list {text}");
        }
        for text in ["0,0", "1", "-1,2", "1,1,1,1"] {
            assert!(SHARES.parse(text).is_err(), "shares {text}");
        }
        assert!(WORDS.parse("12345").is_err(), "words too long");
        for text in ["loss", "colour:z", "loss:a,b", ","] {
            assert!(COLUMNS.parse(text).is_err(), "columns {text}");
        }
        assert!(COLUMNS.parse(&format!("x:{}", "a".repeat(4000))).is_err(), "columns too long");
        for text in ["1,2;3", "3", "1,1,1,1,1,1,1,1,1", "1;1;1;1;1;1;1;1;1", ";"] {
            assert!(MATRIX.parse(text).is_err(), "matrix {text}");
        }
    }

    #[test]
    fn a_lenient_reading_says_what_it_changed() {
        let given = [("count", "99"), ("list", "1,2,9,1"), ("shares", "x"), ("other", "1")];
        let texts = given.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        let Checked { values, problems } = check(SPECS, &texts);
        let expected = [("count", "10"), ("list", "1,2,2")].map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(values, expected, "the nearest, or left to the default");
        let said: Vec<_> =
            problems.iter().map(|p| (p.message.english(), p.instead.as_ref().map(Text::english))).collect();
        for ((message, instead), (wrong, used)) in said.iter().zip([
            ("parameter `count` cannot be `99`: it takes a whole number from 1 to 10", Some("10 is used instead")),
            (
                "parameter `list` cannot be `1,2,9,1`: it takes 1 to 3 numbers separated by commas, each from 0.5 to 2",
                Some("1,2,2 is used instead"),
            ),
            (
                "parameter `shares` cannot be `x`: it takes 2 to 3 numbers separated by commas, each from 0 to 1e12, \
                 not all zero",
                Some("the default 1,1 is used instead"),
            ),
            ("unknown parameter `other`; available: count, list, shares, matrix", None),
        ]) {
            assert_eq!((message.as_str(), instead.as_deref()), (wrong, used));
        }
        assert_eq!(problems.len(), 4, "a sentence each: {problems:?}");
        #[cfg(not(target_arch = "wasm32"))]
        assert_eq!(
            serde_json::to_value(Checked { values, problems: vec![] }).expect("json"),
            serde_json::json!({ "values": { "count": "10", "list": "1,2,2" }, "problems": [] }),
            "names and texts as one object"
        );
        let shares = check(SPECS, &vec![("shares".to_owned(), "0.6,0.3,0.1,5".to_owned())]);
        assert_eq!(text(&shares.values, "shares"), Some("0.6,0.3,0.1"), "shares as typed");
        let fraction = check(SPECS, &vec![("count".to_owned(), "2.6".to_owned())]);
        assert_eq!(text(&fraction.values, "count"), Some("3"), "the nearest whole number");
        assert!(check(SPECS, &Texts::new()).problems.is_empty(), "nothing asked, nothing to say");
    }

    #[test]
    fn numbers_are_decimal() {
        for (text, x) in
            [(" 1 ", 1.0), ("+.5e-3", 0.5e-3), ("1.", 1.0), ("-0.1", -0.1), ("1E5", 1e5), ("1e999", f64::INFINITY)]
        {
            assert_eq!(to_number(text), Some(x), "{text}");
        }
        for text in ["", " ", "e5", ".", "+", "1e", "--1", "1-1", "0x10", "1_0", "inf", "NaN", "1 0", "1,0"] {
            assert_eq!(to_number(text), None, "{text}");
        }
    }

    #[test]
    fn one_number_stands_for_all() {
        assert_eq!(broadcast("a", &[2.0], 3), Ok(vec![2.0; 3]));
        assert_eq!(broadcast("a", &[1.0, 2.0], 2), Ok(vec![1.0, 2.0]));
        assert!(broadcast("a", &[1.0, 2.0], 3).is_err());
    }
}

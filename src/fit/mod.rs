//! Laws fitted to runs: which curve fits the runs best, how uncertain its parameters are, and what follows from it.
//!
//! A law predicts a loss from a run's inputs (parameters, tokens, unique tokens). Fitting a law is a small problem with
//! many traps: ridges, local minima, parameters that the runs do not determine. So every fit states its objective. A
//! deterministic search finds the fit and says whether it probably found the lowest minimum of all. Every parameter has
//! an interval, and the interval can be open.
//!
//! | file | content |
//! |---|---|
//! | `laws/` | one law per file: value, gradient, names, ranges, source |
//! | [`data`] | the runs as arrays of inputs, losses and weights |
//! | [`objective`] | Huber's function, absolute values or squares of residuals; the gradient |
//! | [`minimise`] | a quasi-Newton method in a box |
//! | [`search`] | search for the lowest minimum: grid, projection of the linear part, descent |
//! | [`bootstrap`] | intervals from fits of resampled runs |
//! | [`profile`] | intervals from fits with one parameter fixed |
//! | [`choose`], [`derived`] | comparison of laws; the best use of a compute budget |
//! | [`runs`] | reading runs from a table: roles of its columns, and rows that are left out |
//!
//! To add a law, write `laws/x.rs` with a [`Law`] and add `laws::x::X` to [`ALL`].

use crate::error::{Error, ErrorKind, Result};
use crate::math;
use crate::text;
use crate::text::{Template, Templates, Text, list, name};

pub mod bootstrap;
pub mod choose;
pub mod data;
pub mod derived;
mod fisher;
pub mod laws;
mod linear;
pub mod minimise;
pub mod objective;
pub mod profile;
pub mod runs;
pub mod search;
pub(crate) mod words;

pub use data::Data;
pub use objective::{Objective, Problem, Residual};
pub use search::{Fit, Search};

macro_rules! laws {
    ($($law:ty),+ $(,)?) => {
        /// All laws, in the order in which the user sees them.
        pub const ALL: &[Entry] = &[$(Entry::of::<$law>()),+];

        /// The names of all laws, each with a function that returns the law. The page downloads only the laws whose
        /// functions it calls.
        const NAMED: &[(&str, fn() -> &'static Entry)] =
            &[$((<$law as Law>::INFO.slug, || const { &Entry::of::<$law>() })),+];
    };
}

laws![
    laws::power::Power,
    laws::chinchilla::Chinchilla,
    laws::data_constrained::DataConstrained,
    laws::geometric::Geometric,
    laws::lovelace::Lovelace,
    laws::practical::Practical,
    laws::log_linear::LogLinear,
    laws::bnsl::Bnsl,
    laws::mixture::MixtureOfExponentials,
];

/// The law whose name on the command line is `slug`.
///
/// # Errors
/// No law has this name.
pub fn find(slug: &str) -> Result<&'static Entry> {
    NAMED.iter().find(|(known, _)| *known == slug).map(|(_, law)| law()).ok_or_else(|| no_law(slug))
}

#[inline(never)]
fn no_law(slug: &str) -> Error {
    let slugs = NAMED.iter().map(|(known, _)| Text::verbatim(*known)).collect();
    Error::new(ErrorKind::Unknown, text!(words::NO_LAW, law = name(slug), laws = list(slugs)))
}

/// What a column in a table of runs means for a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The input x of a law with one input.
    X,
    /// Number of model parameters.
    Params,
    /// Number of tokens seen, repeats included.
    Tokens,
    /// Number of unique tokens.
    Unique,
    /// Number of passes over the unique tokens: tokens seen divided by unique tokens.
    Epochs,
    /// Number of floating-point operations, 6 times parameters times tokens.
    Flops,
    /// The measured value that the law predicts.
    Loss,
    /// Name of the run that a row belongs to; rows of one run are resampled together.
    Run,
    /// Name of the training recipe of a row, for a comparison of two recipes.
    Recipe,
    /// Weight of a row, inversely proportional to the variance of its noise. Multiplying all weights by one number
    /// changes nothing.
    Weight,
}

/// Values of a parameter on an axis of a search's grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// The parameter has no axis. The law is linear in it, at least approximately, so its best value follows from the
    /// other parameters.
    Linear,
    /// Geometrically spaced values, from a first to a last value.
    Log(f64, f64),
    /// Evenly spaced values, from a first to a last value.
    Steps(f64, f64),
    /// Geometrically spaced values in proportion to an input. They range from a first factor times its smallest value
    /// to a second factor times its largest value. The fields are the index of the input, the first factor and the
    /// second factor.
    Of(usize, f64, f64),
    /// Geometrically spaced values in inverse proportion to an input. They range from a first number divided by its
    /// largest value to a second number divided by its smallest value. The fields are the index of the input, the first
    /// number and the second number.
    PerUnitOf(usize, f64, f64),
}

/// Transform of a parameter. A search changes the transformed value, not the parameter itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transform {
    /// No transform: a search changes the parameter itself.
    Identity,
    /// A search changes the logarithm of the parameter, so the parameter stays positive.
    Log,
}

impl Transform {
    /// Transformed value of a parameter.
    pub fn forward(self, p: f64) -> f64 {
        match self {
            Self::Identity => p,
            Self::Log => math::ln(p),
        }
    }

    /// The parameter whose transformed value is `theta`, the inverse of [`Transform::forward`].
    pub fn back(self, theta: f64) -> f64 {
        match self {
            Self::Identity => theta,
            Self::Log => math::exp(theta),
        }
    }
}

/// A parameter of a law.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Name on the command line and in tables.
    pub name: &'static str,
    /// Symbol in TeX.
    pub tex: &'static str,
    /// Meaning of the parameter, in words.
    pub help: Template<0>,
    /// Unit; empty for a pure number.
    pub unit: &'static str,
    /// Transform of the parameter in a search.
    pub transform: Transform,
    /// Least and greatest value of the parameter.
    pub bounds: [f64; 2],
    /// Values of the parameter on its axis of a search's grid.
    pub range: Range,
    /// Value at which a frozen parameter is fixed. For a linear parameter, the value around which a search first
    /// linearises the law.
    pub start: f64,
    /// Whether the parameter is fixed at `start` unless the user frees it.
    pub frozen: bool,
}

impl Param {
    const fn new(name: &'static str, tex: &'static str, help: Template<0>) -> Self {
        Self {
            name,
            tex,
            help,
            unit: "",
            transform: Transform::Identity,
            bounds: [0.0, 10.0],
            range: Range::Linear,
            start: 1.0,
            frozen: false,
        }
    }

    /// Describes a parameter that multiplies a term of the law and is positive. The law is linear in such a parameter.
    pub const fn factor(name: &'static str, tex: &'static str, help: Template<0>) -> Self {
        Self { transform: Transform::Log, bounds: [1e-60, 1e200], ..Self::new(name, tex, help) }
    }

    /// Describes a parameter that multiplies a term of the law and may be negative. The law is linear in such a
    /// parameter.
    pub const fn signed(name: &'static str, tex: &'static str, help: Template<0>) -> Self {
        Self { bounds: [f64::NEG_INFINITY, f64::INFINITY], ..Self::new(name, tex, help) }
    }

    /// Describes a parameter that is a positive exponent.
    pub const fn exponent(name: &'static str, tex: &'static str, help: Template<0>) -> Self {
        Self { range: Range::Log(0.05, 1.6), start: 0.3, bounds: [1e-4, 10.0], ..Self::new(name, tex, help) }
    }

    /// Describes a parameter that is a positive scale, such as a decay constant.
    pub const fn scale(name: &'static str, tex: &'static str, help: Template<0>, range: Range) -> Self {
        Self { transform: Transform::Log, bounds: [1e-9, 1e12], range, ..Self::new(name, tex, help) }
    }

    /// Returns this parameter with a unit.
    pub const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    /// Returns this parameter with another value of `start`.
    pub const fn start(self, start: f64) -> Self {
        Self { start, ..self }
    }

    /// Returns this parameter with the bounds `lo` and `hi`.
    pub const fn within(self, lo: f64, hi: f64) -> Self {
        Self { bounds: [lo, hi], ..self }
    }

    /// Returns this parameter with other values on its axis of a search's grid.
    pub const fn search(self, range: Range) -> Self {
        Self { range, ..self }
    }

    /// Returns this parameter so that it is fixed unless the user frees it.
    pub const fn frozen(self) -> Self {
        Self { frozen: true, ..self }
    }

    /// Whether the law is linear in the parameter.
    pub const fn linear(&self) -> bool {
        matches!(self.range, Range::Linear)
    }
}

/// An input of a law.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// Role of the column from which the input is read.
    pub role: Role,
    /// Symbol of the input.
    pub symbol: &'static str,
    /// Label of the input on an axis.
    pub label: &'static str,
    /// Whether the input may be 0.
    pub from_zero: bool,
}

/// Parameter values that a publication printed.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// The authors, for the legend of a figure.
    pub by: &'static str,
    /// The authors and the publication.
    pub source: Template<0>,
    /// The parameter values in the law's order.
    pub values: &'static [f64],
}

/// Parameters and inputs from which runs are simulated.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Source of the parameter values.
    pub says: Template<0>,
    /// Parameter values in the law's order.
    pub values: &'static [f64],
    /// Smallest and largest value of each input. If the law also reads unique tokens, the range for tokens is in units
    /// of the unique tokens.
    pub ranges: &'static [[f64; 2]],
    /// What the input x is, for a law that reads x.
    pub x: Option<Template<0>>,
}

impl Example {
    /// Inputs of run number `i` of `rows` simulated runs. Each input takes geometrically spaced values from its range.
    /// The order of these values differs from input to input.
    pub fn inputs(&self, law: &Entry, i: u32, rows: u32) -> Vec<f64> {
        const STRIDES: [u32; 3] = [1, 7, 11];
        let place = |k: usize| f64::from(i * STRIDES[k] % rows) / f64::from(rows);
        let [lo, hi] = [|r: &[f64; 2]| r[0], |r: &[f64; 2]| r[1]];
        let mut x: Vec<f64> =
            self.ranges.iter().enumerate().map(|(k, r)| lo(r) * math::pow(hi(r) / lo(r), place(k))).collect();
        let of = |role: Role| law.info.inputs.iter().position(|input| input.role == role);
        if let (Some(tokens), Some(unique)) = (of(Role::Tokens), of(Role::Unique)) {
            x[tokens] *= x[unique];
        }
        x
    }
}

/// A number that is computed from the parameters of a law alone, such as the exponent with which the best model size
/// grows.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    /// Name of the quantity.
    pub name: Template<0>,
}

/// Description of a law: its texts, inputs and parameters, and how it is fitted.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// Name on the command line.
    pub slug: &'static str,
    /// Title in words.
    pub title: Template<0>,
    /// Formula in TeX.
    pub tex: &'static str,
    /// Where the law comes from.
    pub source: &'static str,
    /// Inputs that the law needs for each run.
    pub inputs: &'static [Input],
    /// Parameters of the law.
    pub params: &'static [Param],
    /// Published sets of parameter values. If the user fixes a parameter without naming a value, it is fixed at its
    /// value in the first set.
    pub published: &'static [Published],
    /// Parameters and inputs from which runs are simulated when the user has none.
    pub example: Example,
    /// Quantities that [`Law::derived`] computes.
    pub derived: &'static [Quantity],
    /// Number of features that are stored for each row. [`Law::features`] computes them, and [`Law::point`] reads them.
    pub features: usize,
    /// Whether the prediction is an exactly linear function of all parameters with [`Range::Linear`] together.
    /// Otherwise it is only approximately linear in them.
    pub exactly_linear: bool,
    /// Objective of a fit, unless the user asks for another.
    pub objective: Objective,
    /// Largest number of cells in a search's grid.
    pub cells: usize,
    /// Largest number of starts that a search takes from its grid. The starts are local minima of the grid.
    pub starts: usize,
}

/// A scaling law. A type that implements this trait is a law, and a value of the type is the law at given parameters.
pub trait Law {
    /// Description of the law.
    const INFO: Info;
    /// The text templates of the law's file.
    const TEXTS: Templates;

    /// Computes from the inputs `x` of a run the numbers that [`Law::point`] needs repeatedly, such as logarithms, and
    /// writes them to `row`.
    fn features(x: &[f64], row: &mut [f64]);

    /// The law at the parameters `p`.
    fn at(p: &[f64]) -> Self;

    /// Returns the prediction for a row, and writes the gradient with respect to the transformed parameters to
    /// `gradient`. If a parameter p is transformed to its logarithm, its entry of the gradient is p times the
    /// derivative with respect to p.
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64;

    /// Values of the quantities in [`Info::derived`].
    fn derived(&self) -> Vec<f64> {
        Vec::new()
    }

    /// What the law says at its parameters: a clause such as "the loss falls towards 2". `None` if other parts of the
    /// lab say what follows from the law.
    fn says(&self) -> Option<Text> {
        None
    }

    /// Puts parameters into a fixed order if several orders give the same predictions.
    fn canonical(_p: &mut [f64]) {}
}

/// A law as a table of function pointers. The code that fits laws works on this type, so it is compiled once and not
/// once per law.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Description of the law.
    pub info: &'static Info,
    /// The text templates of the law's file.
    pub texts: Templates,
    features: fn(&[f64], &mut [f64]),
    points: fn(&[f64], &[f64], &mut [f64], &mut [f64]),
    derived: fn(&[f64]) -> Vec<f64>,
    says: fn(&[f64]) -> Option<Text>,
    canonical: fn(&mut [f64]),
}

impl Entry {
    /// Entry of the law `L`.
    pub const fn of<L: Law>() -> Self {
        Self {
            info: &L::INFO,
            texts: L::TEXTS,
            features: L::features,
            points: |p, rows, values, jacobian| {
                let (law, width) = (L::at(p), L::INFO.features);
                let rows = rows.chunks_exact(width).zip(jacobian.chunks_exact_mut(L::INFO.params.len()));
                for (value, (row, gradient)) in values.iter_mut().zip(rows) {
                    *value = law.point(row, gradient);
                }
            },
            derived: |p| L::at(p).derived(),
            says: |p| L::at(p).says(),
            canonical: L::canonical,
        }
    }

    /// Number of parameters of the law.
    pub const fn len(&self) -> usize {
        self.info.params.len()
    }

    /// Always false: a law has parameters.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Index of the parameter whose name is `wanted`.
    ///
    /// # Errors
    /// No parameter has this name.
    pub fn param(&self, wanted: &str) -> Result<usize> {
        self.info.params.iter().position(|param| param.name == wanted).ok_or_else(|| {
            let all = self.info.params.iter().map(|param| Text::verbatim(param.name)).collect();
            let [law, parameter] = [self.info.slug, wanted].map(name);
            Error::new(
                ErrorKind::Parameter,
                text!(words::NO_PARAMETER, law = law, parameter = parameter, parameters = list(all)),
            )
        })
    }

    /// Prediction of the law with the parameters `p` for a run with the inputs `x`.
    pub fn predict(&self, p: &[f64], x: &[f64]) -> f64 {
        let mut row = vec![0.0; self.info.features];
        (self.features)(x, &mut row);
        let mut value = [0.0];
        (self.points)(p, &row, &mut value, &mut vec![0.0; self.len()]);
        value[0]
    }

    /// Values of the quantities in [`Info::derived`] at the parameters `p`.
    pub fn derived(&self, p: &[f64]) -> Vec<f64> {
        (self.derived)(p)
    }

    /// What the law says at the parameters `p`; see [`Law::says`].
    pub fn says(&self, p: &[f64]) -> Option<Text> {
        (self.says)(p)
    }

    /// Transformed values of the parameters `p`.
    pub fn forward(&self, p: &[f64]) -> Vec<f64> {
        self.info.params.iter().zip(p).map(|(param, p)| param.transform.forward(*p)).collect()
    }

    /// The parameters whose transformed values are `theta`, the inverse of [`Entry::forward`].
    pub fn back(&self, theta: &[f64]) -> Vec<f64> {
        self.info.params.iter().zip(theta).map(|(param, theta)| param.transform.back(*theta)).collect()
    }
}

//! Laws fitted to runs: which curve goes through them, how sure that is, and what follows.
//!
//! A law predicts a loss from a run's inputs (parameters, tokens, unique tokens). Fitting one is a small problem with
//! many traps: ridges, local minima, parameters that the runs do not determine. So every fit states its objective, is
//! the lowest minimum of a deterministic search, which says whether it is sure of it, and comes with intervals that can
//! be open.
//!
//! | file | what lives there |
//! |---|---|
//! | `laws/` | one law a file: value, gradient, names, ranges, source |
//! | [`data`] | runs as a law reads them |
//! | [`objective`] | Huber, L1 or squares, of logarithms or plain; its gradient |
//! | [`minimise`] | a quasi-Newton method in a box |
//! | [`search`] | the lowest minimum that a search meets: grid, projection of the linear part, polish |
//! | [`bootstrap`], [`profile`] | how sure: resampled runs; one parameter held |
//! | [`choose`], [`derived`] | which law; what a budget buys |
//! | [`runs`] | which column of a table is what, which rows are left out |
//!
//! To add a law: write `laws/x.rs` with a [`Law`], add `Entry::of::<laws::x::X>()` to [`ALL`].

use crate::error::{Error, ErrorKind, Result};
use crate::math;
use crate::text;
use crate::text::{Template, Text, Texts, list, name};

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

/// Every law.
pub const ALL: &[Entry] = &[
    Entry::of::<laws::power::Power>(),
    Entry::of::<laws::chinchilla::Chinchilla>(),
    Entry::of::<laws::data_constrained::DataConstrained>(),
    Entry::of::<laws::geometric::Geometric>(),
    Entry::of::<laws::lovelace::Lovelace>(),
    Entry::of::<laws::practical::Practical>(),
    Entry::of::<laws::log_linear::LogLinear>(),
    Entry::of::<laws::bnsl::Bnsl>(),
    Entry::of::<laws::mixture::MixtureOfExponentials>(),
];

/// The templates of the fitter, and those of each law.
pub fn texts() -> impl Iterator<Item = Texts> {
    [words::TEXTS].into_iter().chain(ALL.iter().map(|law| law.texts))
}

/// The law of that name.
///
/// # Errors
/// There is none.
pub fn find(slug: &str) -> Result<&'static Entry> {
    ALL.iter().find(|entry| entry.info.slug == slug).ok_or_else(|| {
        let slugs = ALL.iter().map(|entry| Text::verbatim(entry.info.slug)).collect();
        Error::new(ErrorKind::Unknown, text!(words::NO_LAW, law = name(slug), laws = list(slugs)))
    })
}

/// What a column of runs holds, as far as a law needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The one input of a law of one variable.
    X,
    /// Parameters of the model, N.
    Params,
    /// Tokens seen, D, repeats included.
    Tokens,
    /// Unique tokens, U.
    Unique,
    /// Passes over the unique tokens, D / U.
    Epochs,
    /// Floating-point operations, C = 6 N D.
    Flops,
    /// What is predicted.
    Loss,
    /// Which run a row is of; rows of one run are resampled together.
    Run,
    /// How precise a row is beside the others: the variance of its noise falls as its inverse. The scale of all says nothing.
    Weight,
}

/// How a parameter is searched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// Not at all: the law is linear in it, so the rest of the parameters decides it.
    Linear,
    /// At equal ratios.
    Log(f64, f64),
    /// At equal steps.
    Steps(f64, f64),
    /// At equal ratios from `lo` times the least to `hi` times the greatest value of that input.
    Of(usize, f64, f64),
    /// The same for the inverse of that input.
    PerUnitOf(usize, f64, f64),
}

/// How a parameter is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transform {
    /// As it is.
    Identity,
    /// By its logarithm: it stays positive.
    Log,
}

impl Transform {
    /// From a parameter to what is moved.
    pub fn forward(self, p: f64) -> f64 {
        match self {
            Self::Identity => p,
            Self::Log => math::ln(p),
        }
    }

    /// And back.
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
    /// Its name on the command line and in tables.
    pub name: &'static str,
    /// TeX.
    pub tex: &'static str,
    /// What it says.
    pub help: Template<0>,
    /// Its unit; empty for a pure number.
    pub unit: &'static str,
    /// How it is moved.
    pub transform: Transform,
    /// Least and greatest value.
    pub bounds: [f64; 2],
    /// How it is searched.
    pub range: Range,
    /// Where a linear one is expanded, and the value of one that is frozen.
    pub start: f64,
    /// Is it held at `start` unless asked for?
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

    /// A positive factor of a term: the law is linear in it.
    pub const fn factor(name: &'static str, tex: &'static str, help: Template<0>) -> Self {
        Self { transform: Transform::Log, bounds: [1e-60, 1e200], ..Self::new(name, tex, help) }
    }

    /// A factor of any sign.
    pub const fn signed(name: &'static str, tex: &'static str, help: Template<0>) -> Self {
        Self { bounds: [f64::NEG_INFINITY, f64::INFINITY], ..Self::new(name, tex, help) }
    }

    /// An exponent, at least 0.
    pub const fn exponent(name: &'static str, tex: &'static str, help: Template<0>) -> Self {
        Self { range: Range::Log(0.05, 1.6), start: 0.3, bounds: [1e-4, 10.0], ..Self::new(name, tex, help) }
    }

    /// A positive scale.
    pub const fn scale(name: &'static str, tex: &'static str, help: Template<0>, range: Range) -> Self {
        Self { transform: Transform::Log, bounds: [1e-9, 1e12], range, ..Self::new(name, tex, help) }
    }

    /// The same with a unit.
    pub const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    /// The same with another place to start from.
    pub const fn start(self, start: f64) -> Self {
        Self { start, ..self }
    }

    /// The same between other bounds.
    pub const fn within(self, lo: f64, hi: f64) -> Self {
        Self { bounds: [lo, hi], ..self }
    }

    /// The same, searched elsewhere.
    pub const fn search(self, range: Range) -> Self {
        Self { range, ..self }
    }

    /// The same, held unless asked for.
    pub const fn frozen(self) -> Self {
        Self { frozen: true, ..self }
    }

    /// Is the law linear in it?
    pub const fn linear(&self) -> bool {
        matches!(self.range, Range::Linear)
    }
}

/// An input of a law.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// What column it is.
    pub role: Role,
    /// Its symbol.
    pub symbol: &'static str,
    /// What it is, for an axis.
    pub label: &'static str,
    /// May it be 0?
    pub from_zero: bool,
}

/// Parameters that somebody printed.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// The authors, for a legend.
    pub by: &'static str,
    /// Who and where.
    pub source: Template<0>,
    /// The values in the law's order.
    pub values: &'static [f64],
}

/// Parameters and inputs to simulate runs from.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Whose they are.
    pub says: Template<0>,
    /// The values in the law's order.
    pub values: &'static [f64],
    /// Least and greatest of each input; of tokens, where a law also reads unique ones, over those.
    pub ranges: &'static [[f64; 2]],
}

impl Example {
    /// The inputs of run `i` of `rows`: at equal ratios, in another order for each input.
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

/// A number that follows from the parameters alone.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    /// Its name.
    pub name: Template<0>,
}

/// What a law is: all of its words.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// Its name on the command line.
    pub slug: &'static str,
    /// Its name in words.
    pub title: Template<0>,
    /// TeX.
    pub tex: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What it reads of a run.
    pub inputs: &'static [Input],
    /// Its parameters.
    pub params: &'static [Param],
    /// Parameters that somebody printed; the first are what a frozen base is frozen at.
    pub published: &'static [Published],
    /// What runs are simulated from where there are none.
    pub example: Example,
    /// What [`Law::derived`] gives.
    pub derived: &'static [Quantity],
    /// Numbers a row keeps for [`Law::point`].
    pub features: usize,
    /// Is it linear in all parameters of [`Range::Linear`] at once, not only to first order?
    pub exactly_linear: bool,
    /// What of the loss it predicts, unless asked otherwise.
    pub objective: Objective,
    /// Cells of the grid, at most.
    pub cells: usize,
    /// Minima of the grid that are followed to their end, at most.
    pub starts: usize,
}

/// A scaling law: a struct is the law at some parameters.
pub trait Law {
    /// Its words.
    const INFO: Info;
    /// The templates of its file.
    const TEXTS: Texts;

    /// What [`Law::point`] needs of a run again and again, its logarithms for instance.
    fn features(x: &[f64], row: &mut [f64]);

    /// The law at these parameters.
    fn at(p: &[f64]) -> Self;

    /// The prediction for a row, and its gradient with respect to the transformed parameters: for a parameter moved by
    /// its logarithm, `p dL/dp`.
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64;

    /// The numbers of [`Info::derived`].
    fn derived(&self) -> Vec<f64> {
        Vec::new()
    }

    /// The same law with its parameters in a fixed order, where several orders say the same.
    fn canonical(_p: &mut [f64]) {}
}

/// A law behind plain functions, so that the fitter is compiled once.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its words.
    pub info: &'static Info,
    /// The templates of its file.
    pub texts: Texts,
    features: fn(&[f64], &mut [f64]),
    points: fn(&[f64], &[f64], &mut [f64], &mut [f64]),
    derived: fn(&[f64]) -> Vec<f64>,
    canonical: fn(&mut [f64]),
}

impl Entry {
    /// The entry of a law.
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
            canonical: L::canonical,
        }
    }

    /// How many parameters it has.
    pub const fn len(&self) -> usize {
        self.info.params.len()
    }

    /// Never.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Which parameter has that name?
    ///
    /// # Errors
    /// None has.
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

    /// The prediction for one run.
    pub fn predict(&self, p: &[f64], x: &[f64]) -> f64 {
        let mut row = vec![0.0; self.info.features];
        (self.features)(x, &mut row);
        let mut value = [0.0];
        (self.points)(p, &row, &mut value, &mut vec![0.0; self.len()]);
        value[0]
    }

    /// The numbers of [`Info::derived`] at these parameters.
    pub fn derived(&self, p: &[f64]) -> Vec<f64> {
        (self.derived)(p)
    }

    /// From parameters to what is moved.
    pub fn forward(&self, p: &[f64]) -> Vec<f64> {
        self.info.params.iter().zip(p).map(|(param, p)| param.transform.forward(*p)).collect()
    }

    /// And back.
    pub fn back(&self, theta: &[f64]) -> Vec<f64> {
        self.info.params.iter().zip(theta).map(|(param, theta)| param.transform.back(*theta)).collect()
    }
}

//! The scaling laws, one per file. Each file has the law's value, gradient, parameters and source.

pub mod bnsl;
pub mod chinchilla;
pub mod data_constrained;
pub mod geometric;
pub mod log_linear;
pub mod lovelace;
pub mod mixture;
pub mod power;
pub mod practical;

use super::{Input, Role};

/// Input of a law: the number N of model parameters.
const N: Input = Input { role: Role::Params, symbol: "N", label: "parameters", from_zero: false };
/// Input of a law: the number D of tokens seen.
const D: Input = Input { role: Role::Tokens, symbol: "D", label: "tokens", from_zero: false };
/// Input of a law: the number U of unique tokens.
const U: Input = Input { role: Role::Unique, symbol: "U", label: "unique tokens", from_zero: false };
/// Input of a law that has a single input, x.
const X: Input = Input { role: Role::X, symbol: "x", label: "x", from_zero: false };

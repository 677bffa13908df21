//! One law a file.

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

/// Parameters of the model.
const N: Input = Input { role: Role::Params, symbol: "N", label: "parameters", from_zero: false };
/// Tokens seen.
const D: Input = Input { role: Role::Tokens, symbol: "D", label: "tokens", from_zero: false };
/// Unique tokens.
const U: Input = Input { role: Role::Unique, symbol: "U", label: "unique tokens", from_zero: false };
/// The one input of a law of one variable.
const X: Input = Input { role: Role::X, symbol: "x", label: "x", from_zero: false };

//! The lab: what happens when a language model's training data is repeated, mixed, shifted, rewritten or
//! scarce.
//!
//! | module | what lives there | may import |
//! |---|---|---|
//! | [`error`], [`math`], [`rng`] | sentences for failures; the door to f64 functions; indexed draws | nothing of ours |
//! | [`theory`] | closed forms, pure f64 functions | the above |
//! | [`mod@params`], [`output`], [`table`], [`exec`] | what is asked; what is answered; a table from text; where work runs | the above, but not `theory` |
//! | [`sim`] | kernels: one stem is a WGSL shader and its CPU twin | the above |
//! | [`fit`] | laws fitted to runs, f64, no device | the above, but not `exec` and `sim` |
//! | [`experiments`] | one file is one experiment; the registry; claims | everything above |
//! | `web`, `main` | the page's and the terminal's doors | everything |
//!
//! `tests/catalogue.rs` reads the sources and holds this table.

pub mod error;
pub mod exec;
pub mod experiments;
pub mod fit;
pub mod math;
pub mod output;
pub mod params;
pub mod rng;
pub mod sim;
pub mod table;
pub mod theory;
#[cfg(target_arch = "wasm32")]
pub mod web;

pub use error::{Error, ErrorKind, Result};

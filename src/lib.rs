//! A lab about the training data of language models: what happens if data are repeated, mixed, shifted, rewritten or
//! scarce.
//!
//! | module | what it contains | may import |
//! |---|---|---|
//! | [`mod@text`] | sentences as data: templates, arguments, English | nothing |
//! | [`error`] | the error type | everything above |
//! | [`math`] | elementary functions of f64, equal on all machines | everything above |
//! | [`rng`] | random draws, each of which depends only on its index | everything above |
//! | [`stats`] | means, fits of lines, quantiles, and their errors | `error`, `math` |
//! | [`theory`] | closed forms, pure f64 functions | everything above |
//! | [`mod@params`] | the parameters of experiments, and their values | everything above but `theory` |
//! | [`output`] | results: figures, tables, verdicts, the result document, its digest | everything above but `theory` |
//! | [`table`] | reading a table of numbers from text | `text`, `error` |
//! | [`exec`] | running work on threads, workers and GPUs | `text`, `error`, `math`, `rng` |
//! | [`sim`] | kernels: each is a WGSL shader and a Rust file with equal results | `error`, `math`, `rng`, `theory`, `exec` |
//! | [`fit`] | fitting laws to runs, in f64 on the CPU | `text`, `error`, `math`, `rng`, `stats`, `theory`, `params`, `table` |
//! | [`kit`] | the trait and other parts of all experiments; `kit/fits` is shared by the pages of fits | everything above |
//! | [`experiments`] | the experiments, in one folder for each part of the lab | everything above |
//! | [`session`] | finding, checking and running an experiment, and recomputing claims | everything above |
//! | [`catalogue`] | all texts of the lab, for the build of the page and for translations | everything above |
//! | `web`, `cli`, `main` | the interfaces for the page and for the terminal | everything above |
//!
//! A module may import itself. `tests/catalogue.rs` checks that the sources follow this table.

#[cfg(not(target_arch = "wasm32"))]
pub mod catalogue;
pub mod error;
pub mod exec;
pub mod experiments;
pub mod fit;
pub mod kit;
pub mod math;
pub mod output;
pub mod params;
pub mod rng;
pub mod session;
pub mod sim;
pub mod stats;
pub mod table;
pub mod text;
pub mod theory;
#[cfg(target_arch = "wasm32")]
pub mod web;

pub use error::{Error, ErrorKind, Result};

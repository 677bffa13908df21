//! A lab about the training data of language models: what happens if data are repeated, mixed, shifted, rewritten or
//! scarce.
//!
//! | module | what it contains | may import |
//! |---|---|---|
//! | [`mod@text`] | sentences as data: templates, arguments, English | nothing |
//! | [`error`] | the error type | everything above |
//! | [`math`] | elementary functions of f64, with equal results on all machines | everything above |
//! | [`rng`] | random draws, each of which depends only on its index | everything above |
//! | [`stats`] | means, fits of lines, quantiles, and their errors | `error`, `math` |
//! | [`theory`] | closed forms, pure f64 functions | everything above |
//! | [`mod@params`] | the parameters of experiments, and their values | everything above but `theory` |
//! | [`output`] | results: figures, tables, verdicts, the result document, its digest | everything above but `theory` |
//! | [`table`] | reading a table of numbers from text | `text`, `error` |
//! | [`exec`] | running work on threads, workers and GPUs | `text`, `error`, `math`, `rng` |
//! | [`sim`] | kernels: each is a WGSL shader and a Rust file with equal results | `error`, `math`, `rng`, `stats`, `theory`, `exec` |
//! | [`fit`] | fitting laws to runs, in f64 on the CPU | `text`, `error`, `math`, `rng`, `stats`, `theory`, `params`, `table` |
//! | [`kit`] | the trait `Experiment`, and other parts that all experiments share; `kit/fits` is shared by the experiments that fit laws, and `kit/race` by those that compare training distributions | everything above |
//! | [`experiments`] | the experiments, in one folder for each part of the lab | everything above |
//! | [`session`] | finding, checking and running an experiment, and recomputing claims | everything above |
//! | [`catalogue`] | all texts of the lab, for the build of the page and for translations | everything above |
//! | `web`, `cli`, `main` | the interfaces for the page and for the terminal | everything above |
//!
//! A module may import itself. `tests/experiments/catalogue.rs` checks that the sources follow this table.
//!
//! Only `exec/gpu.rs` uses wgpu. The modules `web`, `exec/pool.rs` and `exec/remote.rs` connect the lab with
//! JavaScript. A page is made of two builds of this crate. The first contains the lab without the GPU device; the page's
//! build divides it into pieces, of which the page fetches those that an experiment needs. The second, with the feature
//! `device`, contains only the GPU device; the page fetches it when it uses a GPU.

#[cfg(not(any(feature = "device", target_arch = "wasm32")))]
pub mod catalogue;
#[cfg(not(feature = "device"))]
pub mod error;
#[cfg(not(feature = "device"))]
pub mod exec;
#[cfg(not(feature = "device"))]
pub mod experiments;
#[cfg(not(feature = "device"))]
pub mod fit;
#[cfg(not(feature = "device"))]
pub mod kit;
#[cfg(not(feature = "device"))]
pub mod math;
#[cfg(not(feature = "device"))]
pub mod output;
#[cfg(not(feature = "device"))]
pub mod params;
#[cfg(not(feature = "device"))]
pub mod rng;
#[cfg(not(feature = "device"))]
pub mod session;
#[cfg(not(feature = "device"))]
pub mod sim;
#[cfg(not(feature = "device"))]
pub mod stats;
#[cfg(not(feature = "device"))]
pub mod table;
#[cfg(not(feature = "device"))]
pub mod text;
#[cfg(not(feature = "device"))]
pub mod theory;
#[cfg(all(target_arch = "wasm32", not(feature = "device")))]
pub mod web;

#[cfg(not(feature = "device"))]
pub use error::{Error, ErrorKind, Result};

/// The modules that a build with the feature `device` contains.
#[cfg(feature = "device")]
pub mod exec {
    mod fault;
    mod gpu;
    pub mod remote;
}

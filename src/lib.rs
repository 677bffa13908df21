//! A lab about the training data of language models: what happens when it is repeated, mixed, shifted, rewritten or scarce.
//!
//! | module | what lives there | may import |
//! |---|---|---|
//! | [`mod@text`] | sentences as data: templates, arguments, English | nothing |
//! | [`error`] | sentences for failures | everything above |
//! | [`math`] | the door to f64 functions | everything above |
//! | [`rng`] | indexed draws | everything above |
//! | [`stats`] | means, lines, quantiles and their errors | `error`, `math` |
//! | [`theory`] | closed forms, pure f64 functions | everything above |
//! | [`mod@params`] | what is asked: parameters and their values | everything above but `theory` |
//! | [`output`] | what is answered: figures, tables, verdicts, the document, its digest | everything above but `theory` |
//! | [`table`] | a table of numbers from text | `text`, `error` |
//! | [`exec`] | where work runs: threads, workers, the GPU | `text`, `error`, `math`, `rng` |
//! | [`sim`] | kernels: one stem is a WGSL shader and its CPU twin | `error`, `math`, `rng`, `theory`, `exec` |
//! | [`fit`] | laws fitted to runs, f64, no device | `text`, `error`, `math`, `rng`, `stats`, `theory`, `params`, `table` |
//! | [`kit`] | what every experiment is made of; `kit/fits`: what the pages of fits share | everything above |
//! | [`experiments`] | the story: a part is a folder, an experiment is a folder or file in it | everything above |
//! | [`session`] | one run of one experiment: find, check, run, reproduce | everything above |
//! | [`catalogue`] | every word of the lab, for the page's build and for translations | everything above |
//! | `web`, `cli`, `main` | the page's and the terminal's doors | everything above |
//!
//! A module may import itself. `tests/catalogue.rs` reads this table and the sources, and holds the one to the other.

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

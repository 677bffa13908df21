//! What every experiment is made of: its contract, its words, its claims.

mod claim;
mod experiment;
pub mod fits;
pub mod legs;
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod testing;
mod words;

pub use claim::{Claim, File, Origin, Pick, Reproduced};
pub use experiment::{Entry, Experiment, Part, Run};
pub use words::{Formula, Info, Preset, Source};

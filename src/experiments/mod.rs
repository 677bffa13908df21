//! The experiments, grouped in parts that have an order. A part is a folder with a title, an introduction and its
//! experiments.

use crate::exec::Twin;
use crate::kit::{Entry, Part};

pub mod best_data;
pub mod laws;
pub mod repeats;

/// The parts of the lab, in the order of the page.
pub const PARTS: &[Part] = &[best_data::PART, repeats::PART, laws::PART];

/// Every experiment, in the order of the page.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    PARTS.iter().flat_map(|part| part.entries)
}

/// Finds the kernel or job of the given name, which the page asks a worker of its pool to run.
pub fn twin(name: &str) -> Option<&'static Twin> {
    all().flat_map(|entry| entry.kernels).find(|twin| twin.name == name)
}

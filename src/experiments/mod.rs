//! The experiments of the lab, divided into parts. A part has a title and an introduction, and all of its experiments
//! are in one folder.

use crate::exec::Twin;
use crate::kit::{Entry, Part};

pub mod best_data;
pub mod laws;
pub mod little_data;
pub mod networks;
pub mod repeats;
pub mod synthetic;

/// The parts of the lab, in the order of the page.
pub const PARTS: &[Part] =
    &[best_data::PART, networks::PART, repeats::PART, laws::PART, little_data::PART, synthetic::PART];

/// Every experiment, in the order of the page.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    PARTS.iter().flat_map(|part| part.entries).copied()
}

/// Finds the kernel or job of the given name. A worker of the page's pool calls this function for each piece of work
/// that it receives.
pub fn twin(name: &str) -> Option<&'static Twin> {
    all().flat_map(|entry| entry.kernels).find(|twin| twin.name == name)
}

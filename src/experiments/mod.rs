//! The story: its parts in order. A part is a folder with a title, a lead and its experiments.

use crate::exec::Twin;
use crate::kit::{Entry, Part};

pub mod best_data;
pub mod laws;
pub mod repeats;

/// The parts of the story, in its order.
pub const PARTS: &[Part] = &[best_data::PART, repeats::PART, laws::PART];

/// Every experiment, in the order of the story.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    PARTS.iter().flat_map(|part| part.entries)
}

/// The kernel or job of that name: what a page's pool worker is asked to run.
pub fn twin(name: &str) -> Option<&'static Twin> {
    all().flat_map(|entry| entry.kernels).find(|twin| twin.name == name)
}

//! Laws through runs: scaling laws fitted to runs, published ones and the reader's own.

use crate::kit::fits::Fits;
use crate::kit::{Entry, Part};

pub mod chinchilla;
pub mod fit;

/// This part of the story.
pub const PART: Part = Part::new(
    "Laws through runs",
    "A scaling law is a curve through runs: how well do the runs determine it, and what does it say of larger ones?",
    &[Entry::of::<Fits<chinchilla::Chinchilla>>(), Entry::of::<Fits<fit::FitRuns>>()],
);

//! How often may data be repeated? What an epoch over data that were seen before is worth.

use crate::kit::fits::Fits;
use crate::kit::{Entry, Part};

pub mod data_constrained;
pub mod multi_epoch;
pub mod reuse;

/// This part of the story.
pub const PART: Part = Part::new(
    "How often may data be repeated?",
    "When data run out, they are read again: the first epochs are worth almost as much as new data, later ones little.",
    &[Entry::of::<multi_epoch::MultiEpoch>(), Entry::of::<Fits<data_constrained::DataConstrained>>()],
);

//! What data are best? Training on another distribution than the one that is tested.

use crate::kit::{Entry, Part};

pub mod atoms;
pub mod exam_time;
pub mod k_composition;
pub mod positive_shift;
pub mod race;
pub mod rates;
pub mod state_tracking;

/// This part of the story.
pub const PART: Part = Part::new(
    "What data are best?",
    "Training data need not be distributed like the test: a shifted distribution, often a power law, can teach more.",
    &[
        Entry::of::<exam_time::ExamTime>(),
        Entry::of::<positive_shift::PositiveShift>(),
        Entry::of::<atoms::Atoms>(),
        Entry::of::<k_composition::KComposition>(),
        Entry::of::<state_tracking::StateTracking>(),
    ],
);

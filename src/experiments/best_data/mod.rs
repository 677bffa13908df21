//! What data are best? Training on another distribution than the one that is tested.

pub mod race;
pub mod rates;

crate::part! {
    "What data are best?",
    "Training data need not be distributed like the test: a shifted distribution, often a power law, can teach more.",
    texts: &[],
    exam_time::ExamTime,
    positive_shift::PositiveShift,
    atoms::Atoms,
    k_composition::KComposition,
    state_tracking::StateTracking,
}

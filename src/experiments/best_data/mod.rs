//! Which data are best? These experiments train on a distribution that differs from the test distribution.

crate::part! {
    "What data are best?",
    "Training data need not have the distribution of the test: another distribution, often a power law, can lower the test loss more.",
    texts: &[],
    exam_time::ExamTime,
    positive_shift::PositiveShift,
    atoms::Atoms,
    k_composition::KComposition,
    state_tracking::StateTracking,
}

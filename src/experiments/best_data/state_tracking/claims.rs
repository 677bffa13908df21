//! Numbers that `state-tracking` recomputes.

use crate::kit::{Claim, Pick};

/// The numbers that it recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::formula(
        "track-s5",
        1.0 / 120.0,
        "exact answers of uniform training by the time the power law has solved the task: chance",
    )
    .by("PPL", "S5 state tracking, k = 4, alpha = 1.5")
    .pick(Pick::Point("accuracy", "alpha-0", 10_000.0))
    .within(0.02, "500 test sequences")
    .note("The paper trains transformers; here only the task, its sizes and the comparison are the same."),
    Claim::own("track-s5-ratio", 144.0, "median samples of uniform training over those of alpha = 1.5, S5, k = 4")
        .by("This lab, an earlier program for this model", "7 seeds: 1.3e6 over 9e3 samples")
        .at("samples=1000000&runs=32")
        .pick(Pick::Verdict("power-law-beats-uniform"))
        .within(0.0, "its own interval; at this budget a lower bound"),
    Claim::own("track-two-hops", 0.31, "the same ratio at k = 2, where uniform training wins")
        .by("This lab, an earlier program for this model", "7 seeds: 4e3 over 1.3e4 samples")
        .at("hops=2&samples=60000")
        .pick(Pick::Verdict("power-law-beats-uniform"))
        .within(0.04, "times are whole thousands: 4000 stands for 3000 to 4000"),
];

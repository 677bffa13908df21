//! Published numbers and earlier results that `state-tracking` recomputes.

use crate::kit::{Claim, Pick};

/// Published numbers and earlier results that `state-tracking` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::formula(
        "track-s5",
        1.0 / 120.0,
        "share of exact answers of uniform training when the power law has solved the task: chance",
    )
    .by("PPL", "S5 state tracking, k = 4, α = 1.5")
    .pick(Pick::Point("accuracy", "alpha-0", 10_000.0))
    .within(0.02, "the answers to 500 test sequences are counted")
    .note("The paper trains transformers. Only the task, its sizes and the comparison are the same here."),
    Claim::own("track-s5-ratio", 144.0, r"median number of samples of uniform training over that of $\alpha = 1.5$, with five symbols and four hops")
        .by("This lab, an earlier program for this model", "7 seeds: 1.3 million over 9 thousand samples")
        .at("samples=1000000&runs=32")
        .pick(Pick::Verdict("power-law-beats-uniform"))
        .within(0.0, "the interval of the ratio, which is a lower bound at this budget"),
    Claim::own("track-two-hops", 0.31, r"median number of samples of uniform training over that of $\alpha = 1.5$, with two hops, where uniform training wins")
        .by("This lab, an earlier program for this model", "7 seeds: 4 thousand over 13 thousand samples")
        .at("hops=2&samples=60000")
        .pick(Pick::Verdict("power-law-beats-uniform"))
        .within(0.04, "times are rounded up to whole thousands: 4000 stands for 3000 to 4000"),
];

//! Published numbers and earlier results that `state-tracking` recomputes.

use crate::kit::{Claim, Pick};

/// Published numbers and earlier results that `state-tracking` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::formula(
        "track-s5",
        1.0 / 120.0,
        "share of exact answers of uniform training when the power law has solved the task; guessing is expected",
    )
    .by("Wang et al., arXiv 2604.22951", "S5 state tracking, k = 4, α = 1.5")
    .pick(Pick::Point("accuracy", "alpha-0", 10_000.0))
    .within(0.02, "the answers to 500 test sequences are counted")
    .note("The paper trains transformers. Only the task, its sizes and the comparison are the same here."),
    Claim::own("track-s5-ratio", 144.0, r"median number of samples with uniform training, divided by the median with $\alpha = 1.5$, for five symbols and four hops")
        .by("This lab, an earlier program for this model", "medians of 7 seeds: 1.3 million samples divided by 9 thousand")
        .at("samples=1000000&runs=32")
        .pick(Pick::Verdict("power-law-beats-uniform"))
        .within(0.0, "the interval of the ratio; at this budget the ratio is only a lower bound"),
    Claim::own("track-two-hops", 0.31, r"median number of samples with uniform training, divided by the median with $\alpha = 1.5$, for two hops, where uniform training wins")
        .by("This lab, an earlier program for this model", "medians of 7 seeds: 4 thousand samples divided by 13 thousand")
        .at("hops=2&samples=60000")
        .pick(Pick::Verdict("power-law-beats-uniform"))
        .within(0.04, "numbers of samples are rounded up to whole thousands, so 4000 stands for 3000 to 4000"),
];

//! Earlier results that `live-arithmetic` recomputes.

use crate::kit::race::words as race;
use crate::kit::{Claim, Pick};

const LAB: &str = "This lab, an earlier program for this network";

/// The standard deviation of the logarithms of the times is 0.6, so a median of n networks has a relative error of 1.25
/// times as much divided by the root of n. A page recomputes the number while a reader waits, so the networks are few.
const TWO_ERRORS: &str =
    "two standard errors of the difference of a median of 10 networks and one of 5, whose times vary sevenfold";

/// Earlier results that `live-arithmetic` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::formula(
        "arithmetic-flat",
        2.564_949,
        r"loss of uniform training on sums of four numbers modulo 13, after 256,000 sequences; the loss of guessing, $\ln 13$, is expected",
    )
    .by("Wang et al., arXiv 2604.22951", "multi-step arithmetic: uniform training stays at the loss of guessing")
    .pick(Pick::Point("loss", "alpha-0", 256_000.0))
    .within(0.005, "on 1,024 test sequences the loss of a network that knows nothing varies by 0.002")
    .note("The paper trains transformers on another task. Only the comparison is the same here."),
    Claim::own(
        "arithmetic-sum",
        217_600.0,
        r"median number of sequences to 90% with $\alpha = 1$, for sums of four numbers modulo 23",
    )
    .by(LAB, "median of 10 networks: 3,400 steps; PyTorch: 3,800 steps")
    .at("modulus=23&exponents=1&networks=5&width=32&rate=0.002&decay=0.1&steps=8000")
    .pick(Pick::Cell("time-to-target", "23", race::MEDIAN.english()))
    .within(178_000.0, TWO_ERRORS),
];

//! Published numbers and earlier results that `exam-time` recomputes.

use super::words;
use crate::kit::{Claim, Pick};

/// Published numbers and earlier results that `exam-time` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::printed("exam-75", 0.75, "optimal share of the 90% subject at $a = 1$")
        .by("Medvedev et al., arXiv 2510.25108", "Section 3, and Part 2.2 of the talk")
        .pick(Pick::Cell("allocation", "1", words::OPTIMAL_LAW.english()))
        .within(1e-12, "closed form"),
    Claim::printed(
        "exam-75-measured",
        0.75,
        "optimal share of the 90% subject at $a = 1$, measured on simulated students",
    )
    .by("Medvedev et al., arXiv 2510.25108", "Section 3, and Part 2.2 of the talk")
    .at("hours=1000&runs=16384")
    .pick(Pick::Verdict("best-share"))
    .within(0.01, "the minimum of the parabola through seven points is accurate to 1% of all hours"),
    Claim::printed(
        "exam-20-percent",
        0.8,
        "hours needed with the optimal shares, divided by hours needed with the matched shares, $a = 1$",
    )
    .by("Medvedev et al., arXiv 2510.25108", "Section 3, and Part 2.2 of the talk")
    .pick(Pick::Cell("gain", words::HOURS_NEEDED.english(), words::LAW.english()))
    .within(1e-12, "closed form")
    .note("The talk says that 20% fewer hours are needed."),
    Claim::printed("exam-half", 0.812, "optimal share of the 90% subject at $a = 1/2$")
        .by("Medvedev et al., arXiv 2510.25108", "Section 3")
        .at("exponent=0.5")
        .pick(Pick::Cell("allocation", "1", words::OPTIMAL_LAW.english()))
        .within(1e-3, "printed as 0.812..., truncated after three digits"),
    Claim::printed(
        "exam-half-hours",
        0.944,
        "hours needed with the optimal shares, divided by hours needed with the matched shares, $a = 1/2$",
    )
    .by("Medvedev et al., arXiv 2510.25108", "Section 3")
    .at("exponent=0.5")
    .pick(Pick::Cell("gain", words::HOURS_NEEDED.english(), words::LAW.english()))
    .within(1e-3, "printed with three digits, truncated"),
];

//! Published numbers and earlier results that `k-composition` recomputes.

use crate::kit::{Claim, Pick};

/// Published numbers and earlier results that `k-composition` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::formula(
        "compose-uniform-slope",
        2.0,
        "exponent with which the number of samples that uniform training needs grows with the number of skills, with $k = 4$ hops; by theory it is at least $k/2$",
    )
    .by("Wang et al., arXiv 2604.22951", "Theorem 1")
    .at("exponents=0&lr=0.1&skills=64&halvings=2&samples=600000&runs=256")
    .pick(Pick::Verdict("slope-uniform"))
    .within(0.0, "the 99.9% interval of the fitted exponent")
    .note(
        "The exponent is fitted over 16, 32 and 64 skills. Theory gives a lower bound. With only 32 runs the interval would contain almost any exponent.",
    ),
    Claim::formula(
        "compose-power-law-slope",
        3.0,
        r"exponent with which the number of samples that a power law needs grows with the number of skills: does it reach its upper bound $2\alpha$, with $\alpha = 1.5$ and $k = 4$ hops?",
    )
    .by("Wang et al., arXiv 2604.22951", "Theorem 2")
    .at("exponents=1.5&skills=128&halvings=3&samples=200000&runs=32")
    .pick(Pick::Verdict("slope-power-law"))
    .within(0.0, "the 99.9% interval of the fitted exponent")
    .differs(
        1.33,
        r"The fitted exponent does not reach the upper bound: it is near $\alpha$. An upper bound allows every smaller exponent, so this does not contradict the theorem. The exponent is fitted over 16 to 128 skills.",
    ),
    Claim::formula(
        "compose-uniform-slope-2",
        1.0,
        "exponent with which the number of samples that uniform training needs grows with the number of skills, with $k = 2$ hops, where there is no barrier; by theory it is at least $k/2$",
    )
    .by("Wang et al., arXiv 2604.22951", "Theorem 1")
    .at("exponents=0&hops=2&lr=0.1&skills=512&halvings=3&samples=40000&runs=64")
    .pick(Pick::Verdict("slope-uniform"))
    .within(0.0, "the 99.9% interval of the fitted exponent")
    .note("The exponent is fitted over 64 to 512 skills. Theory gives a lower bound; four seeds give exponents from 1.06 to 1.08."),
];

//! Published numbers and earlier results that `atoms` recomputes.

use super::words;
use crate::kit::{Claim, Pick};

/// Published numbers and earlier results that `atoms` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::formula(
        "atoms-matched-exponent",
        -0.5,
        r"exponent $-1 + 1/\alpha$ of the loss when training uses the test distribution, at $\alpha = 2$",
    )
    .by("Medvedev et al., arXiv 2510.25108", "Corollary 4.3, and Part 2.2 of the talk")
    .at("exponent=2&samples=100,300,1000,3000")
    .pick(Pick::Verdict("slope-matched"))
    .within(0.005, "over the numbers of samples simulated here the slope of the exact curve is −0.499"),
    Claim::formula(
        "atoms-optimal-exponent",
        -1.0,
        r"exponent $1 - \alpha$ of the loss with the optimal training distribution, at $\alpha = 2$",
    )
    .by("Medvedev et al., arXiv 2510.25108", "Corollary 4.3, and Part 2.2 of the talk")
    .at("exponent=2&samples=100,300,1000,3000")
    .pick(Pick::Verdict("slope-optimal"))
    .within(0.02, "over the numbers of samples simulated here the slope of the exact curve is −0.981; with more samples it tends to −1"),
    Claim::formula(
        "atoms-support",
        36.0,
        r"number of facts that the optimal distribution draws by the printed formula, for 50 facts, $\alpha = 1.5$ and 20 samples",
    )
    .by("Medvedev et al., arXiv 2510.25108", "Theorem 4.2, as printed there; version 1, a second exists")
    .at("atoms=50&samples=20")
    .pick(Pick::Cell("losses", "20", words::OPTIMAL_ATOMS.english()))
    .within(0.0, "a whole number")
    .differs(
        15.0,
        "Version 1 of the paper prints $p^{-1/(K-1)}$ in the theorem. With $N-1$ instead of $K-1$, as in the talk, the optimal distribution draws 15 facts, and no other distribution has a smaller loss.",
    ),
];

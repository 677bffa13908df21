//! Printed formulas that `real-synthetic` evaluates.

use super::words;
use crate::kit::{Claim, Pick};

const PAPER: &str = "arXiv 2511.13640, as digests and reviews quote it";
/// A run that is as small as possible: what is claimed does not depend on it.
const QUICK: &str = "facts=20000&samples=300000&cut=30&real=0.03&runs=8";

/// Printed formulas that `real-synthetic` evaluates.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::formula(
        "real-synthetic-slope",
        -1.0 / 3.0,
        r"slope $-(1 - 1/\beta)$ of the test error in phase 3, at $\beta = 1.5$",
    )
    .by(PAPER, "Lemma 1")
    .at(QUICK)
    .pick(Pick::Verdict("slope-third"))
    .within(0.03, "over the numbers of samples simulated here the slope of the exact curve is not yet the limit"),
    Claim::formula(
        "real-synthetic-begins",
        164.316_767,
        r"number of samples at which the plateau begins, printed as $k^\beta$, for $k = 30$ and $\beta = 1.5$",
    )
    .by(PAPER, "end of phase 1")
    .at(QUICK)
    .pick(Pick::Cell("breaks", words::BEGINS.english(), words::WITH_ZETA.english()))
    .within(0.5, "a formula")
    .differs(
        371.297,
        "The printed formula leaves out two factors: the probabilities sum to 1 only after division by the zeta function, and training prefers the head.",
    ),
];

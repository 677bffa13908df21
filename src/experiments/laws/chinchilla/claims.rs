//! Numbers that `chinchilla` recomputes.

use crate::kit::{Claim, Pick};

/// A published number that follows from the published parameters.
pub(super) const fn follows(
    id: &'static str,
    place: &'static str,
    what: &'static str,
    printed: f64,
    row: &'static str,
    tolerance: f64,
) -> Claim {
    Claim::printed(id, printed, what)
        .by("Hoffmann et al., arXiv 2203.15556", place)
        .at("bootstrap=0&profiles=no")
        .pick(Pick::Cell("derived", row, "as published"))
        .within(tolerance, "printed with two digits; ours follows from the parameters in the paper's TeX source")
}

/// The numbers that it recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    follows(
        "chinchilla-exponent-size",
        "Table 2, Approach 3",
        "exponent of the best number of parameters in compute, beta/(alpha + beta)",
        0.46,
        "a",
        0.005,
    ),
    follows(
        "chinchilla-exponent-tokens",
        "Table 2, Approach 3",
        "exponent of the best number of tokens in compute, alpha/(alpha + beta)",
        0.54,
        "b",
        0.005,
    ),
    follows(
        "chinchilla-size",
        "Figure 4",
        "best number of parameters for 5.76e23 FLOPs, by the parametric fit",
        40e9,
        "compute-optimal parameters",
        0.5e9,
    ),
];

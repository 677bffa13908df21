//! Published numbers that `chinchilla` recomputes.

use crate::fit::laws::chinchilla::{DATA_GROWTH, SIZE_GROWTH};
use crate::fit::words::OPTIMAL_PARAMETERS;
use crate::kit::fits::words::AS_PUBLISHED;
use crate::kit::{Claim, Pick};
use crate::text::Template;

/// Makes a claim about a printed number that follows from the published parameters of the Chinchilla law.
pub(super) const fn follows(
    id: &'static str,
    place: &'static str,
    what: &'static str,
    printed: f64,
    row: Template<0>,
    tolerance: f64,
) -> Claim {
    Claim::printed(id, printed, what)
        .by("Hoffmann et al., arXiv 2203.15556", place)
        .at("bootstrap=0&profiles=no")
        .pick(Pick::Cell("derived", row.english(), AS_PUBLISHED.english()))
        .within(
            tolerance,
            "The number is printed with two digits. Ours follows from the parameters in the TeX source of the paper.",
        )
}

/// The published numbers that `chinchilla` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    follows(
        "chinchilla-exponent-size",
        "Table 2, Approach 3",
        r"exponent with which the compute-optimal number of parameters grows with compute, $\beta/(\alpha + \beta)$",
        0.46,
        SIZE_GROWTH,
        0.005,
    ),
    follows(
        "chinchilla-exponent-tokens",
        "Table 2, Approach 3",
        r"exponent with which the compute-optimal number of tokens grows with compute, $\alpha/(\alpha + \beta)$",
        0.54,
        DATA_GROWTH,
        0.005,
    ),
    follows(
        "chinchilla-size",
        "Figure 4",
        r"compute-optimal number of parameters for $5.76 \times 10^{23}$ FLOPs, by the parametric fit",
        40e9,
        OPTIMAL_PARAMETERS,
        0.5e9,
    ),
];

//! Numbers that `k-composition` recomputes.

use crate::kit::{Claim, Pick};

/// The numbers that it recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::formula("compose-uniform-slope", 2.0, "exponent of d in the samples that uniform training needs at least, k/2, at k = 4")
        .by("PPL", "Theorem 1")
        .at("exponents=0&lr=0.1&skills=64&halvings=2&samples=600000&runs=256")
        .pick(Pick::Verdict("slope-uniform"))
        .within(0.0, "the fitted slope's own 99.9% interval")
        .note("Fitted over d = 16, 32, 64. A lower bound by theory; with 32 runs the interval would hold almost any slope."),
    Claim::formula("compose-power-law-slope", 3.0, "is our exponent of d, in the samples that a power law needs, as large as its upper bound by theory, 2 alpha, at alpha = 1.5, k = 4?")
        .by("PPL", "Theorem 2")
        .at("exponents=1.5&skills=128&halvings=3&samples=200000&runs=32")
        .pick(Pick::Verdict("slope-power-law"))
        .within(0.0, "the fitted slope's own 99.9% interval")
        .differs(1.33, "Not as large: it is near alpha. An upper bound allows every slope below it, so this does not speak against the theorem. Fitted over d = 16 to 128."),
    Claim::formula("compose-uniform-slope-2", 1.0, "exponent of d in the samples that uniform training needs at least, k/2, at k = 2, where it is not hard")
        .by("PPL", "Theorem 1")
        .at("exponents=0&hops=2&lr=0.1&skills=512&halvings=3&samples=40000&runs=64")
        .pick(Pick::Verdict("slope-uniform"))
        .within(0.0, "the fitted slope's own 99.9% interval")
        .note("Fitted over d = 64 to 512. A lower bound by theory: the slopes of four seeds are 1.06 to 1.08."),
];

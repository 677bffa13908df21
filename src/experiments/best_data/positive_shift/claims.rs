//! Numbers that `positive-shift` recomputes.

use crate::kit::{Claim, Pick};

/// The numbers that it recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::printed("shift-majority", 0.75, "samples ratio for one majority of weight 0.7 and 99 minorities, a = 0.28")
        .by("SIG, version 1 (a second exists)", "Section 3, after Corollary 3.3")
        .at(concat!("a=0.28&samples=100000&draws=0&weights=231", ones!()))
        .pick(Pick::Cell("optimum", "samples ratio N'/N", "value"))
        .within(0.005, "printed with two digits")
        .differs(0.802, "The exact formula gives 0.802 at p = 0.7; its least value over all p is 0.764, at p = 0.87."),
    Claim::printed(
        "shift-majority-best",
        0.75,
        "least samples ratio over p for 99 minorities, a = 0.28: up to about 25% fewer samples",
    )
    .by("SIG", "Section 3, after Corollary 3.3")
    .at(concat!("a=0.28&samples=100000&draws=0&weights=662.538462", ones!()))
    .pick(Pick::Cell("optimum", "samples ratio N'/N", "value"))
    .within(0.02, "printed as about 25%")
    .note("At p = 0.87, where the ratio is least: 23.6% fewer."),
    Claim::printed("shift-exam", 0.8, "samples ratio of a 90/10 mixture, a = 1")
        .by("SIG; Talk", "Section 3; Part 2.2")
        .at("weights=0.9,0.1&draws=0")
        .pick(Pick::Cell("optimum", "samples ratio N'/N", "value"))
        .within(1e-9, "closed form, here by root-finding"),
    Claim::printed("shift-exam-half", 0.944, "samples ratio of a 90/10 mixture, a = 1/2")
        .by("SIG", "Section 3")
        .at("weights=0.9,0.1&a=0.5&draws=0")
        .pick(Pick::Cell("optimum", "samples ratio N'/N", "value"))
        .within(1e-3, "printed with three digits, cut"),
    Claim::formula(
        "shift-one-way",
        1.182_7,
        "difference of the losses for two equal parts with one-way transfer 0.1, by the printed 2b e^(-1/2)(1 - a/4)",
    )
    .by("SIG, version 1 (a second exists)", "Corollary 6.4, as printed there")
    .at("weights=0.5,0.5&family=mixing-law&t=1,0.1;0,1&draws=0")
    .pick(Pick::Cell("optimum", "difference of the losses", "value"))
    .within(1e-4, "a formula, evaluated")
    .differs(
        0.001_781,
        "By symmetry nothing is gained without transfer; the leading term is 9/32 b e^(-1/2) a^2 = 0.0017.",
    ),
];

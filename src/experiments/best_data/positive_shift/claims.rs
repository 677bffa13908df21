//! Published numbers and earlier results that `positive-shift` recomputes.

use super::words;
use crate::kit::{Claim, Pick};

/// Place of the samples ratio in the table `optimum`. The ratio is the number of samples that the optimal shares need,
/// divided by the number that the matched shares need for an equal loss.
const RATIO: Pick<'_> = Pick::Cell("optimum", words::RATIO.english(), words::VALUE.english());

/// Published numbers and earlier results that `positive-shift` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::printed(
        "shift-majority",
        0.75,
        "samples needed with optimal shares, divided by samples with matched shares, for one majority of weight 0.7 and 99 equal minorities, $a = 0.28$",
    )
    .by("Medvedev et al., arXiv 2510.25108", "Section 3, after Corollary 3.3; version 1, a second exists")
    .at(concat!("a=0.28&samples=100000&draws=0&weights=231", ones!()))
    .pick(RATIO)
    .within(0.005, "printed with two digits")
    .differs(
        0.802,
        "The exact formula gives 0.802 at $p = 0.7$. The least value over all $p$ is 0.764, at $p = 0.87$.",
    ),
    Claim::printed(
        "shift-majority-best",
        0.75,
        "samples needed with optimal shares, divided by samples with matched shares: the least ratio over all weights $p$ of one majority with 99 equal minorities, $a = 0.28$",
    )
    .by("Medvedev et al., arXiv 2510.25108", "Section 3, after Corollary 3.3")
    .at(concat!("a=0.28&samples=100000&draws=0&weights=662.538462", ones!()))
    .pick(RATIO)
    .within(0.02, "printed as up to about 25% fewer samples")
    .note("The ratio is least at $p = 0.87$, where 23.6% fewer samples are needed."),
    Claim::printed("shift-exam", 0.8, "samples needed with optimal shares, divided by samples with matched shares, for a mixture of 90% and 10%, $a = 1$")
        .by("Medvedev et al., arXiv 2510.25108", "Section 3, and Part 2.2 of the talk")
        .at("weights=0.9,0.1&draws=0")
        .pick(RATIO)
        .within(1e-9, "the paper has a closed form; we find the number by root-finding"),
    Claim::printed("shift-exam-half", 0.944, "samples needed with optimal shares, divided by samples with matched shares, for a mixture of 90% and 10%, $a = 1/2$")
        .by("Medvedev et al., arXiv 2510.25108", "Section 3")
        .at("weights=0.9,0.1&a=0.5&draws=0")
        .pick(RATIO)
        .within(1e-3, "printed with three digits, truncated"),
    Claim::formula(
        "shift-one-way",
        1.182_7,
        "loss with matched shares minus loss with optimal shares, for two equal parts with one-way transfer $a = 0.1$, by the printed formula $2 b e^{-1/2} (1 - a/4)$",
    )
    .by("Medvedev et al., arXiv 2510.25108", "Corollary 6.4, as printed there; version 1, a second exists")
    .at("weights=0.5,0.5&family=mixing-law&t=1,0.1;0,1&draws=0")
    .pick(Pick::Cell("optimum", words::LOSS_DIFFERENCE.english(), words::VALUE.english()))
    .within(1e-4, "the value of a formula")
    .differs(
        0.001_781,
        "The printed formula cannot be right: at $a = 0$ it gives a gain, but by symmetry nothing is gained without transfer. To leading order the difference is $(9/32) b e^{-1/2} a^2 = 0.0017$.",
    ),
];

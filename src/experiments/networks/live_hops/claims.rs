//! Earlier results that `live-hops` recomputes.

use crate::kit::race::words as race;
use crate::kit::{Claim, Pick};

/// Earlier results that `live-hops` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::own(
        "hops-uniform",
        198_400.0,
        "median number of training sequences with uniform training, for three hops, 20 entities and 10 relations, if half of the sequences are facts",
    )
    .by("This lab, earlier programs for this network", "3,000, 3,100 and 3,900 steps of 64 sequences, in three networks")
    .at("entities=20&relations=10&facts=0.5&width=32&rate=0.002&decay=0.1&exponents=0&networks=3&steps=4500")
    .pick(Pick::Cell("time-to-target", "20", race::MEDIAN.english()))
    .within(
        59_520.0,
        "30%: the times of three networks vary by a fifth, and the median of a few networks by nearly as much",
    ),
    Claim::formula(
        "hops-flat",
        1.791_759,
        r"loss of uniform training on questions of four hops without facts, after 128,000 sequences, for six entities; the loss of guessing, $\ln 6$, is expected",
    )
    .by("Wang et al., arXiv 2604.22951", "composition of several skills: uniform training stays at the loss of guessing")
    .at("hops=4&entities=6&relations=10&facts=0&exponents=0&networks=3&steps=2000")
    .pick(Pick::Point("loss", "alpha-0", 128_000.0))
    .within(0.01, "the loss exceeds that of guessing by up to 0.005 with this learning rate, and varies by 0.003 on 1,024 questions")
    .note("The paper finds this with transformers that track a state. Only the comparison is the same here."),
];

//! Published numbers and earlier results that `live-tracking` recomputes.

use crate::kit::race::words as race;
use crate::kit::{Claim, Pick};

/// Column of the medians, in the only row of a run with one training distribution. Its first cell has the symbols.
const fn median(symbols: &'static str) -> Pick<'static> {
    Pick::Cell("time-to-target", symbols, race::MEDIAN.english())
}

/// The program of the earlier results.
const EARLIER: &str = "This lab, an earlier program for this model";

/// Published numbers and earlier results that `live-tracking` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::own(
        "live-s4",
        108_800.0,
        "median number of training sequences with the exponent 1.25, for four symbols and four hops",
    )
    .by(EARLIER, "1700 steps of 64 sequences, median of 20 networks that needed 1200 to 3700 steps")
    .at("width=32&rate=0.002&decay=0.1&exponents=1.25&networks=10&steps=6000")
    .pick(median("4"))
    .within(32_640.0, "30%, because the times of single networks differ by a factor of three"),
    Claim::own(
        "live-s5",
        416_000.0,
        "median number of training sequences with the exponent 1.25, for five symbols and four hops",
    )
    .by(EARLIER, "3250 steps of 128 sequences, median of 10 networks that needed 2400 to 4500 steps")
    .at("symbols=5&width=32&batch=128&rate=0.003&decay=0.1&exponents=1.25&networks=3&steps=6000")
    .pick(median("5"))
    .within(124_800.0, "30%, because the times of single networks differ by a factor of two"),
    Claim::own(
        "live-uniform",
        1.386_294,
        "loss with uniform training after ten times the median number of training sequences of the power law, in nats, for four symbols and four hops; guessing has ln 4",
    )
    .by(EARLIER, "a loss of 1.387 after 40000 steps of 64 sequences")
    .at("width=32&rate=0.002&decay=0.1&exponents=0&networks=1&steps=17000")
    .pick(Pick::Point("loss", "alpha-0", 1_088_000.0))
    .within(0.005, "the loss on 1024 sequences varies by this much if the network knows nothing"),
    Claim::own(
        "live-two-hops",
        0.89,
        "median number of training sequences with uniform training, divided by the median with the exponent 1.25, for two hops, where there is no plateau",
    )
    .by(EARLIER, "medians of 400 and 450 steps, rounded up to whole 50 steps")
    .at("hops=2&width=32&rate=0.002&decay=0.1&steps=2000")
    .pick(Pick::Verdict("power-law-beats-uniform"))
    .within(0.2, "numbers of steps are rounded up to whole hundreds, so that 450 counts as 500"),
];

//! Published numbers that `gcd` recomputes, and earlier results of this lab.

use super::words;
use crate::kit::{Claim, Pick};

const PAPER: &str = "Charton 2023, as a summary of it quotes the numbers";
const LISTS: &str = "accuracies, and lists of learned divisors, by base";
/// A run that is as small as possible: what is claimed does not depend on it.
const QUICK: &str = "base=6&largest=46655&width=16&samples=10000&networks=1&compare=nothing";
/// Four networks of base 30 that do not stop early.
const FOUR: &str = "networks=4&compare=nothing&divisors=0";

/// The accuracy of a transformer, as printed.
macro_rules! accuracy {
    ($base:literal, $printed:literal) => {
        Claim::printed(
            concat!("gcd-accuracy-", $base),
            $printed,
            concat!(
                "accuracy of the transformer of base ",
                $base,
                " on real pairs, against the probability of the divisors that it has learned"
            ),
        )
        .by(PAPER, LISTS)
        .at(QUICK)
        .pick(Pick::Cell("published", $base, words::ACCURACY_OF_LIST.english()))
        .within(0.01, "the printed accuracies exceed the probabilities by up to 0.7 points, for an unknown reason")
    };
}

/// The number of divisors that a transformer has learned, as printed.
macro_rules! known {
    ($base:literal, $printed:literal) => {
        Claim::printed(
            concat!("gcd-known-", $base),
            $printed,
            concat!(
                "number of divisors up to 100 that the transformer of base ",
                $base,
                " has learned, against a list of them"
            ),
        )
        .by(PAPER, LISTS)
        .at(QUICK)
        .pick(Pick::Cell("published", $base, words::COUNT_OF_LIST.english()))
        .within(0.0, "a count")
    };
}

/// Published numbers that `gcd` recomputes, and earlier results of this lab.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::own("gcd-eight", 8.0, "number of divisors that a network of base 30 knows after 2 × 10⁵ pairs")
        .by("This lab, with NumPy", "one network of the same sizes")
        .at(FOUR)
        .pick(Pick::Point("known", "network", 204_800.0))
        .within(1.0, "the divisors are the same for each network, but may come after half or twice as many pairs"),
    Claim::own("gcd-twelve", 11.5, "number of divisors that a network of base 30 knows after 8 × 10⁵ pairs")
        .by("This lab, with NumPy", "four networks of the same sizes knew 11 or 12 divisors")
        .at(FOUR)
        .pick(Pick::Point("known", "network", 819_200.0))
        .within(1.5, "one network of four may be one divisor ahead or behind, and one may still be before the last jump"),
    accuracy!("2", 0.816),
    accuracy!("3", 0.689),
    accuracy!("5", 0.640),
    accuracy!("7", 0.625),
    accuracy!("10", 0.847),
    accuracy!("15", 0.717),
    accuracy!("30", 0.947),
    accuracy!("31", 0.613),
    accuracy!("60", 0.950),
    accuracy!("210", 0.955),
    accuracy!("420", 0.968),
    known!("10", 13.0),
    known!("30", 27.0),
    known!("60", 28.0),
    known!("210", 32.0),
    known!("420", 38.0)
        .differs(40.0, "The list of learned divisors that the summary gives has two more members up to 100."),
    Claim::formula(
        "gcd-two-primes",
        0.8857,
        "accuracy in base 10, from the accuracies for the primes 2 and 5 by the printed formula",
    )
    .by(PAPER, "formula for a base with two prime factors")
    .at(QUICK)
    .pick(Pick::Cell("published", "10", words::CEILING.english()))
    .within(0.0005, "a formula, of which four digits are compared")
    .differs(
        0.8443,
        "The sum over all products of powers of 2 and 5 is smaller. The transformer of base 10 has an accuracy of 84.7%, which fits the sum.",
    ),
];

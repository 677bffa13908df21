//! Published numbers and earlier results that `multi-epoch` recomputes.

use super::words;
use crate::kit::{Claim, Pick};

pub(super) const AS_PUBLISHED: &str = "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&features=100000&samples=50000,100000,200000,500000,1000000,2000000,5000000,10000000&epochs=50,100,200";
pub(super) const TO_THE_EDGE: &str = "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&features=100000&samples=50000,100000,200000,500000,1000000,2000000,5000000,10000000&epochs=50,100,200&largest-rate=2";

/// Published numbers and earlier results that `multi-epoch` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::printed("reuse-plateau-slope", 0.25, r"slope of the plateau of $E$ in $\ln N$, for equally strong features")
        .by("Yan et al., arXiv 2511.13421", "Theorem 4.2")
        .at("samples=250,500,1000,2000,4000&epochs=1,4,16&runs=512")
        .pick(Pick::Verdict("plateau-slope"))
        .within(0.03, "the interval, and the 0.02 to 0.03 by which mean-field theory exceeds the limit at such $N$")
        .note(r"The plateau is simulated with 8 features and $K = 16$. The fitted line has an intercept, so the ratios $E / \ln N$ are not 1/4 at these $N$."),
    Claim::printed("reuse-zipf-exponent", 0.279, "exponent of $N$ in the plateau of $E$ of power-law data with $a = 4.5$, $b = 1$")
        .by("Yan et al., arXiv 2511.13421", "Section 5, simulations")
        .at(AS_PUBLISHED)
        .pick(Pick::Cell("zipf", "200", words::COLUMN_EXPONENT.english()))
        .within(0.0015, "the paper prints three digits, and only the first and the last value of $N$")
        .note("The exponent is computed exactly at $K = 200$. The theoretical exponent $2/7 = 0.286$ needs infinitely many epochs, and $K = 50$ gives 0.20."),
    Claim::printed(
        "reuse-zipf-factor",
        0.245,
        "prefactor $c$ of the power law $c N^x$ fitted to the plateau of $E$, with learning rates up to $1/D^2$ as the theorems assume",
    )
    .by("Yan et al., arXiv 2511.13421", "Section 5, simulations")
    .at(AS_PUBLISHED)
    .pick(Pick::Cell("zipf", "200", words::COLUMN_FACTOR.english()))
    .within(0.02, "the paper prints only the first and the last value of $N$")
    .differs(0.48, "We get 0.48. The printed prefactor belongs to a search up to $2/D^2$, as the claim reuse-zipf-factor-edge shows."),
    Claim::printed(
        "reuse-zipf-factor-edge",
        0.245,
        "prefactor $c$ of the power law $c N^x$ fitted to the plateau of $E$, with learning rates up to $2/D^2$, the edge of stability",
    )
    .by("Yan et al., arXiv 2511.13421", "Section 5, simulations")
    .at(TO_THE_EDGE)
    .pick(Pick::Cell("zipf", "200", words::COLUMN_FACTOR.english()))
    .within(0.02, "the paper prints only the first and the last value of $N$")
    .note("We infer the setting: the paper does not say up to which learning rate it searched."),
    Claim::printed(
        "reuse-language-models",
        0.80,
        r"slope in $\ln N$ of the number of epochs $K$ at which $E = 0.75 K$. The printed one is for language models, ours for linear regression",
    )
    .by("Yan et al., arXiv 2511.13421", "Section 6")
    .at("samples=100&epochs=1&runs=2")
    .pick(Pick::Cell("advice", words::ADVICE_REGRESSION.english(), words::COLUMN_SLOPE.english()))
    .within(0.05, "the paper prints two digits")
    .differs(
        0.296,
        "No language model is trained here. Our slope is that of linear regression at $10^9$ samples by mean-field theory, and it tends to 0.284. The mechanism is the same, but the number is not.",
    ),
];

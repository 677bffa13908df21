//! Numbers that `data-efficiency` recomputes.

use super::words;
use crate::kit::{Claim, Pick};
use crate::text::Template;

/// Makes a claim about a number of the law that printed numbers imply.
const fn implied(
    id: &'static str,
    number: f64,
    what: &'static str,
    row: Template<0>,
    column: Template<0>,
    tolerance: f64,
) -> Claim {
    Claim::own(id, number, what)
        .by("This lab, NumPy", "inversion of the multiples that Kim et al. print, arXiv 2509.14786")
        .at("bootstrap=0")
        .pick(Pick::Cell("implied", row.english(), column.english()))
        .within(tolerance, "the number was noted with this many digits")
        .note("The printed numbers are rounded, and rounding alone moves this number far. It is a label, not a result.")
}

/// Makes a claim about what a recipe of toy models is worth with some samples.
const fn toy(
    id: &'static str,
    number: f64,
    what: &'static str,
    query: &'static str,
    samples: f64,
    error: f64,
) -> Claim {
    Claim::own(id, number, what)
        .by("This lab, NumPy", "horizontal distance between means over 8 to 60 draws of the data of toy models")
        .at(query)
        .pick(Pick::Point("multiple", "fit", samples))
        .within(error, "each mean loss of that program may be off by 0.01, which moves the multiple this far")
}

const JOINT: &str = "source=joint&amount=16&bootstrap=400";
const REGULARISED: &str = "source=regularised&amount=16&bootstrap=400";

/// Numbers that `data-efficiency` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::printed(
        "data-efficiency-exponent",
        0.235,
        r"exponent $\alpha$ of the data laws, printed as 0.23 to 0.24; ours follows from the printed losses and multiples",
    )
    .by("Kim et al., arXiv 2509.14786", "Section 5.4")
    .at("bootstrap=0")
    .pick(Pick::Cell("implied", words::EXPONENT_ROW.english(), words::IMPLIED.english()))
    .within(0.005, "half the printed range")
    .note("Rounding of the losses and multiples alone allows exponents from 0.16 to 0.31, so the agreement says little."),
    Claim::printed(
        "data-efficiency-floor",
        1.925,
        "floor $E$ of the data laws, printed as 1.89 to 1.96; ours follows from the printed losses and multiples",
    )
    .by("Kim et al., arXiv 2509.14786", "Section 5.4")
    .at("bootstrap=0")
    .pick(Pick::Cell("implied", words::FLOOR_ROW.english(), words::IMPLIED.english()))
    .within(0.035, "half the printed range")
    .note("Rounding of the losses and multiples alone allows floors from 1.19 to 2.29, so the agreement says little."),
    Claim::formula(
        "data-efficiency-constant",
        5.162_9,
        r"multiple $(A / A_2)^{1/\alpha}$ of two laws with equal exponents and floors, with $A = 1.282$, $A_2 = 0.878$ and $\alpha = 0.2306$",
    )
    .by("Kim, talk on arXiv 2509.14786", "equal floors and exponents give constant efficiency")
    .at("bootstrap=0")
    .pick(Pick::Cell("worth", "6.4e9", words::TRUTH.english()))
    .within(5e-4, "the value of the formula is written with five digits"),
    implied("data-efficiency-implied-factor", 1.282, "factor $A$ of the implied law, with data in billions of tokens", words::FACTOR_ROW, words::IMPLIED, 5e-4),
    implied("data-efficiency-implied-exponent", 0.2306, r"exponent $\alpha$ of the implied law", words::EXPONENT_ROW, words::IMPLIED, 5e-5),
    implied("data-efficiency-implied-floor", 1.9115, "floor $E$ of the implied law", words::FLOOR_ROW, words::IMPLIED, 5e-5),
    implied("data-efficiency-exponent-least", 0.16, r"least exponent $\alpha$ that rounding allows", words::EXPONENT_ROW, words::LEAST, 0.005),
    implied("data-efficiency-exponent-most", 0.31, r"largest exponent $\alpha$ that rounding allows", words::EXPONENT_ROW, words::MOST, 0.005),
    implied("data-efficiency-floor-least", 1.19, "lowest floor $E$ that rounding allows", words::FLOOR_ROW, words::LEAST, 0.005),
    implied("data-efficiency-floor-most", 2.29, "highest floor $E$ that rounding allows", words::FLOOR_ROW, words::MOST, 0.005),
    implied("data-efficiency-ensemble", 2.98, "times the data that the implied law says of a loss of 3.34", words::ENSEMBLE_ROW, words::IMPLIED, 0.005),
    implied("data-efficiency-retuned", 3.71, "times the data that the implied law says of a loss of 3.27", words::RETUNED_ROW, words::IMPLIED, 0.005),
    implied("data-efficiency-distilled", 2.78, "times the data that the implied law says of a loss of 3.3635", words::DISTILLED_ROW, words::IMPLIED, 0.005),
    implied("data-efficiency-self-distilled", 2.27, "times the data that the implied law says of a loss of 3.43243", words::SELF_DISTILLED_ROW, words::IMPLIED, 0.005),
    toy("data-efficiency-toy-joint-16", 3.89, "times the data that toy ensembles are worth with 16 samples", JOINT, 16.0, 0.49),
    toy("data-efficiency-toy-joint-32", 3.70, "times the data that toy ensembles are worth with 32 samples", JOINT, 32.0, 0.55),
    toy("data-efficiency-toy-joint-64", 3.32, "times the data that toy ensembles are worth with 64 samples", JOINT, 64.0, 0.7)
        .differs(4.87, "Means over 2000 draws give 4.87. The means of the other program over fewer draws are off by up to 0.03 here, which is more than was noted."),
    toy("data-efficiency-toy-joint-128", 4.76, "times the data that toy ensembles are worth with 128 samples", JOINT, 128.0, 1.56),
    toy("data-efficiency-toy-regularised-16", 1.77, "times the data that regularised toy models are worth with 16 samples", REGULARISED, 16.0, 0.16),
    toy("data-efficiency-toy-regularised-32", 1.76, "times the data that regularised toy models are worth with 32 samples", REGULARISED, 32.0, 0.19),
    toy("data-efficiency-toy-regularised-64", 1.63, "times the data that regularised toy models are worth with 64 samples", REGULARISED, 64.0, 0.25),
    toy("data-efficiency-toy-regularised-128", 1.94, "times the data that regularised toy models are worth with 128 samples", REGULARISED, 128.0, 0.45),
];

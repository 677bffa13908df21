//! The Chinchilla law: a floor plus a power law in parameters plus a power law in tokens.

use super::super::{Example, Info, Law, Objective, Param, Published, Quantity};
use crate::math;
use crate::text::Templates;

crate::texts! {
    TITLE = "Parameters and tokens";
    FLOOR = "Loss that neither a larger model nor more data removes.";
    SIZE_FACTOR = "Factor of the part of the loss that a larger model removes.";
    SIZE_EXPONENT = "Exponent: how fast the loss falls with the number of parameters.";
    DATA_FACTOR = "Factor of the part of the loss that more tokens remove.";
    DATA_EXPONENT = "Exponent: how fast the loss falls with the number of tokens.";
    SIZE_GROWTH = r"exponent with which the compute-optimal parameters grow with compute, $\beta/(\alpha + \beta)$";
    DATA_GROWTH = r"exponent with which the compute-optimal tokens grow with compute, $\alpha/(\alpha + \beta)$";
    HOFFMANN = "Hoffmann et al., arXiv 2203.15556 (unrounded, from the TeX source of the paper)";
    REPLICATION = "Besiroglu et al., arXiv 2404.10102";
}

/// Chinchilla law `E + A / N^alpha + B / D^beta` for the loss of N parameters after D tokens.
#[derive(Clone, Copy, Debug)]
pub struct Chinchilla {
    floor: f64,
    ln_a: f64,
    alpha: f64,
    ln_b: f64,
    beta: f64,
}

/// The five parameters of the Chinchilla law. The laws of repeated data begin with these parameters too.
pub(super) const PARAMS: [Param; 5] = [
    Param::factor("E", "E", FLOOR),
    Param::factor("A", "A", SIZE_FACTOR).start(400.0),
    Param::exponent("alpha", r"\alpha", SIZE_EXPONENT),
    Param::factor("B", "B", DATA_FACTOR).start(400.0),
    Param::exponent("beta", r"\beta", DATA_EXPONENT),
];

/// Values of E, A, alpha, B and beta that Besiroglu et al. (arXiv 2404.10102) fitted when they replicated the
/// Chinchilla law.
const BESIROGLU: [f64; 5] = [1.816_86, 482.005_72, 0.347_81, 2_085.434_2, 0.365_85];

/// Exponents with which the compute-optimal numbers of parameters and of tokens grow with compute.
pub(super) const EXPONENTS: [Quantity; 2] = [Quantity { name: SIZE_GROWTH }, Quantity { name: DATA_GROWTH }];

impl Law for Chinchilla {
    const INFO: Info = Info {
        slug: "chinchilla",
        title: TITLE,
        tex: r"L = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}}",
        source: "Hoffmann et al., Training Compute-Optimal Large Language Models, arXiv 2203.15556",
        inputs: &[super::N, super::D],
        params: &PARAMS,
        published: &[
            Published {
                by: "Hoffmann et al.",
                source: HOFFMANN,
                // The factors are e^.5267228, e^6.0073404, e^6.0179186.
                values: &[
                    1.693_373_680_998_952_8,
                    406.401_017_519_473_7,
                    0.339_170_84,
                    410.722_826_945_039_8,
                    0.284_908_3,
                ],
            },
            Published { by: "Besiroglu et al.", source: REPLICATION, values: &BESIROGLU },
        ],
        example: Example { says: REPLICATION, values: &BESIROGLU, ranges: &[[5e7, 1.5e10], [1e9, 5e11]], x: None },
        derived: &EXPONENTS,
        features: 2,
        exactly_linear: true,
        objective: Objective::HUBER,
        cells: 144,
        starts: 6,
    };
    const TEXTS: Templates = TEXTS;

    fn features(x: &[f64], row: &mut [f64]) {
        row[0] = math::ln(x[0]);
        row[1] = math::ln(x[1]);
    }

    fn at(p: &[f64]) -> Self {
        Self { floor: p[0], ln_a: math::ln(p[1]), alpha: p[2], ln_b: math::ln(p[3]), beta: p[4] }
    }

    #[inline]
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64 {
        let model = math::exp(self.ln_a - self.alpha * row[0]);
        let data = math::exp(self.ln_b - self.beta * row[1]);
        gradient[0] = self.floor;
        gradient[1] = model;
        gradient[2] = -row[0] * model;
        gradient[3] = data;
        gradient[4] = -row[1] * data;
        self.floor + model + data
    }

    fn derived(&self) -> Vec<f64> {
        exponents(self.alpha, self.beta)
    }
}

pub(super) fn exponents(alpha: f64, beta: f64) -> Vec<f64> {
    vec![beta / (alpha + beta), alpha / (alpha + beta)]
}

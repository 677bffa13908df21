//! A law of parameters and tokens, with a power law for each.

use super::super::{Example, Info, Law, Objective, Param, Published, Quantity};
use crate::math;

/// Chinchilla law, `E + A / N^alpha + B / D^beta`.
#[derive(Clone, Copy, Debug)]
pub struct Chinchilla {
    floor: f64,
    ln_a: f64,
    alpha: f64,
    ln_b: f64,
    beta: f64,
}

/// Parameters that data-constrained laws share with the Chinchilla law.
pub(super) const PARAMS: [Param; 5] = [
    Param::factor("E", "E", "Loss that neither a larger model nor more data removes."),
    Param::factor("A", "A", "Factor of what a larger model removes.").start(400.0),
    Param::exponent("alpha", r"\alpha", "How fast a larger model removes it."),
    Param::factor("B", "B", "Factor of what more tokens remove.").start(400.0),
    Param::exponent("beta", r"\beta", "How fast more tokens remove it."),
];

/// Fitted parameters of the replication by Besiroglu et al.
const BESIROGLU: [f64; 5] = [1.816_86, 482.005_72, 0.347_81, 2_085.434_2, 0.365_85];

/// Exponents with which the best size of the model and of the data grow with compute.
pub(super) const EXPONENTS: [Quantity; 2] = [
    Quantity { name: "a", help: "The best model grows like compute to this power: beta / (alpha + beta)." },
    Quantity { name: "b", help: "The best data grow like compute to this power: alpha / (alpha + beta)." },
];

impl Law for Chinchilla {
    const INFO: Info = Info {
        slug: "chinchilla",
        title: "Parameters and tokens",
        tex: r"L = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}}",
        source: "Hoffmann et al., Training Compute-Optimal Large Language Models, arXiv 2203.15556",
        inputs: &[super::N, super::D],
        params: &PARAMS,
        published: &[
            Published {
                source: "Hoffmann et al., arXiv 2203.15556 (unrounded, from its TeX source)",
                // The factors are e^.5267228, e^6.0073404, e^6.0179186.
                values: &[
                    1.693_373_680_998_952_8,
                    406.401_017_519_473_7,
                    0.339_170_84,
                    410.722_826_945_039_8,
                    0.284_908_3,
                ],
            },
            Published {
                source: "Besiroglu et al., Chinchilla Scaling: A replication attempt, arXiv 2404.10102",
                values: &BESIROGLU,
            },
        ],
        example: Example {
            says: "Besiroglu et al., arXiv 2404.10102",
            values: &BESIROGLU,
            ranges: &[[5e7, 1.5e10], [1e9, 5e11]],
        },
        derived: &EXPONENTS,
        features: 2,
        exactly_linear: true,
        objective: Objective::HUBER,
        cells: 144,
        starts: 6,
    };

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

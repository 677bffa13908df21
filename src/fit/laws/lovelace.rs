//! A law in which repeats do harm: it adds a penalty for overfitting.

use super::super::{Example, Info, Law, Objective, Param, Range};
use super::chinchilla;
use crate::math;
use crate::text::Templates;

crate::texts! {
    TITLE = "Repeated data: overfitting";
    PENALTY = "Factor of the penalty for repeated tokens.";
    REPEATS = "Exponent: how the penalty grows with the number of repeats.";
    SIZE = "Exponent: how the penalty grows with the number of parameters per unique token.";
    EXAMPLE = "a fit to the runs of Muennighoff et al., arXiv 2305.16264";
}

/// Law with an overfitting penalty, `E + A / N^alpha + B / D^beta + P R^delta (N / U)^kappa`, for the loss of N
/// parameters after D tokens, of which U are unique, with `R = D / U - 1` repeats.
#[derive(Clone, Copy, Debug)]
pub struct Lovelace {
    base: chinchilla::Chinchilla,
    ln_p: f64,
    delta: f64,
    kappa: f64,
}

impl Law for Lovelace {
    const INFO: Info = Info {
        slug: "lovelace",
        title: TITLE,
        tex: r"L = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}} + P\, R^{\delta} \left(\frac{N}{U}\right)^{\kappa}",
        source: "Lovelace et al., arXiv 2605.01640",
        inputs: &[super::N, super::D, super::U],
        params: &[
            chinchilla::PARAMS[0],
            chinchilla::PARAMS[1],
            chinchilla::PARAMS[2],
            chinchilla::PARAMS[3],
            chinchilla::PARAMS[4],
            Param::factor("P", "P", PENALTY),
            Param::exponent("delta", r"\delta", REPEATS),
            Param::exponent("kappa", r"\kappa", SIZE).search(Range::Log(0.1, 3.0)),
        ],
        published: &[],
        example: Example {
            says: EXAMPLE,
            values: &[2.04, 506.0, 0.338, 21_682.0, 0.4686, 0.0559, 0.349, 0.7065],
            ranges: &[[5e7, 5e9], [1.0, 100.0], [1e8, 3e10]],
            x: None,
        },
        derived: &chinchilla::EXPONENTS,
        features: 4,
        exactly_linear: true,
        objective: Objective::HUBER,
        cells: 1296,
        starts: 12,
    };
    const TEXTS: Templates = TEXTS;

    fn features(x: &[f64], row: &mut [f64]) {
        row[0] = math::ln(x[0]);
        row[1] = math::ln(x[1]);
        let repeats = x[1] / x[2] - 1.0;
        // Without repeats the penalty e^(delta ln R) is 0; ln R must be finite, so that 0 times it is 0.
        row[2] = if repeats > 0.0 { math::ln(repeats) } else { -1e300 };
        row[3] = math::ln(x[0] / x[2]);
    }

    fn at(p: &[f64]) -> Self {
        Self { base: chinchilla::Chinchilla::at(p), ln_p: math::ln(p[5]), delta: p[6], kappa: p[7] }
    }

    #[inline]
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64 {
        let penalty = math::exp(self.ln_p + self.delta * row[2] + self.kappa * row[3]);
        gradient[5] = penalty;
        gradient[6] = row[2] * penalty;
        gradient[7] = row[3] * penalty;
        self.base.point(row, gradient) + penalty
    }

    fn derived(&self) -> Vec<f64> {
        self.base.derived()
    }
}

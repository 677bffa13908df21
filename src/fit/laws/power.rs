//! A power law above a floor, which is the shape of most learning curves.

use super::super::{Example, Info, Law, Objective, Param, Published};
use crate::math;
use crate::text;
use crate::text::{Templates, Text, loss, number};

crate::texts! {
    TITLE = "Power law with a floor";
    FLOOR = "Floor: the loss that no $x$ removes.";
    FACTOR = "Factor of the part of the loss that falls with $x$.";
    EXPONENT = "Exponent: how fast the loss falls with $x$.";
    FALLS = "the loss falls towards {floor} with exponent {exponent}";
    FALLS_TO_0 = "the loss falls with exponent {exponent}, and no floor is seen";
    KIM = "Kim et al., arXiv 2509.14786 (regularised models on 200M tokens, $x$ = parameters in billions)";
    BILLIONS = "parameters in billions";
    EXAMPLE = "Kim et al., arXiv 2509.14786";
}

/// Power law in x with a floor E, `A x^-alpha + E`.
#[derive(Clone, Copy, Debug)]
pub struct Power {
    floor: f64,
    ln_factor: f64,
    exponent: f64,
}

impl Law for Power {
    const INFO: Info = Info {
        slug: "power",
        title: TITLE,
        tex: r"L = E + \frac{A}{x^{\alpha}}",
        source: "Hestness et al., Deep Learning Scaling is Predictable, Empirically, arXiv 1712.00409",
        inputs: &[super::X],
        params: &[
            Param::factor("E", "E", FLOOR),
            Param::factor("A", "A", FACTOR),
            Param::exponent("alpha", r"\alpha", EXPONENT),
        ],
        published: &[Published { by: "Kim et al.", source: KIM, values: &[3.43, 0.05, 1.02] }],
        example: Example { says: EXAMPLE, values: &[3.43, 0.05, 1.02], ranges: &[[0.05, 5.0]], x: Some(BILLIONS) },
        derived: &[],
        features: 1,
        exactly_linear: true,
        objective: Objective::HUBER,
        cells: 64,
        starts: 6,
    };
    const TEXTS: Templates = TEXTS;

    fn features(x: &[f64], row: &mut [f64]) {
        row[0] = math::ln(x[0]);
    }

    fn at(p: &[f64]) -> Self {
        Self { floor: p[0], ln_factor: math::ln(p[1]), exponent: p[2] }
    }

    #[inline]
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64 {
        let term = math::exp(self.ln_factor - self.exponent * row[0]);
        gradient[0] = self.floor;
        gradient[1] = term;
        gradient[2] = -row[0] * term;
        self.floor + term
    }

    fn says(&self) -> Option<Text> {
        let exponent = number(self.exponent);
        // A floor at the lower bound of the search is no floor.
        Some(if self.floor < 1e-50 {
            text!(FALLS_TO_0, exponent = exponent)
        } else {
            text!(FALLS, floor = loss(self.floor), exponent = exponent)
        })
    }
}

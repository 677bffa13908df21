//! A law that falls from the loss of an untrained model to a floor, with a term for overfitting.

use super::super::words::OWN_EXAMPLE;
use super::super::{Example, Info, Law, Objective, Param, Range};
use super::chinchilla;
use crate::math;
use crate::text::Templates;

crate::texts! {
    TITLE = "Repeated data: ceiling and floor";
    UNTRAINED = "Loss before training.";
    OVERFITTING = "Factor of the part of the loss that overfitting adds.";
    OVERFITTING_SIZE = "Exponent: how overfitting grows with the number of parameters.";
    OVERFITTING_DATA = "Exponent: how overfitting falls with the number of unique tokens.";
}

/// Law `E + (L0 - E) h / (1 + h)` for a loss between the floor E and the loss L0 of an untrained model, with
/// `h = a / N^alpha + b / D^beta + c N^gamma / U^delta` for N parameters and D tokens, of which U are unique.
#[derive(Clone, Copy, Debug)]
pub struct Practical {
    floor: f64,
    top: f64,
    ln_a: f64,
    alpha: f64,
    ln_b: f64,
    beta: f64,
    ln_c: f64,
    gamma: f64,
    delta: f64,
}

impl Law for Practical {
    const INFO: Info = Info {
        slug: "practical",
        title: TITLE,
        tex: r"L = E + (L_0 - E)\frac{h}{1 + h},\quad h = \frac{a}{N^{\alpha}} + \frac{b}{D^{\beta}} + \frac{c N^{\gamma}}{U^{\delta}}",
        source: "Bryant and Liu, Practical Scaling Laws, arXiv 2605.09189",
        inputs: &[super::N, super::D, super::U],
        params: &[
            Param::factor("E", "E", chinchilla::FLOOR),
            Param::factor("L0", "L_0", UNTRAINED).start(10.0).within(1e-6, 1e6),
            Param::factor("a", "a", chinchilla::SIZE_FACTOR).start(1e-30),
            Param::exponent("alpha", r"\alpha", chinchilla::SIZE_EXPONENT),
            Param::factor("b", "b", chinchilla::DATA_FACTOR).start(1e-30),
            Param::exponent("beta", r"\beta", chinchilla::DATA_EXPONENT),
            Param::factor("c", "c", OVERFITTING).start(1e-30),
            Param::exponent("gamma", r"\gamma", OVERFITTING_SIZE).search(Range::Log(0.1, 3.0)),
            Param::exponent("delta", r"\delta", OVERFITTING_DATA).search(Range::Log(0.1, 3.0)),
        ],
        published: &[],
        example: Example {
            says: OWN_EXAMPLE,
            values: &[2.03, 8.19, 251.0, 0.367, 2.0e6, 0.9, 0.24, 0.6, 0.65],
            ranges: &[[5e7, 5e9], [1.0, 100.0], [1e8, 3e10]],
            x: None,
        },
        derived: &[],
        features: 3,
        exactly_linear: false,
        objective: Objective::HUBER,
        cells: 1296,
        starts: 24,
    };
    const TEXTS: Templates = TEXTS;

    fn features(x: &[f64], row: &mut [f64]) {
        for (row, x) in row.iter_mut().zip(x) {
            *row = math::ln(*x);
        }
    }

    fn at(p: &[f64]) -> Self {
        Self {
            floor: p[0],
            top: p[1],
            ln_a: math::ln(p[2]),
            alpha: p[3],
            ln_b: math::ln(p[4]),
            beta: p[5],
            ln_c: math::ln(p[6]),
            gamma: p[7],
            delta: p[8],
        }
    }

    #[inline]
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64 {
        let [n, d, u] = [row[0], row[1], row[2]];
        let model = math::exp(self.ln_a - self.alpha * n);
        let data = math::exp(self.ln_b - self.beta * d);
        let excess = math::exp(self.ln_c + self.gamma * n - self.delta * u);
        let left = 1.0 / (1.0 + model + data + excess);
        let slope = (self.top - self.floor) * left * left;
        gradient[0] = self.floor * left;
        gradient[1] = self.top * (1.0 - left);
        gradient[2] = slope * model;
        gradient[3] = -slope * model * n;
        gradient[4] = slope * data;
        gradient[5] = -slope * data * d;
        gradient[6] = slope * excess;
        gradient[7] = slope * excess * n;
        gradient[8] = -slope * excess * u;
        self.top - (self.top - self.floor) * left
    }
}

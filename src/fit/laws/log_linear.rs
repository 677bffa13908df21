//! A straight line in the logarithm of x, which is the usual shape of accuracies.

use super::super::words::OWN_EXAMPLE;
use super::super::{Example, Info, Law, Objective, Param};
use crate::math;
use crate::text;
use crate::text::{Templates, Text, number};

crate::texts! {
    TITLE = "Line in the logarithm of x";
    SLOPE = r"Slope: how much $y$ grows when $\ln x$ grows by 1.";
    DOUBLED = "each doubling of x changes y by {change}";
    LEVEL = "Value of $y$ at $x = 1$.";
}

/// Law `A ln x + B` with one input x.
#[derive(Clone, Copy, Debug)]
pub struct LogLinear {
    slope: f64,
    level: f64,
}

impl Law for LogLinear {
    const INFO: Info = Info {
        slug: "log-linear",
        title: TITLE,
        tex: r"y = A \ln x + B",
        source: "Least squares; Legendre, Nouvelles méthodes pour la détermination des orbites des comètes, 1805",
        inputs: &[super::X],
        params: &[Param::signed("A", "A", SLOPE), Param::signed("B", "B", LEVEL)],
        published: &[],
        example: Example { says: OWN_EXAMPLE, values: &[3.3, -7.0], ranges: &[[100.0, 4000.0]], x: None },
        derived: &[],
        features: 1,
        exactly_linear: true,
        objective: Objective::SQUARES,
        cells: 1,
        starts: 1,
    };
    const TEXTS: Templates = TEXTS;

    fn features(x: &[f64], row: &mut [f64]) {
        row[0] = math::ln(x[0]);
    }

    fn at(p: &[f64]) -> Self {
        Self { slope: p[0], level: p[1] }
    }

    #[inline]
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64 {
        gradient[0] = row[0];
        gradient[1] = 1.0;
        self.slope * row[0] + self.level
    }

    fn says(&self) -> Option<Text> {
        Some(text!(DOUBLED, change = number(self.slope * std::f64::consts::LN_2)))
    }
}

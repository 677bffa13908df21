//! A power law that changes its exponent once.

use super::super::words::OWN_EXAMPLE;
use super::super::{Example, Info, Law, Objective, Param, Range};
use crate::math;
use crate::text;
use crate::text::{Templates, Text, number};

crate::texts! {
    TITLE = "Broken power law";
    FLOOR = r"Floor: the part of $y$ that no $x$ removes.";
    FACTOR = r"Factor of the part of $y$ that falls with $x$.";
    BEFORE = "Exponent before the break.";
    CHANGE = "Change of the exponent at the break.";
    PLACE = r"Value of $x$ at the break.";
    BENDS = "the exponent changes from {before} to {after} at x = {place}";
    WIDTH = r"Width of the break in $\ln x$.";
}

/// Broken power law in x, `a + b x^-c0 (1 + (x/d)^(1/f))^(-c1 f)`. The exponent is `c0` well below the break at x = d,
/// and `c0 + c1` well above it.
#[derive(Clone, Copy, Debug)]
pub struct Bnsl {
    floor: f64,
    ln_b: f64,
    c0: f64,
    c1: f64,
    ln_d: f64,
    width: f64,
}

impl Law for Bnsl {
    const INFO: Info = Info {
        slug: "bnsl",
        title: TITLE,
        tex: r"y = a + b\,x^{-c_0} \left(1 + \left(\frac{x}{d}\right)^{1/f}\right)^{-c_1 f}",
        source: "Caballero et al., Broken Neural Scaling Laws, arXiv 2210.14891",
        inputs: &[super::X],
        params: &[
            Param::factor("a", "a", FLOOR),
            Param::factor("b", "b", FACTOR),
            Param::signed("c0", "c_0", BEFORE).within(-10.0, 10.0).search(Range::Steps(-0.2, 1.0)),
            Param::signed("c1", "c_1", CHANGE).within(-100.0, 100.0).search(Range::Steps(-1.0, 4.0)),
            Param::scale("d", "d", PLACE, Range::Of(0, 1.0, 1.0)),
            Param::scale("f", "f", WIDTH, Range::Log(0.02, 2.0)).within(1e-3, 1e2),
        ],
        published: &[],
        example: Example {
            says: OWN_EXAMPLE,
            values: &[0.5, 3.0, 0.1, 1.2, 600.0, 0.1],
            ranges: &[[100.0, 4000.0]],
            x: None,
        },
        derived: &[],
        features: 1,
        exactly_linear: true,
        objective: Objective::HUBER,
        cells: 2401,
        starts: 16,
    };
    const TEXTS: Templates = TEXTS;

    fn features(x: &[f64], row: &mut [f64]) {
        row[0] = math::ln(x[0]);
    }

    fn at(p: &[f64]) -> Self {
        Self { floor: p[0], ln_b: math::ln(p[1]), c0: p[2], c1: p[3], ln_d: math::ln(p[4]), width: p[5] }
    }

    #[inline]
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64 {
        let beyond = row[0] - self.ln_d;
        let z = beyond / self.width;
        let small = math::exp(-z.abs());
        let bent = self.width * (z.max(0.0) + math::ln_1p(small));
        let share = if z > 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) };
        let term = math::exp(self.ln_b - self.c0 * row[0] - self.c1 * bent);
        gradient[0] = self.floor;
        gradient[1] = term;
        gradient[2] = -row[0] * term;
        gradient[3] = -bent * term;
        gradient[4] = self.c1 * share * term;
        gradient[5] = -self.c1 * (bent - share * beyond) * term;
        self.floor + term
    }

    fn says(&self) -> Option<Text> {
        let [before, after, place] = [self.c0, self.c0 + self.c1, math::exp(self.ln_d)].map(number);
        Some(text!(BENDS, before = before, after = after, place = place))
    }
}

//! A law of learning at three rates: it describes accuracy as a function of synthetic tokens.

use super::super::{Example, Info, Input, Law, Objective, Param, Published, Range};
use crate::math;
use crate::stats::order;
use crate::text;
use crate::text::{Templates, Text, number};

crate::texts! {
    TITLE = "Three exponentials";
    LIMIT = "Limit of $y$ for large $x$.";
    SLOW = "Gain that is learned at the slowest rate.";
    MIDDLE = "Gain that is learned at the middle rate.";
    FAST = "Gain that is learned at the fastest rate.";
    SLOW_RATE = "The slowest rate of learning.";
    MIDDLE_RATE = "The middle rate of learning.";
    FAST_RATE = "The fastest rate of learning.";
    TENDS = "y tends to {limit} for large x";
    YANG = "Yang et al., arXiv 2409.07431 ($y$ = accuracy in %, $x$ = millions of tokens)";
    MILLIONS = "millions of tokens";
    EXAMPLE = "Yang et al., arXiv 2409.07431";
}

/// Law of three exponentials of x, `C - a1 e^(-r1 x) - a2 e^(-r2 x) - a3 e^(-r3 x)`, with rates r in rising order.
#[derive(Clone, Copy, Debug)]
pub struct MixtureOfExponentials {
    level: f64,
    weight: [f64; 3],
    rate: [f64; 3],
}

/// Values of C, a1, a2, a3, r1, r2 and r3 from Yang et al. (arXiv 2409.07431), for accuracy in % and x in millions of
/// tokens. The paper prints `e^-r` instead of each rate r: 0.9989, 0.8961 and 0.0546.
const PUBLISHED: [f64; 7] = [
    64.545_6,
    13.835_2,
    8.470_5,
    3.932,
    0.001_100_605_444_033_003_9,
    0.109_703_265_091_963_24,
    2.907_721_396_231_277_6,
];

const RATE: Range = Range::PerUnitOf(0, 0.3, 3.0);

impl Law for MixtureOfExponentials {
    const INFO: Info = Info {
        slug: "mixture-of-exponentials",
        title: TITLE,
        tex: r"y = C - \sum_{k=1}^{3} a_k e^{-r_k x}",
        source: "Yang, Band, Li, Candès, Hashimoto, Synthetic continued pretraining, arXiv 2409.07431",
        inputs: &[Input { from_zero: true, ..super::X }],
        params: &[
            Param::signed("C", "C", LIMIT),
            Param::signed("a1", "a_1", SLOW),
            Param::signed("a2", "a_2", MIDDLE),
            Param::signed("a3", "a_3", FAST),
            Param::scale("r1", "r_1", SLOW_RATE, RATE).unit("1/x"),
            Param::scale("r2", "r_2", MIDDLE_RATE, RATE).unit("1/x"),
            Param::scale("r3", "r_3", FAST_RATE, RATE).unit("1/x"),
        ],
        published: &[Published { by: "Yang et al.", source: YANG, values: &PUBLISHED }],
        example: Example { says: EXAMPLE, values: &PUBLISHED, ranges: &[[0.05, 500.0]], x: Some(MILLIONS) },
        derived: &[],
        features: 1,
        exactly_linear: true,
        objective: Objective::SQUARES,
        cells: 1728,
        starts: 12,
    };
    const TEXTS: Templates = TEXTS;

    fn features(x: &[f64], row: &mut [f64]) {
        row[0] = x[0];
    }

    fn at(p: &[f64]) -> Self {
        Self { level: p[0], weight: [p[1], p[2], p[3]], rate: [p[4], p[5], p[6]] }
    }

    #[inline]
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64 {
        gradient[0] = 1.0;
        let mut y = self.level;
        for k in 0..3 {
            let term = math::exp(-self.rate[k] * row[0]);
            gradient[1 + k] = -term;
            gradient[4 + k] = self.weight[k] * self.rate[k] * row[0] * term;
            y -= self.weight[k] * term;
        }
        y
    }

    fn says(&self) -> Option<Text> {
        Some(text!(TENDS, limit = number(self.level)))
    }

    fn canonical(p: &mut [f64]) {
        let pairs = [0, 1, 2].map(|k| (p[4 + k], p[1 + k]));
        for (k, from) in order(&p[4..7]).into_iter().enumerate() {
            (p[4 + k], p[1 + k]) = pairs[from];
        }
    }
}

//! A law in which repeated tokens lose a share of their worth at each repeat.

use super::super::{Example, Info, Law, Objective, Param, Published, Quantity, Range};
use super::chinchilla;
use super::data_constrained::{Base, MUENNIGHOFF, PUBLISHED as EXPONENTIAL, Worth};
use crate::math;
use crate::text::Templates;

crate::texts! {
    TITLE = "Repeated data: fixed share lost";
    DATA_LOST = "Share of its worth that a token loses at each repeat.";
    SIZE_LOST = "Share of its worth that one more parameter loses each time the model grows by $U_N$, the number of parameters that the unique tokens can use.";
    ALL_EPOCHS = r"worth of infinitely many epochs, in epochs of fresh tokens, $1/\delta_D$";
    ABLATION = "Muennighoff et al., arXiv 2305.16264 (ablation with geometric decay)";
}

/// Data-constrained law in which the k-th time that a token is seen counts `(1 - delta_D)^(k-1)`. So D tokens, of which
/// U are unique, count as `U (1 - (1 - delta_D)^K) / delta_D` after `K = D/U` epochs. A formula of this form with
/// `delta_N` reduces the number of parameters.
#[derive(Clone, Copy, Debug)]
pub struct Geometric {
    base: Base,
    lost: [f64; 2],
}

/// Values of E, A, alpha, B, beta, `delta_D` and `delta_N` from Muennighoff et al. (arXiv 2305.16264).
const PUBLISHED: [f64; 7] =
    [EXPONENTIAL[0], EXPONENTIAL[1], EXPONENTIAL[2], EXPONENTIAL[3], EXPONENTIAL[4], 0.010_463, 0.367_58];

/// Worth of one pass and k repeats, in units of fresh data, if each repeat loses the share d:
/// `1 + (1 - d) (1 - (1 - d)^k) / d`.
#[inline]
fn summed(k: f64, d: f64) -> Worth {
    if k <= 0.0 {
        return (1.0, 1.0, 0.0);
    }
    let rate = -math::ln_1p(-d);
    let gone = -math::expm1(-k * rate);
    let q = 1.0 + (1.0 - d) * gone / d;
    (q, (1.0 - d) / d * rate * (1.0 - gone) / q, (k * (1.0 - gone) - gone / d) / q)
}

const LOST: Range = Range::Log(1e-3, 0.9);

impl Law for Geometric {
    const INFO: Info = Info {
        slug: "geometric",
        title: TITLE,
        tex: r"L = E + \frac{A}{N'^{\alpha}} + \frac{B}{D'^{\beta}},\quad D' = U\,\frac{1 - (1 - \delta_D)^{D/U}}{\delta_D}",
        source: "Muennighoff et al., Scaling Data-Constrained Language Models, arXiv 2305.16264, its ablation",
        inputs: &[super::N, super::D, super::U],
        params: &[
            chinchilla::PARAMS[0].start(PUBLISHED[0]),
            chinchilla::PARAMS[1].start(PUBLISHED[1]),
            chinchilla::PARAMS[2].start(PUBLISHED[2]),
            chinchilla::PARAMS[3].start(PUBLISHED[3]),
            chinchilla::PARAMS[4].start(PUBLISHED[4]),
            Param::scale("delta_D", r"\delta_D", DATA_LOST, LOST).within(1e-9, 0.999_999).start(PUBLISHED[5]),
            Param::scale("delta_N", r"\delta_N", SIZE_LOST, LOST).within(1e-9, 0.999_999).start(PUBLISHED[6]),
        ],
        published: &[Published { by: "Muennighoff et al.", source: ABLATION, values: &PUBLISHED }],
        example: Example {
            says: MUENNIGHOFF,
            values: &PUBLISHED,
            ranges: &[[5e7, 5e9], [1.0, 100.0], [1e8, 3e10]],
            x: None,
        },
        derived: &[chinchilla::EXPONENTS[0], chinchilla::EXPONENTS[1], Quantity { name: ALL_EPOCHS }],
        features: 3,
        exactly_linear: false,
        objective: Objective::HUBER,
        cells: 2500,
        starts: 16,
    };
    const TEXTS: Templates = TEXTS;

    fn features(x: &[f64], row: &mut [f64]) {
        Base::features(x, row);
    }

    fn at(p: &[f64]) -> Self {
        Self { base: Base::at(p), lost: [p[5], p[6]] }
    }

    #[inline]
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64 {
        let [tokens, size] = self.lost;
        self.base.point(row, |k| summed(k, tokens), |k| summed(k, size), gradient)
    }

    fn derived(&self) -> Vec<f64> {
        let mut list = chinchilla::exponents(self.base.alpha, self.base.beta);
        list.push(1.0 / self.lost[0]);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_sum_up() {
        for d in [0.01, 0.3, 0.9] {
            let direct = |k: i32| (0..=k).map(|i| math::pow(1.0 - d, f64::from(i))).sum::<f64>();
            for k in [1, 2, 10, 100] {
                let (q, ..) = summed(f64::from(k), d);
                assert!((q - direct(k)).abs() < 1e-13 * q, "{k} repeats, {d}: {q}");
            }
        }
    }
}

//! Data efficiency: how many times the data of one training recipe another recipe is worth.
//!
//! The loss of a recipe with D unique training tokens follows a data law, `L(D) = A / D^alpha + E`. The effective data
//! of a loss L is the amount with which the reference recipe reaches that loss, `D_eff(L) = (A / (L - E))^(1/alpha)`,
//! with the constants of the reference. At D, another recipe is worth `m(D) = D_eff(L_other(D)) / D` times the data.
//! This is the horizontal distance between the two curves on a logarithmic axis. If both laws have equal exponents and
//! floors, m is the constant `(A / A_other)^(1/alpha)`.
//!
//! Source: Kim et al., "Pre-training under infinite compute", arXiv 2509.14786. Data are counted in any unit, but in one
//! unit throughout; the constants of [`PRINTED`] are in billions of tokens.

use crate::math;

/// Data law of a recipe: the loss falls with the data towards a floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DataLaw {
    /// Factor `A > 0`: the loss over the floor at one unit of data.
    pub factor: f64,
    /// Exponent `alpha > 0` with which the loss over the floor falls.
    pub exponent: f64,
    /// Floor E: the loss that no amount of data removes.
    pub floor: f64,
}

impl DataLaw {
    /// Loss with `data` > 0 units of data, `A / D^alpha + E`.
    pub fn loss(&self, data: f64) -> f64 {
        self.floor + math::exp(math::ln(self.factor) - self.exponent * math::ln(data))
    }

    /// Amount of data with which the recipe reaches the loss, `(A / (L - E))^(1/alpha)`. It is infinite if the loss is
    /// not above the floor.
    pub fn data_for(&self, loss: f64) -> f64 {
        let over = loss - self.floor;
        if over > 0.0 { math::exp((math::ln(self.factor) - math::ln(over)) / self.exponent) } else { f64::INFINITY }
    }

    /// How many times `data` units of data this recipe needs for the loss that `other` reaches with `data`. It is
    /// infinite if this recipe never reaches that loss.
    pub fn multiple(&self, other: &Self, data: f64) -> f64 {
        self.data_for(other.loss(data)) / data
    }

    /// Slope of `ln m` against `ln D` at `data`, where m is [`DataLaw::multiple`]:
    /// `alpha_other (L - E_other) / (alpha (L - E)) - 1`, with `L = L_other(D)`. It is 0 where the multiple is constant,
    /// and infinite if this recipe never reaches the loss of `other`.
    pub fn growth(&self, other: &Self, data: f64) -> f64 {
        let over = other.loss(data) - self.floor;
        if over > 0.0 {
            other.exponent * (over + self.floor - other.floor) / (self.exponent * over) - 1.0
        } else {
            f64::INFINITY
        }
    }
}

/// A loss and the multiple of the data that it is said to be worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worth {
    /// Loss of a recipe.
    pub loss: f64,
    /// How many times the data of the standard recipe the loss is worth.
    pub multiple: f64,
}

/// Printed numbers from which the data law of the standard recipe follows: its loss, and the losses of two other recipes
/// with their multiples. All three recipes see the same amount of data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Printed {
    /// Amount of data.
    pub data: f64,
    /// Loss of the standard recipe.
    pub standard: f64,
    /// The two other recipes, the one with the smaller multiple first.
    pub others: [Worth; 2],
}

/// Numbers at 200M tokens that Kim et al. print: the best standard model (five digits, from their repository), and the
/// asymptotes of the regularised recipe and of regularised ensembles. Data are in billions of tokens.
pub const PRINTED: Printed = Printed {
    data: 0.209_715_2,
    standard: 3.749_74,
    others: [Worth { loss: 3.43, multiple: 2.29 }, Worth { loss: 3.17, multiple: 5.17 }],
};

/// Half a unit of the last printed digit of the losses and multiples of [`Printed::others`].
pub const ROUNDING: f64 = 0.005;

/// Asymptote of ensembles of models of 300M parameters, with the settings of the best single model, as printed.
pub const ENSEMBLE: f64 = 3.34;
/// Asymptote of ensembles of models of 300M parameters, with settings tuned for ensembles, as printed.
pub const RETUNED: f64 = 3.27;
/// Loss of a model of 300M parameters that an ensemble of eight was distilled into, as printed.
pub const DISTILLED: f64 = 3.3635;
/// Loss of a model of 300M parameters that was distilled from one model of its own size, as printed.
pub const SELF_DISTILLED: f64 = 3.432_43;
/// Multiple of the data that an ensemble of five models of 1.4B parameters is worth, as printed. Its loss is not printed.
pub const FIVE_MEMBERS: f64 = 3.75;
/// Multiple of the data in continued training on mathematics: eight models of 3B parameters see 4 of 73 billion tokens
/// repeatedly, and are better than one model that sees all tokens once. As printed; the losses are not.
pub const CONTINUED: f64 = 17.5;

impl Printed {
    /// The data law that the numbers imply. With `L_0` of the standard recipe, `L_i` and `m_i` of the others, the
    /// exponent solves `(L_0 - L_1) / (L_0 - L_2) = (1 - m_1^-alpha) / (1 - m_2^-alpha)`. The floor is then
    /// `(L_1 - L_0 m_1^-alpha) / (1 - m_1^-alpha)`. `None` if no exponent from 0 to 64 solves the equation.
    pub fn law(&self) -> Option<DataLaw> {
        let [first, second] = self.others;
        // 1 - m^-alpha, accurate for small exponents too.
        let saved = |worth: Worth, exponent: f64| -math::expm1(-exponent * math::ln(worth.multiple));
        let gained = (self.standard - first.loss) / (self.standard - second.loss);
        let short = |exponent: f64| saved(first, exponent) / saved(second, exponent) < gained;
        let (mut lo, mut hi) = (1e-9, 64.0);
        if !short(lo) || short(hi) {
            return None;
        }
        while hi - lo > 1e-15 * hi {
            let middle = lo.midpoint(hi);
            if middle <= lo || middle >= hi {
                break;
            }
            if short(middle) { lo = middle } else { hi = middle }
        }
        let exponent = lo.midpoint(hi);
        let floor = self.standard - (self.standard - first.loss) / saved(first, exponent);
        let factor = (self.standard - floor) * math::pow(self.data, exponent);
        Some(DataLaw { factor, exponent, floor })
    }

    /// The laws at the 16 corners of the box of numbers that round to the printed ones: each loss and each multiple of
    /// the others is `by` smaller or larger than printed. Each constant of the law, and each effective amount of data, is
    /// monotone in each number, so its extremes over the box are at corners. Corners without a law are left out.
    pub fn corners(&self, by: f64) -> Vec<DataLaw> {
        let moved = |corner: u32| {
            let sign = |bit: u32| if corner >> bit & 1 == 0 { -by } else { by };
            let [first, second] = self.others;
            let others = [
                Worth { loss: first.loss + sign(0), multiple: first.multiple + sign(1) },
                Worth { loss: second.loss + sign(2), multiple: second.multiple + sign(3) },
            ];
            Self { others, ..*self }.law()
        };
        (0..16).filter_map(moved).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Draws, close};
    use super::*;

    fn law(factor: f64, exponent: f64, floor: f64) -> DataLaw {
        DataLaw { factor, exponent, floor }
    }

    /// Random laws that a recipe could have.
    fn drawn(draws: &mut Draws) -> DataLaw {
        law(0.5 + 2.0 * draws.unit(), 0.1 + 0.6 * draws.unit(), 2.0 * draws.unit())
    }

    /// The amount of data at which the law has the loss, by bisection.
    fn bisected(law: &DataLaw, loss: f64) -> f64 {
        let (mut lo, mut hi) = (-700.0, 700.0);
        for _ in 0..200 {
            let middle = 0.5 * (lo + hi);
            if law.loss(math::exp(middle)) > loss { lo = middle } else { hi = middle }
        }
        math::exp(lo)
    }

    #[test]
    fn effective_data_are_where_the_reference_has_the_loss() {
        let mut draws = Draws(1);
        for _ in 0..200 {
            let (reference, other) = (drawn(&mut draws), drawn(&mut draws));
            let data = math::exp(6.0 * draws.unit() - 3.0);
            let loss = other.loss(data);
            if loss <= reference.floor {
                assert_eq!(reference.multiple(&other, data), f64::INFINITY, "never reached");
            } else if loss > reference.floor + 0.01 {
                close(reference.multiple(&other, data), bisected(&reference, loss) / data, 1e-9);
            }
            close(reference.data_for(reference.loss(data)), data, 1e-9);
            close(reference.multiple(&reference, data), 1.0, 1e-9);
        }
        assert_eq!(law(1.0, 0.3, 2.0).data_for(2.0), f64::INFINITY, "the floor is never reached");
    }

    #[test]
    fn with_equal_exponents_and_floors_the_multiple_is_constant() {
        let (reference, other) = (law(1.282, 0.2306, 1.9115), law(0.878, 0.2306, 1.9115));
        for data in [0.01, 0.2, 1.0, 30.0] {
            close(reference.multiple(&other, data), math::pow(1.282 / 0.878, 1.0 / 0.2306), 1e-9);
            assert!(reference.growth(&other, data).abs() < 1e-12, "constant");
        }
        assert!(reference.multiple(&other, 1.0) > 1.0, "the recipe with the smaller factor is worth more");
        assert!(other.multiple(&reference, 1.0) < 1.0, "and the other one less");
        // By hand: L_other(8) = 1/2 + 1, which the reference reaches where 2/D^(1/3) = 1/2, at D = 64.
        close(law(2.0, 1.0 / 3.0, 1.0).multiple(&law(1.0, 1.0 / 3.0, 1.0), 8.0), 8.0, 1e-12);
    }

    #[test]
    fn growth_is_the_slope_of_the_multiple() {
        let mut draws = Draws(2);
        let mut compared = 0;
        for _ in 0..200 {
            let (reference, other) = (drawn(&mut draws), drawn(&mut draws));
            let data = math::exp(4.0 * draws.unit() - 2.0);
            if other.loss(data) < reference.floor + 0.05 {
                continue;
            }
            let h = 1e-5;
            let at = |x: f64| math::ln(reference.multiple(&other, data * math::exp(x)));
            let slope = (at(h) - at(-h)) / (2.0 * h);
            assert!((reference.growth(&other, data) - slope).abs() < 1e-6 * (1.0 + slope.abs()), "{reference:?}");
            compared += 1;
        }
        assert!(compared > 100, "{compared} slopes");
        assert_eq!(law(1.0, 0.3, 3.0).growth(&law(1.0, 0.3, 1.0), 1.0), f64::INFINITY, "below the floor");
    }

    #[test]
    fn the_implied_law_reproduces_what_it_was_made_from() {
        let mut draws = Draws(3);
        for _ in 0..100 {
            let truth = drawn(&mut draws);
            let data = 0.1 + draws.unit();
            let first = 1.5 + 2.0 * draws.unit();
            let worth = |multiple: f64| Worth { loss: truth.loss(data * multiple), multiple };
            let others = [worth(first), worth(first * (1.5 + draws.unit()))];
            let found = Printed { data, standard: truth.loss(data), others }.law().expect("a law");
            close(found.exponent, truth.exponent, 1e-9);
            close(found.factor, truth.factor, 1e-9);
            assert!((found.floor - truth.floor).abs() < 1e-9, "{found:?}, not {truth:?}");
        }
        let straight = Printed { others: [Worth { loss: 3.7, multiple: 2.29 }, PRINTED.others[1]], ..PRINTED };
        assert_eq!(straight.law(), None, "a loss that falls ever faster has no such law");
    }

    #[test]
    fn the_printed_multiples_imply_a_law_that_rounding_moves_far() {
        let law = PRINTED.law().expect("a law");
        close(law.factor, 1.282, 4e-4);
        close(law.exponent, 0.2306, 3e-4);
        close(law.floor, 1.9115, 3e-5);
        for (loss, multiple) in [(ENSEMBLE, 2.98), (RETUNED, 3.71), (DISTILLED, 2.78), (SELF_DISTILLED, 2.27)] {
            assert!((law.data_for(loss) / PRINTED.data - multiple).abs() < ROUNDING, "{loss}");
        }
        let corners = PRINTED.corners(ROUNDING);
        assert_eq!(corners.len(), 16, "every corner has a law");
        let ends = |of: &dyn Fn(&DataLaw) -> f64| {
            corners.iter().map(of).fold([f64::INFINITY, 0.0], |[lo, hi], x| [lo.min(x), hi.max(x)])
        };
        for (of, [lo, hi]) in [
            (&(|law: &DataLaw| law.exponent) as &dyn Fn(&DataLaw) -> f64, [0.16, 0.31]),
            (&|law| law.floor, [1.19, 2.29]),
        ] {
            let found = ends(of);
            assert!((found[0] - lo).abs() <= ROUNDING && (found[1] - hi).abs() <= ROUNDING, "{found:?}");
        }
        // Nothing inside the box is outside the range of the corners.
        let mut draws = Draws(4);
        let losses = [3.0, 3.2, ENSEMBLE, RETUNED, DISTILLED, 3.5, 3.7];
        for _ in 0..2000 {
            let mut inside = PRINTED;
            for worth in &mut inside.others {
                worth.loss += ROUNDING * (2.0 * draws.unit() - 1.0);
                worth.multiple += ROUNDING * (2.0 * draws.unit() - 1.0);
            }
            let law = inside.law().expect("a law");
            let within = |of: &dyn Fn(&DataLaw) -> f64| {
                let [lo, hi] = ends(of);
                assert!((lo..=hi).contains(&of(&law)), "{inside:?}");
            };
            within(&|law| law.exponent);
            within(&|law| law.floor);
            within(&|law| law.factor);
            losses.iter().for_each(|loss| within(&|law| law.data_for(*loss)));
        }
    }
}

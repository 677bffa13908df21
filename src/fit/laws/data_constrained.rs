//! A law in which repeated tokens and excess parameters are worth less and less.

use super::super::{Example, Info, Law, Objective, Param, Published, Quantity, Range};
use super::chinchilla;
use crate::math;
use crate::text::Templates;
use crate::theory::muennighoff;

crate::texts! {
    TITLE = "Repeated data";
    DATA_DECAY = r"Number of repeats after which one more repeat of a token is worth only $1/e$ of a new token.";
    SIZE_DECAY = r"Value of $N/U_N - 1$ at which one more parameter has only $1/e$ of its full worth. $U_N$ is the number of parameters that the unique tokens can use.";
    DECAY_GROWTH = r"Exponent: how $R_D$ grows with the number $U$ of unique tokens, as $(U/10^9)^{\nu}$.";
    HALF_WORTH = r"epochs until a repeated token is worth half a fresh one, $1 + R_D \ln 2$";
    MUENNIGHOFF = "Muennighoff et al., arXiv 2305.16264";
}

/// Data-constrained law `E + A / N'^alpha + B / D'^beta` for the loss of N parameters after D tokens, of which U are
/// unique. Repeated tokens saturate, and so do parameters beyond the model that is best for the unique tokens:
/// `D' = U (1 + R_D (1 - e^(-(D/U - 1)/R_D)))`, with D/U - 1 >= 0 repeats. The formula for N' is that for D', with N in
/// place of D, `min(N, N_opt(U))` in place of U, and `R_N` in place of `R_D`. Here
/// `N_opt(U) = (U^beta alpha A / (beta B))^(1/alpha)`.
///
/// If `nu` is free, the parameter `R_D` is the value at 10^9 unique tokens, and the value at U is proportional to
/// `U^nu`.
#[derive(Clone, Copy, Debug)]
pub struct DataConstrained {
    base: Base,
    r_d: f64,
    r_n: f64,
    nu: f64,
}

/// What the laws of repeated data have in common: the Chinchilla law, and the model size that is best for the unique
/// tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base {
    floor: f64,
    ln_a: f64,
    pub(super) alpha: f64,
    ln_b: f64,
    pub(super) beta: f64,
    /// Logarithm `ln (alpha A / (beta B))`, for the law `E + A / N^alpha + B / D^beta`.
    ratio: f64,
}

/// Three numbers about one pass over unique data and k repeats. The first is their worth: the effective amount of data
/// divided by the unique amount. The second and the third are the derivatives of the logarithm of the worth with
/// respect to k and to the logarithm of the decay parameter.
pub(super) type Worth = (f64, f64, f64);

impl Base {
    pub(super) fn at(p: &[f64]) -> Self {
        let (ln_a, ln_b) = (math::ln(p[1]), math::ln(p[3]));
        Self { floor: p[0], ln_a, alpha: p[2], ln_b, beta: p[4], ratio: math::ln(p[2] / p[4]) + ln_a - ln_b }
    }

    /// Features of a run: the logarithms of the number of parameters and of unique tokens, and the number of repeats.
    pub(super) fn features(x: &[f64], row: &mut [f64]) {
        let unique = x[2].min(x[1]);
        row[0] = math::ln(x[0]);
        row[1] = math::ln(unique);
        row[2] = x[1] / unique - 1.0;
    }

    /// Returns the loss of a run with the features `row`, and writes its derivatives with respect to seven transformed
    /// parameters to `gradient`. These are the five of the Chinchilla law, and the decay parameters of the functions
    /// `tokens` and `size`, which give the worth of repeated tokens and of excess parameters.
    #[inline]
    pub(super) fn point(
        &self,
        row: &[f64],
        tokens: impl Fn(f64) -> Worth,
        size: impl Fn(f64) -> Worth,
        gradient: &mut [f64],
    ) -> f64 {
        let &Self { floor, alpha, beta, .. } = self;
        let [n, u, repeats] = [row[0], row[1], row[2]];

        let (q, _, d_by_r) = tokens(repeats);
        let d = u + math::ln(q);
        let data = math::exp(self.ln_b - beta * d);

        // Logarithm of the best model size for U, and how the worth of N depends on it.
        let best = (beta * u + self.ratio) / alpha;
        let (n, n_by_best, n_by_r) = if n <= best {
            (n, 0.0, 0.0)
        } else {
            let k = math::expm1(n - best);
            let (q, by_k, by_r) = size(k);
            (best + math::ln(q), 1.0 - by_k * (k + 1.0), by_r)
        };
        let model = math::exp(self.ln_a - alpha * n);
        let by_best = -alpha * model * n_by_best;

        gradient[0] = floor;
        gradient[1] = model + by_best / alpha;
        gradient[2] = -n * model + by_best * (1.0 / alpha - best) / alpha;
        gradient[3] = data - by_best / alpha;
        gradient[4] = -d * data + by_best * (u - 1.0 / beta) / alpha;
        gradient[5] = -beta * data * d_by_r;
        gradient[6] = -alpha * model * n_by_r;
        floor + model + data
    }
}

/// Values of E, A, alpha, B, beta, `R_D`, `R_N` and nu from Muennighoff et al. (arXiv 2305.16264), where nu is 0. The
/// paper prints the logarithms of E, A and B.
pub(super) const PUBLISHED: [f64; 8] = [
    1.869_143_678_405_485_8,
    520.824_951_659_918_7,
    muennighoff::PUBLISHED.alpha,
    1_487.716_093_782_861,
    muennighoff::PUBLISHED.beta,
    muennighoff::PUBLISHED.data_decay,
    muennighoff::PUBLISHED.size_decay,
    0.0,
];

const LN_BILLION: f64 = 20.723_265_836_946_41;

/// Worth of one pass and k repeats, in units of fresh data, if the worth of repeats saturates with the decay parameter
/// r: `1 + r (1 - e^(-k/r))`.
#[inline]
fn saturated(k: f64, r: f64) -> Worth {
    if k <= 0.0 {
        return (1.0, 1.0, 0.0);
    }
    let z = k / r;
    let gone = -math::expm1(-z);
    let q = 1.0 + r * gone;
    (q, (1.0 - gone) / q, r * (gone - z * (1.0 - gone)) / q)
}

impl Law for DataConstrained {
    const INFO: Info = Info {
        slug: "data-constrained",
        title: TITLE,
        tex: r"L = E + \frac{A}{N'^{\alpha}} + \frac{B}{D'^{\beta}},\quad D' = U\left(1 + R_D^*\left(1 - e^{-(D/U - 1)/R_D^*}\right)\right)",
        source: "Muennighoff et al., Scaling Data-Constrained Language Models, arXiv 2305.16264",
        inputs: &[super::N, super::D, super::U],
        params: &[
            chinchilla::PARAMS[0].start(PUBLISHED[0]),
            chinchilla::PARAMS[1].start(PUBLISHED[1]),
            chinchilla::PARAMS[2].start(PUBLISHED[2]),
            chinchilla::PARAMS[3].start(PUBLISHED[3]),
            chinchilla::PARAMS[4].start(PUBLISHED[2]),
            Param::scale("R_D", "R_D^*", DATA_DECAY, Range::Log(0.3, 3e3)).unit("epochs").start(PUBLISHED[5]),
            Param::scale("R_N", "R_N^*", SIZE_DECAY, Range::Log(0.02, 1e3)).start(PUBLISHED[6]),
            Param::signed("nu", r"\nu", DECAY_GROWTH)
                .within(-3.0, 3.0)
                .search(Range::Steps(-1.0, 1.0))
                .start(0.0)
                .frozen(),
        ],
        published: &[Published { by: "Muennighoff et al.", source: MUENNIGHOFF, values: &PUBLISHED }],
        example: Example {
            says: MUENNIGHOFF,
            values: &PUBLISHED,
            ranges: &[[5e7, 5e9], [1.0, 100.0], [1e8, 3e10]],
            x: None,
        },
        derived: &[chinchilla::EXPONENTS[0], chinchilla::EXPONENTS[1], Quantity { name: HALF_WORTH }],
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
        Self { base: Base::at(p), r_d: p[5], r_n: p[6], nu: p[7] }
    }

    #[inline]
    fn point(&self, row: &[f64], gradient: &mut [f64]) -> f64 {
        let beyond = row[1] - LN_BILLION;
        let r_d = if self.nu == 0.0 { self.r_d } else { self.r_d * math::exp(self.nu * beyond) };
        let tokens = |repeats| saturated(repeats, r_d);
        let value = self.base.point(row, tokens, |k| saturated(k, self.r_n), gradient);
        gradient[7] = gradient[5] * beyond;
        value
    }

    fn derived(&self) -> Vec<f64> {
        let mut list = chinchilla::exponents(self.base.alpha, self.base.beta);
        // At the upper bound of the search, repeats lose nothing.
        list.push(if self.r_d < 1e11 { 1.0 + self.r_d * std::f64::consts::LN_2 } else { f64::INFINITY });
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::find;
    use crate::rng::Draws;

    #[test]
    fn it_is_the_law_of_theory() {
        let (law, theory) = (find("data-constrained").expect("a law"), muennighoff::PUBLISHED);
        for (value, ln) in [(PUBLISHED[0], theory.e), (PUBLISHED[1], theory.a), (PUBLISHED[3], theory.b)] {
            assert!((math::ln(value) - ln).abs() < 1e-15 * ln, "e^{ln} is {value}");
        }
        let mut draws = Draws::new(1, crate::rng::Stream(0), 0, 0);
        for _ in 0..1000 {
            let mut within = |lo: f64, hi: f64| lo * math::pow(hi / lo, draws.uniform());
            let (n, u) = (within(1e7, 1e11), within(1e8, 1e12));
            let d = u * within(1.0, 100.0);
            let (ours, theirs) = (law.predict(&PUBLISHED, &[n, d, u]), theory.loss(n, d, u));
            assert!((ours - theirs).abs() < 1e-13 * theirs, "N = {n}, D = {d}, U = {u}: {ours} {theirs}");
        }
    }
}

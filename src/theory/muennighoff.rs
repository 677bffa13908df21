//! The data-constrained law of language models: what repeated tokens and excess parameters are worth.
//!
//! The loss of N parameters trained on D tokens is `exp(e) + exp(a)/N'^alpha + exp(b)/D'^beta`, where N' and D' are the
//! effective numbers of parameters and tokens. In these effective numbers, each further parameter beyond `U_N`, and
//! each further token beyond U, counts for less than the one before:
//!
//! `D' = U (1 + r(D/U; R_D))`, `N' = U_N (1 + r(N/U_N; R_N))`, `r(k; R) = R (1 - exp(-(k-1)/R))` for k > 1
//!
//! For `D <= U`, `D' = D`. U is the number of unique tokens, and `U_N = min(N, N_opt(U))`, where `N_opt(U)` is the best
//! number of parameters for U fresh tokens. So the value of repetition depends only on the number of epochs D/U, and
//! not on U itself. The multi-epoch experiment of the lab tests whether this holds.
//!
//! Source: Muennighoff et al., "Scaling Data-Constrained Language Models", arXiv 2305.16264.

use super::reuse::{Best, best_rate, bracketed_zero};
use crate::math;

/// Constants of the data-constrained law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Law {
    /// Logarithm of the factor of the parameter term, `exp(a)/N'^alpha`, where N' is the effective number of
    /// parameters.
    pub a: f64,
    /// Logarithm of the factor of the data term, `exp(b)/D'^beta`, where D' is the effective number of tokens.
    pub b: f64,
    /// Logarithm of the irreducible loss.
    pub e: f64,
    /// Exponent of the number of parameters.
    pub alpha: f64,
    /// Exponent of the number of tokens.
    pub beta: f64,
    /// Number `R_D` of repetitions after which one more repetition of a token is worth `1/e` of a fresh token. If it is
    /// infinite, repetitions are worth as much as fresh tokens.
    pub data_decay: f64,
    /// Excess `R_N` of parameters over their best number, as a multiple of that number, at which one more parameter is
    /// worth `1/e` of a parameter of a model without excess.
    pub size_decay: f64,
}

/// The constants that Muennighoff et al. published for the data-constrained law, from the README of their repository.
pub const PUBLISHED: Law = Law {
    a: 6.255414,
    b: 7.3049974,
    e: 0.6254804,
    alpha: 0.3526596,
    beta: 0.3526596,
    data_decay: 15.387756,
    size_decay: 5.309743,
};

/// Number of epochs up to which repeated tokens are almost as good as new tokens, by the rule of thumb of Muennighoff
/// et al. (arXiv 2305.16264).
pub const RULE_OF_THUMB: f64 = 4.0;

/// A division of a compute budget into parameters and tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allocation {
    /// Number of tokens in training. A repeated token counts each time.
    pub tokens: f64,
    /// Number of model parameters.
    pub size: f64,
    /// Number of epochs: tokens divided by unique tokens.
    pub epochs: f64,
    /// Loss with `size` parameters and `tokens` tokens.
    pub loss: f64,
}

/// Effective number of `amount` tokens or parameters, of which only `unique` are new:
/// `unique (1 + decay (1 - exp(-(k-1)/decay)))` with `k = amount/unique`. For k < 1 it is `amount`.
fn effective(amount: f64, unique: f64, decay: f64) -> f64 {
    let extra = (amount / unique - 1.0).max(0.0);
    let worth = if decay == f64::INFINITY { extra } else { -decay * math::expm1(-extra / decay) };
    amount.min(unique) + unique * worth
}

impl Law {
    /// Effective number of tokens: the number of fresh tokens that are worth as much as `tokens` tokens, of which only
    /// `unique` are different.
    pub fn effective_tokens(&self, tokens: f64, unique: f64) -> f64 {
        effective(tokens, unique, self.data_decay)
    }

    /// Number of fresh epochs that K >= 1 epochs over the same tokens are worth: `1 + R_D (1 - exp(-(K-1)/R_D))`, at
    /// most `1 + R_D`, where `R_D` is `data_decay`.
    pub fn effective_reuse(&self, epochs: f64) -> f64 {
        effective(epochs, 1.0, self.data_decay)
    }

    /// The best number of model parameters for U = `unique` fresh tokens: `(U G)^(beta/alpha) G`, where
    /// `G = (alpha A / (beta B))^(1/(alpha+beta))`. Here alpha and beta are the exponents of the law, and A = exp(a)
    /// and B = exp(b) are its factors.
    pub fn best_size(&self, unique: f64) -> f64 {
        let log_g = (math::ln(self.alpha / self.beta) + self.a - self.b) / (self.alpha + self.beta);
        math::exp((math::ln(unique) + log_g) * self.beta / self.alpha + log_g)
    }

    /// Effective number of parameters of a model with `size` parameters, trained on `unique` different tokens.
    pub fn effective_size(&self, size: f64, unique: f64) -> f64 {
        effective(size, size.min(self.best_size(unique)), self.size_decay)
    }

    /// Loss of a model of `size` parameters that is trained on `tokens` tokens, of which `unique` are different.
    pub fn loss(&self, size: f64, tokens: f64, unique: f64) -> f64 {
        let (n, d) = (self.effective_size(size, unique), self.effective_tokens(tokens, unique));
        math::exp(self.e) + math::exp(self.a - self.alpha * math::ln(n)) + math::exp(self.b - self.beta * math::ln(d))
    }

    /// The division of a compute budget that gives the least loss with `unique` different tokens. The budget is `flops`
    /// floating-point operations, 6 times parameters times tokens. The search evaluates about 60 losses and has a
    /// relative tolerance of 1e-8.
    pub fn best_allocation(&self, flops: f64, unique: f64) -> Allocation {
        // The loss along the budget has one local minimum in ln D: search from far too many tokens down.
        let size = |tokens: f64| flops / (6.0 * tokens);
        let Best { rate: tokens, risk: loss } = best_rate(&|d| self.loss(size(d), d, unique), flops / 6.0, flops / 6.0);
        Allocation { tokens, size: size(tokens), epochs: tokens / unique, loss }
    }

    /// The number K at which K epochs over a dataset are worth `share * K` epochs of fresh tokens, for 0 < share < 1. It
    /// does not depend on the dataset.
    ///
    /// It is infinite if repeated tokens are worth as much as fresh ones.
    pub fn saturation(&self, share: f64) -> f64 {
        if self.data_decay == f64::INFINITY {
            return f64::INFINITY;
        }
        let gap = |epochs: f64| self.effective_reuse(epochs) - share * epochs;
        let high = (1.0 + self.data_decay) / share;
        bracketed_zero(&gap, [1.0, 1.0 - share], [high, gap(high)], [1e-14, 0.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::tests::close;

    #[test]
    fn losses_are_those_computed_elsewhere() {
        close(PUBLISHED.loss(6.34e9, 242e9, 25e9), 2.2256440889984477, 1e-13);
        close(PUBLISHED.loss(8.67e9, 178e9, 25e9), 2.2269634075087867, 1e-13);
        close(math::exp(PUBLISHED.a), 520.8249516599, 1e-12);
        close(math::exp(PUBLISHED.b), 1487.7160937829, 1e-12);
        close(math::exp(PUBLISHED.e), 1.8691436784, 1e-10);
        close(PUBLISHED.best_size(25e9), 0.0509865177 * 25e9, 1e-9);
    }

    #[test]
    fn the_best_allocation_is_the_published_one() {
        let found = PUBLISHED.best_allocation(1e22, 25e9);
        // The published split is 0.05% away from the optimum, where the loss is flat, and its loss is 1e-8 higher.
        let published = PUBLISHED.loss(7_022_364_735.88, 237_336_955_477.55, 25e9);
        assert!(found.loss < published && published < found.loss + 1e-8, "{} {published}", found.loss);
        close(found.tokens, 237_336_955_477.55, 6e-4);
        close(found.size, 7_022_364_735.88, 6e-4);
        close(found.epochs, 9.493, 6e-4);
        close(6.0 * found.size * found.tokens, 1e22, 1e-12);
    }

    #[test]
    fn enough_unique_data_is_the_compute_optimal_law() {
        // D <= U and N <= N_opt(U): no term decays, and the optimum is that of A/N^alpha + B/D^beta.
        let found = PUBLISHED.best_allocation(1e20, 1e13);
        let (n, d) = (found.size, found.tokens);
        let size_pull = PUBLISHED.alpha * math::exp(PUBLISHED.a - PUBLISHED.alpha * math::ln(n));
        let data_pull = PUBLISHED.beta * math::exp(PUBLISHED.b - PUBLISHED.beta * math::ln(d));
        close(size_pull, data_pull, 1e-6);
        close(PUBLISHED.best_size(d), n, 1e-6);
        assert_eq!(PUBLISHED.effective_tokens(1e9, 2e9), 1e9);
        assert_eq!(PUBLISHED.effective_size(1e9, 1e13), 1e9);
    }

    #[test]
    fn repetition_is_worth_less_and_less() {
        assert_eq!(PUBLISHED.effective_reuse(1.0), 1.0);
        close(PUBLISHED.effective_reuse(1e6), 1.0 + PUBLISHED.data_decay, 1e-14);
        close(PUBLISHED.effective_reuse(4.0), 1.0 + 15.387756 * (1.0 - math::exp(-3.0 / 15.387756)), 1e-14);
        // Four epochs lose 7% of the worth of their tokens.
        assert!(PUBLISHED.effective_reuse(RULE_OF_THUMB) > 0.93 * RULE_OF_THUMB);
        for share in [0.3, 0.75, 0.99] {
            let epochs = PUBLISHED.saturation(share);
            close(PUBLISHED.effective_reuse(epochs), share * epochs, 1e-12);
            assert!(epochs > 1.0);
        }
        close(PUBLISHED.saturation(0.75), 11.440_224_288_68, 1e-11);
        let forever = Law { data_decay: f64::INFINITY, ..PUBLISHED };
        assert_eq!((forever.effective_reuse(7.5), forever.saturation(0.75)), (7.5, f64::INFINITY));
    }
}

//! The data-constrained law of language models: what repeated tokens and excess parameters are worth.
//!
//! `L = exp(e) + exp(a)/N'^alpha + exp(b)/D'^beta`, where data and size count less the more they exceed what is unique:
//!
//! `D' = U (1 + r(D/U; R_D))`, `N' = U_N (1 + r(N/U_N; R_N))`, `r(k; R) = R (1 - exp(-(k-1)/R))` for k > 1
//!
//! (`D' = D` for `D <= U`), with U unique tokens and `U_N = min(N, N_opt(U))`, where `N_opt(U)` is the best size for
//! them. The value of repetition thus depends on the number of epochs alone, never on U, which is what the lab's own
//! experiment tests.
//!
//! Source: Muennighoff et al., "Scaling Data-Constrained Language Models", arXiv 2305.16264.

use super::reuse::{Best, best_rate, bracketed_zero};
use crate::math;

/// Constants of the data-constrained law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Law {
    /// ln of the size term's factor A.
    pub a: f64,
    /// ln of the data term's factor B.
    pub b: f64,
    /// ln of the irreducible loss E.
    pub e: f64,
    /// Exponent of the size term.
    pub alpha: f64,
    /// Exponent of the data term.
    pub beta: f64,
    /// `R_D`: repetitions after which a token has lost `1 - 1/e` of its worth. If infinite, repetition costs nothing.
    pub data_decay: f64,
    /// `R_N`: the excess over the best size, in units of that size, after which a parameter has lost `1 - 1/e` of its
    /// worth.
    pub size_decay: f64,
}

/// The published constants, from the repository's README.
pub const PUBLISHED: Law = Law {
    a: 6.255414,
    b: 7.3049974,
    e: 0.6254804,
    alpha: 0.3526596,
    beta: 0.3526596,
    data_decay: 15.387756,
    size_decay: 5.309743,
};

/// The published rule of thumb: up to 4 epochs, repeated tokens are almost as good as new ones.
pub const RULE_OF_THUMB: f64 = 4.0;

/// A split of a compute budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allocation {
    /// Tokens trained on, with repetition.
    pub tokens: f64,
    /// Number of model parameters.
    pub size: f64,
    /// Number of epochs: tokens over unique tokens.
    pub epochs: f64,
    /// Loss of this split.
    pub loss: f64,
}

/// Effective amount, `unique (1 + r(amount/unique; decay))`, of `amount` data or parameters of which only `unique` are
/// new.
fn effective(amount: f64, unique: f64, decay: f64) -> f64 {
    let extra = (amount / unique - 1.0).max(0.0);
    let worth = if decay == f64::INFINITY { extra } else { -decay * math::expm1(-extra / decay) };
    amount.min(unique) + unique * worth
}

impl Law {
    /// Effective tokens `D'`: the fresh tokens that `tokens` over `unique` ones are worth.
    pub fn effective_tokens(&self, tokens: f64, unique: f64) -> f64 {
        effective(tokens, unique, self.data_decay)
    }

    /// Effective reuse rate `D'/U` of the law after K >= 1 epochs: `1 + R_D (1 - exp(-(K-1)/R_D))`, at most `1 + R_D`.
    pub fn effective_reuse(&self, epochs: f64) -> f64 {
        effective(epochs, 1.0, self.data_decay)
    }

    /// The best size for `unique` fresh tokens: `(U G)^(beta/alpha) G`, `G = (alpha A / (beta B))^(1/(alpha+beta))`.
    pub fn best_size(&self, unique: f64) -> f64 {
        let log_g = (math::ln(self.alpha / self.beta) + self.a - self.b) / (self.alpha + self.beta);
        math::exp((math::ln(unique) + log_g) * self.beta / self.alpha + log_g)
    }

    /// Effective size `N'` of a model of `size` parameters for `unique` tokens.
    pub fn effective_size(&self, size: f64, unique: f64) -> f64 {
        effective(size, size.min(self.best_size(unique)), self.size_decay)
    }

    /// Loss of a model of `size` parameters after `tokens` tokens, of which `unique` are unique.
    pub fn loss(&self, size: f64, tokens: f64, unique: f64) -> f64 {
        let (n, d) = (self.effective_size(size, unique), self.effective_tokens(tokens, unique));
        math::exp(self.e) + math::exp(self.a - self.alpha * math::ln(n)) + math::exp(self.b - self.beta * math::ln(d))
    }

    /// The split with the least loss for `flops = 6 N D` with `unique` tokens. About 60 losses; relative tolerance
    /// 1e-8.
    pub fn best_allocation(&self, flops: f64, unique: f64) -> Allocation {
        // The loss along the budget has one local minimum in ln D: search from far too many tokens down.
        let size = |tokens: f64| flops / (6.0 * tokens);
        let Best { rate: tokens, risk: loss } = best_rate(|d| self.loss(size(d), d, unique), flops / 6.0, flops / 6.0);
        Allocation { tokens, size: size(tokens), epochs: tokens / unique, loss }
    }

    /// The K at which K epochs are worth `share K`, `D'/U = share K`, for 0 < share < 1. It does not depend on the
    /// dataset.
    ///
    /// Infinite if nothing is lost by repetition.
    pub fn saturation(&self, share: f64) -> f64 {
        if self.data_decay == f64::INFINITY {
            return f64::INFINITY;
        }
        let gap = |epochs: f64| self.effective_reuse(epochs) - share * epochs;
        let high = (1.0 + self.data_decay) / share;
        bracketed_zero(gap, [1.0, 1.0 - share], [high, gap(high)], [1e-14, 0.0])
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

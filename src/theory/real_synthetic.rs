//! Real and synthetic data: knowledge with a long tail, learned from a mixture in which synthetic samples lack the tail.
//!
//! Item i = 1, 2, ... of knowledge has the probability `p_i = i^-beta / Z` with beta > 1 and `Z = zeta(beta)`. A real
//! sample shows an item drawn from p. A synthetic sample shows an item drawn from p', which a [`Cut`] makes from p; the
//! hard cut keeps p for the items up to rank k and drops the others. A share `pi` of the training samples is real, so
//! training draws from `q = pi p + (1 - pi) p'`. After T samples, an item is unseen with probability `(1 - q_i)^T`.
//!
//! A learner that is right on the items it has seen has the test error `E(T) = sum_i p_i (1 - q_i)^T`. With a hard cut
//! and a small pi, it falls in three phases: as a power law until the learner knows the head, then not at all, then as
//! a power law again, once real samples show the tail.
//!
//! The lab's learner has room for the first M items only. It never learns the others, so their probability is part of
//! every error here. The infinite sums over them use the Euler-Maclaurin formula.
//!
//! Sources: the paper is "Data Value in the Age of Scaling", arXiv 2511.13640, of which only digests and reviews were
//! read. DAVINZ is Wu, Shu, Low, ICML 2022, as its code computes it. The closed forms are derived here.

use super::atoms::{Rule, power_tail};
use super::sum;
use crate::math;

/// Number of ranks, counted from rank 1, that a sum over the items takes one by one.
const DIRECT: usize = 256;

/// Knowledge with a long tail: item i has the probability `p_i = i^-beta / zeta(beta)`, and a learner has room for the
/// first M items.
#[derive(Clone, Copy, Debug)]
pub struct Knowledge {
    beta: f64,
    items: u32,
    zeta: f64,
}

impl Knowledge {
    /// Knowledge with the exponent `beta` > 1, and room for M = `items` >= 1 items.
    pub fn new(beta: f64, items: u32) -> Self {
        Self { beta, items, zeta: power_tail(beta, 0) }
    }

    /// Exponent beta of the probabilities.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// Number M of items that a learner has room for.
    pub fn items(&self) -> u32 {
        self.items
    }

    /// The constant `Z = zeta(beta)` of the probabilities, to a relative error of 1e-13.
    pub fn zeta(&self) -> f64 {
        self.zeta
    }

    /// Probability `p_i` of item i >= 1.
    pub fn mass(&self, item: u32) -> f64 {
        self.at(f64::from(item))
    }

    /// Probability of all items up to rank k, `P_k`.
    pub fn head(&self, k: u32) -> f64 {
        1.0 - self.tail(k)
    }

    /// Probability of all items after rank k, to a relative error of 1e-13. The cost is at most 32 powers.
    pub fn tail(&self, k: u32) -> f64 {
        self.weighted_tail(k, 0.0)
    }

    /// Probability of all items after rank M, which the learner has no room for.
    pub fn beyond(&self) -> f64 {
        self.tail(self.items)
    }

    /// Probability p at a rank that need not be whole.
    fn at(&self, rank: f64) -> f64 {
        math::pow(rank, -self.beta) / self.zeta
    }

    /// The sum `sum_(i>k) p_i i^-x`, for x >= 0.
    fn weighted_tail(&self, k: u32, x: f64) -> f64 {
        power_tail(self.beta + x, k) / self.zeta
    }

    /// The least rank k whose head has at least the probability `share`, if it is below M. The cost is that of 20
    /// tails.
    fn nucleus(&self, share: f64) -> Option<u32> {
        let (mut low, mut high) = (1, self.items);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.head(middle) >= share {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        (low < self.items).then_some(low)
    }
}

/// How the distribution p' of synthetic samples arises from the distribution p of real ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cut {
    /// The first k >= 1 items with probabilities proportional to p, and no others. If k is at least the number M of
    /// items, there is no cut, and p' = p.
    Hard(u32),
    /// Nucleus sampling (top-p): the hard cut at the least rank whose head has at least this probability. If that rank
    /// is not below M, there is no cut.
    TopP(f64),
    /// Sampling at the temperature tau > 0: p' is proportional to `p^(1/tau)`, over infinitely many items. A tau below 1
    /// makes the tail lighter. A tau above 1 needs `beta/tau > 1`.
    Temperature(f64),
    /// Models that have each seen n samples, for 1 <= n <= 1e9: `p'_i` is proportional to `p_i (1 - (1 - p_i)^n)`.
    ///
    /// A model that has seen n real samples knows an item with probability `1 - (1 - p_i)^n`. It draws from p, given
    /// that it knows the item. Each synthetic sample comes from a new model, so p' is the mean over models, up to the
    /// small variation of the probability that a model knows. A single model would leave out some items altogether.
    Samples(f64),
}

/// Distribution p' of the synthetic samples, ready for evaluation.
#[derive(Clone, Copy, Debug)]
enum Synthetic {
    /// p' = p.
    Whole,
    /// p up to a rank, divided by the probability of that head.
    Head { k: u32, head: f64 },
    /// A power law with its own exponent and its zeta function.
    Power { exponent: f64, zeta: f64 },
    /// Items known after n samples. The constant `known` is the mean probability that a model knows a real sample's
    /// item.
    Known { n: f64, known: f64 },
}

impl Synthetic {
    fn new(knowledge: &Knowledge, cut: Cut) -> Self {
        let head = |k: u32| Self::Head { k, head: knowledge.head(k) };
        match cut {
            Cut::Hard(k) if k < knowledge.items => head(k),
            Cut::Hard(_) => Self::Whole,
            Cut::TopP(share) => knowledge.nucleus(share).map_or(Self::Whole, head),
            Cut::Temperature(tau) => {
                let exponent = knowledge.beta / tau;
                Self::Power { exponent, zeta: power_tail(exponent, 0) }
            }
            Cut::Samples(n) => Self::Known { n, known: known(knowledge, 0, n) },
        }
    }

    /// Probability p' at a rank that need not be whole.
    fn at(&self, knowledge: &Knowledge, rank: f64) -> f64 {
        match *self {
            Self::Whole => knowledge.at(rank),
            Self::Head { k, head } if rank <= f64::from(k) => knowledge.at(rank) / head,
            Self::Head { .. } => 0.0,
            Self::Power { exponent, zeta } => math::pow(rank, -exponent) / zeta,
            Self::Known { n, known } => {
                let p = knowledge.at(rank);
                -p * math::expm1(n * math::ln_1p(-p)) / known
            }
        }
    }

    /// Probability p' of all items after rank M.
    fn beyond(&self, knowledge: &Knowledge) -> f64 {
        match *self {
            Self::Whole => knowledge.beyond(),
            Self::Head { .. } => 0.0,
            Self::Power { exponent, zeta } => power_tail(exponent, knowledge.items) / zeta,
            Self::Known { n, known: all } => known(knowledge, knowledge.items, n) / all,
        }
    }
}

/// Probability that a real sample shows an item after rank `from` that a model with n samples knows:
/// `sum_(i>from) p_i (1 - (1 - p_i)^n)`, to a relative error of 1e-12.
///
/// A quadrature rule gives the terms up to a rank R with `n p_R` at most 0.1. After it, each term is the binomial series
/// `sum_j (-1)^(j+1) binom(n, j) p_i^(j+1)`, and the sum over i of each power is a tail of the zeta function.
fn known(knowledge: &Knowledge, from: u32, n: f64) -> f64 {
    let last = math::pow(10.0 * n / knowledge.zeta, 1.0 / knowledge.beta).ceil() as u32;
    let last = last.max(from).max(1);
    let rule = Rule::between(from as usize, last as usize, DIRECT);
    let terms = rule.x.iter().zip(&rule.w).map(|(x, w)| {
        let p = knowledge.at(*x);
        -w * p * math::expm1(n * math::ln_1p(-p))
    });
    let (mut choose, mut power, mut rest) = (-1.0, 1.0 / knowledge.zeta, 0.0);
    for j in 1..=10 {
        let j = f64::from(j);
        choose *= -(n - j + 1.0) / j;
        power /= knowledge.zeta;
        rest += choose * power * power_tail((j + 1.0) * knowledge.beta, last);
    }
    sum(terms) + rest
}

/// A node of the quadrature rule for sums over the first M items.
#[derive(Clone, Copy, Debug)]
struct Node {
    ln_rank: f64,
    /// Probability p at the node, times the weight of the node.
    mass: f64,
    /// Logarithm of the probability `1 - q` that one sample does not show the item. It is at least -1e4, so that no
    /// product with 0 is lost; `e^-1e4` is 0.
    keep: f64,
}

/// Training data that mix real and synthetic samples, and the items that T samples leave unseen.
///
/// [`Mixture::new`] takes about 0.2 ms, and a sum over the items at most 1300 exponentials, which is about 10
/// microseconds, for any M.
#[derive(Clone, Debug)]
pub struct Mixture {
    knowledge: Knowledge,
    synthetic: Synthetic,
    real: f64,
    nodes: Vec<Node>,
    /// Number of nodes up to the rank of the cut.
    head: usize,
}

/// The three phases of the error with a hard cut at rank k, as theory predicts them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phases {
    /// Numbers of samples at which phase 1 ends and phase 3 begins, `Z k^beta / c` and `Z k^beta / pi`. Here
    /// `c = pi + (1 - pi)/P_k` is the factor by which training prefers the head. The second is infinite if pi is 0.
    pub breaks: [f64; 2],
    /// The numbers of samples that the paper prints instead, `k^beta` and `k^beta / pi`, up to constants.
    pub printed: [f64; 2],
    /// Height of the plateau: the exact probability of all items after rank k.
    pub plateau: f64,
    /// Height of the plateau as a power law, `k^(1-beta) / ((beta-1) Z)`.
    pub plateau_law: f64,
    /// Slope `d ln E / d ln T` of the power laws of phases 1 and 3, `-(1 - 1/beta)`.
    pub slope: f64,
}

impl Mixture {
    /// The mixture with the share `real` (0 to 1) of real samples.
    pub fn new(knowledge: &Knowledge, cut: Cut, real: f64) -> Self {
        let knowledge = *knowledge;
        let synthetic = Synthetic::new(&knowledge, cut);
        let mut mixture = Self { knowledge, synthetic, real, nodes: Vec::new(), head: 0 };
        let (k, items) = (mixture.rank() as usize, knowledge.items as usize);
        let node = |(x, w): (&f64, &f64)| Node {
            ln_rank: math::ln(*x),
            mass: w * knowledge.at(*x),
            keep: math::ln_1p(-mixture.at(*x).min(1.0)).max(-1e4),
        };
        let [head, tail] = [(0, k), (k, items)]
            .map(|(from, to)| Rule::between(from, to, DIRECT))
            .map(|rule| -> Vec<Node> { rule.x.iter().zip(&rule.w).map(node).collect() });
        mixture.head = head.len();
        mixture.nodes = [head, tail].concat();
        mixture
    }

    /// Rank k of the cut, if the cut is hard and below M. Otherwise it is M.
    pub fn rank(&self) -> u32 {
        self.hard().unwrap_or(self.knowledge.items)
    }

    /// Rank k of a hard cut below M.
    fn hard(&self) -> Option<u32> {
        if let Synthetic::Head { k, .. } = self.synthetic { Some(k) } else { None }
    }

    /// Probability q at a rank that need not be whole.
    fn at(&self, rank: f64) -> f64 {
        self.real * self.knowledge.at(rank) + (1.0 - self.real) * self.synthetic.at(&self.knowledge, rank)
    }

    /// Probability `q_i` that a training sample shows item i >= 1.
    pub fn training(&self, item: u32) -> f64 {
        self.at(f64::from(item))
    }

    /// Probability `p'_i` that a synthetic sample shows item i >= 1.
    pub fn synthetic(&self, item: u32) -> f64 {
        self.synthetic.at(&self.knowledge, f64::from(item))
    }

    /// Probability that a training sample shows an item after rank M.
    pub fn beyond(&self) -> f64 {
        self.real * self.knowledge.beyond() + (1.0 - self.real) * self.synthetic.beyond(&self.knowledge)
    }

    /// The training probabilities of items 1 to M, and as entry M + 1 that of all items after them. Their sum is 1, to
    /// 1e-12. The cost is at most two powers for each item.
    pub fn shares(&self) -> Vec<f64> {
        (1..=self.knowledge.items).map(|item| self.training(item)).chain([self.beyond()]).collect()
    }

    /// Expected sum over the items that T = `samples` >= 1 samples leave unseen, `I_x(T) = sum_i p_i i^-x (1 - q_i)^T`.
    /// The first number is the part of the items up to [`Mixture::rank`], the second that of all others. Items after
    /// rank M count as unseen.
    ///
    /// The error is below 1e-12 of the sum of both parts, for T up to 1e8, beta up to 4 and x from 0 to 2.
    pub fn unseen(&self, samples: f64, x: f64) -> [f64; 2] {
        let part = |nodes: &[Node]| {
            sum(nodes.iter().map(|node| node.mass * math::exp(samples * node.keep - x * node.ln_rank)))
        };
        let (head, tail) = self.nodes.split_at(self.head);
        [part(head), part(tail) + self.knowledge.weighted_tail(self.knowledge.items, x)]
    }

    /// Expected test error of a learner that is right on the items it has seen in T = `samples` >= 1 samples:
    /// `E(T) = sum_i p_i (1 - q_i)^T`, the sum of both parts of [`Mixture::unseen`] at x = 0.
    pub fn error(&self, samples: f64) -> f64 {
        let [head, tail] = self.unseen(samples, 0.0);
        head + tail
    }

    /// Exact local slope of the test error, `d ln E / d ln T`, at T = `samples` >= 1.
    pub fn slope(&self, samples: f64) -> f64 {
        let rate = sum(self.nodes.iter().map(|node| node.mass * node.keep * math::exp(samples * node.keep)));
        samples * rate / self.error(samples)
    }

    /// Closed form of both parts of [`Mixture::unseen`], for a hard cut at rank k or no cut.
    ///
    /// Let `a = (beta + x - 1)/beta`, `c = pi + (1 - pi)/P_k` and `G(y) = y^-a gamma(a, y)`, with the lower incomplete
    /// Gamma function. An integral over the ranks replaces the sum, and `exp(-q T)` replaces `(1 - q)^T`:
    ///
    /// * head: `(cT/Z)^-a (Gamma(a, cT/(Z k^beta)) - Gamma(a, cT/Z)) / (beta Z)`, with the upper incomplete Gamma
    ///   function;
    /// * tail: `(k^-d G(pi T/(Z k^beta)) - M^-d G(pi T/(Z M^beta)) + M^-d G(0)) / (beta Z)` with `d = beta + x - 1`. The
    ///   terms with M stand for the items that the learner has no room for; without them, this is the law for
    ///   infinitely many items.
    ///
    /// Without a cut, k is M and c is 1. The error of each part is about half its first term, or half its last term if
    /// that is larger: the largest term of the sum at most. So the closed form needs many samples, `c T >> Z`, and a
    /// cut at a rank k >> 1. For other cuts, the result is `None`. It needs `d <= 2 beta`.
    pub fn closed(&self, samples: f64, x: f64) -> Option<[f64; 2]> {
        let Knowledge { beta, zeta, items } = self.knowledge;
        let (k, c) = match self.synthetic {
            Synthetic::Whole => (items, 1.0),
            Synthetic::Head { k, head } => (k, self.real + (1.0 - self.real) / head),
            _ => return None,
        };
        let (d, k, items) = (beta + x - 1.0, f64::from(k), f64::from(items));
        let a = d / beta;
        let drawn = |rate: f64, rank: f64| rate * samples / (zeta * math::pow(rank, beta));
        let after = |rate: f64, rank: f64| math::pow(rank, -d) * math::lower_gamma_over_power(a, drawn(rate, rank));
        let head = math::upper_gamma(a, drawn(c, k)) - math::upper_gamma(a, drawn(c, 1.0));
        let tail = after(self.real, k) - after(self.real, items) + after(0.0, items);
        Some([math::pow(drawn(c, 1.0), -a) * head / (beta * zeta), tail / (beta * zeta)])
    }

    /// What theory predicts of the three phases. It is `None` unless the cut is hard, and below M.
    pub fn phases(&self) -> Option<Phases> {
        let Synthetic::Head { k, head } = self.synthetic else { return None };
        let Knowledge { beta, zeta, .. } = self.knowledge;
        let rank = f64::from(k);
        let end = math::pow(rank, beta);
        Some(Phases {
            breaks: [zeta * end / (self.real + (1.0 - self.real) / head), zeta * end / self.real],
            printed: [end, end / self.real],
            plateau: self.knowledge.tail(k),
            plateau_law: end.recip() * rank / ((beta - 1.0) * zeta),
            slope: -(1.0 - 1.0 / beta),
        })
    }

    /// Numbers of samples at which the plateau begins and ends, measured by the local slope of the exact error.
    ///
    /// Let s be the slope of the power laws, [`Phases::slope`], and let the top be the point between the two breaks
    /// where the local slope is closest to 0. The plateau begins at the last point before the top where the local slope
    /// is s/2, and ends at the first point after the top where it is s/2 again. A number is `None` if there is no such
    /// point. Both are `None` if the slope at the top is not above s/2, so that there is no plateau, or if the cut is
    /// not hard. The relative error is 1e-8, and the cost is that of about 100 slopes.
    pub fn plateau(&self) -> [Option<f64>; 2] {
        let Some(phases) = self.phases() else { return [None; 2] };
        let half = 0.5 * phases.slope;
        let above = |ln_samples: f64| self.slope(math::exp(ln_samples)) > half;
        let [first, last] = phases.breaks.map(|samples| math::ln(samples.max(1.0)));
        // Without real samples, the slope rises towards 0 for ever.
        let top = self.flattest(first, last.min(first + 20.0));
        if !above(top) {
            return [None; 2];
        }
        // At the end, the learner knows all items that it has room for. Without real samples, phase 3 never begins.
        let all = self.knowledge.zeta / self.real * math::pow(f64::from(self.knowledge.items), self.knowledge.beta);
        let end = if self.real > 0.0 { math::ln(all) } else { top };
        [(-0.2, 0.0), (0.2, end)].map(|(step, limit)| {
            let mut inside = top;
            let mut outside = top + step;
            while above(outside) {
                if (outside - limit) * step >= 0.0 {
                    return None;
                }
                (inside, outside) = (outside, outside + step);
            }
            for _ in 0..25 {
                let middle = 0.5 * (inside + outside);
                *if above(middle) { &mut inside } else { &mut outside } = middle;
            }
            Some(math::exp(0.5 * (inside + outside)))
        })
    }

    /// The point of an interval of `ln T` where the local slope is largest, by golden-section search.
    fn flattest(&self, mut low: f64, mut high: f64) -> f64 {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let slope = |ln_samples: f64| self.slope(math::exp(ln_samples));
        let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        let (mut at_left, mut at_right) = (slope(left), slope(right));
        for _ in 0..25 {
            if at_left > at_right {
                (high, right, at_right) = (right, left, at_left);
                left = high - GOLDEN * (high - low);
                at_left = slope(left);
            } else {
                (low, left, at_left) = (left, right, at_right);
                right = low + GOLDEN * (high - low);
                at_right = slope(right);
            }
        }
        0.5 * (low + high)
    }
}

/// A learner whose error on an item depends on the item's rank, and on whether it has seen the item. Both errors are
/// sums of powers of the rank, `sum_j b_j i^-x_j`, given as pairs `(b_j, x_j)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Learner {
    /// Error on an item that the learner has not seen.
    pub unseen: Vec<(f64, f64)>,
    /// Error on an item that the learner has seen.
    pub seen: Vec<(f64, f64)>,
}

impl Learner {
    /// The learner that is right on the items it has seen, and wrong on all others.
    pub fn memory() -> Self {
        Self { unseen: vec![(1.0, 0.0)], seen: Vec::new() }
    }

    /// First reading of the paper's Lemma 1: the error is `a i^-alpha` on an unseen item, and `b i^-lambda` on a seen
    /// one. Then `E = b zeta(beta+lambda)/Z + a I_alpha - b I_lambda`.
    pub fn first_reading([a, alpha]: [f64; 2], [b, lambda]: [f64; 2]) -> Self {
        Self { unseen: vec![(a, alpha)], seen: vec![(b, lambda)] }
    }

    /// Second reading of the paper's Lemma 1: the error is `1 - b i^-lambda` on an unseen item, and `a i^-alpha` on a
    /// seen one. Then `E = a zeta(beta+alpha)/Z + I_0 - b I_lambda - a I_alpha`.
    pub fn second_reading([a, alpha]: [f64; 2], [b, lambda]: [f64; 2]) -> Self {
        Self { unseen: vec![(1.0, 0.0), (-b, lambda)], seen: vec![(a, alpha)] }
    }

    /// Expected test error after T = `samples` >= 1 samples, with the seen error s and the unseen error u:
    /// `E(T) = sum_i p_i s_i + sum_i p_i (u_i - s_i) (1 - q_i)^T`. The cost is one sum over the items for each power.
    pub fn error(&self, mixture: &Mixture, samples: f64) -> f64 {
        let missed = |x: f64| mixture.unseen(samples, x).into_iter().sum::<f64>();
        let unseen = self.unseen.iter().map(|(b, x)| b * missed(*x));
        let seen = self.seen.iter().map(|(b, x)| b * (mixture.knowledge.weighted_tail(0, *x) - missed(*x)));
        sum(unseen.chain(seen))
    }
}

/// The five terms of the paper's Lemma 1 for phase 1, as its digest prints them, without constants:
/// `a T^((1-alpha-beta)/beta) - b T^((1-lambda-beta)/beta) + a k^(1-alpha-beta) - b k^(1-lambda-beta) + k^(1-beta)`, for
/// T = `samples` and a cut at rank k. Each term has its printed sign.
///
/// No simple learner has an error with all five terms. [`Learner::first_reading`] gives the first four, a constant that
/// the lemma lacks, and no lone `k^(1-beta)`. [`Learner::second_reading`] gives that term, but with it a term
/// `T^((1-beta)/beta)` that the lemma lacks, and the opposite sign of a.
pub fn lemma(beta: f64, k: u32, [a, alpha]: [f64; 2], [b, lambda]: [f64; 2], samples: f64) -> [f64; 5] {
    let of_samples = |x: f64| math::pow(samples, (1.0 - x - beta) / beta);
    let of_rank = |x: f64| math::pow(f64::from(k), 1.0 - x - beta);
    [a * of_samples(alpha), -b * of_samples(lambda), a * of_rank(alpha), -b * of_rank(lambda), of_rank(0.0)]
}

/// A contributor of training data: n samples of a mixture with a hard cut, some of them with a wrong label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contributor {
    /// Number n of samples.
    pub samples: f64,
    /// Share pi of real samples, from 0 to 1. It is the share omega of the paper's bound.
    pub real: f64,
    /// Rank k >= 1 of the hard cut.
    pub cut: u32,
    /// Probability e that a label is wrong.
    pub wrong: f64,
}

/// What the error of a contributor's learner is, and the terms that the paper's bound and its score are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Expected test error of the learner, which keeps the first label of each item:
    /// `1 - (1 - e) sum_i p_i (1 - (1 - q_i)^n)`.
    pub truth: f64,
    /// Empirical loss: the expected share e of wrong labels. It is equal for the real and the synthetic samples, so
    /// their average, weighted by omega, is e too.
    pub loss: f64,
    /// Expected number of different items among the n samples, `D = sum_i (1 - (1 - q_i)^n)`.
    pub distinct: f64,
    /// Complexity term `y Theta^-1 y / n` of the neural tangent kernel (NTK) `Theta = [same item] + jitter I`, for
    /// labels y = 1 or -1: `(D + 4 e (1 - e) (n - D)/jitter)/n`, to first order in the jitter. It has no unit.
    pub ntk: f64,
    /// Distance of training and test distribution (MMD) with the kernel "same item": `|q - p|`, the root of the mean of
    /// the unbiased estimate of its square. It equals `(1 - pi) |p' - p|`, the average over real and synthetic samples,
    /// weighted by omega.
    pub mmd: f64,
    /// Root of the mean of the biased estimate (V-statistic) of the squared MMD, `|q - p|^2 + (1 - |q|^2)/n`.
    pub mmd_biased: f64,
    /// Finite-sample term of the paper's bound, `2 max(omega, 1 - omega) ln(8/delta) / n`.
    pub finite: f64,
}

/// Exact valuation of contributors in a world of M items with `p_i` proportional to `i^-beta`, normalised on M.
///
/// Features are one-hot, and the validation set is the distribution p itself.
#[derive(Clone, Debug)]
pub struct Valuation {
    p: Vec<f64>,
    /// Constant of the NTK's diagonal.
    jitter: f64,
    /// Probability delta with which the bound may fail.
    delta: f64,
}

impl Valuation {
    /// A world of `items` items with the exponent `beta` > 0. `jitter` > 0 is added to the diagonal of the NTK, and
    /// `delta` is the probability with which the bound may fail.
    pub fn new(beta: f64, items: u32, jitter: f64, delta: f64) -> Self {
        let raw: Vec<f64> = (1..=items).map(|i| math::pow(f64::from(i), -beta)).collect();
        let total = sum(raw.iter().copied());
        Self { p: raw.iter().map(|p| p / total).collect(), jitter, delta }
    }

    /// Training distribution of a contributor.
    pub fn training(&self, contributor: &Contributor) -> Vec<f64> {
        let k = (contributor.cut as usize).min(self.p.len());
        let Contributor { real, .. } = *contributor;
        let inside = real + (1.0 - real) / sum(self.p[..k].iter().copied());
        self.p.iter().enumerate().map(|(i, p)| p * if i < k { inside } else { real }).collect()
    }

    /// All terms of a contributor, with errors of rounding only. The cost is one exponential for each item, about 0.1
    /// ms for 4000 items.
    pub fn terms(&self, contributor: &Contributor) -> Terms {
        let Contributor { samples: n, real, wrong, .. } = *contributor;
        let q = self.training(contributor);
        let seen: Vec<f64> = q.iter().map(|q| -math::expm1(n * math::ln_1p(-q.min(1.0)))).collect();
        let distinct = sum(seen.iter().copied());
        let known = sum(self.p.iter().zip(&seen).map(|(p, seen)| p * seen));
        let square = sum(self.p.iter().zip(&q).map(|(p, q)| (q - p) * (q - p)));
        let chance = sum(q.iter().map(|q| q * q));
        Terms {
            truth: 1.0 - (1.0 - wrong) * known,
            loss: wrong,
            distinct,
            ntk: (distinct + 4.0 * wrong * (1.0 - wrong) * (n - distinct) / self.jitter) / n,
            mmd: square.sqrt(),
            mmd_biased: (square + (1.0 - chance) / n).sqrt(),
            finite: 2.0 * real.max(1.0 - real) * math::ln(8.0 / self.delta) / n,
        }
    }

    /// The terms of a contributor for other shares of real data.
    pub fn against_real(&self, contributor: &Contributor, shares: &[f64]) -> Vec<Terms> {
        shares.iter().map(|real| self.terms(&Contributor { real: *real, ..*contributor })).collect()
    }
}

/// DAVINZ's score of each contributor, `-kappa sqrt(NTK term) - MMD`, where the MMD is the biased one, and kappa is the
/// mean of the MMDs divided by the mean of the roots. A larger score promises a lower error.
pub fn davinz(terms: &[Terms]) -> Vec<f64> {
    let kappa = sum(terms.iter().map(|terms| terms.mmd_biased)) / sum(terms.iter().map(|terms| terms.ntk.sqrt()));
    terms.iter().map(|terms| -kappa * terms.ntk.sqrt() - terms.mmd_biased).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixture(beta: f64, k: u32, real: f64) -> Mixture {
        Mixture::new(&Knowledge::new(beta, 4_000_000), Cut::Hard(k), real)
    }

    /// Rounded table entries are compared to half a unit of their last digit, and to 1e-9 for the doubt of a tie.
    #[track_caller]
    fn rounds_to(got: f64, want: f64) {
        assert!((got - want).abs() <= 0.5e-5 + 1e-9, "got {got}, want {want}");
    }

    #[test]
    fn the_published_errors_are_reproduced() {
        for (beta, k, real, exact, formula) in [
            (
                1.5,
                1000,
                0.01,
                [0.20078, 0.09345, 0.04407, 0.02551, 0.02350, 0.01884],
                [0.20123, 0.09347, 0.04407, 0.02551, 0.02350, 0.01884],
            ),
        ] {
            let mixture = mixture(beta, k, real);
            for (j, (exact, formula)) in exact.into_iter().zip(formula).enumerate() {
                let samples = math::pow(10.0, 2.0 + j as f64);
                rounds_to(mixture.error(samples), exact);
                rounds_to(mixture.closed(samples, 0.0).unwrap().into_iter().sum(), formula);
            }
        }
    }
}

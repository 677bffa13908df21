//! Multi-epoch SGD on one-hot features: the exact risk, and the limit law for power-law frequencies.
//!
//! A sample is `x = sqrt(Lambda_i) e_i` with probability `p_i`, where `e_i` is unit vector i and `Lambda_i` the scale
//! of coordinate i. Such a sample shows coordinate i and no other, so the coordinates do not interact. Of N samples,
//! `n ~ Binomial(N, p_i)` show coordinate i, and in K epochs each of these n samples is visited K times. The weight
//! `w_i` of the coordinate then has the mean squared error
//!
//! `E ((w_i - w*_i)^2 | n) = (1 - eta Lambda_i)^(2 K n) w*_i^2 + (sigma^2/Lambda_i) V(n)`
//!
//! for learning rate eta, target weights w* and noise variance sigma^2. V is the function [`super::reuse::variance`].
//! The risk is `sum_i p_i Lambda_i E (w_i - w*_i)^2 / 2`.

use super::atoms::Rule;
use super::reuse::{Curve, Model, Order, forgotten, kept, shuffled, variance};
use super::sum;
use crate::math;

/// Number of coordinates, counted from the first, that a quadrature rule for a power law takes one by one.
const DIRECT: usize = 256;

/// Coordinates with equal probability, scale and target weight.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// Number of equal coordinates. If the part is a node of a quadrature rule, it stands for several similar
    /// coordinates, and this is the weight of the node.
    copies: f64,
    /// Probability of each coordinate: a sample shows this coordinate with this probability.
    probability: f64,
    /// Scale of each coordinate: the square of its feature in a sample that shows the coordinate.
    scale: f64,
    /// Squared target weight of each coordinate.
    signal: f64,
}

/// SGD on one-hot features, with its exact risk.
#[derive(Clone, Debug)]
pub struct OneHot {
    parts: Vec<Part>,
    noise: f64,
    order: Order,
}

impl OneHot {
    /// Model of coordinates with the given probabilities, scales (above 0) and target weights. `noise` is the variance
    /// of the label noise.
    ///
    /// Neighbouring coordinates that are equal are joined, so the time to compute a risk grows only with the number of
    /// different coordinates.
    pub fn new(probabilities: &[f64], scales: &[f64], targets: &[f64], noise: f64, order: Order) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for ((&probability, &scale), target) in probabilities.iter().zip(scales).zip(targets) {
            let signal = target * target;
            match parts.last_mut() {
                Some(last) if last.probability == probability && last.scale == scale && last.signal == signal => {
                    last.copies += 1.0;
                }
                _ => parts.push(Part { copies: 1.0, probability, scale, signal }),
            }
        }
        Self { parts, noise, order }
    }

    /// Isotropic model: each of `dim` coordinates has probability 1/dim, scale 1 and target weight 1.
    pub fn isotropic(dim: u32, noise: f64, order: Order) -> Self {
        let copies = f64::from(dim);
        Self { parts: vec![Part { copies, probability: 1.0 / copies, scale: 1.0, signal: 1.0 }], noise, order }
    }

    /// Power-law model: coordinate i = 1..=dim has the target weight 1, the scale `i^-b` and the probability
    /// `c i^-(a-b)`. The constant c makes the sum of the probabilities 1.
    ///
    /// If there are more than 512 coordinates, a quadrature rule replaces those after the 256th, with about 40 nodes
    /// per factor of 2 in i. The relative error of the risk is then 1e-12.
    #[inline(never)]
    pub fn power(dim: u32, a: f64, b: f64, noise: f64, order: Order) -> Self {
        let rule = Rule::new(dim as usize, DIRECT);
        let raw: Vec<f64> = rule.x.iter().map(|x| math::pow(*x, b - a)).collect();
        let total = sum(raw.iter().zip(&rule.w).map(|(p, w)| p * w));
        let part = |((x, copies), raw): ((&f64, &f64), &f64)| Part {
            copies: *copies,
            probability: raw / total,
            scale: math::pow(*x, -b),
            signal: 1.0,
        };
        Self { parts: rule.x.iter().zip(&rule.w).zip(&raw).map(part).collect(), noise, order }
    }

    /// Largest scale Lambda of a coordinate. It is also the largest squared norm of a sample. Learning rates up to
    /// `2/Lambda` are stable; the theory covers rates up to `1/Lambda`.
    pub fn largest_scale(&self) -> f64 {
        self.parts.iter().fold(0.0, |most, part| part.scale.max(most))
    }

    /// Probability of the first coordinate. In the power-law model `c i^-(a-b)`, it is the constant c.
    pub fn first_probability(&self) -> f64 {
        self.parts[0].probability
    }

    /// Risk before the first step, `sum p Lambda w*^2 / 2`, over the probabilities p, scales Lambda and target weights
    /// w* of the coordinates.
    pub fn start(&self) -> f64 {
        0.5 * sum(self.parts.iter().map(|part| part.weight() * part.scale * part.signal))
    }

    /// Exact risk after one pass over fresh samples. Step t has the learning rate `rate` times the t-th of the
    /// `multipliers`. A step costs a few operations for each set of equal coordinates.
    pub fn scheduled(&self, rate: f64, multipliers: impl IntoIterator<Item = f64>) -> f64 {
        let mut m: Vec<f64> = self.parts.iter().map(|part| part.signal).collect();
        for multiplier in multipliers {
            let rate = rate * multiplier;
            for (part, m) in self.parts.iter().zip(&mut m) {
                let g = rate * part.scale;
                *m += part.probability * (rate * g * self.noise - g * (2.0 - g) * *m);
            }
        }
        0.5 * sum(self.parts.iter().zip(&m).map(|(part, m)| part.weight() * part.scale * m))
    }

    /// Standard deviation of the risk between runs that differ in their random samples, for noise-free labels and for
    /// orders that visit every sample once an epoch. The coordinates are treated as independent, though the numbers of
    /// samples that show them are slightly negatively correlated.
    pub fn spread(&self, epochs: f64, samples: f64, rate: f64) -> f64 {
        let square = sum(self.parts.iter().map(|part| {
            let g = rate * part.scale;
            // E x^2 and (E x)^2 of x = (1 - g)^(2 K n), where n is the count.
            let [once, twice] =
                [epochs, 2.0 * epochs].map(|k| math::ln_1p(-part.probability * forgotten(g * (2.0 - g), k)));
            let variance = (math::exp(samples * twice) - math::exp(2.0 * samples * once)).max(0.0);
            let weight = part.probability * part.scale * part.signal;
            part.copies * weight * weight * variance
        }));
        0.5 * square.sqrt()
    }

    /// Relative spread of the risk between runs, for noise-free labels: [`OneHot::spread`] divided by the expected
    /// risk.
    pub fn luck(&self, epochs: f64, samples: f64, rate: f64) -> f64 {
        let bias = 0.5 * sum(self.parts.iter().map(|part| part.weight() * part.bias(epochs, samples, rate)));
        self.spread(epochs, samples, rate) / bias
    }

    /// For each set of equal coordinates, the distribution of the number of samples that show a given coordinate. The
    /// list is empty if the distributions are not `needed`.
    fn counts(&self, samples: f64, needed: bool) -> Vec<Counts> {
        self.parts.iter().filter(|_| needed).map(|part| Counts::new(samples, part.probability)).collect()
    }

    /// Whether the risk is infinite. It is infinite if the learning rate is at least 2 divided by the largest scale,
    /// and if there is label noise or the number of epochs is infinite.
    fn diverges(&self, epochs: f64, rate: f64) -> bool {
        (self.noise > 0.0 || epochs == f64::INFINITY) && rate * self.largest_scale() >= 2.0
    }
}

impl Part {
    /// Bias of a coordinate after K epochs over N samples, where K and N are real numbers:
    /// `Lambda w*^2 E (1 - eta Lambda)^(2 K n) = Lambda w*^2 (1 - p + p (1 - eta Lambda)^(2K))^N`. The learning rate is
    /// eta. The coordinate has the scale Lambda, the target weight w* and the probability p, and n samples show it.
    fn bias(&self, epochs: f64, samples: f64, rate: f64) -> f64 {
        let g = rate * self.scale;
        let gone = forgotten(g * (2.0 - g), epochs);
        self.scale * self.signal * math::exp(samples * math::ln_1p(-self.probability * gone))
    }

    fn weight(&self) -> f64 {
        self.copies * self.probability
    }
}

impl Model for OneHot {
    /// Exact risk as a function of the learning rate eta, for K = `epochs` over N = `samples`. With label noise, or if
    /// samples are drawn with replacement, N is rounded to a whole number. K must be whole if `eta Lambda > 1` for the
    /// scale Lambda of some coordinate.
    ///
    /// The cost is the sum of the costs of all sets of equal coordinates. Without label noise, and if samples are not
    /// drawn with replacement, a set costs a logarithm and two exponentials for any N. Otherwise it costs a sum of 10
    /// to 180 terms, each of which takes 5 ns (100 ns with replacement).
    fn risk(&self, epochs: f64, samples: f64) -> Curve<'_> {
        let replaced = self.order == Order::WithReplacement;
        let mixed = self.noise > 0.0 || replaced;
        let samples = if mixed { samples.round() } else { samples };
        let counts = self.counts(samples, mixed);
        Box::new(move |rate| {
            if self.diverges(epochs, rate) {
                return f64::INFINITY;
            }
            0.5 * sum(self.parts.iter().enumerate().map(|(i, part)| {
                let g = rate * part.scale;
                let bias = if replaced {
                    let steps = |n: f64| if n > 0.0 { epochs * samples } else { 0.0 };
                    part.scale * part.signal * counts[i].mean(0.0, |n| kept(g * (2.0 - g) * n / samples, steps(n)))
                } else {
                    part.bias(epochs, samples, rate)
                };
                let variance = if self.noise == 0.0 {
                    0.0
                } else if replaced {
                    counts[i].mean(1.0, |n| variance(self.order, g, n, epochs, n / samples))
                } else {
                    // 1-q and 1-u go from count to count by 1-xy = (1-x) + x(1-y), without cancellation.
                    let (first, every) = (counts[i].first(1.0), counts[i].every);
                    let (mut epoch, mut all) = (forgotten(g, first), forgotten(g, first * epochs));
                    let (epoch_step, all_step) = (forgotten(g, every), forgotten(g, every * epochs));
                    counts[i].mean(1.0, |n| {
                        let variance = shuffled(self.order, g, n, epoch, all);
                        epoch += (1.0 - epoch) * epoch_step;
                        all += (1.0 - all) * all_step;
                        variance
                    })
                };
                part.weight() * (bias + self.noise * variance)
            }))
        })
    }

    fn flow(&self, samples: f64) -> Curve<'_> {
        let samples = if self.noise > 0.0 { samples.round() } else { samples };
        let counts = self.counts(samples, self.noise > 0.0);
        Box::new(move |time| {
            0.5 * sum(self.parts.iter().enumerate().map(|(i, part)| {
                let seen = part.probability * math::expm1(-2.0 * part.scale * time);
                let bias = part.scale * part.signal * math::exp(samples * math::ln_1p(seen));
                let variance = counts.get(i).map_or(0.0, |counts| {
                    counts.mean(1.0, |n| {
                        let fitted = math::expm1(-n * part.scale * time);
                        fitted * fitted / n
                    })
                });
                part.weight() * (bias + self.noise * variance)
            }))
        })
    }

    /// Exact risk of one pass over N = `samples` (a real number), as a function of the learning rate eta. The variance
    /// of a coordinate with scale Lambda and probability p is
    /// `sigma^2 eta/(2 - eta Lambda) (1 - (1 - p eta Lambda (2 - eta Lambda))^N)`, for noise variance sigma^2.
    fn one_pass(&self, samples: f64) -> Curve<'_> {
        Box::new(move |rate| {
            if self.diverges(1.0, rate) {
                return f64::INFINITY;
            }
            0.5 * sum(self.parts.iter().map(|part| {
                let g = rate * part.scale;
                let seen = part.probability * g * (2.0 - g);
                let noise = if self.noise > 0.0 { self.noise * g / (2.0 - g) * forgotten(seen, samples) } else { 0.0 };
                part.weight() * (part.scale * part.signal * kept(seen, samples) + noise)
            }))
        })
    }
}

/// Counts n and their weights. They give means over the binomial distribution with N draws of probability p:
/// `E f(n) = sum weight f(n)`, with a relative error of 1e-15.
///
/// Counts that are less likely than 1e-20 times the likeliest are left out. For a wide distribution, with a standard
/// deviation s above 9, only every m-th count is kept. The number m is at most s/3, and it is odd, so that signs
/// `(-1)^n` average out too. By Poisson's summation formula, the error is `exp(-pi^2 (s/m)^2 / 2) < 1e-19` if f changes
/// little over m counts.
struct Counts {
    /// Smallest count that is kept.
    least: f64,
    /// Distance between neighbouring counts that are kept.
    every: f64,
    /// Weights of the counts, at most 180. Count number j is `least + every j`.
    weights: Vec<f64>,
}

impl Counts {
    /// The counts for `samples` draws with probability `p`. They are found outward from the most likely count, by the
    /// recurrence of the binomial probabilities, in at most 20 steps per standard deviation.
    fn new(samples: f64, p: f64) -> Self {
        if p >= 1.0 {
            return Self { least: samples, every: 1.0, weights: vec![1.0] };
        }
        let odds = p / (1.0 - p);
        let every = (((samples * p * (1.0 - p)).sqrt() / 3.0 + 1.0) * 0.5).floor().max(1.0) * 2.0 - 1.0;
        let mode = ((samples + 1.0) * p).floor().min(samples);
        let (mut weights, mut least, mut n, mut chance) = (vec![1.0], mode, mode, 1.0);
        while chance > 1e-20 && n > 0.0 {
            chance *= n / ((samples - n + 1.0) * odds);
            n -= 1.0;
            if ((mode - n) / every).fract() == 0.0 {
                weights.push(chance);
                least = n;
            }
        }
        weights.reverse();
        (n, chance) = (mode, 1.0);
        while chance > 1e-20 && n < samples {
            chance *= odds * (samples - n) / (n + 1.0);
            n += 1.0;
            if ((n - mode) / every).fract() == 0.0 {
                weights.push(chance);
            }
        }
        let total = sum(weights.iter().copied());
        weights.iter_mut().for_each(|weight| *weight /= total);
        Self { least, every, weights }
    }

    /// The smallest of the kept counts that is not below `from`, which is 0 or 1.
    fn first(&self, from: f64) -> f64 {
        if self.least < from { self.least + self.every } else { self.least }
    }

    /// Sum of weight times f(n) over the counts n from `from` (0 or 1) on, in ascending order. It is the mean of an f
    /// that is 0 below `from`.
    fn mean(&self, from: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
        let mut n = self.first(from);
        let mut total = 0.0;
        for weight in &self.weights[usize::from(n > self.least)..] {
            total += weight * f(n);
            n += self.every;
        }
        total
    }
}

/// Limit laws of the risk without label noise, at one learning rate. Coordinate i has the probability `c i^-(a-b)`, the
/// scale `i^-b` and the target weight 1.
///
/// Let R be the risk after K epochs over N samples, for N -> infinity and enough dimensions. For small K it is
/// `R = C1 (K N)^-((a-1)/a)`, and for large K it is `R = C2 N^-((a-1)/(a-b))`, with constants C1 and C2. With
/// `K = kappa N^(b/(a-b))`, the sum over i becomes an integral over `x = i N^(-1/(a-b))`, and the risk is
/// `R = N^-((a-1)/(a-b)) F(kappa)`, with F as in `scaled_risk`. Source: "Larger Datasets Can Be Repeated More",
/// theorems 5.1 and 5.2; the constants are derived here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    a: f64,
    b: f64,
    c: f64,
    rate: f64,
}

impl PowerLaw {
    /// Law in which coordinate i has the probability `c i^-(a-b)` and the scale `i^-b`. The learning rate must be above
    /// 0 and below 2.
    ///
    /// `None` unless `b > 0` and `a - b > 1`. The probabilities have a finite sum over infinitely many coordinates only
    /// if `a - b > 1`, and the effective reuse rate of many epochs grows with the number of samples only if `b > 0`.
    pub fn new(a: f64, b: f64, c: f64, rate: f64) -> Option<Self> {
        (b > 0.0 && a - b > 1.0).then_some(Self { a, b, c, rate })
    }

    /// Factor C1 and exponent k of the risk `C1 N^-k` of one pass over N samples: `C1 = (c/2a) (2 c eta)^-k Gamma(k)`,
    /// `k = (a-1)/a`, where eta is the learning rate, and a, b and c are as in [`PowerLaw::new`].
    pub fn one_pass(&self) -> [f64; 2] {
        let k = (self.a - 1.0) / self.a;
        let scale = math::pow(2.0 * self.c * self.rate, -k);
        [self.c / (2.0 * self.a) * scale * math::gamma(k), k]
    }

    /// Factor C2 and exponent k of the risk `C2 N^-k` after many epochs over N samples:
    /// `C2 = c^(1-k) Gamma(k) / (2(a-b))`, `k = (a-1)/(a-b)`, where a, b and c are as in [`PowerLaw::new`].
    pub fn many_epochs(&self) -> [f64; 2] {
        let k = (self.a - 1.0) / (self.a - self.b);
        [math::pow(self.c, 1.0 - k) * math::gamma(k) / (2.0 * (self.a - self.b)), k]
    }

    /// Factor and exponent of the effective reuse rate (see [`super::reuse`]) of many epochs over N samples, which is
    /// `(C1/C2)^(a/(a-1)) N^(b/(a-b))`. C1 is the factor of [`PowerLaw::one_pass`], and C2 that of
    /// [`PowerLaw::many_epochs`].
    pub fn plateau(&self) -> [f64; 2] {
        let ([c1, k], [c2, _]) = (self.one_pass(), self.many_epochs());
        [math::pow(c1 / c2, 1.0 / k), self.b / (self.a - self.b)]
    }

    /// The effective reuse rate (see [`super::reuse`]) of `kappa N^(b/(a-b))` epochs over N samples, divided by
    /// `N^(b/(a-b))`, for kappa > 0 and large N. It describes the crossover from few to many epochs: it is about kappa
    /// where kappa is small, and tends to the factor of [`PowerLaw::plateau`] where kappa is large.
    #[inline(never)]
    pub fn crossover(&self, kappa: f64) -> f64 {
        let [c1, k] = self.one_pass();
        math::pow(c1 / self.scaled_risk(kappa), 1.0 / k)
    }

    /// Scaled risk F(kappa) of [`PowerLaw`]:
    /// `c/2 integral_0^inf x^-a exp(-c x^-(a-b) (1 - exp(-2 eta kappa x^-b))) dx`, for learning rate eta.
    ///
    /// The trapezoidal rule in ln x converges exponentially fast, because the integrand falls exponentially to the
    /// right, and faster to the left. The relative error is 1e-13, and the cost about `2000 a^2/(a-1)` exponentials.
    fn scaled_risk(&self, kappa: f64) -> f64 {
        let step = 0.1 / self.a;
        let exponent = |t: f64| {
            let done = -math::expm1(-2.0 * self.rate * kappa * math::exp(-self.b * t));
            self.c * math::exp((self.b - self.a) * t) * done
        };
        let term = |t: f64| math::exp((1.0 - self.a) * t - exponent(t));
        // Every rank left of the start is learned, and every rank right of the end is not.
        let mut start = 0.0;
        while exponent(start) < 100.0 {
            start -= 1.0;
        }
        let mut total = 0.0;
        for j in 0.. {
            let t = start + f64::from(j) * step;
            let term = term(t);
            total += term;
            if term < 1e-17 * total && exponent(t) < 1.0 {
                break;
            }
        }
        0.5 * self.c * step * total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::reuse::{best, effective_reuse};
    use crate::theory::tests::close;

    const ORDERS: [Order; 3] = [Order::Reshuffle, Order::Once, Order::WithReplacement];

    /// All permutations of 0..n.
    fn permutations(n: usize) -> Vec<Vec<usize>> {
        if n == 0 {
            return vec![Vec::new()];
        }
        let shorter = permutations(n - 1);
        (0..n)
            .flat_map(|at| {
                shorter.iter().map(move |rest| {
                    let mut all = rest.clone();
                    all.insert(at, n - 1);
                    all
                })
            })
            .collect()
    }

    /// All orders in which `epochs` epochs can visit n samples. All of them are equally likely.
    fn visits(order: Order, n: usize, epochs: usize) -> Vec<Vec<usize>> {
        let blocks: Vec<Vec<usize>> = match order {
            Order::WithReplacement => (0..n).map(|j| vec![j]).collect(),
            _ => permutations(n),
        };
        if order == Order::Once {
            return blocks.iter().map(|b| b.repeat(epochs)).collect();
        }
        let times = if order == Order::WithReplacement { n * epochs } else { epochs };
        (0..times).fold(vec![Vec::new()], |all, _| {
            all.iter().flat_map(|head| blocks.iter().map(move |b| [head.as_slice(), b].concat())).collect()
        })
    }

    /// The sum S of the squared coefficients with which the noises of the samples enter the weight, averaged over all
    /// orders of the samples. Each step multiplies the earlier coefficients by `rho`.
    fn enumerated(order: Order, n: usize, epochs: usize, rho: f64) -> f64 {
        let all = visits(order, n, epochs);
        let each = all.iter().map(|visits| {
            let mut c = vec![0.0; n];
            for &j in visits {
                c.iter_mut().for_each(|c| *c *= rho);
                c[j] += 1.0;
            }
            c.iter().map(|c| c * c).sum::<f64>()
        });
        sum(each) / all.len() as f64
    }

    #[test]
    fn noise_after_k_epochs_is_the_mean_over_all_orders() {
        for (n, epochs, rho) in
            [(1, 1, 0.3), (1, 4, 0.7), (2, 3, 0.5), (4, 3, 0.5), (4, 2, 0.9), (3, 3, -0.4), (3, 2, 0.999), (5, 1, -0.8)]
        {
            for order in ORDERS {
                if order == Order::WithReplacement && n * epochs > 9 {
                    continue;
                }
                let g: f64 = 1.0 - rho;
                let s = variance(order, g, n as f64, epochs as f64, 1.0) / (g * g);
                close(s, enumerated(order, n, epochs, rho), 1e-11);
            }
        }
        for (n, epochs, rho, shuffled, same) in [
            (2.0, 3.0, 0.5, 2.071_289_062_5, 2.153_320_312_5),
            (4.0, 3.0, 0.5, 1.450_492_143_6, 1.510_373_354_0),
            (4.0, 2.0, 0.9, 8.167_639_935_2, 8.221_257_411_3),
        ] {
            let g: f64 = 1.0 - rho;
            close(variance(Order::Reshuffle, g, n, epochs, 1.0) / (g * g), shuffled, 1e-10);
            close(variance(Order::Once, g, n, epochs, 1.0) / (g * g), same, 1e-10);
        }
    }

    #[test]
    fn the_risk_is_the_mean_over_all_data_and_orders() {
        // Two coordinates, three samples and two epochs make 8 data sets and 36 or 729 orders. The noise has mean 0, so
        // it adds the squared length of its coefficients.
        let (p, scales, targets, noise) = ([0.7, 0.3], [1.0, 0.4], [1.0, -2.0], 0.5);
        for order in ORDERS {
            for rate in [0.4, 1.0, 1.7] {
                let model = OneHot::new(&p, &scales, &targets, noise, order);
                let orders = visits(order, 3, 2);
                let mut risk = 0.0;
                for data in 0..8usize {
                    let shown: Vec<usize> = (0..3).map(|j| data >> j & 1).collect();
                    let chance: f64 = shown.iter().map(|&i| p[i]).product();
                    for visits in &orders {
                        let mut bias = targets.map(|w| -w);
                        let mut from = [[0.0_f64; 3]; 2];
                        for &j in visits {
                            let i = shown[j];
                            let keep = 1.0 - rate * scales[i];
                            bias[i] *= keep;
                            from[i].iter_mut().for_each(|c| *c *= keep);
                            from[i][j] += rate * scales[i].sqrt();
                        }
                        for i in 0..2 {
                            let square = bias[i] * bias[i] + noise * from[i].iter().map(|c| c * c).sum::<f64>();
                            risk += 0.5 * p[i] * scales[i] * square * chance / orders.len() as f64;
                        }
                    }
                }
                close(model.risk(2.0, 3.0)(rate), risk, 1e-12);
            }
        }
    }

    #[test]
    fn risks_are_those_computed_elsewhere() {
        let raw: Vec<f64> = (1..=6).map(|i| math::pow(f64::from(i), -1.5)).collect();
        let total = sum(raw.iter().copied());
        let p: Vec<f64> = raw.iter().map(|p| p / total).collect();
        let scales: Vec<f64> = (1..=6).map(|i| 1.0 / f64::from(i)).collect();
        for (samples, epochs, rate, noise, want) in [
            (20.0, 1.0, 0.5, 0.3, 6.213061675588e-2),
            (20.0, 3.0, 0.5, 0.3, 5.427920936272e-2),
            (20.0, 8.0, 0.2, 0.3, 3.709274941190e-2),
            (100.0, 4.0, 0.3, 0.1, 8.909308282251e-3),
            (30.0, 4.0, 0.3, 0.0, 1.137407855405e-2),
        ] {
            let model = OneHot::new(&p, &scales, &[1.0; 6], noise, Order::Reshuffle);
            close(model.risk(epochs, samples)(rate), want, 1e-12);
        }
        let model = OneHot::power(100_000, 4.5, 1.0, 0.0, Order::Reshuffle);
        for (epochs, samples, want) in [
            (1.0, 1e5, 9.991139744691e-6),
            (10.0, 1e5, 2.269517477586e-6),
            (100.0, 1e5, 1.429606816767e-6),
            (100.0, 1e7, 1.585117504119e-8),
        ] {
            close(model.risk(epochs, samples)(1.0), want, 1e-11);
        }
    }

    #[test]
    fn means_over_the_binomial_are_exact() {
        // E x^n = (1 - p + p x)^N, also for the signs (-1)^n, for narrow and wide distributions; E n = N p.
        for (samples, p) in [(1.0, 0.3), (7.0, 0.9), (50.0, 1.0), (1000.0, 1e-7), (1e4, 0.5), (1e6, 0.3), (1e6, 2e-6)] {
            let counts = Counts::new(samples, p);
            assert!(counts.weights.len() <= 180, "{}", counts.weights.len());
            let mean = |f: &dyn Fn(f64) -> f64| counts.mean(0.0, f);
            close(mean(&|n| n), samples * p, 1e-12);
            for g in [0.5 / samples, 3.0 / (samples * p).max(1.0)] {
                close(mean(&|n| kept(g, n)), math::exp(samples * math::ln_1p(-p * g)), 1e-12);
            }
            let sign = mean(&|n| if n % 2.0 == 0.0 { 1.0 } else { -1.0 });
            let exact = (1.0 - 2.0 * p).signum() * math::pow((1.0 - 2.0 * p).abs(), samples);
            let exact = if p > 0.5 && samples % 2.0 == 0.0 { exact.abs() } else { exact };
            assert!((sign - exact).abs() < 1e-12, "N = {samples}, p = {p}: {sign} {exact}");
        }
    }

    #[test]
    fn one_epoch_is_one_pass() {
        for noise in [0.0, 0.4] {
            let model = OneHot::power(3000, 2.5, 1.0, noise, Order::Reshuffle);
            for (samples, rate) in [(10.0, 0.3), (1000.0, 1.6), (100_000.0, 1e-3)] {
                close(model.risk(1.0, samples)(rate), model.one_pass(samples)(rate), 1e-12);
            }
        }
    }

    #[test]
    fn a_constant_schedule_is_one_pass() {
        for noise in [0.0, 0.4] {
            let model = OneHot::power(30, 2.5, 1.0, noise, Order::Reshuffle);
            for rate in [0.01, 0.6, 1.6] {
                close(model.scheduled(rate, std::iter::repeat_n(1.0, 300)), model.one_pass(300.0)(rate), 1e-12);
                close(model.scheduled(rate, [1.0; 40].into_iter().chain([0.0; 60])), model.one_pass(40.0)(rate), 1e-12);
            }
        }
    }

    #[test]
    fn the_spread_is_that_of_all_data_sets() {
        // One coordinate is met with probability p, the other never: three samples make 8 data sets.
        let (p, rate, epochs) = (0.3, 0.6, 2.0);
        let model = OneHot::new(&[p], &[1.0], &[2.0], 0.0, Order::Reshuffle);
        let risk = |n: u32| 0.5 * p * 4.0 * math::pow(1.0 - rate, 2.0 * epochs * f64::from(n));
        let chance = |n: u32| {
            [1.0, 3.0, 3.0, 1.0][n as usize] * math::pow(p, f64::from(n)) * math::pow(1.0 - p, f64::from(3 - n))
        };
        let mean: f64 = (0..4).map(|n| chance(n) * risk(n)).sum();
        let square: f64 = (0..4).map(|n| chance(n) * (risk(n) - mean) * (risk(n) - mean)).sum();
        close(model.spread(epochs, 3.0, rate), square.sqrt(), 1e-12);
        close(model.luck(epochs, 3.0, rate), square.sqrt() / mean, 1e-12);
        close(model.risk(epochs, 3.0)(rate), mean, 1e-12);
    }

    #[test]
    fn ranks_may_be_taken_in_blocks() {
        let (dim, a, b) = (3000u32, 2.5, 1.0);
        let raw: Vec<f64> = (1..=dim).map(|i| math::pow(f64::from(i), b - a)).collect();
        let total = sum(raw.iter().copied());
        let p: Vec<f64> = raw.iter().map(|p| p / total).collect();
        let scales: Vec<f64> = (1..=dim).map(|i| math::pow(f64::from(i), -b)).collect();
        for (noise, order) in [(0.0, Order::Reshuffle), (0.1, Order::Once), (0.0, Order::WithReplacement)] {
            let all = OneHot::new(&p, &scales, &[1.0; 3000], noise, order);
            let blocks = OneHot::power(dim, a, b, noise, order);
            assert!(blocks.parts.len() < 500 && all.parts.len() == 3000);
            close(blocks.start(), all.start(), 1e-13);
            for (epochs, samples, rate) in [(1.0, 100.0, 0.1), (7.0, 1e4, 1.0), (300.0, 1e5, 1.9)] {
                close(blocks.risk(epochs, samples)(rate), all.risk(epochs, samples)(rate), 1e-12);
            }
            close(blocks.flow(1000.0)(3.0), all.flow(1000.0)(3.0), 1e-12);
        }
    }

    #[test]
    fn many_epochs_are_gradient_flow() {
        for order in ORDERS {
            for dim in [1, 5] {
                let model = OneHot::isotropic(dim, 0.3, order);
                // A small rate at a fixed time leaves an error of first order in the rate.
                for time in [0.05, 0.7] {
                    let at = |epochs: f64| model.risk(epochs, 40.0)(time / epochs);
                    let extrapolated = 2.0 * at(2e6) - at(1e6);
                    close(extrapolated, model.flow(40.0)(time), 1e-7);
                }
                let endless = model.risk(f64::INFINITY, 40.0)(0.2);
                close(model.risk(1e4, 40.0)(0.2), endless, 1e-12);
                assert!(endless > model.flow(40.0)(f64::INFINITY), "rates add noise");
            }
        }
        // In an isotropic model that has seen every sample, the risk is the mean of sigma^2/(2n).
        let fit = OneHot::isotropic(1, 0.3, Order::Reshuffle).flow(40.0)(f64::INFINITY);
        close(fit, 0.5 * 0.3 / 40.0, 1e-13);
    }

    /// Prefactor and exponent of a power law in the number of samples, fitted to the effective reuse rate. The fit is a
    /// least-squares line through the logarithms at 12 numbers of samples from 5e4 to 1e7.
    fn fitted(edge: f64, epochs: f64) -> [f64; 2] {
        let model = OneHot::power(100_000, 4.5, 1.0, 0.0, Order::Reshuffle);
        let points: Vec<[f64; 2]> = (0..12)
            .map(|i| math::ln(5e4) + f64::from(i) / 11.0 * math::ln(200.0))
            .map(|x| [x, math::ln(effective_reuse(&model, edge, epochs, math::exp(x)).unwrap())])
            .collect();
        let mean = |k: usize| points.iter().map(|p| p[k]).sum::<f64>() / 12.0;
        let (x, y) = (mean(0), mean(1));
        let slope = points.iter().map(|p| (p[0] - x) * (p[1] - y)).sum::<f64>()
            / points.iter().map(|p| (p[0] - x) * (p[0] - x)).sum::<f64>();
        [math::exp(y - slope * x), slope]
    }

    #[test]
    fn the_plateau_of_a_power_law_world_is_a_power_law() {
        for (edge, epochs, prefactor, exponent) in
            [(1.0, 200.0, 0.482, 0.279), (1.0, f64::INFINITY, 0.467, 0.282), (2.0, 200.0, 0.250, 0.278)]
        {
            let [a, e] = fitted(edge, epochs);
            assert!((a - prefactor).abs() < 0.004 && (e - exponent).abs() < 6e-4, "{edge} {epochs}: {a} N^{e}");
        }
        assert!((fitted(1.0, f64::INFINITY)[1] - 2.0 / 7.0).abs() < 0.005);
        let model = OneHot::power(100_000, 4.5, 1.0, 0.0, Order::Reshuffle);
        for (samples, want, half) in [(5e4, 5.08, 5e-3), (1e6, 11.6, 0.05), (1e7, 22.1, 0.05)] {
            let found = effective_reuse(&model, 2.0, 200.0, samples).unwrap();
            assert!((found - want).abs() < half, "{found} {want}");
        }
        assert_eq!(best(&model, 1.0, 50.0, 1e5).rate, 1.0, "without noise the largest rate up to 1 is best");
    }

    #[test]
    fn limit_laws_are_those_of_the_exact_risk() {
        let model = OneHot::power(100_000, 4.5, 1.0, 0.0, Order::Reshuffle);
        let law = PowerLaw::new(4.5, 1.0, model.first_probability(), 1.0).unwrap();
        let ([c1, k1], [c2, k2]) = (law.one_pass(), law.many_epochs());
        close(model.one_pass(1e13)(1.0), c1 * math::pow(1e13, -k1), 1e-3);
        close(model.flow(1e12)(f64::INFINITY), c2 * math::pow(1e12, -k2), 1e-3);
        let [factor, exponent] = law.plateau();
        assert!((factor - 0.43756).abs() < 6e-6 && exponent == 2.0 / 7.0, "{factor} {exponent}");
        for (samples, want) in [(1e6, 0.4424), (1e8, 0.4389), (1e10, 0.4379), (1e12, 0.4377)] {
            let found = effective_reuse(&model, 1.0, f64::INFINITY, samples).unwrap() * math::pow(samples, -exponent);
            assert!((found - want).abs() < 6e-5, "{samples}: {found}");
        }
    }

    #[test]
    fn the_crossover_joins_both_laws() {
        let model = OneHot::power(100_000, 4.5, 1.0, 0.0, Order::Reshuffle);
        for rate in [0.3, 1.0] {
            let law = PowerLaw::new(4.5, 1.0, model.first_probability(), rate).unwrap();
            close(law.scaled_risk(1e6), law.many_epochs()[0], 1e-12);
            close(law.scaled_risk(1e-8), law.one_pass()[0] * math::pow(1e-8, -law.one_pass()[1]), 1e-4);
            close(law.crossover(1e6), law.plateau()[0], 1e-11);
        }
        let law = PowerLaw::new(4.5, 1.0, model.first_probability(), 1.0).unwrap();
        for (kappa, want) in [(0.1, 0.085), (0.3, 0.205), (1.0, 0.382), (3.0, 0.436), (10.0, 0.438)] {
            let unit = math::pow(1e12, 2.0 / 7.0);
            let exact = effective_reuse(&model, 1.0, kappa * unit, 1e12).unwrap() / unit;
            assert!((law.crossover(kappa) - want).abs() < 6e-4, "{kappa}: {}", law.crossover(kappa));
            close(exact, law.crossover(kappa), 1e-3);
        }
        assert_eq!(PowerLaw::new(2.0, 1.0, 1.0, 1.0), None);
    }
}

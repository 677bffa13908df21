//! "Lottery ridge": a linear model of training on little data with unlimited compute.
//!
//! Kim, Kotha, Liang, Hashimoto, "Pre-training under infinite compute", arXiv 2509.14786, train language models for many
//! epochs on few tokens, with strong weight decay and in ensembles. This model has the same parts, and its losses are
//! known exactly once its data are drawn.
//!
//! - **Task.** An input x has 256 independent Gaussian coordinates with the variances `lambda_k ~ k^-a`, which sum to 1.
//!   The label is `y = w x + noise`, with `lambda_k w_k^2 ~ k^-b`, which sum to 1, and noise of variance `s2`.
//! - **Member.** A network of width N is replaced by N fixed random features `phi = W^T (g x)/sqrt(N)`, with Gaussian W,
//!   and trained weights theta. Each member has its own random gains `g_k = exp(gamma z_k/2)`, scaled so that
//!   `sum_k lambda_k g_k^2 = sum_k lambda_k`. The gains decide which directions a member learns fast. They differ between
//!   members even at infinite width, where W is the identity; so an average of members is better than any single one.
//! - **Training.** Full-batch gradient descent on `|Phi theta - y|^2/(2n) + (l/2)|theta|^2`, with weight decay l, from
//!   theta = 0. After T steps of the learning rate eta, an eigenvector of the Gram matrix with the eigenvalue s has been
//!   learned by the factor `f(s) = (1 - (1 - eta (s + l))^T)/(s + l)`. So one eigendecomposition gives the result for every
//!   number of steps and every weight decay.
//! - **Loss.** A member is the linear function `u x` with `u = g W theta/sqrt(N)`. Its loss on new data is exactly
//!   `sum_k lambda_k (u_k - w_k)^2 + s2`. An ensemble is the mean of its members' u. Averaged over random members, an
//!   ensemble of K has the loss `L_K = L_inf + (L_1 - L_inf)/K`.

use super::symmetric::{Eigen, add, dot};
use crate::math;
use crate::rng::{self, Gaussian, Stream};

/// Stream of random numbers for the data: the run is the draw of the data, the step is the sample.
const SAMPLES: Stream = Stream(18);
/// Stream of random numbers for the members: the run names draw and member, the step is the direction.
const MEMBERS: Stream = Stream(19);

/// Number of coordinates of an input.
pub const DIMENSION: usize = 256;
/// Largest number of members that have different random numbers.
pub const MEMBERS_MAX: u32 = 64;
/// Largest number of samples.
pub const SAMPLES_MAX: u32 = 128;

/// The task that all members learn.
#[derive(Clone, Debug)]
pub struct Task {
    /// Variances of the coordinates of an input, `lambda`.
    pub variances: Vec<f64>,
    /// Weights of the true function, `w`.
    pub weights: Vec<f64>,
    /// Variance of the label noise, `s2`. No model has a lower loss.
    pub noise: f64,
    /// Strength `gamma` of the random gains of a member.
    pub gain: f64,
}

/// Samples with their labels.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Number of samples, n.
    pub count: usize,
    /// Inputs, `x[i * DIMENSION + k]`.
    pub inputs: Vec<f64>,
    /// Labels.
    pub labels: Vec<f64>,
}

/// The random part of a member: its gains and its random features.
#[derive(Clone, Debug)]
pub struct Member {
    /// Gains `g`, scaled.
    pub gains: Vec<f64>,
    /// Largest width.
    pub widest: usize,
    /// Gaussian numbers, `z[k * widest + j]`. A member of width N uses the first N of each row, divided by sqrt(N).
    pub features: Vec<f64>,
}

/// Number of features of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// This many random features.
    Of(usize),
    /// Infinitely many random features. They give the same predictions as the inputs themselves, times the gains.
    Infinite,
}

/// For how long a member is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Time {
    /// Steps of gradient descent with a learning rate. Each step multiplies an error by `1 - rate (s + l)`, so the rate
    /// must be below `2/(s + l)` for the largest eigenvalue s.
    Steps {
        /// Learning rate.
        rate: f64,
        /// Number of steps.
        steps: f64,
    },
    /// Gradient flow for this time: infinitely many steps whose rates sum to it.
    Flow(f64),
    /// Training until nothing changes. Without weight decay this is the solution of least norm among those of least
    /// loss on the samples.
    Converged,
}

impl Time {
    /// The factor `f(s)` by which an eigenvector of the Gram matrix has been learned: see the module. An eigenvalue
    /// `s` below `least` counts as 0 if training converged, because only rounding errors make it differ from 0.
    pub fn learned(self, s: f64, decay: f64, least: f64) -> f64 {
        let sum = s + decay;
        match self {
            Self::Steps { rate, steps } if sum * rate * steps < 1e-300 => rate * steps,
            Self::Steps { rate, steps } if rate * sum < 1.0 => -math::expm1(steps * math::ln_1p(-rate * sum)) / sum,
            Self::Steps { rate, steps } => (1.0 - math::pow(1.0 - rate * sum, steps)) / sum,
            Self::Flow(time) if sum * time < 1e-300 => time,
            Self::Flow(time) => -math::expm1(-sum * time) / sum,
            Self::Converged if s < least && decay == 0.0 => 0.0,
            Self::Converged => 1.0 / sum,
        }
    }
}

impl Task {
    /// Makes the task. `a` and `b` are the exponents of the spectrum and of the target, `noise` is a variance, and
    /// `gain` is gamma; none is negative.
    pub fn new(a: f64, b: f64, noise: f64, gain: f64) -> Self {
        let law = |exponent: f64| {
            let terms: Vec<f64> = (1..=DIMENSION).map(|k| math::pow(k as f64, -exponent)).collect();
            let sum: f64 = terms.iter().sum();
            terms.into_iter().map(move |x| x / sum)
        };
        let variances: Vec<f64> = law(a).collect();
        let weights = law(b).zip(&variances).map(|(signal, variance)| (signal / variance).sqrt()).collect();
        Self { variances, weights, noise, gain }
    }

    /// Loss of the linear function with the weights `u`.
    pub fn loss(&self, u: &[f64]) -> f64 {
        let terms = self.variances.iter().zip(&self.weights).zip(u);
        terms.map(|((variance, w), u)| variance * (u - w) * (u - w)).sum::<f64>() + self.noise
    }

    /// Draws `count` samples, at most [`SAMPLES_MAX`]. Fewer samples of the same draw are the first of many.
    pub fn sample(&self, gaussian: &Gaussian, seed: u32, draw: u32, count: usize) -> Sample {
        let scales: Vec<f64> = self.variances.iter().map(|variance| variance.sqrt()).collect();
        let noise = self.noise.sqrt();
        let (mut inputs, mut labels) = (Vec::with_capacity(count * DIMENSION), Vec::with_capacity(count));
        let mut row = vec![0.0; DIMENSION + 4];
        for i in 0..count {
            normal(gaussian, [seed, SAMPLES.0], [draw, i as u32], &mut row);
            let first = inputs.len();
            inputs.extend(row.iter().zip(&scales).map(|(z, scale)| z * scale));
            labels.push(dot(&inputs[first..], &self.weights) + noise * row[DIMENSION]);
        }
        Sample { count, inputs, labels }
    }

    /// Draws a member. A narrower member with the same index has the first of its features. `member` is below
    /// [`MEMBERS_MAX`].
    pub fn member(&self, gaussian: &Gaussian, seed: u32, draw: u32, member: u32, widest: usize) -> Member {
        let run = draw * MEMBERS_MAX + member;
        let mut gains = vec![0.0; DIMENSION];
        normal(gaussian, [seed, MEMBERS.0], [run, DIMENSION as u32], &mut gains);
        gains.iter_mut().for_each(|z| *z = math::exp(0.5 * self.gain * *z));
        let sums = self
            .variances
            .iter()
            .zip(&gains)
            .fold([0.0, 0.0], |[all, with], (variance, g)| [all + variance, with + variance * g * g]);
        let scale = (sums[0] / sums[1]).sqrt();
        gains.iter_mut().for_each(|g| *g *= scale);
        let mut features = vec![0.0; DIMENSION * widest];
        if widest > 0 {
            for (k, row) in (0..).zip(features.chunks_exact_mut(widest)) {
                normal(gaussian, [seed, MEMBERS.0], [run, k], row);
            }
        }
        Member { gains, widest, features }
    }
}

/// Fills `row` with standard normal numbers, four for each block of random words.
fn normal(gaussian: &Gaussian, key: [u32; 2], [run, step]: [u32; 2], row: &mut [f64]) {
    for (block, four) in (0..).zip(row.chunks_mut(4)) {
        let words = rng::philox(key, [run, step, block, 0]);
        four.iter_mut().zip(words).for_each(|(z, word)| *z = f64::from(gaussian.sample(word)));
    }
}

/// The features of a member on all samples, for all widths.
#[derive(Clone, Debug)]
pub struct Features<'a> {
    member: &'a Member,
    labels: &'a [f64],
    /// Inputs times gains, `[sample][direction]`.
    inputs: Vec<f64>,
    /// Inputs times gains times the Gaussian numbers, not divided by sqrt(N), `[sample][feature]`.
    wide: Vec<f64>,
}

/// A member of one width on its samples, as a quadratic problem: gradient descent changes a vector v, from 0, by
/// `rate (target - matrix v - decay v)` in each step.
///
/// If there are fewer features than samples (primal form), v is theta, `matrix = Phi^T Phi/n`, `target = Phi^T y/n`.
/// Otherwise theta is always a combination of the samples, `theta = Phi^T v/n` (dual form), with
/// `matrix = Phi Phi^T/n`, `target = y`; these smaller steps give the same theta.
#[derive(Clone, Debug)]
pub struct Problem<'a> {
    features: &'a Features<'a>,
    width: Width,
    /// Number of coordinates of v: the number of features or of samples, whichever is less.
    pub size: usize,
    /// The symmetric matrix, `matrix[i * size + j]`.
    pub matrix: Vec<f64>,
    /// The vector to which `matrix v + decay v` converges.
    pub target: Vec<f64>,
}

impl<'a> Features<'a> {
    /// Computes the features, in `samples * 256 * widest` multiplications.
    pub fn new(member: &'a Member, sample: &'a Sample) -> Self {
        let inputs: Vec<f64> = sample
            .inputs
            .chunks_exact(DIMENSION)
            .flat_map(|row| row.iter().zip(&member.gains).map(|(x, g)| x * g))
            .collect();
        let wide = products(&inputs, &member.features, member.widest);
        Self { member, labels: &sample.labels, inputs, wide }
    }

    /// The problem of training a member of the given width, at most that of the member.
    pub fn problem(&self, width: Width) -> Problem<'_> {
        let samples = self.labels.len();
        let n = samples as f64;
        let (rows, stride, count, scale) = match width {
            Width::Of(count) => (&self.wide, self.member.widest, count, 1.0 / (count as f64 * n)),
            Width::Infinite => (&self.inputs, DIMENSION, DIMENSION, 1.0 / n),
        };
        let (size, matrix, target);
        if count < samples {
            size = count;
            matrix = gram(rows.chunks_exact(stride).map(|row| &row[..count]), size, scale);
            let mut sum = vec![0.0; size];
            rows.chunks_exact(stride).zip(self.labels).for_each(|(row, y)| add(&mut sum, *y, &row[..count]));
            let root = if width == Width::Infinite { 1.0 } else { (count as f64).sqrt() };
            sum.iter_mut().for_each(|x| *x /= n * root);
            target = sum;
        } else {
            size = samples;
            let columns: Vec<f64> = (0..count).flat_map(|j| (0..samples).map(move |i| rows[i * stride + j])).collect();
            matrix = gram(columns.chunks_exact(samples), size, scale);
            target = self.labels.to_vec();
        }
        Problem { features: self, width, size, matrix, target }
    }
}

/// The products `inputs rows`, `[sample][column]`, of inputs `[sample][direction]` and rows `[direction][column]` with
/// `width` columns.
pub(super) fn products(inputs: &[f64], rows: &[f64], width: usize) -> Vec<f64> {
    let mut found = vec![0.0; inputs.len() / DIMENSION * width];
    if width == 0 {
        return found;
    }
    // Four samples at a time, so that each row is read once for four.
    for (found, xs) in found.chunks_mut(4 * width).zip(inputs.chunks(4 * DIMENSION)) {
        for (k, row) in rows.chunks_exact(width).enumerate() {
            for (found, x) in found.chunks_exact_mut(width).zip(xs.chunks_exact(DIMENSION)) {
                // Inputs that stand for unlimited data are mostly 0.
                if x[k] != 0.0 {
                    add(found, x[k], row);
                }
            }
        }
    }
    found
}

/// `scale * sum r r^T` over the rows r.
pub(super) fn gram<'a>(rows: impl Iterator<Item = &'a [f64]>, size: usize, scale: f64) -> Vec<f64> {
    let mut matrix = vec![0.0; size * size];
    for row in rows {
        for (i, x) in row.iter().enumerate() {
            // Only the lower triangle, which is then mirrored.
            add(&mut matrix[i * size..i * size + i + 1], *x, row);
        }
    }
    for i in 0..size {
        for j in 0..=i {
            matrix[i * size + j] *= scale;
            matrix[j * size + i] = matrix[i * size + j];
        }
    }
    matrix
}

impl Problem<'_> {
    /// The weights `u` on the inputs of the function that belongs to v.
    pub fn function(&self, v: &[f64]) -> Vec<f64> {
        let Features { member, labels, inputs, wide } = self.features;
        let n = labels.len();
        let combined = |rows: &[f64], stride: usize, count: usize| {
            let mut sum = vec![0.0; count];
            rows.chunks_exact(stride).zip(v).for_each(|(row, v)| add(&mut sum, v / n as f64, &row[..count]));
            sum
        };
        match self.width {
            Width::Infinite if self.size < n => unreachable!("there are more coordinates than samples"),
            Width::Infinite => {
                let mut u = combined(inputs, DIMENSION, DIMENSION);
                u.iter_mut().zip(&member.gains).for_each(|(u, g)| *u *= g);
                u
            }
            Width::Of(count) => {
                let (theta, scale) = if count < n {
                    (v.to_vec(), 1.0 / (count as f64).sqrt())
                } else {
                    (combined(wide, member.widest, count), 1.0 / count as f64)
                };
                let rows = member.features.chunks_exact(member.widest);
                rows.zip(&member.gains).map(|(row, g)| g * scale * dot(&row[..count], &theta)).collect()
            }
        }
    }

    /// Solves the problem for every training time and weight decay.
    pub fn solve(&self) -> Solved {
        let eigen = Eigen::of(&self.matrix, self.size);
        let target = eigen.coordinates(&self.target);
        let most = eigen.values.iter().fold(0.0_f64, |most, s| most.max(*s));
        Solved { least: most * self.size as f64 * f64::EPSILON, eigen, target }
    }
}

/// The eigendecomposition of a [`Problem`].
#[derive(Clone, Debug)]
pub struct Solved {
    eigen: Eigen,
    /// Coordinates of the target in the basis of the eigenvectors.
    target: Vec<f64>,
    /// Eigenvalues below this one are rounding errors.
    least: f64,
}

impl Solved {
    /// The vector v after training for `time` with weight `decay`.
    pub fn at(&self, time: Time, decay: f64) -> Vec<f64> {
        let terms = self.eigen.values.iter().zip(&self.target);
        let learned: Vec<f64> = terms.map(|(s, c)| time.learned(s.max(0.0), decay, self.least) * c).collect();
        self.eigen.vector(&learned)
    }
}

/// Loss of an endless ensemble, from the mean loss of its members and the loss of an ensemble of `members` of them (at
/// least 2): `L_K - (L_1 - L_K)/(K - 1)`. Its mean over random members is exact.
pub fn endless(single: f64, together: f64, members: u32) -> f64 {
    together - (single - together) / f64::from(members - 1)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::theory::tests::close;

    fn drawn(task: &Task, n: usize, widest: usize) -> (Sample, Member) {
        let gaussian = Gaussian::new();
        (task.sample(&gaussian, 3, 5, n), task.member(&gaussian, 3, 5, 2, widest))
    }

    /// The solution x of `a x = b`, by elimination with pivots.
    fn solve(a: &[f64], b: &[f64]) -> Vec<f64> {
        let n = b.len();
        let (mut a, mut x) = (a.to_vec(), b.to_vec());
        for k in 0..n {
            let pivot = (k..n).max_by(|&i, &j| a[i * n + k].abs().total_cmp(&a[j * n + k].abs())).expect("a row");
            (0..n).for_each(|j| a.swap(k * n + j, pivot * n + j));
            x.swap(k, pivot);
            for i in k + 1..n {
                let factor = a[i * n + k] / a[k * n + k];
                (k..n).for_each(|j| a[i * n + j] -= factor * a[k * n + j]);
                x[i] -= factor * x[k];
            }
        }
        for k in (0..n).rev() {
            let rest: f64 = (k + 1..n).map(|j| a[k * n + j] * x[j]).sum();
            x[k] = (x[k] - rest) / a[k * n + k];
        }
        x
    }

    /// Features of the member, `phi[i][j]`, straight from the definition.
    fn features(member: &Member, sample: &Sample, width: Width) -> Vec<Vec<f64>> {
        let row = |i: usize| &sample.inputs[i * DIMENSION..(i + 1) * DIMENSION];
        let gained = |i: usize| -> Vec<f64> { row(i).iter().zip(&member.gains).map(|(x, g)| x * g).collect() };
        (0..sample.count)
            .map(|i| match width {
                Width::Infinite => gained(i),
                Width::Of(n) => (0..n)
                    .map(|j| {
                        let z = (0..DIMENSION).map(|k| member.features[k * member.widest + j]);
                        gained(i).iter().zip(z).map(|(x, z)| x * z).sum::<f64>() / (n as f64).sqrt()
                    })
                    .collect(),
            })
            .collect()
    }

    /// The weights u on the inputs, from theta, straight from the definition.
    fn function(member: &Member, theta: &[f64], width: Width) -> Vec<f64> {
        (0..DIMENSION)
            .map(|k| match width {
                Width::Infinite => member.gains[k] * theta[k],
                Width::Of(n) => {
                    let row = &member.features[k * member.widest..][..n];
                    member.gains[k] * row.iter().zip(theta).map(|(z, t)| z * t).sum::<f64>() / (n as f64).sqrt()
                }
            })
            .collect()
    }

    fn equal(got: &[f64], want: &[f64], bound: f64) {
        let scale = want.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        for (k, (got, want)) in got.iter().zip(want).enumerate() {
            assert!((got - want).abs() <= bound * scale, "direction {k}: {got} against {want}");
        }
    }

    const WIDTHS: [Width; 5] = [Width::Of(1), Width::Of(7), Width::Of(20), Width::Of(33), Width::Infinite];

    #[test]
    fn closed_form_equals_descent_on_the_weights_themselves() {
        let task = Task::new(1.5, 1.2, 0.3, 1.0);
        let (sample, member) = drawn(&task, 20, 33);
        let all = Features::new(&member, &sample);
        for width in WIDTHS {
            let phi = features(&member, &sample, width);
            for (decay, rate, steps) in [(1e-6, 0.2, 1), (0.05, 0.2, 40), (0.0, 0.1, 300)] {
                let mut theta = vec![0.0; phi[0].len()];
                for _ in 0..steps {
                    let mut gradient: Vec<f64> = theta.iter().map(|t| decay * t).collect();
                    for (row, y) in phi.iter().zip(&sample.labels) {
                        let error = row.iter().zip(&theta).map(|(x, t)| x * t).sum::<f64>() - y;
                        row.iter().zip(&mut gradient).for_each(|(x, g)| *g += error * x / 20.0);
                    }
                    theta.iter_mut().zip(&gradient).for_each(|(t, g)| *t -= rate * g);
                }
                let problem = all.problem(width);
                let v = problem.solve().at(Time::Steps { rate, steps: f64::from(steps) }, decay);
                equal(&problem.function(&v), &function(&member, &theta, width), 1e-10);
            }
        }
    }

    #[test]
    fn converged_training_solves_the_ridge_equations() {
        let task = Task::new(1.3, 1.5, 0.5, 1.5);
        let (sample, member) = drawn(&task, 20, 33);
        let all = Features::new(&member, &sample);
        for width in WIDTHS {
            for decay in [1e-4, 0.03, 2.0] {
                let phi = features(&member, &sample, width);
                let count = phi[0].len();
                let mut a = vec![0.0; count * count];
                let mut b = vec![0.0; count];
                for (row, y) in phi.iter().zip(&sample.labels) {
                    for i in 0..count {
                        add(&mut a[i * count..(i + 1) * count], row[i] / 20.0, row);
                    }
                    add(&mut b, y / 20.0, row);
                }
                (0..count).for_each(|i| a[i * count + i] += decay);
                let problem = all.problem(width);
                let v = problem.solve().at(Time::Converged, decay);
                equal(&problem.function(&v), &function(&member, &solve(&a, &b), width), 1e-8);
            }
        }
    }

    #[test]
    fn without_decay_converged_training_has_the_least_norm() {
        // With more features than samples, the labels are met exactly, and theta is a combination of the samples.
        let task = Task::new(1.2, 1.2, 0.5, 0.5);
        let (sample, member) = drawn(&task, 12, 40);
        let all = Features::new(&member, &sample);
        let problem = all.problem(Width::Of(40));
        let u = problem.function(&problem.solve().at(Time::Converged, 0.0));
        for i in 0..12 {
            let said = dot(&u, &sample.inputs[i * DIMENSION..(i + 1) * DIMENSION]);
            assert!((said - sample.labels[i]).abs() < 1e-9, "{said} against {}", sample.labels[i]);
        }
        // A little weight decay leads to nearly the same solution, as it does to that of least norm only.
        equal(&problem.function(&problem.solve().at(Time::Converged, 1e-10)), &u, 1e-5);
    }

    #[test]
    fn many_small_steps_are_gradient_flow() {
        for (s, decay, time) in [(0.7, 0.01, 30.0), (1e-5, 1e-6, 2000.0), (0.0, 0.0, 5.0), (0.3, 0.0, 100.0)] {
            let flow = Time::Flow(time).learned(s, decay, 0.0);
            let mut last = f64::INFINITY;
            for steps in [1e3, 1e4, 1e5] {
                let rate = time / steps;
                let error = (Time::Steps { rate, steps }.learned(s, decay, 0.0) - flow).abs();
                // The error of one step is (rate (s + l))^2/2 of what is left.
                let bound = 0.5 * rate * (s + decay) * time * (s + decay) * math::exp(-(s + decay) * time);
                assert!(error <= (1.1 * bound / (s + decay).max(1e-300)).max(1e-12 * flow), "{s}, {steps}: {error}");
                assert!(error <= last.max(1e-12 * flow), "smaller steps are closer");
                last = error;
            }
        }
        assert_eq!(Time::Converged.learned(0.5, 0.0, 1e-9), 2.0);
        assert_eq!(Time::Flow(1e9).learned(0.5, 0.0, 1e-9), 2.0);
        assert_eq!(Time::Converged.learned(1e-12, 0.0, 1e-9), 0.0, "only rounding errors make it differ from 0");
        // A rate above 1/s makes the error change its sign at every step.
        close(Time::Steps { rate: 3.0, steps: 3.0 }.learned(0.5, 0.0, 0.0), 2.0 * (1.0 + 0.125), 1e-14);
    }

    #[test]
    fn one_sample_is_learned_as_calculated_by_hand() {
        // With one sample, infinite width and no gains: v = f(|x|^2) y, u = v x.
        let task = Task::new(1.5, 1.5, 0.5, 0.0);
        let (sample, member) = drawn(&task, 1, 0);
        assert!(member.gains.iter().all(|g| (g - 1.0).abs() < 1e-12));
        let all = Features::new(&member, &sample);
        let problem = all.problem(Width::Infinite);
        let square = dot(&sample.inputs, &sample.inputs);
        close(problem.matrix[0], square, 1e-13);
        let want = sample.labels[0] / (square + 0.1);
        let v = problem.solve().at(Time::Converged, 0.1);
        close(v[0], want, 1e-13);
        close(problem.function(&v)[7], want * sample.inputs[7], 1e-13);
        close(task.loss(&vec![0.0; DIMENSION]), 1.5, 1e-12);
        close(task.loss(&task.weights), 0.5, 1e-12);
    }

    #[test]
    fn the_exact_loss_is_the_mean_over_new_data() {
        let task = Task::new(1.5, 1.5, 0.5, 1.5);
        let (sample, member) = drawn(&task, 30, 64);
        let problem_of = Features::new(&member, &sample);
        let problem = problem_of.problem(Width::Of(64));
        let u = problem.function(&problem.solve().at(Time::Flow(200.0), 1e-3));
        let gaussian = Gaussian::new();
        let (mut sum, mut squares, mut n) = (0.0, 0.0, 0.0_f64);
        for draw in 100..200 {
            let fresh = task.sample(&gaussian, 3, draw, 64);
            for (x, y) in fresh.inputs.chunks_exact(DIMENSION).zip(&fresh.labels) {
                let error = (dot(&u, x) - y) * (dot(&u, x) - y);
                (sum, squares, n) = (sum + error, squares + error * error, n + 1.0);
            }
        }
        let mean = sum / n;
        let z = (mean - task.loss(&u)) / ((squares / n - mean * mean) / n).sqrt();
        assert!(z.abs() < 4.0, "z = {z}: {mean} against {}", task.loss(&u));
    }

    #[test]
    fn draws_are_nested() {
        let task = Task::new(1.5, 1.5, 0.5, 1.5);
        let gaussian = Gaussian::new();
        let (few, many) = (task.sample(&gaussian, 1, 2, 5), task.sample(&gaussian, 1, 2, 9));
        assert_eq!(few.inputs[..], many.inputs[..5 * DIMENSION]);
        assert_eq!(few.labels[..], many.labels[..5]);
        let (narrow, wide) = (task.member(&gaussian, 1, 2, 3, 6), task.member(&gaussian, 1, 2, 3, 32));
        assert_eq!(narrow.gains, wide.gains);
        assert_eq!(narrow.features[6..12], wide.features[32..38]);
        let other = task.member(&gaussian, 1, 2, 4, 6);
        assert_ne!(narrow.features, other.features);
        let mean: f64 = task.variances.iter().zip(&wide.gains).map(|(v, g)| v * g * g).sum();
        close(mean, 1.0, 1e-12);
    }

    #[test]
    fn an_ensemble_follows_its_law_exactly() {
        // Members drawn with replacement from 5: the mean over all ensembles of 3 is L_inf + (L_1 - L_inf)/3, where
        // L_inf is the loss of the mean of all 5.
        let task = Task::new(1.5, 1.5, 0.5, 1.5);
        let gaussian = Gaussian::new();
        let sample = task.sample(&gaussian, 1, 0, 16);
        let us: Vec<Vec<f64>> = (0..5)
            .map(|i| {
                let member = task.member(&gaussian, 1, 0, i, 8);
                let all = Features::new(&member, &sample);
                let problem = all.problem(Width::Of(8));
                problem.function(&problem.solve().at(Time::Converged, 0.01))
            })
            .collect();
        let of = |chosen: &[usize]| {
            let mut mean = vec![0.0; DIMENSION];
            chosen.iter().for_each(|&i| add(&mut mean, 1.0 / chosen.len() as f64, &us[i]));
            task.loss(&mean)
        };
        let single = (0..5).map(|i| of(&[i])).sum::<f64>() / 5.0;
        let three = (0..125).map(|i| of(&[i / 25, i / 5 % 5, i % 5])).sum::<f64>() / 125.0;
        let limit = of(&[0, 1, 2, 3, 4]);
        close(three, limit + (single - limit) / 3.0, 1e-12);
        close(endless(single, three, 3), limit, 1e-12);
    }

    /// Losses for each width and recipe, of the single model and of the endless ensemble. Each is a list over 40 draws of
    /// the data, with 4 members each.
    fn losses(n: usize, widths: &[Width], recipes: &[(Time, f64)]) -> Vec<Vec<[Vec<f64>; 2]>> {
        let task = Task::new(1.5, 1.5, 0.5, 1.5);
        let gaussian = Gaussian::new();
        let mut all = vec![vec![[Vec::new(), Vec::new()]; recipes.len()]; widths.len()];
        for draw in 0..40 {
            let sample = task.sample(&gaussian, 1, draw, n);
            let mut means = vec![vec![vec![0.0; DIMENSION]; recipes.len()]; widths.len()];
            let mut singles = vec![vec![0.0; recipes.len()]; widths.len()];
            for m in 0..4 {
                let member = task.member(&gaussian, 1, draw, m, 256);
                let features = Features::new(&member, &sample);
                for (w, width) in widths.iter().enumerate() {
                    let problem = features.problem(*width);
                    let solved = problem.solve();
                    for (r, (time, decay)) in recipes.iter().enumerate() {
                        let u = problem.function(&solved.at(*time, *decay));
                        singles[w][r] += 0.25 * task.loss(&u);
                        add(&mut means[w][r], 0.25, &u);
                    }
                }
            }
            for w in 0..widths.len() {
                for r in 0..recipes.len() {
                    all[w][r][0].push(singles[w][r]);
                    all[w][r][1].push(endless(singles[w][r], task.loss(&means[w][r]), 4));
                }
            }
        }
        all
    }

    /// Compares the mean of our losses with that of another program, which drew as often, so that its error is as large.
    #[track_caller]
    fn agrees(ours: &[f64], theirs: f64) {
        let (mean, error) = crate::stats::mean_and_error(ours);
        // The values are printed with three digits.
        let error = (2.0 * error * error + 2.5e-7).sqrt();
        assert!(((mean - theirs) / error).abs() < 4.0, "{mean} against {theirs}, error {error}");
        assert!(error < 0.04 * theirs, "an error of {error} shows nothing");
    }

    #[test]
    fn losses_agree_with_an_independent_program() {
        // Means over 40 draws by a NumPy program with other random numbers: gradient flow up to t = 8192 (standard) and
        // to 64 with decay 1e-6, and converged training with the decays 6.8e-3 and 2.2e-3.
        let long = (Time::Flow(8192.0), 1e-6);
        let recipes = [long, (Time::Flow(64.0), 1e-6), (Time::Converged, 6.8e-3), (Time::Converged, 2.2e-3)];
        let ours = losses(64, &[32, 64, 128, 256].map(Width::Of), &recipes);
        let standard = [1.466, 1.924, 1.602, 1.356];
        for (row, theirs) in ours.iter().zip(standard) {
            agrees(&row[0][0], theirs);
        }
        agrees(&ours[0][1][0], 0.960);
        agrees(&ours[1][1][0], 0.919);
        for (row, [single, endless]) in ours[1..].iter().zip([[0.906, 0.779], [0.878, 0.773], [0.864, 0.771]]) {
            agrees(&row[2][0], single);
            agrees(&row[2][1], endless);
        }
        agrees(&ours[2][3][1], 0.751);
        agrees(&ours[3][3][1], 0.755);
    }

    #[test]
    fn losses_fall_with_the_data_as_in_an_independent_program() {
        // Eight epochs at width 256, and infinite width with the best weight decay: single model and endless ensemble.
        let cells = [(16, 1.226, [3.2e-2, 1.079], [1.0e-2, 0.923]), (32, 1.072, [1.5e-2, 0.958], [6.8e-3, 0.841])];
        for (n, standard, single, joint) in cells {
            let recipes =
                [(Time::Flow(8.0 * n as f64), 1e-6), (Time::Converged, single[0]), (Time::Converged, joint[0])];
            let ours = losses(n, &[Width::Of(256), Width::Infinite], &recipes);
            agrees(&ours[0][0][0], standard);
            agrees(&ours[1][1][0], single[1]);
            agrees(&ours[1][2][1], joint[1]);
        }
    }
}

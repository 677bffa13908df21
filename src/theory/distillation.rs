//! Distillation in the "lottery ridge" model: a student learns from few real samples and from fresh inputs that a
//! teacher has labelled.
//!
//! Task, members and loss are those of [`super::lottery_ridge`]. The teacher is a linear function `u x`: one trained
//! member, or the mean of several. The student is a member of width N with random features of its own. It lowers
//!
//! `mu * (loss on the n real samples) + (1 - mu) * (loss on the synthetic samples) + (l/2) |theta|^2`.
//!
//! A synthetic sample is a fresh input x with the label `u x` plus noise of variance `s2`, as if the label had been
//! drawn from a model at temperature 1. Converged training solves
//!
//! `(mu Phi^T Phi/n + (1 - mu) Psi^T Psi/m + l) theta = mu Phi^T y/n + (1 - mu) Psi^T z/m`,
//!
//! where Phi, y are the features and labels of the real samples, and Psi, z those of the m synthetic samples. With
//! unlimited synthetic data, `Psi^T Psi/m` becomes `M^T diag(lambda) M` and `Psi^T z/m` becomes `M^T diag(lambda) u`, where
//! `phi = M^T x` is the feature map of the student, `M = diag(g) W/sqrt(N)`. This is exactly what 256 inputs without
//! noise give, if input k is `sqrt(256 lambda_k)` in coordinate k and 0 elsewhere; so one program does both.

use super::lottery_ridge::{DIMENSION, Member, Sample, Task, gram, products};
use super::symmetric::{Cholesky, SHIFTS, add, dot};
use crate::rng::Gaussian;

/// Index, added to that of the draw, of the random numbers of the synthetic samples.
const SYNTHETIC: u32 = 1 << 20;

/// Largest number of synthetic samples, if they are drawn.
pub const SYNTHETIC_MAX: usize = 2048;

/// The feature map of a member of one width: `phi = M^T x`.
#[derive(Clone, Debug)]
pub struct Map {
    /// Number of features.
    width: usize,
    /// `M[k * width + j]`.
    rows: Vec<f64>,
}

/// Features of a member on samples, and what the loss needs of them.
#[derive(Clone, Debug)]
pub struct Moments {
    /// `Phi^T Phi/n`.
    matrix: Vec<f64>,
    /// Features, `Phi[i * width + j]`.
    features: Vec<f64>,
    /// Number of samples, n.
    count: usize,
}

/// The quadratic problem of a student: it lowers `v matrix v/2 - target v + (l/2) |v|^2`.
#[derive(Clone, Debug)]
pub struct Objective {
    /// Symmetric matrix, `matrix[i * width + j]`.
    pub matrix: Vec<f64>,
    /// The vector that `matrix v + l v` must equal.
    pub target: Vec<f64>,
}

impl Task {
    /// Inputs of the synthetic samples of a draw, with the labels that the true function would give them. `count` is at
    /// most [`SYNTHETIC_MAX`]; 0 stands for unlimited data, which 256 inputs without noise represent exactly.
    pub fn synthetic(&self, gaussian: &Gaussian, seed: u32, draw: u32, count: usize) -> Sample {
        if count > 0 {
            return self.sample(gaussian, seed, draw + SYNTHETIC, count);
        }
        let mut inputs = vec![0.0; DIMENSION * DIMENSION];
        let scales = self.variances.iter().map(|variance| (DIMENSION as f64 * variance).sqrt());
        inputs.iter_mut().step_by(DIMENSION + 1).zip(scales).for_each(|(x, scale)| *x = scale);
        let labels = inputs.chunks_exact(DIMENSION).map(|x| dot(x, &self.weights)).collect();
        Sample { count: DIMENSION, inputs, labels }
    }

    /// The labels that a teacher `u` gives to the inputs of the samples, with the noise that their own labels have.
    pub fn relabelled(&self, sample: &Sample, u: &[f64]) -> Vec<f64> {
        let change: Vec<f64> = u.iter().zip(&self.weights).map(|(u, w)| u - w).collect();
        sample.inputs.chunks_exact(DIMENSION).zip(&sample.labels).map(|(x, label)| label + dot(x, &change)).collect()
    }
}

impl Map {
    /// The feature map of a member, for its first `width` features.
    pub fn new(member: &Member, width: usize) -> Self {
        let root = (width as f64).sqrt();
        let rows = member.features.chunks_exact(member.widest).zip(&member.gains);
        Self { width, rows: rows.flat_map(|(row, g)| row[..width].iter().map(move |z| z * g / root)).collect() }
    }

    /// The weights `u = M theta` of the function with the trained weights theta.
    pub fn function(&self, theta: &[f64]) -> Vec<f64> {
        self.rows.chunks_exact(self.width).map(|row| dot(row, theta)).collect()
    }

    /// Features on samples, in `count * 256 * width` multiplications, and their matrix, in `count * width^2`.
    pub fn moments(&self, sample: &Sample) -> Moments {
        let (width, count) = (self.width, sample.count);
        let features = products(&sample.inputs, &self.rows, width);
        let matrix = gram(features.chunks_exact(width), width, 1.0 / count as f64);
        Moments { matrix, features, count }
    }
}

impl Moments {
    /// `Phi^T y/n` for labels y.
    fn target(&self, labels: &[f64]) -> Vec<f64> {
        let width = self.features.len() / self.count;
        let mut sum = vec![0.0; width];
        for (row, y) in self.features.chunks_exact(width).zip(labels) {
            add(&mut sum, y / self.count as f64, row);
        }
        sum
    }

    /// The problem of learning these labels.
    pub fn objective(&self, labels: &[f64]) -> Objective {
        Objective { matrix: self.matrix.clone(), target: self.target(labels) }
    }
}

impl Objective {
    /// The sum of this problem, with the weight `share`, and another one of equal size, with the weight `1 - share`.
    pub fn mixed(&self, other: &Self, share: f64) -> Self {
        let mix = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| share * a + (1.0 - share) * b).collect();
        Self { matrix: mix(&self.matrix, &other.matrix), target: mix(&self.target, &other.target) }
    }

    /// Weights theta after converged training with each weight decay. All are above 0.
    pub fn solve(&self, decays: &[f64]) -> Vec<Vec<f64>> {
        solve(std::slice::from_ref(self), decays).concat()
    }
}

/// Weights theta after converged training for several problems with one matrix, `[problem][decay]`.
pub fn solve(problems: &[Objective], decays: &[f64]) -> Vec<Vec<Vec<f64>>> {
    let mut found = vec![Vec::new(); problems.len()];
    for decays in decays.chunks(SHIFTS) {
        // Lanes without a weight decay repeat the last one.
        let shifts = std::array::from_fn(|l| decays[l.min(decays.len() - 1)]);
        let Some(first) = problems.first() else { break };
        let solver = Cholesky::of(&first.matrix, first.target.len(), shifts);
        for (found, problem) in found.iter_mut().zip(problems) {
            found.extend(solver.solve(&problem.target).into_iter().take(decays.len()));
        }
    }
    found
}

/// The share of the teacher's gain over a single model that a student retains: `(single - student)/(single - teacher)`.
pub fn retained(single: f64, teacher: f64, student: f64) -> f64 {
    (single - student) / (single - teacher)
}

/// The lowest and the highest [`retained`] share if the losses of the single model and of the teacher were rounded, so
/// that each may be off by `half`. The share falls with a higher student's loss and grows with a higher loss of the
/// single model and of the teacher, as long as the teacher is better than the student and the student than the single
/// model.
pub fn retained_by_rounding(single: f64, teacher: f64, student: f64, half: f64) -> [f64; 2] {
    [-half, half].map(|shift| retained(single + shift, teacher + shift, student))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::theory::lottery_ridge::{Features, Time, Width};
    use crate::theory::symmetric::Eigen;
    use crate::theory::tests::close;

    const WIDTH: usize = 12;

    fn drawn(samples: usize) -> (Task, Gaussian, Sample, Member) {
        let (task, gaussian) = (Task::new(1.4, 1.5, 0.4, 1.2), Gaussian::new());
        let (sample, member) = (task.sample(&gaussian, 3, 5, samples), task.member(&gaussian, 3, 5, 2, WIDTH + 4));
        (task, gaussian, sample, member)
    }

    /// Features of an input, straight from the definition.
    fn features(member: &Member, x: &[f64]) -> Vec<f64> {
        let sum = |j: usize| {
            (0..DIMENSION).map(|k| member.features[k * member.widest + j] * member.gains[k] * x[k]).sum::<f64>()
        };
        (0..WIDTH).map(|j| sum(j) / (WIDTH as f64).sqrt()).collect()
    }

    /// A teacher: some function that is not the true one.
    fn teacher(task: &Task) -> Vec<f64> {
        task.weights.iter().enumerate().map(|(k, w)| w * (0.6 + 0.01 * k as f64)).collect()
    }

    #[test]
    fn synthetic_inputs_are_not_those_of_the_real_samples() {
        let (task, gaussian, real, _) = drawn(6);
        let fresh = task.synthetic(&gaussian, 3, 5, 6);
        assert_eq!(fresh.inputs.len(), real.inputs.len());
        assert!(fresh.inputs.iter().zip(&real.inputs).all(|(a, b)| a != b));
    }

    /// The gradient of the student's loss at theta, from the errors on each sample.
    fn gradient(
        task: &Task,
        member: &Member,
        real: &Sample,
        fresh: Option<&Sample>,
        share: f64,
        theta: &[f64],
    ) -> Vec<f64> {
        let u = teacher(task);
        let mut sum = vec![0.0; WIDTH];
        let mut learn = |x: &[f64], label: f64, weight: f64| {
            let phi = features(member, x);
            add(&mut sum, weight * (dot(&phi, theta) - label), &phi);
        };
        for (x, y) in real.inputs.chunks_exact(DIMENSION).zip(&real.labels) {
            learn(x, *y, share / real.count as f64);
        }
        match fresh {
            Some(fresh) => {
                for (x, y) in fresh.inputs.chunks_exact(DIMENSION).zip(&fresh.labels) {
                    // The label of the true function is replaced by the teacher's; its noise stays.
                    learn(x, y - dot(x, &task.weights) + dot(x, &u), (1.0 - share) / fresh.count as f64);
                }
            }
            // The mean over all inputs: coordinates are independent.
            None => {
                for k in 0..DIMENSION {
                    let mut x = vec![0.0; DIMENSION];
                    x[k] = task.variances[k].sqrt();
                    learn(&x, x[k] * u[k], 1.0 - share);
                }
            }
        }
        sum
    }

    fn objective(task: &Task, member: &Member, real: &Sample, fresh: &Sample, share: f64) -> (Map, Objective) {
        let map = Map::new(member, WIDTH);
        let synthetic = map.moments(fresh).objective(&task.relabelled(fresh, &teacher(task)));
        let mixed = map.moments(real).objective(&real.labels).mixed(&synthetic, share);
        (map, mixed)
    }

    #[test]
    fn converged_students_have_no_gradient() {
        let (task, gaussian, real, member) = drawn(20);
        for count in [0, 30] {
            let fresh = task.synthetic(&gaussian, 3, 5, count);
            let drawn = (count > 0).then_some(&fresh);
            for (share, decay) in [(0.0, 1e-3), (0.3, 1e-4), (0.7, 0.05), (1.0, 0.01)] {
                let theta = objective(&task, &member, &real, &fresh, share).1.solve(&[decay]).concat();
                let slope = gradient(&task, &member, &real, drawn, share, &theta);
                let norm = dot(&theta, &theta).sqrt();
                for (slope, theta) in slope.iter().zip(&theta) {
                    assert!((slope + decay * theta).abs() < 1e-12 * norm, "{count}, {share}: {slope} at {theta}");
                }
            }
        }
    }

    #[test]
    fn the_closed_form_of_steps_equals_descent_on_the_errors_of_each_sample() {
        let (task, gaussian, real, member) = drawn(9);
        for count in [0, 15] {
            let fresh = task.synthetic(&gaussian, 3, 5, count);
            let (decay, rate, steps, share) = (0.02, 0.3, 60, 0.4);
            let mut theta = vec![0.0; WIDTH];
            for _ in 0..steps {
                let slope = gradient(&task, &member, &real, (count > 0).then_some(&fresh), share, &theta);
                theta.iter_mut().zip(&slope).for_each(|(t, g)| *t -= rate * (g + decay * *t));
            }
            let (_, mixed) = objective(&task, &member, &real, &fresh, share);
            let eigen = Eigen::of(&mixed.matrix, WIDTH);
            let time = Time::Steps { rate, steps: f64::from(steps) };
            let parts = eigen.coordinates(&mixed.target).into_iter().zip(&eigen.values);
            let learned: Vec<f64> = parts.map(|(c, s)| c * time.learned(s.max(0.0), decay, 0.0)).collect();
            for (got, want) in eigen.vector(&learned).iter().zip(&theta) {
                assert!((got - want).abs() < 1e-11, "{got} against {want}");
            }
        }
    }

    #[test]
    fn without_synthetic_data_a_student_is_a_single_model() {
        let (task, gaussian, real, member) = drawn(20);
        let fresh = task.synthetic(&gaussian, 3, 5, 0);
        let (map, mixed) = objective(&task, &member, &real, &fresh, 1.0);
        let features = Features::new(&member, &real);
        let problem = features.problem(Width::Of(WIDTH));
        let want = problem.function(&problem.solve().at(Time::Converged, 0.01));
        for (got, want) in map.function(&mixed.solve(&[0.01])[0]).iter().zip(want) {
            assert!((got - want).abs() < 1e-10, "{got} against {want}");
        }
    }

    #[test]
    fn many_synthetic_samples_approach_unlimited_ones() {
        let (task, gaussian, real, member) = drawn(20);
        let student = |draw: u32, count: usize| {
            let fresh = task.synthetic(&gaussian, 3, draw, count);
            let (map, mixed) = objective(&task, &member, &real, &fresh, 0.3);
            map.function(&mixed.solve(&[1e-3])[0])
        };
        let limit = student(0, 0);
        let distance = |count: usize| {
            let one = |draw: u32| {
                let parts = student(draw, count).into_iter().zip(&limit).zip(&task.variances);
                parts.map(|((a, b), variance)| variance * (a - b) * (a - b)).sum::<f64>()
            };
            (0..12).map(one).sum::<f64>() / 12.0
        };
        let [few, many] = [distance(128), distance(2048)];
        // The squared distance falls as 1/m.
        assert!((6.0..40.0).contains(&(few / many)), "{few} and {many}");
    }

    #[test]
    fn a_student_with_one_feature_is_as_calculated_by_hand() {
        // One feature and synthetic data only: theta = sum_k lambda_k M_k u_k / (sum_k lambda_k M_k^2 + l).
        let (task, gaussian, _, member) = drawn(4);
        let map = Map::new(&member, 1);
        let fresh = task.synthetic(&gaussian, 3, 5, 0);
        let u = teacher(&task);
        let theta = map.moments(&fresh).objective(&task.relabelled(&fresh, &u)).solve(&[0.1]).concat();
        let m = |k: usize| member.gains[k] * member.features[k * member.widest];
        let sum = |f: &dyn Fn(usize) -> f64| (0..DIMENSION).map(|k| task.variances[k] * f(k)).sum::<f64>();
        close(theta[0], sum(&|k| m(k) * u[k]) / (sum(&|k| m(k) * m(k)) + 0.1), 1e-11);
        close(map.function(&theta)[3], m(3) * theta[0], 1e-12);
    }

    #[test]
    fn the_published_share_has_an_interval_by_rounding() {
        // The single model's 3.57 and the ensemble's 3.32 are printed with two decimals, the student's 3.3635 with four.
        close(retained(3.57, 3.32, 3.3635), 0.826, 1e-12);
        let [low, high] = retained_by_rounding(3.57, 3.32, 3.3635, 0.005);
        assert!((0.80..0.81).contains(&low) && (0.84..0.85).contains(&high), "{low}, {high}");
    }
}

//! What `exam-time` simulates, and which results it keeps.

use super::{ExamTime, RESAMPLES, window};
use crate::exec::Inputs;
use crate::math;
use crate::rng::{Draws, stream};
use crate::sim::exam_time;
use crate::stats::{sort, vertex};
use crate::theory::exam_time as theory;

/// Results that are computed once all students are simulated.
pub(super) struct Closing {
    /// The 10%, 50% and 90% quantiles of the students' losses at each position on the line of allocations.
    pub(super) quantiles: [Vec<f64>; 3],
    /// Measured position of the least loss on the line of allocations. The field `error` is the bootstrap standard
    /// error of this position.
    pub(super) vertex: f64,
    pub(super) error: f64,
    /// Effective number of missed facts on which the measured position of the least loss depends. Facts of different
    /// subjects have different costs. This is the number of facts of equal cost that would give the slope of the loss
    /// about the same skewness.
    pub(super) missed: f64,
    /// How far the measured position of the least loss may be off in addition to its standard error. It is the sum of
    /// two distances. One is from the exact optimum to the minimum of a parabola that is fitted to the exact losses.
    /// The other is from the measured position to the mean of the resampled positions.
    pub(super) resolution: f64,
}

impl ExamTime {
    /// Number of students between two checkpoints. It is about a sixteenth of all students, rounded up to whole groups
    /// of the kernel, and at most 4096, because the buffer is limited.
    pub(super) fn batch(&self) -> u32 {
        let group = exam_time::LANES as u32;
        (self.runs / 16).next_multiple_of(group).clamp(group, 4096)
    }

    /// Inputs of the kernel: the table of quantiles, and for each subject the hours of all allocations in ascending
    /// order.
    pub(super) fn kernel_inputs(&self) -> Inputs {
        let mut thresholds = Vec::with_capacity(self.p.len() * self.allocations.len());
        for k in 0..self.p.len() {
            let mut column: Vec<f64> = self.allocations.iter().map(|hours| f64::from(hours[k])).collect();
            sort(&mut column);
            thresholds.extend(column.into_iter().map(|hours| hours as u32));
        }
        Inputs::new(&[bytemuck::cast_slice(&exam_time::quantiles(self.a)), bytemuck::cast_slice(&thresholds)])
    }

    pub(super) fn close(&self) -> Closing {
        let (width, runs) = (self.kept, self.done as usize);
        let mut quantiles = [vec![], vec![], vec![]];
        for i in 0..self.line.len() {
            let mut column: Vec<f64> = (0..runs).map(|run| self.losses[run * width + i]).collect();
            sort(&mut column);
            for (out, share) in quantiles.iter_mut().zip([0.1, 0.5, 0.9]) {
                out.push(column[((runs - 1) as f64 * share).round() as usize]);
            }
        }
        // Chosen by theory, so that noise does not choose the points that it is measured on.
        let exact: Vec<f64> = (0..self.line.len()).map(|i| self.exact_at(i)).collect();
        let window = window(&exact);
        let xs = &self.line[window.clone()];
        let vertex_of = |ys: &[f64]| vertex(xs, &ys.iter().map(|y| math::ln(*y)).collect::<Vec<_>>());
        let mut resampled = Vec::new();
        for resample in 0..RESAMPLES {
            let mut draws = Draws::new(self.seed, stream::BOOTSTRAP, resample, 0);
            let mut sums = vec![0.0; xs.len()];
            for _ in 0..runs {
                let run = draws.below(self.done) as usize * width;
                for (sum, loss) in sums.iter_mut().zip(&self.losses[run + window.start..run + window.end]) {
                    *sum += loss;
                }
            }
            resampled.push(vertex_of(&sums.iter().map(|s| s / runs as f64).collect::<Vec<_>>()));
        }
        // How many students' facts are missed with some of these shares and known with others, `l_k` of subject k. Each
        // moves the loss by `w_k`, so the slope has as many of one size as `(sum w^2 l)^3 / (sum w^3 l)^2`: of a sum of
        // Poisson counts the inverse of the squared skewness, or less.
        let [mut squares, mut cubes] = [0.0; 2];
        for (k, cost) in self.p.iter().zip(&self.c).map(|(p, c)| p * c).enumerate() {
            let unknown = |i: usize| theory::exact_error(self.a, f64::from(self.allocations[i][k]));
            let between = (unknown(window.start) - unknown(window.end - 1)).abs();
            let facts = f64::from(self.facts) * f64::from(self.done) * between;
            squares += cost * cost * facts;
            cubes += cost * cost * cost * facts;
        }
        let center = resampled.iter().sum::<f64>() / f64::from(RESAMPLES);
        let spread = resampled.iter().map(|v| (v - center) * (v - center)).sum::<f64>() / f64::from(RESAMPLES - 1);
        let vertex = vertex_of(&self.means()[window.clone()]);
        Closing {
            quantiles,
            vertex,
            error: spread.sqrt(),
            missed: squares / cubes * squares / cubes * squares,
            resolution: (vertex_of(&exact[window]) - self.best_position()).abs() + (center - vertex).abs(),
        }
    }
}

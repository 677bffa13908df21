//! How uncertain a fit is: the fit is repeated on resampled runs.
//!
//! A resample has as many runs as the table. They are drawn from the table with replacement (Efron, Ann. Statist. 7,
//! 1979). The rows of a run stay together, because neighbouring checkpoints are nearly the same. With fewer than 8
//! runs, rows are drawn instead, because so few runs show too little of how runs differ. Draws depend only on the seed
//! and on the number of the resample, so the fits of the resamples (the replicates) may be computed in any order and in
//! portions of any size.
//!
//! If there are few rows, a resample has too few different rows to determine the parameters. Then all rows stay, and
//! their losses are drawn: the fit's prediction plus normal noise. The standard deviation of the noise is estimated
//! from the residuals. It is then multiplied by the ratio of the quantiles of Student's t and of the normal
//! distribution, because the estimate from few residuals is uncertain.
//!
//! The objective may be lowest at one local minimum for the runs, and at another one for a resample. So a replicate
//! computes the objective anew at the fit's local minima and at every cell of the search's grid. It needs no evaluation
//! of the law for this, because the contribution of every row to the objective is stored. The replicate then descends
//! from the lowest of these places, and keeps the lowest minimum.

use std::sync::Arc;

use super::minimise::Minimum;
use super::objective::Room;
use super::profile::{critical, noise};
use super::search::{Grid, descend, glide};
use super::{Data, Fit, Problem, Residual};
use crate::math;
use crate::rng::{Draws, stream};
use crate::stats::{order, sort};

/// Relative precision to which a replicate minimises its objective. The remaining errors of the parameters are about a
/// thousandth of their standard errors.
const EXACT: f64 = 1e-9;
/// Relative precision of a replicate's first descents. The lowest of the minima that they reach is then refined to the
/// precision [`EXACT`].
const ROUGH: f64 = 1e-5;
/// Largest number of descents of a replicate if every free parameter is an axis of the search's grid. The cells of such
/// a grid are close enough to resolve small local minima.
const STRAIGHT: usize = 8;
/// Largest number of descents of a replicate that begin with a smoother objective, which carries them past small local
/// minima. A replicate makes such descents if some free parameter is not an axis of the search's grid. It then makes
/// one more descent, from the lowest start, which uses only the objective itself.
const PAST: usize = 6;
/// Smallest number of runs at which whole runs are resampled. With fewer runs, single rows are resampled, because so
/// few runs show too little of how runs differ.
pub const RUNS: usize = 8;
/// Smallest number of rows per free parameter at which rows are resampled. With fewer rows, losses are drawn instead.
const FEW: usize = 6;
/// Largest product of the number of grid cells and the number of rows at which a replicate computes the objective at
/// the cells of the grid.
const CELLS: usize = 2_000_000;

/// Bootstrap of a fit: it makes resamples of the runs and fits each of them.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    problem: Problem,
    valleys: Vec<Vec<f64>>,
    grid: Grid,
    /// Contribution of every row to the objective, `[place][row]`. The places are the fit's local minima and then the
    /// cells of the grid.
    rho: Vec<f64>,
    seed: u32,
    /// Indices of the rows of each run.
    runs: Vec<Vec<u32>>,
    /// If losses are drawn because there are few rows: the fit's predictions, and the standard deviation of the noise
    /// that is added to them.
    drawn: Option<(Vec<f64>, f64)>,
}

/// Whether there are so few rows that losses are drawn instead of rows.
pub fn draws_losses(problem: &Problem) -> bool {
    problem.data.len() < FEW * problem.free()
}

impl Bootstrap {
    /// Prepares resamples of the runs of `problem`, whose fit is `fit`.
    pub fn new(problem: &Problem, fit: &Fit, seed: u32) -> Self {
        let mut runs = problem.data.runs();
        if runs.len() < RUNS {
            runs = (0..problem.data.len() as u32).map(|row| vec![row]).collect();
        }
        let grid = if fit.grid.cells.len() * problem.data.len() <= CELLS { fit.grid.clone() } else { Grid::default() };
        let valleys: Vec<_> = fit.valleys.iter().map(|valley| valley.params.clone()).collect();
        let (mut rho, mut room) = (Vec::new(), Room::default());
        for p in valleys.iter().chain(grid.cells.iter().map(|(_, p)| p)) {
            problem.at(p, &mut room);
            let weighted = room.residuals.iter().zip(&problem.data.weight);
            rho.extend(weighted.map(|(r, w)| w * problem.objective.rho(*r)));
        }
        let drawn = draws_losses(problem).then(|| {
            problem.at(&fit.params, &mut room);
            let stretch = critical(problem, 0.95, 1).sqrt() / math::Z95;
            (room.values.clone(), stretch * noise(problem, fit))
        });
        Self { problem: problem.clone(), valleys, grid, rho, seed, runs, drawn }
    }

    /// Number of runs from which a resample is drawn, or number of rows if single rows are drawn.
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    /// How often each row occurs in resample number `b`.
    pub fn weights(&self, b: u32) -> Vec<f64> {
        if self.drawn.is_some() {
            return vec![1.0; self.problem.data.len()];
        }
        let mut weight = vec![0.0; self.problem.data.len()];
        let mut draws = Draws::new(self.seed, stream::BOOTSTRAP, b, 0);
        for _ in 0..self.runs.len() {
            for &row in &self.runs[draws.below(self.runs.len() as u32) as usize] {
                weight[row as usize] += 1.0;
            }
        }
        weight
    }

    /// Fits resample number `b` and returns its parameters.
    pub fn refit(&self, b: u32, room: &mut Refits) -> Vec<f64> {
        let weights = self.weights(b);
        // No other problem holds these rows any more, so they are changed in place.
        let data = Arc::make_mut(&mut room.data);
        data.refill(&self.problem.data, &weights);
        self.draw_losses(b, data);
        let problem = self.problem.over(Arc::clone(&room.data));
        let places = self.rho.chunks_exact(weights.len());
        let values: Vec<f64> = places.map(|rho| rho.iter().zip(&weights).map(|(rho, w)| rho * w).sum()).collect();
        let (valleys, cells) = values.split_at(self.valleys.len());
        let mut starts: Vec<(f64, &Vec<f64>)> = valleys.iter().copied().zip(&self.valleys).collect();
        starts.extend(self.grid.lows(cells, STRAIGHT).into_iter().map(|k| (cells[k], &self.grid.cells[k].1)));
        let lowest = order(&starts.iter().map(|(value, _)| *value).collect::<Vec<_>>());
        let starts: Vec<&Vec<f64>> = lowest.into_iter().map(|k| starts[k].1).collect();
        let [straight, past] = if self.grid.spans(&problem) { [STRAIGHT, 0] } else { [1, PAST] };
        let some = |n: usize, way: Way| starts.iter().take(n).map(move |p| (p, way));
        let ends = some(straight, descend).chain(some(past, glide));
        let ends = ends.map(|(p, way)| way(&problem, p, ROUGH, &mut room.room));
        let best = ends.min_by(|a, b| a.value.total_cmp(&b.value)).expect("a fit has a valley");
        let best = descend(&problem, &problem.law.back(&best.x), EXACT, &mut room.room);
        let mut p = problem.law.back(&best.x);
        (problem.law.canonical)(&mut p);
        p
    }

    /// Draws the losses of resample number `b` and writes them to `data`. Changes nothing if there are enough rows to
    /// be resampled.
    fn draw_losses(&self, b: u32, data: &mut Data) {
        let Some((predicted, sigma)) = &self.drawn else { return };
        let mut draws = Draws::new(self.seed, stream::BOOTSTRAP, b, 1);
        for i in 0..data.len() {
            let noise = sigma / data.weight[i].sqrt() * math::normal_quantile(draws.uniform());
            data.y[i] = match self.problem.objective.residual {
                Residual::Log => predicted[i] * math::exp(noise),
                Residual::Plain => predicted[i] + noise,
            };
            data.ln_y[i] = math::ln(data.y[i]);
        }
    }

    /// Fits the resamples with these numbers and returns the parameters of each.
    pub fn refits(&self, which: std::ops::Range<u32>) -> Vec<Vec<f64>> {
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            which.into_par_iter().map_init(Refits::default, |room, b| self.refit(b, room)).collect()
        }
        #[cfg(target_arch = "wasm32")]
        {
            let mut room = Refits::default();
            which.map(|b| self.refit(b, &mut room)).collect()
        }
    }
}

/// A function that descends from given parameters to a minimum.
type Way = fn(&Problem, &[f64], f64, &mut Room) -> Minimum;

/// Scratch space for the fits of resamples.
#[derive(Debug, Default)]
pub struct Refits {
    data: Arc<Data>,
    room: Room,
}

/// Quantile `q` (between 0 and 1) of sorted values, interpolated linearly between neighbours; NaN if there are no
/// values.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = q * last as f64;
    let i = at.floor() as usize;
    let (lo, hi, share) = (sorted[i], sorted[(i + 1).min(last)], at - i as f64);
    // Neighbours may be infinite, and their difference NaN.
    if lo == hi || share == 0.0 { lo } else { lo + (hi - lo) * share }
}

/// Interval that holds the share `level` of the values, with equally many values on both sides of it. The values may be
/// in any order; NaNs are left out.
pub fn interval(values: impl IntoIterator<Item = f64>, level: f64) -> [f64; 2] {
    let mut sorted: Vec<f64> = values.into_iter().filter(|v| !v.is_nan()).collect();
    sort(&mut sorted);
    [quantile(&sorted, 0.5 - 0.5 * level), quantile(&sorted, 0.5 + 0.5 * level)]
}

/// Bootstrap interval of every parameter, which holds the middle share `level` of the refitted values. An endpoint at
/// the bound of its parameter is made infinite.
pub fn intervals(problem: &Problem, refits: &[Vec<f64>], level: f64) -> Vec<[f64; 2]> {
    let params = problem.law.info.params.iter().enumerate();
    params.map(|(j, param)| opened(param.bounds, interval(refits.iter().map(|p| p[j]), level))).collect()
}

/// The interval `[lo, hi]` of a parameter with the bounds `[least, most]`. An endpoint within 0.1% of its bound is made
/// infinite. But the endpoint at a lower bound of 0 or less stays, because such a bound is itself a possible value of
/// the parameter.
pub fn opened([least, most]: [f64; 2], [lo, hi]: [f64; 2]) -> [f64; 2] {
    [
        if least > 0.0 && lo <= least * 1.001 { f64::NEG_INFINITY } else { lo },
        if hi >= most * 0.999 { f64::INFINITY } else { hi },
    ]
}

/// Intervals of the predictions, one for each element of `inputs`, which has the inputs of a run. An interval holds the
/// middle share `level` of the predictions by the refitted parameters.
pub fn band(problem: &Problem, refits: &[Vec<f64>], inputs: &[Vec<f64>], level: f64) -> Vec<[f64; 2]> {
    let at = |x: &Vec<f64>| interval(refits.iter().map(|p| problem.law.predict(p, x)), level);
    inputs.iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_values_and_may_be_open() {
        let sorted = [1.0, 2.0, 4.0, f64::INFINITY, f64::INFINITY];
        let at = [0.0, 0.125, 0.25, 0.5, 0.6, 1.0].map(|q| quantile(&sorted, q));
        assert_eq!(at, [1.0, 1.5, 2.0, 4.0, f64::INFINITY, f64::INFINITY]);
        assert!(quantile(&[], 0.5).is_nan(), "of nothing");
        assert_eq!(interval([3.0, f64::NAN, 1.0, 2.0], 1.0), [1.0, 3.0], "in any order");
        assert_eq!(opened([1e-30, 1e12], [1e-30, 1e12]), [f64::NEG_INFINITY, f64::INFINITY], "at the bounds");
        assert_eq!(opened([0.0, 10.0], [0.0, 3.0]), [0.0, 3.0], "a bound that is a value");
    }

    #[test]
    fn rows_of_one_run_are_drawn_together() {
        let law = super::super::find("log-linear").expect("a law");
        let mut data = Data::empty(law);
        // Rows of eight runs in mixed order, enough for the two parameters of the law.
        let blocks = [7, 3, 7, 0, 3, 7, 9, 1, 2, 4, 5, 5];
        for (i, block) in (1..).zip(blocks) {
            data.push(law, &[f64::from(i)], f64::from(i * i), 1.0, block);
        }
        let problem = Problem::new(law, data);
        let fit = super::super::Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
        let bootstrap = Bootstrap::new(&problem, &fit, 5);
        assert_eq!(bootstrap.runs(), 8, "runs");
        let mut seen = [0.0; 12];
        for b in 0..2000 {
            let weights = bootstrap.weights(b);
            assert!(weights[0] == weights[2] && weights[2] == weights[5] && weights[1] == weights[4], "{weights:?}");
            let drawn = weights[0] + weights[1] + weights[3] + weights[6..11].iter().sum::<f64>();
            assert_eq!(drawn, 8.0, "as many runs as there are");
            seen.iter_mut().zip(&weights).for_each(|(seen, w)| *seen += w / 2000.0);
        }
        // Every row is drawn equally often: one resample has mean 1 and variance 7/8, the standard error is 0.02.
        assert!(seen.iter().all(|seen| (seen - 1.0).abs() < 0.1), "{seen:?}");
    }

    #[test]
    fn rows_of_few_runs_are_drawn_one_by_one() {
        let law = super::super::find("power").expect("a law");
        let inputs: Vec<_> = (1..=30).map(|x| vec![f64::from(x)]).collect();
        for runs in 1..RUNS as u32 {
            let mut data = Data::simulated(law, &[3.0, 2.0, 0.5], &inputs, 0.01, 1, 0);
            data.block = (0..30).map(|row| row % runs).collect();
            let problem = Problem::new(law, data);
            let fit = super::super::Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
            let bootstrap = Bootstrap::new(&problem, &fit, 5);
            assert_eq!(bootstrap.runs(), 30, "{runs} runs");
            for [lo, hi] in intervals(&problem, &bootstrap.refits(0..40), 0.95) {
                assert!(hi > lo, "{runs} runs: an interval [{lo}, {hi}] of width 0");
            }
        }
    }

    #[test]
    fn losses_of_few_rows_are_drawn_with_the_noise_that_the_residuals_show() {
        let law = super::super::find("log-linear").expect("a law");
        let inputs: Vec<_> = (1..=6).map(|x| vec![f64::from(x)]).collect();
        let problem = Problem::new(law, Data::simulated(law, &[3.3, -7.0], &inputs, 0.5, 1, 0));
        let fit = super::super::Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
        let [lo, hi] = intervals(&problem, &Bootstrap::new(&problem, &fit, 5).refits(0..4000), 0.95)[0];
        let ln: Vec<f64> = inputs.iter().map(|x| math::ln(x[0])).collect();
        let mean = ln.iter().sum::<f64>() / 6.0;
        let spread: f64 = ln.iter().map(|x| (x - mean) * (x - mean)).sum();
        // Student's interval of a slope with 4 degrees of freedom; 4000 replicates leave an error of 3% in its ends.
        let far = 2.776_445 * (2.0 * fit.value / 4.0 / spread).sqrt();
        let ends = [(lo, fit.params[0] - far), (hi, fit.params[0] + far)];
        assert!(ends.iter().all(|(ours, want)| (ours - want).abs() < 0.1 * far), "{ends:?}");
    }

    #[test]
    fn bands_are_of_predictions() {
        let law = super::super::find("log-linear").expect("a law");
        let problem = Problem::new(law, Data::empty(law));
        let refits: Vec<Vec<f64>> = (0..=100).map(|i| vec![0.0, f64::from(i)]).collect();
        assert_eq!(band(&problem, &refits, &[vec![1.0], vec![5.0]], 0.5), [[25.0, 75.0]; 2], "of levels");
        let ends = intervals(&problem, &refits, 0.5);
        assert_eq!(ends, [[0.0, 0.0], [25.0, 75.0]], "of parameters");
        let law = super::super::find("power").expect("a law");
        let gone = intervals(&Problem::new(law, Data::empty(law)), &vec![vec![1e-60, 2.0, 10.0]; 9], 0.5);
        assert_eq!(gone, [[f64::NEG_INFINITY, 1e-60], [2.0, 2.0], [10.0, f64::INFINITY]], "at bounds they are open");
    }
}

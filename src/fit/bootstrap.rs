//! How sure: the same fit on resampled runs.
//!
//! Resample b draws as many runs as there are, with replacement (Efron, Ann. Statist. 7, 1979); rows of one run stay
//! together, because neighbouring checkpoints say nearly the same. Draws are indexed by (seed, b), so resamples may be
//! refitted in any order and in any portions.
//!
//! Every refit starts from each valley of the fit and keeps the lowest end. Where the fit had more than one, resampling
//! may open others: every cell of the search's grid is weighed anew, which takes no evaluation of the law, and the
//! lowest are starts too.

use std::sync::Arc;

use super::objective::Room;
use super::search::{Grid, descend};
use super::{Data, Fit, Problem};
use crate::rng::{Draws, stream};

/// A refit is exact to so much of its objective, a thousandth of a standard error.
const EXACT: f64 = 1e-9;
/// And ends are to so much before the lowest goes on.
const ROUGH: f64 = 1e-5;
/// Valleys that refits start from, at most.
const VALLEYS: usize = 8;
/// The most cells times rows that are weighed anew.
const CELLS: usize = 2_000_000;

/// Resamples of a fit.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    problem: Problem,
    starts: Vec<Vec<f64>>,
    /// The search's grid, and `rho` of every row in every cell, `[cell][row]`; empty where one valley is all.
    grid: Grid,
    rho: Vec<f64>,
    seed: u32,
    /// Which rows each run has.
    runs: Vec<Vec<u32>>,
}

impl Bootstrap {
    /// Resamples of the runs of `problem`, which `fit` is the fit of.
    pub fn new(problem: &Problem, fit: &Fit, seed: u32) -> Self {
        let mut runs = Vec::new();
        let mut order: Vec<u32> = (0..problem.data.len() as u32).collect();
        order.sort_by_key(|&i| problem.data.block[i as usize]);
        for rows in order.chunk_by(|&i, &j| problem.data.block[i as usize] == problem.data.block[j as usize]) {
            runs.push(rows.to_vec());
        }
        // Valleys far above the lowest are nobody's lowest in a resample.
        let near = |value: f64| value <= 1.5 * fit.value;
        let valleys = fit.valleys.iter().filter(|valley| near(valley.value)).take(VALLEYS);
        let starts: Vec<_> = valleys.map(|valley| valley.params.clone()).collect();
        let (mut grid, mut rho) = (Grid::default(), Vec::new());
        if fit.valleys.len() > 1 && fit.grid.cells.len() * problem.data.len() <= CELLS {
            grid = fit.grid.clone();
            let mut room = Room::default();
            for (_, p) in &grid.cells {
                problem.at(p, &mut room);
                rho.extend(room.residuals.iter().map(|r| problem.objective.rho(*r)));
            }
        }
        Self { problem: problem.clone(), starts, grid, rho, seed, runs }
    }

    /// Runs that are drawn from.
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    /// How often each row is in resample b.
    pub fn weights(&self, b: u32) -> Vec<f64> {
        let mut weight = vec![0.0; self.problem.data.len()];
        let mut draws = Draws::new(self.seed, stream::BOOTSTRAP, b, 0);
        for _ in 0..self.runs.len() {
            for &row in &self.runs[draws.below(self.runs.len() as u32) as usize] {
                weight[row as usize] += 1.0;
            }
        }
        weight
    }

    /// The parameters on resample b.
    pub fn refit(&self, b: u32, room: &mut Refits) -> Vec<f64> {
        let weights = self.weights(b);
        // No other problem holds these rows any more.
        Arc::make_mut(&mut room.data).refill(&self.problem.data, &weights);
        let problem = self.problem.over(Arc::clone(&room.data));
        let cells = self.rho.chunks_exact(weights.len().max(1));
        let values: Vec<f64> = cells.map(|rho| rho.iter().zip(&weights).map(|(rho, w)| rho * w).sum()).collect();
        let low = self.grid.lows(&values, VALLEYS).into_iter().map(|cell| &self.grid.cells[cell].1);
        let mut go = |start: &Vec<f64>, gain| descend(&problem, start, gain, &mut room.room);
        let best = match self.starts.as_slice() {
            [one] => go(one, EXACT),
            _ => {
                let ends = self.starts.iter().chain(low).map(|start| go(start, ROUGH));
                let best = ends.min_by(|a, b| a.value.total_cmp(&b.value)).expect("a fit has a valley");
                go(&problem.law.back(&best.x), EXACT)
            }
        };
        let mut p = problem.law.back(&best.x);
        (problem.law.canonical)(&mut p);
        p
    }

    /// The parameters on several resamples.
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

/// Room for refits.
#[derive(Debug, Default)]
pub struct Refits {
    data: Arc<Data>,
    room: Room,
}

/// The value below which a share `q` of sorted values lies, by interpolation between them.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = q * last as f64;
    let i = at.floor() as usize;
    let (lo, hi, share) = (sorted[i], sorted[(i + 1).min(last)], at - i as f64);
    // Neighbours may be infinite.
    if lo == hi || share == 0.0 { lo } else { lo + (hi - lo) * share }
}

/// The middle `level` of values, in any order; values that are not numbers are left out.
pub fn interval(values: impl IntoIterator<Item = f64>, level: f64) -> [f64; 2] {
    let mut sorted: Vec<f64> = values.into_iter().filter(|v| !v.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    [quantile(&sorted, 0.5 - 0.5 * level), quantile(&sorted, 0.5 + 0.5 * level)]
}

/// Percentile intervals of every parameter; an end at the bound of a parameter is open.
pub fn intervals(problem: &Problem, refits: &[Vec<f64>], level: f64) -> Vec<[f64; 2]> {
    let params = problem.law.info.params.iter().enumerate();
    params.map(|(j, param)| opened(param.bounds, interval(refits.iter().map(|p| p[j]), level))).collect()
}

/// An end within rounding of its bound is none.
pub(super) fn opened([least, most]: [f64; 2], [lo, hi]: [f64; 2]) -> [f64; 2] {
    [
        if least > 0.0 && lo <= least * 1.001 { f64::NEG_INFINITY } else { lo },
        if hi >= most * 0.999 { f64::INFINITY } else { hi },
    ]
}

/// Percentile intervals of the prediction for runs with these inputs.
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
}

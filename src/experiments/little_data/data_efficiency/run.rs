//! The work of `data-efficiency`: one search for each recipe, and refits of bootstrap resamples of both.

use super::DataEfficiency;
use super::recipes::data_law;
use crate::error::Result;
use crate::exec::Exec;
use crate::fit::bootstrap::{Bootstrap, draws_losses, interval};
use crate::fit::profile::{critical, silent};
use crate::fit::{Problem, Search};
use crate::math::{self, Z95};
use crate::theory::data_efficiency::DataLaw;

/// Number of checkpoints into which the bootstrap is divided.
const BATCHES: u32 = 10;
/// Number of resamples that are fitted between two turns of the event loop.
const PORTION: u32 = if cfg!(target_arch = "wasm32") { 4 } else { 128 };
/// Index of the first resample of the other recipe. The resamples of the reference begin at 0, so that no draw serves
/// both.
const OTHER: u32 = 1 << 24;
/// Work of a search, in fits of a resample.
const SEARCH: f64 = 30.0;
/// Fewest resamples from which an interval is estimated.
pub(super) const ENOUGH: usize = 40;

/// A stage of the run; each stage is one checkpoint.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// Fit the law of a recipe: 0 for the reference, 1 for the other.
    Search(usize),
    /// Fit both laws to the resamples from a first number to a last one, which is not included.
    Refits(u32, u32),
}

/// The stages of a run with the given number of resamples.
pub(super) fn stages(resamples: u32) -> Vec<Stage> {
    let batch = resamples.div_ceil(BATCHES).max(1);
    let batches = (0..resamples).step_by(batch as usize);
    let refits = batches.map(|from| Stage::Refits(from, resamples.min(from + batch)));
    [Stage::Search(0), Stage::Search(1)].into_iter().chain(refits).collect()
}

/// Factor by which the logarithm of a 95% interval grows to a 99.9% interval, by the quantiles of Student's distribution.
/// Resamples of rows have residuals that are too small by the parameters that were fitted; drawn losses have not.
fn stretch(problem: &Problem) -> f64 {
    let far = |level: f64| critical(problem, level, 1).sqrt();
    let rows = problem.data.len() as f64;
    if draws_losses(problem) {
        far(0.999) / far(0.95)
    } else {
        far(0.999) / Z95 * (rows / (rows - problem.free() as f64)).sqrt()
    }
}

impl DataEfficiency {
    /// Work of the stages that are done, and work of all stages, in fits of a resample.
    #[inline(never)]
    pub(super) fn work(&self) -> [f64; 2] {
        let weight = |stage: &Stage| match *stage {
            Stage::Search(_) => SEARCH,
            Stage::Refits(from, to) => 2.0 * f64::from(to - from),
        };
        [&self.stages[..self.done], &self.stages[..]].map(|stages| stages.iter().map(weight).sum())
    }

    /// Performs the next stage.
    ///
    /// # Errors
    /// The objective of a fit is finite at none of the parameters that were tried.
    pub(super) async fn next(&mut self, exec: &Exec) -> Result<()> {
        match self.stages[self.done] {
            Stage::Search(recipe) => {
                let problem = &self.recipes.problems[recipe];
                let mut search = Search::new(problem.clone(), self.seed)?;
                while {
                    let (done, all) = search.advance()?;
                    done < all
                } {
                    exec.breathe().await;
                }
                let fit = search.finish()?;
                let bootstrap = Bootstrap::new(problem, &fit, self.seed);
                self.fits.push(fit);
                self.bootstraps.push(bootstrap);
            }
            Stage::Refits(from, to) => {
                // Without noise resamples show nothing.
                let mut refits = Vec::new();
                if !self.is_silent() {
                    for first in (from..to).step_by(PORTION as usize) {
                        let last = to.min(first + PORTION);
                        let reference = self.bootstraps[0].refits(first..last);
                        let other = self.bootstraps[1].refits(OTHER + first..OTHER + last);
                        refits.extend(reference.iter().zip(&other).map(|(a, b)| [data_law(a), data_law(b)]));
                        exec.breathe().await;
                    }
                }
                self.refits.extend(refits);
            }
        }
        self.done += 1;
        Ok(())
    }

    /// The fitted laws, the reference first; `None` before both are fitted.
    pub(super) fn laws(&self) -> Option<[DataLaw; 2]> {
        match &self.fits[..] {
            [reference, other] => Some([data_law(&reference.params), data_law(&other.params)]),
            _ => None,
        }
    }

    /// Whether the residuals of a fit do not show how large the noise is.
    pub(super) fn is_silent(&self) -> bool {
        self.recipes.problems.iter().zip(&self.fits).any(|(problem, fit)| silent(problem, fit).is_some())
    }

    /// The interval of a positive quantity of both laws that contains the middle 95% of its values in the resamples; `None`
    /// if there are too few resamples.
    pub(super) fn ends(&self, of: impl Fn(&[DataLaw; 2]) -> f64) -> Option<[f64; 2]> {
        (self.refits.len() >= ENOUGH).then(|| interval(self.refits.iter().map(of), 0.95))
    }

    /// The 99.9% interval of a positive quantity of both laws, whose fitted value is `value`. It is the 95% interval,
    /// stretched around the fitted value on a logarithmic scale, because few resamples are as far out as its ends.
    pub(super) fn sure_ends(&self, value: f64, of: impl Fn(&[DataLaw; 2]) -> f64) -> Option<[f64; 2]> {
        let most = self.recipes.problems.iter().map(stretch).fold(1.0, f64::max);
        // A resample's quantile may lie on the other side of the fitted value.
        let [lo, hi] = self.ends(of)?;
        let out = |end: f64| value * math::pow(end / value, most);
        Some([out(lo.min(value)), out(hi.max(value))])
    }

    /// How many times the data of the reference the other recipe is worth at the compared amount of data.
    pub(super) fn worth(&self, [reference, other]: &[DataLaw; 2]) -> f64 {
        reference.multiple(other, self.data)
    }

    /// The smallest and the largest amount of data with runs of both recipes, or of any recipe if none has both.
    pub(super) fn span(&self) -> [f64; 2] {
        let [[a, b], [c, d]] = [0, 1].map(|recipe| self.recipes.ends_of(recipe));
        if a.max(c) < b.min(d) { [a.max(c), b.min(d)] } else { self.recipes.ends() }
    }

    /// The multiple at the largest amount of data of [`Self::span`], divided by the multiple at the smallest.
    pub(super) fn change(&self, [reference, other]: &[DataLaw; 2]) -> f64 {
        let [lo, hi] = self.span();
        reference.multiple(other, hi) / reference.multiple(other, lo)
    }
}

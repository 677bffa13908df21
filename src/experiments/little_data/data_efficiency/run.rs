//! The work of `data-efficiency`: toy models if asked for, one search for each recipe, and refits of bootstrap resamples
//! of both.

use super::models::{Models, SAMPLES};
use super::recipes::data_law;
use super::{DataEfficiency, Params};
use crate::error::Result;
use crate::exec::{Exec, Job as _};
use crate::fit::bootstrap::{Bootstrap, draws_losses, interval};
use crate::fit::profile::{critical, silent};
use crate::fit::{Problem, Search};
use crate::kit::legs::{Block, blocks};
use crate::math::{self, Z95, Z999};
use crate::sim::recipes::Recipes;
use crate::stats::student;
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
/// Number of draws of the data of toy models between two checkpoints.
const DRAWS: u32 = 4;
/// Work of a draw of the data of toy models, in fits of a resample.
const DRAW: f64 = 400.0;
/// Fewest resamples from which an interval is estimated.
pub(super) const ENOUGH: usize = 40;

/// A stage of the run; each stage is one checkpoint.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// Compute toy models on draws of the data.
    Draws(Block),
    /// Fit the law of a recipe: 0 for the reference, 1 for the other.
    Search(usize),
    /// Fit both laws to the resamples from a first number to a last one, which is not included.
    Refits(u32, u32),
}

/// The stages of a run; `toys` tells whether its runs are toy models.
pub(super) fn stages(params: &Params, toys: bool) -> Vec<Stage> {
    let (draws, resamples) = (if toys { params.draws } else { 0 }, params.bootstrap);
    let batch = resamples.div_ceil(BATCHES).max(1);
    let batches = (0..resamples).step_by(batch as usize);
    let refits = batches.map(|from| Stage::Refits(from, resamples.min(from + batch)));
    let searches = [Stage::Search(0), Stage::Search(1)];
    blocks(draws, DRAWS).map(Stage::Draws).chain(searches).chain(refits).collect()
}

/// Factor by which the logarithm of a 95% interval grows to a 99.9% interval, by the quantiles of Student's distribution.
/// Resamples of rows have residuals that are too small by the parameters that were fitted; drawn losses have not. Resamples
/// of whole runs show only how the `runs` runs differ.
fn stretch(problem: &Problem, runs: usize) -> f64 {
    let far = |level: f64| critical(problem, level, 1).sqrt();
    let (rows, runs) = (problem.data.len() as f64, runs as f64);
    if draws_losses(problem) {
        far(0.999) / far(0.95)
    } else if runs < rows {
        student(Z999, runs - 1.0) / Z95 * (runs / (runs - 1.0)).sqrt()
    } else {
        far(0.999) / Z95 * (rows / (rows - problem.free() as f64)).sqrt()
    }
}

impl DataEfficiency {
    /// Work of the stages that are done, and work of all stages, in fits of a resample.
    #[inline(never)]
    pub(super) fn work(&self) -> [f64; 2] {
        let weight = |stage: &Stage| match *stage {
            Stage::Draws(block) => DRAW * f64::from(block.runs),
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
            Stage::Draws(block) => self.draw(exec, block).await?,
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
                    // The recipes of toy models share their draws of the data, so resamples draw alike for both.
                    let other = if self.recipes.models.is_some() { 0 } else { OTHER };
                    for first in (from..to).step_by(PORTION as usize) {
                        let last = to.min(first + PORTION);
                        let reference = self.bootstraps[0].refits(first..last);
                        let other = self.bootstraps[1].refits(other + first..other + last);
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

    /// Computes toy models on draws of the data.
    async fn draw(&mut self, exec: &Exec, block: Block) -> Result<()> {
        let mut found: [Vec<f64>; SAMPLES.len()] = Default::default();
        for (found, samples) in found.iter_mut().zip(SAMPLES) {
            let study = Models::study(samples, self.seed).inputs();
            *found = exec.map::<Recipes>(&study, block.first..block.first + block.runs).await?;
        }
        if let Some(models) = &mut self.recipes.models {
            models.add(found, Recipes::WIDTH);
            self.recipes.problems = models.problems(self.recipes.problems[0].law);
        }
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
        let each = self.recipes.problems.iter().zip(&self.bootstraps);
        let most = each.map(|(problem, bootstrap)| stretch(problem, bootstrap.runs())).fold(1.0, f64::max);
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

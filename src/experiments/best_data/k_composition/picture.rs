//! The small picture of `k-composition`: which skills are learned.

use super::words;
use super::{KComposition, Params};
use crate::kit::race::rows_shown;
use crate::output::{Drawing, Picture};
use crate::sim::k_composition as sim;
use crate::text;
use crate::text::count;

/// Largest number of skills that the picture shows.
const SHOWN: u32 = 64;
/// Largest number of runs whose initial weights the picture shows before the first checkpoint.
const STARTS: u32 = 32;
/// Mean weight from which on a skill counts as learned. The true weight is 1.
const LEARNED: f64 = 0.5;

/// The sums of weights over runs, one for each skill, and the number of runs.
struct Weights {
    sums: Vec<f64>,
    runs: f64,
}

impl Weights {
    fn new(skills: usize) -> Self {
        Self { sums: vec![0.0; skills], runs: 0.0 }
    }

    /// Adds a run. Its weights are limited to the range from 0 to 1. If the number of hops is even, the weights and their
    /// negatives predict alike, and the signs with the larger sum count.
    fn add(&mut self, hops: u32, weights: impl Iterator<Item = f32> + Clone) {
        let sign = if hops.is_multiple_of(2) && weights.clone().sum::<f32>() < 0.0 { -1.0 } else { 1.0 };
        self.sums.iter_mut().zip(weights).for_each(|(sum, w)| *sum += f64::from((sign * w).clamp(0.0, 1.0)));
        self.runs += 1.0;
    }

    /// The mean weights; all are 0 without a run.
    fn means(self) -> Vec<f64> {
        let runs = self.runs.max(1.0);
        self.sums.into_iter().map(|sum| sum / runs).collect()
    }
}

impl KComposition {
    /// Number of skills that the picture shows: the most frequent ones.
    pub(super) fn shown(&self) -> usize {
        self.params.skills.min(SHOWN) as usize
    }

    /// Mean weights of the skills in the picture, for each training distribution. They are means over a block of `runs`
    /// runs, without those that have diverged. The groups in `host` hold the records and then these weights.
    pub(super) fn lit(&self, host: &[[f32; sim::LANES]], runs: u32) -> Vec<Vec<f64>> {
        let (shown, blocks) = (self.shown(), runs.div_ceil(sim::LANES as u32) as usize);
        let rows = sim::RECORDS + shown;
        host.chunks(rows * blocks)
            .map(|groups| {
                let mut weights = Weights::new(shown);
                for run in 0..runs as usize {
                    let (group, lane) = (&groups[run / sim::LANES * rows..][..rows], run % sim::LANES);
                    if group[sim::DIVERGED][lane] == 0.0 {
                        weights.add(self.params.hops, group[sim::RECORDS..].iter().map(|row| row[lane]));
                    }
                }
                weights.means()
            })
            .collect()
    }

    /// The picture of the skills that are learned, with a row of cells for each training distribution. Before the first
    /// checkpoint it shows the initial weights, which are equal for all distributions.
    pub(super) fn skills_picture(&self) -> Picture {
        let Params { skills, hops, init, runs, .. } = self.params;
        let start = || {
            let mut weights = Weights::new(self.shown());
            for run in 0..runs.min(STARTS) {
                let w = sim::start(&self.gaussian.table, self.seed, run, skills, init);
                weights.add(hops, w.into_iter().take(self.shown()));
            }
            weights.means()
        };
        let before = if self.lit.is_empty() { start() } else { vec![] };
        let picture = Picture::new(words::SKILLS_LEARNED, words::SKILLS_AS_CELLS);
        let (rows, others) = rows_shown(self.trainings().len());
        let picture = self.trainings().take(rows).fold(picture, |picture, training| {
            let weights = self.lit.get(training).unwrap_or(&before).clone();
            let learned = weights.iter().filter(|&&w| w >= LEARNED).count();
            let value = text!(words::LEARNED_OF, learned = count(learned), skills = count(self.shown()));
            picture.shares(self.label(training), value, Drawing::Cells, weights)
        });
        let few = skills > SHOWN;
        let cells = few.then(|| text!(words::SKILLS_SHOWN, shown = count(SHOWN), skills = count(skills)));
        picture.without(others).without(cells)
    }
}

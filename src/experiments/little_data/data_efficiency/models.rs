//! Runs of toy models, "lottery ridge" (see [`crate::theory::lottery_ridge`]), whose losses follow from a closed form once
//! their data are drawn.
//!
//! A run is one draw of the data. At each number of samples it has a loss of each recipe, with the settings that are best
//! on the mean over all draws.

use super::words;
use crate::fit::{Data, Entry, Objective, Problem};
use crate::math::{self, Z95};
use crate::output::Points;
use crate::sim::recipes::Study;
use crate::stats::{mean_and_error, student};
use crate::text::Template;
use crate::theory::data_efficiency::DataLaw;
use crate::theory::lottery_ridge::{Time, Width, endless};

/// Numbers of samples. One draw of the data has the first of its samples in each of them.
pub(super) const SAMPLES: [f64; 4] = [16.0, 32.0, 64.0, 128.0];
/// Widths of which the standard recipe has the best.
const WIDTHS: [usize; 5] = [16, 32, 64, 128, 256];
/// Epochs of the standard recipe. One epoch of gradient flow takes as much time as there are samples.
const EPOCHS: f64 = 8.0;
/// Weight decay of the standard recipe.
const DECAY: f64 = 1e-6;
/// Number of weight decays that the other recipes try: from 10^-4 to 0.1, six in each decade.
const DECAYS: usize = 19;
/// Number of ways to train: the standard one, and one for each weight decay.
const SETTINGS: usize = 1 + DECAYS;
/// Number of members on each draw of the data.
const MEMBERS: u32 = 4;
/// Variance of the noise of the labels, which is the floor of every recipe.
pub(super) const FLOOR: f64 = 0.5;

/// Weight decay with index `i`.
fn decay(i: usize) -> f64 {
    math::pow(10.0, i as f64 / 6.0 - 4.0)
}

/// A recipe of toy models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recipe {
    /// Fixed epochs, little weight decay, the best width.
    Standard,
    /// One model of infinite width with the best weight decay.
    Regularised,
    /// An endless ensemble of models of infinite width, with the weight decay that is best for it.
    Joint,
}

impl Recipe {
    pub(super) const fn name(self) -> Template<0> {
        match self {
            Self::Standard => words::STANDARD,
            Self::Regularised => words::REGULARISED,
            Self::Joint => words::JOINT,
        }
    }

    /// Mean loss at each number of samples over the 2000 draws of the data from number 1000 on, with seed 1. The runs of
    /// the page are other draws. The standard errors are at most 0.004.
    pub(super) const fn expected(self) -> [f64; SAMPLES.len()] {
        match self {
            Self::Standard => [1.2162, 1.0767, 0.9525, 0.8352],
            Self::Regularised => [1.0847, 0.9529, 0.8435, 0.7523],
            Self::Joint => [0.9463, 0.8358, 0.7507, 0.6825],
        }
    }

    /// The data law of the expected losses: the least-squares line through the logarithms of the losses over the floor.
    pub(super) fn law(self) -> DataLaw {
        let line = |i: usize| (math::ln(SAMPLES[i]), math::ln(self.expected()[i] - FLOOR), 1.0);
        let [slope, _, start] = crate::stats::line(&[0, 1, 2, 3].map(line)).unwrap_or([f64::NAN; 3]);
        DataLaw { factor: math::exp(start), exponent: -slope, floor: FLOOR }
    }
}

/// The best setting of a recipe at a number of samples, and its losses.
pub(super) struct Tuned {
    pub(super) width: Width,
    pub(super) decay: f64,
    /// Loss on each draw of the data.
    pub(super) losses: Vec<f64>,
}

impl Tuned {
    /// Mean loss over the draws of the data, and half the width of its 95% interval.
    pub(super) fn mean(&self) -> (f64, f64) {
        let (mean, error) = mean_and_error(&self.losses);
        (mean, student(Z95, self.losses.len() as f64 - 1.0) * error)
    }
}

/// Losses of toy models on the draws of the data so far.
#[derive(Clone, Debug)]
pub(super) struct Models {
    /// The two recipes, the reference first.
    pub(super) recipes: [Recipe; 2],
    /// For each number of samples and each draw, the mean loss of the members and the loss of their ensemble,
    /// `[width][setting]`; the last width is infinite.
    draws: [Vec<Vec<[f64; 2]>>; SAMPLES.len()],
}

impl Models {
    pub(super) fn new(recipes: [Recipe; 2]) -> Self {
        Self { recipes, draws: Default::default() }
    }

    /// Number of draws of the data so far.
    pub(super) fn count(&self) -> usize {
        self.draws[0].len()
    }

    /// What a draw of the data computes at a number of samples: all widths with the standard setting, and the infinite
    /// width with every weight decay.
    pub(super) fn study(samples: f64, seed: u32) -> Study {
        let standard = (Time::Flow(EPOCHS * samples), DECAY);
        Study {
            seed,
            task: [1.5, 1.5, FLOOR, 1.5],
            samples: samples as usize,
            members: MEMBERS,
            widths: WIDTHS.map(Width::Of).into_iter().chain([Width::Infinite]).collect(),
            recipes: std::iter::once(standard).chain((0..DECAYS).map(|i| (Time::Converged, decay(i)))).collect(),
            common: 1,
            shown: WIDTHS.len(),
        }
    }

    /// Adds draws: for each number of samples, the results of the job one after another, each of `stride` numbers.
    pub(super) fn add(&mut self, found: [Vec<f64>; SAMPLES.len()], stride: usize) {
        for (draws, found) in self.draws.iter_mut().zip(found) {
            let pairs = (WIDTHS.len() + 1) * SETTINGS;
            draws.extend(found.chunks_exact(stride).map(|draw| draw.as_chunks::<2>().0[..pairs].to_vec()));
        }
    }

    /// The setting of a recipe with the lowest mean loss at number `n` of samples.
    pub(super) fn tuned(&self, n: usize, recipe: Recipe) -> Tuned {
        let settings: Vec<(Width, f64, usize)> = if recipe == Recipe::Standard {
            (0..WIDTHS.len()).map(|w| (Width::Of(WIDTHS[w]), DECAY, w * SETTINGS)).collect()
        } else {
            (0..DECAYS).map(|i| (Width::Infinite, decay(i), WIDTHS.len() * SETTINGS + 1 + i)).collect()
        };
        let tried = settings.into_iter().map(|(width, decay, pair)| {
            let loss = |draw: &Vec<[f64; 2]>| {
                let [single, together] = draw[pair];
                if recipe == Recipe::Joint { endless(single, together, MEMBERS) } else { single }
            };
            Tuned { width, decay, losses: self.draws[n].iter().map(loss).collect() }
        });
        let sum = |tuned: &Tuned| tuned.losses.iter().sum::<f64>();
        tried.min_by(|a, b| sum(a).total_cmp(&sum(b))).expect("there are settings")
    }

    /// The fitting problem of each recipe: a row for each number of samples and draw. Rows of one draw are one run. The
    /// floor is held at its known value. The objective is least squares, because its law follows the mean loss; Huber's
    /// function would follow the median. Each number of samples has the weight of its inverse variance.
    pub(super) fn problems(&self, law: &'static Entry) -> [Problem; 2] {
        self.recipes.map(|recipe| {
            let mut data = Data::empty(law);
            for (n, samples) in SAMPLES.into_iter().enumerate().filter(|_| self.count() > 0) {
                let losses = self.tuned(n, recipe).losses;
                let (_, error) = mean_and_error(&losses);
                for (draw, loss) in (0..).zip(losses) {
                    data.push(law, &[samples], loss, 1.0 / (error * error), draw);
                }
            }
            // A mean weight of 1.
            let mean = data.weight.iter().sum::<f64>() / data.len() as f64;
            data.weight.iter_mut().for_each(|weight| *weight /= mean);
            let mut problem = Problem { objective: Objective::SQUARES, ..Problem::new(law, data) };
            problem.held[0] = Some(FLOOR);
            problem
        })
    }

    /// Mean losses of a recipe with their 95% intervals, at each number of samples.
    pub(super) fn means(&self, recipe: Recipe) -> Points {
        let mut points = Points::default();
        for (n, samples) in SAMPLES.into_iter().enumerate() {
            let (mean, half) = self.tuned(n, recipe).mean();
            points.push(samples, mean, [mean - half, mean + half]);
        }
        points
    }
}

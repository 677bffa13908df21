//! What `infinite-compute` computes and trains, and which results it keeps.

use std::rc::Rc;

use super::{InfiniteCompute, Params};
use crate::error::Result;
use crate::exec::Exec;
use crate::experiments::little_data::draws::{Compute, Model, train, training_time};
use crate::kit::legs::Block;
use crate::math;
use crate::sim::recipes::Study;
use crate::theory::lottery_ridge::{DIMENSION, Features, Problem, Time, Width, endless};
use crate::theory::symmetric::add;

/// Number of values of the weight decay that theory tries: from 10^-5 to 10^0.5, four in each decade.
pub(super) const DECAYS: usize = 23;
/// Number of training times that theory tries: from 1/8 epoch to 512 epochs.
pub(super) const TIMES: usize = 13;
/// Number of recipes of the theory: the standard one, one for each weight decay, one for each training time.
pub(super) const RECIPES: usize = 1 + DECAYS + TIMES;
/// Index of the standard recipe.
pub(super) const STANDARD: usize = 0;

/// Weight decay with index `i`.
pub(super) fn decay(i: usize) -> f64 {
    math::pow(10.0, 0.25 * i as f64 - 5.0)
}

/// Number of epochs with index `i`.
pub(super) fn epochs(i: usize) -> f64 {
    math::pow(2.0, i as f64 - 3.0)
}

/// Gradient flow for one epoch takes as much time as there are samples.
pub(super) fn time(params: &Params) -> Time {
    if params.until == "converged" { Time::Converged } else { Time::Flow(params.epochs * f64::from(params.samples)) }
}

/// The recipes of the theory, in the order of their indices.
pub(super) fn recipes(params: &Params) -> Vec<(Time, f64)> {
    let samples = f64::from(params.samples);
    std::iter::once((time(params), params.decay))
        .chain((0..DECAYS).map(|i| (Time::Converged, decay(i))))
        .chain((0..TIMES).map(|i| (Time::Flow(epochs(i) * samples), params.decay)))
        .collect()
}

/// Losses of all recipes in closed form, on several draws of the data.
#[derive(Default)]
pub(super) struct Curves {
    /// Number of members on each draw, at least 2.
    members: u32,
    /// For each draw, the mean loss of the members and the loss of their ensemble, `[width][recipe]`.
    draws: Vec<Vec<[f64; 2]>>,
}

impl Curves {
    pub(super) fn new(members: u32, draws: Vec<Vec<[f64; 2]>>) -> Self {
        Self { members, draws }
    }

    pub(super) fn add(&mut self, members: u32, draw: Vec<[f64; 2]>) {
        self.members = members;
        self.draws.push(draw);
    }

    /// Number of draws of the data.
    pub(super) const fn count(&self) -> usize {
        self.draws.len()
    }

    /// The loss of an ensemble of `members` members on each draw; infinity stands for an endless ensemble.
    pub(super) fn each(&self, width: usize, recipe: usize, members: f64) -> impl Iterator<Item = f64> {
        self.draws.iter().map(move |draw| {
            let [single, together] = draw[width * RECIPES + recipe];
            let limit = endless(single, together, self.members);
            limit + (single - limit) / members
        })
    }

    /// Mean over the draws of [`Curves::each`].
    pub(super) fn mean(&self, width: usize, recipe: usize, members: f64) -> f64 {
        self.each(width, recipe, members).sum::<f64>() / self.count() as f64
    }

    /// Index of the weight decay with the lowest mean loss of an ensemble of `members` members.
    ///
    /// The best weight decay of a single model is the lowest point of its curve. From there the search goes on to
    /// neighbours as long as the loss of the ensemble falls. Where the weight decay is far too small, the loss of an
    /// ensemble is known so badly from few draws that the lowest point of the whole curve would often be chance.
    pub(super) fn best_decay(&self, width: usize, members: f64) -> usize {
        let single: Vec<f64> = (0..DECAYS).map(|i| self.mean(width, 1 + i, 1.0)).collect();
        let mut best = (0..DECAYS).min_by(|&i, &j| single[i].total_cmp(&single[j])).unwrap_or(0);
        if members > 1.0 {
            let loss = |i: usize| self.mean(width, 1 + i, members);
            while best > 0 && loss(best - 1) < loss(best) {
                best -= 1;
            }
        }
        best
    }

    /// Lowest mean loss of an ensemble of `members` members over all weight decays.
    pub(super) fn tuned(&self, width: usize, members: f64) -> f64 {
        self.mean(width, 1 + self.best_decay(width, members), members)
    }

    /// Without draw number `left_out`.
    pub(super) fn without(&self, left_out: usize) -> Self {
        let kept = self.draws.iter().enumerate().filter(|(i, _)| *i != left_out);
        Self { members: self.members, draws: kept.map(|(_, draw)| draw.clone()).collect() }
    }
}

/// How members are trained: the recipes whose losses are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recipe {
    /// A fixed number of epochs with little weight decay.
    Standard,
    /// The weight decay that is best for a single model.
    Tuned,
    /// The weight decay that is best for an endless ensemble.
    Retuned,
}

pub(super) const TRAINED: [Recipe; 3] = [Recipe::Standard, Recipe::Tuned, Recipe::Retuned];

/// Losses of trained members of one width, with one recipe, on the same draws of the data.
#[derive(Clone, Debug, Default)]
pub(super) struct Trained {
    /// Mean loss of the members, for each draw.
    pub(super) singles: Vec<f64>,
    /// Loss of the ensemble of the first K members, `[draw][K - 1]`.
    pub(super) ensembles: Vec<Vec<f64>>,
}

impl Trained {
    /// For each draw, the loss of an endless ensemble by the law `L_K = L_inf + (L_1 - L_inf)/K`. It needs at least two
    /// members.
    pub(super) fn endless(&self) -> Vec<f64> {
        let members = self.ensembles.first().map_or(0, Vec::len) as u32;
        if members < 2 {
            return Vec::new();
        }
        self.singles
            .iter()
            .zip(&self.ensembles)
            .map(|(single, all)| endless(*single, all[all.len() - 1], members))
            .collect()
    }
}

impl InfiniteCompute {
    /// The weight decay and the training time of a recipe at a width; `None` if members with this recipe are not trained.
    pub(super) fn setting(&self, width: usize, recipe: Recipe) -> Option<(f64, f64)> {
        let Params { samples, epochs, decay: standard, until, .. } = self.params;
        match recipe {
            // Training that never ends is only computed.
            Recipe::Standard if until == "converged" => None,
            Recipe::Standard => Some((standard, epochs * f64::from(samples))),
            Recipe::Tuned | Recipe::Retuned => {
                let members = if recipe == Recipe::Tuned { 1.0 } else { f64::INFINITY };
                let decay = decay(self.pilot.best_decay(width, members));
                Some((decay, training_time(decay)))
            }
        }
    }

    pub(super) fn study(&self, members: u32) -> Study {
        study(&self.params, &self.widths, self.seed, members)
    }

    /// Trains the members of one width with every recipe on a block of draws, and records their losses.
    pub(super) async fn train(&mut self, exec: &Exec, width: usize, block: Block) -> Result<()> {
        let compute = Rc::clone(&self.compute);
        let Compute { task, gaussian } = &*compute;
        let (samples, members) = (self.params.samples as usize, self.params.members);
        let widest = match self.widths[width] {
            Width::Of(count) => count,
            Width::Infinite => 0,
        };
        let draws = block.first..block.first + block.runs;
        let mut data = Vec::new();
        let mut drawn = Vec::new();
        for draw in draws.clone() {
            data.push(task.sample(gaussian, self.seed, draw, samples));
            drawn.extend((0..members).map(|index| task.member(gaussian, self.seed, draw, index, widest)));
            exec.breathe().await;
        }
        let each = members as usize;
        let features: Vec<Features<'_>> =
            drawn.iter().enumerate().map(|(i, member)| Features::new(member, &data[i / each])).collect();
        let mut problems: Vec<Problem<'_>> = Vec::new();
        for features in &features {
            problems.push(features.problem(self.widths[width]));
            exec.breathe().await;
        }

        // The two tuned recipes train for as long as the one with less weight decay needs.
        let settings = TRAINED.map(|recipe| self.setting(width, recipe));
        let tuned = settings[1].zip(settings[2]).map(|((a, time), (b, longer))| (time.max(longer), vec![a, b]));
        let launches = [(0, settings[0].map(|(decay, time)| (time, vec![decay]))), (1, tuned)];
        let mut results = vec![Trained::default(); TRAINED.len()];
        for (first, launch) in launches {
            let Some((time, decays)) = launch else { continue };
            let models =
                problems.iter().map(|Problem { matrix, target, .. }| Model { matrix, target, decays: &decays, time });
            let trained = train(exec, &models.collect::<Vec<_>>()).await?;
            for (row, results) in results[first..][..decays.len()].iter_mut().enumerate() {
                for draw in 0..data.len() {
                    let (mut sum, mut single, mut ensembles) = (vec![0.0; DIMENSION], 0.0, Vec::with_capacity(each));
                    for index in 0..each {
                        let problem = draw * each + index;
                        let u = problems[problem].function(&trained[problem * decays.len() + row]);
                        single += task.loss(&u) / each as f64;
                        add(&mut sum, 1.0, &u);
                        let mean: Vec<f64> = sum.iter().map(|x| x / (index + 1) as f64).collect();
                        ensembles.push(task.loss(&mean));
                    }
                    results.singles.push(single);
                    results.ensembles.push(ensembles);
                }
            }
        }
        for (kept, new) in self.trained[width].iter_mut().zip(results) {
            kept.singles.extend(new.singles);
            kept.ensembles.extend(new.ensembles);
        }
        Ok(())
    }
}

/// The study that gives the curves in closed form.
pub(super) fn study(params: &Params, widths: &[Width], seed: u32, members: u32) -> Study {
    Study {
        seed,
        task: [params.spectrum, params.target, params.noise, params.gain],
        samples: params.samples as usize,
        members,
        widths: widths.to_vec(),
        recipes: recipes(params),
        common: 1 + DECAYS,
        shown: widths.iter().position(|width| *width == Width::Of(params.width as usize)).unwrap_or(0),
    }
}

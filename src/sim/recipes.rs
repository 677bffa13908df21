//! Job that computes the losses of ways to train ("recipes") on one draw of the data, for members of many widths.
//!
//! It gives the curves of `infinite-compute` in closed form: see [`crate::theory::lottery_ridge`]. Each item of the job
//! is one draw of the data with its own members. The job runs in f64 on the CPU.

use std::ops::Range;

use crate::exec::{Inputs, Job};
use crate::rng::Gaussian;
use crate::theory::lottery_ridge::{DIMENSION, Features, Task, Time, Width};
use crate::theory::symmetric::add;

/// Largest number of pairs of a width and a recipe.
pub const PAIRS_MAX: usize = 400;

/// What is trained, and how.
#[derive(Clone, Debug)]
pub struct Study {
    /// Seed of all draws.
    pub seed: u32,
    /// Exponents of the spectrum and of the target, variance of the noise, strength of the gains: see [`Task::new`].
    pub task: [f64; 4],
    /// Number of samples.
    pub samples: usize,
    /// Number of members that are trained on each draw.
    pub members: u32,
    /// Widths of the members.
    pub widths: Vec<Width>,
    /// Recipes: training times with weight decays.
    pub recipes: Vec<(Time, f64)>,
    /// Number of recipes, the first ones, with which all widths are trained.
    pub common: usize,
    /// Index of the width that is trained with all recipes.
    pub shown: usize,
}

impl Study {
    /// Packs the study into the inputs of a job.
    #[expect(clippy::cast_possible_truncation, reason = "widths and counts are small")]
    pub fn inputs(&self) -> Inputs {
        let mut words = vec![self.seed, self.samples as u32, self.members, self.common as u32, self.shown as u32];
        words.extend(self.widths.iter().map(|width| match width {
            Width::Of(count) => *count as u32,
            Width::Infinite => 0,
        }));
        let recipes: Vec<f64> = self
            .recipes
            .iter()
            .flat_map(|(time, decay)| match *time {
                Time::Steps { rate, steps } => [rate, steps, *decay],
                Time::Flow(time) => [time, 0.0, *decay],
                Time::Converged => [0.0, 0.0, *decay],
            })
            .collect();
        Inputs::new(&[bytemuck::cast_slice(&words), bytemuck::cast_slice(&self.task), bytemuck::cast_slice(&recipes)])
    }

    fn of(inputs: &Inputs) -> Self {
        let (words, task, recipes) = (inputs.u32(0), inputs.f64(1), inputs.f64(2));
        let time = |recipe: &[f64]| match recipe {
            [0.0, 0.0, ..] => Time::Converged,
            [time, 0.0, ..] => Time::Flow(*time),
            [rate, steps, ..] => Time::Steps { rate: *rate, steps: *steps },
            _ => unreachable!("a recipe has three numbers"),
        };
        let width = |count: &u32| if *count == 0 { Width::Infinite } else { Width::Of(*count as usize) };
        Self {
            seed: words[0],
            task: [task[0], task[1], task[2], task[3]],
            samples: words[1] as usize,
            members: words[2],
            widths: words[5..].iter().map(width).collect(),
            common: words[3] as usize,
            shown: words[4] as usize,
            recipes: recipes.chunks_exact(3).map(|recipe| (time(recipe), recipe[2])).collect(),
        }
    }

    /// The task of the study.
    pub fn task(&self) -> Task {
        let [a, b, noise, gain] = self.task;
        Task::new(a, b, noise, gain)
    }

    /// The largest finite width, or 0 if there is none.
    pub fn widest(&self) -> usize {
        self.widths.iter().fold(0, |most, width| match width {
            Width::Of(count) => most.max(*count),
            Width::Infinite => most,
        })
    }

    /// The losses on one draw of the data: for each width and recipe, the mean loss of the members and the loss of the
    /// ensemble of all of them. The list is `[width][recipe]`; a loss that is not asked for is NaN.
    ///
    /// The cost is about `members * (samples * 256 * widest + widths * (6 size^3 + recipes * 256 * width))`
    /// multiplications, where `size` is the width or the number of samples, whichever is less.
    pub fn losses(&self, task: &Task, gaussian: &Gaussian, draw: u32) -> Vec<[f64; 2]> {
        let sample = task.sample(gaussian, self.seed, draw, self.samples);
        let pairs = self.widths.len() * self.recipes.len();
        let (mut singles, mut means) = (vec![f64::NAN; pairs], vec![Vec::new(); pairs]);
        let part = 1.0 / f64::from(self.members);
        for index in 0..self.members {
            let member = task.member(gaussian, self.seed, draw, index, self.widest());
            let features = Features::new(&member, &sample);
            for (w, width) in self.widths.iter().enumerate() {
                let problem = features.problem(*width);
                let solved = problem.solve();
                let count = if w == self.shown { self.recipes.len() } else { self.common };
                for (r, (time, decay)) in self.recipes[..count].iter().enumerate() {
                    let u = problem.function(&solved.at(*time, *decay));
                    let pair = w * self.recipes.len() + r;
                    if index == 0 {
                        (singles[pair], means[pair]) = (0.0, vec![0.0; DIMENSION]);
                    }
                    singles[pair] += part * task.loss(&u);
                    add(&mut means[pair], part, &u);
                }
            }
        }
        singles.iter().zip(&means).map(|(single, mean)| [*single, task.loss(mean) + 0.0 * single]).collect()
    }
}

/// Job whose items are draws of the data. The results of an item are those of [`Study::losses`], two for each pair of
/// a width and a recipe; the rest is NaN.
#[derive(Debug)]
pub struct Recipes;

impl Job for Recipes {
    const NAME: &'static str = "recipes";
    const WIDTH: usize = 2 * PAIRS_MAX;

    fn items(inputs: &Inputs, items: Range<u32>, out: &mut Vec<f64>) {
        let study = Study::of(inputs);
        let (task, gaussian) = (study.task(), Gaussian::new());
        for draw in items {
            let end = out.len() + Self::WIDTH;
            out.extend(study.losses(&task, &gaussian, draw).iter().flatten());
            out.resize(end, f64::NAN);
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_job_gets_what_the_study_says() {
        let study = Study {
            seed: 7,
            task: [1.5, 1.2, 0.5, 1.0],
            samples: 6,
            members: 2,
            widths: vec![Width::Of(3), Width::Of(9), Width::Infinite],
            recipes: vec![
                (Time::Steps { rate: 0.5, steps: 20.0 }, 1e-3),
                (Time::Flow(10.0), 1e-3),
                (Time::Converged, 0.1),
            ],
            common: 2,
            shown: 1,
        };
        let mut found = Vec::new();
        Recipes::items(&study.inputs(), 3..5, &mut found);
        assert_eq!(found.len(), 2 * Recipes::WIDTH);
        let want = study.losses(&study.task(), &Gaussian::new(), 4);
        assert_eq!(want.len(), 9);
        let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&found[Recipes::WIDTH..][..18]), bits(&want.concat()));
        assert!(want[2][0].is_nan() && want[8][1].is_nan(), "only the shown width has all recipes");
        assert!(found[18..Recipes::WIDTH].iter().all(|x| x.is_nan()));
        let known: Vec<_> = want.iter().filter(|[single, _]| single.is_finite()).collect();
        assert_eq!(known.len(), 7);
        assert!(
            known.iter().all(|[single, both]| both < single),
            "the mean of two members is better than one: {want:?}"
        );
        // An ensemble predicts the mean of its members' functions.
        let (task, gaussian) = (study.task(), Gaussian::new());
        let sample = task.sample(&gaussian, 7, 4, 6);
        let mut mean = vec![0.0; DIMENSION];
        for index in 0..2 {
            let member = task.member(&gaussian, 7, 4, index, 9);
            let features = Features::new(&member, &sample);
            let problem = features.problem(Width::Of(9));
            add(&mut mean, 0.5, &problem.function(&problem.solve().at(Time::Converged, 0.1)));
        }
        assert!((want[5][1] - task.loss(&mean)).abs() < 1e-12, "{} against {}", want[5][1], task.loss(&mean));
        // Steps of rate 0.5 for the time 10 are close to gradient flow, and not equal to it.
        assert!((want[0][0] - want[1][0]).abs() < 0.05 * want[1][0] && want[0] != want[1]);
    }
}

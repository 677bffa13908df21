//! Job that computes the losses of single models, of their ensemble and of distilled students on one draw of the data.
//!
//! It gives the curves of `distillation` in closed form: see [`crate::theory::distillation`]. Each item of the job is one
//! draw of the data with its own members. The job runs in f64 on the CPU.

use std::ops::Range;

use crate::exec::{Inputs, Job};
use crate::rng::Gaussian;
use crate::theory::distillation::{self, Map, Objective};
use crate::theory::lottery_ridge::{DIMENSION, Sample, Task};
use crate::theory::symmetric::add;

/// Largest number of weight decays.
pub const DECAYS_MAX: usize = 12;
/// Largest number of shares of the real data.
pub const SHARES_MAX: usize = 12;
/// Largest number of pairs of a student and a teacher.
pub const PAIRS_MAX: usize = 6;

/// What is trained, and how.
#[derive(Clone, Debug)]
pub struct Study {
    /// Seed of all draws.
    pub seed: u32,
    /// Exponents of the spectrum and of the target, variance of the noise, strength of the gains: see [`Task::new`].
    pub task: [f64; 4],
    /// Number of real samples.
    pub samples: usize,
    /// Width of all models.
    pub width: usize,
    /// Number of members of the teacher.
    pub members: u32,
    /// Number of synthetic samples; 0 stands for unlimited synthetic data.
    pub synthetic: usize,
    /// Weight decays, all above 0.
    pub decays: Vec<f64>,
    /// Shares of the real data in the student's loss, from 0 to 1.
    pub shares: Vec<f64>,
    /// Students with their teachers. Pairs with one student are cheap if they stand side by side.
    pub pairs: Vec<Pair>,
}

/// A student and its teacher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Index of the student's random features. Members of the ensemble have the first indices.
    pub student: u32,
    /// Who labels the synthetic samples.
    pub teacher: Teacher,
}

/// Who labels the synthetic samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Teacher {
    /// The mean of all members, which are trained with the weight decay that is best for them together.
    Ensemble,
    /// One member, which is trained with the weight decay that is best for a single model.
    Member(u32),
}

/// Stands for the ensemble among the indices of members.
const ENSEMBLE: u32 = u32::MAX;

/// Losses of single models on one draw of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Single {
    /// Mean loss of the members.
    pub mean: f64,
    /// Loss of the ensemble of all members.
    pub together: f64,
}

/// A draw of the data with all its members, trained.
pub struct Drawn<'a> {
    study: &'a Study,
    task: &'a Task,
    gaussian: &'a Gaussian,
    draw: u32,
    real: Sample,
    /// The function of each member, for each weight decay, `[decay][member]`.
    functions: Vec<Vec<Vec<f64>>>,
}

impl Study {
    /// Packs the study into the inputs of a job. `decays` are the indices of the weight decays of the single model and of
    /// the members of the ensemble.
    #[expect(clippy::cast_possible_truncation, reason = "widths and counts are small")]
    pub fn inputs(&self, decays: [usize; 2]) -> Inputs {
        let [single, together] = decays.map(|i| i as u32);
        let mut words = vec![self.seed, self.samples as u32, self.width as u32, self.members, self.synthetic as u32];
        words.extend([single, together, self.decays.len() as u32]);
        words.extend(self.pairs.iter().flat_map(|pair| match pair.teacher {
            Teacher::Ensemble => [pair.student, ENSEMBLE],
            Teacher::Member(index) => [pair.student, index],
        }));
        let numbers: Vec<f64> = [&self.task[..], &self.decays, &self.shares].concat();
        Inputs::new(&[bytemuck::cast_slice(&words), bytemuck::cast_slice(&numbers)])
    }

    fn of(inputs: &Inputs) -> (Self, [usize; 2]) {
        let (words, numbers) = (inputs.u32(0), inputs.f64(1));
        let (task, rest) = numbers.split_at(4);
        let (decays, shares) = rest.split_at(words[7] as usize);
        let pair = |[student, teacher]: &[u32; 2]| Pair {
            student: *student,
            teacher: if *teacher == ENSEMBLE { Teacher::Ensemble } else { Teacher::Member(*teacher) },
        };
        let study = Self {
            seed: words[0],
            task: [task[0], task[1], task[2], task[3]],
            samples: words[1] as usize,
            width: words[2] as usize,
            members: words[3],
            synthetic: words[4] as usize,
            decays: decays.to_vec(),
            shares: shares.to_vec(),
            pairs: words[8..].as_chunks::<2>().0.iter().map(pair).collect(),
        };
        (study, [words[5] as usize, words[6] as usize])
    }

    /// The task of the study.
    pub fn task(&self) -> Task {
        let [a, b, noise, gain] = self.task;
        Task::new(a, b, noise, gain)
    }

    /// Draws the real samples and trains the members with each weight decay. The cost is about
    /// `members * (samples * width * (256 + width) + decays * width^3/6)` multiplications.
    pub fn draw<'a>(&'a self, task: &'a Task, gaussian: &'a Gaussian, draw: u32) -> Drawn<'a> {
        let real = task.sample(gaussian, self.seed, draw, self.samples);
        let mut functions = vec![Vec::new(); self.decays.len()];
        for index in 0..self.members {
            let map = Map::new(&task.member(gaussian, self.seed, draw, index, self.width), self.width);
            let objective = map.moments(&real).objective(&real.labels);
            for (functions, theta) in functions.iter_mut().zip(objective.solve(&self.decays)) {
                functions.push(map.function(&theta));
            }
        }
        Drawn { study: self, task, gaussian, draw, real, functions }
    }
}

/// The mean of several functions.
pub fn mean(functions: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; DIMENSION];
    functions.iter().for_each(|u| add(&mut mean, 1.0 / functions.len() as f64, u));
    mean
}

impl Drawn<'_> {
    /// Losses of the members, for each weight decay.
    pub fn singles(&self) -> Vec<Single> {
        let single = |functions: &Vec<Vec<f64>>| {
            let losses: Vec<f64> = functions.iter().map(|u| self.task.loss(u)).collect();
            let all = losses.iter().sum::<f64>() / losses.len() as f64;
            Single { mean: all, together: self.task.loss(&mean(functions)) }
        };
        self.functions.iter().map(single).collect()
    }

    /// The function of a teacher. `decays` are the indices of the weight decays of the single model and of the members of
    /// the ensemble.
    fn teacher(&self, teacher: Teacher, decays: [usize; 2]) -> Vec<f64> {
        match teacher {
            Teacher::Ensemble => mean(&self.functions[decays[1]]),
            Teacher::Member(index) => self.functions[decays[0]][index as usize].clone(),
        }
    }

    /// Losses of the students, `[pair][share][decay]`. `decays` are the indices of the weight decays of the single model
    /// and of the members of the ensemble. The cost for each student is about
    /// `synthetic * width * (256 + width/2) + shares * decays * width^3/6` multiplications.
    pub fn students(&self, decays: [usize; 2]) -> Vec<f64> {
        let Study { seed, width, synthetic, .. } = *self.study;
        let fresh = self.task.synthetic(self.gaussian, seed, self.draw, synthetic);
        let mut losses = Vec::with_capacity(self.study.pairs.len() * self.study.shares.len() * self.study.decays.len());
        for pairs in self.study.pairs.chunk_by(|a, b| a.student == b.student) {
            let member = self.task.member(self.gaussian, seed, self.draw, pairs[0].student, width);
            let map = Map::new(&member, width);
            let real = map.moments(&self.real).objective(&self.real.labels);
            let moments = map.moments(&fresh);
            let labelled: Vec<Objective> = pairs
                .iter()
                .map(|pair| moments.objective(&self.task.relabelled(&fresh, &self.teacher(pair.teacher, decays))))
                .collect();
            let mut found = vec![Vec::new(); pairs.len()];
            for share in &self.study.shares {
                let mixed: Vec<Objective> = labelled.iter().map(|one| real.mixed(one, *share)).collect();
                // The matrix does not depend on the teacher.
                for (found, solved) in found.iter_mut().zip(distillation::solve(&mixed, &self.study.decays)) {
                    found.extend(solved.iter().map(|theta| self.task.loss(&map.function(theta))));
                }
            }
            losses.extend(found.into_iter().flatten());
        }
        losses
    }
}

/// Job whose items are draws of the data. The results of an item are two losses for each weight decay (see [`Single`]),
/// then those of [`Drawn::students`]; the rest is NaN.
#[derive(Debug)]
pub struct Distil;

impl Job for Distil {
    const NAME: &'static str = "distil";
    const WIDTH: usize = (2 + PAIRS_MAX * SHARES_MAX) * DECAYS_MAX;

    fn items(inputs: &Inputs, items: Range<u32>, out: &mut Vec<f64>) {
        let (study, decays) = Study::of(inputs);
        let (task, gaussian) = (study.task(), Gaussian::new());
        for draw in items {
            let end = out.len() + Self::WIDTH;
            let drawn = study.draw(&task, &gaussian, draw);
            out.extend(drawn.singles().iter().flat_map(|single| [single.mean, single.together]));
            out.extend(drawn.students(decays));
            out.resize(end, f64::NAN);
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::math;

    #[test]
    fn a_job_gets_what_the_study_says() {
        let pair = |student, teacher| Pair { student, teacher };
        let study = Study {
            seed: 7,
            task: [1.5, 1.2, 0.5, 1.0],
            samples: 6,
            width: 5,
            members: 3,
            synthetic: 9,
            decays: vec![1e-3, 0.01, 0.1],
            shares: vec![0.0, 0.25, 1.0],
            pairs: vec![pair(3, Teacher::Ensemble), pair(0, Teacher::Member(1)), pair(0, Teacher::Member(0))],
        };
        let mut found = Vec::new();
        Distil::items(&study.inputs([2, 1]), 3..5, &mut found);
        assert_eq!(found.len(), 2 * Distil::WIDTH);
        let (task, gaussian) = (study.task(), Gaussian::new());
        let drawn = study.draw(&task, &gaussian, 4);
        let (singles, students) = (drawn.singles(), drawn.students([2, 1]));
        let want: Vec<f64> = singles.iter().flat_map(|one| [one.mean, one.together]).chain(students.clone()).collect();
        let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&found[Distil::WIDTH..][..want.len()]), bits(&want));
        assert_eq!(want.len(), 6 + 27);
        assert!(found[want.len()..Distil::WIDTH].iter().all(|x| x.is_nan()));
        // A student that sees real data only is a single model, whoever its teacher is.
        for d in 0..3 {
            assert!((students[9 + 6 + d] - task.loss(&drawn.functions[d][0])).abs() < 1e-12);
            assert_eq!(students[9 + 6 + d].to_bits(), students[18 + 6 + d].to_bits());
        }
        assert!(singles.iter().all(|one| one.together < one.mean), "the mean of three models is better than one");
    }

    /// Losses of each pair on several draws, `[pair][share][decay][draw]`, and of the single model and the ensemble,
    /// `[decay][draw]`. The weight decays of the teachers are the best ones over these draws.
    fn losses(width: usize, synthetic: usize) -> ([usize; 2], Vec<[Vec<f64>; 2]>, Vec<Vec<Vec<Vec<f64>>>>) {
        let pair = |student, teacher| Pair { student, teacher };
        let study = Study {
            seed: 5,
            task: [1.5, 1.5, 0.5, 1.5],
            samples: 64,
            width,
            members: 8,
            synthetic,
            decays: (0..10).map(|i| math::pow(10.0, 0.5 * f64::from(i) - 5.5)).collect(),
            shares: vec![0.0, 0.3, 0.5, 0.7],
            pairs: vec![
                pair(8, Teacher::Ensemble),
                pair(0, Teacher::Member(1)),
                pair(0, Teacher::Member(0)),
                pair(1, Teacher::Member(0)),
                pair(1, Teacher::Member(1)),
            ],
        };
        let (task, gaussian) = (study.task(), Gaussian::new());
        let drawn: Vec<Drawn<'_>> = (0..16).map(|draw| study.draw(&task, &gaussian, draw)).collect();
        let mut singles = vec![[Vec::new(), Vec::new()]; 10];
        for one in drawn.iter().map(Drawn::singles) {
            for (all, one) in singles.iter_mut().zip(one) {
                all[0].push(one.mean);
                all[1].push(one.together);
            }
        }
        let sum = |x: &[f64]| x.iter().sum::<f64>();
        let best = [0, 1].map(|i: usize| {
            (0..10).min_by(|&a, &b| sum(&singles[a][i]).total_cmp(&sum(&singles[b][i]))).expect("a decay")
        });
        let mut students = vec![vec![vec![Vec::new(); 10]; 4]; 5];
        for one in drawn.iter().map(|drawn| drawn.students(best)) {
            for (i, loss) in one.into_iter().enumerate() {
                students[i / 40][i / 10 % 4][i % 10].push(loss);
            }
        }
        (best, singles, students)
    }

    /// Compares the mean of our losses with that of another program, which drew as often, so that its error is as large.
    #[track_caller]
    fn agrees(ours: &[f64], theirs: f64) {
        let (mean, error) = crate::stats::mean_and_error(ours);
        assert!(((mean - theirs) / error).abs() < 4.0 * 2.0_f64.sqrt(), "{mean} against {theirs}, error {error}");
        assert!(error < 0.04 * theirs, "an error of {error} shows nothing");
    }

    /// The weight decay with the lowest mean loss.
    fn lowest(curve: &[Vec<f64>]) -> &Vec<f64> {
        curve.iter().min_by(|a, b| a.iter().sum::<f64>().total_cmp(&b.iter().sum())).expect("a weight decay")
    }

    #[test]
    fn losses_agree_with_an_independent_program() {
        // Means of a NumPy program with other random numbers: single model, ensemble of 8, best distilled student; the
        // self-distilled student with synthetic data only, and its loss with the best share of real data and that share.
        // With 128 synthetic samples, a student of the ensemble has the loss 0.836 with its best weight decay, and 0.857
        // with a third of it. So it keeps 35 % of the gain, or 16 %; means over 60 draws have an error of 5 %.
        let cells = [
            (64, 0, [0.929, 0.808, 0.843], [0.918, 0.8945], 1),
            (96, 0, [0.886, 0.778, 0.794], [0.865, 0.838], 2),
            (128, 0, [0.896, 0.804, 0.811], [0.864, 0.851], 1),
            (128, 512, [0.876, 0.777, 0.8245], [0.9005, 0.8495], 2),
            (128, 128, [0.876, 0.777, 0.836], [0.957, 0.857], 3),
        ];
        for (width, synthetic, [single, teacher, distilled], [alone, mixed], share) in cells {
            let (best, singles, students) = losses(width, synthetic);
            agrees(&singles[best[0]][0], single);
            agrees(&singles[best[1]][1], teacher);
            let curves: Vec<&Vec<f64>> = students[0].iter().map(|curve| lowest(curve)).collect();
            let ours = curves.into_iter().min_by(|a, b| a.iter().sum::<f64>().total_cmp(&b.iter().sum()));
            agrees(ours.expect("a share"), distilled);
            let pair = |i: usize, j: usize, share: usize| -> Vec<f64> {
                let both = |d: usize| {
                    let parts = students[i][share][d].iter().zip(&students[j][share][d]);
                    parts.map(|(a, b)| 0.5 * (a + b)).collect::<Vec<f64>>()
                };
                lowest(&(0..10).map(both).collect::<Vec<_>>()).clone()
            };
            agrees(&pair(1, 3, 0), alone);
            agrees(&pair(1, 3, share), mixed);
            // A student that has its teacher's random features gains little or nothing from its labels.
            let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
            let first = mean(&singles[best[0]][0]);
            let (fresh, same) = (mean(&pair(1, 3, share)), mean(&pair(2, 4, share)));
            assert!(first - same < 0.4 * (first - fresh), "single {first}, fresh {fresh}, same {same}");
        }
    }
}

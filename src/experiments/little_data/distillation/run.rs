//! What `distillation` computes and trains, and which results it keeps.

use std::rc::Rc;

use super::{CURVE_FIRST, Distillation, PILOT_FIRST, Params, WIDTH_DRAWS};
use crate::error::Result;
use crate::exec::{Exec, Job};
use crate::experiments::little_data::draws::{Compute, Model, train, training_time};
use crate::kit::legs::Block;
use crate::math;
use crate::rng::Gaussian;
use crate::sim::distil::{self, Distil, Pair, Single, Study, Teacher};
use crate::theory::distillation::{Map, Objective};
use crate::theory::lottery_ridge::{Task, endless};

/// Shares of real data on the curves.
const SHARES: [f64; 9] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0];
/// Shares of real data with which students of the ensemble are trained.
const TRAINED_SHARES: [f64; 5] = [0.0, 0.2, 0.4, 0.6, 0.8];
/// Shares of real data at other widths. With the last one, a student has no teacher; the others are tried.
pub(super) const FEW_SHARES: [f64; 5] = [0.0, 0.2, 0.4, 0.6, 1.0];
/// Number of values of the weight decay: from 10^-4.5 to 10^-1, two in each decade.
const DECAYS: usize = 8;
/// Multiplications that all draws of the pilot may take together.
const PILOT_WORK: f64 = 1.1e8;
/// Number of further draws on which the teachers are tuned before the run.
const MORE_DRAWS: u32 = 6;

/// The shares of real data on the curves, with that of the parameters.
pub(super) fn shares(params: &Params) -> Vec<f64> {
    with(SHARES.to_vec(), params.mu)
}

/// The weight decays on the curves, with that of the student if it is fixed.
pub(super) fn decays(params: &Params) -> Vec<f64> {
    let decays: Vec<f64> = (0..DECAYS).map(|i| math::pow(10.0, 0.5 * i as f64 - 4.5)).collect();
    if params.tuning == "fixed" { with(decays, params.decay) } else { decays }
}

/// Inserts a value into an increasing list, unless it is there.
fn with(mut list: Vec<f64>, value: f64) -> Vec<f64> {
    let place = list.partition_point(|other| *other < value);
    if list.get(place) != Some(&value) {
        list.insert(place, value);
    }
    list
}

/// The index of the students' weight decay, if it is fixed.
pub(super) fn fixed(params: &Params, decays: &[f64]) -> Option<usize> {
    (params.tuning == "fixed").then(|| decays.partition_point(|other| *other < params.decay))
}

/// Who learns from whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A student of the ensemble.
    Distilled,
    /// A student of a single model, with another seed than its teacher.
    Fresh,
    /// A student of a single model, with its teacher's seed.
    Same,
}

/// The students of the ensemble. Their indices are above those of the members, unless they have the seeds of the first
/// two.
fn learners(params: &Params) -> [Pair; 2] {
    let first = if params.student == "same" { 0 } else { params.members };
    [first, first + 1].map(|student| Pair { student, teacher: Teacher::Ensemble })
}

/// The pairs of students and teachers whose mean loss is that of a kind. There are two of each kind, because it is chance
/// whether a student has good random features.
fn pairs(params: &Params, kind: Kind) -> Vec<Pair> {
    let pair = |student, teacher| Pair { student, teacher: Teacher::Member(teacher) };
    match kind {
        Kind::Distilled => learners(params).to_vec(),
        Kind::Fresh => vec![pair(0, 1), pair(1, 0)],
        Kind::Same => vec![pair(0, 0), pair(1, 1)],
    }
}

fn study(params: &Params, width: u32, seed: u32, shares: &[f64], decays: &[f64], pairs: Vec<Pair>) -> Study {
    Study {
        seed,
        task: [params.spectrum, params.target, params.noise, params.gain],
        samples: params.samples as usize,
        width: width as usize,
        members: params.members,
        synthetic: if params.synthetic == "unlimited" { 0 } else { params.inputs as usize },
        decays: decays.to_vec(),
        shares: shares.to_vec(),
        pairs,
    }
}

/// The study of the curves that are shown before the run. One student has the ensemble and the first member as teachers.
pub(super) fn pilot(params: &Params, seed: u32, shares: &[f64], decays: &[f64]) -> Study {
    let [distilled, _] = learners(params);
    let pairs = vec![distilled, Pair { teacher: Teacher::Member(0), ..distilled }];
    study(params, params.width, seed, shares, decays, pairs)
}

/// The loss of an ensemble of `members` members by the law `L_K = L_inf + (L_1 - L_inf)/K`, from two members.
fn ensemble_of(members: u32, two: Single) -> Single {
    let limit = endless(two.mean, two.together, 2);
    Single { together: limit + (two.mean - limit) / f64::from(members), ..two }
}

/// The best weight decays, from losses `[draw][decay]`: that of the single model, and that of the members of the
/// ensemble. The second search starts at the first and goes on as long as the loss of the ensemble falls.
fn tune(singles: &[Vec<Single>]) -> [usize; 2] {
    let sum = |loss: fn(&Single) -> f64, decay: usize| singles.iter().map(|draw| loss(&draw[decay])).sum::<f64>();
    let (alone, all) = (|decay| sum(|one| one.mean, decay), |decay| sum(|one| one.together, decay));
    let single = (0..singles[0].len()).min_by(|&i, &j| alone(i).total_cmp(&alone(j))).unwrap_or(0);
    let mut together = single;
    while together > 0 && all(together - 1) < all(together) {
        together -= 1;
    }
    [single, together]
}

/// Losses in closed form, on several draws of the data.
#[derive(Default)]
pub(super) struct Curves {
    /// Losses of single models, `[draw][decay]`.
    singles: Vec<Vec<Single>>,
    /// Losses of students, `[draw][pair][share][decay]`.
    losses: Vec<Vec<f64>>,
    /// Shares of real data, the last of which is 1.
    shares: Vec<f64>,
    /// The pairs of each kind.
    kinds: [&'static [usize]; 3],
    /// Index of the students' weight decay, if it is fixed.
    fixed: Option<usize>,
    /// Indices of the weight decays of the single model and of the members of the ensemble.
    pub(super) teachers: [usize; 2],
}

impl Curves {
    /// Computes the curves of the pilot on few draws. The teachers are tuned on these and on more draws, with two members
    /// each: a teacher with too little weight decay would be too easy to beat.
    pub(super) fn pilot(study: &Study, task: &Task, gaussian: &Gaussian, fixed: Option<usize>) -> Self {
        let n = study.width as f64;
        let m = if study.synthetic == 0 { 256 } else { study.synthetic };
        let samples = f64::from(study.members) * study.samples as f64 + m as f64;
        let solved = (study.decays.len() * (study.members as usize + study.shares.len())) as f64;
        let work = samples * n * (256.0 + n / 2.0) + solved * n * (n * n / 6.0 + 512.0);
        let count = (PILOT_WORK / work).clamp(1.0, 4.0) as u32;
        let drawn: Vec<_> = (PILOT_FIRST..PILOT_FIRST + count).map(|draw| study.draw(task, gaussian, draw)).collect();
        let singles: Vec<Vec<Single>> = drawn.iter().map(distil::Drawn::singles).collect();
        let two = Study { members: 2, ..study.clone() };
        let more = (PILOT_FIRST + count..PILOT_FIRST + count + MORE_DRAWS)
            .map(|draw| two.draw(task, gaussian, draw).singles())
            .map(|singles| singles.into_iter().map(|two| ensemble_of(study.members, two)).collect());
        let teachers = tune(&singles.iter().cloned().chain(more).collect::<Vec<_>>());
        let losses = drawn.iter().map(|drawn| drawn.students(teachers)).collect();
        Self { singles, losses, shares: study.shares.clone(), kinds: [&[0], &[1], &[1]], fixed, teachers }
    }

    /// Number of draws of the data.
    pub(super) const fn count(&self) -> usize {
        self.losses.len()
    }

    fn over<'a>(&'a self, loss: impl Fn(&Single) -> f64 + 'a, decay: usize) -> impl Iterator<Item = f64> + 'a {
        self.singles.iter().map(move |singles| loss(&singles[decay]))
    }

    /// Mean loss of a single model with a weight decay.
    pub(super) fn single(&self, decay: usize) -> f64 {
        self.over(|single| single.mean, decay).sum::<f64>() / self.singles.len() as f64
    }

    /// Mean loss of the ensemble with a weight decay.
    pub(super) fn together(&self, decay: usize) -> f64 {
        self.over(|single| single.together, decay).sum::<f64>() / self.singles.len() as f64
    }

    /// Mean losses of the tuned single model and of the tuned ensemble.
    pub(super) fn levels(&self) -> [f64; 2] {
        [self.single(self.teachers[0]), self.together(self.teachers[1])]
    }

    /// The loss of a student on each draw.
    pub(super) fn each(&self, kind: Kind, share: usize, decay: usize) -> impl Iterator<Item = f64> {
        let pairs = self.kinds[kind as usize];
        self.losses.iter().zip(&self.singles).map(move |(losses, singles)| {
            let one = |pair: &usize| losses[(pair * self.shares.len() + share) * singles.len() + decay];
            pairs.iter().map(one).sum::<f64>() / pairs.len() as f64
        })
    }

    /// On each draw, by how much the tuned ensemble is better than the tuned single model.
    pub(super) fn gains(&self) -> Vec<f64> {
        let [single, together] = self.teachers;
        self.singles.iter().map(|singles| singles[single].mean - singles[together].together).collect()
    }

    /// On each draw, what the student of the ensemble keeps of the gain; see [`kept`].
    pub(super) fn kept(&self, share: usize, decay: usize) -> Vec<f64> {
        let single: Vec<f64> = self.over(|single| single.mean, self.teachers[0]).collect();
        let alone: Vec<f64> = self.each(Kind::Distilled, self.shares.len() - 1, self.teachers[0]).collect();
        let student: Vec<f64> = self.each(Kind::Distilled, share, decay).collect();
        kept(self.shares[share], &single, &alone, &student)
    }

    /// The share of the ensemble's gain that its student keeps with a weight decay: a ratio of means.
    pub(super) fn kept_share(&self, share: usize, decay: usize) -> f64 {
        let sum = |values: Vec<f64>| values.iter().sum::<f64>();
        sum(self.kept(share, decay)) / sum(self.gains())
    }

    /// Mean loss of a student.
    pub(super) fn mean(&self, kind: Kind, share: usize, decay: usize) -> f64 {
        self.each(kind, share, decay).sum::<f64>() / self.count() as f64
    }

    /// Index of the student's weight decay: the best one, unless it is fixed.
    pub(super) fn best(&self, kind: Kind, share: usize) -> usize {
        let loss = |decay: &usize| self.mean(kind, share, *decay);
        let lowest = || (0..self.singles[0].len()).min_by(|i, j| loss(i).total_cmp(&loss(j))).unwrap_or(0);
        self.fixed.unwrap_or_else(lowest)
    }

    /// Mean loss of a student with its weight decay.
    pub(super) fn tuned(&self, kind: Kind, share: usize) -> f64 {
        self.mean(kind, share, self.best(kind, share))
    }

    /// Curves without draws, for the pairs of [`Distillation::study_of_curves`], with the settings of the pilot.
    pub(super) fn of_run(pilot: &Self) -> Self {
        let kinds: [&'static [usize]; 3] = [&[0, 3], &[1, 4], &[2, 5]];
        Self { kinds, shares: pilot.shares.clone(), fixed: pilot.fixed, teachers: pilot.teachers, ..Self::default() }
    }

    /// Curves without draws at another width.
    fn of_width(pilot: &Self) -> Self {
        let kinds: [&'static [usize]; 3] = [&[0, 1], &[], &[]];
        Self { kinds, shares: FEW_SHARES.to_vec(), fixed: pilot.fixed, teachers: pilot.teachers, ..Self::default() }
    }

    /// Adds the losses on one draw.
    pub(super) fn push(&mut self, singles: Vec<Single>, losses: Vec<f64>) {
        self.singles.push(singles);
        self.losses.push(losses);
    }

    /// Adds the results of the job.
    fn add(&mut self, study: &Study, found: &[f64]) {
        let (decays, pairs) = (study.decays.len(), study.pairs.len());
        for draw in found.chunks_exact(Distil::WIDTH) {
            let (singles, rest) = draw.split_at(2 * decays);
            let single = |[mean, together]: &[f64; 2]| Single { mean: *mean, together: *together };
            let singles = singles.as_chunks::<2>().0.iter().map(single).collect();
            self.push(singles, rest[..pairs * self.shares.len() * decays].to_vec());
        }
    }
}

/// By how much students are better than single models, on each draw: `single + mu (alone - single) - student`, where mu is
/// the share of real data, and `alone` the loss of the student without its teacher, from the real data alone.
///
/// `alone` and `single` have equal means over the draws, so the mean of the result does not depend on the second term. But it
/// is chance which of two models has the better random features. The more real data a student learns from, the more its loss
/// depends on its own features, and the more of this chance the term removes: with `mu = 1` all of it.
pub(super) fn kept(mu: f64, single: &[f64], alone: &[f64], student: &[f64]) -> Vec<f64> {
    let three = single.iter().zip(alone).zip(student);
    three.map(|((single, alone), student)| single + mu * (alone - single) - student).collect()
}

/// Losses of trained models on the same draws of the data.
#[derive(Default)]
pub(super) struct Trained {
    /// Mean loss of the members with the weight decay of the single model, for each draw.
    pub(super) singles: Vec<f64>,
    /// Mean loss of the two members that teach a student alone, for each draw.
    pub(super) teachers: Vec<f64>,
    /// Mean loss of the ensemble's students without their teacher, from the real data alone, for each draw.
    pub(super) alone: Vec<f64>,
    /// Loss of the ensemble, for each draw.
    pub(super) ensembles: Vec<f64>,
    /// Losses of the students, `[slot][draw]`, in the order of [`Distillation::slots`].
    pub(super) students: Vec<Vec<f64>>,
}

/// An objective as a model that is trained with a weight decay.
fn model<'a>(objective: &'a Objective, decay: &'a f64) -> Model<'a> {
    let Objective { matrix, target } = objective;
    Model { matrix, target, decays: std::slice::from_ref(decay), time: training_time(*decay) }
}

impl Distillation {
    /// The students that are trained: kinds with shares of real data.
    pub(super) fn slots(&self) -> Vec<(Kind, usize)> {
        let mu = self.params.mu;
        let own = with(TRAINED_SHARES.to_vec(), mu).into_iter().map(|share| (Kind::Distilled, self.share(share)));
        let ends = with(vec![0.0], mu);
        let alone = [Kind::Fresh, Kind::Same]
            .into_iter()
            .flat_map(|kind| ends.iter().map(move |share| (kind, self.share(*share))).collect::<Vec<_>>());
        own.chain(alone).collect()
    }

    /// The weight decay with which students are trained.
    pub(super) fn student_decay(&self, kind: Kind, share: usize) -> f64 {
        self.decays[self.pilot.best(kind, share)]
    }

    /// Sum of the training times of all models on one draw.
    pub(super) fn training_time(&self) -> f64 {
        let teachers: f64 = self.pilot.teachers.iter().map(|decay| training_time(self.decays[*decay])).sum();
        let student = |(kind, share): (Kind, usize)| {
            pairs(&self.params, kind).len() as f64 * training_time(self.student_decay(kind, share))
        };
        f64::from(self.params.members) * teachers + self.slots().into_iter().map(student).sum::<f64>()
    }

    /// Trains teachers, then their students, on a block of draws, and records their losses.
    pub(super) async fn train(&mut self, exec: &Exec, block: Block) -> Result<()> {
        let compute = Rc::clone(&self.compute);
        let Compute { task, gaussian } = &*compute;
        let params = &self.params;
        let (width, members) = (params.width as usize, params.members as usize);
        let count = if params.synthetic == "unlimited" { 0 } else { params.inputs as usize };
        let slots = self.slots();
        let mut students = vec![Vec::new(); slots.len()];
        let [mut singles, mut teachers, mut without, mut ensembles] = [const { Vec::new() }; 4];
        for draw in block.first..block.first + block.runs {
            let real = task.sample(gaussian, self.seed, draw, params.samples as usize);
            let maps: Vec<Map> = (0..params.members + 2)
                .map(|index| Map::new(&task.member(gaussian, self.seed, draw, index, width), width))
                .collect();
            exec.breathe().await;
            let alone: Vec<Objective> = maps.iter().map(|map| map.moments(&real).objective(&real.labels)).collect();
            exec.breathe().await;

            let decays = self.pilot.teachers.map(|decay| self.decays[decay]);
            let models = decays.iter().flat_map(|decay| alone[..members].iter().map(move |one| model(one, decay)));
            let own = learners(params).map(|pair| pair.student as usize);
            let models = models.chain(own.iter().map(|student| model(&alone[*student], &decays[0])));
            let mut learned = train(exec, &models.collect::<Vec<_>>()).await?;
            let own_weights = learned.split_off(2 * members);
            let own_losses = own.iter().zip(&own_weights).map(|(i, theta)| task.loss(&maps[*i].function(theta)));
            without.push(0.5 * own_losses.sum::<f64>());
            let functions: Vec<Vec<f64>> =
                learned.iter().enumerate().map(|(i, theta)| maps[i % members].function(theta)).collect();
            let losses: Vec<f64> = functions[..members].iter().map(|u| task.loss(u)).collect();
            let ensemble = distil::mean(&functions[members..]);
            singles.push(losses.iter().sum::<f64>() / losses.len() as f64);
            teachers.push(0.5 * (losses[0] + losses[1]));
            ensembles.push(task.loss(&ensemble));

            let fresh = task.synthetic(gaussian, self.seed, draw, count);
            let mut moments = Vec::new();
            for map in &maps {
                let used = moments.len() < 2 || own.contains(&moments.len());
                moments.push(used.then(|| map.moments(&fresh)));
                exec.breathe().await;
            }
            let mut models: Vec<(usize, usize, Objective, f64)> = Vec::new();
            for (slot, (kind, share)) in slots.iter().enumerate() {
                for Pair { student, teacher } in pairs(params, *kind) {
                    let student = student as usize;
                    let u = match teacher {
                        Teacher::Ensemble => &ensemble,
                        Teacher::Member(index) => &functions[index as usize],
                    };
                    let Some(moments) = &moments[student] else { continue };
                    let synthetic = moments.objective(&task.relabelled(&fresh, u));
                    let mixed = alone[student].mixed(&synthetic, self.shares[*share]);
                    models.push((slot, student, mixed, self.student_decay(*kind, *share)));
                }
            }
            let asked = models.iter().map(|(.., mixed, decay)| model(mixed, decay));
            let learned = train(exec, &asked.collect::<Vec<_>>()).await?;
            let mut found = vec![Vec::new(); slots.len()];
            for ((slot, student, ..), theta) in models.iter().zip(&learned) {
                found[*slot].push(task.loss(&maps[*student].function(theta)));
            }
            for (all, found) in students.iter_mut().zip(found) {
                all.push(found.iter().sum::<f64>() / found.len() as f64);
            }
        }
        let kept = &mut self.trained;
        kept.singles.extend(singles);
        kept.teachers.extend(teachers);
        kept.alone.extend(without);
        kept.ensembles.extend(ensembles);
        kept.students.resize(slots.len(), Vec::new());
        kept.students.iter_mut().zip(students).for_each(|(all, new)| all.extend(new));
        Ok(())
    }

    /// The study of the curves of the run.
    pub(super) fn study_of_curves(&self) -> Study {
        let params = &self.params;
        let [distilled, fresh, same] = [Kind::Distilled, Kind::Fresh, Kind::Same].map(|kind| pairs(params, kind));
        // Pairs with one student stand side by side.
        let pairs = vec![distilled[0], fresh[0], same[0], distilled[1], fresh[1], same[1]];
        study(params, params.width, self.seed, &self.shares, &self.decays, pairs)
    }

    /// Computes the curves on a block of draws.
    pub(super) async fn compute_curves(&mut self, exec: &Exec, block: Block) -> Result<()> {
        let study = self.study_of_curves();
        let first = CURVE_FIRST + block.first;
        let found = exec.map::<Distil>(&study.inputs(self.pilot.teachers), first..first + block.runs).await?;
        self.curves.add(&study, &found);
        Ok(())
    }

    /// Computes the students of the ensemble at another width. Its teachers have the weight decays that are best at the
    /// width of the parameters.
    pub(super) async fn compute_width(&mut self, exec: &Exec, width: u32) -> Result<()> {
        let params = &self.params;
        let study = study(params, width, self.seed, &FEW_SHARES, &self.decays, learners(params).to_vec());
        let draws = CURVE_FIRST..CURVE_FIRST + WIDTH_DRAWS;
        let found = exec.map::<Distil>(&study.inputs(self.pilot.teachers), draws).await?;
        let mut curves = Curves::of_width(&self.pilot);
        curves.add(&study, &found);
        self.widths.push(curves);
        Ok(())
    }
}

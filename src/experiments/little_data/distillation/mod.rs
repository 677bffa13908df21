//! How much of an ensemble's advantage can one small model keep?
//!
//! Model: "lottery ridge" with distillation (see [`crate::theory::distillation`]); teachers and students are trained by
//! gradient descent. Prediction: a student that learns from the labels of an ensemble is better than a single model that
//! learns from the data alone, and keeps a share of the ensemble's gain. A student of one model is better than its
//! teacher if it has random features of its own and sees real data too. Falsifier: trained students whose losses differ
//! from the closed form, or a student that is no better than a single model.

use std::rc::Rc;

use run::{Curves, Kind, Trained};

use crate::error::{Error, Result};
use crate::exec::{Exec, Twin};
use crate::experiments::little_data::draws::Compute;
use crate::kit::legs::{Block, blocks};
use crate::kit::{Budget, Claim, Experiment, Info};
use crate::output::{Answer, Output, Progress};
use crate::params::{Choice, Spec};
use crate::rng::Gaussian;
use crate::sim::distil::Distil;
use crate::sim::lottery_ridge::LotteryRidge;

mod answer;
mod claims;
mod figures;
mod published;
mod run;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod verdicts;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Share $\mu$ of the real data in the student's loss. With 0 the student sees only what its teacher says, with 1 only the real data.
        mu: f64 = Spec::number("0.5", 0.0, 1.0).label("share of real data");
        /// Width $N$ of the single model, of the members of the ensemble and of the student. A student of the ensemble is as small as one member.
        width: u32 = Spec::integer("96", 4.0, 128.0).log().unit("features");
        /// Number $m$ of synthetic inputs that the teacher labels, if they are drawn. It must be at least the width.
        inputs: u32 = Spec::integer("384", 8.0, 2048.0).log().label("synthetic inputs");
        /// Whether the synthetic inputs are drawn and their labels noisy, or whether there are infinitely many of them.
        synthetic: &'static str = Spec::choice("sampled", SYNTHETIC).label("synthetic data");
        /// Whether the student has random features of its own, or those of its teacher. A student of the ensemble then has those of the first member.
        student: &'static str = Spec::choice("fresh", STUDENTS).label("seed of the student");
        /// Number of members of the ensemble.
        members: u32 = Spec::integer("8", 2.0, 16.0).unit("members");
        /// Number $n$ of real samples.
        samples: u32 = Spec::integer("64", 8.0, 128.0).log().unit("samples");
        /// Whether each student has the weight decay that is best for it, or all students have one weight decay.
        tuning: &'static str = Spec::choice("best", TUNING).label("weight decay of the student");
        /// Weight decay of all students, if it is fixed.
        decay: f64 = Spec::number("0.001", 0.000_01, 1.0).log();
        /// Strength $\gamma$ of the random gains that make members differ. With 0 they differ only by their random features.
        gain: f64 = Spec::number("1.5", 0.0, 3.0);
        /// Variance of the noise of the labels. Sampled labels of a teacher have as much noise.
        noise: f64 = Spec::number("0.5", 0.0, 4.0);
        /// Exponent $a$ of the spectrum: the variance of coordinate $k$ of an input falls as $k^{-a}$.
        spectrum: f64 = Spec::number("1.5", 1.05, 3.0);
        /// Exponent $b$ of the target: the share of coordinate $k$ in the true function falls as $k^{-b}$.
        target: f64 = Spec::number("1.5", 1.05, 3.0);
        /// Number of draws of the data on which teachers and students are trained. Intervals and verdicts need at least 8.
        draws: u32 = Spec::integer("40", 2.0, 100.0).log().unit("draws");
    }
}

const SYNTHETIC: &[Choice] =
    &[Choice { value: "sampled", label: "sampled" }, Choice { value: "unlimited", label: "unlimited" }];
const STUDENTS: &[Choice] =
    &[Choice { value: "fresh", label: "a fresh seed" }, Choice { value: "same", label: "the teacher's seed" }];
const TUNING: &[Choice] =
    &[Choice { value: "best", label: "best for each student" }, Choice { value: "fixed", label: "fixed" }];

/// Number of draws of the data for the curves.
const CURVE_DRAWS: u32 = 16;
/// Index of the first draw of the curves. Teachers and students are trained on other draws, so that the two are
/// independent.
const CURVE_FIRST: u32 = 1000;
/// Index of the first draw on which everything is tuned before the run. No loss of the run is of these draws.
const PILOT_FIRST: u32 = 2000;
/// Number of draws of the curves between two checkpoints.
const CURVE_BATCH: u32 = 8;
/// Widths at which the retained share is computed, beside the width of the parameters.
const WIDTHS: [u32; 5] = [16, 32, 64, 96, 128];
/// Number of draws of the data for the curve over the widths.
const WIDTH_DRAWS: u32 = 8;
/// Number of draws between two checkpoints on which teachers and students are trained.
const TRAINED_BATCH: u32 = 2;
/// The experiment `distillation`.
pub struct Distillation {
    params: Params,
    seed: u32,
    /// Shares of real data on the curves, in increasing order.
    shares: Vec<f64>,
    /// Weight decays on the curves, in increasing order.
    decays: Vec<f64>,
    /// Curves over few draws, which are shown before the run. The weight decays that are trained are tuned on them.
    pilot: Curves,
    /// Curves over many draws, once the run has computed them.
    curves: Curves,
    /// Curves at the widths of [`Distillation::other_widths`].
    widths: Vec<Curves>,
    /// What was trained.
    trained: Trained,
    compute: Rc<Compute>,
    done: u32,
}

/// A checkpoint of the run.
#[derive(Clone, Copy, Debug)]
enum Work {
    /// Train teachers and students on some draws.
    Train(Block),
    /// Compute the curves on some draws.
    Curves(Block),
    /// Compute the curves at another width, which has this index.
    Width(usize),
}

impl Distillation {
    /// The curves to draw: those over many draws once there are more of them than in the pilot.
    fn curves(&self) -> &Curves {
        if self.curves.count() > self.pilot.count() { &self.curves } else { &self.pilot }
    }

    /// The index of a share of real data.
    fn share(&self, mu: f64) -> usize {
        self.shares.partition_point(|share| *share < mu).min(self.shares.len() - 1)
    }

    /// Who is the student of a single model: one with its teacher's seed, or one with a fresh seed.
    fn taught_by_one(&self) -> Kind {
        if self.params.student == "same" { Kind::Same } else { Kind::Fresh }
    }

    /// The widths, other than that of the parameters, at which the retained share is computed.
    fn other_widths(&self) -> Vec<u32> {
        let Params { width, inputs, synthetic, .. } = self.params;
        WIDTHS.into_iter().filter(|w| *w != width && (synthetic == "unlimited" || *w <= inputs)).collect()
    }

    /// The work of the run, in order.
    fn work(&self) -> Vec<Work> {
        let trained = blocks(self.params.draws, TRAINED_BATCH).map(Work::Train);
        let curves = blocks(CURVE_DRAWS, CURVE_BATCH).map(Work::Curves);
        trained.chain(curves).chain((0..self.other_widths().len()).map(Work::Width)).collect()
    }

    /// Rough cost of a checkpoint, as a number of multiplications.
    fn cost(&self, work: Work) -> f64 {
        let Params { samples, members, width, inputs, synthetic, .. } = self.params;
        let m = if synthetic == "unlimited" { 256.0 } else { f64::from(inputs) };
        let decays = self.decays.len() as f64;
        let study = |width: u32, students: f64, shares: f64| {
            let n = f64::from(width);
            let solve = n * n * n / 6.0 + 300.0 * n;
            let real = f64::from(samples) * n * (256.0 + n / 2.0);
            f64::from(members) * (real + decays * solve)
                + students * (real + m * n * (256.0 + n / 2.0) + shares * decays * solve)
        };
        match work {
            Work::Train(block) => {
                let n = f64::from(width);
                f64::from(block.runs) * (n * n * 0.25 * self.training_time() + study(width, 4.0, 0.0))
            }
            Work::Curves(block) => f64::from(block.runs) * study(width, 4.0, self.shares.len() as f64),
            Work::Width(i) => f64::from(WIDTH_DRAWS) * study(self.other_widths()[i], 2.0, run::FEW_SHARES.len() as f64),
        }
    }
}

impl Experiment for Distillation {
    const SLUG: &'static str = "distillation";
    const INFO: Info = words::INFO;
    const TEXTS: crate::text::Templates = words::TEXTS;
    const QUICK: &'static str = "width=24&inputs=48&members=4&draws=12";
    const MAIN: &'static [&'static str] = &["mu", "width", "inputs"];
    const FIRST: &'static [&'static str] = &["synthetic=unlimited", "student=same", "mu=0.6", "width=64"];
    const KERNELS: &'static [Twin] = &[Twin::kernel::<LotteryRidge>(), Twin::job::<Distil>()];
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const BUDGET: Budget = Budget { ready: 112_000, ..Budget::USUAL };
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        if params.synthetic == "sampled" && params.inputs < params.width {
            return Err(Error::parameter("inputs", &params.inputs.to_string(), words::AS_MANY_AS_FEATURES));
        }
        Ok(())
    }

    fn start(params: Params, seed: u32) -> Result<Self> {
        let (shares, decays) = (run::shares(&params), run::decays(&params));
        let study = run::pilot(&params, seed, &shares, &decays);
        let compute = Compute { task: study.task(), gaussian: Gaussian::new() };
        let pilot = Curves::pilot(&study, &compute.task, &compute.gaussian, run::fixed(&params, &decays));
        Ok(Self {
            params,
            seed,
            shares,
            decays,
            curves: Curves::of_run(&pilot),
            pilot,
            widths: Vec::new(),
            trained: Trained::default(),
            compute: Rc::new(compute),
            done: 0,
        })
    }

    fn progress(&self) -> Progress {
        let work = self.work();
        Progress::of(self.done, work.len() as u32).by_work(|| {
            let cost = |work: &[Work]| work.iter().map(|work| self.cost(*work)).sum();
            [cost(&work[..self.done as usize]), cost(&work)]
        })
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        match self.work()[self.done as usize] {
            Work::Train(block) => self.train(exec, block).await?,
            Work::Curves(block) => self.compute_curves(exec, block).await?,
            Work::Width(i) => self.compute_width(exec, self.other_widths()[i]).await?,
        }
        self.done += 1;
        Ok(())
    }

    fn output(&self) -> Output {
        let answer = if self.ended() { self.measured_answer() } else { self.expected_answer() };
        Output {
            answer: Some(Answer::new(answer)),
            figures: self.figures(),
            tables: self.tables(),
            verdicts: self.verdicts(),
        }
    }
}

//! What should be done with unlimited compute if the training data are few?
//!
//! Model: "lottery ridge" (see [`crate::theory::lottery_ridge`]), with members that are trained by gradient descent.
//! Prediction: with a standard recipe (fixed epochs, little weight decay) larger models become worse; with tuned weight
//! decay they become better; ensembles have a lower asymptote than any single model, because members that see different
//! features make different errors. Falsifier: trained members whose losses differ from the closed form, or an ensemble
//! whose asymptote is not below that of the single model.

use std::rc::Rc;

use run::{Curves, RECIPES, TRAINED, Trained};

use crate::error::{Error, Result};
use crate::exec::{Exec, Twin};
use crate::experiments::little_data::draws::Compute;
use crate::kit::legs::{Block, blocks};
use crate::kit::{Budget, Claim, Experiment, Info};
use crate::output::{Answer, Output, Progress};
use crate::params::{Choice, Spec};
use crate::rng::Gaussian;
use crate::sim::lottery_ridge::LotteryRidge;
use crate::sim::recipes::Recipes;
use crate::theory::lottery_ridge::Width;

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
        /// Number $n$ of training samples. All models are trained on these samples only.
        samples: u32 = Spec::integer("64", 4.0, 128.0).log().unit("samples");
        /// For how many epochs the standard recipe trains. In one epoch, the learning rates of all steps sum to the number of samples.
        epochs: f64 = Spec::number("32", 0.125, 512.0).log().unit("epochs");
        /// Strength $\gamma$ of the random gains that make the members of an ensemble differ. With 0 all members learn the same directions equally fast.
        gain: f64 = Spec::number("1.5", 0.0, 3.0);
        /// Width $N$ of the models in the figures against epochs, weight decay and number of members.
        width: u32 = Spec::integer("64", 1.0, 256.0).log().unit("features");
        /// Widths $N$ of the models: whole numbers in increasing order. Infinite width is always computed too.
        widths: Vec<f64> = Spec::list("8,16,32,64,128,256", 1.0, 256.0, 2, 8).log();
        /// Weight decay of the standard recipe. 0 turns weight decay off.
        decay: f64 = Spec::number("0.000001", 0.0, 1.0);
        /// Whether the standard recipe stops after its number of epochs, or trains until nothing changes any more.
        until: &'static str = Spec::choice("epochs", ENDS).label("end of training");
        /// Exponent $a$ of the variances of the coordinates of an input: the variance of coordinate $k$ falls as $k^{-a}$.
        spectrum: f64 = Spec::number("1.5", 1.05, 3.0);
        /// Exponent $b$ of the true function: the variance that coordinate $k$ adds to it falls as $k^{-b}$.
        target: f64 = Spec::number("1.5", 1.05, 3.0);
        /// Variance of the noise of the labels. No model can have a lower loss.
        noise: f64 = Spec::number("0.5", 0.0, 4.0);
        /// Number of members that are trained on each draw of the data. Ensembles need at least 2.
        members: u32 = Spec::integer("4", 1.0, 16.0).unit("members");
        /// Number of draws of the data on which members are trained. Intervals and verdicts need at least 8.
        draws: u32 = Spec::integer("16", 2.0, 100.0).log().unit("draws");
    }
}

const ENDS: &[Choice] = &[
    Choice { value: "epochs", label: "after the epochs" },
    Choice { value: "converged", label: "when nothing changes" },
];

/// Number of members on each draw of the curves that are shown before the run.
const PILOT_MEMBERS: u32 = 3;
/// Number of draws of the data for the curves.
const CURVE_DRAWS: u32 = 40;
/// Number of members on each draw of the curves.
const CURVE_MEMBERS: u32 = 4;
/// Index of the first draw of the curves. The members are trained on other draws, so that the two are independent.
const CURVE_FIRST: u32 = 1000;
/// Number of draws of the curves between two checkpoints.
const CURVE_BATCH: u32 = 8;
/// Number of members between two checkpoints, at least one draw.
const TRAINED_BATCH: u32 = 32;
/// The experiment `infinite-compute`.
pub struct InfiniteCompute {
    params: Params,
    seed: u32,
    /// The widths in increasing order; the last one is infinite.
    widths: Vec<Width>,
    /// Index of the width in the figures against epochs, weight decay and members.
    shown: usize,
    /// Curves over few draws, which are shown before the run. The weight decays of the trained members are tuned on
    /// them.
    pilot: Curves,
    /// Curves over many draws, once the run has computed them.
    curves: Curves,
    /// The trained members, `[width][recipe]`.
    trained: Vec<[Trained; TRAINED.len()]>,
    compute: Rc<Compute>,
    done: u32,
}

/// A checkpoint of the run.
#[derive(Clone, Copy, Debug)]
enum Work {
    /// Train the members of a width on some draws.
    Train(usize, Block),
    /// Compute the curves on some draws.
    Curves(Block),
}

impl InfiniteCompute {
    /// The curves to draw: those over many draws once there are more of them than in the pilot.
    fn curves(&self) -> &Curves {
        if self.curves.count() > self.pilot.count() { &self.curves } else { &self.pilot }
    }

    /// Index of the infinite width.
    fn infinite(&self) -> usize {
        self.widths.len() - 1
    }

    /// The work of the run, in order: all widths on the first draws, and so on; then the curves.
    fn work(&self) -> Vec<Work> {
        let Params { draws, members, .. } = self.params;
        let trained = blocks(draws, TRAINED_BATCH / members)
            .flat_map(|block| (0..self.widths.len()).map(move |width| Work::Train(width, block)));
        trained.chain(blocks(CURVE_DRAWS, CURVE_BATCH).map(Work::Curves)).collect()
    }

    /// Rough cost of a checkpoint, as a number of multiplications.
    fn cost(&self, work: Work) -> f64 {
        let Params { samples, members, .. } = self.params;
        let samples = f64::from(samples);
        let wide = |width: usize| match self.widths[width] {
            Width::Of(count) => count as f64,
            Width::Infinite => 256.0,
        };
        match work {
            Work::Train(width, block) => {
                let size = samples.min(wide(width));
                let time: f64 =
                    TRAINED.iter().filter_map(|recipe| self.setting(width, *recipe)).map(|(_, time)| time).sum();
                let draw = samples * 256.0 * wide(width) + size * size * (time + 4.0 * wide(width));
                f64::from(block.runs * members) * (draw + 2e5)
            }
            Work::Curves(block) => {
                let each = |width: usize| {
                    let size = samples.min(wide(width));
                    6.0 * size * size * size + RECIPES as f64 * (size * size + 256.0 * wide(width))
                };
                let all: f64 = (0..self.widths.len()).map(each).sum();
                f64::from(block.runs * CURVE_MEMBERS) * 4.0 * (all + samples * 256.0 * 256.0)
            }
        }
    }
}

impl Experiment for InfiniteCompute {
    const SLUG: &'static str = "infinite-compute";
    const INFO: Info = words::INFO;
    const TEXTS: crate::text::Templates = words::TEXTS;
    const QUICK: &'static str = "widths=8,32,64&draws=8&samples=32&epochs=64&width=32";
    const MAIN: &'static [&'static str] = &["epochs", "samples", "gain"];
    const FIRST: &'static [&'static str] = &["epochs=8", "gain=0", "samples=32"];
    const KERNELS: &'static [Twin] = &[Twin::kernel::<LotteryRidge>(), Twin::job::<Recipes>()];
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const BUDGET: Budget = Budget { ready: 116_500, ..Budget::USUAL };
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        let whole = params.widths.iter().all(|width| width.fract() == 0.0);
        if !whole || params.widths.len() < 2 || !params.widths.is_sorted_by(|a, b| a < b) {
            let given = crate::params::to_text(&crate::params::Value::List(params.widths.clone()));
            return Err(Error::parameter("widths", &given, words::WHOLE_AND_INCREASING));
        }
        Ok(())
    }

    fn start(params: Params, seed: u32) -> Result<Self> {
        let mut finite: Vec<usize> = params.widths.iter().map(|width| *width as usize).collect();
        let width = params.width as usize;
        let shown = finite.partition_point(|other| *other < width);
        if finite.get(shown) != Some(&width) {
            finite.insert(shown, width);
        }
        let widths: Vec<Width> = finite.into_iter().map(Width::Of).chain([Width::Infinite]).collect();
        // About as much work for every number of samples.
        let pilot_draws = match params.samples {
            ..=32 => 4,
            33..=64 => 2,
            _ => 1,
        };
        let study = run::study(&params, &widths, seed, PILOT_MEMBERS);
        let compute = Compute { task: study.task(), gaussian: Gaussian::new() };
        let draws = CURVE_FIRST..CURVE_FIRST + pilot_draws;
        let pilot = draws.map(|draw| study.losses(&compute.task, &compute.gaussian, draw)).collect();
        let trained = widths.iter().map(|_| Default::default()).collect();
        Ok(Self {
            params,
            seed,
            widths,
            shown,
            pilot: Curves::new(PILOT_MEMBERS, pilot),
            curves: Curves::default(),
            trained,
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
            Work::Train(width, block) => self.train(exec, width, block).await?,
            Work::Curves(block) => {
                let study = self.study(CURVE_MEMBERS);
                let first = CURVE_FIRST + block.first;
                let found = exec.map::<Recipes>(&study.inputs(), first..first + block.runs).await?;
                for draw in found.chunks_exact(2 * crate::sim::recipes::PAIRS_MAX) {
                    let pairs = draw.as_chunks::<2>().0[..self.widths.len() * RECIPES].to_vec();
                    self.curves.add(CURVE_MEMBERS, pairs);
                }
            }
        }
        self.done += 1;
        Ok(())
    }

    fn output(&self) -> Output {
        let answer =
            if Experiment::progress(self).finished() { self.measured_answer() } else { self.expected_answer() };
        Output {
            answer: Some(Answer::new(answer)),
            figures: self.figures(),
            tables: self.tables(),
            verdicts: self.verdicts(),
        }
    }
}

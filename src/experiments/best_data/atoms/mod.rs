//! How fast can a long tail of facts be memorised, and which training distribution makes it fastest?
//!
//! Model: atom k of K atoms has the test probability `p_k ~ k^-alpha`, and adds `p_k` to the loss until it has been
//! drawn once. N atoms are drawn from a training distribution q. Prediction: `q = p` gives a loss of order
//! `N^(-1+1/alpha)`. The optimal q gives a loss of order `N^(1-alpha)`, and draws only the N/alpha most frequent atoms.
//! Falsifier: simulated runs in which the slope of ln loss against ln N differs from the slope of the exact curve at
//! these N.

use std::cell::OnceCell;

use picture::seen;
use run::Simulation;

use crate::error::{Error, Result};
use crate::exec::{Exec, Lanes, Twin};
use crate::kit::legs::{Block, Legs, Place, blocks};
use crate::kit::{Claim, Experiment, Info};
use crate::math;
use crate::output::{Answer, Axis, Output, Picture, Progress, units};
use crate::params::Spec;
use crate::sim::atoms as sim;
use crate::stats::sort;
use crate::text;
use crate::text::{Template, setting};
use crate::theory::atoms::{self as theory, Flat, Optimal};

mod answer;
mod claims;
mod figures;
mod picture;
mod run;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod verdicts;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Number of facts that the test asks for. The paper calls them atoms.
        atoms: u32 = Spec::integer("100000", 10.0, 100_000.0).log().label("facts");
        /// Exponent $\alpha$ of the test distribution: the test asks for fact $k$ with a probability proportional to $k^{-\alpha}$.
        exponent: f64 = Spec::number("1.5", 1.05, 4.0);
        /// Numbers of training samples to compare, separated by commas.
        samples: Vec<f64> = Spec::list("10,30,100,300,1000,3000", 2.0, 1e6, 1, 24).log().unit("samples");
        /// Number of simulated runs for each number of samples and each training distribution.
        runs: u32 = Spec::integer("256", 16.0, 65_536.0).log().unit("runs");
    }
}

/// Names of the three training distributions.
const NAMES: [Template<0>; 3] = [words::MATCHED, words::OPTIMAL, words::FLAT];
/// Number of points of each theory curve.
const GRID: u32 = 41;
const SAMPLES: Axis = Axis::log(words::SAMPLES).unit(units::SAMPLES);

/// The experiment `atoms`.
pub struct Atoms {
    seed: u32,
    alpha: f64,
    atoms: theory::Atoms,
    /// The numbers of samples that are compared, ascending and without duplicates.
    samples: Vec<u32>,
    runs: u32,
    best: Vec<Optimal>,
    flat: Vec<Flat>,
    /// Coordinates of the theory curves. The first list holds numbers of samples N, which are the abscissae of all
    /// curves. Each of the other lists holds the ordinates of one curve: the losses of matched, optimal and flat
    /// training, and two asymptotes.
    curves: [Vec<f64>; 6],
    simulation: OnceCell<Simulation>,
    /// Losses of the runs, `losses[distribution][number of samples][run]`.
    losses: [Vec<Vec<f64>>; 3],
    /// How many runs have seen each atom of the picture, `seen[distribution][number of samples][atom]`.
    seen: [Vec<Vec<u32>>; 3],
    legs: Legs<Block>,
    done: u32,
}

impl Atoms {
    /// Exact loss of a training distribution at the number of samples with index `i`.
    fn exact(&self, distribution: usize, i: usize) -> f64 {
        match distribution {
            0 => self.atoms.matched_loss(f64::from(self.samples[i])),
            1 => self.best[i].loss,
            _ => self.flat[i].loss,
        }
    }

    /// Total test probability of the atoms that a training distribution never draws, at the number of samples with
    /// index `i`. This is the least loss that a run can have.
    fn outside(&self, distribution: usize, i: usize) -> f64 {
        match distribution {
            0 => 0.0,
            1 => self.atoms.tail(self.best[i].support),
            _ => self.atoms.tail(self.flat[i].top),
        }
    }
}

impl Experiment for Atoms {
    const SLUG: &'static str = "atoms";
    const INFO: Info = words::INFO;
    const TEXTS: text::Templates = words::TEXTS;
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const QUICK: &'static str = "runs=32&atoms=5000";
    const MAIN: &'static [&'static str] = &["exponent", "atoms"];
    const FIRST: &'static [&'static str] = &["exponent=2", "exponent=1.2&atoms=10000"];
    const KERNELS: &'static [Twin] = &[Twin::kernel::<sim::Atoms>()];
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        match params.samples.iter().find(|n| n.fract() != 0.0) {
            Some(n) => {
                let allowed = text!(words::WHOLE_NUMBERS, least = setting(2.0), most = setting(1e6));
                Err(Error::parameter("samples", &n.to_string(), allowed))
            }
            None => Ok(()),
        }
    }

    fn start(params: Params, seed: u32) -> Result<Self> {
        let Params { atoms: count, exponent: alpha, samples: mut wanted, runs } = params;
        sort(&mut wanted);
        let mut samples: Vec<u32> = wanted.into_iter().map(|n| n as u32).collect();
        samples.dedup();
        let atoms = theory::Atoms::new(count, alpha);
        let (first, last) = (f64::from(samples[0]), f64::from(samples[samples.len() - 1]));
        let (first, last) = ((0.6 * first).max(2.0), 1.6 * last);
        let x = math::ratios(first, last, GRID);
        let curve = |f: &dyn Fn(f64) -> f64| x.iter().map(|&n| f(n)).collect::<Vec<_>>();
        let curves = [
            x.clone(),
            curve(&|n| atoms.matched_loss(n)),
            curve(&|n| atoms.optimal(n).loss),
            curve(&|n| atoms.best_flat(n).loss),
            curve(&|n| atoms.matched_asymptote(n)),
            curve(&|n| atoms.optimal_asymptote(n).unwrap_or(f64::NAN)),
        ];
        let best = samples.iter().map(|&n| atoms.optimal(f64::from(n))).collect();
        let flat = samples.iter().map(|&n| atoms.best_flat(f64::from(n))).collect();
        let losses = [(); 3].map(|()| vec![Vec::new(); samples.len()]);
        let (simulation, legs) = (OnceCell::new(), Legs::default());
        let seen = [(); 3].map(|()| vec![Vec::new(); samples.len()]);
        let mut run =
            Self { seed, alpha, atoms, samples, runs, best, flat, curves, simulation, losses, seen, legs, done: 0 };
        // Every block of runs goes to each of the numbers of samples in turn.
        blocks(runs, run.batch()).for_each(|block| run.legs.push(block, run.samples.len() as u32));
        Ok(run)
    }

    fn progress(&self) -> Progress {
        Progress::of(self.done, self.legs.total()).by_work(|| self.work())
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        let Some(Place { leg: Block { first, runs }, checkpoint, .. }) = self.legs.after(self.done) else {
            return Ok(());
        };
        let i = checkpoint as usize;
        let simulation = self.simulation.get_or_init(|| self.simulation());
        let [optimal, flat] = &simulation.others[i];
        let shown = self.shown();
        let mut found = Vec::new();
        for training in [&simulation.matched, optimal, flat] {
            let uniforms = sim::Uniforms::new(self.seed, first, &training.table, training.support);
            let rows = sim::rows(training.support);
            let mut lanes =
                Lanes::<sim::Atoms>::zeroed(runs.div_ceil(sim::LANES as u32), rows, training.inputs.clone());
            exec.advance(&mut lanes, &uniforms, 0..self.samples[i]).await?;
            let state = exec.read(&mut lanes).await?;
            let (mass, words) = (&simulation.mass[..training.support], &simulation.words);
            // The last word of the support may be cut short.
            let cut: f64 = mass[training.support / 32 * 32..].iter().sum();
            let words: Vec<f64> = words[..training.support / 32].iter().copied().chain([cut]).collect();
            let mut losses: Vec<f64> =
                state.chunks(rows).flat_map(|group| sim::unseen(group, mass, &words, training.outside)).collect();
            losses.truncate(runs as usize);
            let seen = shown.iter().map(|&rank| seen(state, rows, rank, runs)).collect::<Vec<_>>();
            found.push((losses, seen));
        }
        for ((losses, seen), found) in self.losses.iter_mut().zip(&mut self.seen).zip(found) {
            losses[i].extend(found.0);
            seen[i].resize(found.1.len(), 0);
            seen[i].iter_mut().zip(found.1).for_each(|(all, more)| *all += more);
        }
        self.done += 1;
        Ok(())
    }

    fn output(&self) -> Output {
        let slopes = if self.done > 0 { [self.slope(0), self.slope(1)] } else { [None; 2] };
        let answer = if Experiment::progress(self).finished() { self.answer() } else { self.prediction() };
        Output {
            answer: Some(Answer::new(answer)),
            figures: vec![self.loss_figure(), self.distribution_figure()],
            tables: self.tables(slopes),
            verdicts: self.verdicts(slopes),
        }
    }

    fn picture(&self) -> Option<Picture> {
        Some(self.seen_picture())
    }
}

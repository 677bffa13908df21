//! What `atoms` simulates, and which results it keeps.

use super::Atoms;
use crate::exec::Inputs;
use crate::rng::Alias;
use crate::sim::atoms as sim;

/// Largest total size in bytes of the bitmaps that one dispatch changes.
pub(super) const BATCH_BYTES: usize = 16 << 20;
/// Number of atoms that count as common: the most frequent ones. A run rarely misses such an atom, but if there are
/// only a few runs, a single miss visibly changes their mean loss.
pub(super) const HEAD: u32 = 512;
/// Largest number of draws in one dispatch.
pub(super) const BATCH_DRAWS: u32 = 64_000_000;

/// What the kernel needs to draw from one training distribution.
pub(super) struct Training {
    pub(super) table: Alias,
    pub(super) inputs: Inputs,
    /// Number of atoms that can be drawn.
    pub(super) support: usize,
    /// Test probability of the atoms that cannot be drawn.
    pub(super) outside: f64,
}

impl Training {
    pub(super) fn new(shares: &[f64], outside: f64) -> Self {
        let table = Alias::new(shares);
        let inputs = Inputs::new(&[bytemuck::cast_slice(&table.words)]);
        Self { table, inputs, support: shares.len(), outside }
    }
}

/// The training distributions from which the runs draw. They are made when a run starts, because the figures that
/// follow a slider do not need them.
pub(super) struct Simulation {
    pub(super) mass: Vec<f64>,
    /// Sums of the test probabilities of 32 successive atoms: one sum for each 32-bit word of a bitmap.
    pub(super) words: Vec<f64>,
    pub(super) matched: Training,
    /// The optimal and the flat training distribution for each number of samples.
    pub(super) others: Vec<[Training; 2]>,
}

impl Atoms {
    /// Number of runs until the next checkpoint. It is about a quarter of all runs, in whole groups of the kernel. It
    /// is smaller if the bitmaps would need too much memory, or if the draws would take more than a few seconds.
    pub(super) fn batch(&self) -> u32 {
        let group = sim::LANES as u32;
        let bytes = sim::rows(self.atoms.count() as usize) * sim::LANES * 4;
        let draws = self.samples[self.samples.len() - 1] * group;
        let most = (BATCH_BYTES / bytes).min((BATCH_DRAWS / draws) as usize).clamp(1, 64) as u32;
        self.runs.div_ceil(4).next_multiple_of(group).min(group * most)
    }

    /// Work done so far, and work of the whole run, in draws.
    #[inline(never)]
    pub(super) fn work(&self) -> [f64; 2] {
        self.legs
            .work(self.done, |place| f64::from(place.leg.runs) * f64::from(self.samples[place.checkpoint as usize]))
    }

    pub(super) fn simulation(&self) -> Simulation {
        let count = self.atoms.count();
        let mass: Vec<f64> = (1..=count).map(|k| self.atoms.probability(k)).collect();
        let others = self.best.iter().zip(&self.flat).map(|(best, flat)| {
            let shares: Vec<f64> = (1..=best.support).map(|k| best.share(k)).collect();
            [
                Training::new(&shares, self.atoms.tail(best.support)),
                Training::new(&vec![1.0; flat.top as usize], self.atoms.tail(flat.top)),
            ]
        });
        Simulation {
            words: mass.chunks(32).map(|word| word.iter().sum()).collect(),
            matched: Training::new(&mass, 0.0),
            others: others.collect(),
            mass,
        }
    }
}

//! What `state-tracking` simulates, and which results it keeps.

use super::{Params, StateTracking};
use crate::exec::{Inputs, Lanes};
use crate::math;
use crate::rng::Alias;
use crate::sim::state_tracking::{self as sim, CHECK, LANES, Track};
use crate::theory::state_tracking as theory;

/// Number of test sequences on which a run is checked. A run counts as having solved the task if it answers at most
/// [`MISSES`] of them wrongly, which is 5%.
pub(super) const TESTS: u32 = 500;
pub(super) const MISSES: u32 = TESTS / 20;
/// Number of test sequences for each third of the ranks.
pub(super) const BIN_TESTS: u32 = 200;
/// Largest size in bytes of the weights of all runs together. Every device can hold a buffer of this size.
pub(super) const STATE_BYTES: usize = 64 << 20;

/// Results of a run at a checkpoint.
#[derive(Clone, Copy)]
pub(super) struct Record {
    /// Share of the test sequences for which the answer is exact.
    pub(super) accuracy: f32,
    /// Whether the answer for the first test sequence, which the picture shows, is exact.
    pub(super) example: bool,
    /// Expected loss on uniformly drawn sequences, computed exactly.
    pub(super) loss: f32,
    /// For each third of the ranks, the share of the test sequences for which the answer is exact.
    pub(super) thirds: [f32; 3],
    /// Number of samples after which the run had solved the task; 0 if it has not solved it yet.
    pub(super) solved: u32,
    pub(super) rest: Rest,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Trains,
    Rests,
    Diverged,
}

impl StateTracking {
    pub(super) fn uniforms(&self) -> sim::Uniforms {
        let Params { symbols, hops, lr, clip, runs, .. } = self.params;
        sim::Uniforms {
            seed: self.seed,
            symbols,
            skills: self.skills,
            hops,
            groups: runs.div_ceil(LANES as u32),
            bits: self.skills.next_power_of_two().trailing_zeros(),
            tests: TESTS,
            misses: MISSES,
            lr: lr as f32,
            clip: clip as f32,
            share: 1.0 / symbols as f32,
            first: 0,
            steps: 0,
        }
    }

    /// Work done so far, and work of the whole run, in steps of all runs. A sequence that a checkpoint tests needs about
    /// 0.4 of a step.
    #[inline(never)]
    pub(super) fn work(&self) -> [f64; 2] {
        let tested = 0.4 * f64::from(TESTS + 3 * BIN_TESTS);
        [self.done(), self.marks.len()].map(|marks| f64::from(self.marks[marks - 1]) + tested * marks as f64)
    }

    pub(super) fn rows(&self) -> usize {
        sim::rows(self.params.symbols as usize, self.skills as usize, self.params.hops as usize)
    }

    /// Initial weights of all runs, and the inputs of the kernel.
    pub(super) fn fresh(&self) -> Lanes<Track> {
        let table = |alpha: &f64| {
            let p: Vec<f64> = (1..=self.skills).map(|j| math::pow(f64::from(j), -alpha)).collect();
            Alias::new(&p).words
        };
        let tables: Vec<u32> = self.params.exponents.iter().flat_map(table).collect();
        let inputs = Inputs::new(&[bytemuck::cast_slice(&tables), bytemuck::cast_slice(&self.tests[0])]);
        let Params { symbols, hops, init, runs, .. } = self.params;
        let host = sim::start(self.seed, symbols, hops, init as f32, runs, self.params.exponents.len() as u32);
        Lanes::new(&host, self.rows(), inputs)
    }

    /// Makes the record of the run whose words of the state are `lane`. If the run stopped before this checkpoint, the
    /// record is `last`, that of the checkpoint before.
    pub(super) fn record(&self, lane: &[f32], last: Option<Record>) -> Record {
        if let Some(last) = last.filter(|last| last.rest != Rest::Trains) {
            return last;
        }
        let (symbols, hops, skills) = (self.params.symbols, self.params.hops, self.skills as usize);
        let (weights, after) = lane.split_at(skills * (symbols * symbols) as usize);
        let (codes, state) = after.split_at(skills);
        let accuracy = |ranks: &[u32]| {
            let right = ranks.chunks_exact(hops as usize).filter(|r| sim::exact_match(symbols, self.skills, lane, r));
            right.count() as f32 / (ranks.len() / hops as usize) as f32
        };
        let weights: Vec<f64> = weights.iter().map(|&w| f64::from(w)).collect();
        let codes: Vec<u32> = codes.iter().map(|&code| code as u32).collect();
        let uniform = vec![1.0 / skills as f64; skills];
        let [all, head, middle, tail] = &self.tests;
        Record {
            accuracy: accuracy(all),
            example: sim::exact_match(symbols, self.skills, lane, self.example()),
            loss: theory::loss(symbols as usize, hops, &uniform, &weights, &codes) as f32,
            thirds: [head, middle, tail].map(|ranks| accuracy(ranks)),
            solved: state[sim::SOLVED] as u32 * CHECK,
            rest: match state[sim::REST] {
                0.0 => Rest::Trains,
                1.0 => Rest::Rests,
                _ => Rest::Diverged,
            },
        }
    }
}

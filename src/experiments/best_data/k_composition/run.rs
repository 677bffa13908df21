//! What `k-composition` simulates, and which results it keeps.

use super::figures::{LEAST_LOSS, SHOWN};
use super::{KComposition, Params, RUNG_MARKS};
use crate::exec::Inputs;
use crate::kit::legs::{Block, Place};
use crate::kit::race::Racer;
use crate::kit::race::rates::Rates;
use crate::sim::k_composition::{self as sim, BINS};
use crate::stats::{quartiles, sort};
use crate::theory::k_composition as theory;

/// Largest size in bytes of the state of a block of runs, which are simulated together.
pub(super) const BLOCK_BYTES: usize = 16 << 20;
/// Largest number of different initial weights from which the gradient flow is followed.
pub(super) const FLOWS: u32 = 5;
/// Limit for the work of all gradient flows together: the sum over the flows of the number of weights times the number
/// of evaluations of the gradient. It limits the time that a move of a slider takes.
pub(super) const FLOW_WORK: usize = 12_000_000;

/// Statistics of the runs of one training distribution at one checkpoint.
#[derive(Clone, Default)]
pub(super) struct Snapshot {
    /// Losses of the runs that have not diverged. The field `accuracy` holds the sign accuracies of these runs.
    pub(super) loss: Vec<f32>,
    pub(super) accuracy: Vec<f32>,
    /// Sums over the runs that have not diverged. The first entry sums A, the mean weight under the training
    /// distribution, and the second B, the mean squared weight. Each further entry sums the mean weight of one group of
    /// skills.
    pub(super) sums: [f64; 2 + BINS],
    /// Values of each of the first [`SHOWN`] runs: the loss, the mean weight A and the mean squared weight B (both
    /// under the training distribution), and the mean weight in each group of skills. All values of a run are NaN if it
    /// diverged.
    pub(super) shown: Vec<[f32; 3 + BINS]>,
    /// Quartiles of the loss and of the sign accuracy over the runs that have not diverged.
    pub(super) quartiles: [[f64; 3]; 2],
}

impl Snapshot {
    pub(super) fn mean(&self, i: usize) -> f64 {
        self.sums[i] / self.loss.len() as f64
    }
}

/// Prediction of the gradient flow at one checkpoint. The first two values are the loss and the sign accuracy, each the
/// median over several initial weights. The others are means over these initial weights: of A and B (the mean weight
/// and the mean squared weight under the training distribution) and of the mean weight in each group of skills.
pub(super) type Expected = [f64; 4 + BINS];

/// A block of runs that are simulated together. They have the same number of skills, and each uses one learning rate or
/// all rates of the comparison.
#[derive(Clone, Copy)]
pub(super) struct Leg {
    /// How many times the number of skills has been halved.
    pub(super) rung: usize,
    /// Whether these runs compare learning rates: each run is then repeated at every learning rate of the comparison.
    pub(super) ladder: bool,
    pub(super) block: Block,
}

impl Leg {
    /// Whether the loss curves show the runs of this block.
    pub(super) const fn is_main(self) -> bool {
        self.rung == 0 && !self.ladder
    }
}

impl KComposition {
    pub(super) fn rungs_marks(&self) -> u32 {
        RUNG_MARKS.min(self.steps())
    }

    /// Number of steps of a run.
    pub(super) fn steps(&self) -> u32 {
        sim::steps(self.params.samples, self.params.batch)
    }

    /// Number of steps after which a block of runs reaches its checkpoint with index `mark`.
    pub(super) fn stop(&self, leg: Leg, mark: u32) -> u32 {
        if leg.is_main() {
            return self.marks[mark as usize];
        }
        (u64::from(self.steps()) * u64::from(mark + 1) / u64::from(self.rungs_marks())) as u32
    }

    /// Work done so far, and work of the whole run, in steps of a group.
    #[inline(never)]
    pub(super) fn work(&self) -> [f64; 2] {
        self.legs.work(self.done, |Place { leg, checkpoint, .. }| {
            let from = checkpoint.checked_sub(1).map_or(0, |before| self.stop(leg, before));
            let groups = sim::blocks(leg.block.runs, leg.ladder);
            f64::from(groups) * f64::from(self.stop(leg, checkpoint) - from)
        })
    }

    pub(super) fn uniforms(&self, leg: Leg, bits: u32, record: u32) -> sim::Uniforms {
        let Params { hops, batch, uniform_after, target, .. } = self.params;
        let skills = self.sizes[leg.rung];
        sim::Uniforms {
            seed: self.seed,
            first_run: leg.block.first,
            runs: leg.block.runs,
            blocks: sim::blocks(leg.block.runs, leg.ladder),
            one_run: u32::from(leg.ladder),
            trainings: self.trainings.len() as u32,
            skills,
            share: (1.0 / f64::from(skills)) as f32,
            hops,
            batch,
            switch_after: if uniform_after == 0 { u32::MAX } else { uniform_after },
            loss_target: target as f32,
            record,
            bits,
            first: 0,
            steps: 0,
        }
    }

    pub(super) fn inputs(&self, leg: Leg) -> &(Inputs, u32) {
        // The inputs of the ladder come last.
        let place = if leg.ladder { self.sizes.len() } else { leg.rung };
        self.inputs[place].get_or_init(|| {
            let Params { lr, batch, exponents, .. } = &self.params;
            let law = |alpha: &f64| theory::power_law(self.sizes[leg.rung], *alpha);
            // Lanes beyond the ladder rest at rate 0.
            let rate = |lane: usize| if leg.ladder { self.rates.rates.get(lane).copied().unwrap_or(0.0) } else { *lr };
            sim::inputs(&exponents.iter().map(law).collect::<Vec<_>>(), std::array::from_fn(rate), *batch)
        })
    }

    /// Number of samples that a run has seen after `steps` steps.
    pub(super) fn seen(&self, steps: u32) -> f64 {
        f64::from(steps) * f64::from(self.params.batch)
    }

    /// Values of the gradient flow (SGD without noise) at the checkpoints. The flow starts from the initial weights of
    /// run `run`. The list ends early if the flow needs more than `most` evaluations of the gradient.
    pub(super) fn flow(&self, training: usize, run: u32, most: usize) -> Vec<Expected> {
        let Params { skills, hops, lr, batch, uniform_after, init, .. } = self.params;
        let d = skills as usize;
        let ends = sim::bins(skills).map(|end| end as usize);
        let mut out = Vec::new();
        let mut w: Vec<f64> =
            sim::start(&self.gaussian.table, self.seed, run, skills, init).into_iter().map(f64::from).collect();
        let switch = if uniform_after == 0 { u32::MAX } else { uniform_after.div_ceil(batch) };
        let flat = theory::power_law(skills, 0.0);
        let p = &self.trainings[training];
        let mut at = 0;
        for (trained, from, to) in [(p, 0, switch), (&flat, switch, u32::MAX)] {
            let stops: Vec<u32> = self.marks[at..].iter().copied().take_while(|&mark| mark <= to).collect();
            // The first part also ends at the switch.
            let more = (to < self.steps()).then_some(to);
            let times: Vec<f64> = stops.iter().copied().chain(more).map(|step| lr * f64::from(step - from)).collect();
            let (mut done, mut left) = (0, false);
            theory::flow(
                &mut |w, out| {
                    theory::gradient(trained, hops, w, out);
                    out.iter_mut().for_each(|slope| *slope = -*slope);
                },
                w.clone(),
                &times,
                1e-5,
                most,
                &mut |now| {
                    done += 1;
                    if done > stops.len() {
                        w.copy_from_slice(now);
                        left = true;
                        return true;
                    }
                    let [a, b] = theory::moments(p, now);
                    let sign = if hops % 2 == 0 && a < 0.0 { -1.0 } else { 1.0 };
                    let misses = |square: bool| {
                        let miss = |w: &f64| 1.0 - sign * w;
                        now.iter().map(|w| if square { miss(w) * miss(w) } else { miss(w) }).sum::<f64>() / d as f64
                    };
                    let right = now.iter().filter(|w| sign * **w > 0.0).count() as f64 / d as f64;
                    let mut row = [0.0; 4 + BINS];
                    row[0] = theory::loss_of_misses(hops, misses(false), misses(true));
                    row[1] = theory::sign_accuracy(hops, right);
                    (row[2], row[3]) = (sign * a, b);
                    for (i, bin) in ends.windows(2).enumerate() {
                        row[4 + i] = sign * now[bin[0]..bin[1]].iter().sum::<f64>() / (bin[1] - bin[0]) as f64;
                    }
                    out.push(row);
                    row[0] > 0.01 * LEAST_LOSS
                },
            );
            at += stops.len();
            if !left {
                break;
            }
        }
        if let Some(&last) = out.last().filter(|row: &&Expected| row[0] <= 0.01 * LEAST_LOSS) {
            out.resize(self.marks.len(), last);
        }
        out
    }

    /// Prediction of the gradient flow, at the checkpoints that the flows from all initial weights have reached. The
    /// loss and the sign accuracy are medians over the initial weights, and the other values are means.
    pub(super) fn expected(&self, training: usize) -> Vec<Expected> {
        let starts = FLOWS.min(self.params.runs);
        let work = self.params.skills as usize * self.trainings.len() * starts as usize;
        let flows: Vec<_> = (0..starts).map(|run| self.flow(training, run, FLOW_WORK / work)).collect();
        let shortest = flows.iter().map(Vec::len).min().unwrap_or(0);
        let middle = |mark: usize, i: usize| {
            let mut values: Vec<f64> = flows.iter().map(|flow| flow[mark][i]).collect();
            if i > 1 {
                return values.iter().sum::<f64>() / values.len() as f64;
            }
            sort(&mut values);
            values[(values.len() - 1) / 2]
        };
        (0..shortest).map(|mark| std::array::from_fn(|i| middle(mark, i))).collect()
    }

    /// Adds the results of a block of runs at a checkpoint to `snapshots`. The groups in `host` begin with the records as
    /// the device wrote them. Returns, for each training distribution, the times to the target and the number of diverged runs.
    pub(super) fn take(&self, leg: Leg, host: &[[f32; sim::LANES]], snapshots: &mut [Snapshot]) -> Vec<Racer> {
        let hops = self.params.hops;
        let skills = self.sizes[leg.rung];
        let d = f64::from(skills);
        let ends = sim::bins(skills).map(f64::from);
        let blocks = leg.block.runs.div_ceil(sim::LANES as u32) as usize;
        let rows = host.len() / (blocks * self.trainings.len());
        let mut racers = Vec::new();
        for (training, &exponent) in self.params.exponents.iter().enumerate() {
            let mut racer = Racer { exponent, ..Racer::default() };
            for run in 0..leg.block.runs as usize {
                let group = &host[(training * blocks + run / sim::LANES) * rows..][..sim::RECORDS];
                let row = |i: usize| f64::from(group[i][run % sim::LANES]);
                let (hit, diverged) = self.arrival(group, run % sim::LANES);
                racer.hits.push(hit);
                racer.diverged += u32::from(diverged);
                let Some(snapshot) = snapshots.get_mut(training) else { continue };
                let loss = theory::loss_of_misses(hops, row(sim::MISS) / d, row(sim::MISS_SQUARE) / d);
                let mut shown = [f32::NAN; 3 + BINS];
                if !diverged {
                    snapshot.loss.push(loss as f32);
                    snapshot.accuracy.push(theory::sign_accuracy(hops, row(sim::RIGHT) / d) as f32);
                    let bin = |i: usize| row(sim::BIN + i) / (ends[i + 1] - ends[i]);
                    let moments: [f64; 2 + BINS] = std::array::from_fn(|i| match i {
                        0 => row(sim::SIGNAL),
                        1 => row(sim::POWER),
                        _ => bin(i - 2),
                    });
                    snapshot.sums.iter_mut().zip(moments).for_each(|(sum, x)| *sum += x);
                    shown[0] = loss as f32;
                    shown[1..].iter_mut().zip(moments).for_each(|(shown, x)| *shown = x as f32);
                }
                if snapshot.shown.len() < SHOWN {
                    snapshot.shown.push(shown);
                }
            }
            racers.push(racer);
        }
        for snapshot in snapshots {
            snapshot.quartiles = [quartiles(&snapshot.loss), quartiles(&snapshot.accuracy)];
        }
        racers
    }

    /// The number of samples after which the run in a lane reached the target, and whether the run diverged. A run that
    /// diverged counts as one that did not reach the target.
    pub(super) fn arrival(&self, group: &[[f32; sim::LANES]], lane: usize) -> (Option<u64>, bool) {
        let (check, diverged) = (group[sim::HIT][lane] as u32, group[sim::DIVERGED][lane] != 0.0);
        // A run that reached the target and diverged later has not stayed there.
        let kept = check > 0 && !diverged;
        (kept.then(|| u64::from(sim::samples_at(check, self.params.batch))), diverged)
    }

    /// Adds the records of a finished block of runs at many learning rates to `rates`.
    pub(super) fn take_rates(&mut self, leg: Leg, host: &[[f32; sim::LANES]]) {
        let mut more = Rates::new(self.rates.rates.clone(), &self.params.exponents, 0).racers;
        for (place, group) in host.chunks(sim::RECORDS).enumerate() {
            for (lane, racer) in more[place / leg.block.runs as usize].iter_mut().enumerate() {
                let (hit, diverged) = self.arrival(group, lane);
                racer.hits.push(hit);
                racer.diverged += u32::from(diverged);
            }
        }
        self.rates.extend(more);
    }
}

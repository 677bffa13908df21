//! What `multi-epoch` simulates, and which results it keeps.

use super::{ENOUGH, LUCK, MultiEpoch, WILD, World, words};
use crate::error::{Error, Result};
use crate::experiments::repeats::reuse::{Cell as Risks, Estimate, FALLING, NOISY, Tuned, fresh_samples, tuned};
use crate::kit::legs::{Block, Legs, Place, blocks};
use crate::sim::multi_epoch::{self as sim, Plan, Schedule, Trial};
use crate::stats::student;
use crate::text;
use crate::text::{count, setting};

/// Largest size, in bytes, of the state of the runs that a device simulates together.
pub(super) const BLOCK_BYTES: u64 = 32 << 20;

/// A block of runs with one learning-rate schedule. The runs visit either repeated samples, of one data set size, or
/// fresh samples.
#[derive(Clone, Copy)]
pub(super) struct Leg {
    /// Index of the learning-rate schedule.
    pub(super) schedule: usize,
    /// Index of the data set size N; `None` for fresh samples.
    pub(super) size: Option<usize>,
    pub(super) block: Block,
}

/// Theoretical risks and effective reuse rates for one number of samples.
#[derive(Clone, Default)]
pub(super) struct Expected {
    /// The least risk at each number of epochs. For each of these numbers, the field `reuse` holds the effective reuse
    /// rate, and the field `rate` the best learning rate.
    pub(super) risk: Vec<f64>,
    pub(super) reuse: Vec<Option<f64>>,
    pub(super) rate: Vec<f64>,
    /// The plateau: the effective reuse rate for infinitely many epochs.
    pub(super) plateau: Option<f64>,
    /// The number of epochs K at which the effective reuse rate is 0.75 K.
    pub(super) saturation: Option<f64>,
}

/// Measured risks of the runs with one learning-rate schedule.
pub(super) struct Measured {
    /// Risks after epochs over repeated samples, `[number of samples][number of epochs][rate]`.
    pub(super) data: Vec<Vec<Vec<Risks>>>,
    /// Risks after one pass over fresh samples, `[number of samples][rate]`.
    pub(super) fresh: Vec<Vec<Risks>>,
    /// Index of the last number of fresh samples that has to be simulated. It is `None` as long as it is not known.
    pub(super) stop: Option<usize>,
}

/// For one number of samples, the least measured risk and the measured effective reuse rate at each number of epochs.
#[derive(Clone)]
pub(super) struct Reuse {
    pub(super) best: Vec<Option<Tuned>>,
    pub(super) reuse: Vec<Option<Estimate>>,
}

impl Reuse {
    /// The effective reuse rate at the largest number of epochs.
    pub(super) fn plateau(&self) -> Option<Estimate> {
        self.reuse.last().copied().flatten()
    }
}

impl MultiEpoch {
    /// The stops of a block of runs: the numbers of steps after which its risks are recorded.
    pub(super) fn stops(&self, leg: Leg) -> Vec<u32> {
        leg.size.map_or_else(|| self.fresh.clone(), |size| self.epochs.iter().map(|k| k * self.sizes[size]).collect())
    }

    /// Number of chunks into which the learning rates are divided, each of at most [`sim::LANES`] rates.
    pub(super) fn chunks(&self) -> usize {
        self.rates.len().div_ceil(sim::LANES)
    }

    /// The trials of a block of runs. Together they cover all learning rates. A stop is a number of steps after which
    /// risks are recorded. With a constant learning rate, one trial goes through all stops. With a decaying rate, every
    /// stop needs its own trial, because the decay depends on the number of steps.
    pub(super) fn trials(&self, leg: Leg) -> Vec<Trial> {
        let (schedule, _) = self.schedules[leg.schedule];
        let stops = self.stops(leg);
        let horizons = if schedule == Schedule::Constant { &stops[stops.len() - 1..] } else { &stops[..] };
        let trial = |&steps: &u32| {
            let chunk = |rates: &[f64]| Trial { rates: rates.to_vec(), schedule, steps };
            self.rates.chunks(sim::LANES).map(chunk).collect::<Vec<_>>()
        };
        horizons.iter().flat_map(trial).collect()
    }

    pub(super) fn plan<'a>(&'a self, leg: Leg, trials: &'a [Trial]) -> Plan<'a> {
        Plan {
            seed: self.seed,
            first_run: leg.block.first,
            runs: leg.block.runs,
            features: self.features(),
            noise: self.params.noise,
            teacher: &self.teacher,
            order: if leg.size.is_some() { self.order() } else { sim::Order::Fresh },
            samples: leg.size.map_or(0, |size| self.sizes[size]),
            trials,
        }
    }

    /// The blocks of runs in the order of the simulation, each small enough for a device. Returns an error if a single
    /// run is too large.
    pub(super) fn legs(&self) -> Result<Legs<Leg>> {
        let mut legs = Legs::default();
        for schedule in 0..self.schedules.len() {
            for size in (0..self.sizes.len()).map(Some).chain([None]) {
                let all = Leg { schedule, size, block: Block { first: 0, runs: 1 } };
                let trials = self.trials(all);
                let plan = self.plan(all, &trials);
                if plan.bytes() > sim::BYTES_MAX {
                    let most = plan.most_samples();
                    let (features, limit) = (self.params.features, count(sim::BYTES_MAX >> 20));
                    let refused = |name, value: u32, allowed| Err(Error::parameter(name, &value.to_string(), allowed));
                    return match size {
                        Some(size) if most > 0 => {
                            let [samples, features] = [setting(f64::from(most)), count(features)];
                            let allowed =
                                text!(words::FEWER_SAMPLES, samples = samples, features = features, limit = limit);
                            refused("samples", self.sizes[size], allowed)
                        }
                        _ => refused("features", features, text!(words::FEWER_FEATURES, limit = limit)),
                    };
                }
                let runs = self.params.runs;
                let most = (BLOCK_BYTES / plan.bytes()).clamp(1, u64::from(runs)) as u32;
                let stops = size.map_or(self.fresh.len(), |_| self.epochs.len()) as u32;
                blocks(runs, most).for_each(|block| legs.push(Leg { block, ..all }, stops));
            }
        }
        Ok(legs)
    }

    /// Work done so far, and work of the whole run, in nanoseconds of one core: the theory, the steps of the runs, and the
    /// reading of their weights. The first numbers of fresh samples are enough if theory expects their risk to be below
    /// every other, so the work of the rest counts only until that is measured.
    #[inline(never)]
    pub(super) fn work(&self) -> [f64; 2] {
        let features = f64::from(self.params.features);
        let fresh = (self.sizes.iter().zip(&self.expected))
            .map(|(&n, expected)| {
                let most = f64::from(self.most_epochs());
                f64::from(n) * expected.as_ref().and_then(|e| *e.reuse.last()?).unwrap_or(most).min(most)
            })
            .fold(0.0, f64::max);
        let needed = self.fresh.partition_point(|&n| f64::from(n) < fresh) + 1;
        let work = self.legs.work(self.done.saturating_sub(self.slow), |Place { leg, checkpoint, .. }| {
            let (stops, stop) = (self.stops(leg), checkpoint as usize);
            if leg.size.is_none() && stop > self.measured[leg.schedule].stop.unwrap_or(needed) {
                return 0.0;
            }
            let from = stop.checked_sub(1).map_or(0, |before| stops[before]);
            let constant = self.schedules[leg.schedule].0 == Schedule::Constant;
            let trials = (leg.block.runs as usize * self.chunks()) as f64;
            let (trained, read) = if constant { (1, 1) } else { (stops.len() - stop, stops.len()) };
            let step = match leg.size {
                _ if !self.dense() => 40.0,
                Some(_) => 140.0 + 14.0 * features,
                None => 200.0 + 14.0 * features,
            };
            let steps = f64::from(stops[stop] - from) * trained as f64;
            trials * (steps * step + 200.0 * features * read as f64)
        });
        // The cost is an upper estimate; a fifth of it is typical.
        let theory = |sizes: u32| {
            if sizes > 0 { 0.2 * self.theory_cost() * f64::from(sizes) / f64::from(self.slow) } else { 0.0 }
        };
        [work[0] + theory(self.done.min(self.slow)), work[1] + theory(self.slow)]
    }

    /// Records the risks of a block of runs at the stop with index `stop`.
    pub(super) fn take(&mut self, leg: Leg, stop: usize, risks: &[[f64; sim::LANES]]) {
        let (chunks, runs) = (self.chunks(), leg.block.runs as usize);
        let constant = self.schedules[leg.schedule].0 == Schedule::Constant;
        let first = if constant { 0 } else { stop * chunks };
        let measured = &mut self.measured[leg.schedule];
        let cells = match leg.size {
            Some(size) => &mut measured.data[size][stop],
            None => &mut measured.fresh[stop],
        };
        for (i, cell) in cells.iter_mut().enumerate() {
            let trial = (first + i / sim::LANES) * runs;
            risks[trial..trial + runs].iter().for_each(|lanes| cell.push(lanes[i % sim::LANES]));
        }
    }

    /// Whether one pass over enough fresh samples has been simulated. This is so if its risk is lower than the risk
    /// after any number of epochs over any data set. `stop` is the index of the number of fresh samples.
    pub(super) fn enough(&self, schedule: usize, stop: usize) -> bool {
        let measured = &self.measured[schedule];
        let least = |cells: &Vec<Vec<Risks>>| {
            let risks = cells.iter().filter_map(|cells| self.tuned(cells)).map(|best| best.risk);
            risks.fold(f64::INFINITY, f64::min)
        };
        let least = measured.data.iter().map(least).fold(f64::INFINITY, f64::min);
        // One more checkpoint than needed: later blocks of runs move the mean.
        stop > 0 && self.tuned(&measured.fresh[stop - 1]).is_some_and(|best| best.risk < least)
    }

    /// Limit for [`Risks::uneven`]: up to this ratio of standard deviation to mean, the mean of the risks counts as
    /// known.
    pub(super) fn most_uneven(&self) -> f64 {
        // The fewer runs, the less of a heavy tail they show.
        if self.steep > WILD { FALLING * (f64::from(self.params.runs) / ENOUGH).sqrt().min(1.0) } else { NOISY }
    }

    pub(super) fn tuned(&self, cells: &[Risks]) -> Option<Tuned> {
        tuned(&self.rates, cells, self.most_uneven())
    }

    /// The least measured risk after `epochs` epochs over `samples` samples. Its standard error is infinite if the mean
    /// risk depends mostly on features that only few runs have missed, because the measured mean is then often too low.
    pub(super) fn measured_best(&self, cells: &[Risks], epochs: f64, samples: f64) -> Option<Tuned> {
        let best = self.tuned(cells)?;
        let luck = match &self.world {
            World::OneHot(model) if self.params.noise == 0.0 => model.luck(epochs, samples, best.rate),
            _ => 0.0,
        };
        let known = luck <= LUCK * f64::from(self.params.runs).sqrt();
        Some(if known { best } else { Tuned { error: f64::INFINITY, ..best } })
    }

    /// The least measured risk of one pass at each number of fresh samples, ascending. Risks below [`sim::FLOOR`] are
    /// left out, because single precision does not resolve them.
    #[inline(never)]
    pub(super) fn one_pass_measured(&self, schedule: usize) -> Vec<(f64, Tuned)> {
        let fresh = self.fresh.iter().zip(&self.measured[schedule].fresh);
        let best = fresh.map(|(&n, cells)| (f64::from(n), cells));
        let best = best.filter_map(|(n, cells)| Some((n, self.measured_best(cells, 1.0, n)?)));
        best.filter(|(_, best)| best.risk >= sim::FLOOR).collect()
    }

    /// For each number of samples, the least measured risks and the measured effective reuse rates.
    pub(super) fn reuse_of_all(&self) -> Vec<Reuse> {
        if !self.begun() {
            let unknown = vec![None; self.epochs.len()];
            return vec![Reuse { best: vec![None; self.epochs.len()], reuse: unknown }; self.sizes.len()];
        }
        let one_pass = self.one_pass_measured(0);
        (0..self.sizes.len()).map(|size| self.reuse(0, size, &one_pass)).collect()
    }

    /// For the number of samples with index `size`, the least measured risk and the measured effective reuse rate at
    /// each number of epochs. `one_pass` lists the least risk of one pass against the number of fresh samples.
    #[inline(never)]
    pub(super) fn reuse(&self, schedule: usize, size: usize, one_pass: &[(f64, Tuned)]) -> Reuse {
        let n = f64::from(self.sizes[size]);
        let cells = self.measured[schedule].data[size].iter();
        let best: Vec<Option<Tuned>> =
            cells.zip(self.epochs_of()).map(|(cells, k)| self.measured_best(cells, k, n)).collect();
        let reuse = |best: &Option<Tuned>| {
            let fresh = fresh_samples(one_pass, best.as_ref().filter(|best| best.risk >= sim::FLOOR)?)?;
            Some(Estimate { value: fresh.value / n, ..fresh })
        };
        Reuse { reuse: best.iter().map(reuse).collect(), best }
    }

    /// Half the width of an interval, in standard errors. If the standard error were known exactly, this would be
    /// `normal`. It is larger, because the standard error is estimated from the runs.
    pub(super) fn errors(&self, normal: f64) -> f64 {
        student(normal, f64::from(self.params.runs - 1))
    }
}

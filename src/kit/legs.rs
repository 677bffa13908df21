//! The order in which an experiment does its work: which runs come next, how many checkpoints they have, and which
//! state is carried from one checkpoint to the next.
//!
//! An experiment is advanced from checkpoint to checkpoint, in an order that its parameters fix. A *leg* is a group of
//! runs that pass their checkpoints together. A device can hold only a limited number of runs at a time, so the runs of
//! one setting may be divided into several legs. The state of a leg at one checkpoint is carried to the next. If a call
//! fails or is cancelled, the state is lost and the leg starts over. It then computes the same numbers again, because
//! each random draw depends only on its index.

/// The legs (groups of runs) of an experiment, in order, each with its number of checkpoints.
#[derive(Clone, Debug)]
pub struct Legs<L> {
    legs: Vec<(L, u32)>,
}

/// A place in the work of an experiment: one checkpoint of one leg (group of runs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<L> {
    /// The leg: a group of runs that go through their checkpoints together.
    pub leg: L,
    /// Index of the checkpoint in the leg, counted from 0.
    pub checkpoint: u32,
    /// Whether this is the last checkpoint of the leg.
    pub last: bool,
}

impl<L> Default for Legs<L> {
    fn default() -> Self {
        Self { legs: Vec::new() }
    }
}

impl<L: Copy> Legs<L> {
    /// Adds a leg (group of runs) with the given number of checkpoints.
    pub fn push(&mut self, leg: L, checkpoints: u32) {
        self.legs.push((leg, checkpoints));
    }

    /// Total number of checkpoints of all legs (groups of runs).
    pub fn total(&self) -> u32 {
        self.legs.iter().map(|(_, checkpoints)| checkpoints).sum()
    }

    /// Work up to the first `done` checkpoints, and work of all of them. `work` gives the work of one checkpoint, in any
    /// unit. It is a separate function because the build splits the wasm by function: a page needs it only in a run.
    #[inline(never)]
    pub fn work(&self, done: u32, work: impl Fn(Place<L>) -> f64) -> [f64; 2] {
        let mut sums = [0.0; 2];
        let places = self.legs.iter().flat_map(|&(leg, checkpoints)| {
            (0..checkpoints).map(move |checkpoint| Place { leg, checkpoint, last: checkpoint + 1 == checkpoints })
        });
        for (i, place) in (0..).zip(places) {
            let one = work(place);
            sums[0] += if i < done { one } else { 0.0 };
            sums[1] += one;
        }
        sums
    }

    /// The checkpoint that comes after the first `done` checkpoints; `None` when all are done.
    pub fn after(&self, done: u32) -> Option<Place<L>> {
        let mut left = done;
        for &(leg, checkpoints) in &self.legs {
            if left < checkpoints {
                return Some(Place { leg, checkpoint: left, last: left + 1 == checkpoints });
            }
            left -= checkpoints;
        }
        None
    }
}

/// A range of runs that are simulated together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Index of the first run.
    pub first: u32,
    /// Number of runs.
    pub runs: u32,
}

/// Splits the runs `0..runs` into blocks of at most `most` runs, in order; `most` is at least 1.
pub fn blocks(runs: u32, most: u32) -> impl Iterator<Item = Block> {
    let most = most.max(1);
    (0..runs).step_by(most as usize).map(move |first| Block { first, runs: most.min(runs - first) })
}

/// The state that a leg (group of runs) carries from one checkpoint to the next.
#[derive(Clone, Debug)]
pub struct Carried<S> {
    state: Option<S>,
}

impl<S> Default for Carried<S> {
    fn default() -> Self {
        Self { state: None }
    }
}

impl<S> Carried<S> {
    /// Takes the state out, for the work up to `checkpoint`. The result is `None` at the first checkpoint of a leg
    /// (group of runs). It is also `None` if the previous call failed or was cancelled before it could [`Carried::put`]
    /// the state back; the leg then starts over.
    pub fn take(&mut self, checkpoint: u32) -> Option<S> {
        self.state.take().filter(|_| checkpoint > 0)
    }

    /// Puts the state back after a checkpoint was reached. After the `last` checkpoint of a leg (group of runs) the
    /// state is dropped.
    pub fn put(&mut self, state: S, last: bool) {
        self.state = (!last).then_some(state);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_come_leg_by_leg() {
        let mut legs = Legs::default();
        [('a', 3), ('b', 0), ('c', 1)].into_iter().for_each(|(leg, checkpoints)| legs.push(leg, checkpoints));
        let places: Vec<_> = (0..5).map(|done| legs.after(done).map(|p| (p.leg, p.checkpoint, p.last))).collect();
        assert_eq!(
            places,
            [Some(('a', 0, false)), Some(('a', 1, false)), Some(('a', 2, true)), Some(('c', 0, true)), None]
        );
        assert_eq!(legs.total(), 4);
        assert_eq!(legs.work(2, |place| f64::from(1 + place.checkpoint) + f64::from(u8::from(place.last))), [3.0, 9.0]);
    }

    #[test]
    fn blocks_hold_every_run_once() {
        for (runs, most) in [(1, 1), (7, 3), (6, 3), (5, 100), (4, 0)] {
            let runs_of = |block: Block| block.first..block.first + block.runs;
            assert!(blocks(runs, most).flat_map(runs_of).eq(0..runs), "{runs} runs in blocks of {most}");
            assert!(blocks(runs, most).all(|block| block.runs <= most.max(1)), "none is larger");
        }
    }

    #[test]
    fn a_call_that_failed_starts_its_leg_over() {
        let mut carried = Carried::default();
        assert_eq!(carried.take(0), None, "a leg begins");
        carried.put(1, false);
        assert_eq!(carried.take(1), Some(1), "and goes on");
        assert_eq!(carried.take(1), None, "it was not put back: it starts over");
        carried.put(2, false);
        assert_eq!(carried.take(0), None, "another leg does not go on with what is not its own");
        carried.put(3, true);
        assert_eq!(carried.take(1), None, "nothing is carried beyond the last checkpoint");
    }
}

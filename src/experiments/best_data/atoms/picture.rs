//! The small picture of `atoms`: which atoms have been seen.

use super::{Atoms, words};
use crate::math;
use crate::output::{Drawing, Picture};
use crate::sim::atoms as sim;
use crate::text;
use crate::text::{count, share};

/// Largest number of atoms that the picture shows.
const SHOWN: u32 = 100;

/// How many of `runs` runs have drawn the atom of rank `rank`. `state` holds groups of `rows` rows.
pub(super) fn seen(state: &[[u32; sim::LANES]], rows: usize, rank: u32, runs: u32) -> u32 {
    let mut left = runs as usize;
    let groups = state.chunks(rows).map(|group| {
        let lanes = left.min(sim::LANES);
        left -= lanes;
        sim::seen(group, rank, lanes)
    });
    groups.sum()
}

impl Atoms {
    /// Ranks of the atoms that the picture shows, ascending: at most [`SHOWN`], spread evenly over the logarithm of the
    /// rank.
    pub(super) fn shown(&self) -> Vec<u32> {
        let ranks = math::ratios(1.0, f64::from(self.atoms.count()), SHOWN);
        let mut ranks: Vec<u32> = ranks.into_iter().map(|rank| rank.round() as u32).collect();
        ranks.dedup();
        ranks
    }

    /// Probability with which a training distribution draws the atom of rank `rank`, at the number of samples with
    /// index `i`.
    fn drawn(&self, distribution: usize, i: usize, rank: u32) -> f64 {
        let flat = &self.flat[i];
        match distribution {
            0 => self.atoms.probability(rank),
            1 if rank <= self.best[i].support => self.best[i].share(rank),
            2 if rank <= flat.top => 1.0 / f64::from(flat.top),
            _ => 0.0,
        }
    }

    /// The picture of the atoms that training has shown, with a row of cells for each training distribution. It shows
    /// the number of samples of the last checkpoint. Before the first checkpoint it shows theory for the largest
    /// number: a run sees an atom with the probability `1 - (1 - q)^N`.
    pub(super) fn seen_picture(&self) -> Picture {
        let place = self.done.checked_sub(1).and_then(|last| self.legs.after(last));
        let i = place.map_or(self.samples.len() - 1, |place| place.checkpoint as usize);
        let samples = self.samples[i];
        let about = match place {
            None => words::SEEN_BY_THEORY.into(),
            Some(_) => text!(words::SEEN_BY_RUNS, runs = count(self.losses[0][i].len())),
        };
        let picture = Picture::new(text!(words::SEEN, samples = count(samples)), about);
        [words::MATCHED, words::OPTIMAL, words::SEEN_FLAT].into_iter().enumerate().fold(
            picture,
            |picture, (d, name)| {
                let runs = self.losses[d][i].len() as f64;
                let (loss, cells) = if place.is_some() {
                    let seen = self.seen[d][i].iter().map(|&seen| f64::from(seen) / runs).collect();
                    (self.losses[d][i].iter().sum::<f64>() / runs, seen)
                } else {
                    let unseen = |rank: &u32| f64::from(samples) * math::ln_1p(-self.drawn(d, i, *rank));
                    let seen = self.shown().iter().map(|rank| -math::expm1(unseen(rank))).collect();
                    (self.exact(d, i), seen)
                };
                picture.shares(name, text!(words::KNOWN, known = share(1.0 - loss)), Drawing::Cells, cells)
            },
        )
    }
}

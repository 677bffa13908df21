//! Answers of `atoms`.

use super::{Atoms, words};
use crate::math::Z999;
use crate::text;
use crate::text::{Text, count, loss};

impl Atoms {
    /// What theory predicts for the largest number of samples.
    pub(super) fn prediction(&self) -> Text {
        let i = self.samples.len() - 1;
        let (samples, atoms, drawn) = (count(self.samples[i]), self.atoms.count(), self.best[i].support);
        let [matched, optimal] = [0, 1].map(|d| loss(self.exact(d, i)));
        if drawn < atoms {
            let (drawn, atoms) = (count(drawn), count(atoms));
            text!(
                words::SHOW_FEW,
                drawn = drawn,
                atoms = atoms,
                samples = samples,
                optimal = optimal,
                matched = matched
            )
        } else {
            text!(words::SHOW_ALL, atoms = count(atoms), samples = samples, optimal = optimal, matched = matched)
        }
    }

    /// What the finished runs show at the largest number of samples.
    #[inline(never)]
    pub(super) fn answer(&self) -> Text {
        let i = self.samples.len() - 1;
        let (samples, atoms, drawn) = (count(self.samples[i]), self.atoms.count(), self.best[i].support);
        let [(matched, one), (optimal, other)] = [0, 1].map(|d| self.mean_and_error(d, i, &self.losses[d][i]));
        let apart = matched - optimal > Z999 * (one * one + other * other).sqrt();
        let nothing_missed = optimal == 0.0;
        let (matched, optimal) = (loss(matched), loss(optimal));
        if !apart {
            text!(words::CANNOT_TELL, samples = samples, optimal = optimal, matched = matched)
        } else if drawn < atoms {
            let drawn = count(drawn);
            text!(words::SHOWED_FEW, samples = samples, optimal = optimal, drawn = drawn, matched = matched)
        } else if nothing_missed {
            text!(words::NOTHING_MISSED, samples = samples, atoms = count(atoms), matched = matched)
        } else {
            let atoms = count(atoms);
            text!(words::SHOWED_ALL, samples = samples, optimal = optimal, atoms = atoms, matched = matched)
        }
    }
}

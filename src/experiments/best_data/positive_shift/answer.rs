//! Answers of `positive-shift`.

use super::{PositiveShift, RARE, words};
use crate::kit::Experiment;
use crate::math;
use crate::text;
use crate::text::{Argument, Text, count, error, loss, share};
use crate::theory::positive_shift::Curve;

impl PositiveShift {
    /// The share of the samples that the optimal shares save at an equal loss; `None` if there is no such share.
    fn saved(&self) -> Option<Argument> {
        self.ratio.map(|ratio| share(1.0 - ratio))
    }

    /// Whether a shift of this mixture gains less than the least gain that counts.
    fn gains_nothing(&self) -> bool {
        self.best.gain <= math::pow(10.0, RARE[3]) * self.best.matched.abs()
    }

    /// What theory says about this mixture.
    pub(super) fn prediction(&self) -> Text {
        let (p, q) = (&self.problem.p, &self.shares);
        if self.problem.curve == Some(Curve::Log) {
            return words::CONTROL_KEEPS.into();
        } else if self.gains_nothing() {
            return words::KEEP.into();
        }
        let starved = p.iter().zip(q).filter(|(p, q)| **p > 0.0 && **q == 0.0).count();
        if let Some(saved) = self.saved().filter(|_| starved > 0) {
            return text!(words::LEAVE_OUT, parts = count(starved), all = count(p.len()), saved = saved);
        }
        let moved = |k: usize| (q[k] - p[k]).abs();
        let k = (0..p.len()).fold(0, |most, k| if moved(k) > moved(most) { k } else { most });
        let (part, weight, best) = (count(k + 1), share(p[k]), share(q[k]));
        match self.saved() {
            Some(saved) => text!(words::SHIFT, part = part, best = best, weight = weight, saved = saved),
            None => {
                let (gain, matched) = (error(self.best.gain), loss(self.best.matched));
                text!(words::SHIFT_LOWERS, part = part, best = best, weight = weight, gain = gain, matched = matched)
            }
        }
    }

    /// The answer: what theory says and, once all random mixtures are drawn, how many of them gain.
    pub(super) fn answer(&self) -> Text {
        if self.done > 0 && Experiment::progress(self).finished() { self.found() } else { self.prediction() }
    }

    /// What the random mixtures show.
    #[inline(never)]
    fn found(&self) -> Text {
        let control = self.problem.curve == Some(Curve::Log);
        let tally = &self.tallies[usize::from(control)];
        let (gained, all) = (tally.count - tally.below[3], tally.count + tally.lost);
        if control && gained == 0 && tally.lost == 0 {
            text!(words::NONE_GAINS, mixtures = count(all))
        } else if gained < all {
            text!(words::SOME_GAIN, gained = count(gained), mixtures = count(all))
        } else if self.gains_nothing() {
            text!(words::ALL_BUT_THIS_GAIN, mixtures = count(all))
        } else if let Some(saved) = self.saved() {
            text!(words::ALL_GAIN, mixtures = count(all), saved = saved)
        } else {
            let (gain, matched) = (error(self.best.gain), loss(self.best.matched));
            text!(words::ALL_GAIN_LOWERS, mixtures = count(all), gain = gain, matched = matched)
        }
    }
}

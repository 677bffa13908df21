//! Answers of `gcd`.

use super::run::mean;
use super::{CommonDivisors, words};
use crate::text;
use crate::text::{Text, count, list, number, phrase, setting, share};

impl CommonDivisors {
    /// What theory predicts.
    pub(super) fn expected_answer(&self) -> Text {
        let first = &self.kinds[0];
        let (base, allowed) = (count(first.setting.base), count(first.allowed().len()));
        let error = share(1.0 - first.ceiling());
        match self.params.compare {
            "data" => text!(
                words::EXPECTED_DATA,
                base = base,
                allowed = allowed,
                limit = count(self.params.limit),
                plateau = share(1.0 - self.kinds[2].ceiling())
            ),
            "base" => {
                let part = |i: usize| {
                    text!(
                        words::PART,
                        share = share(1.0 - self.kinds[i].ceiling()),
                        kind = phrase(self.kinds[i].label.clone())
                    )
                };
                text!(words::EXPECTED_BASES, parts = list((0..self.kinds.len()).map(part).collect()))
            }
            _ => text!(words::EXPECTED, base = base, allowed = allowed, error = error),
        }
    }

    /// What the networks have learned.
    #[inline(never)]
    pub(super) fn measured_answer(&self) -> Text {
        let networks = self.kinds.len() * self.params.networks as usize;
        if let Some((diverged, samples)) = self.diverged() {
            return text!(
                words::DIVERGED,
                diverged = count(diverged),
                networks = count(networks),
                samples = count(samples),
                rate = setting(self.params.rate)
            );
        }
        let seen = |kind: usize| self.last(kind).unwrap_or_default();
        let error = |kind: usize| share(1.0 - mean(seen(kind), |seen| seen.tested.accuracy));
        let known = |kind: usize| number(mean(seen(kind), |seen| seen.known().len() as f64));
        let samples = count(self.reached());
        let first = &self.kinds[0];
        match self.params.compare {
            "data" => text!(
                words::MEASURED_DATA,
                samples = samples,
                error = error(0),
                known = known(0),
                real = share(self.params.real),
                mixed = error(1),
                synthetic = error(2)
            ),
            "nothing" => text!(
                words::MEASURED,
                samples = samples,
                base = count(first.setting.base),
                known = known(0),
                allowed = count(first.allowed().len()),
                error = error(0)
            ),
            _ => {
                let part = |kind: usize| {
                    text!(words::PART, share = error(kind), kind = phrase(self.kinds[kind].label.clone()))
                };
                text!(words::MEASURED_PARTS, samples = samples, parts = list((0..self.kinds.len()).map(part).collect()))
            }
        }
    }
}

//! Verdicts of `gcd`.

use super::run::{Seen, mean};
use super::{CommonDivisors, Compared, words};
use crate::math::Z999;
use crate::output::{Limit, Verdict, units};
use crate::sim::gcd::{DIVISORS, NATURAL};
use crate::stats::{mean_and_error, student};
use crate::text;
use crate::text::{count, phrase, share};
use crate::theory::gcd::{PUBLISHED, masses, predicted};

/// A network's usual answer for a divisor is clear if it gives it for at least this share of the pairs.
const CLEAR: f64 = 0.9;
/// Least number of networks of each kind with which a verdict on a difference decides.
const LEAST: usize = 6;

impl CommonDivisors {
    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let verdicts = if self.ended() { self.measured_verdicts() } else { self.expected_verdicts() };
        match self.diverged() {
            Some((diverged, samples)) if self.done > 0 => verdicts
                .into_iter()
                .map(|verdict| {
                    verdict.cannot_tell(text!(
                        words::SOME_DIVERGED,
                        diverged = count(diverged),
                        samples = count(samples)
                    ))
                })
                .collect(),
            _ => verdicts,
        }
    }

    /// What the verdicts will be about.
    fn expected_verdicts(&self) -> Vec<Verdict> {
        let mut all = vec![
            Verdict::pending("set", words::SET),
            Verdict::pending("rule", words::RULE_HOLDS),
            Verdict::pending("agreement", words::AGREEMENT),
            Verdict::pending("accuracy", words::ACCURACY_IS),
        ];
        if self.params.compare == "data" {
            all.push(Verdict::pending("plateau", words::STAYS_BELOW));
            all.push(Verdict::pending("recovery", words::RECOVERS));
        }
        all
    }

    #[inline(never)]
    fn measured_verdicts(&self) -> Vec<Verdict> {
        let first = self.last(0).unwrap_or_default();
        let largest = self.kinds[0].setting.largest;
        let known: Vec<Vec<u32>> = first.iter().map(Seen::known).collect();
        let mut all = vec![
            self.set_verdict(),
            rule_verdict(first),
            agreement_verdict(first),
            accuracy_verdict(first, &known, largest).adding(self.of_transformer()),
        ];
        match self.params.compare {
            "data" => all.extend(self.data_verdicts()),
            "base" => all.extend((0..self.kinds.len()).map(|kind| self.ceiling_verdict(kind))),
            "nothing" => all.push(self.ceiling_verdict(0)),
            _ => all.push(self.gain_verdict()),
        }
        all
    }

    /// What the paper's transformer reaches in this base.
    fn of_transformer(&self) -> text::Text {
        let printed = PUBLISHED.iter().find(|row| row.base == self.params.base);
        match printed.and_then(|row| Some((row, row.accuracy?))) {
            Some((row, accuracy)) => {
                text!(words::TRANSFORMER, known = count(row.correct), accuracy = share(accuracy))
            }
            None => words::NO_TRANSFORMER.into(),
        }
    }

    /// The known divisors, besides 1, are divisors of powers of the base. If they were any divisors, that would hold for
    /// the share of these divisors among all.
    fn set_verdict(&self) -> Verdict {
        let (mut inside, mut all, mut chance) = (0.0, 0.0, 0.0);
        for (i, kind) in self.kinds.iter().enumerate() {
            let allowed = kind.allowed();
            let random = (allowed.len() as f64 - 1.0) / (DIVISORS as f64 - 1.0);
            for divisor in self.last(i).unwrap_or_default().iter().flat_map(Seen::known).filter(|divisor| *divisor > 1)
            {
                all += 1.0;
                inside += f64::from(u8::from(allowed.contains(&divisor)));
                chance += random;
            }
        }
        if all == 0.0 {
            return Verdict::pending("set", words::SET).warning(words::NOTHING_KNOWN);
        }
        let found = inside / all;
        Verdict::of("set", words::SET, found, Some([found; 2]), 1.0, 0.0)
            .adding(text!(words::SET_COUNTS, known = count(all), chance = share(chance / all)))
            .against(chance / all, words::ANY_SET)
            .unit(units::PERCENT)
    }

    /// Synthetic pairs alone stop at a plateau, which real pairs end.
    fn data_verdicts(&self) -> [Verdict; 2] {
        let limit = self.kinds[2].ceiling();
        let [mixed, synthetic] = [1, 2].map(|kind| interval_of_accuracy(self.last(kind).unwrap_or_default()));
        let ceiling = self.kinds[0].ceiling();
        let stays = Verdict::of("plateau", words::STAYS_BELOW, synthetic.0, Some(synthetic.1), limit, 0.0)
            .limit(Limit::Upper)
            .unit(units::PERCENT);
        let agrees = if synthetic.1[0] > limit {
            Some(false)
        } else {
            // A network that is not kept from more could be up to the ceiling.
            (synthetic.1[1] < ceiling).then_some(true)
        };
        let stays = Verdict { agrees, null: Some(ceiling), ..stays };
        let stays = if agrees.is_none() { stays.warning(words::PLATEAU_UNCLEAR) } else { stays };
        let recovers = Verdict::of("recovery", words::RECOVERS, mixed.0, Some(mixed.1), limit, 0.0)
            .limit(Limit::Lower)
            .unit(units::PERCENT);
        let agrees = lies_above(mixed.1, limit);
        let recovers = Verdict { agrees, ..recovers };
        [stays, if agrees.is_none() { recovers.warning(words::RECOVERY_UNCLEAR) } else { recovers }]
    }

    /// The accuracy stays below what all divisors of powers of the base give.
    fn ceiling_verdict(&self, kind: usize) -> Verdict {
        let Compared { id, label, .. } = &self.kinds[kind];
        let ceiling = self.kinds[kind].ceiling();
        let (accuracy, interval) = interval_of_accuracy(self.last(kind).unwrap_or_default());
        let claim = text!(words::BELOW_CEILING, kind = phrase(label.clone()));
        let verdict = Verdict::of(format!("ceiling-{id}"), claim, accuracy, Some(interval), ceiling, 0.0)
            .limit(Limit::Upper)
            .unit(units::PERCENT);
        Verdict { agrees: Some(interval[0] <= ceiling), null: Some(1.0), ..verdict }
    }

    /// How many more divisors the networks of the second kind know than those of the first.
    fn gain_verdict(&self) -> Verdict {
        let [first, second] = [0, 1].map(|kind| self.last(kind).unwrap_or_default());
        let gains: Vec<f64> =
            first.iter().zip(second).map(|(a, b)| b.known().len() as f64 - a.known().len() as f64).collect();
        let (gain, error) = mean_and_error(&gains);
        let half = student(Z999, gains.len() as f64 - 1.0) * error;
        let interval = (gains.len() > 1).then_some([gain - half, gain + half]);
        let claim = text!(
            words::GAIN,
            second = phrase(self.kinds[1].label.clone()),
            first = phrase(self.kinds[0].label.clone())
        );
        let verdict = Verdict::of("gain", claim, gain, interval, 0.0, 0.0).limit(Limit::Lower);
        let agrees = interval.and_then(|interval| lies_above(interval, 0.0));
        Verdict { agrees, ..verdict }.from_runs(gains.len(), LEAST).adding(words::NO_GAIN_HERE)
    }
}

/// Whether an interval lies above a number, or below it; `None` if it contains the number.
fn lies_above([lo, hi]: [f64; 2], number: f64) -> Option<bool> {
    (lo > number || hi < number).then_some(lo > number)
}

/// Mean accuracy of networks on the natural pairs, and its 99.9% interval. All networks are tested on equal pairs, so their mean is
/// as uncertain as the result of one.
fn interval_of_accuracy(seen: &[Seen]) -> (f64, [f64; 2]) {
    let accuracy = mean(seen, |seen| seen.tested.accuracy);
    let half = Z999 * mean(seen, Seen::error);
    (accuracy, [accuracy - half, accuracy + half])
}

/// The usual answer is the largest known divisor that divides the true one. Where a network is undecided, it may be any
/// other. A network that says 1 unless it knows the divisor is the rival.
fn rule_verdict(seen: &[Seen]) -> Verdict {
    let all = seen.len() as f64 * DIVISORS as f64;
    let (mut holds, mut undecided, mut rival) = (0.0, 0.0, 0.0);
    for network in seen {
        let known = network.known();
        for (divisor, found) in (1..).zip(&network.tested.divisors) {
            let rule = predicted(&known, divisor);
            holds += f64::from(u8::from(found.usual == rule));
            undecided += f64::from(u8::from(found.agree < CLEAR));
            let says = if known.contains(&divisor) { divisor } else { 1 };
            rival += f64::from(u8::from(says == rule));
        }
    }
    let [holds, undecided, rival] = [holds, undecided, rival].map(|count| count / all);
    Verdict::of("rule", words::RULE_HOLDS, holds, Some([holds; 2]), 1.0, undecided)
        .adding(text!(words::UNDECIDED, undecided = share(undecided), clear = share(CLEAR)))
        .against(rival, words::RULE_UNCLEAR)
        .unit(units::PERCENT)
}

/// Most of the answers for one divisor are equal.
fn agreement_verdict(seen: &[Seen]) -> Verdict {
    let agreement =
        mean(seen, |seen| seen.tested.divisors.iter().map(|divisor| divisor.agree).sum::<f64>() / DIVISORS as f64);
    // Networks are tested on equal pairs.
    let half = Z999 * mean(seen, Seen::agreement_error);
    let interval = [agreement - half, agreement + half];
    let verdict = Verdict::of("agreement", words::AGREEMENT, agreement, Some(interval), CLEAR, 0.0)
        .limit(Limit::Lower)
        .adding(words::AGREEMENT_PRINTED)
        .unit(units::PERCENT);
    Verdict { agrees: lies_above(interval, CLEAR), ..verdict }
}

/// The accuracy on natural pairs is the probability of the known divisors, given one set of them for each network. The
/// interval allows for the chance of the test pairs, and the resolution for divisors that are known partly and for the
/// outcome of all divisors above 100.
pub(super) fn accuracy_verdict(seen: &[Seen], known: &[Vec<u32>], largest: u32) -> Verdict {
    let masses = masses(largest);
    let of_sets = known.iter().map(|set| set.iter().map(|divisor| masses[*divisor as usize - 1]).sum::<f64>());
    let theory = of_sets.sum::<f64>() / known.len() as f64;
    let (accuracy, interval) = interval_of_accuracy(seen);
    let partial = mean(seen, |seen| seen.partial(&masses));
    let resolution = partial + masses[DIVISORS];
    Verdict::of("accuracy", words::ACCURACY_IS, accuracy, Some(interval), theory, resolution)
        .adding(text!(words::PARTLY_KNOWN, partial = share(partial), tests = count(NATURAL)))
        .against(masses[0], words::ACCURACY_UNCLEAR)
        .unit(units::PERCENT)
}

//! Verdicts of `gcd`.

use std::collections::BTreeSet;

use super::run::{Seen, mean};
use super::{CommonDivisors, Compared, words};
use crate::math::Z999;
use crate::output::{Limit, Verdict, units};
use crate::sim::gcd::{DIVISORS, NATURAL};
use crate::stats::{mean_and_error, student};
use crate::text;
use crate::text::{count, phrase, share};
use crate::theory::gcd::{PUBLISHED, learned, masses, predicted};

/// A network's usual answer for a divisor is clear if it gives it for at least this share of the pairs.
const CLEAR: f64 = 0.9;
/// Least number of networks of each kind with which a verdict on a difference decides.
const LEAST: usize = 6;
/// Chance does not explain a result that it gives less often than this.
const RARE: f64 = 0.001;
/// Largest distance at which an accuracy tells something about the one that theory predicts.
const NEAR: f64 = 0.02;
/// Share of the clear answers that may be for divisors that are just being learned, of which a network may know a
/// multiple first.
const LEARNING: f64 = 0.03;

impl CommonDivisors {
    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let verdicts = if self.ended() { self.measured_verdicts() } else { self.expected_verdicts() };
        match self.diverged() {
            Some((diverged, samples)) if self.done > 0 => verdicts
                .into_iter()
                .map(|verdict| {
                    let told = text!(words::SOME_DIVERGED, diverged = count(diverged), samples = count(samples));
                    Verdict { agrees: None, ..verdict }.note(told)
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

    /// The known divisors, besides 1, are divisors of powers of the base. If they were any divisors, each would be one
    /// with the share of these divisors among all. Each divisor counts once for each base.
    fn set_verdict(&self) -> Verdict {
        let kinds = if matches!(self.params.compare, "base" | "data") { self.kinds.len() } else { 1 };
        let (mut counted, mut inside, mut chance, mut by_chance) = (BTreeSet::new(), 0.0, 0.0, 1.0);
        for (i, kind) in self.kinds[..kinds].iter().enumerate() {
            let allowed = kind.allowed();
            let random = (allowed.len() as f64 - 1.0) / (DIVISORS as f64 - 1.0);
            for divisor in self.last(i).unwrap_or_default().iter().flat_map(Seen::known) {
                if divisor > 1 && counted.insert((kind.setting.base, divisor)) {
                    inside += f64::from(u8::from(allowed.contains(&divisor)));
                    chance += random;
                    by_chance *= random;
                }
            }
        }
        if counted.is_empty() {
            return Verdict::pending("set", words::SET).warning(words::NOTHING_KNOWN);
        }
        let all = counted.len() as f64;
        let found = inside / all;
        let verdict = Verdict::of("set", words::SET, found, Some([found; 2]), 1.0, 0.0)
            .adding(text!(words::SET_COUNTS, known = count(all), chance = share(chance / all)))
            .unit(units::PERCENT);
        let verdict = Verdict { null: Some(chance / all), ..verdict };
        if verdict.agrees == Some(true) && by_chance >= RARE {
            verdict.cannot_tell(words::SET_UNCLEAR)
        } else {
            verdict
        }
    }

    /// Synthetic pairs alone stop at a plateau, which real pairs end.
    fn data_verdicts(&self) -> [Verdict; 2] {
        let limit = self.kinds[2].ceiling();
        let [real, mixed, synthetic] = [0, 1, 2].map(|kind| interval_of_accuracy(self.last(kind).unwrap_or_default()));
        let passed = real.1[0] > limit;
        let all = learned(self.params.base, self.params.limit).len() == self.kinds[2].allowed().len();
        let verdict = |id: &'static str, claim: text::Template<0>, (accuracy, interval): (f64, [f64; 2]), side| {
            Verdict::of(id, claim, accuracy, Some(interval), limit, 0.0)
                .limit(side)
                .adding(words::THESE_NETWORKS)
                .unit(units::PERCENT)
        };
        let stays = verdict("plateau", words::STAYS_BELOW, synthetic, Limit::Upper);
        let agrees = if synthetic.1[0] > limit {
            Ok(false)
        } else if all {
            Err(words::ALL_SYNTHETIC)
        } else if passed && (synthetic.0 - limit).abs() <= NEAR {
            Ok(true)
        } else {
            Err(words::PLATEAU_UNCLEAR)
        };
        let stays = decided(Verdict { null: Some(self.kinds[0].ceiling()), ..stays }, agrees);
        let agrees = match self.params.real {
            0.0 => Err(words::NO_REAL),
            1.0 => Err(words::ALL_REAL),
            _ if all => Err(words::ALL_SYNTHETIC),
            _ if !passed => Err(words::NOT_PASSED),
            // The mixture may pass the plateau later.
            _ if mixed.1[0] <= limit => Err(words::RECOVERY_UNCLEAR),
            _ => Ok(true),
        };
        [stays, decided(verdict("recovery", words::RECOVERS, mixed, Limit::Lower), agrees)]
    }

    /// The accuracy stays below what all divisors of powers of the base give.
    fn ceiling_verdict(&self, kind: usize) -> Verdict {
        let Compared { id, label, .. } = &self.kinds[kind];
        let ceiling = self.kinds[kind].ceiling();
        let seen = self.last(kind).unwrap_or_default();
        let (accuracy, interval) = interval_of_accuracy(seen);
        let claim = text!(words::BELOW_CEILING, kind = phrase(label.clone()));
        let verdict = Verdict::of(format!("ceiling-{id}"), claim, accuracy, Some(interval), ceiling, 0.0)
            .limit(Limit::Upper)
            .adding(words::THESE_NETWORKS)
            .unit(units::PERCENT);
        let agrees = if interval[0] > ceiling {
            Ok(false)
        } else if interval[1] <= ceiling && seen.iter().any(Seen::knows_more) {
            Ok(true)
        } else {
            Err(words::CEILING_UNCLEAR)
        };
        decided(Verdict { null: Some(1.0), ..verdict }, agrees)
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

/// A verdict with a decision, or with the reason why it cannot tell.
fn decided(verdict: Verdict, agrees: Result<bool, text::Template<0>>) -> Verdict {
    match agrees {
        Ok(agrees) => Verdict { agrees: Some(agrees), ..verdict },
        Err(why) => verdict.cannot_tell(why),
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

/// Where the usual answer is clear, it is the largest known divisor that divides the true one. Networks that know nothing
/// above 1 do not count. A network that says 1 unless it knows the divisor is the rival.
pub(super) fn rule_verdict(seen: &[Seen]) -> Verdict {
    let (mut all, mut clear, mut holds, mut rival) = (0.0, 0.0, 0.0, 0.0);
    for network in seen.iter().filter(|network| network.knows_more()) {
        let known = network.known();
        all += DIVISORS as f64;
        for (divisor, found) in (1..).zip(&network.tested.divisors).filter(|(_, found)| found.agree >= CLEAR) {
            let rule = predicted(&known, divisor);
            clear += 1.0;
            holds += f64::from(u8::from(found.usual == rule));
            let says = if known.contains(&divisor) { divisor } else { 1 };
            rival += f64::from(u8::from(says == rule));
        }
    }
    if clear == 0.0 {
        let why = if all == 0.0 { words::NOTHING_KNOWN } else { words::FEW_CLEAR };
        return Verdict::pending("rule", words::RULE_HOLDS).warning(why);
    }
    let [holds, rival] = [holds, rival].map(|count| count / clear);
    let verdict = Verdict::of("rule", words::RULE_HOLDS, holds, Some([holds; 2]), 1.0, LEARNING)
        .adding(text!(words::UNDECIDED, undecided = share(1.0 - clear / all), clear = share(CLEAR)))
        .adding(text!(words::JUST_LEARNED, learning = share(LEARNING)))
        .against(rival, words::RULE_UNCLEAR)
        .unit(units::PERCENT);
    if 2.0 * clear < all { verdict.cannot_tell(words::FEW_CLEAR) } else { verdict }
}

/// Most of the answers for one divisor are equal.
pub(super) fn agreement_verdict(seen: &[Seen]) -> Verdict {
    let agreement =
        mean(seen, |seen| seen.tested.divisors.iter().map(|divisor| divisor.agree).sum::<f64>() / DIVISORS as f64);
    // Networks are tested on equal pairs.
    let half = Z999 * mean(seen, Seen::agreement_error);
    let interval = [agreement - half, (agreement + half).min(1.0)];
    let verdict = Verdict::of("agreement", words::AGREEMENT, agreement, Some(interval), CLEAR, 0.0)
        .limit(Limit::Lower)
        .adding(words::AGREEMENT_PRINTED)
        .unit(units::PERCENT);
    let agrees = lies_above(interval, CLEAR);
    let knows = seen.iter().any(Seen::knows_more);
    if knows { Verdict { agrees, ..verdict } } else { verdict.cannot_tell(words::ALWAYS_ONE) }
}

/// The accuracy on natural pairs is the probability of the known divisors, given one set of them for each network. The
/// interval allows for the chance of the test pairs, and the resolution for divisors that are known partly and for the
/// outcome of all divisors above 100.
pub(super) fn accuracy_verdict(seen: &[Seen], known: &[Vec<u32>], largest: u32) -> Verdict {
    let masses = masses(largest);
    let of_sets = known.iter().map(|set| set.iter().map(|divisor| masses[*divisor as usize - 1]).sum::<f64>());
    // `sum` begins at -0, which would be shown with its sign.
    let theory = of_sets.fold(0.0, |sum, set| sum + set) / known.len() as f64;
    let (accuracy, interval) = interval_of_accuracy(seen);
    let partial = mean(seen, |seen| seen.partial(&masses));
    let resolution = partial + masses[DIVISORS];
    let verdict = Verdict::of("accuracy", words::ACCURACY_IS, accuracy, Some(interval), theory, resolution)
        .adding(text!(words::PARTLY_KNOWN, partial = share(partial), tests = count(NATURAL)))
        .against(masses[0].min(theory), words::ACCURACY_UNCLEAR)
        .unit(units::PERCENT);
    if resolution > NEAR { verdict.cannot_tell(words::TOO_PARTIAL) } else { verdict }
}

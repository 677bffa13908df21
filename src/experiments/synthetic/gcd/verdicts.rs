//! Verdicts of `gcd`.

use std::collections::BTreeSet;

use super::run::{Seen, mean};
use super::{CommonDivisors, Compared, words};
use crate::math::Z999;
use crate::output::{Id, Limit, Verdict, units};
use crate::sim::gcd::{DIVISORS, NATURAL};
use crate::stats::{mean_and_error, student};
use crate::text;
use crate::text::{count, phrase, share};
use crate::theory::gcd::{PUBLISHED, accuracy, learned, predicted};

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
        let [first, before] = [self.last(0), self.before_last(0)].map(Option::unwrap_or_default);
        let accuracy = |seen: &[Seen]| accuracy_verdict(seen, &seen.iter().map(Seen::known).collect::<Vec<_>>());
        let mut all = vec![
            self.set_verdict(),
            on_plateaus(first, before, rule_verdict),
            on_plateaus(first, before, agreement_verdict),
            on_plateaus(first, before, accuracy).adding(self.of_transformer()),
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
        let set = learned(self.params.base, self.params.limit);
        let beside = |kind: usize| Beside::one(self.last(kind).unwrap_or_default(), &set);
        let [real, mixed, synthetic] = [0, 1, 2].map(beside);
        let passed = real.interval[0] > real.share;
        let all = set.len() == self.kinds[2].allowed().len();
        let verdict = |id: &'static str, claim: text::Template<0>, of: &Beside, side| {
            of.verdict(id, claim, of.share).limit(side).adding(self.in_theory(2)).adding(words::THESE_NETWORKS)
        };
        let stays = verdict("plateau", words::STAYS_BELOW, &synthetic, Limit::Upper);
        let agrees = if synthetic.interval[0] > synthetic.share {
            Ok(false)
        } else if all {
            Err(words::ALL_SYNTHETIC)
        } else if passed && (synthetic.accuracy - synthetic.share).abs() <= NEAR {
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
            _ if mixed.interval[0] <= mixed.share => Err(words::RECOVERY_UNCLEAR),
            _ => Ok(true),
        };
        [stays, decided(verdict("recovery", words::RECOVERS, &mixed, Limit::Lower), agrees)]
    }

    /// The accuracy stays below what all divisors that the base can show give. Among the divisors above 100, which have one
    /// class, any may be right.
    fn ceiling_verdict(&self, kind: usize) -> Verdict {
        let Compared { id, label, .. } = &self.kinds[kind];
        let seen = self.last(kind).unwrap_or_default();
        let beside = Beside::one(seen, &self.kinds[kind].allowed());
        let limit = beside.share + beside.larger;
        let claim = text!(words::BELOW_CEILING, kind = phrase(label.clone()));
        let verdict = beside
            .verdict(format!("ceiling-{id}"), claim, limit)
            .limit(Limit::Upper)
            .adding(self.in_theory(kind))
            .adding(words::THESE_NETWORKS);
        let agrees = if beside.interval[0] > limit {
            Ok(false)
        } else if beside.interval[1] <= limit && seen.iter().any(Seen::knows_more) {
            Ok(true)
        } else {
            Err(words::CEILING_UNCLEAR)
        };
        decided(Verdict { null: Some(1.0), ..verdict }, agrees)
    }

    /// The number that theory gives for the largest accuracy of a kind.
    fn in_theory(&self, kind: usize) -> text::Text {
        text!(words::OF_ALL_PAIRS, theory = share(self.kinds[kind].ceiling()))
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

/// Networks beside learners that know exactly some divisors. All are tested on equal pairs, so chance matters only for the
/// pairs about which a network and its learner are not both right or both wrong.
struct Beside {
    /// Mean accuracy of the networks on the natural test pairs.
    accuracy: f64,
    /// The 99.9% interval of the accuracy. Networks that are tested on equal pairs are as uncertain together as one.
    interval: [f64; 2],
    /// Mean accuracy of the learners on the same pairs: the share of the pairs whose divisor they know.
    share: f64,
    /// Share of the pairs with a divisor above 100.
    larger: f64,
}

impl Beside {
    /// Networks beside learners, each of which knows one of the sets.
    fn of(seen: &[Seen], sets: &[Vec<u32>]) -> Self {
        let mean = |of: &dyn Fn(&Seen, &[u32]) -> f64| {
            seen.iter().zip(sets).fold(0.0, |sum, (seen, set)| sum + of(seen, set)) / seen.len() as f64
        };
        let accuracy = mean(&|seen, _| seen.tested.accuracy);
        let share = mean(&|seen, set| seen.share_of(set));
        let differs = mean(&|seen, set| seen.differs(set));
        let larger = 1.0 - mean(&|seen, _| seen.tested.divisors.iter().map(|divisor| divisor.natural).sum());
        let half = Z999 * (differs.max((accuracy - share).abs()) / f64::from(NATURAL)).sqrt();
        Self { accuracy, interval: [accuracy - half, accuracy + half], share, larger }
    }

    /// Networks beside a learner that knows this set.
    fn one(seen: &[Seen], set: &[u32]) -> Self {
        Self::of(seen, &vec![set.to_vec(); seen.len()])
    }

    /// A verdict on the accuracy of the networks.
    fn verdict(&self, id: impl Into<Id>, claim: impl Into<text::Text>, theory: f64) -> Verdict {
        Verdict::of(id, claim, self.accuracy, Some(self.interval), theory, 0.0).unit(units::PERCENT)
    }
}

/// A verdict on what holds on plateaus. While networks jump to the next one it may fail, so it is refuted only if it fails
/// for the networks that rest too: those that give the same usual answers as at the checkpoint before.
pub(super) fn on_plateaus(seen: &[Seen], before: &[Seen], verdict: impl Fn(&[Seen]) -> Verdict) -> Verdict {
    let all = verdict(seen);
    if all.agrees != Some(false) {
        return all;
    }
    let resting = seen.iter().zip(before).filter(|(now, before)| now.usual().eq(before.usual()));
    let resting: Vec<Seen> = resting.map(|(now, _)| now.clone()).collect();
    let fails = !resting.is_empty() && verdict(&resting).agrees == Some(false);
    if fails { all } else { all.cannot_tell(words::JUMPING) }
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

/// The accuracy on natural pairs is the share of these pairs whose divisor is known, given one set of known divisors for
/// each network. The resolution allows for divisors that are known partly and for the outcome of all divisors above 100.
pub(super) fn accuracy_verdict(seen: &[Seen], known: &[Vec<u32>]) -> Verdict {
    let beside = Beside::of(seen, known);
    let partial = mean(seen, |seen| seen.differs(&seen.known()));
    let resolution = partial + beside.larger;
    // `sum` begins at -0, which would be shown with its sign.
    let theory = known.iter().fold(0.0, |sum, set| sum + accuracy(set)) / known.len() as f64;
    let verdict =
        Verdict::of("accuracy", words::ACCURACY_IS, beside.accuracy, Some(beside.interval), beside.share, resolution)
            .adding(text!(words::OF_ALL_PAIRS, theory = share(theory)))
            .adding(text!(words::PARTLY_KNOWN, partial = share(partial), tests = count(NATURAL)))
            .against(mean(seen, |seen| seen.share_of(&[1])).min(beside.share), words::ACCURACY_UNCLEAR)
            .unit(units::PERCENT);
    if resolution > NEAR { verdict.cannot_tell(words::TOO_PARTIAL) } else { verdict }
}

//! Verdicts of `distillation`.

use super::run::{Kind, estimate};
use super::{Distillation, LEAST_DRAWS, words};
use crate::kit::Experiment;
use crate::math::Z999;
use crate::output::units::PERCENT;
use crate::output::{Against, Limit, Verdict};
use crate::stats::mean_and_error;
use crate::text;
use crate::text::{Text, count, setting};
use crate::theory::distillation::retained;

/// The verdict that needs a loss to be this close to theory says "cannot tell" if the interval is wider.
const MARGIN: f64 = 0.1;
impl Distillation {
    pub(super) fn ended(&self) -> bool {
        Experiment::progress(self).finished()
    }

    /// Losses of trained students, for each draw; empty if these students are not trained.
    pub(super) fn measured(&self, kind: Kind, share: usize) -> &[f64] {
        let slot = self.slots().into_iter().position(|slot| slot == (kind, share));
        slot.and_then(|slot| self.trained.students.get(slot)).map_or(&[], |losses| losses)
    }

    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let (curves, mu) = (self.curves(), self.share(self.params.mu));
        let single = curves.levels()[0];
        let trained = &self.trained;
        let given = || setting(self.params.mu);
        let fresh = |share: usize| self.theory_of(Kind::Fresh, share);
        let synthetic_only = if self.params.mu == 0.0 {
            None
        } else {
            Some(self.difference("synthetic-only", words::SYNTHETIC_ONLY, fresh(0) - single, || {
                minus(self.measured(Kind::Fresh, 0), &trained.teachers)
            }))
        };
        let first = [
            self.difference(
                "student-better",
                text!(words::STUDENT_BETTER, mu = given()),
                curves.tuned(Kind::Distilled, mu) - single,
                || minus(self.measured(Kind::Distilled, mu), &trained.singles),
            ),
            self.retained(mu),
            self.difference("fresh-seed", text!(words::FRESH_SEED, mu = given()), fresh(mu) - single, || {
                minus(self.measured(Kind::Fresh, mu), &trained.teachers)
            }),
            self.difference(
                "same-seed",
                text!(words::SAME_SEED, mu = given()),
                fresh(mu) - self.theory_of(Kind::Same, mu),
                || minus(self.measured(Kind::Fresh, mu), self.measured(Kind::Same, mu)),
            ),
        ];
        first.into_iter().chain(synthetic_only).chain([self.student_loss(mu)]).collect()
    }

    /// The loss of a student of one model by theory; NaN before the run has computed it.
    fn theory_of(&self, kind: Kind, share: usize) -> f64 {
        if self.curves.count() > 0 { self.curves.tuned(kind, share) } else { f64::NAN }
    }

    /// A verdict on the sign of a mean difference of losses on the same draws of the data; theory expects the sign of
    /// `expected`.
    fn difference(
        &self,
        id: &'static str,
        claim: impl Into<Text>,
        expected: f64,
        values: impl Fn() -> Vec<f64>,
    ) -> Verdict {
        let limit = if expected > 0.0 { Limit::Lower } else { Limit::Upper };
        let mut verdict = Verdict::of(id, claim, f64::NAN, None, 0.0, 0.0).limit(limit);
        // Theory predicts on which side of 0 the value is.
        verdict.against = Against::Prediction;
        if self.done > 0 {
            self.judge(&mut verdict, &values());
        }
        verdict
    }

    /// Fills in a verdict on the sign of a mean: it decides if the interval is on one side of the limit.
    #[inline(never)]
    fn judge(&self, verdict: &mut Verdict, values: &[f64]) {
        let (mean, interval) = estimate(values);
        (verdict.measured, verdict.interval) = (mean, interval);
        let limit = verdict.limit;
        verdict.agrees = interval.and_then(|[lo, hi]| match limit {
            Some(Limit::Upper) if hi < 0.0 => Some(true),
            Some(Limit::Lower) if lo > 0.0 => Some(true),
            Some(Limit::Upper) if lo > 0.0 => Some(false),
            Some(Limit::Lower) if hi < 0.0 => Some(false),
            _ => None,
        });
        let judged = verdict.clone().once(self.ended()).from_runs(values.len(), LEAST_DRAWS);
        let open = interval.is_some_and(|[lo, hi]| lo < 0.0 && hi > 0.0);
        *verdict =
            if self.ended() && values.len() >= LEAST_DRAWS && open { judged.adding(words::MORE_DRAWS) } else { judged };
    }

    /// The share of the ensemble's gain that the student retains, against theory.
    fn retained(&self, mu: usize) -> Verdict {
        let [single, ensemble] = self.curves().levels();
        let decay = self.pilot.best(Kind::Distilled, mu);
        let theory = retained(single, ensemble, self.curves().mean(Kind::Distilled, mu, decay));
        let claim = text!(words::RETAINED_SHARE, members = count(self.params.members), mu = setting(self.params.mu));
        let verdict = Verdict::of("retained", claim.clone(), f64::NAN, None, theory, 0.0).unit(PERCENT);
        if self.done > 0 { self.judge_retained(claim, theory, mu) } else { verdict }
    }

    #[inline(never)]
    fn judge_retained(&self, claim: Text, theory: f64, mu: usize) -> Verdict {
        let gains = minus(&self.trained.singles, &self.trained.ensembles);
        let kept = minus(&self.trained.singles, self.measured(Kind::Distilled, mu));
        let (mean, interval) = ratio(&kept, &gains);
        // The theoretical value is a ratio of means over other draws of the data.
        let curves = self.curves();
        let gains_of: Vec<f64> = curves.gains().collect();
        let kept_of: Vec<f64> = curves.kept(mu, self.pilot.best(Kind::Distilled, mu)).collect();
        let resolution = ratio(&kept_of, &gains_of).1.map_or(0.0, |[lo, hi]| 0.5 * (hi - lo));
        let verdict = Verdict::of("retained", claim, mean, interval, theory, resolution)
            .unit(PERCENT)
            .note(words::OTHER_DRAWS)
            .once(self.ended())
            .from_runs(gains.len(), LEAST_DRAWS);
        let gain = estimate(&gains).1.is_some_and(|[lo, _]| lo > 0.0);
        if self.ended() && !gain {
            return verdict.cannot_tell(words::NO_GAIN);
        }
        verdict.against(0.0, words::TOO_WIDE)
    }

    /// Whether the trained students of the ensemble have the loss that the closed form gives.
    fn student_loss(&self, mu: usize) -> Verdict {
        let claim = text!(words::STUDENT_LOSS, mu = setting(self.params.mu));
        let theory = self.curves().mean(Kind::Distilled, mu, self.pilot.best(Kind::Distilled, mu));
        let verdict = Verdict::of("student-loss", claim.clone(), f64::NAN, None, theory, 0.0);
        if self.done > 0 { self.judge_student_loss(claim, theory, mu) } else { verdict }
    }

    #[inline(never)]
    fn judge_student_loss(&self, claim: Text, theory: f64, mu: usize) -> Verdict {
        let values = self.measured(Kind::Distilled, mu);
        let (mean, interval) = estimate(values);
        let curves = self.curves();
        let others: Vec<f64> = curves.each(Kind::Distilled, mu, self.pilot.best(Kind::Distilled, mu)).collect();
        Verdict::of("student-loss", claim, mean, interval, theory, Z999 * mean_and_error(&others).1)
            .note(words::OTHER_DRAWS)
            .once(self.ended())
            .from_runs(values.len(), LEAST_DRAWS)
            .within(MARGIN, words::TOO_WIDE)
    }
}

/// The ratio of two means over the same draws, and its 99.9% interval, from the linear terms of its error.
pub(super) fn ratio(above: &[f64], below: &[f64]) -> (f64, Option<[f64; 2]>) {
    let [a, b] = [above, below].map(|values| values.iter().sum::<f64>() / values.len() as f64);
    let ratio = a / b;
    let around: Vec<f64> = above.iter().zip(below).map(|(a, below)| ratio + (a - ratio * below) / b).collect();
    (ratio, estimate(&around).1)
}

pub(super) fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

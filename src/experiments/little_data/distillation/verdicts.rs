//! Verdicts of `distillation`.

use super::run::{Kind, Trained, kept};
use super::{Distillation, words};
use crate::experiments::little_data::draws::{LEAST, MARGIN, estimate, judge, minus, sided, spread};
use crate::experiments::little_data::words as shared;
use crate::kit::Experiment;
use crate::output::units::PERCENT;
use crate::output::{Limit, Verdict};
use crate::text;
use crate::text::{Text, count, setting};

impl Distillation {
    pub(super) fn ended(&self) -> bool {
        Experiment::progress(self).finished()
    }

    /// Losses of trained students, for each draw; empty if these students are not trained.
    pub(super) fn measured(&self, kind: Kind, share: usize) -> &[f64] {
        let slot = self.slots().into_iter().position(|slot| slot == (kind, share));
        slot.and_then(|slot| self.trained.students.get(slot)).map_or(&[], |losses| losses)
    }

    /// What the trained students of the ensemble keep of its gain, on each draw.
    pub(super) fn kept(&self, share: usize) -> Vec<f64> {
        let Trained { singles, alone, .. } = &self.trained;
        kept(self.shares[share], singles, alone, self.measured(Kind::Distilled, share))
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
                -curves.kept_share(mu, self.pilot.best(Kind::Distilled, mu)),
                || self.kept(mu).iter().map(|kept| -kept).collect(),
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
        let verdict = sided(id, claim, limit, 0.0);
        if self.done > 0 { judge(verdict, &values(), self.ended()) } else { verdict }
    }

    /// The share of the ensemble's gain that the student retains, against theory.
    fn retained(&self, mu: usize) -> Verdict {
        let theory = self.curves().kept_share(mu, self.pilot.best(Kind::Distilled, mu));
        let claim = text!(words::RETAINED_SHARE, members = count(self.params.members), mu = setting(self.params.mu));
        let verdict = Verdict::of("retained", claim.clone(), f64::NAN, None, theory, 0.0).unit(PERCENT);
        if self.done > 0 { self.judge_retained(claim, theory, mu) } else { verdict }
    }

    #[inline(never)]
    fn judge_retained(&self, claim: Text, theory: f64, mu: usize) -> Verdict {
        let gains = minus(&self.trained.singles, &self.trained.ensembles);
        let kept = self.kept(mu);
        let (mean, interval) = ratio(&kept, &gains);
        // The theoretical value is a ratio of means over other draws of the data.
        let curves = self.curves();
        let kept_of = curves.kept(mu, self.pilot.best(Kind::Distilled, mu));
        let resolution = ratio(&kept_of, &curves.gains()).1.map_or(0.0, |[lo, hi]| 0.5 * (hi - lo));
        let verdict = Verdict::of("retained", claim, mean, interval, theory, resolution)
            .unit(PERCENT)
            .note(shared::OTHER_DRAWS)
            .once(self.ended())
            .from_runs(gains.len(), LEAST);
        let gain = estimate(&gains).1.is_some_and(|[lo, _]| lo > 0.0);
        if self.ended() && !gain {
            return verdict.cannot_tell(words::NO_GAIN);
        }
        verdict.against(0.0, shared::TOO_WIDE)
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
        Verdict::of("student-loss", claim, mean, interval, theory, spread(&others))
            .note(shared::OTHER_DRAWS)
            .once(self.ended())
            .from_runs(values.len(), LEAST)
            .within(MARGIN, shared::TOO_WIDE)
    }
}

/// The ratio of two means over the same draws, and its 99.9% interval, from the linear terms of its error.
pub(super) fn ratio(above: &[f64], below: &[f64]) -> (f64, Option<[f64; 2]>) {
    let [a, b] = [above, below].map(|values| values.iter().sum::<f64>() / values.len() as f64);
    let ratio = a / b;
    let around: Vec<f64> = above.iter().zip(below).map(|(a, below)| ratio + (a - ratio * below) / b).collect();
    (ratio, estimate(&around).1)
}

//! Answers of `distillation`.

use super::run::Kind;
use super::verdicts::ratio;
use super::{Distillation, words};
use crate::experiments::little_data::draws::minus;
use crate::experiments::little_data::words as shared;
use crate::text;
use crate::text::{Text, count, loss, phrase, share};

/// An ensemble gains little if it removes less than this share of what a single model loses beyond the noise.
const LITTLE: f64 = 0.15;
/// A student keeps nothing if it keeps less than this share of the ensemble's gain.
const NOTHING: f64 = 0.01;

/// What an answer compares.
struct Found {
    single: f64,
    ensemble: f64,
    /// The share of the ensemble's gain that its student keeps.
    kept: f64,
    /// The teacher of the student that learns from a single model, and this student.
    alone: [f64; 2],
}

impl Distillation {
    /// What theory predicts.
    pub(super) fn expected_answer(&self) -> Text {
        let (curves, mu) = (self.curves(), self.share(self.params.mu));
        let [single, ensemble] = curves.levels();
        let kept = curves.kept_share(mu, curves.best(Kind::Distilled, mu));
        let alone = [single, curves.tuned(self.taught_by_one(), mu)];
        let by = text!(shared::BY_PREDICTION, draws = count(curves.count()));
        self.words_of(by, &Found { single, ensemble, kept, alone })
    }

    /// What the trained models show.
    #[inline(never)]
    pub(super) fn measured_answer(&self) -> Text {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (trained, mu) = (&self.trained, self.share(self.params.mu));
        let found = Found {
            single: mean(&trained.singles),
            ensemble: mean(&trained.ensembles),
            kept: ratio(&self.kept(mu), &minus(&trained.singles, &trained.ensembles)).0,
            alone: [mean(&trained.teachers), mean(self.measured(self.taught_by_one(), mu))],
        };
        self.words_of(text!(shared::BY_MEASUREMENT, draws = count(self.params.draws)), &found)
    }

    fn words_of(&self, by: Text, found: &Found) -> Text {
        let Found { single, ensemble, kept, alone: [teacher, alone] } = *found;
        // Whole percents: the draws of the data tell no more.
        let share = share((100.0 * kept).round() / 100.0);
        let (by, members) = (phrase(by), count(self.params.members));
        let (own, student) = (loss(teacher), loss(alone));
        if single - ensemble < LITTLE * (single - self.params.noise) {
            text!(words::LITTLE_GAIN, by = by, members = members, ensemble = loss(ensemble), single = loss(single))
        } else if kept < NOTHING {
            text!(words::KEEPS_NOTHING, by = by, members = members)
        } else if self.taught_by_one() == Kind::Same {
            text!(words::WITH_ONE_SEED, by = by, share = share, members = members, teacher = own, student = student)
        } else if alone < teacher {
            text!(words::BEATS_TEACHER, by = by, share = share, members = members, teacher = own, student = student)
        } else {
            text!(
                words::WORSE_THAN_TEACHER,
                by = by,
                share = share,
                members = members,
                teacher = own,
                student = student
            )
        }
    }
}

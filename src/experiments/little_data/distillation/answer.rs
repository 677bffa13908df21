//! Answers of `distillation`.

use super::run::Kind;
use super::{Distillation, words};
use crate::text;
use crate::text::{Template, Text, count, loss, phrase, share};
use crate::theory::distillation::retained;

/// An ensemble gains little if it removes less than this share of what a single model loses beyond the noise.
const LITTLE: f64 = 0.15;

/// The losses that an answer compares.
struct Losses {
    single: f64,
    ensemble: f64,
    distilled: f64,
    /// The teacher of the student that learns from a single model, and this student.
    alone: [f64; 2],
}

impl Distillation {
    /// What theory predicts.
    pub(super) fn expected_answer(&self) -> Text {
        let (curves, mu) = (self.curves(), self.share(self.params.mu));
        let [single, ensemble] = curves.levels();
        let distilled = curves.tuned(Kind::Distilled, mu);
        let alone = [single, curves.tuned(self.taught_by_one(), mu)];
        self.words_of(words::BY_PREDICTION, &Losses { single, ensemble, distilled, alone })
    }

    /// What the trained models show.
    #[inline(never)]
    pub(super) fn measured_answer(&self) -> Text {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let mu = self.share(self.params.mu);
        let losses = Losses {
            single: mean(&self.trained.singles),
            ensemble: mean(&self.trained.ensembles),
            distilled: mean(self.measured(Kind::Distilled, mu)),
            alone: [mean(&self.trained.teachers), mean(self.measured(self.taught_by_one(), mu))],
        };
        self.words_of(words::BY_MEASUREMENT, &losses)
    }

    fn words_of(&self, by: Template<0>, losses: &Losses) -> Text {
        let Losses { single, ensemble, distilled, alone: [teacher, alone] } = *losses;
        // Whole percents: the draws of the data tell no more.
        let kept = share((100.0 * retained(single, ensemble, distilled)).round() / 100.0);
        let (by, members) = (phrase(by), count(self.params.members));
        let (own, student) = (loss(teacher), loss(alone));
        if single - ensemble < LITTLE * (single - self.params.noise) {
            text!(words::LITTLE_GAIN, by = by, members = members, ensemble = loss(ensemble), single = loss(single))
        } else if distilled >= single {
            text!(words::KEEPS_NOTHING, by = by, members = members, student = loss(distilled), single = loss(single))
        } else if self.taught_by_one() == Kind::Same {
            text!(words::WITH_ONE_SEED, by = by, share = kept, members = members, teacher = own, student = student)
        } else if alone < teacher {
            text!(words::BEATS_TEACHER, by = by, share = kept, members = members, teacher = own, student = student)
        } else {
            text!(words::WORSE_THAN_TEACHER, by = by, share = kept, members = members, teacher = own, student = student)
        }
    }
}

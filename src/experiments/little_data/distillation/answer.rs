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
        let Losses { single, ensemble, distilled, alone: [teacher, student] } = *losses;
        let kept = retained(single, ensemble, distilled);
        let members = count(self.params.members);
        let first = if single - ensemble < LITTLE * (single - self.params.noise) {
            text!(words::LITTLE_GAIN, members = members, ensemble = loss(ensemble), single = loss(single))
        } else if distilled < single {
            // Whole percents: the draws of the data tell no more.
            text!(words::KEEPS, share = share((100.0 * kept).round() / 100.0), members = members)
        } else {
            text!(words::KEEPS_NOTHING, members = members)
        };
        let (teacher_loss, student_loss) = (loss(teacher), loss(student));
        let second = match (self.taught_by_one(), student < teacher) {
            (Kind::Same, _) => text!(words::WITH_ONE_SEED, teacher = teacher_loss, student = student_loss),
            (_, true) => text!(words::BEATS_TEACHER, teacher = teacher_loss, student = student_loss),
            (_, false) => text!(words::WORSE_THAN_TEACHER, teacher = teacher_loss, student = student_loss),
        };
        text!(words::ANSWER, by = phrase(by), ensemble = phrase(first), alone = phrase(second))
    }
}

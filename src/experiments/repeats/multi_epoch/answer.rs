//! The answer of `multi-epoch`: what the largest number of epochs is worth, for the smallest and the largest data set.

use super::run::Reuse;
use super::{MultiEpoch, words};
use crate::kit::Experiment;
use crate::math::Z95;
use crate::output::Answer;
use crate::text;
use crate::text::{Text, count, multiple, phrase, setting};

impl MultiEpoch {
    /// The answer: what was measured or computed exactly or, before the run, what theory predicts.
    pub(super) fn answer(&self, reuse: &[Reuse]) -> Answer {
        if self.begun() {
            return self.measured_answer(reuse);
        }
        let [less, more] = [0, self.largest()].map(|size| self.expected_worth(size));
        Answer::new(self.worth_words(less, more))
    }

    /// What theory says that the largest number of epochs is worth, by the index of the data set's size.
    pub(super) fn expected_worth(&self, size: usize) -> Option<f64> {
        self.expected[size].as_ref()?.reuse.last().copied().flatten()
    }

    /// The worth of the largest number of epochs for the smallest and the largest data set.
    fn worth_words(&self, less: Option<f64>, more: Option<f64>) -> Text {
        let epochs = count(self.most_epochs());
        let [small, large] = [self.sizes[0], self.sizes[self.largest()]].map(count);
        let (Some(less), Some(more)) = (less, more) else {
            return text!(words::WILL_MEASURE, epochs = epochs, samples = large);
        };
        let [less, more] = [less, more].map(multiple);
        let worth = phrase(if self.largest() == 0 {
            text!(words::WORTH_OF_ONE, epochs = epochs, samples = small, worth = less)
        } else {
            text!(words::WORTH_OF_TWO, epochs = epochs, small = small, less = less, large = large, more = more)
        });
        match self.params.lr {
            // What is computed and never simulated is no prediction.
            _ if !self.begun() && self.legs.total() > 0 => text!(words::BY_THEORY, worth = worth),
            0.0 => text!(words::BY_RUNS, worth = worth),
            rate => text!(words::AT_ONE_RATE, rate = setting(rate), worth = worth),
        }
    }

    /// What the runs show so far.
    #[inline(never)]
    fn measured_answer(&self, reuse: &[Reuse]) -> Answer {
        let epochs = || count(self.most_epochs());
        let worth = |size: usize| reuse[size].plateau().map(|worth| worth.value);
        let ends = [0, self.largest()];
        let said = match ends.into_iter().find(|&size| worth(size).is_none() && self.progress().finished()) {
            Some(size) => text!(words::NO_WORTH, epochs = epochs(), samples = count(self.sizes[size])),
            None => self.worth_words(worth(ends[0]), worth(ends[1])),
        };
        let mut answer = Answer::new(said);
        for (&n, reuse) in self.sizes.iter().zip(reuse) {
            let Some(worth) = reuse.plateau().filter(|worth| worth.error.is_finite()) else { continue };
            let [least, most] = worth.interval(self.errors(Z95)).map(multiple);
            let name = text!(words::WORTH_FACT, epochs = epochs(), samples = count(n));
            answer = answer.fact(name, text!(words::WORTH, worth = multiple(worth.value), least = least, most = most));
        }
        answer
    }
}

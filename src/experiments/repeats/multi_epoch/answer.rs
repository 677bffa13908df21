//! The answer of `multi-epoch`: what the largest number of epochs is worth, for the smallest and the largest data set.

use super::run::Reuse;
use super::{MultiEpoch, words};
use crate::experiments::repeats::reuse::Estimate;
use crate::math::Z95;
use crate::output::Answer;
use crate::text;
use crate::text::{Text, count, multiple, setting};

impl MultiEpoch {
    /// The answer: what was measured or computed exactly or, before the run, what theory predicts.
    pub(super) fn answer(&self, reuse: &[Reuse]) -> Answer {
        if self.begun() {
            return self.measured_answer(reuse);
        }
        let worths: Vec<Option<f64>> = (0..self.sizes.len()).map(|size| self.expected_worth(size)).collect();
        // What is computed and never simulated is no prediction.
        Answer::new(self.worth_words(&worths, self.legs.total() > 0))
    }

    /// What theory says that the largest number of epochs is worth, by the index of the data set's size.
    pub(super) fn expected_worth(&self, size: usize) -> Option<f64> {
        self.expected[size].as_ref()?.reuse.last().copied().flatten()
    }

    /// The worth of the largest number of epochs for the smallest and the largest data set.
    fn worth_words(&self, worths: &[Option<f64>], theory: bool) -> Text {
        let epochs = || count(self.most_epochs());
        let [small, large] = [self.sizes[0], self.sizes[self.largest()]];
        match (worths[0], worths[self.largest()]) {
            (Some(worth), Some(_)) if worths.len() == 1 => {
                let (samples, worth) = (count(small), multiple(worth));
                if theory {
                    text!(words::SHOULD_BE_WORTH_ALONE, epochs = epochs(), samples = samples, worth = worth)
                } else {
                    text!(words::ARE_WORTH_ALONE, epochs = epochs(), samples = samples, worth = worth)
                }
            }
            (Some(less), Some(more)) => {
                let (small, large, less, more) = (count(small), count(large), multiple(less), multiple(more));
                if theory {
                    text!(
                        words::SHOULD_BE_WORTH,
                        epochs = epochs(),
                        small = small,
                        less = less,
                        large = large,
                        more = more
                    )
                } else if self.params.lr > 0.0 {
                    let rate = setting(self.params.lr);
                    text!(
                        words::AT_ONE_RATE,
                        rate = rate,
                        epochs = epochs(),
                        small = small,
                        less = less,
                        large = large,
                        more = more
                    )
                } else {
                    text!(words::ARE_WORTH, epochs = epochs(), small = small, less = less, large = large, more = more)
                }
            }
            _ => text!(words::WILL_MEASURE, epochs = epochs(), samples = count(large)),
        }
    }

    /// What the runs show so far.
    #[inline(never)]
    fn measured_answer(&self, reuse: &[Reuse]) -> Answer {
        let last = || count(self.most_epochs());
        let found: Vec<Option<Estimate>> = reuse.iter().map(Reuse::plateau).collect();
        let worths: Vec<Option<f64>> = found.iter().map(|found| found.map(|found| found.value)).collect();
        let unknown = worths.iter().position(Option::is_none);
        let said = match unknown {
            Some(size) if crate::kit::Experiment::progress(self).finished() => {
                text!(words::NO_WORTH, epochs = last(), samples = count(self.sizes[size]))
            }
            _ => self.worth_words(&worths, false),
        };
        let fact = |answer: Answer, (&n, found): (&u32, Option<Estimate>)| {
            let Some(found) = found else { return answer };
            let [least, most] = found.interval(self.errors(Z95)).map(multiple);
            let worth = multiple(found.value);
            let value = if found.error.is_finite() {
                text!(words::WORTH_WITHIN, worth = worth, least = least, most = most)
            } else {
                text!(words::WORTH, worth = worth)
            };
            answer.fact(text!(words::WORTH_FACT, epochs = last(), samples = count(n)), value)
        };
        self.sizes.iter().zip(found).fold(Answer::new(said), fact)
    }
}

//! Answers of `data-efficiency`.

use super::{DataEfficiency, words};
use crate::fit::bootstrap::opened;
use crate::fit::profile::{NARROW, factor};
use crate::kit::fits::report::ranged;
use crate::output::Answer;
use crate::text;
use crate::text::{Argument, Text, amount, multiple, phrase};
use crate::theory::data_efficiency::DataLaw;

/// Relative difference from 1 up to which a true multiple counts as 1.
pub(super) const EQUAL: f64 = 1e-3;
/// Smallest slope of the logarithm of the true multiple, against the logarithm of the data, that counts as growth.
const GROWS: f64 = 0.01;
/// Share by which an amount of data may lie outside the runs without counting as an extrapolation.
const SLACK: f64 = 1.01;

impl DataEfficiency {
    /// The name of a recipe as an argument: 0 for the reference, 1 for the other.
    pub(super) fn called(&self, recipe: usize) -> Argument {
        phrase(self.recipes.names[recipe].clone())
    }

    /// The answer: what the fits found or, before the fits, what they should find.
    pub(super) fn answer(&self, laws: Option<[DataLaw; 2]>) -> Answer {
        match laws {
            Some(laws) => self.found(&laws),
            None => Answer::new(self.expected()),
        }
    }

    /// The multiple that the fits should find again, at the compared amount of data; `None` for runs from a table.
    pub(super) fn true_worth(&self) -> Option<f64> {
        self.recipes.truth.map(|truth| self.worth(&truth))
    }

    fn expected(&self) -> Text {
        let [first, second] = [0, 1].map(|recipe| self.called(recipe));
        let Some(truth) = self.recipes.truth else {
            return text!(words::WILL_SAY, reference = first, other = second);
        };
        let (worth, growth) = (self.worth(&truth), truth[0].growth(&truth[1], self.data));
        let (data, times) = (self.recipes.amount(self.data), multiple(worth));
        if self.recipes.models.is_some() {
            text!(words::EXPECTED_WORTH, reference = first, other = second, data = data, multiple = times)
        } else if worth.is_infinite() {
            text!(words::TRUE_NEVER, reference = first, other = second, data = data)
        } else if growth > GROWS {
            text!(words::TRUE_GROWS, reference = first, other = second, data = data, multiple = times)
        } else if growth < -GROWS {
            text!(words::TRUE_FALLS, reference = first, other = second, data = data, multiple = times)
        } else if (worth - 1.0).abs() < EQUAL {
            text!(words::TRUE_EQUAL, reference = first, other = second)
        } else {
            text!(words::TRUE_WORTH, reference = first, other = second, data = data, multiple = times)
        }
    }

    /// The recipe whose fitted law is at an end of the range of the search, so that its runs do not determine the law.
    pub(super) fn stuck(&self) -> Option<usize> {
        (0..self.fits.len()).find(|&recipe| {
            let params = self.recipes.problems[recipe].law.info.params.iter().zip(&self.fits[recipe].params);
            // A floor of 0 is a law all the same.
            params.skip(1).any(|(param, &p)| opened(param.bounds, [p, p]).iter().any(|end| end.is_infinite()))
        })
    }

    /// Whether an amount of data lies outside the runs of a recipe.
    pub(super) fn is_outside(&self, recipe: usize, data: f64) -> bool {
        let [lo, hi] = self.recipes.ends_of(recipe);
        data < lo / SLACK || data > hi * SLACK
    }

    /// What the fits found.
    #[inline(never)]
    fn found(&self, laws: &[DataLaw; 2]) -> Answer {
        let [reference, other] = laws;
        let worth = self.worth(laws);
        if let Some(recipe) = self.stuck() {
            return Answer::new(text!(words::WORTH_STUCK, recipe = self.called(recipe)));
        }
        let ends = self.ends(|laws| self.worth(laws));
        let [lo, hi] = ends.unwrap_or([f64::NAN; 2]);
        let (first, second, data) = (self.called(0), self.called(1), self.recipes.amount(self.data));
        let needed = worth * self.data;
        let beyond = self.is_outside(0, needed) || self.is_outside(1, self.data);
        let times = multiple(worth);
        // The wider interval, with which the verdict says whether the recipe is worth more.
        let sure = self.sure_ends(worth, |laws| self.worth(laws));
        let narrow = ends.is_none_or(|ends| factor(ends) <= NARROW);
        let said = if worth.is_infinite() {
            text!(words::WORTH_NEVER, reference = first, other = second, data = data)
        } else if !narrow {
            text!(words::WORTH_LOOSE, reference = first, other = second, data = data, multiple = times)
        } else if sure.is_some_and(|[lo, hi]| lo <= 1.0 && hi >= 1.0) {
            text!(words::WORTH_EQUAL, reference = first, other = second, data = data)
        } else if beyond {
            text!(words::WORTH_BEYOND, reference = first, other = second, data = data, multiple = times)
        } else {
            // The wider interval, with which the verdict rules out a constant multiple.
            match self.sure_ends(self.change(laws), |laws| self.change(laws)) {
                Some([lo, _]) if lo > 1.0 => {
                    text!(words::WORTH_GROWS, reference = first, other = second, data = data, multiple = times)
                }
                Some([_, hi]) if hi < 1.0 => {
                    text!(words::WORTH_FALLS, reference = first, other = second, data = data, multiple = times)
                }
                _ if worth < 1.0 => {
                    text!(words::WORTH_LESS, reference = first, other = second, data = data, multiple = times)
                }
                _ => text!(words::WORTH_MORE, reference = first, other = second, data = data, multiple = times),
            }
        };
        let mut answer = Answer::new(said);
        if worth.is_finite() {
            answer = answer.fact(words::MULTIPLE_FACT, ranged(multiple, worth, [lo, hi])).fact(
                text!(
                    words::NEEDED_FACT,
                    data = phrase(self.unit().unwrap_or(words::PLAIN_DATA)),
                    reference = self.called(0)
                ),
                ranged(amount, needed, [lo * self.data, hi * self.data]),
            );
        }
        let [_, most] = self.span();
        if reference.multiple(other, most).is_finite() {
            let change = self.ends(|laws| self.change(laws)).unwrap_or([f64::NAN; 2]);
            answer = answer.fact(words::CHANGE_FACT, ranged(multiple, self.change(laws), change));
        }
        answer
    }
}

//! Verdicts of `data-efficiency`.

use super::answer::EQUAL;
use super::{DataEfficiency, words};
use crate::fit::profile::silent;
use crate::output::{Limit, Verdict};
use crate::text;
use crate::text::{Text, amount, count};
use crate::theory::data_efficiency::DataLaw;

/// How far the ends of an interval of a ratio may be from 1, if the ratio is said to be 1.
const MARGIN: f64 = 0.5;

/// Relative error of the expected multiples of toy models: chance, and losses that follow no power law exactly.
const EXPECTED: f64 = 0.05;

impl DataEfficiency {
    /// All verdicts on the fitted laws.
    #[inline(never)]
    pub(super) fn verdicts(&self, laws: [DataLaw; 2]) -> Vec<Verdict> {
        let mut verdicts: Vec<Verdict> = self.recovered(&laws).into_iter().collect();
        verdicts.push(self.more(&laws));
        verdicts.push(self.constant(&laws));
        if let Some(recipe) = self.stuck() {
            // Numbers of a law that the runs do not show say nothing.
            let why = text!(words::WORTH_STUCK, recipe = self.called(recipe));
            let silent = |verdict: Verdict| Verdict { measured: f64::NAN, interval: None, agrees: None, ..verdict };
            return verdicts.into_iter().map(|verdict| silent(verdict).note(why.clone())).collect();
        }
        let finished = self.done == self.stages.len();
        let why = self.why_not();
        let judged = |verdict: Verdict| match &why {
            Some(why) => verdict.cannot_tell(why.clone()),
            None => verdict.once(finished),
        };
        verdicts.into_iter().map(judged).collect()
    }

    /// Why no verdict can be given; `None` if verdicts can.
    fn why_not(&self) -> Option<Text> {
        let silent = self.recipes.problems.iter().zip(&self.fits).find_map(|(problem, fit)| silent(problem, fit));
        let few = || {
            let few = self.done == self.stages.len() && self.ends(|laws| self.worth(laws)).is_none();
            few.then(|| text!(words::FEW_RESAMPLES, least = count(super::run::ENOUGH)))
        };
        silent.or_else(few)
    }

    /// Whether the fits find the known multiple again; `None` for runs from a table.
    fn recovered(&self, laws: &[DataLaw; 2]) -> Option<Verdict> {
        let (truth, worth) = (self.true_worth()?, self.worth(laws));
        let data = self.recipes.amount(self.data);
        let models = self.recipes.models.is_some();
        let claim = if models { text!(words::EXPECTED, data = data) } else { text!(words::RECOVERED, data = data) };
        let ends = self.sure_ends(worth, |laws| self.worth(laws));
        let resolution = if models { EXPECTED * truth } else { 0.0 };
        let verdict = Verdict::of("recovered", claim, worth, ends, truth, resolution).note(words::STRETCHED);
        Some(if truth.is_infinite() {
            verdict.cannot_tell(words::TRUE_INFINITE)
        } else if (truth - 1.0).abs() < EQUAL {
            verdict.within(MARGIN, words::EQUAL_LOOSE)
        } else {
            verdict.against(1.0, if models { words::EXPECTED_LOOSE } else { words::RECOVERED_LOOSE })
        })
    }

    /// Whether the other recipe is worth more than the reference.
    fn more(&self, laws: &[DataLaw; 2]) -> Verdict {
        let worth = self.worth(laws);
        let claim = text!(words::MORE, data = self.recipes.amount(self.data), other = self.called(1));
        // An infinite multiple has no logarithm to stretch: the 95% interval shows how many resamples agree.
        let ends = if worth.is_finite() {
            self.sure_ends(worth, |laws| self.worth(laws))
        } else {
            self.ends(|laws| self.worth(laws))
        };
        let mut verdict = Verdict::of("worth-more", claim, worth, ends, 1.0, 0.0).limit(Limit::Lower);
        if worth.is_finite() && ends.is_some() {
            verdict = verdict.note(words::STRETCHED);
        }
        let [lo, hi] = ends.unwrap_or([f64::NAN; 2]);
        let agrees = if lo > 1.0 {
            Some(true)
        } else if hi < 1.0 {
            Some(false)
        } else {
            None
        };
        let mut verdict = Verdict { agrees, ..verdict };
        if worth.is_infinite() {
            verdict = verdict.adding(words::INFINITE);
        }
        if agrees.is_none() && ends.is_some() { verdict.cannot_tell(words::CONTAINS_ONE) } else { verdict }
    }

    /// Whether the runs rule out a multiple that does not depend on the amount of data.
    fn constant(&self, laws: &[DataLaw; 2]) -> Verdict {
        let change = self.change(laws);
        let [least, most] = self.span();
        let claim = text!(words::CONSTANT, least = amount(least), most = self.recipes.amount(most));
        let ends = self.sure_ends(change, |laws| self.change(laws));
        let verdict = Verdict::of("constant-multiple", claim, change, ends, 1.0, 0.0).rival();
        if change.is_finite() {
            verdict.within(MARGIN, words::CONSTANT_LOOSE)
        } else {
            verdict.cannot_tell(words::CHANGE_INFINITE)
        }
    }
}

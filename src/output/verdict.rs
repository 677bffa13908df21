//! Verdicts: whether the numbers of a run support a claim.

use serde::Serialize;

use super::words::{ALIKE, FEW_RUNS};
use super::{Id, finite, finite_option, finite_pair};
use crate::text;
use crate::text::{Template, Text, count};

/// Whether the numbers of a run support a claim.
///
/// An interval decides only if it excludes something. It refutes the theory if it excludes the theoretical value. It
/// supports the theory if it contains the theoretical value and excludes the null value. Otherwise `agrees` is `None`:
/// the run cannot tell. `agrees` is also `None` if the user cancelled the run, if too many runs used up their budget of
/// samples before they reached the target, or if there is only theory.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Id of the verdict, unique in the experiment.
    pub id: Id,
    /// The claim that is tested: a sentence, or a noun phrase for the measured quantity.
    pub claim: Text,
    /// The measured value.
    #[serde(serialize_with = "finite")]
    pub measured: f64,
    /// The 99.9% interval of the measured value. An endpoint that is not finite means that the interval is unbounded on
    /// that side.
    #[serde(serialize_with = "finite_pair")]
    pub interval: Option<[f64; 2]>,
    /// The value that theory predicts, or the limit that it sets.
    #[serde(serialize_with = "finite_option")]
    pub theory: Option<f64>,
    /// What the measured value is compared with: a prediction, a rival or a bound. It decides the words for `agrees`.
    pub against: Against,
    /// Whether `theory` is an upper or a lower limit; `None` if theory predicts the value itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// The null value: the value that would be measured if the effect were absent or a rival theory were right; see
    /// [`Verdict::against`].
    #[serde(serialize_with = "finite_option", skip_serializing_if = "Option::is_none")]
    pub null: Option<f64>,
    /// How far the measured value may be off for reasons other than chance, for example by bias. The resolution has the
    /// unit of the values. The verdict compares the theoretical value with the interval, widened by the resolution on
    /// both sides.
    #[serde(serialize_with = "finite")]
    pub resolution: f64,
    /// Whether the interval, widened by the resolution, contains the theoretical value; `None` if the run cannot tell.
    pub agrees: Option<bool>,
    /// The unit of the values; `%` for shares that are shown as percentages.
    pub unit: &'static str,
    /// Sentences with further information for the reader.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub note: Vec<Text>,
}

/// What a verdict compares the measured value with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Against {
    /// The value that theory predicts: the measured value is as predicted, or it is not.
    #[default]
    Prediction,
    /// A rival, such as another theory or somebody's published law: the run rules it out, or it does not.
    Rival,
    /// A limit: the measured value is below or above it.
    Bound,
}

/// A limit that theory sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// The value must be at most the limit.
    Upper,
    /// The value must be at least the limit.
    Lower,
}

impl Verdict {
    /// Makes a verdict that agrees if `interval`, widened by `resolution` on both sides, contains `theory`. The verdict
    /// is "cannot tell" if `interval` is `None`, if `measured` or `theory` is not finite, or if any other number is
    /// NaN.
    pub fn of(
        id: impl Into<Id>,
        claim: impl Into<Text>,
        measured: f64,
        interval: Option<[f64; 2]>,
        theory: f64,
        resolution: f64,
    ) -> Self {
        let numbers = measured.is_finite() && theory.is_finite() && !resolution.is_nan();
        let agrees = interval
            .filter(|[lo, hi]| numbers && !lo.is_nan() && !hi.is_nan())
            .map(|[lo, hi]| !(theory < lo - resolution || theory > hi + resolution));
        Self { measured, interval, theory: Some(theory), resolution, agrees, ..Self::pending(id, claim) }
    }

    /// Makes a verdict without any numbers. It is "cannot tell".
    pub fn pending(id: impl Into<Id>, claim: impl Into<Text>) -> Self {
        Self {
            id: id.into(),
            claim: claim.into(),
            measured: f64::NAN,
            interval: None,
            theory: None,
            against: Against::Prediction,
            limit: None,
            null: None,
            resolution: 0.0,
            agrees: None,
            unit: "",
            note: Vec::new(),
        }
    }

    /// Turns the verdict into "cannot tell" if the run has not `finished`.
    pub fn once(mut self, finished: bool) -> Self {
        self.agrees = self.agrees.filter(|_| finished);
        self
    }

    /// Turns the verdict into "cannot tell" if there are fewer than `least` runs, which are too few for a 99.9%
    /// interval. The verdict also becomes "cannot tell" if all runs gave the same value, because the interval then has
    /// width 0. A sentence at the end of the note gives the reason.
    pub fn from_runs(mut self, runs: usize, least: usize) -> Self {
        let alike = self.interval.is_some_and(|[lo, hi]| lo == hi);
        if alike {
            self.interval = None;
        }
        if runs >= least && !alike {
            return self;
        }
        self.agrees = None;
        if runs < least { self.adding(text!(FEW_RUNS, least = count(least))) } else { self.adding(ALIKE) }
    }

    /// Adds a sentence at the end of the note.
    pub fn adding(mut self, sentence: impl Into<Text>) -> Self {
        self.note.push(sentence.into());
        self
    }

    /// Adds a sentence at the beginning of the note.
    pub fn warning(mut self, sentence: impl Into<Text>) -> Self {
        self.note.insert(0, sentence.into());
        self
    }

    /// Turns the verdict into "cannot tell". The sentence `why`, which gives the reason, is put at the beginning of the
    /// note.
    pub fn cannot_tell(mut self, why: impl Into<Text>) -> Self {
        self.agrees = None;
        self.warning(why)
    }

    /// Sets the null value. If the verdict agrees, but the interval, widened by the resolution, contains `null`, the
    /// verdict becomes "cannot tell". The sentence `settle` is then put at the beginning of the note; it says what
    /// would decide ("Simulate more runs."). Call this function after [`Verdict::note`], which would replace the
    /// sentence. If theory and null are equal, use [`Verdict::within`].
    pub fn against(mut self, null: f64, settle: impl Into<Text>) -> Self {
        self.null = Some(null);
        let held = self.interval.is_none_or(|[lo, hi]| !(null < lo - self.resolution || null > hi + self.resolution));
        self.doubt(held, settle)
    }

    /// Turns an agreement into "cannot tell" unless both ends of the interval are within `margin` of the theoretical
    /// value, because a wider interval that contains this value says too little. The sentence `settle`, which says what
    /// would decide, is then put at the beginning of the note.
    pub fn within(self, margin: f64, settle: impl Into<Text>) -> Self {
        let theory = self.theory.unwrap_or(f64::NAN);
        let wide = self.interval.is_none_or(|[lo, hi]| !(theory - lo <= margin && hi - theory <= margin));
        self.doubt(wide, settle)
    }

    /// If `doubtful` is true, turns an agreement into "cannot tell" and puts the sentence `settle` at the beginning of
    /// the note.
    fn doubt(mut self, doubtful: bool, settle: impl Into<Text>) -> Self {
        if doubtful && self.agrees == Some(true) {
            self.agrees = None;
            return self.warning(settle);
        }
        self
    }

    /// Declares that the theoretical value is an upper or a lower limit. The verdict then says whether the measured
    /// value is below or above the limit. This declaration does not change whether the verdict agrees.
    pub const fn limit(mut self, limit: Limit) -> Self {
        self.limit = Some(limit);
        self.against = Against::Bound;
        self
    }

    /// Declares that the theoretical value belongs to a rival: another theory, or somebody's published law. The verdict
    /// then says whether the run rules the rival out. If the run rules the rival out by crossing a limit, call this
    /// function after [`Verdict::limit`].
    pub const fn rival(mut self) -> Self {
        self.against = Against::Rival;
        self
    }

    /// Sets the unit of the values; `%` is for shares that are shown as percentages.
    pub const fn unit(mut self, unit: Template<0>) -> Self {
        self.unit = unit.english();
        self
    }

    /// Sets the note to one sentence, and drops any sentences that it had before.
    pub fn note(mut self, note: impl Into<Text>) -> Self {
        self.note = vec![note.into()];
        self
    }

    /// All sentences of the note in English.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn said(&self) -> String {
        self.note.iter().map(Text::english).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::text::word;

    #[test]
    fn a_verdict_is_computed() {
        let verdict =
            |theory, resolution| Verdict::of("v", word("v"), 1.0, Some([0.9, 1.1]), theory, resolution).agrees;
        assert_eq!(verdict(1.05, 0.0), Some(true), "inside");
        assert_eq!(verdict(1.2, 0.0), Some(false), "outside");
        assert_eq!(verdict(1.2, 0.2), Some(true), "within the resolution");
        assert_eq!(Verdict::of("v", word("v"), 1.0, None, 1.0, 0.0).agrees, None, "cannot tell");
        let lost = [f64::NAN, 1.0].map(|lo| Verdict::of("v", word("v"), 1.0, Some([lo, 2.0]), f64::NAN, 0.0).agrees);
        assert_eq!(lost, [None; 2], "what is not a number decides nothing");
        assert_eq!(
            Verdict::of("v", word("v"), 1.0, Some([f64::NAN, 2.0]), 1.0, 0.0).agrees,
            None,
            "nor does half an interval"
        );
    }

    #[test]
    fn few_runs_and_unfinished_ones_cannot_tell() {
        let verdict = || Verdict::of("v", word("v"), 1.0, Some([0.9, 1.1]), 1.0, 0.0).note(word("Noted."));
        assert_eq!([true, false].map(|finished| verdict().once(finished).agrees), [Some(true), None]);
        let of = |runs| verdict().from_runs(runs, 11);
        assert_eq!((of(11).agrees, of(11).said().as_str()), (Some(true), "Noted."));
        assert_eq!(
            (of(10).agrees, of(10).said().as_str()),
            (None, "Noted. With fewer than 11 runs there is no verdict at the 99.9% confidence level.")
        );
        let alike = Verdict { interval: Some([2.0; 2]), ..verdict() }.from_runs(11, 11);
        assert_eq!((alike.agrees, alike.interval), (None, None), "no width, no interval");
        assert_eq!(alike.said(), "Noted. All runs gave the same value, so they do not show how large its error is.");
        assert_eq!(Verdict::pending("v", word("v")).agrees, None, "nothing is known");
    }

    #[test]
    fn an_interval_decides_only_if_it_excludes_something() {
        let verdict =
            |interval, theory| Verdict::of("v", word("v"), 1.0, Some(interval), theory, 0.1).note(word("Noted."));
        let against = |interval, theory| verdict(interval, theory).against(0.0, word("More runs would settle it."));
        assert_eq!(against([0.5, 1.5], 1.0).agrees, Some(true), "holds the theory, excludes the null");
        assert_eq!(against([0.05, 1.5], 1.0).agrees, None, "the resolution reaches the null");
        assert_eq!(
            against([-1.0, 1.5], 1.0).said(),
            "More runs would settle it. Noted.",
            "and says what would settle it"
        );
        assert_eq!(against([-1.0, 0.5], 2.0).agrees, Some(false), "excludes the theory");
        assert_eq!(against([f64::NEG_INFINITY, 1.5], 1.0).agrees, None, "an open end reaches the null");
        let within = |interval| verdict(interval, 1.0).within(0.2, word("More runs would settle it.")).agrees;
        assert_eq!((within([0.9, 1.1]), within([0.9, 1.3]), within([0.7, 1.1])), (Some(true), None, None), "width");
        assert_eq!(within([f64::NAN, 1.1]), None, "an interval without an end");
        assert_eq!(verdict([3.0, 4.0], 1.0).within(0.2, word("")).agrees, Some(false), "excludes the theory");
    }
}

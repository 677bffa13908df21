//! Answers of `infinite-compute`.

use super::run::{Recipe, STANDARD};
use super::{InfiniteCompute, words};
use crate::experiments::little_data::draws::estimate;
use crate::experiments::little_data::words as shared;
use crate::text;
use crate::text::{Text, count, loss, phrase, setting};
use crate::theory::lottery_ridge::Width;

/// The losses that an answer compares: of the standard recipe at two widths, of a single model of infinite width, and of
/// an endless ensemble.
struct Losses {
    standard: [f64; 2],
    single: f64,
    ensemble: f64,
}

impl InfiniteCompute {
    /// What theory predicts.
    pub(super) fn expected_answer(&self) -> Text {
        let curves = self.curves();
        let losses = Losses {
            standard: self.pair().map(|i| curves.mean(i, STANDARD, 1.0)),
            single: curves.tuned(self.infinite(), 1.0),
            ensemble: curves.tuned(self.shown, f64::INFINITY),
        };
        self.words_of(text!(shared::BY_PREDICTION, draws = count(curves.count())), &losses)
    }

    /// What the trained members show.
    #[inline(never)]
    pub(super) fn measured_answer(&self) -> Text {
        let mean = |width: usize, recipe: Recipe, endless: bool| estimate(&self.measured(width, recipe, endless)).0;
        // Training that never ends is only computed.
        let standard = self.pair().map(|i| match self.params.until {
            "converged" => self.curves().mean(i, STANDARD, 1.0),
            _ => mean(i, Recipe::Standard, false),
        });
        let losses = Losses {
            standard,
            single: mean(self.infinite(), Recipe::Tuned, false),
            ensemble: mean(self.shown, Recipe::Retuned, true),
        };
        self.words_of(text!(shared::BY_MEASUREMENT, draws = count(self.params.draws)), &losses)
    }

    fn words_of(&self, by: Text, losses: &Losses) -> Text {
        let Losses { standard: [low, high], single, ensemble } = *losses;
        let width = count(self.params.width);
        let together = if ensemble.is_nan() {
            words::NO_ENSEMBLE.into()
        } else if ensemble < single {
            text!(words::ENSEMBLE_LOWER, width = width, ensemble = loss(ensemble))
        } else {
            text!(words::ENSEMBLE_NOT_LOWER, width = width, ensemble = loss(ensemble))
        };
        let [narrow, wide] = self.pair().map(|i| match self.widths[i] {
            Width::Of(count) => count,
            Width::Infinite => 0,
        });
        let worse = high > low;
        let (narrow, wide, low, high) = (count(narrow), count(wide), loss(low), loss(high));
        let (by, single, ensemble) = (phrase(by), loss(single), phrase(together));
        if self.params.until == "converged" {
            text!(
                words::WITHOUT_END_IT,
                by = by,
                narrow = narrow,
                wide = wide,
                low = low,
                high = high,
                single = single,
                ensemble = ensemble
            )
        } else if worse {
            text!(
                words::WIDER_IS_WORSE,
                by = by,
                narrow = narrow,
                wide = wide,
                low = low,
                high = high,
                single = single,
                ensemble = ensemble
            )
        } else {
            text!(
                words::WIDER_IS_BETTER,
                by = by,
                epochs = setting(self.params.epochs),
                narrow = narrow,
                wide = wide,
                low = low,
                high = high,
                single = single,
                ensemble = ensemble
            )
        }
    }
}

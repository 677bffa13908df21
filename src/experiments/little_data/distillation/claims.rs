//! Published numbers that `distillation` recomputes.

use super::words;
use crate::experiments::little_data::words as shared;
use crate::kit::{Claim, Pick};

/// A run that is as small as possible: the published numbers do not depend on the parameters.
const QUICK: &str = "width=8&samples=8&inputs=16&draws=2&members=2";

/// Published numbers that `distillation` recomputes.
pub(super) const CLAIMS: &[Claim] = &[Claim::printed(
    "distillation-retained",
    0.83,
    "share of the gain of an ensemble of 8 models that a student of the size of one retains: (single - student)/(single - ensemble)",
)
.by("Kim et al., arXiv 2509.14786", "abstract; the three losses are those of the models with 300M parameters")
.at(QUICK)
.pick(Pick::Cell("printed", words::ROW_RETAINED.english(), shared::RECOMPUTED.english()))
.within(0.02, "two of the three losses are printed with two decimals; their rounding alone moves the share from 0.806 to 0.846")];

//! Published numbers and earlier results that `live-tracking` recomputes.

use crate::kit::Claim;

/// Published numbers and earlier results that `live-tracking` recomputes.
pub(super) const CLAIMS: &[Claim] = &[];

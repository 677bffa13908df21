//! Published numbers that `infinite-compute` recomputes. Numbers whose points are not published are in a table, not here.

use super::words;
use crate::experiments::little_data::words as shared;
use crate::kit::{Claim, Pick};
use crate::text::Template;

/// A run that is as small as possible: the published points do not depend on the parameters.
const QUICK: &str = "widths=2,4&width=4&samples=8&draws=2&members=2";
const ROUNDED: &str = "printed with two decimals";
const MEGADOCS: &str = "megadocs, ensembles of 1 to 5 members, read off the figure";

const fn printed(id: &'static str, value: f64, what: &'static str, row: Template<0>) -> Claim {
    Claim::printed(id, value, what)
        .at(QUICK)
        .pick(Pick::Cell("printed", row.english(), shared::RECOMPUTED.english()))
        .within(0.005, ROUNDED)
}

/// Published numbers that `infinite-compute` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    printed(
        "infinite-joint",
        3.17,
        "loss in the limit of infinitely many parameters and members: the floor of a power law through the asymptotes of four ensembles",
        words::JOINT_LIMIT,
    )
    .by("Kim et al., arXiv 2509.14786", "the joint limit at 200M tokens"),
    printed(
        "infinite-plain",
        3.31,
        "floor of a power law through the losses of plain ensembles of 1 to 5 members, against their total parameters",
        words::PLAIN,
    )
    .by("Kim et al., second study", MEGADOCS),
    printed(
        "infinite-self-distilled",
        3.32,
        "floor of a power law through the losses of ensembles of 1 to 5 self-distilled members, against their total parameters",
        words::SELF_DISTILLED,
    )
    .by("Kim et al., second study", MEGADOCS),
    printed(
        "infinite-shuffled",
        3.21,
        "floor of a power law through the losses of ensembles of 1 to 5 members that were trained on 32 shuffled rewrites of each document, against their total parameters",
        words::SHUFFLED,
    )
    .by("Kim et al., second study", MEGADOCS),
    printed(
        "infinite-megadoc",
        3.18,
        "floor of a power law through the losses of ensembles of 1 to 5 members that were trained on megadocs, documents that join 32 rewrites of one, against their total parameters",
        words::MEGADOC,
    )
    .by("Kim et al., second study", MEGADOCS),
];

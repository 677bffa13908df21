//! What Kim et al. published, in units of their own: losses of language models, not of the toy model.

use super::words;
use crate::experiments::little_data::words as shared;
use crate::fit::laws::power::Power;
use crate::fit::{Data, Entry, Law, Objective, Problem, Search};
use crate::output::{Axis, Cell, Column, Figure, Mark, Series, Table};
use crate::text;
use crate::text::{Template, loss};
use crate::theory::data_efficiency::{CONTINUED, ENSEMBLE, PRINTED, RETUNED};

/// Sizes of the models, in billions of parameters.
pub(super) const SIZES: [f64; 4] = [0.15, 0.3, 0.6, 1.4];
/// Losses of the standard recipe on 200M tokens, for each size.
pub(super) const STANDARD: [f64; 4] = [3.837_52, 3.785_38, PRINTED.standard, 3.764_32];
/// Asymptotes of endless ensembles on 200M tokens, for each size of the members.
pub(super) const ENSEMBLES: [f64; 4] = [3.494_94, 3.272_98, 3.212_23, 3.173_97];
/// Printed law of the regularised recipe on 200M tokens, `A/N^alpha + E`: E, A, alpha. Its points are not published.
const REGULARISED: &[f64] = Power::INFO.published[0].values;

/// Parameters of each member of the ensembles of the second study, in billions.
const MEMBER: f64 = 0.299_649_792;
/// Ensembles of 1 to 5 members in the second study ("megadocs"): the losses, and the printed fit, E, A, alpha. The study
/// has another validation set, so these losses are never on one axis with the others.
pub(super) const MEGADOCS: [(Template<0>, &str, [f64; 5], [f64; 3]); 4] = [
    (words::PLAIN, "plain", [3.6916, 3.4846, 3.4234, 3.3892, 3.3732], [3.31, 0.10, 1.12]),
    (words::SELF_DISTILLED, "self-distilled", [3.4775, 3.4003, 3.3745, 3.3621, 3.3545], [3.32, 0.05, 1.00]),
    (words::SHUFFLED, "shuffled", [3.4091, 3.3026, 3.2688, 3.2519, 3.2422], [3.21, 0.06, 1.08]),
    (words::MEGADOC, "megadoc", [3.384, 3.290, 3.257, 3.240, 3.230], [3.18, 0.07, 0.90]),
];

/// Tuned epochs and weight decay of single models, `[tokens][size]`, for 200M, 400M, 800M and 1.6B tokens.
pub(super) const SINGLES: [[(f64, f64); 4]; 4] = [
    [(16.0, 0.8), (16.0, 1.6), (8.0, 3.2), (8.0, 3.2)],
    [(32.0, 0.8), (16.0, 0.8), (8.0, 1.6), (8.0, 3.2)],
    [(64.0, 0.4), (16.0, 0.4), (16.0, 0.4), (8.0, 1.6)],
    [(64.0, 0.1), (32.0, 0.4), (16.0, 0.8), (8.0, 0.8)],
];
/// Tuned epochs and weight decay of the members of an ensemble, `[tokens][size]`.
pub(super) const MEMBERS: [[(f64, f64); 4]; 4] = [
    [(32.0, 0.4), (32.0, 0.8), (16.0, 1.6), (16.0, 1.6)],
    [(64.0, 0.4), (32.0, 0.4), (16.0, 0.8), (16.0, 1.6)],
    [(128.0, 0.2), (32.0, 0.2), (32.0, 0.2), (16.0, 0.8)],
    [(128.0, 0.1), (64.0, 0.2), (32.0, 0.4), (16.0, 0.4)],
];

/// Mean accuracy on three benchmarks of models of 300M parameters after 1, 2, 4, ..., 128 epochs: with weight decay 0.1
/// and with 1.6.
const ACCURACIES: [(Template<0>, &str, [f64; 8]); 2] = [
    (words::DECAY_STANDARD, "standard", [0.3467, 0.3855, 0.4833, 0.5387, 0.5544, 0.5406, 0.5335, 0.5337]),
    (words::DECAY_TUNED, "tuned", [0.3773, 0.4789, 0.5445, 0.5685, 0.5781, 0.5865, 0.5721, 0.5668]),
];

/// Mean accuracy on the three benchmarks of ensembles of 1 to 5 members on 200M tokens, for each size of the members.
const BENCHMARKS: [(Template<0>, &str, [f64; 5]); 4] = [
    (words::SIZE_150M, "150m", [0.5621, 0.5748, 0.5843, 0.5907, 0.5940]),
    (words::SIZE_300M, "300m", [0.5847, 0.6043, 0.6180, 0.6245, 0.6300]),
    (words::SIZE_600M, "600m", [0.5909, 0.6113, 0.6200, 0.6251, 0.6348]),
    (words::SIZE_1400M, "1400m", [0.5885, 0.6256, 0.6374, 0.6435, 0.6439]),
];

/// In how many of the 16 cells a member of an ensemble trains twice as many epochs with half the weight decay.
pub(super) fn doubled() -> usize {
    let cells = SINGLES.iter().flatten().zip(MEMBERS.iter().flatten());
    cells.filter(|((epochs, decay), member)| **member == (2.0 * epochs, 0.5 * decay)).count()
}

/// The law `A/x^alpha + E`.
const LAW: &Entry = &Entry::of::<Power>();

/// Least-squares fit of [`LAW`] to points: E, A, alpha.
#[inline(never)]
pub(super) fn refit(x: &[f64], y: &[f64]) -> Option<[f64; 3]> {
    let data = Data::new(LAW, &[x], y, Objective::SQUARES.residual, None).ok()?;
    let problem = Problem { objective: Objective::SQUARES, ..Problem::new(LAW, data) };
    let params = Search::new(problem, 1).ok()?.run().ok()?.params;
    params.try_into().ok()
}

/// The floor of a power law fitted to points; NaN if it cannot be fitted.
pub(super) fn floor(x: &[f64], y: &[f64]) -> f64 {
    refit(x, y).map_or(f64::NAN, |[floor, ..]| floor)
}

/// Total parameters of ensembles of 1 to 5 members.
pub(super) fn totals() -> Vec<f64> {
    (1..=5).map(|members| f64::from(members) * MEMBER).collect()
}

/// Figures of published numbers. `refitted` tells whether the laws are fitted to the points again, which takes longer
/// than a page may take before a run.
pub(super) fn figures(refitted: bool) -> Vec<Figure> {
    let sizes = || SIZES.to_vec();
    let counts = || (1..=5).map(f64::from).collect::<Vec<_>>();
    let curve: Vec<f64> = (0..=48).map(|i| 0.1 * crate::math::pow(10.0, f64::from(i) / 32.0)).collect();
    let law = curve.iter().map(|x| REGULARISED[0] + REGULARISED[1] * crate::math::pow(*x, -REGULARISED[2])).collect();
    let widths = Figure::new(
        "published-widths",
        words::PUBLISHED_WIDTHS,
        Axis::log(words::PARAMETERS),
        Axis::linear(shared::THEIR_LOSS),
    )
    .series([
        Series::published("standard", words::THEIR_STANDARD, sizes(), STANDARD.to_vec()),
        Series::published("regularised", words::THEIR_LAW, curve, law).line(),
        Series::published("ensembles", words::THEIR_ENSEMBLES, sizes(), ENSEMBLES.to_vec()),
    ])
    .marks(refitted.then(joint_limit))
    .folded();
    let megadocs = Figure::new(
        "published-members",
        words::PUBLISHED_MEMBERS,
        Axis::linear(words::MEMBERS),
        Axis::linear(shared::THEIR_LOSS),
    )
    .series(MEGADOCS.iter().map(|(label, id, losses, _)| Series::published(*id, *label, counts(), losses.to_vec())))
    .folded();
    let epochs = Figure::new(
        "published-epochs",
        words::PUBLISHED_EPOCHS,
        Axis::log(words::EPOCHS),
        Axis::linear(words::ACCURACY).unit(crate::output::units::PERCENT),
    )
    .series(ACCURACIES.iter().map(|(label, id, values)| {
        Series::published(*id, *label, (0..8).map(|i| crate::math::pow(2.0, f64::from(i))).collect(), values.to_vec())
    }))
    .folded();
    let benchmarks = Figure::new(
        "published-benchmarks",
        words::PUBLISHED_BENCHMARKS,
        Axis::linear(words::MEMBERS),
        Axis::linear(words::ACCURACY).unit(crate::output::units::PERCENT),
    )
    .series(BENCHMARKS.iter().map(|(label, id, values)| Series::published(*id, *label, counts(), values.to_vec())))
    .folded();
    vec![widths, megadocs, epochs, benchmarks]
}

#[inline(never)]
fn joint_limit() -> Mark {
    let limit = floor(&SIZES, &ENSEMBLES);
    Mark::at_y(text!(words::JOINT_REFITTED, loss = loss(limit)), limit)
}

/// Table of printed numbers: each beside the number that the published points give, if there are points.
pub(super) fn table(refitted: bool) -> Table {
    let again = |x: &[f64], y: &[f64]| if refitted { floor(x, y) } else { f64::NAN };
    let row = |what: Template<0>, printed: f64, ours: f64, note: Template<0>| -> Vec<Cell> {
        vec![what.into(), printed.into(), ours.into(), note.into()]
    };
    let mut rows = vec![row(words::JOINT_LIMIT, PRINTED.others[1].loss, again(&SIZES, &ENSEMBLES), words::FROM_POINTS)];
    for (what, _, losses, [floor, ..]) in &MEGADOCS {
        rows.push(row(*what, *floor, again(&totals(), losses), words::FROM_POINTS));
    }
    rows.push(row(words::DOUBLED, f64::NAN, doubled() as f64, words::FROM_SETTINGS));
    for (what, printed) in [
        (words::REGULARISED_LIMIT, PRINTED.others[0].loss),
        (words::ENSEMBLE_LIMIT, ENSEMBLE),
        (words::RETUNED_LIMIT, RETUNED),
        (words::REGULARISED_WORTH, PRINTED.others[0].multiple),
        (words::JOINT_WORTH, PRINTED.others[1].multiple),
        (words::CONTINUED_WORTH, CONTINUED),
    ] {
        rows.push(row(what, printed, f64::NAN, words::NO_POINTS));
    }
    let column = |name| Column { name, unit: "" };
    Table {
        id: "printed",
        title: words::PRINTED_TITLE.into(),
        columns: vec![
            column(shared::QUANTITY),
            column(shared::PRINTED),
            column(shared::RECOMPUTED),
            column(shared::HOW),
        ],
        rows,
        nothing: None,
    }
}

//! Printed numbers, and the data law that they imply. Nothing here depends on the runs of the page.

use super::words;
use crate::math;
use crate::output::{Axis, Cell, Column, Figure, Mark, Series, Table};
use crate::text;
use crate::text::loss;
use crate::theory::data_efficiency::{
    CONTINUED, DISTILLED, DataLaw, ENSEMBLE, FIVE_MEMBERS, PRINTED, RETUNED, ROUNDING, SELF_DISTILLED,
};

/// Smallest and largest multiple of the data in the figure of printed numbers.
const FRAME: [f64; 2] = [0.5, 100.0];
/// Number of points of the implied curve.
const CURVE: u32 = 41;

/// The smallest and the largest value of a quantity of some laws.
fn ends(laws: &[DataLaw], of: impl Fn(&DataLaw) -> f64) -> [f64; 2] {
    laws.iter().map(of).fold([f64::INFINITY, f64::NEG_INFINITY], |[lo, hi], x| [lo.min(x), hi.max(x)])
}

/// The figures of the printed numbers: losses against multiples, with the implied law, and the laws that rounding allows.
pub(super) fn figures() -> Vec<Figure> {
    let Some(law) = PRINTED.law() else { return Vec::new() };
    let corners = PRINTED.corners(ROUNDING);
    let [first, second] = PRINTED.others;
    let x = math::ratios(FRAME[0], FRAME[1], CURVE);
    let band: Vec<[f64; 2]> = x.iter().map(|x| ends(&corners, |law| law.loss(PRINTED.data * x))).collect();
    let [lo, hi] = [0, 1].map(|end| band.iter().map(|ends| ends[end]).collect());
    let y = x.iter().map(|x| law.loss(PRINTED.data * x)).collect();
    let printed = [vec![1.0, first.multiple, second.multiple], vec![PRINTED.standard, first.loss, second.loss]];
    let [at, losses] = printed;
    let published = Figure::new("published", words::PUBLISHED, Axis::log(words::MULTIPLE), Axis::linear(words::LOSS))
        .series([
            Series::theory("implied", words::PUBLISHED_LAW, x, y).interval(lo, hi),
            Series::published("printed", words::PUBLISHED_POINTS, at, losses),
        ])
        .marks([
            Mark::at_y(text!(words::ENSEMBLE_LINE, loss = loss(ENSEMBLE)), ENSEMBLE),
            Mark::at_y(text!(words::RETUNED_LINE, loss = loss(RETUNED)), RETUNED),
        ]);
    let of = |laws: &[DataLaw], of: fn(&DataLaw) -> f64| laws.iter().map(of).collect::<Vec<_>>();
    let place = |laws: &[DataLaw]| (of(laws, |law| law.exponent), of(laws, |law| law.floor));
    let ((x, y), (x0, y0)) = (place(&corners), place(&[law]));
    let axes = [Axis::linear(words::EXPONENT), Axis::linear(words::FLOOR)];
    let rounding = Figure::new("rounding", words::ROUNDING, axes[0], axes[1])
        .series([
            Series::theory("rounded", words::ROUNDED_LAWS, x, y).points(),
            Series::theory("unrounded", words::UNROUNDED_LAW, x0, y0).points(),
        ])
        .folded();
    vec![published, rounding]
}

fn column(name: text::Template<0>) -> Column {
    Column { name, unit: "" }
}

/// Table of what the printed numbers imply, with the least and the most that rounding allows.
pub(super) fn implied() -> Table {
    let (law, corners) = (PRINTED.law(), PRINTED.corners(ROUNDING));
    let row = |called: text::Template<0>, of: &dyn Fn(&DataLaw) -> f64| -> Vec<Cell> {
        let [lo, hi] = ends(&corners, of);
        vec![called.into(), law.as_ref().map_or(f64::NAN, of).into(), lo.into(), hi.into()]
    };
    let worth = |loss: f64| move |law: &DataLaw| law.data_for(loss) / PRINTED.data;
    Table {
        id: "implied",
        title: words::IMPLIED_LAW.into(),
        columns: [words::QUANTITY, words::IMPLIED, words::LEAST, words::MOST].map(column).to_vec(),
        rows: vec![
            row(words::FACTOR_ROW, &|law| law.factor),
            row(words::EXPONENT_ROW, &|law| law.exponent),
            row(words::FLOOR_ROW, &|law| law.floor),
            row(words::ENSEMBLE_ROW, &worth(ENSEMBLE)),
            row(words::RETUNED_ROW, &worth(RETUNED)),
            row(words::DISTILLED_ROW, &worth(DISTILLED)),
            row(words::SELF_DISTILLED_ROW, &worth(SELF_DISTILLED)),
        ],
        nothing: None,
    }
}

/// Table of the printed numbers.
pub(super) fn printed() -> Table {
    let [first, second] = PRINTED.others;
    let rows = [
        (words::STANDARD_LOSS, PRINTED.standard, words::ONE_POINT),
        (words::REGULARISED_LOSS, first.loss, words::NOT_RECOMPUTABLE),
        (words::JOINT_LOSS, second.loss, words::FROM_ENSEMBLES),
        (words::ENSEMBLE_LOSS, ENSEMBLE, words::NOT_RECOMPUTABLE),
        (words::RETUNED_LOSS, RETUNED, words::NOT_RECOMPUTABLE),
        (words::DISTILLED_LOSS, DISTILLED, words::ONE_POINT),
        (words::SELF_DISTILLED_LOSS, SELF_DISTILLED, words::ONE_POINT),
        (words::REGULARISED_MULTIPLE, first.multiple, words::NOT_RECOMPUTABLE),
        (words::JOINT_MULTIPLE, second.multiple, words::NOT_RECOMPUTABLE),
        (words::FIVE_MULTIPLE, FIVE_MEMBERS, words::NOT_RECOMPUTABLE),
        (words::CONTINUED_MULTIPLE, CONTINUED, words::NOT_RECOMPUTABLE),
    ];
    Table {
        id: "printed",
        title: words::PRINTED_NUMBERS.into(),
        columns: [words::QUANTITY, words::PRINTED, words::REMARK].map(column).to_vec(),
        rows: rows.map(|(called, number, why)| vec![called.into(), number.into(), why.into()]).to_vec(),
        nothing: None,
    }
}

//! What Kim et al. published, in units of their own: losses of language models of 300M parameters on 200M tokens, not of
//! the toy model.

use super::words;
use crate::experiments::little_data::words as shared;
use crate::output::{Axis, Cell, Column, Figure, Mark, Series, Table};
use crate::text;
use crate::text::{Template, loss};
use crate::theory::data_efficiency::{DISTILLED, SELF_DISTILLED};
use crate::theory::distillation::{retained, retained_by_rounding};

/// Loss of a single regularised model. It is printed with two decimals.
pub(super) const SINGLE: f64 = 3.57;
/// Loss of an ensemble of 8 models. It is printed with two decimals.
pub(super) const ENSEMBLE: f64 = 3.32;
/// Loss of a student of the ensemble that the authors reported later.
const LATER: f64 = 3.3612;
/// The study of synthetic data: the teacher, its student with equal parts of real and synthetic data, and its student
/// with synthetic data only.
const ABLATION: [f64; 3] = [3.7103, 3.4373, 4.0693];
/// The best mixes that the names of the runs record: for the student of the ensemble, and for that of a single model.
const MIXES: [f64; 2] = [0.9, 0.75];

/// Figures of published numbers.
pub(super) fn figures() -> Vec<Figure> {
    let axis = Axis::linear(shared::THEIR_LOSS);
    let [teacher, mixed, alone] = ABLATION;
    let teachers = Figure::new("published-teachers", words::PUBLISHED_TEACHERS, Axis::linear(words::MEMBERS), axis)
        .series([Series::published("student", words::THEIR_STUDENT, vec![1.0, 8.0], vec![SELF_DISTILLED, DISTILLED])])
        .marks([
            Mark::at_y(text!(words::THEIR_SINGLE, loss = loss(SINGLE)), SINGLE),
            Mark::at_y(text!(words::THEIR_ENSEMBLE, loss = loss(ENSEMBLE)), ENSEMBLE),
        ])
        .folded();
    let mixes = Figure::new("published-mixes", words::PUBLISHED_MIXES, Axis::linear(words::SHARE), axis)
        .series([Series::published("student", words::THEIR_SELF_DISTILLED, vec![0.0, 0.5], vec![alone, mixed])])
        .marks([Mark::at_y(text!(words::THEIR_TEACHER, loss = loss(teacher)), teacher)])
        .folded();
    vec![teachers, mixes]
}

/// Table of printed numbers, and of what follows from them.
pub(super) fn table() -> Table {
    let row = |what: Template<0>, printed: f64, ours: f64, how: Template<0>| -> Vec<Cell> {
        vec![what.into(), printed.into(), ours.into(), how.into()]
    };
    let printed = |what: Template<0>, value: f64| row(what, value, f64::NAN, words::AS_PRINTED);
    let [low, high] = retained_by_rounding(SINGLE, ENSEMBLE, DISTILLED, 0.005);
    let [teacher, mixed, alone] = ABLATION;
    let rows = vec![
        printed(words::ROW_SINGLE, SINGLE),
        printed(words::ROW_ENSEMBLE, ENSEMBLE),
        printed(words::ROW_DISTILLED, DISTILLED),
        row(words::ROW_RETAINED, 0.83, retained(SINGLE, ENSEMBLE, DISTILLED), words::FROM_LOSSES),
        row(words::ROW_LOW, f64::NAN, low, words::FROM_ROUNDING),
        row(words::ROW_HIGH, f64::NAN, high, words::FROM_ROUNDING),
        printed(words::ROW_LATER, LATER),
        printed(words::ROW_SELF, SELF_DISTILLED),
        printed(words::ROW_TEACHER, teacher),
        row(words::ROW_MIXED, mixed, mixed - teacher, words::AGAINST_TEACHER),
        row(words::ROW_SYNTHETIC, alone, alone - teacher, words::AGAINST_TEACHER),
        printed(words::ROW_MIX_ENSEMBLE, MIXES[0]),
        printed(words::ROW_MIX_SELF, MIXES[1]),
    ];
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

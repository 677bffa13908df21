//! A digest of the numbers of a result. With digests, two runs can be compared without storing their results.
//!
//! The digest depends on the id of every figure, table and verdict, on every number in them, and on which numbers are
//! `null`, in the order of the result document. It does not depend on texts, so a label, a unit or the name of a
//! parameter can change without changing the digest. It does not depend on the picture either.

use super::table::Cell;
use super::{Id, Output};
use crate::rng::Digest;

/// The numbers of one figure, table or verdict: its kind (`figure`, `table` or `verdict`), its id and its numbers.
/// `None` stands for a number that is `null` in the result document.
pub type Numbers = (&'static str, Id, Vec<Option<f64>>);

/// All numbers of a result, in the order of the result document. The numbers of a verdict are the measured value, the
/// two endpoints of the interval, the theoretical value, the null value, the resolution, and a number for the verdict
/// itself: 1 if it agrees, 0 if it differs, and `None` if it cannot tell.
pub fn numbers(output: &Output) -> Vec<Numbers> {
    let mut found: Vec<(&'static str, Id, Vec<f64>)> = Vec::new();
    for figure in &output.figures {
        let mut list = Vec::new();
        if let Some(field) = &figure.field {
            [&field.x, &field.y].into_iter().chain(&field.z).for_each(|values| list.extend_from_slice(values));
        }
        for series in &figure.series {
            let ends = [series.lo.as_ref(), series.hi.as_ref()].into_iter().flatten();
            [&series.x, &series.y].into_iter().chain(ends).for_each(|values| list.extend_from_slice(values));
        }
        for mark in &figure.marks {
            list.extend([mark.x, mark.y].map(|place| place.unwrap_or(f64::NAN)));
            // Only a band has another edge.
            list.extend(mark.to);
        }
        found.push(("figure", figure.id.clone(), list));
    }
    for table in &output.tables {
        let number = |cell: &Cell| if let Cell::Number(x) = cell { Some(*x) } else { None };
        found.push(("table", table.id.into(), table.rows.iter().flatten().filter_map(number).collect()));
    }
    for verdict in &output.verdicts {
        let [lo, hi] = verdict.interval.unwrap_or([f64::NAN; 2]);
        let or_nan = |x: Option<f64>| x.unwrap_or(f64::NAN);
        let agrees = verdict.agrees.map_or(f64::NAN, |agrees| f64::from(u8::from(agrees)));
        let list =
            vec![verdict.measured, lo, hi, or_nan(verdict.theory), or_nan(verdict.null), verdict.resolution, agrees];
        found.push(("verdict", verdict.id.clone(), list));
    }
    let finite = |list: Vec<f64>| list.into_iter().map(|x| x.is_finite().then_some(x)).collect();
    found.into_iter().map(|(kind, id, list)| (kind, id, finite(list))).collect()
}

/// The digest of [`numbers`] as 16 hexadecimal digits. The numbers 0 and -0 have equal digests.
pub fn digest(output: &Output) -> String {
    let mut digest = Digest::default();
    for (kind, id, list) in numbers(output) {
        kind.bytes().chain([0]).chain(id.bytes()).chain([0]).for_each(|byte| digest.word(u64::from(byte)));
        digest.word(list.len() as u64);
        list.into_iter().for_each(|x| digest.number(x.unwrap_or(f64::NAN)));
    }
    digest.hex()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::{Axis, Column, Figure, Mark, Series, Table, Verdict};
    use super::*;
    use crate::text::word;

    fn output() -> Output {
        let axis = Axis::linear(word("samples"));
        let series = Series::theory("s", word("a curve"), vec![1.0, 2.0], vec![3.0, f64::NAN])
            .interval(vec![2.0, f64::NEG_INFINITY], vec![4.0, 5.0]);
        Output {
            answer: None,
            figures: vec![
                Figure::new("f", word("A figure"), axis, axis).series([series]).marks([Mark::at_x(word("here"), 1.5)]),
            ],
            tables: vec![Table {
                id: "t",
                nothing: None,
                title: word("A table").into(),
                columns: vec![Column { name: word("n"), unit: "" }],
                rows: vec![vec![7.0.into()], vec![word("word").into()]],
            }],
            verdicts: vec![Verdict::of("v", word("A claim"), 0.5, Some([0.4, f64::INFINITY]), 0.5, 0.0)],
        }
    }

    #[test]
    fn every_number_is_there_in_the_order_of_the_document() {
        let known: Vec<Numbers> = vec![
            (
                "figure",
                "f".into(),
                vec![Some(1.0), Some(2.0), Some(3.0), None, Some(2.0), None, Some(4.0), Some(5.0), Some(1.5), None],
            ),
            ("table", "t".into(), vec![Some(7.0)]),
            ("verdict", "v".into(), vec![Some(0.5), Some(0.4), None, Some(0.5), None, Some(0.0), Some(1.0)]),
        ];
        assert_eq!(numbers(&output()), known);
    }

    #[test]
    fn words_do_not_count_and_numbers_and_ids_do() {
        let usual = digest(&output());
        let changed = |change: &dyn Fn(&mut Output)| {
            let mut output = output();
            change(&mut output);
            digest(&output) != usual
        };
        assert!(!changed(&|o| o.figures[0].title = word("Another title").into()), "a title");
        assert!(!changed(&|o| o.tables[0].rows[1][0] = word("another word").into()), "a word in a table");
        assert!(!changed(&|o| o.figures[0].series[0].y[1] = f64::INFINITY), "null is null");
        assert!(!changed(&|o| o.verdicts[0].resolution = -0.0), "0 has no sign");
        assert!(changed(&|o| o.figures[0].series[0].x[0] += f64::EPSILON), "a last bit");
        assert!(changed(&|o| o.figures[0].series[0].y[1] = 0.0), "a number where null was");
        assert!(changed(&|o| o.tables[0].id = "u"), "an id");
        assert!(changed(&|o| o.verdicts[0].agrees = None), "an answer");
        assert!(changed(&|o| o.tables[0].rows.clear()), "a row less");
    }
}

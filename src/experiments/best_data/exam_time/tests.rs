//! Tests of `exam-time`.

use super::ExamTime;
use crate::kit::Experiment;
use crate::kit::testing::Tested;
use crate::math;
use crate::output::{Cell, Output, Role};
use crate::stats::vertex;

#[test]
fn students_land_on_the_exact_curve() {
    for query in [
        "",
        "exponent=0.28&hours=1000&runs=1000",
        "weights=0.6,0.3,0.1&exponent=2",
        "weights=1,2,3,4,5,6,7,8&difficulty=1,2,3,4,5,6,7,8&hours=50",
    ] {
        let run = ExamTime::finished(query, 1);
        let means = run.means();
        for (i, hours) in run.allocations.iter().enumerate() {
            let exact = run.exact(&hours.iter().map(|&n| f64::from(n)).collect::<Vec<_>>());
            let z = (means[i] - exact) / run.standard_error(i);
            assert!(z.abs() < 4.0, "{query}: allocation {hours:?}: {} against {exact}, z = {z}", means[i]);
        }
    }
}

#[test]
fn the_measured_optimum_is_the_exact_one() {
    for (query, seed) in
        [("", 1), ("", 2), ("exponent=0.5", 1), ("weights=0.6,0.3,0.1", 1), ("weights=0.4,0.3,0.15,0.1,0.05", 3)]
    {
        let verdict = &ExamTime::finished(query, seed).output().verdicts[0];
        assert_eq!(verdict.agrees, Some(true), "{query}, seed {seed}: {verdict:?}");
    }
}

#[test]
fn the_measured_hours_ratio_lies_on_its_curve() {
    for query in ["", "weights=0.4,0.3,0.15,0.1,0.05&difficulty=1,1,1,1,5", "hours=10&exponent=2"] {
        let run = ExamTime::finished(query, 1);
        let figure = run.gain_figure();
        let curve = figure.series.iter().find(|s| s.id == "exact").expect("the curve");
        let at = curve.x.iter().position(|x| (x - run.p[0]).abs() < 1e-9).expect("a point at this exam's weight");
        let (ratio, error) = run.measured_ratio();
        let z = (ratio - math::pow(curve.y[at], run.a)) / error;
        assert!(z.abs() < 4.0, "{query}: {ratio} against {}, z = {z}", curve.y[at]);
    }
}

fn number(output: &Output, table: usize, row: usize, column: usize) -> f64 {
    match &output.tables[table].rows[row][column] {
        Cell::Number(x) => *x,
        Cell::Text(text) => panic!("{text} is no number"),
    }
}

/// Settings for exams of many kinds: with few and with many hours, with subjects of very small weight, and with a
/// subject of weight 0.
const EXAMS: [&str; 9] = [
    "",
    "hours=10",
    "weights=0.98,0.02&hours=10",
    "weights=0.995,0.005&hours=10",
    "weights=1,0",
    "weights=0.7,0.3&hours=37&exponent=0.3",
    "weights=0.6,0.3,0.1&hours=10",
    "weights=0.6,0,0.4&hours=25&difficulty=1,3,2",
    "weights=1,2,3,4,5,6,7,8&hours=10&exponent=3",
];

#[test]
fn matched_students_study_what_the_weights_say() {
    let matched = |query| {
        let run = ExamTime::started(query, 1);
        run.allocations[run.matched].clone()
    };
    assert_eq!(matched(""), [90, 10], "whole hours stay as they are");
    assert_eq!(matched("weights=0.6,0.3,0.1&hours=10"), [6, 3, 1]);
    assert_eq!(matched("weights=1,0"), [100, 0], "none for a subject that does not count");
}

#[test]
fn the_line_has_all_hours_also_where_the_matched_shares_are_the_best() {
    for query in ["weights=1,0,0", "weights=0,0,1", "weights=1,0,0,0", "weights=0.5,0.5,0", "weights=1,1,1,1,1,1,1,1"] {
        let run = ExamTime::started(query, 1);
        assert!(run.line.len() > 10 && run.line.iter().all(|x| x.is_finite()), "{query}: {:?}", run.line);
        let hours = run.allocations.iter().map(|hours| hours.iter().sum::<u32>());
        assert!(hours.clone().all(|hours| hours == run.hours), "{query}: {:?}", hours.collect::<Vec<_>>());
        let verdict = run.output().verdicts.remove(0);
        assert_eq!((verdict.theory, verdict.null), (Some(0.0), None), "{query}: the matched shares are the best");
        assert!(verdict.said().ends_with("the minimum tends to 0."), "{query}: {}", verdict.said());
    }
}

#[test]
fn figure_and_table_say_one_thing() {
    for query in EXAMS {
        let run = ExamTime::started(query, 1);
        let output = run.output();
        let curve = run.gain_figure().series.into_iter().find(|s| s.id == "exact").expect("the curve");
        let at = curve.x.iter().position(|x| *x == run.p[0]).expect("a point at this exam's weight");
        assert!((curve.y[at] - number(&output, 1, 1, 2)).abs() < 1e-12, "{query}: the ratio of figure and table");
        let all = run.p.len();
        let [matched, optimal] = [4, 5].map(|column| number(&output, 0, all, column));
        assert!(optimal <= matched * (1.0 + 1e-12), "{query}: optimal {optimal}, matched {matched}");
        for k in 0..all {
            assert!(run.p[k] > 0.0 || number(&output, 0, k, 3) == 0.0, "{query}: no hour for what does not count");
        }
    }
}

#[test]
fn a_verdict_decides_only_what_its_students_can_tell() {
    for seed in 1..9 {
        let verdict = |query| ExamTime::finished(query, seed).output().verdicts.remove(0);
        // Whole hours lie beside the line, and so few of them say little.
        let coarse = verdict("weights=0.6,0.3,0.1&hours=10");
        assert_ne!(coarse.agrees, Some(false), "seed {seed}: {coarse:?}");
        // The best and the matched shares are 0.4 points apart, the allocations 10.
        let flat = verdict("weights=0.99,0.01&hours=10");
        assert!(flat.agrees.is_none() && flat.said().contains("hours"), "seed {seed}: {flat:?}");
        let default = verdict("");
        assert_eq!((default.agrees, default.null), (Some(true), Some(0.9)), "seed {seed}: {default:?}");
        let [lo, hi] = default.interval.expect("an interval");
        assert!(!(lo - default.resolution..=hi + default.resolution).contains(&0.9), "seed {seed}: {default:?}");
    }
    let equal = ExamTime::finished("weights=0.5,0.5&runs=16384", 1).output().verdicts.remove(0);
    assert_eq!((equal.agrees, equal.null), (Some(true), None), "matched shares are the best here: {equal:?}");
}

#[test]
fn the_triangle_holds_every_mixture_in_its_place() {
    let output = ExamTime::finished("weights=0.6,0.3,0.1&hours=400", 1).output();
    let field = |id| output.figures.iter().find(|f| f.id == id).and_then(|f| f.field.as_ref()).expect("a field");
    let (exact, measured) = (field("loss-vs-share"), field("loss-measured"));
    let mut inside = 0;
    for (j, y) in exact.y.iter().enumerate() {
        for (i, x) in exact.x.iter().enumerate() {
            let (e, m) = (exact.z[j][i], measured.z[j][i]);
            assert_eq!(e.is_nan(), x + y > 1.0 - 1e-9, "outside, {x} + {y}");
            assert_eq!(m.is_nan(), e.is_nan(), "the same places, {x}, {y}");
            if !e.is_nan() {
                // a = 1: the loss is p / (n + 1), by hand.
                let hand = 0.6 / (400.0 * x + 1.0) + 0.3 / (400.0 * y + 1.0) + 0.1 / (400.0 * (1.0 - x - y) + 1.0);
                assert!((e / hand - 1.0).abs() < 1e-9, "at {x}, {y}: {e} against {hand}");
                assert!((m / e - 1.0).abs() < 0.15, "at {x}, {y}: measured {m}, exact {e}");
                inside += 1;
            }
        }
    }
    assert_eq!(inside, 171, "inner points");
}

#[test]
fn tables_and_marks_say_what_the_theory_says() {
    let output = ExamTime::finished("", 1).output();
    let number = |table, row, column| number(&output, table, row, column);
    // By hand: a = 1, so p c / (n + 1), with n = 90, 10 and with n = 75, 25.
    for (column, hours) in [(4, [90.0, 10.0]), (5, [75.0, 25.0])] {
        let parts = [0.9 / (hours[0] + 1.0), 0.1 / (hours[1] + 1.0)];
        for (row, want) in [parts[0], parts[1], parts[0] + parts[1]].into_iter().enumerate() {
            assert!((number(0, row, column) / want - 1.0).abs() < 1e-9, "row {row}, column {column}");
        }
    }
    assert!((number(1, 0, 2) - number(0, 2, 5) / number(0, 2, 4)).abs() < 1e-12, "the ratio of the two");
    let marks: Vec<_> = output.figures[0].marks.iter().map(|m| (m.label.english(), m.x)).collect();
    // An equal split loses 1 / 51, and the optimal one 0.9 / 76 + 0.1 / 26, which is 20.0% less.
    let wanted = [("matched 90%", 0.9), ("optimal with many hours 75%", 0.75), ("yours 50%: 20% wasted", 0.5)]
        .map(|(label, x)| (label.to_owned(), Some(x)));
    assert_eq!(marks, wanted, "where the page draws them");
    let triangle = &ExamTime::started("weights=0.6,0.3,0.1", 1).output().figures[0];
    let labels: Vec<_> = triangle.marks.iter().map(|mark| mark.label.english()).collect();
    assert_eq!(labels, ["matched 60%, 30%, 10%", "optimal 47.3%, 33.4%, 19.3%"]);
}

#[test]
fn the_answer_is_the_advice_and_then_what_the_students_show() {
    let of = |run: &ExamTime| run.output().answer.expect("an answer").text.english();
    for (query, before, after) in [
        (
            "",
            "Give the 90% subject 75% of the hours, not 90%: that reaches the same loss with 20% fewer hours.",
            "Measured with 100 hours: the best share for the 90% subject is 74.5%, not 90%; the students then reach the same loss with 17.9% fewer hours.",
        ),
        // The heavier subject, wherever it stands.
        (
            "weights=0.1,0.9",
            "Give the 90% subject 75% of the hours, not 90%: that reaches the same loss with 20% fewer hours.",
            "Measured with 100 hours: the best share for the 90% subject is 7",
        ),
        (
            "weights=0.5,0.5",
            "Share the hours in proportion to the weights: no other shares reach a lower loss.",
            "Measured with 100 hours: sharing them in proportion to the weights is best.",
        ),
        (
            "weights=0.6,0.3,0.1",
            "Give 47.3% of the hours, not 60%, to subject 1 and 19.3%, not 10%, to subject 3: that saves 10.5% of the hours.",
            "Measured with 100 hours: it is best to give 47.",
        ),
        (
            "weights=0.5,0.5&difficulty=1,4",
            "Give 33.3% of the hours, not 50%, to subject 1 and 66.7%, not 50%, to subject 2: that saves 10% of the hours.",
            "Measured with 100 hours: it is best to give 3",
        ),
        (
            "hours=10000&runs=64&facts=1",
            "Give the 90% subject 75% of the hours",
            "The simulated students are too few to tell whether shares other than the weights save hours.",
        ),
    ] {
        let mut run = ExamTime::started(query, 1);
        assert!(of(&run).starts_with(before), "{query}: {}", of(&run));
        run.step();
        assert!(run.progress().finished() || of(&run).starts_with(before), "not before the end: {}", of(&run));
        let measured = of(&ExamTime::finished(query, 1));
        assert!(measured.starts_with(after), "{query}: {measured}");
    }
}

#[test]
fn quantiles_are_those_of_single_students() {
    let run = ExamTime::finished("runs=1000", 3);
    let closing = run.closing.as_ref().expect("finished");
    let width = run.line.len();
    for (i, share) in [0.1, 0.5, 0.9].into_iter().enumerate() {
        for at in [0, width / 2, width - 1] {
            let q = closing.quantiles[i][at];
            let column = || run.losses.chunks(width).map(|losses| losses[at]);
            let below = column().filter(|loss| *loss < q).count() as f64 / 1000.0;
            let reached = column().filter(|loss| *loss <= q).count() as f64 / 1000.0;
            assert!(below <= share + 1e-3 && reached >= share, "{share} at {at}: {below} to {reached}");
        }
    }
    assert!(closing.resolution < 0.02, "the parabola is good to a percent here: {}", closing.resolution);
}

#[test]
fn the_error_of_the_ratio_is_that_of_the_jackknife() {
    let run = ExamTime::finished("runs=512", 5);
    let (ratio, error) = run.measured_ratio();
    let (n, width) = (512.0, run.line.len());
    let without = |students: &[f64]| {
        (run.sums[run.optimal] - students[run.optimal]) / (run.sums[run.matched] - students[run.matched])
    };
    let spread: f64 = run.losses.chunks(width).map(|s| (without(s) - ratio) * (without(s) - ratio)).sum();
    let jackknife = (spread * (n - 1.0) / n).sqrt();
    assert!((error / jackknife - 1.0).abs() < 0.02, "{error} against {jackknife}");
}

#[test]
fn noise_is_not_taken_for_an_answer() {
    let verdict = &ExamTime::finished("hours=10000&runs=64&facts=1", 1).output().verdicts[0];
    assert_eq!(verdict.agrees, None, "{verdict:?}");
    assert!(verdict.said().contains("more students"), "and says why: {}", verdict.said());
}

#[test]
fn facts_that_are_rarely_missed_decide_nothing() {
    // Seeds of which most said that the best share differs, by an interval from a handful of missed facts.
    for (query, seed) in [
        ("weights=0.99,0.01&hours=1000&runs=64", 1),
        ("weights=0.999,0.001&hours=1000&runs=64", 1),
        ("weights=0.99,0.01&hours=100&runs=1024&facts=1", 1),
        ("weights=0.99,0.01&hours=1000&runs=256", 1),
    ] {
        let verdict = &ExamTime::finished(query, seed).output().verdicts[0];
        assert!(verdict.agrees.is_none() && verdict.said().contains("students"), "{query}: {verdict:?}");
    }
    let quick = &ExamTime::finished(ExamTime::QUICK, 1).output().verdicts[0];
    assert_eq!(quick.agrees, Some(true), "few students tell where facts are often missed: {quick:?}");
}

#[test]
fn a_wrong_theory_would_be_noticed() {
    let verdict = &ExamTime::finished("", 1).output().verdicts[0];
    let [lo, hi] = verdict.interval.expect("an interval");
    assert!(lo > 0.6 && hi < 0.87, "the matched share 0.9 is far outside {lo}..{hi}");
}

#[test]
fn before_the_run_only_theory_is_shown() {
    let run = ExamTime::started("", 1);
    let output = run.output();
    assert!(output.figures.iter().flat_map(|f| &f.series).all(|s| s.role == Role::Theory), "no measured series");
    assert_eq!(output.verdicts[0].agrees, None, "cannot tell yet");
}

#[test]
fn a_parabola_has_its_vertex() {
    let xs = [0.1, 0.2, 0.35, 0.4];
    let ys = xs.map(|x| 2.0 * (x - 0.3) * (x - 0.3) + 1.0);
    assert!((vertex(&xs, &ys) - 0.3).abs() < 1e-12, "exact");
    assert!(vertex(&xs, &ys.map(|y| -y)).is_nan(), "a hill has no lowest point");
}

#[test]
fn the_picture_divides_the_hours() {
    let run = ExamTime::started("", 1);
    let before = run.hours_picture();
    let bars: Vec<_> = before.rows.iter().map(|row| row.values[0].clone()).collect();
    // The square roots of 0.9 and 0.1 are as 3 to 1.
    assert_eq!(bars[0], [0.9, 0.1]);
    assert!((bars[1][0] - 0.75).abs() < 1e-12 && bars[2].is_empty(), "{bars:?}");
    let values =
        |picture: &crate::output::Picture| picture.rows.iter().map(|row| row.value.english()).collect::<Vec<_>>();
    assert_eq!(values(&before), ["90%", "75%", "not yet", "50%"]);
    for (query, subjects) in [("", 2), ("weights=0.6,0.3,0.1&exponent=2", 3)] {
        let run = ExamTime::finished(query, 1);
        let measured = &run.hours_picture().rows[2].values[0];
        let hours: Vec<f64> = measured.iter().map(|share| share * f64::from(run.hours)).collect();
        assert_eq!(hours.len(), subjects, "{query}");
        let excess = run.exact(&hours) / run.exact_at(run.optimal) - 1.0;
        assert!((0.0..0.01).contains(&excess), "{query}: {hours:?} are nearly the best hours: {excess}");
    }
}

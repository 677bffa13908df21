//! Tests of `state-tracking`.

use super::run::{Record, Rest};
use super::{Params, StateTracking};
use crate::kit::Experiment;
use crate::kit::legs::Carried;
use crate::kit::testing::Tested;
use crate::output::{Cell, Output, Role, Series};
use crate::params::{Params as _, Texts};
use crate::sim::state_tracking::{self as sim, CHECK};
use crate::text::Text;
use crate::theory::state_tracking::image;

#[test]
fn a_power_law_wins_with_four_hops_and_loses_with_two() {
    for (query, wins, before, after) in [
        (
            "samples=25000&runs=48",
            true,
            "Transformers learn to follow four shuffles",
            "Uniform training needs more than 2 times",
        ),
        (
            "hops=2&samples=30000&runs=16",
            false,
            "Earlier runs suggest: with 2 hops",
            "Uniform training wins: it needs ",
        ),
    ] {
        let answer = |output: &Output| output.answer.as_ref().expect("an answer").text.english();
        assert!(answer(&StateTracking::started(query, 2).output()).starts_with(before), "{query}");
        let output = StateTracking::finished(query, 2).output();
        assert!(answer(&output).starts_with(after), "{query}: {}", answer(&output));
        let verdict = &output.verdicts[0];
        assert_eq!(verdict.agrees, Some(true), "{query}: {verdict:?}");
        assert_eq!(verdict.measured > 1.0, wins, "{query}: {verdict:?}");
        assert_eq!(verdict.claim.english().contains("at most 1"), !wins, "{query}: {}", verdict.claim);
        assert_eq!(verdict.said().contains("no plateau"), !wins, "{}", verdict.said());
        assert_eq!(verdict.said().contains("transformers"), wins, "{}", verdict.said());
    }
}

#[test]
fn a_run_is_solved_when_it_answers_enough() {
    let run = StateTracking::finished("symbols=3&hops=3&samples=20000&runs=20&exponents=0,1", 1);
    let mut seen = 0;
    for (mark, records) in run.marks.iter().zip(&run.records) {
        for (i, record) in records.iter().enumerate() {
            assert!(record.solved <= *mark && record.solved % CHECK == 0, "a check in the past");
            if record.solved == *mark {
                assert!(record.accuracy >= 0.95, "run {i} at {mark}: {}", record.accuracy);
                seen += 1;
            }
            let rests = record.rest == Rest::Rests;
            assert_eq!(rests, record.solved > 0 && 2 * record.solved <= *mark, "rests after as many again");
        }
    }
    assert!(seen > 5, "{seen} were solved at a mark");
    let last = run.last(0);
    let hits: Vec<Option<u64>> = last.iter().map(|r| Some(u64::from(r.solved)).filter(|&t| t > 0)).collect();
    assert_eq!(run.race().racers[0].hits, hits, "what the table is made of");
}

#[test]
fn a_call_that_is_made_anew_changes_nothing() {
    let query = "symbols=3&samples=6000&runs=3";
    let whole = StateTracking::finished(query, 4);
    let mut again = StateTracking::started(query, 4);
    while !Experiment::progress(&again).finished() {
        again.lanes = Carried::default();
        again.step();
    }
    let show = |run: &StateTracking| serde_json::to_string(&run.output()).expect("json");
    assert_eq!(show(&whole), show(&again));
}

#[test]
fn a_run_does_not_depend_on_how_many_there_are() {
    let (few, many) = (
        StateTracking::finished("symbols=3&samples=3000&runs=3", 5),
        StateTracking::finished("symbols=3&samples=3000&runs=40", 5),
    );
    for exponent in 0..2 {
        for run in 0..3 {
            let [a, b] = [&few, &many].map(|r| r.last(exponent)[run]);
            assert_eq!((a.loss, a.accuracy, a.solved), (b.loss, b.accuracy, b.solved), "run {run} is run {run}");
        }
    }
}

#[test]
fn curves_are_quantiles_of_runs_that_have_not_diverged() {
    let mut run = StateTracking::started("runs=5&samples=1000", 1);
    let record = |loss: f32, rest| Record { accuracy: 0.0, example: false, loss, thirds: [0.0; 3], solved: 0, rest };
    let one = [9.0, 1.0, 3.0, 2.0].map(|loss| record(loss, Rest::Trains));
    let mut records = [one.as_slice(), &[record(1e9, Rest::Diverged)]].concat();
    records.extend([record(f32::NAN, Rest::Diverged); 5]);
    run.records.push(records);
    let curves: Vec<Series> = run.curves(|r| r.loss).collect();
    assert_eq!(curves.len(), 1, "nothing of one whose runs all diverged");
    assert_eq!((curves[0].y[0], curves[0].x[0]), (2.0, 1000.0), "the lower median of 1, 2, 3, 9");
    assert_eq!((curves[0].lo.as_deref(), curves[0].hi.as_deref()), (Some(&[1.0][..]), Some(&[3.0][..])));
    let table = &run.output().tables[0];
    let Cell::Number(diverged) = table.rows[1][8] else { panic!("a number") };
    assert_eq!(diverged, 5.0, "counted");
}

#[test]
fn runs_that_diverge_stop_cleanly() {
    let run = StateTracking::finished("init=2&clip=100&lr=4&samples=3000&runs=12", 1);
    assert!(run.last(0).iter().all(|r| r.rest == Rest::Diverged), "all of them");
    let verdict = &run.output().verdicts[0];
    assert!(verdict.agrees.is_none() && verdict.said().contains("24 runs diverged."), "{verdict:?}");
}

#[test]
fn before_the_run_only_theory_is_shown() {
    let output = StateTracking::started("", 1).output();
    assert_eq!(output.figures.len(), 2, "accuracy and loss");
    assert!(output.figures.iter().flat_map(|f| &f.series).all(|s| s.role == Role::Theory), "no measured series");
    assert_eq!(output.verdicts[0].agrees, None, "cannot tell yet");
}

#[test]
fn many_exponents_begin_with_their_times() {
    let query = "symbols=3&samples=3000&runs=3&exponents=0,0.5,1,1.5";
    for (run, series) in [(StateTracking::started(query, 1), 1), (StateTracking::finished(query, 1), 2)] {
        let first = run.output().figures.remove(0);
        assert!(first.id == "time-to-target" && first.series.len() >= series, "{} {}", first.id, first.series.len());
        let budget = first.series.last().expect("a series");
        assert_eq!((&*budget.id, &budget.x[..], &budget.y[..]), ("budget", &[0.0, 1.5][..], &[3000.0; 2][..]));
    }
}

#[test]
fn what_cannot_be_held_is_refused_in_words() {
    let refused = |query: &str| StateTracking::refused(query);
    let message = refused("runs=1024&exponents=0,0.5,1,1.5,2,2.5,3,3.5");
    assert!(message.contains("`runs`") && message.contains("64 MiB") && message.contains("1024"), "{message}");
    assert_eq!(StateTracking::started("exponents=1,1,0,1", 1).params.exponents, [1.0, 0.0], "each once");
    assert!(Params::read(&Texts::from([("symbols".into(), "6".into())])).is_err(), "720 skills are too many");
    for query in ["symbols=3&hops=1&runs=1&samples=1000&exponents=2", "symbols=3&hops=8&runs=1&samples=1500"] {
        let run = StateTracking::finished(query, 1);
        assert_eq!(run.marks.last(), Some(&1000), "{query}: whole thousands");
        assert!(!run.output().figures.is_empty(), "{query}");
    }
}

#[test]
fn the_picture_shows_the_shuffles_of_the_first_run() {
    let mut run = StateTracking::started("samples=25000&runs=16", 2);
    let before = run.cups_picture();
    assert_eq!(before.title.english(), "5 cups, shuffled 4 times");
    let skills = 120;
    let lanes = sim::start(2, 5, 4, 0.24, 16, 1);
    let codes: Vec<u32> =
        sim::lane(&lanes, 0, sim::width(5, skills))[skills * 25..][..skills].iter().map(|c| *c as u32).collect();
    assert_eq!(sim::skills_of(2, 5, 0), codes, "the ranks of the run itself");
    for (symbol, path) in before.rows[0].values.iter().enumerate() {
        let end = run.example().iter().fold(symbol as u32, |place, &rank| image(codes[rank as usize], place));
        assert_eq!((path.len(), path[0], path[4]), (5, symbol as f64, f64::from(end)));
    }
    assert!(before.rows[1..].iter().all(|row| row.values[0] == [0.0; 16] && row.value.english() == "not yet"));
    while !run.progress().finished() {
        run.step();
    }
    let after = run.cups_picture();
    assert_eq!(after.rows[0].values, before.rows[0].values, "the example stays");
    let solved = run.race().racers[1].hits.iter().flatten().count();
    let bright = after.rows[2].values[0].iter().filter(|&&right| right >= 0.95).count();
    assert!(
        solved > 8 && bright + 1 >= solved,
        "runs that solved the task answer nearly all tests: {bright}, {solved}"
    );
    let many = StateTracking::started("runs=256&exponents=0,0.5,1,1.5,2", 2).cups_picture();
    assert_eq!((many.rows.len(), many.rows[1].values[0].len()), (4, 128), "the test and three distributions");
    let left_out: Vec<String> = many.left_out.iter().map(Text::english).collect();
    assert_eq!(left_out, ["and 2 more", "cells of the first 128 of 256 runs"]);
    let right = run.last(1).iter().filter(|record| record.example).count();
    assert_eq!(after.rows[2].value.english(), format!("{right} of 16 runs"));
    assert!(right >= solved - 2, "runs that solved the task follow the example: {right}, {solved}");
}

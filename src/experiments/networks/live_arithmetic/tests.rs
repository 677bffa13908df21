//! Tests of `live-arithmetic`.

use super::clock::{length, ring_of, strongest};
use super::{LiveArithmetic, Params};
use crate::kit::Experiment;
use crate::kit::race::Favourite;
use crate::kit::testing::Tested;
use crate::math;
use crate::output::{Figure, Output, Role};
use crate::params::{Params as _, query};
use crate::text::word;
use crate::theory::tests::close;

fn figure(output: &Output, id: &str) -> Figure {
    output.figures.iter().find(|figure| figure.id == id).unwrap_or_else(|| panic!("no figure {id}")).clone()
}

/// Vectors of n numbers that stand on a circle with the given frequency and radius 2.
fn circle(n: u32, frequency: u32) -> Vec<Vec<f64>> {
    let angle = |j: u32| 2.0 * std::f64::consts::PI * f64::from(frequency * j) / f64::from(n);
    (0..n).map(|j| vec![2.0 * math::cos(angle(j)), 1.0, 2.0 * math::sin(angle(j))]).collect()
}

#[test]
fn the_clock_of_a_circle_is_this_circle() {
    let numbers = circle(13, 4);
    let (frequency, power) = strongest(&numbers);
    assert_eq!(frequency, 4);
    close(power, 1.0, 1e-12);
    let figure = ring_of(("a".into(), word("a").into()), &numbers);
    let [ring, perfect] = &figure.series[..] else { panic!("the numbers and a circle") };
    assert_eq!((ring.x.len(), ring.x[0], ring.y[0]), (14, ring.x[13], ring.y[13]), "closed");
    let chord = 2.0 * math::sin(std::f64::consts::PI / 13.0);
    for i in 0..13 {
        close(length([ring.x[i], ring.y[i]]), 1.0, 1e-12);
        close(length([ring.x[i + 1] - ring.x[i], ring.y[i + 1] - ring.y[i]]), chord, 1e-12);
    }
    assert_eq!(perfect.role, Role::Theory);
    perfect.x.iter().zip(&perfect.y).for_each(|(x, y)| close(length([*x, *y]), 1.0, 1e-12));
    // With frequency 4 number 10 is next to number 0, because 40 is 1 more than three turns of 13.
    let mark = &figure.marks[10];
    assert_eq!((mark.label.english(), mark.x, mark.y), ("10".into(), Some(ring.x[1]), Some(ring.y[1])));
}

#[test]
fn networks_that_add_have_a_clock_and_others_have_none() {
    let run = LiveArithmetic::finished("modulus=11&steps=1000&networks=6", 1);
    let output = run.output();
    let power = |id: &str| {
        let clock = figure(&output, "clock");
        let series = clock.series.iter().find(|series| series.id == id).expect("a series");
        close(series.y.iter().sum(), 1.0, 1e-12);
        series.y.iter().copied().fold(0.0, f64::max)
    };
    assert!(power("alpha-1") > power("alpha-0") + 0.1, "{} {}", power("alpha-1"), power("alpha-0"));
    close(power("alpha-1"), strongest(run.live.embedding(1, 0).expect("kept")).1, 0.0);
    let verdict = run.verdict("clock");
    assert_eq!(verdict.agrees, Some(true), "{verdict:?}");
    assert!(verdict.said().contains("uniform training"), "{}", verdict.said());
    assert_eq!(figure(&output, "ring").marks.len(), 11, "all numbers");

    let alone = LiveArithmetic::finished("modulus=7&terms=3&steps=100&networks=1&exponents=0", 1);
    assert_eq!(figure(&alone.output(), "ring").series[0].id, "alpha-0", "uniform training has a ring of its own");
    assert!(alone.verdict("clock").said().contains("Too few networks"), "{}", alone.verdict("clock").said());
}

#[test]
fn before_the_run_only_theory_is_shown() {
    for modulus in [3, 12, 13] {
        let output = LiveArithmetic::started(&format!("modulus={modulus}"), 1).output();
        assert!(output.figures.iter().flat_map(|f| &f.series).all(|s| s.role == Role::Theory), "nothing is measured");
        assert!(output.verdicts.iter().all(|verdict| verdict.agrees.is_none()), "cannot tell yet");
        let clock = figure(&output, "clock");
        assert_eq!(clock.series[0].y.len() as u32, modulus / 2);
        close(clock.series[0].y.iter().sum(), 1.0, 1e-12);
    }
    for task in ["arithmetic", "chain"] {
        let output = LiveArithmetic::started(&format!("task={task}"), 1).output();
        assert!(output.figures.iter().all(|figure| figure.id != "clock"), "{task} has no clock");
    }
}

#[test]
fn one_operation_is_learned_from_uniform_numbers() {
    let run = LiveArithmetic::finished("task=chain&modulus=11&terms=2&steps=800", 1);
    let verdict = run.verdict("power-law-beats-uniform");
    assert_eq!(verdict.agrees, Some(true), "{verdict:?}");
    assert!(verdict.measured < 1.0, "uniform training wins: {verdict:?}");
}

#[test]
fn the_favourite_follows_from_the_task() {
    for (text, uniform, answer) in [
        ("", false, "In published experiments"),
        ("terms=2", true, "Earlier runs suggest: with two numbers"),
        ("terms=2&modulus=31", false, "In published experiments"),
        ("task=arithmetic&terms=2", false, "In published experiments"),
        ("task=chain&terms=2", true, "Earlier runs suggest: with one operation"),
        ("task=chain&modulus=23", false, "Earlier runs suggest: a power law gets further"),
        ("task=chain", false, "The run will show whether"),
        ("exponents=1", false, "The run will show how many"),
    ] {
        let run = LiveArithmetic::started(text, 1);
        assert_eq!(run.params.favourite() == Favourite::Uniform, uniform, "{text}");
        let said = run.output().answer.expect("an answer").text.english();
        assert!(said.starts_with(answer) && said.len() < 200, "{text}: {said}");
    }
}

#[test]
fn what_cannot_be_trained_is_refused_in_words() {
    for (text, name) in [("width=20", "width"), ("batch=18", "batch"), ("steps=150", "steps")] {
        let message = LiveArithmetic::refused(text);
        assert!(message.contains(name) && message.contains("multiple"), "{message}");
    }
    for text in ["modulus=2", "modulus=62", "terms=1", "terms=7", "task=product"] {
        assert!(Params::read(&query(text)).is_err(), "{text}");
    }
}

#[test]
fn extremes_run_without_gaps() {
    for text in [
        "modulus=3&terms=2&steps=100&networks=1&exponents=4&batch=16",
        "modulus=61&terms=6&steps=100&networks=1&batch=16",
        "task=chain&modulus=61&terms=6&steps=100&networks=1&batch=16",
        "task=arithmetic&modulus=61&steps=100&networks=1&batch=16&width=64",
        "modulus=5&steps=200&networks=2&rate=10&decay=1",
    ] {
        let run = LiveArithmetic::finished(text, 1);
        for series in run.output().figures.iter().flat_map(|figure| &figure.series) {
            assert!(series.x.iter().chain(&series.y).all(|value| value.is_finite()), "{text}: {}", series.id);
        }
        assert!(run.picture().is_some_and(|picture| !picture.rows.is_empty()), "{text}");
    }
}

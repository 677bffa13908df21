//! Tests of `live-hops`.

use super::{LiveHops, Params};
use crate::kit::Experiment;
use crate::kit::race::Favourite;
use crate::kit::testing::Tested;
use crate::output::{Cell, Role};
use crate::params::{Params as _, query};

/// Median numbers of training sequences to the target, one for each exponent; `None` if fewer than half of the networks
/// have reached it.
fn medians(run: &LiveHops) -> Vec<Option<f64>> {
    let median = |row: &Vec<Cell>| if let Cell::Number(time) = row[6] { Some(time) } else { None };
    run.output().tables[0].rows.iter().map(median).collect()
}

#[test]
fn uniform_training_wins_with_three_hops() {
    let run = LiveHops::finished("networks=11&steps=3000", 1);
    let verdict = run.verdict("power-law-beats-uniform");
    assert_eq!(verdict.agrees, Some(true), "{verdict:?}");
    assert!(verdict.measured < 0.8, "uniform training wins: {verdict:?}");
    assert_eq!(run.verdict("head-first").agrees, Some(true), "frequent relations come first");
    let answer = run.output().answer.expect("an answer").text.english();
    assert!(answer.starts_with("Uniform training wins: it needs"), "{answer}");
}

#[test]
fn a_power_law_wins_with_four_hops_and_without_facts() {
    let run = LiveHops::finished("hops=4&entities=6&relations=10&facts=0&networks=11&steps=2000", 3);
    for id in ["power-law-beats-uniform", "uniform-stays-flat", "head-first"] {
        assert_eq!(run.verdict(id).agrees, Some(true), "{:?}", run.verdict(id));
    }
    assert!(medians(&run)[0].is_none(), "uniform training solves nothing");
}

/// Earlier programs measured 3,000, 3,100 and 3,900 steps of 64 sequences.
#[test]
fn uniform_training_takes_as_long_as_in_earlier_programs() {
    let run = LiveHops::finished(
        "entities=20&relations=10&facts=0.5&width=32&rate=0.002&decay=0.1&exponents=0&networks=3&steps=4500",
        1,
    );
    let ratio = medians(&run)[0].expect("solved") / 64.0 / 3100.0;
    assert!((ratio - 1.0).abs() < 0.3, "{ratio} times the steps");
}

#[test]
fn only_relations_are_rare_or_frequent() {
    let run = LiveHops::finished("hops=2&steps=300&networks=2", 1);
    let output = run.output();
    let rare = output.figures.iter().find(|figure| figure.id == "rare").expect("a figure");
    let ids: Vec<_> = rare.series.iter().map(|series| &*series.id).collect();
    assert_eq!(ids, ["rare-0", "rare-1", "rare-2"], "two relations, and an entity that is none");
    for exponent in 0..2 {
        for record in run.live.last(exponent) {
            assert_eq!(record.tested.by_rare[3..].as_flattened().iter().sum::<f64>(), 0.0, "{record:?}");
        }
    }
}

#[test]
fn facts_change_what_is_learned_unless_all_questions_are_facts() {
    let end = |text: &str| LiveHops::finished(text, 1).live.last(1)[0].tested.clone();
    let at = |hops, facts| end(&format!("hops={hops}&facts={facts}&steps=200&networks=1"));
    assert_ne!(at(2, 0.0), at(2, 0.5));
    assert_eq!(at(1, 0.0), at(1, 0.5), "a question of one hop is a fact");
    let none = at(3, 1.0);
    assert!(none.exact < 0.5, "facts alone do not teach to compose: {none:?}");
}

#[test]
fn before_the_run_only_theory_is_shown_and_earlier_runs_are_told() {
    for (text, uniform, answer) in [
        ("", true, "Earlier runs suggest: with 3 hops uniform training"),
        ("hops=1&entities=50&relations=20", true, "Earlier runs suggest: with 1 hop uniform training"),
        ("entities=50&relations=20", true, "Earlier runs suggest: networks do not solve questions"),
        ("hops=4", true, "The run will show whether"),
        ("entities=6", true, "The run will show whether"),
        ("hops=4&relations=10&facts=0", false, "Earlier runs suggest: with 4 hops a power law"),
        ("hops=4&relations=10&facts=0.2", true, "The run will show whether"),
        ("facts=1", true, "The run will show whether"),
        ("exponents=1", true, "The run will show how many"),
    ] {
        let run = LiveHops::started(text, 1);
        assert_eq!(run.params.favourite() == Favourite::Uniform, uniform, "{text}");
        let output = run.output();
        let said = output.answer.expect("an answer").text.english();
        assert!(said.starts_with(answer) && said.len() < 200, "{text}: {said}");
        assert!(output.figures.iter().flat_map(|f| &f.series).all(|s| s.role == Role::Theory), "nothing is measured");
        assert!(output.verdicts.iter().all(|verdict| verdict.agrees.is_none()), "cannot tell yet");
    }
}

#[test]
fn what_cannot_be_trained_is_refused_in_words() {
    for (text, name) in [("width=20", "width"), ("batch=18", "batch"), ("steps=150", "steps")] {
        let message = LiveHops::refused(text);
        assert!(message.contains(name) && message.contains("multiple"), "{message}");
    }
    for text in ["entities=2", "entities=65", "relations=1", "hops=0", "hops=7", "facts=1.1", "facts=-0.1"] {
        assert!(Params::read(&query(text)).is_err(), "{text}");
    }
}

#[test]
fn extremes_run_without_gaps() {
    for text in [
        "entities=3&relations=2&hops=1&facts=1&steps=100&networks=1&exponents=4&batch=16",
        "entities=64&relations=64&hops=6&steps=100&networks=1&batch=16&width=64",
        "entities=5&relations=64&hops=6&facts=1&steps=100&networks=1&batch=16",
        "steps=200&networks=2&rate=10&decay=1",
    ] {
        let run = LiveHops::finished(text, 1);
        for series in run.output().figures.iter().flat_map(|figure| &figure.series) {
            assert!(series.x.iter().chain(&series.y).all(|value| value.is_finite()), "{text}: {}", series.id);
        }
        assert!(run.picture().is_some_and(|picture| !picture.rows.is_empty()), "{text}");
    }
}

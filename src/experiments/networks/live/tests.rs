//! Tests of what is said of networks, with results that are made up. No network is trained.

use super::*;
use crate::kit::race::Favourite;
use crate::theory::automaton::Automaton;

/// A network at the end of a run: its test loss, its share of exact answers, and when it had solved the task.
#[derive(Clone, Copy)]
struct End(f64, f64, Option<u64>);

/// Loss of guessing among five answers.
const GUESS: f64 = 1.609_437_912_434_100_3;
const SOLVES: End = End(0.1, 0.97, Some(3200));
const GUESSES: End = End(GUESS, 0.2, None);
const HIGH: End = End(4.0, 0.21, None);
const LEARNS: End = End(1.2, 0.4, None);
const DIVERGES: End = End(f64::NAN, 0.2, None);

/// Networks that add three numbers modulo 5 and are at the end of their run. There is a training distribution for each
/// exponent, and one more for each power law if `below` is positive. The learning rate is 0.3.
fn ended(exponents: &[f64], below: f64, ends: &[&[End]]) -> Live {
    let setting = Setting {
        network: Network::Looped,
        task: Automaton::sum(5, 3),
        laws: Vec::new(),
        width: 16,
        batch: 64,
        facts: 0,
        rate: 0.3,
        decay: 0.0,
    };
    let mut live = Live::new(setting, exponents, ends[0].len() as u32, 100, 1).becoming_uniform(below);
    assert_eq!(live.trainings.len(), ends.len(), "ends of all networks");
    let record = |&End(loss, exact, solved): &End| Record {
        tested: Tested { loss, symbols: exact, exact, by_rare: vec![[1.0, exact]; 4] },
        solved,
        uniform_from: None,
        rest: if loss.is_nan() { Rest::Diverged } else { Rest::Learns },
    };
    live.records = vec![ends.concat().iter().map(record).collect()];
    live.landscape = Some(None);
    live
}

fn answer(exponents: &[f64], below: f64, ends: &[&[End]]) -> String {
    let said = ended(exponents, below, ends).answer().english();
    assert!(said.chars().count() <= 200, "{said}");
    said
}

#[test]
fn one_network_is_not_counted() {
    let teaches = |networks| answer(&[0.0, 1.0], 0.0, &[&vec![GUESSES; networks], &vec![SOLVES; networks]]);
    assert_eq!(
        teaches(1),
        "With a power law (α = 1) the network solves the task within 3,200 samples. With uniform data the network does not solve it within 6,400."
    );
    assert_eq!(
        teaches(3),
        "With a power law (α = 1) 3 of 3 networks solve the task. The median network does so within 3,200 samples. With uniform data none solves it within 6,400."
    );
    let changes = |ends: [End; 3]| ends.map(|end| answer(&[0.0, 1.0], 0.5, &[&[GUESSES], &[end], &[SOLVES]]));
    let [both, only, _] = changes([SOLVES, LEARNS, GUESSES]);
    assert_eq!(
        both,
        "With a power law (α = 1) the network solves the task within 3,200 samples, or within 3,200 if it changes to uniform data. With uniform data it does not solve it within 6,400."
    );
    assert_eq!(
        only,
        "Networks that change from the power law (α = 1) to uniform data solve the task within 3,200 samples. The others do not solve it within 6,400."
    );
    let values = |networks| -> Vec<String> {
        let live = ended(&[0.0, 1.0], 0.0, &[&vec![GUESSES; networks], &vec![SOLVES; networks]]);
        live.picture().rows.iter().map(|row| row.value.english()).collect()
    };
    assert_eq!([values(1), values(2)], [["not solved", "solved"], ["0 of 2 solved", "2 of 2 solved"]]);
}

#[test]
fn divergence_is_said_of_the_distribution_that_diverged() {
    let of = |uniform, low, high| answer(&[0.0, 1.0, 4.0], 0.0, &[&[uniform; 2], &[low; 2], &[high; 2]]);
    assert!(of(GUESSES, SOLVES, DIVERGES).starts_with("With the best power law (α = 1) 2 of 2 networks solve"));
    assert_eq!(
        of(DIVERGES, SOLVES, GUESSES),
        "With uniform data 2 of 2 networks diverged, the first within 6,400 samples: the learning rate 0.3 is too large for them."
    );
    assert!(of(GUESSES, DIVERGES, LEARNS).contains("with the power law α = 4"), "the answer is about the other one");
    assert!(of(GUESSES, DIVERGES, DIVERGES).starts_with("With a power law (α = "), "none is left");
    assert_eq!(
        of(DIVERGES, DIVERGES, DIVERGES),
        "6 of 6 networks diverged, the first within 6,400 samples: the learning rate 0.3 is too large."
    );
    assert_eq!(
        answer(&[0.0], 0.0, &[&[DIVERGES]]),
        "With uniform data the network diverged within 6,400 samples: the learning rate 0.3 is too large for it."
    );
    let few = answer(&[0.0, 1.0], 0.0, &[&[GUESSES; 3], &[SOLVES, SOLVES, DIVERGES]]);
    assert!(few.starts_with("With a power law (α = 1) 2 of 3 networks solve"), "fewer than half: {few}");
    let live = ended(&[0.0, 1.0], 0.0, &[&[DIVERGES, GUESSES], &[SOLVES; 2]]);
    let flat = live.flat_verdict().expect("uniform training").said();
    assert!(flat.starts_with("With uniform training 1 network diverged."), "{flat}");
}

#[test]
fn an_answer_says_that_nothing_was_learned_only_if_no_network_has_learned_anything() {
    let of = |exponents: &[f64], ends: &[&[End]]| answer(exponents, 0.0, ends);
    for (uniform, high, advice) in [
        (GUESSES, GUESSES, "stays at that of guessing. First try more steps or another learning rate."),
        (GUESSES, HIGH, "stays at that of guessing or above. First try a smaller learning rate or more steps."),
        (HIGH, HIGH, "stays at that of guessing or above. First try a smaller learning rate or more steps."),
    ] {
        for said in [
            of(&[0.0, 1.0], &[&[uniform; 2], &[high; 2]]),
            of(&[0.0], &[&[high]]),
            of(&[1.0], &[&[high]]),
            of(&[1.0, 2.0], &[&[uniform, DIVERGES, high], &[high; 3]]),
        ] {
            assert!(said.ends_with(advice), "{said}");
        }
    }
    // High losses do not hide that a network knows its frequent sequences.
    for learned in [LEARNS, SOLVES, End(4.0, 0.4, None)] {
        for ends in [[&[GUESSES, learned][..], &[HIGH; 2]], [&[HIGH; 2], &[learned, GUESSES]]] {
            let said = of(&[0.0, 1.0], &ends);
            assert!(!said.contains("First try"), "{said}");
        }
    }
    let flat = |power| ended(&[0.0, 1.0], 0.0, &[&[GUESSES; 2], &[power; 2]]).flat_verdict().expect("a verdict");
    assert!(flat(HIGH).agrees.is_none() && flat(HIGH).said().contains("First try"), "{}", flat(HIGH).said());
    assert_eq!(flat(LEARNS).agrees, Some(true));
    // A network that has forgotten what it knew has left the loss of guessing.
    let mut live = ended(&[1.0], 0.0, &[&[LEARNS]]);
    live.records.extend(ended(&[1.0], 0.0, &[&[GUESSES]]).records);
    assert!(live.said_of_guessing().is_none());
}

#[test]
fn answers_have_at_most_200_characters_in_the_longest_run() {
    let longest = |below, ends: &[&[End]]| {
        let mut live = ended(&[0.0, 1.25, 1.75], below, ends);
        (live.setting.batch, live.marks) = (256, vec![100_000]);
        let said = live.answer().english();
        assert!(said.chars().count() <= 200, "{} characters: {said}", said.chars().count());
    };
    let late = End(0.1, 0.95, Some(25_600_000));
    for power in [late, LEARNS, HIGH, DIVERGES] {
        for uniform in [GUESSES, DIVERGES, End(1.3, 0.123, None)] {
            longest(0.0, &[&[uniform; 64], &[power; 64], &[power; 64]]);
            longest(0.5, &[&[uniform; 64], &[power; 64], &[power; 64], &[late; 64], &[late; 64]]);
        }
    }
}

#[test]
fn the_figure_of_times_has_its_own_points_for_networks_that_change_and_are_late() {
    let live = ended(&[0.0, 1.0, 2.0], 0.5, &[&[GUESSES], &[SOLVES], &[LEARNS], &[LEARNS], &[SOLVES]]);
    let figures = live.figures();
    let times = figures.iter().find(|figure| figure.id == "time-to-target").expect("times");
    let at = |id: &str| times.series.iter().find(|series| series.id == *id).expect("a series").x.clone();
    let ids = ["median", "censored", "switched", "switched-censored"];
    assert_eq!(ids.map(at), [vec![1.0], vec![0.0, 2.0], vec![2.0], vec![1.0]]);
    let verdict = live.race().verdict(Favourite::PowerLaw, true).expect("a verdict");
    assert!(verdict.claim.english().ends_with("Lower bound on the ratio of the medians"), "{verdict:?}");
}

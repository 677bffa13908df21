//! Tests of `live-tracking`, and of what it shares with the other experiments on networks.

use super::LiveTracking;
use crate::experiments::networks::live::Rest;
use crate::kit::Experiment as _;
use crate::kit::race::Time;
use crate::kit::testing::Tested as _;
use crate::output::Output;

/// A task that a power law solves in a second, and uniform data do not.
const SMALL: &str = "symbols=3&hops=3&steps=1500&networks=6";

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}

fn series<'a>(output: &'a Output, figure: &str, id: &str) -> &'a crate::output::Series {
    let figure = output.figures.iter().find(|other| other.id == *figure).expect("the figure");
    figure.series.iter().find(|series| series.id == *id).expect("the series")
}

#[test]
fn a_power_law_teaches_what_uniform_data_do_not() {
    let run = LiveTracking::finished("symbols=3&hops=3&steps=1500&networks=11", 1);
    let output = run.output();
    let last = |id| *series(&output, "accuracy", id).y.last().expect("a point");
    assert!(last("alpha-0") < 0.3 && last("alpha-1") > 0.9, "{} and {}", last("alpha-0"), last("alpha-1"));
    let answer = output.answer.as_ref().expect("an answer").text.english();
    assert!(answer.starts_with("With a power law (α = 1.25) 11 of 11 networks solve the task"), "{answer}");
    assert!(answer.ends_with("With uniform data none solves it within 96,000."), "{answer}");
    for (id, agrees) in [("power-law-beats-uniform", Some(true)), ("uniform-stays-flat", Some(true))] {
        assert_eq!(run.verdict(id).agrees, agrees, "{id}");
    }
    assert!(run.verdict("head-first").measured > 0.0, "sequences of frequent skills come first");
    let loss = series(&output, "loss", "alpha-0").y.last().expect("a point") - crate::math::ln(3.0);
    assert!(loss.abs() < 0.01, "uniform training is {loss} from the loss of guessing");
}

#[test]
fn the_networks_that_rest_change_nothing_for_the_others() {
    let (both, alone) =
        (LiveTracking::finished(SMALL, 2), LiveTracking::finished(&format!("{SMALL}&exponents=1.25"), 2));
    let mut rested = 0;
    for mark in 0..15 {
        for (one, other) in both.live.at(mark, 1).iter().zip(alone.live.at(mark, 0)) {
            assert_eq!((&one.tested, one.solved, one.rest), (&other.tested, other.solved, other.rest));
            rested += usize::from(one.rest == Rest::Done);
        }
    }
    assert!(rested > 0, "none has rested");
    let solved = |run: &LiveTracking| run.live.last(0).iter().all(|record| record.solved.is_some());
    assert!(solved(&alone) && !solved(&both));
}

#[test]
fn networks_start_over_if_their_states_are_lost() {
    for (query, marks) in [
        ("symbols=3&hops=2&steps=600&networks=2", 6),
        ("network=transformer&symbols=3&hops=2&steps=300&networks=2&batch=16&rate=0.002", 3),
    ] {
        let whole = LiveTracking::finished(query, 3);
        let mut broken = LiveTracking::started(query, 3);
        while !broken.progress().finished() {
            broken.live.lose();
            broken.step();
        }
        for mark in 0..marks {
            for exponent in 0..2 {
                let networks = whole.live.at(mark, exponent).iter().zip(broken.live.at(mark, exponent));
                assert!(
                    networks.len() == 2 && networks.clone().all(|(one, other)| one.tested == other.tested),
                    "{query}"
                );
            }
        }
    }
}

#[test]
fn a_network_learns_from_uniform_sequences_after_it_has_left_the_plateau() {
    let query = format!("{SMALL}&exponents=1.25&then-uniform=0.8");
    let (run, mut broken) = (LiveTracking::finished(&query, 2), LiveTracking::started(&query, 2));
    while !broken.progress().finished() {
        broken.live.lose();
        broken.step();
    }
    let mut changed = 0;
    for network in 0..6 {
        let at = |mark: usize, training: usize| &run.live.at(mark, training)[network].tested;
        let below = |mark: &usize| at(*mark, 0).loss < 0.8 * crate::math::ln(3.0);
        let escape = (0..15).find(below).expect("the network has learned something");
        for mark in 0..15 {
            assert_eq!(at(mark, 0) == at(mark, 1), mark <= escape, "network {network} at {mark}, change at {escape}");
            assert_eq!(*at(mark, 1), broken.live.at(mark, 1)[network].tested, "states are lost");
            changed += usize::from(mark > escape);
        }
    }
    assert!(changed > 6, "checkpoints after a change");
    assert_eq!(LiveTracking::finished(SMALL, 2).live.at(14, 1)[0].tested, run.live.at(14, 0)[0].tested, "alone");
}

#[test]
fn the_map_shows_the_time_of_each_network() {
    let run = LiveTracking::finished("symbols=3&hops=2&steps=600&networks=3&exponents=2,0,1,0.5", 3);
    let output = run.output();
    let map = output.figures.iter().find(|figure| figure.id == *"map").expect("the map");
    let field = map.field.as_ref().expect("cells");
    assert_eq!((&field.x[..], &field.y[..]), (&[0.0, 0.5, 1.0, 2.0][..], &[1.0, 2.0, 3.0][..]));
    for (column, training) in [1, 3, 2, 0].into_iter().enumerate() {
        for (network, record) in run.live.last(training).iter().enumerate() {
            let shown = field.z[network][column];
            assert_eq!(shown.is_finite().then_some(shown as u64), record.solved, "{training}, {network}");
        }
    }
    assert!(field.z.iter().flatten().any(|z| z.is_finite()), "some have solved the task");
}

#[test]
fn a_table_of_ones_own_replaces_the_permutations() {
    // Composition of three symbols, as a table.
    let s3 = "0,1,2,3,4,5;1,0,4,5,2,3;2,3,0,1,5,4;3,2,5,4,0,1;4,5,1,0,3,2;5,4,3,2,1,0";
    let run = LiveTracking::finished(&format!("group={s3}&hops=3&steps=1500&networks=6&exponents=1.25"), 4);
    assert!(run.live.last(0).iter().filter(|record| record.solved.is_some()).count() > 2, "it can be learned");
    let said = |table: &str| {
        let start = LiveTracking::started(&format!("group={table}&steps=100&networks=1"), 1);
        start.output().answer.expect("an answer").text.english()
    };
    for (table, words) in [
        (s3, "6 elements is that of a group"),
        ("0 2 1\n1 0 2\n2 1 0", "no element is an identity"),
        ("0,0;0,1", "because 0 has no inverse"),
        ("0,1,2;1,0,0;2,0,0", "because (1 · 1) · 2 differs from 1 · (1 · 2)"),
    ] {
        assert!(said(table).contains(words), "{table}: {}", said(table));
    }
}

#[test]
fn what_cannot_run_is_refused_in_a_sentence() {
    for (query, said) in [
        ("group=0", "a table of 2 to 16 elements, with rows separated by semicolons; it has 1 row"),
        ("group=0,1;1", "a square table; it has 2 rows, and row 2 has 1 product"),
        ("group=0,1;1,2", "products are elements, from 0 to 1; the product 1 · 1 is 2"),
        ("group=0,1;1,x", "the product 1 · 1 is x"),
        ("group=0,1;1,-1", "the product 1 · 1 is -1"),
        ("symbols=5&width=64&networks=64&exponents=0,1,1.5,2,2.5,3,3.5,4", "at most "),
        ("width=24", "a multiple of 16"),
        ("batch=30", "a multiple of 4"),
        ("steps=150", "a multiple of 100"),
        ("symbols=6", "from 3 to 5"),
        ("also-hops=1,2.5", "`also-hops` cannot be `2.5`: it takes whole numbers of hops"),
        ("also-hops=7", "from 0 to 6"),
    ] {
        let message = LiveTracking::refused(query);
        assert!(message.contains(said), "{query}: {message}");
    }
}

#[test]
fn networks_that_diverge_are_said_and_decide_nothing() {
    let run = LiveTracking::finished("symbols=3&hops=3&steps=200&networks=2&rate=10", 1);
    let output = run.output();
    let answer = output.answer.as_ref().expect("an answer").text.english();
    assert!(
        answer.starts_with("4 of 4 networks diverged, the first within 6,400 samples: the learning rate 10"),
        "{answer}"
    );
    assert!(output.verdicts.iter().all(|verdict| verdict.agrees.is_none()), "{:?}", output.verdicts);
    let flat = output.verdicts.iter().find(|verdict| verdict.id == *"uniform-stays-flat").expect("a verdict");
    assert!(flat.measured.is_nan() && flat.said().contains("2 networks diverged"), "{flat:?}");
    let accuracy = &output.figures[0];
    assert!(accuracy.series.is_empty() && accuracy.nothing.is_some(), "no curve, and a sentence");
    let above = LiveTracking::finished("symbols=3&hops=3&steps=200&networks=2&rate=1", 1).output();
    let flat = above.verdicts.iter().find(|verdict| verdict.id == *"uniform-stays-flat").expect("a verdict");
    assert!(flat.agrees.is_none(), "a loss above that of guessing is not flat: {flat:?}");
}

#[test]
fn what_is_not_shown_is_not_said() {
    let said = |query: &str| {
        let output = LiveTracking::finished(query, 1).output();
        let flat = output.verdicts.iter().find(|verdict| verdict.id == *"uniform-stays-flat").and_then(|v| v.agrees);
        (output.answer.expect("an answer").text.english(), flat)
    };
    let (answer, flat) = said("symbols=3&hops=3&steps=100&networks=1&batch=16");
    assert!(answer.starts_with("Fewer than half of the networks solve the task within 1,600 samples."), "{answer}");
    assert_eq!(flat, None, "the power law has taught nothing either");
    let (answer, _) = said("symbols=3&hops=3&exponents=0,3&then-uniform=0.85&networks=3&steps=1000");
    assert!(answer.starts_with("Networks that change from the power law (α = 3) to uniform data solve"), "{answer}");
    let (answer, flat) = said("symbols=3&hops=3&exponents=0,1.25,1&then-uniform=0.8&networks=2&steps=1500");
    assert!(answer.starts_with("With the best power law (α = 1") && answer.contains("if it changes"), "{answer}");
    assert_eq!(flat, Some(true));
}

#[test]
fn extremes_run_without_nan() {
    for query in [
        "symbols=3&hops=1&steps=100&networks=1&exponents=0",
        "symbols=5&hops=6&steps=100&networks=1&exponents=4&width=64&batch=16",
        "network=transformer&symbols=3&hops=1&steps=100&networks=2&exponents=0&then-uniform=0.5",
        "network=transformer&symbols=5&hops=6&steps=100&networks=1&exponents=4&width=64&batch=16",
        "symbols=3&hops=6&steps=100&networks=1&exponents=0,0.5,1,1.5,2,2.5,3,4&decay=1&rate=0.00001",
    ] {
        let output = LiveTracking::finished(query, 4).output();
        assert!(!output.figures.is_empty(), "{query}");
        let attends = output.figures.iter().any(|figure| figure.id == *"attention");
        assert_eq!(attends, query.starts_with("network=transformer"), "{query}");
        for figure in &output.figures {
            for series in &figure.series {
                assert!(series.y.iter().all(|y| y.is_finite()), "{query}: {} {}", figure.id, series.id);
            }
        }
    }
}

#[test]
fn the_landscape_goes_through_the_start_and_the_end_of_a_network() {
    use crate::math::ln;
    use crate::sim::sequences::power_law;
    let run = LiveTracking::finished("symbols=3&hops=3&steps=1500&networks=1&exponents=1.25", 2);
    let output = run.output();
    let figure = |id: &str| output.figures.iter().find(|figure| figure.id == *id).expect("the landscape");
    let (uniform, power) = (figure("landscape-uniform"), figure("landscape-power"));
    let at = |figure: &crate::output::Figure, x: f64| {
        let field = figure.field.as_ref().expect("cells");
        let place = |all: &[f64], of: f64| all.iter().position(|value| (value - of).abs() < 1e-9).expect("a cell");
        field.z[place(&field.y, 0.0)][place(&field.x, x)]
    };
    let last = &run.live.last(0)[0].tested;
    assert!(last.loss < 0.2, "the network has learned the task: {last:?}");
    assert!((at(uniform, 1.0) - last.loss).abs() < 1e-4, "{} at the end, and {}", at(uniform, 1.0), last.loss);
    assert!((at(uniform, 0.0) - ln(3.0)).abs() < 0.02, "guessing at the start");
    // The most frequent of six skills is that of 43% of the places, so that a constant answer does better than a guess.
    let most = power_law(6, 1.25)[0];
    assert!(most > 0.42 && (at(power, 0.0) - ln(3.0)).abs() < 0.1, "{}", at(power, 0.0));
    assert!(at(power, 1.0) < at(uniform, 1.0) + 0.02, "frequent sequences are known as well");
    let highest = uniform.field.iter().flat_map(|field| &field.z).flatten().fold(0.0, |a: f64, b| a.max(*b));
    assert!(highest <= 1.5 * ln(3.0) + 1e-9, "clipped");
    let [start, end] = [0, 1].map(|i| (uniform.marks[i].x, uniform.marks[i].y));
    assert_eq!((start, end), ((Some(0.0), Some(0.0)), (Some(1.0), Some(0.0))));
    let flat = LiveTracking::finished("symbols=3&hops=3&steps=100&networks=1&exponents=1.25", 2);
    assert!(flat.output().figures.iter().all(|figure| !figure.id.starts_with("landscape")), "nothing is learned");
}

/// Short races, with three hops unless a test says otherwise.
const SHORT: &str = "symbols=3&exponents=0,1.25,1&steps=300&networks=2";

#[test]
fn other_numbers_of_hops_leave_the_main_race_as_it_is() {
    let alone = LiveTracking::finished(&format!("{SHORT}&hops=3"), 5);
    let mut run = LiveTracking::started(&format!("{SHORT}&hops=3&also-hops=2,1,3,0,2"), 5);
    let total = run.progress().total;
    assert_eq!(total, 3 * 3 + 1, "three checkpoints for each number of hops, and one landscape");
    for done in 1..=total {
        run.step();
        assert_eq!((run.progress().done, run.progress().total), (done, total), "one checkpoint at a time");
    }
    let (before, mut after) = (alone.output(), run.output());
    after.figures.retain(|figure| !figure.id.starts_with("hops-"));
    after.tables[0].rows.retain(|row| json(&row[1]) == "3.0");
    assert!(json(&before) == json(&after), "every number and every word of the main race");
    assert_eq!(json(&alone.picture()), json(&run.picture()));
    for none in ["0", "3", "3,0"] {
        let off = LiveTracking::finished(&format!("{SHORT}&hops=3&also-hops={none}"), 5).output();
        assert!(json(&before) == json(&off), "there are no other numbers of hops");
    }
}

#[test]
fn each_number_of_hops_has_a_figure_and_rows_as_in_a_race_of_its_own() {
    let mut run = LiveTracking::started(&format!("{SHORT}&hops=3&also-hops=4,1"), 5);
    let shown = |run: &LiveTracking| -> Vec<String> {
        let figures = run.output().figures;
        figures.iter().map(|figure| figure.id.to_string()).filter(|id| id.starts_with("hops")).collect()
    };
    assert!(shown(&run).is_empty(), "nothing to compare before the run");
    while !run.progress().finished() {
        run.step();
        assert_eq!(shown(&run), ["hops-1", "hops-3", "hops-4"], "in ascending order, with the main number");
    }
    let output = run.output();
    let mut rows = output.tables[0].rows.chunks(3);
    for (hops, title) in [(1, "1 hop: "), (3, "3 hops: "), (4, "4 hops: ")] {
        let alone = LiveTracking::finished(&format!("{SHORT}&hops={hops}"), 5).output();
        let figure = output.figures.iter().find(|figure| figure.id == format!("hops-{hops}")).expect("a figure");
        assert!(figure.title.english().starts_with(title), "{}", figure.title.english());
        let headline = &alone.figures[0];
        assert_eq!(headline.id, "accuracy");
        assert_eq!(figure.series.len(), 3, "a curve for each distribution");
        assert_eq!(json(&figure.series), json(&headline.series), "{hops} hops");
        assert_eq!(json(&figure.groups), json(&output.figures[0].groups), "colours as in the headline");
        assert_eq!(json(&figure.marks), json(&headline.marks), "the level of guessing");
        assert_eq!(json(&rows.next()), json(&Some(&alone.tables[0].rows)), "{hops} hops");
    }
    assert!(rows.next().is_none());
}

#[test]
fn uniform_training_keeps_up_with_one_or_two_hops_and_lies_flat_from_three_on() {
    let preset = super::words::INFO.presets.iter().find(|preset| preset.query.contains("also-hops")).expect("a preset");
    // Of the preset's networks only a few are trained, to save time.
    let run = LiveTracking::finished(&format!("{}&networks=5", preset.query), 1);
    let hops: Vec<usize> = run.by_hops().iter().map(|race| race.hops()).collect();
    assert_eq!(hops, [1, 2, 3, 4]);
    for live in run.by_hops() {
        let median = |i: usize| live.race().quantile(i, 0.5).expect("networks");
        let (hops, uniform, power) = (live.hops(), median(0), median(1));
        let figure = live.hops_figure();
        let last = |i: usize| *figure.series[i].y.last().expect("a point");
        assert!(matches!(power, Time::At(_)) && last(1) > 0.9, "{hops} hops: {power:?}");
        if hops < 3 {
            assert!(uniform.seen() <= power.seen() && last(0) > 0.9, "{hops} hops: {uniform:?} and {power:?}");
        } else {
            assert!(matches!(uniform, Time::After(_)) && last(0) < 0.3, "{hops} hops: {uniform:?}, {}", last(0));
        }
    }
}

#[test]
fn the_networks_of_every_number_of_hops_must_fit_into_memory() {
    // The transformer has a vector for each place, so the networks for more hops are a little larger.
    let query = "network=transformer&width=64&exponents=0,1,1.25,1.5,2&networks=43&hops=1";
    LiveTracking::started(query, 1);
    let message = LiveTracking::refused(&format!("{query}&also-hops=6"));
    assert!(message.contains("`networks` cannot be `43`") && message.contains("at most 42"), "{message}");
}

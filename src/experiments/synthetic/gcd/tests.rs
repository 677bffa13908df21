//! Tests of `gcd`.

use std::slice;

use super::CommonDivisors;
use super::run::{Seen, marks, primes};
use super::verdicts::{accuracy_verdict, agreement_verdict, rule_verdict};
use crate::kit::Experiment;
use crate::kit::legs::Carried;
use crate::kit::testing::Tested;
use crate::output::Cell;
use crate::sim::gcd::{DIVISORS, Divisor, Tested as Results};
use crate::theory::gcd::{learned, masses, predicted};

/// A setting that runs within seconds.
const QUICK: &str = "base=6&largest=46655&width=16&samples=25000&networks=2&rate=0.01&compare=nothing";

#[test]
fn networks_learn_divisors_of_powers_of_the_base() {
    let run = CommonDivisors::finished("base=6&largest=46655&samples=150000&networks=2&compare=nothing", 1);
    let allowed = learned(6, 100);
    for seen in run.last(0).expect("networks") {
        let known = seen.known();
        assert!(known.len() >= 4 && known.starts_with(&[1, 2, 3]), "{known:?}");
        assert!(known.iter().all(|divisor| allowed.contains(divisor)), "{known:?}");
    }
    for id in ["set", "accuracy", "ceiling-network"] {
        let verdict = run.verdict(id);
        assert_eq!(verdict.agrees, Some(true), "{verdict:?}");
    }
}

#[test]
fn the_table_of_divisors_tells_when_and_by_how_many_networks_each_is_known() {
    let run = CommonDivisors::finished(QUICK, 1);
    let table = run.tables().into_iter().find(|table| table.id == "divisors").expect("a table");
    for row in &table.rows {
        let number = |column: usize| match row[column] {
            Cell::Number(x) => x,
            Cell::Text(_) => panic!("column {column} has numbers"),
        };
        let divisor = number(0) as u32;
        let knows = |mark: usize| run.found[0][mark].iter().filter(|seen| seen.knows(divisor)).count();
        assert_eq!(number(5), knows(run.marks.len() - 1) as f64, "networks that know {divisor} at the end");
        let first = (0..run.marks.len()).find(|mark| knows(*mark) > 0).map_or(f64::NAN, |mark| run.samples(mark));
        assert!(number(3) == first || number(3).is_nan() && first.is_nan(), "{divisor}: {}, not {first}", number(3));
        assert!(number(4).is_nan() || number(4) >= first, "{divisor}: all not before the first");
    }
    assert!(table.rows.len() >= learned(6, 100).len(), "all that theory allows");
}

#[test]
fn the_accuracy_of_a_wrong_set_is_refuted() {
    let run = CommonDivisors::finished(QUICK, 1);
    let seen = run.last(0).expect("networks");
    let known: Vec<Vec<u32>> = seen.iter().map(Seen::known).collect();
    assert_eq!(accuracy_verdict(seen, &known).agrees, Some(true), "{known:?}");
    for wrong in [5, 7] {
        let more: Vec<Vec<u32>> = known.iter().map(|set| [set.as_slice(), &[wrong; 6]].concat()).collect();
        assert_eq!(accuracy_verdict(seen, &more).agrees, Some(false), "with {wrong}");
    }
    let less: Vec<Vec<u32>> = known.iter().map(|_| vec![1]).collect();
    assert_eq!(accuracy_verdict(seen, &less).agrees, Some(false), "with 1 only");
}

#[test]
fn a_run_stops_when_enough_divisors_are_known() {
    let run = CommonDivisors::finished(&format!("{QUICK}&divisors=2"), 1);
    let whole = CommonDivisors::finished(&format!("{QUICK}&divisors=0"), 1);
    let reached = run.found[0].len();
    assert!(run.stopped && reached < whole.found[0].len(), "{reached} checkpoints");
    assert_eq!(whole.found[0].len(), whole.marks.len());
    let known = |run: &CommonDivisors, mark: usize| -> Vec<_> { run.found[0][mark].iter().map(Seen::known).collect() };
    assert!(known(&run, reached - 1).iter().all(|known| known.len() >= 2));
    assert!((0..reached - 1).all(|mark| known(&run, mark).iter().any(|known| known.len() < 2)), "it stops at once");
    assert!((0..reached).all(|mark| known(&run, mark) == known(&whole, mark)), "nothing else changes");
    assert!(run.output().answer.expect("an answer").text.english().contains("pairs"));
}

/// A network that gives one answer for each true divisor: `answer` of it.
fn doctored(answer: impl Fn(u32) -> u32) -> Seen {
    let divisors: Vec<_> = (1..=DIVISORS as u32)
        .zip(masses(46_655))
        .map(|(d, natural)| Divisor {
            right: f64::from(u8::from(answer(d) == d)),
            usual: answer(d),
            agree: 1.0,
            natural,
        })
        .collect();
    let accuracy = divisors.iter().map(|divisor| divisor.natural * divisor.right).sum();
    Seen::of(Results { accuracy, divisors }, false)
}

/// A run that has ended, with two networks of each kind that give the answers of these functions.
fn ended(query: &str, answers: &[fn(u32) -> u32]) -> CommonDivisors {
    let mut run = CommonDivisors::started(query, 1);
    assert_eq!(run.kinds.len(), answers.len());
    run.found = answers.iter().map(|answer| vec![vec![doctored(answer), doctored(answer)]]).collect();
    run.done = run.total();
    run
}

/// What a network answers that knows all products of 2 and 3.
fn of_six(divisor: u32) -> u32 {
    predicted(&learned(6, 100), divisor)
}

#[test]
fn a_network_does_not_know_what_it_says_for_everything() {
    for constant in [2, 66, 100] {
        assert!(doctored(|_| constant).known().is_empty(), "{constant}");
    }
    assert_eq!(doctored(|_| 1).known(), [1]);
    assert_eq!(doctored(of_six).known(), learned(6, 100));
    let hasty = doctored(|d| if d == 30 { 60 } else { predicted(&learned(30, 100), d) });
    assert!(!hasty.knows(60) && !hasty.knows(30) && hasty.knows(90), "60 is the answer for 30");
    for query in [QUICK, "base=30&networks=2", "base=1000&networks=2"] {
        let mut run = CommonDivisors::started(query, 1);
        run.marks = vec![1];
        run.step();
        assert!(!run.last(0).expect("networks").iter().any(Seen::knows_more), "{query}");
    }
}

#[test]
fn networks_that_know_nothing_decide_nothing() {
    for constant in [(|_| 1) as fn(u32) -> u32, |_| 66] {
        let run = ended("base=6&largest=46655&real=0.5", &[constant; 3]);
        for verdict in run.output().verdicts {
            assert!(verdict.agrees.is_none() && !verdict.note.is_empty(), "{verdict:?}");
        }
        let run = ended("base=6&largest=46655&compare=nothing", &[constant]);
        assert_eq!(run.verdict("ceiling-network").agrees, None);
    }
    for query in ["samples=10000&networks=2", "base=1000&largest=999999&samples=10000&networks=2"] {
        let mut run = CommonDivisors::started(query, 1);
        run.marks = vec![1];
        while !run.progress().finished() {
            run.step();
        }
        for verdict in run.output().verdicts {
            assert!(verdict.agrees.is_none() && !verdict.note.is_empty(), "{query}: {verdict:?}");
        }
    }
}

#[test]
fn verdicts_on_data_need_networks_that_pass_the_plateau() {
    let of_two: fn(u32) -> u32 = |d| predicted(&[1, 2], d);
    let more: fn(u32) -> u32 = |d| predicted(&[1, 2, 3, 4], d);
    let one: fn(u32) -> u32 = |_| 1;
    let query = "base=6&largest=46655&limit=2";
    for (query, answers, want) in [
        (query.to_owned(), [of_six, of_six, of_two], [Some(true), Some(true)]),
        (query.to_owned(), [of_six, of_two, of_two], [Some(true), None]),
        (query.to_owned(), [of_two, of_six, of_two], [None, None]),
        (query.to_owned(), [of_six, of_six, one], [None, Some(true)]),
        (query.to_owned(), [of_six, of_six, more], [Some(false), Some(true)]),
        (format!("{query}&real=0"), [of_six, of_six, of_two], [Some(true), None]),
        (format!("{query}&real=1"), [of_six, of_six, of_two], [Some(true), None]),
        ("base=6&largest=46655&limit=96".to_owned(), [of_six; 3], [None, None]),
    ] {
        let run = ended(&query, &answers);
        let [stays, recovers] = ["plateau", "recovery"].map(|id| run.verdict(id));
        assert_eq!([stays.agrees, recovers.agrees], want, "{stays:?} {recovers:?}");
    }
}

#[test]
fn what_theory_forbids_is_refuted() {
    let query = "base=6&largest=46655&compare=nothing";
    let run = ended(query, &[of_six]);
    for id in ["set", "rule", "agreement", "accuracy", "ceiling-network"] {
        assert_eq!(run.verdict(id).agrees, Some(true), "{id}");
    }
    let run = ended(query, &[|d| d]);
    assert_eq!(["set", "ceiling-network"].map(|id| run.verdict(id).agrees), [Some(false); 2]);
    let run = ended(query, &[|d| predicted(&[1, 2, 3], d)]);
    assert_eq!(["set", "ceiling-network"].map(|id| run.verdict(id).agrees), [None, Some(true)], "chance gives 2 and 3");
    let lowest = |d: u32| {
        if of_six(d) == d {
            d
        } else if d.is_multiple_of(2) {
            2
        } else {
            1
        }
    };
    let hasty = |d: u32| if d == 18 { 36 } else { of_six(d) };
    assert_eq!(rule_verdict(&[doctored(hasty)]).agrees, Some(true), "36 is just being learned");
    assert_eq!(rule_verdict(&[doctored(lowest)]).agrees, Some(false), "not the largest");
    let mut unsure = doctored(of_six);
    unsure.tested.divisors.iter_mut().for_each(|divisor| divisor.agree = 0.6);
    assert_eq!(agreement_verdict(slice::from_ref(&unsure)).agrees, Some(false));
    assert_eq!(rule_verdict(&[unsure]).agrees, None, "nothing is clear");
}

#[test]
fn an_accuracy_is_compared_with_the_share_of_its_own_test_pairs() {
    // By chance, many test pairs have the divisor 1 and none has 7.
    let mut lucky = doctored(of_six);
    let moved = lucky.tested.divisors[6].natural;
    lucky.tested.divisors[0].natural += moved;
    lucky.tested.divisors[6].natural = 0.0;
    lucky.tested.accuracy += moved;
    let verdict = accuracy_verdict(slice::from_ref(&lucky), &[lucky.known()]);
    let [lo, hi] = verdict.interval.expect("an interval");
    assert!(moved > 0.01 && hi - lo < 1e-6, "chance has no part in it: {verdict:?}");
    assert!((verdict.theory.expect("a share") - verdict.measured).abs() < 1e-9, "{verdict:?}");
    assert_eq!(verdict.agrees, Some(true));
}

#[test]
fn what_holds_on_plateaus_is_not_refuted_during_a_jump() {
    let lowest: fn(u32) -> u32 = |d| if of_six(d) == d { d } else { 2 - d % 2 };
    let query = "base=6&largest=46655&compare=nothing";
    for (before, want) in [(lowest, Some(false)), (of_six as fn(u32) -> u32, None)] {
        let mut run = ended(query, &[lowest]);
        run.found[0].insert(0, vec![doctored(before), doctored(before)]);
        assert_eq!(run.verdict("rule").agrees, want, "{:?}", run.verdict("rule"));
    }
}

#[test]
fn an_accuracy_with_partly_known_divisors_cannot_tell() {
    let mut partly = doctored(of_six);
    partly.tested.divisors[7].right = 0.6;
    let verdict = accuracy_verdict(slice::from_ref(&partly), &[partly.known()]);
    assert!(verdict.resolution < 0.02 && verdict.agrees == Some(true), "{verdict:?}");
    partly.tested.divisors[1].right = 0.6;
    let verdict = accuracy_verdict(slice::from_ref(&partly), &[partly.known()]);
    assert!(verdict.resolution > 0.02 && verdict.agrees.is_none(), "{verdict:?}");
}

#[test]
fn a_comparison_of_laws_waits_for_both_kinds() {
    let more: fn(u32) -> u32 = |d| predicted(&[1, 2], d);
    for (query, want) in [("compare=operands", false), ("compare=outcomes", false), ("compare=nothing", true)] {
        let answers = if want { vec![of_six as fn(u32) -> u32] } else { vec![of_six, more] };
        assert_eq!(ended(&format!("{query}&divisors=5"), &answers).knows_enough(), want, "{query}");
        assert!(ended(&format!("{query}&divisors=2"), &answers).knows_enough(), "{query}");
    }
}

#[test]
fn networks_that_diverge_are_told() {
    let run = CommonDivisors::finished("base=2&samples=10000&networks=2&compare=nothing&rate=10", 1);
    let (diverged, samples) = run.diverged().expect("diverged networks");
    assert_eq!(diverged, 2);
    let answer = run.output().answer.expect("an answer").text.english();
    assert!(answer.contains("2 of 2 networks diverged") && answer.contains("learning rate 10"), "{answer}");
    let accuracies = |mark: usize| run.found[0][mark].iter().map(|seen| seen.tested.accuracy).collect::<Vec<_>>();
    let first = run.marks.iter().position(|steps| f64::from(steps * 256) == samples).expect("a checkpoint");
    for mark in first..run.marks.len() {
        assert_eq!(accuracies(mark), accuracies(first), "frozen");
    }
    let output = run.output();
    for verdict in &output.verdicts {
        assert!(verdict.agrees.is_none() && verdict.said().contains("diverged"), "{verdict:?}");
        assert_eq!(verdict.note.len(), 1, "{verdict:?}");
    }
    for series in output.figures.iter().flat_map(|figure| &figure.series) {
        assert!(series.y.iter().all(|y| y.is_finite()), "{}", series.id);
    }
}

#[test]
fn synthetic_pairs_stop_and_real_pairs_go_on() {
    let run = CommonDivisors::finished("base=6&largest=46655&samples=200000&networks=1&limit=2&real=0.5&divisors=0", 1);
    let [stays, recovers] = ["plateau", "recovery"].map(|id| run.verdict(id));
    assert_eq!((stays.agrees, recovers.agrees), (Some(true), Some(true)), "{stays:?} {recovers:?}");
    let synthetic = &run.last(2).expect("networks")[0];
    assert!(synthetic.known().iter().all(|divisor| *divisor <= 2), "{:?}", synthetic.known());
}

#[test]
fn levels_are_those_of_the_divisors_that_a_base_can_show() {
    let of = |query: &str, kind: usize| CommonDivisors::started(query, 1).kinds[kind].ceiling();
    let sum = |set: &[u32]| set.iter().map(|k| 0.607_927_101_854_027 / f64::from(k * k)).sum::<f64>();
    for (query, kind, want) in [
        ("", 0, sum(&[1]) * (4.0 / 3.0) * (9.0 / 8.0) * (25.0 / 24.0)),
        ("", 2, sum(&[1, 2, 3, 4, 5])),
        ("base=2", 2, sum(&[1, 2, 4])),
        ("limit=1", 2, sum(&[1])),
        ("base=31&compare=nothing", 0, sum(&[1]) * (961.0 / 960.0)),
        ("compare=base", 2, sum(&[1]) * (4.0 / 3.0) * (25.0 / 24.0)),
    ] {
        let found = of(query, kind);
        assert!((found - want).abs() < 1e-12, "{query}, kind {kind}: {found}, not {want}");
    }
}

#[test]
fn the_handle_of_the_limit_stands_on_its_curve() {
    for (query, limit) in [("", 5), ("limit=1", 1), ("limit=100&base=2", 100), ("limit=7&base=1000", 7)] {
        let run = CommonDivisors::started(query, 1);
        let figure = run.output().figures.into_iter().find(|figure| figure.id == "plateaus").expect("a figure");
        let mark = &figure.marks[figure.handles[0].mark];
        assert_eq!(mark.x, Some(f64::from(limit)), "{query}");
        let y = mark.y.expect("a height");
        assert!((y - (1.0 - run.kinds[2].ceiling())).abs() < 1e-12, "{query}: {y}");
    }
}

#[test]
fn other_bases_stand_beside_the_chosen_one_once() {
    let bases = |query: &str| -> Vec<(u32, u32)> {
        let run = CommonDivisors::started(query, 1);
        run.kinds.iter().map(|kind| (kind.setting.base, kind.setting.largest)).collect()
    };
    let beside = [(6, 279_935), (10, 999_999), (31, 923_520)];
    assert_eq!(bases("compare=base"), [&[(30, 809_999)], &beside[..]].concat());
    assert_eq!(
        bases("compare=base&base=10&largest=5000&bases=10,1000,10,2"),
        [(10, 5000), (1000, 999_999), (2, 524_287)]
    );
}

#[test]
fn cells_fill_as_divisors_are_known() {
    let cells = |run: &CommonDivisors| run.picture().expect("a picture").rows[0].values[0].clone();
    assert!(cells(&CommonDivisors::started(QUICK, 1)).iter().all(|cell| *cell == 0.0));
    let run = CommonDivisors::finished(QUICK, 1);
    let (seen, allowed) = (run.last(0).expect("networks"), learned(6, 100));
    let known = |divisor: &u32| seen.iter().filter(|seen| seen.knows(*divisor)).count() as f64 / 2.0;
    assert_eq!(cells(&run), allowed.iter().map(known).collect::<Vec<_>>());
    assert_eq!(cells(&run)[0], 1.0, "all know 1");
    let rows = CommonDivisors::started("compare=base&bases=2,3,5,7,11,13", 1).picture().expect("a picture");
    assert_eq!((rows.rows.len(), rows.left_out.len()), (5, 2));
}

#[test]
fn values_that_do_not_fit_are_refused() {
    for (query, said) in [
        ("width=40", "multiple of 16"),
        ("batch=66", "multiple of 4"),
        ("bases=6,10.5", "whole numbers"),
        ("bases=30&compare=base", "other than the chosen one"),
        ("bases=6,6&base=6&compare=base", "other than the chosen one"),
        ("base=1", "2"),
        ("base=1001", "1000"),
        ("base=2.5", "whole"),
        ("largest=999", "1000"),
        ("largest=1000001", "1000000"),
        ("width=8", "16"),
        ("width=144", "128"),
        ("batch=32", "64"),
        ("networks=0", "1"),
        ("networks=9", "8"),
        ("rate=0", "0.00001"),
        ("rate=NaN", "10"),
        ("decay=-1", "0"),
        ("real=1.5", "1"),
        ("even=-0.1", "0"),
        ("limit=0", "1"),
        ("limit=101", "100"),
        ("samples=9999", "10000"),
        ("divisors=101", "100"),
        ("bases=1", "2"),
        ("compare=all", "operands"),
    ] {
        let error = CommonDivisors::refused(query);
        let name = query.split('=').next().expect("a name");
        assert!(error.contains(&format!("`{name}`")) && error.contains(said), "{query}: {error}");
    }
}

#[test]
fn checkpoints_grow_and_end_with_the_training() {
    for (samples, batch) in [(10_000, 64), (10_000, 512), (820_000, 256), (4_000_000, 64)] {
        let marks = marks(samples, batch);
        assert!(marks.windows(2).all(|pair| pair[0] < pair[1]), "{marks:?}");
        assert!(marks.len() <= 30 && marks[0] >= 1 && marks[0] * batch <= 1600, "{marks:?}");
        assert_eq!(marks.last(), Some(&(samples / batch)));
    }
}

#[test]
fn a_call_that_failed_is_made_good() {
    let query = "base=6&largest=46655&width=16&samples=10000&networks=1";
    let mut run = CommonDivisors::started(query, 1);
    let whole = CommonDivisors::finished(query, 1);
    while !run.progress().finished() {
        // The state is lost, as after a call that was cancelled.
        run.lanes.iter_mut().for_each(|lanes| *lanes = Carried::default());
        run.step();
    }
    let seen = |run: &CommonDivisors| format!("{:?}", run.found);
    assert_eq!(seen(&run), seen(&whole), "the networks start over and find the same");
}

#[test]
fn primes_of_a_base() {
    for (base, want) in [(2, vec![2]), (30, vec![2, 3, 5]), (997, vec![997]), (1000, vec![2, 5])] {
        assert_eq!(primes(base), want);
    }
}

#[test]
fn every_extreme_shows_theory() {
    for query in [
        "base=2&largest=1000&compare=base&bases=1000,997,2",
        "base=1000&largest=1000&real=0&limit=1",
        "base=997&real=1&limit=100",
        "compare=outcomes&even=1",
        "compare=operands&samples=10000&batch=512",
    ] {
        let output = CommonDivisors::started(query, 1).output();
        for series in output.figures.iter().flat_map(|figure| &figure.series) {
            assert!(!series.y.is_empty() && series.y.iter().all(|y| y.is_finite()), "{query}: {}", series.id);
        }
    }
}

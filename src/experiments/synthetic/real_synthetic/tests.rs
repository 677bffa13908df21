//! Tests of `real-synthetic`.

use super::run::{edges, slopes};
use super::{Params, RealSynthetic};
use crate::kit::Experiment;
use crate::kit::testing::Tested;
use crate::math::{self, Z999};
use crate::output::Cell;
use crate::stats::{mean_and_error, slope_weights, student};

#[test]
fn simulated_errors_are_the_exact_sum() {
    for (query, seed) in [
        ("facts=20000&samples=300000&cut=30&real=0.03", 1),
        ("facts=1000&samples=30000&cut=1&real=0.1", 2),
        ("facts=1000&samples=30000&cut=1000", 3),
        ("facts=1000&samples=30000&real=0&cut=10", 4),
        ("facts=1000&samples=30000&real=1&cut=10", 5),
        ("facts=5000&samples=30000&exponent=1.05&cut=100", 6),
        ("facts=5000&samples=100000&exponent=3&cut=5", 7),
        ("facts=3000&samples=30000&generator=temperature&temperature=0.5", 8),
        ("facts=3000&samples=30000&generator=sample&seen=300", 9),
        ("facts=3000&samples=30000&cut=30&unseen-exponent=0.4", 10),
        ("facts=3000&samples=30000&cut=30&unseen-exponent=0.2&seen-error=0.5&seen-exponent=0.7", 11),
    ] {
        let run = RealSynthetic::finished(&format!("runs=64&{query}"), seed);
        let exact = run.exact();
        let mut told = 0;
        for (mark, exact) in exact.into_iter().enumerate() {
            let (mean, error) = run.mean(mark);
            // What no run changes has no error to compare with: only the facts that cannot be learned are left.
            if error < 1e-9 * mean {
                assert!((mean - exact).abs() < 0.01 * exact, "{query}: {mean} against {exact}");
                continue;
            }
            told += 1;
            // Rare facts are seen by few runs, so the last digits are not normal.
            assert!((mean - exact).abs() < 4.0 * error + 1e-6, "{query}, mark {mark}: {mean}, {exact}, {error}");
        }
        assert!(told > 10, "{query}: {told} checkpoints");
    }
}

#[test]
fn head_and_tail_are_measured_separately() {
    for query in ["", "&unseen-exponent=0.3&seen-error=0.4"] {
        let run = RealSynthetic::finished(&format!("runs=64&facts=20000&samples=100000&cut=30&real=0.03{query}"), 2);
        for mark in [8, 16, run.marks.len() - 1] {
            let exact = run.parts(f64::from(run.marks[mark]));
            for part in 0..2 {
                let values: Vec<f64> = run.found[mark].iter().map(|parts| parts[part]).collect();
                let (mean, error) = mean_and_error(&values);
                assert!(
                    (mean - exact[part]).abs() < 4.0 * error + 1e-6,
                    "{query} {mark} {part}: {mean} {}",
                    exact[part]
                );
            }
            let sum = exact[0] + exact[1];
            assert!((sum / run.exact()[mark] - 1.0).abs() < 1e-9, "{query}: {sum}");
        }
    }
}

#[test]
fn three_phases_are_measured() {
    let run = RealSynthetic::finished("facts=100000&samples=3000000", 1);
    for verdict in run.output().verdicts {
        assert_eq!(verdict.agrees, Some(true), "{verdict:?}");
    }
    let [begins, ends] = ["plateau-begins", "plateau-ends"].map(|id| run.verdict(id));
    let continuous = run.mixture.plateau().map(|edge| edge.expect("an edge"));
    for (verdict, edge) in [begins, ends].iter().zip(continuous) {
        let off = math::ln(verdict.theory.expect("theory") / edge);
        assert!(off.abs() < 0.03, "{off} {verdict:?} {edge}");
    }
}

#[test]
fn runs_that_are_alike_do_not_contradict_theory() {
    for query in [
        "facts=20000&samples=300000&cut=10&real=0",
        "facts=20000&samples=300000&cut=1&real=0.0001",
        "facts=20000&samples=300000&cut=30&real=0.0001",
        "facts=10&samples=300000&cut=2&real=0.0001&exponent=4",
        "facts=10&samples=1000&cut=10",
        "facts=2000&samples=1000000&cut=1000&real=0",
    ] {
        let mut agreed = 0;
        for seed in 1..=6 {
            let verdicts = RealSynthetic::finished(&format!("runs=16&{query}"), seed).output().verdicts;
            agreed += verdicts.iter().filter(|verdict| verdict.agrees == Some(true)).count();
            assert!(verdicts.iter().all(|verdict| verdict.agrees != Some(false)), "{query}, seed {seed}: {verdicts:?}");
        }
        assert!(agreed > 0, "{query}: no verdict decides");
    }
}

#[test]
fn verdicts_compare_with_the_right_numbers() {
    let run = RealSynthetic::started("", 1);
    // The power law has the slope -1/3. Each range keeps away from the plateau, which is flatter.
    for (id, off) in [("slope-first", 0.015), ("slope-third", 0.003)] {
        let theory = run.verdict(id).theory.expect("a slope");
        assert!((theory + 1.0 / 3.0).abs() < off, "{id}: {theory}");
    }
    // The printed numbers k^beta and k^beta/pi are the rivals.
    let run = RealSynthetic::finished("facts=20000&samples=300000&cut=25&real=0.05&runs=8", 1);
    let Some(table) = run.output().tables.into_iter().find(|table| table.id == "breaks") else { panic!("no table") };
    for (i, (id, printed)) in [("plateau-begins", 125.0), ("plateau-ends", 2500.0)].into_iter().enumerate() {
        let verdict = run.verdict(id);
        assert!((verdict.null.expect("a rival") / printed - 1.0).abs() < 1e-12, "{verdict:?}");
        let Some(Cell::Number(measured)) = table.rows[i].last() else { panic!("{:?}", table.rows) };
        assert!((measured / verdict.measured - 1.0).abs() < 1e-12, "{measured}: {verdict:?}");
    }
}

#[test]
fn the_handle_of_the_share_stays_on_its_axis() {
    for (query, place) in [("real=0", 1e-4), ("real=0.00001", 1e-4), ("real=0.02", 0.02)] {
        let run = RealSynthetic::started(query, 1);
        let figure = run.output().figures.into_iter().find(|figure| figure.id == "bought").expect("a figure");
        assert_eq!(figure.handles.len(), 1, "{query}");
        assert_eq!(figure.marks.last().and_then(|mark| mark.x), Some(place), "{query}");
    }
}

#[test]
fn the_variance_is_a_sum_over_facts() {
    for query in [
        "cut=30&real=0.03",
        "cut=5&exponent=4&real=0.2&unseen-exponent=2&seen-error=0.7&seen-exponent=1.5",
        "generator=sample&seen=100&unseen-exponent=0.3",
    ] {
        let run = RealSynthetic::started(&format!("facts=3000&samples=30000&{query}"), 1);
        let Params { unseen_exponent, seen_error, seen_exponent, .. } = run.params;
        for mark in [0, 12, run.marks.len() - 1] {
            let mut sums = [0.0; 2];
            for i in 1..=3000_u32 {
                let power = |exponent: f64| math::pow(f64::from(i), -exponent);
                let lost = run.knowledge.mass(i) * (power(unseen_exponent) - seen_error * power(seen_exponent));
                let missed = math::pow(1.0 - run.mixture.training(i), f64::from(run.marks[mark]));
                sums[usize::from(i > run.mixture.rank())] += lost * lost * missed * (1.0 - missed);
            }
            for (found, sum) in run.variance(mark).into_iter().zip(sums) {
                assert!((found - sum).abs() < 1e-9 * sum + 1e-15, "{query}, mark {mark}: {found}, not {sum}");
            }
        }
    }
}

#[test]
fn a_slope_is_never_surer_than_chance_allows() {
    let mut bound = 0;
    for seed in 1..=20 {
        let run = RealSynthetic::finished("facts=2000&samples=2000&cut=30&real=0.03&runs=6", seed);
        let [lo, hi] = run.verdict("slope-first").interval.expect("an interval");
        let last = run.mixture.phases().expect("phases").breaks[0] / 4.0;
        let marks: Vec<usize> =
            (0..run.marks.len()).filter(|mark| (30.0..=last).contains(&f64::from(run.marks[*mark]))).collect();
        let logs: Vec<f64> = marks.iter().map(|mark| math::ln(f64::from(run.marks[*mark]))).collect();
        let parts = slope_weights(&logs).into_iter().zip(&marks).map(|(w, mark)| {
            let part = w / run.mean(*mark).0;
            part * part * run.variance(*mark).iter().sum::<f64>()
        });
        // The standard error of independent errors with the exact variance, for 6 runs.
        let least = student(Z999, 5.0) * (parts.sum::<f64>() / 6.0).sqrt();
        let half = 0.5 * (hi - lo);
        assert!(half > least * (1.0 - 1e-9), "seed {seed}: {half} is below {least}");
        bound += u32::from(half < least * (1.0 + 1e-9));
    }
    assert!(bound > 0, "the bound decides for no seed");
}

#[test]
fn edges_on_the_fine_curve_are_those_of_theory() {
    for query in ["", "cut=1000", "exponent=2&cut=50&real=0.001", "real=0.003&cut=30"] {
        let run = RealSynthetic::started(query, 1);
        let [ours, theory] = [run.plateau.expect("a plateau"), run.mixture.plateau()];
        for (ours, theory) in ours.iter().zip(theory) {
            let (ours, theory) = (ours.expect("an edge"), theory.expect("an edge"));
            assert!(math::ln(ours / theory).abs() < 0.01, "{query}: {ours} against {theory}");
        }
    }
    assert_eq!(RealSynthetic::started("real=0.3", 1).plateau, None);
    assert_eq!(RealSynthetic::started("cut=1000000", 1).plateau, None);
    assert!(matches!(RealSynthetic::started("real=0", 1).plateau, Some([Some(_), None])));
}

#[test]
fn an_edge_lies_where_the_slope_is_half() {
    // Slopes -1, 0, -1 around a flat middle.
    let samples: Vec<f64> = (0..9).map(|i| math::exp(f64::from(i))).collect();
    let errors: Vec<f64> = [6.0, 5.0, 4.0, 3.0, 3.0, 3.0, 2.0, 1.0, 0.0].into_iter().map(math::exp).collect();
    let [begin, end] = edges(&slopes(&samples, &errors, 1), -0.5, [math::exp(2.0), math::exp(6.0)]).expect("a plateau");
    // Slopes are known at half steps: -1 at 2.5 and 0 at 3.5, and 0 at 4.5 and -1 at 5.5.
    assert!(
        (math::ln(begin.expect("begins")) - 3.0).abs() < 1e-12 && (math::ln(end.expect("ends")) - 5.0).abs() < 1e-12
    );
    assert_eq!(edges(&slopes(&samples, &errors, 1), -0.5, [math::exp(6.0), math::exp(8.0)]), None, "steep there");
    let early = edges(&slopes(&samples[3..6], &errors[3..6], 1), -0.5, [1.0, math::exp(9.0)]);
    assert_eq!(early, Some([None, None]), "the edges lie outside");
}

#[test]
fn answers_name_the_phases() {
    let of = |run: &RealSynthetic| run.output().answer.expect("an answer").text.english();
    for (query, said) in [
        ("", "Theory: with 1% real data the error stops falling after about"),
        ("real=0.1", "Theory: with 10% real data the plateau almost vanishes"),
        ("real=0.4", "no plateau shows"),
        ("real=0", "Theory: without real data the error stops falling after about"),
        ("cut=1000000", "Theory: these synthetic data leave out nothing"),
        ("real=1", "Theory: all data are real"),
        ("samples=50000", "samples hold too few real ones"),
        ("samples=1000&cut=1000", "no plateau shows"),
        ("generator=temperature", "show rare facts too seldom"),
        ("cut=1", "from the start"),
        ("facts=10&cut=5&samples=30000", "because all facts that the learner can learn are known"),
    ] {
        let answer = of(&RealSynthetic::started(query, 1));
        assert!(answer.contains(said), "{query}: {answer}");
    }
    let theory = of(&RealSynthetic::started("", 1));
    for number in ["2,000 samples", "near 0.07469", "about 230,000"] {
        assert!(theory.contains(number), "{number}: {theory}");
    }
    let flattened = of(&RealSynthetic::finished("facts=20000&samples=300000&cut=3&real=0.5&runs=16", 6));
    assert!(flattened.contains("no plateau shows") && !flattened.contains("NaN"), "{flattened}");
    let run = RealSynthetic::finished("facts=100000&samples=1000000&runs=8", 1);
    let (measured, height) = (of(&run), run.verdict("plateau-height").measured);
    assert!(measured.contains(&format!("stays near {height:.5}")), "{height}: {measured}");
    assert!(measured.starts_with("Measured on 8 learners: with 1% real data the error stops"), "{measured}");
}

#[test]
fn a_cut_beyond_all_facts_is_refused() {
    let error = RealSynthetic::refused("facts=1000&cut=1001");
    assert!(error.contains("cut") && error.contains("1001") && error.contains("1,000"), "{error}");
    for bad in ["exponent=1", "real=1.5", "real=-0.1", "real=NaN", "exponent=NaN", "cut=0", "samples=0", "facts=1e9"] {
        let error = RealSynthetic::refused(bad);
        assert!(error.contains(bad.split('=').next().expect("a name")), "{bad}: {error}");
    }
}

#[test]
fn every_extreme_shows_a_curve() {
    for query in [
        "exponent=1.05&cut=1&real=0",
        "exponent=4&facts=10&cut=10&samples=1000",
        "exponent=4&cut=1000000&real=0.0001",
        "exponent=4&cut=1&real=0.5",
        "facts=10&cut=1&samples=1000&real=1",
        "generator=temperature&temperature=0.3&exponent=1.05",
        "generator=sample&seen=10",
        "generator=sample&seen=100000000&exponent=1.05",
        "unseen-exponent=2&seen-error=1&seen-exponent=0",
    ] {
        let run = RealSynthetic::started(query, 1);
        for figure in run.output().figures {
            for series in &figure.series {
                assert!(!series.y.is_empty(), "{query}: {} {}", figure.id, series.id);
                assert!(series.y.iter().all(|y| y.is_finite()), "{query}: {} {}", figure.id, series.id);
            }
        }
    }
}

#[test]
fn checkpoints_grow_and_end_with_the_training() {
    for samples in [1000, 1334, 10_000_000] {
        let run = RealSynthetic::started(&format!("samples={samples}"), 1);
        assert!(run.marks.windows(2).all(|pair| pair[0] < pair[1]) && run.marks.last() == Some(&samples));
        assert_eq!(run.marks[0], 10);
    }
}

#[test]
fn a_call_that_failed_is_made_good() {
    let mut run = RealSynthetic::started("facts=500&samples=2000&runs=4&cut=10", 1);
    let whole = RealSynthetic::finished("facts=500&samples=2000&runs=4&cut=10", 1);
    while !run.progress().finished() {
        // The state is lost, as after a call that was cancelled.
        run.lanes = crate::kit::legs::Carried::default();
        run.step();
    }
    assert_eq!(run.found, whole.found, "the runs start over and find the same");
}

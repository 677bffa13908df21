//! Tests of `multi-epoch`.

use super::claims::AS_PUBLISHED;
use super::run::{Leg, Reuse};
use super::words::INFO;
use super::{MultiEpoch, STEEP, WILD, World};
use crate::exec::Exec;
use crate::experiments::repeats::reuse::{Cell as Risks, Estimate};
use crate::kit::Experiment;
use crate::kit::legs::{Legs, blocks};
use crate::kit::testing::Tested;
use crate::math;
use crate::output::{Cell, Series};
use crate::sim::multi_epoch as sim;
use crate::theory::reuse::Model;

#[test]
fn mean_field_is_as_low_as_the_text_says() {
    let output = MultiEpoch::finished("samples=100,300&epochs=1,8&runs=384", 1).output();
    let rows = &output.tables.iter().find(|table| table.id == "reuse").expect("a table").rows;
    let number = |cell: &Cell| if let Cell::Number(x) = cell { *x } else { f64::NAN };
    for (row, low) in rows.iter().zip([26.0, 14.0, 10.0, 5.0]) {
        let [measured, theory] = [3, 4].map(|k| number(&row[k]));
        // A mean of 384 runs is known to 2 %.
        assert!((100.0 * (1.0 - theory / measured) - low).abs() < 2.0, "{low} % in {row:?}");
    }
    let said = "by 26% at $N = 100$ and 10% at $N = 300$ after one epoch, by 14% and 5% after eight epochs";
    assert!(INFO.model.iter().any(|text| text.contains(said)));
}

#[test]
fn the_answer_says_what_the_most_epochs_are_worth() {
    let said = |run: &MultiEpoch| run.output().answer.expect("an answer").text.english();
    let theory = said(&MultiEpoch::started("", 1));
    assert_eq!(
        theory,
        "By theory, 16 epochs over 100 samples are worth 1.93 epochs of fresh samples, and over 3,000 samples 2.85."
    );
    let run = MultiEpoch::finished("samples=100,400&epochs=1,8&runs=48", 1);
    let last = |size: usize| run.reuse(0, size, &run.one_pass_measured(0)).plateau().expect("measured");
    let answer = run.output().answer.expect("an answer");
    let [less, more] = [last(0), last(1)].map(|worth| crate::text::people(worth.value, 3));
    assert_eq!(
        answer.text.english(),
        format!("8 epochs over 100 samples are worth {less} epochs of fresh samples, and over 400 samples {more}.")
    );
    assert_eq!(answer.facts[1].name.english(), "8 epochs, N = 400");
    let value = answer.facts[1].value.english();
    assert!(value.starts_with(&format!("{more} [")), "{value}");
    assert!(
        said(&MultiEpoch::finished("lr=0.02&samples=50,90&epochs=1,4&runs=48", 1)).starts_with("At learning rate 0.02")
    );
    let alone = said(&MultiEpoch::finished("samples=100&epochs=1,4&runs=48", 1));
    assert!(alone.starts_with("4 epochs over 100 samples are worth "), "{alone}");
    assert!(said(&MultiEpoch::started("schedule=cosine", 1)).starts_with("The runs will show what "));
    let unknown = said(&MultiEpoch::finished("noise=0&samples=1000&epochs=8&runs=8", 1));
    assert_eq!(unknown, "These runs do not show what 8 epochs over 1,000 samples are worth.");
    let exact = said(&MultiEpoch::finished(AS_PUBLISHED, 1));
    assert!(exact.starts_with("200 epochs over 50,000 samples are worth "), "computed, not predicted: {exact}");
    let figures = run.output().figures;
    assert_eq!((&*figures[0].id, figures[0].marks.len()), ("reuse", 1), "the figure shows the answer");
}

#[test]
fn too_many_dense_features_are_refused_in_plain_words() {
    let said = MultiEpoch::refused("features=2000&model=dense");
    let want =
        "parameter `features` cannot be `2000`: it takes a whole number from 1 to 128 for dense features (model=dense)";
    assert!(said.starts_with(want) && said.contains("up to 100000") && said.contains("model=one-hot"), "{said}");
}

#[test]
fn one_epoch_in_order_is_one_pass() {
    // The same samples in the same order, and a mark of fresh samples at each N: E = 1 to rounding.
    let run = MultiEpoch::finished("order=once&samples=64,100&epochs=1,4&runs=8&features=4", 1);
    let one_pass = run.one_pass_measured(0);
    for size in 0..2 {
        let e = run.reuse(0, size, &one_pass).reuse[0].expect("measured").value;
        assert!((e - 1.0).abs() < 1e-6, "N = {}: {e}", run.sizes[size]);
    }
}

#[test]
fn blocks_of_runs_and_early_ends_change_nothing() {
    let (whole, mut parts) = (
        MultiEpoch::finished("samples=50,100&epochs=1,8&runs=9&features=3", 1),
        MultiEpoch::started("samples=50,100&epochs=1,8&runs=9&features=3", 1),
    );
    let mut legs = Legs::default();
    for place in (0..parts.legs.total()).filter_map(|done| parts.legs.after(done)).filter(|place| place.last) {
        blocks(9, 4).for_each(|block| legs.push(Leg { block, ..place.leg }, place.checkpoint + 1));
    }
    parts.legs = legs;
    let exec = Exec::cpu();
    while !parts.progress().finished() {
        pollster::block_on(parts.advance(&exec)).expect("advances");
    }
    let near = |a: &Risks, b: &Risks| (a.mean() - b.mean()).abs() <= 1e-12 * a.mean();
    for (a, b) in
        whole.measured[0].data.iter().flatten().flatten().zip(parts.measured[0].data.iter().flatten().flatten())
    {
        assert!(near(a, b), "{a:?} {b:?}");
    }
    assert!(whole.measured[0].stop.expect("ended") + 1 < whole.fresh.len() - 1, "not all fresh samples were needed");
}

#[test]
fn simulated_reuse_is_theory_s() {
    let run = MultiEpoch::finished("features=4&samples=250,1000,4000&epochs=1,2,4,16,64&runs=128", 1);
    let one_pass = run.one_pass_measured(0);
    for size in 0..3 {
        let found = run.reuse(0, size, &one_pass);
        let expected = run.expected[size].as_ref().expect("cheap");
        for (j, e) in found.reuse.iter().enumerate() {
            let (e, theory) = (e.expect("measured"), expected.reuse[j].expect("exists"));
            let [lo, hi] = e.interval(4.0);
            // Mean field is off by 4% of the risk at d = 5, N = 1000, and as 1/N: E twice as little.
            let slack = 1.0 + 30.0 / f64::from(run.sizes[size]);
            assert!(
                (lo / slack..=hi * slack).contains(&theory),
                "N = {}, K = {}: {e:?} {theory}",
                run.sizes[size],
                run.epochs[j]
            );
        }
    }
    let slope = run.verdict("plateau-slope");
    assert_eq!(slope.agrees, Some(true), "{slope:?}");
    assert!((slope.theory.expect("mean field") - 0.27).abs() < 0.03, "{slope:?}");
    assert_eq!(run.verdict("exact").agrees, Some(true));
    assert_eq!(run.verdict("constant-reuse").agrees, Some(false), "E grows with N");
    let collapse = run.verdict("collapse");
    let (theory, rival) = (collapse.theory.expect("mean field"), collapse.null.expect("a rival"));
    assert!(theory < 0.15 && rival > 2.0 * theory && collapse.agrees != Some(false), "{collapse:?}");
    let few = MultiEpoch::finished("features=4&samples=250,1000&epochs=1,16&runs=16", 1);
    assert_eq!(few.verdict("constant-reuse").agrees, None, "a wide interval that holds 1 cannot tell");
}

#[test]
fn a_decaying_rate_is_compared_with_its_own_theory_or_not_at_all() {
    for schedule in ["cosine", "wsd"] {
        for model in ["features=4&noise=1", "model=one-hot&features=4&noise=0.5&spectrum=power&a=2&b=0.5"] {
            let query = format!("{model}&schedule={schedule}&samples=100,400&runs=128&epochs=");
            let run = MultiEpoch::finished(&format!("{query}1,4"), 1);
            let exact = run.verdict("exact");
            assert_eq!(exact.agrees, Some(true), "{query}: {exact:?}");
            assert!(
                exact.claim.english().contains("one pass over")
                    && exact.claim.english().contains("a decaying learning rate"),
                "{exact:?}"
            );
            // Laws of a constant rate are not held against it.
            let ids: Vec<_> = run.output().verdicts.into_iter().map(|verdict| verdict.id).collect();
            assert_eq!(ids, ["constant-reuse", "exact"], "{query}");
            assert_ne!(run.verdict("constant-reuse").agrees, Some(true), "four epochs are no plateau");
            assert!(run.output().figures.iter().all(|figure| figure.id != "collapse"), "nor drawn in its units");
            let without = MultiEpoch::finished(&format!("{query}2,4"), 1).verdict("exact");
            assert!(without.agrees.is_none() && without.said().starts_with("Not compared"), "{without:?}");
        }
    }
}

#[test]
fn nothing_is_a_plateau_before_it_is_reached() {
    let run = MultiEpoch::finished("samples=100,1000&epochs=1,2&runs=256", 1);
    assert!(!run.settled(1, &run.reuse(0, 1, &run.one_pass_measured(0))), "two epochs");
    for verdict in run.output().verdicts.iter().filter(|v| ["plateau-slope", "collapse"].contains(&&*v.id)) {
        assert!(verdict.agrees.is_none() && verdict.said().contains("more epochs"), "{verdict:?}");
    }
    // By measurement where there is no theory.
    let reuse = |last: f64| {
        let estimate = |value| Some(Estimate { value, error: 0.01 });
        Reuse { best: vec![], reuse: vec![estimate(1.5), estimate(last)] }
    };
    let without = MultiEpoch::started("noise=0&samples=20&epochs=4,8&runs=16", 1);
    assert!(without.settled(0, &reuse(1.6)) && !without.settled(0, &reuse(2.5)));
}

#[test]
fn below_single_precision_there_is_no_e_and_no_verdict() {
    let run = MultiEpoch::finished("noise=0&samples=20,1000&epochs=1,2,4,8&runs=32", 1);
    let one_pass = run.one_pass_measured(0);
    assert!(one_pass.iter().all(|(_, best)| best.risk >= sim::FLOOR));
    let (few, many) = (run.reuse(0, 0, &one_pass), run.reuse(0, 1, &one_pass));
    assert!(few.reuse[1].is_some(), "small N are above it: {:?}", few.best);
    assert!(many.best.iter().flatten().all(|best| best.risk < sim::FLOOR), "{:?}", many.best);
    assert!(many.reuse.iter().all(Option::is_none), "{:?}", many.reuse);
    for verdict in run.output().verdicts {
        assert_eq!(verdict.agrees, None, "{verdict:?}");
    }
    assert!(run.verdict("exact").said().contains("single precision"), "{:?}", run.verdict("exact"));
}

#[test]
fn what_luck_decides_is_not_compared() {
    // One coordinate in 25 is missed by one data set in 60 only: 32 runs rarely hold one.
    let query = "model=one-hot&spectrum=power&a=2.5&b=1&features=6&noise=0&samples=200&epochs=1,8&runs=32";
    let exact = MultiEpoch::finished(query, 1).verdict("exact");
    assert!(exact.agrees.is_none() && exact.said().contains("depends mainly on which features"), "{exact:?}");
    // Without noise one pass of 300 is carried by the unluckiest runs.
    let exact = MultiEpoch::finished("noise=0&samples=300&epochs=1,2&runs=64", 1).verdict("exact");
    assert!(exact.agrees.is_none(), "{exact:?}");
}

#[test]
fn heavy_tails_and_few_runs_refute_nothing() {
    // Each of these said that the simulated risk is not the exact one, or that E is not what it is.
    for (query, seeds) in [
        ("spectrum=power&noise=0.01&samples=50,90&epochs=1", [8, 21, 24]),
        ("spectrum=power&noise=0.001&samples=50,90&epochs=1&runs=100", [4, 15, 21]),
        ("spectrum=power&noise=0.001&samples=50,90&epochs=1&largest-rate=2&rates=16&order=once", [4, 14, 21]),
        ("model=one-hot&features=100&spectrum=power&samples=100,300&epochs=1,4&runs=16", [6, 20, 25]),
        ("model=one-hot&features=100&spectrum=power&samples=100,300&epochs=1,4&runs=64", [4, 12, 13]),
    ] {
        for seed in seeds {
            for verdict in MultiEpoch::finished(query, seed).output().verdicts {
                assert_ne!(verdict.agrees, Some(false), "{query}, seed {seed}: {verdict:?}");
            }
        }
    }
    // Mean field is no theory of the large rates that little noise asks for.
    let steep = MultiEpoch::started("noise=0.0001&samples=100,300&epochs=1,100", 1);
    assert!(steep.steep > WILD && MultiEpoch::started("", 1).steep < STEEP, "the default asks for small rates");
}

#[test]
fn an_interval_that_also_holds_no_effect_cannot_tell() {
    let run = MultiEpoch::finished("samples=50,90&epochs=1,4&runs=40&features=4", 1);
    for verdict in run.output().verdicts.iter().filter(|verdict| verdict.id != "exact") {
        assert_ne!(verdict.agrees, Some(true), "{verdict:?}");
    }
    assert_eq!(run.verdict("plateau-slope").null, Some(0.0));
    let one_rate = MultiEpoch::finished("lr=0.01&samples=100,400&epochs=1,16&runs=64&features=4", 1);
    assert!(one_rate.output().verdicts.iter().all(|verdict| verdict.id == "exact" || verdict.agrees.is_none()));
}

#[test]
fn the_advice_is_the_curve_of_the_page() {
    let run = MultiEpoch::started("features=1", 1);
    let output = run.output();
    let series = |figure: &str, id: &str| {
        let figure = output.figures.iter().find(|f| f.id == figure).expect("a figure");
        figure.series.iter().find(|s| s.id == id).expect("a series").clone()
    };
    let (advice, curve) = (series("advice", "regression"), series("saturation", "saturation-theory"));
    let at = |series: &Series, n: f64| {
        let i = series.x.iter().position(|&x| x >= n).expect("within");
        let share = math::ln(n / series.x[i - 1]) / math::ln(series.x[i] / series.x[i - 1]);
        series.y[i - 1] + share * (series.y[i] - series.y[i - 1])
    };
    let Cell::Number(row) = output.tables[0].rows[2][1] else { panic!("a number") };
    assert!((row - 6.86).abs() < 0.01 && (at(&advice, 1e9) / row - 1.0).abs() < 1e-3, "{row}");
    assert!((at(&curve, 1e9) / row - 1.0).abs() < 0.01, "{} {row}", at(&curve, 1e9));
}

#[test]
fn one_hot_runs_are_the_exact_ones_in_every_order() {
    for order in ["reshuffle", "once", "with-replacement"] {
        let run = MultiEpoch::finished(
            &format!(
                "model=one-hot&spectrum=power&a=2.5&b=1&features=6&noise=0.5&samples=20,100&epochs=1,3,8&runs=400&rates=6&order={order}"
            ),
            1,
        );
        let World::OneHot(model) = &run.world else { panic!("one-hot") };
        let mut tried = 0;
        for (size, &n) in run.sizes.iter().enumerate() {
            for (j, &k) in run.epochs.iter().enumerate() {
                for (cell, &rate) in run.measured[0].data[size][j].iter().zip(&run.rates) {
                    let exact = model.risk(f64::from(k), f64::from(n))(f64::from(rate as f32));
                    let z = math::ln(cell.mean() / exact) / cell.error();
                    assert!(z.abs() < 4.0, "{order}, N = {n}, K = {k}, rate {rate}: {} {exact}, z = {z}", cell.mean());
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, 2 * 3 * 6);
    }
}

#[test]
fn where_mean_field_is_not_compared_only_the_reason_is_given() {
    let run = MultiEpoch::finished("samples=50,100&epochs=1,4,8,16&runs=48&rates=8", 1);
    for (id, sentences) in [("plateau-slope", 2), ("collapse", 1)] {
        let verdict = run.verdict(id);
        assert!(verdict.agrees.is_none() && verdict.null.is_some(), "{verdict:?}");
        assert!(verdict.said().starts_with("Not compared: ") && verdict.note.len() == sentences, "{verdict:?}");
    }
}

#[test]
fn an_exponent_of_rounding_errors_is_not_shown() {
    let query = "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&features=2000&samples=50,200,800&epochs=1,4";
    let figure = MultiEpoch::finished(query, 1).output().figures.into_iter().find(|figure| figure.id == "zipf");
    let labels = figure.expect("power laws").series.into_iter().map(|series| series.label.english());
    let exact: Vec<String> = labels.filter(|label| label.contains("exact")).collect();
    assert!(exact[0] == "K = 1, exact: 1 for every N" && exact[1].starts_with("K = 4, exact: about"), "{exact:?}");
}

#[test]
fn power_law_data_have_the_published_plateau() {
    let run = MultiEpoch::finished(AS_PUBLISHED, 1);
    let fits: Vec<[f64; 2]> =
        run.zipf().iter().map(|(_, points)| MultiEpoch::power_fit(points).expect("points")).collect();
    for (fit, want) in fits.iter().zip([None, None, Some([0.482, 0.279]), Some([0.467, 0.282])]) {
        let Some([factor, exponent]) = want else { continue };
        assert!((fit[0] / factor - 1.0).abs() < 0.01 && (fit[1] - exponent).abs() < 1e-3, "{fits:?}");
    }
    assert!(fits[0][1] < 0.21 && (0.25..0.265).contains(&fits[1][1]), "few epochs bend it down: {fits:?}");
    assert_eq!(run.verdict("zipf-exact").agrees, Some(true));
    let two = MultiEpoch::finished(&AS_PUBLISHED.replace(",200000,500000,1000000,2000000,5000000,10000000", ""), 1);
    let two = two.verdict("zipf-exact");
    assert!((two.agrees, two.interval) == (None, None) && two.said().starts_with("Two values"), "{two:?}");
    assert!(run.legs.total() == 0, "computed, not simulated");
}

#[test]
fn theory_that_takes_long_comes_in_the_run_and_only_where_there_is_one() {
    let query = "features=100&spectrum=power&a=1&samples=200,400&epochs=1,4&runs=2";
    assert!(MultiEpoch::started(query, 1).expected.iter().all(Option::is_none), "not at once");
    let run = MultiEpoch::finished(query, 1);
    assert!(run.slow == 2 && run.expected.iter().all(Option::is_some) && run.curves.len() == 2, "but in the run");
    let run = MultiEpoch::finished(&format!("{query}&schedule=cosine"), 1);
    assert!(run.slow == 0 && run.expected.iter().all(Option::is_none), "none for a decaying rate");
    let heavy =
        "model=one-hot&features=1000&spectrum=power&order=with-replacement&samples=1000&epochs=1,2,3,4,5,6,7,8&runs=2";
    assert_eq!(MultiEpoch::started(heavy, 1).slow, 0, "nor where it would take minutes");
}

#[test]
fn a_decaying_rate_leaves_less_of_the_effect() {
    let run = MultiEpoch::finished("schedule=all&samples=400&epochs=1,4,16&features=4&runs=256", 1);
    let figure = run.output().figures.into_iter().find(|figure| figure.id == "schedules").expect("three schedules");
    assert_eq!(figure.series.len(), 4);
    for series in &figure.series[..3] {
        let ends = series.lo.as_ref().zip(series.hi.as_ref()).expect("bands");
        // One epoch is one pass, whatever the schedule; twice the 95% band.
        assert!(ends.0[0] / 1.2 < 1.0 && ends.1[0] * 1.2 > 1.0, "{series:?}");
        assert!(series.y.len() == 3 && series.y[2] < 8.0 && ends.0[2] > 1.0, "{series:?}");
    }
    let last = |i: usize| figure.series[i].y[2];
    assert!(last(1) < last(0) && last(2) < last(0), "cosine {}, WSD {}, constant {}", last(1), last(2), last(0));
}

#[test]
fn bad_input_is_refused_in_words() {
    for (query, words) in [
        ("features=200", vec!["`features`", "128"]),
        ("samples=0", vec!["`samples`", "8"]),
        ("samples=100.5", vec!["`samples`", "whole"]),
        ("epochs=0", vec!["`epochs`", "1"]),
        ("lr=0.3", vec!["`lr`", "below 0.2,", "stability"]),
        ("model=one-hot&lr=2.5", vec!["`lr`", "below 2,"]),
        ("samples=10000000&features=128", vec!["`samples`", "128 MiB"]),
        ("samples=10000000&epochs=4096", vec!["`epochs`", "200"]),
        ("model=one-hot&spectrum=power&a=1&b=2", vec!["`b`", "a = 1"]),
        ("model=one-hot&features=5000&schedule=cosine", vec!["`features`", "1024"]),
    ] {
        let error = MultiEpoch::at(query, 1).err().unwrap_or_else(|| panic!("{query} is refused")).to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{query}: {error}");
    }
}

#[test]
fn diverged_runs_are_shown_and_never_averaged_in() {
    // Beyond the mean length's rate some Gaussian runs diverge.
    let run = MultiEpoch::finished("features=2&largest-rate=2&samples=200&epochs=1,4&runs=64&noise=0", 1);
    assert!(run.expected[0].is_none(), "the mean field is for noise");
    let cells = &run.measured[0].data[0][1];
    let gone = cells.iter().filter(|cell| cell.diverged > 0).count();
    assert!(gone > 0 && gone < cells.len(), "{gone} rates");
    let best = run.tuned(cells).expect("some rates are stable");
    assert!(best.risk.is_finite());
    let Cell::Number(count) = run.output().tables[1].rows[1][8] else { panic!("a number") };
    assert!(count > 0.0);
    assert!(
        MultiEpoch::finished("features=2&samples=20&epochs=1,4&runs=3", 1)
            .output()
            .verdicts
            .iter()
            .all(|v| v.agrees.is_none()),
        "few"
    );
}

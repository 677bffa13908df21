//! Tests of `data-efficiency`.

use std::rc::Rc;

use super::models::Recipe;
use super::{DataEfficiency, words};
use crate::exec::Exec;
use crate::kit::Experiment;
use crate::kit::testing::Tested;
use crate::output::Output;
use crate::params::{Params as _, query};
use crate::table::{Reader, Table};

/// A table of two recipes, and how the experiment reads it at the setting.
fn on(text: &str, setting: &str) -> crate::error::Result<DataEfficiency> {
    let params = super::Params::read(&query(setting)).expect("values");
    DataEfficiency::check(&params)?;
    DataEfficiency::start_on(params, Some(Rc::new(Reader::read(text.as_bytes()).expect("a table"))), 1)
}

fn run(mut experiment: DataEfficiency) -> Output {
    while !experiment.progress().finished() {
        pollster::block_on(experiment.advance(&Exec::cpu())).expect("advances");
    }
    experiment.output()
}

fn said(output: &Output) -> String {
    output.answer.as_ref().expect("an answer").text.english()
}

fn template(output: &Output) -> &'static str {
    output.answer.as_ref().expect("an answer").text.template()
}

/// A table with exact losses of two laws whose multiple is 8: `L = 2/D^(1/3) + 1` and `L = 1/D^(1/3) + 1`.
fn exact(headings: &str, names: [&str; 2]) -> String {
    let row = |(name, factor): (&str, f64)| {
        let line = move |k: i32| {
            let data = f64::from(1 << (3 * k));
            format!("{data},{},{name}\n", factor / f64::from(1 << k) + 1.0)
        };
        (0..6).map(line).collect::<String>()
    };
    format!("{headings}\n{}{}", row((names[0], 2.0)), row((names[1], 1.0)))
}

/// Exact losses, with deviations of 0.1% that alternate in sign.
fn noisy() -> String {
    let exact = exact("data,loss,recipe", ["standard", "regularised"]);
    let line = |(i, line): (usize, &str)| {
        let cells: Vec<&str> = line.split(',').collect();
        let Ok(loss) = cells[1].parse::<f64>() else { return format!("{line}\n") };
        let off = [1.001, 0.999, 0.999, 1.001][i % 4];
        format!("{},{},{}\n", cells[0], loss * off, cells[2])
    };
    exact.lines().enumerate().map(line).collect()
}

#[test]
fn a_table_of_two_recipes_gives_a_multiple_by_hand() {
    for (headings, names, setting) in [
        ("data,loss,recipe", ["standard", "regularised"], "amount=8"),
        ("D,val_loss,method", ["a", "b"], "amount=8"),
        ("unique tokens,loss,kind", ["old way", "new way"], "amount=8"),
        ("samples,loss,recipe", ["1", "2"], "amount=8"),
    ] {
        let output = run(on(&exact(headings, names), setting).unwrap_or_else(|e| panic!("{headings}: {e}")));
        let answer = said(&output);
        assert!(answer.contains("is worth 8 times the data"), "{headings}: {answer}");
        assert!(names.iter().all(|name| answer.contains(&format!("“{name}”"))), "{answer}");
        let verdict = output.verdicts.iter().find(|v| v.id == "worth-more").expect("a verdict");
        assert!(verdict.agrees.is_none() && verdict.said().contains("every row exactly"), "{}", verdict.said());
    }
    let swapped = run(on(&exact("data,loss,recipe", ["a", "b"]), "amount=8&reference=b").expect("read"));
    assert!(said(&swapped).contains("worth only 0.125 times the data"), "the other way: {}", said(&swapped));
}

#[test]
fn what_is_no_pair_of_recipes_is_refused_in_a_sentence() {
    let three = exact("data,loss,recipe", ["a", "b"]) + "1,2,c\n8,1.5,c\n";
    let refused = |text: &str, setting: &str| on(text, setting).err().expect("refused").to_string();
    assert_eq!(
        refused(&three, ""),
        "column `recipe` names 3 recipes, beginning with a, b, c: this experiment compares two, so leave out the others, for example with `recipe=c` in `exclude`"
    );
    assert!(on(&three, "exclude=recipe=c").is_ok(), "the sentence says what helps");
    assert_eq!(
        refused(&exact("data,loss,recipe", ["a", "a"]), ""),
        "column `recipe` names only the recipe `a`: a comparison needs the runs of two recipes"
    );
    assert_eq!(
        refused("data,loss\n1,3\n2,2\n", ""),
        "no column says which recipe a run belongs to: name it, as `recipe:HEADING` in `columns`; the columns are data, loss"
    );
    assert_eq!(refused("data,loss,recipe\n1,3,a\n2,2,\n", ""), "line 3: column `recipe` names no recipe");
    assert_eq!(
        refused(&exact("data,loss,recipe", ["a", "b"]), "reference=c"),
        "parameter `reference` cannot be `c`: it takes `a` or `b`, the names of the two recipes"
    );
    let few = "data,loss,recipe\n1,3,a\n2,2,a\n4,1.5,a\n8,1.2,a\n1,2,b\n2,1.5,b\n";
    assert!(refused(few, "").starts_with("recipe `b`: 2 rows are too few"), "{}", refused(few, ""));
    // The rows of the other recipe are not rows that were left out.
    assert!(!refused(few, "").contains("left out"), "{}", refused(few, ""));
    assert!(
        refused(few, "exclude=loss=1.5").contains("(1 of 4 rows is left out)"),
        "{}",
        refused(few, "exclude=loss=1.5")
    );
    let alike = "data,loss,recipe\n1e8,3,a\n1e8,2.9,a\n1e8,2,b\n1e8,2.1,b\n";
    assert!(
        refused(alike, "").contains("column `data` holds only the number 100000000, so the runs do not show how"),
        "{}",
        refused(alike, "")
    );
    assert!(refused(&exact("data,loss,recipe", ["a", "b"]), "exclude=nonsense").contains("exclude"));
    assert_eq!(
        DataEfficiency::refused("reference=c"),
        "parameter `reference` cannot be `c`: it takes `standard` or `ensemble`, the names of the two recipes"
    );
}

#[test]
fn rows_with_noise_give_an_interval_and_verdicts() {
    let output = run(on(&noisy(), "amount=8&bootstrap=400").expect("read"));
    let of = |id: &str| output.verdicts.iter().find(|v| v.id == id).expect("a verdict");
    let worth = of("worth-more");
    let [lo, hi] = worth.interval.expect("an interval");
    assert!(lo < 8.0 && 8.0 < hi && worth.agrees == Some(true), "{worth:?}");
    assert!(output.verdicts.iter().all(|v| v.id != "recovered"), "nobody knows the truth of a table");
    assert!(
        output.tables[0].rows.iter().any(|row| format!("{row:?}").contains("draws new losses")),
        "few rows are said"
    );
}

#[test]
fn an_amount_of_data_far_from_the_runs_is_replaced_and_said() {
    let output = run(on(&exact("data,loss,recipe", ["a", "b"]), "").expect("read"));
    let notes = format!("{:?}", output.tables[0].rows);
    assert!(notes.contains(words::REPLACED.english()) && said(&output).starts_with("With 1 of data"), "{notes}");
}

#[test]
fn simulated_recipes_are_recovered() {
    let (mut inside, mut alarms, seeds) = (0, 0, 24);
    for seed in 1..=seeds {
        let run = DataEfficiency::finished("bootstrap=200", seed);
        let truth = run.true_worth().expect("simulated");
        let [lo, hi] = run.ends(|laws| run.worth(laws)).expect("resamples");
        inside += u32::from(lo <= truth && truth <= hi);
        alarms += u32::from(run.verdict("recovered").agrees == Some(false));
    }
    // A 95% interval misses 1.2 of 24 truths on average, and more than 5 in one of 3000 sets of seeds.
    assert!(inside >= seeds - 5 && alarms == 0, "{inside} of {seeds}, {alarms} alarms");
    let run = DataEfficiency::finished("", 1);
    assert_eq!(run.verdict("recovered").agrees, Some(true));
    assert_eq!(run.verdict("worth-more").agrees, Some(true));
    assert_eq!(template(&run.output()), words::WORTH_MORE.english());
}

#[test]
fn contrasts_are_told_apart() {
    let answer = |setting: &str| -> (&'static str, DataEfficiency) {
        let run = DataEfficiency::finished(setting, 1);
        (template(&run.output()), run)
    };
    let (equal, run) = answer("other-factor=1.282");
    assert_eq!(equal, words::WORTH_EQUAL.english());
    assert_eq!((run.verdict("worth-more").agrees, run.verdict("recovered").agrees), (None, Some(true)));
    let (grows, run) = answer("other-exponent=0.3");
    assert_eq!(grows, words::WORTH_GROWS.english());
    let before = DataEfficiency::started("other-exponent=0.3", 1).output();
    assert_eq!(template(&before), words::TRUE_GROWS.english());
    assert_eq!(run.verdict("constant-multiple").agrees, Some(false), "a multiple that grows rules the rival out");
    let (never, run) = answer("other-factor=0.6&other-floor=1.5&amount=6.4e9");
    assert_eq!(never, words::WORTH_NEVER.english());
    assert!(run.verdict("recovered").said().contains("no true multiple"));
    let (less, run) = answer("reference=ensemble&amount=1.6e9");
    assert_eq!((less, run.verdict("worth-more").agrees), (words::WORTH_LESS.english(), Some(false)));
    let (beyond, _) = answer("amount=6.4e9");
    assert_eq!(beyond, words::WORTH_BEYOND.english());
    let (_, run) = answer("noise=0");
    assert!(run.output().verdicts.iter().all(|v| v.agrees.is_none() && !v.said().is_empty()), "no noise, no interval");
}

#[test]
fn the_example_is_a_table_that_the_page_reads() {
    let table: Table = Reader::read(DataEfficiency::example().as_bytes()).expect("a table");
    assert_eq!((table.len(), table.columns.len()), (48, 3));
    let output = run(on(&DataEfficiency::example(), "bootstrap=100").expect("read"));
    assert_eq!(template(&output), words::WORTH_MORE.english());
}

#[test]
fn losses_that_do_not_fall_are_no_law() {
    let flat: String = (0..8)
        .map(|k| format!("{},{},a\n{},{},b\n", 1 << k, 2.0 + 0.01 * f64::from(k), 1 << k, 3.0 / f64::from(k + 1) + 1.0))
        .collect();
    let output = run(on(&format!("data,loss,recipe\n{flat}"), "amount=4&bootstrap=50").expect("read"));
    assert_eq!(template(&output), words::WORTH_STUCK.english());
    assert!(said(&output).contains("recipe “a”"), "{}", said(&output));
    // No verdict has a number, and each says why once.
    for verdict in &output.verdicts {
        assert!(verdict.measured.is_nan() && verdict.interval.is_none() && verdict.agrees.is_none(), "{verdict:?}");
        assert_eq!(verdict.said(), said(&output));
    }
    let worths = output.tables.iter().any(|table| table.id == "worth");
    assert!(!worths && output.figures[0].marks.is_empty(), "a law that the runs do not show has no multiple");
}

/// Means of an independent program over 8 to 60 draws: standard, regularised and joint recipe, `[recipe][samples]`.
const INDEPENDENT: [(Recipe, [f64; 4]); 3] = [
    (Recipe::Standard, [1.226, 1.072, 0.925, 0.821]),
    (Recipe::Regularised, [1.079, 0.958, 0.850, 0.746]),
    (Recipe::Joint, [0.923, 0.841, 0.764, 0.673]),
];

#[test]
fn toy_models_have_the_losses_of_many_draws_and_of_an_independent_program() {
    let run = DataEfficiency::finished("source=joint&draws=40&bootstrap=0", 1);
    let models = run.recipes.models.as_ref().expect("toy models");
    for (recipe, theirs) in INDEPENDENT {
        for (n, theirs) in theirs.into_iter().enumerate() {
            let tuned = models.tuned(n, recipe);
            let (mean, error) = crate::stats::mean_and_error(&tuned.losses);
            let expected = recipe.expected()[n];
            let z = |x: f64, y: f64, more: f64| ((x - y) / (error * error + more * more).sqrt()).abs();
            assert!(z(mean, expected, 0.004) < 4.0, "{recipe:?}, {n}: {mean} against {expected}, error {error}");
            // About as many draws have about as large an error.
            assert!(z(expected, theirs, 5e-4) < 4.0, "{recipe:?}, {n}: {expected} against {theirs}, error {error}");
            assert!(error < 0.025 * mean, "an error of {error} shows nothing");
        }
    }
    // The best weight decays that the independent program found: 6 tried in each decade there too.
    let found = |recipe| [0, 1, 2, 3].map(|n| models.tuned(n, recipe).decay);
    for (recipe, theirs) in
        [(Recipe::Regularised, [3.2e-2, 1.5e-2, 4.6e-3, 3.2e-3]), (Recipe::Joint, [1.0e-2, 6.8e-3, 3.2e-3, 1.5e-3])]
    {
        for (ours, theirs) in found(recipe).into_iter().zip(theirs) {
            assert!((0.6..1.7).contains(&(ours / theirs)), "{recipe:?}: {ours} against {theirs}");
        }
    }
}

#[test]
fn toy_models_give_the_multiple_of_many_draws() {
    let (mut inside, mut alarms, seeds) = (0, 0, 8);
    for seed in 1..=seeds {
        let run = DataEfficiency::finished("source=joint&amount=16&draws=12&bootstrap=100", seed);
        let truth = run.true_worth().expect("over many draws");
        let [lo, hi] = run.ends(|laws| run.worth(laws)).expect("resamples");
        inside += u32::from(lo <= truth && truth <= hi);
        alarms += u32::from(run.verdict("recovered").agrees == Some(false));
        let fitted = run.laws().expect("laws");
        assert!(run.refits.iter().flatten().chain(&fitted).all(|law| law.floor == 0.5), "the floor is known");
    }
    // A 95% interval misses 0.4 of 8 truths on average, and more than 3 in one of 2700 sets of seeds.
    assert!(inside >= seeds - 3 && alarms == 0, "{inside} of {seeds}, {alarms} alarms");
}

#[test]
fn toy_models_are_announced_compared_and_named() {
    let before = DataEfficiency::started("source=joint&amount=16", 1).output();
    assert_eq!(template(&before), words::EXPECTED_WORTH.english());
    assert!(said(&before).contains("“joint” with 16 samples is worth 3.79 times"), "{}", said(&before));
    let shown = |output: &Output, id: &str| output.figures[0].series.iter().any(|series| series.id == id);
    assert!(shown(&before, "other-truth") && shown(&before, "distance") && !shown(&before, "other-runs"));
    assert!(format!("{:?}", before.tables[0].rows).contains(words::FLOOR_KNOWN.english()));
    assert!(before.tables.iter().all(|table| table.id != "models") && before.verdicts.is_empty());

    let joint = DataEfficiency::finished("source=joint&amount=16&bootstrap=200", 1);
    let output = joint.output();
    assert_eq!(template(&output), words::WORTH_MORE.english());
    assert_eq!((joint.verdict("worth-more").agrees, joint.verdict("recovered").agrees), (Some(true), Some(true)));
    assert!(shown(&output, "other-runs") && output.figures[0].series.iter().all(|series| series.x.len() != 96));
    let regularised = DataEfficiency::finished("source=regularised&amount=16&bootstrap=0", 1);
    let worth = |run: &DataEfficiency| run.worth(&run.laws().expect("laws"));
    assert!(worth(&joint) > 1.5 * worth(&regularised), "ensembles are worth more than one model");

    let swapped = DataEfficiency::finished("source=joint&amount=128&reference=joint&bootstrap=100&draws=8", 1);
    assert_eq!(template(&swapped.output()), words::WORTH_LESS.english());
    assert_eq!(
        DataEfficiency::refused("source=joint&reference=ensemble"),
        "parameter `reference` cannot be `ensemble`: it takes `standard` or `joint`, the names of the two recipes"
    );
    // Far from all samples, the smallest number is used.
    let far = DataEfficiency::started("source=joint", 1).output();
    assert!(said(&far).contains("with 16 samples"), "{}", said(&far));
}

#[test]
fn draws_of_the_data_are_resampled_whole_and_for_both_recipes() {
    let run = DataEfficiency::finished("source=joint&draws=8&bootstrap=0", 1);
    for b in 0..4 {
        let [first, second] = [0, 1].map(|recipe| run.bootstraps[recipe].weights(b));
        assert_eq!((first.len(), &first), (32, &second), "resample {b}");
        assert!(first.chunks_exact(8).all(|row| row == &first[..8]), "resample {b}: a draw has all its samples");
        assert_eq!(first[..8].iter().sum::<f64>(), 8.0);
    }
}

#[test]
fn amounts_have_the_unit_that_is_known() {
    assert!(said(&DataEfficiency::started("", 1).output()).contains("with 200 M tokens is worth"));
    let table = on(&exact("data,loss,recipe", ["a", "b"]), "amount=8").expect("read");
    assert!(said(&run(table)).starts_with("With 8 of data, "));
}

#[test]
fn names_that_differ_only_by_case_are_announced() {
    let notes = |names: [&str; 2]| {
        let experiment = on(&exact("data,loss,recipe", names), "amount=8").expect("read");
        experiment.output().tables[0].rows.iter().map(|row| format!("{row:?}")).collect::<String>()
    };
    assert!(notes(["A", "a"]).contains(words::ONLY_CASE.english()));
    assert!(!notes(["a", "b"]).contains(words::ONLY_CASE.english()));
}

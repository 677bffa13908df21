//! Tests of `data-efficiency`.

use std::rc::Rc;

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

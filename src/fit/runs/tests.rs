//! Tests with tables that are read as intended, and with tables about which the user must be asked.

use super::heading::Heading;
use super::*;
use crate::fit::find;
use crate::table::Reader;

const TABLE: &str = "run,Model Size,Training FLOP,epochs,val_loss,family\na,1e8,6e18,1,3.5,x\na,1e8,6e19,2,3.2,x\n\
    b,2e8,6e18,4,3.4,x\nc,2e8,6e19,1,3.1,y\nd,4e8,6e18,1,3.6,y\ne,4e8,6e19,1,nan,y\nf,4e8,6e20,1,2.8,y\ng,8e8,6e20,1,9,y\n";

/// The result of [`super::runs`], with its sentences in English.
#[derive(Debug)]
struct Read {
    data: Data,
    lines: Vec<usize>,
    excluded: Vec<(usize, usize)>,
    how: Vec<String>,
    notes: Vec<String>,
}

fn runs(law: &Entry, table: &Table, columns: &Columns, objective: Objective, rules: &[Rule]) -> Result<Read> {
    let Runs { data, lines, excluded, how, notes, .. } = super::runs(law, table, columns, objective, rules)?;
    let english = |texts: Vec<Text>| texts.iter().map(Text::english).collect();
    Ok(Read { data, lines, excluded, how: english(how), notes: english(notes) })
}

fn read(law: &str, text: &str, rules: &[&str]) -> Result<Read> {
    let table = Reader::read(text.as_bytes())?;
    let rules = rules.iter().map(|rule| Rule::parse(rule)).collect::<Result<Vec<_>>>()?;
    let law = find(law)?;
    runs(law, &table, &Columns::guess(&table), law.info.objective, &rules)
}

#[test]
fn columns_are_guessed_and_tokens_follow_from_operations() {
    let runs = read("chinchilla", TABLE, &["missing", "largest=1"]).expect("runs");
    assert_eq!(runs.how, ["N = `Model Size`", "D = `Training FLOP` / (6 × `Model Size`)", "loss = `val_loss`"]);
    assert_eq!(runs.lines, [2, 3, 4, 5, 6, 8], "less line 7, which has no loss, and line 9, the largest");
    assert_eq!(runs.excluded, [(7, 0), (9, 1)], "each with its rule");
    assert_eq!(runs.data.input(0), [1e8, 6e18 / 6e8], "N and D");
    assert_eq!(runs.data.block, [0, 0, 1, 2, 3, 5], "rows of one run stay together");
    let unique = read(
        "data-constrained",
        &TABLE.replace("nan", "3").replace("\ng,", "\ng,8e8,6e21,3,2.5,y\nh,8e8,6e21,1,2.4,y\ni,"),
        &[],
    );
    let unique = unique.expect("runs");
    assert_eq!(unique.how[2], "U = `Training FLOP` / (6 × `Model Size` × `epochs`)");
    assert_eq!(unique.data.input(2), [2e8, 5e9, 1.25e9], "U = D / epochs");
}

#[test]
fn a_row_that_weighs_two_is_two_rows() {
    let table = "x,loss,weight\n1,5,1\n2,3,2\n4,2.2,1\n8,1.7,1\n16,1.5,1\n";
    let fit = |text: &str| {
        let data = read("power", text, &[]).expect("runs").data;
        let problem = crate::fit::Problem::new(find("power").expect("a law"), data);
        crate::fit::Search::new(problem, 1).expect("free").run().expect("a fit").value
    };
    let (weighed, twice) = (fit(table), fit(&format!("{}2,3,1\n", table.replace("2,3,2", "2,3,1"))));
    assert!((weighed - twice).abs() < 1e-9 * twice, "{weighed} {twice}");
    let large = fit(&table.replace(",1\n", ",1e3\n").replace(",2\n", ",2e3\n"));
    assert!((weighed - large).abs() < 1e-9 * weighed, "whatever the scale of all weights: {weighed} {large}");
    let notes = |text: &str| read("power", text, &[]).expect("runs").notes.join(" ");
    assert!(notes(&format!("{table}2,3,1\n2,3,1\n")).starts_with("2 rows equal another"), "said");
    assert!(notes(table).is_empty(), "{}", notes(table));
    let said = read("power", &table.replace("2,3,2", "2,3,0"), &[]).expect_err("no weight").to_string();
    assert_eq!(said, "line 3: the weight in column `weight` must be a number above 0");
}

#[test]
fn rules_compare_numbers_and_words() {
    let left = |rule: &str| read("power", &TABLE.replace("Model Size", "x"), &["missing", rule]).expect("runs").lines;
    assert_eq!(left("val_loss>3.5"), [2, 3, 4, 5, 8]);
    assert_eq!(left("family=x"), [5, 6, 8, 9]);
    assert_eq!(left("epochs != 1"), [2, 5, 6, 8, 9]);
    assert_eq!(left("EPOCHS>=2"), [2, 5, 6, 8, 9]);
    assert_eq!(left("loss>3.5"), [2, 3, 4, 5, 8], "by its role, where no column is headed so");
    assert_eq!(left("Flops>=6e20"), [2, 3, 4, 5, 6]);
    for wrong in ["", "loss", "=3", "loss>", "largest", "family>x", "nothing=1"] {
        let said =
            read("power", &TABLE.replace("Model Size", "x"), &["missing", wrong]).expect_err("not a rule").to_string();
        assert!(said.contains("exclude") || said.contains("there is no column"), "{wrong}: {said}");
    }
}

#[test]
fn what_cannot_be_fitted_is_said_with_its_line() {
    let chinchilla = |from: &str, to: &str| {
        let text = TABLE.replace("nan", "3.0").replace(from, to);
        read("chinchilla", &text, &[]).expect_err("unusable").to_string()
    };
    assert_eq!(
        read("chinchilla", TABLE, &[]).expect_err("a hole").to_string(),
        "line 7: column `val_loss` holds `nan`, which is not a finite number; \
         to leave such rows out, write `missing` in “leave out”, or `--exclude missing` of the command `fit`"
    );
    assert_eq!(chinchilla("3.4,x", "-3.4,x"), "line 4: the loss is -3.4; it must be above 0");
    assert_eq!(chinchilla("3.4,x", "0,x"), "line 4: the loss is 0; it must be above 0");
    assert_eq!(
        chinchilla("3.4,x", "big,x"),
        "line 4: column `val_loss` holds `big` where a number is needed; \
         to leave such rows out, write `missing` in “leave out”, or `--exclude missing` of the command `fit`"
    );
    assert_eq!(chinchilla("b,2e8", "b,0"), "line 4: parameters must be above 0, not 0");
    assert_eq!(
        chinchilla("val_loss", "other"),
        "no column holds the loss: name one, as `loss:HEADING` in `columns` or `--loss HEADING` of the command `fit`; the \
         columns are run, Model Size, Training FLOP, epochs, other, family"
    );
    let few = TABLE.lines().take(2).collect::<Vec<_>>().join("\n");
    assert_eq!(
        read("chinchilla", &few, &[]).expect_err("few").to_string(),
        "1 row is too few for the law “Parameters and tokens”: it takes 6"
    );
    let constant = "params,tokens,loss\n1,5,3\n2,5,2.5\n3,5,2.2\n4,5,2.1\n5,5,2\n6,5,1.9\n";
    assert_eq!(
        read("chinchilla", constant, &[]).expect_err("constant").to_string(),
        "all rows are alike in tokens (5), so they do not show how the loss depends on tokens"
    );
}

fn table(text: &str) -> Table {
    Reader::read(text.as_bytes()).expect("a table")
}

#[test]
fn x_is_the_only_column_left_or_is_asked() {
    let rows = [(1, 2, 5.5), (1, 4, 3.0), (1, 8, 2.5), (1, 16, 2.0), (1, 32, 1.9), (1, 64, 1.8)];
    let of = |head: &str, first: i32, columns: &str| {
        let row = |(k, (n, d, loss)): (usize, &(i32, i32, f64))| format!("{},{d},{loss}\n", n + first * k as i32);
        let table = table(&format!("{head}\n{}", rows.iter().enumerate().map(row).collect::<String>()));
        let columns = Columns::read(columns, &table).expect("columns");
        let law = find("power").expect("a law");
        runs(law, &table, &columns, law.info.objective, &[]).map(|runs| runs.how[0].clone())
    };
    for (head, first, columns, x) in [
        ("run,tokens,loss", 1, "", "`tokens`"),
        ("params,tokens,loss", 0, "", "`tokens`"),
        ("train_loss,time,val_loss", 1, "", "`time`"),
        ("params,x,loss", 1, "", "`x`"),
        ("params,tokens,loss", 1, "x:params", "`params`"),
        ("run,tokens (B),loss", 1, "", "`tokens (B)` × 10⁹"),
        ("run,tokens,loss", 1, "tokens.unit:M", "`tokens` × 1,000,000"),
        ("run,tokens,loss", 1, "x.unit:k,tokens.unit:M", "`tokens` × 1,000"),
    ] {
        assert_eq!(of(head, first, columns).expect("runs"), format!("x = {x}"), "{head} {columns}");
    }
    let how = ", as `x:HEADING` in `columns` or `--x HEADING` of the command `fit`";
    for (head, columns, want) in [
        ("params,tokens,loss", "", "nothing says which column is x, which could be params, tokens: name it"),
        ("a,b,c", "loss:c", "nothing says which column is x, which could be a, b: name it"),
        ("run,tokens,loss", "x:-", "nothing says which column is x, which could be tokens: name it"),
        ("run,tokens,loss", "loss:tokens", "no column holds x: name one"),
    ] {
        let said = of(head, 1, columns).expect_err("a question").to_string();
        assert!(said.starts_with(&format!("{want}{how}")), "{head} {columns}: {said}");
    }
    let guess = Columns::guess(&table("run,tokens,loss\na,1,3\nb,2,2\n"));
    assert_eq!(guess.get(Role::X), Some(1), "the page shows it as its guess");
    assert_eq!(Columns::guess(&table("params,tokens,loss\n1,1,3\n2,2,2\n")).get(Role::X), None);
}

#[test]
fn whole_names_beat_words_and_words_beat_letters() {
    let guess = |headings: &str, role: Role| {
        let count = headings.split(',').count();
        let table = table(&format!("{headings}\n{}\n", vec!["1.5"; count].join(",")));
        Columns::guess(&table).get(role).map(|k| table.columns[k].name.clone()).unwrap_or_default()
    };
    for (headings, role, found) in [
        ("L,d,params,total_tokens,final_val_loss", Role::Loss, "final_val_loss"),
        ("L,d,params,total_tokens,final_val_loss", Role::Tokens, "total_tokens"),
        ("N,D,L", Role::Params, "N"),
        ("N,D,L", Role::Loss, "L"),
        (
            "Name,parameter_count,throughput/total_tokens,eval/c4/macro_loss,throughput/total_gflops",
            Role::Params,
            "parameter_count",
        ),
        (
            "Name,parameter_count,throughput/total_tokens,eval/c4/macro_loss,throughput/total_gflops",
            Role::Tokens,
            "throughput/total_tokens",
        ),
        (
            "Name,parameter_count,throughput/total_tokens,eval/c4/macro_loss,throughput/total_gflops",
            Role::Loss,
            "eval/c4/macro_loss",
        ),
        (
            "Name,parameter_count,throughput/total_tokens,eval/c4/macro_loss,throughput/total_gflops",
            Role::Flops,
            "throughput/total_gflops",
        ),
        ("train/loss,val/final_loss,summary.total_tokens", Role::Tokens, "summary.total_tokens"),
        ("train_loss_mean,final_val_loss", Role::Loss, "final_val_loss"),
        ("tokens_per_second,trainTokens", Role::Tokens, "trainTokens"),
        ("loss_scale,y", Role::Loss, "y"),
        ("Params (M),Tokens (B),Val loss", Role::Params, "Params (M)"),
        ("Params (M),Tokens (B),Val loss (nats)", Role::Loss, "Val loss (nats)"),
        ("params,training compute [EFLOP],loss", Role::Flops, "training compute [EFLOP]"),
        ("unique_tokens,tokens", Role::Unique, "unique_tokens"),
        ("unique_tokens,tokens", Role::Tokens, "tokens"),
    ] {
        assert_eq!(guess(headings, role), found, "{headings}");
    }
}

#[test]
fn units_stand_in_headings_in_settings_or_in_cells() {
    for (heading, power) in [
        ("Params (M)", 6),
        ("tokens [B]", 9),
        ("tokens (billions)", 9),
        ("tokens (in billions)", 9),
        ("tokens (10^9)", 9),
        ("params_in_millions", 6),
        ("tokens_B", 9),
        ("total_gflops", 9),
        ("TFLOPs", 12),
        ("FLOPs (1e18)", 18),
        ("params (000s)", 3),
        ("params (kilo)", 3),
        ("tokens (1000s)", 3),
        ("params (x100)", 2),
        ("Parameter (Mio.)", 6),
        ("tokens (Mrd.)", 9),
        ("params (10⁶)", 6),
        ("params (10**6)", 6),
        ("Tokens × 10^9", 9),
        ("tokens / 1e9", 9),
        ("tokens, B", 9),
        ("params (non-embedding, M)", 6),
        ("params (M) (non-embedding)", 6),
        ("flops (e18)", 18),
        ("training compute [EFLOP]", 18),
        ("compute (PF-days)", 15),
        ("tokens_1000", 0),
        ("loss (nats)", 0),
        ("params", 0),
        ("k", 0),
    ] {
        assert_eq!(Heading::of(heading).power, power, "{heading}");
    }
    let text = "Params (M),Tokens (B),loss\n70,1.5,3.6\n70,5,3.3\n70,20,3.1\n160,1.5,3.4\n160,5,3.1\n160,20,2.9\n";
    let law = find("chinchilla").expect("a law");
    let of = |text: &str, columns: &str| {
        let table = table(text);
        runs(law, &table, &Columns::read(columns, &table).expect("columns"), law.info.objective, &[]).expect("runs")
    };
    let found = of(text, "");
    assert_eq!(found.data.input(0), [7e7, 1.5e9], "as headed");
    assert_eq!(found.how[0], "N = `Params (M)` × 1,000,000");
    assert_eq!(of(text, "params.unit:k").data.input(0)[0], 7e4, "as said");
    let cells = text.replace("70,", "70M,").replace("160,", "160M,");
    assert_eq!(of(&cells, "").data.input(0), [7e7, 1.5e9], "cells that say it themselves are not scaled twice");
}

#[test]
fn absurd_guesses_are_asked_about_and_odd_sizes_noted() {
    let law = find("chinchilla").expect("a law");
    let rows =
        [(7.0, 15.0, 36), (7.0, 50.0, 33), (7.0, 200.0, 31), (16.0, 15.0, 34), (16.0, 50.0, 31), (16.0, 200.0, 29)];
    let with = |heads: &str, n: f64, d: f64, loss: f64, columns: &str| {
        let row = |(a, b, l): &(f64, f64, i32)| format!("{},{},{}\n", a * n, b * d, f64::from(*l) * loss);
        let table = table(&format!("{heads}\n{}", rows.iter().map(row).collect::<String>()));
        let columns = Columns::read(columns, &table).expect("columns");
        runs(law, &table, &columns, law.info.objective, &[])
    };
    let said = with("params,tokens,L", 1e7, 1e8, 1.0, "").expect_err("whole numbers").to_string();
    assert_eq!(
        said,
        "the loss is guessed to be column `L`, which holds whole numbers, such as 36: say which column is the loss, \
         as `loss:HEADING` in `columns` or `--loss HEADING` of the command `fit`"
    );
    assert!(with("params,tokens,L", 1e7, 1e8, 1.0, "loss:L").is_ok(), "somebody said it");
    let said = with("params,d,loss", 1e7, 1.0, 0.1, "").expect_err("few tokens").to_string();
    assert!(said.contains("columns `params` and `d` are guessed") && said.contains("unit"), "{said}");
    assert!(with("params,d,loss", 1e7, 1.0, 0.1, "tokens.unit:B").is_ok(), "with a unit");
    let notes =
        |n: f64, d: f64| with("params,tokens,loss", n, d, 0.1, "params:params,tokens:tokens").expect("runs").notes;
    assert_eq!(notes(1e7, 1e8).len(), 0, "as usual");
    assert!(notes(10.0, 1e2)[0].contains("are small"), "{:?}", notes(10.0, 1e2));
    assert!(notes(1e7, 1e2)[0].contains("tokens for each parameter"), "{:?}", notes(1e7, 1e2));
    assert!(notes(1e7, 1e15)[0].contains("tokens for each parameter"), "{:?}", notes(1e7, 1e15));
}

#[test]
fn what_stands_for_no_number_is_named_with_the_way_out() {
    for word in ["#N/A", "NA", "NaN", "inf", "diverged", "-", ""] {
        let text = format!("x,loss\n1,5.5\n2,3\n4,{word}\n8,2.1\n16,2\n32,1.9\n");
        let said = read("power", &text, &[]).expect_err("a hole").to_string();
        let named = |word| format!("line 4: column `loss` holds `{word}`");
        let named = if word.is_empty() { "line 4: the cell of column `loss` is empty".to_owned() } else { named(word) };
        assert!(said.starts_with(&named), "{said}");
        assert!(said.ends_with("or `--exclude missing` of the command `fit`"), "{said}");
        assert_eq!(read("power", &text, &["missing"]).expect("runs").lines, [2, 3, 5, 6, 7], "{word}");
    }
}

#[test]
fn an_open_mark_is_asked_about_where_it_is_used() {
    let text = "step\tloss\tnote\n250\t45\t1,000\n500\t38\t2\n1000\t33\t3,5\n2000\t30\t4\n4000\t28\t5\n";
    assert!(read("power", text, &[]).is_ok(), "not where it is not");
    let text = text.replace("1000\t", "1,000\t");
    let said = read("power", &text, &[]).expect_err("a question").to_string();
    assert!(
        said.starts_with("line 4: nothing in the columns of the fit says") && said.contains("`1,000` of column `step`"),
        "{said}"
    );
    let law = find("power").expect("a law");
    let table = table(&text);
    for (columns, x) in [("decimal:point", 1000.0), ("decimal:comma", 1.0)] {
        let columns = Columns::read(columns, &table).expect("an answer");
        assert_eq!(
            runs(law, &table, &columns, law.info.objective, &[]).expect("runs").data.input(2),
            [x],
            "{columns:?}"
        );
    }
    assert!(Columns::read("decimal:both", &table).is_err(), "one of two");
}

/// Six runs of a law with two inputs, as the text of a table. `heads` are the headings, and `n` and `d` are the cells
/// of the first and of the second input. The losses are fixed.
fn six(heads: &str, n: [&str; 6], d: [&str; 6]) -> String {
    let loss = ["3.6", "3.3", "3.1", "3.4", "3.15", "2.9"];
    let row = |i: usize| format!("{},{},{}\n", n[i], d[i], loss[i]);
    format!("{heads}\n{}", (0..6).map(row).collect::<String>())
}

const SIZES: [&str; 6] = ["7e7", "7e7", "7e7", "1.6e8", "1.6e8", "1.6e8"];
const TOKENS: [&str; 6] = ["1.5e9", "5e9", "2e10", "1.5e9", "5e9", "2e10"];

fn with(law: &str, text: &str, columns: &str) -> Result<Read> {
    let (law, table) = (find(law)?, Reader::read(text.as_bytes())?);
    runs(law, &table, &Columns::read(columns, &table)?, law.info.objective, &[])
}

#[test]
fn a_heading_is_the_unit_of_cells_without_their_own() {
    let cells = ["1.5", "5", "20", "1500M", "0.005T", "20"];
    let text = six("params,tokens (B),loss", SIZES, cells);
    let found = with("chinchilla", &text, "").expect("runs");
    let tokens = |found: &Read| (0..6).map(|i| found.data.input(i)[1]).collect::<Vec<_>>();
    assert_eq!(tokens(&found), [1.5e9, 5e9, 2e10, 1.5e9, 5e9, 2e10], "each by its own unit");
    assert!(found.notes[0].contains("such as `1500M` on line 5, is read with that suffix"), "{:?}", found.notes);
    assert_eq!(tokens(&with("chinchilla", &text, "tokens.unit:M").expect("runs"))[2..4], [2e7, 1.5e9], "as said");
    let text = text.replace(" (B)", "");
    let said = with("chinchilla", &text, "").expect_err("70 tokens").to_string();
    assert!(said.contains("holds `1500M` on line 5, with a suffix, and 1.5 on line 2, without one"), "{said}");
    assert_eq!(tokens(&with("chinchilla", &text, "tokens.unit:B").expect("runs")), tokens(&found), "as asked for");
}

#[test]
fn units_that_are_not_read_are_asked_about() {
    for heading in
        ["tokens (dozens)", "tokens (x250)", "tokens (GiB)", "tokens (100M)", "tokens [hundreds]", "tokens_1000"]
    {
        let text = six(&format!("params,{heading},loss"), SIZES, TOKENS);
        let said = with("chinchilla", &text, "").expect_err("a question").to_string();
        assert!(
            said.contains(&format!("column `{heading}`")) && said.contains("not read as a unit of tokens"),
            "{said}"
        );
        assert_eq!(with("chinchilla", &text, "tokens.unit:1").expect("runs").data.input(0)[1], 1.5e9, "{heading}");
    }
    for heading in ["log10 params", "ln_params", "params (log)", "logParams", "params (log scale)"] {
        let text = six(&format!("{heading},tokens,loss"), SIZES, TOKENS);
        let said = with("chinchilla", &text, "").expect_err("a question").to_string();
        assert!(said.contains("not their logarithms"), "{said}");
    }
    for heading in ["loss (x100)", "loss (%)", "val loss (10^-3)", "ln_loss", "loss (log)", "log_loss", "log loss"] {
        let text = six(&format!("params,tokens,{heading}"), SIZES, TOKENS);
        let said = with("chinchilla", &text, "").expect_err("a question").to_string();
        assert!(said.contains("the loss itself is needed"), "{heading}: {said}");
        assert!(with("chinchilla", &text, "loss:#3").is_ok(), "{heading}: somebody said it");
    }
    for heads in [
        "params (non-embedding),tokens (seen),loss (val)",
        "params (N),tokens (D),loss (nats)",
        "params,tokens,loss (step 1000)",
    ] {
        let found = with("chinchilla", &six(heads, SIZES, TOKENS), "").unwrap_or_else(|e| panic!("{heads}: {e}"));
        assert_eq!(found.data.input(0), [7e7, 1.5e9], "{heads}");
    }
}

#[test]
fn petaflop_days_are_operations() {
    let days = ["0.0072917", "0.024306", "0.097222", "0.016667", "0.055556", "0.22222"];
    for heading in ["compute (PF-days)", "compute_pf_days", "petaflop_s_days", "compute [PFLOP/s-days]"] {
        let found = with("chinchilla", &six(&format!("params,{heading},loss"), SIZES, days), "").expect("runs");
        assert!((found.data.input(0)[1] - 1.5e9).abs() < 1e5, "{heading}: {:?}", found.data.input(0));
        assert_eq!(found.how[1], format!("D = `{heading}` × 8.64 × 10¹⁹ / (6 × `params`)"));
        assert!(found.notes[0].contains("1 stands for 8.64 × 10¹⁹ operations"), "{:?}", found.notes);
    }
}

#[test]
fn a_letter_at_the_end_of_a_name_is_a_unit_where_it_can_be() {
    let billions = ["0.07", "0.07", "0.07", "0.16", "0.16", "0.16"];
    let trillions = ["0.0015", "0.005", "0.02", "0.0015", "0.005", "0.02"];
    let found = with("chinchilla", &six("params_b,tokens_T,loss", billions, trillions), "").expect("runs");
    assert_eq!(found.data.input(0), [7e7, 1.5e9], "numbers of models");
    assert!(found.notes.is_empty(), "{:?}", found.notes);
    let found = with("chinchilla", &six("params_b,tokens_t,loss", SIZES, TOKENS), "").expect("runs");
    assert_eq!(found.data.input(0), [7e7, 1.5e9], "subscripts");
    assert!(found.notes[1].contains("last letter of the heading `tokens_t`"), "{:?}", found.notes);
    for heading in ["x_t", "step_k", "steps_t", "x_b"] {
        let text = format!("{heading},loss\n1,5.5\n2,3\n4,2.5\n8,2.1\n16,2\n32,1.9\n");
        let found = with("power", &text, "").expect("runs");
        assert_eq!(found.data.input(5), [32.0], "{heading}");
        assert!(found.notes[0].contains(&format!("heading `{heading}`")), "{:?}", found.notes);
        let unit = with("power", &text, "x.unit:k").expect("runs");
        assert_eq!((unit.data.input(5), unit.notes.len()), (&[32e3][..], 0), "{heading}, as said");
    }
}

#[test]
fn headings_that_fit_alike_are_asked_about() {
    let other = ["7e6", "7e6", "7e6", "1e7", "2e7", "3e7"];
    let wide = |heads: &str| {
        let text = six(heads, SIZES, TOKENS);
        let more = text.lines().skip(1).zip(other).map(|(line, more)| format!("{more},{line}\n"));
        format!("{heads}\n{}", more.collect::<String>())
    };
    for (heads, how) in [
        ("embedding_params,total_params,tokens,loss", ["N = `total_params`", "D = `tokens`"]),
        ("warmup_tokens,params,total_tokens,loss", ["N = `params`", "D = `total_tokens`"]),
        ("eval_tokens,params,seen_tokens,loss", ["N = `params`", "D = `seen_tokens`"]),
    ] {
        assert_eq!(with("chinchilla", &wide(heads), "").expect("runs").how[..2], how, "{heads}");
    }
    for (heads, loss) in [
        ("predicted_loss,params,tokens,observed_loss", "observed_loss"),
        ("initial_loss,params,tokens,train_loss", "train_loss"),
        ("train/loss,params,tokens,val/loss", "val/loss"),
        ("train/loss,params,tokens,final_val_loss", "final_val_loss"),
        ("val_loss_code,params,tokens,final_val_loss", "final_val_loss"),
    ] {
        assert_eq!(with("chinchilla", &wide(heads), "").expect("runs").how[2], format!("loss = `{loss}`"), "{heads}");
    }
    for (heads, names) in [
        (
            "eval/code_loss,params,tokens,eval/web_loss",
            "columns `eval/code_loss`, `eval/web_loss` may each be the loss",
        ),
        ("code/loss,params,tokens,web/loss", "columns `code/loss`, `web/loss` may each be the loss"),
        (
            "active_params,total_params,tokens,loss",
            "columns `active_params`, `total_params` may each be the parameters",
        ),
        ("a/tokens,params,b/tokens,loss", "columns `a/tokens`, `b/tokens` may each be the tokens"),
        (
            "other,params,warmup_tokens,loss",
            "column `warmup_tokens` may be the tokens, but its heading says `warmup` too",
        ),
    ] {
        let said = with("chinchilla", &wide(heads), "").expect_err("a question").to_string();
        assert!(said.starts_with(names), "{heads}: {said}");
    }
    assert!(
        with("chinchilla", &wide("eval/code_loss,params,tokens,eval/web_loss"), "loss:#4").is_ok(),
        "somebody said"
    );
    // The added column repeats the parameters in another unit.
    let text = six("params,tokens,loss", SIZES, TOKENS);
    let twice = text.lines().zip(["params (M)", "70", "70", "70", "160", "160", "160"]);
    let twice: String = twice.map(|(line, more)| format!("{more},{line}\n")).collect();
    assert!(with("chinchilla", &twice, "").is_ok(), "no other column");
}

#[test]
fn a_weight_has_no_path_and_no_unit() {
    for heading in ["gradients/lm_head.weight", "data/web.weight", "loss/weight", "weights (GB)", "weights_B"] {
        let text = format!("steps,loss,{heading}\n1,5,0.1\n2,3,0.2\n4,2.2,0.1\n8,1.7,0.3\n16,1.5,0.1\n");
        let how = with("power", &text, "x:steps").expect("runs").how;
        assert!(how.iter().all(|said| !said.starts_with("weight")), "{heading}: {how:?}");
    }
    let named =
        with("power", "steps,loss, Weight \n1,5,1\n2,3,2\n4,2.2,1\n8,1.7,1\n16,1.5,1\n", "x:steps").expect("runs");
    assert_eq!(named.how[2], "weight = `Weight`");
}

#[test]
fn a_weight_is_named_and_no_size() {
    let text = "steps,loss,weights\n1,5,1\n2,3,2\n4,2.2,1\n8,1.7,1\n16,1.5,1\n";
    assert_eq!(with("power", text, "").expect("runs").how[2], "weight = `weights`");
    let large = text.replace(",1\n", ",70000000\n");
    let said = with("power", &large, "").expect_err("a size").to_string();
    assert!(said.contains("column `weights`, with numbers up to 70000000,"), "{said}");
    assert!(with("power", &large, "weight:weights").is_ok() && with("power", &large, "weight:-").is_ok(), "said");
    let alone = with("power", &text.replace("steps", "tokens"), "").expect("runs");
    assert_eq!(alone.how, ["x = `tokens`", "loss = `loss`", "weight = `weights`"], "x is the only column left");
}

#[test]
fn columns_outside_the_fit_decide_no_mark() {
    let steps = ["752", "800", "900", "1.054", "2.000", "4.000"];
    let of = |other: &str, cell: &str, loss: [&str; 6], separator: &str, mark: &str| {
        let row = |i: usize| [steps[i].replace('.', mark), cell.to_owned(), loss[i].to_owned()].join(separator) + "\n";
        let text = format!("steps{separator}{other}{separator}loss\n{}", (0..6).map(row).collect::<String>());
        with("power", &text, "loss:loss").map(|runs| runs.data.input(3)[0])
    };
    let whole = ["50", "45", "41", "38", "35", "33"];
    for (other, cell, separator, mark) in [
        ("cuda", "12.1", ";", "."),
        ("torch", "2.4", ";", "."),
        ("month", "03.2026", ";", "."),
        ("minutes", "12.5", ";", "."),
        ("lr", "0,0003", "\t", ","),
        ("gpus", "0,1", "\t", ","),
    ] {
        let said = of(other, cell, whole, separator, mark).expect_err("a question").to_string();
        assert!(said.contains("nothing in the columns of the fit says") && said.contains("column `steps`"), "{said}");
    }
    let german = ["5,0019", "4,55", "4,1", "3,8", "3,5", "3,3"];
    assert_eq!(of("cuda", "12.1", german, ";", ".").expect("runs"), 1054.0, "the loss says it");
    let english = german.map(|cell| cell.replace(',', "."));
    let english = english.each_ref().map(String::as_str);
    assert_eq!(of("lr", "0,0003", english, "\t", ",").expect("runs"), 1054.0, "the loss says it");
    assert_eq!(of("train_loss", "3,7512", whole, ";", ".").expect("runs"), 1054.0, "any loss does");
    let both = ["5,0019", "4.55", "4,1", "3,8", "3,5", "3,3"];
    let said = of("lr", "1", both, ";", ".").expect_err("both").to_string();
    assert!(said.contains("both decimal points and decimal commas"), "{said}");
}

#[test]
fn sentences_are_short_and_say_what_is_allowed() {
    let text = |loss: &dyn Fn(f64) -> String| {
        let row = |i: i32| format!("{},{}\n", 1 << i, loss(f64::from(i)));
        format!("x,loss\n{}", (0..6).map(row).collect::<String>())
    };
    let said = with("power", &text(&|i| format!("{}e300", 5.5 - 0.5 * i)), "").expect_err("huge").to_string();
    assert!(said.contains("such as 5.5e300:") && said.len() < 200, "{said}");
    let said = with("power", &text(&|_| "3".to_owned()), "").map_err(|e| e.to_string());
    assert!(!said.is_err_and(|said| said.contains("whole numbers")), "a column that is called the loss");
    let said = Rule::parse("largest=-1").expect_err("no count").to_string();
    assert!(said.contains("largest=COUNT, where COUNT is how many rows"), "{said}");
    assert!(Rule::parse("largest>-1").is_ok(), "a column of that name");
    let comment = "run,x,loss\na,1,5.5\n#best,2,3\nc,4,2.5\nd,8,2.1\ne,16,2\nf,32,1.9\n";
    assert!(with("power", comment, "").expect("runs").notes[0].contains("Line 3"), "what a table skipped is said");
}

#[test]
fn what_is_like_the_loss_is_no_loss_until_somebody_says_so() {
    for heading in [
        "loss_x100",
        "loss_pct",
        "loss (perplexity)",
        "loss_ppl",
        "exp_loss",
        "loss^2",
        "sqrt_loss",
        "loss_sum",
        "loss_gap",
        "loss_ratio",
        "normalized_loss",
        "loss (bits)",
        "router_loss",
        "l2_loss",
        "reg_loss",
        "mtp_loss",
        "loss_ema",
        "router/loss",
        "loss (smoothed)",
        "loss_delta_vs_baseline",
        "wibble_loss",
        "loss_wibble",
    ] {
        let said = with("chinchilla", &six(&format!("params,tokens,{heading}"), SIZES, TOKENS), "");
        let said = said.expect_err(heading).to_string();
        assert!(
            said.contains(&format!("`{heading}`")) && said.contains("which column is the loss"),
            "{heading}: {said}"
        );
        let own = six("params,tokens,L", SIZES, TOKENS);
        let beside =
            own.lines().zip([heading, "9", "8", "7", "6", "5", "4"]).map(|(line, more)| format!("{more},{line}\n"));
        let found = with("chinchilla", &beside.collect::<String>(), "").unwrap_or_else(|e| panic!("{heading}: {e}"));
        assert_eq!(found.how[2], "loss = `L`", "{heading}");
    }
    for heading in ["loss__MIN", "val_loss__MAX", "loss_ci", "loss_var", "loss_std", "aux_loss", "loss (std)"] {
        let said = with("chinchilla", &six(&format!("params,tokens,{heading}"), SIZES, TOKENS), "");
        assert!(said.expect_err(heading).to_string().starts_with("no column holds the loss"), "{heading}");
    }
    for heading in [
        "Loss",
        "val_loss",
        "eval/c4/macro_loss",
        "mycorpus_val_loss",
        "loss (nats)",
        "Validation Loss (nats/token)",
        "final train loss",
        "loss (C4)",
        "lm loss",
        "cross-entropy loss",
        "held-out loss",
        "test_loss_mean",
    ] {
        let found = with("chinchilla", &six(&format!("params,tokens,{heading}"), SIZES, TOKENS), "");
        assert!(found.is_ok(), "{heading}: {found:?}");
    }
}

#[test]
fn what_is_like_tokens_seen_is_asked_about() {
    for heading in [
        "dataset_tokens",
        "dataset_size_tokens",
        "data_tokens",
        "corpus_tokens",
        "pool_tokens",
        "fresh_tokens",
        "epoch_tokens",
        "tokens (one epoch)",
        "tokens_dedup",
        "wibble_tokens",
        "prompt tokens",
    ] {
        for epochs in ["", "epochs"] {
            let heads = format!("params,{heading},loss{}", if epochs.is_empty() { "" } else { ",epochs" });
            let text = six(&heads, SIZES, TOKENS).replace('\n', if epochs.is_empty() { "\n" } else { ",4\n" });
            let text = text.replacen(",4\n", "\n", 1);
            let said = with("chinchilla", &text, "").expect_err(heading).to_string();
            assert!(said.contains(&format!("`{heading}`")) && said.contains("which column is the tokens"), "{said}");
            assert!(with("chinchilla", &text, &format!("tokens:{heading}")).is_ok(), "{heading}: somebody said so");
        }
    }
    for heading in ["tokens (unique)", "distinct_tokens", "unique tokens"] {
        let text = six(&format!("params,{heading},loss"), SIZES, TOKENS);
        let said = with("chinchilla", &text, "").expect_err(heading).to_string();
        assert!(said.starts_with("no column holds the tokens"), "{said}");
        let text = text.replace('\n', ",4\n").replacen(",4\n", ",epochs\n", 1);
        assert_eq!(with("chinchilla", &text, "").expect(heading).how[1], format!("D = `{heading}` × `epochs`"));
    }
    for heading in ["param_norm", "params_wibble", "unique_params"] {
        let said = with("chinchilla", &six(&format!("{heading},tokens,loss"), SIZES, TOKENS), "");
        assert!(said.expect_err(heading).to_string().contains("which column is the parameters"), "{heading}");
    }
}

#[test]
fn a_total_that_differs_is_asked_about() {
    let total = |name: &str, times: f64| {
        let text = six("params,tokens,loss", SIZES, TOKENS);
        let more = TOKENS.map(|tokens| (tokens.parse::<f64>().expect("a number") * times).to_string());
        let cells = std::iter::once(name.to_owned()).chain(more);
        let table: String = text.lines().zip(cells).map(|(line, more)| format!("{line},{more}\n")).collect();
        with("chinchilla", &table, "")
    };
    for name in ["tokens_total", "num_tokens_total", "total_tokens", "tokens seen"] {
        let said = total(name, 8.0).expect_err(name).to_string();
        assert!(said.contains(&format!("columns `tokens`, `{name}` may each be the tokens")), "{said}");
        assert!(total(name, 1.0).is_ok(), "{name}: the numbers again");
    }
}

#[test]
fn brackets_that_are_no_unit_are_asked_about() {
    for word in ["tausend", "mille", "\u{5343}", "тыс", "Millionen", "млн", "\u{767e}\u{4e07}", "10e6", "wibble"]
    {
        let said = with("chinchilla", &six(&format!("params ({word}),tokens ({word}),loss"), SIZES, TOKENS), "");
        let said = said.expect_err(word).to_string();
        assert!(said.contains("not read as a unit of parameters"), "{word}: {said}");
        let said = with("chinchilla", &six(&format!("params,tokens_{word},loss"), SIZES, TOKENS), "");
        assert!(said.is_err(), "{word} at the end of a name");
    }
}

#[test]
fn sizes_beyond_all_runs_are_asked_about() {
    for (heads, role) in [("params (M),tokens,loss", "parameters"), ("params,tokens (M),loss", "tokens")] {
        let said = with("chinchilla", &six(heads, SIZES, TOKENS), "").expect_err(heads).to_string();
        assert!(
            said.contains("in units of 1,000,000 holds about") && said.contains(&format!("set the unit of {role}")),
            "{said}"
        );
    }
    let huge = SIZES.map(|n| n.replace("e7", "e15").replace("e8", "e16"));
    let said = with("chinchilla", &six("params,tokens,loss", huge.each_ref().map(String::as_str), TOKENS), "");
    assert!(said.expect_err("1e15").to_string().contains("more than any run has had"));
    let unit = with("chinchilla", &six("params (M),tokens,loss", SIZES, TOKENS), "params.unit:1").expect("as said");
    assert_eq!(unit.data.input(0)[0], 7e7);
}

#[test]
fn a_rule_compares_in_the_unit_of_its_column() {
    let text = "params (M),tokens (B),loss\n70,1.5,3.6\n70,5,3.3\n70,20,3.1\n160,1.5,3.4\n160,5,3.1\n160,20,2.9\n\
        300,5,2.9\n300,9,2.8\n";
    let of = |rule: &str| read("chinchilla", text, &[rule]).map(|runs| runs.lines);
    for rule in ["params>200M", "params>2e8", "Params (M)>0.2B", "params>=300M", "params=3e8", "params=300"] {
        assert_eq!(of(rule).expect(rule), [2, 3, 4, 5, 6, 7], "{rule}");
    }
    assert_eq!(of("loss>3.5").expect("no unit"), [3, 4, 5, 6, 7, 8, 9]);
    let said = of("params>200").expect_err("200 of what").to_string();
    assert_eq!(
        said,
        "`params>200` can be read in two ways, because column `params (M)` counts in units of 1,000,000: write 200M, or 200e0 for \
         200 itself"
    );
    let days = text.replace("tokens (B)", "compute (PF-days)");
    let said = read("chinchilla", &days, &["flops>2"]).expect_err("days").to_string();
    assert!(said.contains("counts in units of 8.64 × 10¹⁹: write 1.728e20, or 2e0 for 2 itself"), "{said}");
    // A cell with its own suffix ignores the unit of its heading.
    let own = text.replace("300,5,2.9", "300M,5,2.9");
    assert_eq!(read("chinchilla", &own, &["params>1B"]).expect("scaled once").lines, [2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(of("params>200M").expect("the first way"), of("params>200e6").expect("as well"));
    let notes = |rule: &str| read("chinchilla", text, &[rule]).expect(rule).notes;
    assert_eq!(notes("params>1T"), ["No row meets `params>1T`: that rule leaves out nothing."]);
    assert!(notes("params>200M").is_empty());
}

#[test]
fn columns_that_contradict_each_other_are_named() {
    let table = |heads: &str, last: &dyn Fn(f64, f64) -> f64| {
        let row = |i: usize| {
            let (n, d) = (SIZES[i].parse().expect("a number"), TOKENS[i].parse().expect("a number"));
            format!("{n},{d},{},{}\n", 3.6 - 0.1 * i as f64, last(n, d))
        };
        format!("{heads}\n{}", (0..6).map(row).collect::<String>())
    };
    let notes = |text: &str| with("chinchilla", text, "").expect("runs").notes.join(" ");
    let flops = "params,tokens,loss,flops";
    assert_eq!(notes(&table(flops, &|n, d| 6.0 * n * d)), "");
    assert_eq!(notes(&table(flops, &|n, d| 8.0 * n * d)), "", "with what is recomputed");
    assert!(notes(&table(flops, &|n, d| 6e-9 * n * d)).contains("is about 10⁻⁹ times 6 × `params` × `tokens`"));
    assert!(notes(&table(flops, &|n, d| 60.0 * n * d)).contains("is about 10 times"), "ten times as many");
    let unique = "params,tokens,loss,unique_tokens";
    assert!(notes(&table(unique, &|_, d| d * 1.2)).contains("Line 2 has more unique tokens"), "a fifth more");
    assert_eq!(notes(&table(unique, &|_, d| d / 4.0)), "");
    assert!(
        notes(&table(unique, &|_, d| d * 4.0)).contains("Line 2 has more unique tokens (`unique_tokens`, 6 × 10⁹)")
    );
    let epochs = |times: f64| {
        let text = table("params,tokens,loss,epochs", &|_, _| 4.0);
        let cells = std::iter::once("unique_tokens".to_owned())
            .chain(TOKENS.map(|d| (d.parse::<f64>().expect("a number") / times).to_string()));
        text.lines().zip(cells).map(|(line, more)| format!("{line},{more}\n")).collect::<String>()
    };
    assert_eq!(notes(&epochs(4.0)), "");
    assert!(
        notes(&epochs(8.0)).contains("`tokens` is about 2 times `unique_tokens` × `epochs`"),
        "{}",
        notes(&epochs(8.0))
    );
}

#[test]
fn a_loss_that_stands_for_a_failure_is_named() {
    let text = "params,tokens,loss\n7e7,1.5e9,3.6\n7e7,5e9,3.3\n7e7,2e10,3.1\n1.6e8,1.5e9,999\n1.6e8,5e9,3.1\n\
        1.6e8,2e10,2.9\n3e8,2e10,2.8\n";
    let notes = with("chinchilla", text, "").expect("runs").notes;
    assert!(notes[0].starts_with("Line 5 has a loss of 999, more than 20 times the median, 3.1"), "{notes:?}");
    let rule = notes[0].split('`').nth(1).expect("a rule").to_owned();
    assert_eq!(read("chinchilla", text, &[&rule]).expect("as said").lines, [2, 3, 4, 6, 7, 8]);
    let notes = |loss: &str| with("chinchilla", &text.replace("999", loss), "").expect("runs").notes;
    assert!(!notes("80").is_empty() && notes("50").is_empty(), "more than twenty times the median");
}

#[test]
fn a_number_that_is_not_read_is_not_missing() {
    let text = |cell: &str| format!("x,loss\n1,5.5\n2,3\n{cell},2.4\n8,2.1\n16,2\n32,1.9\n");
    for (cell, why) in [("~4", "marked as approximate"), ("4 tausend", "not read as a unit"), ("4±1", "with its error")]
    {
        for rules in [&[][..], &["missing"]] {
            let said = read("power", &text(cell), rules).expect_err(cell).to_string();
            assert!(said.starts_with(&format!("line 4: column `x` holds `{cell}` where a number is needed")), "{said}");
            assert!(said.contains(why), "{said}");
            assert!(!said.contains("leaves such rows out"), "no rule does: {said}");
        }
        assert!(read("power", &text(cell), &[&format!("x={cell}"), "missing"]).is_ok(), "{cell}: somebody said so");
    }
    assert_eq!(read("power", &text("diverged"), &["missing"]).expect("words").lines, [2, 3, 5, 6, 7]);
}

#[test]
fn a_loss_of_thousands_is_not_believed() {
    let losses = ["3,607", "3,301", "3,102", "3,401", "3,152", "2,903"];
    let of = |head: &str, mark: &str, columns: &str| {
        let row = |i: usize| format!("{};{};{}\n", SIZES[i], TOKENS[i], losses[i].replace(',', mark));
        with("chinchilla", &format!("N;D;{head}\n{}", (0..6).map(row).collect::<String>()), columns)
    };
    for mark in [",", "."] {
        assert_eq!(of("loss", mark, "").map(|runs| runs.data.y[0]).expect("no question"), 3.607, "{mark}");
    }
    assert_eq!(of("loss", ",", "decimal:point,loss:loss").map(|runs| runs.data.y[0]).expect("as said"), 3607.0);
    let said = of("value", ",", "loss:value").expect_err("what it is nobody knows").to_string();
    assert!(said.starts_with("line 2: the loss `3,607` is above a thousand"), "{said}");
    let steps = "step\tloss\n100\t9.536\n200\t8.125\n300\t7.775\n400\t7.601\n500\t7.522\n";
    assert_eq!(with("power", steps, "").map(|runs| runs.data.y[0]).expect("no question"), 9.536);
}

#[test]
fn another_name_for_the_loss_is_read_and_a_sure_column_beats_a_path() {
    for heading in [
        "metrics/eval/LanguageCrossEntropy",
        "global_avg_loss",
        "nll",
        "cross_entropy",
        "xent",
        "CE",
        "loss/val",
        "loss/eval",
        "eval/loss",
    ] {
        assert!(with("chinchilla", &six(&format!("params,tokens,{heading}"), SIZES, TOKENS), "").is_ok(), "{heading}");
    }
    for heading in ["Non-Emb Params", "non_embedding_params", "num_input_tokens_seen"] {
        let heads = if heading.contains("tokens") {
            format!("params,{heading},loss")
        } else {
            format!("{heading},tokens,loss")
        };
        let found = with("chinchilla", &six(&heads, SIZES, TOKENS), "");
        assert!(found.is_ok(), "{heading}: {found:?}");
    }
    for heading in ["Data (tokens)", "Training data (tokens)"] {
        let said = with("chinchilla", &six(&format!("params,{heading},loss"), SIZES, TOKENS), "").expect_err(heading);
        assert!(said.to_string().contains("its heading says `data` too"), "{said}");
    }
    let other = ["1e6", "2e6", "3e6", "4e6", "5e6", "6e6"];
    let beside = |heading: &str, heads: &str| {
        let text = six(heads, SIZES, TOKENS);
        let cells = std::iter::once(heading).chain(other);
        let table: String = text.lines().zip(cells).map(|(line, more)| format!("{line},{more}\n")).collect();
        with("chinchilla", &table, "")
    };
    assert_eq!(beside("optimizer/params", "n_params,tokens,loss").expect("a name").how[0], "N = `n_params`");
    for (heading, heads, role) in [
        ("active_params", "N,tokens,loss", "parameters"),
        ("active_params", "non_embedding_params,tokens,loss", "parameters"),
        ("train/loss", "params,tokens,L", "loss"),
        ("github_loss", "params,tokens,L", "loss"),
        ("final_loss", "params,tokens,loss", "loss"),
    ] {
        let said = beside(heading, heads).expect_err(heading).to_string();
        assert!(said.contains(&format!("may each be the {role}")), "{heading} beside {heads}: {said}");
    }
}

#[test]
fn one_row_in_another_unit_is_named() {
    let of = |cell: &str| {
        let text = "params,tokens,loss\n7e7,1.5e9,3.6\n7e7,5e9,3.3\nCELL,2e10,3.1\n1.6e8,1.5e9,3.4\n1.6e8,5e9,3.1\n\
            1.6e8,2e10,2.9\n";
        with("chinchilla", &text.replace("CELL", cell), "").map(|runs| runs.notes.join(" "))
    };
    assert_eq!(of("7e7").expect("fine"), "");
    assert!(of("70").expect("a note").starts_with("Line 4 has 70 parameters and 2 × 10¹⁰ tokens, unlike"), "70");
    assert!(of("7e22").expect("a note").starts_with("Line 4 has 7 × 10²² parameters"), "7e22");
    let logs = six("params,tokens,loss", ["7.85", "7.85", "7.85", "8.2", "8.2", "8.2"], TOKENS);
    let notes = with("chinchilla", &logs, "").expect("a note").notes;
    assert!(notes[0].contains("if it holds logarithms, convert it"), "{notes:?}");
    assert!(of("0.07").expect_err("a question").to_string().contains("says that a run has 0.07 parameters"));
    assert_eq!(of("-7e7").expect_err("negative").to_string(), "line 4: parameters must be above 0, not -70000000");
}

#[test]
fn signs_of_rules_and_letters_of_laws_are_understood() {
    let text = "params,tokens,loss\n7e7,1.5e9,3.6\n7e7,5e9,3.3\n7e7,2e10,3.1\n1.6e8,1.5e9,3.4\n1.6e8,5e9,3.1\n\
        1.6e8,2e10,2.9\n3e8,2e10,2.8\n";
    for rule in ["N==7e7", "N=<7e7", "N<=7e7", "params<1e8"] {
        let said = read("chinchilla", text, &[rule]).expect_err("few").to_string();
        assert_eq!(
            said, "4 rows are too few for the law “Parameters and tokens”: it takes 6 (3 of 7 rows are left out)",
            "{rule}"
        );
    }
    assert_eq!(read("chinchilla", text, &["L=>3.6"]).expect("runs").lines, [3, 4, 5, 6, 7, 8]);
    let perplexity = text.replace("loss", "ppl");
    let notes = with("chinchilla", &perplexity, "loss:ppl").expect("somebody said so").notes;
    assert_eq!(notes, ["The heading of column `ppl` says `ppl`: the law is fitted to its numbers as they are."]);
}

#[test]
fn decimals_of_one_column_have_one_mark() {
    for (cells, says) in [
        (
            "410.000.000;1,5|160000.000;5,5|70,5;9,25",
            "column `params` can only be read with a decimal point on line 3, and only with a decimal comma on line 2",
        ),
        (
            "7e7;1,5|8e7;2.25|9e7;3,5",
            "column `tokens` can only be read with a decimal point on line 3, and only with a decimal comma on line 2",
        ),
    ] {
        let rows: String = cells.split('|').map(|row| format!("{row};3,5\n")).collect();
        let said = with("chinchilla", &format!("params;tokens;loss\n{rows}"), "").expect_err("both").to_string();
        assert!(said.starts_with(says), "{said}");
    }
    // Groups of two are Indian, and are separated by commas.
    assert_eq!(number::typed("70,00,000"), Some(7e6));
    assert_eq!(number::typed("70.00.000"), None);
}

#[test]
fn a_path_that_is_not_known_gives_way() {
    let other = ["1.5", "2.5", "3.5", "4.5", "5.5", "6.5"];
    let sizes = ["1e6", "2e6", "3e6", "4e6", "5e6", "6e6"];
    let beside = |decoy: &str, cells: [&str; 6], heads: &str, first: bool| {
        let text = six(heads, SIZES, TOKENS);
        let cells = std::iter::once(decoy).chain(cells);
        let join =
            |(line, more): (&str, &str)| if first { format!("{more},{line}\n") } else { format!("{line},{more}\n") };
        with("chinchilla", &text.lines().zip(cells).map(join).collect::<String>(), "").map(|runs| runs.how)
    };
    for first in [true, false] {
        for (decoy, loss) in [
            ("replay/loss", "val_loss"),
            ("sft/loss", "val_loss"),
            ("eval/hellaswag/loss", "val_loss"),
            ("code/val_loss", "final_val_loss"),
            ("step0/val_loss", "final_val_loss"),
            ("int8/val_loss", "final_val_loss"),
        ] {
            let how = beside(decoy, other, &format!("params,tokens,{loss}"), first);
            assert_eq!(how.expect(decoy)[2], format!("loss = `{loss}`"), "{decoy}");
        }
        for decoy in ["batch/tokens", "step/tokens", "target/tokens", "config/tokens", "rank0/tokens"] {
            let how = beside(decoy, sizes, "params,n_tokens,loss", first);
            assert_eq!(how.expect(decoy)[1], "D = `n_tokens`", "{decoy}");
        }
        for decoy in ["ema/params", "encoder/params", "ref/params"] {
            let how = beside(decoy, sizes, "n_params,tokens,loss", first);
            assert_eq!(how.expect(decoy)[0], "N = `n_params`", "{decoy}");
        }
        let said = beside("parameters", sizes, "n_params,tokens,loss", first).expect_err("two names").to_string();
        assert!(said.contains("may each be the parameters"), "{said}");
    }
}

#[test]
fn one_column_is_one_thing_and_one_table_is_read() {
    let text = six("params,tokens,loss", SIZES, TOKENS);
    for (columns, says) in [
        ("params:tokens", "column `tokens` cannot be both the parameters and the tokens"),
        ("loss:tokens", "column `tokens` cannot be both the tokens and the loss"),
        ("weight:loss", "column `loss` cannot be both the loss and the weight"),
    ] {
        let said = with("chinchilla", &text, columns).expect_err(columns).to_string();
        assert!(said.starts_with(says), "{said}");
    }
    let two = format!("{text}\nlr,wd,x\n1,2,3\n");
    for rules in [&[][..], &["missing"]] {
        let said = read("chinchilla", &two, rules).expect_err("two tables").to_string();
        assert!(said.starts_with("line 9 holds words in all columns that are read"), "{said}");
    }
}

#[test]
fn rows_without_a_run_are_runs_of_their_own() {
    let blocks = |cells: [&str; 6]| {
        let text = six("params,tokens,loss", SIZES, TOKENS);
        let cells = std::iter::once("run").chain(cells);
        let table: String = text.lines().zip(cells).map(|(line, more)| format!("{line},{more}\n")).collect();
        let mut blocks = with("chinchilla", &table, "").expect("runs").data.block;
        blocks.sort_unstable();
        blocks.dedup();
        blocks.len()
    };
    assert_eq!(blocks(["a", "a", "b", "b", "c", "c"]), 3);
    assert_eq!(blocks(["a", "a", "", "", "c", ""]), 5);
    assert_eq!(blocks(["", "", "", "", "", ""]), 6);
    let json: String = (0..6)
        .map(|i| {
            let run = if i == 3 { "\"baseline\"".to_owned() } else { i.to_string() };
            format!(
                "{{\"run\":{run},\"params\":{},\"tokens\":{},\"loss\":{}}}\n",
                SIZES[i],
                TOKENS[i],
                3.6 - 0.1 * i as f64
            )
        })
        .collect();
    let mut found = with("chinchilla", &json, "").expect("runs").data.block;
    found.dedup();
    assert_eq!(found.len(), 6, "numbers and words are names");
}

#[test]
fn shares_of_unique_tokens_are_asked_about() {
    let of = |share: &str, heads: &str| {
        let row = |i: usize| {
            let share = if i.is_multiple_of(2) { share } else { "1" };
            format!("{},{},{share},{}\n", SIZES[i % 6], TOKENS[i * 5 % 6], 3.6 - 0.05 * i as f64)
        };
        with("data-constrained", &format!("{heads}\n{}", (0..9).map(row).collect::<String>()), "")
    };
    for (share, says) in [("0.25", "says that a run has 0.25 unique tokens"), ("25", "if it holds shares")] {
        let said = of(share, "params,tokens,unique,loss").expect_err("a share").to_string();
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn a_loss_in_percent_is_divided_by_a_hundred_and_that_is_said() {
    let text = |cells: [&str; 6]| {
        let row = |(i, cell): (usize, &str)| format!("{},{cell}\n", 1 << i);
        format!("x,loss\n{}", cells.into_iter().enumerate().map(row).collect::<String>())
    };
    let note = |cell: &str, line: usize| {
        format!("In column `loss`, a percentage such as `{cell}` on line {line} is divided by 100.")
    };
    for (cells, cell, line) in [
        (["55%", "30%", "25%", "21%", "20%", "19%"], "55%", 2),
        (["0.55", "0.3", "25 percent", "21%", "0.2", "0.19"], "25 percent", 4),
    ] {
        let found = with("power", &text(cells), "").expect("runs");
        assert_eq!(found.data.y[2], 0.25, "{cells:?}");
        assert!(found.notes.len() == 1 && found.notes[0] == *note(cell, line), "{:?}", found.notes);
    }
    let found = with("power", &text(["5.5", "3", "2.5", "2.1", "2", "1.9"]), "").expect("runs");
    assert!(found.notes.is_empty(), "{:?}", found.notes);
}

#[test]
fn a_column_without_numbers_is_not_a_matter_of_missing_rows() {
    let text = "x,loss\n1,n/a\n2,n/a\n4,\n8,-\n16,n/a\n";
    for rules in [&[][..], &["missing"]] {
        let said = read("power", text, rules).expect_err("no loss").to_string();
        assert_eq!(said, "column `loss` holds no number");
    }
}

#[test]
fn a_rule_is_quoted_whole() {
    let said = read("power", "x,loss\n1,3\n2,2.5\n4,2.2\n8,2.1\n", &["loss<abc"]).expect_err("no number").to_string();
    assert_eq!(said, "parameter `exclude` cannot be `loss<abc`: it takes a number after `<`, `<=`, `>` or `>=`");
}

#[test]
fn weights_are_judged_before_rows_are_counted() {
    let said = read("power", "x,loss,weight\n1,3,1\n2,2.5,-1\n", &[]).expect_err("a weight").to_string();
    assert_eq!(said, "line 3: the weight in column `weight` must be a number above 0");
}

#[test]
fn a_formula_says_what_is_divided_by_what() {
    let cells = |d: f64| format!("{},{}", d / 4e6, 4);
    let table = |heads: &str| {
        let row = |i: usize| {
            format!("{},{},{}\n", SIZES[i], cells(TOKENS[i].parse().expect("a number")), 3.6 - 0.1 * i as f64)
        };
        format!("{heads}\n{}", (0..6).map(row).collect::<String>())
    };
    let found = with("chinchilla", &table("params,unique tokens (M),epochs,loss"), "").expect("runs");
    assert_eq!(found.how[1], "D = `unique tokens (M)` × 1,000,000 × `epochs`");
}

//! Tests of the pages of fits.

use std::cmp::Ordering;

use super::*;
use crate::fit::find;
use crate::math;
use crate::output::{Cell, Figure};
use crate::params::query;
use crate::session::Session;
use crate::table::Reader;
use crate::theory::muennighoff;

fn open(slug: &str, text: &str, table: Option<&str>) -> Result<Session> {
    let table = table.map(|text| Rc::new(Reader::read(text.as_bytes()).expect("a table")));
    Session::open_on(Rc::new(Exec::cpu()), slug, &query(text), table, 1)
}

fn run(slug: &str, text: &str, table: Option<&str>) -> Output {
    let mut session = open(slug, text, table).unwrap_or_else(|e| panic!("{text}: {e}"));
    while !session.progress().finished() {
        pollster::block_on(session.advance()).expect("advances");
    }
    session.output()
}

fn refused(slug: &str, text: &str, table: Option<&str>) -> String {
    open(slug, text, table).err().expect("refused").to_string()
}

fn table<'a>(output: &'a Output, id: &str) -> &'a [Vec<Cell>] {
    &output.tables.iter().find(|table| table.id == id).unwrap_or_else(|| panic!("no table {id}")).rows
}

fn number(cell: &Cell) -> f64 {
    if let Cell::Number(x) = cell { *x } else { panic!("{cell:?} is no number") }
}

fn figure<'a>(output: &'a Output, id: &str) -> &'a Figure {
    output.figures.iter().find(|figure| figure.id == id).unwrap_or_else(|| panic!("no figure {id}"))
}

/// The points of one series in the figure `id`; `series` is the id of the series.
fn series(output: &Output, id: &str, series: &str) -> impl Iterator<Item = (f64, f64)> {
    let found = figure(output, id).series.iter().find(|s| s.id == series);
    let found = found.unwrap_or_else(|| panic!("{id} has no series {series}"));
    found.x.iter().copied().zip(found.y.iter().copied()).filter(|(_, y)| y.is_finite())
}

/// A table of runs of `L = 2 + 30 x^-0.5` without noise, below the headings `head`.
fn curve(head: &str, rows: impl IntoIterator<Item = u32>) -> String {
    let row = |x: u32| format!("{x},{},{}\n", 2.0 + 30.0 / f64::from(x).sqrt(), x % 3);
    format!("{head}\n{}", rows.into_iter().map(row).collect::<String>())
}

#[test]
fn a_table_is_read_as_its_columns_say() {
    let quick = "bootstrap=0&profiles=no";
    for (head, columns) in [
        ("x,loss,z", ""),
        ("steps,val_loss,z", ""),
        ("z,what,loss", "x:z,loss:what"),
        ("loss,x,run", "x:#1,loss:#2,run:-"),
    ] {
        let output = run("fit", &format!("{quick}&columns={columns}"), Some(&curve(head, 1..40)));
        let fit: Vec<f64> = table(&output, "parameters").iter().map(|row| number(&row[1])).collect();
        for (ours, truth) in fit.iter().zip([2.0, 30.0, 0.5]) {
            assert!((ours / truth - 1.0).abs() < 1e-6, "{head}: {fit:?}");
        }
    }
    let rows = |text: &str| {
        let output = run("fit", &format!("{quick}&{text}"), Some(&curve("x,loss,z", 1..40)));
        number(
            &table(&output, "quality")
                .iter()
                .find(|row| matches!(&row[0], Cell::Text(t) if t == "rows"))
                .expect("rows")[1],
        )
    };
    let says = |text: &str, file: Option<&str>| {
        let output = run("fit", &format!("{quick}&{text}"), file);
        let has =
            |row: &Vec<Cell>| matches!(&row[0], Cell::Text(t) if t.english().contains("no effect on simulated runs"));
        table(&output, "words").iter().any(has)
    };
    assert!(says("exclude=largest=5", None) && !says("", None), "simulated runs stay");
    assert!(!says("exclude=largest=5", Some(&curve("x,loss,z", 1..40))), "runs of a table go");
    assert_eq!([rows("exclude=x>20"), rows("exclude=largest=5,z=1"), rows("")], [20.0, 23.0, 39.0]);

    let small = curve("x,loss,z", 1..40);
    for (text, sentence) in [
        ("columns=loss:nothing", "`columns`: there is no column `nothing`"),
        ("columns=loss:#9", "`columns`: there is no column `#9`"),
        ("columns=colour:z", "parameter `columns` cannot be `colour:z`"),
        ("exclude=z~1", "parameter `exclude` cannot be `z~1`"),
        ("fixed=gamma", "parameter `fixed` cannot be `gamma`"),
        ("fixed=alpha=11", "parameter `fixed` cannot be `alpha=11`"),
        ("fixed=E=0", "parameter `fixed` cannot be `E=0`: it takes a number from 1e-60 to 1e200 for E"),
        ("budget=1e31", "parameter `budget` cannot be `1e31`: it takes a number from 1e12 to 1e30"),
        ("compare=none", "parameter `compare` cannot be `none`"),
        ("law=chinchilla", "no column holds the parameters"),
    ] {
        let said = refused("fit", text, Some(&small));
        assert!(said.starts_with(sentence), "{text}: {said}");
    }
    let said = refused("exam-time", "", Some(&small));
    assert!(said.contains("does not read a table"), "{said}");
}

/// A table of simulated runs of the Chinchilla law, with noise of 0.5%. `runs` has the parameters and tokens of each
/// run, and `label` gives the name of a run from its index.
fn sized(label: impl Fn(u32) -> String, runs: &[(f64, f64)]) -> String {
    let law = find("chinchilla").expect("a law");
    let inputs: Vec<_> = runs.iter().map(|(n, d)| vec![*n, *d]).collect();
    let data = Data::simulated(law, law.info.example.values, &inputs, 0.005, 3, 0);
    let row = |(i, (n, d)): (usize, &(f64, f64))| format!("{},{n},{d},{}\n", label(i as u32), data.y[i]);
    format!("run,params,tokens,loss\n{}", runs.iter().enumerate().map(row).collect::<String>())
}

fn said(output: &Output) -> String {
    let text = |row: &Vec<Cell>| if let Cell::Text(text) = &row[0] { text.english() } else { String::new() };
    table(output, "words").iter().map(text).collect::<Vec<_>>().join("\n")
}

#[test]
fn so_few_rows_that_intervals_are_too_wide_are_said_to_be() {
    let grid: Vec<_> = [7e7, 4e8, 3e9].iter().flat_map(|n| [1.5e9, 1e10, 5e10, 1.2e11].map(|d| (*n, d))).collect();
    for (rows, wide) in [(9, true), (10, false), (12, false)] {
        let table = sized(|i| i.to_string(), &grid[..rows]);
        let words = said(&run("chinchilla", "bootstrap=20&profiles=no", Some(&table)));
        assert_eq!(words.contains("wider than necessary"), wide, "{rows} rows for five parameters: {words}");
        assert!(words.contains(&format!("With only {rows} rows for 5 free parameters")), "{words}");
        let words = said(&run("chinchilla", "bootstrap=0&profiles=no", Some(&table)));
        assert!(!words.contains("bootstrap"), "there is none: {words}");
    }
}

#[test]
fn rows_of_few_runs_are_resampled_one_by_one_and_that_is_said() {
    let grid: Vec<_> = [7e7, 1.6e8, 4e8, 1e9, 3e9]
        .iter()
        .flat_map(|n| [1.5e9, 3e9, 6e9, 1.2e10, 2.4e10, 5e10, 1.2e11].map(|d| (*n, d)))
        .collect();
    for (label, says) in [
        ((|_| "sweep".into()) as fn(u32) -> String, "there is only 1, so it resamples single rows"),
        (|i| format!("r{}", i % 5), "there are only 5, so it resamples single rows"),
        (|i| format!("r{}", i % 10), ""),
    ] {
        let output = run("chinchilla", "bootstrap=60&profiles=no", Some(&sized(label, &grid)));
        assert!(
            said(&output).contains(says) && (says.is_empty() != said(&output).contains("resamples single rows")),
            "{output:?}"
        );
        for row in table(&output, "parameters") {
            let open_or_wide = number(&row[3]).partial_cmp(&number(&row[2])).is_none_or(Ordering::is_gt);
            assert!(open_or_wide, "no interval of width 0: {row:?}");
        }
    }
}

#[test]
fn a_curve_of_several_sizes_says_their_span() {
    let labels = |sizes: &[f64]| {
        let grid: Vec<_> = sizes.iter().flat_map(|n| [2e9, 8e9].map(|d| (*n, d))).collect();
        let output = run("chinchilla", "bootstrap=0&profiles=no", Some(&sized(|i| i.to_string(), &grid)));
        figure(&output, "data").series.iter().map(|series| series.label.clone()).collect::<Vec<_>>()
    };
    let seven = labels(&[2e7, 4e7, 1e8, 2e8, 4e8, 1e9, 2e9]);
    assert_eq!(
        (seven.len(), seven[2].english(), seven[3].english()),
        (14, "fit at N = 4 × 10⁷".into(), "runs with N = 4 × 10⁷".into()),
        "{seven:?}"
    );
    let nine = labels(&[1e7, 2e7, 4e7, 8e7, 1e8, 2e8, 4e8, 1e9, 2e9]);
    assert_eq!([nine[6].english(), nine[7].english()], ["fit at N = 8.944 × 10⁷", "runs with N = 8 × 10⁷ to 10⁸"]);
}

#[test]
fn parameters_and_tokens_that_move_together_are_named() {
    let sizes = || (0..16).map(|i| 5e7 * math::pow(1.3, f64::from(i)));
    let budget: Vec<_> = sizes().map(|n| (n, 1e20 / (6.0 * n))).collect();
    let ratio: Vec<_> = sizes().map(|n| (n, 20.0 * n)).collect();
    for (runs, says) in
        [(budget, "nearly the same compute budget"), (ratio, "nearly the same number of tokens per parameter")]
    {
        let output = run("chinchilla", "bootstrap=100", Some(&sized(|i| i.to_string(), &runs)));
        assert!(said(&output).contains(says) && said(&output).contains("keep the other fixed"), "{}", said(&output));
        for row in table(&output, "parameters") {
            let Cell::Text(verdict) = &row[6] else { panic!("words") };
            let wide = |lo: &Cell, hi: &Cell| (number(hi) / number(lo)).partial_cmp(&10.0).is_none_or(Ordering::is_gt);
            let determined = verdict.english().starts_with("The runs determine");
            assert!(!(determined && (wide(&row[2], &row[3]) || wide(&row[4], &row[5]))), "{verdict}: {row:?}");
        }
    }
}

#[test]
fn the_truth_of_a_simulation_is_drawn_and_lies_in_the_intervals_of_each_page() {
    for slug in ["chinchilla", "fit", "data-constrained"] {
        let output = run(slug, "bootstrap=400", None);
        let law = find(if slug == "fit" { "power" } else { slug }).expect("a law");
        for (row, truth) in table(&output, "parameters").iter().zip(law.info.example.values) {
            for (lo, hi) in [(2, 3), (4, 5)] {
                let [lo, hi] = [&row[lo], &row[hi]].map(number);
                assert!(!(*truth < lo || *truth > hi), "{slug}: {truth} in {row:?}");
            }
            let Cell::Text(name) = &row[0] else { panic!("a name") };
            if let Some(figure) = output.figures.iter().find(|figure| *name == *figure.id) {
                let drawn =
                    figure.marks.iter().any(|mark| mark.label.english().contains("truth") && mark.x == Some(*truth));
                assert!(drawn, "{slug}: the truth on the profile of {name}");
            }
        }
        let said: Vec<_> = output.verdicts.iter().map(|verdict| verdict.agrees).collect();
        assert_eq!(said, if slug == "chinchilla" { vec![Some(false), Some(true)] } else { vec![Some(true)] }, "{slug}");
        let unsaid = run(slug, "bootstrap=40&rows=12&noise=0.3", None);
        let said = unsaid.verdicts.iter().map(|verdict| verdict.agrees).collect::<Vec<_>>();
        assert!(said.iter().all(Option::is_none), "{slug}: few noisy runs do not tell: {said:?}");
    }
    let output = run(
        "chinchilla",
        "bootstrap=40",
        Some(&sized(
            |i| i.to_string(),
            &[(1e8, 1e9), (1e8, 1e10), (1e8, 1e11), (1e9, 1e9), (1e9, 1e10), (1e9, 1e11), (5e9, 2e10), (3e8, 5e9)],
        )),
    );
    let marks = output.figures.iter().flat_map(|figure| &figure.marks);
    assert!(
        marks.into_iter().all(|mark| !mark.label.english().contains("truth")),
        "runs of one's own have no known truth"
    );
}

#[test]
fn the_pair_that_trades_off_is_that_of_the_figure() {
    for (query, neither) in [("bootstrap=60", false), ("bootstrap=60&rows=30&noise=0.05", true)] {
        let output = run("chinchilla", query, None);
        let title = &figure(&output, "ridge").title;
        let title = title.english();
        let pair = title.split(": ").nth(1).and_then(|text| text.split(',').next()).expect("two names");
        let words = said(&output);
        assert!(words.contains(&format!("{pair} trade off: ")), "{title}: {words}");
        let open = |name: &str| {
            let row = table(&output, "parameters")
                .iter()
                .find(|row| matches!(&row[0], Cell::Text(text) if text == name))
                .expect("a row");
            !matches!(&row[6], Cell::Text(verdict) if verdict.english().starts_with("The runs determine"))
        };
        assert_eq!(pair.split(" and ").all(open), neither, "{words}");
        assert_eq!(words.contains("is known well by itself"), neither, "{words}");
    }
}

#[test]
fn rows_of_the_table_of_the_fit_can_be_read_alone() {
    let output = run("fit", "bootstrap=0&profiles=no", None);
    let of = |what: &str| {
        let row = table(&output, "quality").iter().find(|row| matches!(&row[0], Cell::Text(text) if text == what));
        number(&row.unwrap_or_else(|| panic!("no row {what}"))[1])
    };
    assert_eq!((of("rows"), of("rows in the test on the largest runs")), (160.0, 32.0));
    let error = of("root mean square residual in the test on the largest runs");
    assert!(error >= of("mean residual in the test on the largest runs").abs());
}

#[test]
fn an_example_says_whose_it_is() {
    let output = run("fit", "law=bnsl&bootstrap=0&profiles=no", None);
    let claim = &output.verdicts[0].claim;
    assert!(
        claim
            .english()
            .starts_with("The fit allows the true parameters of the simulation, those of the lab's own example."),
        "{claim}"
    );
    assert!(
        said(&output).contains("The parameters of the simulation are those of the lab's own example."),
        "{}",
        said(&output)
    );
}

#[test]
fn a_bare_x_of_a_table_is_compared_with_nothing_published() {
    let rows = curve("x,loss,z", 1..40);
    for law in ["power", "mixture-of-exponentials"] {
        let query = format!("law={law}&bootstrap=20&profiles=no");
        let output = run("fit", &query, Some(&rows));
        assert!(output.verdicts.is_empty(), "whose x is it? {:?}", output.verdicts);
        assert!(output.tables.iter().all(|table| table.id != "published"), "{law}");
        assert_eq!(run("fit", &query, None).verdicts.len(), 1, "simulated runs are of that x");
    }
    let grid: Vec<_> = (0..12).map(|i| (1e8 * f64::from(1 + i % 4), 1e9 * f64::from(1 + i))).collect();
    let table = sized(|i| i.to_string(), &grid);
    let verdicts = |query: &str| run("chinchilla", query, Some(&table)).verdicts.len();
    assert_eq!(verdicts("bootstrap=20&profiles=no&published=yes"), 2, "parameters and tokens are what they are");
    let output = run("chinchilla", "bootstrap=20&profiles=no", Some(&table));
    assert!(output.verdicts.is_empty(), "nobody asked: {:?}", output.verdicts);
    assert!(output.tables.iter().all(|table| table.id != "published"), "nor for a table");
    let derived = output.tables.iter().find(|table| table.id == "derived").expect("a table");
    assert_eq!(derived.columns.len(), 4, "nor for a column");
}

#[test]
fn what_is_wrong_with_a_table_costs_no_setting() {
    let check = |text: &str, table: &str| {
        let table = Rc::new(Reader::read(table.as_bytes()).expect("a table"));
        crate::session::check("fit", &query(text), Some(&table)).expect("an experiment")
    };
    let checked = check("columns=loss:none&rows=50", &curve("x,loss,z", 1..40));
    assert_eq!((checked.values, checked.problems.len()), (query("rows=50"), 1), "the columns are to blame");
    let checked = check("columns=x:z&rows=50", "x,loss,z\n1,-2,1\n2,3,4\n");
    assert_eq!((checked.values, checked.problems.len()), (query("columns=x:z&rows=50"), 0), "the table is");
}

#[test]
fn what_is_held_and_freed() {
    let law = find("data-constrained").expect("a law");
    let held = |hold: &str| {
        let output = run("data-constrained", &format!("form=all&rows=40&bootstrap=0&profiles=no&fixed={hold}"), None);
        let rows = table(&output, "parameters");
        rows.iter()
            .map(|row| (number(&row[1]), matches!(&row[6], Cell::Text(t) if t.is(words::HELD.english()))))
            .collect::<Vec<_>>()
    };
    let of = |hold: &str, name: &str| held(hold)[law.param(name).expect("a parameter")];
    assert_eq!(of("alpha=0.3,R_N", "alpha"), (0.3, true), "at a value");
    assert_eq!(of("alpha=0.3,R_N", "R_N"), (muennighoff::PUBLISHED.size_decay, true), "as published");
    assert!(!of("alpha=0.3,R_N", "R_D").1, "the others are free");
    assert!(of("", "nu").1 && !of("nu=free", "nu").1, "held unless asked for");
}

#[test]
fn curves_are_of_the_law() {
    let output = run("chinchilla", "bootstrap=0&profiles=no&noise=0.001&budget=1e21", None);
    let p: Vec<f64> = table(&output, "parameters").iter().map(|row| number(&row[1])).collect();
    let law = find("chinchilla").expect("a law");
    for id in ["loss-1", "loss-2", "loss-3", "loss-4"] {
        let losses: Vec<f64> = series(&output, "contours", id).map(|(n, d)| law.predict(&p, &[n, d])).collect();
        assert!(losses.len() > 10 && losses.iter().all(|l| (l / losses[0] - 1.0).abs() < 1e-9), "{id}: {losses:?}");
    }
    let budget: Vec<f64> = series(&output, "contours", "budget").map(|(n, d)| 6.0 * n * d).collect();
    assert!(budget.len() > 5 && budget.iter().all(|c| (c / 1e21 - 1.0).abs() < 1e-9), "{budget:?}");
    // N* = G (C/6)^a, D* = (C/6)^b / G.
    let closed = |p: &[f64], c: f64| {
        let g = math::pow(p[2] * p[1] / (p[4] * p[3]), 1.0 / (p[2] + p[4]));
        let n = g * math::pow(c / 6.0, p[4] / (p[2] + p[4]));
        [n, c / (6.0 * n)]
    };
    for (n, d) in series(&output, "contours", "best") {
        assert!((closed(&p, 6.0 * n * d)[0] / n - 1.0).abs() < 1e-6, "N = {n}, D = {d}");
    }
    for (id, p) in [("fit", &p[..]), ("published", law.info.published[0].values)] {
        for (c, ratio) in series(&output, "frontier", id) {
            let [n, d] = closed(p, c);
            assert!((ratio / (d / n) - 1.0).abs() < 2e-6, "{id}: C = {c}: {ratio}");
        }
    }
}

#[test]
fn epochs_are_worth_what_the_law_says() {
    let output = run("data-constrained", "bootstrap=40&profiles=no", None);
    let fit = number(&table(&output, "parameters")[5][1]);
    let published = muennighoff::PUBLISHED;
    for (id, data_decay) in [("fit", fit), ("published", published.data_decay)] {
        for (k, worth) in series(&output, "worth", id) {
            let exact = muennighoff::Law { data_decay, ..published }.effective_reuse(k);
            assert!((worth / exact - 1.0).abs() < 1e-9, "{id}: K = {k}: {worth} {exact}");
        }
    }
    let worth = figure(&output, "worth").series.iter().find(|s| s.id == "fit").expect("a fit");
    let (lo, hi) = (worth.lo.as_ref().expect("a band"), worth.hi.as_ref().expect("a band"));
    let last = worth.x.len() - 1;
    assert!(lo[last] < worth.y[last] && worth.y[last] < hi[last] && hi[0] - lo[0] < 1e-9, "a band that opens");
}

#[test]
fn a_scale_of_all_weights_changes_no_interval() {
    let truth = curve("x,loss,z", 1..40);
    let with = |weight: &str| {
        let rows = truth.lines().enumerate().map(|(i, row)| {
            let parts: Vec<&str> = row.split(',').collect();
            let loss = parts[1]
                .parse::<f64>()
                .map_or_else(|_| "loss".into(), |y| (y * (1.0 + 0.01 * (i % 4) as f64)).to_string());
            format!("{},{loss},{}\n", parts[0], if i == 0 { "weight" } else { weight })
        });
        run("fit", "bootstrap=40&compare=all&columns=weight:weight", Some(&rows.collect::<String>()))
    };
    let numbers = |output: &Output| -> Vec<String> {
        let rows = ["parameters", "laws"].map(|id| table(output, id)).concat();
        rows.iter()
            .flatten()
            .filter_map(|cell| if let Cell::Number(x) = cell { Some(format!("{x:.6e}")) } else { None })
            .collect()
    };
    let one = numbers(&with("1"));
    assert!(one.len() > 15, "{one:?}");
    for scale in ["1000000", "0.001"] {
        assert_eq!(numbers(&with(scale)), one, "weights of {scale}");
    }
}

#[test]
fn what_says_nothing_of_the_noise_determines_nothing() {
    let copies = format!("x,loss\n{}{}4,1.2\n8,1.1\n", "1,2\n".repeat(10), "2,1.5\n".repeat(10));
    let constant: String = [1, 2, 4, 8, 16, 32].map(|x| format!("{x},3.1\n")).concat();
    let exact = curve("x,loss,z", 1..5);
    for (rows, says) in
        [(copies.as_str(), "18 rows equal another"), (&format!("x,loss\n{constant}"), "exactly"), (&exact, "exactly")]
    {
        let output = run("fit", "bootstrap=40", Some(rows));
        assert!(said(&output).contains(says), "{}", said(&output));
        for row in table(&output, "parameters") {
            let Cell::Text(verdict) = &row[6] else { panic!("words") };
            assert!(!verdict.english().starts_with("The runs determine") || says.contains("rows"), "{row:?}");
            let width = number(&row[5]) / number(&row[4]);
            assert!(width.is_nan() || width >= 1.01, "no interval of a width of nearly nothing: {row:?}");
        }
    }
}

#[test]
fn a_fit_that_a_bound_stops_says_which_and_determines_nothing() {
    let rows: String =
        (1..13).map(|i| format!("{}e-303,{}\n", i * i, 2.0 + 2.0 / f64::from(i) + 0.01 * f64::from(i % 3))).collect();
    let output = run("fit", "bootstrap=40", Some(&format!("x,loss\n{rows}")));
    assert!(said(&output).contains("A is at 10⁻⁶⁰, the end of its allowed range"), "{}", said(&output));
    for row in table(&output, "parameters") {
        let Cell::Text(verdict) = &row[6] else { panic!("words") };
        assert!(!verdict.english().starts_with("The runs determine"), "{row:?}");
    }
}

#[test]
fn laws_side_by_side_say_why_one_is_not_fitted() {
    let output = run("fit", "compare=all&bootstrap=0&profiles=no", Some(&curve("x,loss,z", 1..60)));
    let rows = table(&output, "laws");
    assert_eq!(rows.len(), crate::fit::ALL.len(), "every law");
    for row in rows {
        let (Cell::Text(name), Cell::Text(why)) = (&row[0], &row[7]) else { panic!("words") };
        let (name, why) = (name.english(), why.english());
        let reads_x = name == words::THIS_LAW.english() || find(&name).expect("a law").info.inputs.len() == 1;
        assert_eq!(reads_x, number(&row[2]).is_finite(), "{name}: {why}");
        assert_eq!(reads_x, why == words::LAW_FITTED.english(), "{name}: {why}");
    }
    let of = |k: usize| number(&rows[0][k]);
    assert!(of(5) < 1e-4 && of(4).is_finite(), "exact runs are predicted exactly, the largest too");
}

#[test]
fn marks_are_known_beforehand_and_results_grow() {
    let mut session = open("fit", "bootstrap=25", None).expect("starts");
    let total = session.progress().total;
    assert_eq!(total, 5 + 1 + 9 + 3, "search, the largest runs, refits by three, a profile a parameter");
    let mut refits = Vec::new();
    while !session.progress().finished() {
        pollster::block_on(session.advance()).expect("advances");
        assert_eq!(session.progress().total, total);
        let output = session.output();
        let quality = output.tables.iter().find(|table| table.id == "quality");
        refits.extend(quality.map(|table| number(&table.rows[5][1])));
    }
    assert_eq!(refits[..4], [0.0, 0.0, 3.0, 6.0], "from the fit on");
    assert_eq!(refits[10..], [25.0; 4]);
    let output = session.output();
    let rows = table(&output, "parameters");
    let profiles = rows.iter().filter(|row| number(&row[4]).is_finite()).count();
    assert_eq!((rows.len(), profiles), (3, 3));
}

#[test]
fn many_runs_are_fitted_and_some_are_drawn() {
    let rows: String = (1..20_000).map(|x| format!("{x},{}\n", 2.0 + 30.0 / f64::from(x).sqrt())).collect();
    let output = run("fit", "bootstrap=0&profiles=no", Some(&format!("x,loss\n{rows}")));
    assert_eq!(number(&table(&output, "quality")[3][1]), 19_999.0, "rows");
    let residuals = figure(&output, "residuals");
    assert_eq!(residuals.series[0].x.len(), crate::output::POINTS_MAX, "thinned");
}

#[test]
fn a_parameter_without_a_bound_is_at_none() {
    for law in ["log-linear", "mixture-of-exponentials"] {
        let output = run("fit", &format!("law={law}&rows=60&bootstrap=0&profiles=no"), None);
        for cell in table(&output, "words").iter().flatten() {
            let Cell::Text(said) = cell else { panic!("words") };
            assert!(!said.english().contains("is at inf"), "{law}: {said}");
        }
    }
}

#[test]
fn a_text_that_is_too_long_is_left_empty() {
    let texts = vec![("exclude".to_owned(), "a".repeat(401))];
    let problems = crate::session::check("chinchilla", &texts, None).expect("an experiment").problems;
    assert_eq!(
        (problems.len(), problems[0].instead.as_ref().is_some_and(|text| text.is("it is left empty instead"))),
        (1, true)
    );
}

#[test]
fn a_budget_below_all_runs_is_said() {
    let says = |budget: &str| {
        let output = run("fit", &format!("law=chinchilla&rows=60&bootstrap=0&profiles=no&budget={budget}"), None);
        let has = |row: &Vec<Cell>| matches!(&row[0], Cell::Text(t) if t.english().contains("higher than the highest loss of the runs"));
        table(&output, "words").iter().any(has)
    };
    assert!(says("1e13"));
    assert!(!says("1e22"));
}

#[test]
fn a_row_far_from_the_fit_is_named() {
    let says = |loss: Option<f64>| {
        let mut text = "params,tokens,loss\n".to_owned();
        for i in 0..24 {
            let (n, d) = ([7e7, 2e8, 6e8, 2e9][i % 4], [2e9, 5e9, 1.3e10, 3e10, 8e10, 2e11][i / 4]);
            let noise = 1.0 + 0.002 * ((i * 7 % 11) as f64 - 5.0) / 5.0;
            let true_loss = 1.7 + 400.0 / math::pow(n, 0.34) + 410.0 / math::pow(d, 0.28);
            let loss = loss.filter(|_| i == 9).unwrap_or(true_loss * noise);
            text += &format!("{n},{d},{loss}\n");
        }
        let output = run("chinchilla", "bootstrap=0&profiles=no", Some(&text));
        let said = |row: &Vec<Cell>| match &row[0] {
            Cell::Text(text) if text.english().contains("lies far from the fit") => Some(text.clone()),
            _ => None,
        };
        table(&output, "words").iter().find_map(said)
    };
    assert_eq!(says(None), None);
    let said = says(Some(5.0)).expect("a sentence");
    assert!(said.english().starts_with("Line 11 lies far from the fit: its loss is 5, the law gives 2."), "{said}");
}

#[test]
fn a_parameter_is_held_or_freed_once() {
    for (text, first, second) in [("E=1,E=2", "E=1", "E=2"), ("E=1,A=3,E=free", "E=1", "E=free"), ("E,E=1", "E", "E=1")]
    {
        let said = refused("fit", &format!("fixed={text}"), None);
        let want = format!("`fixed` says both `{first}` and `{second}` of parameter E: keep one of them");
        assert_eq!(said, want);
    }
    let texts = vec![("fixed".to_owned(), "E=1,E=2".to_owned())];
    let problems = crate::session::check("fit", &texts, None).expect("an experiment").problems;
    assert_eq!(problems[0].parameter.as_deref(), Some("fixed"), "the page marks the setting");
}

#[test]
fn a_target_that_no_tokens_reach_is_said() {
    let said = |target: &str| {
        let ask = format!("law=chinchilla&rows=60&bootstrap=0&profiles=no&model-size=1e9&target-loss={target}");
        said(&run("fit", &ask, None))
    };
    let never = "A model of 1000000000 parameters does not reach the target loss, 1, however many tokens it sees.";
    assert!(said("1").contains(never), "{}", said("1"));
    for reached in ["3", "100"] {
        assert!(!said(reached).contains("does not reach"), "{reached}: {}", said(reached));
    }
}

#[test]
fn a_law_that_cannot_be_compared_says_that_it_is_not_fitted() {
    let grid: Vec<_> = [7e7, 4e8, 3e9].iter().flat_map(|n| [1.5e9, 1e10, 5e10, 1.2e11].map(|d| (*n, d))).collect();
    let table_of = sized(|i| i.to_string(), &grid);
    let output = run("fit", "law=chinchilla&compare=power&bootstrap=0&profiles=no", Some(&table_of));
    let Some(Cell::Text(outcome)) = table(&output, "laws")[1].last() else { panic!("words") };
    assert!(outcome.english().starts_with("not fitted: nothing says which column is x"), "{outcome}");
}

#[test]
fn an_exact_fit_is_not_said_to_be_better_beyond_a_bound() {
    let rows: String = (0..12).map(|i| format!("{},3\n", 1 << i)).collect();
    let said = said(&run("fit", "bootstrap=40", Some(&format!("x,loss\n{rows}"))));
    assert!(said.contains("goes through every row exactly"), "{said}");
    assert!(
        said.contains("is at 10⁻⁴, the end of its allowed range. Beyond this end the fit would be no better."),
        "{said}"
    );
    assert!(!said.contains("would be better"), "{said}");
}

fn answer(output: &Output) -> String {
    output.answer.as_ref().expect("an answer").text.english()
}

fn facts(output: &Output) -> Vec<(String, String)> {
    let facts = &output.answer.as_ref().expect("an answer").facts;
    facts.iter().map(|fact| (fact.name.english(), fact.value.english())).collect()
}

#[test]
fn before_the_fit_the_answer_says_what_will_be_found() {
    let before =
        |slug: &str, query: &str, table: Option<&str>| answer(&open(slug, query, table).expect("opens").output());
    let rows: String = (1..9).map(|i| format!("{}e8,{}e9,2.{i}\n", i, 10 - i)).collect();
    let table = format!("params,tokens,loss\n{rows}");
    for (slug, query, from, said) in [
        (
            "chinchilla",
            "",
            None,
            "For 5.76 × 10²³ FLOPs the simulated law is best at 72.4 B parameters and 1.33 T tokens: 18.3 tokens per parameter.",
        ),
        (
            "chinchilla",
            "",
            Some(&table),
            "The fit will say how many parameters and tokens are best for 5.76 × 10²³ FLOPs.",
        ),
        (
            "data-constrained",
            "",
            None,
            "In the simulated law four epochs are worth 3.73 fresh ones, and after 36 one more adds less than 0.1.",
        ),
        (
            "fit",
            "",
            None,
            "In the simulation, the loss falls towards 3.43 with exponent 1.02: the fit should find that again.",
        ),
        (
            "fit",
            "law=bnsl",
            None,
            "In the simulation, the exponent changes from 0.1 to 1.3 at x = 600: the fit should find that again.",
        ),
        (
            "fit",
            "columns=x:params",
            Some(&table),
            "The fit will find the parameters of the law and say how certain they are.",
        ),
    ] {
        assert_eq!(before(slug, query, from.map(|table: &String| table.as_str())), said, "{slug}?{query}");
    }
}

#[test]
fn the_answer_and_its_numbers_are_those_of_the_tables() {
    let output = run("chinchilla", "bootstrap=40&profiles=no", None);
    let derived = table(&output, "derived");
    let of = |what: &str| {
        let row = derived.iter().find(|row| matches!(&row[0], Cell::Text(text) if text == what)).expect("a row");
        [1, 2, 3].map(|k| number(&row[k]))
    };
    let written = |[value, lo, hi]: [f64; 3]| {
        let shown = |x| Text::filled("{x}", vec![("x", text::amount(x))]).english();
        format!("{} [{}, {}]", shown(value), shown(lo), shown(hi))
    };
    let [size, tokens] = ["compute-optimal parameters", "compute-optimal tokens"].map(|what| written(of(what)));
    let found = facts(&output);
    assert_eq!(found[0], ("parameters".to_owned(), size.clone()));
    assert_eq!(found[1], ("tokens".to_owned(), tokens));
    assert_eq!((found.len(), found[2].0.as_str(), found[3].0.as_str()), (4, "tokens per parameter", "loss"));
    let said = answer(&output);
    assert!(
        said.starts_with(&format!("For 5.76 × 10²³ FLOPs these runs recommend {} B parameters", &size[..4])),
        "{said}"
    );
    let contours = figure(&output, "contours");
    assert!(contours.marks[0].label.english().starts_with(&format!("fit: {}", &size[..6])), "{contours:?}");
    let truth = contours.series.last().expect("the truth").label.english();
    assert_eq!(truth, "truth: 72.4 B, 1.33 T", "the best split at the true parameters");

    let output = run("fit", "bootstrap=40&profiles=no", None);
    let row = &table(&output, "parameters")[0];
    let [value, lo, hi] = [1, 2, 3].map(|k| text::people(number(&row[k]), 4));
    assert_eq!(facts(&output)[0], ("E".to_owned(), format!("{value} [{lo}, {hi}]")));
    assert!(answer(&output).starts_with(&format!("By the fit, the loss falls towards {value} with exponent 1.0")));
}

#[test]
fn runs_that_allow_very_different_splits_and_laws_without_a_best_one_say_so() {
    let wide = answer(&run("chinchilla", "rows=24&noise=0.03&bootstrap=100&profiles=no", None));
    assert!(wide.ends_with("but these runs allow very different numbers."), "{wide}");
    let output = run("chinchilla", "fixed=A=1e-60&bootstrap=20&profiles=no", None);
    assert!(answer(&output).starts_with("For 5.76 × 10²³ FLOPs there is no best model size"), "{}", answer(&output));
    assert!(facts(&output).is_empty(), "{:?}", facts(&output));
    assert_eq!(series(&output, "frontier", "fit").filter(|(_, y)| *y > 0.0).count(), 0, "nothing to draw");
}

#[test]
fn what_is_not_determined_is_said_in_words() {
    // Repeated tokens are as good as fresh ones here, so R_D is only large.
    let law = find("data-constrained").expect("a law");
    let mut truth = law.info.example.values.to_vec();
    truth[5] = 1e12;
    let inputs: Vec<_> = (0..40).map(|i| law.info.example.inputs(law, i, 40)).collect();
    let data = Data::simulated(law, &truth, &inputs, 0.002, 1, 0);
    let row = |(x, y): (&Vec<f64>, &f64)| format!("{},{},{},{y}\n", x[0], x[1], x[2]);
    let rows: String = inputs.iter().zip(&data.y).map(row).collect();
    let from = format!("params,tokens,unique_tokens,loss\n{rows}");
    for query in ["bootstrap=20", "bootstrap=0&profiles=no"] {
        let output = run("data-constrained", query, Some(&from));
        let Cell::Text(value) = &table(&output, "parameters")[5][1] else { panic!("a number for R_D") };
        assert!(value.is("not determined"), "{value}");
        let r_d = facts(&output).into_iter().find(|(name, _)| name == "R_D").expect("R_D");
        assert_eq!(r_d.1, "not determined");
        let said = answer(&output);
        assert!(said.ends_with("but these runs do not determine how many epochs help."), "{said}");
    }
}

#[test]
fn several_laws_are_compared_in_the_answer_and_in_the_first_figure() {
    let output = run("fit", "law=bnsl&compare=power,log-linear&bootstrap=0&profiles=no", None);
    assert_eq!(answer(&output), "Of 3 laws, bnsl has the lowest AICc and predicts the largest runs best.");
    let drawn =
        |output: &Output| output.figures[0].series.iter().filter(|series| series.id.starts_with("law-")).count();
    assert_eq!((&*output.figures[0].id, drawn(&output)), ("data", 2));
    let few = run("fit", "compare=log-linear&bootstrap=0&profiles=no", Some(&curve("x,loss,z", 1..5)));
    assert_eq!(answer(&few), "There are too few runs to say which of 2 laws fits best.");
    let output = run("data-constrained", "compare=yes&rows=60&bootstrap=0&profiles=no", None);
    let said = answer(&output);
    assert!(said.starts_with("By 5 laws, four epochs are worth ") && said.ends_with("has the lowest AICc."), "{said}");
    assert_eq!((&*output.figures[0].id, drawn(&output)), ("worth", 4), "the law without repeats has no worth");
}

#[test]
fn two_figures_are_open_and_an_axis_has_the_name_of_the_column() {
    for slug in ["chinchilla", "fit", "data-constrained"] {
        let output = run(slug, "rows=40&bootstrap=40", None);
        let open: Vec<_> = output.figures.iter().map(|figure| !figure.folded).collect();
        assert!(open[..2] == [true; 2] && open.len() > 4 && !open[2..].contains(&true), "{slug}: {open:?}");
        let begun = self::open(slug, "", None).expect("opens").output();
        assert_eq!(begun.figures[0].id, output.figures[0].id, "{slug}: the first figure is there before the run");
    }
    let output = run("fit", "bootstrap=0&profiles=no", Some(&curve("steps,val_loss,z", 1..40)));
    let headings = ["data", "residuals"].map(|id| figure(&output, id).heading.as_ref().map(|text| text.english()));
    assert_eq!(headings, [Some("steps".to_owned()), Some("steps".to_owned())]);
    let simulated = run("fit", "bootstrap=0&profiles=no", None);
    let heading = figure(&simulated, "data").heading.as_ref().map(Text::english);
    assert_eq!(heading.as_deref(), Some("parameters in billions"), "what x is where no table says it");
}

#[test]
fn an_example_table_holds_the_simulated_runs() {
    for (slug, example) in crate::catalogue::Catalogue::new().examples {
        let params = crate::session::find(slug).expect("an experiment").params;
        let profiles = params.iter().any(|spec| spec.name == "profiles");
        let quick = if profiles { "bootstrap=0&profiles=no" } else { "bootstrap=0" };
        let [ours, own] = [None, Some(example.as_str())]
            .map(|table| run(slug, quick, table).answer.expect("an answer").text.english());
        // The unit of the amounts of a table is not known.
        let words =
            |text: &str| text.replace(|c: char| c.is_ascii_digit() || c == '.', "").replace(" M of data", " M tokens");
        assert_eq!(words(&ours), words(&own), "{slug}: {ours} {own}");
    }
}

//! Compares fits with known results, which were found by other programs or by hand.
//!
//! Some tests need tables that we do not distribute. These tests are ignored unless they are asked for, and look for
//! the tables in the folder that `LAB_DATA` names.

use std::path::PathBuf;

use scaling_lab::fit::bootstrap::{self, Bootstrap};
use scaling_lab::fit::derived::{Ask, answers};
use scaling_lab::fit::minimise::Stop;
use scaling_lab::fit::objective::Room;
use scaling_lab::fit::profile::{Identified, Profile, determined};
use scaling_lab::fit::runs::{Columns, Rule, runs};
use scaling_lab::fit::{self, ALL, Data, Entry, Objective, Problem, Range, Residual, Search, choose};
use scaling_lab::math;
use scaling_lab::rng::{Draws, Stream};
use scaling_lab::table::Reader;

fn law(slug: &str) -> &'static Entry {
    fit::find(slug).expect("a law")
}

/// Random parameters of a law, inside its search ranges.
fn somewhere(law: &Entry, draws: &mut Draws) -> Vec<f64> {
    let mut p: Vec<f64> = law
        .info
        .params
        .iter()
        .map(|param| {
            let u = draws.uniform();
            match param.range {
                Range::Log(lo, hi) => lo * math::pow(hi / lo, u),
                Range::Steps(lo, hi) => lo + (hi - lo) * u,
                Range::Of(..) => 3.0 + 4.0 * u,
                Range::PerUnitOf(..) => 0.05 + u,
                Range::Linear => param.start * (0.5 + u),
            }
        })
        .collect();
    if law.info.slug == "practical" {
        (p[2], p[4], p[6]) = (2.0, 3.0, 0.1);
    }
    p
}

#[test]
fn gradients_are_finite_differences() {
    for law in ALL {
        let mut draws = Draws::new(7, Stream(0), 0, 0);
        for _ in 0..200 {
            let p = somewhere(law, &mut draws);
            let scale = |k: usize| if law.info.inputs.len() == 1 { 10.0 } else { [1e8, 1e10, 1e9][k] };
            let x: Vec<f64> =
                (0..law.info.inputs.len()).map(|k| scale(k) * math::exp(3.0 * draws.uniform() - 1.5)).collect();
            let mut data = Data::empty(law);
            data.push(law, &x, 1.0, 1.0, 0);
            let mut problem = Problem::new(law, data.clone());
            problem.objective = Objective::SQUARES;
            let mut room = Room::default();
            problem.at(&p, &mut room);
            let (theta, gradient) = (law.forward(&p), room.jacobian.clone());
            assert_eq!(law.predict(&p, &x), room.values[0], "one prediction or many");
            for j in 0..law.len() {
                let at = |h: f64| {
                    let mut moved = theta.clone();
                    moved[j] += h;
                    law.predict(&law.back(&moved), &x)
                };
                let h = 1e-4 * theta[j].abs().max(0.05);
                // Five points give an error of h^4. A kink within h shows in the second difference; such points are left out.
                let slope = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
                let size = gradient[j].abs() + 1e-4 * room.values[0].abs() / theta[j].abs().max(0.05);
                let bend = ((at(2.0 * h) - at(h)) - (at(-h) - at(-2.0 * h))) / h;
                if bend.abs() < 1e-2 * size {
                    assert!(
                        (slope - gradient[j]).abs() < 2e-6 * size,
                        "{}: {} at {p:?}, {x:?}: {slope} {}",
                        law.info.slug,
                        law.info.params[j].name,
                        gradient[j]
                    );
                }
            }
        }
    }
}

#[test]
fn the_published_law_of_repeated_data_has_its_values() {
    let law = law("data-constrained");
    let p = law.info.published[0].values;
    for (x, loss) in
        [([6.34e9, 242e9, 25e9], 2.225_644_088_998_447_7), ([8.67e9, 178e9, 25e9], 2.226_963_407_508_786_7)]
    {
        let ours = law.predict(p, &x);
        assert!((ours - loss).abs() < 1e-12, "{x:?}: {ours}");
    }
}

/// The runs of Muennighoff et al. as data for a law: all runs, or only those to which the authors fitted theirs.
fn published_runs(law: &Entry, all: bool) -> Data {
    let folder = std::env::var_os("LAB_DATA").expect("LAB_DATA names the folder of the table");
    let text = std::fs::read(PathBuf::from(folder).join("muennighoff2023_runs.csv")).expect("the table");
    let table = Reader::read(&text).expect("a table");
    let rules = if all { vec![] } else { vec![Rule::parse("in_fit182=0").expect("a rule")] };
    let mut runs = runs(law, &table, &Columns::guess(&table), law.info.objective, &rules).expect("runs");
    assert_eq!(runs.data.len(), if all { 296 } else { 182 }, "rows");
    // Resample row by row, as the published analysis did.
    runs.data.block = (0..runs.data.len() as u32).collect();
    runs.data
}

fn base_held(law: &'static Entry, data: &Data) -> Problem {
    let published = law.info.published[0].values;
    (0..5).fold(Problem::new(law, data.clone()), |problem, j| problem.hold(j, Some(published[j])).expect("in bounds"))
}

/// Inputs of `rows` runs: a grid of sizes and tokens, as in a scaling study.
fn grid(rows: usize) -> Vec<Vec<f64>> {
    let place = |i: usize, n: usize, lo: f64, hi: f64| lo * math::pow(hi / lo, i as f64 / (n - 1) as f64);
    (0..rows).map(|i| vec![place(i % 16, 16, 5e7, 1.6e10), place(i / 16, rows.div_ceil(16), 1e9, 5e11)]).collect()
}

fn chinchilla(rows: usize, sigma: f64, seed: u32, run: u32) -> Data {
    let law = law("chinchilla");
    Data::simulated(law, law.info.published[1].values, &grid(rows), sigma, seed, run)
}

fn close(a: &[f64], b: &[f64], relative: f64) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= relative * b.abs())
}

#[test]
fn every_seed_finds_the_same_minimum() {
    let data = chinchilla(240, 0.01, 1, 0);
    let problem = Problem::new(law("chinchilla"), data.clone());
    let first = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
    assert!(matches!(first.stop, Stop::Converged | Stop::Rounding), "{:?}", first.stop);
    for seed in 2..=100 {
        let fit = Search::new(problem.clone(), seed).expect("free").run().expect("a fit");
        assert!((fit.value - first.value).abs() < 1e-10 * first.value, "seed {seed}: {} {}", fit.value, first.value);
        assert!(close(&fit.params, &first.params, 1e-4), "seed {seed}: {:?} {:?}", fit.params, first.params);
    }
}

#[test]
fn a_search_is_as_good_as_a_far_longer_one() {
    for (slug, cases) in [("power", 40), ("chinchilla", 40), ("lovelace", 6), ("mixture-of-exponentials", 6)] {
        let law = law(slug);
        for case in 0..cases {
            let mut draws = Draws::new(99, Stream(0), case, 0);
            let mut within = |lo: f64, hi: f64| lo * math::pow(hi / lo, draws.uniform());
            let (alpha, beta) = (within(0.15, 0.7), within(0.15, 0.7));
            let (a, b) = (within(0.1, 2.0) * math::pow(1e9, alpha), within(0.1, 2.0) * math::pow(3e10, beta));
            let mut truth = match slug {
                "power" => vec![within(0.01, 3.0), within(0.5, 50.0), within(0.1, 1.2)],
                "mixture-of-exponentials" => vec![within(30.0, 80.0), 9.0, 5.0, 14.0, 0.003, 0.06, 2.0],
                _ => vec![within(0.3, 2.0), a, alpha, b, beta],
            };
            if slug == "lovelace" {
                truth.extend([within(0.01, 0.1), within(0.2, 0.8), within(0.2, 1.5)]);
            }
            let input = |_| match law.info.inputs.len() {
                1 => vec![within(0.05, 1000.0)],
                2 => vec![within(5e7, 1e10), within(1e9, 5e11)],
                _ => {
                    let unique = within(1e8, 3e10);
                    vec![within(5e7, 5e9), unique * within(1.0, 100.0), unique]
                }
            };
            // With seven or eight parameters and few runs there are more local minima than a practical search can find.
            let rows = if law.len() > 5 { 60 } else { 12 } + 5 * case;
            let inputs: Vec<_> = (0..rows).map(input).collect();
            let data = Data::simulated(law, &truth, &inputs, 0.02, 3, case);
            let problem = Problem::new(law, data.clone());
            let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
            let long = Search::with_cells(problem, 2, 4 * law.info.cells, 40).expect("free").from(&truth);
            let long = long.run().expect("a fit");
            assert!(fit.value < long.value * (1.0 + 1e-6), "{slug} {case}: {} {}", fit.value, long.value);
        }
    }
}

/// A simulated table with little information. It has few rows, and `case` chooses how poor the inputs are: one ratio of
/// tokens to parameters, two sizes, one budget, or random inputs.
fn poor(law: &'static Entry, case: u32) -> Data {
    let mut draws = Draws::new(7, Stream(1), case, 0);
    let mut within = |lo: f64, hi: f64| lo * math::pow(hi / lo, draws.uniform());
    let rows = law.len() as u32 + 1 + case % 6;
    let truth: Vec<f64> = law.info.example.values.iter().map(|p| p * within(0.7, 1.4)).collect();
    let ratio = within(2.0, 200.0);
    let input = |i: u32| {
        if law.info.inputs.len() == 1 {
            return vec![within(0.05, 500.0)];
        }
        let any = within(5e7, 5e9);
        let n = if case % 4 == 1 { [1e8, 1e9][(i % 2) as usize] } else { any };
        let d = match case % 4 {
            0 => ratio * n,
            2 => 1e20 / (6.0 * n),
            _ => within(1e9, 5e11),
        };
        vec![n, d, d / if i.is_multiple_of(3) { 1.0 } else { within(1.0, 60.0) }]
    };
    let inputs: Vec<_> = (0..rows).map(input).collect();
    Data::simulated(law, &truth, &inputs, 0.03, 5, case)
}

#[test]
fn of_poor_tables_the_lowest_minimum_is_found_or_doubted() {
    // A soak test asks for more tables of each law.
    let tables = std::env::var("LAB_POOR_TABLES").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    for slug in ["data-constrained", "geometric", "practical", "mixture-of-exponentials"] {
        let law = law(slug);
        let (mut missed, mut doubted) = (0, 0);
        // For the 29th table of three exponentials, few starts end in the lowest minimum, so that table is always included.
        let rare = (slug == "mixture-of-exponentials" && tables <= 28).then_some(28);
        for case in (0..tables).chain(rare) {
            let problem = Problem::new(law, poor(law, case));
            let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
            let long = Search::with_cells(problem, 2, 4 * law.info.cells, 150).expect("free").from(&fit.params);
            let long = long.run().expect("a fit").value;
            // The search counts two fits as one minimum within this tolerance.
            let found = fit.value <= long * (1.0 + 1e-6) + 1e-14;
            assert!(found || !fit.sure, "{slug} {case}: {} of {} starts, {} {long}", fit.met, fit.starts, fit.value);
            (missed, doubted) = (missed + u32::from(!found), doubted + u32::from(!fit.sure));
            if std::env::var_os("LAB_POOR_TABLES").is_some() {
                eprintln!("{slug} {case}: {} of {} starts, {:e}, {}", fit.met, fit.starts, fit.value, fit.value / long);
            }
        }
        assert!(10 * missed <= tables + 9, "{slug}: {missed} of {tables} missed, {doubted} doubted");
    }
}

#[test]
fn profiles_of_few_rows_hold_the_truth_as_often_as_they_say() {
    const TABLES: u32 = 200;
    let law = law("chinchilla");
    let truth = law.info.example.values;
    let inputs: Vec<Vec<f64>> =
        [7e7, 4e8, 2.8e9].iter().flat_map(|n| [1.5e9, 1.3e10, 1.2e11].map(|d| vec![*n, d])).collect();
    for delta in [1e-3, f64::INFINITY] {
        let mut inside = 0;
        for draw in 0..TABLES {
            let mut problem = Problem::new(law, Data::simulated(law, truth, &inputs, 0.004, 1, draw));
            problem.objective.delta = delta;
            let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
            let mut profile = Profile::new(&problem, &fit, 2, 1);
            inside += u32::from(profile.at(truth[2]).expect("in bounds").objective <= profile.threshold());
        }
        // With the chi-squared quantile, 65 to 78 % of the intervals would contain the true value. The standard error of a share
        // of 95 % over 200 tables is 1.5 %.
        let share = f64::from(inside) / f64::from(TABLES);
        assert!(share >= 0.90, "delta {delta}: {share}");
    }
}

#[test]
fn four_asymptotes_have_their_joint_limit() {
    // Kim et al., arXiv 2509.14786: ensembles of 0.15, 0.3, 0.6 and 1.4 billion parameters; the published limit is 3.17.
    let (law, n, y) = (law("power"), [0.15, 0.3, 0.6, 1.4], [3.49494, 3.27298, 3.21223, 3.17397]);
    let data = Data::new(law, &[&n], &y, Residual::Plain, None).expect("runs");
    let mut problem = Problem::new(law, data.clone());
    problem.objective = Objective::SQUARES;
    let fit = Search::new(problem, 1).expect("free").run().expect("a fit");
    assert!((fit.params[0] - 3.169).abs() < 1e-3 && (fit.params[2] - 1.59).abs() < 5e-3, "{:?}", fit.params);
}

#[test]
fn what_follows_is_what_theory_says() {
    let (law, p) = (law("chinchilla"), law("chinchilla").info.published[0].values);
    let ask = Ask { compute: Some(1e21), loss: Some(2.5), params: Some(1e9), ..Ask::default() };
    let said =
        |name: &str| answers(law, p, &ask).into_iter().find(|a| a.name.english() == name).expect("an answer").value;
    // N = G (C/6)^(beta / (alpha + beta)), G = (alpha A / (beta B))^(1 / (alpha + beta)).
    let (alpha, beta) = (p[2], p[4]);
    let g = math::pow(alpha * p[1] / (beta * p[3]), 1.0 / (alpha + beta));
    let n = g * math::pow(1e21 / 6.0, beta / (alpha + beta));
    assert!((said("compute-optimal parameters") / n - 1.0).abs() < 1e-6, "{n}");
    assert!((said("compute-optimal tokens per parameter") / (1e21 / (6.0 * n * n)) - 1.0).abs() < 1e-6, "D/N");
    let [a, b] = [
        r"exponent with which the compute-optimal parameters grow with compute, $\beta/(\alpha + \beta)$",
        r"exponent with which the compute-optimal tokens grow with compute, $\alpha/(\alpha + \beta)$",
    ]
    .map(said);
    assert!((a - beta / (alpha + beta)).abs() < 1e-15 && (a + b - 1.0).abs() < 1e-15, "exponents");
    let d = said("tokens to reach the target loss");
    assert!((law.predict(p, &[1e9, d]) - 2.5).abs() < 1e-12, "{d} tokens");
    let never = Ask { loss: Some(1.7), params: Some(1e9), ..Ask::default() };
    assert!(answers(law, p, &never).iter().any(|a| a.value.is_infinite()), "below what 1e9 parameters can reach");
}

#[test]
fn what_unique_tokens_buy_is_what_was_published() {
    // The allocation that Muennighoff et al. give for 10^22 operations and 25 billion unique tokens.
    let (law, p) = (law("data-constrained"), law("data-constrained").info.published[0].values);
    let ask = Ask { compute: Some(1e22), unique: Some(25e9), ..Ask::default() };
    let list = answers(law, p, &ask);
    let said = |name: &str| list.iter().find(|a| a.name.english() == name).expect("an answer").value;
    let (n, d) = (7_022_364_735.88, 237_336_955_477.55);
    // The published allocation is accurate to half a thousandth; ours has a lower loss.
    assert!((said("compute-optimal parameters") / n - 1.0).abs() < 1e-3, "{list:?}");
    assert!(
        (said("compute-optimal tokens") / d - 1.0).abs() < 1e-3
            && said("loss at the compute-optimal split") < law.predict(p, &[n, d, 25e9])
    );
    assert!((said("epochs at the compute-optimal split") - d / 25e9).abs() < 1e-2, "{list:?}");
    let half = r"epochs until a repeated token is worth half a fresh one, $1 + R_D \ln 2$";
    assert!((said(half) - (1.0 + 15.387_756 * std::f64::consts::LN_2)).abs() < 1e-9, "{list:?}");
    let endless: Vec<f64> = p.iter().enumerate().map(|(j, p)| if j == 5 { 1e12 } else { *p }).collect();
    assert!(answers(law, &endless, &ask).iter().any(|a| a.name.english() == half && a.value.is_infinite()));
    // Without a limit on unique tokens every token is fresh, so there are as many unique tokens as tokens seen.
    let fresh = answers(law, p, &Ask { compute: Some(1e22), ..Ask::default() });
    let plenty = answers(law, p, &Ask { unique: Some(1e15), ..ask });
    for (a, b) in fresh.iter().zip(&plenty) {
        assert_eq!((a.name, a.value), (b.name, b.value), "fresh tokens");
    }
    assert_eq!(plenty[plenty.len() - 1].value, 1.0, "plentiful tokens are seen once: {plenty:?}");
    let (practical, q) =
        (fit::find("practical").expect("a law"), fit::find("practical").expect("a law").info.example.values);
    let seen = answers(practical, q, &Ask { compute: Some(1e22), ..Ask::default() });
    let more = answers(practical, q, &Ask { unique: Some(1e15), ..ask });
    assert_eq!(seen[0].value, more[0].value, "unseen tokens change no answer");
    assert_eq!(law.predict(p, &[1e9, 1e10, 1e12]), law.predict(p, &[1e9, 1e10, 1e10]), "unseen tokens change no loss");

    let ask = Ask { loss: Some(2.4), params: Some(1e9), unique: Some(25e9), ..Ask::default() };
    let list = answers(law, p, &ask);
    let said = |name: &str| list.iter().find(|a| a.name.english() == name).expect("an answer").value;
    let d = said("tokens to reach the target loss");
    assert!((law.predict(p, &[1e9, d, 25e9f64.min(d)]) - 2.4).abs() < 1e-12, "{d} tokens");
    assert!((said("epochs to reach the target loss") - (d / 25e9).max(1.0)).abs() < 1e-12, "{list:?}");

    let (law, p) = (fit::find("power").expect("a law"), [3.0, 2.0, 0.5]);
    let x = answers(law, &p, &Ask { loss: Some(3.1), ..Ask::default() });
    assert!((x[0].value - 400.0).abs() < 1e-6, "2 / sqrt(x) = 0.1: {x:?}");
}

#[test]
fn neither_the_order_of_rows_nor_units_matter() {
    let law = law("chinchilla");
    let data = chinchilla(240, 0.01, 1, 0);
    let fit = |data: &Data| Search::new(Problem::new(law, data.clone()), 1).expect("free").run().expect("a fit");
    let first = fit(&data);
    let mut order: Vec<usize> = (0..data.len()).collect();
    order.reverse();
    order.rotate_left(77);
    let mut shuffled = Data::empty(law);
    let mut scaled = Data::empty(law);
    for &i in &order {
        let x = data.input(i);
        shuffled.push(law, x, data.y[i], 1.0, 0);
        scaled.push(law, &[x[0] / 1e6, x[1] / 1e9], data.y[i], 1.0, 0);
    }
    let (shuffled, scaled) = (fit(&shuffled), fit(&scaled));
    assert!((shuffled.value - first.value).abs() < 1e-11 * first.value, "order");
    assert!((scaled.value - first.value).abs() < 1e-11 * first.value, "units");
    assert!(close(&shuffled.params, &first.params, 1e-5), "{:?} {:?}", shuffled.params, first.params);
    let p = &first.params;
    let (a, b) = (p[1] * math::pow(1e6, -p[2]), p[3] * math::pow(1e9, -p[4]));
    assert!(close(&scaled.params, &[p[0], a, p[2], b, p[4]], 1e-5), "{:?} {p:?}", scaled.params);
}

#[test]
fn without_noise_the_truth_comes_back() {
    for law in ALL {
        let truth = law.info.example.values.to_vec();
        let inputs: Vec<Vec<f64>> = (0..120)
            .map(|i| {
                let u = |k: usize| (i * k) as f64 / 120.0 % 1.0;
                match law.info.inputs.len() {
                    1 if law.info.slug == "mixture-of-exponentials" => vec![math::pow(1e4, u(1)) / 20.0],
                    1 if law.info.slug == "power" => vec![math::pow(100.0, u(1)) / 20.0],
                    1 => vec![100.0 * math::pow(40.0, u(1))],
                    2 => vec![5e7 * math::pow(300.0, u(1)), 1e9 * math::pow(500.0, u(7))],
                    _ => {
                        let unique = 1e8 * math::pow(300.0, u(7));
                        vec![5e7 * math::pow(100.0, u(1)), unique * math::pow(100.0, u(11)), unique]
                    }
                }
            })
            .collect();
        let data = Data::simulated(law, &truth, &inputs, 0.0, 1, 0);
        for residual in [law.info.objective.delta, f64::INFINITY, 0.0] {
            let mut problem = Problem::new(law, data.clone());
            problem.objective.delta = residual;
            let fit = Search::new(problem, 1).expect("free").run().expect("a fit");
            assert!(
                close(&fit.params, &truth, 1e-3),
                "{} {residual}: {:?} {truth:?} {fit:?}",
                law.info.slug,
                fit.params
            );
        }
    }
}

/// For every parameter, the share of 500 simulated data sets with which the 95 % bootstrap interval contains the true
/// value.
fn coverage(law: &'static Entry, truth: &[f64], inputs: &[Vec<f64>], sigma: f64) -> Vec<f64> {
    const DRAWS: u32 = 500;
    let holds = |draw| -> Vec<bool> {
        let data = Data::simulated(law, truth, inputs, sigma, 1, draw);
        let problem = Problem::new(law, data.clone());
        let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
        let refits = Bootstrap::new(&problem, &fit, draw).refits(0..399);
        let intervals = bootstrap::intervals(&problem, &refits, 0.95);
        intervals.iter().zip(truth).map(|([lo, hi], truth)| lo <= truth && truth <= hi).collect()
    };
    // Counts do not depend on which thread makes a draw.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found: Vec<Vec<bool>> = std::thread::scope(|scope| {
        let part = |first: usize| (0..DRAWS).skip(first).step_by(threads).map(holds).collect::<Vec<_>>();
        let parts: Vec<_> = (0..threads).map(|first| scope.spawn(move || part(first))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("no draw panics")).collect()
    });
    let inside = |j: usize| found.iter().filter(|holds| holds[j]).count();
    (0..law.len()).map(|j| inside(j) as f64 / f64::from(DRAWS)).collect()
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let line = |rows: u32| -> Vec<Vec<f64>> {
        (0..rows).map(|i| vec![0.05 * math::pow(200.0, f64::from(i) / f64::from(rows))]).collect()
    };
    let published = |slug, k: usize| law(slug).info.published[k].values;
    for (slug, truth, inputs, sigma) in [
        ("power", published("power", 0), line(240), 0.01),
        ("chinchilla", published("chinchilla", 1), grid(160), 0.01),
        ("log-linear", &[3.3, -7.0][..], line(240), 0.5),
    ] {
        // The standard error of a share of 95 % over 500 draws is 1 %.
        let found = coverage(law(slug), truth, &inputs, sigma);
        assert!(found.iter().all(|share| (0.92..=0.98).contains(share)), "{slug}: {found:?}");
    }
}

/// For each of the first `count` bootstrap refits, its objective divided by the objective that a full search reaches on
/// the same resample.
fn refits_against_searches(problem: &Problem, count: u32) -> Vec<f64> {
    let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
    let bootstrap = Bootstrap::new(problem, &fit, 42);
    let refits = bootstrap.refits(0..count);
    let ratio = |(b, refit): (u32, &Vec<f64>)| {
        let resampled = problem.over(problem.data.weighted(&bootstrap.weights(b)));
        let full = Search::new(resampled.clone(), 1).expect("free").run().expect("a fit").value;
        resampled.value(refit) / full
    };
    (0..).zip(&refits).map(ratio).collect()
}

#[test]
fn a_refit_is_as_good_as_a_full_search() {
    for slug in ["data-constrained", "lovelace", "chinchilla"] {
        let (law, rows) = (law(slug), 60);
        let input = |i: u32| {
            let u = |k: u32| f64::from(i * k) / f64::from(rows) % 1.0;
            let unique = 1e8 * math::pow(300.0, u(7));
            let all = [5e7 * math::pow(100.0, u(1)), unique * math::pow(100.0, u(11)), unique];
            all[..law.info.inputs.len()].to_vec()
        };
        let inputs: Vec<_> = (0..rows).map(input).collect();
        let data = Data::simulated(law, law.info.example.values, &inputs, 0.05, 1, 0);
        let ratios = refits_against_searches(&Problem::new(law, data), 40);
        // A thousandth of the objective of 60 runs is about a fiftieth of the 95 % quantile of chi-squared.
        assert!(ratios.iter().all(|ratio| *ratio < 1.001), "{slug}: {ratios:?}");
        let exact = ratios.iter().filter(|ratio| **ratio < 1.0 + 1e-8).count();
        assert!(exact > 35, "{slug}: {exact} of 40 at the same minimum, {ratios:?}");
    }
}

#[test]
fn rates_of_refits_are_in_order() {
    let law = law("mixture-of-exponentials");
    let inputs: Vec<_> = (0..40).map(|i| vec![math::pow(1e4, f64::from(i) / 40.0) / 20.0]).collect();
    let data = Data::simulated(law, law.info.example.values, &inputs, 1.0, 1, 0);
    let problem = Problem::new(law, data);
    let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
    let refits = Bootstrap::new(&problem, &fit, 1).refits(0..200);
    assert!(refits.iter().chain([&fit.params]).all(|p| p[4..].is_sorted()), "{refits:?}");
}

#[test]
#[ignore = "needs muennighoff2023_runs.csv in LAB_DATA"]
fn the_published_fit_is_a_local_minimum() {
    let law = law("data-constrained");
    let data = published_runs(law, false);
    let problem = base_held(law, &data);
    let published = law.info.published[0].values;
    assert!((problem.value(published) - 0.015_825_935_3).abs() < 1e-10, "{}", problem.value(published));
    let r2 = choose::r2(&problem, published);
    assert!((r2 - 0.772_204_608_496_840_8).abs() < 1e-12, "{r2}");
    for seed in 1..=100 {
        let fit = Search::new(problem.clone(), seed).expect("free").run().expect("a fit");
        assert!((fit.value - 0.015_804_662_474).abs() < 1e-12, "seed {seed}: {fit:?}");
        assert!(close(&fit.params[5..7], &[95.365_168, 1.705_906], 1e-5), "seed {seed}: {:?}", fit.params);
        let local = fit.valleys.iter().any(|valley| close(&valley.params[5..7], &published[5..7], 3e-3));
        assert!(local, "seed {seed}: the published fit is among the local minima");
    }
}

#[test]
#[ignore = "needs muennighoff2023_runs.csv in LAB_DATA"]
fn the_profile_over_repeats_is_flat_above_twelve() {
    let law = law("data-constrained");
    let data = published_runs(law, false);
    let problem = base_held(law, &data);
    let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
    let mut profile = Profile::new(&problem, &fit, 5, 1);
    for (value, objective) in [
        (3.0, 16.621),
        (5.0, 16.160),
        (8.0, 15.958),
        (10.0, 15.910),
        (12.0, 15.855),
        (15.39, 15.826),
        (20.0, 15.841),
        (30.0, 15.821),
        (40.0, 15.812),
        (60.0, 15.811),
        (95.4, 15.805),
        (200.0, 15.816),
        (1000.0, 15.878),
        (1e6, 15.923),
    ] {
        let ours = 1e3 * profile.at(value).expect("in bounds").objective;
        assert!((ours - objective).abs() < 1e-4 * objective, "R_D = {value}: {ours} {objective}");
    }
    let ended = |j: usize| {
        let mut profile = Profile::new(&problem, &fit, j, 1);
        while !profile.advance().expect("in bounds") {}
        (profile.identified(), profile.interval())
    };
    let (identified, [lo, hi]) = ended(5);
    assert_eq!(identified, Identified::NotFromAbove, "R_D");
    assert!(determined("R_D", [lo, hi], None).1.english().contains("no upper bound"), "in words");
    assert!((3.0..8.0).contains(&lo), "from {lo}");
    assert_eq!(ended(6).0, Identified::Yes, "R_N");
}

#[test]
#[ignore = "needs muennighoff2023_runs.csv in LAB_DATA"]
fn the_bootstrap_is_as_good_as_full_searches_and_leaves_repeats_open() {
    let law = law("data-constrained");
    let data = published_runs(law, false);
    let problem = base_held(law, &data);
    let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
    let bootstrap = Bootstrap::new(&problem, &fit, 42);
    let refits = bootstrap.refits(0..400);
    assert_eq!(refits[7..9], bootstrap.refits(7..9), "in any portions");
    let ratios = refits_against_searches(&problem, 40);
    assert!(ratios.iter().all(|ratio| *ratio < 1.0 + 1e-5), "{ratios:?}");
    let ends = bootstrap::intervals(&problem, &refits, 0.95);
    assert!(ends[5][1].is_infinite() && (3.0..8.0).contains(&ends[5][0]), "R_D {:?}", ends[5]);
    assert!((0.2..0.4).contains(&ends[6][0]) && (10.0..40.0).contains(&ends[6][1]), "R_N {:?}", ends[6]);
}

#[test]
#[ignore = "needs muennighoff2023_runs.csv in LAB_DATA"]
fn all_parameters_free_reach_the_best_known_objectives() {
    // The objectives that long searches found before, on the rows of the published fit and on all rows.
    let known = [
        ("chinchilla", false, 0.008_953, 0.029_012),
        ("data-constrained", false, 0.006_566, 0.020_692),
        ("data-constrained", true, 0.006_033, 0.019_361),
        ("practical", false, 0.006_432, 0.015_256),
        ("lovelace", false, 0.005_128, 0.012_272),
    ];
    for (slug, nu, few, many) in known {
        for (all, best) in [(false, few), (true, many)] {
            let law = law(slug);
            let data = published_runs(law, all);
            let mut problem = Problem::new(law, data.clone());
            if nu {
                problem = problem.hold(7, None).expect("free");
            }
            let fit = Search::new(problem, 1).expect("free").run().expect("a fit");
            // The known objectives have six decimal places.
            assert!(fit.value < best + 5e-7, "{slug}, nu {nu}, all rows {all}: {}", fit.value);
        }
    }
}

#[test]
#[ignore = "needs muennighoff2023_runs.csv in LAB_DATA"]
fn published_numbers_of_tables_come_out_as_expected() {
    let folder = PathBuf::from(std::env::var_os("LAB_DATA").expect("LAB_DATA names the folder of the table"));
    let exec = std::rc::Rc::new(scaling_lab::exec::Exec::cpu());
    for entry in scaling_lab::experiments::all() {
        for (claim, data) in entry.claims.iter().filter_map(|claim| Some((claim, claim.data?))) {
            let text = std::fs::read(folder.join(data.file)).expect("the table");
            let table = std::rc::Rc::new(Reader::read(&text).expect("a table"));
            let found = pollster::block_on(scaling_lab::session::reproduce(&exec, entry.slug, claim, Some(table)));
            let found = found.unwrap_or_else(|e| panic!("{}: {e}", claim.id));
            assert!(found.as_expected, "{}: published {}, ours {found:?}", claim.id, claim.printed);
        }
    }
}

#[test]
fn the_command_fits_a_table_and_says_what_it_cannot() {
    let folder = std::env::temp_dir().join(format!("scaling-lab-fit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let lab = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_scaling-lab"));
        command.arg("fit").args(arguments).current_dir(&folder).output().expect("the lab runs")
    };
    let data = chinchilla(64, 0.01, 1, 0);
    let mut table = "\u{feff}Model Size;Training FLOP;run;Loss\r\n".to_owned();
    for i in 0..data.len() {
        let (n, d) = (data.input(i)[0], data.input(i)[1]);
        let row = format!("{n:.0};{:e};\"r{}\";{}\r\n", 6.0 * n * d, i / 2, data.y[i]);
        table.push_str(&row.replace('.', ","));
    }
    std::fs::write(folder.join("runs.csv"), &table).expect("a file");
    let said = lab(&["chinchilla", "runs.csv", "--bootstrap", "40", "--budget", "1e22", "--format", "json"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let json: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
    assert_eq!((&json["experiment"], &json["params"]["law"]), (&"fit".into(), &"chinchilla".into()), "the law");
    assert_eq!(json["data"]["rows"], 64, "the table");
    let table = |id: &str| {
        let tables = json["tables"].as_array().expect("tables");
        tables.iter().find(|table| table["id"] == id).unwrap_or_else(|| panic!("no table {id}"))["rows"].clone()
    };
    let rows = table("parameters").as_array().expect("parameters").clone();
    let truth = law("chinchilla").info.published[1].values;
    for (row, truth) in rows.iter().zip(truth) {
        let number = |k: usize| row[k].as_f64().expect("a number");
        assert!(number(2) < number(1) && number(1) < number(3), "an interval around {row}");
        assert!(number(4) < *truth && *truth < number(5), "{truth} in the profile's interval of {row}");
    }
    let words = table("words").to_string();
    assert!(
        words.contains("64 rows from 32 runs") && words.contains("`Training FLOP` / (6 × `Model Size`)"),
        "{words}"
    );

    for (arguments, sentence) in [
        (vec!["nothing", "runs.csv"], "there is no law `nothing`"),
        (vec!["chinchilla", "none.csv"], "cannot read none.csv"),
        (
            vec!["data-constrained", "runs.csv"],
            "no column holds the unique tokens: name one, as `unique:HEADING` in `columns` or `--unique HEADING` of the command `fit`; ",
        ),
        (vec!["chinchilla", "runs.csv", "--loss", "run"], "line 2: column `run` holds `r0` where a number is needed"),
        (vec!["chinchilla", "runs.csv", "--huber", "-1"], "parameter `huber-delta` cannot be `-1`"),
        (vec!["chinchilla", "runs.csv", "--fixed", "alpha=-3"], "parameter `fixed` cannot be `alpha=-3`"),
        (
            vec!["chinchilla", "runs.csv", "--exclude", "Loss>0"],
            "0 rows are too few for the law “Parameters and tokens”: it takes 6",
        ),
    ] {
        let said = lab(&arguments);
        let error = String::from_utf8_lossy(&said.stderr);
        assert_eq!(said.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.starts_with(&format!("scaling-lab: {sentence}")) && error.lines().count() == 1, "{error}");
    }
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

#[test]
fn the_command_asks_what_a_table_leaves_open() {
    let folder = std::env::temp_dir().join(format!("scaling-lab-open-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let lab = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_scaling-lab"));
        command.args(arguments).current_dir(&folder).output().expect("the lab runs")
    };
    let quick = ["--bootstrap", "0", "--no-profile", "--format", "json"];
    let words = |output: &std::process::Output| {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let tables = json["tables"].as_array().expect("tables").clone();
        tables.iter().find(|table| table["id"] == "words").expect("words")["rows"].to_string()
    };
    let refused = |output: &std::process::Output| {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        said
    };

    // No heading says that the numbers are losses, so with three decimals a point could separate thousands.
    let rows = (1..20).map(|i| format!("{i}\t{:.3}\n", 2.0 + 3.0 / f64::from(i).sqrt()));
    std::fs::write(folder.join("steps.tsv"), format!("step\tL\n{}", rows.collect::<String>())).expect("a file");
    let fit = |more: &[&str]| lab(&[&["fit", "power", "steps.tsv"], &quick[..], more].concat());
    let said = refused(&fit(&[]));
    assert!(
        said.contains("line 2: nothing in the columns of the fit says whether the mark in `5.000` of column `L`"),
        "{said}"
    );
    assert!(said.contains("--decimal comma"), "{said}");
    assert!(words(&fit(&["--decimal", "point"])).contains("19 rows"), "an answer");
    let run = lab(&[
        "run",
        "fit",
        "--data",
        "steps.tsv",
        "--set",
        "columns=decimal:point",
        "--set",
        "law=power",
        "--set",
        "bootstrap=0",
        "--device",
        "cpu",
        "--format",
        "json",
    ]);
    assert!(words(&run).contains("19 rows"), "the decimal mark set by a parameter");

    // Parameters in millions and tokens in billions, which the headings do not say.
    let data = chinchilla(64, 0.01, 1, 0);
    let row = |i: usize| format!("{:.3},{:.4},{:.5}\n", data.input(i)[0] / 1e6, data.input(i)[1] / 1e9, data.y[i]);
    let text = format!("params,tokens,loss\n{}", (0..64).map(row).collect::<String>());
    std::fs::write(folder.join("units.csv"), text).expect("a file");
    let fit = |more: &[&str]| lab(&[&["fit", "chinchilla", "units.csv"], &quick[..], more].concat());
    let said = words(&fit(&["--tokens", "tokens", "--params", "params"]));
    assert!(said.contains("are small") && said.contains("set its unit"), "{said}");
    let said = words(&fit(&["--unit", "params=M", "--unit", "tokens=B"]));
    assert!(said.contains("N = `params` × 1,000,000, D = `tokens` × 10⁹") && !said.contains("set its unit"), "{said}");
    for unit in ["loss=M", "foo=M", "params=X", "params", "params=M,tokens.unit:B"] {
        let said = refused(&fit(&["--unit", unit]));
        let want = format!("parameter `--unit` cannot be `{unit}`: it takes ROLE=UNIT, where ROLE is x, params,");
        assert!(said.contains(&want), "{said}");
    }

    for (arguments, sentence) in [
        (&["fit", "chinchilla", "units.csv", "--budget", "-1"][..], "parameter `budget` cannot be `-1`"),
        (
            &["fit", "chinchilla", "units.csv", "--fixed", "E=1", "--free", "E"],
            "`fixed` says both `E=1` and `E=free` of parameter E: keep one of them",
        ),
        (&["fit", "chinchilla", "none.csv"], "cannot read none.csv"),
        (&["run", "exam-time", "--set", "hours=20", "--set", "hours=30"], "parameter `hours` is set twice\n"),
        (&["run", "exam-time", "--set", "hours="], "parameter `hours` is empty: it takes a whole number from"),
        (&["run", "exam-time", "--set", "=3"], "parameter `--set` cannot be `=3`: it takes name=value"),
        (
            &["run", "exam-time", "--set", "weights=1,2,3", "--set", "difficulty=1,2"],
            "it takes one number for all, or 3 numbers, as many as there are weights",
        ),
        (&["fit", "chinchilla", "."], "cannot read ."),
        (&["reproduce", "exam-time", "--data", "nonexistent"], "`--data` cannot be `nonexistent`"),
        (&["reproduce", "exam-time", "--data", "units.csv"], "`--data` cannot be `units.csv`"),
    ] {
        let said = refused(&lab(arguments));
        assert!(said.contains(sentence), "{arguments:?}: {said}");
    }
    // A run of hours must not end in a file that cannot be written.
    for arguments in [&["run", "exam-time"][..], &["fit", "chinchilla", "units.csv"]] {
        let arguments = [arguments, &["--out", "nowhere/result.json"]].concat();
        let output = lab(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "no progress before it: {said}");
        assert!(said.contains("cannot write nowhere/result.json"), "{said}");
    }
    // A file is emptied only when the result is there.
    std::fs::write(folder.join("result.json"), " ".repeat(1 << 20)).expect("a file");
    let out = ["--out", "result.json"];
    refused(&fit(&[&out[..], &["--fixed", "E=0"]].concat()));
    assert_eq!(std::fs::read(folder.join("result.json")).expect("a file").len(), 1 << 20, "a refused run keeps it");
    assert!(fit(&[&out[..], &["--unit", "params=M", "--unit", "tokens=B"]].concat()).status.success());
    let written = std::fs::read(folder.join("result.json")).expect("a file");
    assert!(
        serde_json::from_slice::<serde_json::Value>(&written).is_ok() && written.len() < 1 << 20,
        "only the result"
    );
    std::fs::remove_dir_all(folder).expect("gone");
}

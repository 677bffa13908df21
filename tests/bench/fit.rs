//! Times fits on one thread, for `fit.py`, which compares them with `SciPy`. It also measures the coverage of
//! intervals.
//!
//! `cargo bench --bench fit` times a full fit and 4000 bootstrap refits of 240 simulated runs, and a fit of 100 000
//! runs, and prints a table. If `LAB_BENCH_OUT` names a folder, the 240 runs are written there as the file `runs`.
//! `cargo bench --bench fit -- coverage [DRAWS [RESAMPLES [LAW]]]` measures how often the 95 % intervals of fitted
//! parameters contain the true value.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints how long it took")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use scaling_lab::fit::bootstrap::{Bootstrap, Refits, intervals};
use scaling_lab::fit::{ALL, Data, Entry, Problem, Search, find};
use scaling_lab::math;

/// Number of times that a fit is timed. The fastest time counts, because other work on the machine can only slow a fit
/// down.
const TRIES: usize = 9;
const REFITS: u32 = 4000;

/// Inputs of `rows` runs: a grid of sizes and tokens, as in a scaling study.
fn grid(rows: usize) -> Vec<Vec<f64>> {
    let place = |i: usize, n: usize, lo: f64, hi: f64| lo * math::pow(hi / lo, i as f64 / (n - 1) as f64);
    (0..rows).map(|i| vec![place(i % 16, 16, 5e7, 1.6e10), place(i / 16, rows.div_ceil(16), 1e9, 5e11)]).collect()
}

fn time<T>(tries: usize, mut f: impl FnMut() -> T) -> (f64, T) {
    let mut best: Option<(f64, T)> = None;
    for _ in 0..tries {
        let clock = Instant::now();
        let found = f();
        let seconds = clock.elapsed().as_secs_f64();
        if best.as_ref().is_none_or(|(least, _)| seconds < *least) {
            best = Some((seconds, found));
        }
    }
    best.expect("at least one try")
}

fn speed() {
    let law = find("chinchilla").expect("a law");
    let truth = law.info.published[1].values;
    let data = Data::simulated(law, truth, &grid(240), 0.01, 1, 0);
    let problem = Problem::new(law, data.clone());
    let (seconds, fit) = time(TRIES, || Search::new(problem.clone(), 1).expect("free").run().expect("a fit"));
    let bootstrap = Bootstrap::new(&problem, &fit, 1);
    let (refitting, refits) = time(3, || {
        let mut room = Refits::default();
        (0..REFITS).map(|b| bootstrap.refit(b, &mut room)).collect::<Vec<_>>()
    });
    let many = Arc::new(Data::simulated(law, truth, &grid(100_000), 0.01, 1, 0));
    let (slow, _) =
        time(3, || Search::new(Problem::new(law, Arc::clone(&many)), 1).expect("free").run().expect("a fit"));
    let mut head = "fit_s evaluations refits_s many_s objective".to_owned();
    let mut line = format!("{seconds} {} {refitting} {slow} {:e}", fit.evaluations, fit.value);
    let ends = intervals(&problem, &refits, 0.95);
    for ((param, p), [lo, hi]) in law.info.params.iter().zip(&fit.params).zip(ends) {
        write!(head, " {0} {0}_lo {0}_hi", param.name).expect("memory");
        write!(line, " {p:e} {lo:e} {hi:e}").expect("memory");
    }
    println!("{head}\n{line}");
    if let Some(out) = std::env::var_os("LAB_BENCH_OUT").map(PathBuf::from) {
        let mut runs = "params tokens loss\n".to_owned();
        for i in 0..data.len() {
            writeln!(runs, "{:e} {:e} {:e}", data.input(i)[0], data.input(i)[1], data.y[i]).expect("memory");
        }
        std::fs::write(out.join("runs"), runs).expect("the folder can be written");
    }
}

/// The inputs of the runs in a law's example, and the standard deviation of their noise.
fn example(law: &Entry) -> (Vec<Vec<f64>>, f64) {
    let inputs = (0..160).map(|i| law.info.example.inputs(law, i, 160)).collect();
    (inputs, if law.info.slug == "log-linear" { 0.5 } else { 0.01 })
}

fn coverage(draws: u32, resamples: u32, only: Option<&String>) {
    for law in ALL.iter().filter(|law| only.is_none_or(|only| law.info.slug == only)) {
        let (truth, (inputs, sigma)) = (law.info.example.values, example(law));
        let (mut inside, mut open, clock) = (vec![0; law.len()], vec![0; law.len()], Instant::now());
        for draw in 0..draws {
            let data = Data::simulated(law, truth, &inputs, sigma, 1, draw);
            let problem = Problem::new(law, data.clone());
            let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
            let refits = Bootstrap::new(&problem, &fit, draw).refits(0..resamples);
            for (j, [lo, hi]) in intervals(&problem, &refits, 0.95).into_iter().enumerate() {
                inside[j] += u32::from(lo <= truth[j] && truth[j] <= hi);
                open[j] += u32::from(lo.is_infinite() || hi.is_infinite());
            }
        }
        print!("{} ({} rows, {:.0} s):", law.info.slug, inputs.len(), clock.elapsed().as_secs_f64());
        for (j, param) in law.info.params.iter().enumerate().filter(|(_, param)| !param.frozen) {
            print!(" {} {:.1}%", param.name, 100.0 * f64::from(inside[j]) / f64::from(draws));
            if open[j] > 0 {
                print!(" ({:.0}% open)", 100.0 * f64::from(open[j]) / f64::from(draws));
            }
        }
        println!();
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().filter(|argument| !argument.starts_with("--")).collect();
    let number = |k: usize, usual| arguments.get(k).and_then(|text| text.parse().ok()).unwrap_or(usual);
    if arguments.iter().any(|argument| argument == "coverage") {
        coverage(number(2, 500), number(3, 399), arguments.get(4));
    } else {
        speed();
    }
}

//! Measures how often the 95 % intervals of fitted parameters contain the true value, over many simulated tables.
//!
//! `cargo bench --bench coverage -- --tables 400 [--resamples 199] [--laws power,chinchilla] [--rows 9,12,25,60,240] [--objectives huber,squares] [--noise 0.004]`
//! prints a line for each combination of law, rows and objective. For every parameter, the line has the share of tables
//! whose profile interval contains the true value, and then the share whose bootstrap interval contains it.
//! `--resamples 0` skips the bootstrap. The program takes hours, and without `--tables` it does nothing. The numbers
//! depend only on the arguments.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints what it measured")]

use rayon::prelude::*;
use scaling_lab::fit::bootstrap::{Bootstrap, Refits, intervals};
use scaling_lab::fit::profile::Profile;
use scaling_lab::fit::{Data, Entry, Objective, Problem, Search, find};
use scaling_lab::math;

/// Inputs of `rows` runs. For a law with two inputs, they are a grid of sizes and tokens, as in a scaling study. For
/// other laws, they are the inputs of the law's example.
fn inputs(law: &Entry, rows: u32) -> Vec<Vec<f64>> {
    if law.info.inputs.len() != 2 {
        return (0..rows).map(|i| law.info.example.inputs(law, i, rows)).collect();
    }
    let sizes = (1..=rows).rev().find(|k| k * k <= rows && rows.is_multiple_of(*k)).unwrap_or(1);
    let place = |i: u32, n: u32, lo: f64, hi: f64| lo * math::pow(hi / lo, f64::from(i) / f64::from(n.max(2) - 1));
    (0..rows)
        .map(|i| vec![place(i % sizes, sizes, 7e7, 2.8e9), place(i / sizes, rows / sizes, 1.5e9, 1.2e11)])
        .collect()
}

/// Simulates and fits one table. For every free parameter of the law, returns whether the profile interval contains the
/// true value, and whether the bootstrap interval contains it.
fn table(
    law: &'static Entry,
    objective: Objective,
    rows: u32,
    noise: f64,
    draw: u32,
    resamples: u32,
) -> Vec<[bool; 2]> {
    let truth = law.info.example.values;
    let data = Data::simulated(law, truth, &inputs(law, rows), noise, 1, draw);
    let mut problem = Problem::new(law, data);
    problem.objective = objective;
    let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
    let bootstrap = Bootstrap::new(&problem, &fit, draw);
    let mut room = Refits::default();
    let refits: Vec<_> = (0..resamples).map(|b| bootstrap.refit(b, &mut room)).collect();
    let ends = intervals(&problem, &refits, 0.95);
    let free = (0..law.len()).filter(|&j| problem.held[j].is_none());
    free.map(|j| {
        let mut profile = Profile::new(&problem, &fit, j, 1);
        let rise = profile.at(truth[j]).expect("in bounds").objective;
        [rise <= profile.threshold(), ends[j][0] <= truth[j] && truth[j] <= ends[j][1]]
    })
    .collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let of = |name: &str, usual: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).map_or_else(|| usual.to_owned(), Clone::clone)
    };
    let tables: u32 = of("--tables", "0").parse().expect("a number of tables");
    if tables == 0 {
        println!("coverage: nothing to do without --tables COUNT");
        return;
    }
    let resamples: u32 = of("--resamples", "199").parse().expect("a number of resamples");
    let noise: f64 = of("--noise", "0.004").parse().expect("a noise");
    for law in of("--laws", "power,chinchilla,data-constrained").split(',') {
        let law = find(law).expect("a law");
        for name in of("--objectives", "huber,squares").split(',') {
            let objective =
                if name == "huber" { Objective::HUBER } else { Objective { delta: f64::INFINITY, ..Objective::HUBER } };
            for rows in of("--rows", "9,12,25,60,240").split(',') {
                let rows: u32 = rows.parse().expect("a number of rows");
                let found: Vec<_> = (0..tables)
                    .into_par_iter()
                    .map(|draw| table(law, objective, rows, noise, draw, resamples))
                    .collect();
                print!("{} {name} {rows} rows, {tables} tables:", law.info.slug);
                for way in 0..if resamples > 0 { 2 } else { 1 } {
                    print!("{}", [" profile", "; bootstrap"][way]);
                    for j in 0..found.first().map_or(0, Vec::len) {
                        let inside = found.iter().filter(|table| table[j][way]).count();
                        print!(" {:.1}", 100.0 * inside as f64 / f64::from(tables));
                    }
                }
                println!();
            }
        }
    }
}

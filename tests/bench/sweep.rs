//! Runs the defaults and presets of every experiment with many seeds, and counts what the verdicts say and how often
//! they are wrong.
//!
//! `cargo bench --bench sweep -- --seeds 20 [EXPERIMENT...]` prints a table. It exits with status 1 if there are more
//! false alarms than chance explains, or a verdict that agrees without ruling anything out. The program takes hours,
//! and without `--seeds` it does nothing.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what it counted")]

use std::process::ExitCode;
use std::rc::Rc;

use scaling_lab::exec::Exec;
use scaling_lab::experiments;
use scaling_lab::params;
use scaling_lab::session::Session;

#[path = "../sweep/mod.rs"]
mod sweep;

fn main() -> ExitCode {
    let mut seeds = 0;
    let mut slugs = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seeds" => seeds = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(0),
            // cargo adds this argument itself.
            "--bench" => {}
            slug => slugs.push(slug.to_owned()),
        }
    }
    if seeds == 0 {
        println!("sweep: nothing to do without --seeds COUNT");
        return ExitCode::SUCCESS;
    }
    let exec = Rc::new(Exec::cpu());
    let mut sweep = sweep::Sweep::default();
    for entry in experiments::all().filter(|entry| slugs.is_empty() || slugs.iter().any(|slug| slug == entry.slug)) {
        let mut queries: Vec<_> = std::iter::once("").chain(entry.info.presets.iter().map(|p| p.query)).collect();
        queries.sort_unstable();
        queries.dedup();
        for query in queries {
            eprintln!("{}?{query}", entry.slug);
            for seed in 1..=seeds {
                let mut session =
                    Session::open(Rc::clone(&exec), entry.slug, &params::query(query), seed).expect("a valid setting");
                while !session.progress().finished() {
                    pollster::block_on(session.advance()).expect("advances");
                }
                sweep.count(entry.slug, query, seed, &session.output());
            }
        }
    }
    print!("{}", sweep.table());
    let [all, alarms, empty] = sweep.counts();
    let most = sweep::most_alarms(all);
    println!("{all} verdicts, {alarms} false alarms (chance explains up to {most}), {empty} that rule nothing out");
    if alarms > most || empty > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

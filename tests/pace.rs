//! The remaining time that a page shows is estimated from the work that an experiment declares (`Progress::share`). The
//! estimate must be right within a factor of 1.5 from the first quarter of a run on. Time is the processor time of this
//! process, which other processes do not lengthen.
#![cfg(target_os = "linux")]

use std::fs;
use std::rc::Rc;

use scaling_lab::exec::Exec;
use scaling_lab::params::query;
use scaling_lab::session::Session;

/// The largest ratio of the estimated and the true remaining time, in either direction.
const FACTOR: f64 = 1.5;

/// `multi-epoch` may need one number of fresh samples more than theory expects, or one fewer, by chance or because theory
/// covers constant learning rates only. These numbers grow by 26%, so the last one is a fifth of the work with fresh
/// samples, and that is up to half of the run.
const ONE_STOP: f64 = 0.1;
/// Number of times that a run is tried.
const TRIES: usize = 3;
/// A few ticks of the clock, and what starts and ends a run.
const TICKS: f64 = 0.03;

/// Slow runs, each shortened by a setting that keeps the proportions of its checkpoints, and the share of the run by which
/// the estimate may be off in addition.
const RUNS: &[(&str, &str, f64)] = &[
    ("multi-epoch", "runs=96", ONE_STOP),
    ("multi-epoch", "features=5&spectrum=power&a=1&runs=96", ONE_STOP),
    (
        "multi-epoch",
        "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&features=1000&epochs=1,2,4,8,16,32,64&runs=64&rates=16",
        ONE_STOP,
    ),
    ("multi-epoch", "schedule=all&samples=100,300,1000&epochs=1,2,4,8,16,32&runs=16", ONE_STOP),
    ("state-tracking", "runs=64", TICKS),
    ("gcd", "samples=200000&networks=1", TICKS),
    ("k-composition", "lr=0.1&halvings=3&samples=300000&runs=64", TICKS),
];

/// Processor time of this process in ticks, user and system, of all threads.
fn ticks() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("the state of this process");
    // The name of the program stands between parentheses and may contain spaces.
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("a number")).sum()
}

#[test]
fn the_remaining_time_is_right_within_a_factor_from_the_first_quarter_on() {
    for run in RUNS {
        // Work of other processes slows some stretch of a short run down now and then, but not in every try.
        let wrong: Vec<String> = (0..TRIES).map_while(|_| estimate(run).err()).collect();
        assert!(wrong.len() < TRIES, "{}", wrong.join("; "));
    }
}

/// Runs a setting to its end.
///
/// # Errors
/// The remaining time was wrong by more than allowed; the sentence says where.
fn estimate(&(slug, setting, slack): &(&str, &str, f64)) -> Result<(), String> {
    let mut session = Session::open(Rc::new(Exec::cpu()), slug, &query(setting), 1).expect("a valid setting");
    let begun = ticks();
    let (mut passed, mut share) = (vec![], 0.0);
    while !session.progress().finished() {
        let progress = pollster::block_on(session.advance()).expect("advances");
        assert!(progress.share >= share && progress.share <= 1.0, "{slug}?{setting}: {progress:?} after {share}");
        share = progress.share;
        passed.push((ticks() - begun, share));
    }
    assert!(share == 1.0, "{slug}?{setting} ends at {share}");
    let whole = ticks() - begun;
    for (spent, share) in passed.into_iter().filter(|(spent, _)| *spent >= whole / 4.0) {
        let (left, said) = (whole - spent, spent * (1.0 - share) / share);
        let right = (left / FACTOR..=left * FACTOR).contains(&said) || (said - left).abs() < slack * whole;
        if !right {
            return Err(format!(
                "{slug}?{setting}: {said:.0} ticks are said to be left, and {left:.0} are, of {whole:.0}"
            ));
        }
    }
    Ok(())
}

//! Checks digests of the numbers of every experiment, because a change that only moves code must not change a number.
//!
//! `golden.txt` has a line for each experiment: its name, the digest at its quick setting, and the digest at its
//! defaults, both with seed 1. A commit that is meant to change numbers updates the file (`./build.sh update`) and says
//! why. If only the order of a sum has changed, compare the output of `scaling-lab run EXPERIMENT --format csv` before
//! and after: the relative difference of a number may be 1e-12.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use scaling_lab::exec::Exec;
use scaling_lab::experiments;
use scaling_lab::output::digest;
use scaling_lab::params::query;
use scaling_lab::session::Session;

/// Does a whole run on the CPU. Returns the digest of its numbers, and whether any of its verdicts decides.
fn run(slug: &str, setting: &str) -> (String, bool) {
    let mut session = Session::open(Rc::new(Exec::cpu()), slug, &query(setting), 1).expect("a valid setting");
    while !session.progress().finished() {
        pollster::block_on(session.advance()).expect("advances");
    }
    let output = session.output();
    (digest(&output), output.verdicts.iter().any(|verdict| verdict.agrees.is_some()))
}

#[test]
fn no_number_of_any_experiment_has_changed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden.txt");
    let golden = fs::read_to_string(&path).expect("golden.txt");
    let found: String = experiments::all()
        .map(|entry| {
            let (quick, tells) = run(entry.slug, entry.quick);
            assert!(tells, "{}: no verdict decides at its quick setting {}", entry.slug, entry.quick);
            format!("{} {quick} {}\n", entry.slug, run(entry.slug, "").0)
        })
        .collect();
    if std::env::var_os("LAB_UPDATE").is_some() {
        fs::write(&path, &found).expect("written");
        return;
    }
    let changed: Vec<_> = found.lines().filter(|line| golden.lines().all(|known| known != *line)).collect();
    assert!(
        found == golden,
        "the digests of golden.txt are now\n{}\n{}",
        changed.join("\n"),
        "If you intended the change, or the experiment is new, run ./build.sh update. If an experiment is missing, `part!` of its part lacks its line."
    );
}

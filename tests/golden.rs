//! The numbers of every experiment, held by their digests: what moves code may move no number.
//!
//! `golden.txt` has a line for each: experiment; digest at its quick setting; digest at its defaults; seed 1. A change that
//! means to change numbers renews it (`./build.sh update`) in the same commit, and says why. Where only the order of a sum
//! changed, compare `scaling-lab run EXPERIMENT --format csv` before and after: 1e-12 relative.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use scaling_lab::exec::Exec;
use scaling_lab::experiments;
use scaling_lab::output::digest;
use scaling_lab::params::query;
use scaling_lab::session::Session;

/// A whole run on the CPU; does any verdict tell?
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
            assert!(tells, "{}: no verdict can tell at its quick setting {}", entry.slug, entry.quick);
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
        "If that was meant, or the experiment is new: ./build.sh update. If an experiment is gone, its part lacks its line."
    );
}

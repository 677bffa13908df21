//! Checks digests of the numbers of every experiment, because a change that only moves code must not change a number.
//!
//! `golden.txt` has a line for each experiment: its name, the digest at its quick setting, and the digest at its
//! defaults, both with seed 1. A commit that is meant to change numbers updates the file (`./build.sh update`) and says
//! why. If only the order of a sum has changed, compare the output of `scaling-lab run EXPERIMENT --format csv` before
//! and after: the relative difference of a number may be 1e-12.

use std::fs;
use std::path::Path;

use scaling_lab::experiments;
use scaling_lab::output::digest;

use crate::runs;

#[test]
fn no_number_of_any_experiment_has_changed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden.txt");
    let golden = fs::read_to_string(&path).expect("golden.txt");
    let found: String = experiments::all()
        .map(|entry| {
            let quick = &runs::of(entry, entry.quick).after.output;
            let tells = quick.verdicts.iter().any(|verdict| verdict.agrees.is_some());
            assert!(tells, "{}: no verdict decides at its quick setting {}", entry.slug, entry.quick);
            format!("{} {} {}\n", entry.slug, digest(quick), digest(&runs::of(entry, "").after.output))
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

//! The numbers of every experiment, held by their digests: what moves code may move no number.
//!
//! A change that means to change numbers renews the line here, in the same commit, and says why. Where only the order of a
//! sum changed, compare `scaling-lab run EXPERIMENT --format csv` before and after: 1e-12 relative.

use std::rc::Rc;

use scaling_lab::exec::Exec;
use scaling_lab::experiments;
use scaling_lab::output::digest;
use scaling_lab::params::query;
use scaling_lab::session::Session;

/// Experiment; digest at its quick setting; digest at its defaults; seed 1.
const GOLDEN: &[[&str; 3]] = &[
    ["exam-time", "256ef8347ed383a2", "4700abe0d11fba92"],
    ["positive-shift", "04925a9e12214b97", "670fe2b2c701201a"],
    ["atoms", "265af89238b74ae5", "60c7d965e393e4cd"],
    ["k-composition", "c1a9f92c47b73f00", "668f2abbc4eb7ad6"],
    ["state-tracking", "aa8fd7f860301a7c", "aec64f3c5b9654bc"],
    ["multi-epoch", "3ecb108045387018", "1064c61e94ea5ecf"],
    ["data-constrained", "d19075c89aebbb0f", "11a15448ab891718"],
    ["chinchilla", "91818d5677805fab", "d060445463ac6efd"],
    ["fit", "09f154e29d58fa61", "2db24725ce3cc10c"],
];

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
    let found: Vec<[String; 3]> = experiments::all()
        .map(|entry| {
            let (quick, tells) = run(entry.slug, entry.quick);
            assert!(tells, "{}: no verdict can tell at its quick setting {}", entry.slug, entry.quick);
            [entry.slug.to_owned(), quick, run(entry.slug, "").0]
        })
        .collect();
    let lines: String =
        found.iter().map(|[slug, quick, usual]| format!("    [\"{slug}\", \"{quick}\", \"{usual}\"],\n")).collect();
    assert!(GOLDEN == found, "the digests are now\n{lines}");
}

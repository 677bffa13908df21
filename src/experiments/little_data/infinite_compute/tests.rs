//! Tests of `infinite-compute`.

use super::run::STANDARD;
use super::*;
use crate::kit::testing::Tested;

#[test]
fn the_default_shows_what_the_source_claims() {
    let run = InfiniteCompute::finished("", 1);
    eprintln!("{:#?}", Experiment::output(&run).answer.map(|a| a.text.english()));
    for verdict in Experiment::output(&run).verdicts {
        eprintln!(
            "{} {:?} {} {:?} {:?}",
            verdict.id, verdict.agrees, verdict.measured, verdict.interval, verdict.theory
        );
        assert_eq!(verdict.agrees, Some(true), "{}: {} {:?}", verdict.id, verdict.measured, verdict.interval);
    }
    let curves = &run.curves;
    // An independent program with other random numbers found 0.906 and 0.751 at width 64, and about 0.857 for a single
    // model of infinite width.
    let width = run.shown;
    for (got, want) in [
        (curves.tuned(width, 1.0), 0.906),
        (curves.tuned(width, f64::INFINITY), 0.751),
        (curves.tuned(run.infinite(), 1.0), 0.857),
    ] {
        assert!((got - want).abs() < 0.04, "{got} against {want}");
    }
    assert!(curves.mean(width, STANDARD, 1.0) > curves.mean(0, STANDARD, 1.0));
}

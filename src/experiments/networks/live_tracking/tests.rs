//! Tests of `live-tracking`.

use super::LiveTracking;
use crate::kit::testing::Tested as _;

#[test]
#[ignore = "spike"]
fn spike() {
    for query in [
        "",
        "symbols=3&rate=0.004",
        "width=32&rate=0.002&networks=11&exponents=1.25",
        "symbols=3&hops=3&steps=500&networks=2",
        "hops=2&steps=2000",
        "symbols=5&width=32&batch=128&networks=4&steps=6000&exponents=1.25",
    ] {
        let from = std::time::Instant::now();
        let run = LiveTracking::finished(query, 1);
        let race = run.live.race();
        println!("{query}: {:?}", from.elapsed());
        for racer in &race.racers {
            println!("  {}: {:?}", racer.exponent, racer.hits);
        }
        let out = crate::kit::Experiment::output(&run);
        println!("{}", out.answer.expect("an answer").text.english());
        for v in out.verdicts {
            println!("{:?} {:?} {:?} {} {}", v.agrees, v.measured, v.interval, v.claim.english(), v.said());
        }
    }
}

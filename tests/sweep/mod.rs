//! Verdicts over many seeds: what they decide, and whether they may.
//!
//! Two kinds of mistake are counted. A false alarm says that theory is wrong where it holds: at 99.9% one verdict in a
//! thousand may. An empty one agrees although its interval, widened by its resolution, also holds what would be measured
//! without the effect, or has an open end: none may.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

use scaling_lab::exec::Exec;
use scaling_lab::kit::Entry;
use scaling_lab::math;
use scaling_lab::output::{Id, Verdict};
use scaling_lab::session::Session;

/// Verdicts on a claim that the lab expects to be refuted: what is wrong with them is that they agree.
const RIVALS: [&str; 1] = ["constant-reuse"];

/// What the verdicts of one name in one experiment said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Agreed, differed, could not tell.
    pub(crate) said: [u32; 3],
    /// Differed where theory holds.
    pub(crate) alarms: u32,
    /// Agreed without excluding anything.
    pub(crate) empty: u32,
}

/// Tallies by experiment and verdict, and a line for every mistake.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    /// By slug and id.
    pub(crate) tallies: BTreeMap<(&'static str, Id), Tally>,
    /// Where each mistake was made.
    pub(crate) mistakes: Vec<String>,
}

/// Does the interval, widened by the resolution, rule nothing out?
fn empty(verdict: &Verdict) -> bool {
    let Some([lo, hi]) = verdict.interval else { return false };
    let open = verdict.theory.is_some() && !(lo.is_finite() && hi.is_finite());
    let holds = |x: f64| x >= lo - verdict.resolution && x <= hi + verdict.resolution;
    open || verdict.null.is_some_and(holds)
}

impl Sweep {
    /// Adds every seed from 1 of a setting.
    pub(crate) fn run(&mut self, entry: &'static Entry, query: &str, seeds: u32) {
        let exec = Rc::new(Exec::cpu());
        for seed in 1..=seeds {
            let mut session = Session::open(Rc::clone(&exec), entry.slug, &scaling_lab::params::query(query), seed)
                .expect("a valid setting");
            while !session.progress().finished() {
                pollster::block_on(session.advance()).expect("advances");
            }
            for verdict in session.output().verdicts {
                self.add(entry.slug, query, seed, &verdict);
            }
        }
    }

    /// Counts one verdict.
    pub(crate) fn add(&mut self, slug: &'static str, query: &str, seed: u32, verdict: &Verdict) {
        let tally = self.tallies.entry((slug, verdict.id.clone())).or_default();
        tally.said[verdict.agrees.map_or(2, |agrees| usize::from(!agrees))] += 1;
        // Without a theory, or with a bound that is compared with a setting, to differ is an answer.
        let tests = verdict.theory.is_some() && verdict.interval.is_some() && !RIVALS.contains(&&*verdict.id);
        let alarm = tests && verdict.agrees == Some(false);
        let empty = verdict.agrees == Some(true) && empty(verdict);
        tally.alarms += u32::from(alarm);
        tally.empty += u32::from(empty);
        if alarm || empty {
            let what = if alarm { "differs" } else { "rules nothing out" };
            let Verdict { id, measured, interval, theory, null, resolution, .. } = verdict;
            self.mistakes.push(format!(
                "{slug}?{query}&seed={seed}: {id} {what}: {measured} {interval:?}, theory {theory:?}, null {null:?}, resolution {resolution}"
            ));
        }
    }

    /// Verdicts, false alarms, empty ones.
    pub(crate) fn counts(&self) -> [u32; 3] {
        self.tallies.values().fold([0; 3], |[all, alarms, empty], t| {
            [all + t.said.iter().sum::<u32>(), alarms + t.alarms, empty + t.empty]
        })
    }

    /// One line per experiment and verdict, then every mistake.
    pub(crate) fn table(&self) -> String {
        let mut out = format!(
            "{:16} {:38} {:>6} {:>7} {:>6} {:>6} {:>6}\n",
            "experiment", "verdict", "agrees", "differs", "cannot", "alarms", "empty"
        );
        for ((slug, id), Tally { said: [yes, no, cannot], alarms, empty }) in &self.tallies {
            let _ = writeln!(out, "{slug:16} {id:38} {yes:>6} {no:>7} {cannot:>6} {alarms:>6} {empty:>6}");
        }
        for mistake in &self.mistakes {
            let _ = writeln!(out, "{mistake}");
        }
        out
    }
}

/// The most false alarms that chance explains: more come in fewer than one of 10^4 sweeps of so many verdicts.
pub(crate) fn most_alarms(verdicts: u32) -> u32 {
    // Poisson with one in a thousand.
    let mean = f64::from(verdicts) / 1000.0;
    let (mut term, mut sum, mut most) = (math::exp(-mean), math::exp(-mean), 0);
    while 1.0 - sum > 1e-4 {
        most += 1;
        term *= mean / f64::from(most);
        sum += term;
    }
    most
}

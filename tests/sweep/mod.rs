//! Counts verdicts over many seeds: what they decide, and which of them are mistakes.
//!
//! There are two kinds of mistake. A false alarm says that theory is wrong although it is right; with 99.9% intervals,
//! one verdict in a thousand may be one. An empty verdict agrees although it rules nothing out: its interval, widened
//! by its resolution, also contains the value that would be measured without the effect, or has an open end. No verdict
//! may be empty.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use scaling_lab::math;
use scaling_lab::output::{Id, Output, Verdict};

/// Ids of verdicts on claims that the lab expects to be refuted. If such a verdict differs, this is not a false alarm.
const RIVALS: [&str; 1] = ["constant-reuse"];

/// Counts of what the verdicts with one id in one experiment said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Three numbers of verdicts: those that agreed, those that differed, and those that could not tell.
    pub(crate) said: [u32; 3],
    /// Number of false alarms: verdicts that differed although the theory is right.
    pub(crate) alarms: u32,
    /// Number of empty verdicts, which agreed without ruling anything out.
    pub(crate) empty: u32,
}

/// Counts for every verdict of every experiment, and a line for every mistake.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    /// Counts by the experiment's slug and the verdict's id.
    pub(crate) tallies: BTreeMap<(&'static str, Id), Tally>,
    /// A line for every mistake, with the setting and the seed.
    pub(crate) mistakes: Vec<String>,
}

/// Whether the interval of a verdict, widened by its resolution, rules nothing out.
fn empty(verdict: &Verdict) -> bool {
    let Some([lo, hi]) = verdict.interval else { return false };
    let open = verdict.theory.is_some() && !(lo.is_finite() && hi.is_finite());
    let holds = |x: f64| x >= lo - verdict.resolution && x <= hi + verdict.resolution;
    open || verdict.null.is_some_and(holds)
}

impl Sweep {
    /// Counts the verdicts of a finished run.
    pub(crate) fn count(&mut self, slug: &'static str, query: &str, seed: u32, output: &Output) {
        for verdict in &output.verdicts {
            self.add(slug, query, seed, verdict);
        }
    }

    /// Counts one verdict.
    pub(crate) fn add(&mut self, slug: &'static str, query: &str, seed: u32, verdict: &Verdict) {
        let tally = self.tallies.entry((slug, verdict.id.clone())).or_default();
        tally.said[verdict.agrees.map_or(2, |agrees| usize::from(!agrees))] += 1;
        // A verdict without a theory or an interval, or on a rival claim, may differ without being wrong.
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

    /// The numbers of verdicts, false alarms and empty verdicts.
    pub(crate) fn counts(&self) -> [u32; 3] {
        self.tallies.values().fold([0; 3], |[all, alarms, empty], t| {
            [all + t.said.iter().sum::<u32>(), alarms + t.alarms, empty + t.empty]
        })
    }

    /// A table with one line for each verdict of each experiment, followed by the mistakes.
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

/// Largest number of false alarms that chance explains. Of all sweeps of `verdicts` verdicts, fewer than one in 10^4
/// has more false alarms.
pub(crate) fn most_alarms(verdicts: u32) -> u32 {
    // The number of false alarms has a Poisson distribution, with a mean of one per thousand verdicts.
    let mean = f64::from(verdicts) / 1000.0;
    let (mut term, mut sum, mut most) = (math::exp(-mean), math::exp(-mean), 0);
    while 1.0 - sum > 1e-4 {
        most += 1;
        term *= mean / f64::from(most);
        sum += term;
    }
    most
}

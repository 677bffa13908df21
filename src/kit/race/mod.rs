//! Which training distribution reaches a target loss in the fewest samples, if some runs never reach it?
//!
//! The experiments on composition share this module, in several parts of the lab. A run that does not reach the target within the budget of samples
//! is cut off. Its time is then only known to exceed the budget. So all statistics are quantiles, which can be computed
//! without the times of the slowest runs. The quantile of a share is the least number of samples after which that share
//! of the runs has reached the target. If fewer runs than this share reach the target, the budget is a lower bound of
//! the quantile, and the quantile is shown as "> budget". A run that diverged counts as a run that never reaches the
//! target, and the number of such runs is reported.
//!
//! The bootstrap of a median is exact, and needs no random numbers. A resample draws as many times with replacement as
//! there are runs. The probability that the median of a resample is the j-th smallest time has a closed form.

use std::cmp::Ordering;

use crate::output::{Axis, Cell, Column, Figure, Mark, Points, Series, Table, Verdict, units};
use crate::stats::{lower_end, median_weights, place, sort};
use crate::text;
use crate::text::{Argument, Template, Text, count, multiple, number, phrase, setting};

pub mod rates;
pub(crate) mod words;

/// Id of the line at the budget of training samples.
const BUDGET: &str = "budget";

/// Ids and names of the series in the figure `time-to-target`. The first two are for training distributions that never
/// change, the last two for runs that go on with the uniform distribution. The second of each two is for distributions
/// with which fewer than half of the runs reached the target, so that their points stand at the budget.
const TIMES: [(&str, Template<0>); 4] = [
    ("median", words::QUARTILES),
    ("censored", words::CENSORED),
    ("switched", words::SWITCHED_QUARTILES),
    ("switched-censored", words::SWITCHED_CENSORED),
];

/// Least number n of runs for a 99.9% interval of a median. With probability `2^(1-n)`, all runs lie on one side of the
/// true median, and for this n the probability is less than 0.1%.
pub const LEAST_RUNS: usize = 11;

/// Probability that the true value lies below a 99.9% interval. The probability that it lies above the interval is
/// equal.
pub(crate) const TAIL: f64 = 0.0005;

/// Largest number of training distributions whose curves can be told apart easily. If more are compared, the figure that
/// shows the times against the exponent comes first.
pub const CROWD: usize = 3;

/// The kind of training distribution that is expected to need the fewest samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Favourite {
    /// A power law.
    PowerLaw,
    /// The uniform distribution.
    Uniform,
}

impl Favourite {
    /// The favourite for tasks that compose `hops` skills. With three or more, training starts on a plateau, which a
    /// power law leaves sooner. With one or two there is no plateau. What counts then is how often the rarest skill is
    /// drawn, and no distribution draws its rarest skill more often than the uniform one.
    pub const fn with(hops: u32) -> Self {
        if hops > 2 { Self::PowerLaw } else { Self::Uniform }
    }

    /// The claim that the favourite wins, as a hypothesis. It ends with what is measured: the ratio of the medians or,
    /// if a median was not seen, a bound on this ratio.
    const fn claim(self, bound: Ordering) -> Template<0> {
        match (self, bound) {
            (Self::PowerLaw, Ordering::Equal) => words::POWER_LAW_WINS,
            (Self::PowerLaw, Ordering::Greater) => words::POWER_LAW_WINS_AT_LEAST,
            (Self::PowerLaw, Ordering::Less) => words::POWER_LAW_WINS_AT_MOST,
            (Self::Uniform, Ordering::Equal) => words::UNIFORM_WINS,
            (Self::Uniform, Ordering::Greater) => words::UNIFORM_WINS_AT_LEAST,
            (Self::Uniform, Ordering::Less) => words::UNIFORM_WINS_AT_MOST,
        }
    }

    /// Whether the favourite is faster, given the interval of the ratio of uniform training's time to the power law's
    /// time. `None` if the interval contains 1.
    pub(crate) fn wins(self, interval: [f64; 2]) -> Option<bool> {
        winner(interval).map(|winner| winner == self)
    }
}

/// The faster kind of training distribution, given the interval of the ratio of uniform training's time to the power
/// law's time. `None` if the interval contains 1.
pub(crate) fn winner([lo, hi]: [f64; 2]) -> Option<Favourite> {
    if lo > 1.0 { Some(Favourite::PowerLaw) } else { (hi < 1.0).then_some(Favourite::Uniform) }
}

/// The runs with one training distribution, `p_j ~ j^-exponent`. The exponent 0 is the uniform distribution.
#[derive(Clone, Debug, Default)]
pub struct Racer {
    /// Exponent alpha of the training distribution.
    pub exponent: f64,
    /// Whether the runs go on with the uniform distribution when they have left the plateau.
    pub then_uniform: bool,
    /// Number of samples after which each run reached the target. It is `None` for a run that did not reach the target
    /// or that diverged.
    pub hits: Vec<Option<u64>>,
    /// Number of runs that diverged.
    pub diverged: u32,
}

/// Name of a training distribution in a figure.
pub fn name(exponent: f64) -> Text {
    if exponent == 0.0 { words::UNIFORM.into() } else { text!(words::ALPHA, alpha = setting(exponent)) }
}

/// Name of a power law in a figure, if its runs go on with the uniform distribution.
pub fn then_uniform(exponent: f64) -> Text {
    text!(words::THEN_UNIFORM, alpha = setting(exponent))
}

/// How many of `all` training distributions a small picture shows, and what it says of the others. There is room for
/// four lines.
#[inline(never)]
pub fn rows_shown(all: usize) -> (usize, Option<Text>) {
    if all <= 4 { (all, None) } else { (3, Some(text!(words::AND_MORE, more = count(all - 3)))) }
}

/// The exponents in the given order, without duplicates.
pub fn each_once(exponents: &[f64]) -> Vec<f64> {
    let mut once: Vec<f64> = Vec::new();
    exponents.iter().for_each(|alpha| {
        if !once.contains(alpha) {
            once.push(*alpha);
        }
    });
    once
}

/// A time to the target, in samples. If the target was not reached within the budget, only a lower bound is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// The target was reached after this number of samples.
    At(u64),
    /// The target was not reached within this number of samples, the budget.
    After(u64),
}

impl Time {
    fn samples(self) -> f64 {
        match self {
            Self::At(t) | Self::After(t) => t as f64,
        }
    }

    /// The number as an argument of a sentence: `13,824`, or `over 100,000` if only a lower bound is known.
    pub(crate) fn said(self) -> Argument {
        phrase(match self {
            Self::At(t) => text!(words::SAMPLES, n = count(t)),
            Self::After(t) => text!(words::OVER, n = count(t)),
        })
    }

    /// The time as a number of samples, or NaN if only a lower bound is known.
    pub(crate) fn seen(self) -> f64 {
        if let Self::At(t) = self { t as f64 } else { f64::NAN }
    }
}

impl From<Time> for Cell {
    fn from(time: Time) -> Self {
        match time {
            Time::At(t) => Self::Number(t as f64),
            Time::After(t) => text!(words::MORE_THAN, n = count(t)).into(),
        }
    }
}

/// Median time of uniform training divided by the median time of a power law. If it is above 1, the power law is
/// faster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The ratio of the two medians. If only a lower bound is known for one of the medians, this is a bound for the
    /// ratio. If this is so for both medians, it is NaN.
    pub value: f64,
    /// How the ratio compares with the field `value`: `Greater` or `Less` if `value` is only a bound, and otherwise
    /// `Equal`.
    pub bound: Ordering,
    /// Bootstrap interval of the ratio. The lower end is 0 and the upper end infinite if there is no bound on that
    /// side.
    pub interval: [f64; 2],
}

impl From<Ratio> for Cell {
    fn from(Ratio { value, bound, .. }: Ratio) -> Self {
        match bound {
            _ if value.is_nan() => words::NO_RUNS.into(),
            Ordering::Equal => value.into(),
            Ordering::Greater => text!(words::MORE_THAN, n = number(value)).into(),
            Ordering::Less => text!(words::LESS_THAN, n = number(value)).into(),
        }
    }
}

/// Training distributions that are compared within one budget of samples.
#[derive(Clone, Debug)]
pub struct Race {
    /// The runs, one entry for each training distribution.
    pub racers: Vec<Racer>,
    /// Number of samples after which a run was cut off.
    pub budget: u64,
}

impl Race {
    /// The least number of samples after which the given share of the runs with one training distribution has reached
    /// the target. It is `None` if there are no runs.
    pub fn quantile(&self, racer: usize, share: f64) -> Option<Time> {
        let runs = self.racers[racer].hits.len();
        if runs == 0 {
            return None;
        }
        Some(self.sorted(racer)[place(runs, share)].map_or(Time::After(self.budget), Time::At))
    }

    /// The times to the target of the runs with one training distribution, in ascending order. Runs that did not reach
    /// the target come last.
    fn sorted(&self, racer: usize) -> Vec<Option<u64>> {
        let time = |hit: &Option<u64>| hit.map_or(f64::INFINITY, |time| time as f64);
        let mut times: Vec<f64> = self.racers[racer].hits.iter().map(time).collect();
        sort(&mut times);
        times.into_iter().map(|time| time.is_finite().then_some(time as u64)).collect()
    }

    fn uniform(&self) -> Option<usize> {
        self.racers.iter().position(|r| r.exponent == 0.0)
    }

    /// Indices of the power laws with which runs train from the start to the end.
    fn powers(&self) -> impl Iterator<Item = usize> {
        (0..self.racers.len()).filter(|&i| self.racers[i].exponent != 0.0 && !self.racers[i].then_uniform)
    }

    /// Index of the power law with the least median time, of those with which runs train from the start to the end. If
    /// several power laws have this median, it is the first of them. It is `None` if no power law has runs.
    pub fn best(&self) -> Option<usize> {
        let median = |i: usize| self.quantile(i, 0.5).map(|t| (matches!(t, Time::After(_)), t.samples()));
        self.powers()
            .filter(|&i| median(i).is_some())
            .min_by(|&i, &j| median(i).partial_cmp(&median(j)).unwrap_or(Ordering::Equal))
    }

    /// Index of the runs that train with the best power law first, and then with the uniform distribution.
    pub fn switched(&self) -> Option<usize> {
        let best = self.racers[self.best()?].exponent;
        self.racers.iter().position(|racer| racer.then_uniform && racer.exponent == best)
    }

    /// Median time of uniform training divided by the median time of a power law, with a 99.9% interval. It is `None`
    /// if one of the two distributions has no runs.
    pub fn ratio(&self, power: usize) -> Option<Ratio> {
        self.ratio_at(power, [TAIL; 2])
    }

    /// Median time of uniform training divided by the median time of a power law, with an interval. The true ratio lies
    /// below the interval with probability `tails[0]`, and above it with probability `tails[1]`. The two medians are
    /// resampled independently. If the runs of the two distributions share draws, the interval is wider than necessary.
    pub(crate) fn ratio_at(&self, power: usize, tails: [f64; 2]) -> Option<Ratio> {
        self.ratio_between(self.uniform()?, power, tails)
    }

    /// Median time with one training distribution divided by the median time with another, with an interval as in
    /// [`Race::ratio_at`].
    fn ratio_between(&self, slow: usize, fast: usize, tails: [f64; 2]) -> Option<Ratio> {
        let (u, m) = (self.quantile(slow, 0.5)?, self.quantile(fast, 0.5)?);
        let (value, bound) = match (u, m) {
            (Time::At(_), Time::At(_)) => (u.samples() / m.samples(), Ordering::Equal),
            (Time::After(_), Time::At(_)) => (u.samples() / m.samples(), Ordering::Greater),
            (Time::At(_), Time::After(_)) => (u.samples() / m.samples(), Ordering::Less),
            (Time::After(_), Time::After(_)) => (f64::NAN, Ordering::Equal),
        };
        // A median that was not seen is the budget or more: each end takes its worse case.
        let budget = self.budget as f64;
        let medians = |racer, unseen: f64| self.medians(racer, unseen);
        let lo = lower_end(&medians(slow, budget), &medians(fast, f64::INFINITY), tails[0]);
        let hi = 1.0 / lower_end(&medians(fast, budget), &medians(slow, f64::INFINITY), tails[1]);
        Some(Ratio { value, bound, interval: [lo, hi] })
    }

    /// The values that the median of a resample of the runs can have, ascending, each with its probability. The time
    /// `unseen` is used for a run that did not reach the target.
    fn medians(&self, racer: usize, unseen: f64) -> Vec<(f64, f64)> {
        let hits = self.sorted(racer);
        let mut out: Vec<(f64, f64)> = Vec::new();
        for (hit, weight) in hits.iter().zip(median_weights(hits.len())) {
            let time = hit.map_or(unseen, |t| t as f64);
            match out.last_mut() {
                Some((last, sum)) if *last == time => *sum += weight,
                _ => out.push((time, weight)),
            }
        }
        out
    }

    /// Verdict on the claim that the favourite reaches the target in the fewest samples: the best power law, or uniform
    /// training.
    ///
    /// The ratio is the median time of uniform training divided by the median time of a power law. The interval is for
    /// the largest ratio over all power laws. The lower end is the largest lower end of the intervals of the single
    /// power laws. The lower tail probability of each of these intervals is divided by the number of power laws,
    /// because the best law is chosen from the data. The upper end is the largest upper end of the single intervals.
    /// The result is `None` if there is no uniform training or no power law. The verdict is "cannot tell" before the
    /// run has `finished`, if some distribution has fewer than [`LEAST_RUNS`] runs, and if the interval contains 1.
    pub fn verdict(&self, favourite: Favourite, finished: bool) -> Option<Verdict> {
        let uniform = self.uniform()?;
        let powers: Vec<usize> = self.powers().collect();
        let fewest = self.racers.iter().map(|r| r.hits.len()).min().unwrap_or(0);
        let claim = favourite.claim(Ordering::Equal);
        let verdict = Verdict { null: Some(1.0), ..Verdict::pending("power-law-beats-uniform", claim) };
        if powers.is_empty() || fewest == 0 {
            return (!powers.is_empty()).then_some(verdict);
        }
        self.judge(verdict, favourite, uniform, &powers, finished)
    }

    /// The verdict on runs with the uniform distribution and with the power laws `powers`.
    #[inline(never)]
    fn judge(
        &self,
        mut verdict: Verdict,
        favourite: Favourite,
        uniform: usize,
        powers: &[usize],
        finished: bool,
    ) -> Option<Verdict> {
        let fewest = self.racers.iter().map(|r| r.hits.len()).min().unwrap_or(0);
        let best = self.best()?;
        let ratio = self.ratio(best)?;
        let tails = [TAIL / powers.len() as f64, TAIL];
        let ends = powers.iter().filter_map(|&i| self.ratio_at(i, tails)).map(|r| r.interval);
        let [lo, hi] = ends.fold([0.0, 0.0], |[lo, hi]: [f64; 2], [a, b]| [lo.max(a), hi.max(b)]);
        verdict.claim = favourite.claim(ratio.bound).into();
        verdict.measured = ratio.value;
        verdict.interval = (fewest >= LEAST_RUNS).then_some([lo, hi]);
        verdict.agrees = favourite.wins([lo, hi]);
        if let (Some(slow), Some(fast)) = (self.quantile(uniform, 0.5), self.quantile(best, 0.5)) {
            verdict = verdict.note(medians(slow, fast, self.racers[best].exponent, ratio.value));
        }
        verdict = verdict.once(finished).from_runs(fewest, LEAST_RUNS);
        let open = verdict.interval.is_some_and(|ends| winner(ends).is_none());
        if finished && open && !ratio.value.is_nan() {
            verdict = verdict.adding(words::HOLDS_ONE);
        }
        let diverged: u32 = self.racers.iter().map(|r| r.diverged).sum();
        if diverged > 0 {
            verdict = verdict.adding(text!(words::SOME_DIVERGED, runs = count(diverged)));
        }
        Some(verdict)
    }

    /// Verdict on the claim that runs which train with a power law first, and with the uniform distribution then, reach
    /// the target in fewer samples than runs with the power law alone. The power law is the best one.
    ///
    /// The ratio is the median time with the power law alone, divided by the median time with both. Its interval is that
    /// of [`Race::ratio`]. The result is `None` if no runs change their distribution. The verdict is "cannot tell" before
    /// the run has `finished`, with fewer than [`LEAST_RUNS`] runs, and if the interval contains 1.
    pub fn switch_verdict(&self, finished: bool) -> Option<Verdict> {
        self.racers.iter().any(|racer| racer.then_uniform).then(|| {
            let verdict = Verdict { null: Some(1.0), ..Verdict::pending("then-uniform", words::SWITCH_WINS) };
            match self.best().zip(self.switched()) {
                Some((alone, both)) => self.judge_switch(verdict, alone, both, finished),
                None => verdict,
            }
        })
    }

    #[inline(never)]
    fn judge_switch(&self, verdict: Verdict, alone: usize, both: usize, finished: bool) -> Verdict {
        let (Some(ratio), Some(slow), Some(fast)) =
            (self.ratio_between(alone, both, [TAIL; 2]), self.quantile(alone, 0.5), self.quantile(both, 0.5))
        else {
            return verdict;
        };
        let runs = self.racers[alone].hits.len();
        let alpha = setting(self.racers[alone].exponent);
        let verdict = Verdict {
            measured: ratio.value,
            interval: (runs >= LEAST_RUNS).then_some(ratio.interval),
            agrees: winner(ratio.interval).map(|faster| faster == Favourite::PowerLaw),
            ..verdict
        }
        .note(text!(words::SWITCH_MEDIANS, alone = slow.said(), both = fast.said(), alpha = alpha))
        .once(finished)
        .from_runs(runs, LEAST_RUNS);
        let open = runs >= LEAST_RUNS && winner(ratio.interval).is_none();
        if finished && open { verdict.adding(words::SWITCH_OPEN) } else { verdict }
    }

    /// What the finished runs show about the question which training distribution is faster. A median that was not seen
    /// is called over the budget.
    #[inline(never)]
    pub fn answer(&self) -> Text {
        let median = |racer: Option<usize>| racer.and_then(|i| self.quantile(i, 0.5));
        let best = self.best();
        let powers = self.powers().count();
        let alpha = || setting(best.map_or(f64::NAN, |i| self.racers[i].exponent));
        let (slow, fast) = match (median(self.uniform()), median(best)) {
            (Some(Time::After(budget)), None | Some(Time::After(_))) | (None, Some(Time::After(budget))) => {
                return text!(words::NONE_ARRIVED, budget = count(budget));
            }
            (Some(slow), Some(fast)) => (slow, fast),
            (Some(slow), None) => return text!(words::UNIFORM_ALONE, slow = slow.said()),
            (None, Some(fast)) if powers > 1 => {
                return text!(words::FASTEST_POWER_LAW, laws = count(powers), alpha = alpha(), fast = fast.said());
            }
            (None, Some(fast)) => return text!(words::POWER_LAW_ALONE, alpha = alpha(), fast = fast.said()),
            (None, None) => return words::RUN_WILL_SHOW.into(),
        };
        let found = self.verdict(Favourite::PowerLaw, true).and_then(|verdict| verdict.agrees);
        match (found, slow, fast) {
            (Some(true), ..) if powers > 1 => {
                text!(words::MIDDLE_EXPONENT, alpha = alpha(), fast = fast.said(), slow = slow.said())
            }
            (Some(true), Time::At(uniform), Time::At(power)) => {
                let ratio = multiple(uniform as f64 / power as f64);
                text!(words::UNIFORM_SLOWER, ratio = ratio, slow = count(uniform), fast = count(power))
            }
            (Some(true), Time::After(budget), _) => text!(
                words::UNIFORM_SLOWER_AT_LEAST,
                ratio = rounded_down(budget as f64 / fast.samples()),
                slow = count(budget),
                fast = fast.said()
            ),
            (Some(false), ..) if powers > 1 => {
                text!(words::UNIFORM_FASTEST, slow = slow.said(), alpha = alpha(), fast = fast.said())
            }
            (Some(false), ..) => text!(words::UNIFORM_FASTER, slow = slow.said(), fast = fast.said()),
            _ => text!(words::CANNOT_TELL, slow = slow.said(), fast = fast.said()),
        }
    }

    /// Table `time-to-target`, with one row for each training distribution. The columns of `lead` come first, and each
    /// of them has one value for all rows.
    pub fn table(&self, lead: &[(Column, f64)]) -> Table {
        let column = |name, unit| Column { name, unit };
        let mut columns: Vec<Column> = lead.iter().map(|(column, _)| *column).collect();
        columns.extend([
            column(words::ALPHA_COLUMN, ""),
            column(words::MEDIAN, units::SAMPLES.english()),
            column(words::LOWER_QUARTILE, units::SAMPLES.english()),
            column(words::UPPER_QUARTILE, units::SAMPLES.english()),
            column(words::SOLVED, ""),
            column(words::DIVERGED, units::RUNS.english()),
            column(words::RATIO, ""),
        ]);
        let rows = self.racers.iter().enumerate().map(|(i, racer)| {
            let mut row: Vec<Cell> = lead.iter().map(|(_, x)| (*x).into()).collect();
            row.push(match racer.then_uniform {
                true => text!(words::THEN_UNIFORM_CELL, alpha = setting(racer.exponent)).into(),
                false => racer.exponent.into(),
            });
            row.extend(
                [0.5, 0.25, 0.75].map(|share| self.quantile(i, share).map_or(words::NO_RUNS.into(), Cell::from)),
            );
            let solved = racer.hits.iter().flatten().count();
            row.push(text!(words::SOLVED_OF, solved = count(solved), runs = count(racer.hits.len())).into());
            row.push(f64::from(racer.diverged).into());
            row.push(self.ratio(i).map_or(words::NO_RUNS.into(), Cell::from));
            row
        });
        Table { id: "time-to-target", nothing: None, title: words::TIMES.into(), columns, rows: rows.collect() }
    }

    /// The budget of `samples` training samples as a horizontal line of the figure `time-to-target`.
    pub fn budget_line(&self, samples: f64) -> Series {
        let ends = |end: fn(f64, f64) -> f64, start| self.racers.iter().map(|racer| racer.exponent).fold(start, end);
        let x = vec![ends(f64::min, f64::INFINITY), ends(f64::max, f64::NEG_INFINITY)];
        Series::theory(BUDGET, words::BUDGET, x, vec![samples; 2])
    }

    /// Figure `time-to-target`: median and quartiles of the times against the exponent alpha, and the series `more`;
    /// `None` if there is nothing to draw.
    pub fn figure(&self, more: impl IntoIterator<Item = Series>) -> Option<Figure> {
        let mut lists = <[Points; 4]>::default();
        for (i, racer) in self.racers.iter().enumerate() {
            let [Some(low), Some(median), Some(high)] = [0.25, 0.5, 0.75].map(|share| self.quantile(i, share)) else {
                continue;
            };
            let list = 2 * usize::from(racer.then_uniform) + usize::from(matches!(median, Time::After(_)));
            lists[list].push(racer.exponent, median.samples(), [low.samples(), high.seen()]);
        }
        let series = TIMES.into_iter().zip(lists).filter_map(|((id, label), points)| points.series(id, label));
        let change = self.racers.iter().any(|racer| racer.then_uniform);
        Figure::new(
            "time-to-target",
            words::TIMES_AGAINST_EXPONENT,
            Axis::linear(words::EXPONENT),
            Axis::log(words::SAMPLES_TO_TARGET).unit(units::SAMPLES),
        )
        .groups(TIMES.into_iter().take(if change { 4 } else { 2 }))
        .series(series.chain(more))
        .drawn()
        .map(|figure| {
            let empty = figure.series.iter().all(|series| series.id == BUDGET);
            figure.marks(empty.then(|| Mark::note(words::RUN_DRAWS)))
        })
    }
}

/// A lower bound of a ratio as an argument of a sentence. From 2 on it is rounded down to a whole number, because a bound
/// must not be rounded up.
fn rounded_down(ratio: f64) -> Argument {
    multiple(if ratio < 2.0 { (100.0 * ratio).floor() / 100.0 } else { ratio.floor() })
}

/// A sentence with the median times of uniform training (`slow`) and of the best power law (`fast`). If a median is
/// only a lower bound, the sentence also says what follows for the ratio.
fn medians(slow: Time, fast: Time, exponent: f64, ratio: f64) -> Text {
    let alpha = setting(exponent);
    match (slow, fast) {
        (Time::At(slow), Time::At(fast)) => {
            text!(words::MEDIANS, slow = count(slow), fast = count(fast), alpha = alpha)
        }
        (Time::After(budget), Time::At(fast)) => text!(
            words::UNIFORM_CUT_OFF,
            fast = count(fast),
            alpha = alpha,
            budget = count(budget),
            ratio = multiple(ratio)
        ),
        (Time::At(slow), Time::After(budget)) => {
            text!(words::POWER_LAWS_CUT_OFF, slow = count(slow), budget = count(budget), ratio = multiple(ratio))
        }
        (Time::After(budget), Time::After(_)) => text!(words::ALL_CUT_OFF, budget = count(budget)),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::math;
    use crate::rng::{Draws, stream};

    fn race(budget: u64, hits: &[(f64, &[u64])]) -> Race {
        let racer = |&(exponent, hits): &(f64, &[u64])| Racer {
            exponent,
            hits: hits.iter().map(|&t| (t <= budget).then_some(t)).collect(),
            ..Racer::default()
        };
        Race { racers: hits.iter().map(racer).collect(), budget }
    }

    #[test]
    fn quantiles_are_the_time_when_that_share_had_arrived() {
        let race = race(100, &[(0.0, &[50, 10, 400, 20, 300]), (1.0, &[4, 3, 2, 1]), (2.0, &[200, 300, 7])]);
        let of = |i| [0.25, 0.5, 0.75].map(|share| race.quantile(i, share).expect("runs"));
        assert_eq!(of(0), [Time::At(20), Time::At(50), Time::After(100)], "2nd, 3rd and 4th of five");
        assert_eq!(of(1), [Time::At(1), Time::At(2), Time::At(3)], "of an even number the lower");
        assert_eq!(of(2), [Time::At(7), Time::After(100), Time::After(100)], "cut off");
        assert_eq!(race.best(), Some(1), "the least median");
        let empty = Race { racers: vec![Racer::default()], budget: 9 };
        assert_eq!((empty.quantile(0, 0.5), empty.best()), (None, None), "no runs");
    }

    #[test]
    fn runs_that_change_their_distribution_race_against_the_best_power_law() {
        let hits = |first: u64| (0..11).map(|i| Some(first + i)).collect::<Vec<_>>();
        let racer = |exponent, then_uniform, first| Racer { exponent, then_uniform, hits: hits(first), diverged: 0 };
        let race = |alone, both| Race {
            racers: vec![
                racer(0.0, false, 5000),
                racer(1.0, false, 900),
                racer(2.0, false, alone),
                racer(1.0, true, 1),
                racer(2.0, true, both),
            ],
            budget: 10_000,
        };
        let of = |alone, both| race(alone, both).switch_verdict(true).expect("some runs change");
        assert_eq!(of(100, 50).measured, 105.0 / 55.0, "the medians of the best power law");
        assert_eq!([of(100, 50).agrees, of(100, 200).agrees, of(100, 101).agrees], [Some(true), Some(false), None]);
        assert_eq!((race(100, 50).best(), race(100, 50).switched()), (Some(2), Some(4)));
        assert_eq!(race(100, 50).switch_verdict(false).expect("a claim").agrees, None, "the run goes on");
        let before = Race { racers: vec![Racer { then_uniform: true, ..Racer::default() }], budget: 0 };
        assert_eq!(before.switch_verdict(false).expect("a claim").agrees, None, "no runs");
        let plain = Race { racers: vec![racer(1.0, false, 3)], budget: 9 };
        assert!(plain.switch_verdict(true).is_none(), "no runs change");
    }

    #[test]
    fn the_figure_tells_runs_that_change_from_those_that_do_not_even_if_none_is_in_time() {
        let racer = |exponent, then_uniform, hit| Racer { exponent, then_uniform, hits: vec![hit; 3], diverged: 0 };
        let racers = vec![
            racer(0.0, false, None),
            racer(1.0, false, Some(40)),
            racer(2.0, false, None),
            racer(1.0, true, Some(30)),
            racer(2.0, true, None),
        ];
        let shown = |racers: &[Racer]| {
            let figure = Race { racers: racers.to_vec(), budget: 100 }.figure(None).expect("times");
            let series = figure.series.into_iter().map(|series| (series.id, series.x, series.y)).collect::<Vec<_>>();
            (series, figure.groups.into_iter().map(|group| group.id).collect::<Vec<_>>())
        };
        let (series, groups) = shown(&racers);
        assert_eq!(
            series,
            [
                ("median".into(), vec![1.0], vec![40.0]),
                ("censored".into(), vec![0.0, 2.0], vec![100.0, 100.0]),
                ("switched".into(), vec![1.0], vec![30.0]),
                ("switched-censored".into(), vec![2.0], vec![100.0]),
            ]
        );
        assert_eq!(groups, ["median", "censored", "switched", "switched-censored"], "a run changes no colour");
        assert_eq!(shown(&racers[3..4]).1.len(), 4, "also if all are in time");
        assert_eq!(shown(&racers[..3]).1, ["median", "censored"], "no runs change");
    }

    #[test]
    fn the_weights_of_the_medians_are_those_of_all_resamples() {
        for n in 1..=6usize {
            let mut counts = vec![0.0; n];
            let all = n.pow(n as u32);
            for code in 0..all {
                let mut draw: Vec<usize> = (0..n).map(|i| code / n.pow(i as u32) % n).collect();
                draw.sort_unstable();
                counts[draw[n.div_ceil(2) - 1]] += 1.0 / all as f64;
            }
            for (j, (ours, count)) in median_weights(n).iter().zip(&counts).enumerate() {
                assert!((ours - count).abs() < 1e-12, "n = {n}, j = {j}: {ours} against {count}");
            }
        }
        for n in [7, 16, 17, 32, 101, 4096, 65_536] {
            let weights = median_weights(n);
            let sum: f64 = weights.iter().sum();
            assert!((sum - 1.0).abs() < 1e-10, "n = {n}: {sum}");
            // P(median is among the first j) = P(at least ceil(n/2) of n draws are): binomial.
            let j = n / 2 - (n as f64).sqrt() as usize / 2;
            let p = j as f64 / n as f64;
            let term = |i: usize| {
                let (n, i) = (n as f64, i as f64);
                math::exp(
                    math::lgamma(n + 1.0) - math::lgamma(i + 1.0) - math::lgamma(n - i + 1.0)
                        + i * math::ln(p)
                        + (n - i) * math::ln_1p(-p),
                )
            };
            let binomial: f64 = (n.div_ceil(2)..=n).map(term).sum();
            let ours: f64 = weights[..j].iter().sum();
            assert!((ours - binomial).abs() < 1e-9, "n = {n}: {ours} against {binomial}");
        }
    }

    #[test]
    fn the_interval_is_that_of_all_pairs_of_medians() {
        let race = race(1000, &[(0.0, &[90, 70, 20, 400, 50]), (1.5, &[3, 9, 5, 2, 4])]);
        let (a, b) = (race.medians(0, 1000.0), race.medians(1, f64::INFINITY));
        for tail in [0.0005, 0.01, 0.1, 0.3] {
            let mut pairs: Vec<(f64, f64)> =
                a.iter().flat_map(|(u, p)| b.iter().map(move |(m, q)| (u / m, p * q))).collect();
            pairs.sort_unstable_by(|x, y| x.0.total_cmp(&y.0));
            let end = |pairs: &[(f64, f64)]| {
                let mut sum = 0.0;
                let beyond = pairs.iter().find(|(_, p)| {
                    sum += p;
                    sum > tail
                });
                beyond.expect("sums to 1").0
            };
            let lo = end(&pairs);
            pairs.reverse();
            let want = [lo, end(&pairs)];
            let got = race.ratio_at(1, [tail; 2]).expect("both").interval;
            for (got, want) in got.into_iter().zip(want) {
                assert!((got / want - 1.0).abs() < 1e-15, "tail {tail}: {got} against {want}");
            }
        }
        assert_eq!(race.ratio(1).expect("both").value, 70.0 / 4.0, "of the medians");
    }

    #[test]
    fn a_median_that_was_not_seen_leaves_an_end_open() {
        let fast: Vec<u64> = (10..30).collect();
        let late = vec![u64::MAX; 20];
        let of = |uniform: &[u64], power: &[u64]| race(1000, &[(0.0, uniform), (1.5, power)]);
        let wins = of(&late, &fast);
        let ratio = wins.ratio(1).expect("both");
        assert_eq!((ratio.value, ratio.bound), (1000.0 / 19.0, Ordering::Greater));
        assert!(ratio.interval[0] >= 1000.0 / 29.0 && ratio.interval[1].is_infinite(), "{ratio:?}");
        assert_eq!(wins.verdict(Favourite::PowerLaw, true).expect("a verdict").agrees, Some(true));
        assert_eq!(wins.verdict(Favourite::PowerLaw, false).expect("a verdict").agrees, None, "not before the end");
        let Cell::Text(text) = &wins.table(&[]).rows[0][1] else { panic!("a bound is a word") };
        assert_eq!(*text, "> 1,000");
        let loses = of(&fast, &late);
        let ratio = loses.ratio(1).expect("both");
        assert!(ratio.bound == Ordering::Less && ratio.interval[0] == 0.0, "{ratio:?}");
        assert_eq!(loses.verdict(Favourite::PowerLaw, true).expect("a verdict").agrees, Some(false), "the other way");
        let neither = of(&late, &late).verdict(Favourite::PowerLaw, true).expect("a verdict");
        assert!(neither.agrees.is_none() && neither.measured.is_nan(), "{neither:?}");
        let said = |race: &Race| race.verdict(Favourite::PowerLaw, true).expect("a verdict").said();
        let claim = |race: &Race| race.verdict(Favourite::PowerLaw, true).expect("a verdict").claim.english();
        assert!(said(&wins).contains("is therefore above 52.6."), "{}", said(&wins));
        assert!(
            claim(&wins).ends_with(" is then above 1. Lower bound on the ratio of the medians"),
            "{}",
            claim(&wins)
        );
        assert!(said(&loses).contains("is therefore below 0.019."), "{}", said(&loses));
        assert!(
            claim(&loses).ends_with(" is then above 1. Upper bound on the ratio of the medians"),
            "{}",
            claim(&loses)
        );
        assert!(neither.said().starts_with("Fewer than half of the runs"), "{}", neither.said());
        assert_eq!(of(&fast, &fast).verdict(Favourite::PowerLaw, true).expect("a verdict").agrees, None, "a tie");
        let one_check = of(&[10; 20], &[10; 20]);
        assert_eq!(one_check.ratio(1).expect("both").interval, [1.0, 1.0], "exactly");
        assert_eq!(
            one_check.verdict(Favourite::PowerLaw, true).expect("a verdict").agrees,
            None,
            "the same check is a tie"
        );
        let two_checks = of(&[20; 20], &[10; 20]).verdict(Favourite::PowerLaw, true).expect("a verdict");
        assert_eq!(
            (two_checks.agrees, two_checks.interval),
            (None, None),
            "a point is no interval: {}",
            two_checks.said()
        );
        assert_eq!(
            of(&late[..7], &fast[..7]).verdict(Favourite::PowerLaw, true).expect("a verdict").agrees,
            None,
            "too few runs"
        );
        assert!(race(1000, &[(0.0, &fast)]).verdict(Favourite::PowerLaw, true).is_none(), "nobody to race against");
    }

    #[test]
    fn the_favourite_decides_the_direction_of_the_claim() {
        let [fast, slow]: [Vec<u64>; 2] = [(10..30).collect(), (100..120).collect()];
        for (uniform, power, winner) in [(&slow, &fast, Favourite::PowerLaw), (&fast, &slow, Favourite::Uniform)] {
            let race = race(1000, &[(0.0, uniform), (1.5, power)]);
            for favourite in [Favourite::PowerLaw, Favourite::Uniform] {
                let verdict = race.verdict(favourite, true).expect("a verdict");
                assert_eq!(verdict.agrees, Some(favourite == winner), "{verdict:?}");
                let claim = verdict.claim.english();
                let side = if favourite == Favourite::Uniform { "is then at most 1." } else { "is then above 1." };
                assert!(claim.contains(side), "{claim}");
            }
        }
        assert_eq!([1, 2, 3].map(Favourite::with), [Favourite::Uniform, Favourite::Uniform, Favourite::PowerLaw]);
    }

    #[test]
    fn the_answer_says_what_was_measured_and_no_more() {
        let [fast, slow, late]: [Vec<u64>; 3] = [(10..30).collect(), (100..120).collect(), vec![u64::MAX; 20]];
        let of = |hits: &[(f64, &[u64])]| race(1000, hits).answer().english();
        for (hits, answer) in [
            (
                vec![(0.0, &slow), (1.5, &fast)],
                "Uniform training needs 5.74 times the samples of a power law: 109 against 19.",
            ),
            (
                vec![(0.0, &late), (1.5, &fast)],
                "Uniform training needs more than 52 times the samples of a power law: over 1,000 against 19.",
            ),
            (vec![(0.0, &fast), (1.5, &slow)], "Uniform training wins: it needs 19 samples, a power law 109."),
            (vec![(0.0, &fast), (1.5, &late)], "Uniform training wins: it needs 19 samples, a power law over 1,000."),
            (
                vec![(0.0, &late), (1.0, &slow), (1.5, &fast), (2.0, &late)],
                "The exponent 1.5 is fastest: it needs 19 samples, and uniform training over 1,000.",
            ),
            (
                vec![(0.0, &fast), (1.0, &slow), (2.0, &late)],
                "Uniform training wins: it needs 19 samples, the best power law (exponent 1) 109.",
            ),
            (
                vec![(0.0, &fast), (1.0, &fast)],
                "These runs cannot tell which is faster: uniform training needs 19 samples, a power law 19.",
            ),
            (
                vec![(0.0, &late), (1.0, &late)],
                "Fewer than half of the runs reached the target within 1,000 samples, whatever they trained on.",
            ),
            (vec![(0.0, &fast)], "Uniform training needs 19 samples; no power law was compared with it."),
            (
                vec![(1.5, &fast)],
                "The power law with exponent 1.5 needs 19 samples; uniform training was not compared.",
            ),
            (
                vec![(1.0, &slow), (1.5, &fast)],
                "Of 2 power laws the one with exponent 1.5 is fastest: it needs 19 samples.",
            ),
        ] {
            let hits: Vec<(f64, &[u64])> = hits.into_iter().map(|(alpha, hits)| (alpha, &hits[..])).collect();
            assert_eq!(of(&hits), answer);
        }
        let few = of(&[(0.0, &late[..7]), (1.5, &fast[..7])]);
        assert!(few.starts_with("These runs cannot tell") && few.contains("over 1,000 samples"), "{few}");
        assert_eq!(
            [1.239, 2.999, 52.7].map(|x| text!(words::SAMPLES, n = rounded_down(x)).english()),
            ["1.23", "2", "52"]
        );
    }

    #[test]
    fn a_run_that_diverged_is_never_there() {
        let slow: Vec<u64> = (10..30).collect();
        let mut race = race(1000, &[(0.0, &slow), (1.5, &[5; 20])]);
        assert_eq!(race.verdict(Favourite::PowerLaw, true).expect("a verdict").agrees, Some(true));
        for hit in &mut race.racers[1].hits[..11] {
            *hit = None;
        }
        race.racers[1].diverged = 11;
        let verdict = race.verdict(Favourite::PowerLaw, true).expect("a verdict");
        assert_ne!(verdict.agrees, Some(true), "its survivors do not win for it");
        assert!(verdict.said().contains("11 runs diverged."), "{}", verdict.said());
    }

    #[test]
    fn intervals_cover_the_ratio_of_exponential_times() {
        // Medians of exponential times of rates 1 and 4: the true ratio is 4. Some are cut off.
        let simulate = |n: u32, tail: f64, budget: u64, races: u32| {
            let missed = (0..races).filter(|&i| {
                let mut draws = Draws::new(9, stream::BOOTSTRAP, i, n);
                let mut hits = |mean: f64| -> Vec<Option<u64>> {
                    let time = |u: f64| (-math::ln(u) * mean).ceil() as u64;
                    (0..n).map(|_| Some(time(draws.uniform())).filter(|&t| t <= budget)).collect()
                };
                let racer = |exponent, hits| Racer { exponent, hits, ..Racer::default() };
                let racers = vec![racer(0.0, hits(4e6)), racer(1.0, hits(1e6))];
                let [lo, hi] = Race { racers, budget }.ratio_at(1, [tail; 2]).expect("both").interval;
                lo > 4.0 || hi < 4.0
            });
            missed.count() as f64 / f64::from(races)
        };
        for (n, budget) in [(11, u64::MAX), (33, u64::MAX), (33, 3_000_000), (101, u64::MAX)] {
            let (wide, narrow) = (simulate(n, TAIL, budget, 3000), simulate(n, 0.05, budget, 3000));
            assert!(wide < 0.005, "{n} runs: {wide} missed at 99.9%");
            // An interval that covers everything would say nothing.
            let least = if budget == u64::MAX { 0.03 } else { 0.005 };
            assert!((least..0.13).contains(&narrow), "{n} runs: {narrow} missed at 90%");
        }
    }

    #[test]
    fn choosing_the_best_of_equals_does_not_make_it_win() {
        // Eleven equal distributions: "one of ten beats the first" must come out rarely.
        let races = 400;
        let wrong = (0..races).filter(|&i| {
            let mut draws = Draws::new(10, stream::BOOTSTRAP, i, 0);
            let mut hits = || (0..32).map(|_| Some((-math::ln(draws.uniform()) * 1e6).ceil() as u64)).collect();
            let racers = (0..11).map(|i| Racer { exponent: f64::from(i), hits: hits(), ..Racer::default() }).collect();
            Race { racers, budget: u64::MAX }.verdict(Favourite::PowerLaw, true).expect("a verdict").agrees.is_some()
        });
        let wrong = wrong.count();
        assert!(wrong <= 3, "{wrong} of {races}");
    }
}

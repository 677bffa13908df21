//! What `gcd` trains, and what it reads from the networks.

use super::{CommonDivisors, FIRST, MOST, PER_DOUBLING, Params, words};
use crate::math;
use crate::output::Id;
use crate::sim::gcd::{DIVISORS, Divisor, EACH, Gcd, LANES, NATURAL, Setting, Test, Tested};
use crate::text;
use crate::text::{Text, count, share};
use crate::theory::gcd::{accuracy, all_powers, digits, largest_operand, learned};

/// One of the kinds of networks that run side by side.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) id: Id,
    pub(super) label: Text,
    pub(super) setting: Setting,
}

impl Compared {
    /// All kinds of networks, the first of which has real, uniform pairs and the chosen base.
    pub(super) fn all(params: &Params) -> Vec<Self> {
        let Params { base, largest, width, batch, rate, decay, limit, .. } = *params;
        let (rate, decay) = (rate as f32, decay as f32);
        let plain = Setting { base, largest, width, batch, limit, rate, decay, ..Setting::default() };
        let kind = |id: &'static str, label: Text, setting| Self { id: id.into(), label, setting };
        match params.compare {
            "data" => {
                let mixed = text!(words::MIXTURE, real = share(params.real));
                vec![
                    kind("real", words::REAL_PAIRS.into(), plain.clone()),
                    kind("mixture", mixed, Setting { real: params.real, ..plain.clone() }),
                    kind("synthetic", words::SYNTHETIC_PAIRS.into(), Setting { real: 0.0, ..plain }),
                ]
            }
            "base" => Self::bases(params, &plain),
            "operands" => vec![
                kind("uniform", words::UNIFORM.into(), plain.clone()),
                kind("logarithmic", words::LOGARITHMIC.into(), Setting { logarithmic: true, ..plain }),
            ],
            "outcomes" => vec![
                kind("natural", words::NATURAL_DIVISORS.into(), plain.clone()),
                kind(
                    "even",
                    text!(words::EVEN_DIVISORS, even = share(params.even)),
                    Setting { even: params.even, ..plain },
                ),
            ],
            _ => vec![kind("network", words::NETWORKS.into(), plain)],
        }
    }

    /// Networks that read in different bases, the chosen base first.
    #[inline(never)]
    fn bases(params: &Params, plain: &Setting) -> Vec<Self> {
        let mut all = vec![plain.clone()];
        for base in params.bases.iter().map(|base| *base as u32) {
            if all.iter().all(|other| other.base != base) {
                let largest = largest_operand(base, digits(base, 1_000_001) - 1);
                all.push(Setting { base, largest, ..plain.clone() });
            }
        }
        let kind = |setting: Setting| Self {
            id: format!("base-{}", setting.base).into(),
            label: text!(words::BASE, base = count(setting.base)),
            setting,
        };
        all.into_iter().map(kind).collect()
    }

    /// Divisors up to 100 that the digits can show.
    pub(super) fn allowed(&self) -> Vec<u32> {
        learned(self.setting.base, DIVISORS as u32)
    }

    /// Accuracy of a network that knows all divisors that the digits can show. If all pairs are synthetic, these are the
    /// divisors up to their limit.
    pub(super) fn ceiling(&self) -> f64 {
        let Setting { base, limit, real, .. } = self.setting;
        if real == 0.0 { accuracy(&learned(base, limit)) } else { all_powers(&primes(base)) }
    }
}

/// Prime factors of a number.
pub(super) fn primes(number: u32) -> Vec<u32> {
    let divides = |d: &u32| number.is_multiple_of(*d);
    (2..=number).filter(divides).filter(|d| (2..*d).all(|e| !d.is_multiple_of(e))).collect()
}

/// Numbers of steps at the checkpoints of a run with this number of training pairs.
pub(super) fn marks(samples: u32, batch: u32) -> Vec<u32> {
    let last = samples / batch;
    let first = (FIRST / batch).clamp(1, last);
    let [low, high] = [first, last].map(f64::from);
    let count = (PER_DOUBLING * math::ln(high / low) / std::f64::consts::LN_2).ceil() as u32 + 1;
    let mut marks: Vec<u32> =
        math::ratios(low, high, count.clamp(2, MOST)).into_iter().map(|steps| steps.round() as u32).collect();
    marks.dedup();
    marks
}

/// What a network knows at a checkpoint.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) tested: Tested,
    /// The divisors that the network knows.
    known: Vec<u32>,
    /// Whether the network has diverged.
    pub(super) diverged: bool,
}

impl Seen {
    /// What all networks of a kind know, from the numbers of the test and the first `rows` rows of their states.
    #[inline(never)]
    pub(super) fn all(tested: &[f64], states: &[[f32; LANES]], rows: usize) -> Vec<Self> {
        let diverged = states.chunks(rows).map(Gcd::diverged);
        Test::results(tested).into_iter().zip(diverged).map(|(tested, diverged)| Self::of(tested, diverged)).collect()
    }

    /// What a network with these results knows: a divisor about which it is right for at least half of the pairs. A
    /// network that usually gives the divisor for a true one that it does not divide does not know it.
    pub(super) fn of(tested: Tested, diverged: bool) -> Self {
        let found = &tested.divisors;
        let misused =
            |divisor: u32| (1_u32..).zip(found).any(|(d, f)| f.usual == divisor && !d.is_multiple_of(divisor));
        let knows = |divisor: &u32| found[*divisor as usize - 1].right >= 0.5 && !misused(*divisor);
        Self { known: (1..=DIVISORS as u32).filter(knows).collect(), tested, diverged }
    }

    /// Whether the network knows a divisor.
    pub(super) fn knows(&self, divisor: u32) -> bool {
        self.known.contains(&divisor)
    }

    /// The divisors that the network knows.
    pub(super) fn known(&self) -> Vec<u32> {
        self.known.clone()
    }

    /// Whether the network knows a divisor above 1.
    pub(super) fn knows_more(&self) -> bool {
        self.known.iter().any(|divisor| *divisor > 1)
    }

    /// The usual answer for each divisor.
    pub(super) fn usual(&self) -> impl Iterator<Item = u32> {
        self.tested.divisors.iter().map(|divisor| divisor.usual)
    }

    /// Share of the natural test pairs whose divisor is in a set.
    pub(super) fn share_of(&self, set: &[u32]) -> f64 {
        // `sum` begins at -0, which would be shown with its sign.
        set.iter().fold(0.0, |sum, divisor| sum + self.tested.divisors[*divisor as usize - 1].natural)
    }

    /// Share of the natural test pairs about which the network and a learner that knows exactly a set of divisors are not
    /// both right or both wrong, as the pairs of each divisor tell. Divisors above 100 do not count.
    pub(super) fn differs(&self, set: &[u32]) -> f64 {
        let part = |(divisor, found): (u32, &Divisor)| {
            found.natural * (found.right - f64::from(u8::from(set.contains(&divisor)))).abs()
        };
        (1..).zip(&self.tested.divisors).map(part).sum()
    }

    /// Standard error of the mean agreement of the predictions.
    pub(super) fn agreement_error(&self) -> f64 {
        let variance = |agree: f64| agree * (1.0 - agree) / f64::from(EACH);
        let sum: f64 = self.tested.divisors.iter().map(|divisor| variance(divisor.agree)).sum();
        sum.sqrt() / DIVISORS as f64
    }
}

/// Mean of a value over networks.
pub(super) fn mean(seen: &[Seen], of: impl Fn(&Seen) -> f64) -> f64 {
    // `sum` begins at -0, which would be shown with its sign.
    seen.iter().map(of).fold(0.0, |sum, value| sum + value) / seen.len() as f64
}

impl CommonDivisors {
    /// Number of training pairs at a checkpoint.
    pub(super) fn samples(&self, mark: usize) -> f64 {
        f64::from(self.marks[mark]) * f64::from(self.params.batch)
    }

    /// Number of training pairs at the last checkpoint that all kinds have reached. It is 0 before the first.
    pub(super) fn reached(&self) -> f64 {
        self.found.last().map_or(0, Vec::len).checked_sub(1).map_or(0.0, |mark| self.samples(mark))
    }

    /// The networks of a kind at the last checkpoint that they have reached.
    pub(super) fn last(&self, kind: usize) -> Option<&[Seen]> {
        self.found[kind].last().map(Vec::as_slice)
    }

    /// The networks of a kind at the checkpoint before the last one that they have reached.
    pub(super) fn before_last(&self, kind: usize) -> Option<&[Seen]> {
        self.found[kind].iter().rev().nth(1).map(Vec::as_slice)
    }

    /// Whether all networks of the first kind know as many divisors as the run waits for. If laws are compared, the run
    /// waits for the networks of both kinds, so that it favours neither.
    pub(super) fn knows_enough(&self) -> bool {
        let least = self.params.divisors as usize;
        let kinds = if matches!(self.params.compare, "operands" | "outcomes") { self.kinds.len() } else { 1 };
        let enough = |seen: &[Seen]| seen.iter().all(|seen| seen.known.len() >= least);
        least > 0 && (0..kinds).all(|kind| self.last(kind).is_some_and(enough))
    }

    /// Number of networks that have diverged, and the number of training pairs at the first checkpoint that shows it.
    pub(super) fn diverged(&self) -> Option<(usize, f64)> {
        let at = |seen: &[Seen]| seen.iter().filter(|seen| seen.diverged).count();
        let count = (0..self.kinds.len()).filter_map(|kind| self.last(kind)).map(at).sum();
        let marks = self.found.iter().filter_map(|found| found.iter().position(|seen| at(seen) > 0));
        marks.min().map(|mark| (count, self.samples(mark)))
    }

    /// Work done so far, and work of the whole run, in operations.
    #[inline(never)]
    pub(super) fn work(&self) -> [f64; 2] {
        if self.stopped {
            return [1.0, 1.0];
        }
        let mut sums = [0.0; 2];
        for place in 0..self.total() as usize {
            let (mark, kind) = (place / self.kinds.len(), place % self.kinds.len());
            let before = if mark > 0 { self.marks[mark - 1] } else { 0 };
            let one = work(&self.kinds[kind].setting, f64::from(self.marks[mark] - before));
            sums[0] += if place < self.done as usize { one } else { 0.0 };
            sums[1] += one;
        }
        sums
    }
}

/// Operations of some steps and a test.
fn work(setting: &Setting, steps: f64) -> f64 {
    let [width, batch, base] = [setting.width, setting.batch, setting.base].map(f64::from);
    let positions = 2.0 * f64::from(setting.digits());
    // The classes fill 112 columns.
    let products = width * (width + 112.0);
    let weights = products + positions * base * width;
    let tests = f64::from(NATURAL + EACH * DIVISORS as u32);
    steps * (batch * (6.0 * products + 4.0 * positions * width) + 20.0 * weights)
        + tests * (2.0 * products + positions * width + 400.0)
}

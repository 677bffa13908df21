//! What `real-synthetic` simulates, and what it reads from the state of a run.

use super::{Params, RealSynthetic, SPAN};
use crate::math;
use crate::sim::membership::{LANES, Mass, Table};
use crate::stats::mean_and_error;

/// What a run needs. It is made when the run starts, because the figures that follow a slider do not need it.
pub(super) struct Simulation {
    pub(super) table: Table,
    /// Probability of each fact, times the error on it before it is seen.
    unseen: Mass,
    /// Probability of each fact, times the error on it after it is seen; `None` if that error is 0.
    seen: Option<Mass>,
    /// Sum of the masses of seen facts, in the head and in the tail.
    known: [f64; 2],
    /// Error on the facts that the learner cannot learn.
    beyond: f64,
    /// Rank of the cut.
    rank: usize,
    facts: usize,
}

impl Simulation {
    /// Test error of a run with this state: the part of the facts up to the cut, and the part of all others.
    pub(super) fn errors(&self, state: &[[u32; LANES]]) -> [f64; 2] {
        let part = |facts: std::ops::Range<usize>, known: f64| {
            let seen = self.seen.as_ref().map_or(0.0, |seen| known - seen.unseen(state, facts.clone()));
            self.unseen.unseen(state, facts) + seen
        };
        [part(0..self.rank, self.known[0]), part(self.rank..self.facts, self.known[1]) + self.beyond]
    }
}

impl RealSynthetic {
    #[inline(never)]
    pub(super) fn simulation(&self) -> Simulation {
        let Params { facts, unseen_exponent, seen_error, seen_exponent, .. } = self.params;
        let mut shares = self.mixture.shares();
        let outside = shares.pop().unwrap_or(0.0);
        let masses = |factor: f64, exponent: f64| -> Vec<f64> {
            (1..=facts)
                .map(|i| {
                    let error = if exponent == 0.0 { 1.0 } else { math::pow(f64::from(i), -exponent) };
                    factor * error * self.knowledge.mass(i)
                })
                .collect()
        };
        let (rank, facts) = (self.mixture.rank() as usize, facts as usize);
        let seen = (seen_error > 0.0).then(|| masses(seen_error, seen_exponent));
        let known = seen.as_ref().map_or([0.0; 2], |seen| [0..rank, rank..facts].map(|part| seen[part].iter().sum()));
        Simulation {
            table: Table::new(&shares, outside),
            unseen: Mass::new(masses(1.0, unseen_exponent)),
            seen: seen.map(Mass::new),
            known,
            beyond: self.knowledge.weighted_tail(self.knowledge.items(), unseen_exponent),
            rank,
            facts,
        }
    }

    /// Work done so far, and work of the whole run, in draws.
    #[inline(never)]
    pub(super) fn work(&self) -> [f64; 2] {
        self.legs.work(self.done, |place| {
            let mark = place.checkpoint as usize;
            let before = if mark > 0 { self.marks[mark - 1] } else { 0 };
            // Reading the state of a run takes about as long as this many draws.
            const READ: u32 = 50_000;
            f64::from(place.leg.runs) * f64::from(self.marks[mark] - before + READ)
        })
    }

    /// Test errors of all runs at a checkpoint.
    pub(super) fn measured(&self, mark: usize) -> Vec<f64> {
        self.found[mark].iter().map(|[head, tail]| head + tail).collect()
    }

    /// Mean test error at a checkpoint, and its standard error. The error is at least the one that
    /// [`RealSynthetic::variance`] implies, because the spread of the runs is too small if a fact is so rarely missed, or
    /// so rarely seen, that all runs are alike.
    pub(super) fn mean(&self, mark: usize) -> (f64, f64) {
        let (mean, error) = mean_and_error(&self.measured(mark));
        let [head, tail] = self.variance(mark);
        (mean, error.max(((head + tail) / f64::from(self.params.runs)).sqrt()))
    }

    /// Upper bound for the variance of both parts of a run's test error, `sum_i (p_i (u_i - s_i))^2 m_i (1 - m_i)`. Here
    /// `m_i = (1 - q_i)^T` is the probability that T samples miss fact i, and u and s are the errors on unseen and seen
    /// facts. The sum leaves out the covariances, which are negative. With `p_i = i^-beta/Z` and
    /// `m_i (1 - m_i) = (1 - q_i)^T - (1 - q_i)^2T`, it consists of the sums of [`Mixture::unseen`].
    ///
    /// [`Mixture::unseen`]: crate::theory::real_synthetic::Mixture::unseen
    #[inline(never)]
    pub(super) fn variance(&self, mark: usize) -> [f64; 2] {
        let Params { exponent, unseen_exponent, seen_error, seen_exponent, .. } = self.params;
        let samples = f64::from(self.marks[mark]);
        let squares = [
            (1.0, 2.0 * unseen_exponent),
            (-2.0 * seen_error, unseen_exponent + seen_exponent),
            (seen_error * seen_error, 2.0 * seen_exponent),
        ];
        let mut variance = [0.0; 2];
        for (factor, x) in squares.into_iter().filter(|(factor, _)| *factor != 0.0) {
            let [once, twice] = [1.0, 2.0].map(|times| self.mixture.unseen(times * samples, exponent + x));
            for part in 0..2 {
                variance[part] += factor * (once[part] - twice[part]) / self.knowledge.zeta();
            }
        }
        // Where nothing is left to chance, rounding may make the difference negative.
        variance.map(|part| part.max(0.0))
    }

    /// Mean test errors at the checkpoints that all runs have passed.
    pub(super) fn means(&self) -> Vec<f64> {
        (0..self.reached()).map(|mark| self.mean(mark).0).collect()
    }

    /// The checkpoint in the middle of the exact plateau; `None` if there is no plateau before the last checkpoint.
    pub(super) fn middle(&self) -> Option<usize> {
        let [first, last] = [self.marks[0], self.params.samples].map(f64::from);
        let [begin, end] = self.plateau?;
        let begin = begin.unwrap_or(first).max(first);
        let middle = (begin * end.unwrap_or(last).min(last)).sqrt();
        let after = self.marks.iter().position(|samples| f64::from(*samples) >= middle);
        after.filter(|_| begin < last)
    }

    /// The edges of the plateau on the curve of the errors at the first checkpoints; see [`edges`].
    pub(super) fn edges_of(&self, errors: &[f64]) -> Option<[Option<f64>; 2]> {
        let (phases, power) = (self.mixture.phases()?, self.power()?);
        edges(&slopes(&self.samples()[..errors.len()], errors, SPAN), 0.5 * power, phases.breaks)
    }

    /// Checkpoints that all runs have passed.
    pub(super) fn reached(&self) -> usize {
        self.found.iter().take_while(|found| found.len() == self.params.runs as usize).count()
    }
}

/// Local slopes of a curve in the log-log plot, each between two points that are `span` points apart: `(ln of the
/// abscissa in the middle, slope)`.
pub(super) fn slopes(samples: &[f64], errors: &[f64], span: usize) -> Vec<(f64, f64)> {
    let points: Vec<_> = samples.iter().zip(errors).map(|(n, e)| (math::ln(*n), math::ln(*e))).collect();
    let between = |part: &[(f64, f64)]| {
        let [(x0, y0), (x1, y1)] = [part[0], part[span]];
        (0.5 * (x0 + x1), (y1 - y0) / (x1 - x0))
    };
    points.windows(span + 1).map(between).collect()
}

/// Numbers of samples at which the plateau of a curve begins and ends, from its local slopes. The top is the flattest place
/// between the two `breaks`. The plateau begins where the slope was last `half` before the top, and ends where it is first
/// `half` after it. The result is `None` if the top is steeper than `half`, so that there is no plateau. An edge is `None`
/// if it lies outside the curve.
pub(super) fn edges(slopes: &[(f64, f64)], half: f64, breaks: [f64; 2]) -> Option<[Option<f64>; 2]> {
    let [low, high] = breaks.map(math::ln);
    let inside = (0..slopes.len()).filter(|i| (low..=high).contains(&slopes[*i].0));
    let top = inside.max_by(|a, b| slopes[*a].1.total_cmp(&slopes[*b].1)).filter(|top| slopes[*top].1 > half)?;
    let between = |inside: usize, outside: usize| {
        let ((x0, y0), (x1, y1)) = (slopes[inside], slopes[outside]);
        math::exp(x0 + (half - y0) / (y1 - y0) * (x1 - x0))
    };
    let before = (0..top).rev().find(|i| slopes[*i].1 <= half).map(|i| between(i + 1, i));
    let after = (top + 1..slopes.len()).find(|i| slopes[*i].1 <= half).map(|i| between(i - 1, i));
    Some([before, after])
}

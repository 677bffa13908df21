//! What `positive-shift` simulates, and which results it keeps.

use super::{BINS, PER_DECADE, PositiveShift, RARE};
use crate::exec::Inputs;
use crate::math;
use crate::sim::positive_shift::{Fixed, LEAST_LOG_GAIN};
use crate::theory::positive_shift::{self as theory, Curve, Mixing, Optimum, Parts, Point, Solver};

/// Test weights and error curves of the parts.
pub(super) struct Problem {
    pub(super) p: Vec<f64>,
    /// The form of the error curves. It is `None` for the mixing law.
    pub(super) curve: Option<Curve>,
    pub(super) a: Vec<f64>,
    pub(super) b: Vec<f64>,
    pub(super) c: Vec<f64>,
    /// Transfer matrix of the mixing law, row after row.
    pub(super) t: Vec<f64>,
}

impl Problem {
    pub(super) fn parts(&self, curve: Curve) -> Parts<'_> {
        Parts { curve, weights: &self.p, a: &self.a, b: &self.b, c: &self.c }
    }

    pub(super) fn mixing(&self) -> Mixing<'_> {
        Mixing { weights: &self.p, heights: &self.b, floors: &self.c, transfer: &self.t }
    }

    /// Whether a ratio of two losses has a meaning. It has none for the mixing law and for logarithmic curves.
    pub(super) const fn has_ratio(&self) -> bool {
        !matches!(self.curve, None | Some(Curve::Log))
    }

    pub(super) fn solve(&self, samples: f64) -> (Optimum, Vec<f64>) {
        match self.curve {
            Some(curve) => {
                let mut solver = Solver::default();
                (solver.solve(&self.parts(curve), samples), solver.shares)
            }
            None => {
                let mut shares = vec![0.0; self.p.len()];
                (self.mixing().solve(&mut shares), shares)
            }
        }
    }

    pub(super) fn pull(&self, shares: &[f64], samples: f64) -> Vec<f64> {
        match self.curve {
            Some(curve) => self.parts(curve).pull(shares, samples),
            None => self.mixing().pull(shares),
        }
    }

    /// Finds the best shares by mirror descent. The number of steps is limited, because the search runs at every move
    /// of a slider.
    pub(super) fn mirror(&self, samples: f64) -> Point {
        let limit = 20_000 / self.p.len() as u32;
        match self.curve {
            Some(curve) => {
                let parts = self.parts(curve);
                theory::mirror_descent(&self.p, &|q| parts.loss(q, samples), &|q| parts.pull(q, samples), 1e-9, limit)
            }
            None => {
                let law = self.mixing();
                theory::mirror_descent(&vec![1.0; self.p.len()], &|q| law.loss(q), &|q| law.pull(q), 1e-9, limit)
            }
        }
    }

    /// The numbers `(p, K, a)` of a mixture of K parts in which the first part has the weight p, the others have equal
    /// weights, and all have the same power law with the exponent a. The result is `None` for other mixtures.
    pub(super) fn majority(&self) -> Option<(f64, u32, f64)> {
        let same = |xs: &[f64]| xs.iter().all(|x| (x - xs[0]).abs() <= 1e-9 * xs[0]);
        let fits = self.curve == Some(Curve::Power)
            && self.p.len() > 2
            && same(&self.p[1..])
            && same(&self.a)
            && same(&self.c);
        fits.then(|| (self.p[0], self.p.len() as u32, self.a[0]))
    }

    /// The numbers `(t, b)` of a mixing law with two parts of equal weight and of height b. Only the first part learns
    /// from data of the other, t times as much as from its own. The result is `None` for other mixing laws.
    pub(super) fn one_way(&self) -> Option<(f64, f64)> {
        let fits = self.curve.is_none()
            && self.p.len() == 2
            && self.p[0] == self.p[1]
            && self.b[0] == self.b[1]
            && self.t[0] == 1.0
            && self.t[2] == 0.0
            && self.t[3] == 1.0
            && (0.0..1.0).contains(&self.t[1]);
        fits.then(|| (self.t[1], self.b[0]))
    }
}

/// Losses and best shares of the mixture for each of several numbers of samples.
pub(super) struct Sweep {
    pub(super) samples: Vec<f64>,
    pub(super) matched: Vec<f64>,
    pub(super) loss: Vec<f64>,
    pub(super) shares: Vec<Vec<f64>>,
}

/// Counts of the gains of random mixtures.
#[derive(Default)]
pub(super) struct Tally {
    /// Number of mixtures whose gain is known.
    pub(super) count: u32,
    /// Number of mixtures whose gain is unknown because their losses are outside the range of f64.
    pub(super) lost: u32,
    pub(super) bins: Vec<u32>,
    pub(super) below: [u32; 4],
}

impl Tally {
    pub(super) fn add(&mut self, gain: f64) {
        if gain.is_nan() {
            self.lost += 1;
            return;
        }
        self.count += 1;
        self.bins[(((gain - LEAST_LOG_GAIN) * PER_DECADE) as usize).min(BINS - 1)] += 1;
        for (below, least) in self.below.iter_mut().zip(RARE) {
            *below += u32::from(gain < least);
        }
    }

    /// The gain that a share `below` of the mixtures stays below. The logarithms of the gains count as uniform within a
    /// bin.
    pub(super) fn quantile(&self, below: f64) -> f64 {
        let (mut bin, mut rest) = (0, below * f64::from(self.count));
        while bin + 1 < BINS && f64::from(self.bins[bin]) < rest {
            rest -= f64::from(self.bins[bin]);
            bin += 1;
        }
        let part = rest / f64::from(self.bins[bin].max(1));
        math::pow(10.0, LEAST_LOG_GAIN + (bin as f64 + part) / PER_DECADE)
    }
}

impl PositiveShift {
    /// Inputs of the job that draws random mixtures. They are made when a run starts, because the figures that follow a
    /// slider do not need them.
    pub(super) fn inputs(&self) -> &Inputs {
        self.inputs.get_or_init(|| {
            let Problem { curve, b, c, t, .. } = &self.problem;
            let fixed = Fixed { seed: self.seed, curve: *curve, samples: self.samples, b, floors: c, transfer: t };
            fixed.inputs()
        })
    }

    /// Number of random mixtures between two checkpoints: about a sixteenth of all mixtures, but at least 1024.
    pub(super) fn batch(&self) -> u32 {
        self.draws.div_ceil(16).max(1024)
    }
}

//! Job that computes the gain of the best training shares over the matched shares, which are equal to the test weights,
//! for random mixtures. It shows how rarely the gain is 0. Each item of the job is one random mixture.
//!
//! The job runs in f64 on the CPU, because f32 cannot show a gain of 1e-12 if the loss is 1.

use std::ops::Range;

use crate::exec::{Inputs, Job};
use crate::math;
use crate::rng::{Draws, Stream};
use crate::stats::sort;
use crate::theory::positive_shift::{Curve, Mixing, Parts, Solver};

/// Random stream from which the mixtures are drawn.
const SHIFT: Stream = Stream(3);

/// Settings that all random mixtures have in common.
#[derive(Clone, Debug)]
pub struct Fixed<'a> {
    /// Seed of all draws.
    pub seed: u32,
    /// The form of the error curves of all parts. `None` stands for the mixing law.
    pub curve: Option<Curve>,
    /// Number of training samples.
    pub samples: f64,
    /// Parameter `b` of each part. It is not used by the mixing law, for which the heights `b` are drawn at random.
    pub b: &'a [f64],
    /// Floor of the error of each part under the mixing law.
    pub floors: &'a [f64],
    /// Transfer matrix of the mixing law.
    pub transfer: &'a [f64],
}

impl Fixed<'_> {
    /// Packs the settings into the inputs of a job.
    #[expect(clippy::cast_possible_truncation, reason = "at most 128 parts")]
    pub fn inputs(&self) -> Inputs {
        let (code, scale) = match self.curve {
            None => (0u32, 0.0),
            Some(Curve::Power) => (1, 0.0),
            Some(Curve::Offset) => (2, 0.0),
            Some(Curve::Exponential { scale }) => (3, scale),
            Some(Curve::Log) => (4, 0.0),
            Some(Curve::Transfer) => (5, 0.0),
        };
        Inputs::new(&[
            bytemuck::cast_slice(&[self.seed, code, self.b.len() as u32]),
            bytemuck::cast_slice(&[self.samples, scale]),
            bytemuck::cast_slice(self.b),
            bytemuck::cast_slice(self.floors),
            bytemuck::cast_slice(self.transfer),
        ])
    }

    fn of(inputs: &Inputs) -> Fixed<'_> {
        let (words, numbers) = (inputs.u32(0), inputs.f64(1));
        let curve = match words[1] {
            0 => None,
            1 => Some(Curve::Power),
            2 => Some(Curve::Offset),
            3 => Some(Curve::Exponential { scale: numbers[1] }),
            4 => Some(Curve::Log),
            _ => Some(Curve::Transfer),
        };
        Fixed {
            seed: words[0],
            curve,
            samples: numbers[0],
            b: inputs.f64(2),
            floors: inputs.f64(3),
            transfer: inputs.f64(4),
        }
    }
}

/// Decimal logarithm of the smallest relative gain that is distinguished from 0. A smaller gain is recorded as this
/// value.
pub const LEAST_LOG_GAIN: f64 = -17.0;

/// Job that computes the decimal logarithm of the relative gain, `log10(1 - L*/L_same)`, of random mixtures. `L*` is
/// the loss with the best shares, and `L_same` the loss with the matched shares (equal to the test weights). Each
/// mixture has two results: for its own error curves, and for logarithmic curves with the same test weights. A result
/// is NaN, and is not counted, if a loss is beyond f64 or the best shares were not found.
///
/// The test weights of a mixture are uniform on the simplex (they are the spacings of sorted uniform numbers). The
/// exponents `a` are uniform in 0.2..1. The constants `c` of the curves, or the heights `b` under the mixing law, are
/// log-uniform in 0.1..10. A mixture of three parts takes about a microsecond.
#[derive(Debug)]
pub struct Gains;

impl Job for Gains {
    const NAME: &'static str = "gains";
    const WIDTH: usize = 2;

    fn items(inputs: &Inputs, items: Range<u32>, out: &mut Vec<f64>) {
        let fixed = Fixed::of(inputs);
        let count = fixed.b.len();
        let (mut cuts, mut p) = (Vec::with_capacity(count), vec![0.0; count]);
        let (mut a, mut c) = (vec![0.0; count], vec![0.0; count]);
        let (mut solver, mut shares) = (Solver::default(), vec![0.0; count]);
        for item in items {
            let mut draws = Draws::new(fixed.seed, SHIFT, item, 0);
            cuts.clear();
            cuts.extend((1..count).map(|_| draws.uniform()));
            sort(&mut cuts);
            let mut last = 0.0;
            for (p, cut) in p.iter_mut().zip(cuts.iter().copied().chain([1.0])) {
                *p = cut - last;
                last = cut;
            }
            for k in 0..count {
                a[k] = 0.2 + 0.8 * draws.uniform();
                c[k] = math::exp(std::f64::consts::LN_10 * (2.0 * draws.uniform() - 1.0));
            }
            let best = match fixed.curve {
                Some(curve) => solver.solve(&Parts { curve, weights: &p, a: &a, b: fixed.b, c: &c }, fixed.samples),
                None => {
                    let law = Mixing { weights: &p, heights: &c, floors: fixed.floors, transfer: fixed.transfer };
                    law.solve(&mut shares)
                }
            };
            let log = Parts { curve: Curve::Log, weights: &p, a: &a, b: fixed.b, c: &c };
            let control = solver.solve(&log, fixed.samples);
            for optimum in [best, control] {
                let gain = optimum.relative_gain();
                let listed = if gain > 1e-17 { math::log10(gain) } else { LEAST_LOG_GAIN };
                // NaN if the losses underflow to 0/0, or if the solver found nothing.
                out.push(if gain.is_finite() { listed } else { f64::NAN });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENTITY: [f64; 9] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    const CURVES: [Option<Curve>; 6] = [
        None,
        Some(Curve::Power),
        Some(Curve::Offset),
        Some(Curve::Exponential { scale: 300.0 }),
        Some(Curve::Log),
        Some(Curve::Transfer),
    ];

    fn gains(curve: Option<Curve>, items: Range<u32>) -> Vec<f64> {
        let fixed = Fixed { seed: 3, curve, samples: 1000.0, b: &[1.0; 3], floors: &[0.0; 3], transfer: &IDENTITY };
        let mut out = Vec::new();
        Gains::items(&fixed.inputs(), items, &mut out);
        out
    }

    #[test]
    fn every_curve_but_the_logarithm_gains_and_the_control_never_does() {
        for curve in CURVES {
            let out = gains(curve, 0..4000);
            let below = |offset: usize, least: f64| out.iter().skip(offset).step_by(2).filter(|g| **g < least).count();
            assert_eq!(below(1, -12.0), 4000, "{curve:?}: the control");
            assert_eq!(below(0, -12.0), if curve == Some(Curve::Log) { 4000 } else { 0 }, "{curve:?}");
            assert!(out.iter().all(|g| g.is_finite() && *g <= 0.0 && *g >= LEAST_LOG_GAIN), "{curve:?}: in range");
        }
    }

    #[test]
    fn what_has_no_gain_is_lost_and_never_counted_as_none() {
        // Offsets this large starve parts: their shares are below the smallest normal number.
        let fixed = Fixed {
            seed: 3,
            curve: Some(Curve::Offset),
            samples: 1000.0,
            b: &[1.0, 20.0, 200.0],
            floors: &[],
            transfer: &[],
        };
        let mut out = Vec::new();
        Gains::items(&fixed.inputs(), 0..100_000, &mut out);
        let least = out.iter().step_by(2).fold(0.0, |least: f64, gain| if *gain >= least { least } else { *gain });
        assert!((-9.0..0.0).contains(&least), "every mixture gains: {least}");
        let fixed = Fixed { curve: Some(Curve::Exponential { scale: 1.0 }), samples: 1e9, ..fixed };
        out.clear();
        Gains::items(&fixed.inputs(), 0..10, &mut out);
        assert!(out.iter().step_by(2).all(|gain| gain.is_nan()), "losses below the smallest f64: {out:?}");
    }

    #[test]
    fn a_problem_is_a_function_of_its_index() {
        let whole = gains(Some(Curve::Power), 0..50);
        assert_eq!(whole[2 * 20..], gains(Some(Curve::Power), 20..50), "any slice gives the same numbers");
        assert_ne!(whole[..2], whole[2..4], "two problems differ");
    }

    #[test]
    fn the_gains_are_those_of_the_losses() {
        // Mirror descent solves the same problems from their losses, for every curve with its own parameters.
        use crate::theory::positive_shift::mirror_descent;
        let (b, floors) = ([0.5, 1.0, 2.0], [0.1, 0.2, 0.3]);
        let transfer = [1.0, 0.2, 0.0, 0.0, 1.0, 0.3, 0.1, 0.0, 1.0];
        for curve in CURVES {
            let fixed = Fixed { seed: 3, curve, samples: 200.0, b: &b, floors: &floors, transfer: &transfer };
            let mut out = Vec::new();
            Gains::items(&fixed.inputs(), 0..20, &mut out);
            for item in 0..20u32 {
                let mut draws = Draws::new(3, SHIFT, item, 0);
                let mut cuts = [draws.uniform(), draws.uniform()];
                cuts.sort_unstable_by(f64::total_cmp);
                let p = [cuts[0], cuts[1] - cuts[0], 1.0 - cuts[1]];
                let (mut a, mut c) = ([0.0; 3], [0.0; 3]);
                for k in 0..3 {
                    a[k] = 0.2 + 0.8 * draws.uniform();
                    c[k] = math::pow(10.0, 2.0 * draws.uniform() - 1.0);
                }
                let (least, matched) = match curve {
                    Some(curve) => {
                        let parts = Parts { curve, weights: &p, a: &a, b: &b, c: &c };
                        let best =
                            mirror_descent(&p, &|q| parts.loss(q, 200.0), &|q| parts.pull(q, 200.0), 1e-9, 20_000);
                        (best.loss, parts.loss(&p, 200.0))
                    }
                    None => {
                        let law = Mixing { weights: &p, heights: &c, floors: &floors, transfer: &transfer };
                        let best = mirror_descent(&[1.0; 3], &|q| law.loss(q), &|q| law.pull(q), 1e-9, 20_000);
                        (best.loss, law.loss(&p))
                    }
                };
                let (ours, gain) = (math::pow(10.0, out[2 * item as usize]), 1.0 - least / matched);
                assert!((ours - gain).abs() < 5e-9, "{curve:?}, problem {item}: {ours} against {gain}");
            }
        }
    }
}

//! The least value of a smooth function in a box.
//!
//! A quasi-Newton method (BFGS) whose first matrix is the problem's own curvature, so that no unit, scale or centring
//! of the parameters matters: all steps and stops are measured in that metric. Coordinates at a bound that would leave
//! are held; steps follow weak Wolfe conditions (Lewis and Overton, Nonsmooth optimization via quasi-Newton methods,
//! Math. Program. 141, 2013), which also hold for objectives with kinks.

use super::linear;

/// Why a minimisation stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A Newton step would gain less than a given share of the value.
    Converged,
    /// No step gains anything: the value is exact to rounding.
    Rounding,
    /// As many steps as allowed.
    Steps,
    /// It has no value where it starts.
    NoValue,
}

/// A function to minimise.
pub trait Target {
    /// The value and the gradient; infinite where there is none.
    fn evaluate(&mut self, x: &[f64], gradient: &mut [f64]) -> f64;
    /// A positive semidefinite matrix near the second derivatives where it was last evaluated.
    fn curvature(&mut self, matrix: &mut [f64]);
}

/// Where a minimisation ended.
#[derive(Clone, Debug)]
pub struct Minimum {
    /// The place.
    pub x: Vec<f64>,
    /// The value.
    pub value: f64,
    /// Why it stopped.
    pub stop: Stop,
    /// Evaluations.
    pub evaluations: usize,
}

const STEPS: usize = 300;
const DAMP: f64 = 1e-4;

/// The least value near `x`, between `lo` and `hi`; a coordinate moves by at most `reach` in one step. It stops when a
/// Newton step would gain less than `gain` times the value.
pub fn minimise(target: &mut dyn Target, mut x: Vec<f64>, lo: &[f64], hi: &[f64], reach: &[f64], gain: f64) -> Minimum {
    let n = x.len();
    for j in 0..n {
        x[j] = x[j].clamp(lo[j], hi[j]);
    }
    let (mut g, mut b, mut d) = (vec![0.0; n], vec![0.0; n * n], vec![0.0; n]);
    let (mut next, mut next_g) = (x.clone(), g.clone());
    let mut value = target.evaluate(&x, &mut g);
    let mut evaluations = 1;
    let end = |x, value, stop, evaluations| Minimum { x, value, stop, evaluations };
    if !value.is_finite() {
        return end(x, value, Stop::NoValue, evaluations);
    }
    target.curvature(&mut b);
    let mut fresh = true;
    for _ in 0..STEPS {
        let most = direction(&b, &g, &x, lo, hi, reach, &mut d);
        let slope: f64 = g.iter().zip(&d).map(|(g, d)| g * d).sum();
        if -slope <= gain * value.max(f64::MIN_POSITIVE) {
            if fresh {
                if let Some(y) = slide(target, &b, &g, &mut x, value, lo, hi) {
                    value = y;
                    evaluations += 1;
                }
                return end(x, value, Stop::Converged, evaluations);
            }
            // The matrix may be stale: look once more with the problem's own.
            target.evaluate(&x, &mut g);
            evaluations += 1;
            target.curvature(&mut b);
            fresh = true;
            continue;
        }
        // Weak Wolfe conditions: too far is cut by interpolation, then by halves; too short is doubled.
        let (mut t, mut below, mut above) = (1.0_f64.min(most), 0.0, f64::INFINITY);
        let mut found = None;
        for _ in 0..40 {
            for j in 0..n {
                next[j] = (x[j] + t * d[j]).clamp(lo[j], hi[j]);
            }
            let y = target.evaluate(&next, &mut next_g);
            evaluations += 1;
            found = (y <= value + 1e-4 * t * slope).then_some(y);
            if found.is_none() {
                above = t;
                let bottom = -slope * t * t / (2.0 * (y - value - slope * t));
                let whole = below == 0.0 && bottom.is_finite();
                t = if whole { bottom.clamp(0.1 * t, 0.5 * t) } else { 0.5 * (below + above) };
            } else if t < most && next_g.iter().zip(&d).map(|(g, d)| g * d).sum::<f64>() < 0.9 * slope {
                below = t;
                t = if above.is_finite() { 0.5 * (below + above) } else { (2.0 * t).min(most) };
            } else {
                break;
            }
        }
        let Some(y) = found.filter(|y| *y < value) else {
            if fresh {
                return end(x, value, Stop::Rounding, evaluations);
            }
            target.evaluate(&x, &mut g);
            evaluations += 1;
            target.curvature(&mut b);
            fresh = true;
            continue;
        };
        update(&mut b, &x, &next, &g, &next_g);
        fresh = false;
        value = y;
        x.copy_from_slice(&next);
        g.copy_from_slice(&next_g);
    }
    end(x, value, Stop::Steps, evaluations)
}

/// Coordinates that nothing depends on any more go down to their bounds: an end that is open looks open. The value
/// there, if any did.
fn slide(
    target: &mut dyn Target,
    b: &[f64],
    g: &[f64],
    x: &mut [f64],
    value: f64,
    lo: &[f64],
    hi: &[f64],
) -> Option<f64> {
    let n = x.len();
    let mut to = x.to_vec();
    for j in 0..n {
        let bound = if g[j] > 0.0 { lo[j] } else { hi[j] };
        let far = (bound - x[j]).abs();
        if bound.is_finite() && b[j * n + j] * far * far <= 1e-8 * value && g[j].abs() * far <= 1e-8 * value {
            to[j] = bound;
        }
    }
    if to == x {
        return None;
    }
    let y = target.evaluate(&to, &mut vec![0.0; n]);
    (y <= value * (1.0 + 1e-9)).then(|| {
        x.copy_from_slice(&to);
        y
    })
}

/// The step `-B^-1 g` over the coordinates that may move, and how many times itself it may be taken.
fn direction(b: &[f64], g: &[f64], x: &[f64], lo: &[f64], hi: &[f64], reach: &[f64], d: &mut [f64]) -> f64 {
    let n = x.len();
    let out = |j: usize, d: f64| lo[j] == hi[j] || x[j] <= lo[j] && d < 0.0 || x[j] >= hi[j] && d > 0.0;
    let mut free: Vec<usize> = (0..n).filter(|&j| !out(j, -g[j])).collect();
    let down: Vec<f64> = g.iter().map(|g| -g).collect();
    loop {
        d.fill(0.0);
        linear::solve(b, n, &free, &down, d);
        let before = free.len();
        free.retain(|&j| !out(j, d[j]));
        if free.len() == before {
            break;
        }
    }
    let far = (0..n).map(|j| d[j].abs() / reach[j]).fold(1.0, f64::max);
    let mut most = f64::INFINITY;
    for j in 0..n {
        d[j] /= far;
        let room = if d[j] > 0.0 { hi[j] - x[j] } else { lo[j] - x[j] };
        if d[j] != 0.0 {
            most = most.min(room / d[j]);
        }
    }
    most
}

/// `B + y y' / y's - B s s' B / s'Bs`, with Powell's damping where the curvature is not positive.
fn update(b: &mut [f64], x: &[f64], next: &[f64], g: &[f64], next_g: &[f64]) {
    let n = x.len();
    let s: Vec<f64> = next.iter().zip(x).map(|(a, b)| a - b).collect();
    let mut y: Vec<f64> = next_g.iter().zip(g).map(|(a, b)| a - b).collect();
    let bs: Vec<f64> = (0..n).map(|i| (0..n).map(|j| b[i * n + j] * s[j]).sum()).collect();
    let sbs: f64 = s.iter().zip(&bs).map(|(a, b)| a * b).sum();
    let mut sy: f64 = s.iter().zip(&y).map(|(a, b)| a * b).sum();
    if sbs.is_nan() || sbs <= 0.0 {
        return;
    }
    if sy < DAMP * sbs {
        let keep = (1.0 - DAMP) * sbs / (sbs - sy);
        for j in 0..n {
            y[j] = keep * y[j] + (1.0 - keep) * bs[j];
        }
        sy = DAMP * sbs;
    }
    for i in 0..n {
        for j in 0..n {
            b[i * n + j] += y[i] * y[j] / sy - bs[i] * bs[j] / sbs;
        }
    }
}

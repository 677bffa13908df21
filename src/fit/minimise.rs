//! Minimisation of a smooth function in a box.
//!
//! The method is quasi-Newton (BFGS). Its first matrix is the function's own curvature. All steps and stopping rules
//! are measured in the metric of this matrix, so units, scales and centring of the parameters do not matter. A
//! coordinate at a bound is fixed while the step would take it out of the box. Steps follow the weak Wolfe conditions
//! (Lewis and Overton, Nonsmooth optimization via quasi-Newton methods, Math. Program. 141, 2013), which also work for
//! functions with kinks.

use super::linear;

/// Why a minimisation stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A Newton step would lower the value by less than the required relative precision.
    Converged,
    /// No step lowers the value any further: rounding is larger than what could be gained.
    Rounding,
    /// The number of steps reached its limit.
    Steps,
    /// The function has no finite value at the start.
    NoValue,
}

/// A function that can be minimised.
pub trait Target {
    /// Returns the value at `x`, and writes the gradient to `gradient`. The value is infinite where the function is not
    /// defined.
    fn evaluate(&mut self, x: &[f64], gradient: &mut [f64]) -> f64;
    /// Writes to `matrix` a positive semidefinite approximation of the second derivatives at the last point that was
    /// evaluated.
    fn curvature(&mut self, matrix: &mut [f64]);
}

/// Result of a minimisation.
#[derive(Clone, Debug)]
pub struct Minimum {
    /// Point at which the minimisation ended.
    pub x: Vec<f64>,
    /// Value of the function at `x`.
    pub value: f64,
    /// Why the minimisation stopped.
    pub stop: Stop,
    /// Number of evaluations of the function.
    pub evaluations: usize,
}

const STEPS: usize = 300;
const DAMP: f64 = 1e-4;

/// Finds a minimum near `x`, between the bounds `lo` and `hi`. A coordinate moves by at most its entry of `reach` in
/// one step. The search stops when a Newton step would lower the value by less than `gain` times the value.
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
            // The matrix may be stale: try once more with the problem's own.
            target.evaluate(&x, &mut g);
            evaluations += 1;
            target.curvature(&mut b);
            fresh = true;
            continue;
        }
        // Weak Wolfe conditions: a step that is too long is cut by interpolation, then halved; one that is too short is
        // doubled.
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

/// Moves each coordinate to its bound if the move hardly changes the value. Such moves matter because an interval is
/// recognised as open only if its endpoint is at a bound. Returns the value at the new point, or `None` if no
/// coordinate was moved.
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

/// Computes the quasi-Newton step `-B^-1 g` for the gradient `g` and the matrix B, and writes it to `d`. Coordinates
/// that would leave the box do not move, and a longer step than `reach` in any coordinate is shortened. Returns the
/// largest factor by which the step may be multiplied without leaving the box.
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

/// BFGS update of the matrix B, `B + y y' / y's - B s s' B / s'Bs`, for the step s from `x` to `next` and the change y
/// of the gradient. Where the curvature `y's` is too small or negative, y is damped as Powell proposed.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;

    /// An objective made of residuals: half the sum of their squares or, if `absolute` is set, the sum of their
    /// absolute values. Its curvature is the Gauss-Newton approximation; if `absolute` is set, each residual r has the
    /// weight 1/|r| in it.
    struct Residuals<F> {
        f: F,
        absolute: bool,
        last: Vec<f64>,
    }

    /// A list of residuals, each with its derivatives.
    type Rows = Vec<(f64, Vec<f64>)>;

    impl<F: Fn(&[f64]) -> Rows> Target for Residuals<F> {
        fn evaluate(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
            self.last = x.to_vec();
            gradient.fill(0.0);
            let mut sum = 0.0;
            for (r, row) in (self.f)(x) {
                sum += if self.absolute { r.abs() } else { 0.5 * r * r };
                for (g, d) in gradient.iter_mut().zip(row) {
                    *g += d * if self.absolute { r.signum() } else { r };
                }
            }
            sum
        }
        fn curvature(&mut self, matrix: &mut [f64]) {
            let n = self.last.len();
            matrix.fill(0.0);
            for (r, row) in (self.f)(&self.last) {
                for (k, m) in matrix.iter_mut().enumerate() {
                    *m += row[k / n] * row[k % n] / if self.absolute { r.abs().max(1e-9) } else { 1.0 };
                }
            }
        }
    }

    fn least(f: impl Fn(&[f64]) -> Rows, absolute: bool, x: &[f64], [lo, hi]: [f64; 2]) -> Minimum {
        let n = x.len();
        let mut target = Residuals { f, absolute, last: Vec::new() };
        minimise(&mut target, x.to_vec(), &vec![lo; n], &vec![hi; n], &vec![1e3; n], 1e-13)
    }

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        let rosenbrock = |x: &[f64]| -> Rows {
            vec![(10.0 * (x[1] - x[0] * x[0]), vec![-20.0 * x[0], 10.0]), (1.0 - x[0], vec![-1.0, 0.0])]
        };
        let end = least(rosenbrock, false, &[-1.2, 1.0], [-10.0, 10.0]);
        assert!(end.x.iter().all(|x| (x - 1.0).abs() < 1e-6) && end.evaluations < 60, "{end:?}");
        // With x at most a half, the minimum is on the bound, where y = x^2.
        let held = least(rosenbrock, false, &[-1.2, 0.3], [-10.0, 0.5]);
        assert_eq!(held.x[0], 0.5, "{held:?}");
        assert!((held.x[1] - 0.25).abs() < 1e-6 && (held.value - 0.125).abs() < 1e-12, "{held:?}");
    }

    #[test]
    fn curvature_that_the_matrix_does_not_know_is_learned() {
        // Residuals that are large at the minimum: the Gauss-Newton matrix is off by a factor of two there.
        let far = |x: &[f64]| -> Rows {
            (0..4)
                .map(|k| (x[0] * x[0] - x[1] + f64::from(k * k), vec![2.0 * x[0], -1.0]))
                .chain([(x[1] - 9.0, vec![0.0, 1.0])])
                .collect()
        };
        let end = least(far, false, &[3.0, -4.0], [-50.0, 50.0]);
        assert!(matches!(end.stop, Stop::Converged | Stop::Rounding) && end.evaluations < 60, "{end:?}");
        // At the minimum y = 9 and x^2 = 9 - the mean of k^2; the value is half the spread of k^2.
        assert!((end.x[0] * end.x[0] - 5.5).abs() < 1e-5 && (end.x[1] - 9.0).abs() < 1e-5, "{end:?}");
        assert!((end.value - 24.5).abs() < 1e-10, "{end:?}");
    }

    #[test]
    fn a_kink_is_found() {
        let sizes = |x: &[f64]| -> Rows { [1.0, 2.0, 10.0].map(|a| (x[0] - a, vec![1.0])).to_vec() };
        let end = least(sizes, true, &[30.0], [-100.0, 100.0]);
        assert!((end.x[0] - 2.0).abs() < 1e-9 && (end.value - 9.0).abs() < 1e-9, "{end:?}");
    }

    #[test]
    fn what_nothing_depends_on_goes_to_its_bound() {
        let fades = |x: &[f64]| -> Rows { vec![(1.0 + math::exp(-x[0]), vec![-math::exp(-x[0])])] };
        let end = least(fades, false, &[1.0], [0.0, 300.0]);
        assert_eq!((end.x[0], end.stop), (300.0, Stop::Converged), "{end:?}");
        let rises = |x: &[f64]| -> Rows { vec![(1.0 + math::exp(x[0]), vec![math::exp(x[0])])] };
        let end = least(rises, false, &[1.0], [-300.0, 3.0]);
        assert_eq!((end.x[0], end.stop), (-300.0, Stop::Converged), "{end:?}");
        let nowhere = |_: &[f64]| -> Rows { vec![(f64::INFINITY, vec![0.0])] };
        assert_eq!(least(nowhere, false, &[1.0], [0.0, 3.0]).stop, Stop::NoValue, "no value");
    }
}

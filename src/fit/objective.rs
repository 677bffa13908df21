//! The objective that a fit minimises.
//!
//! It is the sum `Q = sum_i w_i rho(r_i)` over the rows i, with the weights w. For a measured value y and its
//! prediction f, the residual r is `ln f - ln y` or `f - y`. Huber's function `rho(r)` is `r^2 / 2` up to
//! `|r| = delta`, and `delta (|r| - delta / 2)` beyond. Q is a sum, not a mean. `delta = infinity` gives least squares;
//! `delta = 0` stands for L1, `rho = |r|`.

use std::sync::Arc;

use super::{Data, Entry, words};
use crate::error::{Error, Result};
use crate::math;
use crate::text;
use crate::text::{Text, setting};

/// How the residual of a prediction is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Residual {
    /// Difference of the logarithms of the prediction and of the measured value, so that relative errors count.
    Log,
    /// Difference of the prediction and the measured value.
    Plain,
}

/// Objective that a fit minimises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// How a residual is defined.
    pub residual: Residual,
    /// Absolute residual up to which Huber's function is quadratic; beyond it, the function is linear. 0 stands for L1,
    /// infinity for least squares.
    pub delta: f64,
}

impl Objective {
    /// Huber's function of the residuals of logarithms, with delta = 10^-3. Hoffmann et al. chose this objective.
    pub const HUBER: Self = Self { residual: Residual::Log, delta: 1e-3 };
    /// Least squares of the differences between predictions and measured values, without logarithms.
    pub const SQUARES: Self = Self { residual: Residual::Plain, delta: f64::INFINITY };

    /// Contribution of a row with the residual `r` and the weight 1 to the objective.
    #[inline]
    pub fn rho(self, r: f64) -> f64 {
        let size = r.abs();
        if size <= self.delta {
            0.5 * r * r
        } else if self.delta == 0.0 {
            size
        } else {
            self.delta * (size - 0.5 * self.delta)
        }
    }

    /// Derivative of [`Objective::rho`] with respect to the residual `r`.
    #[inline]
    pub fn psi(self, r: f64) -> f64 {
        if self.delta == 0.0 { if r == 0.0 { 0.0 } else { r.signum() } } else { r.clamp(-self.delta, self.delta) }
    }

    /// Description of the objective in words.
    pub fn words(self) -> Text {
        let log = self.residual == Residual::Log;
        if self.delta == 0.0 {
            if log { words::ABSOLUTE_LOG } else { words::ABSOLUTE }.into()
        } else if self.delta.is_infinite() {
            if log { words::SQUARED_LOG } else { words::SQUARED }.into()
        } else if log {
            text!(words::HUBER_LOG, delta = setting(self.delta))
        } else {
            text!(words::HUBER, delta = setting(self.delta))
        }
    }
}

/// A fitting problem: a law, runs, an objective, and values of fixed parameters.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Law to fit.
    pub law: &'static Entry,
    /// Runs to which the law is fitted.
    pub data: Arc<Data>,
    /// Objective to minimise.
    pub objective: Objective,
    /// Value of each fixed parameter; `None` for a free one.
    pub held: Vec<Option<f64>>,
}

/// Scratch space for one evaluation of the objective.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// Predictions of all rows.
    pub values: Vec<f64>,
    /// Residuals of all rows.
    pub residuals: Vec<f64>,
    /// Gradients of the predictions, `[row][parameter]`.
    pub jacobian: Vec<f64>,
}

impl Problem {
    /// Fitting problem with the law's own objective, in which the law's frozen parameters are fixed.
    pub fn new(law: &'static Entry, data: impl Into<Arc<Data>>) -> Self {
        let held = law.info.params.iter().map(|p| p.frozen.then_some(p.start)).collect();
        Self { law, data: data.into(), objective: law.info.objective, held }
    }

    /// Copy of this problem with the rows of `data`.
    pub fn over(&self, data: impl Into<Arc<Data>>) -> Self {
        Self { law: self.law, data: data.into(), objective: self.objective, held: self.held.clone() }
    }

    /// Returns this problem with parameter number `j` fixed at `value`, or free if `value` is `None`.
    ///
    /// # Errors
    /// The value is out of bounds.
    pub fn hold(mut self, j: usize, value: Option<f64>) -> Result<Self> {
        let param = &self.law.info.params[j];
        let [lo, hi] = param.bounds;
        if value.is_some_and(|v| !(lo..=hi).contains(&v)) {
            let value = value.map(|value| format!("{value:?}")).unwrap_or_default();
            let allowed = text!(words::BETWEEN, least = setting(lo), most = setting(hi));
            return Err(Error::parameter(param.name, &value, allowed));
        }
        self.held[j] = value;
        Ok(self)
    }

    /// Number of free parameters.
    pub fn free(&self) -> usize {
        self.held.iter().filter(|held| held.is_none()).count()
    }

    /// Lower and upper bounds of the transformed parameters. Both bounds of a fixed parameter are its transformed
    /// value.
    pub fn bounds(&self) -> (Vec<f64>, Vec<f64>) {
        let ends = |end: usize| {
            let params = self.law.info.params.iter().zip(&self.held);
            params.map(|(p, held)| p.transform.forward(held.unwrap_or(p.bounds[end]))).collect()
        };
        (ends(0), ends(1))
    }

    /// Computes the predictions and residuals at the parameters `p` and writes them to `room`.
    pub fn at(&self, p: &[f64], room: &mut Room) {
        self.points(p, room);
        self.residuals(room);
    }

    /// Computes the predictions and their gradients at the parameters `p` and writes them to `room`.
    pub(super) fn points(&self, p: &[f64], room: &mut Room) {
        let n = self.data.len();
        room.values.resize(n, 0.0);
        room.residuals.resize(n, 0.0);
        room.jacobian.resize(n * self.law.len(), 0.0);
        (self.law.points)(p, &self.data.rows, &mut room.values, &mut room.jacobian);
    }

    /// Computes the residuals from the predictions in `room` and writes them there.
    pub(super) fn residuals(&self, room: &mut Room) {
        for i in 0..self.data.len() {
            room.residuals[i] = match self.objective.residual {
                Residual::Log => math::ln(room.values[i]) - self.data.ln_y[i],
                Residual::Plain => room.values[i] - self.data.y[i],
            };
        }
    }

    /// Value of the objective at the parameters `p`.
    pub fn value(&self, p: &[f64]) -> f64 {
        let mut room = Room::default();
        self.at(p, &mut room);
        self.sum_of(&room)
    }

    /// Computes the objective from the residuals in `room`.
    pub(super) fn sum_of(&self, room: &Room) -> f64 {
        room.residuals.iter().zip(&self.data.weight).map(|(r, w)| w * self.objective.rho(*r)).sum()
    }

    /// Value of the objective if every prediction is wrong by a ten-millionth of the measured value. A fit with a
    /// smaller objective counts as exact.
    pub(super) fn rounding(&self) -> f64 {
        let size = |y: f64| if self.objective.residual == Residual::Log { 1.0 } else { y };
        self.data.y.iter().zip(&self.data.weight).map(|(y, w)| w * self.objective.rho(1e-7 * size(*y))).sum()
    }

    /// Derivative of a residual with respect to the prediction, where the prediction is `value`.
    #[inline]
    pub fn slope(&self, value: f64) -> f64 {
        match self.objective.residual {
            Residual::Log => 1.0 / value,
            Residual::Plain => 1.0,
        }
    }

    /// Returns the objective at the transformed parameters `theta`, and writes its gradient to `gradient`. The result
    /// is infinite where the objective or its gradient is not finite.
    pub fn evaluate(&self, theta: &[f64], gradient: &mut [f64], room: &mut Room) -> f64 {
        self.at(&self.law.back(theta), room);
        gradient.fill(0.0);
        let mut sum = 0.0;
        for (i, row) in room.jacobian.chunks_exact(self.law.len()).enumerate() {
            let (r, w) = (room.residuals[i], self.data.weight[i]);
            sum += w * self.objective.rho(r);
            let c = w * self.objective.psi(r) * self.slope(room.values[i]);
            for (g, j) in gradient.iter_mut().zip(row) {
                *g += c * j;
            }
        }
        if sum.is_finite() && gradient.iter().all(|g| g.is_finite()) { sum } else { f64::INFINITY }
    }

    /// Computes the matrix `J' W J` at the point of the last call of [`Problem::evaluate`] and writes it to `out`. J is
    /// the Jacobian of the residuals r, and W is the diagonal matrix of `w rho'(r) / r`, for weights w and Huber's
    /// function rho.
    ///
    /// Consider the quadratic function that has this curvature and agrees with the objective in value and gradient at
    /// that point. If the residuals are nearly linear in the parameters, this function is nowhere below the objective.
    pub fn curvature(&self, room: &Room, out: &mut [f64]) {
        let len = self.law.len();
        out.fill(0.0);
        for (i, row) in room.jacobian.chunks_exact(len).enumerate() {
            let r = room.residuals[i];
            let s = self.slope(room.values[i]);
            let c = self.data.weight[i] * s * s * self.majorant(r);
            for j in 0..len {
                for k in 0..=j {
                    out[j * len + k] += c * row[j] * row[k];
                }
            }
        }
        for j in 0..len {
            for k in 0..j {
                out[k * len + j] = out[j * len + k];
            }
        }
    }

    /// Says how steep the objective is at the parameters `p` in its flattest direction, independently of units. The
    /// result is the smallest pivot of the curvature after its diagonal is scaled to 1. It is 0 if some combination of
    /// free parameters changes no residual.
    pub fn flat(&self, p: &[f64]) -> f64 {
        let (n, mut room) = (self.law.len(), Room::default());
        let mut matrix = vec![0.0; n * n];
        self.at(p, &mut room);
        self.curvature(&room, &mut matrix);
        let free: Vec<usize> = (0..n).filter(|&j| self.held[j].is_none()).collect();
        super::linear::solve(&matrix, n, &free, &vec![0.0; n], &mut vec![0.0; n])
    }

    /// Weight of a residual `r` in the weighted least squares that replace Huber's objective: `rho'(r) / r` for Huber's
    /// function rho. The weight is at most 1 (for L1, at most 10^9).
    pub(super) fn majorant(&self, r: f64) -> f64 {
        if self.objective.delta == 0.0 { 1.0 / r.abs().max(1e-9) } else { (self.objective.delta / r.abs()).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    #[test]
    fn weights_bounds_and_curvature_are_as_stated() {
        let law = find("log-linear").expect("a law");
        let mut data = Data::empty(law);
        for (x, y, w) in [(1.0, 0.5, 1.0), (2.0, -1.0, 3.0), (5.0, 4.0, 0.5), (9.0, 1.9, 2.0)] {
            data.push(law, &[x], y, w, 0);
        }
        let p = [1.0, -0.2];
        let mut room = Room::default();
        for delta in [0.0, 0.7, f64::INFINITY] {
            let mut problem = Problem::new(law, data.clone());
            problem.objective.delta = delta;
            problem.at(&p, &mut room);
            let terms = room.residuals.iter().zip(&data.weight).map(|(r, w)| w * problem.objective.rho(*r));
            let sum: f64 = terms.sum();
            assert_eq!(problem.value(&p), sum, "the weighted sum");
            let mut gradient = [0.0; 2];
            assert_eq!(problem.evaluate(&p, &mut gradient, &mut room), sum, "the same with a gradient");
            let mut matrix = [0.0; 4];
            problem.curvature(&room, &mut matrix);
            // The quadratic is nowhere below the objective and touches it; for squares both are equal.
            for (a, b) in [(0.1, 0.0), (-0.3, 0.2), (0.5, 0.5), (-2.0, -3.0), (0.0, 4.0)] {
                let there = problem.value(&[p[0] + a, p[1] + b]);
                let bend = matrix[0] * a * a + (matrix[1] + matrix[2]) * a * b + matrix[3] * b * b;
                let quadratic = sum + gradient[0] * a + gradient[1] * b + 0.5 * bend;
                assert!(there <= quadratic + 1e-12, "delta {delta}: {there} {quadratic}");
                assert!(delta.is_finite() || (there - quadratic).abs() < 1e-12, "{there} {quadratic}");
            }
            let near = if delta == 0.0 { [2.0, 0.5] } else { [1.0_f64.min(delta / 0.5), 1.0_f64.min(delta / 2.0)] };
            assert_eq!([problem.majorant(0.5), problem.majorant(-2.0)], near, "rho' / r");
        }
        let power = find("power").expect("a law");
        let problem = Problem::new(power, Data::empty(power));
        let said = problem.clone().hold(2, Some(-3.0)).expect_err("a bound").to_string();
        assert!(said.contains("alpha") && said.contains("-3"), "{said}");
        assert_eq!(problem.hold(2, Some(0.5)).expect("in bounds").free(), 2, "free");
    }
}

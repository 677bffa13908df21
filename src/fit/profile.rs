//! Profiles of one parameter: fix the parameter, fit the others, and see how much the objective rises.
//!
//! Let Q be the objective, and psi the derivative of Huber's function at a residual.
//! `2 (Q(value) - Q(fit)) E psi' / E psi^2` is approximately chi-squared with one degree of freedom (Hampel, Ronchetti,
//! Rousseeuw, Stahel, Robust Statistics, 1986, ch. 7; for squares it is the likelihood ratio). Both expectations E are
//! estimated from n - p residuals, for n rows and p free parameters. So the values at which the statistic stays below
//! the 95% quantile of F(1, n - p) form a 95% confidence interval. For a linear law with squared residuals, the
//! interval contains the true value with probability exactly 95%; `tests/bench/coverage.rs` measures this probability
//! for other cases. If a profile never rises, the runs do not determine the parameter.

use super::fisher;
use super::linear;
use super::objective::Room;
use super::{Fit, Problem, Search, words};
use crate::error::Result;
use crate::math;
use crate::text;
use crate::text::{Text, count, multiple, name};

/// Confidence level: the probability that an interval contains the true value.
const LEVEL: f64 = 0.95;
/// Largest number of points that are computed on each side of the fit in search of a point outside the interval.
const OUTWARD: usize = 24;
/// Number of points that are computed to refine an endpoint of the interval once a point outside the interval is known.
const INWARD: usize = 5;

/// Whether a profile rises far enough on both sides of the fit to bound its parameter from below and from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identified {
    /// The profile rises on both sides.
    Yes,
    /// The profile stays low for all large values, so the interval has no upper endpoint.
    NotFromAbove,
    /// The profile stays low for all small values, so the interval has no lower endpoint.
    NotFromBelow,
    /// The profile is flat on both sides.
    No,
}

impl Identified {
    /// Classifies an interval by which of its endpoints are finite.
    pub const fn of([lo, hi]: [f64; 2]) -> Self {
        match (lo.is_finite(), hi.is_finite()) {
            (true, true) => Self::Yes,
            (true, false) => Self::NotFromAbove,
            (false, true) => Self::NotFromBelow,
            (false, false) => Self::No,
        }
    }

    /// Says that the interval of the named parameter is open, and on which side. `None` if both endpoints are finite;
    /// [`determined`] then judges the interval.
    fn words(self, parameter: &str) -> Option<Text> {
        let parameter = name(parameter);
        match self {
            Self::Yes => None,
            Self::NotFromAbove => Some(text!(words::NO_UPPER_BOUND, parameter = parameter)),
            Self::NotFromBelow => Some(text!(words::NO_LOWER_BOUND, parameter = parameter)),
            Self::No => Some(text!(words::NO_BOUND, parameter = parameter)),
        }
    }
}

/// Largest ratio of an interval's endpoints at which the runs count as determining the parameter.
pub const NARROW: f64 = 10.0;
/// Smallest ratio of an interval's endpoints that is printed. A smaller ratio could read as 1 with three digits.
const CLOSE: f64 = 1.01;

/// Ratio of the endpoints of an interval, the larger absolute value divided by the smaller one. It is infinite if the
/// interval is open or contains 0.
pub fn factor([lo, hi]: [f64; 2]) -> f64 {
    let (small, large) = if lo > 0.0 { (lo, hi) } else { (-hi, -lo) };
    if small > 0.0 && large.is_finite() { large / small } else { f64::INFINITY }
}

/// Returns whether the runs determine the named parameter, and a sentence that says so. The runs determine the
/// parameter if the ratio of the endpoints is at most [`NARROW`] for the profile interval and, if there is one, for the
/// bootstrap interval.
pub fn determined(parameter: &str, profile: [f64; 2], bootstrap: Option<[f64; 2]>) -> (bool, Text) {
    if let Some(open) = Identified::of(profile).words(parameter) {
        return (false, open);
    }
    let parameter = name(parameter);
    let (by_profile, by_bootstrap) = (factor(profile), bootstrap.map(factor));
    let most = by_profile.max(by_bootstrap.unwrap_or(1.0));
    if by_profile > NARROW {
        let said = if by_profile.is_finite() {
            text!(words::WIDE_PROFILE, parameter = parameter, factor = multiple(by_profile))
        } else {
            text!(words::ZERO_IN_PROFILE, parameter = parameter)
        };
        return (false, said);
    }
    match (bootstrap, by_bootstrap) {
        (Some(ends), Some(factor)) if factor > NARROW => {
            let said = if factor.is_finite() {
                text!(words::WIDE_BOOTSTRAP, parameter = parameter, factor = multiple(factor))
            } else if ends.iter().all(|end| end.is_finite()) {
                text!(words::ZERO_IN_BOOTSTRAP, parameter = parameter)
            } else {
                text!(words::OPEN_BOOTSTRAP, parameter = parameter)
            };
            (false, said)
        }
        (None, _) if most < CLOSE => (true, text!(words::DETERMINED_WELL_BY_PROFILE, parameter = parameter)),
        (None, _) => (true, text!(words::DETERMINED_BY_PROFILE, parameter = parameter, factor = multiple(most))),
        _ if most < CLOSE => (true, text!(words::DETERMINED_WELL, parameter = parameter)),
        _ => (true, text!(words::DETERMINED, parameter = parameter, factor = multiple(most))),
    }
}

/// Sentence that says why the noise cannot be estimated, which means that there are no intervals. `None` if the noise
/// can be estimated.
pub fn silent(problem: &Problem, fit: &Fit) -> Option<Text> {
    let (rows, free) = (problem.data.weight.iter().sum::<f64>().round(), problem.free());
    if rows <= free as f64 {
        return Some(text!(words::FEW_ROWS, rows = count(rows), free = count(free)));
    }
    (fit.value <= problem.rounding()).then(|| words::EXACT.into())
}

/// A bound has stopped the fit if a step beyond the bound would lower the objective by more than this number, in units
/// of chi-squared. The fitted value then says more about the bound than about the runs. The step is as long as the
/// absolute value of the transformed parameter, but at least 1. A shorter step would show little, because parameters
/// that compensate each other move far together.
const PRESSED: f64 = 0.1;

/// Finds the free parameters that are at a bound in `params`. Each entry of the result is the index of such a parameter
/// and whether its bound has stopped the fit.
///
/// A bound has stopped the fit if a step beyond the bound would lower the objective by more than `PRESSED`, in units of
/// chi-squared. [`sharpness`] gives the factor that converts to these units. If the bound has not stopped the fit, the
/// fit does not depend on where the bound is. An example is the factor of a term that is 0 in the best fit.
pub fn bounded(problem: &Problem, params: &[f64], sharpness: f64) -> Vec<(usize, bool)> {
    let theta = problem.law.forward(params);
    let (lo, hi) = problem.bounds();
    let (mut gradient, mut room) = (vec![0.0; theta.len()], Room::default());
    problem.evaluate(&theta, &mut gradient, &mut room);
    let near = |j: usize, end: f64| end.is_finite() && (theta[j] - end).abs() <= 1e-9 * (1.0 + end.abs());
    let free = (0..theta.len()).filter(|&j| problem.held[j].is_none());
    let down = |j: usize| {
        let [below, above] = [near(j, lo[j]), near(j, hi[j])];
        let fall = if below { gradient[j] } else { -gradient[j] };
        let step = theta[j].abs().max(1.0);
        (below || above).then_some((j, 2.0 * fall * step * sharpness > PRESSED))
    };
    free.filter_map(down).collect()
}

/// One point of a profile.
#[derive(Clone, Debug)]
pub struct Point {
    /// Value at which the profiled parameter was fixed.
    pub value: f64,
    /// Least objective with the profiled parameter fixed at `value`.
    pub objective: f64,
    /// All parameters of the fit with the profiled parameter fixed at `value`.
    pub params: Vec<f64>,
}

/// Degrees of freedom with which the noise is estimated: the number of rows minus the number of free parameters, but at
/// least 1.
pub(super) fn freedom(problem: &Problem) -> f64 {
    (problem.data.weight.iter().sum::<f64>() - problem.free() as f64).max(1.0)
}

/// Value below which `2 (Q(truth) - Q(fit)) s` lies with probability `level` if the runs are drawn at random. Q(fit) is
/// the least objective, Q(truth) is the least objective with `count` parameters fixed at their true values, and s is
/// the factor that [`sharpness`] estimates.
pub fn critical(problem: &Problem, level: f64, count: usize) -> f64 {
    let count = count.max(1) as f64;
    count * fisher::quantile(level, count, freedom(problem))
}

/// Estimates at `fit` the factor `E psi' / E psi^2`, where psi is the derivative of Huber's function at a residual. A
/// rise of the objective times twice this factor is the rise in units of chi-squared.
///
/// A fit with p free parameters makes residuals smaller than the noise; with absolute values, it makes about p of the n
/// residuals 0. So both expectations are computed as for n - p residuals. For absolute values, `E psi'` is twice the
/// density of the noise at 0. This density is first taken from normal noise. It is then multiplied by the share of the
/// residuals in a window around 0, divided by the share that normal noise would have there. With fewer residuals the
/// window is wider.
pub fn sharpness(problem: &Problem, fit: &Fit) -> f64 {
    let mut room = Room::default();
    problem.at(&fit.params, &mut room);
    let objective = problem.objective;
    let weighted = |f: &dyn Fn(f64) -> f64| -> f64 {
        room.residuals.iter().zip(&problem.data.weight).map(|(r, w)| w * f(*r)).sum()
    };
    let (n, m) = (weighted(&|_| 1.0), freedom(problem));
    let squares = weighted(&|r| objective.psi(r) * objective.psi(r)) / m;
    if objective.delta.is_infinite() {
        return 1.0 / squares.max(f64::MIN_POSITIVE);
    }
    let sigma = spread(&room.residuals, &problem.data.weight, m);
    let window = objective.delta.max(3.0 * sigma * math::pow(m, -0.25));
    let inside = (weighted(&|r| f64::from(r.abs() <= window)) - (n - m)).max(0.2 * m) / m;
    let [most, mean] = if objective.delta == 0.0 {
        [1.0, 2.0 / (2.0 * std::f64::consts::PI).sqrt() / sigma]
    } else {
        [objective.delta * objective.delta, share(objective.delta / sigma)]
    };
    mean * inside / share(window / sigma) / squares.clamp(f64::MIN_POSITIVE, most)
}

/// Standard deviation of the noise, estimated from the residuals of `fit`.
pub(super) fn noise(problem: &Problem, fit: &Fit) -> f64 {
    let mut room = Room::default();
    problem.at(&fit.params, &mut room);
    if problem.objective.delta.is_infinite() {
        (2.0 * problem.sum_of(&room) / freedom(problem)).sqrt()
    } else {
        spread(&room.residuals, &problem.data.weight, freedom(problem))
    }
}

/// Probability that normal noise of mean 0 and variance 1 is within `z` of 0.
fn share(z: f64) -> f64 {
    1.0 - math::erfc(z / std::f64::consts::SQRT_2)
}

/// Estimates the standard deviation of normal noise from residuals, of which `m` are independent, by Huber's Proposal 2
/// (Huber, Robust Statistics, 1981, section 6.4). A few outliers hardly change the estimate.
fn spread(residuals: &[f64], weight: &[f64], m: f64) -> f64 {
    const CUT: f64 = 1.5;
    let density = math::exp(-0.5 * CUT * CUT) / (2.0 * std::f64::consts::PI).sqrt();
    let mean = share(CUT) - 2.0 * CUT * density + CUT * CUT * (1.0 - share(CUT));
    let most = residuals.iter().fold(1e-300, |most: f64, r| most.max(r.abs()));
    let (mut lo, mut hi) = (math::ln(most) - 40.0, math::ln(most) + 5.0);
    for _ in 0..40 {
        let middle = 0.5 * (lo + hi);
        let sigma = math::exp(middle);
        let term = |(r, w): (&f64, &f64)| w * (r / sigma).abs().min(CUT) * (r / sigma).abs().min(CUT);
        if residuals.iter().zip(weight).map(term).sum::<f64>() > m * mean { lo = middle } else { hi = middle }
    }
    math::exp(hi)
}

/// Profile of one parameter: the least objective for each value of the parameter, computed point by point.
#[derive(Debug)]
pub struct Profile {
    problem: Problem,
    fit: Vec<f64>,
    j: usize,
    seed: u32,
    least: f64,
    sharpness: f64,
    /// Rise of the objective, in units of chi-squared, above which a value of the parameter is outside the interval.
    critical: f64,
    valleys: Vec<Vec<f64>>,
    /// Points computed so far, in rising order of the value at which the parameter was fixed.
    points: Vec<Point>,
    /// Which endpoint of the interval is being searched: 0 is the lower one, 1 the upper one, 2 neither. The distances
    /// in the next fields are distances of the transformed parameter from its value in the fit.
    side: usize,
    step: f64,
    /// Largest distance from the fit at which a point is known to be inside the interval, and how much the objective
    /// rises there, in units of chi-squared.
    inside: [f64; 2],
    /// Smallest distance from the fit at which a point is known to be outside the interval, and how much the objective
    /// rises there, in units of chi-squared. `None` if no such point is known.
    outside: Option<[f64; 2]>,
    /// Number of points that may still be computed for the endpoint that is being searched.
    left: usize,
    ends: [f64; 2],
}

impl Profile {
    /// Starts a profile of parameter number `j` around `fit`, the fit of `problem`.
    pub fn new(problem: &Problem, fit: &Fit, j: usize, seed: u32) -> Self {
        let (sharpness, critical) = (sharpness(problem, fit), critical(problem, LEVEL, 1));
        // Without an estimate of the noise every end is open.
        let done = silent(problem, fit).is_some();
        Self {
            fit: fit.params.clone(),
            j,
            seed,
            least: fit.value,
            sharpness,
            critical,
            valleys: fit.valleys.iter().take(8).map(|valley| valley.params.clone()).collect(),
            points: vec![Point { value: fit.params[j], objective: fit.value, params: fit.params.clone() }],
            side: if done { 2 } else { 0 },
            step: first_step(problem, &fit.params, j, critical / (2.0 * sharpness)),
            inside: [0.0; 2],
            outside: None,
            left: OUTWARD,
            ends: [f64::NEG_INFINITY, f64::INFINITY],
            problem: problem.clone(),
        }
    }

    /// Adds the point at which the parameter is fixed at `value`. The search for its least objective starts from the
    /// fit's local minima, from the neighbouring points computed before, and from a coarse grid.
    ///
    /// # Errors
    /// The value is out of bounds.
    pub fn at(&mut self, value: f64) -> Result<&Point> {
        let held = self.problem.clone().hold(self.j, Some(value))?;
        let at = self.points.partition_point(|point| point.value < value);
        let point = if held.free() == 0 {
            let params: Vec<f64> = held.held.iter().map(|held| held.unwrap_or_default()).collect();
            Point { value, objective: held.value(&params), params }
        } else {
            let near = self.points[at.saturating_sub(1)..(at + 1).min(self.points.len())].iter().map(|p| &p.params);
            let starts = near.chain(&self.valleys);
            let search = Search::with_cells(held, self.seed, 64, 6)?;
            let fit = starts.fold(search, |search, p| search.from(p)).run()?;
            Point { value, objective: fit.value, params: fit.params }
        };
        self.points.insert(at, point);
        Ok(&self.points[at])
    }

    /// Takes one step of the search for the endpoints of the 95% interval, usually by adding one point. Returns true
    /// when the search is over.
    ///
    /// # Errors
    /// No error is expected, because every value is within bounds.
    pub fn advance(&mut self) -> Result<bool> {
        if self.side == 2 {
            return Ok(true);
        }
        let (param, side) = (&self.problem.law.info.params[self.j], self.side);
        let centre = param.transform.forward(self.fit[self.j]);
        let room = (param.transform.forward(param.bounds[side]) - centre).abs();
        let value = |far: f64| {
            let far = if side == 0 { centre - far } else { centre + far };
            param.transform.back(far).clamp(param.bounds[0], param.bounds[1])
        };
        let far = match self.outside {
            None => (self.inside[0] + self.step).min(room),
            Some([outside, _]) => 0.5 * (self.inside[0] + outside),
        };
        if far > self.inside[0] {
            let (least, sharpness) = (self.least, self.sharpness);
            let rise = 2.0 * (self.at(value(far))?.objective - least) * sharpness;
            if rise > self.critical {
                self.left = if self.outside.is_none() { INWARD } else { self.left - 1 };
                self.outside = Some([far, rise]);
            } else {
                self.left -= 1;
                self.inside = [far, rise.max(0.0)];
                self.step *= 2.0;
            }
        }
        if self.left == 0 || self.outside.is_none() && far >= room {
            if let Some(outside) = self.outside {
                // Interpolate as if the objective rose like a parabola.
                let [a, c, b] = [self.inside[1], self.critical, outside[1]].map(f64::sqrt);
                self.ends[side] = value(self.inside[0] + (outside[0] - self.inside[0]) * (c - a) / (b - a));
            }
            self.side += 1;
            (self.inside, self.outside, self.left) = ([0.0; 2], None, OUTWARD);
            self.step = first_step(&self.problem, &self.fit, self.j, self.critical / (2.0 * self.sharpness));
        }
        Ok(self.side == 2)
    }

    /// Points computed so far, in rising order of the value at which the parameter was fixed.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Adds point number `k` of `count` points, which are evenly spaced over the range of the earlier points. A curve
    /// through all points then shows the shape of the profile.
    ///
    /// # Errors
    /// No error is expected, because every value is within bounds.
    pub fn fill(&mut self, k: u32, count: u32) -> Result<()> {
        let transform = self.problem.law.info.params[self.j].transform;
        let ends = [&self.points[0], &self.points[self.points.len() - 1]];
        let [lo, hi] = ends.map(|point| transform.forward(point.value));
        self.at(transform.back(lo + (hi - lo) * f64::from(k + 1) / f64::from(count + 1))).map(drop)
    }

    /// Value of the objective above which a value of the parameter is outside the 95% interval.
    pub fn threshold(&self) -> f64 {
        self.least + self.critical / (2.0 * self.sharpness)
    }

    /// Endpoints of the 95% confidence interval; infinite where the interval is open.
    pub const fn interval(&self) -> [f64; 2] {
        self.ends
    }

    /// Index of another parameter whose bound stopped the fit at the first or the last point inside the interval;
    /// `None` if there is no such parameter. Beyond that bound the objective would be lower, so the endpoint of the
    /// interval depends on where the bound is.
    pub fn stopped(&self) -> Option<usize> {
        let mut inside = self.points.iter().filter(|point| point.objective <= self.threshold());
        let first = inside.next();
        let at = |point: &Point| {
            let found = bounded(&self.problem, &point.params, self.sharpness).into_iter();
            found.filter(|(k, pressed)| *k != self.j && *pressed).map(|(k, _)| k).next()
        };
        first.into_iter().chain(inside.next_back()).find_map(at)
    }

    /// Whether the profile bounds the parameter from below and from above.
    pub const fn identified(&self) -> Identified {
        Identified::of(self.ends)
    }
}

/// Estimates how far the transformed parameter `j` must move for the objective to rise by `rise`. The estimate uses the
/// curvature at the parameters `p`, and is at most 1.
fn first_step(problem: &Problem, p: &[f64], j: usize, rise: f64) -> f64 {
    let (n, theta) = (problem.law.len(), problem.law.forward(p));
    let (mut room, mut gradient, mut matrix) = (Room::default(), vec![0.0; n], vec![0.0; n * n]);
    problem.evaluate(&theta, &mut gradient, &mut room);
    problem.curvature(&room, &mut matrix);
    let free: Vec<usize> = (0..n).filter(|&k| problem.held[k].is_none()).collect();
    let (mut unit, mut column) = (vec![0.0; n], vec![0.0; n]);
    unit[j] = 1.0;
    linear::solve(&matrix, n, &free, &unit, &mut column);
    let step = (2.0 * rise * column[j]).sqrt();
    if step.is_finite() { step.clamp(1e-6, 1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::super::{Data, find};
    use super::*;

    fn ended(problem: &Problem, fit: &Fit, j: usize) -> Profile {
        let mut profile = Profile::new(problem, fit, j, 1);
        while !profile.advance().expect("in bounds") {}
        profile
    }

    /// Thirty runs along a straight line: their inputs, the fitting problem and its fit.
    fn straight() -> (Vec<Vec<f64>>, Problem, Fit) {
        let law = find("log-linear").expect("a law");
        let inputs: Vec<Vec<f64>> = (1..=30).map(|i| vec![f64::from(i)]).collect();
        let problem = Problem::new(law, Data::simulated(law, &[3.3, -7.0], &inputs, 0.5, 1, 0));
        let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
        (inputs, problem, fit)
    }

    #[test]
    fn of_a_straight_line_it_is_known() {
        let (inputs, problem, fit) = straight();
        // Var A = s^2 / S_xx with s^2 = 2 Q / (n - 2); Var B is Var A times the mean of x^2.
        let ln: Vec<f64> = inputs.iter().map(|x| math::ln(x[0])).collect();
        let mean = ln.iter().sum::<f64>() / 30.0;
        let spread: f64 = ln.iter().map(|x| (x - mean) * (x - mean)).sum();
        let squares = ln.iter().map(|x| x * x).sum::<f64>() / 30.0;
        for (j, of) in [(0, 1.0), (1, squares)] {
            // Quantile of Student's t with 28 degrees of freedom at 97.5%.
            let far = 2.048_407_141_795_2 * (2.0 * fit.value / 28.0 / spread * of).sqrt();
            let profile = ended(&problem, &fit, j);
            let [lo, hi] = profile.interval();
            let near = |end: f64, want: f64| (end - want).abs() < 1e-6 * far;
            assert!(near(lo, fit.params[j] - far) && near(hi, fit.params[j] + far), "{lo} {hi}, {far} from {fit:?}");
            assert_eq!(profile.identified(), Identified::Yes, "{j}");
            let values: Vec<f64> = profile.points().iter().map(|point| point.value).collect();
            assert!(values.is_sorted() && values[0] < lo && hi < values[values.len() - 1], "{values:?}");
        }
    }

    #[test]
    fn the_interval_ends_at_the_threshold_and_points_fill_it_evenly() {
        let (_, problem, fit) = straight();
        let mut profile = ended(&problem, &fit, 0);
        for end in profile.interval() {
            let (objective, threshold) = (profile.at(end).expect("in bounds").objective, profile.threshold());
            // The end is interpolated between the last two points.
            assert!((objective / threshold - 1.0).abs() < 1e-3, "{end}: {objective} {threshold}");
        }
        let before: Vec<f64> = profile.points().iter().map(|point| point.value).collect();
        let (lo, hi) = (before[0], before[before.len() - 1]);
        (0..3).for_each(|k| profile.fill(k, 3).expect("in bounds"));
        let after: Vec<f64> = profile.points().iter().map(|point| point.value).collect();
        assert_eq!(after.len(), before.len() + 3);
        for quarter in [0.25, 0.5, 0.75] {
            let value = lo + (hi - lo) * quarter;
            assert!(after.iter().any(|x| (x - value).abs() < 1e-9 * (hi - lo)), "{value} of {after:?}");
        }
        assert!(after.windows(2).all(|pair| pair[0] <= pair[1]), "in rising order");
    }

    #[test]
    fn without_noise_there_is_no_interval() {
        let law = find("power").expect("a law");
        let fitted = |rows: u32, noise: f64| {
            let inputs: Vec<Vec<f64>> = (1..=rows).map(|i| vec![f64::from(i)]).collect();
            let problem = Problem::new(law, Data::simulated(law, &[3.0, 2.0, 0.5], &inputs, noise, 1, 0));
            let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
            (silent(&problem, &fit), ended(&problem, &fit, 0))
        };
        for (rows, noise, said) in [(3, 0.01, "3 different rows"), (4, 0.0, "exactly"), (30, 0.0, "exactly")] {
            let (silent, profile) = fitted(rows, noise);
            assert!(silent.is_some_and(|text| text.english().contains(said)), "{rows} rows");
            assert_eq!(profile.interval(), [f64::NEG_INFINITY, f64::INFINITY], "{rows} rows");
        }
        assert!(fitted(30, 0.01).0.is_none(), "noise is told from 30 rows");
    }

    #[test]
    fn a_bound_that_stops_the_fit_is_found_and_a_term_of_nothing_is_not() {
        let law = find("power").expect("a law");
        // Either x is so small that the factor is at its bound, or losses have no floor.
        for (small, e, who, pressed) in [(1e-303, 2.0, 1, true), (1.0, 1e-60, 0, false)] {
            let inputs: Vec<Vec<f64>> = (1..=12).map(|i| vec![small * f64::from(i * i)]).collect();
            let mut data = Data::simulated(law, &[e, 2.0, 0.5], &inputs, 0.01, 1, 0);
            for (i, y) in data.y.iter_mut().enumerate() {
                // The loss falls ever faster, so no floor fits best.
                *y *= math::exp(-0.02 * math::ln(1.0 + i as f64) * math::ln(1.0 + i as f64));
                if pressed {
                    *y = 2.0 + 2.0 / (1.0 + i as f64) + 0.01 * f64::from(i as u32 % 3);
                }
                data.ln_y[i] = math::ln(*y);
            }
            let problem = Problem::new(law, data);
            let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
            let sharpness = sharpness(&problem, &fit);
            assert_eq!(bounded(&problem, &fit.params, sharpness), [(who, pressed)], "{fit:?}");
            if pressed {
                assert_eq!(ended(&problem, &fit, 2).stopped(), Some(1), "the exponent ends where A does");
            }
        }
    }

    #[test]
    fn kinks_are_as_sharp_as_the_density_of_residuals_there() {
        let law = find("log-linear").expect("a law");
        let inputs: Vec<Vec<f64>> = (1..=4000).map(|i| vec![f64::from(i)]).collect();
        let problem = Problem::new(law, Data::simulated(law, &[3.3, -7.0], &inputs, 0.5, 1, 0));
        let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
        // For normal residuals, sum psi' is 2 n p(0) delta and sum psi^2 is n delta^2; for squares they are n and n
        // sigma^2.
        let kink = 2.0 / (2.0 * std::f64::consts::PI).sqrt() / 0.5;
        for (delta, want) in [(0.0, kink), (1e-3, 1e3 * kink), (f64::INFINITY, 4.0)] {
            let mut problem = problem.clone();
            problem.objective.delta = delta;
            let ours = sharpness(&problem, &fit);
            // About 200 residuals lie in the window, a noise of 7%; the window is half a sigma wide, which lowers it by
            // 2%.
            assert!((ours / want - 1.0).abs() < 0.2, "delta {delta}: {ours} {want}");
        }
    }

    #[test]
    fn a_parameter_is_determined_where_both_intervals_are_narrow() {
        for (profile, bootstrap, want) in [
            (
                [1.0, 2.0],
                Some([1.0, 3.0]),
                "The runs determine A: the ends of its 95% intervals differ by a factor of at most 3.",
            ),
            (
                [-2.0, -1.0],
                None,
                "The runs determine A, judged by the profile alone: the ends of its 95% profile interval differ by a factor of 2.",
            ),
            (
                [1.0, 2.0],
                Some([30.0, 2e53]),
                "The runs hardly determine A: the ends of its 95% bootstrap interval differ by a factor of 6.67 × 10⁵¹.",
            ),
            (
                [0.7, 7e55],
                Some([1.0, 3.0]),
                "The runs hardly determine A: the ends of its 95% profile interval differ by a factor of 10⁵⁶.",
            ),
            (
                [1.0, 28.0],
                None,
                "The runs hardly determine A: the ends of its 95% profile interval differ by a factor of 28.",
            ),
            ([-1.0, 2.0], None, "The runs hardly determine A: its 95% profile interval contains 0."),
            (
                [2.0, 2.001],
                Some([2.0, 2.002]),
                "The runs determine A: the ends of its 95% intervals differ by less than 1%.",
            ),
            (
                [2.0, 2.001],
                None,
                "The runs determine A, judged by the profile alone: the ends of its 95% profile interval differ by less than 1%.",
            ),
            (
                [1.0, 2.0],
                Some([1.0, f64::INFINITY]),
                "The runs hardly determine A: its 95% bootstrap interval is open at one end.",
            ),
        ] {
            let (found, words) = determined("A", profile, bootstrap);
            assert_eq!((found, words.english().as_str()), (!want.contains("hardly"), want));
        }
    }

    #[test]
    fn what_the_runs_do_not_say_is_open() {
        let law = find("data-constrained").expect("a law");
        let published = law.info.published[0].values;
        // With at most two epochs and models that the tokens can use, both decay constants may be arbitrarily large.
        let inputs: Vec<Vec<f64>> = (0..40)
            .map(|i| {
                let unique = 1e9 * f64::from(1 + i % 8);
                vec![1e7 * f64::from(1 + i / 8), unique * (1.0 + f64::from(i % 3) / 2.0), unique]
            })
            .collect();
        let data = Data::simulated(law, published, &inputs, 0.01, 1, 0);
        let mut problem = Problem::new(law, data);
        for j in 0..5 {
            problem = problem.hold(j, Some(published[j])).expect("in bounds");
        }
        let fit = Search::new(problem.clone(), 1).expect("free").run().expect("a fit");
        assert_eq!(ended(&problem, &fit, 5).identified(), Identified::NotFromAbove, "R_D");
        let size = ended(&problem, &fit, 6);
        assert_eq!((size.identified(), size.interval()), (Identified::No, [f64::NEG_INFINITY, f64::INFINITY]), "R_N");
        let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        for (ends, said) in [([1.0, high], "upper"), ([low, 1.0], "lower"), ([low, high], "all values")] {
            let (determined, words) = determined("r", ends, Some([1.0, 1.1]));
            assert!(!determined && words.english().contains(said), "{words}");
        }
        assert_eq!(Identified::of([f64::NEG_INFINITY, 1.0]), Identified::NotFromBelow, "no lower end");
    }
}

//! Search for the lowest minimum of a fitting problem.
//!
//! 1. A grid covers the parameters in which the law is not linear. In every cell, a few rounds of weighted least
//!    squares determine the linear parameters (variable projection; Golub and Pereyra, SIAM J. Numer. Anal. 10, 1973).
//!    The weights are those that Huber's objective gives the residuals. Factors that must be positive stay positive.
//! 2. Descents start from the lowest local minima of the grid, and from a few random places between them.
//! 3. Further descents start from random places anywhere in the grid's ranges, and near the lowest minimum found so
//!    far. They stop when that minimum was reached often enough, or when enough places were tried. Few runs, or runs
//!    that are too similar, lead to minima that a grid misses.
//! 4. The lowest minimum found is the fit. The other minima are kept, with the number of starts that reached each. If
//!    too few starts reached the lowest, the fit is marked as unsure, because there may be a lower minimum.
//!
//! If there are many rows, steps 1 and 2 use an evenly spread part of them, and descents from the best minima continue
//! on all rows.

use std::sync::Arc;

use super::linear;
use super::minimise::{Minimum, Stop, Target, minimise};
use super::objective::Room;
use super::{Data, Objective, Problem, Range, Transform, words};
use crate::error::{Error, ErrorKind, Result};
use crate::math;
use crate::rng::{Draws, Stream};
use crate::stats::{order, sort, sort_by};

/// Stream of random numbers for the starts that do not come from the grid.
const START: Stream = Stream(16);

/// Largest number of rows for which the search uses all rows from the start. If there are more, the search begins on a
/// part of them.
const ROWS: usize = 4000;
/// Number of rows that the search uses at first if a table has more than [`ROWS`] rows.
const PART: usize = 1500;
/// Number of minima from which descents continue on all rows if the search began on a part of them. These are the
/// lowest minima on the part.
const LAST: usize = 3;
/// The descent to the lowest minimum is continued if it reached its limit of steps, but at most this many times.
const AGAIN: usize = 20;
/// Number of random starts that lie between the local minima of the grid.
const DRAWN: usize = 4;
/// A fit counts as sure only if at least this many starts reached its minimum. [`RARE`] is the other condition.
const SURE: usize = 5;
/// A fit counts as sure only if the number of all starts is at most this many times the number of starts that reached
/// its minimum. Otherwise a lower minimum may still hide. [`SURE`] is the other condition.
const RARE: usize = 12;
/// Largest number of random places that are tried after the starts from the grid.
const HOPS: usize = 400;
/// Largest product of the number of random places and the number of rows. It limits the time of a search on many rows.
const HOP_ROWS: usize = 16_000;
/// Largest relative difference of the objective at which two minima count as equally low.
const EQUAL: f64 = 1e-6;
/// A random place is dropped if a rough descent from it ends above this number times the lowest objective found before.
const ABOVE: f64 = 1.02;
/// Relative precision of a fit's objective. At this precision, the errors of the parameters are far below their
/// standard errors.
const EXACT: f64 = 1e-13;
/// Relative precision of the rough descents from random places.
const ROUGH: f64 = 1e-4;
/// Number of grid cells that are computed in one call of [`Search::advance`].
const SLICE: usize = 64;

/// A local minimum of the objective.
#[derive(Clone, Debug)]
pub struct Valley {
    /// Parameters at the minimum.
    pub params: Vec<f64>,
    /// Objective at the minimum.
    pub value: f64,
    /// Number of starts whose descents ended in this minimum.
    pub reached: usize,
}

/// A law fitted to runs.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Fitted parameters.
    pub params: Vec<f64>,
    /// Objective at the fit.
    pub value: f64,
    /// Why the descent that found the fit stopped.
    pub stop: Stop,
    /// Number of evaluations of the law, each over all rows in use.
    pub evaluations: usize,
    /// Local minima, the lowest first.
    pub valleys: Vec<Valley>,
    /// Number of starts whose descents ended in the lowest minimum.
    pub met: usize,
    /// Number of all starts.
    pub starts: usize,
    /// Whether the fit is probably the lowest minimum of all. It counts as such if at least five starts, and at least
    /// one in twelve of all starts, reached it, or if the law has only one minimum.
    pub sure: bool,
    /// Grid with which the search began.
    pub grid: Grid,
}

/// A grid over the parameters in which a law is not linear.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// Axes of the grid. Each axis has the index of a parameter and its values on the axis.
    axes: Vec<(usize, Vec<f64>)>,
    /// Objective and parameters in every cell; the last axis varies fastest.
    pub cells: Vec<(f64, Vec<f64>)>,
}

impl Grid {
    /// Number of cells, including those that are not yet computed.
    fn len(&self) -> usize {
        self.axes.iter().map(|(_, values)| values.len()).product()
    }

    /// Whether every free parameter of a problem is an axis of the grid. In that case no linear parameter was projected
    /// out, and the grid resolves small local minima.
    pub(super) fn spans(&self, problem: &Problem) -> bool {
        self.axes.len() == problem.free()
    }

    /// Position of a cell: its index along each axis.
    fn place(&self, cell: usize) -> Vec<usize> {
        let mut at = vec![0; self.axes.len()];
        let mut rest = cell;
        for (at, (_, values)) in at.iter_mut().zip(&self.axes).rev() {
            *at = rest % values.len();
            rest /= values.len();
        }
        at
    }

    /// Indices of at most `keep` cells that are local minima, the lowest first. `values` has one value for each cell,
    /// and a cell is a local minimum if no neighbour has a lower value.
    pub fn lows(&self, values: &[f64], keep: usize) -> Vec<usize> {
        let mut low: Vec<usize> = (0..values.len())
            .filter(|&cell| {
                let (mut rest, mut stride) = (cell, 1);
                values[cell].is_finite()
                    && self.axes.iter().rev().all(|(_, along)| {
                        let at = rest % along.len();
                        let below = at == 0 || values[cell] <= values[cell - stride];
                        let above = at + 1 == along.len() || values[cell] <= values[cell + stride];
                        rest /= along.len();
                        stride *= along.len();
                        below && above
                    })
            })
            .collect();
        sort_by(&mut low, &|cell| values[cell]);
        low.truncate(keep);
        low
    }
}

struct Over<'a> {
    problem: &'a Problem,
    room: &'a mut Room,
}

impl Target for Over<'_> {
    fn evaluate(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.problem.evaluate(x, gradient, self.room)
    }
    fn curvature(&mut self, matrix: &mut [f64]) {
        self.problem.curvature(self.room, matrix);
    }
}

/// Descends from the parameters `p` to the nearest minimum. The descent stops when a Newton step would lower the
/// objective by less than `gain` of its value.
pub fn descend(problem: &Problem, p: &[f64], gain: f64, room: &mut Room) -> Minimum {
    let (mut p, mut evaluations) = (p.to_vec(), 0);
    // L1 has kinks at the minimum, so approach it through Huber objectives, whose limit it is.
    let smoother: &[f64] = if problem.objective.delta == 0.0 { &[1e-2, 1e-4, 1e-6] } else { &[] };
    for share in smoother {
        let smooth = with_delta(problem, share * typical(problem, &p, room));
        let end = nearest(&smooth, &p, gain, room);
        p = problem.law.back(&end.x);
        evaluations += end.evaluations;
    }
    let end = nearest(problem, &p, gain, room);
    Minimum { evaluations: evaluations + end.evaluations, ..end }
}

/// Descends twice from the parameters `p`, first with a smoother objective and then like [`descend`]. The smoother
/// objective is quadratic for at least half of the residuals. It carries the descent past small local minima.
pub(super) fn glide(problem: &Problem, p: &[f64], gain: f64, room: &mut Room) -> Minimum {
    let wide = problem.objective.delta.max(typical(problem, p, room));
    let near = nearest(&with_delta(problem, wide), p, 1e-3, room);
    let end = descend(problem, &problem.law.back(&near.x), gain, room);
    Minimum { evaluations: near.evaluations + end.evaluations, ..end }
}

fn with_delta(problem: &Problem, delta: f64) -> Problem {
    Problem { objective: Objective { delta, ..problem.objective }, ..problem.clone() }
}

fn nearest(problem: &Problem, p: &[f64], gain: f64, room: &mut Room) -> Minimum {
    let (lo, hi) = problem.bounds();
    // Limit the step so that it does not leave the basin it is in.
    let reach = problem.law.info.params.iter().map(|p| match p.transform {
        Transform::Log => 3.0,
        Transform::Identity => (0.1 * (p.bounds[1] - p.bounds[0])).min(1e300),
    });
    minimise(&mut Over { problem, room }, problem.law.forward(p), &lo, &hi, &reach.collect::<Vec<_>>(), gain)
}

/// Median absolute residual of the rows at the parameters `p`.
fn typical(problem: &Problem, p: &[f64], room: &mut Room) -> f64 {
    problem.at(p, room);
    let mut sizes: Vec<f64> = room.residuals.iter().map(|r| r.abs()).collect();
    sort(&mut sizes);
    sizes[sizes.len() / 2].max(1e-300)
}

/// A search in progress. Dropping it cancels the search.
#[derive(Debug)]
pub struct Search {
    problem: Problem,
    /// If there are too many rows: the part of them on which the search begins.
    part: Option<Arc<Data>>,
    seed: u32,
    /// The grid, with the cells computed so far.
    grid: Grid,
    /// Largest number of local minima of the grid from which descents start.
    keep: usize,
    /// Parameters from which descents start, each with the number of starts that it stands for, usually 1. If the
    /// search began on a part of the rows, a start on all rows stands for all the earlier starts that led to it.
    starts: Vec<(Vec<f64>, usize)>,
    ends: Vec<(Minimum, usize)>,
    /// Number of times that the descent to the lowest minimum was continued after it had reached its limit of steps.
    again: usize,
    /// Two numbers of random places: how many are tried at most after the starts from the grid, and how many were tried
    /// so far.
    hops: [usize; 2],
    /// Number of random places that were dropped because their descents stayed far above the lowest minimum found.
    passed: usize,
    evaluations: usize,
    room: Room,
}

impl Search {
    /// Starts a search whose numbers of grid cells and of starts are those that the law prescribes.
    ///
    /// # Errors
    /// No parameter is free.
    pub fn new(problem: Problem, seed: u32) -> Result<Self> {
        let info = problem.law.info;
        let hops = HOPS.min(HOP_ROWS / problem.data.len().max(1));
        Ok(Self { hops: [hops, 0], ..Self::with_cells(problem, seed, info.cells, info.starts)? })
    }

    /// Starts a search on a grid of about `cells` cells, with descents from at most `keep` of its local minima.
    ///
    /// # Errors
    /// No parameter is free.
    pub fn with_cells(problem: Problem, seed: u32, cells: usize, keep: usize) -> Result<Self> {
        if problem.free() == 0 {
            return Err(Error::new(ErrorKind::Parameter, words::ALL_HELD));
        }
        let part = (problem.data.len() > ROWS).then(|| Arc::new(problem.data.thinned(PART)));
        let params = problem.law.info.params;
        let searched: Vec<usize> =
            (0..params.len()).filter(|&j| problem.held[j].is_none() && !params[j].linear()).collect();
        let count = match searched.len() {
            0 => 1,
            k => math::pow(cells as f64, 1.0 / k as f64).round().max(2.0) as usize,
        };
        let axes = searched.iter().map(|&j| (j, axis(params[j].range, &problem.data, count))).collect();
        Ok(Self {
            problem,
            part,
            seed,
            grid: Grid { axes, cells: Vec::new() },
            keep,
            starts: Vec::new(),
            ends: Vec::new(),
            again: 0,
            hops: [0; 2],
            passed: 0,
            evaluations: 0,
            room: Room::default(),
        })
    }

    /// Returns this search with the parameters `p` as an additional start.
    pub fn from(mut self, p: &[f64]) -> Self {
        let held = p.iter().zip(&self.problem.held);
        self.starts.push((held.map(|(p, held)| held.unwrap_or(*p)).collect(), 1));
        self
    }

    /// Does one piece of the work. Returns the number of pieces done, and the number of all pieces as far as it is
    /// known.
    ///
    /// # Errors
    /// The objective is not finite at any of the parameters that were tried.
    pub fn advance(&mut self) -> Result<(usize, usize)> {
        let (done, all) = (self.grid.cells.len(), self.grid.len());
        if done < all {
            for cell in done..all.min(done + SLICE) {
                let at = self.grid.place(cell);
                let shape: Vec<f64> = self.grid.axes.iter().zip(&at).map(|((_, values), &i)| values[i]).collect();
                let found = self.projected(&shape);
                self.grid.cells.push(found);
            }
            if self.grid.cells.len() == all {
                self.choose()?;
            }
        } else {
            if let Some((start, stands)) = self.starts.get(self.ends.len()) {
                let over =
                    self.part.as_ref().map_or_else(|| self.problem.clone(), |part| self.problem.over(Arc::clone(part)));
                let end = descend(&over, start, EXACT, &mut self.room);
                self.evaluations += end.evaluations;
                self.ends.push((end, *stands));
                self.go_on();
                if self.ends.len() == self.starts.len() && self.part.take().is_some() {
                    let few = valleys(&self.problem, &self.ends);
                    self.starts = few.into_iter().take(LAST).map(|valley| (valley.params, valley.reached)).collect();
                    self.ends.clear();
                }
            }
            self.hop();
        }
        Ok(self.progress())
    }

    /// Descends from one random place, if too few starts reached the lowest minimum found so far.
    fn hop(&mut self) {
        if self.looks_on() {
            self.hops[1] += 1;
            let start = self.elsewhere(self.hops[1] as u32);
            let down = if self.hops[1].is_multiple_of(2) { glide } else { descend };
            let near = down(&self.problem, &start, ROUGH, &mut self.room);
            self.evaluations += near.evaluations;
            let lowest = self.lowest().map_or(f64::INFINITY, |end| end.value);
            if near.value <= lowest * ABOVE + self.problem.rounding() {
                // The next slice follows it exactly to its end.
                self.starts.push((self.problem.law.back(&near.x), 1));
            } else {
                self.passed += 1;
            }
        }
    }

    /// Whether the search must try one more random place: all starts have ended, places are left, and the lowest
    /// minimum is not yet certain.
    fn looks_on(&self) -> bool {
        self.ends.len() == self.starts.len() && self.hops[1] < self.hops[0] && !self.sure()
    }

    /// Draws random place number `k`. Successive numbers give three kinds of places in turn. A place of the first kind
    /// is near the lowest minimum so far in all parameters. A place of the second kind is near it in the non-linear
    /// parameters, with the linear parameters fitted to them. A place of the third kind is anywhere in the grid's
    /// ranges.
    fn elsewhere(&mut self, k: u32) -> Vec<f64> {
        let params = self.problem.law.info.params;
        let mut draws = Draws::new(self.seed, START, DRAWN as u32 + k, 0);
        let best = self.lowest().map(|end| end.x.clone()).unwrap_or_default();
        let size = [0.1, 0.3, 1.0, 3.0][(k / 3) as usize % 4];
        let mut moved: Vec<f64> = best;
        for (j, theta) in moved.iter_mut().enumerate().filter(|(j, _)| self.problem.held[*j].is_none()) {
            let [lo, hi] = params[j].bounds.map(|bound| params[j].transform.forward(bound));
            // Exponents move in proportion to their size, logarithms by a fixed unit.
            let unit = if params[j].transform == Transform::Log { 1.0 } else { theta.abs().max(0.1) };
            *theta = (*theta + size * unit * math::normal_quantile(draws.uniform())).clamp(lo, hi);
        }
        let near = self.problem.law.back(&moved);
        if k.is_multiple_of(3) || self.grid.axes.is_empty() {
            return near;
        }
        let shape: Vec<f64> =
            if k % 3 == 1 { self.grid.axes.iter().map(|(j, _)| near[*j]).collect() } else { self.anywhere(&mut draws) };
        self.projected(&shape).1
    }

    /// Draws a random place within the ranges of the grid: a value for each axis.
    fn anywhere(&self, draws: &mut Draws) -> Vec<f64> {
        let one = |(j, values): &(usize, Vec<f64>)| {
            let transform = self.problem.law.info.params[*j].transform;
            let ends = [values[0], values[values.len() - 1]].map(|v| transform.forward(v));
            transform.back(ends[0] + (ends[1] - ends[0]) * draws.uniform())
        };
        self.grid.axes.iter().map(one).collect()
    }

    fn lowest(&self) -> Option<&Minimum> {
        self.ends.iter().map(|(end, _)| end).min_by(|a, b| a.value.total_cmp(&b.value))
    }

    /// Number of starts whose descents ended in a minimum as low as the lowest one, and number of all starts.
    fn met(&self) -> (usize, usize) {
        let most = self.lowest().map_or(0.0, |end| end.value * (1.0 + EQUAL)) + self.problem.rounding();
        let count = |most: f64| self.ends.iter().filter(|(end, _)| end.value <= most).map(|(_, stands)| stands).sum();
        (count(most), count(f64::INFINITY) + self.passed)
    }

    /// Whether the lowest minimum found so far is probably the lowest of all; see [`Fit::sure`].
    fn sure(&self) -> bool {
        let (met, all) = self.met();
        met >= SURE && all <= RARE * met
            || met == all && self.grid.axes.is_empty() && self.problem.law.info.exactly_linear
    }

    /// Continues the descent to the lowest minimum if it stopped because it reached its limit of steps.
    fn go_on(&mut self) {
        let lowest = (0..self.ends.len()).min_by(|&i, &j| self.ends[i].0.value.total_cmp(&self.ends[j].0.value));
        let Some(k) = lowest.filter(|_| self.ends.len() == self.starts.len() && self.again < AGAIN) else { return };
        if self.ends[k].0.stop == Stop::Steps {
            let (end, stands) = self.ends.remove(k);
            self.starts.remove(k);
            self.starts.push((self.problem.law.back(&end.x), stands));
            self.again += 1;
        }
    }

    fn progress(&self) -> (usize, usize) {
        let slices = |cells: usize| cells.div_ceil(SLICE);
        let (first, last) = (self.keep + DRAWN, if self.problem.data.len() > ROWS { LAST } else { 0 });
        let (done, all) = (self.grid.cells.len(), self.grid.len());
        if done < all {
            return (slices(done), slices(all) + first + last);
        }
        let before = slices(all) + if self.part.is_none() && last > 0 { first } else { 0 };
        let after = if self.part.is_some() { last } else { 0 };
        (before + self.ends.len(), before + self.starts.len() + after + usize::from(self.looks_on()))
    }

    /// Does all the work and returns the fit.
    ///
    /// # Errors
    /// The objective is not finite at any of the parameters that were tried.
    pub fn run(mut self) -> Result<Fit> {
        loop {
            let (done, all) = self.advance()?;
            if done >= all {
                return self.finish();
            }
        }
    }

    /// The fit that results from the work done so far.
    ///
    /// # Errors
    /// The objective is not finite at any of the parameters that were tried.
    pub fn finish(self) -> Result<Fit> {
        let law = self.problem.law;
        let mut valleys = valleys(&self.problem, &self.ends);
        let ((met, starts), sure) = (self.met(), self.sure());
        let best = self.lowest().cloned();
        let best = best.filter(|end| end.value.is_finite()).ok_or_else(nowhere)?;
        let mut params = law.back(&best.x);
        for p in valleys.iter_mut().map(|valley| &mut valley.params).chain([&mut params]) {
            (law.canonical)(p);
        }
        let (value, stop, evaluations, grid) = (best.value, best.stop, self.evaluations, self.grid);
        Ok(Fit { params, value, stop, evaluations, valleys, met, starts, sure, grid })
    }

    /// Finds approximately the best linear parameters for the non-linear parameters in `shape`. Returns the objective
    /// and all parameters.
    fn projected(&mut self, shape: &[f64]) -> (f64, Vec<f64>) {
        let part = self.part.as_ref().map_or_else(|| self.problem.clone(), |part| self.problem.over(Arc::clone(part)));
        let params = part.law.info.params;
        let mut p: Vec<f64> = params.iter().zip(&part.held).map(|(p, held)| held.unwrap_or(p.start)).collect();
        for ((j, _), value) in self.grid.axes.iter().zip(shape) {
            p[*j] = *value;
        }
        let linear: Vec<usize> = (0..p.len()).filter(|&j| params[j].linear() && part.held[j].is_none()).collect();
        part.points(&p, &mut self.room);
        self.evaluations += 1;
        if linear.is_empty() {
            part.residuals(&mut self.room);
            return (part.sum_of(&self.room), p);
        }
        // Plain least squares first, then weighted by the residuals, and repeated if the columns depend on the
        // parameters.
        let exactly = part.law.info.exactly_linear;
        let mut best = (f64::INFINITY, p.clone());
        for round in 0..if exactly { 2 } else { 4 } {
            project(&part, &linear, &mut p, &mut self.room, round > 0);
            if !exactly {
                part.points(&p, &mut self.room);
                self.evaluations += 1;
            }
            part.residuals(&mut self.room);
            let value = part.sum_of(&self.room);
            if value < best.0 {
                best = (value, p.clone());
            }
        }
        best
    }

    /// Chooses the starts: the lowest cells that have no lower neighbour, and some random places between them.
    fn choose(&mut self) -> Result<()> {
        let values: Vec<f64> = self.grid.cells.iter().map(|cell| cell.0).collect();
        let low = self.grid.lows(&values, self.keep);
        if low.is_empty() && self.starts.is_empty() {
            return Err(nowhere());
        }
        self.starts.extend(low.iter().map(|&cell| (self.grid.cells[cell].1.clone(), 1)));
        for k in 0..if self.grid.axes.is_empty() { 0 } else { DRAWN as u32 } {
            let mut draws = Draws::new(self.seed, START, k, 0);
            let shape = self.anywhere(&mut draws);
            let (value, start) = self.projected(&shape);
            if value.is_finite() {
                self.starts.push((start, 1));
            }
        }
        Ok(())
    }
}

fn nowhere() -> Error {
    Error::new(ErrorKind::Parameter, words::NO_VALUE)
}

/// About `count` values of a parameter, which form an axis of a search's grid.
fn axis(range: Range, data: &Data, count: usize) -> Vec<f64> {
    let column = |k: usize| (0..data.len()).map(move |i| data.input(i)[k]);
    let least = |k| column(k).fold(f64::INFINITY, f64::min);
    let most = |k| column(k).fold(0.0, f64::max);
    let share = |i: usize| i as f64 / (count - 1).max(1) as f64;
    let ratios = |lo: f64, hi: f64| (0..count).map(|i| lo * math::pow(hi / lo, share(i))).collect();
    match range {
        Range::Linear => Vec::new(),
        Range::Log(lo, hi) => ratios(lo, hi),
        Range::Steps(lo, hi) => (0..count).map(|i| lo + (hi - lo) * share(i)).collect(),
        Range::Of(k, lo, hi) => ratios(lo * least(k), hi * most(k)),
        Range::PerUnitOf(k, lo, hi) => ratios(lo / most(k), hi / least(k)),
    }
}

/// Improves the linear parameters in `p` by one round of weighted least squares. The law is linearised at the
/// parameters for which `room` was filled. If `robust` is set, each residual is weighted as Huber's objective weighs
/// it.
fn project(problem: &Problem, linear: &[usize], p: &mut [f64], room: &mut Room, robust: bool) {
    let (data, params) = (&*problem.data, problem.law.info.params);
    let (m, len) = (linear.len(), p.len());
    // dL/dp; the law gives p dL/dp for a parameter moved by its logarithm.
    let unit: Vec<f64> =
        linear.iter().map(|&j| if params[j].transform == Transform::Log { 1.0 / p[j] } else { 1.0 }).collect();
    let (mut gram, mut right, mut whole) = (vec![0.0; m * m], vec![0.0; m], 0.0);
    let mut row = vec![0.0; m];
    for i in 0..data.len() {
        let slope = match problem.objective.residual {
            super::Residual::Log => 1.0 / data.y[i],
            super::Residual::Plain => 1.0,
        };
        let mut want = data.y[i] - room.values[i];
        for (k, &j) in linear.iter().enumerate() {
            row[k] = room.jacobian[i * len + j] * unit[k];
            want += row[k] * p[j];
        }
        let trust = if robust { problem.majorant(room.residuals[i]) } else { 1.0 };
        let c = data.weight[i] * slope * slope * trust;
        whole += c * data.y[i] * data.y[i];
        for k in 0..m {
            for l in 0..=k {
                gram[k * m + l] += c * row[k] * row[l];
            }
            right[k] += c * row[k] * want;
        }
    }
    let positive: Vec<bool> = linear.iter().map(|&j| params[j].transform == Transform::Log).collect();
    let found = linear::least_squares(&gram, &right, &positive);
    let before: Vec<f64> = linear.iter().map(|&j| p[j]).collect();
    for (k, &j) in linear.iter().enumerate() {
        let [lo, hi] = params[j].bounds;
        // A term that least squares would drop keeps a thousandth of the whole, because nothing would lead it back from
        // 0.
        let least = if positive[k] { 1e-3 * (whole / gram[k * m + k]).sqrt() } else { lo };
        p[j] = found[k].max(least).clamp(lo, hi);
    }
    if problem.law.info.exactly_linear {
        // The prediction is linear in the columns, so the law need not be evaluated again.
        for i in 0..data.len() {
            for (k, &j) in linear.iter().enumerate() {
                let column = &mut room.jacobian[i * len + j];
                room.values[i] += *column * unit[k] * (p[j] - before[k]);
                if params[j].transform == Transform::Log {
                    *column *= p[j] / before[k];
                }
            }
        }
    }
}

/// Merges descents that ended in the same local minimum, and returns the minima, the lowest first. Each element of
/// `ends` is the end of a descent and the number of starts that it stands for.
fn valleys(problem: &Problem, ends: &[(Minimum, usize)]) -> Vec<Valley> {
    let ends: Vec<&(Minimum, usize)> = ends.iter().filter(|(end, _)| end.value.is_finite()).collect();
    let mut found: Vec<(Valley, &[f64])> = Vec::new();
    for k in order(&ends.iter().map(|(end, _)| end.value).collect::<Vec<_>>()) {
        let (end, stands) = ends[k];
        let same = |value: f64, x: &[f64]| {
            let apart = end.value - value;
            let near = x.iter().zip(&end.x).all(|(a, b)| (a - b).abs() < 1e-3 * (1.0 + a.abs()));
            apart <= 1e-9 * value || near && apart <= 1e-5 * value
        };
        match found.iter_mut().find(|(valley, x)| same(valley.value, x)) {
            Some((valley, _)) => valley.reached += stands,
            None => {
                found.push((Valley { params: problem.law.back(&end.x), value: end.value, reached: *stands }, &end.x));
            }
        }
    }
    found.into_iter().map(|(valley, _)| valley).collect()
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    #[test]
    fn lows_are_below_their_neighbours() {
        let axes = vec![(0, vec![0.0; 3]), (1, vec![0.0; 4])];
        let grid = Grid { axes, cells: Vec::new() };
        #[rustfmt::skip]
        let values = [
            5.0, 4.0, 6.0, 1.0,
            3.0, 7.0, 6.0, 2.0,
            4.0, 8.0, 0.5, f64::INFINITY,
        ];
        assert_eq!(grid.lows(&values, 9), [10, 3, 4, 1], "lowest first");
        assert_eq!(grid.lows(&values, 2), [10, 3], "at most");
        assert_eq!(grid.place(6), [1, 2], "row and column");
    }

    fn searched(problem: Problem) -> Search {
        let mut search = Search::new(problem, 1).expect("free");
        while search.grid.cells.len() < search.grid.len() {
            search.advance().expect("a value");
        }
        search
    }

    /// A fitting problem with the power law, and a function that makes a made-up end of a descent from parameters, a
    /// value and a stop.
    fn power() -> (Problem, impl Fn([f64; 3], f64, Stop) -> Minimum) {
        let law = find("power").expect("a law");
        let inputs: Vec<_> = (1..20).map(|x| vec![f64::from(x)]).collect();
        let problem = Problem::new(law, Data::simulated(law, &[3.0, 2.0, 0.5], &inputs, 0.01, 1, 0));
        (problem, |p, value, stop| Minimum { x: law.forward(&p), value, stop, evaluations: 1 })
    }

    #[test]
    fn ends_in_one_place_are_one_valley() {
        let (problem, end) = power();
        let ends = [
            (end([1.0, 9.0, 0.1], 2.0, Stop::Converged), 3),
            (end([3.0, 2.0, 0.5], 1.0, Stop::Converged), 1),
            // One end is near and nearly as low; one is elsewhere and as low, as along a ridge.
            (end([3.0, 2.0001, 0.5], 1.0 + 5e-6, Stop::Converged), 1),
            (end([7.0, 1.0, 0.9], 1.0 + 5e-10, Stop::Converged), 2),
            // Near but higher is another minimum; so is elsewhere and a little higher.
            (end([3.0, 2.0, 0.5], 1.5, Stop::Converged), 1),
            (end([8.0, 1.0, 0.9], 1.0 + 5e-6, Stop::Converged), 1),
            (end([3.0, 2.0, 0.5], f64::INFINITY, Stop::NoValue), 1),
        ];
        let found = valleys(&problem, &ends);
        let seen: Vec<_> = found.iter().map(|valley| (valley.value, valley.reached)).collect();
        assert_eq!(seen, [(1.0, 4), (1.0 + 5e-6, 1), (1.5, 1), (2.0, 3)], "the lowest first");
        assert!((found[0].params[1] - 2.0).abs() < 1e-12, "where the lowest end was");
    }

    #[test]
    fn the_lowest_end_goes_on_when_it_ran_out_of_steps() {
        let (problem, end) = power();
        let mut search = Search::new(problem, 1).expect("free");
        search.starts = [1.0, 2.0].map(|factor| (vec![3.0, factor, 0.5], 1)).to_vec();
        search.ends.push((end([3.0, 5.0, 0.5], 1.0, Stop::Steps), 1));
        search.go_on();
        assert_eq!((search.ends.len(), search.again), (1, 0), "not before the others are there");
        search.ends.push((end([3.0, 6.0, 0.5], 2.0, Stop::Steps), 1));
        search.go_on();
        let starts: Vec<_> = search.starts.iter().map(|(p, _)| p[1].round()).collect();
        assert_eq!((starts, search.ends.len(), search.again), (vec![2.0, 5.0], 1, 1), "from where it stopped");
        search.ends.push((end([3.0, 5.5, 0.5], 0.5, Stop::Converged), 1));
        search.go_on();
        assert_eq!((search.ends.len(), search.again), (2, 1), "it converged");
    }

    #[test]
    fn a_cell_has_the_objective_of_its_parameters() {
        for law in super::super::ALL {
            let rows = 40;
            let input = |i: usize| {
                let u = |k: usize| (i * k) as f64 / rows as f64 % 1.0;
                let ranges = law.info.example.ranges.iter().enumerate();
                ranges.map(|(k, [lo, hi])| lo * math::pow(hi / lo, u([1, 7, 11][k]))).collect::<Vec<_>>()
            };
            let mut inputs: Vec<_> = (0..rows).map(input).collect();
            if law.info.inputs.len() == 3 {
                inputs.iter_mut().for_each(|x| x[1] *= x[2]);
            }
            let data = Data::simulated(law, law.info.example.values, &inputs, 0.02, 1, 0);
            let weights: Vec<f64> = (0..rows).map(|i| 1.0 + (i % 3) as f64).collect();
            let problem = Problem::new(law, data.weighted(&weights));
            for (value, p) in &searched(problem.clone()).grid.cells {
                let direct = problem.value(p);
                let same = (value - direct).abs() <= 1e-9 * direct || !(value.is_finite() || direct.is_finite());
                assert!(same, "{}: {value} {direct} at {p:?}", law.info.slug);
            }
        }
    }

    #[test]
    fn what_is_linear_is_projected_out() {
        let law = find("chinchilla").expect("a law");
        let truth = law.info.example.values;
        let inputs: Vec<Vec<f64>> = (0..60)
            .map(|i| vec![1e8 * math::pow(1.3, f64::from(i % 12)), 1e9 * math::pow(1.5, f64::from(i % 10))])
            .collect();
        let linear_at = |data: &Data, delta: f64| {
            let mut problem = Problem::new(law, data.clone());
            problem.objective.delta = delta;
            (searched(problem.clone()).projected(&[truth[2], truth[4]]), problem)
        };
        let ((_, p), _) = linear_at(&Data::simulated(law, truth, &inputs, 0.0, 1, 0), f64::INFINITY);
        assert!(p.iter().zip(truth).all(|(a, b)| (a / b - 1.0).abs() < 1e-7), "{p:?}");

        // With noise, weights and outliers, the search ends near the best that the fixed exponents allow.
        let mut data = Data::simulated(law, truth, &inputs, 0.02, 1, 0);
        for (i, factor) in [(3, 1.5), (17, 1.4), (40, 1.6)] {
            data.y[i] *= factor;
            data.ln_y[i] += math::ln(factor);
        }
        data.weight = (0..60).map(|i| 0.2 + f64::from(i % 5)).collect();
        for (delta, share) in [(f64::INFINITY, 2e-2), (1e-3, 1e-1)] {
            let ((value, _), problem) = linear_at(&data, delta);
            let held =
                [2, 4].into_iter().fold(problem, |problem, j| problem.hold(j, Some(truth[j])).expect("in bounds"));
            let best = Search::new(held, 1).expect("free").run().expect("a fit").value;
            assert!(value < best * (1.0 + share), "delta {delta}: {value} {best}");
        }
    }
}

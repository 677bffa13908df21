//! How should a student share the hours before an exam that weighs its subjects unequally?
//!
//! Model: the loss is `sum_k p_k c_k e(n_k)`. Subject k has the weight `p_k` and the difficulty `c_k`, and `e(n_k)` is
//! the share of its facts that are still unknown after `n_k` hours. This share is about `n_k^-a`. Prediction: the best
//! shares of the hours are proportional to `(p_k c_k)^(1/(1+a))`, so they are flatter than the weights for every
//! `a > 0`. Studying in proportion to the weights wastes hours. Falsifier: simulated students whose measured best
//! shares differ from the predicted ones.

use std::cell::OnceCell;

use figures::{lattice, lattice_shares};
use run::Closing;

use crate::error::Result;
use crate::exec::{Exec, Inputs, Lanes, Twin};
use crate::kit::{Claim, Experiment, Info};
use crate::output::{Answer, Output, Picture, Progress};
use crate::params::{Spec, broadcast};
use crate::sim::exam_time::{self, Exam};
use crate::theory::exam_time as theory;

mod answer;
mod claims;
mod figures;
mod picture;
mod run;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod verdicts;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Weight of each subject in the exam. Weights are divided by their sum.
        weights: Vec<f64> = Spec::simplex("0.9,0.1", 2, 8);
        /// Factor by which the error in each subject is multiplied: with 2, the error is twice as large as with 1. A single number applies to all subjects.
        difficulty: Vec<f64> = Spec::list("1", 0.1, 10.0, 1, 8).log();
        /// Exponent $a$ of the error $n^{-a}$ in a subject after $n$ hours of study. With a large exponent the error falls fast with the hours. A small exponent describes a subject with many facts that come up rarely, so that its error falls slowly.
        exponent: f64 = Spec::number("1", 0.1, 3.0).log();
        /// Total hours of study to divide between the subjects.
        hours: u32 = Spec::integer("100", 10.0, 10_000.0).log().unit("hours");
        /// Your share of the hours for the first of two subjects. The figure shows how many hours this choice wastes. You can drag the point along the curve.
        share: u32 = Spec::integer("50", 2.0, 98.0).unit("%").label("your share");
        /// Number of facts in each subject.
        facts: u32 = Spec::integer("64", 1.0, 4096.0).log().unit("facts");
        /// Number of simulated students.
        runs: u32 = Spec::integer("4096", 64.0, 65_536.0).log().unit("students");
    }
}

/// The experiment `exam-time`.
pub struct ExamTime {
    seed: u32,
    /// Weights p of the subjects, normalised to sum to 1.
    p: Vec<f64>,
    c: Vec<f64>,
    a: f64,
    hours: u32,
    /// The user's share of the hours for the first of two subjects.
    yours: f64,
    facts: u32,
    runs: u32,
    /// Optimal shares of the hours if the error is exactly a power law.
    power: Vec<f64>,
    /// Allocations of whole hours to the subjects. First come the allocations near the line from matched to optimal
    /// shares, in the order of their positions on this line. Then comes the optimal allocation, if it is not among
    /// them. If there are three subjects, the allocations of the lattice of three shares follow.
    allocations: Vec<Vec<u32>>,
    /// For each allocation near the line from matched to optimal shares, its position on this line.
    line: Vec<f64>,
    /// Number of allocations that come before those of the lattice. The losses of single students are kept only for
    /// these allocations.
    kept: usize,
    /// Index of the matched allocation, in which the hours are in proportion to the weights. The field `optimal` is the
    /// index of the allocation that is optimal for the exact curve.
    matched: usize,
    optimal: usize,
    /// Inputs of the kernel. They are made when a run starts, because the figures that follow a slider do not need
    /// them.
    inputs: OnceCell<Inputs>,
    /// Losses of single students, `losses[student * kept + allocation]`.
    losses: Vec<f64>,
    /// Sum of the losses of all students so far, for every allocation. The field `squares` contains the sums of the
    /// squared losses.
    sums: Vec<f64>,
    squares: Vec<f64>,
    done: u32,
    /// Results that need all students. They are `None` until the last student has been simulated.
    closing: Option<Closing>,
}

/// Number of equal steps in which the share of the first of two subjects goes from 0 to 1. If there are more subjects,
/// the line from matched to optimal shares has the number of points that it has for two.
const GRID: u32 = 40;
/// Number of points on each side of the point of least loss to which a parabola is fitted, together with that point.
const REACH: usize = 3;
/// The matched shares count as the best shares if they differ from them by less than this number.
const SAME: f64 = 0.01;
/// Least number of missed facts with which the minimum of the fitted parabola decides the verdict. With fewer facts,
/// the distribution of their mean is not close enough to a normal distribution. A Poisson count of 40 has a skewness of
/// 0.16, which moves the endpoints of its 99.9% interval by 8% of their distance from the mean.
const MISSED: f64 = 40.0;
/// Number of bootstrap resamples. With this number, the standard error is known to about 5%.
const RESAMPLES: u32 = 200;

impl ExamTime {
    fn exact(&self, hours: &[f64]) -> f64 {
        theory::loss(&self.p, &self.c, self.a, hours, theory::exact_error)
    }

    /// Exact loss of the allocation with index `i`.
    fn exact_at(&self, i: usize) -> f64 {
        self.exact(&real(&self.allocations[i]))
    }

    fn power_law(&self, hours: &[f64]) -> f64 {
        theory::loss(&self.p, &self.c, self.a, hours, theory::power_error)
    }

    /// The hours of each subject at position `x` on the line of allocations. The hours need not be whole numbers. For
    /// two subjects, the position is the first subject's share. For more subjects, the shares are
    /// `matched + x (optimal - matched)`.
    fn at(&self, x: f64) -> Vec<f64> {
        let n = f64::from(self.hours);
        if self.p.len() == 2 {
            vec![x * n, (1.0 - x) * n]
        } else {
            shares_on_line(&self.p, &self.power, x).iter().map(|q| (q * n).max(0.0)).collect()
        }
    }

    /// Position on the line of allocations at which the exact loss is least. It is found by golden-section search,
    /// because the loss is convex along the line.
    fn best_position(&self) -> f64 {
        let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
        let ends = [self.line[0], self.line[self.line.len() - 1]];
        let [mut lo, mut hi] = if self.p.len() == 2 { [0.0, 1.0] } else { ends };
        for _ in 0..80 {
            let (a, b) = (hi - golden * (hi - lo), lo + golden * (hi - lo));
            if self.exact(&self.at(a)) < self.exact(&self.at(b)) { hi = b } else { lo = a }
        }
        0.5 * (lo + hi)
    }

    fn means(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum / f64::from(self.done)).collect()
    }

    /// Standard error of the mean loss at allocation `i`.
    fn standard_error(&self, i: usize) -> f64 {
        let n = f64::from(self.done);
        let mean = self.sums[i] / n;
        ((self.squares[i] / n - mean * mean).max(0.0) / (n - 1.0)).sqrt()
    }
}

/// Converts whole hours to floating-point numbers.
fn real(hours: &[u32]) -> Vec<f64> {
    hours.iter().map(|&n| f64::from(n)).collect()
}

/// Shares at position t on the line from p to q: `p + t (q - p)`. If p equals q, the line goes from p towards the first
/// corner of the simplex, or towards the second corner if p is the first corner.
fn shares_on_line(p: &[f64], q: &[f64], t: f64) -> Vec<f64> {
    let direction = direction(p, q);
    p.iter().zip(&direction).map(|(p, d)| p + t * d).collect()
}

/// Shares along the line from matched to optimal shares, for more than two subjects. The code is a separate function
/// because the build splits the wasm by function, and can then leave it out of the page's first download.
#[inline(never)]
fn line_of_many(p: &[f64], power: &[f64]) -> Vec<Vec<f64>> {
    let d = direction(p, power);
    let degenerate = same(p, power);
    // No share below 0.
    let start = p.iter().zip(&d).filter(|(_, d)| **d > 0.0).map(|(p, d)| -p / d).fold(-0.5, f64::max);
    let first = if degenerate { start } else { 0.0 };
    let edge = p.iter().zip(&d).filter(|(_, d)| **d < 0.0).map(|(p, d)| -p / d).fold(2.0, f64::min);
    let last = if degenerate { 1.0 } else { edge.max(1.0) };
    (0..GRID - 1)
        .map(|i| first + (last - first) * f64::from(i) / f64::from(GRID - 2))
        .map(|t| shares_on_line(p, power, t))
        .collect()
}

/// Position of an allocation of whole hours on the line from matched to optimal shares, for more than two subjects.
/// Rounded hours lie near the line but not on it, so the position is that of their projection onto the line.
#[inline(never)]
fn place_of_many(p: &[f64], power: &[f64], n: f64, hours: &[u32]) -> f64 {
    let (mut along, mut length) = (0.0, 0.0);
    for ((&h, p), d) in hours.iter().zip(p).zip(&direction(p, power)) {
        along += (f64::from(h) / n - p) * d;
        length += d * d;
    }
    along / length
}

/// Whether two lists of shares are equal, up to rounding errors.
fn same(p: &[f64], q: &[f64]) -> bool {
    p.iter().zip(q).all(|(p, q)| (p - q).abs() < 1e-9)
}

fn direction(p: &[f64], q: &[f64]) -> Vec<f64> {
    if same(p, q) {
        let corner = usize::from(p[0] >= 1.0);
        p.iter().enumerate().map(|(k, p)| 0.5 * (if k == corner { 1.0 } else { 0.0 } - p)).collect()
    } else {
        p.iter().zip(q).map(|(p, q)| q - p).collect()
    }
}

/// Range of indices around the least value in the list, with [`REACH`] indices on each side. If the least value is near
/// an end of the list, the range is shifted inwards.
fn window(ys: &[f64]) -> std::ops::Range<usize> {
    let least = (0..ys.len()).min_by(|&i, &j| ys[i].total_cmp(&ys[j])).unwrap_or(0);
    let start = least.saturating_sub(REACH).min(ys.len().saturating_sub(2 * REACH + 1));
    start..(start + 2 * REACH + 1).min(ys.len())
}

impl Experiment for ExamTime {
    const SLUG: &'static str = "exam-time";
    const INFO: Info = words::INFO;
    const TEXTS: crate::text::Templates = words::TEXTS;
    const QUICK: &'static str = "runs=512&facts=32";
    const MAIN: &'static [&'static str] = &["weights", "exponent"];
    const FIRST: &'static [&'static str] = &["weights=0.5,0.5", "weights=0.1,0.9", "weights=0.89,0.11"];
    const KERNELS: &'static [Twin] = &[Twin::kernel::<Exam>()];
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        broadcast("difficulty", &params.difficulty, params.weights.len()).map(drop)
    }

    fn start(params: Params, seed: u32) -> Result<Self> {
        let Params { weights: p, difficulty, exponent: a, hours, share, facts, runs } = params;
        let c = broadcast("difficulty", &difficulty, p.len())?;
        let n = f64::from(hours);
        let power = theory::optimal_shares(&p, &c, a);

        // The line: K = 2, equal steps of the first share; else from the matched shares to beyond the optimal ones.
        let pair = p.len() == 2;
        let shares: Vec<Vec<f64>> = if pair {
            (1..GRID).map(|i| f64::from(i) / f64::from(GRID)).map(|x| vec![x, 1.0 - x]).collect()
        } else {
            line_of_many(&p, &power)
        };
        let position = |hours: &[u32]| if pair { f64::from(hours[0]) / n } else { place_of_many(&p, &power, n, hours) };
        // In order along the line, none twice.
        let mut on_line: Vec<Vec<u32>> = Vec::new();
        for q in shares.iter().chain([&p, &power]) {
            let hours = theory::whole_hours(q, hours);
            let order = |other: &Vec<u32>| position(other).total_cmp(&position(&hours)).then_with(|| other.cmp(&hours));
            if let Err(place) = on_line.binary_search_by(order) {
                on_line.insert(place, hours);
            }
        }
        let line: Vec<f64> = on_line.iter().map(|hours| position(hours)).collect();
        let mut allocations = on_line;
        let mut index = |wanted: Vec<u32>| {
            allocations.iter().position(|hours| *hours == wanted).unwrap_or_else(|| {
                allocations.push(wanted);
                allocations.len() - 1
            })
        };
        let matched = index(theory::whole_hours(&p, hours));
        let optimal = index(theory::best_whole_hours(&p, &c, a, hours));
        let kept = allocations.len();
        if p.len() == 3 {
            allocations.extend(lattice().map(|place| theory::whole_hours(&lattice_shares(place), hours)));
        }

        let zeros = vec![0.0; allocations.len()];
        Ok(Self {
            seed,
            p,
            c,
            a,
            hours,
            yours: f64::from(share) / 100.0,
            facts,
            runs,
            power,
            allocations,
            line,
            kept,
            matched,
            optimal,
            inputs: OnceCell::new(),
            losses: Vec::new(),
            sums: zeros.clone(),
            squares: zeros,
            done: 0,
            closing: None,
        })
    }

    fn progress(&self) -> Progress {
        let batch = self.batch();
        Progress::of(self.done.div_ceil(batch), self.runs.div_ceil(batch))
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        let (subjects, count) = (self.p.len(), self.allocations.len());
        let students = self.batch().min(self.runs - self.done);
        let inputs = self.inputs.get_or_init(|| self.kernel_inputs());
        let thresholds = inputs.u32(1);
        let uniforms = exam_time::Uniforms {
            seed: self.seed,
            first_run: self.done,
            subjects: subjects as u32,
            facts: self.facts,
            allocations: count as u32,
            levels: u32::BITS - thresholds.iter().max().map_or(0, |n| n.leading_zeros()),
            first: 0,
            steps: 0,
        };
        let rows = exam_time::rows(subjects, count);
        let mut lanes = Lanes::<Exam>::zeroed(students.div_ceil(exam_time::LANES as u32), rows, inputs.clone());
        exec.advance(&mut lanes, &uniforms, 0..exam_time::steps(self.facts)).await?;
        let state = exec.read(&mut lanes).await?;

        // A fact is unknown to a student of n hours when it is unknown at every threshold up to n.
        let place = |k: usize, n: u32| thresholds[k * count..(k + 1) * count].partition_point(|&t| t <= n);
        let places: Vec<Vec<usize>> =
            self.allocations.iter().map(|hours| (0..subjects).map(|k| place(k, hours[k])).collect()).collect();
        let cost: Vec<f64> = self.p.iter().zip(&self.c).map(|(p, c)| p * c / f64::from(self.facts)).collect();
        let mut unknown = vec![0u32; rows];
        for student in 0..students as usize {
            let (group, lane) = (student / exam_time::LANES, student % exam_time::LANES);
            for k in 0..subjects {
                let mut sum = 0;
                for j in (0..=count).rev() {
                    let row = k * (count + 1) + j;
                    sum += state[group * rows + row][lane];
                    unknown[row] = sum;
                }
            }
            for (i, places) in places.iter().enumerate() {
                let loss: f64 = (0..subjects).map(|k| cost[k] * f64::from(unknown[k * (count + 1) + places[k]])).sum();
                self.sums[i] += loss;
                self.squares[i] += loss * loss;
                if i < self.kept {
                    self.losses.push(loss);
                }
            }
        }
        self.done += students;
        if self.done == self.runs {
            self.closing = Some(self.close());
        }
        Ok(())
    }

    fn output(&self) -> Output {
        let mut figures = Vec::new();
        if self.p.len() == 3 {
            let n = f64::from(self.hours);
            let exact = lattice().map(|place| self.exact(&lattice_shares(place).map(|q| q * n))).collect();
            figures.push(self.triangle("loss-vs-share", words::TRIANGLE, words::EXPECTED_LOSS, exact));
            if self.done > 0 {
                let measured = self.means().split_off(self.kept);
                let title = words::TRIANGLE_SIMULATED;
                figures.push(self.triangle("loss-measured", title, words::MEAN_LOSS, measured));
            }
            figures.push(self.line_figure("loss-along-line"));
        } else {
            figures.push(self.line_figure("loss-vs-share"));
        }
        figures.push(self.gain_figure());
        let verdicts = self.verdicts();
        let answer = match &self.closing {
            None => self.advice(),
            Some(closing) => self.measured_advice(closing, verdicts[0].agrees),
        };
        Output { answer: Some(Answer::new(answer)), figures, tables: self.tables(), verdicts }
    }

    fn picture(&self) -> Option<Picture> {
        Some(self.hours_picture())
    }
}

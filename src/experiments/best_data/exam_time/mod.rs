//! How should a student share the hours before an exam that weighs its subjects unequally?
//!
//! Model: loss `sum_k p_k c_k e(n_k)`, where `e` is the share of a subject's facts still unknown after `n_k` hours.
//! Prediction: the best shares are `(p_k c_k)^(1/(1+a))` normalised, flatter than the weights for every `a > 0`;
//! studying in proportion to the weights wastes hours. Falsifier: simulated students whose measured best share
//! is not there.

use std::cell::OnceCell;

use crate::error::Result;
use crate::exec::{Exec, Inputs, Lanes};
use crate::kit::{Claim, Experiment, Formula, Info, Origin, Pick, Preset, Source};
use crate::math::{self, Z95, Z999};
use crate::output::{
    Axis, Cell, Column, Field, Figure, Frame, Kind, Mark, Output, Progress, Role, Series, Table, Verdict, decimal,
};
use crate::params::{Scale, Spec, broadcast};
use crate::rng::{Draws, stream};
use crate::sim::exam_time::{self, Exam};
use crate::theory::exam_time as theory;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// How much each subject counts in the exam. The shares are divided by their sum.
        weights: Vec<f64> = Spec::simplex("0.9,0.1", 2, 8);
        /// How much an unknown fact of each subject costs, relative to the others. One number stands for all.
        difficulty: Vec<f64> = Spec::list("1", 0.1, 10.0, 1, 8).log();
        /// How fast the error falls with hours, n^-a. Large: a few hours go far. Small: rare facts dominate.
        exponent: f64 = Spec::number("1", 0.1, 3.0).log();
        /// Hours to share out.
        hours: u32 = Spec::integer("100", 10.0, 10_000.0).log().unit("hours");
        /// Facts that each student could learn in each subject.
        facts: u32 = Spec::integer("64", 1.0, 4096.0).log().unit("facts");
        /// Simulated students.
        runs: u32 = Spec::integer("4096", 64.0, 65_536.0).log().unit("students");
    }
}

/// The experiment.
pub struct ExamTime {
    seed: u32,
    /// Weights p, their number K.
    p: Vec<f64>,
    c: Vec<f64>,
    a: f64,
    hours: u32,
    facts: u32,
    runs: u32,
    /// Optimal shares under the power law.
    power: Vec<f64>,
    /// Allocations of whole hours: those on the line, by position; the optimal one if it lies beside the line; those of
    /// the lattice (K = 3).
    allocations: Vec<Vec<u32>>,
    /// Positions on the line.
    line: Vec<f64>,
    /// Allocations before those of the lattice: single students are kept.
    kept: usize,
    /// Which allocations are the matched one and the optimal one for the exact curve.
    matched: usize,
    optimal: usize,
    /// What the kernel reads, made when the run starts: a slider needs none of it.
    inputs: OnceCell<Inputs>,
    /// `loss[student * kept + i]`.
    losses: Vec<f64>,
    /// Sums over students of the loss at every allocation.
    sums: Vec<f64>,
    squares: Vec<f64>,
    done: u32,
    /// Made when the last student is in.
    closing: Option<Closing>,
}

/// What needs every student.
struct Closing {
    /// 10%, 50% and 90% quantiles of single students, per position.
    quantiles: [Vec<f64>; 3],
    /// Measured best position and its bootstrap standard error.
    vertex: f64,
    error: f64,
    /// Missed facts that decide about it.
    missed: f64,
    /// How far the parabola through the exact losses of the same whole hours is from the optimum, and the resampled ones
    /// are from the measured one.
    resolution: f64,
}

/// Points of the grid of shares.
const GRID: u32 = 40;
/// Steps of the lattice on the triangle of three shares.
const LATTICE: u32 = 20;
/// Points either side of the least loss that the parabola is fitted to.
const REACH: usize = 3;
/// How close to the matched shares the best ones are called matched.
const SAME: f64 = 0.01;
/// Missed facts that decide where the parabola has its lowest point, at least: the mean of fewer is not normal enough. A
/// Poisson count of 40 has the skewness 0.16, which moves the ends of its 99.9 % interval by 8 % of their distance.
const MISSED: f64 = 40.0;
/// Resamples of the bootstrap: its standard error is known to 5%.
const RESAMPLES: u32 = 200;

const SHARE: Axis = Axis { label: "hours for the first subject", unit: "%", scale: Scale::Linear };
const LOSS: Axis = Axis { label: "expected exam loss", unit: "", scale: Scale::Log };

impl ExamTime {
    /// Students per mark: about sixteen marks, whole groups, bounded buffers.
    fn batch(&self) -> u32 {
        let group = exam_time::LANES as u32;
        (self.runs / 16).next_multiple_of(group).clamp(group, 4096)
    }

    /// Inputs of the kernel: the quantile table, and for every subject the hours of all allocations in ascending order.
    fn kernel_inputs(&self) -> Inputs {
        let mut thresholds = Vec::with_capacity(self.p.len() * self.allocations.len());
        for k in 0..self.p.len() {
            let mut column: Vec<u32> = self.allocations.iter().map(|hours| hours[k]).collect();
            column.sort_unstable();
            thresholds.extend(column);
        }
        Inputs::new(&[bytemuck::cast_slice(&exam_time::quantiles(self.a)), bytemuck::cast_slice(&thresholds)])
    }

    fn exact(&self, hours: &[f64]) -> f64 {
        theory::loss(&self.p, &self.c, self.a, hours, theory::exact_error)
    }

    /// Exact loss of an allocation.
    fn exact_at(&self, i: usize) -> f64 {
        self.exact(&real(&self.allocations[i]))
    }

    fn power_law(&self, hours: &[f64]) -> f64 {
        theory::loss(&self.p, &self.c, self.a, hours, theory::power_error)
    }

    /// Real hours at a position of the line: K = 2, the first subject's share; else matched + t (optimal - matched).
    fn at(&self, x: f64) -> Vec<f64> {
        let n = f64::from(self.hours);
        if self.p.len() == 2 {
            vec![x * n, (1.0 - x) * n]
        } else {
            shares_on_line(&self.p, &self.power, x).iter().map(|q| (q * n).max(0.0)).collect()
        }
    }

    /// The position of the exact optimum along the line: golden section on a convex curve.
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

    fn close(&self) -> Closing {
        let (width, runs) = (self.kept, self.done as usize);
        let mut quantiles = [vec![], vec![], vec![]];
        for i in 0..self.line.len() {
            let mut column: Vec<f64> = (0..runs).map(|run| self.losses[run * width + i]).collect();
            column.sort_unstable_by(f64::total_cmp);
            for (out, share) in quantiles.iter_mut().zip([0.1, 0.5, 0.9]) {
                out.push(column[((runs - 1) as f64 * share).round() as usize]);
            }
        }
        // Chosen by theory, so that noise does not choose the points that it is measured on.
        let exact: Vec<f64> = (0..self.line.len()).map(|i| self.exact_at(i)).collect();
        let window = window(&exact);
        let xs = &self.line[window.clone()];
        let vertex_of = |ys: &[f64]| vertex(xs, &ys.iter().map(|y| math::ln(*y)).collect::<Vec<_>>());
        let mut resampled = Vec::new();
        for resample in 0..RESAMPLES {
            let mut draws = Draws::new(self.seed, stream::BOOTSTRAP, resample, 0);
            let mut sums = vec![0.0; xs.len()];
            for _ in 0..runs {
                let run = draws.below(self.done) as usize * width;
                for (sum, loss) in sums.iter_mut().zip(&self.losses[run + window.start..run + window.end]) {
                    *sum += loss;
                }
            }
            resampled.push(vertex_of(&sums.iter().map(|s| s / runs as f64).collect::<Vec<_>>()));
        }
        // How many students' facts are missed with some of these shares and known with others, `l_k` of subject k. Each
        // moves the loss by `w_k`, so the slope has as many of one size as `(sum w^2 l)^3 / (sum w^3 l)^2`: of a sum of
        // Poisson counts the inverse of the squared skewness, or less.
        let [mut squares, mut cubes] = [0.0; 2];
        for (k, cost) in self.p.iter().zip(&self.c).map(|(p, c)| p * c).enumerate() {
            let unknown = |i: usize| theory::exact_error(self.a, f64::from(self.allocations[i][k]));
            let between = (unknown(window.start) - unknown(window.end - 1)).abs();
            let facts = f64::from(self.facts) * f64::from(self.done) * between;
            squares += cost * cost * facts;
            cubes += cost * cost * cost * facts;
        }
        let center = resampled.iter().sum::<f64>() / f64::from(RESAMPLES);
        let spread = resampled.iter().map(|v| (v - center) * (v - center)).sum::<f64>() / f64::from(RESAMPLES - 1);
        let vertex = vertex_of(&self.means()[window.clone()]);
        Closing {
            quantiles,
            vertex,
            error: spread.sqrt(),
            missed: squares / cubes * squares / cubes * squares,
            resolution: (vertex_of(&exact[window]) - self.best_position()).abs() + (center - vertex).abs(),
        }
    }

    fn line_axis(&self) -> Axis {
        if self.p.len() == 2 {
            SHARE
        } else {
            Axis { label: "from the matched (0) to the optimal (1) shares", unit: "", scale: Scale::Linear }
        }
    }

    fn line_figure(&self, id: &'static str) -> Figure {
        let (first, last) =
            if self.p.len() == 2 { (0.02, 0.98) } else { (self.line[0], self.line[self.line.len() - 1]) };
        let x: Vec<f64> = (0..=192).map(|i| first + (last - first) * f64::from(i) / 192.0).collect();
        let curve = |f: &dyn Fn(&[f64]) -> f64| x.iter().map(|&x| f(&self.at(x))).collect::<Vec<_>>();
        let mut series = vec![
            Series::new(
                "power-law",
                "power law, the limit of many hours",
                Kind::Line,
                Role::Theory,
                x.clone(),
                curve(&|n| self.power_law(n)),
            ),
            Series::new(
                "exact",
                "exact at these hours",
                Kind::Line,
                Role::Theory,
                x.clone(),
                curve(&|n| self.exact(n)),
            ),
        ];
        if self.done > 1 {
            let width = self.line.len();
            let means = self.means();
            let half: Vec<f64> = (0..width).map(|i| Z95 * self.standard_error(i)).collect();
            let ends = |sign: f64| means.iter().zip(&half).map(|(m, h)| m + sign * h).collect();
            series.push(
                Series::new(
                    "measured",
                    "simulated students, mean and 95% interval",
                    Kind::Points,
                    Role::Measured,
                    self.line.clone(),
                    means[..width].to_vec(),
                )
                .with_interval(ends(-1.0), ends(1.0)),
            );
        }
        if let Some(Closing { quantiles: [low, middle, high], .. }) = &self.closing {
            series.push(
                Series::new(
                    "students",
                    "single students: median, 10% to 90%",
                    Kind::Line,
                    Role::Measured,
                    self.line.clone(),
                    middle.clone(),
                )
                .with_interval(low.clone(), high.clone())
                .hidden(),
            );
        }
        Figure {
            id,
            title: if self.p.len() == 2 {
                "Loss against the first subject's share of the hours".into()
            } else {
                "Loss along the line from matched to optimal shares".into()
            },
            x: self.line_axis(),
            y: LOSS,
            field: None,
            series,
            marks: vec![
                Mark::at_x("matched", if self.p.len() == 2 { self.p[0] } else { 0.0 }),
                Mark::at_x("optimal", if self.p.len() == 2 { self.power[0] } else { 1.0 }),
            ],
        }
    }

    fn triangle(&self, id: &'static str, title: &str, label: &'static str, values: Vec<f64>) -> Figure {
        let axis: Vec<f64> = (1..LATTICE - 1).map(|i| f64::from(i) / f64::from(LATTICE)).collect();
        let mut z = vec![vec![f64::NAN; axis.len()]; axis.len()];
        for ((i, j), value) in lattice().zip(values) {
            z[j as usize - 1][i as usize - 1] = value;
        }
        Figure {
            id,
            title: title.into(),
            x: Axis { label: "share of subject 1", unit: "%", scale: Scale::Linear },
            y: Axis { label: "share of subject 2", unit: "%", scale: Scale::Linear },
            field: Some(Field {
                x: axis.clone(),
                y: axis,
                z,
                label,
                unit: "",
                scale: Scale::Log,
                frame: Frame::Simplex,
            }),
            series: vec![],
            marks: vec![Mark::at("matched", self.p[0], self.p[1]), Mark::at("optimal", self.power[0], self.power[1])],
        }
    }

    fn gain_figure(&self) -> Figure {
        // The other subjects keep their proportions while the first one's weight moves.
        let rest: f64 = self.p[1..].iter().sum();
        let weights = |w: f64| -> Vec<f64> {
            let others = self.p.len() as f64 - 1.0;
            let other = |p: &f64| if rest > 0.0 { p / rest * (1.0 - w) } else { (1.0 - w) / others };
            std::iter::once(w).chain(self.p[1..].iter().map(other)).collect()
        };
        let x: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
        let y = x.iter().map(|&w| theory::gain(&weights(w), &self.c, self.a).hours_ratio).collect();
        // The whole hours that the students have: rounding matters when they are few.
        let exact = |w: f64| {
            let p = weights(w);
            let loss = |hours: &[u32]| theory::loss(&p, &self.c, self.a, &real(hours), theory::exact_error);
            let best = theory::best_whole_hours(&p, &self.c, self.a, self.hours);
            math::pow(loss(&best) / loss(&theory::whole_hours(&p, self.hours)), 1.0 / self.a)
        };
        let mut coarse: Vec<f64> = (1..50).map(|i| f64::from(i) / 50.0).collect();
        // The exam's own weight stands among them, put in its place: a sort would weigh 1 KB in the first download.
        let place = coarse.iter().take_while(|&&w| w < self.p[0]).count();
        if coarse.get(place) != Some(&self.p[0]) {
            coarse.insert(place, self.p[0]);
        }
        let at_these_hours = coarse.iter().map(|&w| exact(w)).collect();
        let mut series = vec![
            Series::new("power-law", "power law, the limit of many hours", Kind::Line, Role::Theory, x, y),
            Series::new("exact", "exact in whole hours", Kind::Line, Role::Theory, coarse, at_these_hours),
        ];
        if self.done > 1 {
            let (ratio, error) = self.measured_ratio();
            let needed = |r: f64| math::pow(r, 1.0 / self.a);
            series.push(
                Series::new(
                    "measured",
                    "simulated students, 95% interval",
                    Kind::Points,
                    Role::Measured,
                    vec![self.p[0]],
                    vec![needed(ratio)],
                )
                .with_interval(vec![needed((ratio - Z95 * error).max(0.0))], vec![needed(ratio + Z95 * error)]),
            );
        }
        Figure {
            id: "gain",
            title: "Hours needed with the optimal shares, per hour with the matched ones".into(),
            x: Axis { label: "weight of the first subject", unit: "%", scale: Scale::Linear },
            y: Axis { label: "hours ratio", unit: "", scale: Scale::Linear },
            field: None,
            series,
            marks: vec![Mark::at_x("this exam", self.p[0])],
        }
    }

    /// Loss with the optimal over loss with the matched shares, and its standard error (paired, delta method).
    fn measured_ratio(&self) -> (f64, f64) {
        let (n, width) = (f64::from(self.done), self.kept);
        let (matched, optimal) = (self.sums[self.matched] / n, self.sums[self.optimal] / n);
        let ratio = optimal / matched;
        let spread: f64 = self
            .losses
            .chunks(width)
            .map(|run| run[self.optimal] - ratio * run[self.matched])
            .map(|residual| residual * residual)
            .sum();
        (ratio, (spread / (n - 1.0) / n).sqrt() / matched)
    }

    fn tables(&self) -> Vec<Table> {
        let n = f64::from(self.hours);
        let [matched, best] = [self.matched, self.optimal].map(|i| real(&self.allocations[i]));
        let part = |k: usize, hours: f64| self.p[k] * self.c[k] * theory::exact_error(self.a, hours);
        let mut rows: Vec<Vec<Cell>> = (0..self.p.len())
            .map(|k| {
                vec![
                    format!("{}", k + 1).into(),
                    self.p[k].into(),
                    self.power[k].into(),
                    (best[k] / n).into(),
                    part(k, matched[k]).into(),
                    part(k, best[k]).into(),
                ]
            })
            .collect();
        rows.push(vec![
            "all".into(),
            1.0.into(),
            1.0.into(),
            1.0.into(),
            self.exact(&matched).into(),
            self.exact(&best).into(),
        ]);
        let share = |name| Column { name, unit: "%" };
        let plain = |name| Column { name, unit: "" };
        let gain = theory::gain(&self.p, &self.c, self.a);
        let ratio = self.exact(&best) / self.exact(&matched);
        vec![
            Table {
                id: "allocation",
                title: "Shares of the hours, and the exact loss they leave in whole hours".into(),
                columns: vec![
                    plain("subject"),
                    share("weight"),
                    share("optimal share, power law"),
                    share("optimal share, whole hours"),
                    plain("loss, matched shares"),
                    plain("loss, optimal shares"),
                ],
                rows,
            },
            Table {
                id: "gain",
                title: "What the optimal shares buy".into(),
                columns: vec![plain("quantity"), plain("power law"), plain("exact in whole hours")],
                rows: vec![
                    vec!["loss, optimal over matched".into(), gain.loss_ratio.into(), ratio.into()],
                    vec![
                        "hours needed, optimal over matched".into(),
                        gain.hours_ratio.into(),
                        math::pow(ratio, 1.0 / self.a).into(),
                    ],
                ],
            },
        ]
    }

    fn verdicts(&self) -> Vec<Verdict> {
        let best = self.best_position();
        let limit = if self.p.len() == 2 { self.power[0] } else { 1.0 };
        let claim = if self.p.len() == 2 {
            "The best share of the hours for the first subject"
        } else {
            "The best place on the line from matched (0) to optimal (1) shares"
        };
        let unit = if self.p.len() == 2 { "%" } else { "" };
        // A lowest point beyond the last allocation is no share.
        let ends = self.line[0]..=self.line[self.line.len() - 1];
        let closing = self.closing.as_ref();
        let found = closing.filter(|c| c.error > 0.0 && c.resolution.is_finite() && ends.contains(&c.vertex));
        let few = found.map(|found| found.missed).filter(|missed| *missed < MISSED);
        let (measured, interval, resolution) = found.map_or((f64::NAN, None, 0.0), |found| {
            let half = Z999 * found.error;
            let interval = [found.vertex - half, found.vertex + half];
            (found.vertex, few.is_none().then_some(interval), found.resolution)
        });
        let percent = |x: f64| if unit == "%" { format!("{}%", decimal(100.0 * x, 1)) } else { decimal(x, 3) };
        let note = match &self.closing {
            None => format!(
                "The exact curve at these hours has its optimum at {}; with many hours it tends to {}.",
                percent(best),
                percent(limit)
            ),
            Some(_) if let Some(missed) = few => format!(
                "The best share hangs on about {} missed facts, too few for an honest interval: {} times as many students, or facts, would tell.",
                decimal(missed, 0),
                decimal((MISSED / missed).ceil(), 0)
            ),
            Some(_) if interval.is_none() => {
                "No parabola through the losses has its lowest point here: take more students, more facts or more hours."
                    .to_owned()
            }
            Some(_) => format!(
                "Measured as the lowest point of a parabola through the log loss near its minimum, good to {}; with many hours the optimum tends to {}.",
                percent(resolution),
                percent(limit)
            ),
        };
        let verdict = Verdict::of("best-share", claim, measured, interval, best, resolution).unit(unit).note(note);
        let matched = if self.p.len() == 2 { self.p[0] } else { 0.0 };
        // Where the matched shares are the best there is nothing to tell apart.
        vec![if (best - matched).abs() < SAME {
            verdict.within(5.0 * SAME - resolution, "The interval is too wide to say so: more students would tell.")
        } else {
            verdict.against(matched, "The matched shares are not ruled out: more students or more hours would tell.")
        }]
    }
}

/// Whole hours as real ones.
fn real(hours: &[u32]) -> Vec<f64> {
    hours.iter().map(|&n| f64::from(n)).collect()
}

/// `p + t (q - p)`; where p is optimal already, from p towards the first corner.
fn shares_on_line(p: &[f64], q: &[f64], t: f64) -> Vec<f64> {
    let direction = direction(p, q);
    p.iter().zip(&direction).map(|(p, d)| p + t * d).collect()
}

fn direction(p: &[f64], q: &[f64]) -> Vec<f64> {
    if p.iter().zip(q).all(|(p, q)| (p - q).abs() < 1e-9) {
        p.iter().enumerate().map(|(k, p)| 0.5 * (if k == 0 { 1.0 } else { 0.0 } - p)).collect()
    } else {
        p.iter().zip(q).map(|(p, q)| q - p).collect()
    }
}

/// Positions [`REACH`] either side of the least value.
fn window(ys: &[f64]) -> std::ops::Range<usize> {
    let least = (0..ys.len()).min_by(|&i, &j| ys[i].total_cmp(&ys[j])).unwrap_or(0);
    let start = least.saturating_sub(REACH).min(ys.len().saturating_sub(2 * REACH + 1));
    start..(start + 2 * REACH + 1).min(ys.len())
}

/// The lowest point of the least-squares parabola; not a number where it has none.
fn vertex(xs: &[f64], ys: &[f64]) -> f64 {
    if xs.len() < 3 {
        return f64::NAN;
    }
    let n = xs.len() as f64;
    // Centred abscissae keep the normal equations well conditioned.
    let middle = xs.iter().sum::<f64>() / n;
    let sum = |f: &dyn Fn(f64, f64) -> f64| xs.iter().zip(ys).map(|(x, y)| f(x - middle, *y)).sum::<f64>();
    let (s2, s3, s4) = (sum(&|x, _| x * x), sum(&|x, _| x * x * x), sum(&|x, _| x * x * x * x));
    let (t0, t1, t2) = (sum(&|_, y| y), sum(&|x, y| x * y), sum(&|x, y| x * x * y));
    // [n 0 s2; 0 s2 s3; s2 s3 s4] (c, b, a) = (t0, t1, t2), c eliminated.
    let (u, v) = (s4 - s2 * s2 / n, t2 - s2 * t0 / n);
    let determinant = s2 * u - s3 * s3;
    let (curvature, slope) = ((s2 * v - s3 * t1) / determinant, (u * t1 - s3 * v) / determinant);
    if curvature > 0.0 { middle - 0.5 * slope / curvature } else { f64::NAN }
}

impl Experiment for ExamTime {
    const SLUG: &'static str = "exam-time";
    const INFO: Info = Info {
        title: "Exam time",
        question: "An exam weighs its subjects 90 to 10: how should the hours of study be shared?",
        notice: &[
            "Among equally difficult subjects, sharing the hours in proportion to the weights is the best only if all count the same. The best shares are flatter: at exponent 1 a 90/10 exam is best prepared 75/25, and the same loss is reached in 20% fewer hours.",
            "The optimum is flat: a share that is wrong by a few points costs little. What costs is to starve the small subject.",
            "Change the number of hours: the power law (one dashed curve) is the limit of the exact curve (the other). With 10 hours they differ, with 1000 they do not.",
            "All simulated students use the same draws for every allocation, so their points move up and down together: comparisons between shares are far sharper than the intervals of single points suggest.",
        ],
        model: &[
            "A subject is a set of facts, some common, some rare: the chance that an hour shows a fact, theta, has the density a theta^(a-1) on [0, 1]. Hours are independent. A fact never seen is answered wrongly and costs c; the exam asks about subject k with weight p. Students study whole hours, none if a share is small enough: shares are rounded, the largest remainders up.",
            "A language model trained on a mixture of sources is the case this stands for: hours are training tokens, subjects are domains, the exam is the test mixture. What the toy leaves out: subjects that help each other, order, forgetting, and a learner whose exponent differs between subjects.",
        ],
        formulas: &[
            Formula {
                label: "Expected loss of an allocation",
                tex: r"L(n) = \sum_k p_k c_k \frac{\Gamma(n_k+1)\,\Gamma(a+1)}{\Gamma(n_k+a+1)} \;\longrightarrow\; \Gamma(a+1) \sum_k p_k c_k n_k^{-a}",
            },
            Formula { label: "Optimal shares", tex: r"q_k^* = \frac{(p_k c_k)^{1/(1+a)}}{\sum_j (p_j c_j)^{1/(1+a)}}" },
            Formula {
                label: "Hours ratio",
                tex: r"\frac{N'}{N} = \left(\frac{L^*}{L_{\mathrm{same}}}\right)^{1/a} = \left(\frac{\bigl(\sum_k (p_k c_k)^{1/(1+a)}\bigr)^{1+a}}{\sum_k c_k p_k^{1-a}}\right)^{1/a}",
            },
        ],
        sources: &[
            Source {
                text: "Medvedev, Lyu, Li, Srebro: Shift is Good: Mismatched Data Mixing Improves Test Performance (SIG), 2025, Section 3",
                url: "https://arxiv.org/abs/2510.25108",
            },
            Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
        ],
        presets: &[
            Preset { title: "90/10, exponent 1", query: "" },
            Preset { title: "90/10, exponent 1/2", query: "exponent=0.5" },
            Preset { title: "90/10, slow learning (0.28)", query: "exponent=0.28&hours=1000" },
            Preset { title: "Three subjects", query: "weights=0.6,0.3,0.1" },
            Preset {
                title: "Five subjects, the last one hard",
                query: "weights=0.4,0.3,0.15,0.1,0.05&difficulty=1,1,1,1,5",
            },
        ],
        figures_more: &[],
    };

    const QUICK: &'static str = "runs=512&facts=32";
    const CLAIMS: &'static [Claim] = &[
        Claim {
            id: "exam-75",
            source: "Talk; SIG",
            origin: Origin::Printed,
            place: "Part 2.2; Section 3",
            what: "optimal share of the 90% subject at a = 1",
            printed: 0.75,
            query: "",
            seed: 1,
            pick: Pick::Cell("allocation", 0, 2),
            tolerance: 1e-12,
            reason: "closed form",
            ours: None,
            note: "",
            data: None,
        },
        Claim {
            id: "exam-75-measured",
            source: "Talk; SIG",
            origin: Origin::Printed,
            place: "Part 2.2; Section 3",
            what: "the same share, measured on simulated students",
            printed: 0.75,
            query: "hours=1000&runs=16384",
            seed: 1,
            pick: Pick::Verdict("best-share"),
            tolerance: 0.01,
            reason: "the parabola through seven points is good to a percent",
            ours: None,
            note: "",
            data: None,
        },
        Claim {
            id: "exam-20-percent",
            source: "Talk; SIG",
            origin: Origin::Printed,
            place: "Part 2.2; Section 3",
            what: "hours needed with the optimal shares, per hour with the matched ones, a = 1",
            printed: 0.8,
            query: "",
            seed: 1,
            pick: Pick::Cell("gain", 1, 1),
            tolerance: 1e-12,
            reason: "closed form",
            ours: None,
            note: "The talk says 20% less.",
            data: None,
        },
        Claim {
            id: "exam-half",
            source: "SIG",
            origin: Origin::Printed,
            place: "Section 3",
            what: "optimal share of the 90% subject at a = 1/2",
            printed: 0.812,
            query: "exponent=0.5",
            seed: 1,
            pick: Pick::Cell("allocation", 0, 2),
            tolerance: 1e-3,
            reason: "printed as 0.812..., cut after three digits",
            ours: None,
            note: "",
            data: None,
        },
        Claim {
            id: "exam-half-hours",
            source: "SIG",
            origin: Origin::Printed,
            place: "Section 3",
            what: "hours ratio at a = 1/2",
            printed: 0.944,
            query: "exponent=0.5",
            seed: 1,
            pick: Pick::Cell("gain", 1, 1),
            tolerance: 1e-3,
            reason: "printed with three digits, cut",
            ours: None,
            note: "",
            data: None,
        },
    ];

    type Params = Params;

    fn start(params: Params, seed: u32) -> Result<Self> {
        let Params { weights: p, difficulty, exponent: a, hours, facts, runs } = params;
        let c = broadcast("difficulty", &difficulty, p.len())?;
        let n = f64::from(hours);
        let power = theory::optimal_shares(&p, &c, a);

        // The line: K = 2, equal steps of the first share; else from the matched shares to beyond the optimal ones.
        let d = direction(&p, &power);
        let shares: Vec<Vec<f64>> = if p.len() == 2 {
            (1..GRID).map(|i| f64::from(i) / f64::from(GRID)).map(|x| vec![x, 1.0 - x]).collect()
        } else {
            let degenerate = d.iter().zip(p.iter().zip(&power)).all(|(_, (p, q))| (p - q).abs() < 1e-9);
            let first = if degenerate { -0.5 } else { 0.0 };
            let edge = p.iter().zip(&d).filter(|(_, d)| **d < 0.0).map(|(p, d)| -p / d).fold(2.0, f64::min);
            let last = if degenerate { 1.0 } else { edge.max(1.0) };
            (0..GRID - 1)
                .map(|i| first + (last - first) * f64::from(i) / f64::from(GRID - 2))
                .map(|t| shares_on_line(&p, &power, t))
                .collect()
        };
        let position = |hours: &[u32]| {
            if p.len() == 2 {
                return f64::from(hours[0]) / n;
            }
            // Whole hours lie near the line; their place on it is the projection.
            let (mut along, mut length) = (0.0, 0.0);
            for ((&h, p), d) in hours.iter().zip(&p).zip(&d) {
                along += (f64::from(h) / n - p) * d;
                length += d * d;
            }
            along / length
        };
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
        Progress { done: self.done.div_ceil(batch), total: self.runs.div_ceil(batch) }
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
            let title = "Loss over the triangle of shares, exact";
            figures.push(self.triangle("loss-vs-share", title, "expected exam loss", exact));
            if self.done > 0 {
                let measured = self.means().split_off(self.kept);
                let title = "Loss over the triangle of shares, simulated students";
                figures.push(self.triangle("loss-measured", title, "mean exam loss", measured));
            }
            figures.push(self.line_figure("loss-along-line"));
        } else {
            figures.push(self.line_figure("loss-vs-share"));
        }
        figures.push(self.gain_figure());
        Output { figures, tables: self.tables(), verdicts: self.verdicts() }
    }
}

/// Inner points (i, j) of the triangular lattice.
fn lattice() -> impl Iterator<Item = (u32, u32)> {
    (1..LATTICE - 1).flat_map(|i| (1..LATTICE - i).map(move |j| (i, j)))
}

/// The three shares at a point of the lattice.
fn lattice_shares((i, j): (u32, u32)) -> [f64; 3] {
    [i, j, LATTICE - i - j].map(|i| f64::from(i) / f64::from(LATTICE))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::params::{Params as _, Texts};

    fn finished(query: &str, seed: u32) -> ExamTime {
        let texts: Texts = crate::params::query(query);
        let mut run = ExamTime::start(Params::read(&texts).expect("valid"), seed).expect("starts");
        let exec = Exec::cpu();
        while !run.progress().finished() {
            pollster::block_on(run.advance(&exec)).expect("advances");
        }
        run
    }

    #[test]
    fn students_land_on_the_exact_curve() {
        for query in [
            "",
            "exponent=0.28&hours=1000&runs=1000",
            "weights=0.6,0.3,0.1&exponent=2",
            "weights=1,2,3,4,5,6,7,8&difficulty=1,2,3,4,5,6,7,8&hours=50",
        ] {
            let run = finished(query, 1);
            let means = run.means();
            for (i, hours) in run.allocations.iter().enumerate() {
                let exact = run.exact(&hours.iter().map(|&n| f64::from(n)).collect::<Vec<_>>());
                let z = (means[i] - exact) / run.standard_error(i);
                assert!(z.abs() < 4.0, "{query}: allocation {hours:?}: {} against {exact}, z = {z}", means[i]);
            }
        }
    }

    #[test]
    fn the_measured_optimum_is_the_exact_one() {
        for (query, seed) in
            [("", 1), ("", 2), ("exponent=0.5", 1), ("weights=0.6,0.3,0.1", 1), ("weights=0.4,0.3,0.15,0.1,0.05", 3)]
        {
            let verdict = &finished(query, seed).output().verdicts[0];
            assert_eq!(verdict.agrees, Some(true), "{query}, seed {seed}: {verdict:?}");
        }
    }

    #[test]
    fn the_measured_hours_ratio_lies_on_its_curve() {
        for query in ["", "weights=0.4,0.3,0.15,0.1,0.05&difficulty=1,1,1,1,5", "hours=10&exponent=2"] {
            let run = finished(query, 1);
            let figure = run.gain_figure();
            let curve = figure.series.iter().find(|s| s.id == "exact").expect("the curve");
            let at = curve.x.iter().position(|x| (x - run.p[0]).abs() < 1e-9).expect("a point at this exam's weight");
            let (ratio, error) = run.measured_ratio();
            let z = (ratio - math::pow(curve.y[at], run.a)) / error;
            assert!(z.abs() < 4.0, "{query}: {ratio} against {}, z = {z}", curve.y[at]);
        }
    }

    fn number(output: &Output, table: usize, row: usize, column: usize) -> f64 {
        match &output.tables[table].rows[row][column] {
            Cell::Number(x) => *x,
            Cell::Text(text) => panic!("{text} is no number"),
        }
    }

    /// Exams of all kinds: few and many hours, subjects that hardly count, one that does not.
    const EXAMS: [&str; 9] = [
        "",
        "hours=10",
        "weights=0.98,0.02&hours=10",
        "weights=0.995,0.005&hours=10",
        "weights=1,0",
        "weights=0.7,0.3&hours=37&exponent=0.3",
        "weights=0.6,0.3,0.1&hours=10",
        "weights=0.6,0,0.4&hours=25&difficulty=1,3,2",
        "weights=1,2,3,4,5,6,7,8&hours=10&exponent=3",
    ];

    #[test]
    fn matched_students_study_what_the_weights_say() {
        let run = |query| ExamTime::start(Params::read(&crate::params::query(query)).expect("valid"), 1);
        let matched = |query| run(query).map(|run| run.allocations[run.matched].clone()).expect("starts");
        assert_eq!(matched(""), [90, 10], "whole hours stay as they are");
        assert_eq!(matched("weights=0.6,0.3,0.1&hours=10"), [6, 3, 1]);
        assert_eq!(matched("weights=1,0"), [100, 0], "none for a subject that does not count");
    }

    #[test]
    fn figure_and_table_say_one_thing() {
        for query in EXAMS {
            let run = ExamTime::start(Params::read(&crate::params::query(query)).expect("valid"), 1);
            let run = run.expect("starts");
            let output = run.output();
            let curve = run.gain_figure().series.into_iter().find(|s| s.id == "exact").expect("the curve");
            let at = curve.x.iter().position(|x| *x == run.p[0]).expect("a point at this exam's weight");
            assert!((curve.y[at] - number(&output, 1, 1, 2)).abs() < 1e-12, "{query}: the ratio of figure and table");
            let all = run.p.len();
            let [matched, optimal] = [4, 5].map(|column| number(&output, 0, all, column));
            assert!(optimal <= matched * (1.0 + 1e-12), "{query}: optimal {optimal}, matched {matched}");
            for k in 0..all {
                assert!(run.p[k] > 0.0 || number(&output, 0, k, 3) == 0.0, "{query}: no hour for what does not count");
            }
        }
    }

    #[test]
    fn a_verdict_decides_only_what_its_students_can_tell() {
        for seed in 1..9 {
            let verdict = |query| finished(query, seed).output().verdicts.remove(0);
            // Whole hours lie beside the line, and so few of them say little.
            let coarse = verdict("weights=0.6,0.3,0.1&hours=10");
            assert_ne!(coarse.agrees, Some(false), "seed {seed}: {coarse:?}");
            // The best and the matched shares are 0.4 points apart, the allocations 10.
            let flat = verdict("weights=0.99,0.01&hours=10");
            assert!(flat.agrees.is_none() && flat.note.contains("hours"), "seed {seed}: {flat:?}");
            let default = verdict("");
            assert_eq!((default.agrees, default.null), (Some(true), Some(0.9)), "seed {seed}: {default:?}");
            let [lo, hi] = default.interval.expect("an interval");
            assert!(!(lo - default.resolution..=hi + default.resolution).contains(&0.9), "seed {seed}: {default:?}");
        }
        let equal = finished("weights=0.5,0.5&runs=16384", 1).output().verdicts.remove(0);
        assert_eq!((equal.agrees, equal.null), (Some(true), None), "matched shares are the best here: {equal:?}");
    }

    #[test]
    fn the_triangle_holds_every_mixture_in_its_place() {
        let output = finished("weights=0.6,0.3,0.1&hours=400", 1).output();
        let field = |id| output.figures.iter().find(|f| f.id == id).and_then(|f| f.field.as_ref()).expect("a field");
        let (exact, measured) = (field("loss-vs-share"), field("loss-measured"));
        let mut inside = 0;
        for (j, y) in exact.y.iter().enumerate() {
            for (i, x) in exact.x.iter().enumerate() {
                let (e, m) = (exact.z[j][i], measured.z[j][i]);
                assert_eq!(e.is_nan(), x + y > 1.0 - 1e-9, "outside, {x} + {y}");
                assert_eq!(m.is_nan(), e.is_nan(), "the same places, {x}, {y}");
                if !e.is_nan() {
                    // a = 1: the loss is p / (n + 1), by hand.
                    let hand = 0.6 / (400.0 * x + 1.0) + 0.3 / (400.0 * y + 1.0) + 0.1 / (400.0 * (1.0 - x - y) + 1.0);
                    assert!((e / hand - 1.0).abs() < 1e-9, "at {x}, {y}: {e} against {hand}");
                    assert!((m / e - 1.0).abs() < 0.15, "at {x}, {y}: measured {m}, exact {e}");
                    inside += 1;
                }
            }
        }
        assert_eq!(inside, 171, "inner points");
    }

    #[test]
    fn tables_and_marks_say_what_the_theory_says() {
        let output = finished("", 1).output();
        let number = |table, row, column| number(&output, table, row, column);
        // By hand: a = 1, so p c / (n + 1), with n = 90, 10 and with n = 75, 25.
        for (column, hours) in [(4, [90.0, 10.0]), (5, [75.0, 25.0])] {
            let parts = [0.9 / (hours[0] + 1.0), 0.1 / (hours[1] + 1.0)];
            for (row, want) in [parts[0], parts[1], parts[0] + parts[1]].into_iter().enumerate() {
                assert!((number(0, row, column) / want - 1.0).abs() < 1e-9, "row {row}, column {column}");
            }
        }
        assert!((number(1, 0, 2) - number(0, 2, 5) / number(0, 2, 4)).abs() < 1e-12, "the ratio of the two");
        let marks: Vec<_> = output.figures[0].marks.iter().map(|m| (m.label.as_str(), m.x)).collect();
        assert_eq!(marks, [("matched", Some(0.9)), ("optimal", Some(0.75))], "where the page draws them");
    }

    #[test]
    fn quantiles_are_those_of_single_students() {
        let run = finished("runs=1000", 3);
        let closing = run.closing.as_ref().expect("finished");
        let width = run.line.len();
        for (i, share) in [0.1, 0.5, 0.9].into_iter().enumerate() {
            for at in [0, width / 2, width - 1] {
                let q = closing.quantiles[i][at];
                let column = || run.losses.chunks(width).map(|losses| losses[at]);
                let below = column().filter(|loss| *loss < q).count() as f64 / 1000.0;
                let reached = column().filter(|loss| *loss <= q).count() as f64 / 1000.0;
                assert!(below <= share + 1e-3 && reached >= share, "{share} at {at}: {below} to {reached}");
            }
        }
        assert!(closing.resolution < 0.02, "the parabola is good to a percent here: {}", closing.resolution);
    }

    #[test]
    fn the_error_of_the_ratio_is_that_of_the_jackknife() {
        let run = finished("runs=512", 5);
        let (ratio, error) = run.measured_ratio();
        let (n, width) = (512.0, run.line.len());
        let without = |students: &[f64]| {
            (run.sums[run.optimal] - students[run.optimal]) / (run.sums[run.matched] - students[run.matched])
        };
        let spread: f64 = run.losses.chunks(width).map(|s| (without(s) - ratio) * (without(s) - ratio)).sum();
        let jackknife = (spread * (n - 1.0) / n).sqrt();
        assert!((error / jackknife - 1.0).abs() < 0.02, "{error} against {jackknife}");
    }

    #[test]
    fn noise_is_not_taken_for_an_answer() {
        let verdict = &finished("hours=10000&runs=64&facts=1", 1).output().verdicts[0];
        assert_eq!(verdict.agrees, None, "{verdict:?}");
        assert!(verdict.note.contains("more students"), "and says why: {}", verdict.note);
    }

    #[test]
    fn facts_that_are_rarely_missed_decide_nothing() {
        // Seeds of which most said that the best share differs, by an interval from a handful of missed facts.
        for (query, seed) in [
            ("weights=0.99,0.01&hours=1000&runs=64", 1),
            ("weights=0.999,0.001&hours=1000&runs=64", 1),
            ("weights=0.99,0.01&hours=100&runs=1024&facts=1", 1),
            ("weights=0.99,0.01&hours=1000&runs=256", 1),
        ] {
            let verdict = &finished(query, seed).output().verdicts[0];
            assert!(verdict.agrees.is_none() && verdict.note.contains("students"), "{query}: {verdict:?}");
        }
        let quick = &finished(ExamTime::QUICK, 1).output().verdicts[0];
        assert_eq!(quick.agrees, Some(true), "few students tell where facts are often missed: {quick:?}");
    }

    #[test]
    fn a_wrong_theory_would_be_noticed() {
        let verdict = &finished("", 1).output().verdicts[0];
        let [lo, hi] = verdict.interval.expect("an interval");
        assert!(lo > 0.6 && hi < 0.87, "the matched share 0.9 is far outside {lo}..{hi}");
    }

    #[test]
    fn before_the_run_only_theory_is_shown() {
        let run = ExamTime::start(Params::read(&Texts::new()).expect("valid"), 1).expect("starts");
        let output = run.output();
        assert!(output.figures.iter().flat_map(|f| &f.series).all(|s| s.role == Role::Theory), "no measured series");
        assert_eq!(output.verdicts[0].agrees, None, "cannot tell yet");
    }

    #[test]
    fn a_parabola_has_its_vertex() {
        let xs = [0.1, 0.2, 0.35, 0.4];
        let ys = xs.map(|x| 2.0 * (x - 0.3) * (x - 0.3) + 1.0);
        assert!((vertex(&xs, &ys) - 0.3).abs() < 1e-12, "exact");
        assert!(vertex(&xs, &ys.map(|y| -y)).is_nan(), "a hill has no lowest point");
    }
}

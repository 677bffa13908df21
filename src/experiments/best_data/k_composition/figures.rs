//! Figures of `k-composition`.

use super::run::{Expected, FLOWS, Snapshot};
use super::{KComposition, Params, TRAININGS_MAX};
use crate::experiments::best_data::race::{Race, Time, name};
use crate::math;
use crate::output::{Axis, Field, Figure, Frame, Kind, Mark, Role, Series};
use crate::params::Scale;
use crate::sim::k_composition::{self as sim, BINS};
use crate::stats::quartiles;
use crate::theory::k_composition as theory;

/// Runs that can be shown one by one.
pub(super) const SHOWN: usize = 16;
/// Where curves of the loss end: what is below is solved, and f32 weights stop sooner or later.
pub(super) const LEAST: f64 = 1e-6;
/// Cells of a landscape along each axis.
pub(super) const CELLS: u32 = 45;
/// More curves than this are drawn without bands and single runs.
pub(super) const CROWD: usize = 3;
/// Landscapes drawn at most.
pub(super) const LANDSCAPES: usize = 4;

/// Names of the series of each training distribution: `p1-measured`, ...
macro_rules! ids {
    ($how:literal) => {
        [
            concat!("p1-", $how),
            concat!("p2-", $how),
            concat!("p3-", $how),
            concat!("p4-", $how),
            concat!("p5-", $how),
            concat!("p6-", $how),
            concat!("p7-", $how),
            concat!("p8-", $how),
            concat!("p9-", $how),
            concat!("p10-", $how),
            concat!("p11-", $how),
            concat!("p12-", $how),
        ]
    };
}

pub(super) const MEASURED: [&str; TRAININGS_MAX] = ids!("measured");
pub(super) const RUNS: [&str; TRAININGS_MAX] = ids!("runs");
pub(super) const THEORY: [&str; TRAININGS_MAX] = ids!("theory");
pub(super) const POWER_MEASURED: [&str; TRAININGS_MAX] = ids!("b-measured");
pub(super) const POWER_THEORY: [&str; TRAININGS_MAX] = ids!("b-theory");
pub(super) const BIN_MEASURED: [[&str; TRAININGS_MAX]; BINS] =
    [ids!("1-measured"), ids!("2-measured"), ids!("3-measured"), ids!("4-measured")];
pub(super) const BIN_NAMES: [&str; BINS] =
    ["first eighth of the skills", "second eighth", "second quarter", "second half"];
pub(super) const LANDSCAPE_IDS: [&str; LANDSCAPES] = ["landscape", "landscape-2", "landscape-3", "landscape-4"];
pub(super) const SAMPLES: Axis = Axis { label: "training samples", unit: "samples", scale: Scale::Log };

/// A curve of losses as far as [`LEAST`]: where it falls below, it ends there.
pub(super) fn down_to_least(mut y: Vec<f64>) -> Vec<f64> {
    let mut gone = false;
    for y in &mut y {
        let below = *y < LEAST;
        if below {
            *y = if gone { f64::NAN } else { LEAST };
        }
        gone = below;
    }
    y
}

impl KComposition {
    /// Samples at the marks that are recorded.
    pub(super) fn recorded(&self, training: usize) -> (Vec<f64>, Vec<&Snapshot>) {
        let all = self.snapshots[training].iter().zip(&self.marks);
        all.filter(|(snapshot, _)| !snapshot.loss.is_empty())
            .map(|(snapshot, &mark)| (self.seen(mark), snapshot))
            .unzip()
    }

    pub(super) fn samples_of_flow(&self, training: usize) -> Vec<f64> {
        self.marks[..self.flows[training].len()].iter().map(|&mark| self.seen(mark)).collect()
    }

    /// Names of the trainings in plots.
    pub(super) fn label(&self, training: usize) -> String {
        name(self.params.exponents[training])
    }

    /// Median, quartiles and single runs of the loss (`which` 0) or sign accuracy (1), with the flow.
    pub(super) fn curves(&self, which: usize) -> Vec<Series> {
        let mut series = Vec::new();
        let crowded = self.trainings.len() > CROWD;
        let racers = self.race(0).racers;
        let cut = |y: Vec<f64>| if which == 0 { down_to_least(y) } else { y };
        for i in self.trainings() {
            let (x, snapshots) = self.recorded(i);
            let diverged = match racers[i].diverged {
                0 => String::new(),
                count => format!(", without {count} diverged"),
            };
            let quartile = |q: usize| snapshots.iter().map(|s| s.quartiles[which][q]).collect::<Vec<_>>();
            let median = cut(quartile(1));
            if crowded && !snapshots.is_empty() {
                let label = format!("{}: median{diverged}", self.label(i));
                series.push(Series::new(MEASURED[i], label, Kind::Line, Role::Measured, x.clone(), median));
            } else if !snapshots.is_empty() {
                let label = format!("{}: median and quartiles{diverged}", self.label(i));
                let least = if which == 0 { LEAST } else { 0.0 };
                // The band ends where the median does.
                let end = |q: usize| {
                    let ends = quartile(q).into_iter().zip(&median);
                    ends.map(|(y, median)| if *median > least { y.max(least) } else { f64::NAN }).collect()
                };
                let (lo, hi) = (end(0), end(2));
                let line = Series::new(MEASURED[i], label, Kind::Line, Role::Measured, x.clone(), median);
                series.push(line.with_interval(lo, hi));
            }
            let y = cut(self.flows[i].iter().map(|row| row[which]).collect());
            if !y.is_empty() {
                let label = format!("{}: flow without noise, median of {}", self.label(i), FLOWS.min(self.params.runs));
                let mut flow = Series::new(THEORY[i], label, Kind::Line, Role::Theory, self.samples_of_flow(i), y);
                flow.hidden = crowded && !snapshots.is_empty();
                series.push(flow);
            }
            if which == 0 && !crowded {
                let paths = self.paths(i, &|shown, _| f64::from(shown[0]), &|x, _| x);
                if let Some((y, x)) = paths.filter(|(y, _)| y.iter().any(|y| y.is_finite())) {
                    let y = cut(y);
                    let label = format!("{}: single runs", self.label(i));
                    series.push(Series::new(RUNS[i], label, Kind::Line, Role::Measured, x, y).hidden());
                }
            }
        }
        series
    }

    /// The first runs one after another as one line with gaps: `first` and `second` of what is shown and the samples.
    pub(super) fn paths(
        &self,
        training: usize,
        first: &dyn Fn(&[f32; 3 + BINS], f64) -> f64,
        second: &dyn Fn(f64, &[f32; 3 + BINS]) -> f64,
    ) -> Option<(Vec<f64>, Vec<f64>)> {
        let (x, snapshots) = self.recorded(training);
        let runs = snapshots.iter().map(|s| s.shown.len()).min().filter(|&n| n > 0)?;
        let (mut ys, mut xs) = (Vec::new(), Vec::new());
        for run in 0..runs {
            for (x, snapshot) in x.iter().zip(&snapshots) {
                ys.push(first(&snapshot.shown[run], *x));
                xs.push(second(*x, &snapshot.shown[run]));
            }
            // A gap before the next run.
            ys.push(f64::NAN);
            xs.push(xs[xs.len() - 1]);
        }
        Some((ys, xs))
    }

    pub(super) fn figure(
        id: &'static str,
        title: impl Into<String>,
        x: Axis,
        y: Axis,
        series: Vec<Series>,
    ) -> Option<Figure> {
        let title = title.into();
        (!series.is_empty()).then_some(Figure { id, title, x, y, field: None, series, marks: vec![] })
    }

    pub(super) fn loss_figure(&self) -> Option<Figure> {
        let y = Axis { label: "loss on the uniform test", unit: "", scale: Scale::Log };
        let mut figure = Self::figure("loss", "Test loss against training samples", SAMPLES, y, self.curves(0))?;
        let Params { switch_after, samples, target, .. } = self.params;
        figure.marks.push(Mark { label: "target".into(), x: None, y: Some(target) });
        if switch_after > 0 && switch_after < samples {
            figure.marks.push(Mark::at_x("uniform from here", f64::from(switch_after)));
        }
        Some(figure)
    }

    pub(super) fn accuracy_figure(&self) -> Option<Figure> {
        let y = Axis { label: "test tasks whose sign is right", unit: "%", scale: Scale::Linear };
        Self::figure("sign-accuracy", "Sign accuracy on the uniform test", SAMPLES, y, self.curves(1))
    }

    /// Means of the bins; the steepest training in view, the others on request.
    pub(super) fn skills_figure(&self) -> Option<Figure> {
        let exponents = &self.params.exponents;
        let steepest = self.trainings().max_by(|&i, &j| exponents[i].total_cmp(&exponents[j])).unwrap_or(0);
        let mut order: Vec<usize> = self.trainings().collect();
        order.sort_by_key(|&i| i != steepest);
        let mut series = Vec::new();
        for i in order {
            let (x, snapshots) = self.recorded(i);
            for bin in 0..BINS {
                let label = format!("{}: {}", self.label(i), BIN_NAMES[bin]);
                let mut line = if snapshots.is_empty() {
                    if self.flows[i].is_empty() {
                        continue;
                    }
                    let y = self.flows[i].iter().map(|row| row[4 + bin]).collect();
                    let label = format!("{label}, flow without noise");
                    Series::new(BIN_MEASURED[bin][i], label, Kind::Line, Role::Theory, self.samples_of_flow(i), y)
                } else {
                    let y = snapshots.iter().map(|s| s.mean(2 + bin)).collect();
                    Series::new(BIN_MEASURED[bin][i], label, Kind::Line, Role::Measured, x.clone(), y)
                };
                line.hidden = i != steepest;
                series.push(line);
            }
        }
        let y = Axis { label: "mean weight (1 is the truth)", unit: "", scale: Scale::Linear };
        Self::figure("skills", "Which skills are learned first", SAMPLES, y, series)
    }

    pub(super) fn signal_figure(&self) -> Option<Figure> {
        let mut series = Vec::new();
        for i in self.trainings() {
            for (moment, letter, measured, flow) in
                [(0, "A", MEASURED[i], THEORY[i]), (1, "B", POWER_MEASURED[i], POWER_THEORY[i])]
            {
                let hidden = moment == 1 && self.trainings.len() > 2;
                let (x, snapshots) = self.recorded(i);
                if !snapshots.is_empty() {
                    let y = snapshots.iter().map(|s| s.mean(moment)).collect();
                    let label = format!("{letter}, {}: mean of the runs", self.label(i));
                    let line = Series::new(measured, label, Kind::Line, Role::Measured, x, y);
                    series.push(if hidden { line.hidden() } else { line });
                }
                if !self.flows[i].is_empty() {
                    let y = self.flows[i].iter().map(|row| row[2 + moment]).collect();
                    let label = format!("{letter}, {}: flow without noise", self.label(i));
                    let line = Series::new(flow, label, Kind::Line, Role::Theory, self.samples_of_flow(i), y);
                    series.push(if hidden { line.hidden() } else { line });
                }
            }
        }
        let y = Axis { label: "moments of the weights under p", unit: "", scale: Scale::Linear };
        Self::figure("signal", "The signal A and the size B", SAMPLES, y, series)
    }

    /// The pull of the gradient at the start against the number of skills.
    pub(super) fn gradient_figure(&self) -> Option<Figure> {
        let Params { hops, init, runs, .. } = self.params;
        let sizes: Vec<u32> = (3..=10).map(|power| 1 << power).collect();
        let runs = runs.clamp(16, 64);
        let starts: Vec<Vec<Vec<f64>>> = sizes
            .iter()
            .map(|&d| {
                let start = |run| sim::start(&self.gaussian.table, self.seed, run, d, init);
                (0..runs).map(|run| start(run).into_iter().map(f64::from).collect()).collect()
            })
            .collect();
        let x: Vec<f64> = sizes.iter().map(|&d| f64::from(d)).collect();
        // The median of |z| for a Gaussian z.
        let median = math::normal_quantile(0.75);
        let mut series = Vec::new();
        for i in self.trainings() {
            let laws: Vec<Vec<f64>> = sizes.iter().map(|&d| theory::power_law(d, self.params.exponents[i])).collect();
            let expected =
                laws.iter().map(|p| theory::pull(p, hops, median * init * theory::norm(p))).collect::<Vec<_>>();
            let mut found = [vec![], vec![], vec![]];
            for (p, starts) in laws.iter().zip(&starts) {
                let pulls: Vec<f32> =
                    starts.iter().map(|w| theory::pull(p, hops, theory::moments(p, w)[0]) as f32).collect();
                found.iter_mut().zip(quartiles(&pulls)).for_each(|(list, x)| list.push(x));
            }
            let [lo, y, hi] = found;
            let label = self.label(i);
            let line = format!("{label}: k |p|^k r^(k-1) 0.67^(k-1)");
            series.push(Series::new(THEORY[i], line, Kind::Line, Role::Theory, x.clone(), expected));
            let points = format!("{label}: median and quartiles of {runs} starts");
            series.push(
                Series::new(MEASURED[i], points, Kind::Points, Role::Measured, x.clone(), y).with_interval(lo, hi),
            );
        }
        let axis = Axis { label: "skills d", unit: "skills", scale: Scale::Log };
        let y = Axis { label: "gradient towards the truth", unit: "", scale: Scale::Log };
        Self::figure("gradient", "How strongly the start is pulled to the truth", axis, y, series)
    }

    /// The plane of equal head and equal tail, for one training distribution.
    pub(super) fn landscape(&self, training: usize) -> Figure {
        let p = &self.trainings[training];
        let head = (self.params.skills / 8) as usize;
        let axis: Vec<f64> = (0..CELLS).map(|i| -0.4 + 1.7 * f64::from(i) / f64::from(CELLS - 1)).collect();
        // Beyond 1 the walls would take all of the colours.
        let loss = |x: f64, y: f64| theory::loss(self.params.hops, theory::slice(p, head, x, y)).clamp(0.0, 1.0);
        Figure {
            id: LANDSCAPE_IDS[training],
            title: format!("Training loss over head and tail, {}", self.label(training)),
            x: Axis { label: "weight of the first eighth of the skills", unit: "", scale: Scale::Linear },
            y: Axis { label: "weight of the others", unit: "", scale: Scale::Linear },
            field: Some(Field {
                z: axis.iter().map(|&y| axis.iter().map(|&x| loss(x, y)).collect()).collect(),
                x: axis.clone(),
                y: axis,
                label: "training loss, at most 1",
                unit: "",
                scale: Scale::Linear,
                frame: Frame::Plane,
            }),
            series: vec![],
            marks: vec![Mark::at("truth", 1.0, 1.0)],
        }
    }

    /// The mean of the bins after the first one.
    pub(super) fn tail(&self, bins: &dyn Fn(usize) -> f64) -> f64 {
        let ends = sim::bins(self.params.skills).map(f64::from);
        (1..BINS).map(|i| (ends[i + 1] - ends[i]) * bins(i)).sum::<f64>() / (ends[BINS] - ends[1])
    }

    /// Measured and expected trajectories on a landscape.
    pub(super) fn trajectories(&self, training: usize) -> Vec<Series> {
        let mut series = Vec::new();
        let (_, snapshots) = self.recorded(training);
        if !snapshots.is_empty() {
            let x = snapshots.iter().map(|s| s.mean(2)).collect();
            let y = snapshots.iter().map(|s| self.tail(&|bin| s.mean(2 + bin))).collect();
            series.push(Series::new("mean-measured", "mean of the runs", Kind::Line, Role::Measured, x, y));
            let tail = |shown: &[f32; 3 + BINS], _| self.tail(&|bin| f64::from(shown[3 + bin]));
            let paths = self.paths(training, &tail, &|_, shown| f64::from(shown[3]));
            if let Some((y, x)) = paths.filter(|(y, _)| y.iter().any(|y| y.is_finite())) {
                series.push(Series::new("single", "single runs", Kind::Line, Role::Measured, x, y).hidden());
            }
        }
        let flow = &self.flows[training];
        if !flow.is_empty() {
            let x = flow.iter().map(|row| row[4]).collect();
            let y = flow.iter().map(|row| self.tail(&|bin| row[4 + bin])).collect();
            series.push(Series::new("mean-theory", "flow without noise", Kind::Line, Role::Theory, x, y));
        }
        series
    }

    /// The uniform flow in the plane of its two moments.
    pub(super) fn phase_figure(&self) -> Figure {
        let Params { skills, hops, .. } = self.params;
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for (cosine, b) in [
            (0.05, 1.5),
            (0.3, 1.5),
            (0.6, 1.5),
            (0.85, 1.5),
            (1.0, 1.5),
            (0.3, 0.4),
            (0.5, 0.3),
            (0.7, 0.2),
            (0.85, 0.12),
            (0.95, 0.06),
        ] {
            let start = vec![cosine * f64::sqrt(b), b];
            let mut line = vec![[start[0], b]];
            // Flow time in units of d/k.
            let unit = f64::from(skills) / f64::from(hops);
            let times: Vec<f64> = (0..60).map(|i| unit * 1e-2 * math::pow(10.0, f64::from(i) / 12.0)).collect();
            let slope = |at: &[f64], out: &mut [f64]| {
                out.copy_from_slice(&theory::uniform_slope(skills, hops, [at[0], at[1]]));
            };
            theory::flow(slope, start, &times, 1e-6, 20_000, |at| {
                line.push([at[0], at[1]]);
                (at[0] - 1.0).abs() + (at[1] - 1.0).abs() > 1e-3
            });
            // A gap before the next line.
            line.push([line[0][0], f64::NAN]);
            x.extend(line.iter().map(|at| at[0]));
            y.extend(line.iter().map(|at| at[1]));
        }
        let edge: Vec<f64> = (0..=40).map(|i| f64::from(i) / 40.0 * 1.25).collect();
        let square = edge.iter().map(|a| a * a).collect();
        Figure {
            id: "phase",
            title: "The uniform flow: two numbers are all of it".into(),
            x: Axis { label: "A, the mean weight", unit: "", scale: Scale::Linear },
            y: Axis { label: "B, the mean square", unit: "", scale: Scale::Linear },
            field: None,
            series: vec![
                Series::new("flow-theory", "flow", Kind::Line, Role::Theory, x, y),
                Series::new("edge", "B = A^2, all weights equal", Kind::Line, Role::Theory, edge, square),
            ],
            marks: vec![Mark::at("saddle", 0.0, 0.0), Mark::at("truth", 1.0, 1.0)],
        }
    }

    /// Uniform runs on the phase portrait.
    pub(super) fn phase_runs(&self) -> Option<Series> {
        let uniform = self.params.exponents.iter().position(|&alpha| alpha == 0.0)?;
        let paths = self.paths(uniform, &|shown, _| f64::from(shown[2]), &|_, shown| f64::from(shown[1]));
        let (y, x) = paths.filter(|(y, _)| y.iter().any(|y| y.is_finite()))?;
        Some(Series::new("runs", "uniform runs", Kind::Line, Role::Measured, x, y))
    }

    pub(super) fn fixed(&self) -> &[Figure] {
        self.fixed.get_or_init(|| {
            let landscapes = self.trainings().take(LANDSCAPES).map(|i| self.landscape(i));
            self.gradient_figure().into_iter().chain(landscapes).chain([self.phase_figure()]).collect()
        })
    }

    pub(super) fn figures(&self, race: &Race) -> Vec<Figure> {
        let mut figures: Vec<Figure> =
            [self.loss_figure(), self.accuracy_figure(), self.skills_figure(), self.signal_figure()]
                .into_iter()
                .flatten()
                .collect();
        for figure in self.fixed() {
            let mut figure = figure.clone();
            if let Some(training) = LANDSCAPE_IDS.iter().position(|id| *id == figure.id) {
                figure.series = self.trajectories(training);
            } else if figure.id == "phase" {
                figure.series.extend(self.phase_runs());
            }
            figures.push(figure);
        }
        figures.extend(race.figure().map(|mut figure| {
            figure.series.extend(self.flow_times());
            figure
        }));
        figures.extend(self.sizes_figure());
        if !self.rates.rates.is_empty() {
            figures.extend(self.rates.figure(self.params.lr, &self.edges()));
        }
        figures
    }

    /// Samples after which the median flow is at the target, where it gets there: against alpha.
    pub(super) fn flow_times(&self) -> Option<Series> {
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for i in self.trainings() {
            let (samples, flow) = (self.samples_of_flow(i), &self.flows[i]);
            let Some(at) = flow.iter().position(|row| row[0] < self.params.target).filter(|&at| at > 0) else {
                continue;
            };
            // Between two marks ln loss against ln samples.
            let ln = |row: &Expected| math::ln(row[0].max(f64::MIN_POSITIVE));
            let part = (ln(&flow[at - 1]) - math::ln(self.params.target)) / (ln(&flow[at - 1]) - ln(&flow[at]));
            x.push(self.params.exponents[i]);
            y.push(samples[at - 1] * math::pow(samples[at] / samples[at - 1], part));
        }
        (!x.is_empty()).then(|| {
            Series::new(
                "flow-theory",
                "flow without noise, where it was followed that far",
                Kind::Points,
                Role::Theory,
                x,
                y,
            )
        })
    }

    pub(super) fn sizes_figure(&self) -> Option<Figure> {
        if self.sizes.len() < 2 {
            return None;
        }
        let mut series = Vec::new();
        for i in self.trainings() {
            let mut points = [vec![], vec![], vec![], vec![]];
            for (d, quantiles) in self.medians(i) {
                let [median, low, high] = quantiles.map(|t| if let Time::At(t) = t { t as f64 } else { f64::NAN });
                points.iter_mut().zip([d, median, low, high]).for_each(|(list, x)| list.push(x));
            }
            let [x, y, lo, hi] = points;
            let Some(seen) = y.iter().rposition(|y| y.is_finite()) else { continue };
            let label = format!("{}: median and quartiles", self.label(i));
            let points = Series::new(MEASURED[i], label, Kind::Points, Role::Measured, x.clone(), y.clone());
            series.push(points.with_interval(lo, hi));
            if let Some((slope, _)) = self.slope(i) {
                let centre = |v: &[f64]| v.iter().map(|v| math::ln(*v)).sum::<f64>() / v.len() as f64;
                let (mx, my) = (centre(&x), centre(&y));
                let line = x.iter().map(|d| math::exp(my + slope * (math::ln(*d) - mx))).collect();
                let label = format!("{}: fit, d^{slope:.2}", self.label(i));
                series.push(Series::new(RUNS[i], label, Kind::Line, Role::Measured, x.clone(), line));
            }
            // The bound's slope, through the point of the fewest skills.
            if let Some(exponent) = self.bound(i) {
                let through = |d: &f64| y[seen] * math::pow(d / x[seen], exponent);
                let label = format!("{}: as steep as the bound d^{exponent}", self.label(i));
                series.push(Series::new(
                    THEORY[i],
                    label,
                    Kind::Line,
                    Role::Theory,
                    x.clone(),
                    x.iter().map(through).collect(),
                ));
            }
        }
        let x = Axis { label: "skills d", unit: "skills", scale: Scale::Log };
        let y = Axis { label: "training samples to the target", unit: "samples", scale: Scale::Log };
        Self::figure("time-against-skills", "Samples to the target against the number of skills", x, y, series)
    }

    /// The largest learning rates at which SGD can stay at the truth, for each training.
    pub(super) fn edges(&self) -> Vec<f64> {
        let Params { hops, batch, .. } = self.params;
        let edge = |p: &Vec<f64>| theory::stable_rate(hops, theory::curvature(p, hops)[1], batch);
        self.trainings.iter().map(edge).collect()
    }
}

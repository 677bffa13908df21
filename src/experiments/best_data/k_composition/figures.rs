//! Figures of `k-composition`.

use super::run::{Expected, FLOWS, Snapshot};
use super::{KComposition, Params};
use crate::experiments::best_data::race::{Race, Time, name};
use crate::math;
use crate::output::{Axis, Field, Figure, Frame, Id, Mark, Points, Series};
use crate::params::Scale;
use crate::sim::k_composition::{self as sim, BINS};
use crate::stats::quartiles;
use crate::text::word;
use crate::theory::k_composition as theory;

/// Runs that can be shown one by one.
pub(super) const SHOWN: usize = 16;
/// Where curves of the loss end: what is below is solved, and f32 weights stop sooner or later.
pub(super) const LEAST_LOSS: f64 = 1e-6;
/// Cells of a landscape along each axis.
pub(super) const CELLS: u32 = 45;
/// More curves than this are drawn without bands and single runs.
pub(super) const CROWD: usize = 3;
/// Landscapes drawn at most.
pub(super) const LANDSCAPES: usize = 4;

pub(super) const BIN_NAMES: [&str; BINS] =
    ["first eighth of the skills", "second eighth", "second quarter", "second half"];
pub(super) const SAMPLES: Axis = Axis::log(word("training samples")).unit("samples");

/// The group of the series of a training distribution, and the start of their ids.
fn group(training: usize) -> String {
    format!("p{}", training + 1)
}

/// The id of a series of a training distribution.
fn id(training: usize, how: &str) -> String {
    format!("p{}-{how}", training + 1)
}

/// The id of the landscape of a training distribution.
fn landscape_id(training: usize) -> Id {
    if training == 0 { "landscape".into() } else { format!("landscape-{}", training + 1).into() }
}

/// A curve of losses as far as [`LEAST_LOSS`]: where it falls below, it ends there.
pub(super) fn down_to_least(mut y: Vec<f64>) -> Vec<f64> {
    let mut gone = false;
    for y in &mut y {
        let below = *y < LEAST_LOSS;
        if below {
            *y = if gone { f64::NAN } else { LEAST_LOSS };
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
        name(self.params.exponents[training]).to_string()
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
            let measured = |label, y| Series::measured(id(i, "measured"), label, x.clone(), y).line().group(group(i));
            if crowded && !snapshots.is_empty() {
                let label = format!("{}: median{diverged}", self.label(i));
                series.push(measured(label, median));
            } else if !snapshots.is_empty() {
                let label = format!("{}: median and quartiles{diverged}", self.label(i));
                let least = if which == 0 { LEAST_LOSS } else { 0.0 };
                // The band ends where the median does.
                let end = |q: usize| {
                    let ends = quartile(q).into_iter().zip(&median);
                    ends.map(|(y, median)| if *median > least { y.max(least) } else { f64::NAN }).collect()
                };
                let (lo, hi) = (end(0), end(2));
                series.push(measured(label, median).interval(lo, hi));
            }
            let y = cut(self.flows[i].iter().map(|row| row[which]).collect());
            if !y.is_empty() {
                let label = format!("{}: flow without noise, median of {}", self.label(i), FLOWS.min(self.params.runs));
                let flow = Series::theory(id(i, "theory"), label, self.samples_of_flow(i), y).group(group(i));
                series.push(flow.hidden_if(crowded && !snapshots.is_empty()));
            }
            if which == 0 && !crowded {
                let paths = self.paths(i, &|shown, _| f64::from(shown[0]), &|x, _| x);
                if let Some((y, x)) = paths.filter(|(y, _)| y.iter().any(|y| y.is_finite())) {
                    let y = cut(y);
                    let label = format!("{}: single runs", self.label(i));
                    series.push(Series::measured(id(i, "runs"), label, x, y).line().group(group(i)).hidden());
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

    pub(super) fn loss_figure(&self) -> Option<Figure> {
        let y = Axis::log(word("loss on the uniform test"));
        let figure = Figure::new("loss", "Test loss against training samples", SAMPLES, y).series(self.curves(0));
        let Params { uniform_after, samples, target, .. } = self.params;
        let switch = (uniform_after > 0 && uniform_after < samples)
            .then(|| Mark::at_x("uniform from here", f64::from(uniform_after)));
        figure.marks([Mark::at_y("target", target)].into_iter().chain(switch)).drawn()
    }

    pub(super) fn accuracy_figure(&self) -> Option<Figure> {
        let y = Axis::linear(word("test tasks whose sign is right")).unit("%");
        Figure::new("sign-accuracy", "Sign accuracy on the uniform test", SAMPLES, y).series(self.curves(1)).drawn()
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
                let how = format!("{}-measured", bin + 1);
                let line = if snapshots.is_empty() {
                    if self.flows[i].is_empty() {
                        continue;
                    }
                    let y = self.flows[i].iter().map(|row| row[4 + bin]).collect();
                    let label = format!("{label}, flow without noise");
                    Series::theory(id(i, &how), label, self.samples_of_flow(i), y)
                } else {
                    let y = snapshots.iter().map(|s| s.mean(2 + bin)).collect();
                    Series::measured(id(i, &how), label, x.clone(), y).line()
                };
                series.push(line.hidden_if(i != steepest));
            }
        }
        let y = Axis::linear(word("mean weight (1 is the truth)"));
        Figure::new("skills", "Which skills are learned first", SAMPLES, y).series(series).drawn()
    }

    pub(super) fn signal_figure(&self) -> Option<Figure> {
        let mut series = Vec::new();
        for i in self.trainings() {
            for (moment, letter, which) in [(0, "A", ""), (1, "B", "b-")] {
                let hidden = moment == 1 && self.trainings.len() > 2;
                let group = id(i, letter);
                let (x, snapshots) = self.recorded(i);
                if !snapshots.is_empty() {
                    let y = snapshots.iter().map(|s| s.mean(moment)).collect();
                    let label = format!("{letter}, {}: mean of the runs", self.label(i));
                    let line = Series::measured(id(i, &format!("{which}measured")), label, x, y).line();
                    series.push(line.group(group.clone()).hidden_if(hidden));
                }
                if !self.flows[i].is_empty() {
                    let y = self.flows[i].iter().map(|row| row[2 + moment]).collect();
                    let label = format!("{letter}, {}: flow without noise", self.label(i));
                    let line = Series::theory(id(i, &format!("{which}theory")), label, self.samples_of_flow(i), y);
                    series.push(line.group(group).hidden_if(hidden));
                }
            }
        }
        let y = Axis::linear(word("moments of the weights under p"));
        Figure::new("signal", "The signal A and the size B", SAMPLES, y).folded().series(series).drawn()
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
            let mut found = Points::default();
            for ((p, starts), d) in laws.iter().zip(&starts).zip(&x) {
                let pulls: Vec<f32> =
                    starts.iter().map(|w| theory::pull(p, hops, theory::moments(p, w)[0]) as f32).collect();
                let [low, median, high] = quartiles(&pulls);
                found.push(*d, median, [low, high]);
            }
            let label = self.label(i);
            let line = format!("{label}: k |p|^k r^(k-1) 0.67^(k-1)");
            series.push(Series::theory(id(i, "theory"), line, x.clone(), expected).group(group(i)));
            let points = format!("{label}: median and quartiles of {runs} starts");
            series.extend(found.series(id(i, "measured"), points).map(|points| points.group(group(i))));
        }
        let axis = Axis::log(word("skills d")).unit("skills");
        let y = Axis::log(word("gradient towards the truth"));
        Figure::new("gradient", "How strongly the start is pulled to the truth", axis, y)
            .folded()
            .series(series)
            .drawn()
    }

    /// The plane of equal head and equal tail, for one training distribution.
    pub(super) fn landscape(&self, training: usize) -> Figure {
        let p = &self.trainings[training];
        let head = (self.params.skills / 8) as usize;
        let axis: Vec<f64> = (0..CELLS).map(|i| -0.4 + 1.7 * f64::from(i) / f64::from(CELLS - 1)).collect();
        // Beyond 1 the walls would take all of the colours.
        let loss = |x: f64, y: f64| theory::loss(self.params.hops, theory::slice(p, head, x, y)).clamp(0.0, 1.0);
        Figure::new(
            landscape_id(training),
            format!("Training loss over head and tail, {}", self.label(training)),
            Axis::linear(word("weight of the first eighth of the skills")),
            Axis::linear(word("weight of the others")),
        )
        .field(Field {
            z: axis.iter().map(|&y| axis.iter().map(|&x| loss(x, y)).collect()).collect(),
            x: axis.clone(),
            y: axis,
            label: word("training loss, at most 1"),
            unit: "",
            scale: Scale::Linear,
            frame: Frame::Plane,
        })
        .marks([Mark::at("truth", 1.0, 1.0)])
        .folded()
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
            series.push(Series::measured("mean-measured", "mean of the runs", x, y).line().group("mean"));
            let tail = |shown: &[f32; 3 + BINS], _| self.tail(&|bin| f64::from(shown[3 + bin]));
            let paths = self.paths(training, &tail, &|_, shown| f64::from(shown[3]));
            if let Some((y, x)) = paths.filter(|(y, _)| y.iter().any(|y| y.is_finite())) {
                series.push(Series::measured("single", "single runs", x, y).line().hidden());
            }
        }
        let flow = &self.flows[training];
        if !flow.is_empty() {
            let x = flow.iter().map(|row| row[4]).collect();
            let y = flow.iter().map(|row| self.tail(&|bin| row[4 + bin])).collect();
            series.push(Series::theory("mean-theory", "flow without noise", x, y).group("mean"));
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
        Figure::new(
            "phase",
            "The uniform flow: two numbers are all of it",
            Axis::linear(word("A, the mean weight")),
            Axis::linear(word("B, the mean square")),
        )
        .series([
            Series::theory("flow-theory", "flow", x, y),
            Series::theory("edge", "B = A^2, all weights equal", edge, square),
        ])
        .marks([Mark::at("saddle", 0.0, 0.0), Mark::at("truth", 1.0, 1.0)])
        .folded()
    }

    /// Uniform runs on the phase portrait.
    pub(super) fn phase_runs(&self) -> Option<Series> {
        let uniform = self.params.exponents.iter().position(|&alpha| alpha == 0.0)?;
        let paths = self.paths(uniform, &|shown, _| f64::from(shown[2]), &|_, shown| f64::from(shown[1]));
        let (y, x) = paths.filter(|(y, _)| y.iter().any(|y| y.is_finite()))?;
        Some(Series::measured("runs", "uniform runs", x, y).line())
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
            if let Some(training) = (0..LANDSCAPES).find(|&training| landscape_id(training) == figure.id) {
                figure.series = self.trajectories(training);
            } else if figure.id == "phase" {
                figure.series.extend(self.phase_runs());
            }
            figures.push(figure);
        }
        figures.extend(race.figure().map(|figure| figure.series(self.flow_times()).folded()));
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
        (!x.is_empty())
            .then(|| Series::theory("flow-theory", "flow without noise, where it was followed that far", x, y).points())
    }

    pub(super) fn sizes_figure(&self) -> Option<Figure> {
        if self.sizes.len() < 2 {
            return None;
        }
        let mut series = Vec::new();
        for i in self.trainings() {
            let mut points = Points::default();
            let (mut x, mut y) = (Vec::new(), Vec::new());
            for (d, quantiles) in self.medians(i) {
                let [median, low, high] = quantiles.map(Time::seen);
                points.push(d, median, [low, high]);
                x.push(d);
                y.push(median);
            }
            let Some(seen) = y.iter().rposition(|y| y.is_finite()) else { continue };
            let label = format!("{}: median and quartiles", self.label(i));
            series.extend(points.series(id(i, "measured"), label).map(|points| points.group(group(i))));
            if let Some((slope, _)) = self.slope(i) {
                let centre = |v: &[f64]| v.iter().map(|v| math::ln(*v)).sum::<f64>() / v.len() as f64;
                let (mx, my) = (centre(&x), centre(&y));
                let line = x.iter().map(|d| math::exp(my + slope * (math::ln(*d) - mx))).collect();
                let label = format!("{}: fit, d^{slope:.2}", self.label(i));
                series.push(Series::measured(id(i, "runs"), label, x.clone(), line).line().group(group(i)));
            }
            // The bound's slope, through the point of the fewest skills.
            if let Some(exponent) = self.bound(i) {
                let through = |d: &f64| y[seen] * math::pow(d / x[seen], exponent);
                let label = format!("{}: as steep as the bound d^{exponent}", self.label(i));
                let y = x.iter().map(through).collect();
                series.push(Series::theory(id(i, "theory"), label, x.clone(), y).group(group(i)));
            }
        }
        let x = Axis::log(word("skills d")).unit("skills");
        let y = Axis::log(word("training samples to the target")).unit("samples");
        Figure::new("time-against-skills", "Samples to the target against the number of skills", x, y)
            .folded()
            .series(series)
            .drawn()
    }

    /// The largest learning rates at which SGD can stay at the truth, for each training.
    pub(super) fn edges(&self) -> Vec<f64> {
        let Params { hops, batch, .. } = self.params;
        let edge = |p: &Vec<f64>| theory::stable_rate(hops, theory::curvature(p, hops)[1], batch);
        self.trainings.iter().map(edge).collect()
    }
}

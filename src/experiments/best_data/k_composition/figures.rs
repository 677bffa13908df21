//! Figures of `k-composition`.

use super::run::{Expected, FLOWS, Snapshot};
use super::{KComposition, Params, words};
use crate::kit::race::words as shared;
use crate::kit::race::{CROWD, Race, Time, name};
use crate::math;
use crate::output::{Axis, Field, Figure, Frame, Id, Mark, Points, Series, units};
use crate::params::Scale;
use crate::sim::k_composition::{self as sim, BINS};
use crate::stats::quartiles;
use crate::text;
use crate::text::{Template, Text, count, number, phrase};
use crate::theory::k_composition as theory;

/// Largest number of runs that are shown one by one.
pub(super) const SHOWN: usize = 16;
/// Loss at which the curves in figures end. A run with a smaller loss has solved the task. Far below this loss, single
/// precision of the weights keeps the loss from falling further.
pub(super) const LEAST_LOSS: f64 = 1e-6;
/// Number of cells of a loss landscape along each axis.
pub(super) const CELLS: u32 = 45;
/// Largest number of training distributions whose loss landscape is drawn.
pub(super) const LANDSCAPES: usize = 4;

/// The median of |z| for a Gaussian z. It is the 75% quantile of z, as [`math::normal_quantile`] computes it.
pub(super) const MEDIAN_SIZE: f64 = 0.674_489_750_196_082;

/// Names of the groups of skills, from the first eighth of the skills to their second half.
pub(super) const BIN_NAMES: [Template<0>; BINS] =
    [words::FIRST_EIGHTH, words::SECOND_EIGHTH, words::SECOND_QUARTER, words::SECOND_HALF];
pub(super) const SAMPLES: Axis = Axis::log(words::SAMPLES).unit(units::SAMPLES);

/// Name of the group of all series of one training distribution. The ids of these series begin with this name.
fn group(training: usize) -> String {
    format!("p{}", training + 1)
}

/// The id of a series: the name of the group of its training distribution, followed by `how`.
fn id(training: usize, how: &str) -> String {
    group(training) + "-" + how
}

/// The id of the figure that shows the loss landscape of a training distribution.
fn landscape_id(training: usize) -> Id {
    if training == 0 { "landscape".into() } else { format!("landscape-{}", training + 1).into() }
}

/// Cuts a curve of losses at [`LEAST_LOSS`]. The first value below this limit becomes [`LEAST_LOSS`]. The next values
/// become NaN as long as the curve stays below the limit.
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
    /// The numbers of samples at the checkpoints so far, and the statistics of one training distribution's runs at each
    /// of them.
    pub(super) fn recorded(&self, training: usize) -> (Vec<f64>, Vec<&Snapshot>) {
        let all = self.snapshots[training].iter().zip(&self.marks);
        all.filter(|(snapshot, _)| !snapshot.loss.is_empty())
            .map(|(snapshot, &mark)| (self.seen(mark), snapshot))
            .unzip()
    }

    pub(super) fn samples_of_flow(&self, training: usize) -> Vec<f64> {
        self.marks[..self.flows[training].len()].iter().map(|&mark| self.seen(mark)).collect()
    }

    /// Name of a training distribution in figures.
    pub(super) fn label(&self, training: usize) -> Text {
        name(self.params.exponents[training])
    }

    /// Curves of every training distribution: median, quartiles, single runs and gradient flow. The curves show the
    /// loss if `which` is 0, and the sign accuracy if it is 1.
    pub(super) fn curves(&self, which: usize) -> Vec<Series> {
        let mut series = Vec::new();
        let crowded = self.trainings.len() > CROWD;
        for i in self.trainings() {
            let measured = if self.done > 0 { self.measured_curve(i, which, crowded) } else { None };
            let hidden = crowded && measured.is_some();
            series.extend(measured);
            let y: Vec<f64> = self.flows[i].iter().map(|row| row[which]).collect();
            let y = if which == 0 { down_to_least(y) } else { y };
            if !y.is_empty() {
                let starts = count(FLOWS.min(self.params.runs));
                let label = text!(words::FLOW_OF, training = phrase(self.label(i)), starts = starts);
                let flow = Series::theory(id(i, "theory"), label, self.samples_of_flow(i), y).group(group(i));
                series.push(flow.how(words::FLOW).hidden_if(hidden));
            }
            if self.done > 0 && which == 0 && !crowded {
                series.extend(self.single_runs(i));
            }
        }
        series
    }

    /// The measured curve of a training distribution: the median over its runs, and the quartiles. If the figure is
    /// `crowded`, the quartiles are left out.
    #[inline(never)]
    fn measured_curve(&self, training: usize, which: usize, crowded: bool) -> Option<Series> {
        let (x, snapshots) = self.recorded(training);
        if snapshots.is_empty() {
            return None;
        }
        let name = phrase(self.label(training));
        let diverged = self.race(0).racers[training].diverged;
        let quartile = |q: usize| snapshots.iter().map(|s| s.quartiles[which][q]).collect::<Vec<_>>();
        let median = if which == 0 { down_to_least(quartile(1)) } else { quartile(1) };
        let label = match (crowded, diverged) {
            (true, 0) => text!(words::MEDIAN_OF, training = name),
            (true, _) => text!(words::MEDIAN_WITHOUT_DIVERGED, training = name, runs = count(diverged)),
            (false, 0) => text!(shared::QUARTILES_OF, training = name),
            (false, _) => text!(words::QUARTILES_WITHOUT_DIVERGED, training = name, runs = count(diverged)),
        };
        let how = if crowded { words::MEDIAN } else { shared::QUARTILES };
        let least = if which == 0 { LEAST_LOSS } else { 0.0 };
        // The band ends where the median does.
        let end = |q: usize| {
            let ends = quartile(q).into_iter().zip(&median);
            ends.map(|(y, median)| if *median > least { y.max(least) } else { f64::NAN }).collect()
        };
        let band = (!crowded).then(|| (end(0), end(2)));
        let curve = Series::measured(id(training, "measured"), label, x, median).line().group(group(training)).how(how);
        Some(match band {
            Some((lo, hi)) => curve.interval(lo, hi),
            None => curve,
        })
    }

    /// The losses of the first runs of a training distribution.
    #[inline(never)]
    fn single_runs(&self, training: usize) -> Option<Series> {
        let paths = self.paths(training, &|shown, _| f64::from(shown[0]), &|x, _| x);
        let (y, x) = paths.filter(|(y, _)| y.iter().any(|y| y.is_finite()))?;
        let label = text!(words::SINGLE_RUNS_OF, training = phrase(self.label(training)));
        Some(Series::measured(id(training, "runs"), label, x, down_to_least(y)).line().group(group(training)).hidden())
    }

    /// Curve of a mean over the runs of one training distribution: the value with index `which` of [`Snapshot::mean`]
    /// at each checkpoint.
    #[inline(never)]
    fn mean_curve(&self, training: usize, id: Id, label: Text, which: usize) -> Series {
        let (x, snapshots) = self.recorded(training);
        Series::measured(id, label, x, snapshots.iter().map(|s| s.mean(which)).collect()).line()
    }

    /// Joins the curves of the first few runs to one curve, with gaps between the runs. For each checkpoint of a run,
    /// `first` computes the ordinate and `second` the abscissa, both from the recorded values and the number of
    /// samples.
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

    /// A figure of [`KComposition::curves`], which has one group for each training distribution.
    fn by_training(&self, id: &'static str, title: Template<0>, y: Axis) -> Figure {
        Figure::new(id, title, SAMPLES, y).groups(self.trainings().map(|i| (group(i), self.label(i))))
    }

    pub(super) fn loss_figure(&self) -> Figure {
        let mut curves = self.curves(0);
        let unknown = curves.is_empty();
        if curves.is_empty() {
            let ends = [self.marks[0], self.marks[self.marks.len() - 1]].map(|mark| self.seen(mark));
            curves.push(Series::theory("nothing-learned", words::NOTHING_LEARNED, ends.to_vec(), vec![0.5; 2]));
        }
        let note = unknown.then(|| Mark::note(shared::RUN_DRAWS));
        let figure = self.by_training("loss", words::LOSS, Axis::log(words::TEST_LOSS)).series(curves).marks(note);
        let Params { uniform_after, samples, target, .. } = self.params;
        let switch =
            (uniform_after > 0 && uniform_after < samples).then(|| Mark::at_x(words::SWITCH, f64::from(uniform_after)));
        let target = Mark::at_y(text!(words::TARGET, loss = number(target)), target);
        figure.marks([target].into_iter().chain(switch))
    }

    pub(super) fn accuracy_figure(&self) -> Option<Figure> {
        let y = Axis::linear(words::RIGHT_SIGN).unit(units::PERCENT);
        self.by_training("sign-accuracy", words::SIGN_ACCURACY, y).series(self.curves(1)).drawn()
    }

    /// Figure of the mean weight in each group of skills, for every training distribution. At first only the steepest
    /// distribution is visible, and the others can be switched on in the legend.
    pub(super) fn skills_figure(&self) -> Option<Figure> {
        let exponents = &self.params.exponents;
        let steepest = self.trainings().max_by(|&i, &j| exponents[i].total_cmp(&exponents[j])).unwrap_or(0);
        let order = [steepest].into_iter().chain(self.trainings().filter(|&i| i != steepest));
        let mut series = Vec::new();
        for i in order {
            let (_, snapshots) = self.recorded(i);
            for bin in 0..BINS {
                let (training, skills) = (phrase(self.label(i)), phrase(BIN_NAMES[bin]));
                let how = format!("{}-measured", bin + 1);
                let line = if snapshots.is_empty() {
                    if self.flows[i].is_empty() {
                        continue;
                    }
                    let y = self.flows[i].iter().map(|row| row[4 + bin]).collect();
                    let label = text!(words::BIN_FLOW, training = training, skills = skills);
                    Series::theory(id(i, &how), label, self.samples_of_flow(i), y)
                } else {
                    let label = text!(words::BIN_RUNS, training = training, skills = skills);
                    self.mean_curve(i, id(i, &how).into(), label, 2 + bin)
                };
                series.push(line.hidden_if(i != steepest));
            }
        }
        let y = Axis::linear(words::MEAN_WEIGHT_OF_BIN);
        Figure::new("skills", words::FIRST_SKILLS, SAMPLES, y).series(series).drawn()
    }

    pub(super) fn signal_figure(&self) -> Option<Figure> {
        let mut series = Vec::new();
        for i in self.trainings() {
            let training = || phrase(self.label(i));
            for (moment, letter, which) in [(0, "A", ""), (1, "B", "b-")] {
                let hidden = moment == 1 && self.trainings.len() > 2;
                let group = id(i, letter);
                let (_, snapshots) = self.recorded(i);
                if !snapshots.is_empty() {
                    let label = match moment {
                        0 => text!(words::SIGNAL_RUNS, training = training()),
                        _ => text!(words::SIZE_RUNS, training = training()),
                    };
                    let line = self.mean_curve(i, id(i, &format!("{which}measured")).into(), label, moment);
                    series.push(line.group(group.clone()).hidden_if(hidden));
                }
                if !self.flows[i].is_empty() {
                    let y = self.flows[i].iter().map(|row| row[2 + moment]).collect();
                    let label = match moment {
                        0 => text!(words::SIGNAL_FLOW, training = training()),
                        _ => text!(words::SIZE_FLOW, training = training()),
                    };
                    let line = Series::theory(id(i, &format!("{which}theory")), label, self.samples_of_flow(i), y);
                    series.push(line.group(group).hidden_if(hidden));
                }
            }
        }
        let y = Axis::linear(words::MOMENTS);
        Figure::new("signal", words::SIGNAL, SAMPLES, y).folded().series(series).drawn()
    }

    /// Figure of the gradient at the initial weights against the number of skills. It shows the part of the gradient in
    /// the direction of the true weights.
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
        let mut series = Vec::new();
        for i in self.trainings() {
            let laws: Vec<Vec<f64>> = sizes.iter().map(|&d| theory::power_law(d, self.params.exponents[i])).collect();
            let expected =
                laws.iter().map(|p| theory::pull(p, hops, MEDIAN_SIZE * init * theory::norm(p))).collect::<Vec<_>>();
            let mut found = Points::default();
            for ((p, starts), d) in laws.iter().zip(&starts).zip(&x) {
                let pulls: Vec<f32> =
                    starts.iter().map(|w| theory::pull(p, hops, theory::moments(p, w)[0]) as f32).collect();
                let [low, median, high] = quartiles(&pulls);
                found.push(*d, median, [low, high]);
            }
            let training = || phrase(self.label(i));
            let line = text!(words::GRADIENT_THEORY, training = training());
            series.push(Series::theory(id(i, "theory"), line, x.clone(), expected).group(group(i)));
            let points = text!(words::GRADIENT_STARTS, training = training(), starts = count(runs));
            series.extend(found.series(id(i, "measured"), points).map(|points| points.group(group(i))));
        }
        let axis = Axis::log(words::SKILLS).unit(units::SKILLS);
        let y = Axis::log(words::GRADIENT);
        Figure::new("gradient", words::GRADIENT_AGAINST_SKILLS, axis, y).folded().series(series).drawn()
    }

    /// Figure of the loss landscape. It shows the training loss for weights that take two values: one in the first
    /// eighth of the skills, and another in all other skills.
    pub(super) fn landscape(&self, training: usize) -> Figure {
        let p = &self.trainings[training];
        let head = (self.params.skills / 8) as usize;
        let axis: Vec<f64> = (0..CELLS).map(|i| -0.4 + 1.7 * f64::from(i) / f64::from(CELLS - 1)).collect();
        // Beyond 1 the walls would take all of the colours.
        let loss = |x: f64, y: f64| theory::loss(self.params.hops, theory::slice(p, head, x, y)).clamp(0.0, 1.0);
        Figure::new(
            landscape_id(training),
            text!(words::LANDSCAPE, training = phrase(self.label(training))),
            Axis::linear(words::HEAD_WEIGHT),
            Axis::linear(words::TAIL_WEIGHT),
        )
        .field(Field {
            z: axis.iter().map(|&y| axis.iter().map(|&x| loss(x, y)).collect()).collect(),
            x: axis.clone(),
            y: axis,
            label: words::CLIPPED_LOSS,
            unit: "",
            scale: Scale::Linear,
            frame: Frame::Plane,
        })
        .marks([Mark::at(words::TRUTH, 1.0, 1.0)])
        .folded()
    }

    /// Mean weight of all skills outside the first group, computed from the mean weight of every group.
    pub(super) fn tail(&self, bins: &dyn Fn(usize) -> f64) -> f64 {
        let ends = sim::bins(self.params.skills).map(f64::from);
        (1..BINS).map(|i| (ends[i + 1] - ends[i]) * bins(i)).sum::<f64>() / (ends[BINS] - ends[1])
    }

    /// Paths of the weights on the loss landscape of a training distribution: as measured, and as the gradient flow
    /// predicts them.
    pub(super) fn trajectories(&self, training: usize) -> Vec<Series> {
        let mut series = if self.done > 0 { self.measured_trajectories(training) } else { vec![] };
        let flow = &self.flows[training];
        if !flow.is_empty() {
            let x = flow.iter().map(|row| row[4]).collect();
            let y = flow.iter().map(|row| self.tail(&|bin| row[4 + bin])).collect();
            series.push(Series::theory("mean-theory", words::FLOW, x, y).group("mean"));
        }
        series
    }

    /// Measured paths of the weights on the loss landscape of a training distribution: the mean over all runs, and the
    /// paths of the first few runs.
    #[inline(never)]
    fn measured_trajectories(&self, training: usize) -> Vec<Series> {
        let mut series = Vec::new();
        let (_, snapshots) = self.recorded(training);
        if !snapshots.is_empty() {
            let x = snapshots.iter().map(|s| s.mean(2)).collect();
            let y = snapshots.iter().map(|s| self.tail(&|bin| s.mean(2 + bin))).collect();
            series.push(Series::measured("mean-measured", words::MEAN_RUN, x, y).line().group("mean"));
            let tail = |shown: &[f32; 3 + BINS], _| self.tail(&|bin| f64::from(shown[3 + bin]));
            let paths = self.paths(training, &tail, &|_, shown| f64::from(shown[3]));
            if let Some((y, x)) = paths.filter(|(y, _)| y.iter().any(|y| y.is_finite())) {
                series.push(Series::measured("single", words::SINGLE_RUNS, x, y).line().hidden());
            }
        }
        series
    }

    /// Figure of the gradient flow under the uniform distribution. The axes are the mean and the mean square of the
    /// weights.
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
            let mut slope = |at: &[f64], out: &mut [f64]| {
                out.copy_from_slice(&theory::uniform_slope(skills, hops, [at[0], at[1]]));
            };
            theory::flow(&mut slope, start, &times, 1e-6, 20_000, &mut |at| {
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
        Figure::new("phase", words::PHASE, Axis::linear(words::MEAN_WEIGHT), Axis::linear(words::MEAN_SQUARE))
            .series([
                Series::theory("flow-theory", words::FLOW, x, y),
                Series::theory("edge", words::EQUAL_WEIGHTS, edge, square),
            ])
            .marks([Mark::at(words::SADDLE, 0.0, 0.0), Mark::at(words::TRUTH, 1.0, 1.0)])
            .folded()
    }

    /// Paths of single runs with uniform training. Their coordinates are the mean and the mean square of the weights.
    #[inline(never)]
    pub(super) fn phase_runs(&self) -> Option<Series> {
        let uniform = self.params.exponents.iter().position(|&alpha| alpha == 0.0)?;
        let paths = self.paths(uniform, &|shown, _| f64::from(shown[2]), &|_, shown| f64::from(shown[1]));
        let (y, x) = paths.filter(|(y, _)| y.iter().any(|y| y.is_finite()))?;
        Some(Series::measured("runs", words::UNIFORM_RUNS, x, y).line())
    }

    pub(super) fn fixed(&self) -> &[Figure] {
        self.fixed.get_or_init(|| {
            let landscapes = self.trainings().take(LANDSCAPES).map(|i| self.landscape(i));
            self.gradient_figure().into_iter().chain(landscapes).chain([self.phase_figure()]).collect()
        })
    }

    pub(super) fn figures(&self, race: &Race) -> Vec<Figure> {
        // Many exponents are compared by their times, a few by their curves.
        let crowded = self.trainings.len() > CROWD;
        let mut figures: Vec<Figure> = if crowded { self.times_figure(race).into_iter().collect() } else { Vec::new() };
        figures.push(self.loss_figure());
        figures.extend([self.accuracy_figure(), self.skills_figure(), self.signal_figure()].into_iter().flatten());
        for figure in self.fixed() {
            let mut figure = figure.clone();
            if let Some(training) = (0..LANDSCAPES).find(|&training| landscape_id(training) == figure.id) {
                figure.series = self.trajectories(training);
            } else if figure.id == "phase" && self.done > 0 {
                figure.series.extend(self.phase_runs());
            }
            figures.push(figure);
        }
        if self.done > 0 {
            if !crowded {
                figures.extend(race.figure(self.flow_times()).map(Figure::folded));
            }
            figures.extend(self.sizes_figure());
        }
        if !self.rates.rates.is_empty() {
            figures.extend(self.rates.figure(self.params.lr, &self.edges()));
        }
        figures
    }

    /// Figure of the times against the exponent as the first figure. Before the run it shows the gradient flow and the
    /// budget.
    #[inline(never)]
    fn times_figure(&self, race: &Race) -> Option<Figure> {
        let budget = race.budget_line(self.seen(self.steps()));
        race.figure(self.flow_times().into_iter().chain([budget]))
    }

    /// Curve of the gradient flow against the exponent alpha. It shows the number of samples at which the flow's loss
    /// reaches the target, where the loss is the median over several initial weights.
    #[inline(never)]
    pub(super) fn flow_times(&self) -> Option<Series> {
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for i in self.trainings() {
            let (samples, flow) = (self.samples_of_flow(i), &self.flows[i]);
            let Some(at) = flow.iter().position(|row| row[0] < self.params.target).filter(|&at| at > 0) else {
                continue;
            };
            // Between two checkpoints ln loss is linear in ln samples.
            let ln = |row: &Expected| math::ln(row[0].max(f64::MIN_POSITIVE));
            let part = (ln(&flow[at - 1]) - math::ln(self.params.target)) / (ln(&flow[at - 1]) - ln(&flow[at]));
            x.push(self.params.exponents[i]);
            y.push(samples[at - 1] * math::pow(samples[at] / samples[at - 1], part));
        }
        (!x.is_empty()).then(|| Series::theory("flow-theory", words::FLOW_TIMES, x, y).points())
    }

    #[inline(never)]
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
            let training = || phrase(self.label(i));
            let label = text!(shared::QUARTILES_OF, training = training());
            series.extend(points.series(id(i, "measured"), label).map(|points| points.group(group(i))));
            if let Some((slope, _)) = self.slope(i) {
                let centre = |v: &[f64]| v.iter().map(|v| math::ln(*v)).sum::<f64>() / v.len() as f64;
                let (mx, my) = (centre(&x), centre(&y));
                let line = x.iter().map(|d| math::exp(my + slope * (math::ln(*d) - mx))).collect();
                let label = text!(words::FIT, training = training(), slope = number(slope));
                series.push(Series::measured(id(i, "runs"), label, x.clone(), line).line().group(group(i)));
            }
            // A line with the slope of the bound, through the point of the fewest skills.
            if let Some(exponent) = self.bound(i) {
                let through = |d: &f64| y[seen] * math::pow(d / x[seen], exponent);
                let label = text!(words::BOUND, training = training(), bound = number(exponent));
                let y = x.iter().map(through).collect();
                series.push(Series::theory(id(i, "theory"), label, x.clone(), y).group(group(i)));
            }
        }
        let x = Axis::log(words::SKILLS).unit(units::SKILLS);
        let y = Axis::log(shared::SAMPLES_TO_TARGET).unit(units::SAMPLES);
        Figure::new("time-against-skills", words::TIMES_AGAINST_SKILLS, x, y).folded().series(series).drawn()
    }

    /// The largest learning rate at which SGD is stable at the true weights, for each training distribution.
    pub(super) fn edges(&self) -> Vec<f64> {
        let Params { hops, batch, .. } = self.params;
        let edge = |p: &Vec<f64>| theory::stable_rate(hops, theory::curvature(p, hops), batch);
        self.trainings.iter().map(edge).collect()
    }
}

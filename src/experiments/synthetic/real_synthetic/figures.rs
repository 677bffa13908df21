//! Figures of `real-synthetic`.

use std::ops::Range;

use super::run::slopes;
use super::{FIRST, GRID, Params, RealSynthetic, SPAN, words};
use crate::math::{self, Z95};
use crate::output::{Axis, Figure, Handle, Mark, Points, Series, units};
use crate::stats::mean_and_error;
use crate::text;
use crate::text::{Text, loss, share};
use crate::theory::real_synthetic::{Contributor, Cut, Mixture, Terms, Valuation, lemma};

const SAMPLES: Axis = Axis::log(words::SAMPLES).unit(units::SAMPLES);
const ERROR: Axis = Axis::log(words::ERROR);
const RANK: Axis = Axis::log(words::RANK);
/// Least share of real data on a curve over shares.
const LEAST_SHARE: f64 = 1e-4;
/// Number of facts in the world of the bound.
pub(super) const WORLD: u32 = 4000;
/// Number of training samples in the world of the bound.
pub(super) const WORLD_SAMPLES: f64 = 3000.0;

impl RealSynthetic {
    pub(super) fn figures(&self) -> Vec<Figure> {
        let mut figures = vec![self.error_figure(), self.distribution_figure(), self.bought_figure()];
        figures.extend([self.parts_figure(), self.slopes_figure()]);
        figures.extend(self.heights_figure());
        figures.extend([self.generators_figure(), self.origins_figure(), self.bound_figure()]);
        figures.extend(self.lemma_figure());
        figures
    }

    /// Exact test errors on a mixture.
    fn curve(&self, mixture: &Mixture) -> Vec<f64> {
        self.samples().into_iter().map(|samples| self.error(mixture, samples)).collect()
    }

    /// Points with 95% intervals at the checkpoints that all runs have passed, for the sum of some parts of the error.
    /// An interval is at least as wide as [`RealSynthetic::variance`] implies.
    #[inline(never)]
    fn points(&self, parts: Range<usize>) -> Points {
        let mut points = Points::default();
        for mark in 0..self.reached() {
            let values: Vec<f64> = self.found[mark].iter().map(|found| found[parts.clone()].iter().sum()).collect();
            let (mean, error) = mean_and_error(&values);
            // A logarithmic axis has no place for 0.
            if mean == 0.0 {
                break;
            }
            let least: f64 = self.variance(mark)[parts.clone()].iter().sum();
            let error = error.max((least / values.len() as f64).sqrt());
            let low = mean - Z95 * error;
            // On a logarithmic axis an interval that reaches 0 is open below.
            let low = if low > 0.0 { low } else { f64::NAN };
            points.push(f64::from(self.marks[mark]), mean, [low, mean + Z95 * error]);
        }
        points
    }

    /// The phases as bands, and the ends of phases that the paper prints.
    fn phases(&self) -> Vec<Mark> {
        let Some(phases) = self.mixture.phases() else { return Vec::new() };
        let ends = [FIRST, f64::from(self.params.samples)];
        let inside = |samples: f64| samples.max(ends[0]).min(ends[1]);
        let [first, second] = phases.breaks.map(inside);
        let bands =
            [(words::PHASE_1, ends[0], first), (words::PHASE_2, first, second), (words::PHASE_3, second, ends[1])];
        let bands =
            bands.into_iter().filter(|(_, from, to)| from < to).map(|(label, from, to)| Mark::band(label, from, to));
        let printed = [words::FIRST_PRINTED, words::SECOND_PRINTED].into_iter().zip(phases.printed);
        let printed = printed.filter(|(_, samples)| inside(*samples) == *samples);
        bands.chain(printed.map(|(label, samples)| Mark::at_x(label, samples))).collect()
    }

    /// The headline: the test error against the training samples.
    fn error_figure(&self) -> Figure {
        let whole = Cut::Hard(self.params.facts);
        let mut series = vec![
            Series::theory("mixture", words::EXACT, self.samples(), self.curve(&self.mixture))
                .group("mixture")
                .how(words::BY_SUM),
        ];
        if self.params.real < 1.0 {
            series.push(
                Series::theory("clean", words::CLEAN, self.samples(), self.curve(&self.other(whole, 1.0)))
                    .group("clean"),
            );
        }
        if self.params.real > 0.0 && self.params.real < 1.0 {
            let synthetic = self.other(Self::generator(&self.params), 0.0);
            series.push(
                Series::theory("synthetic", words::SYNTHETIC, self.samples(), self.curve(&synthetic))
                    .group("synthetic"),
            );
        }
        series.extend(self.closed());
        if self.done > 0 {
            let points = self.points(0..2);
            series.extend(
                points.series("runs", words::RUNS).map(|series| series.group("mixture").how(words::BY_SIMULATION)),
            );
        }
        Figure::new("error", words::ERROR_AGAINST_SAMPLES, SAMPLES, ERROR)
            .groups([("mixture", words::MIXTURE), ("clean", words::CLEAN), ("synthetic", words::SYNTHETIC)])
            .series(series)
            .marks(self.phases())
    }

    /// The closed form, where there is one and it is a good approximation.
    fn closed(&self) -> Option<Series> {
        if !self.plain() {
            return None;
        }
        let grid = self.samples();
        let errors: Option<Vec<f64>> =
            grid.iter().map(|samples| self.mixture.closed(*samples, 0.0).map(|[head, tail]| head + tail)).collect();
        errors.map(|errors| Series::theory("closed", words::CLOSED, grid, errors).group("mixture").hidden())
    }

    /// The distributions. The cut is a handle on the real one, and the share of real data is one on the line of what is
    /// shown once: it decides how far the training data reach.
    fn distribution_figure(&self) -> Figure {
        let ranks = ranks(self.params.facts);
        let x = || ranks.iter().map(|rank| f64::from(*rank)).collect::<Vec<_>>();
        let series = |id: &'static str, label, share: &dyn Fn(u32) -> f64| {
            positive(id, label, x(), ranks.iter().map(|rank| share(*rank)).collect())
        };
        let figure = Figure::new("distribution", words::DISTRIBUTIONS, RANK, Axis::log(words::PROBABILITY)).series([
            series("real", words::REAL_SHARES, &|rank| self.knowledge.mass(rank)),
            series("synthetic", words::SYNTHETIC_SHARES, &|rank| self.mixture.synthetic(rank)),
            series("mixture", words::TRAINING_SHARES, &|rank| self.mixture.training(rank)),
        ]);
        if self.params.generator != "cut" {
            return figure;
        }
        let cut = self.params.cut;
        let figure = figure.handle(
            Handle::along("cut", "real"),
            Mark::at(text!(words::CUT_HERE, rank = text::count(cut)), f64::from(cut), self.knowledge.mass(cut)),
        );
        self.with_reach(figure)
    }

    /// Adds the line on which facts are shown once on average, from the cut to where real data alone would reach. With the
    /// share pi of real data and T samples, the rank after the cut that is shown once is `(pi T/Z)^(1/beta)`.
    fn with_reach(&self, figure: Figure) -> Figure {
        let Params { cut, facts, exponent, real, .. } = self.params;
        let once = f64::from(self.params.samples).recip();
        let share_at = |rank: f64| once * self.knowledge.zeta() * math::pow(rank, exponent);
        let reach = |share: f64| math::pow(share / (once * self.knowledge.zeta()), exponent.recip());
        let (first, last) = (f64::from(cut), reach(1.0).min(f64::from(facts)));
        if first >= last || !(share_at(first)..=share_at(last)).contains(&real) {
            return figure;
        }
        let x = math::ratios(first, last, GRID);
        let values = x.iter().map(|rank| share_at(*rank).min(1.0)).collect();
        let line = Series::theory("once", words::SHOWN_ONCE, x, vec![once; GRID as usize]);
        figure.series([line]).handle(
            Handle::along("real", "once").values(values),
            Mark::at(text!(words::REACH_HERE, real = share(real)), reach(real), once),
        )
    }

    /// What real data buy: the error at the end of the training against the share of real data.
    fn bought_figure(&self) -> Figure {
        let end = f64::from(self.params.samples);
        let error = |real: f64| self.error(&self.other(Self::generator(&self.params), real), end);
        let shares = math::ratios(LEAST_SHARE, 1.0, GRID);
        let errors = shares.iter().map(|real| error(*real)).collect();
        let mut series =
            vec![Series::theory("bought", words::EXACT, shares, errors).group("mixture").how(words::BY_SUM)];
        let real = self.params.real;
        if self.ended() && real >= LEAST_SHARE {
            let (mean, error) = self.mean(self.marks.len() - 1);
            let mut points = Points::default();
            points.push(real, mean, [mean - Z95 * error, mean + Z95 * error]);
            series.extend(
                points
                    .series("bought-runs", words::RUNS)
                    .map(|series| series.group("mixture").how(words::BY_SIMULATION)),
            );
        }
        let figure = Figure::new(
            "bought",
            text!(words::ERROR_AGAINST_SHARE, samples = text::count(end)),
            Axis::log(words::SHARE),
            ERROR,
        )
        .group("mixture", words::MIXTURE)
        .series(series);
        let none = error(0.0);
        let here = error(real);
        // A smaller share has no place on the axis: its handle stays at the edge.
        let place = real.max(LEAST_SHARE);
        let height = if place > real { error(place) } else { here };
        figure.marks([Mark::at_y(text!(words::WITHOUT_REAL, error = loss(none)), none)]).handle(
            Handle::along("real", "bought"),
            Mark::at(text!(words::SHARE_HERE, real = share(real), error = loss(here)), place, height),
        )
    }

    /// Head and tail separately.
    fn parts_figure(&self) -> Figure {
        let grid = self.samples();
        let [head, tail] = [0, 1].map(|part| grid.iter().map(|samples| self.parts(*samples)[part]).collect());
        let mut series = vec![
            positive("head", words::HEAD, grid.clone(), head).group("head").how(words::BY_SUM),
            positive("tail", words::TAIL, grid.clone(), tail).group("tail"),
        ];
        // A part that is known from the start has no curve on a logarithmic axis.
        series.retain(|series| !series.y.is_empty());
        if self.done > 0 {
            for (id, group, part) in [("head-runs", "head", 0), ("tail-runs", "tail", 1)] {
                let points = self.points(part..part + 1).series(id, words::RUNS);
                series.extend(points.map(|series| series.group(group).how(words::BY_SIMULATION)));
            }
        }
        let figure = Figure::new("parts", words::HEAD_AND_TAIL, SAMPLES, ERROR)
            .groups([("head", words::HEAD), ("tail", words::TAIL)])
            .series(series);
        figure.folded()
    }

    /// Exact test error from the facts up to the cut, and from all others.
    pub(super) fn parts(&self, samples: f64) -> [f64; 2] {
        let learner = self.learner();
        let [unseen, seen] = [&learner.unseen, &learner.seen].map(|terms| terms.first().copied().unwrap_or((0.0, 0.0)));
        let wrong = self.mixture.unseen(samples, unseen.1);
        if seen.0 == 0.0 {
            return wrong.map(|part| unseen.0 * part);
        }
        let (all, left) = (self.mixture.unseen(0.0, seen.1), self.mixture.unseen(samples, seen.1));
        [0, 1].map(|part| unseen.0 * wrong[part] + seen.0 * (all[part] - left[part]))
    }

    /// Local slopes, and the slope of the power laws.
    fn slopes_figure(&self) -> Figure {
        let grid = self.samples();
        let (x, y) =
            slopes(&grid, &self.curve(&self.mixture), 1).into_iter().map(|(x, slope)| (math::exp(x), slope)).unzip();
        let mut series = vec![Series::theory("slope", words::EXACT, x, y).group("mixture").how(words::BY_SUM)];
        if self.done > 0 {
            series.extend(self.measured_slopes());
        }
        let synthetic = self.mixture.synthetic_slope();
        let levels = self.power().map(|power| {
            [
                Mark::at_y(text!(words::POWER_LAW, slope = text::number(power)), power),
                if synthetic == 0.0 || !self.plain() {
                    Mark::at_y(words::HALF_OF_IT, 0.5 * power)
                } else {
                    Mark::at_y(text!(words::SYNTHETIC_LAW, slope = text::number(synthetic)), synthetic)
                },
            ]
        });
        Figure::new("slopes", words::SLOPE_AGAINST_SAMPLES, SAMPLES, Axis::linear(words::SLOPE))
            .group("mixture", words::MIXTURE)
            .series(series)
            .marks(levels.into_iter().flatten())
            .marks(self.phases().into_iter().filter(|mark| mark.to.is_some()))
            .folded()
    }

    #[inline(never)]
    fn measured_slopes(&self) -> Option<Series> {
        let means = self.means();
        let mut points = Points::default();
        // The slope of each run, divided by the means, is linear in its errors.
        for mark in SPAN..means.len() {
            let [from, to] = [mark - SPAN, mark].map(|mark| math::ln(f64::from(self.marks[mark])));
            let slope = (math::ln(means[mark]) - math::ln(means[mark - SPAN])) / (to - from);
            let influence: Vec<f64> = self
                .measured(mark)
                .iter()
                .zip(self.measured(mark - SPAN))
                .map(|(after, before)| (after / means[mark] - before / means[mark - SPAN]) / (to - from))
                .collect();
            let half = Z95 * mean_and_error(&influence).1;
            points.push(math::exp(0.5 * (from + to)), slope, [slope - half, slope + half]);
        }
        points.series("slope-runs", words::RUNS).map(|series| series.group("mixture").how(words::BY_SIMULATION))
    }

    /// The height of the plateau against the rank of the cut.
    fn heights_figure(&self) -> Option<Figure> {
        let phases = self.mixture.phases()?;
        if !self.plain() {
            return None;
        }
        let cuts: Vec<u32> = ranks(self.params.facts).into_iter().filter(|rank| *rank < self.params.facts).collect();
        let x = || cuts.iter().map(|rank| f64::from(*rank)).collect::<Vec<_>>();
        let law =
            |rank: f64| phases.plateau_law * math::pow(rank / f64::from(self.params.cut), 1.0 - self.params.exponent);
        let mut series = vec![
            Series::theory("tail", words::TAIL_MASS, x(), cuts.iter().map(|rank| self.knowledge.tail(*rank)).collect())
                .group("plateau")
                .how(words::BY_SUM),
            Series::theory("law", words::TAIL_LAW, x(), x().into_iter().map(law).collect()).group("plateau").hidden(),
        ];
        if let (true, Some(mark)) = (self.ended(), self.middle()) {
            let (mean, error) = self.mean(mark);
            let mut points = Points::default();
            points.push(f64::from(self.params.cut), mean, [mean - Z95 * error, mean + Z95 * error]);
            series.extend(
                points
                    .series("plateau-runs", words::PLATEAU_RUNS)
                    .map(|series| series.group("plateau").how(words::BY_SIMULATION)),
            );
        }
        let figure = Figure::new("heights", words::HEIGHT_AGAINST_CUT, Axis::log(words::CUT), ERROR)
            .group("plateau", words::PLATEAU)
            .series(series);
        Some(figure.folded())
    }

    /// The three generators of the parameters.
    fn generators(&self) -> [(&'static str, Text, Cut); 3] {
        let Params { cut, temperature, seen, .. } = self.params;
        let head = self.knowledge.head(cut);
        [
            ("cut", text!(words::BY_CUT, rank = text::count(cut), head = share(head)), Cut::Hard(cut)),
            (
                "temperature",
                text!(words::BY_TEMPERATURE, temperature = text::setting(temperature)),
                Cut::Temperature(temperature),
            ),
            ("sample", text!(words::BY_SAMPLE, seen = text::count(seen)), Cut::Samples(f64::from(seen))),
        ]
    }

    /// Test error with each of the three generators.
    fn generators_figure(&self) -> Figure {
        let curve = |(id, label, cut): (&'static str, Text, Cut)| {
            Series::theory(id, label, self.samples(), self.curve(&self.other(cut, self.params.real)))
        };
        Figure::new("generators", text!(words::ERROR_OF_GENERATORS, real = share(self.params.real)), SAMPLES, ERROR)
            .series(self.generators().map(curve))
            .folded()
    }

    /// Synthetic distributions of the three generators.
    fn origins_figure(&self) -> Figure {
        let ranks = ranks(self.params.facts);
        let x: Vec<f64> = ranks.iter().map(|rank| f64::from(*rank)).collect();
        let curve = |(id, label, cut): (&'static str, Text, Cut)| {
            let mixture = self.other(cut, 0.0);
            positive(id, label, x.clone(), ranks.iter().map(|rank| mixture.synthetic(*rank)).collect())
        };
        let real = ranks.iter().map(|rank| self.knowledge.mass(*rank)).collect();
        Figure::new("origins", words::ORIGINS, RANK, Axis::log(words::PROBABILITY))
            .series([Series::theory("real", words::REAL_SHARES, x.clone(), real)])
            .series(self.generators().map(curve))
            .folded()
    }

    /// The terms of the bound against the share of real data, in a small world.
    fn bound_figure(&self) -> Figure {
        let shares = math::ratios(LEAST_SHARE, 1.0, 25);
        let terms = self.world().against_real(&self.contributor(), &shares);
        let series = |id: &'static str, label, of: &dyn Fn(&Terms) -> f64| {
            positive(id, label, shares.clone(), terms.iter().map(of).collect())
        };
        Figure::new("bound", words::BOUND_AGAINST_SHARE, Axis::log(words::SHARE), Axis::log(words::TERM))
            .series(
                [
                    series("truth", words::TRUTH, &|terms| terms.truth),
                    series("mmd", words::DISTANCE, &|terms| terms.mmd),
                    series("ntk", words::COMPLEXITY, &|terms| terms.ntk),
                    series("finite", words::FINITE, &|terms| terms.finite),
                    series("loss", words::EMPIRICAL, &|terms| terms.loss),
                ]
                // A term that is always 0 has no curve.
                .into_iter()
                .filter(|series| !series.x.is_empty()),
            )
            .folded()
    }

    /// The small world in which the terms of the bound are computed.
    pub(super) fn world(&self) -> Valuation {
        Valuation::new(self.params.exponent, self.params.facts.min(WORLD), 0.01, 0.05)
    }

    pub(super) fn contributor(&self) -> Contributor {
        let Params { real, cut, wrong, .. } = self.params;
        Contributor { samples: WORLD_SAMPLES, real, cut, wrong }
    }

    /// The printed formula of Lemma 1 beside the exact error, in phase 1.
    fn lemma_figure(&self) -> Option<Figure> {
        let phases = self.mixture.phases()?;
        let Params { exponent, cut, unseen_exponent, seen_error, seen_exponent, .. } = self.params;
        let end = phases.breaks[0].min(f64::from(self.params.samples)).max(2.0 * FIRST);
        let samples = math::ratios(FIRST, end, GRID);
        let printed = |samples: &f64| {
            lemma(exponent, cut, [1.0, unseen_exponent], [seen_error, seen_exponent], *samples).iter().sum()
        };
        let exact = samples.iter().map(|samples| self.error(&self.mixture, *samples)).collect();
        let printed = samples.iter().map(printed).collect();
        let figure = Figure::new("lemma", words::LEMMA, SAMPLES, ERROR).series([
            Series::theory("exact", words::EXACT, samples.clone(), exact),
            Series::theory("printed", words::PRINTED_TERMS, samples, printed),
        ]);
        Some(figure.folded())
    }
}

/// A curve on a logarithmic axis, without its points at 0.
fn positive(id: &'static str, label: impl Into<Text>, x: Vec<f64>, y: Vec<f64>) -> Series {
    let (x, y) = x.into_iter().zip(y).filter(|(_, y)| *y > 0.0).unzip();
    Series::theory(id, label, x, y)
}

/// Ranks from 1 to `last`, about equally spaced on a logarithmic axis.
fn ranks(last: u32) -> Vec<u32> {
    let mut ranks: Vec<u32> =
        math::ratios(1.0, f64::from(last), 161).into_iter().map(|rank| rank.round() as u32).collect();
    ranks.dedup();
    ranks
}

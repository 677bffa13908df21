//! Figures of `gcd`.

use super::run::{Seen, mean};
use super::{CommonDivisors, Compared, words};
use crate::math;
use crate::output::{Axis, Figure, Handle, Mark, Points, Series, units};
use crate::sim::gcd::DIVISORS;
use crate::text;
use crate::text::{Template, count, phrase, share};
use crate::theory::gcd::{PUBLISHED, mass, membership, predicted};

const SAMPLES: Axis = Axis::log(words::SAMPLES);
const ERROR: Axis = Axis::log(words::ERROR).unit(units::PERCENT);
/// Number of points of a curve.
const GRID: u32 = 97;

impl CommonDivisors {
    pub(super) fn figures(&self) -> Vec<Figure> {
        let data = self.params.compare == "data";
        let mut figures = vec![self.error_figure()];
        figures.extend(data.then(|| self.plateaus_figure()));
        figures.push(self.known_figure());
        figures.extend((self.done > 0).then(|| self.when_figure()));
        figures.push(self.answers_figure());
        figures.extend((data && self.done > 0).then(|| self.seen_figure()));
        figures
    }

    /// A figure with a value of the networks of all kinds over the training pairs.
    fn over_samples(&self, id: &'static str, title: Template<0>, y: Axis) -> Figure {
        Figure::new(id, title, SAMPLES, y).groups(self.kinds.iter().map(|kind| (kind.id.clone(), kind.label.clone())))
    }

    /// Lines with the mean over networks, and with bands from the least to the largest value.
    #[inline(never)]
    fn lines(&self, of: impl Fn(&Seen) -> f64 + Copy) -> Vec<Series> {
        let line = |kind: usize| {
            let mut points = Points::default();
            for (mark, seen) in self.found[kind].iter().enumerate() {
                let values = || seen.iter().map(of);
                let ends = [values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max)];
                points.push(self.samples(mark), mean(seen, of), ends);
            }
            let id = self.kinds[kind].id.clone();
            points
                .series(id.clone(), self.kinds[kind].label.clone())
                .map(|series| series.line().group(id).how(words::MEAN_AND_RANGE))
        };
        (0..self.kinds.len()).filter_map(line).collect()
    }

    /// A level that theory sets for a kind, as a line over all training pairs.
    fn level(&self, kind: &Compared, name: &str, label: Template<0>, y: f64) -> Series {
        let ends = vec![self.samples(0), self.samples(self.marks.len() - 1)];
        let id = format!("{}-{name}", kind.id);
        Series::theory(id, label, ends, vec![y; 2]).group(kind.id.clone()).how(words::BY_THEORY)
    }

    /// The headline: the error over the training pairs, with the levels at which theory says that it begins and ends.
    fn error_figure(&self) -> Figure {
        let left = 1.0 - mass(1);
        let mut levels = vec![self.level(&self.kinds[0], "start", words::ONLY_ONE, left)];
        let mut marks = vec![Mark::at_y(text!(words::ONLY_ONE_LEAVES, share = share(left)), left)];
        for (i, kind) in self.kinds.iter().enumerate() {
            let left = 1.0 - kind.ceiling();
            if self.params.compare == "data" && i == 2 {
                levels.push(self.level(kind, "theory", words::PLATEAU, left));
                marks.push(Mark::at_y(text!(words::LEFT_OUT, share = share(left)), left));
            } else if i == 0 || self.params.compare == "base" {
                levels.push(self.level(kind, "theory", words::CEILING, left));
                let label = text!(words::BASE_LEAVES, base = count(kind.setting.base), share = share(left));
                marks.push(Mark::at_y(label, left));
            }
        }
        let measured = if self.done > 0 { self.lines(|seen| 1.0 - seen.tested.accuracy) } else { Vec::new() };
        self.over_samples("error", words::ERROR_AGAINST_SAMPLES, ERROR).series(levels).series(measured).marks(marks)
    }

    /// The plateau of synthetic pairs against the largest divisor that they show, which is a handle.
    fn plateaus_figure(&self) -> Figure {
        let allowed = self.kinds[2].allowed();
        let mut left = 1.0;
        let plateau = |divisor: u32| {
            left -= if allowed.contains(&divisor) { mass(divisor) } else { 0.0 };
            left
        };
        let y: Vec<f64> = (1..=DIVISORS as u32).map(plateau).collect();
        let limit = self.params.limit;
        let here = y[limit as usize - 1];
        let x = (1..=DIVISORS as u32).map(f64::from).collect();
        let measured = if self.ended() { self.plateau_point() } else { None };
        Figure::new("plateaus", words::ERROR_AGAINST_LIMIT, Axis::log(words::LIMIT), ERROR)
            .group("plateaus", words::SYNTHETIC_PAIRS)
            .series([Series::theory("plateaus", words::PLATEAU, x, y).group("plateaus").how(words::BY_THEORY)])
            .series(measured)
            .handle(
                Handle::along("limit", "plateaus"),
                Mark::at(text!(words::LIMIT_HERE, limit = count(limit), share = share(here)), f64::from(limit), here),
            )
    }

    /// The error of the networks that learn from synthetic pairs only, at the end.
    #[inline(never)]
    fn plateau_point(&self) -> Option<Series> {
        let errors = || self.last(2).unwrap_or_default().iter().map(|seen| 1.0 - seen.tested.accuracy);
        let (x, y) = errors().map(|error| (f64::from(self.params.limit), error)).unzip();
        let series = Series::measured("synthetic", words::NETWORKS, x, y);
        (errors().count() > 0).then(|| series.group("plateaus").how(words::EACH_NETWORK))
    }

    /// When each network first knew which divisor.
    #[inline(never)]
    fn when_figure(&self) -> Figure {
        let points = |kind: usize| {
            let (mut x, mut y) = (Vec::new(), Vec::new());
            for divisor in 1..=DIVISORS as u32 {
                for network in 0..self.params.networks as usize {
                    let at = self.found[kind].iter().position(|seen| seen[network].knows(divisor));
                    x.extend(at.map(|mark| self.samples(mark)));
                    y.extend(at.map(|_| f64::from(divisor)));
                }
            }
            let Compared { id, label, .. } = &self.kinds[kind];
            let series = Series::measured(id.clone(), label.clone(), x, y);
            (!series.x.is_empty()).then(|| series.group(id.clone()).how(words::EACH_AND_EQUAL))
        };
        let series = (0..self.kinds.len()).filter_map(points);
        self.over_samples("when", words::WHEN, Axis::log(words::DIVISOR)).series(series)
    }

    /// Number of known divisors over the training pairs.
    fn known_figure(&self) -> Figure {
        let measured = if self.done > 0 { self.lines(|seen| seen.known().len() as f64) } else { Vec::new() };
        let mut levels = vec![self.level(&self.kinds[0], "start", words::ONLY_ONE, 1.0)];
        let mut marks = Vec::new();
        for (i, kind) in self.kinds.iter().enumerate() {
            if i == 0 || self.params.compare == "base" {
                let allowed = kind.allowed().len();
                levels.push(self.level(kind, "theory", words::ALLOWED, allowed as f64));
                let label = text!(words::BASE_SHOWS, base = count(kind.setting.base), count = count(allowed));
                marks.push(Mark::at_y(label, allowed as f64));
            }
        }
        let printed = PUBLISHED.iter().find(|row| row.base == self.params.base);
        let printed = printed
            .map(|row| Mark::at_y(text!(words::PRINTED_COUNT, count = count(row.correct)), f64::from(row.correct)));
        self.over_samples("known", words::KNOWN_AGAINST_SAMPLES, Axis::linear(words::KNOWN))
            .series(levels)
            .series(measured)
            .marks(marks)
            .marks(printed)
    }

    /// The usual answer of the first network for each true divisor.
    fn answers_figure(&self) -> Figure {
        let divisors = || (1..=DIVISORS as u32).map(f64::from).collect::<Vec<_>>();
        let first = self.last(0).and_then(<[Seen]>::first);
        let set = first.map_or_else(|| self.kinds[0].allowed(), Seen::known);
        let rule = (1..=DIVISORS as u32).map(|divisor| f64::from(predicted(&set, divisor))).collect();
        let theory = Series::theory("rule", words::RULE, divisors(), rule).points().group("rule").how(words::BY_THEORY);
        let usual = first.map(|seen| {
            let usual = seen.tested.divisors.iter().map(|divisor| f64::from(divisor.usual)).collect();
            Series::measured("usual", words::USUAL, divisors(), usual).group("answers").how(words::BY_NETWORK)
        });
        let title = text!(words::ANSWERS, kind = phrase(self.kinds[0].label.clone()));
        Figure::new("answers", title, Axis::log(words::TRUE_DIVISOR), Axis::log(words::ANSWER))
            .group("rule", words::RULE)
            .group("answers", words::USUAL)
            .series([theory])
            .series(usual)
            .folded()
    }

    /// Error over the training pairs, beside a learner that remembers the divisors it has seen.
    #[inline(never)]
    fn seen_figure(&self) -> Figure {
        let x = math::ratios(10.0, self.samples(self.marks.len() - 1), GRID);
        let curve = |kind: &Compared| {
            let learner = membership(kind.setting.limit, kind.setting.real);
            let y = x.iter().map(|samples| learner.error(*samples)).collect();
            Series::theory(format!("{}-seen", kind.id), words::MEMBERSHIP, x.clone(), y)
                .group(kind.id.clone())
                .how(words::BY_MEMBERSHIP)
        };
        self.over_samples("seen", words::ERROR_OF_MEMORY, ERROR)
            .series(self.kinds.iter().map(curve))
            .series(self.lines(|seen| 1.0 - seen.tested.accuracy))
            .folded()
    }
}

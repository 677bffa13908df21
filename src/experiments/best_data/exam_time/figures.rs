//! Figures of `exam-time`.

use super::run::Closing;
use super::{ExamTime, real, words};
use crate::math::{self, Z95};
use crate::output::{Axis, Field, Figure, Frame, Handle, Mark, Series, units};
use crate::params::Scale;
use crate::text;
use crate::text::{Template, share};
use crate::theory::exam_time as theory;

/// Number of steps along each side of the triangular lattice, whose points stand for the shares of three subjects.
pub(super) const LATTICE: u32 = 20;
pub(super) const SHARE: Axis = Axis::linear(words::SHARE_OF_FIRST).unit(units::PERCENT);
pub(super) const LOSS: Axis = Axis::log(words::EXPECTED_LOSS);

/// The points (i, j) in the interior of the triangular lattice of three shares. At these points no share is 0.
pub(super) fn lattice() -> impl Iterator<Item = (u32, u32)> {
    (1..LATTICE - 1).flat_map(|i| (1..LATTICE - i).map(move |j| (i, j)))
}

/// The shares of three subjects at a point (i, j) of the triangular lattice.
pub(super) fn lattice_shares((i, j): (u32, u32)) -> [f64; 3] {
    [i, j, LATTICE - i - j].map(|i| f64::from(i) / f64::from(LATTICE))
}

impl ExamTime {
    pub(super) fn line_figure(&self, id: &'static str) -> Figure {
        let (first, last) =
            if self.p.len() == 2 { (0.02, 0.98) } else { (self.line[0], self.line[self.line.len() - 1]) };
        let x: Vec<f64> = (0..=192).map(|i| first + (last - first) * f64::from(i) / 192.0).collect();
        let curve = |f: &dyn Fn(&[f64]) -> f64| x.iter().map(|&x| f(&self.at(x))).collect::<Vec<_>>();
        let mut series = vec![
            Series::theory("power-law", words::LIMIT, x.clone(), curve(&|n| self.power_law(n))),
            Series::theory("exact", words::EXACT, x.clone(), curve(&|n| self.exact(n))).how(words::BY_THEORY),
        ];
        if self.done > 1 {
            series.extend(self.simulated());
        }
        let pair = self.p.len() == 2;
        let figure = Figure::new(
            id,
            if pair { words::LOSS_AGAINST_SHARE } else { words::LOSS_ALONG_LINE },
            if pair { SHARE } else { Axis::linear(words::PLACE) },
            LOSS,
        )
        .groups([("power-law", words::LIMIT), ("exact", words::THESE_HOURS)])
        .series(series)
        .marks(if pair {
            [
                Mark::at_x(text!(words::MATCHED_SHARE, share = share(self.p[0])), self.p[0]),
                Mark::at_x(text!(words::OPTIMAL_SHARE, share = share(self.limit())), self.limit()),
            ]
        } else {
            [Mark::at_x(words::MATCHED, 0.0), Mark::at_x(words::OPTIMAL, self.limit())]
        });
        if pair { figure.handle(Handle::along("share", "exact"), self.yours()) } else { figure }
    }

    /// The user's share on the exact curve. Its label gives the share of the hours that it wastes: with the optimal
    /// share, so many fewer hours reach an equal loss.
    fn yours(&self) -> Mark {
        let [loss, least] = [self.yours, self.limit()].map(|x| self.exact(&self.at(x)));
        let wasted = 1.0 - math::pow((least / loss).min(1.0), 1.0 / self.a);
        Mark::at(text!(words::YOUR_SHARE, share = share(self.yours), wasted = share(wasted)), self.yours, loss)
    }

    /// Measured losses of the simulated students along the line of allocations. The code is a separate function because
    /// the build splits the wasm by function, and can then leave it out of the page's first download.
    #[inline(never)]
    fn simulated(&self) -> Vec<Series> {
        let width = self.line.len();
        let means = self.means();
        let half: Vec<f64> = (0..width).map(|i| Z95 * self.standard_error(i)).collect();
        let ends = |sign: f64| means.iter().zip(&half).map(|(m, h)| m + sign * h).collect();
        let x = self.line.clone();
        let measured = Series::measured("measured", words::STUDENTS, x, means[..width].to_vec()).group("exact");
        let mut series = vec![measured.interval(ends(-1.0), ends(1.0)).how(words::BY_STUDENTS)];
        if let Some(Closing { quantiles: [low, middle, high], .. }) = &self.closing {
            let students = Series::measured("students", words::SINGLE, self.line.clone(), middle.clone()).line();
            series.push(students.interval(low.clone(), high.clone()).hidden());
        }
        series
    }

    /// Number of hours that the optimal shares need, divided by the number that the matched shares need for an equal
    /// loss. The quotient is computed from the measured losses of simulated students. The code is a separate function
    /// because the build splits the wasm by function, and can then leave it out of the page's first download.
    #[inline(never)]
    fn simulated_gain(&self) -> Series {
        let (ratio, error) = self.measured_ratio();
        let needed = |r: f64| math::pow(r, 1.0 / self.a);
        let (lo, hi) = (needed((ratio - Z95 * error).max(0.0)), needed(ratio + Z95 * error));
        let (x, y) = (vec![self.p[0]], vec![needed(ratio)]);
        Series::measured("measured", words::RATIO, x, y).group("exact").interval(vec![lo], vec![hi])
    }

    pub(super) fn triangle(
        &self,
        id: &'static str,
        title: Template<0>,
        label: Template<0>,
        values: Vec<f64>,
    ) -> Figure {
        let axis: Vec<f64> = (1..LATTICE - 1).map(|i| f64::from(i) / f64::from(LATTICE)).collect();
        let mut z = vec![vec![f64::NAN; axis.len()]; axis.len()];
        for ((i, j), value) in lattice().zip(values) {
            z[j as usize - 1][i as usize - 1] = value;
        }
        Figure::new(
            id,
            title,
            Axis::linear(words::SHARE_1).unit(units::PERCENT),
            Axis::linear(words::SHARE_2).unit(units::PERCENT),
        )
        .field(Field { x: axis.clone(), y: axis, z, label, unit: "", scale: Scale::Log, frame: Frame::Simplex })
        .handle(Handle::over_simplex("weights"), {
            let [first, second, third] = [self.p[0], self.p[1], self.p[2]].map(share);
            let label = text!(words::MATCHED_SHARES, first = first, second = second, third = third);
            Mark::at(label, self.p[0], self.p[1])
        })
        .marks([{
            let [first, second, third] = [self.power[0], self.power[1], self.power[2]].map(share);
            let label = text!(words::OPTIMAL_SHARES, first = first, second = second, third = third);
            Mark::at(label, self.power[0], self.power[1])
        }])
    }

    pub(super) fn gain_figure(&self) -> Figure {
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
            Series::theory("power-law", words::LIMIT, x, y),
            Series::theory("exact", words::WHOLE, coarse, at_these_hours),
        ];
        if self.done > 1 {
            series.push(self.simulated_gain());
        }
        Figure::new(
            "gain",
            words::GAIN,
            Axis::linear(words::WEIGHT_OF_FIRST).unit(units::PERCENT),
            Axis::linear(words::HOURS_RATIO),
        )
        .series(series)
        .handle(Handle::along("weights", "power-law").part(0), Mark::at_x(words::THIS_EXAM, self.p[0]))
    }
}

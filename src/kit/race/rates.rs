//! Which training distribution reaches the target first when each has its own best learning rate?
//!
//! At a single learning rate, a distribution may win only because this rate happens to suit it. So every training
//! distribution is run at each of several learning rates, always on the same random draws. The best rate of a
//! distribution is the rate with the least median time. The interval of the ratio of the best medians allows for the
//! fact that the rates were chosen from the same runs.

use super::words;
use super::{Favourite, LEAST_RUNS, Race, Racer, TAIL, Time, name};
use crate::math;
use crate::output::{Axis, Column, Figure, Mark, Points, Series, Table, Verdict, units};
use crate::text;
use crate::text::{Text, count, multiple, number, phrase, setting};

/// Ratio of the largest learning rate to the middle rate, and of the middle rate to the smallest.
const REACH: f64 = 10.0;

/// Returns `count` learning rates around `middle`, evenly spaced in the logarithm.
pub fn ladder(middle: f64, count: u32) -> Vec<f64> {
    let place = |i| if count > 1 { 2.0 * f64::from(i) / f64::from(count - 1) - 1.0 } else { 0.0 };
    (0..count).map(|i| middle * math::pow(REACH, place(i))).collect()
}

/// The runs of every training distribution at every learning rate.
#[derive(Clone, Debug)]
pub struct Rates {
    /// The learning rates, ascending.
    pub rates: Vec<f64>,
    /// The runs, `[training distribution][learning rate]`.
    pub racers: Vec<Vec<Racer>>,
    /// Number of samples after which a run is cut off.
    pub budget: u64,
}

impl Rates {
    /// Makes a comparison that has no runs yet.
    pub fn new(rates: Vec<f64>, exponents: &[f64], budget: u64) -> Self {
        let racer = |exponent| Racer { exponent, ..Racer::default() };
        let racers = exponents.iter().map(|&exponent| vec![racer(exponent); rates.len()]).collect();
        Self { rates, racers, budget }
    }

    /// Adds more runs. `more` is indexed like `racers`, by training distribution and learning rate.
    pub fn extend(&mut self, more: Vec<Vec<Racer>>) {
        for (all, more) in self.racers.iter_mut().flatten().zip(more.into_iter().flatten()) {
            all.hits.extend(more.hits);
            all.diverged += more.diverged;
        }
    }

    fn of(&self, racers: &[&Racer]) -> Race {
        Race { racers: racers.iter().map(|&racer| racer.clone()).collect(), budget: self.budget }
    }

    /// Lower quartile, median and upper quartile of the times to the target of the runs in `racer`. They are `None` if
    /// there are no runs.
    fn quantiles(&self, racer: &Racer) -> Option<[Time; 3]> {
        let race = self.of(&[racer]);
        let [low, median, high] = [0.25, 0.5, 0.75].map(|share| race.quantile(0, share));
        Some([low?, median?, high?])
    }

    /// Index of the learning rate at which a training distribution has the least median time. If several rates have
    /// this median, it is the smallest of them. It is `None` if at every rate less than half of the runs reached the
    /// target.
    pub fn best(&self, training: usize) -> Option<usize> {
        self.least(training, 1).map(|(_, i)| i)
    }

    /// The least value of a quartile of the times over all learning rates, and the index of the rate with this value.
    /// `quartile` is 0 for the lower quartile, 1 for the median and 2 for the upper quartile.
    fn least(&self, training: usize, quartile: usize) -> Option<(u64, usize)> {
        let arrived = self.racers[training].iter().enumerate().filter_map(|(i, racer)| {
            let Time::At(t) = self.quantiles(racer)?[quartile] else { return None };
            Some((t, i))
        });
        arrived.min()
    }

    /// Verdict on the claim that the favourite reaches the target in fewer samples, when each distribution has its best
    /// learning rate. The verdict is `None` if there is no uniform training or no power law.
    ///
    /// The measured ratio is the least median time of uniform training divided by the least median time of the power
    /// laws, each over all learning rates. Let `U(e)` be the true median time of uniform training at the learning rate
    /// e, and `P(a, r)` that of the power law with exponent a at the learning rate r. The true ratio is
    /// `min_e U(e) / min_(a, r) P(a, r)`.
    ///
    /// The verdict has a 99.9% interval for the true ratio. For any a and r, the true ratio is at least the smallest of
    /// the ratios `U(e) / P(a, r)` over all e. So for one choice of a and r, an interval is computed for each of these
    /// ratios, and the smallest of their lower ends is the lower end of the verdict's interval. The choice depends on
    /// the runs. The lower end is valid all the same, because the tail probability of each interval is divided by the
    /// number of possible choices. The upper end is found in a similar way.
    ///
    /// The chosen a and r are those with the least upper quartile. The least median is not used for the choice, because
    /// the rate with the least median is often next to the edge of stability, where the slower half of the runs
    /// diverges.
    #[inline(never)]
    pub fn verdict(&self, favourite: Favourite, finished: bool) -> Option<Verdict> {
        let uniform = self.racers.iter().position(|ladder| ladder.first().is_some_and(|r| r.exponent == 0.0))?;
        let powers: Vec<usize> = (0..self.racers.len()).filter(|&i| i != uniform).collect();
        if powers.is_empty() {
            return None;
        }
        let id = "power-law-beats-uniform-at-best-rates";
        let claim = match favourite {
            Favourite::PowerLaw => words::POWER_LAW_WINS_AT_BEST_RATES,
            Favourite::Uniform => words::UNIFORM_WINS_AT_BEST_RATES,
        };
        let mut verdict = Verdict { null: Some(1.0), ..Verdict::pending(id, claim) };
        if !finished {
            return Some(verdict);
        }
        // The power law with the least quartile: that quartile, the place of its rate, the runs.
        let fastest = |quartile| {
            let least = powers.iter().filter_map(|&i| self.least(i, quartile).map(|(t, rate)| (t, rate, i))).min();
            least.map(|(t, rate, training)| (t, rate, &self.racers[training][rate]))
        };
        let (Some((fast, rate, power)), Some((slow, at))) = (fastest(1), self.least(uniform, 1)) else {
            return Some(verdict.note(words::NO_RATIO));
        };
        verdict.measured = slow as f64 / fast as f64;
        let chosen = fastest(2).map_or(power, |(_, _, racer)| racer);
        let rival = &self.racers[uniform][self.least(uniform, 2).map_or(at, |(_, i)| i)];
        let end = |uniform: &Racer, power: &Racer, choices: usize| {
            self.of(&[uniform, power]).ratio_at(1, [TAIL / choices as f64; 2]).map(|ratio| ratio.interval)
        };
        let rivals = self.racers[uniform].iter().filter_map(|u| end(u, chosen, powers.len() * self.rates.len()));
        let lo = rivals.map(|[lo, _]| lo).fold(f64::INFINITY, f64::min);
        let all = powers.iter().flat_map(|&i| &self.racers[i]);
        let hi = all.filter_map(|p| end(rival, p, self.rates.len())).map(|[_, hi]| hi).fold(0.0, f64::max);
        verdict.interval = (chosen.hits.len() >= LEAST_RUNS).then_some([lo, hi]);
        verdict.agrees = favourite.wins([lo, hi]);
        verdict = verdict.note(text!(
            words::BEST_RATES,
            tried = count(self.rates.len()),
            uniform = number(self.rates[at]),
            power = number(self.rates[rate]),
            alpha = setting(power.exponent),
        ));
        Some(verdict.from_runs(chosen.hits.len(), LEAST_RUNS))
    }

    /// What the finished runs show about uniform training and the power laws, each at its best learning rate; `None` if
    /// one of the two is missing, or never reached the target.
    #[inline(never)]
    pub fn answer(&self) -> Option<Text> {
        let verdict = self.verdict(Favourite::PowerLaw, true)?;
        let of = |uniform: bool| {
            let laws = (0..self.racers.len()).filter(|&i| (self.racers[i][0].exponent == 0.0) == uniform);
            laws.filter_map(|i| self.least(i, 1)).min().map(|(samples, _)| samples)
        };
        let (slow, fast) = (of(true)?, of(false)?);
        Some(match verdict.agrees {
            Some(true) => {
                let ratio = multiple(verdict.measured);
                text!(words::UNIFORM_SLOWER_AT_BEST_RATES, ratio = ratio, slow = count(slow), fast = count(fast))
            }
            Some(false) => text!(words::UNIFORM_FASTER_AT_BEST_RATES, slow = count(slow), fast = count(fast)),
            None => text!(words::CANNOT_TELL_AT_BEST_RATES, slow = count(slow), fast = count(fast)),
        })
    }

    /// Figure `learning-rate`: median and quartiles of the times against the learning rate. It also marks the largest
    /// stable learning rate of each training distribution.
    #[inline(never)]
    pub fn figure(&self, middle: f64, edges: &[f64]) -> Option<Figure> {
        let series = self.racers.iter().enumerate().filter_map(|(i, ladder)| {
            let mut points = Points::default();
            for (rate, racer) in self.rates.iter().zip(ladder) {
                let [low, median, high] = self.quantiles(racer)?.map(Time::seen);
                points.push(*rate, median, [low, high]);
            }
            let label = text!(words::QUARTILES_OF, training = phrase(name(ladder.first()?.exponent)));
            points.series(format!("p{}", i + 1), label).map(Series::line)
        });
        let ends = [self.rates[0], self.rates[self.rates.len() - 1]];
        let same = edges.windows(2).all(|pair| pair[0] == pair[1]);
        let edges = self.racers.iter().zip(edges).take(if same { 1 } else { edges.len() });
        let edges = edges.filter(|(_, edge)| (ends[0]..=ends[1]).contains(edge)).map(|(ladder, edge)| {
            let training = phrase(name(ladder[0].exponent));
            let label = if same { words::EDGE.into() } else { text!(words::EDGE_OF, training = training) };
            Mark::at_x(label, *edge)
        });
        Figure::new(
            "learning-rate",
            words::TIMES_AGAINST_RATE,
            Axis::log(words::RATE),
            Axis::log(words::SAMPLES_TO_TARGET).unit(units::SAMPLES),
        )
        .folded()
        .series(series)
        .marks(edges.chain([Mark::at_x(words::ASKED_RATE, middle)]))
        .drawn()
    }

    /// Table `best-rates`: every training distribution at its best learning rate.
    #[inline(never)]
    pub fn table(&self) -> Table {
        let best: Vec<(f64, &Racer)> = (0..self.racers.len())
            .filter_map(|training| self.best(training).map(|i| (self.rates[i], &self.racers[training][i])))
            .collect();
        let racers: Vec<&Racer> = best.iter().map(|(_, racer)| *racer).collect();
        let mut table = self.of(&racers).table(&[]);
        (table.id, table.title) = ("best-rates", words::TIMES_AT_BEST_RATES.into());
        table.nothing = Some(words::NO_RATE);
        table.columns.insert(1, Column { name: words::BEST_RATE, unit: "" });
        table.rows.iter_mut().zip(&best).for_each(|(row, (rate, _))| row.insert(1, (*rate).into()));
        table
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::rng::{Draws, stream};

    /// Makes runs with exponentially distributed times, for training distributions with the exponents 0, 1, 2 and so
    /// on. The mean time is `means[training][rate]`.
    fn simulated(means: &[&[f64]], seed: u32, budget: u64) -> Rates {
        let exponents: Vec<f64> = (0..means.len()).map(|i| i as f64).collect();
        let mut rates = Rates::new(ladder(0.1, means[0].len() as u32), &exponents, budget);
        let mut draws = Draws::new(11, stream::BOOTSTRAP, seed, 0);
        let mut hits = |mean: f64| -> Vec<Option<u64>> {
            (0..33).map(|_| Some((-math::ln(draws.uniform()) * mean).ceil() as u64).filter(|&t| t <= budget)).collect()
        };
        let racer = |exponent, hits| Racer { exponent, hits, ..Racer::default() };
        rates.extend(
            means
                .iter()
                .zip(&exponents)
                .map(|(means, &e)| means.iter().map(|&m| racer(e, hits(m))).collect())
                .collect(),
        );
        rates
    }

    #[test]
    fn a_ladder_is_even_in_the_logarithm() {
        assert_eq!(ladder(0.05, 1), [0.05]);
        let rates = ladder(0.05, 5);
        for (rate, want) in rates.iter().zip([0.005, 0.005 * 10f64.sqrt(), 0.05, 0.05 * 10f64.sqrt(), 0.5]) {
            assert!((rate / want - 1.0).abs() < 1e-12, "{rates:?}");
        }
    }

    #[test]
    fn the_best_rate_has_the_least_median() {
        let rates = simulated(&[&[9e9, 4e6, 8e6], &[1e5, 9e9, 9e9]], 1, 50_000_000);
        assert_eq!((rates.best(0), rates.best(1)), (Some(1), Some(0)));
        let verdict = rates.verdict(Favourite::PowerLaw, true).expect("both kinds");
        assert_eq!(verdict.agrees, Some(true));
        // The median of n exponential times has the relative error 1 / (ln 2 sqrt n): three of them for two medians.
        let off = math::ln(verdict.measured / 40.0).abs();
        assert!(off < 3.0 * (2.0f64 / 33.0).sqrt() / std::f64::consts::LN_2, "{}", verdict.measured);
        assert!(verdict.said().contains("0.1 is best for uniform training and 0.01 for"), "{}", verdict.said());
        assert_eq!(rates.verdict(Favourite::PowerLaw, false).expect("both kinds").agrees, None, "not before the end");
        let other_way = rates.verdict(Favourite::Uniform, true).expect("both kinds");
        assert!(other_way.agrees == Some(false) && other_way.claim.english().contains("at most 1"), "{other_way:?}");
        let answer = rates.answer().expect("both kinds").english();
        assert!(answer.starts_with("Even at its best learning rate uniform training needs "), "{answer}");
        assert!(
            simulated(&[&[1e5], &[4e6]], 1, 50_000_000).answer().expect("both kinds").english().contains(" wins: ")
        );
        assert!(simulated(&[&[1e6], &[1e6]], 1, 50_000_000).answer().expect("both").english().contains("cannot tell"));
        assert_eq!(rates.table().rows.len(), 2);
        let marks = |edges: &[f64]| rates.figure(0.1, edges).expect("runs").marks.len();
        assert_eq!(marks(&[0.05, 7.0]), 2, "one edge is outside");
        assert_eq!((marks(&[0.05, 0.5]), marks(&[0.5, 0.5])), (3, 2), "equal ones are one");
        let never = simulated(&[&[9e9, 9e9], &[1e3, 1e3]], 1, 1000);
        assert_eq!((never.best(0), never.table().rows.len()), (None, 1));
        assert!(never.answer().is_none(), "uniform training has no number of samples");
        assert_eq!(never.verdict(Favourite::PowerLaw, true).expect("both kinds").agrees, None, "one never arrived");
        assert!(
            Rates::new(vec![0.1], &[0.0], 9).verdict(Favourite::PowerLaw, true).is_none(),
            "nobody to race against"
        );
    }

    #[test]
    fn the_interval_allows_for_the_choice_of_the_best() {
        // The true ratio of the least medians is 2; eight rates are as good as each other.
        let (slow, fast): (&[f64], &[f64]) = (&[2e6; 8], &[1e6; 8]);
        let missed = (0..400).filter(|&seed| {
            let [lo, hi] = simulated(&[slow, fast, fast], seed, u64::MAX)
                .verdict(Favourite::PowerLaw, true)
                .expect("both")
                .interval
                .expect("runs");
            lo > 2.0 || hi < 2.0
        });
        assert!(missed.count() <= 3, "more than 99.9% can miss");
        // With more rates there are more choices, so the interval is wider.
        let mut one = simulated(&[&[2e6], &[1e6]], 1, u64::MAX);
        let narrow = one.verdict(Favourite::PowerLaw, true).expect("both").interval.expect("runs");
        one.rates = vec![0.1; 8];
        one.racers.iter_mut().for_each(|ladder| *ladder = vec![ladder[0].clone(); 8]);
        let wide = one.verdict(Favourite::PowerLaw, true).expect("both").interval.expect("runs");
        assert!(wide[0] < narrow[0] && wide[1] > narrow[1], "{wide:?} {narrow:?}");
        // The interval is narrow enough to show a ratio of 20.
        let told = |seed: &u32| {
            simulated(&[&[2e7; 4], &[1e6; 4]], *seed, u64::MAX).verdict(Favourite::PowerLaw, true).expect("both").agrees
                == Some(true)
        };
        assert!((0..20).filter(told).count() == 20);
    }
}

//! How often may data be repeated before repeated samples stop being as good as fresh ones?
//!
//! Model: SGD runs K epochs over N samples of a linear regression. The risk of each run is computed exactly. Each pair
//! of K and N has its own best learning rate, at which the risk is least. A single epoch over fresh samples has a best
//! learning rate for each number of samples. The effective reuse rate E is the number of fresh samples that K epochs
//! are worth, divided by N. Prediction: E = K until K reaches the order of log N, or of a power of N for power-law
//! data. Further epochs gain nothing. So a larger data set can be repeated more often. Falsifier: a plateau of E that
//! does not grow with N.

use std::cell::OnceCell;

use run::{Expected, Leg, Measured};

use crate::error::{Error, Result};
use crate::exec::{Exec, Twin};
use crate::experiments::repeats::reuse::Cell as Risks;
use crate::kit::legs::{Carried, Legs, Place};
use crate::kit::{Budget, Claim, Experiment, Info};
use crate::math;
use crate::output::{Output, Progress, Series};
use crate::params::{Choice, Spec};
use crate::sim::multi_epoch::{self as sim, Features, Schedule, Sweep};
use crate::stats::{line, sort};
use crate::text;
use crate::text::{Template, count, number, setting};
use crate::theory::dense::{MeanField, OnePass};
use crate::theory::one_hot::{OneHot, PowerLaw};
use crate::theory::reuse::{Best, Model, Order};
use crate::theory::{dense, reuse};

mod answer;
mod claims;
mod figures;
mod run;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod verdicts;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Input vectors: dense (independent Gaussian features) or one-hot (exactly one non-zero feature).
        model: &'static str = Spec::choice("dense", MODELS).label("features");
        /// Number of features. The model has one weight for each feature. One-hot models with more than 1024 features are computed exactly instead of simulated.
        features: u32 = Spec::integer("8", 1.0, FEATURES_MAX).log().label("dimension").unit("features").was(&["dim"]);
        /// Whether all features have equal strength or a strength that falls with their rank $i$.
        spectrum: &'static str = Spec::choice("isotropic", SPECTRA);
        /// Exponent $a$ of a power-law spectrum: the feature of rank $i$ has variance $i^{-a}$.
        a: f64 = Spec::number("2", 0.0, 8.0);
        /// Exponent $b$ of one-hot features with a power-law spectrum: for the feature of rank $i$, the squared size falls as $i^{-b}$ and the frequency as $i^{-(a-b)}$.
        b: f64 = Spec::number("0.5", 0.0, 8.0);
        /// Standard deviation of the label noise.
        noise: f64 = Spec::number("1", 0.0, 10.0);
        /// Data set sizes $N$ to compare, separated by commas.
        samples: Vec<f64> = Spec::list("100,300,1000,3000", 8.0, 1e7, 1, 8).unit("samples");
        /// Numbers of epochs $K$ to compare, separated by commas.
        epochs: Vec<f64> = Spec::list("1,2,3,4,6,8,12,16", 1.0, 4096.0, 1, 12).unit("epochs");
        /// Order in which an epoch visits the samples.
        order: &'static str = Spec::choice("reshuffle", ORDERS);
        /// Learning-rate schedule.
        schedule: &'static str = Spec::choice("constant", SCHEDULES);
        /// Learning rate of every run. 0 searches for the rate with the lowest measured risk, separately for each $K$ and $N$.
        lr: f64 = Spec::number("0", 0.0, 4.0).label("learning rate");
        /// Largest learning rate of the search, as a multiple of $1/D^2$, where $D^2$ is the mean squared norm of a dense sample, or the largest squared size of a one-hot feature.
        largest_rate: f64 = Spec::number("1", 0.01, 2.0).label("largest learning rate").was(&["largest"]);
        /// Number of learning rates in the search.
        rates: u32 = Spec::integer("32", 4.0, 64.0).label("learning rates tried");
        /// Number of independent runs. Each draws its own samples, noise and orders.
        runs: u32 = Spec::integer("192", 2.0, 4096.0).log().unit("runs");
        /// Number of tokens in your own data set. It does not affect the runs. A table compares the advice of four sources on how many epochs are worthwhile for a data set of this size.
        tokens: f64 = Spec::number("1e9", 1e6, 1e14).log().label("your data set").unit("tokens");
    }
}

/// Largest number of features of a one-hot model.
const FEATURES_MAX: f64 = 100_000.0;

const MODELS: &[Choice] = &[
    Choice { value: "dense", label: "dense: Gaussian features" },
    Choice { value: "one-hot", label: "one-hot: one feature per sample" },
];

const SPECTRA: &[Choice] = &[
    Choice { value: "isotropic", label: "isotropic: all equally strong" },
    Choice { value: "power", label: "power law" },
];

const ORDERS: &[Choice] = &[
    Choice { value: "reshuffle", label: "reshuffled in every epoch" },
    Choice { value: "once", label: "one order for all epochs" },
    Choice { value: "with-replacement", label: "drawn with replacement" },
];

const SCHEDULES: &[Choice] = &[
    Choice { value: "constant", label: "constant" },
    Choice { value: "cosine", label: "cosine decay to 0" },
    Choice { value: "wsd", label: "constant, then linear decay to 0 (WSD)" },
    Choice { value: "all", label: "all three, to compare" },
];

/// Learning-rate schedules, each with the name of its curves in figures.
const DECAYS: [(Schedule, Template<0>); 3] =
    [(Schedule::Constant, words::CONSTANT), (Schedule::Cosine, words::COSINE), (Schedule::Wsd, words::WSD)];
/// Largest ratio between two learning rates of the search.
const SPAN: f64 = 1e4;
/// Number of checkpoints of one pass over fresh samples, per doubling of the number of samples.
const PER_DOUBLING: f64 = 3.0;
/// Largest number of steps of a run. It is also the largest number of fresh samples, because one pass makes one step
/// per sample.
const FRESH_MAX: f64 = 2e9;
/// Limit in nanoseconds for the estimated time that the theory takes. Up to this limit, the theory is computed at every
/// move of a slider. Up to [`IN_A_RUN`], it is computed during a run. Otherwise it is left out. The estimate errs on
/// the long side.
const AT_ONCE: f64 = 1e8;
const IN_A_RUN: f64 = 3e10;
/// Number of points of each mean-field curve against the number of samples N.
const CURVE: u32 = 12;
/// A ratio of two effective reuse rates counts as 1 only if neither end of its interval is farther than this from 1.
const SAME: f64 = 0.1;
/// Least number of runs with which the standard error of a mean over runs is known well enough. Squares of Gaussian
/// numbers have a skewness of about 2. With this skewness, an end of the 99.9% interval is wrong by
/// `(1 + 2 z^2) 2 / (6 sqrt(runs))` standard errors. There are z standard errors between the end and the mean, and with
/// this number of runs the end is wrong by a third of them.
const LEAST: usize = 48;
/// The effective reuse rate E at the largest number of epochs counts as the plateau if, in theory, it is at least this
/// share of E for infinitely many epochs. Without theory, it counts as the plateau if between the two largest numbers
/// of epochs K the measured E grows like a power of K with an exponent of at most [`FLAT`].
const REACHED: f64 = 0.9;
const FLAT: f64 = 0.2;
/// Least number of samples per feature at which the simulation is compared with mean-field theory.
const PER_FEATURE: f64 = 10.0;
/// Limit for the product of the learning rate and the mean squared norm `D^2` of a sample. Above this limit, the
/// simulation is not compared with mean-field theory. The theory neglects a relative change of `rate D^2 / 2` in the
/// speed at which the risk falls. At the limit, this change equals [`MEAN_FIELD`].
const STEEP: f64 = 2.0 * MEAN_FIELD;
/// Limit for the product of the learning rate and the mean squared norm `D^2` of a sample. Above this limit, the
/// distribution of risks over the runs has a heavy tail, because a risk is then a product of few factors that differ
/// widely.
const WILD: f64 = 0.5;
/// Relative error that is allowed for mean-field theory.
const MEAN_FIELD: f64 = 0.15;
/// Error that is allowed for a fitted exponent of the effective reuse rate.
const EXPONENT: f64 = 0.005;
/// Number of runs from which the limit [`FALLING`](crate::experiments::repeats::reuse::FALLING) is used unchanged. With
/// fewer runs a smaller limit is used, because fewer runs show less of a heavy tail.
const ENOUGH: f64 = 384.0;
/// The ratio of simulated risk to exact risk decides a verdict only if neither end of its interval is farther than this
/// from 1.
const NEAR: f64 = 0.5;
/// Largest relative standard error that the random choice of samples may cause in a mean risk. If it causes a larger
/// error, the mean risk counts as unknown.
const LUCK: f64 = 0.1;
/// Largest product of the number of steps and the number of different features at which the risk under a decaying
/// learning rate is still computed step by step.
const RECURSION: f64 = 4e6;
/// Least ratio of the effective reuse rate to the number of epochs at which repeated samples count as almost as good as
/// fresh samples.
const SHARE: f64 = 0.75;

/// The theoretical model of the data, from which risks are computed.
enum World {
    Dense(MeanField),
    OneHot(OneHot),
}

/// When the theory is computed: at every move of a slider, during the run, or never.
#[derive(PartialEq, Eq)]
enum Comes {
    AtOnce,
    InTheRun,
    Never,
}

impl World {
    fn model(&self) -> &dyn Model {
        match self {
            Self::Dense(model) => model,
            Self::OneHot(model) => model,
        }
    }
}

/// The experiment `multi-epoch`.
pub struct MultiEpoch {
    params: Params,
    seed: u32,
    world: World,
    /// Frequencies of one-hot features. The list is empty for dense features.
    frequencies: Vec<f64>,
    /// Variances `lambda_i` of dense features, or squared sizes `Lambda_i` of one-hot features.
    squares: Vec<f64>,
    /// The true weights of the linear regression, all 1.
    teacher: Vec<f64>,
    /// The numbers of samples N, ascending. The field `epochs` holds the numbers of epochs K, also ascending.
    sizes: Vec<u32>,
    epochs: Vec<u32>,
    rates: Vec<f64>,
    schedules: Vec<(Schedule, Template<0>)>,
    /// Numbers of fresh samples at which one pass has its checkpoints, ascending.
    fresh: Vec<u32>,
    legs: Legs<Leg>,
    /// The best learning rate of one pass over the smallest number of samples, times the mean squared norm `D^2` of a
    /// sample, by mean-field theory. It is infinite for dense features without noise, where this theory does not apply,
    /// and 0 for one-hot features.
    steep: f64,
    /// Theoretical risks and effective reuse rates for each number of samples. An entry is `None` until it is computed.
    expected: Vec<Option<Expected>>,
    /// Number of checkpoints before the simulation, at each of which the theory for one number of samples is computed.
    /// It is 0 if the theory is computed at every move of a slider or never.
    slow: u32,
    /// Curves of the theory in the figure `saturation`, against the number of samples. There are none for one-hot
    /// features.
    curves: Vec<Series>,
    /// The curve in the figure `collapse` that the scaled curves approach for many samples. It is computed when it is
    /// first needed.
    limit: OnceCell<Option<Series>>,
    /// Theory curve of the figure `advice`: the sizes of data sets, and for each size the number of epochs K at which
    /// the effective reuse rate is 0.75 K.
    advice: [Vec<f64>; 2],
    measured: Vec<Measured>,
    sweep: Carried<Sweep>,
    done: u32,
}

impl MultiEpoch {
    fn dense(&self) -> bool {
        matches!(self.world, World::Dense(_))
    }

    /// Makes the experiment with its model, its learning rates and its checkpoints, but without theory.
    ///
    /// # Errors
    /// The parameter values do not fit each other.
    fn laid_out(params: Params, seed: u32) -> Result<Self> {
        let Params { model, features: dim, spectrum, a, b, noise, order, schedule, lr, largest_rate, rates, .. } =
            params;
        let dense = model == "dense";
        let isotropic = spectrum == "isotropic";
        if dense && dim > sim::DIM_MAX {
            let [most, most_one_hot] = [f64::from(sim::DIM_MAX), FEATURES_MAX].map(setting);
            let allowed = text!(words::DENSE_FEATURES, most = most, most_one_hot = most_one_hot);
            return Err(Error::parameter("features", &dim.to_string(), allowed));
        }
        if !dense && !isotropic && b > a {
            let allowed = text!(words::RISING_FREQUENCIES, a = setting(a));
            return Err(Error::parameter("b", &b.to_string(), allowed));
        }
        let sizes = whole("samples", &params.samples)?;
        let epochs = whole("epochs", &params.epochs)?;
        let (most_samples, most_epochs) = (f64::from(sizes[sizes.len() - 1]), f64::from(epochs[epochs.len() - 1]));
        if most_samples * most_epochs > FRESH_MAX {
            let epochs = setting((FRESH_MAX / most_samples).floor());
            let allowed =
                text!(words::STEPS, epochs = epochs, samples = setting(most_samples), steps = count(FRESH_MAX));
            return Err(Error::parameter("epochs", &most_epochs.to_string(), allowed));
        }
        let orders = match order {
            "once" => Order::Once,
            "with-replacement" => Order::WithReplacement,
            _ => Order::Reshuffle,
        };
        let variance = noise * noise;
        let ranks = || (1..=dim).map(f64::from);
        let law = |exponent: f64| {
            ranks().map(|i| if isotropic { 1.0 } else { math::pow(i, -exponent) }).collect::<Vec<f64>>()
        };
        let squares = law(if dense { a } else { b });
        let teacher = vec![1.0; squares.len()];
        let (world, frequencies) = if dense {
            (World::Dense(MeanField::new(&squares, &teacher, variance, orders)), vec![])
        } else {
            let raw = law(a - b);
            let total: f64 = raw.iter().sum();
            let world = if isotropic {
                OneHot::isotropic(dim, variance, orders)
            } else {
                OneHot::power(dim, a, b, variance, orders)
            };
            (World::OneHot(world), raw.iter().map(|p| p / total).collect())
        };
        // The largest rate, and what is known of stability.
        let length = length(dense, &squares);
        let stable = if dense { OnePass::new(&squares, &teacher, variance, 3.0).stable_rate() } else { 2.0 / length };
        if lr >= stable && (dense || noise > 0.0) {
            let allowed = text!(words::STABLE_RATE, edge = number(stable));
            return Err(Error::parameter("lr", &lr.to_string(), allowed));
        }
        let top = largest_rate / length;
        let lowest = dense::leading_rate(squares[0], most_epochs, most_samples.max(2.0)) / 2.0;
        let bottom = lowest.clamp(top / SPAN, top / 10.0);
        let step = |i: u32| top * math::pow(bottom / top, f64::from(rates - 1 - i) / f64::from(rates - 1));
        let rates: Vec<f64> = if lr > 0.0 { vec![lr] } else { (0..rates).map(step).collect() };
        let schedules = match schedule {
            "cosine" => vec![DECAYS[1]],
            "wsd" => vec![DECAYS[2]],
            "all" => DECAYS.to_vec(),
            _ => vec![DECAYS[0]],
        };
        // From half of the smallest N to where all epochs would be as good as fresh; the N themselves among them.
        let (first, last) = (0.5 * f64::from(sizes[0]), most_samples * most_epochs);
        let count = (PER_DOUBLING * math::ln(last / first) / std::f64::consts::LN_2).ceil();
        let place = |i: u32| (first * math::pow(last / first, f64::from(i) / count)).round();
        let fresh = ascending((0..=count as u32).map(place).chain(sizes.iter().map(|&n| f64::from(n))).collect());
        let cells = |count| (0..count).map(|_| vec![Risks::default(); rates.len()]).collect();
        let data = || sizes.iter().map(|_| cells(epochs.len())).collect();
        let measured = schedules.iter().map(|_| Measured { data: data(), fresh: cells(fresh.len()), stop: None });
        let mut run = Self {
            seed,
            world,
            frequencies,
            squares,
            teacher,
            steep: 0.0,
            expected: vec![None; sizes.len()],
            curves: vec![],
            limit: OnceCell::new(),
            advice: [vec![], vec![]],
            measured: measured.collect(),
            legs: Legs::default(),
            sweep: Carried::default(),
            slow: 0,
            done: 0,
            sizes,
            epochs,
            rates,
            schedules,
            fresh,
            params,
        };
        if run.simulated() {
            run.legs = run.legs()?;
        } else if run.theory_comes() == Comes::Never {
            let allowed = text!(words::COMPUTED_FEATURES, most = setting(f64::from(sim::COORDINATES_MAX)));
            return Err(Error::parameter("features", &dim.to_string(), allowed));
        }
        Ok(run)
    }

    /// Whether the simulation has reached a checkpoint.
    const fn begun(&self) -> bool {
        self.done > self.slow
    }

    /// Whether the model has few enough features for a simulation.
    fn simulated(&self) -> bool {
        self.dense() || self.params.features <= sim::COORDINATES_MAX
    }

    /// Whether the theory covers these parameters. It covers only constant learning rates. For dense features it also
    /// needs label noise, because mean-field theory holds for small learning rates, and without noise small rates are
    /// not the best.
    fn has_theory(&self) -> bool {
        self.schedules[0].0 == Schedule::Constant && (!self.dense() || self.params.noise > 0.0)
    }

    /// The largest learning rate of the search.
    fn edge(&self) -> f64 {
        *self.rates.last().unwrap_or(&1.0)
    }

    /// A rough estimate of the nanoseconds that the theory takes: the product of the number of searches, the risks per
    /// search and the nanoseconds per risk, summed over the numbers of samples.
    fn theory_cost(&self) -> f64 {
        let params = &self.params;
        let isotropic = params.spectrum == "isotropic";
        let searches = 13.0 * params.epochs.len() as f64 + 35.0;
        let largest = params.samples.iter().fold(0.0, |most: f64, n| most.max(*n));
        let replaced = params.order == "with-replacement";
        let risk = if self.dense() {
            80.0 * if isotropic { 1.0 } else { f64::from(params.features) }
        } else {
            let parts = if isotropic { 1.0 } else { f64::from(params.features.min(700)) };
            // Counts within some standard deviations, where noise or order ask for their distribution.
            let terms = if params.noise > 0.0 || replaced { 16.0 * largest.sqrt().min(12.0) } else { 0.0 };
            parts * (60.0 + terms * if replaced { 100.0 } else { 5.0 })
        };
        let rates = if params.lr > 0.0 { 2.0 } else { 40.0 };
        let curves = if self.dense() { CURVE } else { 0 };
        searches * risk * rates * (self.sizes.len() + curves as usize) as f64
    }

    /// Whether theory is computed at once, during the run or never, by its cost.
    fn theory_comes(&self) -> Comes {
        match self.theory_cost() {
            _ if !self.has_theory() => Comes::Never,
            cost if cost <= AT_ONCE => Comes::AtOnce,
            cost if cost <= IN_A_RUN => Comes::InTheRun,
            _ => Comes::Never,
        }
    }

    /// The quantity `D^2` whose inverse bounds the learning rates. It is the mean squared norm of a sample for dense
    /// features, and the largest squared size of a feature for one-hot features.
    fn length(&self) -> f64 {
        length(self.dense(), &self.squares)
    }

    /// The best learning rate of `epochs` epochs over `samples` samples, and the theoretical risk at this rate.
    /// `epochs` may be infinite.
    fn best(&self, epochs: f64, samples: f64) -> Best {
        match self.params.lr {
            0.0 => reuse::best(self.world.model(), self.edge(), epochs, samples),
            rate => Best { rate, risk: self.world.model().risk(epochs, samples)(rate) },
        }
    }

    /// The theoretical risk R*(1, N) of one pass over N = `samples`, at the best learning rate.
    fn one_pass(&self, samples: f64) -> f64 {
        match self.params.lr {
            0.0 => reuse::best_one_pass(self.world.model(), self.edge(), samples).risk,
            rate => self.world.model().one_pass(samples)(rate),
        }
    }

    /// The best learning rate in theory for one pass over the smallest number of samples. If the user has set a
    /// learning rate, it is that rate.
    fn rate_of_one_pass(&self) -> f64 {
        match self.params.lr {
            0.0 => reuse::best_one_pass(self.world.model(), self.edge(), f64::from(self.sizes[0])).rate,
            rate => rate,
        }
    }

    /// Theoretical risks, best learning rates and effective reuse rates for one number of samples.
    fn expect(&self, samples: u32) -> Expected {
        let n = f64::from(samples);
        let reuse = |risk: f64| reuse::samples_for(&|n| self.one_pass(n), risk, n).map(|fresh| fresh / n);
        let best: Vec<Best> = self.epochs.iter().map(|&k| self.best(f64::from(k), n)).collect();
        let tuned = self.params.lr == 0.0;
        Expected {
            risk: best.iter().map(|best| best.risk).collect(),
            rate: best.iter().map(|best| best.rate).collect(),
            reuse: best.iter().map(|best| reuse(best.risk)).collect(),
            plateau: reuse(self.best(f64::INFINITY, n).risk).filter(|_| tuned),
            saturation: self.saturation(n).filter(|_| tuned),
        }
    }

    fn saturation(&self, samples: f64) -> Option<f64> {
        reuse::saturation(self.world.model(), self.edge(), samples, SHARE)
    }

    fn order(&self) -> sim::Order {
        match self.params.order {
            "once" => sim::Order::Once,
            "with-replacement" => sim::Order::Replace,
            _ => sim::Order::Reshuffle,
        }
    }

    fn features(&self) -> Features<'_> {
        if self.dense() { Features::Dense(&self.squares) } else { Features::OneHot(&self.frequencies, &self.squares) }
    }

    /// The asymptotic law for power-law data without noise, in the limit of many features; `None` for other data.
    ///
    /// The constants of the law exist only for learning rates below the edge of stability. For a rate at or above the
    /// edge, they are computed for a rate just below it.
    fn power_law(&self) -> Option<PowerLaw> {
        let World::OneHot(model) = &self.world else { return None };
        let Params { a, b, spectrum, noise, .. } = self.params;
        let rate = (self.edge() * self.squares[0]).min(2.0 - 1e-9);
        let power = spectrum == "power" && noise == 0.0;
        power.then(|| PowerLaw::new(a, b, model.first_probability(), rate)).flatten()
    }

    /// The unit by which the number of epochs K and the effective reuse rate E are divided, given the number of
    /// samples. After the division, the curves of E against K nearly coincide for all numbers of samples.
    fn unit(&self, samples: f64) -> f64 {
        self.power_law().map_or_else(|| math::ln(samples), |law| math::pow(samples, law.plateau()[1]))
    }

    /// Index of the largest number of samples.
    const fn largest(&self) -> usize {
        self.sizes.len() - 1
    }

    /// The largest number of epochs.
    fn most_epochs(&self) -> u32 {
        self.epochs[self.epochs.len() - 1]
    }

    /// The exact effective reuse rate E at each number of samples N, as a list of `(K, [(N, E)])`. The list has an
    /// entry for each of the three largest numbers of epochs K, and an entry for infinitely many epochs.
    fn zipf(&self) -> Vec<(f64, Vec<(f64, f64)>)> {
        let from = self.epochs.len().saturating_sub(3);
        let at = |e: &Expected, j: usize| e.reuse.get(j).copied().flatten();
        let curve = |j: usize| {
            let k = self.epochs.get(j).map_or(f64::INFINITY, |&k| f64::from(k));
            let of = |(n, e): (&u32, &Option<Expected>)| {
                let e = e.as_ref()?;
                let value = if k.is_finite() { at(e, j) } else { e.plateau };
                Some((f64::from(*n), value?))
            };
            (k, self.sizes.iter().zip(&self.expected).filter_map(of).collect())
        };
        (from..=self.epochs.len()).map(curve).collect()
    }

    /// Prefactor and exponent of the power law that is fitted to `points`, by least squares on their logarithms.
    fn power_fit(points: &[(f64, f64)]) -> Option<[f64; 2]> {
        let logs: Vec<_> = points.iter().map(|(x, y)| (math::ln(*x), math::ln(*y), 1.0)).collect();
        line(&logs).map(|[slope, _, offset]| [math::exp(offset), slope])
    }

    /// The number of epochs K at which the effective reuse rate is 0.75 K, by mean-field theory. The model is a linear
    /// regression with equally strong features, and with noise as strong as the signal. The search for the best
    /// learning rate covers all rates that can be the best.
    fn regression(tokens: f64) -> f64 {
        let alike = MeanField::new(&[1.0], &[1.0], 1.0, Order::Reshuffle);
        reuse::saturation(&alike, 1.0, tokens, SHARE).unwrap_or(f64::NAN)
    }

    /// Sizes of data sets, and for each size the number of epochs that [`Self::regression`] gives.
    fn advice() -> [Vec<f64>; 2] {
        let x: Vec<f64> = (0..=32).map(|i| math::pow(10.0, 6.0 + 0.25 * f64::from(i))).collect();
        let y = x.iter().map(|&n| Self::regression(n)).collect();
        [x, y]
    }
}

/// The quantity `D^2` of features whose variances (if they are dense) or squared sizes (if they are one-hot) are
/// `squares`. It is the sum of `squares` for dense features, and the largest of them for one-hot features.
fn length(dense: bool, squares: &[f64]) -> f64 {
    if dense { squares.iter().sum() } else { squares.iter().copied().fold(0.0, f64::max) }
}

/// The numbers of a list as whole numbers, ascending and without duplicates. The result is an error if a number has a
/// fraction.
fn whole(name: &str, list: &[f64]) -> Result<Vec<u32>> {
    match list.iter().find(|x| x.fract() != 0.0) {
        Some(x) => Err(Error::parameter(name, &x.to_string(), words::WHOLE)),
        None => Ok(ascending(list.to_vec())),
    }
}

/// Whole numbers in ascending order, without duplicates.
fn ascending(mut list: Vec<f64>) -> Vec<u32> {
    sort(&mut list);
    let mut whole: Vec<u32> = list.into_iter().map(|x| x as u32).collect();
    whole.dedup();
    whole
}

impl Experiment for MultiEpoch {
    const SLUG: &'static str = "multi-epoch";
    const INFO: Info = words::INFO;
    const TEXTS: text::Templates = words::TEXTS;
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const QUICK: &'static str = "samples=50,200&epochs=1,16&runs=96&rates=16";
    const MAIN: &'static [&'static str] = &["samples", "epochs"];
    const FIRST: &'static [&'static str] =
        &["features=16", "features=5&spectrum=power&a=1", "noise=0.5", "samples=100,1000&epochs=1,2,4,8&tokens=1e10"];
    /// The theory has two models, each of which predicts risks, best rates and useful epochs, and the measurement
    /// decides the claims about them. No other experiment uses this code.
    const BUDGET: Budget = Budget { ready: 115_000, run: 204_500 };
    const KERNELS: &'static [Twin] = &[Twin::kernel::<sim::Epochs>()];
    type Params = Params;

    fn check(params: &Params) -> Result<()> {
        Self::laid_out(params.clone(), 0).map(drop)
    }

    fn start(params: Params, seed: u32) -> Result<Self> {
        let mut run = Self::laid_out(params, seed)?;
        run.advice = Self::advice();
        if run.dense() {
            let noisy = run.params.noise > 0.0;
            run.steep = if noisy { run.rate_of_one_pass() * run.length() } else { f64::INFINITY };
        }
        match run.theory_comes() {
            Comes::AtOnce => {
                run.expected = run.sizes.iter().map(|&n| Some(run.expect(n))).collect();
                run.curves = run.theory_curves();
            }
            Comes::InTheRun => run.slow = run.sizes.len() as u32,
            Comes::Never => {}
        }
        Ok(run)
    }

    fn progress(&self) -> Progress {
        Progress::of(self.done, self.slow + self.legs.total()).by_work(|| self.work())
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        if self.done < self.slow {
            let size = self.done as usize;
            self.expected[size] = Some(self.expect(self.sizes[size]));
            self.done += 1;
            if self.done == self.slow {
                self.curves = self.theory_curves();
            }
            return Ok(());
        }
        let Some(Place { leg, checkpoint, last }) = self.legs.after(self.done - self.slow) else { return Ok(()) };
        let stop = checkpoint as usize;
        if leg.size.is_none() && self.measured[leg.schedule].stop.is_some_and(|last| stop > last) {
            // More fresh samples than any number of epochs is worth.
            self.sweep = Carried::default();
            self.done += 1;
            return Ok(());
        }
        let stops = self.stops(leg);
        let begun = self.sweep.take(checkpoint);
        let mut sweep = begun.unwrap_or_else(|| Sweep::new(&self.plan(leg, &self.trials(leg))));
        sweep.advance(exec, stops[stop]).await?;
        let risks = sweep.risks(exec).await?;
        self.take(leg, stop, &risks);
        if leg.size.is_none() && self.measured[leg.schedule].stop.is_none() && self.enough(leg.schedule, stop) {
            self.measured[leg.schedule].stop = Some(stop);
        }
        self.sweep.put(sweep, last);
        self.done += 1;
        Ok(())
    }

    fn output(&self) -> Output {
        let reuse = self.reuse_of_all();
        let law = self.power_law();
        let figures = [
            self.reuse_figure(&reuse),
            self.risk_figure(&reuse),
            self.saturation_figure(&reuse),
            self.collapse_figure(&reuse),
            self.rates_figure(),
            law.filter(|_| self.has_theory()).and_then(|law| self.zipf_figure(&law, &reuse)),
            if self.schedules.len() > 1 { self.schedules_figure() } else { None },
            self.advice_figure(),
        ];
        Output {
            answer: Some(self.answer(&reuse)),
            figures: figures.into_iter().flatten().collect(),
            tables: [Some(self.advice_table()), Some(self.table(&reuse)), law.and_then(|_| self.zipf_table())]
                .into_iter()
                .flatten()
                .collect(),
            // Without a measurement, only the exact plateau of power-law data is judged.
            verdicts: if self.begun() || law.is_some() { self.verdicts(&reuse) } else { vec![] },
        }
    }
}

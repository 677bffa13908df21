//! How often may data be repeated before repeated samples stop being as good as fresh ones?
//!
//! Model: SGD for K epochs over N samples of a linear regression; the risk is exact. Every K, N and number of fresh samples
//! runs at its own best learning rate, searched over the measured risk. Prediction: K epochs are worth K N fresh samples
//! until K reaches the order of log N (or a power of N for power-law data), and from there on nothing is gained, so a
//! larger data set can be repeated more often. Falsifier: an effective reuse rate E(K, N) whose plateau does not grow with N.

use std::cell::OnceCell;

use run::{Expected, Leg, Measured, Reuse};

use crate::error::{Error, Result};
use crate::exec::{Exec, Twin};
use crate::experiments::repeats::reuse::Cell as Risks;
use crate::kit::legs::{Carried, Legs, Place};
use crate::kit::{Claim, Experiment, Info};
use crate::math;
use crate::output::{Output, Progress, Series};
use crate::params::{Choice, Spec};
use crate::sim::multi_epoch::{self as sim, Features, Schedule, Sweep};
use crate::stats::line;
use crate::text;
use crate::text::{Template, count, number, setting};
use crate::theory::dense::{MeanField, OnePass};
use crate::theory::one_hot::{OneHot, PowerLaw};
use crate::theory::reuse::{Best, Model, Order};
use crate::theory::{dense, reuse};

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
        /// Number of features, and of weights. One-hot models with more than 1024 features are computed exactly instead of simulated.
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
        /// Largest learning rate of the search, as a multiple of $1/D^2$, where $D^2$ is the mean squared norm of a dense sample or the largest squared one-hot feature.
        largest_rate: f64 = Spec::number("1", 0.01, 2.0).label("largest learning rate").was(&["largest"]);
        /// Number of learning rates in the search.
        rates: u32 = Spec::integer("32", 4.0, 64.0).label("learning rates tried");
        /// Number of independent runs. Each draws its own samples, noise and orders.
        runs: u32 = Spec::integer("384", 2.0, 4096.0).log().unit("runs");
        /// Size of your data set. The table of advice says how many epochs are worthwhile.
        tokens: f64 = Spec::number("1e9", 1e6, 1e14).log().label("your data set").unit("tokens");
    }
}

/// The most features of a one-hot model.
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

/// Schedules, and what their curves are called.
const DECAYS: [(Schedule, Template<0>); 3] =
    [(Schedule::Constant, words::CONSTANT), (Schedule::Cosine, words::COSINE), (Schedule::Wsd, words::WSD)];
/// Ratio of the largest to the smallest learning rate tried, at most.
const SPAN: f64 = 1e4;
/// One-pass checkpoints per doubling of N'.
const PER_DOUBLING: f64 = 3.0;
/// The most steps of a run, and so the most fresh samples.
const FRESH_MAX: f64 = 2e9;
/// Nanoseconds, by a rough and high count, within which theory is computed at every move of a slider, and within which it
/// is computed in a run. Theory that takes longer is left out.
const AT_ONCE: f64 = 1e8;
const IN_A_RUN: f64 = 3e10;
/// Points of mean-field theory against N.
const CURVE: u32 = 12;
/// A ratio of two E is held to be 1 only if its interval is within this of 1.
const SAME: f64 = 0.1;
/// The fewest runs that know their own standard error: at a skewness of 2, that of the squares of two Gaussians, an end of a
/// 99.9 % interval moves by `(1 + 2 z^2) 2 / (6 sqrt(runs))` errors, a third of the z errors that it is away.
const LEAST: usize = 48;
/// E at the most epochs is a plateau if it is at least this share of the theoretical plateau; without theory, if it grows
/// with a power of K that is at most [`FLAT`].
const REACHED: f64 = 0.9;
const FLAT: f64 = 0.2;
/// The fewest samples per feature at which mean-field theory is compared.
const PER_FEATURE: f64 = 10.0;
/// The largest `rate D^2` at which mean-field theory is compared. It leaves out a part `rate D^2 / 2` of how fast a risk
/// falls, which is [`MEAN_FIELD`] here.
const STEEP: f64 = 2.0 * MEAN_FIELD;
/// The `rate D^2` beyond which risks are products of few and very uneven factors, and have a heavy tail.
const WILD: f64 = 0.5;
/// Share by which mean-field theory may be off.
const MEAN_FIELD: f64 = 0.15;
/// How far exponents of E may be off.
const EXPONENT: f64 = 0.005;
/// Number of runs from which on [`FALLING`] tells the start of a heavy tail from an even risk.
const ENOUGH: f64 = 384.0;
/// An interval of simulated over exact risk that reaches more than this from 1 says little.
const NEAR: f64 = 0.5;
/// A mean risk is not known where the choice of the samples moves it by more than this.
const LUCK: f64 = 0.1;
/// Number of steps times different features up to which the recursion for a decaying rate is computed.
const RECURSION: f64 = 4e6;
/// The share E/K below which repeated samples are no longer almost as good as fresh ones.
const SHARE: f64 = 0.75;

/// The model whose risk is known.
enum World {
    Dense(MeanField),
    OneHot(OneHot),
}

/// When theory is computed.
#[derive(PartialEq, Eq)]
enum Comes {
    AtOnce,
    InTheRun,
    Never,
}

/// A risk as a function of one number.
type Curve<'a> = Box<dyn Fn(f64) -> f64 + 'a>;

impl Model for World {
    fn risk(&self, epochs: f64, samples: f64) -> impl Fn(f64) -> f64 {
        match self {
            Self::Dense(model) => Box::new(model.risk(epochs, samples)) as Curve<'_>,
            Self::OneHot(model) => Box::new(model.risk(epochs, samples)),
        }
    }

    fn flow(&self, samples: f64) -> impl Fn(f64) -> f64 {
        match self {
            Self::Dense(model) => Box::new(model.flow(samples)) as Curve<'_>,
            Self::OneHot(model) => Box::new(model.flow(samples)),
        }
    }

    fn one_pass(&self, samples: f64) -> impl Fn(f64) -> f64 {
        match self {
            Self::Dense(model) => Box::new(model.one_pass(samples)) as Curve<'_>,
            Self::OneHot(model) => Box::new(model.one_pass(samples)),
        }
    }
}

/// The experiment.
pub struct MultiEpoch {
    params: Params,
    seed: u32,
    world: World,
    /// Frequencies of one-hot features; empty for dense ones.
    frequencies: Vec<f64>,
    /// Variances `lambda_i` of dense features, or squared sizes `Lambda_i` of one-hot ones.
    squares: Vec<f64>,
    /// The weights of the truth, all 1.
    teacher: Vec<f64>,
    /// The values of N, ascending; then those of K.
    sizes: Vec<u32>,
    epochs: Vec<u32>,
    rates: Vec<f64>,
    schedules: Vec<(Schedule, Template<0>)>,
    /// Checkpoints N' of fresh samples, ascending.
    fresh: Vec<u32>,
    legs: Legs<Leg>,
    /// The best rate of one pass over the fewest samples, times D^2, by mean-field theory; 0 where that does not apply.
    steep: f64,
    /// Theory of each N; where it takes long, as far as it has been computed.
    expected: Vec<Option<Expected>>,
    /// Checkpoints before the legs at which theory is computed, one for each N; 0 where theory is quick.
    slow: u32,
    /// The figure `saturation`'s curves over N, for dense features.
    curves: Vec<Series>,
    /// The figure `collapse`'s limit, once it was drawn.
    limit: OnceCell<Option<Series>>,
    /// The figure `advice`'s curve of linear regression: data sets, and K at E = 0.75 K.
    advice: [Vec<f64>; 2],
    measured: Vec<Measured>,
    sweep: Carried<Sweep>,
    done: u32,
}

impl MultiEpoch {
    fn dense(&self) -> bool {
        matches!(self.world, World::Dense(_))
    }

    /// The model and everything that is simulated of it, without theory.
    ///
    /// # Errors
    /// Parameters whose values do not fit each other.
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
        let mut fresh: Vec<u32> = (0..=count as u32)
            .map(|i| (first * math::pow(last / first, f64::from(i) / count)).round() as u32)
            .chain(sizes.iter().copied())
            .collect();
        fresh.sort_unstable();
        fresh.dedup();
        let cells = |count: usize| vec![vec![Risks::default(); rates.len()]; count];
        let measured = Measured { data: vec![cells(epochs.len()); sizes.len()], fresh: cells(fresh.len()), stop: None };
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
            measured: vec![measured; schedules.len()],
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

    /// Are there few enough features to simulate the model?
    fn simulated(&self) -> bool {
        self.dense() || self.params.features <= sim::COORDINATES_MAX
    }

    /// Does the theory cover this setting? It covers constant learning rates only; mean-field theory needs noise, which asks
    /// for small rates.
    fn has_theory(&self) -> bool {
        self.schedules[0].0 == Schedule::Constant && (!self.dense() || self.params.noise > 0.0)
    }

    /// The largest rate of the search.
    fn edge(&self) -> f64 {
        *self.rates.last().unwrap_or(&1.0)
    }

    /// Whether theory is computed at once, in the run or never: by a rough count of nanoseconds, so many searches of so
    /// many risks for each N.
    fn theory_comes(&self) -> Comes {
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
        match searches * risk * rates * (self.sizes.len() + curves as usize) as f64 {
            _ if !self.has_theory() => Comes::Never,
            cost if cost <= AT_ONCE => Comes::AtOnce,
            cost if cost <= IN_A_RUN => Comes::InTheRun,
            _ => Comes::Never,
        }
    }

    /// `D^2`: the mean squared norm of a dense sample, or the largest squared one-hot feature.
    fn length(&self) -> f64 {
        length(self.dense(), &self.squares)
    }

    /// The best rate and the risk R*(K, N); K may be infinite.
    fn best(&self, epochs: f64, samples: f64) -> Best {
        match self.params.lr {
            0.0 => reuse::best(&self.world, self.edge(), epochs, samples),
            rate => Best { rate, risk: self.world.risk(epochs, samples)(rate) },
        }
    }

    /// The risk R*(1, N) of one pass.
    fn one_pass(&self, samples: f64) -> f64 {
        match self.params.lr {
            0.0 => reuse::best_one_pass(&self.world, self.edge(), samples).risk,
            rate => self.world.one_pass(samples)(rate),
        }
    }

    /// The best rate of one pass over the fewest samples, by mean-field theory.
    fn rate_of_one_pass(&self) -> f64 {
        match self.params.lr {
            0.0 => reuse::best_one_pass(&self.world, self.edge(), f64::from(self.sizes[0])).rate,
            rate => rate,
        }
    }

    /// Theoretical risks and reuse rates of one N.
    fn expect(&self, samples: u32) -> Expected {
        let n = f64::from(samples);
        let reuse = |risk: f64| reuse::samples_for(|n| self.one_pass(n), risk, n).map(|fresh| fresh / n);
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
        reuse::saturation(&self.world, self.edge(), samples, SHARE)
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

    /// The law of power-law data without noise, in the limit of many features; `None` for other data.
    ///
    /// Its constants need a rate below the edge of stability; at the edge, those just below it.
    fn power_law(&self) -> Option<PowerLaw> {
        let World::OneHot(model) = &self.world else { return None };
        let Params { a, b, spectrum, noise, .. } = self.params;
        let rate = (self.edge() * self.squares[0]).min(2.0 - 1e-9);
        let power = spectrum == "power" && noise == 0.0;
        power.then(|| PowerLaw::new(a, b, model.first_probability(), rate)).flatten()
    }

    /// The unit of K and E in which the curves of all N nearly coincide.
    fn unit(&self, samples: f64) -> f64 {
        self.power_law().map_or_else(|| math::ln(samples), |law| math::pow(samples, law.plateau()[1]))
    }

    /// Index of the largest N.
    const fn largest(&self) -> usize {
        self.sizes.len() - 1
    }

    /// The largest number of epochs.
    fn most_epochs(&self) -> u32 {
        self.epochs[self.epochs.len() - 1]
    }

    /// `(K, [(N, E exactly)])` for the last three K and for infinitely many.
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

    /// Factor and exponent of a power law through points, least squares in the logarithms.
    fn power_fit(points: &[(f64, f64)]) -> Option<[f64; 2]> {
        let logs: Vec<_> = points.iter().map(|(x, y)| (math::ln(*x), math::ln(*y), 1.0)).collect();
        line(&logs).map(|[slope, _, offset]| [math::exp(offset), slope])
    }

    /// K where E = 0.75 K, for linear regression with equally strong features and noise as strong as the signal, by
    /// mean-field theory. The search goes up to a rate that is never the best.
    fn regression(tokens: f64) -> f64 {
        let alike = MeanField::new(&[1.0], &[1.0], 1.0, Order::Reshuffle);
        reuse::saturation(&alike, 1.0, tokens, SHARE).unwrap_or(f64::NAN)
    }

    /// Sizes of data sets, and [`Self::regression`] at each.
    fn advice() -> [Vec<f64>; 2] {
        let x: Vec<f64> = (0..=32).map(|i| math::pow(10.0, 6.0 + 0.25 * f64::from(i))).collect();
        let y = x.iter().map(|&n| Self::regression(n)).collect();
        [x, y]
    }
}

/// `D^2` of features with the squared sizes or variances `squares`.
fn length(dense: bool, squares: &[f64]) -> f64 {
    if dense { squares.iter().sum() } else { squares.iter().copied().fold(0.0, f64::max) }
}

/// Whole numbers of a list, ascending, each once.
fn whole(name: &str, list: &[f64]) -> Result<Vec<u32>> {
    let mut out = Vec::new();
    for &x in list {
        if x.fract() != 0.0 {
            return Err(Error::parameter(name, &x.to_string(), words::WHOLE));
        }
        out.push(x as u32);
    }
    out.sort_unstable();
    out.dedup();
    Ok(out)
}

impl Experiment for MultiEpoch {
    const SLUG: &'static str = "multi-epoch";
    const INFO: Info = words::INFO;
    const TEXTS: text::Texts = words::TEXTS;
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const QUICK: &'static str = "samples=50,200&epochs=1,16&runs=96&rates=16";
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
        Progress { done: self.done, total: self.slow + self.legs.total() }
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
        let one_pass = self.one_pass_measured(0);
        let reuse: Vec<Reuse> = (0..self.sizes.len()).map(|size| self.reuse(0, size, &one_pass)).collect();
        let figures = [
            self.risk_figure(&reuse),
            self.reuse_figure(&reuse),
            self.saturation_figure(&reuse),
            self.collapse_figure(&reuse),
            self.rates_figure(),
            self.zipf_figure(&reuse),
            self.schedules_figure(),
            self.advice_figure(),
        ];
        Output {
            figures: figures.into_iter().flatten().collect(),
            tables: [Some(self.advice_table()), Some(self.table(&reuse)), self.zipf_table()]
                .into_iter()
                .flatten()
                .collect(),
            verdicts: self.verdicts(&reuse),
        }
    }
}

//! How often may data be repeated before it stops being as good as new?
//!
//! Model: SGD for K epochs over N samples of a linear regression; the risk is exact. Every K, N and number of fresh samples
//! runs at its own best learning rate, searched over the measured risk. Prediction: K epochs are worth K N fresh samples
//! until K reaches the order of log N (or a power of N for power-law data), and from there on nothing is gained, so a
//! larger data set can be repeated more often. Falsifier: an effective reuse rate E(K, N) whose plateau does not grow with N.

use std::cell::OnceCell;

use crate::error::{Error, Result};
use crate::exec::Exec;
use crate::experiments::repeats::reuse::{
    Cell as Risks, Estimate, FALLING, NOISY, Tuned, apart, fresh_samples, line, saturation, student, tuned,
};
use crate::kit::{Claim, Experiment, Formula, Info, Origin, Pick, Preset, Source};
use crate::math::{self, Z95, Z999};
use crate::output::{Axis, Cell, Column, Figure, Kind, Mark, Output, Progress, Role, Series, Table, Verdict};
use crate::params::{Choice, Scale, Spec};
use crate::sim::multi_epoch::{self as sim, Features, Plan, Schedule, Sweep, Trial};
use crate::theory::dense::{self, MeanField, OnePass};
use crate::theory::muennighoff;
use crate::theory::one_hot::{OneHot, PowerLaw};
use crate::theory::reuse::{self, Best, Model, Order};

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Features of a sample: independent Gaussians, or a single one that is not 0.
        model: &'static str = Spec::choice("dense", MODELS).label("features");
        /// How many features, and weights, there are; a model of single features above 1024 is computed, not simulated.
        dim: u32 = Spec::integer("8", 1.0, 100_000.0).log().label("dimension").unit("features");
        /// Whether all features are alike, or fall with their rank i.
        spectrum: &'static str = Spec::choice("isotropic", SPECTRA);
        /// Power law: features of rank i have the variance i^-a.
        a: f64 = Spec::number("2", 0.0, 8.0);
        /// Power law of single features: their squared size falls as i^-b, and their frequency as i^-(a-b).
        b: f64 = Spec::number("0.5", 0.0, 8.0);
        /// Standard deviation of the noise in the labels.
        noise: f64 = Spec::number("1", 0.0, 10.0);
        /// Sizes N of the data set, separated by commas.
        samples: Vec<f64> = Spec::list("100,300,1000,3000", 8.0, 1e7, 1, 8).unit("samples");
        /// Numbers K of epochs, separated by commas.
        epochs: Vec<f64> = Spec::list("1,2,3,4,6,8,12,16", 1.0, 4096.0, 1, 12).unit("epochs");
        /// The order in which an epoch visits the samples.
        order: &'static str = Spec::choice("reshuffle", ORDERS);
        /// What becomes of the learning rate in the course of a run.
        schedule: &'static str = Spec::choice("constant", SCHEDULES);
        /// Learning rate of every run; 0 gives each K and N its best one, searched over the measured risk.
        lr: f64 = Spec::number("0", 0.0, 4.0).label("learning rate");
        /// The search ends at this multiple of 1/D^2, D^2 the mean squared length of dense features, the largest of single ones.
        largest: f64 = Spec::number("1", 0.01, 2.0).label("largest learning rate");
        /// Learning rates that are tried.
        rates: u32 = Spec::integer("32", 4.0, 64.0).label("learning rates tried");
        /// Independent runs: each with samples, noise and orders of its own.
        runs: u32 = Spec::integer("384", 2.0, 4096.0).log().unit("runs");
        /// The size of your data set, for the table of advice.
        tokens: f64 = Spec::number("1e9", 1e6, 1e14).log().label("your data set").unit("tokens");
    }
}

const MODELS: &[Choice] = &[
    Choice { value: "dense", label: "dense: Gaussian features" },
    Choice { value: "one-hot", label: "one-hot: one feature a sample" },
];
const SPECTRA: &[Choice] =
    &[Choice { value: "isotropic", label: "isotropic: all alike" }, Choice { value: "power", label: "power law" }];
const ORDERS: &[Choice] = &[
    Choice { value: "reshuffle", label: "shuffled anew in each epoch" },
    Choice { value: "once", label: "the same in all epochs" },
    Choice { value: "with-replacement", label: "drawn with replacement" },
];
const SCHEDULES: &[Choice] = &[
    Choice { value: "constant", label: "constant" },
    Choice { value: "cosine", label: "cosine to 0" },
    Choice { value: "wsd", label: "constant, then linearly to 0 (WSD)" },
    Choice { value: "all", label: "all three, to compare" },
];
const DECAYS: [(Schedule, &str); 3] =
    [(Schedule::Constant, "constant"), (Schedule::Cosine, "cosine"), (Schedule::Wsd, "WSD")];

/// The ladder of learning rates spans at most this.
const SPAN: f64 = 1e4;
/// One-pass marks per doubling of N'.
const PER_DOUBLING: f64 = 3.0;
/// Fresh samples of a run at most.
const FRESH_MAX: f64 = 2e9;
/// Bytes that go to a device together.
const BLOCK_BYTES: u64 = 32 << 20;
/// Theory within so many nanoseconds, by a rough count that is high, is there at every move of a slider; within the second
/// number it comes in a run, else it is left out.
const AT_ONCE: f64 = 1e8;
const IN_A_RUN: f64 = 3e10;
/// Points of mean-field theory against N.
const CURVE: u32 = 12;
/// Two E that differ by at most this are the same.
const SAME: f64 = 0.1;
/// Fewer runs do not know their own standard error: at a skewness of 2, that of the squares of two Gaussians, an end of a
/// 99.9 % interval moves by `(1 + 2 z^2) 2 / (6 sqrt(runs))` errors, a third of the z errors that it is away.
const LEAST: u32 = 48;
/// E at the most epochs is a plateau if it has come this near to the one of theory; where there is none, if it grows with
/// a power of K that is at most [`FLAT`].
const REACHED: f64 = 0.9;
const FLAT: f64 = 0.2;
/// Mean field says nothing below so many samples for each feature.
const PER_FEATURE: f64 = 10.0;
/// Mean field leaves out a part `rate D^2 / 2` of how fast a risk falls: as much as it is held to where `rate D^2` is twice
/// that.
const STEEP: f64 = 2.0 * MEAN_FIELD;
/// Beyond this `rate D^2` risks are products of few and very uneven factors: their tail is heavy.
const WILD: f64 = 0.5;
/// Mean field is held to this share.
const MEAN_FIELD: f64 = 0.15;
/// Runs from which on [`FALLING`] tells the start of a heavy tail from an even risk.
const ENOUGH: f64 = 384.0;
/// An interval of measured over exact risk that reaches farther from 1 says little.
const NEAR: f64 = 0.5;
/// A mean risk is not known where which samples the runs are shown moves it by more than this.
const LUCK: f64 = 0.1;
/// Steps times different features up to which the recursion of a decaying rate is gone through.
const RECURSION: f64 = 4e6;
/// E = 0.75 K is where repeating has stopped being as good as new.
const SHARE: f64 = 0.75;

const N_MEASURED: [&str; 8] = ["n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"];
const N_THEORY: [&str; 8] =
    ["n1-theory", "n2-theory", "n3-theory", "n4-theory", "n5-theory", "n6-theory", "n7-theory", "n8-theory"];
const K_MEASURED: [&str; 12] = ["k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "k10", "k11", "k12"];

const EPOCHS: Axis = Axis { label: "epochs K", unit: "epochs", scale: Scale::Log };
const REUSE: Axis = Axis { label: "effective reuse rate E", unit: "", scale: Scale::Log };
const SIZES: Axis = Axis { label: "samples N", unit: "samples", scale: Scale::Log };

/// The model whose risk is known.
enum World {
    Dense(MeanField),
    OneHot(OneHot),
}

/// A risk against what it is a function of, once prepared.
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

/// Runs that go together.
#[derive(Clone, Copy)]
struct Leg {
    /// Place in the list of schedules.
    schedule: usize,
    /// Place in the list of N; `None`: fresh samples.
    size: Option<usize>,
    first_run: u32,
    runs: u32,
}

/// What theory says of one N.
#[derive(Clone, Default)]
struct Expected {
    /// R* and E at each K.
    risk: Vec<f64>,
    reuse: Vec<Option<f64>>,
    rate: Vec<f64>,
    /// E for infinitely many epochs.
    plateau: Option<f64>,
    /// K with E = 0.75 K.
    saturation: Option<f64>,
}

/// Risks of one schedule, `[..][rate]`.
#[derive(Clone)]
struct Measured {
    /// `[N][K]`.
    data: Vec<Vec<Vec<Risks>>>,
    /// At every mark of N'.
    fresh: Vec<Vec<Risks>>,
    /// Marks of N' that are worth running.
    stop: Option<usize>,
}

/// The experiment.
pub struct MultiEpoch {
    params: Params,
    seed: u32,
    world: World,
    /// Frequencies of single features; empty for dense ones.
    frequencies: Vec<f64>,
    /// `l_i` of dense features, sizes `Lambda_i` of single ones.
    squares: Vec<f64>,
    /// The weights of the truth, all 1.
    teacher: Vec<f64>,
    /// N and K, ascending.
    sizes: Vec<u32>,
    epochs: Vec<u32>,
    rates: Vec<f64>,
    schedules: Vec<(Schedule, &'static str)>,
    /// Marks of N'.
    fresh: Vec<u32>,
    legs: Vec<Leg>,
    /// The best rate of one pass over the fewest samples, times D^2, by the mean field; 0 where it does not apply.
    steep: f64,
    /// `[N]`; where it takes long, as far as it has been computed.
    expected: Vec<Option<Expected>>,
    /// Marks before the legs at which theory is computed, one for each N, where it takes long.
    slow: u32,
    /// The figure `saturation`'s curves over N, for dense features.
    curves: Vec<Series>,
    /// The figure `collapse`'s limit, once it was drawn.
    limit: OnceCell<Option<Series>>,
    /// The figure `advice`'s curve of linear regression: data sets, and K at E = 0.75 K.
    advice: [Vec<f64>; 2],
    measured: Vec<Measured>,
    sweep: Option<Sweep>,
    done: u32,
}

/// What the effective reuse rate was measured to be, at one N.
struct Reuse {
    best: Vec<Option<Tuned>>,
    reuse: Vec<Option<Estimate>>,
}

impl Reuse {
    /// E at the most epochs.
    fn plateau(&self) -> Option<Estimate> {
        self.reuse.last().copied().flatten()
    }
}

impl MultiEpoch {
    fn dense(&self) -> bool {
        matches!(self.world, World::Dense(_))
    }

    /// Can it be simulated?
    fn simulated(&self) -> bool {
        self.dense() || self.params.dim <= sim::COORDINATES_MAX
    }

    /// Is theory about what is run? It knows a constant rate only, and the mean field the small rates that noise asks for.
    fn has_theory(&self) -> bool {
        self.schedules[0].0 == Schedule::Constant && (!self.dense() || self.params.noise > 0.0)
    }

    /// The largest rate of the search.
    fn edge(&self) -> f64 {
        *self.rates.last().unwrap_or(&1.0)
    }

    /// What theory costs for one N, in nanoseconds: so many searches of so many risks.
    fn cost(params: &Params, isotropic: bool) -> f64 {
        let searches = 13.0 * params.epochs.len() as f64 + 35.0;
        let largest = params.samples.iter().fold(0.0, |most: f64, n| most.max(*n));
        let replaced = params.order == "with-replacement";
        let risk = if params.model == "dense" {
            80.0 * if isotropic { 1.0 } else { f64::from(params.dim) }
        } else {
            let parts = if isotropic { 1.0 } else { f64::from(params.dim.min(700)) };
            // Counts within some standard deviations, where noise or order ask for their distribution.
            let terms = if params.noise > 0.0 || replaced { 16.0 * largest.sqrt().min(12.0) } else { 0.0 };
            parts * (60.0 + terms * if replaced { 100.0 } else { 5.0 })
        };
        searches * risk * if params.lr > 0.0 { 2.0 } else { 40.0 }
    }

    /// R*(K, N) and its rate; K may be infinite.
    fn best(&self, epochs: f64, samples: f64) -> Best {
        match self.params.lr {
            0.0 => reuse::best(&self.world, self.edge(), epochs, samples),
            rate => Best { rate, risk: self.world.risk(epochs, samples)(rate) },
        }
    }

    /// R*(1, N).
    fn one_pass(&self, samples: f64) -> f64 {
        match self.params.lr {
            0.0 => reuse::best_one_pass(&self.world, self.edge(), samples).risk,
            rate => self.world.one_pass(samples)(rate),
        }
    }

    /// The best rate of one pass over the fewest samples, by the mean field.
    fn rate_of_one_pass(&self) -> f64 {
        match self.params.lr {
            0.0 => reuse::best_one_pass(&self.world, self.edge(), f64::from(self.sizes[0])).rate,
            rate => rate,
        }
    }

    /// What theory says of one N.
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

    /// Saturation and plateau of mean-field theory against N, up to data sets of language models.
    fn theory_curves(&self) -> Vec<Series> {
        if !self.dense() || self.params.lr > 0.0 {
            return vec![];
        }
        let first = f64::from(self.sizes[0]);
        let x: Vec<f64> =
            (0..CURVE).map(|i| first * math::pow(3e9 / first, f64::from(i) / f64::from(CURVE - 1))).collect();
        let saturation = x.iter().map(|&n| self.saturation(n).unwrap_or(f64::NAN)).collect();
        let plateau = |&n: &f64| reuse::effective_reuse(&self.world, self.edge(), f64::INFINITY, n).unwrap_or(f64::NAN);
        let plateau = x.iter().map(plateau).collect();
        let line = |id, label, y| Series::new(id, label, Kind::Line, Role::Theory, x.clone(), y);
        vec![
            line("saturation-theory", "K at E = 0.75 K, mean field", saturation),
            line("plateau-theory", "plateau of E, mean field", plateau),
        ]
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

    /// Steps after which something is recorded.
    fn stops(&self, leg: Leg) -> Vec<u32> {
        leg.size.map_or_else(|| self.fresh.clone(), |size| self.epochs.iter().map(|k| k * self.sizes[size]).collect())
    }

    /// Trials that each stop of a leg has: the rates, so many at a time.
    fn chunks(&self) -> usize {
        self.rates.len().div_ceil(sim::LANES)
    }

    /// Each rate to the end; under a decaying schedule to every stop.
    fn trials(&self, leg: Leg) -> Vec<Trial> {
        let (schedule, _) = self.schedules[leg.schedule];
        let stops = self.stops(leg);
        let horizons = if schedule == Schedule::Constant { &stops[stops.len() - 1..] } else { &stops[..] };
        let trial = |&steps: &u32| {
            let chunk = |rates: &[f64]| Trial { rates: rates.to_vec(), schedule, steps };
            self.rates.chunks(sim::LANES).map(chunk).collect::<Vec<_>>()
        };
        horizons.iter().flat_map(trial).collect()
    }

    fn plan<'a>(&'a self, leg: Leg, trials: &'a [Trial]) -> Plan<'a> {
        Plan {
            seed: self.seed,
            first_run: leg.first_run,
            runs: leg.runs,
            features: self.features(),
            noise: self.params.noise,
            teacher: &self.teacher,
            order: if leg.size.is_some() { self.order() } else { sim::Order::Fresh },
            samples: leg.size.map_or(0, |size| self.sizes[size]),
            trials,
        }
    }

    /// The legs, in blocks that a device can hold.
    fn legs(&self) -> Result<Vec<Leg>> {
        let mut legs = Vec::new();
        for schedule in 0..self.schedules.len() {
            for size in (0..self.sizes.len()).map(Some).chain([None]) {
                let all = Leg { schedule, size, first_run: 0, runs: 1 };
                let trials = self.trials(all);
                let plan = self.plan(all, &trials);
                if plan.bytes() > sim::BYTES_MAX {
                    let most = plan.most_samples();
                    let (name, value) = match size {
                        Some(size) if most > 0 => ("samples", self.sizes[size].to_string()),
                        _ => ("dim", self.params.dim.to_string()),
                    };
                    let allowed = if name == "dim" {
                        "fewer: a device holds 128 MiB".to_owned()
                    } else {
                        format!("at most {most} samples of {} features: a device holds 128 MiB", self.params.dim)
                    };
                    return Err(Error::parameter(name, &value, &allowed));
                }
                let runs = self.params.runs;
                let most = (BLOCK_BYTES / plan.bytes()).clamp(1, u64::from(runs)) as u32;
                let block = |first_run| Leg { first_run, runs: most.min(runs - first_run), ..all };
                legs.extend((0..runs).step_by(most as usize).map(block));
            }
        }
        Ok(legs)
    }

    /// Leg and stop after `done` marks.
    fn place(&self, done: u32) -> Option<(Leg, usize)> {
        let mut left = done.checked_sub(self.slow)? as usize;
        for &leg in &self.legs {
            let stops = if leg.size.is_some() { self.epochs.len() } else { self.fresh.len() };
            if left < stops {
                return Some((leg, left));
            }
            left -= stops;
        }
        None
    }

    /// Takes in the risks at a stop of a leg.
    fn take(&mut self, leg: Leg, stop: usize, risks: &[[f64; sim::LANES]]) {
        let (chunks, runs) = (self.chunks(), leg.runs as usize);
        let constant = self.schedules[leg.schedule].0 == Schedule::Constant;
        let first = if constant { 0 } else { stop * chunks };
        let measured = &mut self.measured[leg.schedule];
        let cells = match leg.size {
            Some(size) => &mut measured.data[size][stop],
            None => &mut measured.fresh[stop],
        };
        for (i, cell) in cells.iter_mut().enumerate() {
            let trial = (first + i / sim::LANES) * runs;
            risks[trial..trial + runs].iter().for_each(|lanes| cell.push(lanes[i % sim::LANES]));
        }
    }

    /// Fresh samples beyond these are worth more than any number of epochs.
    fn enough(&self, schedule: usize, stop: usize) -> bool {
        let measured = &self.measured[schedule];
        let least = |cells: &Vec<Vec<Risks>>| {
            let risks = cells.iter().filter_map(|cells| self.tuned(cells)).map(|best| best.risk);
            risks.fold(f64::INFINITY, f64::min)
        };
        let least = measured.data.iter().map(least).fold(f64::INFINITY, f64::min);
        // One more mark than needed: later blocks of runs move the mean.
        stop > 0 && self.tuned(&measured.fresh[stop - 1]).is_some_and(|best| best.risk < least)
    }

    /// How uneven the risks of runs may be for their mean to be known.
    fn most_uneven(&self) -> f64 {
        // The fewer runs, the less of a heavy tail they show.
        if self.steep > WILD { FALLING * (f64::from(self.params.runs) / ENOUGH).sqrt().min(1.0) } else { NOISY }
    }

    fn tuned(&self, cells: &[Risks]) -> Option<Tuned> {
        tuned(&self.rates, cells, self.most_uneven())
    }

    /// The best of the measured risks after so many epochs, in which a feature that few runs have not seen may decide:
    /// then their mean is not known, and often too low.
    fn measured_best(&self, cells: &[Risks], epochs: f64, samples: f64) -> Option<Tuned> {
        let best = self.tuned(cells)?;
        let luck = match &self.world {
            World::OneHot(model) if self.params.noise == 0.0 => model.luck(epochs, samples, best.rate),
            _ => 0.0,
        };
        let known = luck <= LUCK * f64::from(self.params.runs).sqrt();
        Some(if known { best } else { Tuned { error: f64::INFINITY, ..best } })
    }

    /// Measured one-pass risks, ascending in N', as far as they are risks: see [`sim::FLOOR`].
    fn one_pass_measured(&self, schedule: usize) -> Vec<(f64, Tuned)> {
        let fresh = self.fresh.iter().zip(&self.measured[schedule].fresh);
        let best = fresh.map(|(&n, cells)| (f64::from(n), cells));
        let best = best.filter_map(|(n, cells)| Some((n, self.measured_best(cells, 1.0, n)?)));
        best.filter(|(_, best)| best.risk >= sim::FLOOR).collect()
    }

    /// What was measured at one N.
    fn reuse(&self, schedule: usize, size: usize, one_pass: &[(f64, Tuned)]) -> Reuse {
        let n = f64::from(self.sizes[size]);
        let cells = self.measured[schedule].data[size].iter();
        let best: Vec<Option<Tuned>> =
            cells.zip(self.epochs_of()).map(|(cells, k)| self.measured_best(cells, k, n)).collect();
        let reuse = |best: &Option<Tuned>| {
            let fresh = fresh_samples(one_pass, best.as_ref().filter(|best| best.risk >= sim::FLOOR)?)?;
            Some(Estimate { value: fresh.value / n, ..fresh })
        };
        Reuse { reuse: best.iter().map(reuse).collect(), best }
    }

    /// Standard errors of a two-sided interval, by those of a normal distribution.
    fn errors(&self, normal: f64) -> f64 {
        student(normal, f64::from(self.params.runs - 1))
    }

    /// Points of estimates against x, with 95% intervals.
    fn points(
        &self,
        id: &'static str,
        label: String,
        kind: Kind,
        points: impl Iterator<Item = (f64, Option<Estimate>)>,
    ) -> Option<Series> {
        let mut lists = [vec![], vec![], vec![], vec![]];
        for (x, estimate) in points {
            let Some(estimate) = estimate else { continue };
            // Where the error is not known both ends are open, not 0 and infinite.
            let known = estimate.error.is_finite();
            let [lo, hi] = if known { estimate.interval(self.errors(Z95)) } else { [f64::NAN; 2] };
            lists.iter_mut().zip([x, estimate.value, lo, hi]).for_each(|(list, x)| list.push(x));
        }
        let [x, y, lo, hi] = lists;
        (!x.is_empty()).then(|| Series::new(id, label, kind, Role::Measured, x, y).with_interval(lo, hi))
    }

    /// A figure of the series that have something to draw; nothing if none has.
    fn figure(id: &'static str, title: &str, x: Axis, y: Axis, mut series: Vec<Series>) -> Option<Figure> {
        let drawn = |value: &f64| value.is_finite() && (*value > 0.0 || y.scale == Scale::Linear);
        series.retain(|series| series.y.iter().any(drawn));
        (!series.is_empty()).then(|| Figure { id, title: title.into(), x, y, field: None, series, marks: vec![] })
    }

    fn epochs_of(&self) -> impl Iterator<Item = f64> {
        self.epochs.iter().map(|&k| f64::from(k))
    }

    fn theory_name(&self) -> &'static str {
        if self.dense() { "mean field" } else { "exact" }
    }

    /// A curve of theory for each N, and of what was measured; both axes in units that depend on N.
    fn against_epochs(
        &self,
        theory: impl Fn(&Expected) -> Vec<f64>,
        measured: impl Fn(usize) -> Vec<Option<Estimate>>,
        unit: impl Fn(f64) -> f64,
    ) -> Vec<Series> {
        let mut series = Vec::new();
        for (i, &n) in self.sizes.iter().enumerate() {
            let unit = unit(f64::from(n));
            let x = || self.epochs_of().map(|k| k / unit);
            let points = measured(i).into_iter().map(|e| e.map(|e| Estimate { value: e.value / unit, ..e }));
            series.extend(self.points(N_MEASURED[i], format!("N = {n}"), Kind::Points, x().zip(points)));
            if let Some(expected) = &self.expected[i] {
                let y = theory(expected).into_iter().map(|y| y / unit).collect();
                let label = format!("N = {n}, {}", self.theory_name());
                series.push(Series::new(N_THEORY[i], label, Kind::Line, Role::Theory, x().collect(), y));
            }
        }
        series
    }

    fn risk_figure(&self, reuse: &[Reuse]) -> Option<Figure> {
        let estimate = |best: &Option<Tuned>| best.map(|best| Estimate { value: best.risk, error: best.error });
        let series = self.against_epochs(|e| e.risk.clone(), |i| reuse[i].best.iter().map(estimate).collect(), |_| 1.0);
        let y = Axis { label: "excess risk R* at the best rate", unit: "", scale: Scale::Log };
        let y = if self.params.lr > 0.0 { Axis { label: "excess risk R", ..y } } else { y };
        Self::figure("risk", "Risk against epochs", EPOCHS, y, series)
    }

    fn known(list: &[Option<f64>]) -> Vec<f64> {
        list.iter().map(|e| e.unwrap_or(f64::NAN)).collect()
    }

    /// The line E = K, up to some way above what is shown beside it.
    fn as_good_as_fresh(&self, shown: &[Series]) -> Series {
        let most = shown.iter().flat_map(|series| &series.y).copied().filter(|y| y.is_finite()).fold(1.0, f64::max);
        let end = (2.0 * most).min(f64::from(self.most_epochs())).max(2.0);
        let x = vec![1.0, end];
        Series::new("fresh", "as good as fresh, E = K", Kind::Line, Role::Theory, x.clone(), x)
    }

    fn reuse_figure(&self, reuse: &[Reuse]) -> Option<Figure> {
        let mut series = self.against_epochs(|e| Self::known(&e.reuse), |i| reuse[i].reuse.clone(), |_| 1.0);
        series.push(self.as_good_as_fresh(&series));
        Self::figure("reuse", "What K epochs are worth", EPOCHS, REUSE, series)
    }

    fn saturation_figure(&self, reuse: &[Reuse]) -> Option<Figure> {
        let mut series = self.curves.clone();
        let sizes = || self.sizes.iter().map(|&n| f64::from(n));
        if !self.dense() {
            for (id, label, of) in [
                ("saturation-theory", "K at E = 0.75 K, exact", (|e| e.saturation) as fn(&Expected) -> Option<f64>),
                ("plateau-theory", "plateau of E, exact", |e| e.plateau),
            ] {
                let y = self.expected.iter().map(|e| e.as_ref().and_then(of).unwrap_or(f64::NAN)).collect();
                series.push(Series::new(id, label, Kind::Line, Role::Theory, sizes().collect(), y));
            }
        }
        let last = self.most_epochs();
        let saturation = reuse.iter().map(|reuse| saturation(&self.known_reuse(reuse), SHARE));
        let plateau = reuse.iter().map(Reuse::plateau);
        series.extend(self.points("saturation", "K at E = 0.75 K".into(), Kind::Points, sizes().zip(saturation)));
        series.extend(self.points("plateau", format!("E at K = {last}"), Kind::Points, sizes().zip(plateau)));
        if let Some([slope, _, offset]) = self.plateau_line(reuse) {
            let y = sizes().map(|n| offset + slope * math::ln(n)).collect();
            let sign = if offset < 0.0 { '-' } else { '+' };
            let label = format!("fit {slope:.3} ln N {sign} {:.2}", offset.abs());
            series.push(Series::new("plateau-fit", label, Kind::Line, Role::Measured, sizes().collect(), y));
        }
        let tokens = [2e8, 5e8, 8e8, 1e9, 2e9];
        let published = tokens.map(reuse::language_model_epochs).to_vec();
        let [slope, offset] = reuse::LANGUAGE_MODEL;
        let label = format!("language models: {slope:.2} ln(N/1e9) + {offset}, K at E = 0.75 K");
        series.push(Series::new("language-models", label, Kind::Points, Role::Published, tokens.to_vec(), published));
        let y = Axis { label: "epochs", unit: "", scale: Scale::Linear };
        Self::figure("saturation", "Where repeating stops to help, against N", SIZES, y, series)
    }

    /// Fit of the plateau, E at the most epochs, to A ln N + B.
    fn plateau_line(&self, reuse: &[Reuse]) -> Option<[f64; 3]> {
        self.line_against_ln_n(reuse, |_, measured| Some(measured))
    }

    /// The same of theory's, weighted as what was measured was.
    fn plateau_line_expected(&self, reuse: &[Reuse]) -> Option<[f64; 3]> {
        self.line_against_ln_n(reuse, |i, _| self.expected[i].as_ref()?.reuse.last().copied().flatten())
    }

    /// A line through what `of` makes of the place of each N and its plateau, weighted by the errors of the plateaus.
    fn line_against_ln_n(&self, reuse: &[Reuse], of: impl Fn(usize, f64) -> Option<f64>) -> Option<[f64; 3]> {
        let point = |(i, &n): (usize, &u32)| {
            let e = reuse[i].plateau()?;
            Some((math::ln(f64::from(n)), of(i, e.value)?, (e.value * e.error).max(1e-12)))
        };
        line(&self.sizes.iter().enumerate().filter_map(point).collect::<Vec<_>>())
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

    /// The unit of K and E in which all N fall on one curve.
    fn unit(&self, samples: f64) -> f64 {
        self.power_law().map_or_else(|| math::ln(samples), |law| math::pow(samples, law.plateau()[1]))
    }

    fn collapse_figure(&self, reuse: &[Reuse]) -> Option<Figure> {
        // The units are those of a constant rate, and of noise or power-law data.
        if !self.has_theory() {
            return None;
        }
        let unit = |n| self.unit(n);
        let mut series = self.against_epochs(|e| Self::known(&e.reuse), |i| reuse[i].reuse.clone(), unit);
        series.extend(self.limit.get_or_init(|| self.limit_curve()).clone());
        let [what, x, y] = if self.power_law().is_some() {
            ["N^(b/(a-b))", "K / N^(b/(a-b))", "E / N^(b/(a-b))"]
        } else {
            ["ln N", "K / ln N", "E / ln N"]
        };
        let axis = |label| Axis { label, unit: "", scale: Scale::Log };
        Self::figure("collapse", &format!("All N on one curve, in units of {what}"), axis(x), axis(y), series)
    }

    /// The curve on which all N fall in the limit, where it is known. Of power-law data it takes some 10 ms.
    fn limit_curve(&self) -> Option<Series> {
        let x: Vec<f64> = (0..40).map(|i| 0.05 * math::pow(1000.0, f64::from(i) / 39.0)).collect();
        let y = match self.power_law() {
            _ if !self.has_theory() => return None,
            Some(law) => x.iter().map(|&kappa| law.crossover(kappa)).collect(),
            None if self.dense() => x.iter().map(|&kappa| dense::crossover(&self.squares, kappa)).collect(),
            None => return None,
        };
        Some(Series::new("limit", "the limit of many samples, phi", Kind::Line, Role::Theory, x, y))
    }

    /// Risk against the rate at the largest N.
    fn rates_figure(&self) -> Option<Figure> {
        let size = self.largest();
        let n = f64::from(self.sizes[size]);
        // What is looked for comes first: first colours and shapes tell apart best.
        let mut series = Vec::new();
        let tried = &self.measured[0].data[size];
        let searched = self.params.lr == 0.0;
        let best: Vec<Tuned> = tried.iter().filter(|_| searched).filter_map(|cells| self.tuned(cells)).collect();
        if !best.is_empty() {
            let (x, y) = best.iter().map(|best| (best.rate, best.risk)).unzip();
            series.push(Series::new("best", "best rates found", Kind::Points, Role::Measured, x, y));
        }
        if let Some(expected) = self.expected[size].as_ref().filter(|_| searched) {
            let label = format!("best rates, {}", self.theory_name());
            let (x, y) = (expected.rate.clone(), expected.risk.clone());
            series.push(Series::new("best-theory", label, Kind::Points, Role::Theory, x, y));
            if self.dense() && self.params.noise > 0.0 {
                let least = self.squares.iter().copied().fold(f64::INFINITY, f64::min);
                let x: Vec<f64> = self.epochs_of().map(|k| dense::leading_rate(least, k, n)).collect();
                let label = "ln(K N) / (2 l_d K N), at the mean field's risk";
                let leading = Series::new("leading", label, Kind::Points, Role::Theory, x, expected.risk.clone());
                series.push(leading.hidden());
            }
        }
        for (j, cells) in tried.iter().enumerate() {
            let estimate = |cell: &Risks| Some(Estimate { value: cell.mean(), error: cell.error() });
            let stable = |cell: &Risks| estimate(cell).filter(|e| e.value.is_finite());
            let points = self.rates.iter().copied().zip(cells.iter().map(stable));
            let diverged = cells.iter().any(|cell| cell.diverged > 0);
            let without = if diverged { ", less rates at which runs diverged" } else { "" };
            series.extend(self.points(K_MEASURED[j], format!("K = {}{without}", self.epochs[j]), Kind::Line, points));
        }
        let x = Axis { label: "learning rate", unit: "", scale: Scale::Log };
        let y = Axis { label: "excess risk R", unit: "", scale: Scale::Log };
        let title = format!("Risk against the learning rate, N = {n}");
        let mut figure = Self::figure("learning-rate", &title, x, y, series)?;
        if searched {
            figure.marks.push(Mark::at_x("largest rate of the search", self.edge()));
        }
        Some(figure)
    }

    /// Place of the largest N.
    const fn largest(&self) -> usize {
        self.sizes.len() - 1
    }

    /// The most epochs.
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

    fn zipf_figure(&self, reuse: &[Reuse]) -> Option<Figure> {
        let law = self.power_law().filter(|_| self.has_theory())?;
        let mut series = Vec::new();
        let measured = reuse.iter().zip(&self.sizes).map(|(reuse, &n)| (f64::from(n), reuse.plateau()));
        let last = self.most_epochs();
        series.extend(self.points("measured", format!("E at K = {last}"), Kind::Points, measured));
        for (id, (k, points)) in ["k1", "k2", "k3", "k4"].into_iter().zip(self.zipf()) {
            let Some([factor, exponent]) = Self::power_fit(&points) else { continue };
            let (x, y) = points.into_iter().unzip();
            let k = if k.is_finite() { format!("K = {k}") } else { "K without end".into() };
            let label = format!("{k}, exact: about {factor:.3} N^{exponent:.3}");
            series.push(Series::new(id, label, Kind::Line, Role::Theory, x, y));
        }
        let [factor, exponent] = law.plateau();
        let x: Vec<f64> = self.sizes.iter().map(|&n| f64::from(n)).collect();
        let y = x.iter().map(|n| factor * math::pow(*n, exponent)).collect();
        let label = format!("limit of many samples, {factor:.3} N^{exponent:.4}");
        series.push(Series::new("limit", label, Kind::Line, Role::Theory, x, y));
        Self::figure("zipf", "The plateau of power-law data grows as a power of N", SIZES, REUSE, series)
    }

    /// The fits of [`Self::zipf`].
    fn zipf_table(&self) -> Option<Table> {
        self.power_law()?;
        let row = |(k, points): (f64, Vec<(f64, f64)>)| {
            let [factor, exponent] = Self::power_fit(&points)?;
            let k = if k.is_finite() { Cell::from(k) } else { "without end".into() };
            Some(vec![k, factor.into(), exponent.into()])
        };
        let rows: Vec<Vec<Cell>> = self.zipf().into_iter().filter_map(row).collect();
        let column = |name, unit| Column { name, unit };
        let columns = vec![column("K", "epochs"), column("factor", ""), column("exponent of N", "")];
        (!rows.is_empty()).then(|| Table {
            id: "zipf",
            title: "Fits of E, exact, to a power of N".into(),
            columns,
            rows,
        })
    }

    fn schedules_figure(&self) -> Option<Figure> {
        if self.schedules.len() < 2 {
            return None;
        }
        let size = self.largest();
        let mut series = Vec::new();
        for (i, (_, name)) in self.schedules.iter().enumerate() {
            let found = self.reuse(i, size, &self.one_pass_measured(i));
            series.extend(self.points(N_MEASURED[i], (*name).into(), Kind::Line, self.epochs_of().zip(found.reuse)));
        }
        if series.is_empty() {
            return None;
        }
        series.push(self.as_good_as_fresh(&series));
        let title = format!("How much of it survives a decaying rate, N = {}", self.sizes[size]);
        Self::figure("schedules", &title, EPOCHS, REUSE, series)
    }

    /// K at E = 0.75 K of linear regression with features that are alike, noise as strong as the signal, by the mean
    /// field. No rate of a search this large is the largest.
    fn regression(tokens: f64) -> f64 {
        let alike = MeanField::new(&[1.0], &[1.0], 1.0, Order::Reshuffle);
        reuse::saturation(&alike, 1.0, tokens, SHARE).unwrap_or(f64::NAN)
    }

    /// Data sets, and [`Self::regression`] of them.
    fn advice() -> [Vec<f64>; 2] {
        let x: Vec<f64> = (0..=32).map(|i| math::pow(10.0, 6.0 + 0.25 * f64::from(i))).collect();
        let y = x.iter().map(|&n| Self::regression(n)).collect();
        [x, y]
    }

    fn advice_figure(&self) -> Option<Figure> {
        let [x, regression] = &self.advice;
        let law = muennighoff::PUBLISHED.saturation(SHARE);
        let line = |id, label: &str, epochs: &dyn Fn(f64) -> f64| {
            let y = x.iter().map(|&n| Some(epochs(n)).filter(|&k| k >= 1.0).unwrap_or(f64::NAN)).collect();
            Series::new(id, label, Kind::Line, Role::Theory, x.clone(), y)
        };
        let thumb = vec![muennighoff::RULE_OF_THUMB; x.len()];
        let series = vec![
            line("muennighoff", "Muennighoff's law, the same for all", &|_| law),
            Series::new(
                "regression",
                "linear regression, mean field",
                Kind::Line,
                Role::Theory,
                x.clone(),
                regression.clone(),
            ),
            line("language-models", "fit to language models", &reuse::language_model_epochs),
            Series::new("thumb", "rule of thumb, 4 epochs", Kind::Line, Role::Published, x.clone(), thumb),
        ];
        let x = Axis { label: "data set", unit: "tokens", scale: Scale::Log };
        let y = Axis { label: "K at E = 0.75 K", unit: "epochs", scale: Scale::Linear };
        let mut figure = Self::figure("advice", "Four epochs for everyone?", x, y, series)?;
        figure.marks.push(Mark::at_x("your data set", self.params.tokens));
        Some(figure)
    }

    fn advice_table(&self) -> Table {
        let tokens = self.params.tokens;
        let law = muennighoff::PUBLISHED.saturation(SHARE);
        // The slope over a factor of e^2, where the curve is as straight as that.
        let slope = 0.5 * (Self::regression(tokens * math::exp(1.0)) - Self::regression(tokens * math::exp(-1.0)));
        let decay = format!("their law, R_D = {:.2}", muennighoff::PUBLISHED.data_decay);
        let models = "language models of 0.3B, fitted over 0.2e9 to 2e9 tokens";
        let row = |whose: &str, epochs: f64, slope: f64| -> Vec<Cell> {
            vec![whose.into(), epochs.into(), (epochs * tokens).into(), slope.into()]
        };
        let column = |name, unit| Column { name, unit };
        Table {
            id: "advice",
            title: "Four epochs for everyone? Until E = 0.75 K".into(),
            columns: vec![
                column("by", ""),
                column("epochs", ""),
                column("tokens seen", ""),
                column("slope in ln N", ""),
            ],
            rows: vec![
                row(
                    "rule of thumb: up to 4 epochs are almost as good as new (Muennighoff et al.)",
                    muennighoff::RULE_OF_THUMB,
                    0.0,
                ),
                row(&decay, law, 0.0),
                row(
                    "linear regression, features alike, noise as strong as the signal",
                    Self::regression(tokens),
                    slope,
                ),
                row(models, reuse::language_model_epochs(tokens), reuse::LANGUAGE_MODEL[0]),
            ],
        }
    }

    fn table(&self, reuse: &[Reuse]) -> Table {
        let mut rows = Vec::new();
        for (i, &n) in self.sizes.iter().enumerate() {
            for (j, &k) in self.epochs.iter().enumerate() {
                let (best, measured) = (reuse[i].best[j], reuse[i].reuse[j]);
                let expected = self.expected[i].as_ref();
                let number = |x: Option<f64>| x.filter(|x| x.is_finite()).map_or(Cell::from("–"), Cell::from);
                let diverged: u32 = self.measured[0].data[i][j].iter().map(|cell| cell.diverged).sum();
                rows.push(vec![
                    f64::from(n).into(),
                    f64::from(k).into(),
                    number(best.map(|best| best.rate)),
                    number(best.map(|best| best.risk)),
                    number(expected.map(|e| e.risk[j])),
                    number(measured.map(|e| e.value)),
                    number(measured.map(|e| self.errors(Z95) * e.error * e.value)),
                    number(expected.and_then(|e| e.reuse[j])),
                    f64::from(diverged).into(),
                ]);
            }
        }
        let column = |name| Column { name, unit: "" };
        Table {
            id: "reuse",
            title: "Best rates, risks and effective reuse".into(),
            columns: [
                "samples N",
                "epochs K",
                "best rate",
                "R* measured",
                "R* theory",
                "E measured",
                "E measured, 95% +-",
                "E theory",
                "diverged runs, of all rates",
            ]
            .map(column)
            .to_vec(),
            rows,
        }
    }

    /// The simulation against a risk that is known exactly: single features at the most epochs, dense ones at one epoch,
    /// all at one epoch under a decaying rate; at the largest N and the best rate tried.
    fn exact_verdict(&self) -> Option<Verdict> {
        let size = self.largest();
        let (n, (schedule, _)) = (self.sizes[size], self.schedules[0]);
        let decays = schedule != Schedule::Constant;
        let one_pass = decays || self.dense();
        let samples = f64::from(n);
        let unknown = |note: &str| {
            let claim = "The simulated risk is the exact one; measured over exact";
            Some(Verdict::of("exact", claim, f64::NAN, None, 1.0, 0.0).note(note))
        };
        let j = if one_pass { self.epochs.iter().position(|&k| k == 1) } else { Some(self.epochs.len() - 1) };
        let cells = &self.measured[0].data[size][j.unwrap_or(0)];
        let least = |of: &dyn Fn(usize) -> f64| {
            let values: Vec<f64> = (0..cells.len()).map(of).collect();
            (0..cells.len()).filter(|&i| values[i].is_finite()).min_by(|&a, &b| values[a].total_cmp(&values[b]))
        };
        let lucky = least(&|i| cells[i].mean())?;
        // With replacement one epoch is not one pass.
        let Some(j) = j.filter(|_| !(one_pass && self.order() == sim::Order::Replace)) else {
            return unknown(if decays {
                "Not compared: under a decaying rate only the risk of one pass is known, and 1 must be among the epochs, in order or shuffled."
            } else {
                "Not compared: for dense features only the risk of one pass is known, and 1 must be among the epochs, in order or shuffled."
            });
        };
        let rate_of = |i: usize| f64::from(self.rates[i] as f32);
        let different = if self.params.spectrum == "isotropic" { 1.0 } else { f64::from(self.params.dim) };
        if decays && samples * different * cells.len() as f64 > RECURSION {
            return unknown(
                "Not compared: so many steps at a decaying rate would take long. Fewer samples or features would settle it.",
            );
        }
        // Theory names the rate: the least of many measured risks is too low by luck.
        let (best, exact, luck) = match &self.world {
            World::Dense(_) => {
                let model = OnePass::new(&self.squares, &self.teacher, self.variance(), 3.0);
                let constant = model.risk(samples);
                let risk = |i: usize| {
                    if decays { model.scheduled(rate_of(i), schedule.multipliers(n)) } else { constant(rate_of(i)) }
                };
                let best = least(&risk)?;
                (best, risk(best), 0.0)
            }
            World::OneHot(model) => {
                let epochs = f64::from(self.epochs[j]);
                let scheduled = |i: usize| model.scheduled(rate_of(i), schedule.multipliers(n));
                let found = self.expected[size].as_ref().map(|expected| expected.rate[j]);
                let best = match found {
                    _ if decays => least(&scheduled)?,
                    Some(rate) => least(&|i| math::ln(self.rates[i] / rate).abs())?,
                    None => lucky,
                };
                let risk = if decays { scheduled(best) } else { model.risk(epochs, samples)(rate_of(best)) };
                let luck = model.spread(epochs, samples, rate_of(best)) / (risk * f64::from(self.params.runs).sqrt());
                (best, risk, luck)
            }
        };
        let (cell, rate) = (&cells[best], rate_of(best));
        let (ratio, error) = (cell.mean() / exact, cell.error().max(luck));
        let interval = cell.over(exact, self.errors(Z999), error);
        let what = if self.epochs[j] == 1 { "one pass" } else { "many epochs" };
        let how = if decays { " at a decaying rate" } else { "" };
        let claim = format!(
            "The simulated risk of {what}{how} is the exact one, at N = {n} and rate {rate:.4}; measured over exact"
        );
        let mut verdict = Verdict::of("exact", claim, ratio, interval, 1.0, 1e-4);
        let doubt = if exact.min(cell.mean()) < sim::FLOOR {
            "A risk below 1e-24 is beyond single precision: fewer samples or some noise would settle it."
        } else if luck > LUCK || luck.is_nan() {
            "Which features its samples show decides the risk of a run: many more runs or more samples would settle it."
        } else if self.dense() && cell.uneven(self.most_uneven()) {
            "A few of the runs carry the mean risk: more runs, fewer samples or some noise would settle it."
        } else {
            return Some(verdict.within(NEAR, "More runs would settle it."));
        };
        (verdict.agrees, verdict.note) = (None, doubt.to_owned());
        Some(verdict)
    }

    /// Has E at the most epochs come to its plateau?
    fn settled(&self, size: usize, reuse: &Reuse) -> bool {
        let expected = self.expected[size].as_ref();
        if let Some((last, plateau)) = expected.and_then(|e| e.reuse.last().copied().flatten().zip(e.plateau)) {
            return last >= REACHED * plateau;
        }
        let known = self.known_reuse(reuse);
        let [.., (k, before), (last, e)] = known[..] else { return false };
        last == f64::from(self.most_epochs()) && math::ln(e.value / before.value) <= FLAT * math::ln(last / k)
    }

    fn variance(&self) -> f64 {
        self.params.noise * self.params.noise
    }

    fn verdicts(&self, reuse: &[Reuse]) -> Vec<Verdict> {
        let finished = Experiment::progress(self).finished();
        let mut verdicts = Vec::new();
        // Laws of E are about best rates.
        let theory = self.has_theory() && self.params.lr == 0.0;
        let settled = reuse.iter().enumerate().all(|(size, reuse)| self.settled(size, reuse));
        // What is only a claim about plateaus decides nothing before they are reached.
        let on_a_plateau = |mut verdict: Verdict| {
            if !settled {
                verdict.agrees = None;
                verdict.note =
                    format!("Not every N is on its plateau yet: more epochs would settle it. {}", verdict.note);
            }
            verdict
        };
        // Mean field is about the small rates that noise asks for.
        let small_rates = |mut verdict: Verdict| {
            if self.steep > STEEP {
                verdict.agrees = None;
                verdict.note = format!(
                    "Not compared: so little noise asks for rates too large for mean field at N = {}. More noise or larger N would settle it. {}",
                    self.sizes[0], verdict.note
                );
            }
            verdict
        };
        let z = self.errors(Z999);
        if let (Some([slope, error, _]), Some([expected, ..])) =
            (self.plateau_line(reuse), self.plateau_line_expected(reuse).filter(|_| self.dense() && theory))
        {
            let interval = Some([slope - z * error, slope + z * error]);
            let claim = "The plateau of E grows with ln N as mean-field theory says; its slope";
            let leading = dense::plateau(&self.squares, std::f64::consts::E);
            let mut verdict = Verdict::of("plateau-slope", claim, slope, interval, expected, MEAN_FIELD * expected)
                .note(format!(
                    "Mean field is held to 15%, what it may be off at such N. In the limit of many samples the slope is {leading:.3}."
                ))
                .against(0.0, "More runs, or N farther apart, would settle it.");
            if f64::from(self.sizes[0]) < PER_FEATURE * f64::from(self.params.dim) {
                verdict.agrees = None;
                verdict.note = format!(
                    "Mean field is for ten samples and more of each feature: N of {} and more would settle it. {}",
                    PER_FEATURE * f64::from(self.params.dim),
                    verdict.note
                );
            }
            verdicts.push(on_a_plateau(small_rates(verdict)));
        }
        let (least, most) = (0, self.largest());
        if let (Some(small), Some(large)) = (reuse[least].plateau(), reuse[most].plateau())
            && most > least
        {
            let last = self.most_epochs();
            let error = (large.error * large.error + small.error * small.error).sqrt();
            let ratio = Estimate { value: large.value / small.value, error };
            let constant = muennighoff::PUBLISHED.effective_reuse(f64::from(last));
            let claim = format!(
                "{last} epochs are worth the same for all N, as a constant reuse rate has it; E at N = {} over E at N = {}",
                self.sizes[most], self.sizes[least]
            );
            // An interval that holds 1 and much else does not say that nothing changes.
            let mut verdict =
                Verdict::of("constant-reuse", claim, ratio.value, Some(ratio.interval(z)), 1.0, 0.0).note(format!(
                    "Muennighoff's law (R_D = {:.2}, language models) predicts E = {constant:.1} at K = {last} for any data set; measured here {:.2} and {:.2}.",
                    muennighoff::PUBLISHED.data_decay, small.value, large.value
                )).within(SAME, "More runs, or N farther apart, would settle it.");
            if self.params.lr > 0.0 {
                verdict.agrees = None;
                verdict.note = "E is about best learning rates: one rate for all says nothing of it.".into();
            } else if verdict.agrees == Some(true) {
                // Before the plateau all is K, whatever holds beyond.
                verdict = on_a_plateau(verdict);
            }
            verdicts.push(verdict);
        }
        if let Some(law) = self.power_law().filter(|_| theory) {
            let exponent = law.plateau()[1];
            // The limit is not reached: how much the exponent still changes from the first N to the last.
            if let Some((_, points)) = self.zipf().pop()
                && let Some([_, fitted]) = Self::power_fit(&points)
                && let Some([_, first]) = Self::power_fit(&points[..2])
                && let Some([_, last]) = Self::power_fit(&points[points.len() - 2..])
            {
                let claim = "The plateau of E of power-law data grows as N^(b/(a-b)); exponent of the exact plateau over these N";
                let drift = if points.len() > 2 { (last - first).abs() } else { f64::INFINITY };
                let interval = Some([fitted - drift, fitted + drift]);
                verdicts.push(
                    Verdict::of("zipf-exact", claim, fitted, interval, exponent, 0.005)
                        .note("For infinitely many epochs; held to 0.005 and to what the exponent changes by over these N.")
                        .against(0.0, "More and larger N would settle it: at these the exponent still changes."),
                );
            }
            let lines = [
                self.exponent(reuse, |_, measured| Some(measured)),
                self.exponent(reuse, |i, _| self.expected[i].as_ref()?.reuse.last().copied().flatten()),
            ];
            if let [Some([slope, error]), Some([exact, _])] = lines {
                let last = self.most_epochs();
                let claim = format!(
                    "E at K = {last} of power-law data grows as a power of N: its exponent, simulated against exact"
                );
                let interval = Some([slope - z * error, slope + z * error]);
                verdicts.push(
                    Verdict::of("zipf-simulated", claim, slope, interval, exact, 0.005)
                        .note(format!(
                            "In the limit the plateau has the exponent {exponent:.3}; K must be well above N^(b/(a-b)) for it to be read off: fewer epochs bend it down."
                        ))
                        .against(0.0, "More runs, or N farther apart, would settle it."),
                );
            }
        }
        if let Some([apart, error, expected, rival]) = self.collapse(reuse).filter(|_| theory) {
            let claim = "E against K falls on one curve for all N in the units of the figure, as nearly as theory says for these N; how far curves of two N are apart, beyond K = one unit";
            // Both numbers are root mean squares; what chance alone makes of the first is about the second.
            let least = (apart * apart - z * z * error * error).max(0.0).sqrt();
            let interval = Some([least, apart + z * error]);
            verdicts.push(on_a_plateau(small_rates(
                Verdict::of("collapse", claim, apart, interval, expected, 0.03)
                    .unit("%")
                    .note("They fall on one only in the limit, which is reached slowly, as ln ln N / ln N. If E were the same for all N, the curves would be as far apart in these units as the number that is to be ruled out.")
                    .against(rival, "More runs, or N farther apart, would settle it."),
            )));
        }
        verdicts.extend(self.exact_verdict());
        let ends = reuse.iter().flat_map(|reuse| &reuse.best).flatten().filter(|best| best.at_least).count();
        if ends > 0
            && let Some(verdict) = verdicts.first_mut()
        {
            verdict.note.push_str(&format!(
                " For {ends} of the settings the smallest rate tried was the best: a wider search may find a better one."
            ));
        }
        let few = self.params.runs < LEAST;
        for verdict in verdicts.iter_mut().filter(|verdict| (!finished || few) && verdict.id != "zipf-exact") {
            verdict.agrees = None;
            if few {
                verdict.note.push_str(&format!(" Fewer than {LEAST} runs cannot tell at 99.9%."));
            }
        }
        verdicts
    }

    /// How far the curves of E are apart in units of N, beyond one unit, below which all are K: measured, the error of
    /// that, by theory at the same K and N, and if E at each K were the same for all N.
    fn collapse(&self, reuse: &[Reuse]) -> Option<[f64; 4]> {
        let known: Vec<Vec<(f64, Estimate)>> = reuse.iter().map(|reuse| self.known_reuse(reuse)).collect();
        let spread = |of: &dyn Fn(usize, f64, Estimate) -> Option<Estimate>| {
            let curve = |size: usize| -> Option<Vec<(f64, Estimate)>> {
                let unit = self.unit(f64::from(self.sizes[size]));
                let scaled = |&(k, e): &(f64, Estimate)| {
                    let e = of(size, k, e)?;
                    Some((k / unit, Estimate { value: e.value / unit, ..e }))
                };
                known[size].iter().map(scaled).collect()
            };
            apart(&(0..known.len()).map(curve).collect::<Option<Vec<_>>>()?, 1.0)
        };
        let [measured, error] = spread(&|_, _, e| Some(e))?;
        let [expected, _] = spread(&|size, k, e| {
            let place = self.epochs_of().position(|epochs| epochs == k)?;
            let value = self.expected[size].as_ref()?.reuse[place]?;
            Some(Estimate { value, ..e })
        })?;
        let [rival, _] = spread(&|_, k, e| {
            let at = |curve: &Vec<(f64, Estimate)>| curve.iter().find(|(x, _)| *x == k).map(|(_, e)| math::ln(e.value));
            let logs: Vec<f64> = known.iter().filter_map(at).collect();
            Some(Estimate { value: math::exp(logs.iter().sum::<f64>() / logs.len() as f64), ..e })
        })?;
        Some([measured, error, expected, rival])
    }

    /// The exponent of N, and its error, in what `of` makes of the place of each N and its E at the most epochs.
    fn exponent(&self, reuse: &[Reuse], of: impl Fn(usize, f64) -> Option<f64>) -> Option<[f64; 2]> {
        let point = |(i, &n): (usize, &u32)| {
            let e = reuse[i].plateau()?;
            Some((math::ln(f64::from(n)), math::ln(of(i, e.value)?), e.error.max(1e-9)))
        };
        line(&self.sizes.iter().enumerate().filter_map(point).collect::<Vec<_>>())
            .map(|[slope, error, _]| [slope, error])
    }

    /// E at each K at which it is known.
    fn known_reuse(&self, reuse: &Reuse) -> Vec<(f64, Estimate)> {
        self.epochs_of().zip(&reuse.reuse).filter_map(|(k, e)| Some((k, (*e)?))).collect()
    }
}

/// Whole numbers of a list, ascending, each once.
fn whole(name: &str, list: &[f64]) -> Result<Vec<u32>> {
    let mut out = Vec::new();
    for &x in list {
        if x.fract() != 0.0 {
            return Err(Error::parameter(name, &x.to_string(), "whole numbers"));
        }
        out.push(x as u32);
    }
    out.sort_unstable();
    out.dedup();
    Ok(out)
}

impl Experiment for MultiEpoch {
    const SLUG: &'static str = "multi-epoch";
    const INFO: Info = INFO;
    const CLAIMS: &'static [Claim] = CLAIMS_LIST;
    const QUICK: &'static str = "samples=50,200&epochs=1,16&runs=96&rates=16";

    type Params = Params;

    fn start(params: Params, seed: u32) -> Result<Self> {
        let Params { model, dim, spectrum, a, b, noise, order, schedule, lr, largest, rates, .. } = params;
        let dense = model == "dense";
        let isotropic = spectrum == "isotropic";
        if dense && dim > sim::DIM_MAX {
            let allowed = format!(
                "a whole number from 1 to {} where features are dense (model=dense), or up to 100000 where each sample \
                 has a single one (model=one-hot)",
                sim::DIM_MAX
            );
            return Err(Error::parameter("dim", &dim.to_string(), &allowed));
        }
        if !dense && !isotropic && b > a {
            return Err(Error::parameter(
                "b",
                &b.to_string(),
                &format!("at most a = {a}: frequencies fall as i^-(a-b)"),
            ));
        }
        let sizes = whole("samples", &params.samples)?;
        let epochs = whole("epochs", &params.epochs)?;
        let (most_samples, most_epochs) = (f64::from(sizes[sizes.len() - 1]), f64::from(epochs[epochs.len() - 1]));
        if most_samples * most_epochs > FRESH_MAX {
            let allowed = format!(
                "at most {} for {most_samples} samples: a run has at most 2e9 steps",
                (FRESH_MAX / most_samples).floor()
            );
            return Err(Error::parameter("epochs", &most_epochs.to_string(), &allowed));
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
        let length = if dense { squares.iter().sum() } else { squares.iter().copied().fold(0.0, f64::max) };
        let stable = if dense { OnePass::new(&squares, &teacher, variance, 3.0).stable_rate() } else { 2.0 / length };
        if lr >= stable && (dense || noise > 0.0) {
            return Err(Error::parameter(
                "lr",
                &lr.to_string(),
                &format!("below {stable:.4}, the edge of stability, or 0 for the best"),
            ));
        }
        let top = largest / length;
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
            advice: Self::advice(),
            measured: vec![measured; schedules.len()],
            legs: vec![],
            sweep: None,
            slow: 0,
            done: 0,
            sizes,
            epochs,
            rates,
            schedules,
            fresh,
            params,
        };
        if dense {
            run.steep = if noise > 0.0 { run.rate_of_one_pass() * length } else { f64::INFINITY };
        }
        let curves = if dense { CURVE } else { 0 };
        let cost = Self::cost(&run.params, isotropic) * (run.sizes.len() + curves as usize) as f64;
        if run.has_theory() && cost <= AT_ONCE {
            run.expected = run.sizes.iter().map(|&n| Some(run.expect(n))).collect();
            run.curves = run.theory_curves();
        } else if run.has_theory() && cost <= IN_A_RUN {
            run.slow = run.sizes.len() as u32;
        }
        if run.simulated() {
            run.legs = run.legs()?;
        } else if run.slow == 0 && run.expected.iter().all(Option::is_none) {
            let allowed = format!(
                "at most {} here: more is computed without noise only, at a constant rate",
                sim::COORDINATES_MAX
            );
            return Err(Error::parameter("dim", &dim.to_string(), &allowed));
        }
        Ok(run)
    }

    fn progress(&self) -> Progress {
        let stops = |leg: &Leg| if leg.size.is_some() { self.epochs.len() } else { self.fresh.len() } as u32;
        Progress { done: self.done, total: self.slow + self.legs.iter().map(stops).sum::<u32>() }
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
        let Some((leg, stop)) = self.place(self.done) else { return Ok(()) };
        if leg.size.is_none() && self.measured[leg.schedule].stop.is_some_and(|last| stop > last) {
            // More fresh samples than any number of epochs is worth.
            self.sweep = None;
            self.done += 1;
            return Ok(());
        }
        let stops = self.stops(leg);
        // Taken out: a call that fails leaves a leg that starts over.
        let mut sweep = match self.sweep.take() {
            Some(sweep) if stop > 0 => sweep,
            _ => Sweep::new(&self.plan(leg, &self.trials(leg))),
        };
        sweep.advance(exec, stops[stop]).await?;
        let risks = sweep.risks(exec).await?;
        self.take(leg, stop, &risks);
        if leg.size.is_none() && self.measured[leg.schedule].stop.is_none() && self.enough(leg.schedule, stop) {
            self.measured[leg.schedule].stop = Some(stop);
        }
        self.sweep = (stop + 1 < stops.len()).then_some(sweep);
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

const INFO: Info = Info {
    title: "Repeating data",
    question: "A data set is fixed and compute is not: how many epochs over the same samples are as good as fresh ones?",
    notice: &[
        "The line E = K is where a repeated sample is as good as a new one. The curves start on it, and at two epochs are somewhat below: E is 1.5 to 1.8 there at the default, and comes nearer to 2 the larger N. Each then ends on a plateau: from there on more epochs buy nothing, and only more data does.",
        "The plateau is higher for larger N. It grows with ln N when features are alike, and as a power of N when they follow a power law: the more data there are, the more often they can be repeated. A rule with one number of epochs for everyone misses this.",
        "In units of ln N (or of that power) all curves fall on one: where they bend depends on K / ln N alone, up to corrections that vanish as slowly as ln ln N / ln N.",
        "The best learning rate falls as ln(K N) / (K N): longer training wants smaller steps. At one fixed rate the curves look different, because each rate is the best one of a single K only.",
        "Noise is what repetition cannot average away: the same noisy labels come again. Set it to 0 with dense features and small N (20 and 40, say), and E stays near K much longer. Without noise risks fall exponentially; below 1e-24 they are beyond single precision, and no E is given.",
    ],
    model: &[
        "A linear regression is learned by SGD, one sample a step, from 0. All weights of the truth are 1. Dense features are independent Gaussians of variance l_i; a one-hot sample shows a single feature i, drawn with a frequency p_i, of size sqrt(L_i). The excess risk is exact: no test set is drawn.",
        "Every (K, N), and every number of fresh samples, gets the best of the learning rates tried, by the mean of the measured risks, with a curve through the best and its neighbours. Rates share samples and orders. The effective reuse rate is read off the measured one-pass risks; bands are 95% over the runs and take the two as independent; they are open where a few runs carry the mean.",
        "Curves of theory: for one-hot features the exact expectation; for dense ones with noise the mean field, which replaces products of random matrices by their means and gives a risk that is low when N is not far above the dimension: at the default, 8 features alike, by 26 % at N = 100 and 10 % at N = 300 after one epoch, by 14 % and 5 % after eight, and by 5 % at most at N = 1000. Both are for a constant learning rate; under a decaying one only the risk of one pass is known, by a recursion, and is compared.",
        "A linear regression is no language model: it has no representation to learn, and overfits only through label noise. What carries over is the mechanism, and the published fit to language models is shown beside it for its different slope.",
    ],
    formulas: &[
        Formula {
            label: "Model, and excess risk",
            tex: r"y = \langle w^*, x \rangle + \xi, \quad \mathbb{E}\, \xi^2 = \sigma^2, \qquad R(w) = \tfrac12\, \mathbb{E} \langle w - w^*, x \rangle^2",
        },
        Formula {
            label: "Effective reuse rate",
            tex: r"E(K, N) = \frac{N'}{N} \quad \text{with} \quad R^*(1, N') = R^*(K, N), \qquad R^*(K, N) = \min_{\eta} R(K, N; \eta)",
        },
        Formula {
            label: "Strongly convex: the plateau, and the best rate",
            tex: r"E(K, N) \to \begin{cases} K & K \ll \ln N \\ \frac{\operatorname{tr} H}{4 \lambda_d d} \ln N & K \gg \ln N \end{cases} \qquad \eta^* \approx \frac{\ln(KN)}{2 \lambda_d K N}",
        },
        Formula {
            label: "The curve between the two",
            tex: r"\frac{E}{\ln N} \to \varphi\!\left( \frac{K}{\ln N} \right), \qquad \varphi(\kappa) = \frac{\operatorname{tr} H / (4 \lambda_d d)}{\frac1d \sum_i \left( 1 + x_i - \tanh x_i \right)}, \quad x_i = \frac{\lambda_i / \lambda_d}{4 \kappa}",
        },
        Formula {
            label: "Mean-field variance after K shuffled epochs",
            tex: r"\frac{\sigma^2}{2} \sum_i \left[ \frac{\eta \lambda_i}{2 - \eta \lambda_i} \left( 1 - q_i^{2K} \right) + \frac1N \left( (1 - q_i^K)^2 - \frac{1 - q_i}{1 + q_i} (1 - q_i^{2K}) \right) \right], \quad q_i = (1 - \eta \lambda_i)^N",
        },
        Formula {
            label: "Power-law data without noise",
            tex: r"R = \tfrac12 \sum_i p_i \Lambda_i \left( 1 - p_i + p_i (1 - \eta \Lambda_i)^{2K} \right)^N, \qquad E(K, N) \to \Theta\!\left( N^{b/(a-b)} \right)",
        },
        Formula {
            label: "Muennighoff's law: the same for every data set",
            tex: r"\frac{D'}{U} = 1 + R_D \left( 1 - e^{-(K-1)/R_D} \right), \qquad R_D = 15.39",
        },
    ],
    sources: &[
        Source {
            text: "Yan, Wen, Li, Luo, Chen, Lyu: Larger Datasets Can Be Repeated More: A Theoretical Analysis of Multi-Epoch Scaling in Linear Regression (Reuse), ICLR 2026: theorems 4.1, 4.2, 5.1, 5.2; language models in section 6.",
            url: "https://arxiv.org/abs/2511.13421",
        },
        Source {
            text: "Muennighoff, Rush, Barak, Le Scao, Piktus, Tazi, Pyysalo, Wolf, Raffel: Scaling Data-Constrained Language Models, 2023.",
            url: "https://arxiv.org/abs/2305.16264",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 1", url: "" },
    ],
    presets: &[
        Preset { title: "Headline: features alike", query: "" },
        Preset { title: "Directions of different strength", query: "dim=5&spectrum=power&a=1" },
        Preset {
            title: "Power-law data, simulated",
            query: "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&dim=1000&epochs=1,2,4,8,16,32,64,128&runs=64&rates=16",
        },
        Preset {
            title: "Power-law data as published, computed",
            query: "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&dim=100000&samples=50000,200000,1000000,3000000,10000000&epochs=1,3,10,30,50,100,200",
        },
        Preset {
            title: "Does it survive a decaying rate?",
            query: "schedule=all&samples=100,300,1000&epochs=1,2,4,8,16,32&runs=96",
        },
        Preset { title: "The same order in every epoch", query: "order=once" },
        Preset { title: "One learning rate for all", query: "lr=0.01" },
    ],
    figures_more: &["collapse", "learning-rate", "zipf", "schedules", "advice"],
};

const AS_PUBLISHED: &str = "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&dim=100000&samples=50000,100000,200000,500000,1000000,2000000,5000000,10000000&epochs=50,100,200";
const TO_THE_EDGE: &str = "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&dim=100000&samples=50000,100000,200000,500000,1000000,2000000,5000000,10000000&epochs=50,100,200&largest=2";

const CLAIMS_LIST: &[Claim] = &[
    Claim {
        id: "reuse-plateau-slope",
        source: "Reuse",
        origin: Origin::Printed,
        place: "Theorem 4.2",
        what: "slope of the plateau of E in ln N, for features that are alike",
        printed: 0.25,
        query: "samples=250,500,1000,2000,4000&epochs=1,4,16&runs=512",
        seed: 1,
        pick: Pick::Verdict("plateau-slope"),
        tolerance: 0.03,
        reason: "the interval, and 0.02 to 0.03 by which mean-field theory is above the limit at such N",
        ours: None,
        note: "Simulated, 8 features, K = 16; the offset is not 0, so ratios E / ln N are not 1/4 at these N.",
        data: None,
    },
    Claim {
        id: "reuse-zipf-exponent",
        source: "Reuse",
        origin: Origin::Printed,
        place: "Section 5, simulations",
        what: "exponent of N in the plateau of power-law data, a = 4.5, b = 1",
        printed: 0.279,
        query: AS_PUBLISHED,
        seed: 1,
        pick: Pick::Cell("zipf", 2, 2),
        tolerance: 0.0015,
        reason: "three digits were printed, and the list of N in between was not",
        ours: None,
        note: "Exact, at K = 200; theory's 2/7 = 0.286 needs K without end, and K = 50 gives 0.20.",
        data: None,
    },
    Claim {
        id: "reuse-zipf-factor",
        source: "Reuse",
        origin: Origin::Printed,
        place: "Section 5, simulations",
        what: "factor of the same fit, learning rates up to 1/D^2 as the theorems have it",
        printed: 0.245,
        query: AS_PUBLISHED,
        seed: 1,
        pick: Pick::Cell("zipf", 2, 1),
        tolerance: 0.02,
        reason: "the list of N in between was not printed",
        ours: Some(0.48),
        note: "0.48: the printed factor belongs to a search beyond 1/D^2, as the next claim shows.",
        data: None,
    },
    Claim {
        id: "reuse-zipf-factor-edge",
        source: "Reuse",
        origin: Origin::Printed,
        place: "Section 5, simulations",
        what: "factor of the same fit, learning rates up to 2/D^2, the edge of stability",
        printed: 0.245,
        query: TO_THE_EDGE,
        seed: 1,
        pick: Pick::Cell("zipf", 2, 1),
        tolerance: 0.02,
        reason: "the list of N in between was not printed",
        ours: None,
        note: "Inferred: the paper does not say how far the rate was searched.",
        data: None,
    },
    Claim {
        id: "reuse-language-models",
        source: "Reuse",
        origin: Origin::Printed,
        place: "Section 6",
        what: "slope in ln N of the K at which E = 0.75 K: language models; here linear regression",
        printed: 0.80,
        query: "samples=100&epochs=1&runs=2",
        seed: 1,
        pick: Pick::Cell("advice", 2, 3),
        tolerance: 0.05,
        reason: "two digits were printed",
        ours: Some(0.296),
        note: "No language model is trained here. Ours is of linear regression at 1e9 samples, by the mean field, and tends to 0.284: the mechanism is the same and the number is not.",
        data: None,
    },
];

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::params::Params as _;

    fn start(query: &str) -> Result<MultiEpoch> {
        MultiEpoch::start(Params::read(&crate::params::query(query))?, 1)
    }

    #[test]
    fn mean_field_is_as_low_as_the_text_says() {
        let output = finished("samples=100,300&epochs=1,8").output();
        let rows = &output.tables.iter().find(|table| table.id == "reuse").expect("a table").rows;
        let number = |cell: &Cell| if let Cell::Number(x) = cell { *x } else { f64::NAN };
        for (row, low) in rows.iter().zip([26.0, 14.0, 10.0, 5.0]) {
            let [measured, theory] = [3, 4].map(|k| number(&row[k]));
            // A mean of 384 runs is known to 2 %.
            assert!((100.0 * (1.0 - theory / measured) - low).abs() < 2.0, "{low} % in {row:?}");
        }
        let said = "by 26 % at N = 100 and 10 % at N = 300 after one epoch, by 14 % and 5 % after eight";
        assert!(INFO.model.iter().any(|text| text.contains(said)));
    }

    #[test]
    fn too_many_dense_features_are_refused_in_plain_words() {
        let said = start("dim=2000&model=dense").err().expect("refused").to_string();
        let want = "parameter `dim` cannot be `2000`: it takes a whole number from 1 to 128 where features are dense (model=dense)";
        assert!(said.starts_with(want) && said.contains("up to 100000") && said.contains("model=one-hot"), "{said}");
    }

    fn finished(query: &str) -> MultiEpoch {
        let mut run = start(query).expect("starts");
        let exec = Exec::cpu();
        while !run.progress().finished() {
            pollster::block_on(run.advance(&exec)).expect("advances");
        }
        run
    }

    fn verdict(run: &MultiEpoch, id: &str) -> Verdict {
        run.output().verdicts.into_iter().find(|v| v.id == id).unwrap_or_else(|| panic!("no verdict {id}"))
    }

    #[test]
    fn one_epoch_in_order_is_one_pass() {
        // The same samples in the same order, and a mark of fresh samples at each N: E = 1 to rounding.
        let run = finished("order=once&samples=64,100&epochs=1,4&runs=8&dim=4");
        let one_pass = run.one_pass_measured(0);
        for size in 0..2 {
            let e = run.reuse(0, size, &one_pass).reuse[0].expect("measured").value;
            assert!((e - 1.0).abs() < 1e-6, "N = {}: {e}", run.sizes[size]);
        }
    }

    #[test]
    fn blocks_of_runs_and_early_ends_change_nothing() {
        let (whole, mut parts) = (
            finished("samples=50,100&epochs=1,8&runs=9&dim=3"),
            start("samples=50,100&epochs=1,8&runs=9&dim=3").expect("starts"),
        );
        let block = |leg: &Leg, first_run, runs| Leg { first_run, runs, ..*leg };
        parts.legs = parts.legs.iter().flat_map(|leg| [block(leg, 0, 4), block(leg, 4, 5)]).collect();
        let exec = Exec::cpu();
        while !parts.progress().finished() {
            pollster::block_on(parts.advance(&exec)).expect("advances");
        }
        let near = |a: &Risks, b: &Risks| (a.mean() - b.mean()).abs() <= 1e-12 * a.mean();
        for (a, b) in
            whole.measured[0].data.iter().flatten().flatten().zip(parts.measured[0].data.iter().flatten().flatten())
        {
            assert!(near(a, b), "{a:?} {b:?}");
        }
        assert!(
            whole.measured[0].stop.expect("ended") + 1 < whole.fresh.len() - 1,
            "not all fresh samples were needed"
        );
    }

    #[test]
    fn simulated_reuse_is_theory_s() {
        let run = finished("dim=4&samples=250,1000,4000&epochs=1,2,4,16,64&runs=64");
        let one_pass = run.one_pass_measured(0);
        for size in 0..3 {
            let found = run.reuse(0, size, &one_pass);
            let expected = run.expected[size].as_ref().expect("cheap");
            for (j, e) in found.reuse.iter().enumerate() {
                let (e, theory) = (e.expect("measured"), expected.reuse[j].expect("exists"));
                let [lo, hi] = e.interval(4.0);
                // Mean field is off by 4% of the risk at d = 5, N = 1000, and as 1/N: E twice as little.
                let slack = 1.0 + 30.0 / f64::from(run.sizes[size]);
                assert!(
                    (lo / slack..=hi * slack).contains(&theory),
                    "N = {}, K = {}: {e:?} {theory}",
                    run.sizes[size],
                    run.epochs[j]
                );
            }
        }
        let slope = verdict(&run, "plateau-slope");
        assert_eq!(slope.agrees, Some(true), "{slope:?}");
        assert!((slope.theory.expect("mean field") - 0.27).abs() < 0.03, "{slope:?}");
        assert_eq!(verdict(&run, "exact").agrees, Some(true));
        assert_eq!(verdict(&run, "constant-reuse").agrees, Some(false), "E grows with N");
        let collapse = verdict(&run, "collapse");
        let (theory, rival) = (collapse.theory.expect("mean field"), collapse.null.expect("a rival"));
        assert!(theory < 0.15 && rival > 2.0 * theory && collapse.agrees != Some(false), "{collapse:?}");
        let few = finished("dim=4&samples=250,1000&epochs=1,16&runs=16");
        assert_eq!(verdict(&few, "constant-reuse").agrees, None, "a wide interval that holds 1 cannot tell");
    }

    #[test]
    fn a_decaying_rate_is_compared_with_its_own_theory_or_not_at_all() {
        for schedule in ["cosine", "wsd"] {
            for model in ["dim=4&noise=1", "model=one-hot&dim=4&noise=0.5&spectrum=power&a=2&b=0.5"] {
                let query = format!("{model}&schedule={schedule}&samples=100,400&runs=128&epochs=");
                let run = finished(&format!("{query}1,4"));
                let exact = verdict(&run, "exact");
                assert_eq!(exact.agrees, Some(true), "{query}: {exact:?}");
                assert!(exact.claim.contains("one pass at a decaying rate"), "{exact:?}");
                // Laws of a constant rate are not held against it.
                let ids: Vec<&str> = run.output().verdicts.iter().map(|verdict| verdict.id).collect();
                assert_eq!(ids, ["constant-reuse", "exact"], "{query}");
                assert_ne!(verdict(&run, "constant-reuse").agrees, Some(true), "four epochs are no plateau");
                assert!(run.output().figures.iter().all(|figure| figure.id != "collapse"), "nor drawn in its units");
                let without = verdict(&finished(&format!("{query}2,4")), "exact");
                assert!(without.agrees.is_none() && without.note.starts_with("Not compared"), "{without:?}");
            }
        }
    }

    #[test]
    fn nothing_is_a_plateau_before_it_is_reached() {
        let run = finished("samples=100,1000&epochs=1,2&runs=256");
        assert!(!run.settled(1, &run.reuse(0, 1, &run.one_pass_measured(0))), "two epochs");
        for verdict in run.output().verdicts.iter().filter(|v| ["plateau-slope", "collapse"].contains(&v.id)) {
            assert!(verdict.agrees.is_none() && verdict.note.contains("more epochs"), "{verdict:?}");
        }
        // By measurement where there is no theory.
        let reuse = |last: f64| {
            let estimate = |value| Some(Estimate { value, error: 0.01 });
            Reuse { best: vec![], reuse: vec![estimate(1.5), estimate(last)] }
        };
        let without = start("noise=0&samples=20&epochs=4,8&runs=16").expect("starts");
        assert!(without.settled(0, &reuse(1.6)) && !without.settled(0, &reuse(2.5)));
    }

    #[test]
    fn below_single_precision_there_is_no_e_and_no_verdict() {
        let run = finished("noise=0&samples=20,1000&epochs=1,2,4,8&runs=32");
        let one_pass = run.one_pass_measured(0);
        assert!(one_pass.iter().all(|(_, best)| best.risk >= sim::FLOOR));
        let (few, many) = (run.reuse(0, 0, &one_pass), run.reuse(0, 1, &one_pass));
        assert!(few.reuse[1].is_some(), "small N are above it: {:?}", few.best);
        assert!(many.best.iter().flatten().all(|best| best.risk < sim::FLOOR), "{:?}", many.best);
        assert!(many.reuse.iter().all(Option::is_none), "{:?}", many.reuse);
        for verdict in run.output().verdicts {
            assert_eq!(verdict.agrees, None, "{verdict:?}");
        }
        assert!(verdict(&run, "exact").note.contains("single precision"), "{:?}", verdict(&run, "exact"));
    }

    #[test]
    fn what_luck_decides_is_not_compared() {
        // One coordinate in 25 is missed by one data set in 60 only: 32 runs rarely hold one.
        let query = "model=one-hot&spectrum=power&a=2.5&b=1&dim=6&noise=0&samples=200&epochs=1,8&runs=32";
        let exact = verdict(&finished(query), "exact");
        assert!(exact.agrees.is_none() && exact.note.contains("decides the risk"), "{exact:?}");
        // Without noise one pass of 300 is carried by the unluckiest runs.
        let exact = verdict(&finished("noise=0&samples=300&epochs=1,2&runs=64"), "exact");
        assert!(exact.agrees.is_none(), "{exact:?}");
    }

    #[test]
    fn heavy_tails_and_few_runs_refute_nothing() {
        // Each of these said that the simulated risk is not the exact one, or that E is not what it is.
        for (query, seeds) in [
            ("spectrum=power&noise=0.01&samples=50,90&epochs=1", [8, 21, 24]),
            ("spectrum=power&noise=0.001&samples=50,90&epochs=1&runs=100", [4, 15, 21]),
            ("spectrum=power&noise=0.001&samples=50,90&epochs=1&largest=2&rates=16&order=once", [4, 14, 21]),
            ("model=one-hot&dim=100&spectrum=power&samples=100,300&epochs=1,4&runs=16", [6, 20, 25]),
        ] {
            for seed in seeds {
                let params = Params::read(&crate::params::query(query)).expect("valid");
                let mut run = MultiEpoch::start(params, seed).expect("starts");
                while !run.progress().finished() {
                    pollster::block_on(run.advance(&Exec::cpu())).expect("advances");
                }
                for verdict in run.output().verdicts {
                    assert_ne!(verdict.agrees, Some(false), "{query}, seed {seed}: {verdict:?}");
                }
            }
        }
        // Mean field is no theory of the large rates that little noise asks for.
        let steep = start("noise=0.0001&samples=100,300&epochs=1,100").expect("starts");
        assert!(steep.steep > WILD && start("").expect("starts").steep < STEEP, "the default asks for small rates");
    }

    #[test]
    fn an_interval_that_also_holds_no_effect_cannot_tell() {
        let run = finished("samples=50,90&epochs=1,4&runs=40&dim=4");
        for verdict in run.output().verdicts.iter().filter(|verdict| verdict.id != "exact") {
            assert_ne!(verdict.agrees, Some(true), "{verdict:?}");
        }
        assert_eq!(verdict(&run, "plateau-slope").null, Some(0.0));
        let one_rate = finished("lr=0.01&samples=100,400&epochs=1,16&runs=64&dim=4");
        assert!(one_rate.output().verdicts.iter().all(|verdict| verdict.id == "exact" || verdict.agrees.is_none()));
    }

    #[test]
    fn the_advice_is_the_curve_of_the_page() {
        let run = start("dim=1").expect("starts");
        let output = run.output();
        let series = |figure: &str, id: &str| {
            let figure = output.figures.iter().find(|f| f.id == figure).expect("a figure");
            figure.series.iter().find(|s| s.id == id).expect("a series").clone()
        };
        let (advice, curve) = (series("advice", "regression"), series("saturation", "saturation-theory"));
        let at = |series: &Series, n: f64| {
            let i = series.x.iter().position(|&x| x >= n).expect("within");
            let share = math::ln(n / series.x[i - 1]) / math::ln(series.x[i] / series.x[i - 1]);
            series.y[i - 1] + share * (series.y[i] - series.y[i - 1])
        };
        let Cell::Number(row) = output.tables[0].rows[2][1] else { panic!("a number") };
        assert!((row - 6.86).abs() < 0.01 && (at(&advice, 1e9) / row - 1.0).abs() < 1e-3, "{row}");
        assert!((at(&curve, 1e9) / row - 1.0).abs() < 0.01, "{} {row}", at(&curve, 1e9));
    }

    #[test]
    fn one_hot_runs_are_the_exact_ones_in_every_order() {
        for order in ["reshuffle", "once", "with-replacement"] {
            let run = finished(&format!(
                "model=one-hot&spectrum=power&a=2.5&b=1&dim=6&noise=0.5&samples=20,100&epochs=1,3,8&runs=400&rates=6&order={order}"
            ));
            let World::OneHot(model) = &run.world else { panic!("one-hot") };
            let mut tried = 0;
            for (size, &n) in run.sizes.iter().enumerate() {
                for (j, &k) in run.epochs.iter().enumerate() {
                    for (cell, &rate) in run.measured[0].data[size][j].iter().zip(&run.rates) {
                        let exact = model.risk(f64::from(k), f64::from(n))(f64::from(rate as f32));
                        let z = math::ln(cell.mean() / exact) / cell.error();
                        assert!(
                            z.abs() < 4.0,
                            "{order}, N = {n}, K = {k}, rate {rate}: {} {exact}, z = {z}",
                            cell.mean()
                        );
                        tried += 1;
                    }
                }
            }
            assert_eq!(tried, 2 * 3 * 6);
        }
    }

    #[test]
    fn power_law_data_have_the_published_plateau() {
        let run = finished(AS_PUBLISHED);
        let fits: Vec<[f64; 2]> =
            run.zipf().iter().map(|(_, points)| MultiEpoch::power_fit(points).expect("points")).collect();
        for (fit, want) in fits.iter().zip([None, None, Some([0.482, 0.279]), Some([0.467, 0.282])]) {
            let Some([factor, exponent]) = want else { continue };
            assert!((fit[0] / factor - 1.0).abs() < 0.01 && (fit[1] - exponent).abs() < 1e-3, "{fits:?}");
        }
        assert!(fits[0][1] < 0.21 && (0.25..0.265).contains(&fits[1][1]), "few epochs bend it down: {fits:?}");
        assert_eq!(verdict(&run, "zipf-exact").agrees, Some(true));
        assert!(run.legs.is_empty(), "computed, not simulated");
    }

    #[test]
    fn theory_that_takes_long_comes_in_the_run_and_only_where_there_is_one() {
        let query = "dim=100&spectrum=power&a=1&samples=200,400&epochs=1,4&runs=2";
        assert!(start(query).expect("starts").expected.iter().all(Option::is_none), "not at once");
        let run = finished(query);
        assert!(run.slow == 2 && run.expected.iter().all(Option::is_some) && run.curves.len() == 2, "but in the run");
        let run = finished(&format!("{query}&schedule=cosine"));
        assert!(run.slow == 0 && run.expected.iter().all(Option::is_none), "none for a decaying rate");
        let heavy =
            "model=one-hot&dim=1000&spectrum=power&order=with-replacement&samples=1000&epochs=1,2,3,4,5,6,7,8&runs=2";
        assert_eq!(start(heavy).expect("starts").slow, 0, "nor where it would take minutes");
    }

    #[test]
    fn a_decaying_rate_leaves_less_of_the_effect() {
        let run = finished("schedule=all&samples=400&epochs=1,4,16&dim=4&runs=256");
        let figure = run.output().figures.into_iter().find(|figure| figure.id == "schedules").expect("three schedules");
        assert_eq!(figure.series.len(), 4);
        for series in &figure.series[..3] {
            let ends = series.lo.as_ref().zip(series.hi.as_ref()).expect("bands");
            // One epoch is one pass, whatever the schedule; twice the 95% band.
            assert!(ends.0[0] / 1.2 < 1.0 && ends.1[0] * 1.2 > 1.0, "{series:?}");
            assert!(series.y.len() == 3 && series.y[2] < 8.0 && ends.0[2] > 1.0, "{series:?}");
        }
        let last = |i: usize| figure.series[i].y[2];
        assert!(last(1) < last(0) && last(2) < last(0), "cosine {}, WSD {}, constant {}", last(1), last(2), last(0));
    }

    #[test]
    fn bad_input_is_refused_in_words() {
        for (query, words) in [
            ("dim=200", vec!["`dim`", "128"]),
            ("samples=0", vec!["`samples`", "8"]),
            ("samples=100.5", vec!["`samples`", "whole"]),
            ("epochs=0", vec!["`epochs`", "1"]),
            ("lr=0.3", vec!["`lr`", "0.2000", "stability"]),
            ("model=one-hot&lr=2.5", vec!["`lr`", "2.0000"]),
            ("samples=10000000&dim=128", vec!["`samples`", "128 MiB"]),
            ("samples=10000000&epochs=4096", vec!["`epochs`", "200"]),
            ("model=one-hot&spectrum=power&a=1&b=2", vec!["`b`", "a = 1"]),
            ("model=one-hot&dim=5000&schedule=cosine", vec!["`dim`", "1024"]),
        ] {
            let error = start(query).err().unwrap_or_else(|| panic!("{query} is refused")).to_string();
            assert!(words.iter().all(|word| error.contains(word)), "{query}: {error}");
        }
    }

    #[test]
    fn diverged_runs_are_shown_and_never_averaged_in() {
        // Beyond the mean length's rate some Gaussian runs diverge.
        let run = finished("dim=2&largest=2&samples=200&epochs=1,4&runs=64&noise=0");
        assert!(run.expected[0].is_none(), "the mean field is for noise");
        let cells = &run.measured[0].data[0][1];
        let gone = cells.iter().filter(|cell| cell.diverged > 0).count();
        assert!(gone > 0 && gone < cells.len(), "{gone} rates");
        let best = run.tuned(cells).expect("some rates are stable");
        assert!(best.risk.is_finite());
        let Cell::Number(count) = run.output().tables[1].rows[1][8] else { panic!("a number") };
        assert!(count > 0.0);
        assert!(
            finished("dim=2&samples=20&epochs=1,4&runs=3").output().verdicts.iter().all(|v| v.agrees.is_none()),
            "few"
        );
    }
}

//! When does it help to train on another mixture than the one tested?
//!
//! Model: K parts, part k has the error `e_k(n)` after n samples of its own, the loss is `sum_k p_k e_k(N q_k)`. Prediction:
//! `q = p` is stationary only if `e_k'` falls like 1/n for all k, so almost every mixture gains from a shift; with
//! logarithmic curves none does. Falsifier: random mixtures without gain, or a gain in the logarithmic control.

use crate::error::{Error, Result};
use crate::exec::{Exec, Inputs};
use crate::kit::{Claim, Experiment, Formula, Info, Origin, Pick, Preset, Source};
use crate::math::{self, Z95, Z999};
use crate::output::{Axis, Cell, Column, Figure, Kind, Mark, Output, Progress, Role, Series, Table, Verdict};
use crate::params::{Choice, Scale, Spec, broadcast};
use crate::sim::positive_shift::{Fixed, Gains, LEAST};
use crate::theory::exam_time::majority_gain;
use crate::theory::positive_shift::{self as theory, Curve, MIXING_PARTS, Mixing, Optimum, Parts, Point, Solver};

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// How much each part counts in the test. The shares are divided by their sum.
        weights: Vec<f64> = Spec::simplex("0.6,0.3,0.1", 2, 128);
        /// How the error of a part falls with its number of samples n.
        family: &'static str = Spec::choice("power", FAMILIES);
        /// Exponent or rate a of each part. One number stands for all.
        a: Vec<f64> = Spec::list("1", 0.05, 4.0, 1, 128).log();
        /// Offset b (offset), transferable error (transfer) or height (mixing law) of each part.
        b: Vec<f64> = Spec::list("1", 0.0, 1e6, 1, 128);
        /// Height c of each part's error; its floor in the mixing law.
        c: Vec<f64> = Spec::list("1", 0.001, 1000.0, 1, 128).log();
        /// Transfer matrix of the mixing law: how much part k (row) learns from data of part j (column). Empty: only from its own.
        t: Vec<Vec<f64>> = Spec::matrix("", -20.0, 20.0);
        /// Training samples N in all.
        samples: f64 = Spec::number("1000", 10.0, 1e9).log().unit("samples");
        /// Samples N0 after which an exponential curve has fallen by e^-a.
        scale: f64 = Spec::number("300", 1.0, 1e9).log().unit("samples");
        /// Random mixtures of as many parts to ask how rare it is that nothing is gained.
        draws: u32 = Spec::integer("100000", 0.0, 1_000_000.0).unit("mixtures");
    }
}

const FAMILIES: &[Choice] = &[
    Choice { value: "power", label: "power law, c n^-a" },
    Choice { value: "offset", label: "power law with offset, c / (n^a + b)" },
    Choice { value: "exponential", label: "exponential, c exp(-a n / N0)" },
    Choice { value: "log", label: "logarithm, -ln(n / N): the control" },
    Choice { value: "transfer", label: "power law with transfer, b N^-a + c n^-a" },
    Choice { value: "mixing-law", label: "mixing law, c + b exp(-T q)" },
];

/// Ninety-nine equal minorities.
macro_rules! ones {
    () => {
        ",1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"
    };
}

/// Points of a sweep over N.
const SWEEP: i32 = 49;
/// Those within half a decade of N.
const NEAR: std::ops::Range<usize> = 18..31;
/// Bins of the histogram per factor of 10, and how many.
const PER_DECADE: f64 = 4.0;
const BINS: usize = 68;
/// Gains below these are counted; the last is what the control must stay under.
const RARE: [f64; 4] = [-2.0, -3.0, -4.0, -12.0];
/// A certificate within this of the loss says that two solvers agree.
const CLOSE: f64 = 1e-6;
/// An interval of a share that is wider says nothing about every mixture.
const FEW: f64 = 0.01;
/// Series of the shares against N.
const PARTS_SHOWN: [&str; 8] = ["part-1", "part-2", "part-3", "part-4", "part-5", "part-6", "part-7", "part-8"];

const PART: Axis = Axis { label: "part", unit: "", scale: Scale::Linear };
const SAMPLES: Axis = Axis { label: "training samples N", unit: "samples", scale: Scale::Log };

/// Test weights and curves.
struct Problem {
    p: Vec<f64>,
    /// None stands for the mixing law.
    curve: Option<Curve>,
    a: Vec<f64>,
    b: Vec<f64>,
    c: Vec<f64>,
    /// Row by row.
    t: Vec<f64>,
}

impl Problem {
    fn parts(&self, curve: Curve) -> Parts<'_> {
        Parts { curve, weights: &self.p, a: &self.a, b: &self.b, c: &self.c }
    }

    fn mixing(&self) -> Mixing<'_> {
        Mixing { weights: &self.p, heights: &self.b, floors: &self.c, transfer: &self.t }
    }

    /// Do losses have a scale, so that ratios mean something?
    const fn has_ratio(&self) -> bool {
        !matches!(self.curve, None | Some(Curve::Log))
    }

    fn solve(&self, samples: f64) -> (Optimum, Vec<f64>) {
        match self.curve {
            Some(curve) => {
                let mut solver = Solver::default();
                (solver.solve(&self.parts(curve), samples), solver.shares)
            }
            None => {
                let mut shares = vec![0.0; self.p.len()];
                (self.mixing().solve(&mut shares), shares)
            }
        }
    }

    fn pull(&self, shares: &[f64], samples: f64) -> Vec<f64> {
        match self.curve {
            Some(curve) => self.parts(curve).pull(shares, samples),
            None => self.mixing().pull(shares),
        }
    }

    /// The same optimum by mirror descent, as far as a slider has time for.
    fn mirror(&self, samples: f64) -> Point {
        let limit = 20_000 / self.p.len() as u32;
        match self.curve {
            Some(curve) => {
                let parts = self.parts(curve);
                theory::mirror_descent(&self.p, |q| parts.loss(q, samples), |q| parts.pull(q, samples), 1e-9, limit)
            }
            None => {
                let law = self.mixing();
                theory::mirror_descent(&vec![1.0; self.p.len()], |q| law.loss(q), |q| law.pull(q), 1e-9, limit)
            }
        }
    }

    /// One majority, equal minorities and one curve for all: `(p, K, a)`.
    fn majority(&self) -> Option<(f64, u32, f64)> {
        let same = |xs: &[f64]| xs.iter().all(|x| (x - xs[0]).abs() <= 1e-9 * xs[0]);
        let fits = self.curve == Some(Curve::Power)
            && self.p.len() > 2
            && same(&self.p[1..])
            && same(&self.a)
            && same(&self.c);
        fits.then(|| (self.p[0], self.p.len() as u32, self.a[0]))
    }

    /// Two equal parts, the first of which learns t from the second's data: `(t, b)`.
    fn one_way(&self) -> Option<(f64, f64)> {
        let fits = self.curve.is_none()
            && self.p.len() == 2
            && self.p[0] == self.p[1]
            && self.b[0] == self.b[1]
            && self.t[0] == 1.0
            && self.t[2] == 0.0
            && self.t[3] == 1.0
            && (0.0..1.0).contains(&self.t[1]);
        fits.then(|| (self.t[1], self.b[0]))
    }
}

/// Losses and shares over a range of N.
struct Sweep {
    samples: Vec<f64>,
    matched: Vec<f64>,
    loss: Vec<f64>,
    shares: Vec<Vec<f64>>,
}

/// What the random mixtures gave.
#[derive(Default)]
struct Tally {
    /// Mixtures with a gain that can be told.
    count: u32,
    /// Losses beyond f64: no gain is known.
    lost: u32,
    bins: Vec<u32>,
    below: [u32; 4],
}

impl Tally {
    fn add(&mut self, gain: f64) {
        if gain.is_nan() {
            self.lost += 1;
            return;
        }
        self.count += 1;
        self.bins[(((gain - LEAST) * PER_DECADE) as usize).min(BINS - 1)] += 1;
        for (below, least) in self.below.iter_mut().zip(RARE) {
            *below += u32::from(gain < least);
        }
    }
}

/// The experiment.
pub struct PositiveShift {
    problem: Problem,
    samples: f64,
    draws: u32,
    best: Optimum,
    shares: Vec<f64>,
    /// `N'/N`.
    ratio: Option<f64>,
    mirror: Point,
    direction: Vec<f64>,
    sweep: Option<Sweep>,
    inputs: Inputs,
    /// This family, the control.
    tallies: [Tally; 2],
    done: u32,
}

/// Wilson's 95% interval of a share.
fn wilson(hits: u32, of: u32) -> [f64; 2] {
    let (n, z2) = (f64::from(of), Z95 * Z95);
    let share = f64::from(hits) / n;
    let middle = share + 0.5 * z2 / n;
    let half = Z95 * (share * (1.0 - share) / n + 0.25 * z2 / (n * n)).sqrt();
    let end = |x: f64| (x / (1.0 + z2 / n)).clamp(0.0, 1.0);
    // Rounding must not open an end that is closed.
    [if hits == 0 { 0.0 } else { end(middle - half) }, if hits == of { 1.0 } else { end(middle + half) }]
}

impl PositiveShift {
    /// Mixtures per mark: about sixteen marks.
    fn batch(&self) -> u32 {
        self.draws.div_ceil(16).max(1024)
    }

    fn shares_figure(&self) -> Figure {
        let x: Vec<f64> = (1..=self.shares.len()).map(|k| k as f64).collect();
        let points =
            |id, label: &str, y: &[f64]| Series::new(id, label, Kind::Points, Role::Theory, x.clone(), y.to_vec());
        Figure {
            id: "shares",
            title: "What to train on".into(),
            x: PART,
            y: Axis { label: "share", unit: "%", scale: Scale::Linear },
            field: None,
            series: vec![
                points("matched", "matched: the test weights", &self.problem.p),
                points("optimal", "optimal", &self.shares),
            ],
            marks: vec![],
        }
    }

    fn direction_figure(&self) -> Figure {
        let x: Vec<f64> = (1..=self.shares.len()).map(|k| k as f64).collect();
        Figure {
            id: "direction",
            title: "Where to shift from the matched shares: minus the centred gradient of the loss".into(),
            x: PART,
            y: Axis { label: "fall of the loss per unit of share, less the mean", unit: "", scale: Scale::Linear },
            field: None,
            series: vec![Series::new(
                "direction",
                "above 0: more of this part",
                Kind::Points,
                Role::Theory,
                x,
                self.direction.clone(),
            )],
            marks: vec![],
        }
    }

    fn sweep_figures(&self, sweep: &Sweep) -> Vec<Figure> {
        let line =
            |id, label: String, y: Vec<f64>| Series::new(id, label, Kind::Line, Role::Theory, sweep.samples.clone(), y);
        // Half a decade around N, where the gap between the curves can be seen.
        let near = |id, label: &str, y: &[f64]| {
            Series::new(id, label, Kind::Line, Role::Theory, sweep.samples[NEAR].to_vec(), y[NEAR].to_vec())
        };
        let mut figures = Vec::new();
        if self.problem.has_ratio() {
            let mut marks = vec![Mark::at("matched, N", self.samples, self.best.matched)];
            marks.extend(self.ratio.map(|ratio| Mark::at("optimal, N'", self.samples * ratio, self.best.matched)));
            figures.push(Figure {
                id: "loss-vs-samples",
                title: "Loss against the number of training samples".into(),
                x: SAMPLES,
                y: Axis { label: "test loss", unit: "", scale: Scale::Log },
                field: None,
                series: vec![
                    near("matched", "matched shares", &sweep.matched),
                    near("optimal", "optimal shares, for every N its own", &sweep.loss),
                ],
                marks,
            });
        }
        // The parts of greatest weight, in their own order.
        let mut shown: Vec<usize> = (0..self.shares.len()).collect();
        shown.sort_unstable_by(|&i, &j| self.problem.p[j].total_cmp(&self.problem.p[i]).then(i.cmp(&j)));
        shown.truncate(PARTS_SHOWN.len());
        shown.sort_unstable();
        let series = shown
            .iter()
            .zip(PARTS_SHOWN)
            .map(|(&k, id)| line(id, format!("part {}", k + 1), sweep.shares.iter().map(|q| q[k]).collect()));
        figures.push(Figure {
            id: "shares-vs-samples",
            title: "Optimal shares against the number of training samples".into(),
            x: SAMPLES,
            y: Axis { label: "optimal share", unit: "%", scale: Scale::Linear },
            field: None,
            series: series.collect(),
            marks: vec![Mark::at_x("N", self.samples)],
        });
        figures
    }

    fn gain_figure(&self) -> Figure {
        let mut series = Vec::new();
        let control = self.problem.curve == Some(Curve::Log);
        let names = [("family", "this family"), ("control", "control: the same weights, logarithmic curves")];
        for ((id, label), tally) in names
            .into_iter()
            .zip(&self.tallies)
            .filter(|((id, _), tally)| tally.count > 0 && !(control && *id == "family"))
        {
            let full: Vec<usize> = (0..BINS).filter(|&i| tally.bins[i] > 0).collect();
            let list = |f: &dyn Fn(usize) -> f64| full.iter().map(|&i| f(i)).collect::<Vec<_>>();
            let x = list(&|i| math::pow(10.0, LEAST + (i as f64 + 0.5) / PER_DECADE));
            let y = list(&|i| f64::from(tally.bins[i]) / f64::from(tally.count));
            let end = |side: usize| list(&|i| wilson(tally.bins[i], tally.count)[side]);
            series.push(Series::new(id, label, Kind::Points, Role::Measured, x, y).with_interval(end(0), end(1)));
        }
        let mut marks = vec![];
        if self.problem.has_ratio() && self.best.relative_gain() > 1e-17 {
            marks.push(Mark::at_x("this mixture", self.best.relative_gain()));
        }
        Figure {
            id: "gain",
            title: "How rare is no gain? Random mixtures by their gain".into(),
            x: Axis { label: "gain, 1 - L*/L_same; at the left end 1e-17 and less", unit: "", scale: Scale::Log },
            y: Axis { label: "share of the mixtures, per quarter of a decade", unit: "", scale: Scale::Log },
            field: None,
            series,
            marks,
        }
    }

    fn majority_figure(&self, p: f64, count: u32, a: f64) -> Figure {
        let x: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
        let y = x.iter().map(|&p| majority_gain(p, count, a).hours_ratio).collect();
        let mut series = vec![Series::new("exact", "exact", Kind::Line, Role::Theory, x, y)];
        if count == 100 && (a - 0.28).abs() < 1e-9 {
            series.push(Series::new(
                "printed",
                "printed: about 0.75 at p = 0.7",
                Kind::Points,
                Role::Published,
                vec![0.7],
                vec![0.75],
            ));
        }
        Figure {
            id: "majority",
            title: format!("One majority, {} equal minorities: samples needed with the optimal shares", count - 1),
            x: Axis { label: "weight p of the majority", unit: "%", scale: Scale::Linear },
            y: Axis { label: "samples ratio N'/N", unit: "", scale: Scale::Linear },
            field: None,
            series,
            marks: vec![Mark::at_x("this mixture", p)],
        }
    }

    fn tables(&self) -> Vec<Table> {
        let plain = |name| Column { name, unit: "" };
        let share = |name| Column { name, unit: "%" };
        let ratio = if self.problem.has_ratio() { self.best.loss / self.best.matched } else { f64::NAN };
        let mut optimum: Vec<Vec<Cell>> = vec![
            vec!["loss, matched shares".into(), self.best.matched.into()],
            vec!["loss, optimal shares".into(), self.best.loss.into()],
            vec!["loss ratio, optimal over matched".into(), ratio.into()],
            vec!["samples ratio N'/N".into(), self.ratio.unwrap_or(f64::NAN).into()],
            vec!["difference of the losses".into(), self.best.gain.into()],
            vec!["least loss found by mirror descent".into(), self.mirror.loss.into()],
            vec!["no loss is lower than that by more than".into(), self.mirror.gap.into()],
        ];
        if let Some((t, height)) = self.problem.one_way() {
            let (first, gap) = theory::one_way_transfer(t, height);
            optimum.push(vec!["difference, leading order 9/32 b e^-1/2 t^2".into(), gap.into()]);
            optimum.push(vec!["optimal share of part 1, closed form".into(), first.into()]);
        }
        let rows = (0..self.shares.len()).map(|k| {
            vec![format!("{}", k + 1).into(), self.problem.p[k].into(), self.shares[k].into(), self.direction[k].into()]
        });
        let mut tables = vec![
            Table {
                id: "optimum",
                title: "What the optimal shares buy".into(),
                columns: vec![plain("quantity"), plain("value")],
                rows: optimum,
            },
            Table {
                id: "parts",
                title: "The parts".into(),
                columns: vec![plain("part"), share("weight"), share("optimal share"), plain("direction of the shift")],
                rows: rows.collect(),
            },
        ];
        if self.tallies[1].count > 0 {
            let names = ["below 1%", "below 0.1%", "below 0.01%", "below 1e-12"];
            let fraction = |tally: &Tally, i: usize| f64::from(tally.below[i]) / f64::from(tally.count);
            let rows = names.iter().enumerate().map(|(i, name)| {
                let [family, control] = &self.tallies;
                let [lo, hi] = if family.count > 0 { wilson(family.below[i], family.count) } else { [f64::NAN; 2] };
                vec![(*name).into(), fraction(family, i).into(), lo.into(), hi.into(), fraction(control, i).into()]
            });
            tables.push(Table {
                id: "rare",
                title: "Random mixtures whose gain is".into(),
                columns: vec![plain("gain"), share("this family"), share("95%: from"), share("to"), share("control")],
                rows: rows.collect(),
            });
        }
        tables
    }

    fn verdicts(&self) -> Vec<Verdict> {
        let mirror = &self.mirror;
        let mut verdicts = vec![
            Verdict::of(
                "solvers",
                "Mirror descent, which knows nothing of the closed forms, finds the same least loss",
                mirror.loss,
                Some([mirror.loss - mirror.gap, mirror.loss]),
                self.best.loss,
                1e-10 * self.best.loss.abs(),
            )
            .note(format!("Its gradient proves that no shares have a loss lower by more than {:.1e}.", mirror.gap))
            .within(
                CLOSE * self.best.loss.abs(),
                "Mirror descent was stopped before it proved a millionth: fewer parts, or less uneven ones, would settle it.",
            ),
        ];
        // Exact 99.9% ends where every mixture or none was counted, else two-sided normal ones.
        let share = |tally: &Tally, id, claim: &str, theory: f64, resolution: f64, note: &str| {
            let n = f64::from(tally.count);
            let share = f64::from(tally.below[3]) / n;
            let rest = -math::expm1(math::ln(0.001) / n);
            let half = Z999 * (share * (1.0 - share) / n).sqrt() + 1.0 / n;
            let interval = [
                if share == 0.0 { 0.0 } else { (share - half).max(0.0) },
                if share == 0.0 { rest } else { (share + half).min(1.0) },
            ];
            let interval = if share == 1.0 { [1.0 - rest, 1.0] } else { interval };
            let mut verdict = Verdict::of(id, claim, share, Some(interval), theory, 0.0).unit("%");
            // Stricter than the interval, which would forgive a mixture or two: the claim is about every one.
            verdict.agrees = (Experiment::progress(self).finished() && tally.lost == 0)
                .then_some((share - theory).abs() <= resolution);
            let note = match tally.lost {
                0 => note.to_owned(),
                lost => format!("{lost} more mixtures say nothing: their losses are beyond 64-bit numbers."),
            };
            verdict.note(note).within(FEW, "Too few random mixtures: 1000 would settle it.")
        };
        let [family, control] = &self.tallies;
        if family.count > 0 && self.problem.curve != Some(Curve::Log) {
            // A gain below g needs the K - 1 shares within about sqrt(g) of a stationary point.
            let resolution = 100.0 * math::pow(10.0, 0.5 * RARE[3] * (self.shares.len() as f64 - 1.0));
            let claim = "No random mixture gains nothing: the share with a gain below 1e-12";
            let note = "SIG, Theorem 7.2: the curves without gain have measure zero.";
            verdicts.push(share(family, "no-gain", claim, 0.0, resolution, note));
        }
        if control.count > 0 {
            let claim = "With logarithmic curves no mixture gains anything: the share with a gain below 1e-12";
            let note = "The null control: Gibbs' inequality makes the matched shares the best.";
            verdicts.push(share(control, "control", claim, 1.0, 0.0, note));
        }
        verdicts
    }
}

impl Experiment for PositiveShift {
    const SLUG: &'static str = "positive-shift";
    const KERNEL: bool = false;
    const INFO: Info = Info {
        title: "Positive shift",
        question: "A model is tested on a known mixture: when does it help to train on another one?",
        notice: &[
            "Almost always. The matched shares are the best only if one more sample lowers the loss equally in every part, p_k e_k'(p_k N) all equal; at n = p_k N that asks for e' proportional to 1/n, a logarithm. Choose the logarithm: the two sets of points coincide, and the gain is zero to all digits.",
            "The histogram draws random mixtures. The gain is sometimes small, but none of them gains nothing. The control uses the same weights with logarithmic curves.",
            "With power laws that are alike the shift goes from common to rare parts, and with different exponents towards the slow ones. Other curves may shift the other way: with an offset or an exponential and few samples the common parts take all. With mixed exponents the best shares move with N: a mixture tuned on a small run is not the best for a large one.",
            "Corners: with an offset (a = 1) or exponential curves a part may deserve no data at all. The first samples of a power law without offset are priceless, so every part gets some.",
            "Transfer between parts does not undo the effect: in the mixing law even two equally weighted parts are best trained unequally as soon as one learns from the other's data.",
        ],
        model: &[
            "The test draws from K parts with weights p. Training shares q give part k n = N q_k samples, and its error is a given curve of n. Nothing is said about how the curve arises; that it is convex makes the optimum unique and certifiable.",
            "Random mixtures: as many parts as above, weights uniform on the simplex, exponents a uniform in 0.2 to 1, heights c (in the mixing law b) log-uniform in 0.1 to 10, everything else as set. All in 64 bits; gains are computed as sums of positive terms, not as differences of losses, and hold down to 1e-17.",
        ],
        formulas: &[
            Formula {
                label: "Loss",
                tex: r"L(p, q) = \sum_k p_k\, e_k(N q_k), \qquad L_{\mathrm{same}} = L(p, p), \qquad L^* = \min_q L(p, q)",
            },
            Formula {
                label: "Condition of the optimum",
                tex: r"-p_k N e_k'(N q_k^*) = \lambda \text{ where } q_k^* > 0, \qquad \le \lambda \text{ where } q_k^* = 0",
            },
            Formula {
                label: "Power laws",
                tex: r"q_k^* = \left(\frac{p_k a_k c_k N^{-a_k}}{\lambda}\right)^{1/(1+a_k)}, \qquad \sum_k q_k^* = 1",
            },
            Formula { label: "Samples ratio", tex: r"L^*(N') = L_{\mathrm{same}}(N)" },
            Formula {
                label: "Direction of the shift at the matched shares",
                tex: r"v_k = -p_k N e_k'(N p_k) + \frac{1}{K} \sum_j p_j N e_j'(N p_j)",
            },
            Formula {
                label: "Mixing law, inner optimum",
                tex: r"q^* = T^{-1}\left(\frac{1 + \mathbf{1}^{\!\top} T^{-1} \tau}{\mathbf{1}^{\!\top} T^{-1} \mathbf{1}} \mathbf{1} - \tau\right), \qquad \tau_l = \ln \frac{[T^{-\top} \mathbf{1}]_l}{p_l b_l}",
            },
            Formula {
                label: "One-way transfer t between two equal parts",
                tex: r"q_1^* = \frac{1 + \ln(1-t) - t}{2-t}, \qquad L_{\mathrm{same}} - L^* = \tfrac{9}{32}\, b\, e^{-1/2}\, t^2 + O(t^3)",
            },
        ],
        sources: &[
            Source {
                text: "Medvedev, Lyu, Li, Srebro: Shift is Good: Mismatched Data Mixing Improves Test Performance (SIG), 2025, Sections 3, 6 and 7. In the first version Corollary 6.4 prints the gap 2b e^(-1/2)(1 - a/4), which is not 0 at a = 0; the formula above is. There is a second version.",
                url: "https://arxiv.org/abs/2510.25108",
            },
            Source {
                text: "Ye, Liu, Sun, Zhan, Zhou, Qiu: Data Mixing Laws: Optimizing Data Mixtures by Predicting Language Modeling Performance, 2024 (the mixing law)",
                url: "https://arxiv.org/abs/2403.16952",
            },
        ],
        presets: &[
            Preset { title: "Three parts, power law", query: "" },
            Preset {
                title: "One majority, 99 minorities",
                query: concat!("a=0.28&samples=100000&draws=0&weights=231", ones!()),
            },
            Preset { title: "Mixed exponents", query: "weights=0.5,0.5&a=0.5,1&samples=10000" },
            Preset { title: "Corners", query: "weights=0.7,0.25,0.05&family=offset&b=1,20,200" },
            Preset { title: "The control: logarithms", query: "family=log" },
            Preset { title: "Mixing law, one-way transfer", query: "weights=0.5,0.5&family=mixing-law&t=1,0.1;0,1" },
        ],
        figures_more: &["direction"],
    };

    const CLAIMS: &'static [Claim] = CLAIMS_LIST;
    const QUICK: &'static str = "draws=2000";

    type Params = Params;

    fn start(params: Params, seed: u32) -> Result<Self> {
        let Params { weights: p, family, a, b, c, t, samples, scale, draws } = params;
        let count = p.len();
        let curve = match family {
            "offset" => Some(Curve::Offset),
            "exponential" => Some(Curve::Exponential { scale }),
            "log" => Some(Curve::Log),
            "transfer" => Some(Curve::Transfer),
            "power" => Some(Curve::Power),
            // The last of [`FAMILIES`].
            _ => None,
        };
        let [a, b, c] = [broadcast("a", &a, count)?, broadcast("b", &b, count)?, broadcast("c", &c, count)?];
        if let (Some(Curve::Offset), Some(steep)) = (curve, a.iter().find(|a| **a > 1.0)) {
            return Err(Error::parameter(
                "a",
                &steep.to_string(),
                "at most 1 in the family `offset`: steeper curves are not convex",
            ));
        }
        let mut matrix: Vec<f64> = (0..count * count).map(|i| f64::from(u8::from(i % (count + 1) == 0))).collect();
        if curve.is_none() {
            if count > MIXING_PARTS {
                return Err(Error::parameter(
                    "weights",
                    &format!("{count} shares"),
                    &format!("at most {MIXING_PARTS} shares in the family `mixing-law`"),
                ));
            }
            if !t.is_empty() {
                if t.len() != count || t[0].len() != count {
                    let size = format!("{} x {}", t.len(), t[0].len());
                    return Err(Error::parameter(
                        "t",
                        &size,
                        &format!("a matrix of {count} x {count}: one row and one column for each part"),
                    ));
                }
                matrix = t.concat();
            }
        }
        let fixed = Fixed { seed, curve, samples, b: &b, floors: &c, transfer: &matrix };
        let inputs = fixed.inputs();
        let problem = Problem { p, curve, a, b, c, t: matrix };
        let (best, shares) = problem.solve(samples);
        let sweep = curve.map(|_| {
            let mut sweep = Sweep { samples: vec![], matched: vec![], loss: vec![], shares: vec![] };
            for i in 0..SWEEP {
                // Two factors of 100 around N.
                let n = samples * math::pow(10.0, 4.0 * f64::from(i) / f64::from(SWEEP - 1) - 2.0);
                let (best, shares) = problem.solve(n);
                sweep.samples.push(n);
                sweep.matched.push(best.matched);
                sweep.loss.push(best.loss);
                sweep.shares.push(shares);
            }
            sweep
        });
        let tally = || Tally { bins: vec![0; BINS], ..Tally::default() };
        Ok(Self {
            ratio: curve.and_then(|curve| Solver::default().samples_ratio(&problem.parts(curve), samples)),
            mirror: problem.mirror(samples),
            direction: theory::direction(&problem.pull(&problem.p, samples)),
            problem,
            samples,
            draws,
            best,
            shares,
            sweep,
            inputs,
            tallies: [tally(), tally()],
            done: 0,
        })
    }

    fn progress(&self) -> Progress {
        let batch = self.batch();
        Progress { done: self.done.div_ceil(batch), total: self.draws.div_ceil(batch) }
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        let last = (self.done + self.batch()).min(self.draws);
        let gains = exec.map::<Gains>(&self.inputs, self.done..last).await?;
        for pair in gains.chunks_exact(2) {
            for (tally, gain) in self.tallies.iter_mut().zip(pair) {
                tally.add(*gain);
            }
        }
        self.done = last;
        Ok(())
    }

    fn output(&self) -> Output {
        let mut figures = vec![self.shares_figure()];
        if let Some((p, count, a)) = self.problem.majority() {
            figures.push(self.majority_figure(p, count, a));
        }
        if let Some(sweep) = &self.sweep {
            figures.extend(self.sweep_figures(sweep));
        }
        if self.tallies.iter().any(|tally| tally.count > 0) {
            figures.push(self.gain_figure());
        }
        figures.push(self.direction_figure());
        Output { figures, tables: self.tables(), verdicts: self.verdicts() }
    }
}

const CLAIMS_LIST: &[Claim] = &[
    Claim {
        id: "shift-majority",
        source: "SIG, version 1 (a second exists)",
        origin: Origin::Printed,
        place: "Section 3, after Corollary 3.3",
        what: "samples ratio for one majority of weight 0.7 and 99 minorities, a = 0.28",
        printed: 0.75,
        query: concat!("a=0.28&samples=100000&draws=0&weights=231", ones!()),
        seed: 1,
        pick: Pick::Cell("optimum", 3, 1),
        tolerance: 0.005,
        reason: "printed with two digits",
        ours: Some(0.802),
        note: "The exact formula gives 0.802 at p = 0.7; its least value over all p is 0.764, at p = 0.87.",
        data: None,
    },
    Claim {
        id: "shift-majority-best",
        source: "SIG",
        origin: Origin::Printed,
        place: "Section 3, after Corollary 3.3",
        what: "least samples ratio over p for 99 minorities, a = 0.28: up to about 25% fewer samples",
        printed: 0.75,
        query: concat!("a=0.28&samples=100000&draws=0&weights=662.538462", ones!()),
        seed: 1,
        pick: Pick::Cell("optimum", 3, 1),
        tolerance: 0.02,
        reason: "printed as about 25%",
        ours: None,
        note: "At p = 0.87, where the ratio is least: 23.6% fewer.",
        data: None,
    },
    Claim {
        id: "shift-exam",
        source: "SIG; Talk",
        origin: Origin::Printed,
        place: "Section 3; Part 2.2",
        what: "samples ratio of a 90/10 mixture, a = 1",
        printed: 0.8,
        query: "weights=0.9,0.1&draws=0",
        seed: 1,
        pick: Pick::Cell("optimum", 3, 1),
        tolerance: 1e-9,
        reason: "closed form, here by root-finding",
        ours: None,
        note: "",
        data: None,
    },
    Claim {
        id: "shift-exam-half",
        source: "SIG",
        origin: Origin::Printed,
        place: "Section 3",
        what: "samples ratio of a 90/10 mixture, a = 1/2",
        printed: 0.944,
        query: "weights=0.9,0.1&a=0.5&draws=0",
        seed: 1,
        pick: Pick::Cell("optimum", 3, 1),
        tolerance: 1e-3,
        reason: "printed with three digits, cut",
        ours: None,
        note: "",
        data: None,
    },
    Claim {
        id: "shift-one-way",
        source: "SIG, version 1 (a second exists)",
        origin: Origin::Formula,
        place: "Corollary 6.4, as printed there",
        what: "difference of the losses for two equal parts with one-way transfer 0.1, by the printed 2b e^(-1/2)(1 - a/4)",
        printed: 1.182_7,
        query: "weights=0.5,0.5&family=mixing-law&t=1,0.1;0,1&draws=0",
        seed: 1,
        pick: Pick::Cell("optimum", 4, 1),
        tolerance: 1e-4,
        reason: "a formula, evaluated",
        ours: Some(0.001_781),
        note: "By symmetry nothing is gained without transfer; the leading term is 9/32 b e^(-1/2) a^2 = 0.0017.",
        data: None,
    },
];

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::params::Params as _;

    fn start(query: &str) -> Result<PositiveShift> {
        PositiveShift::start(Params::read(&crate::params::query(query))?, 1)
    }

    fn finished(query: &str) -> PositiveShift {
        let mut run = start(query).expect("starts");
        let exec = Exec::cpu();
        while !run.progress().finished() {
            pollster::block_on(run.advance(&exec)).expect("advances");
        }
        run
    }

    fn cell(run: &PositiveShift, row: usize) -> f64 {
        Pick::Cell("optimum", row, 1).of(&run.output()).map_or(f64::NAN, |(x, _)| x)
    }

    #[test]
    fn every_family_is_solved_twice_with_one_answer() {
        for family in ["power", "offset", "exponential", "log", "transfer", "mixing-law"] {
            for weights in ["0.6,0.3,0.1", "0.9,0.1", "1,0,1", "1,2,3,4,5,6,7,8"] {
                let run = start(&format!("family={family}&weights={weights}&a=0.7&b=3&samples=500")).expect("starts");
                assert_eq!(run.verdicts()[0].agrees, Some(true), "{family} {weights}: {:?}", run.verdicts()[0]);
                assert!(run.mirror.gap <= 1e-6 * run.best.loss.abs(), "{family} {weights}: {:e}", run.mirror.gap);
                assert_eq!(
                    cell(&run, 3).is_nan(),
                    ["log", "mixing-law"].contains(&family),
                    "{family}: a ratio or none"
                );
            }
        }
    }

    #[test]
    fn a_wrong_optimum_would_be_noticed() {
        let mut run = start("weights=0.9,0.1").expect("starts");
        run.best.loss *= 1.0 + 1e-6;
        assert_eq!(run.verdicts()[0].agrees, Some(false), "a millionth is seen");
    }

    #[test]
    fn random_mixtures_gain_and_the_control_does_not() {
        for family in ["power", "offset", "exponential", "transfer", "mixing-law", "log"] {
            let run = finished(&format!("family={family}&draws=5000"));
            let verdicts = run.verdicts();
            for verdict in &verdicts {
                assert_eq!(verdict.agrees, Some(true), "{family}: {verdict:?}");
            }
            assert_eq!(verdicts.len(), if family == "log" { 2 } else { 3 }, "{family}");
            for tally in &run.tallies {
                assert_eq!(
                    (tally.count, tally.lost, tally.bins.iter().sum::<u32>()),
                    (5000, 0, 5000),
                    "{family}: every mixture once"
                );
            }
            let [family_tally, control] = &run.tallies;
            assert_eq!(control.below[3], 5000, "100% of the control");
            assert!(family == "log" || family_tally.below[0] < 4000, "{family}: most gain more than 1%");
        }
    }

    #[test]
    fn corners_do_not_refute_the_theorem() {
        // Some of these mixtures have a share below the smallest normal number.
        let run = finished(&format!("{}&draws=100000", PositiveShift::INFO.presets[3].query));
        let verdict = &run.verdicts()[1];
        assert_eq!((verdict.id, verdict.measured, verdict.agrees), ("no-gain", 0.0, Some(true)), "{verdict:?}");
        assert_eq!(run.tallies[0].lost, 0, "every mixture is solved");
    }

    #[test]
    fn a_starved_part_and_one_that_hardly_counts_have_their_losses() {
        let run = start("weights=0.9,0.1&family=offset&a=0.5,0.98&b=1,1e5&draws=0").expect("starts");
        assert!((cell(&run, 0) - 0.0290333).abs() < 5e-8, "matched: {}", cell(&run, 0));
        assert!(cell(&run, 3) < 0.95 && cell(&run, 4) > 1e-3, "{} {}", cell(&run, 3), cell(&run, 4));
        let run = start("weights=1,1e-35&draws=0").expect("starts");
        let found = [0, 1, 2, 3].map(|row| cell(&run, row));
        for (found, want) in found.into_iter().zip([0.002, 0.001, 0.5, 0.5]) {
            assert!((found / want - 1.0).abs() < 1e-12, "{found} against {want}");
        }
    }

    #[test]
    fn losses_that_are_nearly_nothing_are_not_rounding() {
        // The entropy of shares 1 - x and x is x (1 - ln x) - x^2/2 and less.
        let run = start("weights=1,1e-10&family=log&draws=0").expect("starts");
        let x: f64 = 1e-10 / (1.0 + 1e-10);
        let exact = x * (1.0 - math::ln(x)) - 0.5 * x * x;
        for loss in [run.best.loss, run.mirror.loss] {
            assert!((loss / exact - 1.0).abs() < 1e-12, "{loss:e} against {exact:e}");
        }
        assert_eq!(run.verdicts()[0].agrees, Some(true), "{:?}", run.verdicts()[0]);
        // A certificate of 0 would be rounding: what remains decides nothing here.
        let run = start("weights=1,1e-35&family=log&draws=0").expect("starts");
        let verdict = &run.verdicts()[0];
        assert!((run.best.loss / 8.159_047_825_479_16e-34 - 1.0).abs() < 1e-12, "{:e}", run.best.loss);
        assert!(run.mirror.gap > 1e-16 && verdict.agrees.is_none(), "{verdict:?}");
    }

    #[test]
    fn what_was_not_found_decides_nothing() {
        let mut run = start("weights=0.9,0.1").expect("starts");
        run.best.loss = f64::NAN;
        assert_eq!(run.verdicts()[0].agrees, None, "no optimum");
        let mut run = start("weights=0.9,0.1").expect("starts");
        run.mirror.gap = 0.1 * run.mirror.loss;
        assert_eq!(run.verdicts()[0].agrees, None, "a loose certificate holds everything");
        let few = finished("draws=20");
        assert!(few.verdicts()[1..].iter().all(|verdict| verdict.agrees.is_none()), "twenty mixtures");
        let mut lost = finished("draws=2000");
        lost.tallies[0].lost = 1;
        let verdict = &lost.verdicts()[1];
        assert!(verdict.agrees.is_none() && verdict.note.starts_with("1 more"), "{verdict:?}");
    }

    #[test]
    fn without_any_effect_of_the_data_the_verdict_disagrees() {
        let run = finished("family=mixing-law&weights=1,1&t=0,0;0,0&draws=1024");
        let verdict = &run.verdicts()[1];
        assert_eq!((verdict.id, verdict.measured, verdict.agrees), ("no-gain", 1.0, Some(false)), "{verdict:?}");
    }

    #[test]
    fn the_majority_has_its_curve_and_the_printed_value() {
        let query = PositiveShift::INFO.presets[1].query;
        let run = start(query).expect("starts");
        assert!((cell(&run, 3) - 0.8019).abs() < 5e-5, "{}", cell(&run, 3));
        let output = run.output();
        let figure = output.figures.iter().find(|f| f.id == "majority").expect("shown");
        assert!(figure.series.iter().any(|s| s.role == Role::Published && s.y == [0.75]), "the printed value");
        assert!(start("").expect("starts").output().figures.iter().all(|f| f.id != "majority"), "only for a majority");
    }

    #[test]
    fn the_optimum_moves_with_samples_when_exponents_differ() {
        let run = start("weights=0.5,0.5&a=0.5,1&samples=100").expect("starts");
        assert!((run.shares[0] - 0.669).abs() < 5e-4, "{:?}", run.shares);
        let sweep = run.sweep.as_ref().expect("a sweep");
        let last = sweep.shares.last().expect("points");
        assert!((sweep.samples[SWEEP as usize - 1] - 1e4).abs() < 1e-6 && (last[0] - 0.872).abs() < 5e-4, "{last:?}");
    }

    #[test]
    fn one_way_transfer_shows_the_corrected_corollary() {
        let run = start("weights=0.5,0.5&family=mixing-law&t=1,0.1;0,1").expect("starts");
        assert!(
            (cell(&run, 4) - 0.001_781).abs() < 5e-7 && (cell(&run, 7) - 0.001_706).abs() < 5e-7,
            "{} {}",
            cell(&run, 4),
            cell(&run, 7)
        );
        assert!((cell(&run, 8) - run.shares[0]).abs() < 1e-10, "closed form");
    }

    #[test]
    fn every_allowed_setting_is_solved() {
        let mut draws = crate::rng::Draws::new(1, crate::rng::stream::PROBE, 0, 0);
        let mut log = |lo: f64, hi: f64| lo * math::pow(hi / lo, draws.uniform());
        for trial in 0..400 {
            let family = FAMILIES[trial % FAMILIES.len()].value;
            let count = if family == "mixing-law" { 2 + trial % 7 } else { [2, 3, 8, 128][trial % 4] };
            let mut list = |lo: f64, hi: f64, len: usize| {
                (0..len).map(|_| log(lo, hi).clamp(lo, hi).to_string()).collect::<Vec<_>>().join(",")
            };
            let steepest = if family == "offset" { 1.0 } else { 4.0 };
            let mut weights = list(1e-6, 1.0, count);
            if trial % 5 == 0 {
                weights.replace_range(..weights.find(',').expect("two"), "0");
            }
            let rows: Vec<String> = (0..count).map(|_| list(1e-3, 20.0, count)).collect();
            let matrix =
                if family == "mixing-law" { rows.join(";").replacen(",0.", ",-0.", trial % 9) } else { String::new() };
            let query = format!(
                "family={family}&weights={weights}&a={}&b={}&c={}&t={matrix}&samples={}&scale={}&draws=0",
                list(0.05, steepest, count),
                list(1e-3, 1e6, count),
                list(1e-3, 1e3, count),
                list(10.0, 1e9, 1),
                list(1.0, 1e9, 1)
            );
            let run = start(&query).unwrap_or_else(|e| panic!("{query}: {e}"));
            assert!((run.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{query}: {:?}", run.shares);
            assert!(
                run.best.loss.is_finite() && run.best.gain >= 0.0 && run.best.gain.is_finite(),
                "{query}: {:?}",
                run.best
            );
            assert_ne!(run.verdicts()[0].agrees, Some(false), "{query}: {:?}", run.verdicts()[0]);
            // An infinite pull at share 0 is one whose best share is below the smallest number.
            let mut pull = run.problem.pull(&run.shares, run.samples);
            pull.iter_mut().filter(|pull| **pull == f64::INFINITY).for_each(|pull| *pull = 0.0);
            let certificate = theory::gap(&run.shares, &pull);
            assert!(
                certificate <= 1e-6 * run.best.multiplier.abs() + 1e-300,
                "{query}: {certificate:e} {:?}",
                run.best
            );
            if run.problem.has_ratio() {
                assert!(run.ratio.is_none_or(|r| (0.0..=1.0).contains(&r)), "{query}: {:?}", run.ratio);
            }
        }
    }

    #[test]
    fn corners_get_exactly_nothing() {
        let run = start(PositiveShift::INFO.presets[3].query).expect("starts");
        assert!(run.shares.contains(&0.0), "{:?}", run.shares);
    }

    #[test]
    fn what_does_not_fit_is_refused_in_words() {
        for (query, words) in [
            ("family=offset&a=1,2,1", ["`a`", "at most 1"]),
            ("a=1,2", ["`a`", "3"]),
            ("family=mixing-law&weights=1,1,1,1,1,1,1,1,1", ["`weights`", "at most 8"]),
            ("family=mixing-law&t=1,0;0,1", ["`t`", "3 x 3"]),
            ("weights=0,0", ["weights", "not all zero"]),
            ("family=cubic", ["family", "mixing-law"]),
        ] {
            let error = start(query).err().expect("refused").to_string();
            assert!(words.iter().all(|word| error.contains(word)), "{query}: {error}");
        }
        assert!(start("family=power&t=1,0;0,1").is_ok(), "the matrix is not read by other families");
    }

    #[test]
    fn claims_come_out_as_expected() {
        for claim in PositiveShift::CLAIMS {
            let got = claim.compare(&finished(claim.query).output()).expect("has the number");
            assert!(got.as_expected, "{}: {got:?}", claim.id);
        }
    }

    #[test]
    fn wilson_covers_what_it_should() {
        let [lo, hi] = wilson(0, 100);
        assert!(lo == 0.0 && (hi - 0.037).abs() < 5e-4, "{lo} {hi}"); // 3.84/103.84
        let [lo, hi] = wilson(50, 100);
        assert!((lo - 0.4038).abs() < 1e-4 && (hi - 0.5962).abs() < 1e-4, "{lo} {hi}");
    }

    #[test]
    fn every_family_is_its_own_formula() {
        // Two parts, p = (0.8, 0.2), N = 50: 40 and 10 samples when matched.
        let (e, ln) = (math::exp, math::ln);
        for (family, hand) in [
            ("power", 0.8 * 2.0 / 40.0 + 0.2 * 3.0 / math::pow(10.0, 0.5)),
            ("offset", 0.8 * 2.0 / (40.0 + 4.0) + 0.2 * 3.0 / (math::pow(10.0, 0.5) + 5.0)),
            ("exponential", 0.8 * 2.0 * e(-40.0 / 20.0) + 0.2 * 3.0 * e(-0.5 * 10.0 / 20.0)),
            ("log", -0.8 * ln(0.8) - 0.2 * ln(0.2)),
            (
                "transfer",
                0.8 * (4.0 / 50.0 + 2.0 / 40.0) + 0.2 * (5.0 / math::pow(50.0, 0.5) + 3.0 / math::pow(10.0, 0.5)),
            ),
            ("mixing-law", 0.8 * (2.0 + 4.0 * e(-0.8 - 0.5 * 0.2)) + 0.2 * (3.0 + 5.0 * e(-0.2))),
        ] {
            let matrix = if family == "mixing-law" { "&t=1,0.5;0,1" } else { "" };
            let query =
                format!("weights=0.8,0.2&a=1,0.5&b=4,5&c=2,3&samples=50&scale=20&draws=0&family={family}{matrix}");
            let run = start(&query).expect("starts");
            assert!((run.best.matched / hand - 1.0).abs() < 1e-12, "{family}: {} against {hand}", run.best.matched);
            assert!(family == "log" || run.best.loss < run.best.matched, "{family}: a shift helps");
        }
    }

    #[test]
    fn the_direction_and_the_sweep_start_from_the_matched_shares() {
        let run = start("weights=0.8,0.2&samples=50&draws=0").expect("starts");
        // a = c = 1: the pull is p N / (N p)^2 = 1 / (N p).
        let (first, second) = (1.0 / 40.0, 1.0 / 10.0);
        let hand = [0.5 * (first - second), 0.5 * (second - first)];
        for (k, want) in hand.into_iter().enumerate() {
            assert!((run.direction[k] - want).abs() < 1e-12, "part {k}: {} against {want}", run.direction[k]);
        }
        let sweep = run.sweep.as_ref().expect("a sweep");
        for (i, n) in sweep.samples.iter().enumerate() {
            // 2/N matched; (0.8^0.5 + 0.2^0.5)^2 / N = 1.8/N optimal.
            assert!((sweep.matched[i] * n - 2.0).abs() < 1e-9 && (sweep.loss[i] * n - 1.8).abs() < 1e-9, "N = {n}");
        }
        assert!(
            (sweep.samples[0] - 0.5).abs() < 1e-12 && (sweep.samples[48] - 5000.0).abs() < 1e-6,
            "two factors of 100"
        );
    }

    #[test]
    fn the_histogram_puts_a_gain_in_its_bin() {
        let mut run = start("draws=1024").expect("starts");
        for gain in [-0.1, -3.05, -3.05, -16.9, LEAST] {
            run.tallies.iter_mut().for_each(|tally| tally.add(gain));
        }
        let figure = run.gain_figure();
        let series = &figure.series[0];
        let logs: Vec<f64> = series.x.iter().map(|x| math::log10(*x)).collect();
        // Middles of quarters of a decade: -17 to -16.75, -3.25 to -3, -0.25 to 0.
        for (found, want) in logs.iter().zip([-16.875, -3.125, -0.125]) {
            assert!((found - want).abs() < 1e-9, "{logs:?}");
        }
        assert_eq!(series.y, [0.4, 0.4, 0.2], "shares of the five");
        assert_eq!(run.tallies[0].below, [4, 4, 2, 2], "below 1%, 0.1%, 0.01%, 1e-12");
    }
}

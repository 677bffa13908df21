//! Verdicts and tables of `multi-epoch`.

use super::run::Reuse;
use super::{
    FLAT, LEAST, LUCK, MEAN_FIELD, MultiEpoch, NEAR, PER_FEATURE, REACHED, RECURSION, SAME, SHARE, STEEP, World,
};
use crate::experiments::repeats::reuse::{Estimate, apart};
use crate::kit::Experiment;
use crate::math::{self, Z95, Z999};
use crate::output::{Cell, Column, Table, Verdict, significant};
use crate::sim::multi_epoch::{self as sim, Schedule};
use crate::stats::line;
use crate::theory::dense::OnePass;
use crate::theory::reuse::Model as _;
use crate::theory::{dense, muennighoff, reuse};

impl MultiEpoch {
    /// Fit of the plateau, E at the most epochs, to A ln N + B.
    pub(super) fn plateau_line(&self, reuse: &[Reuse]) -> Option<[f64; 3]> {
        self.line_against_ln_n(reuse, |_, measured| Some(measured))
    }

    /// The same of theory's, weighted as what was measured was.
    pub(super) fn plateau_line_expected(&self, reuse: &[Reuse]) -> Option<[f64; 3]> {
        self.line_against_ln_n(reuse, |i, _| self.expected[i].as_ref()?.reuse.last().copied().flatten())
    }

    /// A line through what `of` makes of the place of each N and its plateau, weighted by the errors of the plateaus.
    pub(super) fn line_against_ln_n(
        &self,
        reuse: &[Reuse],
        of: impl Fn(usize, f64) -> Option<f64>,
    ) -> Option<[f64; 3]> {
        let point = |(i, &n): (usize, &u32)| {
            let e = reuse[i].plateau()?;
            Some((math::ln(f64::from(n)), of(i, e.value)?, (e.value * e.error).max(1e-12)))
        };
        line(&self.sizes.iter().enumerate().filter_map(point).collect::<Vec<_>>())
    }

    /// The fits of [`Self::zipf`].
    pub(super) fn zipf_table(&self) -> Option<Table> {
        self.power_law()?;
        let row = |(k, points): (f64, Vec<(f64, f64)>)| {
            let [factor, exponent] = Self::power_fit(&points)?;
            let k = if k.is_finite() { Cell::from(k) } else { "without end".into() };
            Some(vec![k, factor.into(), exponent.into()])
        };
        let rows: Vec<Vec<Cell>> = self.zipf().into_iter().filter_map(row).collect();
        let column = |name, unit| Column { name: crate::text::word(name), unit };
        let columns = vec![column("K", "epochs"), column("factor", ""), column("exponent of N", "")];
        (!rows.is_empty()).then(|| Table {
            id: "zipf",
            nothing: None,
            title: "Fits of E, exact, to a power of N".into(),
            columns,
            rows,
        })
    }

    pub(super) fn advice_table(&self) -> Table {
        let tokens = self.params.tokens;
        let law = muennighoff::PUBLISHED.saturation(SHARE);
        // The slope over a factor of e^2, where the curve is as straight as that.
        let slope = 0.5 * (Self::regression(tokens * math::exp(1.0)) - Self::regression(tokens * math::exp(-1.0)));
        let decay = format!("their law, R_D = {:.2}", muennighoff::PUBLISHED.data_decay);
        let models = "language models of 0.3B, fitted over 0.2e9 to 2e9 tokens";
        let row = |whose: &str, epochs: f64, slope: f64| -> Vec<Cell> {
            vec![whose.to_owned().into(), epochs.into(), (epochs * tokens).into(), slope.into()]
        };
        let column = |name, unit| Column { name: crate::text::word(name), unit };
        Table {
            id: "advice",
            nothing: None,
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

    pub(super) fn table(&self, reuse: &[Reuse]) -> Table {
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
        let column = |name| Column { name: crate::text::word(name), unit: "" };
        Table {
            id: "reuse",
            nothing: None,
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
    pub(super) fn exact_verdict(&self) -> Option<Verdict> {
        let size = self.largest();
        let (n, (schedule, _)) = (self.sizes[size], self.schedules[0]);
        let decays = schedule != Schedule::Constant;
        let one_pass = decays || self.dense();
        let samples = f64::from(n);
        let unknown = |note: &'static str| {
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
        let different = if self.params.spectrum == "isotropic" { 1.0 } else { f64::from(self.params.features) };
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
            "The simulated risk of {what}{how} is the exact one, at N = {n} and rate {}; measured over exact",
            significant(rate, 4)
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
        Some(verdict.cannot_tell(doubt))
    }

    /// Has E at the most epochs come to its plateau?
    pub(super) fn settled(&self, size: usize, reuse: &Reuse) -> bool {
        let expected = self.expected[size].as_ref();
        if let Some((last, plateau)) = expected.and_then(|e| e.reuse.last().copied().flatten().zip(e.plateau)) {
            return last >= REACHED * plateau;
        }
        let known = self.known_reuse(reuse);
        let [.., (k, before), (last, e)] = known[..] else { return false };
        last == f64::from(self.most_epochs()) && math::ln(e.value / before.value) <= FLAT * math::ln(last / k)
    }

    pub(super) fn variance(&self) -> f64 {
        self.params.noise * self.params.noise
    }

    pub(super) fn verdicts(&self, reuse: &[Reuse]) -> Vec<Verdict> {
        let finished = Experiment::progress(self).finished();
        let mut verdicts = Vec::new();
        // Laws of E are about best rates.
        let theory = self.has_theory() && self.params.lr == 0.0;
        let settled = reuse.iter().enumerate().all(|(size, reuse)| self.settled(size, reuse));
        // What is only a claim about plateaus decides nothing before they are reached.
        let on_a_plateau = |verdict: Verdict| {
            if !settled {
                return verdict.cannot_tell("Not every N is on its plateau yet: more epochs would settle it.");
            }
            verdict
        };
        // Mean field is about the small rates that noise asks for.
        let small_rates = |verdict: Verdict| {
            if self.steep > STEEP {
                return verdict.cannot_tell(format!(
                    "Not compared: so little noise asks for rates too large for mean field at N = {}. More noise or larger N would settle it.",
                    self.sizes[0]
                ));
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
                    "Mean field is held to 15%, what it may be off at such N. In the limit of many samples the slope is {}.",
                    significant(leading, 4)
                ))
                .against(0.0, "More runs, or N farther apart, would settle it.");
            if f64::from(self.sizes[0]) < PER_FEATURE * f64::from(self.params.features) {
                verdict = verdict.cannot_tell(format!(
                    "Mean field is for ten samples and more of each feature: N of {} and more would settle it.",
                    PER_FEATURE * f64::from(self.params.features)
                ));
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
                    "Muennighoff's law (R_D = {:.2}, language models) predicts E = {} at K = {last} for any data set; measured here {} and {}.",
                    muennighoff::PUBLISHED.data_decay,
                    significant(constant, 3),
                    significant(small.value, 3),
                    significant(large.value, 3)
                )).within(SAME, "More runs, or N farther apart, would settle it.");
            if self.params.lr > 0.0 {
                verdict.agrees = None;
                verdict.note = vec!["E is about best learning rates: one rate for all says nothing of it.".into()];
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
                            "In the limit the plateau has the exponent {}; K must be well above N^(b/(a-b)) for it to be read off: fewer epochs bend it down.",
                            significant(exponent, 3)
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
            verdict.note.push(crate::text::Text::from(format!(
                "For {ends} of the settings the smallest rate tried was the best: a wider search may find a better one."
            )));
        }
        let runs = self.params.runs as usize;
        let gate = |verdict: Verdict| match &*verdict.id {
            // No run is behind it.
            "zipf-exact" => verdict,
            _ => verdict.once(finished).from_runs(runs, LEAST),
        };
        verdicts.into_iter().map(gate).collect()
    }

    /// How far the curves of E are apart in units of N, beyond one unit, below which all are K: measured, the error of
    /// that, by theory at the same K and N, and if E at each K were the same for all N.
    pub(super) fn collapse(&self, reuse: &[Reuse]) -> Option<[f64; 4]> {
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
    pub(super) fn exponent(&self, reuse: &[Reuse], of: impl Fn(usize, f64) -> Option<f64>) -> Option<[f64; 2]> {
        let point = |(i, &n): (usize, &u32)| {
            let e = reuse[i].plateau()?;
            Some((math::ln(f64::from(n)), math::ln(of(i, e.value)?), e.error.max(1e-9)))
        };
        line(&self.sizes.iter().enumerate().filter_map(point).collect::<Vec<_>>())
            .map(|[slope, error, _]| [slope, error])
    }

    /// E at each K at which it is known.
    pub(super) fn known_reuse(&self, reuse: &Reuse) -> Vec<(f64, Estimate)> {
        self.epochs_of().zip(&reuse.reuse).filter_map(|(k, e)| Some((k, (*e)?))).collect()
    }
}

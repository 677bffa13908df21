//! Verdicts and tables of `multi-epoch`.

use super::run::Reuse;
use super::{
    EXPONENT, FLAT, LEAST, LUCK, MEAN_FIELD, MultiEpoch, NEAR, PER_FEATURE, REACHED, RECURSION, SAME, SHARE, STEEP,
    World, words,
};
use crate::experiments::repeats::reuse::{Estimate, apart};
use crate::kit::Experiment;
use crate::math::{self, Z95, Z999};
use crate::output::{Cell, Column, Table, Verdict, units};
use crate::sim::multi_epoch::{self as sim, Schedule};
use crate::stats::line;
use crate::text;
use crate::text::{Template, Text, count, error, number, share};
use crate::theory::dense::OnePass;
use crate::theory::reuse::Model as _;
use crate::theory::{dense, muennighoff, reuse};

/// Returns the verdict with the null value `null`. If there is a `reason` why the simulation cannot be compared with
/// theory, the verdict becomes "cannot tell", with this reason as its note.
fn compared(verdict: Verdict, null: f64, reason: Option<Text>) -> Verdict {
    match reason {
        Some(reason) => Verdict { null: Some(null), agrees: None, ..verdict.note(reason) },
        None => verdict.against(null, words::MORE_RUNS_OR_RANGE),
    }
}

impl MultiEpoch {
    /// Fits the line A ln N + B to the measured plateaus (the effective reuse rates at the largest number of epochs).
    /// Returns A, its standard error and B.
    pub(super) fn plateau_line(&self, reuse: &[Reuse]) -> Option<[f64; 3]> {
        self.line_against_ln_n(reuse, |_, measured| Some(measured))
    }

    /// Fits the line A ln N + B to the theoretical effective reuse rates at the largest number of epochs, with the
    /// weights that the measured plateaus have in the fit of their line. Returns A, its standard error and B.
    pub(super) fn plateau_line_expected(&self, reuse: &[Reuse]) -> Option<[f64; 3]> {
        self.line_against_ln_n(reuse, |i, _| self.expected[i].as_ref()?.reuse.last().copied().flatten())
    }

    /// Fits a line in ln N to values that `of` returns. For each N, `of` gets the index of N and the measured plateau.
    /// The standard errors of the measured plateaus give the weights of the fit. Returns the slope, its standard error
    /// and the intercept.
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

    /// Table of the power laws in N that are fitted to the exact effective reuse rates from [`Self::zipf`].
    #[inline(never)]
    pub(super) fn zipf_table(&self) -> Option<Table> {
        let row = |(k, points): (f64, Vec<(f64, f64)>)| {
            let [factor, exponent] = Self::power_fit(&points)?;
            let k = if k.is_finite() { Cell::from(k) } else { words::INFINITELY_MANY.into() };
            Some(vec![k, factor.into(), exponent.into()])
        };
        let rows: Vec<Vec<Cell>> = self.zipf().into_iter().filter_map(row).collect();
        let column = |name| Column { name, unit: "" };
        let columns = [words::COLUMN_EPOCHS, words::COLUMN_FACTOR, words::COLUMN_EXPONENT].map(column).to_vec();
        (!rows.is_empty()).then(|| Table { id: "zipf", nothing: None, title: words::POWER_FITS.into(), columns, rows })
    }

    pub(super) fn advice_table(&self) -> Table {
        let tokens = self.params.tokens;
        let law = muennighoff::PUBLISHED.saturation(SHARE);
        // The slope over a factor of e^2, where the curve is as straight as that.
        let slope = 0.5 * (Self::regression(tokens * math::exp(1.0)) - Self::regression(tokens * math::exp(-1.0)));
        let decay = text!(words::ADVICE_LAW, decay = number(muennighoff::PUBLISHED.data_decay));
        let models = reuse::language_model_epochs(tokens);
        let row = |whose: Text, epochs: f64, slope: f64| -> Vec<Cell> {
            vec![whose.into(), epochs.into(), (epochs * tokens).into(), slope.into()]
        };
        let columns = [words::COLUMN_ADVISER, words::COLUMN_ADVISED, words::COLUMN_TOKENS, words::COLUMN_SLOPE];
        Table {
            id: "advice",
            nothing: None,
            title: words::ADVICE.into(),
            columns: columns.map(|name| Column { name, unit: "" }).to_vec(),
            rows: vec![
                row(words::ADVICE_THUMB.into(), muennighoff::RULE_OF_THUMB, 0.0),
                row(decay, law, 0.0),
                row(words::ADVICE_REGRESSION.into(), Self::regression(tokens), slope),
                row(words::ADVICE_MODELS.into(), models, reuse::LANGUAGE_MODEL[0]),
            ],
        }
    }

    pub(super) fn table(&self, reuse: &[Reuse]) -> Table {
        let mut rows = Vec::new();
        for (i, &n) in self.sizes.iter().enumerate() {
            for (j, &k) in self.epochs.iter().enumerate() {
                let (best, measured) = (reuse[i].best[j], reuse[i].reuse[j]);
                let expected = self.expected[i].as_ref();
                let number = |x: Option<f64>| x.filter(|x| x.is_finite()).map_or(words::NONE.into(), Cell::from);
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
        Table {
            id: "reuse",
            nothing: None,
            title: words::REUSE_TABLE.into(),
            columns: [
                words::COLUMN_SAMPLES,
                words::COLUMN_EPOCHS,
                words::COLUMN_RATE,
                words::COLUMN_RISK,
                words::COLUMN_RISK_THEORY,
                words::COLUMN_REUSE,
                words::COLUMN_REUSE_ERROR,
                words::COLUMN_REUSE_THEORY,
                words::COLUMN_DIVERGED,
            ]
            .map(|name| Column { name, unit: "" })
            .to_vec(),
            rows,
        }
    }

    /// Verdict on whether the simulated risk equals an exactly known risk, at the largest number of samples and the
    /// best learning rate tried. With a constant learning rate, one-hot features are compared after the largest number
    /// of epochs, and dense features after one epoch. With a decaying rate, both are compared after one epoch.
    pub(super) fn exact_verdict(&self) -> Option<Verdict> {
        let size = self.largest();
        let (n, (schedule, _)) = (self.sizes[size], self.schedules[0]);
        let decays = schedule != Schedule::Constant;
        let one_pass = decays || self.dense();
        let samples = f64::from(n);
        let unknown =
            |note: Template<0>| Some(Verdict::of("exact", words::EXACT_RISK, f64::NAN, None, 1.0, 0.0).note(note));
        let j = if one_pass { self.epochs.iter().position(|&k| k == 1) } else { Some(self.epochs.len() - 1) };
        let cells = &self.measured[0].data[size][j.unwrap_or(0)];
        let least = |of: &dyn Fn(usize) -> f64| {
            let values: Vec<f64> = (0..cells.len()).map(of).collect();
            (0..cells.len()).filter(|&i| values[i].is_finite()).min_by(|&a, &b| values[a].total_cmp(&values[b]))
        };
        let lucky = least(&|i| cells[i].mean())?;
        // With replacement one epoch is not one pass.
        let Some(j) = j.filter(|_| !(one_pass && self.order() == sim::Order::Replace)) else {
            return unknown(if decays { words::NOT_DECAYING } else { words::NOT_DENSE });
        };
        let rate_of = |i: usize| f64::from(self.rates[i] as f32);
        let different = if self.params.spectrum == "isotropic" { 1.0 } else { f64::from(self.params.features) };
        if decays && samples * different * cells.len() as f64 > RECURSION {
            return unknown(words::TOO_LONG);
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
        let (n, rate) = (count(n), number(rate));
        let claim = match self.epochs[j] {
            // A decaying rate is compared after one pass only.
            _ if decays => text!(words::EXACT_DECAYING, samples = n, rate = rate),
            1 => text!(words::EXACT_ONE_PASS, samples = n, rate = rate),
            k => text!(words::EXACT_EPOCHS, epochs = count(k), samples = n, rate = rate),
        };
        let verdict = Verdict::of("exact", claim, ratio, interval, 1.0, 1e-4);
        let doubt = if exact.min(cell.mean()) < sim::FLOOR {
            words::BEYOND_PRECISION
        } else if luck > LUCK || luck.is_nan() {
            words::UNLUCKY
        } else if self.dense() && cell.uneven(self.most_uneven()) {
            words::FEW_CARRY
        } else {
            return Some(verdict.within(NEAR, words::MORE_RUNS));
        };
        Some(verdict.cannot_tell(doubt))
    }

    /// Whether the effective reuse rate at the largest number of epochs has reached its plateau, for the number of
    /// samples with index `size`.
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

    #[inline(never)]
    pub(super) fn verdicts(&self, reuse: &[Reuse]) -> Vec<Verdict> {
        let finished = Experiment::progress(self).finished();
        let mut verdicts = Vec::new();
        // Laws of E are about best rates.
        let theory = self.has_theory() && self.params.lr == 0.0;
        let settled = reuse.iter().enumerate().all(|(size, reuse)| self.settled(size, reuse));
        // What is only a claim about plateaus decides nothing before they are reached.
        let too_early = || (!settled).then(|| words::NO_PLATEAU.into());
        // Mean field is about the small rates that noise asks for.
        let large_rates = || (self.steep > STEEP).then(|| text!(words::LARGE_RATES, samples = count(self.sizes[0])));
        let z = self.errors(Z999);
        if let (Some([slope, error, _]), Some([expected, ..])) =
            (self.plateau_line(reuse), self.plateau_line_expected(reuse).filter(|_| self.dense() && theory))
        {
            let interval = Some([slope - z * error, slope + z * error]);
            let leading = number(dense::plateau(&self.squares, std::f64::consts::E));
            let resolution = MEAN_FIELD * expected;
            let verdict = Verdict::of("plateau-slope", words::PLATEAU_SLOPE, slope, interval, expected, resolution)
                .note(text!(words::PLATEAU_MARGIN, margin = share(MEAN_FIELD)));
            let fewest = PER_FEATURE * f64::from(self.params.features);
            let few = (f64::from(self.sizes[0]) < fewest).then(|| {
                let [each, samples] = [PER_FEATURE, fewest].map(count);
                if self.steep > STEEP {
                    let smallest = count(self.sizes[0]);
                    return text!(words::LARGE_RATES_AND_FEW, smallest = smallest, each = each, samples = samples);
                }
                text!(words::FEW_PER_FEATURE, each = each, samples = samples)
            });
            let reason = few.or_else(large_rates).or_else(too_early);
            verdicts.push(compared(verdict, 0.0, reason).adding(text!(words::PLATEAU_LIMIT, slope = leading)));
        }
        let (least, most) = (0, self.largest());
        if let (Some(small), Some(large)) = (reuse[least].plateau(), reuse[most].plateau())
            && most > least
        {
            let last = self.most_epochs();
            let error = (large.error * large.error + small.error * small.error).sqrt();
            let ratio = Estimate { value: large.value / small.value, error };
            let constant = muennighoff::PUBLISHED.effective_reuse(f64::from(last));
            let claim = text!(
                words::CONSTANT_REUSE,
                epochs = count(last),
                large = count(self.sizes[most]),
                small = count(self.sizes[least]),
            );
            let note = text!(
                words::MUENNIGHOFF_PREDICTS,
                decay = number(muennighoff::PUBLISHED.data_decay),
                predicted = number(constant),
                epochs = count(last),
                small = number(small.value),
                large = number(large.value),
            );
            // An interval that holds 1 and much else does not say that nothing changes.
            let mut verdict = Verdict::of("constant-reuse", claim, ratio.value, Some(ratio.interval(z)), 1.0, 0.0)
                .rival()
                .note(note)
                .within(SAME, words::MORE_RUNS_OR_RANGE);
            if self.params.lr > 0.0 {
                verdict.agrees = None;
                verdict = verdict.note(words::ONE_RATE);
            } else if verdict.agrees == Some(true) {
                // Before the plateau all is K, whatever holds beyond.
                verdict = match too_early() {
                    Some(reason) => verdict.cannot_tell(reason),
                    None => verdict,
                };
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
                let drift = (points.len() > 2).then_some((last - first).abs());
                let interval = drift.map(|drift| [fitted - drift, fitted + drift]);
                let verdict = Verdict::of("zipf-exact", words::ZIPF_EXACT, fitted, interval, exponent, EXPONENT)
                    .note(words::ZIPF_PLATEAU);
                verdicts.push(
                    match drift {
                        Some(_) => verdict.adding(text!(words::ZIPF_TOLERANCE, margin = error(EXPONENT))),
                        None => verdict.warning(words::TWO_SIZES),
                    }
                    .against(0.0, words::MORE_SIZES),
                );
            }
            let lines = [
                self.exponent(reuse, |_, measured| Some(measured)),
                self.exponent(reuse, |i, _| self.expected[i].as_ref()?.reuse.last().copied().flatten()),
            ];
            if let [Some([slope, error]), Some([exact, _])] = lines {
                let claim = text!(words::ZIPF_SIMULATED, epochs = count(self.most_epochs()));
                let interval = Some([slope - z * error, slope + z * error]);
                verdicts.push(
                    Verdict::of("zipf-simulated", claim, slope, interval, exact, EXPONENT)
                        .note(text!(words::ZIPF_LIMIT, exponent = number(exponent)))
                        .against(0.0, words::MORE_RUNS_OR_RANGE),
                );
            }
        }
        if let Some([apart, error, expected, rival]) = self.collapse(reuse).filter(|_| theory) {
            let power = self.power_law().is_some();
            let (claim, limit) = if power {
                (words::COLLAPSE_OF_POWER, words::COLLAPSE_LIMIT)
            } else {
                (words::COLLAPSE_OF_LOG, words::COLLAPSE_LIMIT_OF_LOG)
            };
            // Both numbers are root mean squares; what chance alone makes of the first is about the second.
            let least = (apart * apart - z * z * error * error).max(0.0).sqrt();
            let interval = Some([least, apart + z * error]);
            let verdict = Verdict::of("collapse", claim, apart, interval, expected, 0.03)
                .unit(units::PERCENT)
                .note(limit)
                .adding(words::COLLAPSE_RIVAL);
            verdicts.push(compared(verdict, rival, large_rates().or_else(too_early)));
        }
        verdicts.extend(self.exact_verdict());
        let ends = reuse.iter().flat_map(|reuse| &reuse.best).flatten().filter(|best| best.at_least).count();
        if ends > 0
            && let Some(verdict) = verdicts.first_mut()
        {
            verdict.note.push(text!(words::SMALLEST_RATE, pairs = count(ends)));
        }
        let runs = self.params.runs as usize;
        let gate = |verdict: Verdict| match &*verdict.id {
            // No run is behind it.
            "zipf-exact" => verdict,
            _ => verdict.once(finished).from_runs(runs, LEAST),
        };
        verdicts.into_iter().map(gate).collect()
    }

    /// Tests whether the curves of the effective reuse rate E against the number of epochs K coincide for all N, after
    /// both E and K are divided by a unit that depends on N. Only points with K above one unit count, because below it
    /// E = K for all N. Returns four numbers: the measured distance between the curves, its standard error, the
    /// distance in theory at the same K and N, and the distance that would result if E at each K did not depend on N.
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

    /// Fits a power of N to values that `of` returns. For each N, `of` gets the index of N and the measured effective
    /// reuse rate at the largest number of epochs. Returns the exponent and its standard error.
    pub(super) fn exponent(&self, reuse: &[Reuse], of: impl Fn(usize, f64) -> Option<f64>) -> Option<[f64; 2]> {
        let point = |(i, &n): (usize, &u32)| {
            let e = reuse[i].plateau()?;
            Some((math::ln(f64::from(n)), math::ln(of(i, e.value)?), e.error.max(1e-9)))
        };
        line(&self.sizes.iter().enumerate().filter_map(point).collect::<Vec<_>>())
            .map(|[slope, error, _]| [slope, error])
    }

    /// The numbers of epochs at which the measured effective reuse rate is known, each with this rate.
    pub(super) fn known_reuse(&self, reuse: &Reuse) -> Vec<(f64, Estimate)> {
        self.epochs_of().zip(&reuse.reuse).filter_map(|(k, e)| Some((k, (*e)?))).collect()
    }
}

//! Verdicts and tables of `positive-shift`.

use super::run::Tally;
use super::{FEW, PositiveShift, RARE, words};
use crate::kit::Experiment;
use crate::math::{self, Z999};
use crate::output::{Cell, Column, Table, Verdict, units};
use crate::stats::wilson;
use crate::text;
use crate::text::{Template, count, error};
use crate::theory::positive_shift::{self as theory, Curve};

/// Limit for the relative difference between the loss that mirror descent found and the proven lower bound of the loss.
/// Above this limit, mirror descent is not compared with the other solver.
pub(super) const CLOSE: f64 = 1e-6;

impl PositiveShift {
    pub(super) fn tables(&self) -> Vec<Table> {
        let plain = |name| Column { name, unit: "" };
        let share = |name| Column { name, unit: "%" };
        let ratio = if self.problem.has_ratio() { self.best.loss / self.best.matched } else { f64::NAN };
        let mut optimum: Vec<Vec<Cell>> = vec![
            vec![words::LOSS_MATCHED.into(), self.best.matched.into()],
            vec![words::LOSS_OPTIMAL.into(), self.best.loss.into()],
            vec![words::LOSS_RATIO.into(), ratio.into()],
            vec![words::RATIO.into(), self.ratio.unwrap_or(f64::NAN).into()],
            vec![words::LOSS_DIFFERENCE.into(), self.best.gain.into()],
            vec![words::LOSS_MIRROR.into(), self.mirror.loss.into()],
            vec![words::GAP_MIRROR.into(), self.mirror.gap.into()],
        ];
        if let Some((t, height)) = self.problem.one_way() {
            let (first, gap) = theory::one_way_transfer(t, height);
            optimum.push(vec![words::LEADING_DIFFERENCE.into(), gap.into()]);
            optimum.push(vec![words::FIRST_SHARE.into(), first.into()]);
        }
        let rows = (0..self.shares.len()).map(|k| {
            let part = text!(words::PART, part = count(k + 1));
            vec![part.into(), self.problem.p[k].into(), self.shares[k].into(), self.direction[k].into()]
        });
        let mut tables = vec![
            Table {
                id: "optimum",
                nothing: None,
                title: words::GAINED.into(),
                columns: vec![plain(words::QUANTITY), plain(words::VALUE)],
                rows: optimum,
            },
            Table {
                id: "parts",
                nothing: None,
                title: words::PARTS.into(),
                columns: vec![
                    plain(words::PART_AXIS),
                    share(words::WEIGHT),
                    share(words::OPTIMAL_SHARE),
                    plain(words::DIRECTION_OF_SHIFT),
                ],
                rows: rows.collect(),
            },
        ];
        if self.tallies[1].count > 0 {
            tables.push(self.rare_table());
        }
        tables
    }

    /// Table of how many random mixtures have a small gain.
    #[inline(never)]
    fn rare_table(&self) -> Table {
        let plain = |name| Column { name, unit: "" };
        let share = |name| Column { name, unit: "%" };
        let names = [words::BELOW_2, words::BELOW_3, words::BELOW_4, words::BELOW_12];
        let fraction = |tally: &Tally, i: usize| f64::from(tally.below[i]) / f64::from(tally.count);
        let rows = names.iter().enumerate().map(|(i, name)| {
            let [family, control] = &self.tallies;
            let [lo, hi] = if family.count > 0 { wilson(family.below[i], family.count) } else { [f64::NAN; 2] };
            vec![(*name).into(), fraction(family, i).into(), lo.into(), hi.into(), fraction(control, i).into()]
        });
        Table {
            id: "rare",
            nothing: None,
            title: words::RARE.into(),
            columns: vec![
                plain(words::RELATIVE_GAIN),
                share(words::THIS_FAMILY),
                share(words::INTERVAL_FROM),
                share(words::INTERVAL_TO),
                share(words::CONTROL),
            ],
            rows: rows.collect(),
        }
    }

    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let mirror = &self.mirror;
        let mut solvers = Verdict::of(
            "solvers",
            words::SOLVERS,
            mirror.loss,
            Some([mirror.loss - mirror.gap, mirror.loss]),
            self.best.loss,
            1e-10 * self.best.loss.abs(),
        )
        .note(text!(words::CERTIFICATE, gap = error(mirror.gap)))
        .within(CLOSE * self.best.loss.abs(), words::NO_CERTIFICATE);
        if self.best.loss == 0.0 || !self.best.loss.is_finite() {
            (solvers.agrees, solvers.interval) = (None, None);
            solvers = solvers.note(words::NO_LEAST_LOSS);
        }
        if self.done > 0 { self.verdicts_on_mixtures(solvers) } else { vec![solvers] }
    }

    /// Returns the verdict `solvers`, followed by the verdicts on the random mixtures.
    #[inline(never)]
    fn verdicts_on_mixtures(&self, solvers: Verdict) -> Vec<Verdict> {
        let mut verdicts = vec![solvers];
        // Exact 99.9% ends where every mixture or none was counted, else two-sided normal ones.
        let share = |tally: &Tally, id, claim: Template<0>, theory: f64, resolution: f64, note: Template<0>| {
            let n = f64::from(tally.count);
            let share = f64::from(tally.below[3]) / n;
            let rest = -math::expm1(math::ln(0.001) / n);
            let half = Z999 * (share * (1.0 - share) / n).sqrt() + 1.0 / n;
            let interval = [
                if share == 0.0 { 0.0 } else { (share - half).max(0.0) },
                if share == 0.0 { rest } else { (share + half).min(1.0) },
            ];
            let interval = if share == 1.0 { [1.0 - rest, 1.0] } else { interval };
            let mut verdict = Verdict::of(id, claim, share, Some(interval), theory, 0.0).unit(units::PERCENT);
            // Stricter than the interval, which would forgive a mixture or two: the claim is about every one.
            verdict.agrees = (Experiment::progress(self).finished() && tally.lost == 0)
                .then_some((share - theory).abs() <= resolution);
            let note = match tally.lost {
                0 => note.into(),
                lost => text!(words::UNCOUNTED, mixtures = count(lost)),
            };
            verdict.note(note).within(FEW, words::FEW_MIXTURES)
        };
        let [family, control] = &self.tallies;
        if family.count > 0 && self.problem.curve != Some(Curve::Log) {
            // A gain below g needs the K - 1 shares within about sqrt(g) of a stationary point.
            let resolution = 100.0 * math::pow(10.0, 0.5 * RARE[3] * (self.shares.len() as f64 - 1.0));
            let (claim, note) = (words::EVERY_MIXTURE_GAINS, words::MEASURE_ZERO);
            verdicts.push(share(family, "no-gain", claim, 0.0, resolution, note));
        }
        if control.count > 0 {
            let (claim, note) = (words::CONTROL_GAINS_NOTHING, words::GIBBS);
            verdicts.push(share(control, "control", claim, 1.0, 0.0, note));
        }
        verdicts
    }
}

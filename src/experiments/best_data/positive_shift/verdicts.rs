//! Verdicts and tables of `positive-shift`.

use super::run::Tally;
use super::{FEW, PositiveShift, RARE};
use crate::kit::Experiment;
use crate::math::{self, Z999};
use crate::output::{Cell, Column, Table, Verdict, significant};
use crate::stats::wilson;
use crate::theory::positive_shift::{self as theory, Curve};

/// A certificate within this of the loss says that two solvers agree.
pub(super) const CLOSE: f64 = 1e-6;

impl PositiveShift {
    pub(super) fn tables(&self) -> Vec<Table> {
        let plain = |name| Column { name: crate::text::word(name), unit: "" };
        let share = |name| Column { name: crate::text::word(name), unit: "%" };
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
                nothing: None,
                title: "What the optimal shares buy".into(),
                columns: vec![plain("quantity"), plain("value")],
                rows: optimum,
            },
            Table {
                id: "parts",
                nothing: None,
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
                nothing: None,
                title: "Random mixtures by the size of their gain".into(),
                columns: vec![plain("gain"), share("this family"), share("95%: from"), share("to"), share("control")],
                rows: rows.collect(),
            });
        }
        tables
    }

    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let mirror = &self.mirror;
        let mut solvers = Verdict::of(
            "solvers",
            "Mirror descent, which knows nothing of the closed forms, finds the same least loss",
            mirror.loss,
            Some([mirror.loss - mirror.gap, mirror.loss]),
            self.best.loss,
            1e-10 * self.best.loss.abs(),
        )
        .note(format!("Its gradient proves that no shares have a loss lower by more than {}.", significant(mirror.gap, 2)))
        .within(
            CLOSE * self.best.loss.abs(),
            "Mirror descent was stopped before it proved a millionth: fewer parts, or less uneven ones, would settle it.",
        );
        if self.best.loss == 0.0 || !self.best.loss.is_finite() {
            (solvers.agrees, solvers.interval) = (None, None);
            solvers.note =
                vec!["The least loss has no place among 64-bit numbers, so there is nothing to compare.".into()];
        }
        let mut verdicts = vec![solvers];
        // Exact 99.9% ends where every mixture or none was counted, else two-sided normal ones.
        let share = |tally: &Tally, id, claim: &'static str, theory: f64, resolution: f64, note: &str| {
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
            let claim = "Every random mixture gains something: the share of mixtures with a gain below 1e-12";
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

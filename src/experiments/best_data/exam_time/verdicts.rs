//! Verdicts and tables of `exam-time`.

use super::run::Closing;
use super::{ExamTime, MISSED, SAME, real, same, words};
use crate::math::{self, Z999};
use crate::output::{Cell, Column, Table, Verdict, units};
use crate::text;
use crate::text::{Argument, Template, Text, error, number, share};
use crate::theory::exam_time as theory;

impl ExamTime {
    /// Mean loss with the optimal shares divided by mean loss with the matched shares, and the standard error of this
    /// ratio. The standard error is computed by the delta method for paired losses.
    pub(super) fn measured_ratio(&self) -> (f64, f64) {
        let (n, width) = (f64::from(self.done), self.kept);
        let (matched, optimal) = (self.sums[self.matched] / n, self.sums[self.optimal] / n);
        let ratio = optimal / matched;
        let spread: f64 = self
            .losses
            .chunks(width)
            .map(|run| run[self.optimal] - ratio * run[self.matched])
            .map(|residual| residual * residual)
            .sum();
        (ratio, (spread / (n - 1.0) / n).sqrt() / matched)
    }

    pub(super) fn tables(&self) -> Vec<Table> {
        let n = f64::from(self.hours);
        let [matched, best] = [self.matched, self.optimal].map(|i| real(&self.allocations[i]));
        let part = |k: usize, hours: f64| self.p[k] * self.c[k] * theory::exact_error(self.a, hours);
        let mut rows: Vec<Vec<Cell>> = (0..self.p.len())
            .map(|k| {
                vec![
                    Text::verbatim((k + 1).to_string()).into(),
                    self.p[k].into(),
                    self.power[k].into(),
                    (best[k] / n).into(),
                    part(k, matched[k]).into(),
                    part(k, best[k]).into(),
                ]
            })
            .collect();
        rows.push(vec![
            words::ALL.into(),
            1.0.into(),
            1.0.into(),
            1.0.into(),
            self.exact(&matched).into(),
            self.exact(&best).into(),
        ]);
        let share = |name| Column { name, unit: "%" };
        let plain = |name| Column { name, unit: "" };
        let gain = theory::gain(&self.p, &self.c, self.a);
        let ratio = self.exact(&best) / self.exact(&matched);
        vec![
            Table {
                id: "allocation",
                nothing: None,
                title: words::ALLOCATION.into(),
                columns: vec![
                    plain(words::SUBJECT),
                    share(words::WEIGHT),
                    share(words::OPTIMAL_LAW),
                    share(words::OPTIMAL_WHOLE),
                    plain(words::LOSS_MATCHED),
                    plain(words::LOSS_OPTIMAL),
                ],
                rows,
            },
            Table {
                id: "gain",
                nothing: None,
                title: words::BUYS.into(),
                columns: vec![plain(words::QUANTITY), plain(words::LAW), plain(words::WHOLE)],
                rows: vec![
                    vec![words::LOSS_RATIO.into(), gain.loss_ratio.into(), ratio.into()],
                    vec![words::HOURS_NEEDED.into(), gain.hours_ratio.into(), math::pow(ratio, 1.0 / self.a).into()],
                ],
            },
        ]
    }

    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let pair = self.p.len() == 2;
        let claim = if pair { words::BEST_SHARE } else { words::BEST_PLACE };
        let matched = if pair { self.p[0] } else { 0.0 };
        // The search knows the place of a minimum to the root of a rounding error.
        let best = Some(self.best_position()).filter(|best| (best - matched).abs() > 1e-6).unwrap_or(matched);
        // Where the matched shares are the best there is nothing to tell apart.
        let apart = (best - matched).abs() >= SAME;
        let verdict = match &self.closing {
            None => {
                let note = text!(words::OPTIMUM, best = self.place(best), limit = self.place(self.limit()));
                let verdict = Verdict::of("best-share", claim, f64::NAN, None, best, 0.0).note(note);
                Verdict { null: apart.then_some(matched), ..verdict }
            }
            Some(closing) => self.judged(closing, claim, best, apart.then_some(matched)),
        };
        vec![if pair { verdict.unit(units::PERCENT) } else { verdict }]
    }

    /// Where the best shares are with infinitely many hours. For two subjects it is the best share of the first subject;
    /// for more subjects it is a position on the line from matched (0) to optimal shares (1).
    pub(super) fn limit(&self) -> f64 {
        if self.p.len() == 2 { self.power[0] } else { f64::from(u8::from(!same(&self.p, &self.power))) }
    }

    /// Makes a position on the line of allocations an argument of a sentence: a share for two subjects, and a pure
    /// number for more subjects.
    const fn place(&self, x: f64) -> Argument {
        if self.p.len() == 2 { share(x) } else { number(x) }
    }

    /// The verdict after all students have been simulated. `best` is the position of the exact optimum, and `matched`
    /// that of the matched shares, or `None` if these are the best. The code is a separate function because the build
    /// splits the wasm by function, and can then leave it out of the page's first download.
    #[inline(never)]
    fn judged(&self, closing: &Closing, claim: Template<0>, best: f64, matched: Option<f64>) -> Verdict {
        // A lowest point beyond the last allocation is no share.
        let ends = self.line[0]..=self.line[self.line.len() - 1];
        let found = Some(closing).filter(|c| c.error > 0.0 && c.resolution.is_finite() && ends.contains(&c.vertex));
        let few = found.map(|found| found.missed).filter(|missed| *missed < MISSED);
        let (measured, interval, resolution) = found.map_or((f64::NAN, None, 0.0), |found| {
            let half = Z999 * found.error;
            let interval = [found.vertex - half, found.vertex + half];
            (found.vertex, few.is_none().then_some(interval), found.resolution)
        });
        let whole = |hours: &&u32| **hours > 0;
        let note = if let Some(missed) = few {
            text!(words::FEW_MISSED, missed = error(missed), times = error((MISSED / missed).ceil()))
        } else if interval.is_none() && self.allocations[self.optimal].iter().filter(whole).count() == 1 {
            words::ONE_SUBJECT.into()
        } else if interval.is_none() {
            words::NO_MINIMUM.into()
        } else if self.p.len() == 2 {
            text!(words::PARABOLA_OF_PAIR, resolution = share(resolution), limit = share(self.limit()))
        } else {
            text!(words::PARABOLA, resolution = number(resolution), limit = number(self.limit()))
        };
        let verdict = Verdict::of("best-share", claim, measured, interval, best, resolution).note(note);
        match matched {
            None => verdict.within(5.0 * SAME - resolution, words::TOO_WIDE),
            Some(matched) => verdict.against(matched, words::NOT_RULED_OUT),
        }
    }
}

//! Verdicts and tables of `exam-time`.

use super::run::Closing;
use super::{ExamTime, MISSED, SAME, real, same};
use crate::math::{self, Z999};
use crate::output::{Cell, Column, Table, Verdict, decimal, significant};
use crate::theory::exam_time as theory;

impl ExamTime {
    /// Loss with the optimal over loss with the matched shares, and its standard error (paired, delta method).
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
                    format!("{}", k + 1).into(),
                    self.p[k].into(),
                    self.power[k].into(),
                    (best[k] / n).into(),
                    part(k, matched[k]).into(),
                    part(k, best[k]).into(),
                ]
            })
            .collect();
        rows.push(vec![
            "all".into(),
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
                title: "Shares of the hours, and the exact loss they leave in whole hours".into(),
                columns: vec![
                    plain("subject"),
                    share("weight"),
                    share("optimal share, power law"),
                    share("optimal share, whole hours"),
                    plain("loss, matched shares"),
                    plain("loss, optimal shares"),
                ],
                rows,
            },
            Table {
                id: "gain",
                nothing: None,
                title: "What the optimal shares buy".into(),
                columns: vec![plain("quantity"), plain("power law"), plain("exact in whole hours")],
                rows: vec![
                    vec!["loss, optimal over matched".into(), gain.loss_ratio.into(), ratio.into()],
                    vec![
                        "hours needed, optimal over matched".into(),
                        gain.hours_ratio.into(),
                        math::pow(ratio, 1.0 / self.a).into(),
                    ],
                ],
            },
        ]
    }

    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let pair = self.p.len() == 2;
        let claim = if pair {
            "The best share of the hours for the first subject"
        } else {
            "The best place on the line from matched (0) to optimal (1) shares"
        };
        let unit = if pair { "%" } else { "" };
        let matched = if pair { self.p[0] } else { 0.0 };
        // The search knows the place of a minimum to the root of a rounding error.
        let best = Some(self.best_position()).filter(|best| (best - matched).abs() > 1e-6).unwrap_or(matched);
        // Where the matched shares are the best there is nothing to tell apart.
        let apart = (best - matched).abs() >= SAME;
        let verdict = match &self.closing {
            None => {
                let note = format!(
                    "The exact curve at these hours has its optimum at {}; with many hours it tends to {}.",
                    self.place(best),
                    self.place(self.limit())
                );
                let verdict = Verdict::of("best-share", claim, f64::NAN, None, best, 0.0).note(note);
                Verdict { null: apart.then_some(matched), ..verdict }
            }
            Some(closing) => self.judged(closing, claim, best, apart.then_some(matched)),
        };
        vec![verdict.unit(unit)]
    }

    /// Where the optimum tends with many hours: the first share of two subjects, or a place on the line.
    pub(super) fn limit(&self) -> f64 {
        if self.p.len() == 2 { self.power[0] } else { f64::from(u8::from(!same(&self.p, &self.power))) }
    }

    /// A place on the line in words.
    fn place(&self, x: f64) -> String {
        if self.p.len() == 2 { format!("{}%", decimal(100.0 * x, 1)) } else { decimal(x, 3) }
    }

    /// The verdict when all students are in; `matched` is none where the matched shares are the best. A function of its
    /// own, because the page's first part holds no function that only a run needs.
    #[inline(never)]
    fn judged(&self, closing: &Closing, claim: &str, best: f64, matched: Option<f64>) -> Verdict {
        // A lowest point beyond the last allocation is no share.
        let ends = self.line[0]..=self.line[self.line.len() - 1];
        let found = Some(closing).filter(|c| c.error > 0.0 && c.resolution.is_finite() && ends.contains(&c.vertex));
        let few = found.map(|found| found.missed).filter(|missed| *missed < MISSED);
        let (measured, interval, resolution) = found.map_or((f64::NAN, None, 0.0), |found| {
            let half = Z999 * found.error;
            let interval = [found.vertex - half, found.vertex + half];
            (found.vertex, few.is_none().then_some(interval), found.resolution)
        });
        let note = if let Some(missed) = few {
            format!(
                "The best share hangs on about {} missed facts, too few for an honest interval: {} times as many students, or facts, would tell.",
                significant(missed, 3),
                significant((MISSED / missed).ceil(), 3)
            )
        } else if interval.is_none() && self.allocations[self.optimal].iter().filter(|&&hours| hours > 0).count() == 1 {
            "The best whole hours all belong to one subject, so no share has the lowest loss between others.".to_owned()
        } else if interval.is_none() {
            "No parabola through the losses has its lowest point here: take more students, more facts or more hours."
                .to_owned()
        } else {
            format!(
                "Measured as the lowest point of a parabola through the log loss near its minimum, good to {}; with many hours the optimum tends to {}.",
                self.place(resolution),
                self.place(self.limit())
            )
        };
        let verdict = Verdict::of("best-share", claim, measured, interval, best, resolution).note(note);
        match matched {
            None => {
                verdict.within(5.0 * SAME - resolution, "The interval is too wide to say so: more students would tell.")
            }
            Some(matched) => verdict
                .against(matched, "The matched shares are not ruled out: more students or more hours would tell."),
        }
    }
}

//! Verdicts of `infinite-compute`.

use super::run::{Curves, Recipe, STANDARD, TRAINED};
use super::{InfiniteCompute, run, words};
use crate::experiments::little_data::draws::{LEAST, MARGIN, estimate, judge, minus, sided, spread};
use crate::experiments::little_data::words as shared;
use crate::kit::Experiment;
use crate::math;
use crate::output::{Limit, Verdict};
use crate::stats::{student, vertex};
use crate::text;
use crate::text::{Text, count};
use crate::theory::lottery_ridge::Width;

/// Smallest relative rise of a loss from one width to another that is expected to be seen in a run. The curves before a
/// run are means over few draws, so that smaller rises may be chance.
const RISE: f64 = 0.05;
/// Losses of equal members differ by rounding errors of f32 only.
const EQUAL: f64 = 1e-4;

impl InfiniteCompute {
    pub(super) fn ended(&self) -> bool {
        Experiment::progress(self).finished()
    }

    /// The two widths between which the loss of the standard recipe rises most, the smaller one first. If it rises by less
    /// than [`RISE`], they are the smallest and the largest width.
    pub(super) fn pair(&self) -> [usize; 2] {
        let curve = self.standard_curve();
        let mut best = ([0, curve.len() - 1], 0.0);
        for (j, high) in curve.iter().enumerate() {
            for (i, low) in curve[..j].iter().enumerate() {
                if high - low > (RISE * low).max(best.1) {
                    best = ([i, j], high - low);
                }
            }
        }
        best.0
    }

    /// Whether theory predicts that the standard recipe becomes worse from one of the two widths to the other.
    pub(super) fn rises(&self) -> bool {
        let [low, high] = self.pair().map(|i| self.curves().mean(i, STANDARD, 1.0));
        high > low
    }

    /// The loss of the standard recipe at each finite width, as it is known before the run.
    fn standard_curve(&self) -> Vec<f64> {
        (0..self.infinite()).map(|i| self.pilot.mean(i, STANDARD, 1.0)).collect()
    }

    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let [low, high] = self.pair();
        let claim = text!(words::STANDARD_DIFFERENCE, wide = count(self.size(high)), narrow = count(self.size(low)));
        let limit = if self.rises() { Limit::Lower } else { Limit::Upper };
        let verdicts = vec![
            self.difference("standard-width", claim, limit, || {
                minus(&self.measured(high, Recipe::Standard, false), &self.measured(low, Recipe::Standard, false))
            }),
            self.falls(),
            self.tuned_loss(),
            self.difference(
                "ensemble-asymptote",
                text!(words::BELOW_SINGLE, width = count(self.params.width)),
                self.gains(),
                || {
                    let single = self.measured(self.infinite(), Recipe::Tuned, false);
                    minus(&self.measured(self.shown, Recipe::Retuned, true), &single)
                },
            ),
            self.joint(),
            self.retuned_decay(),
            self.members_law(),
        ];
        verdicts
            .into_iter()
            .map(|verdict| {
                if self.params.until == "converged" && verdict.id == "standard-width" {
                    verdict.note(self.no_end())
                } else {
                    verdict
                }
            })
            .collect()
    }

    /// Why members with the standard recipe are not trained if training never ends.
    pub(super) fn no_end(&self) -> Text {
        if self.params.decay == 0.0 { words::LEAST_NORM.into() } else { words::NOT_TRAINED.into() }
    }

    /// The number of features of a finite width, 0 for an infinite one.
    fn size(&self, width: usize) -> usize {
        match self.widths[width] {
            Width::Of(count) => count,
            Width::Infinite => 0,
        }
    }

    /// The side of 0 on which theory expects the loss of an endless ensemble of the shown width, minus that of a single
    /// model of infinite width.
    fn gains(&self) -> Limit {
        let below = self.pilot.tuned(self.shown, f64::INFINITY) < self.pilot.tuned(self.infinite(), 1.0);
        if below { Limit::Upper } else { Limit::Lower }
    }

    /// Whether an endless ensemble of infinite width is better than a single model of infinite width. Such members differ
    /// only by their gains, so without gains an ensemble equals its members.
    fn joint(&self) -> Verdict {
        let single = || self.measured(self.infinite(), Recipe::Tuned, false);
        let values = || minus(&self.measured(self.infinite(), Recipe::Retuned, true), &single());
        if self.params.gain > 0.0 {
            return self.difference("joint-limit", words::JOINT_BELOW_SINGLE, Limit::Upper, values);
        }
        let measured = if self.done > 0 { estimate(&values()).0 } else { f64::NAN };
        let mut verdict = Verdict::of("joint-limit", words::JOINT_BELOW_SINGLE, measured, None, 0.0, EQUAL)
            .note(words::EQUAL_MEMBERS);
        verdict.agrees = (self.ended() && measured.is_finite()).then_some(measured.abs() <= EQUAL);
        verdict
    }

    /// A verdict on the sign of a mean difference of losses on the same draws of the data.
    fn difference(
        &self,
        id: &'static str,
        claim: impl Into<Text>,
        limit: Limit,
        values: impl Fn() -> Vec<f64>,
    ) -> Verdict {
        let verdict = sided(id, claim, limit, 0.0);
        if self.done > 0 { judge(verdict, &values(), self.ended()) } else { verdict }
    }

    /// Whether the loss with tuned weight decay falls from each width to the next.
    fn falls(&self) -> Verdict {
        let verdict = sided("tuned-falls", words::TUNED_FALLS, Limit::Upper, 0.0);
        if self.done > 0 { judge(verdict, &self.smallest_fall(), self.ended()) } else { verdict }
    }

    /// The changes of the loss with tuned weight decay, on each draw, from one width to the next: of the step whose interval
    /// ends highest.
    #[inline(never)]
    fn smallest_fall(&self) -> Vec<f64> {
        let losses: Vec<Vec<f64>> = (0..=self.infinite()).map(|i| self.measured(i, Recipe::Tuned, false)).collect();
        let steps = losses.windows(2).map(|pair| minus(&pair[1], &pair[0]));
        let end = |values: &Vec<f64>| estimate(values).1.map_or(f64::INFINITY, |[_, hi]| hi);
        steps.max_by(|a, b| end(a).total_cmp(&end(b))).unwrap_or_default()
    }

    /// Whether trained members have the loss that the closed form gives.
    fn tuned_loss(&self) -> Verdict {
        let claim = text!(words::TUNED_LOSS, width = count(self.params.width));
        let recipe = 1 + self.pilot.best_decay(self.shown, 1.0);
        let theory = self.curves().mean(self.shown, recipe, 1.0);
        let verdict = Verdict::of("tuned-loss", claim.clone(), f64::NAN, None, theory, 0.0);
        if self.done > 0 { self.judge_tuned_loss(claim, recipe, theory) } else { verdict }
    }

    #[inline(never)]
    fn judge_tuned_loss(&self, claim: Text, recipe: usize, theory: f64) -> Verdict {
        let values = self.measured(self.shown, Recipe::Tuned, false);
        let (mean, interval) = estimate(&values);
        // The theoretical value is a mean over other draws of the data.
        let resolution = spread(&self.curves().each(self.shown, recipe, 1.0).collect::<Vec<_>>());
        Verdict::of("tuned-loss", claim, mean, interval, theory, resolution)
            .note(shared::OTHER_DRAWS)
            .once(self.ended())
            .from_runs(values.len(), LEAST)
            .within(MARGIN, shared::TOO_WIDE)
    }

    /// Whether an endless ensemble needs less weight decay than a single model.
    fn retuned_decay(&self) -> Verdict {
        let claim = text!(words::DECAY_RATIO, width = count(self.params.width));
        let mut verdict = sided("retuned-decay", claim, Limit::Upper, 1.0);
        if self.ended() {
            self.judge_decay(&mut verdict);
        }
        verdict
    }

    /// The ratio of the two best weight decays, each the lowest point of a parabola; the interval is from the jackknife
    /// over the draws of the data.
    #[inline(never)]
    fn judge_decay(&self, verdict: &mut Verdict) {
        let place = |curves: &Curves, members: f64| {
            let best = curves.best_decay(self.shown, members);
            if best < 2 || best + 2 >= run::DECAYS {
                return f64::NAN;
            }
            let near: Vec<usize> = (best - 2..=best + 2).collect();
            let x: Vec<f64> = near.iter().map(|i| math::ln(run::decay(*i))).collect();
            let y: Vec<f64> = near.iter().map(|i| curves.mean(self.shown, 1 + i, members)).collect();
            let lowest = vertex(&x, &y);
            if lowest >= x[0] && lowest <= x[4] { lowest } else { f64::NAN }
        };
        let ratio = |curves: &Curves| place(curves, f64::INFINITY) - place(curves, 1.0);
        let all = ratio(&self.curves);
        let n = self.curves.count() as f64;
        let parts: Vec<f64> = (0..self.curves.count()).map(|i| ratio(&self.curves.without(i))).collect();
        let mean = parts.iter().sum::<f64>() / n;
        let square: f64 = parts.iter().map(|part| (part - mean) * (part - mean)).sum();
        let half = student(math::Z999, n - 1.0) * (square * (n - 1.0) / n).sqrt();
        if !(all + half).is_finite() {
            *verdict = verdict.clone().note(words::NO_BEST_DECAY);
            return;
        }
        let ends = [math::exp(all - half), math::exp(all + half)];
        (verdict.measured, verdict.interval) = (math::exp(all), Some(ends));
        verdict.agrees = if ends[1] < 1.0 { Some(true) } else { (ends[0] > 1.0).then_some(false) };
        verdict.note = vec![words::BY_CURVES.into()];
    }

    /// Whether ensembles follow `L_K = L_inf + (L_1 - L_inf)/K`: the loss of half of the members, minus its value by the
    /// law from single members and from all.
    fn members_law(&self) -> Verdict {
        let members = self.params.members;
        let half = members.div_ceil(2);
        let claim = text!(
            words::LAW_OF_MEMBERS,
            half = count(half),
            members = count(members),
            width = count(self.params.width)
        );
        let mut verdict = Verdict::of("members-law", claim.clone(), f64::NAN, None, 0.0, 0.0);
        if members < 3 {
            return verdict.note(words::FEW_MEMBERS);
        }
        if self.done > 0 {
            verdict = self.judge_law(claim, half);
        }
        verdict
    }

    #[inline(never)]
    fn judge_law(&self, claim: Text, half: u32) -> Verdict {
        let all = f64::from(self.params.members);
        let index = TRAINED.iter().position(|recipe| *recipe == Recipe::Tuned).unwrap_or(0);
        let trained = &self.trained[self.shown][index];
        let values: Vec<f64> = trained
            .singles
            .iter()
            .zip(&trained.ensembles)
            .map(|(single, ensembles)| {
                let together = ensembles[ensembles.len() - 1];
                let limit = together - (single - together) / (all - 1.0);
                ensembles[half as usize - 1] - (limit + (single - limit) / f64::from(half))
            })
            .collect();
        let (mean, interval) = estimate(&values);
        Verdict::of("members-law", claim, mean, interval, 0.0, 0.0)
            .once(self.ended())
            .from_runs(values.len(), LEAST)
            .within(MARGIN, shared::TOO_WIDE)
    }
}

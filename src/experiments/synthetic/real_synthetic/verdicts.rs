//! Verdicts of `real-synthetic`.

use super::{RealSynthetic, words};
use crate::math::{self, Z999};
use crate::output::{Verdict, units};
use crate::stats::{mean_and_error, slope_weights, student};
use crate::text;
use crate::text::{Template, number};

/// Least number of runs with which a verdict decides.
const LEAST: usize = 6;
/// The largest part of the exact value by which a verdict may be off without a decision.
const MARGIN: f64 = 0.1;
/// The part of a value by which rounding may change it: where nothing is left to chance, all runs agree to this part.
const ROUNDING: f64 = 1e-9;

impl RealSynthetic {
    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let Some(phases) = self.mixture.phases() else { return vec![self.last_error()] };
        let Some(power) = self.power() else { return vec![self.last_error()] };
        let [first, second] = phases.breaks;
        // The power law of phase 1 needs many samples, and that of phase 3 begins some time after the plateau.
        let mut verdicts = vec![
            self.slope_verdict("slope-first", words::SLOPE_FIRST, power, [3.0 * super::FIRST, first / 4.0]),
            self.slope_verdict("slope-third", words::SLOPE_THIRD, power, [3.0 * second, f64::INFINITY]),
        ];
        if self.plain() {
            verdicts.push(self.height_verdict(phases.plateau));
        }
        let exact = self.exact();
        let edges = self.edges_of(&exact).unwrap_or_default();
        verdicts.push(self.edge_verdict("plateau-begins", words::PLATEAU_BEGINS, edges, 0));
        verdicts.push(self.edge_verdict("plateau-ends", words::PLATEAU_ENDS, edges, 1));
        verdicts
    }

    /// A 99.9% interval around a value of the runs with this standard error.
    fn around(&self, value: f64, error: f64) -> [f64; 2] {
        let half = student(Z999, f64::from(self.params.runs) - 1.0) * error + ROUNDING * value;
        [value - half, value + half]
    }

    /// The slope of the error over the checkpoints in a range of training samples.
    fn slope_verdict(&self, id: &'static str, claim: Template<0>, power: f64, [from, to]: [f64; 2]) -> Verdict {
        let marks: Vec<usize> =
            (0..self.marks.len()).filter(|mark| (from..=to).contains(&f64::from(self.marks[*mark]))).collect();
        if marks.len() < 3 {
            return Verdict::pending(id, claim).warning(words::PHASE_TOO_SHORT);
        }
        let logs: Vec<f64> = marks.iter().map(|mark| math::ln(f64::from(self.marks[*mark]))).collect();
        let (weights, exact) = (slope_weights(&logs), self.exact());
        let theory = weights.iter().zip(&marks).map(|(w, mark)| w * math::ln(exact[*mark])).sum();
        let note = text!(words::EXACT_AND_LIMIT, exact = number(theory), limit = number(power));
        if marks.iter().all(|mark| *mark < self.reached()) {
            return self.measured_slope(id, claim, &marks, &weights, theory).adding(note);
        }
        Verdict::of(id, claim, f64::NAN, None, theory, 0.0).adding(note)
    }

    #[inline(never)]
    fn measured_slope(
        &self,
        id: &'static str,
        claim: Template<0>,
        marks: &[usize],
        weights: &[f64],
        theory: f64,
    ) -> Verdict {
        let means: Vec<f64> = marks.iter().map(|mark| self.mean(*mark).0).collect();
        let slope = weights.iter().zip(&means).map(|(w, mean)| w * math::ln(*mean)).sum();
        // The slope changes with the errors of a run as this sum does.
        let runs = 0..self.params.runs as usize;
        let influence: Vec<f64> = runs
            .map(|run| {
                let terms = weights.iter().zip(marks).zip(&means);
                terms.map(|((w, mark), mean)| w * self.found[*mark][run].iter().sum::<f64>() / mean).sum()
            })
            .collect();
        // Runs that are alike tell too little of chance.
        let chance = |(w, mark): (&f64, &usize)| w * w * self.variance(*mark).iter().sum::<f64>();
        let expected: f64 = weights.iter().zip(marks).map(chance).zip(&means).map(|(x, mean)| x / (mean * mean)).sum();
        let expected = (expected / influence.len() as f64).sqrt();
        let half = student(Z999, influence.len() as f64 - 1.0) * mean_and_error(&influence).1.max(expected);
        Verdict::of(id, claim, slope, Some([slope - half, slope + half]), theory, 0.0)
            .once(self.ended())
            .from_runs(influence.len(), LEAST)
            .against(0.0, words::MORE_RUNS)
    }

    /// The height of the plateau, in its middle.
    fn height_verdict(&self, tail: f64) -> Verdict {
        const ID: &str = "plateau-height";
        let Some(middle) = self.middle() else {
            return Verdict::pending(ID, words::PLATEAU_HEIGHT).warning(words::NO_MIDDLE);
        };
        // In the middle the exact error differs from the tail by what is left of the head and what is known of the tail.
        let samples = f64::from(self.marks[middle]);
        let exact = self.exact()[middle];
        let note =
            text!(words::HEIGHT_EXACT, samples = text::count(samples), exact = number(exact), tail = number(tail));
        if middle < self.reached() {
            return self.measured_height(ID, middle, exact).adding(note);
        }
        Verdict::of(ID, words::PLATEAU_HEIGHT, f64::NAN, None, exact, 0.0).adding(note)
    }

    #[inline(never)]
    fn measured_height(&self, id: &'static str, middle: usize, exact: f64) -> Verdict {
        let (mean, error) = self.mean(middle);
        Verdict::of(id, words::PLATEAU_HEIGHT, mean, Some(self.around(mean, error)), exact, 0.0)
            .once(self.ended())
            .from_runs(self.params.runs as usize, LEAST)
            .within(MARGIN * exact, words::MORE_RUNS)
    }

    /// Where the plateau begins or ends.
    fn edge_verdict(&self, id: &'static str, claim: Template<0>, exact: [Option<f64>; 2], edge: usize) -> Verdict {
        let Some(theory) = exact[edge] else {
            return Verdict::pending(id, claim).warning(words::NO_EDGE).unit(units::SAMPLES);
        };
        let of_phases = self.mixture.phases().map_or(f64::NAN, |phases| phases.breaks[edge]);
        let note = text!(words::EDGE_EXACT, breaks = text::count(of_phases.round()));
        let verdict = if self.ended() {
            self.measured_edge(id, claim, theory, edge)
        } else {
            Verdict::of(id, claim, f64::NAN, None, theory, 0.0)
        };
        verdict.adding(note).unit(units::SAMPLES)
    }

    #[inline(never)]
    fn measured_edge(&self, id: &'static str, claim: Template<0>, theory: f64, edge: usize) -> Verdict {
        let runs = self.params.runs as usize;
        let errors: Vec<Vec<f64>> = (0..self.reached()).map(|mark| self.measured(mark)).collect();
        let edge_of = |errors: &[f64]| self.edges_of(errors).and_then(|edges| edges[edge]);
        let sums: Vec<f64> = errors.iter().map(|errors| errors.iter().sum()).collect();
        let mean = |left_out: Option<usize>| -> Vec<f64> {
            let count = runs as f64 - left_out.map_or(0.0, |_| 1.0);
            let rest = |(sum, errors): (&f64, &Vec<f64>)| (sum - left_out.map_or(0.0, |run| errors[run])) / count;
            sums.iter().zip(&errors).map(rest).collect()
        };
        let all = edge_of(&mean(None));
        let printed = self.mixture.phases().map_or(f64::NAN, |phases| phases.printed[edge]);
        // The jackknife: each pseudovalue says how the edge depends on one run.
        let n = runs as f64;
        let values: Option<Vec<f64>> =
            (0..runs).map(|run| Some(n * all? - (n - 1.0) * edge_of(&mean(Some(run)))?)).collect();
        let (Some(all), Some(values)) = (all, values) else {
            return Verdict::of(id, claim, f64::NAN, None, theory, 0.0).warning(words::EDGE_UNSEEN);
        };
        Verdict::of(id, claim, all, Some(self.around(all, mean_and_error(&values).1)), theory, 0.0)
            .once(self.ended())
            .from_runs(runs, LEAST)
            .against(printed, text!(words::PRINTED_NOT_RULED_OUT, printed = number(printed)))
    }

    /// The error at the end of the training, where there are no phases.
    fn last_error(&self) -> Verdict {
        let exact = self.exact();
        let last = exact.len() - 1;
        if self.ended() {
            return self.measured_last(exact[last], last);
        }
        Verdict::of("last-error", words::LAST_ERROR, f64::NAN, None, exact[last], 0.0)
    }

    #[inline(never)]
    fn measured_last(&self, exact: f64, last: usize) -> Verdict {
        let (mean, error) = self.mean(last);
        Verdict::of("last-error", words::LAST_ERROR, mean, Some(self.around(mean, error)), exact, 0.0)
            .from_runs(self.params.runs as usize, LEAST)
            .within(MARGIN * exact, words::MORE_RUNS)
    }
}

//! What the experiments of this part share: models that are trained on draws of the data, means over these draws, and
//! verdicts on the signs of such means.

use super::words;
use crate::error::Result;
use crate::exec::{Exec, Lanes};
use crate::math::Z999;
use crate::output::{Against, Limit, Verdict};
use crate::rng::Gaussian;
use crate::sim::lottery_ridge::{self as kernel, LotteryRidge};
use crate::stats::{mean_and_error, student};
use crate::text::Text;
use crate::theory::lottery_ridge::Task;

/// Least number of draws with which a verdict decides.
pub const LEAST: usize = 8;
/// Verdicts that need a loss to be this close to theory say "cannot tell" if the interval is wider.
pub const MARGIN: f64 = 0.1;
/// Longest time for which a model with tuned weight decay is trained.
pub const LONGEST: f64 = 8192.0;
/// Number of steps of the kernel, unless a model needs more than the most substeps in each.
const STEPS: u32 = 64;

/// What is needed to draw data and members.
#[derive(Debug)]
pub struct Compute {
    /// The task that all models learn.
    pub task: Task,
    /// The table from which normal numbers are drawn.
    pub gaussian: Gaussian,
}

/// A model to train: its quadratic problem, and how it is trained.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    /// Symmetric matrix of the gradient, row after row.
    pub matrix: &'a [f64],
    /// The vector to which the matrix must take the weights.
    pub target: &'a [f64],
    /// Weight decays. Each of them is trained from weights 0.
    pub decays: &'a [f64],
    /// Training time: the sum of the learning rates of all steps.
    pub time: f64,
}

/// For how long a model with tuned weight decay l is trained. After the time 6/l, what is left to learn is below the share
/// `e^-6`.
pub fn training_time(decay: f64) -> f64 {
    (6.0 / decay).min(LONGEST)
}

/// Trains models, which all have equally many weight decays. The result has the weights of each model with each of its
/// weight decays.
///
/// A step of gradient descent is stable, and its errors shrink without changing their sign, if its rate is at most the
/// inverse of the largest eigenvalue plus the weight decay; so a model with a large matrix takes more and smaller steps.
///
/// # Errors
/// A device failed, and the work could not be repeated on another device.
pub async fn train(exec: &Exec, models: &[Model<'_>]) -> Result<Vec<Vec<f64>>> {
    let needed: Vec<f64> = models
        .iter()
        .map(|Model { matrix, decays, time, .. }| {
            let bound = matrix.iter().map(|x| x * x).sum::<f64>().sqrt();
            time * (bound + decays.iter().fold(0.0_f64, |most, decay| most.max(*decay))).max(1.0)
        })
        .collect();
    let most = needed.iter().fold(1.0_f64, |most, needed| most.max(*needed));
    let steps = STEPS * (most / f64::from(STEPS * kernel::SUBSTEPS_MAX)).ceil() as u32;
    let members: Vec<kernel::Member<'_>> = models
        .iter()
        .zip(&needed)
        .map(|(Model { matrix, target, decays, time }, needed)| {
            let substeps = (needed / f64::from(steps)).ceil().max(1.0) as u32;
            let rate = time / (f64::from(steps) * f64::from(substeps));
            kernel::Member { matrix, target, decays, rate, substeps }
        })
        .collect();
    let decays = models.first().map_or(0, |model| model.decays.len());
    let (inputs, uniforms) = kernel::parts(&members);
    let mut lanes = Lanes::<LotteryRidge>::zeroed(members.len() as u32, decays, inputs);
    exec.advance(&mut lanes, &uniforms, 0..steps).await?;
    let rows = exec.read(&mut lanes).await?.iter().enumerate();
    Ok(rows.map(|(i, row)| row[..models[i / decays].target.len()].iter().map(|x| f64::from(*x)).collect()).collect())
}

/// Mean of values over draws, and its 99.9% interval by Student's distribution.
pub fn estimate(values: &[f64]) -> (f64, Option<[f64; 2]>) {
    let (mean, error) = mean_and_error(values);
    if values.len() < 2 {
        return (mean, None);
    }
    let half = student(Z999, values.len() as f64 - 1.0) * error;
    (mean, Some([mean - half, mean + half]))
}

/// Half the width of the 99.9% interval of a mean over many draws.
pub fn spread(values: &[f64]) -> f64 {
    Z999 * mean_and_error(values).1
}

/// Differences on the same draws.
pub fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// A verdict without a measured value yet: theory predicts on which side of a number the value is.
pub fn sided(id: &'static str, claim: impl Into<Text>, limit: Limit, side: f64) -> Verdict {
    let verdict = Verdict::of(id, claim, f64::NAN, None, side, 0.0).limit(limit);
    Verdict { against: Against::Prediction, ..verdict }
}

/// Fills in a verdict on the sign of a mean over draws: it decides if the interval is on one side of 0, and if the run has
/// `ended`.
#[inline(never)]
pub fn judge(verdict: Verdict, values: &[f64], ended: bool) -> Verdict {
    let (mean, interval) = estimate(values);
    let agrees = interval.and_then(|[lo, hi]| match verdict.limit {
        Some(Limit::Upper) if hi < 0.0 => Some(true),
        Some(Limit::Lower) if lo > 0.0 => Some(true),
        Some(Limit::Upper) if lo > 0.0 => Some(false),
        Some(Limit::Lower) if hi < 0.0 => Some(false),
        _ => None,
    });
    let judged = Verdict { measured: mean, interval, agrees, ..verdict }.once(ended).from_runs(values.len(), LEAST);
    let open = interval.is_some_and(|[lo, hi]| lo < hi && lo <= 0.0 && hi >= 0.0);
    if ended && values.len() >= LEAST && open { judged.adding(words::MORE_DRAWS) } else { judged }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(super) mod testing {
    use super::*;
    use crate::theory::lottery_ridge::Time;
    use crate::theory::symmetric::{Eigen, dot};

    /// Trains one model in f32, and checks that its weights are as the closed form of equally many steps gives them, within
    /// the bound of rounding errors.
    pub(in crate::experiments::little_data) fn trains_as_computed(
        matrix: &[f64],
        target: &[f64],
        time: f64,
        decay: f64,
    ) {
        let substeps = (time * (dot(matrix, matrix).sqrt() + decay) / f64::from(STEPS)).ceil().max(1.0) as u32;
        let steps = f64::from(STEPS) * f64::from(substeps);
        let member = kernel::Member { matrix, target, decays: &[decay], rate: time / steps, substeps };
        let (inputs, uniforms) = kernel::parts(&[member]);
        let mut lanes = Lanes::<LotteryRidge>::zeroed(1, 1, inputs);
        let exec = Exec::cpu();
        pollster::block_on(exec.advance(&mut lanes, &uniforms, 0..STEPS)).expect("trains");
        let v = pollster::block_on(exec.read(&mut lanes)).expect("reads")[0];
        let eigen = Eigen::of(matrix, target.len());
        let time = Time::Steps { rate: time / steps, steps };
        let parts = eigen.coordinates(target).into_iter().zip(&eigen.values);
        let learned: Vec<f64> = parts.map(|(c, s)| c * time.learned(s.max(0.0), decay, 0.0)).collect();
        let exact = eigen.vector(&learned);
        let norm = dot(&exact, &exact).sqrt();
        let error = exact.iter().zip(v).map(|(a, b)| (a - f64::from(b)) * (a - f64::from(b))).sum::<f64>().sqrt();
        let bound = kernel::rounding(&member, decay, STEPS * substeps, 0.0, norm);
        assert!(error <= bound, "{} weights, {time:?}, decay {decay}: {error} above {bound}", target.len());
        assert!(bound < 0.1 * norm, "a bound of {bound} for {norm} shows nothing");
    }

    #[test]
    fn models_are_trained_for_their_time_with_each_weight_decay() {
        // Diagonal problems of two sizes: each weight is (1 - (1 - rate (s + l))^T)/(s + l), which is nearly that of flow.
        let [small, large] = [[0.5, 0.0, 0.0, 0.02], [3.0, 0.0, 0.0, 0.1]];
        let decays = [0.01, 0.3];
        let model = |matrix, time| Model { matrix, target: &[1.0, -2.0], decays: &decays, time };
        let exec = Exec::cpu();
        let found = pollster::block_on(train(&exec, &[model(&small, 20.0), model(&large, 5.0)])).expect("trains");
        assert_eq!(found.len(), 4);
        for (i, (matrix, time)) in [(&small, 20.0), (&large, 5.0)].into_iter().enumerate() {
            for (decay, v) in decays.iter().zip(&found[2 * i..]) {
                for (k, target) in [1.0, -2.0].into_iter().enumerate() {
                    let want = target * Time::Flow(time).learned(matrix[3 * k], *decay, 0.0);
                    assert!((v[k] - want).abs() < 0.01 * want.abs(), "{} against {want}", v[k]);
                }
            }
        }
    }

    #[test]
    fn a_sign_is_judged_by_its_interval() {
        let judged = |values: &[f64], limit| judge(sided("id", words::LOSS, limit, 0.0), values, true);
        let high: Vec<f64> = (0..9).map(|i| 1.0 + 0.01 * f64::from(i)).collect();
        assert_eq!(judged(&high, Limit::Lower).agrees, Some(true));
        assert_eq!(judged(&high, Limit::Upper).agrees, Some(false));
        let around: Vec<f64> = (0..9).map(|i| f64::from(i) - 4.0).collect();
        let open = judged(&around, Limit::Upper);
        assert!(open.agrees.is_none() && open.said().contains("contains 0"), "{}", open.said());
        assert!(judged(&high[..5], Limit::Lower).agrees.is_none(), "too few draws");
        let early = judge(sided("id", words::LOSS, Limit::Lower, 0.0), &high, false);
        assert!(early.agrees.is_none() && early.measured > 1.0, "the run has not ended");
    }
}

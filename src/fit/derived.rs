//! Answers that follow from a fit: the best division of a compute budget, and the number of tokens with which a model
//! reaches a target loss.

use super::choose::least;
use super::{Entry, Role, words};
use crate::math;
use crate::text::Template;

/// Numbers that the user gives for questions about a fit. A question is answered only if its numbers are present.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask {
    /// Compute budget in floating-point operations, which are 6 times parameters times tokens.
    pub compute: Option<f64>,
    /// Number of unique tokens that are available. If it is absent, no token is repeated.
    pub unique: Option<f64>,
    /// Loss that a model should reach.
    pub loss: Option<f64>,
    /// Number of parameters of the model that should reach the target loss.
    pub params: Option<f64>,
    /// Number of epochs whose worth a figure says.
    pub epochs: Option<f64>,
}

/// Answer to a question about a fit: a number and its name.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Name of the number.
    pub name: Template<0>,
    /// Value of the number; not finite if there is no answer.
    pub value: f64,
}

/// Inputs of a law, in its order, for `n` parameters and `d` tokens. If `unique` is `None`, all tokens are unique.
pub fn inputs(law: &Entry, n: f64, d: f64, unique: Option<f64>) -> Vec<f64> {
    let of = |role: Role| match role {
        Role::Params => n,
        Role::Unique => unique.unwrap_or(d).min(d),
        _ => d,
    };
    law.info.inputs.iter().map(|input| of(input.role)).collect()
}

/// Answers to the questions in `ask` about the law with the parameters `p`. Which answers are listed depends only on
/// the law and on `ask`.
pub fn answers(law: &Entry, p: &[f64], ask: &Ask) -> Vec<Answer> {
    let of_law = law.info.derived.iter().zip(law.derived(p));
    let mut list: Vec<Answer> = of_law.map(|(quantity, value)| Answer { name: quantity.name, value }).collect();
    let has = |role: Role| law.info.inputs.iter().any(|input| input.role == role);
    if has(Role::Params) && has(Role::Tokens) {
        if let Some(c) = ask.compute {
            let [n, d, loss] = allocation(law, p, c, ask.unique);
            list.push(Answer { name: words::OPTIMAL_PARAMETERS, value: n });
            list.push(Answer { name: words::OPTIMAL_TOKENS, value: d });
            list.push(Answer { name: words::OPTIMAL_RATIO, value: d / n });
            list.push(Answer { name: words::OPTIMAL_LOSS, value: loss });
            if let Some(unique) = ask.unique {
                list.push(Answer { name: words::OPTIMAL_EPOCHS, value: (d / unique).max(1.0) });
            }
        }
        if let (Some(loss), Some(n)) = (ask.loss, ask.params) {
            let value = reach(|d| law.predict(p, &inputs(law, n, d, ask.unique)), loss);
            list.push(Answer { name: words::TOKENS_TO_TARGET, value });
            if let Some(unique) = ask.unique {
                list.push(Answer { name: words::EPOCHS_TO_TARGET, value: (value / unique).max(1.0) });
            }
        }
    } else if let Some(loss) = ask.loss {
        list.push(Answer { name: words::X_TO_TARGET, value: reach(|x| law.predict(p, &[x]), loss) });
    }
    list
}

/// The best use of `c` floating-point operations, which are 6 times parameters times tokens: the numbers of parameters
/// and of tokens with the lowest predicted loss, as `[parameters, tokens, loss]`. If the loss still falls at an end of
/// the search, there is no best use: then the number of parameters is 0 or infinite, and the number of tokens is
/// infinite or 0. If `unique` is `None`, all tokens are unique.
pub fn allocation(law: &Entry, p: &[f64], c: f64, unique: Option<f64>) -> [f64; 3] {
    let at = |ln_n: f64| {
        let n = math::exp(ln_n);
        law.predict(p, &inputs(law, n, c / (6.0 * n), unique))
    };
    // Search coarsely from a thousand parameters to a thousand tokens, then around the lowest size.
    let (lo, hi) = (math::ln(1e3), math::ln((c / 6e3).max(2e3)));
    let step = (hi - lo) / 128.0;
    let place = |i: i32| lo + step * f64::from(i);
    let best = (0..=128).min_by(|a, b| at(place(*a)).total_cmp(&at(place(*b)))).unwrap_or(0);
    match best {
        0 => return [0.0, f64::INFINITY, at(lo)],
        128 => return [f64::INFINITY, 0.0, at(hi)],
        _ => {}
    }
    let ln_n = least(at, place(best) - step, place(best) + step);
    let n = math::exp(ln_n);
    [n, c / (6.0 * n), at(ln_n)]
}

/// Number of tokens after which a model of `n` parameters reaches `loss`; NaN if the answer is not between 1 and 10^20.
/// The predicted loss must fall as tokens increase. If `unique` is `None`, all tokens are unique.
pub fn tokens_for(law: &Entry, p: &[f64], n: f64, loss: f64, unique: Option<f64>) -> f64 {
    let above = |ln_d: f64| law.predict(p, &inputs(law, n, math::exp(ln_d), unique)) > loss;
    let (mut lo, mut hi) = (0.0, math::ln(1e20));
    if !above(lo) || above(hi) {
        return f64::NAN;
    }
    for _ in 0..52 {
        let middle = 0.5 * (lo + hi);
        if above(middle) { lo = middle } else { hi = middle }
    }
    math::exp(0.5 * (lo + hi))
}

/// Smallest x above 1 at which the curve `f` crosses `value`, upwards or downwards; infinite if `f` does not cross it
/// up to 10^30.
fn reach(f: impl Fn(f64) -> f64, value: f64) -> f64 {
    let (top, steps) = (math::ln(1e30), 600);
    let side = |ln_x: f64| f(math::exp(ln_x)) > value;
    let first = side(0.0);
    let found = (1..=steps).map(|i| top * f64::from(i) / f64::from(steps)).find(|&at| side(at) != first);
    found.map_or(f64::INFINITY, |mut hi| {
        let mut lo = hi - top / f64::from(steps);
        for _ in 0..60 {
            let middle = 0.5 * (lo + hi);
            if side(middle) == first { lo = middle } else { hi = middle }
        }
        math::exp(0.5 * (lo + hi))
    })
}

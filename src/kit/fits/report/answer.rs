//! The answer of a fit to the question of its page.
//!
//! A law of repeated data answers what epochs are worth, a law of parameters and tokens how to split a compute budget,
//! and a law of one input says itself.

use super::{Compared, ENOUGH, LEVEL, Study};
use crate::fit::bootstrap::interval;
use crate::fit::derived::{allocation, inputs, tokens_for};
use crate::fit::profile::{NARROW, factor};
use crate::fit::{Entry, Fit, Role};
use crate::kit::fits::words;
use crate::math;
use crate::output::Answer;
use crate::text;
use crate::text::{Argument, Template, Text, amount, count, list, loss, multiple, number, phrase};

/// Number of epochs whose worth the answer says.
pub(super) const EPOCHS: f64 = 4.0;
/// A larger number of epochs, whose worth is one of the numbers of the answer.
const MANY_EPOCHS: f64 = 16.0;
/// Epochs are worthwhile as long as one more is worth at least this share of an epoch of fresh tokens.
const WORTHWHILE: f64 = 0.1;
/// Largest number of epochs that counts as a number at which epochs stop being worthwhile.
const MOST_EPOCHS: u32 = 1000;

/// The worth of epochs under a law, in epochs of fresh tokens.
///
/// The model has a hundredth as many parameters as there are unique tokens: it is so small that the unique tokens
/// support all of its parameters.
#[derive(Clone, Copy)]
pub(super) struct Worth {
    unique: f64,
}

impl Worth {
    /// The number of fresh tokens with which the law reaches the loss of `epochs` epochs, divided by the number of
    /// unique tokens.
    pub(super) fn of(self, law: &Entry, p: &[f64], epochs: f64) -> f64 {
        let Self { unique } = self;
        let size = unique / 100.0;
        let loss = law.predict(p, &inputs(law, size, epochs * unique, Some(unique)));
        tokens_for(law, p, size, loss, None) / unique
    }

    /// The last epoch after which one more is worthwhile; `None` if it is beyond [`MOST_EPOCHS`].
    fn last(self, law: &Entry, p: &[f64]) -> Option<u32> {
        let more = |k: u32| self.of(law, p, f64::from(k + 1)) - self.of(law, p, f64::from(k)) >= WORTHWHILE;
        let (mut lo, mut hi) = (0, MOST_EPOCHS);
        if more(hi) {
            return None;
        }
        while hi - lo > 1 {
            let middle = lo.midpoint(hi);
            if more(middle) { lo = middle } else { hi = middle }
        }
        Some(hi)
    }
}

/// Columns of the numbers of [`Compared`]: the Akaike criterion, and the error on the largest runs.
const AICC: usize = 3;
const ERROR: usize = 4;

/// A number with its interval. An end that is not finite is left out.
pub(crate) fn ranged(kind: fn(f64) -> Argument, value: f64, [lo, hi]: [f64; 2]) -> Text {
    let (value, least, most) = (kind(value), kind(lo), kind(hi));
    match (lo.is_finite(), hi.is_finite()) {
        (true, true) => text!(words::VALUE_BETWEEN, value = value, least = least, most = most),
        (true, false) => text!(words::VALUE_ABOVE, value = value, least = least),
        (false, true) => text!(words::VALUE_BELOW, value = value, most = most),
        (false, false) => text!(words::VALUE_ALONE, value = value),
    }
}

impl Study<'_> {
    /// The answer: what the fit found or, before the fit, what it should find.
    pub(super) fn answer(&self) -> Answer {
        match self.fit {
            Some(fit) => self.found(fit),
            None => Answer::new(self.expected()),
        }
    }

    /// The worth of epochs over the middle number of unique tokens of the runs; `u` is the place of the unique tokens
    /// among the inputs.
    pub(super) fn worth_over(&self, u: usize) -> Worth {
        let data = &self.shown.data;
        let middle = (0..data.len()).map(|i| math::ln(data.input(i)[u])).sum::<f64>() / data.len() as f64;
        Worth { unique: math::exp(middle) }
    }

    /// What the fit of simulated runs should find, and what the fit of other runs will say. What each law says is in a
    /// function of its own, because the first download of a page contains only the one that it calls.
    fn expected(&self) -> Text {
        let [n, d, u] = self.roles();
        match (self.truth(), n.and(d).and(self.ask.compute), u) {
            (Some(p), _, Some(u)) => self.true_worth(p, u),
            (None, _, Some(_)) => words::WILL_SAY_WORTH.into(),
            (Some(p), Some(budget), None) => self.true_split(p, budget),
            (None, Some(budget), None) => text!(words::WILL_SPLIT, compute = number(budget)),
            (Some(p), None, None) => self.true_law(p),
            (None, None, None) => words::WILL_FIND.into(),
        }
    }

    #[inline(never)]
    fn true_worth(&self, p: &[f64], u: usize) -> Text {
        let (over, law) = (self.worth_over(u), self.problem.law);
        let worth = multiple(over.of(law, p, EPOCHS));
        let last = over.last(law, p).unwrap_or(MOST_EPOCHS);
        text!(words::TRUE_WORTH, worth = worth, last = count(last))
    }

    #[inline(never)]
    fn true_split(&self, p: &[f64], budget: f64) -> Text {
        let [n, d, _] = allocation(self.problem.law, p, budget, None);
        let (compute, ratio, n, d) = (number(budget), multiple(d / n), amount(n), amount(d));
        text!(words::TRUE_SPLIT, compute = compute, parameters = n, tokens = d, ratio = ratio)
    }

    #[inline(never)]
    fn true_law(&self, p: &[f64]) -> Text {
        let says = self.problem.law.says(p);
        says.map_or_else(|| words::WILL_FIND.into(), |says| text!(words::SHOULD_FIND, law = phrase(says)))
    }

    /// What K epochs are worth at the parameters `p`.
    fn worth_words(&self, over: Worth, p: &[f64]) -> Text {
        let law = self.problem.law;
        let worth = over.of(law, p, EPOCHS);
        if worth.is_nan() {
            return words::NO_WORTH.into();
        }
        let worth = multiple(worth);
        match over.last(law, p) {
            Some(last) => text!(words::FOUND_WORTH, worth = worth, last = count(last)),
            None => text!(words::WORTH_WITHOUT_END, worth = worth, last = count(MOST_EPOCHS)),
        }
    }

    /// The best split of a budget, in words.
    fn split_words(&self, budget: f64, [n, d, _]: [f64; 3]) -> Text {
        let compute = number(budget);
        if n == 0.0 || !n.is_finite() {
            return text!(words::NO_SPLIT, compute = compute);
        }
        let (n, d, ratio) = (amount(n), amount(d), multiple(d / n));
        text!(words::FOUND_SPLIT, compute = compute, parameters = n, tokens = d, ratio = ratio)
    }

    /// What the fit found.
    #[inline(never)]
    fn found(&self, fit: &Fit) -> Answer {
        let (law, [n, d, u]) = (self.problem.law, self.roles());
        let all: Vec<&Compared> = self.compared.iter().filter(|compared| compared.failed.is_none()).collect();
        let all = if self.compared.len() == self.others { all } else { Vec::new() };
        match (n.and(d).and(self.ask.compute), u) {
            (_, Some(u)) => self.found_worth(fit, self.worth_over(u), &all),
            _ if !all.is_empty() => self.found_best(fit, &all),
            (Some(budget), None) => self.found_split(fit, budget),
            (None, None) => {
                let says = law.says(&fit.params).map_or_else(|| words::FITTED.into(), |says| self.certain(says));
                self.parameter_facts(Answer::new(says), 0)
            }
        }
    }

    /// The parameters that the runs do not determine, by their profiles.
    fn loose(&self) -> Vec<usize> {
        let boot = self.bootstrapped();
        let loose = |(j, profile): &&(usize, _)| self.noise_is_known() && !self.judged(*j, profile, boot.as_deref()).0;
        self.profiles.iter().filter(loose).map(|(j, _)| *j).collect()
    }

    /// What the law says, and which of its parameters the runs do not determine.
    fn certain(&self, says: Text) -> Text {
        let called = |j: usize| Text::from(Template::new(self.problem.law.info.params[j].name));
        let loose: Vec<Text> = self.loose().into_iter().map(called).collect();
        if loose.is_empty() {
            text!(words::FOUND, law = phrase(says))
        } else {
            text!(words::FOUND_LOOSE, law = phrase(says), parameters = list(loose))
        }
    }

    /// The refits for the intervals of the answer; none if there are too few.
    fn enough_refits(&self) -> Vec<Vec<f64>> {
        if self.refits.len() >= ENOUGH { self.some_refits() } else { Vec::new() }
    }

    /// The best split of the budget.
    fn found_split(&self, fit: &Fit, budget: f64) -> Answer {
        let at = |p: &[f64]| allocation(self.problem.law, p, budget, None);
        let found = at(&fit.params);
        let refits: Vec<[f64; 3]> = self.enough_refits().iter().map(|p| at(p)).collect();
        let ends = |of: fn(&[f64; 3]) -> f64| interval(refits.iter().map(of), LEVEL);
        let ratio = ends(|[n, d, _]| d / n);
        let none = found[0] == 0.0 || !found[0].is_finite();
        let said = if !none && !refits.is_empty() && factor(ratio) > NARROW {
            text!(words::WIDE_SPLIT, compute = number(budget), parameters = amount(found[0]), tokens = amount(found[1]))
        } else {
            self.split_words(budget, found)
        };
        let answer = Answer::new(said);
        if none {
            return answer;
        }
        answer
            .fact(words::PARAMETERS_FACT, ranged(amount, found[0], ends(|[n, ..]| *n)))
            .fact(words::TOKENS_FACT, ranged(amount, found[1], ends(|[_, d, _]| *d)))
            .fact(words::RATIO, ranged(multiple, found[1] / found[0], ratio))
            .fact(words::LOSS, ranged(loss, found[2], ends(|[.., loss]| *loss)))
    }

    /// The worth of epochs. If other laws were fitted too, the answer says how far the laws agree.
    fn found_worth(&self, fit: &Fit, over: Worth, all: &[&Compared]) -> Answer {
        let law = self.problem.law;
        let own = over.of(law, &fit.params, EPOCHS);
        if !all.is_empty() {
            return self.worth_by_laws(fit, over, own, all);
        }
        let refits = self.enough_refits();
        let ends = |k: f64| interval(refits.iter().map(|p| over.of(law, p, k)), LEVEL);
        // The law of the worth has one parameter of its own.
        let decay = ["R_D", "delta_D"].iter().find_map(|name| law.param(name).ok());
        let loose = decay.is_some_and(|j| self.undetermined(j, fit.params[j]) || self.loose().contains(&j));
        let said = if loose && own.is_finite() {
            text!(words::LOOSE_WORTH, worth = multiple(own))
        } else {
            self.worth_words(over, &fit.params)
        };
        let mut answer = Answer::new(said);
        for k in [EPOCHS, MANY_EPOCHS] {
            let worth = ranged(multiple, over.of(law, &fit.params, k), ends(k));
            answer = answer.fact(text!(words::WORTH_FACT, epochs = count(k)), worth);
        }
        // The parameters before it are those of runs without repeats.
        self.parameter_facts(answer, decay.unwrap_or(0))
    }

    /// The worth of four epochs by several laws.
    #[inline(never)]
    fn worth_by_laws(&self, fit: &Fit, over: Worth, own: f64, all: &[&Compared]) -> Answer {
        let worth = |other: &&Compared| {
            let (law, p) = other.repeats()?;
            Some((Text::verbatim(other.name), over.of(law, p, EPOCHS)))
        };
        let worths: Vec<(Text, f64)> =
            std::iter::once((self.own_name(), own)).chain(all.iter().filter_map(worth)).collect();
        let worths: Vec<(Text, f64)> = worths.into_iter().filter(|(_, worth)| worth.is_finite()).collect();
        let [least, most] =
            worths.iter().fold([f64::INFINITY, 0.0], |[a, b], (_, worth)| [a.min(*worth), b.max(*worth)]);
        let (laws, least, most) = (count(worths.len()), multiple(least), multiple(most));
        let said = match self.best_law(fit, all, AICC) {
            _ if worths.is_empty() => words::NO_WORTH.into(),
            Some(best) => text!(words::WORTH_BY_LAWS, laws = laws, least = least, most = most, best = phrase(best)),
            None => text!(words::WORTH_BY_LAWS_ALONE, laws = laws, least = least, most = most),
        };
        let one = |answer: Answer, (law, worth): (Text, f64)| answer.fact(law, ranged(multiple, worth, [f64::NAN; 2]));
        worths.into_iter().fold(Answer::new(said), one)
    }

    /// The law whose number in column `k` of the comparison is the lowest; `None` if no law has such a number.
    fn best_law(&self, fit: &Fit, all: &[&Compared], k: usize) -> Option<Text> {
        let own = (self.own_name(), self.compared_own(fit).numbers[k]);
        let others = all.iter().map(|law| (Text::verbatim(law.name), law.numbers[k]));
        let known = std::iter::once(own).chain(others).filter(|(_, number)| !number.is_nan());
        known.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(law, _)| law)
    }

    /// The name of the law of this fit among several laws. Another form of this law may have its name.
    fn own_name(&self) -> Text {
        let own = self.problem.law.info.slug;
        let twice = self.compared.iter().any(|law| law.name == own);
        if twice { words::THIS_LAW.into() } else { Text::verbatim(own) }
    }

    /// Which of several laws fits best, and which predicts the largest runs best.
    #[inline(never)]
    fn found_best(&self, fit: &Fit, all: &[&Compared]) -> Answer {
        let own = self.compared_own(fit);
        let laws = count(all.len() + 1);
        let said = match [AICC, ERROR].map(|k| self.best_law(fit, all, k)) {
            [Some(best), Some(sharpest)] if best == sharpest => {
                text!(words::BEST_TWICE, laws = laws, best = phrase(best))
            }
            [Some(best), Some(sharpest)] => {
                text!(words::BEST_OF_LAWS, laws = laws, best = phrase(best), sharpest = phrase(sharpest))
            }
            [Some(best), None] => text!(words::LOWEST_OF_LAWS, laws = laws, best = phrase(best)),
            [None, _] => text!(words::TOO_FEW_FOR_LAWS, laws = laws),
        };
        let one = |answer: Answer, law: &Compared| {
            let [aicc, error] = [AICC, ERROR].map(|k| law.numbers[k]);
            let value = match (aicc.is_nan(), error.is_nan()) {
                (true, _) => return answer,
                (false, true) => text!(words::LAW_FACT_AICC, aicc = number(aicc)),
                (false, false) => text!(words::LAW_FACT, aicc = number(aicc), error = multiple(error)),
            };
            answer.fact(Text::verbatim(law.name), value)
        };
        std::iter::once(&own).chain(all.iter().copied()).fold(Answer::new(said), one)
    }

    /// Adds the free parameters from number `first` on as facts.
    fn parameter_facts(&self, answer: Answer, first: usize) -> Answer {
        let (Some(fit), params) = (self.fit, self.problem.law.info.params) else { return answer };
        let boot = self.bootstrapped();
        let free = (first..params.len()).filter(|&j| self.problem.held[j].is_none());
        free.fold(answer, |answer, j| {
            let profile = self.profiles.iter().find(|(k, _)| *k == j).map(|(_, profile)| profile.interval());
            let ends = boot.as_ref().map(|boot| boot[j]).or(profile).unwrap_or([f64::NAN; 2]);
            let value = if self.undetermined(j, fit.params[j]) {
                words::UNDETERMINED.into()
            } else {
                ranged(number, fit.params[j], ends)
            };
            answer.fact(Template::new(params[j].name), value)
        })
    }

    /// Whether the value of free parameter `j` says nothing about the runs: it is an end of the allowed range, or the
    /// profile interval is open on the side of the value, which is far from the other end.
    pub(super) fn undetermined(&self, j: usize, value: f64) -> bool {
        if self.problem.held[j].is_some() {
            return false;
        }
        let near = |end: &f64| end.is_finite() && (value - end).abs() <= 1e-6 * end.abs();
        let profile = self.profiles.iter().find(|(k, _)| *k == j).filter(|_| self.noise_is_known());
        let open = |[lo, hi]: [f64; 2]| match (lo.is_finite(), hi.is_finite()) {
            (true, true) => false,
            (true, false) => lo > 0.0 && value > NARROW * lo,
            (false, true) => hi > 0.0 && NARROW * value < hi,
            (false, false) => true,
        };
        self.problem.law.info.params[j].bounds.iter().any(near)
            || profile.is_some_and(|(_, profile)| open(profile.interval()))
    }

    /// The place of the parameters, of the tokens and of the unique tokens among the inputs.
    pub(super) fn roles(&self) -> [Option<usize>; 3] {
        [Role::Params, Role::Tokens, Role::Unique].map(|role| self.place(role))
    }
}

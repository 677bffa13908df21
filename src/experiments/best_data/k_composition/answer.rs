//! Answers of `k-composition`.

use super::{KComposition, Params, words};
use crate::kit::race::words as shared;
use crate::kit::race::{CROWD, Favourite, Race, Time};
use crate::math::{self, Z999};
use crate::text;
use crate::text::{Text, count, multiple};

impl KComposition {
    /// The number of samples after which training switches to the uniform distribution; `None` if it never does.
    fn switch(&self) -> Option<u32> {
        Some(self.params.uniform_after).filter(|&after| after > 0 && after < self.params.samples)
    }

    /// What theory predicts. If theory predicts nothing for the exponents that are compared, what will be measured.
    pub(super) fn expectation(&self) -> Text {
        let Params { hops, exponents, .. } = &self.params;
        let hops = *hops;
        let uniform = exponents.contains(&0.0);
        if !uniform || exponents.len() < 2 {
            return shared::RUN_WILL_SHOW.into();
        }
        // A power law sees its rarest skill after of order d^alpha samples, and uniform training needs d^(k/2) or more.
        let escapes = exponents.iter().any(|&alpha| alpha > 1.0 && alpha <= 0.5 * f64::from(hops));
        match Favourite::with(hops) {
            Favourite::Uniform => text!(words::UNIFORM_FIRST, hops = count(hops)),
            Favourite::PowerLaw if !escapes => shared::RACE_WILL_SHOW.into(),
            Favourite::PowerLaw if self.switch().is_some() => words::SWITCH_HELPS.into(),
            Favourite::PowerLaw if exponents.len() > CROWD => words::MIDDLE_IS_BEST.into(),
            Favourite::PowerLaw if self.sizes.len() > 2 => {
                let times = multiple(math::pow(2.0, 0.5 * f64::from(hops)));
                text!(words::UNIFORM_GROWS, times = times)
            }
            Favourite::PowerLaw => text!(words::POWER_LAW_FIRST, hops = count(hops)),
        }
    }

    /// What the finished runs show.
    #[inline(never)]
    pub(super) fn answer(&self, race: &Race) -> Text {
        self.rates.answer().or_else(|| self.growth()).or_else(|| self.switched(race)).unwrap_or_else(|| race.answer())
    }

    /// By which factor the times grow when the number of skills doubles; `None` if this was not measured both for
    /// uniform training and for a single power law.
    fn growth(&self) -> Option<Text> {
        let exponents = &self.params.exponents;
        let uniform = exponents.iter().position(|&alpha| alpha == 0.0).filter(|_| exponents.len() == 2)?;
        let [(slow, slow_error), (fast, fast_error)] = [self.slope(uniform)?, self.slope(1 - uniform)?];
        let [slow_times, fast_times] = [slow, fast].map(|slope| multiple(math::pow(2.0, slope)));
        let apart = (slow - fast).abs() > Z999 * (slow_error * slow_error + fast_error * fast_error).sqrt();
        Some(if apart {
            text!(words::SKILLS_DOUBLED, uniform = slow_times, power = fast_times)
        } else {
            text!(words::SKILLS_DOUBLED_ALIKE, uniform = slow_times, power = fast_times)
        })
    }

    /// What a power law first and uniform training later is worth, where it is faster than uniform training alone.
    fn switched(&self, race: &Race) -> Option<Text> {
        let after = self.switch()?;
        let exponents = &self.params.exponents;
        let uniform = exponents.iter().position(|&alpha| alpha == 0.0).filter(|_| exponents.len() == 2)?;
        let won = race.verdict(Favourite::PowerLaw, true)?.agrees == Some(true);
        let (slow, fast) = (race.quantile(uniform, 0.5)?, race.quantile(1 - uniform, 0.5)?);
        let switched_in_time = matches!(fast, Time::At(samples) if samples > u64::from(after));
        (won && switched_in_time)
            .then(|| text!(words::SWITCHED, after = count(after), fast = fast.said(), slow = slow.said()))
    }
}

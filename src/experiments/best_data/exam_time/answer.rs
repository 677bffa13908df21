//! Answers of `exam-time`.

use super::run::Closing;
use super::{ExamTime, same, shares_on_line, words};
use crate::math;
use crate::text;
use crate::text::{Text, count, share};
use crate::theory::exam_time as theory;

/// The subject that loses the largest share of the hours if the shares change from p to q, and the subject that wins
/// the largest.
fn moved(p: &[f64], q: &[f64]) -> [usize; 2] {
    let most = |sign: f64| (0..p.len()).max_by(|&i, &j| (sign * (q[i] - p[i])).total_cmp(&(sign * (q[j] - p[j]))));
    [-1.0, 1.0].map(|sign| most(sign).unwrap_or(0))
}

impl ExamTime {
    /// The heavier of two subjects; `None` if the two weights are equal, or if there are more subjects.
    fn heavier(&self) -> Option<usize> {
        (self.p.len() == 2 && self.p[0] != self.p[1]).then_some(usize::from(self.p[1] > self.p[0]))
    }

    /// What theory predicts for many hours.
    pub(super) fn advice(&self) -> Text {
        let (p, q) = (&self.p, &self.power);
        if same(p, q) {
            return words::KEEP.into();
        }
        let saved = share(1.0 - theory::gain(p, &self.c, self.a).hours_ratio);
        match (self.heavier(), moved(p, q)) {
            (Some(k), _) => text!(words::ADVICE, weight = share(p[k]), best = share(q[k]), saved = saved),
            (None, [less, more]) => text!(
                words::ADVICE_OF_MANY,
                less = count(less + 1),
                weight = share(p[less]),
                few = share(q[less]),
                more = count(more + 1),
                light = share(p[more]),
                many = share(q[more]),
                saved = saved,
            ),
        }
    }

    /// What the simulated students show. `agrees` tells whether they agree with the prediction; `None` if they cannot
    /// tell.
    #[inline(never)]
    pub(super) fn measured_advice(&self, closing: &Closing, agrees: Option<bool>) -> Text {
        let saved = 1.0 - math::pow(self.measured_ratio().0, 1.0 / self.a);
        let hours = count(self.hours);
        match agrees {
            Some(true) if same(&self.p, &self.power) => return text!(words::MEASURED_KEEP, hours = hours),
            Some(_) if saved > 0.0 => {}
            _ => return words::CANNOT_TELL.into(),
        }
        let x = closing.vertex;
        let q = if self.p.len() == 2 { vec![x, 1.0 - x] } else { shares_on_line(&self.p, &self.power, x) };
        match (self.heavier(), moved(&self.p, &q)) {
            (Some(k), _) => text!(
                words::MEASURED,
                hours = hours,
                weight = share(self.p[k]),
                best = share(q[k]),
                saved = share(saved)
            ),
            (None, [less, more]) => text!(
                words::MEASURED_OF_MANY,
                hours = hours,
                less = count(less + 1),
                few = share(q[less]),
                more = count(more + 1),
                many = share(q[more]),
                saved = share(saved),
            ),
        }
    }
}

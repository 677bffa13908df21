//! The small picture of `exam-time`: how the hours are divided between the subjects.

use super::{ExamTime, real, words};
use crate::kit::race::words as shared;
use crate::output::{Drawing, Picture};
use crate::text;
use crate::text::{count, share};

impl ExamTime {
    /// The shares of the hours that are best for the students so far; `None` before the first checkpoint. At the end of
    /// the run they are the measured optimum, and before that the best of all allocations that are tried.
    fn best_so_far(&self) -> Option<Vec<f64>> {
        let best = (0..self.sums.len()).min_by(|&i, &j| self.sums[i].total_cmp(&self.sums[j]))?;
        let tried = real(&self.allocations[best]);
        let measured = self.closing.as_ref().map(|closing| self.at(closing.vertex));
        let shares = |hours: Vec<f64>| hours.into_iter().map(|n| n / f64::from(self.hours)).collect::<Vec<_>>();
        // A fitted parabola may have no minimum, or one where a subject has less than no hours.
        let fits = |q: &Vec<f64>| q.iter().all(|q| *q >= 0.0) && (q.iter().sum::<f64>() - 1.0).abs() < 1e-9;
        (self.done > 0).then(|| measured.map(shares).filter(fits).unwrap_or_else(|| shares(tried)))
    }

    /// The picture of the hours, with a bar for each way to divide them: in proportion to the weights, as theory
    /// predicts, best for the students so far and, for two subjects, as the user divides them. The bar of the students
    /// is empty before the first checkpoint.
    pub(super) fn hours_picture(&self) -> Picture {
        let about = match self.done {
            0 => text!(words::HOURS_BEFORE, hours = count(self.hours)),
            done => text!(words::HOURS_OF_STUDENTS, hours = count(self.hours), students = count(done)),
        };
        let bars = [
            (words::MATCHED, Some(self.p.clone())),
            (words::OPTIMAL, Some(self.power.clone())),
            (words::MEASURED_BEST, self.best_so_far()),
        ];
        let yours = (self.p.len() == 2).then(|| (words::YOURS, Some(vec![self.yours, 1.0 - self.yours])));
        bars.into_iter().chain(yours).fold(Picture::new(words::HOURS_DIVIDED, about), |picture, (label, shares)| {
            match shares {
                None => picture.shares(label, shared::NOT_YET, Drawing::Bar, vec![]),
                Some(q) => picture.shares(label, text!(words::FIRST_SHARE, share = share(q[0])), Drawing::Bar, q),
            }
        })
    }
}

//! Answers of `real-synthetic`.

use super::{RealSynthetic, words};
use crate::math;
use crate::text;
use crate::text::{Text, count, loss, share};
use crate::theory::real_synthetic::{Cut, Phases};

/// What a curve shows: its plateau, the height of the plateau, and the last error.
struct Seen {
    plateau: Option<[Option<f64>; 2]>,
    height: f64,
    last: f64,
}

/// A plateau is called short if it ends before this multiple of the samples at which it begins.
const SHORT: f64 = 20.0;

/// A number of samples with two significant digits.
fn about(samples: f64) -> f64 {
    let power = math::pow(10.0, math::log10(samples).floor() - 1.0);
    (samples / power).round() * power
}

impl RealSynthetic {
    /// What theory predicts. An edge of the plateau after the end of the training is not reached.
    pub(super) fn expected_answer(&self) -> Text {
        let end = f64::from(self.params.samples);
        let reached = |edge: Option<f64>| edge.filter(|samples| *samples < end);
        let exact = self.exact();
        let seen = Seen {
            plateau: self
                .plateau
                .filter(|edges| edges[0].is_none_or(|begin| begin < end))
                .map(|edges| edges.map(reached)),
            height: self.middle().map_or(f64::NAN, |mark| exact[mark]),
            last: exact[exact.len() - 1],
        };
        self.answer(words::BY_THEORY.into(), &seen)
    }

    /// What the finished runs show.
    #[inline(never)]
    pub(super) fn measured_answer(&self) -> Text {
        let errors = self.means();
        let seen = Seen {
            // Chance may flatten a curve whose exact shape has no plateau.
            plateau: self.edges_of(&errors).filter(|_| self.middle().is_some()),
            height: self.middle().map_or(f64::NAN, |mark| errors[mark]),
            last: errors[errors.len() - 1],
        };
        self.answer(text!(words::BY_RUNS, runs = count(self.params.runs)), &seen)
    }

    /// Whether the plateau lasts although there are enough real samples: the learner has no room for rarer facts.
    fn known(&self) -> bool {
        let ends = |phases: Phases| phases.breaks[1] < f64::from(self.params.samples);
        matches!(self.plateau, Some([_, None])) && self.mixture.phases().is_some_and(ends)
    }

    fn answer(&self, by: Text, Seen { plateau, height, last }: &Seen) -> Text {
        let by = text::phrase(by);
        let (real, samples) = (share(self.params.real), count(self.params.samples));
        let clean = || loss(self.error(&self.other(Cut::Hard(self.params.facts), 1.0), f64::from(self.params.samples)));
        let at = |edge: f64| count(about(edge));
        let hard = self.mixture.phases().is_some();
        match *plateau {
            _ if self.params.real == 1.0 => text!(words::ALL_REAL, by = by, error = loss(*last), samples = samples),
            _ if !hard && self.params.generator == "cut" => {
                text!(words::NOTHING_CUT, by = by, error = loss(*last), samples = samples)
            }
            _ if !hard => {
                text!(words::THINNED_OUT, by = by, real = real, error = loss(*last), samples = samples, clean = clean())
            }
            Some([Some(begin), Some(end)]) if end < SHORT * begin => {
                text!(
                    words::SHORT_PLATEAU,
                    by = by,
                    real = real,
                    begin = at(begin),
                    end = at(end),
                    error = loss(*last),
                    samples = samples
                )
            }
            Some([Some(begin), Some(end)]) => text!(
                words::THREE_PHASES,
                by = by,
                real = real,
                begin = at(begin),
                plateau = loss(*height),
                end = at(end)
            ),
            Some([Some(begin), None]) if self.params.real == 0.0 => {
                text!(words::NEVER_AGAIN, by = by, begin = at(begin), plateau = loss(*height))
            }
            Some([Some(begin), None]) if self.known() => {
                text!(words::ALL_KNOWN, by = by, real = real, begin = at(begin), plateau = loss(*height))
            }
            Some([Some(begin), None]) => text!(
                words::NOT_YET_AGAIN,
                by = by,
                real = real,
                begin = at(begin),
                plateau = loss(*height),
                samples = samples
            ),
            Some([None, Some(end)]) => {
                text!(words::FLAT_FIRST, by = by, real = real, plateau = loss(*height), end = at(end))
            }
            Some([None, None]) => text!(words::FLAT, by = by, real = real, plateau = loss(*height), samples = samples),
            None => {
                text!(words::NO_PLATEAU, by = by, real = real, error = loss(*last), samples = samples, clean = clean())
            }
        }
    }
}

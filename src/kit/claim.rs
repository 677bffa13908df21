//! Claims: known numbers that an experiment recomputes. Most were published; some are earlier results of this lab.

use serde::Serialize;

use crate::output::{Cell, Output};
use crate::params::{Texts, query, to_number};

/// Where in a result the number of a claim is found.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pick<'a> {
    /// The measured value of the verdict with this id, and its interval.
    Verdict(&'a str),
    /// The cell of a table in a given row and column. The three strings are the id of the table, the content of the
    /// row's first cell, and the name of the column.
    Cell(&'a str, &'a str, &'a str),
    /// The point of a series whose abscissa is nearest to a given one. The fields are the id of the figure, the id of
    /// the series, and the abscissa.
    Point(&'a str, &'a str, f64),
}

impl Pick<'_> {
    /// Finds the number and its interval in the result; `None` if the result does not contain the number yet.
    pub fn of(self, output: &Output) -> Option<(f64, Option<[f64; 2]>)> {
        let found = match self {
            Self::Verdict(id) => output.verdicts.iter().find(|v| v.id == id).map(|v| (v.measured, v.interval)),
            Self::Cell(id, row, column) => {
                let table = output.tables.iter().find(|table| table.id == id)?;
                let column = table.columns.iter().position(|other| other.name.english() == column)?;
                let named = |cells: &&Vec<Cell>| match &cells[0] {
                    Cell::Number(x) => to_number(row) == Some(*x),
                    Cell::Text(text) => text.is(row),
                };
                let mut rows = table.rows.iter().filter(named);
                match (rows.next()?.get(column)?, rows.next()) {
                    (Cell::Number(x), None) => Some((*x, None)),
                    // Where two rows have that name, neither is picked.
                    _ => None,
                }
            }
            Self::Point(figure, series, x) => {
                let figure = output.figures.iter().find(|f| f.id == figure)?;
                let series = figure.series.iter().find(|s| s.id == series)?;
                let distance = |i: usize| (series.x[i] - x).abs();
                let i = (0..series.x.len()).min_by(|&i, &j| distance(i).total_cmp(&distance(j)))?;
                let ends = series.lo.as_ref().zip(series.hi.as_ref());
                Some((series.y[i], ends.map(|(lo, hi)| [lo[i], hi[i]])))
            }
        };
        found.filter(|(value, _)| value.is_finite())
    }
}

/// The origin of a claim's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A publication prints the number.
    Printed,
    /// A publication prints a formula. The number is the value of the formula at the parameters of the claim.
    Formula,
    /// This lab measured the number before, with another program, and did not publish it.
    Own,
}

impl Origin {
    /// A word for the origin, for use in a table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::Formula => "from a printed formula",
            Self::Own => "this lab's own",
        }
    }
}

/// A claim: a known number, usually a published one, and how to recompute it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Claim {
    /// Id of the claim, unique in the experiment.
    pub id: &'static str,
    /// Authors and year of the publication. If its versions differ, the version is given too.
    pub source: &'static str,
    /// Where the number comes from: a publication, a published formula, or an earlier result of this lab.
    pub origin: Origin,
    /// The section, figure or table of the publication that prints the number.
    pub place: &'static str,
    /// The quantity that the number measures, in words.
    pub what: &'static str,
    /// The known number: as a publication prints it, or as a published formula or an earlier program gives it.
    pub printed: f64,
    /// The parameters at which the number is recomputed, as a URL query.
    pub query: &'static str,
    /// The seed with which the number is recomputed.
    pub seed: u32,
    /// The place in the result where the recomputed number is found.
    pub pick: Pick<'static>,
    /// How far the recomputed number may be from the expected number. The interval of the recomputed number is allowed
    /// in addition.
    pub tolerance: f64,
    /// The reason for the size of the tolerance.
    pub reason: &'static str,
    /// The number that we expect to get, if we know that it differs from the printed number; `None` if the two should
    /// agree.
    pub ours: Option<f64>,
    /// Why our number differs from the printed one, or what else a reader should know; may be empty.
    pub note: &'static str,
    /// The table that the number is computed from; `None` if no table is needed.
    pub data: Option<File>,
}

/// A table that the lab needs but may not distribute.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct File {
    /// The name of the file.
    pub file: &'static str,
    /// A sentence that says where to get the file.
    pub from: &'static str,
}

/// The result of recomputing a claim.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Reproduced {
    /// The recomputed number.
    pub ours: f64,
    /// The interval of the recomputed number.
    pub interval: Option<[f64; 2]>,
    /// Whether the recomputed number agrees with the printed one, within the tolerance.
    pub agrees: bool,
    /// Whether the recomputed number agrees with the expected one, within the tolerance. The expected number is usually
    /// the printed one. If our number is known to differ from it, the expected number is the one that we got before,
    /// and the recomputed number must also disagree with the printed one.
    pub as_expected: bool,
}

impl Reproduced {
    /// Compares a printed number with the number in a result. If our number is known to differ from the printed one,
    /// `instead` is the number that we expect. Returns `None` if the result does not contain the number yet.
    pub fn of(pick: Pick<'_>, printed: f64, tolerance: f64, instead: Option<f64>, output: &Output) -> Option<Self> {
        let (ours, interval) = pick.of(output)?;
        let [lo, hi] = interval.unwrap_or([ours, ours]);
        let holds = |number: f64| number >= lo - tolerance && number <= hi + tolerance;
        let agrees = holds(printed);
        Some(Self { ours, interval, agrees, as_expected: instead.map_or(agrees, |number| !agrees && holds(number)) })
    }
}

impl Claim {
    const fn new(origin: Origin, id: &'static str, printed: f64, what: &'static str) -> Self {
        Self {
            id,
            source: "",
            origin,
            place: "",
            what,
            printed,
            query: "",
            seed: 1,
            pick: Pick::Verdict(""),
            tolerance: 0.0,
            reason: "",
            ours: None,
            note: "",
            data: None,
        }
    }

    /// A claim about a number that a publication prints; `what` describes the quantity.
    pub const fn printed(id: &'static str, number: f64, what: &'static str) -> Self {
        Self::new(Origin::Printed, id, number, what)
    }

    /// A claim about the value of a published formula at the claim's parameters; `what` describes the quantity.
    pub const fn formula(id: &'static str, number: f64, what: &'static str) -> Self {
        Self::new(Origin::Formula, id, number, what)
    }

    /// A claim about a number that this lab measured earlier with another program; `what` describes the quantity.
    pub const fn own(id: &'static str, number: f64, what: &'static str) -> Self {
        Self::new(Origin::Own, id, number, what)
    }

    /// Names the publication, and the section, figure or table that prints the number.
    pub const fn by(mut self, source: &'static str, place: &'static str) -> Self {
        (self.source, self.place) = (source, place);
        self
    }

    /// Sets the parameters at which the number is recomputed, as a URL query. Parameters that are not set take their
    /// defaults.
    pub const fn at(mut self, query: &'static str) -> Self {
        self.query = query;
        self
    }

    /// Sets where in the result the recomputed number is.
    pub const fn pick(mut self, pick: Pick<'static>) -> Self {
        self.pick = pick;
        self
    }

    /// Sets how far the recomputed number may be from the expected number, in addition to its interval, and the reason
    /// for this tolerance.
    pub const fn within(mut self, tolerance: f64, reason: &'static str) -> Self {
        (self.tolerance, self.reason) = (tolerance, reason);
        self
    }

    /// Declares that our number is known to differ from the printed one: `ours` is the number that we get, and `why`
    /// the reason.
    pub const fn differs(mut self, ours: f64, why: &'static str) -> Self {
        (self.ours, self.note) = (Some(ours), why);
        self
    }

    /// Adds a sentence with further information for the reader.
    pub const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// Sets the table that the number is computed from. The lab may not distribute this table.
    pub const fn over(mut self, data: File) -> Self {
        self.data = Some(data);
        self
    }

    /// Compares the claim with a result; `None` if the result does not contain the number yet.
    pub fn compare(&self, output: &Output) -> Option<Reproduced> {
        Reproduced::of(self.pick, self.printed, self.tolerance, self.ours, output)
    }

    /// The parameter values of the claim, as pairs of a name and a text.
    pub fn texts(&self) -> Texts {
        query(self.query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Axis, Column, Figure, Series, Table, Verdict};
    use crate::text::word;

    fn output() -> Output {
        let axis = Axis::linear(word(""));
        let series = Series::measured("s", word(""), vec![1.0, 2.0, 4.0], vec![10.0, 20.0, f64::NAN])
            .interval(vec![9.0, 18.0, 0.0], vec![11.0, 22.0, 0.0]);
        Output {
            answer: None,
            figures: vec![Figure::new("f", word(""), axis, axis).series([series])],
            tables: vec![Table {
                id: "t",
                nothing: None,
                title: word("").into(),
                columns: ["key", "value"].map(|name| Column { name: word(name), unit: "" }).into(),
                rows: vec![
                    vec![word("word").into(), 7.0.into()],
                    vec![1000.0.into(), 8.0.into()],
                    vec![word("twice").into(), 1.0.into()],
                    vec![word("twice").into(), 2.0.into()],
                ],
            }],
            verdicts: vec![Verdict::of("v", word(""), 0.5, Some([0.4, 0.6]), 0.5, 0.0)],
        }
    }

    #[test]
    fn a_pick_finds_its_number() {
        let of = |pick: Pick<'_>| pick.of(&output());
        assert_eq!(of(Pick::Verdict("v")), Some((0.5, Some([0.4, 0.6]))));
        assert_eq!(of(Pick::Cell("t", "word", "value")), Some((7.0, None)));
        assert_eq!(of(Pick::Cell("t", "1e3", "value")), Some((8.0, None)), "a row of a number");
        assert_eq!(of(Pick::Point("f", "s", 2.2)), Some((20.0, Some([18.0, 22.0]))), "the nearest");
        for pick in [
            Pick::Cell("t", "word", "key"),
            Pick::Cell("t", "word", "other"),
            Pick::Cell("t", "other", "value"),
            Pick::Cell("t", "twice", "value"),
            Pick::Point("f", "s", 5.0),
            Pick::Verdict("none"),
        ] {
            assert_eq!(of(pick), None, "{pick:?}");
        }
    }

    #[test]
    fn a_claim_agrees_within_interval_and_tolerance() {
        let claim = |printed, tolerance, ours: Option<f64>| {
            let claim = Claim::printed("", printed, "").pick(Pick::Verdict("v")).within(tolerance, "");
            ours.map_or(claim, |ours| claim.differs(ours, ""))
        };
        for (printed, tolerance, agrees) in
            [(0.41, 0.0, true), (0.35, 0.1, true), (0.65, 0.1, true), (0.35, 0.0, false), (0.65, 0.0, false)]
        {
            let found = claim(printed, tolerance, None).compare(&output()).expect("a number");
            assert_eq!((found.agrees, found.as_expected), (agrees, agrees), "{printed} within {tolerance}");
            let found = claim(printed, tolerance, Some(0.5)).compare(&output()).expect("a number");
            assert_eq!(found.as_expected, !agrees, "expected to differ: {printed} within {tolerance}");
        }
        for (ours, tolerance, expected) in [(0.6, 0.0, true), (0.61, 0.0, false), (0.39, 0.0, false), (0.61, 0.1, true)]
        {
            let found = claim(0.9, tolerance, Some(ours)).compare(&output()).expect("a number");
            assert!(!found.agrees, "0.9 is not what we get");
            assert_eq!(found.as_expected, expected, "a number that differs must still be ours: {ours}, {tolerance}");
        }
    }
}

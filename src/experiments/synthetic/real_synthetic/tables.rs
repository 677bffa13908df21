//! Tables of `real-synthetic`.

use super::{RealSynthetic, words};
use crate::output::{Cell, Column, Table};

/// Shares of real data in the table of the bound.
const SHARES: [f64; 5] = [0.001, 0.01, 0.1, 0.5, 1.0];

impl RealSynthetic {
    pub(super) fn tables(&self) -> Vec<Table> {
        let mut tables = vec![self.errors_table()];
        tables.extend(self.breaks_table());
        tables.push(self.terms_table());
        tables
    }

    /// Errors at the checkpoints.
    fn errors_table(&self) -> Table {
        let exact = self.exact();
        let rows = (0..self.marks.len()).map(|mark| {
            let samples = f64::from(self.marks[mark]);
            let closed = self.mixture.closed(samples, 0.0).filter(|_| self.plain());
            let closed = closed.map_or(f64::NAN, |[head, tail]| head + tail);
            let (mean, error) = if mark < self.reached() { self.mean(mark) } else { (f64::NAN, f64::NAN) };
            [samples, exact[mark], closed, mean, error].map(Cell::from).to_vec()
        });
        Table {
            id: "errors",
            nothing: None,
            title: words::ERRORS_TITLE.into(),
            columns: Column::plain([
                words::SAMPLES,
                words::EXACT,
                words::CLOSED,
                words::MEAN_OF_RUNS,
                words::STANDARD_ERROR,
            ]),
            rows: rows.collect(),
        }
    }

    /// Where the plateau begins and ends.
    fn breaks_table(&self) -> Option<Table> {
        let phases = self.mixture.phases()?;
        let exact = self.plateau.unwrap_or_default();
        let means = if self.done > 0 { self.means() } else { Vec::new() };
        let measured = self.edges_of(&means).unwrap_or_default();
        let rows = [words::BEGINS, words::ENDS].into_iter().enumerate().map(|(i, name)| {
            let number = |x: Option<f64>| Cell::from(x.filter(|x| x.is_finite()).unwrap_or(f64::NAN));
            vec![
                name.into(),
                number(Some(phases.breaks[i])),
                number(Some(phases.printed[i])),
                number(exact[i]),
                number(measured[i]),
            ]
        });
        Some(Table {
            id: "breaks",
            nothing: None,
            title: words::BREAKS_TITLE.into(),
            columns: Column::plain([
                words::PLATEAU,
                words::WITH_ZETA,
                words::AS_PRINTED,
                words::HALF_EXACT,
                words::HALF_RUNS,
            ]),
            rows: rows.collect(),
        })
    }

    /// Terms of the bound for some shares of real data.
    fn terms_table(&self) -> Table {
        let terms = self.world().against_real(&self.contributor(), &SHARES);
        let rows = SHARES.iter().zip(terms).map(|(real, terms)| {
            [*real, terms.truth, terms.loss, terms.mmd, terms.ntk, terms.finite].map(Cell::from).to_vec()
        });
        Table {
            id: "terms",
            nothing: None,
            title: words::TERMS_TITLE.into(),
            columns: Column::plain([
                words::SHARE,
                words::TRUTH,
                words::EMPIRICAL,
                words::DISTANCE,
                words::COMPLEXITY,
                words::FINITE,
            ]),
            rows: rows.collect(),
        }
    }
}

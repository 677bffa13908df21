//! The small picture of `state-tracking`: cups that are shuffled, and which runs follow them.

use super::{Params, StateTracking, words};
use crate::kit::race::words as shared;
use crate::kit::race::{name, rows_shown};
use crate::output::{Drawing, Picture};
use crate::sim::state_tracking as sim;
use crate::text;
use crate::text::count;
use crate::theory::state_tracking::image;

/// Largest number of runs of each training distribution that the picture shows.
const RUNS: usize = 128;

impl StateTracking {
    /// The ranks of the skills in the first test sequence, which the picture shows.
    pub(super) fn example(&self) -> &[u32] {
        &self.tests[0][..self.params.hops as usize]
    }

    /// The places of each symbol while the first run follows the example: at the start and after every hop.
    fn paths(&self) -> Vec<Vec<f64>> {
        let codes = sim::skills_of(self.seed, self.params.symbols, 0);
        let path = |symbol| {
            let mut place = symbol;
            let moved = self.example().iter().map(|&rank| {
                place = image(codes[rank as usize], place);
                f64::from(place)
            });
            std::iter::once(f64::from(symbol)).chain(moved).collect()
        };
        (0..self.params.symbols).map(path).collect()
    }

    /// The picture of the cups: one test sequence, and a row of cells for each training distribution, with a cell for
    /// each run.
    pub(super) fn cups_picture(&self) -> Picture {
        let Params { hops, exponents, runs, .. } = &self.params;
        let title = text!(words::CUPS, symbols = count(self.params.symbols), hops = count(*hops));
        let shuffled = text!(words::SHUFFLES, hops = count(*hops));
        let picture =
            Picture::new(title, words::CUPS_AND_RUNS).row(words::EXAMPLE, shuffled, Drawing::Paths, self.paths());
        let (rows, others) = rows_shown(exponents.len());
        let picture = exponents.iter().take(rows).enumerate().fold(picture, |picture, (i, &alpha)| {
            let records = self.last(i);
            let right = records.iter().filter(|record| record.example).count();
            let mut cells: Vec<f64> = records.iter().take(RUNS).map(|record| f64::from(record.accuracy)).collect();
            cells.resize((*runs as usize).min(RUNS), 0.0);
            let follow = if records.is_empty() {
                shared::NOT_YET.into()
            } else {
                text!(words::FOLLOW, right = count(right), runs = count(*runs))
            };
            picture.shares(name(alpha), follow, Drawing::Cells, cells)
        });
        let few = *runs as usize > RUNS;
        let cells = few.then(|| text!(words::FIRST_RUNS, shown = count(RUNS), runs = count(*runs)));
        picture.without(others).without(cells)
    }
}

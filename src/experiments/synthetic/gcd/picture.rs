//! The small picture of `gcd`: which divisors the networks of each kind know.

use super::{CommonDivisors, words};
use crate::output::{Drawing, Picture};
use crate::text;
use crate::text::{count, number};

/// Largest number of rows of a picture.
const ROWS: usize = 5;

impl CommonDivisors {
    /// The picture has a row for each kind of networks, with a cell for each divisor that the base can show. A cell is
    /// as full as the share of networks that know its divisor.
    pub(super) fn divisors_picture(&self) -> Picture {
        let rows = self.kinds.len().min(ROWS);
        let left_out = self.kinds[rows..].iter().map(|kind| kind.label.clone());
        let picture = Picture::new(words::DIVISORS_KNOWN, words::HOW_CELLS_FILL).without(left_out);
        self.kinds[..rows].iter().enumerate().fold(picture, |picture, (i, kind)| {
            let (seen, allowed) = (self.last(i).unwrap_or_default(), kind.allowed());
            let share = |divisor: &u32| {
                let knows = seen.iter().filter(|seen| seen.knows(*divisor)).count();
                knows as f64 / f64::from(self.params.networks)
            };
            let cells: Vec<f64> = allowed.iter().map(share).collect();
            let known = number(cells.iter().sum());
            let value = text!(words::KNOWN_OF, known = known, allowed = count(allowed.len()));
            picture.shares(kind.label.clone(), value, Drawing::Cells, cells)
        })
    }
}

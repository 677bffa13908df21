//! Tables of `gcd`.

use super::run::{mean, primes};
use super::{CommonDivisors, words};
use crate::output::{Cell, Column, Table};
use crate::sim::gcd::DIVISORS;
use crate::theory::gcd::{PUBLISHED, accuracy, all_powers, mass};

impl CommonDivisors {
    pub(super) fn tables(&self) -> Vec<Table> {
        // Before something is measured there is nothing to list.
        if self.done > 0 { self.measured_tables() } else { Vec::new() }
    }

    #[inline(never)]
    fn measured_tables(&self) -> Vec<Table> {
        let mut tables = vec![self.kinds_table(), self.divisors_table()];
        if self.ended() {
            tables.push(published_table());
        }
        tables
    }

    /// What the networks of each kind have learned.
    fn kinds_table(&self) -> Table {
        let row = |kind: usize| {
            let seen = self.last(kind).unwrap_or_default();
            let known = || seen.iter().map(|seen| seen.known().len() as f64);
            vec![
                Cell::from(self.kinds[kind].label.clone()),
                mean(seen, |seen| seen.tested.accuracy).into(),
                mean(seen, |seen| seen.share_of(&seen.known())).into(),
                mean(seen, |seen| accuracy(&seen.known())).into(),
                self.kinds[kind].ceiling().into(),
                known().fold(f64::NAN, f64::min).into(),
                known().fold(f64::NAN, f64::max).into(),
                (seen.iter().filter(|seen| seen.diverged).count() as f64).into(),
            ]
        };
        Table {
            id: "kinds",
            nothing: None,
            title: words::KINDS_TITLE.into(),
            columns: Column::plain([
                words::KIND,
                words::ACCURACY,
                words::OF_TESTS,
                words::OF_KNOWN,
                words::CEILING,
                words::FEWEST,
                words::MOST_KNOWN,
                words::DIVERGED_NETWORKS,
            ]),
            rows: (0..self.kinds.len()).map(row).collect(),
        }
    }

    /// When the networks of the first kind learned which divisor. It lists what theory allows, and what is known besides.
    fn divisors_table(&self) -> Table {
        let allowed = self.kinds[0].allowed();
        let row = |divisor: u32| {
            let first_known = |network: usize| {
                let at = self.found[0].iter().position(|seen| seen[network].knows(divisor));
                at.map(|mark| self.samples(mark))
            };
            let when: Vec<f64> = (0..self.params.networks as usize).filter_map(first_known).collect();
            let all = when.len() == self.params.networks as usize;
            let now = self.last(0).unwrap_or_default().iter().filter(|seen| seen.knows(divisor)).count();
            let is_allowed = allowed.contains(&divisor);
            (is_allowed || !when.is_empty()).then(|| {
                vec![
                    Cell::from(f64::from(divisor)),
                    mass(divisor).into(),
                    if is_allowed { words::YES } else { words::NO }.into(),
                    when.iter().copied().fold(f64::NAN, f64::min).into(),
                    if all { when.iter().copied().fold(f64::NAN, f64::max) } else { f64::NAN }.into(),
                    (now as f64).into(),
                ]
            })
        };
        Table {
            id: "divisors",
            nothing: None,
            title: words::DIVISORS_TITLE.into(),
            columns: Column::plain([
                words::DIVISOR,
                words::PROBABILITY,
                words::IS_ALLOWED,
                words::FIRST_NETWORK,
                words::LAST_NETWORK,
                words::NETWORKS_NOW,
            ]),
            rows: (1..=DIVISORS as u32).filter_map(row).collect(),
        }
    }
}

/// The published results, beside what the lists of learned divisors give.
fn published_table() -> Table {
    let row = |row: &crate::theory::gcd::Published| {
        let list = row.list();
        let small = |list: &Vec<u32>| list.iter().filter(|divisor| **divisor <= DIVISORS as u32).count() as f64;
        vec![
            Cell::from(f64::from(row.base)),
            f64::from(row.correct).into(),
            list.as_ref().map_or(f64::NAN, small).into(),
            row.accuracy.unwrap_or(f64::NAN).into(),
            list.as_ref().map_or(f64::NAN, |list| accuracy(list)).into(),
            all_powers(&primes(row.base)).into(),
        ]
    };
    Table {
        id: "published",
        nothing: None,
        title: words::PUBLISHED_TITLE.into(),
        columns: Column::plain([
            words::BASE_COLUMN,
            words::COUNT_PRINTED,
            words::COUNT_OF_LIST,
            words::ACCURACY_PRINTED,
            words::ACCURACY_OF_LIST,
            words::CEILING,
        ]),
        rows: PUBLISHED.iter().map(row).collect(),
    }
}

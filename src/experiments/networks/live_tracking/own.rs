//! A reader's own multiplication table, in place of the permutations.

use super::words;
use crate::error::{Error, Result};
use crate::text;
use crate::text::{Text, count, name};
use crate::theory::automaton::Flaw;

/// Least number of elements.
const LEAST: usize = 2;
/// Largest number of elements.
const MOST: usize = 16;

/// A multiplication table.
#[derive(Debug)]
pub(super) struct Own {
    /// Number n of elements, which are numbered from 0.
    pub(super) elements: u32,
    /// The product a b is `products[a n + b]`.
    pub(super) products: Vec<u32>,
}

impl Own {
    /// Reads a table. Rows are separated by semicolons or line breaks, and the products of a row by spaces or commas.
    ///
    /// # Errors
    /// The text is not a square table of [`LEAST`] to [`MOST`] elements, or a product is no element.
    pub(super) fn read(text: &str) -> Result<Self> {
        let refused = |allowed: Text| Error::parameter("group", text, allowed);
        let cells = |row: &'_ str| -> Vec<String> {
            let parts = row.split(|c: char| c == ',' || c.is_whitespace());
            parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let rows: Vec<Vec<String>> = text.split([';', '\n']).map(cells).filter(|row| !row.is_empty()).collect();
        let n = rows.len();
        if !(LEAST..=MOST).contains(&n) {
            return Err(refused(text!(words::TABLE_SIZE, least = count(LEAST), most = count(MOST), rows = count(n))));
        }
        let mut products = Vec::new();
        for (a, row) in rows.iter().enumerate() {
            if row.len() != n {
                return Err(refused(text!(
                    words::TABLE_ROW,
                    n = count(n),
                    row = count(a + 1),
                    found = count(row.len())
                )));
            }
            for (b, cell) in row.iter().enumerate() {
                let product = cell.parse().ok().filter(|product| (*product as usize) < n);
                let says = || {
                    text!(words::TABLE_PRODUCT, last = count(n - 1), a = count(a), b = count(b), product = name(cell))
                };
                products.push(product.ok_or_else(|| refused(says()))?);
            }
        }
        Ok(Self { elements: n as u32, products })
    }

    /// A sentence that says whether the table is that of a group.
    pub(super) fn said(&self) -> Text {
        let n = count(self.elements);
        match Flaw::of(self.elements, &self.products) {
            None => text!(words::GROUP, n = n),
            // Reading a table has refused products that are no elements.
            Some(Flaw::NoIdentity | Flaw::Open { .. }) => text!(words::NO_IDENTITY, n = n),
            Some(Flaw::NoInverse(x)) => text!(words::NO_INVERSE, n = n, x = count(x)),
            Some(Flaw::NotAssociative { a, b, c }) => {
                text!(words::NOT_ASSOCIATIVE, n = n, a = count(a), b = count(b), c = count(c))
            }
        }
    }
}

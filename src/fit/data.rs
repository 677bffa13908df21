//! The runs to which a law is fitted, as arrays: inputs of the law, losses, weights, and features, which are computed
//! in advance.

use super::runs::words;
use super::{Entry, Info, Input, Residual};
use crate::error::{Error, ErrorKind, Result};
use crate::math;
use crate::rng::{Draws, Stream};
use crate::stats::{order, sort_by};
use crate::text;
use crate::text::{Text, count, phrase, setting};

/// Stream of random numbers for the noise of simulated runs.
const NOISE: Stream = Stream(17);

/// The runs to which a law is fitted. Every row has inputs, a measured value, a weight, a run and features.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// Inputs of the law, `[row][input]`.
    pub x: Vec<f64>,
    /// Measured value of each row, which the law predicts.
    pub y: Vec<f64>,
    /// Logarithms of the measured values.
    pub ln_y: Vec<f64>,
    /// Weight of each row, inversely proportional to the variance of its noise. See [`Data::weigh`].
    pub weight: Vec<f64>,
    /// Index of each row's run; rows of one run are resampled together.
    pub block: Vec<u32>,
    /// Features, `[row][feature]`: numbers that the law computes once from the inputs of a row, such as logarithms, and
    /// that [`Law::point`](super::Law::point) reads.
    pub rows: Vec<f64>,
    width: usize,
    features: usize,
}

/// Names the place of row `i` in an error message: its line in the file, or its number if `line` is `None`.
#[inline(never)]
fn place(line: Option<&[usize]>, i: usize) -> text::Argument {
    phrase(match line {
        Some(line) => text!(words::ON_LINE, line = setting(line[i] as f64)),
        None => text!(words::IN_ROW, row = setting((i + 1) as f64)),
    })
}

#[inline(never)]
fn not_an_input(input: &Input, value: f64, place: text::Argument) -> Text {
    let (called, value) = (phrase(input.role.plural()), setting(value));
    if input.from_zero {
        text!(words::FROM_0, place = place, input = called, value = value)
    } else {
        text!(words::ABOVE_0, place = place, input = called, value = value)
    }
}

#[inline(never)]
fn not_a_loss(positive: bool, loss: f64, place: text::Argument) -> Text {
    if positive {
        text!(words::LOSS_ABOVE_0, place = place, loss = setting(loss))
    } else {
        text!(words::LOSS_NUMBER, place = place, loss = setting(loss))
    }
}

#[inline(never)]
fn few_rows(rows: usize, law: &Info, least: usize) -> Text {
    text!(words::FEW_ROWS, rows = count(rows), law = phrase(law.title), least = count(least))
}

#[inline(never)]
fn constant(input: &Input, value: f64) -> Text {
    text!(words::CONSTANT, input = phrase(input.role.plural()), value = setting(value))
}

impl Data {
    /// Builds data from columns `x` of inputs, in the law's order, and a column `y` of measured values. Measured values
    /// must be above 0 if their logarithm is fitted. `line[i]` is the line of row `i` in its file.
    ///
    /// # Errors
    /// The law cannot use a value (the message names the value and its place); there are too few rows; or a column does
    /// not vary.
    pub fn new(law: &Entry, x: &[&[f64]], y: &[f64], residual: Residual, line: Option<&[usize]>) -> Result<Self> {
        let bad = |message: Text| Err(Error::new(ErrorKind::Parameter, message));
        let positive = residual == Residual::Log;
        let info = law.info;
        for i in 0..y.len() {
            for (input, column) in info.inputs.iter().zip(x) {
                let fine = column[i] > 0.0 || column[i] == 0.0 && input.from_zero;
                if !(column[i].is_finite() && fine) {
                    return bad(not_an_input(input, column[i], place(line, i)));
                }
            }
            if !y[i].is_finite() || positive && y[i] <= 0.0 {
                return bad(not_a_loss(positive, y[i], place(line, i)));
            }
        }
        let least = info.params.iter().filter(|p| !p.frozen).count() + 1;
        if y.len() < least {
            return bad(few_rows(y.len(), info, least));
        }
        for (input, column) in info.inputs.iter().zip(x) {
            if column.iter().all(|x| *x == column[0]) {
                return bad(constant(input, column[0]));
            }
        }
        let mut data = Self { width: x.len(), features: info.features, ..Self::default() };
        for i in 0..y.len() {
            let row: Vec<f64> = x.iter().map(|column| column[i]).collect();
            data.push(law, &row, y[i], 1.0, i as u32);
        }
        Ok(data)
    }

    /// Data without rows.
    pub fn empty(law: &Entry) -> Self {
        Self { width: law.info.inputs.len(), features: law.info.features, ..Self::default() }
    }

    /// Adds a row that belongs to run number `block`, without checking it.
    pub fn push(&mut self, law: &Entry, x: &[f64], y: f64, weight: f64, block: u32) {
        let at = self.rows.len();
        self.rows.resize(at + self.features, 0.0);
        (law.features)(x, &mut self.rows[at..]);
        self.x.extend_from_slice(x);
        self.y.push(y);
        self.ln_y.push(math::ln(y));
        self.weight.push(weight);
        self.block.push(block);
    }

    /// Simulates runs with these inputs. The loss is the prediction of `law` at the parameters `p`, times `e^(sigma z)`
    /// for a law whose logarithm is fitted, or plus `sigma z` for other laws. Here z is a standard normal number that
    /// depends only on the seed, the run and the row.
    pub fn simulated(law: &Entry, p: &[f64], inputs: &[Vec<f64>], sigma: f64, seed: u32, run: u32) -> Self {
        let mut data = Self::empty(law);
        for (i, x) in (0..).zip(inputs) {
            let noise = sigma * math::normal_quantile(Draws::new(seed, NOISE, run, i).uniform());
            let clean = law.predict(p, x);
            let y = match law.info.objective.residual {
                Residual::Log => clean * math::exp(noise),
                Residual::Plain => clean + noise,
            };
            data.push(law, x, y, 1.0, i);
        }
        data
    }

    /// Gives every row its entry in `weight`, and merges copies: rows with equal inputs, loss and run become one row
    /// with their total weight. Returns the indices of the rows that stay.
    ///
    /// Only the ratios of weights have a meaning. They are scaled to the mean 1; their sum is then the number of rows
    /// that stay.
    ///
    /// # Errors
    /// There are too few different rows.
    pub fn weigh(&mut self, law: &Entry, weight: &[f64]) -> Result<Vec<usize>> {
        let all = self.len();
        let key = |i: usize| self.input(i).iter().chain([&self.y[i]]).map(|x| x.to_bits());
        let mut order = self.order();
        sort_by(&mut order, &|i| f64::from(self.block[i]));
        let most = weight.iter().copied().fold(0.0, f64::max);
        let mut sums = vec![0.0; all];
        for copies in order.chunk_by(|&i, &j| self.block[i] == self.block[j] && key(i).eq(key(j))) {
            sums[copies[0]] = copies.iter().map(|&i| weight[i] / most).sum();
        }
        let kept: Vec<usize> = (0..all).filter(|&i| sums[i] > 0.0).collect();
        let least = law.info.params.iter().filter(|p| !p.frozen).count() + 1;
        if kept.len() < least {
            let message = text!(
                words::FEW_DIFFER,
                kept = count(kept.len()),
                rows = count(all),
                law = phrase(law.info.title),
                least = count(least),
            );
            return Err(Error::new(ErrorKind::Parameter, message));
        }
        let mean = sums.iter().sum::<f64>() / kept.len() as f64;
        let sums: Vec<f64> = sums.iter().map(|sum| sum / mean).collect();
        self.weight = vec![1.0; all];
        *self = self.weighted(&sums);
        Ok(kept)
    }

    /// Weighs and merges rows as [`Data::weigh`] does, for a table that has no column of runs. Rows with equal inputs
    /// and loss become one row, and every row that stays counts as a run.
    ///
    /// # Errors
    /// There are too few different rows.
    pub fn weigh_apart(&mut self, law: &Entry, weight: &[f64]) -> Result<Vec<usize>> {
        let rows = std::mem::replace(&mut self.block, vec![0; weight.len()]);
        let kept = self.weigh(law, weight)?;
        self.block = kept.iter().map(|&i| rows[i]).collect();
        Ok(kept)
    }

    /// Indices of the rows, ordered by their inputs, and by their losses where the inputs are equal. Copies of a row
    /// stay in the order of their indices.
    fn order(&self) -> Vec<usize> {
        let mut order = order(&self.y);
        for k in (0..self.width).rev() {
            sort_by(&mut order, &|i| self.input(i)[k]);
        }
        order
    }

    /// Indices of the rows of each run, one list for each run.
    pub fn runs(&self) -> Vec<Vec<u32>> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        sort_by(&mut order, &|i| f64::from(self.block[i]));
        let runs = order.chunk_by(|&i, &j| self.block[i] == self.block[j]);
        runs.map(|rows| rows.iter().map(|&i| i as u32).collect()).collect()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.y.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.y.is_empty()
    }

    /// Inputs of row `i`, in the law's order.
    pub fn input(&self, i: usize) -> &[f64] {
        &self.x[i * self.width..(i + 1) * self.width]
    }

    /// Copy of the rows whose entry in `weight` is above 0. The weight of each copied row is multiplied by this entry.
    pub fn weighted(&self, weight: &[f64]) -> Self {
        let mut to = Self { width: self.width, features: self.features, ..Self::default() };
        to.refill(self, weight);
        to
    }

    /// Replaces the rows by those of `from.weighted(weight)`, but keeps the allocated memory.
    pub fn refill(&mut self, from: &Self, weight: &[f64]) {
        for list in [&mut self.x, &mut self.y, &mut self.ln_y, &mut self.weight, &mut self.rows] {
            list.clear();
        }
        self.block.clear();
        (self.width, self.features) = (from.width, from.features);
        for (i, w) in weight.iter().enumerate().filter(|(_, w)| **w > 0.0) {
            self.x.extend_from_slice(from.input(i));
            self.rows.extend_from_slice(&from.rows[i * self.features..(i + 1) * self.features]);
            self.y.push(from.y[i]);
            self.ln_y.push(from.ln_y[i]);
            self.weight.push(w * from.weight[i]);
            self.block.push(from.block[i]);
        }
    }

    /// Copy of at most `n` rows. The rows are ordered by their inputs, and evenly spaced ones are taken, so their order
    /// in the file does not matter.
    #[inline(never)]
    pub fn thinned(&self, n: usize) -> Self {
        let order = self.order();
        let mut weight = vec![0.0; self.len()];
        let keep = n.min(self.len());
        for k in 0..keep {
            weight[order[(2 * k + 1) * self.len() / (2 * keep)]] = 1.0;
        }
        self.weighted(&weight)
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    #[test]
    fn noise_is_as_large_as_asked_for() {
        let inputs: Vec<Vec<f64>> = (1..=4000).map(|i| vec![f64::from(i)]).collect();
        for (slug, p) in [("log-linear", &[3.3, 7.0][..]), ("power", &[3.0, 2.0, 0.5])] {
            let law = find(slug).expect("a law");
            let data = Data::simulated(law, p, &inputs, 0.1, 1, 0);
            let off = |i: usize| {
                let clean = law.predict(p, data.input(i));
                if slug == "power" { data.ln_y[i] - math::ln(clean) } else { data.y[i] - clean }
            };
            let size = ((0..4000).map(|i| off(i) * off(i)).sum::<f64>() / 4000.0).sqrt();
            // One standard error is 1.1%.
            assert!((size / 0.1 - 1.0).abs() < 0.05, "{slug}: {size}");
        }
    }

    #[test]
    fn weights_multiply_and_rows_of_none_go() {
        let law = find("power").expect("a law");
        let mut data = Data::empty(law);
        for i in 1..=3 {
            data.push(law, &[f64::from(i)], 2.0 + f64::from(i), f64::from(i), i as u32);
        }
        let picked = data.weighted(&[2.0, 0.0, 0.5]);
        assert_eq!((picked.weight, picked.y, picked.block), (vec![2.0, 1.5], vec![3.0, 5.0], vec![1, 3]), "two rows");
    }

    #[test]
    fn a_scale_of_all_weights_says_nothing_and_copies_count_once() {
        let law = find("power").expect("a law");
        let rows = |count: usize, copies: usize| {
            let x: Vec<f64> = (0..count * copies).map(|i| (1 + i % count) as f64).collect();
            let y: Vec<f64> = x.iter().map(|x| 1.0 + 1.0 / x).collect();
            let mut data = Data::new(law, &[&x], &y, law.info.objective.residual, None).expect("runs");
            data.block = vec![0; x.len()];
            data
        };
        for scale in [1.0, 1e6, 1e-3, 1e300, 1e-300] {
            let mut data = rows(6, 1);
            data.weigh(law, &[1.0, 2.0, 3.0, 1.0, 2.0, 3.0].map(|w| w * scale)).expect("enough");
            for (found, want) in data.weight.iter().zip([0.5, 1.0, 1.5, 0.5, 1.0, 1.5]) {
                assert!((found - want).abs() < 1e-15, "times {scale}: {found} {want}");
            }
        }
        let (mut once, mut twice) = (rows(6, 1), rows(6, 2));
        assert_eq!(once.weigh(law, &[7.0; 6]).expect("enough"), [0, 1, 2, 3, 4, 5]);
        assert_eq!(twice.weigh(law, &[1.0; 12]).expect("enough").len(), 6, "copies");
        assert_eq!((&once.x, &once.y, &once.weight), (&twice.x, &twice.y, &twice.weight), "pasted twice");
        let mut runs = rows(6, 2);
        runs.block = (0..12).collect();
        assert_eq!(runs.weigh(law, &[1.0; 12]).expect("enough").len(), 12, "equal rows of other runs are no copies");
        let few = rows(3, 7).weigh(law, &[1.0; 21]).expect_err("three rows").to_string();
        assert!(few.starts_with("only 3 of 21 rows are distinct"), "{few}");
    }

    #[test]
    fn a_part_is_spread_whatever_the_order() {
        let law = find("power").expect("a law");
        let rows = |order: &[u32]| {
            let mut data = Data::empty(law);
            order.iter().for_each(|i| data.push(law, &[f64::from(*i)], 1.0, 1.0, 0));
            let mut x = data.thinned(3).x;
            x.sort_by(f64::total_cmp);
            x
        };
        assert_eq!(rows(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), [2.0, 5.0, 8.0], "every third");
        assert_eq!(rows(&[9, 4, 1, 7, 5, 3, 8, 2, 6]), [2.0, 5.0, 8.0], "in any order");
        assert_eq!(rows(&[2, 1]), [1.0, 2.0], "no more than there are");
    }

    #[test]
    fn nothing_may_be_nothing_only_where_the_law_allows_it() {
        let x: Vec<f64> = (0..9).map(f64::from).collect();
        let read = |slug: &str| {
            let law = find(slug).expect("a law");
            Data::new(law, &[&x], &[1.0; 9], law.info.objective.residual, None)
        };
        assert_eq!(read("mixture-of-exponentials").expect("runs").len(), 9, "from 0");
        assert_eq!(read("power").expect_err("no power of 0").to_string(), "row 1: x must be above 0, not 0");
        let law = find("power").expect("a law");
        let tiny = Data::new(law, &[&[1.0, 2.0, -1e-60, 4.0]], &[1.0; 4], law.info.objective.residual, None);
        assert_eq!(tiny.expect_err("below 0").to_string(), "row 3: x must be above 0, not -1e-60");
    }
}

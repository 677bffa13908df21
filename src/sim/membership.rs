//! Kernel of the membership learner, which is right about an item if it has seen the item, and else wrong. It draws
//! samples and marks the items that they show.
//!
//! A group is one run, whose state is a bitmap of its items, and the lanes of a workgroup share the samples of the run.
//! A bit that is set twice is set, so no order of the samples matters. All arithmetic of the kernel is on integers, so
//! every device gives the same bits. The host sums probabilities in f64.

use std::ops::Range;

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Kernel};
use crate::rng::{self, Alias, PACKED_COLUMNS_MAX, Stream};

/// Random stream from which the samples are drawn.
const MEMBERSHIP: Stream = Stream(20);

/// Number of words in a row of a run's state, equal to the number of invocations that share the samples of a run.
pub const LANES: usize = 64;

/// Number of slots of a [`Table`].
const SLOTS: usize = 1 << 16;

/// Number of samples that a block of four random words gives. Each takes half a word.
const PER_BLOCK: u32 = 8;

crate::uniforms! {
    /// Uniforms of the kernel, at binding 0.
    pub struct Uniforms {
        /// Seed of all draws.
        seed: u32,
        /// Index of the run in group 0.
        first_run: u32,
        /// Number of rows of a run's state.
        rows: u32,
        /// Number of items.
        items: u32,
        /// Number of columns of the alias table.
        columns: u32,
    }
}

/// Kernel that draws samples and marks the items that each run has seen. The state of a run is a bitmap: word w has the
/// bits of the items of ranks 32 w + 1 to 32 w + 32, the lowest bit first, and lies in row w / 64 at lane w % 64. A bit
/// is 1 if its item has been seen, and bits after the last item mean nothing. A step is one sample. The inputs are those
/// of a [`Table`].
#[derive(Debug)]
pub struct Membership;

/// Table from which samples are drawn. A sample shows one of the items, or none.
///
/// The table has two parts, because a few items make up most samples, and a small table stays in the fastest memory. An
/// item of probability p has the whole part of 2^16 p among 2^16 slots, of which a sample takes one. Slots that are left
/// are empty. If a sample takes an empty slot, its outcome is drawn from an alias table, in which an item has the
/// fraction that remains of 2^16 p.
#[derive(Clone, Debug)]
pub struct Table {
    /// The item of each slot, counted from 0. The number of items stands for an empty slot.
    slots: Vec<u32>,
    /// The alias table, which is wide. The outcome after the last item is a sample that shows none of the items.
    rest: Alias,
    /// Number of items.
    items: u32,
}

impl Table {
    /// Makes a table in which item `i` (of rank `i + 1`) has the probability `p[i]`, and a sample that shows none of the
    /// items has the probability `beyond`. The probabilities must be non-negative and may have any sum above 0.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "items are far below 2^32")]
    pub fn new(p: &[f64], beyond: f64) -> Self {
        let (items, scale) = (p.len() as u32, SLOTS as f64 / (p.iter().sum::<f64>() + beyond));
        let (mut slots, mut rest) = (Vec::with_capacity(SLOTS), Vec::with_capacity(p.len() + 1));
        for (item, p) in (0..).zip(p) {
            let share = scale * p;
            slots.extend(std::iter::repeat_n(item, share as usize));
            rest.push(share - share.floor());
        }
        // If nothing remains, no slot is empty, and the alias table needs an outcome that is never drawn.
        rest.push((scale * beyond).max(f64::MIN_POSITIVE));
        slots.resize(SLOTS, items);
        // Outcomes without probability fill a small alias table, so that the kernel reads only wide ones.
        rest.resize(rest.len().max(PACKED_COLUMNS_MAX + 1), 0.0);
        Self { slots, rest: Alias::new(&rest), items }
    }

    /// Inputs of the kernel.
    pub fn inputs(&self) -> Inputs {
        Inputs::new(&[bytemuck::cast_slice(&self.slots), bytemuck::cast_slice(&self.rest.words)])
    }

    /// Number of rows of a run's state. The state has a bit for each item, and one for a sample that shows none of them.
    pub const fn rows(&self) -> usize {
        (self.items as usize + 1).div_ceil(32 * LANES)
    }
}

impl Uniforms {
    /// Uniforms for runs that draw their samples from `table`.
    #[expect(clippy::cast_possible_truncation, reason = "fewer rows than items")]
    pub fn new(seed: u32, first_run: u32, table: &Table) -> Self {
        let (rows, columns) = (table.rows() as u32, table.rest.columns);
        Self { seed, first_run, rows, items: table.items, columns, first: 0, steps: 0 }
    }
}

/// Marks an item in a bitmap, if it is `wanted`. The bit of an empty slot may be marked too, because it means nothing.
#[inline(always)]
fn mark(seen: &mut [u32], item: u32, wanted: bool) {
    let (word, bit) = (&mut seen[(item >> 5) as usize], u32::from(wanted) << (item & 31));
    // Most samples repeat an item. A word that is only read does not keep the next sample waiting.
    if *word & bit != bit {
        *word |= bit;
    }
}

impl Kernel for Membership {
    const NAME: &'static str = "membership";
    const WGSL: Option<&'static str> = Some(concat!(include_str!("membership.wgsl"), include_str!("../rng.wgsl")));
    const INPUTS: usize = 2;
    type Uniforms = Uniforms;
    type Row = [u32; LANES];

    fn software_steps(_: &Uniforms) -> u32 {
        // A block takes up to 99 iterations: 11 for itself and its draw, and 11 for each sample. Lanes share the blocks.
        PER_BLOCK * LANES as u32 * 660
    }

    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[u32; LANES]]) {
        // Drawing for 16 counters at a time fills the widest vector registers.
        const PART: usize = 16;
        let slots: &[u32; SLOTS] = inputs.u32(0).try_into().expect("a slot for each half of a word");
        let rest: &[[u32; 2]] = bytemuck::cast_slice(inputs.u32(1));
        let seen = state.as_flattened_mut();
        let (key, runs) = ([u.seed, MEMBERSHIP.0], [u.first_run.wrapping_add(group); PART]);
        let draw_rest = |samples: &[u32], seen: &mut [u32]| {
            let counters = std::array::from_fn(|l| samples.get(l).copied().unwrap_or_default());
            let words = rng::philox_lanes(key, runs, counters, 1);
            for l in 0..samples.len().min(PART) {
                let column = rng::mulhi(words[0][l], u.columns);
                let [threshold, alias] = rest[column as usize];
                mark(seen, if words[1][l] < threshold { column } else { alias }, true);
            }
        };
        // Samples whose slots are empty wait until a draw for 16 of them is full.
        let (mut waiting, mut count) = ([0; PART * (PER_BLOCK as usize + 1)], 0);
        let blocks = u.first / PER_BLOCK..(u.first + u.steps).div_ceil(PER_BLOCK);
        for first in blocks.step_by(PART) {
            let blocks: [u32; PART] = std::array::from_fn(|l| first + l as u32);
            let words = rng::philox_lanes(key, runs, blocks, 0);
            for i in 0..PER_BLOCK {
                for l in 0..PART {
                    let slot = words[i as usize / 2][l] >> (16 * (i % 2)) & 0xffff;
                    let (item, sample) = (slots[slot as usize], blocks[l].wrapping_mul(PER_BLOCK).wrapping_add(i));
                    // The first and the last blocks also have samples outside the window, which mark nothing.
                    let inside = sample.wrapping_sub(u.first) < u.steps;
                    mark(seen, item, inside);
                    waiting[count] = sample;
                    count += usize::from(inside & (item == u.items));
                }
            }
            while count >= PART {
                count -= PART;
                draw_rest(&waiting[count..count + PART], seen);
            }
        }
        draw_rest(&waiting[..count], seen);
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        let case = |name, groups, p: Vec<f64>, seed, first_run, cuts: &[u32]| {
            let table = Table::new(&p, 0.01 * p.iter().sum::<f64>());
            let uniforms = Uniforms::new(seed, first_run, &table);
            Case::zeroed(name, groups, table.rows(), table.inputs(), uniforms, cuts)
        };
        let falling = |count: u32| (1..=count).map(|i| 1.0 / f64::from(i)).collect::<Vec<_>>();
        // This table's aliases are the last items, so every bit of an alias is tested.
        let rising = |count: u32| (1..=count).map(|i| f64::from(i) * f64::from(i)).collect::<Vec<_>>();
        vec![
            case("one item", 1, falling(1), 1, 0, &[0, 1, 3]),
            case("two items, windows inside a block", 2, falling(2), u32::MAX, 0, &[0, 1, 3, 4]),
            case("31 items", 1, falling(31), u32::MAX, u32::MAX, &[0, 1, 2, 30]),
            case("32 items", 3, falling(32), 2, u32::MAX - 1, &[0, 63, 64, 127, 128, 129]),
            case("33 items", 1, falling(33), 3, 0, &[5, 6, 50]),
            case("items that fill a row", 2, falling(2047), 7, 9, &[0, 1, 2, 7, 1000, 3001]),
            case("an item more than a row", 2, rising(2048), 8, 0, &[1, 500, 20_000]),
            // Of equal items, hardly any is drawn twice, so every sample matters.
            case("windows that end anywhere", 4, vec![1.0; 100_000], 10, 0, &[0, 1, 2, 130, 2047, 2049, 40_001]),
            case("a million items", 2, falling(1_000_000), 11, 3, &[0, 300_000, 1_000_001]),
            case("a million items of rising frequencies", 1, rising(1_000_000), 12, 3, &[7, 100_000]),
            case(
                "the last samples that have a number",
                2,
                falling(5000),
                13,
                0,
                &[u32::MAX - 999, u32::MAX - 2, u32::MAX],
            ),
            case("more groups than a grid is wide", 65_537, falling(30), 14, 0, &[0, 2]),
        ]
    }
}

/// Mass of each item, for sums over the items that a run has not seen. A mass is a probability in a test, or any other
/// number that is not negative.
#[derive(Clone, Debug)]
pub struct Mass {
    items: Vec<f64>,
    /// Sum of the masses of each word's items.
    words: Vec<f64>,
}

impl Mass {
    /// Takes the masses of all items, in the order of their ranks.
    pub fn new(items: Vec<f64>) -> Self {
        let words = items.chunks(32).map(|word| word.iter().sum()).collect();
        Self { items, words }
    }

    /// Total mass of those of `items` that a run has not seen, where item `i` is the item of rank `i + 1`. It is
    /// computed from the run's `state`.
    ///
    /// Terms are added in an order that only the state determines, so equal states give equal bits on every machine. The
    /// time is about that of a look at every word of the state, unless about half of the items have been seen.
    ///
    /// # Panics
    /// An item is asked for that has no mass, or no bit in the state.
    pub fn unseen(&self, state: &[[u32; LANES]], items: Range<usize>) -> f64 {
        let mut total = 0.0;
        let words = items.start / 32..items.end.div_ceil(32);
        for (w, &seen) in words.clone().zip(&state.as_flattened()[words]) {
            let (mass, all) = (&self.items[32 * w..self.items.len().min(32 * w + 32)], self.words[w]);
            let (from, to) = (items.start.saturating_sub(32 * w), (items.end - 32 * w).min(32));
            let asked = (u32::MAX << from) & (u32::MAX >> (32 - to));
            let sum = |mut bits: u32| {
                let mut sum = 0.0;
                while bits != 0 {
                    sum += mass[bits.trailing_zeros() as usize];
                    bits &= bits - 1;
                }
                sum
            };
            let (seen, unseen) = (asked & seen, asked & !seen);
            let few = to - from == mass.len() && seen.count_ones() < unseen.count_ones();
            // A difference is as exact as a sum if little is subtracted.
            let without = if few { sum(seen) } else { all };
            total += if 2.0 * without <= all { all - without } else { sum(unseen) };
        }
        total
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::exec::{Exec, Lanes};
    use crate::math;

    const BETA: f64 = 1.5;
    const ZETA: f64 = 2.612_375_348_685_488;

    /// Probabilities of the first `count` items of a power law.
    fn power_law(count: usize) -> Vec<f64> {
        (1..=count).map(|i| math::pow(i as f64, -BETA) / ZETA).collect()
    }

    fn run(table: &Table, seed: u32, first_run: u32, runs: u32, cuts: &[u32]) -> Vec<[u32; LANES]> {
        let exec = Exec::cpu();
        let mut lanes = Lanes::<Membership>::zeroed(runs, table.rows(), table.inputs());
        for cut in cuts.windows(2) {
            let uniforms = Uniforms::new(seed, first_run, table);
            pollster::block_on(exec.advance(&mut lanes, &uniforms, cut[0]..cut[1])).expect("runs");
        }
        pollster::block_on(exec.read(&mut lanes)).expect("reads").to_vec()
    }

    #[test]
    fn the_bitmap_holds_exactly_the_items_drawn() {
        for count in [1, 2, 31, 32, 33, 2047, 2048, 100_000, 1_000_000] {
            let table = Table::new(&power_law(count), 0.1);
            for (seed, first_run, from, to) in [(u32::MAX, 0, 0, 701), (7, u32::MAX, 33, 34), (7, 5, 35, 102)] {
                let state = run(&table, seed, first_run, 2, &[from, to]);
                for (group, found) in (0..).zip(state.chunks(table.rows())) {
                    let mut expected = vec![[0; LANES]; table.rows()];
                    let mut mark = |item: u32| {
                        assert!(item as usize <= count, "an outcome without probability was drawn");
                        expected[item as usize / 2048][item as usize / 32 % LANES] |= 1 << (item % 32);
                    };
                    for sample in from..to {
                        let run = first_run.wrapping_add(group);
                        let word = rng::philox([seed, MEMBERSHIP.0], [run, sample / 8, 0, 0])[sample as usize % 8 / 2];
                        let slot = if sample % 2 == 0 { word & 0xffff } else { word >> 16 };
                        let item = table.slots[slot as usize];
                        mark(item);
                        if item as usize == count {
                            let words = rng::philox([seed, MEMBERSHIP.0], [run, sample, 1, 0]);
                            mark(Alias::pick_wide(&table.rest.words, table.rest.columns, [words[0], words[1]]));
                        }
                    }
                    assert_eq!(found, expected, "{count} items, seed {seed}, samples {from} to {to}, run {group}");
                }
            }
        }
    }

    #[test]
    fn windows_compose_also_inside_a_block_of_samples() {
        // Of so many equal items, hardly any is drawn twice.
        let table = Table::new(&[1.0; 100_000], 0.0);
        let whole = run(&table, 7, 3, 2, &[0, 401]);
        assert_eq!(whole, run(&table, 7, 3, 2, &[0, 1, 3, 50, 333, 401]), "windows compose");
        assert_ne!(whole, run(&table, 7, 3, 2, &[0, 400]), "the last sample matters");
        assert_ne!(whole, run(&table, 7, 3, 2, &[1, 401]), "the first sample matters");
    }

    #[test]
    fn a_software_adapter_ends_no_loop_early() {
        let table = Table::new(&[1.0], 0.0);
        let most = Membership::software_steps(&Uniforms::new(1, 0, &table));
        // A window may begin and end inside a block.
        let blocks = (most / PER_BLOCK + 1).div_ceil(LANES as u32);
        assert!(blocks * (11 + PER_BLOCK * 11) <= 65_535, "loops of a block, with the ten rounds of each draw");
    }

    #[test]
    fn tables_encode_the_probabilities_of_all_items() {
        for count in [1, 31, 1023, 1024, 100_000, 1_000_000] {
            let rising = (1..=count).map(|i| i as f64 / count as f64).collect();
            for p in [power_law(count), vec![1.0; count], rising] {
                for beyond in [0.0, 0.5] {
                    let (total, table) = (p.iter().sum::<f64>() + beyond, Table::new(&p, beyond));
                    let mut slots = vec![0.0; table.rest.columns as usize];
                    table.slots.iter().for_each(|item| slots[*item as usize] += 1.0 / SLOTS as f64);
                    let empty = std::mem::take(&mut slots[count]);
                    let rest = table.rest.probabilities();
                    assert!(rest[count + 1..].iter().all(|p| *p == 0.0), "{count} items: what fills the table");
                    for (i, p) in p.iter().chain([&beyond]).map(|p| p / total).enumerate() {
                        // Every column that an outcome is drawn from rounds a threshold to a multiple of 2^-32. An
                        // outcome of less than a column's share is drawn from one column, and others from any.
                        let columns = if p - slots[i] < empty / slots.len() as f64 { slots.len() as f64 } else { 1.0 };
                        let rounding = empty / 4_294_967_296.0 / columns + 1e-15;
                        let found = slots[i] + empty * rest[i];
                        assert!((found - p).abs() <= rounding, "{count} items, outcome {i}: {found}, not {p}");
                    }
                }
            }
        }
    }

    #[test]
    fn unseen_mass_is_the_sum_over_missing_items() {
        const ITEMS: usize = 300;
        let mut draws = rng::Draws::new(1, rng::stream::PROBE, 0, 0);
        // The masses of the steep law fall by many orders inside one word.
        let laws = [power_law(ITEMS), (0..ITEMS).map(|i| math::exp(-2.0 * i as f64)).collect()];
        for share in [0.0, 0.02, 0.3, 0.5, 0.9, 1.0] {
            let mut state = [[0u32; LANES]; 1];
            for i in 0..ITEMS {
                state[0][i / 32] |= u32::from(draws.uniform() < share) << (i % 32);
            }
            for items in laws.clone() {
                let mass = Mass::new(items.clone());
                for range in [0..ITEMS, 0..0, 0..1, 31..33, 32..64, 40..50, 64..64, 77..200, 200..ITEMS, 299..300] {
                    let missing = |i: &usize| state[0][i / 32] >> (i % 32) & 1 == 0;
                    let direct: f64 = range.clone().filter(missing).map(|i| items[i]).sum();
                    let found = mass.unseen(&state, range.clone());
                    assert!((found - direct).abs() <= 1e-14 * direct, "{share} seen, {range:?}: {found}, not {direct}");
                }
            }
        }
    }

    #[test]
    fn the_mean_unseen_mass_is_the_closed_form() {
        const RUNS: u32 = 64;
        // Items, rank of the cut, share of samples that are not cut, samples.
        for (items, cut, share, samples) in [
            (50, 50, 1.0, 20),
            (2048, 100, 0.1, 1000),
            (10_000, 30, 0.0, 200),
            (100_000, 100, 0.01, 3000),
            (100_000, 1000, 0.5, 20_000),
            (1_000_000, 300, 0.03, 30_000),
        ] {
            let p = power_law(items);
            let head: f64 = p[..cut].iter().sum();
            let beyond = 1.0 - p.iter().sum::<f64>();
            let q: Vec<f64> =
                (0..items).map(|i| share * p[i] + if i < cut { (1.0 - share) * p[i] / head } else { 0.0 }).collect();
            let table = Table::new(&q, share * beyond);
            let state = run(&table, 7, 0, RUNS, &[0, samples / 3, samples]);
            // An error that falls with the rank, beside the probability.
            let errors: Vec<f64> = (0..items).map(|i| p[i] * math::pow(1.0 + i as f64, -0.5)).collect();
            for (what, mass) in [("probability", p), ("error", errors)] {
                let mean_of = |i: usize| mass[i] * math::exp(f64::from(samples) * math::ln_1p(-q[i]));
                for range in [0..cut, cut..items] {
                    let exact: f64 = range.clone().map(mean_of).sum();
                    let sums = Mass::new(mass.clone());
                    let found: Vec<f64> =
                        state.chunks(table.rows()).map(|run| sums.unseen(run, range.clone())).collect();
                    let n = f64::from(RUNS);
                    let mean = found.iter().sum::<f64>() / n;
                    let spread = found.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
                    let said =
                        || format!("{what} of {range:?}, {share} not cut, {samples} samples: {mean}, not {exact}");
                    if spread < 1e-24 {
                        assert!((mean - exact).abs() < 1e-12, "{}", said());
                    } else {
                        let z = (mean - exact) / (spread / n).sqrt();
                        assert!(z.abs() < 4.0, "{}: z = {z}", said());
                    }
                }
            }
        }
    }
}

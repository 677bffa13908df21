//! Indexed random numbers: every draw is a pure function of (seed, stream, run, step).
//!
//! The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011),
//! with key = (seed, stream) and counter = (run, step, block, 0). A block is four random words of 32 bits. From these
//! words, kernels make all their draws (from alias tables, permutations, Gaussians) by integer arithmetic alone, so
//! every device gives the same bits. `rng.wgsl` is the version for GPUs. On the CPU, [`Draws`] also lets the crate
//! `rand` shuffle and choose.

use std::convert::Infallible;

use crate::math;

/// A purpose for which random numbers are drawn. Each purpose has its own number, so that no two purposes share draws
/// by accident.
///
/// A module that draws declares its stream, `const SAMPLES: Stream = Stream(N)`, beside the code that uses it. Results
/// depend on the number of a stream, so it never changes. A test names the next free number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream(pub u32);

/// Streams that several modules draw from.
pub mod stream {
    use super::Stream;

    /// Stream of random numbers for bootstrap resamples.
    pub const BOOTSTRAP: Stream = Stream(4);
    /// Stream of random numbers for the self-test of a device, and for tests.
    pub const PROBE: Stream = Stream(5);
}

const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// High 32 bits of the 64-bit product of a and b.
#[inline(always)]
pub const fn mulhi(a: u32, b: u32) -> u32 {
    ((a as u64 * b as u64) >> 32) as u32
}

/// Philox4x32-10: four random words from a key and a counter.
#[inline(always)]
pub fn philox(key: [u32; 2], counter: [u32; 4]) -> [u32; 4] {
    let (mut k, mut c) = (key, counter);
    for _ in 0..10 {
        c = [
            mulhi(MULTIPLIER[1], c[2]) ^ c[1] ^ k[0],
            MULTIPLIER[1].wrapping_mul(c[2]),
            mulhi(MULTIPLIER[0], c[0]) ^ c[3] ^ k[1],
            MULTIPLIER[0].wrapping_mul(c[0]),
        ];
        k = [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])];
    }
    c
}

/// Computes [`philox`] for `L` counters with one block number. The result is `out[word][lane]`.
///
/// The words equal those of [`philox`]. Their layout allows a compiler to compute several lanes in one SIMD
/// instruction.
#[inline(always)]
pub fn philox_lanes<const L: usize>(key: [u32; 2], runs: [u32; L], steps: [u32; L], block: u32) -> [[u32; L]; 4] {
    let mut k = key;
    let mut c = [runs, steps, [block; L], [0; L]];
    for _ in 0..10 {
        let mut next = [[0; L]; 4];
        for l in 0..L {
            next[0][l] = mulhi(MULTIPLIER[1], c[2][l]) ^ c[1][l] ^ k[0];
            next[1][l] = MULTIPLIER[1].wrapping_mul(c[2][l]);
            next[2][l] = mulhi(MULTIPLIER[0], c[0][l]) ^ c[3][l] ^ k[1];
            next[3][l] = MULTIPLIER[0].wrapping_mul(c[0][l]);
        }
        c = next;
        k = [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])];
    }
    c
}

/// The high 24 bits of a random word, as an exact multiple of 2^-24 in [0, 1).
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "24 bits fit f32 exactly")]
pub const fn unit(word: u32) -> f32 {
    (word >> 8) as f32 / 16_777_216.0
}

/// Uniform number in (0, 1), never 0 or 1. Two random words select one of 2^52 equal parts of (0, 1), and the result is
/// the middle of this part.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "52 bits and a half fit f64 exactly")]
pub const fn unit_f64(words: [u32; 2]) -> f64 {
    let bits = ((words[0] as u64) << 32 | words[1] as u64) >> 12;
    (bits as f64 + 0.5) / 4_503_599_627_370_496.0
}

/// Generator for `rand` that yields the random words of one (seed, stream, run, step), one after another.
#[derive(Clone, Debug)]
pub struct Draws {
    key: [u32; 2],
    counter: [u32; 4],
    words: [u32; 4],
    used: usize,
}

impl Draws {
    /// Generator for the draws of one (seed, stream, run, step), starting at block 0.
    pub const fn new(seed: u32, stream: Stream, run: u32, step: u32) -> Self {
        Self { key: [seed, stream.0], counter: [run, step, 0, 0], words: [0; 4], used: 4 }
    }

    /// Draws the next random word.
    #[inline]
    pub fn word(&mut self) -> u32 {
        if self.used == 4 {
            self.words = philox(self.key, self.counter);
            self.counter[2] = self.counter[2].wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.words[self.used - 1]
    }

    /// Draws a uniform number in (0, 1).
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        unit_f64([self.word(), self.word()])
    }

    /// Draws a whole number below `n`. The number is the high half of the product of `n` and a random word. The
    /// probability of each number has a relative error below `n / 2^32`.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        mulhi(self.word(), n)
    }
}

impl rand::TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.word())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from(self.word()) | u64::from(self.word()) << 32)
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(4) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A uniformly random permutation of `0..n`, made by the Fisher-Yates method. The method swaps element `i` with element
/// `j = floor(u (i + 1))` for a uniform random number `u`.
pub fn permutation(draws: &mut Draws, n: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i as usize, draws.below(i + 1) as usize);
    }
    order
}

/// Walker's alias table: one column per outcome, stored as integers (Vose, IEEE Trans. Softw. Eng. 17, 1991).
///
/// A table of at most 1024 columns is packed: it has one word per column,
/// `threshold (22 bits) << 10 | alias (10 bits)`, its number of columns is padded to a power of two, and a draw takes
/// one random word. A larger table is wide: it has two words per column, `threshold, alias`, and a draw takes two
/// random words.
#[derive(Clone, Debug)]
pub struct Alias {
    /// Words of the table, as a kernel reads them.
    pub words: Vec<u32>,
    /// Number of columns; a power of two if the table is packed.
    pub columns: u32,
    /// Whether the table is packed: one word per column instead of two (see [`Alias`]).
    pub packed: bool,
}

/// Largest number of columns of a packed alias table.
pub const PACKED_COLUMNS_MAX: usize = 1024;

impl Alias {
    /// Makes a table for outcomes with the probabilities `p`, which must be non-negative and may have any sum above 0.
    ///
    /// Thresholds are rounded to multiples of 2^-22 (packed) or 2^-32 (wide). A draw chooses each column with equal
    /// probability, so rounding a threshold changes a probability by at most one such multiple, divided by the number
    /// of columns. In a wide table of n columns, these probabilities differ from 1/n by a relative error below n / 2^32.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "ranges are in the comments")]
    #[expect(clippy::cast_precision_loss, reason = "columns are far below 2^53")]
    pub fn new(p: &[f64]) -> Self {
        let packed = p.len() <= PACKED_COLUMNS_MAX;
        let columns = if packed { p.len().next_power_of_two() } else { p.len() };
        let total: f64 = p.iter().sum();
        let mut share: Vec<f64> = p.iter().map(|p| p / total * columns as f64).collect();
        share.resize(columns, 0.0);
        let mut alias: Vec<u32> = (0..columns as u32).collect();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) = (0..columns as u32).partition(|&i| share[i as usize] < 1.0);
        while let (Some(&s), Some(&l)) = (small.last(), large.last()) {
            small.pop();
            alias[s as usize] = l;
            share[l as usize] -= 1.0 - share[s as usize];
            if share[l as usize] < 1.0 {
                large.pop();
                small.push(l);
            }
        }
        // Only rounding leaves columns, whose shares are 1 but for rounding.
        for i in small.into_iter().chain(large) {
            share[i as usize] = 1.0;
        }
        let kept = share.iter().zip(alias);
        let words = if packed {
            // A full column aliases itself, so that a threshold below 2^22 loses nothing.
            kept.map(|(keep, alias)| ((keep * 4_194_304.0).round() as u32).min(4_194_303) << 10 | alias).collect()
        } else {
            let wide = kept.map(|(keep, alias)| [(keep * 4_294_967_296.0).round().min(4_294_967_295.0) as u32, alias]);
            wide.collect::<Vec<_>>().into_flattened()
        };
        Self { words, columns: columns as u32, packed }
    }

    /// Number of bits of a column's index in the packed form of the table.
    pub const fn bits(&self) -> u32 {
        self.columns.trailing_zeros()
    }

    /// Outcome of a draw from a packed table. The highest `bits` bits of the random word `u` choose the column, and the
    /// next 22 bits are compared with the threshold of the column.
    #[inline(always)]
    pub const fn pick_packed(words: &[u32], bits: u32, u: u32) -> u32 {
        // A shift by 32 would overflow; a single column needs no shift.
        let column = if bits == 0 { 0 } else { u >> (32 - bits) };
        let word = words[column as usize];
        if (u << bits) >> 10 < word >> 10 { column } else { word & 1023 }
    }

    /// Outcome of a draw from a wide table, which takes two random words: `u[0]` chooses the column, and `u[1]` is
    /// compared with the threshold of the column.
    #[inline(always)]
    pub const fn pick_wide(words: &[u32], columns: u32, u: [u32; 2]) -> u32 {
        let column = mulhi(u[0], columns);
        if u[1] < words[2 * column as usize] { column } else { words[2 * column as usize + 1] }
    }

    /// Probability of every outcome, exactly as the integers of the table encode it; for tests.
    pub fn probabilities(&self) -> Vec<f64> {
        let mut p = vec![0.0; self.columns as usize];
        for i in 0..self.columns as usize {
            let (keep, alias) = if self.packed {
                (f64::from(self.words[i] >> 10) / 4_194_304.0, self.words[i] & 1023)
            } else {
                (f64::from(self.words[2 * i]) / 4_294_967_296.0, self.words[2 * i + 1])
            };
            p[i] += keep / self.columns as f64;
            p[alias as usize] += (1.0 - keep) / self.columns as f64;
        }
        p
    }
}

/// Number of octaves of the Gaussian table.
const OCTAVES: u32 = 24;
/// Number of segments in each octave of the Gaussian table.
const SEGMENTS: u32 = 64;

/// Standard normal distribution, as an integer table of its quantiles.
///
/// A random word is split into a sign and 31 bits `v`; a smaller `v` than 128 counts as 128. The result is the normal
/// number z with this sign and `|z| = -Φ⁻¹(v / 2^32)`, where Φ is the distribution function. The table covers the 24
/// octaves of `v`, from 2^7 to 2^31, with 64 segments each, and `|z|` is interpolated linearly in a segment. The error
/// of z is at most 1.6e-5, `|z| <= 5.07`, and the variance of z is within 1e-4 of 1.
#[derive(Clone, Debug)]
pub struct Gaussian {
    /// One pair `[value, step]` for each segment, as a kernel reads it: `|z|` where the segment begins, and the change
    /// of `|z|` over the segment, in units of 2^-21.
    pub table: Vec<[i32; 2]>,
}

impl Default for Gaussian {
    fn default() -> Self {
        Self::new()
    }
}

impl Gaussian {
    /// Makes the table of 12 KB, in about a millisecond.
    #[expect(clippy::cast_possible_truncation, reason = "|z| 2^21 is below 2^24")]
    pub fn new() -> Self {
        let z = |v: f64| (-math::normal_quantile(v / 4_294_967_296.0) * 2_097_152.0).round() as i32;
        let table = (0..OCTAVES * SEGMENTS)
            .map(|i| {
                let (octave, segment) = (i / SEGMENTS, f64::from(i % SEGMENTS));
                let base = f64::from(1u32 << (30 - octave));
                let (from, to) = (base * (1.0 + segment / 64.0), base * (1.0 + (segment + 1.0) / 64.0));
                [z(from), z(to) - z(from)]
            })
            .collect();
        Self { table }
    }

    /// Standard normal number for a random word.
    pub fn sample(&self, word: u32) -> f32 {
        gaussian(word, self.table[gaussian_entry(word) as usize])
    }
}

/// Index of the entry of a [`Gaussian`] table for a random word.
#[inline(always)]
pub const fn gaussian_entry(word: u32) -> u32 {
    let (octave, n) = gaussian_place(word);
    octave * SEGMENTS + ((n >> 25) & 63)
}

/// Standard normal number for a random word, given its entry `[value, step]` of a [`Gaussian`] table; exact in f32.
#[inline(always)]
#[expect(clippy::cast_possible_wrap, clippy::cast_precision_loss, reason = "12 bits; |z| 2^21 is below 2^24")]
pub const fn gaussian(word: u32, [value, step]: [i32; 2]) -> f32 {
    let (_, n) = gaussian_place(word);
    let z = value + ((step * ((n >> 13) & 0xfff) as i32) >> 12);
    (if word >> 31 == 0 { z } else { -z }) as f32 / 2_097_152.0
}

/// Computes two numbers from the low 31 bits of a random word. The first is the octave of these bits, where 0 is the
/// highest octave. The second is the bits themselves, shifted left until the leading 1 is the highest bit. Bits that
/// make a smaller number than 128 count as 128.
const fn gaussian_place(word: u32) -> (u32, u32) {
    let bits = word & 0x7fff_ffff;
    // `bits | 128` would distort the tail.
    let v = if bits < 128 { 128 } else { bits };
    let octave = v.leading_zeros() - 1;
    (octave, v << (octave + 1))
}

/// Digest of a sequence of words, in 64 bits. It is a variant of FNV-1a that takes a whole word at a time and then
/// mixes its bits by a shift. The digest serves to compare machines and is not cryptographic.
#[derive(Clone, Copy, Debug)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Adds a word to the digest.
    #[inline]
    pub const fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        self.0 ^= self.0 >> 29;
    }

    /// Adds a number to the digest. All NaNs count as equal, and so do 0 and -0.
    #[inline]
    pub fn number(&mut self, x: f64) {
        self.word(if x.is_nan() { u64::MAX } else { (x + 0.0).to_bits() });
    }

    /// The digest of all words so far, in hexadecimal.
    pub fn hex(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// Digests of a million random words of Philox, and of the values that the Gaussian table and most functions of `math`
/// give for these words. The digests are equal on every machine. Each line has a digest and the name of what was
/// digested.
pub fn digest() -> String {
    let (mut words, mut normals, mut functions) = (Digest::default(), Digest::default(), Digest::default());
    let gaussian = Gaussian::new();
    let mut draws = Draws::new(2026, stream::PROBE, 0, 0);
    for _ in 0..1_000_000 {
        let word = draws.word();
        words.word(u64::from(word));
        normals.number(f64::from(gaussian.sample(word)));
        let x = unit_f64([word, word ^ 0x5555_5555]);
        for value in [
            math::exp(40.0 * x - 20.0),
            math::expm1(x - 0.5),
            math::ln(x),
            math::ln_1p(x - 0.5),
            math::log10(x),
            math::pow(x, 3.0 - 6.0 * x),
        ] {
            functions.number(value);
        }
        if word & 63 == 0 {
            for value in [math::lgamma(100.0 * x), math::gamma(20.0 * x), math::erfc(5.0 * x), math::normal_quantile(x)]
            {
                functions.number(value);
            }
        }
    }
    [("philox", words), ("gaussian", normals), ("math", functions)]
        .map(|(name, d)| format!("{}  {name}\n", d.hex()))
        .concat()
}

#[cfg(test)]
mod tests {
    use rand::seq::{IndexedRandom as _, SliceRandom as _};
    use rand::{Rng as _, RngExt as _};

    use super::*;

    #[test]
    fn philox_gives_the_published_answers() {
        // Source: Random123 1.14, tests/kat_vectors, philox4x32-10.
        assert_eq!(philox([0, 0], [0; 4]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8], "zeros");
        assert_eq!(philox([u32::MAX; 2], [u32::MAX; 4]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd], "ones");
        assert_eq!(
            philox([0xa409_3822, 0x299f_31d0], [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            "digits of pi"
        );
    }

    #[test]
    fn units_are_exact() {
        let found = [0, 255, 256, 0x8000_0000, u32::MAX].map(unit);
        assert_eq!(found, [0.0, 0.0, 1.0 / 16_777_216.0, 0.5, 1.0 - 1.0 / 16_777_216.0], "the high 24 bits");
        assert!(unit_f64([0, 0]) > 0.0 && unit_f64([u32::MAX; 2]) < 1.0, "never an end");
        assert!((unit_f64([0x4000_0000, 0]) - 0.25).abs() < 1e-15, "the first word leads");
    }

    #[test]
    fn lanes_are_the_same_numbers() {
        let runs: [u32; 8] = std::array::from_fn(|l| 1000 + l as u32);
        let steps: [u32; 8] = std::array::from_fn(|l| 11 * l as u32);
        let lanes = philox_lanes([7, stream::PROBE.0], runs, steps, 3);
        for l in 0..8 {
            let plain = philox([7, stream::PROBE.0], [runs[l], steps[l], 3, 0]);
            assert_eq!(plain, lanes.map(|word| word[l]), "lane {l}");
        }
    }

    #[test]
    fn alias_tables_encode_their_distribution() {
        for n in [1, 2, 3, 7, 1000, 1024, 1025, 3000] {
            let p: Vec<f64> = (1..=n).map(|k| math::pow(f64::from(k), -1.5)).collect();
            let total: f64 = p.iter().sum();
            let table = Alias::new(&p);
            let q = table.probabilities();
            for (i, q) in q.iter().enumerate() {
                let p = p.get(i).copied().unwrap_or(0.0) / total;
                // Each column that feeds an outcome adds the rounding of one threshold.
                let step = if table.packed { 1.0 / 4_194_304.0 } else { 1.0 / 4_294_967_296.0 };
                assert!((p - q).abs() <= step, "{n} columns, outcome {i}: {p} against {q}");
            }
        }
    }

    #[test]
    fn alias_draws_follow_the_table() {
        for n in [5usize, 2000] {
            let p: Vec<f64> = (1..=n).map(|k| 1.0 / k as f64).collect();
            let (table, total) = (Alias::new(&p), p.iter().sum::<f64>());
            let mut draws = Draws::new(1, stream::PROBE, 0, 0);
            let mut seen = vec![0.0; n];
            let samples = 200_000;
            for _ in 0..samples {
                let u = [draws.word(), draws.word()];
                let outcome = if table.packed {
                    Alias::pick_packed(&table.words, table.bits(), u[0])
                } else {
                    Alias::pick_wide(&table.words, table.columns, u)
                };
                seen[outcome as usize] += 1.0;
            }
            let first = f64::from(samples) * p[0] / total;
            assert!((seen[0] - first).abs() < 4.0 * first.sqrt(), "outcome 0 of {n}: {} against {first}", seen[0]);
            let last: f64 = seen[n / 2..].iter().sum();
            let expected = f64::from(samples) * p[n / 2..].iter().sum::<f64>() / total;
            assert!((last - expected).abs() < 4.0 * expected.sqrt(), "tail of {n}: {last} against {expected}");
        }
    }

    #[test]
    fn the_gaussian_table_is_the_normal_distribution() {
        let gaussian = Gaussian::new();
        let mut digest = Digest::default();
        for [value, step] in &gaussian.table {
            digest.number(f64::from(*value));
            digest.number(f64::from(*step));
        }
        assert_eq!(digest.hex(), "c32d5178903248ad", "the table's integers");
        let mut worst = 0.0_f64;
        for i in 1..100_000u32 {
            let word = i * 21_474;
            let p = f64::from((word & 0x7fff_ffff).max(128)) / 4_294_967_296.0;
            let exact = -math::normal_quantile(p);
            worst = worst.max((f64::from(gaussian.sample(word)).abs() - exact).abs());
        }
        assert!(worst < 2e-5, "worst error {worst}");
    }

    #[test]
    fn permutations_are_uniform() {
        let mut counts = std::collections::BTreeMap::new();
        for run in 0..60_000 {
            let order = permutation(&mut Draws::new(3, stream::PROBE, run, 0), 4);
            *counts.entry(order).or_insert(0.0) += 1.0;
        }
        assert_eq!(counts.len(), 24, "all permutations occur");
        let chi2: f64 = counts.values().map(|n: &f64| (n - 2500.0) * (n - 2500.0) / 2500.0).sum();
        // With 23 degrees of freedom, 99.99% lie below 55.
        assert!(chi2 < 55.0, "chi-square {chi2}");
    }

    #[test]
    fn rand_over_our_generator_keeps_its_values() {
        // A new version of rand that draws differently must fail here.
        let mut draws = Draws::new(1, stream::PROBE, 2, 3);
        assert_eq!([draws.next_u32(), draws.next_u32()], philox([1, stream::PROBE.0], [2, 3, 0, 0])[..2], "words");
        let mut order: Vec<u32> = (0..8).collect();
        order.shuffle(&mut draws);
        let picked = *order.choose(&mut draws).expect("not empty");
        let ranged: u32 = draws.random_range(0..1000);
        assert_eq!((order, picked, ranged), (vec![3, 7, 0, 6, 2, 4, 5, 1], 7, 933), "shuffle, choose, uniform");
    }
}

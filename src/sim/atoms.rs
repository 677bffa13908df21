//! Kernel that memorises atoms, which are separate facts. Each lane of a workgroup is one run, which draws samples and
//! marks the atoms that it has drawn.
//!
//! The state of a run is a bitmap of its atoms, so the order of the draws never matters, and a step that is computed
//! twice changes nothing. All arithmetic of the kernel is on integers, so every device gives the same bits. The host
//! sums probabilities in f64.

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Kernel};
use crate::rng::{self, Alias, Stream};

/// Random stream from which the samples are drawn.
const ATOMS: Stream = Stream(2);

/// Number of runs that a workgroup advances together.
pub const LANES: usize = 64;

crate::uniforms! {
    /// Uniforms of the kernel, at binding 0.
    pub struct Uniforms {
        /// Seed of all draws.
        seed: u32,
        /// Index of the run in lane 0 of group 0.
        first_run: u32,
        /// Number of rows of a group's state: one for each 32-bit word in the bitmap of a run.
        rows: u32,
        /// Number of columns of the alias table.
        columns: u32,
        /// 1 if the alias table is packed (see [`Alias`]), and else 0.
        packed: u32,
    }
}

/// Kernel that draws samples and marks the atoms that each run has drawn. Row w of the state has a bit for each of the
/// atoms of ranks 32 w + 1 to 32 w + 32, the lowest bit first. A bit is 1 if its atom has been drawn. The input is an
/// [`Alias`] table over the atoms that can be drawn.
#[derive(Debug)]
pub struct Atoms;

/// Number of rows of a group's state when only the first `support` atoms can be drawn.
pub const fn rows(support: usize) -> usize {
    support.div_ceil(32)
}

impl Uniforms {
    /// Uniforms for runs that draw their samples from `table`. Its outcomes are the `support` most frequent atoms.
    #[expect(clippy::cast_possible_truncation, reason = "at most 100000 atoms")]
    pub fn new(seed: u32, first_run: u32, table: &Alias, support: usize) -> Self {
        let (rows, packed) = (rows(support) as u32, u32::from(table.packed));
        Self { seed, first_run, rows, columns: table.columns, packed, first: 0, steps: 0 }
    }
}

impl Kernel for Atoms {
    const NAME: &'static str = "atoms";
    const WGSL: Option<&'static str> = Some(concat!(include_str!("atoms.wgsl"), include_str!("../rng.wgsl")));
    const INPUTS: usize = 1;
    type Uniforms = Uniforms;
    type Row = [u32; LANES];

    #[expect(clippy::cast_possible_truncation, reason = "lanes are few")]
    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[u32; LANES]]) {
        // Drawing for 16 lanes at a time fills the widest vector registers.
        const PART: usize = 16;
        let table = inputs.u32(0);
        // A block of four words holds four draws in the packed form (one word each), two in the wide form.
        let (per, bits) = if u.packed == 1 { (4, u.columns.trailing_zeros()) } else { (2, 0) };
        for part in (0..LANES).step_by(PART) {
            let runs: [u32; PART] =
                std::array::from_fn(|l| u.first_run.wrapping_add(group * LANES as u32 + (part + l) as u32));
            let mut words = [[0; PART]; 4];
            for draw in u.first..u.first + u.steps {
                let i = (draw % per) as usize;
                if i == 0 || draw == u.first {
                    words = rng::philox_lanes([u.seed, ATOMS.0], runs, [draw / per; _], 0);
                }
                for l in 0..PART {
                    let atom = if u.packed == 1 {
                        Alias::pick_packed(table, bits, words[i][l])
                    } else {
                        Alias::pick_wide(table, u.columns, [words[2 * i][l], words[2 * i + 1][l]])
                    };
                    state[(atom >> 5) as usize][part + l] |= 1 << (atom & 31);
                }
            }
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        let case = |name, groups, p: Vec<f64>, seed, first_run, cuts: &[u32]| {
            let table = Alias::new(&p);
            let inputs = Inputs::new(&[bytemuck::cast_slice(&table.words)]);
            let uniforms = Uniforms::new(seed, first_run, &table, p.len());
            Case::zeroed(name, groups, rows(p.len()), inputs, uniforms, cuts)
        };
        let falling = |count: u32| (1..=count).map(|k| 1.0 / f64::from(k)).collect::<Vec<_>>();
        // This table's aliases are the last atoms, so every bit of an alias is tested.
        let rising = |count: u32| (1..=count).map(|k| f64::from(k) * f64::from(k)).collect::<Vec<_>>();
        vec![
            case("one atom", 1, falling(1), 1, 0, &[0, 1, 3]),
            case("two atoms", 1, falling(2), u32::MAX, 0, &[0, 1, 3, 4]),
            case(
                "a packed table, windows inside a block",
                4,
                falling(1000),
                7,
                u32::MAX - 100,
                &[0, 1, 2, 7, 1000, 3001],
            ),
            case("a full packed table", 2, falling(1024), 8, 0, &[0, 500, 3000]),
            case("a full packed table of rising frequencies", 2, rising(1024), 8, 0, &[0, 500, 3000]),
            case("a wide table, windows inside a block", 3, falling(1025), 9, 5, &[0, 1, 2, 5, 2000]),
            case("a wide table of rising frequencies", 1, rising(3000), 9, 5, &[0, 2000]),
            case("as many atoms as there can be", 1, falling(100_000), 10, 0, &[0, 333, 3000]),
            case("more groups than a grid is wide", 65_537, falling(30), 11, 0, &[0, 2]),
        ]
    }
}

/// How many of the first `lanes` runs of a group have drawn the atom of rank `rank`, which is counted from 1. It is read
/// from the group's `state`. An atom that cannot be drawn has been drawn by none.
pub fn seen(state: &[[u32; LANES]], rank: u32, lanes: usize) -> u32 {
    let atom = rank - 1;
    let row = state.get(atom as usize / 32);
    row.map_or(0, |row| row[..lanes].iter().map(|word| word >> (atom & 31) & 1).sum())
}

/// For each lane of a group, the total test probability of the atoms that the lane's run has not drawn. It is computed
/// from the group's `state`.
///
/// `mass[k]` is the test probability of the atom of rank k + 1, and `words[w]` is the sum of `mass[32 w..32 w + 32]`.
/// `outside` is the total test probability of the atoms that cannot be drawn. The terms are added from the first rank
/// to the last, so equal states give equal bits on every machine.
pub fn unseen(state: &[[u32; LANES]], mass: &[f64], words: &[f64], outside: f64) -> [f64; LANES] {
    let mut out = [0.0; LANES];
    for (w, row) in state.iter().enumerate() {
        let mass = &mass[32 * w..mass.len().min(32 * w + 32)];
        let all = if mass.len() == 32 { u32::MAX } else { (1 << mass.len()) - 1 };
        for (out, &seen) in out.iter_mut().zip(row) {
            if seen == 0 {
                *out += words[w];
                continue;
            }
            let mut missing = all & !seen;
            while missing != 0 {
                *out += mass[missing.trailing_zeros() as usize];
                missing &= missing - 1;
            }
        }
    }
    out.map(|mass| mass + outside)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::exec::{Exec, Lanes};
    use crate::math;

    fn power_law(count: u32) -> Vec<f64> {
        let raw: Vec<f64> = (1..=count).map(|k| math::pow(f64::from(k), -1.5)).collect();
        let total: f64 = raw.iter().sum();
        raw.iter().map(|p| p / total).collect()
    }

    fn run(table: &Alias, support: usize, groups: u32, cuts: &[u32]) -> Vec<[u32; LANES]> {
        let inputs = Inputs::new(&[bytemuck::cast_slice(&table.words)]);
        let uniforms = Uniforms::new(7, 3, table, support);
        let exec = Exec::cpu();
        let mut lanes = Lanes::<Atoms>::zeroed(groups, rows(support), inputs);
        for cut in cuts.windows(2) {
            pollster::block_on(exec.advance(&mut lanes, &uniforms, cut[0]..cut[1])).expect("runs");
        }
        pollster::block_on(exec.read(&mut lanes)).expect("reads").to_vec()
    }

    #[test]
    fn the_bitmap_holds_exactly_the_atoms_drawn() {
        for count in [1u32, 2, 40, 1024, 1025, 3000] {
            let table = Alias::new(&power_law(count));
            let state = run(&table, count as usize, 1, &[0, 57]);
            for lane in [0, 15, 16, 63] {
                let mut expected = vec![0u32; rows(count as usize)];
                for draw in 0..57u32 {
                    let per = if table.packed { 4 } else { 2 };
                    let words = rng::philox([7, ATOMS.0], [3 + lane as u32, draw / per, 0, 0]);
                    let i = (draw % per) as usize;
                    let atom = if table.packed {
                        Alias::pick_packed(&table.words, table.bits(), words[i])
                    } else {
                        Alias::pick_wide(&table.words, table.columns, [words[2 * i], words[2 * i + 1]])
                    };
                    expected[(atom / 32) as usize] |= 1 << (atom % 32);
                }
                let found: Vec<u32> = state.iter().map(|row| row[lane]).collect();
                assert_eq!(found, expected, "{count} atoms, lane {lane}");
            }
        }
    }

    #[test]
    fn windows_compose_also_inside_a_block_of_draws() {
        for count in [100, 2000] {
            let table = Alias::new(&power_law(count));
            let whole = run(&table, count as usize, 2, &[0, 101]);
            assert_eq!(whole, run(&table, count as usize, 2, &[0, 1, 3, 50, 101]), "{count} atoms");
            assert_eq!(whole, run(&table, count as usize, 2, &[0, 60, 101]), "{count} atoms");
            assert_ne!(whole, run(&table, count as usize, 2, &[0, 90]), "the last draws matter");
        }
    }

    #[test]
    fn unseen_mass_is_the_sum_over_missing_atoms() {
        let p = power_law(70);
        let words: Vec<f64> = p.chunks(32).map(|w| w.iter().sum()).collect();
        let state = run(&Alias::new(&p), 70, 1, &[0, 20]);
        let found = unseen(&state, &p, &words, 0.125);
        for lane in 0..LANES {
            let direct: f64 = (0..70).filter(|k| state[k / 32][lane] >> (k % 32) & 1 == 0).map(|k| p[k]).sum();
            assert!((found[lane] - direct - 0.125).abs() < 1e-15, "lane {lane}");
        }
        let full = vec![[u32::MAX; LANES]; 3];
        assert_eq!(unseen(&full, &p, &words, 0.0), [0.0; LANES], "nothing missing, not even beyond the last atom");
        assert!((unseen(&[[0; LANES]; 3], &p, &words, 0.0)[0] - 1.0).abs() < 1e-15, "everything missing");
    }

    #[test]
    fn the_mean_unseen_mass_is_the_closed_form() {
        for (count, samples) in [(50u32, 20u32), (1000, 500), (5000, 300)] {
            let p = power_law(count);
            let words: Vec<f64> = p.chunks(32).map(|w| w.iter().sum()).collect();
            let state = run(&Alias::new(&p), count as usize, 32, &[0, samples]);
            let losses: Vec<f64> =
                state.chunks(rows(count as usize)).flat_map(|group| unseen(group, &p, &words, 0.0)).collect();
            let n = losses.len() as f64;
            let mean = losses.iter().sum::<f64>() / n;
            let spread = losses.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
            let exact = crate::theory::atoms::Atoms::new(count, 1.5).matched_loss(f64::from(samples));
            let z = (mean - exact) / (spread / n).sqrt();
            assert!(z.abs() < 4.0, "{count} atoms, {samples} samples: {mean} against {exact}, z = {z}");
        }
    }
}

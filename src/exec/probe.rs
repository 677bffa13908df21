//! Kernel of the self-test of a device. It runs for about a millisecond and uses what the other kernels use: Philox,
//! uniform and Gaussian numbers, integer tables, f32 products and sums, and lanes that take different branches. Before
//! a device does any real work, the results of this kernel are compared bit for bit with those of its CPU version.

#[cfg(not(target_arch = "wasm32"))]
use super::parity::Case;
use super::{Inputs, Kernel};
use crate::rng::{self, Gaussian};

/// Number of rows in the state of a group. The first row is a hash of all random words, the second a sum of f32.
pub const ROWS: usize = 2;

/// Number of lanes of a group.
pub const LANES: usize = 64;

crate::uniforms! {
    /// Uniforms of the kernel, at binding 0.
    pub struct Uniforms {
        /// Seed of the draws.
        seed: u32,
        /// Number of entries of the table.
        entries: u32,
    }
}

/// Kernel of the self-test.
#[derive(Debug)]
pub struct Probe;

/// Inputs of the kernel: a small table to look up, and the Gaussian table.
pub fn inputs() -> Inputs {
    let table: Vec<u32> = (0..16u32).map(|i| i.wrapping_mul(2_654_435_761)).collect();
    Inputs::new(&[bytemuck::cast_slice(&table), bytemuck::cast_slice(&Gaussian::new().table)])
}

/// Uniforms that fit [`inputs`].
pub const fn uniforms() -> Uniforms {
    Uniforms { seed: 2026, entries: 16, first: 0, steps: 0 }
}

impl Kernel for Probe {
    const NAME: &'static str = "probe";
    const WGSL: Option<&'static str> = Some(concat!(include_str!("probe.wgsl"), include_str!("../rng.wgsl")));
    const INPUTS: usize = 2;
    type Uniforms = Uniforms;
    type Row = [u32; LANES];

    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "lanes are few; 12 bits fit f32")]
    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[u32; LANES]]) {
        let (table, gaussian) = (inputs.u32(0), bytemuck::cast_slice::<u32, [i32; 2]>(inputs.u32(1)));
        for l in 0..LANES {
            let run = group * LANES as u32 + l as u32;
            let mut words = state[0][l];
            let mut w = f32::from_bits(state[1][l]);
            for t in u.first..u.first + u.steps {
                let draw = rng::philox([u.seed, rng::stream::PROBE.0], [run, t, 0, 0]);
                words ^= draw[0].wrapping_add(table[(draw[1] % u.entries) as usize]);
                let z = rng::gaussian(draw[0], gaussian[rng::gaussian_entry(draw[0]) as usize]);
                words = words.wrapping_add(rng::unit(draw[1]).to_bits() ^ z.to_bits());
                if draw[2] & 3 != 0 {
                    // Multiples of 2^-11 below 2^10 are exact in f32, fused or not.
                    let x = (draw[3] >> 20) as f32 / 4096.0;
                    w = if w > 512.0 { w - 512.0 } else { w + x * 2.0 };
                }
            }
            state[0][l] = words;
            state[1][l] = w.to_bits();
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        let case = |name, groups, cuts: &[u32]| Case::zeroed(name, groups, ROWS, inputs(), uniforms(), cuts);
        vec![
            case("one step of one group", 1, &[0, 1]),
            case("windows of 1, 16 and many steps", 7, &[0, 1, 17, 1000]),
            case("a window that starts late, and an empty one", 3, &[4_000_000_000, 4_000_000_000, 4_000_000_050]),
            case("more groups than a grid is wide", 65_537, &[0, 1, 2]),
        ]
    }
}

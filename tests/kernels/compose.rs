//! A kernel for tests only: does the trait fit sequential f32 dynamics whose lanes share their draws?
//!
//! SGD on a product of three atoms, `f = w_i w_j w_k` with target 1: `w_i <- w_i - rate (f - 1) w_j w_k`, the three
//! atoms drawn from an alias table. A group is a run, a lane is a learning rate.

use scaling_lab::exec::{Inputs, Kernel, Parity};
use scaling_lab::rng::{self, Alias};

/// Learning rates of a group.
pub(crate) const LANES: usize = 64;

/// Stream of the draws.
const COMPOSE: u32 = 1000;

/// A lane whose product leaves this range has diverged and is frozen.
const BOUND: f32 = 1e6;

/// Smaller numbers are flushed: devices differ on subnormal ones.
const TINY: f32 = 1e-30;

scaling_lab::uniforms! {
    /// Binding 0.
    pub struct Uniforms {
        /// Seed of all draws.
        seed: u32,
        /// The run of group 0.
        first_run: u32,
        /// Binary logarithm of the columns of the table.
        bits: u32,
        /// Atoms, which are the rows of a group.
        atoms: u32,
    }
}

/// The kernel. Inputs: a packed alias table; one learning rate per lane.
#[derive(Debug)]
pub(crate) struct Compose;

/// The inputs for atoms of the given frequencies (at most 1024).
pub(crate) fn inputs(p: &[f64], rates: &[f32; LANES]) -> (Inputs, u32) {
    let alias = Alias::new(p);
    (Inputs::new(&[bytemuck::cast_slice(&alias.words), bytemuck::cast_slice(rates)]), alias.bits())
}

fn flushed(x: f32) -> f32 {
    if x.abs() < TINY { 0.0 } else { x }
}

impl Kernel for Compose {
    const NAME: &'static str = "compose";
    const WGSL: &'static str = concat!(include_str!("compose.wgsl"), include_str!("../../src/rng.wgsl"));
    const HARDWARE: Parity = Parity::Close {
        rel: 1e-5,
        abs: 1e-7,
        reason: "WGSL may fuse a * b + c; between no and all fused, 1e5 steps below the stability edge move w by 3e-6",
    };
    const INPUTS: usize = 2;
    type Uniforms = Uniforms;
    type Row = [f32; LANES];

    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
        let (table, rates) = (inputs.u32(0), inputs.f32(1));
        let pick = |word: u32| Alias::pick_packed(table, u.bits, word) as usize;
        for t in u.first..u.first + u.steps {
            // One draw for all learning rates.
            let draw = rng::philox([u.seed, COMPOSE], [u.first_run.wrapping_add(group), t, 0, 0]);
            let (i, j, k) = (pick(draw[0]), pick(draw[1]), pick(draw[2]));
            for l in 0..LANES {
                let (a, b, c) = (state[i][l], state[j][l], state[k][l]);
                let product = a * b * c;
                if product.abs() <= BOUND {
                    let g = rates[l] * (product - 1.0);
                    state[i][l] = flushed(state[i][l] - g * (b * c));
                    state[j][l] = flushed(state[j][l] - g * (a * c));
                    state[k][l] = flushed(state[k][l] - g * (a * b));
                }
            }
        }
    }
}

/// The same shader with a twin whose learning rates are 1 % larger: what a parity test must not let pass.
#[derive(Debug)]
pub(crate) struct Wrong;

impl Kernel for Wrong {
    const NAME: &'static str = Compose::NAME;
    const WGSL: &'static str = Compose::WGSL;
    const HARDWARE: Parity = Compose::HARDWARE;
    const INPUTS: usize = Compose::INPUTS;
    type Uniforms = Uniforms;
    type Row = [f32; LANES];

    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
        let rates: Vec<f32> = inputs.f32(1).iter().map(|rate| rate * 1.01).collect();
        Compose::group(u, &Inputs::new(&[inputs.bytes(0), bytemuck::cast_slice(&rates)]), group, state);
    }
}

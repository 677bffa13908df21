//! Kernel of full-batch gradient descent with weight decay for many small linear models. Each group trains one model,
//! called a member, and its lanes are the coordinates of the vector that it learns.
//!
//! A member has features `Phi` (n samples, N features), labels y and weights theta. It lowers the loss
//! `|Phi theta - y|^2 / (2n) + decay |theta|^2 / 2`. The gradient needs the data only as a symmetric matrix A and a
//! vector b, in one of two forms:
//!
//! - primal, for N < n: `A = Phi^T Phi / n`, `b = Phi^T y / n`, and the kernel learns `v = theta`;
//! - dual, for N >= n: `A = Phi Phi^T / n`, `b = y`, and the kernel learns v with `theta = Phi^T v / n`.
//!
//! In both forms a step of gradient descent is
//!
//! `v <- v + rate (b - A v - decay v)`, and v is 0 at the start.
//!
//! In the direction of an eigenvector of A with eigenvalue s, T steps give
//! `v = (1 - (1 - rate (s + decay))^T) / (s + decay) * b`. This converges for `rate (s + decay) < 2`, and every factor
//! `1 - rate (s + decay)` is in 0..1 for `rate (s + decay) <= 1`. A member whose A has a large eigenvalue needs a small
//! rate; it does several substeps in each step of the kernel, so that `rate * substeps` is equal for all members.
//!
//! A substep costs `size^2` multiplications and as many additions. The sum `A v` runs over the coordinates in their
//! order, and no product is fused with a sum. [`rounding`] bounds the errors of f32.

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Kernel, Parity};

#[cfg(not(target_arch = "wasm32"))]
mod cases;

/// Largest number of coordinates of v, which is the number of lanes of a group.
pub const LANES: usize = 128;

/// Number of lanes whose sums are computed together without wide vector registers. Rows of A are padded to a multiple
/// of it.
const PART: usize = 16;

/// The data of members: what the gradient reads.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// Symmetric matrix A, as rows one after the other. It has as many rows and columns as `target` has entries.
    pub matrix: &'a [f64],
    /// Vector b, with 1 to [`LANES`] entries.
    pub target: &'a [f64],
}

/// How one member is trained.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Index of the problem, below 2^24. Several members can have one problem.
    pub problem: u32,
    /// Learning rate of a substep.
    pub rate: f64,
    /// Weight decay.
    pub decay: f64,
    /// Number of substeps in each step of the kernel, from 1 to [`SUBSTEPS_MAX`].
    pub substeps: u32,
}

/// Largest number of substeps in a step.
pub const SUBSTEPS_MAX: u32 = 500;

crate::uniforms! {
    /// Uniforms of the kernel, at binding 0.
    pub struct Uniforms {
        /// Number of coordinates of v.
        size: u32,
        /// Number of entries of a padded row of A.
        width: u32,
        /// Largest number of substeps of a member in a step.
        substeps: u32,
    }
}

/// Kernel of gradient descent with weight decay. The state of a group has one row, v. Coordinates that the member does
/// not have stay 0. [`parts`] makes the inputs.
#[derive(Debug)]
pub struct LotteryRidge;

/// Inputs and uniforms of the kernel for these members, one group for each. The inputs are the problems, which are the
/// padded rows of A and then b for each, and `[rate, decay, substeps, problem]` for each member. Problems with fewer
/// coordinates than the largest are padded by 0, so they take as much time as the largest.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "f32 is what the kernel computes in")]
pub fn parts(problems: &[Problem<'_>], members: &[Member]) -> (Inputs, Uniforms) {
    let size = problems.iter().map(|problem| problem.target.len()).max().unwrap_or(0);
    assert!((1..=LANES).contains(&size), "{size} coordinates");
    let width = size.next_multiple_of(PART);
    let mut padded = vec![0.0; problems.len() * (size + 1) * width];
    for (problem, padded) in problems.iter().zip(padded.chunks_exact_mut((size + 1) * width)) {
        let own = problem.target.len();
        assert_eq!(problem.matrix.len(), own * own, "a matrix for {own} coordinates");
        let (matrix, target) = padded.split_at_mut(size * width);
        let rows = problem.matrix.chunks_exact(own.max(1)).zip(matrix.chunks_exact_mut(width));
        for (row, padded) in rows.chain([(problem.target, target)]) {
            row.iter().zip(padded).for_each(|(x, padded)| *padded = *x as f32);
        }
    }
    let settings = members.iter().flat_map(|member| {
        let Member { problem, rate, decay, substeps } = *member;
        assert!((problem as usize) < problems.len() && problem < 1 << 24, "problem {problem}");
        assert!((1..=SUBSTEPS_MAX).contains(&substeps), "{substeps} substeps");
        [rate as f32, decay as f32, substeps as f32, problem as f32]
    });
    let settings: Vec<f32> = settings.collect();
    let substeps = members.iter().map(|member| member.substeps).max().unwrap_or(1);
    let uniforms = Uniforms { size: size as u32, width: width as u32, substeps, first: 0, steps: 0 };
    (Inputs::new(&[bytemuck::cast_slice(&padded), bytemuck::cast_slice(&settings)]), uniforms)
}

/// Bound of the norm of the rounding error of v after `substeps` substeps. `norm` is the norm of the exact v, and
/// `least` is an eigenvalue of A or 0 if no eigenvalue is smaller. It requires `rate (s + decay) <= 1` for every
/// eigenvalue s of A.
///
/// Let u = 2^-24 and let |A| be the Frobenius norm of A. One substep rounds the inputs (relative error u each), `size`
/// products and their sums (u each), and four more results. With terms of order u^2 left out, the error of a substep is
/// at most
///
/// `d = u (rate ((size + 5) |A| |v| + 5 |b| + 5 decay |v|) + |v|)`.
///
/// The exact substep reduces errors by the factor `q = 1 - rate (least + decay)` or more. The norm of the exact v never
/// falls, so the errors of all substeps together are at most `G d`, with `G = min(substeps, 1 / (1 - q))`. The error
/// itself adds to |v| in d, which divides this by `1 - G d / |v|`. The bound is infinite where that is not positive.
pub fn rounding(problem: &Problem<'_>, member: &Member, substeps: u32, least: f64, norm: f64) -> f64 {
    const U: f64 = 1.0 / 16_777_216.0;
    let length = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let Member { rate, decay, .. } = *member;
    let slow = rate * (least + decay);
    let sum = if slow > 0.0 { f64::from(substeps).min(1.0 / slow) } else { f64::from(substeps) };
    // Terms of order u^2 are below 1e-4 of these, for at most 128 coordinates.
    let unit = 1.0001 * U * sum;
    let size = problem.target.len() as f64;
    let own = unit * (rate * ((size + 5.0) * length(problem.matrix) + 5.0 * decay) + 1.0);
    let all = own * norm + unit * rate * 5.0 * length(problem.target);
    if own < 1.0 { all / (1.0 - own) } else { f64::INFINITY }
}

/// Entries `at..at + B` of `A v`, where `rows` are the padded rows of A. It is not inlined, because the compiler keeps
/// the sums in vector registers only in a function of their own.
#[inline(never)]
fn product<const B: usize>(rows: &[f32], width: usize, at: usize, v: &[f32]) -> [f32; B] {
    let mut sum = [0.0; B];
    for (row, v) in rows.chunks_exact(width).zip(v) {
        let row = &row[at..at + B];
        for l in 0..B {
            sum[l] += row[l] * v;
        }
    }
    sum
}

impl Kernel for LotteryRidge {
    const NAME: &'static str = "lottery_ridge";
    const WGSL: &'static str = include_str!("lottery_ridge.wgsl");
    const HARDWARE: Parity = Parity::Close { rel: 1e-4, abs: 1e-4, reason: "WGSL may fuse a * b + c" };
    const INPUTS: usize = 2;
    type Uniforms = Uniforms;
    type Row = [f32; LANES];

    fn software_steps(u: &Uniforms) -> u32 {
        // Loop iterations of a substep: its own, and one for each coordinate.
        65_000 / (u.substeps * (1 + u.size))
    }

    fn weight(u: &Uniforms) -> u32 {
        u.substeps * (1 + u.size / 8)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers, as `parts` made them")]
    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
        const WIDE: usize = 2 * PART;
        let (size, width) = (u.size as usize, u.width as usize);
        let [rate, decay, substeps, problem] = inputs.f32(1).as_chunks::<4>().0[group as usize];
        let problem = &inputs.f32(0)[problem as usize * (size + 1) * width..][..(size + 1) * width];
        let (rows, target) = problem.split_at(size * width);
        let mut v = [0.0; LANES];
        v[..size].copy_from_slice(&state[0][..size]);
        let mut sum = [0.0; LANES];
        for _ in 0..u.steps * substeps as u32 {
            for at in (0..width).step_by(WIDE) {
                if at + WIDE <= width {
                    sum[at..at + WIDE].copy_from_slice(&product::<WIDE>(rows, width, at, &v[..size]));
                } else {
                    sum[at..at + PART].copy_from_slice(&product::<PART>(rows, width, at, &v[..size]));
                }
            }
            for ((v, sum), target) in v.iter_mut().zip(&sum).zip(target) {
                *v += rate * (target - sum - decay * *v);
            }
        }
        state[0][..size].copy_from_slice(&v[..size]);
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }
}

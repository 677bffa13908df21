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
//! order, and no multiplication is fused with an addition. [`rounding`] bounds the errors of f32.

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Kernel, Parity};

#[cfg(not(target_arch = "wasm32"))]
mod cases;

/// Largest number of coordinates of v, which is the number of lanes of a group.
pub const LANES: usize = 128;

/// Number of lanes of a part. The columns of A that belong to a part lie together in memory.
const PART: usize = 16;

/// Number of parts whose sums the CPU version computes together. Their sums fit into its vector registers.
const PARTS: usize = if cfg!(target_feature = "avx") { 4 } else { 2 };

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
        /// Number of coordinates, rounded up to whole parts.
        width: u32,
        /// Largest number of substeps of a member in a step.
        substeps: u32,
    }
}

/// Kernel of gradient descent with weight decay. The state of a group has one row, v. Coordinates that the member does
/// not have stay 0. [`parts`] makes the inputs.
#[derive(Debug)]
pub struct LotteryRidge;

/// Inputs and uniforms of the kernel for these members, one group for each. The first input is the problems: for each,
/// `A[part][row][column]`, with the columns of a part of the lanes, and then b. The second input is `[rate, decay,
/// substeps, problem]` for each member. Problems with fewer coordinates than the largest are padded by 0, so they take
/// as much time as the largest.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "the kernel computes in f32")]
pub fn parts(problems: &[Problem<'_>], members: &[Member]) -> (Inputs, Uniforms) {
    let size = problems.iter().map(|problem| problem.target.len()).max().unwrap_or(0);
    assert!((1..=LANES).contains(&size), "{size} coordinates");
    let width = size.next_multiple_of(PART);
    let mut packed = vec![0.0; problems.len() * (size + 1) * width];
    for (problem, packed) in problems.iter().zip(packed.chunks_exact_mut((size + 1) * width)) {
        let own = problem.target.len();
        assert_eq!(problem.matrix.len(), own * own, "a matrix for {own} coordinates");
        let (matrix, target) = packed.split_at_mut(size * width);
        for (i, x) in problem.matrix.iter().enumerate() {
            let (row, column) = (i / own, i % own);
            matrix[(column / PART * size + row) * PART + column % PART] = *x as f32;
        }
        target.iter_mut().zip(problem.target).for_each(|(packed, x)| *packed = *x as f32);
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
    (Inputs::new(&[bytemuck::cast_slice(&packed), bytemuck::cast_slice(&settings)]), uniforms)
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

/// Sums `A v` of the lanes of P parts. `columns` begins with the columns of A for these lanes. The function is not
/// inlined, because the compiler keeps the sums in vector registers only if it is a function of its own.
#[inline(never)]
fn product<const P: usize>(columns: &[[f32; PART]], v: &[f32], sums: &mut [[f32; PART]]) {
    let mut sum = [[0.0; PART]; P];
    let parts: [&[[f32; PART]]; P] = std::array::from_fn(|p| &columns[p * v.len()..][..v.len()]);
    for j in 0..v.len() {
        let x = v[j];
        for p in 0..P {
            for l in 0..PART {
                sum[p][l] += parts[p][j][l] * x;
            }
        }
    }
    sums[..P].copy_from_slice(&sum);
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
        let (size, width) = (u.size as usize, u.width as usize);
        let [rate, decay, substeps, problem] = inputs.f32(1).as_chunks::<4>().0[group as usize];
        let problem = &inputs.f32(0)[problem as usize * (size + 1) * width..][..(size + 1) * width];
        let (matrix, target) = problem.split_at(size * width);
        let columns = matrix.as_chunks::<PART>().0;
        let mut v = [0.0; LANES];
        v[..size].copy_from_slice(&state[0][..size]);
        let mut sums = [[0.0; PART]; LANES / PART];
        for _ in 0..u.steps * substeps as u32 {
            let mut part = 0;
            while part < width / PART {
                let (columns, sums) = (&columns[part * size..], &mut sums[part..]);
                if part + PARTS <= width / PART {
                    product::<PARTS>(columns, &v[..size], sums);
                    part += PARTS;
                } else {
                    product::<1>(columns, &v[..size], sums);
                    part += 1;
                }
            }
            for ((v, sum), target) in v.iter_mut().zip(sums.as_flattened()).zip(target) {
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

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::cases::{Data, Owned};
    use super::*;
    use crate::exec::parity::agree;
    use crate::exec::{Exec, Lanes};
    use crate::math;

    /// State of each member after the steps from the first to the last of `cuts`, with a stop at each of them. Each
    /// member starts from `start`.
    fn from(problems: &[&Owned], members: &[Member], start: &[f64], cuts: &[u32]) -> Vec<[f32; LANES]> {
        let views: Vec<Problem<'_>> = problems.iter().map(|problem| problem.view()).collect();
        let (inputs, uniforms) = parts(&views, members);
        let mut host = vec![[0.0; LANES]; members.len()];
        for row in &mut host {
            row.iter_mut().zip(start).for_each(|(v, start)| *v = *start as f32);
        }
        let (exec, mut lanes) = (Exec::cpu(), Lanes::<LotteryRidge>::new(&host, 1, inputs));
        for window in cuts.windows(2) {
            pollster::block_on(exec.advance(&mut lanes, &uniforms, window[0]..window[1])).expect("runs");
        }
        pollster::block_on(exec.read(&mut lanes)).expect("reads").to_vec()
    }

    fn state(problems: &[&Owned], members: &[Member], cuts: &[u32]) -> Vec<[f32; LANES]> {
        from(problems, members, &[], cuts)
    }

    const MEMBER: Member = Member { problem: 0, rate: 0.5, decay: 0.02, substeps: 1 };

    /// `b - A v - decay v` in f64.
    fn pull(problem: &Owned, decay: f64, v: &[f64]) -> Vec<f64> {
        let rows = problem.matrix.chunks_exact(v.len()).zip(&problem.target).zip(v);
        rows.map(|((row, b), own)| b - row.iter().zip(v).map(|(a, v)| a * v).sum::<f64>() - decay * own).collect()
    }

    /// The vector v after `substeps` substeps in f64.
    fn exact(problem: &Owned, member: &Member, substeps: u32) -> Vec<f64> {
        let mut v = vec![0.0; problem.target.len()];
        for _ in 0..substeps {
            let pull = pull(problem, member.decay, &v);
            v.iter_mut().zip(pull).for_each(|(v, pull)| *v += member.rate * pull);
        }
        v
    }

    fn norm(x: impl IntoIterator<Item = f64>) -> f64 {
        x.into_iter().map(|x| x * x).sum::<f64>().sqrt()
    }

    /// Norm of the difference of a state and of the exact vector.
    fn difference(state: &[f32; LANES], exact: &[f64]) -> f64 {
        norm(state.iter().zip(exact).map(|(v, exact)| f64::from(*v) - exact))
    }

    #[test]
    fn a_step_follows_the_gradient() {
        for (samples, features, dual) in [(9, 4, false), (4, 4, true), (5, 11, true)] {
            let data = Data::new(3, samples, features);
            let problem = if dual { data.dual() } else { data.primal() };
            let v: Vec<f64> = (0..problem.target.len()).map(|i| f64::from(i as u32 % 5) * 0.25 - 0.5).collect();
            let theta = if dual { data.back(&v) } else { v.clone() };
            let loss = |theta: &[f64]| {
                let squares = data.predict(theta).into_iter().zip(&data.labels).map(|(p, y)| (p - y) * (p - y));
                let norm: f64 = theta.iter().map(|x| x * x).sum();
                0.5 * squares.sum::<f64>() / samples as f64 + 0.5 * MEMBER.decay * norm
            };
            // The loss is quadratic, so a difference of any width gives its slope.
            let slope = |i: usize| {
                let moved = |by: f64| {
                    let mut theta = theta.clone();
                    theta[i] += by;
                    loss(&theta)
                };
                moved(0.5) - moved(-0.5)
            };
            let after = from(&[&problem], &[MEMBER], &v, &[0, 1])[0];
            let step: Vec<f64> = v.iter().zip(&after).map(|(v, after)| f64::from(*after) - v).collect();
            let step = if dual { data.back(&step) } else { step };
            let bound = rounding(&problem.view(), &MEMBER, 1, 0.0, norm(v));
            for (i, step) in step.iter().enumerate() {
                let wrong = step + MEMBER.rate * slope(i);
                assert!(wrong.abs() < bound && bound < 1e-5, "dual {dual}, weight {i}: {wrong:e}, bound {bound:e}");
            }
        }
    }

    #[test]
    fn primal_and_dual_predict_alike() {
        for (samples, features) in [(40, 10), (33, 33), (20, 70)] {
            let data = Data::new(4, samples, features);
            let (primal, dual) = (data.primal(), data.dual());
            for steps in [1, 30, 500] {
                let learned = |problem: &Owned| -> Vec<f64> {
                    let state = state(&[problem], &[MEMBER], &[0, steps])[0];
                    state[..problem.target.len()].iter().map(|v| f64::from(*v)).collect()
                };
                let (theta, v) = (learned(&primal), learned(&dual));
                let ours = data.predict(&theta);
                let theirs = data.predict(&data.back(&v));
                let wrong = norm(ours.iter().zip(&theirs).map(|(x, z)| x - z));
                let length = norm(data.features.iter().copied());
                let bound = |problem: &Owned, v| rounding(&problem.view(), &MEMBER, steps, 0.0, norm(v));
                let bound = length * (bound(&primal, theta) + length / samples as f64 * bound(&dual, v));
                assert!(
                    wrong < bound && bound < 0.03 * norm(ours),
                    "{samples}, {features}, {steps}: {wrong:e}, {bound:e}"
                );
            }
        }
    }

    #[test]
    fn rounding_is_within_its_bound() {
        let mut settings = 0;
        for (size, steps) in [(1, 3000), (3, 500), (7, 2000), (16, 1000), (33, 300), (64, 1000), (100, 200), (128, 400)]
        {
            for (decay, rate) in [(0.0, 0.6), (1e-6, 0.25), (0.01, 0.5), (0.3, 0.1)] {
                let data = Data::new(size as u32, if size % 2 == 0 { size } else { 2 * size }, size);
                let problem = if size % 2 == 0 { data.dual() } else { data.primal() };
                let member = Member { problem: 0, rate, decay, substeps: 1 };
                let exact = exact(&problem, &member, steps);
                let bound = rounding(&problem.view(), &member, steps, 0.0, norm(exact.iter().copied()));
                let wrong = |member| difference(&state(&[&problem], &[member], &[0, steps])[0], &exact);
                let (right, fast) = (wrong(member), wrong(Member { rate: 1.1 * rate, decay: decay + 0.02, ..member }));
                assert!(right < bound && bound < fast, "{size} {steps} {decay} {rate}: {right:e} {bound:e} {fast:e}");
                settings += 1;
            }
        }
        assert!(settings >= 20, "{settings} settings");
    }

    #[test]
    fn a_diagonal_matrix_gives_the_closed_form() {
        let size = 40;
        let eigenvalues: Vec<f64> = (0..size).map(|i| f64::from((0.9 * math::pow(0.8, f64::from(i))) as f32)).collect();
        let mut matrix = vec![0.0; (size * size) as usize];
        for (i, s) in eigenvalues.iter().enumerate() {
            matrix[i * (size as usize + 1)] = *s;
        }
        let target: Vec<f64> = (0..size).map(|i| 1.0 + f64::from(i % 7)).collect();
        let problem = Owned { matrix, target };
        for decay in [0.0, f64::from(1e-4f32), 0.0625] {
            for steps in [1, 2, 10, 100, 3000] {
                let member = Member { rate: 0.75, decay, ..MEMBER };
                let found = state(&[&problem], &[member], &[0, steps])[0];
                for (i, s) in eigenvalues.iter().enumerate() {
                    let (b, total) = (problem.target[i], s + decay);
                    let exact = -math::expm1(f64::from(steps) * math::ln_1p(-member.rate * total)) / total * b;
                    // One coordinate alone: no sum rounds, and its own eigenvalue reduces its errors.
                    let one = Owned { matrix: vec![*s], target: vec![b] };
                    let bound = rounding(&one.view(), &member, steps, *s, exact);
                    let wrong = (f64::from(found[i]) - exact).abs();
                    assert!(wrong < bound && bound < 1e-3 * exact, "{decay} {steps} {s}: {wrong:e} {bound:e} {exact}");
                }
            }
        }
    }

    #[test]
    fn windows_and_substeps_compose() {
        let data = Data::new(5, 50, 30);
        let problem = data.primal();
        let member = Member { substeps: 3, ..MEMBER };
        let whole = state(&[&problem], &[member], &[0, 100]);
        assert_eq!(whole, state(&[&problem], &[member], &[0, 1, 2, 50, 100]), "windows");
        assert_eq!(whole, state(&[&problem], &[MEMBER], &[0, 300]), "substeps");
        assert_ne!(whole, state(&[&problem], &[member], &[0, 99]), "the last step matters");
    }

    #[test]
    fn a_member_learns_what_it_learns_alone() {
        let problems = [Data::new(6, 20, 9).primal(), Data::new(7, 64, 70).dual(), Data::new(8, 30, 40).dual()];
        let views: Vec<&Owned> = problems.iter().collect();
        let members: Vec<Member> = (0..9)
            .map(|i| Member {
                problem: i % 3,
                rate: 0.5 / f64::from(1 + i % 2),
                decay: 0.01 * f64::from(i),
                substeps: 1 + i % 2,
            })
            .collect();
        let together = state(&views, &members, &[0, 60]);
        for (member, found) in members.iter().zip(&together) {
            let alone = Member { problem: 0, ..*member };
            assert_eq!(&state(&[views[member.problem as usize]], &[alone], &[0, 60])[0], found, "{member:?}");
        }
    }

    /// Version of the kernel in which every multiplication that can be is fused with the addition that follows.
    #[derive(Debug)]
    struct Fused;

    impl Kernel for Fused {
        const NAME: &'static str = LotteryRidge::NAME;
        const WGSL: &'static str = LotteryRidge::WGSL;
        const INPUTS: usize = LotteryRidge::INPUTS;
        type Uniforms = Uniforms;
        type Row = [f32; LANES];

        fn cases() -> Vec<Case<Self>> {
            cases::cases().into_iter().map(Case::of).collect()
        }

        fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
            let fused = |a: f32, b: f32, c: f32| (f64::from(a) * f64::from(b) + f64::from(c)) as f32;
            let (size, width) = (u.size as usize, u.width as usize);
            let [rate, decay, substeps, problem] = inputs.f32(1).as_chunks::<4>().0[group as usize];
            let problem = &inputs.f32(0)[problem as usize * (size + 1) * width..];
            for _ in 0..u.steps * substeps as u32 {
                let v = state[0];
                for l in 0..size {
                    let a = |j: usize| problem[(l / PART * size + j) * PART + l % PART];
                    let sum = (0..size).fold(0.0, |sum, j| fused(a(j), v[j], sum));
                    let pull = fused(-decay, v[l], problem[size * width + l] - sum);
                    state[0][l] = fused(rate, pull, v[l]);
                }
            }
        }
    }

    #[test]
    fn fusing_moves_v_by_less_than_hardware_may() {
        let exec = Exec::cpu();
        for (case, fused) in cases::cases().into_iter().zip(Fused::cases()) {
            let run = |case: &Case<LotteryRidge>| pollster::block_on(case.run(&exec, &case.cuts)).expect("runs");
            let right = run(&case);
            let moved = pollster::block_on(fused.run(&exec, &fused.cuts)).expect("runs");
            agree::<LotteryRidge>(&moved, &right, LotteryRidge::HARDWARE).expect(case.name);
            let mut longer = case;
            longer.cuts[0] = 1;
            agree::<LotteryRidge>(&run(&longer), &right, LotteryRidge::HARDWARE).expect_err(longer.name);
        }
    }

    #[test]
    fn loops_of_a_dispatch_turn_less_often_than_a_software_adapter_allows() {
        for size in [1, 64, 128] {
            for substeps in [1, 7, SUBSTEPS_MAX] {
                let u = Uniforms { size, width: size, substeps, first: 0, steps: 0 };
                let turns = LotteryRidge::software_steps(&u) * substeps * (1 + size);
                assert!((1..=65_535).contains(&turns), "{size} {substeps}: {turns}");
            }
        }
    }
}

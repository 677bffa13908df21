//! Kernel of full-batch gradient descent with weight decay for many small linear models. Each group trains one model,
//! called a member, from the start anew at each of up to four weight decays. Its lanes are the coordinates of the
//! vector that it learns, and its rows are the weight decays, which share the member's data.
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
//! A substep costs `size^2` multiplications and as many additions at each weight decay. The sum `A v` runs over the
//! coordinates in their order, and no multiplication is fused with an addition. [`rounding`] bounds the errors of f32.

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Kernel, Parity};

#[cfg(not(target_arch = "wasm32"))]
mod cases;

/// Largest number of coordinates of v, which is the number of lanes of a group.
pub const LANES: usize = 128;

/// Number of lanes of a part. The columns of A that belong to a part lie together in memory.
const PART: usize = 16;

/// Number of weight decays whose sums the CPU version computes together, so that it reads A once for all of them. Their
/// sums for a part fit into its vector registers.
const TOGETHER: usize = if cfg!(target_feature = "avx") { 4 } else { 2 };

/// Largest number of weight decays of a member.
pub const DECAYS: usize = 4;

/// Number of words in which the settings of a member are stored.
const SETTINGS: usize = 2 * DECAYS;

/// A model and how it is trained.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Symmetric matrix A, as rows one after the other. It has as many rows and columns as `target` has entries.
    pub matrix: &'a [f64],
    /// Vector b, with 1 to [`LANES`] entries.
    pub target: &'a [f64],
    /// Weight decays, from 1 to [`DECAYS`].
    pub decays: &'a [f64],
    /// Learning rate of a substep.
    pub rate: f64,
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
        /// Number of weight decays of each member.
        rows: u32,
        /// Largest number of substeps of a member in a step.
        substeps: u32,
    }
}

/// Kernel of gradient descent with weight decay. Row r of a group's state is v at weight decay number r. Coordinates
/// that the member does not have stay 0. [`parts`] makes the inputs.
#[derive(Debug)]
pub struct LotteryRidge;

/// Inputs and uniforms of the kernel for these members, one group for each. All must have equally many weight decays,
/// which is the number of rows of a group. The first input is the data of each member: `A[part][row][column]`, with the
/// columns of a part of the lanes, and then b. The second is its settings: the weight decays, `[rate, substeps, 0, 0]`.
/// Members with fewer coordinates than the largest are padded by 0, so they take as much time as the largest.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "the kernel computes in f32")]
pub fn parts(members: &[Member<'_>]) -> (Inputs, Uniforms) {
    let most = |number: fn(&Member<'_>) -> usize| members.iter().map(number).max().unwrap_or(0);
    let (size, rows) = (most(|member| member.target.len()), most(|member| member.decays.len()));
    assert!((1..=LANES).contains(&size) && (1..=DECAYS).contains(&rows), "{size} coordinates, {rows} weight decays");
    let width = size.next_multiple_of(PART);
    let mut data = vec![0.0; members.len() * (size + 1) * width];
    let mut settings = vec![0.0; members.len() * SETTINGS];
    let places = data.chunks_exact_mut((size + 1) * width).zip(settings.chunks_exact_mut(SETTINGS));
    for (member, (data, settings)) in members.iter().zip(places) {
        let Member { matrix, target, decays, rate, substeps } = *member;
        let own = target.len();
        assert_eq!(matrix.len(), own * own, "a matrix for {own} coordinates");
        assert_eq!(decays.len(), rows, "weight decays of each member");
        assert!((1..=SUBSTEPS_MAX).contains(&substeps), "{substeps} substeps");
        let (columns, goal) = data.split_at_mut(size * width);
        for (i, x) in matrix.iter().enumerate() {
            let (row, column) = (i / own, i % own);
            columns[(column / PART * size + row) * PART + column % PART] = *x as f32;
        }
        goal.iter_mut().zip(target).for_each(|(goal, x)| *goal = *x as f32);
        settings.iter_mut().zip(decays).for_each(|(setting, decay)| *setting = *decay as f32);
        settings[DECAYS..][..2].copy_from_slice(&[rate as f32, substeps as f32]);
    }
    let uniforms = Uniforms {
        size: size as u32,
        width: width as u32,
        rows: rows as u32,
        substeps: members.iter().map(|member| member.substeps).max().unwrap_or(1),
        first: 0,
        steps: 0,
    };
    (Inputs::new(&[bytemuck::cast_slice(&data), bytemuck::cast_slice(&settings)]), uniforms)
}

/// Bound of the norm of the rounding error of v after `substeps` substeps at a weight decay. `norm` is the norm of the exact v, and
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
pub fn rounding(member: &Member<'_>, decay: f64, substeps: u32, least: f64, norm: f64) -> f64 {
    const U: f64 = 1.0 / 16_777_216.0;
    let length = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let rate = member.rate;
    let slow = rate * (least + decay);
    let sum = if slow > 0.0 { f64::from(substeps).min(1.0 / slow) } else { f64::from(substeps) };
    // Terms of order u^2 are below 1e-4 of these, for at most 128 coordinates.
    let unit = 1.0001 * U * sum;
    let size = member.target.len() as f64;
    let own = unit * (rate * ((size + 5.0) * length(member.matrix) + 5.0 * decay) + 1.0);
    let all = own * norm + unit * rate * 5.0 * length(member.target);
    if own < 1.0 { all / (1.0 - own) } else { f64::INFINITY }
}

/// A vector with a coordinate for each lane, in parts.
type Vector = [[f32; PART]; LANES / PART];

/// Sums `A v` of the lanes of a part for R vectors v. `columns` are the columns of A for these lanes. The function is
/// not inlined, because the compiler keeps the sums in vector registers only if it is a function of its own.
#[inline(never)]
fn product<const R: usize>(columns: &[[f32; PART]], v: &[Vector; R], part: usize, sums: &mut [Vector; R]) {
    let size = columns.len();
    let v: [&[f32]; R] = std::array::from_fn(|r| &v[r].as_flattened()[..size]);
    let mut sum = [[0.0; PART]; R];
    for j in 0..size {
        for r in 0..R {
            let x = v[r][j];
            for l in 0..PART {
                sum[r][l] += columns[j][l] * x;
            }
        }
    }
    for r in 0..R {
        sums[r][part] = sum[r];
    }
}

/// Does `substeps` substeps for R vectors v, each with its weight decay. `columns` are the columns of A for each part
/// of the lanes, and `target` is b.
#[inline(never)]
fn train<const R: usize>(
    columns: &[[f32; PART]],
    target: &[[f32; PART]],
    rate: f32,
    decays: &[f32; R],
    substeps: u32,
    state: &mut [[f32; LANES]; R],
) {
    let v: &mut [Vector; R] = bytemuck::cast_slice_mut(state).try_into().expect("a vector is a row");
    let size = columns.len() / target.len();
    let mut sums = [[[0.0; PART]; LANES / PART]; R];
    for _ in 0..substeps {
        for (part, columns) in columns.chunks_exact(size).enumerate() {
            product(columns, v, part, &mut sums);
        }
        for r in 0..R {
            let lanes = v[r].as_flattened_mut().iter_mut().zip(sums[r].as_flattened()).zip(target.as_flattened());
            for ((v, sum), target) in lanes {
                *v += rate * (target - sum - decays[r] * *v);
            }
        }
    }
}

impl Kernel for LotteryRidge {
    const NAME: &'static str = "lottery_ridge";
    const WGSL: Option<&'static str> = Some(include_str!("lottery_ridge.wgsl"));
    const HARDWARE: Parity = Parity::Close {
        rel: 3e-5,
        abs: 3e-5,
        reason: "WGSL may fuse a * b + c; between no and all fused, 1000 steps move v by at most 6e-6 (1 + |v|)",
    };
    const INPUTS: usize = 2;
    type Uniforms = Uniforms;
    type Row = [f32; LANES];

    fn software_steps(u: &Uniforms) -> u32 {
        // Loop iterations of a substep: its own, and one for each coordinate.
        65_000 / (u.substeps * (1 + u.size))
    }

    fn weight(u: &Uniforms) -> u32 {
        u.rows * u.substeps * (1 + u.size / 8)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number, as `parts` made it")]
    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
        let (size, width) = (u.size as usize, u.width as usize);
        let data = inputs.f32(0)[group as usize * (size + 1) * width..][..(size + 1) * width].as_chunks::<PART>().0;
        let (columns, target) = data.split_at(size * width / PART);
        let (decays, rest) = inputs.f32(1)[group as usize * SETTINGS..].split_at(DECAYS);
        let (rate, substeps) = (rest[0], u.steps * rest[1] as u32);
        let (together, alone) = state.as_chunks_mut::<TOGETHER>();
        let (some, others) = decays[..u.rows as usize].as_chunks::<TOGETHER>();
        for (state, decays) in together.iter_mut().zip(some) {
            train(columns, target, rate, decays, substeps, state);
        }
        for (state, decay) in alone.iter_mut().zip(others) {
            train(columns, target, rate, &[*decay], substeps, std::array::from_mut(state));
        }
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

    /// State of each member at each of its weight decays after the steps from the first to the last of `cuts`, with a
    /// stop at each of them. Every vector starts at `start`.
    fn from(members: &[Member<'_>], start: &[f64], cuts: &[u32]) -> Vec<[f32; LANES]> {
        let (inputs, uniforms) = parts(members);
        let mut row = [0.0; LANES];
        row.iter_mut().zip(start).for_each(|(v, start)| *v = *start as f32);
        let rows = members[0].decays.len();
        let (exec, mut lanes) =
            (Exec::cpu(), Lanes::<LotteryRidge>::new(&vec![row; rows * members.len()], rows, inputs));
        for window in cuts.windows(2) {
            pollster::block_on(exec.advance(&mut lanes, &uniforms, window[0]..window[1])).expect("runs");
        }
        pollster::block_on(exec.read(&mut lanes)).expect("reads").to_vec()
    }

    fn state(members: &[Member<'_>], cuts: &[u32]) -> Vec<[f32; LANES]> {
        from(members, &[], cuts)
    }

    /// A member at these weight decays, with a rate of 1/2 and one substep in a step.
    fn member<'a>(owned: &'a Owned, decays: &'a [f64]) -> Member<'a> {
        Member { matrix: &owned.matrix, target: &owned.target, decays, rate: 0.5, substeps: 1 }
    }

    /// The vector v after `substeps` substeps at a weight decay, in f64.
    fn exact(member: &Member<'_>, decay: f64, substeps: u32) -> Vec<f64> {
        let mut v = vec![0.0; member.target.len()];
        for _ in 0..substeps {
            let rows = member.matrix.chunks_exact(v.len());
            let sums: Vec<f64> = rows.map(|row| row.iter().zip(&v).map(|(a, v)| a * v).sum()).collect();
            for ((v, sum), b) in v.iter_mut().zip(sums).zip(member.target) {
                *v += member.rate * (b - sum - decay * *v);
            }
        }
        v
    }

    fn norm(x: impl IntoIterator<Item = f64>) -> f64 {
        x.into_iter().map(|x| x * x).sum::<f64>().sqrt()
    }

    /// The first coordinates of a state, as many as `like` has.
    fn coordinates(state: &[f32; LANES], like: &[f64]) -> Vec<f64> {
        state[..like.len()].iter().map(|v| f64::from(*v)).collect()
    }

    #[test]
    fn a_step_follows_the_gradient() {
        const DECAY: f64 = 0.02;
        for (samples, features, dual) in [(9, 4, false), (4, 4, true), (5, 11, true)] {
            let data = Data::new(3, samples, features);
            let owned = if dual { data.dual() } else { data.primal() };
            let member = member(&owned, &[DECAY]);
            let v: Vec<f64> = (0..owned.target.len()).map(|i| (i % 5) as f64 * 0.25 - 0.5).collect();
            let theta = if dual { data.back(&v) } else { v.clone() };
            let loss = |theta: &[f64]| {
                let squares = data.predict(theta).into_iter().zip(&data.labels).map(|(p, y)| (p - y) * (p - y));
                let norm: f64 = theta.iter().map(|x| x * x).sum();
                0.5 * squares.sum::<f64>() / samples as f64 + 0.5 * DECAY * norm
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
            let after = coordinates(&from(&[member], &v, &[0, 1])[0], &v);
            let step: Vec<f64> = v.iter().zip(after).map(|(v, after)| after - v).collect();
            let step = if dual { data.back(&step) } else { step };
            let bound = rounding(&member, DECAY, 1, 0.0, norm(v));
            for (i, step) in step.iter().enumerate() {
                let wrong = step + member.rate * slope(i);
                assert!(wrong.abs() < bound && bound < 1e-5, "dual {dual}, weight {i}: {wrong:e}, bound {bound:e}");
            }
        }
    }

    #[test]
    fn primal_and_dual_predict_alike() {
        const DECAY: f64 = 0.02;
        for (samples, features) in [(40, 10), (33, 33), (20, 70)] {
            let data = Data::new(4, samples, features);
            let (primal, dual) = (data.primal(), data.dual());
            let (primal, dual) = (member(&primal, &[DECAY]), member(&dual, &[DECAY]));
            for steps in [1, 30, 500] {
                let learned = |member| coordinates(&state(&[member], &[0, steps])[0], member.target);
                let (theta, v) = (learned(primal), learned(dual));
                let (ours, theirs) = (data.predict(&theta), data.predict(&data.back(&v)));
                let wrong = norm(ours.iter().zip(&theirs).map(|(x, z)| x - z));
                let length = norm(data.features.iter().copied());
                let bound = |member, v| rounding(member, DECAY, steps, 0.0, norm(v));
                let bound = length * (bound(&primal, theta) + length / samples as f64 * bound(&dual, v));
                let size = norm(ours);
                assert!(
                    wrong < bound && bound < 0.03 * size,
                    "{samples} {features} {steps}: {wrong:e} {bound:e} {size}"
                );
            }
        }
    }

    #[test]
    fn rounding_is_within_its_bound() {
        const DECAYS: [f64; 3] = [0.0, 1e-6, 0.02];
        for (size, steps) in [(1, 3000), (3, 500), (7, 2000), (16, 1000), (33, 300), (64, 1000), (100, 200), (128, 400)]
        {
            let data = Data::new(size as u32, if size % 2 == 0 { size } else { 2 * size }, size);
            let owned = if size % 2 == 0 { data.dual() } else { data.primal() };
            for rate in [0.1, 0.55] {
                let member = Member { rate, ..member(&owned, &DECAYS) };
                let right = state(&[member], &[0, steps]);
                let wrong =
                    state(&[Member { rate: 1.1 * rate, decays: &DECAYS.map(|l| l + 0.02), ..member }], &[0, steps]);
                for (i, decay) in DECAYS.into_iter().enumerate() {
                    let exact = exact(&member, decay, steps);
                    let bound = rounding(&member, decay, steps, 0.0, norm(exact.iter().copied()));
                    let off = |row| norm(coordinates(row, &exact).iter().zip(&exact).map(|(v, exact)| v - exact));
                    let (right, wrong) = (off(&right[i]), off(&wrong[i]));
                    assert!(
                        right < bound && bound < wrong,
                        "{size} {steps} {rate} {decay}: {right:e} {bound:e} {wrong:e}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_diagonal_matrix_gives_the_closed_form() {
        const SIZE: usize = 40;
        let decays = [0.0, 1e-6, 1e-4, 0.05];
        let eigenvalues: Vec<f64> = (0..SIZE).map(|i| 0.9 * math::pow(0.8, i as f64)).collect();
        let mut matrix = vec![0.0; SIZE * SIZE];
        for (i, s) in eigenvalues.iter().enumerate() {
            matrix[i * (SIZE + 1)] = *s;
        }
        let owned = Owned { matrix, target: (0..SIZE).map(|i| 1.0 + (i % 7) as f64).collect() };
        for steps in [1, 2, 10, 100, 3000] {
            let found = state(&[member(&owned, &decays)], &[0, steps]);
            for (decay, found) in decays.into_iter().zip(found) {
                for (i, s) in eigenvalues.iter().enumerate() {
                    // One coordinate alone: no sum rounds, and its own eigenvalue reduces its errors.
                    let one = Owned { matrix: vec![*s], target: vec![owned.target[i]] };
                    let one = member(&one, &decays);
                    let exact = -math::expm1(f64::from(steps) * math::ln_1p(-one.rate * (s + decay))) / (s + decay)
                        * owned.target[i];
                    let bound = rounding(&one, decay, steps, *s, exact);
                    let wrong = (f64::from(found[i]) - exact).abs();
                    assert!(wrong < bound && bound < 1e-3 * exact, "{decay} {steps} {s}: {wrong:e} {bound:e} {exact}");
                }
            }
        }
    }

    #[test]
    fn windows_and_substeps_compose() {
        let owned = Data::new(5, 50, 30).primal();
        let once = member(&owned, &[0.0, 0.01, 0.02]);
        let thrice = Member { substeps: 3, ..once };
        let whole = state(&[thrice], &[0, 100]);
        assert_eq!(whole, state(&[thrice], &[0, 1, 2, 50, 100]), "windows");
        assert_eq!(whole, state(&[once], &[0, 300]), "substeps");
        assert_ne!(whole, state(&[thrice], &[0, 99]), "the last step matters");
    }

    #[test]
    fn a_member_learns_what_it_learns_alone() {
        let owned = [Data::new(6, 20, 9).primal(), Data::new(7, 64, 70).dual(), Data::new(8, 30, 40).dual()];
        for decays in [&[0.1][..], &[0.0, 0.3], &[0.3, 0.0, 0.1], &[0.2, 0.01, 0.0, 0.1]] {
            let members: Vec<Member<'_>> =
                owned.iter().zip(1..).map(|(owned, substeps)| Member { substeps, ..member(owned, decays) }).collect();
            let together = state(&members, &[0, 60]);
            for (member, found) in members.iter().zip(together.chunks(decays.len())) {
                for (decay, found) in decays.iter().zip(found) {
                    let alone = Member { decays: &[*decay], ..*member };
                    assert_eq!(&state(&[alone], &[0, 60])[0], found, "{decay} of {decays:?}");
                }
            }
        }
    }

    /// Version of the kernel in which every multiplication that can be is fused with the addition that follows.
    #[derive(Debug)]
    struct Fused;

    impl Kernel for Fused {
        const NAME: &'static str = LotteryRidge::NAME;
        const WGSL: Option<&'static str> = LotteryRidge::WGSL;
        const INPUTS: usize = LotteryRidge::INPUTS;
        type Uniforms = Uniforms;
        type Row = [f32; LANES];

        fn cases() -> Vec<Case<Self>> {
            cases::cases().into_iter().map(Case::of).collect()
        }

        fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[f32; LANES]]) {
            let fused = |a: f32, b: f32, c: f32| (f64::from(a) * f64::from(b) + f64::from(c)) as f32;
            let (size, width) = (u.size as usize, u.width as usize);
            let data = &inputs.f32(0)[group as usize * (size + 1) * width..];
            let (decays, rest) = inputs.f32(1)[group as usize * SETTINGS..].split_at(DECAYS);
            for (state, decay) in state.iter_mut().zip(decays) {
                for _ in 0..u.steps * rest[1] as u32 {
                    let v = *state;
                    for l in 0..size {
                        let a = |j: usize| data[(l / PART * size + j) * PART + l % PART];
                        let sum = (0..size).fold(0.0, |sum, j| fused(a(j), v[j], sum));
                        let pull = fused(-decay, v[l], data[size * width + l] - sum);
                        state[l] = fused(rest[0], pull, v[l]);
                    }
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
            let shorter = Case { cuts: vec![1, case.cuts[case.cuts.len() - 1]], ..case };
            agree::<LotteryRidge>(&run(&shorter), &right, LotteryRidge::HARDWARE).expect_err(shorter.name);
        }
    }

    #[test]
    fn loops_of_a_dispatch_turn_less_often_than_a_software_adapter_allows() {
        for size in [1, 64, 128] {
            for substeps in [1, 7, SUBSTEPS_MAX] {
                let u = Uniforms { size, width: size, rows: 4, substeps, first: 0, steps: 0 };
                let turns = LotteryRidge::software_steps(&u) * substeps * (1 + size) + 2 * u.rows;
                assert!((1..=65_535).contains(&turns), "{size} {substeps}: {turns}");
            }
        }
    }
}

//! Kernel of students who learn a fact when it is first shown to them. Each lane of a workgroup is one student.
//!
//! A subject is a set of facts. Each fact has a frequency `theta`, drawn from Beta(a, 1): in each hour that a student
//! gives to the subject, the fact is shown with probability `theta`, independently of all else. After `n` hours, the
//! student does not know the facts that would first be shown in a later hour. So the kernel draws, for every fact, only
//! the hour in which it is first shown. These draws give the results of all allocations of the hours.
//!
//! `theta = U^(1/a)`, for a uniform random number `U`, is read off a quantile table. The hour in which a fact is first
//! shown has a geometric distribution, and is found by bisection on powers of `1 - theta`. All arithmetic is on
//! integers in units of 2^-32, so every device gives equal bits.

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Kernel};
use crate::math;
use crate::rng::{self, Stream, mulhi};

/// Random stream from which the frequencies of the facts are drawn, and the hours in which the facts are first shown.
const EXAM: Stream = Stream(1);

/// Number of students that a workgroup advances together.
pub const LANES: usize = 64;

/// Number of segments of the quantile table for each octave (factor of 2) of the uniform random number.
const SEGMENTS: usize = 256;

/// Largest number of bits that a number of hours can have. All numbers of hours are below 2^14.
const LEVELS_MAX: usize = 14;

crate::uniforms! {
    /// Uniforms of the kernel, at binding 0.
    pub struct Uniforms {
        /// Seed of all draws.
        seed: u32,
        /// Index of the student in lane 0 of group 0.
        first_run: u32,
        /// Number of subjects K.
        subjects: u32,
        /// Number of facts in a subject.
        facts: u32,
        /// Number A of allocations of the hours to the subjects. The kernel evaluates all of them.
        allocations: u32,
        /// Number of bits of the largest number of hours.
        levels: u32,
    }
}

/// Kernel that counts the facts that each student does not know. It compares A allocations of the hours. The A numbers
/// of hours that they give to a subject are the thresholds of this subject. Row `k (A + 1) + j` of the state counts the
/// facts of subject k that are unknown after the j smallest thresholds of this subject, but known after all others. The
/// inputs are the quantile table and the thresholds `[k][A]`, in ascending order for each subject.
#[derive(Debug)]
pub struct Exam;

/// Number of rows of a group's state.
pub const fn rows(subjects: usize, allocations: usize) -> usize {
    subjects * (allocations + 1)
}

/// Number of steps in which `facts` facts are drawn. A step draws two facts.
pub const fn steps(facts: u32) -> u32 {
    facts.div_ceil(2)
}

/// Table of the quantiles of Beta(a, 1), `theta(u) = u^(1/a)`, at 256 places in each octave (factor of 2) of `u`. The
/// unit of its entries is 2^-32.
///
/// The kernel interpolates linearly between two places. The relative error of theta is then below
/// `(1/a)(1/a - 1) 2^-19`, which is 1.7e-4 at a = 0.1. For a < 1, theta is never too low, except for rounding errors.
/// The loss is proportional to `theta^-a`, so its relative error is smaller. A test shows that it is below 2e-5.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "theta 2^32 is clamped to a u32")]
#[expect(clippy::cast_precision_loss, reason = "small integers")]
pub fn quantiles(a: f64) -> Vec<u32> {
    let theta = |u: f64| (math::pow(u, 1.0 / a) * 4_294_967_296.0).round().min(4_294_967_295.0) as u32;
    let mut table: Vec<u32> = (0..32 * SEGMENTS)
        .map(|i| {
            let octave = math::pow(2.0, (i / SEGMENTS) as f64 - 32.0);
            theta(octave * (1.0 + (i % SEGMENTS) as f64 / SEGMENTS as f64))
        })
        .collect();
    table.push(theta(1.0));
    table
}

/// The quantile of Beta(a, 1) that belongs to a uniform random `word`, by interpolation in `table`. The unit of the
/// result is 2^-32.
#[inline(always)]
fn quantile(table: &[u32], word: u32) -> u32 {
    let u = word.max(1);
    let zeros = u.leading_zeros();
    let n = u << zeros;
    let i = ((31 - zeros) * SEGMENTS as u32 + ((n >> 23) & 255)) as usize;
    table[i] + mulhi(table[i + 1] - table[i], n << 9)
}

/// The largest number of hours after which a fact of frequency `theta` is still unknown: the largest `n < 2^levels`
/// with `v < (1 - theta)^n`, where `v` is a uniform random number.
#[inline(always)]
fn unknown_hours(theta: u32, v: u32, levels: usize) -> u32 {
    // powers[i] = (1 - theta)^(2^i); the complement is one unit low, which keeps 1 representable.
    let mut powers = [!theta; LEVELS_MAX];
    for i in 1..levels {
        powers[i] = mulhi(powers[i - 1], powers[i - 1]);
    }
    let mut product = u32::MAX;
    let mut hours = 0;
    for i in (0..levels).rev() {
        let next = mulhi(product, powers[i]);
        if v < next {
            product = next;
            hours += 1 << i;
        }
    }
    hours
}

impl Kernel for Exam {
    const NAME: &'static str = "exam_time";
    const WGSL: Option<&'static str> = Some(concat!(include_str!("exam_time.wgsl"), include_str!("../rng.wgsl")));
    const INPUTS: usize = 2;
    type Uniforms = Uniforms;
    type Row = [u32; LANES];

    fn software_steps(u: &Uniforms) -> u32 {
        // Loop iterations of a step: the draw, then two facts, each with its powers, its bisection and its search among
        // at most 2^10 thresholds.
        65_000 / (u.subjects * (12 + 2 * (2 * u.levels + 11)))
    }

    #[expect(clippy::cast_possible_truncation, reason = "lanes are few")]
    fn group(u: &Uniforms, inputs: &Inputs, group: u32, state: &mut [[u32; LANES]]) {
        // Drawing for 16 lanes at a time fills the widest vector registers.
        const PART: usize = 16;
        let (table, thresholds) = (inputs.u32(0), inputs.u32(1));
        let (allocations, levels) = (u.allocations as usize, u.levels as usize);
        for part in (0..LANES).step_by(PART) {
            let runs: [u32; PART] =
                std::array::from_fn(|l| u.first_run.wrapping_add(group * LANES as u32 + (part + l) as u32));
            for step in u.first..u.first + u.steps {
                for k in 0..u.subjects {
                    let draw = rng::philox_lanes([u.seed, EXAM.0], runs, [step; _], k);
                    let hours = &thresholds[k as usize * allocations..][..allocations];
                    for fact in 0..2.min(u.facts - 2 * step) as usize {
                        for l in 0..PART {
                            let theta = quantile(table, draw[2 * fact][l]);
                            let unknown = unknown_hours(theta, draw[2 * fact + 1][l], levels);
                            let j = hours.partition_point(|&n| n <= unknown);
                            state[k as usize * (allocations + 1) + j][part + l] += 1;
                        }
                    }
                }
            }
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        let case = |name, groups, a: f64, levels, hours: &[&[u32]], facts, first_run, cuts: &[u32]| {
            let (subjects, allocations) = (hours.len(), hours[0].len());
            let inputs = Inputs::new(&[bytemuck::cast_slice(&quantiles(a)), bytemuck::cast_slice(&hours.concat())]);
            let uniforms = Uniforms {
                seed: 11,
                first_run,
                subjects: subjects as u32,
                facts,
                allocations: allocations as u32,
                levels,
                first: 0,
                steps: 0,
            };
            Case::zeroed(name, groups, rows(subjects, allocations), inputs, uniforms, cuts)
        };
        let shares: Vec<u32> = (1..=41).map(|i| i * 2).collect();
        vec![
            case("one fact", 1, 1.0, 7, &[&[1, 99]], 1, 0, &[0, 1]),
            case("the default", 8, 1.0, 7, &[&shares, &shares], 64, 0, &[0, 3, 4, 32]),
            case("an odd number of facts", 2, 0.5, 7, &[&[3, 3, 50], &[1, 10, 99]], 33, 77, &[0, 16, 17]),
            case("rare facts, long hours", 2, 0.1, 14, &[&[1, 100, 9999][..]; 8], 64, u32::MAX - 70, &[0, 1, 32]),
            case("more groups than a grid is wide", 65_537, 1.0, 4, &[&[9]], 2, 0, &[0, 1]),
            case("common facts", 2, 3.0, 4, &[&[1, 2, 5], &[3, 8, 9], &[1, 1, 1]], 10, 5, &[0, 5]),
        ]
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    /// Exact mean of `(1 - theta)^n` for `theta ~ Beta(a, 1)`: `G(n + 1) G(a + 1) / G(n + a + 1)`, with G the Gamma
    /// function.
    fn survival(a: f64, n: u32) -> f64 {
        let n = f64::from(n);
        math::exp(math::lgamma(n + 1.0) + math::lgamma(a + 1.0) - math::lgamma(n + a + 1.0))
    }

    #[test]
    fn the_quantile_table_has_the_moments_of_the_distribution() {
        for a in [0.1, 0.28, 0.5, 1.0, 2.0, 3.0] {
            let table = quantiles(a);
            for n in [1, 10, 100, 1000, 10_000] {
                // Midpoints of 16 parts of every segment, weighted by the segment's share of u.
                let mut mean = 0.0;
                for octave in 0..32u32 {
                    for i in 0..SEGMENTS as u32 * 16 {
                        let n32 = (1u64 << 31) + ((u64::from(i) * 2 + 1) << 18);
                        let word = (n32 >> (31 - octave)) as u32;
                        let theta = if octave < 12 {
                            // Words of the lowest octaves have too few bits, so they take the exact function.
                            math::pow(n32 as f64 / 4_294_967_296.0 * math::pow(2.0, f64::from(octave) - 31.0), 1.0 / a)
                        } else {
                            f64::from(quantile(&table, word)) / 4_294_967_296.0
                        };
                        let weight = math::pow(2.0, f64::from(octave) - 32.0) / (SEGMENTS as f64 * 16.0);
                        mean += weight * math::exp(f64::from(n) * math::ln_1p(-theta.min(1.0 - 1e-12)));
                    }
                }
                let exact = survival(a, n);
                // The table's relative error is 2e-5; midpoints and the rounding of theta to 2^-32 add 1e-7.
                assert!((mean - exact).abs() < 2e-5 * exact + 1e-7, "a = {a}, n = {n}: {mean} against {exact}");
            }
        }
    }

    #[test]
    fn the_quantile_table_is_right_between_its_places() {
        for a in [0.1, 0.5, 1.0, 3.0] {
            let table = quantiles(a);
            for i in 1..20_000u32 {
                let word = i.wrapping_mul(214_748);
                let exact = math::pow(f64::from(word) / 4_294_967_296.0, 1.0 / a) * 4_294_967_296.0;
                // Linear interpolation in a segment of relative width 2^-8 is off by an eighth of the second
                // derivative; the rounding to 2^-32 adds to it.
                let bound = (1.0 / a * (1.0 / a - 1.0)).abs() / 524_288.0 * 1.05 * exact + 2.0;
                let found = f64::from(quantile(&table, word));
                assert!((found - exact).abs() <= bound, "a = {a}, word {word}: {found} against {exact}");
            }
        }
    }

    #[test]
    fn unknown_hours_inverts_the_geometric_distribution() {
        for theta in [1e-8, 1e-6, 1e-4, 0.01, 0.3, 0.9, 0.9999] {
            let fixed = (theta * 4_294_967_296.0) as u32;
            for v in [1e-7, 1e-3, 0.1, 0.5, 0.9, 0.999] {
                let hours = unknown_hours(fixed, (v * 4_294_967_296.0) as u32, LEVELS_MAX);
                let exact = (math::ln(v) / math::ln_1p(-theta)).min(16_383.0);
                // Powers are truncated products: relative error 2^-32 each, doubled at each of 14 squarings.
                let slack = 1.0 + exact * 1e-5 + 2e-5 / theta.min(1.0);
                assert!(
                    (f64::from(hours) - exact).abs() <= slack.min(1.0 + 0.01 * exact),
                    "theta {theta}, v {v}: {hours} against {exact}"
                );
            }
        }
        assert_eq!(unknown_hours(0, 5, 14), 16_383, "a fact that is never shown stays unknown");
        assert_eq!(unknown_hours(u32::MAX, 5, 14), 0, "a fact shown every hour is known after one");
    }

    #[test]
    fn students_know_what_the_closed_form_says() {
        use crate::exec::{Exec, Lanes};
        let exec = Exec::cpu();
        for (a, facts) in [(0.5, 33), (1.0, 64), (2.0, 64)] {
            let hours = [1u32, 3, 10, 30, 99];
            let thresholds = [hours, hours].concat();
            let inputs = Inputs::new(&[bytemuck::cast_slice(&quantiles(a)), bytemuck::cast_slice(&thresholds)]);
            let uniforms =
                Uniforms { seed: 7, first_run: 0, subjects: 2, facts, allocations: 5, levels: 7, first: 0, steps: 0 };
            let mut lanes = Lanes::<Exam>::zeroed(32, rows(2, 5), inputs);
            pollster::block_on(exec.advance(&mut lanes, &uniforms, 0..steps(facts))).expect("runs");
            let state = pollster::block_on(exec.read(&mut lanes)).expect("reads");
            let mut unknown = [0u32; 5];
            for group in state.chunks(rows(2, 5)) {
                for k in 0..2 {
                    for j in 0..5 {
                        unknown[j] += group[k * 6 + j + 1..(k + 1) * 6].iter().flatten().sum::<u32>();
                    }
                }
            }
            let trials = f64::from(32 * 64 * 2 * facts);
            for (j, &n) in hours.iter().enumerate() {
                let p = survival(a, n);
                let z = (f64::from(unknown[j]) / trials - p) / (p * (1.0 - p) / trials).sqrt();
                assert!(z.abs() < 4.0, "a = {a}, n = {n}: z = {z}");
            }
        }
    }
}

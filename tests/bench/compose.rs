//! Times kernel `compose` on one thread, for `compose.py`, which compares it with `NumPy` and numba.
//!
//! `cargo bench --bench compose` prints a table. Its column `lanes` is the number of learning rates that share the
//! draws of a run. If `LAB_BENCH_OUT` names a folder, every case writes files there for the other programs: their
//! input, and the result that they must reach. The files are `table` (u32), `start` and `end` (f32, `[run][skill]`, or
//! `[run][skill][lane]` if lanes share draws), and `rates` (f32, one learning rate for each lane).

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints how long it took")]

use std::path::PathBuf;
use std::time::Instant;

use scaling_lab::exec::Kernel as _;
use scaling_lab::math;
use scaling_lab::rng::Gaussian;
use scaling_lab::sim::k_composition::{self, Compose, LANES, RECORDS};

const SEED: u32 = 1;
const RUNS: u32 = 64;
const SAMPLES: u32 = 100_000;
/// Number of times that each case is timed. The fastest time counts, because other work on the machine can only slow a
/// case down.
const TRIES: usize = 5;

fn main() {
    let out = std::env::var_os("LAB_BENCH_OUT").map(PathBuf::from);
    println!("case skills hops exponent lanes runs samples seed seconds");
    let runs = [(64, 4, 0.0), (64, 4, 1.5), (256, 4, 1.5), (64, 3, 1.5), (64, 5, 1.5)].map(|case| (case, false));
    let sweeps = [(64, 4, 1.5), (256, 4, 1.5), (64, 5, 1.5)].map(|case| (case, true));
    for (case, ((skills, hops, exponent), one_run)) in runs.into_iter().chain(sweeps).enumerate() {
        let weights: Vec<f64> = (1..=skills).map(|j| math::pow(f64::from(j), -exponent)).collect();
        let total: f64 = weights.iter().sum();
        let p: Vec<f64> = weights.iter().map(|w| w / total).collect();
        let rate = |lane: usize| if one_run { 0.001 * (1 + lane) as f64 } else { 0.05 };
        let (inputs, bits) = k_composition::inputs(&[p], std::array::from_fn(rate), 1);
        let start = k_composition::state(&Gaussian::new().table, SEED, 0, RUNS, 1, skills, 1, 0.3, one_run);
        let u = k_composition::Uniforms {
            seed: SEED,
            first_run: 0,
            runs: RUNS,
            blocks: k_composition::blocks(RUNS, one_run),
            one_run: u32::from(one_run),
            trainings: 1,
            skills,
            share: 1.0 / skills as f32,
            hops,
            batch: 1,
            switch_after: u32::MAX,
            loss_target: 0.01,
            record: SAMPLES,
            bits,
            first: 0,
            steps: SAMPLES,
        };
        let rows = k_composition::rows(skills, 1);
        let (mut seconds, mut end) = (f64::INFINITY, start.clone());
        for _ in 0..TRIES {
            end.clone_from(&start);
            let clock = Instant::now();
            for (group, state) in (0..).zip(end.chunks_mut(rows)) {
                Compose::group(&u, &inputs, group, state);
            }
            seconds = seconds.min(clock.elapsed().as_secs_f64());
        }
        let lanes = if one_run { LANES } else { 1 };
        println!("{case} {skills} {hops} {exponent} {lanes} {RUNS} {SAMPLES} {SEED} {seconds}");
        if let Some(out) = &out {
            let runs = |state: &[[f32; LANES]]| -> Vec<f32> {
                if one_run {
                    return state.chunks(rows).flat_map(|group| group[RECORDS..].concat()).collect();
                }
                let weight = |run: usize, skill: usize| state[run / LANES * rows + RECORDS + skill][run % LANES];
                (0..RUNS as usize).flat_map(|r| (0..skills as usize).map(move |j| weight(r, j))).collect()
            };
            let write = |name: &str, bytes: &[u8]| {
                std::fs::write(out.join(format!("{case}.{name}")), bytes).expect("the folder can be written");
            };
            write("rates", bytemuck::cast_slice(inputs.f32(2)));
            write("table", bytemuck::cast_slice(&inputs.u32(0)[..1 << bits]));
            write("start", bytemuck::cast_slice(&runs(&start)));
            write("end", bytemuck::cast_slice(&runs(&end)));
        }
    }
}

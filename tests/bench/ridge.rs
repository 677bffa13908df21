//! Times kernel `lottery_ridge` on one thread, for `ridge.py`, which compares it with `NumPy`.
//!
//! `cargo bench --bench ridge` prints a table. If `LAB_BENCH_OUT` names a folder, every case writes files there for the
//! other programs: the kernel's inputs and uniforms, `matrices` (`[member][row][column]`), `targets` (`[member][row]`),
//! `decays`, and the result that they must reach, `end` (`[member][weight decay][lane]`), all in f32.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints how long it took")]

use std::path::PathBuf;
use std::time::Instant;

use scaling_lab::exec::{Kernel as _, Uniforms as _};
use scaling_lab::rng::{Draws, stream};
use scaling_lab::sim::lottery_ridge::{LANES, LotteryRidge, Member, parts};

const MEMBERS: u32 = 64;
const RATE: f64 = 0.5;
const DECAYS: [f64; 4] = [1e-6, 1e-3, 1e-2, 0.1];
/// Number of times that each case is timed. The fastest time counts, because other work on the machine can only slow a
/// case down.
const TRIES: usize = 200;

/// Matrix `Phi Phi^T / n` and labels of n random samples with as many features. Feature i lies between -1/i and 1/i.
fn problem(member: u32, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut draws = Draws::new(1, stream::PROBE, member, 0);
    let mut between = || 2.0 * draws.uniform() - 1.0;
    let features: Vec<f64> = (0..n * n).map(|i| between() / (i % n + 1) as f64).collect();
    let rows = || features.chunks_exact(n);
    let product = |x: &[f64], z: &[f64]| x.iter().zip(z).map(|(x, z)| x * z).sum::<f64>() / n as f64;
    (rows().flat_map(|x| rows().map(move |z| product(x, z))).collect(), (0..n).map(|_| between()).collect())
}

fn main() {
    let out = std::env::var_os("LAB_BENCH_OUT").map(PathBuf::from);
    println!("size members steps rate seconds");
    for (size, steps) in [(16, 1000), (64, 100), (128, 40)] {
        let problems: Vec<_> = (0..MEMBERS).map(|member| problem(member, size)).collect();
        let members: Vec<_> = problems
            .iter()
            .map(|(matrix, target)| Member { matrix, target, decays: &DECAYS, rate: RATE, substeps: 1 })
            .collect();
        let (inputs, uniforms) = parts(&members);
        let uniforms = uniforms.window(0..steps);
        let mut end = vec![];
        let seconds = (0..TRIES).map(|_| {
            end = vec![[0.0; LANES]; members.len() * DECAYS.len()];
            let clock = Instant::now();
            for (group, state) in (0..).zip(end.chunks_mut(DECAYS.len())) {
                LotteryRidge::group(&uniforms, &inputs, group, state);
            }
            clock.elapsed().as_secs_f64()
        });
        let seconds = seconds.fold(f64::INFINITY, f64::min);
        println!("{size} {MEMBERS} {steps} {RATE} {seconds}");
        if let Some(out) = &out {
            let write = |name: &str, bytes: &[u8]| {
                std::fs::write(out.join(format!("{size}.{name}")), bytes).expect("the folder can be written");
            };
            let single = |values: fn(&Member<'_>) -> Vec<f64>| -> Vec<f32> {
                members.iter().flat_map(values).map(|x| x as f32).collect()
            };
            write("inputs0", inputs.bytes(0));
            write("inputs1", inputs.bytes(1));
            write("uniforms", bytemuck::bytes_of(&uniforms));
            write("matrices", bytemuck::cast_slice(&single(|member| member.matrix.to_vec())));
            write("targets", bytemuck::cast_slice(&single(|member| member.target.to_vec())));
            write("decays", bytemuck::cast_slice(&DECAYS.map(|decay| decay as f32)));
            write("end", bytemuck::cast_slice(&end));
        }
    }
}

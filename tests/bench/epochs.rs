//! Times kernel `epochs` on one thread, for `epochs.py`, which compares it with `NumPy` and numba.
//!
//! `cargo bench --bench epochs` prints a table. If `LAB_BENCH_OUT` names a folder, every case that visits stored
//! samples writes files of f32 there for the other programs: their input, and the result that they must reach. The
//! files are `samples` (`[run][sample][word]`), `rates` (`[lane]`) and `end` (`[run][weight][lane]`).

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints how long it took")]

use std::path::PathBuf;
use std::time::Instant;

use scaling_lab::exec::{Kernel as _, Uniforms as _};
use scaling_lab::sim::multi_epoch::{Epochs, Features, LANES, Order, Plan, Schedule, Trial, WEIGHTS, rows};

const SEED: u32 = 1;
const RUNS: u32 = 2;
const SAMPLES: u32 = 1000;
/// Number of times that each case is timed. The fastest time counts, because other work on the machine can only slow a
/// case down.
const TRIES: usize = 10;

fn main() {
    let out = std::env::var_os("LAB_BENCH_OUT").map(PathBuf::from);
    println!("case one_hot dim fresh samples steps runs seed seconds");
    for (case, (dim, one_hot, fresh, steps)) in [
        (5, false, false, 400_000),
        (8, false, false, 400_000),
        (32, false, false, 100_000),
        (100, false, false, 40_000),
        (32, true, false, 400_000),
        (8, false, true, 100_000),
        (100, false, true, 20_000),
        (32, true, true, 100_000),
    ]
    .into_iter()
    .enumerate()
    {
        let spectrum: Vec<f64> = (1..=dim).map(|i| 1.0 / f64::from(i)).collect();
        let p = vec![1.0 / f64::from(dim); dim as usize];
        let teacher = vec![1.0; dim as usize];
        let rates: Vec<f64> = (1..=LANES).map(|i| 0.2 * i as f64 / LANES as f64 / f64::from(dim).sqrt()).collect();
        let trial = Trial { rates, schedule: Schedule::Constant, steps };
        let plan = Plan {
            seed: SEED,
            first_run: 0,
            runs: RUNS,
            features: if one_hot { Features::OneHot(&p, &spectrum) } else { Features::Dense(&spectrum) },
            noise: 0.5,
            teacher: &teacher,
            order: if fresh { Order::Fresh } else { Order::Reshuffle },
            samples: SAMPLES,
            trials: std::slice::from_ref(&trial),
        };
        let (inputs, host, uniforms) = plan.parts();
        let uniforms = uniforms.window(0..steps);
        let rows = rows(dim as usize, plan.order, SAMPLES);
        let (mut seconds, mut end) = (f64::INFINITY, host.clone());
        for _ in 0..TRIES {
            end.clone_from(&host);
            let clock = Instant::now();
            for (group, state) in (0..).zip(end.chunks_mut(rows)) {
                Epochs::group(&uniforms, &inputs, group, state);
            }
            seconds = seconds.min(clock.elapsed().as_secs_f64());
        }
        let number = u32::from;
        println!("{case} {} {dim} {} {SAMPLES} {steps} {RUNS} {SEED} {seconds}", number(one_hot), number(fresh));
        if let Some(out) = out.as_ref().filter(|_| !fresh) {
            let write = |name: &str, bytes: &[u8]| {
                std::fs::write(out.join(format!("{case}.{name}")), bytes).expect("the folder can be written");
            };
            let weights = |group: &[[f32; LANES]]| group[WEIGHTS..][..dim as usize].concat();
            write("factors", inputs.bytes(2));
            write("samples", inputs.bytes(3));
            write("rates", bytemuck::cast_slice(&inputs.f32(5)[..LANES]));
            write("end", bytemuck::cast_slice(&end.chunks(rows).map(weights).collect::<Vec<_>>().concat()));
        }
    }
}

//! Times kernel `membership` on one thread, for `membership.py`, which compares it with `NumPy` and numba.
//!
//! `cargo bench --bench membership` prints a table. If `LAB_BENCH_OUT` names a folder, every case writes files there for
//! the other programs: the kernel's inputs and uniforms, and the bitmap that they must reach, `end`, all in u32.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints how long it took")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use scaling_lab::exec::{Kernel as _, Uniforms as _};
use scaling_lab::math;
use scaling_lab::sim::membership::{LANES, Mass, Membership, Table, Uniforms};

const SEED: u32 = 1;
const SAMPLES: u32 = 4_000_000;
/// Number of times that each case is timed. The fastest time counts, because other work on the machine can only slow a
/// case down.
const TRIES: usize = 10;

/// The shortest time in seconds that `work` takes.
fn fastest(mut work: impl FnMut()) -> f64 {
    let seconds = (0..TRIES).map(|_| {
        let clock = Instant::now();
        work();
        clock.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

fn main() {
    let out = std::env::var_os("LAB_BENCH_OUT").map(PathBuf::from);
    println!("items beta samples seed seconds table_seconds unseen_seconds");
    // Numbers of items, and exponents of the power law from which they are drawn.
    for (items, beta) in [(1000, 1.5), (100_000, 1.5), (1_000_000, 1.5), (100_000, 1.1)] {
        let p: Vec<f64> = (1..=items).map(|rank| math::pow(f64::from(rank), -beta)).collect();
        // The integral of the power law from here on; its sum differs by less than the ranks tell.
        let beyond = math::pow(f64::from(items) + 0.5, 1.0 - beta) / (beta - 1.0);
        let table_seconds = fastest(|| drop(black_box(Table::new(&p, beyond))));
        let table = Table::new(&p, beyond);
        let inputs = table.inputs();
        let uniforms = Uniforms::new(SEED, 0, &table).window(0..SAMPLES);
        let mut end = vec![];
        let seconds = fastest(|| {
            end = vec![[0; LANES]; table.rows()];
            Membership::group(&uniforms, &inputs, 0, &mut end);
        });
        let (mass, cut) = (Mass::new(p), items as usize / 7);
        let unseen_seconds = fastest(|| {
            black_box([mass.unseen(&end, 0..cut), mass.unseen(&end, cut..items as usize)]);
        });
        println!("{items} {beta} {SAMPLES} {SEED} {seconds} {table_seconds} {unseen_seconds}");
        if let Some(out) = &out {
            let write = |name: &str, bytes: &[u8]| {
                std::fs::write(out.join(format!("{items}-{beta}.{name}")), bytes).expect("the folder can be written");
            };
            write("slots", inputs.bytes(0));
            write("rest", inputs.bytes(1));
            write("uniforms", bytemuck::bytes_of(&uniforms));
            write("end", bytemuck::cast_slice(&end));
        }
    }
}

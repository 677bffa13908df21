//! Times training steps of kernel `gcd` on one thread, for `gcd.py`, which compares them with `NumPy` and `PyTorch`.
//!
//! `cargo bench --bench gcd` prints a table. If `LAB_BENCH_OUT` names a folder, every case writes files there for the
//! page's WebAssembly: the state of a run at the start and at the `end`, the kernel's input and its uniforms.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints how long it took")]

use std::path::PathBuf;
use std::time::Instant;

use scaling_lab::exec::{Kernel as _, Uniforms as _};
use scaling_lab::sim::gcd::{Gcd, Setting};
use scaling_lab::theory::gcd::largest_operand;

const STEPS: u32 = 20;
/// Number of times that each case is timed. The fastest time counts, because other work on the machine can only slow a
/// case down.
const TRIES: usize = 40;

fn main() {
    let out = std::env::var_os("LAB_BENCH_OUT").map(PathBuf::from);
    println!("base digits width batch steps seconds");
    for (base, digits, width, batch) in
        [(30, 4, 32, 256), (30, 4, 64, 256), (30, 4, 128, 512), (6, 6, 64, 256), (10, 6, 128, 512)]
    {
        let largest = largest_operand(base, digits);
        let setting = Setting { base, largest, width, batch, rate: 1e-3, ..Setting::default() };
        let (start, inputs, uniforms) =
            (setting.start(1, 0, 1), setting.inputs(), setting.uniforms(1, 0).window(0..STEPS));
        let (mut end, mut best) = (vec![], f64::INFINITY);
        for _ in 0..TRIES {
            end.clone_from(&start);
            let clock = Instant::now();
            Gcd::group(&uniforms, &inputs, 0, &mut end);
            best = best.min(clock.elapsed().as_secs_f64());
        }
        println!("{base} {digits} {width} {batch} {STEPS} {}", best / f64::from(STEPS));
        if let Some(out) = &out {
            let write = |name: &str, bytes: &[u8]| {
                std::fs::write(out.join(format!("{base}-{digits}-{width}-{batch}.{name}")), bytes)
                    .expect("the folder can be written");
            };
            write("start", bytemuck::cast_slice(&start));
            write("end", bytemuck::cast_slice(&end));
            write("cells", inputs.bytes(0));
            write("uniforms", bytemuck::bytes_of(&uniforms));
        }
    }
}

//! Times training steps of the kernels `looped` and `transformer` on one thread, for `looped.py`, which compares them with
//! `PyTorch`.
//!
//! `cargo bench --bench looped` prints a table. If `LAB_BENCH_OUT` names a folder, every case writes files there for the
//! page's WebAssembly: the state of a run at the start and at the `end`, the kernel's inputs and its uniforms.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints how long it took")]

use std::path::PathBuf;
use std::time::Instant;

use scaling_lab::exec::{Inputs, Kernel as _, Uniforms as _};
use scaling_lab::sim::looped::Looped;
use scaling_lab::sim::sequences::{LANES, Network, Run, Setting, Uniforms};
use scaling_lab::sim::transformer::Transformer;
use scaling_lab::theory::automaton::Automaton;

const STEPS: u32 = 20;
/// Number of times that each case is timed. The fastest time counts, because other work on the machine can only slow a
/// case down.
const TRIES: usize = 40;

/// A kernel's function for a group.
type Group = fn(&Uniforms, &Inputs, u32, &mut [[f32; LANES]]);

fn main() {
    let out = std::env::var_os("LAB_BENCH_OUT").map(PathBuf::from);
    println!("task kernel width batch steps seconds");
    let cases = [
        ("s4", Network::Looped, Automaton::permutations(4, 4), 32, 64),
        ("s4-narrow", Network::Looped, Automaton::permutations(4, 4), 16, 64),
        ("s5", Network::Looped, Automaton::permutations(5, 4), 32, 128),
        ("sum-23", Network::Looped, Automaton::sum(23, 4), 32, 64),
        ("s4-transformer", Network::Transformer, Automaton::permutations(4, 4), 48, 256),
    ];
    for (name, network, task, width, batch) in cases {
        let (kernel, group): (_, Group) = match network {
            Network::Looped => (Looped::NAME, Looped::group),
            Network::Transformer => (Transformer::NAME, Transformer::group),
        };
        let setting = Setting { network, task, width, batch, ..Setting::default() };
        let runs = [Run::of(0, 1)];
        let (start, inputs) = (setting.start(1, &runs), setting.inputs(1, 1));
        let uniforms = setting.uniforms(1).window(0..STEPS);
        let (mut end, mut best) = (vec![], f64::INFINITY);
        for _ in 0..TRIES {
            end.clone_from(&start);
            let clock = Instant::now();
            group(&uniforms, &inputs, 0, &mut end);
            best = best.min(clock.elapsed().as_secs_f64());
        }
        println!("{name} {kernel} {width} {batch} {STEPS} {}", best / f64::from(STEPS));
        if let Some(out) = &out {
            let write = |kind: &str, bytes: &[u8]| {
                std::fs::write(out.join(format!("{name}.{kind}")), bytes).expect("the folder can be written");
            };
            write("start", bytemuck::cast_slice(&start));
            write("end", bytemuck::cast_slice(&end));
            write("task", inputs.bytes(0));
            write("orders", inputs.bytes(1));
            write("uniforms", bytemuck::bytes_of(&uniforms));
        }
    }
}

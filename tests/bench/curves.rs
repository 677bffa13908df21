//! Times the closed forms of `lottery_ridge` on one thread, for `curves.py`, which compares them with `NumPy`.
//!
//! `cargo bench --bench curves` prints a table. If `LAB_BENCH_OUT` names a folder, every case writes files there for the
//! other program, all in f64: `inputs` (`[sample][direction]`), `labels`, `gains`, `features` (`[direction][feature]`),
//! `decays`, and the result that it must reach, `functions` (`[weight decay][direction]`).

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints how long it took")]

use std::path::PathBuf;
use std::time::Instant;

use scaling_lab::rng::Gaussian;
use scaling_lab::theory::lottery_ridge::{Features, Task, Time, Width};

/// Training time.
const TIME: f64 = 1024.0;
/// Number of times that each case is timed. The fastest time counts, because other work on the machine can only slow a
/// case down.
const TRIES: usize = 100;

fn main() {
    let out = std::env::var_os("LAB_BENCH_OUT").map(PathBuf::from);
    let (task, gaussian) = (Task::new(1.5, 1.5, 0.5, 1.5), Gaussian::new());
    let decays: Vec<f64> = (0..25).map(|i| 1e-5 * 10f64.powf(f64::from(i) / 6.0)).collect();
    println!("samples width time seconds decomposing");
    for (samples, width) in [(64, 16), (64, 64), (64, 256), (128, 256)] {
        let (sample, member) = (task.sample(&gaussian, 1, 0, samples), task.member(&gaussian, 1, 0, 0, width));
        let (mut whole, mut decomposing) = (f64::INFINITY, f64::INFINITY);
        let mut functions = vec![];
        for _ in 0..TRIES {
            let clock = Instant::now();
            let features = Features::new(&member, &sample);
            let problem = features.problem(Width::Of(width));
            let before = clock.elapsed().as_secs_f64();
            let solved = problem.solve();
            decomposing = f64::min(decomposing, clock.elapsed().as_secs_f64() - before);
            functions =
                decays.iter().flat_map(|decay| problem.function(&solved.at(Time::Flow(TIME), *decay))).collect();
            whole = f64::min(whole, clock.elapsed().as_secs_f64());
        }
        println!("{samples} {width} {TIME} {whole} {decomposing}");
        if let Some(out) = &out {
            let write = |name: &str, values: &[f64]| {
                std::fs::write(out.join(format!("{samples}-{width}.{name}")), bytemuck::cast_slice(values))
                    .expect("the folder can be written");
            };
            write("inputs", &sample.inputs);
            write("labels", &sample.labels);
            write("gains", &member.gains);
            write("features", &member.features);
            write("decays", &decays);
            write("functions", &functions);
        }
    }
}

//! Times the kernels at the default sizes of the experiments, on the threads of the CPU and on every adapter of this
//! machine. A timed iteration starts with the lanes on the host, and ends when their state is back on the host.
//!
//! The speed is given per second. For `exam` it is in students (2 subjects, 64 facts each, 41 allocations), and for
//! `atoms` in draws (wide table, 1e5 atoms). For `compose` (64 skills, 4 hops, alpha = 1.5) and `track` (5 symbols, 4
//! hops, uniform) it is in samples, and for `epochs` in steps of each learning rate (8 features).

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scaling_lab::exec::{Exec, Inputs, Kernel, Lanes};
use scaling_lab::rng::{Alias, Gaussian};
use scaling_lab::sim::multi_epoch::{self, Features, Order, Plan, Schedule, Trial};
use scaling_lab::sim::{atoms, exam_time, k_composition, state_tracking};

/// The devices to measure, each with its name.
fn devices() -> Vec<(String, Exec)> {
    let cpu = Exec::cpu();
    #[cfg_attr(not(feature = "gpu"), expect(unused_mut, reason = "only adapters are added"))]
    let mut devices = vec![(cpu.device().adapter.english(), cpu)];
    #[cfg(feature = "gpu")]
    {
        use scaling_lab::exec::device::Gpu;
        for (place, name) in pollster::block_on(Gpu::adapters()).into_iter().enumerate() {
            match pollster::block_on(Gpu::open_nth(place)) {
                Ok(gpu) => devices.push((name, Exec::on_gpu(gpu))),
                Err(error) => eprintln!("not measured: {error}"),
            }
        }
    }
    devices
}

/// Advances lanes whose state is zero through the steps `0..steps`, and reads their state.
fn run<K: Kernel>(exec: &Exec, groups: u32, rows: usize, inputs: &Inputs, uniforms: &K::Uniforms, steps: u32) {
    run_lanes(exec, Lanes::<K>::zeroed(groups, rows, inputs.clone()), uniforms, steps);
}

/// Advances lanes through the steps `0..steps`, and reads their state.
fn run_lanes<K: Kernel>(exec: &Exec, mut lanes: Lanes<K>, uniforms: &K::Uniforms, steps: u32) {
    pollster::block_on(exec.advance(&mut lanes, uniforms, 0..steps)).expect("runs");
    pollster::block_on(exec.read(&mut lanes)).expect("reads");
    assert_eq!(exec.notices(0), [""; 0], "ran where it was asked to");
}

fn exam_kernel(criterion: &mut Criterion) {
    const FACTS: u32 = 64;
    const ALLOCATIONS: usize = 41;
    let hours: Vec<u32> = (1..=ALLOCATIONS as u32).map(|i| 2 * i).collect();
    let thresholds = [hours.clone(), hours].concat();
    let inputs = Inputs::new(&[bytemuck::cast_slice(&exam_time::quantiles(1.0)), bytemuck::cast_slice(&thresholds)]);
    let uniforms = exam_time::Uniforms {
        seed: 1,
        first_run: 0,
        subjects: 2,
        facts: FACTS,
        allocations: ALLOCATIONS as u32,
        levels: 7,
        first: 0,
        steps: 0,
    };
    let mut group = criterion.benchmark_group("exam");
    for (device, exec) in devices() {
        for students in [4096, 65_536] {
            group.throughput(Throughput::Elements(students));
            group.bench_function(format!("{students} students/{device}"), |bencher| {
                let (groups, rows) = (students as u32 / exam_time::LANES as u32, exam_time::rows(2, ALLOCATIONS));
                bencher
                    .iter(|| run::<exam_time::Exam>(&exec, groups, rows, &inputs, &uniforms, exam_time::steps(FACTS)));
            });
        }
    }
}

fn atoms_kernel(criterion: &mut Criterion) {
    const ATOMS: u32 = 100_000;
    const DRAWS: u32 = 3000;
    let p: Vec<f64> = (1..=ATOMS).map(|k| scaling_lab::math::pow(f64::from(k), -1.5)).collect();
    let table = Alias::new(&p);
    let inputs = Inputs::new(&[bytemuck::cast_slice(&table.words)]);
    let uniforms = atoms::Uniforms::new(1, 0, &table, ATOMS as usize);
    let mut group = criterion.benchmark_group("atoms");
    for (device, exec) in devices() {
        let runs = 256;
        group.throughput(Throughput::Elements(runs * u64::from(DRAWS)));
        group.bench_function(format!("{runs} runs of {DRAWS} draws/{device}"), |bencher| {
            let (groups, rows) = (runs as u32 / atoms::LANES as u32, atoms::rows(ATOMS as usize));
            bencher.iter(|| run::<atoms::Atoms>(&exec, groups, rows, &inputs, &uniforms, DRAWS));
        });
    }
}

fn compose_kernel(criterion: &mut Criterion) {
    const SKILLS: u32 = 64;
    const RUNS: u32 = 128;
    const SAMPLES: u32 = 10_000;
    let weights: Vec<f64> = (1..=SKILLS).map(|j| scaling_lab::math::pow(f64::from(j), -1.5)).collect();
    let total: f64 = weights.iter().sum();
    let p = weights.iter().map(|w| w / total).collect();
    let (inputs, bits) = k_composition::inputs(&[p], [0.05; k_composition::LANES], 1);
    let uniforms = k_composition::Uniforms {
        seed: 1,
        first_run: 0,
        runs: RUNS,
        blocks: 0,
        one_run: 0,
        trainings: 1,
        skills: SKILLS,
        share: 1.0 / SKILLS as f32,
        hops: 4,
        batch: 1,
        switch_after: u32::MAX,
        loss_target: 0.01,
        record: SAMPLES,
        bits,
        first: 0,
        steps: 0,
    };
    let mut group = criterion.benchmark_group("compose");
    for (what, one_run) in [("runs", false), ("runs, each at 32 learning rates,", true)] {
        let blocks = k_composition::blocks(RUNS, one_run);
        let uniforms = k_composition::Uniforms { blocks, one_run: u32::from(one_run), ..uniforms };
        let host = k_composition::state(&Gaussian::new().table, 1, 0, RUNS, 1, SKILLS, 1, 0.3, one_run);
        let lanes = if one_run { k_composition::LANES as u64 } else { 1 };
        for (device, exec) in devices() {
            group.throughput(Throughput::Elements(u64::from(RUNS) * lanes * u64::from(SAMPLES)));
            group.bench_function(format!("{RUNS} {what} of {SAMPLES} samples/{device}"), |bencher| {
                bencher.iter(|| {
                    let lanes =
                        Lanes::<k_composition::Compose>::new(&host, k_composition::rows(SKILLS, 1), inputs.clone());
                    run_lanes(&exec, lanes, &uniforms, SAMPLES);
                });
            });
        }
    }
}

fn track_kernel(criterion: &mut Criterion) {
    const SKILLS: u32 = 120;
    const RUNS: u32 = 64;
    const SAMPLES: u32 = 2000;
    let table = Alias::new(&[1.0; SKILLS as usize]);
    let tests = state_tracking::sequences(1, 0, 4, 0..SKILLS, 500);
    let inputs = Inputs::new(&[bytemuck::cast_slice(&table.words), bytemuck::cast_slice(&tests)]);
    let host = state_tracking::start(1, 5, 4, 0.24, RUNS, 1);
    let uniforms = state_tracking::Uniforms {
        seed: 1,
        symbols: 5,
        skills: SKILLS,
        hops: 4,
        groups: RUNS / state_tracking::LANES as u32,
        bits: table.bits(),
        tests: 500,
        misses: 25,
        lr: 0.5,
        clip: 1.0,
        share: 0.2,
        first: 0,
        steps: 0,
    };
    let rows = state_tracking::rows(5, SKILLS as usize, 4);
    let mut group = criterion.benchmark_group("track");
    for (device, exec) in devices() {
        group.throughput(Throughput::Elements(u64::from(RUNS) * u64::from(SAMPLES)));
        group.bench_function(format!("{RUNS} runs of {SAMPLES} samples/{device}"), |bencher| {
            bencher.iter(|| {
                let lanes = Lanes::<state_tracking::Track>::new(&host, rows, inputs.clone());
                run_lanes(&exec, lanes, &uniforms, SAMPLES);
            });
        });
    }
}

fn epochs_kernel(criterion: &mut Criterion) {
    const RUNS: u32 = 32;
    const SAMPLES: u32 = 1000;
    let rates: Vec<f64> = (1..=multi_epoch::LANES).map(|i| 0.004 * i as f64).collect();
    let mut group = criterion.benchmark_group("epochs");
    for (device, exec) in devices() {
        for (order, steps) in [(Order::Reshuffle, 8 * SAMPLES), (Order::Fresh, SAMPLES)] {
            let trials = [Trial { rates: rates.clone(), schedule: Schedule::Constant, steps }];
            let plan = Plan {
                seed: 1,
                first_run: 0,
                runs: RUNS,
                features: Features::Dense(&[1.0; 8]),
                noise: 0.5,
                teacher: &[1.0; 8],
                order,
                samples: SAMPLES,
                trials: &trials,
            };
            let (inputs, host, uniforms) = plan.parts();
            let rows = multi_epoch::rows(8, order, SAMPLES);
            group.throughput(Throughput::Elements(u64::from(RUNS) * u64::from(steps) * multi_epoch::LANES as u64));
            group.bench_function(format!("{RUNS} runs of {steps} steps, {order:?}/{device}"), |bencher| {
                bencher.iter(|| {
                    run_lanes(&exec, Lanes::<multi_epoch::Epochs>::new(&host, rows, inputs.clone()), &uniforms, steps);
                });
            });
        }
    }
}

criterion_group! {
    name = kernels;
    config = Criterion::default().sample_size(10);
    targets = exam_kernel, atoms_kernel, compose_kernel, track_kernel, epochs_kernel
}
criterion_main!(kernels);

//! How fast the kernels run, at the sizes that the experiments default to: on the CPU's threads, and on every
//! adapter of this machine. An iteration starts from zeroed lanes and ends with their state on the host.
//!
//! `exam` counts students (2 subjects, 64 facts each, 41 allocations); `atoms` counts draws (wide table, 1e5 atoms).

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scaling_lab::exec::{Exec, Inputs, Kernel, Lanes};
use scaling_lab::rng::Alias;
use scaling_lab::sim::{atoms, exam};

/// Every device to measure, by name.
fn devices() -> Vec<(String, Exec)> {
    let cpu = Exec::cpu();
    #[cfg_attr(not(feature = "gpu"), expect(unused_mut, reason = "only adapters are added"))]
    let mut devices = vec![(cpu.device().adapter, cpu)];
    #[cfg(feature = "gpu")]
    {
        use scaling_lab::exec::gpu::Gpu;
        for (place, name) in pollster::block_on(Gpu::adapters()).into_iter().enumerate() {
            match pollster::block_on(Gpu::open_nth(place)) {
                Ok(gpu) => devices.push((name, Exec::on_gpu(gpu))),
                Err(error) => eprintln!("not measured: {error}"),
            }
        }
    }
    devices
}

/// Zeroed lanes through `0..steps` and back to the host.
fn run<K: Kernel>(exec: &Exec, groups: u32, rows: usize, inputs: &Inputs, uniforms: &K::Uniforms, steps: u32) {
    let mut lanes = Lanes::<K>::zeroed(groups, rows, inputs.clone());
    pollster::block_on(exec.advance(&mut lanes, uniforms, 0..steps)).expect("runs");
    pollster::block_on(exec.read(&mut lanes)).expect("reads");
    assert_eq!(exec.notices(0), [""; 0], "ran where it was asked to");
}

fn exam_kernel(criterion: &mut Criterion) {
    const FACTS: u32 = 64;
    const ALLOCATIONS: usize = 41;
    let hours: Vec<u32> = (1..=ALLOCATIONS as u32).map(|i| 2 * i).collect();
    let thresholds = [hours.clone(), hours].concat();
    let inputs = Inputs::new(&[bytemuck::cast_slice(&exam::quantiles(1.0)), bytemuck::cast_slice(&thresholds)]);
    let uniforms = exam::Uniforms {
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
                let (groups, rows) = (students as u32 / exam::LANES as u32, exam::rows(2, ALLOCATIONS));
                bencher.iter(|| run::<exam::Exam>(&exec, groups, rows, &inputs, &uniforms, exam::steps(FACTS)));
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

criterion_group! {
    name = kernels;
    config = Criterion::default().sample_size(10);
    targets = exam_kernel, atoms_kernel
}
criterion_main!(kernels);

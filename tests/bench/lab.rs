//! Times in a native program what a user waits for: the closed forms after a move of a slider, and a whole run at the
//! defaults.
//!
//! `./build.sh bench` runs this program and `page.mjs`, which times the closed forms and the run in Chromium. Results
//! that are worth keeping go to `RESULTS.md`.

use std::hint::black_box;
use std::rc::Rc;

use criterion::{Criterion, criterion_group, criterion_main};
use scaling_lab::exec::Exec;
use scaling_lab::math;
use scaling_lab::params::query;
use scaling_lab::session::Session;
use scaling_lab::theory::atoms::Atoms;

/// Does a whole run of the experiment `slug`, from its parameters to its last checkpoint.
fn run(exec: &Rc<Exec>, slug: &str, values: &str) {
    let mut session = Session::open(Rc::clone(exec), slug, &query(values), 1).expect("valid");
    while !session.progress().finished() {
        pollster::block_on(session.advance()).expect("advances");
    }
    black_box(session.output());
}

fn closed_forms(c: &mut Criterion) {
    let mut group = c.benchmark_group("theory");
    // The target for `atoms` is 50 ms for 1e5 atoms, three curves and 40 sample sizes.
    group.bench_function("atoms: 40 N, K = 1e5", |b| {
        b.iter(|| {
            let atoms = Atoms::new(100_000, black_box(1.5));
            for i in 0..40 {
                let samples = math::pow(10.0, 1.0 + 5.0 * f64::from(i) / 39.0).round();
                black_box((atoms.optimal(samples).loss, atoms.best_flat(samples).loss, atoms.matched_loss(samples)));
            }
        });
    });
    for slug in ["exam-time", "positive-shift", "atoms", "k-composition"] {
        let exec = Rc::new(Exec::cpu());
        group.bench_function(format!("{slug}: a slider's move"), |b| {
            b.iter(|| {
                let session = Session::open(Rc::clone(&exec), slug, &query(""), 1).expect("valid");
                black_box(session.output())
            });
        });
    }
    group.finish();
}

fn runs(c: &mut Criterion) {
    let mut group = c.benchmark_group("runs, CPU threads");
    group.sample_size(10);
    let exec = Rc::new(Exec::cpu());
    group.bench_function("exam-time: default", |b| b.iter(|| run(&exec, "exam-time", "")));
    group.bench_function("positive-shift: 1e6 problems of 3 parts", |b| {
        b.iter(|| run(&exec, "positive-shift", "draws=1000000"));
    });
    group.bench_function("atoms: default", |b| b.iter(|| run(&exec, "atoms", "")));
    group.bench_function("k-composition: default", |b| b.iter(|| run(&exec, "k-composition", "")));
    group.finish();
}

criterion_group!(benches, closed_forms, runs);
criterion_main!(benches);

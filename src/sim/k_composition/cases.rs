//! Test cases of the kernel `k_composition`, on which every device must agree with the kernel's CPU version.

use super::{Compose, Uniforms, blocks, rows, state};
use crate::exec::parity::Case;
use crate::rng::Gaussian;
use crate::theory::k_composition::power_law;

/// The settings that differ between the test cases.
#[derive(Clone, Copy)]
struct Products {
    skills: u32,
    hops: u32,
    alphas: &'static [f64],
    runs: u32,
    batch: u32,
    lr: f32,
    init: f64,
    switch_after: u32,
    record: u32,
    one_run: bool,
}

const PRODUCTS: Products = Products {
    skills: 64,
    hops: 4,
    alphas: &[0.0, 1.5],
    runs: 32,
    batch: 1,
    lr: 0.05,
    init: 0.3,
    switch_after: u32::MAX,
    record: 1000,
    one_run: false,
};

fn products(name: &'static str, products: Products, cuts: &[u32]) -> Case<Compose> {
    let Products { skills, hops, alphas, runs, batch, lr, init, switch_after, record, one_run } = products;
    let trainings: Vec<Vec<f64>> = alphas.iter().map(|&alpha| power_law(skills, alpha)).collect();
    // A group that is one run has a learning rate per lane, rising from nearly 0.
    let rate = |lane: usize| f64::from(lr) * if one_run { 0.01 + 0.1 * lane as f64 } else { 1.0 };
    let (inputs, bits) = super::inputs(&trainings, std::array::from_fn(rate), batch);
    let (seed, first_run) = (5, u32::MAX - 9);
    let uniforms = Uniforms {
        seed,
        first_run,
        runs,
        blocks: blocks(runs, one_run),
        one_run: u32::from(one_run),
        trainings: alphas.len() as u32,
        skills,
        share: 1.0 / skills as f32,
        hops,
        batch,
        switch_after,
        loss_target: 0.01,
        record,
        bits,
        first: 0,
        steps: 0,
    };
    let host = state(&Gaussian::new().table, seed, first_run, runs, alphas.len(), skills, batch, init, one_run);
    Case { name, host, rows: rows(skills, batch), inputs, uniforms, cuts: cuts.to_vec() }
}

pub(super) fn cases() -> Vec<Case<Compose>> {
    let step_by_step: Vec<u32> = (0..=1000).collect();
    vec![
        products("the default, records inside a window", PRODUCTS, &[0, 1, 17, 1000, 4000]),
        products("step by step", PRODUCTS, &step_by_step),
        products(
            "loops of one step turn 37000 times",
            Products { skills: 8, hops: 8, alphas: &[0.0], runs: 1, batch: 1024, init: 0.9, record: 20, ..PRODUCTS },
            &[0, 20],
        ),
        products("one hop, few skills", Products { skills: 8, hops: 1, record: 300, ..PRODUCTS }, &[0, 255, 300]),
        products(
            "eight hops, no power of two, a part of a group",
            Products { skills: 100, hops: 8, alphas: &[1.0], runs: 5, init: 0.9, record: 2000, ..PRODUCTS },
            &[0, 999, 2000],
        ),
        products(
            "a full table, several groups",
            Products { skills: 1024, alphas: &[0.5, 2.0, 1.1], runs: 33, record: 600, ..PRODUCTS },
            &[0, 256, 600],
        ),
        products(
            "batches that cross the checks, until solved",
            Products { skills: 16, alphas: &[1.5], batch: 100, lr: 0.5, record: 150, ..PRODUCTS },
            &[0, 1, 60, 150],
        ),
        products(
            "uniform after a while",
            Products { switch_after: 1500, record: 3000, ..PRODUCTS },
            &[0, 1499, 1500, 1501, 3000],
        ),
        products(
            "learning rates that share draws, windows inside a block of them",
            Products { runs: 3, one_run: true, record: 2000, lr: 0.06, ..PRODUCTS },
            &[0, 1, 7, 16, 33, 999, 2000],
        ),
        products(
            "learning rates that share draws, batches of eight hops, some diverge",
            Products {
                hops: 8,
                skills: 40,
                runs: 2,
                one_run: true,
                batch: 7,
                lr: 2.0,
                init: 1.0,
                record: 200,
                ..PRODUCTS
            },
            &[0, 3, 200],
        ),
        products(
            "runs that diverge are emptied",
            Products { hops: 5, init: 1.3, lr: 0.5, skills: 12, record: 500, ..PRODUCTS },
            &[0, 2, 500],
        ),
        products(
            "weights that vanish are flushed",
            Products { init: 1e-30, hops: 2, record: 40, ..PRODUCTS },
            &[0, 7, 40],
        ),
    ]
}

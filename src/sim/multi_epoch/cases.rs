//! Test cases of the kernel `multi_epoch`, on which every device must agree with the kernel's CPU version.

use super::{Epochs, Features, Order, Plan, Schedule, Trial, rows};
use crate::exec::parity::Case;
use crate::theory::k_composition::power_law;

/// The settings that differ between the test cases.
#[derive(Clone, Copy)]
struct Pass {
    one_hot: bool,
    dim: u32,
    order: Order,
    samples: u32,
    runs: u32,
    noise: f64,
    /// The largest learning rate.
    rate: f64,
    /// Schedule and number of steps of each trial.
    trials: &'static [(Schedule, u32)],
}

const PASS: Pass = Pass {
    one_hot: false,
    dim: 8,
    order: Order::Reshuffle,
    samples: 100,
    runs: 3,
    noise: 0.5,
    rate: 0.2,
    trials: &[(Schedule::Constant, 3000)],
};

pub(super) fn cases() -> Vec<Case<Epochs>> {
    const SCHEDULES: [(Schedule, u32); 3] = [(Schedule::Cosine, 2048), (Schedule::Wsd, 300), (Schedule::Constant, 1)];
    let case = |name, pass: Pass, cuts: &[u32]| {
        let Pass { one_hot, dim, order, samples, runs, noise, rate, trials } = pass;
        let spectrum = power_law(dim, 0.7);
        let p = power_law(dim, 1.0);
        let trials: Vec<Trial> = trials
            .iter()
            .zip([16, 16, 5])
            .map(|(&(schedule, steps), rates)| Trial {
                rates: (1..=rates).map(|i| rate * f64::from(i) / f64::from(rates)).collect(),
                schedule,
                steps,
            })
            .collect();
        let plan = Plan {
            seed: 21,
            first_run: u32::MAX - 1,
            runs,
            features: if one_hot { Features::OneHot(&p, &spectrum) } else { Features::Dense(&spectrum) },
            noise,
            teacher: &vec![1.0; dim as usize],
            order,
            samples,
            trials: &trials,
        };
        let (inputs, host, uniforms) = plan.parts();
        Case { name, host, rows: rows(dim as usize, order, samples), inputs, uniforms, cuts: cuts.to_vec() }
    };
    let step_by_step: Vec<u32> = (0..=250).collect();
    vec![
        case("the default, windows inside an epoch and over its end", PASS, &[0, 1, 17, 250, 3000]),
        case("step by step", PASS, &step_by_step),
        case("one sample of one feature", Pass { dim: 1, samples: 1, runs: 1, ..PASS }, &[0, 5, 40]),
        case("few samples, several epochs to a tile", Pass { dim: 5, samples: 7, ..PASS }, &[0, 30, 1000]),
        case("one order", Pass { order: Order::Once, samples: 33, ..PASS }, &[0, 32, 33, 3000]),
        case("with replacement", Pass { order: Order::Replace, samples: 33, ..PASS }, &[0, 5, 3000]),
        case("new samples", Pass { order: Order::Fresh, ..PASS }, &[0, 3, 16, 1500]),
        case(
            "as many features as there can be",
            Pass { dim: 128, samples: 40, rate: 0.05, runs: 1, ..PASS },
            &[0, 20, 300],
        ),
        case(
            "new samples of as many features as there can be",
            Pass { dim: 127, order: Order::Fresh, rate: 0.05, runs: 1, ..PASS },
            &[0, 20, 300],
        ),
        case("schedules that end at different times", Pass { trials: &SCHEDULES, ..PASS }, &[0, 2, 290, 1000, 2000]),
        case("one-hot", Pass { one_hot: true, dim: 30, rate: 1.0, ..PASS }, &[0, 17, 3000]),
        case(
            "one-hot, new samples of as many coordinates as there can be",
            Pass { one_hot: true, dim: 1024, rate: 1.0, order: Order::Fresh, ..PASS },
            &[0, 17, 2000],
        ),
        case("one-hot, one coordinate", Pass { one_hot: true, dim: 1, order: Order::Once, ..PASS }, &[0, 100]),
        case("lanes that diverge are frozen", Pass { rate: 6.0, ..PASS }, &[0, 11, 300]),
        case("residuals that vanish move nothing", Pass { noise: 0.0, dim: 2, rate: 1.0, ..PASS }, &[0, 500, 3000]),
    ]
}

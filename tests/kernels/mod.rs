//! Every kernel with the cases its twin is held to: adding one is a line in [`all`] and a function of cases.

#![allow(dead_code, reason = "each test that includes this module uses a part of it")]

use std::sync::Arc;

use scaling_lab::exec::{Exec, Inputs, Kernel, Lanes, Parity, Row, Uniforms, probe};
use scaling_lab::rng::{Alias, Gaussian};
use scaling_lab::sim::multi_epoch::{self, Features, Order, Plan, Schedule, Trial};
use scaling_lab::sim::{atoms, exam_time, k_composition, state_tracking};
use scaling_lab::theory::k_composition::power_law;

/// Every kernel of the lab.
pub(crate) fn all() -> Vec<Suite> {
    vec![
        Suite::of::<probe::Probe>(probe_cases()),
        Suite::of::<exam_time::Exam>(exam_cases()),
        Suite::of::<atoms::Atoms>(atoms_cases()),
        Suite::of::<state_tracking::Track>(track_cases()),
        Suite::of::<k_composition::Compose>(compose_cases()),
        Suite::of::<multi_epoch::Epochs>(epochs_cases()),
    ]
}

/// A run to compare: windows between `cuts`, on the device, against one window from first to last on the CPU.
pub(crate) struct Case<K: Kernel> {
    name: &'static str,
    host: Vec<K::Row>,
    rows: usize,
    inputs: Inputs,
    uniforms: K::Uniforms,
    cuts: Vec<u32>,
}

/// A kernel without its types.
pub(crate) struct Suite {
    pub(crate) name: &'static str,
    pub(crate) wgsl: &'static str,
    pub(crate) fields: &'static [(&'static str, usize)],
    pub(crate) lanes: usize,
    pub(crate) inputs: usize,
    /// Name, and the comparison on a device.
    pub(crate) cases: Vec<(&'static str, Check)>,
}

/// Compares a device with the CPU; `software` picks the level that it must reach.
pub(crate) type Check = Arc<dyn Fn(&Exec, bool) -> Result<(), String> + Send + Sync>;

impl Suite {
    fn of<K: Kernel<Uniforms: Send + Sync>>(cases: Vec<Case<K>>) -> Self {
        let check = |case: Case<K>| -> (&'static str, Check) {
            (
                case.name,
                Arc::new(move |exec, software| case.check(exec, if software { K::SOFTWARE } else { K::HARDWARE })),
            )
        };
        Self {
            name: K::NAME,
            wgsl: K::WGSL,
            fields: K::Uniforms::FIELDS,
            lanes: K::Row::LANES,
            inputs: K::INPUTS,
            cases: cases.into_iter().map(check).collect(),
        }
    }
}

impl<K: Kernel> Case<K> {
    /// The state after the windows between `cuts`.
    pub(crate) fn run(&self, exec: &Exec, cuts: &[u32]) -> Vec<K::Row> {
        let mut lanes = Lanes::<K>::new(self.host.clone(), self.rows, self.inputs.clone());
        for window in cuts.windows(2) {
            pollster::block_on(exec.advance(&mut lanes, &self.uniforms, window[0]..window[1])).expect("never fails");
        }
        let first = pollster::block_on(exec.read_first(&mut lanes, 1)).expect("never fails");
        let all = pollster::block_on(exec.read(&mut lanes)).expect("never fails").to_vec();
        let words = |rows: &[K::Row]| bytemuck::cast_slice::<_, u32>(rows).to_vec();
        let firsts: Vec<K::Row> = all.chunks(self.rows).map(|group| group[0]).collect();
        assert_eq!(words(&first), words(&firsts), "the first row of every group");
        all
    }

    /// First and last of `cuts`.
    pub(crate) fn whole(&self) -> [u32; 2] {
        [self.cuts[0], self.cuts[self.cuts.len() - 1]]
    }

    fn check(&self, exec: &Exec, level: Parity) -> Result<(), String> {
        let right = self.run(&Exec::cpu(), &self.whole());
        if bytemuck::cast_slice::<_, u32>(&right) == bytemuck::cast_slice::<_, u32>(&self.host) {
            return Err("the case changes nothing, so it cannot fail".into());
        }
        for cuts in [&self.whole()[..], &self.cuts] {
            let ours = self.run(exec, cuts);
            if exec.device().kind != "gpu" || !exec.notices(0).is_empty() {
                return Err(format!("the device did not last: {:?}", exec.notices(0)));
            }
            let place = || format!("{} windows from {} to {}", cuts.len() - 1, cuts[0], cuts[cuts.len() - 1]);
            agree::<K>(&ours, &right, level).map_err(|difference| format!("{}: {difference}", place()))?;
        }
        Ok(())
    }
}

/// Does every word agree at the given level?
pub(crate) fn agree<K: Kernel>(ours: &[K::Row], right: &[K::Row], level: Parity) -> Result<(), String> {
    let close = |ours: u32, right: u32| match level {
        Parity::Bits => ours == right,
        Parity::Close { rel, abs, .. } => {
            let (x, y) = (f32::from_bits(ours), f32::from_bits(right));
            // An infinity or NaN agrees with its own bits only.
            ours == right || (x - y).abs() <= abs + rel * y.abs() && y.is_finite()
        }
    };
    let (ours, right) = (bytemuck::cast_slice::<K::Row, u32>(ours), bytemuck::cast_slice::<K::Row, u32>(right));
    if ours.len() != right.len() {
        return Err(format!("{} words, not {}", ours.len(), right.len()));
    }
    let wrong: Vec<usize> = (0..ours.len()).filter(|&i| !close(ours[i], right[i])).collect();
    let Some(&i) = wrong.first() else { return Ok(()) };
    let show = |word: u32| format!("{word:#010x} = {word} = {:e}", f32::from_bits(word));
    let (row, lane) = (i / K::Row::LANES, i % K::Row::LANES);
    let (all, ours, right) = (ours.len(), show(ours[i]), show(right[i]));
    Err(format!("{} of {all} words differ, first in row {row}, lane {lane}: {ours}, not {right}", wrong.len()))
}

/// A case of zeroed lanes.
fn zeroed<K: Kernel>(
    name: &'static str,
    groups: usize,
    rows: usize,
    inputs: Inputs,
    uniforms: K::Uniforms,
    cuts: &[u32],
) -> Case<K> {
    Case { name, host: vec![bytemuck::Zeroable::zeroed(); groups * rows], rows, inputs, uniforms, cuts: cuts.to_vec() }
}

pub(crate) fn probe_cases() -> Vec<Case<probe::Probe>> {
    let case = |name, groups, cuts: &[u32]| zeroed(name, groups, probe::ROWS, probe::inputs(), probe::uniforms(), cuts);
    vec![
        case("one step of one group", 1, &[0, 1]),
        case("windows of 1, 16 and many steps", 7, &[0, 1, 17, 1000]),
        case("a window that starts late, and an empty one", 3, &[4_000_000_000, 4_000_000_000, 4_000_000_050]),
        case("more groups than a grid is wide", 65_537, &[0, 1, 2]),
    ]
}

fn exam_cases() -> Vec<Case<exam_time::Exam>> {
    let case = |name, groups, a: f64, levels, hours: &[&[u32]], facts, first_run, cuts: &[u32]| {
        let (subjects, allocations) = (hours.len(), hours[0].len());
        let inputs =
            Inputs::new(&[bytemuck::cast_slice(&exam_time::quantiles(a)), bytemuck::cast_slice(&hours.concat())]);
        let uniforms = exam_time::Uniforms {
            seed: 11,
            first_run,
            subjects: subjects as u32,
            facts,
            allocations: allocations as u32,
            levels,
            first: 0,
            steps: 0,
        };
        zeroed(name, groups, exam_time::rows(subjects, allocations), inputs, uniforms, cuts)
    };
    let shares: Vec<u32> = (1..=41).map(|i| i * 2).collect();
    vec![
        case("one fact", 1, 1.0, 7, &[&[1, 99]], 1, 0, &[0, 1]),
        case("the default", 8, 1.0, 7, &[&shares, &shares], 64, 0, &[0, 3, 4, 32]),
        case("an odd number of facts", 2, 0.5, 7, &[&[3, 3, 50], &[1, 10, 99]], 33, 77, &[0, 16, 17]),
        case("rare facts, long hours", 2, 0.1, 14, &[&[1, 100, 9999][..]; 8], 64, u32::MAX - 70, &[0, 1, 32]),
        case("more groups than a grid is wide", 65_537, 1.0, 4, &[&[9]], 2, 0, &[0, 1]),
        case("common facts", 2, 3.0, 4, &[&[1, 2, 5], &[3, 8, 9], &[1, 1, 1]], 10, 5, &[0, 5]),
    ]
}

fn atoms_cases() -> Vec<Case<atoms::Atoms>> {
    let case = |name, groups, p: Vec<f64>, seed, first_run, cuts: &[u32]| {
        let table = Alias::new(&p);
        let inputs = Inputs::new(&[bytemuck::cast_slice(&table.words)]);
        let uniforms = atoms::Uniforms::new(seed, first_run, &table, p.len());
        zeroed(name, groups, atoms::rows(p.len()), inputs, uniforms, cuts)
    };
    let falling = |count: u32| (1..=count).map(|k| 1.0 / f64::from(k)).collect::<Vec<_>>();
    // Its aliases are the last atoms, so every bit of them is tried.
    let rising = |count: u32| (1..=count).map(|k| f64::from(k) * f64::from(k)).collect::<Vec<_>>();
    vec![
        case("one atom", 1, falling(1), 1, 0, &[0, 1, 3]),
        case("two atoms", 1, falling(2), u32::MAX, 0, &[0, 1, 3, 4]),
        case("a packed table, windows inside a block", 4, falling(1000), 7, u32::MAX - 100, &[0, 1, 2, 7, 1000, 3001]),
        case("a full packed table", 2, falling(1024), 8, 0, &[0, 500, 3000]),
        case("a full packed table of rising frequencies", 2, rising(1024), 8, 0, &[0, 500, 3000]),
        case("a wide table, windows inside a block", 3, falling(1025), 9, 5, &[0, 1, 2, 5, 2000]),
        case("a wide table of rising frequencies", 1, rising(3000), 9, 5, &[0, 2000]),
        case("as many atoms as there can be", 1, falling(100_000), 10, 0, &[0, 333, 3000]),
        case("more groups than a grid is wide", 65_537, falling(30), 11, 0, &[0, 2]),
    ]
}

fn track_cases() -> Vec<Case<state_tracking::Track>> {
    let case = |name, symbols: u32, hops, exponents: &[u32], init, clip, cuts: &[u32]| {
        let skills: u32 = (1..=symbols).product();
        let tables: Vec<Alias> = exponents
            .iter()
            .map(|&a| Alias::new(&(1..=skills).map(|j| 1.0 / f64::from(j.pow(a))).collect::<Vec<_>>()))
            .collect();
        let words: Vec<u32> = tables.iter().flat_map(|table| table.words.clone()).collect();
        let tests = state_tracking::sequences(13, 0, hops, 0..skills, 100);
        let inputs = Inputs::new(&[bytemuck::cast_slice(&words), bytemuck::cast_slice(&tests)]);
        let runs = 20;
        let uniforms = state_tracking::Uniforms {
            seed: 13,
            symbols,
            skills,
            hops,
            groups: 2,
            bits: tables[0].bits(),
            tests: 100,
            misses: 5,
            lr: 0.5,
            clip,
            share: 1.0 / symbols as f32,
            first: 0,
            steps: 0,
        };
        let host = state_tracking::start(13, symbols, hops, init, runs, exponents.len() as u32);
        let rows = state_tracking::rows(symbols as usize, skills as usize, hops as usize);
        Case { name, host, rows, inputs, uniforms, cuts: cuts.to_vec() }
    };
    vec![
        case("one step of one hop", 3, 1, &[0], 0.24, 1.0, &[0, 1]),
        case("five symbols, two distributions", 5, 4, &[0, 1], 0.24, 1.0, &[0, 1, 17, 1001]),
        case("the longest sequences", 4, 8, &[2, 0, 1], 0.4, 1.0, &[0, 5, 100]),
        case("checks, and runs that rest", 3, 2, &[0, 2], 0.3, 0.5, &[0, 999, 1000, 2001, 5000]),
        case("runs that diverge are frozen", 3, 4, &[0], 30.0, 10.0, &[0, 2, 200]),
        case("weights that vanish are flushed", 3, 2, &[0], 1e-31, 1.0, &[0, 3, 40]),
    ]
}

/// What a case of products varies.
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

fn products<K>(name: &'static str, products: Products, cuts: &[u32]) -> Case<K>
where
    K: Kernel<Uniforms = k_composition::Uniforms, Row = [f32; k_composition::LANES]>,
{
    let Products { skills, hops, alphas, runs, batch, lr, init, switch_after, record, one_run } = products;
    let trainings: Vec<Vec<f64>> = alphas.iter().map(|&alpha| power_law(skills, alpha)).collect();
    // A run that is a group has as many learning rates as lanes, from nearly none up.
    let rate = |lane: usize| f64::from(lr) * if one_run { 0.01 + 0.1 * lane as f64 } else { 1.0 };
    let (inputs, bits) = k_composition::inputs(&trainings, std::array::from_fn(rate), batch);
    let (seed, first_run) = (5, u32::MAX - 9);
    let uniforms = k_composition::Uniforms {
        seed,
        first_run,
        runs,
        blocks: k_composition::blocks(runs, one_run),
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
    let host =
        k_composition::state(&Gaussian::new().table, seed, first_run, runs, alphas.len(), skills, batch, init, one_run);
    Case { name, host, rows: k_composition::rows(skills, batch), inputs, uniforms, cuts: cuts.to_vec() }
}

fn compose_cases() -> Vec<Case<k_composition::Compose>> {
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

/// What a case of epochs varies.
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
    /// Schedules and steps of the trials.
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

fn epochs_cases() -> Vec<Case<multi_epoch::Epochs>> {
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
        Case {
            name,
            host,
            rows: multi_epoch::rows(dim as usize, order, samples),
            inputs,
            uniforms,
            cuts: cuts.to_vec(),
        }
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

/// Full runs on a device and on the CPU: do the times to the target have the same mean, at |z| < 4?
pub(crate) fn races_agree(exec: &Exec) -> Result<(), String> {
    let products = Products { skills: 32, alphas: &[1.5], runs: 64, lr: 0.1, record: 12_000, ..PRODUCTS };
    let cuts = [0, 12_000];
    let case = self::products::<k_composition::Compose>("", products, &cuts);
    let stats = |exec: &Exec| {
        let state = case.run(exec, &cuts);
        let hits: Vec<f64> = state
            .chunks(case.rows)
            .flat_map(|group| group[k_composition::HIT])
            .map(f64::from)
            .filter(|hit| *hit > 0.0)
            .collect();
        let n = hits.len() as f64;
        let mean = hits.iter().sum::<f64>() / n;
        (n, mean, hits.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n * (n - 1.0)))
    };
    let ((n, mean, error), (m, right, right_error)) = (stats(exec), stats(&Exec::cpu()));
    let z = (mean - right) / (error + right_error).sqrt();
    if z.abs() < 4.0 && n.min(m) > 32.0 && (n - m).abs() < 4.0 * n.sqrt() {
        return Ok(());
    }
    Err(format!("{n} runs of 64 after {mean} checks, on the CPU {m} after {right}: z = {z}"))
}

/// The kernel of products with a twin whose learning rate is 1 % larger: what a parity test must not let pass.
#[derive(Debug)]
pub(crate) struct Wrong;

impl Kernel for Wrong {
    const NAME: &'static str = k_composition::Compose::NAME;
    const WGSL: &'static str = k_composition::Compose::WGSL;
    const HARDWARE: Parity = k_composition::Compose::HARDWARE;
    const INPUTS: usize = k_composition::Compose::INPUTS;
    type Uniforms = k_composition::Uniforms;
    type Row = [f32; k_composition::LANES];

    fn group(u: &k_composition::Uniforms, inputs: &Inputs, group: u32, state: &mut [Self::Row]) {
        let rates: Vec<f32> = inputs.f32(2).iter().map(|rate| rate * 1.01).collect();
        let (tables, p) = (bytemuck::cast_slice(inputs.u32(0)), bytemuck::cast_slice(inputs.f32(1)));
        let wrong = Inputs::new(&[tables, p, bytemuck::cast_slice(&rates)]);
        k_composition::Compose::group(u, &wrong, group, state);
    }
}

/// Held to the right shader.
pub(crate) fn wrong() -> Suite {
    Suite::of::<Wrong>(vec![products("off by 1 %", PRODUCTS, &[0, 5, 100])])
}

/// Fresh lanes of the wrong twin, and their uniforms.
pub(crate) fn wrong_lanes() -> (Lanes<Wrong>, k_composition::Uniforms) {
    let Case { host, rows, inputs, uniforms, .. } = products::<Wrong>("", PRODUCTS, &[0, 1]);
    (Lanes::new(host, rows, inputs), uniforms)
}

/// What the kernel of products promises on hardware.
pub(crate) const fn compose_hardware() -> Parity {
    k_composition::Compose::HARDWARE
}

/// The states of the right and of the wrong twin, for the comparison alone.
pub(crate) fn wrong_by_twin_alone(level: Parity) -> Result<(), String> {
    let cuts = [0, 5, 100];
    let right = products::<k_composition::Compose>("", PRODUCTS, &cuts).run(&Exec::cpu(), &cuts);
    let wrong = products::<Wrong>("", PRODUCTS, &cuts).run(&Exec::cpu(), &cuts);
    agree::<k_composition::Compose>(&right, &right, level)?;
    agree::<k_composition::Compose>(&wrong, &right, level)
}

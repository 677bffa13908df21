//! Every kernel of the registry, with the cases on which devices are compared with its CPU version (its twin). There is
//! also a twin that is deliberately wrong.

#![allow(dead_code, reason = "each test that includes this module uses a part of it")]

use scaling_lab::exec::parity::{Case, Suite, agree};
use scaling_lab::exec::{Exec, Inputs, Kernel, Lanes, Parity, probe};
use scaling_lab::experiments;
use scaling_lab::rng::Gaussian;
use scaling_lab::sim::k_composition;
use scaling_lab::theory::k_composition::power_law;

/// The kernels of all experiments that have a shader, and the kernel of a device's self-test.
pub(crate) fn all() -> Vec<Suite> {
    let mut all = vec![Suite::new::<probe::Probe>()];
    for suite in experiments::all().flat_map(|entry| entry.kernels).filter_map(|twin| twin.suite) {
        let suite = suite();
        if all.iter().all(|known| known.name != suite.name) {
            all.push(suite);
        }
    }
    all
}

/// Does full runs on a device and on the CPU. Returns an error unless the mean times to the target agree, with |z| < 4
/// for their difference.
pub(crate) fn races_agree(exec: &Exec) -> Result<(), String> {
    const SKILLS: u32 = 32;
    const RUNS: u32 = 64;
    const STEPS: u32 = 12_000;
    let (inputs, bits) = k_composition::inputs(&[power_law(SKILLS, 1.5)], [0.1; k_composition::LANES], 1);
    let uniforms = k_composition::Uniforms {
        seed: 5,
        first_run: 0,
        runs: RUNS,
        blocks: k_composition::blocks(RUNS, false),
        one_run: 0,
        trainings: 1,
        skills: SKILLS,
        share: 1.0 / SKILLS as f32,
        hops: 4,
        batch: 1,
        switch_after: u32::MAX,
        loss_target: 0.01,
        record: STEPS,
        bits,
        first: 0,
        steps: 0,
    };
    let host = k_composition::state(&Gaussian::new().table, 5, 0, RUNS, 1, SKILLS, 1, 0.3, false);
    let rows = k_composition::rows(SKILLS, 1);
    let case = Case::<k_composition::Compose> { name: "", host, rows, inputs, uniforms, cuts: vec![0, STEPS] };
    let stats = |exec: &Exec| {
        let state = pollster::block_on(case.run(exec, &case.cuts)).map_err(|error| error.to_string())?;
        let hits: Vec<f64> = state
            .chunks(case.rows)
            .flat_map(|group| group[k_composition::HIT])
            .map(f64::from)
            .filter(|hit| *hit > 0.0)
            .collect();
        let n = hits.len() as f64;
        let mean = hits.iter().sum::<f64>() / n;
        Ok::<_, String>((n, mean, hits.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n * (n - 1.0))))
    };
    let ((n, mean, error), (m, right, right_error)) = (stats(exec)?, stats(&Exec::cpu())?);
    let z = (mean - right) / (error + right_error).sqrt();
    if z.abs() < 4.0 && n.min(m) > 32.0 && (n - m).abs() < 4.0 * n.sqrt() {
        return Ok(());
    }
    Err(format!("{n} runs of {RUNS} after {mean} checks, on the CPU {m} after {right}: z = {z}"))
}

/// Kernel `compose` with a twin whose learning rate is 1 % too large, which a parity test must detect.
#[derive(Debug)]
pub(crate) struct Wrong;

impl Kernel for Wrong {
    const NAME: &'static str = k_composition::Compose::NAME;
    const WGSL: Option<&'static str> = k_composition::Compose::WGSL;
    const HARDWARE: Parity = k_composition::Compose::HARDWARE;
    const INPUTS: usize = k_composition::Compose::INPUTS;
    type Uniforms = k_composition::Uniforms;
    type Row = [f32; k_composition::LANES];

    fn cases() -> Vec<Case<Self>> {
        // The default case, with few steps.
        let case = k_composition::Compose::cases().swap_remove(0);
        vec![Case { name: "off by 1 %", cuts: vec![0, 5, 100], ..case }.of()]
    }

    fn group(u: &k_composition::Uniforms, inputs: &Inputs, group: u32, state: &mut [Self::Row]) {
        let rates: Vec<f32> = inputs.f32(2).iter().map(|rate| rate * 1.01).collect();
        let (tables, p) = (bytemuck::cast_slice(inputs.u32(0)), bytemuck::cast_slice(inputs.f32(1)));
        let wrong = Inputs::new(&[tables, p, bytemuck::cast_slice(&rates)]);
        k_composition::Compose::group(u, &wrong, group, state);
    }
}

/// The suite that compares the wrong twin with the correct shader.
pub(crate) fn wrong() -> Suite {
    Suite::new::<Wrong>()
}

/// The kernel of a device's self-test, without its shader.
#[derive(Debug)]
pub(crate) struct OnCpu;

impl Kernel for OnCpu {
    const NAME: &'static str = "on-cpu";
    const WGSL: Option<&'static str> = None;
    const INPUTS: usize = probe::Probe::INPUTS;
    type Uniforms = probe::Uniforms;
    type Row = [u32; probe::LANES];

    fn group(u: &probe::Uniforms, inputs: &Inputs, group: u32, state: &mut [Self::Row]) {
        probe::Probe::group(u, inputs, group, state);
    }
}

/// The kernel of the self-test, as if the CPU were faster for fewer than four groups.
pub(crate) struct Crowd;

impl Kernel for Crowd {
    const NAME: &'static str = probe::Probe::NAME;
    const WGSL: Option<&'static str> = probe::Probe::WGSL;
    const LEAST_GROUPS: u32 = 4;
    const INPUTS: usize = probe::Probe::INPUTS;
    type Uniforms = probe::Uniforms;
    type Row = [u32; probe::LANES];

    fn group(u: &probe::Uniforms, inputs: &Inputs, group: u32, state: &mut [Self::Row]) {
        probe::Probe::group(u, inputs, group, state);
    }
}

/// New lanes for the wrong twin, and the uniforms for them.
pub(crate) fn wrong_lanes() -> (Lanes<Wrong>, k_composition::Uniforms) {
    let case = Wrong::cases().swap_remove(0);
    (case.lanes(), case.uniforms)
}

/// How closely a hardware adapter must agree with the twin of the kernel `compose`.
pub(crate) const fn compose_hardware() -> Parity {
    k_composition::Compose::HARDWARE
}

/// Compares the states that the correct and the wrong twin compute, to test the comparison itself. No device is needed.
pub(crate) fn wrong_by_twin_alone(level: Parity) -> Result<(), String> {
    let (wrong, right) = (Wrong::cases().swap_remove(0), k_composition::Compose::cases().swap_remove(0));
    let (exec, failed) = (Exec::cpu(), |error: scaling_lab::Error| error.to_string());
    let ours = pollster::block_on(wrong.run(&exec, &wrong.cuts)).map_err(failed)?;
    let right = pollster::block_on(right.run(&exec, &wrong.cuts)).map_err(failed)?;
    agree::<k_composition::Compose>(&right, &right, level)?;
    agree::<k_composition::Compose>(&ours, &right, level)
}

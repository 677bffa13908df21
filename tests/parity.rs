//! Compares every kernel on every device of this machine with the kernel's CPU version (its twin), as closely as the
//! kernel declares. It also tests what happens when a device is lost.
//!
//! The tests are created at run time, with names `kernel / case / device`. Without a GPU adapter they are listed as
//! ignored, or fail if `LAB_GPU=required`.

mod kernels;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use scaling_lab::exec::device::Gpu;
use scaling_lab::exec::parity::{Check, Suite};
use scaling_lab::exec::{Device, Exec, Kernel, Lanes, Parity, Twin, probe};
use scaling_lab::text::Text;

fn main() -> ExitCode {
    let adapters = pollster::block_on(Gpu::adapters());
    let required = std::env::var("LAB_GPU").is_ok_and(|value| value == "required");
    let mut trials = harness_trials();
    for Suite { name, cases, .. } in kernels::all() {
        for (case, check) in cases {
            for (place, adapter) in adapters.iter().enumerate() {
                let check = Arc::clone(&check);
                trials.push(Trial::test(format!("{name} / {case} / {adapter}"), move || Ok(on_device(place, &check)?)));
            }
            if adapters.is_empty() {
                trials.push(absent(&format!("{name} / {case}"), required));
            }
        }
    }
    for (name, trial) in lives() {
        trials.push(if adapters.is_empty() { absent(name, required) } else { Trial::test(name, trial) });
    }
    for (place, adapter) in adapters.iter().enumerate() {
        trials.push(Trial::test(format!("compose / full runs, statistically / {adapter}"), move || {
            let gpu = pollster::block_on(Gpu::open_nth(place)).map_err(|error| error.to_string())?;
            Ok(kernels::races_agree(&Exec::on_gpu(gpu))?)
        }));
        trials.push(Trial::test(format!("harness / a wrong twin fails / {adapter}"), move || {
            for (_, check) in kernels::wrong().cases {
                match on_device(place, &check) {
                    Err(message) if message.contains("words differ") => {}
                    other => return Err(format!("reported as {other:?}").into()),
                }
            }
            Ok(())
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A test that cannot run because there is no device. It is ignored, or fails if a device is `required`.
fn absent(name: &str, required: bool) -> Trial {
    let trial = Trial::test(format!("{name} / no GPU adapter was found"), || {
        Err("LAB_GPU=required, and this machine has no GPU adapter; Mesa's lavapipe is enough".into())
    });
    trial.with_ignored_flag(!required)
}

/// Runs a comparison on adapter number `place`.
fn on_device(place: usize, check: &Check) -> Result<(), String> {
    let gpu = pollster::block_on(Gpu::open_nth(place)).map_err(|error| error.to_string())?;
    let software = gpu.is_software();
    check(&Exec::on_gpu(gpu), software)
}

fn holds(claim: bool, message: impl Into<String>) -> Result<(), Failed> {
    if claim { Ok(()) } else { Err(message.into().into()) }
}

/// Tests that need no device.
fn harness_trials() -> Vec<Trial> {
    vec![
        Trial::test("harness / every shader has its kernel here", || {
            let mut stems = BTreeSet::new();
            for folder in ["src/sim", "src/exec"] {
                shaders(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut stems);
            }
            let names: BTreeSet<String> = kernels::all().iter().map(|suite| suite.name.to_owned()).collect();
            let missing: Vec<_> = stems.symmetric_difference(&names).collect();
            holds(
                missing.is_empty(),
                format!(
                    "a shader that no experiment runs, or a kernel without a shader: {missing:?}; name the kernel, `Twin::kernel::<...>()`, in KERNELS of its experiment"
                ),
            )
        }),
        Trial::test("harness / a kernel without a shader is compared with no device", || {
            let compared = |twin: Twin| twin.suite.is_some();
            holds(!compared(Twin::kernel::<kernels::OnCpu>()), "a kernel without a shader has cases for devices")?;
            holds(compared(Twin::kernel::<probe::Probe>()), "a kernel with a shader has none")
        }),
        Trial::test("harness / a wrong twin differs at every level", || {
            for level in [Parity::Bits, kernels::compose_hardware()] {
                let message = kernels::wrong_by_twin_alone(level).err().unwrap_or_default();
                holds(message.contains("words differ"), format!("{level:?} accepts the wrong twin: {message}"))?;
            }
            Ok(())
        }),
    ]
}

/// Collects the file stems of the shaders in a folder and its subfolders. A file without an entry point is a part that
/// shaders share.
fn shaders(folder: &Path, stems: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("is a folder") {
        let path = entry.expect("is readable").path();
        if path.is_dir() {
            shaders(&path, stems);
        } else if path.extension().is_some_and(|extension| extension == "wgsl")
            && std::fs::read_to_string(&path).expect("is text").contains("@compute")
        {
            stems.insert(path.file_stem().expect("has one").to_string_lossy().into_owned());
        }
    }
}

/// Runs the kernel of the self-test through the steps `0..200`. The device is destroyed before each of the steps in
/// `destroy`.
fn probe_run(exec: &Exec, destroy: &[u32]) -> Result<Vec<[u32; probe::LANES]>, Failed> {
    run_as::<probe::Probe>(exec, destroy)
}

/// As [`probe_run`], with a kernel that has the state and the uniforms of the kernel of the self-test.
fn run_as<K: Kernel<Row = [u32; probe::LANES], Uniforms = probe::Uniforms>>(
    exec: &Exec,
    destroy: &[u32],
) -> Result<Vec<[u32; probe::LANES]>, Failed> {
    let mut lanes = Lanes::<K>::zeroed(9, probe::ROWS, probe::inputs());
    for first in (0..200).step_by(20) {
        if destroy.contains(&first) {
            exec.lose_device();
        }
        pollster::block_on(exec.advance(&mut lanes, &probe::uniforms(), first..first + 20))?;
        // Read the state now and then, so that only part of the work is on the host when the device is lost.
        if first % 60 == 20 {
            pollster::block_on(exec.read(&mut lanes))?;
        }
    }
    if destroy.contains(&200) {
        exec.lose_device();
    }
    Ok(pollster::block_on(exec.read(&mut lanes))?.to_vec())
}

/// Runs the kernel of the self-test on a device that is destroyed before each of the steps in `destroy`. The numbers
/// must equal those of the CPU. The run must end on a device of kind `kind`, and the user must get `sentences` notices.
fn survives(destroy: &[u32], kind: &str, sentences: usize) -> Result<(), Failed> {
    let exec = pollster::block_on(Exec::open(Device::Gpu))?;
    let ours = probe_run(&exec, destroy)?;
    let said = exec.notices(0);
    holds(ours == probe_run(&Exec::cpu(), &[])?, "the replayed numbers differ")?;
    holds(exec.device().kind == kind, format!("ended on {:?}", exec.device()))?;
    holds(said.len() == sentences, format!("said {said:?}"))?;
    holds(said.iter().all(|sentence| sentence.english().contains("lost")), format!("the reason is missing: {said:?}"))
}

/// Tests of what can happen to a device during a run.
fn lives() -> Vec<(&'static str, fn() -> Result<(), Failed>)> {
    vec![
        ("life / a device that stays says nothing", || survives(&[], "gpu", 0)),
        ("life / a lost device is replaced and the work replayed", || survives(&[100], "gpu", 1)),
        ("life / a device lost before a result is read", || survives(&[200], "gpu", 1)),
        ("life / a device lost before its first step", || survives(&[0], "gpu", 1)),
        ("life / twice lost means the CPU", || survives(&[60, 140], "cpu", 2)),
        ("life / lost thrice is lost twice", || survives(&[60, 140, 200], "cpu", 2)),
        ("life / two runs share a device and its loss", || {
            let exec = pollster::block_on(Exec::open(Device::Gpu))?;
            let lanes = || Lanes::<probe::Probe>::zeroed(2, probe::ROWS, probe::inputs());
            let (mut one, mut two) = (lanes(), lanes());
            for first in (0..40).step_by(10) {
                if first == 20 {
                    exec.lose_device();
                }
                for lanes in [&mut one, &mut two] {
                    pollster::block_on(exec.advance(lanes, &probe::uniforms(), first..first + 10))?;
                }
            }
            let one = pollster::block_on(exec.read(&mut one))?;
            holds(one == pollster::block_on(exec.read(&mut two))?, "the two runs differ")?;
            holds(exec.device().kind == "gpu" && exec.notices(0).len() == 1, format!("said {:?}", exec.notices(0)))
        }),
        ("life / a device that computes wrong numbers is not believed", || {
            let gpu = pollster::block_on(Gpu::open(true))?;
            let (lanes, uniforms) = kernels::wrong_lanes();
            let told = pollster::block_on(gpu.self_test(lanes, uniforms));
            holds(told.as_ref().is_err_and(|error| error.message().contains("wrong numbers")), format!("{told:?}"))
        }),
        ("life / a kernel without a shader runs on the CPU and says so once", || {
            let exec = pollster::block_on(Exec::open(Device::Gpu))?;
            let ours = run_as::<kernels::OnCpu>(&exec, &[])?;
            holds(ours == probe_run(&Exec::cpu(), &[])?, "the numbers differ")?;
            holds(exec.take_used().is_some_and(|used| used.kind == "cpu"), "the GPU is named as the device")?;
            let said: Vec<String> = exec.notices(0).iter().map(Text::english).collect();
            let sentence = "A part ran on the CPU: the kernel `on-cpu` has no version for GPUs.";
            holds(said == [sentence], format!("said {said:?}"))?;
            probe_run(&exec, &[])?;
            holds(exec.take_used().is_some_and(|used| used.kind == "gpu"), "other kernels stay on the GPU")
        }),
        ("life / with few groups the CPU is chosen, unless the user asks for a GPU", || {
            let open = || pollster::block_on(Gpu::open(true));
            let least = kernels::Crowd::LEAST_GROUPS;
            for (exec, groups, kind) in [
                (Exec::on_gpu(open()?.chosen_by_the_lab()), least - 1, "cpu"),
                (Exec::on_gpu(open()?.chosen_by_the_lab()), least, "gpu"),
                (Exec::on_gpu(open()?), least - 1, "gpu"),
            ] {
                let mut lanes = Lanes::<kernels::Crowd>::zeroed(groups, probe::ROWS, probe::inputs());
                pollster::block_on(exec.advance(&mut lanes, &probe::uniforms(), 0..3))?;
                let used = exec.take_used().map(|used| used.kind);
                holds(used == Some(kind), format!("{groups} groups ran on {used:?}"))?;
                let state = pollster::block_on(exec.read(&mut lanes))?.to_vec();
                holds(state.len() == groups as usize * probe::ROWS, "the state is read from where it is")?;
                let said: Vec<String> = exec.notices(0).iter().map(Text::english).collect();
                let one = said.len() == 1 && said[0].contains("the CPU is faster for 3 runs of the kernel `probe`");
                holds(if kind == "cpu" { one } else { said.is_empty() }, format!("said {said:?}"))?;
            }
            Ok(())
        }),
        ("life / too large for the device runs on the CPU", || {
            const LIMIT: u64 = 1 << 20;
            let exec = Exec::on_gpu(pollster::block_on(Gpu::open(true))?.limited_to(LIMIT));
            let groups = LIMIT as u32 / (4 * probe::ROWS * probe::LANES) as u32 + 1;
            let mut large = Lanes::<probe::Probe>::zeroed(groups, probe::ROWS, probe::inputs());
            for first in 0..2 {
                pollster::block_on(exec.advance(&mut large, &probe::uniforms(), first..first + 1))?;
            }
            let last = *pollster::block_on(exec.read(&mut large))?.last().expect("has rows");
            holds(last != [0; probe::LANES], "nothing ran")?;
            let said = exec.notices(0);
            holds(said.len() == 1 && said[0].english().contains("MiB"), format!("said {said:?}"))?;
            holds(exec.device().kind == "gpu", "a limit is no failure of the device")
        }),
    ]
}

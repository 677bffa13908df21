//! Compares kernels on a device with their CPU versions. Each kernel declares test cases beside its code. A case runs
//! on the device and on the CPU.
//!
//! `tests/parity.rs` finds every kernel in the registry and runs its cases on every device of the machine.

use std::sync::Arc;

use super::{Exec, Inputs, Kernel, Lanes, Parity, Row, Uniforms};
use crate::error::Result;
use crate::text::Text;

/// A test case: lanes of a kernel that run on the CPU and on a device, and whose final states are compared. Both run
/// from the first to the last of `cuts`. The CPU runs without a stop. The device runs twice, once without a stop and
/// once with a stop at each of `cuts`.
pub struct Case<K: Kernel> {
    /// What the case tests, in a few words.
    pub name: &'static str,
    /// Initial state, `host[group * rows + row][lane]`.
    pub host: Vec<K::Row>,
    /// Number of rows of a group's state.
    pub rows: usize,
    /// Read-only buffers.
    pub inputs: Inputs,
    /// Uniforms of the kernel. Their range of steps does not matter, because it is replaced.
    pub uniforms: K::Uniforms,
    /// At least two numbers of steps, in ascending order. Any two neighbours are the ends of one range of steps.
    pub cuts: Vec<u32>,
}

impl<K: Kernel> Case<K> {
    /// A case whose lanes start at zero.
    pub fn zeroed(
        name: &'static str,
        groups: usize,
        rows: usize,
        inputs: Inputs,
        uniforms: K::Uniforms,
        cuts: &[u32],
    ) -> Self {
        let host = vec![bytemuck::Zeroable::zeroed(); groups * rows];
        Self { name, host, rows, inputs, uniforms, cuts: cuts.to_vec() }
    }

    /// Turns this case into one for another kernel, with equal types of state and uniforms. With it, a test can compare
    /// the right shader with a wrong CPU version.
    pub fn of<W: Kernel<Row = K::Row, Uniforms = K::Uniforms>>(self) -> Case<W> {
        let Self { name, host, rows, inputs, uniforms, cuts } = self;
        Case { name, host, rows, inputs, uniforms, cuts }
    }

    /// The lanes of the case in their initial state.
    pub fn lanes(&self) -> Lanes<K> {
        Lanes::new(&self.host, self.rows, self.inputs.clone())
    }

    /// Runs the lanes from each of `cuts` to the next, and returns their state at the last of `cuts`.
    ///
    /// # Errors
    /// Fails as [`Exec::advance`] does.
    pub async fn run(&self, exec: &Exec, cuts: &[u32]) -> Result<Vec<K::Row>> {
        let mut lanes = self.lanes();
        for window in cuts.windows(2) {
            exec.advance(&mut lanes, &self.uniforms, window[0]..window[1]).await?;
        }
        let first = exec.read_first(&mut lanes, 1).await?;
        let all = exec.read(&mut lanes).await?.to_vec();
        let words = |rows: &[K::Row]| bytemuck::cast_slice::<_, u32>(rows).to_vec();
        let firsts: Vec<K::Row> = all.chunks(self.rows).map(|group| group[0]).collect();
        assert_eq!(words(&first), words(&firsts), "the first row of every group");
        Ok(all)
    }

    /// Runs the case on a device and on the CPU, and compares the two states.
    ///
    /// # Errors
    /// The numbers differ by more than `level` allows (the message says where), the device failed, or the state at the
    /// end equals the state at the start, so that the case tests nothing.
    pub async fn check(&self, exec: &Exec, level: Parity) -> std::result::Result<(), String> {
        let whole = [self.cuts[0], self.cuts[self.cuts.len() - 1]];
        let right = self.run(&Exec::cpu(), &whole).await.map_err(|error| error.to_string())?;
        if bytemuck::cast_slice::<_, u32>(&right) == bytemuck::cast_slice::<_, u32>(&self.host) {
            return Err("the case changes nothing, so it cannot fail".into());
        }
        for cuts in [&whole[..], &self.cuts] {
            let ours = self.run(exec, cuts).await.map_err(|error| error.to_string())?;
            if exec.device().kind != "gpu" || !exec.notices(0).is_empty() {
                let notices: Vec<String> = exec.notices(0).iter().map(Text::english).collect();
                return Err(format!("the device did not last: {notices:?}"));
            }
            let place = || format!("{} windows from {} to {}", cuts.len() - 1, whole[0], whole[1]);
            agree::<K>(&ours, &right, level).map_err(|difference| format!("{}: {difference}", place()))?;
        }
        Ok(())
    }
}

/// Checks that two states of a kernel's lanes agree word by word, as closely as `level` requires. `right` is the state
/// that is known to be right.
///
/// # Errors
/// A word does not agree; the message names the first such word.
pub fn agree<K: Kernel>(ours: &[K::Row], right: &[K::Row], level: Parity) -> std::result::Result<(), String> {
    let close = |ours: u32, right: u32| match level {
        Parity::Bits => ours == right,
        Parity::Close { rel, abs, .. } => {
            let (x, y) = (f32::from_bits(ours), f32::from_bits(right));
            // An infinity or NaN agrees only if it has equal bits.
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

/// Function that compares a device with the CPU on one test case. The flag says whether the device is a software
/// adapter.
pub type Check = Arc<dyn Fn(&Exec, bool) -> std::result::Result<(), String> + Send + Sync>;

/// What the tests need to know about a kernel, without generic types.
#[derive(Clone)]
pub struct Suite {
    /// Name of the kernel, [`Kernel::NAME`].
    pub name: &'static str,
    /// Shader source, [`Kernel::WGSL`]. It is empty if the kernel has none.
    pub wgsl: &'static str,
    /// Fields of the uniforms, [`Uniforms::FIELDS`].
    pub fields: &'static [(&'static str, usize)],
    /// Number of lanes of a group, [`Row::LANES`].
    pub lanes: usize,
    /// Number of read-only inputs, [`Kernel::INPUTS`].
    pub inputs: usize,
    /// Whether a case needs scratch, [`Kernel::scratch`].
    pub scratch: bool,
    /// Test cases of the kernel: for each, its name and the function that compares a device with the CPU on it.
    pub cases: Vec<(&'static str, Check)>,
}

impl Suite {
    /// Describes a kernel, with the test cases that it declares.
    pub fn new<K: Kernel>() -> Self {
        Self::of(K::cases())
    }

    /// Describes a kernel, with the given test cases in place of those that it declares.
    pub fn of<K: Kernel>(cases: Vec<Case<K>>) -> Self {
        let check = |case: Case<K>| -> (&'static str, Check) {
            let name = case.name;
            let check = move |exec: &Exec, software| {
                pollster::block_on(case.check(exec, if software { K::SOFTWARE } else { K::HARDWARE }))
            };
            (name, Arc::new(check))
        };
        Self {
            name: K::NAME,
            wgsl: K::WGSL.unwrap_or_default(),
            fields: K::Uniforms::FIELDS,
            lanes: K::Row::LANES,
            inputs: K::INPUTS,
            scratch: cases.iter().any(|case| K::scratch(&case.uniforms) > 0),
            cases: cases.into_iter().map(check).collect(),
        }
    }
}

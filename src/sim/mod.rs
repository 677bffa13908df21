//! Kernels: one stem is a shader (`x.wgsl`) and its CPU twin (`x.rs`), with uniforms and unit tests.
//!
//! A kernel knows numbers, not pages: it never imports parameters, outputs or experiments.

pub mod atoms;
pub mod exam_time;
pub mod k_composition;
pub mod multi_epoch;
pub mod positive_shift;
pub mod state_tracking;

use crate::exec::Twin;

/// Every kernel and job, by name: what a page's pool worker can be asked to run.
pub const TWINS: &[Twin] = &[
    Twin::kernel::<exam_time::Exam>(),
    Twin::kernel::<atoms::Atoms>(),
    Twin::kernel::<k_composition::Compose>(),
    Twin::kernel::<state_tracking::Track>(),
    Twin::kernel::<multi_epoch::Epochs>(),
    Twin::job::<positive_shift::Gains>(),
];

//! Kernels: one stem is a shader (`x.wgsl`) and its CPU twin (`x.rs`), with uniforms and unit tests.
//!
//! A kernel knows numbers, not pages: it never imports parameters, outputs or experiments.

pub mod atoms;
pub mod compose;
pub mod epochs;
pub mod exam;
pub mod shift;
pub mod track;

use crate::exec::Twin;

/// Every kernel and job, by name: what a page's pool worker can be asked to run.
pub const TWINS: &[Twin] = &[
    Twin::kernel::<exam::Exam>(),
    Twin::kernel::<atoms::Atoms>(),
    Twin::kernel::<compose::Compose>(),
    Twin::kernel::<track::Track>(),
    Twin::kernel::<epochs::Epochs>(),
    Twin::job::<shift::Gains>(),
];

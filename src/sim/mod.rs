//! The kernels of the lab. A kernel consists of a shader (`x.wgsl`) and a Rust function that gives equal results on the
//! CPU (`x.rs`). The Rust file also contains the kernel's uniforms and unit tests. A kernel that only the CPU runs has no
//! shader.
//!
//! Each kernel declares, in its own file, its streams of random numbers, how closely a device must agree with the CPU,
//! and the cases that test this. An experiment names its kernels in `Experiment::KERNELS`.
//!
//! Kernels share the layers of networks (`layers`), and functions beside + - * (`arithmetic`). Both have a part for shaders.
//! Networks that follow an automaton share their draws, their training and their test (`sequences`).
//!
//! A kernel only computes numbers: it never imports parameters, outputs or experiments.

pub mod arithmetic;
pub mod atoms;
pub mod distil;
pub mod exam_time;
pub mod gcd;
pub mod k_composition;
pub mod layers;
pub mod looped;
pub mod lottery_ridge;
pub mod membership;
pub mod multi_epoch;
pub mod positive_shift;
pub mod recipes;
pub mod sequences;
pub mod state_tracking;
pub mod transformer;

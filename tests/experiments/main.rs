//! Tests of all experiments, with what is tested by looking at whole runs. They are one program, so that a run at which
//! several tests look is done once.

mod catalogue;
mod golden;
mod runs;
#[path = "../sweep/mod.rs"]
mod sweep;
mod words;

//! Placeholder.
/// Placeholder.
pub fn log_uniform_table(_: u32, _: usize) -> Vec<u32> { vec![0] }

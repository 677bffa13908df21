//! States of networks of any kind, on the device that trains them.

use std::ops::Range;

use crate::error::Result;
use crate::exec::{Exec, Inputs, Lanes};
use crate::sim::looped::Looped;
use crate::sim::sequences::{LANES, Network, Setting, Uniforms};
use crate::sim::transformer::Transformer;

/// States of networks of one setting.
pub(super) enum States {
    Looped(Lanes<Looped>),
    Transformer(Lanes<Transformer>),
}

impl States {
    /// Networks with these states, one after another, and the inputs of their kernel.
    pub(super) fn new(setting: &Setting, states: &[[f32; LANES]], inputs: Inputs) -> Self {
        let rows = setting.rows();
        match setting.network {
            Network::Looped => Self::Looped(Lanes::new(states, rows, inputs)),
            Network::Transformer => Self::Transformer(Lanes::new(states, rows, inputs)),
        }
    }

    /// Trains the networks.
    ///
    /// # Errors
    /// Fails as [`Exec::advance`] does.
    pub(super) async fn advance(&mut self, exec: &Exec, uniforms: &Uniforms, steps: Range<u32>) -> Result<()> {
        match self {
            Self::Looped(lanes) => exec.advance(lanes, uniforms, steps).await,
            Self::Transformer(lanes) => exec.advance(lanes, uniforms, steps).await,
        }
    }

    /// The states.
    ///
    /// # Errors
    /// Fails as [`Exec::advance`] does.
    pub(super) async fn read(&mut self, exec: &Exec) -> Result<&[[f32; LANES]]> {
        match self {
            Self::Looped(lanes) => exec.read(lanes).await,
            Self::Transformer(lanes) => exec.read(lanes).await,
        }
    }

    /// The first `rows` rows of each state.
    ///
    /// # Errors
    /// Fails as [`Exec::advance`] does.
    pub(super) async fn read_first(&mut self, exec: &Exec, rows: usize) -> Result<Vec<[f32; LANES]>> {
        match self {
            Self::Looped(lanes) => exec.read_first(lanes, rows).await,
            Self::Transformer(lanes) => exec.read_first(lanes, rows).await,
        }
    }
}

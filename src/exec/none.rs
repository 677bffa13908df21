//! Stands in for the GPU device in a build that cannot use a GPU. Opening it always fails, so its other functions are
//! never called.

use std::future::{Future, pending};

use super::fault::{Fault, Kind};

pub(super) enum Device {}
pub(super) enum Inputs {}
pub(super) enum State {}

#[expect(clippy::unused_async, reason = "a GPU answers later")]
impl Device {
    pub(super) async fn open(_: bool) -> Result<Self, Fault> {
        Err(Kind::NoSupport.into())
    }

    pub(super) const fn name(&self) -> &str {
        match *self {}
    }

    pub(super) const fn software(&self) -> bool {
        match *self {}
    }

    pub(super) const fn largest_buffer(&self) -> u64 {
        match *self {}
    }

    pub(super) async fn compile(&self, _: &str, _: &str, _: usize) -> Result<(), Fault> {
        match *self {}
    }

    pub(super) async fn upload(&self, _: &[&[u8]]) -> Result<Inputs, Fault> {
        match *self {}
    }

    pub(super) async fn load(&self, _: &str, _: &Inputs, _: &[u8], _: usize, _: usize) -> Result<State, Fault> {
        match *self {}
    }

    pub(super) fn dispatch(
        &self,
        _: &State,
        _: &[u8],
        _: [u32; 2],
    ) -> impl Future<Output = Result<f64, Fault>> + use<> {
        pending()
    }

    pub(super) async fn read(&self, _: &State, _: usize, _: usize) -> Result<Vec<u8>, Fault> {
        match *self {}
    }
}

pub(super) const fn now() -> f64 {
    0.0
}

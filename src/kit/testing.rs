//! What the tests of every experiment do: start it from a query, run it to its end, look a verdict up.

use super::Experiment;
use crate::error::Result;
use crate::exec::Exec;
use crate::output::Verdict;
use crate::params::{Params as _, query};

/// Short ways to a run of an experiment, for its tests.
pub(crate) trait Tested: Experiment {
    /// The experiment at the setting of a query, checked and started as [`crate::session::Session::open`] does it.
    fn at(text: &str, seed: u32) -> Result<Self> {
        let params = Self::Params::read(&query(text))?;
        Self::check(&params)?;
        Self::start(params, seed)
    }

    /// Started at the setting of a query, which is allowed.
    fn started(text: &str, seed: u32) -> Self {
        Self::at(text, seed).unwrap_or_else(|e| panic!("`{text}`: {e}"))
    }

    /// Run to its end on the CPU.
    fn finished(text: &str, seed: u32) -> Self {
        let mut run = Self::started(text, seed);
        while !run.progress().finished() {
            run.step();
        }
        run
    }

    /// Goes to the next mark, on the CPU.
    fn step(&mut self) {
        pollster::block_on(self.advance(&Exec::cpu())).expect("advances");
    }

    /// The sentence with which a setting is refused.
    fn refused(text: &str) -> String {
        Self::at(text, 1).err().unwrap_or_else(|| panic!("`{text}` is not refused")).to_string()
    }

    /// The verdict of that id.
    fn verdict(&self, id: &str) -> Verdict {
        self.output().verdicts.into_iter().find(|v| v.id == id).unwrap_or_else(|| panic!("no verdict {id}"))
    }
}

impl<E: Experiment> Tested for E {}

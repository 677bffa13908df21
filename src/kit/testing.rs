//! Helpers for the tests of experiments: start an experiment from a query, run it to its end, look up a verdict.

use super::Experiment;
use crate::error::Result;
use crate::exec::Exec;
use crate::output::Verdict;
use crate::params::{Params as _, query};

/// Shortcuts for tests that run an experiment.
pub(crate) trait Tested: Experiment {
    /// Checks the parameters in the query `text` and starts the experiment, as [`crate::session::Session::open`] does.
    fn at(text: &str, seed: u32) -> Result<Self> {
        let params = Self::Params::read(&query(text))?;
        Self::check(&params)?;
        Self::start(params, seed)
    }

    /// Starts the experiment with the parameters in the query `text`, which must be allowed.
    fn started(text: &str, seed: u32) -> Self {
        Self::at(text, seed).unwrap_or_else(|e| panic!("`{text}`: {e}"))
    }

    /// Runs the experiment to its end on the CPU.
    fn finished(text: &str, seed: u32) -> Self {
        let mut run = Self::started(text, seed);
        while !run.progress().finished() {
            run.step();
        }
        run
    }

    /// Runs the experiment to its next checkpoint on the CPU.
    fn step(&mut self) {
        pollster::block_on(self.advance(&Exec::cpu())).expect("advances");
    }

    /// The error message, in English, for the parameters in the query `text`. Panics if they are allowed.
    fn refused(text: &str) -> String {
        Self::at(text, 1).err().unwrap_or_else(|| panic!("`{text}` is not refused")).to_string()
    }

    /// The verdict with the given id.
    fn verdict(&self, id: &str) -> Verdict {
        self.output().verdicts.into_iter().find(|v| v.id == id).unwrap_or_else(|| panic!("no verdict {id}"))
    }
}

impl<E: Experiment> Tested for E {}

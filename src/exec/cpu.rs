//! The CPU back end. In a native program it uses threads, and in a browser the page's pool of workers. Groups are
//! independent, so no number depends on which thread or worker computes a group.

use std::ops::Range;

use super::{Exec, Held, Inputs, Job, Work, words};
use crate::error::Result;
use crate::text;
use crate::text::{Text, count};

#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::unused_async, clippy::unused_self, reason = "the page's pool answers later")]
impl Exec {
    pub(super) fn cpu_name(&self) -> Text {
        text!(words::THREADS, threads = count(rayon::current_num_threads()))
    }

    pub(super) async fn advance_cpu(&self, lanes: &mut Held, work: &Work) -> Result<()> {
        use rayon::prelude::*;
        let (uniforms, inputs, advance) = (work.window(work.steps.clone()), &lanes.inputs, lanes.shader.group);
        lanes.host.par_chunks_mut(lanes.group).zip(0u32..u32::MAX).for_each(|(state, group)| {
            advance(&uniforms, inputs, group, state);
        });
        Ok(())
    }

    pub(super) async fn map_cpu<J: Job>(&self, inputs: &Inputs, items: Range<u32>) -> Result<Vec<f64>> {
        use rayon::prelude::*;
        const CHUNK: u32 = 1024;
        let chunk = |i: u32| {
            let first = items.start + i * CHUNK;
            let mut out = Vec::new();
            J::items(inputs, first..first.saturating_add(CHUNK).min(items.end), &mut out);
            out
        };
        let chunks: Vec<Vec<f64>> =
            (0..items.len().div_ceil(CHUNK as usize) as u32).into_par_iter().map(chunk).collect();
        Ok(chunks.concat())
    }
}

#[cfg(target_arch = "wasm32")]
impl Exec {
    pub(super) fn cpu_name(&self) -> Text {
        text!(words::WORKERS, workers = count(self.pool.workers()))
    }

    pub(super) async fn advance_cpu(&self, lanes: &mut Held, work: &Work) -> Result<()> {
        let groups = lanes.groups();
        let state = bytemuck::cast_slice_mut(&mut lanes.host);
        self.pool.advance(lanes.shader.name, &lanes.inputs, state, groups, work).await
    }

    pub(super) async fn map_cpu<J: Job>(&self, inputs: &Inputs, items: Range<u32>) -> Result<Vec<f64>> {
        self.pool.map(J::NAME, inputs, items).await
    }
}

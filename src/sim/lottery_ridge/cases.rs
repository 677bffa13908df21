//! Test cases of the kernel `lottery_ridge`, on which every device must agree with the kernel's CPU version, and random
//! data for them.

use super::{LotteryRidge, Member, parts};
use crate::exec::parity::Case;
use crate::rng::{Draws, stream};

/// Random features, `[sample][feature]`, and labels.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) features: Vec<f64>,
    pub(super) labels: Vec<f64>,
}

/// Matrix A and vector b of a member.
#[derive(Debug)]
pub(super) struct Owned {
    pub(super) matrix: Vec<f64>,
    pub(super) target: Vec<f64>,
}

impl Data {
    /// Features and labels between -1 and 1. Feature i is divided by i, so A has large and small eigenvalues. No
    /// eigenvalue exceeds the sum of all 1/i^2, which is 1.65.
    pub(super) fn new(seed: u32, samples: usize, features: usize) -> Self {
        let mut draws = Draws::new(seed, stream::PROBE, 0, 0);
        let mut between = || 2.0 * draws.uniform() - 1.0;
        let drawn = (0..samples * features).map(|i| between() / (i % features + 1) as f64).collect();
        Self { features: drawn, labels: (0..samples).map(|_| between()).collect() }
    }

    pub(super) fn samples(&self) -> usize {
        self.labels.len()
    }

    fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.features.chunks_exact(self.features.len() / self.samples())
    }

    /// `A = Phi^T Phi / n` and `b = Phi^T y / n`.
    pub(super) fn primal(&self) -> Owned {
        let (n, size) = (self.samples() as f64, self.features.len() / self.samples());
        let mean =
            |f: &dyn Fn(&[f64], f64) -> f64| self.rows().zip(&self.labels).map(|(x, y)| f(x, *y)).sum::<f64>() / n;
        let matrix = (0..size * size).map(|i| mean(&|x, _| x[i / size] * x[i % size])).collect();
        Owned { matrix, target: (0..size).map(|i| mean(&|x, y| x[i] * y)).collect() }
    }

    /// `A = Phi Phi^T / n` and `b = y`.
    pub(super) fn dual(&self) -> Owned {
        let n = self.samples() as f64;
        let product = |x: &[f64], z: &[f64]| x.iter().zip(z).map(|(x, z)| x * z).sum::<f64>() / n;
        let matrix = self.rows().flat_map(|x| self.rows().map(move |z| product(x, z))).collect();
        Owned { matrix, target: self.labels.clone() }
    }
}

#[cfg(test)]
impl Data {
    /// Predictions `Phi theta` for the samples.
    pub(super) fn predict(&self, theta: &[f64]) -> Vec<f64> {
        self.rows().map(|x| x.iter().zip(theta).map(|(x, theta)| x * theta).sum()).collect()
    }

    /// Weights `Phi^T v / n` of the dual form.
    pub(super) fn back(&self, v: &[f64]) -> Vec<f64> {
        let mut theta = vec![0.0; self.features.len() / self.samples()];
        for (x, v) in self.rows().zip(v) {
            theta.iter_mut().zip(x).for_each(|(theta, x)| *theta += x * v / self.samples() as f64);
        }
        theta
    }
}

pub(super) fn cases() -> Vec<Case<LotteryRidge>> {
    // Every other member has half the rate and twice as many substeps.
    let case = |name, owned: &[Owned], decays: &[f64], rate: f64, substeps, cuts: &[u32]| {
        let members: Vec<Member<'_>> = owned
            .iter()
            .enumerate()
            .map(|(i, Owned { matrix, target })| {
                let slower = 1 + i as u32 % 2;
                Member { matrix, target, decays, rate: rate / f64::from(slower), substeps: substeps * slower }
            })
            .collect();
        let (inputs, uniforms) = parts(&members);
        Case::zeroed(name, members.len(), decays.len(), inputs, uniforms, cuts)
    };
    let three: [Owned; 3] = std::array::from_fn(|i| Data::new(i as u32, 64, 80 + i).dual());
    let mixed = [Data::new(5, 40, 7).primal(), Data::new(6, 33, 50).dual(), Data::new(7, 2, 9).dual()];
    let many: Vec<Owned> = (0..65_537).map(|i| Data::new(i, 1, 2).dual()).collect();
    let step_by_step: Vec<u32> = (0..=100).collect();
    let primal = |size: usize| [Data::new(size as u32, 2 * size, size).primal()];
    vec![
        case("one coordinate", &primal(1), &[0.1], 0.5, 1, &[0, 1, 9]),
        case("seven coordinates, many substeps", &primal(7), &[0.1, 0.0], 0.01, 250, &[0, 3, 10]),
        case("three members at three weight decays", &three, &[1e-6, 0.03, 0.4], 0.5, 1, &[0, 1, 17, 1000]),
        case("step by step", &three, &[0.4, 0.0, 1e-6, 0.03], 0.5, 1, &step_by_step),
        case("as many coordinates as there can be", &primal(128), &[1e-3, 0.0, 0.1, 0.02], 0.4, 3, &[0, 100, 500]),
        case("members of different sizes", &mixed, &[0.02, 0.0], 0.5, 2, &[0, 50, 300]),
        case("more groups than a grid is wide", &many, &[0.1], 0.5, 1, &[0, 3]),
    ]
}

//! Products of permutation matrices whose factors are learned: the exact loss, and the losses of partial solutions.
//!
//! Skill j is a permutation of n symbols. It has the permutation matrix `P_j`, and `W_j` is the n x n matrix that is
//! learned for it. A sequence consists of k skills, drawn independently from the distribution p. Everything is computed
//! in f64. The model is not taken from a paper. It follows the task with permutations of five symbols in Wang, Dang,
//! Lee, Lyu, "The Power of Power Law", arXiv 2604.22951.

/// The symbol to which a permutation sends `symbol`. Bits 3i to 3i + 2 of its `code` contain the symbol to which it
/// sends symbol i.
#[inline(always)]
pub const fn image(code: u32, symbol: u32) -> u32 {
    (code >> (3 * symbol)) & 7
}

/// The codes of all n! permutations of n = `symbols` symbols (1 to 8), in lexicographic order of their images. The
/// function [`image`] reads such a code.
pub fn permutations(symbols: u32) -> Vec<u32> {
    let mut codes = vec![0];
    for place in 0..symbols {
        let extend = |code: u32| {
            let free = move |x: &u32| (0..place).all(|i| image(code, i) != *x);
            (0..symbols).filter(free).map(move |x| code | x << (3 * place))
        };
        codes = codes.into_iter().flat_map(extend).collect();
    }
    codes
}

/// Expected loss `E |W_{s_k} ... W_{s_1} - P_{s_k} ... P_{s_1}|^2 / (2 n)` over k skills `s_1..s_k` drawn from `p`,
/// whose sum is 1. `W_j` is the learned matrix of skill j, `P_j` its permutation matrix and n the number of symbols.
///
/// The entries of `W_j` are `weights[(j n + row) n + column]`, and column c of `P_j` has its 1 in row
/// `image(codes[j], c)`. The product of the learned matrices has the expected squared norm `tr T^k(I)` with
/// `T(X) = E W^T X W` and the identity matrix I. Its expected scalar product with the product of the permutation
/// matrices is `tr C^k(I)` with `C(X) = E P^T X W`. Written as matrices, the maps T and C have the size n^2 x n^2. So
/// for d skills and k = `hops`, the cost is `O(d n^4 + k n^4)` operations, although there are d^k products.
pub fn loss(symbols: usize, hops: u32, p: &[f64], weights: &[f64], codes: &[u32]) -> f64 {
    let (n, area) = (symbols, symbols * symbols);
    // maps[(a n + b) area + c n + d] is what X[a][b] adds to entry [c][d] of the image of X.
    let (mut square, mut cross) = (vec![0.0; area * area], vec![0.0; area * area]);
    for ((p, w), code) in p.iter().zip(weights.chunks_exact(area)).zip(codes) {
        for a in 0..n {
            for b in 0..n {
                let to = &mut square[(a * n + b) * area..][..area];
                for c in 0..n {
                    let x = p * w[a * n + c];
                    for d in 0..n {
                        to[c * n + d] += x * w[b * n + d];
                    }
                }
            }
        }
        for c in 0..n {
            let a = image(*code, c as u32) as usize;
            for b in 0..n {
                let to = &mut cross[(a * n + b) * area + c * n..][..n];
                for d in 0..n {
                    to[d] += p * w[b * n + d];
                }
            }
        }
    }
    let trace = |map: &[f64]| -> f64 {
        let mut x: Vec<f64> = (0..area).map(|e| if e / n == e % n { 1.0 } else { 0.0 }).collect();
        for _ in 0..hops {
            let mut next = vec![0.0; area];
            for (x, row) in x.iter().zip(map.chunks_exact(area)) {
                next.iter_mut().zip(row).for_each(|(next, m)| *next += x * m);
            }
            x = next;
        }
        (0..n).map(|i| x[i * n + i]).sum()
    };
    (trace(&square) - 2.0 * trace(&cross) + n as f64) / (2.0 * n as f64)
}

/// Loss if the product of the learned matrices is always 0: 1/2.
pub const NOTHING: f64 = 0.5;

/// Loss if only the mean over the n symbols is learned, so all entries of every learned matrix are 1/n:
/// `(n - 1) / (2 n)`.
pub fn mean_only(symbols: u32) -> f64 {
    0.5 - all_but_mean(symbols)
}

/// Loss if everything except the mean over the n symbols is learned, so every learned matrix is its permutation matrix
/// with 1/n subtracted from all entries: `1 / (2 n)`. Even so, the largest entry of every column is where the
/// permutation matrix has its 1.
pub fn all_but_mean(symbols: u32) -> f64 {
    0.5 / f64::from(symbols)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::theory::tests::{Draws, close};

    fn matrix(symbols: usize, code: u32) -> Vec<f64> {
        let mut p = vec![0.0; symbols * symbols];
        for c in 0..symbols {
            p[image(code, c as u32) as usize * symbols + c] = 1.0;
        }
        p
    }

    fn product(n: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
        (0..n * n).map(|e| (0..n).map(|m| a[e / n * n + m] * b[m * n + e % n]).sum()).collect()
    }

    #[test]
    fn permutations_are_all_different_and_compose_as_their_matrices() {
        for symbols in 1..=5u32 {
            let codes = permutations(symbols);
            let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
            assert_eq!(codes.len() as u32, (1..=symbols).product::<u32>(), "n!");
            assert_eq!(distinct.len(), codes.len(), "all different");
        }
        let n = 4;
        let codes = permutations(4);
        for &a in &codes {
            for &b in &codes {
                let both: u32 = (0..4).map(|i| image(a, image(b, i)) << (3 * i)).sum();
                assert!(codes.contains(&both), "closed");
                assert_eq!(product(n, &matrix(n, a), &matrix(n, b)), matrix(n, both), "first b, then a");
            }
        }
    }

    #[test]
    fn the_loss_is_the_mean_over_all_sequences() {
        for (symbols, hops) in [(2u32, 4u32), (3, 1), (3, 3), (4, 2)] {
            let (n, codes) = (symbols as usize, permutations(symbols));
            let mut draws = Draws(u64::from(symbols * 10 + hops));
            let weights: Vec<f64> = (0..codes.len() * n * n).map(|_| 2.0 * draws.unit() - 1.0).collect();
            let p: Vec<f64> = (0..codes.len()).map(|_| draws.unit()).collect();
            let total: f64 = p.iter().sum();
            let p: Vec<f64> = p.iter().map(|p| p / total).collect();
            let mut mean = 0.0;
            for sequence in 0..codes.len().pow(hops) {
                let (mut f, mut target, mut chance, mut rest) =
                    (matrix(n, codes[0]), matrix(n, codes[0]), 1.0, sequence);
                for _ in 0..hops {
                    let j = rest % codes.len();
                    rest /= codes.len();
                    chance *= p[j];
                    f = product(n, &weights[j * n * n..][..n * n], &f);
                    target = product(n, &matrix(n, codes[j]), &target);
                }
                let squares: f64 = f.iter().zip(&target).map(|(f, t)| (f - t) * (f - t)).sum();
                mean += chance * squares / (2.0 * n as f64);
            }
            close(loss(n, hops, &p, &weights, &codes), mean, 1e-12);
        }
    }

    #[test]
    fn what_is_learned_in_part_costs_what_is_said() {
        for symbols in 3..=5u32 {
            let (n, codes) = (symbols as usize, permutations(symbols));
            let p = vec![1.0 / codes.len() as f64; codes.len()];
            let of = |factor: &dyn Fn(f64) -> f64| {
                let weights: Vec<f64> = codes.iter().flat_map(|&code| matrix(n, code)).map(factor).collect();
                loss(n, 4, &p, &weights, &codes)
            };
            let mean = 1.0 / n as f64;
            assert!(of(&|x| x).abs() < 1e-12, "everything");
            close(of(&|_| 0.0), NOTHING, 1e-12);
            close(of(&|_| mean), mean_only(symbols), 1e-12);
            close(of(&|x| x - mean), all_but_mean(symbols), 1e-12);
        }
    }
}

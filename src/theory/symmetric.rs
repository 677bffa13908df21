//! Eigenvalues, eigenvectors and linear systems of a symmetric matrix.
//!
//! The lab has its own solver because every result must have the same bits in a native program and in WebAssembly. The
//! common crates choose fused multiply-add or other instructions when the program runs, so their bits differ between
//! machines. This solver uses only `+ - * /` and `sqrt`, in a fixed order.

/// Eigenvalues `values[k]` of a symmetric matrix, in no particular order, and their orthonormal eigenvectors, the rows
/// `vectors[k * size..][..size]`.
#[derive(Clone, Debug)]
pub struct Eigen {
    /// The eigenvalues.
    pub values: Vec<f64>,
    /// The eigenvectors, one after another.
    pub vectors: Vec<f64>,
}

/// Largest number of QL steps for an eigenvalue. Two are usual; more than 30 happen only if an entry of the matrix is
/// not finite.
const STEPS_MAX: u32 = 60;

impl Eigen {
    /// Solves the symmetric matrix `matrix[i * size + j]`, which must have finite entries.
    ///
    /// Householder reflections bring the matrix to tridiagonal form, and implicit QL steps with Wilkinson's shift make
    /// it diagonal (Golub and Van Loan, "Matrix Computations", sections 8.3.1 and 8.3.3). The error of an eigenvalue is
    /// a small multiple of `size * 2^-53` times the largest eigenvalue. The cost is about `6 size^3` multiplications.
    pub fn of(matrix: &[f64], size: usize) -> Self {
        let mut a = matrix.to_vec();
        let (mut values, mut beside) = (vec![0.0; size], vec![0.0; size]);
        let reflections = tridiagonal(&mut a, size, &mut values, &mut beside);
        let mut vectors = rotations(&reflections, size);
        diagonal(&mut values, &mut beside, &mut vectors, size);
        Self { values, vectors }
    }

    /// Number of rows of the matrix.
    pub fn size(&self) -> usize {
        self.values.len()
    }

    /// The coordinates of a vector in the basis of the eigenvectors.
    pub fn coordinates(&self, vector: &[f64]) -> Vec<f64> {
        self.vectors.chunks_exact(self.size()).map(|row| dot(row, vector)).collect()
    }

    /// The vector with the given coordinates in the basis of the eigenvectors.
    pub fn vector(&self, coordinates: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.size()];
        for (row, c) in self.vectors.chunks_exact(self.size()).zip(coordinates) {
            add(&mut sum, *c, row);
        }
        sum
    }
}

/// Number of linear systems that [`Cholesky`] solves together.
pub const SHIFTS: usize = 8;

/// Cholesky decompositions `L L^T` of `A + shift * 1` for several shifts of one symmetric matrix A. The decompositions
/// go through the same steps, each in its own lane of vector registers.
#[derive(Clone, Debug)]
pub struct Cholesky {
    size: usize,
    /// The lower triangles, row after row; row i begins at `i (i + 1)/2`.
    lower: Vec<[f64; SHIFTS]>,
}

impl Cholesky {
    /// Decomposes `matrix + shift * 1` for each shift. The result of a lane contains NaN if an eigenvalue of this sum is
    /// not positive. The cost is `size^3/6` multiplications for each shift.
    pub fn of(matrix: &[f64], size: usize, shifts: [f64; SHIFTS]) -> Self {
        let mut lower = vec![[0.0; SHIFTS]; size * (size + 1) / 2];
        for (i, given) in matrix.chunks_exact(size).enumerate() {
            let (before, row) = lower.split_at_mut(i * (i + 1) / 2);
            for j in 0..i {
                let other = &before[j * (j + 1) / 2..][..=j];
                let mut x = without([given[j]; SHIFTS], &row[..j], other);
                (0..SHIFTS).for_each(|l| x[l] /= other[j][l]);
                row[j] = x;
            }
            let mut x = without(shifts.map(|shift| given[i] + shift), &row[..i], &row[..i]);
            (0..SHIFTS).for_each(|l| x[l] = x[l].sqrt());
            row[i] = x;
        }
        Self { size, lower }
    }

    /// The solution x of `(matrix + shift * 1) x = target` for each shift.
    pub fn solve(&self, target: &[f64]) -> [Vec<f64>; SHIFTS] {
        let mut x: Vec<[f64; SHIFTS]> = Vec::with_capacity(self.size);
        let row = |i: usize| &self.lower[i * (i + 1) / 2..][..=i];
        for (i, y) in target.iter().enumerate() {
            let mut next = without([*y; SHIFTS], &x, row(i));
            (0..SHIFTS).for_each(|l| next[l] /= row(i)[i][l]);
            x.push(next);
        }
        for i in (0..self.size).rev() {
            let row = row(i);
            (0..SHIFTS).for_each(|l| x[i][l] /= row[i][l]);
            let own = x[i];
            for (x, factor) in x[..i].iter_mut().zip(row) {
                (0..SHIFTS).for_each(|l| x[l] -= factor[l] * own[l]);
            }
        }
        std::array::from_fn(|l| x.iter().map(|x| x[l]).collect())
    }
}

/// `start - sum a b` in each lane, over the places that both lists have.
fn without(mut start: [f64; SHIFTS], a: &[[f64; SHIFTS]], b: &[[f64; SHIFTS]]) -> [f64; SHIFTS] {
    for (a, b) in a.iter().zip(b) {
        for l in 0..SHIFTS {
            start[l] -= a[l] * b[l];
        }
    }
    start
}

/// Scalar product. Eight partial sums let the compiler use vector instructions; their order is fixed.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (mut sums, whole) = ([0.0; 8], a.len().min(b.len()) / 8 * 8);
    for (a, b) in a[..whole].chunks_exact(8).zip(b[..whole].chunks_exact(8)) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    let rest: f64 = a[whole..].iter().zip(&b[whole..]).map(|(a, b)| a * b).sum();
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) + rest
}

/// Adds `factor * row` to `sum`.
pub fn add(sum: &mut [f64], factor: f64, row: &[f64]) {
    for (sum, x) in sum.iter_mut().zip(row) {
        *sum += factor * x;
    }
}

/// A reflection `1 - factor v v^T`, whose vector v is zero before the place `start`.
struct Reflection {
    start: usize,
    factor: f64,
    v: Vec<f64>,
}

/// Reduces `a` to tridiagonal form: `values` is the diagonal, and `beside[i]` the entry between i and i + 1. The result
/// is the list of the reflections `H_0, H_1, ...` with `a = H_0 H_1 ... T ... H_1 H_0`.
fn tridiagonal(a: &mut [f64], n: usize, values: &mut [f64], beside: &mut [f64]) -> Vec<Reflection> {
    let mut reflections = Vec::with_capacity(n);
    let mut w = vec![0.0; n];
    for k in 0..n.saturating_sub(1) {
        let start = k + 1;
        let mut v = a[k * n + start..(k + 1) * n].to_vec();
        let length = dot(&v, &v).sqrt();
        values[k] = a[k * n + k];
        // The reflection maps the row to (beside, 0, 0, ...). The sign avoids cancellation.
        let to = if v[0] > 0.0 { -length } else { length };
        beside[k] = to;
        v[0] -= to;
        let square = dot(&v, &v);
        if square == 0.0 {
            continue;
        }
        let factor = 2.0 / square;
        // a <- H a H, with p = factor a v, w = p - (factor/2)(p v) v: a -= v w^T + w v^T.
        w[..n - start].fill(0.0);
        for (i, x) in v.iter().enumerate() {
            add(&mut w[..n - start], factor * x, &a[(start + i) * n + start..(start + i + 1) * n]);
        }
        let half = 0.5 * factor * dot(&w[..n - start], &v);
        add(&mut w[..n - start], -half, &v);
        for i in 0..n - start {
            let row = &mut a[(start + i) * n + start..(start + i + 1) * n];
            let (vi, wi) = (v[i], w[i]);
            for ((x, v), w) in row.iter_mut().zip(&v).zip(&w) {
                *x -= vi * w + wi * v;
            }
        }
        reflections.push(Reflection { start, factor, v });
    }
    if n > 0 {
        values[n - 1] = a[n * n - 1];
    }
    reflections
}

/// The rows of `(H_0 H_1 ...)^T`, as one list.
fn rotations(reflections: &[Reflection], n: usize) -> Vec<f64> {
    let mut q = vec![0.0; n * n];
    (0..n).for_each(|i| q[i * n + i] = 1.0);
    let mut sums = vec![0.0; n];
    for Reflection { start, factor, v } in reflections.iter().rev() {
        sums.fill(0.0);
        for (x, row) in v.iter().zip(q[start * n..].chunks_exact(n)) {
            add(&mut sums, factor * x, row);
        }
        for (x, row) in v.iter().zip(q[start * n..].chunks_exact_mut(n)) {
            add(row, -x, &sums);
        }
    }
    (0..n * n).map(|i| q[i % n * n + i / n]).collect()
}

/// Makes the tridiagonal matrix diagonal by QL steps, and applies their rotations to the rows of `vectors`.
fn diagonal(d: &mut [f64], e: &mut [f64], vectors: &mut [f64], n: usize) {
    for l in 0..n {
        for _ in 0..STEPS_MAX {
            // The first negligible entry beside the diagonal ends the block that begins at l.
            let end = (l..n.saturating_sub(1)).find(|&m| e[m].abs() <= f64::EPSILON * (d[m].abs() + d[m + 1].abs()));
            let m = end.unwrap_or(n - 1);
            if m == l {
                break;
            }
            let gap = (d[l + 1] - d[l]) / (2.0 * e[l]);
            let root = (gap * gap + 1.0).sqrt();
            let mut g = d[m] - d[l] + e[l] / (gap + root.copysign(gap));
            let (mut sine, mut cosine, mut p) = (1.0, 1.0, 0.0);
            let mut whole = true;
            for i in (l..m).rev() {
                let (f, b) = (sine * e[i], cosine * e[i]);
                let r = (f * f + g * g).sqrt();
                e[i + 1] = r;
                if r == 0.0 {
                    // The block has split.
                    d[i + 1] -= p;
                    e[m] = 0.0;
                    whole = false;
                    break;
                }
                (sine, cosine) = (f / r, g / r);
                g = d[i + 1] - p;
                let t = (d[i] - g) * sine + 2.0 * cosine * b;
                p = sine * t;
                d[i + 1] = g + p;
                g = cosine * t - b;
                let (upper, lower) = vectors[i * n..(i + 2) * n].split_at_mut(n);
                for (x, y) in upper.iter_mut().zip(lower) {
                    (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
                }
            }
            if whole {
                d[l] -= p;
                e[l] = g;
                e[m] = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::tests::{Draws, close};

    /// A random symmetric matrix with entries in (-1, 1).
    fn symmetric(n: usize, seed: u64) -> Vec<f64> {
        let mut draws = Draws(seed);
        let mut a = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                a[i * n + j] = 2.0 * draws.unit() - 1.0;
                a[j * n + i] = a[i * n + j];
            }
        }
        a
    }

    /// Checks `A u = s u` for every pair, that the vectors are orthonormal, and the trace.
    fn check(a: &[f64], n: usize) {
        let eigen = Eigen::of(a, n);
        let scale = a.iter().fold(1e-300_f64, |most, x| most.max(x.abs())) * n as f64;
        let bound = 8.0 * n as f64 * f64::EPSILON;
        for k in 0..n {
            let u = &eigen.vectors[k * n..(k + 1) * n];
            for i in 0..n {
                let error = dot(&a[i * n..(i + 1) * n], u) - eigen.values[k] * u[i];
                assert!(error.abs() <= bound * scale, "size {n}, pair {k}: {error:e}");
            }
            for other in 0..=k {
                let product = dot(u, &eigen.vectors[other * n..(other + 1) * n]);
                let want = if other == k { 1.0 } else { 0.0 };
                assert!((product - want).abs() <= bound, "size {n}, vectors {k} and {other}: {product:e}");
            }
        }
        let trace: f64 = (0..n).map(|i| a[i * n + i]).sum();
        let sum: f64 = eigen.values.iter().sum();
        assert!((trace - sum).abs() <= bound * scale, "size {n}: trace {trace}, sum {sum}");
    }

    #[test]
    fn pairs_solve_the_matrix() {
        for n in [1, 2, 3, 4, 7, 16, 33, 64, 128] {
            check(&symmetric(n, n as u64), n);
        }
    }

    #[test]
    fn special_matrices_are_solved() {
        let n = 12;
        let identity: Vec<f64> = (0..n * n).map(|i| if i % n == i / n { 3.0 } else { 0.0 }).collect();
        check(&identity, n);
        check(&vec![0.0; n * n], n);
        check(&vec![1.0; n * n], n);
        // A matrix that is nearly tridiagonal: a reflection of its rows to the other sign would cancel.
        for x in [1.0, -1.0] {
            check(&[2.0, x, 1e-9, x, 3.0, 0.5, 1e-9, 0.5, 1.0], 3);
        }
        // A graded matrix, like the Gram matrix of features with a power-law spectrum.
        let graded: Vec<f64> = symmetric(n, 5)
            .iter()
            .enumerate()
            .map(|(i, x)| x * crate::math::pow(0.01, (i / n + i % n) as f64))
            .collect();
        check(&graded, n);
    }

    #[test]
    fn the_second_difference_has_the_known_eigenvalues() {
        // The matrix with 2 on the diagonal and -1 beside it has the eigenvalues 2 - 2 cos(pi k/(n+1)).
        let n = 20;
        let entry = |i: usize, j: usize| match i.abs_diff(j) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let a: Vec<f64> = (0..n * n).map(|i| entry(i / n, i % n)).collect();
        let mut values = Eigen::of(&a, n).values;
        values.sort_by(f64::total_cmp);
        for (k, value) in (1..).zip(values) {
            let angle = std::f64::consts::PI * f64::from(k) / (n as f64 + 1.0);
            close(value, 2.0 - 2.0 * crate::math::cos(angle), 1e-12);
        }
    }

    #[test]
    fn coordinates_and_vectors_are_inverse_to_each_other() {
        let n = 9;
        let eigen = Eigen::of(&symmetric(n, 3), n);
        let vector: Vec<f64> = (0..n).map(|i| i as f64 - 2.5).collect();
        for (back, want) in eigen.vector(&eigen.coordinates(&vector)).iter().zip(&vector) {
            assert!((back - want).abs() < 1e-13, "{back} against {want}");
        }
    }

    #[test]
    fn cholesky_solves_as_the_eigenvectors_do() {
        for n in [1, 2, 9, 33] {
            // A square of a matrix has no negative eigenvalue.
            let a = symmetric(n, 40 + n as u64);
            let square: Vec<f64> =
                (0..n * n).map(|i| dot(&a[i / n * n..(i / n + 1) * n], &a[i % n * n..(i % n + 1) * n])).collect();
            let target: Vec<f64> = (0..n).map(|i| 1.0 - 0.3 * i as f64).collect();
            let eigen = Eigen::of(&square, n);
            let parts = eigen.coordinates(&target);
            let shifts = std::array::from_fn(|l| 0.01 * (l + 1) as f64);
            for (found, shift) in Cholesky::of(&square, n, shifts).solve(&target).iter().zip(shifts) {
                let want: Vec<f64> = parts.iter().zip(&eigen.values).map(|(c, s)| c / (s + shift)).collect();
                for (got, want) in found.iter().zip(eigen.vector(&want)) {
                    assert!((got - want).abs() < 1e-10 * (1.0 + want.abs()), "size {n}: {got} against {want}");
                }
            }
        }
        let lanes = Cholesky::of(&[1.0, 2.0, 2.0, 1.0], 2, [0.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]);
        let [first, second, ..] = lanes.solve(&[1.0, 1.0]);
        assert!(first[0].is_nan() && (second[0] - 0.2).abs() < 1e-15, "without a shift an eigenvalue is -1");
    }
}

//! Solvers for small symmetric linear systems, which work equally well for unknowns of any scale.

/// Solves the linear system `B c = h` for the unknowns whose indices are in `free`, and writes them to `c`. Rows and
/// columns with other indices are ignored, and the entries of `c` with other indices stay as they are. `b` is the
/// symmetric matrix B of `n` rows. Returns the smallest pivot.
///
/// The function scales the matrix to a unit diagonal and factorises it by Cholesky's method, so the scale of an unknown
/// does not matter. The pivot would be 0 for an unknown that does not occur in the system or depends linearly on
/// others; such a pivot is set to 10^-12.
pub(super) fn solve(b: &[f64], n: usize, free: &[usize], h: &[f64], c: &mut [f64]) -> f64 {
    let m = free.len();
    let root: Vec<f64> = free.iter().map(|&j| b[j * n + j].max(1e-300).sqrt()).collect();
    let (mut l, mut z, mut least) = (vec![0.0; m * m], vec![0.0; m], f64::INFINITY);
    for i in 0..m {
        for j in 0..=i {
            let mut sum = b[free[i] * n + free[j]] / (root[i] * root[j]);
            for k in 0..j {
                sum -= l[i * m + k] * l[j * m + k];
            }
            if i == j {
                least = least.min(sum);
                l[i * m + j] = sum.max(1e-12).sqrt();
            } else {
                l[i * m + j] = sum / l[j * m + j];
            }
        }
        let mut sum = h[free[i]] / root[i];
        for k in 0..i {
            sum -= l[i * m + k] * z[k];
        }
        z[i] = sum / l[i * m + i];
    }
    for i in (0..m).rev() {
        let mut sum = z[i];
        for k in i + 1..m {
            sum -= l[k * m + i] * z[k];
        }
        z[i] = sum / l[i * m + i];
        c[free[i]] = z[i] / root[i];
    }
    least
}

/// The vector c at which `c' G c / 2 - h' c` is least, with G = `gram` and h = `right`. The entries of c that are
/// marked in `positive` must be at least 0. The function tries every choice of which marked entries are 0, so only few
/// entries may be marked.
pub(super) fn least_squares(gram: &[f64], right: &[f64], positive: &[bool]) -> Vec<f64> {
    let m = right.len();
    let mut best = (0.0, vec![0.0; m]);
    for set in 1..1_usize << m {
        if (0..m).any(|k| !positive[k] && set >> k & 1 == 0) {
            continue;
        }
        let free: Vec<usize> = (0..m).filter(|&k| set >> k & 1 == 1).collect();
        let mut c = vec![0.0; m];
        let pivot = solve(gram, m, &free, right, &mut c);
        let value: f64 = -0.5 * c.iter().zip(right).map(|(c, h)| c * h).sum::<f64>();
        if pivot > 1e-13 && value < best.0 && c.iter().zip(positive).all(|(c, p)| !p || *c >= 0.0) {
            best = (value, c);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved_whatever_its_units() {
        for scale in [1.0, 1e-8, 1e9] {
            let b = [4.0, 2.0 * scale, 0.6, 2.0 * scale, 5.0 * scale * scale, scale, 0.6, scale, 3.0];
            let want = [1.0, -2.0 / scale, 3.0];
            let h: Vec<f64> = (0..3).map(|i| (0..3).map(|j| b[3 * i + j] * want[j]).sum()).collect();
            let mut c = [0.0; 3];
            solve(&b, 3, &[0, 1, 2], &h, &mut c);
            assert!(c.iter().zip(want).all(|(c, w)| (c - w).abs() < 1e-12 * w.abs()), "{c:?}");
        }
    }

    #[test]
    fn what_must_be_positive_is() {
        // The unconstrained minimum is (2, -1); with the second entry at least 0 it is (1, 0).
        let (gram, right) = ([1.0, 1.0, 1.0, 2.0], [1.0, 0.0]);
        assert_eq!(least_squares(&gram, &right, &[false, false]), [2.0, -1.0], "free");
        assert_eq!(least_squares(&gram, &right, &[true, true]), [1.0, 0.0], "held at 0");
    }

    #[test]
    fn what_nothing_determines_stays_finite() {
        let (twins, right) = ([1.0, 1.0, 1.0, 1.0], [2.0, 2.0]);
        let mut c = [0.0; 2];
        assert!(solve(&twins, 2, &[0, 1], &right, &mut c) < 1e-13, "no pivot");
        assert!((c[0] + c[1] - 2.0).abs() < 1e-6, "{c:?}");
        assert_eq!(least_squares(&twins, &right, &[true, true]), [2.0, 0.0], "one of the two");
    }
}

//! Closed forms: pure f64 functions that depend on no device, no parameter declaration and no page.
//!
//! The functions do not check their arguments, because parameters are checked where they are read. Each function states
//! the ranges of its arguments. Three sources are cited by short names. "Shift is Good" is Medvedev, Lyu, Li, Srebro,
//! "Shift is Good: Mismatched Data Mixing Improves Test Performance", arXiv 2510.25108. "Larger Datasets Can Be
//! Repeated More" is Yan, Wen, Li, Luo, Chen, Lyu, arXiv 2511.13421. "Lyu's talk" is Kaifeng Lyu, "Scaling Large
//! Language Models: The Data Problem", part 2.2.

pub mod atoms;
pub mod automaton;
pub mod data_efficiency;
pub mod dense;
pub mod distillation;
pub mod exam_time;
pub mod gcd;
pub mod k_composition;
pub mod lottery_ridge;
pub mod muennighoff;
pub mod one_hot;
pub mod positive_shift;
pub mod real_synthetic;
pub mod reuse;
pub mod state_tracking;
pub mod symmetric;

/// Sum of the terms by Neumaier's method, which collects the rounding errors and adds them at the end. The error
/// therefore does not grow with the number of terms.
pub(crate) fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for x in terms {
        let next = total + x;
        lost += if total.abs() >= x.abs() { (total - next) + x } else { (x - next) + total };
        total = next;
    }
    total + lost
}

#[cfg(test)]
pub(crate) mod tests {
    /// Asserts `|got - want| <= rel * |want|`, and shows both numbers when it fails.
    #[track_caller]
    pub(crate) fn close(got: f64, want: f64, rel: f64) {
        assert!(
            (got - want).abs() <= rel * want.abs(),
            "got {got:e}, want {want:e}, relative {:e}",
            (got / want - 1.0).abs()
        );
    }

    /// A seeded generator of random numbers for tests (`SplitMix64`). The numbers are uniform in (0, 1).
    pub(crate) struct Draws(pub(crate) u64);
    impl Draws {
        pub(crate) fn unit(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (((z ^ (z >> 31)) >> 12) as f64 + 0.5) / (1u64 << 52) as f64
        }
    }

    #[test]
    fn sum_keeps_what_plain_addition_loses() {
        assert_eq!(super::sum([1.0, 1e100, 1.0, -1e100]), 2.0);
    }
}

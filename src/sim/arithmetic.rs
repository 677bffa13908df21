//! Functions that kernels need beside + - *, as sequences of these, because devices and platforms round their own
//! functions differently. `arithmetic.wgsl` has them for shaders.
//!
//! Devices may fuse a product and a sum. The parameter `FUSED` fuses all of them, with which a test measures how far the
//! results of such a device can be from those of the CPU.

/// Differences below this give a probability of 0, because smaller numbers could become subnormal, on which devices
/// differ. `exp(-40)` is 4e-18, far below the rounding of a sum of probabilities.
pub const LEAST: f32 = -40.0;
/// `1 / ln 2`.
#[expect(clippy::approx_constant, reason = "the shader has this number")]
const LOG2_E: f32 = 1.442_695;
/// High part of `ln 2`. Its product with an exponent is exact.
const LN2_HIGH: f32 = 0.693_359_4;
/// Low part of `ln 2`.
const LN2_LOW: f32 = -0.000_212_194_44;

/// `sum + a b`, rounded once if `FUSED` and else twice.
#[inline(always)]
#[expect(clippy::disallowed_methods, reason = "a test fuses; kernels do not")]
pub fn add_product<const FUSED: bool>(sum: f32, a: f32, b: f32) -> f32 {
    if FUSED { a.mul_add(b, sum) } else { sum + a * b }
}

/// `1/x` for x from 1e-30 to 1e30, to a relative error of 3e-7, by Newton's method.
#[inline(always)]
pub fn reciprocal<const FUSED: bool>(x: f32) -> f32 {
    let mut y = f32::from_bits(0x7ef3_11c7_u32.wrapping_sub(x.to_bits()));
    for _ in 0..3 {
        y *= add_product::<FUSED>(2.0, -x, y);
    }
    y
}

/// `1/sqrt(x)` for x from 1e-30 to 1e30, to a relative error of 2.4e-7, by Newton's method.
#[inline(always)]
pub fn inverse_root<const FUSED: bool>(x: f32) -> f32 {
    let mut y = f32::from_bits(0x5f37_59df - (x.to_bits() >> 1));
    for _ in 0..3 {
        y *= add_product::<FUSED>(1.5, -0.5 * x * y, y);
    }
    y
}

/// `exp(x)` for x <= 0, to a relative error of 3e-7, and 0 if x is below [`LEAST`].
#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "an exponent above -60")]
#[expect(clippy::cast_sign_loss, reason = "the exponent of a normal number is positive")]
pub fn exp<const FUSED: bool>(x: f32) -> f32 {
    let n = add_product::<FUSED>(-0.5, x, LOG2_E) as i32;
    let r = add_product::<FUSED>(x - n as f32 * LN2_HIGH, -(n as f32), LN2_LOW);
    let mut sum = 1.0 / 5040.0;
    for term in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = add_product::<FUSED>(term, sum, r);
    }
    let scale = f32::from_bits(((n + 127) as u32) << 23);
    if x < LEAST { 0.0 } else { sum * scale }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::math;

    fn functions_are_right<const FUSED: bool>() {
        let mut x = 1e-30_f32;
        while x < 1e30 {
            let wide = f64::from(x);
            let (inverse, root) = (f64::from(reciprocal::<FUSED>(x)) * wide, f64::from(inverse_root::<FUSED>(x)));
            assert!((inverse - 1.0).abs() < 3e-7, "1/{x}");
            // Newton's third step leaves 1e-10; its roundings are a few units of 2^-24.
            assert!((root * wide.sqrt() - 1.0).abs() < 4.0 / 16_777_216.0, "1/sqrt({x})");
            x *= 1.003;
        }
        for i in 0..=40_000 {
            let x = -0.001 * i as f32;
            let exact = math::exp(f64::from(x));
            let found = f64::from(exp::<FUSED>(x));
            assert!((found / exact - 1.0).abs() < 3e-7, "exp({x}): {found}, not {exact}");
        }
        assert_eq!([exp::<FUSED>(0.0), exp::<FUSED>(-40.1), exp::<FUSED>(-1e6)], [1.0, 0.0, 0.0]);
    }

    #[test]
    fn functions_of_one_number_are_right() {
        functions_are_right::<false>();
        functions_are_right::<true>();
    }
}

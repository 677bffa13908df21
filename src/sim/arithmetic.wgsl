// Twin of arithmetic.rs: functions as sequences of + - *.

const LEAST = -40.0;
const LOG2_E = 1.442695;
const LN2_HIGH = 0.6933594;
const LN2_LOW = -0.00021219444;

// 1/x, by Newton's method.
fn arithmetic_reciprocal(x: f32) -> f32 {
    var y = bitcast<f32>(0x7ef311c7u - bitcast<u32>(x));
    for (var i = 0u; i < 3u; i += 1u) {
        y *= 2.0 - x * y;
    }
    return y;
}

// 1/sqrt(x), by Newton's method.
fn arithmetic_inverse_root(x: vec4<f32>) -> vec4<f32> {
    var y = bitcast<vec4<f32>>(vec4<u32>(0x5f3759dfu) - (bitcast<vec4<u32>>(x) >> vec4<u32>(1u)));
    for (var i = 0u; i < 3u; i += 1u) {
        y *= 1.5 - 0.5 * x * y * y;
    }
    return y;
}

// exp(x) for x <= 0.
fn arithmetic_exp(x: vec4<f32>) -> vec4<f32> {
    let n = vec4<i32>(x * LOG2_E - 0.5);
    let r = (x - vec4<f32>(n) * LN2_HIGH) - vec4<f32>(n) * LN2_LOW;
    var sum = vec4<f32>(1.0 / 5040.0);
    sum = 1.0 / 720.0 + sum * r;
    sum = 1.0 / 120.0 + sum * r;
    sum = 1.0 / 24.0 + sum * r;
    sum = 1.0 / 6.0 + sum * r;
    sum = 0.5 + sum * r;
    sum = 1.0 + sum * r;
    sum = 1.0 + sum * r;
    let scale = bitcast<vec4<f32>>(vec4<u32>(n + 127) << vec4<u32>(23u));
    return select(sum * scale, vec4<f32>(), x < vec4<f32>(LEAST));
}

// Twin of rng.rs. Integer arithmetic only, hence the same bits on every device.

// High half of a 32 x 32 bit product, by 16-bit halves: WGSL has no 64-bit integers.
fn rng_mulhi(a: u32, b: u32) -> u32 {
    let a0 = a & 0xffffu;
    let a1 = a >> 16u;
    let b0 = b & 0xffffu;
    let b1 = b >> 16u;
    let mid = a1 * b0 + ((a0 * b0) >> 16u);
    let low = (mid & 0xffffu) + a0 * b1;
    return a1 * b1 + (mid >> 16u) + (low >> 16u);
}

// Philox4x32-10: four words from a key and a counter.
fn rng_philox(key: vec2<u32>, counter: vec4<u32>) -> vec4<u32> {
    var k = key;
    var c = counter;
    for (var round = 0u; round < 10u; round += 1u) {
        c = vec4<u32>(
            rng_mulhi(0xCD9E8D57u, c.z) ^ c.y ^ k.x,
            0xCD9E8D57u * c.z,
            rng_mulhi(0xD2511F53u, c.x) ^ c.w ^ k.y,
            0xD2511F53u * c.x,
        );
        k += vec2<u32>(0x9E3779B9u, 0xBB67AE85u);
    }
    return c;
}

// A multiple of 2^-24 in [0, 1).
fn rng_unit(word: u32) -> f32 {
    return f32(word >> 8u) * 0x1p-24;
}

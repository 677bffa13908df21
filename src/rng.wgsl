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

// The column of a packed alias table of 2^bits columns that a word falls in; a shift by 32 would be no shift.
fn rng_alias_column(word: u32, bits: u32) -> u32 {
    return select(word >> (32u - bits), 0u, bits == 0u);
}

// What a word picks, given that column's entry.
fn rng_alias_pick(entry: u32, word: u32, bits: u32) -> u32 {
    return select(entry & 1023u, rng_alias_column(word, bits), ((word << bits) >> 10u) < (entry >> 10u));
}

// A multiple of 2^-24 in [0, 1).
fn rng_unit(word: u32) -> f32 {
    return f32(word >> 8u) * 0x1p-24;
}

// The octave of a word's 31 bits, and those bits with the leading one on top.
fn rng_gaussian_place(word: u32) -> vec2<u32> {
    let v = max(word & 0x7fffffffu, 128u);
    let octave = countLeadingZeros(v) - 1u;
    return vec2<u32>(octave, v << (octave + 1u));
}

// The entry of a Gaussian table that a word falls in.
fn rng_gaussian_entry(word: u32) -> u32 {
    let place = rng_gaussian_place(word);
    return place.x * 64u + ((place.y >> 25u) & 63u);
}

// The quantile of a word, given its entry (value, step).
fn rng_gaussian(word: u32, entry: vec2<i32>) -> f32 {
    let fraction = i32((rng_gaussian_place(word).y >> 13u) & 0xfffu);
    let z = entry.x + ((entry.y * fraction) >> 12u);
    return f32(select(-z, z, (word >> 31u) == 0u)) * 0x1p-21;
}

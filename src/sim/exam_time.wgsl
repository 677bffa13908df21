// Twin of exam_time.rs: one invocation is one student.
struct Uniforms {
    seed: u32,
    first_run: u32,
    subjects: u32,
    facts: u32,
    allocations: u32,
    levels: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<u32>;
@group(0) @binding(3) var<storage, read> thresholds: array<u32>;

const LANES = 64u;
const SEGMENTS = 256u;
const LEVELS_MAX = 14u;
const EXAM = 1u;

// Quantile theta of a uniform word, in units of 2^-32.
fn quantile(word: u32) -> u32 {
    let v = max(word, 1u);
    let zeros = countLeadingZeros(v);
    let n = v << zeros;
    let i = (31u - zeros) * SEGMENTS + ((n >> 23u) & 255u);
    return table[i] + rng_mulhi(table[i + 1u] - table[i], n << 9u);
}

// The largest n < 2^levels with v < (1 - theta)^n.
fn unknown_hours(theta: u32, v: u32) -> u32 {
    var powers: array<u32, LEVELS_MAX>;
    powers[0] = ~theta;
    for (var i = 1u; i < u.levels; i += 1u) {
        powers[i] = rng_mulhi(powers[i - 1u], powers[i - 1u]);
    }
    var product = 0xffffffffu;
    var hours = 0u;
    for (var i = u.levels; i > 0u; i -= 1u) {
        let next = rng_mulhi(product, powers[i - 1u]);
        if (v < next) {
            product = next;
            hours += 1u << (i - 1u);
        }
    }
    return hours;
}

// How many of subject k's thresholds are at most n.
fn reached(k: u32, n: u32) -> u32 {
    var lo = 0u;
    var hi = u.allocations;
    while (lo < hi) {
        let mid = (lo + hi) / 2u;
        if (thresholds[k * u.allocations + mid] <= n) { lo = mid + 1u; } else { hi = mid; }
    }
    return lo;
}

@compute @workgroup_size(64)
fn exam_time(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let rows = u.subjects * (u.allocations + 1u);
    let base = group * rows * LANES + lane;
    if (base >= arrayLength(&state)) { return; }
    let run = u.first_run + group * LANES + lane;
    for (var step = u.first; step < u.first + u.steps; step += 1u) {
        for (var k = 0u; k < u.subjects; k += 1u) {
            let draw = rng_philox(vec2<u32>(u.seed, EXAM), vec4<u32>(run, step, k, 0u));
            for (var fact = 0u; fact < min(2u, u.facts - 2u * step); fact += 1u) {
                let words = select(draw.xy, draw.zw, fact == 1u);
                let j = reached(k, unknown_hours(quantile(words.x), words.y));
                state[base + (k * (u.allocations + 1u) + j) * LANES] += 1u;
            }
        }
    }
}

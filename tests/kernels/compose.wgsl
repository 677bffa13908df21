// Twin of compose.rs: one invocation is one learning rate.
struct Uniforms {
    seed: u32,
    first_run: u32,
    bits: u32,
    atoms: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
@group(0) @binding(2) var<storage, read> table: array<u32>;
@group(0) @binding(3) var<storage, read> rates: array<f32>;

const LANES = 64u;
const COMPOSE = 1000u;
const BOUND = 1e6f;
const TINY = 1e-30f;

// Packed alias table: one word per column.
fn pick(word: u32) -> u32 {
    var column = 0u;
    if (u.bits > 0u) { column = word >> (32u - u.bits); }
    let entry = table[column];
    return select(entry & 1023u, column, ((word << u.bits) >> 10u) < (entry >> 10u));
}

fn flushed(x: f32) -> f32 {
    return select(x, 0.0, abs(x) < TINY);
}

@compute @workgroup_size(64)
fn compose(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let base = group * u.atoms * LANES + lane;
    if (base >= arrayLength(&state)) { return; }
    let rate = rates[lane];
    for (var t = u.first; t < u.first + u.steps; t += 1u) {
        let draw = rng_philox(vec2<u32>(u.seed, COMPOSE), vec4<u32>(u.first_run + group, t, 0u, 0u));
        let i = base + pick(draw.x) * LANES;
        let j = base + pick(draw.y) * LANES;
        let k = base + pick(draw.z) * LANES;
        let a = state[i];
        let b = state[j];
        let c = state[k];
        let product = a * b * c;
        if (abs(product) <= BOUND) {
            let g = rate * (product - 1.0);
            state[i] = flushed(state[i] - g * (b * c));
            state[j] = flushed(state[j] - g * (a * c));
            state[k] = flushed(state[k] - g * (a * b));
        }
    }
}

// Twin of membership.rs: one workgroup is one run, and its invocations share the samples of the run.
struct Uniforms {
    seed: u32,
    first_run: u32,
    rows: u32,
    columns: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> table: array<vec2<u32>>;

const LANES = 64u;
const MEMBERSHIP = 20u;

// Draws the item of a sample from two random words, and marks it unless the sample lies outside the window.
fn learn(base: u32, sample: u32, words: vec2<u32>) {
    let column = rng_mulhi(words.x, u.columns);
    let entry = table[column];
    let item = select(entry.y, column, words.y < entry.x);
    let place = base + (item >> 5u);
    let bit = 1u << (item & 31u);
    // Most samples repeat an item that is marked already, and a read is cheaper than an atomic change.
    if (sample - u.first < u.steps && (atomicLoad(&state[place]) & bit) == 0u) {
        atomicOr(&state[place], bit);
    }
}

@compute @workgroup_size(64)
fn membership(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let base = group * u.rows * LANES;
    if (base >= arrayLength(&state)) { return; }
    let end = u.first + u.steps;
    // A block of four random words holds two samples.
    for (var block = u.first / 2u + lane; block < end / 2u + (end & 1u); block += LANES) {
        let words = rng_philox(vec2<u32>(u.seed, MEMBERSHIP), vec4<u32>(u.first_run + group, block, 0u, 0u));
        learn(base, 2u * block, words.xy);
        learn(base, 2u * block + 1u, words.zw);
    }
}

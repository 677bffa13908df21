// Twin of membership.rs: one workgroup is one run, and its invocations share the samples of the run.
struct Uniforms {
    seed: u32,
    first_run: u32,
    rows: u32,
    items: u32,
    columns: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> slots: array<u32>;
@group(0) @binding(3) var<storage, read> rest: array<vec2<u32>>;

const LANES = 64u;
const MEMBERSHIP = 20u;

// The outcome of a sample whose slot is empty.
fn draw_rest(run: u32, sample: u32) -> u32 {
    let words = rng_philox(vec2<u32>(u.seed, MEMBERSHIP), vec4<u32>(run, sample, 1u, 0u));
    let column = rng_mulhi(words.x, u.columns);
    let entry = rest[column];
    return select(entry.y, column, words.y < entry.x);
}

// Most samples repeat an item that is marked already, and a read is cheaper than an atomic change.
fn mark(base: u32, item: u32) {
    let place = base + (item >> 5u);
    let bit = 1u << (item & 31u);
    if ((atomicLoad(&state[place]) & bit) == 0u) {
        atomicOr(&state[place], bit);
    }
}

@compute @workgroup_size(64)
fn membership(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let base = group * u.rows * LANES;
    if (base >= arrayLength(&state)) { return; }
    let run = u.first_run + group;
    let last = (u.first + u.steps - 1u) / 8u;
    for (var block = u.first / 8u + lane; block <= last; block += LANES) {
        // Each half of the four random words is the slot of a sample.
        var words = rng_philox(vec2<u32>(u.seed, MEMBERSHIP), vec4<u32>(run, block, 0u, 0u));
        for (var i = 0u; i < 8u; i += 1u) {
            let slot = (words.x >> (16u * (i & 1u))) & 0xffffu;
            if ((i & 1u) == 1u) { words = words.yzwx; }
            let sample = 8u * block + i;
            if (sample - u.first < u.steps) {
                let item = slots[slot];
                mark(base, item);
                if (item == u.items) { mark(base, draw_rest(run, sample)); }
            }
        }
    }
}

// Twin of probe.rs.
struct Uniforms {
    seed: u32,
    entries: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<u32>;
@group(0) @binding(3) var<storage, read> gaussian: array<vec2<i32>>;

const LANES = 64u;
const ROWS = 2u;
const PROBE = 5u;

@compute @workgroup_size(64)
fn probe(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let base = group * ROWS * LANES + lane;
    if (base >= arrayLength(&state)) { return; }
    let run = group * LANES + lane;
    var words = state[base];
    var w = bitcast<f32>(state[base + LANES]);
    for (var t = u.first; t < u.first + u.steps; t += 1u) {
        let draw = rng_philox(vec2<u32>(u.seed, PROBE), vec4<u32>(run, t, 0u, 0u));
        words ^= draw.x + table[draw.y % u.entries];
        let z = rng_gaussian(draw.x, gaussian[rng_gaussian_entry(draw.x)]);
        words += bitcast<u32>(rng_unit(draw.y)) ^ bitcast<u32>(z);
        if ((draw.z & 3u) != 0u) {
            let x = f32(draw.w >> 20u) / 4096.0;
            w = select(w + x * 2.0, w - 512.0, w > 512.0);
        }
    }
    state[base] = words;
    state[base + LANES] = bitcast<u32>(w);
}

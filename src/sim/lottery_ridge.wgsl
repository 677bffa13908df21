// Twin of lottery_ridge.rs: a workgroup trains one member; one invocation is one coordinate of v, at each weight decay.
struct Uniforms {
    size: u32,
    width: u32,
    rows: u32,
    substeps: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
// For each member: the columns of A, part after part of the lanes, and then b.
@group(0) @binding(2) var<storage, read> problems: array<f32>;
// For each member: its weight decays, then its rate, its number of substeps and two zeros.
@group(0) @binding(3) var<storage, read> settings: array<vec4<f32>>;

const LANES = 128u;
const PART = 16u;

// The vector v at each weight decay. Every lane reads all of it.
var<workgroup> v: array<vec4<f32>, LANES>;

@compute @workgroup_size(128)
fn lottery_ridge(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let base = group * u.rows * LANES;
    if (base >= arrayLength(&state)) { return; }
    let decays = settings[group * 2u];
    let rate = settings[group * 2u + 1u].x;
    let end = u.steps * u32(settings[group * 2u + 1u].y);
    let problem = group * (u.size + 1u) * u.width;
    let column = problem + lane / PART * u.size * PART + lane % PART;
    let learns = lane < u.size;
    var own = vec4<f32>();
    for (var row = 0u; row < u.rows; row += 1u) { own[row] = state[base + row * LANES + lane]; }
    var goal = 0.0;
    if (learns) { goal = problems[problem + u.size * u.width + lane]; }
    v[lane] = own;
    workgroupBarrier();
    for (var substep = 0u; substep < end; substep += 1u) {
        if (learns) {
            var sum = vec4<f32>();
            for (var j = 0u; j < u.size; j += 1u) { sum += problems[column + j * PART] * v[j]; }
            own += rate * (goal - sum - decays * own);
        }
        // Lanes replace their coordinates only when every lane has read all of them.
        workgroupBarrier();
        v[lane] = own;
        workgroupBarrier();
    }
    for (var row = 0u; row < u.rows; row += 1u) { state[base + row * LANES + lane] = own[row]; }
}

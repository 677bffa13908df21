// Twin of lottery_ridge.rs: a workgroup trains one member; one invocation is one coordinate of v.
struct Uniforms {
    size: u32,
    width: u32,
    substeps: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
// For each problem: the columns of A, part after part of the lanes, and then b.
@group(0) @binding(2) var<storage, read> problems: array<f32>;
// For each member: rate, decay, number of substeps, number of its problem.
@group(0) @binding(3) var<storage, read> members: array<vec4<f32>>;

const LANES = 128u;
const PART = 16u;

// The vector v. Every lane reads all of it.
var<workgroup> v: array<f32, LANES>;

@compute @workgroup_size(128)
fn lottery_ridge(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    if (group * LANES >= arrayLength(&state)) { return; }
    let member = members[group];
    let rate = member.x;
    let decay = member.y;
    let problem = u32(member.w) * (u.size + 1u) * u.width;
    let column = problem + lane / PART * u.size * PART + lane % PART;
    let learns = lane < u.size;
    var own = state[group * LANES + lane];
    var goal = 0.0;
    if (learns) { goal = problems[problem + u.size * u.width + lane]; }
    v[lane] = own;
    workgroupBarrier();
    let end = u.steps * u32(member.z);
    for (var substep = 0u; substep < end; substep += 1u) {
        if (learns) {
            var sum = 0.0;
            for (var j = 0u; j < u.size; j += 1u) { sum += problems[column + j * PART] * v[j]; }
            own += rate * (goal - sum - decay * own);
        }
        // Lanes replace their coordinates only when every lane has read all of them.
        workgroupBarrier();
        v[lane] = own;
        workgroupBarrier();
    }
    state[group * LANES + lane] = own;
}

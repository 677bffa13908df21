// Twin of atoms.rs: one invocation is one run.
struct Uniforms {
    seed: u32,
    first_run: u32,
    rows: u32,
    columns: u32,
    packed: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<u32>;

const LANES = 64u;
const ATOMS = 2u;

fn pick_packed(word: u32) -> u32 {
    let bits = countTrailingZeros(u.columns);
    return rng_alias_pick(table[rng_alias_column(word, bits)], word, bits);
}

fn pick_wide(first: u32, second: u32) -> u32 {
    let column = rng_mulhi(first, u.columns);
    return select(table[2u * column + 1u], column, second < table[2u * column]);
}

@compute @workgroup_size(64)
fn atoms(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let base = group * u.rows * LANES + lane;
    if (base >= arrayLength(&state)) { return; }
    let run = u.first_run + group * LANES + lane;
    // A block of four words holds four draws (one word each) in the packed form, two in the wide form.
    let width = select(2u, 1u, u.packed == 1u);
    let per = 4u / width;
    var block = vec4<u32>();
    for (var draw = u.first; draw < u.first + u.steps; draw += 1u) {
        if (draw % per == 0u || draw == u.first) {
            block = rng_philox(vec2<u32>(u.seed, ATOMS), vec4<u32>(run, draw / per, 0u, 0u));
        }
        // Rotate the draw's words to the front, so that no vector is indexed by a variable.
        let place = draw % per * width;
        var words = block;
        if ((place & 1u) != 0u) { words = words.yzwx; }
        if ((place & 2u) != 0u) { words = words.zwxy; }
        var atom = 0u;
        if (u.packed == 1u) { atom = pick_packed(words.x); } else { atom = pick_wide(words.x, words.y); }
        state[base + (atom >> 5u) * LANES] |= 1u << (atom & 31u);
    }
}

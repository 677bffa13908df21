// Twin of k_composition.rs: one invocation is one run, or one learning rate of a run.
struct Uniforms {
    seed: u32,
    first_run: u32,
    runs: u32,
    blocks: u32,
    one_run: u32,
    trainings: u32,
    skills: u32,
    share: f32,
    hops: u32,
    batch: u32,
    switch_after: u32,
    loss_target: f32,
    record: u32,
    bits: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
@group(0) @binding(2) var<storage, read> tables: array<u32>;
@group(0) @binding(3) var<storage, read> frequencies: array<f32>;
@group(0) @binding(4) var<storage, read> rates: array<f32>;

const LANES = 32u;
const CHECK = 256u;
const RECORDS = 11u;
const HIT = 0u;
const DIVERGED = 1u;
const SIGNAL = 2u;
const POWER = 3u;
const MISS = 4u;
const MISS_SQUARE = 5u;
const RIGHT = 6u;
const BIN = 7u;
const BOUND = 1e6f;
const TINY = 1e-30f;
const HOPS_MAX = 8u;
const COMPOSE = 6u;

// Packed alias table that starts at the given word: one word per column.
fn pick(table: u32, word: u32) -> u32 {
    return rng_alias_pick(tables[table + rng_alias_column(word, u.bits)], word, u.bits);
}

fn flushed(x: f32) -> f32 {
    return select(x, 0.0, abs(x) < TINY);
}

// Sets the weights of a diverged run to 0.
fn empty(base: u32) {
    state[base + DIVERGED * LANES] = 1.0;
    let count = select(u.skills, 2u * u.skills, u.batch > 1u);
    for (var i = 0u; i < count; i += 1u) {
        state[base + (RECORDS + i) * LANES] = 0.0;
    }
}

// Learns from the sample of this number.
fn learn(base: u32, table: u32, sample: u32, run: u32, rate: f32) {
    if (state[base + DIVERGED * LANES] != 0.0) { return; }
    let w = base + RECORDS * LANES;
    let made = w + select(0u, u.skills * LANES, u.batch > 1u);
    var skill: array<u32, HOPS_MAX>;
    var value: array<f32, HOPS_MAX>;
    var before: array<f32, HOPS_MAX>;
    var f = 1.0;
    var words = rng_philox(vec2<u32>(u.seed, COMPOSE), vec4<u32>(run, sample, 0u, 0u));
    for (var i = 0u; i < u.hops; i += 1u) {
        if (i == 4u) { words = rng_philox(vec2<u32>(u.seed, COMPOSE), vec4<u32>(run, sample, 1u, 0u)); }
        skill[i] = pick(table, words.x) * LANES;
        // Rotate the next word to the front, so that no vector is indexed by a variable.
        words = words.yzwx;
        value[i] = state[w + skill[i]];
        before[i] = f;
        f = f * value[i];
    }
    if (!(abs(f) <= BOUND)) {
        empty(base);
        return;
    }
    let g = rate * (f - 1.0);
    var after = 1.0;
    for (var i = u.hops; i > 0u; i -= 1u) {
        let at = made + skill[i - 1u];
        state[at] = flushed(state[at] - g * (before[i - 1u] * after));
        after = after * value[i - 1u];
    }
}

// Writes the records.
fn write_records(base: u32, training: u32) {
    let w = base + RECORDS * LANES;
    let p = training * u.skills;
    var signal = 0.0;
    var power = 0.0;
    for (var i = 0u; i < u.skills; i += 1u) {
        let x = state[w + i * LANES];
        signal += frequencies[p + i] * x;
        power += frequencies[p + i] * (x * x);
    }
    let sign = select(1.0, -1.0, u.hops % 2u == 0u && signal < 0.0);
    var miss_sum = 0.0;
    var miss_square = 0.0;
    var right = 0.0;
    var bin = 0u;
    var sum = 0.0;
    for (var i = 0u; i < u.skills; i += 1u) {
        if (i == u.skills / 8u || i == u.skills / 4u || i == u.skills / 2u) {
            state[base + (BIN + bin) * LANES] = sum;
            bin += 1u;
            sum = 0.0;
        }
        let v = sign * state[w + i * LANES];
        let miss = 1.0 - v;
        miss_sum += miss;
        miss_square += miss * miss;
        right += select(0.0, 1.0, v > 0.0);
        sum += v;
    }
    state[base + (BIN + bin) * LANES] = sum;
    state[base + SIGNAL * LANES] = sign * signal;
    state[base + POWER * LANES] = power;
    state[base + MISS * LANES] = miss_sum;
    state[base + MISS_SQUARE * LANES] = miss_square;
    state[base + RIGHT * LANES] = right;
}

@compute @workgroup_size(32)
fn k_composition(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let rows = RECORDS + select(u.skills, 2u * u.skills, u.batch > 1u);
    let base = group * rows * LANES + lane;
    let training = group / u.blocks;
    let run = select(group % u.blocks * LANES + lane, group % u.blocks, u.one_run == 1u);
    if (base >= arrayLength(&state)) { return; }
    let w = base + RECORDS * LANES;
    for (var step = u.first; step < u.first + u.steps; step += 1u) {
        for (var sample = step * u.batch; sample < (step + 1u) * u.batch; sample += 1u) {
            let table = select(u.trainings, training, sample < u.switch_after) << u.bits;
            if (run < u.runs) { learn(base, table, sample, u.first_run + run, rates[lane]); }
        }
        if (u.batch > 1u) {
            for (var i = 0u; i < u.skills; i += 1u) {
                state[w + i * LANES] = state[w + (u.skills + i) * LANES];
            }
        }
        let seen = (step + 1u) * u.batch;
        let check = seen / CHECK;
        let due = check > (seen - u.batch) / CHECK;
        if (due || step + 1u == u.record) {
            var sum = 0.0;
            var square = 0.0;
            for (var i = 0u; i < u.skills; i += 1u) {
                let x = state[w + i * LANES];
                sum += x;
                square += x * x;
            }
            let m1 = sum * u.share;
            let m2 = square * u.share;
            var a = 1.0;
            var b = 1.0;
            for (var i = 0u; i < u.hops; i += 1u) {
                a *= m1;
                b *= m2;
            }
            if (due && state[base + HIT * LANES] == 0.0 && 0.5 * (b - 2.0 * a + 1.0) < u.loss_target) {
                state[base + HIT * LANES] = f32(check);
            }
            // A mean square of NaN has diverged too.
            if (!(m2 <= BOUND)) { empty(base); }
        }
        if (step + 1u == u.record) { write_records(base, training); }
    }
}

// Twin of multi_epoch.rs: one invocation is one learning rate; the lanes of a group share its samples.
struct Uniforms {
    seed: u32,
    first_run: u32,
    runs: u32,
    trials: u32,
    model: u32,
    order: u32,
    samples: u32,
    dim: u32,
    width: u32,
    bits: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
@group(0) @binding(2) var<storage, read> table: array<vec2<i32>>;
@group(0) @binding(3) var<storage, read> aliases: array<u32>;
@group(0) @binding(4) var<storage, read> factors: array<f32>;
@group(0) @binding(5) var<storage, read> stored: array<f32>;
@group(0) @binding(6) var<storage, read> horizons: array<u32>;
@group(0) @binding(7) var<storage, read> rates: array<f32>;

const LANES = 16u;
const DIM_MAX = 128u;
const PARTS = 1024u;
const BOUND = 1e6f;
const TINY = 1e-15f;
const ONE_HOT = 1u;
const FRESH = 0u;
const RESHUFFLE = 2u;
const REPLACE = 3u;
const DIVERGED = 0u;
const WEIGHTS = 1u;
const EPOCHS = 12u;
const EPOCHS_ORDER = 13u;

// Lanes prepare steps together: `words` are their draws, `places` the places of stored samples, `tile` the samples one
// after another.
var<workgroup> words: array<u32, LANES>;
var<workgroup> places: array<u32, LANES>;
var<workgroup> tile: array<f32, LANES * (DIM_MAX + 1u)>;

fn normal(word: u32) -> f32 {
    return rng_gaussian(word, table[rng_gaussian_entry(word)]);
}

// Draws a new sample of a run.
fn draw_sample(run: u32, step: u32, at: u32) {
    let key = vec2<u32>(u.seed, EPOCHS);
    var drawn = rng_philox(key, vec4<u32>(run, step, 0u, 0u));
    if (u.model == ONE_HOT) {
        tile[at] = f32(rng_alias_pick(aliases[rng_alias_column(drawn.x, u.bits)], drawn.x, u.bits));
        tile[at + 1u] = normal(drawn.y) * factors[u.dim];
        return;
    }
    for (var i = 0u; i < u.width; i += 1u) {
        tile[at + i] = normal(drawn.x) * factors[i];
        // Rotate the next word to the front, so that no vector is indexed by a variable.
        drawn = drawn.yzwx;
        if (i % 4u == 3u) { drawn = rng_philox(key, vec4<u32>(run, step, i / 4u + 1u, 0u)); }
    }
}

// The random word that orders a step, four to a block.
fn order_word(run: u32, step: u32) -> u32 {
    let block = rng_philox(vec2<u32>(u.seed, EPOCHS_ORDER), vec4<u32>(run, step / 4u, 0u, 0u));
    let pair = select(block.xy, block.zw, (step & 2u) != 0u);
    return select(pair.x, pair.y, (step & 1u) != 0u);
}

// Where the sample of a step is stored.
fn place_of(step: u32, word: u32, order: u32) -> u32 {
    let place = step % u.samples;
    if (u.order == RESHUFFLE) {
        // Fisher-Yates.
        let other = order + place + rng_mulhi(word, u.samples - place);
        let chosen = state[other];
        state[other] = state[order + place];
        state[order + place] = chosen;
        return u32(chosen);
    }
    return select(place, rng_mulhi(word, u.samples), u.order == REPLACE);
}

@compute @workgroup_size(16)
fn multi_epoch(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let trial = group / u.runs;
    let run = group % u.runs;
    if (trial >= u.trials) { return; }
    let shuffled = select(0u, (u.samples + LANES - 1u) / LANES, u.order == RESHUFFLE);
    let base = group * (WEIGHTS + u.dim + shuffled) * LANES;
    let v = base + WEIGHTS * LANES + lane;
    let order = base + (WEIGHTS + u.dim) * LANES;
    let horizon = horizons[trial];
    let part = (horizon + PARTS - 1u) / PARTS;
    let multipliers = trial * (LANES + PARTS) + LANES;

    var frozen = state[base + DIVERGED * LANES + lane];
    var rate = select(0.0, rates[multipliers - LANES + lane], frozen == 0.0);
    let end = min(u.first + u.steps, horizon);
    var first = u.first;
    while (first < end) {
        let count = min(LANES, end - first);
        // Lane l prepares step first + l.
        if (u.order == FRESH) {
            if (lane < count) { draw_sample(u.first_run + run, first + lane, lane * u.width); }
        } else {
            if (u.order >= RESHUFFLE) { words[lane] = order_word(u.first_run + run, first + lane); }
            workgroupBarrier();
            if (lane == 0u) {
                for (var i = 0u; i < count; i += 1u) { places[i] = place_of(first + i, words[i], order); }
            }
            workgroupBarrier();
            for (var i = 0u; i < count; i += 1u) {
                let sample = (run * u.samples + places[i]) * u.width;
                for (var j = lane; j < u.width; j += LANES) { tile[i * u.width + j] = stored[sample + j]; }
            }
        }
        workgroupBarrier();
        var sum = 0.0;
        if (u.model != ONE_HOT) {
            for (var j = 0u; j < u.dim; j += 1u) { sum += state[v + j * LANES] * tile[j]; }
        }
        for (var i = 0u; i < count; i += 1u) {
            let x = i * u.width;
            var at = 0u;
            var factor = 0.0;
            if (u.model == ONE_HOT) {
                at = u32(tile[x]);
                factor = factors[at];
                sum = state[v + at * LANES] * factor;
            }
            let residual = sum - tile[x + u.width - 1u];
            if (!(abs(residual) <= BOUND)) {
                frozen = 1.0;
                rate = 0.0;
            }
            let g = select(rate * rates[multipliers + (first + i) / part] * residual, 0.0, abs(residual) < TINY);
            if (u.model == ONE_HOT) {
                state[v + at * LANES] -= g * factor;
            } else if (i + 1u < count) {
                sum = 0.0;
                for (var j = 0u; j < u.dim; j += 1u) {
                    let w = state[v + j * LANES] - g * tile[x + j];
                    state[v + j * LANES] = w;
                    sum += w * tile[x + u.width + j];
                }
            } else {
                for (var j = 0u; j < u.dim; j += 1u) { state[v + j * LANES] -= g * tile[x + j]; }
            }
        }
        // The next samples overwrite these only when every lane has used them.
        workgroupBarrier();
        first += count;
    }
    state[base + DIVERGED * LANES + lane] = frozen;
}

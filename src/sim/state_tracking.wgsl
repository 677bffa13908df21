// Twin of state_tracking.rs: one invocation is one run.
struct Uniforms {
    seed: u32,
    symbols: u32,
    skills: u32,
    hops: u32,
    groups: u32,
    bits: u32,
    tests: u32,
    misses: u32,
    lr: f32,
    clip: f32,
    share: f32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
@group(0) @binding(2) var<storage, read> tables: array<u32>;
@group(0) @binding(3) var<storage, read> tests: array<u32>;

const LANES = 16u;
const TRACK = 9u;
const CHECK = 1000u;
const BOUND = 1e10f;
const TINY = 1e-30f;

// First words of the lane and of its group's scratch, of which the lane uses every LANES-th word.
var<private> lane: u32;
var<private> scratch: u32;
// Entries of a matrix, n^2.
var<private> area: u32;

fn image(code: u32, symbol: u32) -> u32 {
    return (code >> (3u * symbol)) & 7u;
}

fn flushed(x: f32) -> f32 {
    return select(x, 0.0, abs(x) < TINY);
}

// The rank that a word draws from the packed alias table that starts at `first`.
fn pick(first: u32, word: u32) -> u32 {
    return rng_alias_pick(tables[first + rng_alias_column(word, u.bits)], word, u.bits);
}

fn code(rank: u32) -> u32 {
    return u32(state[lane + u.skills * area + rank]);
}

// The first word of the i-th matrix of the scratch: W_{s_i} (later its gradient), then the products, then two errors.
fn matrix(i: u32) -> u32 {
    return scratch + i * area * LANES;
}

// Sum of n products, from the first to the last; a_m and b_m are the steps between terms.
fn dot_n(a: u32, a_m: u32, b: u32, b_m: u32) -> f32 {
    var sum = state[a] * state[b];
    sum += state[a + a_m] * state[b + b_m];
    sum += state[a + 2u * a_m] * state[b + 2u * b_m];
    if (u.symbols > 3u) { sum += state[a + 3u * a_m] * state[b + 3u * b_m]; }
    if (u.symbols > 4u) { sum += state[a + 4u * a_m] * state[b + 4u * b_m]; }
    return sum;
}

// Writes a matrix product, sum_m a(row, m) b(m, column); a_row, a_m, b_m and b_column are the steps of the indices.
fn product(to: u32, a: u32, a_row: u32, a_m: u32, b: u32, b_m: u32, b_column: u32) {
    for (var e = 0u; e < area; e += 1u) {
        let row = a + e / u.symbols * a_row * LANES;
        let column = b + e % u.symbols * b_column * LANES;
        state[to + e * LANES] = dot_n(row, a_m * LANES, column, b_m * LANES);
    }
}

// A row of a lane's matrix times a column (v, last).
fn row_times(w: u32, v: vec4<f32>, last: f32) -> f32 {
    var sum = state[w] * v.x;
    sum += state[w + 1u] * v.y;
    sum += state[w + 2u] * v.z;
    if (u.symbols > 3u) { sum += state[w + 3u] * v.w; }
    if (u.symbols > 4u) { sum += state[w + 4u] * last; }
    return sum;
}

// Whether the largest entry of every column of f is where the permutation has its 1.
fn answers(ranks: u32) -> bool {
    let n = u.symbols;
    for (var column = 0u; column < n; column += 1u) {
        var symbol = column;
        var v = select(vec4<f32>(), vec4<f32>(1.0), vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(column));
        var last = select(0.0, 1.0, column == 4u);
        for (var i = 0u; i < u.hops; i += 1u) {
            let rank = tests[ranks + i];
            let w = lane + rank * area;
            symbol = image(code(rank), symbol);
            let old = v;
            let old_last = last;
            v.x = row_times(w, old, old_last);
            v.y = row_times(w + n, old, old_last);
            v.z = row_times(w + 2u * n, old, old_last);
            if (n > 3u) { v.w = row_times(w + 3u * n, old, old_last); }
            if (n > 4u) { last = row_times(w + 4u * n, old, old_last); }
        }
        var best = v.x;
        if (symbol == 1u) { best = v.y; }
        if (symbol == 2u) { best = v.z; }
        if (symbol == 3u) { best = v.w; }
        if (symbol == 4u) { best = last; }
        let right = (symbol == 0u || v.x < best) && (symbol == 1u || v.y < best) && (symbol == 2u || v.z < best)
            && (n < 4u || symbol == 3u || v.w < best) && (n < 5u || symbol == 4u || last < best);
        if (!right) { return false; }
    }
    return true;
}

fn solves() -> bool {
    var misses = 0u;
    for (var test = 0u; test < u.tests; test += 1u) {
        if (!answers(test * u.hops)) {
            misses += 1u;
            if (misses > u.misses) { return false; }
        }
    }
    return true;
}

@compute @workgroup_size(16)
fn state_tracking(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) place: u32) {
    let group = id.x + id.y * num.x;
    let n = u.symbols;
    let hops = u.hops;
    area = n * n;
    let width = u.skills * area + u.skills + 2u;
    let depth = (2u * hops + 1u) * area;
    let base = group * (width + depth) * LANES;
    if (base >= arrayLength(&state)) { return; }
    lane = base + place * width;
    scratch = base + LANES * width + place;
    let solved = lane + u.skills * area + u.skills;
    let rest = solved + 1u;
    let run = group % u.groups * LANES + place;
    let table = (group / u.groups) << u.bits;
    var ranks: array<u32, 8>;
    for (var step = u.first; step < u.first + u.steps; step += 1u) {
        if (state[rest] != 0.0) { break; }
        var words = vec4<u32>();
        for (var i = 0u; i < hops; i += 1u) {
            if (i % 4u == 0u) { words = rng_philox(vec2<u32>(u.seed, TRACK), vec4<u32>(run, step, i / 4u, 0u)); }
            ranks[i] = pick(table, words.x);
            words = words.yzwx;
            for (var e = 0u; e < area; e += 1u) {
                state[matrix(i) + e * LANES] = state[lane + ranks[i] * area + e];
            }
        }
        // Matrix hops + i - 1 holds the product up to i; the first is W_{s_1} itself.
        for (var i = 1u; i < hops; i += 1u) {
            let before = select(matrix(hops + i - 2u), matrix(0u), i == 1u);
            product(matrix(hops + i - 1u), matrix(i), n, 1u, before, n, 1u);
        }
        var error = matrix(2u * hops - 1u);
        var other = matrix(2u * hops);
        let whole = select(matrix(2u * hops - 2u), matrix(0u), hops == 1u);
        for (var e = 0u; e < area; e += 1u) {
            state[error + e * LANES] = state[whole + e * LANES];
        }
        for (var column = 0u; column < n; column += 1u) {
            var symbol = column;
            for (var i = 0u; i < hops; i += 1u) {
                symbol = image(code(ranks[i]), symbol);
            }
            state[error + (symbol * n + column) * LANES] -= 1.0;
        }
        var squares = 0.0;
        for (var e = 0u; e < area; e += 1u) {
            let x = state[error + e * LANES];
            squares += x * x;
            state[error + e * LANES] = x * u.share;
        }
        // The gradient of W_{s_i} takes the place of the i-th product, which is no longer needed.
        for (var i = hops - 1u; i > 0u; i -= 1u) {
            let before = select(matrix(hops + i - 2u), matrix(0u), i == 1u);
            product(matrix(hops + i - 1u), error, n, 1u, before, 1u, n);
            product(other, matrix(i), 1u, n, error, n, 1u);
            let swap = error;
            error = other;
            other = swap;
        }
        // A skill that occurs twice has one gradient, kept where it occurs first.
        for (var j = 1u; j < hops; j += 1u) {
            for (var i = 0u; i < j; i += 1u) {
                if (ranks[i] == ranks[j]) {
                    let first = select(matrix(hops + i - 1u), error, i == 0u);
                    let second = matrix(hops + j - 1u);
                    for (var e = 0u; e < area; e += 1u) {
                        state[first + e * LANES] += state[second + e * LANES];
                        state[second + e * LANES] = 0.0;
                    }
                    break;
                }
            }
        }
        var norm = 0.0;
        for (var i = 0u; i < hops; i += 1u) {
            let g = select(matrix(hops + i - 1u), error, i == 0u);
            var sum = 0.0;
            for (var e = 0u; e < area; e += 1u) {
                sum += state[g + e * LANES] * state[g + e * LANES];
            }
            norm += sum;
        }
        if (!(squares <= BOUND && norm <= BOUND)) {
            state[rest] = 2.0;
            break;
        }
        var rate = u.lr;
        if (norm > u.clip * u.clip) { rate = u.lr * (u.clip * arithmetic_inverse_root(vec4<f32>(norm)).x); }
        // From the last to the first: a later occurrence, whose gradient is 0 now, is overwritten by the first.
        for (var i = hops; i > 0u; i -= 1u) {
            let g = select(matrix(hops + i - 2u), error, i == 1u);
            let w = lane + ranks[i - 1u] * area;
            for (var e = 0u; e < area; e += 1u) {
                state[w + e] = flushed(state[matrix(i - 1u) + e * LANES] - rate * state[g + e * LANES]);
            }
        }
        if ((step + 1u) % CHECK == 0u) {
            let count = f32((step + 1u) / CHECK);
            if (state[solved] == 0.0 && solves()) { state[solved] = count; }
            if (state[solved] != 0.0 && count >= 2.0 * state[solved]) { state[rest] = 1.0; }
        }
    }
    for (var row = 0u; row < depth; row += 1u) {
        state[scratch + row * LANES] = 0.0;
    }
}

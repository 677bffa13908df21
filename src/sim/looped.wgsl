// Twin of looped.rs: one workgroup is one run. Invocations own tokens, samples, and weights in turn.
struct Uniforms {
    seed: u32,
    rows: u32,
    scratch: u32,
    hops: u32,
    tokens: u32,
    width: u32,
    hidden: u32,
    batch: u32,
    groups: u32,
    classes: u32,
    next: u32,
    label: u32,
    rate: f32,
    decay: f32,
    facts: u32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> task: array<u32>;
@group(0) @binding(3) var<storage, read> orders: array<u32>;
@group(0) @binding(4) var<storage, read_write> scratch: array<vec4<f32>>;
var<workgroup> diverged: atomic<u32>;

const LANES = 128u;
const TOKENS = 24u;

// Places in the state and in the scratch where a run's parts begin.
struct Places {
    embedding: u32,
    inner: u32,
    outer: u32,
    read: u32,
    head: u32,
    moments: u32,
    tokens: u32,
    copied: u32,
    table: u32,
    table_errors: u32,
    state: u32,
    normed: u32,
    inside: u32,
    inside_errors: u32,
    state_errors: u32,
    scores: u32,
    normed_errors: u32,
}

fn places(group: u32) -> Places {
    var p: Places;
    let d = u.width / 4u;
    let f = u.hidden / 4u;
    p.embedding = group * u.rows * (LANES / 4u) + 4u;
    p.inner = p.embedding + u.tokens * d;
    p.read = p.inner + u.width * f;
    p.outer = p.read + u.width * f;
    p.head = p.outer + u.hidden * d;
    p.moments = p.head + u.width * 4u * head_panels() - p.embedding;
    p.tokens = group * u.scratch * (LANES / 4u);
    p.copied = p.tokens + (u.hops + 3u) / 4u * u.batch;
    p.table = p.copied + u.tokens * d;
    p.table_errors = p.table + u.tokens * f;
    p.state = p.table_errors + u.tokens * f;
    p.normed = p.state + u.batch * d;
    p.inside = p.normed + u.hops * u.batch * d;
    p.inside_errors = p.inside + (u.hops - 1u) * u.batch * f;
    p.state_errors = p.inside_errors + (u.hops - 1u) * u.batch * f;
    p.scores = p.state_errors + u.hops * u.batch * d;
    p.normed_errors = p.scores + u.batch * 4u * head_panels();
    return p;
}

fn group_panels() -> u32 {
    return (u.classes + 15u) / 16u;
}

fn head_panels() -> u32 {
    return u.groups * group_panels();
}

// Draws the tokens of a sample, writes them to the scratch, and returns the last state of the automaton.
fn draw(run: u32, law: u32, step: u32, s: u32, tokens: u32) -> u32 {
    var words: vec4<u32>;
    var automaton = 0u;
    let form = 2u * law + u32(s < u.facts);
    for (var i = 0u; i < u.hops; i += 1u) {
        if (i % 4u == 0u) { words = rng_philox(vec2<u32>(u.seed, TOKENS), vec4<u32>(run, step, s, i / 4u)); }
        let place = 3u * (form * u.hops + i);
        let bits = task[place + 1u];
        let word = words[i % 4u];
        let entry = task[task[place + 2u] + rng_alias_column(word, bits)];
        let token = orders[run * u.tokens + task[place] + rng_alias_pick(entry, word, bits)];
        automaton = task[u.next + automaton * u.tokens + token];
        scratch[tokens + i / 4u * u.batch + s][i % 4u] = f32(token);
    }
    return automaton;
}

fn token(tokens: u32, i: u32, s: u32) -> u32 {
    return u32(scratch[tokens + i / 4u * u.batch + s][i % 4u]);
}

fn add_scratch_row(s: u32, samples: u32, r: u32, table: u32, rows: u32, out: u32, panels: u32) {
    for (var c = 0u; c < panels; c += 1u) {
        let place = out + 4u * (c * samples + s);
        layers_store(place, layers_values(place) + layers_values(table + 4u * (c * rows + r)));
    }
}

fn clear(s: u32, samples: u32, out: u32, panels: u32) {
    for (var c = 0u; c < panels; c += 1u) { layers_store(out + 4u * (c * samples + s), mat4x4<f32>()); }
}

// Computes the errors of one sample, and returns whether the network is sound.
fn learn(p: Places, run: u32, law: u32, step: u32, s: u32) -> bool {
    let n = u.batch;
    let d = u.width / 16u;
    let f = u.hidden / 16u;
    let share = arithmetic_reciprocal(f32(u.width));
    let hop_state = n * u.width / 4u;
    let hop_inside = n * u.hidden / 4u;
    let automaton = draw(run, law, step, s, p.tokens);
    var factors: array<f32, 8>;

    clear(s, n, p.state, d);
    layers_add_gathered(s, n, token(p.tokens, 0u, s), p.embedding, u.tokens, p.state, d);
    // Layers share one loop, because drivers compile each call anew. The last norm is read by the head.
    clear(s, n, p.scores, head_panels());
    for (var i = 0u; i < u.hops; i += 1u) {
        let last = i + 1u == u.hops;
        let normed = p.normed + i * hop_state;
        let hidden = p.inside + i * hop_inside;
        factors[i] = layers_normalize(s, n, p.state, normed, d, share);
        if (last) {
            layers_add_product(s, n, normed, u.width, p.head, u.width, p.scores, head_panels());
        } else {
            clear(s, n, hidden, f);
            add_scratch_row(s, n, token(p.tokens, i + 1u, s), p.table, u.tokens, hidden, f);
            for (var outer = 0u; outer < 2u; outer += 1u) {
                let second = outer == 1u;
                let inputs = select(u.width, u.hidden, second);
                let w = select(p.inner, p.outer, second);
                layers_add_product(s, n, select(normed, hidden, second), inputs, w, inputs, select(hidden, p.state, second), select(f, d, second));
                if (!second) { _ = layers_relu(s, n, hidden, f); }
            }
        }
    }
    var sound = true;
    for (var g = 0u; g < u.groups; g += 1u) {
        let label = task[u.label + automaton * u.groups + g];
        let z = p.scores + 4u * g * group_panels() * n;
        let well = layers_softmax_errors(s, n, z, group_panels(), u.classes, label, n * u.groups);
        sound = sound && well;
    }

    clear(s, n, p.state, d);
    for (var i = u.hops; i > 0u; i -= 1u) {
        let last = i == u.hops;
        let errors = p.state_errors + i * hop_state;
        let hidden = p.inside + (i - 1u) * hop_inside;
        let hidden_errors = p.inside_errors + (i - 1u) * hop_inside;
        if (!last) {
            layers_write_errors(s, n, errors, d, p.outer, u.hidden, hidden_errors, u.hidden);
            layers_relu_errors(s, n, hidden, hidden_errors, f);
        }
        let dy = select(hidden_errors, p.scores, last);
        layers_write_errors(s, n, dy, select(f, head_panels(), last), select(p.inner, p.head, last), u.width, p.normed_errors, u.width);
        let before = select(errors, p.state, last);
        layers_normalize_errors(s, n, p.normed + (i - 1u) * hop_state, factors[i - 1u], p.normed_errors, before, errors - hop_state, d, share);
    }
    return sound;
}

// A layer's weights, and the inputs x and errors dy that make their gradient. The layer is used `uses` times; the next use
// has its inputs and errors x_step and dy_step places further on.
struct Layer {
    weights: u32,
    inputs: u32,
    panels: u32,
    samples: u32,
    uses: u32,
    x: u32,
    x_step: u32,
    dy: u32,
    dy_step: u32,
}

// The layers A, C, U and B, in this order.
fn layer(i: u32, p: Places) -> Layer {
    let d = u.width / 16u;
    let f = u.hidden / 16u;
    let hops = u.hops - 1u;
    let stream = u.batch * u.width / 4u;
    let hidden = u.batch * u.hidden / 4u;
    switch i {
        case 0u: { return Layer(p.inner, u.width, f, u.batch, hops, p.normed, stream, p.inside_errors, hidden); }
        case 1u: { return Layer(p.outer, u.hidden, d, u.batch, hops, p.inside, hidden, p.state_errors + stream, stream); }
        case 2u: { return Layer(p.head, u.width, head_panels(), u.batch, 1u, p.normed + hops * stream, 0u, p.scores, 0u); }
        default: { return Layer(p.read, u.width, f, u.tokens, 1u, p.copied, 0u, p.table_errors, 0u); }
    }
}

// Updates the weights of a layer.
fn update(l: Layer, lane: u32, moments: u32, adam: vec3<f32>) {
    for (var owned = lane; owned < l.inputs * l.panels; owned += LANES) {
        let errors = l.dy + 4u * (owned / l.inputs) * l.samples;
        var g = mat4x4<f32>();
        for (var i = l.uses; i > 0u; i -= 1u) {
            g = layers_add_gradient(g, owned % l.inputs, l.samples, l.x + (i - 1u) * l.x_step, errors + (i - 1u) * l.dy_step);
        }
        layers_adam_update(l.weights + 4u * owned, moments, g, adam);
    }
}

@compute @workgroup_size(128)
fn looped(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let base = group * u.rows * (LANES / 4u);
    if (base >= arrayLength(&state)) { return; }
    let p = places(group);
    let n = u.batch;
    let d = u.width / 16u;
    let f = u.hidden / 16u;
    let hop_state = n * u.width / 4u;
    let hop_inside = n * u.hidden / 4u;
    let start = state[base];
    let law = state[base + 1u];
    var powers = start.xy;
    if (start.z != 0.0) { atomicStore(&diverged, 1u); }
    workgroupBarrier();

    for (var step = u.first; step < u.first + u.steps; step += 1u) {
        if (atomicLoad(&diverged) == 0u) {
            for (var t = lane; t < u.tokens; t += LANES) {
                for (var c = 0u; c < d; c += 1u) {
                    let place = 4u * (c * u.tokens + t);
                    layers_store(p.copied + place, layers_weights(p.embedding + place));
                }
                clear(t, u.tokens, p.table, f);
                layers_add_product(t, u.tokens, p.copied, u.width, p.read, u.width, p.table, f);
            }
        }
        storageBarrier();
        workgroupBarrier();
        if (atomicLoad(&diverged) == 0u) {
            for (var s = lane; s < n; s += LANES) {
                let uniform = f32(step) >= law.y;
                if (!learn(p, u32(start.w), select(u32(law.x), 0u, uniform), step, s)) { atomicStore(&diverged, 1u); }
            }
        }
        storageBarrier();
        workgroupBarrier();
        let learns = atomicLoad(&diverged) == 0u;
        if (learns) {
            for (var owned = lane; owned < u.tokens * f; owned += LANES) {
                var g = mat4x4<f32>();
                for (var i = u.hops - 1u; i > 0u; i -= 1u) {
                    let errors = p.inside_errors + (i - 1u) * hop_inside + 4u * (owned / u.tokens) * n;
                    g = layers_scatter(g, owned % u.tokens, n, p.tokens + i / 4u * n, i % 4u, errors);
                }
                layers_store(p.table_errors + 4u * owned, g);
            }
        }
        storageBarrier();
        workgroupBarrier();
        if (learns) { powers *= vec2<f32>(BETA_1, BETA_2); }
        let adam = layers_adam(powers, u.rate, u.decay);
        if (learns) {
            for (var owned = lane; owned < u.tokens * d; owned += LANES) {
                let t = owned % u.tokens;
                let i = 16u * (owned / u.tokens);
                var g = mat4x4<f32>();
                for (var q = 0u; q < 4u; q += 1u) {
                    g[q] = layers_product_errors(t, u.tokens, p.table_errors, f, p.read, u.width, i + 4u * q);
                }
                g = layers_scatter(g, t, n, p.tokens, 0u, p.state_errors + 4u * (owned / u.tokens) * n);
                layers_adam_update(p.embedding + 4u * owned, p.moments, g, adam);
            }
        }
        // E's gradient needs the old B.
        storageBarrier();
        workgroupBarrier();
        if (learns) {
            for (var i = 0u; i < 4u; i += 1u) { update(layer(i, p), lane, p.moments, adam); }
        }
        storageBarrier();
        workgroupBarrier();
    }
    if (lane == 0u) { state[base] = vec4<f32>(powers, max(start.z, f32(atomicLoad(&diverged))), start.w); }
}

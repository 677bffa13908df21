// Twin of gcd.rs: one workgroup is one run. Invocations own samples in the first half of a step, and weights in the second.
struct Uniforms {
    seed: u32,
    first_run: u32,
    rows: u32,
    scratch: u32,
    base: u32,
    digits: u32,
    largest: u32,
    logarithmic: u32,
    width: u32,
    batch: u32,
    limit: u32,
    real: u32,
    even: u32,
    rate: f32,
    decay: f32,
    first: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read_write> state: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> cells: array<u32>;
@group(0) @binding(3) var<storage, read_write> scratch: array<vec4<f32>>;
var<workgroup> diverged: atomic<u32>;
// The last step, counted from 1, in which some sample activated each of the two hidden layers.
var<workgroup> awake: array<atomic<u32>, 2>;

const LANES = 256u;
const PAIRS = 21u;
const DIVISORS = 100u;
const CLASSES = 101u;
const SCORES = 7u;
const TRIALS = 16u;

fn gcd_of(pair: vec2<u32>) -> u32 {
    var a = pair.x;
    var b = pair.y;
    while (b != 0u) {
        let rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// The operand of a random word.
fn operand(word: u32) -> u32 {
    if (u.logarithmic == 0u) { return 1u + rng_mulhi(word, u.largest); }
    let cell = word >> 20u;
    return (cells[cell] + rng_mulhi(word << 12u, cells[cell + 1u] - cells[cell])) >> 12u;
}

fn words(run: u32, step: u32, s: u32, trial: u32) -> vec4<u32> {
    return rng_philox(vec2<u32>(u.seed, PAIRS), vec4<u32>(run, step, s, trial));
}

fn draw(run: u32, step: u32, s: u32) -> vec2<u32> {
    let first = words(run, step, s, 0u);
    var pair = vec2<u32>(1u, 1u);
    if (first.w < u.even) {
        let divisor = 1u + rng_mulhi(first.z, DIVISORS);
        for (var trial = 1u; trial <= TRIALS; trial += 1u) {
            let next = words(run, step, s, trial);
            let most = u.largest / divisor;
            pair = vec2<u32>(1u + rng_mulhi(next.x, most), 1u + rng_mulhi(next.y, most));
            if (gcd_of(pair) == 1u) { break; }
        }
        return pair * divisor;
    }
    pair = vec2<u32>(operand(first.x), operand(first.y));
    var trial = 1u;
    while (first.z >= u.real && gcd_of(pair) > u.limit) {
        let next = words(run, step, s, trial);
        pair = select(vec2<u32>(1u, 1u), vec2<u32>(operand(next.x), operand(next.y)), trial < TRIALS);
        trial += 1u;
    }
    return pair;
}

// Computes the errors of one sample, and returns whether the network is sound.
fn learn(run: u32, step: u32, s: u32, rows: u32, weights: vec3<u32>, h: vec2<u32>, z: u32, e: vec2<u32>) -> bool {
    let pair = draw(run, step, s);
    let panels = u.width / 16u;
    let inputs = 2u * u.digits * u.base;
    let divisor = gcd_of(pair);
    let label = min(divisor - 1u, DIVISORS);
    for (var i = 0u; i < 2u; i += 1u) {
        var rest = pair[i];
        for (var place = u.digits; place > 0u; place -= 1u) {
            let position = i * u.digits + place - 1u;
            scratch[rows + position / 4u * u.batch + s][position % 4u] = f32(position * u.base + rest % u.base);
            rest /= u.base;
        }
    }
    layers_biases(s, u.batch, weights.x, inputs + 1u, h.x, panels);
    for (var position = 0u; position < 2u * u.digits; position += 1u) {
        let row = u32(scratch[rows + position / 4u * u.batch + s][position % 4u]);
        layers_add_gathered(s, u.batch, row, weights.x, inputs + 1u, h.x, panels);
    }
    // Layers share one loop, because drivers compile each call anew.
    for (var l = 0u; l < 2u; l += 1u) {
        let first = l == 0u;
        if (layers_relu(s, u.batch, h[l], panels)) { atomicStore(&awake[l], step + 1u); }
        let w = select(weights.z, weights.y, first);
        let out = select(z, h.y, first);
        let outputs = select(SCORES, panels, first);
        layers_biases(s, u.batch, w, u.width + 1u, out, outputs);
        layers_add_product(s, u.batch, h[l], u.width, w, u.width + 1u, out, outputs);
    }
    let sound = layers_softmax_errors(s, u.batch, z, SCORES, CLASSES, label, u.batch);
    for (var l = 2u; l > 0u; l -= 1u) {
        let last = l == 2u;
        let w = select(weights.y, weights.z, last);
        layers_write_errors(s, u.batch, select(e.y, z, last), select(panels, SCORES, last), w, u.width + 1u, e[l - 1u], u.width);
        layers_relu_errors(s, u.batch, h[l - 1u], e[l - 1u], panels);
    }
    return sound;
}

// The gradient of the 16 weights number `owned` of a hidden layer's outputs x, with the errors dy after the weights.
fn gradient(owned: u32, x: u32, dy: u32) -> mat4x4<f32> {
    let i = owned % (u.width + 1u);
    let errors = dy + 4u * (owned / (u.width + 1u)) * u.batch;
    if (i == u.width) { return layers_bias_gradient(u.batch, errors); }
    return layers_add_gradient(mat4x4<f32>(), i, u.batch, x, errors);
}

@compute @workgroup_size(256)
fn gcd(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let group = id.x + id.y * num.x;
    let base = group * u.rows * (LANES / 4u);
    if (base >= arrayLength(&state)) { return; }
    let run = u.first_run + group;
    let panels = u.width / 16u;
    let inputs = 2u * u.digits * u.base;
    let rows = group * u.scratch * (LANES / 4u);
    let h1 = rows + (2u * u.digits + 3u) / 4u * u.batch;
    let h2 = h1 + u.width / 4u * u.batch;
    let z = h2 + u.width / 4u * u.batch;
    let e1 = z + 4u * SCORES * u.batch;
    let e2 = e1 + u.width / 4u * u.batch;
    let w1 = base + 4u;
    let w2 = w1 + 4u * panels * (inputs + 1u);
    let w3 = w2 + 4u * panels * (u.width + 1u);
    let moments = w3 + 4u * SCORES * (u.width + 1u) - w1;
    var powers = state[base].xy;
    if (state[base].z != 0.0) { atomicStore(&diverged, 1u); }
    workgroupBarrier();

    for (var step = u.first; step < u.first + u.steps; step += 1u) {
        if (atomicLoad(&diverged) == 0u) {
            for (var s = lane; s < u.batch; s += LANES) {
                if (!learn(run, step, s, rows, vec3<u32>(w1, w2, w3), vec2<u32>(h1, h2), z, vec2<u32>(e1, e2))) {
                    atomicStore(&diverged, 1u);
                }
            }
        }
        storageBarrier();
        workgroupBarrier();
        let inactive = atomicLoad(&awake[0]) != step + 1u || atomicLoad(&awake[1]) != step + 1u;
        if (inactive) { atomicStore(&diverged, 1u); }
        if (atomicLoad(&diverged) == 0u) {
            powers *= vec2<f32>(BETA_1, BETA_2);
            let adam = layers_adam(powers, u.rate, u.decay);
            for (var owned = lane; owned < panels * (inputs + 1u); owned += LANES) {
                let row = owned % (inputs + 1u);
                let errors = e1 + 4u * (owned / (inputs + 1u)) * u.batch;
                var g = mat4x4<f32>();
                if (row == inputs) {
                    g = layers_bias_gradient(u.batch, errors);
                } else {
                    let position = row / u.base;
                    g = layers_scatter(g, row, u.batch, rows + position / 4u * u.batch, position % 4u, errors);
                }
                layers_adam_update(w1 + 4u * owned, moments, g, adam);
            }
            let hidden = panels * (u.width + 1u);
            for (var owned = lane; owned < hidden + SCORES * (u.width + 1u); owned += LANES) {
                let last = owned >= hidden;
                let own = select(owned, owned - hidden, last);
                let g = gradient(own, select(h1, h2, last), select(e2, z, last));
                layers_adam_update(select(w2, w3, last) + 4u * own, moments, g, adam);
            }
        }
        storageBarrier();
        workgroupBarrier();
    }
    if (lane == 0u) { state[base] = vec4<f32>(powers, f32(atomicLoad(&diverged)), 0.0); }
}

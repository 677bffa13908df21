// Twin of layers.rs: layers of small networks. The kernel's file declares `state` with the weights, and `scratch` with
// what is computed for the samples of a batch. Both are arrays of vec4<f32>, and all places are counted in these.
//
// A row of a panel has 16 columns, which are four places. Row r of panel c is at 4 (c rows + r).

const BOUND = 1e6;
const TINY = 1e-30;
const NORM_EPSILON = 1e-5;
const EPSILON_SQUARED = 1e-16;
const BETA_1 = 0.9;
const REST_1 = 0.1;
const BETA_2 = 0.999;
const REST_2 = 0.001;

// The 16 columns of a row.
fn layers_weights(at: u32) -> mat4x4<f32> {
    return mat4x4<f32>(state[at], state[at + 1u], state[at + 2u], state[at + 3u]);
}

fn layers_values(at: u32) -> mat4x4<f32> {
    return mat4x4<f32>(scratch[at], scratch[at + 1u], scratch[at + 2u], scratch[at + 3u]);
}

fn layers_store(at: u32, row: mat4x4<f32>) {
    scratch[at] = row[0];
    scratch[at + 1u] = row[1];
    scratch[at + 2u] = row[2];
    scratch[at + 3u] = row[3];
}

// Writes the biases, the last of the `rows` rows of W, to the outputs of one sample.
fn layers_biases(s: u32, samples: u32, w: u32, rows: u32, out: u32, panels: u32) {
    for (var c = 0u; c < panels; c += 1u) {
        layers_store(out + 4u * (c * samples + s), layers_weights(w + 4u * (c * rows + rows - 1u)));
    }
}

// out += x W, for one sample.
fn layers_add_product(s: u32, samples: u32, x: u32, inputs: u32, w: u32, rows: u32, out: u32, panels: u32) {
    for (var c = 0u; c < panels; c += 1u) {
        let panel = w + 4u * c * rows;
        let place = out + 4u * (c * samples + s);
        var sum = layers_values(place);
        for (var i = 0u; i < inputs; i += 4u) {
            let values = scratch[x + 4u * (i / 16u * samples + s) + i / 4u % 4u];
            let at = panel + 4u * i;
            sum += values.x * layers_weights(at);
            sum += values.y * layers_weights(at + 4u);
            sum += values.z * layers_weights(at + 8u);
            sum += values.w * layers_weights(at + 12u);
        }
        layers_store(place, sum);
    }
}

// out += row r of W, for one sample.
fn layers_add_gathered(s: u32, samples: u32, r: u32, w: u32, rows: u32, out: u32, panels: u32) {
    for (var c = 0u; c < panels; c += 1u) {
        let place = out + 4u * (c * samples + s);
        layers_store(place, layers_values(place) + layers_weights(w + 4u * (c * rows + r)));
    }
}

// Four neighbouring entries, from number i on, of dx = dy W^T for one sample.
fn layers_product_errors(s: u32, samples: u32, dy: u32, panels: u32, w: u32, rows: u32, i: u32) -> vec4<f32> {
    var sum = vec4<f32>();
    for (var j = 0u; j < 4u * panels; j += 1u) {
        let errors = scratch[dy + 4u * (j / 4u * samples + s) + j % 4u];
        let at = w + 4u * (j / 4u * rows + i) + j % 4u;
        let columns = transpose(mat4x4<f32>(state[at], state[at + 4u], state[at + 8u], state[at + 12u]));
        sum += errors.x * columns[0];
        sum += errors.y * columns[1];
        sum += errors.z * columns[2];
        sum += errors.w * columns[3];
    }
    return sum;
}

// Writes dx = dy W^T for one sample.
fn layers_write_errors(s: u32, samples: u32, dy: u32, panels: u32, w: u32, rows: u32, dx: u32, inputs: u32) {
    for (var i = 0u; i < inputs; i += 4u) {
        scratch[dx + 4u * (i / 16u * samples + s) + i / 4u % 4u] = layers_product_errors(s, samples, dy, panels, w, rows, i);
    }
}

// Replaces the errors of one sample by 0 where the output y of ReLU is not above 0.
fn layers_relu_errors(s: u32, samples: u32, y: u32, errors: u32, panels: u32) {
    for (var c = 0u; c < 4u * panels; c += 1u) {
        let place = 4u * (c / 4u * samples + s) + c % 4u;
        scratch[errors + place] = select(vec4<f32>(), scratch[errors + place], scratch[y + place] > vec4<f32>());
    }
}

// Inner product of the rows of one sample.
fn layers_dot(s: u32, samples: u32, x: u32, y: u32, panels: u32) -> f32 {
    var sums = vec4<f32>();
    for (var c = 0u; c < 4u * panels; c += 1u) {
        let place = 4u * (c / 4u * samples + s) + c % 4u;
        sums += scratch[x + place] * scratch[y + place];
    }
    return ((sums.x + sums.y) + sums.z) + sums.w;
}

// Writes x / sqrt(mean of x^2 + 1e-5) for one sample, and returns the factor.
fn layers_normalize(s: u32, samples: u32, x: u32, out: u32, panels: u32, share: f32) -> f32 {
    let factor = arithmetic_inverse_root(vec4<f32>(NORM_EPSILON + layers_dot(s, samples, x, x, panels) * share)).x;
    for (var c = 0u; c < 4u * panels; c += 1u) {
        let place = 4u * (c / 4u * samples + s) + c % 4u;
        scratch[out + place] = scratch[x + place] * factor;
    }
    return factor;
}

// Writes dx = before + r (du - u mean(u du)) for one sample.
fn layers_normalize_errors(s: u32, samples: u32, u: u32, factor: f32, du: u32, before: u32, dx: u32, panels: u32, share: f32) {
    let mean = layers_dot(s, samples, u, du, panels) * share;
    for (var c = 0u; c < 4u * panels; c += 1u) {
        let place = 4u * (c / 4u * samples + s) + c % 4u;
        scratch[dx + place] = scratch[before + place] + factor * (scratch[du + place] - mean * scratch[u + place]);
    }
}

// ReLU, for one sample. Returns whether an output is above 0.
fn layers_relu(s: u32, samples: u32, x: u32, panels: u32) -> bool {
    var awake = false;
    for (var c = 0u; c < 4u * panels; c += 1u) {
        let place = x + 4u * (c / 4u * samples + s) + c % 4u;
        let positive = scratch[place] > vec4<f32>();
        scratch[place] = select(vec4<f32>(), scratch[place], positive);
        awake = awake || any(positive);
    }
    return awake;
}

fn layers_sound(x: vec4<f32>) -> bool {
    return all((bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) <= vec4<u32>(bitcast<u32>(BOUND)));
}

// Replaces the scores z of one sample by errors, and returns whether the scores are sound.
fn layers_softmax_errors(s: u32, samples: u32, z: u32, panels: u32, classes: u32, label: u32, count: u32) -> bool {
    let share = arithmetic_reciprocal(f32(count));
    let columns = vec4<u32>(0u, 1u, 2u, 3u);
    var most = vec4<f32>(bitcast<f32>(0xff7fffffu));
    var sound = true;
    for (var c = 0u; c < 4u * panels; c += 1u) {
        let scores = scratch[z + 4u * (c / 4u * samples + s) + c % 4u];
        let inside = vec4<u32>(4u * c) + columns < vec4<u32>(classes);
        most = select(most, max(most, scores), inside);
        sound = sound && layers_sound(select(vec4<f32>(), scores, inside));
    }
    let top = max(max(most.x, most.y), max(most.z, most.w));
    var sums = vec4<f32>();
    for (var c = 0u; c < 4u * panels; c += 1u) {
        let place = z + 4u * (c / 4u * samples + s) + c % 4u;
        let inside = vec4<u32>(4u * c) + columns < vec4<u32>(classes);
        let powers = select(vec4<f32>(), arithmetic_exp(scratch[place] - top), inside);
        scratch[place] = powers;
        sums += powers;
    }
    let scale = arithmetic_reciprocal(((sums.x + sums.y) + sums.z) + sums.w);
    for (var c = 0u; c < 4u * panels; c += 1u) {
        let place = z + 4u * (c / 4u * samples + s) + c % 4u;
        let one = select(vec4<f32>(), vec4<f32>(1.0), vec4<u32>(4u * c) + columns == vec4<u32>(label));
        scratch[place] = (scratch[place] * scale - one) * share;
    }
    return sound;
}

// Adam's factors at a step: rate / (1 - b1^t), 1 / (1 - b2^t), rate * decay.
fn layers_adam(powers: vec2<f32>, rate: f32, decay: f32) -> vec3<f32> {
    return vec3<f32>(rate * arithmetic_reciprocal(1.0 - powers.x), arithmetic_reciprocal(1.0 - powers.y), rate * decay);
}

// Updates the 16 weights at `w` with the gradients g. The moments are at `w + moments` and `w + 2 moments`.
fn layers_adam_update(w: u32, moments: u32, g: mat4x4<f32>, adam: vec3<f32>) {
    for (var c = 0u; c < 4u; c += 1u) {
        let at = w + c;
        var mean = BETA_1 * state[at + moments] + REST_1 * g[c];
        var square = BETA_2 * state[at + 2u * moments] + (REST_2 * g[c]) * g[c];
        mean = select(mean, vec4<f32>(), abs(mean) < vec4<f32>(TINY));
        square = select(square, vec4<f32>(), square < vec4<f32>(TINY));
        state[at + moments] = mean;
        state[at + 2u * moments] = square;
        let root = arithmetic_inverse_root(EPSILON_SQUARED + adam.y * square);
        let weights = state[at];
        state[at] = (weights - (adam.x * mean) * root) - adam.z * weights;
    }
}

// `before` plus the gradient of 16 weights: number i of the inputs in a panel, whose outputs have the errors dy. Four
// samples a turn, because llvmpipe limits the turns.
fn layers_add_gradient(before: mat4x4<f32>, i: u32, samples: u32, x: u32, dy: u32) -> mat4x4<f32> {
    let values = x + 4u * (i / 16u) * samples + i / 4u % 4u;
    var sum = before;
    var s = 0u;
    for (; s + 16u <= 4u * samples; s += 16u) {
        sum += scratch[values + s][i % 4u] * layers_values(dy + s);
        sum += scratch[values + s + 4u][i % 4u] * layers_values(dy + s + 4u);
        sum += scratch[values + s + 8u][i % 4u] * layers_values(dy + s + 8u);
        sum += scratch[values + s + 12u][i % 4u] * layers_values(dy + s + 12u);
    }
    for (; s < 4u * samples; s += 4u) { sum += scratch[values + s][i % 4u] * layers_values(dy + s); }
    return sum;
}

// `before` plus the errors dy of the samples that gather row r. A sample's rows are in vectors of its own, because writing
// a component of a vector may write the whole vector: `gathered` is the place of the first sample's vector. The number
// of samples is a multiple of 4.
fn layers_scatter(before: mat4x4<f32>, r: u32, samples: u32, gathered: u32, component: u32, dy: u32) -> mat4x4<f32> {
    var sum = before;
    for (var s = 0u; s < samples; s += 4u) {
        let row = f32(r);
        let at = dy + 4u * s;
        if (scratch[gathered + s][component] == row) { sum += layers_values(at); }
        if (scratch[gathered + s + 1u][component] == row) { sum += layers_values(at + 4u); }
        if (scratch[gathered + s + 2u][component] == row) { sum += layers_values(at + 8u); }
        if (scratch[gathered + s + 3u][component] == row) { sum += layers_values(at + 12u); }
    }
    return sum;
}

// Sum of the errors dy over the samples, whose number is a multiple of 4: the gradient of 16 biases.
fn layers_bias_gradient(samples: u32, dy: u32) -> mat4x4<f32> {
    var sum = mat4x4<f32>();
    for (var s = 0u; s < 4u * samples; s += 16u) {
        sum += layers_values(dy + s);
        sum += layers_values(dy + s + 4u);
        sum += layers_values(dy + s + 8u);
        sum += layers_values(dy + s + 12u);
    }
    return sum;
}

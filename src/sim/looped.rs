//! Kernel of looped networks that follow an automaton (see [`sequences`]).
//!
//! A network has one block with two layers and a residual connection, which it applies to each token after the first:
//! `h = E[x_1]`, then `h = h + relu(norm(h) A + E[x_i] B) C` for i from 2 to k, and the scores are `norm(h) U`. Norms are
//! root mean squares without gain, and no layer has biases. It is the block of a transformer's layer without attention,
//! looped over the tokens. Each group of labels has scores, and a softmax, of its own.
//!
//! A group of lanes is one run. In one phase of a step each lane handles some tokens, in the next some samples, and then some weights. The layers are those of [`layers`].

#[cfg(not(target_arch = "wasm32"))]
use crate::exec::parity::Case;
use crate::exec::{Inputs, Kernel, Parity};
use crate::sim::layers::{self, PANEL, Panel};
use crate::sim::sequences::{self, LANES, Network, Shape, Uniforms, split, split_mut, zeros};
#[cfg(not(target_arch = "wasm32"))]
use crate::sim::sequences::{Run, STATUS, Setting};
#[cfg(not(target_arch = "wasm32"))]
use crate::theory::automaton::Automaton;

/// Standard deviation of the initial weights.
pub(super) const SPREAD: f32 = 0.05;

/// Numbers of panels of the weights E, A, B, C and U.
pub(super) const fn parts(shape: Shape) -> [usize; 5] {
    let Shape { width, hidden, .. } = shape;
    let inner = hidden / PANEL * width;
    [width / PANEL * shape.tokens, inner, inner, width / PANEL * hidden, shape.head() * width]
}

/// Number of rows of a run's scratch: the tokens of the samples, a copy of E, the table E B and its errors, and for
/// each sample h, the norms, hidden layers, errors of the hidden layers and of h of all hops, the scores, and the
/// errors of a norm.
pub(super) const fn scratch(shape: Shape) -> usize {
    let Shape { hops, width, hidden, .. } = shape;
    let tables = shape.tokens * (width + 2 * hidden);
    let sample = hops.next_multiple_of(4) + (2 + 2 * hops) * width + 2 * (hops - 1) * hidden + shape.head() * PANEL;
    (tables + shape.samples * sample).div_ceil(LANES)
}

/// Outputs of the layers for some sequences.
pub(super) struct Outputs {
    /// E B, the hidden layer's input from each token.
    table: Vec<Panel>,
    /// h.
    state: Vec<Panel>,
    /// Norm of h after each token, and the factors of the norms.
    normed: Vec<Vec<Panel>>,
    factors: Vec<Vec<f32>>,
    /// Hidden layer for each token after the first.
    active: Vec<Vec<Panel>>,
    pub(super) scores: Vec<Panel>,
}

impl Outputs {
    pub(super) fn new(shape: Shape) -> Self {
        let Shape { hops, samples, .. } = shape;
        let layer = |columns: usize| zeros(columns / PANEL * samples);
        Self {
            table: zeros(shape.hidden / PANEL * shape.tokens),
            state: layer(shape.width),
            normed: vec![layer(shape.width); hops],
            factors: vec![vec![0.0; samples]; hops],
            active: vec![layer(shape.hidden); hops - 1],
            scores: zeros(shape.head() * samples),
        }
    }

    /// Computes the outputs of a network with the given weights, for sequences whose tokens number i are
    /// `tokens[i * samples..][..samples]`.
    pub(super) fn compute<const FUSED: bool>(&mut self, shape: Shape, weights: &[Panel], tokens: &[u32]) {
        let Shape { samples, width, hidden, .. } = shape;
        let [embedding, inner, read, outer, head] = split(weights, parts(shape));
        self.table.fill([0.0; PANEL]);
        layers::add_product::<FUSED>(embedding, read, width, &mut self.table, shape.tokens);
        let mut tokens = tokens.chunks_exact(samples);
        self.state.fill([0.0; PANEL]);
        layers::add_gathered(tokens.next().unwrap_or_default(), embedding, shape.tokens, &mut self.state);
        layers::normalize::<FUSED>(&self.state, &mut self.normed[0], &mut self.factors[0]);
        for (i, tokens) in tokens.enumerate() {
            let active = &mut self.active[i];
            active.fill([0.0; PANEL]);
            layers::add_gathered(tokens, &self.table, shape.tokens, active);
            layers::add_product::<FUSED>(&self.normed[i], inner, width, active, samples);
            layers::relu(active);
            layers::add_product::<FUSED>(active, outer, hidden, &mut self.state, samples);
            layers::normalize::<FUSED>(&self.state, &mut self.normed[i + 1], &mut self.factors[i + 1]);
        }
        self.scores.fill([0.0; PANEL]);
        let last = &self.normed[shape.hops - 1];
        layers::add_product::<FUSED>(last, head, width, &mut self.scores, samples);
    }
}

/// What a step computes, kept from step to step so that nothing is allocated in a step.
struct Learner {
    shape: Shape,
    outputs: Outputs,
    /// A, B, C and U, transposed.
    transposed: [Vec<Panel>; 4],
    table_errors: Vec<Panel>,
    active_errors: Vec<Panel>,
    normed_errors: Vec<Panel>,
    state_errors: Vec<Panel>,
}

impl Learner {
    fn new(shape: Shape) -> Self {
        let layer = |columns: usize| zeros(columns / PANEL * shape.samples);
        let [_, inner, read, outer, head] = parts(shape);
        Self {
            shape,
            outputs: Outputs::new(shape),
            // The transposed matrices have the panels of the inputs, with a row for each output.
            transposed: [inner, read, outer, head].map(zeros),
            table_errors: zeros(shape.hidden / PANEL * shape.tokens),
            active_errors: layer(shape.hidden),
            normed_errors: layer(shape.width),
            state_errors: layer(shape.width),
        }
    }

    /// Writes the gradients of the loss as [`sequences::train`] asks for them.
    fn learn<const FUSED: bool>(
        &mut self,
        weights: &[Panel],
        tokens: &[u32],
        labels: &[u32],
        gradients: &mut [Panel],
    ) -> bool {
        let shape = self.shape;
        let Shape { samples, width, hidden, .. } = shape;
        let out = &mut self.outputs;
        out.compute::<FUSED>(shape, weights, tokens);
        if !sequences::score_errors::<FUSED>(shape, &mut out.scores, labels, samples) {
            return false;
        }

        let [embedding, inner, read, outer, head] = split(weights, parts(shape));
        let [inner_back, read_back, outer_back, head_back] = &mut self.transposed;
        layers::transpose(inner, width, inner_back);
        layers::transpose(read, width, read_back);
        layers::transpose(outer, hidden, outer_back);
        layers::transpose(head, width, head_back);
        gradients.fill([0.0; PANEL]);
        for zeroed in [&mut self.table_errors, &mut self.state_errors, &mut self.normed_errors] {
            zeroed.fill([0.0; PANEL]);
        }
        let [d_embedding, d_inner, d_read, d_outer, d_head] = split_mut(gradients, parts(shape));
        let last = shape.hops - 1;
        layers::add_product_gradients::<FUSED>(&out.normed[last], &out.scores, d_head, width, samples);
        let columns = shape.head() * PANEL;
        layers::add_product::<FUSED>(&out.scores, head_back, columns, &mut self.normed_errors, samples);
        let errors = &mut self.state_errors;
        layers::add_normalize_errors::<FUSED>(&out.normed[last], &out.factors[last], &self.normed_errors, errors);
        for i in (0..last).rev() {
            let (active, normed) = (&out.active[i], &out.normed[i]);
            layers::add_product_gradients::<FUSED>(active, errors, d_outer, hidden, samples);
            self.active_errors.fill([0.0; PANEL]);
            layers::add_product::<FUSED>(errors, outer_back, width, &mut self.active_errors, samples);
            layers::relu_errors(active, &mut self.active_errors);
            layers::scatter(
                &tokens[(i + 1) * samples..][..samples],
                &self.active_errors,
                &mut self.table_errors,
                shape.tokens,
            );
            layers::add_product_gradients::<FUSED>(normed, &self.active_errors, d_inner, width, samples);
            self.normed_errors.fill([0.0; PANEL]);
            layers::add_product::<FUSED>(&self.active_errors, inner_back, hidden, &mut self.normed_errors, samples);
            layers::add_normalize_errors::<FUSED>(normed, &out.factors[i], &self.normed_errors, errors);
        }
        // E is read twice: as the first state, and through the table E B.
        layers::add_product::<FUSED>(&self.table_errors, read_back, hidden, d_embedding, shape.tokens);
        layers::scatter(&tokens[..samples], errors, d_embedding, shape.tokens);
        layers::add_product_gradients::<FUSED>(embedding, &self.table_errors, d_read, width, shape.tokens);
        true
    }
}

/// Kernel that trains networks. State and inputs are those of [`sequences::Setting`]; the weights are E, A, B, C
/// and U.
///
/// A network has diverged when a score exceeds 1e6 in absolute value. From then on its state does not change.
#[derive(Debug)]
pub struct Looped;

impl Looped {
    /// Advances a run through the range of steps in the uniforms.
    fn run<const FUSED: bool>(u: &Uniforms, task: &[u32], orders: &[u32], state: &mut [[f32; LANES]]) {
        let mut learner = Learner::new(u.shape(Network::Looped));
        sequences::train::<FUSED>(u, Network::Looped, task, orders, state, |weights, tokens, labels, gradients| {
            learner.learn::<FUSED>(weights, tokens, labels, gradients)
        });
    }
}

impl Kernel for Looped {
    const NAME: &'static str = "looped";
    const WGSL: Option<&'static str> = Some(concat!(
        include_str!("looped.wgsl"),
        include_str!("layers.wgsl"),
        include_str!("arithmetic.wgsl"),
        include_str!("../rng.wgsl")
    ));
    const HARDWARE: Parity = Parity::Close {
        rel: 5e-5,
        abs: 5e-5,
        reason: "WGSL may fuse a * b + c; between no and all fused, the steps of the cases move w by 5e-7 (1 + |w|), and by \
                 twice that while a network diverges; a device that fuses some products may move a weight with a \
                 gradient near 0 further",
    };
    // An estimate: a network is one group, and integrated GPUs need 16 to 32 of them to be as fast as four CPU workers.
    const LEAST_GROUPS: u32 = 32;
    const INPUTS: usize = 2;
    type Uniforms = Uniforms;
    type Row = [f32; LANES];

    fn software_steps(u: &Uniforms) -> u32 {
        (65_535 / turns(u)).max(1)
    }

    fn scratch(u: &Uniforms) -> usize {
        u.scratch as usize
    }

    fn weight(u: &Uniforms) -> u32 {
        sequences::cost(u)
    }

    fn group(u: &Uniforms, inputs: &Inputs, _: u32, state: &mut [[f32; LANES]]) {
        Self::run::<false>(u, inputs.u32(0), inputs.u32(1), state);
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case<Self>> {
        let plain = Setting::default();
        let small = Setting { task: Automaton::permutations(3, 2), width: 16, batch: 4, ..plain.clone() };
        let case = |name, runs: &[Run], seed, setting: &Setting, cuts: &[u32]| Case::<Self> {
            name,
            host: setting.start(seed, runs),
            rows: setting.rows(),
            inputs: setting.inputs(seed, runs.iter().map(|run| run.number + 1).max().unwrap_or(1)),
            uniforms: setting.uniforms(seed),
            cuts: cuts.to_vec(),
        };
        let [one, two] = [Run::of(0, 1), Run { until: 2, ..Run::of(3, 1) }];
        let mut resting = case("a run that has diverged before", &[one, two], 9, &small, &[0, 2]);
        resting.host[0][STATUS] = 1.0;
        // The scores of the second of three groups of labels are too large.
        let mut one_group = case("a network with one group of scores that diverges", &[one, two], 10, &small, &[0, 2]);
        let (shape, panels) = (small.shape(1), one_group.host.as_flattened_mut().as_chunks_mut::<PANEL>().0);
        split_mut(&mut panels[1..=shape.weights()], parts(shape))[4][shape.width] = [1e9; PANEL];
        // Columns after the classes have no gradients, so that their moments decay.
        let mut small_moments = case("moments that become too small", &[one], 13, &small, &[0, 2]);
        let (means, squares) = small_moments.host.as_flattened_mut()[PANEL * (1 + shape.weights())..]
            .split_at_mut(PANEL * shape.weights());
        means.fill(1.1e-30);
        squares[..PANEL * shape.weights()].fill(1.0005e-30);
        vec![
            case("one step", &[one], 1, &plain, &[0, 1]),
            case("four steps of two laws", &[one, Run::of(0, 0)], 2, &plain, &[0, 1, 4]),
            case("sixteen steps of a small network", &[one, two], u32::MAX, &small, &[0, 1, 2, 16]),
            case("one token", &[one], 3, &Setting { task: Automaton::permutations(4, 1), ..small.clone() }, &[0, 4]),
            case("two groups of labels", &[one], 12, &Setting { task: said_twice(), ..small.clone() }, &[0, 2]),
            case("eight tokens", &[two], 4, &Setting { task: Automaton::sum(16, 8), ..small.clone() }, &[0, 3]),
            case(
                "more tokens, samples and classes than a workgroup",
                &[one],
                5,
                &Setting { task: Automaton::sum(211, 3), batch: 132, ..small.clone() },
                &[5, 7],
            ),
            case(
                "tokens of their own",
                &[one],
                6,
                &Setting { task: Automaton::arithmetic(5), decay: 0.5, ..small.clone() },
                &[0, 4],
            ),
            case(
                "facts beside questions",
                &[one, two],
                14,
                &Setting { task: Automaton::hops(6, 4, 3, 1), batch: 8, facts: 3, ..small.clone() },
                &[0, 3],
            ),
            case("wider layers", &[one], 7, &Setting { width: 48, batch: 8, ..plain.clone() }, &[0, 2]),
            resting,
            one_group,
            small_moments,
            case("a network that diverges", &[one, two], 8, &Setting { rate: 1e6, ..small.clone() }, &[0, 3, 16]),
        ]
    }
}

/// A task for tests: a label says the sum of two numbers modulo 17 twice, the second time plus 5. The scores of each of
/// its two groups need two panels.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn said_twice() -> Automaton {
    let label = (0..17).flat_map(|state| [state, (state + 5) % 17]).collect();
    Automaton { groups: 2, label, ..Automaton::sum(17, 2) }
}

/// Most turns of all loops of an invocation in one step.
fn turns(u: &Uniforms) -> u32 {
    let per_lane = |items: u32| items.div_ceil(LANES as u32);
    let (d, f, later) = (u.width / 16, u.hidden / 16, u.hops - 1);
    let group = u.classes.div_ceil(16);
    let head = u.groups * group;
    // Turns of a product with so many inputs and panels of outputs, and of the errors of its inputs.
    let product = |inputs: u32, panels: u32| panels * (1 + inputs / 4);
    let errors = |inputs: u32, panels: u32| inputs / 4 * (1 + 4 * panels);
    let table = per_lane(u.tokens) * (1 + d + f + product(u.width, f));
    let draw = u.hops + 10 * u.hops.div_ceil(4);
    let forward = 2 * d
        + head
        + u.hops * (1 + 8 * d)
        + later * (2 + 6 * f + product(u.width, f) + product(u.hidden, d))
        + product(u.width, head);
    let softmax = u.groups * (1 + 12 * group);
    let backward =
        d + u.hops * (1 + 8 * d) + later * (4 * f + errors(u.hidden, d) + errors(u.width, f)) + errors(u.width, head);
    let sample = per_lane(u.batch) * (1 + draw + forward + softmax + backward);
    // Sums over the samples of one use of a layer, and Adam.
    let (once, adam) = (1 + u.batch / 4, 4);
    let update = per_lane(u.tokens * f) * (1 + later * once)
        + per_lane(u.tokens * d) * (1 + errors(16, f) + once + adam)
        + (per_lane(u.width * f) + per_lane(u.hidden * d)) * (1 + later * once + adam)
        + per_lane(u.width * head) * (1 + once + adam)
        + per_lane(u.width * f) * (1 + u.tokens / 4 + 3 + adam);
    1 + table + sample + update + 4
}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(super) mod tests {
    use super::*;
    use crate::exec::Uniforms as _;
    use crate::exec::parity::agree;
    use crate::math;
    use crate::rng::Digest;
    use crate::sim::sequences::tests::{add, check_gradients, go_on, norm, product, row, test, train};

    /// Scores of a network in f64, for the tokens of one sample.
    pub(in crate::sim) fn scores(shape: Shape, weights: &[Panel], tokens: &[usize]) -> Vec<f64> {
        let [embedding, inner, read, outer, head] = split(weights, parts(shape));
        let mut h = row(embedding, shape.tokens, tokens[0]);
        for token in &tokens[1..] {
            let mut hidden = product(&norm(&h), inner);
            add(&mut hidden, product(&row(embedding, shape.tokens, *token), read));
            hidden.iter_mut().for_each(|x| *x = x.max(0.0));
            add(&mut h, product(&hidden, outer));
        }
        product(&norm(&h), head)
    }

    #[test]
    fn gradients_are_those_of_the_loss() {
        for task in [Automaton::permutations(3, 1), Automaton::permutations(3, 4), said_twice()] {
            let setting = Setting { task, width: 16, batch: 4, ..Setting::default() };
            check_gradients(&setting, 1, |shape, weights, tokens, labels, gradients| {
                Learner::new(shape).learn::<false>(weights, tokens, labels, gradients)
            });
        }
    }

    /// Facts of the issue: with the exponent 1.25, 20 networks named all symbols of 90 % of uniform sequences rightly after
    /// 1200 to 3700 steps, 1700 in the median, and uniform training stayed at the loss of guessing for 40 000 steps.
    #[test]
    fn networks_learn_from_a_power_law_and_not_from_uniform_tokens() {
        let setting = Setting::default();
        let mut state = setting.start(1, &(0..10).map(|run| Run::of(run, 1)).collect::<Vec<_>>());
        let mut solved = Vec::new();
        for step in (0..3000).step_by(100) {
            state = go_on(&setting, 1, &state, &[step, step + 100]);
            let mut left = Vec::new();
            for (run, tested) in state.chunks(setting.rows()).zip(test(&setting, 1, &state)) {
                if tested.exact >= 0.9 { solved.push(step + 100) } else { left.extend_from_slice(run) }
            }
            state = left;
            if solved.len() > 5 {
                break;
            }
        }
        // The mean of the fifth and the sixth is the median of ten.
        let median = f64::from(solved[4] + solved[5]) / 2.0;
        assert!((median / 1700.0 - 1.0).abs() < 0.3, "{solved:?}");
        let uniform = test(&setting, 1, &train(&setting, 1, &[Run::of(0, 0)], &[0, 4000]));
        assert!((uniform[0].loss - math::ln(4.0)).abs() < 0.005, "{uniform:?}");
    }

    /// `tests/bench/steps.mjs` and the browser tests compare whole runs of wasm with native ones. This digest compares
    /// machines: a change of it changes the results of everyone.
    #[test]
    fn three_hundred_steps_have_one_digest() {
        let mut digest = Digest::default();
        for x in train(&Setting::default(), 1, &[Run::of(0, 1)], &[0, 300]).as_flattened() {
            digest.word(u64::from(x.to_bits()));
        }
        assert_eq!(digest.hex(), "ba9cb9ab4082f946");
    }

    #[test]
    fn fused_products_move_weights_less_than_parity_allows() {
        let Parity::Close { abs, .. } = Looped::HARDWARE else { panic!("is close") };
        let mut most = 0.0_f32;
        for case in Looped::cases() {
            let run = |fused: bool| {
                let mut host = case.host.clone();
                let uniforms = case.uniforms.window(case.cuts[0]..case.cuts[case.cuts.len() - 1]);
                for state in host.chunks_mut(case.rows) {
                    let (task, orders) = (case.inputs.u32(0), case.inputs.u32(1));
                    if fused {
                        Looped::run::<true>(&uniforms, task, orders, state);
                    } else {
                        Looped::run::<false>(&uniforms, task, orders, state);
                    }
                }
                host
            };
            let (fused, plain) = (run(true), run(false));
            for (x, y) in fused.as_flattened().iter().zip(plain.as_flattened()) {
                most = most.max((x - y).abs() / (1.0 + y.abs()));
            }
            agree::<Looped>(&fused, &plain, Looped::HARDWARE).expect(case.name);
        }
        assert!(most > abs / 100.0, "the tolerance is far from what it covers: {most:e}");
    }

    #[test]
    fn a_software_adapter_does_eight_steps_of_the_default() {
        assert!(Looped::software_steps(&Setting::default().uniforms(1)) >= 8);
        for task in [Automaton::permutations(5, 6), Automaton::chain(61, 5), Automaton::hops(64, 64, 6, 1)] {
            let largest = Setting { task, width: 64, batch: 256, ..Setting::default() };
            assert!(turns(&largest.uniforms(1)) <= 65_535, "{}", turns(&largest.uniforms(1)));
        }
    }
}

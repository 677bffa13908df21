//! Texts of the experiment `live-tracking`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `live-tracking` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Networks that track a state",
    question: "A few cups are shuffled several times: do networks that are trained on this page learn to follow them if all shuffles are equally frequent, or only if a few are frequent?",
    notice: &[
        r"The networks are real, and they are trained while you watch. All of them are tested on uniformly drawn shuffles. With the settings at the start, those that train on uniform shuffles stay at the level of guessing. Those that train on a power law, where a few shuffles are frequent, leave it and solve the task, although their training distribution is not that of the test.",
        r"Frequent skills come first: sequences of frequent skills are answered before sequences with many rare skills. Once the network knows how to compose, each rare skill can be learned inside sequences whose other skills it knows.",
        r"With four symbols and two hops there is no plateau, and uniform training is as good. With four hops and an exponent of 2 the power law is so steep that rare skills hardly occur, and learning takes longer. With an exponent of 0.5 it is nearly uniform, and the loss stays at that of guessing.",
        r"Networks differ. The order of the skills' frequencies and the initial weights are drawn anew for each network, and the times vary several-fold.",
    ],
    model: &[
        r"A skill is one of the $n!$ permutations of $n$ symbols, and a sample is a sequence of $k$ skills. The network reads one skill after another, and after the last one names, for each place, the symbol that stands there: $n$ answers with $n$ choices each. A sequence is answered exactly if all $n$ answers are right. Skills of rank $j$ are drawn with probabilities proportional to $j^{-\alpha}$; the ranks are drawn anew for each network. Networks of equal numbers start from equal weights and have equal ranks with all exponents.",
        r"The network is a transformer's layer without attention, looped over the skills: a residual stream of width $d$, a norm, and two layers with a ReLU between them. It is no transformer. Networks learn by Adam with decoupled weight decay and a constant learning rate, from sequences that are drawn anew at every step.",
        r"The parameter for the kind of network chooses a transformer instead: two layers with causal attention, a head for every 16 columns, and norms before attention and hidden layer, without gains and biases. It reads all skills at once, and its answers come from the last position. With the settings of its example, one of its steps takes almost a hundred times as long as a step of the looped network at the start, so a run with a few networks takes a minute. It runs on the CPU even if there is a GPU, because so few and so small networks would leave most of a GPU idle.",
        r"At each checkpoint a network is tested on 1,024 uniform sequences, which are the same for all networks. It has solved the task when it answers 90% exactly. After two checkpoints in a row with at least 95% it stops, and the curves keep its last value.",
        r"Uniform training stays flat for the number of samples of this run, and with this learning rate and width. It may learn later, or with other settings.",
        r"The published experiment trains transformers with 256 dimensions for tens of thousands of steps on five symbols and four hops. This network is much cheaper to train: it is smaller, and by design it reads one skill in each step. Choose five symbols for the published task.",
    ],
    formulas: &[
        Formula {
            label: "Looped network, for the skills $x_1$ to $x_k$",
            tex: r"h_1 = E_{x_1}, \qquad h_i = h_{i-1} + \mathrm{ReLU}\bigl(\mathrm{norm}(h_{i-1}) A + E_{x_i} B\bigr)\, C, \qquad z = \mathrm{norm}(h_k)\, U",
        },
        Formula {
            label: "Transformer, at the start and in each of two layers, for the skills $x_1$ to $x_k$",
            tex: r"h_i = E_{x_i} + P_i, \qquad h \leftarrow h + \mathrm{attend}\bigl(\mathrm{norm}(h)\bigr)\, O, \qquad h \leftarrow h + \mathrm{ReLU}\bigl(\mathrm{norm}(h) A\bigr)\, B, \qquad z = \mathrm{norm}(h_k)\, U",
        },
        Formula {
            label: "Attention of a head with queries $q$, keys $u$ and values $v$ of 16 columns",
            tex: r"\mathrm{attend}_i = \sum_{j \le i} p_{ij} v_j, \qquad p_{ij} \propto \exp\bigl(q_i \cdot u_j / 4\bigr)",
        },
        Formula {
            label: "Norm, with the width $d$",
            tex: r"\mathrm{norm}(h) = h \Big/ \sqrt{\tfrac{1}{d} \lVert h \rVert^2 + 10^{-5}}",
        },
        Formula { label: "Loss of guessing, and exact answers of guessing", tex: r"\ln n, \qquad \tfrac{1}{n!}" },
    ],
    sources: &[
        Source {
            text: "Wang, Dang, Lee, Lyu: The Power of Power Law: Asymmetry Enables Compositional Reasoning (PPL), 2026; state tracking on S5 with transformers. The looped network is ours",
            url: "https://arxiv.org/abs/2604.22951",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
    ],
    presets: &[
        Preset { title: "Four symbols, four hops", query: "" },
        Preset { title: "Two hops: uniform is as good", query: "hops=2&steps=2000" },
        Preset { title: "Three symbols", query: "symbols=3&steps=2500" },
        Preset {
            title: "Five symbols, the published task",
            query: "symbols=5&width=32&batch=128&rate=0.005&networks=4&steps=6000",
        },
        Preset {
            title: "A real transformer (takes a minute)",
            query: "network=transformer&width=48&batch=256&rate=0.0015&decay=0.5&networks=3&steps=3000",
        },
        Preset { title: "Six exponents compared", query: "exponents=0,0.5,1,1.25,1.5,2" },
    ],
};

crate::texts! {
    // Columns.
    SYMBOLS = "symbols $n$";
    HOPS = "hops $k$";
    LEARNING_RATE = "learning rate";
    // Answers.
    EXPECT_POWER_LAW = "In published experiments with five symbols and four hops, transformers learned from a power law and not from uniform data; the run tests this for small networks.";
    EXPECT_UNIFORM = "Earlier runs suggest: with {hops} {hops:hop|hops} uniform training needs no more sequences than a power law, because nothing holds it back at its start.";
    // Verdict.
    AS_TRANSFORMERS = "The hypothesis comes from published experiments with transformers on this task, with four hops. There is no theorem about this network; the experiment on composing skills has one about a simpler learner.";
    NO_PLATEAU = "With one or two hops there is no plateau to escape from, and a power law shows its rare skills too seldom.";
}

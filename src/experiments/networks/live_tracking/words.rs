//! Texts of the experiment `live-tracking`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `live-tracking` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Networks that track a state",
    question: "A few cups are shuffled several times: do networks that are trained on this page learn to follow them if all shuffles are equally frequent, or only if a few are frequent?",
    notice: &[
        r"For instance, the cups A, B, C and D stand in a row. One shuffle exchanges the first two cups, and another moves the last cup to the front. After both the order is D, B, A, C. Each shuffle is one token, which does not show what the shuffle does. The network must find out from examples how shuffles act one after another.",
        r"The networks are real, and they are trained while you watch. All of them are tested on uniformly drawn shuffles. With the settings at the start, those that train on uniform shuffles stay on a plateau, at the loss of guessing. Those that train on a power law leave it and solve the task, although their training distribution is not that of the test. Of the 24 shuffles, the power law with $\alpha = 1.25$ draws the most frequent one in 36% of the places, and the rarest one in 0.7%.",
        r"Frequent skills come first: sequences of frequent skills are answered before sequences with many rare skills. Once the network knows how to compose, each rare skill can be learned inside sequences whose other skills it knows.",
        r"With four symbols and two hops there is no plateau, and uniform training is as good. With five symbols there is a plateau: in earlier runs of eleven networks of width 32, a power law with exponent 1 needed 64,000 sequences, and uniform training more than 384,000. With four symbols, four hops and an exponent of 2 the power law is so steep that rare skills hardly occur, and learning takes longer. With an exponent of 0.5 it is nearly uniform, and the loss stays at that of guessing. To see which exponent is best, run the preset with eight exponents.",
        r"Two landscapes, among the figures after a run, show why. With the settings at the start, the loss on uniform sequences is flat around the start of the path, so nothing tells the network where to go. The loss on the power law goes down along the path, and at its end both losses are low.",
        r"The best of both: a network may learn from a power law until it has left the plateau, and from uniform shuffles then. In most networks this is sooner than with the power law alone, but some get stuck after the change.",
        r"Networks differ. The order of the skills' frequencies and the initial weights are drawn anew for each network, and the times vary several-fold.",
    ],
    model: &[
        r"A skill is one of the $n!$ permutations of $n$ symbols, and a sample is a sequence of $k$ skills. The network reads one skill after another, and after the last one names, for each place, the symbol that stands there: $n$ answers with $n$ choices each. A sequence is answered exactly if all $n$ answers are right. Skills of rank $j$ are drawn with probabilities proportional to $j^{-\alpha}$; the ranks are drawn anew for each network. The networks of each exponent are numbered. Networks with equal numbers start from equal weights and have equal ranks, whatever their exponents are.",
        r"The network is a transformer's layer without attention, looped over the skills: a residual stream of width $d$, a norm, and two layers with a ReLU between them. It is no transformer. Networks learn by Adam with decoupled weight decay and a constant learning rate, from sequences that are drawn anew at every step.",
        r"The parameter for the kind of network chooses a transformer instead: two layers with causal attention, a head for every 16 columns, and norms before attention and hidden layer, without gains and biases. It reads all skills at once, and its answers come from the last position. During its first 100 steps the learning rate rises linearly from a hundredth of its value. With the settings of its preset, one of its steps takes almost a hundred times as long as a step of the looped network at the start, so a run with a few networks takes a minute. It runs on the CPU even if there is a GPU, because so few and so small networks would leave most of a GPU idle.",
        r"The loss is the cross-entropy in nats, that is, with natural logarithms, as a mean over the places. At each checkpoint a network is tested on 1,024 uniform sequences, which are the same for all networks. It has solved the task when it first answers 90% exactly, even if it forgets some of it later. After two checkpoints in a row with at least 95% it stops, and the curves keep its last value.",
        r"The landscape is computed after the run, for the first network of the best power law if it has solved the task. Its plane contains the weights before and after training, and those of the checkpoint that is farthest from the line between them. Other points of the path lie outside this plane, and their projections are drawn. With more than three training distributions, and for transformers, no landscape is drawn. Losses above 1.5 times that of guessing have one colour.",
        r"Uniform training stays flat for the number of samples of this run, and with this learning rate and width. It may learn later, or with other settings.",
        r"You may name other numbers of hops, with which further networks are trained in turn; among the further figures after a run, a small one for each number shows the exact answers, with equal axes and colours. The answer, the verdicts and the landscape are about the main number of hops only.",
        r"You may replace the permutations by a multiplication table of your own, of 2 to 16 elements. A sequence of $k$ elements is multiplied from left to right, and the network names the product. So the table need not be that of a group; the page says if it is not, and why.",
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
        Preset { title: "Power law first, then uniform", query: "then-uniform=0.8" },
        Preset { title: "Two hops", query: "hops=2&steps=2000" },
        Preset { title: "Three symbols", query: "symbols=3&steps=2500" },
        Preset { title: "One to four hops, three symbols", query: "symbols=3&also-hops=1,2,3&steps=1500" },
        Preset {
            title: "Five symbols, the published task",
            query: "symbols=5&width=32&batch=128&rate=0.005&steps=4000",
        },
        Preset {
            title: "A real transformer: takes a minute or more",
            query: "network=transformer&width=48&batch=256&rate=0.0015&decay=0.5&networks=2&steps=2000",
        },
        Preset {
            title: "A table of your own: symmetries of a square",
            query: "group=0,1,2,3,4,5,6,7;1,2,3,0,5,6,7,4;2,3,0,1,6,7,4,5;3,0,1,2,7,4,5,6;4,7,6,5,0,3,2,1;5,4,7,6,1,0,3,2;6,5,4,7,2,1,0,3;7,6,5,4,3,2,1,0",
        },
        Preset { title: "Exponents 1.25 and 2", query: "exponents=0,1.25,2" },
        Preset { title: "Eight exponents compared", query: "exponents=0,0.5,0.75,1,1.25,1.5,1.75,2" },
    ],
};

crate::texts! {
    // Columns.
    SYMBOLS = "symbols $n$";
    ELEMENTS = "elements of your table";
    HOPS = "hops $k$";
    LEARNING_RATE = "learning rate";
    // Answers.
    EXPECT_POWER_LAW = "In published experiments with five symbols and four hops, transformers learned from a power law and not from uniform data; the run tests this for small networks.";
    EXPECT_UNIFORM = "Earlier runs suggest: with {hops} {hops:hop|hops} uniform training needs no more sequences than a power law, because nothing holds it back at its start.";
    // Values that are refused.
    WHOLE = "whole numbers of hops";
    // Your own table.
    GROUP = "Your table of {n} elements is that of a group.";
    NO_IDENTITY = "Your table of {n} elements is not that of a group, because no element is an identity. Networks can still learn its products, from left to right.";
    NO_INVERSE = "Your table of {n} elements is not that of a group, because {x} has no inverse. Networks can still learn its products, from left to right.";
    NOT_ASSOCIATIVE = "Your table of {n} elements is not that of a group, because ({a} · {b}) · {c} differs from {a} · ({b} · {c}). Networks can still learn its products, from left to right.";
    TABLE_SIZE = "a table of {least} to {most} elements, with rows separated by semicolons; it has {rows} {rows:row|rows}";
    TABLE_ROW = "a square table; it has {n} rows, and row {row} has {found} {found:product|products}";
    TABLE_PRODUCT = "a table whose products are elements, from 0 to {last}; the product {a} · {b} is {product}";
    // Verdict.
    AS_PERMUTATIONS = "The hypothesis comes from experiments with permutations, and need not hold for other tables.";
    AS_TRANSFORMERS = "The hypothesis comes from published experiments with transformers on this task, with four hops. There is no theorem about this network; the experiment on composing skills has one about a simpler learner.";
    NO_PLATEAU = "With one or two hops there is no plateau to escape from, and a power law shows its rare skills too seldom.";
}

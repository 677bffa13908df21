//! Words of `state-tracking`.

use crate::kit::{Formula, Info, Preset, Source};

/// What the page says of it.
pub(super) const INFO: Info = Info {
    title: "State tracking",
    question: "Five cups are shuffled four times: is following them learned faster from all shuffles alike, or from a few frequent ones first?",
    notice: &[
        "With four hops most runs on a power law over the shuffles solve the task within about ten thousand samples, while uniform training has learned nothing after fifty thousand. The test is uniform in both cases: the power law wins although it trains on another distribution than it is tested on.",
        "The head comes first: look at the accuracy by rank. Sequences of frequent skills are answered early; rare skills are then learned one at a time, each inside sequences whose other skills are known already.",
        "With two hops it is the other way round. A product of two matrices has a gradient from the start, so nothing has to escape from a plateau; what counts is to see every skill often enough, and a power law shows its tail rarely.",
        "An answer is exact when the largest entry of every column is in the right place, and that needs less than a small loss. What all shuffles leave alone, the mean of the symbols, is a direction of its own; a learner without it answers everything correctly with a loss of 1/(2n), which is 0.1 for five symbols. The loss figure shows that level: accuracy arrives while the loss is still about there.",
        "Some runs never arrive: they stay on a plateau where only a part of the structure was learned, often little more than the mean. That is why medians and quartiles are shown, and why a run that was cut off counts as slower than the budget, not as lost.",
    ],
    model: &[
        "A skill is one of the n! permutations of n symbols and has a matrix W of its own. A sample is a sequence of k skills; the learner multiplies their matrices, and should get the product of the permutation matrices. SGD takes one sample at a time on half the mean squared error per column; longer gradients are shortened to the norm set below. The order of the ranks is drawn anew for each run.",
        "A run is tried every thousand samples on 500 uniform sequences, the same for all runs. It has solved the task at 95% exact answers; it then trains for as many samples again, and rests. The curves keep its last value.",
        "The task is that of the experiment with transformers by Wang, Dang, Lee and Lyu (five symbols, four hops, exponent 1.5). The learner is not: it is told that skills are matrices to be multiplied, so it shows the plateau and the escape from it, not what attention does.",
    ],
    formulas: &[
        Formula {
            label: "Learner and loss",
            tex: r"f = W_{s_k} \cdots W_{s_1}, \qquad \ell = \frac{1}{2n} \bigl\lVert f - P_{s_k} \cdots P_{s_1} \bigr\rVert_F^2, \qquad s_i \sim p_j \propto \mathrm{rank}(j)^{-\alpha}",
        },
        Formula {
            label: "Expected loss, exactly",
            tex: r"L = \frac{1}{2n} \bigl( \operatorname{tr} T^k(I) - 2 \operatorname{tr} C^k(I) + n \bigr), \qquad T(X) = \sum_j p_j W_j^{\top} X W_j, \quad C(X) = \sum_j p_j P_j^{\top} X W_j",
        },
        Formula {
            label: "Losses of what is learned in part",
            tex: r"W_j = \tfrac{1}{n} \mathbf{1}\mathbf{1}^{\top}:\; L = \tfrac{n-1}{2n}, \qquad W_j = P_j - \tfrac{1}{n} \mathbf{1}\mathbf{1}^{\top}:\; L = \tfrac{1}{2n}",
        },
    ],
    sources: &[
        Source {
            text: "Wang, Dang, Lee, Lyu: The Power of Power Law: Asymmetry Enables Compositional Reasoning (PPL), 2026; state tracking on S5 with transformers. The model of matrices is ours.",
            url: "https://arxiv.org/abs/2604.22951",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
    ],
    presets: &[
        Preset { title: "Five symbols, four hops", query: "" },
        Preset { title: "Two hops: uniform wins", query: "hops=2&samples=60000" },
        Preset { title: "Four symbols", query: "symbols=4" },
        Preset { title: "Which exponent?", query: "exponents=0,0.5,1,1.25,1.5,2,2.5&samples=100000&runs=64" },
        Preset { title: "Until uniform training arrives", query: "samples=2000000&runs=32" },
    ],
};

pub(super) const TEXTS: crate::text::Texts = &[]; // MIGRATION

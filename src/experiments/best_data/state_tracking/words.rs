//! Texts of the experiment `state-tracking`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `state-tracking` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "State tracking",
    question: "A few cups are shuffled several times: does a model learn to follow them faster if all shuffles are equally frequent, or if a few are much more frequent than the others?",
    notice: &[
        "With four hops, most runs that train on a power law over the shuffles solve the task within about ten thousand samples, while uniform training has learned nothing after fifty thousand. The test is uniform in both cases: the power law wins although its training distribution is not the test distribution.",
        "Frequent skills come first: look at the accuracy by rank. Sequences of frequent skills are answered correctly early. Rare skills are then learned one at a time, each inside sequences whose other skills are already known.",
        "With two hops uniform training wins. A product of two matrices has a gradient from the start, so there is no plateau to escape from. What counts is to see every skill often enough, and a power law shows its rare skills too seldom.",
        "An answer is exact when the largest entry of every column is in the right place, which does not require a small loss. Every permutation preserves the mean of the symbols. A learner that ignores the direction of this mean can answer everything correctly and still have a loss of $1/(2n)$, which is 0.1 for five symbols. The figure of the loss shows this level: the accuracy rises while the loss is still near this level.",
        "Some runs never solve the task. They stay on a plateau where only a part of the structure is learned, often little more than the mean. Medians and quartiles are shown for this reason. A run that the budget cut off is kept, and counts as needing more samples than the budget.",
    ],
    model: &[
        "A skill is one of the $n!$ permutations of $n$ symbols, and has a matrix $W$ that is learned. A sample is a sequence of $k$ skills. The learner multiplies their matrices, and the target is the product of the permutation matrices. SGD minimises half the mean squared error per column, one sample at a time; longer gradients are clipped to the norm that you set. The ranks of the skills are drawn anew for each run.",
        "A run is tested every thousand samples on 500 uniformly drawn sequences, which are the same for all runs. The run has solved the task when 95% of the answers are exact. It then trains for as many samples again, and stops. The curves keep its last value.",
        "The task is that of the experiment with transformers by Wang, Dang, Lee and Lyu (five symbols, four hops, exponent 1.5). The learner is different: it is told that skills are matrices to be multiplied. It therefore shows the plateau and the escape from the plateau, but not what attention does.",
    ],
    formulas: &[
        Formula {
            label: "Learner and loss",
            tex: r"f = W_{s_k} \cdots W_{s_1}, \qquad \ell = \frac{1}{2n} \bigl\lVert f - P_{s_k} \cdots P_{s_1} \bigr\rVert_F^2, \qquad s_i \sim p_j \propto \mathrm{rank}(j)^{-\alpha}",
        },
        Formula {
            label: "Exact expected loss",
            tex: r"L = \frac{1}{2n} \bigl( \operatorname{tr} T^k(I) - 2 \operatorname{tr} C^k(I) + n \bigr), \qquad T(X) = \sum_j p_j W_j^{\top} X W_j, \quad C(X) = \sum_j p_j P_j^{\top} X W_j",
        },
        Formula {
            label: "Losses when only the mean is learned, and when all but the mean is learned",
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
        Preset { title: "Seven exponents compared", query: "exponents=0,0.5,1,1.25,1.5,2,2.5&samples=100000&runs=64" },
        Preset { title: "Long enough for uniform training", query: "samples=2000000&runs=32" },
    ],
};

crate::texts! {
    // Axes and columns.
    SAMPLES = "number of training samples";
    EXACT = "sequences answered exactly";
    LOSS = "expected loss";
    SYMBOLS = "symbols $n$";
    HOPS = "hops $k$";
    LEARNING_RATE = "learning rate";
    // Titles.
    ACCURACY = "Exact answers on uniform sequences";
    EXPECTED_LOSS = "Expected loss on uniform sequences";
    RANKS_UNIFORM = "Exact answers by rank of the skills, uniform training";
    RANKS_POWER = "Exact answers by rank of the skills, power law with α = {alpha}";
    // Curves and places.
    START = "before training: the learner guesses";
    UNIFORM = "uniform: median and quartiles";
    POWER = "α = {alpha}: median and quartiles";
    GUESSING = "guessing: 1 in {skills}";
    SOLVED = "solved: {share}";
    NOTHING_LEARNED = "nothing learned: 1/2";
    MEAN_LEARNED = "only the mean learned: {above}/{below}";
    ALL_BUT_MEAN_LEARNED = "all but the mean learned: 1/{below}";
    HEAD = "sequences of the most frequent third of skills";
    MIDDLE = "sequences of the middle third of skills";
    TAIL = "sequences of the least frequent third of skills";
    // Picture.
    CUPS = "{symbols} cups, shuffled {hops} {hops:time|times}";
    CUPS_AND_RUNS = "Each line follows a cup through one test. Each cell is a run. It is darker if the run answers more tests.";
    EXAMPLE = "the test";
    SHUFFLES = "{hops} {hops:shuffle|shuffles}";
    FOLLOW = "{right} of {runs} runs";
    FIRST_RUNS = "cells of the first {shown} of {runs} runs";
    // Answers.
    EXPECT_POWER_LAW = "Transformers learn to follow four shuffles from fewer samples if some kinds of shuffle are frequent; the run tests this for a simpler learner.";
    EXPECT_UNIFORM = "Earlier runs suggest: with {hops} {hops:hop|hops} uniform training needs fewer samples, because nothing holds it back at its start.";
    // Verdict.
    AS_TRANSFORMERS = "The hypothesis comes from published experiments with transformers on this task, with four hops. There is no theorem about this learner.";
    AS_EARLIER_RUNS = "The hypothesis comes from earlier runs of this learner, and from the theory of a simpler one (see the experiment on composing skills). There is no theorem about this learner.";
    NO_PLATEAU = "With one or two hops the weights grow quickly from the start, so there is no plateau to escape from, and a power law shows its rare skills too seldom.";
    // Values that are refused.
    RUNS = "at most {most} runs for {exponents} {exponents:exponent|exponents}, because the weights of more runs exceed {limit} MiB";
}

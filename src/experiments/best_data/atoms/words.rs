//! Texts of the experiment `atoms`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `atoms` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Memorising facts",
    question: "The test asks for facts with a long tail of frequencies: should training show them as often as the test does?",
    notice: &[
        r"If training uses the test distribution, the loss falls slowly, as $N^{-1+1/\alpha}$ in the number of samples $N$, because most samples repeat facts that are known already. With the optimal training distribution the loss falls as $N^{1-\alpha}$. At $\alpha = 2$ the optimal distribution doubles the exponent.",
        r"The optimal training distribution gives up the tail: it draws about $N/\alpha$ facts and never the others. Over the facts that it draws it is almost, but not exactly, uniform: the share of rank $k$ falls like $\ln(s/k)$ until the last rank $s$ that it draws.",
        r"A uniform distribution over the most frequent facts is as good as the optimal distribution only up to logarithms. If it covers a fixed multiple of $N$ facts, it misses a fixed share of them however large $N$ is, and its loss does not fall at all. The best truncated uniform distribution covers only about $N/((\alpha-1) \ln N)$ facts, so that it sees nearly all of them. Its loss is larger than the optimal loss by a factor of order $(\ln N)^{\alpha-1}$: compare the curves.",
        "With more samples than facts (try 1000 facts and 10000 samples) the loss of optimal training falls exponentially. The loss of matched training, which uses the test distribution, remains a power law until the rarest fact has been seen.",
        "An open marker at the bottom of the figure means that no run missed any fact. With 95% confidence the mean loss is then below the upper end of the marker's bar.",
    ],
    model: &[
        r"There are $K$ facts, which are separate from each other; the paper calls them atoms. The test asks for fact $k$ with probability $p_k \propto k^{-\alpha}$. A fact is known once it has been drawn. Training draws $N$ independent samples from a distribution $q$ that we choose. Matched training takes $q = p$. Optimal training takes the $q$ with the least expected loss. The best truncated uniform distribution is uniform over the $m$ most frequent facts, with the $m$ that gives the least expected loss.",
        "In this model nothing generalises from one fact to another, nothing is forgotten, and one exposure is enough; a language model may need hundreds of exposures.",
        "The simulation draws from alias tables, with the same random numbers for every $q$ and $N$, and keeps a bitmap of the facts seen. The loss of a run is the test probability of the facts that it has not seen.",
    ],
    formulas: &[
        Formula {
            label: "Expected loss of a training distribution",
            tex: r"L(q) = \sum_{k=1}^{K} p_k (1-q_k)^N, \qquad p_k = \frac{k^{-\alpha}}{H_{K,\alpha}}",
        },
        Formula {
            label: "Optimal training distribution",
            tex: r"q_k^* = \max\bigl(0,\, 1 - \beta\, p_k^{-1/(N-1)}\bigr), \qquad \beta = \frac{s-1}{\sum_{k \le s} p_k^{-1/(N-1)}}",
        },
        Formula {
            label: "Number of facts that the optimal distribution draws: the largest $s$ with",
            tex: r"s - p_s^{1/(N-1)} \sum_{k \le s} p_k^{-1/(N-1)} < 1, \qquad s \approx \frac{N}{\alpha}",
        },
        Formula {
            label: "Loss of the optimal distribution",
            tex: r"L^* = (s-1)\,\beta^{N-1} + \sum_{k > s} p_k \;\approx\; \frac{c\,\alpha^{\alpha}}{\alpha-1} N^{1-\alpha} - \frac{c\,K^{1-\alpha}}{\alpha-1}, \qquad c = \frac{1}{H_{K,\alpha}}",
        },
        Formula {
            label: "Loss of matched training, for many samples",
            tex: r"L_{\mathrm{same}} \approx \frac{c^{1/\alpha}}{\alpha}\, \Gamma\!\left(1-\tfrac{1}{\alpha},\, N c K^{-\alpha}\right) N^{-1+1/\alpha}",
        },
        Formula {
            label: "Loss of the uniform distribution over the top $m$ facts",
            tex: r"L_m = P_m \left(1-\tfrac{1}{m}\right)^{N} + 1 - P_m, \qquad P_m = \sum_{k \le m} p_k",
        },
    ],
    sources: &[
        Source {
            text: "Medvedev, Lyu, Li, Srebro: Shift is Good: Mismatched Data Mixing Improves Test Performance (SIG), 2025, Section 4. Theorem 4.2 of version 1 prints the exponent 1/(K − 1) where 1/(N − 1) is meant; version 2 was not compared.",
            url: "https://arxiv.org/abs/2510.25108",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
    ],
    presets: &[
        Preset { title: "α = 1.5", query: "" },
        Preset { title: "α = 2: exponents 1/2 and 1", query: "exponent=2" },
        Preset { title: "Heavy tail, α = 1.1", query: "exponent=1.1" },
        Preset { title: "More samples than facts", query: "atoms=1000&samples=30,100,300,1000,3000,10000,30000" },
        Preset { title: "Fifty facts", query: "atoms=50&samples=5,10,20,50,100,200,500" },
    ],
};

crate::texts! {
    // Axes and columns.
    SAMPLES = "training samples";
    LOSS = "test loss: probability of the facts not seen";
    RANK = "rank of the fact";
    SHARE = "share of the training samples";
    SAMPLES_COLUMN = "training samples $N$";
    MATCHED_LOSS = "exact loss, matched";
    MATCHED_LOSS_SIMULATED = "simulated loss, matched";
    OPTIMAL_LOSS = "exact loss, optimal";
    OPTIMAL_LOSS_SIMULATED = "simulated loss, optimal";
    FLAT_LOSS = "exact loss, best truncated uniform";
    FLAT_LOSS_SIMULATED = "simulated loss, best truncated uniform";
    OPTIMAL_ATOMS = "facts drawn, optimal";
    OPTIMAL_ATOMS_LIMIT = r"limit $N/\alpha$ of facts drawn, optimal";
    FLAT_ATOMS = "facts drawn, best truncated uniform";
    TRAINING = "training distribution";
    EXPONENT = "exponent for many samples";
    EXACT_SLOPE_COLUMN = "slope of the exact curve";
    MEASURED_SLOPE = "measured slope";
    // Titles.
    LOSS_AGAINST_SAMPLES = "Test loss against training samples";
    DISTRIBUTIONS = "Training distributions for {samples} samples";
    LOSSES = "Test loss of three training distributions, and the number of different facts that they can draw";
    EXPONENTS = "Exponents of the loss: the limit, and slopes in the log-log plot over the compared numbers of samples";
    // Training distributions.
    OPTIMAL_GROUP = "optimal: top facts";
    FLAT_GROUP = "uniform: top facts";
    MATCHED = "matched";
    OPTIMAL = "optimal";
    FLAT = "best truncated uniform";
    // Curves.
    BY_THEORY = "exact";
    BY_RUNS = "simulated: mean and 95% interval";
    NONE_MISSED = "no fact missed in any run: 95% bound";
    MATCHED_EXACT = "matched training, exact";
    OPTIMAL_EXACT = "optimal training, exact";
    FLAT_EXACT = "best truncated uniform training, exact";
    MATCHED_ASYMPTOTE = "matched training, asymptote";
    OPTIMAL_ASYMPTOTE = "optimal training, asymptote";
    MATCHED_RUNS = "matched training, simulated: mean and 95% interval";
    OPTIMAL_RUNS = "optimal training, simulated: mean and 95% interval";
    FLAT_RUNS = "best truncated uniform training, simulated: mean and 95% interval";
    MATCHED_NONE = "matched training, simulated: no fact missed in any run, 95% bound";
    OPTIMAL_NONE = "optimal training, simulated: no fact missed in any run, 95% bound";
    FLAT_NONE = "best truncated uniform training, simulated: no fact missed in any run, 95% bound";
    MATCHED_SHARES = "matched: the test distribution";
    OPTIMAL_SHARES = "optimal: the top {atoms} {atoms:fact|facts}";
    FLAT_SHARES = "best truncated uniform: the top {atoms} {atoms:fact|facts}";
    // Picture.
    SEEN = "Facts seen after {samples} {samples:sample|samples}";
    SEEN_BY_THEORY = "Each cell is a fact, frequent ones first. A darker one is likelier to be seen, by theory.";
    SEEN_BY_RUNS = "Each cell is a fact, frequent ones first. A darker one was seen by more of {runs} runs.";
    SEEN_FLAT = "uniform";
    KNOWN = "{known} of test";
    // Answers.
    SHOW_FEW = "Train only on the {drawn} most frequent of {atoms} facts: after {samples} samples the loss is {optimal}, against {matched} if training copies the test.";
    SHOW_ALL = "Show all {atoms} facts almost equally often: after {samples} samples the loss is {optimal}, against {matched} if training copies the test.";
    SHOWED_FEW = "Measured after {samples} samples: the loss is {optimal} if training shows only the {drawn} most frequent facts, {matched} if it copies the test.";
    SHOWED_ALL = "Measured after {samples} samples: the loss is {optimal} if training shows all {atoms} facts almost equally often, {matched} if it copies the test.";
    NOTHING_MISSED = "Measured after {samples} samples: no run missed a fact if training shows all {atoms} almost equally often; the loss is {matched} if it copies the test.";
    CANNOT_TELL = "These runs cannot tell: after {samples} samples the loss is {optimal} with the best training distribution, {matched} if training copies the test.";
    // Verdicts on the slopes.
    MATCHED_SLOPE = "Hypothesis: if training copies the test distribution, the simulated loss falls with the number of samples as steeply as the computed loss. Slope of the loss against the number of samples, in the log-log plot";
    OPTIMAL_SLOPE = "Hypothesis: with the optimal training distribution the simulated loss falls with the number of samples as steeply as the computed loss. Slope of the loss against the number of samples, in the log-log plot";
    EXACT_SLOPE = "Over the compared numbers of samples the exact curve has the slope {slope}.";
    NO_EXACT_SLOPE = "At the largest number of samples the exact loss is too small for 64-bit numbers, so the exact curve has no slope.";
    SLOPE_LIMIT = "With many samples, and far more facts than samples, the slope of the exact curve tends to {limit}.";
    LEVEL_NOT_RULED_OUT = "The interval does not rule out a slope of 0. Simulate more runs, or compare smaller numbers of samples.";
    MATCHED_NOT_RULED_OUT = "The interval does not rule out the slope of matched training, {slope}. Simulate more runs, or compare smaller numbers of samples.";
    FEW_MISSED = "For at least one number of samples, fewer than ten runs missed a fact that they could have drawn, too few to measure a slope. Simulate more runs, or compare smaller numbers of samples.";
    // Verdict on the support.
    SUPPORT = r"Hypothesis: with $N$ = {samples} samples the optimal training distribution draws only the $N/\alpha$ most frequent facts, up to a term of order $\ln N$. Number of facts that it draws";
    SUPPORT_LIMIT = r"The number of facts that the optimal distribution draws is computed exactly, not simulated. $N/\alpha$ approximates this number; with {samples} samples it may be off by {resolution} facts.";
    SUPPORT_WINDOW = r"The number of facts drawn is compared with $N/\alpha$ only where $N$ is at least {least}, which is $10\alpha$, and at most {most}, which is a tenth of all facts.";
    NO_SUPPORT_WINDOW = r"The limit $N/\alpha$ needs many samples and far more facts than samples. With {atoms} facts no number of samples meets both conditions.";
    SUPPORT_NOT_TOLD = r"With only {samples} samples $N/\alpha$ cannot be told from $N$. Compare larger numbers of samples.";
    // Errors.
    WHOLE_NUMBERS = "whole numbers from {least} to {most}";
}

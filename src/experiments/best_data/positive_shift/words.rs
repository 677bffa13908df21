//! Texts of the experiment `positive-shift`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `positive-shift` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Positive shift",
    question: "A model is tested on a known mixture: when does it help to train on another one?",
    notice: &[
        r"A shift helps almost always. The matched shares, which are equal to the test weights, are the best only if one more sample lowers the loss equally in every part, that is, if all $p_k e_k'(p_k N)$ are equal. With $n = p_k N$ this requires $e'(n) \propto 1/n$, the slope of a logarithm. Choose the logarithm: the matched and the optimal shares coincide, and the gain is zero to all digits.",
        "A run draws random mixtures. The figure of the test loss shows what they reach with their optimal shares: the bar covers the middle 90% of them, each scaled so that its loss with matched shares is that of your mixture.",
        "The histogram shows the gains of random mixtures. Some gains are small, but every mixture gains something. The control has the weights of these mixtures and logarithmic curves, with which nothing can be gained.",
        "If all parts have one power law, the shift goes from common parts to rare parts. If their exponents differ, it goes to the parts that learn slowly. Other curves may shift the other way: with an offset or exponential curves and few samples, the common parts get all data. With different exponents the best shares change with $N$, so a mixture that was tuned on a small run is not the best for a large one.",
        "With an offset ($a = 1$) or exponential curves, some parts may best get no data at all. With power laws without an offset every part gets some data, because a part without samples has an infinite error.",
        "Transfer between parts does not remove the effect. In the mixing law, even two parts of equal weight are best trained on unequal shares as soon as one of them learns from data of the other.",
    ],
    model: &[
        "The test set draws from $K$ parts with weights $p$. Training shares $q$ give part $k$ a number $n = N q_k$ of samples, and its error is a given curve of $n$. The model does not say how these curves arise. They are convex, so the optimum is unique and can be certified.",
        "A random mixture has as many parts as the mixture that you set. Its weights are uniform on the simplex, its exponents $a$ uniform from 0.2 to 1, and its heights $c$ (in the mixing law $b$) log-uniform from 0.1 to 10; everything else is as you set it. All numbers are computed in 64 bits. A gain is a sum of positive terms, not a difference of losses, so it is accurate down to $10^{-17}$.",
    ],
    formulas: &[
        Formula {
            label: "Loss with training shares $q$ and test weights $p$",
            tex: r"L(p, q) = \sum_k p_k\, e_k(N q_k), \qquad L_{\mathrm{same}} = L(p, p), \qquad L^* = \min_q L(p, q)",
        },
        Formula {
            label: "Optimality condition of the shares",
            tex: r"-p_k N e_k'(N q_k^*) = \lambda \text{ where } q_k^* > 0, \qquad \le \lambda \text{ where } q_k^* = 0",
        },
        Formula {
            label: "Optimal shares for power laws",
            tex: r"q_k^* = \left(\frac{p_k a_k c_k N^{-a_k}}{\lambda}\right)^{1/(1+a_k)}, \qquad \sum_k q_k^* = 1",
        },
        Formula {
            label: "Samples $N'$ with optimal shares that are worth $N$ samples with matched shares",
            tex: r"L^*(N') = L_{\mathrm{same}}(N)",
        },
        Formula {
            label: "Direction of the shift at the matched shares",
            tex: r"v_k = -p_k N e_k'(N p_k) + \frac{1}{K} \sum_j p_j N e_j'(N p_j)",
        },
        Formula {
            label: "Optimal shares in the mixing law, where all are positive",
            tex: r"q^* = T^{-1}\left(\frac{1 + \mathbf{1}^{\!\top} T^{-1} \tau}{\mathbf{1}^{\!\top} T^{-1} \mathbf{1}} \mathbf{1} - \tau\right), \qquad \tau_l = \ln \frac{[T^{-\top} \mathbf{1}]_l}{p_l b_l}",
        },
        Formula {
            label: "Optimal share and gain of one-way transfer $t$ between two equal parts",
            tex: r"q_1^* = \frac{1 + \ln(1-t) - t}{2-t}, \qquad L_{\mathrm{same}} - L^* = \tfrac{9}{32}\, b\, e^{-1/2}\, t^2 + O(t^3)",
        },
    ],
    sources: &[
        Source {
            text: "Medvedev, Lyu, Li, Srebro: Shift is Good: Mismatched Data Mixing Improves Test Performance (SIG), 2025, Sections 3, 6 and 7. Corollary 6.4 of the first version prints the gap 2b (1 − a/4) / √e, which is not 0 at a = 0; the formula shown here is. A second version exists.",
            url: "https://arxiv.org/abs/2510.25108",
        },
        Source {
            text: "Ye, Liu, Sun, Zhan, Zhou, Qiu: Data Mixing Laws: Optimizing Data Mixtures by Predicting Language Modeling Performance, 2024 (the mixing law)",
            url: "https://arxiv.org/abs/2403.16952",
        },
    ],
    presets: &[
        Preset { title: "Three parts, power laws", query: "" },
        Preset {
            title: "One majority, 99 minorities",
            query: concat!("a=0.28&samples=100000&draws=0&weights=231", ones!()),
        },
        Preset { title: "Different exponents", query: "weights=0.5,0.5&a=0.5,1&samples=10000" },
        Preset { title: "Parts that get no data", query: "weights=0.7,0.25,0.05&family=offset&b=1,20,200" },
        Preset { title: "Logarithmic curves, the control", query: "family=log" },
        Preset { title: "Mixing law, one-way transfer", query: "weights=0.5,0.5&family=mixing-law&t=1,0.1;0,1" },
    ],
};

crate::texts! {
    // Axes.
    PART_AXIS = "part";
    SHARE = "share of the training samples";
    SAMPLES = "number of training samples N";
    TEST_LOSS = "test loss";
    OPTIMAL_SHARE = "optimal share";
    SLOPE = "decrease of the loss per unit of share, minus the mean";
    GAIN = "relative gain; the leftmost bin holds 10⁻¹⁷ and less";
    SHARE_OF_MIXTURES = "share of the mixtures in each quarter of a decade";
    WEIGHT_OF_MAJORITY = "weight p of the majority";
    SAMPLES_RATIO = "samples ratio N′/N";
    // Titles.
    SHARES = "Matched and optimal training shares";
    DIRECTION = "Direction of the shift that lowers the loss, from the matched shares";
    LOSS_AGAINST_SAMPLES = "Test loss with matched and with optimal shares";
    SHARES_AGAINST_SAMPLES = "Optimal shares against training samples";
    SHARES_OF_HEAVIEST = "Optimal shares of the {parts} parts of greatest weight, against training samples";
    MIXTURES_BY_GAIN = "How rare are mixtures without a gain? Random mixtures by their gain";
    MAJORITY = "Samples needed with optimal shares: one majority, {minorities} equal minorities";
    // Curves and places.
    MATCHED = "matched shares (the test weights)";
    OPTIMAL = "optimal shares";
    MORE_OF_PART = "above 0: train more on this part";
    OPTIMAL_AT_EACH = "optimal shares at each N";
    MIXTURES = "random mixtures: median, middle 90%";
    MATCHED_SAMPLES = "matched: {samples} samples";
    OPTIMAL_SAMPLES = "optimal: {samples} samples";
    PART = "part {part}";
    SAMPLES_HERE = "N";
    THIS_FAMILY = "curves of this family";
    CONTROL = "control: logarithmic curves";
    THIS_MIXTURE = "this mixture";
    THIS_RATIO = "this mixture: {ratio}";
    EXACT = "exact";
    PUBLISHED = "published: about 0.75 at p = 0.7";
    // Where nothing is shown.
    SLOPE_UNKNOWN = "For these weights the slope of the loss is beyond 64-bit numbers.";
    LOSS_UNKNOWN = "The losses are too small for 64-bit numbers.";
    // Tables.
    GAINED = "What the optimal shares gain";
    QUANTITY = "quantity";
    VALUE = "value";
    LOSS_MATCHED = "loss with matched shares";
    LOSS_OPTIMAL = "loss with optimal shares";
    LOSS_RATIO = "loss with optimal shares, divided by loss with matched shares";
    RATIO = "samples ratio $N'/N$: samples needed with optimal shares, divided by samples with matched shares";
    LOSS_DIFFERENCE = "loss with matched shares minus loss with optimal shares";
    LOSS_MIRROR = "least loss found by mirror descent";
    GAP_MIRROR = "upper bound on the distance of the mirror-descent loss from the least loss";
    LEADING_DIFFERENCE = r"difference of the losses to leading order, $9 b t^2 / (32 \sqrt{e})$";
    FIRST_SHARE = "optimal share of part 1, by the closed form";
    PARTS = "Weights and optimal shares of the parts";
    WEIGHT = "weight";
    DIRECTION_OF_SHIFT = "direction of the shift, as decrease of the loss per unit of share";
    RARE = "Random mixtures with a small gain";
    RELATIVE_GAIN = "relative gain";
    INTERVAL_FROM = "lower end of the 95% interval";
    INTERVAL_TO = "upper end of the 95% interval";
    BELOW_2 = "below 1%";
    BELOW_3 = "below 0.1%";
    BELOW_4 = "below 0.01%";
    BELOW_12 = "below $10^{-12}$";
    // Answers.
    SHIFT = "Give part {part} {best} of the samples, not {weight}: that reaches the same loss with {saved} fewer samples.";
    SHIFT_LOWERS = "Give part {part} {best} of the samples, not {weight}: that lowers the loss by {gain}, from {matched}.";
    LEAVE_OUT = "Give {parts} of the {all} parts no data at all: the best shares reach the same loss with {saved} fewer samples.";
    KEEP = "Train on the test mixture itself: no other shares reach a lower loss.";
    CONTROL_KEEPS = "With logarithmic curves no shift helps: the best training mixture is the test mixture.";
    ALL_GAIN = "All {mixtures} random mixtures gain from a shift. With your weights, the best one reaches the same loss with {saved} fewer samples.";
    ALL_GAIN_LOWERS = "All {mixtures} random mixtures gain from a shift. With your weights, the best one lowers the loss by {gain}, from {matched}.";
    ALL_BUT_THIS_GAIN = "All {mixtures} random mixtures gain from a shift, but with the weights that you set the test mixture itself is best.";
    SOME_GAIN = "{gained} of {mixtures} random mixtures gain from a shift; for the others no gain can be seen.";
    NONE_GAINS = "None of {mixtures} random mixtures gains from a shift: with logarithmic curves the test mixture is best.";
    // Verdict: two solvers.
    SOLVERS = "Hypothesis: two ways to compute the least loss agree. One solves the condition that the best shares meet; the other, mirror descent, goes downhill from the test weights step by step. Least loss found by mirror descent";
    CERTIFICATE = "The gradient at the point where mirror descent stopped proves that no other shares lower the loss by more than {gap}.";
    NO_CERTIFICATE = "Mirror descent stopped before it could prove that its loss is within one part in a million of the least loss. Use fewer parts, or weights that differ less.";
    NO_LEAST_LOSS = "The least loss is beyond 64-bit numbers, so there is nothing to compare.";
    // Verdicts: random mixtures.
    EVERY_MIXTURE_GAINS = "Hypothesis: every random mixture gains something from a shift. Share of mixtures with a relative gain below $10^{-12}$";
    MEASURE_ZERO = "For almost all error curves some shift lowers the loss (Theorem 7.2 of Medvedev et al., 2025). The curves of a random mixture are random, so theory expects every mixture to gain something.";
    CONTROL_GAINS_NOTHING = "Hypothesis: with logarithmic curves no mixture gains anything from a shift. Share of mixtures with a relative gain below $10^{-12}$";
    GIBBS = "Logarithmic curves are the control: by Gibbs' inequality the matched shares are then the best.";
    UNCOUNTED = "{mixtures} further {mixtures:mixture is|mixtures are} not counted, because the losses are beyond 64-bit numbers.";
    FEW_MIXTURES = "There are too few random mixtures to tell. Draw at least 1000.";
    // Values that are refused.
    CONVEX_EXPONENT = "at most 1 in the family `offset`, because steeper curves are not convex";
    MANY_WEIGHTS = "parameter `weights` has {weights} weights: the family `mixing-law` takes at most {most}";
    SQUARE_MATRIX = "a matrix of {parts} × {parts} numbers, with one row and one column for each part";
}

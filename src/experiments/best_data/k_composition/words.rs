//! Texts of the experiment `k-composition`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `k-composition` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Composing skills",
    question: "Every task combines several skills, and the test draws all skills equally often: should training draw them equally often too?",
    notice: &[
        "The test draws all skills equally often, and yet training on the uniform distribution stays at the loss 0.5 (the loss of always predicting 0) long after training on the power law has reached the target. The figure of skills shows why: under the power law the most frequent skills are learned within a few thousand samples, and then they help to learn the rare skills.",
        r"At the start every prediction is a product of small numbers, so the gradient is tiny. With $d$ skills and $k$ factors its size is of order $d^{-k/2}$ under the uniform distribution. Under a power law with $\alpha > 1$ the gradient does not shrink as $d$ grows, because the most frequent skills alone keep up the signal $A$, which is the mean weight over the training distribution. The figure of the gradient shows both distributions. In the landscapes of the training loss, the region around 0 is flat under the uniform distribution and slopes under a power law.",
        "With $k = 2$ hops uniform training needs fewer samples than a power law (preset). With two hops the weights grow quickly from the start and there is no plateau to escape from, so frequent skills are no help, and a power law draws its rarest skills too seldom.",
        r"A steeper power law escapes from the start faster, but waits longer for its rarest skills. So the number of samples to the target is a U-shaped function of $\alpha$, and its minimum moves to larger $\alpha$ as $k$ grows. Training that starts on a power law and changes to the uniform distribution once the frequent skills are learned (preset) is faster than either distribution alone.",
        "No single learning rate suits both distributions: uniform training tolerates a larger one. If each distribution has its own best learning rate (preset), the median number of samples with uniform training, divided by the median with the power law, is about a sixth of this ratio at the default settings, and still above 1.",
        "Under the uniform distribution some runs need more than ten times as many samples as others, because chance decides how far from 0 the signal $A$ starts. Therefore medians of the runs are compared. A median that was cut off by the budget is shown as a bound.",
    ],
    model: &[
        r"There are $d$ skills, each with a hidden sign. A task draws $k$ skills, with repetition, and asks for the product of their signs. The learner has one weight for each skill and predicts the product of the weights. It is trained by SGD on half the squared error, one sample or one batch at a time, on skills drawn from $p_j \propto j^{-\alpha}$. The test draws skills uniformly, and its loss is computed exactly. In this model nothing generalises from one skill to another, and a language model has no single number for a skill.",
        "For odd $k$ a run whose signal $A$ starts below 0 flows to the barrier $A = 0$ and may stay there. The default $k = 4$ is even, so that $w$ and $-w$ are equally good; a run is shown with the sign that is nearer to the true weights. A run whose predictions grow beyond all bounds has diverged, and is stopped. It is left out of medians of the loss, and counts as never reaching the target.",
        "The loss is checked every 256 samples. Weights are 32-bit numbers, and curves of the loss end at $10^{-6}$. The flow without noise is gradient descent with infinitely small steps, from the starts of the first runs. SGD at a finite learning rate does not follow the flow exactly; under the uniform distribution the noise of SGD helps.",
    ],
    formulas: &[
        Formula {
            label: "Prediction and truth",
            tex: r"f_w(s) = \prod_{i=1}^{k} w_{s_i}, \qquad y(s) = \prod_{i=1}^{k} w^*_{s_i}, \qquad w^* \in \{-1,1\}^d, \quad s_i \sim p, \quad p_j \propto j^{-\alpha}",
        },
        Formula {
            label: "Exact loss",
            tex: r"L_p(w) = \tfrac12 \left( B^k - 2 A^k + 1 \right), \qquad A = \sum_j p_j w_j w^*_j, \qquad B = \sum_j p_j w_j^2",
        },
        Formula {
            label: "Gradient of the loss",
            tex: r"\frac{\partial L_p}{\partial w_j} = k\, p_j \left( B^{k-1} w_j - A^{k-1} w^*_j \right)",
        },
        Formula {
            label: "Size of the gradient at the start, for weights of size $r$",
            tex: r"k \lVert p \rVert_2 \lvert A \rvert^{k-1} \sim k\, r^{k-1} \lVert p \rVert_2^{k}, \qquad \lVert p \rVert_2 = d^{-1/2} \text{ (uniform)}, \quad \Theta(1) \text{ } (\alpha > 1)",
        },
        Formula {
            label: "Flow under the uniform distribution, which two numbers describe completely",
            tex: r"A' = \frac{k}{d} \left( A^{k-1} - B^{k-1} A \right), \qquad B' = \frac{2k}{d} \left( A^k - B^k \right)",
        },
        Formula {
            label: r"Number of samples to the target: lower bound for uniform training; upper bound for a power law with $\alpha > 1$ and even $k$, up to logarithms",
            tex: r"N_{\mathrm{uniform}} \gtrsim d^{k/2}, \qquad N_{\alpha} \lesssim d^{2\alpha}",
        },
        Formula {
            label: "Learning rates at which SGD can stay at the true weights, with batches of $M$ samples",
            tex: r"\eta < \frac{2}{k/M + (1 - 1/M)\, \lambda_{\max}}, \qquad \lambda_{\max} = \text{largest eigenvalue of } k\,\mathrm{diag}(p) + k(k-1)\, p p^{\top}",
        },
        Formula {
            label: "Share of tasks with the right sign, when a share $c$ of the skills has the right sign",
            tex: r"\tfrac12 \left( 1 + (2c-1)^k \right)",
        },
    ],
    sources: &[
        Source {
            text: "Wang, Dang, Lee, Lyu: The Power of Power Law: Asymmetry Enables Compositional Reasoning (PPL), 2026. Theorem 1 gives the lower bound for uniform training, Theorem 2 the upper bound for a power law.",
            url: "https://arxiv.org/abs/2604.22951",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
    ],
    presets: &[
        Preset { title: "Four hops: a power law wins", query: "" },
        Preset { title: "Two hops: uniform wins", query: "hops=2" },
        Preset { title: "Five hops: uniform stands still", query: "hops=5&skills=128&init=0.4&samples=1000000" },
        Preset { title: "Start on a power law, end uniform", query: "lr=0.1&uniform-after=3000&samples=300000" },
        Preset { title: "Which learning rate is best?", query: "lr=0.08&rates=32" },
        Preset { title: "Which exponent is best?", query: "exponents=0,0.5,0.75,1,1.25,1.5,1.75,2,2.5&samples=300000" },
        Preset { title: "More and more skills", query: "lr=0.1&halvings=3&samples=1000000&runs=16" },
    ],
};

crate::texts! {
    // Axes and columns.
    SAMPLES = "training samples";
    TEST_LOSS = "test loss on uniformly drawn skills";
    RIGHT_SIGN = "test tasks with the right sign";
    MEAN_WEIGHT_OF_BIN = "mean weight (the truth is 1)";
    MOMENTS = "mean weight A, mean squared weight B";
    SKILLS = "number of skills";
    GRADIENT = "gradient towards the truth at the start";
    HEAD_WEIGHT = "weight of the first eighth of the skills";
    TAIL_WEIGHT = "weight of the other skills";
    CLIPPED_LOSS = "training loss, clipped at 1";
    MEAN_WEIGHT = "mean weight A";
    MEAN_SQUARE = "mean squared weight B";
    HOPS_COLUMN = "hops $k$";
    SKILLS_COLUMN = "skills $d$";
    // Titles.
    LOSS = "Test loss against training samples";
    SIGN_ACCURACY = "Share of test tasks with the right sign";
    FIRST_SKILLS = "Which skills are learned first";
    SIGNAL = "Signal A and size B: means of the weight and of its square over the training distribution";
    GRADIENT_AGAINST_SKILLS = "Gradient towards the truth at the start, against the number of skills";
    LANDSCAPE = "Training loss against the weights of the first eighth and of the other skills. Training distribution: {training}";
    PHASE = "Flow of the mean weight A and the mean squared weight B under uniform training";
    TIMES_AGAINST_SKILLS = "Training samples to the target, against the number of skills";
    // Groups of skills.
    FIRST_EIGHTH = "first eighth of the skills";
    SECOND_EIGHTH = "second eighth of the skills";
    SECOND_QUARTER = "second quarter of the skills";
    SECOND_HALF = "second half of the skills";
    // Curves and places.
    MEDIAN = "median of the runs";
    MEDIAN_OF = "{training}: median of the runs";
    MEDIAN_WITHOUT_DIVERGED = "{training}: median of the runs, without {runs} that diverged";
    QUARTILES_WITHOUT_DIVERGED = "{training}: median and quartiles of the runs, without {runs} that diverged";
    FLOW_OF = "{training}: flow without noise, median of {starts} {starts:start|starts}";
    SINGLE_RUNS_OF = "{training}: single runs";
    BIN_RUNS = "{training}, {skills}: mean of the runs";
    BIN_FLOW = "{training}, {skills}: flow without noise";
    SIGNAL_RUNS = "{training}: signal A, mean of the runs";
    SIGNAL_FLOW = "{training}: signal A, flow without noise";
    SIZE_RUNS = "{training}: size B, mean of the runs";
    SIZE_FLOW = "{training}: size B, flow without noise";
    GRADIENT_THEORY = "{training}: theory for the median signal A";
    GRADIENT_STARTS = "{training}: median and quartiles of {starts} {starts:start|starts}";
    MEAN_RUN = "mean of the runs";
    SINGLE_RUNS = "single runs";
    FLOW = "flow without noise";
    EQUAL_WEIGHTS = "B = A²: all weights are equal";
    UNIFORM_RUNS = "single runs with uniform training";
    FLOW_TIMES = "flow without noise";
    FIT = "{training}: fit with the exponent {slope}";
    BOUND = "{training}: as steep as the bound, with the exponent {bound}";
    NOTHING_LEARNED = "loss of always predicting 0";
    TARGET = "target loss {loss}";
    SWITCH = "uniform training from here on";
    SADDLE = "saddle point";
    TRUTH = "truth";
    // Picture.
    SKILLS_LEARNED = "Skills that are learned";
    SKILLS_AS_CELLS = "Each cell is a skill, frequent ones first. The weight of a darker one is nearer to the truth.";
    LEARNED_OF = "{learned} of {skills}";
    SKILLS_SHOWN = "the {shown} most frequent of {skills} skills";
    // Answers.
    POWER_LAW_FIRST = "Theory: with {hops} hops a power law needs fewer samples, because uniform training is stuck near its start.";
    UNIFORM_FIRST = "Theory: with {hops} {hops:hop|hops} uniform training needs fewer samples, because nothing holds it back at its start.";
    MIDDLE_IS_BEST = "Theory: a steeper power law leaves the start sooner but sees its rarest skills later, so a middle exponent is best.";
    SWITCH_HELPS = "Theory: a power law leaves the start sooner, and uniform training then learns the rare skills sooner.";
    UNIFORM_GROWS = "Theory: twice the skills take at least {times} times the samples with uniform training.";
    SWITCHED = "Training that changes from a power law to the uniform distribution after {after} samples needs {fast} samples; uniform training alone needs {slow}.";
    SKILLS_DOUBLED = "Twice the skills take {uniform} times the samples with uniform training, and {power} times with a power law.";
    SKILLS_DOUBLED_ALIKE = "Twice the skills took {uniform} times the samples with uniform training, {power} times with a power law: too close to tell apart.";
    // Verdicts on the race.
    NO_BARRIER = r"With $k \le 2$ hops the weights grow quickly from the start, so there is no plateau to escape from. What counts is how often the rarest skill is drawn, and no distribution draws its rarest skill more often than the uniform one.";
    // Verdicts on the growth with the number of skills.
    UNIFORM_GROWTH = "Hypothesis: with uniform training, $k$ hops and $d$ skills, the number of samples to the target grows at least as fast as $d^{k/2}$. Exponent of $d$";
    POWER_LAW_GROWTH = r"Hypothesis: with the power law $\alpha$ = {alpha} and $d$ skills, the number of samples to the target grows at most as fast as $d^{2\alpha}$, up to logarithms. Exponent of $d$";
    LOWER_BOUND = "Theory gives a lower limit: an exponent clearly above the limit agrees with theory, and an exponent clearly below it contradicts theory.";
    UPPER_BOUND = "Theory gives an upper limit, which need not be reached: an exponent clearly below the limit agrees with theory, and an exponent clearly above it contradicts theory.";
    COVERAGE_NOT_RULED_OUT = r"The interval does not rule out the exponent 1. If it were enough to see every skill once, training would need of order $d \ln d$ samples, and the exponent would be 1 up to logarithms. Simulate more runs, or compare more numbers of skills.";
    LEVEL_NOT_RULED_OUT = "The interval does not rule out the exponent 0. Simulate more runs, or compare more numbers of skills.";
    BOUND_NOT_RULED_OUT = "The interval contains the upper limit, so it does not show on which side of the limit the exponent is. Simulate more runs, or compare more numbers of skills.";
    TOO_MANY_CUT_OFF = "The budget cut off too many runs to fit an exponent. Give the runs more samples.";
    // Verdict on the learning rate.
    STABLE = "Condition for SGD to stay at the true weights: the learning rate is below an upper limit. Learning rate";
    BELOW_EDGE = "A learning rate below the upper limit is necessary, but not sufficient: some runs diverge by chance at smaller learning rates. The table counts the runs that diverged.";
    BEYOND_EDGE = "At or above the upper limit, every run that comes near the true weights is expected to diverge. Choose a smaller learning rate.";
    // Errors.
    RUNS_ALLOWED = "at most {runs} runs for each of {exponents} {exponents:exponent|exponents} (memory limit)";
    RUNS_AT_RATES_ALLOWED = "at most {runs} runs for each of {exponents} {exponents:exponent|exponents} at {rates} learning rates (memory limit)";
    BATCH_ALLOWED = "at most the {samples} samples of a run";
}

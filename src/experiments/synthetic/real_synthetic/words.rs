//! Texts of the experiment `real-synthetic`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `real-synthetic` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Three phases of mixed data",
    question: "Synthetic data leave out rare facts: what does a small share of real data buy, and when?",
    notice: &[
        r"The test error falls in three phases. First the learner meets the frequent facts, which both kinds of data show. Then it knows them, and almost every further sample repeats one of them: the error stays on a plateau, whose height is the probability of all facts that synthetic data leave out. At last the few real samples have shown enough rare facts, and the error falls again.",
        r"In the third phase the learner learns as if it had the real samples alone: with the share $\pi$ of real data, $T$ samples are worth $\pi T$ real ones. A small share of real data does not lower the plateau. It decides when the plateau ends, at about $1/\pi$ times the samples at which it began.",
        r"With 10% real data the plateau almost vanishes. Without real data it never ends. If the cutoff rank is the number of facts, nothing is left out, and there are no phases. Compare the presets.",
        r"The paper (see the sources) prints $k^\beta$ and $k^\beta/\pi$ for the two ends of the plateau. These formulas leave out that the probabilities must sum to 1, which takes a division by $Z = \zeta(\beta)$. So the printed lines stand too far to the left: for $\beta = 1.5$ by a factor of 2.6 at the end of the plateau, and by a little less at its beginning, because synthetic data show the frequent facts more often.",
        r"The paper's bound has a complexity term (NTK). With equal numbers of samples it points the wrong way here: more real data show more different facts, which raises this term and lowers the error. The distance to the test distribution (MMD) points the right way.",
    ],
    model: &[
        r"Fact $i$ is asked for with probability $p_i = i^{-\beta}/Z$. A real sample shows a fact drawn from $p$. A synthetic sample shows a fact drawn from $p'$, which is $p$ without the facts after rank $k$. A share $\pi$ of the training samples is real. The learner is right about the facts that it has seen at least once, and wrong about all others.",
        r"Synthetic data can lose the tail in other ways. Nucleus sampling (top-p) keeps the most frequent facts up to a given probability, so it is a cut at a rank. A temperature below 1 makes the tail lighter but leaves out nothing. A model that has seen a finite sample knows only the facts in it. The last two have no sharp cut, so they have no clear phases: compare them in the folded figures, or choose how the generator loses the tail.",
        r"The error on a fact may also depend on its rank: $i^{-\alpha}$ before the learner has seen the fact, $b\, i^{-\lambda}$ after. These are the exponents of the paper's Lemma 1, as its reviewers describe them. No such learner has an error with all five terms of the printed formula; a folded figure compares them.",
        r"Each run draws its samples from the mixture and marks the facts that they show. Its test error is the probability of the facts that it has not seen. The settings limit the number of facts that a learner can learn. All rarer facts stay unknown, and count as errors.",
        r"The terms of the paper's bound are computed for a world of at most 4000 facts, 3000 samples, and features that only say which fact a sample shows: the empirical loss (the share of wrong labels), the distance MMD (maximum mean discrepancy), the complexity term of the neural tangent kernel, and the finite-sample term with $\delta = 0.05$. The full text of the paper was not available, so its constants and its tables are not compared.",
        r"This is not a language model: facts do not help each other, one look is enough, and nothing is forgotten. An error here is the share of facts that the learner does not know, which the paper calls a loss.",
    ],
    formulas: &[
        Formula {
            label: "Expected test error after $T$ samples",
            tex: r"E(T) = \sum_i p_i (1 - q_i)^T, \qquad q_i = \pi p_i + (1 - \pi) p'_i",
        },
        Formula {
            label: "Closed form, with $a = 1 - 1/\\beta$, $c = \\pi + (1 - \\pi)/P_k$, and the upper and lower incomplete Gamma functions",
            tex: r"E(T) \approx \frac{1}{\beta Z} \left[ \left( \frac{cT}{Z} \right)^{-a} \Gamma\!\left( a, \frac{cT}{Z k^\beta} \right) + \left( \frac{\pi T}{Z} \right)^{-a} \gamma\!\left( a, \frac{\pi T}{Z k^\beta} \right) \right]",
        },
        Formula {
            label: "Ends of the plateau, and its height",
            tex: r"T_1 = \frac{Z k^\beta}{c}, \qquad T_2 = \frac{Z k^\beta}{\pi}, \qquad \sum_{i > k} p_i \approx \frac{k^{1-\beta}}{(\beta - 1) Z}",
        },
        Formula {
            label: "Lemma 1 for phase 1, as a digest of the paper prints it",
            tex: r"a\, T^{(1-\alpha-\beta)/\beta} - b\, T^{(1-\lambda-\beta)/\beta} + a\, k^{1-\alpha-\beta} - b\, k^{1-\lambda-\beta} + k^{1-\beta}",
        },
    ],
    sources: &[
        Source {
            text: "Wang et al.: Data Value in the Age of Scaling, 2025. Only digests and reviews were read",
            url: "https://arxiv.org/abs/2511.13640",
        },
        Source {
            text: "Dohmatob, Feng, Yang, Charton, Kempe: A Tale of Tails: Model Collapse as a Change of Scaling Laws, ICML 2024",
            url: "https://arxiv.org/abs/2402.07043",
        },
        Source {
            text: "Wu, Shu, Low: DAVINZ: Data Valuation using Deep Neural Networks at Initialization, ICML 2022",
            url: "",
        },
    ],
    presets: &[
        Preset { title: "1% real data: three phases", query: "" },
        Preset { title: "10% real data: the plateau almost vanishes", query: "real=0.1" },
        Preset { title: "No real data: it never recovers", query: "real=0" },
        Preset { title: "Nothing is left out", query: "cut=1000000" },
        Preset { title: "0.1% real data, β = 2", query: "exponent=2&cut=50&real=0.001" },
        Preset { title: "A generator that prefers frequent facts", query: "generator=temperature" },
        Preset { title: "A generator that knows a sample", query: "generator=sample" },
        Preset { title: "Guesses that are sometimes right", query: "unseen-exponent=0.3" },
    ],
};

crate::texts! {
    // Parameters.
    AT_MOST_FACTS = "at most the number of facts, {facts}; with this rank nothing is left out";
    // Axes and columns.
    SAMPLES = "training samples";
    ERROR = "test error: probability of what is not known";
    RANK = "rank of the fact";
    PROBABILITY = "probability";
    SHARE = "share of real data";
    SLOPE = "slope in the log-log plot";
    CUT = "cutoff rank";
    TERM = "value of the term";
    MEAN_OF_RUNS = "mean of the runs";
    STANDARD_ERROR = "standard error";
    WITH_ZETA = "phases by theory";
    AS_PRINTED = "as printed";
    HALF_EXACT = "half slope, exact";
    HALF_RUNS = "half slope, simulated";
    // Titles.
    ERROR_AGAINST_SAMPLES = "Test error against training samples";
    DISTRIBUTIONS = "How often real, synthetic and training data show each fact";
    ERROR_AGAINST_SHARE = "What real data buy: test error after {samples} samples";
    HEAD_AND_TAIL = "Test error from the facts up to the cut, and from those after it";
    SLOPE_AGAINST_SAMPLES = "Local slope of the test error";
    HEIGHT_AGAINST_CUT = "Height of the plateau against the cutoff rank";
    ERROR_OF_GENERATORS = "Three ways to lose the tail: test error with {real} real data";
    ORIGINS = "Three ways to lose the tail: how often synthetic data show each fact";
    BOUND_AGAINST_SHARE = "Terms of the paper's bound against the share of real data, for 3000 samples";
    LEMMA = "Phase 1: Lemma 1 as printed, and the exact error";
    ERRORS_TITLE = "Test error at the checkpoints";
    BREAKS_TITLE = "Training samples at which the plateau begins and ends";
    TERMS_TITLE = "Terms of the paper's bound for 3000 samples";
    // Curves and places.
    MIXTURE = "mixture";
    CLEAN = "real data only";
    SYNTHETIC = "synthetic data only";
    EXACT = "exact sum";
    CLOSED = "closed form";
    RUNS = "simulated learners: mean and 95% interval";
    BY_SUM = "exact";
    BY_SIMULATION = "simulated";
    PHASE_1 = "new facts";
    PHASE_2 = "plateau";
    PHASE_3 = "rare facts";
    FIRST_PRINTED = "printed: kᵝ";
    SECOND_PRINTED = "printed: kᵝ/π";
    REAL_SHARES = "real data: the test distribution";
    SYNTHETIC_SHARES = "synthetic data";
    TRAINING_SHARES = "training data";
    CUT_HERE = "cut after rank {rank}";
    SHOWN_ONCE = "shown once on average";
    REACH_HERE = "{real} real data reach this far";
    WITHOUT_REAL = "without real data: {error}";
    SHARE_HERE = "{real}: {error}";
    HEAD = "facts up to the cut";
    TAIL = "facts after the cut";
    POWER_LAW = "power law: {slope}";
    HALF_OF_IT = "half of it";
    SYNTHETIC_LAW = "synthetic data only: {slope}";
    TAIL_MASS = "probability of the facts after the cut";
    TAIL_LAW = "its power law";
    PLATEAU_RUNS = "simulated learners in the middle of the plateau";
    PLATEAU = "plateau";
    BEGINS = "begins";
    ENDS = "ends";
    BY_CUT = "cut after rank {rank} (top-p with {head})";
    BY_TEMPERATURE = "temperature {temperature}";
    BY_SAMPLE = "models that know {seen} samples";
    TRUTH = "true test error";
    DISTANCE = "distance to the test distribution (MMD)";
    COMPLEXITY = "complexity term (NTK)";
    FINITE = "finite-sample term";
    EMPIRICAL = "empirical loss";
    PRINTED_TERMS = "five terms as printed, without constants";
    // Answers.
    BY_THEORY = "Theory";
    BY_RUNS = "Measured on {runs} learners";
    THREE_PHASES = "{by}: with {real} real data the error stops falling after about {begin} samples, stays near {plateau}, and falls again after about {end}.";
    SHORT_PLATEAU = "{by}: with {real} real data the plateau almost vanishes, it lasts from about {begin} to {end} samples: after {samples} samples the error is {error}.";
    NOT_YET_AGAIN = "{by}: with {real} real data the error stops falling after about {begin} samples and stays near {plateau}: even {samples} samples hold too few real ones.";
    ALL_KNOWN = "{by}: with {real} real data the error stops falling after about {begin} samples and stays near {plateau}, because all facts that the learner can learn are known.";
    NEVER_AGAIN = "{by}: without real data the error stops falling after about {begin} samples and stays at {plateau} for ever, because nothing shows the rare facts.";
    FLAT_FIRST = "{by}: with {real} real data the error stays near {plateau} from the start, and falls after about {end} samples.";
    FLAT = "{by}: with {real} real data the error stays near {plateau} up to {samples} samples.";
    NO_PLATEAU = "{by}: with {real} real data no plateau shows: after {samples} samples the error is {error}, against {clean} if all data were real.";
    NOTHING_CUT = "{by}: these synthetic data leave out nothing, so they are as good as real ones: after {samples} samples the error is {error}.";
    ALL_REAL = "{by}: all data are real, so the error falls without a plateau, to {error} after {samples} samples.";
    THINNED_OUT = "{by}: these synthetic data show rare facts too seldom: with {real} real data the error is {error} after {samples} samples, against {clean} if all were real.";
    // Verdicts.
    SLOPE_FIRST = "Before the plateau, the test error falls as a power law. Slope in the log-log plot";
    SLOPE_THIRD = "After the plateau, the test error falls as the power law of the real samples alone. Slope in the log-log plot";
    PLATEAU_HEIGHT = "In the middle of the plateau, the test error is the probability of the facts that synthetic data leave out";
    PLATEAU_BEGINS = "The plateau begins where the curve becomes less than half as steep as the power law. Number of training samples";
    PLATEAU_ENDS = "The plateau ends where the curve is again more than half as steep as the power law. Number of training samples";
    LAST_ERROR = "The test error at the end of the training is the exact sum over all facts";
    EXACT_AND_LIMIT = "Over these numbers of samples the exact curve has the slope {exact}; the power law has {limit}.";
    HEIGHT_EXACT = "After {samples} samples the exact error is {exact}, and the facts after the cut have the probability {tail}.";
    EDGE_EXACT = "The exact curve is read at the checkpoints, like the runs. By the formula of the phases the number is {breaks}; the phases change over gradually.";
    PHASE_TOO_SHORT = "This phase has too few checkpoints. Choose another cutoff rank, more samples or another share of real data.";
    NO_MIDDLE = "There is no plateau within these training samples.";
    NO_EDGE = "The exact curve has no such point within these training samples.";
    EDGE_UNSEEN = "The simulated curves have no such point. Simulate more learners.";
    PRINTED_NOT_RULED_OUT = "The interval does not rule out the printed number, {printed}. Simulate more learners.";
    MORE_RUNS = "The interval is too wide to tell. Simulate more learners.";
}

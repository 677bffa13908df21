//! Texts of the experiment `multi-epoch`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `multi-epoch` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Epochs over a fixed data set",
    question: "A data set is fixed and compute is not: for how many epochs are repeated samples as good as fresh samples?",
    notice: &[
        r"The effective reuse rate $E$ says how many epochs of fresh samples are as good as $K$ epochs over the same $N$ samples. On the line $E = K$ a repeated sample is as good as a fresh one. All curves start on this line at one epoch. At two epochs they are slightly lower: with the default settings $E$ is 1.5 to 1.8 there, and comes closer to 2 as $N$ grows. Each curve ends on a plateau, where more epochs gain nothing and only more data help.",
        r"The plateau of $E$ is higher for larger data sets. It grows with $\ln N$ when all features are equally strong, and as a power of $N$ when their strengths follow a power law: the more data there are, the more often they can be repeated. A rule that gives every data set the same number of epochs misses this.",
        r"Measured in units of $\ln N$ (or of a power of $N$ for power-law data), the curves of different $N$ nearly coincide. Where a curve bends depends on $K / \ln N$ alone, up to corrections that vanish as slowly as $\ln \ln N / \ln N$.",
        r"The best learning rate falls as $\ln(K N) / (K N)$: longer training needs smaller steps. With one fixed learning rate the curves look different, because each rate is the best one for a single $K$ only.",
        r"Repetition cannot average label noise away, because every epoch shows the same noisy labels. Set the noise to 0 with dense features and small data sets (20 and 40 samples, for example): $E$ then stays close to $K$ much longer. Without noise the risk falls exponentially. A risk below $10^{-24}$ is beyond single precision, so no $E$ is given for it.",
    ],
    model: &[
        r"SGD learns a linear regression, one sample per step, starting from zero weights. All true weights are 1. Dense features are independent Gaussians with variances $\lambda_i$. A one-hot sample has a single non-zero feature $i$, which is drawn with probability $p_i$ and has squared size $\Lambda_i$. The excess risk is computed exactly from the weights, so no test set is drawn.",
        r"Every pair of $K$ and $N$, and every number of fresh samples, uses the best of the learning rates tried. The best rate is the minimum of a curve through the lowest mean of the measured risks and its neighbours. All learning rates see the same samples in the same orders. $E N$ is the number of fresh samples at which one pass has the same measured risk as $K$ epochs over $N$ samples. Bands are 95% intervals over the runs; they treat the risk of many epochs and the risk of one pass as independent. A band is open where a few runs dominate the mean.",
        r"For one-hot features the theoretical curves are exact expectations. For dense features with noise they come from mean-field theory, which replaces products of random matrices by their means. Its risk is too low when $N$ is not much larger than the number of features. With the default settings (8 equally strong features) it is too low by 26% at $N = 100$ and 10% at $N = 300$ after one epoch, by 14% and 5% after eight epochs, and by at most 5% at $N = 1000$. Both theories assume a constant learning rate. With a decaying learning rate only the risk of one pass is known, from a recursion, and only this risk is compared.",
        r"Linear regression is not a language model: it learns no representation, and it overfits only through label noise. The mechanism carries over, the numbers do not. A published fit to language models is shown for comparison; its number of epochs grows with another slope in $\ln N$.",
    ],
    formulas: &[
        Formula {
            label: "Model and excess risk",
            tex: r"y = \langle w^*, x \rangle + \xi, \quad \mathbb{E}\, \xi^2 = \sigma^2, \qquad R(w) = \tfrac12\, \mathbb{E} \langle w - w^*, x \rangle^2",
        },
        Formula {
            label: "Effective reuse rate",
            tex: r"E(K, N) = \frac{N'}{N} \quad \text{with} \quad R^*(1, N') = R^*(K, N), \qquad R^*(K, N) = \min_{\eta} R(K, N; \eta)",
        },
        Formula {
            label: "Strongly convex problem: plateau of $E$, and best learning rate",
            tex: r"E(K, N) \to \begin{cases} K & K \ll \ln N \\ \frac{\operatorname{tr} H}{4 \lambda_d d} \ln N & K \gg \ln N \end{cases} \qquad \eta^* \approx \frac{\ln(KN)}{2 \lambda_d K N}",
        },
        Formula {
            label: "Strongly convex problem: curve of $E$ between few and many epochs",
            tex: r"\frac{E}{\ln N} \to \varphi\!\left( \frac{K}{\ln N} \right), \qquad \varphi(\kappa) = \frac{\operatorname{tr} H / (4 \lambda_d d)}{\frac1d \sum_i \left( 1 + x_i - \tanh x_i \right)}, \quad x_i = \frac{\lambda_i / \lambda_d}{4 \kappa}",
        },
        Formula {
            label: "Mean-field variance after $K$ shuffled epochs",
            tex: r"\frac{\sigma^2}{2} \sum_i \left[ \frac{\eta \lambda_i}{2 - \eta \lambda_i} \left( 1 - q_i^{2K} \right) + \frac1N \left( (1 - q_i^K)^2 - \frac{1 - q_i}{1 + q_i} (1 - q_i^{2K}) \right) \right], \quad q_i = (1 - \eta \lambda_i)^N",
        },
        Formula {
            label: "Power-law data without noise: risk, and growth of $E$",
            tex: r"R = \tfrac12 \sum_i p_i \Lambda_i \left( 1 - p_i + p_i (1 - \eta \Lambda_i)^{2K} \right)^N, \qquad E(K, N) \to \Theta\!\left( N^{b/(a-b)} \right)",
        },
        Formula {
            label: "Muennighoff's law, one curve for all data sets",
            tex: r"\frac{D'}{U} = 1 + R_D \left( 1 - e^{-(K-1)/R_D} \right), \qquad R_D = 15.39",
        },
    ],
    sources: &[
        Source {
            text: "Yan, Wen, Li, Luo, Chen, Lyu: Larger Datasets Can Be Repeated More: A Theoretical Analysis of Multi-Epoch Scaling in Linear Regression (Reuse), ICLR 2026: theorems 4.1, 4.2, 5.1, 5.2; language models in section 6.",
            url: "https://arxiv.org/abs/2511.13421",
        },
        Source {
            text: "Muennighoff, Rush, Barak, Le Scao, Piktus, Tazi, Pyysalo, Wolf, Raffel: Scaling Data-Constrained Language Models, 2023.",
            url: "https://arxiv.org/abs/2305.16264",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 1", url: "" },
    ],
    presets: &[
        Preset { title: "Equally strong features", query: "" },
        Preset { title: "Features of different strength", query: "features=5&spectrum=power&a=1" },
        Preset {
            title: "Power-law data, simulated",
            query: "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&features=1000&epochs=1,2,4,8,16,32,64,128&runs=64&rates=16",
        },
        Preset {
            title: "Power-law data, computed exactly",
            query: "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&features=100000&samples=50000,200000,1000000,3000000,10000000&epochs=1,3,10,30,50,100,200",
        },
        Preset {
            title: "Constant and decaying learning rates",
            query: "schedule=all&samples=100,300,1000&epochs=1,2,4,8,16,32&runs=96",
        },
        Preset { title: "One order for all epochs", query: "order=once" },
        Preset { title: "One learning rate for all runs", query: "lr=0.01" },
    ],
};

crate::texts! {
    // Axes.
    EPOCHS = "number of epochs K";
    REUSE_RATE = "worth in epochs of fresh samples, E";
    SAMPLES = "number of samples N";
    RISK = "excess risk R";
    BEST_RISK = "excess risk R* at the best learning rate";
    EPOCHS_OR_REUSE = "epochs K, or effective reuse rate E";
    EPOCHS_IN_LOG = "K / ln N";
    REUSE_IN_LOG = "E / ln N";
    EPOCHS_IN_POWER = "K, divided by N to the power b/(a − b)";
    REUSE_IN_POWER = "E, divided by N to the power b/(a − b)";
    LEARNING_RATE = "learning rate";
    DATA_SET = "size of the data set";
    SATURATION = "epochs K where E = 0.75 K";
    // Answers, before and after the run.
    WILL_MEASURE = "The runs will show what {epochs} {epochs:epoch|epochs} over {samples} samples {epochs:is|are} worth, in epochs of fresh samples.";
    BY_THEORY = "By theory, {worth}.";
    AT_ONE_RATE = "At learning rate {rate}, {worth}.";
    BY_RUNS = "{worth}.";
    WORTH_OF_TWO = "{epochs} {epochs:epoch|epochs} over {small} samples {epochs:is|are} worth {less} epochs of fresh samples, and over {large} samples {more}";
    WORTH_OF_ONE = "{epochs} {epochs:epoch|epochs} over {samples} samples {epochs:is|are} worth {worth} epochs of fresh samples";
    NO_WORTH = "These runs do not show what {epochs} {epochs:epoch|epochs} over {samples} samples {epochs:is|are} worth.";
    WORTH_FACT = "{epochs} {epochs:epoch|epochs}, N = {samples}";
    WORTH = "{worth} [{least}, {most}]";
    WORTH_THERE = "worth {worth} epochs";
    // Titles.
    RISK_AGAINST_EPOCHS = "Excess risk against the number of epochs";
    REUSE_AGAINST_EPOCHS = "What K epochs over N samples are worth";
    SATURATION_AGAINST_SAMPLES = "Where more epochs stop helping, against the number of samples";
    COLLAPSE_IN_LOG = "Curves of E against K for all N, in units of ln N";
    COLLAPSE_IN_POWER = "Curves of E against K for all N, in units of N to the power b/(a − b)";
    RISK_AGAINST_RATE = "Excess risk against the learning rate, N = {samples}";
    PLATEAU_IS_A_POWER = "The plateau of E of power-law data grows as a power of N";
    REUSE_OF_SCHEDULES = "Effective reuse rate with constant and decaying learning rates, N = {samples}";
    FOUR_EPOCHS = "Are four epochs right for every data set?";
    // Curves and places.
    SIZE = "N = {samples}";
    BY_SIMULATION = "simulated";
    BY_MEAN_FIELD = "mean-field theory";
    BY_EXACT = "exact";
    SIMULATED = "N = {samples}, simulated";
    MEAN_FIELD = "N = {samples}, mean-field theory";
    EXACT = "N = {samples}, exact";
    AS_GOOD_AS_FRESH = "fresh samples, E = K";
    WHERE_SATURATED = "K where E = 0.75 K";
    PLATEAU = "plateau of E";
    SATURATION_SIMULATED = "K where E = 0.75 K, simulated";
    SATURATION_MEAN_FIELD = "K where E = 0.75 K, mean-field theory";
    SATURATION_EXACT = "K where E = 0.75 K, exact";
    PLATEAU_MEAN_FIELD = "plateau of E, mean-field theory";
    PLATEAU_EXACT = "plateau of E, exact";
    REUSE_AT = "E at K = {epochs}, simulated";
    PLATEAU_FIT = "fit to the simulated E: {slope} ln N + {offset}";
    PLATEAU_FIT_LESS = "fit to the simulated E: {slope} ln N − {offset}";
    LANGUAGE_MODELS_FIT = "language models, K where E = 0.75 K: {slope} ln(N / 10⁹) + {offset}";
    LIMIT = "limit of many samples, φ";
    BEST_RATES = "best learning rates, simulated";
    BEST_RATES_MEAN_FIELD = "best learning rates, mean-field theory";
    BEST_RATES_EXACT = "best learning rates, exact";
    LEADING_RATES = "best learning rates to leading order, ln(KN) / (2λKN), at the mean-field risk";
    RATES_OF = "K = {epochs}, simulated";
    RATES_OF_STABLE = "K = {epochs}, simulated, without the learning rates at which runs diverged";
    LARGEST_RATE = "largest learning rate of the search";
    POWER_OF = "K = {epochs}, exact: about {factor} times N to the power {exponent}";
    SAME_FOR_ALL = "K = {epochs}, exact: {factor} for every N";
    POWER_OF_PLATEAU = "infinitely many epochs, exact: about {factor} times N to the power {exponent}";
    POWER_IN_LIMIT = "limit of many samples: {factor} times N to the power {exponent}";
    CONSTANT = "constant learning rate, simulated";
    COSINE = "cosine decay, simulated";
    WSD = "linear decay at the end (WSD), simulated";
    MUENNIGHOFF = "Muennighoff's law, one number for all data sets";
    REGRESSION = "linear regression, mean-field theory";
    LANGUAGE_MODELS = "published fit to language models";
    THUMB = "rule of thumb, 4 epochs";
    YOUR_DATA = "your data set";
    // Tables.
    POWER_FITS = "Powers of the number of samples $N$, fitted to the exact effective reuse rate $E$";
    COLUMN_EPOCHS = "epochs $K$";
    COLUMN_FACTOR = "prefactor";
    COLUMN_EXPONENT = "exponent of $N$";
    INFINITELY_MANY = "infinitely many";
    ADVICE = "Number of epochs over your data set at which an epoch is worth, on average, 0.75 epochs of fresh data, according to four sources";
    COLUMN_ADVISER = "source";
    COLUMN_ADVISED = "epochs";
    COLUMN_TOKENS = "tokens seen";
    COLUMN_SLOPE = "change of the number of epochs when the logarithm of the data set size grows by 1";
    ADVICE_THUMB = "rule of thumb: up to 4 epochs are almost as good as new data (Muennighoff et al.)";
    ADVICE_LAW = "Muennighoff's law, $R_D$ = {decay}";
    ADVICE_REGRESSION = "linear regression, equally strong features, noise as strong as the signal";
    ADVICE_MODELS = "published fit to language models of 0.3 billion parameters, on 0.2 to 2 billion tokens";
    REUSE_TABLE = "Best learning rates, risks and effective reuse rates";
    COLUMN_SAMPLES = "samples $N$";
    COLUMN_RATE = "best learning rate";
    COLUMN_RISK = "excess risk $R^*$, simulated";
    COLUMN_RISK_THEORY = "excess risk $R^*$, theory";
    COLUMN_REUSE = "reuse rate $E$, simulated";
    COLUMN_REUSE_ERROR = "half-width of the 95% interval of $E$";
    COLUMN_REUSE_THEORY = "reuse rate $E$, theory";
    COLUMN_DIVERGED = "diverged runs, all learning rates";
    NONE = "–";
    // Verdict: simulated and exact risk.
    EXACT_RISK = "Hypothesis: the simulated risk equals the exact risk. Simulated risk divided by exact risk";
    EXACT_ONE_PASS = "Hypothesis: the simulated risk of one pass over $N$ samples equals the exact risk. Simulated risk divided by exact risk at $N$ = {samples} and learning rate {rate}";
    EXACT_DECAYING = "Hypothesis: the simulated risk of one pass over $N$ samples with a decaying learning rate equals the exact risk. Simulated risk divided by exact risk at $N$ = {samples} and peak learning rate {rate}";
    EXACT_EPOCHS = "Hypothesis: the simulated risk of {epochs} epochs over $N$ samples equals the exact risk. Simulated risk divided by exact risk at $N$ = {samples} and learning rate {rate}";
    NOT_DECAYING = "Not compared: with a decaying learning rate only the risk of one pass is known. Include 1 in the numbers of epochs, and do not draw samples with replacement.";
    NOT_DENSE = "Not compared: for dense features only the risk of one pass is known. Include 1 in the numbers of epochs, and do not draw samples with replacement.";
    TOO_LONG = "Not compared: the exact risk of so many steps with a decaying learning rate takes too long to compute. Use fewer samples or fewer features.";
    BEYOND_PRECISION = "A risk below $10^{-24}$ is beyond single precision. Use fewer samples or some label noise.";
    UNLUCKY = "The risk of a run depends mainly on which features its samples show. Simulate many more runs or use more samples.";
    FEW_CARRY = "A few of the runs dominate the mean risk. Simulate more runs, or use fewer samples or some label noise.";
    // Verdicts: what decides.
    MORE_RUNS = "The interval is too wide to tell. Simulate more runs to decide.";
    MORE_RUNS_OR_RANGE = "The interval is too wide to tell. Simulate more runs, or compare data set sizes $N$ that differ more.";
    NO_PLATEAU = "For at least one data set more epochs would still raise $E$: it has not reached its plateau. Simulate more epochs to decide.";
    LARGE_RATES = "Not compared: with so little label noise the best learning rates at $N$ = {samples} are too large for mean-field theory. Use more label noise, or only larger data sets.";
    LARGE_RATES_AND_FEW = "Not compared: the smallest data set, $N$ = {smallest}, does not meet two conditions of mean-field theory. First, the theory needs at least {each} samples per feature, that is {samples} samples here. Second, the label noise is so small that the best learning rates are too large for the theory. Use only data sets of at least {samples} samples. If their best learning rates are still too large, use more label noise.";
    FEW_PER_FEATURE = "Not compared: mean-field theory needs at least {each} samples per feature. Use only data sets of at least {samples} samples.";
    SMALLEST_RATE = "For {pairs} {pairs:pair|pairs} of $K$ and $N$ the smallest learning rate tried was the best one, so an even smaller rate may be better.";
    // Verdicts: plateau, constant reuse, powers, one curve.
    PLATEAU_SLOPE = r"Hypothesis: the plateau of the effective reuse rate $E$ grows with the number of samples $N$ as mean-field theory predicts. $E$ is the number of epochs of fresh data that $K$ epochs of repeated data are worth, and its plateau is reached after many epochs. Slope of the plateau against $\ln N$";
    PLATEAU_MARGIN = "Mean-field theory may be off by {margin} at the values of $N$ of this run, so the verdict widens the interval at each end by {margin} of the theoretical slope. The verdict is that the slopes agree if the widened interval contains the theoretical slope and not 0.";
    PLATEAU_LIMIT = "In the limit of many samples the slope is {slope}.";
    CONSTANT_REUSE = "Hypothesis: the effective reuse rate $E$, which is the number of epochs of fresh data that {epochs} {epochs:epoch|epochs} of repeated data {epochs:is|are} worth, does not depend on the number of samples $N$ of the data set. $E$ at $N$ = {large} divided by $E$ at $N$ = {small}";
    MUENNIGHOFF_PREDICTS = "Muennighoff's law, fitted to language models with the decay constant $R_D$ = {decay}, predicts $E$ = {predicted} after {epochs} {epochs:epoch|epochs}, whatever the size of the data set. Here the simulated $E$ is {small} at the smallest $N$ and {large} at the largest.";
    ONE_RATE = "$E$ is defined at the best learning rate for each number of epochs and each $N$, but here all runs have one learning rate. Set the learning rate to 0 to search for the best ones.";
    ZIPF_EXACT = "Hypothesis: for power-law data, the plateau of the effective reuse rate $E$ grows as $N^{b/(a-b)}$ with the number of samples $N$, where $a$ and $b$ are the exponents that you set. $E$ is the number of epochs of fresh data that $K$ epochs of repeated data are worth, and its plateau is reached after many epochs. Exponent of the exact plateau, fitted over the values of $N$ of this run";
    ZIPF_PLATEAU = "The plateau is computed for infinitely many epochs.";
    ZIPF_TOLERANCE = "The tolerance of the exponent is {margin} plus the change of the exponent over the values of $N$ of this run.";
    TWO_SIZES = "Two values of $N$ do not show how much the exponent still changes with $N$, so its error is unknown. Compare at least three values of $N$.";
    MORE_SIZES = "The exponent still changes so much over the values of $N$ of this run that its interval contains 0. Add larger values of $N$.";
    ZIPF_SIMULATED = "Hypothesis: for power-law data, the simulated effective reuse rate $E$ grows as the power of the number of samples $N$ that exact theory predicts. Exponent of $E$ at $K$ = {epochs} epochs";
    ZIPF_LIMIT = "In the limit of many samples the plateau has the exponent {exponent}. $E$ has this exponent only if the number of epochs $K$ is much larger than $N^{b/(a-b)}$; with fewer epochs its exponent is smaller.";
    COLLAPSE_OF_LOG = r"Hypothesis: if the effective reuse rate $E$ and the number of epochs $K$ are divided by $\ln N$, the curves for different numbers of samples $N$ are as close to each other as theory predicts. Root mean square relative distance between two curves where $K > \ln N$";
    COLLAPSE_OF_POWER = "Hypothesis: if the effective reuse rate $E$ and the number of epochs $K$ are divided by $N^{b/(a-b)}$, the curves for different numbers of samples $N$ are as close to each other as theory predicts. Root mean square relative distance between two curves where $K > N^{b/(a-b)}$";
    COLLAPSE_LIMIT = "The curves coincide only in the limit of many samples.";
    COLLAPSE_LIMIT_OF_LOG = r"The curves coincide only in the limit of many samples, which is approached as slowly as $\ln \ln N / \ln N$.";
    COLLAPSE_RIVAL = "If $E$ at each $K$ were equal for all $N$, the divided curves would lie at a certain distance from each other. The run agrees with theory only if the interval also excludes this distance.";
    // Values that are refused.
    DENSE_FEATURES = "a whole number from 1 to {most} for dense features (model=dense), or up to {most_one_hot} for one-hot features (model=one-hot)";
    RISING_FREQUENCIES = "at most a = {a}, because with a larger b the features of higher rank would be the more frequent ones";
    STEPS = "at most {epochs} for {samples} samples, because a run has at most {steps} steps";
    STABLE_RATE = "a learning rate below {edge}, the edge of stability, or 0 to search for the best rate";
    COMPUTED_FEATURES = "at most {most} with these settings; more are computed only without label noise and at a constant learning rate";
    WHOLE = "whole numbers";
    FEWER_FEATURES = "fewer features, because a buffer of a device holds {limit} MiB";
    FEWER_SAMPLES = "at most {samples} samples of {features} {features:feature|features}, because a buffer of a device holds {limit} MiB";
}

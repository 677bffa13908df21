//! Words of `multi-epoch`.

use crate::kit::{Formula, Info, Preset, Source};

/// What the page says of it.
pub(super) const INFO: Info = Info {
    title: "Repeating data",
    question: "A data set is fixed and compute is not: how many epochs over the same samples are as good as fresh ones?",
    notice: &[
        "The line E = K is where a repeated sample is as good as a new one. The curves start on it, and at two epochs are somewhat below: E is 1.5 to 1.8 there at the default, and comes nearer to 2 the larger N. Each then ends on a plateau: from there on more epochs buy nothing, and only more data does.",
        "The plateau is higher for larger N. It grows with ln N when features are alike, and as a power of N when they follow a power law: the more data there are, the more often they can be repeated. A rule with one number of epochs for everyone misses this.",
        "In units of ln N (or of that power) all curves fall on one: where they bend depends on K / ln N alone, up to corrections that vanish as slowly as ln ln N / ln N.",
        "The best learning rate falls as ln(K N) / (K N): longer training wants smaller steps. At one fixed rate the curves look different, because each rate is the best one of a single K only.",
        "Noise is what repetition cannot average away: the same noisy labels come again. Set it to 0 with dense features and small N (20 and 40, say), and E stays near K much longer. Without noise risks fall exponentially; below 1e-24 they are beyond single precision, and no E is given.",
    ],
    model: &[
        "A linear regression is learned by SGD, one sample a step, from 0. All weights of the truth are 1. Dense features are independent Gaussians of variance l_i; a one-hot sample shows a single feature i, drawn with a frequency p_i, of size sqrt(L_i). The excess risk is exact: no test set is drawn.",
        "Every (K, N), and every number of fresh samples, gets the best of the learning rates tried, by the mean of the measured risks, with a curve through the best and its neighbours. Rates share samples and orders. The effective reuse rate is read off the measured one-pass risks; bands are 95% over the runs and take the two as independent; they are open where a few runs carry the mean.",
        "Curves of theory: for one-hot features the exact expectation; for dense ones with noise the mean field, which replaces products of random matrices by their means and gives a risk that is low when N is not far above the dimension: at the default, 8 features alike, by 26 % at N = 100 and 10 % at N = 300 after one epoch, by 14 % and 5 % after eight, and by 5 % at most at N = 1000. Both are for a constant learning rate; under a decaying one only the risk of one pass is known, by a recursion, and is compared.",
        "A linear regression is no language model: it has no representation to learn, and overfits only through label noise. What carries over is the mechanism, and the published fit to language models is shown beside it for its different slope.",
    ],
    formulas: &[
        Formula {
            label: "Model, and excess risk",
            tex: r"y = \langle w^*, x \rangle + \xi, \quad \mathbb{E}\, \xi^2 = \sigma^2, \qquad R(w) = \tfrac12\, \mathbb{E} \langle w - w^*, x \rangle^2",
        },
        Formula {
            label: "Effective reuse rate",
            tex: r"E(K, N) = \frac{N'}{N} \quad \text{with} \quad R^*(1, N') = R^*(K, N), \qquad R^*(K, N) = \min_{\eta} R(K, N; \eta)",
        },
        Formula {
            label: "Strongly convex: the plateau, and the best rate",
            tex: r"E(K, N) \to \begin{cases} K & K \ll \ln N \\ \frac{\operatorname{tr} H}{4 \lambda_d d} \ln N & K \gg \ln N \end{cases} \qquad \eta^* \approx \frac{\ln(KN)}{2 \lambda_d K N}",
        },
        Formula {
            label: "The curve between the two",
            tex: r"\frac{E}{\ln N} \to \varphi\!\left( \frac{K}{\ln N} \right), \qquad \varphi(\kappa) = \frac{\operatorname{tr} H / (4 \lambda_d d)}{\frac1d \sum_i \left( 1 + x_i - \tanh x_i \right)}, \quad x_i = \frac{\lambda_i / \lambda_d}{4 \kappa}",
        },
        Formula {
            label: "Mean-field variance after K shuffled epochs",
            tex: r"\frac{\sigma^2}{2} \sum_i \left[ \frac{\eta \lambda_i}{2 - \eta \lambda_i} \left( 1 - q_i^{2K} \right) + \frac1N \left( (1 - q_i^K)^2 - \frac{1 - q_i}{1 + q_i} (1 - q_i^{2K}) \right) \right], \quad q_i = (1 - \eta \lambda_i)^N",
        },
        Formula {
            label: "Power-law data without noise",
            tex: r"R = \tfrac12 \sum_i p_i \Lambda_i \left( 1 - p_i + p_i (1 - \eta \Lambda_i)^{2K} \right)^N, \qquad E(K, N) \to \Theta\!\left( N^{b/(a-b)} \right)",
        },
        Formula {
            label: "Muennighoff's law: the same for every data set",
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
        Preset { title: "Headline: features alike", query: "" },
        Preset { title: "Directions of different strength", query: "features=5&spectrum=power&a=1" },
        Preset {
            title: "Power-law data, simulated",
            query: "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&features=1000&epochs=1,2,4,8,16,32,64,128&runs=64&rates=16",
        },
        Preset {
            title: "Power-law data as published, computed",
            query: "model=one-hot&spectrum=power&a=4.5&b=1&noise=0&features=100000&samples=50000,200000,1000000,3000000,10000000&epochs=1,3,10,30,50,100,200",
        },
        Preset {
            title: "Does it survive a decaying rate?",
            query: "schedule=all&samples=100,300,1000&epochs=1,2,4,8,16,32&runs=96",
        },
        Preset { title: "The same order in every epoch", query: "order=once" },
        Preset { title: "One learning rate for all", query: "lr=0.01" },
    ],
};

pub(super) const TEXTS: crate::text::Texts = &[]; // MIGRATION

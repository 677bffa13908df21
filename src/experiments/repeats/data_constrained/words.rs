//! Texts of the experiment `data-constrained`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `data-constrained` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "What a repeated token is worth",
    question: "A language model may read its data several times: how much does a repeated token add, compared with a fresh one?",
    notice: &[
        r"Compare the worth of $K$ epochs to the line of fresh data. A few repeats are almost as good as new data; after many repeats nothing is left to gain.",
        r"Look at the profile of $R_D$, the number of repeats after which tokens lose most of their value. Where the profile is flat, the runs do not determine how often data may be repeated: the published value of 15.4 is one of many that fit.",
        r"On the published runs the fit has many local minima, and the published one is not the lowest. The lowest has $R_D = 95$.",
        r"On the published runs, a law in which a token loses a fixed share of its value at each repeat fits better than the published law with its decay constants $R_D$ (of tokens) and $R_N$ (of parameters): $R^2$ is 0.799 instead of the 0.772 of the published law (Muennighoff et al., utils/parametric_fit.ipynb). Set “other laws” to yes to fit other laws to the runs shown, and choose the law that predicts the largest runs best.",
    ],
    model: &[
        r"Repeated tokens count less and less, and so do parameters beyond those that the unique tokens can use. $R_D$ is the number of repeats after which one more repeat of a token is worth only $1/e$ of a new token. The law has one $R_D$ for all data sets and all models.",
        r"In the published procedure the law for runs without repeats ($N' = N$, $D' = D$) is fitted first, to runs that repeat no data, and then held fixed. Only $R_D$ and $R_N$ are fitted to runs that repeat data. With all parameters free, both steps become one.",
        r"The published runs are an observational table: unique tokens, parameters and epochs vary together, and most runs are small. If the law lets $R_D$ depend on the number of unique tokens, the fitted $R_D$ falls as this number grows. Take this as a caution, not as a finding.",
        r"Without a table of your own, the runs are simulated from the published constants, with noise. Their $R_D$ is known, so the fit should find it again.",
    ],
    formulas: &[
        Formula { label: "The law of repeated data", tex: r"L = E + \frac{A}{N'^{\alpha}} + \frac{B}{D'^{\beta}}" },
        Formula {
            label: "Effective number of fresh tokens of $D$ tokens, of which $U$ are unique",
            tex: r"D' = U + U R_D^* \left(1 - e^{-R_D / R_D^*}\right),\quad R_D = \max(D/U - 1, 0)",
        },
        Formula {
            label: "Effective number of parameters of a model with $N$ parameters on $U$ unique tokens",
            tex: r"N' = U_N + U_N R_N^* \left(1 - e^{-R_N / R_N^*}\right),\quad U_N = \min(N, N_{\text{opt}}(U)),\quad R_N = \max(N/U_N - 1, 0)",
        },
        Formula {
            label: "Alternative law: each repeat loses a fixed share of the value",
            tex: r"D' = U\,\frac{1 - (1 - \delta_D)^{D/U}}{\delta_D}",
        },
        Formula {
            label: "Alternative law: a penalty for overfitting",
            tex: r"L = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}} + P\, R_D^{\delta} \left(\frac{N}{U}\right)^{\kappa}",
        },
        Formula {
            label: "Alternative law: the loss lies between a ceiling and a floor",
            tex: r"L = E + (L_0 - E)\,\frac{h}{1 + h},\quad h = \frac{a}{N^{\alpha}} + \frac{b}{D^{\beta}} + \frac{c\,N^{\gamma}}{U^{\delta}}",
        },
    ],
    sources: &[
        Source {
            text: "Muennighoff et al., Scaling Data-Constrained Language Models, 2023",
            url: "https://arxiv.org/abs/2305.16264",
        },
        Source { text: "Lovelace et al., 2026", url: "https://arxiv.org/abs/2605.01640" },
        Source { text: "Bryant, Liu, Practical Scaling Laws, 2026", url: "https://arxiv.org/abs/2605.09189" },
    ],
    presets: &[
        Preset { title: "Published law, simulated runs", query: "" },
        Preset { title: "All parameters free", query: "form=all" },
        Preset { title: "A fixed share lost at each repeat", query: "form=geometric" },
        Preset { title: "Few, noisy runs", query: "rows=40&noise=0.05" },
        Preset { title: "Several laws compared", query: "compare=yes&bootstrap=0&profiles=no" },
    ],
};

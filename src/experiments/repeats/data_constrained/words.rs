//! Words of `data-constrained`.

use crate::kit::{Formula, Info, Preset, Source};

/// What the page says of it.
pub(super) const INFO: Info = Info {
    title: "Repeated data",
    question: "What is a token worth that was seen before?",
    notice: &[
        "What K epochs are worth bends away from the line of fresh data: a few repeats are nearly as good as new, and after many there is nothing left to gain.",
        "Look at the profile of R_D. Where it is flat, the runs do not say how often data may be repeated; the published 15.4 is one of many values that fit.",
        "On the published runs the fit has many local minima, and the published one is not the lowest. The lowest has R_D = 95.",
        "On the published runs, a share lost at each repeat fits better than the published R_D and R_N: R^2 is 0.799, not 0.772 (Muennighoff et al., utils/parametric_fit.ipynb). Set \"other laws\" to fit others to the runs shown, and choose by how they predict the largest.",
    ],
    model: &[
        "Repeated tokens, and parameters beyond those that the unique tokens can use, count less and less. R_D is the number of repeats after which a token has lost all but 1/e of its worth, the same for all data sets and all models.",
        "As published, the law of parameters and tokens is fitted first, to runs that do not repeat, and held; only R_D and R_N are fitted to runs that do. With everything free the two steps are one.",
        "The published runs are an observational table: unique tokens, parameters and epochs vary together, and most runs are small. That R_D falls with the unique tokens when it may is a caution, not a finding.",
        "Without a table of yours, the runs are simulated from the published constants, with noise: there R_D can be found again.",
    ],
    formulas: &[
        Formula { label: "The law", tex: r"L = E + \frac{A}{N'^{\alpha}} + \frac{B}{D'^{\beta}}" },
        Formula {
            label: "What D tokens are worth, U of them unique",
            tex: r"D' = U + U R_D^* \left(1 - e^{-R_D / R_D^*}\right),\quad R_D = \max(D/U - 1, 0)",
        },
        Formula {
            label: "What N parameters are worth",
            tex: r"N' = U_N + U_N R_N^* \left(1 - e^{-R_N / R_N^*}\right),\quad U_N = \min(N, N_{\text{opt}}(U)),\quad R_N = \max(N/U_N - 1, 0)",
        },
        Formula { label: "A share lost at each repeat", tex: r"D' = U\,\frac{1 - (1 - \delta_D)^{D/U}}{\delta_D}" },
        Formula {
            label: "With overfitting",
            tex: r"L = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}} + P\, R_D^{\delta} \left(\frac{N}{U}\right)^{\kappa}",
        },
        Formula {
            label: "Between a ceiling and a floor",
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
        Preset { title: "As published, simulated runs", query: "" },
        Preset { title: "All parameters free", query: "form=all" },
        Preset { title: "A share lost at each repeat", query: "form=geometric" },
        Preset { title: "Few, noisy runs: is R_D determined?", query: "rows=40&noise=0.05" },
        Preset { title: "Laws side by side", query: "compare=yes&bootstrap=0&profiles=no" },
    ],
};

pub(super) const TEXTS: crate::text::Texts = &[]; // MIGRATION

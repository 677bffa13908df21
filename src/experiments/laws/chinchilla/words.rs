//! Texts of the experiment `chinchilla`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `chinchilla` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Parameters and tokens",
    question: "How large a model, and how many tokens, for a given budget of compute?",
    notice: &[
        r"$A$ trades off with $\alpha$, and $B$ with $\beta$: the refits of bootstrap resamples lie along a line, so each pair is known better than either of its two parameters alone. The figure of bootstrap refits shows the pair with the strongest correlation.",
        "The useful result is the compute-optimal number of tokens per parameter. Its band is narrow inside the runs and wide beyond them, because a budget far above the runs is an extrapolation.",
        "The two published fits are of the same runs. They differ in how the objective was minimised, and they recommend models of very different sizes for a large budget.",
        "The choice of the objective matters: switch from Huber's function to absolute residuals or to squared residuals, and see which numbers move.",
    ],
    model: &[
        "The loss is a floor, plus a part that a larger model removes, plus a part that more tokens remove. The two parts do not interact, and no token is repeated. The learning rate, the schedule and the architecture are assumed to be the best ones for each run.",
        "$N$ is the number of parameters in your column. Counting the embeddings or leaving them out changes the exponents.",
        r"The published constants were read from the papers. Besiroglu et al. read the runs off a figure. Their table carries no licence, so this lab does not contain it. Drop the table in, and leave out the five largest losses with the rule largest=5, as they did. The numbers that they print come from a fit of absolute residuals, because $\delta$ of their Huber function was in effect $5 \cdot 10^{-9}$. Set “compare with published fits” to yes to see the published constants beside yours.",
        "Where you give no table, the runs are simulated, with noise, from the constants of the replication by Besiroglu et al.",
    ],
    formulas: &[
        Formula { label: "The law", tex: r"L(N, D) = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}}" },
        Formula {
            label: "Compute-optimal split of a budget $C = 6ND$",
            tex: r"N^* = G\,(C/6)^{\beta/(\alpha+\beta)},\quad D^* = G^{-1}(C/6)^{\alpha/(\alpha+\beta)},\quad G = \left(\frac{\alpha A}{\beta B}\right)^{1/(\alpha+\beta)}",
        },
    ],
    sources: &[
        Source {
            text: "Hoffmann et al., Training Compute-Optimal Large Language Models, 2022",
            url: "https://arxiv.org/abs/2203.15556",
        },
        Source {
            text: "Besiroglu, Erdil, Barnett, You, Chinchilla Scaling: A replication attempt, 2024",
            url: "https://arxiv.org/abs/2404.10102",
        },
    ],
    presets: &[
        Preset { title: "Simulated runs, Chinchilla's budget", query: "" },
        Preset { title: "Few, noisy runs", query: "rows=24&noise=0.03" },
        Preset { title: "Absolute residuals, as in the replication", query: "objective=l1" },
    ],
};

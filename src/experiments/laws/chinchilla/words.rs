//! Words of `chinchilla`.

use crate::kit::{Formula, Info, Preset, Source};

/// What the page says of it.
pub(super) const INFO: Info = Info {
    title: "Parameters and tokens",
    question: "How large a model, and how many tokens, for a given budget of compute?",
    notice: &[
        "A trades off with alpha, and B with beta: refits of resampled runs lie along a line, so each pair is known better than either of the two alone. The figure of refits shows the pair that does it most.",
        "What matters is the policy, tokens for each parameter. Its band is narrow inside the runs and opens beyond them: a budget far above the runs is an extrapolation.",
        "The two published fits are of the same runs. They differ in how the loss was minimised, and recommend models of very different size for a large budget.",
        "The objective decides: switch from Huber's to absolute residuals or squares, and see which numbers move.",
    ],
    model: &[
        "The loss is a floor, plus what a larger model would remove, plus what more tokens would remove. The two do not interact, tokens are not repeated, and everything else (learning rate, schedule, architecture) is taken to be as good as it gets for each run.",
        "N is whatever your column counts: with or without embeddings changes the exponents.",
        "Published constants were read from the papers. The runs they were fitted to were read off a figure by Besiroglu et al. and carry no licence, so they are not here: drop the table in, and leave out the five largest losses (largest=5) as they did. What they print is the fit of absolute residuals: their Huber delta was in effect 5e-9.",
        "Without a table of yours, the runs are simulated from the replication's constants, with noise.",
    ],
    formulas: &[
        Formula { label: "The law", tex: r"L(N, D) = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}}" },
        Formula {
            label: "Best split of a budget C = 6 N D",
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
        Preset { title: "Absolute residuals, as the replication has it", query: "objective=l1" },
    ],
};

pub(super) const TEXTS: crate::text::Texts = &[]; // MIGRATION

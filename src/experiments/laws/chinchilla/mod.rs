//! How large a model, and how many tokens, for a given budget of compute?
//!
//! The law of parameters and tokens over the reader's runs, or over runs simulated from the published fit. Prediction:
//! the exponents are nearly equal, so tokens per parameter hardly depend on the budget. Falsifier: an interval of
//! `alpha / (alpha + beta)` without 1/2.

use crate::error::Result;
use crate::kit::fits::{Common, Form, Page, fit_params};
use crate::kit::{Claim, Formula, Info, Origin, Pick, Preset, Source};
use crate::params::Spec;

fit_params!(Params, columns ROLES, budget "5.76e23", have "1e16" {});

/// The page.
#[derive(Debug)]
pub struct Chinchilla;

impl Page for Chinchilla {
    const SLUG: &'static str = "chinchilla";
    const INFO: Info = INFO;
    const CLAIMS: &'static [Claim] = CLAIMS;
    const DATA: &'static str =
        "A line of headings, then one run a line: parameters, tokens (or compute, C = 6 N D), and loss.";
    type Params = Params;

    fn common(params: &Params) -> Common {
        params.common()
    }

    fn forms(_: &Params) -> Result<(Form, Vec<Form>)> {
        Ok((Form::of(crate::fit::find("chinchilla")?), Vec::new()))
    }
}

const INFO: Info = Info {
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
    figures_more: &["residuals", "E", "A", "B"],
};

/// A published number that follows from the published parameters.
const fn follows(
    id: &'static str,
    place: &'static str,
    what: &'static str,
    printed: f64,
    row: usize,
    tolerance: f64,
) -> Claim {
    Claim {
        id,
        source: "Hoffmann et al., arXiv 2203.15556",
        origin: Origin::Printed,
        place,
        what,
        printed,
        query: "bootstrap=0&profiles=no",
        seed: 1,
        pick: Pick::Cell("derived", row, 5),
        tolerance,
        reason: "printed with two digits; ours follows from the parameters in the paper's TeX source",
        ours: None,
        note: "",
        data: None,
    }
}

const CLAIMS: &[Claim] = &[
    follows(
        "chinchilla-exponent-size",
        "Table 2, Approach 3",
        "exponent of the best number of parameters in compute, beta/(alpha + beta)",
        0.46,
        0,
        0.005,
    ),
    follows(
        "chinchilla-exponent-tokens",
        "Table 2, Approach 3",
        "exponent of the best number of tokens in compute, alpha/(alpha + beta)",
        0.54,
        1,
        0.005,
    ),
    follows(
        "chinchilla-size",
        "Figure 4",
        "best number of parameters for 5.76e23 FLOPs, by the parametric fit",
        40e9,
        2,
        0.5e9,
    ),
];

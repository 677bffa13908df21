//! How large a model, and how many tokens, for a given budget of compute?
//!
//! The law of parameters and tokens over the reader's runs, or over runs simulated from the published fit. Prediction:
//! the exponents are nearly equal, so tokens per parameter hardly depend on the budget. Falsifier: an interval of
//! `alpha / (alpha + beta)` without 1/2.

use crate::error::Result;
use crate::experiments::fitting::{Common, Form, Page, fit_params};
use crate::experiments::{Claim, Formula, Info, Pick, Preset, Source};
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
        "A and alpha trade off: refits of resampled runs lie along a line, so neither is known well, although the curve is.",
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

/// A published number that needs no runs.
const fn printed(
    id: &'static str,
    what: &'static str,
    printed: f64,
    row: usize,
    column: usize,
    tolerance: f64,
) -> Claim {
    Claim {
        id,
        source: "Hoffmann et al., arXiv 2203.15556",
        place: "Approach 3, equation 10",
        what,
        printed,
        query: "bootstrap=0&profiles=no",
        seed: 1,
        pick: Pick::Cell("published", row, column),
        tolerance,
        reason: "printed with so many digits; ours is of the unrounded parameters in the paper's TeX source",
        agrees: true,
        note: "",
        data: None,
    }
}

const CLAIMS: &[Claim] = &[
    printed("chinchilla-e", "E", 1.69, 0, 3, 0.005),
    printed("chinchilla-a", "A", 406.4, 0, 4, 0.05),
    printed("chinchilla-b", "B", 410.7, 0, 6, 0.05),
    Claim {
        id: "chinchilla-replicated-alpha",
        source: "Besiroglu et al., arXiv 2404.10102",
        place: "Table 1",
        what: "alpha, found again from 160 runs simulated with their constants and 0.1 % noise",
        printed: 0.34781,
        query: "bootstrap=0&profiles=no&noise=0.001",
        seed: 1,
        pick: Pick::Cell("parameters", 2, 1),
        tolerance: 0.005,
        reason: "a third of the standard error that they print, 0.0154",
        agrees: true,
        note: "",
        data: None,
    },
];

//! Published numbers that `data-constrained` recomputes.

use crate::kit::fits::words;
use crate::kit::{Claim, File, Pick};

/// The file with the runs of Muennighoff et al. The lab may not distribute it.
pub(super) const RUNS: File = File {
    file: "muennighoff2023_runs.csv",
    from: "The runs are a dictionary in utils/parametric_fit.ipynb of https://github.com/huggingface/datablations (Apache-2.0). Write them as a table with the columns run, params, tokens, unique_tokens, epochs, val_loss and in_fit182; the last is 1 for the 182 runs that the notebook fits.",
};

/// Makes a claim about a number of the fit that Muennighoff et al. published. The lab recomputes this number from their
/// runs.
pub(super) const fn on_runs(
    id: &'static str,
    what: &'static str,
    printed: f64,
    query: &'static str,
    pick: Pick<'static>,
) -> Claim {
    Claim::printed(id, printed, what)
        .by("Muennighoff et al., arXiv 2305.16264", "utils/parametric_fit.ipynb")
        .at(query)
        .pick(pick)
        .over(RUNS)
}

pub(super) const AS_PUBLISHED: &str = "exclude=in_fit182=0&columns=run:-&bootstrap=0&profiles=no&published=yes";
pub(super) const DATA_ONLY: &str = "exclude=in_fit182=0&columns=run:-&bootstrap=0&profiles=no&fixed=R_N=1e12";
pub(super) const SIZE_ONLY: &str = "exclude=in_fit182=0&columns=run:-&bootstrap=0&profiles=no&fixed=R_D=1e12";
pub(super) const SHARE: &str = "form=geometric&exclude=in_fit182=0&columns=run:-&bootstrap=0&profiles=no";
/// Place of R² in the tables of the result. The constants after this one are the places of fitted parameters: `R_D` and
/// `R_N` of the law `data-constrained`, `delta_D` and `delta_N` of the law `geometric`.
pub(super) const R2: Pick<'_> = Pick::Cell("quality", words::R2.english(), words::NUMBER.english());
pub(super) const R_D: Pick<'_> = Pick::Cell("parameters", "R_D", "fit");
pub(super) const R_N: Pick<'_> = Pick::Cell("parameters", "R_N", "fit");
pub(super) const DELTA_D: Pick<'_> = Pick::Cell("parameters", "delta_D", "fit");
pub(super) const DELTA_N: Pick<'_> = Pick::Cell("parameters", "delta_N", "fit");
pub(super) const LOWER: &str = "On the published runs the published fit is a local minimum, but not the lowest. The lowest is at $R_D = 95.37$ and $R_N = 1.706$, with an objective of 0.0158047 instead of 0.0158259.";
pub(super) const FAILED: &str = "On the published runs the published optimisation stopped early, at an objective of 0.0241. The minimum is at $R_N = 0.742$, with an objective of 0.0159235.";

/// Published numbers that `data-constrained` recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::printed(
        "data-constrained-allocation",
        237_336_955_477.55,
        r"compute-optimal number of tokens for $10^{22}$ FLOPs and $25 \times 10^9$ unique tokens",
    )
    .by("Muennighoff et al., arXiv 2305.16264", "README of huggingface/datablations, optimal_allocation(1e22, 25e9)")
    .at("bootstrap=0&profiles=no")
    .pick(Pick::Cell("derived", "compute-optimal tokens", "as published"))
    .within(2.4e8, "the published optimum is 0.05% away from ours, and the losses differ by $10^{-8}$"),
    on_runs(
        "data-constrained-objective",
        r"sum of Huber losses ($\delta = 0.001$) of the log residuals of 182 runs, at the published parameters",
        0.015_825_936_570_763_588,
        AS_PUBLISHED,
        Pick::Cell("published", "Muennighoff et al., arXiv 2305.16264", "objective"),
    )
    .within(2e-9, "the published number was computed in single precision"),
    on_runs(
        "data-constrained-r2",
        "$R^2$ of the loss at the published parameters",
        0.772_204_608_496_840_8,
        AS_PUBLISHED,
        Pick::Cell("published", "Muennighoff et al., arXiv 2305.16264", words::R2.english()),
    )
    .within(1e-12, "rounding"),
    on_runs(
        "data-constrained-rd",
        "fitted $R_D$, the decay constant of repeated tokens",
        15.387_756,
        AS_PUBLISHED,
        R_D,
    )
    .within(0.02, "the published fit is in single precision")
    .differs(95.365, LOWER),
    on_runs(
        "data-constrained-rn",
        "fitted $R_N$, the decay constant of excess parameters",
        5.309_743,
        AS_PUBLISHED,
        R_N,
    )
    .within(0.02, "the published fit is in single precision")
    .differs(1.706, LOWER),
    on_runs(
        "data-constrained-data-only-rd",
        "fitted $R_D$ if excess parameters keep their full value",
        2.9157,
        DATA_ONLY,
        R_D,
    )
    .within(1e-3, "the published fit is in single precision and stopped early"),
    on_runs(
        "data-constrained-data-only-r2",
        "$R^2$ of the fit if excess parameters keep their full value",
        0.7354,
        DATA_ONLY,
        R2,
    )
    .within(1e-4, r"printed with four decimals, by a fit whose $R_D$ is $3 \times 10^{-4}$ away from the best"),
    on_runs(
        "data-constrained-size-only-rn",
        "fitted $R_N$ if repeated tokens keep their full value",
        713.0,
        SIZE_ONLY,
        R_N,
    )
    .within(1e-3, "the value of our minimum is given with three digits")
    .differs(0.742, FAILED),
    on_runs(
        "data-constrained-size-only-r2",
        "$R^2$ of the fit if repeated tokens keep their full value",
        0.4488,
        SIZE_ONLY,
        R2,
    )
    .within(1e-4, "printed with four decimals")
    .differs(0.792_6, FAILED),
    on_runs(
        "data-constrained-geometric-delta-d",
        r"fitted $\delta_D$, the share of its value that a token loses at each repeat",
        0.010_463,
        SHARE,
        DELTA_D,
    )
    .within(3e-5, "the published fit is in single precision and stopped early; the objectives agree to $10^{-6}$"),
    on_runs(
        "data-constrained-geometric-delta-n",
        r"fitted $\delta_N$, the share of its value that a further parameter loses each time the model grows by as many parameters as the unique tokens can use",
        0.367_58,
        SHARE,
        DELTA_N,
    )
    .within(3e-4, "the published fit is in single precision and stopped early; the objectives agree to $10^{-6}$"),
    on_runs(
        "data-constrained-geometric-r2",
        "$R^2$ of the fit if a token loses a fixed share of its value at each repeat",
        0.798_76,
        SHARE,
        R2,
    )
    .within(5e-5, "printed with five decimals, by a fit that stopped close to the best shares, but not at them"),
];

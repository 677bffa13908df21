//! Numbers that `data-constrained` recomputes.

use crate::kit::fits::words;
use crate::kit::{Claim, File, Pick};

/// The published runs.
pub(super) const RUNS: File = File {
    file: "muennighoff2023_runs.csv",
    from: "The runs are a dictionary in utils/parametric_fit.ipynb of https://github.com/huggingface/datablations (Apache-2.0). Write them as columns run, params, tokens, unique_tokens, epochs, val_loss, and in_fit182, which is 1 for the 182 runs that the notebook fits.",
};

/// A number of the published fit, from the published runs.
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

pub(super) const AS_PUBLISHED: &str = "exclude=in_fit182=0&columns=run:-&bootstrap=0&profiles=no";
pub(super) const DATA_ONLY: &str = "exclude=in_fit182=0&columns=run:-&bootstrap=0&profiles=no&fixed=R_N=1e12";
pub(super) const SIZE_ONLY: &str = "exclude=in_fit182=0&columns=run:-&bootstrap=0&profiles=no&fixed=R_D=1e12";
pub(super) const SHARE: &str = "form=geometric&exclude=in_fit182=0&columns=run:-&bootstrap=0&profiles=no";
/// Where the output has R^2, and the two parameters of repeats in each form.
pub(super) const R2: Pick<'_> = Pick::Cell("quality", words::R2.english(), words::NUMBER.english());
pub(super) const R_D: Pick<'_> = Pick::Cell("parameters", "R_D", "fit");
pub(super) const R_N: Pick<'_> = Pick::Cell("parameters", "R_N", "fit");
pub(super) const DELTA_D: Pick<'_> = Pick::Cell("parameters", "delta_D", "fit");
pub(super) const DELTA_N: Pick<'_> = Pick::Cell("parameters", "delta_N", "fit");
pub(super) const LOWER: &str = "On the published runs the published fit is a local minimum; the lowest is at R_D = 95.37, R_N = 1.706 (objective 0.0158047, not 0.0158259).";
pub(super) const FAILED: &str = "On the published runs the published optimisation stopped early (objective 0.0241): the minimum is at R_N = 0.742, objective 0.0159235.";

/// The numbers that it recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::printed(
        "data-constrained-allocation",
        237_336_955_477.55,
        "tokens to train on with 1e22 FLOPs and 25e9 unique tokens",
    )
    .by("Muennighoff et al., arXiv 2305.16264", "README of huggingface/datablations, optimal_allocation(1e22, 25e9)")
    .at("bootstrap=0&profiles=no")
    .pick(Pick::Cell("derived", "compute-optimal tokens", "as published"))
    .within(2.4e8, "the published search stops 0.05 % beside the best; the loss is the same to 1e-8"),
    on_runs(
        "data-constrained-objective",
        "sum of Huber(0.001) of log residuals over 182 runs at the published parameters",
        0.015_825_936_570_763_588,
        AS_PUBLISHED,
        Pick::Cell("published", "Muennighoff et al., arXiv 2305.16264", "objective"),
    )
    .within(2e-9, "theirs is in single precision"),
    on_runs(
        "data-constrained-r2",
        "R^2 of the loss at the published parameters",
        0.772_204_608_496_840_8,
        AS_PUBLISHED,
        Pick::Cell("published", "Muennighoff et al., arXiv 2305.16264", words::R2.english()),
    )
    .within(1e-12, "rounding"),
    on_runs("data-constrained-rd", "R_D", 15.387_756, AS_PUBLISHED, R_D)
        .within(0.02, "single precision")
        .differs(95.365, LOWER),
    on_runs("data-constrained-rn", "R_N", 5.309_743, AS_PUBLISHED, R_N)
        .within(0.02, "single precision")
        .differs(1.706, LOWER),
    on_runs("data-constrained-data-only-rd", "R_D where parameters keep their worth", 2.9157, DATA_ONLY, R_D)
        .within(1e-3, "single precision, stopped early"),
    on_runs("data-constrained-data-only-r2", "R^2 where parameters keep their worth", 0.7354, DATA_ONLY, R2)
        .within(1e-4, "printed to 1e-4; the fit stops 3e-4 beside the best R_D"),
    on_runs("data-constrained-size-only-rn", "R_N where repeated tokens keep their worth", 713.0, SIZE_ONLY, R_N)
        .within(1e-3, "our minimum, to three digits")
        .differs(0.742, FAILED),
    on_runs("data-constrained-size-only-r2", "R^2 where repeated tokens keep their worth", 0.4488, SIZE_ONLY, R2)
        .within(1e-4, "printed to 1e-4")
        .differs(0.792_6, FAILED),
    on_runs("data-constrained-geometric-delta-d", "share that a token loses at each repeat", 0.010_463, SHARE, DELTA_D)
        .within(3e-5, "single precision, stopped early: the objective is the same to 1e-6"),
    on_runs("data-constrained-geometric-delta-n", "the same for parameters", 0.367_58, SHARE, DELTA_N)
        .within(3e-4, "single precision, stopped early: the objective is the same to 1e-6"),
    on_runs("data-constrained-geometric-r2", "R^2 where a share is lost at each repeat", 0.798_76, SHARE, R2)
        .within(5e-5, "printed to 1e-5; the fit stops beside the best shares"),
];

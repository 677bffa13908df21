//! Words of `fit`.

use crate::kit::{Formula, Info, Preset, Source};

/// What the page says of it.
pub(super) const INFO: Info = Info {
    title: "Fit a law to your runs",
    question: "Which law goes through your runs, and how sure is that?",
    notice: &[
        "A fit is more than its curve. The band holds 95 of 100 curves that resampled runs give; it widens where there are no runs, which is where a law is used.",
        "A flat profile says that the runs do not determine a parameter: hold it at any value in the flat part, and the others make up for it. Its interval is open on that side.",
        "Two parameters whose refits lie along a line trade off against each other: the pair is known better than either alone. The figure of refits shows the two that do it most.",
        "Predicting the largest runs from the others is the test that matters: a law with a lower objective may still predict worse.",
    ],
    model: &[
        "The objective is a sum over runs of Huber's function of a residual: squares up to delta, absolute values beyond, so that a few bad runs do not decide the fit. It is stated with every fit, because published fits differ by it.",
        "The search is deterministic: a grid over the parameters in which the law is not linear, the linear ones solved for in each cell, and the lowest cells followed to the bottom; the seed adds a few starts, and more until the lowest minimum was met five times. All local minima it met are listed; where it is not certain of the lowest, it says so.",
        "Intervals: refits of resampled runs (rows of one run stay together), and profiles, which hold one parameter after the other and allow for how few rows there are (n rows, p free parameters). A parameter counts as determined where both intervals are narrower than a factor of 10. Both take the law to be right. They say nothing of what happens beyond the runs if it is not.",
        "Nothing you bring leaves your machine.",
    ],
    formulas: &[
        Formula {
            label: "Objective",
            tex: r"Q(\theta) = \sum_i w_i\, \rho_\delta\big(\ln f(x_i; \theta) - \ln y_i\big)",
        },
        Formula {
            label: "Huber's function",
            tex: r"\rho_\delta(r) = \begin{cases} r^2/2 & |r| \le \delta \\ \delta(|r| - \delta/2) & |r| > \delta \end{cases}",
        },
        Formula {
            label: "Profile: values of a parameter that the runs allow",
            tex: r"2\,\big(\min_{\theta:\,\theta_j = v} Q(\theta) - \min_\theta Q(\theta)\big)\,\frac{\mathrm{E}\,\psi'(r)}{\mathrm{E}\,\psi(r)^2} \le F_{1,\,n-p,\,0.95}",
        },
    ],
    sources: &[
        Source {
            text: "Besiroglu, Erdil, Barnett, You, Chinchilla Scaling: A replication attempt, 2024",
            url: "https://arxiv.org/abs/2404.10102",
        },
        Source {
            text: "Li, Kudugunta, Zettlemoyer, (Mis)Fitting: A Survey of Scaling Laws, 2025",
            url: "https://arxiv.org/abs/2502.18969",
        },
    ],
    presets: &[
        Preset { title: "A learning curve", query: "" },
        Preset {
            title: "A power law with a bend, four laws side by side",
            query: "law=bnsl&compare=power,log-linear,mixture-of-exponentials",
        },
    ],
};

pub(super) const TEXTS: crate::text::Texts = &[]; // MIGRATION

//! Texts of the experiment `fit`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `fit` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Fit a law to your runs",
    question: "Which law fits a set of training runs, and how certain is the fit?",
    notice: &[
        "A fit is more than a curve. The band contains 95 of 100 curves that are fitted to bootstrap resamples of the runs. The band is wide where there are no runs, which is exactly where a law is used.",
        "A flat profile shows that the runs do not determine a parameter. Hold the parameter fixed at any value in the flat part, and the other parameters compensate for it. The interval of the parameter is open on the flat side.",
        "Two parameters trade off against each other where their refits lie along a line. The pair is then known better than either parameter alone. The figure of bootstrap refits shows the two parameters with the strongest correlation.",
        "The most important test is to predict the largest runs from the others. A law with a lower objective may still predict the largest runs worse.",
    ],
    model: &[
        r"The objective is the sum of Huber's function of the residuals over all runs. Residuals up to $\delta$ count by their square and larger ones by their absolute value, so that a few bad runs do not decide the fit. Published fits use different objectives, so each fit here states which objective it minimises.",
        "The search is deterministic. It lays a grid over the parameters in which the law is not linear, solves for the linear parameters in each cell, and descends from the lowest cells to a local minimum. The seed adds a few starts. The search adds more starts until five of them end in the lowest minimum. The results list all local minima that were found. A note says where the lowest of them may not be the global minimum.",
        "There are two kinds of intervals. Bootstrap intervals come from refits of resampled runs, where all rows of one run stay together. Profile intervals come from fits with one parameter held fixed at other values, and allow for the number $n$ of rows and the number $p$ of free parameters. A parameter counts as determined if the two ends of each interval differ by less than a factor of 10. Both kinds of intervals assume that the law is right, so they do not show the error beyond the runs if the law is wrong.",
        "Your data never leave your machine.",
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
            label: r"Profile interval: the values $v$ of a parameter that the runs allow",
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
        Preset { title: "A power law above a floor", query: "" },
        Preset { title: "Four laws compared", query: "law=bnsl&compare=power,log-linear,mixture-of-exponentials" },
    ],
};

crate::texts! {
    COMPARE = "names of laws, separated by commas; {why}";
}

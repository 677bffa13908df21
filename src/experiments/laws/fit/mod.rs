//! Which law goes through your runs, and how sure is that?
//!
//! Any law of the fitter over any table, or over runs that are simulated from an example of the law, where the truth is
//! known. Prediction: the truth lies within what 999 of 1000 sets of runs allow. Falsifier: a fit that is further from
//! it.

use crate::error::{Error, Result};
use crate::kit::fits::{Common, Form, Page, fit_params, parts};
use crate::kit::{Claim, Formula, Info, Preset, Source};
use crate::params::{Choice, Spec};

const LAWS: &[Choice] = &{
    let mut list = [Choice { value: "", label: "" }; crate::fit::ALL.len()];
    let mut k = 0;
    while k < list.len() {
        let info = crate::fit::ALL[k].info;
        list[k] = Choice { value: info.slug, label: info.title };
        k += 1;
    }
    list
};

fit_params!(Params, columns ROLES_ALL, budget "1e21", have "1e16" {
    /// The law to fit.
    law: &'static str = Spec::choice("power", LAWS);
    /// Other laws on the same runs, to choose between, separated by commas; "all" for every one.
    against: String = Spec::text(200);
});

/// The page.
#[derive(Debug)]
pub struct FitRuns;

/// The laws named.
fn named(text: &str) -> Result<Vec<Form>> {
    if text.trim() == "all" {
        return Ok(crate::fit::ALL.iter().map(Form::of).collect());
    }
    let refused = |name| move |e: Error| Error::parameter("against", name, &format!("laws separated by commas: {e}"));
    parts(text).map(|name| crate::fit::find(name).map(Form::of).map_err(refused(name))).collect()
}

impl Page for FitRuns {
    const SLUG: &'static str = "fit";
    const INFO: Info = INFO;
    // What a fit to the reader's own runs gives, nobody has published.
    const CLAIMS: &'static [Claim] = &[];
    const DATA: &'static str = "A line of headings, then one run a line: its loss, and what it depends on.";
    type Params = Params;

    fn common(params: &Params) -> Common {
        params.common()
    }

    fn forms(params: &Params) -> Result<(Form, Vec<Form>)> {
        let others = named(&params.against)?.into_iter().filter(|form| form.name != params.law);
        Ok((Form::of(crate::fit::find(params.law)?), others.collect()))
    }
}

const INFO: Info = Info {
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
            query: "law=bnsl&against=power,log-linear,mixture-of-exponentials",
        },
    ],
    figures_more: &[],
};

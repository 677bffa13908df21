//! Which law fits your runs, and how certain is the fit?
//!
//! Model: one of the laws of [`crate::fit::ALL`] is fitted to the user's table, or to runs that are simulated from an
//! example of the law. For simulated runs the true parameters are known. Prediction: the objective of the fit is higher
//! at the true parameters than at the fitted parameters, but the difference is below a limit. By chance, one simulation
//! in 1000 exceeds this limit. Falsifier: a difference above the limit.

use crate::error::{Error, Result};
use crate::kit::fits::{Common, Fits, Form, Page, fit_params, parts};
use crate::kit::{Claim, Info};
use crate::params::{Choice, Spec};
use crate::text;
use crate::text::{Templates, phrase};

mod words;

const LAWS: &[Choice] = &{
    let mut list = [Choice { value: "", label: "" }; crate::fit::ALL.len()];
    let mut k = 0;
    while k < list.len() {
        let info = crate::fit::ALL[k].info;
        list[k] = Choice { value: info.slug, label: info.title.english() };
        k += 1;
    }
    list
};

fit_params!(Params, columns ROLES_ALL, budget "1e21", unique "1e16" {
    /// The law to fit.
    law: &'static str = Spec::choice("power", LAWS);
    /// Names of other laws to fit to the same runs for comparison, separated by commas. The word "all" stands for every law.
    compare: String = Spec::text(200).was(&["against"]);
});

/// The page `fit`: its texts, and the laws that it fits.
#[derive(Debug)]
pub struct FitRuns;

/// The experiment `fit`.
pub type Study = Fits<FitRuns>;

/// Finds the laws that `text` lists by name, separated by commas. The word `all` stands for every law.
fn named(text: &str) -> Result<Vec<Form>> {
    let refused = |name| {
        move |error: Error| {
            let why = phrase(error.text().clone());
            Error::parameter("compare", name, text!(words::COMPARE, why = why))
        }
    };
    let names = if text.trim() == "all" { LAWS.iter().map(|law| law.value).collect() } else { parts(text) };
    names.into_iter().map(|name| crate::fit::find(name).map(Form::of).map_err(refused(name))).collect()
}

impl Page for FitRuns {
    const SLUG: &'static str = "fit";
    const INFO: Info = words::INFO;
    const TEXTS: Templates = words::TEXTS;

    // Nobody has published what a fit to the user's own runs gives.
    const CLAIMS: &'static [Claim] = &[];

    const DATA: &'static str =
        "A line of headings, then one run per line: the loss of the run, and the quantities that the loss depends on.";
    const MAIN: &'static [&'static str] = &["law", "noise"];
    type Params = Params;

    fn common(params: &Params) -> Common {
        params.common()
    }

    fn forms(params: &Params) -> Result<(Form, Vec<Form>)> {
        let others = named(&params.compare)?.into_iter().filter(|form| form.name != params.law);
        Ok((Form::of(crate::fit::find(params.law)?), others.collect()))
    }
}

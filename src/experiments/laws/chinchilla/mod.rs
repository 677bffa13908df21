//! How should a compute budget be divided between the size of a model and the number of tokens?
//!
//! Model: the Chinchilla law gives the loss of a run from its numbers of parameters and tokens. It is fitted to the
//! user's runs, or to runs that are simulated from the published parameters of the law. Prediction: the compute-optimal
//! number of parameters and the compute-optimal number of tokens grow with nearly equal exponents, so the number of
//! tokens per parameter hardly depends on the budget. Falsifier: an interval for `alpha / (alpha + beta)` that does not
//! contain 1/2. Here alpha is the exponent of the number of parameters in the law, and beta the exponent of the number
//! of tokens.

use crate::error::Result;
use crate::kit::fits::{Common, Fits, Form, Page, fit_params};
use crate::kit::{Claim, Info};

mod claims;
mod words;

fit_params!(Params, columns ROLES, budget "5.76e23", unique "1e16" {});
/// The page `chinchilla`: its texts, and the laws that it fits.
#[derive(Debug)]
pub struct Chinchilla;

/// The experiment `chinchilla`.
pub type Study = Fits<Chinchilla>;

impl Page for Chinchilla {
    const SLUG: &'static str = "chinchilla";
    const INFO: Info = words::INFO;
    const TEXTS: crate::text::Templates = &[];
    const CLAIMS: &'static [Claim] = claims::CLAIMS;

    const DATA: &'static str =
        "A line of headings, then one run per line: parameters, tokens (or compute, C = 6ND), and loss.";

    const MAIN: &'static [&'static str] = &["budget", "noise"];
    type Params = Params;

    fn common(params: &Params) -> Common {
        params.common()
    }

    fn forms(_: &Params) -> Result<(Form, Vec<Form>)> {
        Ok((Form::of(crate::fit::find("chinchilla")?), Vec::new()))
    }
}

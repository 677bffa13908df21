//! What is a repeated token worth?
//!
//! Model: published laws for the loss with repeated data are fitted to the user's runs, or to runs that are simulated
//! from one of these laws with its published parameters. The parameter `R_D` is the number of repeats after which a
//! token has lost 63% of its value. Prediction: `R_D` is about 15. Falsifier: runs that very different values of `R_D`
//! fit equally well. The published runs are such runs.

use crate::error::Result;
use crate::fit::derived::Ask;
use crate::fit::find;
use crate::kit::fits::{Common, Fits, Form, Page, SWITCH, fit_params};
use crate::kit::{Claim, Info};
use crate::params::{Choice, Spec};
use crate::text::Templates;

mod claims;
#[cfg(test)]
mod tests;
mod words;

const FORMS: &[Choice] = &[
    Choice { value: "repeats", label: "published law, decay free" },
    Choice { value: "all", label: "published law, all free" },
    Choice { value: "grows", label: "published law, decay by data size" },
    Choice { value: "geometric", label: "fixed share lost per repeat" },
    Choice { value: "lovelace", label: "penalty for overfitting" },
    Choice { value: "practical", label: "between a ceiling and a floor" },
];

fit_params!(Params, columns ROLES_REPEATED, budget "1e22", unique "25e9" {
    /// The law to fit, and which of its parameters are free. "Decay free" fits only how fast repeated tokens and surplus parameters lose their worth, and "decay by data size" lets the decay of repeated tokens depend on the number of unique tokens. If each repeat loses a fixed share of its worth, only the sizes of these shares are free.
    form: &'static str = Spec::choice("repeats", FORMS);
    /// Also fit other laws to the runs, with all of their parameters free.
    compare: &'static str = Spec::choice("no", SWITCH).label("other laws");
    /// Number of epochs for which the figure shows the worth. You can drag this point along the curve.
    epochs: u32 = Spec::integer("4", 1.0, 1000.0).log().unit("epochs");
});

/// The page `data-constrained`: its texts, and the laws that it fits.
#[derive(Debug)]
pub struct DataConstrained;

/// The experiment `data-constrained`.
pub type Study = Fits<DataConstrained>;

/// Finds the form called `name`: a law, and which of its parameters are fitted. The forms `repeats` and `geometric`
/// keep the first five parameters of their law at the published values. These five are the parameters of the Chinchilla
/// law.
fn form(name: &'static str) -> Result<Form> {
    let held = |slug: &str| -> Result<Form> {
        let law = find(slug)?;
        let published = law.info.published[0].values;
        Ok(Form { held: (0..5).map(|j| (j, Some(published[j]))).collect(), ..Form::of(law) })
    };
    let law = find("data-constrained")?;
    Ok(match name {
        "repeats" => held("data-constrained")?,
        "geometric" => held("geometric")?,
        "all" => Form { name: "data-constrained", ..Form::of(law) },
        "grows" => Form { name: "data-constrained, R_D grows", held: vec![(law.param("nu")?, None)], law },
        other => Form::of(find(other)?),
    })
}

impl Page for DataConstrained {
    const SLUG: &'static str = "data-constrained";
    const INFO: Info = words::INFO;
    const TEXTS: Templates = &[];
    const CLAIMS: &'static [Claim] = claims::CLAIMS;

    const DATA: &'static str = "The first line holds the headings. Each further line is one run: its number of parameters, tokens seen, unique tokens (or epochs) and loss.";

    const MAIN: &'static [&'static str] = &["form", "rows", "noise"];
    type Params = Params;

    fn common(params: &Params) -> Common {
        let common = params.common();
        Common { ask: Ask { epochs: Some(f64::from(params.epochs)), ..common.ask }, ..common }
    }

    fn forms(params: &Params) -> Result<(Form, Vec<Form>)> {
        let free = ["chinchilla", "all", "grows", "lovelace", "practical"];
        let others = free.into_iter().filter(|name| params.compare == "yes" && *name != params.form);
        Ok((form(params.form)?, others.map(form).collect::<Result<_>>()?))
    }
}

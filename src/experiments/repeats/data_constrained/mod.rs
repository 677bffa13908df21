//! What is a token worth that was seen before?
//!
//! The published laws of repeated data over the reader's runs, or over runs simulated from the published fit. Prediction:
//! repeats lose their worth after 15 epochs or so. Falsifier: a profile that is as low at other values; on the published
//! runs it is.

use crate::error::Result;
use crate::fit::find;
use crate::kit::fits::{Common, Fits, Form, Page, SWITCH, fit_params};
use crate::kit::{Claim, Info};
use crate::params::{Choice, Spec};

mod claims;
#[cfg(test)]
mod tests;
mod words;

const FORMS: &[Choice] = &[
    Choice { value: "repeats", label: "as published: R_D and R_N, the rest held" },
    Choice { value: "all", label: "all parameters free" },
    Choice { value: "grows", label: "all free, and R_D grows with the data" },
    Choice { value: "geometric", label: "a share lost at each repeat, the rest held" },
    Choice { value: "lovelace", label: "with overfitting" },
    Choice { value: "practical", label: "between a ceiling and a floor" },
];

fit_params!(Params, columns ROLES_REPEATED, budget "1e22", unique "25e9" {
    /// The law to fit, and which of its parameters are free.
    form: &'static str = Spec::choice("repeats", FORMS);
    /// Also fit other laws to the same runs, with all of their parameters free.
    compare: &'static str = Spec::choice("no", SWITCH).label("other laws");
});

/// The page.
#[derive(Debug)]
pub struct DataConstrained;

/// The experiment.
pub type Study = Fits<DataConstrained>;

/// A form by its name; the first five parameters are those of the law of parameters and tokens.
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
    const TEXTS: crate::text::Texts = words::TEXTS;
    const CLAIMS: &'static [Claim] = claims::CLAIMS;

    const DATA: &'static str =
        "A line of headings, then one run a line: parameters, tokens seen, unique tokens (or epochs), and loss.";

    const FOLDED: &'static [&'static str] = &["residuals", "E", "A", "alpha", "B", "beta", "nu"];

    type Params = Params;

    fn common(params: &Params) -> Common {
        params.common()
    }

    fn forms(params: &Params) -> Result<(Form, Vec<Form>)> {
        let free = ["chinchilla", "all", "grows", "lovelace", "practical"];
        let others = free.into_iter().filter(|name| params.compare == "yes" && *name != params.form);
        Ok((form(params.form)?, others.map(form).collect::<Result<_>>()?))
    }
}

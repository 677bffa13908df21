//! Texts of an experiment that do not depend on its results.

use serde::Serialize;

crate::texts! {
    READS_NO_TABLE = "experiment `{experiment}` does not read a table";
}

/// A formula. It is typeset when the page is built.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Formula {
    /// The meaning of the formula, in words.
    pub label: &'static str,
    /// The formula in TeX.
    pub tex: &'static str,
}

/// A paper or a talk that an experiment is based on.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Source {
    /// Authors, title and year.
    pub text: &'static str,
    /// Address on the web; empty when there is none.
    pub url: &'static str,
}

/// A named setting of the parameters.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Preset {
    /// Name of the setting.
    pub title: &'static str,
    /// The parameter values of the setting, as a URL query `name=value&...`.
    pub query: &'static str,
}

/// The English texts about an experiment that do not depend on its results.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Info {
    /// Heading of the page.
    pub title: &'static str,
    /// The question that the experiment asks, in one sentence.
    pub question: &'static str,
    /// What a reader should notice in the results, one paragraph each.
    pub notice: &'static [&'static str],
    /// The model and its limits, one paragraph each.
    pub model: &'static [&'static str],
    /// The formulas of the model.
    pub formulas: &'static [Formula],
    /// Papers and talks that the experiment is based on.
    pub sources: &'static [Source],
    /// Named settings that the page offers.
    pub presets: &'static [Preset],
}

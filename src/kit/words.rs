//! Texts of an experiment that do not depend on its results.

use serde::Serialize;

crate::texts! {
    READS_NO_TABLE = "experiment `{experiment}` does not read a table";
}

/// A formula, which is typeset when the page is built.
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

/// A setting of the parameters that has a name.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Preset {
    /// Name of the setting.
    pub title: &'static str,
    /// The parameters of the setting, as a URL query `name=value&...`.
    pub query: &'static str,
}

/// The texts about an experiment, in English, that do not depend on its results.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Info {
    /// Heading of the page.
    pub title: &'static str,
    /// The question of the experiment, one sentence.
    pub question: &'static str,
    /// What a reader should notice in the results, one paragraph each.
    pub notice: &'static [&'static str],
    /// The model and its limits, one paragraph each.
    pub model: &'static [&'static str],
    /// The formulas of the model.
    pub formulas: &'static [Formula],
    /// Papers and talks that the experiment is based on.
    pub sources: &'static [Source],
    /// Settings that the page offers by name.
    pub presets: &'static [Preset],
}

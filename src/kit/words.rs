//! Words of an experiment: what a page says of it beside its results.

use serde::Serialize;

crate::texts! {
    READS_NO_TABLE = "experiment `{experiment}` does not read a table";
}

/// A formula, typeset when the page is built.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Formula {
    /// What it says, in words.
    pub label: &'static str,
    /// TeX.
    pub tex: &'static str,
}

/// Where something comes from.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Source {
    /// Authors, title, year.
    pub text: &'static str,
    /// Address; empty when there is none.
    pub url: &'static str,
}

/// A named setting.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Preset {
    /// Name of the setting.
    pub title: &'static str,
    /// The query string that sets it, `name=value&...`.
    pub query: &'static str,
}

/// What an experiment is about: all of its words, in English.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Info {
    /// Heading.
    pub title: &'static str,
    /// The question in one sentence.
    pub question: &'static str,
    /// What to notice, a paragraph each.
    pub notice: &'static [&'static str],
    /// The model, a paragraph each; says what it does not show.
    pub model: &'static [&'static str],
    /// Formulas.
    pub formulas: &'static [Formula],
    /// Papers and talks.
    pub sources: &'static [Source],
    /// Named settings.
    pub presets: &'static [Preset],
}

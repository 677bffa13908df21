//! All texts and shaders of the lab in one place. The page is built from them, and a translation begins with these
//! texts.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::exec::parity::Suite;
use crate::exec::probe::Probe;
use crate::experiments::{self, PARTS};
use crate::kit::Part;
use crate::text::{self, Templates, Text};
use crate::{error, exec, fit, kit, output, params, session, table};

/// The parts of the lab, and the text templates that belong to no single part. A template is listed by its module and
/// the name of its constant.
#[derive(Serialize)]
pub struct Catalogue {
    /// The parts of the lab in order, each with its experiments and all of their texts.
    pub parts: &'static [Part],
    /// Text templates of errors, notices and results that belong to no single experiment or part, by module and name.
    pub texts: BTreeMap<String, BTreeMap<&'static str, &'static str>>,
    /// A table that an experiment can read, as CSV, for each experiment that reads one, by its name.
    pub examples: BTreeMap<&'static str, String>,
}

/// The text templates that belong to no single experiment or part, by module.
fn shared() -> Vec<(String, Templates)> {
    let modules: [(&str, Templates); 14] = [
        ("text", text::TEXTS),
        ("error", error::TEXTS),
        ("params", params::TEXTS),
        ("units", output::units::TEXTS),
        ("output", output::words::TEXTS),
        ("table", table::words::TEXTS),
        ("exec", exec::words::TEXTS),
        ("runs", fit::runs::words::TEXTS),
        ("fit", fit::words::TEXTS),
        ("kit", kit::words::TEXTS),
        ("fits", kit::fits::TEXTS),
        ("race", kit::race::words::TEXTS),
        ("session", session::TEXTS),
        ("page", session::page::TEXTS),
    ];
    let laws = fit::ALL.iter().map(|law| (format!("law-{}", law.info.slug), law.texts));
    modules.map(|(module, texts)| (module.to_owned(), texts)).into_iter().chain(laws).collect()
}

impl Catalogue {
    /// Makes the catalogue of all parts and all text templates.
    pub fn new() -> Self {
        let texts = shared().into_iter().map(|(module, texts)| (module, texts.iter().copied().collect()));
        let readers = experiments::all().filter(|entry| !entry.data.is_empty());
        let examples = readers.map(|entry| (entry.slug, (entry.example)()));
        Self { parts: PARTS, texts: texts.collect(), examples: examples.collect() }
    }

    /// Every text template of the lab, in English.
    pub fn templates(&self) -> impl Iterator<Item = &'static str> {
        let shared = self.texts.values().flat_map(|texts| texts.values().copied()).collect::<Vec<_>>();
        let stories = self.parts.iter().flat_map(|part| {
            let own = part.entries.iter().flat_map(|entry| entry.texts);
            part.texts.iter().chain(own).map(|(_, english)| *english)
        });
        shared.into_iter().chain(stories)
    }

    /// Every text template, filled with arguments of each kind in turn. A test checks that the page and the command
    /// line turn them into the same texts.
    pub fn samples(&self) -> Vec<Text> {
        text::samples(self.templates())
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::new()
    }
}

/// The sources of all shaders by the names of their kernels: the kernels of the experiments, and the kernel with which
/// a device tests itself.
pub fn shaders() -> BTreeMap<&'static str, &'static str> {
    let suites = experiments::all().flat_map(|entry| entry.kernels).filter_map(|twin| twin.suite);
    let suites = std::iter::once(Suite::new::<Probe>()).chain(suites.map(|suite| suite()));
    suites.map(|suite| (suite.name, suite.wgsl)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_names_no_template_twice() {
        for (module, texts) in shared() {
            let names: BTreeMap<_, _> = texts.iter().copied().collect();
            assert_eq!(names.len(), texts.len(), "{module}");
        }
        let catalogue = Catalogue::new();
        assert!(catalogue.samples().len() >= 2 * catalogue.templates().count(), "each template twice");
    }
}

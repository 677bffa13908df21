//! Checks the texts of the lab. Every sentence of a result must be a template that the catalogue lists, and must pass
//! the checks of plain English that a program can make.

use std::collections::BTreeSet;
use std::rc::Rc;

use scaling_lab::catalogue::Catalogue;
use scaling_lab::exec::Exec;
use scaling_lab::experiments;
use scaling_lab::output::Document;
use scaling_lab::params;
use scaling_lab::session::Session;
use scaling_lab::text::plain;
use serde_json::Value;

use crate::runs;

/// The texts of a result document, each with its place: as templates, and in English with their arguments filled in.
#[derive(Default)]
struct Found {
    templates: Vec<(String, String)>,
    english: Vec<(String, String)>,
}

impl Found {
    fn text(&mut self, place: &str, value: &Value) {
        match value {
            Value::String(text) => {
                self.templates.push((place.to_owned(), text.clone()));
                self.english.push((place.to_owned(), text.clone()));
            }
            Value::Object(text) => {
                self.templates.push((place.to_owned(), text["template"].as_str().expect("a template").to_owned()));
                self.english.push((place.to_owned(), text["text"].as_str().expect("English").to_owned()));
                for (name, argument) in text["arguments"].as_object().expect("arguments") {
                    let place = format!("{place}, {name}");
                    match argument["kind"].as_str() {
                        Some("text") => self.text(&place, &argument["value"]),
                        Some("list") => {
                            for item in argument["value"].as_array().expect("a list") {
                                self.text(&place, item);
                            }
                        }
                        _ => {}
                    }
                    if let Some(unit) = argument.get("unit") {
                        self.text(&place, unit);
                    }
                }
            }
            _ => {}
        }
    }

    fn all<'a>(&mut self, place: &str, values: impl IntoIterator<Item = &'a Value>) {
        for value in values {
            self.text(place, value);
        }
    }

    /// Collects the texts of the answer, the figures, tables, verdicts and notices in a document, and of its picture.
    fn document(document: &Value) -> Self {
        let mut found = Self::default();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        found.text("the answer", &document["answer"]["text"]);
        for fact in list(&document["answer"]["facts"]) {
            found.all("a fact of the answer", [&fact["name"], &fact["value"]]);
        }
        for figure in list(&document["figures"]) {
            let id = figure["id"].as_str().expect("an id");
            found.all(&format!("figure {id}"), [&figure["title"], &figure["nothing"]]);
            for axis in [&figure["x"], &figure["y"], &figure["field"]] {
                found.all(&format!("axes of figure {id}"), [&axis["label"], &axis["unit"]]);
            }
            for named in ["groups", "series", "marks"].iter().flat_map(|part| list(&figure[part])) {
                found.text(&format!("a label in figure {id}"), &named["label"]);
                found.all(&format!("a word in figure {id}"), [&named["how"], &named["tag"]]);
            }
        }
        for table in list(&document["tables"]) {
            let place = format!("table {}", table["id"].as_str().expect("an id"));
            found.all(&place, [&table["title"], &table["nothing"]]);
            for column in list(&table["columns"]) {
                found.all(&place, [&column["name"], &column["unit"]]);
            }
            found.all(&place, list(&table["rows"]).iter().flat_map(|row| row.as_array().expect("cells")));
        }
        for verdict in list(&document["verdicts"]) {
            let place = format!("verdict {}", verdict["id"].as_str().expect("an id"));
            found.all(&place, [&verdict["claim"], &verdict["unit"]]);
            found.all(&place, &list(&verdict["note"]));
        }
        let picture = &document["picture"];
        found.all("the picture", [&picture["title"], &picture["about"]]);
        for row in list(&picture["rows"]) {
            found.all("a row of the picture", [&row["label"], &row["value"]]);
        }
        found.all("a notice", &list(&document["notices"]));
        found
    }
}

/// All texts of every experiment: those that each preset shows before its run, and those after a run with the sizes of
/// the quick setting.
fn texts() -> Vec<(&'static str, Found)> {
    let mut all = Vec::new();
    for entry in experiments::all() {
        let mut note = |document: &Document| {
            let json = serde_json::to_value(document).expect("JSON");
            all.push((entry.slug, Found::document(&json)));
        };
        for preset in std::iter::once("").chain(entry.info.presets.iter().map(|preset| preset.query)) {
            let open = Session::open(Rc::new(Exec::cpu()), entry.slug, &params::query(preset), 1);
            note(&open.expect("a preset opens").document(0.0));
            // The sizes of one may not fit the lists of the other.
            if let Ok(run) = runs::run(entry, &runs::quick(entry, preset), 1) {
                note(&run.after);
            }
        }
    }
    all
}

#[test]
fn every_text_of_a_result_is_a_listed_template_that_can_be_read() {
    let catalogue = Catalogue::new();
    // Parameters of laws keep their names, which can be typed.
    let symbols = scaling_lab::fit::ALL.iter().flat_map(|law| law.info.params.iter().map(|param| param.name));
    let listed: BTreeSet<&str> = catalogue.templates().chain(symbols).collect();
    let mut wrong = BTreeSet::new();
    for (slug, found) in texts() {
        for (place, template) in &found.templates {
            // Signs and numbers are alike in all languages.
            if template.chars().any(char::is_alphabetic) && !listed.contains(template.as_str()) {
                wrong.insert(format!("{slug}, {place}: the catalogue does not list `{template}`"));
            }
        }
        for (place, english) in &found.english {
            for fault in faults(english) {
                wrong.insert(format!("{slug}, {place}: {fault}: {english}"));
            }
            if (place.contains("figure")) && english.contains('$') {
                wrong.insert(format!("{slug}, {place}: no TeX in a figure: {english}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

/// Faults of a text over which a reader would stumble, as far as a program can find them.
fn faults(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    // What stands between dollars is TeX, and between backticks a name.
    let outside = |mark: char, text: &str| text.split(mark).step_by(2).collect::<Vec<_>>().join(" ");
    let prose = outside('`', &outside('$', text));
    for opening in ["The same", "Its ", "And ", "As above", "One that"] {
        if prose.trim_start().starts_with(opening) {
            found.push("it leans on another sentence");
        }
    }
    for sign in ["^", "<=", ">=", "+-", "->"] {
        if prose.contains(sign) {
            found.push("mathematics in ASCII");
        }
    }
    let number_before = |at: usize| prose[..at].ends_with(|c: char| c.is_ascii_digit());
    if prose.match_indices(" %").any(|(at, _)| number_before(at))
        || prose.contains("per cent")
        || prose.contains(" percent ")
    {
        found.push("a percentage is written 5%");
    }
    // A terminal must have a sign for each command of TeX.
    for command in text.split('$').skip(1).step_by(2).flat_map(|tex| tex.split('\\').skip(1)) {
        let name: String = command.chars().take_while(char::is_ascii_alphabetic).collect();
        if !name.is_empty()
            && plain(&format!("$\\{name}$")) == name
            && !["ln", "log", "min", "max", "exp"].contains(&&*name)
        {
            found.push("TeX that no terminal can show");
        }
    }
    if text.matches('$').count() % 2 == 1 {
        found.push("a dollar that opens no TeX");
    }
    found
}

#[test]
fn words_of_the_catalogue_can_be_read_alone() {
    let mut wrong = BTreeSet::new();
    let mut check = |place: String, text: &str| {
        for fault in faults(text) {
            wrong.insert(format!("{place}: {fault}: {text}"));
        }
    };
    let catalogue = Catalogue::new();
    for template in catalogue.templates() {
        check("template".into(), template);
    }
    for entry in experiments::all() {
        let info = &entry.info;
        for text in [info.title, info.question].iter().chain(info.notice).chain(info.model) {
            check(entry.slug.into(), text);
        }
        for formula in info.formulas {
            check(entry.slug.into(), formula.label);
        }
        for spec in entry.params {
            check(format!("help of {}", spec.name), spec.help);
            for choice in spec.choices {
                check(format!("a choice of {}", spec.name), choice.label);
            }
        }
        for claim in entry.claims {
            for text in [claim.what, claim.note, claim.reason, claim.place] {
                check(format!("claim {}", claim.id), text);
                for word in ["above", "below"] {
                    let alone = text.split(|c: char| !c.is_alphabetic()).any(|other| other == word);
                    if alone && text != claim.place {
                        check(format!("claim {}: `{word}` points at nothing that a reader sees", claim.id), "$");
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn faults_are_found() {
    for text in ["The same again.", "Its end.", "n^-a", "a <= b", "5 % of them", "five per cent", "cost $ of"] {
        assert_eq!(faults(text).len(), 1, "{text}");
    }
    for text in ["$n^{-a}$ of 5%", "`a^b` is a name", "The percentage falls."] {
        assert!(faults(text).is_empty(), "{text}");
    }
}

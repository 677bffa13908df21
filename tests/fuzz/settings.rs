//! Checks that any text in a link or a command gives a value or an error in words. The texts are parameters of every
//! experiment, columns, rules and numbers.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scaling_lab::experiments;
use scaling_lab::fit::{number, runs};
use scaling_lab::params::query;
use scaling_lab::session::check;
use scaling_lab::table::Reader;

fuzz_target!(|input: (u8, u8, String)| {
    let (which, name, text) = input;
    let all: Vec<_> = experiments::all().collect();
    let entry = all[usize::from(which) % all.len()];
    let spec = &entry.params[usize::from(name) % entry.params.len()];
    if let Ok(value) = spec.parse(&text) {
        // A value is written as a text that reads back as the same value.
        let again = spec.parse(&scaling_lab::params::to_text(&value));
        assert!(again.is_ok(), "{}: {text:?} becomes {value:?}, then {again:?}", spec.name);
    }
    for texts in [vec![(spec.name.to_owned(), text.clone())], query(&text)] {
        if let Ok(checked) = check(entry.slug, &texts, None) {
            assert!(checked.problems.iter().all(|said| said.message.english().len() < 4000), "{:?}", checked.problems);
        }
    }
    let table = Reader::read(b"run,params (M),tokens (B),loss,a;b\nx,70,1.5,3.6,1\ny,160,20,2.9,2\n").expect("a table");
    let law = &scaling_lab::fit::ALL[usize::from(name) % scaling_lab::fit::ALL.len()];
    let columns = runs::Columns::read(&text, &table).unwrap_or_else(|_| runs::Columns::guess(&table));
    let rules: Vec<_> = text.split(',').filter_map(|rule| runs::Rule::parse(rule).ok()).collect();
    if let Err(error) = runs::runs(law, &table, &columns, law.info.objective, &rules) {
        assert!(error.to_string().len() < 4000, "{error}");
    }
    let _ = (number::read(&text), number::power(&text));
});

//! Checks that any bytes, read at once or in pieces, give a table or an error in words, and that any table gives runs
//! or an error in words.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scaling_lab::fit::{ALL, runs};
use scaling_lab::table::Reader;

fuzz_target!(|input: (u8, Vec<u8>)| {
    let (cut, text) = input;
    let whole = Reader::read(&text);
    let mut reader = Reader::new();
    let pieces = text.chunks(usize::from(cut) + 1).try_for_each(|piece| reader.push(piece));
    let cut = pieces.and_then(|()| reader.finish());
    match (&whole, &cut) {
        (Ok(a), Ok(b)) => assert_eq!((&a.lines, a.columns.len()), (&b.lines, b.columns.len()), "in pieces"),
        (Err(a), Err(b)) => assert_eq!(a.to_string(), b.to_string(), "in pieces"),
        _ => panic!("whole {whole:?}, in pieces {cut:?}"),
    }
    let said = |error: scaling_lab::Error| {
        assert!(!error.to_string().chars().any(char::is_control), "{error:?}");
    };
    match whole {
        Err(error) => said(error),
        Ok(table) => {
            for column in &table.columns {
                assert_eq!(
                    (column.numbers.len(), column.labels().len()),
                    (table.len(), table.len()),
                    "columns are whole"
                );
            }
            for law in ALL {
                let columns = runs::Columns::guess(&table);
                let rules = [runs::Rule::Missing];
                let found = runs::runs(law, &table, &columns, law.info.objective, &rules);
                found.map_or_else(said, |_| ());
            }
        }
    }
});

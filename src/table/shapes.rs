//! Reads JSON tables that are not lists of objects. Other programs write tables in many such forms; a form is read only
//! if it has a single possible meaning.

use super::cells::{Objects, Tree, Value};
use super::number::{Reading, read};
use super::{Named, bad, words};
use crate::error::{Error, Result};
use crate::text;
use crate::text::{Argument, count, name, phrase, setting};

/// Largest number of values in a JSON text. It is smaller than the limit for tables, because nested values need about
/// ten times as much memory.
const VALUES_MAX: usize = 4_000_000;
/// Largest number of nesting levels in JSON.
const DEEP: usize = 32;
/// The forms of JSON that are accepted, as a phrase at the end of a sentence.
fn expected() -> Argument {
    const EXAMPLE: &str = r#"{"params": 7e7, "tokens": 1.5e9, "loss": 3.5}"#;
    phrase(text!(words::JSON_EXPECTED, example = name(EXAMPLE)))
}

/// Rows of a JSON text that is neither a list nor a sequence of objects. Returns `None` if the text is a list or a
/// sequence of objects, or is not JSON.
///
/// # Errors
/// The form is not supported, or has several meanings.
pub(super) fn rows(text: &str) -> Result<Option<Vec<Named>>> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let whole = || start.trim_end();
    let lists = start.strip_prefix('[').map(str::trim_start);
    if let Some(inside) = lists {
        let first = inside.chars().next();
        // A list of lists, a list on each line, or a list of values.
        return if first == Some('{') || !whole().ends_with(']') { Ok(None) } else { of_lists(text) };
    }
    let Some(inside) = start.strip_prefix('{').map(str::trim_start) else { return Ok(None) };
    if !inside.starts_with('"') || !whole().ends_with('}') {
        return Ok(None);
    }
    // Read the first object, if it is the only one. Several lines of objects are read elsewhere, and so are mistakes.
    let mut json = Objects::any(text);
    let mut left = VALUES_MAX;
    let pairs = match json.tree(DEEP, &mut left) {
        Ok(Tree::Object(_, pairs)) => pairs,
        Err(_) if left == 0 => return Err(too_many()),
        _ => return Ok(None),
    };
    if !json.is_at_end() {
        return Ok(None);
    }
    of_object(pairs)
}

/// The error for JSON that contains no values.
pub(super) fn nothing() -> Error {
    bad(text!(words::JSON_EMPTY, expected = expected()))
}

pub(super) fn too_many() -> Error {
    bad(text!(words::JSON_TOO_LARGE, millions = count(VALUES_MAX / 1_000_000)))
}

/// Adds the values of an object to `out`, including nested values. `path` is the name of the object. The name of a
/// nested value consists of the outer name, a full stop and the inner name.
fn flat(path: &str, pairs: Vec<(String, Tree)>, out: &mut Vec<(String, Value)>) {
    for (name, tree) in pairs {
        let name = if path.is_empty() { name } else { format!("{path}.{name}") };
        match tree {
            Tree::Leaf(value) => out.push((name, value)),
            Tree::List(_, text, _) => out.push((name, Value::Text(text))),
            Tree::Object(_, pairs) => flat(&name, pairs, out),
        }
    }
}

fn row(line: usize, pairs: Vec<(String, Tree)>) -> Named {
    let mut out = Vec::new();
    flat("", pairs, &mut out);
    (line, out)
}

/// One row of a table whose rows are written as lists. The values get their names from the headings.
fn list_row(names: &[String], line: usize, items: Vec<Tree>) -> Result<Named> {
    if items.len() != names.len() {
        return Err(bad(text!(
            words::JSON_UNEVEN,
            line = setting(line as f64),
            values = count(items.len()),
            headings = count(names.len()),
        )));
    }
    Ok(row(line, names.iter().cloned().zip(items).collect()))
}

/// The texts in a list of names; `None` if an item is not a name.
fn names(items: &[Tree]) -> Option<Vec<String>> {
    let name = |item: &Tree| match item {
        Tree::Leaf(Value::Text(name)) if read(name).0 == Reading::Text => Some(name.clone()),
        _ => None,
    };
    items.iter().map(name).collect()
}

/// The rows of a table whose rows are written as lists. The first list contains the headings. The lists are the items
/// of one outer list, or each list is on a line of its own.
fn of_lists(text: &str) -> Result<Option<Vec<Named>>> {
    let mut json = Objects::any(text);
    let mut left = VALUES_MAX;
    let mut lists = Vec::new();
    while !json.is_at_end() {
        // A text that is not JSON may be a table whose first heading begins with a bracket.
        let (line, items) = match json.tree(DEEP, &mut left) {
            Ok(Tree::List(line, _, items)) => (line, items),
            Err(_) if left == 0 => return Err(too_many()),
            _ => return Ok(None),
        };
        lists.push((line, items));
    }
    if let [(_, items)] = &mut lists[..] {
        let inner = |item: &Tree| matches!(item, Tree::List(..));
        if items.is_empty() {
            return Ok(Some(Vec::new()));
        }
        if !items.iter().all(inner) {
            return Err(bad(text!(words::JSON_VALUES, expected = expected())));
        }
        let items = std::mem::take(items);
        lists = items
            .into_iter()
            .filter_map(|item| if let Tree::List(line, _, items) = item { Some((line, items)) } else { None })
            .collect();
    }
    let mut lists = lists.into_iter();
    let Some(names) = lists.next().and_then(|(_, items)| names(&items)) else {
        return Err(bad(text!(words::JSON_UNNAMED, expected = expected())));
    };
    unlike(&names)?;
    lists.map(|(line, items)| list_row(&names, line, items)).collect::<Result<_>>().map(Some)
}

/// Returns an error if two headings are equal.
fn unlike(names: &[String]) -> Result<()> {
    let again = names.iter().enumerate().find(|(k, name)| names[..*k].contains(name));
    again.map_or(Ok(()), |(_, heading)| Err(bad(text!(words::JSON_NAMED_TWICE, column = name(super::shown(heading))))))
}

/// The rows of a table that is written as a single object.
fn of_object(mut pairs: Vec<(String, Tree)>) -> Result<Option<Vec<Named>>> {
    let at = |pairs: &[(String, Tree)], wanted: &str| pairs.iter().position(|(name, _)| name == wanted);
    let shown = |pairs: &[(String, Tree)]| {
        let names: Vec<&str> = pairs.iter().take(6).map(|(name, _)| name.as_str()).collect();
        super::shown(&names.join(", "))
    };
    // The form that pandas calls split: {"columns": [...], "index": [...], "data": [[...], ...]}
    if let (Some(columns), Some(data)) = (at(&pairs, "columns"), at(&pairs, "data"))
        && let (Tree::List(_, _, heads), Tree::List(_, _, _)) = (&pairs[columns].1, &pairs[data].1)
        && let Some(names) = names(heads)
    {
        unlike(&names)?;
        let Tree::List(_, _, lists) = pairs.swap_remove(data).1 else { return Ok(None) };
        let one = |list| match list {
            Tree::List(line, _, items) => list_row(&names, line, items),
            Tree::Object(line, _) => Err(bad(text!(words::JSON_OBJECT_IN_DATA, line = setting(line as f64)))),
            Tree::Leaf(_) => Err(bad(words::JSON_VALUE_IN_DATA)),
        };
        return lists.into_iter().map(one).collect::<Result<_>>().map(Some);
    }
    // The form {"runs": [{...}, ...]}, with any other values beside the list.
    let objects = |tree: &Tree| matches!(tree, Tree::List(_, _, items) if !items.is_empty() && items.iter().all(|item| matches!(item, Tree::Object(..))));
    let holders: Vec<usize> = (0..pairs.len()).filter(|k| objects(&pairs[*k].1)).collect();
    match holders[..] {
        [] => {}
        [only] => {
            let Tree::List(_, _, items) = pairs.swap_remove(only).1 else { return Ok(None) };
            let rows = items
                .into_iter()
                .filter_map(|item| if let Tree::Object(line, pairs) = item { Some(row(line, pairs)) } else { None });
            return Ok(Some(rows.collect()));
        }
        [first, second, ..] => {
            let [first, second] = [first, second].map(|k| name(super::shown(&pairs[k].0)));
            return Err(bad(text!(words::JSON_TWO_LISTS, first = first, second = second)));
        }
    }
    if pairs.iter().all(|(_, tree)| matches!(tree, Tree::List(..))) {
        return of_columns(pairs).map(Some);
    }
    if pairs.iter().all(|(_, tree)| matches!(tree, Tree::Object(..))) {
        return of_dicts(pairs);
    }
    // Numbers at the top level are those of a single run, or something else.
    if pairs.iter().any(|(_, tree)| matches!(tree, Tree::Leaf(Value::Number(_)))) {
        return Ok(None);
    }
    Err(bad(text!(words::JSON_OBJECT, names = name(shown(&pairs)), expected = expected())))
}

/// The rows of a table that is written as an object of columns, as in `{"params": [7e7, 4e8], "loss": [3.5, 3.1]}`.
fn of_columns(pairs: Vec<(String, Tree)>) -> Result<Vec<Named>> {
    let mut rows: Vec<Named> = Vec::new();
    let mut begun: Option<(String, usize)> = None;
    for (heading, tree) in pairs {
        let Tree::List(line, _, items) = tree else { continue };
        let (first, length) = begun.get_or_insert_with(|| (heading.clone(), items.len()));
        if items.len() != *length {
            return Err(bad(text!(
                words::JSON_LENGTHS,
                first = name(super::shown(first)),
                length = count(*length),
                second = name(super::shown(&heading)),
                other = count(items.len()),
            )));
        }
        rows.resize_with(*length, || (line, Vec::new()));
        for (row, item) in rows.iter_mut().zip(items) {
            flat("", vec![(heading.clone(), item)], &mut row.1);
        }
    }
    Ok(rows)
}

/// The rows of a table that is written as an object of objects. The inner objects are columns, as in
/// `{"params": {"0": 7e7}, "loss": {"0": 3.5}}`, or rows, as in `{"a": {"params": 7e7, "loss": 3.5}}`.
fn of_dicts(mut pairs: Vec<(String, Tree)>) -> Result<Option<Vec<Named>>> {
    let inner = |tree: &Tree| match tree {
        Tree::Object(_, inner) => inner.iter().map(|(name, _)| name.clone()).collect(),
        _ => Vec::new(),
    };
    let whole = |name: &String| name.bytes().all(|b| b.is_ascii_digit());
    let loss = |name: &String| name.to_lowercase().contains("loss");
    let outer: Vec<String> = pairs.iter().map(|(name, _)| name.clone()).collect();
    let first = pairs.first().map(|(_, tree)| inner(tree)).unwrap_or_default();
    if let [(_, Tree::Object(_, only))] = &mut pairs[..] {
        let nested = only.iter().all(|(_, tree)| matches!(tree, Tree::Object(..)));
        return if nested && !only.is_empty() { of_object(std::mem::take(only)) } else { Ok(None) };
    }
    let by_columns = !first.is_empty() && first.iter().all(whole) && !outer.iter().all(whole)
        || outer.iter().any(loss) && !first.iter().any(loss);
    let by_rows =
        outer.iter().all(whole) && !first.iter().all(whole) || first.iter().any(loss) && !outer.iter().any(loss);
    if by_rows {
        let rows = pairs.into_iter().filter_map(|(name, tree)| {
            let Tree::Object(line, mut pairs) = tree else { return None };
            // The name of a row is the name of its run, unless the name is only a count.
            if !whole(&name) && !pairs.iter().any(|(name, _)| name == "run") {
                pairs.insert(0, ("run".to_owned(), Tree::Leaf(Value::Text(name))));
            }
            Some(row(line, pairs))
        });
        return Ok(Some(rows.collect()));
    }
    if !by_columns {
        let [outer, inner] = [&outer, &first].map(|names| name(super::shown(names.first().map_or("", String::as_str))));
        return Err(bad(text!(words::JSON_EITHER_WAY, outer = outer, inner = inner, expected = expected())));
    }
    let mut places = std::collections::BTreeMap::new();
    let mut rows: Vec<Named> = Vec::new();
    for (name, tree) in pairs {
        let Tree::Object(line, inner) = tree else { continue };
        for (key, value) in inner {
            let place = *places.entry(key).or_insert(rows.len());
            if place == rows.len() {
                rows.push((line, Vec::new()));
            }
            flat("", vec![(name.clone(), value)], &mut rows[place].1);
        }
    }
    Ok(Some(rows))
}

#[cfg(test)]
mod tests {
    use super::super::Reader;

    #[test]
    fn shapes_of_other_programs_are_read() {
        for text in [
            r#"[["params","loss"],[7e7,3.5],[8e7,3.25]]"#,
            "[\"params\",\"loss\"]\n[7e7,3.5]\n[8e7,3.25]\n",
            r#"{"columns":["params","loss"],"index":[0,1],"data":[[7e7,3.5],[8e7,3.25]]}"#,
            r#"{"params":{"0":7e7,"1":8e7},"loss":{"1":3.25,"0":3.5}}"#,
            r#"{"0":{"params":7e7,"loss":3.5},"1":{"params":8e7,"loss":3.25}}"#,
            r#"{"params":{"a":7e7,"b":8e7},"loss":{"a":3.5,"b":3.25}}"#,
            r#"{"params":[7e7,"80M"],"loss":[3.5,3.25]}"#,
            r#"{"project":"p","count":2,"runs":[{"params":7e7,"loss":3.5},{"params":8e7,"loss":3.25}]}"#,
            r#"{"schema":{"fields":[{"name":"loss"}]},"data":[{"params":7e7,"loss":3.5},{"params":8e7,"loss":3.25}]}"#,
        ] {
            let table = Reader::read(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(table.names(), "params, loss", "{text}");
            assert_eq!(table.columns[0].numbers, [7e7, 8e7], "{text}");
            assert_eq!(table.columns[1].numbers, [3.5, 3.25], "{text}");
        }
        for text in [
            r#"{"a":{"params":7e7,"loss":3.5},"b":{"params":8e7,"loss":3.25}}"#,
            r#"{"runs":{"a":{"params":7e7,"loss":3.5},"b":{"params":8e7,"loss":3.25}}}"#,
        ] {
            let table = Reader::read(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!((table.names().as_str(), table.columns[0].labels().len()), ("run, params, loss", 2), "{text}");
            assert!(table.columns[0].is(1, "b"), "{text}: a name of a row names its run");
        }
        // Numbers as names count rows, whatever the names of the columns are.
        for text in [r#"{"0":{"x":1,"y":2},"1":{"x":3,"y":4}}"#, r#"{"x":{"0":1,"1":3},"y":{"0":2,"1":4}}"#] {
            let table = Reader::read(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!((table.names().as_str(), &table.columns[1].numbers[..]), ("x, y", &[2.0, 4.0][..]), "{text}");
        }
        let nested = Reader::read(br#"{"runs":[{"config":{"n":1},"loss":3.5},{"config":{"n":2},"loss":3}]}"#);
        assert_eq!(nested.expect("a table").names(), "config.n, loss");
    }

    #[test]
    fn shapes_that_are_not_read_are_named() {
        for (text, says) in [
            (
                r#"{"a":{"x":1,"y":2},"b":{"x":3,"y":4}}"#,
                "the JSON is an object of objects, and neither their names, such as `a`,",
            ),
            (
                r#"{"params":[1,2],"loss":[3]}"#,
                "the lists of the JSON differ in length: `params` has 2 values and `loss` has 1",
            ),
            (
                r#"{"project":"p","runs":[1,2]}"#,
                "the JSON is one object that holds project, runs: write one object for each run",
            ),
            (
                r#"{"a":[{"x":1}],"b":[{"x":1}]}"#,
                "the JSON holds several lists of objects, `a` and `b`: keep the list of the runs",
            ),
            (
                r#"{"columns":["a","b"],"data":[[1,2],[3]]}"#,
                "line 1: a list of the JSON has 1 value, but there are 2 headings",
            ),
            (r#"{"columns":["a","a"],"data":[[1,2]]}"#, "two columns of the JSON are both called `a`"),
            ("[1,2,3]", "the JSON is a list of values: write one object for each run"),
            ("[[1,2],[3,4]]", "the first list of the JSON names no columns"),
            ("[]", "the JSON holds no values: write one object for each run"),
            ("{}", "the JSON holds no values: write one object for each run"),
        ] {
            let sentence = Reader::read(text.as_bytes()).expect_err(text).to_string();
            assert!(sentence.starts_with(says), "{text}: {sentence}");
        }
        let many = format!("{{\"loss\":[{}1]}}", "1,".repeat(super::VALUES_MAX));
        let sentence = Reader::read(many.as_bytes()).expect_err("too many").to_string();
        assert!(sentence.starts_with("the JSON holds more than 4 million values"), "{sentence}");
        let brackets = Reader::read(b"[tokens],[loss]\n1,2\n3,[4]\n").expect("headings in brackets");
        assert_eq!(brackets.names(), "[tokens], [loss]");
    }
}

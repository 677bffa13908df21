//! Why a text is no table: the true cause in one sentence, where rows do not fit their headings.

use super::Table;
use super::cells::{Records, SPLITS, Split, loosely, records, says_number, shown, told};
use super::number;

/// How many lines tell.
const LOOK: usize = 30;
/// Words of headings of losses, and of sizes.
const LOSSES: [&str; 2] = ["loss", "losses"];
const SIZES: [&str; 10] =
    ["params", "parameters", "tokens", "flops", "compute", "steps", "epochs", "samples", "n", "d"];
/// Words of rows that sum up the rows above them.
const SUMMARIES: [&str; 28] = [
    "total",
    "totals",
    "grand total",
    "subtotal",
    "sum",
    "mean",
    "average",
    "avg",
    "median",
    "min",
    "minimum",
    "max",
    "maximum",
    "std",
    "stdev",
    "std dev",
    "standard deviation",
    "gesamt",
    "summe",
    "mittelwert",
    "moyenne",
    "somme",
    "total général",
    "media",
    "promedio",
    "итого",
    "среднее",
    "合计",
];

fn has(text: &str, words: &[&str]) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
}

/// A separator in words.
const fn words(split: Split) -> &'static str {
    match split {
        Split::Mark(b'\t') => "tabs",
        Split::Mark(b';') => "semicolons",
        Split::Mark(b'|') => "bars",
        Split::Mark(b',') => "commas",
        _ => "spaces",
    }
}

/// A line with its number.
type Line = (usize, String);

/// The first lines that are no comments, whatever ends them.
fn lines(text: &str) -> Vec<Line> {
    let end = text.char_indices().nth(1 << 16).map_or(text.len(), |(at, _)| at);
    // No text holds this byte: every record is a cell.
    let text = text[..end].replace('"', "\u{1}").replace("\r\n", "\n").replace('\r', "\n");
    let mut records = Records::new(text.trim_start_matches('\u{feff}'), Split::Mark(0));
    let mut lines = Vec::new();
    while let Ok(Some(record)) = records.advance() {
        lines.extend(record.cells.first().map(|cell| (record.line, cell.text.replace('\u{1}', "\""))));
        if lines.len() == LOOK {
            break;
        }
    }
    lines
}

/// Why the rows of a text do not fit its headings, where that can be told.
pub(super) fn reason(text: &str) -> Option<String> {
    let lines = lines(text);
    let [first, second, ..] = &lines[..] else { return None };
    told_wrongly(text, second)
        .or_else(|| quoted(&lines))
        .or_else(|| two_separators(first, &lines[1..]))
        .or_else(|| apart(first, &lines[1..]))
        .or_else(|| below_title(&lines))
}

/// `sep=;` above columns that something else separates.
fn told_wrongly(text: &str, (line, heading): &Line) -> Option<String> {
    let (mark, _) = told(text.trim_start_matches(['\u{feff}', '\n', '\r']))?;
    let alone = loosely(heading, Split::Mark(mark)).len() == 1;
    let split = SPLITS.into_iter().find(|split| loosely(heading, *split).len() > 1).filter(|_| alone)?;
    Some(format!(
        "line {} says that `{}` separates the columns, but {} separate them on line {line}: delete line {0}, or correct it",
        line - 1,
        char::from(mark),
        words(split)
    ))
}

/// A whole line in quotes is one cell.
fn quoted(lines: &[Line]) -> Option<String> {
    let whole = |line: &str| {
        let inside = line.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))?;
        // Quotes inside are doubled, or there are none.
        let single = inside.replace("\"\"", "").contains('"');
        (!single && SPLITS[..4].iter().any(|split| loosely(inside, *split).len() > 1)).then_some(())
    };
    let (line, _) = lines.iter().find(|(_, line)| whole(line).is_some())?;
    let count = lines.iter().filter(|(_, line)| whole(line).is_some()).count();
    (count + 1 >= lines.len()).then(|| {
        format!("line {line} stands in quotes as a whole, so it is one cell: delete the quotes around whole lines")
    })
}

/// Headings that one mark separates, above rows that another does.
fn two_separators((line, heading): &Line, rows: &[Line]) -> Option<String> {
    let (below, row) = rows.first()?;
    let counts = |text: &str, split: Split| loosely(text, split).len();
    for above in SPLITS {
        let wide = counts(heading, above);
        let other = SPLITS.into_iter().filter(|other| words(*other) != words(above));
        for other in other {
            let fits = rows.iter().all(|(_, row)| counts(row, other) == wide && counts(row, above) != wide);
            if wide > 1 && fits && counts(heading, other) != wide && row.chars().any(|c| c.is_ascii_digit()) {
                return Some(format!(
                    "{} separate the columns on line {line}, but {} on line {below}: use one of them on all lines",
                    words(above),
                    words(other)
                ));
            }
        }
    }
    None
}

/// Numbers whose unit stands apart, where spaces separate the columns.
fn apart((_, heading): &Line, rows: &[Line]) -> Option<String> {
    let split = Split::Spaces(1);
    let wide = loosely(heading, split).len();
    let marks = SPLITS[..4].iter().any(|split| loosely(heading, *split).len() > 1);
    if wide < 2 || marks {
        return None;
    }
    rows.iter().find_map(|(line, row)| {
        let cells = loosely(row, split);
        let unit = |word: &str| {
            number::power(word).is_some() && !says_number(word)
                || number::is_unread_unit(word)
                || word.chars().all(|c| c.is_alphabetic() || c == '.')
        };
        let loose =
            |pair: &[String]| says_number(&pair[0]) && unit(&pair[1]) || matches!(&pair[0][..], "~" | "≈" | "ca.");
        let pairs: Vec<&[String]> = cells.windows(2).filter(|pair| loose(pair)).collect();
        let pair = pairs.first()?;
        (cells.len() > wide && cells.len() - pairs.len() <= wide).then(|| {
            let whole = pair.join(" ");
            let why = number::why(&whole).map(|why| format!(", and {why}"));
            let how = || format!(": write it without a space, as `{}`, or put tabs between the columns", pair.concat());
            let end = why.unwrap_or_else(how);
            format!("line {line}: `{}` is read as two cells, for spaces separate the columns here{end}", shown(&whole))
        })
    })
}

/// Lines above the headings that are neither comments nor headings.
fn below_title(lines: &[Line]) -> Option<String> {
    (1..=3.min(lines.len().saturating_sub(2))).find_map(|count| {
        let rest: String = lines[count..].iter().flat_map(|(_, line)| [line, "\n"]).collect();
        let mut records = records(&rest);
        let heading = records.advance().ok()??;
        let wide = heading.cells.len();
        let names = wide > 1 && heading.cells.iter().all(|cell| !cell.text.is_empty() && !says_number(&cell.text));
        let mut rows = 0;
        while let Some(record) = records.advance().ok()? {
            let numbers = record.cells.iter().filter(|cell| says_number(&cell.text)).count();
            if record.cells.len() != wide || numbers == 0 {
                return None;
            }
            rows += 1;
        }
        (names && rows > 0).then(|| {
            let (first, last) = (lines[0].0, lines[count - 1].0);
            let what = if count == 1 { format!("line {first} looks") } else { format!("lines {first} to {last} look") };
            let them = if count == 1 { "it" } else { "them" };
            format!(
                "{what} like a title above the headings, which are on line {}: delete {them}, or begin {them} with #",
                lines[count].0
            )
        })
    })
}

/// Headings that are no names of columns: the table lies on its side, or is a grid, or lacks headings.
pub(super) fn sideways(names: &[String], line: usize, rows: Option<Records<'_>>) -> Option<String> {
    let number = |text: &str| number::is_numeric(text.rsplit_once('=').map_or(text, |(_, number)| number));
    let sizes = names.len() > 2 && names[1..].iter().all(|name| number(name));
    let mut first = Vec::new();
    let mut rows = rows?;
    while let Ok(Some(record)) = rows.advance() {
        let rest = record.cells.get(1..).unwrap_or_default();
        let numbers = rest.iter().all(|cell| number::read(&cell.text).0 != number::Reading::Text);
        let alone = record.cells.len() != names.len() || !numbers;
        if first.len() == LOOK || alone && !sizes {
            return None;
        }
        first.extend(record.cells.first().map(|cell| cell.text.to_string()));
    }
    let any = |words: &[&str]| first.iter().any(|name| has(name, words) && !number(name));
    let loss = any(&LOSSES) || sizes && has(&names[0], &LOSSES);
    if first.iter().any(|name| has(name, &LOSSES))
        && (sizes || any(&SIZES) && !names[1..].iter().any(|name| has(name, &LOSSES)))
        || sizes && loss && any(&SIZES)
    {
        return Some(
            "the table lies on its side, for its first column holds the names of columns, such as the loss: swap rows and \
             columns (transpose), so that each row is a run"
                .to_owned(),
        );
    }
    let grid = !first.is_empty() && first.iter().all(|name| number(name));
    sizes.then(|| {
        if grid {
            format!(
                "the table is a grid, with sizes on line {line} and in the first column: write one row for each cell, \
                 with columns such as params, tokens and loss"
            )
        } else {
            format!(
                "line {line} holds numbers: the first line names the columns, and a grid needs one row for each of its cells"
            )
        }
    })
}

/// A first row of units, or a last row that sums up the others.
pub(super) fn odd_row(table: &Table) -> Option<String> {
    units(table).or_else(|| summary(table))
}

fn units(table: &Table) -> Option<String> {
    let (first, second) = (table.lines.first()?, table.lines.get(1));
    second?;
    let hole = |column: &super::Column, row: u32| column.holes.get(&row).cloned();
    let mut unit = None;
    for column in &table.columns {
        let empty = |row: usize| {
            let text = hole(column, row as u32).unwrap_or_default();
            number::read(&text).0 == number::Reading::Missing
        };
        if !column.numbers[0].is_nan()
            || column.holes.get(&0).is_some_and(|text| text.contains(|c: char| c.is_ascii_digit()))
        {
            return None;
        }
        let numbers = column.numbers.iter().filter(|x| !x.is_nan()).count();
        let all = numbers > 0 && (1..table.len()).all(|row| !column.numbers[row].is_nan() || empty(row));
        let Some(text) = hole(column, 0).filter(|_| all) else { continue };
        if text.is_empty() {
            return None;
        }
        let said = number::read(&text).0 == number::Reading::Text;
        let like = number::is_like_unit(&text) || number::is_unread_unit(&text);
        unit = match unit {
            Some((_, _, true)) => unit,
            _ if said => Some((&column.name, text, like)),
            _ => unit,
        };
    }
    let (name, text, _) = unit?;
    let count = table.columns.iter().filter(|column| column.numbers[1..].iter().any(|x| !x.is_nan())).count();
    (count > 1).then(|| {
        format!(
            "line {first} looks like units: write them in the headings, as in `{name} ({text})`, and delete the line"
        )
    })
}

fn summary(table: &Table) -> Option<String> {
    let plain = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let says = |text: &str| SUMMARIES.contains(&plain(text).as_str());
    table.columns.iter().filter(|column| column.text.is_some()).find_map(|column| {
        let text_of = |label: u32| column.names.iter().find(|(_, l)| **l == label).map(|(text, _)| text.as_str());
        let last = *column.labels.last()?;
        let word = text_of(last).filter(|text| says(text))?;
        // A column of kinds of pooling says its words again and again; a subtotal may be one of several.
        let again = column.labels.iter().filter(|label| **label == last).count() > 1;
        let others = column.names.keys().any(|text| !text.is_empty() && !says(text));
        let sum = plain(word).contains("total");
        let from = table.len() - column.labels.iter().rev().take_while(|label| text_of(**label).is_some_and(says)).count();
        (others && (sum || !again)).then(|| {
            let (first, end) = (table.lines[from], table.lines[table.len() - 1]);
            let (what, them) = if first == end {
                (format!("line {first} looks like a summary"), "it")
            } else {
                (format!("lines {first} to {end} look like summaries"), "them")
            };
            format!("{what} of the rows above, for column `{}` holds `{word}` there: delete {them}, or rename a run that is called so", column.name)
        })
    })
}

//! Explains why a text is not a table. If the rows do not fit the headings, one sentence gives the cause.

use super::cells::{Records, SPLITS, Split, loosely, records, says_number, shown, told};
use super::{Column, Table, number, words};
use crate::text;
use crate::text::{Template, Text, name, phrase, setting};

/// Largest number of lines that are read to find out why a text is not a table.
const LOOK: usize = 30;
/// Words in the headings of columns that contain losses. [`SIZES`] lists the words for columns that contain sizes.
const LOSSES: [&str; 2] = ["loss", "losses"];
const SIZES: [&str; 10] =
    ["params", "parameters", "tokens", "flops", "compute", "steps", "epochs", "samples", "n", "d"];
/// Words that show that a row summarises the rows above it.
const SUMMARIES: [&str; 27] = [
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
    "promedio",
    "итого",
    "среднее",
    "合计",
];

fn has(text: &str, words: &[&str]) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
}

/// Whether a fit could use a column with this heading, because the heading names a size, a loss, a weight or a run.
pub(super) fn is_of_use(heading: &str) -> bool {
    const STEMS: [&str; 11] =
        ["loss", "param", "token", "flop", "compute", "step", "epoch", "sample", "size", "unique", "weight"];
    let lower = heading.to_lowercase();
    STEMS.iter().any(|stem| lower.contains(stem))
        || has(heading, &["run", "name", "id", "experiment", "n", "d", "u", "c", "l", "x", "y"])
}

/// Name of a separator for use in a sentence.
const fn separators(split: Split) -> Template<0> {
    match split {
        Split::Mark(b'\t') => words::TABS,
        Split::Mark(b';') => words::SEMICOLONS,
        Split::Mark(b'|') => words::BARS,
        Split::Mark(b',') => words::COMMAS,
        _ => words::SPACES,
    }
}

/// Number of a line as an argument of a sentence.
fn at(line: usize) -> text::Argument {
    setting(line as f64)
}

/// Number and text of a line.
type Line = (usize, String);

/// The first lines of a text, without comments. Any kind of line end is accepted.
fn lines(text: &str) -> Vec<Line> {
    let end = text.char_indices().nth(1 << 16).map_or(text.len(), |(at, _)| at);
    // No text holds this byte, so every record is a single cell.
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

/// The reason why the rows of a text do not fit its headings; `None` if the reason is not recognised.
pub(super) fn reason(text: &str) -> Option<Text> {
    let lines = lines(text);
    let [first, second, ..] = &lines[..] else { return None };
    told_wrongly(text, second)
        .or_else(|| quoted(&lines))
        .or_else(|| apart(first, &lines[1..]))
        .or_else(|| two_separators(first, &lines[1..]))
        .or_else(|| rows_begin_unnamed(first, &lines[1..]))
        .or_else(|| below_title(&lines))
}

/// Name of the format of a text that is HTML or LaTeX; `None` for any other text.
pub(super) fn other_format(text: &str) -> Option<Template<0>> {
    let start: String =
        text.trim_start_matches('\u{feff}').trim_start().chars().take(9).collect::<String>().to_lowercase();
    if ["<!doctype", "<html", "<table", "<?xml", "<tr", "<div"].iter().any(|tag| start.starts_with(tag)) {
        return Some(words::HTML);
    }
    let latex = |line: &str| line.contains('&') && line.trim_end_matches("\\hline").trim_end().ends_with("\\\\");
    let mut head = text.split(['\n', '\r']).take(LOOK);
    (start.starts_with("\\begin{") || head.any(latex)).then_some(words::LATEX)
}

/// Error message for a text that begins with a line such as `sep=;`, but whose columns are separated by another
/// character.
fn told_wrongly(text: &str, (line, heading): &Line) -> Option<Text> {
    let (mark, _) = told(text.trim_start_matches(['\u{feff}', '\n', '\r']))?;
    let alone = loosely(heading, Split::Mark(mark)).len() == 1;
    let split = SPLITS.into_iter().find(|split| loosely(heading, *split).len() > 1).filter(|_| alone)?;
    Some(text!(
        words::OTHER_SEPARATOR,
        first = at(line - 1),
        said = name(char::from(mark)),
        separators = phrase(separators(split)),
        line = at(*line),
    ))
}

/// Error message for a text in which each whole line is in quotes, and is therefore a single cell.
fn quoted(lines: &[Line]) -> Option<Text> {
    let whole = |line: &str| {
        let inside = line.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))?;
        // Quotes inside the line are doubled, or there are none.
        let single = inside.replace("\"\"", "").contains('"');
        (!single && SPLITS[..4].iter().any(|split| loosely(inside, *split).len() > 1)).then_some(())
    };
    let (line, _) = lines.iter().find(|(_, line)| whole(line).is_some())?;
    let count = lines.iter().filter(|(_, line)| whole(line).is_some()).count();
    (count + 1 >= lines.len()).then(|| text!(words::QUOTED_LINE, line = at(*line)))
}

/// Error message for a text whose headings and rows have different separators.
fn two_separators((line, heading): &Line, rows: &[Line]) -> Option<Text> {
    let (below, row) = rows.first()?;
    let counts = |text: &str, split: Split| loosely(text, split).len();
    for above in SPLITS {
        let wide = counts(heading, above);
        let other = SPLITS.into_iter().filter(|other| separators(*other) != separators(above));
        for other in other {
            let fits = rows.iter().all(|(_, row)| counts(row, other) == wide && counts(row, above) != wide);
            if wide > 1 && fits && counts(heading, other) != wide && row.chars().any(|c| c.is_ascii_digit()) {
                return Some(text!(
                    words::TWO_SEPARATORS,
                    above = phrase(separators(above)),
                    line = at(*line),
                    below = phrase(separators(other)),
                    next = at(*below),
                ));
            }
        }
    }
    None
}

/// Error message for a text in which spaces separate columns but also stand between a number and its unit.
fn apart((_, heading): &Line, rows: &[Line]) -> Option<Text> {
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
            let (line, cell) = (at(*line), name(shown(&whole)));
            match number::why(&whole) {
                Some(why) => text!(words::CUT_AND_UNREAD, line = line, cell = cell, why = phrase(why)),
                None => text!(words::CUT_BY_SPACE, line = line, cell = cell, whole = name(pair.concat())),
            }
        })
    })
}

/// Error message for a text whose rows begin with a number or name that has no heading.
fn rows_begin_unnamed((line, heading): &Line, rows: &[Line]) -> Option<Text> {
    SPLITS.into_iter().find_map(|split| {
        let wide = loosely(heading, split).len();
        let rows: Vec<Vec<String>> = rows.iter().map(|(_, row)| loosely(row, split)).collect();
        let more = wide > 1 && rows.len() > 1 && rows.iter().all(|row| row.len() == wide + 1);
        let first: Vec<&str> = rows.iter().filter_map(|row| row.first()).map(String::as_str).collect();
        let counted = (0..2).any(|from| (from..).zip(&first).all(|(k, cell)| *cell == k.to_string()));
        let named = first.iter().all(|cell| !says_number(cell));
        (more && (counted || named))
            .then(|| text!(words::UNNAMED_FIRST, line = at(*line), cell = name(shown(first[0]))))
    })
}

/// Error message for a text in which titles that are not marked as comments stand above the headings.
fn below_title(lines: &[Line]) -> Option<Text> {
    (1..=3.min(lines.len().saturating_sub(2))).find_map(|count| {
        let rest: String = lines[count..].iter().flat_map(|(_, line)| [line, "\n"]).collect();
        let mut records = records(&rest);
        let heading = records.advance().ok()??;
        // Earlier titles may have been skipped already.
        let count = count + heading.line - 1;
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
            let (first, last, headings) = (at(lines[0].0), at(lines[count - 1].0), at(lines[count].0));
            if count == 1 {
                text!(words::TITLE_LINE, line = first, headings = headings)
            } else {
                text!(words::TITLE_LINES, first = first, last = last, headings = headings)
            }
        })
    })
}

/// Error message for headings that do not name columns. Either rows and columns are exchanged, or the table is a grid
/// with one number for each pair of sizes, or it has no headings.
pub(super) fn sideways(names: &[String], line: usize, rows: Option<Records<'_>>) -> Option<Text> {
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
        return Some(words::ON_ITS_SIDE.into());
    }
    // The top left cell of a grid is not a number.
    let grid = !first.is_empty() && !number(&names[0]) && first.iter().all(|name| number(name));
    sizes.then(|| {
        let line = at(line);
        if grid { text!(words::GRID, line = line) } else { text!(words::MAYBE_GRID, line = line) }
    })
}

/// Error message for a table whose first row contains units, or whose last row summarises the other rows.
pub(super) fn odd_row(table: &Table) -> Option<Text> {
    units(table).or_else(|| summary(table))
}

/// Error message for a table whose first row contains units. Such a row has words without digits in columns that
/// contain numbers in all other rows.
fn units(table: &Table) -> Option<Text> {
    let hole = |column: &Column, row: usize| column.holes.get(&(row as u32)).cloned().unwrap_or_default();
    let missing = |text: &str| number::read(text).0 == number::Reading::Missing;
    let (mut filled, mut said) = (0, Vec::new());
    for column in &table.columns {
        let first = hole(column, 0);
        if !column.numbers[0].is_nan() || first.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let below = &column.numbers[1..];
        let all = (1..).zip(below).all(|(row, x)| !x.is_nan() || missing(&hole(column, row)));
        if all && below.iter().any(|x| !x.is_nan()) {
            filled += 1;
            said.extend((!missing(&first)).then_some((&column.name, first)));
        }
    }
    if said.iter().any(|(_, text)| has(text, &LOSSES)) {
        return Some(text!(words::HEADINGS_BELOW, line = at(table.lines[0])));
    }
    let like = |text: &str| number::is_like_unit(text) || number::is_unread_unit(text);
    let (heading, text) = said.iter().find(|(_, text)| like(text)).or(said.first())?;
    // One word in the first row may be a run without a result.
    (filled > 1 && (said.len() > 1 || like(text))).then(|| {
        let unit = name(text.trim_matches(|c: char| "()[]".contains(c)));
        text!(words::UNITS, line = at(table.lines[0]), column = name(*heading), unit = unit)
    })
}

fn summary(table: &Table) -> Option<Text> {
    let plain = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let says = |text: &str| SUMMARIES.contains(&plain(text).as_str());
    table.columns.iter().filter(|column| column.text.is_some()).find_map(|column| {
        let text_of = |label: u32| column.names.iter().find(|(_, l)| **l == label).map(|(text, _)| text.as_str());
        let again = |label: u32| column.labels.iter().filter(|other| **other == label).count() > 1;
        let others = column.names.keys().any(|text| !text.is_empty() && !says(text));
        let first = *column.labels.first()?;
        let only = column.names.keys().filter(|text| says(text)).count() == 1;
        if let Some(word) = text_of(first).filter(|text| says(text) && others && only && !again(first)) {
            let (line, column) = (at(table.lines[0]), name(&column.name));
            return Some(text!(words::SUMMARY_FIRST, line = line, column = column, word = name(word)));
        }
        let last = *column.labels.last()?;
        let word = text_of(last).filter(|text| says(text))?;
        // A column of kinds of pooling repeats its words; a subtotal may occur several times.
        let sum = plain(word).contains("total");
        let from =
            table.len() - column.labels.iter().rev().take_while(|label| text_of(**label).is_some_and(says)).count();
        (others && (sum || !again(last))).then(|| {
            let word = text_of(column.labels[from]).unwrap_or(word);
            let (first, last) = (table.lines[from], table.lines[table.len() - 1]);
            let (column, word) = (name(&column.name), name(word));
            if first == last {
                text!(words::SUMMARY, line = at(first), column = column, word = word)
            } else {
                text!(words::SUMMARIES, first = at(first), last = at(last), column = column, word = word)
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::Reader;

    fn said(text: &str) -> String {
        Reader::read(text.as_bytes()).expect_err(text).to_string()
    }

    #[test]
    fn cells_that_spaces_cut_in_two_are_named() {
        for (cell, says) in [
            (
                "70 Millionen",
                "`70 Millionen` is read as two cells, because spaces separate the columns here, and as one cell it cannot be \
                 read either: `Millionen` is not read as a unit",
            ),
            (
                "1,5 Md",
                "`1,5 Md` is read as two cells, because spaces separate the columns here, and as one cell it cannot be read \
                 either: `Md` is not read as a unit",
            ),
            ("70 тыс.", "either: `тыс.` is not read as a unit"),
            ("70 百万", "either: `百万` is not read as a unit"),
            (
                "1.5 B",
                "`1.5 B` is read as two cells, because spaces separate the columns here: write it without a space, as `1.5B`",
            ),
            ("~ 70M", "either: a number marked as approximate is not read"),
        ] {
            let text = format!("params tokens loss\n{cell} 1e9 3.5\n{cell} 2e9 3.25\n");
            let sentence = said(&text);
            assert!(sentence.starts_with("line 2: `") && sentence.contains(says), "{cell}: {sentence}");
        }
        let table = Reader::read("params tokens loss\n10^8 10⁹ 3.5\n".as_bytes()).expect("powers of ten");
        assert_eq!((table.columns[0].numbers[0], table.columns[1].numbers[0]), (1e8, 1e9));
    }

    #[test]
    fn thousands_in_groups_of_two_are_thousands() {
        for row in ["1,00,000,1e9,3.5", "70,00,000,1,50,00,00,000,3.5", "12,34,567,1e9,3.5"] {
            let sentence = said(&format!("params,tokens,loss\n{row}\n"));
            assert!(sentence.contains("a number with commas between thousands needs quotes"), "{row}: {sentence}");
        }
    }

    #[test]
    fn separators_that_lines_do_not_share_are_named() {
        let whole = |line| {
            format!("line {line} stands in quotes as a whole, so it is one cell: delete the quotes around whole lines")
        };
        assert_eq!(said("\"a,b,loss\"\n\"1,2,3\"\n\"4,5,6\"\n"), whole(1));
        assert_eq!(said("a,b,loss\n\"1,2,3\"\n\"4,5,6\"\n"), whole(2));
        assert_eq!(said("\"a,\"\"b\"\",loss\"\n\"1,2,3\"\n"), whole(1));
        assert_eq!(
            said("sep=;\na,b,loss\n1,2,3\n"),
            "line 1 says that `;` separates the columns, but commas separate them on line 2: delete line 1, or correct it"
        );
        for (text, above, below) in [
            ("a\tb\tloss\n1,2,3\n4,5,6\n", "tabs", "commas"),
            ("a,b,loss\n1 2 3\n4 5 6\n", "commas", "spaces"),
            ("a b loss\n1,2,3\n4,5,6\n", "spaces", "commas"),
            ("a;b;loss\n1\t2\t3\n4\t5\t6\n", "semicolons", "tabs"),
        ] {
            let sentence =
                format!("{above} separate the columns on line 1, but {below} on line 2: use one of them on all lines");
            assert_eq!(said(text), sentence);
        }
        for text in ["   a  b loss\n0  1  2  3\n1  4  5  6\n", "a b loss\nr1 1 2 3\nr2 4 5 6\n"] {
            let sentence = said(text);
            assert!(sentence.starts_with("every row has one cell more than line 1 has headings"), "{sentence}");
        }
        assert!(said("<table><tr><td>a</td></tr></table>").starts_with("the table is written as HTML"));
        assert!(said("a & b & loss \\\\ \\hline\n1 & 2 & 3 \\\\\n").starts_with("the table is written for LaTeX"));
    }

    #[test]
    fn titles_are_passed_over_or_named() {
        for text in [
            "My sweep\na,b,loss\n1,2,3\n",
            "My sweep,,\na,b,loss\n1,2,3\n",
            "My sweep\n\na;b;loss\n1;2;3\n",
            "Sweep\na b loss\n1 2 3\n",
        ] {
            let table = Reader::read(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!((table.names().as_str(), table.len()), ("a, b, loss", 1), "{text}");
            assert!(table.notes[0].english().starts_with("Line 1, `"), "{text}: {:?}", table.notes);
        }
        for text in ["Sweep of May, 2026\na,b,loss\n1,2,3\n4,5,6\n", "A sweep of models\na b loss\n1 2 3\n4 5 6\n"] {
            let sentence =
                "line 1 looks like a title above the headings, which are on line 2: delete it, or begin it with #";
            assert_eq!(said(text), sentence);
        }
        let two = said("Runs, in nats\n(on C4)\na,b,loss\n1,2,3\n4,5,6\n");
        assert_eq!(
            two,
            "lines 1 to 2 look like a title above the headings, which are on line 3: delete them, or begin them with #"
        );
    }

    #[test]
    fn tables_on_their_side_and_grids_are_named() {
        for text in [
            "params,7e7,8e7\ntokens,1e9,2e9\nloss,3.5,3.25\n",
            "run,a,b\nparams,7e7,8e7\ntokens,1e9,2e9\nval_loss,3.5,3.25\n",
        ] {
            assert!(said(text).starts_with("the table lies on its side"), "{}", said(text));
        }
        for text in
            [",1e9,2e9,4e9\n7e7,3.5,3.25,3\n8e7,3.4,3.2,2.9\n", "N\tD=1B\tD=2B\n70M\t3.5\t3.25\n80M\t3.4\t3.2\n"]
        {
            assert!(said(text).starts_with("the table is a grid, with sizes on line 1"), "{}", said(text));
        }
        assert!(
            said("a,7e7,1e9,3.5\nb,8e7,1e9,3.25\n")
                .starts_with("line 1 holds numbers where the names of the columns belong")
        );
        let words = "run,kind,loss\nloss run,1,3.5\ntokens run,2,3.25\n";
        assert!(Reader::read(words.as_bytes()).is_ok(), "a heading says the loss");
    }

    #[test]
    fn a_row_of_units_and_rows_of_sums_are_named() {
        for (units, as_in) in
            [("-,M,B,nats", "params (M)"), (",Mio.,,nats", "params (Mio.)"), ("id,count,count,nats", "params (count)")]
        {
            let text = format!("run,params,tokens,loss\n{units}\na,70,1,3.5\nb,80,,3.25\n");
            let sentence =
                format!("line 2 looks like units: write them in the headings, as in `{as_in}`, and delete the line");
            assert_eq!(said(&text), sentence);
        }
        for first in ["a,70,1,diverged", "a,,,diverged", "a,-,-,-"] {
            let text = format!("run,params,tokens,loss\n{first}\nb,70,1,3.5\nc,80,2,3.25\n");
            assert!(Reader::read(text.as_bytes()).is_ok(), "{first}");
        }
        for word in ["Total", "mean", "Average:", "std", "SUM", "min", "Summe"] {
            let text = format!("run,params,loss\na,70,3.5\nb,80,3.25\n{word},150,6.75\n");
            let sentence = format!(
                "line 4 looks like a summary of the rows above, because column `run` holds `{word}` there: delete it, or rename a run \
                 that is called so"
            );
            assert_eq!(said(&text), sentence);
        }
        let two = said("params,loss\n70,3.5\n80,3.25\nmean,3.4\nstd,0.1\n");
        assert!(
            two.starts_with("lines 4 to 5 look like summaries of the rows above, because column `params` holds `mean`"),
            "{two}"
        );
        assert!(said("run,loss\na,1\nTotal,1\nb,2\nTotal,2\n").starts_with("line 5 looks like a summary"), "subtotals");
        let kinds = "pool,params,loss\nmax,70,3.5\nattention,75,3.4\nmean,80,3.25\nmean,80,3.2\n";
        assert!(Reader::read(kinds.as_bytes()).is_ok(), "kinds of pooling");
    }

    #[test]
    fn comments_may_begin_with_slashes_and_percent() {
        for text in [
            "// exported\na,b,loss\n// half, way\n1,2,3\n% note\n4,5,6\n",
            "% a b loss\n1 2 3\n4 5 6\n",
            "// a,b,loss\n1,2,3\n4,5,6\n",
        ] {
            let table = Reader::read(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!((table.names().as_str(), table.len()), ("a, b, loss", 2), "{text}");
        }
        let share = Reader::read(b"%,loss\n10,3\n20,2\n").expect("a table");
        assert_eq!(share.columns[0].name, "%", "a heading");
    }
}

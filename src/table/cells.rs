//! Splits a text into cells: finds its encoding and its separator, and handles quotes, comments and JSON with one
//! object per line.

use std::borrow::Cow;

use super::shapes::too_many;
use super::{number, words};
use crate::error::{Error, ErrorKind, Result};
use crate::text;
use crate::text::{Text, name, setting};

/// Largest number of records that are read to find the separator of a text.
const LOOK: usize = 200;
/// Largest number of nesting levels in JSON.
const DEEP: usize = 32;

fn bad(message: impl Into<Text>) -> Error {
    Error::new(ErrorKind::Parameter, message)
}

/// Shortens a text for use in a sentence, and replaces control characters by spaces.
pub fn shown(text: &str) -> String {
    let kept: String = text.chars().take(100).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if kept.len() < text.len() { format!("{kept}…") } else { kept }
}

/// The characters with the codes 0x80 to 0x9f in Windows-1252. The replacement character stands for a code that has no
/// character.
const WINDOWS: &str = "€\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ";

/// Decodes bytes in UTF-8, in UTF-16 (recognised by a byte order mark, or because every other byte is 0) or in
/// Windows-1252.
///
/// # Errors
/// The bytes are a workbook or an archive, or are not text.
pub fn decode(bytes: Vec<u8>) -> Result<String> {
    for (magic, what) in [
        (&b"PK\x03\x04"[..], words::WORKBOOK),
        (b"\xd0\xcf\x11\xe0", words::OLD_WORKBOOK),
        (b"PAR1", words::PARQUET),
        (b"\x1f\x8b", words::COMPRESSED),
    ] {
        if bytes.starts_with(magic) {
            return Err(bad(what));
        }
    }
    let head = &bytes[..bytes.len().min(512) & !1];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 4);
    let pair: Option<fn([u8; 2]) -> u16> = match &bytes[..] {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ if odd > half && even == 0 => Some(u16::from_le_bytes),
        _ if even > half && odd == 0 => Some(u16::from_be_bytes),
        _ => None,
    };
    let text = if let Some(pair) = pair {
        let units = bytes.chunks_exact(2).map(|b| pair([b[0], b[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    } else {
        String::from_utf8(bytes).unwrap_or_else(|error| {
            let windows: Vec<char> = WINDOWS.chars().collect();
            let one = |b: &u8| windows.get(usize::from(*b).wrapping_sub(0x80)).copied().unwrap_or(char::from(*b));
            error.as_bytes().iter().map(one).collect()
        })
    };
    if text.contains('\0') {
        return Err(bad(words::NOT_TEXT));
    }
    Ok(text)
}

/// What separates the cells of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// One character, such as a comma.
    Mark(u8),
    /// Spaces or tabs. The number says how many are needed to separate two cells.
    Spaces(usize),
}

/// A cell of a record.
#[derive(Clone, Debug, Default)]
pub struct Cell<'a> {
    /// Text of the cell, without spaces around it.
    pub text: Cow<'a, str>,
    /// Whether the cell was in quotes.
    pub quoted: bool,
}

/// A record: the cells of one line, or of several lines if a quoted cell contains line ends.
#[derive(Debug, Default)]
pub struct Record<'a> {
    /// Line on which the record begins.
    pub line: usize,
    /// Cells of the record.
    pub cells: Vec<Cell<'a>>,
    /// If a quoted cell contains line ends: its first line, its last line, and the beginning of its text.
    pub long: Option<(usize, usize, String)>,
    /// Original text of the record, if the record extends over several lines.
    pub drawn: Option<&'a str>,
}

/// Reads the records of a text one by one. Comments, blank lines and lines of dashes are skipped.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    split: Split,
    /// Line number and text of the last comment before the first record. It is kept because it may contain the
    /// headings.
    pub comment: Option<(usize, &'a str)>,
    /// Number of cells that a row should have, once it is known.
    pub wide: Option<usize>,
    /// Line numbers of those comments below the headings that look like rows.
    pub hidden: Vec<usize>,
    /// Line number and text of each title above the headings. Titles are skipped.
    pub titles: Vec<(usize, String)>,
}

const fn is_end(b: u8) -> bool {
    matches!(b, b'\n' | b'\r')
}

/// Whether a line is a comment. A comment begins with #, // or %. But a line is not a comment if it begins with # or %
/// and a number, or with an error value of a spreadsheet such as #N/A.
fn is_comment(line: &str) -> bool {
    if let Some(after) = line.strip_prefix('%') {
        // A heading may begin with a percentage.
        return !after.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ',' | ';' | '\t' | '|'));
    }
    if line.starts_with("//") {
        return true;
    }
    let Some(after) = line.strip_prefix('#') else { return false };
    let cell = ["n/a", "na", "div/0!", "value!", "num!", "ref!", "null!", "name?"];
    let lower: String = after.chars().take(7).collect::<String>().to_lowercase();
    let error = cell.iter().any(|word| {
        lower.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    });
    !error && !after.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a line consists only of dashes and similar signs, and so only separates other lines.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.contains('-')
        && line.chars().all(|c| "-:=+| \t".contains(c))
        && (line.contains("---")
            || line.contains(":-")
            || line.contains("-:")
            || line.contains("--|")
            || line == "|-|-|")
}

/// Splits a line into cells, as if there were spaces in place of its quotes.
pub fn loosely(line: &str, split: Split) -> Vec<String> {
    let line = line.replace('"', " ");
    let cells = Records::new(&line, split).advance().ok().flatten().map(|record| record.cells);
    cells.into_iter().flatten().map(|cell| cell.text.into_owned()).collect()
}

/// Whether a text is a number.
pub fn says_number(cell: &str) -> bool {
    !matches!(number::read(cell).0, number::Reading::Text | number::Reading::Missing)
}

/// Whether the text of a comment looks like a row. It does if it has `wide` cells, as rows do, and a cell other than
/// the first is a number.
fn is_row(says: &str, split: Split, wide: usize) -> bool {
    let cells = loosely(says, split);
    cells.len() == wide && cells.iter().skip(1).any(|cell| says_number(cell))
}

impl<'a> Records<'a> {
    /// Makes a reader that starts at the beginning of a text.
    pub fn new(text: &'a str, split: Split) -> Self {
        Self { text, at: 0, line: 1, split, comment: None, wide: None, hidden: Vec::new(), titles: Vec::new() }
    }

    /// The rest of the current line, without the characters that end it.
    fn rest_of_line(&self) -> &'a str {
        let rest = &self.text[self.at..];
        &rest[..rest.bytes().position(is_end).unwrap_or(rest.len())]
    }

    /// Skips the characters that end a line, if they come next.
    fn end_line(&mut self) {
        let bytes = self.text.as_bytes();
        if self.at < bytes.len() {
            let two = bytes[self.at] == b'\r' && bytes.get(self.at + 1) == Some(&b'\n');
            self.at += 1 + usize::from(two);
            self.line += 1;
        }
    }

    fn is_between(&self, b: u8) -> bool {
        match self.split {
            Split::Mark(mark) => b == mark,
            Split::Spaces(_) => b == b' ' || b == b'\t',
        }
    }

    /// Reads the next record; `None` at the end of the text.
    ///
    /// # Errors
    /// A quote is never closed.
    pub fn advance(&mut self) -> Result<Option<Record<'a>>> {
        let drawn = matches!(self.split, Split::Mark(b'|') | Split::Spaces(_));
        loop {
            if self.at >= self.text.len() {
                return Ok(None);
            }
            let line = self.rest_of_line();
            let comment = is_comment(line.trim_start());
            if comment {
                let line = line.trim_start();
                let says = line.trim_start_matches(|c| line.starts_with(c)).trim();
                self.comment = Some((self.line, says));
                if self.wide.is_some_and(|wide| is_row(says, self.split, wide)) {
                    self.hidden.push(self.line);
                }
            }
            if !(comment || line.trim().is_empty() || drawn && is_rule(line)) {
                return self.record().map(Some);
            }
            self.at += line.len();
            self.end_line();
        }
    }

    fn record(&mut self) -> Result<Record<'a>> {
        let mut record = Record { line: self.line, ..Record::default() };
        let bytes = self.text.as_bytes();
        let from = self.at;
        loop {
            // Spaces before a cell are not part of it.
            while self.at < bytes.len()
                && matches!(bytes[self.at], b' ' | b'\t')
                && self.split != Split::Mark(bytes[self.at])
            {
                self.at += 1;
            }
            let cell = self.cell(&mut record)?;
            record.cells.push(cell);
            match bytes.get(self.at) {
                Some(b) if self.is_between(*b) => self.at += 1,
                _ => break,
            }
        }
        let drawn = &self.text[from..self.at];
        record.drawn = record.long.is_some().then_some(drawn);
        self.end_line();
        let empty = |cell: Option<&Cell<'_>>| cell.is_some_and(|cell| cell.text.is_empty() && !cell.quoted);
        let outer = self.split == Split::Mark(b'|') && drawn.trim_start().starts_with('|');
        if outer && empty(record.cells.first()) {
            record.cells.remove(0);
        }
        if matches!(self.split, Split::Spaces(_)) || outer && record.cells.len() > 1 {
            while record.cells.len() > 1 && empty(record.cells.last()) {
                record.cells.pop();
                if outer {
                    break;
                }
            }
        }
        Ok(record)
    }

    fn cell(&mut self, record: &mut Record<'a>) -> Result<Cell<'a>> {
        let bytes = self.text.as_bytes();
        let bars = self.split == Split::Mark(b'|');
        let end = |from: usize| {
            let mut at = from;
            while at < bytes.len() && !is_end(bytes[at]) {
                // In a table separated by bars, a bar after a backslash is part of the cell.
                if bars && bytes[at..].starts_with(b"\\|") {
                    at += 2;
                    continue;
                }
                let spaces = match self.split {
                    Split::Mark(mark) => usize::from(bytes[at] == mark),
                    Split::Spaces(least) => {
                        let spaces = bytes[at..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
                        if spaces >= least || bytes[at] == b'\t' { spaces } else { 0 }
                    }
                };
                if spaces > 0 {
                    break;
                }
                at += 1;
            }
            at
        };
        if bytes.get(self.at) != Some(&b'"') {
            let to = end(self.at);
            let text = self.text[self.at..to].trim();
            self.at = to;
            let text = if bars && text.contains("\\|") { text.replace("\\|", "|").into() } else { Cow::Borrowed(text) };
            return Ok(Cell { text, quoted: false });
        }
        let (begun, line) = (self.at + 1, self.line);
        let mut text = String::new();
        let mut at = begun;
        let begins = || shown(self.text[begun..].split(['\n', '\r']).next().unwrap_or(""));
        loop {
            let Some(length) = bytes[at..].iter().position(|b| *b == b'"') else {
                return Err(bad(text!(words::NEVER_CLOSED, line = setting(line as f64), begins = name(begins()))));
            };
            text.push_str(&self.text[at..at + length]);
            at += length + 1;
            if bytes.get(at) != Some(&b'"') {
                break;
            }
            text.push('"');
            at += 1;
        }
        let inside = &bytes[begun..at];
        let lines = inside.iter().filter(|b| **b == b'\n').count()
            + inside
                .iter()
                .zip(inside.iter().skip(1).chain([&0]))
                .filter(|(a, b)| **a == b'\r' && **b != b'\n')
                .count();
        if lines > 0 && record.long.is_none() {
            record.long = Some((line, line + lines, begins()));
        }
        let to = end(at);
        let after = self.text[at..to].trim();
        // Markdown has no quotes, so a cell there may begin with a quoted word.
        if !(after.is_empty() || bars && lines == 0) {
            let (at, from) = (setting((line + lines) as f64), setting(line as f64));
            let (after, begins) = (name(shown(after)), name(begins()));
            return Err(bad(if lines > 0 {
                text!(words::AFTER_LONG_QUOTE, line = at, after = after, begins = begins, from = from)
            } else {
                text!(words::AFTER_QUOTE, line = at, after = after, begins = begins)
            }));
        }
        if bars && lines == 0 && !after.is_empty() {
            let text = self.text[begun - 1..to].trim();
            (self.at, self.line) = (to, line);
            return Ok(Cell { text: text.replace("\\|", "|").into(), quoted: false });
        }
        (self.at, self.line) = (to, line + lines);
        let kept = text.trim();
        let text = if kept.len() == text.len() { text } else { kept.to_owned() };
        Ok(Cell { text: Cow::Owned(text), quoted: true })
    }
}

/// The separator that a first line such as `sep=;` declares, and the length of this line; `None` if there is no such
/// line.
pub fn told(text: &str) -> Option<(u8, usize)> {
    let line = text.split(['\n', '\r']).next()?;
    let said = line.trim().trim_matches('"');
    let (name, mark) = said.split_at_checked(4)?;
    let mark = if mark == "\\t" { "\t" } else { mark };
    let one = if mark.is_empty() && line.contains("=\t") { b'\t' } else { *mark.as_bytes().first()? };
    (name.eq_ignore_ascii_case("sep=") && mark.len() <= 1 && one.is_ascii_punctuation() | (one == b'\t'))
        .then_some((one, line.len()))
}

/// Makes a reader of the records of a text. If a first line such as `sep=;` declares the separator, the reader uses it.
/// Otherwise it uses the separator with which the largest share of the first records fits the headings. A record fits
/// if it has a cell for each heading, and no other filled cells.
pub fn records(text: &str) -> Records<'_> {
    let blank = text.len() - text.trim_start_matches(['\n', '\r', '\u{feff}']).len();
    if let Some((mark, length)) = told(&text[blank..]) {
        let mut records = Records::new(text, Split::Mark(mark));
        for b in text[..blank].split_inclusive(['\n', '\r']) {
            records.line += usize::from(b.ends_with(['\n', '\r']));
        }
        records.at = blank + length;
        records.end_line();
        return records;
    }
    let mut best = (Split::Mark(b','), 0.0, 0, 0);
    for alone in [false, true] {
        // A line of one cell is taken as a title only if no other line can be the headings.
        if alone && best.2 > 1 && best.1 > 0.5 {
            break;
        }
        for split in SPLITS {
            let mut records = Records::new(text, split);
            records.skip_mark();
            let Ok(Some((first, titles))) = records.headings(alone) else { continue };
            let wide = first.cells.len();
            let (mut rows, mut fits) = (0, 0);
            while let Ok(Some(record)) = records.advance() {
                let extra = record.cells.get(wide..).is_some_and(|more| more.iter().all(|cell| cell.text.is_empty()));
                rows += 1;
                fits += usize::from(extra);
                if rows == LOOK {
                    break;
                }
            }
            let share = if rows == 0 { 1.0 } else { f64::from(fits as u32) / f64::from(rows as u32) };
            let spaces = matches!(split, Split::Spaces(_));
            if wide < 2 || alone && titles.is_empty() || spaces && (share < 0.9 || best.2 > 1 && best.1 > 0.0) {
                continue;
            }
            if share > best.1 || share == best.1 && wide > best.2 {
                best = (split, share, wide, titles.len());
            }
        }
    }
    let mut records = Records::new(text, best.0);
    records.skip_mark();
    for _ in 0..best.3 {
        if let Ok(Some(record)) = records.advance() {
            records.titles.push((record.line, title(&record).unwrap_or_default()));
        }
    }
    records
}

/// Separators, in the order in which they are tried.
pub const SPLITS: [Split; 6] =
    [Split::Mark(b'\t'), Split::Mark(b';'), Split::Mark(b'|'), Split::Mark(b','), Split::Spaces(2), Split::Spaces(1)];

/// The text of a record that is a title, which means that only one of its cells is filled and that this cell is not a
/// number. `None` for any other record.
fn title(record: &Record<'_>) -> Option<String> {
    let mut filled = record.cells.iter().filter(|cell| !cell.text.is_empty());
    let first = filled.next().filter(|cell| filled.next().is_none() && !says_number(&cell.text))?;
    Some(shown(&first.text))
}

impl<'a> Records<'a> {
    /// Reads the record of the headings, and the titles above it. A title is a record with only one filled cell, above
    /// a record with at least two headings. If `alone` is true, a title may have just this one cell. Otherwise it must
    /// also have empty cells.
    fn headings(&mut self, alone: bool) -> Result<Option<(Record<'a>, Vec<String>)>> {
        let Some(first) = self.advance()? else { return Ok(None) };
        let mut titles = Vec::new();
        let mut next = self.clone();
        let mut record = title(&first).filter(|_| alone || first.cells.len() > 1).map(|words| {
            titles.push(words);
            next.advance()
        });
        while let Some(Ok(Some(below))) = record {
            let filled = || below.cells.iter().filter(|cell| !cell.text.is_empty());
            if filled().count() > 1 {
                let names = filled().all(|cell| number::read(&cell.text).0 == number::Reading::Text);
                if names && next.clone().advance()?.is_some() {
                    *self = next;
                    return Ok(Some((below, titles)));
                }
                break;
            }
            record = title(&below).filter(|_| titles.len() < 5).map(|words| {
                titles.push(words);
                next.advance()
            });
        }
        Ok(Some((first, Vec::new())))
    }
}

impl Records<'_> {
    /// Skips a byte order mark.
    fn skip_mark(&mut self) {
        while self.text[self.at..].starts_with('\u{feff}') {
            self.at += '\u{feff}'.len_utf8();
        }
    }

    /// Separator of cells.
    pub const fn split(&self) -> Split {
        self.split
    }
}

/// A single value in a table that is written as JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// Text; also `true`, `false`, and a list as it is written in JSON.
    Text(String),
    /// No value: for example null.
    Missing,
}

/// A JSON value with all values that are nested in it. Each object and list has the number of the line on which it
/// begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// A single value.
    Leaf(Value),
    /// A list: its line number, its source text and its items.
    List(usize, String, Vec<Self>),
    /// An object: its line number, and its values with their names.
    Object(usize, Vec<(String, Self)>),
}

/// Reads JSON objects, which follow one another or are the items of a list.
#[derive(Debug)]
pub struct Objects<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Objects<'a> {
    /// Makes a reader of the objects in a text; `None` if the text does not begin with an object or a list of objects.
    pub fn of(text: &'a str) -> Option<Self> {
        let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        let object = start.strip_prefix('[').unwrap_or(start).trim_start();
        let first = object.strip_prefix('{')?.trim_start();
        first.starts_with(['"', '}']).then_some(Self { text, at: 0, line: 1 })
    }

    /// Makes a reader of any JSON value at the beginning of a text.
    pub const fn any(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// Whether only white space follows.
    pub fn is_at_end(&mut self) -> bool {
        self.peek("").is_none()
    }

    /// Reads the next JSON value and the values nested in it, at most `deep` levels deep. `left` is the number of values
    /// that may still be read; each value reduces it by 1.
    ///
    /// # Errors
    /// The text is not JSON, is nested more deeply, or has too many values.
    pub fn tree(&mut self, deep: usize, left: &mut usize) -> Result<Tree> {
        *left = left.checked_sub(1).ok_or_else(too_many)?;
        let (line, next) = (self.line, self.peek(""));
        let line = if next.is_some() { self.line } else { line };
        match next {
            Some('{') if deep > 0 => {
                self.expect('{')?;
                let mut pairs = Vec::new();
                while self.peek("") != Some('}') {
                    if !pairs.is_empty() {
                        self.expect(',')?;
                    }
                    let name = self.string()?;
                    self.expect(':')?;
                    pairs.push((name, self.tree(deep - 1, left)?));
                }
                self.expect('}')?;
                Ok(Tree::Object(line, pairs))
            }
            Some('[') if deep > 0 => {
                let from = self.at;
                self.expect('[')?;
                let mut items = Vec::new();
                while self.peek("") != Some(']') {
                    if !items.is_empty() {
                        self.expect(',')?;
                    }
                    items.push(self.tree(deep - 1, left)?);
                }
                self.expect(']')?;
                Ok(Tree::List(line, shown(&self.text[from..self.at]), items))
            }
            _ => self.value(deep).map(Tree::Leaf),
        }
    }

    fn peek(&mut self, skip: &str) -> Option<char> {
        while let Some(c) = self.text[self.at..].chars().next() {
            if !(c.is_whitespace() || c == '\u{feff}' || skip.contains(c)) {
                return Some(c);
            }
            self.line += usize::from(c == '\n');
            self.at += c.len_utf8();
        }
        None
    }

    /// The error for a text that ends inside its last object.
    fn cut(&self) -> Error {
        bad(text!(words::JSON_CUT, line = setting(self.line as f64)))
    }

    fn wrong(&self) -> Error {
        let rest = self.text[self.at..].trim_end();
        if !rest.contains(['\n', '\r', '}', ']', ' ', ',']) {
            return self.cut();
        }
        let line = rest.split(['\n', '\r']).next().unwrap_or("");
        bad(text!(words::NO_JSON, line = setting(self.line as f64), rest = name(shown(line))))
    }

    fn expect(&mut self, c: char) -> Result<()> {
        if self.peek("") != Some(c) {
            return Err(self.wrong());
        }
        self.at += c.len_utf8();
        Ok(())
    }

    /// Reads the next object. Returns its line number, and its values with their names; `None` at the end of the text.
    /// The name of a nested value consists of the outer name, a full stop and the inner name.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn advance(&mut self) -> Result<Option<(usize, Vec<(String, Value)>)>> {
        if self.peek("[],").is_none() {
            let listed = self.text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('[');
            return if listed && !self.text.trim_end().ends_with(']') { Err(self.cut()) } else { Ok(None) };
        }
        let line = self.line;
        let mut values = Vec::new();
        self.object("", DEEP, &mut values)?;
        Ok(Some((line, values)))
    }

    fn object(&mut self, path: &str, deep: usize, out: &mut Vec<(String, Value)>) -> Result<()> {
        self.expect('{')?;
        if self.peek("") == Some('}') {
            return self.expect('}');
        }
        loop {
            let key = self.string()?;
            self.expect(':')?;
            let name = if path.is_empty() { key } else { format!("{path}.{key}") };
            if self.peek("") == Some('{') && deep > 0 {
                self.object(&name, deep - 1, out)?;
            } else {
                let value = self.value(deep)?;
                out.push((name, value));
            }
            if self.peek("") != Some(',') {
                return self.expect('}');
            }
            self.expect(',')?;
        }
    }

    fn value(&mut self, deep: usize) -> Result<Value> {
        match self.peek("") {
            Some('"') => self.string().map(Value::Text),
            Some('[') if deep > 0 => {
                let from = self.at;
                self.expect('[')?;
                while self.peek(",") != Some(']') {
                    if self.peek("") == Some('{') {
                        self.object("", deep - 1, &mut Vec::new())?;
                    } else {
                        self.value(deep - 1)?;
                    }
                }
                self.expect(']')?;
                Ok(Value::Text(self.text[from..self.at].to_owned()))
            }
            _ => {
                let rest = &self.text[self.at..];
                let word = &rest[..rest.find([',', '}', ']', '\n', '\r', ' ', '\t']).unwrap_or(rest.len())];
                let value = match (word, word.parse::<f64>()) {
                    ("true" | "false", _) => Value::Text(word.to_owned()),
                    (_, Ok(x)) if x.is_finite() => Value::Number(x),
                    (_, Ok(_)) => Value::Missing,
                    _ if number::read(word).0 == number::Reading::Missing && !word.is_empty() => Value::Missing,
                    _ => return Err(self.wrong()),
                };
                self.at += word.len();
                Ok(value)
            }
        }
    }

    fn string(&mut self) -> Result<String> {
        self.expect('"')?;
        let mut units: Vec<u16> = Vec::new();
        let from = self.at;
        let mut chars = self.text[from..].char_indices();
        loop {
            match chars.next() {
                Some((at, '"')) => {
                    self.at = from + at + 1;
                    return Ok(String::from_utf16_lossy(&units));
                }
                Some((_, '\\')) => match chars.next().map(|(_, c)| c) {
                    Some('n') => units.push(10),
                    Some('t') => units.push(9),
                    Some('r') => units.push(13),
                    Some('b') => units.push(8),
                    Some('f') => units.push(12),
                    Some('u') => {
                        let code: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        units.push(u16::from_str_radix(&code, 16).map_err(|_| self.wrong())?);
                    }
                    Some(c @ ('"' | '\\' | '/')) => units.push(c as u16),
                    _ => return Err(self.wrong()),
                },
                Some((_, c)) if c != '\n' && c != '\r' => {
                    let mut two = [0; 2];
                    units.extend_from_slice(c.encode_utf16(&mut two));
                }
                None => return Err(self.cut()),
                _ => {
                    let begins = shown(self.text[from..].split(['\n', '\r']).next().unwrap_or(""));
                    let line = setting(self.line as f64);
                    return Err(bad(text!(words::NEVER_CLOSED, line = line, begins = name(begins))));
                }
            }
        }
    }
}

//! Reads a table of runs from text. A table consists of columns of numbers with names.
//!
//! The separator of cells, the decimal mark and the line of headings are found from the whole file, so the bytes of the
//! file are kept until it ends. If a cell can be read in two ways, the user is asked only when its column is used. A
//! finished table takes about eight bytes per cell, plus the words of its text columns.

use std::collections::BTreeMap;

use cells::{Objects, Record, Records, Split, Value, loosely, says_number};
use number::Reading;

use crate::error::{Error, ErrorKind, Result};
use crate::text;
use crate::text::{Text, count, list, name, setting};

pub mod cells;
pub mod number;
mod refusal;
mod shapes;
pub(crate) mod words;

pub use cells::shown;
pub use number::Mark;

/// Largest size of a file with a table, in bytes.
pub const BYTES_MAX: usize = 128 << 20;
/// Largest number of rows of a table.
pub const ROWS_MAX: usize = 1_000_000;
/// Largest number of columns of a table.
pub const COLUMNS_MAX: usize = 16_384;
/// Largest number of cells of a table.
pub const CELLS_MAX: usize = 16_000_000;
/// Largest number of different words in the text columns of a table.
const WORDS_MAX: usize = 2_000_000;
/// Largest number of characters of a cell in a text column that are compared. The rest of a cell is ignored.
const NAME_MAX: usize = 100;
/// If a cell has no number, its column keeps the text of the cell. A column keeps at most this many texts.
const HOLES_MAX: usize = 1000;
/// If a number of at least this size is written without separators, then no number in its column has separators of
/// thousands.
const LARGE: f64 = 1e4;

/// A column of a table.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Heading of the column.
    pub name: String,
    /// Numbers of the rows; NaN where a cell is empty, not finite or not a number.
    pub numbers: Vec<f64>,
    /// Line number and text of the first cell that is text.
    pub text: Option<(usize, String)>,
    /// Line number and text of the first ambiguous cell. An ambiguous cell is one number if its mark is a decimal
    /// point, and another if it is a decimal comma.
    pub doubt: Option<(usize, String)>,
    /// Rows whose numbers were scaled by a suffix or word for a power of ten (`3B`, `3 billion`).
    scaled: Vec<u32>,
    /// Line of the first number that can be read only with a decimal point; `comma` is the line of the first number
    /// that can be read only with a decimal comma.
    point: Option<usize>,
    comma: Option<usize>,
    /// Text of the first cell whose number has a suffix.
    pub suffixed: Option<String>,
    /// Line and text of the first cell whose number is a percentage.
    pub percent: Option<(usize, String)>,
    /// Whether spaces or apostrophes separate thousands.
    spaced: bool,
    /// For each row with an ambiguous cell, the number that it holds if its mark is a decimal comma. The number that it
    /// holds if the mark is a decimal point is in `numbers`.
    commas: Vec<(u32, f64)>,
    /// Whether some ambiguous cell has a comma. `with_point` says whether some ambiguous cell has a point, and `bare`
    /// says whether some number of at least [`LARGE`] has no separator.
    with_comma: bool,
    with_point: bool,
    bare: bool,
    /// Texts of the cells without a number, each with the index of its row.
    holes: BTreeMap<u32, String>,
    /// One label for each row, if the column contains texts. Two rows have equal labels if their texts are equal.
    labels: Vec<u32>,
    names: BTreeMap<String, u32>,
}

impl Column {
    fn push(&mut self, line: usize, cell: &str, (reading, scaled): (Reading, bool)) {
        let row = self.numbers.len() as u32;
        if scaled {
            self.scaled.push(row);
            self.suffixed.get_or_insert_with(|| shown(cell));
            if self.percent.is_none() && (cell.contains('%') || cell.to_lowercase().contains("percent")) {
                self.percent = Some((line, shown(cell)));
            }
        }
        let number = match reading {
            Reading::Number(x) | Reading::Only(_, x) | Reading::Either(x, _) => x,
            Reading::Missing | Reading::Text => f64::NAN,
        };
        match reading {
            Reading::Either(_, comma) => {
                self.commas.push((row, comma));
                self.doubt.get_or_insert_with(|| (line, shown(cell)));
                if cell.contains(',') { self.with_comma = true } else { self.with_point = true }
            }
            Reading::Number(x) => {
                self.spaced |= number::spaced(cell);
                self.bare |= x.abs() >= LARGE && cell.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            }
            Reading::Only(Mark::Point, _) => self.point = self.point.or(Some(line)),
            Reading::Only(Mark::Comma, _) => self.comma = self.comma.or(Some(line)),
            Reading::Missing | Reading::Text => {
                if self.holes.len() < HOLES_MAX {
                    self.holes.insert(row, shown(cell));
                }
            }
        }
        if reading == Reading::Text && self.text.is_none() {
            self.text = Some((line, shown(cell)));
            for row in 0..self.numbers.len() {
                let label = self.name(&self.numbers[row].to_string());
                self.labels.push(label);
            }
        }
        self.numbers.push(number);
        if self.text.is_some() {
            let label = self.name(cell);
            self.labels.push(label);
        }
    }

    fn name(&mut self, cell: &str) -> u32 {
        let next = self.names.len() as u32;
        *self.names.entry(cell.chars().take(NAME_MAX).collect()).or_insert(next)
    }

    /// One label for each row. Two rows have equal labels if their cells in this column are equal.
    pub fn labels(&self) -> Vec<u32> {
        if self.text.is_some() {
            return self.labels.clone();
        }
        let mut known = BTreeMap::new();
        let bits = self.numbers.iter().map(|x| x.to_bits());
        bits.map(|bits| {
            let next = known.len() as u32;
            *known.entry(bits).or_insert(next)
        })
        .collect()
    }

    /// The name that the cell of a row is: its text or, in a column that contains only numbers, its number.
    pub fn called(&self, row: usize) -> String {
        let label = self.labels.get(row);
        let text = self.names.iter().find(|(_, other)| Some(*other) == label);
        text.map_or_else(|| self.numbers[row].to_string(), |(name, _)| name.clone())
    }

    /// Whether the number in a row has its own suffix or word for a power of ten (`3B`, `3 billion`). If so, it has
    /// been scaled, and the unit in the heading does not apply to it.
    pub fn is_scaled(&self, row: usize) -> bool {
        self.scaled.binary_search(&(row as u32)).is_ok()
    }

    /// First row whose number was scaled by a suffix or word for a power of ten, and first row whose number was not
    /// scaled.
    pub fn mixed(&self) -> (Option<usize>, Option<usize>) {
        let bare = (0..self.numbers.len()).find(|&row| !self.numbers[row].is_nan() && !self.is_scaled(row));
        (self.scaled.first().map(|row| *row as usize), bare)
    }

    /// Whether the cell of a row is the text `text`. Never true in a column that contains only numbers.
    pub fn is(&self, row: usize, text: &str) -> bool {
        self.text.is_some() && self.names.get(text) == self.labels.get(row)
    }

    /// Text of a cell without a number, for use in a sentence; `None` if the cell has a number.
    pub fn hole(&self, row: usize) -> Option<&str> {
        self.holes.get(&(row as u32)).map(String::as_str)
    }

    /// Whether the cell of a row contains a word: text that has no digits and is not a sign for a missing value.
    pub fn is_word(&self, row: usize) -> bool {
        let word =
            |text: &String| !text.contains(|c: char| c.is_ascii_digit()) && number::read(text).0 == Reading::Text;
        self.holes.get(&(row as u32)).is_some_and(word)
    }

    /// Whether the cell of a row is empty or says that a value is missing.
    pub fn is_empty(&self, row: usize) -> bool {
        self.holes.get(&(row as u32)).is_some_and(|text| number::read(text).0 == Reading::Missing)
    }

    /// Text of a cell that has digits but cannot be read as a number, and the reason; `None` for any other cell.
    pub fn unread(&self, row: usize) -> Option<(&str, Text)> {
        let text = self.holes.get(&(row as u32))?;
        number::why(text).map(|why| (text.as_str(), why))
    }

    /// First row whose cell has no number.
    pub fn first_hole(&self) -> Option<usize> {
        self.holes.first_key_value().map(|(row, _)| *row as usize)
    }

    /// Line of the first number that must have a decimal point, and line of the first number that must have a decimal
    /// comma; `None` unless the column has both.
    pub fn both_marks(&self) -> Option<[usize; 2]> {
        Some([self.point?, self.comma?])
    }

    /// Decides the decimal mark of the column's ambiguous numbers, which must be less than `limit`. The result is the
    /// mark with which all of them are less than `limit`, if all of them are at least `limit` with the other mark;
    /// otherwise it is `None`.
    pub fn mark_below(&self, limit: f64) -> Option<Mark> {
        let pairs = || self.commas.iter().map(|(row, comma)| (self.numbers[*row as usize], *comma));
        if self.commas.is_empty() {
            None
        } else if pairs().all(|(point, comma)| point < limit && comma >= limit) {
            Some(Mark::Point)
        } else {
            pairs().all(|(point, comma)| point >= limit && comma < limit).then_some(Mark::Comma)
        }
    }

    /// Reads the ambiguous cells of the column with `mark` as the decimal mark.
    fn settle(&mut self, mark: Mark) {
        self.doubt = None;
        for (row, number) in std::mem::take(&mut self.commas) {
            if mark == Mark::Comma {
                self.numbers[row as usize] = number;
            }
        }
    }
}

/// A table of columns, as it was read from a text.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Columns of the table, all of equal length.
    pub columns: Vec<Column>,
    /// Number of each row's line in the file.
    pub lines: Vec<usize>,
    /// Sentences about lines and columns of the file that were skipped.
    pub notes: Vec<Text>,
    /// Hash of the file's bytes by the FNV-1a algorithm.
    hash: Hash,
}

/// A 64-bit FNV-1a hash. Bytes can be added to it one after another.
#[derive(Clone, Copy, Debug)]
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    fn add(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl Table {
    /// Makes a table from columns of numbers, all of equal length.
    pub fn of(columns: Vec<(&str, Vec<f64>)>) -> Self {
        let rows = columns.first().map_or(0, |(_, numbers)| numbers.len());
        let column = |(name, numbers): (&str, Vec<f64>)| Column { name: name.to_owned(), numbers, ..Column::default() };
        Self { columns: columns.into_iter().map(column).collect(), lines: (1..=rows).collect(), ..Self::default() }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Digest of the bytes of the file. Two tables with equal digests come from files with equal bytes.
    pub fn digest(&self) -> String {
        format!("{:016x}", self.hash.0)
    }

    /// Whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Index of the column with the given heading; upper and lower case count as equal.
    ///
    /// # Errors
    /// No column has this heading.
    pub fn find(&self, heading: &str) -> Result<usize> {
        let exact = self.columns.iter().position(|column| column.name == heading);
        let none = || text!(words::NO_COLUMN, column = name(shown(heading)), columns = name(self.names()));
        exact
            .or_else(|| self.columns.iter().position(|c| c.name.eq_ignore_ascii_case(heading)))
            .ok_or_else(|| bad(none()))
    }

    /// All headings, joined into one text for a sentence.
    pub fn names(&self) -> String {
        self.named(0..self.columns.len())
    }

    /// Headings of the given columns, joined into one text for a sentence.
    pub fn named(&self, columns: impl IntoIterator<Item = usize>) -> String {
        let names: Vec<_> = columns.into_iter().take(NAME_MAX).map(|k| self.columns[k].name.as_str()).collect();
        shown(&names.join(", "))
    }

    /// Whether some cell of the table is ambiguous. An ambiguous cell is one number if its mark is a decimal point, and
    /// another if it is a decimal comma.
    pub fn in_doubt(&self) -> bool {
        self.columns.iter().any(|column| column.doubt.is_some())
    }

    /// The decimal mark of the given columns; `None` if the columns do not show it clearly.
    pub fn mark(&self, columns: &[usize]) -> Option<Mark> {
        Evidence::of(columns.iter().map(|k| &self.columns[*k])).decide()
    }

    /// Whether some of the given columns have decimal points and others have decimal commas.
    pub fn disagree(&self, columns: &[usize]) -> bool {
        let evidence = Evidence::of(columns.iter().map(|k| &self.columns[*k]));
        evidence.point && evidence.comma
    }

    /// Reads the ambiguous cells of all columns with `mark` as the decimal mark.
    pub fn settle(&mut self, mark: Mark) {
        self.columns.iter_mut().for_each(|column| column.settle(mark));
    }

    /// Adds a row. Each cell is given as its text, what it was read as, and whether a suffix or word for a power of ten
    /// scaled its number.
    fn push<'a>(&mut self, line: usize, row: impl IntoIterator<Item = (&'a str, Reading, bool)>) -> Result<()> {
        if self.len() == ROWS_MAX {
            return Err(bad(text!(words::TOO_MANY_ROWS, most = count(ROWS_MAX))));
        }
        self.lines.push(line);
        let mut row = row.into_iter();
        for column in &mut self.columns {
            let (text, reading, scaled) = row.next().unwrap_or(("", Reading::Missing, false));
            column.push(line, text, (reading, scaled));
        }
        // Counting takes as long as reading a row, so it is done about once in a million cells.
        let often = 1 + (1 << 20) / self.columns.len().max(1);
        if self.len().is_multiple_of(often) && self.columns.iter().map(|c| c.names.len()).sum::<usize>() > WORDS_MAX {
            return Err(bad(text!(words::TOO_MANY_WORDS, millions = count(WORDS_MAX / 1_000_000))));
        }
        self.limit()
    }

    /// Returns an error if the table has more columns or cells than are allowed.
    fn limit(&self) -> Result<()> {
        if self.columns.len() > COLUMNS_MAX {
            return Err(bad(text!(words::TOO_MANY_COLUMNS, most = count(COLUMNS_MAX))));
        }
        if self.columns.len() * self.len() > CELLS_MAX {
            return Err(bad(text!(words::TOO_MANY_CELLS, millions = count(CELLS_MAX / 1_000_000))));
        }
        Ok(())
    }
}

fn bad(message: impl Into<Text>) -> Error {
    Error::new(ErrorKind::Parameter, message)
}

/// What some columns of a table show about its decimal mark.
///
/// If the cells of a column show the mark of that column, no other column is needed. For the remaining columns, the
/// mark is decided from all columns that the fit reads. Other columns of the file are ignored, because they may
/// contain, for example, version numbers or months.
#[derive(Clone, Copy, Debug, Default)]
struct Evidence {
    point: bool,
    comma: bool,
}

impl Evidence {
    fn of<'a>(columns: impl Iterator<Item = &'a Column> + Clone) -> Self {
        let any = |says: fn(&Column) -> bool| columns.clone().any(says);
        let (mut point, mut comma) = (any(|c| c.point.is_some()), any(|c| c.comma.is_some()));
        let (points, commas, bare) = (any(|c| c.with_point), any(|c| c.with_comma), any(|c| c.bare));
        for column in columns.clone() {
            // A column separates the thousands of all its numbers or of none. Spreadsheets may separate those of some
            // columns only, but programs that write decimal points do not separate thousands by points.
            let plain = column.bare || bare && !commas;
            point |= plain && column.with_point && !column.with_comma;
            comma |= column.bare && column.with_comma && !column.with_point;
        }
        // If spaces or apostrophes separate thousands, a point or a comma does not.
        let spaced = any(|c| c.spaced);
        point |= spaced && points && !commas;
        comma |= spaced && commas && !points;
        Self { point, comma }
    }

    /// The decimal mark, if the evidence is clear; otherwise `None`.
    const fn decide(self) -> Option<Mark> {
        match (self.point, self.comma) {
            (true, false) => Some(Mark::Point),
            (false, true) => Some(Mark::Comma),
            _ => None,
        }
    }
}

/// Reads a table whose text arrives in pieces.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
    hash: Hash,
}

impl Reader {
    /// Makes a reader that has received no text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a table from a complete text.
    ///
    /// # Errors
    /// The file is too large, a line does not fit the table, a limit is exceeded, or there are no rows.
    pub fn read(text: &[u8]) -> Result<Table> {
        let mut reader = Self::new();
        reader.push(text)?;
        reader.finish()
    }

    /// Adds the next piece of the text, which may be cut anywhere.
    ///
    /// # Errors
    /// The file is too large.
    pub fn push(&mut self, piece: &[u8]) -> Result<()> {
        if self.bytes.len() + piece.len() > BYTES_MAX {
            return Err(bad(text!(words::TOO_LARGE, most = count(BYTES_MAX >> 20))));
        }
        self.hash.add(piece);
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// Parses the text after its last piece has been added, and returns the table.
    ///
    /// # Errors
    /// A line does not fit the table, a limit is exceeded, or there are no rows.
    pub fn finish(self) -> Result<Table> {
        let text = cells::decode(self.bytes)?;
        let mut table = Table { hash: self.hash, ..Table::default() };
        if let Some(rows) = shapes::rows(&text)? {
            let mut rows = rows.into_iter();
            from_objects(|| Ok(rows.next()), &mut table)?;
        } else if let Some(mut objects) = Objects::of(&text) {
            from_objects(|| objects.advance(), &mut table)?;
        } else {
            from_records(&text, &mut table, CELLS_MAX)?;
        }
        if table.columns.is_empty() {
            return Err(shapes::nothing());
        }
        if table.is_empty() {
            return Err(bad(words::NO_ROWS));
        }
        if let Some(says) = refusal::odd_row(&table) {
            return Err(bad(says));
        }
        for column in table.columns.iter_mut().filter(|column| column.doubt.is_some()) {
            if let Some(mark) = Evidence::of(std::iter::once(&*column)).decide() {
                column.settle(mark);
            }
        }
        Ok(table)
    }
}

/// A row of a table in JSON: its line number, and its values with their names.
type Named = (usize, Vec<(String, Value)>);

fn from_objects(mut next: impl FnMut() -> Result<Option<Named>>, table: &mut Table) -> Result<()> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    while let Some((line, values)) = next()? {
        let mut row: Vec<Option<Value>> = vec![None; table.columns.len()];
        for (heading, value) in values {
            let place = *places.entry(heading).or_insert_with_key(|heading| {
                let mut column = Column { name: shown(heading), ..Column::default() };
                for line in &table.lines {
                    column.push(*line, "", (Reading::Missing, false));
                }
                table.columns.push(column);
                row.push(None);
                row.len() - 1
            });
            if row[place].replace(value).is_some() {
                let called = name(&table.columns[place].name);
                return Err(bad(text!(words::TWO_VALUES, line = setting(line as f64), name = called)));
            }
            table.limit()?;
        }
        // In a column that holds words, a number is one of the words.
        let numbers: Vec<String> = row
            .iter()
            .map(|value| match value {
                Some(Value::Number(x)) => x.to_string(),
                _ => String::new(),
            })
            .collect();
        let cells = row.iter().zip(&numbers).map(|(value, number)| match value {
            Some(Value::Number(x)) => (number.as_str(), Reading::Number(*x), false),
            Some(Value::Text(text)) => {
                let (reading, scaled) = number::read(text);
                (text.as_str(), reading, scaled)
            }
            Some(Value::Missing) => ("null", Reading::Missing, false),
            None => ("", Reading::Missing, false),
        });
        let cells: Vec<_> = cells.collect();
        table.push(line, cells)?;
    }
    Ok(())
}

fn from_records(text: &str, table: &mut Table, most: usize) -> Result<()> {
    if let Some(says) = refusal::other_format(text) {
        return Err(bad(says));
    }
    let mut records = cells::records(text);
    let Some(first) = records.advance()? else {
        return Err(bad(words::EMPTY));
    };
    let mut heading = first.line;
    let mut next = None;
    let mut names: Vec<String> = first.cells.iter().map(|cell| cell.text.to_string()).collect();
    // Some programs write the headings as a comment.
    if names.iter().any(|name| says_number(name))
        && let Some((line, comment)) = records.comment
        && let Some(record) = Records::new(comment, records.split()).advance()?
        && record.cells.len() == names.len()
        && !record.cells.iter().any(|cell| says_number(&cell.text))
    {
        names = record.cells.iter().map(|cell| cell.text.to_string()).collect();
        (heading, next) = (line, Some(first));
    }
    if names.len() < 2
        && let Some(reason) = refusal::reason(text)
    {
        return Err(bad(reason));
    }
    if let Some(says) = refusal::sideways(&names, heading, next.is_none().then(|| records.clone())) {
        return Err(bad(says));
    }
    header(table, &names, heading)?;
    let unnamed = names.iter().rev().take_while(|name| name.is_empty()).count();
    let wide = names.len();
    let comma = records.split() == Split::Mark(b',');
    records.wide = Some(wide);
    let kept = of_use(text, &records, table, most);
    loop {
        let record = match next.take() {
            Some(record) => record,
            None => match records.advance()? {
                Some(record) => record,
                None => break,
            },
        };
        if record.cells.iter().all(|cell| cell.text.is_empty()) {
            continue;
        }
        let more = record.cells.get(wide..).unwrap_or_default();
        if record.cells.len() + unnamed < wide || more.iter().any(|cell| !cell.text.is_empty()) {
            return Err(refusal::reason(text).map_or_else(|| uneven(&record, wide, comma), bad));
        }
        swallowed(&record, records.split(), wide)?;
        let cells = record.cells.iter().take(wide).map(|cell| {
            let (reading, scaled) = number::read(&cell.text);
            let reading = match reading {
                // Where commas separate cells, a comma is not a decimal mark unless the cell is quoted.
                Reading::Either(x, _) if comma && !cell.quoted => Reading::Only(Mark::Point, x),
                reading => reading,
            };
            (cell.text.as_ref(), reading, scaled)
        });
        let is_kept = |(k, _): &(usize, _)| kept.as_ref().is_none_or(|kept| kept[*k]);
        let cells: Vec<_> = cells.enumerate().filter(is_kept).map(|(_, cell)| cell).collect();
        table.push(record.line, cells)?;
    }
    // Separators at the ends of all lines make no column.
    for _ in 0..if kept.is_none() { unnamed } else { 0 } {
        let empty = table.columns.last().is_some_and(|c| c.text.is_none() && c.numbers.iter().all(|x| x.is_nan()));
        if !empty || table.columns.len() == 1 {
            break;
        }
        table.columns.pop();
    }
    for (line, title) in &records.titles {
        table.notes.push(text!(words::TITLE, line = setting(*line as f64), title = name(title)));
    }
    let hidden = &records.hidden;
    let shown = hidden.iter().take(5).map(|line| Text::verbatim(line.to_string())).collect();
    table.notes.extend(match hidden[..] {
        [] => None,
        [only] => Some(text!(words::COMMENT, line = setting(only as f64))),
        _ if hidden.len() <= 5 => Some(text!(words::COMMENTS, lines = list(shown))),
        _ => Some(text!(words::MANY_COMMENTS, lines = list(shown), more = count(hidden.len() - 5))),
    });
    Ok(())
}

/// Drops columns if the table has more than `most` cells. Only the columns that a fit could use, judged by their
/// headings, are kept, and a note says so. Returns whether each column is kept; `None` means that all columns are kept.
fn of_use(text: &str, records: &Records<'_>, table: &mut Table, most: usize) -> Option<Vec<bool>> {
    let wide = table.columns.len();
    // Counting rows takes as long as reading them, so lines are counted first.
    if text.bytes().filter(|b| matches!(b, b'\n' | b'\r')).count().saturating_mul(wide) <= most {
        return None;
    }
    let (mut rows, mut ahead) = (0, records.clone());
    while let Ok(Some(_)) = ahead.advance() {
        rows += 1;
    }
    let kept: Vec<bool> = table.columns.iter().map(|column| refusal::is_of_use(&column.name)).collect();
    let some = kept.iter().filter(|kept| **kept).count();
    if rows * wide <= most || some < 2 || rows * some > most {
        return None;
    }
    let mut keep = kept.iter();
    table.columns.retain(|_| keep.next() == Some(&true));
    table.notes.push(text!(
        words::COLUMNS_OF_USE,
        wide = count(wide),
        millions = count(CELLS_MAX / 1_000_000),
        kept = count(some),
        columns = name(table.names()),
    ));
    Some(kept)
}

/// Returns an error if a quoted cell contains whole rows, as happens when a closing quote is missing. This is assumed
/// if the first and the last line of the record each have as many cells as a row, and the first line contains at least
/// as many numbers as the whole record.
fn swallowed(record: &Record<'_>, split: Split, wide: usize) -> Result<()> {
    let (Some(drawn), Some((from, to, begins))) = (record.drawn, &record.long) else { return Ok(()) };
    let numbers = record.cells.iter().filter(|cell| says_number(&cell.text)).count().max(1);
    let cells = |line: Option<&str>| loosely(line.unwrap_or(""), split);
    let (first, last) = (cells(drawn.split(['\n', '\r']).next()), cells(drawn.rsplit(['\n', '\r']).next()));
    let numbers_of = first.iter().filter(|cell| says_number(cell)).count();
    if first.len() == wide && last.len() == wide && numbers_of >= numbers {
        let (from, to) = (setting(*from as f64), setting(*to as f64));
        return Err(bad(text!(words::HOLDS_ROWS, begins = name(begins), from = from, to = to)));
    }
    Ok(())
}

/// Number of cells of a record if commas that separate thousands, as in 1,234,567 or 12,34,567, are not counted as
/// separators of cells.
fn thousands(record: &Record<'_>) -> usize {
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let cells: Vec<&str> = record.cells.iter().map(|cell| cell.text.as_ref()).collect();
    // The last group may have decimals.
    let last = |text: &str| {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        digits(whole, 3, 3) && digits(part, 0, usize::MAX)
    };
    let group = |from: usize, size: usize| {
        let middle = cells[from..].iter().take_while(|cell| digits(cell, size, size)).count();
        // The last of the groups of three may be the last group of the number.
        let end = from + middle;
        match cells.get(end) {
            Some(cell) if last(cell) && (size == 3 || middle > 0) => Some(end + 1),
            _ if size == 3 && middle > 0 => Some(end),
            _ => None,
        }
    };
    let (mut count, mut at) = (0, 0);
    while at < cells.len() {
        count += 1;
        let begins = digits(cells[at], 1, 3) && !cells[at].starts_with('0');
        let end = begins.then(|| group(at + 1, 3).max(group(at + 1, 2).filter(|_| cells[at].len() < 3))).flatten();
        at = end.unwrap_or(at + 1);
    }
    count
}

fn uneven(record: &Record<'_>, wide: usize, comma: bool) -> Error {
    let found = record.cells.len();
    let (line, cells, headings) = (setting(record.line as f64), count(found), count(wide));
    bad(match &record.long {
        Some((from, to, begins)) => {
            let (from, to) = (setting(*from as f64), setting(*to as f64));
            let begins = name(begins);
            text!(
                words::UNEVEN_QUOTE,
                line = line,
                cells = cells,
                wide = headings,
                begins = begins,
                from = from,
                to = to
            )
        }
        None if comma && found > wide && thousands(record) <= wide => {
            let sure = record.cells.iter().any(|cell| cell.text.contains('.')) || thousands(record) + 1 < found;
            if sure {
                text!(words::UNEVEN_THOUSANDS, line = line, cells = cells, wide = headings)
            } else {
                text!(words::UNEVEN_COMMAS, line = line, cells = cells, wide = headings)
            }
        }
        // A surplus cell of words is no part of a number.
        None if comma
            && record.cells.get(wide..).is_some_and(|more| more.iter().any(|cell| says_number(&cell.text))) =>
        {
            text!(words::UNEVEN_DECIMALS, line = line, cells = cells, wide = headings)
        }
        None => text!(words::UNEVEN, line = line, cells = cells, wide = headings),
    })
}

fn header(table: &mut Table, names: &[String], line: usize) -> Result<()> {
    let at = setting(line as f64);
    if names.len() < 2 {
        let only = names.first().map_or(String::new(), |name| shown(name));
        return Err(bad(text!(words::ONE_COLUMN, line = at, column = name(only))));
    }
    if names.iter().all(|name| !matches!(number::read(name).0, Reading::Text)) {
        return Err(bad(text!(words::NUMBERS_FIRST, line = at)));
    }
    let mut known = BTreeMap::new();
    for (k, heading) in names.iter().enumerate() {
        if let Some(first) = known.insert(heading, k).filter(|_| !heading.is_empty()) {
            let (first, second) = (setting((first + 1) as f64), setting((k + 1) as f64));
            let column = name(shown(heading));
            return Err(bad(text!(words::NAMED_TWICE, line = at, first = first, second = second, column = column)));
        }
        let name = if heading.is_empty() { format!("column {}", k + 1) } else { shown(heading) };
        table.columns.push(Column { name, ..Column::default() });
    }
    table.limit()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(text: &[u8]) -> String {
        Reader::read(text).expect_err("unreadable").to_string()
    }

    #[test]
    fn marks_quotes_line_ends_and_delimiters_are_understood() {
        let plain = Reader::read(b"n,the loss\n1,2.5\n3,4e-1\n").expect("a table");
        for text in [
            "\u{feff}n,the loss\r\n1,2.5\r\n3,4e-1",
            "n\tthe loss\n1\t2,5\n3\t4e-1\n",
            "n; the loss \r1;2,5\r 3 ;4e-1\r",
            "\"n\"|\"the loss\"\n\"1\"|\"2.5\"\n\n\n3|4e-1\n|\n",
            "\n\nn,\"the loss\"\n1,2.5\n3,0.4\n",
            "\u{feff}\"n\",\"the loss\"\n1,2.5\n3,0.4\n",
        ] {
            let table = Reader::read(text.as_bytes()).expect("a table");
            for (a, b) in table.columns.iter().zip(&plain.columns) {
                assert_eq!((&a.name, &a.numbers), (&b.name, &b.numbers), "{text:?}");
            }
            assert_eq!(table.len(), 2, "{text:?}");
        }
        let quoted = Reader::read(b"\"a, b, c\";d\n1;2\n").expect("a table");
        assert_eq!(quoted.columns[0].name, "a, b, c", "commas in quotes are no delimiters");
        let text = Reader::read(b"a,b\n\"2,5\",1\n").expect("a table");
        assert_eq!(text.columns[0].numbers, [2.5], "no thousands");
        let lines = |text: &[u8]| Reader::read(text).expect("a table").lines;
        assert_eq!(lines(b"a,b\r\n1,2\r\n\r\n3,4\r\n"), [2, 4], "Windows");
        assert_eq!(lines(b"a,b\r1,2\r\r3,4"), [2, 4], "old Macintosh");
        assert_eq!(lines(b"\na,b\n\"1\n\",2\n3,4"), [3, 5], "a cell of two lines");
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        assert_eq!(said(b""), "the table is empty: its first line must name the columns");
        assert_eq!(said(b"\n \n"), "the table is empty: its first line must name the columns");
        assert_eq!(said(b"a,b\n"), "the table has no rows below its first line");
        assert_eq!(
            said(b"loss\n1\n"),
            "line 1 names only one column, `loss`: separate columns by commas, tabs, semicolons, bars or spaces"
        );
        assert_eq!(
            said(b"a,b\n1,2\n1,2,3\n"),
            "line 3 has 3 cells where the first line has 2; with decimal commas, the columns need semicolons or tabs between them"
        );
        assert_eq!(said(b"a;b\n1;2\n1\n"), "line 3 has 1 cell where the first line has 2");
        assert_eq!(said(b"a,b,a\n1,2,3\n"), "line 1: columns 1 and 3 are both called `a`");
        assert_eq!(said(b"1,2\n3,4\n"), "line 1 holds numbers: the first line must name the columns");
        assert_eq!(said(b"a,b\n1,\0\n"), "the table is not plain text: save it as CSV in UTF-8");
        assert_eq!(said(b"a,b\n1,2\n3,\"4\n5,6\n"), "line 3: the quote before `4` is never closed");
        assert_eq!(
            said(b"a,b\n1,2\n\"3,4\n5,\"6\"\n"),
            "line 4: `6\"` follows the closing quote of the cell that begins with `3,4` on line 3: is a quote missing before \
             or after it?"
        );
        let wide: Vec<String> = (0..=COLUMNS_MAX).map(|k| format!("c{k}")).collect();
        assert_eq!(said(wide.join(",").as_bytes()), "the table has more than 16,384 columns, which is the limit");
        let mut reader = Reader { bytes: vec![b' '; BYTES_MAX], hash: Hash::default() };
        let outcome = reader.push(b"a");
        assert_eq!(outcome.expect_err("a limit").to_string(), "the table is larger than 128 MB, which is the limit");
        // Tables at their limits are constructed, because reading them would take too long.
        let full = |columns: usize, rows: usize| Table {
            columns: vec![Column::default(); columns],
            lines: vec![1; rows],
            ..Table::default()
        };
        let outcome = full(2, ROWS_MAX).push(2, []);
        assert_eq!(
            outcome.expect_err("rows").to_string(),
            "the table has more than 1,000,000 rows, which is the limit"
        );
        let outcome = full(20, CELLS_MAX / 20).push(2, []).expect_err("cells").to_string();
        assert!(outcome.starts_with("the table has more than 16 million cells"), "{outcome}");
    }

    #[test]
    fn columns_that_no_fit_reads_do_not_count_in_a_large_table() {
        let heads: Vec<String> = (0..40).map(|k| format!("gradients/layer_{k}")).collect();
        let row = |k: usize| format!("{k},{}0.5,3.5\n", "1,".repeat(39));
        let text = format!("params,{},val_loss\n{}", heads.join(","), (1..=9).map(row).collect::<String>());
        let read = |most: usize| {
            let mut table = Table::default();
            from_records(&text, &mut table, most).map(|()| table)
        };
        let all = read(9 * 42).expect("all of it");
        assert_eq!((all.columns.len(), all.notes.len()), (42, 0), "within the limit");
        let some = read(9 * 42 - 1).expect("some of it");
        assert_eq!(some.names(), "params, val_loss");
        assert_eq!(some.columns[0].numbers, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        assert!(some.columns[1].numbers.iter().all(|x| *x == 3.5), "each in its place");
        assert!(some.notes[0].english().starts_with("The table has 42 columns and more than"), "{:?}", some.notes);
        assert_eq!(read(17).expect("as a whole: the limit of the table says why").columns.len(), 42);
    }

    #[test]
    fn a_last_line_of_any_length_may_lack_its_end() {
        for length in 4090..4100 {
            let text = format!("a,b\n1,{}", "x".repeat(length));
            let table = Reader::read(text.as_bytes()).expect("a table");
            assert_eq!((table.len(), table.columns[0].numbers[0]), (1, 1.0), "{length} bytes");
        }
    }

    #[test]
    fn a_digest_is_of_all_bytes_in_whatever_pieces() {
        // Published value of the hash.
        let mut hash = Hash::default();
        hash.add(b"foobar");
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
        let text = b"a,b\n1,2\n3,4\n";
        let digest = |cut: usize| {
            let mut reader = Reader::new();
            reader.push(&text[..cut]).and_then(|()| reader.push(&text[cut..])).expect("a table");
            reader.finish().expect("a table").digest()
        };
        assert!((1..text.len()).all(|cut| digest(cut) == digest(0)), "one text");
        assert_ne!(Reader::read(b"a,b\n1,2\n3,5\n").expect("a table").digest(), digest(0), "another");
    }

    #[test]
    fn quotes_that_swallow_rows_are_named() {
        let rows = ["a,1,3.9", "b,2,3.4142", "c,4,3.1", "d,8,2.8", "e,16,2.5", "f,32,2.4"];
        let text = |from: (usize, &str), to: (usize, &str)| {
            let mut rows = rows.map(str::to_owned);
            rows[from.0] = from.1.to_owned();
            rows[to.0] = to.1.to_owned();
            said(format!("run,x,loss\n{}\n", rows.join("\n")).as_bytes())
        };
        assert_eq!(
            text((1, "\"b,2,3.4142"), (4, "\"e,16,2.5")),
            "line 6: `e` follows the closing quote of the cell that begins with `b,2,3.4142` on line 3: is a quote missing \
             before or after it?"
        );
        assert_eq!(
            text((1, "b,2,\"3.4142"), (4, "e,16,\"2.5")),
            "line 6: `2.5` follows the closing quote of the cell that begins with `3.4142` on line 3: is a quote missing \
             before or after it?"
        );
        let rows_of = |begins: &str, to: usize| {
            format!(
                "the quoted cell that begins with `{begins}` on line 3 ends only on line {to} and holds what look like rows: \
                 is a closing quote missing?"
            )
        };
        // The second quote stands where a cell may end.
        assert_eq!(text((1, "\"b,2,3.4142"), (4, "e\",16,2.5")), rows_of("b,2,3.4142", 6));
        assert_eq!(text((1, "\"b,2,3.4142"), (2, "c\",4,3.1")), rows_of("b,2,3.4142", 4));
        assert_eq!(text((1, "b,\"2,3.4142"), (4, "e,16\",2.5")), rows_of("2,3.4142", 6));
        assert_eq!(text((1, "b,2,\"3.4142"), (4, "e,16,2.5\"")), rows_of("3.4142", 6));
        assert_eq!(
            said(b"run,x\n\"a\"b,1\n"),
            "line 2: `b` follows the closing quote of the cell that begins with `a\"b,1`: is a quote missing before or after \
             it?"
        );
        let ends = Reader::read(b"run,x,loss\na,1,\"3.5\n\"\nb,2,3\n").expect("a table");
        assert_eq!(ends.columns[2].numbers, [3.5, 3.0], "a cell that ends its line");
        // A note of several lines is not a row, whatever commas it holds.
        let note = Reader::read(b"run,x,note\na,1,\"good, so\nfar, 3 of 4\"\n\"b, 2\n, x\",4,\"\"\n").expect("a table");
        assert_eq!((note.len(), &note.columns[1].numbers[..]), (2, &[1.0, 4.0][..]));
        let bars = Reader::read(b"| run | x |\n|---|---|\n| \"a\" again | 1 |\n| a\\|b | 2 |\n").expect("a table");
        assert!(bars.columns[0].is(0, "\"a\" again"), "bars know no quotes");
        assert!(bars.columns[0].is(1, "a|b"), "a bar after a backslash is of the cell");
    }

    #[test]
    fn comments_that_look_like_rows_are_said() {
        let text = "# run,1,2\nrun,x,loss\n#best,1,3.5\n# a remark, of, words\n# 1, 2\nb,2,3.25\n#c,4,3\n";
        let table = Reader::read(text.as_bytes()).expect("a table");
        assert_eq!(table.lines, [6]);
        assert_eq!(
            table.notes,
            [
                "Lines 3, 7 begin with #, // or %, so they were skipped as comments, but they have as many cells as a row. If they are \
                 rows, put their first cells in quotes."
            ]
        );
        let table = Reader::read(text.replace("#best", "\"#best\"").replace("#c", "# c").as_bytes()).expect("a table");
        assert_eq!(table.lines, [3, 6], "as the sentence says");
        assert!(table.notes[0].english().starts_with("Line 7 begins with #"), "{:?}", table.notes);
    }

    #[test]
    fn thousands_without_quotes_are_told_from_decimals() {
        for (row, hint) in [
            ("70,000,000,1,500,000,3.637", "a number with commas between thousands needs quotes"),
            ("70000000,1,500,3.637", "a number with commas between thousands needs quotes"),
            ("70000000,1500000000,3,637", "a number that contains commas needs quotes"),
            ("70000000,1500000000,3,64", "with decimal commas, the columns need semicolons or tabs between them"),
            ("70,5,1,2,3,64", "with decimal commas, the columns need semicolons or tabs between them"),
            ("70,5,1,note", ""),
        ] {
            let sentence = said(format!("params,tokens,loss\n{row}\n").as_bytes());
            let end = if hint.is_empty() { String::new() } else { format!("; {hint}") };
            assert!(
                sentence.contains(&format!("has 3{end}")) && (sentence.contains(';') != end.is_empty()),
                "{row}: {sentence}"
            );
        }
    }

    #[test]
    fn json_that_is_cut_or_says_a_name_twice_is_refused() {
        let whole = "{\"x\":1,\"loss\":2.5}\n{\"x\":2,\"loss\":21.5";
        for length in whole.find('\n').expect("two lines") + 2..=whole.len() {
            let cut = "line 2: the file ends before its last JSON object does: is a part of it missing?";
            assert_eq!(said(&whole.as_bytes()[..length]), cut, "{}", &whole[..length]);
        }
        assert!(said(b"[{\"x\":1},\n{\"x\":2}\n").contains("the file ends before"), "a list without its end");
        let sentence = "line 2: an object has two values that are both called `x`";
        assert_eq!(said(b"{\"x\":1}\n{\"x\":2,\"x\":3}\n"), sentence);
        assert_eq!(said(b"{\"a\":{\"x\":1}}\n{\"a\":{\"x\":2},\"a.x\":3}\n"), sentence.replace("`x`", "`a.x`"));
    }

    #[test]
    fn names_and_holes_are_kept_apart() {
        let table = Reader::read(b"run,loss\n7,1\nseven,NaN\n7,\nseven,inf\n").expect("a table");
        let [run, loss] = &table.columns[..] else { panic!("two columns") };
        assert_eq!(run.text, Some((3, "seven".into())), "the first word");
        assert_eq!(run.labels(), [0, 1, 0, 1], "7 is the same before and after it");
        assert!(run.is(1, "seven") && !run.is(0, "seven"), "by its word");
        assert!(loss.text.is_none() && loss.numbers[1..].iter().all(|x| x.is_nan()), "holes are not words");
        assert_eq!(loss.labels()[1..], [1, 1, 1], "and all the same");
    }

    /// Writes a number with the thousands separator `group`. Without `decimals` it is the whole number `whole`;
    /// otherwise the decimal mark `mark` and four decimals follow. If `indian` is set, the groups before the last three
    /// digits have two digits.
    fn grouped(whole: u64, decimals: Option<u64>, group: &str, mark: &str, indian: bool) -> String {
        let digits = whole.to_string();
        let mut text = String::new();
        for (k, digit) in digits.chars().enumerate() {
            let left = digits.len() - k;
            let here = if indian { left == 3 || left > 3 && left % 2 == 1 } else { left.is_multiple_of(3) };
            if k > 0 && here {
                text.push_str(group);
            }
            text.push(digit);
        }
        decimals.map_or_else(|| text.clone(), |decimals| format!("{text}{mark}{decimals:04}"))
    }

    /// Ways of writing numbers, each with its name, its thousands separator and its decimal mark.
    const FORMATS: [(&str, &str, &str); 13] = [
        ("plain", "", "."),
        ("English", ",", "."),
        ("German", ".", ","),
        ("French", " ", ","),
        ("no-break", "\u{a0}", ","),
        ("narrow", "\u{202f}", ","),
        ("Swiss", "'", "."),
        ("typographic", "\u{2019}", "."),
        ("Indian", ",", "."),
        ("decimal comma", "", ","),
        ("exponents", "", ","),
        ("suffixes", "", "."),
        ("words", "", ","),
    ];

    fn written(format: (&str, &str, &str), rows: &[(u64, u64, u64)]) -> Vec<Vec<String>> {
        let (name, group, mark) = format;
        let large = |millions: u64| match name {
            "exponents" => format!("{}{mark}{:03}E+09", millions / 1000, millions % 1000),
            "suffixes" => format!("{}{mark}{:03}B", millions / 1000, millions % 1000),
            "words" if millions.is_multiple_of(10) => {
                format!("{}{mark}{:02} billion", millions / 1000, millions % 1000 / 10)
            }
            "words" => format!("{millions} million"),
            _ => grouped(millions * 1_000_000, None, group, mark, name == "Indian"),
        };
        let row = |(k, (n, d, loss)): (usize, &(u64, u64, u64))| {
            vec![
                format!("run {k}"),
                large(*n),
                large(*d),
                grouped(loss / 10_000, Some(loss % 10_000), group, mark, name == "Indian"),
            ]
        };
        rows.iter().enumerate().map(row).collect()
    }

    fn joined(rows: &[Vec<String>], separator: &str) -> String {
        let head = ["modèle", "params", "tokens", "loss"].map(str::to_owned).to_vec();
        let rule = vec!["---".to_owned(); 4];
        let mut lines = vec![head];
        if separator == "md" {
            lines.push(rule);
        }
        lines.extend(rows.iter().cloned());
        let quote = |cell: &String| {
            let quoted = match separator {
                " " => cell.contains(' ') || cell.contains('\u{a0}'),
                _ => cell.contains(separator),
            };
            if quoted { format!("\"{cell}\"") } else { cell.clone() }
        };
        let line = |cells: &Vec<String>| match separator {
            "md" => format!("| {} |\r\n", cells.join(" | ")),
            _ => format!("{}\r\n", cells.iter().map(quote).collect::<Vec<_>>().join(separator)),
        };
        lines.iter().map(line).collect()
    }

    /// Encodes the text in every encoding that has all of its characters. Each result has the name of its encoding.
    fn encoded(text: &str) -> Vec<(&'static str, Vec<u8>)> {
        let wide = |mark: bool, bytes: fn(u16) -> [u8; 2]| {
            let mark = mark.then_some(0xfeff_u16);
            mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect::<Vec<u8>>()
        };
        let mut all = vec![
            ("UTF-8", text.as_bytes().to_vec()),
            ("UTF-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            ("UTF-16LE", wide(true, u16::to_le_bytes)),
            ("UTF-16BE", wide(true, u16::to_be_bytes)),
            ("UTF-16LE without a mark", wide(false, u16::to_le_bytes)),
            ("UTF-16BE without a mark", wide(false, u16::to_be_bytes)),
        ];
        let one = |c: char| if c == '\u{2019}' { Some(0x92) } else { u8::try_from(u32::from(c)).ok() };
        all.extend(text.chars().map(one).collect::<Option<Vec<u8>>>().map(|bytes| ("Windows-1252", bytes)));
        all
    }

    #[test]
    fn comments_headings_and_ends_of_lines_are_understood() {
        let plain = Reader::read(b"run,params,loss\na,7e7,3.5\nb,8e7,3.25\n").expect("a table");
        for text in [
            "sep=;\nrun;params;loss\na;70000000;3,5\nb;80000000;3,25\n",
            "\"sep=,\"\r\nrun,params,loss\r\na,7e7,3.5\r\nb,8e7,3.25\r\n",
            "# exported\n# lr=3e-4, bs=512, seed=1\nrun,params,loss\na,7e7,3.5\n# halfway, there, now\nb,8e7,3.25\n",
            "# run params loss\na 7e7 3.5\nb 8e7 3.25\n",
            "#run,params,loss\na,7e7,3.5\nb,8e7,3.25\n",
            "| run | params | loss |\n|:----|---:|---:|\n| a | 70M | 3.5 |\n| b | 80M | 3.25 |\n",
            "run | params | loss\n--- | --- | ---\na | 70M | 3.5\nb | 80M | 3.25\n",
            "+---+---+---+\n| run | params | loss |\n+===+===+---+\n| a | 7e7 | 3.5 |\n| b | 8e7 | 3.25 |\n+---+---+---+\n",
            "run,params,loss\na,7e7,3.5,\nb,8e7,3.25,\n",
            "run,params,loss,,\na,7e7,3.5,,\nb,8e7,3.25,,\n",
            "run   params\tloss\na  7e7   3.5\n  b   8e7  3.25  \n",
            "{\"run\": \"a\", \"params\": 7e7, \"loss\": 3.5}\n{\"run\": \"b\", \"params\": 80000000, \"loss\": 3.25}\n",
            "[\n {\"run\": \"\\u0061\", \"params\": \"70M\", \"loss\": 3.5},\n {\"run\": \"b\", \"params\": 8e7, \"loss\": 3.25}\n]\n",
        ] {
            let table = Reader::read(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(table.columns.len(), 3, "{text}");
            for (a, b) in table.columns.iter().zip(&plain.columns) {
                assert_eq!((&a.name, a.labels()), (&b.name, b.labels()), "{text}");
                if a.name != "run" {
                    assert_eq!(a.numbers, b.numbers, "{text}");
                }
            }
        }
        let nested = Reader::read(
            b"{\"run\":\"a\",\"summary\":{\"loss\":3.5,\"x\":[1,{\"y\":2}]}}\n{\"run\":\"b\",\"n\":null}\n",
        );
        let nested = nested.expect("a table");
        assert_eq!(nested.names(), "run, summary.loss, summary.x, n", "inner names follow outer ones");
        assert!(nested.columns[1].numbers[1].is_nan(), "what a line lacks is missing");
        for (text, sentence) in [
            (&b"{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":}\n"[..], "line 2: from `}` on, this is not valid JSON"),
            (b"{\"a\":1,\"b\":\"x\n", "line 1: the quote before `x` is never closed"),
            (b"PK\x03\x04\0\0", "the file is a workbook (XLSX) or an archive: save the sheet as CSV"),
            (b"\x1f\x8b\x08\0", "the file is compressed: unpack it first"),
        ] {
            assert_eq!(said(text), sentence);
        }
    }

    #[test]
    fn a_mark_is_decided_by_the_file_or_asked_about() {
        let read = |text: &str| {
            let mut table = Reader::read(text.as_bytes()).expect("a table");
            if let Some(mark) = table.mark(&[0, 1]) {
                table.settle(mark);
            }
            table
        };
        for (text, first) in [
            // Another cell decides the mark.
            ("step\tloss\n1,000\t4.5033\n500\t3.25\n", Some(1000.0)),
            ("step\tloss\n1,000\t3,25\n500\t3,5\n", Some(1.0)),
            ("step\tloss\n1,000\t500\n1,234,567\t3\n", Some(1000.0)),
            ("step\tloss\n1.000\t3,25\n500\t3\n", Some(1000.0)),
            ("step;loss\n1,000;3\n70000000;4\n", Some(1.0)),
            ("step,loss\n\"1,000\",3.25\n500,3.5\n", Some(1000.0)),
            ("params\tloss\n3.632\t3\n70000000\t4\n", Some(3.632)),
            ("loss,step\n3.632,1\n3.500,2\n", Some(3.632)),
            ("loss\ttokens\n3,636\t1\u{202f}500\n3,500\t70\u{202f}000\n", Some(3.636)),
            ("loss;tokens\n3.636;1\u{2019}500\n3.500;70\u{2019}000\n", Some(3.636)),
            // No cell decides the mark.
            ("step\tloss\n1,000\t4\n500\t3\n", None),
            ("step\tloss\n1.000\t4\n500\t3\n", None),
            ("step,loss\n\"1,000\",4\n500,3\n", None),
            ("step\tloss\n1,000\t4.5\n500\t3,5\n", None),
            ("step\tloss\n1,000\t4.503\n500\t3.250\n", None),
        ] {
            let mut table = read(text);
            let column = &table.columns[0];
            assert_eq!(column.doubt.is_none().then_some(column.numbers[0]), first, "{text}");
            if first.is_none() {
                assert_eq!(column.doubt.as_ref().map(|(line, _)| *line), Some(2), "{text}");
                table.settle(Mark::Comma);
                let comma = table.columns[0].numbers[0];
                let mut table = read(text);
                table.settle(Mark::Point);
                let point = table.columns[0].numbers[0];
                assert_eq!(comma.max(point) / comma.min(point), 1000.0, "{text}");
                assert!(!table.in_doubt(), "{text}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(5), ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_a_table_or_a_sentence_however_it_is_cut(
            text in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..300),
                prop::collection::vec(prop::sample::select(&b"ab1.2,;\t|\"\r\n -e"[..]), 0..300),
                prop::collection::vec(prop::sample::select(&["{", "}", "[", "]", ",", ":", "\"a\"", "\"0\"", "\"loss\"", "1", "\n"][..]), 0..40)
                    .prop_map(|parts| parts.concat().into_bytes()),
                prop::collection::vec(prop::sample::select(&["loss", "params", "1e9", "70", " B", "mean", "~", "//", "%", "sep=;", "\"", ",", ",", "\t", " ", "\n", "\n"][..]), 0..40)
                    .prop_map(|parts| parts.concat().into_bytes()),
            ],
            cut in 1..40usize,
        ) {
            let whole = Reader::read(&text);
            let mut reader = Reader::new();
            let pieces = text.chunks(cut).try_for_each(|piece| reader.push(piece));
            let cut = pieces.and_then(|()| reader.finish());
            match (whole, cut) {
                (Ok(a), Ok(b)) => {
                    prop_assert_eq!(&a.lines, &b.lines);
                    for (a, b) in a.columns.iter().zip(&b.columns) {
                        prop_assert_eq!(&a.name, &b.name);
                        prop_assert_eq!(a.labels(), b.labels());
                        prop_assert_eq!(a.numbers.len(), b.numbers.len());
                    }
                }
                (a, b) => {
                    let said = (a.expect_err("as the other").to_string(), b.expect_err("as the other").to_string());
                    prop_assert_eq!(&said.0, &said.1);
                    prop_assert!(said.0.chars().all(|c| !c.is_control()));
                }
            }
        }

        #[test]
        fn numbers_come_back(rows in prop::collection::vec((any::<f64>(), "[^\\x00-\\x1f]{1,20}"), 1..20), delimiter in prop::sample::select(&b",;\t|"[..])) {
            let mut csv = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            csv.write_record(["x", "a name"]).expect("memory");
            for (x, name) in &rows {
                csv.write_record([x.to_string(), format!("q{name}")]).expect("memory");
            }
            let table = Reader::read(&csv.into_inner().expect("memory")).expect("a table");
            prop_assert_eq!(table.len(), rows.len());
            for (row, (x, name)) in rows.iter().enumerate() {
                let read = table.columns[0].numbers[row];
                prop_assert!(read == *x || read.is_nan() && !x.is_finite(), "{} {}", read, x);
                let name = format!("q{name}");
                prop_assert!(table.columns[1].is(row, name.trim()), "{}", name);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(6), ..ProptestConfig::default() })]

        #[test]
        fn all_ways_of_writing_a_table_read_to_the_same_numbers(
            rows in prop::collection::vec((1..9_000_000u64, 1..9_000_000u64, 0..99_999_999u64), 2..8),
        ) {
            let plain = Reader::read(joined(&written(FORMATS[0], &rows), ",").as_bytes()).expect("a table");
            for format in FORMATS {
                for separator in [",", ";", "\t", "|", "md", " "] {
                    // In a table separated by commas, two exponents with decimal commas in a row are quoted, which
                    // decides everything.
                    for (encoding, bytes) in encoded(&joined(&written(format, &rows), separator)) {
                        let what = format!("{} {separator:?} {encoding}", format.0);
                        let table = Reader::read(&bytes);
                        let mut table = table.map_err(|e| TestCaseError::fail(format!("{what}: {e}")))?;
                        if let Some(mark) = table.mark(&[1, 2, 3]) {
                            table.settle(mark);
                        }
                        prop_assert_eq!(table.names(), plain.names(), "{}", &what);
                        prop_assert!(!table.in_doubt(), "{}", &what);
                        for (a, b) in table.columns.iter().zip(&plain.columns).skip(1) {
                            prop_assert_eq!(&a.numbers, &b.numbers, "{}", &what);
                        }
                        prop_assert!(table.columns[0].is(0, "run 0"), "{}", &what);
                    }
                }
            }
        }
    }
}

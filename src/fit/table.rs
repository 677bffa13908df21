//! Runs from text: a table of numbers with names, read in pieces.
//!
//! The grammar of quotes and line ends is the `csv-core` crate's; this layer finds the delimiter (comma, tab,
//! semicolon or bar), names the columns, reads numbers, also with decimal commas where the delimiter is not one, and
//! says in one sentence with a line number what it cannot use. Nothing is kept of the text but columns: memory is about
//! eight bytes a cell, and the names of a column that is not of numbers.

use std::collections::BTreeMap;

use csv_core::ReadRecordResult;

use crate::error::{Error, ErrorKind, Result};

/// The most bytes of a file.
pub const BYTES_MAX: usize = 256 << 20;
/// The most rows.
pub const ROWS_MAX: usize = 1_000_000;
/// The most columns.
pub const COLUMNS_MAX: usize = 256;
/// The most bytes of a line; more is a quote that was never closed.
const LINE_MAX: usize = 1 << 20;
/// The most characters of a cell that is kept as a name.
const NAME_MAX: usize = 100;

/// A column of a table.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// Its numbers; NaN where a cell is empty, not finite or not a number.
    pub numbers: Vec<f64>,
    /// The first cell that is text, and its line.
    pub text: Option<(usize, String)>,
    /// A number for each different cell, where some are text.
    labels: Vec<u32>,
    names: BTreeMap<String, u32>,
}

impl Column {
    fn push(&mut self, line: usize, cell: &str, number: Option<f64>) {
        if number.is_none() && self.text.is_none() {
            self.text = Some((line, shown(cell)));
            for row in 0..self.numbers.len() {
                let label = self.name(&self.numbers[row].to_string());
                self.labels.push(label);
            }
        }
        self.numbers.push(number.unwrap_or(f64::NAN));
        if self.text.is_some() {
            let label = self.name(cell);
            self.labels.push(label);
        }
    }

    fn name(&mut self, cell: &str) -> u32 {
        let next = self.names.len() as u32;
        *self.names.entry(cell.chars().take(NAME_MAX).collect()).or_insert(next)
    }

    /// Rows with the same cell have the same number.
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

    /// Is the cell of a row this text?
    pub fn is(&self, row: usize, text: &str) -> bool {
        self.text.is_some() && self.names.get(text) == self.labels.get(row)
    }
}

/// A table that was read.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its columns, all of one length.
    pub columns: Vec<Column>,
    /// The line of every row.
    pub lines: Vec<usize>,
    /// What stands between cells.
    pub delimiter: char,
    /// Of its bytes, FNV-1a.
    hash: Hash,
}

/// A 64-bit FNV-1a sum under way.
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
    /// Of columns of numbers, all of one length.
    pub fn of(columns: Vec<(&str, Vec<f64>)>) -> Self {
        let rows = columns.first().map_or(0, |(_, numbers)| numbers.len());
        let column = |(name, numbers): (&str, Vec<f64>)| Column { name: name.to_owned(), numbers, ..Column::default() };
        Self { columns: columns.into_iter().map(column).collect(), lines: (1..=rows).collect(), ..Self::default() }
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Of its bytes: two tables of the same digest are the same text.
    pub fn digest(&self) -> String {
        format!("{:016x}", self.hash.0)
    }

    /// Has it none?
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The column of that name, whatever its case.
    ///
    /// # Errors
    /// There is none.
    pub fn find(&self, name: &str) -> Result<usize> {
        let exact = self.columns.iter().position(|column| column.name == name);
        exact.or_else(|| self.columns.iter().position(|c| c.name.eq_ignore_ascii_case(name))).ok_or_else(|| {
            let names: Vec<_> = self.columns.iter().map(|column| column.name.as_str()).collect();
            bad(format!("there is no column `{}`; the columns are {}", shown(name), shown(&names.join(", "))))
        })
    }
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Parameter, message)
}

/// As much of a text as fits a sentence, without what would break a line.
fn shown(text: &str) -> String {
    let kept: String = text.chars().take(NAME_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if kept.len() < text.len() { format!("{kept}…") } else { kept }
}

/// A number: `Some(NaN)` for a cell that says there is none, `None` for text.
fn number(cell: &str, comma: bool) -> Option<f64> {
    const MISSING: [&str; 6] = ["", "na", "n/a", "null", "none", "-"];
    let parsed = if comma && cell.contains(',') && !cell.contains('.') {
        cell.replacen(',', ".", 1).parse().ok()
    } else {
        cell.parse().ok()
    };
    match parsed {
        Some(x) if f64::is_finite(x) => Some(x),
        Some(_) => Some(f64::NAN),
        None => MISSING.iter().any(|missing| cell.eq_ignore_ascii_case(missing)).then_some(f64::NAN),
    }
}

/// A table being read.
#[derive(Debug)]
pub struct Reader {
    core: csv_core::Reader,
    /// What came before the first line was whole; its delimiter is not known.
    head: Option<Vec<u8>>,
    cells: Vec<u8>,
    ends: Vec<usize>,
    /// How much of them the record under way has filled.
    filled: usize,
    ended: usize,
    /// Lines so far, where the record under way began, and whether it has.
    line: usize,
    begun: Option<usize>,
    after_return: bool,
    bytes: usize,
    table: Table,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self {
            core: csv_core::Reader::new(),
            head: Some(Vec::new()),
            cells: vec![0; 4096],
            ends: vec![0; COLUMNS_MAX + 1],
            filled: 0,
            ended: 0,
            line: 1,
            begun: None,
            after_return: false,
            bytes: 0,
            table: Table::default(),
        }
    }

    /// A whole text.
    ///
    /// # Errors
    /// As [`Reader::push`] and [`Reader::finish`].
    pub fn read(text: &[u8]) -> Result<Table> {
        let mut reader = Self::new();
        reader.push(text)?;
        reader.finish()
    }

    /// The next piece, cut anywhere.
    ///
    /// # Errors
    /// A line that is no row of the table, or a limit.
    pub fn push(&mut self, piece: &[u8]) -> Result<()> {
        self.bytes += piece.len();
        self.table.hash.add(piece);
        if self.bytes > BYTES_MAX {
            return Err(bad(format!("the table is larger than {} MB, the most that is read", BYTES_MAX >> 20)));
        }
        let Some(mut head) = self.head.take() else { return self.records(piece) };
        head.extend_from_slice(piece);
        if head.len() < LINE_MAX && first_line(&head).is_none() {
            self.head = Some(head);
            return Ok(());
        }
        self.begin(&head)
    }

    /// The table, when all is read.
    ///
    /// # Errors
    /// There are no rows.
    pub fn finish(mut self) -> Result<Table> {
        if let Some(head) = self.head.take() {
            self.begin(&head)?;
        }
        // An empty piece is the end of the text; a full buffer may take a few.
        for _ in 0..32 {
            self.take(&[])?;
        }
        if self.table.columns.is_empty() {
            return Err(bad("the table is empty: its first line names the columns"));
        }
        if self.table.is_empty() {
            return Err(bad("the table has no rows below its first line"));
        }
        Ok(self.table)
    }

    fn begin(&mut self, head: &[u8]) -> Result<()> {
        let first = &head[..first_line(head).unwrap_or(head.len())];
        // UTF-16, a workbook, a picture.
        if first.contains(&0) {
            return Err(bad("the table is not plain text: save it as CSV in UTF-8"));
        }
        let delimiter = delimiter(first);
        self.core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        self.table.delimiter = delimiter as char;
        self.records(head)
    }

    fn records(&mut self, mut piece: &[u8]) -> Result<()> {
        while !piece.is_empty() {
            let used = self.take(piece)?;
            piece = &piece[used..];
        }
        Ok(())
    }

    /// Counts lines by any of the three line ends.
    fn count(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.line += usize::from(*b == b'\r' || *b == b'\n' && !self.after_return);
            self.after_return = *b == b'\r';
        }
    }

    /// A part of a piece, up to the end of a record; the empty piece ends the last one.
    fn take(&mut self, piece: &[u8]) -> Result<usize> {
        if self.begun.is_none() {
            let blank = piece.iter().take_while(|b| **b == b'\r' || **b == b'\n').count();
            self.count(&piece[..blank]);
            if blank > 0 {
                return Ok(blank);
            }
            if piece.is_empty() {
                return Ok(0);
            }
            self.begun = Some(self.line);
        }
        let (found, used, filled, ended) =
            self.core.read_record(piece, &mut self.cells[self.filled..], &mut self.ends[self.ended..]);
        self.count(&piece[..used]);
        self.filled += filled;
        self.ended += ended;
        let line = self.begun.unwrap_or(self.line);
        match found {
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            ReadRecordResult::OutputFull if self.cells.len() >= LINE_MAX => {
                return Err(bad(format!("line {line} does not end within 1 MB: is a quote not closed?")));
            }
            ReadRecordResult::OutputFull => self.cells.resize(2 * self.cells.len(), 0),
            ReadRecordResult::OutputEndsFull => return Err(wide(line)),
            ReadRecordResult::Record => {
                let (cells, ends) = (std::mem::take(&mut self.cells), std::mem::take(&mut self.ends));
                let outcome = self.record(line, &cells[..self.filled], &ends[..self.ended]);
                (self.cells, self.ends) = (cells, ends);
                (self.filled, self.ended, self.begun) = (0, 0, None);
                outcome?;
            }
        }
        Ok(used)
    }

    fn record(&mut self, line: usize, cells: &[u8], ends: &[usize]) -> Result<()> {
        let cell = |k: usize| {
            let from = if k == 0 { 0 } else { ends[k - 1] };
            String::from_utf8_lossy(&cells[from..ends[k]])
        };
        if (0..ends.len()).all(|k| cell(k).trim().is_empty()) {
            return Ok(());
        }
        if self.table.columns.is_empty() {
            if ends.len() > COLUMNS_MAX {
                return Err(wide(line));
            }
            let names: Vec<String> = (0..ends.len()).map(|k| shown(cell(k).trim())).collect();
            return self.header(names);
        }
        let columns = self.table.columns.len();
        if ends.len() != columns {
            let hint = if self.table.delimiter == ',' && ends.len() > columns {
                "; decimal commas need semicolons or tabs between the columns"
            } else {
                ""
            };
            return Err(bad(format!("line {line} has {} cells where the first line has {columns}{hint}", ends.len())));
        }
        if self.table.len() == ROWS_MAX {
            return Err(bad(format!("the table has more than {ROWS_MAX} rows, the most that are read")));
        }
        let comma = self.table.delimiter != ',';
        for (k, column) in self.table.columns.iter_mut().enumerate() {
            let cell = cell(k);
            let cell = cell.trim();
            column.push(line, cell, number(cell, comma));
        }
        self.table.lines.push(line);
        Ok(())
    }

    fn header(&mut self, names: Vec<String>) -> Result<()> {
        if names.len() < 2 {
            return Err(bad(format!(
                "line 1 names one column, `{}`: columns are separated by commas, tabs, semicolons or bars",
                names.first().map_or("", String::as_str)
            )));
        }
        if names.iter().all(|name| number(name, self.table.delimiter != ',').is_some()) {
            return Err(bad("line 1 holds numbers: the first line names the columns"));
        }
        for (k, name) in names.iter().enumerate() {
            if let Some(first) = names[..k].iter().position(|other| other == name && !name.is_empty()) {
                return Err(bad(format!("line 1: columns {} and {} are both called `{name}`", first + 1, k + 1)));
            }
        }
        let named = |(k, name): (usize, String)| if name.is_empty() { format!("column {}", k + 1) } else { name };
        let columns = names.into_iter().enumerate().map(named);
        self.table.columns = columns.map(|name| Column { name, ..Column::default() }).collect();
        Ok(())
    }
}

fn wide(line: usize) -> Error {
    bad(format!("line {line} has more than {COLUMNS_MAX} columns, the most that are read"))
}

/// Where the first line that is not blank ends, outside quotes.
fn first_line(text: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let blank = text.iter().take_while(|b| b"\r\n\xef\xbb\xbf".contains(b)).count();
    text.iter()
        .skip(blank)
        .position(|b| {
            quoted ^= *b == b'"';
            !quoted && (*b == b'\n' || *b == b'\r')
        })
        .map(|at| at + blank)
}

/// What stands most often between the cells of a line, a comma if nothing does.
fn delimiter(line: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0), (b'|', 0)];
    let mut quoted = false;
    for b in line {
        quoted ^= *b == b'"';
        if let Some(count) = counts.iter_mut().find(|(delimiter, _)| delimiter == b && !quoted) {
            count.1 += 1;
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| delimiter)
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
        assert!(text.columns[0].text.is_some(), "thousands or decimals: nobody knows");
        let lines = |text: &[u8]| Reader::read(text).expect("a table").lines;
        assert_eq!(lines(b"a,b\r\n1,2\r\n\r\n3,4\r\n"), [2, 4], "Windows");
        assert_eq!(lines(b"a,b\r1,2\r\r3,4"), [2, 4], "old Macintosh");
        assert_eq!(lines(b"\na,b\n\"1\n\",2\n3,4"), [3, 5], "a cell of two lines");
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        assert_eq!(said(b""), "the table is empty: its first line names the columns");
        assert_eq!(said(b"\n \n"), "the table is empty: its first line names the columns");
        assert_eq!(said(b"a,b\n"), "the table has no rows below its first line");
        assert_eq!(
            said(b"N D loss\n1 2 3\n"),
            "line 1 names one column, `N D loss`: columns are separated by commas, tabs, semicolons or bars"
        );
        assert_eq!(
            said(b"a,b\n1,2\n1,2,3\n"),
            "line 3 has 3 cells where the first line has 2; decimal commas need semicolons or tabs between the columns"
        );
        assert_eq!(said(b"a;b\n1;2\n1\n"), "line 3 has 1 cells where the first line has 2");
        assert_eq!(said(b"a,b,a\n1,2,3\n"), "line 1: columns 1 and 3 are both called `a`");
        assert_eq!(said(b"1,2\n3,4\n"), "line 1 holds numbers: the first line names the columns");
        assert_eq!(said(b"\xff\xfea\0,\0b\0"), "the table is not plain text: save it as CSV in UTF-8");
        assert!(said(&[b"a,b\n\"", vec![b'x'; 3 << 20].as_slice()].concat()).contains("is a quote not closed"));
        let wide = vec!["c"; COLUMNS_MAX + 1].join(",");
        assert!(said(wide.as_bytes()).contains("256 columns"));
        let mut reader = Reader::new();
        reader.bytes = BYTES_MAX - 1;
        let outcome = reader.push(b"a").and_then(|()| reader.push(b"a"));
        assert_eq!(outcome.expect_err("a limit").to_string(), "the table is larger than 256 MB, the most that is read");
        let mut reader = Reader::new();
        let mut outcome = reader.push(b"a,b\n");
        let piece = b"1,2\n".repeat(1 << 18);
        while outcome.is_ok() {
            outcome = reader.push(&piece);
        }
        assert_eq!(
            outcome.expect_err("a limit").to_string(),
            "the table has more than 1000000 rows, the most that are read"
        );
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
        // A published value of the sum.
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
    fn names_and_holes_are_kept_apart() {
        let table = Reader::read(b"run,loss\n7,1\nseven,NaN\n7,\nseven,inf\n").expect("a table");
        let [run, loss] = &table.columns[..] else { panic!("two columns") };
        assert_eq!(run.text, Some((3, "seven".into())), "the first word");
        assert_eq!(run.labels(), [0, 1, 0, 1], "7 is the same before and after it");
        assert!(run.is(1, "seven") && !run.is(0, "seven"), "by its word");
        assert!(loss.text.is_none() && loss.numbers[1..].iter().all(|x| x.is_nan()), "holes are not words");
        assert_eq!(loss.labels()[1..], [1, 1, 1], "and all the same");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(5), ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_a_table_or_a_sentence_however_it_is_cut(
            text in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..300),
                prop::collection::vec(prop::sample::select(&b"ab1.2,;\t|\"\r\n -e"[..]), 0..300),
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
                csv.write_record([x.to_string(), format!("n{name}")]).expect("memory");
            }
            let table = Reader::read(&csv.into_inner().expect("memory")).expect("a table");
            prop_assert_eq!(table.len(), rows.len());
            for (row, (x, name)) in rows.iter().enumerate() {
                let read = table.columns[0].numbers[row];
                prop_assert!(read == *x || read.is_nan() && !x.is_finite(), "{} {}", read, x);
                let name = format!("n{name}");
                prop_assert!(table.columns[1].is(row, name.trim()), "{}", name);
            }
        }
    }
}

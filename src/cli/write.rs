//! Writes the results of the command line: the result document as JSON, CSV or text, and tables in aligned columns.

use std::f64::consts::LN_10;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use scaling_lab::math;
use scaling_lab::output::{Against, Cell, DataUse, Document, Limit, Progress, Verdict};
use scaling_lab::params::Value;
use scaling_lab::text;
use scaling_lab::text::{Text, name, people, plain};
use scaling_lab::{Error, ErrorKind, Result};

use super::args::Format;
use super::words;

/// A file for a result. It is opened before the run, because it would be useless to run an experiment whose result
/// cannot be written. The old content of the file stays until the result is ready.
pub(super) struct Out(File);

impl Out {
    /// Opens a file, and creates it if it does not exist.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let opened = File::options().write(true).create(true).truncate(false).open(path);
        opened.map(Self).map_err(|e| {
            let (file, reason) = (name(path.display().to_string()), name(e.to_string()));
            Error::new(ErrorKind::Io, text!(words::NO_WRITE, file = file, reason = reason))
        })
    }

    /// Removes the old content and returns the file. Files that are not regular, such as pipes, have no content to
    /// remove.
    fn emptied(self) -> Result<File> {
        if self.0.metadata()?.is_file() {
            self.0.set_len(0)?;
        }
        Ok(self.0)
    }
}

pub(super) fn write_document(document: &Document, format: Format, to: Option<Out>, header: bool) -> Result<ExitCode> {
    let mut out: Box<dyn Write> = match to {
        Some(file) => Box::new(BufWriter::new(file.emptied()?)),
        None => Box::new(BufWriter::new(io::stdout().lock())),
    };
    match format {
        Format::Json => {
            serde_json::to_writer(&mut out, document).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Format::Csv => csv(document, header, &mut out)?,
        Format::Text => text(document, &mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The shortest decimal without an exponent that is read back as exactly `x`. If two such decimals are equally near to
/// `x`, the result is the one whose last digit is even, as in JSON and in the files of the page.
pub(super) fn decimal(x: &f64) -> String {
    // The standard printer takes the upper of the two.
    let shortest = serde_json::to_string(&(x + 0.0)).unwrap_or_default();
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let part = part.trim_end_matches('0');
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // Where the point stands among the digits.
    let digits = format!("{whole}{part}");
    let point = exponent + i32::try_from(whole.len()).unwrap_or(0);
    let text = match usize::try_from(point) {
        Ok(point) if point >= digits.len() => format!("{digits:0<point$}"),
        Ok(point) if point > 0 => format!("{}.{}", &digits[..point], &digits[point..]),
        _ => format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize)),
    };
    format!("{sign}{text}")
}

/// The value of a parameter as one line of text, as a user would type it.
fn typed(value: &Value) -> String {
    let list = |list: &Vec<f64>| list.iter().map(decimal).collect::<Vec<_>>().join(",");
    match value {
        Value::Number(x) => decimal(x),
        Value::Choice(name) => (*name).to_owned(),
        Value::List(numbers) => list(numbers),
        Value::Matrix(rows) => rows.iter().map(list).collect::<Vec<_>>().join(";"),
        Value::Text(text) => text.replace(char::is_control, " "),
    }
}

/// Writes what produced a result as comments, which readers of CSV skip. The page writes the same lines.
fn provenance(document: &Document, out: &mut impl Write) -> Result<()> {
    let Document { lab, version, commit, experiment, params, data, seed, device, progress, .. } = document;
    writeln!(out, "# {lab} {version} ({commit})\n# experiment: {experiment}")?;
    for (name, value) in params {
        writeln!(out, "# {name}: {}", typed(value))?;
    }
    if let Some(DataUse { rows, digest }) = data {
        writeln!(out, "# data: {rows} rows, {digest}")?;
    }
    let kinds: Vec<_> = device.iter().map(|d| d.kind).collect();
    let Progress { done, total, .. } = progress;
    writeln!(out, "# seed: {seed}\n# checkpoints: {done} of {total}\n# device: {}", kinds.join(", "))?;
    Ok(())
}

/// Writes the figures as CSV: one line for each point of a series, and for each cell of a heat map that has a value.
pub(super) fn csv(document: &Document, header: bool, mut out: impl Write) -> Result<()> {
    if header {
        provenance(document, &mut out)?;
    }
    let mut csv = csv::Writer::from_writer(out);
    let number = |x: Option<&f64>| x.filter(|x| x.is_finite()).map(decimal).unwrap_or_default();
    let broken = |e: csv::Error| Error::from(io::Error::from(e));
    if header {
        csv.write_record(["slug", "seed", "figure", "series", "x", "y", "lo", "hi"]).map_err(broken)?;
    }
    let seed = document.seed.to_string();
    for figure in &document.output.figures {
        for series in &figure.series {
            for i in 0..series.x.len() {
                csv.write_record([
                    document.experiment,
                    &seed,
                    &figure.id,
                    &series.id,
                    &number(series.x.get(i)),
                    &number(series.y.get(i)),
                    &number(series.lo.as_ref().and_then(|lo| lo.get(i))),
                    &number(series.hi.as_ref().and_then(|hi| hi.get(i))),
                ])
                .map_err(broken)?;
            }
        }
        if let Some(field) = &figure.field {
            for (y, row) in field.y.iter().zip(&field.z) {
                for (x, z) in field.x.iter().zip(row).filter(|(_, z)| z.is_finite()) {
                    // A cell of a field has its two coordinates in x and lo and its value in y, so that all records have
                    // the same eight columns.
                    let (x, y, z) = (decimal(x), decimal(y), decimal(z));
                    csv.write_record([document.experiment, &seed, &figure.id, "field", &x, &z, &y, ""])
                        .map_err(broken)?;
                }
            }
        }
    }
    csv.flush()?;
    Ok(())
}

pub(super) fn text(document: &Document, out: &mut dyn Write) -> Result<()> {
    let device: Vec<_> = document.device.iter().map(|d| format!("{} ({})", d.kind, d.adapter)).collect();
    writeln!(
        out,
        "{} · seed {} · {:.2} s{}{}",
        document.experiment,
        document.seed,
        document.elapsed_s,
        // A run without checkpoints uses no device.
        if device.is_empty() { "" } else { " on " },
        device.join(", then ")
    )?;
    if let Some(answer) = &document.output.answer {
        writeln!(out, "\n{}", answer.text.plain())?;
        let facts = answer.facts.iter().map(|fact| vec![fact.name.plain(), fact.value.plain()]).collect();
        columns(facts, out)?;
    }
    for verdict in &document.output.verdicts {
        let found = match (verdict.agrees, verdict.against) {
            (None, _) => "cannot tell",
            (Some(true), Against::Prediction) => "as predicted",
            (Some(false), Against::Prediction) => "not as predicted",
            (Some(true), Against::Rival) => "not ruled out",
            (Some(false), Against::Rival) => "ruled out",
            (Some(within), Against::Bound) if within == (verdict.limit == Some(Limit::Upper)) => "below the bound",
            (Some(_), Against::Bound) => "above the bound",
        };
        let digits = digits(verdict);
        let word = match (verdict.against, verdict.limit) {
            (Against::Rival, None) => "rival",
            (Against::Rival, Some(_)) => "threshold",
            (_, None) => "theory",
            (_, Some(Limit::Upper)) => "upper limit",
            (_, Some(Limit::Lower)) => "lower limit",
        };
        let theory = verdict
            .theory
            .filter(|t| t.is_finite())
            .map(|t| format!("; {word} {}", shown(t, digits, verdict.unit)))
            .unwrap_or_default();
        writeln!(out, "\n{}: {}{theory}: {found}.", verdict.claim.plain(), measured(verdict, digits))?;
        if !verdict.note.is_empty() {
            writeln!(out, "{}", verdict.note.iter().map(Text::plain).collect::<Vec<_>>().join(" "))?;
        }
    }
    for figure in &document.output.figures {
        if let Some(why) = figure.nothing {
            writeln!(out, "\nFigure: {}. {}", figure.title.plain(), plain(why.english()))?;
        }
    }
    for table in &document.output.tables {
        writeln!(out, "\n{}", table.title.plain())?;
        if let Some(why) = table.nothing {
            writeln!(out, "  {}", plain(why.english()))?;
        }
        if table.rows.is_empty() {
            continue;
        }
        let cells = table.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>());
        let head = table.columns.iter().map(|c| plain(c.name.english())).collect();
        columns(std::iter::once(head).chain(cells).collect(), out)?;
    }
    Ok(())
}

/// The number of significant digits with which a verdict is shown: enough to tell the ends of the interval apart, but
/// at least 3 and at most 5. It is 4 if there is no interval. The page uses the same rule.
fn digits(verdict: &Verdict) -> usize {
    let width = verdict.interval.map_or(0.0, |[lo, hi]| hi - lo);
    let more = (math::ln(verdict.measured.abs() / width) / LN_10).ceil() + 2.0;
    if width > 0.0 && more.is_finite() { more.clamp(3.0, 5.0) as usize } else { 4 }
}

/// The measured value of a verdict and its interval as text, with `digits` significant digits. The interval is left out
/// if both of its ends have the same digits as the value.
fn measured(verdict: &Verdict, digits: usize) -> String {
    if !verdict.measured.is_finite() {
        return "nothing measured".into();
    }
    let value = shown(verdict.measured, digits, verdict.unit);
    let end = |x| shown(x, digits, if verdict.unit == "%" { "%" } else { "" });
    match verdict.interval {
        Some(ends) if ends.iter().any(|x| end(*x) != end(verdict.measured)) => {
            format!("{value} {}", between(ends, end))
        }
        _ => value,
    }
}

/// A number of a verdict as text for people, with its unit. The page uses the same form.
fn shown(x: f64, digits: usize, unit: &str) -> String {
    match unit {
        "%" => format!("{}%", people(100.0 * x, digits)),
        "" => people(x, digits),
        unit => format!("{} {unit}", people(x, digits)),
    }
}

/// An interval as text for people. An unbounded side is described in words.
pub(super) fn interval(ends: [f64; 2], digits: usize) -> String {
    between(ends, |x| people(x, digits))
}

/// An interval as text. The function `shown` formats the ends that are finite; an unbounded side is described in words.
fn between([lo, hi]: [f64; 2], shown: impl Fn(f64) -> String) -> String {
    let end = |x: f64, open: &str| if x.is_finite() { shown(x) } else { open.to_owned() };
    format!("[{}, {}]", end(lo, "no lower bound"), end(hi, "no upper bound"))
}

/// A cell of a table as text for people.
pub(super) fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.plain(),
        Cell::Number(x) if !x.is_finite() => "-".into(),
        Cell::Number(x) => people(*x, 5),
    }
}

pub(super) fn columns(rows: Vec<Vec<String>>, out: &mut dyn Write) -> Result<()> {
    let wide = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width: Vec<usize> = (0..wide)
        .map(|i| rows.iter().filter_map(|row| row.get(i)).map(|c| c.chars().count()).max().unwrap_or(0))
        .collect();
    for row in rows {
        let line: Vec<String> = row.iter().zip(&width).map(|(c, w)| format!("{c:w$}")).collect();
        writeln!(out, "  {}", line.join("  ").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use scaling_lab::output::{Axis, Figure, Output, Series, Table};
    use scaling_lab::table::Reader;
    use scaling_lab::text::word;

    use super::*;

    #[test]
    fn a_verdict_is_written_for_people() {
        let written = |verdict| written(Output { verdicts: vec![verdict], ..Output::default() });
        let verdict = |measured, interval, theory| Verdict::of("v", word("A claim"), measured, interval, theory, 0.0);
        let known = [
            (
                -6_220_302_286_064_874.0,
                Some([-7e15, f64::INFINITY]),
                1.0,
                "−6.22 × 10¹⁵ [−7 × 10¹⁵, no upper bound]; theory 1: as predicted.",
            ),
            (0.0, Some([f64::NEG_INFINITY, 2.5]), 0.1, "0 [no lower bound, 2.5]; theory 0.1: as predicted."),
            (f64::NAN, None, 0.75, "nothing measured; theory 0.75: cannot tell."),
            (0.751_234_5, Some([0.751, 0.7515]), 0.5, "0.75123 [0.751, 0.7515]; theory 0.5: not as predicted."),
            (1.0, Some([1.0, 1.0]), 2.0, "1; theory 2: not as predicted."),
        ];
        for (measured, interval, theory, text) in known {
            let said = written(verdict(measured, interval, theory));
            assert!(said.ends_with(&format!("A claim: {text}\n")), "{said}");
        }
        let share = written(Verdict { unit: "%", ..verdict(0.757, Some([0.709, 0.806]), 0.755) });
        assert!(share.ends_with("A claim: 75.7% [70.9%, 80.6%]; theory 75.5%: as predicted.\n"), "{share}");
        for (measured, limit, text) in [
            (1.0, Limit::Upper, "upper limit 2 atoms: below the bound."),
            (1.0, Limit::Lower, "lower limit 2 atoms: below the bound."),
            (3.0, Limit::Upper, "upper limit 2 atoms: above the bound."),
            (3.0, Limit::Lower, "lower limit 2 atoms: above the bound."),
        ] {
            let within = (measured < 2.0) == (limit == Limit::Upper);
            let said = written(Verdict {
                agrees: Some(within),
                ..verdict(measured, None, 2.0).limit(limit).unit(word("atoms"))
            });
            assert!(said.trim_end().ends_with(text), "{said}");
        }
        for (theory, text) in [(1.0, "rival 1: not ruled out."), (2.0, "rival 2: ruled out.")] {
            let said = written(verdict(1.0, Some([0.9, 1.1]), theory).rival());
            assert!(said.trim_end().ends_with(text), "{said}");
        }
        let threshold = written(verdict(3.0, Some([3.0; 2]), 2.0).limit(Limit::Upper).rival());
        assert!(threshold.trim_end().ends_with("threshold 2: ruled out."), "{threshold}");
    }

    #[test]
    fn what_is_empty_says_why() {
        let axis = Axis::linear(word("x"));
        let curve = |y| Series::theory("s", word("s"), vec![1.0], vec![y]);
        let table = |nothing, rows| Table { id: "t", nothing, title: word("A table").into(), columns: vec![], rows };
        let unknown = vec![vec![word("x").into(), f64::NAN.into()]];
        let mut output = Output {
            figures: vec![
                Figure::new("e", word("An empty figure"), axis, Axis::log(word("y"))).series([curve(0.0)]),
                Figure::new("f", word("A figure"), axis, axis).series([curve(0.0)]),
            ],
            tables: vec![
                table(None, vec![]),
                table(Some(word("Nobody arrived.")), vec![]),
                table(Some(word("No x.")), unknown),
                table(Some(word("But there is.")), vec![vec![word("word").into()]]),
            ],
            ..Output::default()
        };
        output.explain();
        let said = written(output);
        assert!(said.starts_with("e · seed 1 · 0.00 s\n"), "no device was used: {said}");
        assert!(said.contains("\nFigure: An empty figure. With these settings nothing"), "{said}");
        assert!(!said.contains("Figure: A figure"), "{said}");
        assert!(said.contains("A table\n  With these settings nothing"), "{said}");
        assert!(said.contains("A table\n  Nobody arrived.\n\nA table\n  No x.\n"), "{said}");
        assert!(said.contains("  x  -\n") && !said.contains("But there is."), "{said}");
    }

    fn document(output: Output) -> Document {
        Document {
            lab: "scaling-lab",
            version: "0.1.0",
            commit: "abc",
            experiment: "e",
            params: vec![],
            data: None,
            seed: 1,
            device: vec![],
            elapsed_s: 0.0,
            progress: Progress::default(),
            notices: vec![],
            output,
            picture: None,
        }
    }

    /// The result as text, in the format that the command line calls `text`.
    fn written(output: Output) -> String {
        let document = document(output);
        let mut out = Vec::new();
        text(&document, &mut out).expect("a buffer");
        String::from_utf8(out).expect("words")
    }

    // www/js/export.test.js has these lines too.
    #[test]
    fn a_csv_says_what_produced_it_and_the_lab_reads_it() {
        let axis = Axis::linear(word("x"));
        let curve = Series::theory("s", word("s"), vec![1.0, 2.0], vec![0.5, 0.25]);
        let mut document = document(Output {
            figures: vec![Figure::new("f", word("F"), axis, axis).series([curve])],
            ..Output::default()
        });
        document.params = vec![
            ("weights", Value::List(vec![0.9, 0.1])),
            ("t", Value::Matrix(vec![vec![1.0, 0.0], vec![0.0, 1.0]])),
            ("family", Value::Choice("power")),
            ("x", Value::Text("a\nb".into())),
        ];
        document.data = Some(DataUse { rows: 1, digest: "0123".into() });
        let mut out = Vec::new();
        csv(&document, true, &mut out).expect("a buffer");
        let text = String::from_utf8(out).expect("words");
        let lines = "# scaling-lab 0.1.0 (abc)\n# experiment: e\n# weights: 0.9,0.1\n# t: 1,0;0,1\n# family: power\n# x: a b\n\
                     # data: 1 rows, 0123\n# seed: 1\n# checkpoints: 0 of 0\n# device: \nslug,seed,";
        assert!(text.starts_with(lines), "{text}");
        let mut reader = Reader::default();
        reader.push(text.as_bytes()).expect("small");
        let table = reader.finish().expect("a table");
        assert_eq!((table.len(), table.columns[4].name.as_str()), (2, "x"));
    }

    // www/js/export.test.js has these cases too.
    #[test]
    fn numbers_of_a_csv_are_the_pages() {
        let large = format!("1{}", "0".repeat(21));
        let small = format!("0.{}5", "0".repeat(323));
        for (x, text) in [
            (22_197.0 / 262_144.0, "0.08467483520507812"),
            (65_537.0 / 131_072.0, "0.5000076293945312"),
            (-0.0, "0"),
            (-2.5, "-2.5"),
            (1e21, &large),
            (1.5e-7, "0.00000015"),
            (f64::from(1_u32 << 30) * f64::from(1_u32 << 30) * 1024.0, "1180591620717411300000"),
            (5e-324, &small),
        ] {
            assert_eq!(decimal(&x), text, "{x:e}");
        }
    }

    #[test]
    fn numbers_of_a_csv_read_back() {
        let mut bits = 1_u64;
        for _ in 0..10_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let x = f64::from_bits(bits);
            if x.is_finite() {
                assert_eq!(decimal(&x).parse::<f64>().map(f64::to_bits), Ok(bits), "{x:e}");
            }
        }
    }
}

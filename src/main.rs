//! The lab on the command line: the same experiments, the same numbers, one JSON document.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    cli::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
mod cli {
    use std::fs::File;
    use std::io::{self, BufWriter, IsTerminal as _, Write};
    use std::path::PathBuf;
    use std::process::ExitCode;
    use std::rc::Rc;
    use std::time::Instant;

    use clap::{Parser, Subcommand, ValueEnum};
    use indicatif::{ProgressBar, ProgressStyle};
    use scaling_lab::exec::{Device, Exec};
    use scaling_lab::experiments::{self, ALL, Claim, Session};
    use scaling_lab::output::{Cell, Document};
    use scaling_lab::params::{self, Texts};
    use scaling_lab::{Error, ErrorKind, Result};

    /// The data problem of scaling language models, by experiment.
    #[derive(Parser)]
    #[command(version, about, max_term_width = 100)]
    struct Cli {
        #[command(subcommand)]
        verb: Verb,
    }

    #[derive(Subcommand)]
    enum Verb {
        /// List the experiments and their parameters.
        List {
            /// The whole catalogue as JSON.
            #[arg(long)]
            json: bool,
        },
        /// Run an experiment.
        Run(RunArgs),
        /// Recompute the published numbers: published, ours, interval, agrees, note.
        Reproduce {
            /// Only those of this experiment.
            slug: Option<String>,
            #[arg(long, value_enum, default_value = "cpu")]
            device: DeviceArg,
        },
        /// Digests of a million outputs of every source of numbers, to compare machines.
        #[command(hide = true)]
        Digest,
    }

    #[derive(clap::Args)]
    struct RunArgs {
        /// Which experiment; see `list`.
        slug: String,
        /// A parameter; lists are separated by commas. May be repeated.
        #[arg(long = "set", value_name = "NAME=VALUE")]
        set: Vec<String>,
        /// Seed of all draws.
        #[arg(long, default_value_t = 1)]
        seed: u32,
        /// Where it runs.
        #[arg(long, value_enum, default_value = "auto")]
        device: DeviceArg,
        /// What is written.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// Where it is written; standard output when absent.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Leave the heading out of CSV, so that files can be joined.
        #[arg(long)]
        no_header: bool,
        /// No progress and no notices on standard error.
        #[arg(long)]
        quiet: bool,
    }

    #[derive(Clone, Copy, ValueEnum)]
    enum DeviceArg {
        Auto,
        Cpu,
        Gpu,
    }

    #[derive(Clone, Copy, ValueEnum)]
    enum Format {
        Json,
        Csv,
        Text,
    }

    impl From<DeviceArg> for Device {
        fn from(device: DeviceArg) -> Self {
            match device {
                DeviceArg::Auto => Self::Auto,
                DeviceArg::Cpu => Self::Cpu,
                DeviceArg::Gpu => Self::Gpu,
            }
        }
    }

    pub(crate) fn main() -> ExitCode {
        let outcome = match Cli::parse().verb {
            Verb::List { json } => list(json),
            Verb::Run(args) => run(&args),
            Verb::Reproduce { slug, device } => reproduce(slug.as_deref(), device.into()),
            Verb::Digest => digest(),
        };
        match outcome {
            Ok(code) => code,
            // Whoever reads our output has had enough, as in `| head`.
            Err(error) if error.kind() == ErrorKind::Io && error.message().contains("Broken pipe") => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("scaling-lab: {error}");
                match error.kind() {
                    ErrorKind::Parameter | ErrorKind::Unknown => ExitCode::from(2),
                    ErrorKind::Device | ErrorKind::Cancelled | ErrorKind::Io => ExitCode::FAILURE,
                }
            }
        }
    }

    fn list(json: bool) -> Result<ExitCode> {
        let mut out = io::stdout().lock();
        if json {
            serde_json::to_writer_pretty(&mut out, ALL).map_err(io::Error::from)?;
            writeln!(out)?;
            return Ok(ExitCode::SUCCESS);
        }
        for entry in ALL {
            writeln!(out, "{:16} {}", entry.slug, entry.info.question)?;
            for spec in entry.params {
                writeln!(out, "    {:12} {} (default {}; {})", spec.name, spec.help, spec.default, spec.allowed())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn parse_set(set: &[String]) -> Result<Texts> {
        let mut texts = Texts::new();
        for pair in set {
            let (name, value) = pair.split_once('=').ok_or_else(|| Error::parameter("--set", pair, "name=value"))?;
            if params::text(&texts, name).is_some() {
                return Err(Error::parameter(name, value, "one value: it is set twice"));
            }
            texts.push((name.to_owned(), value.to_owned()));
        }
        Ok(texts)
    }

    /// Runs to the end, with a progress bar when somebody watches.
    fn finish(session: &mut Session, watched: bool) -> Result<()> {
        let total = session.progress().total;
        let bar = if watched && total > 1 && io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:32} {pos}/{len} marks, {eta} left");
            ProgressBar::new(total.into()).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        } else {
            ProgressBar::hidden()
        };
        while !session.progress().finished() {
            bar.set_position(pollster::block_on(session.advance())?.done.into());
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn run(args: &RunArgs) -> Result<ExitCode> {
        let texts = parse_set(&args.set)?;
        // A bad parameter is said before any device is opened.
        experiments::find(&args.slug)?;
        Session::open(Rc::new(Exec::cpu()), &args.slug, &texts, args.seed)?;
        let exec = Rc::new(pollster::block_on(Exec::open(args.device.into()))?);
        #[expect(
            clippy::disallowed_methods,
            reason = "this file is native; the time is a stamp, no number depends on it"
        )]
        let begun = Instant::now();
        let mut session = Session::open(exec, &args.slug, &texts, args.seed)?;
        finish(&mut session, !args.quiet)?;
        let document = session.document(begun.elapsed().as_secs_f64());
        if !args.quiet {
            for notice in &document.notices {
                eprintln!("{notice}");
            }
        }
        let mut out: Box<dyn Write> = match &args.out {
            Some(path) => Box::new(BufWriter::new(
                File::create(path)
                    .map_err(|e| Error::new(ErrorKind::Io, format!("cannot write {}: {e}", path.display())))?,
            )),
            None => Box::new(BufWriter::new(io::stdout().lock())),
        };
        match args.format {
            Format::Json => {
                serde_json::to_writer(&mut out, &document).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            Format::Csv => csv(&document, !args.no_header, &mut out)?,
            Format::Text => text(&document, &mut out)?,
        }
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }

    /// Long form: one line per point.
    fn csv(document: &Document, header: bool, out: impl Write) -> Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        let number = |x: Option<&f64>| x.filter(|x| x.is_finite()).map(f64::to_string).unwrap_or_default();
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
                        figure.id,
                        series.id,
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
                        // A field's two places are its x and lo, its value y: the same eight columns for all.
                        let (x, y, z) = (x.to_string(), y.to_string(), z.to_string());
                        csv.write_record([document.experiment, &seed, figure.id, "field", &x, &z, &y, ""])
                            .map_err(broken)?;
                    }
                }
            }
        }
        csv.flush()?;
        Ok(())
    }

    fn text(document: &Document, out: &mut dyn Write) -> Result<()> {
        let device: Vec<_> = document.device.iter().map(|d| format!("{} ({})", d.kind, d.adapter)).collect();
        writeln!(
            out,
            "{} · seed {} · {:.2} s on {}",
            document.experiment,
            document.seed,
            document.elapsed_s,
            device.join(", then ")
        )?;
        for verdict in &document.output.verdicts {
            let agrees = match verdict.agrees {
                Some(true) => "agrees",
                Some(false) => "differs",
                None => "cannot tell",
            };
            let interval = verdict.interval.map(|[lo, hi]| format!(" [{lo:.6}, {hi:.6}]")).unwrap_or_default();
            let theory = verdict.theory.map(|t| format!("; theory {t:.6}")).unwrap_or_default();
            writeln!(
                out,
                "\n{}: {:.6}{interval}{theory}: {agrees}.\n{}",
                verdict.claim, verdict.measured, verdict.note
            )?;
        }
        for table in &document.output.tables {
            writeln!(out, "\n{}", table.title)?;
            let cells = table.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>());
            let head = table.columns.iter().map(|c| c.name.to_owned()).collect();
            columns(std::iter::once(head).chain(cells).collect(), out)?;
        }
        Ok(())
    }

    fn cell(cell: &Cell) -> String {
        match cell {
            Cell::Text(text) => text.clone(),
            Cell::Number(x) if !x.is_finite() => "-".into(),
            Cell::Number(x) if *x == 0.0 || (1e-3..1e5).contains(&x.abs()) => format!("{x:.6}"),
            Cell::Number(x) => format!("{x:.5e}"),
        }
    }

    fn columns(rows: Vec<Vec<String>>, out: &mut dyn Write) -> Result<()> {
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

    fn reproduce(slug: Option<&str>, device: Device) -> Result<ExitCode> {
        let entries = match slug {
            Some(slug) => std::slice::from_ref(experiments::find(slug)?),
            None => ALL,
        };
        let exec = Rc::new(pollster::block_on(Exec::open(device))?);
        let mut rows =
            vec![["claim", "published", "ours", "interval", "agrees", "expected", "note"].map(str::to_owned).to_vec()];
        let mut surprises = 0;
        for (entry, claim) in entries.iter().flat_map(|e| e.claims.iter().map(move |c| (e, c))) {
            let row = reproduce_one(&exec, entry.slug, claim)?;
            surprises += u32::from(row.1);
            rows.push(row.0);
        }
        columns(rows, &mut io::stdout().lock())?;
        if surprises == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("scaling-lab: {surprises} published numbers did not come out as expected");
        Ok(ExitCode::FAILURE)
    }

    fn reproduce_one(exec: &Rc<Exec>, slug: &str, claim: &Claim) -> Result<(Vec<String>, bool)> {
        let found = experiments::reproduce(exec, slug, claim);
        let (found, expected) = (pollster::block_on(found)?, if claim.agrees { "agrees" } else { "differs" });
        let interval = found.interval.map(|[lo, hi]| format!("[{lo:.6}, {hi:.6}]")).unwrap_or_default();
        let agrees = if found.agrees { "agrees" } else { "differs" };
        let row = [
            claim.id,
            &claim.printed.to_string(),
            &cell(&Cell::Number(found.ours)),
            &interval,
            agrees,
            expected,
            claim.note,
        ];
        Ok((row.map(str::to_owned).to_vec(), !found.as_expected))
    }

    fn digest() -> Result<ExitCode> {
        write!(io::stdout(), "{}", scaling_lab::rng::digest())?;
        Ok(ExitCode::SUCCESS)
    }
}

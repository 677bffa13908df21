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
    use std::io::{self, BufWriter, IsTerminal as _, Read as _, Write};
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;
    use std::rc::Rc;
    use std::time::Instant;

    use clap::{Parser, Subcommand, ValueEnum};
    use indicatif::{ProgressBar, ProgressStyle};
    use scaling_lab::error::visible;
    use scaling_lab::exec::{Device, Exec};
    use scaling_lab::experiments::{self, ALL, Claim, Reproduced, Session};
    use scaling_lab::fit::table::{Reader, Table};
    use scaling_lab::fit::{self, Role};
    use scaling_lab::output::{Cell, Document};
    use scaling_lab::params::{self, Texts};
    use scaling_lab::{Error, ErrorKind, Result};

    /// The experiment that the verb `fit` runs.
    const FIT: &str = "fit";

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
        /// Fit a law to runs of your own, with intervals.
        Fit(Box<FitArgs>),
        /// Recompute published numbers, and this lab's own: whose, number, ours, interval, agrees, expected, note.
        Reproduce {
            /// Only those of this experiment.
            slug: Option<String>,
            #[arg(long, value_enum, default_value = "cpu")]
            device: DeviceArg,
            /// A folder with the tables that some are computed from and that are not ours to ship.
            #[arg(long, value_name = "DIR")]
            data: Option<PathBuf>,
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
        /// A table of your own, for an experiment that reads one; - is standard input.
        #[arg(long, value_name = "FILE")]
        data: Option<PathBuf>,
        /// Seed of all draws.
        #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
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

    #[derive(clap::Args)]
    struct FitArgs {
        /// Which law; `list` names them.
        law: String,
        /// A table with a line of headings; - is standard input.
        file: PathBuf,
        #[command(flatten)]
        columns: ColumnArgs,
        /// Rows to leave out: missing, largest=COUNT, or COLUMN<VALUE with one of < <= > >= = !=. May be repeated.
        #[arg(long, value_name = "RULE")]
        exclude: Vec<String>,
        /// Where squares end in Huber's objective; 0 is L1.
        #[arg(long, value_name = "DELTA", conflicts_with = "squares", allow_negative_numbers = true)]
        huber: Option<f64>,
        /// Least squares.
        #[arg(long)]
        squares: bool,
        /// Residuals of logarithms, or as they are; what the law usually takes when absent.
        #[arg(long, value_enum)]
        residual: Option<ResidualArg>,
        /// Hold a parameter, at its published value when none is given. May be repeated.
        #[arg(long, value_name = "NAME[=VALUE]")]
        hold: Vec<String>,
        /// Free a parameter that is held unless asked for. May be repeated.
        #[arg(long, value_name = "NAME")]
        free: Vec<String>,
        /// Resamples of the bootstrap.
        #[arg(long, default_value_t = 4000, allow_negative_numbers = true)]
        bootstrap: u32,
        /// No profiles.
        #[arg(long)]
        no_profile: bool,
        /// Another law on the same rows, to choose between. May be repeated.
        #[arg(long, value_name = "LAW")]
        against: Vec<String>,
        /// A budget of floating-point operations to split between parameters and tokens.
        #[arg(long, value_name = "FLOPS", allow_negative_numbers = true)]
        budget: Option<f64>,
        /// Unique tokens there are.
        #[arg(long, value_name = "TOKENS", allow_negative_numbers = true)]
        have: Option<f64>,
        /// A loss to reach...
        #[arg(long, value_name = "LOSS", allow_negative_numbers = true)]
        reach: Option<f64>,
        /// ...with a model of so many parameters.
        #[arg(long, value_name = "PARAMETERS", allow_negative_numbers = true)]
        size: Option<f64>,
        /// Seed of all draws.
        #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
        seed: u32,
        /// What is written.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// Where it is written; standard output when absent.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// No progress and no notices on standard error.
        #[arg(long)]
        quiet: bool,
    }

    /// Which column is what, where the headings do not say.
    #[derive(clap::Args)]
    struct ColumnArgs {
        /// Column of x, for a law of one variable.
        #[arg(long, value_name = "COLUMN")]
        x: Option<String>,
        /// Column of the loss, or of what else is predicted.
        #[arg(long, value_name = "COLUMN")]
        loss: Option<String>,
        /// Column of the model's parameters.
        #[arg(long, value_name = "COLUMN")]
        params: Option<String>,
        /// Column of the tokens seen.
        #[arg(long, value_name = "COLUMN")]
        tokens: Option<String>,
        /// Column of the unique tokens.
        #[arg(long, value_name = "COLUMN")]
        unique: Option<String>,
        /// Column of the epochs.
        #[arg(long, value_name = "COLUMN")]
        epochs: Option<String>,
        /// Column of the floating-point operations, 6 x parameters x tokens.
        #[arg(long, value_name = "COLUMN")]
        flops: Option<String>,
        /// Column that names the run, whose rows are resampled together; none for every row by itself.
        #[arg(long, value_name = "COLUMN")]
        run: Option<String>,
        /// Column that says how much a row counts.
        #[arg(long, value_name = "COLUMN")]
        weight: Option<String>,
        /// Unit of a column: x, params, tokens, unique or flops in 1, k, M, B or T. May be repeated.
        #[arg(long, value_name = "ROLE=UNIT")]
        unit: Vec<String>,
        /// What stands before decimals, where the table leaves it open.
        #[arg(long, value_enum)]
        decimal: Option<DecimalArg>,
    }

    #[derive(Clone, Copy, ValueEnum)]
    enum DecimalArg {
        Comma,
        Point,
    }

    #[derive(Clone, Copy, ValueEnum)]
    enum ResidualArg {
        Log,
        Plain,
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
        let verb = match Cli::try_parse() {
            Ok(cli) => cli.verb,
            Err(error) => return refused(&error),
        };
        let outcome = match verb {
            Verb::List { json } => list(json),
            Verb::Run(args) => run(&args),
            Verb::Fit(args) => fit_runs(&args),
            Verb::Reproduce { slug, device, data } => reproduce(slug.as_deref(), device.into(), data.as_deref()),
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

    /// Arguments that cannot be read: what is wrong, in a sentence. Help and version are no mistake.
    fn refused(error: &clap::Error) -> ExitCode {
        if !error.use_stderr() || error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            error.exit();
        }
        let said = error.to_string();
        let lines = said.lines().take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
        let words: Vec<_> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
        eprintln!("scaling-lab: {}; see --help", words.join("; ").trim_start_matches("error: "));
        ExitCode::from(2)
    }

    /// Keeps standard error shut while it lives: drivers of a GPU write there on their own.
    struct Quiet {
        #[cfg(unix)]
        saved: io::Result<rustix::fd::OwnedFd>,
    }

    impl Quiet {
        fn new() -> Self {
            #[cfg(unix)]
            {
                let saved = rustix::io::dup(rustix::stdio::stderr()).map_err(io::Error::from);
                if saved.is_ok() {
                    // If there is nowhere to write to, a driver's line does no harm.
                    let shut = File::options().write(true).open("/dev/null");
                    let _ = shut.and_then(|null| Ok(rustix::stdio::dup2_stderr(&null)?));
                }
                Self { saved }
            }
            #[cfg(not(unix))]
            Self {}
        }
    }

    #[cfg(unix)]
    impl Drop for Quiet {
        fn drop(&mut self) {
            if let Ok(saved) = &self.saved {
                let _ = rustix::stdio::dup2_stderr(saved);
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
        writeln!(out, "\nLaws for `fit`:")?;
        for law in fit::ALL {
            let inputs: Vec<_> = law.info.inputs.iter().map(|input| input.role.name()).collect();
            writeln!(out, "{:24} {} (reads {})", law.info.slug, law.info.title, inputs.join(", "))?;
            for param in law.info.params {
                writeln!(out, "    {:12} {}", param.name, param.help)?;
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
        let table = args.data.as_deref().map(read_table).transpose()?;
        Session::open_on(Rc::new(Exec::cpu()), &args.slug, &texts, table.clone(), args.seed)?;
        let _quiet = args.quiet.then(Quiet::new);
        let exec = Rc::new(pollster::block_on(Exec::open(args.device.into()))?);
        play(exec, &args.slug, &texts, table, args.seed, args.quiet, |document| {
            write_document(document, args.format, args.out.as_deref(), !args.no_header)
        })
    }

    /// A whole run, and what is done with its document.
    fn play(
        exec: Rc<Exec>,
        slug: &str,
        texts: &Texts,
        table: Option<Rc<Table>>,
        seed: u32,
        quiet: bool,
        write: impl FnOnce(&Document) -> Result<ExitCode>,
    ) -> Result<ExitCode> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this file is native; the time is a stamp, no number depends on it"
        )]
        let begun = Instant::now();
        let mut session = Session::open_on(exec, slug, texts, table, seed)?;
        finish(&mut session, !quiet)?;
        let document = session.document(begun.elapsed().as_secs_f64());
        if !quiet {
            for notice in &document.notices {
                eprintln!("{notice}");
            }
        }
        write(&document)
    }

    fn write_document(document: &Document, format: Format, to: Option<&Path>, header: bool) -> Result<ExitCode> {
        let mut out: Box<dyn Write> = match to {
            Some(path) => Box::new(BufWriter::new(
                File::create(path)
                    .map_err(|e| Error::new(ErrorKind::Io, format!("cannot write {}: {e}", path.display())))?,
            )),
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

    /// The shortest digits that read back as `x`, without an exponent; of two equally near the even one, as in JSON and in
    /// the page's files.
    fn decimal(x: &f64) -> String {
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

    /// Long form: one line per point.
    fn csv(document: &Document, header: bool, out: impl Write) -> Result<()> {
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
                        let (x, y, z) = (decimal(x), decimal(y), decimal(z));
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
                visible(&verdict.claim),
                verdict.measured,
                visible(&verdict.note)
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
            Cell::Text(text) => visible(text),
            Cell::Number(x) if !x.is_finite() => "-".into(),
            Cell::Number(x) if x.fract() == 0.0 && x.abs() < 1e9 => format!("{x:.0}"),
            Cell::Number(x) if (1e-3..1e5).contains(&x.abs()) => format!("{x:.6}"),
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

    /// A table from a file, in pieces.
    fn read_table(path: &Path) -> Result<Rc<Table>> {
        let unreadable =
            |e: io::Error| Error::new(ErrorKind::Parameter, format!("cannot read {}: {e}", path.display()));
        let mut from: Box<dyn io::Read> = if path.as_os_str() == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(path).map_err(unreadable)?)
        };
        let (mut reader, mut piece) = (Reader::new(), vec![0; 1 << 20]);
        loop {
            match from.read(&mut piece).map_err(unreadable)? {
                0 => return reader.finish().map(Rc::new),
                count => reader.push(&piece[..count])?,
            }
        }
    }

    impl ColumnArgs {
        /// As the parameter `columns` has it.
        fn text(&self, table: &Table) -> Result<String> {
            let given = [
                (Role::X, &self.x),
                (Role::Loss, &self.loss),
                (Role::Params, &self.params),
                (Role::Tokens, &self.tokens),
                (Role::Unique, &self.unique),
                (Role::Epochs, &self.epochs),
                (Role::Flops, &self.flops),
                (Role::Run, &self.run),
                (Role::Weight, &self.weight),
            ];
            let named = given.into_iter().filter_map(|(role, name)| Some((role, name.as_deref()?)));
            let pair = |(role, name): (Role, &str)| {
                let place = if name == "none" { "-".to_owned() } else { format!("#{}", table.find(name)? + 1) };
                Ok(format!("{}:{place}", role.name()))
            };
            let mut pairs = named.map(pair).collect::<Result<Vec<_>>>()?;
            for unit in &self.unit {
                let (role, unit) = unit
                    .split_once('=')
                    .ok_or_else(|| Error::parameter("unit", unit, "ROLE=UNIT, such as tokens=B"))?;
                pairs.push(format!("{role}.unit:{unit}"));
            }
            pairs.extend(self.decimal.map(|mark| match mark {
                DecimalArg::Comma => "decimal:comma".to_owned(),
                DecimalArg::Point => "decimal:point".to_owned(),
            }));
            Ok(pairs.join(","))
        }
    }

    impl FitArgs {
        /// As the parameters of the experiment have it.
        fn texts(&self, table: &Table) -> Result<Texts> {
            let freed = self.free.iter().map(|name| format!("{name}=free"));
            let hold: Vec<_> = self.hold.iter().cloned().chain(freed).collect();
            let huber = self.huber.filter(|delta| *delta > 0.0).map(|delta| delta.to_string());
            let objective = match self.huber {
                _ if self.squares => Some("squares"),
                Some(0.0) => Some("l1"),
                Some(delta) if delta < 0.0 || delta.is_nan() => {
                    return Err(Error::parameter("huber", &delta.to_string(), "a number of at least 0"));
                }
                Some(_) => Some("huber"),
                None => None,
            };
            let residual = self.residual.map(|residual| match residual {
                ResidualArg::Log => "log",
                ResidualArg::Plain => "plain",
            });
            let number = |x: Option<f64>| x.map(|x| x.to_string());
            let texts = [
                ("law", Some(self.law.clone())),
                ("against", Some(self.against.join(","))),
                ("columns", Some(self.columns.text(table)?)),
                ("exclude", Some(self.exclude.join(","))),
                ("hold", Some(hold.join(","))),
                ("objective", objective.map(str::to_owned)),
                ("huber", huber),
                ("residual", residual.map(str::to_owned)),
                ("bootstrap", Some(self.bootstrap.to_string())),
                ("profiles", self.no_profile.then(|| "no".to_owned())),
                ("budget", number(self.budget)),
                ("have", number(self.have)),
                ("reach", number(self.reach)),
                ("size", number(self.size)),
            ];
            Ok(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?))).collect())
        }
    }

    fn fit_runs(args: &FitArgs) -> Result<ExitCode> {
        fit::find(&args.law)?;
        let table = read_table(&args.file)?;
        let texts = args.texts(&table)?;
        let exec = Rc::new(Exec::cpu());
        play(exec, FIT, &texts, Some(table), args.seed, args.quiet, |document| {
            write_document(document, args.format, args.out.as_deref(), true)
        })
    }

    fn reproduce(slug: Option<&str>, device: Device, data: Option<&Path>) -> Result<ExitCode> {
        if let Some(folder) = data.filter(|folder| !folder.is_dir()) {
            return Err(Error::parameter("--data", &folder.display().to_string(), "a folder that is there"));
        }
        let entries = match slug {
            Some(slug) => std::slice::from_ref(experiments::find(slug)?),
            None => ALL,
        };
        if let Some(folder) = data
            && !folder.is_dir()
        {
            let what = folder.display().to_string();
            return Err(Error::parameter("--data", &what, "a folder that is there"));
        }
        let exec = Rc::new(pollster::block_on(Exec::open(device))?);
        let head = ["claim", "whose number", "number", "ours", "interval", "agrees", "expected", "note"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        let (mut surprises, mut missing) = (0, Vec::new());
        for (entry, claim) in entries.iter().flat_map(|e| e.claims.iter().map(move |c| (e, c))) {
            let file = claim.data.map(|data| data.file);
            let path = file.and_then(|file| data.map(|folder| folder.join(file))).filter(|path| path.exists());
            if let (Some(file), None) = (claim.data, &path) {
                if !missing.contains(&file.file) {
                    eprintln!("{} is not there (--data DIR): its numbers are left out. {}", file.file, file.from);
                    missing.push(file.file);
                }
                rows.push(
                    [claim.id, claim.origin.word(), &claim.printed.to_string(), "", "", "not tried", "", ""]
                        .map(str::to_owned)
                        .to_vec(),
                );
                continue;
            }
            let table = path.as_deref().map(read_table).transpose()?;
            let found = pollster::block_on(experiments::reproduce(&exec, entry.slug, claim, table))?;
            surprises += u32::from(!found.as_expected);
            rows.push(reproduced(claim, &found));
        }
        columns(rows, &mut io::stdout().lock())?;
        if surprises == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("scaling-lab: {surprises} of these numbers did not come out as expected");
        Ok(ExitCode::FAILURE)
    }

    fn reproduced(claim: &Claim, found: &Reproduced) -> Vec<String> {
        let interval = found.interval.map(|[lo, hi]| format!("[{lo:.6}, {hi:.6}]")).unwrap_or_default();
        let agrees = if found.agrees { "agrees" } else { "differs" };
        let expected = claim.ours.map_or_else(|| "agrees".to_owned(), |ours| format!("differs: {ours}"));
        let row = [
            claim.id,
            claim.origin.word(),
            &claim.printed.to_string(),
            &cell(&Cell::Number(found.ours)),
            &interval,
            agrees,
            &expected,
            // It says why the numbers come out as expected; where they do not, it would be about another table.
            if found.as_expected { claim.note } else { "" },
        ];
        row.map(str::to_owned).to_vec()
    }

    fn digest() -> Result<ExitCode> {
        write!(io::stdout(), "{}", scaling_lab::rng::digest())?;
        Ok(ExitCode::SUCCESS)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

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
}

//! The commands of the command line. The module `args` reads their arguments, and `write` writes their results.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use clap::Parser as _;
use scaling_lab::catalogue::{self, Catalogue};
use scaling_lab::exec::{Device, Exec};
use scaling_lab::experiments;
use scaling_lab::fit;
use scaling_lab::kit::{Claim, Reproduced};
use scaling_lab::output::{Cell, Document, Progress};
use scaling_lab::params::{self, Texts};
use scaling_lab::session::{self, Session};
use scaling_lab::table::{Reader, Table};
use scaling_lab::text;
use scaling_lab::text::{name, people, plain};
use scaling_lab::{Error, ErrorKind, Result};

use args::{Cli, FIT, FitArgs, RunArgs, Verb};
use progress::Teller;
use quiet::Quiet;
use write::{Out, cell, columns, interval, write_document};

mod args;
mod poster;
mod progress;
mod quiet;
mod words;
mod write;

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
        Verb::Poster(args) => poster::poster(&args),
        Verb::Digest => digest(),
        Verb::Texts => texts(),
        Verb::Shaders => shaders(),
    };
    match outcome {
        Ok(code) => code,
        // The reader of our output has closed the pipe, as `| head` does.
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

/// Prints, in one sentence, why the arguments cannot be read. If the user asked for help or for the version, the help
/// text or the version is printed instead.
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

fn list(json: bool) -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &Catalogue::new()).map_err(io::Error::from)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    for entry in experiments::all() {
        writeln!(out, "{:16} {}", entry.slug, plain(entry.info.question))?;
        for spec in entry.params {
            let help = plain(spec.help);
            writeln!(out, "    {:12} {help} (default {}; {})", spec.name, spec.default, spec.allowed())?;
        }
    }
    writeln!(out, "\nLaws for `fit`:")?;
    for law in fit::ALL {
        let inputs: Vec<_> = law.info.inputs.iter().map(|input| input.role.name()).collect();
        writeln!(out, "{:24} {} (reads {})", law.info.slug, law.info.title.english(), inputs.join(", "))?;
        for param in law.info.params {
            writeln!(out, "    {:12} {}", param.name, plain(param.help.english()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn parse_set(set: &[String]) -> Result<Texts> {
    let mut texts = Texts::new();
    for pair in set {
        let (called, value) = pair
            .split_once('=')
            .filter(|(called, _)| !called.is_empty())
            .ok_or_else(|| Error::parameter("--set", pair, words::NAME_AND_VALUE))?;
        if params::text(&texts, called).is_some() {
            return Err(Error::new(ErrorKind::Parameter, text!(words::SET_TWICE, parameter = name(called))));
        }
        texts.push((called.to_owned(), value.to_owned()));
    }
    Ok(texts)
}

/// Runs an experiment to its end. The progress is shown if `watched` is true.
fn finish(session: &mut Session, slug: &str, watched: bool) -> Result<()> {
    let mut teller = Teller::new(slug, "checkpoints", session.progress().total, watched);
    while !session.progress().finished() {
        teller.tell(pollster::block_on(session.advance())?);
    }
    Ok(())
}

fn run(args: &RunArgs) -> Result<ExitCode> {
    let texts = parse_set(&args.set)?;
    // A bad parameter is reported before any device is opened.
    session::find(&args.slug)?;
    let table = args.data.as_deref().map(read_table).transpose()?;
    Session::open_on(Rc::new(Exec::cpu()), &args.slug, &texts, table.clone(), args.seed)?;
    let out = args.out.as_deref().map(Out::open).transpose()?;
    let _quiet = args.quiet.then(Quiet::new);
    let exec = Rc::new(pollster::block_on(Exec::open(args.device.into()))?);
    play(exec, &args.slug, &texts, table, args.seed, args.quiet, |document| {
        write_document(document, args.format, out, !args.no_header)
    })
}

/// Runs an experiment to its end and writes its result document.
fn play(
    exec: Rc<Exec>,
    slug: &str,
    texts: &Texts,
    table: Option<Rc<Table>>,
    seed: u32,
    quiet: bool,
    write: impl FnOnce(&Document) -> Result<ExitCode>,
) -> Result<ExitCode> {
    #[expect(clippy::disallowed_methods, reason = "this file is native; the time is a stamp, no number depends on it")]
    let begun = Instant::now();
    let mut session = Session::open_on(exec, slug, texts, table, seed)?;
    finish(&mut session, slug, !quiet)?;
    let document = session.document(begun.elapsed().as_secs_f64());
    if !quiet {
        for notice in &document.notices {
            eprintln!("{}", notice.plain());
        }
    }
    write(&document)
}

/// Reads a table from a file, piece by piece.
fn read_table(path: &Path) -> Result<Rc<Table>> {
    let unreadable = |e: io::Error| {
        let (file, reason) = (name(path.display().to_string()), name(e.to_string()));
        Error::new(ErrorKind::Parameter, text!(words::NO_READ, file = file, reason = reason))
    };
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

fn fit_runs(args: &FitArgs) -> Result<ExitCode> {
    fit::find(&args.law)?;
    let table = read_table(&args.file)?;
    let texts = args.texts(&table)?;
    let exec = Rc::new(Exec::cpu());
    // A bad parameter is reported before any file is made.
    Session::open_on(Rc::clone(&exec), FIT, &texts, Some(Rc::clone(&table)), args.seed)?;
    let out = args.out.as_deref().map(Out::open).transpose()?;
    play(exec, FIT, &texts, Some(table), args.seed, args.quiet, |document| {
        write_document(document, args.format, out, true)
    })
}

fn reproduce(slug: Option<&str>, device: Device, data: Option<&Path>) -> Result<ExitCode> {
    if let Some(folder) = data.filter(|folder| !folder.is_dir()) {
        return Err(Error::parameter("--data", &folder.display().to_string(), words::FOLDER));
    }
    let entries = match slug {
        Some(slug) => vec![session::find(slug)?],
        None => experiments::all().collect(),
    };
    let exec = Rc::new(pollster::block_on(Exec::open(device))?);
    let head = ["claim", "whose number", "number", "ours", "interval", "agrees", "expected", "note"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let (mut surprises, mut missing) = (0, Vec::new());
    let claims: Vec<_> = entries.iter().flat_map(|e| e.claims.iter().map(move |c| (e, c))).collect();
    let total = claims.len() as u32;
    let mut teller = Teller::new("reproduce", "numbers", total, true);
    for (done, (entry, claim)) in (0..).zip(claims) {
        teller.tell(Progress::of(done, total));
        let file = claim.data.map(|data| data.file);
        let path = file.and_then(|file| data.map(|folder| folder.join(file))).filter(|path| path.exists());
        if let (Some(file), None) = (claim.data, &path) {
            if !missing.contains(&file.file) {
                eprintln!(
                    "{} was not found in the folder of --data, so its numbers are left out. {}",
                    file.file, file.from
                );
                missing.push(file.file);
            }
            rows.push(
                [claim.id, claim.origin.word(), &printed(claim.printed), "", "", "not tried", "", ""]
                    .map(str::to_owned)
                    .to_vec(),
            );
            continue;
        }
        let table = path.as_deref().map(read_table).transpose()?;
        let found = pollster::block_on(session::reproduce(&exec, entry.slug, claim, table))?;
        surprises += u32::from(!found.as_expected);
        rows.push(reproduced(claim, &found));
    }
    drop(teller);
    columns(rows, &mut io::stdout().lock())?;
    if surprises == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("scaling-lab: {surprises} of these numbers are not as expected");
    Ok(ExitCode::FAILURE)
}

/// Formats a number for people, with up to 15 significant digits.
fn printed(x: f64) -> String {
    people(x, 15)
}

fn reproduced(claim: &Claim, found: &Reproduced) -> Vec<String> {
    let interval = found.interval.map(|ends| interval(ends, 5)).unwrap_or_default();
    let agrees = if found.agrees { "agrees" } else { "differs" };
    let expected = claim.ours.map_or_else(|| "agrees".to_owned(), |ours| format!("differs: {}", printed(ours)));
    let note = plain(claim.note);
    let row = [
        claim.id,
        claim.origin.word(),
        &printed(claim.printed),
        &cell(&Cell::Number(found.ours)),
        &interval,
        agrees,
        &expected,
        // The note says why the numbers are as expected; where they are not, it does not apply.
        if found.as_expected { &note } else { "" },
    ];
    row.map(str::to_owned).to_vec()
}

/// Prints one JSON array with every text template, filled with arguments; see [`Catalogue::samples`].
fn texts() -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &Catalogue::new().samples()).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the source of every shader by the name of its kernel, as one JSON object.
fn shaders() -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &catalogue::shaders()).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

fn digest() -> Result<ExitCode> {
    write!(io::stdout(), "{}", scaling_lab::rng::digest())?;
    Ok(ExitCode::SUCCESS)
}

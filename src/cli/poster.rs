//! Posters: the headline figure of a result as a small SVG for a page that shows the experiment. The code of the page's
//! plots draws it, so this module runs that code with Node.js.

use std::io::{self, Write as _};
use std::process::{Command, ExitCode, Stdio};
use std::rc::Rc;

use scaling_lab::exec::Exec;
use scaling_lab::output::Document;
use scaling_lab::params::Texts;
use scaling_lab::session::{self, Session};
use scaling_lab::text;
use scaling_lab::text::name;
use scaling_lab::{Error, ErrorKind, Result};
use serde_json::json;

use super::args::PosterArgs;
use super::{parse_set, play, words};

pub(super) fn poster(args: &PosterArgs) -> Result<ExitCode> {
    let texts = parse_set(&args.set)?;
    session::find(&args.slug)?;
    if let Some(lab) = args.lab.as_deref().filter(|lab| !lab.starts_with("https://") && !lab.starts_with("http://")) {
        return Err(Error::parameter("--lab", lab, words::WEB_ADDRESS));
    }
    if !args.script.is_file() {
        let file = name(args.script.display().to_string());
        return Err(Error::new(ErrorKind::Io, text!(words::NO_SCRIPT, file = file)));
    }
    let exec = Rc::new(Exec::cpu());
    // A bad parameter is reported before the run.
    Session::open_on(Rc::clone(&exec), &args.slug, &texts, None, args.seed)?;
    play(exec, &args.slug, &texts, None, args.seed, args.quiet, |document| {
        io::stdout().write_all(&drawn(args, &texts, document)?)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The poster of a result, as the script writes it.
fn drawn(args: &PosterArgs, texts: &Texts, document: &Document) -> Result<Vec<u8>> {
    let mut query: serde_json::Map<_, _> = texts.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    if args.seed != 1 {
        query.insert("seed".to_owned(), json!(args.seed.to_string()));
    }
    let given = json!({ "result": document, "lab": args.lab, "query": query });
    let silent = |e: io::Error| Error::new(ErrorKind::Io, text!(words::NO_NODE, reason = name(e.to_string())));
    let mut node = Command::new("node")
        .arg(&args.script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(silent)?;
    // The script reads all of its input before it writes anything, so neither waits for the other.
    let sent = node.stdin.take().map(|mut input| input.write_all(given.to_string().as_bytes()));
    let output = node.wait_with_output().map_err(silent)?;
    if output.status.success() {
        sent.transpose()?;
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
    Err(Error::new(ErrorKind::Io, text!(words::NO_POSTER, reason = name(reason))))
}

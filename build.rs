//! Names the commit that the lab is built from: `LAB_COMMIT`, twelve digits, with `-dirty` when tracked files differ from
//! it; `unknown` outside git. Every result carries it.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

/// What git answers, if it does.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    // A copy of the lab inside another repository is not of that repository's commit.
    let ours = git(&["rev-parse", "--show-prefix"]).is_some_and(|prefix| prefix.is_empty());
    let commit = ours.then(|| git(&["describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"])).flatten();
    writeln!(out, "cargo::rustc-env=LAB_COMMIT={}", commit.as_deref().unwrap_or("unknown"))?;

    // Another commit, another branch, or a file that differs: only then is anything built again.
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    let watched = ["HEAD", "packed-refs"].into_iter().chain(branch.as_deref());
    let watched = watched.filter(|_| ours).filter_map(|name| git(&["rev-parse", "--git-path", name]));
    for path in watched.chain(["build.rs", "Cargo.toml", "Cargo.lock", "src"].map(str::to_owned)) {
        // Cargo takes a path that is not there for one that has changed.
        if Path::new(&path).exists() {
            writeln!(out, "cargo::rerun-if-changed={path}")?;
        }
    }
    // Files outside these directories make the tree dirty too: build.sh says so.
    writeln!(out, "cargo::rerun-if-env-changed=LAB_DIRTY")
}

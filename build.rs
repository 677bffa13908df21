//! Sets `LAB_COMMIT` to the commit from which the lab is built: its first twelve digits, and `-dirty` if tracked files
//! differ from the commit. Outside git it is `unknown`. Every result contains it.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

/// The output of a git command, or `None` if it fails.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    // If a copy of the lab lies inside another repository, that repository's commit does not describe it.
    let ours = git(&["rev-parse", "--show-prefix"]).is_some_and(|prefix| prefix.is_empty());
    let commit = ours.then(|| git(&["describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"])).flatten();
    writeln!(out, "cargo::rustc-env=LAB_COMMIT={}", commit.as_deref().unwrap_or("unknown"))?;

    // Only a new commit, a new branch or a changed file starts a new build.
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    let watched = ["HEAD", "packed-refs"].into_iter().chain(branch.as_deref());
    let watched = watched.filter(|_| ours).filter_map(|name| git(&["rev-parse", "--git-path", name]));
    for path in watched.chain(["build.rs", "Cargo.toml", "Cargo.lock", "src"].map(str::to_owned)) {
        // Cargo would treat a missing path as changed.
        if Path::new(&path).exists() {
            writeln!(out, "cargo::rerun-if-changed={path}")?;
        }
    }
    // Changed files outside these directories make the tree dirty too: build.sh reports them in this variable.
    writeln!(out, "cargo::rerun-if-env-changed=LAB_DIRTY")
}

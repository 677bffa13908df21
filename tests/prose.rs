//! The mechanical part of plain English: a doc comment must make sense without the item above it.

use std::fs;
use std::path::{Path, PathBuf};

/// First words with which a doc comment refers to the comment before it.
const LEANING: &[&str] = &["The same", "Its ", "And ", "As ", "Like ", "One that", "Those ", "That of", "But "];

/// Line numbers and texts of the first lines of doc comments.
fn openings(text: &str) -> Vec<(usize, &str)> {
    let says = |line: &'_ str| {
        let line = line.trim_start();
        ["///", "//!"].into_iter().find(|mark| line.starts_with(mark) && !line.starts_with("////"))
    };
    let mut before = None;
    let mut found = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let mark = says(line);
        if let Some(mark) = mark.filter(|_| mark != before) {
            found.push((i + 1, line.trim_start()[mark.len()..].trim()));
        }
        before = mark;
    }
    found
}

fn leans(opening: &str) -> bool {
    LEANING.iter().any(|start| opening.starts_with(start))
}

fn sources(root: &Path) -> Vec<PathBuf> {
    let mut folders = vec![root.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn only_first_lines_of_doc_comments_are_openings() {
    let text = "//! Module.\n//! And more.\n\n/// Item.\n/// Its tail.\nfn f() {\n    // The same, in code.\n    /// Inner.\n}\n";
    assert_eq!(openings(text), [(1, "Module."), (4, "Item."), (8, "Inner.")]);
}

#[test]
fn each_doc_comment_can_be_read_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut offenders, mut read) = (Vec::new(), 0);
    for path in &sources(&root) {
        let text = fs::read_to_string(path).expect("text");
        let place = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("inside").display();
        for (line, opening) in openings(&text) {
            read += 1;
            if leans(opening) {
                offenders.push(format!("{place}:{line}: {opening}"));
            }
        }
    }
    assert!(read > 500, "only {read} doc comments were read");
    assert!(offenders.is_empty(), "begin these with what they are about:\n{}", offenders.join("\n"));
}

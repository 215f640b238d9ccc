//! Definitions of all languages, against what was written down by hand and against the grammars' own tags.
#![allow(clippy::disallowed_methods, reason = "fixtures are files, and these are tests")]

mod calls;
mod differences;
mod imports;
mod programs;
mod tags;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{FileFacts, file_facts};
use crate::language::Language;
use crate::syntax::{ParseLimits, SyntaxTree, parse};

/// The folder of a language's snippets.
fn snippets(language: Language) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/languages").join(language.name())
}

/// The snippets of a language: file name and text.
fn read_snippets(language: Language) -> Vec<(String, String)> {
    let mut found: Vec<_> = std::fs::read_dir(snippets(language))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| Language::from_path(&path.to_string_lossy()).is_some())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{} has no snippets", language.name());
    found
}

fn read(language: Language, path: &str, text: &str) -> (SyntaxTree, FileFacts) {
    let tree = parse(language, text.as_bytes(), &ParseLimits::default()).unwrap();
    let facts = file_facts(path, text.as_bytes(), &tree);
    (tree, facts)
}

/// One line a node: kind, name, lines, and what contains it where the name does not say so.
fn listing(facts: &FileFacts) -> String {
    let mut lines = String::new();
    for (number, node) in facts.nodes.iter().enumerate().skip(1) {
        let parent = &facts.nodes[facts.parents[number] as usize];
        let is_told = number == 1 || node.name.rsplit_once('.').is_some_and(|(around, _)| around == parent.name);
        let within = if is_told { String::new() } else { format!("  in {}", parent.name) };
        let (kind, start, end) = (node.kind.name(), node.start_line, node.end_line);
        // Writing to a string can't fail.
        let _ = writeln!(lines, "{kind:<8}  {}  {start}-{end}{within}", node.name);
    }
    lines
}

/// Every form of definition is in the snippets; run with `SAPWOOD_WRITE_EXPECTED=1` to write the lists anew, and read
/// what has changed.
#[test]
fn snippets_have_the_nodes_that_are_written_down() {
    for language in Language::ALL.iter().copied() {
        for (name, text) in read_snippets(language) {
            let (tree, facts) = read(language, &format!("src/{name}"), &text);
            assert_eq!(tree.error_count(), 0, "{name}");
            let expected = snippets(language).join(&name).with_extension("expected.txt");
            let found = listing(&facts);
            if option_env!("SAPWOOD_WRITE_EXPECTED").is_some() {
                std::fs::write(&expected, &found).unwrap();
            }
            assert_eq!(found, std::fs::read_to_string(&expected).unwrap_or_default(), "{}", expected.display());
        }
    }
}

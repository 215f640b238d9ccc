//! Texts made of real ones by random edits, for as many seconds as `SAPWOOD_FUZZ_SECONDS` says, else two.
//!
//! `fuzz/` has the same targets for libFuzzer, which `scripts/test --slow` runs where a nightly compiler and cargo-fuzz are.
//! Rounds are seeded by their number: a failure names its round, and the same round fails again. What failed once stays in
//! `tests/fixtures/fuzz`, where every run reads it first.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test, and one that tells how far it is")]

#[path = "support/columns.rs"]
mod columns;
#[path = "support/rewrites.rs"]
mod rewrites;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sapwood_core::Language;

/// A text of the corpus and its language.
#[derive(Debug, Clone)]
struct Sample {
    language: Language,
    text: String,
}

/// One change of a text, by places that fit every length.
#[derive(Debug, Clone)]
enum Change {
    Remove(Index, Index),
    Repeat(Index, Index, usize),
    Move(Index, Index, Index),
    Insert(Index, &'static str),
}

/// What languages give a meaning.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "(", ")", "{", "}", "[", "]", "<", ">", ";", ":", ",", ".", "=", "==", "!=", "=>", "->", "::", "*", "&", "&&", "!", "?", "|",
    "\"", "'", "`", "#", "@", "/*", "*/", "//", "\n", "\n    ", "\r", "\t", " ", "a", "0", "1.5", "not ", "if ", "else ", "for ",
    "while ", "return ", "class ", "def ", "function ", "fn ", "let ", "lambda ", "async ", "yield ", "${", "f'{", "é",
    "\u{202e}", "\u{feff}",
];

fn change() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    prop_oneof![
        (place(), place()).prop_map(|(from, to)| Change::Remove(from, to)),
        (place(), place(), 1_usize..20).prop_map(|(from, to, times)| Change::Repeat(from, to, times)),
        (place(), place(), place()).prop_map(|(from, to, target)| Change::Move(from, to, target)),
        (place(), select(PIECES)).prop_map(|(target, piece)| Change::Insert(target, piece)),
    ]
}

impl Change {
    fn apply(&self, text: &[char]) -> Vec<char> {
        let place = |index: &Index| index.index(text.len() + 1);
        let range =
            |from: &Index, to: &Index| place(from).min(place(to))..place(from).max(place(to)).min(place(from) + 80);
        let insert = |target: usize, piece: &[char]| [&text[..target], piece, &text[target..]].concat();
        match self {
            Self::Remove(from, to) => {
                let range = range(from, to);
                [&text[..range.start.min(range.end)], &text[range.end..]].concat()
            }
            Self::Repeat(from, to, times) => {
                let range = range(from, to);
                insert(range.end, &text[range.start.min(range.end)..range.end].repeat(*times))
            }
            Self::Move(from, to, target) => {
                let range = range(from, to);
                insert(place(target), &text[range.start.min(range.end)..range.end])
            }
            Self::Insert(target, piece) => insert(place(target), &piece.chars().collect::<Vec<_>>()),
        }
    }
}

fn changed(sample: &Sample, changes: &[Change]) -> String {
    let text: Vec<char> = sample.text.chars().collect();
    changes.iter().fold(text, |text, change| change.apply(&text)).into_iter().collect()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

/// What failed once, what libFuzzer found new paths with, and files of each language.
#[allow(clippy::disallowed_methods, reason = "the corpus is files of the repository")]
fn corpus() -> Vec<Sample> {
    let mut folders = vec![fixtures().join("fuzz"), fixtures().join("languages"), fixtures().join("callgraph")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let sample = |path: &PathBuf| {
        let folder = || path.parent()?.file_name()?.to_str().and_then(|name| Language::from_name(name).ok());
        let language = Language::from_path(path.to_str()?).or_else(folder)?;
        Some(Sample { language, text: std::fs::read_to_string(path).ok()? })
    };
    files.iter().filter_map(sample).collect()
}

fn seconds() -> u64 {
    std::env::var("SAPWOOD_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(2)
}

/// Runs rounds of edited texts until the time is over.
fn fuzz(target: &str, most_changes: usize, check: impl Fn(Language, &str, u64)) {
    let corpus = corpus();
    assert!(corpus.len() > Language::ALL.len());
    for sample in &corpus {
        check(sample.language, &sample.text, 0);
    }
    let strategy = (select(corpus), vec(change(), 0..most_changes), any::<u64>());
    let (start, mut told, mut round) = (Instant::now(), 0, 0_u64);
    while start.elapsed() < Duration::from_secs(seconds()) {
        let config = Config { cases: 50, failure_persistence: None, ..Config::default() };
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&round.to_le_bytes());
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
        let outcome = runner.run(&strategy, |(sample, changes, seed)| {
            check(sample.language, &changed(&sample, &changes), seed);
            Ok(())
        });
        assert!(outcome.is_ok(), "{target}, round {round}: {outcome:?}");
        round += 1;
        if start.elapsed().as_secs() / 10 > told {
            told = start.elapsed().as_secs() / 10;
            eprintln!("{target}: {} texts in {} s", round * 50, start.elapsed().as_secs());
        }
    }
    eprintln!("{target}: {} texts in {} s, nothing found", round * 50, start.elapsed().as_secs());
}

#[test]
fn no_text_breaks_what_is_made_of_texts() {
    fuzz("extraction", 12, |language, text, _| {
        // Refused is fine; a panic is not.
        let _ = columns::extract(language, text.as_bytes());
    });
}

#[test]
fn no_rewrite_of_any_text_breaks_it() {
    // Few changes: a text with errors is not rewritten.
    fuzz("rewrites", 3, rewrites::rewrite);
}

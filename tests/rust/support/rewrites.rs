//! What holds for every rewrite of every text.

use sapwood_core::rewrite::{Mutation, Preserving, Rewritten, mutate, preserve};
use sapwood_core::{Language, ParseLimits, parse};

/// Makes every mistake and every variant of a text that the language offers, and looks at each.
pub(crate) fn rewrite(language: Language, text: &str, seed: u64) {
    let Ok(tree) = parse(language, text.as_bytes(), &ParseLimits::default()) else { return };
    let mutants = Mutation::ALL.iter().filter_map(|kind| mutate(text, &tree, *kind, seed));
    let offered = Preserving::ALL.iter().filter(|kind| kind.is_offered(language));
    let variants = offered.filter_map(|kind| preserve(text, &tree, *kind, seed).unwrap());
    for rewritten in mutants.chain(variants) {
        check(language, text, &rewritten);
    }
}

fn check(language: Language, text: &str, rewritten: &Rewritten) {
    assert_ne!(text, rewritten.source, "{}", rewritten.kind);
    let tree = parse(language, rewritten.source.as_bytes(), &ParseLimits::default()).unwrap();
    assert_eq!(tree.error_count(), 0, "{}: {}", rewritten.kind, rewritten.source);
    let lines = rewritten.source.split('\n').count() as u32;
    assert!(rewritten.lines.is_sorted() && !rewritten.lines.is_empty(), "{}", rewritten.kind);
    assert!(rewritten.lines.iter().all(|line| (1..=lines).contains(line)), "{}: {:?}", rewritten.kind, rewritten.lines);
}

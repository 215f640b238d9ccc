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
    let (old, new): (Vec<&str>, Vec<&str>) = (text.split('\n').collect(), rewritten.source.split('\n').collect());
    let (mut old_end, mut new_end) = (0, 0);
    for change in &rewritten.changes {
        let between = (&old[old_end..change.before.0 as usize - 1], &new[new_end..change.after.0 as usize - 1]);
        assert_eq!(between.0, between.1, "{}", rewritten.kind);
        (old_end, new_end) = (change.before.1 as usize, change.after.1 as usize);
    }
    assert_eq!(old[old_end..], new[new_end..], "{}", rewritten.kind);
}

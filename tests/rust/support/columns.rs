//! All that is made of a text.

use sapwood_core::features::file_features;
use sapwood_core::forest::{
    ForestBuilder, NameView, Vocabulary, VocabularyCounter, shape_hash, structure_terms, subtree_hashes,
};
use sapwood_core::graph::{NodeKind, file_facts, link};
use sapwood_core::{Language, ParseLimits, Result, documentation, parse};

/// Parses a text, makes everything that an index holds of it, and gives the number of its nodes.
///
/// # Errors
/// As [`parse`].
pub(crate) fn extract(language: Language, text: &[u8]) -> Result<usize> {
    let tree = parse(language, text, &ParseLimits::default())?;
    let facts = file_facts("a/text", text, &tree);
    drop(file_features(text, &tree, &facts));
    drop((subtree_hashes(text, &tree, 0), shape_hash(text, &tree, 0)));
    drop(structure_terms(text, &tree, 0));
    let mut counter = VocabularyCounter::default();
    counter.add(text, &tree, 0);
    let vocabulary = Vocabulary::build(&counter, 10_000);
    let mut forest = ForestBuilder::new(&vocabulary, NameView::Anonymous);
    for node in facts.nodes().iter().filter(|node| node.kind == NodeKind::Function) {
        drop(documentation(text, &tree, node.syntax));
        forest.push(text, &tree, node.syntax);
    }
    drop(forest.finish());
    drop(link(std::slice::from_ref(&facts)));
    Ok(tree.len())
}

//! Which names of a file other files do not see.

use crate::language::{Category, Privacy, Role, Sharing};
use crate::syntax::{NONE, SyntaxTree};

/// How many nodes of a header, and how many ancestors, are looked through.
const MOST_STEPS: usize = 32;

/// Whether a word stands before, or in the header of, a definition.
pub(super) fn has_word(tree: &SyntaxTree, source: &[u8], definition: u32, word: &str) -> bool {
    let header = definition + 1..tree.subtree_end(definition);
    let is_token = |node: u32| tree.first_child(node) == NONE && tree.category(node) != Category::Identifier;
    let is_word = |node: &u32| is_token(*node) && tree.text(*node, source) == word;
    header.take(MOST_STEPS).take_while(|node| tree.role(*node) != Role::Body).any(|node| is_word(&node))
}

/// Whether other files do not see what is declared at a node, where files see each other's names.
pub(super) fn is_private(tree: &SyntaxTree, source: &[u8], node: u32) -> bool {
    let rules = tree.table().rules();
    let Privacy::Word(word) = rules.privacy else { return false };
    if rules.sharing != Sharing::Everywhere {
        return false;
    }
    let around = |node: &u32| Some(tree.parent(*node)).filter(|parent| *parent != NONE);
    let mut ancestors = std::iter::successors(Some(node), around).take(MOST_STEPS);
    ancestors.any(|around| match tree.category(around) {
        Category::Function | Category::Declaration => has_word(tree, source, around, word),
        Category::Namespace => tree.child_with_role(around, Role::Name).is_none(),
        _ => false,
    })
}

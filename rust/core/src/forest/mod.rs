//! Functions as hash-consed trees, in levels.
//!
//! A tree here is a syntax tree without tokens, comments, docstrings and import statements; wrappers of a single child
//! give way to it, and operators are read with the node that holds them. Each node has an *entry*: one to eight tokens
//! of a [`Vocabulary`], of which a model takes the mean embedding. Equal subtrees of a whole batch (equal entry, equal
//! children) are one node, so a model computes them once; nodes stand in *levels*, leaves first, so a level needs only
//! the levels before it.
//!
//! The name of the function that a tree is about is replaced by one fixed token wherever it occurs: likeness of functions
//! must not come down to likeness of their names.
//!
//! Trees that are no code come as labels and parents, see [`LabelledTree`], and make the same columns.
//!
//! No walk recurses: texts nested 100,000 deep are taken.

mod bindings;
mod builder;
mod canonical;
mod labelled;
mod labels;
mod literals;
mod naming;
mod skeleton;
mod structure;
mod tokens;
mod vocabulary;

pub(crate) use bindings::{Bindings, Declaration, Occurrence};
pub use builder::{Forest, ForestBuilder};
pub use canonical::{feature_names, structure_terms};
pub use labelled::{LabelledTree, TreeProblem};
pub use structure::{shape_hash, subtree_hashes};
pub use tokens::code_tokens;
pub use vocabulary::{MAX_ENTRY_TOKENS, Vocabulary, VocabularyCounter};

/// How names that a text binds itself are shown. Attributes, built-ins and names bound elsewhere are always kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NameView {
    /// As written.
    #[default]
    Keep,
    /// Numbered in order of first use.
    Anonymous,
}

#[cfg(test)]
mod tests;

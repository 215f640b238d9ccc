//! Hashes of subtrees: what two texts have in common without anything learned.

use super::NameView;
use super::labels::has_operators;
use super::naming::{Naming, Word};
use super::skeleton::Skeleton;
use crate::language::Category;
use crate::names::{hash_text, mix};
use crate::syntax::{NONE, SyntaxTree};

/// The hash of the subtree under each node of the tree, names and literals kept: equal subtrees have equal hashes. The
/// first is that of the whole tree.
pub fn subtree_hashes(source: &[u8], tree: &SyntaxTree, root: u32) -> Vec<u64> {
    hashes(source, tree, root, NameView::Keep)
}

/// The hash of a whole tree with its names numbered: equal for texts that differ in comments, layout, imports and
/// consistently renamed names only.
pub fn shape_hash(source: &[u8], tree: &SyntaxTree, root: u32) -> u64 {
    hashes(source, tree, root, NameView::Anonymous).first().copied().unwrap_or_default()
}

fn hashes(source: &[u8], tree: &SyntaxTree, root: u32, view: NameView) -> Vec<u64> {
    let skeleton = Skeleton::of(tree, root);
    let naming = Naming::new(source, tree, root, &skeleton, view);
    let mut hashes = vec![0; skeleton.len()];
    for node in (0..skeleton.len()).rev() {
        let (syntax, label) = (skeleton.syntax[node], skeleton.labels[node]);
        let word = match naming.word(tree, syntax, label.category) {
            Word::Literal(..) => literal_hash(source, tree, syntax),
            word => word.hash(),
        };
        let head = operators(tree, syntax, label.category)
            .fold(mix(label.hash(), word), |hash, operator| mix(hash, operator as u64));
        hashes[node] = skeleton.children(node as u32).fold(head, |hash, child| mix(hash, hashes[child as usize]));
    }
    hashes
}

/// The hash of a literal's own text: what is interpolated into a string has nodes of its own.
fn literal_hash(source: &[u8], tree: &SyntaxTree, node: u32) -> u64 {
    if tree.first_child(node) == NONE {
        return hash_text(tree.text(node, source), 1);
    }
    let parts = tree.children(node).filter(|part| tree.category(*part) != Category::Interpolation);
    parts.fold(1, |hash, part| mix(hash, hash_text(tree.text(part, source), 1)))
}

fn operators(tree: &SyntaxTree, node: u32, category: Category) -> impl Iterator<Item = Category> + '_ {
    let first = if has_operators(category) { tree.first_child(node) } else { NONE };
    std::iter::successors((first != NONE).then_some(first), |child| {
        let sibling = tree.next_sibling(*child);
        (sibling != NONE).then_some(sibling)
    })
    .map(|child| tree.category(child))
    .filter(|category| category.is_operator())
}

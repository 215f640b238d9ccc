//! Hashes of subtrees: what two texts have in common without anything learned.

use super::NameView;
use super::labels::{Label, has_operators};
use super::naming::{Naming, Word};
use super::skeleton::Skeleton;
use crate::language::{Category, Role};
use crate::names::{hash_text, mix};
use crate::syntax::{NONE, SyntaxTree};

/// Depths at which subtrees are cut off, beside being taken whole.
const CUT_DEPTHS: usize = 3;

/// Name-free hashes of a tree's subtrees with their counts, sorted by hash: each subtree cut off one, two and three levels
/// below its root, and whole. Names are left out but for called built-ins; literals are shown by their class; `a > b` and
/// `b < a` are one.
///
/// `source` must be the text that `tree` was parsed from.
pub fn structure_terms(source: &[u8], tree: &SyntaxTree, root: u32) -> Vec<(u64, u32)> {
    let skeleton = Skeleton::of(tree, root);
    let naming = Naming::new(source, tree, root, &skeleton, NameView::Keep);
    let mirrored = mirrored_comparisons(tree, &skeleton);
    let mut terms = Vec::with_capacity(skeleton.len() * 2);
    let mut cuts = vec![Cut::default(); skeleton.len()];
    for node in (0..skeleton.len()).rev() {
        let mut cut = Cut::of(head_hash(tree, &skeleton, &naming, &mirrored, node));
        for child in ordered_children(&skeleton, node as u32, mirrored[node]) {
            cut.add(&cuts[child as usize]);
        }
        cuts[node] = cut;
        cuts[node].visit(|term| terms.push(term));
    }
    count_terms(terms)
}

/// The hashes of a subtree cut off at depth 0, 1, 2 and 3, and whole.
#[derive(Debug, Clone, Copy, Default)]
struct Cut {
    depths: [u64; CUT_DEPTHS + 1],
    whole: u64,
    height: u32,
}

impl Cut {
    /// Distinct terms only: a cut below the lowest leaf is the whole.
    fn visit(&self, mut visit: impl FnMut(u64)) {
        let distinct_cuts = (self.height as usize).min(CUT_DEPTHS + 1);
        for depth in 1..distinct_cuts {
            visit(self.depths[depth]);
        }
        visit(self.whole);
    }

    fn of(head: u64) -> Self {
        Self { depths: [head; CUT_DEPTHS + 1], whole: head, height: 0 }
    }

    fn add(&mut self, child: &Self) {
        for depth in 1..=CUT_DEPTHS {
            self.depths[depth] = mix(self.depths[depth], child.depths[depth - 1]);
        }
        self.whole = mix(self.whole, child.whole);
        self.height = self.height.max(child.height + 1);
    }
}

/// The children of a node; the two operands of a mirrored comparison from the right.
fn ordered_children(skeleton: &Skeleton, node: u32, mirrored: bool) -> impl Iterator<Item = u32> + '_ {
    let right = mirrored.then(|| skeleton.children(node).last()).flatten();
    let left = skeleton.children(node).take(if mirrored { 1 } else { usize::MAX });
    right.into_iter().chain(left)
}

fn head_hash(tree: &SyntaxTree, skeleton: &Skeleton, naming: &Naming<'_>, mirrored: &[bool], node: usize) -> u64 {
    let syntax = skeleton.syntax[node];
    let parent = skeleton.parents[node];
    let mut label = skeleton.labels[node];
    if parent != NONE && mirrored[parent as usize] {
        label = Label { slot: label.slot.mirrored(), ..label };
    }
    let word = match naming.word(tree, syntax, label.category) {
        Word::Literal(class, _) => Word::Literal(class, None),
        Word::Name(text) if is_called_builtin(tree, syntax, text) => Word::Name(text),
        _ => Word::Silent,
    };
    operators(tree, syntax, label.category).fold(mix(label.hash(), word.hash()), |hash, operator| {
        mix(hash, if mirrored[node] { mirror(operator) } else { operator } as u64)
    })
}

fn is_called_builtin(tree: &SyntaxTree, node: u32, text: &str) -> bool {
    tree.role(node) == Role::Callee && tree.table().is_builtin(text)
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

/// Comparisons of two operands by "greater": they are read from the right.
fn mirrored_comparisons(tree: &SyntaxTree, skeleton: &Skeleton) -> Vec<bool> {
    let is_mirrored = |node: usize| {
        skeleton.labels[node].category == Category::Comparison
            && skeleton.children(node as u32).count() == 2
            && operators(tree, skeleton.syntax[node], Category::Comparison).any(|operator| mirror(operator) != operator)
    };
    (0..skeleton.len()).map(is_mirrored).collect()
}

fn mirror(operator: Category) -> Category {
    match operator {
        Category::OperatorGreater => Category::OperatorLess,
        Category::OperatorGreaterEqual => Category::OperatorLessEqual,
        other => other,
    }
}

fn count_terms(mut terms: Vec<u64>) -> Vec<(u64, u32)> {
    terms.sort_unstable();
    let mut counted: Vec<(u64, u32)> = Vec::new();
    for term in terms {
        match counted.last_mut() {
            Some((last, count)) if *last == term => *count += 1,
            _ => counted.push((term, 1)),
        }
    }
    counted
}

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

//! What values are computed from.

use super::{Edge, FlowKind};
use crate::forest::{Declaration, Occurrence};
use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// How many occurrences of one assignment are looked at: what is assigned within what is assigned would be again and again.
const MOST_LOOKED_AT: usize = 256;

/// Edges from what is assigned to what stands in the value.
pub(super) fn edges(tree: &SyntaxTree, root: u32, occurrences: &[Occurrence]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for node in root..tree.subtree_end(root) {
        for (target, value) in assignments(tree, node) {
            add(tree, occurrences, target, value, &mut edges);
        }
    }
    edges
}

/// Targets and values of a node, each pair of a list by itself.
fn assignments(tree: &SyntaxTree, node: u32) -> Vec<(u32, u32)> {
    let (target, value) = match tree.category(node) {
        Category::Assignment | Category::AugmentedAssignment | Category::For | Category::ComprehensionFor => {
            (tree.child_with_role(node, Role::Left), tree.child_with_role(node, Role::Right))
        }
        Category::NamedExpression => (tree.child_with_role(node, Role::Name), tree.child_with_role(node, Role::Value)),
        Category::MatchCase => return captures(tree, node),
        _ => (tree.child_with_role(node, Role::Alias), aliased(tree, node)),
    };
    let (Some(target), Some(value)) = (target, value) else { return Vec::new() };
    let (targets, values) = (elements(tree, target), elements(tree, value));
    let is_pairwise = targets.len() == values.len() && matches!(tree.category(node), Category::Assignment);
    if is_pairwise { targets.into_iter().zip(values).collect() } else { vec![(target, value)] }
}

/// What is given another name: `open(path)` in `with open(path) as file`, what a type is asked of.
fn aliased(tree: &SyntaxTree, node: u32) -> Option<u32> {
    let first = || tree.children(node).find(|child| tree.is_named(*child) && tree.role(*child) != Role::Alias);
    match tree.category(node) {
        category if category.is_import() => None,
        Category::Catch => None,
        _ => tree.child_with_role(node, Role::Subject).or_else(first),
    }
}

/// The patterns of a case, each with what is matched.
fn captures(tree: &SyntaxTree, case: u32) -> Vec<(u32, u32)> {
    let around = tree.parent(case);
    let holder = if tree.category(around) == Category::Match { around } else { tree.parent(around) };
    let subject = tree.child_with_role(holder, Role::Subject).filter(|_| tree.category(holder) == Category::Match);
    let is_pattern = |child: &u32| tree.category(*child) == Category::Pattern || tree.role(*child) == Role::Left;
    subject
        .into_iter()
        .flat_map(|subject| tree.children(case).filter(is_pattern).map(move |child| (child, subject)))
        .collect()
}

/// The elements of a list as it is written, or the node alone.
fn elements(tree: &SyntaxTree, node: u32) -> Vec<u32> {
    match tree.category(node) {
        Category::Tuple | Category::List | Category::ExpressionList | Category::Pattern => {
            tree.children(node).filter(|child| tree.is_named(*child)).collect()
        }
        _ => vec![node],
    }
}

fn add(tree: &SyntaxTree, occurrences: &[Occurrence], target: u32, value: u32, edges: &mut Vec<Edge>) {
    let read = inside(tree, occurrences, value).filter(|occurrence| occurrence.declaration == Declaration::Use);
    let sources: Vec<u32> = read.map(|occurrence| occurrence.node).collect();
    let written = inside(tree, occurrences, target).filter(|occurrence| occurrence.declaration == Declaration::Assign);
    for occurrence in written.take(super::MOST_REACHING) {
        edges.extend(sources.iter().map(|source| (occurrence.node, *source, FlowKind::ComputedFrom)));
    }
}

/// The occurrences of variables that the text binds under a node.
fn inside<'a>(
    tree: &SyntaxTree,
    occurrences: &'a [Occurrence],
    node: u32,
) -> impl Iterator<Item = &'a Occurrence> + use<'a> {
    let first = occurrences.partition_point(|occurrence| occurrence.node < node);
    let end = tree.subtree_end(node);
    let here = occurrences[first..].iter().take(MOST_LOOKED_AT).take_while(move |occurrence| occurrence.node < end);
    here.filter(|occurrence| occurrence.binding != NONE)
}

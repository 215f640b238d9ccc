//! One order for what a text may write in any: operands of `==`, `+`, `*`, `and` and their like stand in the order of
//! what they are, whichever was written first.
//!
//! For some of these the order matters when the program runs (`"a" + b`, `a() and b()`), for likeness it does not.

use super::arena::Arena;
use super::reader::{Names, binding_of};
use super::terms::{hashed_names, head};
use crate::language::Form;
use crate::names::mix;
use crate::syntax::NONE;

/// Shared subtrees of so many nodes are written out for each place that they stand at, as they may be in a text.
const MOST_WRITTEN_OUT: u32 = 8;

/// The form under `root` with operands in order; its root is the last node. Nodes stand in the order in which they run
/// then; what nothing refers to is left out.
pub(super) fn ordered(arena: &Arena, names: &Names<'_>, root: u32) -> Arena {
    let (heads, sizes) = (heads(arena, names), sizes(arena));
    let plain = hashes(arena, &heads);
    let told_apart = hashes(arena, &with_uses(arena, names, &heads));
    let mut ordered = Arena::with_capacity(arena.len());
    let mut places = vec![NONE; arena.len()];
    let mut open = vec![(root, false)];
    let mut done: Vec<u32> = Vec::new();
    while let Some((node, is_read)) = open.pop() {
        if is_read {
            let below = done.len() - arena.children(node).len();
            let place = ordered.worded(arena.form(node), arena.word(node), done.drain(below..));
            if sizes[node as usize] > MOST_WRITTEN_OUT {
                places[node as usize] = place;
            }
            done.push(place);
        } else if places[node as usize] == NONE {
            open.push((node, true));
            let first = open.len();
            open.extend(arena.children(node).iter().map(|child| (*child, false)));
            if is_commutative(arena.form(node)) {
                // Constants stand last, as they are mostly written; where variables are used tells apart what is left.
                open[first..].sort_by_key(|(child, _)| {
                    (is_constant(arena.form(*child)), plain[*child as usize], told_apart[*child as usize])
                });
            }
            // What is put on last is taken first.
            open[first..].reverse();
        } else {
            done.push(places[node as usize]);
        }
    }
    ordered
}

/// How many nodes are in each subtree, those that are shared counted each time.
fn sizes(arena: &Arena) -> Vec<u32> {
    let mut sizes: Vec<u32> = Vec::with_capacity(arena.len());
    for node in 0..arena.len() as u32 {
        let below = arena.children(node).iter().map(|child| sizes[*child as usize]);
        sizes.push(below.fold(1, u32::saturating_add));
    }
    sizes
}

/// Whether operands of a form may be written in any order.
pub(super) fn is_commutative(form: Form) -> bool {
    matches!(
        form,
        Form::Equal
            | Form::NotEqual
            | Form::Add
            | Form::Multiply
            | Form::And
            | Form::Or
            | Form::BitAnd
            | Form::BitOr
            | Form::BitXor
            | Form::Maximum
            | Form::Minimum
    )
}

fn is_constant(form: Form) -> bool {
    matches!(form, Form::Number | Form::Text | Form::True | Form::False | Form::Null)
}

/// A hash of what each node shows by itself.
fn heads(arena: &Arena, names: &Names<'_>) -> Vec<u64> {
    let words = hashed_names(names);
    (0..arena.len() as u32).map(|node| head(arena, &words, node)).collect()
}

/// The same with variables told apart by where they are used.
fn with_uses(arena: &Arena, names: &Names<'_>, heads: &[u64]) -> Vec<u64> {
    let uses = uses(arena, names, heads);
    let with_use = |(node, head): (u32, &u64)| bound(arena, node).map_or(*head, |binding| mix(*head, uses[binding]));
    (0..).zip(heads).map(with_use).collect()
}

/// A hash of the subtree under each node that does not depend on the order of operands.
fn hashes(arena: &Arena, heads: &[u64]) -> Vec<u64> {
    let mut hashes: Vec<u64> = Vec::with_capacity(arena.len());
    for (node, &head) in (0..).zip(heads) {
        let below = arena.children(node).iter().map(|child| hashes[*child as usize]);
        let hash = if is_commutative(arena.form(node)) {
            mix(head, below.fold(0, |sum, hash| sum.wrapping_add(mix(head, hash))))
        } else {
            below.fold(head, mix)
        };
        hashes.push(hash);
    }
    hashes
}

/// For each binding a hash of what its variable stands in, in no order.
fn uses(arena: &Arena, names: &Names<'_>, heads: &[u64]) -> Vec<u64> {
    let mut uses = vec![0_u64; names.binding_count()];
    for node in 0..arena.len() as u32 {
        let is_commutative = is_commutative(arena.form(node));
        for (position, child) in arena.children(node).iter().enumerate() {
            if let Some(binding) = bound(arena, *child) {
                let place = if is_commutative { 0 } else { position as u64 };
                uses[binding] = uses[binding].wrapping_add(mix(heads[node as usize], place));
            }
        }
    }
    uses
}

fn bound(arena: &Arena, node: u32) -> Option<usize> {
    binding_of(arena.word(node)).filter(|_| arena.form(node) == Form::Variable)
}

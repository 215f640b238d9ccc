//! Expressions that name something: `a`, `a.b.c`, a method of the base classes, a method of anything else.

use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// Longest chain of attributes that is followed.
const LONGEST: usize = 16;

/// What an expression names.
pub(super) enum Chain<'source> {
    /// A name, then attributes.
    Name { root: &'source str, attributes: Vec<&'source str> },
    /// A method of the base classes' view of the object.
    Parent { method: &'source str },
    /// A method of the value of another expression.
    Unknown { method: &'source str },
    /// No name at all, such as a called call.
    Nothing,
}

pub(super) fn read_chain<'source>(tree: &SyntaxTree, source: &'source [u8], expression: u32) -> Chain<'source> {
    let mut attributes = Vec::new();
    let mut current = expression;
    while tree.category(current) == Category::Member && attributes.len() < LONGEST {
        let Some(member) = tree.child_with_role(current, Role::Member) else { return Chain::Nothing };
        attributes.push(tree.text(member, source));
        current = tree.first_child(current);
    }
    let last = attributes.first().copied();
    if tree.category(current) == Category::Identifier {
        attributes.reverse();
        return Chain::Name { root: tree.text(current, source), attributes };
    }
    match last {
        Some(method) if attributes.len() == 1 && is_parent_object(tree, source, current) => Chain::Parent { method },
        Some(method) => Chain::Unknown { method },
        None => Chain::Nothing,
    }
}

fn is_parent_object(tree: &SyntaxTree, source: &[u8], expression: u32) -> bool {
    let callee = tree.first_child(expression);
    tree.category(expression) == Category::Call
        && callee != NONE
        && tree.category(callee) == Category::Identifier
        && tree.text(callee, source) == tree.table().names().parent_object
}

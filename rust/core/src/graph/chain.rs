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

/// The expression that a call calls; of one that names object and method by itself, the call.
pub(super) fn called(tree: &SyntaxTree, call: u32) -> Option<u32> {
    let names_method = || tree.child_with_role(call, Role::Member).map(|_| call);
    tree.child_with_role(call, Role::Callee).or_else(names_method)
}

/// What an expression names; of a call, what it calls.
pub(super) fn read_chain<'source>(tree: &SyntaxTree, source: &'source [u8], expression: u32) -> Chain<'source> {
    let mut attributes = Vec::new();
    let mut current = expression;
    if tree.category(expression) == Category::Call
        && let Some(method) = tree.child_with_role(expression, Role::Member)
    {
        let object = tree.child_with_role(expression, Role::Object);
        attributes.extend(object.map(|_| tree.text(method, source)));
        current = object.unwrap_or(method);
    }
    while tree.category(current) == Category::Member && attributes.len() < LONGEST {
        let Some(member) = tree.child_with_role(current, Role::Member) else { return Chain::Nothing };
        attributes.push(tree.text(member, source));
        let Some(object) = tree.child_with_role(current, Role::Object).or_else(|| tree.children(current).next()) else {
            return Chain::Nothing;
        };
        current = object;
    }
    let last = attributes.first().copied();
    if let Some(method) = last.filter(|_| attributes.len() == 1 && is_parent_object(tree, source, current)) {
        return Chain::Parent { method };
    }
    if tree.category(current) == Category::Identifier {
        attributes.reverse();
        return Chain::Name { root: tree.text(current, source), attributes };
    }
    match last {
        Some(method) => Chain::Unknown { method },
        None => Chain::Nothing,
    }
}

/// Whether an expression stands for the base classes' view of the object: `super`, `super()`.
fn is_parent_object(tree: &SyntaxTree, source: &[u8], expression: u32) -> bool {
    let name = if tree.category(expression) == Category::Call { tree.first_child(expression) } else { expression };
    let parent_object = tree.table().names().parent_object;
    name != NONE
        && !parent_object.is_empty()
        && tree.category(name) == Category::Identifier
        && tree.text(name, source) == parent_object
}

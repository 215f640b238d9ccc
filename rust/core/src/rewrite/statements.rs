//! Statements that change places, or that never run.

use super::choice::Choice;
use super::edit::Edit;
use super::text::Text;
use crate::forest::{Bindings, Declaration};
use crate::language::{Category, DeadBranch, Role};
use crate::syntax::NONE;

/// Two neighbouring statements change places, where one gives a variable a value that nothing can notice being made
/// earlier or later, and the other has nothing to do with that variable.
pub(super) fn reorder_statements(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    if text.has_name_readers() {
        return None;
    }
    let private = private_names(text);
    let is_site = |node: &u32| text.is_statement_of_function(*node) && !text.is_handled(*node);
    let pairs = text.sites(|node| is_site(&node)).into_iter().filter_map(|first| {
        let second = next_statement(text, first).filter(is_site)?;
        can_pass(text, &private, first, second).then_some((first, second))
    });
    let (first, second) = *choice.pick(&pairs.collect::<Vec<_>>())?;
    Some(text.swap(first, second).into())
}

/// The statement behind, where at most an end of statement is between.
pub(super) fn next_statement(text: &Text<'_>, statement: u32) -> Option<u32> {
    let mut sibling = text.tree().next_sibling(statement);
    while sibling != NONE && !text.tree().is_named(sibling) {
        sibling = text.tree().next_sibling(sibling);
    }
    (sibling != NONE).then_some(sibling)
}

/// For each node, whether it names a variable that only its own function sees.
fn private_names(text: &Text<'_>) -> Vec<bool> {
    let bindings = Bindings::of(text.source().as_bytes(), text.tree(), 0);
    let mut private = vec![true; bindings.binding_count()];
    let bound = || bindings.occurrences().iter().filter(|occurrence| occurrence.binding != NONE);
    for occurrence in bound() {
        let scope = bindings.binding_scope(occurrence.binding);
        let is_variable = matches!(occurrence.declaration, Declaration::Assign | Declaration::Use);
        let is_of_function = matches!(bindings.scope(scope).category, Category::Function | Category::Lambda);
        private[occurrence.binding as usize] &= is_variable && is_of_function && occurrence.scope == scope;
    }
    let mut nodes = vec![false; text.tree().len()];
    for occurrence in bound() {
        nodes[occurrence.node as usize] = private[occurrence.binding as usize];
    }
    nodes
}

fn can_pass(text: &Text<'_>, private: &[bool], first: u32, second: u32) -> bool {
    let passes = |moved: u32, other: u32| {
        given_quietly(text, moved).is_some_and(|name| {
            private[name as usize] && is_simple(text, other) && !text.mentions(other, text.text(name))
        })
    };
    passes(first, second) || passes(second, first)
}

/// A statement that runs from its beginning to its end, and binds nothing that others than itself give a meaning.
fn is_simple(text: &Text<'_>, statement: u32) -> bool {
    matches!(
        text.category(statement),
        Category::ExpressionStatement | Category::Assignment | Category::AugmentedAssignment | Category::Declaration
    )
}

/// The variable of a statement that gives it a literal, or an empty or literal collection.
fn given_quietly(text: &Text<'_>, statement: u32) -> Option<u32> {
    let assignment = match text.category(statement) {
        Category::Assignment => statement,
        Category::ExpressionStatement | Category::Declaration => only_assignment(text, statement)?,
        _ => return None,
    };
    let single = |side| only_operand_of_list(text, text.tree().child_with_role(assignment, side)?);
    let (name, value) = (single(Role::Left)?, single(Role::Right)?);
    let is_name = text.category(name) == Category::Identifier;
    (is_name && is_quiet(text, value) && has_plain_type(text, statement, assignment, name)).then_some(name)
}

/// The assignment in a statement of one; there may be a type beside it.
fn only_assignment(text: &Text<'_>, statement: u32) -> Option<u32> {
    let mut parts = text.operands(statement).filter(|part| text.category(*part) == Category::Assignment);
    let assignment = parts.next()?;
    parts.next().is_none().then_some(assignment)
}

/// What a list of one holds; another node as it is.
fn only_operand_of_list(text: &Text<'_>, node: u32) -> Option<u32> {
    if text.category(node) != Category::ExpressionList {
        return Some(node);
    }
    let mut operands = text.operands(node);
    let only = operands.next()?;
    operands.next().is_none().then_some(only)
}

/// Whether an assignment cannot run code of a type: the language has no such types, or a built-in one is written. Where a
/// variable need not be declared, it may stand for another one unless it is declared here.
fn has_plain_type(text: &Text<'_>, statement: u32, assignment: u32, name: u32) -> bool {
    if matches!(text.spelling().dead_branch, DeadBranch::Copying(_)) {
        return text.tree().child_with_role(assignment, Role::Type).is_none();
    }
    let of = |node| text.tree().child_with_role(node, Role::Type);
    let is_plain = |written: u32| text.category(written) == Category::Identifier && text.is_builtin(text.text(written));
    let is_declared = text.range(name).start > text.range(statement).start
        || text.tree().children(assignment).any(|child| text.text(child) == ":=");
    is_declared && of(statement).or_else(|| of(assignment)).is_none_or(is_plain)
}

/// A value that is made without reading a variable, calling anything, or failing.
fn is_quiet(text: &Text<'_>, value: u32) -> bool {
    let allowed = |node: u32| {
        let category = text.category(node);
        category.is_token()
            || text.is_literal(node)
            || matches!(
                category,
                Category::List
                    | Category::Tuple
                    | Category::StringContent
                    | Category::StringDelimiter
                    | Category::EscapeSequence
            )
    };
    let is_empty = |node: u32| text.category(node) == Category::Dictionary && text.operands(node).next().is_none();
    let inside = value..text.tree().subtree_end(value);
    let collections = text.spelling().temporary == Some("");
    text.is_literal(value) || (collections && (is_empty(value) || inside.into_iter().all(allowed)))
}

/// A branch that is never taken comes before a statement.
pub(super) fn dead_branch(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites = text.sites(|node| {
        text.is_statement_of_function(node)
            && text.category(node).is_statement()
            && text.indentation(node).is_some()
            && (matches!(text.spelling().dead_branch, DeadBranch::Empty(_)) || can_be_copied(text, node))
    });
    let site = *choice.pick(&sites)?;
    let indentation = text.indentation(site)?;
    let branch = match text.spelling().dead_branch {
        DeadBranch::Copying(header) => format!("{header}\n{indentation}    {}\n{indentation}", text.text(site)),
        DeadBranch::Empty(branch) => format!("{}\n{indentation}", branch.replace('\n', &format!("\n{indentation}"))),
    };
    Some(vec![Edit::insert(text.range(site).start, branch)])
}

/// A statement of one line that declares nothing: a copy of it changes no variable's scope.
fn can_be_copied(text: &Text<'_>, statement: u32) -> bool {
    let is_plain =
        matches!(text.category(statement), Category::ExpressionStatement | Category::Return | Category::Raise);
    is_plain && !text.text(statement).contains('\n')
}

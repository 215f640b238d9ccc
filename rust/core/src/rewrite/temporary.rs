//! A variable for the value that is returned, or none.

use super::choice::Choice;
use super::edit::Edit;
use super::rename::NewNames;
use super::statements::next_statement;
use super::text::Text;
use crate::forest::{Bindings, Declaration};
use crate::language::{Category, Role};
use crate::syntax::NONE;

/// `return x + y` to `value = x + y` and `return value`.
pub(super) fn extract_temporary(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let declared = text.spelling().temporary?;
    if text.has_name_readers() {
        return None;
    }
    let sites = text.sites(|node| {
        text.category(node) == Category::Return
            && text.is_statement_of_function(node)
            && text.indentation(node).is_some()
            && returned(text, node).is_some_and(|value| is_worth_a_name(text, value))
    });
    let site = *choice.pick(&sites)?;
    let value = text.range(returned(text, site)?);
    let indentation = text.indentation(site)?;
    let name = NewNames::new(text, choice).next();
    let end = if declared.is_empty() { "" } else { ";" };
    Some(vec![
        Edit::replace(text.range(site).start..value.start, format!("{declared}{name} = ")),
        Edit::insert(value.end, format!("{end}\n{indentation}return {name}")),
    ])
}

fn returned(text: &Text<'_>, statement: u32) -> Option<u32> {
    let mut values = text.operands(statement);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// Not a name or a literal, nor a function or class, which would take the name.
fn is_worth_a_name(text: &Text<'_>, value: u32) -> bool {
    let takes_no_name = matches!(
        text.category(value),
        Category::BinaryOperation
            | Category::BooleanOperation
            | Category::Comparison
            | Category::Call
            | Category::Subscript
            | Category::Member
    );
    let is_collection = matches!(
        text.category(value),
        Category::List | Category::Tuple | Category::Dictionary | Category::Set | Category::Comprehension
    );
    takes_no_name || (is_collection && text.spelling().temporary == Some(""))
}

/// `value = x + y` and `return value` to `return x + y`, where nothing else can see the variable.
pub(super) fn inline_temporary(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    text.spelling().temporary?;
    if text.has_name_readers() {
        return None;
    }
    let last_uses = last_uses(text);
    let sites: Vec<Vec<Edit>> = text
        .sites(|node| text.is_statement_of_function(node) && text.category(node) == Category::ExpressionStatement)
        .into_iter()
        .filter_map(|statement| inlined(text, &last_uses, statement))
        .collect();
    choice.pick(&sites).cloned()
}

/// For each node, whether it is the last use of a variable that only its own function sees.
fn last_uses(text: &Text<'_>) -> Vec<bool> {
    let bindings = Bindings::of(text.source().as_bytes(), text.tree(), 0);
    let mut last = vec![NONE; bindings.binding_count()];
    let mut private = vec![true; bindings.binding_count()];
    for occurrence in bindings.occurrences().iter().filter(|occurrence| occurrence.binding != NONE) {
        let binding = occurrence.binding as usize;
        let scope = bindings.binding_scope(occurrence.binding);
        last[binding] = occurrence.node;
        private[binding] &= occurrence.scope == scope
            && bindings.scope(scope).category == Category::Function
            && matches!(occurrence.declaration, Declaration::Assign | Declaration::Use);
    }
    let mut nodes = vec![false; text.tree().len()];
    for (node, _) in last.into_iter().zip(private).filter(|(node, private)| *node != NONE && *private) {
        nodes[node as usize] = true;
    }
    nodes
}

fn inlined(text: &Text<'_>, last_uses: &[bool], statement: u32) -> Option<Vec<Edit>> {
    let tree = text.tree();
    let assignment = returned(text, statement).filter(|inner| text.category(*inner) == Category::Assignment)?;
    let (name, value) = (tree.child_with_role(assignment, Role::Left)?, tree.child_with_role(assignment, Role::Right)?);
    let result = next_statement(text, statement).filter(|next| text.category(*next) == Category::Return)?;
    let used = returned(text, result)?;
    let is_plain = text.category(name) == Category::Identifier
        && tree.child_with_role(assignment, Role::Type).is_none()
        && !matches!(text.category(value), Category::Assignment | Category::Yield | Category::Lambda | Category::Class);
    if !is_plain || text.category(used) != Category::Identifier || !text.same_text(name, used) {
        return None;
    }
    last_uses[used as usize].then(|| {
        vec![
            Edit::replace(text.range(statement).start..text.range(value).start, "return "),
            Edit::remove(text.range(value).end..text.range(used).end),
        ]
    })
}

//! Small mistakes by what is left out, and by one.

use super::choice::Choice;
use super::edit::Edit;
use super::mutate::{decimal, is_condition, off_by_one};
use super::text::Text;
use crate::language::{Category, LoopForms, Role};

/// One operand of `and` or `or` is left out.
pub(super) fn dropped_condition(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites =
        text.sites(|node| text.category(node) == Category::BooleanOperation && text.two_operands(node).is_some());
    let (left, right) = text.two_operands(*choice.pick(&sites)?)?;
    let (left, right) = (text.range(left), text.range(right));
    let dropped = if choice.below(2) == 0 { left.start..right.start } else { left.end..right.end };
    Some(vec![Edit::remove(dropped)])
}

/// A call, an update, or an assignment to a part of an object is left out.
pub(super) fn dropped_statement(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites = text.sites(|node| text.is_statement_of_function(node) && is_droppable(text, node));
    let site = *choice.pick(&sites)?;
    let range = text.range(site);
    let is_alone = text.operands(text.tree().parent(site)).nth(1).is_none();
    let ends_line = text.source().get(range.end..).is_some_and(|rest| rest.starts_with('\n'));
    let needs_another = text.spelling().loops == LoopForms::Indented;
    match text.indentation(site) {
        Some(indentation) if ends_line && range.start > indentation.len() && !(is_alone && needs_another) => {
            Some(vec![Edit::remove(range.start - indentation.len() - 1..range.end)])
        }
        _ if needs_another => Some(vec![Edit::replace(range, "pass")]),
        _ => Some(vec![Edit::remove(range)]),
    }
}

fn is_droppable(text: &Text<'_>, statement: u32) -> bool {
    let inner = match text.category(statement) {
        Category::ExpressionStatement => text.operands(statement).next(),
        _ => Some(statement),
    };
    match inner.map(|inner| (inner, text.category(inner))) {
        Some((_, Category::Call | Category::AugmentedAssignment)) => true,
        Some((assignment, Category::Assignment)) => {
            let target = text.tree().child_with_role(assignment, Role::Left);
            target.is_some_and(|target| matches!(text.category(target), Category::Member | Category::Subscript))
        }
        _ => false,
    }
}

/// An index, a bound of a slice, a range or a loop is one too much or too little.
pub(super) fn off_by_one_place(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites = text.sites(|node| is_counted(text, node) && (is_sum(text, node) || is_count(text, node)));
    let site = *choice.pick(&sites)?;
    let range = text.range(site);
    if let Some(value) = decimal(text.text(site)) {
        return Some(vec![Edit::replace(range, off_by_one(value, choice).to_string())]);
    }
    let step = if choice.below(2) == 0 { " + 1" } else { " - 1" };
    Some(vec![Edit::insert(range.end, step)])
}

/// What one can be added to as it stands.
fn is_sum(text: &Text<'_>, node: u32) -> bool {
    let adds = |operator| matches!(text.category(operator), Category::OperatorAdd | Category::OperatorSubtract);
    match text.category(node) {
        Category::Identifier | Category::Call | Category::Member | Category::Subscript | Category::Parenthesized => {
            true
        }
        Category::BinaryOperation => text.only_operator(node).is_some_and(adds),
        _ => false,
    }
}

fn is_count(text: &Text<'_>, node: u32) -> bool {
    text.category(node) == Category::Integer && decimal(text.text(node)).is_some()
}

/// Whether the node is an index or a bound.
fn is_counted(text: &Text<'_>, node: u32) -> bool {
    let parent = text.tree().parent(node);
    match text.parent_category(node) {
        Some(Category::Subscript) => match text.tree().child_with_role(parent, Role::Index) {
            Some(index) => index == node,
            None => text.two_operands(parent).is_some_and(|(_, index)| index == node),
        },
        Some(Category::Slice) => true,
        Some(Category::Arguments) if text.role(parent) == Role::Index => text.text(parent).starts_with('['),
        Some(Category::Arguments) => is_range(text, text.tree().parent(parent)),
        Some(Category::Comparison) => {
            text.two_operands(parent).is_some_and(|(_, right)| right == node) && bounds_loop(text, parent)
        }
        _ => false,
    }
}

fn is_range(text: &Text<'_>, call: u32) -> bool {
    let callee = text.tree().child_with_role(call, Role::Callee);
    callee.is_some_and(|callee| text.spelling().range_functions.contains(&text.text(callee)))
}

/// Whether a comparison by order is the condition of a loop.
fn bounds_loop(text: &Text<'_>, comparison: u32) -> bool {
    let is_order = |operator| {
        matches!(
            text.category(operator),
            Category::OperatorLess
                | Category::OperatorLessEqual
                | Category::OperatorGreater
                | Category::OperatorGreaterEqual
        )
    };
    let condition = match text.parent_category(comparison) {
        Some(Category::Parenthesized) => text.tree().parent(comparison),
        _ => comparison,
    };
    let in_loop = matches!(text.parent_category(condition), Some(Category::While | Category::For | Category::Other));
    in_loop && is_condition(text, condition) && text.only_operator(comparison).is_some_and(is_order)
}

//! Rewrites that leave the meaning as it is.

use super::choice::Choice;
use super::edit::Edit;
use super::text::{Text, is_number};
use crate::forest::{Bindings, Declaration};
use crate::language::{Category, Role};
use crate::syntax::NONE;

/// `a < b` to `b > a`.
pub(super) fn mirror_comparison(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites = text.sites(|node| text.category(node) == Category::Comparison && mirrored(text, node).is_some());
    mirrored(text, *choice.pick(&sites)?)
}

fn mirrored(text: &Text<'_>, comparison: u32) -> Option<Vec<Edit>> {
    let (left, right) = text.two_operands(comparison)?;
    let operator = text.only_operator(comparison)?;
    let mirror = mirror_operator(text.category(operator))?;
    let groups_alike = is_operand(text, left) && is_operand(text, right);
    let begins_statement = text.parent_category(comparison) == Some(Category::ExpressionStatement);
    if !groups_alike || begins_statement || !is_order_free(text, left, right) || text.same_text(left, right) {
        return None;
    }
    let mut edits: Vec<Edit> = text.swap(left, right).into();
    if mirror != text.category(operator) {
        edits.push(Edit::replace(text.range(operator), text.operator_text(mirror)?));
    }
    Some(edits)
}

/// Whether the node is read alike on either side of a comparison.
fn is_operand(text: &Text<'_>, node: u32) -> bool {
    !matches!(
        text.category(node),
        Category::Comparison
            | Category::Cast
            | Category::Conditional
            | Category::Lambda
            | Category::If
            | Category::Match
            | Category::Dictionary
            | Category::Function
    )
}

/// Neither operand can see in which order the two are evaluated: a literal beside anything, or two plain names.
fn is_order_free(text: &Text<'_>, left: u32, right: u32) -> bool {
    let is_name = |node| text.category(node) == Category::Identifier;
    text.is_literal(left) || text.is_literal(right) || (is_name(left) && is_name(right))
}

fn mirror_operator(operator: Category) -> Option<Category> {
    match operator {
        Category::OperatorLess => Some(Category::OperatorGreater),
        Category::OperatorLessEqual => Some(Category::OperatorGreaterEqual),
        Category::OperatorGreater => Some(Category::OperatorLess),
        Category::OperatorGreaterEqual => Some(Category::OperatorLessEqual),
        Category::OperatorEqual | Category::OperatorNotEqual => Some(operator),
        _ => None,
    }
}

/// `if c: A else: B` to `if not c: B else: A`.
pub(super) fn swap_branches(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites = text.sites(|node| text.category(node) == Category::If && swapped_branches(text, node).is_some());
    swapped_branches(text, *choice.pick(&sites)?)
}

fn swapped_branches(text: &Text<'_>, branch: u32) -> Option<Vec<Edit>> {
    let tree = text.tree();
    let condition = tree.child_with_role(branch, Role::Condition)?;
    let consequence = tree.child_with_role(branch, Role::Consequence)?;
    let body = alternative_block(text, branch)?;
    if text.category(consequence) != Category::Block || !is_alike_laid_out(text, branch, consequence, body) {
        return None;
    }
    let mut edits = text.negate(condition)?;
    edits.extend(text.swap(consequence, body));
    Some(edits)
}

/// The block of the only alternative, where that is no other condition.
fn alternative_block(text: &Text<'_>, branch: u32) -> Option<u32> {
    let tree = text.tree();
    let mut alternatives = tree.children(branch).filter(|child| text.role(*child) == Role::Alternative);
    let (alternative, None) = (alternatives.next()?, alternatives.next()) else { return None };
    let block = match text.category(alternative) {
        Category::Else => text.operands(alternative).find(|child| text.category(*child) == Category::Block)?,
        _ => alternative,
    };
    (text.category(block) == Category::Block).then_some(block)
}

/// Whether the two blocks can change places as they are.
fn is_alike_laid_out(text: &Text<'_>, branch: u32, consequence: u32, alternative: u32) -> bool {
    let has_braces = |block| text.text(block).starts_with('{');
    if has_braces(consequence) && has_braces(alternative) {
        return true;
    }
    let header = text.tree().parent(alternative);
    let layouts = (layout(text, branch, consequence), layout(text, header, alternative));
    matches!(layouts, (Some(consequence), Some(alternative)) if consequence == alternative)
}

/// What stands before a block on its line: its indentation, or nothing of interest where it follows its header.
/// None for a block that cannot be moved as it is.
fn layout<'text>(text: &Text<'text>, header: u32, block: u32) -> Option<&'text str> {
    let start = text.range(block).start;
    let before = text.source().get(..start)?;
    let indentation = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
    if indentation.chars().all(char::is_whitespace) {
        return (!indentation.is_empty()).then_some(indentation);
    }
    let on_one_line = text.tree().start_line(header) == text.tree().end_line(block);
    on_one_line.then_some("")
}

/// `a if c else b` to `b if not c else a`.
pub(super) fn swap_conditional(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites =
        text.sites(|node| text.category(node) == Category::Conditional && swapped_conditional(text, node).is_some());
    swapped_conditional(text, *choice.pick(&sites)?)
}

fn swapped_conditional(text: &Text<'_>, conditional: u32) -> Option<Vec<Edit>> {
    let [condition, consequence, alternative] = conditional_parts(text, conditional)?;
    let groups_alike = |node| {
        !matches!(
            text.category(node),
            Category::Conditional
                | Category::Lambda
                | Category::Assignment
                | Category::AugmentedAssignment
                | Category::ExpressionList
                | Category::Yield
        )
    };
    if !groups_alike(consequence) || !groups_alike(alternative) || text.same_text(consequence, alternative) {
        return None;
    }
    let mut edits = text.negate(condition)?;
    edits.extend(text.swap(consequence, alternative));
    Some(edits)
}

/// Condition, consequence and alternative of a conditional expression.
pub(super) fn conditional_parts(text: &Text<'_>, conditional: u32) -> Option<[u32; 3]> {
    let of_role = |role| text.tree().child_with_role(conditional, role);
    if let Some(condition) = of_role(Role::Condition) {
        return Some([condition, of_role(Role::Consequence)?, of_role(Role::Alternative)?]);
    }
    let operands: Vec<u32> = text.operands(conditional).collect();
    let [consequence, condition, alternative] = operands[..] else { return None };
    Some([condition, consequence, alternative])
}

/// `a not in b` to `not (a in b)`, and where a negation binds tightly `a != b` to `!(a == b)`.
pub(super) fn expand_negation(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites = text.sites(|node| text.category(node) == Category::Comparison && expanded(text, node).is_some());
    expanded(text, *choice.pick(&sites)?)
}

fn expanded(text: &Text<'_>, comparison: u32) -> Option<Vec<Edit>> {
    let operator = text.only_operator(comparison)?;
    let (positive, open) = positive_of(text, operator)?;
    let range = text.range(comparison);
    Some(vec![
        Edit::insert(range.start, open),
        Edit::replace(text.range(operator), positive),
        Edit::insert(range.end, ")"),
    ])
}

/// What the comparison says without its negation, and what the negation before it is.
fn positive_of(text: &Text<'_>, operator: u32) -> Option<(String, String)> {
    let not = text.operator_text(Category::OperatorNot)?;
    let spelled = |positive| Some((text.operator_text(positive)?.to_owned(), format!("{not} (")));
    match text.category(operator) {
        Category::OperatorNotIn => spelled(Category::OperatorIn),
        Category::OperatorIsNot => spelled(Category::OperatorIs),
        Category::OperatorNotEqual if text.spelling().negation_is_tight => {
            let equal = text.text(operator).strip_prefix('!')?;
            Some((format!("={equal}"), format!("{not}(")))
        }
        _ => None,
    }
}

/// `x += 1` to `x = x + 1` or back, where `x` is only ever given numbers: on shared lists and arrays the two differ.
pub(super) fn augmented_assignment(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let bindings = Bindings::of(text.source().as_bytes(), text.tree(), 0);
    let numeric = numeric_bindings(text, &bindings);
    let sites: Vec<Vec<Edit>> = bindings
        .occurrences()
        .iter()
        .filter(|occurrence| occurrence.binding != NONE && numeric[occurrence.binding as usize])
        .filter_map(|occurrence| rewritten_assignment(text, occurrence.node))
        .collect();
    choice.pick(&sites).cloned()
}

/// For each binding, whether it starts as a number and is otherwise only computed from itself.
fn numeric_bindings(text: &Text<'_>, bindings: &Bindings<'_>) -> Vec<bool> {
    let mut starts = vec![false; bindings.binding_count()];
    let mut fits = vec![true; bindings.binding_count()];
    for occurrence in bindings.occurrences().iter().filter(|occurrence| occurrence.binding != NONE) {
        let binding = occurrence.binding as usize;
        match occurrence.declaration {
            Declaration::Use => {}
            Declaration::Assign => match given_value(text, occurrence.node) {
                Some(Given::Number) => starts[binding] = true,
                Some(Given::Update) => {}
                None => fits[binding] = false,
            },
            _ => fits[binding] = false,
        }
    }
    starts.into_iter().zip(fits).map(|(starts, fits)| starts && fits).collect()
}

enum Given {
    Number,
    Update,
}

fn given_value(text: &Text<'_>, name: u32) -> Option<Given> {
    let assignment = text.tree().parent(name);
    let value = text.tree().child_with_role(assignment, Role::Right)?;
    match text.category(assignment) {
        Category::AugmentedAssignment => Some(Given::Update),
        Category::Assignment if is_number(text.category(value)) => Some(Given::Number),
        Category::Assignment => self_update(text, name, value).map(|_| Given::Update),
        _ => None,
    }
}

/// The operator and the number of `name = name operator number`.
fn self_update(text: &Text<'_>, name: u32, value: u32) -> Option<(u32, u32)> {
    let (left, right) = text.two_operands(value)?;
    let is_update = text.category(value) == Category::BinaryOperation
        && text.category(left) == Category::Identifier
        && text.same_text(name, left)
        && is_number(text.category(right));
    is_update.then_some((text.only_operator(value)?, right))
}

fn rewritten_assignment(text: &Text<'_>, name: u32) -> Option<Vec<Edit>> {
    let tree = text.tree();
    let assignment = tree.parent(name);
    if assignment == NONE || text.role(name) != Role::Left || tree.child_with_role(assignment, Role::Type).is_some() {
        return None;
    }
    let value = tree.child_with_role(assignment, Role::Right)?;
    let between = text.range(name).end..text.range(value).start;
    match text.category(assignment) {
        Category::AugmentedAssignment if is_number(text.category(value)) => {
            let operator = text.text(text.only_operator(assignment)?).trim_end_matches('=');
            Some(vec![Edit::replace(between, format!(" = {} {operator} ", text.text(name)))])
        }
        Category::Assignment if begins_statement(text, assignment) => {
            let (operator, number) = self_update(text, name, value)?;
            let changed = text.range(name).end..text.range(number).start;
            Some(vec![Edit::replace(changed, format!(" {}= ", text.text(operator)))])
        }
        _ => None,
    }
}

/// Whether nothing of its statement stands before the assignment, which else would declare its variable.
fn begins_statement(text: &Text<'_>, assignment: u32) -> bool {
    let statement = text.tree().parent(assignment);
    text.parent_category(assignment) == Some(Category::ExpressionStatement)
        && text.range(statement).start == text.range(assignment).start
}

//! Small mistakes.

use super::choice::Choice;
use super::edit::Edit;
use super::preserve::conditional_parts;
use super::text::Text;
use crate::forest::{Bindings, Declaration, Occurrence};
use crate::language::{Category, LoopForms, Role};
use crate::syntax::NONE;

/// A use of a local name becomes another local name of the same function that is bound before it.
pub(super) fn variable_misuse(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let bindings = Bindings::of(text.source().as_bytes(), text.tree(), 0);
    let locals = Locals::of(text, &bindings);
    let sites: Vec<&Occurrence> =
        bindings.occurrences().iter().filter(|use_| locals.has_other(text, &bindings, use_)).collect();
    let site = choice.pick(&sites)?;
    let others: Vec<&str> = locals.others(&bindings, site).collect();
    let other = choice.pick(&others)?;
    Some(vec![Edit::replace(text.range(site.node), *other)])
}

/// The parameters and local variables, sorted by function, then by where they can be used first.
struct Locals<'text> {
    declared: Vec<Local<'text>>,
}

struct Local<'text> {
    scope: u32,
    usable_from: u32,
    name: &'text str,
}

impl<'text> Locals<'text> {
    fn of(text: &Text<'_>, bindings: &Bindings<'text>) -> Self {
        let mut seen = vec![false; bindings.binding_count()];
        let mut declared = Vec::new();
        for occurrence in bindings.occurrences() {
            if occurrence.binding == NONE || std::mem::replace(&mut seen[occurrence.binding as usize], true) {
                continue;
            }
            let scope = bindings.binding_scope(occurrence.binding);
            let name = bindings.name(occurrence);
            let is_variable = matches!(occurrence.declaration, Declaration::Assign | Declaration::Parameter);
            if is_variable && is_function(bindings, scope) && !is_special(text, name) {
                declared.push(Local { scope, usable_from: usable_from(text, occurrence.node), name });
            }
        }
        declared.sort_by_key(|local| (local.scope, local.usable_from));
        Self { declared }
    }

    fn has_other(&self, text: &Text<'_>, bindings: &Bindings<'text>, occurrence: &Occurrence) -> bool {
        occurrence.declaration == Declaration::Use
            && occurrence.binding != NONE
            && !text.is_frozen(occurrence.node)
            && text.role(occurrence.node) != Role::Callee
            && !is_special(text, bindings.name(occurrence))
            && bindings.binding_scope(occurrence.binding) == bindings.enclosing_definition(occurrence.scope)
            && self.others(bindings, occurrence).next().is_some()
    }

    fn others(&self, bindings: &Bindings<'text>, occurrence: &Occurrence) -> impl Iterator<Item = &'text str> + '_ {
        let scope = bindings.enclosing_definition(occurrence.scope);
        let (name, node) = (bindings.name(occurrence), occurrence.node);
        let start = self.declared.partition_point(|local| local.scope < scope);
        self.declared[start..]
            .iter()
            .take_while(move |local| local.scope == scope && local.usable_from <= node)
            .map(|local| local.name)
            .filter(move |other| *other != name)
    }
}

/// The first node, in order of the text, after which a declared name has a value: behind the assignment as a whole.
fn usable_from(text: &Text<'_>, declared: u32) -> u32 {
    let tree = text.tree();
    let ancestors = std::iter::successors(Some(tree.parent(declared)), |node| Some(tree.parent(*node)));
    let outside_targets = ancestors.take(MAX_TARGET_DEPTH).find(|node| {
        !matches!(text.category(*node), Category::Pattern | Category::Tuple | Category::List | Category::Parenthesized)
    });
    match outside_targets {
        Some(node) if text.category(node) == Category::Assignment => tree.subtree_end(node),
        _ => declared + 1,
    }
}

/// Targets of assignments are not searched deeper than this.
const MAX_TARGET_DEPTH: usize = 8;

fn is_function(bindings: &Bindings<'_>, scope: u32) -> bool {
    bindings.scope(scope).category == Category::Function
}

fn is_special(text: &Text<'_>, name: &str) -> bool {
    name.chars().all(|character| character == '_') || text.spelling().receivers.contains(&name)
}

/// One operator becomes a near one.
pub(super) fn wrong_operator(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites = text.sites(|node| is_operation(text, node) && !near_spellings(text, node).is_empty());
    let site = *choice.pick(&sites)?;
    let near = near_spellings(text, site);
    Some(vec![Edit::replace(text.range(site), choice.pick(&near)?.as_str())])
}

/// How the language writes what is near an operator.
fn near_spellings(text: &Text<'_>, operator: u32) -> Vec<String> {
    let assigns = text.parent_category(operator) == Some(Category::AugmentedAssignment);
    match text.text(operator) {
        "===" => return vec!["!==".to_owned()],
        "!==" => return vec!["===".to_owned()],
        "++" => return vec!["--".to_owned()],
        "--" => return vec!["++".to_owned()],
        _ => {}
    }
    let near = near_operators(text.category(operator)).iter().filter_map(|near| text.operator_text(*near));
    near.map(|spelled| format!("{spelled}{}", if assigns { "=" } else { "" })).collect()
}

fn is_operation(text: &Text<'_>, operator: u32) -> bool {
    let parent = text.tree().parent(operator);
    match text.parent_category(operator) {
        Some(Category::Comparison | Category::BooleanOperation | Category::AugmentedAssignment) => true,
        // Text is formatted and joined by operators too; there a "near" one is no likely mistake.
        Some(Category::BinaryOperation) => !text.operands(parent).any(|operand| is_text(text, operand)),
        _ => false,
    }
}

fn is_text(text: &Text<'_>, node: u32) -> bool {
    matches!(text.category(node), Category::String | Category::ConcatenatedString)
}

fn near_operators(operator: Category) -> &'static [Category] {
    match operator {
        Category::OperatorEqual => &[Category::OperatorNotEqual],
        Category::OperatorNotEqual => &[Category::OperatorEqual],
        Category::OperatorLess => &[Category::OperatorLessEqual, Category::OperatorGreater],
        Category::OperatorLessEqual => &[Category::OperatorLess, Category::OperatorGreaterEqual],
        Category::OperatorGreater => &[Category::OperatorGreaterEqual, Category::OperatorLess],
        Category::OperatorGreaterEqual => &[Category::OperatorGreater, Category::OperatorLessEqual],
        Category::OperatorIs => &[Category::OperatorIsNot],
        Category::OperatorIsNot => &[Category::OperatorIs],
        Category::OperatorIn => &[Category::OperatorNotIn],
        Category::OperatorNotIn => &[Category::OperatorIn],
        Category::OperatorAnd => &[Category::OperatorOr],
        Category::OperatorOr => &[Category::OperatorAnd],
        Category::OperatorAdd => &[Category::OperatorSubtract],
        Category::OperatorSubtract => &[Category::OperatorAdd],
        Category::OperatorMultiply => &[Category::OperatorAdd, Category::OperatorFloorDivide, Category::OperatorDivide],
        Category::OperatorDivide => &[Category::OperatorFloorDivide, Category::OperatorMultiply],
        Category::OperatorFloorDivide => &[Category::OperatorDivide, Category::OperatorModulo],
        Category::OperatorModulo => &[Category::OperatorFloorDivide],
        Category::OperatorPower => &[Category::OperatorMultiply],
        Category::OperatorBitOr => &[Category::OperatorBitAnd],
        Category::OperatorBitAnd | Category::OperatorBitXor => &[Category::OperatorBitOr],
        Category::OperatorShiftLeft => &[Category::OperatorShiftRight],
        Category::OperatorShiftRight => &[Category::OperatorShiftLeft],
        _ => &[],
    }
}

/// An integer is off by one, a truth value the other one, a string empty.
pub(super) fn wrong_literal(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites = text.sites(|node| match text.category(node) {
        Category::Integer => decimal(text.text(node)).is_some() && text.role(node) != Role::Member,
        Category::True | Category::False => true,
        Category::String => is_filled_string(text, node),
        _ => false,
    });
    let site = *choice.pick(&sites)?;
    let edit = match text.category(site) {
        Category::Integer => Edit::replace(text.range(site), off_by_one(decimal(text.text(site))?, choice).to_string()),
        Category::True => Edit::replace(text.range(site), text.spelling().false_literal),
        Category::False => Edit::replace(text.range(site), text.spelling().true_literal),
        _ => {
            let (open, close) = delimiters(text, site)?;
            Edit::remove(text.range(open).end..text.range(close).start)
        }
    };
    Some(vec![edit])
}

pub(super) fn decimal(digits: &str) -> Option<u64> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    digits.parse().ok().filter(|value| plain && *value < u64::MAX)
}

pub(super) fn off_by_one(value: u64, choice: &mut Choice) -> u64 {
    if value == 0 || choice.below(2) == 0 { value + 1 } else { value - 1 }
}

fn is_filled_string(text: &Text<'_>, node: u32) -> bool {
    text.is_plain_string(node)
        && text.parent_category(node) != Some(Category::ConcatenatedString)
        && delimiters(text, node).is_some_and(|(open, close)| text.range(open).end < text.range(close).start)
}

fn delimiters(text: &Text<'_>, node: u32) -> Option<(u32, u32)> {
    let mut found = text.tree().children(node).filter(|part| text.category(*part) == Category::StringDelimiter);
    if let Some(pair) = found.next().zip(found.last()) {
        return Some(pair);
    }
    let is_quote = |part: &u32| matches!(text.text(*part), "\"" | "`");
    let first = text.tree().children(node).next().filter(is_quote)?;
    let last = text.tree().children(node).last().filter(is_quote)?;
    (first != last).then_some((first, last))
}

/// Two neighbouring positional arguments, or the operands of a non-commutative operator, change places.
pub(super) fn swapped_arguments(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let parents = text.sites(|node| matches!(text.category(node), Category::Arguments | Category::BinaryOperation));
    let mut sites: Vec<(u32, u32)> = Vec::new();
    for parent in parents {
        if text.category(parent) == Category::Arguments {
            sites.extend(neighbouring_arguments(text, parent));
        } else {
            sites.extend(swappable_operands(text, parent));
        }
    }
    sites.retain(|(left, right)| !text.same_text(*left, *right));
    let (left, right) = *choice.pick(&sites)?;
    Some(text.swap(left, right).into())
}

fn neighbouring_arguments(text: &Text<'_>, arguments: u32) -> Vec<(u32, u32)> {
    let call = text.tree().parent(arguments);
    let is_call = call != NONE && text.role(arguments) == Role::Arguments;
    let of_role = |role| text.tree().child_with_role(call, role).filter(|_| is_call);
    let Some(callee) = of_role(Role::Callee).or_else(|| of_role(Role::Member)) else { return Vec::new() };
    let function = text.text(callee);
    let function = function.rsplit(['.', ':']).next().unwrap_or(function);
    if text.spelling().commutative_functions.contains(&function) {
        return Vec::new();
    }
    let is_positional =
        |node: &u32| !matches!(text.category(*node), Category::KeywordArgument | Category::Spread | Category::Pair);
    let positional: Vec<u32> = text.operands(arguments).take_while(is_positional).collect();
    positional.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

fn swappable_operands(text: &Text<'_>, operation: u32) -> Option<(u32, u32)> {
    let (left, right) = text.two_operands(operation)?;
    let operator = text.category(text.only_operator(operation)?);
    let commutes = !matches!(
        operator,
        Category::OperatorSubtract
            | Category::OperatorDivide
            | Category::OperatorFloorDivide
            | Category::OperatorModulo
            | Category::OperatorPower
            | Category::OperatorShiftLeft
            | Category::OperatorShiftRight
            | Category::OperatorMatrixMultiply
    );
    let keeps_grouping = text.is_primary(left) && text.is_primary(right);
    (!commutes && keeps_grouping && !is_text(text, left)).then_some((left, right))
}

/// The condition of a branch, loop, conditional expression, comprehension or assertion is negated.
pub(super) fn negated_condition(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let is_site = |node| is_condition(text, node) && !is_constant(text, node) && text.negate(node).is_some();
    text.negate(*choice.pick(&text.sites(is_site))?)
}

pub(super) fn is_condition(text: &Text<'_>, node: u32) -> bool {
    let parent = text.tree().parent(node);
    let is_first = || text.operands(parent).next() == Some(node);
    match text.parent_category(node) {
        Some(Category::If | Category::ElseIf | Category::While | Category::For | Category::Other)
            if text.role(node) == Role::Condition =>
        {
            true
        }
        Some(Category::For) => is_bare_condition(text, node) && is_first(),
        Some(Category::Conditional) => conditional_parts(text, parent).is_some_and(|[condition, ..]| condition == node),
        Some(Category::Assert | Category::ComprehensionIf) => is_first(),
        _ => false,
    }
}

/// Whether the node, the first of a loop, is the condition of one without parentheses.
pub(super) fn is_bare_condition(text: &Text<'_>, node: u32) -> bool {
    text.spelling().loops == LoopForms::Bare && !matches!(text.category(node), Category::Other | Category::Block)
}

/// `while True` and the like: nobody negates that by mistake.
fn is_constant(text: &Text<'_>, node: u32) -> bool {
    text.is_literal(node)
}

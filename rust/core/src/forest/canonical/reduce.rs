//! What each category of syntax becomes.

use super::reader::{Part, Reader};
use crate::language::{Category, Form, Role};

/// Most statements that are taken out of an `else` or handed on by a block: what is nested deeply is not copied again and
/// again.
pub(super) const MOST_HANDED_ON: usize = 64;

/// How many statements before a loop may stand between it and where its counter starts.
const MOST_BEFORE_LOOP: usize = 4;

impl Reader<'_, '_> {
    /// Makes of the current syntax node and what its children became what it becomes itself.
    pub(super) fn reduce(&mut self, syntax: u32, parts: &[Part]) {
        match self.tree.category(syntax) {
            Category::Block | Category::Arguments => self.nested(syntax, parts),
            Category::Function => self.function(Form::Function, parts),
            Category::Lambda => self.function(Form::Lambda, parts),
            Category::Signature | Category::Declarator => self.declarator(parts),
            Category::Class | Category::Extension => self.class(parts),
            Category::Parameters => self.parameters(parts),
            Category::Parameter | Category::DefaultParameter | Category::VariadicParameter => self.parameter(parts),
            Category::Assignment => self.assignment(syntax, parts),
            Category::AugmentedAssignment => self.augmented(syntax, parts),
            Category::NamedExpression => self.named(parts),
            Category::Declaration => self.declaration(parts),
            Category::If | Category::ElseIf | Category::Conditional => self.branch(syntax, parts),
            Category::For => self.for_loop(parts),
            Category::While => self.while_loop(parts),
            Category::Comprehension | Category::Generator => self.comprehension(parts),
            Category::ComprehensionFor => self.pass_roles(parts),
            Category::ComprehensionIf => parts.iter().for_each(|part| self.emit(part.node)),
            Category::Return => self.returned(parts),
            Category::Yield => self.listed(Form::Yield, parts),
            Category::Raise => self.listed(Form::Raise, parts),
            Category::Assert => self.listed(Form::Assert, parts),
            Category::Delete => self.listed(Form::Delete, parts),
            Category::Print => self.listed(Form::Print, parts),
            Category::Break => self.listed(Form::Break, &[]),
            Category::Continue => self.listed(Form::Continue, &[]),
            Category::Try => self.with_body(Form::Try, parts),
            Category::Catch => self.with_body(Form::Catch, parts),
            Category::Finally => self.with_body(Form::Finally, parts),
            Category::With => self.with_body(Form::With, parts),
            Category::Match => self.listed(Form::Match, parts),
            Category::MatchCase => self.with_body(Form::Case, parts),
            Category::Call => self.call(parts),
            Category::Member => self.member(parts),
            Category::QualifiedName => self.qualified(parts),
            Category::Subscript => self.subscript(parts),
            Category::Slice => self.slice(syntax, parts),
            Category::BinaryOperation | Category::BooleanOperation | Category::Comparison => {
                self.operation(syntax, parts);
            }
            Category::UnaryOperation | Category::NotOperation => self.unary(syntax, parts),
            Category::List | Category::Tuple | Category::ExpressionList | Category::Pattern => self.list(syntax, parts),
            Category::Dictionary => self.listed(Form::Map, parts),
            Category::Set => self.listed(Form::Set, parts),
            Category::KeywordArgument => self.keyword(parts),
            Category::Pair => self.listed(Form::Pair, parts),
            Category::String | Category::ConcatenatedString => self.listed(Form::Format, parts),
            Category::Other | Category::Error => self.other(syntax, parts),
            _ => self.pass(parts),
        }
    }

    fn returned(&mut self, parts: &[Part]) {
        match parts {
            [only] => {
                let statements = self.return_of(only.node);
                self.emit_all(statements);
            }
            _ => self.listed(Form::Return, parts),
        }
    }

    pub(super) fn listed(&mut self, form: Form, parts: &[Part]) {
        let node = self.arena.node(form, parts.iter().map(|part| part.node));
        self.emit(node);
    }

    /// Statements of a block or arguments of a call: they belong to what is around, or to a group within their like.
    fn nested(&mut self, syntax: u32, parts: &[Part]) {
        let category = self.tree.category(syntax);
        if self.parent_category(syntax) == category && parts.len() != 1 && !self.is_all_of_outermost(syntax) {
            self.listed(if category == Category::Block { Form::Body } else { Form::List }, parts);
        } else {
            self.pass(parts);
        }
    }

    /// Whether a block is all that the block around it holds, and that stands in no other.
    fn is_all_of_outermost(&self, syntax: u32) -> bool {
        let around = self.tree.parent(syntax);
        let mut named = self.tree.children(around).filter(|child| self.tree.is_named(*child));
        named.next() == Some(syntax) && named.next().is_none() && self.parent_category(around) != Category::Block
    }

    /// What is given under a name; what the name is says the callee.
    fn keyword(&mut self, parts: &[Part]) {
        let value = of_role(parts, Role::Value).next().or(parts.last().map(|part| part.node));
        self.emit_all(value);
    }

    /// A group of statements; none where there are none.
    pub(super) fn group(&mut self, form: Form, nodes: impl IntoIterator<Item = u32>) -> Option<u32> {
        let mut kept: Vec<u32> = Vec::new();
        for node in nodes {
            let next = match self.counted_before(&mut kept, node) {
                Some(counted) => counted,
                None => self.answer_after(&mut kept, node),
            };
            kept.push(next);
        }
        (!kept.is_empty()).then(|| self.arena.node(form, kept))
    }

    /// `return c` for `if c: return True` before `return False`.
    fn answer_after(&mut self, before: &mut Vec<u32>, node: u32) -> u32 {
        let Some(last) = before.last().copied() else { return node };
        let [condition, then] = *self.arena.children(last) else { return node };
        if self.arena.form(last) != Form::If || self.arena.children(then).len() != 1 {
            return node;
        }
        let then = self.arena.children(then)[0];
        match self.truth(condition, then, node).filter(|_| self.arena.form(node) == Form::Return) {
            Some(answer) => {
                before.pop();
                answer
            }
            None => match self.turned_return(condition, then, node) {
                Some((turned, last_return)) => {
                    before.pop();
                    before.push(turned);
                    last_return
                }
                None => node,
            },
        }
    }

    /// A loop over a range for one that counts by itself; what it counts from is taken from the statements before.
    fn counted_before(&mut self, before: &mut Vec<u32>, node: u32) -> Option<u32> {
        if self.arena.form(node) != Form::While {
            return None;
        }
        for place in (before.len().saturating_sub(MOST_BEFORE_LOOP)..before.len()).rev() {
            if let Some(counted) = self.counting(before[place], node) {
                before.remove(place);
                return Some(counted);
            }
        }
        None
    }

    fn with_body(&mut self, form: Form, parts: &[Part]) {
        let body = self.group(Form::Body, of_role(parts, Role::Body));
        let others = parts.iter().filter(|part| part.role != Role::Body).map(|part| part.node);
        let node = self.arena.node(form, others.chain(body));
        self.emit(node);
    }

    /// What no category is known of: of one part that part, else a node of its own. The clause of a loop hands on its own.
    fn other(&mut self, syntax: u32, parts: &[Part]) {
        match parts {
            _ if self.parent_category(syntax) == Category::For => self.pass_roles(parts),
            [] => {}
            [only] => self.emit(only.node),
            _ => self.listed(Form::Other, parts),
        }
    }
}

pub(super) fn of_role(parts: &[Part], role: Role) -> impl Iterator<Item = u32> + '_ {
    parts.iter().filter(move |part| part.role == role).map(|part| part.node)
}

/// Whether a node stands for a value and not for a statement.
pub(super) fn is_value(form: Form) -> bool {
    !matches!(
        form,
        Form::If
            | Form::Each
            | Form::While
            | Form::Break
            | Form::Continue
            | Form::Return
            | Form::Raise
            | Form::Try
            | Form::With
            | Form::Match
            | Form::Assign
            | Form::Assert
            | Form::Delete
            | Form::Function
            | Form::Class
            | Form::Body
            | Form::Print
    )
}

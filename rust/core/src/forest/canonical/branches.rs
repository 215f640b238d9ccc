//! What branches become.

use super::reader::{Part, Reader};
use super::reduce::{MOST_HANDED_ON, of_role};
use crate::language::{Category, Form, Role};

impl Reader<'_, '_> {
    pub(super) fn branch(&mut self, syntax: u32, parts: &[Part]) {
        if self.tree.category(syntax) == Category::Conditional && of_role(parts, Role::Condition).next().is_none() {
            // `consequence if condition else alternative`
            if let [then, condition, otherwise] = parts {
                return self.decided(condition.node, &[then.node], vec![otherwise.node]);
            }
        }
        self.emit_all(of_role(parts, Role::Initializer));
        let Some(condition) = of_role(parts, Role::Condition).next() else { return self.pass(parts) };
        let then: Vec<u32> = of_role(parts, Role::Consequence).collect();
        let otherwise = self.otherwise(parts);
        self.decided(condition, &then, otherwise);
    }

    /// The alternatives of a branch; a chain of `elif` as branches within branches.
    fn otherwise(&mut self, parts: &[Part]) -> Vec<u32> {
        let alternatives: Vec<Part> = parts.iter().filter(|part| part.role == Role::Alternative).copied().collect();
        let mut rest: Vec<u32> = Vec::new();
        for part in alternatives.iter().rev() {
            if part.category == Category::ElseIf && !rest.is_empty() && self.arena.form(part.node) == Form::If {
                rest.reverse();
                let mut children = self.arena.children(part.node).to_vec();
                children.extend(self.group(Form::Else, std::mem::take(&mut rest)));
                rest.push(self.arena.node(Form::If, children));
            } else {
                rest.push(part.node);
            }
        }
        rest.reverse();
        rest
    }

    /// Emits a branch. A choice between true and false is its condition, one between the greater and the smaller is that.
    fn decided(&mut self, condition: u32, then: &[u32], otherwise: Vec<u32>) {
        let condition = self.arena_condition(condition);
        if let ([then], [otherwise]) = (then, otherwise.as_slice())
            && let Some(node) = self.truth(condition, *then, *otherwise)
        {
            return self.emit(node);
        }
        if let Some(node) = self.extreme(condition, then, &otherwise) {
            return self.emit(node);
        }
        if self.reads_better_turned(condition, then, &otherwise) {
            let turned = self.negated(condition);
            return self.branched(turned, &otherwise, then.to_vec());
        }
        self.branched(condition, then, otherwise);
    }

    /// Whether the alternative of a branch should come first: where it alone leads out, or where the condition is a negation
    /// and it makes no other difference.
    fn reads_better_turned(&self, condition: u32, then: &[u32], otherwise: &[u32]) -> bool {
        let leads_out = |nodes: &[u32]| nodes.last().is_some_and(|last| is_way_out(self.arena.form(*last)));
        if then.is_empty() || otherwise.is_empty() {
            return then.is_empty() && !otherwise.is_empty();
        }
        match (leads_out(then), leads_out(otherwise)) {
            (left, right) if left == right => self.is_negative(condition),
            (_, alternative) => alternative,
        }
    }

    /// Whether a condition is the opposite of one that is as simple.
    pub(super) fn is_negative(&self, condition: u32) -> bool {
        matches!(self.arena.form(condition), Form::Not | Form::NotEqual | Form::LessEqual)
    }

    /// Emits a branch as it stands. What follows a way out needs no `else`.
    fn branched(&mut self, condition: u32, then: &[u32], otherwise: Vec<u32>) {
        let leaves = then.last().is_some_and(|last| is_way_out(self.arena.form(*last)));
        let group = self.group(Form::Then, then.iter().copied());
        if leaves && otherwise.len() < MOST_HANDED_ON {
            let node = self.arena.node(Form::If, [condition].into_iter().chain(group));
            self.emit(node);
            self.emit_all(otherwise);
            return;
        }
        let otherwise = self.group(Form::Else, otherwise);
        let node = self.arena.node(Form::If, [condition].into_iter().chain(group).chain(otherwise));
        self.emit(node);
    }

    /// `c` for `c ? true : false`, and the same returned.
    pub(super) fn truth(&mut self, condition: u32, then: u32, otherwise: u32) -> Option<u32> {
        match (self.arena.form(then), self.arena.form(otherwise)) {
            (Form::True, Form::False) => Some(condition),
            (Form::False, Form::True) => Some(self.negated(condition)),
            (Form::Return, Form::Return) => {
                let (then, otherwise) = (self.arena.child(then, 0)?, self.arena.child(otherwise, 0)?);
                let value = match (self.arena.form(then), self.arena.form(otherwise)) {
                    (Form::True, Form::False) => condition,
                    (Form::False, Form::True) => self.negated(condition),
                    _ => return None,
                };
                Some(self.arena.node(Form::Return, [value]))
            }
            _ => None,
        }
    }

    fn arena_condition(&mut self, condition: u32) -> u32 {
        match self.arena.form(condition) {
            Form::ToBoolean => self.arena.child(condition, 0).unwrap_or(condition),
            _ => condition,
        }
    }
}

fn is_way_out(form: Form) -> bool {
    matches!(form, Form::Return | Form::Raise | Form::Break | Form::Continue)
}

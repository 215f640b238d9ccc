//! Choices between values, and branches that say the same in fewer words.

use super::reader::Reader;
use super::reduce::is_value;
use crate::language::Form;

impl Reader<'_, '_> {
    /// `m = maximum(m, x)` for `if m < x: m = x`, and the greater or the smaller of two for a choice between them.
    pub(super) fn extreme(&mut self, condition: u32, then: &[u32], otherwise: &[u32]) -> Option<u32> {
        if !matches!(self.arena.form(condition), Form::Less | Form::LessEqual) {
            return None;
        }
        let [smaller, larger] = *self.arena.children(condition) else { return None };
        match (then, otherwise) {
            ([then], []) if self.arena.form(*then) == Form::Assign => {
                let (target, value) = (self.arena.child(*then, 0)?, self.arena.child(*then, 1)?);
                let form = self.larger_of((smaller, larger), value, target)?;
                let chosen = self.arena.node(form, [target, value]);
                Some(self.arena.node(Form::Assign, [target, chosen]))
            }
            ([then], [otherwise]) => {
                let form = self.larger_of((smaller, larger), *then, *otherwise)?;
                Some(self.arena.node(form, [*then, *otherwise]))
            }
            _ => None,
        }
    }

    /// What is chosen where `smaller < larger` decides for `one`, else for `other`.
    fn larger_of(&self, (smaller, larger): (u32, u32), one: u32, other: u32) -> Option<Form> {
        if self.arena.same(one, larger) && self.arena.same(other, smaller) {
            return Some(Form::Maximum);
        }
        (self.arena.same(one, smaller) && self.arena.same(other, larger)).then_some(Form::Minimum)
    }

    /// Condition, consequence and alternative of a choice between two values.
    pub(super) fn choice(&self, node: u32) -> Option<(u32, u32, u32)> {
        let [condition, then, otherwise] = *self.arena.children(node) else { return None };
        let ([then], [otherwise]) = (self.arena.children(then), self.arena.children(otherwise)) else { return None };
        let is_choice = self.arena.form(node) == Form::If && is_value(self.arena.form(*then));
        let is_value = is_value(self.arena.form(*otherwise)) || self.arena.form(*otherwise) == Form::If;
        (is_choice && is_value).then_some((condition, *then, *otherwise))
    }

    /// Statements that return a value: of a choice, one for each case.
    pub(super) fn return_of(&mut self, mut value: u32) -> Vec<u32> {
        let mut statements = Vec::new();
        while let Some((condition, then, otherwise)) = self.choice(value) {
            let result = self.arena.node(Form::Return, [then]);
            statements.push(self.guarded(condition, result));
            value = otherwise;
        }
        statements.push(self.arena.node(Form::Return, [value]));
        statements
    }

    /// The statements of a loop; one that goes on early as a condition of those after it.
    pub(super) fn loop_body(&mut self, mut kept: Vec<u32>) -> Vec<u32> {
        for place in (0..kept.len().saturating_sub(1)).rev() {
            if let Some(condition) = self.skipped_by(kept[place]) {
                let rest = kept.split_off(place + 1);
                let condition = self.negated(condition);
                let then = self.group(Form::Then, rest);
                kept[place] = self.arena.node(Form::If, [condition].into_iter().chain(then));
            }
        }
        kept
    }

    /// The condition of a branch that does nothing but go on.
    fn skipped_by(&self, node: u32) -> Option<u32> {
        let [condition, then] = *self.arena.children(node) else { return None };
        let [only] = *self.arena.children(then) else { return None };
        (self.arena.form(node) == Form::If && self.arena.form(only) == Form::Continue).then_some(condition)
    }

    /// `if c: return b`, `return a` for `if not c: return a` before `return b`.
    pub(super) fn turned_return(&mut self, condition: u32, first: u32, second: u32) -> Option<(u32, u32)> {
        let are_returns = self.arena.form(first) == Form::Return && self.arena.form(second) == Form::Return;
        if !are_returns || !self.is_negative(condition) {
            return None;
        }
        let opposite = self.negated(condition);
        Some((self.guarded(opposite, second), first))
    }
}

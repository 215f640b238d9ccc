//! What assignments become.

use super::reader::{Part, Reader};
use super::reduce::{is_value, of_role};
use crate::language::{Category, Form, Role};

impl Reader<'_, '_> {
    pub(super) fn assignment(&mut self, syntax: u32, parts: &[Part]) {
        if self.parent_category(syntax) == Category::For && self.tree.role(syntax) == Role::None {
            // What a loop runs over, in a clause of its own.
            return self.pass_roles(parts);
        }
        let left: Vec<u32> = of_role(parts, Role::Left).collect();
        let right: Vec<u32> = of_role(parts, Role::Right).collect();
        let (Some(first), Some(value)) = (left.first().copied(), right.first().copied()) else { return };
        let pairs = match (left.as_slice(), right.as_slice()) {
            ([target], [value]) => self.unpacked(*target, *value),
            _ if left.len() == right.len() => left.into_iter().zip(right).collect(),
            _ => vec![(first, value)],
        };
        for (target, value) in pairs {
            let node = self.assigned_choice(target, value);
            self.emit(node);
        }
    }

    /// An assignment; of a choice between values, the choice between assignments.
    fn assigned_choice(&mut self, target: u32, value: u32) -> u32 {
        let mut cases = Vec::new();
        let mut last = value;
        while let Some((condition, then, otherwise)) = self.choice(last) {
            cases.push((condition, then));
            last = otherwise;
        }
        let mut node = self.assigned(target, last);
        for (condition, then) in cases.into_iter().rev() {
            let then = self.assigned(target, then);
            let groups = [self.arena.node(Form::Then, [then]), self.arena.node(Form::Else, [node])];
            node = self.arena.node(Form::If, [condition].into_iter().chain(groups));
        }
        node
    }

    /// `a, b = c, d` as the pairs it consists of.
    fn unpacked(&self, target: u32, value: u32) -> Vec<(u32, u32)> {
        let (targets, values) = (self.arena.children(target), self.arena.children(value));
        let are_lists = self.arena.form(target) == Form::List && self.arena.form(value) == Form::List;
        if are_lists && targets.len() == values.len() && !targets.is_empty() {
            return targets.iter().copied().zip(values.iter().copied()).collect();
        }
        vec![(target, value)]
    }

    /// An assignment; of a function, its definition.
    pub(super) fn assigned(&mut self, target: u32, value: u32) -> u32 {
        match self.arena.form(value) {
            Form::Lambda => {
                let mut children = self.arena.children(value).to_vec();
                if let Some(body) = children.last_mut().filter(|body| self.arena.form(**body) == Form::Body) {
                    *body = self.returning(*body);
                }
                self.arena.node(Form::Function, children)
            }
            Form::Assign => {
                let value = self.arena.child(value, 0).unwrap_or(value);
                self.arena.node(Form::Assign, [target, value])
            }
            _ => self.arena.node(Form::Assign, [target, value]),
        }
    }

    /// A body that is one expression as the statement that returns it.
    fn returning(&mut self, body: u32) -> u32 {
        match *self.arena.children(body) {
            [only] if is_value(self.arena.form(only)) || self.choice(only).is_some() => {
                let statements = self.return_of(only);
                self.group(Form::Body, statements).unwrap_or(body)
            }
            _ => body,
        }
    }

    pub(super) fn augmented(&mut self, syntax: u32, parts: &[Part]) {
        let Some(target) = of_role(parts, Role::Left).next().or(parts.first().map(|part| part.node)) else { return };
        let value = of_role(parts, Role::Right).next();
        let value = value.unwrap_or_else(|| self.whole_number(1));
        let operator = self.operators(syntax).next().unwrap_or(Category::OperatorAdd);
        let result = self.binary(operator, target, value);
        let node = self.arena.node(Form::Assign, [target, result]);
        self.emit(node);
    }

    pub(super) fn named(&mut self, parts: &[Part]) {
        match parts {
            [target, value] => {
                let node = self.assigned(target.node, value.node);
                self.emit(node);
            }
            _ => self.pass(parts),
        }
    }

    /// Declared with a value only: a name alone says nothing.
    pub(super) fn declaration(&mut self, parts: &[Part]) {
        for part in parts {
            if self.arena.form(part.node) != Form::Variable {
                self.emit(part.node);
            }
        }
    }
}

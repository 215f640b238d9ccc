//! What functions and classes become.

use super::reader::{Part, Reader};
use super::reduce::{is_value, of_role};
use crate::language::{Category, Form, Role};

impl Reader<'_, '_> {
    pub(super) fn function(&mut self, form: Form, parts: &[Part]) {
        let parameters = of_role(parts, Role::Parameters).next().map(|node| self.as_parameters(node));
        let mut body: Vec<u32> = of_role(parts, Role::Body).collect();
        if form == Form::Function {
            self.return_last(&mut body, parts);
        } else {
            self.open_return(&mut body);
        }
        let body = self.group(Form::Body, body);
        let node = self.arena.node(form, parameters.into_iter().chain(body));
        self.emit(node);
    }

    fn as_parameters(&mut self, node: u32) -> u32 {
        if self.arena.form(node) == Form::Parameters { node } else { self.arena.node(Form::Parameters, [node]) }
    }

    /// An expression that a body ends with, where the language takes it for the result.
    fn return_last(&mut self, body: &mut [u32], parts: &[Part]) {
        let is_expression = |category: Category| {
            !category.is_statement()
                && !matches!(category, Category::Function | Category::Class | Category::Block | Category::Lambda)
        };
        let last = parts.iter().rev().find(|part| part.role == Role::Body);
        if let (Some(part), Some(node)) = (last, body.last_mut())
            && is_expression(part.category)
            && is_value(self.arena.form(*node))
        {
            *node = self.arena.node(Form::Return, [*node]);
        }
    }

    /// The expression alone where a function is nothing but its return.
    fn open_return(&mut self, body: &mut [u32]) {
        if let [only] = body
            && self.arena.form(*only) == Form::Return
        {
            *only = self.arena.child(*only, 0).unwrap_or(*only);
        }
    }

    /// What is declared, without the pointers and brackets around it; parameters stay parameters.
    pub(super) fn declarator(&mut self, parts: &[Part]) {
        for part in parts {
            match part.role {
                Role::Parameters => self.emit_as(part.node, part.role),
                _ => self.emit(part.node),
            }
        }
    }

    /// A class of one function is that function.
    pub(super) fn class(&mut self, parts: &[Part]) {
        let body: Vec<u32> = of_role(parts, Role::Body).collect();
        match body.as_slice() {
            [only] if self.arena.form(*only) == Form::Function => self.emit(*only),
            _ => {
                let node = self.arena.node(Form::Class, body);
                self.emit(node);
            }
        }
    }

    pub(super) fn parameters(&mut self, parts: &[Part]) {
        let kept = parts.iter().filter(|part| {
            let is_name = self.arena.form(part.node) == Form::Variable;
            !(is_name && self.is_receiver(self.names.text(self.arena.word(part.node))))
        });
        let kept: Vec<u32> = kept.map(|part| part.node).collect();
        let node = self.arena.node(Form::Parameters, kept);
        self.emit(node);
    }

    pub(super) fn parameter(&mut self, parts: &[Part]) {
        let name =
            parts.iter().find(|part| matches!(part.role, Role::Name | Role::Declarator | Role::None | Role::Left));
        if let Some(part) = name.or(parts.first()) {
            self.emit(part.node);
        }
    }
}

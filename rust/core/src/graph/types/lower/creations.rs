//! Objects that declarations make without a call that says so.

use super::super::sketch::{Expression, ExpressionId, ScopeKind, Source};
use super::Lowering;
use crate::language::{Category, Receiver, Role, Sharing};

impl Lowering<'_, '_> {
    /// `Kite kite(3);`, `Kite kite{3};`, `Kite kite;`, and a constant that is made with arguments.
    pub(super) fn creation_by_declaration(&mut self, node: u32, scope: u32) {
        let owner = self.sketch.scopes[scope as usize].owner;
        if self.sketch.scopes[scope as usize].kind == ScopeKind::Class {
            if let Some(list) = self.child(node, Role::Arguments) {
                let callee = self.push(Expression::Definition(owner));
                let call = self.creation(callee, Some(list), scope);
                self.sketch.calls.push((owner, call));
            }
            return;
        }
        let declared: Vec<u32> =
            self.tree.children(node).filter(|child| self.tree.role(*child) == Role::Declarator).collect();
        for declarator in declared {
            let holder = if self.category(declarator) == Category::Assignment { declarator } else { node };
            if let Some(call) = self.created_by_declaration(holder, scope) {
                self.sketch.calls.push((owner, call));
            }
        }
    }

    /// The object that a declaration makes: one of a class, by value, that is given arguments or nothing.
    pub(super) fn created_by_declaration(&mut self, holder: u32, scope: u32) -> Option<ExpressionId> {
        let is_class = self.sketch.scopes[scope as usize].kind == ScopeKind::Class;
        if self.tree.table().rules().sharing != Sharing::Everywhere || is_class {
            return None;
        }
        let declaration = if self.category(holder) == Category::Assignment { self.tree.parent(holder) } else { holder };
        let written =
            self.child(declaration, Role::Type).filter(|_| self.category(declaration) == Category::Declaration)?;
        let name = self.child(holder, Role::Declarator).or_else(|| self.child(holder, Role::Left))?;
        if self.category(name) != Category::Identifier || self.has_word(declaration, "extern") {
            return None;
        }
        let value = self.child(holder, Role::Right);
        let list = value.filter(|value| matches!(self.category(*value), Category::Arguments | Category::List));
        if value.is_some() && list.is_none() {
            return None;
        }
        let callee = self.type_of(written, scope);
        Some(self.creation(callee, list, scope))
    }

    /// The fields that a list gives to what a declaration makes: `struct a = {f, .g = h}`. Of what is made without a list in
    /// a language without classes, they are known by what is put into them later.
    pub(super) fn initial_fields(&mut self, holder: u32, class: ExpressionId, scope: u32) -> Option<Source> {
        let rules = self.tree.table().rules();
        if rules.sharing != Sharing::Everywhere {
            return None;
        }
        let value = self.child(holder, Role::Right);
        let list = value.filter(|value| self.category(*value) == Category::List);
        if list.is_none() && (value.is_some() || rules.receiver != Receiver::None || !self.makes_object(holder, scope))
        {
            return None;
        }
        let made = match list {
            Some(list) => self.expression(list, scope),
            None => self.push(Expression::Made { parts: (0, 0), named: true }),
        };
        self.sketch.initial.push((class, made));
        Some(Source::Value(made))
    }

    /// Whether a declaration in a function makes an object, and not a pointer to one.
    fn makes_object(&self, holder: u32, scope: u32) -> bool {
        let is_name = |declarator: u32| self.category(declarator) == Category::Identifier;
        self.sketch.scopes[scope as usize].kind == ScopeKind::Function
            && self.category(holder) == Category::Declaration
            && self.child(holder, Role::Declarator).is_some_and(is_name)
            && !self.has_word(holder, "extern")
    }

    pub(super) fn creation(&mut self, callee: ExpressionId, list: Option<u32>, scope: u32) -> ExpressionId {
        let arguments = list.map_or_else(Vec::new, |list| self.arguments(list, scope));
        let arguments = self.parts(&arguments);
        self.push(Expression::Call { callee, arguments, creates: true })
    }

    /// Fields and bases that a constructor makes before its body.
    pub(super) fn member_initializer(&mut self, node: u32, scope: u32) {
        let mut parts = self.named_children(node);
        let (Some(name), Some(list)) = (parts.next(), parts.last()) else { return };
        let callee = self.type_of(name, scope);
        let call = self.creation(callee, Some(list), scope);
        self.sketch.calls.push((self.sketch.scopes[scope as usize].owner, call));
    }
}

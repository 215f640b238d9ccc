//! Objects that declarations make without a call that says so.

use super::super::sketch::{Expression, ExpressionId, ScopeKind, Source};
use super::Lowering;
use crate::language::{Category, Role, Sharing};

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
        if list.is_none() && (value.is_some() || !rules.has_tags() || !self.makes_object(holder, scope)) {
            return None;
        }
        let made = match list {
            Some(list) => self.expression(list, scope),
            None => self.push(Expression::Made { parts: (0, 0), named: true }),
        };
        self.sketch.initial.push((class, made));
        Some(Source::Value(made))
    }

    /// Reads the lists that are given to objects of a structure without a name, with the names of its fields.
    pub(super) fn fields_without_class(&mut self, holder: u32, written: u32, scope: u32) {
        if self.category(written) != Category::Class || self.definitions.contains_key(&written) {
            return;
        }
        let list = self.child(holder, Role::Right).filter(|value| self.category(*value) == Category::List);
        let Some(list) = list else { return };
        let fields = self.field_names(written);
        let values: Vec<u32> = self.named_children(list).collect();
        let values = values.into_iter().map(|value| self.given_in(value));
        let rows: Vec<u32> = values.filter(|value| self.category(*value) == Category::List).collect();
        for row in if rows.is_empty() { vec![list] } else { rows } {
            let made = self.list_of_fields(row, &fields, scope);
            self.known[0].insert(row, made);
        }
    }

    fn list_of_fields(&mut self, list: u32, fields: &[String], scope: u32) -> ExpressionId {
        let (mut parts, mut next) = (Vec::new(), 0);
        let values: Vec<u32> = self.named_children(list).collect();
        for value in values {
            let key = self.named_children(value).next().filter(|_| self.category(value) == Category::Pair);
            let written = key.map(|key| self.text(key).trim_start_matches('.').to_owned());
            let Some(field) = written.or_else(|| fields.get(next).cloned()) else { break };
            next = fields.iter().position(|one| *one == field).map_or(next, |place| place + 1);
            let (name, given) = (self.name(&field), self.expression(self.given_in(value), scope));
            parts.extend([name, given]);
        }
        let parts = self.parts(&parts);
        self.push(Expression::Made { parts, named: true })
    }

    /// What a part of a list gives: itself, or what stands behind the name of a field.
    fn given_in(&self, part: u32) -> u32 {
        let behind = self.named_children(part).last().filter(|_| self.category(part) == Category::Pair);
        behind.unwrap_or(part)
    }

    /// The fields that a structure declares, in order.
    fn field_names(&self, class: u32) -> Vec<String> {
        let body = self.child(class, Role::Body);
        let declarations = body.into_iter().flat_map(|body| self.named_children(body));
        let declarators = declarations
            .filter(|node| self.category(*node) == Category::Declaration)
            .flat_map(|node| self.tree.children(node).filter(|child| self.tree.role(*child) == Role::Declarator));
        let names = declarators.filter_map(|declarator| self.name_within(declarator));
        names.map(|name| self.text(name).to_owned()).collect()
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

//! Functions, classes and what else has a scope of its own: their nodes, names and scopes.

use super::super::NodeKind;
use super::super::naming::{assigned_owner, bases_of, name_parts, owner_path, plain_name};
use super::super::scopes::ScopeKind;
use super::Collector;
use crate::language::{Category, Receiver, Role};
use crate::syntax::{NONE, SyntaxTree};

/// The name of what a module exports without a name.
const DEFAULT_EXPORT: &str = "default";

impl Collector<'_, '_> {
    /// The scope and the path in which a definition stands: those of the class that its name or receiver gives, if any.
    fn place(&mut self, definition: u32) -> (u32, u32) {
        let owner = owner_path(self.tree, self.source, definition);
        if owner.is_empty() {
            return (self.scope(), self.path());
        }
        let path = owner.iter().fold(self.path(), |path, part| self.paths.child(path, part));
        (self.region_scope(path, ScopeKind::Class), path)
    }

    /// The scope of what a path names, whether it has been met or not.
    fn region_scope(&mut self, path: u32, kind: ScopeKind) -> u32 {
        if let Some(scope) = self.paths.scope(path) {
            return scope;
        }
        let scope = self.collected.scopes.open(kind, self.scope(), self.owner(), NONE);
        self.paths.set_scope(path, scope);
        scope
    }

    /// Adds a function under its name, in the class that it belongs to.
    pub(super) fn function(&mut self, node: u32) {
        let Some(name_node) = self.tree.definition_name(node) else { return };
        let (scope, path) = self.place(node);
        let text = plain_name(self.text(name_node));
        let defined = self.push_node(NodeKind::Function, (self.scope(), path), &text, node);
        self.define(name_node, scope, defined, block_of(self.tree, node));
        let name = self.intern(name_node);
        self.note_bind(node, name, scope, NONE);
        let receiver = self.receiver(node, scope);
        self.open_function(node, defined, (scope, path), receiver);
    }

    /// Binds the name of a definition, made in `block`, in a scope.
    fn define(&mut self, name_node: u32, scope: u32, defined: u32, block: u32) {
        let name = self.intern(name_node);
        self.collected.scopes.bind(scope, name).define(defined, block);
        self.note_binding(name_node, name, (scope, block));
    }

    fn open_function(&mut self, node: u32, defined: u32, (outer, path): (u32, u32), receiver: u32) {
        let scope = self.collected.scopes.open(ScopeKind::Function, outer, defined, receiver);
        self.collected.scope_of[defined as usize] = scope;
        let path = self.paths.of_node(path, &self.collected.facts.nodes[defined as usize].name);
        self.enter(node, scope, path);
        if receiver != NONE && matches!(self.tree.table().rules().receiver, Receiver::Named(_)) {
            self.collected.scopes.bind(scope, receiver).assign(NONE);
        }
    }

    /// A function that is a value: under the name that it is given, else under a number.
    pub(super) fn lambda(&mut self, node: u32) {
        let own = self.tree.child_with_role(node, Role::Name);
        let place @ (scope, path) = self.value_place(node);
        let name = match own.or_else(|| self.tree.assigned_name(node)) {
            Some(name) => plain_name(self.text(name)),
            None if self.is_default_export(node) => DEFAULT_EXPORT.into(),
            None => self.paths.next_lambda(path).into(),
        };
        let defined = self.push_node(NodeKind::Function, place, &name, node);
        self.collected.lambdas.insert(node, defined);
        if own.is_none() {
            self.bind_assigned(node, defined);
        }
        let receiver = self.receiver(node, scope);
        self.open_function(node, defined, place, receiver);
    }

    /// Scope and path of a function or class that is a value: `Ship.prototype.sail = …` is one of `Ship`.
    fn value_place(&mut self, node: u32) -> (u32, u32) {
        let around @ (_, path) = self.surroundings(node);
        let owner = assigned_owner(self.tree, self.source, node);
        if owner.is_empty() {
            return around;
        }
        let path = owner.iter().fold(path, |path, part| self.paths.child(path, part));
        (self.region_scope(path, ScopeKind::Class), path)
    }

    fn is_default_export(&self, value: u32) -> bool {
        let parent = self.tree.parent(value);
        parent != NONE
            && self.tree.category(parent) == Category::DecoratedDefinition
            && self.tree.role(value) == Role::Value
    }

    /// Binds a function or class without a name of its own to the variable, or the member of an object, that it is
    /// assigned to.
    fn bind_assigned(&mut self, value: u32, defined: u32) {
        let Some(name_node) = self.tree.assigned_name(value) else { return };
        let scope = self.scope();
        let is_member = self.collected.scopes.get(scope).kind == ScopeKind::Object;
        if self.tree.is_assigned_variable(name_node) || is_member {
            self.define(name_node, scope, defined, block_of(self.tree, self.tree.parent(value)));
        }
    }

    /// An object written out: its functions are members of the variable that it is assigned to.
    pub(super) fn object(&mut self, node: u32) {
        if !self.tree.table().rules().functions_take_names {
            return;
        }
        let mut path = self.path();
        if let Some(name) = self.tree.assigned_name(node).filter(|name| self.tree.is_assigned_variable(*name)) {
            path = self.paths.child(path, &plain_name(self.text(name)));
        }
        let scope = self.collected.scopes.open(ScopeKind::Object, self.scope(), self.owner(), NONE);
        self.enter(node, scope, path);
    }

    pub(super) fn class(&mut self, node: u32) {
        let written = self.tree.written_name(node);
        let (outer, path) = if written.is_some() { self.place(node) } else { self.value_place(node) };
        let name = match self.tree.definition_name(node) {
            Some(name) => plain_name(self.text(name)),
            None if self.is_default_export(node) => DEFAULT_EXPORT.into(),
            // A type without a name that a declaration only uses defines nothing.
            None if self.tree.role(node) == Role::Type => return,
            None => self.paths.next_class(path).into(),
        };
        let defined = self.push_node(NodeKind::Class, (self.scope(), path), &name, node);
        if let Some(name) = self.tree.definition_name(node).filter(|_| written.is_some()) {
            // Where structures have names of their own, they replace nothing and are not replaced.
            let block = if self.tree.table().rules().has_tags() { node } else { block_of(self.tree, node) };
            self.define(name, outer, defined, block);
            let name = self.intern(name);
            self.note_bind(node, name, outer, NONE);
        } else {
            self.bind_assigned(node, defined);
        }
        let bases = bases_of(self.tree, node);
        self.enter_class(node, defined, bases, (outer, path), &name);
    }

    pub(super) fn block(&mut self, node: u32) {
        let parent = self.tree.parent(node);
        if parent != NONE && self.tree.category(parent) == Category::Call {
            self.class_of_object(node, parent);
        }
    }

    /// A class that is made where its object is: `new Runnable() { … }`.
    fn class_of_object(&mut self, body: u32, creation: u32) {
        let place = self.surroundings(body);
        let name = self.paths.next_class(place.1);
        let defined = self.push_node(NodeKind::Class, place, &name, body);
        let bases = self.tree.child_with_role(creation, Role::Callee).into_iter().collect();
        self.enter_class(body, defined, bases, place, &name);
    }

    fn enter_class(&mut self, node: u32, class: u32, bases: Vec<u32>, (outer, path): (u32, u32), name: &str) {
        let scope = self.scope();
        self.collected.bases.extend(bases.into_iter().map(|base| (class, base, scope)));
        let path = self.paths.child(path, name);
        let scope = self.class_scope(path, outer, class);
        self.collected.scope_of[class as usize] = scope;
        self.enter(node, scope, path);
    }

    /// The scope of a class: that of members met before it if there are any, else a new one.
    fn class_scope(&mut self, path: u32, outer: u32, class: u32) -> u32 {
        if let Some(scope) = self.paths.scope(path).filter(|scope| !self.is_class(*scope)) {
            self.collected.scopes.set_owner(scope, class);
            return scope;
        }
        let scope = self.collected.scopes.open(ScopeKind::Class, outer, class, NONE);
        self.paths.set_scope(path, scope);
        scope
    }

    pub(super) fn is_namespace(&self, scope: u32) -> bool {
        self.collected.scopes.get(scope).kind == ScopeKind::Namespace
    }

    fn is_class(&self, scope: u32) -> bool {
        let owner = self.collected.scopes.get(scope).owner;
        self.collected.facts.nodes[owner as usize].kind == NodeKind::Class
    }

    /// A namespace, or members of a class that is defined elsewhere: their names begin with its name.
    pub(super) fn region(&mut self, node: u32) {
        let Some(name) = self.tree.child_with_role(node, Role::Name) else { return };
        let (around, is_namespace) = (self.path(), self.tree.category(node) == Category::Namespace);
        if self.tree.child_with_role(node, Role::Body).is_none() {
            if is_namespace {
                self.paths.note_declared(around, self.text(name));
            }
            return;
        }
        let parts = name_parts(self.tree, self.source, name);
        let path = parts.iter().fold(around, |path, part| self.paths.child(path, part));
        if is_namespace {
            self.paths.note_namespace(path);
        }
        let kind = if is_namespace { ScopeKind::Namespace } else { ScopeKind::Class };
        let around = self.scope();
        for base in bases_of(self.tree, node) {
            self.paths.note_base(path, base, around);
        }
        let scope = self.region_scope(path, kind);
        self.enter(node, scope, path);
    }

    /// A function that is declared to have no body in this class (`= 0`).
    pub(super) fn declaration(&mut self, node: u32) {
        let declares = self.tree.child_with_role(node, Role::Declarator);
        let is_function = declares.is_some_and(|inner| self.tree.category(inner) == Category::Signature);
        let without_body = self.tree.child_with_role(node, Role::Value);
        if is_function && without_body.is_some_and(|value| self.text(value) == "0") {
            self.function(node);
        }
    }

    /// The name under which a method has its object.
    fn receiver(&mut self, function: u32, outer: u32) -> u32 {
        let parameter = match self.tree.table().rules().receiver {
            Receiver::None => return NONE,
            Receiver::Declared => {
                let list = self.tree.child_with_role(function, Role::Receiver);
                list.and_then(|list| first_named(self.tree, list))
            }
            _ if !self.has_members(outer) || self.is_static(function) => return NONE,
            Receiver::Named(name) => return self.intern_text(name),
            Receiver::FirstParameter => {
                let list = self.tree.child_with_role(function, Role::Parameters);
                list.and_then(|list| first_named(self.tree, list))
            }
        };
        match parameter.and_then(|parameter| parameter_name(self.tree, parameter)) {
            Some(name) => self.intern(name),
            None => NONE,
        }
    }

    fn has_members(&self, scope: u32) -> bool {
        matches!(self.collected.scopes.get(scope).kind, ScopeKind::Class | ScopeKind::Object)
    }

    fn is_static(&self, function: u32) -> bool {
        let parent = self.tree.parent(function);
        let static_method = self.tree.table().names().static_method;
        !static_method.is_empty()
            && self.tree.category(parent) == Category::DecoratedDefinition
            && self
                .tree
                .children(parent)
                .filter(|child| self.tree.category(*child) == Category::Decorator)
                .any(|decorator| self.tree.children(decorator).any(|expression| self.text(expression) == static_method))
    }
}

/// The block in which a definition, with its decorators, stands.
fn block_of(tree: &SyntaxTree, definition: u32) -> u32 {
    let parent = tree.parent(definition);
    let decorated = parent != NONE && tree.category(parent) == Category::DecoratedDefinition;
    if decorated { tree.parent(parent) } else { parent }
}

fn first_named(tree: &SyntaxTree, list: u32) -> Option<u32> {
    tree.children(list).find(|child| tree.is_named(*child))
}

fn parameter_name(tree: &SyntaxTree, parameter: u32) -> Option<u32> {
    match tree.category(parameter) {
        Category::Identifier => Some(parameter),
        Category::Parameter => tree
            .child_with_role(parameter, Role::Name)
            .or_else(|| tree.children(parameter).find(|child| tree.category(*child) == Category::Identifier)),
        Category::DefaultParameter => tree.child_with_role(parameter, Role::Name),
        _ => None,
    }
}

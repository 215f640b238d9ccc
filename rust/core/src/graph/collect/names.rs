//! Names where they are used and where they are bound.

use super::super::NodeKind;
use super::super::imports::{OpenImport, read_imports};
use super::super::privacy::has_word;
use super::super::scopes::ScopeKind;
use super::super::targets::is_keyword_in_pattern;
use super::{Bind, Collector, DEEPEST_HEADER, Open, Use};
use crate::language::{Category, Role};
use crate::syntax::NONE;

impl Collector<'_, '_> {
    pub(super) fn assignment(&mut self, node: u32) {
        let targets = self.tree.children(node).filter(|child| self.tree.role(*child) == Role::Left);
        if let Some(left) = targets.last() {
            self.assignment = node;
            self.assigned_end = self.tree.subtree_end(left);
        }
    }

    pub(super) fn global(&mut self, node: u32) {
        for child in self.tree.children(node).filter(|child| self.tree.category(*child) == Category::Identifier) {
            let name = self.intern(child);
            self.collected.scopes.declare_outer(self.scope(), name);
        }
    }

    pub(super) fn identifier(&mut self, node: u32) {
        let (parent, role) = (self.tree.parent(node), self.tree.role(node));
        match (if parent == NONE { Category::Other } else { self.tree.category(parent) }, role) {
            (Category::Call, Role::Member) if self.tree.child_with_role(parent, Role::Object).is_some() => {}
            // `case a.b.C()`: looked up is the first name alone.
            (Category::QualifiedName, _) if self.is_attribute_in_pattern(node) => {}
            _ if is_keyword_in_pattern(self.tree, node) => {}
            // Attributes and keywords of calls name nothing in a scope; a definition's name is bound with it.
            (Category::Member, Role::Member)
            | (Category::GlobalDeclaration, _)
            | (
                Category::KeywordArgument
                | Category::Function
                | Category::Class
                | Category::Lambda
                | Category::Signature
                | Category::Namespace,
                Role::Name,
            ) => {}
            _ if self.collected.targets[node as usize] && !self.is_constant_pattern(node) => self.variable(node),
            _ => {
                let (name, scope, runs_in) = (self.intern(node), self.scope(), self.surroundings(node).0);
                self.collected.uses.push(Use { syntax: node, name, scope, runs_in });
            }
        }
    }

    fn is_attribute_in_pattern(&self, node: u32) -> bool {
        let path = self.tree.parent(node);
        self.tree.first_child(path) != node && self.tree.category(self.tree.parent(path)) == Category::Pattern
    }

    /// Whether a name in a pattern is looked up by the language's rule for capitals.
    fn is_constant_pattern(&self, node: u32) -> bool {
        let is_named = self.tree.category(self.tree.parent(node)) == Category::Assignment;
        self.tree.table().rules().capitals_are_constants && !is_named && self.text(node).starts_with(char::is_uppercase)
    }

    /// The scope in which a name in a pattern is bound: an assignment within a comprehension binds around it.
    fn binding_scope(&self, node: u32) -> u32 {
        let parent = self.tree.parent(node);
        let is_named = parent != NONE && self.tree.category(parent) == Category::NamedExpression;
        let is_body = |open: &&Open| {
            let syntax = self.collected.scopes.get(open.scope).syntax;
            !matches!(self.tree.category(syntax), Category::Comprehension | Category::Generator)
        };
        let around = self.open.iter().rev().filter(|_| is_named).take(DEEPEST_HEADER).find(is_body);
        around.map_or(self.scope(), |open| open.scope)
    }

    fn variable(&mut self, node: u32) {
        let (name, scope) = (self.intern(node), self.binding_scope(node));
        self.note_binding(node, name, (scope, node));
        let assigned = node < self.assigned_end;
        if assigned && self.tree.is_assigned_variable(node) && self.names_a_function(node) {
            return;
        }
        self.note_bind(node, name, scope, NONE);
        let alias = if assigned && self.tree.parent(node) == self.assignment { self.alias() } else { NONE };
        let declaration = if assigned { Some(self.assignment) } else { self.bare_declarator(node) };
        let kind = self.collected.scopes.get(scope).kind;
        let shown = declaration.filter(|_| match kind {
            ScopeKind::Function | ScopeKind::Object => false,
            ScopeKind::Class => assigned,
            ScopeKind::Module | ScopeKind::Namespace => true,
        });
        let binding = self.collected.scopes.bind(scope, name);
        binding.assign(alias);
        if let Some(declaration) = shown.filter(|_| binding.node == NONE) {
            let place = (self.scope(), self.path());
            let variable = self.push_node(NodeKind::Variable, place, self.text(node), declaration);
            self.collected.scopes.bind(scope, name).node = variable;
        }
    }

    /// The declarator that makes a variable of this name without giving it a value.
    fn bare_declarator(&self, name: u32) -> Option<u32> {
        let bare = self.tree.table().rules().bare_variables;
        if bare.is_empty() {
            return None;
        }
        let (mut declarator, mut around) = (name, self.tree.parent(name));
        while around != NONE && self.tree.category(around) == Category::Declarator {
            (declarator, around) = (around, self.tree.parent(around));
        }
        let kind = (around != NONE).then(|| self.tree.table().kind_name(self.tree.kind(around)))?;
        let (_, elsewhere) = bare.iter().find(|(listed, _)| *listed == kind)?;
        (!has_word(self.tree, self.source, around, elsewhere)).then_some(declarator)
    }

    /// Notes whether a binding, made at `place`, may be but what stands in for a failed import.
    pub(super) fn note_binding(&mut self, node: u32, name: u32, (scope, place): (u32, u32)) {
        if self.collected.in_handler[place as usize] {
            self.collected.handler_bindings.push(Use { syntax: node, name, scope, runs_in: scope });
        } else {
            self.collected.scopes.bind(scope, name).is_certain = true;
        }
    }

    /// Whether the current assignment gives a function or class its name by this variable.
    fn names_a_function(&self, name: u32) -> bool {
        let Some(right) = self.tree.child_with_role(self.assignment, Role::Right) else { return false };
        let named = |value: &u32| {
            matches!(self.tree.category(*value), Category::Lambda | Category::Class)
                && self.tree.child_with_role(*value, Role::Name).is_none()
                && self.tree.assigned_name(*value) == Some(name)
        };
        let is_list = self.tree.category(right) == Category::ExpressionList;
        named(&right) || (is_list && self.tree.children(right).any(|value| named(&value)))
    }

    pub(super) fn note_bind(&mut self, syntax: u32, name: u32, scope: u32, import: u32) {
        self.collected.binds.push(Bind { syntax, name, scope, import });
    }

    /// The value of the current assignment where it is a name, an attribute or a function.
    fn alias(&self) -> u32 {
        let value = self.tree.child_with_role(self.assignment, Role::Right);
        let plain = |node: &u32| {
            matches!(self.tree.category(*node), Category::Identifier | Category::Member | Category::Lambda)
        };
        value.filter(plain).unwrap_or(NONE)
    }

    pub(super) fn import(&mut self, statement: u32) {
        let around = self.namespace_path().to_owned();
        for bound in read_imports(self.source, self.tree, &self.collected.facts, statement, &around) {
            self.push_node(NodeKind::Import, (self.scope(), self.path()), &bound.label, bound.syntax);
            self.collected.facts.imports.push(bound.import);
            let number = self.collected.facts.imports.len() as u32 - 1;
            if bound.is_open {
                let (scope, around) = (self.scope(), around.clone());
                self.open_imports.push(OpenImport { import: number, scope, around });
            }
            if let Some(name) = bound.name {
                let name = self.intern_text(name);
                self.collected.imported[name as usize] = true;
                self.collected.scopes.bind(self.scope(), name).import = number;
                self.note_bind(bound.syntax, name, self.scope(), number);
            }
        }
    }
}

//! What a declared name may stand for.

use super::super::sketch::{Expression, ScopeKind, Source, UNKNOWN};
use super::Lowering;
use super::holders::{MOST_STEPS, Step};
use crate::graph::NodeKind;
use crate::language::{Category, Role};
use crate::syntax::NONE;

impl Lowering<'_, '_> {
    /// What a declaration says of a name in it.
    pub(super) fn sources(&mut self, holder: u32, name: u32, scope: u32, steps: &[Step]) -> Vec<Source> {
        match self.category(holder) {
            Category::TypeAlias => self.alias(holder, name, scope),
            Category::TypeParameter => {
                let bound = self.tree.children(holder).filter(|child| {
                    self.tree.role(*child) == Role::Type
                        || matches!(self.category(*child), Category::Arguments | Category::Type)
                });
                let bound: Vec<u32> = bound.collect();
                let bound = bound.into_iter().map(|bound| self.type_of(bound, scope)).collect();
                vec![Source::TypeParameter(self.either(bound))]
            }
            Category::Parameter
            | Category::DefaultParameter
            | Category::VariadicParameter
            | Category::Parameters
            | Category::Lambda => self.parameter(holder, name, scope, steps),
            _ => self.assigned(holder, scope, steps),
        }
    }

    fn alias(&mut self, holder: u32, name: u32, scope: u32) -> Vec<Source> {
        let by_role = self
            .child(holder, Role::Right)
            .or_else(|| self.child(holder, Role::Type))
            .or_else(|| self.child(holder, Role::Value));
        let written = by_role.or_else(|| self.named_children(holder).filter(|child| *child != name).last());
        written.map(|written| Source::Alias(self.type_of(written, scope))).into_iter().collect()
    }

    fn parameter(&mut self, holder: u32, name: u32, scope: u32, steps: &[Step]) -> Vec<Source> {
        let mut sources = Vec::new();
        let written = self.child(holder, Role::Type);
        if let Some(written) = written.filter(|_| !self.declares_function(holder)) {
            let class = self.type_of(written, scope);
            let class = if self.is_variadic(holder) { self.push(Expression::Several(class)) } else { class };
            sources.push(self.typed(class, steps));
        }
        if let Some(default) = self.child(holder, Role::Value) {
            sources.push(Source::Value(self.expression(default, scope)));
        }
        if self.is_field(holder) {
            let class = self.sketch.scopes[scope as usize].parent;
            let own = self.name(self.text(name));
            self.declare(class, own, name, (0, self.tree.len() as u32), sources.clone());
        }
        if let Some((function, place)) = self.place_of_parameter(name, scope) {
            if steps.is_empty() {
                sources.push(Source::Parameter(function, place));
            } else {
                let whole = self.push(Expression::Parameter { function, place });
                sources.push(Source::Value(self.follow(whole, steps)));
            }
        }
        sources
    }

    /// An object of a type, or what a pattern takes out of one.
    fn typed(&mut self, class: u32, steps: &[Step]) -> Source {
        if steps.is_empty() {
            return Source::Typed(class);
        }
        let whole = self.push(Expression::Object(class));
        Source::Value(self.follow(whole, steps))
    }

    /// Whether a parameter of a constructor declares a field of the object, too: `constructor(private a: A)`.
    fn is_field(&self, parameter: u32) -> bool {
        let marks = ["private", "protected", "public", "readonly"];
        let first = self.tree.first_child(parameter);
        first != NONE && marks.contains(&self.text(first))
    }

    /// The function whose parameter a name is, and which one.
    fn place_of_parameter(&self, name: u32, scope: u32) -> Option<(u32, u32)> {
        let function = self.sketch.scopes[scope as usize].owner;
        let owner = &self.collected.facts.nodes[function as usize];
        // A broken text has parameters outside functions, and a file may have very many.
        let list = if owner.kind == NodeKind::Function { self.parameters_of(owner.syntax)? } else { return None };
        let mut place = 0;
        for parameter in self.parameter_nodes(list) {
            if (parameter..self.tree.subtree_end(parameter)).contains(&name) {
                let before = self
                    .tree
                    .children(parameter)
                    .filter(|child| self.tree.role(*child) == Role::Name && self.tree.subtree_end(*child) <= name);
                return Some((function, place + before.count() as u32));
            }
            place += self.names_of_parameter(parameter);
        }
        None
    }

    /// Whether a declaration is one of a pointer to a function, so that its type is that of what is returned.
    fn declares_function(&self, holder: u32) -> bool {
        let mut current = self.child(holder, Role::Declarator).or_else(|| self.child(holder, Role::Left));
        while let Some(node) = current {
            if self.category(node) == Category::Signature {
                return true;
            }
            let inner = |child: &u32| matches!(self.category(*child), Category::Declarator | Category::Signature);
            current =
                (self.category(node) == Category::Declarator).then(|| self.tree.children(node).find(inner)).flatten();
        }
        false
    }

    fn assigned(&mut self, holder: u32, scope: u32, steps: &[Step]) -> Vec<Source> {
        let mut sources = Vec::new();
        let around = self.tree.parent(holder);
        let written = self.child(holder, Role::Type).or_else(|| {
            let is_declaration = matches!(self.around(holder), Category::ExpressionStatement | Category::Declaration);
            if is_declaration { self.child(around, Role::Type) } else { None }
        });
        let is_function = self.declares_function(holder);
        if let Some(given) = written.filter(|_| is_function) {
            let given = self.type_of(given, scope);
            let function = self.push(Expression::FunctionType(given));
            sources.push(Source::Typed(function));
        }
        if let Some(written) = written.filter(|_| !is_function) {
            let class = self.type_of(written, scope);
            let is_array = self.child(holder, Role::Declarator).or_else(|| self.child(holder, Role::Left)).is_some_and(
                |declarator| self.category(declarator) == Category::Declarator && self.text(declarator).ends_with(']'),
            );
            let class = if is_array { self.push(Expression::Several(class)) } else { class };
            self.fields_without_class(holder, written, scope);
            sources.push(self.typed(class, steps));
            sources.extend(self.initial_fields(holder, class, scope));
        }
        if let Some(created) = self.created_by_declaration(holder, scope) {
            sources.push(Source::Value(created));
            return sources;
        }
        if let Some(value) = self.value_of(holder).or_else(|| self.subject(holder)) {
            let whole = self.expression(value, scope);
            let iterates = self.category(holder) == Category::For
                || self.tree.children(holder).any(|child| self.text(child) == "range");
            let whole = if iterates { self.push(Expression::Each(whole)) } else { whole };
            let steps = if iterates { &[][..] } else { steps };
            let value = self.follow(whole, steps);
            if value != UNKNOWN {
                sources.push(Source::Value(value));
            }
        } else if sources.is_empty()
            && self.category(holder) == Category::Declaration
            && self.sketch.scopes[scope as usize].kind == ScopeKind::Class
        {
            sources.push(Source::Constant);
        }
        sources
    }

    /// What a declaration gives a value to its names.
    pub(super) fn value_of(&self, holder: u32) -> Option<u32> {
        let is_branch = self.category(holder) == Category::MatchCase;
        let value = self.child(holder, Role::Right).or_else(|| self.child(holder, Role::Value));
        value.filter(|_| !is_branch)
    }

    /// What is taken apart by the patterns around a branch.
    fn subject(&self, holder: u32) -> Option<u32> {
        if self.category(holder) != Category::MatchCase {
            return None;
        }
        let mut node = self.tree.parent(holder);
        for _ in 0..MOST_STEPS {
            if node == NONE {
                return None;
            }
            if self.category(node) == Category::Match {
                return self.child(node, Role::Subject);
            }
            node = self.tree.parent(node);
        }
        None
    }
}

//! Declarations: which names scopes have, and among which nodes each is seen.

use super::super::sketch::{Expression, ScopeKind, Source, UNKNOWN};
use super::Lowering;
use crate::language::{Category, Role};
use crate::syntax::NONE;

/// How many nodes a declaration may be below the block in which it is seen.
const MOST_BLOCKS: usize = 200;

/// How many values of one variable, and how many names of one pattern, are told apart.
pub(super) const MOST_SOURCES: usize = 64;

impl Lowering<'_, '_> {
    pub(super) fn declarations(&mut self) {
        self.definitions_in_scopes();
        self.namespaces();
        let mut reassigned = Vec::new();
        for bind in &self.collected.binds {
            let is_definition = matches!(self.category(bind.syntax), Category::Function | Category::Class);
            if bind.import == NONE && !is_definition {
                let text = self.collected.names.text(bind.name);
                let name = self.name(text);
                self.variable(bind.syntax, name, bind.scope, &mut reassigned);
            }
        }
        for (syntax, scope) in std::mem::take(&mut self.pointers) {
            let name = self.name(self.text(syntax));
            self.variable(syntax, name, scope, &mut reassigned);
        }
        self.reassign(reassigned);
    }

    /// Functions, classes and imports, which are seen all over their scope.
    fn definitions_in_scopes(&mut self) {
        let mut found: Vec<(u32, u32, u32, Source)> = Vec::new();
        for (scope, name, binding) in self.collected.scopes.bindings() {
            for node in binding.definitions() {
                let at = self.collected.facts.nodes[node as usize].syntax;
                if !self.is_part_of_type(at) {
                    found.push((scope, name, at, Source::Definition(node)));
                }
            }
            if binding.import != NONE {
                found.push((scope, name, 0, Source::Import(binding.import)));
            }
        }
        found.sort_unstable_by_key(|(scope, name, at, _)| (*scope, *name, *at));
        for (scope, name, at, source) in found {
            let name = self.name(self.collected.names.text(name));
            let extent = self.extent(at, scope);
            self.declare(scope, name, at, extent, vec![source]);
        }
    }

    fn namespaces(&mut self) {
        let openings = self.collected.openings.clone();
        for (node, scope) in openings {
            let Some(written) = self.child(node, Role::Name).filter(|_| self.category(node) == Category::Namespace)
            else {
                continue;
            };
            let around = self.sketch.scopes[scope as usize].parent;
            let parts = crate::graph::naming::name_parts(self.tree, self.source, written);
            for part in &parts {
                let name = self.name(part);
                self.sketch.namespaces.push((around, name, scope));
            }
            let outer = self.namespace_path(around);
            let path = crate::graph::imports::join(&outer, &parts.join("."));
            if self.sketch.namespace_paths.last().is_none_or(|(last, _)| *last < scope) {
                self.sketch.namespace_paths.push((scope, path));
            }
        }
    }

    /// The path of the namespaces around what stands in a scope.
    fn namespace_path(&self, scope: u32) -> String {
        let paths = &self.sketch.namespace_paths;
        let mut current = scope;
        while current != NONE {
            if let Ok(place) = paths.binary_search_by_key(&current, |(scope, _)| *scope) {
                return paths[place].1.clone();
            }
            current = self.sketch.scopes[current as usize].parent;
        }
        String::new()
    }

    /// The name in the declarators of a pointer to a function.
    pub(super) fn function_pointer(&mut self, signature: u32, scope: u32) {
        let mut node = self.child(signature, Role::Name).filter(|name| self.category(*name) == Category::Declarator);
        while let Some(inner) = node {
            if self.category(inner) == Category::Identifier {
                self.pointers.push((inner, scope));
                return;
            }
            let is_inner = |child: &u32| matches!(self.category(*child), Category::Declarator | Category::Identifier);
            node = self.tree.children(inner).find(is_inner);
        }
    }

    /// A parameter that stands for a type, and what a `where` says of one, where names with capitals are not bound.
    pub(super) fn type_parameter(&mut self, node: u32, scope: u32) {
        let name = self.child(node, Role::Name).or_else(|| self.child(node, Role::Left));
        let Some(name) = name.filter(|name| self.category(*name) == Category::Identifier) else { return };
        let bound = self.child(node, Role::Type).map_or(UNKNOWN, |bound| self.type_of(bound, scope));
        let own = self.name(self.text(name));
        let extent = self.extent(node, scope);
        self.declare(scope, own, name, extent, vec![Source::TypeParameter(bound)]);
    }

    /// `using namespace a;`, `using a::b;`, `namespace c = a::b;`: other names for what has one.
    pub(super) fn other_name(&mut self, node: u32, scope: u32) {
        let Some(last) = self.named_children(node).last() else { return };
        let what = self.expression(last, scope);
        let is_whole = self.tree.children(node).any(|child| self.text(child) == "namespace");
        let alias = self.child(node, Role::Name).filter(|alias| *alias != last);
        if is_whole && alias.is_none() {
            return self.sketch.used.push(what);
        }
        let mut written = last;
        while let Some(inner) = self.child(written, Role::Member) {
            written = inner;
        }
        let name = self.name(self.text(alias.unwrap_or(written)));
        let extent = self.extent(node, scope);
        self.declare(scope, name, node, extent, vec![Source::Alias(what)]);
    }

    /// The syntax in which a declaration at `at` is seen: the block around it, all of the text if that is no function's.
    fn extent(&self, at: u32, scope: u32) -> (u32, u32) {
        let whole = (0, self.tree.len() as u32);
        if self.sketch.scopes[scope as usize].kind != ScopeKind::Function {
            return whole;
        }
        let mut node = self.tree.parent(at);
        for _ in 0..MOST_BLOCKS {
            if node == NONE {
                break;
            }
            let category = self.category(node);
            let opens = matches!(
                category,
                Category::Block
                    | Category::For
                    | Category::While
                    | Category::MatchCase
                    | Category::Function
                    | Category::Lambda
                    | Category::If
                    | Category::Match
                    | Category::Catch
            );
            if opens {
                return (node, self.tree.subtree_end(node));
            }
            node = self.tree.parent(node);
        }
        whole
    }

    fn variable(&mut self, syntax: u32, name: u32, scope: u32, reassigned: &mut Vec<(u32, u32, u32, Source)>) {
        // `one++` declares nothing.
        if self.around(syntax) == Category::AugmentedAssignment {
            return;
        }
        let mut steps = Vec::new();
        let Some(holder) = self.holder(syntax, &mut steps) else {
            let extent = self.extent(syntax, scope);
            return self.declare(scope, name, syntax, extent, Vec::new());
        };
        if self.is_part_of_type(holder) {
            return;
        }
        let sources = self.sources(holder, syntax, scope, &steps);
        if self.tree.table().is_reassignment(self.tree.kind(holder)) {
            reassigned.extend(sources.into_iter().map(|source| (scope, name, syntax, source)));
            return;
        }
        let extent = self.extent(holder, scope);
        self.declare(scope, name, syntax, extent, sources);
        if let (Some(value), Some(declared)) = (self.value_before(holder), self.sketch.declared.last_mut()) {
            declared.unseen = (value, self.tree.subtree_end(value));
        }
    }

    /// The value of a declaration, where that still sees what its name stood for before.
    fn value_before(&self, holder: u32) -> Option<u32> {
        self.value_of(holder).filter(|_| self.tree.table().rules().values_see_outside)
    }

    /// Whether a declaration only tells what a type is like: a member of `{ run(): void }`, a parameter of `(n: T) => void`.
    fn is_part_of_type(&self, declaration: u32) -> bool {
        let around = self.tree.parent(declaration);
        if around == NONE || self.category(around) != Category::Parameters {
            return around != NONE && self.is_shape(around);
        }
        self.around(around) == Category::Type
    }

    /// Gives values to what was declared elsewhere.
    fn reassign(&mut self, reassigned: Vec<(u32, u32, u32, Source)>) {
        self.sketch.declared.sort_by_key(|one| (one.scope, one.name, one.at));
        for (scope, name, at, source) in reassigned {
            match self.declared_at(scope, name, at) {
                Some(place) if self.sketch.declared[place].sources.len() < MOST_SOURCES => {
                    self.sketch.declared[place].sources.push(source);
                }
                Some(_) => {}
                None => {
                    let whole = (0, self.tree.len() as u32);
                    let place =
                        self.sketch.declared.partition_point(|one| (one.scope, one.name, one.at) < (scope, name, at));
                    let one = super::super::sketch::Declared {
                        scope,
                        name,
                        start: whole.0,
                        end: whole.1,
                        at,
                        unseen: (0, 0),
                        is_private: true,
                        sources: vec![source],
                    };
                    self.sketch.declared.insert(place, one);
                }
            }
        }
    }

    fn declared_at(&self, scope: u32, name: u32, at: u32) -> Option<usize> {
        let mut current = scope;
        while current != NONE {
            if let Some(place) = self.sketch.declared_in(current, name, at).last().copied() {
                return Some(place);
            }
            current = self.sketch.scopes[current as usize].parent;
        }
        None
    }

    /// A value put into a member: `this.x = f`, `s.x = f`, `exports.x = f`, `a[k] = f`.
    pub(super) fn store(&mut self, node: u32, scope: u32) {
        let (Some(left), Some(right)) = (self.child(node, Role::Left), self.child(node, Role::Right)) else { return };
        let single = self.named_children(left).next().filter(|_| self.category(left) == Category::ExpressionList);
        let left = single.unwrap_or(left);
        let place = match self.category(left) {
            Category::Member => self.expression(left, scope),
            Category::Subscript if self.tree.table().is_reassignment(self.tree.kind(node)) => {
                self.expression(left, scope)
            }
            _ => return,
        };
        let value = self.expression(right, scope);
        match self.sketch.expressions[place as usize] {
            Expression::Member { object, name } | Expression::Field { object, name } => {
                self.sketch.stores.push((object, name, value));
            }
            Expression::Element { of, key } => {
                let name = key.unwrap_or_else(|| self.name(""));
                self.sketch.stores.push((of, name, value));
            }
            _ => {}
        }
    }
}

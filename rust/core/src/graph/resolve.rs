//! Resolves what a file's code refers to, as far as the file itself tells.

mod imported;
mod members;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::chain::{Chain, read_chain};
use super::collect::Collected;
use super::facts::{Reference, Symbol, Target, WILDCARD};
use super::hierarchy::orders_of;
use super::scopes::{Binding, ScopeKind, View};
use super::{EdgeKind, NodeKind};
use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// How sure a reference is that is found by this rule.
mod confidence {
    pub(super) const DEFINED: f32 = 1.0;
    pub(super) const IMPORTED: f32 = 0.9;
    pub(super) const BUILTIN: f32 = 0.9;
    /// A method of the object's own class; a subclass may have another one.
    pub(super) const METHOD: f32 = 0.95;
    pub(super) const INHERITED: f32 = 0.9;
    /// By way of another name.
    pub(super) const ALIAS: f32 = 0.9;
    pub(super) const UNBOUND: f32 = 0.7;
    /// By the method's name alone; shared between all that have it.
    pub(super) const GUESS: f32 = 0.3;
}

/// A target and how sure it is.
type Found = (Target, f32);

/// What the file alone tells: the columns of the same names of [`FileFacts`](super::FileFacts).
#[derive(Default)]
pub(super) struct Resolved {
    pub(super) references: Vec<Reference>,
    pub(super) own_edges: Vec<(u32, u32, EdgeKind)>,
    pub(super) symbols: Vec<Symbol>,
    pub(super) import_labels: Vec<(u32, String)>,
    pub(super) masked: Vec<u32>,
}

pub(super) fn resolve(source: &[u8], tree: &SyntaxTree, collected: &Collected<'_>) -> Resolved {
    let resolver = Resolver::new(source, tree, collected);
    let mut resolved = Resolved::default();
    resolver.references(&mut resolved);
    resolver.symbols(&mut resolved);
    resolver.labels(&mut resolved);
    resolver.masked(&mut resolved);
    resolved
}

struct Resolver<'a, 'source> {
    source: &'source [u8],
    tree: &'a SyntaxTree,
    collected: &'a Collected<'source>,
    /// By class: itself and its bases in the file, as if it had no imports, in the order of look-up; of those with bases.
    orders: FxHashMap<u32, Vec<u32>>,
    /// Classes with bases that may be in another file.
    open: BTreeSet<u32>,
}

impl<'a, 'source> Resolver<'a, 'source> {
    fn new(source: &'source [u8], tree: &'a SyntaxTree, collected: &'a Collected<'source>) -> Self {
        let (orders, open) = (FxHashMap::default(), BTreeSet::new());
        let mut resolver = Self { source, tree, collected, orders, open };
        let mut bases: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (class, expression, scope) in &collected.bases {
            for (target, _) in resolver.base(*expression, *scope, View::Own) {
                if let Target::Local(base) = target {
                    bases.entry(*class).or_default().push(base);
                }
            }
            let full = resolver.base(*expression, *scope, View::Full);
            if full.iter().any(|(target, _)| matches!(target, Target::Import(..) | Target::Unbound(_))) {
                resolver.open.insert(*class);
            }
        }
        resolver.orders = orders_of(&bases);
        resolver
    }

    fn references(&self, resolved: &mut Resolved) {
        for (callee, scope) in &self.collected.calls {
            let source = self.collected.scopes.get(*scope).owner;
            let full = self.callee(*callee, *scope, View::Full);
            // What no import had a part in is the same without imports.
            let own = full.iter().any(is_imported).then(|| self.callee(*callee, *scope, View::Own));
            add_own(resolved, source, EdgeKind::Calls, own.as_ref().unwrap_or(&full));
            add_references(resolved, source, EdgeKind::Calls, full);
        }
        self.keep_telling(resolved);
        // Bases stay in the order in which they are written: it is the order of look-up.
        for (class, expression, scope) in &self.collected.bases {
            add_own(resolved, *class, EdgeKind::Inherits, &self.base(*expression, *scope, View::Own));
            add_references(resolved, *class, EdgeKind::Inherits, self.base(*expression, *scope, View::Full));
        }
        resolved.own_edges.sort_unstable();
        resolved.own_edges.dedup();
    }

    /// Each called target once; those that nothing can come of not at all.
    fn keep_telling(&self, resolved: &mut Resolved) {
        let wildcard = self.collected.facts.imports.iter().any(|import| import.path.ends_with(WILDCARD));
        resolved.references.retain(|reference| match &reference.target {
            Target::Method(method) => !self.tree.table().is_builtin_method(method),
            Target::Unbound(_) => wildcard,
            // Part of the call of the base classes' method, which is an edge of its own.
            Target::Builtin(path) => path != self.tree.table().names().parent_object,
            _ => true,
        });
        keep_surest(&mut resolved.references);
    }

    /// What a called expression refers to; a class stands for its constructor where it defines one.
    fn callee(&self, expression: u32, scope: u32, view: View) -> Vec<Found> {
        let mut found = match read_chain(self.tree, self.source, expression) {
            Chain::Name { root, attributes } => self.name(root, &attributes, scope, view),
            Chain::Parent { method } => self.parent_method(method, scope, view),
            Chain::Unknown { method } => vec![guess(method)],
            Chain::Nothing => Vec::new(),
        };
        for (target, _) in &mut found {
            if let Target::Local(node) = target {
                *node = self.constructor(*node);
            }
        }
        found
    }

    fn base(&self, expression: u32, scope: u32, view: View) -> Vec<Found> {
        let generic = self.tree.category(expression) == Category::Subscript;
        let value = || self.tree.child_with_role(expression, Role::Value);
        let named = if generic { value().or_else(|| self.tree.children(expression).next()) } else { None };
        let mut found = match read_chain(self.tree, self.source, named.unwrap_or(expression)) {
            Chain::Name { root, attributes } => self.name(root, &attributes, scope, view),
            _ => Vec::new(),
        };
        found.retain(|(target, _)| match target {
            Target::Local(node) => self.kind(*node) == NodeKind::Class,
            Target::Method(_) => false,
            _ => true,
        });
        found
    }

    fn kind(&self, node: u32) -> NodeKind {
        self.collected.facts.nodes[node as usize].kind
    }

    fn constructor(&self, node: u32) -> u32 {
        if self.kind(node) != NodeKind::Class {
            return node;
        }
        let class = &self.collected.facts.nodes[node as usize].name;
        let name = self.tree.table().names().constructor.of_class(class);
        let constructor = name.and_then(|name| self.own_member(node, name));
        constructor.and_then(|binding| binding.definitions().last()).unwrap_or(node)
    }

    /// What a name, followed by attributes, refers to.
    fn name(&self, root: &str, attributes: &[&str], scope: u32, view: View) -> Vec<Found> {
        let Some(name) = self.collected.names.get(root) else { return self.unbound(root, attributes) };
        let Some((found_in, binding)) = self.collected.scopes.find(scope, name, view) else {
            return self.unbound(root, attributes);
        };
        if binding.is_defined() || (view == View::Full && binding.import != NONE) {
            return self.bound(binding, attributes, view);
        }
        if let Some(class_scope) = self.receiver_class(found_in, name) {
            return match attributes {
                [method] => self.own_method(class_scope, method, view),
                _ => attributes.last().map(|method| guess(method)).into_iter().collect(),
            };
        }
        self.alias(binding, found_in, attributes, view)
    }

    /// What a binding to definitions or to an import refers to, followed by attributes.
    fn bound(&self, binding: &Binding, attributes: &[&str], view: View) -> Vec<Found> {
        if !binding.is_defined() {
            return vec![(Target::Import(binding.import, attributes.join(".")), confidence::IMPORTED)];
        }
        let share = confidence::DEFINED / binding.definitions().len() as f32;
        binding.definitions().flat_map(|node| self.attributes_of(node, attributes, view, share)).collect()
    }

    /// Follows attributes from a definition: through nested classes to a method.
    fn attributes_of(&self, node: u32, attributes: &[&str], view: View, sure: f32) -> Vec<Found> {
        match attributes {
            [] => vec![(Target::Local(node), sure)],
            [method] if self.kind(node) == NodeKind::Class => self.method(node, method, view, sure),
            [first, rest @ ..] if self.kind(node) == NodeKind::Class => {
                let inner = self.own_member(node, first).filter(|binding| binding.is_defined());
                inner.map(|binding| self.bound(binding, rest, view)).unwrap_or_default()
            }
            _ => attributes.last().map(|method| guess(method)).into_iter().collect(),
        }
    }

    /// A variable that has one value, and that a name, refers to what that name refers to.
    fn alias(&self, binding: &Binding, scope: u32, attributes: &[&str], view: View) -> Vec<Found> {
        let unknown = || attributes.last().map(|method| guess(method)).into_iter().collect();
        if binding.alias == NONE {
            return unknown();
        }
        if let Some(lambda) = self.collected.lambdas.get(&binding.alias).filter(|_| attributes.is_empty()) {
            return vec![(Target::Local(*lambda), confidence::ALIAS)];
        }
        let Chain::Name { root, attributes: mut path } = read_chain(self.tree, self.source, binding.alias) else {
            return unknown();
        };
        let value = self.collected.names.get(root).and_then(|name| self.collected.scopes.find(scope, name, view));
        path.extend(attributes);
        let mut found = match value {
            Some((_, value)) if value.is_defined() || (view == View::Full && value.import != NONE) => {
                self.bound(value, &path, view)
            }
            None if self.is_builtin(root) => self.unbound(root, &path),
            _ => return unknown(),
        };
        for (_, sure) in &mut found {
            *sure *= confidence::ALIAS;
        }
        found
    }

    fn is_builtin(&self, name: &str) -> bool {
        self.tree.table().is_builtin(name)
    }

    fn unbound(&self, root: &str, attributes: &[&str]) -> Vec<Found> {
        let path = std::iter::once(root).chain(attributes.iter().copied()).collect::<Vec<_>>().join(".");
        if self.is_builtin(root) {
            return vec![(Target::Builtin(path), confidence::BUILTIN)];
        }
        vec![(Target::Unbound(path), confidence::UNBOUND)]
    }

    /// The scope of the class whose object `name` is in the method that opens `scope`.
    fn receiver_class(&self, scope: u32, name: u32) -> Option<u32> {
        let found = self.collected.scopes.get(scope);
        (found.receiver == name).then_some(found.parent)
    }

    /// Names of the module and of its classes.
    fn symbols(&self, resolved: &mut Resolved) {
        for (scope, name, binding) in self.collected.scopes.bindings() {
            let owner = self.collected.scopes.get(scope);
            let is_class = || self.kind(owner.owner) == NodeKind::Class;
            match owner.kind {
                ScopeKind::Function | ScopeKind::Namespace | ScopeKind::Object => continue,
                ScopeKind::Class if !is_class() => continue,
                ScopeKind::Class | ScopeKind::Module => {}
            }
            let found = if binding.is_defined() || binding.import != NONE {
                self.bound(binding, &[], View::Full)
            } else {
                self.alias(binding, scope, &[], View::Full)
            };
            let name = self.collected.names.text(name).to_owned();
            resolved.symbols.extend(found.into_iter().map(|(target, _)| Symbol {
                owner: owner.owner,
                name: name.clone(),
                target,
            }));
        }
        resolved.symbols.sort_unstable();
    }
}

fn guess(method: &str) -> Found {
    (Target::Method(method.to_owned()), confidence::GUESS)
}

/// Whether a look-up came upon an import.
fn is_imported(found: &Found) -> bool {
    matches!(found.0, Target::Import(..))
}

fn add_own(resolved: &mut Resolved, source: u32, kind: EdgeKind, found: &[Found]) {
    resolved.own_edges.extend(found.iter().filter_map(|(target, _)| match target {
        Target::Local(node) => Some((source, *node, kind)),
        _ => None,
    }));
}

fn add_references(resolved: &mut Resolved, source: u32, kind: EdgeKind, found: Vec<Found>) {
    let references = found.into_iter().map(|(target, confidence)| Reference { source, kind, target, confidence });
    resolved.references.extend(references);
}

/// Each reference once, with its highest confidence, sorted.
pub(super) fn keep_surest(references: &mut Vec<Reference>) {
    references.sort_by(|one, other| {
        let place = |reference: &Reference| (reference.source, reference.kind);
        place(one)
            .cmp(&place(other))
            .then_with(|| one.target.cmp(&other.target))
            .then_with(|| other.confidence.total_cmp(&one.confidence))
    });
    references
        .dedup_by(|later, kept| (later.source, later.kind) == (kept.source, kept.kind) && later.target == kept.target);
}

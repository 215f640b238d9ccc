//! Reads a file's [`Sketch`] off its syntax tree.

mod creations;
mod declarations;
mod definitions;
mod expressions;
mod holders;
mod macros;
mod sources;
mod types;

use rustc_hash::FxHashMap;

use super::sketch::{Declared, Expression, ExpressionId, NameId, Parts, Scope, ScopeKind, Sketch, Source};
use crate::graph::collect::Collected;
use crate::graph::scopes::ScopeKind as CollectedKind;
use crate::language::{Category, Receiver, Role, Sharing};
use crate::syntax::{NONE, SyntaxTree};

/// How deep an expression is looked into.
const DEEPEST: u32 = 24;

/// Reads what a file says of types and values.
pub(in crate::graph) fn lower(source: &[u8], tree: &SyntaxTree, collected: &Collected<'_>) -> Sketch {
    let mut lowering = Lowering::new(source, tree, collected);
    lowering.walk();
    lowering.declarations();
    lowering.classes();
    lowering.finish()
}

struct Lowering<'a, 'source> {
    source: &'source [u8],
    tree: &'a SyntaxTree,
    collected: &'a Collected<'source>,
    sketch: Sketch,
    names: FxHashMap<String, NameId>,
    /// Expressions by syntax node: as a value, and as a type.
    known: [FxHashMap<u32, ExpressionId>; 2],
    /// Graph nodes of functions and classes by syntax node.
    definitions: FxHashMap<u32, u32>,
    /// Open scopes by where their syntax ends, innermost last.
    open: Vec<(u32, u32)>,
    /// The place of functions in the sketch by graph node.
    functions: FxHashMap<u32, usize>,
    /// Names of pointers to functions, each with the scope.
    pointers: Vec<(u32, u32)>,
    depth: u32,
    /// The member that the expression being read is a part of lies too deep.
    is_cut: bool,
}

impl<'a, 'source> Lowering<'a, 'source> {
    fn new(source: &'source [u8], tree: &'a SyntaxTree, collected: &'a Collected<'source>) -> Self {
        let nodes = collected.facts.nodes.iter().enumerate().skip(2);
        let definitions = nodes.map(|(node, one)| (one.syntax, node as u32)).collect();
        let mut lowering = Self {
            source,
            tree,
            collected,
            sketch: Sketch { expressions: vec![Expression::Unknown], ..Sketch::default() },
            names: FxHashMap::default(),
            known: [FxHashMap::default(), FxHashMap::default()],
            definitions,
            open: vec![(tree.len() as u32, 0)],
            functions: FxHashMap::default(),
            pointers: Vec::new(),
            depth: 0,
            is_cut: false,
        };
        lowering.scopes();
        lowering.functions();
        lowering
    }

    fn scopes(&mut self) {
        let scopes = &self.collected.scopes;
        for number in 0..scopes.len() as u32 {
            let scope = scopes.get(number);
            let kind = match scope.kind {
                CollectedKind::Module => ScopeKind::Module,
                CollectedKind::Class => ScopeKind::Class,
                CollectedKind::Function => ScopeKind::Function,
                CollectedKind::Namespace => ScopeKind::Namespace,
                CollectedKind::Object => ScopeKind::Object(0),
            };
            let has_receiver =
                scope.receiver != NONE && matches!(self.tree.table().rules().receiver, Receiver::Named(_));
            self.sketch.scopes.push(Scope { kind, parent: scope.parent, owner: scope.owner, has_receiver });
        }
    }

    fn name(&mut self, text: &str) -> NameId {
        if let Some(known) = self.names.get(text) {
            return *known;
        }
        let name = self.sketch.names.len() as u32;
        self.sketch.names.push(text.to_owned());
        self.names.insert(text.to_owned(), name);
        name
    }

    fn text(&self, node: u32) -> &'source str {
        self.tree.text(node, self.source)
    }

    fn category(&self, node: u32) -> Category {
        self.tree.category(node)
    }

    fn child(&self, node: u32, role: Role) -> Option<u32> {
        self.tree.child_with_role(node, role)
    }

    /// The parent's category; [`Category::Other`] of the root.
    fn around(&self, node: u32) -> Category {
        let parent = self.tree.parent(node);
        if parent == NONE { Category::Other } else { self.category(parent) }
    }

    fn named_children(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        self.tree
            .children(node)
            .filter(|child| self.tree.is_named(*child) && self.category(*child) != Category::Comment)
    }

    fn push(&mut self, expression: Expression) -> ExpressionId {
        self.sketch.expressions.push(expression);
        self.sketch.expressions.len() as u32 - 1
    }

    fn parts(&mut self, parts: &[ExpressionId]) -> Parts {
        let first = self.sketch.parts.len() as u32;
        self.sketch.parts.extend(parts);
        (first, parts.len() as u32)
    }

    fn either(&mut self, mut parts: Vec<ExpressionId>) -> ExpressionId {
        parts.retain(|part| *part != super::sketch::UNKNOWN);
        match parts[..] {
            [] => super::sketch::UNKNOWN,
            [only] => only,
            _ => {
                let parts = self.parts(&parts);
                self.push(Expression::Either(parts))
            }
        }
    }

    /// The scope of what stands at the node that is being passed.
    fn scope(&self) -> u32 {
        self.open.last().map_or(0, |(_, scope)| *scope)
    }

    /// Passes all nodes: what is called, returned and put into members.
    fn walk(&mut self) {
        let mut openings = self.collected.openings.iter().copied().peekable();
        for node in 0..self.tree.len() as u32 {
            while self.open.len() > 1 && self.open.last().is_some_and(|(end, _)| *end <= node) {
                self.open.pop();
            }
            while let Some((_, scope)) = openings.next_if(|(opening, _)| *opening <= node) {
                self.open.push((self.tree.subtree_end(node), scope));
            }
            self.visit(node);
        }
    }

    fn visit(&mut self, node: u32) {
        let scope = self.scope();
        match self.category(node) {
            Category::Call if !self.category_of_callee_is_type(node) => self.call_site(node, scope),
            Category::Return => self.returned(node, scope),
            Category::Assignment => self.store(node, scope),
            Category::Decorator if self.tree.table().rules().decorators_are_calls => self.decorator(node, scope),
            Category::Dictionary => self.object_scope(node, scope),
            Category::DecoratedDefinition => self.exported(node, scope),
            Category::Declaration => self.creation_by_declaration(node, scope),
            Category::TypeParameter | Category::Type if self.tree.table().rules().capitals_are_constants => {
                self.type_parameter(node, scope);
            }
            Category::Signature => self.function_pointer(node, scope),
            Category::Directive | Category::Other if self.gives_other_name(node) => self.other_name(node, scope),
            Category::Directive => self.macro_name(node),
            Category::Other if self.tree.table().is_member_initializer(self.tree.kind(node)) => {
                self.member_initializer(node, scope);
            }
            _ => {}
        }
    }

    fn gives_other_name(&self, node: u32) -> bool {
        let first = self.tree.first_child(node);
        first != NONE && matches!(self.text(first), "using" | "namespace")
    }

    /// `#define clamp(x) …`, where what is joined sees macros as well.
    fn macro_name(&mut self, directive: u32) {
        if self.tree.table().rules().sharing == Sharing::Everywhere
            && let Some(name) = self.child(directive, Role::Name)
        {
            let name = self.name(self.text(name));
            self.sketch.macros.push(name);
        }
    }

    fn call_site(&mut self, node: u32, scope: u32) {
        self.macro_arguments(node, scope);
        let call = self.expression(node, scope);
        if matches!(self.sketch.expressions[call as usize], Expression::Call { .. }) {
            self.sketch.calls.push((self.sketch.scopes[scope as usize].owner, call));
        }
    }

    /// Whether a literal of a container looks like a call: `[]T{a, b}`.
    fn category_of_callee_is_type(&self, node: u32) -> bool {
        self.child(node, Role::Callee).is_some_and(|callee| self.category(callee) == Category::Type)
    }

    fn decorator(&mut self, node: u32, scope: u32) {
        let Some(expression) = self.named_children(node).next() else { return };
        // What decorates a class or its members runs around the class.
        let mut outer = scope;
        while matches!(self.sketch.scopes[outer as usize].kind, ScopeKind::Class) {
            outer = self.sketch.scopes[outer as usize].parent;
        }
        let owner = self.sketch.scopes[outer as usize].owner;
        let callee = self.expression(expression, outer);
        let call = self.push(Expression::Call { callee, arguments: (0, 0), creates: false });
        self.sketch.calls.push((owner, call));
    }

    fn object_scope(&mut self, node: u32, scope: u32) {
        // The scope that the object opens is the innermost one.
        if !matches!(self.sketch.scopes[scope as usize].kind, ScopeKind::Object(_)) {
            return;
        }
        let around = self.sketch.scopes[scope as usize].parent;
        let object = self.expression(node, around);
        self.sketch.scopes[scope as usize].kind = ScopeKind::Object(object);
    }

    /// What a module gives under another name, or without one: `export default …`, `export { a as b }`.
    fn exported(&mut self, node: u32, scope: u32) {
        if self.sketch.scopes[scope as usize].kind != ScopeKind::Module {
            return;
        }
        let module = self.name("exports");
        let module = self.push(Expression::Name { name: module, scope: 0, at: node });
        if self.tree.children(node).any(|child| self.text(child) == "default") {
            let value = self.child(node, Role::Value).or_else(|| self.child(node, Role::Definition));
            let value = value.map_or(0, |value| self.expression(value, 0));
            let name = self.name("default");
            self.sketch.stores.push((module, name, value));
        }
        let lists: Vec<u32> = self.tree.children(node).collect();
        let aliases: Vec<u32> = lists
            .into_iter()
            .flat_map(|list| self.tree.children(list))
            .filter(|alias| self.category(*alias) == Category::ImportAlias)
            .collect();
        for alias in aliases {
            let Some(name) = self.child(alias, Role::Name) else { continue };
            let value = self.expression(name, 0);
            let name = self.name(self.text(self.child(alias, Role::Alias).unwrap_or(name)));
            self.sketch.stores.push((module, name, value));
        }
    }

    fn finish(mut self) -> Sketch {
        self.sketch.declared.sort_by_key(|one| (one.scope, one.name, one.at));
        self.sketch.namespaces.sort_unstable();
        self.sketch.in_macros.sort_unstable();
        self.sketch.functions.sort_by_key(|one| one.node);
        self.sketch.classes.sort_by_key(|one| one.node);
        self.sketch
    }

    fn declare(&mut self, scope: u32, name: NameId, at: u32, (start, end): (u32, u32), sources: Vec<Source>) {
        let is_private = self.is_private_at(at);
        let unseen = (0, 0);
        self.sketch.declared.push(Declared { scope, name, start, end, at, unseen, is_private, sources });
    }
}

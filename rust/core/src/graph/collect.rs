//! The one pass over a file's syntax tree: its nodes, what binds names, and what is yet to be resolved.

use super::NodeKind;
use super::facts::FileFacts;
use super::imports::read_imports;
use super::scopes::{Names, ScopeKind, Scopes};
use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// What the pass found.
pub(super) struct Collected<'source> {
    pub(super) facts: FileFacts,
    pub(super) names: Names<'source>,
    pub(super) scopes: Scopes,
    /// The scope of each graph node that opens one.
    pub(super) scope_of: Vec<u32>,
    pub(super) uses: Vec<Use>,
    /// Names where the body of an exception handler binds them.
    pub(super) handler_bindings: Vec<Use>,
    /// By syntax node: it is in the body of an exception handler, and not in a definition in there.
    pub(super) in_handler: Vec<bool>,
    /// Expressions that are called, each with the scope in which.
    pub(super) calls: Vec<(u32, u32)>,
    /// Base classes: the class, the expression, the scope in which it stands.
    pub(super) bases: Vec<(u32, u32, u32)>,
    /// By name: an import binds it.
    pub(super) imported: Vec<bool>,
}

/// A name where its value is used, or where it is bound.
pub(super) struct Use {
    pub(super) syntax: u32,
    pub(super) name: u32,
    pub(super) scope: u32,
    /// The scope in which it runs: of what stands in a definition's header, the one around the definition.
    pub(super) runs_in: u32,
}

pub(super) fn collect<'source>(source: &'source [u8], tree: &SyntaxTree, facts: FileFacts) -> Collected<'source> {
    let collected = Collected {
        facts,
        names: Names::default(),
        scopes: Scopes::new(1),
        scope_of: vec![NONE, 0],
        uses: Vec::new(),
        handler_bindings: Vec::new(),
        in_handler: vec![false; tree.len()],
        calls: Vec::new(),
        bases: Vec::new(),
        imported: Vec::new(),
    };
    let mut collector = Collector {
        source,
        tree,
        collected,
        open: vec![Open { end: tree.len() as u32, body: 0, scope: 0 }],
        targets: vec![false; tree.len()],
        assignment: 0,
        assigned_end: 0,
    };
    let mut node = 0;
    while node < tree.len() as u32 {
        collector.close_scopes(node);
        node = collector.visit(node);
    }
    collector.collected
}

/// How many definitions' headers may stand in each other before a call in the innermost counts for it.
const DEEPEST_HEADER: usize = 32;

struct Collector<'source, 'tree> {
    source: &'source [u8],
    tree: &'tree SyntaxTree,
    collected: Collected<'source>,
    /// Open scopes, innermost last.
    open: Vec<Open>,
    /// By syntax node: it is, or is part of, a pattern that binds names.
    targets: Vec<bool>,
    /// The last assignment and where its left side ends.
    assignment: u32,
    assigned_end: u32,
}

/// A scope whose syntax is being passed.
struct Open {
    end: u32,
    /// Where its body begins. What stands before (defaults, annotations, bases) runs in the scope around it.
    body: u32,
    scope: u32,
}

impl<'source> Collector<'source, '_> {
    fn close_scopes(&mut self, node: u32) {
        while self.open.len() > 1 && self.open.last().is_some_and(|open| open.end <= node) {
            self.open.pop();
        }
    }

    fn scope(&self) -> u32 {
        self.open.last().map_or(0, |open| open.scope)
    }

    fn owner(&self) -> u32 {
        self.collected.scopes.get(self.scope()).owner
    }

    /// Takes a node in and gives the next one to visit.
    fn visit(&mut self, node: u32) -> u32 {
        self.targets[node as usize] = is_target(self.tree, node, &self.targets);
        self.collected.in_handler[node as usize] = is_in_handler(self.tree, node, &self.collected.in_handler);
        match self.tree.category(node) {
            Category::Import | Category::ImportFrom => {
                self.import(node);
                return self.tree.subtree_end(node);
            }
            Category::Function => self.function(node),
            Category::Class => self.class(node),
            Category::Lambda | Category::Comprehension | Category::Generator => {
                self.open_scope(node, ScopeKind::Function, self.owner(), NONE);
            }
            Category::Call => self.call(self.tree.child_with_role(node, Role::Callee)),
            Category::Decorator => self.decorator(node),
            Category::Assignment => self.assignment(node),
            Category::GlobalDeclaration => self.global(node),
            Category::Identifier => self.identifier(node),
            _ => {}
        }
        node + 1
    }

    fn text(&self, node: u32) -> &'source str {
        self.tree.text(node, self.source)
    }

    fn intern(&mut self, node: u32) -> u32 {
        self.intern_text(self.text(node))
    }

    fn intern_text(&mut self, text: &'source str) -> u32 {
        let name = self.collected.names.intern(text);
        self.collected.imported.resize(self.collected.names.len(), false);
        name
    }

    fn push_node(&mut self, kind: NodeKind, name: &str, syntax: u32) -> u32 {
        let parent = self.owner();
        let name = format!("{}.{name}", self.collected.facts.nodes[parent as usize].name);
        self.collected.scope_of.push(NONE);
        self.collected.facts.push(self.tree, kind, name, syntax, parent)
    }

    fn open_scope(&mut self, node: u32, kind: ScopeKind, owner: u32, receiver: u32) {
        let scope = self.collected.scopes.open(kind, self.scope(), owner, receiver);
        let body = self.tree.child_with_role(node, Role::Body);
        self.open.push(Open { end: self.tree.subtree_end(node), body: body.unwrap_or(0), scope });
    }

    /// Adds a function or class under its name in the scope it stands in.
    fn define(&mut self, node: u32, kind: NodeKind) -> Option<u32> {
        let name_node = self.tree.child_with_role(node, Role::Name)?;
        let defined = self.push_node(kind, self.text(name_node), node);
        let name = self.intern(name_node);
        let block = block_of(self.tree, node);
        self.collected.scopes.bind(self.scope(), name).define(defined, block);
        self.note_binding(name_node, name, block);
        Some(defined)
    }

    fn function(&mut self, node: u32) {
        let Some(defined) = self.define(node, NodeKind::Function) else { return };
        let receiver = self.receiver(node);
        self.open_scope(node, ScopeKind::Function, defined, receiver);
        self.collected.scope_of[defined as usize] = self.scope();
    }

    fn class(&mut self, node: u32) {
        let Some(defined) = self.define(node, NodeKind::Class) else { return };
        if let Some(bases) = self.tree.child_with_role(node, Role::Superclasses) {
            let scope = self.scope();
            let is_base = |child: &u32| {
                self.tree.is_named(*child)
                    && !matches!(self.tree.category(*child), Category::KeywordArgument | Category::Comment)
            };
            let found = self.tree.children(bases).filter(is_base).map(|base| (defined, base, scope));
            self.collected.bases.extend(found);
        }
        self.open_scope(node, ScopeKind::Class, defined, NONE);
        self.collected.scope_of[defined as usize] = self.scope();
    }

    /// The first parameter of a method that has its object.
    fn receiver(&mut self, function: u32) -> u32 {
        if self.collected.scopes.get(self.scope()).kind != ScopeKind::Class || self.is_static(function) {
            return NONE;
        }
        let parameters = self.tree.child_with_role(function, Role::Parameters);
        let first = parameters.and_then(|node| self.tree.children(node).find(|child| self.tree.is_named(*child)));
        match first.and_then(|parameter| parameter_name(self.tree, parameter)) {
            Some(name) => self.intern(name),
            None => NONE,
        }
    }

    fn is_static(&self, function: u32) -> bool {
        let parent = self.tree.parent(function);
        let static_method = self.tree.table().names().static_method;
        self.tree.category(parent) == Category::DecoratedDefinition
            && self
                .tree
                .children(parent)
                .filter(|child| self.tree.category(*child) == Category::Decorator)
                .any(|decorator| self.tree.children(decorator).any(|expression| self.text(expression) == static_method))
    }

    fn call(&mut self, callee: Option<u32>) {
        let Some(callee) = callee else { return };
        self.collected.calls.push((callee, self.runs_in(callee)));
    }

    /// The scope in which an expression runs.
    fn runs_in(&self, node: u32) -> u32 {
        let around = self.open.iter().rev().take(DEEPEST_HEADER).find(|open| open.body <= node);
        around.map_or(self.scope(), |open| open.scope)
    }

    /// A decorator is called with what it decorates; one that is itself a call is met as such, and a built-in one
    /// (a property, a class method) only marks.
    fn decorator(&mut self, node: u32) {
        let expression = self.tree.children(node).find(|child| self.tree.is_named(*child));
        let plain = |node: &u32| matches!(self.tree.category(*node), Category::Identifier | Category::Member);
        let marks = |node: &u32| self.tree.table().is_builtin(self.text(*node));
        self.call(expression.filter(plain).filter(|node| !marks(node)));
    }

    fn assignment(&mut self, node: u32) {
        if let Some(left) = self.tree.child_with_role(node, Role::Left) {
            self.assignment = node;
            self.assigned_end = self.tree.subtree_end(left);
        }
    }

    fn global(&mut self, node: u32) {
        for child in self.tree.children(node).filter(|child| self.tree.category(*child) == Category::Identifier) {
            let name = self.intern(child);
            self.collected.scopes.declare_outer(self.scope(), name);
        }
    }

    fn identifier(&mut self, node: u32) {
        let (parent, role) = (self.tree.parent(node), self.tree.role(node));
        match (if parent == NONE { Category::Other } else { self.tree.category(parent) }, role) {
            // Attributes and keywords of calls name nothing in a scope; a definition's name is bound with it.
            (Category::Member, Role::Member)
            | (Category::KeywordArgument | Category::Function | Category::Class, Role::Name) => {}
            _ if self.targets[node as usize] => self.variable(node),
            _ => {
                let (name, scope, runs_in) = (self.intern(node), self.scope(), self.runs_in(node));
                self.collected.uses.push(Use { syntax: node, name, scope, runs_in });
            }
        }
    }

    fn variable(&mut self, node: u32) {
        let (name, scope) = (self.intern(node), self.scope());
        self.note_binding(node, name, node);
        let assigned = node < self.assigned_end;
        let alias = if assigned && self.tree.parent(node) == self.assignment { self.alias() } else { NONE };
        let shown = assigned && self.collected.scopes.get(scope).kind != ScopeKind::Function;
        let binding = self.collected.scopes.bind(scope, name);
        binding.assign(alias);
        if shown && !std::mem::replace(&mut binding.has_node, true) {
            self.push_node(NodeKind::Variable, self.text(node), self.assignment);
        }
    }

    /// Notes whether a binding, made at `place`, may be but what stands in for a failed import.
    fn note_binding(&mut self, node: u32, name: u32, place: u32) {
        let scope = self.scope();
        if self.collected.in_handler[place as usize] {
            self.collected.handler_bindings.push(Use { syntax: node, name, scope, runs_in: scope });
        } else {
            self.collected.scopes.bind(scope, name).is_certain = true;
        }
    }

    /// The value of the current assignment where it is a name or an attribute.
    fn alias(&self) -> u32 {
        let value = self.tree.child_with_role(self.assignment, Role::Right);
        let plain = |node: &u32| matches!(self.tree.category(*node), Category::Identifier | Category::Member);
        value.filter(plain).unwrap_or(NONE)
    }

    fn import(&mut self, statement: u32) {
        for bound in read_imports(self.source, self.tree, &self.collected.facts, statement) {
            let label = bound.name.unwrap_or(super::facts::WILDCARD);
            self.push_node(NodeKind::Import, label, bound.syntax);
            self.collected.facts.imports.push(bound.import);
            let number = self.collected.facts.imports.len() as u32 - 1;
            if let Some(name) = bound.name {
                let name = self.intern_text(name);
                self.collected.imported[name as usize] = true;
                self.collected.scopes.bind(self.scope(), name).import = number;
            }
        }
    }
}

/// The block in which a definition, with its decorators, stands.
fn block_of(tree: &SyntaxTree, definition: u32) -> u32 {
    let parent = tree.parent(definition);
    let decorated = parent != NONE && tree.category(parent) == Category::DecoratedDefinition;
    if decorated { tree.parent(parent) } else { parent }
}

fn parameter_name(tree: &SyntaxTree, parameter: u32) -> Option<u32> {
    match tree.category(parameter) {
        Category::Identifier => Some(parameter),
        Category::Parameter => tree.children(parameter).find(|child| tree.category(*child) == Category::Identifier),
        Category::DefaultParameter => tree.child_with_role(parameter, Role::Name),
        _ => None,
    }
}

/// Whether a node is in the body of an exception handler, and not in a definition in there, given the same of its
/// ancestors.
fn is_in_handler(tree: &SyntaxTree, node: u32, in_handler: &[bool]) -> bool {
    let parent = tree.parent(node);
    if parent == NONE {
        return false;
    }
    match (tree.category(parent), tree.category(node)) {
        (Category::Catch, Category::Block) => true,
        (
            Category::Function | Category::Class | Category::Lambda | Category::Comprehension | Category::Generator,
            _,
        ) => false,
        _ => in_handler[parent as usize],
    }
}

/// Whether a node is, or is part of, a pattern that binds names, given the same of its ancestors.
fn is_target(tree: &SyntaxTree, node: u32, targets: &[bool]) -> bool {
    let parent = tree.parent(node);
    if parent == NONE {
        return false;
    }
    match (tree.category(parent), tree.role(node)) {
        (
            Category::Assignment
            | Category::AugmentedAssignment
            | Category::For
            | Category::ComprehensionFor
            | Category::TypeAlias,
            Role::Left,
        )
        | (Category::NamedExpression | Category::DefaultParameter, Role::Name)
        | (Category::Catch | Category::WithItem | Category::Pattern, Role::Alias)
        | (_, Role::TypeParameters)
        | (Category::Parameter, Role::None) => true,
        (Category::Parameters, _) => tree.category(node) != Category::DefaultParameter,
        (Category::VariadicParameter, _) => targets[parent as usize] || is_parameter(tree, parent),
        (Category::Pattern, _) if tree.category(node) == Category::QualifiedName => is_capture(tree, node),
        // `case … as x`, `*x`; but not the value of `with x as y`.
        (Category::Pattern, _) if tree.category(node) == Category::Identifier && tree.first_child(parent) != node => {
            true
        }
        (
            Category::Pattern
            | Category::Tuple
            | Category::List
            | Category::Parenthesized
            | Category::ExpressionList
            | Category::QualifiedName
            | Category::Spread
            | Category::TypeParameter
            | Category::Type
            | Category::Other,
            _,
        ) => targets[parent as usize],
        _ => false,
    }
}

fn is_parameter(tree: &SyntaxTree, node: u32) -> bool {
    let parent = tree.parent(node);
    parent != NONE && matches!(tree.category(parent), Category::Parameters | Category::Parameter)
}

/// Whether a name in a pattern stands alone (`case x`) and so is bound, not looked up (`case X()`, `case X.Y`).
fn is_capture(tree: &SyntaxTree, name: u32) -> bool {
    let only_child = |node: u32| tree.first_child(node) != NONE && tree.children(node).count() == 1;
    only_child(name) && only_child(tree.parent(name))
}

//! The one pass over a file's syntax tree: its nodes, what binds names, and what is yet to be resolved.

use rustc_hash::FxHashMap;

use super::NodeKind;
use super::chain::called;
use super::facts::FileFacts;
use super::imports::{OpenImport, read_imports, settle};
use super::naming::{Paths, assigned_owner, bases_of, is_of_definition, name_parts, owner_path, plain_name};
use super::scopes::{Names, ScopeKind, Scopes};
use super::targets::is_target;
use crate::language::{Category, Receiver, Role};
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
    /// Syntax nodes that open a scope, in the order of the text, each with that scope.
    pub(super) openings: Vec<(u32, u32)>,
    /// Where names are bound, in the order of the text.
    pub(super) binds: Vec<Bind>,
    /// Expressions that are called, each with the scope in which.
    pub(super) calls: Vec<(u32, u32)>,
    /// Base classes: the class, the expression, the scope in which it stands.
    pub(super) bases: Vec<(u32, u32, u32)>,
    /// Functions that are values: syntax node, graph node.
    pub(super) lambdas: FxHashMap<u32, u32>,
    /// By name: an import binds it.
    pub(super) imported: Vec<bool>,
    /// By syntax node: it is, or is part of, a pattern that binds names.
    pub(super) targets: Vec<bool>,
}

/// A name where its value is used, or where it is bound.
pub(super) struct Use {
    pub(super) syntax: u32,
    pub(super) name: u32,
    pub(super) scope: u32,
    /// The scope in which it runs: of what stands in a definition's header, the one around the definition.
    pub(super) runs_in: u32,
}

/// A name where it is bound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bind {
    /// The name in a pattern, the definition, or the entry of an import statement.
    pub(super) syntax: u32,
    pub(super) name: u32,
    pub(super) scope: u32,
    /// The import that binds it, or [`NONE`].
    pub(super) import: u32,
}

pub(super) fn collect<'source>(source: &'source [u8], tree: &SyntaxTree, facts: FileFacts) -> Collected<'source> {
    let collected = Collected {
        facts,
        names: Names::default(),
        scopes: Scopes::new(1, tree.table().rules().members_are_visible),
        scope_of: vec![NONE, 0],
        uses: Vec::new(),
        handler_bindings: Vec::new(),
        in_handler: vec![false; tree.len()],
        openings: Vec::new(),
        binds: Vec::new(),
        calls: Vec::new(),
        bases: Vec::new(),
        lambdas: FxHashMap::default(),
        imported: Vec::new(),
        targets: vec![false; tree.len()],
    };
    let mut collector = Collector {
        source,
        tree,
        open: vec![Open { end: tree.len() as u32, body: 0, outside: (0, 0), scope: 0, path: 0 }],
        paths: Paths::new(collected.facts.module()),
        collected,
        assignment: 0,
        assigned_end: 0,
        open_imports: Vec::new(),
    };
    let mut node = 0;
    while node < tree.len() as u32 {
        collector.close_scopes(node);
        node = collector.visit(node);
    }
    let Collector { mut collected, paths, open_imports, .. } = collector;
    paths.join(&mut collected);
    settle(&mut collected, &open_imports, &paths);
    collected
}

/// The name of what a module exports without a name.
const DEFAULT_EXPORT: &str = "default";

/// How many definitions' headers may stand in each other before a call in the innermost counts for it.
const DEEPEST_HEADER: usize = 32;

struct Collector<'source, 'tree> {
    source: &'source [u8],
    tree: &'tree SyntaxTree,
    collected: Collected<'source>,
    /// Open scopes, innermost last.
    open: Vec<Open>,
    paths: Paths,
    /// The last assignment and where its left side ends.
    assignment: u32,
    assigned_end: u32,
    open_imports: Vec<OpenImport>,
}

/// A scope whose syntax is being passed.
struct Open {
    end: u32,
    /// Where its body begins. What stands before (defaults, annotations, bases) runs in the scope around it.
    body: u32,
    /// First syntax node, and one past the last, of a part in it that runs around it.
    outside: (u32, u32),
    scope: u32,
    /// The dotted name that names in it are appended to.
    path: u32,
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

    fn path(&self) -> u32 {
        self.open.last().map_or(0, |open| open.path)
    }

    fn owner(&self) -> u32 {
        self.collected.scopes.get(self.scope()).owner
    }

    /// Scope and path in which an expression runs: of one in the header of a definition those around it, where the
    /// language has it so.
    fn surroundings(&self, node: u32) -> (u32, u32) {
        let inside = !self.tree.table().rules().headers_run_outside;
        let runs = |open: &&Open| inside || (open.body <= node && !(open.outside.0..open.outside.1).contains(&node));
        let open = self.open.iter().rev().take(DEEPEST_HEADER).find(runs);
        open.map_or((self.scope(), self.path()), |open| (open.scope, open.path))
    }

    /// Takes a node in and gives the next one to visit.
    fn visit(&mut self, node: u32) -> u32 {
        let category = self.tree.category(node);
        if category.is_token() && self.tree.first_child(node) == NONE {
            return node + 1;
        }
        self.collected.targets[node as usize] = is_target(self.tree, node, &self.collected.targets);
        self.collected.in_handler[node as usize] = is_in_handler(self.tree, node, &self.collected.in_handler);
        match category {
            Category::Import | Category::ImportFrom => {
                self.import(node);
                return self.tree.subtree_end(node);
            }
            Category::Function => self.function(node),
            Category::Class => self.class(node),
            Category::Extension | Category::Namespace => self.region(node),
            Category::Lambda => self.lambda(node),
            Category::Dictionary => self.object(node),
            Category::Block => self.block(node),
            Category::Comprehension | Category::Generator => self.expression_scope(node),
            Category::Signature if !is_of_definition(self.tree, node) => return self.tree.subtree_end(node),
            Category::Declaration => self.declaration(node),
            Category::Call => self.call(called(self.tree, node)),
            Category::Decorator if self.tree.table().rules().decorators_are_calls => self.decorator(node),
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

    /// Adds a graph node under a path, contained in what owns a scope.
    fn push_node(&mut self, kind: NodeKind, (scope, path): (u32, u32), name: &str, syntax: u32) -> u32 {
        let parent = self.collected.scopes.get(scope).owner;
        let full = self.paths.named(path, name);
        self.collected.scope_of.push(NONE);
        let is_of_parent = self.collected.facts.nodes[parent as usize].name == self.paths.text(path);
        let node = self.collected.facts.push(self.tree, kind, full, syntax, parent);
        if !is_of_parent {
            self.paths.note_member(node, path);
        }
        node
    }

    /// A scope for the names of an expression.
    fn expression_scope(&mut self, node: u32) {
        let (around, path) = self.surroundings(node);
        let owner = self.collected.scopes.get(around).owner;
        let scope = self.collected.scopes.open(ScopeKind::Function, around, owner, NONE);
        self.enter(node, scope, path);
        // What the first clause goes through is evaluated around the expression.
        let first = self.tree.children(node).find(|part| self.tree.category(*part) == Category::ComprehensionFor);
        let iterated = first.and_then(|first| self.tree.child_with_role(first, Role::Right));
        if let (Some(iterated), Some(open)) = (iterated, self.open.last_mut()) {
            open.outside = (iterated, self.tree.subtree_end(iterated));
        }
    }

    fn enter(&mut self, node: u32, scope: u32, path: u32) {
        self.collected.openings.push((node, scope));
        let body = self.tree.child_with_role(node, Role::Body);
        self.collected.scopes.set_syntax(scope, node);
        let end = self.tree.subtree_end(node);
        self.open.push(Open { end, body: body.unwrap_or(0), outside: (0, 0), scope, path });
    }

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
    fn function(&mut self, node: u32) {
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
    fn lambda(&mut self, node: u32) {
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
    fn object(&mut self, node: u32) {
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

    fn class(&mut self, node: u32) {
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
            self.define(name, outer, defined, block_of(self.tree, node));
            let name = self.intern(name);
            self.note_bind(node, name, outer, NONE);
        } else {
            self.bind_assigned(node, defined);
        }
        let bases = bases_of(self.tree, node);
        self.enter_class(node, defined, bases, (outer, path), &name);
    }

    fn block(&mut self, node: u32) {
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

    fn is_namespace(&self, scope: u32) -> bool {
        self.collected.scopes.get(scope).kind == ScopeKind::Namespace
    }

    fn is_class(&self, scope: u32) -> bool {
        let owner = self.collected.scopes.get(scope).owner;
        self.collected.facts.nodes[owner as usize].kind == NodeKind::Class
    }

    /// A namespace, or members of a class that is defined elsewhere: their names begin with its name.
    fn region(&mut self, node: u32) {
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
    fn declaration(&mut self, node: u32) {
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

    fn call(&mut self, callee: Option<u32>) {
        let Some(callee) = callee else { return };
        self.collected.calls.push((callee, self.surroundings(callee).0));
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
        let targets = self.tree.children(node).filter(|child| self.tree.role(*child) == Role::Left);
        if let Some(left) = targets.last() {
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
            (Category::Call, Role::Member) if self.tree.child_with_role(parent, Role::Object).is_some() => {}
            // `case a.b.C()`: looked up is the first name alone.
            (Category::QualifiedName, _) if self.is_attribute_in_pattern(node) => {}
            // Attributes and keywords of calls name nothing in a scope; a definition's name is bound with it.
            (Category::Member, Role::Member)
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
        let shown =
            assigned && !matches!(self.collected.scopes.get(scope).kind, ScopeKind::Function | ScopeKind::Object);
        let binding = self.collected.scopes.bind(scope, name);
        binding.assign(alias);
        if shown && binding.node == NONE {
            let place = (self.scope(), self.path());
            let variable = self.push_node(NodeKind::Variable, place, self.text(node), self.assignment);
            self.collected.scopes.bind(scope, name).node = variable;
        }
    }

    /// Notes whether a binding, made at `place`, may be but what stands in for a failed import.
    fn note_binding(&mut self, node: u32, name: u32, (scope, place): (u32, u32)) {
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

    fn note_bind(&mut self, syntax: u32, name: u32, scope: u32, import: u32) {
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

    /// The dotted path of the innermost namespace that is open, or of the module.
    fn namespace_path(&self) -> &str {
        let innermost = self.open.iter().rev().take(DEEPEST_HEADER).find(|open| self.is_namespace(open.scope));
        self.paths.text(innermost.map_or(0, |open| open.path))
    }

    fn import(&mut self, statement: u32) {
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

//! The one pass over a file's syntax tree: its nodes, what binds names, and what is yet to be resolved.

mod definitions;
mod names;

use rustc_hash::FxHashMap;

use super::NodeKind;
use super::chain::called;
use super::facts::FileFacts;
use super::imports::{OpenImport, settle};
use super::marks::marks_test;
use super::naming::{Paths, is_of_definition};
use super::scopes::{Names, ScopeKind, Scopes};
use super::targets::is_target;
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
    /// Decorators that say of what they stand at that it is a test.
    pub(super) test_marks: Vec<u32>,
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
        test_marks: Vec::new(),
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

    fn call(&mut self, callee: Option<u32>) {
        let Some(callee) = callee else { return };
        self.collected.calls.push((callee, self.surroundings(callee).0));
    }

    /// A decorator is called with what it decorates; one that is itself a call is met as such, and a built-in one
    /// (a property, a class method) only marks.
    fn decorator(&mut self, node: u32) {
        if marks_test(self.tree, self.text(node)) {
            self.collected.test_marks.push(node);
        }
        if !self.tree.table().rules().decorators_are_calls {
            return;
        }
        let expression = self.tree.children(node).find(|child| self.tree.is_named(*child));
        let plain = |node: &u32| matches!(self.tree.category(*node), Category::Identifier | Category::Member);
        let marks = |node: &u32| self.tree.table().is_builtin(self.text(*node));
        self.call(expression.filter(plain).filter(|node| !marks(node)));
    }

    /// The dotted path of the innermost namespace that is open, or of the module.
    fn namespace_path(&self) -> &str {
        let innermost = self.open.iter().rev().take(DEEPEST_HEADER).find(|open| self.is_namespace(open.scope));
        self.paths.text(innermost.map_or(0, |open| open.path))
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

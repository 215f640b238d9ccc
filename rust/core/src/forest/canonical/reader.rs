//! From a syntax tree to the canonical form, in one walk.
//!
//! Nodes are taken when all of their children have been: each becomes no node, one, or several in a row (a block hands its
//! statements on to what it belongs to). Nothing recurses.

use rustc_hash::FxHashMap;

use super::super::bindings::{Bindings, Occurrence};
use super::arena::Arena;
use crate::language::{Category, Form, LanguageTable, Receiver, Role};
use crate::names::hash_text;
use crate::syntax::{NONE, SyntaxTree};

/// A node of the canonical form and where it stands in the syntax tree's terms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) node: u32,
    pub(super) role: Role,
    pub(super) category: Category,
}

/// A syntax node whose children are being read.
#[derive(Debug, Clone, Copy)]
struct Open {
    syntax: u32,
    /// How many parts there were before its first child.
    base: usize,
}

pub(super) struct Reader<'source, 'tree> {
    pub(super) source: &'source [u8],
    pub(super) tree: &'tree SyntaxTree,
    pub(super) table: &'static LanguageTable,
    pub(super) arena: Arena,
    pub(super) names: Names<'source>,
    root: u32,
    open: Vec<Open>,
    parts: Vec<Part>,
    scratch: Vec<Part>,
    /// The syntax node that is being finished, for what stands where it stood.
    pub(super) current: u32,
    occurrences: Vec<Occurrence>,
    /// How many of them were read.
    read: usize,
}

/// The names that identifiers have. A variable is known by a number: of its name and, above that, of its binding.
#[derive(Debug)]
pub(super) struct Names<'source> {
    numbers: FxHashMap<&'source str, u32>,
    texts: Vec<&'source str>,
    /// How many bindings there are, with one for variables without a name.
    bindings: u32,
}

/// How far outwards the function is looked for that a call may be a recursion of.
const MOST_AROUND: usize = 64;

impl<'source> Names<'source> {
    fn number(&mut self, text: &'source str) -> u64 {
        let next = self.texts.len() as u32;
        let number = *self.numbers.entry(text).or_insert(next);
        if number == next {
            self.texts.push(text);
        }
        u64::from(number)
    }

    pub(super) fn texts(&self) -> &[&'source str] {
        &self.texts
    }

    /// The text of a name or variable.
    pub(super) fn text(&self, word: u64) -> &'source str {
        self.texts[name_of(word)]
    }

    pub(super) fn binding_count(&self) -> usize {
        self.bindings as usize
    }
}

/// The number of the name of a variable.
pub(super) fn name_of(word: u64) -> usize {
    (word & u64::from(u32::MAX)) as usize
}

/// The binding of a variable; none where the text does not bind it.
pub(super) fn binding_of(word: u64) -> Option<usize> {
    (word >> 32).checked_sub(1).map(|binding| binding as usize)
}

fn bound(name: u64, binding: u32) -> u64 {
    name | (u64::from(binding) + 1) << 32
}

impl<'source, 'tree> Reader<'source, 'tree> {
    pub(super) fn new(source: &'source [u8], tree: &'tree SyntaxTree, root: u32) -> Self {
        let bindings = Bindings::of(source, tree, root);
        // One more for variables without a name.
        let binding_count = bindings.binding_count() as u32 + 1;
        let names = Names { numbers: FxHashMap::default(), texts: Vec::new(), bindings: binding_count };
        Self {
            source,
            tree,
            table: tree.table(),
            arena: Arena::with_capacity((tree.subtree_end(root) - root) as usize / 2),
            names,
            occurrences: bindings.into_occurrences(),
            read: 0,
            root,
            open: Vec::new(),
            parts: Vec::new(),
            scratch: Vec::new(),
            current: root,
        }
    }

    /// Reads the whole subtree; the root of its form.
    pub(super) fn read(&mut self) -> u32 {
        let end = self.tree.subtree_end(self.root);
        let mut node = self.root;
        while node < end {
            self.finish_before(node);
            if node != self.root && self.is_dropped(node) {
                node = self.tree.subtree_end(node);
                continue;
            }
            node = self.enter(node);
        }
        self.finish_before(end);
        match self.parts.as_slice() {
            [only] => only.node,
            several => self.arena.node(Form::Module, several.iter().map(|part| part.node)),
        }
    }

    fn finish_before(&mut self, node: u32) {
        while let Some(open) = self.open.last().copied().filter(|open| self.tree.subtree_end(open.syntax) <= node) {
            self.open.pop();
            let mut parts = std::mem::take(&mut self.scratch);
            parts.clear();
            parts.extend(self.parts.drain(open.base..));
            self.current = open.syntax;
            self.reduce(open.syntax, &parts);
            self.scratch = parts;
        }
    }

    /// Takes a leaf, or opens an inner node; the syntax node to go on with.
    fn enter(&mut self, node: u32) -> u32 {
        let category = self.tree.category(node);
        let next = node + 1;
        if self.tree.first_child(node) == NONE {
            self.current = node;
            self.leaf(node, category);
            return next;
        }
        if category == Category::String && !self.has_interpolation(node) {
            self.current = node;
            self.text(node);
            return self.tree.subtree_end(node);
        }
        self.open.push(Open { syntax: node, base: self.parts.len() });
        next
    }

    fn has_interpolation(&self, node: u32) -> bool {
        self.tree.children(node).any(|part| self.tree.category(part) == Category::Interpolation)
    }

    fn is_dropped(&self, node: u32) -> bool {
        let category = self.tree.category(node);
        if category.is_token() || category.is_import() {
            return true;
        }
        match category {
            Category::Comment
            | Category::LineContinuation
            | Category::StringDelimiter
            | Category::EscapeSequence
            | Category::FormatSpecifier
            | Category::Type
            | Category::TypeAlias
            | Category::TypeParameter
            | Category::Decorator
            | Category::Directive
            | Category::GlobalDeclaration
            | Category::ParameterSeparator
            | Category::Pass => true,
            Category::ExpressionStatement => self.is_documentation(node),
            // Type arguments: others stand in round or square brackets.
            Category::Arguments => self.tree.text(node, self.source).starts_with('<'),
            _ => matches!(
                self.tree.role(node),
                Role::Type | Role::ReturnType | Role::TypeParameters | Role::Superclasses | Role::Format
            ),
        }
    }

    /// A statement that is nothing but a plain string.
    fn is_documentation(&self, node: u32) -> bool {
        let child = self.tree.first_child(node);
        child != NONE
            && self.tree.next_sibling(child) == NONE
            && self.tree.category(child) == Category::String
            && !self.has_interpolation(child)
    }

    fn is_statement(&self, node: u32) -> bool {
        let parent = self.tree.parent(node);
        parent == NONE || self.tree.category(parent) == Category::ExpressionStatement
    }

    fn leaf(&mut self, node: u32, category: Category) {
        let leaf = match category {
            Category::Identifier => self.identifier(node),
            Category::MemberName => self.member_name(node),
            Category::Integer | Category::Float => self.number(node),
            Category::String | Category::StringContent => return self.text(node),
            Category::True => self.arena.leaf(Form::True, 0),
            Category::False => self.arena.leaf(Form::False, 0),
            Category::Null => self.arena.leaf(Form::Null, 0),
            Category::Break => self.arena.leaf(Form::Break, 0),
            Category::Continue => self.arena.leaf(Form::Continue, 0),
            // As a body it says nothing; as a value it stands for one.
            Category::Ellipsis if self.is_statement(node) => return,
            Category::Ellipsis => self.arena.leaf(Form::Other, 0),
            Category::Other | Category::Error => return,
            _ => return self.reduce(node, &[]),
        };
        self.emit(leaf);
    }

    fn identifier(&mut self, node: u32) -> u32 {
        let text = self.tree.text(node, self.source);
        let name = self.names.number(text);
        match self.binding(node).filter(|_| !self.is_receiver(text)) {
            Some(binding) => self.arena.leaf(Form::Variable, bound(name, binding)),
            None => match self.table.constant_form(text) {
                Some(form) => self.arena.leaf(form, 0),
                None => self.arena.leaf(Form::Variable, name),
            },
        }
    }

    /// The binding of an identifier. Identifiers are asked for in order.
    fn binding(&mut self, node: u32) -> Option<u32> {
        let rest = &self.occurrences[self.read..];
        self.read += rest.iter().take_while(|occurrence| occurrence.node < node).count();
        let here = self.occurrences.get(self.read).filter(|occurrence| occurrence.node == node)?;
        (here.binding != NONE).then_some(here.binding)
    }

    /// Whether a name is that of the object that a method belongs to.
    pub(super) fn is_receiver(&self, text: &str) -> bool {
        let receivers = self.table.spelling().map_or(&[][..], |spelling| spelling.receivers);
        receivers.contains(&text) || matches!(self.table.rules().receiver, Receiver::Named(name) if name == text)
    }

    fn member_name(&mut self, node: u32) -> u32 {
        let name = self.names.number(self.tree.text(node, self.source));
        self.arena.leaf(Form::Field, name)
    }

    fn text(&mut self, node: u32) {
        let is_content = self.tree.category(node) == Category::StringContent;
        let content =
            if is_content { self.tree.text(node, self.source) } else { self.tree.string_content(node, self.source) };
        let leaf = self.arena.leaf(Form::Text, hash_text(content, 3));
        self.emit(leaf);
    }

    /// Adds what the current syntax node became; it stands where that stood.
    pub(super) fn emit(&mut self, node: u32) {
        self.emit_as(node, self.tree.role(self.current));
    }

    pub(super) fn emit_all(&mut self, nodes: impl IntoIterator<Item = u32>) {
        for node in nodes {
            self.emit(node);
        }
    }

    pub(super) fn emit_as(&mut self, node: u32, role: Role) {
        self.parts.push(Part { node, role, category: self.tree.category(self.current) });
    }

    /// Hands parts on as they are, but where the current syntax node stands.
    pub(super) fn pass(&mut self, parts: &[Part]) {
        let role = self.tree.role(self.current);
        self.parts.extend(parts.iter().map(|part| Part { role, ..*part }));
    }

    /// Hands parts on with the roles that they have.
    pub(super) fn pass_roles(&mut self, parts: &[Part]) {
        self.parts.extend_from_slice(parts);
    }

    /// A variable without a name.
    pub(super) fn unnamed(&mut self) -> u32 {
        let name = self.names.number("");
        let binding = self.names.bindings - 1;
        self.arena.leaf(Form::Variable, bound(name, binding))
    }

    /// Whether what is being read stands in the function that a variable is the name of.
    pub(super) fn is_inside(&self, binding: usize) -> bool {
        let around = self.open.iter().rev().take(MOST_AROUND).map(|open| open.syntax);
        let functions =
            around.filter(|node| matches!(self.tree.category(*node), Category::Function | Category::Lambda));
        functions.filter_map(|node| self.tree.definition_name(node)).any(|name| self.binding_at(name) == Some(binding))
    }

    fn binding_at(&self, node: u32) -> Option<usize> {
        let found = self.occurrences.binary_search_by_key(&node, |occurrence| occurrence.node).ok()?;
        let binding = self.occurrences[found].binding;
        (binding != NONE).then_some(binding as usize)
    }

    pub(super) fn parent_category(&self, node: u32) -> Category {
        if node == self.root { Category::Module } else { self.tree.category(self.tree.parent(node)) }
    }
}

//! The one pass over a file's syntax tree that counts what rows are made of.
//!
//! Counts stand in one log. A function or class is a run of it; when it ends, its run is folded to one pair a counted
//! thing, its row is made of that, and the pairs stay as part of what contains it. So nothing is counted twice.

use super::SparseRows;
use super::items::{Counter, FIRST_LITERAL, Items, Paths, Shape, kind_item};
use super::literals::for_each_column;
use super::values::{Properties, RowMaker};
use crate::graph::{FileFacts, FileNode, NodeKind};
use crate::language::{Category, Privacy, Role};
use crate::names::for_each_subtoken;
use crate::syntax::{NONE, SyntaxTree};

/// One row a node of the file, in the order of [`FileFacts::nodes`]; variables and imports have empty rows.
///
/// The module's row counts the code outside functions and classes, the file's row everything.
pub fn file_features(source: &[u8], tree: &SyntaxTree, facts: &FileFacts) -> SparseRows {
    FeatureExtractor::default().rows(source, tree, facts)
}

/// [`file_features`] for many files, one after the other: what is large and alike for all is made once.
#[derive(Debug, Default)]
pub struct FeatureExtractor {
    paths: Paths,
}

impl FeatureExtractor {
    /// What [`file_features`] gives.
    pub fn rows(&mut self, source: &[u8], tree: &SyntaxTree, facts: &FileFacts) -> SparseRows {
        let mut extractor = Extractor::new(source, tree, facts, &mut self.paths);
        extractor.run();
        extractor.assemble()
    }
}

/// A node of the graph whose syntax is being passed.
struct Frame {
    local: u32,
    end: u32,
    log_start: usize,
    root_depth: u32,
    deepest: u32,
}

struct Extractor<'a> {
    source: &'a [u8],
    tree: &'a SyntaxTree,
    items: Items<'a>,
    log: Vec<(u32, u32)>,
    /// What the functions and classes of the module counted.
    file_log: Vec<(u32, u32)>,
    frames: Vec<Frame>,
    fold: Fold,
    maker: RowMaker,
    properties: Vec<Properties>,
    /// Finished rows, and the place of each by graph node.
    finished: SparseRows,
    places: Vec<u32>,
    depths: Vec<u32>,
    /// By syntax node: the kind of its last child so far.
    last_children: Vec<Option<Category>>,
    /// Functions and classes, syntax and graph node, the next to come last.
    definitions: Vec<(u32, u32)>,
    /// Identifiers that show no name, ascending.
    masked: &'a [u32],
    last_line: u32,
}

impl<'a> Extractor<'a> {
    fn new(source: &'a [u8], tree: &'a SyntaxTree, facts: &'a FileFacts, paths: &'a mut Paths) -> Self {
        let definitions = facts.nodes().iter().enumerate().skip(2).filter(|(_, node)| node.kind.has_features());
        let definitions = definitions.map(|(local, node)| (node.syntax, local as u32)).rev().collect();
        Self {
            source,
            tree,
            items: Items::new(paths),
            log: Vec::new(),
            file_log: Vec::new(),
            frames: vec![Frame { local: 1, end: tree.len() as u32, log_start: 0, root_depth: 0, deepest: 0 }],
            fold: Fold::default(),
            maker: RowMaker::new(),
            properties: properties(source, tree, facts),
            finished: SparseRows::default(),
            places: vec![NONE; facts.nodes().len()],
            depths: vec![0; tree.len()],
            last_children: vec![None; tree.len()],
            definitions,
            masked: facts.masked(),
            last_line: 0,
        }
    }

    fn run(&mut self) {
        let mut node = 0;
        while node < self.tree.len() as u32 {
            while self.frames.len() > 1 && self.frames.last().is_some_and(|frame| frame.end <= node) {
                self.close();
            }
            if is_left_out(self.tree, node) {
                node = self.tree.subtree_end(node);
                continue;
            }
            self.visit(node);
            node += 1;
        }
        while self.frames.len() > 1 {
            self.close();
        }
        self.close_file();
    }

    fn visit(&mut self, node: u32) {
        let parent = self.tree.parent(node);
        self.depths[node as usize] = if parent == NONE { 0 } else { self.depths[parent as usize] + 1 };
        self.paths(node, parent);
        if let Some((_, local)) = self.definitions.pop_if(|(syntax, _)| *syntax == node) {
            self.open(node, local);
        }
        let depth = self.depths[node as usize];
        if let Some(frame) = self.frames.last_mut() {
            frame.deepest = frame.deepest.max(depth);
        }
        let category = self.tree.category(node);
        self.count(kind_item(category));
        self.counters(node, category, parent);
        let (log, tree, source) = (&mut self.log, self.tree, self.source);
        for_each_column(tree, source, node, |column| log.push((FIRST_LITERAL + u32::from(column), 1)));
        if category == Category::Identifier {
            self.identifier(node, parent);
        }
    }

    fn count(&mut self, item: u32) {
        self.log.push((item, 1));
    }

    /// A definition's name belongs to what contains it: a row shall tell what its code does, not what it is called.
    fn open(&mut self, node: u32, local: u32) {
        let own = self.tree.definition_name(node).filter(|name| self.tree.category(*name) == Category::Identifier);
        if let Some(name) = own.filter(|name| !self.is_outside(node, *name) && !self.is_masked(*name)) {
            self.name(name);
        }
        let root_depth = self.depths[node as usize];
        let (end, log_start) = (self.tree.subtree_end(node), self.log.len());
        self.frames.push(Frame { local, end, log_start, root_depth, deepest: root_depth });
    }

    /// Whether a name stands before what it names, as that of an assigned function does.
    fn is_outside(&self, definition: u32, name: u32) -> bool {
        name < definition || name >= self.tree.subtree_end(definition)
    }

    /// Paths that end at a node. Those into a definition count for what contains it; none leads on through it.
    fn paths(&mut self, node: u32, parent: u32) {
        if parent == NONE {
            return;
        }
        let (kind, above) = (self.tree.category(node), self.tree.category(parent));
        let child = self.items.path(Shape::Child, [Category::Other, above, kind]);
        self.count(child);
        let grandparent = self.tree.parent(parent);
        if grandparent != NONE && !is_definition(above) {
            let grandchild = self.items.path(Shape::Grandchild, [self.tree.category(grandparent), above, kind]);
            self.count(grandchild);
        }
        if let Some(before) = self.last_children[parent as usize].replace(kind) {
            let siblings = self.items.path(Shape::Siblings, [above, before, kind]);
            self.count(siblings);
        }
    }

    fn counters(&mut self, node: u32, category: Category, parent: u32) {
        if self.tree.first_child(node) == NONE && self.tree.start_line(node) != self.last_line {
            self.last_line = self.tree.start_line(node);
            self.count(Counter::Lines.item());
        }
        if is_decision(category) {
            self.count(Counter::Decisions.item());
        }
        match category {
            Category::Return | Category::Yield => self.count(Counter::Returns.item()),
            Category::For | Category::While | Category::ComprehensionFor => self.count(Counter::Loops.item()),
            Category::If | Category::ElseIf | Category::Conditional | Category::MatchCase => {
                self.count(Counter::Branches.item());
            }
            _ => {}
        }
        let in_parameters = parent != NONE && self.tree.category(parent) == Category::Parameters;
        if in_parameters && category != Category::ParameterSeparator {
            self.count(Counter::Parameters.item());
        }
    }

    fn identifier(&mut self, node: u32, parent: u32) {
        let above = if parent == NONE { Category::Other } else { self.tree.category(parent) };
        let is_own_name = (is_definition(above) || above == Category::Signature) && self.tree.role(node) == Role::Name;
        if !is_own_name && !self.is_masked(node) {
            self.name(node);
        }
    }

    fn is_masked(&self, identifier: u32) -> bool {
        self.masked.binary_search(&identifier).is_ok()
    }

    fn name(&mut self, node: u32) {
        let subtokens = self.items.subtokens(self.tree.text(node, self.source));
        self.log.extend(subtokens.iter().map(|subtoken| (*subtoken, 1)));
    }

    /// Makes the row of the innermost frame and leaves its counts to the next.
    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.fold.fold(&mut self.log, frame.log_start, self.items.len());
        self.finish(&frame, frame.log_start);
        let Some(outer) = self.frames.last_mut() else { return };
        if outer.local == 1 {
            self.file_log.extend(self.log.drain(frame.log_start..));
            self.properties[0].depth = self.properties[0].depth.max(frame.deepest);
        } else {
            outer.deepest = outer.deepest.max(frame.deepest);
        }
    }

    /// The row of what was logged from `start` on.
    fn finish(&mut self, frame: &Frame, start: usize) {
        let properties = &mut self.properties[frame.local as usize];
        properties.depth = properties.depth.max(frame.deepest - frame.root_depth);
        self.places[frame.local as usize] = self.finished.rows() as u32;
        self.maker.push(&self.items, &self.log[start..], properties, &mut self.finished);
    }

    /// The rows of the module and of the file.
    fn close_file(&mut self) {
        let Some(module) = self.frames.pop() else { return };
        self.fold.fold(&mut self.log, 0, self.items.len());
        self.finish(&module, 0);
        self.log.append(&mut self.file_log);
        self.fold.fold(&mut self.log, 0, self.items.len());
        self.finish(&Frame { local: 0, ..module }, 0);
    }

    /// The finished rows in the order of the graph nodes.
    fn assemble(self) -> SparseRows {
        let mut rows = SparseRows::default();
        for place in self.places {
            match place {
                NONE => rows.end_row(),
                _ => rows.push_row(self.finished.row(place)),
            }
        }
        rows
    }
}

/// Sums up runs of the log.
#[derive(Default)]
struct Fold {
    counts: Vec<u32>,
    seen: Vec<u32>,
}

impl Fold {
    /// Folds the log from `start` on to one pair an item, in the order in which they came first.
    fn fold(&mut self, log: &mut Vec<(u32, u32)>, start: usize, items: usize) {
        self.counts.resize(items, 0);
        for (item, count) in log.drain(start..) {
            if self.counts[item as usize] == 0 {
                self.seen.push(item);
            }
            self.counts[item as usize] += count;
        }
        for item in self.seen.drain(..) {
            log.push((item, std::mem::take(&mut self.counts[item as usize])));
        }
    }
}

/// Whether a node of the category has a row of its own.
fn is_definition(category: Category) -> bool {
    matches!(category, Category::Function | Category::Lambda | Category::Class)
}

/// Whether a subtree takes no part: imports, comments, strings that stand alone, punctuation.
fn is_left_out(tree: &SyntaxTree, node: u32) -> bool {
    match tree.category(node) {
        Category::Import
        | Category::ImportFrom
        | Category::Comment
        | Category::LineContinuation
        | Category::Punctuation => true,
        Category::ExpressionStatement => {
            let mut children = tree.children(node);
            let is_string = |child| matches!(tree.category(child), Category::String | Category::ConcatenatedString);
            children.next().is_some_and(is_string) && children.next().is_none()
        }
        _ => false,
    }
}

/// Whether a node adds a way through the code (`McCabe` 1976, with boolean operators).
fn is_decision(category: Category) -> bool {
    matches!(
        category,
        Category::If
            | Category::ElseIf
            | Category::Conditional
            | Category::MatchCase
            | Category::For
            | Category::While
            | Category::ComprehensionFor
            | Category::ComprehensionIf
            | Category::Catch
            | Category::BooleanOperation
            | Category::Assert
    )
}

/// What each node's metrics need beyond counts; what a definition has, so has what contains it.
fn properties(source: &[u8], tree: &SyntaxTree, facts: &FileFacts) -> Vec<Properties> {
    let mut properties: Vec<_> =
        facts.nodes().iter().enumerate().map(|(local, node)| own_properties(source, tree, local, node)).collect();
    for (source, target) in facts.own_calls() {
        properties[source as usize].fan_out += 1;
        properties[target as usize].fan_in += 1;
    }
    for local in contents_first(facts) {
        let (inner, container) = (properties[local as usize], container_of(facts, local));
        if local != 0 {
            properties[container as usize].fan_in += inner.fan_in;
            properties[container as usize].fan_out += inner.fan_out;
        }
    }
    properties[0].is_test = properties.iter().any(|properties| properties.is_test);
    properties
}

/// What sums up a node. The module is not what its definitions are: only the file sums up.
fn container_of(facts: &FileFacts, local: u32) -> u32 {
    match local {
        0 => 0,
        local => Some(facts.parent(local)).filter(|parent| *parent > 1).unwrap_or(0),
    }
}

/// The nodes of a file, each after all that it contains; a method may stand before its class.
fn contents_first(facts: &FileFacts) -> Vec<u32> {
    let count = facts.nodes().len() as u32;
    let mut waiting_for = vec![0_u32; count as usize];
    for local in 1..count {
        waiting_for[container_of(facts, local) as usize] += 1;
    }
    let mut order: Vec<u32> = (0..count).filter(|local| waiting_for[*local as usize] == 0).collect();
    let mut next = 0;
    while next < order.len() {
        let container = container_of(facts, order[next]) as usize;
        if order[next] != 0 {
            waiting_for[container] -= 1;
            if waiting_for[container] == 0 {
                order.push(container as u32);
            }
        }
        next += 1;
    }
    order
}

fn own_properties(source: &[u8], tree: &SyntaxTree, local: usize, node: &FileNode) -> Properties {
    let is_definition = matches!(node.kind, NodeKind::Class | NodeKind::Function);
    let name = is_definition.then(|| tree.definition_name(node.syntax)).flatten();
    let text = name.map_or("", |name| tree.text(name, source));
    let asynchronous = tree.table().names().asynchronous;
    Properties {
        kind: node.kind,
        depth: 0,
        fan_in: 0,
        fan_out: 0,
        is_test: is_test(text),
        is_private: name.is_some() && is_private(source, tree, node.syntax, text),
        is_async: local > 1
            && is_definition
            && !asynchronous.is_empty()
            && has_word(source, tree, node.syntax, asynchronous),
    }
}

/// Whether a definition is kept from being seen elsewhere, by the language's own way of saying so.
fn is_private(source: &[u8], tree: &SyntaxTree, definition: u32, name: &str) -> bool {
    match tree.table().rules().privacy {
        Privacy::Underscore => name.starts_with('_') && !name.ends_with("__"),
        Privacy::LowerCase => name.starts_with(char::is_lowercase),
        Privacy::Word(word) => name.starts_with('#') || has_word(source, tree, definition, word),
        Privacy::Without(word) => !has_word(source, tree, definition, word),
    }
}

/// How many nodes before a definition's name are looked at.
const MOST_WORDS: usize = 64;

/// Whether one of the tokens before a definition's name is that word.
fn has_word(source: &[u8], tree: &SyntaxTree, definition: u32, word: &str) -> bool {
    let end = tree.written_name(definition).unwrap_or_else(|| tree.subtree_end(definition));
    let before = tree.children(definition).take_while(|child| *child < end && !is_content(tree.role(*child)));
    let mut tokens = before.flat_map(|child| child..tree.subtree_end(child)).take(MOST_WORDS);
    tokens.any(|token| tree.first_child(token) == NONE && tree.text(token, source) == word)
}

/// Whether a child in that role is part of what is defined, not of how.
fn is_content(role: Role) -> bool {
    matches!(role, Role::Body | Role::Parameters | Role::Declarator | Role::Name)
}

/// Whether a name begins or ends with `test`.
fn is_test(name: &str) -> bool {
    let (mut first, mut last) = (None, false);
    for_each_subtoken(name, |subtoken| {
        last = subtoken == "test" || subtoken == "tests";
        first = first.or(Some(last));
    });
    last || first.unwrap_or(false)
}

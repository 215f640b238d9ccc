//! Dotted names of definitions, and the classes that they belong to.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::NodeKind;
use super::collect::Collected;
use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// Longest qualified name that is read.
const MOST_PARTS: usize = 16;

/// What is nested so deep that its path is longer, in bytes, shares it: names must not grow with the square of a text.
const LONGEST_PATH: usize = 256;

/// How many declarators around a signature, and how many nodes of a receiver, are looked at.
const MOST_STEPS: usize = 256;

/// The dotted names that names are appended to: of the module, its functions and classes, and of namespaces and classes
/// that are only named (`impl Thing`, `func (t *Thing) run`, `void Thing::run()`).
pub(super) struct Paths {
    texts: Vec<String>,
    /// How many functions and how many classes without a name have been met in each.
    unnamed: Vec<[u32; 2]>,
    /// The scope of each, or [`NONE`].
    scopes: Vec<u32>,
    numbers: FxHashMap<String, u32>,
    /// Dotted paths of namespaces; whether the text of each stands elsewhere.
    namespaces: FxHashMap<String, bool>,
    /// Nodes that may belong to a class that comes later: node, path of the class.
    pending: Vec<(u32, u32)>,
    /// Bases of a class that may come later: path, expression, scope in which it stands.
    bases: Vec<(u32, u32, u32)>,
}

impl Paths {
    pub(super) fn new(module: &str) -> Self {
        Self {
            texts: vec![module.to_owned()],
            unnamed: vec![[0; 2]],
            scopes: vec![NONE],
            numbers: FxHashMap::default(),
            namespaces: FxHashMap::default(),
            pending: Vec::new(),
            bases: Vec::new(),
        }
    }

    pub(super) fn text(&self, path: u32) -> &str {
        &self.texts[path as usize]
    }

    /// A name in a path.
    pub(super) fn named(&self, path: u32, name: &str) -> String {
        format!("{}.{name}", self.texts[path as usize])
    }

    /// The path of a name in a path; the same one each time.
    pub(super) fn child(&mut self, path: u32, name: &str) -> u32 {
        let text = self.named(path, name);
        if text.len() > LONGEST_PATH {
            return path;
        }
        if let Some(known) = self.numbers.get(&text) {
            return *known;
        }
        let child = self.push(text.clone());
        self.numbers.insert(text, child);
        child
    }

    /// The path of what is in a node of that name, itself in `path`.
    pub(super) fn of_node(&mut self, path: u32, name: &str) -> u32 {
        if name.len() > LONGEST_PATH { path } else { self.push(name.to_owned()) }
    }

    fn push(&mut self, text: String) -> u32 {
        self.texts.push(text);
        self.unnamed.push([0; 2]);
        self.scopes.push(NONE);
        self.texts.len() as u32 - 1
    }

    /// The name of the next function without one.
    pub(super) fn next_lambda(&mut self, path: u32) -> String {
        let count = &mut self.unnamed[path as usize][0];
        *count += 1;
        format!("<lambda{count}>")
    }

    /// The name of the next class without one.
    pub(super) fn next_class(&mut self, path: u32) -> String {
        let count = &mut self.unnamed[path as usize][1];
        *count += 1;
        format!("<class{count}>")
    }

    pub(super) fn scope(&self, path: u32) -> Option<u32> {
        Some(self.scopes[path as usize]).filter(|scope| *scope != NONE)
    }

    pub(super) fn set_scope(&mut self, path: u32, scope: u32) {
        self.scopes[path as usize] = scope;
    }

    /// Notes a namespace whose text stands in the file.
    pub(super) fn note_namespace(&mut self, path: u32) {
        self.namespaces.insert(self.text(path).to_owned(), false);
    }

    /// Notes a namespace in a path that is only declared.
    pub(super) fn note_declared(&mut self, path: u32, name: &str) {
        self.namespaces.entry(self.named(path, name)).or_insert(true);
    }

    pub(super) fn is_namespace(&self, path: &str) -> bool {
        self.namespaces.contains_key(path)
    }

    /// Whether the file declares a namespace whose text stands elsewhere.
    pub(super) fn is_declared_elsewhere(&self, path: &str) -> bool {
        self.namespaces.get(path).copied().unwrap_or_default()
    }

    /// Notes that a node belongs to the class of that path, if there is one.
    pub(super) fn note_member(&mut self, node: u32, path: u32) {
        self.pending.push((node, path));
    }

    /// Notes a base of the class of that path.
    pub(super) fn note_base(&mut self, path: u32, expression: u32, scope: u32) {
        self.bases.push((path, expression, scope));
    }

    /// Gives what was noted to the classes of the file.
    pub(super) fn join(&self, collected: &mut Collected<'_>) {
        if self.pending.is_empty() && self.bases.is_empty() {
            return;
        }
        let nodes = collected.facts.nodes.iter().enumerate().rev();
        let classes: FxHashMap<&str, u32> = nodes
            .filter(|(_, node)| node.kind == NodeKind::Class)
            .map(|(number, node)| (node.name.as_str(), number as u32))
            .collect();
        for (node, path) in &self.pending {
            if let Some(class) = classes.get(self.text(*path)) {
                collected.facts.parents[*node as usize] = *class;
            }
        }
        for (path, expression, scope) in &self.bases {
            if let Some(class) = classes.get(self.text(*path)) {
                collected.bases.push((*class, *expression, *scope));
            }
        }
    }
}

/// A name without the quotes and spaces that a language may allow in one.
pub(super) fn plain_name(text: &str) -> Cow<'_, str> {
    let is_extra = |character: char| character.is_whitespace() || matches!(character, '"' | '\'' | '`');
    if text.contains(is_extra) { Cow::Owned(text.replace(is_extra, "")) } else { Cow::Borrowed(text) }
}

/// The class to which the name or the receiver of a function gives it, outermost part first; usually nothing.
pub(super) fn owner_path<'source>(tree: &SyntaxTree, source: &'source [u8], definition: u32) -> Vec<&'source str> {
    if let Some(receiver) = tree.child_with_role(definition, Role::Receiver) {
        let parameter = tree.children(receiver).find_map(|child| tree.child_with_role(child, Role::Type));
        let name = parameter.and_then(|parameter| first_identifier(tree, parameter));
        return name.map(|name| tree.text(name, source)).into_iter().collect();
    }
    match tree.written_name(definition) {
        Some(name) if tree.category(name) == Category::Member => {
            let mut parts = name_parts(tree, source, name);
            parts.pop();
            parts
        }
        _ => Vec::new(),
    }
}

/// What a function or class that is assigned to a member is put into: `Ship` of `Ship.prototype.sail`, nothing of
/// `exports.sail` and `this.sail`.
pub(super) fn assigned_owner<'source>(tree: &SyntaxTree, source: &'source [u8], value: u32) -> Vec<&'source str> {
    let target = tree.assigned_target(value).filter(|target| tree.category(*target) == Category::Member);
    let Some(target) = target.filter(|_| tree.child_with_role(value, Role::Name).is_none()) else { return Vec::new() };
    let mut parts = name_parts(tree, source, target);
    parts.pop();
    let silent = tree.table().names().silent_parts;
    parts.retain(|part| !silent.contains(part));
    parts
}

/// The parts of a name, outermost first: `a::b` and `a.b` have two, a generic type has that of its base, and so has a
/// reference to a type. Any other type is one part, as written.
pub(super) fn name_parts<'source>(tree: &SyntaxTree, source: &'source [u8], name: u32) -> Vec<&'source str> {
    let mut name = name;
    while let Some(inner) = referenced_type(tree, name) {
        name = inner;
    }
    let mut parts = Vec::new();
    let mut node = name;
    while node < tree.subtree_end(name) && parts.len() < MOST_PARTS {
        let category = tree.category(node);
        if category == Category::Identifier {
            parts.push(tree.text(node, source));
        }
        let is_path = matches!(category, Category::Member | Category::QualifiedName | Category::Subscript);
        node = if is_path { node + 1 } else { tree.subtree_end(node) };
    }
    if parts.is_empty() {
        parts.push(tree.text(name, source).trim_matches(['"', '\'']));
    }
    parts
}

fn referenced_type(tree: &SyntaxTree, node: u32) -> Option<u32> {
    let is_type = tree.category(node) == Category::Type;
    is_type.then(|| tree.child_with_role(node, Role::Type)).flatten()
}

/// The first identifier in a subtree.
fn first_identifier(tree: &SyntaxTree, node: u32) -> Option<u32> {
    (node..tree.subtree_end(node)).take(MOST_STEPS).find(|inner| tree.category(*inner) == Category::Identifier)
}

/// The expressions that name the bases of a class, in order.
pub(super) fn bases_of(tree: &SyntaxTree, class: u32) -> Vec<u32> {
    let is_listed = |child: &u32| {
        let category = tree.category(*child);
        tree.is_named(*child)
            && tree.role(*child) != Role::Index
            && !category.is_token()
            && !matches!(category, Category::KeywordArgument | Category::Comment)
    };
    let mut open: Vec<u32> = tree.children(class).filter(|child| tree.role(*child) == Role::Superclasses).collect();
    open.reverse();
    let mut bases = Vec::new();
    while let Some(node) = open.pop() {
        if tree.category(node) == Category::Arguments {
            let start = open.len();
            open.extend(tree.children(node).filter(is_listed));
            open[start..].reverse();
        } else {
            bases.push(node);
        }
    }
    bases
}

/// Whether a signature is that of a function with a body around it, and not a mere declaration.
pub(super) fn is_of_definition(tree: &SyntaxTree, signature: u32) -> bool {
    let around =
        std::iter::successors(Some(tree.parent(signature)), |node| (*node != NONE).then(|| tree.parent(*node)));
    let mut around = around.take(MOST_STEPS).take_while(|node| *node != NONE).map(|node| tree.category(node));
    let holder = around.find(|category| !matches!(category, Category::Declarator | Category::Signature));
    matches!(holder, Some(Category::Function | Category::Lambda))
}

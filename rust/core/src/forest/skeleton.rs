//! The tree that the forest is about: a syntax tree without what carries no meaning for a model.

use super::labels::{Label, Slot, is_ordered};
use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// Kept nodes in pre-order, node 0 is the root. Columns are reused from one tree to the next.
#[derive(Debug, Default)]
pub(crate) struct Skeleton {
    /// Node of the syntax tree.
    pub(crate) syntax: Vec<u32>,
    pub(crate) parents: Vec<u32>,
    pub(crate) first_children: Vec<u32>,
    pub(crate) next_siblings: Vec<u32>,
    pub(crate) labels: Vec<Label>,
    /// Whether the node stands as a statement.
    pub(crate) statements: Vec<bool>,
    positions: Vec<u8>,
    /// For each syntax node from the root on, the kept node that its children hang from.
    anchors: Vec<u32>,
    /// For a syntax node that gives way to its only child, what the child takes over.
    inherited: Vec<Option<Place>>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    slot: Slot,
    statement: bool,
}

impl Skeleton {
    pub(crate) fn of(tree: &SyntaxTree, root: u32) -> Self {
        let mut skeleton = Self::default();
        skeleton.fill(tree, root);
        skeleton
    }

    pub(crate) fn len(&self) -> usize {
        self.syntax.len()
    }

    /// Replaces the columns by those of another tree.
    pub(crate) fn fill(&mut self, tree: &SyntaxTree, root: u32) {
        let end = tree.subtree_end(root);
        self.clear((end - root) as usize);
        let mut node = root;
        while node < end {
            let category = tree.category(node);
            if node != root && self.skips(tree, node, category, root) {
                node = if tree.first_child(node) == NONE { node + 1 } else { tree.subtree_end(node) };
                continue;
            }
            self.take(tree, node, category, root);
            node += 1;
        }
        self.link();
    }

    fn clear(&mut self, syntax_nodes: usize) {
        self.syntax.clear();
        self.parents.clear();
        self.first_children.clear();
        self.next_siblings.clear();
        self.labels.clear();
        self.statements.clear();
        self.positions.clear();
        self.anchors.clear();
        self.anchors.resize(syntax_nodes, NONE);
        self.inherited.clear();
        self.inherited.resize(syntax_nodes, None);
    }

    fn skips(&mut self, tree: &SyntaxTree, node: u32, category: Category, root: u32) -> bool {
        if category == Category::Punctuation {
            // The bounds of a slice are told apart by the colons before them.
            let parent = self.anchors[(tree.parent(node) - root) as usize];
            if parent != NONE && self.labels[parent as usize].category == Category::Slice {
                self.advance(parent);
            }
        }
        is_dropped(category) || is_documentation(tree, node, category)
    }

    fn take(&mut self, tree: &SyntaxTree, node: u32, category: Category, root: u32) {
        let offset = (node - root) as usize;
        let (parent, place) = if node == root {
            (NONE, Place { slot: Slot::NONE, statement: false })
        } else {
            let above = (tree.parent(node) - root) as usize;
            let parent = self.anchors[above];
            let place = self.inherited[above].unwrap_or(Place { slot: Slot::NONE, statement: false });
            let slot = if self.inherited[above].is_some() { place.slot } else { self.slot(tree.role(node), parent) };
            (parent, Place { slot, ..place })
        };
        let place = Place { statement: place.statement || stands_as_statement(category), ..place };
        if gives_way(tree, node, category, node == root) {
            self.anchors[offset] = parent;
            self.inherited[offset] = Some(place);
        } else {
            self.anchors[offset] = self.push(node, parent, category, place);
        }
    }

    fn slot(&mut self, role: Role, parent: u32) -> Slot {
        if role != Role::None || parent == NONE {
            return Slot::role(role);
        }
        let category = self.labels[parent as usize].category;
        if !is_ordered(category) {
            return Slot::NONE;
        }
        let position = self.positions[parent as usize];
        if category != Category::Slice {
            self.advance(parent);
        }
        Slot::position(usize::from(position))
    }

    fn advance(&mut self, node: u32) {
        let position = &mut self.positions[node as usize];
        *position = position.saturating_add(1);
    }

    fn push(&mut self, node: u32, parent: u32, category: Category, place: Place) -> u32 {
        let index = self.syntax.len() as u32;
        self.syntax.push(node);
        self.parents.push(parent);
        self.labels.push(Label { category, slot: place.slot });
        self.statements.push(place.statement);
        self.positions.push(0);
        index
    }

    fn link(&mut self) {
        self.first_children.resize(self.len(), NONE);
        self.next_siblings.resize(self.len(), NONE);
        for node in (1..self.len()).rev() {
            let parent = self.parents[node] as usize;
            self.next_siblings[node] = std::mem::replace(&mut self.first_children[parent], node as u32);
        }
    }

    /// The kept children of a kept node, in order.
    pub(crate) fn children(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.first_children[node as usize];
        std::iter::successors((first != NONE).then_some(first), |child| {
            let sibling = self.next_siblings[*child as usize];
            (sibling != NONE).then_some(sibling)
        })
    }

    /// The one function that the tree is about, as a kept node: the root, or the only function of a module.
    pub(crate) fn own_function(&self) -> Option<u32> {
        if self.labels[0].category != Category::Module {
            return self.as_function(0);
        }
        let mut functions = self.children(0).filter_map(|child| self.as_function(child));
        functions.next().filter(|_| functions.next().is_none())
    }

    fn child_of(&self, node: u32, category: Category) -> Option<u32> {
        self.children(node).find(|child| self.labels[*child as usize].category == category)
    }

    fn as_function(&self, node: u32) -> Option<u32> {
        match self.labels[node as usize].category {
            Category::Function | Category::Lambda => Some(node),
            Category::DecoratedDefinition => self.child_of(node, Category::Function),
            // `const name = () => …`
            Category::Assignment => self.child_of(node, Category::Lambda),
            _ => None,
        }
    }
}

/// Tokens that the parent's kind implies, what a reader adds for readers, and import statements.
/// Operators are no nodes either: they are read with their parent.
fn is_dropped(category: Category) -> bool {
    category.is_token()
        || category.is_import()
        || matches!(
            category,
            Category::Comment
                | Category::LineContinuation
                | Category::StringDelimiter
                | Category::StringContent
                | Category::EscapeSequence
        )
}

/// A statement that is nothing but a plain string: a docstring, wherever it stands.
pub(super) fn is_documentation(tree: &SyntaxTree, node: u32, category: Category) -> bool {
    if category != Category::ExpressionStatement {
        return false;
    }
    let child = tree.first_child(node);
    child != NONE
        && tree.next_sibling(child) == NONE
        && tree.category(child) == Category::String
        && tree.children(child).all(|part| tree.category(part) != Category::Interpolation)
}

/// Whether a node only wraps its one kept child, which then takes its place.
fn gives_way(tree: &SyntaxTree, node: u32, category: Category, is_root: bool) -> bool {
    match category {
        Category::Parenthesized
        | Category::ExpressionStatement
        | Category::DecoratedDefinition
        | Category::Declarator => has_one_kept_child(tree, node),
        Category::Module => is_root && has_one_kept_child(tree, node),
        Category::Type | Category::WithItem | Category::Pattern => {
            let child = tree.first_child(node);
            child != NONE && tree.next_sibling(child) == NONE && has_one_kept_child(tree, node)
        }
        _ => false,
    }
}

fn has_one_kept_child(tree: &SyntaxTree, node: u32) -> bool {
    let mut kept = tree.children(node).filter(|child| {
        let category = tree.category(*child);
        category.is_operator() || !(is_dropped(category) || is_documentation(tree, *child, category))
    });
    kept.next().is_some_and(|child| !tree.category(child).is_operator()) && kept.next().is_none()
}

/// Definitions count beside statements proper: their header has defaults and annotations that can be wrong.
fn stands_as_statement(category: Category) -> bool {
    category.is_statement() || matches!(category, Category::Function | Category::Class)
}

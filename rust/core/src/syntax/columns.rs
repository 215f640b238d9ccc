//! From the parser's tree to one of our own.

use tree_sitter::Tree;

use super::{NONE, Node, SyntaxTree};
use crate::language::{Category, Language, LanguageTable, Role};

/// The kind number of nodes for text that the grammar does not know.
const ERROR_KIND: u16 = u16::MAX;

impl SyntaxTree {
    pub(crate) fn from_tree(language: Language, source: &[u8], tree: &Tree) -> Self {
        let nodes = Vec::with_capacity(tree.root_node().descendant_count());
        let mut whole = Self { language, nodes, error_count: 0, first_error_row: None };
        let table = language.table();
        let mut cursor = tree.walk();
        let mut rows = Rows::of(source);
        let mut ancestors: Vec<u32> = Vec::new();
        loop {
            let parent = ancestors.last().copied().unwrap_or(NONE);
            let node = whole.push(&cursor.node(), parent, &mut rows);
            let field = if whole.asks_field(table, node, parent) { cursor.field_id() } else { None };
            whole.classify(table, source, node, field.map_or(0, std::num::NonZero::get));
            if cursor.goto_first_child() {
                ancestors.push(node);
                continue;
            }
            whole.nodes[node as usize].end_row = rows.at(whole.nodes[node as usize].end_byte);
            while !cursor.goto_next_sibling() {
                let Some(ancestor) = ancestors.pop() else { return whole };
                let end = whole.nodes.len() as u32;
                let passed = &mut whole.nodes[ancestor as usize];
                (passed.subtree_end, passed.end_row) = (end, rows.at(passed.end_byte));
                cursor.goto_parent();
            }
        }
    }

    fn push(&mut self, node: &tree_sitter::Node<'_>, parent: u32, rows: &mut Rows) -> u32 {
        let index = self.nodes.len() as u32;
        // Each question to a node is a call into C: what is known of it is not asked.
        let (kind, start_byte, end_byte) = (node.kind_id(), node.start_byte() as u32, node.end_byte() as u32);
        if kind == ERROR_KIND || (start_byte == end_byte && node.is_missing()) {
            self.error_count += 1;
            self.first_error_row.get_or_insert_with(|| rows.at(start_byte));
        }
        self.nodes.push(Node {
            kind,
            category: Category::Other,
            role: Role::None,
            parent,
            subtree_end: index + 1,
            start_byte,
            end_byte,
            start_row: rows.at(start_byte),
            end_row: 0,
        });
        index
    }

    fn asks_field(&self, table: &LanguageTable, node: u32, parent: u32) -> bool {
        parent != NONE && table.asks_field(self.kind(parent), self.kind(node))
    }

    /// Adds category and role of the node that was pushed last, which stands in that field of its parent.
    fn classify(&mut self, table: &LanguageTable, source: &[u8], node: u32, field: u16) {
        let (kind, parent) = (self.kind(node), self.parent(node));
        let role = if parent == NONE { Role::None } else { table.role(self.kind(parent), field, kind) };
        let first_byte = || source.get(self.nodes[node as usize].start_byte as usize).copied();
        let mut category = table.category_in(kind, role, first_byte);
        if category == Category::Integer {
            category = table.number_category(self.text(node, source));
        }
        if category.is_operator() && parent != NONE {
            let around = &mut self.nodes[parent as usize].category;
            if is_operatorless(*around) {
                category = Category::Punctuation;
            } else {
                *around = refined(*around, category);
            }
        }
        if matches!(role, Role::Body | Role::Module) {
            let around = &mut self.nodes[parent as usize].category;
            *around = completed(*around, role);
        }
        let classified = &mut self.nodes[node as usize];
        (classified.category, classified.role) = (category, role);
    }
}

/// The row of one byte after another: cheap where each is near the one before.
struct Rows {
    /// The first byte of each row.
    starts: Vec<u32>,
    row: usize,
}

impl Rows {
    fn of(source: &[u8]) -> Self {
        let newlines = source.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let starts = newlines.map(|(place, _)| place as u32 + 1);
        Self { starts: std::iter::once(0).chain(starts).collect(), row: 0 }
    }

    /// How many lines end before a byte.
    fn at(&mut self, byte: u32) -> u32 {
        while self.starts[self.row] > byte {
            self.row -= 1;
        }
        while self.starts.get(self.row + 1).is_some_and(|start| *start <= byte) {
            self.row += 1;
        }
        self.row as u32
    }
}

/// Whether what looks like an operator is punctuation in a node of this category: `<` around type arguments, `*` before
/// a declared name.
fn is_operatorless(category: Category) -> bool {
    matches!(
        category,
        Category::Other
            | Category::Arguments
            | Category::Parameters
            | Category::Parameter
            | Category::Declarator
            | Category::Declaration
            | Category::Class
            | Category::Function
            | Category::Lambda
            | Category::Extension
            | Category::Signature
            | Category::Subscript
            | Category::TypeParameter
            | Category::Directive
    )
}

/// What a child in that role tells of what it stands in: a type with a body is one that is defined there, and what is
/// exported from another module is imported first.
fn completed(category: Category, role: Role) -> Category {
    match (category, role) {
        (Category::Type, Role::Body) => Category::Class,
        (Category::DecoratedDefinition, Role::Module) => Category::ImportFrom,
        _ => category,
    }
}

/// What the operator in an operation tells of it.
fn refined(operation: Category, operator: Category) -> Category {
    match (operation, operator) {
        (Category::BinaryOperation, Category::OperatorAnd | Category::OperatorOr) => Category::BooleanOperation,
        (Category::BinaryOperation, operator) if operator.is_comparison_operator() => Category::Comparison,
        (Category::UnaryOperation, Category::OperatorNot) => Category::NotOperation,
        (Category::Assignment, _) => Category::AugmentedAssignment,
        _ => operation,
    }
}

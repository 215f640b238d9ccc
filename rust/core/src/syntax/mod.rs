//! A text's syntax tree as flat columns.
//!
//! Nodes stand in pre-order, so the subtree of node `i` is the run `i..subtree_end(i)`, and no walk over it needs
//! recursion or a stack. Named nodes, operators and keywords are all kept: an operator is a child like any other.

mod columns;
mod limits;
mod names;
mod text;
mod waiting;

use std::ops::Range;

use tree_sitter::{Parser, Tree};

use crate::error::{CoreError, Result};
use crate::language::{Category, Language, LanguageTable, Role};

pub use limits::ParseLimits;
pub(crate) use text::count_bytes;

/// No node.
pub const NONE: u32 = u32::MAX;

/// A syntax tree as one flat list of nodes in pre-order. Node 0 is the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxTree {
    language: Language,
    nodes: Vec<Node>,
    error_count: u32,
    first_error_row: Option<u32>,
}

/// What is asked of a node is mostly asked together: it stands together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    kind: u16,
    category: Category,
    role: Role,
    parent: u32,
    subtree_end: u32,
    start_byte: u32,
    end_byte: u32,
    start_row: u32,
    end_row: u32,
}

/// Parses a text.
///
/// # Errors
/// [`CoreError::TooLarge`], [`CoreError::Binary`], [`CoreError::NotUtf8`], [`CoreError::NoCode`],
/// [`CoreError::TooManyOpen`], [`CoreError::Unfinished`], [`CoreError::TooNested`], [`CoreError::TooManyNodes`] and
/// [`CoreError::ParseBudget`] for a text that cannot be taken; a text with syntax errors is taken, see
/// [`SyntaxTree::error_count`].
pub fn parse(language: Language, source: &[u8], limits: &ParseLimits) -> Result<SyntaxTree> {
    let tree = parse_again(language, source, limits, None)?;
    SyntaxTree::from_tree(language, source, &tree).within(limits)
}

/// The grammar's own tree of a text. Of an earlier tree, told of what was edited since, the parts that no edit touched
/// are taken over.
pub(crate) fn parse_again(
    language: Language,
    source: &[u8],
    limits: &ParseLimits,
    earlier: Option<&Tree>,
) -> Result<Tree> {
    text::check_text(source, limits)?;
    let table = language.table();
    text::check_punctuation(source, limits.percent_punctuation)?;
    waiting::check(source, &table.rules().lines, limits)?;
    if let Some(most) = table.rules().most_open_angles {
        text::check_angles(source, most)?;
    }
    let mut parser = Parser::new();
    parser.set_language(table.grammar()).map_err(|_| CoreError::Grammar { language: language.name() })?;
    limits::parse_within(&mut parser, source, limits, earlier)
}

impl SyntaxTree {
    /// The language of the text.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The table of that language.
    pub fn table(&self) -> &'static LanguageTable {
        self.language.table()
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes; a parsed text always has its root.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Number of error and missing nodes; 0 for a text without syntax errors.
    pub fn error_count(&self) -> usize {
        self.error_count as usize
    }

    /// The line, from 1, that the first syntax error starts in.
    pub fn first_error_line(&self) -> Option<u32> {
        self.first_error_row.map(|row| row + 1)
    }

    /// The grammar's kind number of a node.
    pub fn kind(&self, node: u32) -> u16 {
        self.nodes[node as usize].kind
    }

    /// The neutral category of a node.
    pub fn category(&self, node: u32) -> Category {
        self.nodes[node as usize].category
    }

    /// What the node is to its parent.
    pub fn role(&self, node: u32) -> Role {
        self.nodes[node as usize].role
    }

    /// Whether the grammar names the node (tokens such as `(` are not named).
    pub fn is_named(&self, node: u32) -> bool {
        self.table().is_named(self.kind(node))
    }

    /// The parent, or [`NONE`] for the root.
    pub fn parent(&self, node: u32) -> u32 {
        self.nodes[node as usize].parent
    }

    /// The first child, or [`NONE`].
    pub fn first_child(&self, node: u32) -> u32 {
        let next = node + 1;
        if next < self.subtree_end(node) { next } else { NONE }
    }

    /// The next sibling, or [`NONE`].
    pub fn next_sibling(&self, node: u32) -> u32 {
        let (parent, next) = (self.parent(node), self.subtree_end(node));
        if parent != NONE && next < self.subtree_end(parent) { next } else { NONE }
    }

    /// One past the last node of the subtree.
    pub fn subtree_end(&self, node: u32) -> u32 {
        self.nodes[node as usize].subtree_end
    }

    /// The children, in order.
    pub fn children(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.subtree_end(node);
        let inside = move |child: u32| (child < end).then_some(child);
        std::iter::successors(inside(node + 1), move |child| inside(self.subtree_end(*child)))
    }

    /// The first child with that role.
    pub fn child_with_role(&self, node: u32, role: Role) -> Option<u32> {
        self.children(node).find(|child| self.role(*child) == role)
    }

    /// The bytes of the text that the node spans.
    pub fn byte_range(&self, node: u32) -> Range<usize> {
        let node = &self.nodes[node as usize];
        node.start_byte as usize..node.end_byte as usize
    }

    /// The node's text. `source` must be the text that was parsed; what is outside it is left out.
    pub fn text<'source>(&self, node: u32, source: &'source [u8]) -> &'source str {
        let bytes = source.get(self.byte_range(node)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// The text between a string literal's delimiters, escapes as written.
    pub(crate) fn string_content<'source>(&self, string: u32, source: &'source [u8]) -> &'source str {
        let is_content = |part: &u32| {
            matches!(
                self.category(*part),
                Category::StringContent | Category::EscapeSequence | Category::Interpolation | Category::Other
            )
        };
        if self.first_child(string) == NONE {
            return self.text(string, source).trim_matches(['"', '\'', '`']);
        }
        let mut content = self.children(string).filter(is_content);
        let Some(first) = content.next() else { return "" };
        let last = content.last().unwrap_or(first);
        let bytes = source.get(self.byte_range(first).start..self.byte_range(last).end);
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// First line of the node, 1-based.
    pub fn start_line(&self, node: u32) -> u32 {
        self.nodes[node as usize].start_row + 1
    }

    /// Last line of the node, 1-based and inclusive.
    pub fn end_line(&self, node: u32) -> u32 {
        self.nodes[node as usize].end_row + 1
    }
}

#[cfg(test)]
mod tests;

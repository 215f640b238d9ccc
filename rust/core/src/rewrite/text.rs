//! A text with its tree, as rewrites look at it.

use std::ops::Range;

use super::edit::Edit;
use crate::language::{Category, LanguageTable, Role, Spelling};
use crate::syntax::{NONE, SyntaxTree};

/// A parsed text without syntax errors.
#[derive(Debug)]
pub(super) struct Text<'text> {
    source: &'text str,
    tree: &'text SyntaxTree,
    table: &'static LanguageTable,
    spelling: &'static Spelling,
    /// Nodes that no rewrite touches: imports, type annotations, docstrings.
    frozen: Vec<bool>,
}

impl<'text> Text<'text> {
    /// None where the text has syntax errors or is not that of the tree, or its language has no rewrites.
    pub(super) fn new(source: &'text str, tree: &'text SyntaxTree) -> Option<Self> {
        if tree.error_count() > 0 || tree.is_empty() || tree.byte_range(0).end > source.len() {
            return None;
        }
        let table = tree.table();
        let spelling = table.spelling()?;
        let mut text = Self { source, tree, table, spelling, frozen: vec![false; tree.len()] };
        for node in 1..tree.len() as u32 {
            let parent = tree.parent(node) as usize;
            text.frozen[node as usize] = text.frozen[parent] || text.freezes(node);
        }
        Some(text)
    }

    fn freezes(&self, node: u32) -> bool {
        match self.category(node) {
            Category::Import | Category::ImportFrom | Category::Type | Category::TypeAlias => true,
            Category::String | Category::ConcatenatedString => {
                self.parent_category(node) == Some(Category::ExpressionStatement)
            }
            _ => false,
        }
    }

    pub(super) fn source(&self) -> &'text str {
        self.source
    }

    pub(super) fn tree(&self) -> &'text SyntaxTree {
        self.tree
    }

    pub(super) fn spelling(&self) -> &'static Spelling {
        self.spelling
    }

    pub(super) fn operator_text(&self, operator: Category) -> Option<&'static str> {
        self.table.operator_text(operator)
    }

    pub(super) fn is_builtin(&self, name: &str) -> bool {
        self.table.is_builtin(name)
    }

    pub(super) fn category(&self, node: u32) -> Category {
        self.tree.category(node)
    }

    pub(super) fn parent_category(&self, node: u32) -> Option<Category> {
        let parent = self.tree.parent(node);
        (parent != NONE).then(|| self.category(parent))
    }

    pub(super) fn role(&self, node: u32) -> Role {
        self.tree.role(node)
    }

    pub(super) fn text(&self, node: u32) -> &'text str {
        self.source.get(self.range(node)).unwrap_or_default()
    }

    pub(super) fn range(&self, node: u32) -> Range<usize> {
        self.tree.byte_range(node)
    }

    /// The nodes that may be rewritten and satisfy `eligible`.
    pub(super) fn sites(&self, eligible: impl Fn(u32) -> bool) -> Vec<u32> {
        (0..self.tree.len() as u32).filter(|node| !self.frozen[*node as usize] && eligible(*node)).collect()
    }

    pub(super) fn is_frozen(&self, node: u32) -> bool {
        self.frozen[node as usize]
    }

    /// Children that are neither tokens nor comments.
    pub(super) fn operands(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        self.tree.children(node).filter(|child| {
            let category = self.category(*child);
            !category.is_token() && !matches!(category, Category::Comment | Category::LineContinuation)
        })
    }

    /// The two operands, where there are two.
    pub(super) fn two_operands(&self, node: u32) -> Option<(u32, u32)> {
        let mut operands = self.operands(node);
        let pair = (operands.next()?, operands.next()?);
        operands.next().is_none().then_some(pair)
    }

    /// The operator tokens directly under the node.
    pub(super) fn operators(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        self.tree.children(node).filter(|child| self.category(*child).is_operator())
    }

    /// The one operator token directly under the node.
    pub(super) fn only_operator(&self, node: u32) -> Option<u32> {
        let mut operators = self.operators(node);
        operators.next().filter(|_| operators.next().is_none())
    }

    /// Whether two nodes read the same but for white space.
    pub(super) fn same_text(&self, left: u32, right: u32) -> bool {
        let words = |node| self.text(node).chars().filter(|character| !character.is_whitespace());
        words(left).eq(words(right))
    }

    pub(super) fn is_plain_string(&self, node: u32) -> bool {
        self.category(node) == Category::String
            && self.tree.children(node).all(|part| self.category(part) != Category::Interpolation)
    }

    /// A literal that is not computed.
    pub(super) fn is_literal(&self, node: u32) -> bool {
        match self.category(node) {
            Category::String => self.is_plain_string(node),
            category => is_number(category) || matches!(category, Category::True | Category::False | Category::Null),
        }
    }

    /// Whether the node binds tighter than every binary operator.
    pub(super) fn is_primary(&self, node: u32) -> bool {
        let category = self.category(node);
        self.is_literal(node)
            || matches!(
                category,
                Category::Identifier
                    | Category::Call
                    | Category::Member
                    | Category::Subscript
                    | Category::Parenthesized
                    | Category::String
                    | Category::List
                    | Category::Dictionary
                    | Category::Set
            )
    }

    pub(super) fn swap(&self, left: u32, right: u32) -> [Edit; 2] {
        [Edit::replace(self.range(left), self.text(right)), Edit::replace(self.range(right), self.text(left))]
    }

    /// The edits that negate a condition: an outer `not` goes, else one comes.
    pub(super) fn negate(&self, condition: u32) -> Option<Vec<Edit>> {
        let inner = self.inside_parentheses(condition);
        if self.category(inner) == Category::NotOperation {
            let argument = self.operands(inner).next()?;
            return Some(vec![Edit::remove(self.range(inner).start..self.range(argument).start)]);
        }
        let not = self.operator_text(Category::OperatorNot)?;
        let range = self.range(condition);
        if self.is_primary(condition) || self.category(condition) == Category::Comparison {
            return Some(vec![Edit::insert(range.start, format!("{not} "))]);
        }
        Some(vec![Edit::insert(range.start, format!("{not} (")), Edit::insert(range.end, ")")])
    }

    fn inside_parentheses(&self, node: u32) -> u32 {
        let mut current = node;
        while self.category(current) == Category::Parenthesized {
            match self.operands(current).next() {
                Some(inner) => current = inner,
                None => break,
            }
        }
        current
    }
}

pub(super) fn is_number(category: Category) -> bool {
    matches!(category, Category::Integer | Category::Float)
}

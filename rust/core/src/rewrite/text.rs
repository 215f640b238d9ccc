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
    /// Nodes inside of functions, and of those the ones in whose function an exception may be handled around them.
    in_function: Vec<bool>,
    handled: Vec<bool>,
}

impl<'text> Text<'text> {
    /// None where the text has syntax errors or is not that of the tree, or its language has no rewrites.
    pub(super) fn new(source: &'text str, tree: &'text SyntaxTree) -> Option<Self> {
        if tree.error_count() > 0 || tree.is_empty() || tree.byte_range(0).end > source.len() {
            return None;
        }
        let table = tree.table();
        let spelling = table.spelling()?;
        let none = || vec![false; tree.len()];
        let mut text = Self { source, tree, table, spelling, frozen: none(), in_function: none(), handled: none() };
        for node in 1..tree.len() as u32 {
            text.place(node);
        }
        Some(text)
    }

    fn place(&mut self, node: u32) {
        let (own, parent) = (node as usize, self.tree.parent(node) as usize);
        let around = self.category(parent as u32);
        let is_function = matches!(around, Category::Function | Category::Lambda);
        self.frozen[own] = self.frozen[parent] || self.freezes(node);
        self.in_function[own] = self.in_function[parent] || is_function;
        let is_handler = matches!(around, Category::Try | Category::With);
        self.handled[own] = !is_function && (self.handled[parent] || is_handler);
    }

    fn freezes(&self, node: u32) -> bool {
        match self.category(node) {
            Category::Import | Category::ImportFrom | Category::Type | Category::TypeAlias => true,
            // What a preprocessor reads.
            _ if self.parent_category(node) == Some(Category::Directive) => {
                matches!(self.role(node), Role::Condition | Role::Name | Role::Value)
            }
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

    pub(super) fn is_in_function(&self, node: u32) -> bool {
        self.in_function[node as usize]
    }

    /// Whether an exception that the node raises may be handled in its own function.
    pub(super) fn is_handled(&self, node: u32) -> bool {
        self.handled[node as usize]
    }

    /// Whether the node stands as a statement in a block of a function.
    pub(super) fn is_statement_of_function(&self, node: u32) -> bool {
        let block = self.tree.parent(node);
        let is_inner = self.parent_category(node) == Some(Category::Block) && self.is_in_function(node);
        let holds_members = || {
            matches!(
                self.parent_category(block),
                Some(Category::Class | Category::Extension | Category::Namespace | Category::Match)
            )
        };
        let is_frozen =
            || self.is_frozen(node) || self.operands(node).next().is_some_and(|first| self.is_frozen(first));
        is_inner && self.tree.is_named(node) && !is_frozen() && !holds_members()
    }

    /// The white space before a node that is the first of its line.
    pub(super) fn indentation(&self, node: u32) -> Option<&'text str> {
        let before = self.source.get(..self.range(node).start)?;
        let indentation = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
        indentation.chars().all(char::is_whitespace).then_some(indentation)
    }

    /// Whether the text has the word anywhere, strings and comments included, where the node stands.
    pub(super) fn mentions(&self, node: u32, word: &str) -> bool {
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        self.text(node).split(|character| !is_word(character)).any(|found| found == word)
    }

    /// Whether a function of the text may look at the names of variables.
    pub(super) fn has_name_readers(&self) -> bool {
        let readers = self.spelling.name_readers;
        (0..self.tree.len() as u32)
            .any(|node| self.category(node) == Category::Identifier && readers.contains(&self.text(node)))
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

    /// The edits that negate a condition: an outer `not` goes, else one comes. None for one that also binds a name.
    pub(super) fn negate(&self, condition: u32) -> Option<Vec<Edit>> {
        let inner = self.inside_parentheses(condition);
        if self.category(inner) == Category::NotOperation {
            let argument = self.operands(inner).next()?;
            return Some(vec![Edit::remove(self.range(inner).start..self.range(argument).start)]);
        }
        let not = self.operator_text(Category::OperatorNot)?;
        if self.spelling.negation_is_tight {
            return self.negate_tightly(inner, not);
        }
        let range = self.range(condition);
        if self.is_primary(condition) || self.category(condition) == Category::Comparison {
            return Some(vec![Edit::insert(range.start, format!("{not} "))]);
        }
        Some(vec![Edit::insert(range.start, format!("{not} (")), Edit::insert(range.end, ")")])
    }

    fn negate_tightly(&self, inner: u32, not: &str) -> Option<Vec<Edit>> {
        let binds = |node| matches!(self.category(node), Category::NamedExpression | Category::Declaration);
        if self.category(inner) == Category::Parenthesized || (inner..self.tree.subtree_end(inner)).any(binds) {
            return None;
        }
        let range = self.range(inner);
        if self.is_primary(inner) {
            return Some(vec![Edit::insert(range.start, not)]);
        }
        Some(vec![Edit::insert(range.start, format!("{not}(")), Edit::insert(range.end, ")")])
    }

    /// What stands in parentheses alone, and in those inside.
    pub(super) fn inside_parentheses(&self, node: u32) -> u32 {
        let mut current = node;
        while self.category(current) == Category::Parenthesized {
            let mut operands = self.operands(current);
            match (operands.next(), operands.next()) {
                (Some(inner), None) => current = inner,
                _ => break,
            }
        }
        current
    }
}

pub(super) fn is_number(category: Category) -> bool {
    matches!(category, Category::Integer | Category::Float)
}

//! A text's syntax tree as flat columns.
//!
//! Nodes stand in pre-order, so the subtree of node `i` is the run `i..subtree_end(i)`, and no walk over it needs
//! recursion or a stack. Named nodes, operators and keywords are all kept: an operator is a child like any other.

use std::ops::{ControlFlow, Range};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use crate::error::{CoreError, Result};
use crate::language::{Category, Language, LanguageTable, Role};

/// No node.
pub const NONE: u32 = u32::MAX;

/// What a text may cost. Code takes 4 to 8 kB and 20 µs a turn, so the default refuses what takes more than about 64 MB and
/// half a second of it: files of a megabyte and more that a program wrote. Where the grammar is ambiguous or recovers
/// from errors a turn takes more: a hostile text is held to 200 MB and some seconds.
///
/// Work is counted in turns of the parser, of 100 operations each, and not timed, so that a busy machine refuses no text
/// that an idle one takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseLimits {
    /// Longest text in bytes.
    pub bytes: usize,
    /// Most turns a kilobyte of text begun. Code takes 6 to 23, a list of digits 30.
    pub turns_per_kilobyte: u32,
    /// Most turns up to any place of the text: what is as dense as a short text may be is not so for a megabyte.
    pub turns: Budget,
    /// How many of them may come after the first error: each may take many times as long and as much memory.
    pub turns_after_error: Budget,
    /// Most brackets open at once, strings and comments included: each takes memory of its own.
    pub open_brackets: usize,
    /// In how many functions a node may stand, on average: what is made of each function is made of those inside again.
    pub functions_around: usize,
}

/// Turns of the parser that grow with the part of the text that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// For the first bytes.
    pub at_once: u32,
    /// More for each kilobyte.
    pub per_kilobyte: u32,
    /// All in all.
    pub most: u32,
}

impl Default for ParseLimits {
    fn default() -> Self {
        Self {
            bytes: 2_000_000,
            turns_per_kilobyte: 60,
            turns: Budget { at_once: 4_600, per_kilobyte: 10, most: 9_500 },
            turns_after_error: Budget { at_once: 1_500, per_kilobyte: 12, most: 5_500 },
            open_brackets: 2_000,
            functions_around: 16,
        }
    }
}

#[cfg(test)]
impl ParseLimits {
    /// No limit but the bytes: for tests of what comes after parsing.
    pub(crate) fn unbounded() -> Self {
        let unbounded = Budget { at_once: u32::MAX, per_kilobyte: 0, most: u32::MAX };
        Self {
            turns_per_kilobyte: u32::MAX,
            turns: unbounded,
            turns_after_error: unbounded,
            open_brackets: usize::MAX,
            functions_around: usize::MAX,
            ..Self::default()
        }
    }
}

impl Budget {
    fn allows(self, turns: u32, bytes_read: usize) -> bool {
        let kilobytes = u32::try_from(bytes_read / 1000).unwrap_or(u32::MAX);
        turns <= self.at_once.saturating_add(self.per_kilobyte.saturating_mul(kilobytes)).min(self.most)
    }
}

/// A syntax tree as one flat list of nodes in pre-order. Node 0 is the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxTree {
    language: Language,
    nodes: Vec<Node>,
    error_count: u32,
}

/// What is asked of a node is mostly asked together: it stands together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    kind: u16,
    category: Category,
    role: Role,
    parent: u32,
    first_child: u32,
    next_sibling: u32,
    subtree_end: u32,
    start_byte: u32,
    end_byte: u32,
    start_row: u32,
    end_row: u32,
}

/// The kind number of nodes for text that the grammar does not know.
const ERROR_KIND: u16 = u16::MAX;

/// Parses a text.
///
/// # Errors
/// [`CoreError::TooLarge`], [`CoreError::Binary`], [`CoreError::NotUtf8`], [`CoreError::TooManyOpen`],
/// [`CoreError::TooNested`] and
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
    check_text(source, limits)?;
    let table = language.table();
    check_brackets(source, limits.open_brackets)?;
    if let Some(most) = table.rules().most_open_angles {
        check_angles(source, most)?;
    }
    let mut parser = Parser::new();
    parser.set_language(table.grammar()).map_err(|_| CoreError::Grammar { language: language.name() })?;
    parse_within(&mut parser, source, limits, earlier)
}

impl ParseLimits {
    /// Turns that a text of so many bytes may take.
    fn turns_for(&self, bytes: usize) -> u32 {
        let kilobytes = u32::try_from(bytes / 1000 + 1).unwrap_or(u32::MAX);
        self.turns_per_kilobyte.saturating_mul(kilobytes)
    }
}

fn check_text(source: &[u8], limits: &ParseLimits) -> Result<()> {
    if source.len() > limits.bytes {
        return Err(CoreError::TooLarge { bytes: source.len(), limit: limits.bytes });
    }
    if source.contains(&0) {
        let offset = source.iter().position(|byte| *byte == 0).unwrap_or_default();
        return Err(CoreError::Binary { offset });
    }
    match std::str::from_utf8(source) {
        Ok(_) => Ok(()),
        Err(error) => Err(CoreError::NotUtf8 { offset: error.valid_up_to() }),
    }
}

fn check_brackets(source: &[u8], most: usize) -> Result<()> {
    // Few texts have so many brackets at all.
    if count_bytes(source, |byte| matches!(byte, b'(' | b'[' | b'{')) <= most {
        return Ok(());
    }
    let mut open = 0_usize;
    for (offset, byte) in source.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > most {
            return Err(CoreError::TooManyOpen { offset, most });
        }
    }
    Ok(())
}

/// How many bytes of a text are of some kind.
pub(crate) fn count_bytes(text: &[u8], is_counted: impl Fn(u8) -> bool) -> usize {
    // Sums that fit into a byte are made many at a time.
    let chunks = text.chunks(usize::from(u8::MAX));
    chunks.map(|chunk| usize::from(chunk.iter().map(|byte| u8::from(is_counted(*byte))).sum::<u8>())).sum()
}

/// Refuses a text with more open angle brackets between two statements than the language's parser can take.
fn check_angles(source: &[u8], most: usize) -> Result<()> {
    let (mut open, mut before) = (0_usize, 0);
    for (offset, byte) in source.iter().enumerate() {
        let next = source.get(offset + 1).copied();
        match byte {
            // `<<` and `<=` open nothing.
            b'<' if before != b'<' && !matches!(next, Some(b'<' | b'=')) => open += 1,
            b'>' => open = open.saturating_sub(1),
            b';' | b'{' | b'}' => open = 0,
            _ => {}
        }
        before = *byte;
        if open > most {
            return Err(CoreError::TooManyOpen { offset, most });
        }
    }
    Ok(())
}

fn parse_within(parser: &mut Parser, source: &[u8], limits: &ParseLimits, earlier: Option<&Tree>) -> Result<Tree> {
    let mut spent = Spent::default();
    let most = limits.turns_for(source.len());
    // The parser calls back after every 100 operations.
    let mut count = |state: &ParseState| {
        if spent.turns < most && spent.allows_another(state, limits) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut count);
    let mut read = |offset: usize, _| source.get(offset..).unwrap_or_default();
    let tree = parser.parse_with_options(&mut read, earlier, Some(options));
    tree.ok_or(CoreError::ParseBudget { turns: spent.turns })
}

/// The work that was done so far.
#[derive(Debug, Default)]
struct Spent {
    turns: u32,
    after_error: u32,
    has_seen_error: bool,
}

impl Spent {
    fn allows_another(&mut self, state: &ParseState, limits: &ParseLimits) -> bool {
        // Not the furthest: of several ways to read a text, one may be far ahead.
        let bytes_read = state.current_byte_offset();
        self.turns += 1;
        self.has_seen_error |= state.has_error();
        self.after_error += u32::from(self.has_seen_error);
        limits.turns.allows(self.turns, bytes_read) && limits.turns_after_error.allows(self.after_error, bytes_read)
    }
}

impl SyntaxTree {
    pub(crate) fn from_tree(language: Language, source: &[u8], tree: &Tree) -> Self {
        let nodes = Vec::with_capacity(tree.root_node().descendant_count());
        let mut whole = Self { language, nodes, error_count: 0 };
        let table = language.table();
        let mut cursor = tree.walk();
        let mut rows = Rows::of(source);
        let mut ancestors: Vec<u32> = Vec::new();
        let mut previous_sibling = NONE;
        loop {
            let parent = ancestors.last().copied().unwrap_or(NONE);
            let node = whole.push(&cursor.node(), parent, previous_sibling, &mut rows);
            let field = if whole.asks_field(table, node, parent) { cursor.field_id() } else { None };
            whole.classify(table, source, node, field.map_or(0, std::num::NonZero::get));
            if cursor.goto_first_child() {
                ancestors.push(node);
                previous_sibling = NONE;
                continue;
            }
            whole.nodes[node as usize].end_row = rows.at(whole.nodes[node as usize].end_byte);
            previous_sibling = node;
            while !cursor.goto_next_sibling() {
                let Some(ancestor) = ancestors.pop() else { return whole };
                let end = whole.nodes.len() as u32;
                let passed = &mut whole.nodes[ancestor as usize];
                (passed.subtree_end, passed.end_row) = (end, rows.at(passed.end_byte));
                cursor.goto_parent();
                previous_sibling = ancestor;
            }
        }
    }

    /// The tree, unless its functions stand in one another too often.
    pub(crate) fn within(self, limits: &ParseLimits) -> Result<Self> {
        let is_function = |node: &u32| matches!(self.category(*node), Category::Function | Category::Lambda);
        let sizes = (0..self.len() as u32).filter(is_function).map(|node| (self.subtree_end(node) - node) as usize);
        let most = limits.functions_around;
        // A short text may be nested as it likes.
        if sizes.sum::<usize>() > self.len().max(FEW_NODES).saturating_mul(most) {
            return Err(CoreError::TooNested { most });
        }
        Ok(self)
    }

    fn push(&mut self, node: &tree_sitter::Node<'_>, parent: u32, previous_sibling: u32, rows: &mut Rows) -> u32 {
        let index = self.nodes.len() as u32;
        if previous_sibling != NONE {
            self.nodes[previous_sibling as usize].next_sibling = index;
        } else if parent != NONE {
            self.nodes[parent as usize].first_child = index;
        }
        // Each question to a node is a call into C: what is known of it is not asked.
        let (kind, start_byte, end_byte) = (node.kind_id(), node.start_byte() as u32, node.end_byte() as u32);
        self.error_count += u32::from(kind == ERROR_KIND || (start_byte == end_byte && node.is_missing()));
        self.nodes.push(Node {
            kind,
            category: Category::Other,
            role: Role::None,
            parent,
            first_child: NONE,
            next_sibling: NONE,
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
        self.nodes[node as usize].first_child
    }

    /// The next sibling, or [`NONE`].
    pub fn next_sibling(&self, node: u32) -> u32 {
        self.nodes[node as usize].next_sibling
    }

    /// One past the last node of the subtree.
    pub fn subtree_end(&self, node: u32) -> u32 {
        self.nodes[node as usize].subtree_end
    }

    /// The children, in order.
    pub fn children(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.first_child(node);
        std::iter::successors((first != NONE).then_some(first), |child| {
            let sibling = self.next_sibling(*child);
            (sibling != NONE).then_some(sibling)
        })
    }

    /// The first child with that role.
    pub fn child_with_role(&self, node: u32, role: Role) -> Option<u32> {
        self.children(node).find(|child| self.role(*child) == role)
    }

    /// The node that names a function, class or namespace: its own name, or that of the variable or field that it is the
    /// value of where the language has that (see [`Self::assigned_name`]).
    pub(crate) fn definition_name(&self, definition: u32) -> Option<u32> {
        self.written_name(definition).map(|name| self.last_name(name)).or_else(|| self.assigned_name(definition))
    }

    /// The name as a definition writes it, with the classes and namespaces before it.
    pub(crate) fn written_name(&self, definition: u32) -> Option<u32> {
        self.child_with_role(definition, Role::Name).or_else(|| self.declared_name(definition))
    }

    /// What names a function or class without a name of its own: the variable, field or key that it is the value of.
    pub(crate) fn assigned_name(&self, value: u32) -> Option<u32> {
        let name = self.last_name(self.assigned_target(value)?);
        let plain = matches!(self.category(name), Category::Identifier | Category::MemberName | Category::String);
        plain.then_some(name)
    }

    /// What a value is assigned to, as written.
    pub(crate) fn assigned_target(&self, value: u32) -> Option<u32> {
        let parent = self.parent(value);
        if parent == NONE {
            return None;
        }
        match (self.category(parent), self.role(value)) {
            // `typedef struct { … } Point;`
            (Category::TypeAlias, Role::Type) => self.child_with_role(parent, Role::Declarator),
            _ if !self.table().rules().functions_take_names => None,
            (Category::Assignment, Role::Right) => self.child_with_role(parent, Role::Left),
            (Category::Pair, Role::Value) => self.child_with_role(parent, Role::Key),
            (Category::ExpressionList, _) if self.role(parent) == Role::Right => self.target_beside(value),
            _ => None,
        }
    }

    /// The variable in the place that a value has in a list: `a, b = f, g`.
    fn target_beside(&self, value: u32) -> Option<u32> {
        let values = self.parent(value);
        let place = self.children(values).filter(|child| self.is_named(*child)).position(|child| child == value)?;
        let assignment = self.parent(values);
        let mut targets =
            self.children(assignment).filter(|child| self.role(*child) == Role::Left && self.is_named(*child));
        let first = targets.next()?;
        if self.category(first) == Category::ExpressionList {
            return self.children(first).filter(|child| self.is_named(*child)).nth(place);
        }
        if place == 0 { Some(first) } else { targets.nth(place - 1) }
    }

    /// Whether a name is a variable that an assignment binds, alone or in a list.
    pub(crate) fn is_assigned_variable(&self, name: u32) -> bool {
        let parent = self.parent(name);
        let is_left = |node: u32| self.role(node) == Role::Left;
        let in_list = || parent != NONE && self.category(parent) == Category::ExpressionList && is_left(parent);
        self.category(name) == Category::Identifier && (is_left(name) || in_list())
    }

    /// The name inside the declarators of a function.
    fn declared_name(&self, definition: u32) -> Option<u32> {
        let mut current = definition;
        for _ in 0..DEEPEST_DECLARATOR {
            current = self.declared(current)?;
            match self.category(current) {
                Category::Declarator => {}
                Category::Signature => match self.child_with_role(current, Role::Name) {
                    Some(name) if self.category(name) != Category::Declarator => return Some(name),
                    Some(declarator) => current = declarator,
                    None => return None,
                },
                _ => return None,
            }
        }
        None
    }

    fn declared(&self, node: u32) -> Option<u32> {
        let is_inner = |child: &u32| matches!(self.category(*child), Category::Declarator | Category::Signature);
        self.child_with_role(node, Role::Declarator).or_else(|| self.children(node).find(is_inner))
    }

    /// The last part of a dotted name.
    fn last_name(&self, name: u32) -> u32 {
        let mut current = name;
        for _ in 0..DEEPEST_DECLARATOR {
            let next = match self.category(current) {
                Category::Member => self.child_with_role(current, Role::Member),
                Category::Subscript => self.child_with_role(current, Role::Value),
                _ => None,
            };
            let Some(next) = next else { break };
            current = next;
        }
        current
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

/// Nodes of a text that is read in no time, however often.
const FEW_NODES: usize = 10_000;

/// How many declarators and parts of a name are looked through.
const DEEPEST_DECLARATOR: usize = 32;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn python(source: &str) -> SyntaxTree {
        parse(Language::Python, source.as_bytes(), &ParseLimits::default()).unwrap()
    }

    #[test]
    fn links_agree_with_pre_order() {
        let tree = python("def f(a, b):\n    return a + g(b)[0]\n\nclass C: pass\n");
        for node in 0..tree.len() as u32 {
            let mut expected = node + 1;
            for child in tree.children(node) {
                assert_eq!(tree.parent(child), node);
                assert_eq!(child, expected);
                expected = tree.subtree_end(child);
            }
            assert_eq!(expected, tree.subtree_end(node));
        }
    }

    #[test]
    fn lines_and_text_are_those_of_the_source() {
        let source = "x = 1\n\n\ndef f():\n    return x\n";
        let tree = python(source);
        let function = (0..tree.len() as u32).find(|node| tree.category(*node) == Category::Function).unwrap();
        assert_eq!((tree.start_line(function), tree.end_line(function)), (4, 5));
        let name = tree.child_with_role(function, Role::Name).unwrap();
        assert_eq!(tree.text(name, source.as_bytes()), "f");
    }

    #[test]
    fn depth_does_not_overflow_the_stack() {
        let source = "(".repeat(50_000);
        assert!(parse(Language::Python, source.as_bytes(), &ParseLimits::unbounded()).is_ok());
        let refused = parse(Language::Python, source.as_bytes(), &ParseLimits::default());
        assert_eq!(refused.unwrap_err(), CoreError::TooManyOpen { offset: 2_000, most: 2_000 });
    }

    #[test]
    fn a_text_that_takes_too_many_turns_is_refused_whatever_the_clock_says() {
        let source = "total = total + 1\n".repeat(500);
        let within = |turns_per_kilobyte| {
            parse(Language::Python, source.as_bytes(), &ParseLimits { turns_per_kilobyte, ..ParseLimits::default() })
        };
        let fewest = (1..1000).find(|turns| within(*turns).is_ok()).unwrap();
        assert!(fewest > 1 && fewest < ParseLimits::default().turns_per_kilobyte / 2);
        assert!(matches!(within(fewest - 1), Err(CoreError::ParseBudget { turns }) if turns == (fewest - 1) * 10));
        assert!(matches!(within(0), Err(CoreError::ParseBudget { turns: 0 })));
    }

    #[test]
    fn a_long_text_may_not_be_as_dense_as_a_short_one() {
        let dense = |bytes: usize| parse(Language::Python, "a;".repeat(bytes / 2).as_bytes(), &ParseLimits::default());
        assert!(dense(20_000).is_ok());
        assert!(matches!(dense(500_000), Err(CoreError::ParseBudget { turns }) if turns < 9_500));
        let lines = "total = count(entries)\n".repeat(20_000);
        assert!(parse(Language::Python, lines.as_bytes(), &ParseLimits::default()).is_ok());
    }

    #[test]
    fn dense_code_is_taken_up_to_the_longest() {
        for unit in ["a;", "0,", "1+", "a=b\n", "f(x)[0]\n", "{1:2}\n"] {
            let source = format!("{}1\n", unit.repeat(20_000 / unit.len()));
            assert!(parse(Language::Python, source.as_bytes(), &ParseLimits::default()).is_ok(), "{unit}");
        }
    }

    #[test]
    fn functions_may_stand_in_functions_but_not_without_end() {
        let nested = |depth: usize, body: usize| {
            let lines = (0..depth).map(|level| format!("{}def f():\n", " ".repeat(level)));
            let body = (0..body).map(|_| format!("{}x = g(x)\n", " ".repeat(depth)));
            parse(Language::Python, lines.chain(body).collect::<Vec<_>>().concat().as_bytes(), &ParseLimits::default())
        };
        assert!(nested(10, 2_000).is_ok());
        assert!(nested(60, 10).is_ok());
        assert_eq!(nested(40, 2_000).unwrap_err(), CoreError::TooNested { most: 16 });
    }

    #[test]
    fn unusable_texts_are_refused_by_name() {
        let limits = ParseLimits { bytes: 10, ..ParseLimits::default() };
        let refused = |source: &[u8]| parse(Language::Python, source, &limits).unwrap_err();
        assert!(matches!(refused(b"x = 1 + 2 + 3"), CoreError::TooLarge { bytes: 13, limit: 10 }));
        assert!(matches!(refused(b"x\0"), CoreError::Binary { offset: 1 }));
        assert!(matches!(refused(b"x\xff"), CoreError::NotUtf8 { offset: 1 }));
    }

    #[test]
    fn syntax_errors_are_counted_not_refused() {
        assert_eq!(python("x = 1\n").error_count(), 0);
        assert!(python("def f(:\n  retur\n").error_count() > 0);
    }
}

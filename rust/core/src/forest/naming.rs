//! What a tree shows of a node's own text.

use super::NameView;
use super::bindings::Bindings;
use super::literals::{LiteralClass, literal_class};
use super::skeleton::Skeleton;
use crate::language::Category;
use crate::names::{hash_text, mix};
use crate::syntax::{NONE, SyntaxTree};

/// The text of a node as a tree shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word<'source> {
    /// The kind says it all.
    Silent,
    /// The name of the function that the tree is about.
    OwnName,
    /// The n-th name that the text binds, in order of first use.
    Numbered(u32),
    /// A name, as written.
    Name(&'source str),
    /// A literal; the text is given where it is short and a single word.
    Literal(LiteralClass, Option<&'source str>),
}

impl Word<'_> {
    pub(super) fn hash(self) -> u64 {
        match self {
            Self::Silent => 1,
            Self::OwnName => 2,
            Self::Numbered(number) => mix(3, u64::from(number)),
            Self::Name(text) => hash_text(text, 4),
            Self::Literal(class, text) => hash_text(text.unwrap_or_default(), 5 + class as u64),
        }
    }
}

/// Longest string literal whose words are shown.
const MAX_WORD_BYTES: usize = 32;

/// Decides for the nodes of one tree what is shown of their text.
#[derive(Debug)]
pub(super) struct Naming<'source> {
    source: &'source [u8],
    root: u32,
    own_name: Option<&'source str>,
    /// For each syntax node from the root on, the number of the name; empty where names are kept.
    numbers: Vec<u32>,
}

impl<'source> Naming<'source> {
    pub(super) fn new(
        source: &'source [u8],
        tree: &SyntaxTree,
        root: u32,
        skeleton: &Skeleton,
        view: NameView,
    ) -> Self {
        let own_name = own_name(source, tree, skeleton);
        let numbers = match view {
            NameView::Keep => Vec::new(),
            NameView::Anonymous => number_names(source, tree, root, own_name),
        };
        Self { source, root, own_name, numbers }
    }

    pub(super) fn word(&self, tree: &SyntaxTree, node: u32, category: Category) -> Word<'source> {
        match category {
            Category::Identifier | Category::MemberName => self.name(tree, node),
            Category::Integer | Category::Float | Category::String => self.literal(tree, node, category),
            _ => Word::Silent,
        }
    }

    fn name(&self, tree: &SyntaxTree, node: u32) -> Word<'source> {
        let text = tree.text(node, self.source);
        if self.own_name == Some(text) {
            return Word::OwnName;
        }
        match self.numbers.get((node - self.root) as usize) {
            Some(number) if *number != NONE => Word::Numbered(*number),
            _ => Word::Name(text),
        }
    }

    fn literal(&self, tree: &SyntaxTree, node: u32, category: Category) -> Word<'source> {
        let Some(class) = literal_class(tree, self.source, node, category) else { return Word::Silent };
        if class != LiteralClass::Word {
            return Word::Literal(class, None);
        }
        let content = tree.string_content(node, self.source);
        Word::Literal(class, (content.len() <= MAX_WORD_BYTES).then_some(content))
    }
}

fn own_name<'source>(source: &'source [u8], tree: &SyntaxTree, skeleton: &Skeleton) -> Option<&'source str> {
    let function = skeleton.syntax[skeleton.own_function()? as usize];
    let name = tree.definition_name(function)?;
    Some(tree.text(name, source)).filter(|text| !text.is_empty())
}

fn number_names(source: &[u8], tree: &SyntaxTree, root: u32, own_name: Option<&str>) -> Vec<u32> {
    let bindings = Bindings::of(source, tree, root);
    let mut numbers = vec![NONE; (tree.subtree_end(root) - root) as usize];
    let mut number_of = vec![NONE; bindings.binding_count()];
    let mut next = 0;
    for occurrence in bindings.occurrences() {
        if occurrence.binding == NONE || own_name == Some(bindings.name(occurrence)) {
            continue;
        }
        let number = &mut number_of[occurrence.binding as usize];
        if *number == NONE {
            *number = next;
            next += 1;
        }
        numbers[(occurrence.node - root) as usize] = *number;
    }
    numbers
}

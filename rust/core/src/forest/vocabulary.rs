//! Tokens of the tree model: labels, literal classes, names.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::NameView;
use super::labelled::LabelledTree;
use super::labels::{LABELS, Label};
use super::literals::LiteralClass;
use super::naming::{Naming, Word};
use super::skeleton::Skeleton;
use crate::error::CoreError;
use crate::language::Category;
use crate::names::{for_each_subtoken, hash_text};
use crate::syntax::{NONE, SyntaxTree};

/// Most tokens of an entry.
pub const MAX_ENTRY_TOKENS: usize = 8;

/// Names told apart in the anonymous view; later ones share the last number.
const NUMBERED_NAMES: usize = 64;
/// Longer subtokens are never learned: they are digests and the like.
const MAX_SUBTOKEN_BYTES: usize = 32;
/// A subtoken seen once teaches nothing that its bytes do not.
const MIN_SUBTOKEN_COUNT: u64 = 2;

const OWN_NAME: usize = Category::ALL.len();
const FIRST_NUMBERED: usize = OWN_NAME + 1;
const FIRST_LITERAL: usize = FIRST_NUMBERED + NUMBERED_NAMES;
const FIRST_BYTE: usize = FIRST_LITERAL + LiteralClass::ALL.len();
const FIXED_TOKENS: usize = FIRST_BYTE + 256;

/// How often labels and subtokens occur in a set of trees. Counters of parts of a set can be merged in any order.
#[derive(Debug, Clone)]
pub struct VocabularyCounter {
    labels: Vec<u64>,
    subtokens: FxHashMap<String, u64>,
    /// Whole labels of trees that are no code.
    texts: FxHashMap<String, u64>,
}

/// A numbering of tokens.
///
/// Fixed tokens come first (one a category, the tree's own name, numbered names, literal classes, 256 bytes), so any text
/// has an entry; then come learned ones: labels (a category in a place), whole labels of trees that are no code, and
/// subtokens of names. A label that was not learned falls back to its category, one of other trees to its subtokens, a
/// subtoken to its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "VocabularyFile", into = "VocabularyFile")]
pub struct Vocabulary {
    tokens: Vec<String>,
    label_tokens: Vec<u32>,
    subtokens: FxHashMap<u64, u32>,
    texts: FxHashMap<u64, u32>,
}

/// The serialised form.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct VocabularyFile {
    format: u32,
    tokens: Vec<String>,
}

/// Version of the serialised form.
const FORMAT: u32 = 1;

/// The tokens of an entry, unused ones [`NONE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct EntryTokens {
    tokens: [u32; MAX_ENTRY_TOKENS],
    count: u8,
}

impl Default for VocabularyCounter {
    fn default() -> Self {
        Self { labels: vec![0; LABELS], subtokens: FxHashMap::default(), texts: FxHashMap::default() }
    }
}

impl VocabularyCounter {
    /// Counts the tree under `root`. `source` must be the text that `tree` was parsed from.
    pub fn add(&mut self, source: &[u8], tree: &SyntaxTree, root: u32) {
        let skeleton = Skeleton::of(tree, root);
        let naming = Naming::new(source, tree, root, &skeleton, NameView::Keep);
        for (syntax, label) in skeleton.syntax.iter().zip(&skeleton.labels) {
            self.labels[label.index()] += 1;
            if let Word::Name(text) | Word::Literal(_, Some(text)) = naming.word(tree, *syntax, label.category) {
                for_each_subtoken(text, |subtoken| count(&mut self.subtokens, subtoken));
            }
        }
    }

    /// Counts a tree that is no code.
    pub fn add_labelled(&mut self, tree: &LabelledTree<'_>) {
        for label in &tree.labels {
            count(&mut self.texts, label);
            for_each_subtoken(label, |subtoken| count(&mut self.subtokens, subtoken));
        }
    }

    /// Adds another counter's counts.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.labels.iter_mut().zip(&other.labels) {
            *count += more;
        }
        for (subtoken, count) in &other.subtokens {
            *self.subtokens.entry(subtoken.clone()).or_default() += count;
        }
        for (text, count) in &other.texts {
            *self.texts.entry(text.clone()).or_default() += count;
        }
    }
}

fn count(counts: &mut FxHashMap<String, u64>, text: &str) {
    if text.len() > MAX_SUBTOKEN_BYTES {
        return;
    }
    match counts.get_mut(text) {
        Some(count) => *count += 1,
        None => {
            counts.insert(text.to_owned(), 1);
        }
    }
}

impl Vocabulary {
    /// The vocabulary of at most `size` tokens for what was counted: the fixed tokens (kept even where `size` is
    /// smaller), then labels, then whole labels of other trees, then subtokens, the frequent ones first.
    pub fn build(counter: &VocabularyCounter, size: usize) -> Self {
        let mut tokens = fixed_tokens();
        let labels = counter.labels.iter().enumerate().filter(|(_, count)| **count > 0);
        tokens.extend(by_count(labels.map(|(index, count)| (label_token(index), *count))));
        let texts = counter.texts.iter().filter(|(_, count)| **count >= MIN_SUBTOKEN_COUNT);
        tokens.extend(by_count(texts.map(|(text, count)| (format!("{TEXT}{text}"), *count))));
        let subtokens = counter.subtokens.iter().filter(|(_, count)| **count >= MIN_SUBTOKEN_COUNT);
        tokens.extend(by_count(subtokens.map(|(subtoken, count)| (subtoken_token(subtoken), *count))));
        tokens.truncate(size.max(FIXED_TOKENS));
        Self::from_tokens(tokens)
    }

    fn from_tokens(tokens: Vec<String>) -> Self {
        let mut label_tokens: Vec<u32> = (0..LABELS).map(|index| Label::from_index(index).category as u32).collect();
        let labels: FxHashMap<String, usize> = (0..LABELS).map(|index| (label_token(index), index)).collect();
        let (mut subtokens, mut texts) = (FxHashMap::default(), FxHashMap::default());
        for (id, token) in tokens.iter().enumerate().skip(FIXED_TOKENS) {
            if let Some(index) = labels.get(token) {
                label_tokens[*index] = id as u32;
            } else if let Some(subtoken) = token.strip_prefix(SUBTOKEN) {
                subtokens.insert(hash_text(subtoken, 0), id as u32);
            } else if let Some(text) = token.strip_prefix(TEXT) {
                texts.insert(hash_text(text, 0), id as u32);
            }
        }
        Self { tokens, label_tokens, subtokens, texts }
    }

    /// Number of tokens; ids are below it.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Never true: the fixed tokens are always there.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The tokens' names in order of id, such as `label:Identifier/Left` or `subtoken:size`.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// 32 hexadecimal digits that identify the numbering.
    pub fn fingerprint(&self) -> String {
        let mut text = String::new();
        for token in &self.tokens {
            let _ = writeln!(text, "{token}");
        }
        format!("{:032x}", xxh3_128(text.as_bytes()))
    }

    pub(super) fn entry(&self, label: Label, operators: &[Category], word: Word<'_>) -> EntryTokens {
        let mut entry = EntryTokens { tokens: [NONE; MAX_ENTRY_TOKENS], count: 0 };
        entry.push(self.label_tokens[label.index()] as usize);
        for operator in operators {
            entry.push(*operator as usize);
        }
        match word {
            Word::Silent => {}
            Word::OwnName => entry.push(OWN_NAME),
            Word::Numbered(number) => entry.push(FIRST_NUMBERED + (number as usize).min(NUMBERED_NAMES - 1)),
            Word::Name(text) => self.push_text(&mut entry, text),
            Word::Literal(class, text) => {
                entry.push(FIRST_LITERAL + class as usize);
                self.push_text(&mut entry, text.unwrap_or_default());
            }
        }
        entry
    }

    /// The entry of a label of a tree that is no code.
    pub(super) fn label_entry(&self, label: &str) -> EntryTokens {
        let mut entry = EntryTokens { tokens: [NONE; MAX_ENTRY_TOKENS], count: 0 };
        if let Some(id) = self.texts.get(&hash_text(label, 0)) {
            entry.push(*id as usize);
        } else {
            entry.push(Category::Other as usize);
            self.push_text(&mut entry, label);
        }
        entry
    }

    fn push_text(&self, entry: &mut EntryTokens, text: &str) {
        let before = entry.count;
        for_each_subtoken(text, |subtoken| match self.subtokens.get(&hash_text(subtoken, 0)) {
            Some(id) => entry.push(*id as usize),
            None => push_bytes(entry, subtoken),
        });
        if entry.count == before {
            push_bytes(entry, text);
        }
    }
}

fn push_bytes(entry: &mut EntryTokens, text: &str) {
    for byte in text.bytes().take(MAX_ENTRY_TOKENS) {
        entry.push(FIRST_BYTE + usize::from(byte));
    }
}

impl EntryTokens {
    /// Adds a token; what is beyond the limit is left out.
    fn push(&mut self, token: usize) {
        if let Some(place) = self.tokens.get_mut(usize::from(self.count)) {
            *place = token as u32;
            self.count += 1;
        }
    }

    pub(super) fn as_slice(&self) -> &[u32] {
        &self.tokens[..usize::from(self.count)]
    }
}

const SUBTOKEN: &str = "subtoken:";
const TEXT: &str = "text:";

fn label_token(index: usize) -> String {
    format!("label:{}", Label::from_index(index).name())
}

fn subtoken_token(subtoken: &str) -> String {
    format!("{SUBTOKEN}{subtoken}")
}

fn fixed_tokens() -> Vec<String> {
    let mut tokens: Vec<String> =
        Category::ALL.iter().map(|category| format!("category:{}", category.name())).collect();
    tokens.push("name:own".to_owned());
    tokens.extend((0..NUMBERED_NAMES).map(|number| format!("name:{number}")));
    tokens.extend(LiteralClass::ALL.iter().map(|class| format!("literal:{}", class.name())));
    tokens.extend((0..256).map(|byte| format!("byte:{byte:02x}")));
    tokens
}

fn by_count(counted: impl Iterator<Item = (String, u64)>) -> impl Iterator<Item = String> {
    let mut sorted: Vec<(String, u64)> = counted.collect();
    sorted.sort_unstable_by(|(left, left_count), (right, right_count)| {
        right_count.cmp(left_count).then_with(|| left.cmp(right))
    });
    sorted.into_iter().map(|(token, _)| token)
}

impl From<Vocabulary> for VocabularyFile {
    fn from(vocabulary: Vocabulary) -> Self {
        Self { format: FORMAT, tokens: vocabulary.tokens }
    }
}

impl TryFrom<VocabularyFile> for Vocabulary {
    type Error = CoreError;

    fn try_from(file: VocabularyFile) -> Result<Self, CoreError> {
        let refuse = |what: String| CoreError::Inconsistent { what };
        if file.format != FORMAT {
            return Err(refuse(format!("a vocabulary of format {}, this build reads {FORMAT}", file.format)));
        }
        if !file.tokens.starts_with(&fixed_tokens()) {
            return Err(refuse("the vocabulary's fixed tokens are not those of this build; train again".to_owned()));
        }
        let vocabulary = Self::from_tokens(file.tokens);
        let labels = vocabulary.label_tokens.iter().filter(|id| **id as usize >= FIXED_TOKENS).count();
        if FIXED_TOKENS + labels + vocabulary.texts.len() + vocabulary.subtokens.len() != vocabulary.len() {
            return Err(refuse("the vocabulary has unknown or repeated tokens; train again".to_owned()));
        }
        Ok(vocabulary)
    }
}

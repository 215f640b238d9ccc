//! What is read of one source file; nothing here depends on any other file.

use std::collections::BTreeMap;

use sapwood_core::features::{FeatureExtractor, SparseRows};
use sapwood_core::forest::{structure_terms, subtree_hashes};
use sapwood_core::graph::{FileFacts, NodeKind, file_facts};
use sapwood_core::{Category, Language, ParseLimits, SyntaxTree, documentation, parse};
use sapwood_search::DocumentWords;
use sapwood_workspace::{SourceBytes, SourceFile, Sources};

use super::kept::{KeptFile, Rest};
use super::report::SkippedFile;
use super::{Refused, is_listed};
use crate::texts::{CountedTerms, Terms};

/// How much of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The graph with its features, and which subtrees there are.
    Graph,
    /// Also what search needs of each function.
    GraphAndSearch,
}

/// What one file contributes.
pub(crate) struct FileContent {
    pub(crate) facts: FileFacts,
    pub(crate) rows: SparseRows,
    pub(crate) kept: KeptFile,
    pub(crate) total_subtrees: u64,
    /// Local node and docstring.
    pub(crate) docstrings: Vec<(u32, String)>,
    /// One entry a listed function, in order; empty where only the graph was asked for.
    pub(crate) functions: Vec<FunctionContent>,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    pub(crate) language: Language,
    pub(crate) syntax_error_line: Option<u32>,
}

/// What search needs of a function.
pub(crate) struct FunctionContent {
    pub(crate) terms: Terms,
    pub(crate) words: CountedTerms,
}

/// What is known of files by their paths before they are read: the hash of the content that they had.
pub(crate) type KnownFiles<'a> = BTreeMap<&'a str, &'a str>;

/// What became of a file.
pub(crate) enum Reading {
    /// It has the content that was known.
    Known {
        /// Its length.
        bytes: u64,
    },
    /// It was read anew.
    Read(Box<FileContent>),
    /// It was read anew and can't be indexed.
    Refused(Refused),
}

impl Reading {
    pub(crate) fn is_known(&self) -> bool {
        matches!(self, Self::Known { .. })
    }
}

/// Reads a file, unless its content is the one that is known of it.
pub(crate) fn read_file(
    sources: &Sources,
    file: &SourceFile,
    content: Content,
    known: &KnownFiles<'_>,
    features: &mut FeatureExtractor,
) -> Reading {
    let read = match sources.read(&file.path) {
        Ok(read) => read,
        Err(error) => {
            let skipped = SkippedFile::new(&file.path, error.code(), &error);
            return Reading::Refused(Refused { file: skipped, sha256: String::new() });
        }
    };
    if known.get(file.path.as_str()) == Some(&read.sha256.as_str()) {
        return Reading::Known { bytes: read.bytes.len() as u64 };
    }
    // What the walk went by, the text may tell better: a header can be of two languages.
    let language = Language::of_file(&file.path, &read.bytes).unwrap_or(file.language);
    match parse(language, &read.bytes, &ParseLimits::default()) {
        Ok(tree) => Reading::Read(Box::new(content_of(&file.path, read, &tree, content, features))),
        Err(error) => Reading::Refused(Refused {
            file: SkippedFile::new(&file.path, crate::error::core_code(&error), &error),
            sha256: read.sha256,
        }),
    }
}

fn content_of(
    path: &str,
    read: SourceBytes,
    tree: &SyntaxTree,
    content: Content,
    features: &mut FeatureExtractor,
) -> FileContent {
    let facts = file_facts(path, &read.bytes, tree);
    let mut subtrees = subtree_hashes(&read.bytes, tree, 0);
    let total_subtrees = subtrees.len() as u64;
    subtrees.sort_unstable();
    subtrees.dedup();
    let docstrings = docstrings(&read.bytes, tree, &facts);
    let functions = match content {
        Content::Graph => Vec::new(),
        Content::GraphAndSearch => functions(&read.bytes, tree, &facts, &docstrings),
    };
    let rest = Rest { facts: &facts, total_subtrees, syntax_error_line: tree.first_error_line() };
    let kept = match content {
        Content::Graph => KeptFile { subtrees, rest: Vec::new() },
        Content::GraphAndSearch => KeptFile { subtrees, rest: rest.to_bytes() },
    };
    FileContent {
        rows: features.rows(&read.bytes, tree, &facts),
        facts,
        kept,
        total_subtrees,
        docstrings,
        functions,
        bytes: read.bytes.len() as u64,
        sha256: read.sha256,
        language: tree.language(),
        syntax_error_line: tree.first_error_line(),
    }
}

fn docstrings(source: &[u8], tree: &SyntaxTree, facts: &FileFacts) -> Vec<(u32, String)> {
    let documented = facts.nodes().iter().enumerate().filter(|(_, node)| node.kind.has_features());
    documented.filter_map(|(local, node)| Some((local as u32, documentation(source, tree, node.syntax)?))).collect()
}

fn functions(
    source: &[u8],
    tree: &SyntaxTree,
    facts: &FileFacts,
    docstrings: &[(u32, String)],
) -> Vec<FunctionContent> {
    let functions =
        facts.nodes().iter().enumerate().filter(|(_, node)| {
            node.kind == NodeKind::Function && is_listed(&node.name, (node.start_line, node.end_line))
        });
    functions
        .map(|(local, node)| {
            let found = docstrings.binary_search_by_key(&(local as u32), |(documented, _)| *documented);
            let docstring = found.map_or("", |position| docstrings[position].1.as_str());
            let mut words = DocumentWords::default();
            for_each_word(source, tree, node.syntax, &node.name, docstring, |text, weight| words.add(text, weight));
            FunctionContent { terms: structure_terms(source, tree, node.syntax), words: words.into_terms() }
        })
        .collect()
}

/// The own name of a function says most of it.
const NAME_WEIGHT: u32 = 3;

/// The words of a function with their weights: its name and that of what holds it, its docstring, and the names and
/// comments of its text.
pub(crate) fn for_each_word(
    source: &[u8],
    tree: &SyntaxTree,
    root: u32,
    name: &str,
    docstring: &str,
    mut visit: impl FnMut(&str, u32),
) {
    let mut parts = name.rsplit('.');
    visit(parts.next().unwrap_or_default(), NAME_WEIGHT);
    visit(parts.next().unwrap_or_default(), 1);
    visit(docstring, 1);
    for node in root..tree.subtree_end(root) {
        if matches!(tree.category(node), Category::Identifier | Category::MemberName | Category::Comment) {
            visit(tree.text(node, source), 1);
        }
    }
}

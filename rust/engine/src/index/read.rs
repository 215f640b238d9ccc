//! What is read of one source file; nothing here depends on any other file.

use sapwood_core::features::{SparseRows, file_features};
use sapwood_core::forest::{structure_terms, subtree_hashes};
use sapwood_core::graph::{FileFacts, NodeKind, file_facts};
use sapwood_core::{Category, Language, ParseLimits, SyntaxTree, documentation, parse};
use sapwood_workspace::{SourceBytes, SourceFile, Sources};

use super::report::SkippedFile;
use super::{Refused, is_listed};
use crate::texts::Terms;

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
    /// Distinct hashes of the file's subtrees, ascending.
    pub(crate) subtrees: Vec<u64>,
    pub(crate) total_subtrees: u64,
    /// Local node and docstring.
    pub(crate) docstrings: Vec<(u32, String)>,
    /// One entry a function, in order; empty where only the graph was asked for.
    pub(crate) functions: Vec<FunctionContent>,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    pub(crate) language: Language,
    pub(crate) has_syntax_errors: bool,
}

/// What search needs of a function.
pub(crate) struct FunctionContent {
    pub(crate) terms: Terms,
    pub(crate) words: String,
}

/// Reads a file, or says why it is left out.
pub(crate) fn read_file(sources: &Sources, file: &SourceFile, content: Content) -> Result<FileContent, Refused> {
    let read = sources
        .read(&file.path)
        .map_err(|error| Refused { file: SkippedFile::new(&file.path, error.code(), &error), sha256: String::new() })?;
    // What the walk went by, the text may tell better: a header can be of two languages.
    let language = Language::of_file(&file.path, &read.bytes).unwrap_or(file.language);
    match parse(language, &read.bytes, &ParseLimits::default()) {
        Ok(tree) => Ok(content_of(&file.path, read, &tree, content)),
        Err(error) => Err(Refused {
            file: SkippedFile::new(&file.path, crate::error::core_code(&error), &error),
            sha256: read.sha256,
        }),
    }
}

fn content_of(path: &str, read: SourceBytes, tree: &SyntaxTree, content: Content) -> FileContent {
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
    FileContent {
        rows: file_features(&read.bytes, tree, &facts),
        facts,
        subtrees,
        total_subtrees,
        docstrings,
        functions,
        bytes: read.bytes.len() as u64,
        sha256: read.sha256,
        language: tree.language(),
        has_syntax_errors: tree.error_count() > 0,
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
            FunctionContent {
                terms: structure_terms(source, tree, node.syntax),
                words: words(source, tree, node.syntax, &node.name, docstring),
            }
        })
        .collect()
}

/// The words of a function: its name with that of what holds it, its docstring, the identifiers of its text.
pub(crate) fn words(source: &[u8], tree: &SyntaxTree, root: u32, name: &str, docstring: &str) -> String {
    let parts: Vec<&str> = name.rsplit('.').take(2).collect();
    // The own name says most: it counts three times.
    let mut words = format!("{} {} {} {docstring}", parts.join(" "), parts[0], parts[0]);
    for node in root..tree.subtree_end(root) {
        if tree.category(node) == Category::Identifier {
            words.push(' ');
            words.push_str(tree.text(node, source));
        }
    }
    words
}

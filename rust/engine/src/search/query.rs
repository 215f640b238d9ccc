//! What is searched for.

use sapwood_core::forest::{feature_names, structure_terms};
use sapwood_core::{Category, Language, ParseLimits, Role, SyntaxTree, documentation, parse};
use sapwood_search::Words;

use crate::error::{EngineError, Result};
use crate::index::{Index, for_each_word};
use crate::texts::Terms;

/// What each leg of search is asked. What is empty asks nothing.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) terms: Terms,
    /// What people call some of the terms, sorted by term.
    pub(crate) names: Vec<(u64, String)>,
    pub(crate) words: Words,
    pub(crate) vector: Option<Vec<f32>>,
    /// Position in the index's functions.
    pub(crate) leave_out: Option<u32>,
}

/// Words of a person.
pub(crate) fn of_words(text: &str) -> Result<Query> {
    let words = Words::of(text);
    if words.is_empty() {
        let message = format!("there is no word in {text:?}; give words, FILE:LINE, or code as an example");
        return Err(EngineError::BadInput { message });
    }
    Ok(Query { words, ..Query::default() })
}

/// A piece of code.
pub(crate) fn of_code(code: &str, language: Language) -> Result<Query> {
    let source = code.as_bytes();
    let tree = parse(language, source, &ParseLimits::default())?;
    let name = only_function(&tree).map_or("", |name| tree.text(name, source));
    let docstring = documentation(source, &tree, 0).unwrap_or_default();
    let mut words = Words::default();
    for_each_word(source, &tree, 0, name, &docstring, |text, weight| words.add(text, weight));
    let (terms, names) = (structure_terms(source, &tree, 0), feature_names(source, &tree, 0));
    Ok(Query { terms, names, words, ..Query::default() })
}

/// A function of the index, by its position among them, with the terms and words that it has there. It is not among its
/// own hits.
pub(crate) fn of_function(index: &Index, document: u32) -> Result<Query> {
    let node = index.functions()[document as usize];
    let (name, docstring) = (&index.graph().names[node as usize], index.docstring(node));
    let read = index.read_functions(&[node], |source, tree, function| {
        let mut words = Words::default();
        for_each_word(source, tree, function, name, docstring, |text, weight| words.add(text, weight));
        let (terms, names) = (structure_terms(source, tree, function), feature_names(source, tree, function));
        Query { terms, names, words, leave_out: Some(document), ..Query::default() }
    })?;
    Ok(read.into_iter().next().unwrap_or_default())
}

/// The innermost function at a line of a file, by its position in the index's functions.
pub(crate) fn function_at(index: &Index, file: &str, line: u32) -> Result<u32> {
    let graph = index.graph();
    let Ok(number) = graph.file_paths.binary_search_by(|path| path.as_str().cmp(file)) else {
        let message =
            format!("{file} is not in the index; give its path as seen from {}", index.sources.root().display());
        return Err(EngineError::BadInput { message });
    };
    let here = (0..).zip(index.functions()).filter(|(_, node)| {
        let at = **node as usize;
        graph.files[at] == number as u32 && (graph.start_lines[at]..=graph.end_lines[at]).contains(&line)
    });
    // Functions stand in pre-order, so the last that holds the line is the innermost.
    here.last().map(|(document, _)| document).ok_or_else(|| EngineError::BadInput {
        message: format!("no function at {file}:{line}; give a line of a function, from its name to its end"),
    })
}

/// The name of the one function that a text consists of.
fn only_function(tree: &SyntaxTree) -> Option<u32> {
    let mut parts = tree.children(0).filter(|part| tree.category(*part) != Category::Comment);
    let (first, None) = (parts.next()?, parts.next()) else { return None };
    (tree.category(first) == Category::Function).then(|| tree.child_with_role(first, Role::Name)).flatten()
}

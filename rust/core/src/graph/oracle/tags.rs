//! What a grammar's own `tags.scm` calls a definition.

use std::collections::BTreeMap;

use tree_sitter::{Parser, Query, QueryCursor, StreamingIterator};

use super::super::{FileFacts, NodeKind};
use crate::language::Language;
use crate::syntax::SyntaxTree;

/// A definition: where its name begins, and the name.
pub(super) type Key = (usize, String);

/// Definitions, each with the grammar's kind of what defines it.
pub(super) type Definitions = BTreeMap<Key, String>;

/// The grammar's query.
pub(super) fn query(language: Language) -> String {
    match language {
        Language::Python => tree_sitter_python::TAGS_QUERY.to_owned(),
        Language::JavaScript => tree_sitter_javascript::TAGS_QUERY.to_owned(),
        // The grammar's own query only adds to that of JavaScript.
        Language::TypeScript | Language::Tsx => {
            format!("{}\n{}", tree_sitter_javascript::TAGS_QUERY, tree_sitter_typescript::TAGS_QUERY)
        }
        Language::Rust => tree_sitter_rust::TAGS_QUERY.to_owned(),
        Language::Go => tree_sitter_go::TAGS_QUERY.to_owned(),
        Language::Java => tree_sitter_java::TAGS_QUERY.to_owned(),
        Language::C => tree_sitter_c::TAGS_QUERY.to_owned(),
        Language::Cpp => tree_sitter_cpp::TAGS_QUERY.to_owned(),
    }
}

/// What the query finds in a text.
pub(super) fn tagged(language: Language, text: &str, query: &str) -> Definitions {
    let grammar = language.table().grammar();
    let mut parser = Parser::new();
    parser.set_language(grammar).unwrap();
    let tree = parser.parse(text, None).unwrap();
    let query = Query::new(grammar, query).unwrap();
    let captures = query.capture_names();
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
    let mut found = Definitions::new();
    while let Some(one) = matches.next() {
        let named = one.captures().iter().find(|capture| captures[capture.index as usize] == "name");
        let defined = one.captures().iter().find(|capture| captures[capture.index as usize].starts_with("definition"));
        if let (Some(name), Some(definition)) = (named, defined) {
            let bytes = name.node.byte_range();
            found.insert((bytes.start, text[bytes].to_owned()), definition.node.kind().to_owned());
        }
    }
    found
}

/// Functions and classes of the graph.
pub(super) fn ours(text: &str, tree: &SyntaxTree, facts: &FileFacts) -> Definitions {
    let definitions = facts.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Class | NodeKind::Function));
    definitions
        .map(|node| {
            let kind = kind_of(tree, node.syntax);
            let key = match tree.definition_name(node.syntax) {
                Some(name) => (tree.byte_range(name).start, tree.text(name, text.as_bytes()).to_owned()),
                None => (tree.byte_range(node.syntax).start, "<lambda>".to_owned()),
            };
            (key, kind)
        })
        .collect()
}

/// The grammar's kind of a definition, and of its name where that is no plain one.
fn kind_of(tree: &SyntaxTree, definition: u32) -> String {
    let kind = |node| tree.table().kind_name(tree.kind(node));
    let name = tree.written_name(definition).map(kind).filter(|name| !PLAIN_NAMES.contains(name));
    name.map_or_else(|| kind(definition).to_owned(), |name| format!("{} of {name}", kind(definition)))
}

const PLAIN_NAMES: &[&str] = &["identifier", "field_identifier", "type_identifier", "property_identifier"];

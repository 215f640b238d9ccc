//! Laws that hold for every text in every language.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::documentation;
use crate::error::CoreError;
use crate::features::{DIMENSIONS, SparseRows, file_features};
use crate::forest::{
    Forest, ForestBuilder, NameView, Vocabulary, VocabularyCounter, shape_hash, structure_terms, subtree_hashes,
};
use crate::graph::{FileFacts, NodeKind, file_facts, link};
use crate::language::Language;
use crate::syntax::{NONE, ParseLimits, SyntaxTree, parse};

/// All that is made of a text.
#[derive(Debug, PartialEq)]
struct Columns {
    facts: FileFacts,
    rows: SparseRows,
    hashes: Vec<u64>,
    shape: u64,
    terms: Vec<u64>,
    forest: Forest,
    documented: Vec<Option<String>>,
}

fn columns(text: &[u8], tree: &SyntaxTree) -> Columns {
    let facts = file_facts("a/text", text, tree);
    let mut counter = VocabularyCounter::default();
    counter.add(text, tree, 0);
    let vocabulary = Vocabulary::build(&counter, 2_000);
    let mut forest = ForestBuilder::new(&vocabulary, NameView::Anonymous);
    for node in facts.nodes().iter().filter(|node| node.kind == NodeKind::Function).take(20) {
        forest.push(text, tree, node.syntax);
    }
    Columns {
        rows: file_features(text, tree, &facts),
        hashes: subtree_hashes(text, tree, 0),
        shape: shape_hash(text, tree, 0),
        terms: structure_terms(text, tree, 0),
        forest: forest.finish(),
        documented: facts.nodes().iter().map(|node| documentation(text, tree, node.syntax)).collect(),
        facts,
    }
}

fn check(language: Language, text: &[u8]) {
    let limits = ParseLimits::default();
    let tree = match parse(language, text, &limits) {
        Ok(tree) => tree,
        Err(
            CoreError::Binary { .. }
            | CoreError::NotUtf8 { .. }
            | CoreError::ParseBudget { .. }
            | CoreError::TooManyOpen { .. }
            | CoreError::Unfinished { .. }
            | CoreError::TooNested { .. },
        ) => return,
        Err(error) => panic!("{}: {error}", language.name()),
    };
    for node in 1..tree.len() as u32 {
        let parent = tree.parent(node);
        assert!(parent < node && node < tree.subtree_end(parent), "{}", language.name());
    }
    assert_as_parsed(&tree, text);
    let found = columns(text, &tree);
    assert_consistent(&found, text);
    assert_eq!(found, columns(text, &parse(language, text, &limits).unwrap()), "{}", language.name());
}

/// What the columns work out by themselves is what the parser's own tree says.
fn assert_as_parsed(tree: &SyntaxTree, text: &[u8]) {
    let table = tree.table();
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(table.grammar()).unwrap();
    let parsed = parser.parse(text, None).unwrap();
    let mut cursor = parsed.walk();
    let (mut node, mut errors) = (0, 0);
    loop {
        let (found, lines) = (cursor.node(), (tree.start_line(node), tree.end_line(node)));
        assert_eq!(lines, (found.start_position().row as u32 + 1, found.end_position().row as u32 + 1));
        assert_eq!((tree.kind(node), tree.is_named(node)), (found.kind_id(), found.is_named()));
        if node > 0 {
            let field = cursor.field_id().map_or(0, std::num::NonZero::get);
            assert_eq!(tree.role(node), table.role(tree.kind(tree.parent(node)), field, found.kind_id()));
        }
        errors += usize::from(found.is_error() || found.is_missing());
        node += 1;
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                assert_eq!((node as usize, errors), (tree.len(), tree.error_count()));
                return;
            }
        }
    }
}

fn assert_consistent(columns: &Columns, text: &[u8]) {
    let nodes = columns.facts.nodes();
    assert_eq!(columns.rows.rows(), nodes.len());
    assert!(columns.rows.indices.iter().all(|column| usize::from(*column) < DIMENSIONS));
    assert!(columns.rows.values.iter().all(|value| value.is_finite()));
    for (number, node) in nodes.iter().enumerate().skip(1) {
        assert!(node.start_byte <= node.end_byte && node.end_byte as usize <= text.len(), "{node:?}");
        assert!(node.start_line >= 1 && node.start_line <= node.end_line, "{node:?}");
        let mut around = number as u32;
        for _ in 0..=nodes.len() {
            around = if around == 0 { 0 } else { columns.facts.parent(around) };
        }
        assert_eq!(around, 0, "containment runs in a circle at {node:?}");
    }
    let graph = link(std::slice::from_ref(&columns.facts));
    let in_file = graph.files.iter().filter(|file| **file != NONE).count();
    assert_eq!(in_file, nodes.len());
    assert!(graph.targets.iter().all(|target| (*target as usize) < graph.node_count()));
}

/// Pieces from which texts that nearly make sense are put together.
#[rustfmt::skip]
pub(crate) const PIECES: &[&str] = &[
    "(", ")", "{", "}", "[", "]", "<", ">", ";", ":", ",", ".", "=", "=>", "->", "::", "*", "&", "!", "?", "|", "\"", "'",
    "`", "#", "@", "/*", "*/", "//", "\n", "\n    ", " ", "a", "B", "f", "self", "this", "super", "0", "1.5", "x1_y",
    "def ", "class ", "function ", "fn ", "func ", "impl ", "struct ", "enum ", "trait ", "interface ", "namespace ",
    "mod ", "import ", "from ", "use ", "#include ", "export ", "default ", "const ", "let ", "var ", "type ", "return ",
    "if ", "else ", "for ", "while ", "match ", "switch ", "case ", "try ", "catch ", "new ", "async ", "await ", "lambda ",
    "template ", "typename ", "operator", "package ", "public ", "static ", "void ", "int ", "union ", "typedef ", "<A b={c}>",
    "</A>", "${", "f'{", "é", "\u{202e}", "\u{feff}", "\r",
];

fn soup() -> impl Strategy<Value = String> {
    vec(select(PIECES), 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_taken_or_refused_and_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        for language in Language::ALL {
            check(*language, &bytes);
        }
    }

    #[test]
    fn texts_that_nearly_make_sense_have_consistent_columns(text in soup()) {
        for language in Language::ALL {
            check(*language, text.as_bytes());
        }
    }
}

/// What took the square of the depth would show in the time of the suite.
#[test]
fn depth_costs_neither_stack_nor_names_without_end() {
    let deep = [
        "(",
        "[",
        "{",
        "f(",
        "-",
        "a?b:",
        "()=>",
        "if(a){",
        "class A{",
        "fn f(){",
        "function f(){",
        "func(){",
        "lambda:",
        "int (*",
        "A<",
        "`${",
        "a::",
    ];
    let limits = ParseLimits { open_brackets: 10_000, ..ParseLimits::default() };
    for language in Language::ALL {
        for piece in deep {
            let text = piece.repeat(40_000 / piece.len());
            let Ok(tree) = parse(*language, text.as_bytes(), &limits) else { continue };
            let facts = file_facts("a/text", text.as_bytes(), &tree);
            let names: usize = facts.nodes().iter().map(|node| node.name.len()).sum();
            file_features(text.as_bytes(), &tree, &facts);
            subtree_hashes(text.as_bytes(), &tree, 0);
            structure_terms(text.as_bytes(), &tree, 0);
            shape_hash(text.as_bytes(), &tree, 0);
            assert!(names < 20_000_000, "{}: names of {names} bytes for `{piece}`", language.name());
        }
    }
}

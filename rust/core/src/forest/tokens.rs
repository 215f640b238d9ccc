//! The tokens of a text, as a comparison of texts sees them that knows no grammar.

use rustc_hash::FxHashMap;

use super::NameView;
use super::bindings::Bindings;
use crate::language::Category;
use crate::syntax::{NONE, SyntaxTree};

/// The tokens under `root` in order, without comments, documentation and import statements; a string is one token.
/// Anonymous names are `name0`, `name1` … in order of first use.
///
/// `source` must be the text that `tree` was parsed from.
pub fn code_tokens(source: &[u8], tree: &SyntaxTree, root: u32, view: NameView) -> Vec<String> {
    let numbers = match view {
        NameView::Keep => FxHashMap::default(),
        NameView::Anonymous => name_numbers(source, tree, root),
    };
    let mut tokens = Vec::new();
    let mut node = root;
    while node < tree.subtree_end(root) {
        let is_string = tree.category(node) == Category::String;
        let is_leaf = tree.first_child(node) == NONE;
        let is_silent = is_silent(tree, node);
        if !is_silent && (is_leaf || is_string) {
            let token = numbers.get(&node).map_or_else(|| tree.text(node, source).to_owned(), |n| format!("name{n}"));
            tokens.push(token);
        }
        node = if is_silent || is_string { tree.subtree_end(node) } else { node + 1 };
    }
    tokens.retain(|token| !token.trim().is_empty());
    tokens
}

fn name_numbers(source: &[u8], tree: &SyntaxTree, root: u32) -> FxHashMap<u32, usize> {
    let bindings = Bindings::of(source, tree, root);
    let mut numbers: FxHashMap<u32, usize> = FxHashMap::default();
    let mut of_node = FxHashMap::default();
    for occurrence in bindings.occurrences().iter().filter(|occurrence| occurrence.binding != NONE) {
        let next = numbers.len();
        of_node.insert(occurrence.node, *numbers.entry(occurrence.binding).or_insert(next));
    }
    of_node
}

fn is_silent(tree: &SyntaxTree, node: u32) -> bool {
    let category = tree.category(node);
    category == Category::Comment
        || category == Category::LineContinuation
        || category.is_import()
        || super::skeleton::is_documentation(tree, node, category)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::syntax::{ParseLimits, parse};

    #[test]
    fn tokens_are_those_of_code_and_names_can_be_hidden() {
        for (language, source, kept, hidden) in [
            (
                Language::Python,
                "import os\ndef f(a):\n    'Doc.'\n    return os.path(a, 'b c')  # end\n",
                "def f ( a ) : return os . path ( a , 'b c' )",
                "def name0 ( name1 ) : return os . path ( name1 , 'b c' )",
            ),
            (
                Language::Java,
                "class A { /* no */ int f(int a) { return Math.abs(a); } }",
                "class A { int f ( int a ) { return Math . abs ( a ) ; } }",
                "class name0 { int name1 ( int name2 ) { return Math . abs ( name2 ) ; } }",
            ),
        ] {
            let tree = parse(language, source.as_bytes(), &ParseLimits::default()).unwrap();
            assert_eq!(code_tokens(source.as_bytes(), &tree, 0, NameView::Keep).join(" "), kept);
            assert_eq!(code_tokens(source.as_bytes(), &tree, 0, NameView::Anonymous).join(" "), hidden);
        }
    }
}

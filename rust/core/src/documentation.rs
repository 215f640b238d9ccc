//! What a text says of its own definitions.

use crate::language::{Category, Documentation, Role};
use crate::syntax::{NONE, SyntaxTree};

/// The documentation of a module (the root), class or function, its lines trimmed: in Python the plain string that its
/// body begins with, elsewhere the comments that stand right before it (of a module, at its beginning).
///
/// `source` must be the text that `tree` was parsed from.
pub fn documentation(source: &[u8], tree: &SyntaxTree, definition: u32) -> Option<String> {
    let text = match tree.table().rules().documentation {
        Documentation::LeadingString => leading_string(source, tree, definition)?,
        Documentation::CommentBefore if definition == 0 => leading_comments(source, tree),
        Documentation::CommentBefore => comments_before(source, tree, definition),
    };
    let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    let text = lines.join("\n");
    (!text.is_empty()).then_some(text)
}

fn leading_string(source: &[u8], tree: &SyntaxTree, definition: u32) -> Option<String> {
    let body = tree.child_with_role(definition, Role::Body).unwrap_or(definition);
    let first = tree.children(body).find(|child| tree.category(*child) != Category::Comment)?;
    if tree.category(first) != Category::ExpressionStatement {
        return None;
    }
    let string = tree.first_child(first);
    if string == NONE || tree.category(string) != Category::String || tree.next_sibling(string) != NONE {
        return None;
    }
    let parts = tree.children(string).filter(|part| tree.category(*part) == Category::StringContent);
    Some(parts.map(|part| tree.text(part, source)).collect())
}

/// The comments at the beginning of a text, without a first line for the system.
fn leading_comments(source: &[u8], tree: &SyntaxTree) -> String {
    let comments = tree.children(0).take_while(|child| tree.category(*child) == Category::Comment);
    let texts = comments.map(|comment| tree.text(comment, source)).filter(|text| !text.starts_with("#!"));
    plain_comments(&texts.collect::<Vec<_>>())
}

/// The comments before a definition, without an empty line between; decorators may stand between.
fn comments_before(source: &[u8], tree: &SyntaxTree, definition: u32) -> String {
    let mut node = definition;
    while is_only_wrapped(tree, node) {
        node = tree.parent(node);
    }
    let (mut found, mut next_line) = (Vec::new(), tree.start_line(node));
    while let Some(before) = previous_sibling(tree, node) {
        // A comment of a whole line may end at the beginning of the next.
        if tree.end_line(before) + 1 < next_line {
            break;
        }
        match tree.category(before) {
            Category::Comment => found.push(tree.text(before, source)),
            Category::Decorator => {}
            _ => break,
        }
        (node, next_line) = (before, tree.start_line(before));
    }
    found.reverse();
    plain_comments(&found)
}

/// Whether a comment on the definition stands before what is around it: an export, a template, an assignment.
fn is_only_wrapped(tree: &SyntaxTree, node: u32) -> bool {
    let parent = tree.parent(node);
    parent != NONE
        && tree.parent(parent) != NONE
        && matches!(
            tree.category(parent),
            Category::DecoratedDefinition
                | Category::ExpressionStatement
                | Category::Assignment
                | Category::Pair
                | Category::TypeAlias
        )
}

fn previous_sibling(tree: &SyntaxTree, node: u32) -> Option<u32> {
    let parent = tree.parent(node);
    if parent == NONE || node == parent + 1 {
        return None;
    }
    let mut before = node - 1;
    while tree.parent(before) != parent {
        before = tree.parent(before);
    }
    Some(before)
}

/// The words of comments without what marks them as such.
fn plain_comments(comments: &[&str]) -> String {
    let mut text = String::new();
    for line in comments.iter().flat_map(|comment| comment.lines()) {
        let line = line.trim().trim_end_matches("*/").trim_start_matches(['/', '*', '!']);
        text.push_str(line.trim());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::syntax::{ParseLimits, parse};

    fn of_function(language: Language, source: &str) -> Option<String> {
        let tree = parse(language, source.as_bytes(), &ParseLimits::default()).unwrap();
        let is_function = |node: &u32| matches!(tree.category(*node), Category::Function | Category::Lambda);
        let function = (0..tree.len() as u32).find(is_function).unwrap();
        documentation(source.as_bytes(), &tree, function)
    }

    #[test]
    fn only_a_leading_plain_string_is_a_docstring() {
        for (source, expected) in [
            ("def f():\n    \"\"\"Adds.\n\n    Twice.\n    \"\"\"\n    return 1\n", Some("Adds.\n\nTwice.")),
            ("def f():\n    # note\n    'short'\n", Some("short")),
            ("def f():\n    x = 1\n    'late'\n", None),
            ("def f():\n    return 'no'\n", None),
            ("def f(): pass\n", None),
        ] {
            assert_eq!(of_function(Language::Python, source).as_deref(), expected, "{source}");
        }
    }

    #[cfg(all(feature = "javascript", feature = "rust", feature = "go"))]
    #[test]
    fn comments_right_before_a_definition_document_it() {
        for (language, source, expected) in [
            (
                Language::JavaScript,
                "/**\n * Adds.\n * @param a one\n */\nexport function f(a) {}\n",
                "Adds.\n@param a one",
            ),
            (Language::JavaScript, "// Adds.\nconst f = () => 1;\n", "Adds."),
            (Language::JavaScript, "class C {\n  // One.\n  // Two.\n  f() {}\n}\n", "One.\nTwo."),
            (Language::JavaScript, "// About something else.\n\nfunction f() {}\n", ""),
            (Language::JavaScript, "let x = 1; // x\nlet y = 2;\nfunction f() {}\n", ""),
            (Language::Rust, "/// Adds.\n///\n/// Twice.\n#[inline]\npub fn f() {}\n", "Adds.\n\nTwice."),
            (Language::Go, "package p\n\n// f adds.\nfunc f() {}\n", "f adds."),
        ] {
            assert_eq!(of_function(language, source).unwrap_or_default(), expected, "{source}");
        }
    }
}

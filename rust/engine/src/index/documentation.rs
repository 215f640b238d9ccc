//! Docstrings.

use sapwood_core::syntax::NONE;
use sapwood_core::{Category, Role, SyntaxTree};

/// The docstring of a module, class or function: the plain string that its body begins with. Lines are trimmed.
pub(crate) fn documentation(source: &[u8], tree: &SyntaxTree, definition: u32) -> Option<String> {
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
    let text: String = parts.map(|part| tree.text(part, source)).collect();
    let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    let text = lines.join("\n");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use sapwood_core::{Language, ParseLimits, parse};

    use super::*;

    #[test]
    fn only_a_leading_plain_string_is_a_docstring() {
        for (source, expected) in [
            ("def f():\n    \"\"\"Adds.\n\n    Twice.\n    \"\"\"\n    return 1\n", Some("Adds.\n\nTwice.")),
            ("def f():\n    # note\n    'short'\n", Some("short")),
            ("def f():\n    x = 1\n    'late'\n", None),
            ("def f():\n    return 'no'\n", None),
            ("def f(): pass\n", None),
        ] {
            let tree = parse(Language::Python, source.as_bytes(), &ParseLimits::default()).unwrap();
            let function = (0..tree.len() as u32).find(|node| tree.category(*node) == Category::Function).unwrap();
            assert_eq!(documentation(source.as_bytes(), &tree, function).as_deref(), expected, "{source}");
        }
    }
}

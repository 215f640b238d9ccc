//! Classes of literals.

use super::schema::{KEYWORDS, KEYWORDS_START, Literal, OPERATORS};
use crate::language::{Category, float_value, integer_value};
use crate::names::hash_text;
use crate::syntax::{NONE, SyntaxTree};

/// Longest string that is not long, in bytes.
const LONG: usize = 80;

/// Calls `visit` with the columns, within the literals block, to which a node counts.
pub(super) fn for_each_column(tree: &SyntaxTree, source: &[u8], node: u32, mut visit: impl FnMut(u16)) {
    let category = tree.category(node);
    match category {
        Category::Integer => visit(column(integer(tree.text(node, source)))),
        Category::Float => visit(column(float(tree.text(node, source)))),
        Category::True => visit(column(Literal::True)),
        Category::False => visit(column(Literal::False)),
        Category::Null => visit(column(Literal::Null)),
        Category::Ellipsis => visit(column(Literal::Ellipsis)),
        Category::List if is_empty(tree, node) => visit(column(Literal::ListEmpty)),
        Category::Dictionary if is_empty(tree, node) => visit(column(Literal::DictionaryEmpty)),
        Category::String => strings(tree, source, node, |literal| visit(column(literal))),
        Category::Keyword => {
            visit(KEYWORDS_START + (hash_text(tree.text(node, source), 3) % u64::from(KEYWORDS)) as u16);
        }
        operator if operator.is_operator() && !is_part(tree, node) => {
            visit(operator as u16 - Category::OperatorAdd as u16);
        }
        _ => {}
    }
}

/// Whether a token is one word of an operator of several.
fn is_part(tree: &SyntaxTree, node: u32) -> bool {
    let parent = tree.parent(node);
    parent != NONE && tree.category(parent).is_operator()
}

fn column(literal: Literal) -> u16 {
    OPERATORS + literal as u16
}

fn is_empty(tree: &SyntaxTree, node: u32) -> bool {
    tree.children(node).all(|child| !tree.is_named(child))
}

fn integer(text: &str) -> Literal {
    match integer_value(text) {
        Some(0) => Literal::IntegerZero,
        Some(1) => Literal::IntegerOne,
        Some(2) => Literal::IntegerTwo,
        Some(3..=16) => Literal::IntegerSmall,
        Some(17..=1024) => Literal::IntegerMedium,
        _ => Literal::IntegerLarge,
    }
}

fn float(text: &str) -> Literal {
    let whole = float_value(text).is_some_and(|value| value.fract() == 0.0);
    if whole { Literal::FloatWhole } else { Literal::FloatFraction }
}

fn strings(tree: &SyntaxTree, source: &[u8], node: u32, mut visit: impl FnMut(Literal)) {
    let interpolated = tree.children(node).any(|child| tree.category(child) == Category::Interpolation);
    let text = tree.string_content(node, source);
    let mut found = false;
    let checks = [
        (interpolated, Literal::StringInterpolated),
        (text.is_empty(), Literal::StringEmpty),
        (text.chars().count() == 1, Literal::StringCharacter),
        (is_word(text), Literal::StringWord),
        (text.trim().contains(char::is_whitespace), Literal::StringWords),
        (!text.is_empty() && text.parse::<f64>().is_ok(), Literal::StringNumber),
        (text.contains("://"), Literal::StringUrl),
        (is_path(text), Literal::StringPath),
        (!interpolated && text.contains(['{', '%']), Literal::StringPlaceholder),
        (text.contains('\n'), Literal::StringMultiline),
        (text.len() > LONG, Literal::StringLong),
    ];
    for (_, literal) in checks.into_iter().filter(|(holds, _)| *holds) {
        found = true;
        visit(literal);
    }
    if !found {
        visit(Literal::StringOther);
    }
}

fn is_word(text: &str) -> bool {
    text.chars().count() > 1
        && !text.starts_with(|first: char| first.is_numeric())
        && text.chars().all(|character| character.is_alphanumeric() || character == '_')
}

fn is_path(text: &str) -> bool {
    text.len() > 1 && text.contains(['/', '\\']) && !text.contains("://") && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::super::schema::schema;
    use super::*;
    use crate::language::Language;
    use crate::syntax::{ParseLimits, parse};

    #[test]
    fn literals_have_their_classes() {
        for (text, expected) in [
            ("0x_0", &["integer_zero"][..]),
            ("1", &["integer_one"]),
            ("0b11", &["integer_small"]),
            ("1_000", &["integer_medium"]),
            ("99999999999999999999", &["integer_large"]),
            ("2.0", &["float_whole"]),
            ("1e-3", &["float_fraction"]),
            ("''", &["string_empty"]),
            ("'x'", &["string_character"]),
            ("'user_name'", &["string_word"]),
            ("'two words'", &["string_words"]),
            ("'12.5'", &["string_number"]),
            ("'http://a/b'", &["string_url"]),
            ("'/etc/passwd'", &["string_path"]),
            ("'{}'", &["string_placeholder"]),
            ("f'{x}'", &["string_interpolated"]),
            ("'=='", &["string_other"]),
            ("[]", &["list_empty"]),
            ("{}", &["dictionary_empty"]),
            ("[x]", &[]),
            ("a not in b", &["OperatorNotIn"]),
            ("a -b", &["OperatorSubtract"]),
        ] {
            let text = format!("v({text})");
            let tree = parse(Language::Python, text.as_bytes(), &ParseLimits::default()).unwrap();
            let names = &schema().blocks[3].columns;
            let mut found = Vec::new();
            for node in 0..tree.len() as u32 {
                for_each_column(&tree, text.as_bytes(), node, |column| found.push(names[usize::from(column)].clone()));
            }
            assert_eq!(found, expected, "{text}");
        }
    }
}

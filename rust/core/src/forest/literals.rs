//! Classes of literals: what of a literal's text a model sees.

use crate::language::{Category, float_value, integer_value};
use crate::syntax::SyntaxTree;

macro_rules! literal_classes {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// What a literal looks like.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum LiteralClass { $($variant),+ }

        impl LiteralClass {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

literal_classes! {
    Zero = "zero", One = "one", Two = "two", SmallInteger = "small-integer", Integer = "integer",
    LargeInteger = "large-integer", FloatZero = "float-zero", FloatOne = "float-one", Float = "float",
    EmptyString = "empty-string", Character = "character", Word = "word", Url = "url", Path = "path",
    Template = "template", Escape = "escape", Text = "text", Symbols = "symbols", FormatString = "format-string",
}

const LARGEST_SMALL_INTEGER: u64 = 16;
const LARGEST_PLAIN_INTEGER: u64 = 9_999;

/// The class of a literal node; none for a node that is no literal or whose kind says it all.
pub(crate) fn literal_class(tree: &SyntaxTree, source: &[u8], node: u32, category: Category) -> Option<LiteralClass> {
    match category {
        Category::Integer => Some(integer_class(tree.text(node, source))),
        Category::Float => Some(float_class(tree.text(node, source))),
        Category::String if has_interpolation(tree, node) => Some(LiteralClass::FormatString),
        Category::String => Some(string_class(tree.string_content(node, source))),
        _ => None,
    }
}

fn has_interpolation(tree: &SyntaxTree, node: u32) -> bool {
    tree.children(node).any(|part| tree.category(part) == Category::Interpolation)
}

fn integer_class(text: &str) -> LiteralClass {
    match integer_value(text) {
        Some(0) => LiteralClass::Zero,
        Some(1) => LiteralClass::One,
        Some(2) => LiteralClass::Two,
        Some(value) if value <= LARGEST_SMALL_INTEGER => LiteralClass::SmallInteger,
        Some(value) if value <= LARGEST_PLAIN_INTEGER => LiteralClass::Integer,
        _ => LiteralClass::LargeInteger,
    }
}

fn float_class(text: &str) -> LiteralClass {
    match float_value(text) {
        Some(value) if value.abs() < f64::EPSILON => LiteralClass::FloatZero,
        Some(value) if (value - 1.0).abs() < f64::EPSILON => LiteralClass::FloatOne,
        _ => LiteralClass::Float,
    }
}

fn string_class(content: &str) -> LiteralClass {
    if content.is_empty() {
        LiteralClass::EmptyString
    } else if content.starts_with('\\') && content.len() <= 4 {
        LiteralClass::Escape
    } else if content.chars().nth(1).is_none() {
        LiteralClass::Character
    } else if is_word(content) {
        LiteralClass::Word
    } else if content.contains("://") {
        LiteralClass::Url
    } else if content.contains(['{', '%']) {
        LiteralClass::Template
    } else if content.contains(char::is_whitespace) {
        LiteralClass::Text
    } else if content.contains('/') || content.starts_with('.') {
        LiteralClass::Path
    } else {
        LiteralClass::Symbols
    }
}

fn is_word(content: &str) -> bool {
    content.chars().all(|character| character.is_alphanumeric() || character == '_' || character == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::syntax::{ParseLimits, parse};

    #[test]
    fn literals_have_the_class_of_their_text() {
        for (source, expected) in [
            ("0", LiteralClass::Zero),
            ("0x1", LiteralClass::One),
            ("2", LiteralClass::Two),
            ("1_0", LiteralClass::SmallInteger),
            ("1000", LiteralClass::Integer),
            ("99999999999999999999999", LiteralClass::LargeInteger),
            ("0.0", LiteralClass::FloatZero),
            ("2.5e3", LiteralClass::Float),
            ("''", LiteralClass::EmptyString),
            ("b''", LiteralClass::EmptyString),
            ("','", LiteralClass::Character),
            ("'\\n'", LiteralClass::Escape),
            ("'utf-8'", LiteralClass::Word),
            ("'https://a.b'", LiteralClass::Url),
            ("'a/b.txt'", LiteralClass::Path),
            ("'%s: %d'", LiteralClass::Template),
            ("\"\"\"some words\"\"\"", LiteralClass::Text),
            ("f'{a}'", LiteralClass::FormatString),
        ] {
            let text = format!("x = {source}\n");
            let tree = parse(Language::Python, text.as_bytes(), &ParseLimits::default()).unwrap();
            let class = (0..tree.len() as u32)
                .find_map(|node| literal_class(&tree, text.as_bytes(), node, tree.category(node)));
            assert_eq!(class, Some(expected), "{source}");
        }
    }
}

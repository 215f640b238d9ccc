//! What can be read of a text that is still being typed.
//!
//! The parser goes on after a mistake and keeps what it understood. One mistake spoils all that follows it, and half-typed
//! text is full of it: a string that is not closed yet.

use std::borrow::Cow;

use crate::error::{CoreError, Result};
use crate::language::{Category, Language};
use crate::syntax::{ParseLimits, SyntaxTree, parse};

/// The text as it is best read: itself, or with its last string closed or its last statement ended where it then has
/// fewer syntax errors. Lines keep their numbers, and none is added.
///
/// # Errors
/// Those of [`parse`], [`CoreError::Blank`] for a text of nothing but white space, and [`CoreError::Unreadable`] for one in
/// which no statement and no expression is found.
pub fn readable<'text>(language: Language, text: &'text str, limits: &ParseLimits) -> Result<Cow<'text, str>> {
    if text.trim().is_empty() {
        return Err(CoreError::Blank);
    }
    let tree = parse(language, text.as_bytes(), limits)?;
    let (mut best, mut errors) = (Cow::Borrowed(text), tree.error_count());
    let mut has_code = holds(&tree, if errors == 0 { is_code } else { is_word });
    let rules = language.table().rules();
    let quotes = rules.quotes.iter().filter(|quote| may_be_open(text, quote));
    for end in quotes.chain(&rules.terminator) {
        if errors == 0 {
            break;
        }
        let closed = format!("{text}{end}");
        let Ok(tree) = parse(language, closed.as_bytes(), limits) else { continue };
        if tree.error_count() < errors {
            (best, errors, has_code) = (Cow::Owned(closed), tree.error_count(), holds(&tree, is_word));
        }
    }
    if has_code { Ok(best) } else { Err(CoreError::Unreadable { language: language.name() }) }
}

/// Whether a string may have begun with this quote and not ended: a short one ends with its line.
fn may_be_open(text: &str, quote: &str) -> bool {
    let place = if quote.len() > 1 { text } else { text.rsplit('\n').next().unwrap_or(text) };
    place.contains(quote)
}

/// Whether a named node of one of these categories stands somewhere in the text.
fn holds(tree: &SyntaxTree, is_meant: fn(Category) -> bool) -> bool {
    let is_there = |node: u32| tree.is_named(node) && !tree.byte_range(node).is_empty();
    (1..tree.len() as u32).any(|node| is_there(node) && is_meant(tree.category(node)))
}

/// What counts as code in a text without mistakes.
fn is_code(category: Category) -> bool {
    !matches!(category, Category::Comment | Category::LineContinuation | Category::Block)
}

/// What counts as code among mistakes, where brackets and quotes alone may be anything.
fn is_word(category: Category) -> bool {
    matches!(
        category,
        Category::Identifier
            | Category::StringContent
            | Category::Integer
            | Category::Float
            | Category::True
            | Category::False
            | Category::Null
            | Category::Ellipsis
            | Category::Pass
            | Category::Break
            | Category::Continue
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::snippets;

    fn read(text: &str) -> Result<Cow<'_, str>> {
        readable(Language::Python, text, &ParseLimits::default())
    }

    #[test]
    fn half_typed_code_is_read() {
        let texts = [
            "x =",
            "f(",
            "def f(:",
            "class C(",
            "    return x",
            "1 +",
            "if x",
            "for i in",
            "x = [1, 2",
            "é",
            "...",
            "()",
            "pass",
            "import os",
            "return",
        ];
        for text in texts {
            assert_eq!(read(text).unwrap(), text);
        }
    }

    #[test]
    fn what_holds_no_code_is_refused() {
        for text in ["", "\n \n"] {
            assert_eq!(read(text), Err(CoreError::Blank));
        }
        for text in ["# a comment", "\\", ")))((", "\"", ",", ";;;", "$$$", "🙂", "@", "for", "(){}[]("] {
            let found = read(text);
            assert!(matches!(found, Err(CoreError::Unreadable { .. })), "{text:?}: {found:?}");
        }
    }

    #[test]
    fn a_string_that_is_not_closed_yet_is_closed() {
        for (text, quote) in [
            ("def f(x):\n    \"\"\"Do it for x,\n    if it can be", "\"\"\""),
            ("x = '''a\nb", "'''"),
            ("x = f() + 'a", "'"),
            ("x = \"a", "\""),
        ] {
            assert_eq!(read(text).unwrap(), format!("{text}{quote}"));
        }
        for text in ["x = \"a\nb = 1", "don't stop(", "x = 'a' + ("] {
            assert_eq!(read(text).unwrap(), text);
        }
    }

    #[test]
    fn an_expression_may_stand_alone_in_every_language() {
        let errors =
            |language, text: &str| parse(language, text.as_bytes(), &ParseLimits::default()).unwrap().error_count();
        for language in Language::ALL {
            for text in ["f(a)", "g(b)\n", "x = y * 2"] {
                let read = readable(*language, text, &ParseLimits::default()).unwrap();
                assert_eq!(errors(*language, &read), 0, "{}: {read}", language.name());
                assert!(
                    read.starts_with(text)
                        && read.lines().count() == 1 + usize::from(read != text && text.ends_with('\n'))
                );
            }
            let broken = readable(*language, "f(a +", &ParseLimits::default()).unwrap();
            assert!(errors(*language, &broken) > 0, "{}", language.name());
        }
    }

    proptest! {
        #[test]
        fn a_sound_text_is_read_as_it_is(text in snippets::file()) {
            prop_assert_eq!(read(&text).unwrap(), text.as_str());
        }

        #[test]
        fn the_beginning_of_a_function_is_read_and_keeps_its_lines(text in snippets::function(), cut: prop::sample::Index) {
            let ends: Vec<usize> = text.char_indices().map(|(start, _)| start).skip("def a".len()).collect();
            let part = &text[..ends[cut.index(ends.len())]];
            let read = read(part).unwrap();
            prop_assert!(read.starts_with(part));
            prop_assert_eq!(read.lines().count(), part.lines().count());
        }
    }
}

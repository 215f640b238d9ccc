//! Which language a text is in that somebody hands over, wherever it comes from.

use std::ops::Range;

use crate::language::{Category, Language};
use crate::syntax::{ParseLimits, SyntaxTree, parse};

/// What told the language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The extension of its path.
    Extension,
    /// The interpreter that its first line names.
    FirstLine,
    /// Nothing but how it reads.
    Reading,
}

impl Evidence {
    /// Stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Extension => "extension",
            Self::FirstLine => "first_line",
            Self::Reading => "reading",
        }
    }
}

/// The language of a text and what told it: the extension of `path` (empty where it has none), the interpreter that its
/// first line names, else the first of [`Language::ALL`] whose grammar leaves least of it unread.
///
/// None where every grammar leaves half of it or more unread, and where it reads as sentences.
pub fn language_of(path: &str, text: &str, limits: &ParseLimits) -> Option<(Language, Evidence)> {
    let source = text.as_bytes();
    let by_path = || Language::from_path(path).and_then(|_| Language::of_file(path, source));
    let by_path = by_path().map(|language| (language, Evidence::Extension));
    by_path
        .or_else(|| Language::from_first_line(source).map(|language| (language, Evidence::FirstLine)))
        .or_else(|| best_reader(source, limits).map(|language| (language, Evidence::Reading)))
}

fn best_reader(source: &[u8], limits: &ParseLimits) -> Option<Language> {
    let readers = Language::ALL.iter().filter_map(|language| {
        let tree = parse(*language, source, limits).ok()?;
        Some((unread(&tree), tree.error_count(), *language))
    });
    let (unread, _, language) = readers.min_by_key(|(unread, errors, _)| (*unread, *errors))?;
    let is_read = unread * 2 < source.trim_ascii().len().max(1);
    let is_code = || parse(language, source, limits).is_ok_and(|tree| !is_prose(&tree, source));
    (is_read && is_code()).then_some(language)
}

/// Names in a row, with nothing but blanks between them, that no language has: `Type name` is the most.
const NAMES_OF_A_SENTENCE: usize = 3;

/// Whether a text with mistakes has half of its names in rows as only sentences have them. Grammars go on after mistakes,
/// so that they read nearly anything.
fn is_prose(tree: &SyntaxTree, source: &[u8]) -> bool {
    let is_name = |node: &u32| tree.category(*node) == Category::Identifier;
    let leaves = (1..tree.len() as u32).filter(|node| tree.subtree_end(*node) == node + 1);
    let names: Vec<_> = leaves.filter(|node| is_name(node)).map(|node| tree.byte_range(node)).collect();
    let is_near = |left: &Range<usize>, right: &Range<usize>| {
        source.get(left.end..right.start).is_some_and(|between| between.iter().all(|byte| *byte == b' '))
    };
    let rows = names.chunk_by(is_near).map(<[_]>::len).filter(|length| *length >= NAMES_OF_A_SENTENCE);
    tree.error_count() > 0 && rows.sum::<usize>() * 2 >= names.len().max(1)
}

/// Bytes in the outermost nodes that no rule of the grammar made.
fn unread(tree: &SyntaxTree) -> usize {
    let (mut bytes, mut node) = (0, 0);
    while (node as usize) < tree.len() {
        if tree.category(node) == Category::Error {
            bytes += tree.byte_range(node).len();
            node = tree.subtree_end(node);
        } else {
            node += 1;
        }
    }
    bytes
}

#[cfg(all(test, feature = "python", feature = "javascript", feature = "rust", feature = "go", feature = "java"))]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Option<Language> {
        told(path, text).map(|(language, _)| language)
    }

    fn told(path: &str, text: &str) -> Option<(Language, Evidence)> {
        language_of(path, text, &ParseLimits::default())
    }

    #[test]
    fn it_is_said_what_told_the_language() {
        for (path, text, expected) in [
            ("a.py", "#!/usr/bin/env node\n", Evidence::Extension),
            ("notes.txt", "#!/usr/bin/env node\n", Evidence::FirstLine),
            ("run", "#!/usr/bin/env node\n", Evidence::FirstLine),
            ("notes.txt", "x = 1\n", Evidence::Reading),
        ] {
            assert_eq!(told(path, text).map(|(_, evidence)| evidence), Some(expected), "{path}: {text}");
        }
    }

    #[test]
    fn the_extension_leads_then_the_first_line_then_the_grammars() {
        for (path, text, expected) in [
            ("a.rs", "x = 1", Some(Language::Rust)),
            ("a.rs", "#!/usr/bin/env python3\n", Some(Language::Rust)),
            ("notes.txt", "#!/usr/bin/env node\nx = 1\n", Some(Language::JavaScript)),
            ("", "#!/usr/bin/env node\nx = 1\n", Some(Language::JavaScript)),
            ("", "def area(w, h):\n    return w * h\n", Some(Language::Python)),
            ("", "function area(w, h) { return w * h; }\n", Some(Language::JavaScript)),
            ("", "fn area(w: u32, h: u32) -> u32 { w * h }\n", Some(Language::Rust)),
            ("", "func area(w int, h int) int { return w * h }\n", Some(Language::Go)),
            ("", "static int area(int w, int h) { int[] a = {w, h}; return a[0] * h; }\n", Some(Language::Java)),
            ("a.unknown", "x", Some(Language::Python)),
            ("", "", Some(Language::Python)),
            ("", "# nothing yet\n", Some(Language::Python)),
            ("", "def g(a, b):\n    return a * b\nif (", Some(Language::Python)),
            ("", ")))((", None),
            ("", "Dear all, we'll meet; at 9 o'clock? Yes! (or no", None),
            ("", "The quick brown fox jumps over the lazy dog. It was late; nobody cared.\n", None),
            ("", "hello wonderful world", None),
            ("", "# Notes\n\nThese are some plain notes about what we did last week.\n", None),
            ("", "the area of a\ndef area(w, h):\n    return w * h\n", Some(Language::Python)),
        ] {
            assert_eq!(found(path, text), expected, "{path}: {text}");
        }
    }

    #[test]
    fn what_no_parser_takes_has_no_language() {
        assert_eq!(found("", "x\0y"), None);
    }
}

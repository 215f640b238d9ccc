//! A text that is open in an editor.

use std::ops::Range;

use tree_sitter::{InputEdit, Point, Tree};

use crate::error::{CoreError, Result};
use crate::features::{SparseRows, file_features};
use crate::graph::{FileFacts, own_facts};
use crate::language::Language;
use crate::syntax::{ParseLimits, SyntaxTree, parse_again};

/// An open text with its syntax. After an edit only what the edit reaches is parsed again, while the text has no syntax
/// error; the syntax, what the file contributes to the project graph and its features are those of a text that was parsed
/// as a whole.
#[derive(Debug, Clone)]
pub struct Buffer {
    path: String,
    language: Language,
    limits: ParseLimits,
    text: String,
    parsed: Result<Parsed>,
}

#[derive(Debug, Clone)]
struct Parsed {
    tree: Tree,
    syntax: SyntaxTree,
}

impl Buffer {
    /// Opens a text that stands at a path: relative to the source root, with `/`. A text that cannot be taken is open
    /// all the same: [`Self::syntax`] says why, until an edit mends it.
    pub fn new(path: &str, language: Language, text: &str, limits: ParseLimits) -> Self {
        let parsed = Parsed::of(language, text, &limits, None);
        Self { path: path.to_owned(), language, limits, text: text.to_owned(), parsed }
    }

    /// The path at which the text stands.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The language that it is read as.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts a text in the place of some bytes.
    ///
    /// # Errors
    /// [`CoreError::NotInText`] for a range that does not begin and end between characters of the text; the buffer stays
    /// as it was.
    pub fn edit(&mut self, range: Range<usize>, text: &str) -> Result<()> {
        let length = self.text.len();
        if self.text.get(range.clone()).is_none() {
            return Err(CoreError::NotInText { start: range.start, end: range.end, length });
        }
        let (start_position, old_end_position) = (point(&self.text, range.start), point(&self.text, range.end));
        self.text.replace_range(range.clone(), text);
        let new_end_byte = range.start + text.len();
        let edit = InputEdit {
            start_byte: range.start,
            old_end_byte: range.end,
            new_end_byte,
            start_position,
            old_end_position,
            new_end_position: point(&self.text, new_end_byte),
        };
        let earlier = self.parsed.as_mut().ok().map(|parsed| {
            parsed.tree.edit(&edit);
            &parsed.tree
        });
        self.parsed = Parsed::of(self.language, &self.text, &self.limits, earlier);
        Ok(())
    }

    /// The syntax of the text.
    ///
    /// # Errors
    /// Why it cannot be taken, as [`crate::parse`] would say.
    pub fn syntax(&self) -> Result<&SyntaxTree> {
        self.parsed.as_ref().map(|parsed| &parsed.syntax).map_err(Clone::clone)
    }

    /// What the text contributes to the project graph as [`own_facts`] has it, and its rows in the order of its nodes.
    ///
    /// # Errors
    /// As [`Self::syntax`].
    pub fn features(&self) -> Result<(FileFacts, SparseRows)> {
        let (source, syntax) = (self.text.as_bytes(), self.syntax()?);
        let facts = own_facts(&self.path, source, syntax);
        let rows = file_features(source, syntax, &facts);
        Ok((facts, rows))
    }
}

impl Parsed {
    fn of(language: Language, text: &str, limits: &ParseLimits, earlier: Option<&Tree>) -> Result<Self> {
        let source = text.as_bytes();
        let tree = match earlier.map(|earlier| parse_again(language, source, limits, Some(earlier))) {
            Some(Ok(tree)) if !tree.root_node().has_error() => tree,
            // How the parser recovers from an error depends on what it takes over, so a broken text is parsed as a whole.
            _ => parse_again(language, source, limits, None)?,
        };
        Ok(Self { syntax: SyntaxTree::from_tree(language, source, &tree).within(limits)?, tree })
    }
}

/// Row and column of a byte, as the parser counts them.
fn point(text: &str, byte: usize) -> Point {
    let before = &text[..byte];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Point { row: before.matches('\n').count(), column: byte - line_start }
}

#[cfg(test)]
mod tests;

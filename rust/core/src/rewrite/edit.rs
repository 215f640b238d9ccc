//! Edits of byte ranges.

use std::ops::Range;

use super::ChangedLines;

/// The bytes of `range` become `text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    range: Range<usize>,
    text: String,
}

impl Edit {
    pub(super) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    pub(super) fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::replace(offset..offset, text)
    }

    pub(super) fn remove(range: Range<usize>) -> Self {
        Self::replace(range, String::new())
    }
}

/// The text after the edits, which must not overlap, and what became of the lines that they touch.
///
/// A space is put in where an edit would join two words.
pub(super) fn apply(source: &str, edits: &[Edit]) -> (String, Vec<ChangedLines>) {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let text = String::with_capacity(source.len() + 64);
    let mut output = Output { text, line: 1, old_line: 1, changes: Vec::new() };
    let mut copied = 0;
    for edit in sorted {
        output.copy(&source[copied..edit.range.start]);
        output.replace(&source[edit.range.clone()], &edit.text, &source[edit.range.end..]);
        copied = edit.range.end;
    }
    output.copy(&source[copied..]);
    (output.text, output.changes)
}

struct Output {
    text: String,
    /// The line of the new text that is being written, and the one of the old text that is being read.
    line: u32,
    old_line: u32,
    changes: Vec<ChangedLines>,
}

impl Output {
    fn copy(&mut self, text: &str) {
        self.push(text);
        self.old_line += line_ends(text);
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.line += line_ends(text);
    }

    fn replace(&mut self, old: &str, text: &str, rest: &str) {
        if !text.is_empty() && joins(&self.text, text) {
            self.push(" ");
        }
        let first = (self.old_line, self.line);
        self.push(text);
        self.old_line += line_ends(old);
        self.record(ChangedLines { before: (first.0, self.old_line), after: (first.1, self.line) });
        if joins(if text.is_empty() { &self.text } else { text }, rest) {
            self.push(" ");
        }
    }

    /// Changes that share a line are one.
    fn record(&mut self, change: ChangedLines) {
        match self.changes.last_mut() {
            Some(last) if change.before.0 <= last.before.1 => {
                last.before.1 = change.before.1;
                last.after.1 = change.after.1;
            }
            _ => self.changes.push(change),
        }
    }
}

fn line_ends(text: &str) -> u32 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u32
}

fn joins(left: &str, right: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    left.chars().next_back().is_some_and(is_word) && right.chars().next().is_some_and(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_keep_words_apart_and_count_lines() {
        let edits = [Edit::replace(0..1, "one\ntwo"), Edit::insert(5, "not "), Edit::remove(7..9)];
        let lines = |before, after| ChangedLines { before, after };
        let (text, changes) = apply("a if(b\nc", &[edits[0].clone(), Edit::insert(4, "not ")]);
        assert_eq!((text.as_str(), changes), ("one\ntwo if not (b\nc", vec![lines((1, 1), (1, 2))]));
        let (text, changes) = apply("x\ny not z", &[Edit::remove(4..8)]);
        assert_eq!((text.as_str(), changes), ("x\ny z", vec![lines((2, 2), (2, 2))]));
        let (text, changes) = apply("a\nb\nc\nd", &[Edit::remove(0..2), Edit::replace(6..7, "x\ny")]);
        assert_eq!((text.as_str(), changes), ("b\nc\nx\ny", vec![lines((1, 2), (1, 1)), lines((4, 4), (3, 4))]));
    }
}

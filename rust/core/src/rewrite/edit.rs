//! Edits of byte ranges.

use std::ops::Range;

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

/// The text after the edits, which must not overlap, and the 1-based lines of the new text that they touch.
///
/// A space is put in where an edit would join two words.
pub(super) fn apply(source: &str, edits: &[Edit]) -> (String, Vec<u32>) {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut output = Output { text: String::with_capacity(source.len() + 64), line: 1, touched: Vec::new() };
    let mut copied = 0;
    for edit in sorted {
        output.push(&source[copied..edit.range.start]);
        output.replace(&edit.text, &source[edit.range.end..]);
        copied = edit.range.end;
    }
    output.push(&source[copied..]);
    output.touched.dedup();
    (output.text, output.touched)
}

struct Output {
    text: String,
    line: u32,
    touched: Vec<u32>,
}

impl Output {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.line += text.bytes().filter(|byte| *byte == b'\n').count() as u32;
    }

    fn replace(&mut self, text: &str, rest: &str) {
        if !text.is_empty() && joins(&self.text, text) {
            self.push(" ");
        }
        let first = self.line;
        self.push(text);
        self.touched.extend(first..=self.line);
        if joins(if text.is_empty() { &self.text } else { text }, rest) {
            self.push(" ");
        }
    }
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
        let (text, lines) = apply("a if(b\nc", &[edits[0].clone(), Edit::insert(4, "not ")]);
        assert_eq!((text.as_str(), lines), ("one\ntwo if not (b\nc", vec![1, 2]));
        let (text, lines) = apply("x\ny not z", &[Edit::remove(4..8)]);
        assert_eq!((text.as_str(), lines), ("x\ny z", vec![2]));
    }
}

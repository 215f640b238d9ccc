//! What a text may cost, and a parser that stops there.

use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use super::SyntaxTree;
use crate::error::{CoreError, Result};
use crate::language::Category;

/// What a text may cost. The default refuses what would take more than about 64 MB or half a second, which is code of a
/// megabyte and more. Of a text that was made to be hard to parse it lets through what takes about twice as much memory and
/// some seconds.
///
/// Work is counted in turns of the parser, of 100 operations each, and not timed, so that a busy machine refuses no text
/// that an idle one takes. Code takes 4 to 7 kB and 20 µs a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseLimits {
    /// Longest text in bytes.
    pub bytes: usize,
    /// Most turns a kilobyte of text begun. Code takes 6 to 23, a list of digits 30.
    pub turns_per_kilobyte: u32,
    /// Most turns that read on, up to any place of the text: what is as dense as a short text may be is not so for a
    /// megabyte. What else the parser does, it does to symbols that it has.
    pub turns: Budget,
    /// How many of them may be spent on recovering from errors: each may take many times as long and as much memory.
    pub turns_in_error: Budget,
    /// Most brackets open at once, those in strings included: each takes memory of its own.
    pub open_brackets: usize,
    /// Most tokens that may wait for the end of what they belong to, as far as bytes tell: each takes 250 bytes and more.
    pub waiting_tokens: usize,
    /// How many of a hundred bytes that are not blank may be punctuation, over any 64 kB.
    pub percent_punctuation: usize,
    /// Most nodes of the tree: beside what the parser holds each takes 28 bytes as columns.
    pub nodes: usize,
    /// In how many functions a node may stand, on average: what is made of each function is made of those inside again.
    pub functions_around: usize,
}

/// Turns of the parser that grow with the part of the text that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// For the first bytes.
    pub at_once: u32,
    /// More for each kilobyte.
    pub per_kilobyte: u32,
    /// All in all.
    pub most: u32,
}

impl Default for ParseLimits {
    fn default() -> Self {
        Self {
            bytes: 2_000_000,
            turns_per_kilobyte: 60,
            turns: Budget { at_once: 2_000, per_kilobyte: 10, most: 9_000 },
            turns_in_error: Budget { at_once: 150, per_kilobyte: 1, most: 400 },
            open_brackets: 2_000,
            waiting_tokens: 65_000,
            percent_punctuation: 80,
            nodes: 540_000,
            functions_around: 16,
        }
    }
}

#[cfg(test)]
impl ParseLimits {
    /// No limit but the bytes: for tests of what comes after parsing.
    pub(crate) fn unbounded() -> Self {
        let unbounded = Budget { at_once: u32::MAX, per_kilobyte: 0, most: u32::MAX };
        Self {
            turns_per_kilobyte: u32::MAX,
            turns: unbounded,
            turns_in_error: unbounded,
            open_brackets: usize::MAX,
            waiting_tokens: usize::MAX,
            percent_punctuation: 100,
            nodes: usize::MAX,
            functions_around: usize::MAX,
            ..Self::default()
        }
    }
}

impl Budget {
    fn allows(self, turns: u32, bytes_read: usize) -> bool {
        let kilobytes = u32::try_from(bytes_read / 1000).unwrap_or(u32::MAX);
        turns <= self.at_once.saturating_add(self.per_kilobyte.saturating_mul(kilobytes)).min(self.most)
    }
}

impl ParseLimits {
    /// Turns that a text of so many bytes may take.
    fn turns_for(&self, bytes: usize) -> u32 {
        let kilobytes = u32::try_from(bytes / 1000 + 1).unwrap_or(u32::MAX);
        self.turns_per_kilobyte.saturating_mul(kilobytes)
    }
}

pub(super) fn parse_within(
    parser: &mut Parser,
    source: &[u8],
    limits: &ParseLimits,
    earlier: Option<&Tree>,
) -> Result<Tree> {
    let mut spent = Spent::default();
    let most = limits.turns_for(source.len());
    // The parser calls back after every 100 operations.
    let mut count = |state: &ParseState| {
        if spent.turns < most && spent.allows_another(state, limits) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut count);
    let mut read = |offset: usize, _| source.get(offset..).unwrap_or_default();
    let tree = parser.parse_with_options(&mut read, earlier, Some(options));
    let tree = tree.ok_or(CoreError::ParseBudget { turns: spent.turns })?;
    let nodes = tree.root_node().descendant_count();
    if nodes > limits.nodes {
        return Err(CoreError::TooManyNodes { nodes, most: limits.nodes });
    }
    Ok(tree)
}

/// The work that was done so far.
#[derive(Debug, Default)]
struct Spent {
    turns: u32,
    /// Turns that read on.
    reading: u32,
    /// How many of those were spent on recovering from errors.
    in_error: u32,
    bytes_read: usize,
}

impl Spent {
    fn allows_another(&mut self, state: &ParseState, limits: &ParseLimits) -> bool {
        // Not the furthest: of several ways to read a text, one may be far ahead.
        let bytes_read = state.current_byte_offset();
        let reads_on = bytes_read != self.bytes_read;
        self.turns += 1;
        self.bytes_read = bytes_read;
        self.reading += u32::from(reads_on);
        self.in_error += u32::from(reads_on && state.has_error());
        limits.turns.allows(self.reading, bytes_read) && limits.turns_in_error.allows(self.in_error, bytes_read)
    }
}

impl SyntaxTree {
    /// The tree, unless its functions stand in one another too often.
    pub(crate) fn within(self, limits: &ParseLimits) -> Result<Self> {
        let is_function = |node: &u32| matches!(self.category(*node), Category::Function | Category::Lambda);
        let sizes = (0..self.len() as u32).filter(is_function).map(|node| (self.subtree_end(node) - node) as usize);
        let most = limits.functions_around;
        // A short text may be nested as it likes.
        if sizes.sum::<usize>() > self.len().max(FEW_NODES).saturating_mul(most) {
            return Err(CoreError::TooNested { most });
        }
        Ok(self)
    }
}

/// Nodes of a text that is read in no time, however often.
const FEW_NODES: usize = 10_000;

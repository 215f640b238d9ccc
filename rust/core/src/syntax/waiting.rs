//! How much of a text a parser would have to hold unfinished, as far as its bytes tell.
//!
//! The parser keeps about 250 bytes for each symbol that it can't yet make part of anything: the open brackets, and in each
//! what stands there of a statement. Prefixes, conditions and `else if`s wait for what comes last, without any bracket.

use super::{ParseLimits, count_bytes};
use crate::error::{CoreError, Result};
use crate::language::{LineEnd, Lines};

/// Refuses a text with more open brackets, or more tokens waiting, than the limits allow. Comments that share a line with code
/// and strings count as code: the limits are far above what either has.
pub(super) fn check(source: &[u8], lines: &Lines, limits: &ParseLimits) -> Result<()> {
    // Few texts have so many bytes or brackets at all.
    let brackets = || count_bytes(source, |byte| matches!(byte, b'(' | b'[' | b'{'));
    if source.len() <= limits.waiting_tokens && brackets() <= limits.open_brackets {
        return Ok(());
    }
    let mut waiting = Waiting::new(source, limits);
    for line in source.split_inclusive(|byte| *byte == b'\n') {
        waiting.read_line(line, lines)?;
    }
    Ok(())
}

/// What waits between two brackets.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    tokens: u32,
    /// How many of them a comma does not end: each `<` and `?`, with what stands before it.
    kept: u32,
}

struct Waiting<'a> {
    source: &'a [u8],
    limits: &'a ParseLimits,
    offset: usize,
    around: Vec<Level>,
    /// Tokens that wait in all levels around.
    below: u32,
    level: Level,
}

impl<'a> Waiting<'a> {
    fn new(source: &'a [u8], limits: &'a ParseLimits) -> Self {
        Self { source, limits, offset: 0, around: Vec::new(), below: 0, level: Level::default() }
    }

    fn read_line(&mut self, line: &[u8], lines: &Lines) -> Result<()> {
        let begins_with =
            |words: &[&str]| words.iter().any(|word| line.trim_ascii_start().starts_with(word.as_bytes()));
        if begins_with(lines.comments) {
            self.offset += line.len();
            self.level.tokens += 1;
            return self.check();
        }
        if begins_with(lines.statements) {
            (self.below, self.level) = (0, Level::default());
            self.around.clear();
        }
        let mut before = b' ';
        for byte in line {
            self.read(*byte, before)?;
            before = *byte;
        }
        if self.ends_statement(line, lines.end) {
            self.level = Level::default();
        }
        Ok(())
    }

    fn read(&mut self, byte: u8, before: u8) -> Result<()> {
        self.offset += 1;
        match byte {
            b'(' | b'[' | b'{' => self.open(),
            b')' | b']' => self.close(),
            b'}' => {
                self.close();
                if !self.goes_on() {
                    self.level = Level::default();
                }
            }
            b';' => self.level = Level::default(),
            b',' => self.level.tokens = self.level.kept,
            b'<' | b'?' => {
                self.level.tokens += 1;
                self.level.kept += 2;
            }
            byte if byte.is_ascii_whitespace() => return Ok(()),
            byte if is_of_word(byte) && is_of_word(before) => return Ok(()),
            _ => self.level.tokens += 1,
        }
        self.check()
    }

    fn open(&mut self) {
        self.level.tokens += 1;
        self.below += self.level.tokens;
        self.around.push(self.level);
        self.level = Level::default();
    }

    fn close(&mut self) {
        self.level = self.around.pop().unwrap_or_default();
        self.below -= self.level.tokens;
        self.level.tokens += 1;
    }

    /// Whether what stands before a brace that was just closed waits for what comes next, and is not ended by it.
    fn goes_on(&self) -> bool {
        let rest = self.source.get(self.offset..).unwrap_or_default().trim_ascii_start();
        match rest.first() {
            None => false,
            Some(byte) if is_of_word(*byte) => rest.starts_with(b"else"),
            Some(byte) => !BEGINNINGS.contains(byte),
        }
    }

    fn ends_statement(&self, line: &[u8], end: LineEnd) -> bool {
        match end {
            LineEnd::OutsideBrackets => self.around.is_empty(),
            LineEnd::AfterOperand => {
                line.trim_ascii_end().last().is_some_and(|byte| is_of_word(*byte) || ENDS.contains(byte))
            }
            LineEnd::Never => false,
        }
    }

    fn check(&self) -> Result<()> {
        let limits = self.limits;
        if self.around.len() > limits.open_brackets {
            return Err(CoreError::TooManyOpen { offset: self.offset - 1, most: limits.open_brackets });
        }
        if (self.below + self.level.tokens) as usize > limits.waiting_tokens {
            return Err(CoreError::Unfinished { offset: self.offset - 1, most: limits.waiting_tokens });
        }
        Ok(())
    }
}

/// What may begin a statement, besides words.
const BEGINNINGS: &[u8] = b"}#/@\"'~[<*&";

/// What may end an operand, besides words.
const ENDS: &[u8] = b"\"'`)]}+-";

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

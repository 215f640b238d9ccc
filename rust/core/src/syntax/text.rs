//! Which bytes are handed to a parser at all.

use super::ParseLimits;
use crate::error::{CoreError, Result};

pub(super) fn check_text(source: &[u8], limits: &ParseLimits) -> Result<()> {
    if source.len() > limits.bytes {
        return Err(CoreError::TooLarge { bytes: source.len(), limit: limits.bytes });
    }
    if source.contains(&0) {
        let offset = source.iter().position(|byte| *byte == 0).unwrap_or_default();
        return Err(CoreError::Binary { offset });
    }
    match std::str::from_utf8(source) {
        Ok(_) => Ok(()),
        Err(error) => Err(CoreError::NotUtf8 { offset: error.valid_up_to() }),
    }
}

/// Refuses a text with a stretch that is nearly all punctuation: the parser recovers from one error after the other there.
pub(super) fn check_punctuation(source: &[u8], most: usize) -> Result<()> {
    for (number, stretch) in source.chunks_exact(STRETCH).enumerate() {
        let signs = count_bytes(stretch, |byte| byte.is_ascii_punctuation());
        let blanks = count_bytes(stretch, |byte| byte.is_ascii_whitespace());
        if signs * 100 > (STRETCH - blanks) * most {
            return Err(CoreError::NoCode { offset: number * STRETCH, most });
        }
    }
    Ok(())
}

/// Bytes over which punctuation is counted; a shorter text takes little, whatever it is.
const STRETCH: usize = 65_536;

/// How many bytes of a text are of some kind.
pub(crate) fn count_bytes(text: &[u8], is_counted: impl Fn(u8) -> bool) -> usize {
    // Sums that fit into a byte are made many at a time.
    let chunks = text.chunks(usize::from(u8::MAX));
    chunks.map(|chunk| usize::from(chunk.iter().map(|byte| u8::from(is_counted(*byte))).sum::<u8>())).sum()
}

/// Refuses a text with more open angle brackets between two statements than the language's parser can take.
pub(super) fn check_angles(source: &[u8], most: usize) -> Result<()> {
    let (mut open, mut before) = (0_usize, 0);
    for (offset, byte) in source.iter().enumerate() {
        let next = source.get(offset + 1).copied();
        match byte {
            // `<<` and `<=` open nothing.
            b'<' if before != b'<' && !matches!(next, Some(b'<' | b'=')) => open += 1,
            b'>' => open = open.saturating_sub(1),
            b';' | b'{' | b'}' => open = 0,
            _ => {}
        }
        before = *byte;
        if open > most {
            return Err(CoreError::TooManyOpen { offset, most });
        }
    }
    Ok(())
}

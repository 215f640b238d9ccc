//! The one error type of this crate.

use thiserror::Error;

use crate::forest::TreeProblem;

/// Why a source text could not be turned into columns.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CoreError {
    /// The text is longer than the limit.
    #[error("the text has {bytes} bytes, more than the limit of {limit}; send a part of it, or leave it out")]
    TooLarge {
        /// Length of the text.
        bytes: usize,
        /// The limit it broke.
        limit: usize,
    },
    /// The text is not UTF-8.
    #[error("not UTF-8 from byte {offset} on; convert the file to UTF-8")]
    NotUtf8 {
        /// Offset of the first bad byte.
        offset: usize,
    },
    /// The text holds a NUL byte, so it is taken for a binary file.
    #[error("a NUL byte at offset {offset}: this looks like a binary file; leave it out")]
    Binary {
        /// Offset of the first NUL byte.
        offset: usize,
    },
    /// Parsing takes more work than the budget.
    #[error("parsing takes more than {turns}00 operations, which no ordinary code does; leave this text out")]
    ParseBudget {
        /// The budget, in turns of 100 operations.
        turns: u32,
    },
    /// There is nothing in the text, or nothing but white space.
    #[error("the text is empty; send at least a statement or an expression")]
    Blank,
    /// Nothing in the text is code.
    #[error(
        "there is no {language} code to read in the text; send at least a statement or an expression, or name its language"
    )]
    Unreadable {
        /// The language as which it was read.
        language: &'static str,
    },
    /// More brackets stay open than the parser can take in bounded memory.
    #[error("more than {most} brackets are open at byte {offset}, too many for the parser; leave the file out")]
    TooManyOpen {
        /// Offset of the first that is too many.
        offset: usize,
        /// How many may be open.
        most: usize,
    },
    /// More of the text belongs to one unfinished statement than the parser can take in bounded memory.
    #[error(
        "more than {most} words and signs before byte {offset} are one unfinished statement, which no ordinary code has; leave the file out"
    )]
    Unfinished {
        /// Offset of the first that is too many.
        offset: usize,
        /// How many there may be.
        most: usize,
    },
    /// A long part of the text is nearly all punctuation.
    #[error(
        "more than {most} % of the text from byte {offset} on is punctuation, so it is no code; leave the file out"
    )]
    NoCode {
        /// Where that part begins.
        offset: usize,
        /// How much of it may be punctuation, in percent.
        most: usize,
    },
    /// The syntax tree is larger than the limit.
    #[error("the text has {nodes} syntax nodes, more than the limit of {most}; split the file, or leave it out")]
    TooManyNodes {
        /// Nodes of the tree.
        nodes: usize,
        /// How many there may be.
        most: usize,
    },
    /// Functions stand in functions so deeply that what is made of each would be many times the text.
    #[error("code stands in more than {most} functions at once, which no ordinary code does; leave this text out")]
    TooNested {
        /// In how many functions code may stand, on average.
        most: usize,
    },
    /// The grammar and the library do not fit each other.
    #[error("the grammar for {language} cannot be loaded; build with a matching tree-sitter version")]
    Grammar {
        /// Name of the language.
        language: &'static str,
    },
    /// No language of that name is built in.
    #[error("unknown language `{name}`; known: {known}")]
    UnknownLanguage {
        /// The name asked for.
        name: String,
        /// The names that are known, comma-separated.
        known: String,
    },
    /// An edit of a part that the text does not have.
    #[error(
        "bytes {start} to {end} are no part of the text of {length} bytes, or split a character; give an edit of the text as it is now"
    )]
    NotInText {
        /// First byte of the part.
        start: usize,
        /// One past its last byte.
        end: usize,
        /// Length of the text.
        length: usize,
    },
    /// A rewrite that the language has no construct for, or for which it is not known to leave the meaning as it is.
    #[error("the rewrite `{rewrite}` is not offered for {language}; choose one that is")]
    NotOffered {
        /// Name of the rewrite.
        rewrite: &'static str,
        /// Name of the language.
        language: &'static str,
    },
    /// Labels and parents make no tree.
    #[error(transparent)]
    Tree(#[from] TreeProblem),
    /// Columns that were given do not fit together.
    #[error("inconsistent columns: {what}")]
    Inconsistent {
        /// What does not fit.
        what: String,
    },
}

/// Result of this crate.
pub type Result<T> = core::result::Result<T, CoreError>;

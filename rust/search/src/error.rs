//! The one error type of this crate.

use thiserror::Error;

/// Why an index could not be built or asked.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SearchError {
    /// A document's terms are not strictly ascending.
    #[error("the terms of document {document} are not strictly ascending; sort them by hash and merge repeats")]
    UnsortedDocument {
        /// Number of the document.
        document: usize,
    },
    /// A query's terms are not strictly ascending.
    #[error("the terms of the query are not strictly ascending; sort them by hash and merge repeats")]
    UnsortedQuery,
    /// A term is listed with a count of zero.
    #[error("term {term:#x} is listed with a count of zero; leave it out")]
    ZeroCount {
        /// Hash of the term.
        term: u64,
    },
    /// More than 2³² − 1 documents, postings, or occurrences in one document.
    #[error("more than 4,294,967,295 {what} do not fit one index; split the documents over several")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
    },
    /// Stored columns that no index can have.
    #[error("damaged index columns: `{column}` {defect}; index again")]
    Damaged {
        /// Name of the column.
        column: &'static str,
        /// What is wrong with it.
        defect: &'static str,
    },
    /// A matrix or a query of the wrong length.
    #[error("{what} has {found} values where {expected} are needed; pass vectors of one version and dimension")]
    Shape {
        /// Which argument.
        what: &'static str,
        /// The length that fits.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// A similarity threshold outside its range.
    #[error("the similarity threshold is {value}; choose one above 0 and at most 1")]
    Threshold {
        /// The threshold given.
        value: f64,
    },
}

/// Result of this crate.
pub type Result<T> = core::result::Result<T, SearchError>;

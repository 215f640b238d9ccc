//! The one error type of this crate.

use thiserror::Error;

/// Why a model could not be made, or could not take its input.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NnError {
    /// A tensor that the model needs is not among the weights.
    #[error("the weights lack `{name}`; use a version that was trained with it")]
    MissingWeight {
        /// Name of the tensor.
        name: String,
    },
    /// A tensor's shape does not fit the others.
    #[error("the weight `{name}` has shape {found:?}, but {expected} fits the other weights; the version is damaged")]
    WeightShape {
        /// Name of the tensor.
        name: String,
        /// What would fit.
        expected: String,
        /// The shape found.
        found: Vec<usize>,
    },
    /// A slice of the wrong length.
    #[error("{what}: {found} values where {expected} are needed")]
    Length {
        /// Which argument.
        what: &'static str,
        /// The length that fits.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// A column that breaks a rule of its format.
    #[error("the column `{column}` {defect}; build the columns anew")]
    Column {
        /// Name of the column.
        column: &'static str,
        /// What is wrong with it.
        defect: &'static str,
    },
    /// An index beyond what it points into.
    #[error("{what} {index} is out of range: there are {count}; use the vocabulary and schema of this version")]
    OutOfRange {
        /// What is indexed.
        what: &'static str,
        /// The greatest index found.
        index: usize,
        /// How many there are.
        count: usize,
    },
}

/// Result of this crate.
pub type Result<T> = core::result::Result<T, NnError>;

/// Checks the length of a slice.
pub(crate) fn check_length(what: &'static str, found: usize, expected: usize) -> Result<()> {
    if found == expected { Ok(()) } else { Err(NnError::Length { what, expected, found }) }
}

/// Checks that an index column rises from 0 to `end` and never falls.
pub(crate) fn check_indptr(column: &'static str, indptr: &[u32], end: usize) -> Result<()> {
    let defect = |defect| Err(NnError::Column { column, defect });
    match (indptr.first(), indptr.last()) {
        (Some(0), Some(&last)) if last as usize == end && indptr.is_sorted() => Ok(()),
        (None, _) => defect("is empty, and needs at least a 0"),
        (Some(0), Some(_)) => defect("falls, or does not end where its values do"),
        _ => defect("does not start at 0"),
    }
}

/// Checks that every index is below a count.
pub(crate) fn check_indices(what: &'static str, indices: impl Iterator<Item = usize>, count: usize) -> Result<()> {
    match indices.max() {
        Some(index) if index >= count => Err(NnError::OutOfRange { what, index, count }),
        _ => Ok(()),
    }
}

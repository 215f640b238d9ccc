//! Sparse rows times a dense matrix: a gather and a sum.

use crate::error::{Result, check_indices, check_indptr, check_length};

/// Sparse rows, borrowed and checked: row `r` holds `values[i]` at `indices[i]` for `i` in `indptr[r]..indptr[r + 1]`.
#[derive(Debug, Clone, Copy)]
pub struct SparseRowsView<'a> {
    indptr: &'a [u32],
    indices: &'a [u16],
    values: &'a [f32],
    width: usize,
}

impl<'a> SparseRowsView<'a> {
    /// Checks that the columns are rows of at most `width` dimensions.
    ///
    /// # Errors
    /// [`crate::NnError::Column`], [`crate::NnError::Length`], [`crate::NnError::OutOfRange`].
    pub fn new(indptr: &'a [u32], indices: &'a [u16], values: &'a [f32], width: usize) -> Result<Self> {
        check_indptr("indptr of sparse rows", indptr, indices.len())?;
        check_length("values of sparse rows", values.len(), indices.len())?;
        check_indices("feature", indices.iter().copied().map(usize::from), width)?;
        Ok(Self { indptr, indices, values, width })
    }

    /// Number of rows.
    pub fn row_count(&self) -> usize {
        self.indptr.len() - 1
    }

    /// Dimensions of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The (index, value) pairs of a row.
    pub(crate) fn row(&self, row: usize) -> impl Iterator<Item = (usize, f32)> {
        let run = self.indptr[row] as usize..self.indptr[row + 1] as usize;
        self.indices[run.clone()].iter().zip(&self.values[run]).map(|(&index, &value)| (usize::from(index), value))
    }
}

/// Rows times a row-major matrix of shape (`rows.width()`, `outputs`), as dense rows.
///
/// # Errors
/// [`crate::NnError::Length`] if the matrix has another number of values.
pub fn sparse_rows_times_matrix(rows: SparseRowsView<'_>, matrix: &[f32], outputs: usize) -> Result<Vec<f32>> {
    check_length("the dense matrix", matrix.len(), rows.width() * outputs)?;
    let mut products = vec![0.0; rows.row_count() * outputs];
    for (row, product) in products.chunks_exact_mut(outputs.max(1)).enumerate() {
        add_row(rows, row, 1.0, matrix, product);
    }
    Ok(products)
}

/// Adds `scale` times a row's product with the matrix.
pub(crate) fn add_row(rows: SparseRowsView<'_>, row: usize, scale: f32, matrix: &[f32], product: &mut [f32]) {
    let outputs = product.len();
    for (index, value) in rows.row(row) {
        let factor = scale * value;
        let weights = &matrix[index * outputs..][..outputs];
        product.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += factor * weight);
    }
}

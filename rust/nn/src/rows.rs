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
    #[inline(always)]
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
#[inline(always)]
pub(crate) fn add_row(rows: SparseRowsView<'_>, row: usize, scale: f32, matrix: &[f32], product: &mut [f32]) {
    let outputs = product.len();
    for (index, value) in rows.row(row) {
        let factor = scale * value;
        let weights = &matrix[index * outputs..][..outputs];
        product.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += factor * weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::NnError;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    const WIDTH: usize = 7;

    fn dense_rows() -> impl Strategy<Value = Vec<Vec<f32>>> {
        let value = prop_oneof![Just(0.0_f32), -2.0_f32..2.0];
        prop::collection::vec(prop::collection::vec(value, WIDTH), 0..6)
    }

    /// CSR columns of dense rows.
    fn compress(rows: &[Vec<f32>]) -> (Vec<u32>, Vec<u16>, Vec<f32>) {
        let (mut indptr, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for row in rows {
            for (index, &value) in (0..).zip(row).filter(|(_, value)| **value != 0.0) {
                indices.push(index);
                values.push(value);
            }
            indptr.push(indices.len() as u32);
        }
        (indptr, indices, values)
    }

    proptest! {
        #[test]
        fn the_product_is_that_of_the_dense_rows(
            rows in dense_rows(), matrix in prop::collection::vec(-2.0_f32..2.0, WIDTH * 5),
        ) {
            let (indptr, indices, values) = compress(&rows);
            let view = SparseRowsView::new(&indptr, &indices, &values, WIDTH).unwrap();
            let found = sparse_rows_times_matrix(view, &matrix, 5).unwrap();
            let product = |row: &Vec<f32>, output: usize| {
                row.iter().enumerate().map(|(input, x)| f64::from(*x) * f64::from(matrix[input * 5 + output])).sum::<f64>()
            };
            let expected: Vec<f64> = rows.iter().flat_map(|row| (0..5).map(|output| product(row, output))).collect();
            assert_close(&found, &expected, 1e-5);
        }

        #[test]
        fn arbitrary_columns_never_panic(
            indptr in prop::collection::vec(0_u32..5, 0..5), indices in prop::collection::vec(0_u16..9, 0..5),
            values in prop::collection::vec(-1.0_f32..1.0, 0..5), outputs in 0_usize..3,
        ) {
            if let Ok(view) = SparseRowsView::new(&indptr, &indices, &values, WIDTH) {
                let products = sparse_rows_times_matrix(view, &vec![1.0; WIDTH * outputs], outputs).unwrap();
                prop_assert_eq!(products.len(), view.row_count() * outputs);
            }
        }
    }

    #[test]
    fn columns_and_matrices_that_do_not_fit_are_refused() {
        let refused = |indptr: &[u32], indices: &[u16], values: &[f32]| {
            SparseRowsView::new(indptr, indices, values, WIDTH).map(|_| ()).unwrap_err()
        };
        assert!(matches!(refused(&[], &[], &[]), NnError::Column { .. }));
        assert!(matches!(refused(&[0, 2], &[1], &[1.0]), NnError::Column { .. }));
        assert!(matches!(refused(&[0, 1], &[1], &[]), NnError::Length { .. }));
        assert!(matches!(refused(&[0, 1], &[7], &[1.0]), NnError::OutOfRange { .. }));
        let view = SparseRowsView::new(&[0], &[], &[], WIDTH).unwrap();
        assert!(matches!(sparse_rows_times_matrix(view, &[0.0; 6], 1), Err(NnError::Length { .. })));
    }
}

//! The one place that calls the matrix product.

use std::ops::Range;

use gemm::Parallelism;

use crate::error::{Result, check_length};
use crate::real::Real;

/// The right operand of a product: a row-major matrix of shape (inputs, outputs).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Factor<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

/// An operand: rows of a slice, all their columns or the first ones, as they are or transposed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// The whole rows of `columns` values that a slice is made of.
    pub(crate) fn of(values: &'a [T], columns: usize) -> Self {
        Self { values, rows: values.len() / columns.max(1), columns, row_stride: columns, column_stride: 1 }
    }

    /// The first columns of each row.
    pub(crate) fn first_columns(self, columns: usize) -> Self {
        Self { columns: columns.min(self.columns), ..self }
    }

    /// Rows for columns.
    pub(crate) fn transposed(self) -> Self {
        let Self { values, rows, columns, row_stride, column_stride } = self;
        Self { values, rows: columns, columns: rows, row_stride: column_stride, column_stride: row_stride }
    }

    /// Some of the rows.
    pub(crate) fn rows(self, rows: Range<usize>) -> Self {
        let rows = rows.start.min(self.rows)..rows.end.min(self.rows);
        Self { values: self.values.get(rows.start * self.row_stride..).unwrap_or_default(), rows: rows.len(), ..self }
    }

    pub(crate) fn row_count(self) -> usize {
        self.rows
    }

    pub(crate) fn column_count(self) -> usize {
        self.columns
    }

    /// Values up to the last one that the product reads.
    fn span(self) -> usize {
        if self.rows == 0 || self.columns == 0 {
            return 0;
        }
        (self.rows - 1) * self.row_stride + (self.columns - 1) * self.column_stride + 1
    }
}

/// What becomes of the values that the target of a product had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    Lost,
    Kept,
}

/// `target = left · right`, with as many rows as `target` has.
pub(crate) fn multiply(left: &[f32], right: Factor<'_>, target: &mut [f32]) -> Result<()> {
    check_length("right operand of a product", right.values.len(), right.inputs * right.outputs)?;
    product(target, Before::Lost, Matrix::of(left, right.inputs), Matrix::of(right.values, right.outputs))
}

/// `target = left · right`, or that added to what it was; `target` is row-major.
pub(crate) fn product<T: Real>(
    target: &mut [T],
    before: Before,
    left: Matrix<'_, T>,
    right: Matrix<'_, T>,
) -> Result<()> {
    check_length("inner width of a product", right.rows, left.columns)?;
    check_length("target of a product", target.len(), left.rows * right.columns)?;
    check_length("left operand of a product", left.values.len().min(left.span()), left.span())?;
    check_length("right operand of a product", right.values.len().min(right.span()), right.span())?;
    if !target.is_empty() {
        multiply_checked(target, before, left, right);
    }
    Ok(())
}

#[expect(unsafe_code, reason = "the product takes raw pointers; this is its only caller")]
fn multiply_checked<T: Real>(target: &mut [T], before: Before, left: Matrix<'_, T>, right: Matrix<'_, T>) {
    // SAFETY: `product` has checked that the operands' rows, columns and strides stay within their slices, that the
    // inner widths agree, and that `target` holds left.rows × right.columns values; `target` is borrowed mutably, so it
    // overlaps neither. `Real` is `f32` or `f64`, which `gemm` knows.
    unsafe {
        gemm::gemm(
            left.rows,
            right.columns,
            left.columns,
            target.as_mut_ptr(),
            1,
            right.columns as isize,
            before == Before::Kept,
            left.values.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.values.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            if before == Before::Kept { T::ONE } else { T::ZERO },
            T::ONE,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

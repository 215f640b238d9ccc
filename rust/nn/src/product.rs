//! The one place that calls the matrix product.

use gemm::Parallelism;

use crate::error::{Result, check_length};

/// The right operand of a product: a row-major matrix of shape (inputs, outputs).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Factor<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

/// `target = left · right`, with as many rows as `target` has.
pub(crate) fn multiply(left: &[f32], right: Factor<'_>, target: &mut [f32]) -> Result<()> {
    let rows = target.len() / right.outputs;
    check_length("left operand of a product", left.len(), rows * right.inputs)?;
    check_length("right operand of a product", right.values.len(), right.inputs * right.outputs)?;
    check_length("target of a product", target.len(), rows * right.outputs)?;
    if rows > 0 {
        product(left, right, target, rows);
    }
    Ok(())
}

#[expect(unsafe_code, reason = "the product takes raw pointers; this is its only caller")]
fn product(left: &[f32], right: Factor<'_>, target: &mut [f32], rows: usize) {
    let (inner, columns) = (right.inputs, right.outputs);
    // SAFETY: `multiply` has checked that the three slices are row-major matrices of rows × inner, inner × columns and
    // rows × columns, which is what the sizes and strides say; `target` is borrowed mutably, so it overlaps neither.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            target.as_mut_ptr(),
            1,
            columns as isize,
            false,
            left.as_ptr(),
            1,
            inner as isize,
            right.values.as_ptr(),
            1,
            columns as isize,
            0.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

//! Rust columns as read-only numpy arrays, without copies.

#![allow(unsafe_code, reason = "numpy must be told by hand who keeps borrowed memory alive")]

use numpy::ndarray::ArrayView1;
use numpy::npyffi::flags::NPY_ARRAY_WRITEABLE;
use numpy::{Element, PyArray1, PyArray2, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// A read-only array of one dimension.
pub(crate) type Column<'py, T> = Bound<'py, PyArray1<T>>;

/// An array over memory of `owner`, which the array keeps alive. `owner` must be frozen: `column` gets it by shared
/// reference, and nothing may change what that leads to.
pub(crate) fn view<'py, O, T, F>(owner: &Bound<'py, O>, column: F) -> Column<'py, T>
where
    O: pyo3::PyClass<Frozen = pyo3::pyclass::boolean_struct::True> + Sync,
    T: Element,
    F: for<'a> FnOnce(&'a O) -> &'a [T],
{
    let values = ArrayView1::from(column(owner.get()));
    // SAFETY: the array holds a reference to `owner`, whose frozen value owns the memory and is never changed or moved.
    let array = unsafe { PyArray1::borrow_from_array(&values, owner.clone().into_any()) };
    sealed(array)
}

/// An array that took the memory of a vector.
pub(crate) fn moved<T: Element>(py: Python<'_>, values: Vec<T>) -> Column<'_, T> {
    sealed(PyArray1::from_vec(py, values))
}

/// A matrix that took the memory of a vector of rows.
pub(crate) fn moved_matrix(py: Python<'_>, values: Vec<f32>, width: usize) -> PyResult<Bound<'_, PyArray2<f32>>> {
    let rows = values.len().checked_div(width).unwrap_or(0);
    let matrix = PyArray1::from_vec(py, values).reshape([rows, width])?;
    matrix.readwrite().make_nonwriteable();
    Ok(matrix)
}

fn sealed<T: Element>(array: Column<'_, T>) -> Column<'_, T> {
    // Not by way of `readwrite`, which fails while a kernel reads another view of the same memory.
    // SAFETY: the array was just made; nobody else holds it.
    unsafe { (*array.as_array_ptr()).fields.flags &= !NPY_ARRAY_WRITEABLE };
    array
}

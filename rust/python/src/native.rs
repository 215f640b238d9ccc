//! The models' kernels.

use std::collections::BTreeMap;

use numpy::{PyArray2, PyReadonlyArray2, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;
use sapwood_nn::{Residual, Tensor, Whitening};

use crate::arrays::moved_matrix;
use crate::errors::{bad_input, to_python};
use crate::graphs::Neighbourhood;
use crate::trees::Forest;

/// (T, 512) raw outputs of the tree model, before whitening. `weights` by their names in weights.safetensors.
#[pyfunction]
pub(crate) fn tree_lstm_forward<'py>(
    py: Python<'py>,
    weights: BTreeMap<String, PyReadonlyArrayDyn<'py, f32>>,
    forest: &Forest,
) -> PyResult<Bound<'py, PyArray2<f32>>> {
    let tensors = tensors(&weights)?;
    let find = |name: &str| tensors.get(name).copied();
    let run = || sapwood::native::tree_outputs(&find, &forest.0);
    let (outputs, width) = py.detach(run).map_err(to_python)?;
    moved_matrix(py, outputs, width)
}

/// Outputs of each head of the graph model by name, one row a seed. `weights` by their names in weights.safetensors.
#[pyfunction]
pub(crate) fn graphsage_forward<'py>(
    py: Python<'py>,
    weights: BTreeMap<String, PyReadonlyArrayDyn<'py, f32>>,
    neighbourhood: &Neighbourhood,
    residual: bool,
) -> PyResult<BTreeMap<&'static str, Bound<'py, PyArray2<f32>>>> {
    let tensors = tensors(&weights)?;
    let find = |name: &str| tensors.get(name).copied();
    let residual = if residual { Residual::WhereWidthsAgree } else { Residual::Off };
    let (graph, drawn) = (&neighbourhood.graph.get().0, &neighbourhood.drawn);
    let run = || sapwood::native::graph_outputs(&find, residual, graph, drawn);
    let heads = py.detach(run).map_err(to_python)?;
    heads.into_iter().map(|(name, outputs, width)| Ok((name, moved_matrix(py, outputs, width)?))).collect()
}

/// Rows `l2((x - mean) @ matrix.T)`.
#[pyfunction]
pub(crate) fn whiten<'py>(
    py: Python<'py>,
    vectors: PyReadonlyArray2<'py, f32>,
    mean: PyReadonlyArrayDyn<'py, f32>,
    matrix: PyReadonlyArrayDyn<'py, f32>,
) -> PyResult<Bound<'py, PyArray2<f32>>> {
    let rows = vectors.as_slice().map_err(|_| bad_input("vectors must be C-contiguous"))?;
    let (mean, matrix) = (tensor("mean", &mean)?, tensor("matrix", &matrix)?);
    let find = |name: &str| match name {
        "whitening.mean" => Some(mean),
        _ => Some(matrix),
    };
    let whitening = Whitening::new(&find).map_err(to_python)?;
    if vectors.shape()[1] != whitening.inputs() {
        let (found, expected) = (vectors.shape()[1], whitening.inputs());
        return Err(bad_input(format!("vectors have {found} columns, the whitening takes {expected}")));
    }
    let whitened = py.detach(|| whitening.apply(rows)).map_err(to_python)?;
    moved_matrix(py, whitened, whitening.components())
}

fn tensors<'a>(weights: &'a BTreeMap<String, PyReadonlyArrayDyn<'_, f32>>) -> PyResult<BTreeMap<&'a str, Tensor<'a>>> {
    weights.iter().map(|(name, array)| Ok((name.as_str(), tensor(name, array)?))).collect()
}

fn tensor<'a>(name: &str, array: &'a PyReadonlyArrayDyn<'_, f32>) -> PyResult<Tensor<'a>> {
    let values = array.as_slice().map_err(|_| bad_input(format!("`{name}` must be C-contiguous")))?;
    Ok(Tensor { shape: array.shape(), values })
}

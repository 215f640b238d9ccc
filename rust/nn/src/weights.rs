//! Tensors by name, and the dense layers made of them.

use std::ops::Range;

use crate::error::{NnError, Result, check_length};
use crate::product::{Factor, multiply};
use crate::real::Real;

/// A row-major tensor, borrowed from whoever read the weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tensor<'a> {
    /// Extent of each axis.
    pub shape: &'a [usize],
    /// Values, the last axis fastest.
    pub values: &'a [f32],
}

/// Finds a tensor and checks that its values fill its shape and that no axis is empty.
pub(crate) fn find<'a>(weights: &impl Fn(&str) -> Option<Tensor<'a>>, name: &str) -> Result<Tensor<'a>> {
    let tensor = weights(name).ok_or_else(|| NnError::MissingWeight { name: name.to_owned() })?;
    let size = tensor.shape.iter().try_fold(1_usize, |size, &extent| size.checked_mul(extent));
    if size != Some(tensor.values.len()) || tensor.values.is_empty() {
        return Err(misshapen(name, format!("one of {} values", tensor.values.len()), tensor));
    }
    Ok(tensor)
}

/// Finds a tensor of a known shape.
pub(crate) fn find_shaped<'a>(
    weights: &impl Fn(&str) -> Option<Tensor<'a>>,
    name: &str,
    shape: &[usize],
) -> Result<&'a [f32]> {
    let tensor = find(weights, name)?;
    if tensor.shape == shape { Ok(tensor.values) } else { Err(misshapen(name, format!("{shape:?}"), tensor)) }
}

/// Finds a matrix and its rows and columns.
pub(crate) fn find_matrix<'a>(
    weights: &impl Fn(&str) -> Option<Tensor<'a>>,
    name: &str,
) -> Result<(&'a [f32], usize, usize)> {
    let tensor = find(weights, name)?;
    match *tensor.shape {
        [rows, columns] => Ok((tensor.values, rows, columns)),
        _ => Err(misshapen(name, "a matrix".to_owned(), tensor)),
    }
}

fn misshapen(name: &str, expected: String, tensor: Tensor<'_>) -> NnError {
    NnError::WeightShape { name: name.to_owned(), expected, found: tensor.shape.to_vec() }
}

/// A matrix kept the way products read it fastest: inputs × outputs, the transpose of how a layer's weight is stored.
#[derive(Debug, Clone)]
pub(crate) struct Transposed {
    pub(crate) values: Vec<f32>,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

impl Transposed {
    /// From a stored weight of `columns` inputs: the given rows (outputs) and all or some of its columns (inputs).
    pub(crate) fn new(stored: &[f32], columns: usize, outputs: Range<usize>, inputs: Range<usize>) -> Self {
        let value = |input: usize| outputs.clone().map(move |output| stored[output * columns + input]);
        let values = inputs.clone().flat_map(value).collect();
        Self { values, inputs: inputs.len(), outputs: outputs.len() }
    }

    pub(crate) fn factor(&self) -> Factor<'_> {
        Factor { values: &self.values, inputs: self.inputs, outputs: self.outputs }
    }

    /// From a whole stored weight of shape (outputs, inputs).
    pub(crate) fn whole(stored: &[f32], outputs: usize, inputs: usize) -> Self {
        Self::new(stored, inputs, 0..outputs, 0..inputs)
    }
}

/// A dense layer: `x · Wᵀ + b`.
#[derive(Debug, Clone)]
pub struct Linear<'a> {
    weight: Transposed,
    bias: &'a [f32],
}

impl<'a> Linear<'a> {
    /// The layer `{name}.weight` (outputs × inputs) with `{name}.bias`.
    ///
    /// # Errors
    /// [`NnError::MissingWeight`], [`NnError::WeightShape`].
    pub fn new(weights: &impl Fn(&str) -> Option<Tensor<'a>>, name: &str) -> Result<Self> {
        let (stored, outputs, inputs) = find_matrix(weights, &format!("{name}.weight"))?;
        let bias = find_shaped(weights, &format!("{name}.bias"), &[outputs])?;
        Ok(Self { weight: Transposed::whole(stored, outputs, inputs), bias })
    }

    /// As [`Self::new`], where the number of inputs is known.
    pub(crate) fn with_inputs(
        weights: &impl Fn(&str) -> Option<Tensor<'a>>,
        name: &str,
        inputs: usize,
    ) -> Result<Self> {
        let layer = Self::new(weights, name)?;
        if layer.inputs() == inputs {
            return Ok(layer);
        }
        let found = vec![layer.outputs(), layer.inputs()];
        let expected = format!("one of {inputs} columns");
        Err(NnError::WeightShape { name: format!("{name}.weight"), expected, found })
    }

    /// Length of an input row.
    pub fn inputs(&self) -> usize {
        self.weight.inputs
    }

    /// Length of an output row.
    pub fn outputs(&self) -> usize {
        self.weight.outputs
    }

    /// Applies the layer to whole rows of [`Self::inputs`] values.
    ///
    /// # Errors
    /// [`NnError::Length`] if the rows are not whole.
    pub fn apply(&self, rows: &[f32]) -> Result<Vec<f32>> {
        let count = rows.len() / self.inputs();
        check_length("rows of a dense layer", rows.len(), count * self.inputs())?;
        let mut outputs = vec![0.0; count * self.outputs()];
        multiply(rows, self.weight.factor(), &mut outputs)?;
        add_to_rows(&mut outputs, self.bias);
        Ok(outputs)
    }
}

/// Adds the same values to each row.
pub(crate) fn add_to_rows(rows: &mut [f32], values: &[f32]) {
    for row in rows.chunks_exact_mut(values.len()) {
        add(row, values);
    }
}

/// Adds values one by one.
#[inline(always)]
pub(crate) fn add<T: Real>(target: &mut [T], values: &[T]) {
    target.iter_mut().zip(values).for_each(|(target, &value)| *target += value);
}

/// Multiplies values by one factor.
#[inline(always)]
pub(crate) fn multiply_by<T: Real>(values: &mut [T], factor: T) {
    for value in values {
        *value = *value * factor;
    }
}

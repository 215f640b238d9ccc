//! Vectors centred, decorrelated and brought to unit length.

use crate::error::{Result, check_length};
use crate::product::multiply;
use crate::weights::{Tensor, Transposed, find_matrix, find_shaped};

/// A fitted whitening: `l2((x − mean) · matrixᵀ)`. The matrix has one row a component, leading components first, so a
/// prefix of a vector serves coarse search.
#[derive(Debug, Clone)]
pub struct Whitening<'a> {
    mean: &'a [f32],
    matrix: Transposed,
}

impl<'a> Whitening<'a> {
    /// The whitening `whitening.mean` (inputs) and `whitening.matrix` (components × inputs).
    ///
    /// # Errors
    /// [`crate::NnError::MissingWeight`], [`crate::NnError::WeightShape`].
    pub fn new(weights: &impl Fn(&str) -> Option<Tensor<'a>>) -> Result<Self> {
        let (stored, components, inputs) = find_matrix(weights, "whitening.matrix")?;
        let mean = find_shaped(weights, "whitening.mean", &[inputs])?;
        Ok(Self { mean, matrix: Transposed::whole(stored, components, inputs) })
    }

    /// Length of a vector before.
    pub fn inputs(&self) -> usize {
        self.matrix.inputs
    }

    /// Length of a vector after.
    pub fn components(&self) -> usize {
        self.matrix.outputs
    }

    /// Whitens whole rows of [`Self::inputs`] values into unit-length rows of [`Self::components`].
    ///
    /// # Errors
    /// [`crate::NnError::Length`] if the rows are not whole.
    pub fn apply(&self, rows: &[f32]) -> Result<Vec<f32>> {
        let count = rows.len() / self.inputs();
        check_length("rows to whiten", rows.len(), count * self.inputs())?;
        let mut centred = rows.to_vec();
        for row in centred.chunks_exact_mut(self.inputs()) {
            row.iter_mut().zip(self.mean).for_each(|(value, mean)| *value -= mean);
        }
        let mut whitened = vec![0.0; count * self.components()];
        multiply(&centred, &self.matrix, &mut whitened)?;
        normalise_rows(&mut whitened, self.components())?;
        Ok(whitened)
    }
}

/// Divides each row of `dimensions` values by its length; a row of zeros stays one.
///
/// # Errors
/// [`crate::NnError::Length`] if the rows are not whole.
pub fn normalise_rows(rows: &mut [f32], dimensions: usize) -> Result<()> {
    let whole = rows.len() / dimensions.max(1) * dimensions;
    check_length("rows to normalise", rows.len(), whole)?;
    for row in rows.chunks_exact_mut(dimensions.max(1)) {
        let norm = row.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt() as f32;
        if norm > 0.0 {
            for value in row {
                *value /= norm;
            }
        }
    }
    Ok(())
}

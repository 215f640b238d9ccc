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
        multiply(&centred, self.matrix.factor(), &mut whitened)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::NnError;
    use crate::testing::{Numbers, Weights, apply, assert_close};

    #[test]
    fn whitened_rows_are_the_formula_at_unit_length() {
        let weights = Weights::random(&[("whitening.mean", &[6]), ("whitening.matrix", &[4, 6])], 1);
        let find = |name: &str| weights.find(name);
        let whitening = Whitening::new(&find).unwrap();
        let rows = Numbers::new(2).many(5 * 6, 1.0);
        let found = whitening.apply(&rows).unwrap();
        for (row, found) in rows.chunks(6).zip(found.chunks(4)) {
            let mean = weights.values("whitening.mean");
            let centred: Vec<f64> = row.iter().zip(mean).map(|(x, mean)| f64::from(*x) - f64::from(*mean)).collect();
            let projected = apply(weights.values("whitening.matrix"), &centred);
            let norm = projected.iter().map(|value| value * value).sum::<f64>().sqrt();
            assert_close(found, &projected.iter().map(|value| value / norm).collect::<Vec<_>>(), 1e-5);
        }
    }

    #[test]
    fn the_mean_itself_becomes_zero_not_something_undefined() {
        let weights = Weights::random(&[("whitening.mean", &[3]), ("whitening.matrix", &[3, 3])], 1);
        let find = |name: &str| weights.find(name);
        let found = Whitening::new(&find).unwrap().apply(weights.values("whitening.mean")).unwrap();
        assert_eq!(found, [0.0; 3]);
    }

    #[test]
    fn rows_that_are_not_whole_are_refused() {
        let weights = Weights::random(&[("whitening.mean", &[3]), ("whitening.matrix", &[3, 3])], 1);
        let find = |name: &str| weights.find(name);
        assert!(matches!(Whitening::new(&find).unwrap().apply(&[0.0; 4]), Err(NnError::Length { .. })));
        assert!(matches!(normalise_rows(&mut [1.0], 0), Err(NnError::Length { .. })));
        let misshapen = Weights::random(&[("whitening.mean", &[2]), ("whitening.matrix", &[3, 3])], 1);
        let error = Whitening::new(&|name: &str| misshapen.find(name)).map(|_| ()).unwrap_err();
        assert!(matches!(error, NnError::WeightShape { .. }));
    }
}

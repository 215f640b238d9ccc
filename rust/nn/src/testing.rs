//! Made-up weights for the tests of this crate.

use std::collections::BTreeMap;

use crate::weights::Tensor;

/// Numbers in (−1, 1), the same each run.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    pub(crate) fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let share = f64::from(self.next()) * 0.5 + 0.5;
        ((share * limit as f64) as usize).min(limit - 1)
    }

    pub(crate) fn many(&mut self, count: usize, scale: f32) -> Vec<f32> {
        (0..count).map(|_| self.next() * scale).collect()
    }
}

/// Owned tensors by name.
#[derive(Clone)]
pub(crate) struct Weights(pub(crate) BTreeMap<String, (Vec<usize>, Vec<f32>)>);

impl Weights {
    /// Random tensors of these shapes, scaled so that a sum over the last axis stays near one.
    pub(crate) fn random(shapes: &[(&str, &[usize])], seed: u64) -> Self {
        let mut numbers = Numbers::new(seed);
        let tensor = |&(name, shape): &(&str, &[usize])| {
            let scale = (3.0 / shape[shape.len() - 1] as f32).sqrt();
            (name.to_owned(), (shape.to_vec(), numbers.many(shape.iter().product(), scale)))
        };
        Self(shapes.iter().map(tensor).collect())
    }

    pub(crate) fn find(&self, name: &str) -> Option<Tensor<'_>> {
        self.0.get(name).map(|(shape, values)| Tensor { shape, values })
    }

    pub(crate) fn values(&self, name: &str) -> &[f32] {
        &self.0[name].1
    }
}

/// `W · x` in f64, for a row-major weight of shape (outputs, inputs).
pub(crate) fn apply(weight: &[f32], x: &[f64]) -> Vec<f64> {
    weight.chunks(x.len()).map(|row| row.iter().zip(x).map(|(w, x)| f64::from(*w) * x).sum()).collect()
}

/// Fails unless every value is within `tolerance` of the expected one, relative to the greatest expected.
pub(crate) fn assert_close(found: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let greatest = expected.iter().fold(1e-12_f64, |greatest, value| greatest.max(value.abs()));
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (f64::from(*found) - expected).abs() / greatest;
        assert!(error <= tolerance, "value {place}: {found} is not {expected}");
    }
}

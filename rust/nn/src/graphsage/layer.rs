//! One layer, over sparse features or dense states.

use pulp::{Arch, NullaryFnOnce};

use super::{NeighbourhoodView, RELATIONS, SageScratch, layer_shape};
use crate::error::Result;
use crate::product::{Factor, multiply};
use crate::rows::{SparseRowsView, add_row};
use crate::weights::{Tensor, add, add_to_rows, find, find_shaped};

/// Added to the variance before its root is taken.
const NORM_EPSILON: f64 = 1e-5;

/// The weight of the node itself, then one a relation, each inputs × outputs.
#[derive(Debug, Clone)]
pub(super) struct Layer<'a> {
    weights: [Factor<'a>; 1 + RELATIONS],
    bias: &'a [f32],
    norm: Option<Norm<'a>>,
}

/// Layer normalisation (Ba, Kiros and Hinton, 2016).
#[derive(Debug, Clone)]
struct Norm<'a> {
    weight: &'a [f32],
    bias: &'a [f32],
}

impl<'a> Layer<'a> {
    pub(super) fn new(weights: &impl Fn(&str) -> Option<Tensor<'a>>, depth: usize) -> Result<Self> {
        let tensor = find(weights, &format!("layers.{depth}.weight"))?;
        let [blocks, inputs, outputs] = *tensor.shape else {
            return Err(layer_shape(depth, "one of three axes".to_owned(), tensor.shape));
        };
        if blocks != 1 + RELATIONS {
            return Err(layer_shape(depth, format!("[{}, {inputs}, {outputs}]", 1 + RELATIONS), tensor.shape));
        }
        let size = inputs * outputs;
        let block = |at: usize| Factor { values: &tensor.values[at * size..][..size], inputs, outputs };
        let bias = find_shaped(weights, &format!("layers.{depth}.bias"), &[outputs])?;
        Ok(Self { weights: std::array::from_fn(block), bias, norm: Norm::new(weights, depth, outputs)? })
    }

    /// The layer that reads what an earlier one gives.
    pub(super) fn after(weights: &impl Fn(&str) -> Option<Tensor<'a>>, depth: usize, earlier: &Self) -> Result<Self> {
        let layer = Self::new(weights, depth)?;
        if layer.inputs() == earlier.outputs() {
            return Ok(layer);
        }
        let expected = format!("[{}, {}, {}]", 1 + RELATIONS, earlier.outputs(), layer.outputs());
        Err(layer_shape(depth, expected, &[1 + RELATIONS, layer.inputs(), layer.outputs()]))
    }

    pub(super) fn inputs(&self) -> usize {
        self.weights[0].inputs
    }

    pub(super) fn outputs(&self) -> usize {
        self.weights[0].outputs
    }

    /// The first `rows` nodes, from feature rows.
    pub(super) fn of_features(
        &self,
        neighbourhood: NeighbourhoodView<'_>,
        features: SparseRowsView<'_>,
        rows: usize,
        target: &mut Vec<f32>,
    ) {
        target.clear();
        target.resize(rows * self.outputs(), 0.0);
        Arch::new().dispatch(FeatureSums { layer: self, neighbourhood, features, target });
        self.finish(target);
    }

    /// The first `rows` nodes, from the states that the earlier layer gave, into `next`.
    pub(super) fn of_states(
        &self,
        neighbourhood: NeighbourhoodView<'_>,
        rows: usize,
        scratch: &mut SageScratch,
    ) -> Result<()> {
        scratch.next.resize(rows * self.outputs(), 0.0);
        multiply(&scratch.states[..rows * self.inputs()], self.weights[0], &mut scratch.next)?;
        for relation in 0..RELATIONS {
            self.add_relation(neighbourhood, relation, rows, scratch)?;
        }
        self.finish(&mut scratch.next);
        Ok(())
    }

    /// Adds the projected means of one relation, computed for those rows alone that have neighbours.
    fn add_relation(
        &self,
        neighbourhood: NeighbourhoodView<'_>,
        relation: usize,
        rows: usize,
        scratch: &mut SageScratch,
    ) -> Result<()> {
        let receiving = || (0..rows).filter(|&row| !neighbourhood.senders(relation, row).is_empty());
        let SageScratch { states, next, means, products } = scratch;
        means.clear();
        for row in receiving() {
            append_mean(states, neighbourhood.senders(relation, row), self.inputs(), means);
        }
        products.resize(means.len() / self.inputs() * self.outputs(), 0.0);
        multiply(means, self.weights[1 + relation], products)?;
        for (row, product) in receiving().zip(products.chunks_exact(self.outputs())) {
            add(&mut next[row * self.outputs()..][..self.outputs()], product);
        }
        Ok(())
    }

    fn finish(&self, target: &mut [f32]) {
        add_to_rows(target, self.bias);
        if let Some(norm) = &self.norm {
            for row in target.chunks_exact_mut(self.outputs()) {
                norm.apply(row);
            }
        }
    }
}

fn append_mean(states: &[f32], senders: &[u32], width: usize, means: &mut Vec<f32>) {
    let start = means.len();
    means.resize(start + width, 0.0);
    for &sender in senders {
        add(&mut means[start..], &states[sender as usize * width..][..width]);
    }
    let share = 1.0 / senders.len() as f32;
    for mean in &mut means[start..] {
        *mean *= share;
    }
}

/// Own features and the mean of the neighbours' features, projected as they are gathered: the mean is linear.
struct FeatureSums<'b> {
    layer: &'b Layer<'b>,
    neighbourhood: NeighbourhoodView<'b>,
    features: SparseRowsView<'b>,
    target: &'b mut [f32],
}

impl NullaryFnOnce for FeatureSums<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { layer, neighbourhood, features, target } = self;
        let nodes = neighbourhood.nodes();
        for (row, sum) in target.chunks_exact_mut(layer.outputs()).enumerate() {
            add_row(features, nodes[row] as usize, 1.0, layer.weights[0].values, sum);
            for relation in 0..RELATIONS {
                let senders = neighbourhood.senders(relation, row);
                let share = 1.0 / senders.len() as f32;
                for &sender in senders {
                    let weight = layer.weights[1 + relation].values;
                    add_row(features, nodes[sender as usize] as usize, share, weight, sum);
                }
            }
        }
    }
}

impl<'a> Norm<'a> {
    fn new(weights: &impl Fn(&str) -> Option<Tensor<'a>>, depth: usize, width: usize) -> Result<Option<Self>> {
        let (weight, bias) = (format!("layers.{depth}.norm.weight"), format!("layers.{depth}.norm.bias"));
        if weights(&weight).is_none() && weights(&bias).is_none() {
            return Ok(None);
        }
        let find = |name: &str| find_shaped(weights, name, &[width]);
        Ok(Some(Self { weight: find(&weight)?, bias: find(&bias)? }))
    }

    fn apply(&self, row: &mut [f32]) {
        let count = row.len() as f64;
        let mean = row.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
        let variance = row.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / count;
        let scale = 1.0 / (variance + NORM_EPSILON).sqrt();
        for (value, (weight, bias)) in row.iter_mut().zip(self.weight.iter().zip(self.bias)) {
            *value = ((f64::from(*value) - mean) * scale) as f32 * weight + bias;
        }
    }
}

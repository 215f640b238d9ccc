//! Relational GraphSAGE (Hamilton, Ying and Leskovec, 2017; one weight a relation as Schlichtkrull et al., 2018) over
//! a sampled neighbourhood, forward.
//!
//! A layer gives a node `x W₀ + Σᵣ mean(x of its neighbours in r) W₁₊ᵣ + b`, normalised where the version has a norm; a
//! relation without neighbours adds nothing. Between layers, negative values become zero. The first layer reads sparse rows, so it is a
//! gather and a sum; each layer computes only the nodes that the next one needs.

mod layer;
mod neighbourhood;
#[cfg(test)]
mod tests;

use crate::error::{NnError, Result, check_indices, check_length};
use crate::rows::SparseRowsView;
use crate::weights::Tensor;
use layer::Layer;

pub use neighbourhood::{NeighbourhoodColumns, NeighbourhoodView, RelationColumns};

/// Input relations: container, contained, callees, callers, bases, subclasses.
pub const RELATIONS: usize = 6;
/// Layers of the model, and hops of a neighbourhood.
const LAYERS: usize = 3;

/// Whether a layer's input is added to its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Residual {
    /// Never.
    #[default]
    Off,
    /// In a dense layer whose input and output are equally wide.
    WhereWidthsAgree,
}

/// The model, its weights borrowed. The heads over its vectors are [`crate::Linear`] layers: `heads.code`,
/// `heads.confidence`, `heads.imports`, `heads.bugs`.
#[derive(Debug, Clone)]
pub struct GraphSage<'a> {
    layers: [Layer<'a>; LAYERS],
    residual: Residual,
}

/// Buffers of a forward pass, kept between calls so that they are allocated once.
#[derive(Debug, Clone, Default)]
pub struct SageScratch {
    states: Vec<f32>,
    next: Vec<f32>,
    means: Vec<f32>,
    products: Vec<f32>,
}

impl<'a> GraphSage<'a> {
    /// The model of these weights: `layers.{0,1,2}.weight` (7 × inputs × outputs; the node itself, then the relations),
    /// `layers.{n}.bias` and, where there is a norm, `layers.{n}.norm.weight` and `.bias`.
    ///
    /// # Errors
    /// [`NnError::MissingWeight`], [`NnError::WeightShape`].
    pub fn new(weights: &impl Fn(&str) -> Option<Tensor<'a>>, residual: Residual) -> Result<Self> {
        let first = Layer::new(weights, 0)?;
        let second = Layer::after(weights, 1, &first)?;
        let third = Layer::after(weights, 2, &second)?;
        Ok(Self { layers: [first, second, third], residual })
    }

    /// Dimensions of a feature row.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs()
    }

    /// Length of a node's vector.
    pub fn outputs(&self) -> usize {
        self.layers[LAYERS - 1].outputs()
    }

    /// Raw vectors of the seeds, before whitening: one row of [`Self::outputs`] values a seed. `features` are the rows
    /// that the neighbourhood's `nodes` point into.
    ///
    /// # Errors
    /// [`NnError::Length`] if the neighbourhood has not three hops, or the features another width;
    /// [`NnError::OutOfRange`] for a node without a feature row.
    pub fn forward(
        &self,
        neighbourhood: NeighbourhoodView<'_>,
        features: SparseRowsView<'_>,
        scratch: &mut SageScratch,
    ) -> Result<Vec<f32>> {
        check_length("hops of the neighbourhood", neighbourhood.hops(), LAYERS)?;
        check_length("width of the features", features.width(), self.inputs())?;
        let nodes = neighbourhood.nodes().iter().map(|&node| node as usize);
        check_indices("node", nodes, features.row_count())?;
        self.layers[0].of_features(neighbourhood, features, neighbourhood.prefix(LAYERS - 1), &mut scratch.next);
        for (depth, layer) in self.layers.iter().enumerate().skip(1) {
            std::mem::swap(&mut scratch.states, &mut scratch.next);
            for value in &mut scratch.states {
                *value = value.max(0.0);
            }
            let rows = neighbourhood.prefix(LAYERS - 1 - depth);
            layer.of_states(neighbourhood, rows, scratch)?;
            self.add_residual(layer, scratch);
        }
        Ok(scratch.next.clone())
    }

    fn add_residual(&self, layer: &Layer<'_>, scratch: &mut SageScratch) {
        if self.residual == Residual::WhereWidthsAgree && layer.inputs() == layer.outputs() {
            crate::weights::add(&mut scratch.next, &scratch.states);
        }
    }
}

fn layer_shape(depth: usize, expected: String, found: &[usize]) -> NnError {
    NnError::WeightShape { name: format!("layers.{depth}.weight"), expected, found: found.to_vec() }
}

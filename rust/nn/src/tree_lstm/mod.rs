//! Child-sum Tree-LSTM (Tai, Socher and Manning, 2015) over a hash-consed forest, forward.
//!
//! For a node with input `x` (the mean of its tokens' embeddings) and children `k`:
//! `h̃ = Σ h_k`, `i, o = σ(Wx + U h̃ + b)`, `u = tanh(Wx + U h̃ + b)`, `f_k = σ(W_f x + U_f h_k + b_f)`,
//! `c = i ∘ u + Σ f_k ∘ c_k`, `h = o ∘ tanh c`. A tree's vector is a dense layer over the mean of its nodes' `h`, each
//! weighted by how often it occurs.
//!
//! Each thing is computed once: `Wx` an entry, a state a distinct subtree, `U_f h` a distinct child. Leaves, most of
//! all nodes, take no product with `U`. Levels are computed from the leaves up, each as one matrix product.

mod forward;
mod statements;
#[cfg(test)]
mod tests;
pub mod training;

use std::ops::Range;

use crate::error::{NnError, Result};
use crate::forest::ForestView;
use crate::weights::{Linear, Tensor, Transposed, find_matrix, find_shaped};
use statements::StatementHead;

pub use forward::TreeScratch;

/// The model: weights borrowed, or rearranged where products read them faster so. Make one a version and keep it.
#[derive(Debug, Clone)]
pub struct TreeLstm<'a> {
    embedding: &'a [f32],
    sizes: Sizes,
    /// Input, output and update gates.
    gates: Gate<'a>,
    forget: Gate<'a>,
    output: Linear<'a>,
    statement: Option<StatementHead<'a>>,
}

#[derive(Debug, Clone, Copy)]
struct Sizes {
    vocabulary: usize,
    embedding: usize,
    hidden: usize,
}

/// `W x + U h + b` of one or several gates side by side.
#[derive(Debug, Clone)]
struct Gate<'a> {
    input: Transposed,
    hidden: Transposed,
    bias: &'a [f32],
}

/// States of a forest under a model.
#[derive(Debug, Clone, Copy)]
pub struct TreeStates<'s> {
    model: &'s TreeLstm<'s>,
    forest: ForestView<'s>,
    hidden: &'s [f32],
    means: &'s [f32],
}

impl<'a> TreeLstm<'a> {
    /// The model of these weights: `embedding.weight`, `cell.weight_x` (gates in the order i, o, u, f),
    /// `cell.weight_h_iou`, `cell.weight_h_f`, `cell.bias`, `output.*`, and, where there is one, `statement.hidden.*` and
    /// `statement.output.*`. Sizes are those of the tensors.
    ///
    /// # Errors
    /// [`NnError::MissingWeight`], [`NnError::WeightShape`].
    pub fn new(weights: &impl Fn(&str) -> Option<Tensor<'a>>) -> Result<Self> {
        let (embedding, vocabulary, width) = find_matrix(weights, "embedding.weight")?;
        let (_, hidden, _) = find_matrix(weights, "cell.weight_h_f")?;
        let sizes = Sizes { vocabulary, embedding: width, hidden };
        let statement = weights("statement.hidden.weight").map(|_| StatementHead::new(weights, hidden)).transpose()?;
        let output = Linear::with_inputs(weights, "output", hidden)?;
        let (gates, forget) = (Gate::of_states(weights, sizes)?, Gate::of_children(weights, sizes)?);
        Ok(Self { embedding, sizes, gates, forget, output, statement })
    }

    /// Length of a node's state.
    pub fn hidden(&self) -> usize {
        self.sizes.hidden
    }

    /// Length of a tree's vector.
    pub fn outputs(&self) -> usize {
        self.output.outputs()
    }

    /// Raw vectors, one row of [`Self::outputs`] values a tree.
    ///
    /// # Errors
    /// As [`Self::states`].
    pub fn forward(&self, forest: ForestView<'_>, scratch: &mut TreeScratch) -> Result<Vec<f32>> {
        self.states(forest, scratch)?.outputs()
    }
}

impl<'a> Gate<'a> {
    /// The gates i, o and u, which see the sum of the children's states.
    fn of_states(weights: &impl Fn(&str) -> Option<Tensor<'a>>, sizes: Sizes) -> Result<Self> {
        let stored = find_shaped(weights, "cell.weight_h_iou", &[3 * sizes.hidden, sizes.hidden])?;
        Self::new(weights, sizes, 0..3, Transposed::whole(stored, 3 * sizes.hidden, sizes.hidden))
    }

    /// The gate f, which sees each child's state by itself.
    fn of_children(weights: &impl Fn(&str) -> Option<Tensor<'a>>, sizes: Sizes) -> Result<Self> {
        let stored = find_shaped(weights, "cell.weight_h_f", &[sizes.hidden, sizes.hidden])?;
        Self::new(weights, sizes, 3..4, Transposed::whole(stored, sizes.hidden, sizes.hidden))
    }

    fn new(
        weights: &impl Fn(&str) -> Option<Tensor<'a>>,
        sizes: Sizes,
        gates: Range<usize>,
        hidden: Transposed,
    ) -> Result<Self> {
        let rows = gates.start * sizes.hidden..gates.end * sizes.hidden;
        let stored = find_shaped(weights, "cell.weight_x", &[4 * sizes.hidden, sizes.embedding])?;
        let bias = &find_shaped(weights, "cell.bias", &[4 * sizes.hidden])?[rows.clone()];
        Ok(Self { input: Transposed::new(stored, sizes.embedding, rows, 0..sizes.embedding), hidden, bias })
    }
}

impl TreeStates<'_> {
    /// `h` of each distinct node, one row of [`TreeLstm::hidden`] values a node.
    pub fn nodes(&self) -> &[f32] {
        self.hidden
    }

    /// The mean of each tree's `h` over all its nodes, repeats counted.
    pub fn means(&self) -> &[f32] {
        self.means
    }

    /// Raw vectors, before whitening: one row of [`TreeLstm::outputs`] values a tree.
    ///
    /// # Errors
    /// None for states that [`TreeLstm::states`] gave.
    pub fn outputs(&self) -> Result<Vec<f32>> {
        self.model.output.apply(self.means)
    }

    /// Logits of the statements, in the order of the forest's `statement_nodes`: above 0 where a bug is likelier than
    /// not.
    ///
    /// # Errors
    /// [`NnError::MissingWeight`] if the version has no statement head.
    pub fn statement_logits(&self) -> Result<Vec<f32>> {
        let name = || "statement.hidden.weight".to_owned();
        let head = self.model.statement.as_ref().ok_or_else(|| NnError::MissingWeight { name: name() })?;
        head.logits(self)
    }
}

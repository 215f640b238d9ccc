//! The encoder's training pass: a whole hash-consed forest forward and backward in two calls.
//!
//! The equations are those of the module above. Written with the gradient `ḡ` of a value `g`, node `n` with parents `p`
//! (by edges `e`, a parent as often as it holds `n`) and children `k` has
//!
//! - `h̄ = ȳ + Σ_e Uᵀ ā_p + U_fᵀ r̄`, where `ȳ` comes from outside, `a` is what enters the gates i, o and u, and
//!   `r̄ = c ∘ Σ_e c̄_p ∘ f_e ∘ (1 − f_e)` is the gradient of `r = U_f h`;
//! - `c̄ = Σ_e c̄_p ∘ f_e + h̄ ∘ o ∘ (1 − tanh² c)`;
//! - `ā_i = c̄ ∘ u ∘ i ∘ (1 − i)`, `ā_o = h̄ ∘ tanh c ∘ o ∘ (1 − o)`, `ā_u = c̄ ∘ i ∘ (1 − u²)`, and for what all its
//!   forget gates share, `ā_f = c̄ ∘ Σ_k c_k ∘ f_k ∘ (1 − f_k)`, whose sum the forward pass keeps.
//!
//! Both directions gather: a node reads rows of its children, or of its parents, and writes its own. So the rows of a
//! level can be shared out among threads, and each gradient of a weight is one product over all nodes.

mod backward;
mod collect;
mod equations;
mod forward;
mod gather;
mod levels;
mod plan;
mod rows;
#[cfg(test)]
mod tests;

use crate::error::{NnError, Result, check_indices, check_length};
use crate::forest::ForestView;
use crate::real::Real;
use crate::team::Team;
use backward::Flow;
use forward::States;
use plan::Plan;

/// Rows that are computed at once: enough for fast products, few enough to stay in the cache between the steps.
const BLOCK: usize = 128;
/// Fewer rows are not shared out: handing them over takes longer.
const LEAST_ROWS: usize = 8;

/// Widths of the encoder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TreeSizes {
    /// Number of embeddings.
    pub vocabulary: usize,
    /// Width of an embedding.
    pub embedding: usize,
    /// Width H of a state.
    pub hidden: usize,
    /// Width of a tree's vector.
    pub output: usize,
}

/// One slice a weight of the encoder, row-major as published: values to read, or gradients to write.
#[derive(Debug, Clone, Copy, Default)]
pub struct TreeWeights<Values> {
    /// (vocabulary, embedding).
    pub embedding: Values,
    /// (4H, embedding), rows in the order i, o, u, f.
    pub weight_x: Values,
    /// (3H, H), rows in the order i, o, u.
    pub weight_h_iou: Values,
    /// (H, H).
    pub weight_h_f: Values,
    /// (4H,).
    pub bias: Values,
    /// (output, H).
    pub output_weight: Values,
    /// (output,).
    pub output_bias: Values,
}

/// What a pass gives, or gradients of it: for T trees and S statements.
#[derive(Debug, Clone, Copy, Default)]
pub struct TreeResults<Values> {
    /// (T, output): vectors before whitening.
    pub outputs: Values,
    /// (T, H): mean states.
    pub means: Values,
    /// (S, H): states of the statements.
    pub statements: Values,
}

/// What both directions of a pass read.
#[derive(Clone, Copy)]
struct Pass<'s, T> {
    sizes: TreeSizes,
    weights: TreeWeights<&'s [T]>,
    plan: &'s Plan,
    team: &'s dyn Team,
}

/// What a forward pass keeps for its backward pass, and the buffers of both.
///
/// One can be used for pass after pass: it holds about `12 · nodes · hidden + edges · hidden` numbers of the largest
/// forest seen.
#[derive(Debug, Clone, Default)]
pub struct TreeTape<T> {
    sizes: TreeSizes,
    plan: Plan,
    states: States<T>,
    flow: Flow<T>,
}

impl<T: Real> TreeTape<T> {
    /// Encodes all trees of a forest.
    ///
    /// # Errors
    /// [`NnError::Length`] for a slice that does not fit `sizes` or the forest, [`NnError::OutOfRange`] for a token that
    /// the vocabulary lacks.
    pub fn forward(
        &mut self,
        sizes: TreeSizes,
        weights: &TreeWeights<&[T]>,
        forest: ForestView<'_>,
        results: TreeResults<&mut [T]>,
        team: &dyn Team,
    ) -> Result<()> {
        check_weights(sizes, weights)?;
        check_indices("token", forest.token_limit().checked_sub(1).into_iter(), sizes.vocabulary)?;
        self.plan.fit(forest);
        self.sizes = sizes;
        check_results(sizes, &self.plan, &results.shared())?;
        let pass = Pass { sizes, weights: *weights, plan: &self.plan, team };
        self.states.compute(pass, results)
    }

    /// Gradients of all weights from gradients of the results, after [`Self::forward`] with the same weights. An empty
    /// slice stands for a result without a gradient. It may be called again.
    ///
    /// # Errors
    /// [`NnError::Length`] for a slice that does not fit the forward pass.
    pub fn backward(
        &mut self,
        weights: &TreeWeights<&[T]>,
        results: TreeResults<&[T]>,
        gradients: TreeWeights<&mut [T]>,
        team: &dyn Team,
    ) -> Result<()> {
        check_weights(self.sizes, weights)?;
        check_weights(self.sizes, &gradients.shared())?;
        check_gradients(self.sizes, &self.plan, &results)?;
        let pass = Pass { sizes: self.sizes, weights: *weights, plan: &self.plan, team };
        self.flow.compute(pass, &self.states, results, gradients)
    }

    /// Number of trees, and of statements, of the last forward pass.
    pub fn counts(&self) -> (usize, usize) {
        (self.plan.tree_count(), self.plan.statement_nodes.len())
    }
}

impl<T> TreeWeights<&mut [T]> {
    fn shared(&self) -> TreeWeights<&[T]> {
        TreeWeights {
            embedding: self.embedding,
            weight_x: self.weight_x,
            weight_h_iou: self.weight_h_iou,
            weight_h_f: self.weight_h_f,
            bias: self.bias,
            output_weight: self.output_weight,
            output_bias: self.output_bias,
        }
    }
}

impl<T> TreeResults<&mut [T]> {
    fn shared(&self) -> TreeResults<&[T]> {
        TreeResults { outputs: self.outputs, means: self.means, statements: self.statements }
    }
}

fn check_weights<T>(sizes: TreeSizes, weights: &TreeWeights<&[T]>) -> Result<()> {
    let TreeSizes { vocabulary, embedding, hidden, output } = sizes;
    if hidden == 0 || embedding == 0 || output == 0 {
        return Err(NnError::Length { what: "a width of the tree model", expected: 1, found: 0 });
    }
    for (what, found, expected) in [
        ("embedding.weight", weights.embedding.len(), vocabulary * embedding),
        ("cell.weight_x", weights.weight_x.len(), 4 * hidden * embedding),
        ("cell.weight_h_iou", weights.weight_h_iou.len(), 3 * hidden * hidden),
        ("cell.weight_h_f", weights.weight_h_f.len(), hidden * hidden),
        ("cell.bias", weights.bias.len(), 4 * hidden),
        ("output.weight", weights.output_weight.len(), output * hidden),
        ("output.bias", weights.output_bias.len(), output),
    ] {
        check_length(what, found, expected)?;
    }
    Ok(())
}

fn lengths(sizes: TreeSizes, plan: &Plan) -> TreeResults<usize> {
    TreeResults {
        outputs: plan.tree_count() * sizes.output,
        means: plan.tree_count() * sizes.hidden,
        statements: plan.statement_nodes.len() * sizes.hidden,
    }
}

fn check_results<T>(sizes: TreeSizes, plan: &Plan, results: &TreeResults<&[T]>) -> Result<()> {
    let expected = lengths(sizes, plan);
    check_length("outputs of the trees", results.outputs.len(), expected.outputs)?;
    check_length("means of the trees", results.means.len(), expected.means)?;
    check_length("states of the statements", results.statements.len(), expected.statements)
}

fn check_gradients<T>(sizes: TreeSizes, plan: &Plan, results: &TreeResults<&[T]>) -> Result<()> {
    let expected = lengths(sizes, plan);
    for (what, found, expected) in [
        ("gradients of the outputs", results.outputs.len(), expected.outputs),
        ("gradients of the means", results.means.len(), expected.means),
        ("gradients of the statements", results.statements.len(), expected.statements),
    ] {
        if found != 0 {
            check_length(what, found, expected)?;
        }
    }
    Ok(())
}

//! Answers without Python: the models' kernels over a version's weights.

use sapwood_core::forest::Forest;
use sapwood_nn::{ForestColumns, ForestView, Tensor, TreeLstm, TreeScratch};

use crate::error::Result;

/// Raw outputs of the tree model, one row a tree, and the length of a row.
///
/// # Errors
/// [`crate::EngineError::Nn`] for weights that lack something or a forest of another vocabulary.
pub fn tree_outputs<'a>(weights: &impl Fn(&str) -> Option<Tensor<'a>>, forest: &Forest) -> Result<(Vec<f32>, usize)> {
    let model = TreeLstm::new(weights)?;
    let outputs = model.forward(ForestView::new(columns(forest))?, &mut TreeScratch::default())?;
    Ok((outputs, model.outputs()))
}

fn columns(forest: &Forest) -> ForestColumns<'_> {
    ForestColumns {
        level_ends: &forest.level_ends,
        entry: &forest.entry,
        child_indptr: &forest.child_indptr,
        children: &forest.children,
        entry_indptr: &forest.entry_indptr,
        entry_tokens: &forest.entry_tokens,
        pool_indptr: &forest.pool_indptr,
        pool_nodes: &forest.pool_nodes,
        pool_counts: &forest.pool_counts,
        statement_indptr: &forest.statement_indptr,
        statement_nodes: &forest.statement_nodes,
    }
}

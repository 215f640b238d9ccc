//! The head that says which statement looks wrong.

use super::TreeStates;
use crate::activation::gelu;
use crate::error::{NnError, Result};
use crate::product::multiply;
use crate::weights::{Linear, Tensor, Transposed, add, find_matrix, find_shaped};

/// `W₂ · GELU(W₁ [h; mean] + b₁) + b₂` for a statement's state `h` and its tree's mean state.
#[derive(Debug, Clone)]
pub(super) struct StatementHead<'a> {
    /// The half of `W₁` that sees the statement, and the half that sees the tree: the latter is applied once a tree.
    own: Transposed,
    tree: Transposed,
    bias: &'a [f32],
    output: Linear<'a>,
}

impl<'a> StatementHead<'a> {
    pub(super) fn new(weights: &impl Fn(&str) -> Option<Tensor<'a>>, hidden: usize) -> Result<Self> {
        let name = "statement.hidden.weight";
        let (stored, rows, columns) = find_matrix(weights, name)?;
        if columns != 2 * hidden {
            let expected = format!("one of {} columns", 2 * hidden);
            return Err(NnError::WeightShape { name: name.to_owned(), expected, found: vec![rows, columns] });
        }
        find_shaped(weights, "statement.output.weight", &[1, rows])?;
        Ok(Self {
            own: Transposed::new(stored, columns, 0..rows, 0..hidden),
            tree: Transposed::new(stored, columns, 0..rows, hidden..columns),
            bias: find_shaped(weights, "statement.hidden.bias", &[rows])?,
            output: Linear::new(weights, "statement.output")?,
        })
    }

    pub(super) fn logits(&self, states: &TreeStates<'_>) -> Result<Vec<f32>> {
        let (width, size) = (self.own.outputs, self.own.inputs);
        let mut of_trees = vec![0.0; states.forest.tree_count() * width];
        multiply(states.means, self.tree.factor(), &mut of_trees)?;
        let mut own = Vec::with_capacity(states.forest.statement_count() * size);
        for &node in (0..states.forest.tree_count()).flat_map(|tree| states.forest.statements(tree)) {
            own.extend_from_slice(&states.hidden[node as usize * size..][..size]);
        }
        let mut hidden = vec![0.0; states.forest.statement_count() * width];
        multiply(&own, self.own.factor(), &mut hidden)?;
        let mut rows = hidden.chunks_exact_mut(width);
        for (tree, of_tree) in of_trees.chunks_exact(width).enumerate() {
            for row in rows.by_ref().take(states.forest.statements(tree).len()) {
                add(row, of_tree);
                add(row, self.bias);
                for value in row {
                    *value = gelu(*value);
                }
            }
        }
        self.output.apply(&hidden)
    }
}

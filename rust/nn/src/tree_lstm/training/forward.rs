//! The forward pass: inputs, the table of inner entries, levels from the leaves up, means.

use std::ops::Range;

use pulp::Arch;

use super::equations::{MeanEmbeddings, Means};
use super::plan::Plan;
use super::rows::{Rows, fit, row, transpose};
use super::{LEAST_ROWS, Pass, TreeResults, TreeSizes};
use crate::error::Result;
use crate::product::{Before, Matrix, product};
use crate::real::Real;
use crate::team::{Work, parts, share};
use crate::weights::add;

/// What the backward pass reads again. With N nodes, L leaves, E edges, K rows of the table, width H.
#[derive(Debug, Clone, Default)]
pub(super) struct States<T> {
    /// (L + K, embedding): mean embeddings of the leaves' entries and of those of inner nodes.
    pub(super) inputs: Vec<T>,
    /// (K, 4H): `W x + b` of the entries of inner nodes.
    pub(super) table: Vec<T>,
    /// (N, 3H): the gates i, o and u.
    pub(super) gates: Vec<T>,
    /// (N, H) each.
    pub(super) cells: Vec<T>,
    pub(super) hidden: Vec<T>,
    /// (nodes below the top level, H): `U_f h`.
    pub(super) recurrent: Vec<T>,
    /// (N − L, H): `h̃`, and `Σ_k c_k ∘ f_k ∘ (1 − f_k)`.
    pub(super) child_sums: Vec<T>,
    pub(super) slopes: Vec<T>,
    /// (E, H).
    pub(super) forget: Vec<T>,
    /// (T, H).
    pub(super) means: Vec<T>,
    /// The weights with inputs for rows, as products read them fastest.
    pub(super) transposed: Transposed<T>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Transposed<T> {
    pub(super) input: Vec<T>,
    pub(super) states: Vec<T>,
    pub(super) forget: Vec<T>,
}

impl<T: Real> States<T> {
    pub(super) fn compute(&mut self, pass: Pass<'_, T>, results: TreeResults<&mut [T]>) -> Result<()> {
        self.fit(pass.sizes, pass.plan);
        self.read_weights(pass)?;
        self.tabulate(pass)?;
        for (level, nodes) in pass.plan.levels.iter().enumerate() {
            let work = if level == 0 { self.leaves(pass) } else { self.level(pass, nodes) };
            share(pass.team, work)?;
        }
        self.conclude(pass, results)
    }

    fn fit(&mut self, sizes: TreeSizes, plan: &Plan) {
        let TreeSizes { embedding, hidden, .. } = sizes;
        fit(&mut self.inputs, plan.tokens.len() * embedding);
        fit(&mut self.table, plan.table_rows() * 4 * hidden);
        fit(&mut self.gates, plan.node_count() * 3 * hidden);
        fit(&mut self.cells, plan.node_count() * hidden);
        fit(&mut self.hidden, plan.node_count() * hidden);
        fit(&mut self.recurrent, plan.below_top() * hidden);
        fit(&mut self.child_sums, plan.inner_count() * hidden);
        fit(&mut self.slopes, plan.inner_count() * hidden);
        fit(&mut self.forget, plan.edge_count() * hidden);
        fit(&mut self.means, plan.tree_count() * hidden);
        fit(&mut self.transposed.input, 4 * hidden * embedding);
        fit(&mut self.transposed.states, 3 * hidden * hidden);
        fit(&mut self.transposed.forget, hidden * hidden);
    }

    /// Mean embeddings, and the weights transposed.
    fn read_weights(&mut self, pass: Pass<'_, T>) -> Result<()> {
        let Pass { sizes, weights, plan, team } = pass;
        let Transposed { input, states, forget } = &mut self.transposed;
        let mut work: Vec<Work<'_>> = Vec::new();
        for (stored, columns, target) in [
            (weights.weight_x, sizes.embedding, input),
            (weights.weight_h_iou, sizes.hidden, states),
            (weights.weight_h_f, sizes.hidden, forget),
        ] {
            work.push(Box::new(move || {
                transpose(stored, columns, target);
                Ok(())
            }));
        }
        let mut inputs = Rows::new(&mut self.inputs, sizes.embedding);
        for part in parts(0..plan.tokens.len(), team, LEAST_ROWS) {
            let (inputs, embedding) = (inputs.take(part.len()), weights.embedding);
            work.push(Box::new(move || {
                Arch::new().dispatch(MeanEmbeddings { plan, rows: part, embedding, width: sizes.embedding, inputs });
                Ok(())
            }));
        }
        share(team, work)
    }

    fn tabulate(&mut self, pass: Pass<'_, T>) -> Result<()> {
        let Pass { sizes, weights, plan, team } = pass;
        let width = 4 * sizes.hidden;
        let inputs = Matrix::of(&self.inputs[plan.leaves * sizes.embedding..], sizes.embedding);
        let factor = Matrix::of(&self.transposed.input, width);
        let mut table = Rows::new(&mut self.table, width);
        let task = |part: Range<usize>| -> Work<'_> {
            let rows = table.take(part.len());
            Box::new(move || {
                product(rows, Before::Lost, inputs.rows(part), factor)?;
                rows.chunks_exact_mut(width).for_each(|row| add(row, weights.bias));
                Ok(())
            })
        };
        let work = parts(0..plan.table_rows(), team, LEAST_ROWS).map(task).collect();
        share(team, work)
    }

    fn conclude(&mut self, pass: Pass<'_, T>, results: TreeResults<&mut [T]>) -> Result<()> {
        let Pass { sizes, weights, plan, team } = pass;
        let TreeResults { outputs, means: of_trees, statements } = results;
        let size = sizes.hidden;
        for (&node, state) in plan.statement_nodes.iter().zip(statements.chunks_exact_mut(size)) {
            state.copy_from_slice(row(&self.hidden, node as usize, size));
        }
        let factor = Matrix::of(weights.output_weight, size).transposed();
        let (mut means, mut outputs) = (Rows::new(&mut self.means, size), Rows::new(outputs, sizes.output));
        let hidden = &self.hidden;
        let task = |trees: Range<usize>| -> Work<'_> {
            let (means, outputs) = (means.take(trees.len()), outputs.take(trees.len()));
            Box::new(move || {
                Arch::new().dispatch(Means { plan, trees, size, hidden, target: means });
                product(outputs, Before::Lost, Matrix::of(means, size), factor)?;
                outputs.chunks_exact_mut(sizes.output).for_each(|row| add(row, weights.output_bias));
                Ok(())
            })
        };
        let work = parts(0..plan.tree_count(), team, LEAST_ROWS).map(task).collect();
        share(team, work)?;
        of_trees.copy_from_slice(&self.means);
        Ok(())
    }
}

//! The backward pass: levels from the top down, then one product a weight.

use std::ops::Range;

use pulp::Arch;

use super::collect::AddRows;
use super::forward::States;
use super::gather::{Arrived, Gates, LeafGates, Upper};
use super::rows::{Rows, blocks, fit};
use super::{BLOCK, LEAST_ROWS, Pass, TreeResults, TreeSizes, TreeWeights};
use crate::error::Result;
use crate::product::{Before, Matrix, product};
use crate::real::Real;
use crate::team::{Work, parts, share};
use crate::weights::multiply_by;

/// Gradients on their way down.
#[derive(Debug, Clone, Default)]
pub(super) struct Flow<T> {
    /// (T, H): of the mean states, divided by the size of their tree.
    means: Vec<T>,
    nodes: NodeGradients<T>,
}

/// Gradients of nodes, entries and edges, with the letters of [`States`].
#[derive(Debug, Clone, Default)]
pub(super) struct NodeGradients<T> {
    /// (L, 3H) and (N − L, 4H): of what enters the gates.
    pub(super) leaf_gates: Vec<T>,
    pub(super) inner_gates: Vec<T>,
    /// (N − L, H) each.
    child_sums: Vec<T>,
    cells: Vec<T>,
    /// (nodes below the top level, H).
    pub(super) recurrent: Vec<T>,
    /// (K, 4H).
    pub(super) table: Vec<T>,
    /// (L + K, embedding).
    pub(super) inputs: Vec<T>,
    /// Of `h`, and of `c` as far as it comes from parents, for one block a member of the team.
    block: Vec<T>,
}

/// What a backward pass reads.
#[derive(Clone, Copy)]
pub(super) struct Given<'s, T> {
    pub(super) pass: Pass<'s, T>,
    pub(super) states: &'s States<T>,
    /// (T, H), divided by the size of their tree.
    pub(super) means: &'s [T],
    /// (S, H), or nothing.
    pub(super) statements: &'s [T],
}

impl<T: Real> Flow<T> {
    pub(super) fn compute(
        &mut self,
        pass: Pass<'_, T>,
        states: &States<T>,
        results: TreeResults<&[T]>,
        mut gradients: TreeWeights<&mut [T]>,
    ) -> Result<()> {
        let Self { means, nodes } = self;
        fit(means, pass.plan.tree_count() * pass.sizes.hidden);
        nodes.fit(pass);
        enter(pass, states, results, means, &mut gradients)?;
        let given = Given { pass, states, means, statements: results.statements };
        nodes.walk(given)?;
        nodes.collect_weights(given, gradients)
    }
}

/// The output layer backwards, to the mean states.
fn enter<T: Real>(
    pass: Pass<'_, T>,
    states: &States<T>,
    results: TreeResults<&[T]>,
    means: &mut [T],
    gradients: &mut TreeWeights<&mut [T]>,
) -> Result<()> {
    let (size, outputs) = (pass.sizes.hidden, Matrix::of(results.outputs, pass.sizes.output));
    if results.means.is_empty() {
        means.fill(T::ZERO);
    } else {
        means.copy_from_slice(results.means);
    }
    gradients.output_weight.fill(T::ZERO);
    gradients.output_bias.fill(T::ZERO);
    if !results.outputs.is_empty() {
        product(means, Before::Kept, outputs, Matrix::of(pass.weights.output_weight, size))?;
        product(gradients.output_weight, Before::Lost, outputs.transposed(), Matrix::of(&states.means, size))?;
        Arch::new().dispatch(AddRows { rows: results.outputs, sum: gradients.output_bias });
    }
    for (mean, &nodes) in means.chunks_exact_mut(size).zip(&pass.plan.tree_sizes) {
        multiply_by(mean, T::ONE / T::from_count(nodes));
    }
    Ok(())
}

impl<T: Real> NodeGradients<T> {
    fn fit(&mut self, pass: Pass<'_, T>) {
        let (TreeSizes { embedding, hidden, .. }, plan) = (pass.sizes, pass.plan);
        fit(&mut self.leaf_gates, plan.leaves * 3 * hidden);
        fit(&mut self.inner_gates, plan.inner_count() * 4 * hidden);
        fit(&mut self.child_sums, plan.inner_count() * hidden);
        fit(&mut self.cells, plan.inner_count() * hidden);
        fit(&mut self.recurrent, plan.below_top() * hidden);
        fit(&mut self.table, plan.table_rows() * 4 * hidden);
        fit(&mut self.inputs, plan.tokens.len() * embedding);
        fit(&mut self.block, pass.team.size().get() * 2 * BLOCK * hidden);
    }

    /// All levels, from the top down.
    fn walk(&mut self, given: Given<'_, T>) -> Result<()> {
        for (level, nodes) in given.pass.plan.levels.iter().enumerate().rev() {
            let work = if level == 0 { self.leaves(given) } else { self.level(given, nodes) };
            share(given.pass.team, work)?;
        }
        Ok(())
    }

    fn level<'s>(&'s mut self, given: Given<'s, T>, nodes: &Range<usize>) -> Vec<Work<'s>> {
        let (mut own, upper) = self.split(given.pass, nodes);
        let task = |part: Range<usize>| -> Work<'s> {
            let mut own = own.take_part(part.len());
            Box::new(move || blocks(part).try_for_each(|nodes| own.compute(given, nodes, upper)))
        };
        parts(nodes.clone(), given.pass.team, LEAST_ROWS).map(task).collect()
    }

    fn leaves<'s>(&'s mut self, given: Given<'s, T>) -> Vec<Work<'s>> {
        let (plan, size) = (given.pass.plan, given.pass.sizes.hidden);
        let upper = Upper { first: plan.leaves, child_sums: &self.child_sums, cells: &self.cells };
        let mut own = Own {
            gates: Rows::new(&mut self.leaf_gates, 3 * size),
            recurrent: Rows::new(&mut self.recurrent, size),
            cells: Rows::new(&mut [], size),
            child_sums: Rows::new(&mut [], size),
            blocks: Rows::new(&mut self.block, 2 * BLOCK * size),
        };
        let task = |part: Range<usize>| -> Work<'s> {
            let mut own = own.take_part(part.len());
            Box::new(move || blocks(part).try_for_each(|nodes| own.compute_leaves(given, nodes, upper)))
        };
        parts(0..plan.leaves, given.pass.team, LEAST_ROWS).map(task).collect()
    }

    /// The rows of a level, and those above it.
    fn split<'s>(&'s mut self, pass: Pass<'s, T>, nodes: &Range<usize>) -> (Own<'s, T>, Upper<'s, T>) {
        let (size, leaves) = (pass.sizes.hidden, pass.plan.leaves);
        let (first, end) = ((nodes.start - leaves) * size, (nodes.end - leaves) * size);
        let (child_sums, upper_child_sums) = self.child_sums[first..].split_at_mut(end - first);
        let (cells, upper_cells) = self.cells[first..].split_at_mut(end - first);
        let below = self.recurrent.len().min(nodes.start * size);
        let own = Own {
            gates: Rows::new(&mut self.inner_gates[4 * first..], 4 * size),
            recurrent: Rows::new(&mut self.recurrent[below..], size),
            cells: Rows::new(cells, size),
            child_sums: Rows::new(child_sums, size),
            blocks: Rows::new(&mut self.block, 2 * BLOCK * size),
        };
        (own, Upper { first: nodes.end, child_sums: upper_child_sums, cells: upper_cells })
    }
}

/// The rows that some nodes write.
struct Own<'s, T> {
    gates: Rows<'s, T>,
    /// Empty on the top level.
    recurrent: Rows<'s, T>,
    /// Empty for leaves, as `child_sums`.
    cells: Rows<'s, T>,
    child_sums: Rows<'s, T>,
    /// Twice a block's rows for each part.
    blocks: Rows<'s, T>,
}

impl<'s, T: Real> Own<'s, T> {
    /// What one member of the team writes.
    fn take_part(&mut self, rows: usize) -> Self {
        Self {
            gates: self.gates.take_rows(rows),
            recurrent: self.recurrent.take_rows(rows),
            cells: self.cells.take_rows(rows),
            child_sums: self.child_sums.take_rows(rows),
            blocks: self.blocks.take_rows(1),
        }
    }

    fn compute(&mut self, given: Given<'s, T>, nodes: Range<usize>, upper: Upper<'s, T>) -> Result<()> {
        let size = given.pass.sizes.hidden;
        let (gates, cells) = (self.gates.take(nodes.len()), self.cells.take(nodes.len()));
        let child_sums = self.child_sums.take(nodes.len());
        let arrived = self.arrive(given, nodes.clone(), upper)?;
        Arch::new().dispatch(Gates { given, nodes, arrived, entering: gates, cells });
        let entering = Matrix::of(gates, 4 * size).first_columns(3 * size);
        product(child_sums, Before::Lost, entering, Matrix::of(given.pass.weights.weight_h_iou, size))
    }

    fn compute_leaves(&mut self, given: Given<'s, T>, nodes: Range<usize>, upper: Upper<'s, T>) -> Result<()> {
        let entering = self.gates.take(nodes.len());
        let arrived = self.arrive(given, nodes.clone(), upper)?;
        Arch::new().dispatch(LeafGates { given, nodes, arrived, entering });
        Ok(())
    }

    /// What comes to a block of nodes.
    fn arrive(&mut self, given: Given<'s, T>, nodes: Range<usize>, upper: Upper<'s, T>) -> Result<Arrived<'_, T>> {
        let (size, recurrent) = (given.pass.sizes.hidden, self.recurrent.take(nodes.len()));
        let (hidden, cells) = self.blocks.all().split_at_mut(BLOCK * size);
        let rows = nodes.len() * size;
        Arrived { hidden: &mut hidden[..rows], cells: &mut cells[..rows] }.gather(given, nodes, upper, recurrent)
    }
}

//! The backward pass: levels from the top down, then one product a weight.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::forward::{States, blocks};
use super::plan::Plan;
use super::rows::{Rows, fit, row, row_mut};
use super::{BLOCK, LEAST_ROWS, TreeResults, TreeSizes, TreeWeights};
use crate::error::Result;
use crate::product::{Before, Matrix, product};
use crate::real::Real;
use crate::team::{Team, Work, parts, share};
use crate::weights::add;

/// Gradients on their way down, with the letters of [`States`].
#[derive(Debug, Clone, Default)]
pub(super) struct Flow<T> {
    /// (T, H): of the mean states, divided by the size of their tree.
    means: Vec<T>,
    /// (L, 3H) and (N − L, 4H): of what enters the gates.
    leaf_gates: Vec<T>,
    inner_gates: Vec<T>,
    /// (N − L, H) each.
    child_sums: Vec<T>,
    cells: Vec<T>,
    /// (nodes below the top level, H).
    recurrent: Vec<T>,
    /// (K, 4H).
    table: Vec<T>,
    /// (L + K, embedding).
    inputs: Vec<T>,
    /// Of `h`, and of `c` as far as it comes from parents, for one block a member of the team.
    block: Vec<T>,
}

/// What a backward pass reads.
#[derive(Clone, Copy)]
struct Given<'s, T> {
    sizes: TreeSizes,
    plan: &'s Plan,
    states: &'s States<T>,
    weights: TreeWeights<&'s [T]>,
    /// (T, H), divided by the size of their tree.
    means: &'s [T],
    /// (S, H), or nothing.
    statements: &'s [T],
}

impl<T: Real> Flow<T> {
    #[expect(clippy::too_many_arguments, reason = "a pass reads states and weights and writes gradients")]
    pub(super) fn compute(
        &mut self,
        sizes: TreeSizes,
        weights: &TreeWeights<&[T]>,
        plan: &Plan,
        states: &States<T>,
        results: TreeResults<&[T]>,
        mut gradients: TreeWeights<&mut [T]>,
        team: &dyn Team,
    ) -> Result<()> {
        self.fit(sizes, plan, team);
        self.enter(sizes, weights, plan, states, results, &mut gradients)?;
        let means = std::mem::take(&mut self.means);
        let given = Given { sizes, plan, states, weights: *weights, means: &means, statements: results.statements };
        let walked = self.walk(given, team).and_then(|()| self.conclude(given, gradients, team));
        self.means = means;
        walked
    }

    fn fit(&mut self, sizes: TreeSizes, plan: &Plan, team: &dyn Team) {
        let TreeSizes { embedding, hidden, .. } = sizes;
        fit(&mut self.means, plan.tree_count() * hidden);
        fit(&mut self.leaf_gates, plan.leaves * 3 * hidden);
        fit(&mut self.inner_gates, plan.inner_count() * 4 * hidden);
        fit(&mut self.child_sums, plan.inner_count() * hidden);
        fit(&mut self.cells, plan.inner_count() * hidden);
        fit(&mut self.recurrent, plan.below_top() * hidden);
        fit(&mut self.table, plan.table_rows() * 4 * hidden);
        fit(&mut self.inputs, plan.tokens.len() * embedding);
        fit(&mut self.block, team.size().get() * 2 * BLOCK * hidden);
    }

    /// The output layer backwards.
    fn enter(
        &mut self,
        sizes: TreeSizes,
        weights: &TreeWeights<&[T]>,
        plan: &Plan,
        states: &States<T>,
        results: TreeResults<&[T]>,
        gradients: &mut TreeWeights<&mut [T]>,
    ) -> Result<()> {
        let (size, outputs) = (sizes.hidden, Matrix::of(results.outputs, sizes.output));
        if results.means.is_empty() {
            self.means.fill(T::ZERO);
        } else {
            self.means.copy_from_slice(results.means);
        }
        gradients.output_weight.fill(T::ZERO);
        gradients.output_bias.fill(T::ZERO);
        if !results.outputs.is_empty() {
            product(&mut self.means, Before::Kept, outputs, Matrix::of(weights.output_weight, size))?;
            product(gradients.output_weight, Before::Lost, outputs.transposed(), Matrix::of(&states.means, size))?;
            Arch::new().dispatch(AddRows { rows: results.outputs, sum: gradients.output_bias });
        }
        for (mean, &nodes) in self.means.chunks_exact_mut(size).zip(&plan.tree_sizes) {
            let scale = T::ONE / T::from_count(nodes);
            mean.iter_mut().for_each(|mean| *mean = *mean * scale);
        }
        Ok(())
    }

    /// All levels, from the top down.
    fn walk(&mut self, given: Given<'_, T>, team: &dyn Team) -> Result<()> {
        for (level, nodes) in given.plan.levels.iter().enumerate().rev() {
            let work = if level == 0 { self.leaves(given, team) } else { self.level(given, nodes, team) };
            share(team, work)?;
        }
        Ok(())
    }

    fn level<'s>(&'s mut self, given: Given<'s, T>, nodes: &Range<usize>, team: &dyn Team) -> Vec<Work<'s>> {
        let (size, leaves) = (given.sizes.hidden, given.plan.leaves);
        let (first, end) = ((nodes.start - leaves) * size, (nodes.end - leaves) * size);
        let (child_sums, upper_child_sums) = self.child_sums[first..].split_at_mut(end - first);
        let (cells, upper_cells) = self.cells[first..].split_at_mut(end - first);
        let upper = Upper { first: nodes.end, child_sums: upper_child_sums, cells: upper_cells };
        let mut child_sums = Rows::new(child_sums, size);
        let mut cells = Rows::new(cells, size);
        let mut gates = Rows::new(&mut self.inner_gates[4 * first..4 * end], 4 * size);
        let below = self.recurrent.len().min(nodes.start * size);
        let mut recurrent = Rows::new(&mut self.recurrent[below..], size);
        let mut blocks_of_parts = Rows::new(&mut self.block, 2 * BLOCK * size);
        let weight = Matrix::of(given.weights.weight_h_iou, size);
        let task = |part: Range<usize>| -> Work<'s> {
            let mut child_sums = child_sums.take_rows(part.len());
            let mut cells = cells.take_rows(part.len());
            let mut gates = gates.take_rows(part.len());
            let mut recurrent = recurrent.take_rows(part.len());
            let (of_hidden, of_cells) = blocks_of_parts.take(1).split_at_mut(BLOCK * size);
            Box::new(move || {
                for nodes in blocks(part) {
                    let count = nodes.len();
                    let (gates, recurrent) = (gates.take(count), recurrent.take(count));
                    let arrived = Arrived { hidden: &mut of_hidden[..count * size], cells: &mut of_cells[..count * size] };
                    let arrived = arrived.gather(given, nodes.clone(), upper, recurrent)?;
                    Arch::new().dispatch(Gates { given, nodes, arrived, gates, cells: cells.take(count) });
                    let entering = Matrix::of(gates, 4 * size).first_columns(3 * size);
                    product(child_sums.take(count), Before::Lost, entering, weight)?;
                }
                Ok(())
            })
        };
        parts(nodes.clone(), team, LEAST_ROWS).map(task).collect()
    }

    fn leaves<'s>(&'s mut self, given: Given<'s, T>, team: &dyn Team) -> Vec<Work<'s>> {
        let size = given.sizes.hidden;
        let upper = Upper { first: given.plan.leaves, child_sums: &self.child_sums, cells: &self.cells };
        let mut gates = Rows::new(&mut self.leaf_gates, 3 * size);
        let mut recurrent = Rows::new(&mut self.recurrent, size);
        let mut blocks_of_parts = Rows::new(&mut self.block, 2 * BLOCK * size);
        let task = |part: Range<usize>| -> Work<'s> {
            let mut gates = gates.take_rows(part.len());
            let mut recurrent = recurrent.take_rows(part.len());
            let (of_hidden, of_cells) = blocks_of_parts.take(1).split_at_mut(BLOCK * size);
            Box::new(move || {
                for nodes in blocks(part) {
                    let count = nodes.len();
                    let (gates, recurrent) = (gates.take(count), recurrent.take(count));
                    let arrived = Arrived { hidden: &mut of_hidden[..count * size], cells: &mut of_cells[..count * size] };
                    let arrived = arrived.gather(given, nodes.clone(), upper, recurrent)?;
                    Arch::new().dispatch(LeafGates { given, nodes, arrived, gates });
                }
                Ok(())
            })
        };
        parts(0..given.plan.leaves, team, LEAST_ROWS).map(task).collect()
    }

    fn conclude(&mut self, given: Given<'_, T>, gradients: TreeWeights<&mut [T]>, team: &dyn Team) -> Result<()> {
        self.collect_table(given, team)?;
        let TreeWeights { embedding, weight_x, weight_h_iou, weight_h_f, bias, .. } = gradients;
        let mut work = self.recurrent_weights(given, weight_h_iou, weight_h_f, team);
        work.extend(self.input_weights(given, weight_x, bias, team));
        share(team, work)?;
        let work = self.input_gradients(given, team);
        share(team, work)?;
        let work: Vec<Work<'_>> = vec![Box::new(|| {
            let (plan, inputs, width) = (given.plan, &self.inputs, given.sizes.embedding);
            Arch::new().dispatch(Embeddings { plan, inputs, width, embedding });
            Ok(())
        })];
        share(team, work)
    }

    /// What enters the gates of inner nodes, summed by row of the table.
    fn collect_table(&mut self, given: Given<'_, T>, team: &dyn Team) -> Result<()> {
        let (plan, width) = (given.plan, 4 * given.sizes.hidden);
        let (gates, mut table) = (&self.inner_gates, Rows::new(&mut self.table, width));
        let task = |rows: Range<usize>| -> Work<'_> {
            let table = table.take(rows.len());
            Box::new(move || {
                Arch::new().dispatch(CollectTable { plan, rows, width, gates, table });
                Ok(())
            })
        };
        let work = parts(0..plan.table_rows(), team, 1).map(task).collect();
        share(team, work)
    }

    fn recurrent_weights<'s>(
        &'s self,
        given: Given<'s, T>,
        weight_h_iou: &'s mut [T],
        weight_h_f: &'s mut [T],
        team: &dyn Team,
    ) -> Vec<Work<'s>> {
        let (size, below_top) = (given.sizes.hidden, given.plan.below_top());
        let entering = Matrix::of(&self.inner_gates, 4 * size).first_columns(3 * size);
        let child_sums = Matrix::of(&given.states.child_sums, size);
        let hidden = Matrix::of(&given.states.hidden, size).rows(0..below_top);
        let mut work = products(weight_h_iou, entering, child_sums, team);
        work.extend(products(weight_h_f, Matrix::of(&self.recurrent, size), hidden, team));
        work
    }

    fn input_weights<'s>(
        &'s self,
        given: Given<'s, T>,
        weight_x: &'s mut [T],
        bias: &'s mut [T],
        team: &dyn Team,
    ) -> Vec<Work<'s>> {
        let TreeSizes { embedding, hidden, .. } = given.sizes;
        let inputs = Matrix::of(&given.states.inputs, embedding);
        let (leaves, inner) = (inputs.rows(0..given.plan.leaves), inputs.rows(given.plan.leaves..given.plan.tokens.len()));
        let of_leaves = Matrix::of(&self.leaf_gates, 3 * hidden).transposed();
        let of_inner = Matrix::of(&self.table, 4 * hidden).transposed();
        let mut rows = Rows::new(weight_x, embedding);
        let task = |part: Range<usize>| -> Work<'s> {
            let target = rows.take(part.len());
            Box::new(move || {
                product(target, Before::Lost, of_inner.rows(part.clone()), inner)?;
                let part = part.start.min(3 * hidden)..part.end.min(3 * hidden);
                product(&mut target[..part.len() * embedding], Before::Kept, of_leaves.rows(part), leaves)
            })
        };
        let mut work: Vec<Work<'s>> = parts(0..4 * hidden, team, LEAST_ROWS).map(task).collect();
        work.push(Box::new(move || {
            bias.fill(T::ZERO);
            Arch::new().dispatch(AddRows { rows: &self.table, sum: bias });
            Arch::new().dispatch(AddRows { rows: &self.leaf_gates, sum: &mut bias[..3 * hidden] });
            Ok(())
        }));
        work
    }

    fn input_gradients<'s>(&'s mut self, given: Given<'s, T>, team: &dyn Team) -> Vec<Work<'s>> {
        let TreeSizes { embedding, hidden, .. } = given.sizes;
        let leaves = given.plan.leaves;
        let weight = Matrix::of(given.weights.weight_x, embedding);
        let (of_leaves, of_inner) = (Matrix::of(&self.leaf_gates, 3 * hidden), Matrix::of(&self.table, 4 * hidden));
        let (own, below) = self.inputs.split_at_mut(leaves * embedding);
        let mut work = row_products(own, of_leaves, weight.rows(0..3 * hidden), team);
        work.extend(row_products(below, of_inner, weight, team));
        work
    }
}

/// `target = left · right`, cut along the rows of `left`.
fn row_products<'s, T: Real>(
    target: &'s mut [T],
    left: Matrix<'s, T>,
    right: Matrix<'s, T>,
    team: &dyn Team,
) -> Vec<Work<'s>> {
    let mut rows = Rows::new(target, right.column_count());
    let task = |part: Range<usize>| -> Work<'s> {
        let target = rows.take(part.len());
        Box::new(move || product(target, Before::Lost, left.rows(part), right))
    };
    parts(0..left.row_count(), team, LEAST_ROWS).map(task).collect()
}

/// `target = gradientsᵀ · values`: the gradient of a weight, cut along its rows.
fn products<'s, T: Real>(
    target: &'s mut [T],
    gradients: Matrix<'s, T>,
    values: Matrix<'s, T>,
    team: &dyn Team,
) -> Vec<Work<'s>> {
    row_products(target, gradients.transposed(), values, team)
}

/// Gradients of the levels above some nodes.
#[derive(Clone, Copy)]
struct Upper<'s, T> {
    /// The first node above.
    first: usize,
    child_sums: &'s [T],
    cells: &'s [T],
}

/// What comes to the nodes of a block from outside and from their parents.
struct Arrived<'b, T> {
    hidden: &'b mut [T],
    cells: &'b mut [T],
}

impl<'b, T: Real> Arrived<'b, T> {
    fn gather(
        mut self,
        given: Given<'_, T>,
        nodes: Range<usize>,
        upper: Upper<'_, T>,
        recurrent: &mut [T],
    ) -> Result<Self> {
        let arrived = &mut self;
        if recurrent.is_empty() {
            Arch::new().dispatch(FromOutside { given, nodes, arrived });
            return Ok(self);
        }
        Arch::new().dispatch(FromParents { given, nodes, upper, arrived, recurrent });
        let (size, weight) = (given.sizes.hidden, given.weights.weight_h_f);
        product(self.hidden, Before::Kept, Matrix::of(recurrent, size), Matrix::of(weight, size))?;
        Ok(self)
    }
}

/// On the top level.
struct FromOutside<'a, 'b, 's, T> {
    given: Given<'s, T>,
    nodes: Range<usize>,
    arrived: &'a mut Arrived<'b, T>,
}

impl<T: Real> NullaryFnOnce for FromOutside<'_, '_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { given, nodes, arrived } = self;
        arrived.cells.fill(T::ZERO);
        for (node, hidden) in nodes.zip(arrived.hidden.chunks_exact_mut(given.sizes.hidden)) {
            from_outside(given, node, hidden);
        }
    }
}

/// Below the top level: also gives `r̄`.
struct FromParents<'a, 'b, 's, T> {
    given: Given<'s, T>,
    nodes: Range<usize>,
    upper: Upper<'s, T>,
    arrived: &'a mut Arrived<'b, T>,
    recurrent: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for FromParents<'_, '_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { given, nodes, upper, arrived, recurrent } = self;
        let (size, plan) = (given.sizes.hidden, given.plan);
        arrived.cells.fill(T::ZERO);
        recurrent.fill(T::ZERO);
        for (place, node) in nodes.enumerate() {
            let hidden = row_mut(arrived.hidden, place, size);
            from_outside(given, node, hidden);
            let (cell, recurrent) = (row_mut(arrived.cells, place, size), row_mut(recurrent, place, size));
            for &edge in plan.parents.run(node) {
                let parent = plan.edge_parent[edge as usize] as usize - upper.first;
                add(hidden, row(upper.child_sums, parent, size));
                let forget = row(&given.states.forget, edge as usize, size);
                through_forget_gate(row(upper.cells, parent, size), forget, cell, recurrent);
            }
            let own = row(&given.states.cells, node, size);
            recurrent.iter_mut().zip(own).for_each(|(recurrent, &own)| *recurrent = *recurrent * own);
        }
    }
}

/// The gradient of a node's state as far as it comes from means and statements.
#[inline(always)]
fn from_outside<T: Real>(given: Given<'_, T>, node: usize, hidden: &mut [T]) {
    let (plan, size) = (given.plan, given.sizes.hidden);
    hidden.fill(T::ZERO);
    for &place in plan.pooled.run(node) {
        let count = T::from_count(plan.pool_counts[place as usize].into());
        let mean = row(given.means, plan.pool_tree[place as usize] as usize, size);
        hidden.iter_mut().zip(mean).for_each(|(hidden, &mean)| *hidden += count * mean);
    }
    if !given.statements.is_empty() {
        for &statement in plan.statements.run(node) {
            add(hidden, row(given.statements, statement as usize, size));
        }
    }
}

/// Adds `c̄_p ∘ f` to `c̄`, and `c̄_p ∘ f ∘ (1 − f)`, which lacks `c`, to `r̄`.
#[inline(always)]
fn through_forget_gate<T: Real>(of_parent: &[T], forget: &[T], cell: &mut [T], recurrent: &mut [T]) {
    for ((cell, recurrent), (&of_parent, &forget)) in cell.iter_mut().zip(recurrent).zip(of_parent.iter().zip(forget)) {
        let kept = of_parent * forget;
        *cell += kept;
        *recurrent += kept * (T::ONE - forget);
    }
}

/// `ā` and `c̄` of inner nodes.
struct Gates<'b, 's, T> {
    given: Given<'s, T>,
    nodes: Range<usize>,
    arrived: Arrived<'b, T>,
    gates: &'b mut [T],
    cells: &'b mut [T],
}

impl<T: Real> NullaryFnOnce for Gates<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { given, nodes, arrived, gates, cells } = self;
        let (size, states) = (given.sizes.hidden, given.states);
        for (place, node) in nodes.enumerate() {
            let (entering, forget) = row_mut(gates, place, 4 * size).split_at_mut(3 * size);
            let (hidden, cell) = (row(arrived.hidden, place, size), row_mut(cells, place, size));
            cell.copy_from_slice(row(arrived.cells, place, size));
            through_gates(states, node, hidden, cell, entering);
            let slope = row(&states.slopes, node - given.plan.leaves, size);
            for (forget, (&cell, &slope)) in forget.iter_mut().zip(cell.iter().zip(slope)) {
                *forget = cell * slope;
            }
        }
    }
}

/// `ā` of leaves.
struct LeafGates<'b, 's, T> {
    given: Given<'s, T>,
    nodes: Range<usize>,
    arrived: Arrived<'b, T>,
    gates: &'b mut [T],
}

impl<T: Real> NullaryFnOnce for LeafGates<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { given, nodes, arrived, gates } = self;
        let size = given.sizes.hidden;
        for (place, node) in nodes.enumerate() {
            let (hidden, cell) = (row(arrived.hidden, place, size), row_mut(arrived.cells, place, size));
            through_gates(given.states, node, hidden, cell, row_mut(gates, place, 3 * size));
        }
    }
}

/// From `h̄`, and what parents give to `c̄`, to the whole `c̄` and to `ā` of the gates i, o and u.
#[inline(always)]
fn through_gates<T: Real>(states: &States<T>, node: usize, of_hidden: &[T], of_cell: &mut [T], entering: &mut [T]) {
    let size = of_hidden.len();
    let (cells, gates) = (row(&states.cells, node, size), row(&states.gates, node, 3 * size));
    let (inner, rest) = gates.split_at(size);
    let (outer, candidate) = rest.split_at(size);
    let (to_inner, rest) = entering.split_at_mut(size);
    let (to_outer, to_candidate) = rest.split_at_mut(size);
    for ((of_cell, to_outer), ((&of_hidden, &cell), &outer)) in
        of_cell.iter_mut().zip(to_outer).zip(of_hidden.iter().zip(cells).zip(outer))
    {
        let squashed = cell.tangent();
        let shown = of_hidden * outer;
        *of_cell += shown * (T::ONE - squashed * squashed);
        *to_outer = shown * squashed * (T::ONE - outer);
    }
    for ((to_inner, to_candidate), ((&inner, &candidate), &of_cell)) in
        to_inner.iter_mut().zip(to_candidate).zip(inner.iter().zip(candidate).zip(&*of_cell))
    {
        let through = of_cell * inner;
        *to_inner = through * candidate * (T::ONE - inner);
        *to_candidate = through * (T::ONE - candidate * candidate);
    }
}

struct CollectTable<'s, T> {
    plan: &'s Plan,
    rows: Range<usize>,
    width: usize,
    gates: &'s [T],
    table: &'s mut [T],
}

impl<T: Real> NullaryFnOnce for CollectTable<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { plan, rows, width, gates, table } = self;
        for (table_row, sum) in rows.zip(table.chunks_exact_mut(width)) {
            sum.fill(T::ZERO);
            for &node in plan.table_nodes.run(table_row) {
                add(sum, row(gates, node as usize, width));
            }
        }
    }
}

/// Spreads gradients of inputs over the embeddings that they are means of. One thread does it: tokens repeat.
struct Embeddings<'s, T> {
    plan: &'s Plan,
    inputs: &'s [T],
    width: usize,
    embedding: &'s mut [T],
}

impl<T: Real> NullaryFnOnce for Embeddings<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { plan, inputs, width, embedding } = self;
        embedding.fill(T::ZERO);
        for (place, input) in inputs.chunks_exact(width).enumerate() {
            let tokens = plan.tokens.run(place);
            let scale = T::ONE / T::from_count(tokens.len() as u64);
            for &token in tokens {
                let sum = row_mut(embedding, token as usize, width);
                sum.iter_mut().zip(input).for_each(|(sum, &value)| *sum += value * scale);
            }
        }
    }
}

/// Adds rows to a sum.
struct AddRows<'s, T> {
    rows: &'s [T],
    sum: &'s mut [T],
}

impl<T: Real> NullaryFnOnce for AddRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for row in self.rows.chunks_exact(self.sum.len()) {
            add(self.sum, row);
        }
    }
}

//! The forward pass: inputs, the table of inner entries, levels from the leaves up, means.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::plan::Plan;
use super::rows::{Rows, fit, row, row_mut, transpose};
use super::{BLOCK, LEAST_ROWS, TreeResults, TreeSizes, TreeWeights};
use crate::error::Result;
use crate::product::{Before, Matrix, product};
use crate::real::Real;
use crate::team::{Team, Work, parts, share};
use crate::weights::add;

/// What the backward pass reads again. With N nodes, L leaves, E edges, K rows of the table, width H.
#[derive(Debug, Clone, Default)]
pub(super) struct States<T> {
    /// (L + K, embedding): mean embeddings of the leaves' entries and of those of inner nodes.
    pub(super) inputs: Vec<T>,
    /// (K, 4H): `W x + b` of the entries of inner nodes.
    table: Vec<T>,
    /// (N, 3H): the gates i, o and u.
    pub(super) gates: Vec<T>,
    /// (N, H) each.
    pub(super) cells: Vec<T>,
    pub(super) hidden: Vec<T>,
    /// (nodes below the top level, H): `U_f h`.
    recurrent: Vec<T>,
    /// (N − L, H): `h̃`, and `Σ_k c_k ∘ f_k ∘ (1 − f_k)`.
    pub(super) child_sums: Vec<T>,
    pub(super) slopes: Vec<T>,
    /// (E, H).
    pub(super) forget: Vec<T>,
    /// (T, H).
    pub(super) means: Vec<T>,
    /// The weights with inputs for rows, as products read them fastest.
    transposed: Transposed<T>,
}

#[derive(Debug, Clone, Default)]
struct Transposed<T> {
    input: Vec<T>,
    states: Vec<T>,
    forget: Vec<T>,
}

impl<T: Real> States<T> {
    pub(super) fn compute(
        &mut self,
        sizes: TreeSizes,
        weights: &TreeWeights<&[T]>,
        plan: &Plan,
        results: TreeResults<&mut [T]>,
        team: &dyn Team,
    ) -> Result<()> {
        self.fit(sizes, plan);
        self.read_weights(sizes, weights, plan, team)?;
        self.tabulate(sizes, weights, plan, team)?;
        for (level, nodes) in plan.levels.iter().enumerate() {
            let bias = &weights.bias[..3 * sizes.hidden];
            let work = if level == 0 { self.leaves(sizes, bias, plan, team) } else { self.level(sizes, nodes, plan, team) };
            share(team, work)?;
        }
        self.conclude(sizes, weights, plan, results, team)
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
    fn read_weights(
        &mut self,
        sizes: TreeSizes,
        weights: &TreeWeights<&[T]>,
        plan: &Plan,
        team: &dyn Team,
    ) -> Result<()> {
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

    fn tabulate(
        &mut self,
        sizes: TreeSizes,
        weights: &TreeWeights<&[T]>,
        plan: &Plan,
        team: &dyn Team,
    ) -> Result<()> {
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

    fn leaves<'s>(&'s mut self, sizes: TreeSizes, bias: &'s [T], plan: &'s Plan, team: &dyn Team) -> Vec<Work<'s>> {
        let (inputs, factors) = (Matrix::of(&self.inputs, sizes.embedding), &self.transposed);
        let input = Matrix::of(&factors.input, 4 * sizes.hidden).first_columns(3 * sizes.hidden);
        let forget = Matrix::of(&factors.forget, sizes.hidden);
        let mut own = Own {
            gates: Rows::new(&mut self.gates, 3 * sizes.hidden),
            cells: Rows::new(&mut self.cells, sizes.hidden),
            hidden: Rows::new(&mut self.hidden, sizes.hidden),
            recurrent: Rows::new(&mut self.recurrent, sizes.hidden),
        };
        let task = |part: Range<usize>| -> Work<'s> {
            let mut own = own.take(part.len());
            Box::new(move || {
                for block in blocks(part) {
                    let mut own = own.take(block.len());
                    product(own.gates.all(), Before::Lost, inputs.rows(block), input)?;
                    Arch::new().dispatch(Leaves { bias, size: sizes.hidden, own: &mut own });
                    own.multiply_forget(forget)?;
                }
                Ok(())
            })
        };
        parts(0..plan.leaves, team, LEAST_ROWS).map(task).collect()
    }

    fn level<'s>(
        &'s mut self,
        sizes: TreeSizes,
        nodes: &Range<usize>,
        plan: &'s Plan,
        team: &dyn Team,
    ) -> Vec<Work<'s>> {
        let size = sizes.hidden;
        let (lower_cells, cells) = self.cells.split_at_mut(nodes.start * size);
        let (lower_hidden, hidden) = self.hidden.split_at_mut(nodes.start * size);
        let split = self.recurrent.len().min(nodes.start * size);
        let (lower_recurrent, recurrent) = self.recurrent.split_at_mut(split);
        let lower = Lower { cells: lower_cells, hidden: lower_hidden, recurrent: lower_recurrent };
        let inner = (nodes.start - plan.leaves) * size;
        let edges = plan.children.range_of(nodes).start * size;
        let mut own = Inner {
            own: Own {
                gates: Rows::new(&mut self.gates[nodes.start * 3 * size..], 3 * size),
                cells: Rows::new(cells, size),
                hidden: Rows::new(hidden, size),
                recurrent: Rows::new(recurrent, size),
            },
            child_sums: Rows::new(&mut self.child_sums[inner..], size),
            slopes: Rows::new(&mut self.slopes[inner..], size),
            forget: Rows::new(&mut self.forget[edges..], size),
        };
        let table: &'s [T] = &self.table;
        let states = Matrix::of(&self.transposed.states, 3 * size);
        let forget = Matrix::of(&self.transposed.forget, size);
        let task = |part: Range<usize>| -> Work<'s> {
            let mut own = own.take(&part, plan);
            Box::new(move || {
                for nodes in blocks(part) {
                    let mut own = own.take(&nodes, plan);
                    Arch::new().dispatch(ChildSums { plan, nodes: nodes.clone(), size, lower, own: &mut own });
                    let child_sums = Matrix::of(own.child_sums.all(), size);
                    product(own.own.gates.all(), Before::Lost, child_sums, states)?;
                    Arch::new().dispatch(Activate { plan, nodes, size, table, lower, own: &mut own });
                    own.own.multiply_forget(forget)?;
                }
                Ok(())
            })
        };
        parts(nodes.clone(), team, LEAST_ROWS).map(task).collect()
    }

    fn conclude(
        &mut self,
        sizes: TreeSizes,
        weights: &TreeWeights<&[T]>,
        plan: &Plan,
        results: TreeResults<&mut [T]>,
        team: &dyn Team,
    ) -> Result<()> {
        let size = sizes.hidden;
        for (&node, state) in plan.statement_nodes.iter().zip(results.statements.chunks_exact_mut(size)) {
            state.copy_from_slice(row(&self.hidden, node as usize, size));
        }
        let factor = Matrix::of(weights.output_weight, size).transposed();
        let (mut means, mut outputs) = (Rows::new(&mut self.means, size), Rows::new(results.outputs, sizes.output));
        let hidden = &self.hidden;
        let task = |trees: Range<usize>| -> Work<'_> {
            let (means, outputs) = (means.take(trees.len()), outputs.take(trees.len()));
            Box::new(move || {
                Arch::new().dispatch(Means { plan, trees, size, hidden, means });
                product(outputs, Before::Lost, Matrix::of(means, size), factor)?;
                outputs.chunks_exact_mut(sizes.output).for_each(|row| add(row, weights.output_bias));
                Ok(())
            })
        };
        let work = parts(0..plan.tree_count(), team, LEAST_ROWS).map(task).collect();
        share(team, work)?;
        results.means.copy_from_slice(&self.means);
        Ok(())
    }
}

/// Rows in blocks that stay in the cache between the steps of a level.
pub(super) fn blocks(rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    rows.clone().step_by(BLOCK).map(move |start| start..rows.end.min(start + BLOCK))
}

/// The rows that some nodes write.
struct Own<'s, T> {
    gates: Rows<'s, T>,
    cells: Rows<'s, T>,
    hidden: Rows<'s, T>,
    /// Empty on the top level.
    recurrent: Rows<'s, T>,
}

impl<'s, T: Real> Own<'s, T> {
    fn take<'o>(&'o mut self, rows: usize) -> Own<'s, T> {
        Own {
            gates: self.gates.take_rows(rows),
            cells: self.cells.take_rows(rows),
            hidden: self.hidden.take_rows(rows),
            recurrent: self.recurrent.take_rows(rows),
        }
    }

    /// `r = U_f h`, except where no node has a parent.
    fn multiply_forget(&mut self, factor: Matrix<'_, T>) -> Result<()> {
        let recurrent = self.recurrent.all();
        if recurrent.is_empty() {
            return Ok(());
        }
        product(recurrent, Before::Lost, Matrix::of(self.hidden.all(), factor.column_count()), factor)
    }
}

/// The rows that some inner nodes write.
struct Inner<'s, T> {
    own: Own<'s, T>,
    child_sums: Rows<'s, T>,
    slopes: Rows<'s, T>,
    forget: Rows<'s, T>,
}

impl<'s, T: Real> Inner<'s, T> {
    fn take(&mut self, nodes: &Range<usize>, plan: &Plan) -> Inner<'s, T> {
        Inner {
            own: self.own.take(nodes.len()),
            child_sums: self.child_sums.take_rows(nodes.len()),
            slopes: self.slopes.take_rows(nodes.len()),
            forget: self.forget.take_rows(plan.children.range_of(nodes).len()),
        }
    }
}

/// States of all lower levels.
#[derive(Clone, Copy)]
struct Lower<'s, T> {
    cells: &'s [T],
    hidden: &'s [T],
    recurrent: &'s [T],
}

struct MeanEmbeddings<'s, T> {
    plan: &'s Plan,
    rows: Range<usize>,
    embedding: &'s [T],
    width: usize,
    inputs: &'s mut [T],
}

impl<T: Real> NullaryFnOnce for MeanEmbeddings<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { plan, rows, embedding, width, inputs } = self;
        for (input, place) in inputs.chunks_exact_mut(width).zip(rows) {
            let tokens = plan.tokens.run(place);
            input.fill(T::ZERO);
            for &token in tokens {
                let vector = row(embedding, token as usize, width);
                add(input, vector);
            }
            let scale = T::ONE / T::from_count(tokens.len() as u64);
            input.iter_mut().for_each(|input| *input = *input * scale);
        }
    }
}

struct Leaves<'o, 's, T> {
    bias: &'s [T],
    size: usize,
    own: &'o mut Own<'s, T>,
}

impl<T: Real> NullaryFnOnce for Leaves<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { bias, size, own: Own { gates, cells, hidden, .. } } = self;
        let cells = cells.all().chunks_exact_mut(size);
        let rows = gates.all().chunks_exact_mut(3 * size).zip(cells).zip(hidden.all().chunks_exact_mut(size));
        for ((gates, cell), hidden) in rows {
            open_gates(gates, bias, cell);
            show_cell(&gates[size..2 * size], cell, hidden);
        }
    }
}

/// `h̃ = Σ h_k`
struct ChildSums<'o, 's, T> {
    plan: &'s Plan,
    nodes: Range<usize>,
    size: usize,
    lower: Lower<'s, T>,
    own: &'o mut Inner<'s, T>,
}

impl<T: Real> NullaryFnOnce for ChildSums<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { plan, nodes, size, lower, own } = self;
        for (node, sum) in nodes.zip(own.child_sums.all().chunks_exact_mut(size)) {
            sum.fill(T::ZERO);
            for &child in plan.children.run(node) {
                let hidden = row(lower.hidden, child as usize, size);
                add(sum, hidden);
            }
        }
    }
}

/// Gates, cells and states of inner nodes, from `U h̃` in `gates`.
struct Activate<'o, 's, T> {
    plan: &'s Plan,
    nodes: Range<usize>,
    size: usize,
    table: &'s [T],
    lower: Lower<'s, T>,
    own: &'o mut Inner<'s, T>,
}

impl<T: Real> NullaryFnOnce for Activate<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { plan, nodes, size, table, lower, own } = self;
        let Inner { own: Own { gates, cells, hidden, .. }, slopes, forget, .. } = own;
        let (gates, cells, hidden) = (gates.all(), cells.all(), hidden.all());
        let (slopes, mut forget) = (slopes.all(), forget.all().chunks_exact_mut(size));
        for (place, node) in nodes.enumerate() {
            let tabulated = row(table, plan.table_row[node - plan.leaves] as usize, 4 * size);
            let (gates, cell) = (row_mut(gates, place, 3 * size), row_mut(cells, place, size));
            open_gates(gates, &tabulated[..3 * size], cell);
            let slope = row_mut(slopes, place, size);
            slope.fill(T::ZERO);
            for (&child, forget) in plan.children.run(node).iter().zip(&mut forget) {
                let (child, input) = (child as usize, &tabulated[3 * size..]);
                open_forget_gate(input, row(lower.recurrent, child, size), forget);
                keep_cell(forget, row(lower.cells, child, size), cell, slope);
            }
            show_cell(&gates[size..2 * size], cell, row_mut(hidden, place, size));
        }
    }
}

/// Adds `inputs` to the rows i, o and u, opens them, and gives `c = i ∘ u`.
#[inline(always)]
fn open_gates<T: Real>(gates: &mut [T], inputs: &[T], cell: &mut [T]) {
    let size = cell.len();
    let (inner, rest) = gates.split_at_mut(size);
    let (outer, candidate) = rest.split_at_mut(size);
    let (of_inner, rest) = inputs.split_at(size);
    let (of_outer, of_candidate) = rest.split_at(size);
    for (gate, &input) in outer.iter_mut().zip(of_outer) {
        *gate = (*gate + input).sigmoid();
    }
    let inputs = of_inner.iter().zip(of_candidate);
    for (((inner, candidate), cell), (&of_inner, &of_candidate)) in
        inner.iter_mut().zip(candidate).zip(cell).zip(inputs)
    {
        *inner = (*inner + of_inner).sigmoid();
        *candidate = (*candidate + of_candidate).tangent();
        *cell = *inner * *candidate;
    }
}

/// `f_k = σ(W_f x + b_f + U_f h_k)`
#[inline(always)]
fn open_forget_gate<T: Real>(input: &[T], recurrent: &[T], forget: &mut [T]) {
    for (forget, (&input, &recurrent)) in forget.iter_mut().zip(input.iter().zip(recurrent)) {
        *forget = (input + recurrent).sigmoid();
    }
}

/// Adds `f_k ∘ c_k` to a cell, and `c_k ∘ f_k ∘ (1 − f_k)` to its slope.
#[inline(always)]
fn keep_cell<T: Real>(forget: &[T], child: &[T], cell: &mut [T], slope: &mut [T]) {
    for ((cell, slope), (&forget, &child)) in cell.iter_mut().zip(slope).zip(forget.iter().zip(child)) {
        let kept = forget * child;
        *cell += kept;
        *slope += kept * (T::ONE - forget);
    }
}

/// `h = o ∘ tanh c`
#[inline(always)]
fn show_cell<T: Real>(outer: &[T], cell: &[T], hidden: &mut [T]) {
    for (hidden, (&outer, &cell)) in hidden.iter_mut().zip(outer.iter().zip(cell)) {
        *hidden = outer * cell.tangent();
    }
}

/// How many states are added up before their sum is added to the whole: this keeps rounding small in large trees.
const CHUNK: usize = 256;

struct Means<'s, T> {
    plan: &'s Plan,
    trees: Range<usize>,
    size: usize,
    hidden: &'s [T],
    means: &'s mut [T],
}

impl<T: Real> NullaryFnOnce for Means<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { plan, trees, size, hidden, means } = self;
        let mut chunk_sum = vec![T::ZERO; size];
        for (tree, mean) in trees.zip(means.chunks_exact_mut(size)) {
            mean.fill(T::ZERO);
            let (nodes, counts) = (plan.pool.run(tree), &plan.pool_counts[plan.pool.range(tree)]);
            for (nodes, counts) in nodes.chunks(CHUNK).zip(counts.chunks(CHUNK)) {
                chunk_sum.fill(T::ZERO);
                for (&node, &count) in nodes.iter().zip(counts) {
                    let (state, count) = (row(hidden, node as usize, size), T::from_count(count.into()));
                    chunk_sum.iter_mut().zip(state).for_each(|(sum, &value)| *sum += count * value);
                }
                add(mean, &chunk_sum);
            }
            let scale = T::ONE / T::from_count(plan.tree_sizes[tree]);
            mean.iter_mut().for_each(|mean| *mean = *mean * scale);
        }
    }
}

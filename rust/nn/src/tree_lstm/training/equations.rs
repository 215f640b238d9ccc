//! The equations of the forward pass, row by row.

use std::ops::Range;

use pulp::NullaryFnOnce;

use super::levels::{Inner, Lower, Own};
use super::plan::Plan;
use super::rows::{row, row_mut};
use crate::real::Real;
use crate::weights::{add, multiply_by};

pub(super) struct MeanEmbeddings<'s, T> {
    pub(super) plan: &'s Plan,
    pub(super) rows: Range<usize>,
    pub(super) embedding: &'s [T],
    pub(super) width: usize,
    pub(super) inputs: &'s mut [T],
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
            multiply_by(input, scale);
        }
    }
}

pub(super) struct Leaves<'o, 's, T> {
    pub(super) bias: &'s [T],
    pub(super) size: usize,
    pub(super) own: &'o mut Own<'s, T>,
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
pub(super) struct ChildSums<'o, 's, T> {
    pub(super) plan: &'s Plan,
    pub(super) nodes: Range<usize>,
    pub(super) size: usize,
    pub(super) lower: Lower<'s, T>,
    pub(super) own: &'o mut Inner<'s, T>,
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
pub(super) struct Activate<'o, 's, T> {
    pub(super) plan: &'s Plan,
    pub(super) nodes: Range<usize>,
    pub(super) size: usize,
    pub(super) lower: Lower<'s, T>,
    pub(super) own: &'o mut Inner<'s, T>,
}

impl<T: Real> NullaryFnOnce for Activate<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { plan, nodes, size, lower, own } = self;
        let Inner { own: Own { gates, cells, hidden, .. }, slopes, forget, .. } = own;
        let (gates, cells, hidden) = (gates.all(), cells.all(), hidden.all());
        let (slopes, mut forget) = (slopes.all(), forget.all().chunks_exact_mut(size));
        for (place, node) in nodes.enumerate() {
            let tabulated = row(lower.table, plan.table_row[node - plan.leaves] as usize, 4 * size);
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

pub(super) struct Means<'s, T> {
    pub(super) plan: &'s Plan,
    pub(super) trees: Range<usize>,
    pub(super) size: usize,
    pub(super) hidden: &'s [T],
    pub(super) target: &'s mut [T],
}

impl<T: Real> NullaryFnOnce for Means<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { plan, trees, size, hidden, target } = self;
        let mut chunk_sum = vec![T::ZERO; size];
        for (tree, mean) in trees.zip(target.chunks_exact_mut(size)) {
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
            multiply_by(mean, scale);
        }
    }
}

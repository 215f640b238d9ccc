//! The equations of the backward pass, row by row.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::backward::Given;
use super::forward::States;
use super::rows::{row, row_mut};
use crate::error::Result;
use crate::product::{Before, Matrix, product};
use crate::real::Real;
use crate::weights::add;

/// Gradients of the levels above some nodes.
#[derive(Clone, Copy)]
pub(super) struct Upper<'s, T> {
    /// The first node above.
    pub(super) first: usize,
    pub(super) child_sums: &'s [T],
    pub(super) cells: &'s [T],
}

/// What comes to the nodes of a block from outside and from their parents.
pub(super) struct Arrived<'b, T> {
    pub(super) hidden: &'b mut [T],
    pub(super) cells: &'b mut [T],
}

impl<T: Real> Arrived<'_, T> {
    pub(super) fn gather(
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
        let (size, weight) = (given.pass.sizes.hidden, given.pass.weights.weight_h_f);
        product(self.hidden, Before::Kept, Matrix::of(recurrent, size), Matrix::of(weight, size))?;
        Ok(self)
    }
}

/// On the top level.
pub(super) struct FromOutside<'a, 'b, 's, T> {
    pub(super) given: Given<'s, T>,
    pub(super) nodes: Range<usize>,
    pub(super) arrived: &'a mut Arrived<'b, T>,
}

impl<T: Real> NullaryFnOnce for FromOutside<'_, '_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { given, nodes, arrived } = self;
        arrived.cells.fill(T::ZERO);
        for (node, hidden) in nodes.zip(arrived.hidden.chunks_exact_mut(given.pass.sizes.hidden)) {
            from_outside(given, node, hidden);
        }
    }
}

/// Below the top level: also gives `r̄`.
pub(super) struct FromParents<'a, 'b, 's, T> {
    pub(super) given: Given<'s, T>,
    pub(super) nodes: Range<usize>,
    pub(super) upper: Upper<'s, T>,
    pub(super) arrived: &'a mut Arrived<'b, T>,
    pub(super) recurrent: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for FromParents<'_, '_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { given, nodes, upper, arrived, recurrent } = self;
        let (size, plan) = (given.pass.sizes.hidden, given.pass.plan);
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
    let (plan, size) = (given.pass.plan, given.pass.sizes.hidden);
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
pub(super) struct Gates<'b, 's, T> {
    pub(super) given: Given<'s, T>,
    pub(super) nodes: Range<usize>,
    pub(super) arrived: Arrived<'b, T>,
    pub(super) entering: &'b mut [T],
    pub(super) cells: &'b mut [T],
}

impl<T: Real> NullaryFnOnce for Gates<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { given, nodes, arrived, entering, cells } = self;
        let (size, states) = (given.pass.sizes.hidden, given.states);
        for (place, node) in nodes.enumerate() {
            let (gates, forget) = row_mut(entering, place, 4 * size).split_at_mut(3 * size);
            let (hidden, cell) = (row(arrived.hidden, place, size), row_mut(cells, place, size));
            cell.copy_from_slice(row(arrived.cells, place, size));
            through_gates(states, node, hidden, cell, gates);
            let slope = row(&states.slopes, node - given.pass.plan.leaves, size);
            for (forget, (&cell, &slope)) in forget.iter_mut().zip(cell.iter().zip(slope)) {
                *forget = cell * slope;
            }
        }
    }
}

/// `ā` of leaves.
pub(super) struct LeafGates<'b, 's, T> {
    pub(super) given: Given<'s, T>,
    pub(super) nodes: Range<usize>,
    pub(super) arrived: Arrived<'b, T>,
    pub(super) entering: &'b mut [T],
}

impl<T: Real> NullaryFnOnce for LeafGates<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { given, nodes, arrived, entering } = self;
        let size = given.pass.sizes.hidden;
        for (place, node) in nodes.enumerate() {
            let (hidden, cell) = (row(arrived.hidden, place, size), row_mut(arrived.cells, place, size));
            through_gates(given.states, node, hidden, cell, row_mut(entering, place, 3 * size));
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

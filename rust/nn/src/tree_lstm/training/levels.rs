//! Levels from the leaves up: who writes which rows, in which order.

use std::ops::Range;

use pulp::Arch;

use super::equations::{Activate, ChildSums, Leaves};
use super::forward::{States, Transposed};
use super::plan::Plan;
use super::rows::{Rows, blocks};
use super::{LEAST_ROWS, Pass};
use crate::error::Result;
use crate::product::{Before, Matrix, product};
use crate::real::Real;
use crate::team::{Work, parts};

impl<T: Real> States<T> {
    /// The work of the leaves.
    pub(super) fn leaves<'s>(&'s mut self, pass: Pass<'s, T>) -> Vec<Work<'s>> {
        let size = pass.sizes.hidden;
        let inputs = Matrix::of(&self.inputs, pass.sizes.embedding);
        let input = Matrix::of(&self.transposed.input, 4 * size).first_columns(3 * size);
        let forget = Matrix::of(&self.transposed.forget, size);
        let bias = &pass.weights.bias[..3 * size];
        let mut own = Own::new(&mut self.gates, &mut self.cells, &mut self.hidden, &mut self.recurrent, size);
        let task = |part: Range<usize>| -> Work<'s> {
            let mut own = own.take(part.len());
            Box::new(move || {
                for block in blocks(part) {
                    let mut own = own.take(block.len());
                    product(own.gates.all(), Before::Lost, inputs.rows(block), input)?;
                    Arch::new().dispatch(Leaves { bias, size, own: &mut own });
                    own.multiply_forget(forget)?;
                }
                Ok(())
            })
        };
        parts(0..pass.plan.leaves, pass.team, LEAST_ROWS).map(task).collect()
    }

    /// The work of a level of inner nodes.
    pub(super) fn level<'s>(&'s mut self, pass: Pass<'s, T>, nodes: &Range<usize>) -> Vec<Work<'s>> {
        let (mut own, lower) = self.split(pass, nodes);
        let task = |part: Range<usize>| -> Work<'s> {
            let mut own = own.take(&part, pass.plan);
            Box::new(move || blocks(part).try_for_each(|nodes| own.take(&nodes, pass.plan).compute(pass, nodes, lower)))
        };
        parts(nodes.clone(), pass.team, LEAST_ROWS).map(task).collect()
    }

    /// The rows of a level, from its first node on, and what it reads.
    fn split<'s>(&'s mut self, pass: Pass<'s, T>, nodes: &Range<usize>) -> (Inner<'s, T>, Lower<'s, T>) {
        let size = pass.sizes.hidden;
        let first = nodes.start * size;
        let (lower_cells, cells) = self.cells.split_at_mut(first);
        let (lower_hidden, hidden) = self.hidden.split_at_mut(first);
        let below = first.min(self.recurrent.len());
        let (lower_recurrent, recurrent) = self.recurrent.split_at_mut(below);
        let inner = (nodes.start - pass.plan.leaves) * size;
        let edges = pass.plan.children.range_of(nodes).start * size;
        let own = Inner {
            own: Own::new(&mut self.gates[3 * first..], cells, hidden, recurrent, size),
            child_sums: Rows::new(&mut self.child_sums[inner..], size),
            slopes: Rows::new(&mut self.slopes[inner..], size),
            forget: Rows::new(&mut self.forget[edges..], size),
        };
        let lower = Lower {
            cells: lower_cells,
            hidden: lower_hidden,
            recurrent: lower_recurrent,
            table: &self.table,
            weights: &self.transposed,
        };
        (own, lower)
    }
}

/// The rows that some nodes write.
pub(super) struct Own<'s, T> {
    pub(super) gates: Rows<'s, T>,
    pub(super) cells: Rows<'s, T>,
    pub(super) hidden: Rows<'s, T>,
    /// Empty on the top level.
    pub(super) recurrent: Rows<'s, T>,
}

impl<'s, T: Real> Own<'s, T> {
    fn new(gates: &'s mut [T], cells: &'s mut [T], hidden: &'s mut [T], recurrent: &'s mut [T], size: usize) -> Self {
        Self {
            gates: Rows::new(gates, 3 * size),
            cells: Rows::new(cells, size),
            hidden: Rows::new(hidden, size),
            recurrent: Rows::new(recurrent, size),
        }
    }

    fn take(&mut self, rows: usize) -> Self {
        Self {
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
pub(super) struct Inner<'s, T> {
    pub(super) own: Own<'s, T>,
    pub(super) child_sums: Rows<'s, T>,
    pub(super) slopes: Rows<'s, T>,
    pub(super) forget: Rows<'s, T>,
}

impl<'s, T: Real> Inner<'s, T> {
    fn take(&mut self, nodes: &Range<usize>, plan: &Plan) -> Self {
        Self {
            own: self.own.take(nodes.len()),
            child_sums: self.child_sums.take_rows(nodes.len()),
            slopes: self.slopes.take_rows(nodes.len()),
            forget: self.forget.take_rows(plan.children.range_of(nodes).len()),
        }
    }

    /// States of some nodes.
    fn compute(mut self, pass: Pass<'s, T>, nodes: Range<usize>, lower: Lower<'s, T>) -> Result<()> {
        let (plan, size) = (pass.plan, pass.sizes.hidden);
        Arch::new().dispatch(ChildSums { plan, nodes: nodes.clone(), size, lower, own: &mut self });
        let states = Matrix::of(&lower.weights.states, 3 * size);
        product(self.own.gates.all(), Before::Lost, Matrix::of(self.child_sums.all(), size), states)?;
        Arch::new().dispatch(Activate { plan, nodes, size, lower, own: &mut self });
        self.own.multiply_forget(Matrix::of(&lower.weights.forget, size))
    }
}

/// States of all lower levels, the table of inner entries, and the recurrent weights.
#[derive(Clone, Copy)]
pub(super) struct Lower<'s, T> {
    pub(super) cells: &'s [T],
    pub(super) hidden: &'s [T],
    pub(super) recurrent: &'s [T],
    pub(super) table: &'s [T],
    weights: &'s Transposed<T>,
}

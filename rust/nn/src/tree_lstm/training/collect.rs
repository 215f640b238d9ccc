//! Gradients of the weights, once those of all nodes are there.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::backward::{Given, NodeGradients};
use super::plan::Plan;
use super::rows::{Rows, row, row_mut};
use super::{LEAST_ROWS, Pass, TreeSizes, TreeWeights};
use crate::error::Result;
use crate::product::{Before, Matrix, product};
use crate::real::Real;
use crate::team::{Team, Work, parts, share};
use crate::weights::add;

impl<T: Real> NodeGradients<T> {
    /// Gradients of all weights but those of the output layer.
    pub(super) fn collect_weights(&mut self, given: Given<'_, T>, gradients: TreeWeights<&mut [T]>) -> Result<()> {
        let TreeWeights { embedding, weight_x, weight_h_iou, weight_h_f, bias, .. } = gradients;
        let team = given.pass.team;
        share(team, self.table(given.pass))?;
        let mut work = self.recurrent_weights(given, weight_h_iou, weight_h_f);
        work.extend(self.input_weights(given, weight_x));
        work.push(self.bias(bias));
        share(team, work)?;
        share(team, self.inputs(given.pass))?;
        share(team, vec![self.embeddings(given.pass, embedding)])
    }

    /// What enters the gates of inner nodes, summed by row of the table.
    fn table<'s>(&'s mut self, pass: Pass<'s, T>) -> Vec<Work<'s>> {
        let (plan, width) = (pass.plan, 4 * pass.sizes.hidden);
        let (gates, mut table) = (&self.inner_gates, Rows::new(&mut self.table, width));
        let task = |rows: Range<usize>| -> Work<'s> {
            let table = table.take(rows.len());
            Box::new(move || {
                Arch::new().dispatch(CollectTable { plan, rows, width, gates, table });
                Ok(())
            })
        };
        parts(0..plan.table_rows(), pass.team, 1).map(task).collect()
    }

    fn recurrent_weights<'s>(
        &'s self,
        given: Given<'s, T>,
        weight_h_iou: &'s mut [T],
        weight_h_f: &'s mut [T],
    ) -> Vec<Work<'s>> {
        let Pass { sizes, plan, team, .. } = given.pass;
        let size = sizes.hidden;
        let entering = Matrix::of(&self.inner_gates, 4 * size).first_columns(3 * size);
        let child_sums = Matrix::of(&given.states.child_sums, size);
        let hidden = Matrix::of(&given.states.hidden, size).rows(0..plan.below_top());
        let mut work = row_products(weight_h_iou, entering.transposed(), child_sums, team);
        work.extend(row_products(weight_h_f, Matrix::of(&self.recurrent, size).transposed(), hidden, team));
        work
    }

    /// From the table, and for the gates i, o and u from the leaves too.
    fn input_weights<'s>(&'s self, given: Given<'s, T>, weight_x: &'s mut [T]) -> Vec<Work<'s>> {
        let Pass { sizes: TreeSizes { embedding, hidden, .. }, plan, team, .. } = given.pass;
        let inputs = Matrix::of(&given.states.inputs, embedding);
        let (leaves, inner) = (inputs.rows(0..plan.leaves), inputs.rows(plan.leaves..plan.tokens.len()));
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
        parts(0..4 * hidden, team, LEAST_ROWS).map(task).collect()
    }

    fn bias<'s>(&'s self, bias: &'s mut [T]) -> Work<'s> {
        Box::new(move || {
            bias.fill(T::ZERO);
            Arch::new().dispatch(AddRows { rows: &self.table, sum: bias });
            let of_states = bias.len() / 4 * 3;
            Arch::new().dispatch(AddRows { rows: &self.leaf_gates, sum: &mut bias[..of_states] });
            Ok(())
        })
    }

    fn inputs<'s>(&'s mut self, pass: Pass<'s, T>) -> Vec<Work<'s>> {
        let TreeSizes { embedding, hidden, .. } = pass.sizes;
        let weight = Matrix::of(pass.weights.weight_x, embedding);
        let (of_leaves, of_inner) = (Matrix::of(&self.leaf_gates, 3 * hidden), Matrix::of(&self.table, 4 * hidden));
        let (leaves, inner) = self.inputs.split_at_mut(pass.plan.leaves * embedding);
        let mut work = row_products(leaves, of_leaves, weight.rows(0..3 * hidden), pass.team);
        work.extend(row_products(inner, of_inner, weight, pass.team));
        work
    }

    fn embeddings<'s>(&'s self, pass: Pass<'s, T>, embedding: &'s mut [T]) -> Work<'s> {
        Box::new(move || {
            let (plan, inputs, width) = (pass.plan, &self.inputs, pass.sizes.embedding);
            Arch::new().dispatch(Embeddings { plan, inputs, width, embedding });
            Ok(())
        })
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

pub(super) struct CollectTable<'s, T> {
    pub(super) plan: &'s Plan,
    pub(super) rows: Range<usize>,
    pub(super) width: usize,
    pub(super) gates: &'s [T],
    pub(super) table: &'s mut [T],
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
pub(super) struct Embeddings<'s, T> {
    pub(super) plan: &'s Plan,
    pub(super) inputs: &'s [T],
    pub(super) width: usize,
    pub(super) embedding: &'s mut [T],
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
pub(super) struct AddRows<'s, T> {
    pub(super) rows: &'s [T],
    pub(super) sum: &'s mut [T],
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

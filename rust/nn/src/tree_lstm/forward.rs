//! The forward pass: tables, leaves, levels, means.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::{Gate, TreeLstm, TreeStates};
use crate::activation::{sigmoid, tangent};
use crate::error::{Result, check_indices};
use crate::forest::ForestView;
use crate::product::multiply;
use crate::weights::{add, add_to_rows};

/// No row of a table.
const NONE: u32 = u32::MAX;

/// Buffers of a forward pass, kept between calls so that they are allocated once. They hold about
/// `3 · nodes · hidden + entries · (embedding + 4 · hidden)` floats of the largest forest seen.
#[derive(Debug, Clone, Default)]
pub struct TreeScratch {
    tables: Tables,
    level: LevelBuffers,
    states: States,
    sums: Vec<f64>,
    means: Vec<f32>,
}

/// `W x + b` an entry.
#[derive(Debug, Clone, Default)]
struct Tables {
    inputs: Vec<f32>,
    gates: Vec<f32>,
    /// Only entries of inner nodes need the forget gate; these are their inputs, results and places in both.
    forget_inputs: Vec<f32>,
    forget: Vec<f32>,
    forget_rows: Vec<u32>,
}

/// One row a node of the level at hand.
#[derive(Debug, Clone, Default)]
struct LevelBuffers {
    child_sums: Vec<f32>,
    gates: Vec<f32>,
}

/// One row a distinct node.
#[derive(Debug, Clone, Default)]
struct States {
    hidden: Vec<f32>,
    cells: Vec<f32>,
    /// `U_f h`, for every node that can be a child.
    forget: Vec<f32>,
}

impl TreeLstm<'_> {
    /// States of all nodes. Give forests of tens or hundreds of trees: the scratch grows with their distinct nodes.
    ///
    /// # Errors
    /// [`crate::NnError::OutOfRange`] for a token that the vocabulary lacks.
    pub fn states<'s>(&'s self, forest: ForestView<'s>, scratch: &'s mut TreeScratch) -> Result<TreeStates<'s>> {
        check_indices("token", forest.token_limit().checked_sub(1).into_iter(), self.sizes.vocabulary)?;
        self.tabulate(forest, &mut scratch.tables)?;
        scratch.states.fit(forest.node_count() * self.sizes.hidden);
        for (level, nodes) in forest.levels().enumerate() {
            if level == 0 {
                self.leaves(forest, scratch);
            } else {
                self.inner_level(forest, nodes.clone(), scratch)?;
            }
            if nodes.end < forest.node_count() {
                self.forget_products(nodes, &mut scratch.states)?;
            }
        }
        self.pool(forest, scratch);
        Ok(TreeStates { model: self, forest, hidden: &scratch.states.hidden, means: &scratch.means })
    }

    fn tabulate(&self, forest: ForestView<'_>, tables: &mut Tables) -> Result<()> {
        self.mean_embeddings(forest, &mut tables.inputs);
        tabulate_gate(&self.gates, &tables.inputs, &mut tables.gates)?;
        self.choose_forget_rows(forest, tables);
        tabulate_gate(&self.forget, &tables.forget_inputs, &mut tables.forget)
    }

    fn mean_embeddings(&self, forest: ForestView<'_>, inputs: &mut Vec<f32>) {
        let width = self.sizes.embedding;
        clear(inputs, forest.entry_count() * width);
        for (entry, input) in inputs.chunks_exact_mut(width).enumerate() {
            let tokens = forest.tokens(entry);
            for &token in tokens {
                add(input, row(self.embedding, token as usize, width));
            }
            let scale = 1.0 / tokens.len() as f32;
            for value in input {
                *value *= scale;
            }
        }
    }

    fn choose_forget_rows(&self, forest: ForestView<'_>, tables: &mut Tables) {
        tables.forget_rows.clear();
        tables.forget_rows.resize(forest.entry_count(), NONE);
        tables.forget_inputs.clear();
        let mut count = 0;
        for node in forest.leaf_count()..forest.node_count() {
            let place = &mut tables.forget_rows[forest.entry(node)];
            if *place == NONE {
                *place = count;
                count += 1;
                let input = row(&tables.inputs, forest.entry(node), self.sizes.embedding);
                tables.forget_inputs.extend_from_slice(input);
            }
        }
    }

    fn leaves(&self, forest: ForestView<'_>, scratch: &mut TreeScratch) {
        let TreeScratch { tables, states, .. } = scratch;
        Arch::new().dispatch(Leaves { forest, size: self.sizes.hidden, gates: &tables.gates, states });
    }

    fn inner_level(&self, forest: ForestView<'_>, nodes: Range<usize>, scratch: &mut TreeScratch) -> Result<()> {
        let size = self.sizes.hidden;
        let TreeScratch { tables, level, states, .. } = scratch;
        clear(&mut level.child_sums, nodes.len() * size);
        for (node, sum) in nodes.clone().zip(level.child_sums.chunks_exact_mut(size)) {
            for &child in forest.children(node) {
                add(sum, row(&states.hidden, child as usize, size));
            }
        }
        fit(&mut level.gates, nodes.len() * 3 * size);
        multiply(&level.child_sums, self.gates.hidden.factor(), &mut level.gates)?;
        Arch::new().dispatch(Inner { forest, nodes, size, tables, gates: &mut level.gates, states });
        Ok(())
    }

    fn forget_products(&self, nodes: Range<usize>, states: &mut States) -> Result<()> {
        let values = nodes.start * self.sizes.hidden..nodes.end * self.sizes.hidden;
        multiply(&states.hidden[values.clone()], self.forget.hidden.factor(), &mut states.forget[values])
    }

    /// Sums in double precision: a large tree adds tens of thousands of states.
    fn pool(&self, forest: ForestView<'_>, scratch: &mut TreeScratch) {
        let size = self.sizes.hidden;
        let TreeScratch { states, sums, means, .. } = scratch;
        fit(means, forest.tree_count() * size);
        for (tree, mean) in means.chunks_exact_mut(size).enumerate() {
            sums.clear();
            sums.resize(size, 0.0);
            let mut total = 0.0;
            for (node, count) in forest.pool(tree) {
                let count = f64::from(count);
                total += count;
                for (sum, value) in sums.iter_mut().zip(row(&states.hidden, node, size)) {
                    *sum += count * f64::from(*value);
                }
            }
            mean.iter_mut().zip(&*sums).for_each(|(mean, sum)| *mean = (sum / total) as f32);
        }
    }
}

impl States {
    fn fit(&mut self, length: usize) {
        fit(&mut self.hidden, length);
        fit(&mut self.cells, length);
        fit(&mut self.forget, length);
    }
}

fn tabulate_gate(gate: &Gate<'_>, inputs: &[f32], table: &mut Vec<f32>) -> Result<()> {
    fit(table, inputs.len() / gate.input.inputs * gate.input.outputs);
    multiply(inputs, gate.input.factor(), table)?;
    add_to_rows(table, gate.bias);
    Ok(())
}

/// States of the leaves, from the table alone.
struct Leaves<'b> {
    forest: ForestView<'b>,
    size: usize,
    gates: &'b [f32],
    states: &'b mut States,
}

impl NullaryFnOnce for Leaves<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { forest, size, gates, states } = self;
        let cells = states.cells.chunks_exact_mut(size);
        let states = cells.zip(states.hidden.chunks_exact_mut(size)).take(forest.leaf_count());
        for (node, (cell, hidden)) in states.enumerate() {
            let (updates, output) = split_gates(row(gates, forest.entry(node), 3 * size), size);
            update_cell(updates, cell);
            show_cell(output, cell, hidden);
        }
    }
}

/// States of one level of inner nodes, from the table, their children, and `U h̃` in `gates`.
struct Inner<'b> {
    forest: ForestView<'b>,
    nodes: Range<usize>,
    size: usize,
    tables: &'b Tables,
    gates: &'b mut [f32],
    states: &'b mut States,
}

impl NullaryFnOnce for Inner<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { forest, nodes, size, tables, gates, states } = self;
        let (child_cells, cells) = states.cells.split_at_mut(nodes.start * size);
        let hidden = states.hidden[nodes.start * size..].chunks_exact_mut(size);
        let states_of_level = cells.chunks_exact_mut(size).zip(hidden);
        for ((node, gates), (cell, hidden)) in nodes.zip(gates.chunks_exact_mut(3 * size)).zip(states_of_level) {
            let entry = forest.entry(node);
            add(gates, row(&tables.gates, entry, 3 * size));
            let (updates, output) = split_gates(gates, size);
            update_cell(updates, cell);
            let table = row(&tables.forget, tables.forget_rows[entry] as usize, size);
            for &child in forest.children(node) {
                let product = row(&states.forget, child as usize, size);
                keep_cell(table, product, row(child_cells, child as usize, size), cell);
            }
            show_cell(output, cell, hidden);
        }
    }
}

/// (input, update) and output gates of a row in the order i, o, u.
#[inline(always)]
fn split_gates(gates: &[f32], size: usize) -> ((&[f32], &[f32]), &[f32]) {
    ((&gates[..size], &gates[2 * size..3 * size]), &gates[size..2 * size])
}

/// `c = i ∘ u`
#[inline(always)]
fn update_cell((input, update): (&[f32], &[f32]), cell: &mut [f32]) {
    for (cell, (&input, &update)) in cell.iter_mut().zip(input.iter().zip(update)) {
        *cell = sigmoid(input) * tangent(update);
    }
}

/// `c += f ∘ c_k`
#[inline(always)]
fn keep_cell(table: &[f32], product: &[f32], child: &[f32], cell: &mut [f32]) {
    for ((cell, &child), (&input, &state)) in cell.iter_mut().zip(child).zip(table.iter().zip(product)) {
        *cell += sigmoid(input + state) * child;
    }
}

/// `h = o ∘ tanh c`
#[inline(always)]
fn show_cell(output: &[f32], cell: &[f32], hidden: &mut [f32]) {
    for (hidden, (&output, &cell)) in hidden.iter_mut().zip(output.iter().zip(cell)) {
        *hidden = sigmoid(output) * tangent(cell);
    }
}

#[inline(always)]
fn row(rows: &[f32], index: usize, width: usize) -> &[f32] {
    &rows[index * width..][..width]
}

/// Brings a buffer to a length whose values will all be written.
fn fit(buffer: &mut Vec<f32>, length: usize) {
    buffer.resize(length, 0.0);
}

/// Brings a buffer to a length of zeros.
fn clear(buffer: &mut Vec<f32>, length: usize) {
    buffer.clear();
    buffer.resize(length, 0.0);
}

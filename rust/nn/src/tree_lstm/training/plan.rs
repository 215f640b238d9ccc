//! A forest's columns as a pass walks them: owned, since the backward pass comes later, and in both directions.

use std::ops::Range;

use crate::forest::ForestView;

/// Who is next to whom. N nodes, of which the first L are leaves; E edges, grouped by parent.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    /// The nodes of each level, leaves first.
    pub(super) levels: Vec<Range<usize>>,
    pub(super) leaves: usize,
    /// Edges down, one run a node.
    pub(super) children: Groups,
    /// (E,): the node above each edge.
    pub(super) edge_parent: Vec<u32>,
    /// Edges up, one run a node.
    pub(super) parents: Groups,
    /// (N − L,): row of each inner node's entry in the table of inner entries.
    pub(super) table_row: Vec<u32>,
    /// Inner nodes, counted from L, one run a row of that table.
    pub(super) table_nodes: Groups,
    /// Tokens, one run an input row: those of each leaf, then those of each row of the table.
    pub(super) tokens: Groups,
    /// Nodes, one run a tree, and how often each occurs there.
    pub(super) pool: Groups,
    pub(super) pool_counts: Vec<u32>,
    /// Nodes of each tree, shared ones counted as often as they occur.
    pub(super) tree_sizes: Vec<u64>,
    /// Places in `pool`, one run a node, and the tree of each place.
    pub(super) pooled: Groups,
    pub(super) pool_tree: Vec<u32>,
    /// (S,): node of each statement.
    pub(super) statement_nodes: Vec<u32>,
    /// Statements, one run a node.
    pub(super) statements: Groups,
    /// Row of each entry in the table of inner entries while it is made.
    entry_row: Vec<u32>,
}

/// Items in runs: run `r` is `items[starts[r]..starts[r + 1]]`.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    starts: Vec<u32>,
    items: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Groups {
    /// The items of a run.
    #[inline(always)]
    pub(super) fn run(&self, run: usize) -> &[u32] {
        &self.items[self.range(run)]
    }

    /// Where a run stands among all items.
    #[inline(always)]
    pub(super) fn range(&self, run: usize) -> Range<usize> {
        self.starts[run] as usize..self.starts[run + 1] as usize
    }

    /// Where consecutive runs stand among all items.
    pub(super) fn range_of(&self, runs: &Range<usize>) -> Range<usize> {
        self.starts[runs.start] as usize..self.starts[runs.end] as usize
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    fn clear(&mut self) {
        self.items.clear();
        self.starts.clear();
        self.starts.push(0);
    }

    fn push(&mut self, run: &[u32]) {
        self.items.extend_from_slice(run);
        self.starts.push(self.items.len() as u32);
    }

    /// Groups the positions of `keys` by key, in rising order (a counting sort).
    fn sort(&mut self, keys: &[u32], groups: usize) {
        self.starts.clear();
        self.starts.resize(groups + 2, 0);
        for &key in keys {
            self.starts[key as usize + 2] += 1;
        }
        for group in 2..self.starts.len() {
            self.starts[group] += self.starts[group - 1];
        }
        self.items.clear();
        self.items.resize(keys.len(), 0);
        for (position, &key) in (0..).zip(keys) {
            // One group ahead of its run until the last of its items is placed.
            let next = &mut self.starts[key as usize + 1];
            self.items[*next as usize] = position;
            *next += 1;
        }
        self.starts.pop();
    }
}

impl Plan {
    /// Takes over a forest.
    pub(super) fn fit(&mut self, forest: ForestView<'_>) {
        self.levels.clear();
        self.levels.extend(forest.levels());
        self.leaves = forest.leaf_count();
        self.fit_edges(forest);
        self.fit_table(forest);
        self.fit_pool(forest);
        self.statement_nodes.clear();
        for tree in 0..forest.tree_count() {
            self.statement_nodes.extend_from_slice(forest.statements(tree));
        }
        self.statements.sort(&self.statement_nodes, forest.node_count());
    }

    fn fit_edges(&mut self, forest: ForestView<'_>) {
        self.children.clear();
        self.edge_parent.clear();
        for node in 0..forest.node_count() {
            let children = forest.children(node);
            self.children.push(children);
            self.edge_parent.resize(self.edge_parent.len() + children.len(), node as u32);
        }
        self.parents.sort(&self.children.items, forest.node_count());
    }

    fn fit_table(&mut self, forest: ForestView<'_>) {
        self.tokens.clear();
        for leaf in 0..self.leaves {
            self.tokens.push(forest.tokens(forest.entry(leaf)));
        }
        self.entry_row.clear();
        self.entry_row.resize(forest.entry_count(), NONE);
        self.table_row.clear();
        for node in self.leaves..forest.node_count() {
            let entry = forest.entry(node);
            if self.entry_row[entry] == NONE {
                self.entry_row[entry] = (self.tokens.len() - self.leaves) as u32;
                self.tokens.push(forest.tokens(entry));
            }
            self.table_row.push(self.entry_row[entry]);
        }
        self.table_nodes.sort(&self.table_row, self.table_rows());
    }

    fn fit_pool(&mut self, forest: ForestView<'_>) {
        self.pool.clear();
        self.pool_counts.clear();
        self.pool_tree.clear();
        self.tree_sizes.clear();
        for tree in 0..forest.tree_count() {
            let before = self.pool_counts.len();
            for (node, count) in forest.pool(tree) {
                self.pool.items.push(node as u32);
                self.pool_counts.push(count);
                self.pool_tree.push(tree as u32);
            }
            self.pool.starts.push(self.pool.items.len() as u32);
            self.tree_sizes.push(self.pool_counts[before..].iter().map(|&count| u64::from(count)).sum());
        }
        self.pooled.sort(&self.pool.items, forest.node_count());
    }

    pub(super) fn node_count(&self) -> usize {
        self.children.len()
    }

    pub(super) fn inner_count(&self) -> usize {
        self.table_row.len()
    }

    pub(super) fn edge_count(&self) -> usize {
        self.edge_parent.len()
    }

    pub(super) fn tree_count(&self) -> usize {
        self.tree_sizes.len()
    }

    /// Rows of the table of inner entries.
    pub(super) fn table_rows(&self) -> usize {
        self.tokens.len() - self.leaves
    }

    /// The nodes that may have parents: all below the top level.
    pub(super) fn below_top(&self) -> usize {
        self.levels.last().map_or(0, |level| level.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_grouped_by_key_in_order() {
        let mut groups = Groups::default();
        groups.sort(&[3, 0, 3, 1, 0], 5);
        let found: Vec<&[u32]> = (0..groups.len()).map(|run| groups.run(run)).collect();
        assert_eq!(found, [&[1, 4][..], &[3], &[], &[0, 2], &[]]);
        groups.sort(&[], 2);
        assert_eq!((groups.len(), groups.run(1)), (2, &[][..]));
    }
}

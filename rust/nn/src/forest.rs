//! A hash-consed forest as borrowed columns, checked once so that the kernels need not check again.

use std::ops::Range;

use sapwood_core::forest::Forest;

use crate::error::{NnError, Result, check_indices, check_indptr, check_length};

/// The columns of a forest that the tree model reads. Equal subtrees are one node; nodes are sorted by level, and the
/// children of a node are in lower levels. Each `…_indptr` column has one entry more than there are runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct ForestColumns<'a> {
    /// Where each level ends. Level 0 holds the leaves.
    pub level_ends: &'a [u32],
    /// The entry that each node shows to the model.
    pub entry: &'a [u32],
    /// Runs of `children`, one a node.
    pub child_indptr: &'a [u32],
    /// Children; one may repeat.
    pub children: &'a [u32],
    /// Runs of `entry_tokens`, one a distinct entry, none empty.
    pub entry_indptr: &'a [u32],
    /// Vocabulary ids; an entry's input is the mean of their embeddings.
    pub entry_tokens: &'a [u32],
    /// Runs of `pool_nodes` and `pool_counts`, one a tree, none empty.
    pub pool_indptr: &'a [u32],
    /// The distinct nodes of each tree.
    pub pool_nodes: &'a [u32],
    /// How often the tree holds each of them, at least once.
    pub pool_counts: &'a [u32],
    /// Runs of `statement_nodes`, one a tree.
    pub statement_indptr: &'a [u32],
    /// The nodes that are statements.
    pub statement_nodes: &'a [u32],
}

/// Checked columns.
#[derive(Debug, Clone, Copy)]
pub struct ForestView<'a> {
    columns: ForestColumns<'a>,
    token_limit: usize,
}

impl<'a> ForestView<'a> {
    /// Checks every rule that [`ForestColumns`] states.
    ///
    /// # Errors
    /// [`NnError::Column`], [`NnError::OutOfRange`], [`NnError::Length`].
    pub fn new(columns: ForestColumns<'a>) -> Result<Self> {
        check_nodes(&columns)?;
        check_levels(&columns)?;
        check_trees(&columns)?;
        let token_limit = columns.entry_tokens.iter().max().map_or(0, |&token| token as usize + 1);
        Ok(Self { columns, token_limit })
    }

    /// Number of trees.
    pub fn tree_count(&self) -> usize {
        self.columns.pool_indptr.len() - 1
    }

    /// Number of distinct nodes.
    pub fn node_count(&self) -> usize {
        self.columns.entry.len()
    }

    /// Number of distinct entries.
    pub fn entry_count(&self) -> usize {
        self.columns.entry_indptr.len() - 1
    }

    /// Number of statements.
    pub fn statement_count(&self) -> usize {
        self.columns.statement_nodes.len()
    }

    /// One more than the greatest vocabulary id.
    pub(crate) fn token_limit(&self) -> usize {
        self.token_limit
    }

    pub(crate) fn levels(&self) -> impl Iterator<Item = Range<usize>> {
        let ends = self.columns.level_ends.iter().map(|&end| end as usize);
        std::iter::once(0).chain(ends.clone()).zip(ends).map(|(start, end)| start..end)
    }

    pub(crate) fn leaf_count(&self) -> usize {
        self.columns.level_ends.first().map_or(0, |&end| end as usize)
    }

    pub(crate) fn entry(&self, node: usize) -> usize {
        self.columns.entry[node] as usize
    }

    pub(crate) fn children(&self, node: usize) -> &'a [u32] {
        &self.columns.children[run(self.columns.child_indptr, node)]
    }

    pub(crate) fn tokens(&self, entry: usize) -> &'a [u32] {
        &self.columns.entry_tokens[run(self.columns.entry_indptr, entry)]
    }

    /// The distinct nodes of a tree with their counts.
    pub(crate) fn pool(&self, tree: usize) -> impl Iterator<Item = (usize, u32)> {
        let run = run(self.columns.pool_indptr, tree);
        let nodes = self.columns.pool_nodes[run.clone()].iter();
        nodes.zip(&self.columns.pool_counts[run]).map(|(&node, &count)| (node as usize, count))
    }

    pub(crate) fn statements(&self, tree: usize) -> &'a [u32] {
        &self.columns.statement_nodes[run(self.columns.statement_indptr, tree)]
    }
}

fn run(indptr: &[u32], index: usize) -> Range<usize> {
    indptr[index] as usize..indptr[index + 1] as usize
}

fn check_nodes(columns: &ForestColumns<'_>) -> Result<()> {
    check_length("the column `child_indptr`", columns.child_indptr.len(), columns.entry.len() + 1)?;
    check_indptr("child_indptr", columns.child_indptr, columns.children.len())?;
    check_filled_indptr("entry_indptr", columns.entry_indptr, columns.entry_tokens.len())?;
    check_indices("entry", widened(columns.entry), columns.entry_indptr.len() - 1)
}

fn check_levels(columns: &ForestColumns<'_>) -> Result<()> {
    let ends = columns.level_ends;
    let last = ends.last().map_or(0, |&end| end as usize);
    if last != columns.entry.len() || !ends.is_sorted() {
        return Err(NnError::Column { column: "level_ends", defect: "falls, or does not end at the number of nodes" });
    }
    let mut start = 0;
    for &end in ends {
        let children = columns.child_indptr[start] as usize..columns.child_indptr[end as usize] as usize;
        if columns.children[children].iter().any(|&child| child as usize >= start) {
            return Err(NnError::Column { column: "children", defect: "names a node that is not in a lower level" });
        }
        start = end as usize;
    }
    Ok(())
}

fn check_trees(columns: &ForestColumns<'_>) -> Result<()> {
    let nodes = columns.entry.len();
    check_filled_indptr("pool_indptr", columns.pool_indptr, columns.pool_nodes.len())?;
    check_length("the column `pool_counts`", columns.pool_counts.len(), columns.pool_nodes.len())?;
    check_indices("pool node", widened(columns.pool_nodes), nodes)?;
    if columns.pool_counts.contains(&0) {
        return Err(NnError::Column { column: "pool_counts", defect: "holds a zero" });
    }
    check_length("the column `statement_indptr`", columns.statement_indptr.len(), columns.pool_indptr.len())?;
    check_indptr("statement_indptr", columns.statement_indptr, columns.statement_nodes.len())?;
    check_indices("statement node", widened(columns.statement_nodes), nodes)
}

fn check_filled_indptr(column: &'static str, indptr: &[u32], end: usize) -> Result<()> {
    check_indptr(column, indptr, end)?;
    if indptr.is_sorted_by(|left, right| left < right) {
        Ok(())
    } else {
        Err(NnError::Column { column, defect: "has an empty run" })
    }
}

fn widened(indices: &[u32]) -> impl Iterator<Item = usize> {
    indices.iter().map(|&index| index as usize)
}

impl<'a> From<&'a Forest> for ForestColumns<'a> {
    fn from(forest: &'a Forest) -> Self {
        Self {
            level_ends: &forest.level_ends,
            entry: &forest.entry,
            child_indptr: &forest.child_indptr,
            children: &forest.children,
            entry_indptr: &forest.entry_indptr,
            entry_tokens: &forest.entry_tokens,
            pool_indptr: &forest.pool_indptr,
            pool_nodes: &forest.pool_nodes,
            pool_counts: &forest.pool_counts,
            statement_indptr: &forest.statement_indptr,
            statement_nodes: &forest.statement_nodes,
        }
    }
}

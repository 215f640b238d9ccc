//! Many trees to one forest of distinct subtrees.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::NameView;
use super::labelled::LabelledTree;
use super::labels::{Label, has_operators};
use super::naming::{Naming, Word};
use super::skeleton::Skeleton;
use super::vocabulary::{EntryTokens, Vocabulary};
use crate::language::Category;
use crate::names::{hash_text, mix};
use crate::syntax::SyntaxTree;

/// Trees whose equal subtrees are one node. Columns hold one entry a distinct node unless they say otherwise.
///
/// Nodes are sorted by level (a leaf has level 0, an inner node one more than its highest child); children are in lower
/// levels, so have lower numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forest {
    /// One past the last node of each level.
    pub level_ends: Vec<u32>,
    /// The entry of each node: a row of `entry_indptr`.
    pub entry: Vec<u32>,
    /// Where the children of each node start in `children`; one more than there are nodes.
    pub child_indptr: Vec<u32>,
    /// Children in order; equal siblings are repeated.
    pub children: Vec<u32>,
    /// Where the tokens of each distinct entry start in `entry_tokens`; one more than there are entries.
    pub entry_indptr: Vec<u32>,
    /// Vocabulary ids, 1 to 8 an entry; a node's input is the mean of their embeddings.
    pub entry_tokens: Vec<u32>,
    /// The root of each tree.
    pub roots: Vec<u32>,
    /// Where the nodes of each tree start in `pool_nodes`; one more than there are trees.
    pub pool_indptr: Vec<u32>,
    /// The distinct nodes of each tree, ascending.
    pub pool_nodes: Vec<u32>,
    /// How often each of them occurs in its tree.
    pub pool_counts: Vec<u32>,
    /// Where the statements of each tree start in `statement_nodes`; one more than there are trees.
    pub statement_indptr: Vec<u32>,
    /// The node of each statement, in order of the text; equal statements are repeated.
    pub statement_nodes: Vec<u32>,
    /// The line that each statement starts on, 1-based, in the text that was given.
    pub statement_lines: Vec<u32>,
    /// Number of nodes of each tree with repetitions: the sum of its pool counts.
    pub tree_sizes: Vec<u32>,
}

impl Forest {
    /// Number of trees.
    pub fn len(&self) -> usize {
        self.roots.len()
    }

    /// Whether there are no trees.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// Number of distinct nodes.
    pub fn unique_nodes(&self) -> usize {
        self.entry.len()
    }

    /// The children of a node, in order.
    pub fn children_of(&self, node: u32) -> &[u32] {
        &self.children[row(&self.child_indptr, node)]
    }

    /// The vocabulary ids of a node.
    #[cfg(test)]
    pub(crate) fn tokens_of(&self, node: u32) -> &[u32] {
        &self.entry_tokens[row(&self.entry_indptr, self.entry[node as usize])]
    }
}

fn row(indptr: &[u32], index: u32) -> Range<usize> {
    indptr[index as usize] as usize..indptr[index as usize + 1] as usize
}

/// Tells what labels of other trees show from what nodes of code do.
const LABEL_SEED: u64 = 2;

/// Takes trees one by one. The same trees in the same order give the same columns on every machine.
#[derive(Debug)]
pub struct ForestBuilder<'vocabulary> {
    vocabulary: &'vocabulary Vocabulary,
    view: NameView,
    /// Columns as in the result, with nodes in order of discovery.
    forest: Forest,
    levels: Vec<u32>,
    /// Look-ups: entry by hash of what it shows, entry by tokens, node by hash of entry and children.
    shown_entries: FxHashMap<u64, u32>,
    entries: FxHashMap<EntryTokens, u32>,
    nodes: FxHashMap<u64, u32>,
    skeleton: Skeleton,
    /// The node of each kept node of the current tree.
    found: Vec<u32>,
    /// How often each node occurs in the current tree; zero between trees.
    occurrences: Vec<u32>,
}

impl<'vocabulary> ForestBuilder<'vocabulary> {
    /// An empty forest whose entries are tokens of `vocabulary`.
    pub fn new(vocabulary: &'vocabulary Vocabulary, view: NameView) -> Self {
        let forest = Forest {
            child_indptr: vec![0],
            entry_indptr: vec![0],
            pool_indptr: vec![0],
            statement_indptr: vec![0],
            ..Forest::default()
        };
        Self {
            vocabulary,
            view,
            forest,
            levels: Vec::new(),
            shown_entries: FxHashMap::default(),
            entries: FxHashMap::default(),
            nodes: FxHashMap::default(),
            skeleton: Skeleton::default(),
            found: Vec::new(),
            occurrences: Vec::new(),
        }
    }

    /// Adds the tree under `root` in the builder's view. `source` must be the text that `tree` was parsed from.
    pub fn push(&mut self, source: &[u8], tree: &SyntaxTree, root: u32) {
        self.push_as(self.view, source, tree, root);
    }

    /// Adds the tree under `root` in a view of its own.
    pub fn push_as(&mut self, view: NameView, source: &[u8], tree: &SyntaxTree, root: u32) {
        let mut skeleton = std::mem::take(&mut self.skeleton);
        skeleton.fill(tree, root);
        let naming = Naming::new(source, tree, root, &skeleton, view);
        self.found.clear();
        self.found.resize(skeleton.len(), 0);
        for node in (0..skeleton.len()).rev() {
            let label = skeleton.labels[node];
            let word = naming.word(tree, skeleton.syntax[node], label.category);
            let entry = self.entry(tree, skeleton.syntax[node], label, word);
            self.found[node] = self.node(entry, skeleton.children(node as u32));
        }
        self.record_tree(0);
        self.record_statements(&skeleton, tree);
        self.skeleton = skeleton;
    }

    /// Adds a tree that is no code; it has no statements.
    pub fn push_labelled(&mut self, tree: &LabelledTree<'_>) {
        self.found.clear();
        self.found.resize(tree.labels.len(), 0);
        for node in tree.order.iter().rev() {
            let entry = self.label_entry(tree.labels[*node as usize]);
            self.found[*node as usize] = self.node(entry, tree.children(*node));
        }
        self.record_tree(tree.order[0]);
        self.forest.statement_indptr.push(self.forest.statement_nodes.len() as u32);
    }

    fn label_entry(&mut self, label: &str) -> u32 {
        let shown = mix(hash_text(label, LABEL_SEED), LABEL_SEED);
        if let Some(entry) = self.shown_entries.get(&shown) {
            return *entry;
        }
        let entry = self.new_entry(self.vocabulary.label_entry(label));
        self.shown_entries.insert(shown, entry);
        entry
    }

    fn entry(&mut self, tree: &SyntaxTree, syntax: u32, label: Label, word: Word<'_>) -> u32 {
        let mut operators = [Category::Other; 6];
        let mut count = 0;
        if has_operators(label.category) {
            for operator in tree.children(syntax).map(|child| tree.category(child)).filter(|c| c.is_operator()) {
                if count < operators.len() {
                    operators[count] = operator;
                    count += 1;
                }
            }
        }
        let operators = &operators[..count];
        let shown = operators.iter().fold(mix(label.hash(), word.hash()), |hash, operator| mix(hash, *operator as u64));
        if let Some(entry) = self.shown_entries.get(&shown) {
            return *entry;
        }
        let entry = self.new_entry(self.vocabulary.entry(label, operators, word));
        self.shown_entries.insert(shown, entry);
        entry
    }

    fn new_entry(&mut self, tokens: EntryTokens) -> u32 {
        let next = self.entries.len() as u32;
        let entry = *self.entries.entry(tokens).or_insert(next);
        if entry == next {
            self.forest.entry_tokens.extend_from_slice(tokens.as_slice());
            self.forest.entry_indptr.push(self.forest.entry_tokens.len() as u32);
        }
        entry
    }

    /// The node with that entry and those children; a new one where there is none yet.
    fn node(&mut self, entry: u32, children: impl Iterator<Item = u32>) -> u32 {
        let start = self.forest.children.len();
        let mut hash = u64::from(entry);
        let mut level = 0;
        for child in children {
            let child = self.found[child as usize];
            self.forest.children.push(child);
            hash = mix(hash, u64::from(child));
            level = level.max(self.levels[child as usize] + 1);
        }
        // Children are written in place first; they stay if the node turns out to be new.
        while let Some(node) = self.nodes.get(&hash).copied() {
            if self.forest.entry[node as usize] == entry
                && *self.forest.children_of(node) == self.forest.children[start..]
            {
                self.forest.children.truncate(start);
                return node;
            }
            hash = mix(hash, 1);
        }
        let node = self.forest.entry.len() as u32;
        self.nodes.insert(hash, node);
        self.forest.entry.push(entry);
        self.forest.child_indptr.push(self.forest.children.len() as u32);
        self.levels.push(level);
        self.occurrences.push(0);
        node
    }

    fn record_tree(&mut self, root: u32) {
        let forest = &mut self.forest;
        let pool_start = forest.pool_nodes.len();
        for node in &self.found {
            let occurrences = &mut self.occurrences[*node as usize];
            if *occurrences == 0 {
                forest.pool_nodes.push(*node);
            }
            *occurrences += 1;
        }
        for node in &forest.pool_nodes[pool_start..] {
            forest.pool_counts.push(std::mem::take(&mut self.occurrences[*node as usize]));
        }
        forest.pool_indptr.push(forest.pool_nodes.len() as u32);
        forest.roots.push(self.found[root as usize]);
        forest.tree_sizes.push(self.found.len() as u32);
    }

    fn record_statements(&mut self, skeleton: &Skeleton, tree: &SyntaxTree) {
        let forest = &mut self.forest;
        for kept in (0..skeleton.len()).filter(|kept| skeleton.statements[*kept]) {
            forest.statement_nodes.push(self.found[kept]);
            forest.statement_lines.push(tree.start_line(skeleton.syntax[kept]));
        }
        forest.statement_indptr.push(forest.statement_nodes.len() as u32);
    }

    /// The forest, its nodes sorted by level.
    pub fn finish(self) -> Forest {
        let (order, level_ends) = sort_by_level(&self.levels);
        let mut numbers = vec![0; order.len()];
        for (number, node) in order.iter().enumerate() {
            numbers[*node as usize] = number as u32;
        }
        let mut forest = renumbered(self.forest, &order, &numbers);
        forest.level_ends = level_ends;
        forest
    }
}

/// Nodes in order of level (order of discovery within one), and one past the last node of each level.
fn sort_by_level(levels: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let level_count = levels.iter().max().map_or(0, |level| *level as usize + 1);
    let mut ends = vec![0_u32; level_count];
    for level in levels {
        ends[*level as usize] += 1;
    }
    let mut starts = Vec::with_capacity(level_count);
    let mut total = 0;
    for end in &mut ends {
        starts.push(total);
        total += *end;
        *end = total;
    }
    let mut order = vec![0; levels.len()];
    for (node, level) in levels.iter().enumerate() {
        let place = &mut starts[*level as usize];
        order[*place as usize] = node as u32;
        *place += 1;
    }
    (order, ends)
}

fn renumbered(found: Forest, order: &[u32], numbers: &[u32]) -> Forest {
    let renumber = |nodes: &[u32]| -> Vec<u32> { nodes.iter().map(|node| numbers[*node as usize]).collect() };
    let mut children = Vec::with_capacity(found.children.len());
    let mut child_indptr = Vec::with_capacity(found.child_indptr.len());
    child_indptr.push(0);
    for node in order {
        children.extend(found.children_of(*node).iter().map(|child| numbers[*child as usize]));
        child_indptr.push(children.len() as u32);
    }
    let (pool_nodes, pool_counts) = sorted_pools(&found, numbers);
    Forest {
        entry: order.iter().map(|node| found.entry[*node as usize]).collect(),
        child_indptr,
        children,
        roots: renumber(&found.roots),
        pool_nodes,
        pool_counts,
        statement_nodes: renumber(&found.statement_nodes),
        ..found
    }
}

fn sorted_pools(found: &Forest, numbers: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut pools: Vec<(u32, u32)> = found
        .pool_nodes
        .iter()
        .zip(&found.pool_counts)
        .map(|(node, count)| (numbers[*node as usize], *count))
        .collect();
    for tree in 0..found.len() as u32 {
        pools[row(&found.pool_indptr, tree)].sort_unstable();
    }
    pools.into_iter().unzip()
}

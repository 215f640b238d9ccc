//! Trees that are no code: a label a node, and which node each hangs from.

use thiserror::Error;

use crate::error::Result;

/// Why labels and parents make no tree. Nodes are named by their positions, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TreeProblem {
    /// There is no node.
    #[error("the tree has no nodes; give at least the label of its root")]
    Empty,
    /// Labels and parents differ in number.
    #[error("the tree has {labels} labels but {parents} parents; give one of each for every node")]
    Lengths {
        /// Number of labels.
        labels: usize,
        /// Number of parents.
        parents: usize,
    },
    /// No node, or more than one, has no parent.
    #[error("the tree has {count} roots; give null as the parent of exactly one node")]
    Roots {
        /// Nodes without a parent.
        count: usize,
    },
    /// A parent is none of the nodes.
    #[error(
        "node {node} of the tree has the parent {parent}; give the position of a node, from 0, or null for the root"
    )]
    Parent {
        /// The node.
        node: usize,
        /// What was given.
        parent: i64,
    },
    /// A node is its own ancestor, or hangs from one that is.
    #[error("node {node} of the tree does not lead to the root but into a circle; mend its parents")]
    Cycle {
        /// The first such node.
        node: usize,
    },
}

/// A tree of texts. Nodes may stand in any order; children of one node are in the order of their positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledTree<'a> {
    pub(super) labels: Vec<&'a str>,
    /// Each node after its parent; the root is the first.
    pub(super) order: Vec<u32>,
    child_indptr: Vec<u32>,
    children: Vec<u32>,
}

impl<'a> LabelledTree<'a> {
    /// Takes a label a node and the position of its parent, `None` for the root.
    ///
    /// # Errors
    /// [`crate::CoreError::Tree`] where they make no tree.
    pub fn new(labels: Vec<&'a str>, parents: &[Option<i64>]) -> Result<Self> {
        let parents = checked(&labels, parents)?;
        let (child_indptr, children) = children_of(&parents);
        let mut tree = Self { labels, order: Vec::with_capacity(parents.len()), child_indptr, children };
        tree.order.extend(parents.iter().position(Option::is_none).map(|root| root as u32));
        let mut next = 0;
        while let Some(node) = tree.order.get(next).copied() {
            let below = tree.child_indptr[node as usize] as usize..tree.child_indptr[node as usize + 1] as usize;
            tree.order.extend_from_slice(&tree.children[below]);
            next += 1;
        }
        match tree.first_unreached() {
            Some(node) => Err(TreeProblem::Cycle { node }.into()),
            None => Ok(tree),
        }
    }

    /// The children of a node, in order.
    pub(super) fn children(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let below = self.child_indptr[node as usize] as usize..self.child_indptr[node as usize + 1] as usize;
        self.children[below].iter().copied()
    }

    fn first_unreached(&self) -> Option<usize> {
        let mut reached = vec![false; self.labels.len()];
        for node in &self.order {
            reached[*node as usize] = true;
        }
        reached.iter().position(|reached| !reached)
    }
}

fn checked(labels: &[&str], parents: &[Option<i64>]) -> Result<Vec<Option<u32>>> {
    if labels.len() != parents.len() {
        return Err(TreeProblem::Lengths { labels: labels.len(), parents: parents.len() }.into());
    }
    if labels.is_empty() {
        return Err(TreeProblem::Empty.into());
    }
    let within = |(node, parent): (usize, &Option<i64>)| {
        let place = parent.map(u32::try_from).transpose();
        let place = place.ok().filter(|place| place.is_none_or(|place| (place as usize) < parents.len()));
        place.ok_or(TreeProblem::Parent { node, parent: parent.unwrap_or_default() })
    };
    let places = parents.iter().enumerate().map(within).collect::<core::result::Result<Vec<_>, _>>()?;
    let count = places.iter().filter(|parent| parent.is_none()).count();
    if count == 1 { Ok(places) } else { Err(TreeProblem::Roots { count }.into()) }
}

/// Where the children of each node start, and the children, by position.
fn children_of(parents: &[Option<u32>]) -> (Vec<u32>, Vec<u32>) {
    let mut indptr = vec![0_u32; parents.len() + 1];
    for parent in parents.iter().flatten() {
        indptr[*parent as usize + 1] += 1;
    }
    for node in 0..parents.len() {
        indptr[node + 1] += indptr[node];
    }
    let mut next = indptr.clone();
    let mut children = vec![0; parents.len() - 1];
    for (node, parent) in parents.iter().enumerate() {
        if let Some(parent) = parent {
            let place = &mut next[*parent as usize];
            children[*place as usize] = node as u32;
            *place += 1;
        }
    }
    (indptr, children)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::CoreError;
    use crate::forest::{Forest, ForestBuilder, NameView, Vocabulary, VocabularyCounter};

    fn forest(trees: &[LabelledTree<'_>], size: usize) -> (Vocabulary, Forest) {
        let mut counter = VocabularyCounter::default();
        for tree in trees {
            counter.add_labelled(tree);
        }
        let vocabulary = Vocabulary::build(&counter, size);
        let mut builder = ForestBuilder::new(&vocabulary, NameView::Keep);
        for tree in trees {
            builder.push_labelled(tree);
        }
        let forest = builder.finish();
        (vocabulary, forest)
    }

    /// Tokens and number of children of each node in pre-order.
    fn unfolded(forest: &Forest, tree: usize) -> Vec<(Vec<u32>, usize)> {
        let mut found = Vec::new();
        let mut waiting = vec![forest.roots[tree]];
        while let Some(node) = waiting.pop() {
            let children = forest.children_of(node);
            found.push((forest.tokens_of(node).to_vec(), children.len()));
            waiting.extend(children.iter().rev());
        }
        found
    }

    fn plain(vocabulary: &Vocabulary, tree: &LabelledTree<'_>) -> Vec<(Vec<u32>, usize)> {
        let mut found = Vec::new();
        let mut waiting = vec![tree.order[0]];
        while let Some(node) = waiting.pop() {
            let children: Vec<u32> = tree.children(node).collect();
            found.push((vocabulary.label_entry(tree.labels[node as usize]).as_slice().to_vec(), children.len()));
            waiting.extend(children.iter().rev());
        }
        found
    }

    const WORDS: [&str; 6] = ["NP", "VP", "dog", "größe", "", "x y"];

    /// Trees with their nodes in any order.
    fn trees() -> impl Strategy<Value = (Vec<&'static str>, Vec<Option<i64>>)> {
        proptest::collection::vec((0..WORDS.len(), any::<u32>(), any::<u32>()), 1..40).prop_map(|drawn| {
            let mut places: Vec<usize> = (0..drawn.len()).collect();
            places.sort_by_key(|place| (drawn[*place].2, *place));
            let mut parents = vec![None; drawn.len()];
            for (node, (_, above, _)) in drawn.iter().enumerate().skip(1) {
                parents[places[node]] = Some(places[*above as usize % node] as i64);
            }
            (drawn.iter().map(|(word, _, _)| WORDS[*word]).collect(), parents)
        })
    }

    proptest! {
        #[test]
        fn a_forest_unfolds_to_the_trees(drawn in proptest::collection::vec(trees(), 1..5), size in 300_usize..800) {
            let trees: Vec<_> =
                drawn.into_iter().map(|(labels, parents)| LabelledTree::new(labels, &parents).unwrap()).collect();
            let (vocabulary, forest) = forest(&trees, size);
            for (place, tree) in trees.iter().enumerate() {
                prop_assert_eq!(unfolded(&forest, place), plain(&vocabulary, tree));
                prop_assert_eq!(forest.tree_sizes[place] as usize, tree.labels.len());
            }
            prop_assert!(forest.entry_indptr.windows(2).all(|pair| (1..=8).contains(&(pair[1] - pair[0]))));
            prop_assert!(forest.statement_nodes.is_empty());
        }
    }

    #[test]
    fn what_is_no_tree_is_refused_by_name() {
        for (labels, parents, expected) in [
            (vec![], vec![], TreeProblem::Empty),
            (vec!["a"], vec![None, Some(0)], TreeProblem::Lengths { labels: 1, parents: 2 }),
            (vec!["a", "b"], vec![None, None], TreeProblem::Roots { count: 2 }),
            (vec!["a", "b"], vec![Some(1), Some(0)], TreeProblem::Roots { count: 0 }),
            (vec!["a", "b"], vec![None, Some(2)], TreeProblem::Parent { node: 1, parent: 2 }),
            (vec!["a", "b"], vec![None, Some(-1)], TreeProblem::Parent { node: 1, parent: -1 }),
            (vec!["a", "b", "c", "d"], vec![None, Some(2), Some(1), Some(1)], TreeProblem::Cycle { node: 1 }),
            (vec!["a", "b"], vec![None, Some(1)], TreeProblem::Cycle { node: 1 }),
        ] {
            assert_eq!(LabelledTree::new(labels, &parents), Err(CoreError::Tree(expected)));
        }
    }

    #[test]
    fn equal_subtrees_are_one_node_within_and_across_trees() {
        let one = LabelledTree::new(vec!["S", "NP", "NP", "dog", "dog"], &[None, Some(0), Some(0), Some(1), Some(2)]);
        let other = LabelledTree::new(vec!["dog", "NP"], &[Some(1), None]);
        let (vocabulary, forest) = forest(&[one.unwrap(), other.unwrap()], 1000);
        assert_eq!((forest.unique_nodes(), forest.tree_sizes.as_slice()), (3, &[5, 2][..]));
        assert!(vocabulary.tokens().contains(&"text:dog".to_owned()));
    }

    #[test]
    fn a_label_that_was_not_learned_falls_back_to_its_parts_and_bytes() {
        let tree = LabelledTree::new(vec!["big dog", "dog", "dog"], &[None, Some(0), Some(0)]).unwrap();
        let (vocabulary, _) = forest(&[tree], 1000);
        let named = |label: &str| -> Vec<String> {
            let entry = vocabulary.label_entry(label);
            entry.as_slice().iter().map(|token| vocabulary.tokens()[*token as usize].clone()).collect()
        };
        assert_eq!(named("dog"), ["text:dog"]);
        assert_eq!(named("hotDog"), ["category:Other", "byte:68", "byte:6f", "byte:74", "subtoken:dog"]);
        assert_eq!(named("?"), ["category:Other", "byte:3f"]);
        assert_eq!(named(""), ["category:Other"]);
    }

    #[test]
    fn depth_is_no_limit() {
        let deep = 100_000_i64;
        let parents: Vec<Option<i64>> = (0..deep).map(|node| (node > 0).then(|| node - 1)).collect();
        let upside_down: Vec<Option<i64>> = (0..deep).map(|node| (node + 1 < deep).then_some(node + 1)).collect();
        let labels = vec!["n"; deep as usize];
        let trees = [parents, upside_down].map(|parents| LabelledTree::new(labels.clone(), &parents).unwrap());
        let (_, forest) = forest(&trees, 1000);
        assert_eq!((forest.level_ends.len(), forest.unique_nodes()), (deep as usize, deep as usize));
        assert_eq!(forest.roots[0], forest.roots[1]);
    }
}

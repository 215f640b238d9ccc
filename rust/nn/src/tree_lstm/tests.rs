//! The kernels against a reference that computes one node at a time, in f64, without sharing anything.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{TreeLstm, TreeScratch};
use crate::error::NnError;
use crate::forest::{ForestColumns, ForestView};
use crate::testing::{Numbers, Weights, apply, assert_close};

/// A tree whose nodes stand after their children; the last is the root.
pub(super) struct Tree {
    pub(super) nodes: Vec<(u32, Vec<usize>)>,
    pub(super) statements: Vec<usize>,
}

/// Columns of a forest, owned.
#[derive(Clone, Default, Debug)]
pub(super) struct Columns {
    pub(super) level_ends: Vec<u32>,
    pub(super) entry: Vec<u32>,
    pub(super) child_indptr: Vec<u32>,
    pub(super) children: Vec<u32>,
    pub(super) entry_indptr: Vec<u32>,
    pub(super) entry_tokens: Vec<u32>,
    pub(super) pool_indptr: Vec<u32>,
    pub(super) pool_nodes: Vec<u32>,
    pub(super) pool_counts: Vec<u32>,
    pub(super) statement_indptr: Vec<u32>,
    pub(super) statement_nodes: Vec<u32>,
}

impl Columns {
    pub(super) fn borrow(&self) -> ForestColumns<'_> {
        ForestColumns {
            level_ends: &self.level_ends,
            entry: &self.entry,
            child_indptr: &self.child_indptr,
            children: &self.children,
            entry_indptr: &self.entry_indptr,
            entry_tokens: &self.entry_tokens,
            pool_indptr: &self.pool_indptr,
            pool_nodes: &self.pool_nodes,
            pool_counts: &self.pool_counts,
            statement_indptr: &self.statement_indptr,
            statement_nodes: &self.statement_nodes,
        }
    }
}

pub(super) const VOCABULARY: usize = 40;
/// Tokens of the entries; entry `e` is `ENTRIES[e % 6]` shifted by `e`.
const ENTRIES: [&[u32]; 6] = [&[0], &[1, 2], &[3, 3, 4], &[5], &[6, 7, 8, 9, 10, 11, 12, 13], &[14, 2]];

pub(super) fn tokens(entry: u32) -> Vec<u32> {
    ENTRIES[entry as usize % 6].iter().map(|token| (token + entry) % VOCABULARY as u32).collect()
}

/// Stores equal subtrees once and sorts what is distinct by level.
pub(super) fn cons(trees: &[Tree]) -> Columns {
    let mut ids: BTreeMap<(u32, Vec<usize>), usize> = BTreeMap::new();
    let mut distinct: Vec<(usize, u32, Vec<usize>)> = Vec::new();
    let mut members = Vec::new();
    for tree in trees {
        let mut of_tree: Vec<usize> = Vec::new();
        for (entry, children) in &tree.nodes {
            let children: Vec<usize> = children.iter().map(|&child| of_tree[child]).collect();
            let id = *ids.entry((*entry, children.clone())).or_insert_with(|| {
                let level = children.iter().map(|&child| distinct[child].0 + 1).max().unwrap_or(0);
                distinct.push((level, *entry, children));
                distinct.len() - 1
            });
            of_tree.push(id);
        }
        members.push(of_tree);
    }
    columns(&distinct, &members, trees)
}

fn columns(distinct: &[(usize, u32, Vec<usize>)], members: &[Vec<usize>], trees: &[Tree]) -> Columns {
    let mut order: Vec<usize> = (0..distinct.len()).collect();
    order.sort_by_key(|&id| distinct[id].0);
    let mut place = vec![0_u32; order.len()];
    let mut columns = Columns { child_indptr: vec![0], entry_indptr: vec![0], ..Columns::default() };
    (columns.pool_indptr, columns.statement_indptr) = (vec![0], vec![0]);
    for (position, &id) in order.iter().enumerate() {
        let (level, entry, children) = &distinct[id];
        place[id] = position as u32;
        columns.level_ends.resize(level + 1, 0);
        columns.level_ends[*level] = position as u32 + 1;
        columns.entry.push(*entry);
        columns.children.extend(children.iter().map(|&child| place[child]));
        columns.child_indptr.push(columns.children.len() as u32);
    }
    for entry in 0..=columns.entry.iter().copied().max().unwrap_or(0) {
        columns.entry_tokens.extend(tokens(entry));
        columns.entry_indptr.push(columns.entry_tokens.len() as u32);
    }
    for (of_tree, tree) in members.iter().zip(trees) {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for &id in of_tree {
            *counts.entry(place[id]).or_default() += 1;
        }
        columns.pool_nodes.extend(counts.keys());
        columns.pool_counts.extend(counts.values());
        columns.pool_indptr.push(columns.pool_nodes.len() as u32);
        columns.statement_nodes.extend(tree.statements.iter().map(|&node| place[of_tree[node]]));
        columns.statement_indptr.push(columns.statement_nodes.len() as u32);
    }
    columns
}

/// A tree of random shape: each node adopts up to `fan` of those that have no parent yet, the root the rest.
pub(super) fn random_tree(size: usize, fan: usize, entries: usize, numbers: &mut Numbers) -> Tree {
    let mut orphans: Vec<usize> = Vec::new();
    let mut nodes = Vec::new();
    for node in 0..size {
        let wanted = if node + 1 == size { orphans.len() } else { numbers.below(fan + 1).min(orphans.len()) };
        let children = orphans.split_off(orphans.len() - wanted);
        nodes.push((numbers.below(entries) as u32, children));
        orphans.push(node);
    }
    let statements = (0..size).filter(|node| node % 7 == 3).collect();
    Tree { nodes, statements }
}

pub(super) fn chain(size: usize) -> Tree {
    let node = |place: usize| (place as u32 % 5, if place == 0 { vec![] } else { vec![place - 1] });
    Tree { nodes: (0..size).map(node).collect(), statements: vec![0, size - 1] }
}

fn weights(embedding: usize, hidden: usize, output: usize, statement: usize) -> Weights {
    let shapes: [(&str, &[usize]); 11] = [
        ("embedding.weight", &[VOCABULARY, embedding]),
        ("cell.weight_x", &[4 * hidden, embedding]),
        ("cell.weight_h_iou", &[3 * hidden, hidden]),
        ("cell.weight_h_f", &[hidden, hidden]),
        ("cell.bias", &[4 * hidden]),
        ("output.weight", &[output, hidden]),
        ("output.bias", &[output]),
        ("statement.hidden.weight", &[statement, 2 * hidden]),
        ("statement.hidden.bias", &[statement]),
        ("statement.output.weight", &[1, statement]),
        ("statement.output.bias", &[1]),
    ];
    Weights::random(&shapes, 5)
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// (h, c) of every node of a tree, by the formulas of the paper.
fn reference_states(weights: &Weights, tree: &Tree) -> Vec<(Vec<f64>, Vec<f64>)> {
    let embedding = weights.values("embedding.weight");
    let (width, size) = (embedding.len() / VOCABULARY, weights.values("cell.bias").len() / 4);
    let mut states: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for (entry, children) in &tree.nodes {
        let tokens = tokens(*entry);
        let value = |token: u32, column: usize| f64::from(embedding[token as usize * width + column]);
        let mean = |column| tokens.iter().map(|&token| value(token, column)).sum::<f64>() / tokens.len() as f64;
        let x: Vec<f64> = (0..width).map(mean).collect();
        let sum = |place: usize| children.iter().map(|&child| states[child].0[place]).sum::<f64>();
        let recurrent = apply(weights.values("cell.weight_h_iou"), &(0..size).map(sum).collect::<Vec<_>>());
        let input = apply(weights.values("cell.weight_x"), &x);
        let bias = weights.values("cell.bias");
        let gate = |row: usize| input[row] + recurrent[row] + f64::from(bias[row]);
        let mut c: Vec<f64> = (0..size).map(|p| sigmoid(gate(p)) * gate(2 * size + p).tanh()).collect();
        for &child in children {
            let forget = apply(weights.values("cell.weight_h_f"), &states[child].0);
            for p in 0..size {
                let row = 3 * size + p;
                c[p] += sigmoid(input[row] + f64::from(bias[row]) + forget[p]) * states[child].1[p];
            }
        }
        states.push(((0..size).map(|p| sigmoid(gate(size + p)) * c[p].tanh()).collect(), c));
    }
    states
}

fn layer(weights: &Weights, name: &str, x: &[f64]) -> Vec<f64> {
    let bias = weights.values(&format!("{name}.bias"));
    apply(weights.values(&format!("{name}.weight")), x).iter().zip(bias).map(|(y, b)| y + f64::from(*b)).collect()
}

/// A tree's vector and the logits of its statements.
fn reference(weights: &Weights, tree: &Tree) -> (Vec<f64>, Vec<f64>) {
    let states = reference_states(weights, tree);
    let size = states[0].0.len();
    let mean: Vec<f64> =
        (0..size).map(|p| states.iter().map(|(h, _)| h[p]).sum::<f64>() / states.len() as f64).collect();
    let logit = |&node: &usize| {
        let both: Vec<f64> = states[node].0.iter().chain(&mean).copied().collect();
        let hidden = layer(weights, "statement.hidden", &both);
        let gelu = |x: f64| 0.5 * x * (1.0 + libm::erf(x / std::f64::consts::SQRT_2));
        layer(weights, "statement.output", &hidden.into_iter().map(gelu).collect::<Vec<_>>())[0]
    };
    (layer(weights, "output", &mean), tree.statements.iter().map(logit).collect())
}

fn assert_parity(weights: &Weights, trees: &[Tree], scratch: &mut TreeScratch) {
    let columns = cons(trees);
    let find = |name: &str| weights.find(name);
    let model = TreeLstm::new(&find).unwrap();
    let states = model.states(ForestView::new(columns.borrow()).unwrap(), scratch).unwrap();
    let expected: Vec<(Vec<f64>, Vec<f64>)> = trees.iter().map(|tree| reference(weights, tree)).collect();
    for (found, (expected, _)) in states.outputs().unwrap().chunks(model.outputs()).zip(&expected) {
        assert_close(found, expected, 1e-5);
    }
    let logits: Vec<f64> = expected.into_iter().flat_map(|(_, logits)| logits).collect();
    assert_close(&states.statement_logits().unwrap(), &logits, 1e-5);
}

#[test]
fn kernels_agree_with_one_node_at_a_time() {
    let small = weights(8, 12, 20, 6);
    let mut scratch = TreeScratch::default();
    let mut numbers = Numbers::new(1);
    for (size, fan) in [(1, 1), (2, 1), (300, 3), (10_000, 4), (40, 40)] {
        // One scratch for all: what an earlier, larger forest left there must not show.
        assert_parity(&small, &[random_tree(size, fan, 30, &mut numbers)], &mut scratch);
        assert_parity(&small, &[random_tree(3, 2, 30, &mut numbers)], &mut scratch);
    }
}

#[test]
fn kernels_agree_at_the_sizes_of_the_published_model() {
    let mut numbers = Numbers::new(2);
    let trees = [60, 5, 125].map(|size| random_tree(size, 3, 30, &mut numbers));
    assert_parity(&weights(128, 256, 512, 128), &trees, &mut TreeScratch::default());
}

#[test]
fn a_chain_of_twenty_thousand_nodes_is_computed() {
    assert_parity(&weights(4, 6, 5, 3), &[chain(20_000)], &mut TreeScratch::default());
}

#[test]
fn shared_subtrees_count_as_often_as_they_occur() {
    // Few entries and small trees: nearly every subtree occurs many times, in one tree and in several.
    let mut numbers = Numbers::new(3);
    let trees: Vec<Tree> = (0..20).map(|_| random_tree(200, 2, 1, &mut numbers)).collect();
    let nodes = cons(&trees).entry.len();
    assert!(nodes < 2000, "{nodes} distinct nodes of 4000: the test needs sharing");
    assert_parity(&weights(8, 12, 20, 6), &trees, &mut TreeScratch::default());
}

#[test]
fn a_tree_has_the_same_vector_alone_and_among_others() {
    let weights = weights(8, 12, 20, 6);
    let find = |name: &str| weights.find(name);
    let model = TreeLstm::new(&find).unwrap();
    let mut numbers = Numbers::new(4);
    let trees: Vec<Tree> = (0..8).map(|_| random_tree(50, 3, 10, &mut numbers)).collect();
    let forward = |trees: &[Tree]| {
        model.forward(ForestView::new(cons(trees).borrow()).unwrap(), &mut TreeScratch::default()).unwrap()
    };
    let together = forward(&trees);
    for (row, tree) in together.chunks(model.outputs()).zip(trees.chunks(1)) {
        assert_close(&forward(tree), &row.iter().map(|&value| f64::from(value)).collect::<Vec<_>>(), 1e-6);
    }
}

#[test]
fn an_empty_forest_gives_no_vectors() {
    let columns = Columns {
        child_indptr: vec![0],
        entry_indptr: vec![0],
        pool_indptr: vec![0],
        statement_indptr: vec![0],
        ..Columns::default()
    };
    let weights = weights(2, 3, 4, 5);
    let find = |name: &str| weights.find(name);
    let model = TreeLstm::new(&find).unwrap();
    let forest = ForestView::new(columns.borrow()).unwrap();
    assert!(model.forward(forest, &mut TreeScratch::default()).unwrap().is_empty());
}

#[test]
fn weights_that_do_not_fit_are_named() {
    for name in weights(2, 3, 4, 5).0.keys() {
        let mut missing = weights(2, 3, 4, 5);
        missing.0.remove(name);
        let mut misshapen = weights(2, 3, 4, 5);
        let (shape, values) = misshapen.0.get_mut(name).unwrap();
        shape[0] += 1;
        values.resize(shape.iter().product(), 0.0);
        let error = TreeLstm::new(&|name: &str| misshapen.find(name)).err();
        // One more row of the embedding is a larger vocabulary, one more of `output` a longer vector without its bias.
        assert_eq!(error.is_some(), name != "embedding.weight", "{name}");
        let error = TreeLstm::new(&|name: &str| missing.find(name)).map(|_| ()).err();
        let expected = NnError::MissingWeight { name: name.clone() };
        // Without its first tensor there is no statement head, which is a version without one.
        assert_eq!(error, (name != "statement.hidden.weight").then_some(expected));
    }
}

#[test]
fn a_version_without_a_statement_head_still_gives_vectors() {
    let mut weights = weights(2, 3, 4, 5);
    weights.0.retain(|name, _| !name.starts_with("statement"));
    let find = |name: &str| weights.find(name);
    let model = TreeLstm::new(&find).unwrap();
    let columns = cons(&[chain(3)]);
    let mut scratch = TreeScratch::default();
    let states = model.states(ForestView::new(columns.borrow()).unwrap(), &mut scratch).unwrap();
    assert_eq!(states.outputs().unwrap().len(), 4);
    assert!(matches!(states.statement_logits(), Err(NnError::MissingWeight { .. })));
}

#[test]
fn a_token_beyond_the_vocabulary_is_refused() {
    let weights = weights(2, 3, 4, 5);
    let mut columns = cons(&[chain(3)]);
    columns.entry_tokens[0] = VOCABULARY as u32;
    let find = |name: &str| weights.find(name);
    let model = TreeLstm::new(&find).unwrap();
    let error = model.forward(ForestView::new(columns.borrow()).unwrap(), &mut TreeScratch::default()).unwrap_err();
    assert_eq!(error, NnError::OutOfRange { what: "token", index: VOCABULARY, count: VOCABULARY });
}

#[test]
fn each_broken_rule_of_the_columns_is_refused() {
    type Attack = fn(&mut Columns);
    let attacks: [Attack; 16] = [
        |columns| columns.level_ends.clear(),
        |columns| columns.level_ends.swap(0, 1),
        |columns| columns.level_ends[0] = 2,
        |columns| columns.entry[0] = 99,
        |columns| columns.child_indptr[0] = 1,
        |columns| columns.child_indptr.truncate(2),
        |columns| columns.children[0] = 1,
        |columns| columns.children[1] = 77,
        |columns| columns.entry_indptr[1] = 0,
        |columns| columns.entry_indptr.clear(),
        |columns| columns.pool_nodes[0] = 3,
        |columns| columns.pool_counts[0] = 0,
        |columns| columns.pool_counts.truncate(1),
        |columns| columns.pool_indptr[1] = 9,
        |columns| columns.statement_indptr.truncate(1),
        |columns| columns.statement_nodes[0] = u32::MAX,
    ];
    let sound = cons(&[chain(3)]);
    assert!(ForestView::new(sound.borrow()).is_ok());
    for (number, attack) in attacks.into_iter().enumerate() {
        let mut columns = sound.clone();
        attack(&mut columns);
        assert!(ForestView::new(columns.borrow()).is_err(), "attack {number}");
    }
}

fn column(limit: u32) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0..limit, 0..5)
}

prop_compose! {
    /// Columns that are mostly sound: those of a random tree with some entries overwritten.
    fn disturbed()(
        seed: u64, size in 1_usize..12, which in prop::collection::vec((0_usize..11, 0_usize..20, 0_u32..14), 0..3),
        lost in prop::option::of(0_usize..11),
    ) -> Columns {
        let mut columns = cons(&[random_tree(size, 3, 4, &mut Numbers::new(seed))]);
        let all = [
            &mut columns.level_ends, &mut columns.entry, &mut columns.child_indptr, &mut columns.children,
            &mut columns.entry_indptr, &mut columns.entry_tokens, &mut columns.pool_indptr, &mut columns.pool_nodes,
            &mut columns.pool_counts, &mut columns.statement_indptr, &mut columns.statement_nodes,
        ];
        for (column, place, value) in which {
            if let Some(slot) = all[column].get_mut(place) { *slot = value; }
        }
        if let Some(column) = lost { all[column].pop(); }
        columns
    }
}

proptest! {
    #[test]
    fn columns_are_refused_or_computed_but_never_panic(columns in disturbed()) {
        let weights = weights(2, 3, 4, 5);
        let find = |name: &str| weights.find(name);
        let model = TreeLstm::new(&find).unwrap();
        if let Ok(forest) = ForestView::new(columns.borrow()) {
            let mut scratch = TreeScratch::default();
            if let Ok(states) = model.states(forest, &mut scratch) {
                prop_assert_eq!(states.outputs().unwrap().len(), 4 * forest.tree_count());
                prop_assert_eq!(states.statement_logits().unwrap().len(), forest.statement_count());
            }
        }
    }

    #[test]
    fn arbitrary_columns_never_panic(
        level_ends in column(4), entry in column(3), child_indptr in column(4), children in column(4),
        entry_indptr in column(4), pool_indptr in column(4), pool_nodes in column(4), statement_nodes in column(4),
    ) {
        let columns = Columns {
            level_ends, entry, child_indptr, children, entry_indptr, entry_tokens: vec![0; 3],
            pool_indptr: pool_indptr.clone(), pool_counts: vec![1; pool_nodes.len()], pool_nodes,
            statement_indptr: pool_indptr, statement_nodes,
        };
        let _ = ForestView::new(columns.borrow());
    }
}

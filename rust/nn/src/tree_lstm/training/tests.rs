//! The training pass against the formulas, one node at a time in double precision, and against finite differences.

use std::num::NonZeroUsize;

use proptest::prelude::*;

use super::{TreeResults, TreeSizes, TreeTape, TreeWeights};
use crate::error::NnError;
use crate::forest::ForestView;
use crate::real::Real;
use crate::team::{Alone, Task, Team};
use crate::testing::Numbers;
use crate::tree_lstm::tests::{Columns, Tree, VOCABULARY, chain, cons, random_tree, tokens};

const SMALL: TreeSizes = TreeSizes { vocabulary: VOCABULARY, embedding: 5, hidden: 6, output: 7 };

/// A team that takes its tasks from last to first.
struct Backwards(usize);

impl Team for Backwards {
    fn size(&self) -> NonZeroUsize {
        NonZeroUsize::new(self.0).unwrap()
    }

    fn run(&self, tasks: Vec<Task<'_>>) {
        Alone.run(tasks.into_iter().rev().collect());
    }
}

type Owned<T> = TreeWeights<Vec<T>>;

fn lengths(sizes: TreeSizes) -> TreeWeights<usize> {
    let TreeSizes { vocabulary, embedding, hidden, output } = sizes;
    TreeWeights {
        embedding: vocabulary * embedding,
        weight_x: 4 * hidden * embedding,
        weight_h_iou: 3 * hidden * hidden,
        weight_h_f: hidden * hidden,
        bias: 4 * hidden,
        output_weight: output * hidden,
        output_bias: output,
    }
}

impl<V> TreeWeights<V> {
    fn map<W>(&self, mut change: impl FnMut(&V) -> W) -> TreeWeights<W> {
        TreeWeights {
            embedding: change(&self.embedding),
            weight_x: change(&self.weight_x),
            weight_h_iou: change(&self.weight_h_iou),
            weight_h_f: change(&self.weight_h_f),
            bias: change(&self.bias),
            output_weight: change(&self.output_weight),
            output_bias: change(&self.output_bias),
        }
    }

    fn each(&mut self) -> [&mut V; 7] {
        let Self { embedding, weight_x, weight_h_iou, weight_h_f, bias, output_weight, output_bias } = self;
        [embedding, weight_x, weight_h_iou, weight_h_f, bias, output_weight, output_bias]
    }
}

impl<T> Owned<T> {
    fn views(&self) -> TreeWeights<&[T]> {
        let Self { embedding, weight_x, weight_h_iou, weight_h_f, bias, output_weight, output_bias } = self;
        TreeWeights { embedding, weight_x, weight_h_iou, weight_h_f, bias, output_weight, output_bias }
    }

    fn views_mut(&mut self) -> TreeWeights<&mut [T]> {
        let Self { embedding, weight_x, weight_h_iou, weight_h_f, bias, output_weight, output_bias } = self;
        TreeWeights { embedding, weight_x, weight_h_iou, weight_h_f, bias, output_weight, output_bias }
    }
}

impl<T> TreeResults<Vec<T>> {
    fn views(&self) -> TreeResults<&[T]> {
        TreeResults { outputs: &self.outputs, means: &self.means, statements: &self.statements }
    }

    fn views_mut(&mut self) -> TreeResults<&mut [T]> {
        TreeResults { outputs: &mut self.outputs, means: &mut self.means, statements: &mut self.statements }
    }
}

fn random_weights(sizes: TreeSizes, seed: u64) -> Owned<f64> {
    let mut numbers = Numbers::new(seed);
    let scale = (2.0 / sizes.hidden as f32).sqrt();
    lengths(sizes).map(|&length| numbers.many(length, scale).into_iter().map(f64::from).collect())
}

fn random_results(sizes: TreeSizes, trees: &[Tree], seed: u64) -> TreeResults<Vec<f64>> {
    let mut numbers = Numbers::new(seed);
    let statements: usize = trees.iter().map(|tree| tree.statements.len()).sum();
    let mut many = |length| numbers.many(length, 1.0).into_iter().map(f64::from).collect();
    TreeResults {
        outputs: many(trees.len() * sizes.output),
        means: many(trees.len() * sizes.hidden),
        statements: many(statements * sizes.hidden),
    }
}

fn narrow(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}

fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| value.into()).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn apply(weight: &[f64], x: &[f64]) -> Vec<f64> {
    weight.chunks(x.len()).map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum()).collect()
}

/// (h, c) of every node of a tree, by the formulas of the paper.
fn reference_states(sizes: TreeSizes, weights: &Owned<f64>, tree: &Tree) -> Vec<(Vec<f64>, Vec<f64>)> {
    let (width, size) = (sizes.embedding, sizes.hidden);
    let mut states: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for (entry, children) in &tree.nodes {
        let tokens = tokens(*entry);
        let value = |token: u32, column: usize| weights.embedding[token as usize * width + column];
        let mean = |column| tokens.iter().map(|&token| value(token, column)).sum::<f64>() / tokens.len() as f64;
        let x: Vec<f64> = (0..width).map(mean).collect();
        let sum = |place: usize| children.iter().map(|&child| states[child].0[place]).sum::<f64>();
        let recurrent = apply(&weights.weight_h_iou, &(0..size).map(sum).collect::<Vec<_>>());
        let input = apply(&weights.weight_x, &x);
        let gate = |row: usize| input[row] + recurrent[row] + weights.bias[row];
        let mut c: Vec<f64> = (0..size).map(|p| sigmoid(gate(p)) * gate(2 * size + p).tanh()).collect();
        for &child in children {
            let forget = apply(&weights.weight_h_f, &states[child].0);
            for p in 0..size {
                let row = 3 * size + p;
                c[p] += sigmoid(input[row] + weights.bias[row] + forget[p]) * states[child].1[p];
            }
        }
        states.push(((0..size).map(|p| sigmoid(gate(size + p)) * c[p].tanh()).collect(), c));
    }
    states
}

fn reference(sizes: TreeSizes, weights: &Owned<f64>, trees: &[Tree]) -> TreeResults<Vec<f64>> {
    let mut results = TreeResults::<Vec<f64>>::default();
    for tree in trees {
        let states = reference_states(sizes, weights, tree);
        let mean = |p: usize| states.iter().map(|(h, _)| h[p]).sum::<f64>() / states.len() as f64;
        let mean: Vec<f64> = (0..sizes.hidden).map(mean).collect();
        let outputs = apply(&weights.output_weight, &mean);
        results.outputs.extend(outputs.iter().zip(&weights.output_bias).map(|(y, b)| y + b));
        results.means.extend(mean);
        tree.statements.iter().for_each(|&node| results.statements.extend(&states[node].0));
    }
    results
}

/// `Σ gradient · result` over all results: a loss whose gradients of the results are the given ones.
fn loss(results: &TreeResults<Vec<f64>>, gradients: &TreeResults<Vec<f64>>) -> f64 {
    let dot = |left: &[f64], right: &[f64]| left.iter().zip(right).map(|(l, r)| l * r).sum::<f64>();
    dot(&results.outputs, &gradients.outputs)
        + dot(&results.means, &gradients.means)
        + dot(&results.statements, &gradients.statements)
}

/// Results and gradients of the pass.
fn pass<T: Real>(
    tape: &mut TreeTape<T>,
    sizes: TreeSizes,
    weights: &Owned<T>,
    columns: &Columns,
    of_results: &TreeResults<Vec<T>>,
    team: &dyn Team,
) -> (TreeResults<Vec<T>>, Owned<T>) {
    let forest = ForestView::new(columns.borrow()).unwrap();
    let mut results = TreeResults {
        outputs: vec![T::ONE; forest.tree_count() * sizes.output],
        means: vec![T::ONE; forest.tree_count() * sizes.hidden],
        statements: vec![T::ONE; forest.statement_count() * sizes.hidden],
    };
    let mut gradients = lengths(sizes).map(|&length| vec![T::ONE; length]);
    tape.forward(sizes, &weights.views(), forest, results.views_mut(), team).unwrap();
    tape.backward(&weights.views(), of_results.views(), gradients.views_mut(), team).unwrap();
    (results, gradients)
}

/// Fails unless both agree relative to the greatest of `expected`.
fn assert_near(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let greatest = expected.iter().fold(1e-9_f64, |greatest, value| greatest.max(value.abs()));
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance * greatest, "{what} {place}: {found} is not {expected}");
    }
}

fn assert_results(found: &TreeResults<Vec<f64>>, expected: &TreeResults<Vec<f64>>, tolerance: f64) {
    assert_near(&found.outputs, &expected.outputs, tolerance, "output");
    assert_near(&found.means, &expected.means, tolerance, "mean");
    assert_near(&found.statements, &expected.statements, tolerance, "statement");
}

/// Holds each weight's gradient against the slope of the reference's loss in a random direction.
fn assert_slopes(
    sizes: TreeSizes,
    weights: &Owned<f64>,
    trees: &[Tree],
    of_results: &TreeResults<Vec<f64>>,
    gradients: &mut Owned<f64>,
) {
    const STEP: f64 = 1e-5;
    let mut numbers = Numbers::new(9);
    for (which, gradient) in gradients.each().into_iter().enumerate() {
        let direction: Vec<f64> = gradient.iter().map(|_| f64::from(numbers.next())).collect();
        let along = |step: f64| {
            let mut moved = weights.clone();
            moved.each()[which].iter_mut().zip(&direction).for_each(|(value, towards)| *value += step * towards);
            loss(&reference(sizes, &moved, trees), of_results)
        };
        let slope = (along(STEP) - along(-STEP)) / (2.0 * STEP);
        let found: f64 = gradient.iter().zip(&direction).map(|(gradient, towards)| gradient * towards).sum();
        assert!((found - slope).abs() <= 1e-6 * (1.0 + slope.abs()), "weight {which}: {found} is not {slope}");
    }
}

/// The pass in double precision against the reference, and in single precision against that.
fn assert_parity(sizes: TreeSizes, trees: &[Tree], single: &mut TreeTape<f32>, team: &dyn Team) {
    let (weights, columns) = (random_weights(sizes, 1), cons(trees));
    let of_results = random_results(sizes, trees, 2);
    let (results, mut gradients) = pass(&mut TreeTape::default(), sizes, &weights, &columns, &of_results, team);
    assert_results(&results, &reference(sizes, &weights, trees), 1e-12);
    let narrow_results = TreeResults {
        outputs: narrow(&of_results.outputs),
        means: narrow(&of_results.means),
        statements: narrow(&of_results.statements),
    };
    let narrow_weights = weights.map(|values| narrow(values));
    let (narrow_results, narrow_gradients) = pass(single, sizes, &narrow_weights, &columns, &narrow_results, team);
    let wide = TreeResults {
        outputs: widen(&narrow_results.outputs),
        means: widen(&narrow_results.means),
        statements: widen(&narrow_results.statements),
    };
    assert_results(&wide, &results, 1e-5);
    let mut wide = narrow_gradients.map(|values| widen(values));
    for (which, (found, expected)) in wide.each().into_iter().zip(gradients.each()).enumerate() {
        assert_near(found, expected, 1e-5, &format!("gradient of weight {which}"));
    }
    assert_slopes(sizes, &weights, trees, &of_results, &mut gradients);
}

#[test]
fn the_pass_equals_one_node_at_a_time() {
    let mut numbers = Numbers::new(1);
    let mut tape = TreeTape::default();
    for (size, fan) in [(1, 1), (2, 1), (300, 3), (10_000, 4), (40, 40)] {
        // One tape for all: what an earlier, larger forest left there must not show.
        assert_parity(SMALL, &[random_tree(size, fan, 30, &mut numbers)], &mut tape, &Alone);
        assert_parity(SMALL, &[random_tree(3, 2, 30, &mut numbers)], &mut tape, &Alone);
    }
    assert_parity(SMALL, &[chain(300), chain(2)], &mut tape, &Alone);
}

#[test]
fn the_pass_equals_one_node_at_a_time_at_the_default_sizes() {
    let sizes = TreeSizes { vocabulary: VOCABULARY, embedding: 128, hidden: 256, output: 512 };
    let mut numbers = Numbers::new(2);
    let trees = [60, 5, 125].map(|size| random_tree(size, 3, 30, &mut numbers));
    assert_parity(sizes, &trees, &mut TreeTape::default(), &Backwards(2));
}

#[test]
fn shared_subtrees_count_as_often_as_they_occur() {
    let mut numbers = Numbers::new(3);
    let trees: Vec<Tree> = (0..20).map(|_| random_tree(100, 2, 1, &mut numbers)).collect();
    assert!(cons(&trees).entry.len() < 1000, "the test needs sharing");
    assert_parity(SMALL, &trees, &mut TreeTape::default(), &Alone);
}

#[test]
fn a_team_gives_the_same_bits_in_whatever_order_it_works() {
    let mut numbers = Numbers::new(4);
    let trees: Vec<Tree> = (0..12).map(|_| random_tree(150, 3, 30, &mut numbers)).collect();
    let (columns, weights) = (cons(&trees), random_weights(SMALL, 5));
    let of_results = random_results(SMALL, &trees, 6);
    let run = |team: &dyn Team| pass(&mut TreeTape::default(), SMALL, &weights, &columns, &of_results, team);
    for size in 2..5 {
        struct InOrder(usize);
        impl Team for InOrder {
            fn size(&self) -> NonZeroUsize {
                Backwards(self.0).size()
            }
            fn run(&self, tasks: Vec<Task<'_>>) {
                Alone.run(tasks);
            }
        }
        let ((results, mut gradients), (again, mut gradients_again)) = (run(&InOrder(size)), run(&Backwards(size)));
        assert_eq!(results.views().outputs, again.views().outputs);
        assert_eq!(gradients.each(), gradients_again.each());
        let (alone, mut gradients_alone) = run(&Alone);
        assert_results(&results, &alone, 1e-12);
        for (found, expected) in gradients.each().into_iter().zip(gradients_alone.each()) {
            assert_near(found, expected, 1e-12, "gradient");
        }
    }
}

#[test]
fn the_backward_pass_can_be_made_again() {
    let trees = [random_tree(50, 3, 30, &mut Numbers::new(5))];
    let (columns, weights, of_results) = (cons(&trees), random_weights(SMALL, 5), random_results(SMALL, &trees, 6));
    let mut tape = TreeTape::default();
    let (_, mut first) = pass(&mut tape, SMALL, &weights, &columns, &of_results, &Alone);
    let mut second = lengths(SMALL).map(|&length| vec![1.0; length]);
    tape.backward(&weights.views(), of_results.views(), second.views_mut(), &Alone).unwrap();
    assert_eq!(first.each(), second.each());
}

#[test]
fn results_without_a_gradient_count_as_zero() {
    let trees = [random_tree(50, 3, 30, &mut Numbers::new(5))];
    let (columns, weights) = (cons(&trees), random_weights(SMALL, 5));
    let mut given = random_results(SMALL, &trees, 6);
    given.means.fill(0.0);
    given.statements.fill(0.0);
    let mut absent = given.clone();
    (absent.means, absent.statements) = (Vec::new(), Vec::new());
    let mut tape = TreeTape::default();
    let (_, mut zero) = pass(&mut tape, SMALL, &weights, &columns, &given, &Alone);
    let (_, mut without) = pass(&mut tape, SMALL, &weights, &columns, &absent, &Alone);
    assert_eq!(zero.each(), without.each());
}

#[test]
fn an_empty_forest_has_zero_gradients() {
    let empty = cons(&[]);
    let weights = random_weights(SMALL, 5);
    let columns = Columns { entry_indptr: vec![0], entry_tokens: Vec::new(), ..empty };
    let (results, mut gradients) =
        pass(&mut TreeTape::default(), SMALL, &weights, &columns, &TreeResults::default(), &Backwards(2));
    assert!(results.outputs.is_empty());
    assert!(gradients.each().into_iter().flatten().all(|gradient| *gradient == 0.0));
}

#[test]
fn slices_of_a_wrong_length_are_named() {
    let columns = cons(&[chain(3)]);
    let forest = ForestView::new(columns.borrow()).unwrap();
    let (weights, of_results) = (random_weights(SMALL, 5), random_results(SMALL, &[chain(3)], 6));
    let mut tape = TreeTape::default();
    assert!(matches!(
        tape.backward(&weights.views(), of_results.views(), weights.clone().views_mut(), &Alone),
        Err(NnError::Length { .. })
    ));
    for which in 0..7 {
        let mut short = weights.clone();
        short.each()[which].pop();
        let error = tape.forward(SMALL, &short.views(), forest, of_results.clone().views_mut(), &Alone);
        assert!(matches!(error, Err(NnError::Length { .. })), "{which}");
        tape.forward(SMALL, &weights.views(), forest, of_results.clone().views_mut(), &Alone).unwrap();
        let error = tape.backward(&weights.views(), of_results.views(), short.views_mut(), &Alone);
        assert!(matches!(error, Err(NnError::Length { .. })), "{which}");
    }
    let mut short = of_results.clone();
    short.statements.pop();
    assert!(tape.backward(&weights.views(), short.views(), weights.clone().views_mut(), &Alone).is_err());
    assert!(tape.forward(SMALL, &weights.views(), forest, short.views_mut(), &Alone).is_err());
    let few = TreeSizes { vocabulary: 2, ..SMALL };
    let mut fewer = weights.clone();
    fewer.embedding.truncate(2 * SMALL.embedding);
    let error = tape.forward(few, &fewer.views(), forest, of_results.clone().views_mut(), &Alone).unwrap_err();
    assert!(matches!(error, NnError::OutOfRange { what: "token", .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn gradients_are_slopes(seed: u64, sizes in prop::collection::vec(1_usize..30, 1..4), members in 1_usize..4) {
        let mut numbers = Numbers::new(seed);
        let trees: Vec<Tree> = sizes.into_iter().map(|size| random_tree(size, 3, 12, &mut numbers)).collect();
        assert_parity(SMALL, &trees, &mut TreeTape::default(), &Backwards(members));
    }
}

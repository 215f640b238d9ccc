//! The kernels against a reference that computes one node at a time, from the definition, in f64.

use proptest::prelude::*;

use super::{GraphSage, NeighbourhoodColumns, NeighbourhoodView, RELATIONS, RelationColumns, Residual, SageScratch};
use crate::error::NnError;
use crate::rows::SparseRowsView;
use crate::testing::{Numbers, Weights, assert_close};

const WIDTHS: [usize; 4] = [9, 6, 6, 4];
const FEATURE_ROWS: usize = 30;

/// A neighbourhood of three hops, owned.
#[derive(Clone, Debug)]
struct Columns {
    nodes: Vec<u32>,
    hop_ends: Vec<u32>,
    indptr: [Vec<u32>; RELATIONS],
    indices: [Vec<u32>; RELATIONS],
}

impl Columns {
    fn random(hops: [usize; 4], degree: usize, numbers: &mut Numbers) -> Self {
        let mut end = 0;
        let ends = hops.map(|added| {
            end += added;
            end
        });
        let mut columns = Self {
            nodes: (0..end).map(|_| numbers.below(FEATURE_ROWS) as u32).collect(),
            hop_ends: ends.map(|end| end as u32).to_vec(),
            indptr: std::array::from_fn(|_| vec![0]),
            indices: std::array::from_fn(|_| Vec::new()),
        };
        for relation in 0..RELATIONS {
            for row in 0..ends[2] {
                let limit = ends[1 + ends.iter().filter(|&&end| end <= row).count()];
                let senders = (0..numbers.below(degree + 1)).map(|_| numbers.below(limit) as u32);
                columns.indices[relation].extend(senders);
                columns.indptr[relation].push(columns.indices[relation].len() as u32);
            }
        }
        columns
    }

    fn borrow(&self) -> NeighbourhoodColumns<'_> {
        let relation = |at: usize| RelationColumns { indptr: &self.indptr[at], indices: &self.indices[at] };
        NeighbourhoodColumns { nodes: &self.nodes, hop_ends: &self.hop_ends, relations: std::array::from_fn(relation) }
    }

    fn senders(&self, relation: usize, row: usize) -> &[u32] {
        &self.indices[relation][self.indptr[relation][row] as usize..self.indptr[relation][row + 1] as usize]
    }
}

/// Sparse rows, owned; every third is empty.
struct Features {
    indptr: Vec<u32>,
    indices: Vec<u16>,
    values: Vec<f32>,
}

impl Features {
    fn random(numbers: &mut Numbers) -> Self {
        let mut features = Self { indptr: vec![0], indices: Vec::new(), values: Vec::new() };
        for row in 0..FEATURE_ROWS {
            let columns = (0..WIDTHS[0] as u16).filter(|_| row % 3 != 0 && numbers.next() > 0.2);
            features.indices.extend(columns);
            features.indptr.push(features.indices.len() as u32);
        }
        features.values = numbers.many(features.indices.len(), 1.0);
        features
    }

    fn view(&self) -> SparseRowsView<'_> {
        SparseRowsView::new(&self.indptr, &self.indices, &self.values, WIDTHS[0]).unwrap()
    }

    fn dense(&self, row: usize) -> Vec<f64> {
        let mut dense = vec![0.0; WIDTHS[0]];
        for at in self.indptr[row] as usize..self.indptr[row + 1] as usize {
            dense[usize::from(self.indices[at])] += f64::from(self.values[at]);
        }
        dense
    }
}

fn weights() -> Weights {
    let [inputs, hidden, _, output] = WIDTHS;
    Weights::random(
        &[
            ("layers.0.weight", &[7, inputs, hidden]),
            ("layers.0.bias", &[hidden]),
            ("layers.1.weight", &[7, hidden, hidden]),
            ("layers.1.bias", &[hidden]),
            ("layers.2.weight", &[7, hidden, output]),
            ("layers.2.bias", &[output]),
        ],
        3,
    )
}

fn normed_weights() -> Weights {
    let mut numbers = Numbers::new(8);
    let mut weights = weights();
    for (depth, width) in WIDTHS.into_iter().skip(1).enumerate() {
        for part in ["weight", "bias"] {
            weights.0.insert(format!("layers.{depth}.norm.{part}"), (vec![width], numbers.many(width, 1.0)));
        }
    }
    weights
}

fn reference_layer(weights: &Weights, depth: usize, columns: &Columns, x: &[Vec<f64>], row: usize) -> Vec<f64> {
    let (inputs, outputs) = (WIDTHS[depth], WIDTHS[depth + 1]);
    let values = weights.values(&format!("layers.{depth}.weight"));
    let mut y: Vec<f64> = weights.values(&format!("layers.{depth}.bias")).iter().map(|&bias| f64::from(bias)).collect();
    let mut add = |block: usize, x: &[f64], share: f64| {
        for (input, value) in x.iter().enumerate() {
            for (output, y) in y.iter_mut().enumerate() {
                *y += share * value * f64::from(values[(block * inputs + input) * outputs + output]);
            }
        }
    };
    add(0, &x[row], 1.0);
    for relation in 0..RELATIONS {
        let senders = columns.senders(relation, row);
        for &sender in senders {
            add(1 + relation, &x[sender as usize], 1.0 / senders.len() as f64);
        }
    }
    if weights.find(&format!("layers.{depth}.norm.weight")).is_some() { reference_norm(weights, depth, &y) } else { y }
}

fn reference_norm(weights: &Weights, depth: usize, y: &[f64]) -> Vec<f64> {
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let variance = y.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / y.len() as f64;
    let (weight, bias) = ["weight", "bias"].map(|part| weights.values(&format!("layers.{depth}.norm.{part}"))).into();
    let norm =
        |(y, (w, b)): (&f64, (&f32, &f32))| (y - mean) / (variance + 1e-5).sqrt() * f64::from(*w) + f64::from(*b);
    y.iter().zip(weight.iter().zip(bias)).map(norm).collect()
}

fn reference(weights: &Weights, residual: Residual, columns: &Columns, features: &Features) -> Vec<f64> {
    let mut x: Vec<Vec<f64>> = columns.nodes.iter().map(|&node| features.dense(node as usize)).collect();
    for depth in 0..3 {
        let rows = columns.hop_ends[2 - depth] as usize;
        let adds = residual == Residual::WhereWidthsAgree && depth > 0 && WIDTHS[depth] == WIDTHS[depth + 1];
        let mut next: Vec<Vec<f64>> = (0..rows).map(|row| reference_layer(weights, depth, columns, &x, row)).collect();
        for (next, x) in next.iter_mut().zip(&x).filter(|_| adds) {
            next.iter_mut().zip(x).for_each(|(next, x)| *next += x);
        }
        let relu = |value: &f64| if depth < 2 { value.max(0.0) } else { *value };
        x = next.iter().map(|row| row.iter().map(relu).collect()).collect();
    }
    x.concat()
}

#[test]
fn kernels_agree_with_one_node_at_a_time() {
    let mut numbers = Numbers::new(6);
    let features = Features::random(&mut numbers);
    let mut scratch = SageScratch::default();
    for weights in [weights(), normed_weights()] {
        for residual in [Residual::Off, Residual::WhereWidthsAgree] {
            let find = |name: &str| weights.find(name);
            let model = GraphSage::new(&find, residual).unwrap();
            for (hops, degree) in [([1, 0, 0, 0], 0), ([40, 60, 80, 90], 3), ([1, 5, 9, 12], 2), ([3, 0, 4, 1], 4)] {
                let columns = Columns::random(hops, degree, &mut numbers);
                let view = NeighbourhoodView::new(columns.borrow()).unwrap();
                let found = model.forward(view, features.view(), &mut scratch).unwrap();
                assert_close(&found, &reference(&weights, residual, &columns, &features), 1e-5);
            }
        }
    }
}

#[test]
fn weights_that_do_not_fit_are_named() {
    for name in normed_weights().0.keys() {
        let mut missing = normed_weights();
        missing.0.remove(name);
        let error = GraphSage::new(&|name: &str| missing.find(name), Residual::Off).map(|_| ()).unwrap_err();
        assert_eq!(error, NnError::MissingWeight { name: name.clone() });
        let mut misshapen = normed_weights();
        let (shape, values) = misshapen.0.get_mut(name).unwrap();
        shape[0] += 1;
        values.resize(shape.iter().product(), 0.0);
        let error = GraphSage::new(&|name: &str| misshapen.find(name), Residual::Off).map(|_| ()).unwrap_err();
        assert!(matches!(&error, NnError::WeightShape { name: found, .. } if found == name), "{name}: {error}");
    }
}

#[test]
fn inputs_that_do_not_fit_the_model_are_refused() {
    let weights = weights();
    let find = |name: &str| weights.find(name);
    let model = GraphSage::new(&find, Residual::Off).unwrap();
    let mut numbers = Numbers::new(9);
    let features = Features::random(&mut numbers);
    let mut columns = Columns::random([2, 2, 2, 2], 2, &mut numbers);
    let forward = |columns: &Columns, features| {
        model.forward(NeighbourhoodView::new(columns.borrow()).unwrap(), features, &mut SageScratch::default())
    };
    let wide = SparseRowsView::new(&features.indptr, &features.indices, &features.values, 10).unwrap();
    assert!(matches!(forward(&columns, wide), Err(NnError::Length { .. })));
    columns.nodes[0] = FEATURE_ROWS as u32;
    assert!(matches!(forward(&columns, features.view()), Err(NnError::OutOfRange { .. })));
}

#[test]
fn each_broken_rule_of_the_columns_is_refused() {
    type Attack = fn(&mut Columns);
    let attacks: [Attack; 9] = [
        |columns| columns.hop_ends.clear(),
        |columns| columns.hop_ends.truncate(1),
        |columns| columns.hop_ends.swap(0, 1),
        |columns| columns.hop_ends[3] += 1,
        |columns| columns.nodes.truncate(3),
        |columns| columns.indptr[0].truncate(2),
        |columns| columns.indptr[5][0] = 1,
        |columns| columns.indices[3].push(0),
        // The first sender of a seed, which may be no farther than one hop away.
        |columns| columns.indices[0][0] = 2,
    ];
    let mut sound = Columns::random([1, 1, 1, 1], 3, &mut Numbers::new(1));
    sound.indptr[0] = vec![0, 1, 1, 1];
    sound.indices[0] = vec![1];
    assert!(NeighbourhoodView::new(sound.borrow()).is_ok());
    for (number, attack) in attacks.into_iter().enumerate() {
        let mut columns = sound.clone();
        attack(&mut columns);
        assert!(NeighbourhoodView::new(columns.borrow()).is_err(), "attack {number}");
    }
}

proptest! {
    #[test]
    fn columns_are_refused_or_computed_but_never_panic(
        seed: u64, hops in prop::array::uniform4(0_usize..4),
        changes in prop::collection::vec((0_usize..4, 0_usize..6, 0_usize..12, 0_u32..12), 0..4),
    ) {
        let mut numbers = Numbers::new(seed);
        let features = Features::random(&mut numbers);
        let mut columns = Columns::random([hops[0] + 1, hops[1], hops[2], hops[3]], 2, &mut numbers);
        for (column, relation, place, value) in changes {
            let column = match column {
                0 => &mut columns.nodes,
                1 => &mut columns.hop_ends,
                2 => &mut columns.indptr[relation],
                _ => &mut columns.indices[relation],
            };
            if let Some(slot) = column.get_mut(place) { *slot = value; }
        }
        let weights = weights();
        let find = |name: &str| weights.find(name);
        let model = GraphSage::new(&find, Residual::Off).unwrap();
        if let Ok(view) = NeighbourhoodView::new(columns.borrow()) {
            let found = model.forward(view, features.view(), &mut SageScratch::default()).unwrap();
            prop_assert_eq!(found.len(), view.seed_count() * model.outputs());
        }
    }
}

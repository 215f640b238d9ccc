//! From counts to the values of a row.

// The standard library's logarithms are those of the platform, which differ in their last bits.
use libm::{log1pf, logf};

use super::SparseRows;
use super::items::{COUNTERS, Counter, Item, Items};
use super::schema::{BLOCK_LENGTH, DIMENSIONS, KINDS_START, LITERALS_START, METRICS_START, NAMES};
use crate::graph::NodeKind;
use crate::language::Category;

/// What a row's metrics need beyond counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Properties {
    pub(super) kind: NodeKind,
    pub(super) depth: u32,
    pub(super) fan_in: u32,
    pub(super) fan_out: u32,
    pub(super) is_test: bool,
    pub(super) is_private: bool,
    pub(super) is_async: bool,
}

/// Makes rows; keeps one dense row to work in.
pub(super) struct RowMaker {
    dense: Vec<f32>,
}

impl RowMaker {
    pub(super) fn new() -> Self {
        Self { dense: vec![0.0; DIMENSIONS] }
    }

    /// Adds the row of `(item, count)` pairs, each item once.
    pub(super) fn push(
        &mut self,
        items: &Items<'_>,
        pairs: &[(u32, u32)],
        properties: &Properties,
        rows: &mut SparseRows,
    ) {
        self.dense.fill(0.0);
        let mut counters = [0; COUNTERS];
        let mut calls = 0;
        for (item, count) in pairs {
            match items.get(*item) {
                Item::Kind(column) => {
                    self.dense[usize::from(KINDS_START + column)] = log1pf(*count as f32);
                    calls += if column == Category::Call as u16 { *count } else { 0 };
                }
                Item::Literal(column) => self.dense[usize::from(LITERALS_START + column)] = log1pf(*count as f32),
                Item::Counter(number) => counters[number] = *count,
                Item::Hashed(hashed) => {
                    let value = 1.0 + logf(*count as f32);
                    for (column, sign) in hashed.columns.into_iter().zip(hashed.signs) {
                        self.dense[usize::from(column)] += sign * value;
                    }
                }
            }
        }
        for bounds in [0, NAMES, KINDS_START, LITERALS_START, METRICS_START].windows(2) {
            scale(&mut self.dense[usize::from(bounds[0])..usize::from(bounds[1])]);
        }
        self.metrics(&counters, calls, properties);
        self.take(rows);
    }

    /// The metrics, in the order of the schema.
    fn metrics(&mut self, counters: &[u32; COUNTERS], calls: u32, properties: &Properties) {
        let counter = |counter: Counter| counters[counter as usize];
        let counts = [
            counter(Counter::Lines),
            counter(Counter::Nodes),
            properties.depth,
            1 + counter(Counter::Decisions),
            counter(Counter::Parameters),
            counter(Counter::Returns),
            calls,
            properties.fan_in,
            properties.fan_out,
            counter(Counter::Loops),
            counter(Counter::Branches),
        ];
        let is = |kind| properties.kind == kind;
        let flags = [
            is(NodeKind::File),
            is(NodeKind::Module),
            is(NodeKind::Class),
            is(NodeKind::Function),
            properties.is_test,
            properties.is_private,
            properties.is_async,
        ];
        let counts = counts.into_iter().map(|count| log1pf(count as f32));
        let values = counts.chain(flags.into_iter().map(|flag| f32::from(u8::from(flag))));
        for (place, value) in self.dense[usize::from(METRICS_START)..].iter_mut().zip(values) {
            *place = value;
        }
    }

    fn take(&self, rows: &mut SparseRows) {
        for (column, value) in self.dense.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            rows.push(column as u16, *value);
        }
        rows.end_row();
    }
}

/// Scales a block to its length; one that is all zero stays so.
fn scale(block: &mut [f32]) {
    let length = block.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        let factor = BLOCK_LENGTH / length;
        for value in block {
            *value *= factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::{METRIC_NAMES, PATHS, PATHS_START};
    use super::*;

    #[test]
    fn block_bounds_are_those_of_the_schema() {
        assert_eq!(NAMES, PATHS_START);
        assert_eq!(PATHS_START + PATHS, KINDS_START);
        assert_eq!(usize::from(METRICS_START) + METRIC_NAMES.len(), DIMENSIONS);
    }
}

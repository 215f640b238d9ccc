//! From counts to the values of a row.

use std::ops::Range;

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

/// Makes rows; keeps one dense row to work in, and which of its columns are in use.
pub(super) struct RowMaker {
    dense: Vec<f32>,
    used: [u64; DIMENSIONS.div_ceil(64)],
    logs: Logs,
}

/// Logarithms of counts; those of small ones, which nearly all are, stand ready.
struct Logs {
    one_more_than: [f32; Self::READY],
    of_one_more: [f32; Self::READY],
}

impl Logs {
    const READY: usize = 64;

    fn new() -> Self {
        Self {
            one_more_than: std::array::from_fn(|count| 1.0 + logf(count as f32)),
            of_one_more: std::array::from_fn(|count| log1pf(count as f32)),
        }
    }

    /// 1 + ln(count).
    fn one_more_than(&self, count: u32) -> f32 {
        self.one_more_than.get(count as usize).copied().unwrap_or_else(|| 1.0 + logf(count as f32))
    }

    /// ln(1 + count).
    fn of_one_more(&self, count: u32) -> f32 {
        self.of_one_more.get(count as usize).copied().unwrap_or_else(|| log1pf(count as f32))
    }
}

impl RowMaker {
    pub(super) fn new() -> Self {
        Self { dense: vec![0.0; DIMENSIONS], used: [0; DIMENSIONS.div_ceil(64)], logs: Logs::new() }
    }

    /// Adds the row of `(item, count)` pairs, each item once.
    pub(super) fn push(
        &mut self,
        items: &Items<'_>,
        pairs: &[(u32, u32)],
        properties: &Properties,
        rows: &mut SparseRows,
    ) {
        let mut counters = [0; COUNTERS];
        let (mut calls, mut nodes) = (0, 0);
        for (item, count) in pairs {
            match items.get(*item) {
                Item::Kind(column) => {
                    self.add(KINDS_START + column, self.logs.of_one_more(*count));
                    nodes += *count;
                    calls += if column == Category::Call as u16 { *count } else { 0 };
                }
                Item::Literal(column) => self.add(LITERALS_START + column, self.logs.of_one_more(*count)),
                Item::Counter(number) => counters[number] = *count,
                Item::Hashed(hashed) => {
                    let value = self.logs.one_more_than(*count);
                    for (column, sign) in hashed.columns.into_iter().zip(hashed.signs) {
                        self.add(column, sign * value);
                    }
                }
            }
        }
        for bounds in [0, NAMES, KINDS_START, LITERALS_START, METRICS_START].windows(2) {
            self.take_scaled(bounds[0]..bounds[1], rows);
        }
        self.metrics(&counters, [nodes, calls], properties, rows);
        rows.end_row();
    }

    fn add(&mut self, column: u16, value: f32) {
        self.dense[usize::from(column)] += value;
        self.used[usize::from(column / 64)] |= 1 << (column % 64);
    }

    /// Moves a block to the row, scaled to its length; blocks begin and end at multiples of 64.
    fn take_scaled(&mut self, block: Range<u16>, rows: &mut SparseRows) {
        let Self { dense, used, .. } = self;
        let words = usize::from(block.start / 64)..usize::from(block.end / 64);
        let columns = || words.clone().flat_map(|word| bits(used[word]).map(move |bit| word * 64 + bit));
        let length = columns().map(|column| dense[column] * dense[column]).sum::<f32>().sqrt();
        let factor = if length > 0.0 { BLOCK_LENGTH / length } else { 0.0 };
        for column in columns() {
            let value = std::mem::take(&mut dense[column]) * factor;
            if value != 0.0 {
                rows.push(column as u16, value);
            }
        }
        used[words].fill(0);
    }

    /// Adds the metrics, in the order of the schema.
    fn metrics(
        &self,
        counters: &[u32; COUNTERS],
        [nodes, calls]: [u32; 2],
        properties: &Properties,
        rows: &mut SparseRows,
    ) {
        let counter = |counter: Counter| counters[counter as usize];
        let counts = [
            counter(Counter::Lines),
            nodes,
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
        let counts = counts.into_iter().map(|count| self.logs.of_one_more(count));
        let values = counts.chain(flags.into_iter().map(|flag| f32::from(u8::from(flag))));
        for (column, value) in (METRICS_START..).zip(values).filter(|(_, value)| *value != 0.0) {
            rows.push(column, value);
        }
    }
}

/// The positions of the ones of a word, ascending.
fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (word != 0).then(|| word.trailing_zeros() as usize);
        word &= word.wrapping_sub(1);
        lowest
    })
}

#[cfg(test)]
mod tests {
    use super::super::schema::{METRIC_NAMES, PATHS, PATHS_START};
    use super::*;

    #[test]
    fn block_bounds_are_those_of_the_schema() {
        assert_eq!(NAMES, PATHS_START);
        assert_eq!(PATHS_START + PATHS, KINDS_START);
        assert!([NAMES, KINDS_START, LITERALS_START, METRICS_START].iter().all(|bound| bound % 64 == 0));
        assert_eq!(usize::from(METRICS_START) + METRIC_NAMES.len(), DIMENSIONS);
    }
}

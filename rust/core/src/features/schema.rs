//! The columns of the schema, as data.

use std::fmt::Write as _;

use serde::Serialize;

use crate::language::Category;
use crate::names::hash_text;

/// Number of columns.
pub const DIMENSIONS: usize = 978;

pub(super) const NAMES: u16 = 512;
pub(super) const PATHS: u16 = 256;
pub(super) const KINDS: u16 = 128;
pub(super) const LITERALS: u16 = 64;
pub(super) const PATHS_START: u16 = NAMES;
pub(super) const KINDS_START: u16 = PATHS_START + PATHS;
pub(super) const LITERALS_START: u16 = KINDS_START + KINDS;
pub(super) const METRICS_START: u16 = LITERALS_START + LITERALS;

/// What each column literal of the `literals` block counts.
#[rustfmt::skip]
pub(super) const LITERAL_NAMES: &[&str] = &[];

/// The metrics, in order.
#[rustfmt::skip]
pub(super) const METRIC_NAMES: &[&str] = &[
    "lines", "nodes", "depth", "complexity", "parameters", "returns", "calls", "fan_in", "fan_out", "loops",
    "branches", "is_file", "is_module", "is_class", "is_function", "is_test", "is_private", "is_async",
];

/// A run of columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    /// The block's name.
    pub name: &'static str,
    /// Its first column.
    pub start: u16,
    /// How many columns it has.
    pub size: u16,
    /// What the columns stand for, in order; empty where they are hashed.
    pub columns: Vec<&'static str>,
}

/// The columns of a feature row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// Version of the schema.
    pub version: u32,
    /// Number of columns.
    pub dimensions: usize,
    /// Runs of columns, in order, without gaps.
    pub blocks: Vec<Block>,
}

/// The schema of this build.
pub fn schema() -> Schema {
    let block = |name, start, size, columns: &[&'static str]| Block { name, start, size, columns: columns.to_vec() };
    let kinds: Vec<_> = Category::ALL.iter().map(|category| category.name()).collect();
    let blocks = vec![
        block("names", 0, NAMES, &[]),
        block("paths", PATHS_START, PATHS, &[]),
        block("kinds", KINDS_START, KINDS, &kinds),
        block("literals", LITERALS_START, LITERALS, LITERAL_NAMES),
        block("metrics", METRICS_START, METRIC_NAMES.len() as u16, METRIC_NAMES),
    ];
    Schema { version: 1, dimensions: DIMENSIONS, blocks }
}

/// A hash of the schema, 16 hex digits: equal exactly when rows mean the same.
pub fn fingerprint() -> String {
    format!("{:016x}", hash_text(&canonical_text(), 0))
}

fn canonical_text() -> String {
    let schema = schema();
    let mut text = format!("v{} {}", schema.version, schema.dimensions);
    for block in schema.blocks {
        // Writing to a string can't fail.
        let _ = write!(text, "\n{} {} {} {}", block.name, block.start, block.size, block.columns.join(","));
    }
    text
}

//! Feature schema v1: one sparse row of 978 columns a graph node.
//!
//! A row is a function of its own file's text alone, and of that text without import statements, comments, lone strings
//! and the names that nothing but an import binds: what a model shall say about imports can't be read off its input.

mod extract;
mod items;
mod literals;
mod rows;
mod schema;
mod values;

pub use extract::{FeatureExtractor, file_features};
pub use rows::SparseRows;
pub use schema::{Block, DIMENSIONS, Schema, fingerprint, schema};

#[cfg(test)]
mod tests;

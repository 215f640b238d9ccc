//! Feature schema v1: one sparse row of 978 columns a graph node.

mod extract;
mod rows;
mod schema;

pub use extract::file_features;
pub use rows::SparseRows;
pub use schema::{Block, DIMENSIONS, Schema, fingerprint, schema};

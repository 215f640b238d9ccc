//! CPU kernels of the two models over plain slices.
//!
//! This crate is pure: it borrows weights and columns, and gives vectors. It starts no thread: a host that wants more
//! than one processor calls it from several threads, each with its own scratch, or lends a training pass a [`Team`].
//!
//! | module | what |
//! |---|---|
//! | [`tree_lstm`] | child-sum Tree-LSTM over a hash-consed forest, with its statement head |
//! | [`tree_lstm::training`] | its training pass, forward and backward |
//! | [`graphsage`] | relational GraphSAGE over a sampled neighbourhood |
//! | [`forest`] | the forest's columns, checked once |
//! | [`rows`] | sparse rows times a dense matrix |
//! | [`whitening`] | centred, decorrelated, unit-length vectors |
//! | [`weights`] | tensors by name, and the layers made of them |
//!
//! Results agree between machines up to rounding: matrix products use the widest instructions that the processor has.

#![expect(
    clippy::inline_always,
    reason = "functions of a kernel must be compiled with the instruction set that was chosen for the kernel"
)]

mod activation;
mod denormals;
pub mod error;
pub mod forest;
pub mod graphsage;
mod product;
mod real;
pub mod rows;
mod team;
#[cfg(test)]
mod testing;
pub mod tree_lstm;
pub mod weights;
pub mod whitening;

pub use activation::sigmoid_in_place;
pub use error::{NnError, Result};
pub use forest::{ForestColumns, ForestView};
pub use graphsage::{GraphSage, NeighbourhoodColumns, NeighbourhoodView, RelationColumns, Residual, SageScratch};
pub use real::Real;
pub use rows::{SparseRowsView, sparse_rows_times_matrix};
pub use team::{Alone, Task, Team};
pub use tree_lstm::training::{TreeResults, TreeSizes, TreeTape, TreeWeights};
pub use tree_lstm::{TreeLstm, TreeScratch, TreeStates};
pub use weights::{Linear, Tensor};
pub use whitening::{Whitening, normalise_rows};

//! Structure index, vector scan, words, and their fusion.
//!
//! This crate is pure: it holds columns in memory, answers from them, and neither opens files nor starts threads. Every
//! ranking is a total order (ties go to the smaller document number), so the same input gives the same answer.
//!
//! | module | ranks documents by |
//! |---|---|
//! | [`structure`] | shared hashed features of code's canonical form, rare ones first |
//! | [`words`] | BM25 over subtokens |
//! | [`vectors`] | exact inner product |
//! | [`fusion`] | reciprocal rank over several of them |
//!
//! [`duplicates`] groups documents that share nearly all of their terms.

pub mod duplicates;
pub mod error;
pub mod fusion;
pub mod postings;
pub mod ranking;
pub mod structure;
pub mod vectors;
pub mod words;

pub use duplicates::near_duplicates;
pub use error::{Result, SearchError};
pub use fusion::{Fused, Leg, fuse};
pub use postings::{Columns, CountedColumns};
pub use ranking::{Everything, Filter, Scored};
pub use structure::{HASHED_DIMENSIONS, StructureIndex};
pub use vectors::scan_where;
pub use words::{DocumentWords, WordIndex, Words};

//! The engine that a Rust host embeds: index, train, embed, analyze, search, versions.
//!
//! | module | what |
//! |---|---|
//! | [`engine`] | [`Engine`]: a workspace and everything that can be asked of it |
//! | [`index`] | from a folder to an index, files in parallel |
//! | [`watch`] | an index that follows its sources |
//! | [`search`] | structure, words and vectors, fused |
//! | [`texts`] | batches of texts that stand alone |
//! | [`native`] | answers of the models without Python |
//! | [`team`] | threads that kernels work with |
//! | [`runtime`] | training and models in an environment's interpreter, opened at run time |
//! | [`interface`] | what is said between Rust and a user interface beside the answers |
//! | [`messages`] | everything that is said between Rust and Python |

#![deny(missing_docs)]

mod buffers;
mod duplicates;
pub mod engine;
pub mod error;
pub mod index;
pub mod interface;
pub mod messages;
pub mod native;
pub mod runtime;
pub mod search;
pub mod team;
pub mod texts;
pub mod watch;

pub use engine::Engine;
pub use error::{EngineError, Result};
pub use index::{Index, IndexReport};
pub use sapwood_core::{Buffer, Language};
pub use sapwood_workspace::VersionSummary;
pub use search::Hit;
pub use watch::Renewal;

/// Version of the engine; an environment's `sapwood` package must have the same.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The README's Rust snippets, so that they keep compiling.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

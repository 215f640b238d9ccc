//! The engine that a Rust host embeds.

mod duplicates;
pub mod error;
pub mod messages;
pub mod native;
pub mod runtime;
pub mod texts;

pub use error::{EngineError, Result};

/// Version of the engine; an environment's `sapwood` package must have the same.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

//! The engine that a Rust host embeds.

pub mod error;
pub mod messages;
pub mod runtime;

pub use error::{EngineError, Result};

/// Version of the engine; an environment's `sapwood` package must have the same.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

//! What is said between Rust and a user interface beside the answers themselves. Part of the exported schema.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A workspace that a window has open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenedWorkspace {
    /// Stands for it in what the window asks next.
    pub rid: u32,
    /// The folder `.sapwood/`, for people.
    pub folder: String,
    /// The folder of the sources, for people.
    pub source_root: String,
}

/// A failure as a user interface shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// Stable code.
    #[schemars(extend("enum" = crate::error::CODES))]
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Refusal {
    /// Our sentences say what is wrong, then, after a semicolon, what to do.
    pub fn new(code: &str, sentence: &str) -> Self {
        let (message, hint) = match sentence.split_once("; ") {
            Some((message, hint)) => (message, Some(hint.to_owned())),
            None => (sentence, None),
        };
        Self { code: code.to_owned(), message: message.to_owned(), hint }
    }
}

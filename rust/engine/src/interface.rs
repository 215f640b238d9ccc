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
    /// Our sentences say what is wrong, then, after the last semicolon, what to do: names in them may hold others.
    pub fn new(code: &str, sentence: &str) -> Self {
        let (message, hint) = match sentence.rsplit_once("; ") {
            Some((message, hint)) => (message, Some(hint.to_owned())),
            None => (sentence, None),
        };
        Self { code: code.to_owned(), message: message.to_owned(), hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_stands_after_the_last_semicolon() {
        let cases = [
            ("no index yet; index first", "no index yet", Some("index first")),
            ("`no; where` does not exist; check the path", "`no; where` does not exist", Some("check the path")),
            ("it failed", "it failed", None),
        ];
        for (sentence, message, hint) in cases {
            let refusal = Refusal::new("io", sentence);
            assert_eq!((refusal.message.as_str(), refusal.hint.as_deref()), (message, hint));
        }
    }
}

//! Refusals, as windows receive them: `{code, message, hint}`.

use std::path::PathBuf;

use sapwood::EngineError;
use sapwood::interface::Refusal;
use serde::{Serialize, Serializer};
use tauri::ResourceId;
use thiserror::Error;

/// Why a command was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// From the engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The folder is in no scope of the window.
    #[error(
        "this window may not use `{}`; name the folder in the window's capability, or let the user choose it and pass \
         the choice to `allow_folder`",
        .path.display()
    )]
    OutsideScope {
        /// What was asked for.
        path: PathBuf,
    },
    /// The window has no such workspace.
    #[error("this window has no open workspace {rid}; open it first, and again after it was closed")]
    NotOpen {
        /// The number that was given.
        rid: ResourceId,
    },
    /// The work ended without an answer.
    #[error("the work ended without an answer ({reason}); report this")]
    Unanswered {
        /// What the thread left behind.
        reason: String,
    },
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The stable code, one of [`sapwood::error::CODES`].
    pub fn code(&self) -> &'static str {
        match self {
            Self::Engine(error) => error.code(),
            Self::OutsideScope { .. } => "path_denied",
            Self::NotOpen { .. } => "bad_input",
            Self::Unanswered { .. } => "internal",
        }
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        Refusal::new(self.code(), &self.to_string()).serialize(serializer)
    }
}

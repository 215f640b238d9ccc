//! The one error type of this crate.

use std::path::PathBuf;

use parquet::errors::ParquetError;
use sapwood_core::CoreError;
use sapwood_nn::NnError;
use sapwood_search::SearchError;
use sapwood_workspace::WorkspaceError;
use thiserror::Error;

use crate::messages::Failure;

/// Every stable code of a failure: the same strings in Rust, Python and TypeScript.
pub const CODES: &[&str] = &[
    "no_workspace",
    "no_index",
    "stale_index",
    "no_model",
    "path_missing",
    "path_denied",
    "not_a_folder",
    "empty_folder",
    "not_utf8",
    "syntax",
    "too_large",
    "parse_budget",
    "binary",
    "unknown_language",
    "unknown_version",
    "damaged_version",
    "damaged_index",
    "newer_format",
    "schema_mismatch",
    "vocabulary_mismatch",
    "locked",
    "bad_config",
    "bad_input",
    "missing_dependency",
    "environment",
    "interrupted",
    "io",
    "internal",
];

/// Why the engine could not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A file changed since it was indexed.
    #[error("{path} has changed since it was indexed; run `sapwood index` again")]
    StaleIndex {
        /// The file, relative to the source root.
        path: String,
    },
    /// The serving version has no vectors of the functions as they are indexed now.
    #[error(
        "{model} {version} has no vectors of the functions as they are indexed now; run `sapwood index PATH` again"
    )]
    StaleVectors {
        /// The model.
        model: String,
        /// The version.
        version: String,
    },
    /// Every source file was refused.
    #[error("no file below {} could be indexed; the first, {path}: {reason}", .root.display())]
    NothingToIndex {
        /// The folder of the sources.
        root: PathBuf,
        /// The first file, relative to the root.
        path: String,
        /// Why it was refused.
        reason: String,
    },
    /// A text could not be turned into columns.
    #[error("text {position}: {source}")]
    Text {
        /// Position among the texts that were given, from 0.
        position: usize,
        /// Why.
        source: CoreError,
    },
    /// Labels and parents make no tree.
    #[error("tree {position}: {source}")]
    Tree {
        /// Position among the trees that were given, from 0.
        position: usize,
        /// Why.
        source: CoreError,
    },
    /// An argument makes no sense here.
    #[error("{message}")]
    BadInput {
        /// What is wrong with it, with the fix.
        message: String,
    },
    /// The caller ended it.
    #[error("interrupted; what was finished before is kept")]
    Interrupted,
    /// From the core.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// From search.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// From the models.
    #[error(transparent)]
    Nn(#[from] NnError),
    /// From the disk.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// A table could not be written.
    #[error("the graph cannot be written as a table: {0}; report this")]
    Table(#[from] ParquetError),
    /// There is no Python to train or answer with.
    #[error("no Python environment was given; training and models need one with `sapwood[train]` installed")]
    NoEnvironment,
    /// The interpreter cannot be run.
    #[error("{} cannot be used as Python: {reason}; give the path of an environment's python", .python.display())]
    InterpreterMissing {
        /// What was tried.
        python: PathBuf,
        /// What the system or the interpreter said.
        reason: String,
    },
    /// The interpreter has no shared library to open.
    #[error(
        "{} (Python {version}) has no libpython that can be opened; use a CPython built with --enable-shared",
        .python.display()
    )]
    StaticInterpreter {
        /// The interpreter.
        python: PathBuf,
        /// Its version.
        version: String,
    },
    /// The environment has no usable `sapwood` package.
    #[error("{} has no usable `sapwood` package ({reason}); install `sapwood[train]` there", .python.display())]
    PackageMissing {
        /// The interpreter.
        python: PathBuf,
        /// What the import said.
        reason: String,
    },
    /// The environment's package belongs to another engine.
    #[error("{} has sapwood {found}, this engine is {expected}; install `sapwood=={expected}` there", .python.display())]
    PackageVersion {
        /// The interpreter.
        python: PathBuf,
        /// The package's version.
        found: String,
        /// The engine's version.
        expected: &'static str,
    },
    /// The environment has no torch.
    #[error("{} has no torch; install `sapwood[train]` there", .python.display())]
    TorchMissing {
        /// The interpreter.
        python: PathBuf,
    },
    /// The interpreter could not be started in this process.
    #[error("the interpreter could not be started: {reason}; run `sapwood doctor` in its environment")]
    InterpreterStart {
        /// Why.
        reason: String,
    },
    /// Another environment's interpreter runs in this process.
    #[error(
        "this process already runs {}, and there can be one interpreter a process; restart to use {}",
        .running.display(), .asked.display()
    )]
    OtherInterpreter {
        /// The one that runs.
        running: PathBuf,
        /// The one asked for.
        asked: PathBuf,
    },
    /// The interpreter's thread has ended.
    #[error("the interpreter's thread has ended; restart the program")]
    InterpreterGone,
    /// Python answered with a failure.
    #[error("{message}")]
    Python {
        /// Stable code.
        code: &'static str,
        /// One sentence with the fix.
        message: String,
        /// Where it happened.
        traceback: Option<String>,
    },
    /// A message does not have the agreed form.
    #[error("a message between Rust and Python is malformed: {what}; report this")]
    Message {
        /// What the parser said.
        what: String,
    },
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, EngineError>;

impl EngineError {
    /// The stable code, one of [`CODES`].
    pub fn code(&self) -> &'static str {
        match self {
            Self::StaleIndex { .. } | Self::StaleVectors { .. } => "stale_index",
            Self::NothingToIndex { .. } => "empty_folder",
            Self::BadInput { .. } => "bad_input",
            Self::Search(error) => search_code(error),
            Self::Nn(NnError::MissingWeight { .. } | NnError::WeightShape { .. }) => "damaged_version",
            Self::Nn(_) => "vocabulary_mismatch",
            Self::Workspace(error) => error.code(),
            Self::Interrupted => "interrupted",
            Self::Text { source: error, .. } | Self::Tree { source: error, .. } | Self::Core(error) => core_code(error),
            Self::PackageMissing { .. } | Self::TorchMissing { .. } => "missing_dependency",
            Self::NoEnvironment
            | Self::InterpreterMissing { .. }
            | Self::StaticInterpreter { .. }
            | Self::PackageVersion { .. }
            | Self::InterpreterStart { .. }
            | Self::OtherInterpreter { .. } => "environment",
            Self::Python { code, .. } => code,
            Self::InterpreterGone | Self::Message { .. } | Self::Table(_) => "internal",
        }
    }
}

impl From<Failure> for EngineError {
    fn from(failure: Failure) -> Self {
        let code = CODES.iter().copied().find(|code| *code == failure.code).unwrap_or("internal");
        Self::Python { code, message: failure.message, traceback: failure.traceback }
    }
}

/// The stable code of a core error.
pub fn core_code(error: &CoreError) -> &'static str {
    match error {
        CoreError::TooLarge { .. } => "too_large",
        CoreError::NotUtf8 { .. } => "not_utf8",
        CoreError::Binary { .. } => "binary",
        CoreError::ParseBudget { .. }
        | CoreError::TooManyOpen { .. }
        | CoreError::Unfinished { .. }
        | CoreError::NoCode { .. }
        | CoreError::TooManyNodes { .. }
        | CoreError::TooNested { .. } => "parse_budget",
        CoreError::Blank | CoreError::Unreadable { .. } => "syntax",
        CoreError::UnknownLanguage { .. } => "unknown_language",
        CoreError::Inconsistent { .. }
        | CoreError::NotInText { .. }
        | CoreError::Tree(_)
        | CoreError::NotOffered { .. } => "bad_input",
        _ => "internal",
    }
}

fn search_code(error: &SearchError) -> &'static str {
    match error {
        SearchError::Damaged { .. } => "damaged_index",
        _ => "bad_input",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_its_code_and_an_unknown_code_is_internal() {
        for (given, kept) in [("no_model", "no_model"), ("new_in_python", "internal")] {
            let failure = Failure { code: given.to_owned(), message: "m".to_owned(), traceback: None };
            assert_eq!(EngineError::from(failure).code(), kept);
        }
    }
}

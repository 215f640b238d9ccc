//! The one error type of this crate.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::sources::Skipped;
use crate::versions::Problem;

/// Why something on disk could not be read, written or trusted. Every message ends with what to do.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// Nothing is there.
    #[error("`{}` does not exist; check the spelling of the path", path.display())]
    PathMissing {
        /// The path asked for.
        path: PathBuf,
    },
    /// A file stands where a folder is needed.
    #[error("`{}` is not a folder; give the folder that holds the source files", path.display())]
    NotAFolder {
        /// The path asked for.
        path: PathBuf,
    },
    /// The system refuses access.
    #[error("no permission for `{}`; change its permissions or choose another path", path.display())]
    PathDenied {
        /// The path that was refused.
        path: PathBuf,
    },
    /// No folder from there upwards holds a workspace.
    #[error(
        "no workspace in `{}` or in a folder above it; make one with `sapwood index PATH`",
        start.display()
    )]
    NoWorkspace {
        /// Where the search began.
        start: PathBuf,
    },
    /// The workspace has no index yet.
    #[error("`{}` has no index yet; make it with `sapwood index PATH`", folder.display())]
    NoIndex {
        /// The folder of the workspace.
        folder: PathBuf,
    },
    /// A model has no version that could answer.
    #[error("{model} has no {wanted} version; make one with `sapwood train {model}`")]
    NoModel {
        /// The model asked for.
        model: String,
        /// The alias asked for.
        wanted: String,
    },
    /// No source file was found.
    #[error(
        "no source file below `{}`{}; languages known here: {languages}",
        path.display(),
        list_skipped(skipped)
    )]
    EmptyFolder {
        /// The folder that was walked.
        path: PathBuf,
        /// Names of the languages that are built in, comma-separated.
        languages: String,
        /// What was left out although it looks like a source.
        skipped: Vec<Skipped>,
    },
    /// A source file is longer than the limit.
    #[error("`{}` has {bytes} bytes, more than the limit of {limit}; leave the file out", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// The limit it broke.
        limit: u64,
    },
    /// A version that does not exist.
    #[error(
        "{model} has no {}",
        if version == "previous" { "version that served before; `sapwood checkpoints promote` chooses which one serves".to_owned() }
        else { format!("version `{version}`; `sapwood checkpoints list` shows those that exist") }
    )]
    UnknownVersion {
        /// The model asked for.
        model: String,
        /// The version or alias asked for.
        version: String,
    },
    /// A version, or the file of its aliases, is not what was published.
    #[error(
        "{model} {version} {} damaged: {}; {remedy}",
        if version == "aliases" { "are" } else { "is" },
        list_problems(problems)
    )]
    DamagedVersion {
        /// The model.
        model: String,
        /// The version, or `aliases`.
        version: String,
        /// Everything that was found wrong.
        problems: Vec<Problem>,
        /// What to do, as the other versions and the aliases allow.
        remedy: String,
    },
    /// A file made from the sources is damaged; it can be made again.
    #[error("`{}` is damaged ({reason}); make it again with `sapwood index PATH`", path.display())]
    DamagedIndex {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Something was written by a newer release.
    #[error("`{}` has format {found}, this release reads up to {known}; update sapwood", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The format it names.
        found: u32,
        /// The newest format this release reads.
        known: u32,
    },
    /// A version was trained on rows of another feature schema.
    #[error(
        "{model} {version} was trained with feature schema {trained}, this release makes {current}; \
         run `sapwood index PATH` and `sapwood train {model}` again"
    )]
    SchemaMismatch {
        /// The model.
        model: String,
        /// The version.
        version: String,
        /// Fingerprint in the manifest.
        trained: String,
        /// Fingerprint of this release.
        current: String,
    },
    /// A version was trained with another vocabulary than the one beside it.
    #[error(
        "{model} {version} was trained with vocabulary {trained}, but got {current}; run `sapwood train {model}` again"
    )]
    VocabularyMismatch {
        /// The model.
        model: String,
        /// The version.
        version: String,
        /// Fingerprint in the manifest.
        trained: String,
        /// Fingerprint that was found.
        current: String,
    },
    /// Someone else is writing there.
    #[error("`{}` is in use by {}; wait for it to end or stop it", path.display(), owner(*pid))]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The process that holds it, when it could be read.
        pid: Option<u32>,
    },
    /// A setting that can't be used.
    #[error("{what}")]
    BadConfig {
        /// What is wrong, and what would be right.
        what: String,
    },
    /// An argument that can't be used.
    #[error("{what}")]
    BadInput {
        /// What is wrong, and what would be right.
        what: String,
    },
    /// Any other failure of the file system.
    #[error("cannot access `{}`: {source}; check the disk", path.display())]
    Io {
        /// The path that failed.
        path: PathBuf,
        /// The system's own error.
        source: io::Error,
    },
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, WorkspaceError>;

impl WorkspaceError {
    /// The stable name of this failure in Rust, Python and TypeScript.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PathMissing { .. } => "path_missing",
            Self::NotAFolder { .. } => "not_a_folder",
            Self::PathDenied { .. } => "path_denied",
            Self::NoWorkspace { .. } => "no_workspace",
            Self::NoIndex { .. } => "no_index",
            Self::NoModel { .. } => "no_model",
            Self::EmptyFolder { .. } => "empty_folder",
            Self::TooLarge { .. } => "too_large",
            Self::UnknownVersion { .. } => "unknown_version",
            Self::DamagedVersion { .. } => "damaged_version",
            Self::DamagedIndex { .. } => "damaged_index",
            Self::NewerFormat { .. } => "newer_format",
            Self::SchemaMismatch { .. } => "schema_mismatch",
            Self::VocabularyMismatch { .. } => "vocabulary_mismatch",
            Self::Locked { .. } => "locked",
            Self::BadConfig { .. } => "bad_config",
            Self::BadInput { .. } => "bad_input",
            Self::Io { .. } => "io",
        }
    }

    /// The failure of one file operation, by what the system said.
    pub fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::PathMissing { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::PathDenied { path },
            io::ErrorKind::NotADirectory => Self::NotAFolder { path },
            _ => Self::Io { path, source },
        }
    }
}

/// Turns the error of a storage call on `path` into this crate's own.
pub(crate) trait AtPath<T> {
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> AtPath<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|source| WorkspaceError::io(path, source))
    }
}

fn list_problems(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn list_skipped(skipped: &[Skipped]) -> String {
    let Some(first) = skipped.first() else { return String::new() };
    format!(" ({} left out, the first is `{}`: {})", skipped.len(), first.path, first.reason)
}

fn owner(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

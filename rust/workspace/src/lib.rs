//! Everything on disk: the walk over sources, the index files, checkpoint versions, their catalogue and vectors.
//!
//! | module | holds |
//! |---|---|
//! | [`storage`] | the trait that every file operation goes through, and the disk behind it |
//! | [`workspace`] | the folder `.sapwood/`: making, opening and finding it |
//! | [`sources`] | the walk over a source tree, and reading what it found |
//! | [`columns`] | named columns in one checksummed file |
//! | [`versions`] | checkpoint versions: publish, verify, promote, roll back |
//! | [`catalogue`] | what is known of all versions, in SQLite, rebuilt from the folders at need |
//! | [`vectors`] | function vectors of a version |
//! | [`lock`] | one writer at a time |
//! | [`watch`] | hearing of changes in folders |
//!
//! What is published is either whole or absent: files are written and synced under a temporary name first, and a rename
//! makes them visible.

pub mod catalogue;
pub mod columns;
pub mod error;
pub mod lock;
pub mod manifest;
mod model_card;
pub mod sources;
pub mod storage;
#[cfg(test)]
mod testing;
mod time;
pub mod vectors;
pub mod versions;
pub mod watch;
pub mod workspace;

use std::path::Path;

pub use catalogue::VersionSummary;
pub use columns::{Columns, ColumnsWriter};
pub use error::{Result, WorkspaceError};
pub use lock::RunLock;
pub use manifest::{DataSummary, Manifest, Metric, check_schema, check_vocabulary};
pub use sources::{SkipReason, Skipped, SourceBytes, SourceFile, Sources, Walk};
pub use storage::{DiskStorage, Storage};
pub use vectors::FunctionVectors;
pub use versions::{Aliases, Damage, Problem, Versions};
pub use watch::FolderWatch;
pub use workspace::Workspace;

use error::AtPath as _;

/// Replaces a file on the disk in one step: readers see the old content or the new, also after a power cut.
///
/// # Errors
/// [`WorkspaceError::PathMissing`] or [`WorkspaceError::PathDenied`] for its folder, [`WorkspaceError::Io`] otherwise;
/// the old content is then still there.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<()> {
    storage::write_atomic_with(&DiskStorage, path, bytes).at(path)
}

/// The SHA-256 of some bytes, as 64 hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A document of ours as indented JSON with a final newline.
fn to_json(document: &impl serde::Serialize) -> String {
    // Our documents have text keys only, the one thing that makes JSON fail.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// The failure of reading a JSON document that names a newer format than `known`.
fn newer_format(path: &Path, bytes: &[u8], known: u32) -> Option<WorkspaceError> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let Format { format: found } = serde_json::from_slice(bytes).ok()?;
    (found > known).then(|| WorkspaceError::NewerFormat { path: path.to_owned(), found, known })
}

//! Whether a version is, bit by bit, what was published.

use std::fmt;
use std::io;
use std::path::Path;

use safetensors::SafeTensors;
use serde::Serialize;

use super::{MANIFEST, Versions, WEIGHTS, check_file_name};
use crate::error::{AtPath as _, Result};
use crate::manifest::Manifest;
use crate::storage::{EntryKind, Storage};

/// One thing that is wrong with a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Problem {
    /// The manifest can't be trusted.
    Manifest {
        /// Why.
        reason: String,
    },
    /// A file that the manifest names is not there.
    Missing {
        /// The file.
        name: String,
    },
    /// A file has another content than the manifest says.
    Changed {
        /// The file.
        name: String,
    },
    /// A file is there that the manifest does not name.
    Extra {
        /// The file.
        name: String,
    },
    /// A file can't be read.
    Unreadable {
        /// The file.
        name: String,
        /// The system's own words.
        reason: String,
    },
    /// A file of weights is no safetensors file.
    NotSafetensors {
        /// The file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The files are what was published, but no model can be made of them.
    Unfit {
        /// Why.
        reason: String,
    },
    /// The file of aliases can't be read as such.
    Aliases {
        /// Why.
        reason: String,
    },
    /// An alias points at a version that does not exist.
    Dangling {
        /// The version it names.
        version: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest { reason } => write!(formatter, "{MANIFEST} is not valid ({reason})"),
            Self::Missing { name } => write!(formatter, "`{name}` is missing"),
            Self::Changed { name } => write!(formatter, "`{name}` was changed"),
            Self::Extra { name } => write!(formatter, "`{name}` does not belong to it"),
            Self::Unreadable { name, reason } => write!(formatter, "`{name}` cannot be read ({reason})"),
            Self::NotSafetensors { name, reason } => write!(formatter, "`{name}` is no safetensors file ({reason})"),
            Self::Unfit { reason } => write!(formatter, "its files do not fit each other ({reason})"),
            Self::Aliases { reason } => write!(formatter, "the file of aliases is not valid ({reason})"),
            Self::Dangling { version } => write!(formatter, "it points at `{version}`, which does not exist"),
        }
    }
}

impl Versions {
    /// Checks every file of a version against its manifest, which comes back.
    ///
    /// # Errors
    /// [`crate::WorkspaceError::DamagedVersion`] with everything that is wrong; otherwise as [`Versions::path`].
    pub fn verify(&self, model: &str, version: &str) -> Result<Manifest> {
        let version = self.resolve(model, version)?;
        let manifest = self.read_manifest(model, &version)?;
        let folder = self.version_folder(model, &version);
        let mut problems: Vec<Problem> = manifest
            .files
            .iter()
            .filter_map(|(name, sha256)| check_file(self.storage(), &folder, name, sha256).err())
            .collect();
        problems.extend(self.extra_files(&folder, &manifest)?);
        if problems.is_empty() { Ok(manifest) } else { Err(self.damaged(model, &version, problems)) }
    }

    fn extra_files(&self, folder: &Path, manifest: &Manifest) -> Result<Vec<Problem>> {
        let entries = self.storage.list(folder).at(folder)?;
        let names = entries.into_iter().map(|entry| entry.name.to_string_lossy().into_owned());
        let extra = names.filter(|name| name != MANIFEST && !manifest.files.contains_key(name));
        Ok(extra.map(|name| Problem::Extra { name }).collect())
    }
}

/// The manifest in some bytes, if it can be the one of this version; else why not.
pub(super) fn parse_manifest(bytes: &[u8], model: &str, version: &str) -> std::result::Result<Manifest, String> {
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if manifest.model != model || manifest.version != version {
        return Err(format!("it is the one of {} {}", manifest.model, manifest.version));
    }
    if let Some(name) = manifest.files.keys().find(|name| check_file_name(name).is_err()) {
        return Err(format!("`{name}` is no plain file name"));
    }
    if !manifest.files.contains_key(WEIGHTS) {
        return Err(format!("it names no `{WEIGHTS}`"));
    }
    Ok(manifest)
}

/// Reads a file of a version if its checksum is right. Links and special files are never opened.
pub(super) fn read_checked(
    storage: &dyn Storage,
    folder: &Path,
    name: &str,
    sha256: &str,
) -> std::result::Result<Vec<u8>, Problem> {
    let path = folder.join(name);
    let name = name.to_owned();
    let unreadable = |reason: String| Problem::Unreadable { name: name.clone(), reason };
    match storage.metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Problem::Missing { name }),
        Err(error) => return Err(unreadable(error.to_string())),
        Ok(metadata) if metadata.kind != EntryKind::File => return Err(unreadable("not a regular file".to_owned())),
        Ok(_) => {}
    }
    let bytes = storage.read(&path).map_err(|error| unreadable(error.to_string()))?;
    if crate::sha256_hex(&bytes) == sha256 { Ok(bytes) } else { Err(Problem::Changed { name }) }
}

pub(super) fn check_file(
    storage: &dyn Storage,
    folder: &Path,
    name: &str,
    sha256: &str,
) -> std::result::Result<(), Problem> {
    let bytes = read_checked(storage, folder, name, sha256)?;
    check_weights(name, &bytes)
}

/// Checks that what is named as safetensors is that.
pub(super) fn check_weights(name: &str, bytes: &[u8]) -> std::result::Result<(), Problem> {
    let is_weights = Path::new(name).extension().is_some_and(|extension| extension == "safetensors");
    match SafeTensors::deserialize(bytes) {
        Err(error) if is_weights => Err(Problem::NotSafetensors { name: name.to_owned(), reason: error.to_string() }),
        _ => Ok(()),
    }
}

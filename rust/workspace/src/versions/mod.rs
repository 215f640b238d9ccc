//! Checkpoint versions: `versions/<model>/v0001/` and so on, and the aliases that point at them.
//!
//! A version is published whole or not at all, and never changed afterwards. A folder without a valid manifest is no
//! version. Which version answers is said by one small file a model, replaced in one step.

mod aliases;
mod publish;
mod remedy;
mod verify;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use aliases::Aliases;
use serde::Serialize;
pub use verify::Problem;

use crate::catalogue::{self, VersionSummary};
use crate::error::{AtPath as _, Result, WorkspaceError};
use crate::manifest::{self, Manifest};
use crate::storage::{EntryKind, Storage};

/// The file that every version has: its weights.
pub const WEIGHTS: &str = "weights.safetensors";
/// The file that makes a folder a version.
pub const MANIFEST: &str = "manifest.json";
/// The page about a version, for people.
pub const MODEL_CARD: &str = "MODEL_CARD.md";

/// Something below a model's folder that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// `graphsage` or `tree-lstm`.
    pub model: String,
    /// Such as `v0007`, or `aliases` for the file of them.
    pub version: String,
    /// Stable code of the failure.
    pub code: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Damage {
    fn of(model: &str, version: &str, error: &WorkspaceError) -> Self {
        let (code, message) = (error.code().to_owned(), error.to_string());
        Self { model: model.to_owned(), version: version.to_owned(), code, message }
    }
}

/// The versions of all models in a workspace. Cheap to clone; safe to use from several threads and processes at once.
#[derive(Debug, Clone)]
pub struct Versions {
    storage: Arc<dyn Storage>,
    workspace: PathBuf,
}

impl Versions {
    pub(crate) fn new(storage: Arc<dyn Storage>, workspace: PathBuf) -> Self {
        Self { storage, workspace }
    }

    /// The models that have a folder here, sorted by name.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn models(&self) -> Result<Vec<String>> {
        let folder = self.workspace.join("versions");
        let entries = self.list_folder(&folder)?;
        let folders = entries.into_iter().filter(|entry| entry.kind == EntryKind::Folder);
        Ok(folders
            .filter_map(|entry| entry.name.into_string().ok())
            .filter(|name| check_model_name(name).is_ok())
            .collect())
    }

    /// The versions of a model, or of all, oldest first, with their metrics and aliases. Reads the catalogue, and makes
    /// it again when it does not fit the folders.
    ///
    /// # Errors
    /// [`WorkspaceError::BadInput`] for a name that no model can have, and the errors of the file system.
    pub fn list(&self, model: Option<&str>) -> Result<Vec<VersionSummary>> {
        if let Some(model) = model {
            check_model_name(model)?;
        }
        let mut summaries = catalogue::summaries(self)?;
        summaries.retain(|summary| model.is_none_or(|model| summary.model == model));
        for summary in &mut summaries {
            // A damaged alias file must not hide the versions: `damages` reports it.
            summary.aliases = self.aliases(&summary.model).unwrap_or_default().names_of(&summary.version);
        }
        Ok(summaries)
    }

    /// What [`Versions::list`] can't show, of a model or of all: folders of versions without a valid manifest, and files
    /// of aliases that can't be read.
    ///
    /// # Errors
    /// As [`Versions::list`].
    pub fn damages(&self, model: Option<&str>) -> Result<Vec<Damage>> {
        let models = match model {
            Some(model) => check_model_name(model).map(|()| vec![model.to_owned()])?,
            None => self.models()?,
        };
        let mut found = Vec::new();
        for model in models {
            let damage = |version: &str, error: &WorkspaceError| Damage::of(&model, version, error);
            found.extend(self.aliases(&model).err().map(|error| damage(aliases::NAME, &error)));
            for version in self.numbers(&model)?.into_iter().map(name_of) {
                match self.read_manifest(&model, &version) {
                    Ok(_) | Err(WorkspaceError::UnknownVersion { .. }) => {}
                    Err(error) => found.push(damage(&version, &error)),
                }
            }
        }
        Ok(found)
    }

    /// The manifest of a version, named by its number or an alias.
    ///
    /// # Errors
    /// As [`Versions::path`].
    pub fn show(&self, model: &str, version: &str) -> Result<Manifest> {
        self.read_manifest(model, &self.resolve(model, version)?)
    }

    /// The folder of a version, named by its number (`v0001`) or an alias (`serving`, `previous`, `candidate`).
    ///
    /// # Errors
    /// [`WorkspaceError::NoModel`] when nothing serves, [`WorkspaceError::UnknownVersion`],
    /// [`WorkspaceError::DamagedVersion`] for a manifest or alias that can't be trusted,
    /// [`WorkspaceError::NewerFormat`].
    pub fn path(&self, model: &str, version: &str) -> Result<PathBuf> {
        Ok(self.version_folder(model, &self.resolve(model, version)?))
    }

    /// The bytes of one file of a version, after its checksum was found right.
    ///
    /// # Errors
    /// As [`Versions::path`], and [`WorkspaceError::DamagedVersion`] for a file that is missing or changed.
    pub fn read_file(&self, model: &str, version: &str, name: &str) -> Result<Vec<u8>> {
        let version = self.resolve(model, version)?;
        let manifest = self.read_manifest(model, &version)?;
        let Some(expected) = manifest.files.get(name) else {
            return Err(self.damaged(model, &version, vec![Problem::Missing { name: name.to_owned() }]));
        };
        verify::read_checked(self.storage.as_ref(), &self.version_folder(model, &version), name, expected)
            .map_err(|problem| self.damaged(model, &version, vec![problem]))
    }

    /// The name of the version that a number or an alias stands for; it has a valid manifest.
    ///
    /// # Errors
    /// As [`Versions::path`].
    pub fn resolve(&self, model: &str, version: &str) -> Result<String> {
        check_model_name(model)?;
        if !aliases::is_alias(version) {
            return self.read_manifest(model, version).map(|manifest| manifest.version);
        }
        let Some(target) = self.aliases(model)?.get(version).map(str::to_owned) else {
            let (model, version) = (model.to_owned(), version.to_owned());
            return Err(match version.as_str() {
                "serving" => WorkspaceError::NoModel { model, wanted: version },
                _ => WorkspaceError::UnknownVersion { model, version },
            });
        };
        match self.read_manifest(model, &target) {
            Ok(_) => Ok(target),
            Err(WorkspaceError::UnknownVersion { .. }) => {
                Err(self.damaged(model, version, vec![Problem::Dangling { version: target }]))
            }
            Err(error) => Err(error),
        }
    }

    /// The failure of a version whose files are what was published, but give no model that can answer.
    pub fn unfit(&self, model: &str, version: &str, reason: String) -> WorkspaceError {
        self.damaged(model, version, vec![Problem::Unfit { reason }])
    }

    pub(crate) fn storage(&self) -> &dyn Storage {
        self.storage.as_ref()
    }

    pub(crate) fn workspace(&self) -> &Path {
        &self.workspace
    }

    pub(crate) fn model_folder(&self, model: &str) -> PathBuf {
        self.workspace.join("versions").join(model)
    }

    pub(crate) fn version_folder(&self, model: &str, version: &str) -> PathBuf {
        self.model_folder(model).join(version)
    }

    /// The numbers in use below a model, ascending, whether what stands there is valid or not.
    pub(crate) fn numbers(&self, model: &str) -> Result<Vec<u32>> {
        let entries = self.list_folder(&self.model_folder(model))?;
        let mut numbers: Vec<u32> = entries.iter().filter_map(|entry| number_of(entry.name.to_str()?)).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The manifest of a version named by its number; everything in it that can be checked alone is.
    pub(crate) fn read_manifest(&self, model: &str, version: &str) -> Result<Manifest> {
        check_model_name(model)?;
        let unknown = || WorkspaceError::UnknownVersion { model: model.to_owned(), version: version.to_owned() };
        number_of(version).ok_or_else(unknown)?;
        let folder = self.version_folder(model, version);
        let path = folder.join(MANIFEST);
        let bytes = self.storage.read(&path).at(&path).map_err(|error| match error {
            WorkspaceError::PathMissing { .. } if self.storage.metadata(&folder).is_ok() => {
                self.damaged(model, version, vec![Problem::Missing { name: MANIFEST.to_owned() }])
            }
            WorkspaceError::PathMissing { .. } | WorkspaceError::NotAFolder { .. } => unknown(),
            other => other,
        })?;
        if let Some(newer) = crate::newer_format(&path, &bytes, manifest::FORMAT) {
            return Err(newer);
        }
        verify::parse_manifest(&bytes, model, version)
            .map_err(|reason| self.damaged(model, version, vec![Problem::Manifest { reason }]))
    }

    fn damaged(&self, model: &str, version: &str, problems: Vec<Problem>) -> WorkspaceError {
        let remedy = self.remedy(model, version);
        WorkspaceError::DamagedVersion { model: model.to_owned(), version: version.to_owned(), problems, remedy }
    }

    /// The entries of a folder; none when the folder is missing.
    fn list_folder(&self, folder: &Path) -> Result<Vec<crate::storage::Entry>> {
        match self.storage.list(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            outcome => outcome.at(folder),
        }
    }
}

/// `v0001` for 1.
pub(crate) fn name_of(number: u32) -> String {
    format!("v{number:04}")
}

/// 1 for `v0001`; none for anything that is not written just so.
pub(crate) fn number_of(name: &str) -> Option<u32> {
    let number = name.strip_prefix('v')?.parse().ok()?;
    (name_of(number) == name).then_some(number)
}

/// A model's name is also a folder's: lower-case letters, digits and dashes, a letter first.
fn check_model_name(name: &str) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(allowed) {
        return Ok(());
    }
    let what = format!("`{name}` is no name of a model; give `graphsage` or `tree-lstm`");
    Err(WorkspaceError::BadInput { what })
}

/// A file's name inside one of our folders: letters, digits, `_`, `-`, `.`, no dot first.
pub(crate) fn check_file_name(name: &str) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if !name.is_empty() && !name.starts_with('.') && name.bytes().all(allowed) {
        return Ok(());
    }
    let what = format!("`{name}` is no plain file name; use letters, digits, `_`, `-` and `.`, without folders");
    Err(WorkspaceError::BadInput { what })
}

#[cfg(test)]
mod tests;

//! Which version answers, which did before, and which is being tried: one file a model, replaced in one step.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Problem, Versions, check_model_name};
use crate::error::{AtPath as _, Result, WorkspaceError};
use crate::lock::RunLock;
use crate::storage::write_atomic_with;

const FILE: &str = "aliases.json";
/// What stands in place of a version's name where the file of aliases is meant.
pub(super) const NAME: &str = "aliases";
const FORMAT: u32 = 1;
const NAMES: [&str; 3] = ["serving", "previous", "candidate"];

/// How long a change waits for another one to end; each takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The aliases of a model: names of versions, such as `v0001`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aliases {
    #[serde(default)]
    format: u32,
    /// The version that answers.
    #[serde(default)]
    pub serving: Option<String>,
    /// The version that answered before; a rollback goes there.
    #[serde(default)]
    pub previous: Option<String>,
    /// A version that is being tried.
    #[serde(default)]
    pub candidate: Option<String>,
    /// Fields of other releases.
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}

impl Aliases {
    /// The version that an alias points at.
    pub fn get(&self, alias: &str) -> Option<&str> {
        match alias {
            "serving" => self.serving.as_deref(),
            "previous" => self.previous.as_deref(),
            "candidate" => self.candidate.as_deref(),
            _ => None,
        }
    }

    /// The aliases that point at a version.
    pub(super) fn names_of(&self, version: &str) -> Vec<String> {
        NAMES.iter().filter(|alias| self.get(alias) == Some(version)).map(|alias| (*alias).to_owned()).collect()
    }
}

pub(super) fn is_alias(name: &str) -> bool {
    NAMES.contains(&name)
}

impl Versions {
    /// The aliases of a model; all empty when nothing was ever promoted.
    ///
    /// # Errors
    /// [`WorkspaceError::DamagedVersion`] when their file can't be read as such, [`WorkspaceError::NewerFormat`], and
    /// the errors of the file system.
    pub fn aliases(&self, model: &str) -> Result<Aliases> {
        check_model_name(model)?;
        let path = self.model_folder(model).join(FILE);
        let bytes = match self.storage.read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Aliases::default()),
            outcome => outcome.at(&path)?,
        };
        if let Some(newer) = crate::newer_format(&path, &bytes, FORMAT) {
            return Err(newer);
        }
        parse(&bytes).map_err(|reason| self.damaged(model, NAME, vec![Problem::Aliases { reason }]))
    }

    /// The aliases, none where their file can't be read as such.
    pub(super) fn aliases_if_readable(&self, model: &str) -> Option<Aliases> {
        match self.storage.read(&self.model_folder(model).join(FILE)) {
            Ok(bytes) => parse(&bytes).ok(),
            Err(error) => (error.kind() == io::ErrorKind::NotFound).then(Aliases::default),
        }
    }

    /// Lets a version (or an alias) answer from now on, after every file of it was verified. What answered before
    /// becomes `previous`. Promoting what already serves changes nothing. This also repairs a damaged alias file.
    ///
    /// # Errors
    /// As [`Versions::verify`]; [`WorkspaceError::Locked`] when another change does not end.
    pub fn promote(&self, model: &str, version: &str) -> Result<Aliases> {
        let version = self.verify(model, version)?.version;
        self.change_aliases(model, |aliases| {
            if aliases.serving.as_ref() != Some(&version) {
                aliases.previous = self.if_usable(model, aliases.serving.take())?;
                aliases.serving = Some(version.clone());
            }
            if aliases.candidate.as_ref() == Some(&version) {
                aliases.candidate = None;
            }
            Ok(())
        })
    }

    /// Lets the version answer again that did before; a second rollback undoes the first.
    ///
    /// # Errors
    /// [`WorkspaceError::UnknownVersion`] when none did; as [`Versions::aliases`] when it isn't known which did, and as
    /// [`Versions::verify`] when it is damaged: nothing changes then.
    pub fn rollback(&self, model: &str) -> Result<Aliases> {
        self.aliases(model)?;
        self.change_aliases(model, |aliases| {
            let previous = aliases.previous.clone().ok_or_else(|| WorkspaceError::UnknownVersion {
                model: model.to_owned(),
                version: "previous".to_owned(),
            })?;
            self.verify(model, &previous)?;
            std::mem::swap(&mut aliases.serving, &mut aliases.previous);
            Ok(())
        })
    }

    /// Points `candidate` at a version that is to be tried before it serves.
    ///
    /// # Errors
    /// As [`Versions::verify`].
    pub fn set_candidate(&self, model: &str, version: &str) -> Result<Aliases> {
        let version = self.verify(model, version)?.version;
        self.change_aliases(model, |aliases| {
            aliases.candidate = Some(version.clone());
            Ok(())
        })
    }

    /// The version, unless it is gone or damaged: a rollback must not lead there.
    fn if_usable(&self, model: &str, version: Option<String>) -> Result<Option<String>> {
        let Some(version) = version else { return Ok(None) };
        match self.read_manifest(model, &version) {
            Ok(_) => Ok(Some(version)),
            Err(WorkspaceError::UnknownVersion { .. } | WorkspaceError::DamagedVersion { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads, changes and replaces the aliases under a lock, so that of two changes at once none is lost.
    fn change_aliases(&self, model: &str, change: impl FnOnce(&mut Aliases) -> Result<()>) -> Result<Aliases> {
        let folder = self.model_folder(model);
        if self.numbers(model)?.is_empty() {
            return Err(WorkspaceError::NoModel { model: model.to_owned(), wanted: "published".to_owned() });
        }
        let _lock = RunLock::acquire_within(self.storage(), &folder.join(".aliases.lock"), PATIENCE)?;
        let before = match self.aliases(model) {
            Err(WorkspaceError::DamagedVersion { .. }) => Aliases::default(),
            outcome => outcome?,
        };
        let mut after = Aliases { format: FORMAT, ..before.clone() };
        change(&mut after)?;
        if after != before {
            let path = folder.join(FILE);
            write_atomic_with(self.storage(), &path, crate::to_json(&after).as_bytes()).at(&path)?;
        }
        Ok(after)
    }
}

fn parse(bytes: &[u8]) -> std::result::Result<Aliases, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

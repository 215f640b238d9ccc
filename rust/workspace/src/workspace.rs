//! The folder `.sapwood/`: what belongs to one source tree and what was learned from it.
//!
//! ```text
//! .sapwood/
//!   .gitignore          *
//!   workspace.json      {"format": 1, "source_root": "..", "excludes": []}
//!   index/              columns made from the sources
//!   versions/<model>/   published versions and the file of their aliases
//!   vectors/<model>/    function vectors of a version
//!   runs/               one folder a training run
//!   catalogue.sqlite    what is known of all versions; can be rebuilt
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::columns::{Columns, ColumnsWriter};
use crate::error::{AtPath as _, Result, WorkspaceError};
use crate::lock::RunLock;
use crate::sources::Sources;
use crate::storage::{DiskStorage, EntryKind, Storage, write_atomic_with};
use crate::versions::{Versions, check_file_name};

/// Name of the folder that makes a folder a workspace.
pub const FOLDER: &str = ".sapwood";

/// The format of `workspace.json` that this release writes, and the newest it reads.
const FORMAT: u32 = 1;
const SETTINGS: &str = "workspace.json";
const PARTS: [&str; 4] = ["index", "versions", "vectors", "runs"];

/// An open workspace. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Workspace {
    storage: Arc<dyn Storage>,
    folder: PathBuf,
    source_root: PathBuf,
    excludes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Settings {
    format: u32,
    /// Absolute, or relative to the folder that holds `.sapwood/`, so that both can be moved together.
    source_root: PathBuf,
    #[serde(default)]
    excludes: Vec<String>,
    #[serde(flatten)]
    other: BTreeMap<String, serde_json::Value>,
}

impl Workspace {
    /// Makes a workspace in the folder `at` (made if it is missing) for the sources below `source_root`. One that is
    /// there keeps its content and takes the new settings; settings that can't be read are kept as
    /// `workspace.json.damaged`.
    ///
    /// # Errors
    /// [`WorkspaceError::PathMissing`], [`WorkspaceError::NotAFolder`] or [`WorkspaceError::PathDenied`] for either
    /// folder, [`WorkspaceError::NewerFormat`] when a newer release made the workspace.
    pub fn create(at: &Path, source_root: &Path, excludes: &[String]) -> Result<Self> {
        Self::create_with(Arc::new(DiskStorage), at, source_root, excludes)
    }

    /// [`Workspace::create`] on another storage.
    ///
    /// # Errors
    /// As [`Workspace::create`].
    pub fn create_with(storage: Arc<dyn Storage>, at: &Path, source_root: &Path, excludes: &[String]) -> Result<Self> {
        let source_root = Sources::open_with(storage.clone(), source_root, excludes)?.root().to_owned();
        storage.create_folders(at).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => WorkspaceError::NotAFolder { path: at.to_owned() },
            _ => WorkspaceError::io(at, error),
        })?;
        let at = storage.canonical(at).at(at)?;
        let folder = folder_in(&at);
        let kept = match read_settings(storage.as_ref(), &folder) {
            Ok(settings) => settings.other,
            Err(newer @ WorkspaceError::NewerFormat { .. }) => return Err(newer),
            Err(WorkspaceError::DamagedIndex { .. }) => set_aside(storage.as_ref(), &folder)?,
            Err(_) => BTreeMap::new(),
        };
        for part in PARTS {
            storage.create_folders(&folder.join(part)).at(&folder)?;
        }
        let workspace = Self { storage, folder, source_root, excludes: excludes.to_vec() };
        workspace.write_settings(kept)?;
        Ok(workspace)
    }

    /// Opens the workspace in the folder `at`, which holds `.sapwood/` or is it.
    ///
    /// # Errors
    /// [`WorkspaceError::NoWorkspace`] when there is none, [`WorkspaceError::NewerFormat`],
    /// [`WorkspaceError::DamagedIndex`] for settings that can't be read, and the errors of the file system. A source
    /// folder that has gone is no error here, but one of [`Workspace::sources`].
    pub fn open(at: &Path) -> Result<Self> {
        Self::open_with(Arc::new(DiskStorage), at)
    }

    /// [`Workspace::open`] on another storage.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn open_with(storage: Arc<dyn Storage>, at: &Path) -> Result<Self> {
        let at = storage.canonical(at).at(at)?;
        let folder = folder_in(&at);
        match storage.metadata(&folder.join(SETTINGS)).map_err(|error| error.kind()) {
            Err(std::io::ErrorKind::NotFound) => return Err(WorkspaceError::NoWorkspace { start: at }),
            Err(std::io::ErrorKind::NotADirectory) => return Err(WorkspaceError::NotAFolder { path: at }),
            _ => {}
        }
        let settings = read_settings(storage.as_ref(), &folder)?;
        let source_root = normal(&parent_of(&folder).join(settings.source_root));
        Ok(Self { storage, folder, source_root, excludes: settings.excludes })
    }

    /// Opens the workspace of the nearest folder, from `start` upwards.
    ///
    /// # Errors
    /// [`WorkspaceError::NoWorkspace`], naming the command that makes one; otherwise as [`Workspace::open`].
    pub fn discover(start: &Path) -> Result<Self> {
        Self::discover_with(Arc::new(DiskStorage), start)
    }

    /// [`Workspace::discover`] on another storage.
    ///
    /// # Errors
    /// As [`Workspace::discover`].
    pub fn discover_with(storage: Arc<dyn Storage>, start: &Path) -> Result<Self> {
        let from = storage.canonical(start).at(start)?;
        let holder = from.ancestors().find(|at| {
            let settings = at.join(FOLDER).join(SETTINGS);
            storage.metadata(&settings).is_ok_and(|metadata| metadata.kind == EntryKind::File)
        });
        match holder {
            Some(at) => Self::open_with(storage, at),
            None => Err(WorkspaceError::NoWorkspace { start: from }),
        }
    }

    /// The folder `.sapwood/`, absolute.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of the sources, absolute.
    pub fn source_root(&self) -> &Path {
        &self.source_root
    }

    /// What the walk leaves out beyond the defaults, as `.gitignore` lines.
    pub fn excludes(&self) -> &[String] {
        &self.excludes
    }

    /// Where everything is read from and written to.
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// The folder with one folder a training run.
    pub fn runs(&self) -> PathBuf {
        self.folder.join("runs")
    }

    /// The sources, with this workspace's excludes.
    ///
    /// # Errors
    /// As [`Sources::open`].
    pub fn sources(&self) -> Result<Sources> {
        Sources::open_with(self.storage.clone(), &self.source_root, &self.excludes)
    }

    /// The checkpoint versions.
    pub fn versions(&self) -> Versions {
        Versions::new(self.storage.clone(), self.folder.clone())
    }

    /// Takes the lock on one kind of work in this workspace, such as `index` or `train`; it ends with the value.
    ///
    /// # Errors
    /// [`WorkspaceError::Locked`] with the id of the process that does that work already,
    /// [`WorkspaceError::BadInput`] for a name that is no plain file name.
    pub fn lock(&self, work: &str) -> Result<RunLock> {
        check_file_name(work)?;
        RunLock::acquire(self.storage.as_ref(), &self.folder.join(format!("{work}.lock")))
    }

    /// Saves columns made from the sources as `index/<name>`.
    ///
    /// # Errors
    /// [`WorkspaceError::BadInput`] for a name that is no plain file name, and the errors of the file system; what was
    /// there before is then unharmed.
    pub fn save_index(&self, name: &str, columns: &ColumnsWriter<'_>) -> Result<()> {
        check_file_name(name)?;
        columns.save(self.storage.as_ref(), &self.folder.join("index").join(name))
    }

    /// Loads `index/<name>`.
    ///
    /// # Errors
    /// [`WorkspaceError::NoIndex`] when it was never saved, [`WorkspaceError::DamagedIndex`] when it is not what was
    /// saved, [`WorkspaceError::BadInput`] for a name that is no plain file name.
    pub fn load_index(&self, name: &str) -> Result<Columns> {
        check_file_name(name)?;
        let path = self.folder.join("index").join(name);
        Columns::load(self.storage.as_ref(), &path).map_err(|error| match error {
            WorkspaceError::PathMissing { .. } => WorkspaceError::NoIndex { folder: self.source_root.clone() },
            other => other,
        })
    }

    fn write_settings(&self, other: BTreeMap<String, serde_json::Value>) -> Result<()> {
        let holder = parent_of(&self.folder);
        let source_root = match self.source_root.strip_prefix(holder) {
            Ok(inner) => Path::new(".").join(inner),
            Err(_) => self.source_root.clone(),
        };
        let settings = Settings { format: FORMAT, source_root, excludes: self.excludes.clone(), other };
        let text = crate::to_json(&settings);
        self.write(".gitignore", b"*\n")?;
        self.write(SETTINGS, text.as_bytes())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        write_atomic_with(self.storage.as_ref(), &path, bytes).at(&path)
    }
}

fn folder_in(at: &Path) -> PathBuf {
    if at.ends_with(FOLDER) { at.to_owned() } else { at.join(FOLDER) }
}

fn parent_of(folder: &Path) -> &Path {
    folder.parent().unwrap_or(folder)
}

/// Drops `.` parts, so that equal folders compare equal.
fn normal(path: &Path) -> PathBuf {
    path.components().collect()
}

/// Keeps settings that can't be read under another name, and gives those that replace them.
fn set_aside(storage: &dyn Storage, folder: &Path) -> Result<BTreeMap<String, serde_json::Value>> {
    let (from, to) = (folder.join(SETTINGS), folder.join(format!("{SETTINGS}.damaged")));
    let bytes = storage.read(&from).at(&from)?;
    write_atomic_with(storage, &to, &bytes).at(&to)?;
    Ok(BTreeMap::new())
}

fn read_settings(storage: &dyn Storage, folder: &Path) -> Result<Settings> {
    let path = folder.join(SETTINGS);
    let bytes = storage.read(&path).at(&path)?;
    if let Some(newer) = crate::newer_format(&path, &bytes, FORMAT) {
        return Err(newer);
    }
    serde_json::from_slice(&bytes).map_err(|error| WorkspaceError::DamagedIndex { path, reason: error.to_string() })
}

#[cfg(test)]
mod tests;

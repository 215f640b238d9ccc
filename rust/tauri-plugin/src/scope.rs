//! The folders that a window may open. Tauri decides who may call a command; that paths stay inside is checked here.

use std::path::{Path, PathBuf};

use sapwood::{Engine, EngineError};
use sapwood_workspace::workspace::FOLDER;
use sapwood_workspace::{DiskStorage, Storage as _, WorkspaceError};
use serde::Deserialize;
use tauri::ipc::{CommandScope, GlobalScope, ScopeObject};
use tauri::utils::acl::Value;
use tauri::{AppHandle, Manager as _, Runtime};

use crate::Sapwood;
use crate::error::{Error, Result};

/// An entry of a capability, `{"path": "$HOME/projects"}`: that folder and all below it.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl ScopeObject for Folder {
    type Error = tauri::Error;

    fn deserialize<R: Runtime>(app: &AppHandle<R>, raw: Value) -> tauri::Result<Self> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Entry {
            path: PathBuf,
        }
        let Entry { path } = Entry::deserialize(serde_json::Value::from(raw))?;
        app.path().parse(path).map(Self)
    }
}

/// Folders with all below them; what is denied is denied within the allowed ones too.
pub(crate) struct Folders {
    allowed: Vec<PathBuf>,
    denied: Vec<PathBuf>,
}

impl Folders {
    pub(crate) fn new(app: &Sapwood, command: &CommandScope<Folder>, global: &GlobalScope<Folder>) -> Self {
        let allowed = command.allows().iter().chain(global.allows()).map(|folder| folder.0.clone());
        let denied = command.denies().iter().chain(global.denies()).map(|folder| folder.0.clone());
        Self { allowed: real(allowed.chain(app.allowed())), denied: real(denied) }
    }

    /// Opens the workspace at a path or above it, if all of it is allowed.
    pub(crate) fn open(&self, path: &Path) -> Result<Engine> {
        let engine = Engine::open(&self.check(path)?, None)?;
        self.check(engine.workspace().folder())?;
        // A workspace from elsewhere may name any folder as its sources.
        self.check(engine.workspace().source_root())?;
        Ok(engine)
    }

    /// Makes a workspace for the sources in a folder, or opens the one that is there.
    pub(crate) fn create(&self, path: &Path) -> Result<Engine> {
        let root = self.check(path)?;
        // It may be there as a link that leads elsewhere.
        self.check(&root.join(FOLDER)).or_else(unless_missing)?;
        Ok(Engine::create(&root, None, &[])?)
    }

    /// The path without links, if it is allowed. One that is missing is only called so where its folder is allowed.
    fn check(&self, path: &Path) -> Result<PathBuf> {
        let found = DiskStorage.canonical(path);
        let nearest = path.ancestors().find_map(|ancestor| DiskStorage.canonical(ancestor).ok());
        if !path.is_absolute() || !nearest.is_some_and(|nearest| self.holds(&nearest)) {
            return Err(Error::OutsideScope { path: path.to_owned() });
        }
        found.map_err(|error| EngineError::from(WorkspaceError::io(path, error)).into())
    }

    fn holds(&self, path: &Path) -> bool {
        let under = |folders: &[PathBuf]| folders.iter().any(|folder| path.starts_with(folder));
        under(&self.allowed) && !under(&self.denied)
    }
}

/// Folders without links; one that is not there allows and denies nothing that is.
fn real(folders: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    folders.filter_map(|folder| DiskStorage.canonical(&folder).ok()).collect()
}

fn unless_missing(error: Error) -> Result<PathBuf> {
    match error {
        Error::Engine(missing) if missing.code() == "path_missing" => Ok(PathBuf::new()),
        other => Err(other),
    }
}

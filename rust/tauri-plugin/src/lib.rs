//! Sapwood in a Tauri app: commands, permissions and progress over [`sapwood::Engine`].
//!
//! | module | what |
//! |---|---|
//! | `commands` | what a window may ask, each with its permission |
//! | `scope` | the folders that a window may open |
//! | `opened` | a workspace that a window has open |
//! | `progress` | how often a window hears of progress |
//! | [`error`] | refusals, as windows receive them |
//!
//! Commands run the engine on threads for blocking work, never on the one that serves the windows.

#![deny(missing_docs)]

mod commands;
pub mod error;
mod opened;
mod progress;
mod scope;

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use tauri::plugin::TauriPlugin;
use tauri::{Manager, Runtime};

pub use error::{Error, Result};

/// The plugin, for an app that names its folders in capabilities.
pub fn init<R: Runtime>() -> TauriPlugin<R> {
    Builder::new().build()
}

/// Settings of the plugin.
#[derive(Debug, Default)]
pub struct Builder {
    allowed: Vec<PathBuf>,
}

impl Builder {
    /// No folder is allowed beyond those of the capabilities.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets every window that may open or make workspaces do so in this folder and below it.
    #[must_use]
    pub fn allow_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.allowed.push(folder.into());
        self
    }

    /// The plugin.
    pub fn build<R: Runtime>(self) -> TauriPlugin<R> {
        tauri::plugin::Builder::new("sapwood")
            .invoke_handler(tauri::generate_handler![
                commands::open,
                commands::create,
                commands::index,
                commands::cancel,
                commands::index_report,
                commands::search_words,
                commands::search_code,
                commands::search_at,
                commands::versions,
                commands::promote,
                commands::rollback,
            ])
            .setup(move |app, _| {
                app.manage(Sapwood { allowed: RwLock::new(self.allowed) });
                Ok(())
            })
            .build()
    }
}

/// What the app itself may tell the plugin while it runs.
#[derive(Debug)]
pub struct Sapwood {
    allowed: RwLock<Vec<PathBuf>>,
}

impl Sapwood {
    /// Allows a folder, and all below it, until the app ends: one that the user chose in a dialog.
    pub fn allow_folder(&self, folder: &Path) {
        self.allowed.write().unwrap_or_else(PoisonError::into_inner).push(folder.to_owned());
    }

    fn allowed(&self) -> Vec<PathBuf> {
        self.allowed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Reaches [`Sapwood`] from an app, a window or a handle.
pub trait SapwoodExt<R: Runtime> {
    /// The plugin's state.
    ///
    /// # Panics
    /// Where the plugin was not added to the app.
    fn sapwood(&self) -> &Sapwood;
}

impl<R: Runtime, T: Manager<R>> SapwoodExt<R> for T {
    fn sapwood(&self) -> &Sapwood {
        self.state::<Sapwood>().inner()
    }
}

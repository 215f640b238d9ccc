//! Making a version visible, whole or not at all.
//!
//! Everything is written and synced in a folder of another name beside the target, the manifest last; a rename makes it
//! a version. A publisher that dies before the rename leaves a folder that nobody takes for a version.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{MANIFEST, MODEL_CARD, Versions, WEIGHTS, check_file_name, check_model_name, name_of, verify};
use crate::error::{AtPath as _, Result, WorkspaceError};
use crate::manifest::{self, Manifest};
use crate::model_card;
use crate::storage::STAGING_PREFIX;
use crate::time::rfc3339;

/// Formats that run code when they are loaded.
const PICKLES: [&str; 6] = ["pt", "pth", "pkl", "pickle", "ckpt", "joblib"];

/// Publishers that take the same number at once before one of them gives up; each round one of them succeeds.
const ROUNDS: usize = 200;

/// Folders of dead publishers are removed when they are this old; a live one takes seconds.
const LEFTOVER_AGE: Duration = Duration::from_hours(24);

impl Versions {
    /// Publishes a version and returns its name, the model's highest number plus one. `files` must hold
    /// `weights.safetensors`; `manifest.json` and `MODEL_CARD.md` are made here, with `version`, `created`, `format` and
    /// `files` of the manifest filled in. No alias changes: [`Versions::promote`] does that.
    ///
    /// # Errors
    /// [`WorkspaceError::BadInput`] for a name that is no plain file name, a pickle, weights that are no safetensors
    /// file, or a manifest of another model; the errors of the file system. Versions that exist are never touched.
    pub fn publish(&self, model: &str, files: &[(&str, &[u8])], manifest: Manifest) -> Result<String> {
        check_model_name(model)?;
        check_files(files)?;
        let manifest = complete(model, files, manifest)?;
        let folder = self.model_folder(model);
        self.storage.create_folders(&folder).at(&folder)?;
        self.clear_leftovers(&folder);
        let staging = self.storage.create_unique_folder(&folder, STAGING_PREFIX).at(&folder)?;
        let outcome = self.stage(&staging, files).and_then(|()| self.make_visible(&staging, manifest));
        if outcome.is_err() {
            // What can't be removed now is removed by a later publisher.
            let _ = self.storage.remove_folder(&staging);
        }
        outcome
    }

    fn stage(&self, staging: &Path, files: &[(&str, &[u8])]) -> Result<()> {
        for (name, bytes) in files {
            self.write_file(staging, name, bytes)?;
        }
        Ok(())
    }

    fn make_visible(&self, staging: &Path, mut manifest: Manifest) -> Result<String> {
        let folder = self.model_folder(&manifest.model);
        for _ in 0..ROUNDS {
            manifest.version = name_of(self.numbers(&manifest.model)?.last().map_or(1, |last| last + 1));
            self.write_manifest(staging, &mut manifest)?;
            let target = folder.join(&manifest.version);
            match self.storage.rename(staging, &target) {
                Ok(()) => {
                    self.sync(&folder)?;
                    return Ok(manifest.version);
                }
                Err(error) if is_taken(&error) => {}
                Err(error) => return Err(WorkspaceError::io(&target, error)),
            }
        }
        Err(WorkspaceError::Locked { path: folder, pid: None })
    }

    /// Writes the card, then the manifest, then syncs the folder: in that order, so that a manifest says that all else
    /// is there.
    fn write_manifest(&self, staging: &Path, manifest: &mut Manifest) -> Result<()> {
        // The card lists the files' checksums and can't list its own.
        manifest.files.remove(MODEL_CARD);
        let card = model_card::render(manifest);
        manifest.files.insert(MODEL_CARD.to_owned(), crate::sha256_hex(card.as_bytes()));
        self.write_file(staging, MODEL_CARD, card.as_bytes())?;
        self.write_file(staging, MANIFEST, manifest.to_json().as_bytes())?;
        self.sync(staging)
    }

    fn write_file(&self, folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
        let path = folder.join(name);
        self.storage.write(&path, bytes).at(&path)
    }

    /// Syncs a folder and the one above it, which may be new as well.
    fn sync(&self, folder: &Path) -> Result<()> {
        self.storage.sync_folder(folder).at(folder)?;
        let parent = folder.parent().unwrap_or(folder);
        self.storage.sync_folder(parent).at(parent)
    }

    fn clear_leftovers(&self, folder: &Path) {
        let entries = self.storage.list(folder).unwrap_or_default();
        for entry in entries.iter().filter(|entry| entry.name.to_string_lossy().starts_with(STAGING_PREFIX)) {
            let path = folder.join(&entry.name);
            let modified = self.storage.metadata(&path).ok().and_then(|metadata| metadata.modified);
            let age = modified.and_then(|modified| SystemTime::now().duration_since(modified).ok());
            if age.is_some_and(|age| age > LEFTOVER_AGE) {
                let _ = self.storage.remove_folder(&path);
            }
        }
    }
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty)
}

fn check_files(files: &[(&str, &[u8])]) -> Result<()> {
    let bad = |what: String| Err(WorkspaceError::BadInput { what });
    for (position, (name, bytes)) in files.iter().enumerate() {
        check_file_name(name)?;
        if [MANIFEST, MODEL_CARD].contains(name) {
            return bad(format!("`{name}` is made by publishing; leave it out"));
        }
        if files[..position].iter().any(|(earlier, _)| earlier.eq_ignore_ascii_case(name)) {
            return bad(format!("`{name}` is given twice; give each file once"));
        }
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| PICKLES.contains(&extension.to_ascii_lowercase().as_str())) {
            return bad(format!("`{name}` is a pickle, which is never published; save weights as safetensors"));
        }
        if let Err(problem) = verify::check_weights(name, bytes) {
            return bad(format!("{problem}; save weights as safetensors"));
        }
    }
    if files.iter().any(|(name, _)| *name == WEIGHTS) {
        return Ok(());
    }
    bad(format!("a version needs `{WEIGHTS}`; add it to the files"))
}

fn complete(model: &str, files: &[(&str, &[u8])], manifest: Manifest) -> Result<Manifest> {
    if manifest.model != model {
        let what = format!("the manifest is one of `{}`, not of `{model}`; publish it there", manifest.model);
        return Err(WorkspaceError::BadInput { what });
    }
    let created = if manifest.created.is_empty() { rfc3339(SystemTime::now()) } else { manifest.created };
    let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), crate::sha256_hex(bytes))).collect();
    Ok(Manifest { format: manifest::FORMAT, created, files, ..manifest })
}

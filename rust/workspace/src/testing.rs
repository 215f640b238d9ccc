//! What the tests of several modules share: a storage that fails on demand, and small valid versions.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;

use crate::manifest::Manifest;
use crate::storage::{DiskStorage, Entry, LockAttempt, Metadata, RegularFile, Storage};
use crate::versions::Versions;
use crate::workspace::Workspace;

/// Which operations fail.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The n-th, counted from 0, and no other: a full disk, a flaky cable.
    Once(usize),
    /// The n-th and all after it: the process died.
    From(usize),
    /// Every one on this path, for want of permission.
    Deny(PathBuf),
    /// None, but someone else changes what stands at the path just before the operation of that name on it.
    Change(&'static str, PathBuf, fn(&Path)),
    /// None.
    Never,
}

/// The disk, with faults. A write that fails leaves half of its bytes behind.
#[derive(Debug)]
pub(crate) struct FailingStorage {
    fault: Fault,
    log: Mutex<Vec<String>>,
}

impl FailingStorage {
    pub(crate) fn new(fault: Fault) -> Arc<Self> {
        Arc::new(Self { fault, log: Mutex::default() })
    }

    /// The operations so far, as `write weights.safetensors`; temporary names are shown as `*`.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Whether the n-th operation was ever asked for.
    pub(crate) fn reached(&self, n: usize) -> bool {
        self.log.lock().unwrap().len() > n
    }

    fn attempt(&self, operation: &str, path: &Path) -> io::Result<()> {
        let mut log = self.log.lock().unwrap();
        let position = log.len();
        log.push(format!("{operation} {}", shown(path)));
        match &self.fault {
            Fault::Once(n) if position == *n => Err(io::Error::other("injected fault")),
            Fault::From(n) if position >= *n => Err(io::Error::other("injected crash")),
            Fault::Deny(denied) if path == denied => Err(io::ErrorKind::PermissionDenied.into()),
            Fault::Change(before, changed, change) if operation == *before && path == changed => {
                change(path);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if name.starts_with(crate::storage::STAGING_PREFIX) { "*".to_owned() } else { name }
}

impl Storage for FailingStorage {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.attempt("read", path)?;
        DiskStorage.read(path)
    }

    fn read_regular(&self, path: &Path, limit: u64) -> io::Result<RegularFile> {
        self.attempt("read regular", path)?;
        DiskStorage.read_regular(path, limit)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        self.attempt("list", folder)?;
        DiskStorage.list(folder)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.attempt("metadata", path)?;
        DiskStorage.metadata(path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.attempt("canonical", path)?;
        DiskStorage.canonical(path)
    }

    fn create_folders(&self, folder: &Path) -> io::Result<()> {
        self.attempt("create", folder)?;
        DiskStorage.create_folders(folder)
    }

    fn create_unique_folder(&self, parent: &Path, prefix: &str) -> io::Result<PathBuf> {
        self.attempt("create unique in", parent)?;
        DiskStorage.create_unique_folder(parent, prefix)
    }

    fn write_parts(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        self.attempt("write", path).inspect_err(|_| {
            let bytes = parts.concat();
            let _ = DiskStorage.write(path, &bytes[..bytes.len() / 2]);
        })?;
        DiskStorage.write_parts(path, parts)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.attempt("sync", folder)?;
        DiskStorage.sync_folder(folder)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.attempt("rename to", to)?;
        DiskStorage.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.attempt("remove", path)?;
        DiskStorage.remove_file(path)
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        self.attempt("remove", folder)?;
        DiskStorage.remove_folder(folder)
    }

    fn try_lock(&self, path: &Path, owner: &str) -> io::Result<LockAttempt> {
        self.attempt("lock", path)?;
        DiskStorage.try_lock(path, owner)
    }
}

/// A workspace over one small source file, in a folder that goes with the first value.
pub(crate) fn workspace() -> (tempfile::TempDir, Workspace) {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.py", b"x = 1\n");
    let workspace = Workspace::create(folder.path(), folder.path(), &[]).unwrap();
    (folder, workspace)
}

/// The versions of a workspace, seen through a storage with faults.
pub(crate) fn versions_with(storage: Arc<FailingStorage>, workspace: &Workspace) -> Versions {
    Versions::new(storage, workspace.folder().to_owned())
}

/// Writes a file below `root`, with its folders.
pub(crate) fn put(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    DiskStorage.create_folders(path.parent().unwrap()).unwrap();
    DiskStorage.write(&path, bytes).unwrap();
}

/// Valid weights that hold one number.
pub(crate) fn weights(number: f32) -> Vec<u8> {
    let bytes = number.to_le_bytes();
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1], &bytes).unwrap();
    safetensors::serialize([("w", view)], None).unwrap()
}

pub(crate) fn manifest(model: &str) -> Manifest {
    Manifest { model: model.to_owned(), feature_schema: Some("aaaa".to_owned()), ..Manifest::default() }
}

/// Publishes a version with valid weights that hold one number.
pub(crate) fn publish(versions: &Versions, model: &str, number: f32) -> crate::Result<String> {
    let weights = weights(number);
    versions.publish(model, &[("weights.safetensors", &weights), ("config.yaml", b"seed: 1\n")], manifest(model))
}

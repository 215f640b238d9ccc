//! The only way to the disk.
//!
//! Everything else in this crate speaks to [`Storage`], so that tests can make any single operation fail and look at
//! what is left behind.

use std::fmt::Debug;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What an entry of a folder is; links are not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, wherever it points.
    Link,
    /// A device, a pipe or a socket.
    Special,
}

/// What is known of a path without reading it.
#[derive(Debug, Clone, Copy)]
pub struct Metadata {
    /// File, folder, link or special.
    pub kind: EntryKind,
    /// Length in bytes.
    pub bytes: u64,
    /// Last change, where the system records it.
    pub modified: Option<SystemTime>,
}

/// One entry of a folder.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Name without its folder; not always UTF-8.
    pub name: std::ffi::OsString,
    /// File, folder, link or special.
    pub kind: EntryKind,
}

/// A lock that ends when this is dropped, or with the process, however it ends.
#[derive(Debug)]
pub struct HeldLock {
    _file: File,
}

/// The outcome of asking for a lock.
#[derive(Debug)]
pub enum LockAttempt {
    /// It is ours.
    Held(HeldLock),
    /// Someone else holds it; what they wrote about themselves.
    Busy(String),
}

/// What came of reading a file that someone else may have put there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegularFile {
    /// The whole content.
    Content(Vec<u8>),
    /// A link, a folder, a device, a pipe or a socket.
    Other,
    /// It has more bytes than asked for; its length.
    TooLarge(u64),
}

/// The file operations that the workspace needs. Errors are the system's own.
#[allow(clippy::missing_errors_doc, reason = "every method fails as the system's call of the same name does")]
pub trait Storage: Debug + Send + Sync {
    /// The whole content of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The content of a regular file of at most `limit` bytes. Whatever else stands there by now is told by its kind:
    /// no link is followed, no pipe waited for, no device read.
    fn read_regular(&self, path: &Path, limit: u64) -> io::Result<RegularFile>;

    /// The entries of a folder, sorted by name.
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>>;

    /// What stands at a path, links not followed.
    fn metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// The absolute path without links or `..`.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// Makes a folder and those above it; fine when it exists.
    fn create_folders(&self, folder: &Path) -> io::Result<()>;

    /// Makes a new folder whose name begins with `prefix` and is used by nobody else.
    fn create_unique_folder(&self, parent: &Path, prefix: &str) -> io::Result<PathBuf>;

    /// Writes a file, given in parts, and waits until its bytes are on the disk.
    fn write_parts(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()>;

    /// [`Storage::write_parts`] of one.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.write_parts(path, &[bytes])
    }

    /// Waits until the names in a folder are on the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// Gives a file or folder another name, in one step. A file is replaced; a folder that is not empty is not.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes a folder with all that is in it.
    fn remove_folder(&self, folder: &Path) -> io::Result<()>;

    /// Tries to take the lock on a file, made if it is missing, and writes `owner` into it.
    fn try_lock(&self, path: &Path, owner: &str) -> io::Result<LockAttempt>;
}

/// Replaces a file in one step: readers see the old content or the new, also after a power cut.
///
/// # Errors
/// Those of the storage; the old content is then still there.
pub fn write_atomic_with(storage: &dyn Storage, path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_parts_atomic(storage, path, &[bytes])
}

/// [`write_atomic_with`] of a file that is given in parts.
///
/// # Errors
/// As [`write_atomic_with`].
pub fn write_parts_atomic(storage: &dyn Storage, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a path to a file is needed"));
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let staging = storage.create_unique_folder(parent, STAGING_PREFIX)?;
    let staged = staging.join(name);
    let written = storage.write_parts(&staged, parts).and_then(|()| storage.rename(&staged, path));
    // A folder that stays behind is harmless: its prefix is ignored everywhere.
    let _ = storage.remove_folder(&staging);
    written?;
    storage.sync_folder(parent)
}

/// Names of files and folders that are being written begin with this; whoever lists a folder passes over them.
pub(crate) const STAGING_PREFIX: &str = ".writing-";

/// The disk, through the standard library.
///
/// A write ends with `File::sync_all`, which is `fsync` on Linux, `F_FULLFSYNC` on macOS and `FlushFileBuffers` on
/// Windows.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskStorage;

#[allow(clippy::disallowed_methods, reason = "this is the one place that touches the disk")]
impl Storage for DiskStorage {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn read_regular(&self, path: &Path, limit: u64) -> io::Result<RegularFile> {
        let Some(file) = open_without_waiting(path)? else { return Ok(RegularFile::Other) };
        // Of the open file, not of the path: what stands there can change between two looks.
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(RegularFile::Other);
        }
        let mut content = Vec::new();
        // It may grow while it is read.
        file.take(limit.saturating_add(1)).read_to_end(&mut content)?;
        let length = metadata.len().max(content.len() as u64);
        Ok(if length > limit { RegularFile::TooLarge(length) } else { RegularFile::Content(content) })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            entries.push(Entry { name: entry.file_name(), kind: kind_of(entry.file_type()?) });
        }
        entries.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(entries)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        let metadata = std::fs::symlink_metadata(path)?;
        Ok(Metadata { kind: kind_of(metadata.file_type()), bytes: metadata.len(), modified: metadata.modified().ok() })
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }

    fn create_folders(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)
    }

    fn create_unique_folder(&self, parent: &Path, prefix: &str) -> io::Result<PathBuf> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix);
        // What is published is as readable as the user's other files, not private as temporary folders are.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        Ok(builder.tempdir_in(parent)?.keep())
    }

    fn write_parts(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        let mut file = File::create(path)?;
        parts.iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    // Windows opens no folder as a file; NTFS writes names through its own journal.
    #[cfg(not(unix))]
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        std::fs::remove_dir_all(folder)
    }

    fn try_lock(&self, path: &Path, owner: &str) -> io::Result<LockAttempt> {
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                file.rewind()?;
                file.write_all(owner.as_bytes())?;
                Ok(LockAttempt::Held(HeldLock { _file: file }))
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Windows keeps others from reading a locked file: the holder is then unknown.
                let _ = file.read_to_string(&mut holder);
                Ok(LockAttempt::Busy(holder))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Opens what stands at the path itself; none for a link, or for a socket, which can't be opened.
#[cfg(unix)]
#[allow(clippy::disallowed_methods, reason = "this is the one place that touches the disk")]
fn open_without_waiting(path: &Path) -> io::Result<Option<File>> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let opened = File::options().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path);
    match opened {
        Err(error) if matches!(error.raw_os_error(), Some(libc::ELOOP | libc::EMLINK | libc::ENXIO)) => Ok(None),
        opened => opened.map(Some),
    }
}

// Windows has neither pipes nor devices among the files of a folder; a link is seen before it is opened.
#[cfg(not(unix))]
#[allow(clippy::disallowed_methods, reason = "this is the one place that touches the disk")]
fn open_without_waiting(path: &Path) -> io::Result<Option<File>> {
    if std::fs::symlink_metadata(path)?.is_file() { File::open(path).map(Some) } else { Ok(None) }
}

fn kind_of(file_type: std::fs::FileType) -> EntryKind {
    if file_type.is_symlink() {
        EntryKind::Link
    } else if file_type.is_dir() {
        EntryKind::Folder
    } else if file_type.is_file() {
        EntryKind::File
    } else {
        EntryKind::Special
    }
}

//! The source files of a folder: which there are, which were left out and why, and their bytes.

mod rules;
mod walk;

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use sapwood_core::{Language, ParseLimits};
use serde::Serialize;

pub use rules::DEFAULT_EXCLUDES;
use rules::Rules;

use crate::error::{AtPath as _, Result, WorkspaceError};
use crate::storage::{DiskStorage, EntryKind, RegularFile, Storage};

/// One source file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path from the root, with `/` between the parts on every system.
    pub path: String,
    /// By the file's extension, of one without any by its first line.
    pub language: Language,
    /// Length in bytes.
    pub bytes: u64,
}

/// Something that looks like a source file or a folder but was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Path from the root, with `/` between the parts; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
}

/// Why a file or a folder was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Longer than the limit.
    TooLarge {
        /// Length of the file.
        bytes: u64,
        /// The limit it broke.
        limit: u64,
    },
    /// The system refuses to list or read it.
    PathDenied,
    /// A device, a pipe or a socket.
    NotARegularFile,
    /// A name that is not UTF-8, which no message or index can hold.
    NonUtf8Name,
    /// A link to something outside the root.
    LinkOutside,
    /// A link to nothing.
    BrokenLink,
    /// A link to a folder that it stands in, so that following it would never end.
    LinkLoop,
    /// Another failure of the file system.
    Unreadable {
        /// The system's own words.
        message: String,
    },
}

impl SkipReason {
    pub(crate) fn from_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => Self::PathDenied,
            _ => Self::Unreadable { message: error.to_string() },
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, limit } => write!(formatter, "{bytes} bytes, more than the limit of {limit}"),
            Self::PathDenied => write!(formatter, "no permission"),
            Self::NotARegularFile => write!(formatter, "not a regular file"),
            Self::NonUtf8Name => write!(formatter, "a name that is not UTF-8"),
            Self::LinkOutside => write!(formatter, "a link out of the folder"),
            Self::BrokenLink => write!(formatter, "a link to nothing"),
            Self::LinkLoop => write!(formatter, "a link to a folder that it stands in"),
            Self::Unreadable { message } => write!(formatter, "cannot be read: {message}"),
        }
    }
}

/// What a walk found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walk {
    /// The source files, sorted by path.
    pub files: Vec<SourceFile>,
    /// What was left out although it looks like ours, sorted by path.
    pub skipped: Vec<Skipped>,
    /// The folders that were looked into, absolute, sorted.
    pub folders: Vec<PathBuf>,
    /// Paths of the files that say what something is imported as, such as `go.mod`; sorted.
    pub manifests: Vec<String>,
    /// Files of no language that is built in.
    pub other_files: usize,
    /// Files and folders that are hidden, excluded, or named by a `.gitignore`; a folder counts once.
    pub ignored: usize,
    /// Links to something inside the root: it is found under its own name.
    pub links_inside: usize,
}

/// The bytes of a source file, with what identifies them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceBytes {
    /// The content.
    pub bytes: Vec<u8>,
    /// SHA-256 of the content, 64 hexadecimal digits.
    pub sha256: String,
}

/// A folder of sources, and what of it is left out.
#[derive(Debug, Clone)]
pub struct Sources {
    storage: Arc<dyn Storage>,
    root: PathBuf,
    excludes: Vec<String>,
    limit: u64,
}

impl Sources {
    /// The sources below `root` on the disk. `excludes` are `.gitignore` lines: a folder's name (`build`), a path from
    /// the root (`docs/conf.py`), a glob (`*_pb2.py`); `!site-packages` takes a default back in.
    ///
    /// # Errors
    /// [`WorkspaceError::PathMissing`], [`WorkspaceError::NotAFolder`] or [`WorkspaceError::PathDenied`] for the root.
    pub fn open(root: &Path, excludes: &[String]) -> Result<Self> {
        Self::open_with(Arc::new(DiskStorage), root, excludes)
    }

    /// [`Sources::open`] on another storage.
    ///
    /// # Errors
    /// As [`Sources::open`].
    pub fn open_with(storage: Arc<dyn Storage>, root: &Path, excludes: &[String]) -> Result<Self> {
        let canonical = storage.canonical(root).at(root)?;
        if storage.metadata(&canonical).at(root)?.kind != EntryKind::Folder {
            return Err(WorkspaceError::NotAFolder { path: root.to_owned() });
        }
        let limit = ParseLimits::default().bytes as u64;
        Ok(Self { storage, root: canonical, excludes: excludes.to_vec(), limit })
    }

    /// Leaves out files longer than `bytes`; without this, the limit is that of the parser.
    #[must_use]
    pub fn with_limit(self, bytes: u64) -> Self {
        Self { limit: bytes, ..self }
    }

    /// The folder, absolute and without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Finds the source files. Hidden entries, what `.gitignore` files name, virtual environments and the folders of
    /// [`DEFAULT_EXCLUDES`] are passed over; links are not followed. The order is that of the paths, on every system.
    ///
    /// # Errors
    /// [`WorkspaceError::PathDenied`] when the root itself can't be listed, [`WorkspaceError::BadConfig`] for an
    /// exclude that is no glob, [`WorkspaceError::EmptyFolder`] when there is no source file at all. A folder further
    /// down that can't be listed is one entry of [`Walk::skipped`].
    pub fn walk(&self) -> Result<Walk> {
        let walk = self.look_through()?;
        if walk.files.is_empty() {
            let (path, languages) = (self.root.clone(), known_languages());
            return Err(WorkspaceError::EmptyFolder { path, languages, skipped: walk.skipped });
        }
        Ok(walk)
    }

    /// The folders that [`Sources::walk`] looks into, absolute, sorted: those in which a source file may turn up.
    ///
    /// # Errors
    /// As [`Sources::walk`], but a root without a source file is none.
    pub fn folders(&self) -> Result<Vec<PathBuf>> {
        Ok(self.look_through()?.folders)
    }

    fn look_through(&self) -> Result<Walk> {
        let rules = Rules::new(self.storage.as_ref(), &self.root, &self.excludes)?;
        walk::walk(self.storage.as_ref(), &self.root, rules, self.limit)
    }

    /// Reads a file by its path from the root.
    ///
    /// # Errors
    /// [`WorkspaceError::BadInput`] for a path that leads out of the root (absolute, `..`, through a link) or to
    /// something that is no regular file, [`WorkspaceError::TooLarge`], and the errors of the file system.
    pub fn read(&self, path: &str) -> Result<SourceBytes> {
        let full = self.resolve(path)?;
        let bytes = match self.storage.read_regular(&full, self.limit).at(&full)? {
            RegularFile::Content(bytes) => bytes,
            RegularFile::TooLarge(bytes) => {
                return Err(WorkspaceError::TooLarge { path: full, bytes, limit: self.limit });
            }
            RegularFile::Other => {
                return Err(WorkspaceError::BadInput {
                    what: format!("`{path}` is not a regular file; give a source file"),
                });
            }
        };
        // A folder above it may have become a link while it was read.
        self.resolve(path)?;
        let sha256 = crate::sha256_hex(&bytes);
        Ok(SourceBytes { bytes, sha256 })
    }

    fn resolve(&self, path: &str) -> Result<PathBuf> {
        let relative = Path::new(path);
        let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if path.is_empty() || !plain {
            return Err(outside(path));
        }
        let full = self.root.join(relative);
        if self.storage.canonical(&full).at(&full)? == full { Ok(full) } else { Err(outside(path)) }
    }
}

fn known_languages() -> String {
    Language::ALL.iter().map(|language| language.name()).collect::<Vec<_>>().join(", ")
}

fn outside(path: &str) -> WorkspaceError {
    WorkspaceError::BadInput {
        what: format!("`{path}` leads out of the source folder; give a path below it, without `..` and links"),
    }
}

#[cfg(test)]
mod tests;

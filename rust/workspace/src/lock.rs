//! One writer at a time.
//!
//! The operating system holds the lock, so that it ends with its process, however that ends: a file that stays behind
//! from a dead process is simply taken over. The process id in the file is for the message only.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{AtPath as _, Result, WorkspaceError};
use crate::storage::{HeldLock, LockAttempt, Storage};

/// A lock on a file; given back when dropped.
#[derive(Debug)]
pub struct RunLock {
    path: PathBuf,
    _held: HeldLock,
}

impl RunLock {
    /// Takes the lock at `path`, in a folder that exists.
    ///
    /// # Errors
    /// [`WorkspaceError::Locked`] with the id of the process that holds it, and the errors of the file system.
    pub fn acquire(storage: &dyn Storage, path: &Path) -> Result<Self> {
        match storage.try_lock(path, &std::process::id().to_string()).at(path)? {
            LockAttempt::Held(held) => Ok(Self { path: path.to_owned(), _held: held }),
            LockAttempt::Busy(owner) => {
                Err(WorkspaceError::Locked { path: path.to_owned(), pid: owner.trim().parse().ok() })
            }
        }
    }

    /// Takes the lock at `path`, waiting up to `patience` for it.
    ///
    /// # Errors
    /// As [`RunLock::acquire`].
    pub fn acquire_within(storage: &dyn Storage, path: &Path, patience: Duration) -> Result<Self> {
        let deadline = Instant::now() + patience;
        loop {
            match Self::acquire(storage, path) {
                Err(WorkspaceError::Locked { .. }) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                outcome => return outcome,
            }
        }
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests;

//! One writer at a time.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use sapwood_workspace::DiskStorage;

use crate::errors::to_python;

/// The lock on a file, held until it is released or the process ends, however it ends.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct RunLock(Mutex<Option<sapwood_workspace::RunLock>>);

#[pymethods]
impl RunLock {
    /// Takes the lock at `path`, in a folder that exists; raises `LockedError` where someone holds it.
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let held = py.detach(|| sapwood_workspace::RunLock::acquire(&DiskStorage, &path)).map_err(to_python)?;
        Ok(Self(Mutex::new(Some(held))))
    }

    /// Gives the lock back; a second time is none.
    fn release(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

//! Published models of a workspace.

use std::collections::BTreeMap;
use std::path::PathBuf;

use numpy::{PyArray2, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sapwood_core::features::fingerprint;
use sapwood_workspace::{Aliases, FunctionVectors, Manifest, check_schema};

use crate::arrays::{Column, moved, moved_matrix};
use crate::errors::{bad_input, to_python};
use crate::json::to_object;

/// Nodes and, row by row, their vectors.
type Vectors<'py> = (Column<'py, u32>, Bound<'py, PyArray2<f32>>);

/// Published models of a workspace.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct Versions(pub(crate) sapwood::Engine);

#[pymethods]
impl Versions {
    #[pyo3(signature = (model = None))]
    fn list<'py>(&self, py: Python<'py>, model: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
        let summaries = py.detach(|| self.0.versions().list(model)).map_err(to_python)?;
        to_object(py, &summaries)
    }

    /// What `list` can't show: model, version (or `aliases`), code and message of each damage.
    #[pyo3(signature = (model = None))]
    fn damages<'py>(&self, py: Python<'py>, model: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
        let damages = py.detach(|| self.0.versions().damages(model)).map_err(to_python)?;
        to_object(py, &damages)
    }

    /// The manifest.
    #[pyo3(signature = (model, version = "serving"))]
    fn show<'py>(&self, py: Python<'py>, model: &str, version: &str) -> PyResult<Bound<'py, PyAny>> {
        to_object(py, &self.0.versions().show(model, version).map_err(to_python)?)
    }

    /// Folder of a version; raises `NoModelError` where nothing serves, `UnknownVersionError` for another name.
    #[pyo3(signature = (model, version = "serving"))]
    fn path(&self, model: &str, version: &str) -> PyResult<String> {
        let path: PathBuf = self.0.versions().path(model, version).map_err(to_python)?;
        Ok(path.to_string_lossy().into_owned())
    }

    /// The bytes of a file of a version, after its checksum was found right; raises `DamagedVersionError`.
    fn read_file<'py>(&self, py: Python<'py>, model: &str, version: &str, name: &str) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = py.detach(|| self.0.versions().read_file(model, version, name)).map_err(to_python)?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Raises `SchemaMismatchError` where this release makes other rows than the version was trained with.
    #[pyo3(signature = (model, version = "serving"))]
    fn require_schema(&self, model: &str, version: &str) -> PyResult<()> {
        let manifest = self.0.versions().show(model, version).map_err(to_python)?;
        check_schema(&manifest, &fingerprint()).map_err(to_python)
    }

    /// The aliases that are set, each with its version.
    fn aliases(&self, model: &str) -> PyResult<BTreeMap<&'static str, String>> {
        let aliases = self.0.versions().aliases(model).map_err(to_python)?;
        let named = ["serving", "previous", "candidate"];
        Ok(named.into_iter().filter_map(|alias| Some((alias, aliases.get(alias)?.to_owned()))).collect())
    }

    /// Publishes a version atomically and returns its name; no alias changes: `promote` does that.
    fn publish(
        &self,
        py: Python<'_>,
        model: &str,
        files: BTreeMap<String, Vec<u8>>,
        manifest_json: &str,
    ) -> PyResult<String> {
        let manifest = Manifest::from_json(manifest_json).map_err(to_python)?;
        let named: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        py.detach(|| self.0.versions().publish(model, &named, manifest)).map_err(to_python)
    }

    /// Raises `DamagedVersionError` naming everything that is not what was published.
    #[pyo3(signature = (model, version = "serving"))]
    fn verify(&self, py: Python<'_>, model: &str, version: &str) -> PyResult<()> {
        py.detach(|| self.0.versions().verify(model, version)).map(|_| ()).map_err(to_python)
    }

    /// Lets a version answer from now on, after it was verified.
    fn promote(&self, py: Python<'_>, model: &str, version: &str) -> PyResult<()> {
        py.detach(|| self.0.versions().promote(model, version)).map(|_| ()).map_err(to_python)
    }

    /// Points serving at what it was before and returns that version's name.
    fn rollback(&self, py: Python<'_>, model: &str) -> PyResult<String> {
        let aliases: Aliases = py.detach(|| self.0.versions().rollback(model)).map_err(to_python)?;
        Ok(aliases.serving.unwrap_or_default())
    }

    /// Stores vectors of index nodes, (n,) and (n, d), for search; they hold for the current index alone.
    fn write_vectors(
        &self,
        py: Python<'_>,
        model: &str,
        version: &str,
        nodes: PyReadonlyArray1<'_, u32>,
        vectors: PyReadonlyArray2<'_, f32>,
    ) -> PyResult<()> {
        let contiguous = |_| bad_input("nodes and vectors must be C-contiguous");
        let stored = FunctionVectors {
            index_fingerprint: self.0.index_data().map_err(to_python)?.fingerprint().to_owned(),
            nodes: nodes.as_slice().map_err(contiguous)?.to_vec(),
            dimensions: vectors.shape()[1],
            values: vectors.as_slice().map_err(contiguous)?.to_vec(),
        };
        py.detach(|| self.0.versions().write_vectors(model, version, &stored)).map_err(to_python)
    }

    /// What `write_vectors` stored for the current index, or None.
    #[pyo3(signature = (model, version = "serving"))]
    fn read_vectors<'py>(&self, py: Python<'py>, model: &str, version: &str) -> PyResult<Option<Vectors<'py>>> {
        let read = || -> sapwood::Result<_> {
            Ok(self.0.versions().read_vectors(model, version, self.0.index_data()?.fingerprint())?)
        };
        let Some(stored) = py.detach(read).map_err(to_python)? else { return Ok(None) };
        Ok(Some((moved(py, stored.nodes), moved_matrix(py, stored.values, stored.dimensions)?)))
    }
}

/// Writes a file so that a reader sees the old bytes or all of the new ones, also after a crash.
#[pyfunction]
pub(crate) fn write_atomic(py: Python<'_>, path: PathBuf, data: &[u8]) -> PyResult<()> {
    py.detach(|| sapwood_workspace::write_atomic(&path, data)).map_err(to_python)
}

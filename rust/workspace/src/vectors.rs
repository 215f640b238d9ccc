//! Function vectors of a version: one row a function node of the index.
//!
//! They hold for one index and one set of weights, and carry the marks of both, so that stale ones are recognised.

use std::path::PathBuf;

use crate::columns::{Columns, ColumnsWriter};
use crate::error::{AtPath as _, Result, WorkspaceError};
use crate::manifest::Manifest;
use crate::versions::{Versions, WEIGHTS};

/// Vectors of function nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionVectors {
    /// Fingerprint of the index that the node numbers belong to.
    pub index_fingerprint: String,
    /// Numbers of the function nodes, one a row.
    pub nodes: Vec<u32>,
    /// Length of a row.
    pub dimensions: usize,
    /// The rows, one after the other.
    pub values: Vec<f32>,
}

impl Versions {
    /// Saves the vectors that a version gives the functions of an index; earlier ones are replaced.
    ///
    /// # Errors
    /// [`WorkspaceError::BadInput`] when the numbers of nodes and rows differ; otherwise as [`Versions::path`].
    pub fn write_vectors(&self, model: &str, version: &str, vectors: &FunctionVectors) -> Result<()> {
        let rows = vectors.values.len().checked_div(vectors.dimensions).unwrap_or(0);
        if rows != vectors.nodes.len() {
            let what = format!("{} nodes, but {rows} vectors; give one vector a node", vectors.nodes.len());
            return Err(WorkspaceError::BadInput { what });
        }
        let manifest = self.show(model, version)?;
        let mut columns = ColumnsWriter::new();
        columns.put("nodes", &vectors.nodes);
        columns.put_matrix("vectors", vectors.dimensions, &vectors.values)?;
        columns.put_metadata("index", vectors.index_fingerprint.as_str());
        columns.put_metadata("weights", weights_of(&manifest));
        let path = self.vectors_path(&manifest);
        let folder = path.parent().unwrap_or(&path);
        self.storage().create_folders(folder).at(folder)?;
        columns.save(self.storage(), &path)
    }

    /// The saved vectors of a version for an index; none when there are none or they are of another index or other
    /// weights: embed again then.
    ///
    /// # Errors
    /// [`WorkspaceError::DamagedIndex`] when the file is not what was saved; otherwise as [`Versions::path`].
    pub fn read_vectors(&self, model: &str, version: &str, index_fingerprint: &str) -> Result<Option<FunctionVectors>> {
        let manifest = self.show(model, version)?;
        let columns = match Columns::load(self.storage(), &self.vectors_path(&manifest)) {
            Err(WorkspaceError::PathMissing { .. }) => return Ok(None),
            outcome => outcome?,
        };
        let fresh = columns.metadata("index") == Some(index_fingerprint)
            && columns.metadata("weights") == Some(weights_of(&manifest));
        if !fresh {
            return Ok(None);
        }
        let (dimensions, values) = columns.matrix("vectors")?;
        let nodes = columns.get("nodes")?;
        Ok(Some(FunctionVectors { index_fingerprint: index_fingerprint.to_owned(), nodes, dimensions, values }))
    }

    fn vectors_path(&self, manifest: &Manifest) -> PathBuf {
        let folder = self.workspace().join("vectors").join(&manifest.model);
        folder.join(format!("{}.safetensors", manifest.version))
    }
}

fn weights_of(manifest: &Manifest) -> &str {
    manifest.files.get(WEIGHTS).map_or("", String::as_str)
}

#[cfg(test)]
mod tests;

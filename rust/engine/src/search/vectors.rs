//! The vectors leg: what the serving tree model says of functions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use sapwood_workspace::{Versions, WorkspaceError};

use super::VectorLeg;
use crate::error::Result;
use crate::index::Index;
use crate::native::TreeVersion;

const MODEL: &str = "tree-lstm";
const SERVING: &str = "serving";

/// The serving version and its vectors, kept until another version serves or the index changes.
#[derive(Debug, Default)]
pub(crate) struct FunctionVectorCache {
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    version: String,
    fingerprint: String,
    serving: Arc<Serving>,
}

/// A version that serves, with the vectors that it gave the functions of an index.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) version: TreeVersion,
    pub(crate) leg: VectorLeg,
}

impl FunctionVectorCache {
    /// The version that serves now, if one does and has vectors of this index.
    ///
    /// # Errors
    /// Why it cannot take part although it serves.
    pub(crate) fn serving(&self, versions: &Versions, index: &Index) -> Result<Option<Arc<Serving>>> {
        let version = match versions.resolve(MODEL, SERVING) {
            Err(WorkspaceError::NoModel { .. }) => return Ok(None),
            outcome => outcome?,
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_ref()
            && kept.version == version
            && kept.fingerprint == index.fingerprint()
        {
            return Ok(Some(kept.serving.clone()));
        }
        let Some(serving) = load(versions, &version, index)?.map(Arc::new) else { return Ok(None) };
        let fingerprint = index.fingerprint().to_owned();
        *kept = Some(Kept { version, fingerprint, serving: serving.clone() });
        Ok(Some(serving))
    }
}

fn load(versions: &Versions, version: &str, index: &Index) -> Result<Option<Serving>> {
    let stored = match versions.read_vectors(MODEL, version, index.fingerprint()) {
        // Vectors come with the version: indexing does not make them again.
        Err(WorkspaceError::DamagedIndex { reason, .. }) => {
            return Err(versions.unfit(MODEL, version, format!("its stored vectors: {reason}")).into());
        }
        stored => stored?,
    };
    let Some(stored) = stored else { return Ok(None) };
    let documents = documents(index, &stored.nodes);
    if documents.len() != stored.nodes.len() {
        return Ok(None);
    }
    let loaded = TreeVersion::load(versions, MODEL, version)?;
    if loaded.dimensions() != stored.dimensions {
        let reason = format!("stored vectors of {} and not {} numbers", stored.dimensions, loaded.dimensions());
        return Err(versions.unfit(MODEL, version, reason).into());
    }
    let leg = VectorLeg { documents, dimensions: stored.dimensions, values: stored.values };
    Ok(Some(Serving { version: loaded, leg }))
}

fn documents(index: &Index, nodes: &[u32]) -> Vec<u32> {
    let places: BTreeMap<u32, u32> = index.functions().iter().copied().zip(0..).collect();
    nodes.iter().filter_map(|node| places.get(node).copied()).collect()
}

impl Serving {
    /// The stored vector of a function, by its position.
    pub(crate) fn of_function(&self, document: u32) -> Option<Vec<f32>> {
        let row = self.leg.documents.iter().position(|stored| *stored == document)?;
        Some(self.leg.values[row * self.leg.dimensions..][..self.leg.dimensions].to_vec())
    }
}

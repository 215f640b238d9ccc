//! The vectors leg: what the serving tree model says of functions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use sapwood_core::Language;
use sapwood_workspace::{FunctionVectors, Versions, WorkspaceError};

use super::VectorLeg;
use crate::error::{EngineError, Result};
use crate::index::Index;
use crate::native::TreeVersion;

const MODEL: &str = "tree-lstm";
const SERVING: &str = "serving";

/// Functions that are embedded in one forest.
const TOGETHER: usize = 64;

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
    /// The version that serves now with its vectors of this index, if one serves.
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
        let serving = Arc::new(load(versions, &version, index)?);
        let fingerprint = index.fingerprint().to_owned();
        *kept = Some(Kept { version, fingerprint, serving: serving.clone() });
        Ok(Some(serving))
    }
}

fn load(versions: &Versions, version: &str, index: &Index) -> Result<Serving> {
    // First of all the version itself: what is wrong with it cannot be mended by new vectors.
    let loaded = TreeVersion::load(versions, MODEL, version)?;
    let stale = || EngineError::StaleVectors { model: MODEL.to_owned(), version: version.to_owned() };
    let stored = versions.read_vectors(MODEL, version, index.fingerprint())?.ok_or_else(stale)?;
    let documents = documents(index, &stored.nodes);
    if documents.len() != stored.nodes.len() || loaded.dimensions() != stored.dimensions {
        return Err(stale());
    }
    let leg = VectorLeg { documents, dimensions: stored.dimensions, values: stored.values };
    Ok(Serving { version: loaded, leg })
}

/// Gives the functions of an index the vectors of the version that serves, and stores them. `go_on` is asked between
/// batches, from any thread.
///
/// # Errors
/// [`EngineError::Interrupted`] where it says no; [`EngineError::StaleIndex`] where a file has changed.
pub(crate) fn renew(versions: &Versions, index: &Index, go_on: &(dyn Fn() -> bool + Sync)) -> Result<()> {
    let version = TreeVersion::load(versions, MODEL, SERVING)?;
    let texts = index.node_texts(index.functions())?;
    let embed = |texts: &[String]| {
        if go_on() { Ok(version.embed(texts, Language::Python)?.0) } else { Err(EngineError::Interrupted) }
    };
    let batches: Vec<Vec<f32>> = texts.par_chunks(TOGETHER).map(embed).collect::<Result<_>>()?;
    let vectors = FunctionVectors {
        index_fingerprint: index.fingerprint().to_owned(),
        nodes: index.functions().to_vec(),
        dimensions: version.dimensions(),
        values: batches.concat(),
    };
    Ok(versions.write_vectors(MODEL, version.name(), &vectors)?)
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

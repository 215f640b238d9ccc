//! The vectors leg: what the serving tree model says of functions.

use std::collections::BTreeMap;
use std::ops::Range;
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

/// Gives the functions of an index the vectors of the version that serves, and stores them. Those of the files that an
/// earlier index has with the same content are kept, where its vectors are there. `go_on` is asked between batches, from
/// any thread.
///
/// # Errors
/// [`EngineError::Interrupted`] where it says no; [`EngineError::StaleIndex`] where a file has changed.
pub(crate) fn renew(
    versions: &Versions,
    index: &Index,
    earlier: Option<&Index>,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<()> {
    let version = TreeVersion::load(versions, MODEL, SERVING)?;
    let kept = earlier.and_then(|earlier| Earlier::load(versions, &version, earlier));
    let values: Vec<Vec<f32>> = functions_by_file(index)
        .into_par_iter()
        .map(|(file, functions)| match kept.as_ref().and_then(|kept| kept.of_file(index, file, functions.len())) {
            Some(values) => Ok(values.to_vec()),
            None => embed_file(&version, index, functions, go_on),
        })
        .collect::<Result<_>>()?;
    let vectors = FunctionVectors {
        index_fingerprint: index.fingerprint().to_owned(),
        nodes: index.functions().to_vec(),
        dimensions: version.dimensions(),
        values: values.concat(),
    };
    Ok(versions.write_vectors(MODEL, version.name(), &vectors)?)
}

/// The functions of each file that has some.
fn functions_by_file(index: &Index) -> Vec<(usize, &[u32])> {
    let file = |node: &u32| index.graph().files[*node as usize] as usize;
    let runs = index.functions().chunk_by(|left, right| file(left) == file(right));
    runs.map(|run| (file(&run[0]), run)).collect()
}

/// Vectors of a file's functions. No other file's take part in their batches, whose make-up shows in the last bits.
fn embed_file(
    version: &TreeVersion,
    index: &Index,
    functions: &[u32],
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Vec<f32>> {
    let rows = index.read_function_files(functions, |source, tree, functions| {
        let mut rows = Vec::with_capacity(functions.len());
        for together in functions.chunks(TOGETHER) {
            if !go_on() {
                return Err(EngineError::Interrupted);
            }
            let (values, dimensions) = version.embed_functions(source, tree, together)?;
            rows.extend(values.chunks(dimensions).map(<[f32]>::to_vec));
        }
        Ok(rows)
    })?;
    Ok(rows.concat())
}

/// Vectors that a version gave the functions of an earlier index.
struct Earlier<'index> {
    vectors: FunctionVectors,
    /// By content and language of a file: the positions of its functions.
    files: BTreeMap<(&'index str, Language), Range<usize>>,
}

impl<'index> Earlier<'index> {
    fn load(versions: &Versions, version: &TreeVersion, index: &'index Index) -> Option<Self> {
        let vectors = versions.read_vectors(MODEL, version.name(), index.fingerprint()).ok()??;
        if vectors.nodes != index.functions() || vectors.dimensions != version.dimensions() {
            return None;
        }
        let mut start = 0;
        let files = functions_by_file(index).into_iter().map(|(file, functions)| {
            let range = start..start + functions.len();
            start = range.end;
            ((index.hashes[file].as_str(), index.languages()[file]), range)
        });
        Some(Self { files: files.collect(), vectors })
    }

    fn of_file(&self, index: &Index, file: usize, functions: usize) -> Option<&[f32]> {
        let range = self.files.get(&(index.hashes[file].as_str(), index.languages()[file]))?;
        let dimensions = self.vectors.dimensions;
        let values = self.vectors.values.get(range.start * dimensions..range.end * dimensions)?;
        (range.len() == functions).then_some(values)
    }
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

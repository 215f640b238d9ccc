//! Structure without learning.

use numpy::PyArray2;
use pyo3::prelude::*;
use sapwood::texts;
use sapwood_core::Language;
use sapwood_search::{HASHED_DIMENSIONS, Scored};

use crate::arrays::{Column, moved, moved_matrix};
use crate::errors::to_python;
use crate::index::DUPLICATE_THRESHOLD;

type Ranking<'py> = (Column<'py, u32>, Column<'py, f32>);

/// Hashed name-free subtrees of each text, sorted by hash, with counts.
#[pyfunction]
#[pyo3(signature = (texts, language = "python"))]
pub(crate) fn structure_terms<'py>(
    py: Python<'py>,
    texts: Vec<String>,
    language: &str,
) -> PyResult<Vec<(Column<'py, u64>, Column<'py, u32>)>> {
    let language = Language::from_name(language).map_err(to_python)?;
    let terms = py.detach(|| texts::terms(&texts, language)).map_err(to_python)?;
    let columns = terms.into_iter().map(|terms| {
        let (hashes, counts) = terms.into_iter().unzip();
        (moved(py, hashes), moved(py, counts))
    });
    Ok(columns.collect())
}

/// Group of each text: texts share one where their subtrees overlap by `threshold` (Jaccard) or more.
#[pyfunction]
#[pyo3(signature = (texts, language = "python", threshold = DUPLICATE_THRESHOLD))]
pub(crate) fn near_duplicates<'py>(
    py: Python<'py>,
    texts: Vec<String>,
    language: &str,
    threshold: f64,
) -> PyResult<Column<'py, u32>> {
    let language = Language::from_name(language).map_err(to_python)?;
    let groups = py.detach(|| texts::near_duplicates(&texts, language, threshold)).map_err(to_python)?;
    Ok(moved(py, groups))
}

/// Texts by the tf-idf cosine of their hashed subtrees; the idf is that of the texts given.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct StructureIndex {
    index: sapwood_search::StructureIndex,
    language: Language,
}

#[pymethods]
impl StructureIndex {
    #[new]
    #[pyo3(signature = (texts, language = "python"))]
    fn new(py: Python<'_>, texts: Vec<String>, language: &str) -> PyResult<Self> {
        let language = Language::from_name(language).map_err(to_python)?;
        let build =
            || -> sapwood::Result<_> { Ok(sapwood_search::StructureIndex::build(&texts::terms(&texts, language)?)?) };
        Ok(Self { index: py.detach(build).map_err(to_python)?, language })
    }

    fn __len__(&self) -> usize {
        self.index.len()
    }

    /// The k nearest texts and their cosines, best first.
    #[pyo3(signature = (text, k = 10))]
    fn query<'py>(&self, py: Python<'py>, text: String, k: usize) -> PyResult<Ranking<'py>> {
        let ranking = py.detach(|| self.rank(&[text], k)).map_err(to_python)?.into_iter().flatten();
        Ok(columns(py, ranking))
    }

    #[pyo3(signature = (texts, k = 10))]
    fn query_batch<'py>(&self, py: Python<'py>, texts: Vec<String>, k: usize) -> PyResult<Vec<Ranking<'py>>> {
        let rankings = py.detach(|| self.rank(&texts, k)).map_err(to_python)?;
        Ok(rankings.into_iter().map(|ranking| columns(py, ranking)).collect())
    }

    /// (n, 4096): signed hashing of the weighted terms, L2-normalised.
    fn vectors<'py>(&self, py: Python<'py>, texts: Vec<String>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let hash = || texts::hashed_vectors(&self.index, &texts, self.language);
        moved_matrix(py, py.detach(hash).map_err(to_python)?, HASHED_DIMENSIONS)
    }
}

impl StructureIndex {
    fn rank(&self, texts: &[String], k: usize) -> sapwood::Result<Vec<Vec<Scored>>> {
        texts::rank_all(&self.index, texts, self.language, k)
    }
}

fn columns(py: Python<'_>, ranking: impl IntoIterator<Item = Scored>) -> Ranking<'_> {
    let (documents, scores) = ranking.into_iter().map(|scored| (scored.document, scored.score)).unzip();
    (moved(py, documents), moved(py, scores))
}

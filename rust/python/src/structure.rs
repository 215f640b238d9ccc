//! Structure without learning.

use numpy::PyArray2;
use pyo3::prelude::*;
use sapwood::texts;
use sapwood_core::Language;
use sapwood_core::forest::NameView;
use sapwood_search::{HASHED_DIMENSIONS, Scored};

use crate::arrays::{Column, moved, moved_matrix};
use crate::errors::to_python;
use crate::index::DUPLICATE_THRESHOLD;

type Ranking<'py> = (Column<'py, u32>, Column<'py, f32>);

/// Hashed features of each text's canonical form, ascending, each once.
#[pyfunction]
#[pyo3(signature = (texts, language = "python"))]
pub(crate) fn structure_terms<'py>(
    py: Python<'py>,
    texts: Vec<String>,
    language: &str,
) -> PyResult<Vec<Column<'py, u64>>> {
    let language = Language::from_name(language).map_err(to_python)?;
    let terms = py.detach(|| texts::terms(&texts, language)).map_err(to_python)?;
    Ok(terms.into_iter().map(|terms| moved(py, terms)).collect())
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

/// Texts by what their canonical forms share; the idf is that of the texts given.
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

    /// The k nearest texts and their scores, best first. `language` is that of the query; without it, that of the index.
    #[pyo3(signature = (text, k = 10, language = None))]
    fn query<'py>(&self, py: Python<'py>, text: String, k: usize, language: Option<&str>) -> PyResult<Ranking<'py>> {
        let language = self.language_of(language)?;
        let ranked = py.detach(|| texts::rank_all(&self.index, &[text], language, k)).map_err(to_python)?;
        Ok(columns(py, ranked.into_iter().flatten()))
    }

    #[pyo3(signature = (texts, k = 10, language = None))]
    fn query_batch<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<String>,
        k: usize,
        language: Option<&str>,
    ) -> PyResult<Vec<Ranking<'py>>> {
        let language = self.language_of(language)?;
        let rankings = py.detach(|| texts::rank_all(&self.index, &texts, language, k)).map_err(to_python)?;
        Ok(rankings.into_iter().map(|ranking| columns(py, ranking)).collect())
    }

    /// (n, 4096): signed hashing of the weighted terms, L2-normalised.
    #[pyo3(signature = (texts, language = None))]
    fn vectors<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<String>,
        language: Option<&str>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let language = self.language_of(language)?;
        let hash = || texts::hashed_vectors(&self.index, &texts, language);
        moved_matrix(py, py.detach(hash).map_err(to_python)?, HASHED_DIMENSIONS)
    }
}

impl StructureIndex {
    fn language_of(&self, name: Option<&str>) -> PyResult<Language> {
        name.map_or(Ok(self.language), Language::from_name).map_err(to_python)
    }
}

/// The tokens of each text, without comments, documentation, imports and layout.
#[pyfunction]
#[pyo3(signature = (texts, language = "python"))]
pub(crate) fn code_tokens(py: Python<'_>, texts: Vec<String>, language: &str) -> PyResult<Vec<Vec<String>>> {
    tokens(py, &texts, language, NameView::Keep)
}

/// The tokens of each text, names that it binds numbered in order of first use.
#[pyfunction]
#[pyo3(signature = (texts, language = "python"))]
pub(crate) fn anonymous_tokens(py: Python<'_>, texts: Vec<String>, language: &str) -> PyResult<Vec<Vec<String>>> {
    tokens(py, &texts, language, NameView::Anonymous)
}

fn tokens(py: Python<'_>, texts: &[String], language: &str, view: NameView) -> PyResult<Vec<Vec<String>>> {
    let language = Language::from_name(language).map_err(to_python)?;
    py.detach(|| texts::tokens(texts, language, view)).map_err(to_python)
}

fn columns(py: Python<'_>, ranking: impl IntoIterator<Item = Scored>) -> Ranking<'_> {
    let (documents, scores) = ranking.into_iter().map(|scored| (scored.document, scored.score)).unzip();
    (moved(py, documents), moved(py, scores))
}

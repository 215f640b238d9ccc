//! Structure without learning.

use numpy::PyArray2;
use pyo3::prelude::*;
use sapwood::texts;
use sapwood_core::Language;
use sapwood_core::forest::NameView;
use sapwood_search::{HASHED_DIMENSIONS, Scored};

use crate::arrays::{Column, moved, moved_matrix};
use crate::errors::{bad_input, to_python};
use crate::index::DUPLICATE_THRESHOLD;
use crate::languages::{LanguageNames, Languages};

type Ranking<'py> = (Column<'py, u32>, Column<'py, f32>);

/// Hashed features of each text's canonical form, ascending, each once.
#[pyfunction]
#[pyo3(signature = (texts, language = LanguageNames::usual()))]
pub(crate) fn structure_terms(
    py: Python<'_>,
    texts: Vec<String>,
    language: LanguageNames,
) -> PyResult<Vec<Column<'_, u64>>> {
    let languages = language.read()?;
    let terms = py.detach(|| texts::terms(&texts, languages.of_texts())).map_err(to_python)?;
    Ok(terms.into_iter().map(|terms| moved(py, terms)).collect())
}

/// Group of each text: texts share one where their subtrees overlap by `threshold` (Jaccard) or more.
#[pyfunction]
#[pyo3(signature = (texts, language = LanguageNames::usual(), threshold = DUPLICATE_THRESHOLD))]
pub(crate) fn near_duplicates(
    py: Python<'_>,
    texts: Vec<String>,
    language: LanguageNames,
    threshold: f64,
) -> PyResult<Column<'_, u32>> {
    let languages = language.read()?;
    let groups = py.detach(|| texts::near_duplicates(&texts, languages.of_texts(), threshold)).map_err(to_python)?;
    Ok(moved(py, groups))
}

/// Texts by what their canonical forms share; the idf is that of the texts given.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct StructureIndex {
    index: sapwood_search::StructureIndex,
    /// That of all texts, where they have one.
    language: Option<Language>,
}

#[pymethods]
impl StructureIndex {
    #[new]
    #[pyo3(signature = (texts, language = LanguageNames::usual()))]
    fn new(py: Python<'_>, texts: Vec<String>, language: LanguageNames) -> PyResult<Self> {
        let languages = language.read()?;
        let build = || -> sapwood::Result<_> {
            Ok(sapwood_search::StructureIndex::build(&texts::terms(&texts, languages.of_texts())?)?)
        };
        let index = py.detach(build).map_err(to_python)?;
        let language = if let Languages::One(language) = languages { Some(language) } else { None };
        Ok(Self { index, language })
    }

    fn __len__(&self) -> usize {
        self.index.len()
    }

    /// The k nearest texts and their scores, best first. `language` is that of the query; without it, that of the index.
    #[pyo3(signature = (text, k = 10, language = None))]
    fn query<'py>(
        &self,
        py: Python<'py>,
        text: String,
        k: usize,
        language: Option<LanguageNames>,
    ) -> PyResult<Ranking<'py>> {
        let languages = self.languages_of(language.as_ref())?;
        let ranked = py.detach(|| texts::rank_all(&self.index, &[text], languages.of_texts(), k)).map_err(to_python)?;
        Ok(columns(py, ranked.into_iter().flatten()))
    }

    #[pyo3(signature = (texts, k = 10, language = None))]
    fn query_batch<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<String>,
        k: usize,
        language: Option<LanguageNames>,
    ) -> PyResult<Vec<Ranking<'py>>> {
        let languages = self.languages_of(language.as_ref())?;
        let rankings =
            py.detach(|| texts::rank_all(&self.index, &texts, languages.of_texts(), k)).map_err(to_python)?;
        Ok(rankings.into_iter().map(|ranking| columns(py, ranking)).collect())
    }

    /// (n, 4096): signed hashing of the weighted terms, L2-normalised.
    #[pyo3(signature = (texts, language = None))]
    fn vectors<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<String>,
        language: Option<LanguageNames>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let languages = self.languages_of(language.as_ref())?;
        let hash = || texts::hashed_vectors(&self.index, &texts, languages.of_texts());
        moved_matrix(py, py.detach(hash).map_err(to_python)?, HASHED_DIMENSIONS)
    }
}

impl StructureIndex {
    fn languages_of(&self, names: Option<&LanguageNames>) -> PyResult<Languages> {
        match (names, self.language) {
            (Some(names), _) => names.read(),
            (None, Some(language)) => Ok(Languages::One(language)),
            (None, None) => Err(bad_input("the texts of this index are in several languages: name that of the query")),
        }
    }
}

/// The tokens of each text, without comments, documentation, imports and layout.
#[pyfunction]
#[pyo3(signature = (texts, language = LanguageNames::usual()))]
pub(crate) fn code_tokens(py: Python<'_>, texts: Vec<String>, language: LanguageNames) -> PyResult<Vec<Vec<String>>> {
    tokens(py, &texts, &language, NameView::Keep)
}

/// The tokens of each text, names that it binds numbered in order of first use.
#[pyfunction]
#[pyo3(signature = (texts, language = LanguageNames::usual()))]
pub(crate) fn anonymous_tokens(
    py: Python<'_>,
    texts: Vec<String>,
    language: LanguageNames,
) -> PyResult<Vec<Vec<String>>> {
    tokens(py, &texts, &language, NameView::Anonymous)
}

fn tokens(py: Python<'_>, texts: &[String], language: &LanguageNames, view: NameView) -> PyResult<Vec<Vec<String>>> {
    let languages = language.read()?;
    py.detach(|| texts::tokens(texts, languages.of_texts(), view)).map_err(to_python)
}

fn columns(py: Python<'_>, ranking: impl IntoIterator<Item = Scored>) -> Ranking<'_> {
    let (documents, scores) = ranking.into_iter().map(|scored| (scored.document, scored.score)).unzip();
    (moved(py, documents), moved(py, scores))
}

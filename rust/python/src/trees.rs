//! Vocabularies and forests.

use pyo3::prelude::*;
use sapwood::texts;
use sapwood_core::forest::{LabelledTree, NameView};
use sapwood_core::graph;
use sapwood_core::{Language, ParseLimits};

use crate::arrays::{Column, view};
use crate::errors::{raise, to_python};
use crate::languages::LanguageNames;

/// What the entries of a forest are made of: kinds with roles, subtokens, literal classes, bytes.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct Vocabulary(pub(crate) sapwood_core::forest::Vocabulary);

#[pymethods]
impl Vocabulary {
    /// The `size` entries that the texts need most. Texts that cannot be parsed are left out.
    #[staticmethod]
    /// `language` is that of all texts, or a list with that of each.
    #[pyo3(signature = (texts, language = LanguageNames::usual(), size = 10_000))]
    fn build(py: Python<'_>, texts: Vec<String>, language: LanguageNames, size: usize) -> PyResult<Self> {
        let languages = language.read()?;
        py.detach(|| texts::vocabulary(&texts, languages.of_texts(), size)).map(Self).map_err(to_python)
    }

    /// The `size` entries that trees of labels and parents need most; raises `BadInputError` for what is no tree.
    #[staticmethod]
    #[pyo3(signature = (trees, size = 10_000))]
    fn of_trees(py: Python<'_>, trees: Vec<texts::LabelsAndParents>, size: usize) -> PyResult<Self> {
        py.detach(|| texts::labelled_vocabulary(&trees, size)).map(Self).map_err(to_python)
    }

    /// Reads what `to_json` wrote; raises `VocabularyMismatchError` for anything else.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        serde_json::from_str(text).map(Self).map_err(|error| raise("vocabulary_mismatch", error.to_string()))
    }

    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.0).map_err(|error| raise("internal", error.to_string()))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    #[getter]
    fn fingerprint(&self) -> String {
        self.0.fingerprint()
    }
}

/// Trees that share their equal subtrees. Unique nodes are sorted by level; children are always in lower levels.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct Forest(pub(crate) sapwood_core::forest::Forest);

/// Getters of columns: each is a view of the forest's own memory.
macro_rules! forest_columns {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        #[pymethods]
        impl Forest {
            /// T, the number of trees.
            fn __len__(&self) -> usize {
                self.0.len()
            }

            /// N.
            #[getter]
            fn unique_nodes(&self) -> usize {
                self.0.unique_nodes()
            }

            $($(#[$doc])*
            #[getter]
            fn $name<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
                view(slf, |forest| &forest.0.$name)
            })*
        }
    };
}

forest_columns! {
    /// (levels,): one past the last unique node of each level; level 0 holds the leaves.
    level_ends,
    /// (N,): each node's row in the entry table.
    entry,
    /// (N + 1,).
    child_indptr,
    /// Unique nodes, repeated where a child occurs more than once.
    children,
    /// (E + 1,).
    entry_indptr,
    /// Vocabulary ids, 1 to 8 an entry; a node's input is the mean of their embeddings.
    entry_tokens,
    /// (T,): the unique node of each tree's root.
    roots,
    /// (T + 1,).
    pool_indptr,
    /// The unique nodes of each tree.
    pool_nodes,
    /// How often each of `pool_nodes` occurs in its tree.
    pool_counts,
    /// (T + 1,).
    statement_indptr,
    /// (S,): unique nodes of the statements, tree by tree.
    statement_nodes,
    /// (S,): first line of each statement in its text, 1-based.
    statement_lines,
    /// (T,): nodes of each tree, shared ones counted as often as they occur.
    tree_sizes,
}

/// Number of syntax errors of a text that can be taken; raises the typed reason for one that cannot.
#[pyfunction]
#[pyo3(signature = (text, language = "python"))]
pub(crate) fn check_text(py: Python<'_>, text: &str, language: &str) -> PyResult<usize> {
    let language = Language::from_name(language).map_err(to_python)?;
    let parsed = py.detach(|| sapwood_core::parse(language, text.as_bytes(), &ParseLimits::default()));
    Ok(parsed.map_err(to_python)?.error_count())
}

/// Name of the language of a text, and what told it; None where nothing tells.
#[pyfunction]
#[pyo3(signature = (text, path = ""))]
pub(crate) fn language_of(py: Python<'_>, text: &str, path: &str) -> Option<(&'static str, &'static str)> {
    let found = py.detach(|| sapwood_core::language_of(path, text, &ParseLimits::default()));
    found.map(|(language, evidence)| (language.name(), evidence.name()))
}

/// The text as it is best read; raises `CodeSyntaxError` where it holds no code.
#[pyfunction]
#[pyo3(signature = (text, language = "python"))]
pub(crate) fn readable_text(py: Python<'_>, text: &str, language: &str) -> PyResult<String> {
    let language = Language::from_name(language).map_err(to_python)?;
    let read = py.detach(|| sapwood_core::readable(language, text, &ParseLimits::default()));
    Ok(read.map_err(to_python)?.into_owned())
}

/// Line, name, and `(name, origin)` of all names, of each scope of a text but that of its module.
type Scopes = Vec<(u32, String, Vec<(String, &'static str)>)>;

/// The scopes of a text with the names that they bind and use; `path` is where it stands.
#[pyfunction]
#[pyo3(signature = (text, language = "python", path = ""))]
pub(crate) fn scope_names(py: Python<'_>, text: &str, language: &str, path: &str) -> PyResult<Scopes> {
    let language = Language::from_name(language).map_err(to_python)?;
    let parsed = py.detach(|| sapwood_core::parse(language, text.as_bytes(), &ParseLimits::default()));
    let tree = parsed.map_err(to_python)?;
    let found = py.detach(|| graph::scope_names(path, text.as_bytes(), &tree));
    let listed = |scope: graph::ScopeNames| {
        let names = scope.names.into_iter().map(|(name, origin)| (name, origin.name())).collect();
        (scope.line, scope.name, names)
    };
    Ok(found.into_iter().map(listed).collect())
}

/// The text of each function so that it reads without what is around it; None for a member of a class that cannot.
#[pyfunction]
#[pyo3(signature = (texts, language = LanguageNames::usual()))]
pub(crate) fn standalone_texts(
    py: Python<'_>,
    texts: Vec<String>,
    language: LanguageNames,
) -> PyResult<Vec<Option<String>>> {
    let languages = language.read()?;
    py.detach(|| texts::standalone(&texts, languages.of_texts())).map_err(to_python)
}

/// One tree over each whole text, in order. `anonymous[i]` replaces the names that text i binds. `language` is that of
/// all texts, or a list with that of each.
#[pyfunction]
#[pyo3(signature = (texts, vocabulary, language = LanguageNames::usual(), anonymous = None))]
pub(crate) fn parse_forest(
    py: Python<'_>,
    texts: Vec<String>,
    vocabulary: &Vocabulary,
    language: LanguageNames,
    anonymous: Option<Vec<bool>>,
) -> PyResult<Forest> {
    let languages = language.read()?;
    let anonymous = anonymous.unwrap_or_else(|| vec![false; texts.len()]);
    let views: Vec<_> = anonymous.into_iter().map(view_of).collect();
    py.detach(|| texts::forest(&texts, languages.of_texts(), &vocabulary.0, &views)).map(Forest).map_err(to_python)
}

/// Trees of labels and parents (None for the root), in order; they have no statements.
#[pyfunction]
pub(crate) fn labelled_forest(
    py: Python<'_>,
    trees: Vec<texts::LabelsAndParents>,
    vocabulary: &Vocabulary,
) -> PyResult<Forest> {
    py.detach(|| texts::labelled_forest(&trees, &vocabulary.0)).map(Forest).map_err(to_python)
}

/// Raises `BadInputError` with the reason where a label a node and the positions of their parents make no tree.
#[pyfunction]
pub(crate) fn check_tree(labels: Vec<String>, parents: Vec<Option<i64>>) -> PyResult<()> {
    let labels = labels.iter().map(String::as_str).collect();
    LabelledTree::new(labels, &parents).map(|_| ()).map_err(to_python)
}

fn view_of(anonymous: bool) -> NameView {
    if anonymous { NameView::Anonymous } else { NameView::Keep }
}

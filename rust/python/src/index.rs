//! The index as numpy columns.

use std::path::PathBuf;
use std::sync::Arc;

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sapwood::index::{Content, build};
use sapwood_core::graph::ProjectGraph;
use sapwood_workspace::Sources;

use crate::arrays::{Column, moved, view};
use crate::engine::{Listener, NO_EXCLUDES};
use crate::errors::{bad_input, to_python};
use crate::graphs::InputGraph;
use crate::json::to_object;

/// Subtrees that overlap by this much make functions near-duplicates.
pub(crate) const DUPLICATE_THRESHOLD: f64 = 0.8;

/// The indexed code base as columns.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct Index {
    index: Arc<sapwood::Index>,
    input: Py<InputGraph>,
}

impl Index {
    pub(crate) fn new(py: Python<'_>, index: Arc<sapwood::Index>) -> PyResult<Self> {
        let input = Py::new(py, InputGraph(index.input_graph().clone()))?;
        Ok(Self { index, input })
    }

    fn graph(&self) -> &ProjectGraph {
        self.index.graph()
    }
}

/// Getters of columns: each is a view of the index's own memory.
macro_rules! graph_columns {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $column:ident),* $(,)?) => {
        #[pymethods]
        impl Index {
            $($(#[$doc])*
            #[getter]
            fn $name<'py>(slf: &Bound<'py, Self>) -> Column<'py, $type> {
                view(slf, |index| &index.graph().$column)
            })*

            /// Changes when any indexed byte does.
            #[getter]
            fn fingerprint(&self) -> &str {
                self.index.fingerprint()
            }

            /// (F,), '/'-relative to the source root, sorted.
            #[getter]
            fn file_paths(&self) -> Vec<String> {
                self.graph().file_paths.clone()
            }

            /// (F,): the language of each file.
            #[getter]
            fn file_languages(&self) -> Vec<&'static str> {
                self.index.languages().iter().map(|language| language.name()).collect()
            }

            #[getter]
            fn node_names(&self) -> Vec<String> {
                self.graph().names.clone()
            }

            /// Node ids of the functions and methods, ascending; those without a name on one line are left out.
            #[getter]
            fn functions<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
                view(slf, |index| index.index.functions())
            }

            /// (functions,): functions share a number where they are near-duplicates.
            #[getter]
            fn function_groups<'py>(&self, py: Python<'py>) -> PyResult<Column<'py, u32>> {
                let groups = py.detach(|| self.index.function_groups(DUPLICATE_THRESHOLD));
                Ok(moved(py, groups.map_err(to_python)?))
            }

            #[getter]
            fn input_graph(&self, py: Python<'_>) -> Py<InputGraph> {
                self.input.clone_ref(py)
            }

            /// Pairs (node, absolute module as written): what files, classes and functions import and use.
            fn import_labels<'py>(&self, py: Python<'py>) -> (Column<'py, u32>, Vec<String>) {
                let (nodes, names) = self.index.import_labels().iter().cloned().unzip();
                (moved(py, nodes), names)
            }

            /// Source of each node, dedented. Raises `StaleIndexError` where a file has changed since.
            fn function_texts(&self, py: Python<'_>, nodes: PyReadonlyArray1<'_, u32>) -> PyResult<Vec<String>> {
                let nodes = contiguous(&nodes)?;
                py.detach(|| self.index.node_texts(nodes)).map_err(to_python)
            }

            /// Docstring of each node, empty where it has none.
            fn docstrings(&self, nodes: PyReadonlyArray1<'_, u32>) -> PyResult<Vec<String>> {
                Ok(contiguous(&nodes)?.iter().map(|node| self.index.docstring(*node).to_owned()).collect())
            }

            fn file_texts(&self, py: Python<'_>, files: PyReadonlyArray1<'_, u32>) -> PyResult<Vec<String>> {
                let files = contiguous(&files)?;
                py.detach(|| self.index.file_texts(files)).map_err(to_python)
            }

            /// The project graph as JSON lines (each with its newline): nodes, then edges.
            fn graph_jsonl(&self) -> GraphLines {
                GraphLines { index: self.index.clone(), next: 0 }
            }

            /// The nodes as the bytes of a Parquet file: the fields of a JSON line, and the feature row as two lists.
            fn nodes_parquet<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
                let file = py.detach(|| self.index.nodes_parquet()).map_err(to_python)?;
                Ok(PyBytes::new(py, &file))
            }

            /// The edges as the bytes of a Parquet file: the fields of a JSON line.
            fn edges_parquet<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
                let file = py.detach(|| self.index.edges_parquet()).map_err(to_python)?;
                Ok(PyBytes::new(py, &file))
            }
        }
    };
}

graph_columns! {
    node_kind: u8 = kinds,
    /// (N,): position in `file_paths`; 4294967295 for externals.
    node_file: u32 = files,
    node_start_line: u32 = start_lines,
    node_end_line: u32 = end_lines,
    node_start_byte: u32 = start_bytes,
    node_end_byte: u32 = end_bytes,
    edge_source: u32 = sources,
    edge_target: u32 = targets,
    edge_kind: u8 = edge_kinds,
    edge_confidence: f32 = confidences,
}

fn contiguous<'a>(numbers: &'a PyReadonlyArray1<'_, u32>) -> PyResult<&'a [u32]> {
    numbers.as_slice().map_err(|_| bad_input("the array must be contiguous; give a copy of it"))
}

/// JSON lines of a graph, one at a time.
#[pyclass(module = "sapwood._core")]
pub(crate) struct GraphLines {
    index: Arc<sapwood::Index>,
    next: usize,
}

#[pymethods]
impl GraphLines {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&mut self) -> Option<String> {
        let line = self.index.row(self.next);
        self.next += 1;
        line
    }
}

/// Indexes a folder without a workspace: nothing is left behind.
#[pyfunction]
#[pyo3(signature = (path, excludes = NO_EXCLUDES, on_progress = None))]
pub(crate) fn index_path(
    py: Python<'_>,
    path: PathBuf,
    excludes: Vec<String>,
    on_progress: Option<Py<PyAny>>,
) -> PyResult<(Index, Bound<'_, PyAny>)> {
    let listener = Listener::new(on_progress);
    let sources = Sources::open(&path, &excludes).map_err(to_python)?;
    let built = py.detach(|| build(&sources, Content::Graph, &|progress| listener.hear(progress)));
    let built = listener.settle(built)?;
    Ok((Index::new(py, Arc::new(built.index))?, to_object(py, &built.report)?))
}

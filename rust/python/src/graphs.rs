//! Input graphs, their neighbourhoods, and the graphs of texts.

use std::sync::Arc;

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use sapwood::texts;
use sapwood_core::features::SparseRows;
use sapwood_core::sampler::{self, Csr, RELATIONS};

use crate::arrays::{Column, moved, view};
use crate::errors::{bad_input, to_python};
use crate::languages::LanguageNames;

/// What the graph model reads: sparse feature rows and six relations, row r of each the nodes that send to r.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct InputGraph(pub(crate) Arc<sampler::InputGraph>);

#[pymethods]
impl InputGraph {
    #[getter]
    fn node_count(&self) -> usize {
        self.0.node_count()
    }

    /// (`node_count` + 1,).
    #[getter]
    fn feature_indptr<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |graph| &graph.0.rows.indptr)
    }

    #[getter]
    fn feature_indices<'py>(slf: &Bound<'py, Self>) -> Column<'py, u16> {
        view(slf, |graph| &graph.0.rows.indices)
    }

    #[getter]
    fn feature_values<'py>(slf: &Bound<'py, Self>) -> Column<'py, f32> {
        view(slf, |graph| &graph.0.rows.values)
    }

    /// CSR (indptr, indices) of relation 0 to 5, see `RELATIONS`.
    fn relation<'py>(slf: &Bound<'py, Self>, index: usize) -> PyResult<(Column<'py, u32>, Column<'py, u32>)> {
        check_relation(index)?;
        let indptr = view(slf, |graph| &graph.0.relations[index].indptr);
        Ok((indptr, view(slf, |graph| &graph.0.relations[index].indices)))
    }

    /// Disjoint union; node ids are shifted in order.
    #[staticmethod]
    fn concat(py: Python<'_>, parts: Vec<Py<Self>>) -> Self {
        let graphs: Vec<&sampler::InputGraph> = parts.iter().map(|part| part.get().0.as_ref()).collect();
        py.detach(|| Self(Arc::new(sampler::InputGraph::concat(&graphs))))
    }

    /// The same nodes without the edges between different parts; `parts` names the part of each node.
    fn cut(slf: &Bound<'_, Self>, parts: PyReadonlyArray1<'_, u8>) -> PyResult<Self> {
        let parts = parts.as_slice().map_err(|_| bad_input("parts must be contiguous"))?;
        let graph = &slf.get().0;
        let cut = slf.py().detach(|| graph.cut(parts)).map_err(to_python)?;
        Ok(Self(Arc::new(cut)))
    }

    /// At most `fanouts[h]` nodes a relation a node at hop h, without replacement; -1 takes all, 0 none.
    fn sample(
        slf: &Bound<'_, Self>,
        seeds: PyReadonlyArray1<'_, u32>,
        fanouts: Vec<i64>,
        seed: u64,
    ) -> PyResult<Neighbourhood> {
        let fanouts = fanouts.into_iter().map(fanout).collect::<PyResult<Vec<_>>>()?;
        let seeds = seeds.as_slice().map_err(|_| bad_input("seeds must be contiguous"))?;
        let graph = &slf.get().0;
        let drawn = slf.py().detach(|| sampler::sample(graph, seeds, &fanouts, seed)).map_err(to_python)?;
        Ok(Neighbourhood { drawn, graph: slf.clone().unbind() })
    }
}

fn fanout(given: i64) -> PyResult<u32> {
    match given {
        -1 => Ok(u32::MAX),
        _ => u32::try_from(given).map_err(|_| bad_input(format!("fan-out {given}: give -1 (all) or 0 and up"))),
    }
}

fn check_relation(index: usize) -> PyResult<()> {
    if index < RELATIONS {
        return Ok(());
    }
    Err(bad_input(format!("there is no relation {index}; relations are numbered 0 to {}", RELATIONS - 1)))
}

/// The nodes that a batch of seeds needs, seeds first, then hop by hop.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct Neighbourhood {
    pub(crate) drawn: sampler::Neighbourhood,
    pub(crate) graph: Py<InputGraph>,
}

#[pymethods]
impl Neighbourhood {
    /// (M,): node ids in the input graph.
    #[getter]
    fn nodes<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |neighbourhood| &neighbourhood.drawn.nodes)
    }

    /// (hops + 1,): one past the last node of the seeds, of hop 1, …
    #[getter]
    fn hop_ends<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |neighbourhood| &neighbourhood.drawn.hop_ends)
    }

    /// CSR (indptr, indices) of one input relation: row r lists the positions in `nodes` that send to node r.
    fn relation<'py>(&self, py: Python<'py>, index: usize) -> PyResult<(Column<'py, i64>, Column<'py, i64>)> {
        check_relation(index)?;
        let Csr { indptr, indices } = &self.drawn.relations[index];
        Ok((moved(py, widened(indptr)), moved(py, widened(indices))))
    }

    /// CSR (indptr (M + 1,), indices, values) of the feature rows of `nodes`. Ready for torch.
    fn feature_rows<'py>(&self, py: Python<'py>) -> (Column<'py, i64>, Column<'py, i64>, Column<'py, f32>) {
        let rows = &self.graph.get().0.rows;
        let (indptr, indices, values) = py.detach(|| gathered(rows, &self.drawn.nodes));
        (moved(py, indptr), moved(py, indices), moved(py, values))
    }
}

fn widened(numbers: &[u32]) -> Vec<i64> {
    numbers.iter().map(|number| i64::from(*number)).collect()
}

fn gathered(rows: &SparseRows, nodes: &[u32]) -> (Vec<i64>, Vec<i64>, Vec<f32>) {
    let total = nodes.iter().map(|node| rows.row(*node).0.len()).sum();
    let mut indptr = Vec::with_capacity(nodes.len() + 1);
    let (mut indices, mut values) = (Vec::with_capacity(total), Vec::with_capacity(total));
    indptr.push(0);
    for node in nodes {
        let (columns, entries) = rows.row(*node);
        indices.extend(columns.iter().map(|column| i64::from(*column)));
        values.extend_from_slice(entries);
        indptr.push(indices.len() as i64);
    }
    (indptr, indices, values)
}

/// The graphs of texts that stand alone, as one disjoint input graph.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct TextGraphs {
    columns: texts::TextGraphs,
    graph: Py<InputGraph>,
}

#[pymethods]
impl TextGraphs {
    #[getter]
    fn graph(&self, py: Python<'_>) -> Py<InputGraph> {
        self.graph.clone_ref(py)
    }

    /// (texts,): the file node of each text.
    #[getter]
    fn file_nodes<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |graphs| &graphs.columns.file_nodes)
    }

    /// (nodes,): position of each node's text.
    #[getter]
    fn node_text<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |graphs| &graphs.columns.node_texts)
    }

    #[getter]
    fn node_kind<'py>(slf: &Bound<'py, Self>) -> Column<'py, u8> {
        view(slf, |graphs| &graphs.columns.node_kinds)
    }

    #[getter]
    fn node_start_line<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |graphs| &graphs.columns.start_lines)
    }

    #[getter]
    fn node_end_line<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |graphs| &graphs.columns.end_lines)
    }

    #[getter]
    fn node_names(&self) -> Vec<String> {
        self.columns.node_names.clone()
    }

    /// Pairs (node, absolute module as written).
    fn import_labels<'py>(&self, py: Python<'py>) -> (Column<'py, u32>, Vec<String>) {
        let (nodes, names) = self.columns.import_labels.iter().cloned().unzip();
        (moved(py, nodes), names)
    }
}

/// A text where a file of the index stands, with as much of the project as some hops reach.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct PlacedText {
    graph: Py<InputGraph>,
    file_node: u32,
    functions: Vec<u32>,
}

impl PlacedText {
    pub(crate) fn new(py: Python<'_>, placed: sampler::PlacedText) -> PyResult<Self> {
        let sampler::PlacedText { graph, file_node, functions } = placed;
        Ok(Self { graph: Py::new(py, InputGraph(Arc::new(graph)))?, file_node, functions })
    }
}

#[pymethods]
impl PlacedText {
    #[getter]
    fn graph(&self, py: Python<'_>) -> Py<InputGraph> {
        self.graph.clone_ref(py)
    }

    /// The text's file node in the graph.
    #[getter]
    fn file_node(&self) -> u32 {
        self.file_node
    }

    /// The text's functions and methods in the graph, ascending.
    #[getter]
    fn functions<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |placed| &placed.functions)
    }
}

/// The graph of each text as if it were a file of its own.
#[pyfunction]
#[pyo3(signature = (texts, language = LanguageNames::usual()))]
pub(crate) fn text_graphs(py: Python<'_>, texts: Vec<String>, language: LanguageNames) -> PyResult<TextGraphs> {
    let languages = language.read()?;
    let mut columns = py.detach(|| texts::graphs(&texts, languages.of_texts())).map_err(to_python)?;
    let empty = sampler::InputGraph { rows: SparseRows::default(), relations: <[Csr; RELATIONS]>::default() };
    let graph = Py::new(py, InputGraph(Arc::new(std::mem::replace(&mut columns.graph, empty))))?;
    Ok(TextGraphs { columns, graph })
}

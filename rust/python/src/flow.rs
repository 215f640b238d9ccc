//! Data flow of a text.

use pyo3::prelude::*;
use sapwood_core::flow::{FlowKind, flow as flow_of};
use sapwood_core::{Language, ParseLimits, SyntaxTree};

use crate::arrays::{Column, view};
use crate::errors::to_python;

/// Occurrences of variables, and the edges between them.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct Flow {
    names: Vec<String>,
    starts: Vec<u32>,
    ends: Vec<u32>,
    lines: Vec<u32>,
    sources: Vec<u32>,
    targets: Vec<u32>,
    kinds: Vec<u8>,
}

#[pymethods]
impl Flow {
    /// E, the number of edges.
    fn __len__(&self) -> usize {
        self.kinds.len()
    }

    /// O names, in order of the text.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// (O,): where each occurrence begins in the text, in characters.
    #[getter]
    fn starts<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |flow| &flow.starts)
    }

    /// (O,): one past its end.
    #[getter]
    fn ends<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |flow| &flow.ends)
    }

    /// (O,): its line, 1-based.
    #[getter]
    fn lines<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |flow| &flow.lines)
    }

    /// (E,): positions among the occurrences.
    #[getter]
    fn sources<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |flow| &flow.sources)
    }

    /// (E,): positions among the occurrences.
    #[getter]
    fn targets<'py>(slf: &Bound<'py, Self>) -> Column<'py, u32> {
        view(slf, |flow| &flow.targets)
    }

    /// (E,): positions in `FLOW_KINDS`.
    #[getter]
    fn kinds<'py>(slf: &Bound<'py, Self>) -> Column<'py, u8> {
        view(slf, |flow| &flow.kinds)
    }
}

/// Names of the kinds of edges, by number.
pub(crate) fn kinds() -> Vec<&'static str> {
    FlowKind::ALL.iter().map(|kind| kind.name()).collect()
}

/// The data flow of a text, functions in it included.
#[pyfunction]
#[pyo3(signature = (text, language = "python"))]
pub(crate) fn flow(py: Python<'_>, text: &str, language: &str) -> PyResult<Flow> {
    let language = Language::from_name(language).map_err(to_python)?;
    py.detach(|| {
        let tree = sapwood_core::parse(language, text.as_bytes(), &ParseLimits::default())?;
        Ok(columns(text, &tree))
    })
    .map_err(|error: sapwood_core::CoreError| to_python(error))
}

fn columns(text: &str, tree: &SyntaxTree) -> Flow {
    let edges = flow_of(text.as_bytes(), tree, 0);
    let mut nodes: Vec<u32> = edges.sources.iter().chain(&edges.targets).copied().collect();
    nodes.sort_unstable();
    nodes.dedup();
    let place = |node: &u32| nodes.partition_point(|known| known < node) as u32;
    let (starts, ends) = spans(text, tree, &nodes);
    Flow {
        names: nodes.iter().map(|node| tree.text(*node, text.as_bytes()).to_owned()).collect(),
        starts,
        ends,
        lines: nodes.iter().map(|node| tree.start_line(*node)).collect(),
        sources: edges.sources.iter().map(place).collect(),
        targets: edges.targets.iter().map(place).collect(),
        kinds: edges.kinds.iter().map(|kind| *kind as u8).collect(),
    }
}

/// Begin and end of each node in characters; nodes are in order of the text.
fn spans(text: &str, tree: &SyntaxTree, nodes: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let (mut starts, mut ends) = (Vec::with_capacity(nodes.len()), Vec::with_capacity(nodes.len()));
    let (mut bytes, mut characters) = (0, 0);
    for node in nodes {
        let range = tree.byte_range(*node);
        characters += text[bytes..range.start].chars().count();
        bytes = range.start;
        starts.push(characters as u32);
        ends.push((characters + text[range].chars().count()) as u32);
    }
    (starts, ends)
}

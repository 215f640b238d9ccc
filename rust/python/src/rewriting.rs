//! Mutants and meaning-preserving variants.

use pyo3::prelude::*;
use sapwood_core::rewrite::{self, Mutation, Preserving};
use sapwood_core::{Language, ParseLimits, SyntaxTree, parse};

use crate::errors::{bad_input, to_python};

/// Another text made of a text.
#[pyclass(frozen, get_all, module = "sapwood._core")]
pub(crate) struct Rewritten {
    source: String,
    kind: &'static str,
    /// Changed lines of the new text.
    lines: Vec<u32>,
    /// First and last line in the old text, and in the new one, of each change.
    changes: Vec<((u32, u32), (u32, u32))>,
}

/// A likely mistake of one of `MUTATION_KINDS`, or None where the text offers no place for it.
#[pyfunction]
#[pyo3(signature = (text, kind, seed, language = "python"))]
pub(crate) fn mutate(py: Python<'_>, text: &str, kind: &str, seed: u64, language: &str) -> PyResult<Option<Rewritten>> {
    let kind = Mutation::from_name(kind).ok_or_else(|| unknown(kind, &mutations()))?;
    rewritten(py, text, language, |tree| Ok(rewrite::mutate(text, tree, kind, seed)))
}

/// A text of the same meaning by one of `PRESERVING_KINDS`, or None where the text offers no place for it.
#[pyfunction]
#[pyo3(signature = (text, kind, seed, language = "python"))]
pub(crate) fn preserve(
    py: Python<'_>,
    text: &str,
    kind: &str,
    seed: u64,
    language: &str,
) -> PyResult<Option<Rewritten>> {
    let kind = Preserving::from_name(kind).ok_or_else(|| unknown(kind, &preserving()))?;
    rewritten(py, text, language, |tree| rewrite::preserve(text, tree, kind, seed))
}

/// Names of the mutations.
pub(crate) fn mutations() -> Vec<&'static str> {
    Mutation::ALL.iter().map(|kind| kind.name()).collect()
}

/// Names of the mutations that the bug head learns, in the order of its columns.
pub(crate) fn learned_mutations() -> Vec<&'static str> {
    Mutation::LEARNED.iter().map(|kind| kind.name()).collect()
}

/// Names of the meaning-preserving rewrites that are offered for a language.
#[pyfunction]
pub(crate) fn preserving_kinds(language: &str) -> PyResult<Vec<&'static str>> {
    let language = Language::from_name(language).map_err(to_python)?;
    Ok(Preserving::ALL.iter().filter(|kind| kind.is_offered(language)).map(|kind| kind.name()).collect())
}

/// Names of the meaning-preserving rewrites.
pub(crate) fn preserving() -> Vec<&'static str> {
    Preserving::ALL.iter().map(|kind| kind.name()).collect()
}

fn rewritten(
    py: Python<'_>,
    text: &str,
    language: &str,
    make: impl FnOnce(&SyntaxTree) -> sapwood_core::Result<Option<rewrite::Rewritten>> + Send,
) -> PyResult<Option<Rewritten>> {
    let language = Language::from_name(language).map_err(to_python)?;
    let made = py.detach(|| parse(language, text.as_bytes(), &ParseLimits::default()).and_then(|tree| make(&tree)));
    let made = made.map_err(to_python)?;
    Ok(made.map(Rewritten::of))
}

impl Rewritten {
    fn of(made: rewrite::Rewritten) -> Self {
        let changes = made.changes.iter().map(|change| (change.before, change.after)).collect();
        Self { lines: made.lines(), source: made.source, kind: made.kind, changes }
    }
}

fn unknown(kind: &str, known: &[&str]) -> PyErr {
    bad_input(format!("unknown kind `{kind}`; known: {}", known.join(", ")))
}

//! One Python exception class a stable code.

use std::collections::BTreeMap;
use std::ffi::CString;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use sapwood::EngineError;

/// Code, class name, docstring.
const CLASSES: &[(&str, &str, &str)] = &[
    ("no_workspace", "NoWorkspaceError", "There is no workspace here."),
    ("no_index", "NoIndexError", "The workspace was never indexed."),
    ("stale_index", "StaleIndexError", "A file changed since it was indexed."),
    ("no_model", "NoModelError", "No version of the model was published."),
    ("path_missing", "PathMissingError", "A path does not exist."),
    ("path_denied", "PathDeniedError", "A path may not be read or written."),
    ("not_a_folder", "NotAFolderError", "A file stands where a folder is needed."),
    ("empty_folder", "EmptyFolderError", "A folder holds no source file of a known language."),
    ("not_utf8", "NotUtf8Error", "A text is not UTF-8."),
    ("syntax", "CodeSyntaxError", "A text holds no statement and no expression."),
    ("too_large", "TooLargeError", "A text is longer than the limit."),
    ("parse_budget", "ParseBudgetError", "Parsing a text takes more work than the budget."),
    ("binary", "BinaryFileError", "A text looks like a binary file."),
    ("unknown_language", "UnknownLanguageError", "No language of that name is built in."),
    ("unknown_version", "UnknownVersionError", "A model has no such version."),
    ("damaged_version", "DamagedVersionError", "A version's files are not what its manifest says."),
    ("damaged_index", "DamagedIndexError", "A file made from the sources is damaged; index again."),
    ("newer_format", "NewerFormatError", "Something was written by a newer release."),
    ("schema_mismatch", "SchemaMismatchError", "A version was made with another feature schema."),
    ("vocabulary_mismatch", "VocabularyMismatchError", "A vocabulary is not the one that is needed."),
    ("locked", "LockedError", "Another process holds what is needed."),
    ("bad_config", "BadConfigError", "A setting is unknown or has a wrong value."),
    ("bad_input", "BadInputError", "An argument makes no sense."),
    ("missing_dependency", "MissingDependencyError", "A package is not installed."),
    ("environment", "EnvironmentProblemError", "The Python environment cannot be used."),
    ("interrupted", "InterruptedRunError", "The caller ended it."),
    ("io", "StorageError", "The disk failed."),
    ("internal", "InternalError", "A mistake in this program; report it."),
];

static TYPES: PyOnceLock<BTreeMap<&'static str, Py<PyType>>> = PyOnceLock::new();

/// Adds `SapwoodError` and its subclasses to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let parent = py.get_type::<PyException>();
    let base = new_class(py, "SapwoodError", "internal", "Base of every failure that a user can meet.", &parent)?;
    module.add("SapwoodError", &base)?;
    let mut types = BTreeMap::new();
    for (code, name, doc) in CLASSES {
        let class = new_class(py, name, code, doc, &base)?;
        module.add(*name, &class)?;
        types.insert(*code, class.unbind());
    }
    let _ = TYPES.set(py, types);
    Ok(())
}

fn new_class<'py>(
    py: Python<'py>,
    name: &str,
    code: &str,
    doc: &str,
    base: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyType>> {
    let attributes = PyDict::new(py);
    attributes.set_item("code", code)?;
    let qualified = CString::new(format!("sapwood._core.{name}"))?;
    let doc = CString::new(doc)?;
    // `new_type` lets go of its own reference before CPython reads the dictionary: this one outlives the call.
    let lent = attributes.clone().into_any().unbind();
    let class = PyErr::new_type(py, &qualified, Some(&doc), Some(base), Some(lent))?.into_bound(py);
    drop(attributes);
    Ok(class)
}

/// The exception of a failure.
pub(crate) fn raise(code: &str, message: String) -> PyErr {
    Python::attach(|py| match TYPES.get(py).and_then(|types| types.get(code).or_else(|| types.get("internal"))) {
        Some(class) => PyErr::from_type(class.bind(py).clone(), message),
        None => PyException::new_err(message),
    })
}

/// Turns every error of the crates below into its exception.
pub(crate) fn to_python(error: impl Into<EngineError>) -> PyErr {
    let error = error.into();
    raise(error.code(), error.to_string())
}

/// `bad_input` with a message.
pub(crate) fn bad_input(message: impl Into<String>) -> PyErr {
    raise("bad_input", message.into())
}

/// One class a code, in the order of the engine's list: checked when this is compiled.
const _: () = {
    let codes = sapwood::error::CODES;
    assert!(CLASSES.len() == codes.len(), "each code needs one class");
    let mut at = 0;
    while at < codes.len() {
        assert!(same(CLASSES[at].0, codes[at]), "classes must stand in the order of the codes");
        at += 1;
    }
};

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && at < right.len() && left[at] == right[at] {
        at += 1;
    }
    at == left.len() && at == right.len()
}

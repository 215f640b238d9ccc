//! The extension module `sapwood._core`: thin over the engine, and the C functions that start an embedded interpreter.

mod embed;
mod errors;
mod signals;

use pyo3::prelude::*;

/// The compiled core: everything that computes without torch.
#[pymodule(name = "_core")]
fn core_module(module: &Bound<'_, PyModule>) -> PyResult<()> {
    errors::register(module)?;
    module.add("__version__", sapwood::VERSION)?;
    module.add_function(wrap_pyfunction!(message_schema, module)?)
}

/// JSON schema of every message between Rust and Python.
#[pyfunction]
fn message_schema() -> String {
    sapwood::messages::json_schema().to_string()
}

//! The extension module `sapwood._core`: thin over the engine, and the C functions that start an embedded interpreter.

#![allow(clippy::needless_pass_by_value, reason = "arguments that Python hands over are converted into owned values")]

mod arrays;
mod embed;
mod engine;
mod errors;
mod flow;
mod graphs;
mod index;
mod json;
mod languages;
mod locks;
mod native;
mod rewriting;
mod signals;
mod structure;
mod training;
mod trees;
mod versions;

use pyo3::prelude::*;
use sapwood_core::features;
use sapwood_core::graph::{EdgeKind, NodeKind};
use sapwood_core::sampler::RELATION_NAMES;

/// The compiled core: everything that computes without torch.
#[pymodule(name = "_core")]
fn core_module(module: &Bound<'_, PyModule>) -> PyResult<()> {
    errors::register(module)?;
    add_constants(module)?;
    add_classes(module)?;
    module.add_function(wrap_pyfunction!(feature_schema, module)?)?;
    module.add_function(wrap_pyfunction!(schema_fingerprint, module)?)?;
    module.add_function(wrap_pyfunction!(message_schema, module)?)?;
    module.add_function(wrap_pyfunction!(trees::check_text, module)?)?;
    module.add_function(wrap_pyfunction!(trees::check_tree, module)?)?;
    module.add_function(wrap_pyfunction!(trees::language_of, module)?)?;
    module.add_function(wrap_pyfunction!(trees::readable_text, module)?)?;
    module.add_function(wrap_pyfunction!(trees::scope_names, module)?)?;
    module.add_function(wrap_pyfunction!(trees::standalone_texts, module)?)?;
    module.add_function(wrap_pyfunction!(trees::parse_forest, module)?)?;
    module.add_function(wrap_pyfunction!(trees::labelled_forest, module)?)?;
    module.add_function(wrap_pyfunction!(graphs::text_graphs, module)?)?;
    module.add_function(wrap_pyfunction!(flow::flow, module)?)?;
    module.add_function(wrap_pyfunction!(structure::anonymous_tokens, module)?)?;
    module.add_function(wrap_pyfunction!(structure::code_tokens, module)?)?;
    module.add_function(wrap_pyfunction!(structure::structure_terms, module)?)?;
    module.add_function(wrap_pyfunction!(structure::near_duplicates, module)?)?;
    module.add_function(wrap_pyfunction!(rewriting::mutate, module)?)?;
    module.add_function(wrap_pyfunction!(rewriting::preserve, module)?)?;
    module.add_function(wrap_pyfunction!(rewriting::preserving_kinds, module)?)?;
    module.add_function(wrap_pyfunction!(index::index_path, module)?)?;
    module.add_function(wrap_pyfunction!(versions::write_atomic, module)?)?;
    module.add_function(wrap_pyfunction!(native::graphsage_forward, module)?)?;
    module.add_function(wrap_pyfunction!(native::tree_lstm_forward, module)?)?;
    module.add_function(wrap_pyfunction!(native::whiten, module)?)
}

fn add_constants(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let languages: Vec<_> = sapwood_core::Language::ALL.iter().map(|language| language.name()).collect();
    module.add("__version__", sapwood::VERSION)?;
    module.add("NODE_KINDS", NodeKind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>())?;
    module.add("EDGE_KINDS", EdgeKind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>())?;
    module.add("FLOW_KINDS", flow::kinds())?;
    module.add("RELATIONS", RELATION_NAMES.to_vec())?;
    module.add("BUG_KINDS", rewriting::learned_mutations())?;
    module.add("MUTATION_KINDS", rewriting::mutations())?;
    module.add("PRESERVING_KINDS", rewriting::preserving())?;
    module.add("LANGUAGES", languages)?;
    module.add("LANGUAGE_FAMILIES", languages::families())?;
    module.add("FEATURE_DIMENSIONS", features::DIMENSIONS)?;
    module.add("DUPLICATE_THRESHOLD", index::DUPLICATE_THRESHOLD)?;
    module.add("STRUCTURE_DIMENSIONS", sapwood_search::HASHED_DIMENSIONS)
}

fn add_classes(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<trees::Vocabulary>()?;
    module.add_class::<trees::Forest>()?;
    module.add_class::<graphs::InputGraph>()?;
    module.add_class::<graphs::Neighbourhood>()?;
    module.add_class::<graphs::TextGraphs>()?;
    module.add_class::<graphs::PlacedText>()?;
    module.add_class::<flow::Flow>()?;
    module.add_class::<structure::StructureIndex>()?;
    module.add_class::<rewriting::Rewritten>()?;
    module.add_class::<index::Index>()?;
    module.add_class::<locks::RunLock>()?;
    module.add_class::<training::TreeKernels>()?;
    module.add_class::<training::TreePass>()?;
    module.add_class::<versions::Versions>()?;
    module.add_class::<engine::Engine>()
}

/// The feature schema as JSON.
#[pyfunction]
fn feature_schema() -> PyResult<String> {
    serde_json::to_string(&features::schema()).map_err(|error| errors::raise("internal", error.to_string()))
}

/// Fingerprint of the feature schema, as it stands in every manifest.
#[pyfunction]
fn schema_fingerprint() -> String {
    features::fingerprint()
}

/// JSON schema of every message between Rust and Python.
#[pyfunction]
fn message_schema() -> String {
    sapwood::messages::json_schema().to_string()
}

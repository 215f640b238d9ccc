//! The index as columns in the workspace: one file for the graph, one for search.

use std::time::SystemTime;

use sapwood_core::features::SparseRows;
use sapwood_core::graph::ProjectGraph;
use sapwood_core::sampler::{Csr, InputGraph, RELATIONS};
use sapwood_core::{Language, PackageRoot};
use sapwood_workspace::{Columns, ColumnsWriter, Workspace, WorkspaceError};

use super::previous::refused_of;
use super::{Index, IndexReport, listed_functions};
use crate::error::Result;

const FILE: &str = "graph.safetensors";
const FINGERPRINT: &str = "fingerprint";
const FOLDER: &str = "folder";
const REPORT: &str = "report";

/// Saves an index with its report in one step.
///
/// # Errors
/// Those of [`Workspace::save_index`]; what was there before is then unharmed.
pub fn save(workspace: &Workspace, index: &Index, report: &IndexReport) -> Result<()> {
    let mut writer = ColumnsWriter::new();
    writer.put_metadata(FINGERPRINT, index.fingerprint.as_str());
    writer.put_metadata(FOLDER, index.folder.as_str());
    writer.put_metadata(REPORT, serde_json::to_string(report).unwrap_or_default());
    put_graph(&mut writer, &index.graph)?;
    put_input(&mut writer, &index.input);
    writer.put_strings("file.sha256", &index.hashes)?;
    writer.put_strings("file.language", index.languages.iter().map(|language| language.name()))?;
    writer.put_strings("refused.path", index.refused.iter().map(|refused| &refused.file.path))?;
    writer.put_strings("refused.sha256", index.refused.iter().map(|refused| &refused.sha256))?;
    writer.put_strings("root.manifest", index.roots.iter().map(|root| &root.manifest))?;
    writer.put_strings("root.path", index.roots.iter().map(|root| &root.path))?;
    writer.put_strings("root.target", index.roots.iter().map(|root| &root.target))?;
    put_labelled(&mut writer, "import", &index.import_labels)?;
    put_labelled(&mut writer, "docstring", &index.docstrings)?;
    Ok(workspace.save_index(FILE, &writer)?)
}

/// What tells one saved index from the next without reading it: each save makes a new file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

/// The stamp of the stored index.
pub(crate) fn stamp(workspace: &Workspace) -> Result<Stamp> {
    let path = workspace.folder().join("index").join(FILE);
    match workspace.storage().metadata(&path) {
        Ok(metadata) => Ok(Stamp { bytes: metadata.bytes, modified: metadata.modified }),
        Err(_) => Err(WorkspaceError::NoIndex { folder: workspace.source_root().to_owned() }.into()),
    }
}

/// Loads the index with its report.
pub(crate) fn load(workspace: &Workspace) -> Result<(Index, IndexReport)> {
    let columns = workspace.load_index(FILE)?;
    let report = get_report(workspace, &columns)?;
    let graph = get_graph(&columns)?;
    let languages = columns.strings("file.language")?;
    let languages = languages.iter().map(|name| Language::from_name(name)).collect::<sapwood_core::Result<_>>()?;
    let index = Index {
        functions: listed_functions(&graph),
        graph,
        input: get_input(&columns)?.into(),
        import_labels: get_labelled(&columns, "import")?,
        docstrings: get_labelled(&columns, "docstring")?,
        hashes: columns.strings("file.sha256")?,
        languages,
        refused: refused_of(columns.strings("refused.path")?, columns.strings("refused.sha256")?, &report),
        fingerprint: columns.metadata(FINGERPRINT).unwrap_or_default().to_owned(),
        folder: columns.metadata(FOLDER).unwrap_or_default().to_owned(),
        roots: get_roots(&columns),
        sources: workspace.sources()?,
    };
    Ok((index, report))
}

fn get_report(workspace: &Workspace, columns: &Columns) -> Result<IndexReport> {
    let report = serde_json::from_str(columns.metadata(REPORT).unwrap_or_default());
    report.map_err(|error| {
        let path = workspace.folder().join("index").join(FILE);
        WorkspaceError::DamagedIndex { path, reason: error.to_string() }.into()
    })
}

fn put_graph<'a>(writer: &mut ColumnsWriter<'a>, graph: &'a ProjectGraph) -> Result<()> {
    writer.put_strings("file.path", &graph.file_paths)?;
    writer.put_strings("node.name", &graph.names)?;
    writer.put("node.kind", &graph.kinds);
    writer.put("node.file", &graph.files);
    writer.put("node.start_line", &graph.start_lines);
    writer.put("node.end_line", &graph.end_lines);
    writer.put("node.start_byte", &graph.start_bytes);
    writer.put("node.end_byte", &graph.end_bytes);
    writer.put("edge.source", &graph.sources);
    writer.put("edge.target", &graph.targets);
    writer.put("edge.kind", &graph.edge_kinds);
    writer.put("edge.confidence", &graph.confidences);
    writer.put("own_edge.source", &graph.own_sources);
    writer.put("own_edge.target", &graph.own_targets);
    writer.put("own_edge.kind", &graph.own_kinds);
    Ok(())
}

fn get_graph(columns: &Columns) -> Result<ProjectGraph> {
    Ok(ProjectGraph {
        file_paths: columns.strings("file.path")?,
        names: columns.strings("node.name")?,
        kinds: columns.get("node.kind")?,
        files: columns.get("node.file")?,
        start_lines: columns.get("node.start_line")?,
        end_lines: columns.get("node.end_line")?,
        start_bytes: columns.get("node.start_byte")?,
        end_bytes: columns.get("node.end_byte")?,
        sources: columns.get("edge.source")?,
        targets: columns.get("edge.target")?,
        edge_kinds: columns.get("edge.kind")?,
        confidences: columns.get("edge.confidence")?,
        own_sources: columns.get("own_edge.source")?,
        own_targets: columns.get("own_edge.target")?,
        own_kinds: columns.get("own_edge.kind")?,
    })
}

/// None in an index of a release that kept none.
fn get_roots(columns: &Columns) -> Vec<PackageRoot> {
    let strings = |name: &str| columns.strings(name).unwrap_or_default();
    let manifests = strings("root.manifest").into_iter();
    let roots = manifests.zip(strings("root.path")).zip(strings("root.target"));
    roots.map(|((manifest, path), target)| PackageRoot { manifest, path, target }).collect()
}

fn put_input<'a>(writer: &mut ColumnsWriter<'a>, input: &'a InputGraph) {
    writer.put("row.indptr", &input.rows.indptr);
    writer.put("row.index", &input.rows.indices);
    writer.put("row.value", &input.rows.values);
    for (number, relation) in input.relations.iter().enumerate() {
        writer.put(&format!("relation{number}.indptr"), &relation.indptr);
        writer.put(&format!("relation{number}.index"), &relation.indices);
    }
}

fn get_input(columns: &Columns) -> Result<InputGraph> {
    let rows = SparseRows {
        indptr: columns.get("row.indptr")?,
        indices: columns.get("row.index")?,
        values: columns.get("row.value")?,
    };
    let mut relations: [Csr; RELATIONS] = Default::default();
    for (number, relation) in relations.iter_mut().enumerate() {
        relation.indptr = columns.get(&format!("relation{number}.indptr"))?;
        relation.indices = columns.get(&format!("relation{number}.index"))?;
    }
    Ok(InputGraph { rows, relations })
}

fn put_labelled(writer: &mut ColumnsWriter<'_>, name: &str, labelled: &[(u32, String)]) -> Result<()> {
    writer.put_runs(&format!("{name}.node"), [labelled.iter().map(|(node, _)| *node).collect::<Vec<_>>()]);
    Ok(writer.put_strings(&format!("{name}.text"), labelled.iter().map(|(_, text)| text))?)
}

fn get_labelled(columns: &Columns, name: &str) -> Result<Vec<(u32, String)>> {
    let nodes: Vec<u32> = columns.get(&format!("{name}.node"))?;
    Ok(nodes.into_iter().zip(columns.strings(&format!("{name}.text"))?).collect())
}

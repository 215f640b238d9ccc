//! The index of a code base: its project graph, the input of the graph model, and what search needs.
//!
//! [`build()`] makes one of a folder. [`crate::Engine::index`] stores it with what was read of each file, and parses only
//! files whose content is another then: an index that was renewed is the index that [`build()`] makes. Texts are not stored: they are read again from the files, and a file that has
//! changed since is an error rather than a wrong answer.

mod build;
mod export;
mod join;
mod kept;
mod parquet;
mod place;
mod previous;
mod read;
mod report;
mod source;
mod store;

use std::sync::Arc;

use sapwood_core::features;
use sapwood_core::graph::{NodeKind, ProjectGraph};
use sapwood_core::sampler::InputGraph;
use sapwood_core::{Language, PackageRoot};
use sapwood_workspace::{Sources, Walk};

pub use build::{Built, OnProgress, Progress, build};
pub(crate) use build::{build_of, read_all};
pub(crate) use kept::save as save_kept;
pub(crate) use place::path_below;
pub(crate) use previous::{Previous, Stored};
pub use read::Content;
pub(crate) use read::{KnownFiles, Reading, for_each_word};
pub use report::{BrokenFile, IndexReport, SkippedFile};
pub use store::save;
pub(crate) use store::{Stamp, load, stamp};

use crate::duplicates::{Likeness, duplicate_groups};
use crate::error::{EngineError, Result};

/// An indexed code base.
#[derive(Debug)]
pub struct Index {
    pub(crate) graph: ProjectGraph,
    pub(crate) input: Arc<InputGraph>,
    pub(crate) functions: Vec<u32>,
    pub(crate) import_labels: Vec<(u32, String)>,
    /// Node and text, by node.
    pub(crate) docstrings: Vec<(u32, String)>,
    /// SHA-256 of each file.
    pub(crate) hashes: Vec<String>,
    /// The language of each file.
    pub(crate) languages: Vec<Language>,
    /// Files that could not be indexed.
    pub(crate) refused: Vec<Refused>,
    pub(crate) fingerprint: String,
    /// What the folder of the sources was called, see [`sapwood_core::graph::link_folder`].
    pub(crate) folder: String,
    /// The folders whose packages are imported under a path of their own.
    pub(crate) roots: Vec<PackageRoot>,
    pub(crate) sources: Sources,
}

/// A file that was found but could not be indexed, with its content's hash: empty where it could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) file: SkippedFile,
    pub(crate) sha256: String,
}

impl Index {
    /// Changes when any indexed byte does, and with the feature schema.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The project graph.
    pub fn graph(&self) -> &ProjectGraph {
        &self.graph
    }

    /// What the graph model reads.
    pub fn input_graph(&self) -> &Arc<InputGraph> {
        &self.input
    }

    /// The language of each file, in the order of the graph's paths.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// Nodes of the functions and methods, ascending; those without a name that stand on one line are left out.
    pub fn functions(&self) -> &[u32] {
        &self.functions
    }

    /// Pairs of a node and an absolute module: what files import, and what classes and functions use of it.
    pub fn import_labels(&self) -> &[(u32, String)] {
        &self.import_labels
    }

    /// The docstring of a node; empty where it has none.
    pub fn docstring(&self, node: u32) -> &str {
        let found = self.docstrings.binary_search_by_key(&node, |(documented, _)| *documented);
        found.map_or("", |position| self.docstrings[position].1.as_str())
    }

    /// For each function the first one that is nearly the same: in consistently renamed names only, or with subtrees
    /// that overlap by `threshold` (Jaccard) or more. Numbers are positions in [`Self::functions`].
    ///
    /// # Errors
    /// [`EngineError::StaleIndex`] where a file has changed, [`EngineError::Search`] for a threshold outside (0, 1].
    pub fn function_groups(&self, threshold: f64) -> Result<Vec<u32>> {
        duplicate_groups(&self.read_functions(&self.functions, Likeness::of)?, threshold)
    }

    /// The language of a node's file.
    pub(crate) fn language(&self, node: u32) -> Result<Language> {
        let path = self.path(node)?;
        let file = self.graph.files.get(node as usize).and_then(|file| self.languages.get(*file as usize));
        file.copied().ok_or_else(|| EngineError::StaleIndex { path: path.to_owned() })
    }

    /// The path of a node's file.
    pub(crate) fn path(&self, node: u32) -> Result<&str> {
        let file = self.graph.files.get(node as usize).and_then(|file| self.graph.file_paths.get(*file as usize));
        file.map(String::as_str).ok_or_else(|| EngineError::BadInput {
            message: format!("node {node} is in no file of the index; give nodes of files"),
        })
    }
}

/// The functions of a graph that are listed: those without a name only if they are longer than a line, for what is shorter
/// says too little to be found or learned from.
pub(crate) fn listed_functions(graph: &ProjectGraph) -> Vec<u32> {
    let is_listed = |node: &u32| {
        let place = *node as usize;
        let lines = (graph.start_lines[place], graph.end_lines[place]);
        graph.kinds[place] == NodeKind::Function as u8 && is_listed(&graph.names[place], lines)
    };
    (0..graph.node_count() as u32).filter(is_listed).collect()
}

/// Whether a function of that name and those lines is listed.
pub(crate) fn is_listed(name: &str, (start, end): (u32, u32)) -> bool {
    end > start || !name.rsplit('.').next().is_some_and(|last| last.starts_with("<lambda"))
}

/// The name of the sources' folder as one part of a dotted name; empty for a file system's root.
pub(crate) fn folder_name(sources: &Sources) -> String {
    sources.root().file_name().map(|name| name.to_string_lossy().replace('.', "_")).unwrap_or_default()
}

/// What the manifests of a walk say of the paths of imports; one that cannot be read says nothing.
pub(crate) fn package_roots(sources: &Sources, walk: &Walk) -> Vec<PackageRoot> {
    let read = |path: &String| {
        let text = sources.read(path).ok()?.bytes;
        Some(PackageRoot::read(path, std::str::from_utf8(&text).ok()?))
    };
    walk.manifests.iter().filter_map(read).flatten().collect()
}

/// A hash over every file's path and content, and over what rows mean.
pub(crate) fn fingerprint_of<'a>(files: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let mut text = format!("{} {}\n", crate::VERSION, features::fingerprint());
    for (path, hash) in files {
        text.push_str(hash);
        text.push(' ');
        text.push_str(path);
        text.push('\n');
    }
    sapwood_workspace::sha256_hex(text.as_bytes())
}

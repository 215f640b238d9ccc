//! The contents of files joined to an index.

use rayon::prelude::*;
use sapwood_core::features::SparseRows;
use sapwood_core::graph::{FileFacts, link_folder};
use sapwood_core::sampler::input_graph;
use sapwood_core::{Language, PackageRoot};
use sapwood_search::{StructureIndex, WordIndex};
use sapwood_workspace::Sources;

use super::kept::KeptFile;
use super::read::{FileContent, FunctionContent};
use super::{BrokenFile, Index, IndexReport, fingerprint_of, folder_name, listed_functions};
use crate::error::Result;
use crate::search::SearchIndex;

/// The files' parts, one after the other; node numbers are those of the whole graph.
#[derive(Default)]
pub(crate) struct Parts {
    facts: Vec<FileFacts>,
    rows: SparseRows,
    nodes: u32,
    kept: Vec<KeptFile>,
    docstrings: Vec<(u32, String)>,
    import_labels: Vec<(u32, String)>,
    functions: Vec<FunctionContent>,
    hashes: Vec<String>,
    languages: Vec<Language>,
}

impl Parts {
    /// Adds a file; files come in the order of their paths.
    pub(crate) fn push(&mut self, file: FileContent, report: &mut IndexReport) {
        report.files += 1;
        report.bytes += file.bytes;
        *report.languages.entry(file.language.name().to_owned()).or_default() += 1;
        report.total_subtrees += file.total_subtrees;
        let broken = file.syntax_error_line.map(|line| BrokenFile { path: file.facts.path().to_owned(), line });
        report.syntax_errors.extend(broken);
        let offset = self.nodes;
        let labels = file.facts.import_labels().iter();
        self.import_labels.extend(labels.map(|(node, name)| (node + offset, name.clone())));
        self.docstrings.extend(file.docstrings.into_iter().map(|(node, text)| (node + offset, text)));
        self.nodes += file.facts.nodes().len() as u32;
        self.rows.extend(&file.rows);
        self.kept.push(file.kept);
        self.functions.extend(file.functions);
        self.hashes.push(file.sha256);
        self.languages.push(file.language);
        self.facts.push(file.facts);
    }

    pub(crate) fn join(
        self,
        sources: &Sources,
        roots: Vec<PackageRoot>,
        report: &mut IndexReport,
    ) -> Result<(Index, SearchIndex, Vec<KeptFile>)> {
        report.distinct_subtrees = distinct_subtrees(&self.kept);
        let folder = folder_name(sources);
        let (facts, rows, functions) = (self.facts, self.rows, self.functions);
        let ((graph, input), search) = rayon::join(
            || {
                let graph = link_folder(&facts, &folder, &roots);
                let input = input_graph(&graph, rows);
                (graph, input)
            },
            || search_index(functions),
        );
        let index = Index {
            fingerprint: fingerprint_of(graph.file_paths.iter().zip(&self.hashes)),
            functions: listed_functions(&graph),
            graph,
            input: input.into(),
            import_labels: self.import_labels,
            docstrings: self.docstrings,
            hashes: self.hashes,
            languages: self.languages,
            refused: Vec::new(),
            folder,
            roots,
            sources: sources.clone(),
        };
        Ok((index, search?, self.kept))
    }
}

fn distinct_subtrees(kept: &[KeptFile]) -> u64 {
    let mut hashes: Vec<u64> = kept.iter().flat_map(|file| &file.subtrees).copied().collect();
    hashes.par_sort_unstable();
    hashes.dedup();
    hashes.len() as u64
}

fn search_index(functions: Vec<FunctionContent>) -> Result<SearchIndex> {
    let (terms, words): (Vec<_>, Vec<_>) =
        functions.into_iter().map(|function| (function.terms, function.words)).unzip();
    let (structure, words) = rayon::join(|| StructureIndex::build(&terms), || WordIndex::build(&words));
    Ok(SearchIndex::new(structure?, words?))
}

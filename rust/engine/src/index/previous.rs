//! What of the last index serves the next one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use sapwood_core::features::SparseRows;
use sapwood_workspace::{Sources, Walk, Workspace};

use super::kept::{self, KeptFile, Rest};
use super::read::{FileContent, FunctionContent, KnownFiles, Reading};
use super::report::SkippedFile;
use super::{Index, IndexReport, Refused, fingerprint_of, folder_name, package_roots};
use crate::search::SearchIndex;
use crate::texts::{CountedTerms, Terms};

/// The stored index with its report.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) index: Arc<Index>,
    pub(crate) report: Arc<IndexReport>,
}

impl Stored {
    /// What is known of the files before they are read: nothing where another release indexed them, for it may have read
    /// the same bytes in another way.
    pub(crate) fn known(&self) -> KnownFiles<'_> {
        let index = &self.index;
        let files = index.graph.file_paths.iter().zip(&index.hashes);
        if index.fingerprint != fingerprint_of(files.clone()) {
            return KnownFiles::new();
        }
        let refused = index.refused.iter().filter(|refused| !refused.sha256.is_empty());
        let refused = refused.map(|refused| (refused.file.path.as_str(), refused.sha256.as_str()));
        files.map(|(path, hash)| (path.as_str(), hash.as_str())).chain(refused).collect()
    }

    /// Whether a new index would be this one.
    pub(crate) fn is_current(&self, sources: &Sources, walk: &Walk, readings: &[Reading]) -> bool {
        let as_before = |reading: &Reading| match reading {
            Reading::Known { .. } => true,
            Reading::Read(_) => false,
            Reading::Refused(refused) => self.index.refused.contains(refused),
        };
        let skipped = walk.skipped.iter().map(SkippedFile::of_walk);
        let skipped: Vec<_> = skipped.chain(self.index.refused.iter().map(|refused| refused.file.clone())).collect();
        walk.files.len() == self.index.hashes.len() + self.index.refused.len()
            && readings.iter().all(as_before)
            && sorted(skipped) == self.report.skipped
            && self.index.folder == folder_name(sources)
            && self.index.roots == package_roots(sources, walk)
    }
}

pub(crate) fn sorted(mut skipped: Vec<SkippedFile>) -> Vec<SkippedFile> {
    skipped.sort();
    skipped
}

/// What the last index holds of each file, to be taken over by the next.
pub(crate) struct Previous {
    index: Arc<Index>,
    kept: Vec<KeptFile>,
    rests: Vec<Option<Rest>>,
    /// By function.
    terms: Vec<Terms>,
    /// By function.
    words: Vec<CountedTerms>,
}

impl Previous {
    /// None where what was kept is damaged or was kept by other code: every file is read anew then.
    pub(crate) fn load(workspace: &Workspace, index: &Arc<Index>, search: &SearchIndex) -> Option<Self> {
        let kept = kept::load(workspace, index.fingerprint())?;
        let rests: Option<Vec<_>> = kept.par_iter().map(|file| Rest::from_bytes(&file.rest).map(Some)).collect();
        let (terms, words) = rayon::join(|| search.structure().documents(), || search.words().documents());
        let previous = Self { rests: rests?, index: index.clone(), kept, terms, words };
        let (files, functions) = (previous.index.hashes.len(), previous.index.functions.len());
        let is_whole = previous.kept.len() == files && previous.terms.len() == functions;
        (is_whole && previous.words.len() == functions).then_some(previous)
    }

    /// A file that was refused, by its path.
    pub(crate) fn refused(&self, path: &str) -> Option<Refused> {
        self.index.refused.iter().find(|refused| refused.file.path == path).cloned()
    }

    /// Takes a file of that path and length out; each can be taken once.
    pub(crate) fn take(&mut self, path: &str, bytes: u64) -> Option<FileContent> {
        let index = self.index.clone();
        let file = index.graph.file_paths.binary_search_by(|known| known.as_str().cmp(path)).ok()?;
        let Rest { facts, total_subtrees, syntax_error_line } = self.rests.get_mut(file)?.take()?;
        let nodes = nodes_of(&index, file);
        Some(FileContent {
            rows: rows_of(&index, nodes.clone()),
            kept: std::mem::take(&mut self.kept[file]),
            total_subtrees,
            docstrings: docstrings_of(&index, nodes.clone()),
            functions: self.functions(functions_of(&index, nodes)),
            sha256: index.hashes[file].clone(),
            bytes,
            language: index.languages[file],
            syntax_error_line,
            facts,
        })
    }

    fn functions(&mut self, functions: Range<usize>) -> Vec<FunctionContent> {
        let terms = self.terms[functions.clone()].iter_mut().map(std::mem::take);
        let words = self.words[functions].iter_mut().map(std::mem::take);
        terms.zip(words).map(|(terms, words)| FunctionContent { terms, words }).collect()
    }
}

/// The nodes of a file are one run.
fn nodes_of(index: &Index, file: usize) -> Range<u32> {
    let before = |file: usize| index.graph.files.partition_point(|of| (*of as usize) < file) as u32;
    before(file)..before(file + 1)
}

fn functions_of(index: &Index, nodes: Range<u32>) -> Range<usize> {
    let before = |end: u32| index.functions.partition_point(|node| *node < end);
    before(nodes.start)..before(nodes.end)
}

fn rows_of(index: &Index, nodes: Range<u32>) -> SparseRows {
    let mut rows = SparseRows::default();
    for node in nodes {
        rows.push_row(index.input.rows.row(node));
    }
    rows
}

/// Docstrings by local node.
fn docstrings_of(index: &Index, nodes: Range<u32>) -> Vec<(u32, String)> {
    let before = |end: u32| index.docstrings.partition_point(|(node, _)| *node < end);
    let found = &index.docstrings[before(nodes.start)..before(nodes.end)];
    found.iter().map(|(node, text)| (node - nodes.start, text.clone())).collect()
}

/// The reasons for which files were refused, by path.
pub(crate) fn refused_of(paths: Vec<String>, hashes: Vec<String>, report: &IndexReport) -> Vec<Refused> {
    let reasons: BTreeMap<&str, &SkippedFile> = report.skipped.iter().map(|file| (file.path.as_str(), file)).collect();
    let refused = paths.into_iter().zip(hashes);
    refused
        .filter_map(|(path, sha256)| Some(Refused { file: (*reasons.get(path.as_str())?).clone(), sha256 }))
        .collect()
}

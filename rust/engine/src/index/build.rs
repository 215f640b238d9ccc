//! From a folder to an index: files in parallel, joined in the order of their paths.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use rayon::prelude::*;
use sapwood_core::Language;
use sapwood_core::features::SparseRows;
use sapwood_core::graph::link_folder;
use sapwood_core::sampler::input_graph;
use sapwood_search::{StructureIndex, WordIndex};
use sapwood_workspace::{SourceFile, Sources, Walk};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::{Content, FileContent, FunctionContent, read_file};
use super::report::{IndexReport, SkippedFile};
use super::{Index, Refused, fingerprint_of, listed_functions};
use crate::error::{EngineError, Result};
use crate::search::SearchIndex;

/// How far indexing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Files done.
    pub files: u64,
    /// Files to do.
    pub total_files: u64,
    /// Bytes of the files done.
    pub bytes: u64,
}

/// Hears of progress, on any thread; [`ControlFlow::Break`] ends the work.
pub type OnProgress<'a> = &'a (dyn Fn(Progress) -> ControlFlow<()> + Sync);

/// An index that was just made.
#[derive(Debug)]
pub struct Built {
    /// The index.
    pub index: Index,
    /// What search answers from; empty where only the graph was asked for.
    pub search: SearchIndex,
    /// What was found.
    pub report: IndexReport,
}

/// Indexes the sources.
///
/// # Errors
/// Those of [`Sources::walk`], [`EngineError::NothingToIndex`] when every file was refused, and
/// [`EngineError::Interrupted`].
pub fn build(sources: &Sources, content: Content, on_progress: OnProgress<'_>) -> Result<Built> {
    build_walked(sources, &sources.walk()?, content, on_progress)
}

pub(crate) fn build_walked(
    sources: &Sources,
    walk: &Walk,
    content: Content,
    on_progress: OnProgress<'_>,
) -> Result<Built> {
    let start = Instant::now();
    let (files, refused) = read_all(sources, &walk.files, content, on_progress)?;
    let mut skipped: Vec<_> = walk.skipped.iter().map(SkippedFile::of_walk).collect();
    skipped.extend(refused.iter().map(|refused| refused.file.clone()));
    skipped.sort();
    if files.is_empty() {
        return Err(nothing(sources, skipped));
    }
    let mut report = IndexReport { skipped, ..IndexReport::default() };
    let (mut index, search) = join(sources, files, &mut report)?;
    let total = walk.files.len() as u64;
    if on_progress(Progress { files: total, total_files: total, bytes: report.bytes }).is_break() {
        return Err(EngineError::Interrupted);
    }
    index.refused = refused;
    report.count(&index);
    report.set_time(start.elapsed());
    Ok(Built { index, search, report })
}

fn nothing(sources: &Sources, skipped: Vec<SkippedFile>) -> EngineError {
    let first = skipped.into_iter().next();
    let (path, reason) = first.map(|file| (file.path, file.reason)).unwrap_or_default();
    EngineError::NothingToIndex { root: sources.root().to_owned(), path, reason }
}

fn read_all(
    sources: &Sources,
    files: &[SourceFile],
    content: Content,
    on_progress: OnProgress<'_>,
) -> Result<(Vec<FileContent>, Vec<Refused>)> {
    let tally = Tally::new(files.len() as u64, on_progress);
    // One file a task: sizes differ by orders of magnitude.
    let read: Vec<Option<_>> = files
        .par_iter()
        .with_max_len(1)
        .map(|file| {
            let outcome = (!tally.is_cancelled()).then(|| read_file(sources, file, content))?;
            tally.add(file.bytes);
            Some(outcome)
        })
        .collect();
    let (mut contents, mut refused) = (Vec::with_capacity(files.len()), Vec::new());
    for outcome in read {
        match outcome.ok_or(EngineError::Interrupted)? {
            Ok(content) => contents.push(content),
            Err(reason) => refused.push(reason),
        }
    }
    if tally.is_cancelled() { Err(EngineError::Interrupted) } else { Ok((contents, refused)) }
}

struct Tally<'a> {
    total: u64,
    files: AtomicU64,
    bytes: AtomicU64,
    cancelled: AtomicBool,
    on_progress: OnProgress<'a>,
}

impl<'a> Tally<'a> {
    fn new(total: u64, on_progress: OnProgress<'a>) -> Self {
        let (files, bytes, cancelled) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
        Self { total, files, bytes, cancelled, on_progress }
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: u64) {
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let files = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        if (self.on_progress)(Progress { files, total_files: self.total, bytes }).is_break() {
            self.cancelled.store(true, Ordering::Relaxed);
        }
    }
}

fn join(sources: &Sources, files: Vec<FileContent>, report: &mut IndexReport) -> Result<(Index, SearchIndex)> {
    let mut parts = Parts::default();
    for file in files {
        parts.push(file, report);
    }
    parts.subtrees.par_sort_unstable();
    parts.subtrees.dedup();
    report.distinct_subtrees = parts.subtrees.len() as u64;
    drop(std::mem::take(&mut parts.subtrees));
    let (linked, search) = rayon::join(
        || {
            let graph = link_folder(&parts.facts, &folder_name(sources));
            let input = input_graph(&graph, parts.rows);
            (graph, input)
        },
        || search_index(parts.functions),
    );
    let (graph, input) = linked;
    let index = Index {
        fingerprint: fingerprint_of(graph.file_paths.iter().zip(&parts.hashes)),
        functions: listed_functions(&graph),
        graph,
        input: input.into(),
        import_labels: parts.import_labels,
        docstrings: parts.docstrings,
        hashes: parts.hashes,
        languages: parts.languages,
        refused: Vec::new(),
        sources: sources.clone(),
    };
    Ok((index, search?))
}

/// The name of the sources' folder as one part of a dotted name; empty for a file system's root.
fn folder_name(sources: &Sources) -> String {
    sources.root().file_name().map(|name| name.to_string_lossy().replace('.', "_")).unwrap_or_default()
}

fn search_index(functions: Vec<FunctionContent>) -> Result<SearchIndex> {
    let (terms, words): (Vec<_>, Vec<_>) =
        functions.into_iter().map(|function| (function.terms, [function.words])).unzip();
    let (structure, words) = rayon::join(|| StructureIndex::build(&terms), || WordIndex::build(&words));
    Ok(SearchIndex::new(structure?, words?))
}

/// The files' parts, one after the other; node numbers are those of the whole graph.
#[derive(Default)]
struct Parts {
    facts: Vec<sapwood_core::graph::FileFacts>,
    rows: SparseRows,
    nodes: u32,
    subtrees: Vec<u64>,
    docstrings: Vec<(u32, String)>,
    import_labels: Vec<(u32, String)>,
    functions: Vec<FunctionContent>,
    hashes: Vec<String>,
    languages: Vec<Language>,
}

impl Parts {
    fn push(&mut self, file: FileContent, report: &mut IndexReport) {
        report.files += 1;
        report.bytes += file.bytes;
        *report.languages.entry(file.language.name().to_owned()).or_default() += 1;
        report.total_subtrees += file.total_subtrees;
        if file.has_syntax_errors {
            report.syntax_errors.push(file.facts.path().to_owned());
        }
        let offset = self.nodes;
        let labels = file.facts.import_labels().iter();
        self.import_labels.extend(labels.map(|(node, name)| (node + offset, name.clone())));
        self.docstrings.extend(file.docstrings.into_iter().map(|(node, text)| (node + offset, text)));
        self.nodes += file.facts.nodes().len() as u32;
        self.rows.extend(&file.rows);
        self.subtrees.extend(file.subtrees);
        self.functions.extend(file.functions);
        self.hashes.push(file.sha256);
        self.languages.push(file.language);
        self.facts.push(file.facts);
    }
}

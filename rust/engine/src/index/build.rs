//! From a folder to an index: files in parallel, joined in the order of their paths.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use rayon::prelude::*;
use sapwood_core::features::FeatureExtractor;
use sapwood_workspace::{SourceFile, Sources, Walk};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::join::Parts;
use super::kept::KeptFile;
use super::previous::{Previous, sorted};
use super::read::{Content, FileContent, KnownFiles, Reading, read_file};
use super::report::{IndexReport, SkippedFile};
use super::{Index, Refused, package_roots};
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
    /// What lets the next indexing parse only what changed; of no use where only the graph was asked for.
    pub(crate) kept: Vec<KeptFile>,
}

/// Indexes the sources.
///
/// # Errors
/// Those of [`Sources::walk`], [`EngineError::NothingToIndex`] when every file was refused, and
/// [`EngineError::Interrupted`].
pub fn build(sources: &Sources, content: Content, on_progress: OnProgress<'_>) -> Result<Built> {
    let start = Instant::now();
    let walk = sources.walk()?;
    let readings = read_all(sources, &walk.files, content, &KnownFiles::new(), on_progress)?;
    build_of(sources, &walk, readings, None, on_progress, start)
}

/// Makes an index of what was read; what was known is taken from the previous index.
///
/// # Errors
/// As [`build`]. [`EngineError::StaleIndex`] where a known file is none of the previous index.
pub(crate) fn build_of(
    sources: &Sources,
    walk: &Walk,
    readings: Vec<Reading>,
    mut previous: Option<Previous>,
    on_progress: OnProgress<'_>,
    start: Instant,
) -> Result<Built> {
    let files_read = readings.iter().filter(|reading| matches!(reading, Reading::Read(_))).count() as u64;
    let mut report = IndexReport { files_read, ..IndexReport::default() };
    let (mut parts, mut refused) = (Parts::default(), Vec::new());
    for (file, reading) in walk.files.iter().zip(readings) {
        match content_or_refusal(file, reading, previous.as_mut())? {
            Ok(content) => parts.push(content, &mut report),
            Err(refusal) => refused.push(refusal),
        }
    }
    drop(previous);
    let skipped = walk.skipped.iter().map(SkippedFile::of_walk);
    report.skipped = sorted(skipped.chain(refused.iter().map(|refused| refused.file.clone())).collect());
    if report.files == 0 {
        return Err(nothing(sources, report.skipped));
    }
    let (mut index, search, kept) = parts.join(sources, package_roots(sources, walk), &mut report)?;
    let total = walk.files.len() as u64;
    if on_progress(Progress { files: total, total_files: total, bytes: report.bytes }).is_break() {
        return Err(EngineError::Interrupted);
    }
    index.refused = refused;
    report.count(&index);
    report.set_time(start.elapsed());
    Ok(Built { index, search, report, kept })
}

fn content_or_refusal(
    file: &SourceFile,
    reading: Reading,
    previous: Option<&mut Previous>,
) -> Result<std::result::Result<FileContent, Refused>> {
    let stale = || EngineError::StaleIndex { path: file.path.clone() };
    match (reading, previous) {
        (Reading::Read(content), _) => Ok(Ok(*content)),
        (Reading::Refused(refused), _) => Ok(Err(refused)),
        (Reading::Known { .. }, None) => Err(stale()),
        (Reading::Known { bytes }, Some(previous)) => match previous.refused(&file.path) {
            Some(refused) => Ok(Err(refused)),
            None => previous.take(&file.path, bytes).map(Ok).ok_or_else(stale),
        },
    }
}

fn nothing(sources: &Sources, skipped: Vec<SkippedFile>) -> EngineError {
    let first = skipped.into_iter().next();
    let (path, reason) = first.map(|file| (file.path, file.reason)).unwrap_or_default();
    EngineError::NothingToIndex { root: sources.root().to_owned(), path, reason }
}

/// Reads every file of a walk whose content is not the one that is known of it; in the order of the walk.
///
/// # Errors
/// [`EngineError::Interrupted`].
pub(crate) fn read_all(
    sources: &Sources,
    files: &[SourceFile],
    content: Content,
    known: &KnownFiles<'_>,
    on_progress: OnProgress<'_>,
) -> Result<Vec<Reading>> {
    let tally = Tally::new(files.len() as u64, on_progress);
    let idle = Mutex::new(Vec::new());
    // One file a task: sizes differ by orders of magnitude.
    let readings: Option<Vec<_>> = files
        .par_iter()
        .with_max_len(1)
        .map(|file| {
            if tally.is_cancelled() {
                return None;
            }
            let mut features = taken(&idle);
            let reading = read_file(sources, file, content, known, &mut features);
            put_back(&idle, features);
            tally.add(file.bytes);
            Some(reading)
        })
        .collect();
    if tally.is_cancelled() { Err(EngineError::Interrupted) } else { readings.ok_or(EngineError::Interrupted) }
}

/// An extractor that no file needs just now: there are as many as threads.
fn taken(idle: &Mutex<Vec<FeatureExtractor>>) -> FeatureExtractor {
    idle.lock().ok().and_then(|mut idle| idle.pop()).unwrap_or_default()
}

fn put_back(idle: &Mutex<Vec<FeatureExtractor>>, features: FeatureExtractor) {
    if let Ok(mut idle) = idle.lock() {
        idle.push(features);
    }
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

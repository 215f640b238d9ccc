//! Measures what indexing costs where little or nothing has changed, and what an edit of an open text costs.
//!
//! `cargo run --release -p sapwood --example incremental_bench -- PATH [EXCLUDE...]`
//!
//! Works on a copy of the sources, with one thread; indexes are those of `Engine::index`, synced to disk. Every figure is
//! the median of its samples.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use sapwood::engine::quietly;
use sapwood::{Buffer, Engine, Language};
use sapwood_core::ParseLimits;
use sapwood_workspace::{DiskStorage, Sources, Storage as _};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const SAMPLES: usize = 5;
/// Lines of the text that is edited.
const LINES: usize = 2_000;
/// How many more it may have.
const MORE_LINES: usize = 200;
const EDITS: usize = 101;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (path, excludes) =
        words.split_first().ok_or("give the folder to index: incremental_bench PATH [EXCLUDE...]")?;
    let sources = Sources::open(Path::new(path), excludes)?;
    let threads = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let figures = threads.install(|| -> Outcome<Value> {
        let mut figures = indexing(&sources)?;
        figures["edit"] = editing(&sources)?;
        Ok(figures)
    })?;
    writeln!(std::io::stdout(), "{figures}")?;
    Ok(())
}

fn indexing(sources: &Sources) -> Outcome<Value> {
    let copy = tempfile::tempdir()?;
    let files = sources.walk()?.files;
    for file in &files {
        put(copy.path(), &file.path, &sources.read(&file.path)?.bytes)?;
    }
    let changed = &files[files.len() / 2].path;
    let text = sources.read(changed)?.bytes;
    let (mut first, mut unchanged, mut one_file) = (Vec::new(), Vec::new(), Vec::new());
    for sample in 0..SAMPLES {
        let workspace = tempfile::tempdir()?;
        put(copy.path(), changed, &text)?;
        let engine = Engine::create(copy.path(), Some(workspace.path()), &[])?;
        first.push(timed(|| Ok(engine.index(&quietly)?))?);
        // Each time as another process would, with nothing loaded.
        let again = || Ok(Engine::open(copy.path(), Some(workspace.path()))?.index(&quietly)?);
        unchanged.push(timed(again)?);
        put(copy.path(), changed, &[&text, format!("\nadded = {sample}\n").as_bytes()].concat())?;
        one_file.push(timed(again)?);
    }
    Ok(json!({
        "files": files.len(),
        "changed_file": changed,
        "first_seconds": median(&first),
        "unchanged_seconds": median(&unchanged),
        "one_file_seconds": median(&one_file),
        "all_seconds": {"first": first, "unchanged": unchanged, "one_file": one_file},
    }))
}

/// Puts a line before each of many lines in turn, and takes it away again.
fn editing(sources: &Sources) -> Outcome<Value> {
    let (path, text) = long_text(sources)?;
    let starts = places(&text);
    let mut buffer = Buffer::new(&path, Language::Python, &text, ParseLimits::default());
    let mut milliseconds = Vec::new();
    for (start, indentation) in starts.iter().step_by((starts.len() / EDITS).max(1)) {
        let line = format!("{indentation}value = compute(value)\n");
        milliseconds.push(1e3 * timed(|| Ok((buffer.edit(*start..*start, &line)?, buffer.features()?)))?);
        buffer.edit(*start..*start + line.len(), "")?;
    }
    let whole: Vec<f64> = (0..SAMPLES)
        .map(|_| timed(|| Ok(Buffer::new(&path, Language::Python, &text, ParseLimits::default()).features()?)))
        .collect::<Outcome<_>>()?;
    Ok(json!({
        "file": path,
        "lines": text.lines().count(),
        "bytes": text.len(),
        "edits": milliseconds.len(),
        "median_ms": median(&milliseconds),
        "quickest_ms": milliseconds.iter().copied().fold(f64::INFINITY, f64::min),
        "slowest_ms": milliseconds.iter().copied().fold(0.0, f64::max),
        "parsed_as_a_whole_ms": 1e3 * median(&whole),
    }))
}

/// The first file of so many lines, cut to them where nothing is open.
fn long_text(sources: &Sources) -> Outcome<(String, String)> {
    for file in sources.walk()?.files.into_iter().filter(|file| file.language == Language::Python) {
        let text = String::from_utf8(sources.read(&file.path)?.bytes)?;
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let is_cut = |line: &usize| lines[*line].starts_with("def ") || lines[*line].starts_with("class ");
        if let Some(end) = (LINES..lines.len().min(LINES + MORE_LINES)).find(is_cut) {
            let text = lines[..end].concat();
            let whole = Buffer::new(&file.path, Language::Python, &text, ParseLimits::default());
            if whole.syntax()?.error_count() == 0 {
                return Ok((file.path, text));
            }
        }
    }
    Err(format!("no Python file below the folder has {LINES} lines").into())
}

/// Starts of the lines that return something, each with its indentation.
fn places(text: &str) -> Vec<(usize, &str)> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let code = line.trim_start_matches(' ');
        if code.starts_with("return ") && code.len() < line.len() {
            found.push((start, &line[..line.len() - code.len()]));
        }
        start += line.len();
    }
    found
}

fn put(folder: &Path, path: &str, bytes: &[u8]) -> Outcome<()> {
    let full = folder.join(path);
    DiskStorage.create_folders(full.parent().unwrap_or(folder))?;
    Ok(DiskStorage.write(&full, bytes)?)
}

fn timed<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<f64> {
    let start = Instant::now();
    std::hint::black_box(work()?);
    Ok(start.elapsed().as_secs_f64())
}

fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

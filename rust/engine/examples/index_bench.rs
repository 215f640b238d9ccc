//! Measures indexing against bare parsing of the same bytes.
//!
//! `cargo run --release -p sapwood --example index_bench -- PATH [EXCLUDE...] [--json | --once]`
//!
//! Every figure is the median of its samples, taken in turn so that a machine that drifts slows all of them. The index is
//! what `Content::Graph` builds (graph, features, input graph, distinct subtrees) and is saved, synced to disk included;
//! the full one is what `Engine::index` makes: with the structure and word indexes of search, saved too. Beside the wall
//! clock stands the processor time of the thread that works, which a busy machine distorts less. `--once` makes a full
//! index on one thread and ends: its process tells how much memory that takes.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use sapwood::Engine;
use sapwood::engine::quietly;
use sapwood::index::{Content, build, save};
use sapwood_core::features::{FeatureExtractor, SparseRows};
use sapwood_core::forest::{structure_terms, subtree_hashes};
use sapwood_core::graph::{FileFacts, NodeKind, file_facts, link};
use sapwood_core::sampler::input_graph;
use sapwood_core::{Language, ParseLimits, SyntaxTree, parse};
use sapwood_workspace::{SourceFile, Sources, Workspace};
use serde_json::{Map, Value, json};
use tree_sitter::Parser;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const SAMPLES: usize = 3;

fn main() -> Outcome<()> {
    let (options, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let (path, excludes) =
        words.split_first().ok_or("give the folder to index: index_bench PATH [EXCLUDE...] [--json | --once]")?;
    let has = |option: &str| options.iter().any(|given| given == option);
    if has("--once") {
        return on_threads(1, || full_index(Path::new(path), excludes));
    }
    let figures = figures(Path::new(path), excludes)?;
    let text = if has("--json") { figures.to_string() } else { serde_json::to_string_pretty(&figures)? };
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

fn figures(path: &Path, excludes: &[String]) -> Outcome<Value> {
    let sources = Sources::open(path, excludes)?;
    let files = sources.walk()?.files;
    let texts: Vec<Vec<u8>> =
        files.iter().map(|file| sources.read(&file.path).map(|read| read.bytes)).collect::<Result<_, _>>()?;
    let mut seconds = Seconds::default();
    // The first round warms the caches of the system and is not kept.
    for round in 0..=SAMPLES {
        let ((parse, parse_busy), (one, one_busy)) =
            (timed(|| bare_parse(&texts))?, on_threads(1, || timed(|| whole_index(&sources)))?);
        let (two, _) = on_threads(2, || timed(|| whole_index(&sources)))?;
        let (full, full_busy) = on_threads(1, || timed(|| full_index(path, excludes)))?;
        let mut taken = vec![
            ("parse", parse),
            ("one_thread", one),
            ("two_threads", two),
            ("full", full),
            ("parse, processor", parse_busy),
            ("one_thread, processor", one_busy),
            ("full, processor", full_busy),
        ];
        taken.extend(phases(&files, &texts)?);
        if round > 0 {
            seconds.add(taken);
        }
    }
    let bytes: usize = texts.iter().map(Vec::len).sum();
    Ok(json!({
        "files": texts.len(),
        "bytes": bytes,
        "samples": SAMPLES,
        "index_over_parse": seconds.ratio("one_thread", "parse"),
        "full_index_over_parse": seconds.ratio("full", "parse"),
        "index_over_parse_processor_time": seconds.ratio("one_thread, processor", "parse, processor"),
        "full_index_over_parse_processor_time": seconds.ratio("full, processor", "parse, processor"),
        "two_thread_speedup": seconds.ratio("one_thread", "two_threads"),
        "index_megabytes_per_second": bytes as f64 / 1e6 / seconds.median("one_thread"),
        "phases_over_parse": seconds.phases(),
        "all_seconds": seconds.0,
    }))
}

/// Seconds by name, one a sample.
#[derive(Default)]
struct Seconds(Map<String, Value>);

impl Seconds {
    fn add(&mut self, taken: Vec<(&str, f64)>) {
        for (name, seconds) in taken {
            let samples = self.0.entry(name).or_insert_with(|| json!([]));
            samples.as_array_mut().into_iter().for_each(|samples| samples.push(seconds.into()));
        }
    }

    fn median(&self, name: &str) -> f64 {
        let samples = self.0.get(name).and_then(Value::as_array);
        let mut sorted: Vec<f64> = samples.into_iter().flatten().filter_map(Value::as_f64).collect();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn ratio(&self, of: &str, over: &str) -> f64 {
        self.median(of) / self.median(over)
    }

    fn phases(&self) -> Map<String, Value> {
        let names = self.0.keys().filter(|name| name.starts_with(PHASE));
        names.map(|name| (name[PHASE.len()..].to_owned(), self.ratio(name, "parse, processor").into())).collect()
    }
}

/// Seconds by the wall clock, and of this thread's processor time.
fn timed(work: impl FnOnce() -> Outcome<()>) -> Outcome<(f64, f64)> {
    let (start, busy) = (Instant::now(), processor_seconds());
    work()?;
    Ok((start.elapsed().as_secs_f64(), processor_seconds() - busy))
}

/// How long this thread has run; not a number where the system does not tell.
#[expect(clippy::disallowed_methods, reason = "what Linux says of a thread stands in a file")]
fn processor_seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: Option<f64> = told.split(' ').next().and_then(|first| first.parse().ok());
    nanoseconds.map_or(f64::NAN, |nanoseconds| nanoseconds / 1e9)
}

fn bare_parse(texts: &[Vec<u8>]) -> Outcome<()> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_python::LANGUAGE.into())?;
    for text in texts {
        std::hint::black_box(parser.parse(text, None));
    }
    Ok(())
}

fn whole_index(sources: &Sources) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let workspace = Workspace::create(folder.path(), sources.root(), &[])?;
    let built = build(sources, Content::Graph, &quietly)?;
    save(&workspace, &built.index, &built.report)?;
    Ok(())
}

fn full_index(path: &Path, excludes: &[String]) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    Engine::create(path, Some(folder.path()), excludes)?.index(&quietly)?;
    Ok(())
}

const PHASE: &str = "phase ";

/// Processor seconds of the parts of an index that are pure, each over all files, on this thread.
fn phases(files: &[SourceFile], texts: &[Vec<u8>]) -> Outcome<Vec<(&'static str, f64)>> {
    let mut clock = Clock(processor_seconds(), Vec::new());
    let trees: Vec<SyntaxTree> =
        texts.iter().map(|text| parse(Language::Python, text, &ParseLimits::default())).collect::<Result<_, _>>()?;
    clock.lap("phase parse and columns");
    let facts: Vec<FileFacts> =
        files.iter().zip(texts).zip(&trees).map(|((file, text), tree)| file_facts(&file.path, text, tree)).collect();
    clock.lap("phase facts");
    let (mut rows, mut features) = (SparseRows::default(), FeatureExtractor::default());
    for ((text, tree), facts) in texts.iter().zip(&trees).zip(&facts) {
        rows.extend(&features.rows(text, tree, facts));
    }
    clock.lap("phase features");
    for (text, tree) in texts.iter().zip(&trees) {
        std::hint::black_box(subtree_hashes(text, tree, 0));
    }
    clock.lap("phase forest");
    for ((text, tree), facts) in texts.iter().zip(&trees).zip(&facts) {
        for node in facts.nodes().iter().filter(|node| node.kind == NodeKind::Function) {
            std::hint::black_box(structure_terms(text, tree, node.syntax));
        }
    }
    clock.lap("phase canonical");
    let graph = link(&facts);
    clock.lap("phase link");
    std::hint::black_box(input_graph(&graph, rows));
    clock.lap("phase input graph");
    Ok(clock.1)
}

/// Processor time when the current phase began, and the phases so far.
struct Clock(f64, Vec<(&'static str, f64)>);

impl Clock {
    fn lap(&mut self, name: &'static str) {
        let now = processor_seconds();
        self.1.push((name, now - self.0));
        self.0 = now;
    }
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> Outcome<T> + Send) -> Outcome<T> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build()?.install(work)
}

//! Measures indexing against bare parsing of the same bytes.
//!
//! `cargo run --release -p sapwood --example index_bench -- PATH [EXCLUDE...] [--json]`
//!
//! Every figure is the median of its samples. The index is what `Content::Graph` builds (graph, features, input graph,
//! distinct subtrees) and is saved, synced to disk included; `with_search` adds the structure and word indexes, unsaved.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use sapwood::engine::quietly;
use sapwood::index::{Content, build, save};
use sapwood_workspace::{Sources, Workspace};
use serde_json::json;
use tree_sitter::Parser;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const SAMPLES: usize = 3;

fn main() -> Outcome<()> {
    let (options, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let (path, excludes) =
        words.split_first().ok_or("give the folder to index: index_bench PATH [EXCLUDE...] [--json]")?;
    let sources = Sources::open(Path::new(path), excludes)?;
    let texts = texts(&sources)?;
    let parse = samples(|| bare_parse(&texts))?;
    let one = samples(|| on_threads(1, || whole_index(&sources)))?;
    let two = samples(|| on_threads(2, || whole_index(&sources)))?;
    let search = samples(|| on_threads(1, || with_search(&sources)))?;
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let figures = json!({
        "files": texts.len(),
        "megabytes": bytes as f64 / 1e6,
        "samples": SAMPLES,
        "parse_seconds": median(&parse),
        "index_seconds": median(&one),
        "index_over_parse": median(&one) / median(&parse),
        "with_search_over_parse": median(&search) / median(&parse),
        "two_thread_speedup": median(&one) / median(&two),
        "index_megabytes_per_second": bytes as f64 / 1e6 / median(&one),
        "all_seconds": {"parse": parse, "one_thread": one, "two_threads": two, "with_search": search},
    });
    let text = if options.iter().any(|option| option == "--json") {
        figures.to_string()
    } else {
        serde_json::to_string_pretty(&figures)?
    };
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// The bytes of every file that indexing reads.
fn texts(sources: &Sources) -> Outcome<Vec<Vec<u8>>> {
    let files = sources.walk()?.files;
    Ok(files.iter().map(|file| sources.read(&file.path).map(|read| read.bytes)).collect::<Result<_, _>>()?)
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

fn with_search(sources: &Sources) -> Outcome<()> {
    std::hint::black_box(build(sources, Content::GraphAndSearch, &quietly)?);
    Ok(())
}

fn on_threads(threads: usize, work: impl FnOnce() -> Outcome<()> + Send) -> Outcome<()> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build()?.install(work)
}

/// Seconds of each run, after one that warms the caches of the system.
fn samples(mut work: impl FnMut() -> Outcome<()>) -> Outcome<Vec<f64>> {
    work()?;
    (0..SAMPLES)
        .map(|_| {
            let start = Instant::now();
            work().map(|()| start.elapsed().as_secs_f64())
        })
        .collect()
}

fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

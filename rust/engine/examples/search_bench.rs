//! Measures searches of each kind over the functions of a folder, with nothing learned.
//!
//! `cargo run --release -p sapwood --example search_bench -- PATH [EXCLUDE...]`
//!
//! Queries come from the functions themselves, drawn at even distances: the parts of a name, the place of a function, its
//! text. What is timed is the whole call, files that are read for it included.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use sapwood::engine::quietly;
use sapwood::{Engine, Hit};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const QUERIES: usize = 500;
const HITS: usize = 10;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (path, excludes) = words.split_first().ok_or("give the folder to index: search_bench PATH [EXCLUDE...]")?;
    let workspace = tempfile::tempdir()?;
    let engine = Engine::create(Path::new(path), Some(workspace.path()), excludes)?;
    engine.index(&quietly)?;
    let index = engine.index_data()?;
    let graph = index.graph();
    let functions = index.functions();
    let drawn: Vec<u32> = functions.iter().copied().step_by((functions.len() / QUERIES).max(1)).collect();
    let texts = index.node_texts(&drawn)?;
    let name = |node: &u32| graph.names[*node as usize].as_str();
    let place = |node: &u32| {
        (graph.file_paths[graph.files[*node as usize] as usize].as_str(), graph.start_lines[*node as usize])
    };
    let language = |node: &u32| index.languages()[graph.files[*node as usize] as usize];
    let figures = json!({
        "functions": functions.len(),
        "queries": drawn.len(),
        "words": timed(drawn.iter().map(name), |name| engine.search_words(name, HITS))?,
        "place": timed(drawn.iter().map(place), |(file, line)| engine.search_at(file, line, HITS))?,
        "code": timed(texts.iter().zip(drawn.iter().map(language)), |(text, language)| engine.search_code(text, language, HITS))?,
    });
    writeln!(std::io::stdout(), "{figures}")?;
    Ok(())
}

/// Median and 99th percentile of the calls in milliseconds, after one that loads what they need.
fn timed<Q: Clone>(
    queries: impl Iterator<Item = Q> + Clone,
    search: impl Fn(Q) -> sapwood::Result<Vec<Hit>>,
) -> Outcome<Value> {
    if let Some(first) = queries.clone().next() {
        search(first)?;
    }
    let mut milliseconds = Vec::new();
    for query in queries {
        let start = Instant::now();
        std::hint::black_box(search(query)?);
        milliseconds.push(1e3 * start.elapsed().as_secs_f64());
    }
    milliseconds.sort_by(f64::total_cmp);
    let at = |share: f64| milliseconds[((milliseconds.len() - 1) as f64 * share) as usize];
    Ok(json!({"p50_ms": at(0.5), "p99_ms": at(0.99)}))
}

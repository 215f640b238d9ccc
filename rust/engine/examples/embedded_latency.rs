//! Times analyze requests through the embedded interpreter, as an app makes them: one function a request.
//!
//! `cargo run --release -p sapwood --example embedded_latency -- WORKSPACE PYTHON --requests 300 --json`
//!
//! `WORKSPACE` is an indexed workspace with serving versions, `PYTHON` the python of an environment with `sapwood[train]`.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use sapwood::Engine;
use sapwood::messages::{Answer, Item};
use sapwood::runtime::{Environment, PythonRuntime};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: embedded_latency WORKSPACE PYTHON [--requests N] [--json]";
const REQUESTS: usize = 300;
/// Requests before the count begins: the first ones load the models and warm torch's caches.
const WARM_UP: usize = 10;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [workspace, python] = arguments.get(..2).ok_or(USAGE)? else { return Err(USAGE.into()) };
    let requests = option(&arguments, "--requests")?.unwrap_or(REQUESTS);
    let environment = Environment::probe(Path::new(python))?;
    let engine =
        Engine::open(Path::new(workspace), Some(Path::new(workspace)))?.with_runtime(PythonRuntime::new(environment));
    let items = items(&engine)?;
    let cold = time(&engine, &items[0])?;
    for item in items.iter().cycle().take(WARM_UP) {
        time(&engine, item)?;
    }
    let timed: Outcome<Vec<f64>> = items.iter().cycle().take(requests).map(|item| time(&engine, item)).collect();
    let mut milliseconds = timed?;
    milliseconds.sort_by(f64::total_cmp);
    let figures = json!({
        "requests": requests,
        "functions": items.len(),
        "first_ms": cold,
        "p50_ms": percentile(&milliseconds, 0.50),
        "p90_ms": percentile(&milliseconds, 0.90),
        "p99_ms": percentile(&milliseconds, 0.99),
        "max_ms": milliseconds.last(),
    });
    let json = arguments.iter().any(|argument| argument == "--json");
    let text = if json { figures.to_string() } else { serde_json::to_string_pretty(&figures)? };
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// The functions of the index, as requests.
fn items(engine: &Engine) -> Outcome<Vec<Item>> {
    let index = engine.index_data()?;
    let texts = index.node_texts(index.functions())?;
    let items: Vec<Item> = texts
        .into_iter()
        .zip(index.functions())
        .map(|(code, node)| Item { id: node.to_string(), language: "python".to_owned(), code, path: None })
        .collect();
    if items.is_empty() { Err("the index holds no function".into()) } else { Ok(items) }
}

/// Milliseconds of one request, from the call to the typed answer.
fn time(engine: &Engine, item: &Item) -> Outcome<f64> {
    let start = Instant::now();
    let analyzed = engine.analyze(vec![item.clone()])?;
    let taken = start.elapsed().as_secs_f64() * 1e3;
    match analyzed.items.first() {
        Some(Answer::Done(_)) => Ok(taken),
        Some(Answer::Failed { error, .. }) => Err(error.message.clone().into()),
        None => Err("the answer is empty".into()),
    }
}

fn option(arguments: &[String], name: &str) -> Outcome<Option<usize>> {
    let Some(position) = arguments.iter().position(|argument| argument == name) else { return Ok(None) };
    Ok(Some(arguments.get(position + 1).ok_or(USAGE)?.parse()?))
}

/// Nearest rank.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}
